"""What came of grading a submission, in words for whoever grades."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograder.errors import NOT_YET, Mend
from autograder.grading.outbox import FULL, NO_FILE, is_full


@dataclass(frozen=True)
class Outcome:
    """What came of one submission. `trouble` is empty where it was graded; `waits` counts test cells left to humans."""

    student: str
    score: float = 0.0
    most: float = 0.0
    seconds: float = 0.0
    trouble: str = ""
    waits: int = 0


def not_yet(error: Exception) -> str:
    """What kept a submission from being graded: never its score, and what was there before stands."""
    words = plain_words(error)
    return words if isinstance(error, Mend) or is_full(error) else f"{NOT_YET}: {words}"


def plain_words(error: Exception) -> str:
    """What went wrong, in words for whoever grades."""
    text = f"{error}" or type(error).__name__
    if NO_FILE in text:
        return f"beside the gradebook no file can be made: {FULL.replace(';', ', or you may not write there;')}"
    return FULL if is_full(error) else text


def table(outcomes: Sequence[Outcome]) -> str:
    """Scores for a terminal."""
    if not outcomes:
        return "Nobody has handed in."
    wide = max(len(outcome.student) for outcome in outcomes)
    lines = []
    for one in outcomes:
        label = "graded, but " if one.most else "" if one.trouble.startswith(NOT_YET) else "not graded: "
        what = f"{label}{one.trouble}" if one.trouble else f"{one.score:7.2f} of {one.most:g}"
        lines.append(f"{one.student:<{wide}}  {what:<18} {one.seconds:6.1f} s")
    return "\n".join(lines)
