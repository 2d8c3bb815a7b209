"""What lies in the exchange's inbound folder: attempts, complete or still being written, and what is not understood."""

from __future__ import annotations

import datetime
import functools
import os
import stat
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from autograder.grading.intake import owners
from autograder.grading.intake.entries import concerns, entry_parts, shown, why_not
from autograder.grading.timestamps import moment

QUIET = 3.0  # seconds without a change after which a folder without its last files is taken as it is
MOST_NAMED = 100  # entries of inbound that are named where they are not understood
STAMP = "%Y-%m-%d %H:%M:%S.%f UTC"


@dataclass(frozen=True)
class Attempt:
    """One folder in inbound.

    Attributes
    ----------
    owner : the number of the account that made it.
    believed : whether it came when its name says; else the file system is asked, too.
    """

    path: Path
    student: str
    assignment: str
    stamp: str
    owner: int = 0
    believed: bool = False

    @property
    def name(self) -> str:
        """The folder's name: an attempt's identity."""
        return self.path.name

    @property
    def named(self) -> datetime.datetime:
        """When its name says that the learner handed in, in UTC."""
        found = moment(self.stamp)
        assert found is not None, "entry_parts lets only these through"
        return found

    @functools.cached_property
    def made(self) -> owners.Made:
        """What the file system says of it."""
        return owners.made(self.path, self.owner)

    @functools.cached_property
    def time(self) -> datetime.datetime:
        """When it counts as handed in, in UTC: the later of both times."""
        return self.named if self.believed else owners.later(self.named, self.made.time)

    @property
    def moment(self) -> str:
        """The same as the exchange writes it."""
        return self.stamp if self.time == self.named else self.time.strftime(STAMP)

    @property
    def line(self) -> str:
        """What is to be said of its time; empty where there is nothing to be said."""
        if self.time == self.named:
            return ""
        days = "%d %B, %H:%M:%S"
        return (
            f"Your folder says that it was handed in on {self.named:{days}} UTC, and it was last written on "
            f"{self.time:{days}} UTC: the later time counts."
        )

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


class Inbound(NamedTuple):
    """What lies in inbound: all attempts, oldest first; what is not collected, by its name, with the reason."""

    attempts: list[Attempt]
    refused: dict[str, str]

    def lines(self, assignment: str = "") -> list[tuple[str, str]]:
        """What is not collected and may be meant for an assignment: its name as it can be shown, and the reason with a mend."""
        found = [(shown(name), why) for name, why in self.refused.items() if not assignment or concerns(name, assignment)]
        if len(found) > MOST_NAMED:
            found[MOST_NAMED:] = [("…", f"and {len(found) - MOST_NAMED} more of the same kind")]
        return found


#: which attempts are looked through for files that somebody else has put there
Asked = Callable[[Attempt], bool]


def look(inbound: Path, asked: Asked = lambda attempt: True, owned: bool = True, believed: bool = False) -> Inbound:
    """Look at inbound.

    Parameters
    ----------
    asked : of which attempts the files are looked at, too.
    owned : whether a folder has to be made by its learner, where the system tells accounts apart.
    believed : whether an attempt came when its name says.
    """
    found, refused, since = list[Attempt](), dict[str, str](), dict[str, int]()
    for entry in sorted(os.scandir(inbound), key=lambda entry: entry.name):
        parts = entry_parts(entry.name)
        if parts is None:
            refused[entry.name] = f"{why_not(entry.name)}. Mend: rename it, or take it away"
        elif entry.is_symlink() or not entry.is_dir(follow_symlinks=False):
            refused[entry.name] = "it is no folder of files. Mend: take it away"
        else:
            about = entry.stat(follow_symlinks=False)
            since[entry.name] = about.st_ctime_ns
            found.append(Attempt(Path(entry.path), *parts, about.st_uid, believed))
    if owned:
        false = _false(found, since, asked)
        found, refused = [one for one in found if one.name not in false], refused | false
    return Inbound(sorted(found, key=lambda attempt: (attempt.named, attempt.name)), refused)


def _false(found: Sequence[Attempt], since: dict[str, int], asked: Asked) -> dict[str, str]:
    """The attempts that their learners did not make, or not all of them."""
    claims = [owners.Claim(one.name, one.student, one.owner) for one in sorted(found, key=lambda one: since[one.name])]
    false = owners.impostors(claims)
    false |= {
        one.name: f"another account has written {shown(one.made.foreign)} in it"
        for one in found
        if one.name not in false and asked(one) and one.made.foreign
    }
    mend = "Mend: take it away, or where accounts do not tell learners apart, set c.Collect.check_owner = False"
    return {name: f"{why}. {mend}" for name, why in false.items()}


def look_for(collector: Any, inbound: Path, asked: Asked = lambda attempt: True) -> Inbound:
    """The same as the settings of an nbgrader's collector have it."""
    return look(inbound, asked, bool(collector.check_owner), not getattr(collector, "file_times", True))


def counting(all_of_one: list[Attempt], due: datetime.datetime | None) -> Attempt:
    """Of one learner's attempts the one that counts: the last in time, else the last."""
    by_time = sorted(all_of_one, key=lambda attempt: (attempt.time, attempt.name))
    in_time = [attempt for attempt in by_time if due is None or attempt.time <= due]
    return (in_time or by_time)[-1]
