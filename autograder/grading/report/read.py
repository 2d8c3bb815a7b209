"""What the grader keeps of a class's work on one week, read again: nothing is run, nothing is written."""

from __future__ import annotations

import hmac
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.errors import Mend
from autograder.grading.cache import Cache
from autograder.grading.grader import Grader
from autograder.grading.judge.assignment import week_json
from autograder.grading.judge.result import ExerciseResult, result_of
from autograder.grading.keys import course_secret
from autograder.grading.roster import everybody, standings
from autograder.grading.state import is_open

_HEADING = re.compile(r"^##\s+(.+?)\s*$", re.MULTILINE)
ANSWERS = ("answer", "studio")


@dataclass
class Person:
    """Who somebody is, as the gradebook has it.

    Attributes
    ----------
    id : her name in the exchange.
    alias : what she is called where names are hidden: the same in every week of the course, and no hint at who she is.
    name, email, lms : as they were entered; empty where they were not.
    """

    id: str
    alias: str
    first: str = ""
    last: str = ""
    email: str = ""
    lms: str = ""

    @property
    def name(self) -> str:
        """Her name; her id where none was entered."""
        return ", ".join(filter(None, (self.last, self.first))) or self.id


@dataclass
class Sheet:
    """One learner's graded work.

    Attributes
    ----------
    score, most : points in the gradebook, a human's and penalties included.
    exercises : what each came to in the last graded attempt.
    answers : what she wrote, by exercise.
    attempts : what each attempt came to, the first one first; see `past`.
    """

    person: Person
    score: float
    most: float
    exercises: dict[str, ExerciseResult] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    attempts: list[dict[str, Any]] = field(default_factory=list)

    @property
    def share(self) -> float:
        """The share of the points, in [0, 1]."""
        return self.score / self.most if self.most else 0.0


@dataclass
class Section:
    """An exercise of the week, and where it stands in the lesson."""

    id: str
    kind: str
    heading: str
    points: float
    given: str  # the answer cell as learners get it
    solution: str  # as the course solves it


@dataclass
class Room:
    """A class and a week.

    Attributes
    ----------
    sheets : of all whose work was graded.
    absent : who is in the gradebook and has handed nothing in.
    waiting : who has handed in what is not graded.
    """

    week: str
    title: str
    open_week: bool
    sections: list[Section]
    sheets: list[Sheet]
    absent: list[Person]
    waiting: list[Person]


def read(grader: Grader, week: str) -> Room:
    """What was graded of a week.

    Raises
    ------
    Mend
        Where it is no week of the workbook, or nothing of it was graded.
    """
    grader.need_assignment(week)
    entry = week_json(grader.root, week)
    if not entry["exercises"]:
        raise Mend(f"{week} is no week of the workbook: there are no promises to report on.\nMend: name one of source/.")
    people, scores = _gradebook(grader, week)
    handed = set(grader.students(week))
    sheets = [sheet for id, person in people.items() if (sheet := _sheet(grader, week, person, scores.get(id))) is not None]
    if not sheets:
        raise Mend(f"Nothing of {week} was graded yet.\nMend: workbook grade {week}")
    done = {sheet.person.id for sheet in sheets}
    return Room(
        week,
        entry.get("title") or week,
        is_open(grader.root, week, grader.due(week)),
        _sections(grader.source(week) / f"{week}.ipynb", grader.root / "release" / week / f"{week}.ipynb", entry),
        sheets,
        [person for id, person in people.items() if id not in done and id not in handed],
        [person for id, person in people.items() if id in handed - done],
    )


def _gradebook(grader: Grader, week: str) -> tuple[dict[str, Person], dict[str, tuple[float, float]]]:
    """Everybody, in an order that says nothing of them; points and what could be had, by learner."""
    secret = course_secret(grader.root)
    with grader.gradebook() as book:
        entries, scores = everybody(book), standings(book, week)
    entries.sort(key=lambda one: hmac.digest(secret, f"alias of {one.id}".encode(), "sha256"))
    wide = len(f"{len(entries)}")
    return {
        one.id: Person(one.id, f"Learner {number:0{wide}d}", one.first, one.last, one.email, one.lms)
        for number, one in enumerate(entries, 1)
    }, scores


def _sheet(grader: Grader, week: str, person: Person, points: tuple[float, float] | None) -> Sheet | None:
    """A learner's graded work; None where there is none."""
    folder = Path(grader.coursedir.format_path(grader.coursedir.autograded_directory, person.id, week))
    path = folder / f"{week}.ipynb"
    if points is None or not path.is_file():
        return None
    made = Sheet(person, *points)
    notebook = json.loads(path.read_text(encoding="utf-8"))
    made.exercises = {one.id: one for one in result_of(notebook["metadata"]).exercises}
    for cell in notebook["cells"]:
        id = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if id in made.exercises:
            made.answers[id] = _text(cell)
    record = Cache(grader.root, week).last(person.id)
    made.attempts = record.attempts if record else []
    return made


def _sections(source: Path, release: Path, entry: dict[str, Any]) -> list[Section]:
    """The exercises in their order, each with the last heading before it."""
    given = _answers(release) if release.is_file() else {}
    heading, headings, solutions = "", dict[str, str](), dict[str, str]()
    for cell in json.loads(source.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "markdown" and (found := _HEADING.findall(_text(cell))):
            heading = found[-1]
        if (mark := cell["metadata"].get("autograder", {})).get("role") in ANSWERS:
            headings[mark["id"]], solutions[mark["id"]] = heading, _text(cell)
    return [
        Section(
            one["id"], one["kind"], headings.get(one["id"], ""), sum(one["points"].values()),
            given.get(one["id"], ""), solutions.get(one["id"], ""),
        )
        for one in entry["exercises"]
    ]  # fmt: skip


def _answers(path: Path) -> dict[str, str]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    marks = [(cell["metadata"].get("autograder", {}), cell) for cell in cells]
    return {mark["id"]: _text(cell) for mark, cell in marks if mark.get("role") in ANSWERS}


def _text(cell: dict[str, Any]) -> str:
    return cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])


def without_names(text: str, person: Person) -> str:
    """A text of hers in which her names are not."""
    for name in sorted({person.id, person.first, person.last, person.email, person.lms} - {""}, key=len, reverse=True):
        if len(name) > 1:
            text = re.sub(rf"(?<![A-Za-z0-9_]){re.escape(name)}(?![A-Za-z0-9_])", "█" * 3, text, flags=re.IGNORECASE)
    return text
