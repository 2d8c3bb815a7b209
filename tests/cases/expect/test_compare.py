"""One thing beside another: what each function catches, what it spares, and what it says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.cases import Broken, expect

X = np.array([[0.5, -1.0], [2.0, 3.0]])


def spoil(x: np.ndarray) -> np.ndarray:
    """Doubles its argument in place."""
    x *= 2
    return x


def spoil_nest(parameters: list) -> float:
    parameters[0][1][:] = 7
    return 0.0


PARAMETERS = [(np.ones((2, 2)), np.zeros(2))]


@pytest.mark.parametrize(
    ("run", "says"),
    [
        (lambda: expect.close([1.0, 2.0], [1.0, 3.0]), r"^your function returned \[1., 2.\]; look at \[1\] first$"),
        (lambda: expect.close([1.0, 2.0], [5.0, 6.0]), r"^your function returned \[1., 2.\]$"),
        (lambda: expect.close(2.0, 3.0, reveal=True), "^your function returned 2: yours is 2, wanted 3$"),
        (lambda: expect.close([1.0], [2.0], tell=False), "^it does not hold for what came out$"),
        (lambda: expect.close([1.0], [2.0], otherwise="the mean is not kept"), "^the mean is not kept$"),
        (lambda: expect.close([np.nan], [2.0]), "nan"),
        (lambda: expect.close([[1.0]], [1.0]), r"returned shape \(1, 1\), where \(1,\)"),
        (lambda: expect.same([1.0], [1.0, 1.0], "it differs"), r"it differs \(once the shape \(1,\), once \(2,\)\)"),
        (lambda: expect.same(1.0, 2.0, "it differs"), r"it differs \(once 1, once 2\)"),
        (lambda: expect.unchanged(X.astype(np.float32), X), "your function changed the array that it was given"),
        (lambda: expect.unchanged([(X, X + 1)], [(X, X)], "the parameters"), "your function changed the parameters"),
        (lambda: expect.unchanged([X], [X, X], "the list"), "your function changed the list"),
        (lambda: expect.pure(spoil, X, names=("X",)), "your function changed `X`"),
        (lambda: expect.pure(lambda a, b: spoil(b), X, X), "your function changed argument 2 that it was given"),
        (lambda: expect.pure(spoil_nest, PARAMETERS, names=("parameters",)), "your function changed `parameters`"),
        (
            lambda: expect.definition(np.cumsum, np.cumprod, np.array([1.0, 2.0]), name="running"),
            r"^running\(np.array\(\[1.0, 2.0\]\)\) is not what the definition gives: at \[1\] yours is 3$",
        ),
        (
            lambda: expect.definition(lambda x: (x, x), lambda x: (x, x + 1), np.array([1.0]), name="split"),
            r"^split\(np.array\(\[1.0\]\)\)\[1\] is not what the definition gives: at \[0\] yours is 1$",
        ),
        (lambda: expect.definition(spoil, lambda x: x, X), "yours is 1"),
        (lambda: expect.definition(lambda x: None, lambda x: x, X), "returned None"),
        (lambda: expect.definition(lambda x: [x], lambda x: (x, x), X), "returned 1 parts, where 2 were asked for"),
        (
            lambda: expect.invariant(lambda x: x[0], [X], [X[::-1]], "the order of the rows matters", name="score"),
            r"the order of the rows matters \(at \[0\]: once 0.5, once 2\) in score\(np.array\(\[\[2.0, 3.0\], ",
        ),
        (
            lambda: expect.invariant(np.abs, [X], [-X], "it is not odd", moves=lambda y: -y),
            r"it is not odd \(at \[0, 0\]: once -0.5, once 0.5\)",
        ),
        (lambda: expect.round_trip(np.abs, lambda y: y, X, "undo"), r"undo: at \[0, 1\] -1 set out, 1 came back"),
        (lambda: expect.round_trip(np.ravel, lambda y: y, X, "undo"), r"undo: the way back returned shape \(4,\)"),
        (lambda: expect.round_trip(str.lower, lambda t: t.encode(), "ab", "undo"), "undo: 'ab' set out, b'ab' came back"),
        (
            lambda: expect.repeatable(lambda rng: np.random.default_rng().random(3), seed=0),
            "gave different results with the same seed",
        ),
        (lambda: expect.repeatable(lambda rng: {"a": np.ones(2)}, seed=0), "gave the same with two different seeds"),
    ],
)
def test_caught(run: Callable[[], Any], says: str) -> None:
    before, parameters = X.copy(), [(W.copy(), b.copy()) for W, b in PARAMETERS]
    with pytest.raises(Broken, match=says):
        run()
    assert np.array_equal(X, before), "the case's own arrays stay whole"
    assert all(np.array_equal(p, q) for p, q in zip(PARAMETERS[0], parameters[0], strict=True))


def test_spared() -> None:
    expect.close(np.float32([0.1, np.nan]), [0.1, np.nan])
    expect.close([True, False], [True, False])
    expect.close(np.zeros((0, 2)), np.zeros((0, 2)))
    expect.same(np.array([1.0]), [1.0 + 1e-9], "")
    expect.unchanged([(X, np.array([np.nan]))], [(X.copy(), np.array([np.nan]))])
    expect.unchanged("text", "text")
    rng = np.random.default_rng(0)
    assert expect.pure(lambda x, rng: rng.permutation(x), np.arange(3), rng).shape == (3,)
    assert rng.random() != np.random.default_rng(0).random(), "a generator is passed as it is"
    expect.definition(lambda x: [x, x], lambda x: (x, x), X)
    expect.invariant(lambda x: {"sum": x.sum()}, [X], [X[::-1]], "")
    expect.invariant(np.abs, [X], [-X], "")
    expect.round_trip(lambda p: p[::-1], lambda p: p[::-1], [(X, X[0])], "")
    expect.round_trip(str.split, " ".join, "two words", "")
    expect.repeatable(lambda rng: [rng.random(4)], seed=3)
    expect.repeatable(lambda rng: np.ones(2), seed=3, differs=False)


def test_a_mark_to_write_back_is_for_one_object_and_one_call() -> None:
    x, twin = np.zeros(2), np.zeros(2)
    assert expect.written_back(x) is x
    assert not expect.asked_back(twin)
    assert expect.asked_back(x)
    assert not expect.asked_back(x)
    with pytest.raises(TypeError, match="a generator is never written back"):
        expect.written_back(np.random.default_rng(0))
