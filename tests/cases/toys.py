"""A toy studio of each shape: what the learner writes, how it is declared, how it is judged."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.cases import Entry, Studio, expect, studios


@dataclass(frozen=True)
class Toy:
    """`source` is the learner's cell; it reaches at least `reaches`."""

    studio: Studio
    source: str
    reaches: float


def _predict(entry: Entry, half: Any, rng: np.random.Generator) -> float:
    """Two clouds, drawn anew three times, columns in another order and size each time."""
    asked = []
    for _ in range(3):
        y = rng.permutation(np.arange(200) % 2)
        change = studios.columns(rng, 3)
        X = change(rng.normal(size=(200, 3)) + np.outer(y, (3, 0, 3)))
        asked.append((entry.train(X[:100], y[:100]), X[100:], y[100:]))
    return float(np.mean([np.mean(expect.array(round.predict(X), (100,)) == y) for round, X, y in asked]))


def _find(entry: Entry, half: Any, rng: np.random.Generator) -> float:
    """A mark of 2 x 2, drawn anew, somewhere in noise."""
    mark = rng.choice((-3.0, 3.0), (2, 2))
    canvases, places = rng.normal(size=(40, 8, 8)) / 2, rng.integers(0, 7, (40, 2))
    for canvas, (row, column) in zip(canvases, places, strict=True):
        canvas[row : row + 2, column : column + 2] += mark
    round = entry.train(canvases[:20], places[:20])
    found = round.find(canvases[20:])
    expect.that(isinstance(found, list) and len(found) == 20, "find returns a list of places")
    return float(np.mean([tuple(a) == tuple(b) for a, b in zip(found, places[20:].tolist(), strict=True)]))


def _act(entry: Entry, half: Any, rng: np.random.Generator) -> float:
    """Five levers in five rooms, one of them good in each; 200 pulls to find out."""
    good = rng.integers(0, 5, 5)
    pull = studios.counted(lambda room, lever: float(good[room] == lever), 200, "pulls")
    round = entry.train(pull)
    return float(np.mean([round.act(room) == good[room] for room in range(5)]))


def _step(entry: Entry, half: Any, rng: np.random.Generator) -> float:
    """An invented language of four symbols, each followed by one other; bits a symbol."""
    follows = rng.permutation(4)
    text = [0]
    while len(text) < 300:
        text.append(int(follows[text[-1]]) if rng.random() < 0.9 else int(rng.integers(4)))
    symbols = np.array(text)
    round = entry.train(symbols[:200])
    state, bits = round.start(2), []
    for now, after in itertools.pairwise(symbols[200:]):
        state, logs = round.step(state, np.array([now, now]))
        logs = expect.array(logs, (2, 4))
        expect.close(np.exp(logs).sum(axis=1), np.ones(2), what="step")
        bits.append(-logs[0, after] / np.log(2))
    return float(np.mean(bits))


def _descend(entry: Entry, half: Any, rng: np.random.Generator) -> float:
    """A bowl somewhere: how near after at most 60 slopes?"""
    middle = rng.normal(size=2)
    slope = studios.counted(lambda x: 2 * (np.asarray(x) - middle), 60, "gradient calls")
    return float(np.abs(expect.array(entry.round().descend(slope, np.zeros(2)), (2,)) - middle).max())


def _studio(users: tuple[str, ...], judge: Any, better: float, worse: float, **more: Any) -> Studio:
    steps = np.linspace(worse, better, 4)
    return Studio("toy", "how well", float(steps[0]), tuple(steps[1:].tolist()), better > worse, users=users, judge=judge, **more)


TOYS = {
    "predict": Toy(
        _studio(("predict",), _predict, 0.95, 0.5, train="train", budget=6),
        """
import numpy as np
def train(X, y, rng):
    tall = np.column_stack([X, np.ones(len(X))])
    return [np.linalg.lstsq(tall, 2.0 * y - 1, rcond=None)[0]]
def predict(arrays, X):
    return (X @ arrays[0][:-1] + arrays[0][-1] > 0).astype(int)
""",
        0.9,
    ),
    "find": Toy(
        _studio(("find",), _find, 0.95, 0.1, train="train", budget=4),
        """
import numpy as np
def train(canvases, places, rng):
    return [np.mean([c[r:r + 2, k:k + 2] for c, (r, k) in zip(canvases, places)], axis=0)]
def find(arrays, canvases):
    fits = np.array([[[(c[r:r + 2, k:k + 2] * arrays[0]).sum() for k in range(7)] for r in range(7)] for c in canvases])
    return [tuple(int(v) for v in divmod(f.argmax(), 7)) for f in fits]
""",
        0.9,
    ),
    "act": Toy(
        _studio(("act",), _act, 1.0, 0.2, train="train", budget=25),
        """
import numpy as np
def train(pull, rng):
    return [np.array([[pull(room, lever) for lever in range(5)] for room in range(5)])]
def act(arrays, room):
    return int(arrays[0][room].argmax())
""",
        1.0,
    ),
    "start and step": Toy(
        _studio(("start", "step"), _step, 1.0, 2.0, train="train", budget=16),
        """
import numpy as np
def train(text, rng):
    counts = np.full((4, 4), 0.5)
    for a, b in zip(text[:-1], text[1:]):
        counts[a, b] += 1
    return [counts]
def start(arrays, n):
    return {"seen": np.zeros(n, int)}
def step(arrays, state, symbols):
    counts = arrays[0][symbols]
    return {"seen": state["seen"] + 1}, np.log(counts / counts.sum(axis=1, keepdims=True))
""",
        1.2,
    ),
    "nothing stored": Toy(
        _studio(("descend",), _descend, 1e-3, 1.0, counted="gradient calls"),
        """
def descend(gradient, x):
    for _ in range(50):
        x = x - 0.2 * gradient(x)
    return x
""",
        1e-3,
    ),
}
