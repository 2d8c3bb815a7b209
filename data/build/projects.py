"""What week 8's flight simulator knows: learning curves of small nets, each recorded from a real training.

A net with one hidden layer learns one of three tasks from some rows, a share of which have a wrong label. At several steps of
each training three shares of mistakes are written down: on the training rows and their given labels, on copies of these rows
that are moved by a pixel (and carry the same labels, right or wrong), and on new pictures with true labels.

864 trainings stand on a grid of rows, wrong labels and hidden units, three for each place. 200 more stand at 50 places drawn
between its lines, four for each: they are never used by the simulator, and say how well it predicts.

The pictures are those of fashion.h5 and mnist.h5; the file holds shares of mistakes, and no picture.

Arrays may differ in the last digits on another machine, whose sums are rounded in another order; a training is chaotic, so a
rebuild elsewhere gives other curves, within a mistake or two in a hundred.
"""

from __future__ import annotations

import itertools

import h5py
import numpy as np

from data.build import fashion, mnist
from data.build.common import Array, DataFile, Dataset

PROGRAM = "data/build/projects.py"
TASKS = ("digits", "clothes", "tops")
ROWS = (60, 120, 240, 480, 960, 1920)
WRONG = (0.0, 0.15, 0.3, 0.45)  # the share of labels that are another class, evenly
UNITS = (4, 12, 36, 108)
STEPS = (50, 100, 200, 400, 800, 1600)  # where a curve is read off
SEEDS = 3  # trainings for each place of the grid
BETWEEN, SEEDS_BETWEEN = 50, 4
BATCH, RATE = 32, 0.003
COLUMNS = ["rows", "wrong labels", "hidden units", "steps", "train error", "copy error", "new error"]


def build() -> list[DataFile]:
    """Return the one file, all of it public: what is judged is drawn from it afresh."""
    tasks = {name: _task(name) for name in TASKS}
    grid = [
        _curve(tasks[name], name, rows, wrong, units, seed)
        for name, rows, wrong, units, seed in itertools.product(TASKS, ROWS, WRONG, UNITS, range(SEEDS))
    ]
    between = []
    for place, (name, rows, wrong, units) in enumerate(_places()):
        between += [_curve(tasks[name], name, rows, wrong, units, 1000 + 10 * place + seed) for seed in range(SEEDS_BETWEEN)]
    splits = {"grid": _stacked(grid), "between": _stacked(between)}
    dataset = Dataset("table", splits, {"classes": list(TASKS), "names": COLUMNS})
    says = "learning curves of small nets: mistakes in training, on copies, on new rows; by rows, wrong labels, units, steps"
    return [DataFile("projects.h5", says, fashion.PACKAGE, PROGRAM, {"projects": dataset}, further=(mnist.PACKAGE,))]


def _places() -> list[tuple[str, int, float, int]]:
    """50 places between the lines of the grid."""
    rng = np.random.default_rng(8)
    places = []
    for k in range(BETWEEN):
        rows = round(float(np.exp(rng.uniform(np.log(ROWS[0]), np.log(ROWS[-1])))))
        units = round(float(np.exp(rng.uniform(np.log(UNITS[0]), np.log(UNITS[-1])))))
        places.append((TASKS[k % len(TASKS)], rows, float(np.round(rng.uniform(WRONG[0], WRONG[-1]), 3)), units))
    return places


def _task(name: str) -> tuple[Array, Array, Array, Array, int]:
    """Pictures (N, 28, 28) and labels to train on, new pictures and theirs, and the number of classes."""
    from data.build.__main__ import DATA

    source = "mnist" if name == "digits" else "fashion"
    with h5py.File(DATA / f"{source}.h5") as file:
        X, y = (np.concatenate([file[source][split][part][()] for split in ("train", "test")]) for part in "Xy")
    classes = np.array([0, 2, 4, 6] if name == "tops" else range(10))  # T-shirts, pullovers, coats, shirts
    kept = np.flatnonzero(np.isin(y, classes))
    kept = kept[np.random.default_rng(88).permutation(len(kept))]
    X, y = X[kept], np.searchsorted(classes, y[kept])
    train, new = slice(0, ROWS[-1]), slice(ROWS[-1], ROWS[-1] + 3000)
    return X[train], y[train], X[new], y[new], len(classes)


