"""Feeds jobs to an executor, a bounded number at once, and hands on results as they arrive."""

from __future__ import annotations

import concurrent.futures
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor
from typing import TypeVar

J = TypeVar("J")
R = TypeVar("R")
#: names of errors that say that a worker was lost, not that the job is at fault
LOST = ("BrokenExecutor", "BrokenProcessPool", "BrokenThreadPool", "KilledWorker", "CommClosedError", "FutureCancelledError")


def feed(
    executor: Executor, run: Callable[[J], R], jobs: Iterator[J], ahead: int, tries: int = 3
) -> Generator[tuple[J, R | Exception], None, None]:
    """Run jobs; results come in order of arrival.

    The next job is drawn only when there is room, so that memory does not grow with the class. A job whose worker was
    lost is given to another.

    Parameters
    ----------
    ahead : how many jobs are in flight at most.
    tries : how often a job is given out before its loss is its result.
    """
    flying: dict[Future[R], tuple[J, int]] = {}
    try:
        while True:
            while len(flying) < max(1, ahead):
                try:
                    job = next(jobs)
                except StopIteration:
                    break
                flying[executor.submit(run, job)] = job, 1
            if not flying:
                return
            done, _ = concurrent.futures.wait(flying, return_when=FIRST_COMPLETED)
            for future in done:
                job, attempt = flying.pop(future)
                result = _result(future)
                if isinstance(result, Exception) and is_lost(result) and attempt < tries:
                    flying[executor.submit(run, job)] = job, attempt + 1
                else:
                    yield job, result
    finally:
        for future in flying:
            future.cancel()


def _result(future: Future[R]) -> R | Exception:
    try:
        return future.result()
    except concurrent.futures.CancelledError as error:
        return RuntimeError(f"it was cancelled: {error}")
    except Exception as error:
        return error


def is_lost(error: Exception) -> bool:
    """Whether a worker was lost, rather than the job at fault."""
    return any(kind.__name__ in LOST for kind in type(error).__mro__)


def local(workers: int) -> Executor:
    """Threads of this process; each keeps a helper process of its own where it runs `run_apart`."""
    return ThreadPoolExecutor(workers, thread_name_prefix="grader")
