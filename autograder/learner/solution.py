"""Open the reference solution of an exercise: a deed, for which the exercise counts as it stood before."""

from __future__ import annotations

import datetime
import json
import os
import secrets
import time
from pathlib import Path

from nbgrader.utils import notebook_hash

from autograder.errors import Mend
from autograder.learner.workspace import Workspace

PATIENCE = 30.0  # seconds that an answer is waited for
WARNING = (
    "Opening the solution of {exercise!r} keeps your best score so far for that exercise, for good: what you hand in later is "
    "judged for yourself and counts no more."
)


def opened(workspace: Workspace, week: str, exercise: str) -> str | None:
    """The reference of an exercise that was opened before; None where it was not."""
    return next((found[exercise] for _, found in _answers(workspace, week, "solutions") if exercise in found), None)


def opened_ones(workspace: Workspace, week: str) -> dict[str, str]:
    """The references of a week that were opened before, by exercise."""
    return {id: text for _, found in reversed(_answers(workspace, week, "solutions")) for id, text in found.items()}


def open_solution(workspace: Workspace, week: str, exercise: str, patience: float = PATIENCE) -> str:
    """Ask the course for a solution, and wait for the answer; the reference.

    Raises
    ------
    Mend
        Where no attempt has been graded, where it is refused, and where no answer comes in time.
    """
    graded = [path for path, secret in _attempts(workspace, week) if _page(workspace, week, secret).is_file()]
    if not graded:
        raise Mend(
            f"No attempt of yours at {week} has been graded yet.\n"
            "Mend: submit it in JupyterLab's assignment list, and ask again when the feedback is there, some seconds later."
        )
    before = [found.get(exercise) for _, found in _answers(workspace, week, "refused")]
    since = time.time()
    _ask(workspace, week, exercise, graded[-1])
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if (found := opened(workspace, week, exercise)) is not None:
            return found
        for changed, refused in _answers(workspace, week, "refused"):
            if exercise in refused and (changed >= since - 1 or refused[exercise] not in before):
                raise Mend(refused[exercise])
        time.sleep(0.2)
    raise Mend(
        f"{exercise!r} is asked for, and no answer has come yet: the course's grader may not be running.\n"
        "Mend: ask again later; it is opened as soon as the grader runs."
    )


def _ask(workspace: Workspace, week: str, exercise: str, attempt: Path) -> None:
    """Put the deed into the exchange, with the secret that only she and the course know; the secret last, as in a submission."""
    student, now = attempt.name.rsplit("+", 2)[0], datetime.datetime.now(datetime.UTC)
    inbound = workspace.exchange / "inbound"
    folder = inbound / f"{student}+{week}.opens+{now:%Y-%m-%d %H:%M:%S.%f} UTC+{secrets.token_hex(8)}"
    try:
        folder.mkdir(mode=0o755)
        for name, content in (("open.json", json.dumps({"exercise": exercise})), ("submission_secret.txt", _secret(attempt))):
            (folder / name).write_text(content, encoding="ascii")
            os.chmod(folder / name, 0o644)
        os.chmod(folder, 0o755)
    except OSError as error:
        raise Mend(f"The exchange takes nothing ({error.strerror}: {inbound}).\nMend: tell your instructor.") from None


def _attempts(workspace: Workspace, week: str) -> list[tuple[Path, str]]:
    """Her attempts with their secrets, the oldest first."""
    found = sorted(workspace.cache.glob(f"*+{week}+*"), key=lambda path: path.name.rsplit("+", 1)[-1])
    return [(path, secret) for path in found if (secret := _secret(path))]


def _secret(attempt: Path) -> str:
    try:
        return (attempt / "submission_secret.txt").read_text(encoding="ascii")
    except OSError:
        return ""


def _page(workspace: Workspace, week: str, secret: str, kind: str = "html") -> Path:
    return workspace.exchange / "feedback" / f"{notebook_hash(secret=secret, notebook_id=week)}.{kind}"


def _answers(workspace: Workspace, week: str, kind: str) -> list[tuple[float, dict[str, str]]]:
    """What came with her attempts' feedback, the newest attempt's first: when it was written, and text by exercise."""
    found = []
    for _, secret in reversed(_attempts(workspace, week)):
        path = _page(workspace, week, secret, f"{kind}.json")
        try:
            found.append((path.stat().st_mtime, dict(json.loads(path.read_text(encoding="utf-8")))))
        except (OSError, ValueError):
            continue
    return found
