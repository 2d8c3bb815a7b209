"""Nothing of a hidden test's text gets onto a feedback page: nbgrader shows its source, and its lines in tracebacks."""

from __future__ import annotations

import re

from nbformat import NotebookNode

from autograder.notebook.regions import BEGIN_HIDDEN, hidden_lines, without_hidden

_ANSI = re.compile(r"\x1b\[[0-9;]*m")


def hide_cell(cell: NotebookNode) -> None:
    """Take the hidden region out of a test cell, and what fails in it down to its first line."""
    if cell.cell_type != "code" or BEGIN_HIDDEN not in cell.source:
        return
    hidden = hidden_lines(cell.source)
    cell.source = without_hidden(cell.source).strip("\n")
    for output in cell.outputs:
        if output.output_type == "error":
            _hide_error(output, hidden)
        elif output.output_type == "stream":
            output.text = "".join(line for line in output.text.splitlines(keepends=True) if not _shows(line, hidden))


def _shows(line: str, hidden: list[str]) -> bool:
    bare = _ANSI.sub("", line)
    return any(one in bare for one in hidden)


def _hide_error(output: NotebookNode, hidden: list[str]) -> None:
    """An error whose traceback goes through the region keeps its name and the first line of its message."""
    if not any(_shows(line, hidden) for line in [*output.traceback, output.evalue]):
        return
    first = output.evalue.strip().split("\n")[0][:300]
    if _shows(first, hidden):
        first = ""
    output.evalue = first
    output.traceback = ["a hidden test failed", f"{output.ename}: {first}" if first else output.ename]
