"""A real cluster on this machine: a scheduler and workers in processes of their own, which are killed in the middle."""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tiny import FULL, OPEN, WEEK, Book

pytest.importorskip("distributed")

from nbgrader.api import Gradebook

from autograder.errors import Mend
from autograder.grading.batch import cluster
from autograder.grading.batch.batch import grade_class
from autograder.grading.batch.pool import feed

# What distributed leaves to the garbage collector when a scheduler is killed under it is none of ours.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


class Processes:
    """A scheduler and workers, each in a process group of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self, *command: str, **environment: str) -> subprocess.Popen[bytes]:
        with open(self.folder / "log", "ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "distributed.cli.dask_" + command[0], *command[1:]],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env={**os.environ, **environment},
                start_new_session=True,
            )
        self.running.append(process)
        return process

    def scheduler(self) -> subprocess.Popen[bytes]:
        process = self.start("scheduler", "--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard")
        until(lambda: socket.create_connection(("127.0.0.1", self.port), 1).close() is None)
        return process

    def worker(self, **environment: str) -> subprocess.Popen[bytes]:
        options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(self.folder))
        return self.start("worker", self.address, *options, **environment)

    def end(self) -> None:
        for process in self.running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def until(true: Callable[[], bool]) -> None:
    for _ in range(600):
        with contextlib.suppress(OSError):
            if true():
                return
        time.sleep(0.05)
    raise AssertionError("it did not come to be")


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    made = Processes(tmp_path)
    yield made
    made.end()


def slowly(folder: str, job: int) -> tuple[int, int]:
    with open(f"{folder}/{os.getpid()}", "a") as file:
        file.write(f"{job}\n")
    time.sleep(0.05)
    return os.getpid(), job * job


def test_a_worker_killed_and_another_come_cost_nothing(processes: Processes, tmp_path: Path) -> None:
    processes.scheduler()
    first, _ = processes.worker(), processes.worker()
    run = functools.partial(_module(slowly), str(tmp_path))
    with cluster.executor(processes.address) as (pool, number):
        assert number in (1, 2)
        came = []
        for job, result in feed(pool, run, iter(range(120)), ahead=4):
            assert not isinstance(result, Exception), result
            came.append((job, result[1]))
            if len(came) == 20:
                os.killpg(first.pid, signal.SIGKILL)
                late = processes.worker()
            if len(came) == 40:  # whoever comes later gets what is carried, and work
                until(lambda: cluster._fit_threads(pool.client, set(pool.names.values())) == 2)  # type: ignore[attr-defined]
    assert sorted(came) == [(job, job * job) for job in range(120)]
    assert (tmp_path / str(late.pid)).read_text()


def deadly(folder: str, job: int) -> int:
    if job == 5:
        open(f"{folder}/{os.getpid()}", "x").close()
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.05)
    return job


def test_a_job_takes_few_workers_with_it_and_the_lack_of_any_is_said_once(
    processes: Processes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "LOOK", 0.2)
    monkeypatch.setattr("autograder.grading.batch.pool.LOOK", 0.3)
    (tmp_path / "taken").mkdir()
    processes.scheduler()
    for _ in range(cluster.TAKES):
        processes.worker()
    said: list[str] = []

    def say(line: str) -> None:
        said.append(line)
        if len(said) == 1:
            time.sleep(1)  # it is looked for more than once in this time, were it not for the count
            processes.worker()

    with cluster.executor(processes.address, say=say) as (pool, _):
        pool.client.wait_for_workers(cluster.TAKES)  # type: ignore[attr-defined]
        came = dict(feed(pool, functools.partial(_module(deadly), str(tmp_path / "taken")), iter(range(30)), ahead=4))
    assert len(list((tmp_path / "taken").iterdir())) == cluster.TAKES
    assert "3 of the cluster's workers were lost" in str(came.pop(5))
    assert came == {job: job for job in range(30) if job != 5}, "the others are whole"
    assert [line.partition(" at ")[0] for line in said] == ["No worker that can grade is left", "There is a worker"]


def test_what_a_killed_coordinator_brought_is_taken_back(processes: Processes) -> None:
    processes.scheduler()
    processes.worker()

    def brought(client: Any) -> set[str]:
        names: list[str] = client.run_on_scheduler(lambda dask_scheduler: list(dask_scheduler.worker_plugins))
        return {name for name in names if name.startswith(cluster.MARK)}

    with cluster.executor(processes.address) as (living, _):
        living.submit(abs, -1).result()
        with cluster.executor(processes.address) as (killed, _):
            assert killed.submit(abs, -1).result() == 1
            assert len(brought(living.client)) == 2  # type: ignore[attr-defined]
            killed.client.close()  # type: ignore[attr-defined]
        with cluster.executor(processes.address):
            assert brought(living.client) == set(living.names.values())  # type: ignore[attr-defined]
        assert living.submit(abs, -2).result() == 2


def _module(function: Callable[..., object]) -> Callable[..., object]:
    """Workers do not have this module: the function itself is sent."""
    function.__module__ = "__main__"
    return function


def test_where_nobody_answers_and_where_nobody_works(processes: Processes) -> None:
    with pytest.raises(Mend, match="No Dask scheduler answers"), cluster.executor(processes.address, wait=1):
        pass
    processes.scheduler()
    with pytest.raises(Mend, match="has no worker"), cluster.executor(processes.address, wait=1):
        pass


def test_a_worker_that_would_grade_otherwise_is_named(processes: Processes, tmp_path: Path) -> None:
    processes.scheduler()
    other = tmp_path / "held_out"
    other.mkdir()
    (other / "manifest.toml").write_text("[files]\n")
    processes.worker(AUTOGRADER_HELD_OUT=str(other))
    with pytest.raises(Mend, match=r"(?s)1 of 1 workers.*not the same data"), cluster.executor(processes.address):
        pass


@pytest.mark.campaign
def test_a_class_survives_the_loss_of_a_worker_and_of_the_scheduler(
    root: Path, hand_in: Callable[..., Path], processes: Processes
) -> None:
    for number in range(4):
        hand_in(f"full{number}", Book.solve)
        hand_in(f"blank{number}")
    expected = {**{f"full{n}": OPEN for n in range(4)}, **{f"blank{n}": 0.0 for n in range(4)}}
    scheduler = processes.scheduler()
    first, _ = processes.worker(), processes.worker()
    heard: list[str] = []

    def hear(outcome: object) -> None:
        heard.append(outcome.student)  # type: ignore[attr-defined]
        if len(heard) == 2:
            os.killpg(first.pid, signal.SIGKILL)
        if len(heard) == 4:
            os.killpg(scheduler.pid, signal.SIGKILL)

    with pytest.raises(Mend, match=r"scheduler at .* is gone"):
        grade_class(root, WEEK, cluster=processes.address, progress=hear)
    assert 4 <= len(set(heard)) == len(heard) < 8
    assert not [path for path in root.glob("*ed/*/.*.new")] and _scores(root).keys() == set(heard)

    processes.scheduler()
    processes.worker()
    outcomes = grade_class(root, WEEK, cluster=processes.address)
    assert {one.student: one.score for one in outcomes} == expected and not any(one.trouble for one in outcomes)
    assert _scores(root) == expected
    assert {one.most for one in outcomes} == {FULL}
    local = grade_class(root, WEEK, ["full0", "blank0"], again=True, workers=1)
    assert {one.student: one.score for one in local} == {"full0": OPEN, "blank0": 0.0}


def _scores(root: Path) -> dict[str, float]:
    with Gradebook(f"sqlite:///{root}/gradebook.db", "tiny") as gradebook:
        return {one.student.id: one.score for one in gradebook.assignment_submissions(WEEK)}
