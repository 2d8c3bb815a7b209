"""Who is in nbgrader's gradebook, how they stand in an assignment, and how somebody is taken out."""

from __future__ import annotations

import datetime
from typing import Any, NamedTuple

from nbgrader.api import Assignment, Grade, Gradebook, MissingEntry, SubmittedAssignment


class Entry(NamedTuple):
    """A learner as somebody entered her; what was not entered is empty."""

    id: str
    first: str
    last: str
    email: str
    lms: str


def everybody(book: Gradebook) -> list[Entry]:
    """All learners in the gradebook."""
    return [
        Entry(one.id, *(x or "" for x in (one.first_name, one.last_name, one.email, one.lms_user_id))) for one in book.students
    ]


def standings(book: Gradebook, assignment: str) -> dict[str, tuple[float, float]]:
    """By learner, the points that count (a human's scores and what lateness costs are in them), and what could be had."""
    query = book.db.query(SubmittedAssignment.student_id, SubmittedAssignment.late_submission_penalty)
    lost = {id: float(points or 0.0) for id, points in query.join(Assignment).filter(Assignment.name == assignment)}
    rows: list[dict[str, Any]] = book.submission_dicts(assignment)
    return {
        one["student"]: (max(0.0, float(one["score"]) - lost.get(one["student"], 0.0)), float(one["max_score"])) for one in rows
    }


def timestamps(book: Gradebook) -> dict[tuple[str, str], datetime.datetime | None]:
    """When what was graded last was handed in, in UTC, by learner and assignment."""
    query = book.db.query(SubmittedAssignment.student_id, Assignment.name, SubmittedAssignment.timestamp).join(Assignment)
    return {(student, assignment): at for student, assignment, at in query}


def to_be_looked_at(book: Gradebook) -> int:
    """How many cells a human has to score."""
    return int(book.db.query(Grade).filter(Grade.needs_manual_grade).count())


def submissions(book: Gradebook, student: str) -> int | None:
    """How many submissions of a learner's the gradebook has; None where she is not in it."""
    try:
        return len(book.find_student(student).submissions)
    except MissingEntry:
        return None


def forget(book: Gradebook, student: str) -> None:
    """Take a learner out, with her submissions, scores and comments."""
    book.remove_student(student)
