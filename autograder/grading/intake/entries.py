"""What the name of a folder in inbound says: STUDENT+ASSIGNMENT+TIME, and behind that nbgrader's random text."""

from __future__ import annotations

import functools
import re

from autograder.grading.timestamps import moment

ASSIGNMENT = re.compile(r"[^/.+*?\[\]\0][^/+*?\[\]\0]{0,199}")
LONGEST = 200  # bytes of a learner's name: it is the name of a file, too, with an ending
SHOWN = 120  # characters of a name that are shown
PATTERN = "*?[]"  # nbgrader would read these as a pattern, which means others, too


@functools.lru_cache(maxsize=100_000)
def entry_parts(name: str) -> tuple[str, str, str] | None:
    """Student, assignment and timestamp of a folder in inbound; None where its name does not say them, or says what cannot be."""
    parts = _split(name)
    return parts if parts is not None and not _wrong(*parts) else None


def why_not(name: str) -> str:
    """Why a name is none of a folder in inbound, for whoever grades; empty where it is one."""
    parts = _split(name)
    return "its name is not STUDENT+ASSIGNMENT+TIME" if parts is None else _wrong(*parts)


def concerns(name: str, assignment: str) -> bool:
    """Whether an entry that is not understood may have been meant for this assignment."""
    parts = _split(name)
    return parts is None or parts[1] == assignment


def shown(name: str) -> str:
    """A name as it can be shown anywhere: what does not print is written out."""
    text = "".join(one if one.isprintable() else one.encode("unicode_escape", "surrogatepass").decode() for one in name)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _split(name: str) -> tuple[str, str, str] | None:
    """The three parts, with a random text behind them or without: a learner's name may have a plus, too."""
    for parts in (name.rsplit("+", 3)[:-1], name.rsplit("+", 2)):
        if len(parts) == 3 and moment(parts[2]) is not None:
            return parts[0], parts[1], parts[2]
    return None


def _wrong(student: str, assignment: str, stamp: str) -> str:
    """What cannot be in a name: any script, blanks, quotes and commas can."""
    if not ASSIGNMENT.fullmatch(assignment) or not assignment.isprintable():
        return "no assignment has such a name"
    if not student or student != student.strip() or student.startswith("."):
        return "a learner's name is not empty, does not begin with a full stop, and has no blank at an end"
    if any(one in student for one in PATTERN):
        return f"a learner's name that holds one of {' '.join(PATTERN)} would mean others, too"
    if not student.isprintable():
        return "the learner's name holds characters that cannot be shown"
    if len(student.encode()) > LONGEST:
        return f"the learner's name is longer than {LONGEST} bytes"
    return ""
