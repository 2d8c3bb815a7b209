"""Long outputs are cut as nbgrader's step LimitOutput cuts them. Importing that step takes a helper a second of its own, in
every class in which somebody prints much; a test holds the two to the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbformat import NotebookNode

USUAL = {"max_lines": 1000, "max_traceback": 100}


def cut(notebook: NotebookNode, settings: Mapping[str, Any]) -> None:
    """Cut a notebook's outputs in place; `settings` are the step's own, -1 is no limit."""
    limits = {**USUAL, **settings}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        if limits["max_lines"] != -1:
            _streams(cell, limits["max_lines"])
        if limits["max_traceback"] != -1:
            _tracebacks(cell, limits["max_traceback"])


def _streams(cell: NotebookNode, most: int) -> None:
    """The lines of all streams of a cell count together."""
    length, kept = 0, []
    for output in cell.outputs:
        if output.output_type == "stream":
            if length == most:
                continue
            lines = output.text.split("\n")
            if length + len(lines) > most:
                lines = [*lines[: most - length - 1], "... Output truncated ..."]
            length += len(lines)
            output.text = "\n".join(lines)
        kept.append(output)
    cell.outputs = kept


def _tracebacks(cell: NotebookNode, most: int) -> None:
    for output in cell.outputs:
        if output.output_type == "error" and len(output.traceback) > most:
            start = most // 2
            end = most - start - 1
            output.traceback = [*output.traceback[:start], "... Traceback truncated ...", *output.traceback[-end:]]
