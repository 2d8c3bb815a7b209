"""What came out, as plain numbers: what each function catches, what it spares, and what it says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.cases import Broken, expect


class Handle:
    """Stands for an object in the learner's process, which may answer anything."""

    _is_remote_handle = True

    def __bool__(self) -> bool:
        return True

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise AssertionError("it was asked for its numbers")


PARAMETERS = [(np.ones((2, 3)), np.zeros(3)), (np.ones((3, 1)), np.zeros(1))]


def gradients(layer: int = 0, part: int = 0, other: Any = None) -> Any:
    """Gradients of these parameters, one array replaced by another."""
    made = [[W + 1, b + 1] for W, b in PARAMETERS]
    if other is not None:
        made[layer][part] = other
    return made


@pytest.mark.parametrize(
    ("run", "says"),
    [
        (lambda: expect.that(Handle(), "it is not even"), "it is not even .what came back is not a number"),
        (lambda: expect.that(float("nan"), "it is not even"), "it is not even"),
        (lambda: expect.that(None, "it is not even"), "it is not even"),
        (lambda: expect.that(np.array([True, False]), "one is not even"), "one is not even"),
        (lambda: expect.array(None), r"returned None: is there a `return`\?"),
        (lambda: expect.array([[1, 2], [3]]), "rows of unequal length"),
        (lambda: expect.array([1.0, Handle()]), "where an array of numbers was asked for"),
        (lambda: expect.array({"W": 1}), "where an array of numbers was asked for"),
        (lambda: expect.array(["a", "b"]), "where an array of numbers was asked for"),
        (lambda: expect.array(np.sum), "where an array of numbers was asked for"),
        (lambda: expect.shape(3.0, (1,)), r"returned shape \(\), where \(1,\) was asked for"),
        (lambda: expect.dtype(np.zeros(2, int), float), "numbers of type int64, where float64"),
        (lambda: expect.finite(np.where(np.arange(100) == 42, np.nan, 0.0)), r"nan or inf is among it, first at \[42\]"),
        (lambda: expect.number(1 + 2j), "where one finite number was asked for"),
        (lambda: expect.number(float("inf")), "where one finite number was asked for"),
        (lambda: expect.number([0.5]), r"an array of shape \(1,\), where one number"),
        (lambda: expect.probabilities([0.5, 1.5], axis=None), r"returned 1.5 at \[1\], which is no probability"),
        (lambda: expect.probabilities([[0.5, 0.5], [0.2, 0.2]]), r"sum to 0.4 at \[1\], where 1 was asked for"),
        (lambda: expect.probabilities([0.5, 0.5, 0.1]), "sum to 1.1, where 1 was asked for"),
        (lambda: expect.nest(None, PARAMETERS), r"returned None \(is there a `return`\?\), where a list of 2"),
        (lambda: expect.nest(gradients()[:1], PARAMETERS), "returned 1 parts, where 2 were asked for"),
        (
            lambda: expect.nest(gradients(1, 0, np.ones((1, 3))), PARAMETERS),
            r"for W of layer 2 \(at \[1\]\[0\]\), returned shape",
        ),
        (lambda: expect.nest(gradients(0, 1, np.full(3, np.nan)), PARAMETERS), "for b of layer 1 .*nan or inf"),
        (lambda: expect.nest(gradients(0, 1, Handle()), PARAMETERS), "for b of layer 1 .*where an array of numbers"),
        (lambda: expect.nest(Handle(), PARAMETERS), "returned a Handle, where a list of 2"),
        (lambda: expect.nest({"W": 1.0}, {"W": 1.0, "b": 1.0}), "a dict without the key 'b'"),
        (lambda: expect.nest({"W": 1.0, "x": 2.0}, {"W": 1.0}), "a key that was not asked for: 'x'"),
        (lambda: expect.nest([1.0], {"W": 1.0}), "returned a list, where a dict was asked for"),
    ],
)
def test_caught(run: Callable[[], Any], says: str) -> None:
    with pytest.raises(Broken, match=says):
        run()


def test_spared() -> None:
    expect.that(np.bool_(True), "")
    expect.that(np.zeros((0, 3)) > 0, "")
    assert expect.array([[True, False]]).dtype == bool
    assert expect.array(np.zeros((0, 4)), shape=(0, 4), finite=True).size == 0
    expect.dtype(np.float32(2), np.float32)
    assert expect.number(np.array(3)) == 3.0
    expect.probabilities(np.zeros((0, 3)))
    expect.probabilities(np.float32([[0.1] * 10]), shape=(1, 10))
    expect.probabilities([[0.5, 0.1], [0.5, 0.9]], axis=0)
    assert [len(pair) for pair in expect.nest(tuple(map(tuple, gradients())), PARAMETERS)] == [2, 2]
    assert expect.nest({"b": [1.0], "a": [[2.0]]}, {"a": np.ones((1, 1)), "b": np.ones(1)})["b"].shape == (1,)