def _seen(X: Array) -> Array:
    """Pictures as a net takes them: 14 by 14 means of four pixels, from 0 to 1, less 0.3; (N, 196)."""
    small = X.reshape(len(X), 14, 2, 14, 2).mean(axis=(2, 4)) / 255
    return (small - 0.3).reshape(len(X), -1).astype(np.float32)


def _curve(task: tuple[Array, Array, Array, Array, int], name: str, rows: int, wrong: float, units: int, seed: int) -> Array:
    """One training: a row of the table for each of STEPS."""
    X, y, X_new, y_new, K = task
    rng = np.random.default_rng([TASKS.index(name), rows, int(1000 * wrong), units, seed])
    chosen = rng.choice(len(X), rows, replace=False)
    X, y = X[chosen], y[chosen].astype(int)
    bad = rng.permutation(rows) < round(wrong * rows)
    y = np.where(bad, (y + rng.integers(1, K, rows)) % K, y)
    down, right = np.array([(0, 1), (0, -1), (1, 0), (-1, 0)])[rng.integers(4, size=rows)].T
    copies = np.array([np.roll(one, (d, r), (0, 1)) for one, d, r in zip(X, down, right, strict=True)])
    X, copies, fresh = _seen(X), _seen(copies), _seen(X_new)

    W = [rng.normal(size=(196, units)) * np.sqrt(1 / 196), rng.normal(size=(units, K)) * np.sqrt(1 / units)]
    parameters = [part.astype(np.float32) for part in (W[0], np.zeros(units), W[1], np.zeros(K))]
    first, second = [np.zeros_like(p) for p in parameters], [np.zeros_like(p) for p in parameters]
    table, order = [], rng.permutation(rows)
    targets = np.eye(K, dtype=np.float32)[y]
    for step in range(1, STEPS[-1] + 1):
        if len(order) < min(BATCH, rows):
            order = np.concatenate([order, rng.permutation(rows)])
        batch, order = order[:BATCH], order[BATCH:]
        gradients = _gradients(parameters, X[batch], targets[batch])
        for p, g, m, v in zip(parameters, gradients, first, second, strict=True):
            m += 0.1 * (g - m)
            v += 0.001 * (g * g - v)
            p -= RATE * (m / (1 - 0.9**step)) / (np.sqrt(v / (1 - 0.999**step)) + 1e-8)
        if step in STEPS:
            errors = [_error(parameters, *pair) for pair in ((X, y), (copies, y), (fresh, y_new))]
            table.append([rows, wrong, units, step, *errors])
    return np.column_stack([np.array(table), np.full(len(table), TASKS.index(name))])


def _gradients(parameters: list[Array], X: Array, targets: Array) -> list[Array]:
    """Of the mean cross-entropy."""
    W1, b1, W2, b2 = parameters
    hidden = np.tanh(X @ W1 + b1)
    logits = hidden @ W2 + b2
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    d_logits = (shares / shares.sum(axis=1, keepdims=True) - targets) / np.float32(len(X))
    d_hidden = (d_logits @ W2.T) * (1 - hidden**2)
    return [X.T @ d_hidden, d_hidden.sum(axis=0), hidden.T @ d_logits, d_logits.sum(axis=0)]


def _error(parameters: list[Array], X: Array, y: Array) -> float:
    W1, b1, W2, b2 = parameters
    return float(np.mean((np.tanh(X @ W1 + b1) @ W2 + b2).argmax(axis=1) != y))


def _stacked(curves: list[Array]) -> dict[str, Array]:
    table = np.concatenate(curves)
    return {"X": table[:, :-1].astype(np.float32), "y": table[:, -1].astype(np.uint8)}
