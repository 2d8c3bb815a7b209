"""Gradients against measured slopes: planted mistakes are named, right gradients near kinks are spared."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.cases import Broken, expect

Net = list[tuple[np.ndarray, np.ndarray]]


def net(rng: np.random.Generator, sizes: tuple[int, ...] = (3, 4, 5, 2)) -> Net:
    return [(rng.normal(size=s) / 2, rng.normal(size=s[1])) for s in itertools.pairwise(sizes)]


def relu(z: np.ndarray) -> np.ndarray:
    return np.maximum(z, 0)


def forward(parameters: Net, X: np.ndarray, bend: Callable[..., Any]) -> list[np.ndarray]:
    """The inputs of each layer, and the logits."""
    seen = [X]
    for k, (W, b) in enumerate(parameters):
        z = seen[-1] @ W + b
        seen.append(z if k == len(parameters) - 1 else bend(z))
    return seen


def backward(parameters: Net, X: np.ndarray, d: np.ndarray, bend: Callable[..., Any], slope: Callable[..., Any]) -> Any:
    """Gradients of sum(d * logits) for the parameters and X; `slope` takes what `bend` gave."""
    seen, found = forward(parameters, X, bend), []
    for k in reversed(range(len(parameters))):
        found.append((seen[k].T @ d, d.sum(axis=0)))
        d = d @ parameters[k][0].T
        if k:
            d = d * slope(seen[k])
    return found[::-1], d


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def tanh_case(rng: np.random.Generator) -> tuple[Callable[..., Any], Any, Any]:
    """A value of (parameters, X), where, and the right gradient."""
    parameters, X, d = net(rng), rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
    claim = backward(parameters, X, d, np.tanh, lambda a: 1 - a**2)
    return lambda at: np.sum(d * forward(at[0], at[1], np.tanh)[-1]), (parameters, X), claim


def test_a_right_gradient_of_any_nest_is_spared(rng: np.random.Generator) -> None:
    value, x, claim = tanh_case(rng)
    expect.gradient(value, x, claim, rng)
    expect.gradient(lambda p: value((p, x[1])), x[0], [list(pair) for pair in claim[0]], rng)
    expect.gradient(lambda p: value(([(p["W"], p["b"]), *x[0][1:]], x[1])), {"W": x[0][0][0], "b": x[0][0][1]},
                    {"b": claim[0][0][1], "W": claim[0][0][0]}, rng)  # fmt: skip
    expect.gradient(lambda t: t**3, 2.0, 12.0, rng)
    expect.gradient(lambda a: 5.0, np.zeros((0, 3)), np.zeros((0, 3)), rng)
    expect.gradient(lambda a: 1e8 + np.sum(a), np.zeros(3), np.ones(3), rng)  # a large value has no fine slope
    expect.gradient(lambda a: 0.0, np.ones(4), np.zeros(4), rng)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda g: g[0][1][0].__imul__(1.01), r"for W of layer 2 \(at \[0\]\[1\]\[0\]\): at \[\d, \d\] yours is"),
        (lambda g: g[0][2][1].__setitem__(1, 0.0), r"for b of layer 3 \(at \[0\]\[2\]\[1\]\): at \[1\] yours is 0, measured "),
        (lambda g: g[1].__setitem__((4, 2), 9.0), r"for the array at \[1\]: at \[4, 2\] yours is 9, measured "),
    ],
    ids=["one array by one per cent", "one entry", "for the inputs"],
)
def test_a_planted_mistake_is_named_with_hers_and_the_measured_slope(
    rng: np.random.Generator, spoil: Callable[[Any], Any], says: str
) -> None:
    value, x, claim = tanh_case(rng)
    spoil(claim)
    with pytest.raises(Broken, match=says):
        expect.gradient(value, x, claim, rng, what="what `backward` returned")


def test_of_several_wrong_layers_the_last_is_told_first(rng: np.random.Generator) -> None:
    value, x, claim = tanh_case(rng)
    claim[0][0][0][:] = 0
    claim[0][1][0][:] *= 2
    claim[0][1][1][:] *= 2
    with pytest.raises(Broken) as caught:
        expect.gradient(value, x, claim, rng)
    told = str(caught.value)
    assert told.startswith("the gradient does not agree with the measured slope, for W of layer 2 (at [0][1][0]): at [")
    assert told.endswith("; wrong too: W of layer 1 (at [0][0][0]), b of layer 2 (at [0][1][1])")


def test_a_small_gradient_is_not_hidden_by_a_large_one(rng: np.random.Generator) -> None:
    def value(at: Any) -> float:
        return 1e6 * float(np.sum(at[0])) + float(np.sum(at[1] ** 2)) / 2

    x = (np.ones(3), np.array([1.0, 2.0]))
    expect.gradient(value, x, (np.full(3, 1e6), x[1]), rng)
    with pytest.raises(Broken, match=r"for the array at \[1\]: at \[1\] yours is 2.02, measured 2"):
        expect.gradient(value, x, (np.full(3, 1e6), np.array([1.0, 2.02])), rng)


@pytest.mark.parametrize(
    ("claim", "says"),
    [
        (None, "your function returned None"),
        (np.ones(3), "the gradient returned shape .3,., where .2,. was asked for"),
        (np.array([1.0, np.nan]), "nan or inf is among it"),
    ],
)
def test_a_gradient_of_another_form(rng: np.random.Generator, claim: Any, says: str) -> None:
    with pytest.raises(Broken, match=says if claim is not None else "the gradient returned None"):
        expect.gradient(lambda a: np.sum(a), np.ones(2), claim, rng)


def test_a_kink_near_by_is_no_mistake() -> None:
    """Wide ReLU nets: thousands of sums, so that now and then one lies within a step of its kink."""
    turned_away = crossed = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        X, d = rng.normal(size=(60, 8)), rng.normal(size=(60, 1))
        parameters = net(rng, (8, 120, 1))
        claim, _ = backward(parameters, X, d, relu, lambda a: a > 0)
        z = X @ parameters[0][0] + parameters[0][1]
        crossed += bool(np.abs(z).min() < 1e-5)
        try:
            expect.gradient(lambda p, d=d, X=X: np.sum(d * forward(p, X, relu)[-1]), parameters, claim, rng)
        except Broken:
            turned_away += 1
    assert crossed >= 2, "the kinks were never near"
    assert turned_away == 0


def test_a_mistake_in_a_large_array_costs_few_calls(rng: np.random.Generator) -> None:
    value = expect.counted(lambda a: np.sum(a**2))
    x = rng.normal(size=(40, 50))
    claim = 2 * x
    claim[33, 7] += 1
    with pytest.raises(Broken, match=r"at \[33, 7\] yours is"):
        expect.gradient(value, x, claim, rng)
    assert value.calls < 200
