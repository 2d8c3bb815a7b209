"""Time limits that nest, for the grader's own code while it works with what learner code gave it.

What is asked of the learner ends by the channel's deadline. But a plain answer can keep the grader itself busy (a number
to count up to, a text to search): that is what the alarm is for.
"""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Iterator
from types import FrameType

from autograder.cases.limits import TimeUp

_ends: list[list[float]] = []  # when each limit ends, the innermost last


@contextlib.contextmanager
def alarm(seconds: float) -> Iterator[None]:
    """Raise TimeUp in the body after `seconds`, in the main thread of a Unix process; elsewhere there is no alarm."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGALRM, _ring)
    _ends.append([time.monotonic() + seconds])
    _set()
    try:
        yield
    finally:
        _ends.pop()
        signal.signal(signal.SIGALRM, before)
        _set()


@contextlib.contextmanager
def paused() -> Iterator[None]:
    """Time spent in the body is charged to nobody."""
    since = time.monotonic()
    if _ends:
        signal.setitimer(signal.ITIMER_REAL, 0)
    try:
        yield
    finally:
        for end in _ends:
            end[0] += time.monotonic() - since
        if _ends:
            _set()


def _ring(signum: int, frame: FrameType | None) -> None:
    raise TimeUp


def _set() -> None:
    left = max(0.001, min(end for (end,) in _ends) - time.monotonic()) if _ends else 0.0
    signal.setitimer(signal.ITIMER_REAL, left, 0.05 if _ends else 0.0)
