"""A time limit for code that runs in this process."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType


class TimeUp(BaseException):
    """The time is over. Not an Exception: neither learner code nor Hypothesis may catch and go on.

    Attributes
    ----------
    asked : whether it came while a learner's process was asked for something.
    ours : whether the grader's own code used it up.
    """

    asked = ours = False


@contextlib.contextmanager
def limit(seconds: float) -> Iterator[None]:
    """Raise TimeUp in the body once `seconds` of wall time have passed.

    It works in the main thread of a Unix process, where a notebook's cells run; elsewhere (Windows, another thread) the
    body runs without a limit, and Jupyter's own interrupt button is the way out.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def ring(signum: int, frame: FrameType | None) -> None:
        raise TimeUp

    before = signal.signal(signal.SIGALRM, ring)
    # It rings again every 50 ms: a bare `except:` of the learner's can swallow one TimeUp, not all of them.
    signal.setitimer(signal.ITIMER_REAL, seconds, 0.05)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
