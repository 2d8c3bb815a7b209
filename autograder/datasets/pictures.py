"""Pictures and tables, one class each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.datasets.reading import joined, words


@dataclass(frozen=True, eq=False)
class Images:
    """Small grey pictures, one class each ("mnist", "fashion", "digits").

    Attributes
    ----------
    X : (N, H, W) uint8
        Pixels: 0 to 255 ("mnist", "fashion": 28 by 28), 0 to 16 ("digits": 8 by 8). 0 is empty.
    y : (N,) uint8
        The class of each picture, an index into `classes`.
    classes : tuple of str
        The classes' names.
    """

    X: NDArray[np.uint8]
    y: NDArray[np.uint8]
    classes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Table:
    """Rows of measured columns, one class each ("cancer").

    Attributes
    ----------
    X : (N, D) float32
        One row an example, one column a measure, each in a unit of its own.
    y : (N,) uint8
        The class of each row, an index into `classes` ("cancer": 0 benign, 1 malignant).
    names : tuple of str
        The columns' names, D of them.
    classes : tuple of str
        The classes' names.
    """

    X: NDArray[np.float32]
    y: NDArray[np.uint8]
    names: tuple[str, ...]
    classes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Photograph:
    """One aerial photograph with a box round every tree.

    Attributes
    ----------
    name : str
    image : (H, W, 3) uint8
        Red, green, blue, 0 to 252 in steps of 4.
    boxes : (K, 4) float32
        Left, top, right and bottom edge of each tree, in pixels: x to the right, y downwards, both from 0.
    """

    name: str
    image: NDArray[np.uint8]
    boxes: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Trees:
    """Places in aerial photographs that are a tree or not ("trees").

    Attributes
    ----------
    X : (N, 24, 24, 3) uint8
        The square round each place, cut out of its photograph. Squares of one photograph may overlap.
    y : (N,) uint8
        1 where the place is the middle of a tree's box, 0 where no box comes within 6 pixels.
    at : (N, 2) int16
        Row and column of each place in its photograph; the square is rows row - 12 to row + 12, columns alike.
    photograph : (N,) uint8
        Which photograph each place is in, an index into `photographs`.
    photographs : tuple of Photograph
        The photographs themselves, with all their boxes.
    classes : tuple of str
        The classes' names.
    """

    X: NDArray[np.uint8]
    y: NDArray[np.uint8]
    at: NDArray[np.int16]
    photograph: NDArray[np.uint8]
    photographs: tuple[Photograph, ...]
    classes: tuple[str, ...]


def images(group: Any, splits: list[str]) -> Images:
    """Read `Images`."""
    return Images(joined(group, splits, "X"), joined(group, splits, "y"), words(group, "classes"))


def table(group: Any, splits: list[str]) -> Table:
    """Read `Table`."""
    X, y = joined(group, splits, "X"), joined(group, splits, "y")
    return Table(X, y, words(group, "names"), words(group, "classes"))


def trees(group: Any, splits: list[str]) -> Trees:
    """Read `Trees`."""
    photographs = tuple(Photograph(name, group[name]["image"][()], group[name]["boxes"][()]) for name in splits)
    squares = [_cut(photograph.image, group[photograph.name]["at"][()]) for photograph in photographs]
    owner = np.repeat(np.arange(len(splits), dtype=np.uint8), [len(part) for part in squares])
    at, y = joined(group, splits, "at"), joined(group, splits, "y")
    return Trees(np.concatenate(squares), y, at, owner, photographs, words(group, "classes"))


def _cut(image: NDArray[np.uint8], at: NDArray[np.int16]) -> NDArray[np.uint8]:
    offsets = np.arange(-12, 12)
    rows, columns = at[:, 0, None] + offsets, at[:, 1, None] + offsets
    squares: NDArray[np.uint8] = image[rows[:, :, None], columns[:, None, :]]
    return squares
