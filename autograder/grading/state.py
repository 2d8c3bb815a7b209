"""The grader's own folder in a course, and the weeks that were closed by hand, which are written there."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

from autograder.files import write_whole

STATE = ".grading"
REPORTS = "reports"  # in the course's folder: what `workbook report` writes
WATCHED = "watched.jsonl"  # in it: what the watch has done with each attempt


def state_folder(root: Path) -> Path:
    """The grader's own folder in a course: no learner sees it, and git ignores it."""
    folder = root / STATE
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    ignore = folder / ".gitignore"
    if not ignore.exists():
        write_whole(ignore, b"*\n")
    return folder


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
