"""Pieces of earlier weeks, ready made: learn_scale, standardise, undo, log_loss.

`kit.mine("learn_scale")` gives you your own instead, from your notebook of that week.
Written by `make build` from the earlier lessons: change it there.
"""
import numpy as np
from autograder.learner.mine import mine as _mine


def learn_scale(X):
    """What `standardise` and `undo` need to know about the training examples X (examples, features)."""
    table = np.asarray(X, dtype=np.float64)
    constant = np.ptp(table, axis=0) == 0
    return np.where(constant, table[0], table.mean(axis=0)), np.where(constant, 1.0, table.std(axis=0))


def standardise(X, scale):
    """Examples X (examples, features), the training ones or others, with each column on a common footing."""
    shift, divisor = scale
    return ((X - shift) / divisor).astype(np.result_type(X, np.float32))


def undo(Z, scale):
    """Standardised examples Z (examples, features), back in their own units."""
    shift, divisor = scale
    return (Z * divisor + shift).astype(np.result_type(Z, np.float32))


def log_loss(logits, y):
    """The log-loss of each example, in nats: shape and float type of `logits`."""
    logits = np.asarray(logits)
    y = np.asarray(y, dtype=logits.dtype)
    return y * np.logaddexp(0, -logits) + (1 - y) * np.logaddexp(0, logits)


_PIECES = {"learn_scale": "week01_arrays", "standardise": "week01_arrays", "undo": "week01_arrays", "log_loss": "week02_logistic"}


def mine(name):
    """Your own `name` from your notebook of an earlier week; the ready-made one where that has none yet."""
    return _mine(name, _PIECES, globals())
