"""Write ``spec/vectors``: ``python -m tools.vectors [FORMAT ...]``.

Keys, salts and times come from fixed seeds.  ML-DSA signatures and HPKE draw fresh randomness, so vectors that hold
them differ from run to run; they are stored, and tests read what is stored.  Every case says in ``why`` what it shows.
"""
