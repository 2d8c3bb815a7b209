"""Cells of an executed notebook as HTML that can do nothing: text, code, pictures, and frames without rights."""

from __future__ import annotations

import base64
import copy
import functools
import html
import re
from dataclasses import dataclass, field
from typing import Any

import mistune
from markupsafe import Markup
from nbformat import NotebookNode
from pygments import highlight  # type: ignore[import-untyped]
from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped]
from pygments.lexers import PythonLexer  # type: ignore[import-untyped]

from autograder.grading.judge.result import COURSE
from autograder.notebook import NOT_RUN
from autograder.notebook.cells import is_test
from autograder.timelimit import TimeUp, limit

PICTURES = {"image/png": "image/png", "image/jpeg": "image/jpeg", "image/gif": "image/gif"}
LONGEST = 200_000  # characters of one text output on a page
LONGEST_TEXT, LONGEST_CODE = 20_000, 100_000  # characters of a cell that are laid out
CELL = 2.0  # seconds of one cell: a thousand times what one takes
PLAIN = "plain"  # mark of a cell that is shown as it was written
SHORT = 5_000  # characters of a cell whose coloured form is kept
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass
class Shown:
    """One cell on the page.

    Attributes
    ----------
    kind : "code", "text", "heading" (of a text that the course wrote) or "test".
    anchor : its name on the page; `of` is the exercise whose test it is.
    """

    kind: str
    body: Markup
    anchor: str = ""
    of: str = ""
    score: float = 0.0
    points: float = 0.0
    outputs: list[Markup] = field(default_factory=list)


def cells(nb: NotebookNode, exercises: set[str], plain: bool = False) -> list[Shown]:
    """The cells of a notebook; a test of one of the `exercises` refers to that exercise's own table.

    Parameters
    ----------
    plain : text stands there as it was written: where laying it out took too long, or too much memory.
    """
    return [one for cell in nb.cells if (one := _in_time(cell, exercises, plain)) is not None]


def _in_time(cell: NotebookNode, exercises: set[str], plain: bool) -> Shown | None:
    """A cell that takes too long to be laid out is shown plain, and the others are not."""
    if not plain:
        try:
            with limit(CELL):
                return _cell(cell, exercises)
        except TimeUp:
            pass
    bare = copy.copy(cell)
    bare.metadata = copy.copy(cell.metadata)
    bare.metadata[PLAIN] = True
    return _cell(bare, exercises)


def _cell(cell: NotebookNode, exercises: set[str]) -> Shown | None:
    plain = bool(cell.metadata.get(PLAIN))
    settings = cell.metadata.get("nbgrader", {})
    if cell.cell_type != "code":
        return _text(cell, plain)
    anchor = f"cell-{settings['grade_id']}" if settings.get("grade_id") else ""
    if is_test(cell):
        name = settings["grade_id"].partition("_")[2]
        of = name if name in exercises else ""
        outputs = [] if of and not any(o.output_type == "error" for o in cell.outputs) else _outputs(cell)
        score, points = float(settings.get("score") or 0.0), float(settings.get("points") or 0.0)
        return Shown("test", code(cell.source, plain), anchor, of, score, points, outputs)
    skipped = cell.metadata.get("autograder", {}).get("role") in NOT_RUN and cell.get("execution_count") is None
    if skipped or not cell.source.strip():
        return None
    return Shown("code", code(cell.source, plain), anchor, outputs=_outputs(cell))


def _text(cell: NotebookNode, plain: bool) -> Shown | None:
    if cell.metadata.get("autograder", {}).get(COURSE) and not plain:
        headings = [line for line in cell.source.splitlines() if re.match(r"#{1,4} ", line)]
        return Shown("heading", markdown("\n\n".join(headings))) if headings else None
    return Shown("text", markdown(cell.source, plain)) if cell.source.strip() else None


def markdown(source: str, plain: bool = False) -> Markup:
    """Text in Markdown; HTML in it is shown as text. Very long text, and with `plain` any, is not laid out."""
    if plain or len(source) > LONGEST_TEXT:
        return _pre(source, "plain")
    return Markup(str(_reader()(source.replace("&nbsp;", " "))))


@functools.cache
def _reader() -> mistune.Markdown:
    return mistune.create_markdown(escape=True, plugins=["table", "strikethrough"])


@functools.cache
def _formatter() -> Any:
    return HtmlFormatter(cssclass="source", style="default")


@functools.lru_cache(256)  # the course's own cells stand on everybody's page
def _short(source: str) -> Markup:
    return _coloured(source)


def code(source: str, plain: bool = False) -> Markup:
    """Python with its colours; very long code, and with `plain` any, without."""
    if plain or len(source) > LONGEST_CODE:
        return _pre(source, "plain")
    return _short(source) if len(source) <= SHORT else _coloured(source)


def _coloured(source: str) -> Markup:
    return Markup(highlight(source, PythonLexer(), _formatter()))


@functools.cache
def style() -> Markup:
    """The style sheet of the colours."""
    return Markup(_formatter().get_style_defs(".source"))


def _outputs(cell: NotebookNode) -> list[Markup]:
    return [made for output in cell.outputs if (made := _output(output))]


def _output(output: NotebookNode) -> Markup:
    if output.output_type == "stream":
        return _pre(output.text, "stderr" if output.name == "stderr" else "stdout")
    if output.output_type == "error":
        return _pre("\n".join(output.traceback) or f"{output.ename}: {output.evalue}", "error")
    data = output.get("data", {})
    for kind, type_ in PICTURES.items():
        if isinstance(data.get(kind), str) and (picture := _base64(data[kind])):
            return Markup(f'<img alt="{_words(output, kind)}" src="data:{type_};base64,{picture}">')
    if isinstance(data.get("image/svg+xml"), str):
        drawn = base64.b64encode(data["image/svg+xml"].encode()).decode()
        return Markup(f'<img alt="{_words(output, "image/svg+xml")}" src="data:image/svg+xml;base64,{drawn}">')
    if isinstance(data.get("text/html"), str):
        return _frame(data["text/html"])
    text: Any = data.get("text/plain", "")
    return _pre(text, "result") if isinstance(text, str) else Markup()


def _words(output: NotebookNode, kind: str) -> str:
    """A picture's own words, as our explorers write them beside it; a general text for one that says nothing."""
    about: Any = output.get("metadata", {}).get(kind)
    alt = about.get("alt") if isinstance(about, dict) else None
    return html.escape(alt) if isinstance(alt, str) and alt.strip() else "a picture that this cell drew"


def _pre(text: str, kind: str) -> Markup:
    bare = _ANSI.sub("", text)
    if len(bare) > LONGEST:
        bare = bare[:LONGEST] + "\n(cut here)"
    return Markup(f'<pre class="{kind}">{html.escape(bare)}</pre>') if bare.strip() else Markup()


def _base64(text: str) -> str:
    bare = "".join(text.split())
    return bare if re.fullmatch(r"[A-Za-z0-9+/]*={0,2}", bare) else ""


def _frame(page: str) -> Markup:
    """HTML of the learner's own: in a frame without scripts, forms, or a way out."""
    height = min(600, 60 + 24 * (page.count("<tr") + page.count("<br") + page.count("<p")))
    return Markup(f'<iframe sandbox="" style="height:{height}px" srcdoc="{html.escape(page[:LONGEST])}"></iframe>')
