"""`kit.mine("standardise")`: the learner's own piece, out of her notebook of an earlier week.

It is lifted, not run: her other cells may take minutes, or fail. Where she has no piece that can be used, the
kit's own stands in and a line says why, so that a hole in week 4 never blocks week 11.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from autograder.notebook.lift import lift
from autograder.notebook.regions import STUB


class _NotYours(Exception):
    """Why her own piece cannot be used."""


def mine(name: str, pieces: Mapping[str, str], kit: Mapping[str, Any]) -> Any:
    """The learner's own piece, or the kit's with a line that says why.

    Parameters
    ----------
    name
        One of the kit's pieces.
    pieces
        Each piece's week.
    kit
        What kit.py binds, `__file__` among it.

    Raises
    ------
    NameError
        Where the kit has no such piece.
    """
    if name not in pieces:
        raise NameError(f"the kit has no {name!r}; it has: {', '.join(pieces)}")
    week = pieces[name]
    notebook = Path(kit["__file__"]).resolve().parent.parent / week / f"{week}.ipynb"
    try:
        return _own(name, notebook)
    except _NotYours as why:
        print(f"{why}; you go on with the kit's {name}.")
        return kit[name]


def _own(name: str, notebook: Path) -> Any:
    found, _ = lift(_code_cells(notebook), [name])
    if not found:
        raise _NotYours(f"your {notebook.name} has no {name} yet")
    source = "\n\n".join(statement.text for statement in found)
    if STUB in source:
        raise _NotYours(f"the {name} in your {notebook.name} is not finished")
    namespace: dict[str, Any] = {"__name__": notebook.stem}
    try:
        with _kit_of(notebook.parent):
            exec(compile(source, str(notebook), "exec"), namespace)
        return namespace[name]
    except Exception as error:
        raise _NotYours(f"the {name} in your {notebook.name} cannot be loaded ({type(error).__name__}: {error})") from error


def _code_cells(notebook: Path) -> list[str]:
    """Her code cells, without the lines that only a notebook understands."""
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except FileNotFoundError as error:
        raise _NotYours(f"no {notebook.name} lies in ../{notebook.parent.name}/") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _NotYours(f"your {notebook.name} cannot be read") from error
    return ["\n".join(line for line in source.split("\n") if line[:1] not in ("%", "!")) for source in sources]


@contextmanager
def _kit_of(folder: Path) -> Iterator[None]:
    """While an earlier week's code is loaded, `import kit` means that week's kit, with the modules beside it."""
    ours = sys.modules.pop("kit", None)
    file = folder / "kit.py"
    sys.path.append(str(folder))
    try:
        if file.is_file():
            spec = importlib.util.spec_from_file_location("kit", file)
            assert spec is not None and spec.loader is not None
            theirs = sys.modules["kit"] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(theirs)
        yield
    finally:
        sys.path.remove(str(folder))
        sys.modules.pop("kit", None)
        if ours is not None:
            sys.modules["kit"] = ours
