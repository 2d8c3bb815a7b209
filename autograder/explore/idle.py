"""Work for the time in which nobody waits: pictures that may be wanted next."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

QUIET = 0.6  # seconds after the last cell or the last move, of any explorer
PAUSE = 0.005  # between two pieces of work: a message that has come meanwhile goes first

Work = Iterator[None]


class Idle:
    """One queue for all explorers of a kernel. Each piece of work is short; whoever moves something goes first."""

    def __init__(self) -> None:
        self._works: deque[tuple[Any, Work]] = deque()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._busy = 0.0
        self._running = False
        self._planned = False

    def start(self, shell: Any) -> None:
        """Listen to when cells run, and use this loop from now on; None of a shell is asked twice."""
        self._loop = asyncio.get_running_loop()
        if not getattr(shell, "_explorers_idle", False):
            shell._explorers_idle = True
            shell.events.register("pre_run_cell", lambda *_: self._cell(True))
            shell.events.register("post_run_cell", lambda *_: self._cell(False))
        self._running = True  # in the cell that starts it

    def _cell(self, running: bool) -> None:
        self._running = running
        self.touch()

    def touch(self) -> None:
        """Somebody needs the kernel now."""
        self._busy = time.monotonic()

    def soon(self, what: Callable[[], None]) -> None:
        """Do something in the kernel's own thread as soon as it is free; any thread may ask."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(what)

    def add(self, owner: Any, work: Work) -> None:
        """Do this piece by piece when nobody waits; what the owner wanted before is forgotten."""
        self.drop(owner)
        self._works.append((owner, work))
        self._plan(PAUSE)

    def drop(self, owner: Any) -> None:
        """Forget what an owner wanted."""
        self._works = deque(pair for pair in self._works if pair[0] is not owner)

    def _plan(self, seconds: float) -> None:
        if self._loop is not None and not self._planned and self._works:
            self._planned = True
            self._loop.call_later(seconds, self._step)

    def _step(self) -> None:
        self._planned = False
        since = time.monotonic() - self._busy
        if self._running or since < QUIET:
            self._plan(max(QUIET - since, 0.05))
            return
        owner, work = self._works.popleft()
        try:
            next(work)
        except StopIteration:
            pass
        except Exception:  # a picture that nobody asked for: its turn comes, and its error shows, when somebody does
            logging.getLogger(__name__).exception("drawing ahead")
        else:
            if not any(other is owner for other, _ in self._works):
                self._works.appendleft((owner, work))
        self._plan(PAUSE)


IDLE = Idle()
