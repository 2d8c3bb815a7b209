"""The kit's tape: every operation against measured slopes, and nets that are trained on it."""

from __future__ import annotations

import doctest
import importlib.util
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

FILE = Path(__file__).parents[2] / "notebooks" / "kit" / "tape.py"


def _loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("tape", FILE)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tape = _loaded()
Value = tape.Value
Many = Callable[..., Any]


def one_norm(parameters: Any, X: Any, eps: float = 1e-5) -> Any:
    """Batch norm as a learner may write it, its cache her own."""
    gain, shift = parameters
    inverse = 1 / np.sqrt(X.var(axis=0) + eps)
    hat = (X - X.mean(axis=0)) * inverse
    return gain * hat + shift, {"hat": hat, "inverse": inverse}


def one_norm_back(parameters: Any, cache: Any, d_out: Any) -> Any:
    gain, _ = parameters
    hat, d_hat = cache["hat"], d_out * gain
    d_X = cache["inverse"] * (d_hat - d_hat.mean(axis=0) - hat * (d_hat * hat).mean(axis=0))
    return ((d_out * hat).sum(axis=0), d_out.sum(axis=0)), d_X


def cross_entropy(logits: Any, labels: Any) -> Any:
    """Mean log-loss of the softmax of the last axis, with its p − y."""
    rows = logits.reshape(-1, logits.shape[-1])
    far = rows - rows.max(axis=1, keepdims=True)
    total = np.exp(far).sum(axis=1, keepdims=True)
    at = np.arange(len(rows)), np.ravel(labels)
    return np.mean(np.log(total[:, 0]) - far[at]), (np.exp(far) / total, at, logits.shape)


def cross_entropy_back(cache: Any, d: Any) -> Any:
    p, at, shape = cache
    p = p.copy()
    p[at] -= 1
    return (p / len(p) * d).reshape(shape)


def layer_norm(X: Any) -> Any:
    hat = (X - X.mean(axis=-1, keepdims=True)) / np.sqrt(X.var(axis=-1, keepdims=True) + 1e-5)
    return hat, (hat, np.sqrt(X.var(axis=-1, keepdims=True) + 1e-5))


def layer_norm_back(cache: Any, d: Any) -> Any:
    hat, spread = cache
    return (d - d.mean(axis=-1, keepdims=True) - hat * (d * hat).mean(axis=-1, keepdims=True)) / spread


