"""Grading a submission with each of its processes in a sandbox of its own, in a worker that has the tests' limits."""

from __future__ import annotations

from autograder.grading.batch.run import run_job
from autograder.grading.judge.assignment import Assignment
from autograder.grading.judge.job import Graded, Job


def run_plain(assignment: Assignment, job: Job) -> Graded:
    """As `run_apart`, without a warm process."""
    return run_job(assignment, job)
