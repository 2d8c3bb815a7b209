"""Bring a learner's notebook back to the course's shape: every test in its place, once, and all of her own work kept.

She may split, merge, add, move, duplicate or lose cells, and metadata with them. What nbgrader is told of a cell comes
from the source alone: an unknown schema version in one cell would stop a whole class.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode

from autograder.notebook import NOT_RUN
from autograder.notebook import format as nbio
from autograder.notebook.reading import ReadCell
from autograder.notebook.recognise import Known, named_in, plain, recognise
from autograder.notebook.regions import STUB, split_solution, without_hidden
from autograder.notebook.sources import released_texts

_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")


@dataclass(frozen=True)
class Part:
    """A cell of the source that nbgrader knows: a test, an answer, a given cell, a task for a human grader."""

    id: str
    kind: str
    cell_id: str
    source: str
    settings: dict[str, Any]
    metadata: dict[str, Any]
    given: str = ""  # its text as nbgrader released it, where that is known

    @property
    def is_test(self) -> bool:
        """Scored by running it."""
        return bool(self.settings.get("grade")) and not self.settings.get("solution")

    @property
    def is_answer(self) -> bool:
        """Written by the learner."""
        return bool(self.settings.get("solution"))

    @property
    def is_course(self) -> bool:
        """Written by the course: what the learner changes in it does not count."""
        return self.is_test or (bool(self.settings.get("locked")) and not self.is_answer)

    @functools.cached_property
    def shown(self) -> str:
        """Its text as learners have it."""
        return without_hidden(self.source)

    @functools.cached_property
    def released(self) -> frozenset[str]:
        """An answer's lines before anybody has written there, blanks around each left out; else its text, shown and whole."""
        if self.is_answer:
            return _released(self.source) | {line.strip() for line in self.given.splitlines()}
        return frozenset((plain(self.shown), plain(self.source), *([plain(self.given)] if self.given else [])))

    @functools.cached_property
    def known(self) -> Known:
        """What it is recognised by."""
        if self.is_answer:
            return Known(self.id, self.cell_id, frozenset(), named_in(self.source) if self.kind == "code" else frozenset())
        return Known(self.id, self.cell_id, self.released)


def parts_of(source: NotebookNode, given: Mapping[str, str] | None = None) -> list[Part]:
    """The cells of a source notebook that nbgrader knows, in order. `given`: their texts as they were released."""
    parts = []
    for cell in source.cells:
        settings = cell.metadata.get("nbgrader")
        if settings and settings.get("grade_id"):
            metadata = {key: value for key, value in cell.metadata.items() if key != "nbgrader"}
            id, as_given = settings["grade_id"], (given or {}).get(settings["grade_id"], "")
            parts.append(Part(id, cell.cell_type, cell.get("id", ""), cell.source, dict(settings), metadata, as_given))
    return parts


@dataclass(frozen=True)
class Shape:
    """What a repair needs of the instructor's notebook; it serves for a whole class."""

    parts: list[Part]
    metadata: dict[str, Any]

    @classmethod
    def of(cls, source: NotebookNode, given: Mapping[str, str] | None = None) -> Shape:
        """Look a notebook through. `given`: as in `parts_of`."""
        return cls(parts_of(source, given), {key: value for key, value in source.metadata.items() if key != "celltoolbar"})


@functools.lru_cache(maxsize=8)
def shape_of(text: str, released: str = "") -> Shape:
    """The same of a notebook's text, once for a whole class. `released`: the text of what nbgrader made of it."""
    return Shape.of(nbio.reads(text), released_texts(released))


def repair(course: Shape, cells: Sequence[ReadCell]) -> tuple[NotebookNode, list[str]]:
    """Put a learner's cells into the course's shape; the notebook, and lines on what was done.

    Parameters
    ----------
    course : the instructor's notebook, of which only what learners have gets in.
    cells : the learner's.
    """
    work = _Repair(course.parts)
    placed = work.place(cells)
    return nbio.make_notebook(_finished(placed, set(work.by_id)), course.metadata), work.lines


Placed = tuple[ReadCell, Part | None]


