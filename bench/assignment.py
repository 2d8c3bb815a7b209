"""A small real assignment of plain nbgrader kind, and submissions of varying quality. All of it is made anew, always alike.

Fifteen code cells: imports, data, six answers, six test cells with hidden asserts, a plot.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

NAME = "descent"
SETUP = "import matplotlib.pyplot as plt\nimport numpy as np"
DATA = """\
rng = np.random.default_rng(0)
X = rng.normal(size=(400, 8)) * rng.uniform(0.5, 3.0, size=8) + 2.0
true_w = rng.normal(size=8)
y = X @ true_w + rng.normal(size=400) * 0.1
X.shape, y.shape"""
PLOT = """\
losses = descend(standardise(X), y - y.mean(), 0.1, 300)
fig, ax = plt.subplots(figsize=(3, 2))
ax.plot(losses)
ax.set(xlabel="step", ylabel="loss")
plt.show()"""
HEADS = {
    "standardise": "def standardise(X):",
    "softmax": "def softmax(logits):",
    "cross_entropy": "def cross_entropy(P, labels):",
    "gradient": "def gradient(X, y, w):",
    "descend": "def descend(X, y, learning_rate, num_steps):",
    "accuracy": "def accuracy(P, labels):",
}
RIGHT = {
    "standardise": "return (X - X.mean(axis=0)) / X.std(axis=0)",
    "softmax": "e = np.exp(logits - logits.max(axis=1, keepdims=True))\nreturn e / e.sum(axis=1, keepdims=True)",
    "cross_entropy": "return -np.log(P[np.arange(len(labels)), labels]).mean()",
    "gradient": "return 2 * X.T @ (X @ w - y) / len(y)",
    "descend": (
        "w, losses = np.zeros(X.shape[1]), []\nfor _ in range(num_steps):\n    losses.append(float(np.mean((X @ w - y) ** 2)))\n"
        "    w = w - learning_rate * 2 * X.T @ (X @ w - y) / len(y)\nreturn losses"
    ),
    "accuracy": "return float((P.argmax(axis=1) == labels).mean())",
}
WRONG = {
    "standardise": "return (X - X.mean()) / X.std()",
    "softmax": "e = np.exp(logits - logits.max())\nreturn e / e.sum()",
    "cross_entropy": "return -np.log(P[:, labels]).mean()",
    "gradient": "return X.T @ (X @ w - y)",
    "descend": "return [1.0 / (step + 1) for step in range(num_steps)]",
    "accuracy": "return P.argmax(axis=1) == labels",
}
TESTS = {  # visible asserts, hidden asserts
    "standardise": (
        "assert standardise(np.arange(6.0).reshape(3, 2)).shape == (3, 2)",
        "A = np.random.default_rng(1).normal(3.0, 2.0, size=(50, 4)) * np.arange(1, 5)\nout = standardise(A)\n"
        "assert np.allclose(out.mean(axis=0), 0), 'each feature averages zero'\nassert np.allclose(out.std(axis=0), 1)",
    ),
    "softmax": (
        "assert np.allclose(softmax(np.zeros((2, 4))), 0.25)",
        "Z = np.random.default_rng(2).normal(size=(20, 5))\nassert np.allclose(softmax(Z).sum(axis=1), 1)\n"
        "assert np.allclose(softmax(Z + 100), softmax(Z))",
    ),
    "cross_entropy": (
        "assert np.isclose(cross_entropy(np.full((2, 2), 0.5), np.array([0, 1])), np.log(2))",
        "P = np.random.default_rng(3).dirichlet(np.ones(3), size=30)\nlabels = np.arange(30) % 3\n"
        "assert np.isclose(cross_entropy(P, labels), -np.mean([np.log(p[k]) for p, k in zip(P, labels)]))",
    ),
    "gradient": (
        "assert gradient(np.ones((3, 2)), np.ones(3), np.zeros(2)).shape == (2,)",
        "r = np.random.default_rng(4)\nA, b, w, d = r.normal(size=(20, 3)), r.normal(size=20), r.normal(size=3), r.normal(size=3)\n"
        "loss = lambda w: np.mean((A @ w - b) ** 2)\n"
        "slope = (loss(w + 1e-6 * d) - loss(w - 1e-6 * d)) / 2e-6\nassert np.isclose(gradient(A, b, w) @ d, slope, rtol=1e-4)",
    ),
    "descend": (
        "assert len(descend(np.eye(3), np.ones(3), 0.1, 5)) == 5",
        "r = np.random.default_rng(5)\nA = r.normal(size=(40, 3))\nlosses = descend(A, A @ np.ones(3), 0.1, 60)\n"
        "assert np.isclose(losses[0], np.mean((A @ np.ones(3)) ** 2)) and losses[-1] < 1e-3\n"
        "assert all(b <= a for a, b in zip(losses, losses[1:]))",
    ),
    "accuracy": (
        "assert accuracy(np.eye(3), np.arange(3)) == 1",
        "P = np.random.default_rng(6).random((40, 4))\nlabels = np.arange(40) % 4\n"
        "assert np.isclose(accuracy(P, labels), np.mean([p.argmax() == k for p, k in zip(P, labels)]))",
    ),
}
Notebook = dict[str, Any]


def source() -> Notebook:
    """The instructor's notebook."""
    cells = [_cell("setup", SETUP, locked=True), _cell("data", DATA, locked=True)]
    for name in HEADS:
        body = f"    ### BEGIN SOLUTION\n{_indented(RIGHT[name])}\n    ### END SOLUTION"
        cells.append(_cell(name, f"{HEADS[name]}\n{body}", solution=True))
        seen, hidden = TESTS[name]
        test = f"{seen}\n### BEGIN HIDDEN TESTS\n{hidden}\n### END HIDDEN TESTS"
        cells.append(_cell(f"test_{name}", test, grade=True, locked=True, points=2))
    cells.append(_cell("plot", PLOT))
    about = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return {"cells": cells, "metadata": about, "nbformat": 4, "nbformat_minor": 5}


