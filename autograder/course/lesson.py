"""Read lesson.py: a week's text in cells, its exercises, what it takes from earlier weeks."""

from __future__ import annotations

import re
from pathlib import Path

from autograder.course import rules
from autograder.course.faults import LessonError, refuse
from autograder.course.marks import Marks, cell_lines, read_marks
from autograder.course.parts import HEADING_MEND, KINDS, Exercise, Heading, Lesson, LessonCell, Need
from autograder.course.terms import faults_of_terms
from autograder.course.wording import faults_of_contract
from autograder.notebook.regions import split_solution, without_markers

_HEADING = re.compile(r"###\s+(?P<kind>Exercise|Studio)\b(?P<rest>.*)")
_HEADING_REST = re.compile(r"\s+·\s+`(?P<id>\w+)`\s*(?:&nbsp;)?\s+(?P<dots>[●○]{3})\s*(?:&nbsp;)?\s+(?P<minutes>\d+)\s+min\s*")


def read(path: Path) -> Lesson:
    """Read a week's lesson.py.

    Raises
    ------
    LessonError
        Naming the file, the line and the mend of everything that is refused.
    """
    text = path.read_text(encoding="utf-8")
    cells, marks = read_cells(text, path)
    refuse(rules.faults_of_cells(cells, path))
    headings = [heading for cell in cells if cell.markdown for heading in read_headings(cell, path)]
    exercises, faults = rules.exercises(cells, headings, path)
    refuse(
        [
            *faults,
            *rules.faults_of_week_cell(cells, path),
            *rules.faults_of_setup(cells, path),
            *faults_of_terms(cells, path),
            *(fault for exercise in exercises for fault in faults_of_contract(exercise, path)),
        ]
    )
    title = cells[0].source.splitlines()[0].removeprefix("# ").strip()
    asked = marks[0].text("needs").split()
    needs = tuple(Need(*need.split(".")) for need in asked if "." in need)
    modules = tuple(need for need in asked if "." not in need)
    return Lesson(path, title, needs, tuple(cells), tuple(exercises), modules)


def read_cells(text: str, file: Path) -> tuple[list[LessonCell], list[Marks]]:
    """The cells as jupytext reads them, joined to the marks as `marks` reads them."""
    import jupytext

    opened = cell_lines(text, file)
    first = next((n for n, line in enumerate(text.splitlines(), 1) if line.strip()), 1)
    if not opened or opened[0][0] != first:
        raise LessonError.one(file, first, "text before the first cell", 'begin the file with: # %% [markdown] role="week"')
    marks, faults = [], []
    for line, opening in opened:
        read_one, found = read_marks(line, opening, file)
        marks.append(read_one)
        faults += found
    refuse(faults)
    notebook = jupytext.reads(text, fmt={"extension": ".py", "format_name": "percent", "comment_magics": False})
    if len(notebook.cells) != len(marks):
        message = f"jupytext finds {len(notebook.cells)} cells where {len(marks)} are opened"
        raise LessonError.one(file, first, message, "look for a `# %%` or `# +` that is not meant to open a cell")
    return [_cell(raw, one, file) for raw, one in zip(notebook.cells, marks, strict=True)], marks


def _cell(raw: dict[str, str], marks: Marks, file: Path) -> LessonCell:
    if (raw["cell_type"] == "markdown") != marks.markdown:
        raise LessonError.one(
            file, marks.line, f"jupytext reads a {raw['cell_type']} cell here", "write `# %%` or `# %% [markdown]`"
        )
    source = "\n".join(line.rstrip() for line in raw["source"].strip("\n").split("\n"))
    points = marks.values.get("points", 0.0)
    assert not isinstance(points, str), "read_marks refuses points in quotes"
    return LessonCell(marks.markdown, source, marks.text("role"), marks.text("id"), points, marks.line + 1)


def read_headings(cell: LessonCell, file: Path) -> list[Heading]:
    """The headings of exercises in one markdown cell."""
    headings = []
    for offset, line in enumerate(cell.source.splitlines()):
        match = _HEADING.match(line)
        if match is None:
            continue
        at = cell.line + offset
        rest = _HEADING_REST.fullmatch(match["rest"])
        if rest is None:
            raise LessonError.one(file, at, "an exercise's heading without its id, difficulty or minutes", HEADING_MEND)
        headings.append(Heading(KINDS[match["kind"]], rest["id"], int(rest["minutes"]), rest["dots"].count("●"), at))
    return headings


__all__ = [
    "Exercise",
    "Lesson",
    "LessonCell",
    "LessonError",
    "Need",
    "read",
    "split_solution",
    "without_markers",
]
