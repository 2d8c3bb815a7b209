"""Symbols by several designers, pictures for style, and the layers of a network that has seen a million photographs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.datasets.reading import counted, joined, texts, words


@dataclass(frozen=True, eq=False)
class Emoji:
    """Symbols, the same ones drawn by several designers ("emoji").

    Attributes
    ----------
    X : (N, 32, 32, 3) uint8
        Red, green, blue on white, 0 to 255 in steps of 8.
    group : (N,) uint8
        What the symbol is about, an index into `groups`.
    symbol : (N,) int16
        Which symbol it is: the same number for all designers, and in no other part of the data.
    designer : (N,) uint8
        Who drew it, an index into `designers`.
    name : tuple of str
        What each symbol is called.
    groups, designers : tuple of str
        The groups' names, eight of them; the designs asked for.
    """

    X: NDArray[np.uint8]
    group: NDArray[np.uint8]
    symbol: NDArray[np.int16]
    designer: NDArray[np.uint8]
    name: tuple[str, ...]
    groups: tuple[str, ...]
    designers: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Trunk:
    """The first layers of a pretrained VGG16 ("conv_trunk").

    A picture goes in as blue, green, red, 0 to 255, less `mean`. A layer is a 3 by 3 convolution in the sense of the
    lessons (nothing is flipped) with zeros outside, then max(0, ·). After conv1_2 and conv2_2 comes 2 by 2 max pooling.

    Attributes
    ----------
    names : tuple of str
        The layers' names, in order.
    W : tuple of (3, 3, C_in, C_out) float32
        The kernels: row, column, channel in, channel out. Stored in half precision.
    b : tuple of (C_out,) float32
        The biases.
    mean : (3,) float32
        Of blue, green, red.
    """

    names: tuple[str, ...]
    W: tuple[NDArray[np.float32], ...]
    b: tuple[NDArray[np.float32], ...]
    mean: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Pictures:
    """Pictures for content and style ("style_images").

    Attributes
    ----------
    X : (N, 192, 192, 3) uint8
        Red, green, blue.
    names : tuple of str
        What each shows.
    """

    X: NDArray[np.uint8]
    names: tuple[str, ...]


def emoji(group: Any, splits: list[str]) -> Emoji:
    """Read `Emoji`."""
    return Emoji(
        X=joined(group, splits, "X"),
        group=joined(group, splits, "group"),
        symbol=joined(group, splits, "symbol"),
        designer=counted(group, splits, "X"),
        name=texts(group, splits, "name"),
        groups=words(group, "groups"),
        designers=tuple(splits),
    )


def trunk(group: Any, splits: list[str]) -> Trunk:
    """Read `Trunk`."""
    W, b = (tuple(group[split][part][()].astype(np.float32) for split in splits) for part in ("W", "b"))
    return Trunk(tuple(splits), W, b, np.array([float(value) for value in words(group, "mean")], np.float32))


def pictures(group: Any, splits: list[str]) -> Pictures:
    """Read `Pictures`."""
    return Pictures(joined(group, splits, "X"), tuple(splits))
