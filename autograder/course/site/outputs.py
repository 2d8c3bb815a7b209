"""What a week's show and guess cells show, drawn once and kept until something changes that it is drawn from."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from autograder.course import pages
from autograder.course.places import Course

SECONDS = 600  # that a week's pictures, with their frames, may take
_LOOK = Path(__file__).parents[2] / "explore"


def outputs(course: Course, week: str, kept: Path, notebook: str) -> dict[str, str]:
    """The HTML of each cell that shows something, by the cell's id.

    Parameters
    ----------
    kept : a folder for what was drawn before.
    notebook : the release's notebook, as JSON: the course's own, or its translation.

    Raises
    ------
    LessonError
        Where a show cell does not run on the release as it is.
    """
    at = kept / f"{week}-{_digest(course, week, notebook)}.json"
    if not at.is_file():
        for old in kept.glob(f"{week}-*.json"):
            old.unlink()
        drawn = _draw(course, week, notebook)
        kept.mkdir(parents=True, exist_ok=True)
        at.write_text(drawn, encoding="utf-8")
    found: dict[str, str] = json.loads(at.read_text(encoding="utf-8"))
    return found


def _digest(course: Course, week: str, notebook: str) -> str:
    """Of all that the outputs are made of, but for data and libraries."""
    cells = [cell for cell in json.loads(notebook)["cells"] if cell["cell_type"] == "code"]
    beside = [*sorted((course.release / week).glob("*.py")), *sorted(_LOOK.glob("*.py")), *sorted((_LOOK / "web").glob("*.*"))]
    texts = [json.dumps([cell["source"] for cell in cells]).encode(), *(path.read_bytes() for path in beside)]
    return hashlib.sha256(b"\0".join(texts)).hexdigest()[:20]


def _draw(course: Course, week: str, notebook: str) -> str:
    with tempfile.TemporaryDirectory(prefix="site-") as scratch:
        copy = Path(scratch).resolve() / week
        shutil.copytree(course.release / week, copy, ignore=shutil.ignore_patterns(".*", "__pycache__"))
        (copy / f"{week}.ipynb").write_text(notebook, encoding="utf-8")
        command = [sys.executable, "-m", "autograder.course.site.drawn", str(copy / f"{week}.ipynb")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    if done.returncode:
        raise pages.amiss(course, week, done.stderr)
    return done.stdout.splitlines()[-1]
