"""What a lesson consists of: cells, exercises, needs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
KINDS = {"Exercise": "exercise", "Studio": "studio"}
ANSWER_ROLES = ("answer", "studio")
#: what a learner finds in place of a solution; nbgrader puts it there
STUB = 'raise NotImplementedError("Your turn: put your own code in place of this line.")'
HEADING_MEND = "write it as: ### Exercise · `name` &nbsp; ●●○ &nbsp; 15 min"


def split_solution(source: str) -> tuple[str, str]:
    """The open lines of a cell and those of its solution regions, without the markers."""
    open_lines: list[str] = []
    solution: list[str] = []
    inside = False
    for line in source.splitlines():
        if line.strip() in (BEGIN, END):
            inside = line.strip() == BEGIN
        else:
            (solution if inside else open_lines).append(line)
    return "\n".join(open_lines), "\n".join(solution)


def without_markers(source: str) -> str:
    """The source with its solutions and without the two marker lines: code that runs."""
    return "\n".join(line for line in source.splitlines() if line.strip() not in (BEGIN, END))


@dataclass(frozen=True)
class Cell:
    """One cell of a lesson. `line` is where its source begins in lesson.py, `role` is empty for plain text."""

    markdown: bool
    source: str
    role: str
    id: str
    points: float
    line: int


@dataclass(frozen=True)
class Need:
    """A piece of an earlier week: `week01.standardise`."""

    week: str
    exercise: str


@dataclass(frozen=True)
class Exercise:
    """An exercise or a studio: its statement, the cell that is answered, and the two that are scored."""

    id: str
    kind: str
    minutes: int
    difficulty: int
    statement: Cell
    answer: Cell
    check: Cell
    hidden: Cell

    @property
    def solution(self) -> str:
        """The lines of the answer that the release does not have."""
        return split_solution(self.answer.source)[1]

    @property
    def open_answer(self) -> str:
        """The lines of the answer that the release has too (signature, docstring)."""
        return split_solution(self.answer.source)[0]


@dataclass(frozen=True)
class Lesson:
    """A week's lesson.py, read and found in order."""

    path: Path
    title: str
    needs: tuple[Need, ...]
    cells: tuple[Cell, ...]
    exercises: tuple[Exercise, ...]

    @property
    def week(self) -> str:
        """The name of the week, which is its folder's: `week01_arrays`."""
        return self.path.parent.name

    @property
    def minutes(self) -> int:
        """The minutes of all exercises and the studio."""
        return sum(exercise.minutes for exercise in self.exercises)

    @property
    def open_text(self) -> str:
        """All that a learner may read: prose, help, given code, answer cells without their solutions."""
        return "\n".join(split_solution(cell.source)[0] for cell in self.cells)

    def code(self, *roles: str) -> list[Cell]:
        """The code cells of these roles, in order."""
        return [cell for cell in self.cells if cell.role in roles]


@dataclass(frozen=True)
class Heading:
    """`### Exercise · `softmax` &nbsp; ●●○ &nbsp; 15 min`, read."""

    kind: str
    id: str
    minutes: int
    difficulty: int
    line: int
