"""An instructor's notebook as nbgrader's configuration has it read: whatever marks its regions, here it is one kind of mark."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from autograder.notebook.regions import Marks, in_our_marks

_SETTINGS = (
    ("ClearSolutions", "begin_solution_delimeter"), ("ClearSolutions", "end_solution_delimeter"),
    ("ClearHiddenTests", "begin_test_delimeter"), ("ClearHiddenTests", "end_test_delimeter"),
    ("ClearMarkScheme", "begin_mark_scheme_delimeter"), ("ClearMarkScheme", "end_mark_scheme_delimeter"),
)  # fmt: skip


class Reading(NamedTuple):
    """How an assignment's sources are read.

    Attributes
    ----------
    marks : what begins and ends a region.
    release : the folder of the assignment as nbgrader released it; None where that is not known.
    """

    marks: Marks = Marks()
    release: Path | None = None

    def source(self, path: Path) -> str:
        """The instructor's notebook, as text."""
        return with_our_marks(path.read_text(encoding="utf-8"), self.marks)

    def released(self, name: str) -> str:
        """What nbgrader made of it for learners, as text; empty where nothing lies there."""
        try:
            return (self.release / name).read_text(encoding="utf-8") if self.release is not None else ""
        except (OSError, UnicodeDecodeError):
            return ""


def marks_of(config: Mapping[str, Any]) -> Marks:
    """The marks that a course's configuration sets."""
    usual = Marks()
    found = []
    for (step, setting), default in zip(_SETTINGS, usual, strict=True):
        told = config.get(step, {}).get(setting)
        found.append(told if isinstance(told, str) and told.strip() else default)
    return Marks(*found)


@functools.lru_cache(maxsize=32)
def with_our_marks(text: str, marks: Marks) -> str:
    """A notebook's text with its regions marked as everything here reads them; the same text where they are.

    What is no notebook stays as it is: whoever reads it next says so, with the mend.
    """
    try:
        notebook, changed = json.loads(text), False
        settings_of = [(cell, cell.get("metadata", {}).get("nbgrader") or {}) for cell in notebook.get("cells", ())]
    except (ValueError, TypeError, AttributeError):
        return text
    for cell, settings in settings_of:
        if not settings.get("grade_id"):
            continue
        source = cell.get("source", "")
        before = source if isinstance(source, str) else "".join(source)
        after = in_our_marks(before, marks)
        if after != before:
            cell["source"], changed = after, True
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n" if changed else text


@functools.lru_cache(maxsize=32)
def released_texts(text: str) -> dict[str, str]:
    """The cells of a released notebook that nbgrader knows: {grade_id: text}; none where it cannot be read."""
    try:
        cells = json.loads(text)["cells"] if text else []
        pairs = [(cell["metadata"].get("nbgrader", {}).get("grade_id"), cell["source"]) for cell in cells]
        return {id: source if isinstance(source, str) else "".join(source) for id, source in pairs if id}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}
