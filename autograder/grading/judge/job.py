"""A submission as plain data, and what came of it: all that crosses to a worker and back, besides the assignment."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.grading import timestamps


@dataclass(frozen=True)
class Job:
    """One learner's submission, taken in.

    Attributes
    ----------
    notebooks : its notebooks as intake left them, as text, by name.
    files : what else lies in the submitted folder, by name.
    keys : the submission's key of each notebook: the course's secret itself never leaves the coordinator.
    lines, unreadable : what intake has to say of each notebook.
    late : seconds after the due date.
    floor : scores that the same work came to before the assignment was changed, by notebook and cell: they are not lowered.
    frozen : exercises whose solutions she has opened, with the scores that count of their cells.
    """

    student: str
    notebooks: dict[str, str]
    files: dict[str, bytes]
    keys: dict[str, bytes]
    lines: dict[str, list[str]]
    unreadable: dict[str, str]
    late: float = 0.0
    frozen: dict[str, dict[str, float]] = field(default_factory=dict)
    floor: dict[str, dict[str, float]] = field(default_factory=dict)

    @functools.cached_property
    def digest(self) -> str:
        """The submission's content."""
        return digest_of(fields_of(self))

    @property
    def work(self) -> str:
        """What she wrote, and when she handed it in, whatever the course has become since."""
        return digest_of([self.keys, self.handed_in])

    @property
    def handed_in(self) -> str:
        """The submission's time, as the exchange wrote it; empty where nothing is written."""
        return handed_in(self.files)


@dataclass
class Graded:
    """What grading a submission came to.

    Attributes
    ----------
    texts : the executed notebooks, by name.
    grades : the score of each graded cell, None where a human has to look.
    comments : nbgrader's own remark on each answer.
    pages : the feedback pages, by notebook.
    trouble : why it could not be graded; empty where it was.
    doubtful : a learner's process was killed, twice in a row, perhaps by somebody else: the next run grades it anew.
    own : of each exercise in which her code ran what this attempt came to, cell by cell; of a studio only in a closed week.
    exercises : what each exercise came to, as `past.came` has it.
    slow : why learner's processes start slowly where it was graded; empty where they do not.
    """

    student: str
    texts: dict[str, str] = field(default_factory=dict)
    grades: dict[str, dict[str, float | None]] = field(default_factory=dict)
    comments: dict[str, dict[str, str | None]] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    trouble: str = ""
    doubtful: bool = False
    slow: str = ""
    own: dict[str, dict[str, float]] = field(default_factory=dict)
    exercises: dict[str, dict[str, Any]] = field(default_factory=dict)


def files_of(folder: Path) -> dict[str, bytes]:
    """What stands in a submitted folder besides its notebooks; no link is followed, nothing of the grader's own is meant."""
    found: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not path.is_file() or name.startswith(".") or path.suffix == ".ipynb":
            continue
        found[name] = path.read_bytes()
    return found


def handed_in(files: Mapping[str, bytes]) -> str:
    """A submission's time, as the exchange wrote it; empty where nothing is written."""
    return files.get(timestamps.FILE, b"").decode("ascii", "replace")


def fields_of(record: Any) -> dict[str, Any]:
    """The fields of a dataclass, without going into what they hold."""
    return {one.name: getattr(record, one.name) for one in dataclasses.fields(record)}


def digest_of(value: Any) -> str:
    """A sha256 of plain data, every part with its type and length."""
    made = hashlib.sha256()
    _feed(made, value)
    return made.hexdigest()


def _feed(made: Any, value: Any) -> None:
    if dataclasses.is_dataclass(value):
        value = fields_of(value)
    if isinstance(value, Mapping):
        made.update(b"{%d" % len(value))
        for key in sorted(value, key=str):
            _feed(made, str(key))
            _feed(made, value[key])
    elif isinstance(value, (list, tuple)):
        made.update(b"[%d" % len(value))
        for one in value:
            _feed(made, one)
    else:
        raw = value if isinstance(value, bytes) else repr(value).encode()
        made.update(b"%s:%d:" % (type(value).__name__.encode(), len(raw)) + raw)
