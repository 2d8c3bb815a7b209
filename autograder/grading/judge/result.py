"""What grading one notebook came to: plain data, kept in the executed notebook's metadata, shown on the feedback page."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

from autograder.cases.model import Points, Report, Verdict

KEY = "autograder"
HUMAN = "human"  # mark of a test cell that a human scores
COURSE = "course"  # mark of a text cell that stands in the notebook as the course wrote it


@dataclass
class Property:
    """One case's outcome, in words for the learner."""

    says: str
    holds: bool
    counts: bool
    hidden: bool
    side: bool = False
    message: str = ""
    on: str = ""
    line: str = ""
    notes: list[str] = field(default_factory=list)
    case: str = ""  # its case's name


@dataclass
class ExerciseResult:
    """One exercise: its points, visible and hidden, each property, and which known mistake it looks like, in a sentence."""

    id: str
    kind: str
    score: dict[str, float]
    of: dict[str, float]
    trouble: str = ""
    note: str = ""
    ran: bool = False  # code of hers was there to be called
    properties: list[Property] = field(default_factory=list)
    met: str = ""


@dataclass
class Result:
    """One notebook: lines on what happened, and the exercises of the week where it is one of ours."""

    lines: list[str] = field(default_factory=list)
    unreadable: str = ""
    open_week: bool = False
    title: str = ""
    plain: bool = False  # its page was given up once: the notebook is shown as it was written
    exercises: list[ExerciseResult] = field(default_factory=list)

    def as_metadata(self) -> dict[str, Any]:
        """Plain data for the notebook's metadata."""
        return {"result": dataclasses.asdict(self)}


def result_of(metadata: Any) -> Result:
    """The result in a notebook's metadata; an empty one where there is none."""
    try:
        raw = metadata[KEY]["result"]
        exercises = [
            ExerciseResult(**{**one, "properties": [Property(**prop) for prop in one["properties"]]}) for one in raw["exercises"]
        ]
        return Result(**{**raw, "exercises": exercises})
    except (KeyError, TypeError):
        return Result()


def exercise_result(entry: dict[str, Any], points: dict[str, Points]) -> ExerciseResult:
    """One exercise's result.

    Parameters
    ----------
    entry : what week.json has of it.
    points : what its cells came to, by "check" and "hidden"; one is missing where its cell did not come to an end.
    """
    of = {kind: float(value) for kind, value in entry["points"].items()}
    score = {kind: float(points.get(kind, 0.0)) for kind in of}
    report: Report | None = next((points[kind].report for kind in ("hidden", "check") if kind in points), None)
    if report is None:
        trouble = "its tests did not come to an end; the cells below say why"
        return ExerciseResult(entry["id"], entry["kind"], score, of, trouble)
    counted = report.counted()
    properties = [_property(verdict, verdict in counted) for verdict in report.verdicts] if not report.trouble else []
    return ExerciseResult(entry["id"], entry["kind"], score, of, report.trouble, report.note, properties=properties)


def _property(verdict: Verdict, counts: bool) -> Property:
    return Property(
        verdict.says,
        verdict.holds,
        counts,
        verdict.hidden,
        verdict.side,
        verdict.message or "",
        verdict.on,
        verdict.line,
        list(verdict.notes),
        verdict.case,
    )
