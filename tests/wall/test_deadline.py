"""A limit is fair on a busy machine, and nobody gains by it: one core, with others that want it too."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from autograder.timelimit import TimeUp
from autograder.wall.deadline import BOUND, Deadline, Queue
from autograder.wall.kernel import Kernel
from autograder.wall.sandbox.probe import open_sandbox
from autograder.wall.sandbox.sandbox import Sandbox
from autograder.wall.sandbox.warm import Warm
from autograder.wall.wire.limits import Limits
from tests.wall.conftest import QUICK, define

BUSY = "while True: pass"
WORK = "import time\ndef work(seconds):\n    while time.thread_time() < seconds: pass\n    return 'done'"


@pytest.fixture
def one_core() -> Iterator[Kernel]:
    """A learner's process that shares one core with whatever a test starts."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    starter = open_sandbox(QUICK)
    assert isinstance(starter, Sandbox)
    learner = Kernel(starter, QUICK)
    try:
        yield learner
    finally:
        learner.close()
        os.sched_setaffinity(0, before)


@contextlib.contextmanager
def crowd(count: int) -> Iterator[None]:
    """So many processes that never rest, each in a session of its own, as other users' are."""
    started = [subprocess.Popen([sys.executable, "-S", "-c", BUSY], start_new_session=True) for _ in range(count)]
    try:
        yield
    finally:
        for each in started:
            each.kill()
            each.wait()


def stopped_after(learner: Kernel, source: str, limit: float, others: int) -> float:
    """Seconds after which a function that does not return was stopped."""
    define(learner, source)
    f = learner.get("f")
    with crowd(others):
        since = time.monotonic()
        with pytest.raises(TimeUp), learner.limit(limit):
            f()
        return time.monotonic() - since


def test_who_waits_for_a_core_is_not_stopped(one_core: Kernel) -> None:
    """A third of the limit's work, which takes longer than the limit because three others want the core."""
    define(one_core, WORK)
    work = one_core.get("work")
    used = one_core.get("time").thread_time()
    with crowd(4), one_core.limit(1.5) as left:
        since = time.monotonic()
        assert work(used + 0.5) == "done"
        took = time.monotonic() - since
        assert left() > 0.3
    assert took > 1.6  # else nothing was tried


def test_who_sleeps_is_stopped_also_in_a_crowd(one_core: Kernel) -> None:
    assert stopped_after(one_core, "import time\ndef f(): time.sleep(60)", 1.0, others=3) < 2.5


def test_what_never_ends_is_stopped_at_the_bound(one_core: Kernel) -> None:
    assert 2.0 < stopped_after(one_core, f"def f():\n    {BUSY}", 0.8, others=6) < BOUND * 0.8 + 1.5


def test_a_farm_that_waits_for_itself_gains_nothing(one_core: Kernel) -> None:
    """Each of eight waits for the seven others; what all of them had of the core is charged."""
    source = "import os, time\n[os.fork() for _ in range(3)]\nend = time.time() + 20\nwhile time.time() < end: pass"
    with subprocess.Popen([sys.executable, "-S", "-c", source], start_new_session=True) as farm:
        time.sleep(0.5)
        queue = Queue(farm.pid)
        before = dict(queue._waits), queue._used
        time.sleep(1.5)
        credit = queue.waited()
        os.killpg(farm.pid, signal.SIGKILL)
    used = queue._used - before[1]
    waited = min(queue._waits[pid] - since for pid, since in before[0].items())
    assert used > 0.1 and len(before[0]) == 8
    assert credit < waited - used / 2


def test_the_notebooks_own_time_never_moves() -> None:
    whole, cell = Deadline(1.0, bound=1), Deadline(1.0)
    whole.grant(100.0), cell.grant(100.0), cell.grant(1.0)
    assert whole.left() <= 1.0 and BOUND - 0.5 < cell.left() <= BOUND


SLOW = "import time\ndef takes(seconds): time.sleep(seconds); return 1.0\ndef loops():\n    while True: pass"


def ours(learner: Kernel, body: Callable[[], object], seconds: float = 0.8) -> bool:
    """Whether the grader's own code is to blame that `body` does not end."""
    with pytest.raises(TimeUp) as caught, learner.limit(seconds):
        body()
        while True:
            pass
    return caught.value.ours


def test_who_used_up_the_time_is_known(learner: Kernel) -> None:
    define(learner, SLOW)
    takes, loops = learner.get("takes"), learner.get("loops")
    assert ours(learner, lambda: None) and ours(learner, lambda: takes(0.1))
    assert not ours(learner, lambda: takes(0.6)) and not ours(learner, loops)
    assert not ours(learner, lambda: [takes(0.2) for _ in range(3)])


def test_whose_time_it_was_is_asked_of_the_limit_that_ran_out(learner: Kernel) -> None:
    """She used up the outer one before the inner one began."""
    define(learner, SLOW)
    takes = learner.get("takes")

    def inner() -> None:
        takes(0.9)
        with learner.limit(30):
            while True:
                pass

    assert not ours(learner, inner, seconds=1.2)


def test_a_notebook_whose_own_time_is_used_up_blames_nobody_else(sandbox: Sandbox | Warm) -> None:
    limits = Limits(cell_seconds=4, notebook_seconds=3)
    learner = Kernel(sandbox, limits)
    try:
        define(learner, SLOW + "\ntime.sleep(2)")
        assert not ours(learner, lambda: None, seconds=4)
    finally:
        learner.close()
