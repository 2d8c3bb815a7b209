"""What a learner's desk is told of an attempt: a small file beside the page that is to come.

Its name is the page's, which only whoever handed in can tell; it does not end in .json, as what belongs to the page does.
A desk shows it; losing it loses nothing, so nothing that hinders the writing stops the grading.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Sequence

from nbgrader.utils import notebook_hash

from autograder.grading.grader import Grader
from autograder.grading.intake.attempts import Attempt
from autograder.grading.intake.exchange import put
from autograder.grading.outcome import Outcome
from autograder.grading.state import is_open

KIND = "state"  # the file's last name
VERSION = 1
PARTS = ("check_", "test_")  # an exercise's graded cells, as the builder names them


def being_graded(grader: Grader, attempt: Attempt, done: int = 0, of: int = 0) -> None:
    """Tell that so many of its exercises are judged; of how many is not known at first."""
    _put(grader, attempt, {"state": "grading", "done": done, "of": of})


def not_yet(grader: Grader, attempts: Sequence[Attempt]) -> None:
    """Tell that something failed on our side, and that it is tried again."""
    for attempt in attempts:
        _put(grader, attempt, {"state": "later"})


def passed_over(grader: Grader, attempt: Attempt) -> None:
    """Tell that another attempt counts; its page says which."""
    _put(grader, attempt, {"state": "passed over"})


def graded(grader: Grader, attempt: Attempt, outcome: Outcome) -> None:
    """Tell what came of it. Written after the page: who finds the page newer knows that these figures are old."""
    told = {"score": outcome.score, "most": outcome.most, "exercises": _scores(grader, attempt)}
    is_opened = is_open(grader.root, attempt.assignment, grader.due(attempt.assignment))
    _put(grader, attempt, {"state": "done", "open": is_opened, **told})


def _put(grader: Grader, attempt: Attempt, told: dict[str, object]) -> None:
    exchange = grader.exchange
    if exchange is None or not attempt.secret:
        return
    content = json.dumps({"v": VERSION, "at": time.time(), **told}).encode()
    for notebook in grader.notebooks(attempt.assignment):
        with contextlib.suppress(OSError):
            put(exchange / "feedback", f"{notebook_hash(secret=attempt.secret, notebook_id=notebook)}.{KIND}", content)


def _scores(grader: Grader, attempt: Attempt) -> dict[str, list[float]]:
    """Each exercise's points, visible and hidden together, and the most that it gives: as the gradebook has them."""
    found: dict[str, list[float]] = {}
    with grader.gradebook() as gradebook:
        for notebook in gradebook.find_submission(attempt.assignment, attempt.student).notebooks:
            for grade in notebook.grades:
                for part in (part for part in PARTS if grade.name.startswith(part)):
                    one = found.setdefault(grade.name.removeprefix(part), [0.0, 0.0])
                    one[0] += float(grade.score)
                    one[1] += float(grade.max_score)
    return found
