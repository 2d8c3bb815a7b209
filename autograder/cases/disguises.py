"""Disguises of a table for judges: what is known about a column by heart is worth nothing, what one can learn stays."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


class Columns:
    """The same change of columns for every X: see `columns`."""

    def __init__(self, order: Array, unit: Array) -> None:
        self.order, self.unit = order, unit

    def __call__(self, X: Array) -> Array:
        """X (examples, features) with its columns in the new order and units, as float32."""
        return (np.asarray(X)[:, self.order] * self.unit).astype(np.float32)


def columns(rng: np.random.Generator, d: int, scale: tuple[float, float] | None = (0.01, 100.0)) -> Columns:
    """Draw an order and units of columns, so that nothing that is known about a column by its place or size helps.

    Parameters
    ----------
    rng : Generator
        Draws them.
    d : int
        The number of features.
    scale : (float, float) or None
        Each column is multiplied by a number between these two, even on a logarithmic scale; None leaves the units.

    Returns
    -------
    function
        For training and test alike: it takes X (examples, d) and returns a changed copy, float32.

    Raises
    ------
    ValueError
        For a scale that is not two positive numbers, the smaller one first.

    Examples
    --------
    >>> change = studios.columns(np.random.default_rng(0), 3, scale=None)
    >>> sorted(change(np.array([[1.0, 2.0, 3.0]]))[0].tolist())
    [1.0, 2.0, 3.0]
    """
    if scale is not None and not 0 < scale[0] <= scale[1]:
        raise ValueError(f"{scale} is no scale: two positive numbers, the smaller one first")
    order = rng.permutation(d)
    unit = np.ones(d) if scale is None else 10.0 ** rng.uniform(np.log10(scale[0]), np.log10(scale[1]), d)
    return Columns(order, unit)


class Mixtures:
    """The same mixture of columns for every X: see `mixtures`."""

    def __init__(self, middle: Array, matrix: Array, offset: Array) -> None:
        self.middle, self.matrix, self.offset = middle, matrix, offset

    def __call__(self, X: Array) -> Array:
        """X (examples, features) as the mixed columns, (examples, features), float32."""
        return ((np.asarray(X, float) - self.middle) @ self.matrix + self.offset).astype(np.float32)


def mixtures(rng: np.random.Generator, X: Array, spread: float = 5.0, scale: tuple[float, float] = (0.01, 100.0)) -> Mixtures:
    """Draw sensors that each read all columns at once, so that no column can be told by the shape of its distribution.

    The columns are standardised as those of X are, each is multiplied by its own factor between 1/`spread` and `spread` (so
    that the principal axes are nobody's knowledge), all are turned by a random orthogonal matrix, and each sensor gets a zero
    point and a unit of its own. A linear model can say the same as before, with other weights.

    Parameters
    ----------
    rng : Generator
        Draws factors, turn, zero points and units.
    X : array (examples, features)
        Whose means and standard deviations are the columns' measure: all the public examples. No column is constant.
    spread : float
        The largest factor of a column, at least 1, even on a logarithmic scale.
    scale : (float, float)
        Each sensor is multiplied by a number between these two, even on a logarithmic scale.

    Returns
    -------
    function
        For training and test alike: it takes rows (examples, features) and returns what the sensors read, float32.

    Raises
    ------
    ValueError
        For a constant column, a spread below 1, a scale that is not two positive numbers, the smaller one first.

    Examples
    --------
    >>> X = np.random.default_rng(1).normal(size=(50, 3)) * [1, 10, 100]
    >>> read = studios.mixtures(np.random.default_rng(0), X)(X)
    >>> read.shape, int(np.linalg.matrix_rank(read - read.mean(axis=0)))
    ((50, 3), 3)
    """
    X = np.asarray(X, float)
    if not spread >= 1:
        raise ValueError(f"a spread of {spread} is none: write 1 for no factors, or more")
    if not 0 < scale[0] <= scale[1]:
        raise ValueError(f"{scale} is no scale: two positive numbers, the smaller one first")
    size = X.std(axis=0)
    if not (size > 0).all():
        raise ValueError(f"column {int(np.argmin(size))} is constant: leave it out")
    d = X.shape[1]
    factor = spread ** rng.uniform(-1, 1, d) / size
    turn, upper = np.linalg.qr(rng.normal(size=(d, d)))
    turn = turn * np.sign(np.diag(upper))  # even over all turns
    unit = 10.0 ** rng.uniform(np.log10(scale[0]), np.log10(scale[1]), d)
    return Mixtures(X.mean(axis=0), factor[:, None] * turn * unit, rng.normal(size=d) * unit)
