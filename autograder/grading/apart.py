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
from multiprocessing.connection import Connection
from typing import Any

from autograder import scratch
from autograder.grading.bundle import Graded, Job, Week

TRIES = 3
SLACK = 120.0  # seconds beyond a notebook's own time after which a helper is given up
_mine = threading.local()
_all: set[Helper] = set()  # also those of threads that have ended


class HelperEnded(Exception):
    """A helper process ended in the middle of its work."""


class Helper:
    """A process that grades one submission after the other.

    Everything that crosses is between the grader's own processes: a learner's work is text and bytes in it.
    """

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        watched, lifeline = os.pipe()  # the helper ends when the other end is closed, by whatever
        self._lifeline, self._scratch = lifeline, tempfile.mkdtemp(prefix=scratch.prefix("grader"))
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "autograder.grading.apart", str(theirs.fileno()), str(watched), self._scratch],
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

    def ask(self, week: Week, job: Job) -> Graded:
        """Grade a submission; HelperEnded where the helper did not live to answer."""
        try:
            if self._known != week.digest:
                self._send(("week", week))
                self._known = week.digest
            self._send(("job", job))
            if not self.line.poll(len(week.sources) * week.limits.notebook_seconds + SLACK):
                raise HelperEnded("it did not answer in time")
            answer = pickle.loads(self.line.recv_bytes())
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


def run_apart(week: Week, job: Job) -> Graded:
    """Grade a submission in this thread's helper.

    Where the helper is killed, it is tried again in a new one; a submission that outlives no helper is said to be the
    trouble, and stops no other.
    """
    for attempt in range(1, TRIES + 1):
        helper: Helper | None = getattr(_mine, "helper", None)
        if helper is None or helper.process.poll() is not None or not helper.has_place():
            if helper in _all:
                helper.end()
            helper = _mine.helper = Helper()
        try:
            return helper.ask(week, job)
        except HelperEnded as ended:
            if helper not in _all:  # ended on purpose: the run was stopped
                raise
            helper.end()
            _mine.helper = None
            if attempt == TRIES:
                return Graded(job.student, trouble=f"the grader's helper process was lost {TRIES} times: {ended}")
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


def main() -> None:
    """The helper: answers until the other side ends."""
    from autograder.cli import own_programs_first
    from autograder.grading.quick import leave_out_grammar
    from autograder.grading.wall import sandbox

    leave_out_grammar()
    sandbox.own_session = False
    line = Connection(int(sys.argv[1]))
    tempfile.tempdir = sys.argv[3]  # all that is put aside goes with the helper, also where it is killed
    threading.Thread(target=_end_with, args=(int(sys.argv[2]), sys.argv[3]), daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the coordinator: what runs is brought to its end
    own_programs_first()
    with contextlib.ExitStack() as kept, contextlib.suppress(EOFError, OSError):
        week: Week | None = None
        starter: Any = None
        while True:
            kind, told = pickle.loads(line.recv_bytes())
            if kind == "week":
                week = told
                continue
            assert week is not None
            try:
                if starter is None or starter.limits != week.limits:  # a warm starter serves every week
                    kept.close()
                    starter = kept.enter_context(_starter(week))
                answer: Any = _run(week, told, starter)
            except Exception as error:
                answer = _portable(error)
            line.send_bytes(pickle.dumps(answer, protocol=5))
    os._exit(0)


def _starter(week: Week) -> Any:
    try:
        from autograder.grading.wall.warm import open_starter
    except ImportError:
        from autograder.grading.wall.sandbox import open_sandbox

        return contextlib.nullcontext(open_sandbox(week.limits))
    return open_starter(week.limits)


def _run(week: Week, job: Job, starter: Any) -> Graded:
    from autograder.grading.job import run_job

    return run_job(week, job, starter)


def _portable(error: Exception) -> Exception:
    """The error itself where it can be sent, else its words."""
    try:
        pickle.loads(pickle.dumps(error))
        return error
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")


def _end_with(lifeline: int, scratch: str) -> None:
    """End at once when whoever asked is gone: nobody waits for the answer."""
    os.read(lifeline, 1)
    shutil.rmtree(scratch, ignore_errors=True)
    os.killpg(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    from autograder.grading.apart import main as run  # under its own name: what is sent must be the same classes

    run()
