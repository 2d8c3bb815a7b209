"""Runs submissions on a Dask cluster that stands already. Needs the extra `cluster`.

Every worker is asked first: the same engine, the same data, a sandbox. What all jobs share (the assignment, hundreds of
kB) is carried once to each worker, by a plugin that the scheduler gives to those that come later, too. A worker that is
fit says so with a resource that every job asks for: one that joins in the middle and is not fit gets no job.

A job that kills workers takes few with it: the scheduler keeps count of how often each was begun, and the worker looks there
first. Dask's own count does not tell the job that ran from those that waited behind it, and begins anew at each try.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import importlib.metadata
import platform
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Any

from autograder.errors import Mend

try:
    distributed: Any = importlib.import_module("distributed")
except ImportError as missing:
    raise Mend(
        f"--cluster needs Dask's distributed, which is not here ({missing}).\nMend: pip install 'autograder[cluster]'"
    ) from None

WAIT = 10.0  # seconds for the scheduler to answer, and for a first worker to be there
AHEAD = 2  # jobs in flight for every thread of the cluster: one that runs, one that waits for it
LOOK = 5.0  # seconds after which the cluster's threads are counted again
SHOWN = 5  # workers that a message names
TAKES = 3  # workers that may be lost while they run one job
MARK = "workbook-"  # begins the name of what a run brings to the cluster
GONE = "\nMend: start it again and give the same command: what is graded is kept, and the run goes on where it ended."
_carried: dict[str, Callable[..., Any]] = {}  # on a worker: what plugins brought, by name


@dataclass(frozen=True)
class About:
    """What decides whether a worker grades as the coordinator would.

    Attributes
    ----------
    version : of the package and of Python, for people.
    engine, data : digests, as in judge.assignment.
    no_sandbox : why other people's work cannot be run there; empty where it can.
    """

    version: str
    engine: str
    data: str
    no_sandbox: str = ""

    def lacks(self, wanted: About) -> str:
        """What is wrong with a worker that says this of itself; empty where it is fit."""
        if self.version != wanted.version:
            return f"it has {self.version}, here is {wanted.version}"
        if self.engine != wanted.engine:
            return "it has another engine: other files in the package, or other versions of what it uses"
        if self.data != wanted.data:
            return "it has not the same data: look at data/ and data/held_out/ there, or at AUTOGRADER_HELD_OUT"
        return self.no_sandbox


def about(probe: bool = True) -> About:
    """What this process says of itself.

    Parameters
    ----------
    probe : try the sandbox; a coordinator needs none.
    """
    from autograder.grading.judge.assignment import data, engine
    from autograder.wall.sandbox.probe import open_sandbox
    from autograder.wall.wire.errors import SandboxError
    from autograder.wall.wire.limits import Limits

    no_sandbox = ""
    if probe:
        try:
            open_sandbox(Limits())
        except SandboxError as error:
            no_sandbox = str(error)
    version = f"autograder {importlib.metadata.version('autograder')} on Python {platform.python_version()}"
    return About(version, engine(), data(), no_sandbox)


class Carrier(distributed.WorkerPlugin):  # type: ignore[misc]
    """Brings a function to a worker, and the worker to offer itself."""

    def __init__(self, name: str, run: Callable[..., Any], wanted: About) -> None:
        self.name, self.run, self.wanted = name, run, wanted

    async def setup(self, worker: Any) -> None:
        """Keep the function and say that jobs may come; raise where the worker is not fit."""
        wrong = (await asyncio.to_thread(about)).lacks(self.wanted)
        if wrong:
            raise RuntimeError(f"this worker cannot grade: {wrong}")
        _carried[self.name] = self.run
        await worker.set_resources(**{self.name: worker.state.nthreads})
        if worker.status == distributed.Status.running:
            # The scheduler looks at jobs that no worker could take when one comes or wakes, not when one offers more: this
            # one had nothing to offer when it came, and they would wait for ever.
            worker.status = distributed.Status.paused
            worker.status = distributed.Status.running

    def teardown(self, worker: Any) -> None:
        """Let go what was brought, and the helper processes where no other run needs them."""
        _carried.pop(self.name, None)
        apart = sys.modules.get("autograder.grading.batch.worker")
        if apart is not None and not _carried:
            apart.end_all()


class TakesWorkers(RuntimeError):
    """Too many workers were lost while they ran one job."""


def call_carried(name: str, job: str, *args: Any) -> Any:
    """On a worker: call what was carried there, where this job has not taken too many workers with it.

    Parameters
    ----------
    name : what to call.
    job : the same at each try of the same job.
    """
    worker = distributed.get_worker()
    if asyncio.run_coroutine_threadsafe(_begin(worker.scheduler, [name, job]), worker.loop.asyncio_loop).result() >= TAKES:
        raise TakesWorkers(
            f"{TAKES} of the cluster's workers were lost while they graded it, so it is not given to another. "
            "Mend: look into the submission; where the machines were at fault, run it again."
        )
    return _carried[name](*args)


async def _begin(scheduler: Any, key: list[str]) -> int:
    """Count a begin, where it outlives this worker; how many there were before."""
    begun = int(await scheduler.get_metadata(keys=key, default=0))
    await scheduler.set_metadata(keys=key, value=begun + 1)
    return begun


class Cluster(Executor):
    """A concurrent.futures executor on a Dask client. `submit` raises Mend where the scheduler is gone.

    Parameters
    ----------
    say : is told what whoever waits should know.
    """

    def __init__(self, client: Any, address: str, wanted: About, say: Callable[[str], None]) -> None:
        self.client, self.address, self.wanted, self.say = client, address, wanted, say
        self.scheduler = client.scheduler_info()["id"]
        self.names: dict[Callable[..., Any], str] = {}
        self.pool = client.get_executor(pure=False)
        self.threads: int = sum(client.nthreads().values())
        self.counted = time.monotonic()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run `fn(*args)` on a worker. It is carried once to each worker: give the same object every time."""
        self._need_scheduler()
        if fn not in self.names:
            self.names[fn] = self._carry(fn)
        name = self.names[fn]
        job = str(getattr(args[0], "digest", args[0]))
        future: Future[Any] = self.pool.submit(call_carried, name, job, *args, resources={name: 1})
        return future

    def room(self) -> int:
        """How many jobs may be in flight: workers come and go. Where the last has gone, it is said once."""
        if time.monotonic() - self.counted > LOOK and self.client.status == "running":
            with contextlib.suppress(OSError, TimeoutError):
                before, self.threads = self.threads, _fit_threads(self.client, set(self.names.values()))
                if before and not self.threads:
                    self.say(
                        f"No worker that can grade is left at {self.address}: the run waits for one. "
                        f"Mend: start one: dask worker {self.address}"
                    )
                elif self.threads and not before:
                    self.say(f"There is a worker at {self.address}: the run goes on.")
            self.counted = time.monotonic()
        return AHEAD * max(1, self.threads)

    def _need_scheduler(self) -> None:
        if self.client.status != "running":
            raise Mend(f"The cluster's scheduler at {self.address} is gone.{GONE}")
        if self.client._scheduler_identity.get("id") != self.scheduler:
            raise Mend(f"The cluster's scheduler at {self.address} was started anew and has lost this run.{GONE}")

    def _carry(self, fn: Callable[..., Any]) -> str:
        name = f"{MARK}{self.client.id}-{len(self.names)}"
        self.client.register_plugin(Carrier(name, fn, self.wanted), name=name)
        return name

    def close(self) -> None:
        """Take back what was carried, where there still is a scheduler."""
        for name in self.names.values():
            if self.client.status == "running":
                with contextlib.suppress(Exception):
                    _take_back(self.client, name)


