"""Two sandboxes that can both read the course's data tell each other nothing, and do not get in each other's way."""

from __future__ import annotations

import fcntl
import time
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


@both
def test_a_futex_wakes_while_both_live(opened: Callable[[Limits], Sandbox | Warm]) -> None:
    """What remains: that is why the trainings' process is ended before a round begins."""
    one, other = Kernel(opened(LONG)), Kernel(opened(LONG))
    try:
        for way in FUTEX.values():
            define(other, f"{START}\n{way.heard}")
            assert other.get("heard")() is False
            define(one, f"{START}\n{way.send}")
            assert other.get("heard")() is True
            time.sleep(5)  # until nobody wakes any more
    finally:
        one.close()
        other.close()


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
