"""What a lesson consists of: cells, exercises, needs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from autograder.notebook.regions import split_solution

KINDS = {"Exercise": "exercise", "Studio": "studio"}
ANSWER_ROLES = ("answer", "studio")
HEADING_MEND = "write it as: ### Exercise · `name` &nbsp; ●●○ &nbsp; 15 min"


@dataclass(frozen=True)
class LessonCell:
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
    statement: LessonCell
    answer: LessonCell
    check: LessonCell
    hidden: LessonCell

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
    cells: tuple[LessonCell, ...]
    exercises: tuple[Exercise, ...]
    modules: tuple[str, ...] = ()  # of the course's own, which its kit holds whole: `tape` is notebooks/kit/tape.py

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

    def code(self, *roles: str) -> list[LessonCell]:
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
