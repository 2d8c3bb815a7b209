"""The worker's own process: grades what `worker` sends it. Nothing heavy is imported before
`leave_out` has been called."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pickle
import resource
import shutil
import signal
import sys
import tempfile
import threading
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from autograder.grading.batch.startup import leave_out

if TYPE_CHECKING:
    from autograder.grading.judge.assignment import Assignment
    from autograder.grading.judge.job import Graded, Job


MEMORY = 6 << 30  # bytes that a helper may write to


def main() -> None:
    """Answer until the other side ends. Given: the numbers of the socket and of the pipe that ends with it, and a folder."""
    leave_out()
    from autograder.environment import own_programs_first
    from autograder.grading import so_far
    from autograder.wall.sandbox import sandbox

    sandbox.own_session = False
    line = Connection(int(sys.argv[1]))
    tempfile.tempdir = sys.argv[3]  # all that is put aside goes with the helper, also where it is killed
    threading.Thread(target=_end_with, args=(int(sys.argv[2]), sys.argv[3]), daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the coordinator: what runs is brought to its end
    own_programs_first()
    _hold_memory()
    with contextlib.ExitStack() as kept, contextlib.suppress(EOFError, OSError):
        assignment: Assignment | None = None
        starter: Any = None
        while True:
            kind, told = pickle.loads(line.recv_bytes())
            if kind == "assignment":
                assignment = told
                continue
            assert assignment is not None
            try:
                if starter is None or starter.limits != assignment.limits:  # a warm starter serves every week
                    kept.close()
                    starter = kept.enter_context(_starter(assignment))
                with so_far.heard_by(lambda *how_far: line.send_bytes(pickle.dumps(how_far))):
                    answer: Any = dataclasses.replace(_run(assignment, told, starter), slow=starter.slow)
            except Exception as error:
                answer = _portable(error)
            line.send_bytes(pickle.dumps(answer, protocol=5))
    os._exit(0)


def _hold_memory() -> None:
    """Whatever comes over the wall, this process takes no more: then one submission is in trouble, not the machine."""
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (most, hard))  # her own processes have their own limit


def _starter(assignment: Assignment) -> Any:
    from autograder.wall.sandbox.warm import open_starter

    return open_starter(assignment.limits)


def _run(assignment: Assignment, job: Job, starter: Any) -> Graded:
    from autograder.grading.batch.run import run_job

    return run_job(assignment, job, starter)


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
    main()
