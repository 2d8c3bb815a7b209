"""Pieces of earlier weeks, ready made: tape.

Written by `make build` from the earlier lessons: change it there.
"""
import tape
from autograder.learner.mine import mine as _mine


# Nothing is lifted: all of it lies beside this file.


_PIECES = {}


def mine(name):
    """Your own `name` from your notebook of an earlier week; the ready-made one where that has none yet."""
    return _mine(name, _PIECES, globals())
