"""What the interpreter of a published client's own environment runs, in :mod:`.__main__`."""
