"""Put one exercise's answer cell back to how it was released."""

from __future__ import annotations

from pathlib import Path

from autograder.errors import Mend
from autograder.learner.notebooks import back_up, ids_of, known_as, read_notebook, write_notebook
from autograder.learner.workspace import Workspace
from autograder.notebook.cells import Cell, is_answer


def reset(workspace: Workspace, week: str, exercise: str) -> Path:
    """Put the answer cell of an exercise back; where the copy of the notebook as it was lies."""
    path = workspace.notebook(week)
    released = read_notebook(workspace.released(week) / f"{week}.ipynb")["cells"]
    answers = {known_as(cell): cell for cell in released if is_answer(cell)}
    if exercise not in answers:
        raise Mend(f"{week} has no exercise {exercise!r}.\nMend: name one of: {', '.join(answers)}.")
    notebook = read_notebook(path)
    kept = back_up(workspace, week, path)
    cells = notebook["cells"]
    ids = ids_of(cells, released)
    here = [place for place, id in enumerate(ids) if id == exercise]
    if here:
        fresh = dict(answers[exercise])
        fresh["id"] = cells[here[-1]].get("id", fresh.get("id"))
        cells[here[-1]] = fresh
    else:
        cells.insert(_place(ids, released, exercise), dict(answers[exercise]))
    write_notebook(path, notebook)
    return kept


def _place(ids: list[str | None], released: list[Cell], exercise: str) -> int:
    """Where a lost cell belongs: behind the last cell before it in the release that is still there."""
    order = [known_as(cell) for cell in released]
    places = {id: place for place, id in enumerate(ids) if id is not None}
    for before in reversed(order[: order.index(exercise)]):
        if before in places:
            return places[before] + 1
    return 0
