"""What is run, and how: each cell of a notebook that intake has laid over its source gets its kind."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Literal

from nbformat import NotebookNode

from autograder.errors import OwnFailure
from autograder.notebook import names
from autograder.notebook.cells import id_of, kind_of

Kind = Literal["test", "locked", "learner", "skip", "text"]


@dataclass
class Step:
    """One cell of the executed notebook. `place` is its number for people, among all cells."""

    cell: NotebookNode
    kind: Kind
    place: int


@dataclass
class Plan:
    """All cells with their kinds.

    Attributes
    ----------
    all : every cell, text included, in the executed notebook's order.
    answer_names : names that the source's answer cells define: they are the learner's.
    read_names : names that the source's answers look up outside of themselves.
    locked_sources : texts of the source's code cells that are neither answers nor tests.
    """

    all: list[Step]
    answer_names: frozenset[str]
    locked_sources: list[str]
    read_names: frozenset[str] = frozenset()

    @property
    def steps(self) -> list[Step]:
        """The code cells."""
        return [step for step in self.all if step.kind != "text"]

    def before(self, source: str, earlier: list[str]) -> list[str]:
        """Which of the earlier tests define what a cell reads, themselves or for one another, and no answer defines."""
        wanted, needed = names.names_in(source).read, list[str]()
        for text in reversed(earlier):
            found = names.names_in(text)
            if found.bound & wanted - self.answer_names:
                needed.append(text)
                wanted |= found.read
        return needed[::-1]

    def notebook(self, like: NotebookNode) -> NotebookNode:
        """The notebook made of the cells, with the metadata of the one handed in."""
        made = copy.copy(like)
        made.cells = [step.cell for step in self.all]
        return made


def plan_of(notebook: NotebookNode, source: NotebookNode) -> Plan:
    """Say of each cell how it is run. Tests and locked cells have the source's text, the hidden regions with it.

    Parameters
    ----------
    notebook : what was handed in, as `notebook.repair` leaves it: every test in its place, once.
    source : the instructor's.

    Raises
    ------
    OwnFailure
        Where the notebook was not repaired: a test that is not there would be worth nothing.
    """
    originals = {name: cell for cell in source.cells if (name := id_of(cell))}
    steps = [_step(cell, originals.get(id_of(cell)), place) for place, cell in enumerate(notebook.cells, 1)]
    run = [id_of(step.cell) for step in steps if step.kind == "test"]
    wanted = [name for name, cell in originals.items() if kind_of(cell) == "test"]
    if sorted(run) != sorted(wanted):
        wrong = sorted(name for name in wanted if run.count(name) != 1)
        raise OwnFailure(f"intake has not seen this notebook: {', '.join(wrong)} does not stand in it once")
    answer_names = frozenset(name for cell in source.cells if kind_of(cell) == "answer" for name in _hers(cell.source))
    given = [cell.source for cell in source.cells if kind_of(cell) in ("locked", "other", "show")]
    read = frozenset(name for cell in source.cells if kind_of(cell) == "answer" for name in names.names_in(cell.source).read)
    return Plan(steps, answer_names, given, read)


def _hers(answer: str) -> frozenset[str]:
    """What an answer cell of the source defines. What it only imports is nobody's: a test that imports it too means its own."""
    defined, bound = names.top_level(answer)
    imported = frozenset(name for found, _ in names.imports(answer) for name in found)
    return defined | (bound - imported)


def _step(cell: NotebookNode, original: NotebookNode | None, place: int) -> Step:
    kind = kind_of(original) if original is not None else "other"
    made = copy.deepcopy(original if original is not None and kind in ("test", "locked") else cell)
    _take_settings(made, cell, original)
    if "id" in cell:
        made["id"] = cell["id"]
    if made.get("cell_type") != "code":
        return Step(made, "text", place)
    made.outputs, made.execution_count = [], None
    if kind == "test":
        return Step(made, "test", place)
    if kind == "locked":
        return Step(made, "locked", place)
    unedited = original is not None and _same_text(made.source, original.source)
    return Step(made, "skip" if kind == "show" and unedited else "learner", place)


def _take_settings(made: NotebookNode, cell: NotebookNode, original: NotebookNode | None) -> None:
    """What nbgrader goes by (points, kinds) is the source's, beside its own remarks; what the source does not know is dropped."""
    marks = cell.get("metadata", {}).get("nbgrader")
    known = original.metadata.get("nbgrader") if original is not None else None
    if known is not None:
        made.metadata["nbgrader"] = {**(marks if isinstance(marks, dict) else {}), **known}
    else:
        made.get("metadata", {}).pop("nbgrader", None)


def _same_text(one: str, other: str) -> bool:
    def lines(text: str) -> list[str]:
        return [line.rstrip() for line in text.strip().splitlines()]

    return lines(one) == lines(other)