TABLE = np.array([[0, 2, 2], [1, 0, 2]])
OPERATIONS: dict[str, tuple[Many, tuple[tuple[int, ...], ...]]] = {
    "add": (lambda a, b: a + b, ((3, 4), (3, 4))),
    "add, one number to each": (lambda a, b: a + b, ((3, 4), ())),
    "add, a row and a column": (lambda a, b: a + b, ((1, 4), (3, 1))),
    "add, fewer axes": (lambda a, b: a + b, ((2, 3, 4), (4,))),
    "add plain numbers": (lambda a: 2 + a + 1, ((3,),)),
    "subtract": (lambda a, b: a - b, ((3, 4), (4,))),
    "subtract from an array": (lambda a: np.ones((2, 3)) - a, ((3,),)),
    "multiply": (lambda a, b: a * b, ((3, 4), (3, 1))),
    "multiply by itself": (lambda a: a * a, ((3, 4),)),
    "multiply from the left by an array": (lambda a: np.arange(6.0).reshape(2, 3) * a, ((3,),)),
    "divide": (lambda a, b: a / (b * b + 1), ((3, 4), (1, 4))),
    "divide a number": (lambda a: 3 / (a * a + 1), ((3,),)),
    "negate": (lambda a: -a, ((3,),)),
    "power": (lambda a: (a * a + 1) ** 1.5, ((3, 2),)),
    "square": (lambda a: a.square(), ((3, 2),)),
    "square root": (lambda a: (a * a + 1).sqrt(), ((3, 2),)),
    "exp": (lambda a: a.exp(), ((3, 2),)),
    "log": (lambda a: (a * a + 1).log(), ((3, 2),)),
    "relu": (lambda a: a.relu(), ((30,),)),
    "tanh": (lambda a: a.tanh(), ((3, 2),)),
    "sigmoid": (lambda a: a.sigmoid(), ((3, 2),)),
    "matmul": (lambda a, b: a @ b, ((3, 4), (4, 2))),
    "matmul, many by one": (lambda a, b: a @ b, ((5, 3, 4), (4, 2))),
    "matmul, one by many": (lambda a, b: a @ b, ((3, 4), (5, 4, 2))),
    "matmul, many by many": (lambda a, b: a @ b, ((5, 3, 4), (5, 4, 2))),
    "matmul, repeated": (lambda a, b: a @ b, ((2, 1, 3, 4), (5, 4, 2))),
    "matmul, vectors": (lambda a, b: a @ b, ((4,), (4,))),
    "matmul, vector and matrix": (lambda a, b: a @ b, ((4,), (4, 3))),
    "matmul, matrices and vector": (lambda a, b: a @ b, ((2, 3, 4), (4,))),
    "matmul from the left by an array": (lambda a: np.arange(6.0).reshape(2, 3) @ a, ((3, 2),)),
    "sum": (lambda a: a.sum(), ((3, 4),)),
    "sum, an axis": (lambda a: a.sum(axis=-2), ((2, 3, 4),)),
    "sum, two axes, kept": (lambda a: a * a.sum(axis=(0, 2), keepdims=True), ((2, 3, 4),)),
    "mean": (lambda a: a.mean(), ((3, 4),)),
    "mean, an axis": (lambda a: a - a.mean(axis=1, keepdims=True), ((3, 4),)),
    "reshape": (lambda a: a.reshape(2, -1), ((3, 4),)),
    "reshape by a tuple": (lambda a: a.reshape((2, 6)), ((3, 4),)),
    "turn round": (lambda a: a.T, ((3, 4),)),
    "transpose": (lambda a: a.transpose(1, 2, 0), ((2, 3, 4),)),
    "transpose, axes from the end": (lambda a: a.transpose((0, -1, 1)), ((2, 3, 4),)),
    "index": (lambda a: a[1], ((3, 4),)),
    "slices": (lambda a: a[:, ::2] * a[:, 1::2], ((3, 4),)),
    "rows of a table, repeated": (lambda a: a[TABLE], ((3, 4),)),
    "places in a list, repeated": (lambda a: a[[0, 0, -1]], ((3, 4),)),
    "places in two axes, repeated": (lambda a: a[np.array([0, 0, 2]), np.array([1, 1, 3])], ((3, 4),)),
    "a mask": (lambda a: a[np.array([True, False, True])], ((3, 4),)),
    "a place used twice, once whole": (lambda a: a[0] * a[1] + a.sum(axis=0), ((2, 4),)),
    "where": (lambda a, b: tape.where(np.eye(3, dtype=bool), a, b), ((3, 3), (3,))),
    "concatenate": (lambda a, b: tape.concatenate([a, np.ones((3, 1)), b], axis=1), ((3, 4), (3, 2))),
    "concatenate, last axis": (lambda a, b: tape.concatenate([a, b], axis=-1), ((2, 3, 4), (2, 3, 1))),
    "stack": (lambda a, b: tape.stack([a, b, a], axis=1), ((3, 4), (3, 4))),
    "softmax cross-entropy of one's own": (
        lambda a: tape.operation(cross_entropy, cross_entropy_back)(a, labels=TABLE), ((2, 3, 4),),
    ),
    "batch norm of one's own": (
        lambda a, b, x: tape.layer(one_norm, one_norm_back)((a, b), x), ((4,), (4,), (7, 4)),
    ),
    "layer norm of one's own": (lambda a: tape.operation(layer_norm, layer_norm_back)(a), ((3, 2, 5),)),
    "an operation of one's own with two inputs": (
        lambda a, b: tape.operation(lambda x, y: (x * y, (x, y)), lambda c, d: (d * c[1], d * c[0]))(a, b), ((3,), (3,)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OPERATIONS)
def test_gradients_are_the_measured_slopes(name: str) -> None:
    """In random directions, of a random weighting of all that comes out."""
    made_by, shapes = OPERATIONS[name]
    rng = np.random.default_rng(len(name))
    inputs = [rng.normal(size=shape) for shape in shapes]
    weights = rng.normal(size=made_by(*map(Value, inputs)).shape)
    held = [Value(x) for x in inputs]
    (made_by(*held) * weights).sum().backward()
    for _ in range(4):
        ways = [rng.normal(size=shape) for shape in shapes]
        ends = [
            np.sum(made_by(*(Value(x + sign * 1e-6 * way) for x, way in zip(inputs, ways, strict=True))).data * weights)
            for sign in (1, -1)
        ]
        said = sum(np.sum(value.grad * way) for value, way in zip(held, ways, strict=True))
        assert said == pytest.approx((ends[0] - ends[1]) / 2e-6, rel=1e-5, abs=1e-7)


@pytest.mark.parametrize("name", [one for one in OPERATIONS if "array" not in one and one != "concatenate"])
def test_float32_stays(name: str) -> None:
    """But where it meets an array of data in float64: there NumPy makes float64 of both."""
    made_by, shapes = OPERATIONS[name]
    held = [Value(np.ones(shape, np.float32) / 2) for shape in shapes]
    made = made_by(*held)
    assert made.dtype == np.float32
    (made * np.float64(0.5)).mean().backward()
    assert all(value.grad.dtype == np.float32 and value.grad.shape == value.shape for value in held)


def test_its_examples_run() -> None:
    assert doctest.testmod(tape).failed == 0


def test_a_value_that_is_used_often_and_deep_down() -> None:
    """Random graphs, in which most values are used several times and at several depths."""
    for seed in range(20):

        def run(x: Any, seed: int = seed) -> Any:
            rng, made = np.random.default_rng(seed), [x, x.tanh(), x * 0.5]
            for _ in range(12):
                a, b = (made[k] for k in rng.integers(len(made), size=2))
                made.append([a + b, a * b, a.tanh(), (a - b) * 0.3, a.sigmoid() + x][rng.integers(5)])
            return sum(made).mean()

        x = np.random.default_rng(seed + 100).normal(size=(2, 3))
        held = Value(x)
        run(held).backward()
        way = np.random.default_rng(seed + 200).normal(size=x.shape)
        slope = (float(run(Value(x + 1e-6 * way))) - float(run(Value(x - 1e-6 * way)))) / 2e-6
        assert np.sum(held.grad * way) == pytest.approx(slope, rel=1e-6, abs=1e-9)


def test_a_very_long_tape_needs_no_recursion() -> None:
    x = Value(np.array(1.0))
    far = x
    for _ in range(50_000):
        far = far * 0.9999
    far.backward()
    assert x.grad == pytest.approx(0.9999**50_000)
    del far  # nor does forgetting it


def test_walking_back_again_begins_anew() -> None:
    x = Value(np.array([1.0, 2.0]))
    loss = (x * x).sum()
    for _ in range(2):
        loss.backward()
        assert x.grad.tolist() == [2.0, 4.0]


def test_gradients_belong_to_one_value_each() -> None:
    """What is done to one gradient in place is not done to another."""
    a, b = Value(np.ones(3)), Value(np.ones(3))
    (a + b).backward(np.ones(3))
    a.grad *= 7
    assert b.grad.tolist() == [1, 1, 1]


def test_many_slices_cost_their_own_size_only() -> None:
    x = Value(np.zeros((2000, 1000), np.float32))
    total = sum(x[t] for t in range(2000)).sum()
    tracemalloc.start()
    total.backward()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * x.data.nbytes  # 2,000 arrays of the whole size would be 16 GB


def test_what_backward_refuses() -> None:
    with pytest.raises(ValueError, match=r"single number.*shape \(3,\)"):
        Value(np.ones(3)).backward()
    with pytest.raises(ValueError, match=r"shape \(2,\)"):
        Value(np.ones(3)).backward(np.ones(2))


@pytest.mark.parametrize(
    ("backward", "said"),
    [
        (lambda cache, d: d.sum(), r"shape \(\) for input 1 of shape \(3,\)"),
        (lambda cache, d: None, "None as the gradient of input 1"),
    ],
)
def test_an_operation_with_a_bad_gradient_is_named(backward: Many, said: str) -> None:
    x = Value(np.ones(3))
    with pytest.raises(ValueError, match=said):
        tape.operation(lambda x: (2 * x, None), backward)(x).sum().backward()


def test_a_layer_names_the_parameter_whose_gradient_is_wrong() -> None:
    parameters = tape.values([(np.ones((2, 1)), np.ones(1))])
    made = tape.layer(lambda p, X: (X @ p[0][0], X), lambda p, X, d: ([(X.T @ d, d)], d @ p[0][0].T))(parameters, np.ones((3, 2)))
    with pytest.raises(ValueError, match=r"shape \(3, 1\) for input 1\[0\]\[1\] of shape \(1,\)"):
        made.sum().backward()


def test_a_backward_is_asked_once() -> None:
    asked = []

    def back(cache: Any, d: Any) -> Any:
        asked.append(d)
        return d, d, None

    a, b = Value(np.ones(3)), Value(np.ones(3))
    tape.operation(lambda x, y, z: (x + y + z, None), back)(a, b, np.ones(3)).sum().backward()
    assert len(asked) == 1 and a.grad.tolist() == b.grad.tolist() == [1, 1, 1]


def blobs(n: int = 300) -> tuple[Any, Any]:
    """Three rings, which no linear model tells apart."""
    rng = np.random.default_rng(5)
    y = np.arange(n) % 3
    angle, radius = rng.uniform(0, 2 * np.pi, n), 1 + y + 0.2 * rng.normal(size=n)
    return (radius * [np.cos(angle), np.sin(angle)]).T.astype(np.float32), y


@pytest.mark.parametrize("normed", [False, True])
def test_a_small_net_learns_on_it(normed: bool) -> None:
    X, y = blobs()
    rng = np.random.default_rng(0)
    nest = {
        "layers": [
            (rng.normal(size=(2, 24)).astype(np.float32), np.zeros(24, np.float32)),
            (rng.normal(size=(24, 3)).astype(np.float32) * 0.2, np.zeros(3, np.float32)),
        ],
        "norm": (np.ones(24, np.float32), np.zeros(24, np.float32)),
    }
    norm, loss_of = tape.layer(one_norm, one_norm_back), tape.operation(cross_entropy, cross_entropy_back)

    def logits(held: Any, X: Any) -> Any:
        (W, b), (V, c) = held["layers"]
        scores = X @ W + b
        return (norm(held["norm"], scores) if normed else scores).relu() @ V + c

    losses = []
    for _ in range(200):
        loss, found = tape.value_and_gradients(lambda held: loss_of(logits(held, X), labels=y), nest)
        losses.append(loss)
        assert found.keys() == nest.keys() and isinstance(found["layers"][1], tuple)
        nest["layers"] = [(W - 0.3 * dW, b - 0.3 * db) for (W, b), (dW, db) in zip(nest["layers"], found["layers"], strict=True)]
        nest["norm"] = tuple(p - 0.3 * d for p, d in zip(nest["norm"], found["norm"], strict=True))
    assert (nest["layers"][0][0].dtype, np.shape(losses[0])) == (np.float32, ())
    assert losses[-1] < 0.35 < 1 < losses[0]
    assert (logits(tape.values(nest), X).data.argmax(axis=1) == y).mean() > 0.9


def test_parameters_that_the_loss_does_not_touch_have_gradient_zero() -> None:
    loss, found = tape.value_and_gradients(lambda p: (p["a"] * 2).sum(), {"a": np.ones(2), "b": np.ones((2, 2))})
    assert loss == 4 and found["b"].tolist() == [[0, 0], [0, 0]]
