"""Random inputs, as Hypothesis strategies that shrink to small, readable arrays.

A strategy is handed to `case(…, draws=…)`, and drawn from there; `draws.integers(1, 5).example()` shows one by hand.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

Side = int | tuple[int, int]
Array = npt.NDArray[Any]


def _side(side: Side) -> st.SearchStrategy[int]:
    return st.just(side) if isinstance(side, int) else st.integers(*side)


@st.composite
def arrays(draw: st.DrawFn, shape: Sequence[Side], low: float = -5, high: float = 5, decimals: int = 1) -> Array:
    """Arrays of short decimal numbers.

    Parameters
    ----------
    shape : sequence of sides
        Each side a length, or (least, most), both included; 0 is a length too.
    low, high : float
        The numbers lie in [low, high].
    decimals : int
        How many decimals they have.

    Returns
    -------
    strategy of ndarray
        float64. It shrinks towards short sides and zeros (or what lies nearest to zero), so entries come to lie *on*
        kinks: for gradients take `normals`.

    Raises
    ------
    InvalidArgument
        When drawn, where no number of so few decimals lies in [low, high].

    Examples
    --------
    >>> smallest(draws.arrays((2, (1, 3))))
    array([[0.],
           [0.]])
    """
    sides = tuple(draw(_side(s)) for s in shape)
    scale = 10**decimals
    least, most = int(np.ceil(low * scale)), int(np.floor(high * scale))
    size = int(np.prod(sides))
    numbers = draw(st.lists(st.integers(least, most), min_size=size, max_size=size))
    made: Array = np.array(numbers, dtype=float).reshape(sides) / scale
    return made


def matrices(
    rows: Side = (1, 6), columns: Side = (1, 6), low: float = -5, high: float = 5, decimals: int = 1
) -> st.SearchStrategy[Array]:
    """Matrices of short decimal numbers.

    Parameters
    ----------
    rows, columns : side
        A length, or (least, most).
    low, high, decimals
        As in `arrays`.

    Returns
    -------
    strategy of ndarray (rows, columns)
        float64.

    Raises
    ------
    InvalidArgument
        As `arrays`.

    Examples
    --------
    >>> smallest(draws.matrices(2, 2))
    array([[0., 0.],
           [0., 0.]])
    """
    return arrays((rows, columns), low, high, decimals)


def vectors(size: Side = (1, 6), low: float = -5, high: float = 5, decimals: int = 1) -> st.SearchStrategy[Array]:
    """Vectors of short decimal numbers.

    Parameters
    ----------
    size : side
        A length, or (least, most).
    low, high, decimals
        As in `arrays`.

    Returns
    -------
    strategy of ndarray (size,)
        float64.

    Raises
    ------
    InvalidArgument
        As `arrays`.

    Examples
    --------
    >>> smallest(draws.vectors((2, 5), low=1))
    array([1., 1.])
    """
    return arrays((size,), low, high, decimals)


@st.composite
def normals(draw: st.DrawFn, *sides: Side, scale: float = 1.0) -> Array:
    """Continuous normal arrays, for gradients: only the shape shrinks, so no entry is driven onto a kink.

    Parameters
    ----------
    *sides : side
        Each a length, or (least, most).
    scale : float
        The standard deviation.

    Returns
    -------
    strategy of ndarray
        float64, all entries different.

    Raises
    ------
    InvalidArgument
        When drawn, for a side (most, least).

    Examples
    --------
    >>> smallest(draws.normals((2, 4), 3)).shape
    (2, 3)
    """
    shape = tuple(draw(_side(s)) for s in sides)
    return np.random.default_rng(draw(seeds())).normal(scale=scale, size=shape)


@st.composite
def dense(
    draw: st.DrawFn, inputs: Side = (1, 4), outputs: Side = (1, 3), depth: Side = (1, 3), width: Side = (1, 4)
) -> list[tuple[Array, Array]]:
    """Parameters of a dense net, for gradients: continuous, no bias nought.

    Parameters
    ----------
    inputs, outputs : side
        Features in and out.
    depth : side
        How many layers of parameters, at least one.
    width : side
        Units of each hidden layer, drawn for each by itself, so that widths differ.

    Returns
    -------
    strategy of list of (W, b)
        W (units before, units), normal, with the standard deviation 1/√(units before); b (units,), with ½.

    Raises
    ------
    InvalidArgument
        When drawn, for a side (most, least).

    Examples
    --------
    >>> [(W.shape, b.shape) for W, b in smallest(draws.dense(inputs=2, outputs=3, depth=2))]
    [((2, 1), (1,)), ((1, 3), (3,))]
    """
    layers = draw(_side(depth))
    sizes = [draw(_side(inputs)), *(draw(_side(width)) for _ in range(layers - 1)), draw(_side(outputs))]
    rng = np.random.default_rng(draw(seeds()))
    pairs = itertools.pairwise(sizes)
    return [(rng.normal(size=(m, n)) / np.sqrt(max(m, 1)), rng.normal(scale=0.5, size=n)) for m, n in pairs]


@st.composite
def labels(draw: st.DrawFn, size: Side = (1, 8), classes: int = 2) -> npt.NDArray[np.int64]:
    """Labels 0 … classes - 1; a class may be missing.

    Parameters
    ----------
    size : side
        How many: a length, or (least, most).
    classes : int
        How many classes, at least one.

    Returns
    -------
    strategy of ndarray (size,)
        int64. It shrinks towards few labels, all 0.

    Raises
    ------
    InvalidArgument
        When drawn, for no classes.

    Examples
    --------
    >>> smallest(draws.labels(3, classes=4))
    array([0, 0, 0])
    """
    n = draw(_side(size))
    return np.array(draw(st.lists(st.integers(0, classes - 1), min_size=n, max_size=n)), dtype=np.int64)


@st.composite
def batch(
    draw: st.DrawFn, n: Side = (1, 6), d: Side = (1, 5), classes: Side = (2, 4), scale: float = 1.0
) -> tuple[Array, npt.NDArray[np.int64]]:
    """A small batch of labelled examples.

    Parameters
    ----------
    n, d, classes : side
        Examples, features, classes: a length, or (least, most).
    scale : float
        The features' standard deviation.

    Returns
    -------
    strategy of (X, y)
        X (n, d), continuous, float64; y (n,), int64.

    Raises
    ------
    InvalidArgument
        When drawn, for a side (most, least).

    Examples
    --------
    >>> X, y = smallest(draws.batch(n=2, d=3))
    >>> X.shape, y
    ((2, 3), array([0, 0]))
    """
    x = draw(normals(n, d, scale=scale))
    return x, draw(labels(len(x), draw(_side(classes))))


@st.composite
def masks(draw: st.DrawFn, *sides: Side) -> npt.NDArray[np.bool_]:
    """Masks: True is what is real, or may be looked at; rows without any True come too.

    Parameters
    ----------
    *sides : side
        Each a length, or (least, most).

    Returns
    -------
    strategy of ndarray of bool
        It shrinks towards False everywhere.

    Raises
    ------
    InvalidArgument
        When drawn, for a side (most, least).

    Examples
    --------
    >>> smallest(draws.masks(1, 3))
    array([[False, False, False]])
    """
    shape = tuple(draw(_side(s)) for s in sides)
    size = int(np.prod(shape))
    return np.array(draw(st.lists(st.booleans(), min_size=size, max_size=size)), dtype=bool).reshape(shape)


@st.composite
def permutations(draw: st.DrawFn, size: Side = (2, 6)) -> npt.NDArray[np.int64]:
    """Orders of `size` things, for laws of invariance.

    Parameters
    ----------
    size : side
        How many things: a length, or (least, most).

    Returns
    -------
    strategy of ndarray (size,)
        int64: 0 … size - 1, each once. It shrinks towards the order that changes nothing.

    Raises
    ------
    InvalidArgument
        When drawn, for a side (most, least).

    Examples
    --------
    >>> smallest(draws.permutations(3))
    array([0, 1, 2])
    """
    return np.array(draw(st.permutations(range(draw(_side(size))))), dtype=np.int64)


def integers(low: int, high: int) -> st.SearchStrategy[int]:
    """Whole numbers.

    Parameters
    ----------
    low, high : int
        Both included.

    Returns
    -------
    strategy of int
        It shrinks towards nought, or what lies nearest to it.

    Raises
    ------
    InvalidArgument
        When drawn, where low is above high.

    Examples
    --------
    >>> smallest(draws.integers(3, 9))
    3
    """
    return st.integers(low, high)


def floats(low: float, high: float) -> st.SearchStrategy[float]:
    """Finite floats.

    Parameters
    ----------
    low, high : float
        Both included.

    Returns
    -------
    strategy of float
        It likes the ends, whole numbers and nought, and shrinks towards short ones.

    Raises
    ------
    InvalidArgument
        When drawn, where low is above high.

    Examples
    --------
    >>> smallest(draws.floats(0.5, 9.0))
    1.0
    """
    return st.floats(low, high, allow_nan=False, allow_infinity=False)


def sampled(values: Sequence[Any]) -> st.SearchStrategy[Any]:
    """One of these values.

    Parameters
    ----------
    values : sequence
        At least one.

    Returns
    -------
    strategy
        It shrinks towards the first: put the simplest there.

    Raises
    ------
    InvalidArgument
        When drawn, where there are none.

    Examples
    --------
    >>> smallest(draws.sampled(["same", "valid"]))
    'same'
    """
    return st.sampled_from(list(values))


def seeds() -> st.SearchStrategy[int]:
    """Seeds for `np.random.default_rng`.

    Returns
    -------
    strategy of int
        From 0 to 2³² - 1.

    Raises
    ------
    Nothing.

    Examples
    --------
    >>> smallest(draws.seeds())
    0
    """
    return st.integers(0, 2**32 - 1)
