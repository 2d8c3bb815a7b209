"""What a lesson's text must hold.

Each rule is here because its breach is silent in nbgrader, or leaves a learner stuck.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from pathlib import Path

from autograder.course.faults import Fault
from autograder.course.guesses import faults_of_guess
from autograder.course.parts import ANSWER_ROLES, HEADING_MEND, Exercise, Heading, LessonCell
from autograder.notebook.lift import statements
from autograder.notebook.regions import BEGIN, END, split_solution

HELP_STEPS = 3

# nbgrader looks for these words anywhere in a cell, in prose and in strings too.
_NBGRADER_WORDS = (
    "BEGIN SOLUTION",
    "END SOLUTION",
    "BEGIN HIDDEN TEST",
    "END HIDDEN TEST",
    "BEGIN MARK SCHEME",
    "END MARK SCHEME",
    "AUTOTEST",
)
_STEP = re.compile(r"<details>\s*<summary>(?P<summary>.*?)</summary>(?P<body>.*?)</details>", re.DOTALL)


def faults_of_cells(cells: list[LessonCell], file: Path) -> Iterator[Fault]:
    """What can be said of each cell alone, and of their ids together."""
    seen: dict[str, int] = {}
    for cell in cells:
        if cell.id:
            if cell.id in seen:
                yield Fault(
                    file,
                    cell.line - 1,
                    f"the id {cell.id!r} stands already in line {seen[cell.id]}",
                    "give each cell an id of its own",
                )
            seen.setdefault(cell.id, cell.line - 1)
        yield from _markers(cell, file)
        if cell.role in ANSWER_ROLES:
            yield from _region(cell, file)
        if cell.role == "check" and cell.source.strip() != f'check("{cell.id.removeprefix("check_")}")':
            yield Fault(
                file,
                cell.line,
                f"a check cell with another body than its id {cell.id!r} asks for",
                f'let it be exactly: check("{cell.id.removeprefix("check_")}"), or correct the id',
            )
        if cell.role == "guess":
            yield from faults_of_guess(cell, file)
        if cell.role == "hidden" and cell.source.strip():
            yield Fault(
                file,
                cell.line,
                "a hidden cell with a body",
                "leave it empty: the builder fills it, and the tests stand in hidden.py",
            )


def _markers(cell: LessonCell, file: Path) -> Iterator[Fault]:
    """Lines that nbgrader would take for a marker, and lines that were meant as one but are not."""
    for offset, line in enumerate(cell.source.splitlines()):
        at, bare = cell.line + offset, line.strip()
        if bare in (BEGIN, END):
            if cell.role not in ANSWER_ROLES:
                yield Fault(
                    file,
                    at,
                    f"{bare!r} outside an answer cell",
                    'only cells of role "answer" and "studio" have a solution',
                )
        elif any(word in line for word in _NBGRADER_WORDS):
            what = "a hidden test in the lesson" if "HIDDEN TEST" in line else "words that nbgrader takes for a marker"
            yield Fault(file, at, f"{what}: {bare!r}", _mend_of_words(line))
        elif not cell.markdown and _looks_like_marker(bare):
            yield Fault(file, at, f"a misspelt marker: {bare!r}", f"write exactly {BEGIN!r} or {END!r}, alone on its line")


def _mend_of_words(line: str) -> str:
    if "HIDDEN TEST" in line:
        return "put the test into hidden.py; the builder writes the region (nbgrader ships what stands in a misspelt one)"
    return "write the words in lower case where they are prose, and the marker alone on its line where they are not"


def _looks_like_marker(bare: str) -> bool:
    """Whether a comment was meant as a marker: three signs, or nearly the words."""
    if not bare.startswith("#"):
        return False
    words = re.sub(r"[\W_]+", " ", bare).strip().upper()
    near = difflib.get_close_matches(
        words, ("BEGIN SOLUTION", "END SOLUTION", "BEGIN HIDDEN TESTS", "END HIDDEN TESTS"), cutoff=0.8
    )
    return bare.startswith("###") or bool(near)


def _region(cell: LessonCell, file: Path) -> Iterator[Fault]:
    """Solution regions are there, closed, not nested, and not empty."""
    opened = 0
    begins = 0
    for offset, line in enumerate(cell.source.splitlines()):
        at, bare = cell.line + offset, line.strip()
        if bare == BEGIN:
            begins += 1
            if opened:
                yield Fault(file, at, f"a solution begins inside the one of line {opened}", f"close the first with {END!r}")
            opened = at
        elif bare == END:
            if not opened:
                yield Fault(file, at, "a solution ends that never began", f"put {BEGIN!r} before it")
            opened = 0
    if opened:
        yield Fault(file, opened, "a solution that never ends", f"put {END!r} after its last line")
    lines = cell.source.splitlines()
    if any(line.strip() == BEGIN and line[0].isspace() for line in lines):
        for at in (cell.line + offset for offset, line in enumerate(lines) if line == BEGIN):
            yield Fault(
                file,
                at,
                "a solution beside the functions: its blank would stop the learner's cell when all her functions are written",
                f"put it last, and take out this line and the {END!r} before it: the last function's region goes on",
            )
    if not begins:
        yield Fault(
            file,
            cell.line - 1,
            f"the answer {cell.id!r} has no solution region",
            f"put the reference between {BEGIN!r} and {END!r}",
        )
    elif not split_solution(cell.source)[1].strip():
        yield Fault(file, cell.line - 1, f"the solution of {cell.id!r} is empty", "write the reference solution into the region")


def faults_of_week_cell(cells: list[LessonCell], file: Path) -> Iterator[Fault]:
    """The first cell is the week's: a title, and what it needs."""
    first = cells[0]
    if first.role != "week":
        yield Fault(file, first.line - 1, "the first cell is not the week's", 'begin the file with: # %% [markdown] role="week"')
    for cell in cells[1:]:
        if cell.role == "week":
            yield Fault(file, cell.line - 1, 'a second cell of role "week"', "keep the first")
    if not re.match(r"# \S", first.source):
        yield Fault(file, first.line, "the week has no title", "let the first cell begin with a line: # Title of the week")


