"""What of a week is open: the last cell of every notebook asks, and the checks that were run answer."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.cases.causes import outline
from autograder.cases.model import Report


class Open:
    """A week's exercises and what the last check of each said: plain text in a terminal, a table in a notebook.

    Parameters
    ----------
    exercises : what week.json has of them, in the order of the week.
    reports : the last report of each exercise that was checked, by id.
    """

    def __init__(self, exercises: list[dict[str, Any]], reports: Mapping[str, Report]) -> None:
        self.rows = [(one["id"], *_state(reports.get(one["id"]), one.get("kind") == "studio")) for one in exercises]

    def __repr__(self) -> str:
        """A line an exercise."""
        wide = max((len(id) for id, _, _ in self.rows), default=0)
        return "\n".join(f"{mark} {id:{wide}}  {said}" for id, mark, said in self.rows) or "There is no exercise here."

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><td style="text-align:left">{mark}</td><td style="text-align:left"><b>{html.escape(id)}</b></td>'
            f'<td style="text-align:left">{html.escape(said)}</td></tr>'
            for id, mark, said in self.rows
        )
        return f'<table style="font-size:90%"><tbody>{rows}</tbody></table>'


def _state(report: Report | None, studio: bool) -> tuple[str, str]:
    """A mark and a few words."""
    if report is None:
        return "○", "not checked since the notebook was opened"
    if report.trouble:
        return "✗", report.trouble
    visible = [verdict for verdict in report.verdicts if not verdict.hidden]
    if visible and not outline(visible).begun:
        return "○", "not begun"
    holding = sum(verdict.holds for verdict in visible)
    if holding < len(visible):
        return "✗", f"{holding} of {len(visible)} properties hold"
    return "✓", "it keeps its rules; your band comes when you hand in" if studio else "all that is checked here holds"


def read(folder: Path, reports: Mapping[str, Report]) -> Open:
    """What is open of the week in a folder; nothing is known of a folder that is no week's."""
    path = folder / "week.json"
    exercises = json.loads(path.read_text(encoding="utf-8"))["exercises"] if path.is_file() else []
    return Open(exercises, reports)
