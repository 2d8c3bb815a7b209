"""The benchmark runs from end to end, and `workbook grade` and nbgrader come to the same scores in it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.grading.wall.sandbox import find_bwrap

TOP = Path(__file__).resolve().parents[1]


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
