"""One grader at a time collects or takes in a submission: a second one would find the folder half made, and spoil it."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold a submission's folder; another thread, process or machine that wants it waits.

    The lock is a file beside the folder, which may itself be replaced in the body. It is gone afterwards; one that a killed
    process left behind is nobody's, and is taken over.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    path = folder.with_name(f".{folder.name}.lock")
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o664)
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
