"""The gate's time limit: CPU seconds, so that a busy machine turns no right answer away."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType

from autograder.timelimit import TimeUp, limit

SLACK = 20.0  # wall seconds to each CPU second, before who sleeps is stopped too


@contextlib.contextmanager
def cpu_limit(seconds: float) -> Iterator[Callable[[], float] | None]:
    """Raise TimeUp in the body once it has used so many CPU seconds, or twenty times as many have passed on the wall.

    It gives a function that says how many are left. Where there are no such timers, it is the wall's limit.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        with limit(seconds):
            yield None
        return

    def ring(signum: int, frame: FrameType | None) -> None:
        raise TimeUp

    begun = time.process_time()
    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds, 0.05)
    try:
        with limit(SLACK * seconds):
            yield lambda: seconds - (time.process_time() - begun)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
