"""Deeds in the exchange: a learner asks for a solution by a small folder beside her attempts, and is answered there.

Whoever may write into inbound could ask in another's name, and freeze her exercise. So a deed holds the secret of an attempt
of hers, which she and the course alone know.
"""

from __future__ import annotations

import hmac
import json
import os
import stat
from collections.abc import Sequence

from nbgrader.utils import notebook_hash

from autograder.errors import Mend
from autograder.grading.cache import Cache
from autograder.grading.grader import Grader
from autograder.grading.intake.attempts import Attempt
from autograder.grading.intake.exchange import put
from autograder.grading.opened import open_solution

MARK = ".opens"  # behind the assignment's name, in the name of a deed's folder
FILE = "open.json"
REFUSED = "refused.json"


def is_deed(attempt: Attempt) -> bool:
    """Whether a folder in inbound asks for a solution and is no attempt."""
    return attempt.assignment.endswith(MARK)


def record(grader: Grader, deed: Attempt, others: Sequence[Attempt]) -> str:
    """Write a deed down; why not, where it is refused: the learner is told where she looks.

    Parameters
    ----------
    others : what else lies in inbound.
    """
    assignment = deed.assignment.removesuffix(MARK)
    known = [one.secret for one in others if (one.student, one.assignment) == (deed.student, assignment)]
    if not any(len(one) >= 32 and hmac.compare_digest(one.encode(), deed.secret.encode()) for one in known):
        return "it does not hold the secret of an attempt of hers"
    exercise = _exercise(deed)
    when = str(grader.config.ReleaseFeedback.get("solutions", "closed"))
    try:
        best = Cache(grader.root, assignment).best(deed.student)
        open_solution(grader.root, assignment, deed.student, exercise, best, when, grader.due(assignment))
    except Mend as why:
        if grader.exchange is not None:
            for notebook in grader.notebooks(assignment):
                name = notebook_hash(secret=deed.secret, notebook_id=notebook)
                put(grader.exchange / "feedback", f"{name}.{REFUSED}", json.dumps({exercise: str(why)}).encode())
        return str(why).partition("\n")[0]
    return ""


def record_all(grader: Grader, assignment: str) -> list[str]:
    """Write down all deeds of an assignment; the learners whose solutions are open."""
    found = grader.look(lambda one: one.assignment == f"{assignment}{MARK}").attempts
    deeds = [one for one in found if one.assignment == f"{assignment}{MARK}" and one.is_complete()]
    return [deed.student for deed in deeds if not record(grader, deed, found)]


def _exercise(deed: Attempt) -> str:
    """The exercise that a deed names; the empty name where it names none."""
    try:
        file = os.open(deed.path / FILE, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(file, "rb") as opened:
            content = opened.read(1000) if stat.S_ISREG(os.fstat(file).st_mode) else b""
        return str(json.loads(content)["exercise"])[:100]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return ""
