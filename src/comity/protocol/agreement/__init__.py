"""Read, negotiate and execute the agreement that both sides signed, as in ``spec/agreement.md``.

`model` is the text as data, `reader` checks it, `terms` compiles it, `permits` executes it, `negotiation` says which
text is in force, `reading` makes of it what people read.  Pure: the same text, record and instant give the same answer
on either node.
"""