def _take_back(client: Any, name: str) -> None:
    client.unregister_worker_plugin(name)
    client.run_on_scheduler(lambda dask_scheduler: dask_scheduler.task_metadata.pop(name, None) and None)


def _sweep(client: Any) -> None:
    """Take back what coordinators brought that were killed: their week and their helper processes would stay for ever.

    What runs on the scheduler is written as lambdas: they are sent as they stand, and it needs no autograder.
    """
    mark = MARK
    left = client.run_on_scheduler(
        lambda dask_scheduler: [
            name
            for name in dask_scheduler.worker_plugins
            if name.startswith(mark) and not any(name.startswith(f"{mark}{one}-") for one in dask_scheduler.clients)
        ]
    )
    for name in left:
        with contextlib.suppress(ValueError):  # another coordinator was quicker
            _take_back(client, name)


def _fit_threads(client: Any, names: set[str]) -> int:
    """The threads of the workers that offer themselves for these; of all, where nothing was carried yet."""
    workers = client.scheduler_info(n_workers=-1)["workers"].values()
    return sum(one["nthreads"] for one in workers if not names or names & one["resources"].keys())


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


@contextlib.contextmanager
def executor(address: str, wait: float = WAIT, say: Callable[[str], None] = _to_stderr) -> Iterator[tuple[Executor, int]]:
    """An executor on the cluster at an address, and how many jobs it runs at once.

    Parameters
    ----------
    address : of the scheduler: tcp://host:8786.
    wait : seconds for it to answer.
    say : is told where the run has to wait for a worker, and when it goes on; by default it is printed.

    Raises
    ------
    Mend
        Where the address does not answer, there is no worker, or a worker could not grade as it is done here.
    """
    client = _connect(address, wait)
    try:
        wanted = about(probe=False)
        _need_fit(client, address, wanted, wait)
        _sweep(client)
        made = Cluster(client, address, wanted, say)
        try:
            yield made, max(1, made.threads)
        finally:
            made.close()
    finally:
        with contextlib.suppress(Exception):
            client.close(timeout=wait)


def _connect(address: str, wait: float) -> Any:
    try:
        return distributed.Client(address, timeout=wait, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise Mend(
            f"No Dask scheduler answers at {address!r} ({type(error).__name__}).\n"
            "Mend: name the address that `dask scheduler` prints, tcp://HOST:8786."
        ) from None


def _need_fit(client: Any, address: str, wanted: About, wait: float) -> None:
    """Refuse, with the mend, a cluster without workers or with one that would grade otherwise."""
    try:
        client.wait_for_workers(1, timeout=wait)
    except TimeoutError:
        raise Mend(f"The cluster at {address} has no worker.\nMend: start some: dask worker {address}") from None
    answers: Mapping[str, Any] = client.run(about, on_error="return")
    wrong = {worker: _wrong(answer, wanted) for worker, answer in sorted(answers.items())}
    lines = [f"  {worker}: {why}" for worker, why in wrong.items() if why]
    if lines:
        more = f"\n  … and {len(lines) - SHOWN} more" if len(lines) > SHOWN else ""
        raise Mend(
            f"{len(lines)} of {len(answers)} workers cannot grade as it is done here:\n" + "\n".join(lines[:SHOWN]) + more
            + "\nMend: give every worker the same image or environment as this machine."
        )  # fmt: skip


def _wrong(answer: Any, wanted: About) -> str:
    if isinstance(answer, ModuleNotFoundError | AttributeError):
        return f"it has no autograder like this one ({answer})"
    return answer.lacks(wanted) if isinstance(answer, About) else f"it could not be asked: {answer!r}"
