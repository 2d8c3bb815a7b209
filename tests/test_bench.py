"""The benchmark runs from end to end, and `workbook grade` and nbgrader come to the same scores in it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.wall.sandbox.probe import find_bwrap
from bench.coordinator import Mark, faults

TOP = Path(__file__).resolve().parents[1]


@pytest.mark.campaign
@pytest.mark.timeout(600)
@pytest.mark.skipif(find_bwrap() is None, reason="there is no bubblewrap, so nothing is graded here")
def test_the_benchmark_measures_all_and_the_scores_agree() -> None:
    command = [sys.executable, "-m", "bench", "--rounds", "1", "--submissions", "2", "--no-otter"]
    ran = subprocess.run(command, cwd=TOP, env={**os.environ, "PYTHONPATH": str(TOP)}, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert "the 12 test cells of 2 submissions score the same" in ran.stdout
    for contestant in ("bare isolated forks", "`workbook grade`, warm", "nbgrader autograde + feedback", "a fresh Python each"):
        assert f"| {contestant} |" in ran.stdout
    assert "`workbook watch`: from arrival to released page" in ran.stdout
    assert "| otter-grader | not measured: left out |" in ran.stdout


def test_the_coordinators_benchmark_says_what_is_not_as_it_should_be() -> None:
    good = [Mark(1000, 33.0, 85.0, 14.0, 200.0), Mark(2000, 64.0, 91.0, 14.0, 219.0)]
    assert faults(good, 90.0) == []
    assert faults(good, 92.0) == ["the workers were busy for 91.0 % of the run, and 92 % is the least"]
    grown = [*good[:1], Mark(1500, 48.0, 91.0, 14.0, 230.0), good[1]]
    assert faults(grown, 90.0) == ["memory grew by 15.0 % after 1,000 submissions, and 10 % is the most"]
    assert len(faults([Mark(20, 5.0, 10.0, 14.0, 100.0), Mark(40, 9.0, 10.0, 14.0, 300.0)], 90.0)) == 1, "too few to tell"
