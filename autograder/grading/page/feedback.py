"""The feedback page: the score of each exercise, what broke and on which input, and the learner's executed notebook.

The page needs no network and runs no script; what the
learner's own code showed as HTML stands in a frame that may do nothing.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import resources as package
from typing import Any

import jinja2
from nbformat import NotebookNode

from autograder.bounded import GivenUp, bounded
from autograder.cases.causes import outline
from autograder.cases.report import points_in_words
from autograder.grading.judge.result import KEY, ExerciseResult, Result, result_of
from autograder.grading.page import cells as shown
from autograder.grading.page.hide import hide_cell
from autograder.grading.timestamps import moment

LAYING_OUT = 8  # seconds of the processor for a page, which takes a tenth of one
PLAIN = "Your notebook stands here as it was written: laying it out took too long. That costs no point."


@dataclass
class Row:
    """One line of the table of scores."""

    name: str
    anchor: str
    visible: str
    hidden: str
    score: float
    of: float
    for_now: bool = False  # a studio's band while its week is open: other rows count when it closes

    @property
    def share(self) -> float:
        """The share of the points, from 0 to 1."""
        return self.score / self.of if self.of else 0.0


def page_of(
    executed: NotebookNode,
    assignment: str,
    student: str,
    notebook: str,
    handed_in: str,
    scores: Mapping[str, float | None],
    comments: Mapping[str, str | None] | None = None,
    penalty: float = 0.0,
) -> str:
    """The page of an executed notebook.

    Parameters
    ----------
    handed_in : the submission's time, as the exchange wrote it.
    scores : each graded cell's score, None where a human still has to look.
    comments : what a human wrote on a cell.
    penalty : points taken off for lateness.

    A notebook that cannot be laid out within limits stands there plain, and is marked so.
    """
    nb = copy.deepcopy(executed)
    most = 0.0
    for cell in nb.cells:
        settings = cell.metadata.get("nbgrader", {})
        id = settings.get("grade_id")
        if id in scores:
            settings["score"] = scores[id] or 0.0
            most += float(settings.get("points", 0.0))
        settings["comment"] = (comments or {}).get(id)
        hide_cell(cell)
    score = sum(value or 0.0 for value in scores.values()) - penalty
    told = {"assignment": assignment, "student": student, "notebook": notebook, "score": score, "max_score": most}
    page = render(nb, {"nbgrader": {**told, "late_penalty": penalty}}, handed_in)
    if result_of(nb.metadata).plain:  # remembered: it is not tried again
        executed.metadata[KEY] = nb.metadata[KEY]
    return page


def render(nb: NotebookNode, resources: dict[str, Any], handed_in: str = "") -> str:
    """The page of an autograded notebook, of which the hidden tests have been taken out; `handed_in` as in `page_of`."""
    result = result_of(nb.metadata)
    page = functools.partial(_page, nb, result, resources.get("nbgrader", {}), handed_in)
    _prepare(nb)
    if not result.plain:
        try:
            return bounded(page, LAYING_OUT)
        except GivenUp:
            result.plain = True
            nb.metadata[KEY] = {**nb.metadata.get(KEY, {}), **result.as_metadata()}
    return page(plain=True)


def _prepare(nb: NotebookNode) -> None:
    """Make here, once, what every fork would make anew: the template, and the colours of cells that are the course's."""
    template(), shown.markdown(""), shown.style()
    for cell in nb.cells:
        settings = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and settings.get("locked") and not settings.get("solution"):
            shown.code(cell.source)


def _page(nb: NotebookNode, result: Result, told: dict[str, Any], handed_in: str, plain: bool = False) -> str:
    """The page's text; `plain` leaves the notebook's texts as they were written."""
    lines = [*result.lines, PLAIN] if plain else result.lines
    return template().render(
        title=result.title or told.get("assignment", "") or told.get("notebook", ""),
        student=told.get("student", ""),
        notebook=told.get("notebook", ""),
        score=float(told.get("score") or 0.0),
        most=float(told.get("max_score") or 0.0),
        penalty=float(told.get("late_penalty") or 0.0),
        handed_in=_time(handed_in),
        result=replace(result, lines=lines),
        rows=_rows(nb, result),
        comments=_comments(nb),
        cells=[] if result.unreadable else shown.cells(nb, {exercise.id for exercise in result.exercises}, plain),
        style=shown.style(),
    )


@functools.cache
def template() -> jinja2.Template:
    """The page's template, read and compiled once a process."""
    text = (package.files("autograder.grading.page") / "feedback.html.j2").read_text(encoding="utf-8")
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined)
    environment.filters["points"] = points_in_words
    environment.filters["outline"] = outline
    return environment.from_string(text)


def _rows(nb: NotebookNode, result: Result) -> list[Row]:
    """A line for every exercise; for other assignments a line for every cell that is scored."""
    if result.exercises:
        return [_row(exercise, _human(nb, exercise), result.open_week) for exercise in result.exercises]
    rows = []
    for cell in nb.cells:
        settings = cell.metadata.get("nbgrader", {})
        if settings.get("grade") or settings.get("task"):
            name = settings.get("grade_id", "")
            rows.append(Row(name, f"cell-{name}", "", "", float(settings.get("score") or 0), float(settings.get("points") or 0)))
    return rows


def _row(exercise: ExerciseResult, scores: dict[str, float], open_week: bool) -> Row:
    parts = {
        kind: f"{points_in_words(scores[kind])} of {points_in_words(exercise.of[kind])}"
        for kind in ("check", "hidden")
        if kind in exercise.of
    }
    return Row(
        exercise.id,
        f"exercise-{exercise.id}",
        parts.get("check", ""),
        parts.get("hidden", ""),
        sum(scores.values()),
        sum(exercise.of.values()),
        open_week and exercise.kind == "studio",
    )


def _human(nb: NotebookNode, exercise: ExerciseResult) -> dict[str, float]:
    """The scores in the gradebook: a human grader may have changed them."""
    scores = dict(exercise.score)
    kinds = {f"check_{exercise.id}": "check", f"test_{exercise.id}": "hidden"}
    for cell in nb.cells:
        settings = cell.metadata.get("nbgrader", {})
        kind = kinds.get(settings.get("grade_id", ""))
        if kind in scores and settings.get("score") is not None:
            scores[kind] = float(settings["score"])
    return scores


def _comments(nb: NotebookNode) -> list[tuple[str, str]]:
    """What a human grader wrote on a cell."""
    found = [cell.metadata.get("nbgrader", {}) for cell in nb.cells]
    told = [(one.get("grade_id", ""), one.get("comment")) for one in found]
    return [(name, comment) for name, comment in told if comment and comment != "No response."]


def _time(text: str) -> str:
    """A time as the exchange writes it, for people."""
    found = moment(text)
    return f"{found:%d %B %Y, %H:%M} UTC" if found is not None else ""


def notice(title: str, lines: list[str]) -> str:
    """A page that holds lines and no score: of an attempt that does not count, for instance."""
    result = Result(lines=lines, title=title)
    return template().render(
        title=title, student="", notebook="", score=0.0, most=0.0, penalty=0.0, handed_in="", result=result, rows=[],
        comments=[], cells=[], style=shown.style(),
    )  # fmt: skip
