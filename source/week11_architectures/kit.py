"""Pieces of earlier weeks, ready made: conv_forward.

`kit.mine("conv_forward")` gives you your own instead, from your notebook of that week.
Written by `make build` from the earlier lessons: change it there.
"""
import numpy as np
from autograder.learner.mine import mine as _mine


def conv_forward(parameters, X, stride=1, padding=0):
    """The scores (N, H′, W′, out) of a batch of volumes (N, H, W, in), and a cache for the way back."""
    kernels, bias = parameters
    X = np.asarray(X)
    X = X if X.dtype.kind == "f" else X.astype(float)
    sides = (0, 0), (padding, padding), (padding, padding), (0, 0)
    windows = windows_of(np.pad(X, sides) if padding else X, kernels.shape[:2], stride)
    table = kernels.reshape(-1, kernels.shape[-1])
    scores = np.empty((*windows.shape[:3], len(bias)), np.result_type(X, kernels))
    for some in pieces(windows):
        scores[some] = (windows[some].reshape(-1, len(table)) @ table + bias).reshape(scores[some].shape)
    return scores, (windows, X.shape, stride, padding)


def windows_of(X, size, stride):
    """A view of all windows: (N, places down, places across, height, width, channels)."""
    view = np.lib.stride_tricks.sliding_window_view(X, size, axis=(1, 2))
    return view[:, ::stride, ::stride].transpose(0, 1, 2, 4, 5, 3)


def pieces(windows):
    """Slices of the batch so small that a table of their windows stays in the processor's cache."""
    each = int(np.prod(windows.shape[1:]))
    step = max(1, 2**17 // max(1, each))
    return [slice(start, start + step) for start in range(0, len(windows), step)]


_PIECES = {"conv_forward": "week10_convolution"}


def mine(name):
    """Your own `name` from your notebook of an earlier week; the ready-made one where that has none yet."""
    return _mine(name, _PIECES, globals())
