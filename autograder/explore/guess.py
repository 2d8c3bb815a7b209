"""Guess first: a question that is answered before the picture is shown. Choose, move a number, draw a curve; then see.

A guess costs and earns nothing. It stays in the learner's browser: nothing of it is written into the notebook, and nothing
is handed in. It needs no kernel once its cell has run, so it lives on in a saved notebook and an exported page. Where no
script may run (a notebook that is not trusted, a page on GitHub), one sentence says how to come to it.

The truth is a function of the week's explore.py, so that nobody reads it in the cell before guessing:

    guess.number("Of 100 pixels of a digit, how many are blank?", 0, 100, truth=explore.blank_pixels, unit="pixels")

    def blank_pixels():
        \"\"\"A pen covers little of the paper: most of what the machine is given is zero.\"\"\"
        return 100 * np.mean(_digits().X == 0)

The first paragraph of its docstring is said with the truth. It may call functions of the learner's: until they run, the
guess says so in place of the truth.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from autograder.explore.style import BLUE, ORANGE, alternative

WEB = Path(__file__).parent / "web"
STEPS = 100  # of a number whose step is not said
MOST = 200  # points of a true curve that are drawn
ASLEEP = "Guess before you look: run this cell (Shift+Enter) in JupyterLab, and the question can be answered here."


class Guess:
    """A question and, folded away until it is answered, the truth. Made by `choose`, `number` and `curve`."""

    def __init__(self, question: str, told: dict[str, Any], truth: Callable[[], Any], read: Callable[[Any], Any]) -> None:
        """Ask for the truth at once; `read` turns what `truth` gives into what is drawn, or raises ValueError."""
        if not question.strip():
            raise ValueError("a guess needs a question")
        if not callable(truth):
            raise ValueError("truth is a function of explore.py that gives the truth: truth=explore.how_many")
        self.question = question
        self.told = {**told, "question": question, "because": alternative(truth)}
        try:
            found = truth()
        except Exception as error:
            if not _in_a_kernel():
                raise
            cause = f"{type(error).__name__}: {error}"[:200]
            self.told["trouble"] = f"The answer cannot be shown yet ({cause}). Run this cell again once what it needs works."
        else:
            self.told["truth"] = read(found)

    def __repr__(self) -> str:
        """The question and, where nobody can answer it, how to come to it."""
        return f"{self.question}\n{ASLEEP}"

    def _repr_html_(self) -> str:
        """The question, with a script that asks it; it is hidden, and the sentence shown, where no script runs."""
        key = hashlib.sha256(json.dumps([self.told["kind"], self.question]).encode()).hexdigest()[:16]
        told = base64.b64encode(json.dumps({**self.told, "key": key}).encode()).decode()
        css, script = ((WEB / name).read_text(encoding="utf-8") for name in ("guess.css", "guess.js"))
        return (
            f'<div class="wb-guess" data-told="{told}" '
            f'style="--guess:{ORANGE};--truth:{BLUE}"><style>{css}</style>'
            f'<p class="wb-asked">{html.escape(self.question)}</p><p class="wb-asleep">{ASLEEP}</p>'
            f"<script>{script}</script></div>"
        )


def choose(question: str, options: Sequence[str], truth: Callable[[], int | str]) -> Guess:
    """Ask which of several answers is right.

    Parameters
    ----------
    question : str
        The question, one sentence.
    options : sequence of str
        Two answers or more, all different.
    truth : callable
        A function of explore.py without arguments: the right option, or its place from 0. Its docstring says why.

    Returns
    -------
    Guess
        Shows itself as the last value of a cell.

    Raises
    ------
    ValueError
        For fewer than two options, two alike, or a truth that is none of them.

    Examples
    --------
    >>> def which():
    ...     \"\"\"One row is stretched over all.\"\"\"
    ...     return "(5, 3)"
    >>> guess.choose("What is the shape of table + per_column?", ["(5, 3)", "(3, 5)", "it fails"], truth=which)
    What is the shape of table + per_column?
    Guess before you look: run this cell (Shift+Enter) in JupyterLab, and the question can be answered here.
    """
    options = [str(option) for option in options]
    if len(options) < 2 or len(set(options)) < len(options):
        raise ValueError("a choice needs two different options or more")

    def read(found: Any) -> int:
        at = options.index(found) if found in options else found
        if isinstance(at, bool) or not isinstance(at, (int, np.integer)) or not 0 <= at < len(options):
            raise ValueError(f"the truth {found!r} is none of the options: give one of them, or its place from 0")
        return int(at)

    return Guess(question, {"kind": "choose", "options": options}, truth, read)


def number(
    question: str, low: float, high: float, truth: Callable[[], float], step: float | None = None, unit: str = ""
) -> Guess:
    """Ask for a number, by a slider.

    Parameters
    ----------
    question : str
        The question, one sentence.
    low, high : float
        The ends of the slider, in `unit`. Wide ones: they are a hint.
    truth : callable
        A function of explore.py without arguments: the number. Its docstring says why.
    step : float, optional
        What one press of an arrow key moves; a hundredth of the way where nothing is said.
    unit : str
        What stands behind the number.

    Returns
    -------
    Guess
        Shows itself as the last value of a cell.

    Raises
    ------
    ValueError
        Where low is not below high, the step not above 0, or the truth no number between the ends.

    Examples
    --------
    >>> def share():
    ...     \"\"\"A pen covers little of the paper.\"\"\"
    ...     return 0.81
    >>> guess.number("Which share of a digit's pixels is blank?", 0, 1, truth=share).told["truth"]
    0.81
    """
    if not low < high:
        raise ValueError(f"low ({low}) must lie below high ({high})")
    step = (high - low) / STEPS if step is None else step
    if not step > 0:
        raise ValueError(f"step ({step}) must lie above 0")

    def read(found: Any) -> float:
        if not (np.ndim(found) == 0 and math.isfinite(found) and low <= found <= high):
            raise ValueError(f"the truth {found!r} is no number from {low} to {high}: widen the slider, or mend the function")
        return float(found)

    return Guess(question, {"kind": "number", "low": low, "high": high, "step": step, "unit": unit}, truth, read)


def curve(
    question: str,
    x: tuple[float, float],
    y: tuple[float, float],
    truth: Callable[[], tuple[Any, Any]],
    labels: tuple[str, str] = ("x", "y"),
    points: int = 7,
) -> Guess:
    """Ask for a curve: points that are dragged up and down, by pointer or by arrow keys.

    Parameters
    ----------
    question : str
        The question, one sentence.
    x, y : (low, high)
        The ends of both axes.
    truth : callable
        A function of explore.py without arguments: (xs, ys), two arrays (n,) with n ≥ 2, xs rising. Its docstring says
        why. What lies outside the axes is cut off.
    labels : (str, str)
        What stands at the axes, with units.
    points : int
        How many points there are to drag, 3 to 12, from one end of x to the other.

    Returns
    -------
    Guess
        Shows itself as the last value of a cell.

    Raises
    ------
    ValueError
        For axes without length, too few or too many points, or a truth that is no curve.

    Examples
    --------
    >>> def decay():
    ...     \"\"\"Every step takes the same share of what is left.\"\"\"
    ...     return [0, 1, 2], [1.0, 0.5, 0.25]
    >>> guess.curve("How does the loss fall?", (0, 2), (0, 1), truth=decay, labels=("epoch", "loss")).told["truth"]
    [[0.0, 1.0, 2.0], [1.0, 0.5, 0.25]]
    """
    if not (x[0] < x[1] and y[0] < y[1]):
        raise ValueError(f"the axes {x} and {y} must run from a lower to a higher number")
    if not 3 <= points <= 12:
        raise ValueError(f"{points} points to drag: take 3 to 12")

    def read(found: Any) -> list[list[float]]:
        try:
            xs, ys = (np.asarray(one, dtype=float) for one in found)
        except (TypeError, ValueError):
            raise ValueError("the truth of a curve is a pair of arrays: xs, ys") from None
        if xs.ndim != 1 or xs.shape != ys.shape or len(xs) < 2 or not np.isfinite([xs, ys]).all() or (np.diff(xs) <= 0).any():
            raise ValueError("the truth of a curve needs xs that rise and as many ys, two or more, all finite")
        some = np.unique(np.linspace(0, len(xs) - 1, min(len(xs), MOST)).round().astype(int))
        return [[float(f"{v:.6g}") for v in one[some]] for one in (xs, ys)]

    told = {"kind": "curve", "x": list(x), "y": list(y), "labels": list(labels), "points": points}
    return Guess(question, told, truth, read)


def _in_a_kernel() -> bool:
    """Whether a learner looks on; elsewhere (an audit, a build) a broken truth is an error."""
    try:
        from IPython.core.getipython import get_ipython
    except ImportError:
        return False
    return getattr(get_ipython(), "kernel", None) is not None
