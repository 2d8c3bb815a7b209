"""Two sandboxes that can both read the course's data tell each other nothing, and do not get in each other's way."""

from __future__ import annotations

import fcntl
from collections.abc import Callable

import pytest

from autograder import datafiles, datasets
from autograder.wall.kernel import Kernel
from autograder.wall.sandbox.sandbox import Sandbox
from autograder.wall.sandbox.warm import Warm
from autograder.wall.wire.limits import Limits
from tests.wall.between import FUTEX, START, WAYS, Way
from tests.wall.conftest import both, define

LONG = Limits(cell_seconds=20, notebook_seconds=600)


@pytest.mark.campaign
@pytest.mark.timeout(600)
@both
def test_one_cannot_tell_another(opened: Callable[[Limits], Sandbox | Warm]) -> None:
    one, other = Kernel(opened(LONG)), Kernel(opened(LONG))
    try:
        define(one, START)
        define(other, START)
        assert [name for name, way in WAYS.items() if _comes_through(one, other, *way)] == []
    finally:
        one.close()
        other.close()


def _comes_through(one: Kernel, other: Kernel, send: str, heard: str, arm: str) -> bool:
    define(other, f"{arm}\n{heard}\nheard()")
    define(other, arm)  # what asking used up is there again
    before = other.get("heard")()
    define(other, arm)
    one.run_cell(send)
    return bool(other.get("heard")() != before)


@both
def test_honest_notebooks_go_on_without_locks(learner: Kernel) -> None:
    define(learner, _HONEST)
    assert learner.get("rows")() == [1, 2, 3] and learner.get("kept")() == 6.0 and learner.get("drawn")() > 1000
    define(learner, "import multiprocessing\n"
           "with multiprocessing.get_context('fork').Pool(2) as pool: squares = pool.map(abs, [-1, -2])")  # fmt: skip
    assert learner.get("squares") == [1, 2]
    with pytest.raises(OSError, match="not implemented"):
        learner.get("locks")()


_HONEST = """
import fcntl, h5py, io, sqlite3, numpy as np
import matplotlib.pyplot as plt
def locks(): fcntl.flock(open('/tmp/x', 'w'), fcntl.LOCK_EX)
def rows():
    with sqlite3.connect('/tmp/own.db') as db:
        db.execute('create table if not exists t (x)'); db.executemany('insert into t values (?)', [(1,), (2,), (3,)])
        db.execute('pragma journal_mode=wal')
    with sqlite3.connect('/tmp/own.db') as db: return [x for x, in db.execute('select x from t')]
def kept():
    with h5py.File('/tmp/own.h5', 'w') as file: file['x'] = np.array([1.0, 2.0, 3.0])
    with h5py.File('/tmp/own.h5', 'a') as file: file['y'] = file['x'][()].sum()
    with h5py.File('/tmp/own.h5') as file, h5py.File('/data/mnist.h5'): return float(file['y'][()])
def drawn():
    made = io.BytesIO(); figure, axis = plt.subplots(); axis.plot([1, 2]); figure.savefig(made, format='png'); plt.close(figure)
    return len(made.getvalue())
"""


def test_data_that_somebody_locked_is_read(learner: Kernel) -> None:
    with open(datafiles.public().folder / "mnist.h5", "rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        define(learner, "import h5py\nfrom autograder import datasets\n"
               "def look(): return [len(h5py.File('/data/mnist.h5')), len(datasets.load('mnist').y)]")  # fmt: skip
        assert min(learner.get("look")()) > 0 and len(datasets.load("mnist").y) > 0


@pytest.mark.timeout(600)
@both
def test_who_has_ended_tells_nobody_who_begins(opened: Callable[[Limits], Sandbox | Warm]) -> None:
    """As between the trainings of a studio and its rounds: here a futex, too, finds nobody."""
    ways = {name: way for name, way in WAYS.items() if way.arm == "pass"} | FUTEX
    starter = opened(LONG)
    before = _heard(starter, ways)
    one = Kernel(starter)
    try:
        one.run_cell(START)
        for way in ways.values():
            one.run_cell(way.send)
    finally:
        one.close()
    after = _heard(starter, ways)
    assert {name for name in ways if after[name] != before[name]} == set()


@pytest.mark.timeout(600)
@both
def test_a_futex_wakes_nobody_across_while_both_live(opened: Callable[[Limits], Sandbox | Warm]) -> None:
    one, other = Kernel(opened(LONG)), Kernel(opened(LONG))
    try:
        define(other, START)
        define(one, START)
        for name, way in FUTEX.items():
            define(other, way.heard)
            one.run_cell(way.send)
            assert other.get("heard")() is False, name
    finally:
        one.close()
        other.close()


@both
def test_processes_and_threads_still_wait_for_each_other(learner: Kernel) -> None:
    """Locks between processes and the end of a joined thread are waited for by futexes that are not private."""
    define(learner, _WAITING)
    assert learner.get("pool")() == [0, 1, 4, 9]
    assert learner.get("lock")() is True and learner.get("joined")() == 0 and learner.get("threads")() == 8


_WAITING = """
import ctypes, multiprocessing, threading, time
from concurrent.futures import ThreadPoolExecutor
fork = multiprocessing.get_context('fork')
def square(x): time.sleep(0.05); return x * x
def pool():
    with fork.Pool(2) as made: return made.map(square, range(4))
def lock():
    held, done = fork.Lock(), fork.Value('i', 0)
    def hold():
        with held: time.sleep(0.2); done.value = 1
    child = fork.Process(target=hold); child.start()
    while held.acquire(False): held.release()
    with held: seen = done.value == 1
    child.join(); return seen
def joined():
    libc, thread = ctypes.CDLL(None), ctypes.c_ulong()
    libc.usleep.argtypes = [ctypes.c_uint]
    assert libc.pthread_create(ctypes.byref(thread), None, libc.usleep, ctypes.c_void_p(200_000)) == 0
    return libc.pthread_join(thread, None)
def threads():
    with ThreadPoolExecutor(8) as made: return len(list(made.map(square, range(8))))
"""


@both
def test_the_machine_is_not_described(learner: Kernel) -> None:
    define(learner, _READABLE)
    assert learner.get("readable")() == []


_READABLE = """
import os
def readable():
    found = []
    for top, _, files in os.walk('/proc'):
        if top.split('/')[2:3] and (top.split('/')[2].isdigit() or top.split('/')[2] in ('self', 'thread-self', 'net')): continue
        for path in (os.path.join(top, file) for file in files):
            try: found += [path] if not os.path.islink(path) and open(path, 'rb').read(1) else []
            except OSError: pass
    return found
"""


def _heard(starter: Sandbox | Warm, ways: dict[str, Way]) -> dict[str, object]:
    other = Kernel(starter)
    try:
        define(other, START)
        found: dict[str, object] = {}
        for name, way in ways.items():
            define(other, way.heard)
            found[name] = other.get("heard")()
        return found
    finally:
        other.close()
