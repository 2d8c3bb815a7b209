"""Run by `outputs` in a process of its own: what a release shows when nothing is answered, as HTML that needs no kernel."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from autograder import datafiles
from autograder.course.drawn import shown_by
from autograder.explore import Explorer, Picture
from autograder.explore.guess import Guess

RUN = ("given", "guess", "answer", "studio", "try", "show")
SHOWN = ("guess", "show")


def html_of(value: Any) -> str:
    """What is kept of a value that a cell shows: explorers with their saved frames, pictures, guesses; nothing of others."""
    if isinstance(value, Explorer):
        value.first()
        for _ in value.prepare():
            pass
        return str(value.bundle()["text/html"])
    if isinstance(value, Picture):
        return str(value._repr_mimebundle_()[0]["text/html"])
    return value._repr_html_() if isinstance(value, Guess) else ""


def public_alone() -> None:
    """A site is for everybody: what studios are judged on is not there while it is drawn, not even on the author's machine."""

    def refuse() -> Any:
        raise datafiles.DataError("what a studio is judged on is not shown: draw from public data alone")

    datafiles.held_out = refuse


def main() -> int:
    """`drawn.py NOTEBOOK`: print {cell: HTML} as JSON; on an error print where it is, and end with 1."""
    public_alone()
    found = shown_by(Path(sys.argv[1]).resolve(), RUN, html_of)
    print(json.dumps({id: html for id, role, html in found if role in SHOWN and html}, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