def faults_of_setup(cells: list[LessonCell], file: Path) -> Iterator[Fault]:
    """Before the first check, a cell that the learner cannot change makes `check` known; before the first guess, `guess`."""
    for name, module in (("check", "autograder.cases"), ("guess", "autograder.explore")):
        for cell in cells:
            if cell.role == "given" and any(name in statement.binds for statement in statements([cell.source])):
                break
            if cell.role == name:
                mend = f"write into the first given cell: from {module} import {name}"
                yield Fault(file, cell.line, f"no given cell before this one imports {name}", mend)
                break


def exercises(cells: list[LessonCell], headings: list[Heading], file: Path) -> tuple[list[Exercise], list[Fault]]:
    """Join headings, answers, checks and hidden cells; say what is missing or left over."""
    by_id = {cell.id: cell for cell in cells if cell.id}
    found: list[Exercise] = []
    faults: list[Fault] = []
    answers = [cell for cell in cells if cell.role in ANSWER_ROLES]
    for answer in answers:
        exercise, wrong = _exercise(answer, cells, headings, by_id, file)
        faults += wrong
        if exercise is not None:
            found.append(exercise)
    ids = {answer.id for answer in answers}
    for heading in headings:
        if heading.id not in ids:
            faults.append(
                Fault(
                    file,
                    heading.line,
                    f"a heading for {heading.id!r}, but no answer cell of that id",
                    f'add: # %% role="answer" id="{heading.id}"',
                )
            )
    for cell in cells:
        prefix = {"check": "check_", "hidden": "test_"}.get(cell.role)
        if prefix and not (cell.id.startswith(prefix) and cell.id.removeprefix(prefix) in ids):
            faults.append(
                Fault(
                    file,
                    cell.line - 1,
                    f"{cell.id!r} belongs to no exercise",
                    f"name it {prefix}<exercise>; the answer cells are: {', '.join(sorted(ids))}",
                )
            )
    return found, faults


def _exercise(
    answer: LessonCell, cells: list[LessonCell], headings: list[Heading], by_id: dict[str, LessonCell], file: Path
) -> tuple[Exercise | None, list[Fault]]:
    faults: list[Fault] = []
    at = cells.index(answer)
    statement = cells[at - 1]
    heading = next((h for h in headings if h.id == answer.id), None)
    if heading is None or not statement.line <= heading.line < answer.line:
        message = f"the cell before the answer {answer.id!r} has no heading for it"
        return None, [Fault(file, answer.line - 1, message, HEADING_MEND)]
    wanted = "studio" if answer.role == "studio" else "exercise"
    if heading.kind != wanted:
        faults.append(
            Fault(
                file,
                heading.line,
                f"the heading says {heading.kind}, the cell says {answer.role}",
                f"let both say {wanted}",
            )
        )
    faults += _help(statement, answer.id, file)
    parts = []
    for prefix, role in (("check_", "check"), ("test_", "hidden")):
        cell = by_id.get(prefix + answer.id)
        if cell is None or cell.role != role:
            faults.append(
                Fault(
                    file,
                    answer.line - 1,
                    f"the exercise {answer.id!r} has no {role} cell",
                    f'add after it: # %% role="{role}" id="{prefix}{answer.id}" points=2',
                )
            )
        elif cells.index(cell) < at:
            faults.append(Fault(file, cell.line - 1, f"{cell.id!r} stands before its answer", "move it behind the answer cell"))
        else:
            parts.append(cell)
    if len(parts) < 2:
        return None, faults
    return Exercise(answer.id, heading.kind, heading.minutes, heading.difficulty, statement, answer, *parts), faults


def _help(statement: LessonCell, name: str, file: Path) -> list[Fault]:
    """Three folded steps of help, each with a summary and a text."""
    steps = [step for step in _STEP.finditer(statement.source) if step["summary"].strip() and step["body"].strip()]
    if len(steps) == HELP_STEPS and statement.source.count("<details>") == HELP_STEPS:
        return []
    message = f"the exercise {name!r} has {len(steps)} steps of help where {HELP_STEPS} are due"
    mend = "put three <details><summary>…</summary> … </details> under the heading: a question, a plan, a skeleton"
    return [Fault(file, statement.line, message, mend)]
