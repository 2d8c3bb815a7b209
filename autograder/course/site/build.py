"""The site, built by Sphinx with MyST's Markdown and the theme Furo, from the releases alone."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from autograder.course.faults import LessonError
from autograder.course.places import Course
from autograder.course.site.outputs import outputs
from autograder.course.site.text import index_text, title_of, week_text
from autograder.course.translate import file_of, translated

SECONDS = 600  # that Sphinx may take
WEB = Path(__file__).parent / "web"
TITLE = "Twenty Weeks of Deep Learning"
KEPT = ".drawn"  # in the site's folder: what the cells show, until something changes that it is made of
SAYS = (
    "A workbook in Jupyter: deep learning from arrays up, in NumPy, a week at a time. This is its reading edition: "
    "the lessons with their pictures, many of which move. The exercises are answered in the notebooks, where each check says "
    "at once which property of a right answer is missing. There are no solutions here.",
)
WORDS = {"week": "week", "exercises": "you build", "minutes": "minutes"}
_NOTEBOOK = "{{download}}`The notebook <{week}/{week}.ipynb>`, with what lies beside it: `release/{week}`."

_SETTINGS = {
    "project": TITLE,
    "copyright": "the authors; prose and pictures CC BY 4.0, code MIT",
    "html_title": TITLE,
    "html_theme": "furo",
    "extensions": ["myst_parser", "autograder.course.site.mathml"],
    "html_math_renderer": "mathml",
    "myst_enable_extensions": ["dollarmath", "amsmath"],
    "myst_heading_anchors": 3,
    "suppress_warnings": ["myst.header"],  # a week's headings may leave a level out
    "html_static_path": [str(WEB)],
    "html_css_files": ["site.css"],
    "html_js_files": ["site.js"],
    "html_copy_source": False,
    "html_show_sourcelink": False,
    "html_show_sphinx": False,
    "pygments_style": "friendly",
    "pygments_dark_style": "native",
    "highlight_language": "python",
    "html_use_index": False,
}


def build_site(course: Course, weeks: Sequence[str], out: Path, language: str = "") -> Iterator[str]:
    """Write the site of these weeks into `out`; gives a line for each week as it goes.

    Parameters
    ----------
    language : of the weeks' translations; empty for the original. A paragraph that is not translated is left as it is.

    Raises
    ------
    LessonError
        Where a cell does not run, or Sphinx warns of something in a text.
    """
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="site-") as scratch:
        source = Path(scratch).resolve() / "source"
        source.mkdir()
        rows = []
        for week in weeks:
            notebook = (course.release / week / f"{week}.ipynb").read_text(encoding="utf-8")
            far = ""
            if language and file_of(course, week, language).is_file():
                notebook, told = translated(course, week, language)
                far = f"; {told}"
            lesson, folder = course.lesson(week), source / week
            folder.mkdir()
            shown = outputs(course, week, out / KEPT, notebook)
            (folder / f"{week}.ipynb").write_text(notebook, encoding="utf-8")
            text = week_text(notebook, shown, folder, {"notebook": _NOTEBOOK.format(week=week)})
            (source / f"{week}.md").write_text(text, encoding="utf-8")
            built = ", ".join(f"`{exercise.id}`" for exercise in lesson.exercises)
            title = title_of(notebook) or lesson.title
            rows.append((week, title, built, lesson.minutes))
            yield f"{week}: {len(shown)} pictures and guesses{far}"
        (source / "index.md").write_text(index_text(TITLE, SAYS, rows, WORDS), encoding="utf-8")
        _sphinx(source, Path(scratch) / "doctrees", out, language or "en")


def _sphinx(source: Path, doctrees: Path, out: Path, language: str) -> None:
    """Run Sphinx; what it warns of is refused, with the page and the line."""
    for path in out.iterdir():
        if path.name != KEPT:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    settings = {**_SETTINGS, "language": language}
    written = "".join(f"{name} = {value!r}\n" for name, value in settings.items())
    (source.parent / "conf.py").write_text(written, encoding="utf-8")  # a theme's own settings are known in a file alone
    # In a process of its own: Sphinx keeps what it was told of extensions for as long as a process lives.
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-E", "-q", "-N", "-c", str(source.parent), "-d", str(doctrees)]
    done = subprocess.run([*command, str(source), str(out)], capture_output=True, text=True, timeout=SECONDS)
    (out / ".buildinfo").unlink(missing_ok=True)
    shutil.rmtree(out / "_sources", ignore_errors=True)
    lines = [line.replace(f"{source}/", "") for line in done.stderr.splitlines() if line.strip()]
    if lines or done.returncode:
        said = "; ".join(lines[:5]) or f"ended with {done.returncode}"
        raise LessonError.one(source.parent, 1, f"Sphinx: {said}", "mend that text in lesson.py, or its release")
