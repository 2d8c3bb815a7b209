"""Jobs are fed a bounded number at once, each comes back once, and a lost worker costs nobody her grade."""

from __future__ import annotations

import functools
import os
import signal
import threading
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import pytest

from autograder.grading.batch.pool import WorkerLost, feed, local


def squared(by: int, job: int) -> int:
    if job == 13:
        raise ValueError("an unlucky number")
    return by * job * job


def test_each_job_comes_back_once_and_an_error_is_its_own() -> None:
    with local(4) as pool:
        came = list(feed(pool, functools.partial(squared, 2), iter(range(50)), ahead=8))
    assert sorted(job for job, _ in came) == list(range(50))
    assert all(result == 2 * job * job for job, result in came if job != 13)
    assert [str(result) for job, result in came if job == 13] == ["an unlucky number"]


def test_jobs_are_drawn_only_when_there_is_room() -> None:
    drawn, came, most = 0, 0, 0

    def jobs() -> Iterator[int]:
        nonlocal drawn, most
        for number in range(100):
            drawn += 1
            most = max(most, drawn - came)
            yield number

    with local(3) as pool:
        for _ in feed(pool, abs, jobs(), ahead=6):
            came += 1
    assert came == 100
    assert most == 6


def test_the_quick_do_not_wait_for_the_slow() -> None:
    gate = threading.Event()

    def run(job: int) -> int:
        return job if job else int(gate.wait(60))

    order = []
    with local(2) as pool:
        for job, _ in feed(pool, run, iter(range(6)), ahead=4):
            order.append(job)
            if len(order) == 5:
                gate.set()
    assert order == [1, 2, 3, 4, 5, 0]


def test_memory_does_not_grow_with_the_class() -> None:
    def peak(number: int) -> int:
        tracemalloc.start()
        with local(2) as pool:
            jobs = (bytes(10_000) + bytes([n % 256]) for n in range(number))
            for _ in feed(pool, bytearray, jobs, ahead=4):
                pass
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    assert peak(1000) < 1.5 * peak(100)


class Losing(ThreadPoolExecutor):
    """Loses the first so many of each job."""

    def __init__(self, times: int) -> None:
        super().__init__(2)
        self.times, self.given = times, dict[Any, int]()

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.given[args[0]] = self.given.get(args[0], 0) + 1
        if self.given[args[0]] > self.times:
            return super().submit(fn, *args, **kwargs)
        lost: Future[Any] = Future()
        if args[0] % 2:
            lost.cancel()
        else:
            lost.set_exception(BrokenProcessPool("killed"))
        return lost


def test_a_lost_job_is_given_again_and_given_up_in_the_end() -> None:
    with Losing(2) as pool:
        assert sorted(feed(pool, abs, iter(range(10)), ahead=3)) == [(job, job) for job in range(10)]
    with Losing(3) as pool:
        came = dict(feed(pool, abs, iter(range(4)), ahead=3))
        assert pool.given == dict.fromkeys(range(4), 3)
    assert [type(came[job]) for job in range(4)] == [BrokenProcessPool, WorkerLost] * 2


def test_a_job_that_fails_by_itself_is_not_given_again() -> None:
    with Losing(0) as pool:
        [(_, result)] = feed(pool, functools.partial(squared, 1), iter([13]), ahead=3)
        assert isinstance(result, ValueError) and pool.given == {13: 1}


def test_a_pool_that_is_gone_ends_the_run() -> None:
    pool = ProcessPoolExecutor(1)
    results = feed(pool, _die, iter(range(5)), ahead=2)
    with pytest.raises(BrokenProcessPool):
        list(results)
    pool.shutdown()


def _die(job: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Room(ThreadPoolExecutor):
    """Workers come and go."""

    now = 2

    def room(self) -> int:
        return self.now


def test_an_executor_may_say_how_much_room_it_has() -> None:
    drawn = 0

    def jobs() -> Iterator[int]:
        nonlocal drawn
        for number in range(40):
            drawn += 1
            yield number

    with Room(2) as pool:
        results = feed(pool, abs, jobs(), ahead=1)
        next(results)
        assert drawn == 2
        pool.now = 10
        next(results)
        assert drawn == 11
        assert len(list(results)) == 38


@pytest.mark.parametrize("how", ["close", "interrupt"])
def test_stopping_cancels_what_waits_and_does_not_hang(how: str) -> None:
    gate, ran = threading.Event(), list[int]()

    def run(job: int) -> int:
        ran.append(job)
        if job:
            gate.wait(60)
        return job

    pool = local(1)
    results = feed(pool, run, iter(range(1000)), ahead=5)
    assert next(results) == (0, 0)
    if how == "close":
        results.close()  # type: ignore[attr-defined]
    else:
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell in the background has it ignored
        me = threading.main_thread().ident
        assert me is not None
        timer = threading.Timer(0.3, signal.pthread_kill, (me, signal.SIGINT))
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            next(results)
        timer.join()
    gate.set()
    pool.shutdown(wait=True)
    assert ran in ([0], [0, 1])
