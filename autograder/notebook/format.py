"""nbformat's functions with types: reading a notebook that is known to be good, writing one, making cells."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode, v4
from nbformat.v4.rwbase import rejoin_lines, strip_transient


def load(path: Path) -> NotebookNode:
    """Read a notebook of the course's, or one that intake has made valid."""
    found: NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    return found


def reads(text: str) -> NotebookNode:
    """Read such a notebook from its text."""
    found: NotebookNode = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
    return found


def reads_plain(text: str) -> NotebookNode:
    """Read a notebook that intake or the builder has written: it need not be validated again.

    What nbformat's own reader gives, in a third of its time: it walks the notebook a second time to make nodes of dicts.
    """
    found: NotebookNode = json.loads(text, object_hook=NotebookNode)
    return strip_transient(rejoin_lines(found))  # type: ignore[no-untyped-call, no-any-return]


def dumps_unchecked(notebook: NotebookNode) -> str:
    """A notebook's text as nbformat writes it, of one that the engine has made itself: it need not be validated again."""
    return str(v4.writes(notebook, indent=1, ensure_ascii=False)) + "\n"  # type: ignore[no-untyped-call]


def dumps_compact(notebook: NotebookNode) -> str:
    """The same content on one line, for a file that programs read: where nothing is indented, C writes it, ten times as fast."""
    return json.dumps(notebook, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


def convert(raw: dict[str, Any]) -> dict[str, Any]:
    """A notebook of an old format in the format of today. Raises whatever the converter stumbles over."""
    return dict(nbformat.convert(nbformat.from_dict(raw), 4))  # type: ignore[no-untyped-call]


def make_notebook(cells: list[NotebookNode], metadata: dict[str, Any]) -> NotebookNode:
    """A notebook in the format of today. Nothing is validated: who calls this makes each part what it should be."""
    made = _node({"metadata": metadata, "nbformat": v4.nbformat, "nbformat_minor": v4.nbformat_minor})
    made["cells"] = cells
    return made


def make_cell(kind: str, source: str, metadata: dict[str, Any], id: str) -> NotebookNode:
    """A cell: code, markdown or raw."""
    code: dict[str, Any] = {"execution_count": None, "outputs": []} if kind == "code" else {}
    return _node({"cell_type": kind, "id": id, "metadata": metadata, "source": source, **code})


def _node(raw: dict[str, Any]) -> NotebookNode:
    made: NotebookNode = nbformat.from_dict(raw)  # type: ignore[no-untyped-call]
    return made
