"""What the grader lends is used within limits: its pieces run in the grader's own process, where no sandbox holds them.

Calls are counted, their arguments measured, and the process may grow by so much, in all, for what was lent. The time that they
take is the learner's anyway: her deadline goes on. Whatever is refused, is refused in her code, as an error of that line.
"""

from __future__ import annotations

import contextlib
import resource
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

CALLS = 100_000  # within one thing that is asked of her
ARGUMENTS = 128 << 20  # bytes of the arrays and texts in one call's arguments
ROOM = 2 << 30  # bytes of memory beyond what the grader had when the notebook was begun


class Lending:
    """What one learner has made of what she was lent."""

    def __init__(self) -> None:
        self.calls = 0
        self.most = _data() + ROOM

    def begin(self) -> None:
        """Something new is asked of her: calls are counted anew."""
        self.calls = 0

    @contextlib.contextmanager
    def use(self, arguments: Any) -> Iterator[None]:
        """In the body something of the grader's is used by her. Raises RuntimeError or MemoryError where it is too much."""
        self.calls += 1
        if self.calls > CALLS:
            raise RuntimeError(f"what you were given was called more than {CALLS:,} times")
        if size_of(arguments) > ARGUMENTS:
            raise MemoryError(f"what you were given was called with more than {ARGUMENTS >> 20} MB at once")
        soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
        room = self.most if hard == resource.RLIM_INFINITY else min(self.most, hard)
        if soft != resource.RLIM_INFINITY and soft <= room:  # within another use
            yield
            return
        resource.setrlimit(resource.RLIMIT_DATA, (room, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def size_of(value: Any) -> int:
    """Bytes of the arrays and texts in plain data."""
    if isinstance(value, np.ndarray | np.generic):
        return value.nbytes
    if isinstance(value, str | bytes):
        return len(value)
    if isinstance(value, dict):
        return sum(size_of(key) + size_of(entry) for key, entry in value.items())
    return sum(map(size_of, value)) if isinstance(value, list | tuple | set | frozenset) else 0


def _data() -> int:
    """Bytes of memory that this process can write to, as the kernel counts them against the limit; no limit where it does not."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[5]) * resource.getpagesize()
    except OSError:
        return 1 << 40
