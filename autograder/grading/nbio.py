"""nbformat's functions with types: reading a notebook that is known to be good, writing one, making cells."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode, v4


def load(path: Path) -> NotebookNode:
    """Read a notebook of the course's, or one that intake has made valid."""
    found: NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    return found


def load_shared(path: Path) -> NotebookNode:
    """The same, read once for a whole class: to be looked at, never changed."""
    return _shared(path.read_text(encoding="utf-8"))


@functools.lru_cache(maxsize=8)
def _shared(text: str) -> NotebookNode:
    return reads(text)


def reads(text: str) -> NotebookNode:
    """Read such a notebook from its text."""
    found: NotebookNode = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
    return found


def reads_plain(text: str) -> NotebookNode:
    """Read a notebook that intake or the builder has written: it need not be validated again."""
    found: NotebookNode = v4.reads(text)  # type: ignore[no-untyped-call]
    return found


def dumps_unchecked(notebook: NotebookNode) -> str:
    """The same text as `dumps` gives, of a notebook that the engine has made itself: it need not be validated again."""
    return str(v4.writes(notebook, indent=1, ensure_ascii=False)) + "\n"  # type: ignore[no-untyped-call]


def dumps(notebook: NotebookNode) -> str:
    """A notebook's text, as it stands in a file."""
    return str(nbformat.writes(notebook)) + "\n"  # type: ignore[no-untyped-call]


def convert(raw: dict[str, Any]) -> dict[str, Any]:
    """A notebook of an old format in the format of today. Raises whatever the converter stumbles over."""
    return dict(nbformat.convert(nbformat.from_dict(raw), 4))  # type: ignore[no-untyped-call]


def make_notebook(cells: list[NotebookNode], metadata: dict[str, Any]) -> NotebookNode:
    """A notebook in the format of today."""
    made: NotebookNode = v4.new_notebook(metadata=metadata, cells=cells)  # type: ignore[no-untyped-call]
    return made


def make_cell(kind: str, source: str, metadata: dict[str, Any], id: str) -> NotebookNode:
    """A cell: code, markdown or raw. nbformat's own makers validate each one; the whole is validated when it is written."""
    code: dict[str, Any] = {"execution_count": None, "outputs": []} if kind == "code" else {}
    cell = {"cell_type": kind, "id": id, "metadata": metadata, "source": source, **code}
    made: NotebookNode = nbformat.from_dict(cell)  # type: ignore[no-untyped-call]
    return made
