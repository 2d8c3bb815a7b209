"""Grades in a helper process of its own, kept warm by the thread that asks.

A helper holds no gradebook and no course secret. It ends when whoever asks ends, and with it all that it started; where it
is killed in the middle, another is started and the same submission graded again. One thread, one helper: a pool of
threads is a pool of processes, and a Dask worker's thread does the same far away.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import pickle
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from multiprocessing.connection import Connection
from typing import Any

from autograder import scratch
from autograder.errors import NotGraded
from autograder.grading import so_far
from autograder.grading.judge.assignment import Assignment
from autograder.grading.judge.job import Graded, Job
from autograder.wall.wire.errors import SandboxError

TRIES = 3
SLACK = 120.0  # seconds beyond a notebook's own time after which a helper is given up
_mine = threading.local()
_all: set[Helper] = set()  # also those of threads that have ended


class HelperEnded(Exception):
    """A helper process ended in the middle of its work."""


class Helper:
    """A process that grades one submission after the other: `helper` is what runs in it.

    Everything that crosses is between the grader's own processes: a learner's work is text and bytes in it.
    """

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        watched, lifeline = os.pipe()  # the helper ends when the other end is closed, by whatever
        self._lifeline, self._scratch = lifeline, tempfile.mkdtemp(prefix=scratch.prefix("grader"))
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "autograder.grading.batch.worker_main", str(theirs.fileno()), str(watched), self._scratch],
                pass_fds=[theirs.fileno(), watched],
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # a group that can be ended whole
            )
        finally:
            theirs.close()
            os.close(watched)
        self.line = Connection(ours.detach())
        self._known = ""
        _all.add(self)

    def has_place(self) -> bool:
        """Whether its folder is there still: who clears /tmp now and then would spoil all that a lasting helper grades."""
        return os.path.isdir(self._scratch)

    def ask(self, assignment: Assignment, job: Job) -> Graded:
        """Grade a submission; HelperEnded where the helper did not live to answer."""
        try:
            if self._known != assignment.digest:
                self._send(("assignment", assignment))
                self._known = assignment.digest
            self._send(("job", job))
            end = time.monotonic() + len(assignment.sources) * assignment.limits.notebook_seconds + SLACK
            while True:
                if not self.line.poll(max(0.0, end - time.monotonic())):
                    raise HelperEnded("it did not answer in time")
                answer = pickle.loads(self.line.recv_bytes())
                if not isinstance(answer, tuple):
                    break
                so_far.tell(*answer)
        except (EOFError, OSError) as error:
            raise HelperEnded(f"it ended ({type(error).__name__})") from None
        if isinstance(answer, BaseException):
            raise answer
        assert isinstance(answer, Graded)
        return answer

    def _send(self, message: Any) -> None:
        self.line.send_bytes(pickle.dumps(message, protocol=5))

    def end(self) -> None:
        """End it with all that it started."""
        _all.discard(self)
        with contextlib.suppress(OSError):
            self.line.close()
        if self._lifeline >= 0:
            os.close(self._lifeline)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._lifeline = -1
        shutil.rmtree(self._scratch, ignore_errors=True)


def run_apart(assignment: Assignment, job: Job) -> Graded:
    """Grade a submission in this thread's helper.

    Where the helper is killed, it is tried again in a new one, and where something of ours failed in it, once more: memory
    and files that ran short may be there again. A submission that outlives no helper stops no other.

    Raises
    ------
    NotGraded
        Where it was in vain, or what else went wrong.
    """
    failed = False
    for attempt in range(1, TRIES + 1):
        helper: Helper | None = getattr(_mine, "helper", None)
        if helper is None or helper.process.poll() is not None or not helper.has_place():
            if helper in _all:
                helper.end()
            helper = _mine.helper = Helper()
        try:
            return helper.ask(assignment, job)
        except HelperEnded as ended:
            if helper not in _all:  # ended on purpose: the run was stopped
                raise
            helper.end()
            _mine.helper = None
            if attempt == TRIES:
                raise NotGraded(f"the grader's helper process was lost {TRIES} times: {ended}") from None
        except SandboxError:
            raise
        except Exception:
            if failed or attempt == TRIES or helper not in _all:
                raise
            failed = True
            helper.end()
            _mine.helper = None
        except BaseException:
            if helper.process.poll() is not None:
                _mine.helper = None
            raise
    raise AssertionError("unreachable")


def end_all() -> None:
    """End every helper of this process."""
    for helper in list(_all):
        helper.end()


atexit.register(end_all)
