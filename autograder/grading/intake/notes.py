"""What is to be told of a submission besides its results: kept beside it, in a folder that nbgrader does not copy."""

from __future__ import annotations

import dataclasses
import json
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.files import write_whole

FOLDER = ".intake"
LARGEST = 4 << 20  # bytes of notes


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
        raw: Any = json.loads(_ordinary(path))
        found = Notes(**{field.name: raw[field.name] for field in dataclasses.fields(Notes)})
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return Notes()
    return found if _is_sound(found) else Notes()


def _ordinary(path: Path) -> bytes:
    """A plain file's content: whoever put the folder here may have left a pipe, which nobody comes back from."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode) or about.st_size > LARGEST:
            raise ValueError("no notes of ours")
        return file.read(LARGEST)


def _is_sound(notes: Notes) -> bool:
    """Whether every part is of the kind that it should be."""
    lists = [notes.files, notes.attempt, *(notes.notebooks.values() if isinstance(notes.notebooks, dict) else [None])]
    texts = [entry.values() if isinstance(entry, dict) else [None] for entry in (notes.unreadable, notes.marks)]
    return all(isinstance(lines, list) and all(isinstance(line, str) for line in lines) for lines in lists) and all(
        isinstance(text, str) for entry in texts for text in entry
    )


def write_notes(submission: Path, notes: Notes) -> None:
    """Write the notes on a submitted folder, whole or not at all."""
    folder = submission / FOLDER
    folder.mkdir(exist_ok=True)
    write_whole(folder / "notes.json", json.dumps(dataclasses.asdict(notes), indent=1, ensure_ascii=False).encode())
