"""What a case is, and what it says: the vocabulary of every check, used in a notebook and across the wall alike."""

from autograder.cases import draws, expect
from autograder.cases.check import check
from autograder.cases.model import Broken, Case, Exercise, Points, Report, Studio, Verdict
from autograder.cases.registry import (
    Entry,
    Registry,
    Rival,
    WeekError,
    case,
    entry,
    exercise,
    load,
    right,
    studio,
    wrong,
)
from autograder.cases.session import Session
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
    "Session",
    "Studio",
    "TimeUp",
    "Verdict",
    "WeekError",
    "case",
    "check",
    "draws",
    "entry",
    "exercise",
    "expect",
    "limit",
    "load",
    "right",
    "studio",
    "wrong",
]
