"""What grades a class is killed at random moments: after the rerun all equals what an undisturbed run leaves."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tiny import OPEN, WEEK, Book

from autograder.grading.batch import worker as apart
from autograder.grading.batch.batch import Batch
from autograder.grading.batch.run import run_job
from autograder.grading.batch.worker import run_apart
from autograder.grading.grader import Grader
from autograder.grading.judge.job import Graded, Job
from autograder.wall.kernel import Kernel

FOLDER = Path(__file__).parent


@pytest.mark.campaign
@pytest.mark.timeout(900)
def test_after_kills_the_rerun_equals_an_undisturbed_run() -> None:
    """A process of its own: it adopts what a killed grader leaves, to see that it ends."""
    command = [sys.executable, str(FOLDER / "kills.py"), "--kills", "25", "--seed", "7"]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    counts = json.loads(ran.stdout.splitlines()[-1])
    assert counts["kills"] >= 25 and counts["wrong"] == 0
    assert {"learner", "helper", "grader"} <= counts.keys()


def test_a_helper_whose_folder_was_cleared_away_is_replaced(root: Path, hand_in: Any) -> None:
    """Else a worker's helper that outlives the clearing of /tmp would fail at every submission from then on."""
    hand_in("blank")
    made = Batch(Grader(root), WEEK)
    run_apart(made.bundle, made.job("blank"))
    (helper,) = apart._all
    shutil.rmtree(helper._scratch)
    graded = run_apart(made.bundle, made.job("blank"))
    made.close()
    apart.end_all()
    assert not graded.trouble and graded.grades[WEEK]


@pytest.mark.campaign
def test_a_process_killed_from_outside_lowers_no_score(root: Path, hand_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first kill costs a second run; where that is killed too, the result is not kept, and the rerun puts it right."""
    hand_in("ada", lambda book: book.solve())
    kills = _kill(monkeypatch, times=1)
    made = Batch(Grader(root), WEEK)
    graded = _run(made, made.job("ada"))
    assert not kills and not graded.doubtful and _score(graded) == OPEN

    kills = _kill(monkeypatch, times=2)
    job = made.job("ada")
    graded = _run(made, job)
    assert not kills and graded.doubtful and _score(graded) < OPEN
    made._finish(job, graded)
    assert [one.student for one in made._jobs(["ada"], print)] == ["ada"], "it is given out again"
    assert made._finish(job, _run(made, job)).score == OPEN
    assert not list(made._jobs(["ada"], lambda outcome: None)), "kept now"
    made.close()


def test_who_kills_her_own_process_runs_twice_and_no_third_time(
    root: Path, hand_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def herself(book: Book) -> None:
        book.solve()
        book.add("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", book.place("double"))

    hand_in("eve", herself)
    made = Batch(Grader(root), WEEK)
    begun: list[Kernel] = []
    begin = Kernel.__init__
    monkeypatch.setattr(Kernel, "__init__", lambda self, *given, **named: (begun.append(self), begin(self, *given, **named))[1])
    graded = _run(made, made.job("eve"))
    made.close()
    assert len([one for one in begun if one.data]) == 2 and graded.doubtful
    assert "the notebook's process ended" in graded.texts[WEEK]
    assert _score(graded) == OPEN, "the cells around it count"


def _run(made: Batch, job: Job) -> Graded:
    return run_job(made.bundle, job)


def _score(graded: Graded) -> float:
    return sum(score or 0.0 for score in graded.grades[WEEK].values())


def _kill(monkeypatch: pytest.MonkeyPatch, times: int) -> list[None]:
    """Kill her process just before her answer to the exercise runs, so many times."""
    left = [None] * times
    run_cell = Kernel.run_cell

    def killing(self: Kernel, source: str) -> Any:
        if left and source.startswith("def centre"):
            left.pop()
            assert self._process is not None
            self._process.popen.kill()
        return run_cell(self, source)

    monkeypatch.setattr(Kernel, "run_cell", killing)
    return left
