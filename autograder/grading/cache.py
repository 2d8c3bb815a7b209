"""What is kept of a graded submission, so that unchanged work is not done again, and a killed run goes on where it was.

A record says of which content a result is, and which files it wrote. It takes its place after the gradebook and the files:
whatever a kill leaves undone, the next run sees.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from autograder.grading.judge.assignment import Assignment
from autograder.grading.judge.job import Graded, Job, fields_of
from autograder.grading.outbox import Outbox, sweep_inside
from autograder.grading.past import Came, with_attempt
from autograder.grading.state import state_folder

CHANGED_LOWER = "The week was changed after you handed in. Your work was judged again as the week is now."
CHANGED = f"{CHANGED_LOWER} No score of yours is lower for it."


@dataclass
class Record:
    """One graded submission.

    Attributes
    ----------
    content : digest of the assignment, the engine, the data and the submission.
    grades, comments : as in Graded.
    texts, pages : digests of the executed notebooks and of the pages, by name.
    human : digest of what humans have written into the gradebook when the pages were made.
    best : of each exercise in which her code ran in this attempt or one before, the best scores of its cells.
    work, version, open_week : what she handed in, what the author had written, whether the week was open.
    changed : the author has written something else since this work was first graded.
    floor : as in Job.
    attempts : what each of her attempts came to so far, as in `past`.
    """

    content: str
    grades: dict[str, dict[str, float | None]]
    comments: dict[str, dict[str, str | None]]
    texts: dict[str, str] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    human: str = ""
    seconds: float = 0.0
    best: dict[str, dict[str, float]] = field(default_factory=dict)
    work: str = ""
    version: str = ""
    open_week: bool = False
    changed: bool = False
    floor: dict[str, dict[str, float]] = field(default_factory=dict)
    attempts: list[dict[str, Any]] = field(default_factory=list)

    def graded(self, student: str) -> Graded:
        """The result again, without its texts."""
        return Graded(student, {}, self.grades, self.comments, seconds=self.seconds)


class Cache:
    """The records of one assignment."""

    def __init__(self, root: Path, assignment: str) -> None:
        self.folder = state_folder(root) / "results" / assignment
        self.folder.mkdir(parents=True, exist_ok=True)
        sweep_inside(self.folder)

    def of(self, student: str, content: str) -> Record | None:
        """The record of this very content; None where there is none, or none that can be read."""
        record = self.last(student)
        return record if record is not None and record.content == content else None

    def last(self, student: str) -> Record | None:
        """The last record of a learner's, of whatever content; None where there is none that can be read."""
        try:
            raw: dict[str, Any] = json.loads((self.folder / f"{student}.json").read_text(encoding="utf-8"))
            return Record(**raw)
        except (OSError, ValueError, TypeError):
            return None

    def best(self, student: str, attempt: Mapping[str, dict[str, float]] | None = None) -> dict[str, dict[str, float]]:
        """The best scores of each exercise in what was graded so far, and in an attempt besides."""
        last = self.last(student)
        found = dict(last.best) if last else {}
        for exercise, scores in (attempt or {}).items():
            if exercise not in found or sum(scores.values()) > sum(found[exercise].values()):
                found[exercise] = scores
        return found

    def note(self, job: Job, week: Assignment, grades: Mapping[str, Mapping[str, float | None]], exercises: Came) -> None:
        """Keep what a notebook of this work came to, graded by nbgrader itself: of no content, so that a class is graded anew."""
        last = self.last(job.student)
        same = last is not None and last.work == job.work
        found = {**(last.grades if last and same else {}), **{name: dict(cells) for name, cells in grades.items()}}
        made = Record("", found, last.comments if last and same else {}, best=self.best(job.student), work=job.work)
        made.version, made.open_week, made.floor = week.version, week.open_week, job.floor
        made.changed = is_changed(job, last, week)
        made.attempts = with_attempt(last.attempts if last else (), job, exercises)
        with Outbox() as box:
            self.keep(job.student, made, box)

    def keep(self, student: str, record: Record, box: Outbox) -> None:
        """Keep a record, together with what else is in the box."""
        box.put_file(self.folder / f"{student}.json", json.dumps(fields_of(record)).encode())


def digest(content: bytes) -> str:
    """A file's digest."""
    return hashlib.sha256(content).hexdigest()


def is_whole(folder: Path, names: dict[str, str], suffix: str) -> bool:
    """Whether the files that a record tells of lie in a folder, unchanged."""
    try:
        return bool(names) and all(digest((folder / f"{name}{suffix}").read_bytes()) == was for name, was in names.items())
    except OSError:
        return False


def with_past(job: Job, last: Record | None, week: Assignment, lower: bool) -> Job:
    """The same job with what this work came to before the assignment was changed.

    Parameters
    ----------
    last : the learner's last record, of this work or another.
    lower : a changed assignment may lower scores of work that was handed in before.
    """
    if last is None or last.work != job.work:
        return job
    same = last.content.partition(" ")[0] == week.digest
    floor = {} if lower else last.floor if same else _floor(last, week)
    if is_changed(job, last, week):
        line = CHANGED if floor else CHANGED_LOWER  # the same at every run, else it would be graded anew
        job = dataclasses.replace(job, lines={name: [line, *lines] for name, lines in job.lines.items()})
    return dataclasses.replace(job, floor=floor)


def keep_scores(floor: Mapping[str, float], grades: dict[str, float | None], executed: NotebookNode) -> None:
    """A score of before is not lowered; where a cell is worth less now, it is that."""
    most = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell.metadata.get("nbgrader", {}) for cell in executed.cells}
    for id, now in grades.items():
        if now is not None and id in floor:
            grades[id] = max(now, min(floor[id], float(most[id].get("points", 0.0))))


def is_changed(job: Job, last: Record | None, week: Assignment) -> bool:
    """Whether the author has written something else since this work was first graded."""
    return last is not None and last.work == job.work and (last.changed or last.version != week.version)


def _floor(last: Record, week: Assignment) -> dict[str, dict[str, float]]:
    """The scores of a record; not of studios where the week was opened or closed since: other rows judge them then."""
    studios = {one["id"] for one in week.entry["exercises"] if one["kind"] == "studio"}
    other = {f"{kind}_{id}" for id in studios for kind in ("check", "test")}
    other = other if last.open_week != week.open_week else set()
    return {
        name: {id: value for id, value in cells.items() if value is not None and id not in other}
        for name, cells in last.grades.items()
    }
