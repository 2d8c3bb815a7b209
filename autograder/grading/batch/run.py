"""Grading one submission to its page: a pure function of an assignment and a job, which runs wherever a sandbox can be had."""

from __future__ import annotations

import time

from autograder.grading.cache import keep_scores
from autograder.grading.judge.assignment import Assignment
from autograder.grading.judge.job import Graded, Job
from autograder.grading.judge.judge import judge_notebook
from autograder.grading.judge.result import Result, result_of
from autograder.grading.judge.scores import scores_of
from autograder.grading.page.feedback import page_of
from autograder.grading.past import came
from autograder.notebook import format as nbio
from autograder.notebook.cut import cut
from autograder.wall.kernel import Starter


def run_job(assignment: Assignment, job: Job, starter: Starter | None = None) -> Graded:
    """Grade one submission. Whatever the learner did is in the result; only a grader without a sandbox raises.

    Parameters
    ----------
    starter : starts the learner's processes; by default each in a sandbox of its own.
    """
    since = time.monotonic()
    graded = Graded(job.student)
    doubts: list[str] = []
    for name, text in assignment.sources.items():
        nb = nbio.reads_plain(job.notebooks[name])
        for cell in nb.cells:  # as nbgrader's OverwriteCells does it
            settings = cell.metadata.get("nbgrader", {})
            if settings.get("grade_id") in assignment.checksums.get(name, {}):
                settings["checksum"] = assignment.checksums[name][settings["grade_id"]]
        executed = judge_notebook(assignment, job, name, nb, nbio.reads_plain(text), starter, doubts)
        cut(executed, assignment.settings.get("LimitOutput", {}))
        graded.grades[name], graded.comments[name] = scores_of(executed)
        keep_scores(job.floor.get(name, {}), graded.grades[name], executed)
        result = result_of(executed.metadata)
        graded.own |= _own(result)
        graded.exercises |= came(result)
        graded.pages[name] = page_of(executed, assignment.name, job.student, name, job.handed_in, graded.grades[name])
        graded.texts[name] = nbio.dumps_unchecked(executed)  # after its page, which may have marked it
    graded.doubtful = bool(doubts)
    graded.seconds = time.monotonic() - since
    return graded


def _own(result: Result) -> dict[str, dict[str, float]]:
    """What each exercise in which her code ran came to; of a studio only where it was judged on the rows that count."""
    return {
        one.id: {f"check_{one.id}": one.score.get("check", 0.0), f"test_{one.id}": one.score.get("hidden", 0.0)}
        for one in result.exercises
        if one.ran and not (one.kind == "studio" and result.open_week)
    }