def _cell(id: str, text: str, grade: bool = False, solution: bool = False, locked: bool = False, points: int = 0) -> Notebook:
    made: Notebook = {"cell_type": "code", "id": id, "execution_count": None, "outputs": [], "metadata": {}, "source": text}
    if grade or solution or locked:
        settings = {"grade": grade, "solution": solution, "locked": locked, "task": False, "grade_id": id, "schema_version": 3}
        made["metadata"]["nbgrader"] = {**settings, "points": points} if grade else settings
    return made


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


def _answers(nb: Notebook, bodies: dict[str, str]) -> None:
    for cell in nb["cells"]:
        if cell["id"] in bodies:
            cell["source"] = f"{HEADS[cell['id']]}\n{_indented(bodies[cell['id']])}"


def _with(**bodies: str) -> Callable[[Notebook], None]:
    return lambda nb: _answers(nb, {**RIGHT, **bodies})


def _added(text: str, at: int) -> Callable[[Notebook], None]:
    def change(nb: Notebook) -> None:
        _answers(nb, RIGHT)
        nb["cells"].insert(at, _cell("own", text))

    return change


def _changed_tests(nb: Notebook) -> None:
    for cell in nb["cells"]:
        if cell["id"].startswith("test_"):
            cell["source"] = "assert True"


WORK: dict[str, Callable[[Notebook], None]] = {
    "ada": _with(),
    "blank": lambda nb: None,
    **{f"wrong_{name}": _with(**{name: WRONG[name]}) for name in HEADS},
    "all_wrong": lambda nb: _answers(nb, WRONG),
    **{f"only_{name}": lambda nb, name=name: _answers(nb, {name: RIGHT[name]}) for name in ("standardise", "descend", "accuracy")},
    "half": lambda nb: _answers(nb, {name: RIGHT[name] for name in list(HEADS)[:3]}),
    "none": lambda nb: _answers(nb, dict.fromkeys(HEADS, "pass")),
    "raising": _with(gradient="raise ValueError('I do not know')"),
    "typo": _with(softmax="return np.exp(logits) / np.exp(logits.sum(axis=1"),
    "printing": _added("for i in range(3000):\n    print('step', i, 'loss', 1 / (i + 1))", 3),
    "own_plots": _added("for k in range(2):\n    plt.plot(X[:50, k])\n    plt.show()", 4),
    "own_error": _added("undefined_name + 1", 5),
    "changed_tests": _changed_tests,
    "looping": _with(accuracy="right = 0\nfor p, k in zip(P, labels):\n    right += int(np.argmax(p) == k)\nreturn right / len(labels)"),
    "talking": _with(cross_entropy="print('P is', P.shape)\n" + RIGHT["cross_entropy"]),
    "changes_x": _with(standardise="X -= X.mean(axis=0)\nX /= X.std(axis=0)\nreturn X"),
    "zoe": _with(softmax="e = np.exp(logits.T - logits.max(axis=1))\nreturn (e / e.sum(axis=0)).T"),
}  # fmt: skip


def write_submissions(release: Path, folder: Path, number: int) -> dict[str, Notebook]:
    """Write `number` submissions as `folder`/STUDENT/descent/; what each would run, hidden tests in place.

    Where they are more than there are kinds of work, every kind is handed in again, with a remark in each answer: no two
    learners write the same cell.
    """
    blank = json.loads((release / NAME / f"{NAME}.ipynb").read_text(encoding="utf-8"))
    for cell in blank["cells"]:  # nbgrader writes a list of lines
        cell["source"] = "".join(cell["source"])
    tests = {cell["id"]: cell["source"] for cell in source()["cells"] if cell["id"].startswith("test_")}
    runs: dict[str, Notebook] = {}
    kinds = list(WORK)
    for one in range(number):
        turn, kind = one // len(kinds), kinds[one % len(kinds)]
        nb, student = copy.deepcopy(blank), f"{kind}_{turn}" if turn else kind
        WORK[kind](nb)
        for cell in nb["cells"]:
            if turn and cell["id"] in (*HEADS, "own", "plot"):
                cell["source"] += f"\n# {student}"
        place = folder / student / NAME
        place.mkdir(parents=True)
        (place / f"{NAME}.ipynb").write_text(json.dumps(nb), encoding="utf-8")
        runs[student] = nb
        for cell in nb["cells"]:
            cell["source"] = tests.get(cell["id"], cell["source"])
    return runs
