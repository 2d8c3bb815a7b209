"""Solutions that learners have opened. It is a deed, written down: from then on the exercise counts as it stood before.

Nothing undoes it, no reopened week and no extension: later work on that exercise is judged for the learner herself.
"""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

from autograder.errors import Mend
from autograder.files import write_whole
from autograder.grading.state import is_open, state_folder
from autograder.locks import alone

WHEN = ("closed", "graded", "never")  # once the week is closed; once an attempt has been graded; not at all
#: exercise -> graded cell -> the score that counts
Frozen = dict[str, dict[str, float]]


def frozen(root: Path, assignment: str, student: str) -> Frozen:
    """The exercises whose solutions a learner has opened, with what counts of each."""
    return {exercise: deed["scores"] for exercise, deed in _read(_path(root, assignment, student)).items()}


def open_solution(
    root: Path,
    assignment: str,
    student: str,
    exercise: str,
    best: Frozen,
    when: str = "closed",
    due: datetime.datetime | None = None,
) -> None:
    """Write down that a learner opens a solution, and freeze the exercise at her best attempt graded so far.

    Parameters
    ----------
    best : her best scores so far, of the exercises in which her code ran.
    when : one of WHEN, as the course has it.
    due : when the week is due, in UTC.

    Raises
    ------
    Mend
        Where she may not, or not yet; the message is for her.
    """
    path = _path(root, assignment, student)
    if exercise in _read(path):
        return
    kinds = _kinds(root, assignment)
    if exercise not in kinds:
        raise Mend(f"{assignment} has no exercise {exercise!r}.\nMend: name one of: {', '.join(kinds)}.")
    if when == "never":
        raise Mend("This course gives no solutions out.\nMend: ask your instructor.")
    is_opened = is_open(root, assignment, due)
    if is_opened and kinds[exercise] == "studio":
        raise Mend(f"A studio's solution is not opened while its week is open.\nMend: ask again when {assignment} is closed.")
    if is_opened and when == "closed":
        day = f"after {due:%d %B, %H:%M} UTC" if due else "once your instructor has closed the week"
        raise Mend(f"{assignment} is open: its solutions can be opened {day}.\nMend: ask again then.")
    if exercise not in best:
        later = " since the week was closed" if kinds[exercise] == "studio" else ""
        raise Mend(
            f"No attempt of yours in which your code for {exercise!r} ran has been graded{later}.\n"
            "Mend: write it, submit, and ask again when the feedback is there."
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    with alone(path):
        deeds = _read(path)
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        deeds.setdefault(exercise, {"at": now, "scores": best[exercise]})
        write_whole(path, json.dumps(deeds, indent=1).encode())


def _path(root: Path, assignment: str, student: str) -> Path:
    return state_folder(root) / "opened" / assignment / f"{student}.json"


def _read(path: Path) -> dict[str, Any]:
    """What is written down; a file that is there and cannot be read stops grading: a frozen exercise must not thaw."""
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError:
        raise Mend(f"{path} cannot be read: it says which solutions were opened.\nMend: put it back from a backup.") from None
    return found


def _kinds(root: Path, assignment: str) -> dict[str, str]:
    path = root / "source" / assignment / "week.json"
    told = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {"exercises": []}
    return {one["id"]: one["kind"] for one in told["exercises"]}
