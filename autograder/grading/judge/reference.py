"""The reference's pieces on the grader's side, for exercises that stand on a broken one of the learner's."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import Any

import numpy as np
from nbformat import NotebookNode

from autograder.cases.registry import importable
from autograder.notebook.regions import without_markers

ROLES = ("given", "answer", "studio")


def pieces(source: NotebookNode, folder: Path) -> dict[str, Any]:
    """The names that the instructor's notebook binds; `folder` holds what its cells import (explore, kit).

    The solutions run in the grader's own process: they are the author's, and a learner's process never holds them.
    """
    names: dict[str, Any] = {"__name__": "__reference__"}
    with importable(folder), np.errstate(all="ignore"), contextlib.redirect_stdout(io.StringIO()):
        for cell in source.cells:
            if cell.cell_type == "code" and cell.metadata.get("autograder", {}).get("role") in ROLES:
                exec(compile(without_markers(cell.source), "<reference>", "exec"), names)
    return names
