"""Our steps in nbgrader's generate_feedback: no hidden source in a page, and the page itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import default

from autograder.grading import timestamps
from autograder.grading.page.feedback import render
from autograder.grading.page.hide import hide_cell


class HideTests(NbGraderPreprocessor):  # type: ignore[misc]
    """Takes hidden regions out of test cells."""

    def preprocess_cell(self, cell: NotebookNode, resources: Any, index: int) -> tuple[NotebookNode, Any]:
        """Hide one cell's hidden region."""
        hide_cell(cell)
        return cell, resources


class FeedbackPage(Exporter):
    """Turns an autograded notebook into its feedback page; nbgrader writes it where it always writes."""

    export_from_notebook = "Feedback page"
    output_mimetype = "text/html"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    def from_notebook_node(self, nb: NotebookNode, resources: Any = None, **_: Any) -> tuple[Any, dict[str, Any]]:
        """Render the page."""
        made, found = super().from_notebook_node(nb, resources)
        return render(made, found, _handed_in(found)), found


def _handed_in(resources: dict[str, Any]) -> str:
    """When it was handed in, as the exchange wrote it down."""
    path = Path(resources.get("metadata", {}).get("path") or ".") / timestamps.FILE
    try:
        return path.read_text(encoding="ascii")
    except (OSError, ValueError):
        return ""
