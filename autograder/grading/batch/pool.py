"""Feeds jobs to an executor, a bounded number at once, and hands on results as they arrive."""

from __future__ import annotations

import concurrent.futures
import queue
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import TypeVar

J = TypeVar("J")
R = TypeVar("R")
#: names of errors that say that a worker was lost, not that the job is at fault
LOST = ("BrokenExecutor", "CommClosedError", "FutureCancelledError", "WorkerLost")
LOOK = 5.0  # seconds without a result after which an executor whose workers come and go is asked for its room again


class WorkerLost(RuntimeError):
    """A job was given up by its executor before it came to an end."""


def feed(
    executor: Executor, run: Callable[[J], R], jobs: Iterator[J], ahead: int, tries: int = 3
) -> Generator[tuple[J, R | Exception], None, None]:
    """Run jobs; results come in order of arrival.

    The next job is drawn only when there is room, so that memory does not grow with the class. A job whose worker was
    lost is given to another. Closing this, or Ctrl-C, cancels what waits; what runs is not waited for.

    Parameters
    ----------
    run : runs one job; it and the jobs can be pickled where the executor needs that.
    ahead : how many jobs are in flight at most. An executor whose workers come and go has a method `room()` that says it;
        it is asked while nothing arrives, too.
    tries : how often a job is given out before its loss is its result.

    Raises
    ------
    Exception
        What `executor.submit` or `jobs` raises: the executor is gone for every job. What `run` raises is its job's result.
    """
    flying: dict[Future[R], tuple[J, int]] = {}
    arrived: queue.SimpleQueue[Future[R]] = queue.SimpleQueue()  # waiting on every future anew costs as much as their number
    room: Callable[[], int] = getattr(executor, "room", lambda: ahead)
    patience = LOOK if hasattr(executor, "room") else None

    def give(job: J, attempt: int) -> None:
        future = executor.submit(run, job)
        flying[future] = job, attempt
        future.add_done_callback(arrived.put)

    try:
        more = True
        while True:
            while more and len(flying) < max(1, room()):
                try:
                    job = next(jobs)
                except StopIteration:
                    more = False
                    break
                give(job, 1)
            if not flying:
                return
            try:
                future = arrived.get(timeout=patience)
            except queue.Empty:
                room()
                continue
            job, attempt = flying.pop(future)
            result = _result(future)
            if isinstance(result, Exception) and is_lost(result) and attempt < tries:
                give(job, attempt + 1)
                continue
            del future  # nothing here holds a result while whoever takes it works
            yield job, result
            del job, result
    finally:
        for waiting in flying:
            waiting.cancel()


def _result(future: Future[R]) -> R | Exception:
    try:
        return future.result()
    except concurrent.futures.CancelledError:
        return WorkerLost("its worker was lost")
    except Exception as error:
        if type(error).__name__ == "KilledWorker":  # Dask's, of a job that ran or only waited where workers were lost
            return WorkerLost("too many of the cluster's workers were lost while it ran there or waited. Mend: run it again.")
        return error


def is_lost(error: Exception) -> bool:
    """Whether a worker was lost, rather than the job at fault."""
    return any(kind.__name__ in LOST for kind in type(error).__mro__)


def local(workers: int) -> Executor:
    """Threads of this process; each keeps a helper process of its own where it runs `run_apart`."""
    return ThreadPoolExecutor(workers, thread_name_prefix="grader")
