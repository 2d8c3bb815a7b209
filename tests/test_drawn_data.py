"""The pretrained layers and the pictures for style: what the files promise."""

from __future__ import annotations

import numpy as np

from autograder import datasets


def test_the_trunk_is_five_layers_that_fit_each_other() -> None:
    trunk = datasets.load("conv_trunk")
    assert trunk.names == ("conv1_1", "conv1_2", "conv2_1", "conv2_2", "conv3_1")
    assert [W.shape for W in trunk.W] == [(3, 3, *pair) for pair in [(3, 64), (64, 64), (64, 128), (128, 128), (128, 256)]]
    assert all(W.dtype == np.float32 and b.shape == W.shape[-1:] for W, b in zip(trunk.W, trunk.b, strict=True))
    assert trunk.mean[0] < trunk.mean[1] < trunk.mean[2]  # blue, green, red: photographs are warmer than grey
    alone = datasets.load("conv_trunk", "conv2_1")
    assert alone.names == ("conv2_1",) and np.array_equal(alone.W[0], trunk.W[2])


def test_the_first_layer_sees_edges_and_colours() -> None:
    """Kernels that were learnt are smooth and most of them answer to a change, not to a level; drawn ones are not so."""
    trunk = datasets.load("conv_trunk")
    kernels = trunk.W[0].reshape(27, 64)
    power = (kernels**2).sum(0)
    level = kernels.sum(0) ** 2 / 27 / power
    assert (level < 0.05).mean() > 0.6
    beside = (trunk.W[0][:, :-1] * trunk.W[0][:, 1:]).sum() / (trunk.W[0] ** 2).sum()
    drawn = np.random.default_rng(0).normal(size=(3, 3, 3, 64))
    assert beside > 0.15 > abs((drawn[:, :-1] * drawn[:, 1:]).sum() / (drawn**2).sum())


def test_pictures_for_style() -> None:
    pictures = datasets.load("style_images")
    assert pictures.X.shape == (9, 192, 192, 3) and pictures.X.dtype == np.uint8
    assert pictures.names == ("cat", "coffee", "stars", "tissue", "retina", "rocket", "brick", "gravel", "grass")
    grey = (pictures.X[..., :1] == pictures.X).all((1, 2, 3))
    assert grey.tolist() == [False] * 6 + [True] * 3
    assert (pictures.X.std((1, 2)) > 15).any(1).all()
