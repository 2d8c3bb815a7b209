"""What a desk's kernel has at hand before any cell has run: a `check` that says which cells to run first.

An IPython extension, named in the kernel specification that the desk lays (`jupyter.lay_settings`). It imports next to
nothing: every kernel waits for it. The week's first cell puts the real `check` in its place.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

AT_ONCE = "All at once: choose Run ▸ Run All Above Selected Cell in the menu, then run this cell again."


def load_ipython_extension(shell: Any) -> None:
    """Give the shell a `check`, hidden from %who as everything that was there from the start."""
    ran: set[str] = set()

    def remember(result: Any) -> None:
        if result.success:
            ran.add(result.info.raw_cell.strip())

    def check(id: str) -> None:
        """Say which cells to run before this one."""
        print(first_of(Path.cwd(), id, ran))

    shell.events.register("post_run_cell", remember)
    shell.push({"check": check}, interactive=False)


def first_of(folder: Path, exercise: str, ran: set[str]) -> str:
    """Say which cells of a week come before an exercise's check and have not run.

    Parameters
    ----------
    folder : the week's, whose notebook has its name.
    exercise : whose check was run.
    ran : the texts of the cells that this kernel has run without an error.
    """
    try:
        cells = json.loads((folder / f"{folder.name}.ipynb").read_text(encoding="utf-8"))["cells"]
        above = _above([cell for cell in cells if cell["cell_type"] == "code"], exercise)
        missing = [cell for cell in above if _text(cell).strip() and _text(cell).strip() not in ran]
    except (OSError, ValueError, KeyError, TypeError, StopIteration):
        return f"This kernel is new: run the cells above first.\n{AT_ONCE}"
    answers = [f"`{_mark(cell, 'id')}`" for cell in missing if _mark(cell, "role") in ("answer", "studio")]
    named = f", among them your {'answer' if len(answers) == 1 else 'answers'} {_and(answers)}" if answers else ""
    cells_above = "one cell above has" if len(missing) == 1 else f"{len(missing)} cells above have"
    return f"This kernel is new: {cells_above} not run in it yet{named}.\n{AT_ONCE}"


def _above(cells: list[dict[str, Any]], exercise: str) -> list[dict[str, Any]]:
    """The cells before the first one that checks the exercise."""
    wanted = (f"check({exercise!r})", f'check("{exercise}")')
    at = next(place for place, cell in enumerate(cells) if any(call in _text(cell) for call in wanted))
    return cells[:at]


def _text(cell: dict[str, Any]) -> str:
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def _mark(cell: dict[str, Any], name: str) -> str:
    return str(cell["metadata"].get("autograder", {}).get(name, ""))


def _and(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
