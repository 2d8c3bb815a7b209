"""A page a week under docs/weeks/, for GitHub and file browsers: the release as Markdown, with its pictures.

A release notebook itself has no pictures: plain nbgrader clears all outputs, and a release is what plain nbgrader makes.
The pictures are drawn anew only when something has changed that they are drawn from; then the page's text follows from the
release and from what was drawn, so that it can be checked byte for byte without drawing.
"""

from __future__ import annotations

import hashlib
import html
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from autograder.course.closing import SCORE
from autograder.course.faults import LessonError
from autograder.course.places import Course

SECONDS = 300  # that a week's pictures may take
#: what all pictures are drawn by
_DRAWN_BY = ("controls.py", "explorer.py", "paint.py", "parts.py", "picture.py", "style.py")
_LOOK = Path(__file__).parents[1] / "explore"


def write_pages(course: Course, week: str) -> None:
    """Write a week's page, if the course has pages (a folder docs/weeks) and something has changed.

    Raises
    ------
    LessonError
        Where a picture of the release cannot be drawn.
    """
    if not course.pages.is_dir():
        return
    folder, made_from = course.pages / week, origin(course, week)
    if _made_from(folder) != made_from or _broken(folder):
        with tempfile.TemporaryDirectory(prefix="pages-") as scratch:
            drawn = Path(scratch).resolve()
            _draw(course, week, drawn)
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(drawn, folder)
    (folder / "README.md").write_text(page(course, week, _shown(folder), made_from), encoding="utf-8", newline="\n")


def stale_pages(course: Course, week: str) -> list[str]:
    """What differs between a week's page and what it is made from, a line a file."""
    if not course.pages.is_dir():
        return []
    folder, made_from = course.pages / week, origin(course, week)
    if _made_from(folder) != made_from:
        return [f"docs/weeks/{week}: drawn from something older"]
    text = page(course, week, _shown(folder), made_from)
    stale = [] if (folder / "README.md").read_text(encoding="utf-8") == text else [f"docs/weeks/{week}/README.md: stale"]
    return stale + [f"docs/weeks/{week}/{name}: not as it was drawn" for name in _broken(folder)]


def origin(course: Course, week: str) -> str:
    """A digest of all that a week's pictures are drawn from: the cells that give and show, what lies beside them, our looks.

    Data and libraries are not in it: they change rarely, and a picture that is a shade different is still right. Nor is the
    builder's cell of a studio's score, which has no picture.
    """
    release = course.release / week
    beside = sorted(release.glob("*.py"))
    cells = json.loads((release / f"{week}.ipynb").read_text(encoding="utf-8"))["cells"]
    run = ["".join(cell["source"]) for cell in cells if cell["metadata"].get("autograder", {}).get("role") in ("given", "show")]
    run = [source for source in run if not source.startswith(SCORE.partition("{")[0])]
    texts = ["\0".join(run).encode(), *(path.read_bytes() for path in (*beside, *(_LOOK / name for name in _DRAWN_BY)))]
    return hashlib.sha256(b"\0".join(texts)).hexdigest()


def page(course: Course, week: str, shown: dict[str, Any], made_from: str) -> str:
    """The release as Markdown: text as it is, code in fences, pictures where they are shown."""
    notebook = json.loads((course.release / week / f"{week}.ipynb").read_text(encoding="utf-8"))
    parts = [f"<!-- Made by `make build` from release/{week}; drawn from {made_from} -->"]
    for cell in notebook["cells"]:
        source = "".join(cell["source"]).strip()
        role = cell["metadata"].get("autograder", {}).get("role")
        if cell["cell_type"] == "markdown":
            parts.append(source)
        elif cell["id"] in shown:
            parts.append(_picture(cell["id"], shown[cell["id"]]))
        elif role not in ("hidden", "show") and source:
            parts.append(f"```python\n{source}\n```")
    return "\n\n".join(parts) + "\n"


def _picture(name: str, told: dict[str, Any]) -> str:
    if "says" in told:
        return "> " + str(told["says"]).replace("\n", "  \n> ")
    return f'<img src="{name}.png" width="{told["width"]}" alt="{html.escape(told["alt"])}">'


def _draw(course: Course, week: str, out: Path) -> None:
    """Draw a week's pictures in a process of its own."""
    release = course.release / week
    with tempfile.TemporaryDirectory(prefix="drawing-") as scratch:
        copy = Path(scratch).resolve() / week
        shutil.copytree(release, copy, ignore=shutil.ignore_patterns(".*", "__pycache__"))
        command = [sys.executable, "-m", "autograder.course.drawn", str(copy / f"{week}.ipynb"), str(out)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    if done.returncode:
        raise amiss(course, week, done.stderr)


def amiss(course: Course, week: str, stderr: str) -> LessonError:
    """What could not be drawn, at the line of the week's text where it is mended."""
    last = stderr.strip().splitlines()[-1] if stderr.strip() else "no word"
    mend = (
        "correct that line; a show cell must run when nothing is answered, and an explorer of the learner's functions then waits"
    )
    try:
        told = json.loads(last)
    except ValueError:
        return LessonError.one(course.folder(week) / "explore.py", 1, f"a picture could not be drawn ({last})", mend)
    file, line = course.folder(week) / (told["file"] or "lesson.py"), told["line"]
    if not told["file"]:
        cell = next((cell for cell in course.lesson(week).cells if cell.id == told["cell"]), None)
        line = cell.line + line - 1 if cell else 1
    return LessonError.one(file, line, f"the cell {told['cell']} does not run: {told['said']}", mend)


def _shown(folder: Path) -> dict[str, Any]:
    """What each show cell shows, as it was drawn."""
    shown: dict[str, Any] = json.loads((folder / "pictures.json").read_text(encoding="utf-8"))
    return shown


def _made_from(folder: Path) -> str:
    """The digest on a page; empty where there is no page."""
    path = folder / "README.md"
    first = path.read_text(encoding="utf-8").partition("\n")[0] if path.is_file() else ""
    return first.removesuffix(" -->").rpartition(" ")[2]


def _broken(folder: Path) -> list[str]:
    """Pictures that are missing, left over, or other than they were drawn."""
    if not (folder / "pictures.json").is_file():
        return ["pictures.json"]
    want = {f"{name}.png": told["sha256"] for name, told in _shown(folder).items() if "sha256" in told}
    have = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.png")}
    return sorted(name for name in want.keys() | have.keys() if want.get(name) != have.get(name))
