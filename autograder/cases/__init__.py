"""What a case is, and what it says: the vocabulary of every check, used in a notebook and across the wall alike."""

from autograder.cases import draws, expect, studios
from autograder.cases.check import check, score, still_open, tell
from autograder.cases.model import Broken, Case, Exercise, Points, Report, Studio, Verdict
from autograder.cases.registry import (
    Registry,
    Rival,
    StudioEntry,
    WeekError,
    case,
    entry,
    exercise,
    judge,
    load,
    program,
    right,
    studio,
    twin,
    wrong,
)
from autograder.cases.session import Session
from autograder.cases.studios import Entry, Round
from autograder.timelimit import TimeUp, limit

__all__ = [
    "Broken",
    "Case",
    "Entry",
    "Exercise",
    "Points",
    "Registry",
    "Report",
    "Rival",
    "Round",
    "Session",
    "Studio",
    "StudioEntry",
    "TimeUp",
    "Verdict",
    "WeekError",
    "case",
    "check",
    "draws",
    "entry",
    "exercise",
    "expect",
    "judge",
    "limit",
    "load",
    "program",
    "right",
    "score",
    "still_open",
    "studio",
    "studios",
    "tell",
    "twin",
    "wrong",
]
