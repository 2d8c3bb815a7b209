"""The HTML of a picture, with or without saved frames: it needs no kernel and no library, and its words need no script."""

from __future__ import annotations

import functools
import html
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from autograder.explore.controls import Control
from autograder.explore.paint import Shot

WEB = Path(__file__).parent / "web"
At = tuple[int, ...]
HINT = "Saved pictures{one}. In JupyterLab, run the cell (Shift+Enter) for every value."
ALONE = "A saved picture. In JupyterLab, run the cell (Shift+Enter) to {do}."


@functools.cache
def asset(name: str) -> str:
    """A file of web/, without its comments and its margins: it lies in every output."""
    text = (WEB / name).read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL) if name.endswith(".css") else re.sub(r"(?m)(^|\s)//.*$", "", text)
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def script(name: str) -> str:
    """A script of web/ with the row of controls that both share."""
    return asset("controls.js") + "\n" + asset(name)


def still(shot: Shot, hint: str = "") -> str:
    """A picture with its words, or the text that stands in its place; below it a hint, if there is one."""
    below = f'<p class="wb-hint">{hint}</p>' if hint and shot.data else ""
    return f'<figure class="wb"><style>{asset("explorer.css")}</style>{inside(shot)}{below}</figure>'


def inside(shot: Shot) -> str:
    """What stands in the figure: the picture in a frame that scrolls sideways on a narrow page."""
    if not shot.data:
        return f'<p class="wb-told">{marked(shot.alt)}</p>'
    boxes = "".join(f'<i class="wb-keep" style="{placed(*box)}"></i>' for box in shot.keep)
    # The white ground is for readers without our style sheet; the style sheet takes it away.
    image = (f'<img alt="{html.escape(shot.alt)}" width="{shot.width}" height="{shot.height}" style="background:white" '
             f'src="{shot.uri}">')  # fmt: skip
    return f'<div class="wb-scroll"><div class="wb-pic">{image}{boxes}</div></div>'


def placed(left: float, top: float, width: float, height: float, outline: str = "") -> str:
    """Where a box lies that a dark theme must leave alone."""
    return f"left:{left}%;top:{top}%;width:{width}%;height:{height}%" + (f";clip-path:{outline}" if outline else "")


def marked(text: str) -> str:
    """A text as HTML: `names` as code, new lines kept."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text, quote=False)).replace("\n", "<br>")


def turning(first: Shot, controls: Sequence[Control], frames: Mapping[At, Shot], words: str, drag: bool = False) -> str:
    """A picture, and controls that turn over saved frames.

    Parameters
    ----------
    first : the picture at the start.
    frames : pictures at other values, by the controls' positions.
    words : what all their alternative texts begin with; it is written once.
    drag : whether there are points to drag, where a kernel answers.
    """
    start = tuple(control.start for control in controls)
    others = {at: shot for at, shot in frames.items() if at != start and shot.data}
    if not others or not first.data:
        do = " and ".join(["choose"] * bool(controls) + ["drag the points"] * drag)
        return still(first, ALONE.format(do=do) if do else "")
    cut = len(words) if all(shot.alt.startswith(words) for shot in (first, *others.values())) else 0
    told = {
        "controls": [control.page() | {"have": reachable(i, start, others)} for i, control in enumerate(controls)],
        "words": words[:cut],
        "frames": {",".join(map(str, at)): [shot.uri[11:], shot.alt[cut:]] for at, shot in others.items()},
    }
    one = "" if len(controls) < 2 or len(others) + 1 == product(controls) else ", one control at a time"
    data = json.dumps(told, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")
    # The script stands in braces of its own: a page has several, and their names must not meet.
    return (
        f'<figure class="wb"><style>{asset("explorer.css")}</style>'
        f'<div class="wb-row"></div>{inside(first)}<script type="application/json">{data}</script>'
        f'<script>{{{script("page.js")}}}</script><p class="wb-hint">{HINT.format(one=one)}</p></figure>'
    )


def product(controls: Sequence[Control]) -> int:
    """How many pictures there are in all."""
    many = 1
    for control in controls:
        many *= len(control.values)
    return many


def reachable(i: int, start: At, frames: Mapping[At, Any]) -> list[int]:
    """The positions of control `i` that have a frame while the others stand at their start."""
    return sorted({start[i]} | {at[i] for at in frames if (*at[:i], start[i], *at[i + 1 :]) == start})


def bundle(page: str, shot: Shot) -> dict[str, Any]:
    """An output: the HTML, the PNG beside it for print and for pages that take no HTML, and the words."""
    data: dict[str, Any] = {"text/html": page, "text/plain": shot.alt}
    if shot.paper:
        data["image/png"] = shot.paper
    return data


def metadata(shot: Shot) -> dict[str, Any]:
    """The PNG's width and words, where there is one."""
    return {"image/png": {"width": shot.width, "alt": shot.alt}} if shot.paper else {}
