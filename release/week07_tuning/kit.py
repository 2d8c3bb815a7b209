"""Pieces of earlier weeks, ready made: log_loss, tape.

`kit.mine("log_loss")` gives you your own instead, from your notebook of that week.
Written by `make build` from the earlier lessons: change it there.
"""
import numpy as np
import tape
from autograder.learner.mine import mine as _mine


def log_loss(logits, y):
    """The log-loss of each example, in nats: shape and float type of `logits`."""
    logits = np.asarray(logits)
    y = np.asarray(y, dtype=logits.dtype)
    return y * np.logaddexp(0, -logits) + (1 - y) * np.logaddexp(0, logits)


_PIECES = {"log_loss": "week02_logistic"}


def mine(name):
    """Your own `name` from your notebook of an earlier week; the ready-made one where that has none yet."""
    return _mine(name, _PIECES, globals())
