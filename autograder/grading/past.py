"""What each graded attempt of a learner's came to: a few names and numbers an exercise, kept with her record, for reports.

No text of hers is in it. An attempt that a newer one overtook before it was graded is none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from autograder.grading.judge.job import Job

if TYPE_CHECKING:  # the coordinator starts without NumPy
    from autograder.grading.judge.result import ExerciseResult, Result

MOST = 200  # attempts of one learner that are kept: the last ones
#: exercise -> "share" of the points in [0, 1], "ran" (code of hers was there to be called), "broken" (names of cases)
Came = dict[str, dict[str, Any]]


def came(result: Result) -> Came:
    """What the exercises of a notebook came to; nothing where it is no week of ours."""
    return {one.id: {"share": share(one), "ran": one.ran, "broken": broken(one)} for one in result.exercises}


def share(one: ExerciseResult) -> float:
    """The share of an exercise's points, in [0, 1]."""
    most = sum(one.of.values())
    return round(sum(one.score.values()) / most, 6) if most else 0.0


def broken(one: ExerciseResult) -> list[str]:
    """The names of the cases that an exercise breaks, hidden ones too; none where nothing could be tried."""
    return [prop.case for prop in one.properties if not prop.holds and prop.case]


def with_attempt(before: Sequence[Mapping[str, Any]], job: Job, exercises: Came) -> list[dict[str, Any]]:
    """The attempts so far and this one; the same work, graded again, takes its own place.

    Parameters
    ----------
    before : each with "at" (when it was handed in), "work" (a digest of it) and "exercises".
    """
    kept = [dict(one) for one in before if one.get("work") != job.work]
    return [*kept, {"at": job.handed_in, "work": job.work, "exercises": exercises}][-MOST:]
