"""Run by `outputs` in a process of its own: what a release shows when nothing is answered, as HTML that needs no kernel."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

from autograder import datafiles
from autograder.course.drawn import value_of, where
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
    notebook = Path(sys.argv[1]).resolve()
    public_alone()
    os.chdir(notebook.parent)
    sys.path.insert(0, str(notebook.parent))
    names: dict[str, Any] = sys.modules["__main__"].__dict__ | {"__name__": "__main__"}
    shown: dict[str, str] = {}
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        role = cell["metadata"].get("autograder", {}).get("role")
        if role not in RUN:
            continue
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                found = html_of(value_of("".join(cell["source"]), cell["id"], names))
        except Exception as error:
            if role in ("given", "show"):
                print(json.dumps({"cell": cell["id"], **where(error, cell["id"])}, ensure_ascii=False), file=sys.stderr)
                return 1
            continue  # a learner's own cell, or a guess about what she has not written: it waits for an answer
        if role in SHOWN and found:
            shown[cell["id"]] = found
    print(json.dumps(shown, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
