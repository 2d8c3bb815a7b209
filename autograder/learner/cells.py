"""Cells of notebooks that a learner has on disk, read and written without touching what is not meant."""

from __future__ import annotations

import datetime
import json
import shutil
from pathlib import Path
from typing import Any

from autograder.errors import Mend
from autograder.files import write_whole
from autograder.learner.workspace import BACKUPS, Workspace

Cell = dict[str, Any]
RELOAD = "If the notebook is open in JupyterLab: File > Reload Notebook from Disk."


def read_notebook(path: Path) -> dict[str, Any]:
    """A notebook as it stands in its file."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if not all(isinstance(cell, dict) for cell in found["cells"]):
            raise TypeError
    except (OSError, ValueError, KeyError, TypeError):
        raise Mend(f"{path} is no notebook that can be read.\nMend: open it in JupyterLab, save it, and try again.") from None
    notebook: dict[str, Any] = found
    return notebook


def write_notebook(path: Path, notebook: dict[str, Any]) -> None:
    """Write a notebook as Jupyter does, whole or not at all."""
    write_whole(path, (json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode())


def back_up(workspace: Workspace, week: str, path: Path) -> Path:
    """Keep a copy of a file before it is changed; where the copy is."""
    now = datetime.datetime.now().strftime("%Y-%m-%d_%H-%M-%S_%f")
    folder = workspace.folder / BACKUPS / week / now
    folder.mkdir(parents=True)
    return Path(shutil.copyfile(path, folder / path.name))


def id_of(cell: Cell) -> str:
    """What the course calls a cell: nbgrader's id, the builder's, else the cell's own."""
    metadata = cell.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    for key, name in (("nbgrader", "grade_id"), ("autograder", "id")):
        claims = metadata.get(key)
        if isinstance(claims, dict) and isinstance(claims.get(name), str):
            return str(claims[name])
    return str(cell.get("id", ""))


def role_of(cell: Cell) -> str:
    """The builder's role of a cell: answer, check, given, ...; empty for text and for the learner's own."""
    ours = cell.get("metadata", {}).get("autograder")
    return str(ours.get("role", "")) if isinstance(ours, dict) else ""


def is_answer(cell: Cell) -> bool:
    """Whether the learner writes in it and is scored for it."""
    settings = cell.get("metadata", {}).get("nbgrader")
    return role_of(cell) in ("answer", "studio") or (isinstance(settings, dict) and bool(settings.get("solution")))


def text_of(cell: Cell) -> str:
    """A cell's source, in one piece."""
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)
