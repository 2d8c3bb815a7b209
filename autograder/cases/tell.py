"""`tell("log_loss")`: what the authors need to look into a verdict that seems wrong, in one file beside the notebook."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from autograder.cases.journal import Journal
from autograder.cases.model import Report
from autograder.cases.report import as_text

PACKAGES = ("autograder", "numpy", "matplotlib", "hypothesis", "ipykernel", "jupyterlab")


def write(report: Report, names: Sequence[str], journal: Journal, folder: Path) -> Path:
    """Write the file and give its path.

    Parameters
    ----------
    report : the exercise's last report.
    names : what the learner writes for it; the cells that defined them last stand in the file.
    folder : where it is written; a file of the same name is replaced.
    """
    cells = dict.fromkeys(journal.last[name].source for name in names if name in journal.last)
    parts = [
        f"# A verdict on `{report.exercise}` that I do not understand",
        "What I think is right, and why: (please write a sentence or two here)",
        "## What the check said",
        f"```\n{as_text(report, hidden=False)}\n```",
        "## My answer",
        *(f"```python\n{source}\n```" for source in cells),
        "## Versions",
        "\n".join(f"- {line}" for line in _versions()),
    ]
    path = folder / f"about_{report.exercise}.md"
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    return path


def _versions() -> list[str]:
    found = [f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"]
    for name in PACKAGES:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            found.append(f"{name} is not installed")
    return found
