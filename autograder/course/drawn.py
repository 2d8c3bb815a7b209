"""Run by `pages` in a process of its own: draws what the show cells of a release show when nothing has been answered."""

from __future__ import annotations

import ast
import contextlib
import hashlib
import io
import json
import os
import sys
import traceback
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

from autograder.course.places import TRAVEL
from autograder.explore import Explorer, Picture
from autograder.explore.paint import Shot

RUN = ("given", "answer", "studio", "try", "show")


def value_of(source: str, name: str, names: dict[str, Any]) -> Any:
    """Run a cell; what its last line is, as a notebook would show it."""
    tree = ast.parse(source, name)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, name, "exec"), names)
    return eval(compile(ast.Expression(last.value), name, "eval"), names) if isinstance(last, ast.Expr) else None


def shot_of(value: Any) -> Shot | None:
    """The picture or the sentence that a value shows, if it is one of ours."""
    if isinstance(value, Explorer):
        return value.first()
    return value.shot if isinstance(value, Picture) else None


def where(error: Exception, cell: str) -> dict[str, Any]:
    """What went wrong, and the innermost line of it in the week's files or, with no file, in the cell itself."""
    frames = [(frame.filename, frame.lineno or 1) for frame in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        frames.append((error.filename, error.lineno or 1))
    ours = [(name, line) for name, line in frames if name == cell or Path(name).name in TRAVEL]
    name, line = ours[-1] if ours else (cell, 1)
    said = f"{type(error).__name__}: {error.msg if isinstance(error, SyntaxError) else error}"
    return {"said": said, "file": "" if name == cell else Path(name).name, "line": line}


def shown_by(notebook: Path, roles: Collection[str], of: Callable[[Any], Any]) -> Iterator[tuple[str, str, Any]]:
    """Run a notebook's cells of these roles, in its folder: each one's id, its role, and `of` its value.

    A cell that waits for an answer, a learner's own or a guess about it, is passed over. One of the course's that fails ends the
    program, with status 1, and says where.
    """
    os.chdir(notebook.parent)
    sys.path.insert(0, str(notebook.parent))
    names: dict[str, Any] = sys.modules["__main__"].__dict__ | {"__name__": "__main__"}
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        role = cell["metadata"].get("autograder", {}).get("role")
        if role not in roles:
            continue
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                made = of(value_of("".join(cell["source"]), cell["id"], names))
        except Exception as error:
            if role in ("given", "show"):
                print(json.dumps({"cell": cell["id"], **where(error, cell["id"])}, ensure_ascii=False), file=sys.stderr)
                raise SystemExit(1) from None
            continue
        yield cell["id"], role, made


def main() -> int:
    """`drawn.py NOTEBOOK OUT`: write the pictures, and pictures.json, which says what each show cell shows."""
    notebook, out = (Path(argument).resolve() for argument in sys.argv[1:3])
    shown: dict[str, dict[str, Any]] = {}
    for id, role, shot in shown_by(notebook, RUN, shot_of):
        if role == "show" and shot is not None:
            shown[id] = {"says": shot.alt}
            if shot.paper:
                (out / f"{id}.png").write_bytes(shot.paper)
                shown[id] = {"alt": shot.alt, "width": shot.width, "sha256": hashlib.sha256(shot.paper).hexdigest()}
    (out / "pictures.json").write_text(json.dumps(shown, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
