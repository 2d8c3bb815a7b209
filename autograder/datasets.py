"""The only way to load the course's data.

>>> from autograder import datasets
>>> digits = datasets.load("mnist", split="train")
>>> digits.X.shape, digits.y.shape
((6000, 28, 28), (6000,))

Every load reads the file anew: the arrays are yours, and changing them in place changes nothing for the next load.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal, overload

import numpy as np
from numpy.typing import NDArray

from autograder import datafiles
from autograder.datafiles import DataError

__all__ = ["DataError", "Images", "Photograph", "Table", "Trees", "held_out", "load", "names"]


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


Dataset = Images | Table | Trees


@overload
def load(name: Literal["mnist", "fashion", "digits"], split: str | None = None) -> Images: ...
@overload
def load(name: Literal["cancer"], split: str | None = None) -> Table: ...
@overload
def load(name: Literal["trees"], split: str | None = None) -> Trees: ...
@overload
def load(name: str, split: str | None = None) -> Any: ...
def load(name: str, split: str | None = None) -> Dataset:
    """Load a data set.

    Parameters
    ----------
    name
        "mnist": 7,000 handwritten digits. "fashion": 6,500 articles of clothing, ten classes in equal shares.
        "digits": 1,797 small digits. "cancer": 379 breast tumours, 30 measures each. "trees": two aerial photographs.
    split
        "train" or "test"; for "trees" the photograph, "meadow" or "roadside". None: everything, in this order.

    Raises
    ------
    DataError
        For an unknown name or split, and for a file that is missing, cut short or altered.
    """
    return _read(datafiles.public(), name, split)


@overload
def held_out(name: Literal["mnist", "fashion"], split: str | None = None) -> Images: ...
@overload
def held_out(name: Literal["cancer"], split: str | None = None) -> Table: ...
@overload
def held_out(name: Literal["trees"], split: str | None = None) -> Trees: ...
@overload
def held_out(name: str, split: str | None = None) -> Any: ...
def held_out(name: str, split: str | None = None) -> Dataset:
    """Load what a studio is judged on. Only the instructor's side has it: elsewhere this raises DataError.

    "mnist": 3,000 digits. "fashion": 4,000, ten classes in equal shares. "cancer": 190 rows, the classes in the shares
    of the public part. "trees": photographs "meadow_south" (the public meadow goes on there), "pines" and "snags"
    (two other places), which are also its splits.
    """
    return _read(datafiles.held_out(), name, split)


def names() -> tuple[str, ...]:
    """Return the names of all public data sets."""
    return tuple(datafiles.public().manifest()["datasets"])


def _read(shelf: datafiles.Shelf, name: str, split: str | None) -> Dataset:
    import h5py  # takes longer to import than a data set to read, so only when one is read

    datasets = shelf.manifest().get("datasets", {})
    facts = datasets[_known(name, datasets, "data set")]
    splits = facts["splits"] if split is None else [_known(split, facts["splits"], f"split of {name}")]
    path = shelf.proven(facts["file"])
    try:
        with h5py.File(path, "r", locking=False) as file:  # nobody writes there; another's lock is no reason to fail
            return _READERS[facts["kind"]](file[name], splits)
    except (OSError, KeyError) as error:
        raise DataError(f"{path} cannot be read ({error}). To mend it: {shelf.mend}.") from error


def _known(word: str, words: Iterable[str], what: str) -> str:
    choice = list(words)
    if word in choice:
        return word
    near = difflib.get_close_matches(str(word), choice, n=1)
    meant = f" Did you mean {near[0]!r}?" if near else ""
    raise DataError(f"There is no {what} called {word!r}.{meant} There is: {', '.join(choice)}.")


def _words(group: Any, word: str) -> tuple[str, ...]:
    return tuple(str(entry) for entry in group.attrs[word])


def _joined(group: Any, splits: list[str], array: str) -> Any:
    return np.concatenate([group[split][array][()] for split in splits])


def _images(group: Any, splits: list[str]) -> Images:
    return Images(_joined(group, splits, "X"), _joined(group, splits, "y"), _words(group, "classes"))


def _table(group: Any, splits: list[str]) -> Table:
    X, y = _joined(group, splits, "X"), _joined(group, splits, "y")
    return Table(X, y, _words(group, "names"), _words(group, "classes"))


def _trees(group: Any, splits: list[str]) -> Trees:
    photographs = tuple(Photograph(name, group[name]["image"][()], group[name]["boxes"][()]) for name in splits)
    squares = [_cut(photograph.image, group[photograph.name]["at"][()]) for photograph in photographs]
    owner = np.repeat(np.arange(len(splits), dtype=np.uint8), [len(part) for part in squares])
    at, y = _joined(group, splits, "at"), _joined(group, splits, "y")
    return Trees(np.concatenate(squares), y, at, owner, photographs, _words(group, "classes"))


def _cut(image: NDArray[np.uint8], at: NDArray[np.int16]) -> NDArray[np.uint8]:
    offsets = np.arange(-12, 12)
    rows, columns = at[:, 0, None] + offsets, at[:, 1, None] + offsets
    squares: NDArray[np.uint8] = image[rows[:, :, None], columns[:, None, :]]
    return squares


_READERS: dict[str, Callable[[Any, list[str]], Dataset]] = {"images": _images, "table": _table, "trees": _trees}
