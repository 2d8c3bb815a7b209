"""Pieces of earlier weeks, ready made: log_loss, forward, backward.

`kit.mine("log_loss")` gives you your own instead, from your notebook of that week.
Written by `make build` from the earlier lessons: change it there.
"""
import numpy as np
from autograder.learner.mine import mine as _mine


def log_loss(logits, y):
    """The log-loss of each example, in nats: shape and float type of `logits`."""
    logits = np.asarray(logits)
    y = np.asarray(y, dtype=logits.dtype)
    return y * np.logaddexp(0, -logits) + (1 - y) * np.logaddexp(0, logits)


def forward(parameters, X):
    """Logits (examples, classes) of the network for X (examples, features), and a cache of your own."""
    signals = [X]
    for k, (W, b) in enumerate(parameters, start=1):
        sums = signals[-1] @ W + b
        signals.append(np.maximum(sums, 0) if k < len(parameters) else sums)
    return signals[-1], signals[:-1]


def backward(parameters, cache, d_logits):
    """The gradients of a loss with respect to all parameters, from its gradient d_logits with respect to the logits."""
    delta, slopes = d_logits, []
    for (W, _), signal in zip(reversed(parameters), reversed(cache), strict=True):
        slopes.append((signal.T @ delta, delta.sum(axis=0)))
        delta = (delta @ W.T) * (signal > 0)
    return slopes[::-1], delta


_PIECES = {"log_loss": "week02_logistic", "forward": "week04_deep", "backward": "week04_deep"}


def mine(name):
    """Your own `name` from your notebook of an earlier week; the ready-made one where that has none yet."""
    return _mine(name, _PIECES, globals())
