"""What a guess cell must be: one question of the kit, whose truth does not stand in it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from autograder.course.faults import Fault
from autograder.course.parts import LessonCell

KINDS = ("choose", "number", "curve")
_EXAMPLE = 'guess.number("How many …?", 0, 100, truth=explore.how_many)'


def faults_of_guess(cell: LessonCell, file: Path) -> Iterator[Fault]:
    """Say what is wrong with a guess cell.

    Nothing may depend on it, since it is not run at grading; and who reads it must not read the answer.
    """
    call = _only_call(cell.source)
    if call is None:
        what = "a guess cell that is more than one question"
        yield Fault(file, cell.line, what, f"let it be one call and nothing else: {_EXAMPLE}")
        return
    if not call.args or not isinstance(call.args[0], ast.Constant) or not isinstance(call.args[0].value, str):
        yield Fault(file, cell.line, "a guess without its question", f"put the question first, as a text: {_EXAMPLE}")
    truth = next((word.value for word in call.keywords if word.arg == "truth"), None)
    if truth is None:
        yield Fault(file, cell.line, "a guess without truth=", f"name a function of explore.py that gives it: {_EXAMPLE}")
    elif not isinstance(truth, (ast.Name, ast.Attribute)):
        what = "the truth of a guess stands in its cell, where it is read before it is guessed"
        yield Fault(file, cell.line, what, f"let a function of explore.py give it, and name that: {_EXAMPLE}")


def _only_call(source: str) -> ast.Call | None:
    """The call `guess.choose(…)`, `guess.number(…)` or `guess.curve(…)`, where the cell is that alone."""
    body = ast.parse(source).body
    if len(body) != 1 or not isinstance(body[0], ast.Expr) or not isinstance(body[0].value, ast.Call):
        return None
    call = body[0].value
    of = call.func
    ours = isinstance(of, ast.Attribute) and isinstance(of.value, ast.Name) and of.value.id == "guess" and of.attr in KINDS
    return call if ours else None
