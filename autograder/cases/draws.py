"""Random inputs, as Hypothesis strategies that shrink to small, readable arrays."""

from __future__ import annotations

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
    """Arrays of short decimal numbers in [low, high]; each side an int or (least, most). They shrink towards zeros."""
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
    """Matrices (rows, columns) of short decimal numbers."""
    return arrays((rows, columns), low, high, decimals)


def vectors(size: Side = (1, 6), low: float = -5, high: float = 5, decimals: int = 1) -> st.SearchStrategy[Array]:
    """Vectors (size,) of short decimal numbers."""
    return arrays((size,), low, high, decimals)


@st.composite
def normals(draw: st.DrawFn, *sides: Side, scale: float = 1.0) -> Array:
    """Continuous normal arrays: only the shape shrinks, so no entry is driven onto a kink. For gradients."""
    shape = tuple(draw(_side(s)) for s in sides)
    return np.random.default_rng(draw(seeds())).normal(scale=scale, size=shape)


@st.composite
def labels(draw: st.DrawFn, size: Side = (1, 8), classes: int = 2) -> npt.NDArray[np.int64]:
    """Integer labels 0 … classes - 1 of shape (size,)."""
    n = draw(_side(size))
    return np.array(draw(st.lists(st.integers(0, classes - 1), min_size=n, max_size=n)), dtype=np.int64)


@st.composite
def batch(
    draw: st.DrawFn, n: Side = (1, 6), d: Side = (1, 5), classes: Side = (2, 4), scale: float = 1.0
) -> tuple[Array, npt.NDArray[np.int64]]:
    """A small batch: continuous X (n, d) and integer labels y (n,)."""
    x = draw(normals(n, d, scale=scale))
    return x, draw(labels(len(x), draw(_side(classes))))


def integers(low: int, high: int) -> st.SearchStrategy[int]:
    """Whole numbers in [low, high]."""
    return st.integers(low, high)


def floats(low: float, high: float) -> st.SearchStrategy[float]:
    """Finite floats in [low, high]."""
    return st.floats(low, high, allow_nan=False, allow_infinity=False)


def sampled(values: Sequence[Any]) -> st.SearchStrategy[Any]:
    """One of these values; it shrinks towards the first."""
    return st.sampled_from(list(values))


def seeds() -> st.SearchStrategy[int]:
    """Seeds for a generator."""
    return st.integers(0, 2**32 - 1)
