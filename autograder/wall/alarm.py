"""Time limits that nest, for the grader's own code while it works with what learner code gave it.

What is asked of the learner ends by the channel's deadline. But a plain answer can keep the grader itself busy (a number
to count up to, a text to search): that is what the alarm is for.
"""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType

from autograder.timelimit import TimeUp
from autograder.wall.deadline import Deadline

_ends: list[Deadline] = []  # when each limit ends, the innermost last


@contextlib.contextmanager
def alarm(seconds: float, look: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Raise TimeUp in the body after `seconds`, in the main thread of a Unix process; elsewhere there is no alarm.

    `look` is called when the time is up: it may `grant` more.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def ring(signum: int, frame: FrameType | None) -> None:
        look()
        if min(end.left() for end in _ends) <= 0:
            raise TimeUp
        _set()

    before = signal.signal(signal.SIGALRM, ring)
    _ends.append(Deadline(seconds))
    _set()
    try:
        yield
    finally:
        _ends.pop()
        signal.signal(signal.SIGALRM, before)
        _set()


def grant(seconds: float) -> None:
    """Move all limits because a core was waited for."""
    for end in _ends:
        end.grant(seconds)


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
            end.put_off(time.monotonic() - since)
        if _ends:
            _set()


def _set() -> None:
    left = max(0.001, min(end.left() for end in _ends)) if _ends else 0.0
    signal.setitimer(signal.ITIMER_REAL, left, 0.05 if _ends else 0.0)
