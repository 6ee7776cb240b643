"""The protocol of Comity: formats, proofs and rules.  Pure: no I/O, no framework, no clock.

Every module here has a page in ``spec/`` from which a second implementation could be written.
"""
