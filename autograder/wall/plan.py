"""What is run, and in which order: the learner's cells as they stand, the source's locked and test cells in their places.

A test cell that was edited, deleted, doubled or moved changes nothing: its text is the source's, it runs once, where it
stands, or behind the last known cell before it where it is missing.
"""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, field
from typing import Any, Literal

from nbformat import NotebookNode

from autograder.notebook import NOT_RUN, names

_HIDDEN = re.compile(r"^[ \t]*### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS[^\n]*\n?", re.DOTALL | re.MULTILINE)

Kind = Literal["test", "locked", "learner", "skip", "text"]


@dataclass
class Step:
    """One cell of the executed notebook. `place` is its number for people, among all cells."""

    cell: NotebookNode
    kind: Kind
    place: int = 0


@dataclass
class Plan:
    """All cells with their kinds.

    Attributes
    ----------
    all : every cell, text included, in the executed notebook's order.
    said : lines on cells that were changed, missing or doubled.
    answer_names : names that the source's answer cells define: they are the learner's.
    locked_sources : texts of the source's code cells that are neither answers nor tests.
    """

    all: list[Step]
    said: list[str] = field(default_factory=list)
    answer_names: frozenset[str] = frozenset()
    locked_sources: list[str] = field(default_factory=list)

    @property
    def steps(self) -> list[Step]:
        """The code cells."""
        return [step for step in self.all if step.kind != "text"]

    def notebook(self, like: NotebookNode) -> NotebookNode:
        """The notebook made of the cells, with the metadata of the one handed in."""
        made = copy.copy(like)
        made.cells = [step.cell for step in self.all]
        return made


def id_of(cell: Any) -> str | None:
    """A cell's id for the course: nbgrader's, else ours."""
    for key, name in (("nbgrader", "grade_id"), ("autograder", "id")):
        marks = cell.get("metadata", {}).get(key)
        if isinstance(marks, dict) and isinstance(marks.get(name), str):
            return str(marks[name])
    return None


def kind_of(cell: Any) -> str:
    """What a cell of the source is: test, locked, show, answer or other."""
    marks = cell.metadata.get("nbgrader", {})
    role = cell.metadata.get("autograder", {}).get("role")
    if cell.cell_type != "code":
        return "text"
    if marks.get("grade") and not marks.get("solution"):
        return "test"
    if marks.get("solution") or role in ("answer", "studio"):
        return "answer"
    if role in NOT_RUN:
        return "show"
    if marks.get("locked") or role == "given":
        return "locked"
    return "other"


def plan_of(notebook: NotebookNode, source: NotebookNode) -> Plan:
    """Lay a submission over its source."""
    kinds = {name: kind_of(cell) for cell in source.cells if (name := id_of(cell)) is not None}
    originals = {name: cell for cell in source.cells if (name := id_of(cell)) is not None}
    plan = Plan([])
    held = [name for name, kind in kinds.items() if kind in ("test", "locked")]
    last = {name: place for place, cell in enumerate(notebook.cells) if (name := id_of(cell)) in held}
    steps: list[Step] = []
    at: dict[str, Step] = {}
    for place, cell in enumerate(notebook.cells):
        name = id_of(cell)
        if name in last:
            if last[name] != place:
                plan.said.append(f"cell {place + 1}: a copy of the cell {name!r}; the last one counts")
                continue
            step = _held(name, kinds[name], cell, originals[name], plan)
        else:
            step = _hers(cell, kinds.get(name or ""), originals.get(name or ""))
        steps.append(step)
        if name is not None:
            at[name] = step
    for name in held:
        if name not in last:
            plan.said.append(f"the cell {name!r} was missing: it was put back")
            at[name] = _held(name, kinds[name], None, originals[name], plan)
            _put_back(name, at, steps, list(originals))
    for place, step in enumerate(steps, 1):
        step.place = place
    plan.all = steps
    _note_names(plan, source)
    return plan


def _held(name: str, kind: str, cell: Any, original: NotebookNode, plan: Plan) -> Step:
    """A locked or test cell: the source's text, whatever was handed in."""
    made = copy.deepcopy(original)
    if cell is not None:
        if cell.get("cell_type") != "code" or not _same_text(_released(cell.source), _released(original.source)):
            plan.said.append(f"the cell {name!r} was changed: the original was used")
        _marks_of_source(made, cell, original)
        if "id" in cell:
            made["id"] = cell["id"]
    made.outputs, made.execution_count = [], None
    return Step(made, "test" if kind == "test" else "locked")


def _hers(cell: NotebookNode, kind: str | None, original: NotebookNode | None) -> Step:
    made = copy.deepcopy(cell)
    _marks_of_source(made, cell, original)
    if made.get("cell_type") != "code":
        return Step(made, "text")
    made.outputs, made.execution_count = [], None
    unedited = original is not None and _same_text(made.source, original.source)
    return Step(made, "skip" if kind == "show" and unedited else "learner")


def _marks_of_source(made: NotebookNode, cell: NotebookNode, original: NotebookNode | None) -> None:
    """What nbgrader goes by (points, kinds) is the source's; marks that the source does not know are dropped."""
    marks = cell.get("metadata", {}).get("nbgrader")
    known = original.metadata.get("nbgrader") if original is not None else None
    if known is not None:
        made.metadata["nbgrader"] = {**(marks if isinstance(marks, dict) else {}), **known}
    else:
        made.get("metadata", {}).pop("nbgrader", None)


def _released(text: str) -> str:
    """The text without what is cut out for the release."""
    return _HIDDEN.sub("", text)


def _same_text(one: str, other: str) -> bool:
    def lines(text: str) -> list[str]:
        return [line.rstrip() for line in text.strip().splitlines()]

    return lines(one) == lines(other)


def _put_back(name: str, at: dict[str, Step], steps: list[Step], order: list[str]) -> None:
    """Insert a missing cell behind the last cell before it in the source that is there."""
    for before in reversed(order[: order.index(name)]):
        if before in at:
            steps.insert(next(i for i, step in enumerate(steps) if step is at[before]) + 1, at[name])
            return
    steps.insert(0, at[name])


def _note_names(plan: Plan, source: NotebookNode) -> None:
    found: set[str] = set()
    for cell in source.cells:
        kind = kind_of(cell)
        if kind == "answer":
            defined, bound = names.top_level(cell.source)
            found |= defined | bound
        elif kind in ("locked", "other", "show"):
            plan.locked_sources.append(cell.source)
    plan.answer_names = frozenset(found)