class _Repair:
    """The steps of one repair; `lines` says what they did."""

    def __init__(self, parts: list[Part]) -> None:
        self.parts = parts
        self.lines: list[str] = []
        self.by_id = {part.id: part for part in parts}

    def place(self, cells: Sequence[ReadCell]) -> list[Placed]:
        names = recognise(cells, [part.known for part in self.parts])
        placed = self._once([(cell, self.by_id[name] if name else None) for cell, name in zip(cells, names, strict=True)])
        placed = [one for pair in placed for one in self._in_form(*pair)]
        placed = self._with_missing(placed)
        return self._tests_behind_answers(placed)

    def _once(self, pairs: list[Placed]) -> list[Placed]:
        """Each part at one place; what stands elsewhere under its name is an ordinary cell, or goes where it says nothing."""
        keep = {part.id: self._kept(part, pairs) for part in self.parts}
        out: list[Placed] = []
        for index, (cell, part) in enumerate(pairs):
            if part is None or index == keep[part.id]:
                out.append((cell, part))
            elif _is_as_released(cell, part):
                self.lines.append(f"The cell `{part.id}` stood there twice; the copy was left out.")
            else:
                self.lines.append(f"The cell `{part.id}` stood there twice; the other one ran as an ordinary cell.")
                out.append((cell, None))
        return out

    def _kept(self, part: Part, pairs: list[Placed]) -> int:
        """The place that stands for the part: the last that the learner wrote in, else the last."""
        found = [index for index, (_, claimed) in enumerate(pairs) if claimed is part]
        if part.is_answer:
            found = [index for index in found if not _is_as_released(pairs[index][0], part)] or found
        elif part.is_course:
            found = [index for index in found if _is_as_released(pairs[index][0], part)] or found
        return found[-1] if found else -1

    def _in_form(self, cell: ReadCell, part: Part | None) -> list[Placed]:
        """The course's own text in the course's cells; what she wrote there runs as an ordinary cell beside it."""
        if part is None:
            return [(cell, None)]
        if not part.is_course:
            if cell.kind != part.kind:
                self.lines.append(f"The cell `{part.id}` had become {cell.kind}; it was read as {part.kind}.")
            return [(_as(cell, part.kind, cell.source), part)]
        if _is_as_released(cell, part):
            return [(_as(cell, part.kind, part.shown), part)]
        course: Placed = (ReadCell(part.kind, part.shown, {}, cell.id), part)
        if not cell.source.strip():
            self.lines.append(f"The cell `{part.id}` was empty; the course's own was put back.")
            return [course]
        where = "above" if part.is_test else "below"
        self.lines.append(
            f"The cell `{part.id}` belongs to the course and was changed: the course's own ran; "
            f"what you wrote stands {where} it as an ordinary cell."
        )
        hers: Placed = (ReadCell(cell.kind, cell.source), None)
        return [hers, course] if part.is_test else [course, hers]

    def _with_missing(self, placed: list[Placed]) -> list[Placed]:
        """Put back what is missing, each behind what stands before it in the course; a test whose answer is not found last."""
        present = {part.id for _, part in placed if part is not None}
        before: Part | None = None
        answer: Part | None = None
        for part in self.parts:
            answer = part if part.is_answer else answer
            if part.id not in present and (part.is_course or part.settings.get("grade") or part.settings.get("task")):
                at = 0 if before is None else _index(placed, before) + 1
                if part.is_test and (answer is None or answer.id not in present):
                    at = len(placed)  # what it tests may stand anywhere
                text = part.shown if part.is_course else "(This cell was missing when the notebook was handed in.)"
                placed.insert(at, (ReadCell(part.kind, text), part))
                present.add(part.id)
                self.lines.append(f"The cell `{part.id}` was missing; it was put back.")
            elif part.id not in present:
                self.lines.append(f"The cell `{part.id}` is missing; what it should define was looked for in all other cells.")
            if part.id in present:
                before = part
        return placed

    def _tests_behind_answers(self, placed: list[Placed]) -> list[Placed]:
        """A test that stands above the answer that it follows in the course goes below it."""
        answer: Part | None = None
        for part in self.parts:
            if part.is_answer:
                answer = part
            elif part.is_test and answer is not None and any(p is answer for _, p in placed):
                here, there = _index(placed, part), _index(placed, answer)
                if here < there:
                    placed.insert(there, placed.pop(here))
                    self.lines.append(f"The test `{part.id}` stood above its answer; it ran below it.")
        return placed


def _index(placed: list[Placed], part: Part) -> int:
    return next(index for index, (_, one) in enumerate(placed) if one is part)


def _is_as_released(cell: ReadCell, part: Part) -> bool:
    return not _is_tried(cell.source, part.released) if part.is_answer else plain(cell.source) in part.released


def is_tried(answer: str, reference: str) -> bool:
    """Whether an answer cell holds more than the release had in it: a comment alone is no attempt."""
    return _is_tried(answer, _released(reference))


def _is_tried(answer: str, released: frozenset[str]) -> bool:
    return any(line.strip() not in released and not line.strip().startswith("#") for line in answer.splitlines())


def _released(reference: str) -> frozenset[str]:
    lines = [line.strip() for line in split_solution(reference)[0].splitlines()]
    return frozenset([*lines, STUB, "raise NotImplementedError()", ""])


def _as(cell: ReadCell, kind: str, source: str) -> ReadCell:
    return ReadCell(kind, source, cell.metadata, cell.id, cell.attachments)


def _finished(placed: list[Placed], known: set[str]) -> list[NotebookNode]:
    """Valid cells: ids that are there, well formed and once."""
    taken: set[str] = set()
    cells = []
    for number, (cell, part) in enumerate(placed, 1):
        wanted = part.cell_id if part is not None and part.cell_id else cell.id
        if not _ID.fullmatch(wanted) or wanted in taken:
            wanted = f"own-{number}"
            while wanted in taken:
                wanted += "-"
        taken.add(wanted)
        made = nbio.make_cell(cell.kind, cell.source, _metadata(cell, part, known), wanted)
        if cell.attachments and cell.kind != "code":
            made["attachments"] = cell.attachments
        cells.append(made)
    return cells


def _metadata(cell: ReadCell, part: Part | None, known: set[str]) -> dict[str, Any]:
    """Of her own cells only what says that a picture's cell need not run; never the name of a part."""
    if part is not None:
        return {**part.metadata, "nbgrader": dict(part.settings)}
    ours = cell.metadata.get("autograder")
    if not isinstance(ours, dict) or ours.get("role") not in (*NOT_RUN, "try"):
        return {}
    id = ours.get("id")
    return {"autograder": {"id": id, "role": ours["role"]}} if isinstance(id, str) and id not in known else {}
