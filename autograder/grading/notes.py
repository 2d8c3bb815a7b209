"""What is to be told of a submission besides its results: kept beside it, in a folder that nbgrader does not copy."""

from __future__ import annotations

import dataclasses
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = ".intake"


@dataclass
class Notes:
    """Lines for the learner, and what the grader must know.

    Attributes
    ----------
    files : lines on the submission as a whole (files left out, another notebook's name).
    notebooks : lines on each notebook by its name.
    unreadable : notebooks of which nothing could be graded, each with the reason and the mend.
    attempt : lines on which attempt this is, and whether it was in time.
    marks : each notebook as intake left it (a hash), so that it is not taken in twice.
    """

    files: list[str] = field(default_factory=list)
    notebooks: dict[str, list[str]] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)
    attempt: list[str] = field(default_factory=list)
    marks: dict[str, str] = field(default_factory=dict)

    def lines(self, notebook: str) -> list[str]:
        """All lines that belong on the page of one notebook."""
        return [*self.attempt, *self.files, *self.notebooks.get(notebook, [])]


def read_notes(submission: Path) -> Notes:
    """The notes on a submitted folder; empty ones where there are none, or none that can be read."""
    path = submission / FOLDER / "notes.json"
    try:
        raw: Any = json.loads(path.read_text(encoding="utf-8"))
        return Notes(**{field.name: raw[field.name] for field in dataclasses.fields(Notes)})
    except (OSError, ValueError, KeyError, TypeError):
        return Notes()


def write_notes(submission: Path, notes: Notes) -> None:
    """Write the notes on a submitted folder, whole or not at all."""
    folder = submission / FOLDER
    folder.mkdir(exist_ok=True)
    write_whole(folder / "notes.json", json.dumps(dataclasses.asdict(notes), indent=1, ensure_ascii=False).encode())


def write_whole(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Write a file so that nobody ever finds half of it, and no link is followed."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}.new")
    scratch.unlink(missing_ok=True)
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    os.replace(scratch, path)
