"""Time limits that are fair on a busy machine: what a learner's processes waited for a core is not charged to them.

A limit means: so many seconds on a machine that has a core for her. While her processes and the grader together got less
than one core *and* stood in the queue for one, the limit moves. Sleeping is no waiting, and whoever uses a core or more gets
nothing, so that many processes that wait for one another gain no time.
"""

from __future__ import annotations

import os
import time

from autograder.wall.sandbox.census import descendants

BOUND = 4.0  # times its length that a limit can grow to
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


class Deadline:
    """When a limit ends. `bound` 1: waiting does not move it."""

    def __init__(self, seconds: float, bound: float = BOUND) -> None:
        self.seconds, self._end, self._room = seconds, time.monotonic() + seconds, (bound - 1) * seconds

    def left(self) -> float:
        """Seconds that are left; negative when it is over."""
        return self._end - time.monotonic()

    def grant(self, seconds: float) -> None:
        """Move the end because a core was waited for, as far as that goes."""
        seconds = min(seconds, self._room)
        self._room -= seconds
        self._end += seconds

    def put_off(self, seconds: float) -> None:
        """Move the end because somebody else's work was done meanwhile."""
        self._end += seconds


class Queue:
    """How long the processes under `pid`, and the thread that grades them, waited for a core."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._looked, self._own, (self._waits, self._used) = time.monotonic(), _waited("thread-self"), self._family()

    def waited(self) -> float:
        """Seconds since the last look that were lost to others' work."""
        since, own, waits, used = self._looked, self._own, self._waits, self._used
        self._looked, self._own, (self._waits, self._used) = time.monotonic(), _waited("thread-self"), self._family()
        idle = self._looked - since - max(0.0, self._used - used)
        longest = max((now - waits.get(pid, 0.0) for pid, now in self._waits.items()), default=0.0)
        return max(0.0, min(idle, longest + self._own - own))

    def _family(self) -> tuple[dict[int, float], float]:
        """What each process has waited so far, and what all of them have used, the ended ones among them."""
        waits, used = dict[int, float](), 0.0
        for pid in [self.pid, *descendants(self.pid)]:
            waits[pid] = _waited(str(pid))
            used += _used(pid)
        return waits, used


def _waited(pid: str) -> float:
    """Seconds that a process's first thread was ready to run and did not; 0 where the kernel does not count it."""
    words = _read(f"/proc/{pid}/schedstat").split()
    return int(words[1]) / 1e9 if len(words) > 1 else 0.0


def _used(pid: int) -> float:
    """Seconds that a process, its threads and its children that have ended had of a core."""
    words = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return sum(map(int, words[11:15])) / _TICKS if len(words) > 14 else 0.0


def _read(path: str) -> str:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)  # no file object: an alarm may ring before it is held
    except OSError:
        return ""
    try:
        return os.read(fd, 1 << 16).decode("utf-8", errors="replace")  # a process's name may be any bytes
    except OSError:
        return ""
    finally:
        os.close(fd)
