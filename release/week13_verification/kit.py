"""Pieces of earlier weeks, ready made: adam, tape.

`kit.mine("adam")` gives you your own instead, from your notebook of that week.
Written by `make build` from the earlier lessons: change it there.
"""
import numpy as np
import tape
from autograder.learner.mine import mine as _mine


def adam(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """One step of Adam with decoupled weight decay: the new parameters, and the state for the next step."""
    step, memory = (0, [[(0.0, 0.0)] * 2] * len(parameters)) if state is None else state
    step += 1

    def stepped(values, gradient, kept, decay):
        mean = beta1 * kept[0] + (1 - beta1) * gradient
        mean_square = beta2 * kept[1] + (1 - beta2) * gradient**2
        move = learning_rate * mean / (1 - beta1**step) / (np.sqrt(mean_square / (1 - beta2**step)) + epsilon)
        return values - move - learning_rate * decay * values, (mean, mean_square)

    layers = [
        [stepped(*one) for one in zip(*layer, (decay, 0.0), strict=True)]
        for layer in zip(parameters, gradients, memory, strict=True)
    ]
    return [tuple(new for new, _ in layer) for layer in layers], (step, [[kept for _, kept in layer] for layer in layers])


_PIECES = {"adam": "week06_optimisers"}


def mine(name):
    """Your own `name` from your notebook of an earlier week; the ready-made one where that has none yet."""
    return _mine(name, _PIECES, globals())
