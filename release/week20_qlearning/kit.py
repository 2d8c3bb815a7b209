"""Pieces of earlier weeks, ready made: forward, backward, adam.

`kit.mine("forward")` gives you your own instead, from your notebook of that week.
Written by `make build` from the earlier lessons: change it there.
"""
import numpy as np
from autograder.learner.mine import mine as _mine


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


def adam(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """One step of Adam with decoupled weight decay: the new parameters, and the state for the next step."""
    if state is None:
        noughts = [(np.zeros_like(W), np.zeros_like(b)) for W, b in parameters]
        state = 0, noughts, noughts
    step, means, mean_squares = state
    step += 1

    def averaged(averages, news, beta):
        return [
            tuple(beta * m + (1 - beta) * g for m, g in zip(*pairs, strict=True)) for pairs in zip(averages, news, strict=True)
        ]

    def move(mean, mean_square):
        return learning_rate * mean / (1 - beta1**step) / (np.sqrt(mean_square / (1 - beta2**step)) + epsilon)

    means = averaged(means, gradients, beta1)
    mean_squares = averaged(mean_squares, [(d_W**2, d_b**2) for d_W, d_b in gradients], beta2)
    parameters = [
        (W - move(m_W, s_W) - learning_rate * decay * W, b - move(m_b, s_b))
        for (W, b), (m_W, m_b), (s_W, s_b) in zip(parameters, means, mean_squares, strict=True)
    ]
    return parameters, (step, means, mean_squares)


_PIECES = {"forward": "week04_deep", "backward": "week04_deep", "adam": "week06_optimisers"}


def mine(name):
    """Your own `name` from your notebook of an earlier week; the ready-made one where that has none yet."""
    return _mine(name, _PIECES, globals())
