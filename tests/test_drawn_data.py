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


def test_emoji_are_the_same_symbols_by_three_designers() -> None:
    emoji = datasets.load("emoji")
    assert emoji.X.shape == (2109, 32, 32, 3) and emoji.X.dtype == np.uint8
    assert emoji.designers == ("twemoji", "noto", "fluent") and len(emoji.groups) == 8
    facts = zip(emoji.symbol.tolist(), emoji.group.tolist(), emoji.name, strict=True)
    assert len(set(facts)) == len(set(emoji.symbol.tolist())) == 703  # one group and one name a symbol
    for designer in range(3):
        assert len(set(emoji.symbol[emoji.designer == designer].tolist())) == 703
    assert (emoji.X[:, 0, 0] >= 248).all(1).mean() > 0.6  # on white


def test_held_out_emoji_are_symbols_and_a_designer_of_their_own() -> None:
    public, judged = datasets.load("emoji"), datasets.held_out("emoji")
    assert judged.designers == ("twemoji", "noto", "fluent", "emojione") and judged.groups == public.groups
    assert np.bincount(judged.designer).tolist() == [345, 345, 345, 1048]
    seen = set(public.symbol.tolist())
    of_public = judged.designer < 3
    assert not seen & set(judged.symbol[of_public].tolist())
    assert seen < set(judged.symbol[~of_public].tolist()) == set(range(1048))
    shares = [np.bincount(part) / len(part) for part in (public.group, judged.group[of_public])]
    assert np.abs(shares[0] - shares[1]).max() < 0.05  # families are dealt whole
    assert not {drawing.tobytes() for drawing in judged.X} & {drawing.tobytes() for drawing in public.X}


def test_no_held_out_symbol_looks_almost_like_a_public_one() -> None:
    public, judged = datasets.load("emoji"), datasets.held_out("emoji")
    for designer in range(3):
        one, two = (part.X[part.designer == designer].reshape(-1, 3072).astype(np.float32) for part in (public, judged))
        for part in (one, two):
            part -= part.mean(1, keepdims=True)
            part /= np.linalg.norm(part, axis=1, keepdims=True)
        assert (one @ two.T).max() < 0.951


def test_rude_signs_are_left_out() -> None:
    names = {*datasets.load("emoji").name, *datasets.held_out("emoji").name}
    assert "thumbs up" in names and not {"middle finger", "sign of the horns"} & names
