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
    """Scores (examples, outputs) of the network for X (examples, features), and a cache of your own."""
    arrived = [X]
    for W, b in parameters[:-1]:
        arrived.append(np.maximum(arrived[-1] @ W + b, 0))
    W, b = parameters[-1]
    return arrived[-1] @ W + b, arrived


def backward(parameters, cache, d_scores):
    """The gradients of a loss for all parameters and for X, from its gradient d_scores for the scores."""
    delta, gradients = d_scores, []
    for layer in reversed(range(len(parameters))):
        gradients.append((cache[layer].T @ delta, delta.sum(axis=0)))
        delta = delta @ parameters[layer][0].T
        if layer > 0:  # a relu stands in front of this layer
            delta = delta * (cache[layer] > 0)
    return gradients[::-1], delta


_PIECES = {"log_loss": "week02_logistic", "forward": "week04_deep", "backward": "week04_deep"}


def mine(name):
    """Your own `name` from your notebook of an earlier week; the ready-made one where that has none yet."""
    return _mine(name, _PIECES, globals())
