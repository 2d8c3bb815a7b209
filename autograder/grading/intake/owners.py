"""Who made a folder in inbound, and when: its name says what its maker wrote there, the file system says more.

Everybody may make folders in inbound. Where learners have accounts of their own, an account makes its own learner's folders and
no other's. Where all have one account (containers that write as one user), there is nothing to be told apart.
"""

from __future__ import annotations

import collections
import contextlib
import datetime
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from autograder.grading.intake.entries import shown

try:
    import pwd
except ImportError:  # where there are no accounts to be asked for
    pwd = None  # type: ignore[assignment]

PEOPLE = 1000  # from this number on accounts are people's
MOST = 2000  # entries of a folder that are looked at
#: what lies between a learner's clock when she hands in and the file server's when the last file is there
LAG = datetime.timedelta(minutes=5)


class Claim(NamedTuple):
    """A folder in inbound: its name, the learner that it says it is of, the number of the account that made it."""

    name: str
    student: str
    owner: int


class Made(NamedTuple):
    """When something in a folder was last written, in UTC, and a file that the folder's owner did not make; or empty."""

    time: datetime.datetime
    foreign: str


def made(folder: Path, owner: int) -> Made:
    """Look a folder through. Its ctime counts: the file system sets it, and no learner can set it back."""
    latest, foreign = folder.lstat().st_ctime_ns, ""
    ours, left = {owner, *_trusted()}, MOST
    waiting = [folder]
    while waiting and left > 0:
        here = waiting.pop()
        with contextlib.suppress(OSError):
            for entry in os.scandir(here):
                left -= 1
                with contextlib.suppress(OSError):
                    about = entry.stat(follow_symlinks=False)
                    latest = max(latest, about.st_ctime_ns)
                    if about.st_uid not in ours and not foreign:
                        foreign = Path(entry.path).relative_to(folder).as_posix()
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(Path(entry.path))
    return Made(datetime.datetime.fromtimestamp(latest / 1e9, datetime.UTC).replace(tzinfo=None), foreign)


def later(named: datetime.datetime, written: datetime.datetime) -> datetime.datetime:
    """When a folder counts as handed in: the later of both times, where they are further apart than copying takes."""
    return written if written > named + LAG else named


def impostors(claims: Sequence[Claim]) -> dict[str, str]:
    """The folders that another one than the learner has made, each with the reason.

    A learner with an account of her name: that account's count. One without: her folders have one maker. Where there are several,
    the one counts that makes no other learner's; where that does not tell, the first.

    Parameters
    ----------
    claims : all folders in inbound, in the order in which they came to be there.
    """
    refused = dict[str, str]()
    by_student: dict[str, list[Claim]] = collections.defaultdict(list)
    of: dict[int, set[str]] = collections.defaultdict(set)
    for claim in claims:
        if claim.owner in _trusted():
            continue
        by_student[claim.student].append(claim)
        of[claim.owner].add(claim.student)
    for student, hers in by_student.items():
        rightful = _rightful(student, hers, of)
        for claim in hers:
            if claim.owner not in rightful:
                refused[claim.name] = f"{_account(claim.owner)} made it, and it says that it is of {shown(student)}"
    return refused


def _rightful(student: str, hers: Sequence[Claim], of: dict[int, set[str]]) -> set[int]:
    account = _number(student)
    if account is not None:
        return {account}
    owners = [claim.owner for claim in hers if _name(claim.owner) not in of[claim.owner]]  # who hands in as herself is not she
    alone = [owner for owner in owners if of[owner] == {student}]
    return set((alone or owners)[:1])


def _trusted() -> Iterable[int]:
    """Whoever grades may put work there in a learner's name, and so may root."""
    return (0, os.geteuid()) if hasattr(os, "geteuid") else (0,)


def _number(name: str) -> int | None:
    """The number of a person's account of this name; None where there is none: `mail` and `games` are the system's."""
    try:
        number = pwd.getpwnam(name).pw_uid if pwd is not None else 0
    except (KeyError, ValueError, UnicodeError):
        return None
    return number if number >= PEOPLE else None


def _name(number: int) -> str | None:
    try:
        return pwd.getpwuid(number).pw_name if pwd is not None else None
    except (KeyError, OverflowError):
        return None


def _account(number: int) -> str:
    name = _name(number)
    return f"the account {name}" if name else f"the account number {number}"
