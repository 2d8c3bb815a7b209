"""Scores as tables that Canvas and Moodle import."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from autograder.cases.report import points_in_words
from autograder.grading.report.read import Room, Sheet


def canvas(room: Room) -> str:
    """Canvas' gradebook: its five columns of identity, the assignment's, and the line of points possible.

    It looks people up by its own id, else by their login. Who has handed nothing in has an empty score, which changes nothing.
    """
    most = max(sheet.most for sheet in room.sheets)
    rows: list[Sequence[str]] = [
        ("Student", "ID", "SIS User ID", "SIS Login ID", "Section", room.title),
        ("Points Possible", "", "", "", "", f"{most:g}"),
    ]
    people = [(sheet.person, f"{sheet.score:g}") for sheet in room.sheets]
    people += [(person, "") for person in (*room.absent, *room.waiting)]
    rows += [(one.name, one.lms, "", one.id, "", score) for one, score in sorted(people, key=lambda pair: pair[0].name)]
    return _written(rows)


def moodle(room: Room) -> str:
    """Moodle's import of grades: people by user name, number or email, as is chosen there; a grade, and what it is made of."""
    rows: list[Sequence[str]] = [("Username", "ID number", "Email address", room.title, f"{room.title} (feedback)")]
    for sheet in sorted(room.sheets, key=lambda sheet: sheet.person.id):
        one = sheet.person
        rows.append((one.id, one.lms, one.email, f"{sheet.score:g}", _made_of(room, sheet)))
    return _written(rows)


def _made_of(room: Room, sheet: Sheet) -> str:
    """The exercises with the points that grading came to, in a line."""
    parts = []
    for section in room.sections:
        one = sheet.exercises.get(section.id)
        got = sum(one.score.values()) if one else 0.0
        parts.append(f"{section.id} {points_in_words(got)}/{points_in_words(section.points)}")
    return ", ".join(parts)


def _written(rows: Iterable[Sequence[str]]) -> str:
    made = io.StringIO()
    csv.writer(made, lineterminator="\r\n").writerows(map(_plain, row) for row in rows)
    return made.getvalue()


def _plain(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: a learner may be called `=1+1`.

    >>> _plain("=HYPERLINK(1)"), _plain("ann")
    ("'=HYPERLINK(1)", 'ann')
    """
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
