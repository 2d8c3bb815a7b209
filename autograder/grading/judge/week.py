"""A week as the grader has it: its cases, its points, and whether it is still open."""

from __future__ import annotations

import contextlib
import datetime
import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from autograder.files import write_whole
from autograder.grading.keys import state_folder

CASES = ("checks.py", "hidden.py")


def is_week(root: Path, assignment: str) -> bool:
    """Whether an assignment is one of the workbook's weeks, with cases of its own."""
    return (root / "notebooks" / assignment / "checks.py").is_file()


def cases_of(root: Path, assignment: str) -> dict[str, bytes]:
    """What a session needs of a week, by file name: its cases, and beside them the points that the builder wrote down."""
    texts, built = root / "notebooks" / assignment, root / "source" / assignment
    paths = [path for path in sorted(texts.glob("*.py")) if path.name not in ("lesson.py", "rivals.py")]
    paths += [built / name for name in ("week.json", "kit.py") if (built / name).is_file()]
    return {path.name: path.read_bytes() for path in paths}


@contextlib.contextmanager
def cases_folder(assignment: str, cases: Mapping[str, bytes]) -> Iterator[Path]:
    """A folder that holds these files, for as long as a session needs it."""
    with tempfile.TemporaryDirectory(prefix="week-") as scratch:
        folder = Path(scratch) / assignment
        folder.mkdir()
        for name, content in cases.items():
            (folder / name).write_bytes(content)
        yield folder


def week_json(root: Path, assignment: str) -> dict[str, Any]:
    """What the builder wrote down of a week; nothing where it is none of ours."""
    path = root / "source" / assignment / "week.json"
    if not path.is_file():
        return {"title": "", "exercises": []}
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def is_open(root: Path, assignment: str, due: datetime.datetime | None) -> bool:
    """Whether a week is open: until its due date (UTC), or until it is closed where it has none."""
    if assignment in closed_weeks(root):
        return False
    return due is None or datetime.datetime.now(datetime.UTC).replace(tzinfo=None) < due


def closed_weeks(root: Path) -> list[str]:
    """The weeks that `workbook close` has closed."""
    path = state_folder(root) / "closed.json"
    return list(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else []


def close_week(root: Path, assignment: str, again_open: bool = False) -> None:
    """Close a week, or open it again."""
    closed = set(closed_weeks(root)) - {assignment} if again_open else {*closed_weeks(root), assignment}
    write_whole(state_folder(root) / "closed.json", json.dumps(sorted(closed)).encode())
