"""Locks between processes: one that is waited for, and one that refuses."""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from autograder.errors import Mend


@contextlib.contextmanager
def only_one(path: Path, refusal: str) -> Iterator[None]:
    """Refuse a second process that wants what this file stands for: raise Mend with the words of `refusal`."""
    with open(path, "w", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Mend(refusal) from None
        yield


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold a submission's folder; another thread, process or machine that wants it waits.

    One grader at a time collects or takes in a submission: a second one would find the folder half made, and spoil it.

    The lock is a file beside the folder, which may itself be replaced in the body. It is gone afterwards; one that a killed
    process left behind is nobody's, and is taken over. Who can read it could hold it, and grading would stand still: it is for
    the grader alone, and for the course's group where that shares the folder.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    path = folder.with_name(f".{folder.name}.lock")
    mode = 0o660 if folder.parent.stat().st_mode & stat.S_ISGID else 0o600
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        if os.fstat(file).st_uid == os.geteuid():
            os.fchmod(file, mode)
        fcntl.flock(file, fcntl.LOCK_EX)
        if _is_at(file, path):
            break
        os.close(file)  # whoever had it has removed it since
    try:
        yield
    finally:
        path.unlink(missing_ok=True)  # before it is let go: else it could be the next one's
        os.close(file)


def _is_at(file: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file), path.lstat())
    except FileNotFoundError:
        return False
