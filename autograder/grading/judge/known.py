"""A mistake that is known, told on the page: its name in words, and the step of help that speaks of it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from nbformat import NotebookNode

from autograder.grading.judge.result import ExerciseResult
from autograder.grading.patterns_met import Pattern, plain_name, recognised, step_met

_STEP = re.compile(r"<details><summary>(.*?)</details>", re.DOTALL)


def sentence(exercise: ExerciseResult, patterns: Mapping[str, Pattern], source: NotebookNode) -> str:
    """What the page says of a known mistake; empty where none is recognised.

    Parameters
    ----------
    source : the instructor's notebook, in which the steps of help stand before each answer.

    Nothing is named where no code of hers gave anything back, where a case was not tried to its end, or where every visible
    promise broke in a line of hers that raised: that line says more.
    """
    visible = [one for one in exercise.properties if not one.hidden]
    if not exercise.ran or any(one.message.startswith("not tried: ") for one in visible) or all(one.line for one in visible):
        return ""
    broken = [one.case for one in visible if not one.holds]
    name = recognised(patterns, broken, {one.case: one.hidden for one in exercise.properties})
    if name is None:
        return ""
    step = step_met(name, patterns[name], steps_of(source, exercise.id))
    told = f"This is how it looks with a mistake that we know: “{plain_name(name)}”."
    return f"{told} Look at help {step}." if step else told


def steps_of(source: NotebookNode, exercise: str) -> list[str]:
    """The steps of help of an exercise: the folded parts of the text before its answer."""
    text = ""
    for cell in source.cells:
        if cell.cell_type == "markdown":
            text = cell.source
        elif cell.metadata.get("nbgrader", {}).get("grade_id") == exercise:
            return _STEP.findall(text)
    return []
