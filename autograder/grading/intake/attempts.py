"""What lies in the exchange's inbound folder: attempts, complete or still being written."""

from __future__ import annotations

import datetime
import os
import stat
import time
from dataclasses import dataclass
from pathlib import Path

from autograder.grading.intake.exchange import entry_parts
from autograder.grading.timestamps import moment

QUIET = 3.0  # seconds without a change after which a folder without its last files is taken as it is


@dataclass(frozen=True)
class Attempt:
    """One folder in inbound."""

    path: Path
    student: str
    assignment: str
    stamp: str

    @property
    def name(self) -> str:
        """The folder's name: an attempt's identity."""
        return self.path.name

    @property
    def time(self) -> datetime.datetime:
        """When the learner handed in, in UTC."""
        found = moment(self.stamp)
        assert found is not None, "entry_parts lets only these through"
        return found

    @property
    def secret(self) -> str:
        """What names the learner's pages; empty where she sent none."""
        try:
            file = os.open(self.path / "submission_secret.txt", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            return ""
        with os.fdopen(file, "rb") as opened:
            content = opened.read(257) if stat.S_ISREG(os.fstat(file).st_mode) else b""
        return content.decode("ascii", errors="replace").strip() if len(content) <= 256 else ""

    def is_complete(self) -> bool:
        """Whether nothing more comes: nbgrader writes the secret last. A folder that nobody writes to counts as complete."""
        return len(self.secret) >= 32 or time.time() - newest(self.path) > QUIET


def newest(folder: Path) -> float:
    """When something in a folder changed last."""
    latest = 0.0
    for path in [folder, *folder.iterdir()]:
        try:
            about = path.lstat()
        except OSError:
            continue
        latest = max(latest, about.st_mtime, about.st_ctime)
    return min(latest, time.time())  # a time in the future is somebody's joke


def attempts(inbound: Path) -> list[Attempt]:
    """All attempts, oldest first; what is none is passed over."""
    found = []
    for entry in os.scandir(inbound):
        parts = entry_parts(entry.name)
        if parts is not None and entry.is_dir(follow_symlinks=False):
            found.append(Attempt(Path(entry.path), *parts))
    return sorted(found, key=lambda attempt: (attempt.time, attempt.name))


def counting(all_of_one: list[Attempt], due: datetime.datetime | None) -> Attempt:
    """Of one learner's attempts the one that counts: the last in time, else the last."""
    in_time = [attempt for attempt in all_of_one if due is None or attempt.time <= due]
    return (in_time or all_of_one)[-1]
