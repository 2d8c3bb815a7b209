"""Notebooks that a learner has on disk, read and written without touching what is not meant."""

from __future__ import annotations

import datetime
import difflib
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autograder.errors import Mend
from autograder.files import write_whole
from autograder.learner.workspace import BACKUPS, Workspace
from autograder.notebook.cells import Cell, id_of, is_answer
from autograder.notebook.reading import Unreadable, read_cell, read_raw
from autograder.notebook.recognise import Known, named_in, plain, recognise

ALIKE = 0.8  # share of its text from which on a cell without marks is taken for an older version
SHORT = 20  # characters of which nobody can say so
RELOAD = "If the notebook is open in JupyterLab: File > Reload Notebook from Disk."


def read_notebook(path: Path) -> dict[str, Any]:
    """A notebook from its file, read as grading reads it: every cell has a kind, its text in one piece and metadata."""
    try:
        found = read_raw(path.read_bytes(), [])
    except (OSError, Unreadable) as why:
        raise Mend(f"{path} is no notebook that can be read: {why}") from None
    cells = []
    for raw in found["cells"]:
        read = read_cell(raw)
        if read is None:
            raise Mend(f"{path} has a cell that cannot be read.\nMend: open it in JupyterLab, save it, and try again.")
        bare = {key: value for key, value in raw.items() if value is not None}
        cells.append({**bare, "cell_type": read.kind, "source": read.source, "metadata": read.metadata})
    metadata = found.get("metadata")
    return {**found, "cells": cells, "metadata": metadata if isinstance(metadata, dict) else {}}


def write_notebook(path: Path, notebook: dict[str, Any]) -> None:
    """Write a notebook as Jupyter does, whole or not at all."""
    write_whole(path, (json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode())


def back_up(workspace: Workspace, week: str, path: Path) -> Path:
    """Keep a copy of a file before it is changed; where the copy is."""
    now = datetime.datetime.now().strftime("%Y-%m-%d_%H-%M-%S_%f")
    folder = workspace.folder / BACKUPS / week / now
    folder.mkdir(parents=True)
    return Path(shutil.copyfile(path, folder / path.name))


def known_as(cell: Cell) -> str:
    """What the course calls a cell, else the cell's own id."""
    return id_of(cell) or str(cell.get("id", ""))


def ids_of(cells: Sequence[Cell], released: Sequence[Cell]) -> list[str | None]:
    """What the release calls each of her cells, recognised as grading does it; None for one of her own."""
    read = [one for cell in cells if (one := read_cell(cell)) is not None]  # `read_notebook` lets no other through
    found = recognise(read, [_known(cell) for cell in released])
    for cell in released:
        if known_as(cell) not in found and not is_answer(cell) and len(cell["source"]) > SHORT:
            _mended(cell, cells, found)
    return found


def _mended(released: Cell, cells: Sequence[Cell], found: list[str | None]) -> None:
    """A cell of hers without marks that says nearly what the release says is its older version."""
    alike = difflib.SequenceMatcher(b=released["source"], autojunk=False)
    for place, cell in enumerate(cells):
        if found[place] is None and cell["cell_type"] == released["cell_type"] and not cell["metadata"]:
            alike.set_seq1(cell["source"])
            if alike.real_quick_ratio() > ALIKE and alike.quick_ratio() > ALIKE and alike.ratio() > ALIKE:
                found[place] = known_as(released)
                return


def _known(cell: Cell) -> Known:
    text = str(cell["source"])
    names = named_in(text) if is_answer(cell) else frozenset[str]()
    return Known(known_as(cell), str(cell.get("id", "")), frozenset([plain(text)]), names)
