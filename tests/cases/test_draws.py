"""What each strategy draws: shapes, ranges and types, and what it shrinks to."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from autograder.cases import draws

SETTINGS = hypothesis.settings(max_examples=100, database=None, derandomize=True, deadline=None)


def drawn(strategy: st.SearchStrategy[Any]) -> list[Any]:
    """A hundred draws."""
    seen: list[Any] = []

    @SETTINGS
    @hypothesis.given(strategy)
    def take(value: Any) -> None:
        seen.append(value)

    take()
    return seen


@pytest.mark.parametrize(
    ("strategy", "holds"),
    [
        (draws.arrays((2, (0, 3), 1), -1, 2, decimals=2), lambda a: a.shape[::2] == (2, 1) and a.shape[1] <= 3),
        (
            draws.arrays((3,), -1, 2, decimals=2),
            lambda a: np.all((a >= -1) & (a <= 2)) and np.allclose(a * 100, np.round(a * 100)),
        ),
        (draws.matrices((1, 3), 2), lambda a: 1 <= len(a) <= 3 and a.shape[1] == 2 and a.dtype == float),
        (draws.vectors((1, 4), low=1), lambda a: a.ndim == 1 and 1 <= len(a) <= 4 and a.min() >= 1),
        (draws.normals((1, 4), 3), lambda a: a.shape[1] == 3 and len(np.unique(a)) == a.size and np.all(a != 0)),
        (draws.dense(inputs=2, outputs=3), lambda p: p[0][0].shape[0] == 2 and p[-1][1].shape == (3,) and 1 <= len(p) <= 3),
        (draws.dense(), lambda p: all(W.shape[1:] == b.shape for W, b in p)),
        (draws.dense(depth=3), lambda p: all(V.shape[1] == W.shape[0] for (V, _), (W, _) in itertools.pairwise(p))),
        (draws.labels((0, 5), classes=3), lambda y: y.dtype == np.int64 and len(y) <= 5 and set(y) <= {0, 1, 2}),
        (draws.batch(n=(1, 4), d=2), lambda b: b[0].shape == (len(b[1]), 2) and b[1].min() >= 0),
        (draws.masks((1, 3), 4), lambda m: m.dtype == bool and m.shape[1] == 4),
        (draws.permutations((1, 5)), lambda p: sorted(p) == list(range(len(p)))),
        (draws.integers(-2, 2), lambda i: -2 <= i <= 2),
        (draws.floats(0.25, 2.5), lambda f: 0.25 <= f <= 2.5),
        (draws.sampled(["a", "b"]), lambda s: s in ("a", "b")),
        (draws.seeds(), lambda s: np.random.default_rng(s) is not None and 0 <= s < 2**32),
    ],
)
def test_what_is_drawn(strategy: st.SearchStrategy[Any], holds: Callable[[Any], bool]) -> None:
    assert all(holds(value) for value in drawn(strategy))


def test_widths_differ_now_and_then_and_a_class_may_be_missing_and_a_row_blind() -> None:
    widths = [{W.shape[1] for W, _ in net[:-1]} for net in drawn(draws.dense(depth=3))]
    assert any(len(w) == 2 for w in widths)
    assert any(len(set(y)) < 3 for y in drawn(draws.labels(6, classes=3)))
    assert any(not m.any(axis=1).all() and m.any() for m in drawn(draws.masks(3, 3)))


def test_a_breaking_array_shrinks_to_short_numbers_and_a_continuous_one_in_shape_alone() -> None:
    small = hypothesis.find(draws.vectors((1, 6)), lambda a: a.sum() > 1.05, settings=SETTINGS)
    assert small.tolist() == [1.1]
    smooth = hypothesis.find(draws.normals((1, 6), (1, 6)), lambda a: a.shape[1] >= 2, settings=SETTINGS)
    assert smooth.shape == (1, 2)
    assert np.all(np.abs(smooth) > 1e-6)
