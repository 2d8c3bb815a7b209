"""nbgrader's seam: `plug(c)` in nbgrader_config.py puts our steps into nbgrader.

The command line and formgrader's buttons take them. This file imports nothing that is heavy: the steps are named, not imported.
"""

from __future__ import annotations

import functools
from collections.abc import Collection
from typing import Any

NBGRADER = "nbgrader.preprocessors"
#: nbgrader's own steps, with our Judge in the place of its Execute, and kept scores behind those that it writes
STEPS = [
    "autograder.grading.plug.judge_step.Judge",
    f"{NBGRADER}.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    f"{NBGRADER}.LimitOutput",
    f"{NBGRADER}.SaveAutoGrades",
    "autograder.grading.plug.judge_step.KeepScores",
    f"{NBGRADER}.AssignLatePenalties",
    f"{NBGRADER}.CheckCellMetadata",
]
#: nbgrader's own steps before those, with our refusal ahead
FIRST = [
    "autograder.grading.plug.judge_step.Whole",
    f"{NBGRADER}.ClearOutput",
    f"{NBGRADER}.DeduplicateIds",
    f"{NBGRADER}.OverwriteKernelspec",
    f"{NBGRADER}.OverwriteCells",
    f"{NBGRADER}.CheckCellMetadata",
]
#: our feedback page
PAGE = "autograder.grading.plug.page_steps.FeedbackPage"
#: what nbgrader does not copy: its own defaults, and our notes on a submission
IGNORED = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", ".intake"]


def plug(c: Any, solutions: str = "closed", inside: bool | Collection[str] = False) -> None:
    """Set on a traitlets config what makes nbgrader grade this way.

    Parameters
    ----------
    c : the config that nbgrader gives its configuration file.
    solutions : when a learner may open an exercise's solution, for which it then counts as it stood before: "closed", once the
        week is due or closed; "graded", as soon as an attempt of hers has been graded (a studio's never in an open week);
        "never".
    inside : assignments, none of the workbook's weeks, of which a test that the source's own solution does not pass apart, behind
        the wall, may run inside the learner's process, where her code can meet it; True: all of them.

    Raises
    ------
    ValueError
        For another word, or one assignment's name where a list of them was asked for.
    """
    if isinstance(inside, str):
        raise ValueError(f"plug(c, inside={inside!r}): a list of names was asked for: inside=[{inside!r}]")
    if solutions not in ("closed", "graded", "never"):
        raise ValueError(f'plug(c, solutions={solutions!r}): one of "closed", "graded", "never" was asked for')
    source = c.CourseDirectory.get("source_directory", "source")
    c.Autograde.pre_convert_hook = functools.partial(_take_in, source=source)
    c.Autograde.setdefault("sanitize_preprocessors", list(FIRST))
    c.Autograde.autograde_preprocessors = list(STEPS)
    c.GenerateFeedback.preprocessors = [f"{NBGRADER}.GetGrades", "autograder.grading.plug.page_steps.HideTests"]
    c.GenerateFeedback.exporter_class = PAGE
    c.Judge.inside = inside if isinstance(inside, bool) else list(inside)
    c.CourseDirectory.ignore = list(IGNORED)
    c.ExchangeFactory.collect = "autograder.grading.intake.exchange.Collect"
    c.ExchangeFactory.release_feedback = "autograder.grading.intake.exchange.ReleaseFeedback"
    c.Collect.before_duedate = True
    c.ReleaseFeedback.solutions = solutions


def _take_in(**told: Any) -> None:
    from autograder.grading.intake.intake import hook

    hook(**told, reading=_reading)


def _reading(assignment: str) -> Any:
    """How an assignment is read where nbgrader runs: its hook is told nothing of its configuration."""
    from pathlib import Path

    from nbgrader.coursedir import CourseDirectory
    from traitlets.config.loader import PyFileConfigLoader

    from autograder.grading.plug.settings import reading_of

    config = PyFileConfigLoader("nbgrader_config.py", path=str(Path.cwd())).load_config()
    return reading_of(config, CourseDirectory(config=config), assignment)
