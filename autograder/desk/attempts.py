"""What became of each attempt at a week: waiting, being graded, done; read from files, nothing kept.

nbgrader keeps a copy of each attempt with its secret. The page, and the grader's small file beside it
(`grading/tidings.py`), lie in the exchange under a name that only who has the secret can tell.
"""

from __future__ import annotations

import datetime
import json
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbgrader.utils import notebook_hash

from autograder.cases.report import points_in_words
from autograder.grading.tidings import KIND, VERSION
from autograder.grading.timestamps import FILE, moment
from autograder.learner.workspace import Workspace

MOMENT = 15.0  # seconds in which the watcher, which writes the page first, tells the figures
SAYS = {
    "waiting": "handed in, waiting",
    "later": "not graded yet: something failed on our side, and it is tried again by itself",
    "passed over": "another attempt counts",
}


@dataclass(frozen=True)
class Attempt:
    """One attempt at a week.

    Attributes
    ----------
    stamp : when it was handed in, as the exchange writes it.
    at : the same in seconds since 1970.
    state : "waiting"; "grading"; "later" (something of ours failed, it is tried again); "passed over" (another one counts);
        "done" with figures; "graded" where nobody told the figures: they stand on the page.
    done, of : how many exercises are judged, of how many, while it is graded.
    score, most : points.
    scores : points of each exercise, and the most that it gives.
    provisional : whether its studios are measured again when the week closes.
    page : where its page lies in the workspace, once it was fetched.
    """

    stamp: str
    at: float
    state: str = "waiting"
    done: int = 0
    of: int = 0
    score: float = 0.0
    most: float = 0.0
    scores: dict[str, tuple[float, float]] = field(default_factory=dict)
    provisional: bool = False
    page: str = ""

    @property
    def is_over(self) -> bool:
        """Whether nothing more is waited for."""
        return self.state in ("done", "graded", "passed over")

    @property
    def says(self) -> str:
        """What became of it, in words."""
        if self.state == "grading":
            return f"being graded, {self.done} of {self.of}" if self.of else "being graded"
        if self.state == "done":
            return f"done: {points_in_words(self.score)} of {points_in_words(self.most)}{' for now' if self.provisional else ''}"
        return SAYS.get(self.state, "graded")

    def shown(self) -> dict[str, Any]:
        """What a desk shows of it."""
        when = datetime.datetime.fromtimestamp(self.at).astimezone()
        return {
            "at": self.stamp, "when": f"{when:%d %b, %H:%M}".lstrip("0"), "state": self.state, "over": self.is_over,
            "says": self.says, "page": self.page,
        }  # fmt: skip


def attempts(workspace: Workspace, week: str, studios: Collection[str] = ()) -> list[Attempt]:
    """Her attempts at a week, the oldest first.

    Parameters
    ----------
    studios : those of the week: while it is open they are measured on one half of the rows alone.
    """
    found = []
    for folder in workspace.cache.glob(f"*+{week}+*"):
        try:
            secret, stamp = ((folder / name).read_text(encoding="ascii").strip() for name in ("submission_secret.txt", FILE))
        except (OSError, ValueError):
            continue  # an attempt of which half lies here was not handed in
        if (when := moment(stamp)) is not None:
            seconds = when.replace(tzinfo=datetime.UTC).timestamp()
            found.append(_attempt(workspace, week, secret, stamp, seconds, studios))
    return sorted(found, key=lambda attempt: attempt.at)


def _attempt(workspace: Workspace, week: str, secret: str, stamp: str, at: float, studios: Collection[str]) -> Attempt:
    beside = workspace.exchange / "feedback" / notebook_hash(secret=secret, notebook_id=week)
    fetched = workspace.folder / week / "feedback" / stamp / f"{week}.html"
    page = fetched.relative_to(workspace.folder).as_posix() if fetched.is_file() else ""
    graded, told = _written(beside.with_suffix(".html")), beside.with_suffix(f".{KIND}")
    if graded > _written(told) and time.time() - graded > MOMENT:  # regraded by another road: only the page has the new figures
        return Attempt(stamp, at, "graded", page=page)
    try:
        one = json.loads(told.read_text(encoding="utf-8"))
        if one["v"] == VERSION:
            return _told(one, stamp, at, page, studios)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return Attempt(stamp, at, page=page)


def _told(one: dict[str, Any], stamp: str, at: float, page: str, studios: Collection[str]) -> Attempt:
    scores = {str(id): (float(score), float(most)) for id, (score, most) in one.get("exercises", {}).items()}
    provisional = bool(one.get("open")) and any(scores.get(id, (0.0, 0.0))[0] > 0 for id in studios)
    how_far, points = (int(one.get("done", 0)), int(one.get("of", 0))), (float(one.get("score", 0)), float(one.get("most", 0)))
    return Attempt(stamp, at, str(one["state"]), *how_far, *points, scores, provisional, page)


def _written(path: Path) -> float:
    """When a file was written; 0 where there is none."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
