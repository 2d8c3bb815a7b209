"""What `check` remembers of each exercise: a line of JSON a check, beside the weeks, only ever added to.

    {"v": 1, "at": 1764259200.0, "week": "week02_logistic", "exercise": "log_loss", "holds": 1, "of": 4, "begun": true}

The file lies in the workspace's hidden folder, in no week's: it is never handed in. Only the desk's Home reads it; losing it
loses marks there, and nothing else.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.cases.causes import outline
from autograder.cases.model import Report

PLACE = Path(".workbook") / "progress.jsonl"
VERSION = 1


@dataclass(frozen=True)
class Mark:
    """What one check said of an exercise.

    Attributes
    ----------
    at : when, in seconds since 1970.
    holds, of : how many of its visible promises hold, of how many; 0 of 0 where the check itself could not be run.
    begun : whether there is an answer yet.
    """

    week: str
    exercise: str
    at: float
    holds: int
    of: int
    begun: bool

    @property
    def is_whole(self) -> bool:
        """Whether all that is checked here holds."""
        return self.of > 0 and self.holds == self.of


def remember(folder: Path, report: Report) -> None:
    """Add a line for a check that was run in a week's folder; whatever hinders it (a full disk) is no trouble of hers.

    Parameters
    ----------
    folder : the week's, in which the notebook runs; any other folder is none of ours.
    report : what the check said.
    """
    if not (folder / "week.json").is_file():
        return
    visible = [verdict for verdict in report.verdicts if not verdict.hidden]
    begun = bool(report.trouble) or (bool(visible) and outline(visible).begun)
    holds = sum(verdict.holds for verdict in visible)
    told = {"week": folder.name, "exercise": report.exercise, "holds": holds, "of": len(visible), "begun": begun}
    line = json.dumps({"v": VERSION, "at": time.time(), **told})
    with contextlib.suppress(OSError):
        path = folder.parent / PLACE
        path.parent.mkdir(exist_ok=True)
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, f"\n{line}".encode())  # one write: two kernels do not mix their lines
        finally:
            os.close(file)


def marks(workspace: Path) -> dict[tuple[str, str], Mark]:
    """The last mark of each exercise, by week and id, in the order in which they were written."""
    found: dict[tuple[str, str], Mark] = {}
    for mark in _read(workspace / PLACE):
        found.pop((mark.week, mark.exercise), None)
        found[mark.week, mark.exercise] = mark
    return found


def _read(path: Path) -> Iterator[Mark]:
    """The marks of a file; half a line of a kernel that was killed, and a later version's, are passed over."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    for line in text.splitlines():
        try:
            one = json.loads(line)
            if one["v"] == VERSION:
                names = str(one["week"]), str(one["exercise"])
                yield Mark(*names, float(one["at"]), int(one["holds"]), int(one["of"]), bool(one["begun"]))
        except (ValueError, KeyError, TypeError):
            continue
