"""Gradients against measured slopes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.cases import nests
from autograder.cases.expect import values
from autograder.cases.expect.values import Array, fail
from autograder.cases.words import show

ALONE = 20  # arrays that are tried by themselves; of more, so many are drawn
FINER = 100.0  # a slope that does not agree is measured again with a step so much smaller, which crosses fewer kinks


def gradient(
    value: Callable[[Any], Any],
    x: Any,
    grad: Any,
    rng: np.random.Generator,
    *,
    directions: int = 4,
    step: float = 1e-5,
    tolerance: float = 1e-5,
    what: str = "the gradient",
) -> None:
    """The gradient of a scalar function agrees with central differences in random directions.

    All arrays are moved together, then (where there are several) each by itself, so that a small gradient is not hidden
    by a large one. A slope that does not agree is measured once more with a step 100 times smaller, and the claim is
    turned away only where a second direction says so too: a kink that lies within a step of `x` is no mistake. Draw `x`
    away from kinks all the same (`draws.normals`): *at* a kink there is no gradient to agree with.

    Parameters
    ----------
    value : callable
        The scalar function, of what `x` is; called with fresh float64 arrays in the structure of `x`.
    x : array, or nested list, tuple or dict of arrays
        Where the slope is taken: `X`, a list of `(W, b)`, `(parameters, X)` …
    grad : the same nest
        The gradient that the learner claims, of the shapes of `x`.
    rng : Generator
        Draws the directions.
    directions : int
        How many for all arrays together; two calls of `value` each, and two for each array by itself (at most 20 arrays).
    step : float
        Length of a step, in units of `x`, for each entry. `value` must be computed in float64.
    tolerance : float
        Largest relative difference of the slopes. A planted mistake of 1 % in one array is seen at 1e-3.
    what : str
        What the gradient is, for the message.

    Raises
    ------
    Broken
        Where the nest, a shape or a slope does not agree. Names the layer or array and the entry, with hers beside the
        measured slope. Of several wrong layers the last is told in full, since blame travels backwards.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = np.array([1.0, 2.0])
    >>> expect.gradient(lambda x: np.sum(x**2), x, 2 * x, rng)
    >>> expect.gradient(lambda x: np.sum(x**2), x, np.array([2.0, 2.0]), rng)
    Traceback (most recent call last):
    autograder.cases.model.Broken: the gradient does not agree with the measured slope: at [1] yours is 2, measured 4
    """
    places = list(nests.leaves(x))
    points = [np.asarray(point, dtype=np.float64) for _, point in places]
    claims = [
        values.array(part, shape=point.shape, finite=True, what=f"{what}, for {nests.name(path, x)}," if path else what)
        for (path, part), point in zip(nests.matched(grad, x, lambda m: fail(f"{what}: your function {m}")), points, strict=True)
    ]
    ruler = _Ruler(value, x, points, claims, rng, step, tolerance)
    everything = [np.full(point.shape, True) for point in points]
    if any(ruler.disagrees(everything) for _ in range(directions)) or (len(points) > 1 and ruler.any_alone()):
        _tell(ruler, places, what)


@dataclass
class _Ruler:
    """Measures slopes of one function at one place, and holds the claims against them."""

    value: Callable[[Any], Any]
    x: Any
    points: list[Array]
    claims: list[Array]
    rng: np.random.Generator
    step: float
    tolerance: float

    def disagrees(self, where: Sequence[Array]) -> bool:
        """Whether the claims are wrong among the entries that `where` (masks) names; two directions must say so."""
        return all(self._off(self._direction(where)) for _ in range(2))

    def alone(self, k: int, mask: Any = True) -> list[Array]:
        """Masks of one array, or of some of its entries."""
        return [np.broadcast_to(np.asarray(mask) if i == k else np.False_, p.shape) for i, p in enumerate(self.points)]

    def any_alone(self) -> bool:
        """Whether an array by itself is wrong; of many, some are drawn."""
        tried: Any = range(len(self.points))
        if len(self.points) > ALONE:
            tried = self.rng.choice(len(self.points), ALONE, replace=False)
        return any(self.disagrees(self.alone(int(k))) for k in tried if self.points[k].size)

    def _direction(self, where: Sequence[Array]) -> list[Array]:
        return [self.rng.standard_normal(p.shape) * mask for p, mask in zip(self.points, where, strict=True)]

    def _off(self, way: list[Array]) -> bool:
        claimed = self.claimed(way)
        gaps = []
        for step in (self.step, self.step / FINER):
            measured, floor = self.measured(way, step)
            gaps.append(abs(measured - claimed))
            agrees = gaps[-1] <= self.tolerance * max(abs(measured), abs(claimed), 1e-3) + floor
            clears = step == self.step or floor < 0.1 * gaps[0]  # a finer step only where rounding lets it
            if agrees and clears:
                return False
        return True

    def claimed(self, way: list[Array]) -> float:
        """The slope along a direction, by the claims."""
        return float(sum(np.sum(c * w) for c, w in zip(self.claims, way, strict=True)))

    def measured(self, way: list[Array], step: float) -> tuple[float, float]:
        """The slope along a direction as measured, and what of it may be rounding."""
        ends = []
        for sign in (1.0, -1.0):
            moved = [p + sign * step * w for p, w in zip(self.points, way, strict=True)]
            got = self.value(nests.filled(self.x, moved))
            ends.append(values.number(got, what="the function whose slope is taken"))
        return (ends[0] - ends[1]) / (2 * step), 1e-14 * max(abs(ends[0]), abs(ends[1]), 1.0) / step

    def entry(self, k: int) -> tuple[int, ...]:
        """An entry of array k that is wrong, found by halving."""
        left = np.arange(self.points[k].size)
        while len(left) > 1:
            halves = np.array_split(left, 2)
            left = next((h for h in halves if self.disagrees(self._some(k, h))), max(halves, key=lambda h: self._gap(k, h)))
        return tuple(int(i) for i in np.unravel_index(int(left[0]), self.points[k].shape))

    def _some(self, k: int, flat: Array) -> list[Array]:
        return self.alone(k, np.isin(np.arange(self.points[k].size), flat).reshape(self.points[k].shape))

    def _gap(self, k: int, flat: Array) -> float:
        way = self._direction(self._some(k, flat))
        return abs(self.measured(way, self.step)[0] - self.claimed(way))

    def unit(self, k: int, at: tuple[int, ...]) -> list[Array]:
        """The direction of one entry."""
        way = [np.zeros(p.shape) for p in self.points]
        way[k][at] = 1.0
        return way


def _tell(ruler: _Ruler, places: list[tuple[nests.Path, Any]], what: str) -> None:
    """Say which arrays are wrong, and of one of them an entry: hers beside the measured slope."""
    wrong = [k for k, p in enumerate(ruler.points) if p.size and ruler.disagrees(ruler.alone(k))]
    message = f"{what} does not agree with the measured slope"
    if not wrong:
        fail(f"{message} in a direction in which all arrays move together")
    k = _first_to_mend(wrong, [path for path, _ in places], ruler.x)
    at = ruler.entry(k)
    way = ruler.unit(k, at)
    path = places[k][0]
    of = f", for {nests.name(path, ruler.x)}" if path else ""
    where = f"at {nests.place(at)} " if at else ""
    hers, measured = show(ruler.claimed(way)), show(ruler.measured(way, ruler.step)[0])
    others = [nests.name(places[o][0], ruler.x) for o in wrong if o != k]
    more = f"; wrong too: {', '.join(others[:4])}{', …' if len(others) > 4 else ''}" if others else ""
    fail(f"{message}{of}: {where}yours is {hers}, measured {measured}{more}")


def _first_to_mend(wrong: list[int], paths: list[nests.Path], nest: Any) -> int:
    """The array to look at first: in a list (layers) the last wrong part, since blame travels backwards; else the first."""
    depth = 0
    while len(wrong) > 1 and len(paths[wrong[0]]) > depth:
        here = nests.at(nest, paths[wrong[0]][:depth])
        key = paths[wrong[-1 if isinstance(here, list) else 0]][depth]
        wrong = [k for k in wrong if paths[k][depth] == key]
        depth += 1
    return wrong[0]
