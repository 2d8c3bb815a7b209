"""Receive a mended week: the course's cells are new, the learner's answers and own cells stay."""

from __future__ import annotations

import ast
import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.learner.fit import Misfit, leaning, misfits, names_by_exercise
from autograder.learner.notebooks import back_up, ids_of, known_as, read_notebook, write_notebook
from autograder.learner.workspace import Workspace
from autograder.notebook.cells import Cell, is_answer, role_of, settings_of
from autograder.notebook.regions import STUB

_COURSE_TEXT = re.compile(r"text-\d+-\w+")  # the builder's ids of text cells
HERS = ("answer", "studio", "try")


@dataclass
class Updated:
    """What an update changed.

    Attributes
    ----------
    cells, files : of the course, new or mended.
    backups : where the copies of what was there before lie.
    misfits : her answers that were written for another contract.
    kept : names that her code takes from the week as it was; a cell of her own brings them back.
    """

    cells: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    backups: list[Path] = field(default_factory=list)
    misfits: list[Misfit] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


def update(workspace: Workspace, week: str) -> Updated:
    """Bring a week in the workspace to how it is released now."""
    done = Updated()
    path, released = workspace.notebook(week), workspace.released(week)
    hers, new = read_notebook(path), read_notebook(released / path.name)
    merged = merge(hers["cells"], new["cells"])
    done.cells = _changed(hers["cells"], new["cells"])
    done.kept, text = leaning(hers["cells"], merged)
    if text:
        merged = _with_kept(merged, text)
    names, were = (names_by_exercise(_week(folder)) for folder in (released, path.parent))
    done.misfits = list(misfits(_answers(hers["cells"], new["cells"]), hers["cells"], new["cells"], names, were))
    if done.cells or [_bare(cell) for cell in merged] != [_bare(cell) for cell in hers["cells"]]:
        done.backups.append(back_up(workspace, week, path))
        write_notebook(path, {**new, "cells": merged, "metadata": {**hers.get("metadata", {}), **new["metadata"]}})
    for source in sorted(released.iterdir()):
        target = path.parent / source.name
        if source.name == path.name or not source.is_file():
            continue
        if target.is_file() and target.read_bytes() == source.read_bytes():
            continue
        if target.is_file():
            done.backups.append(back_up(workspace, week, target))
            target.chmod(0o644)
        shutil.copyfile(source, target)
        done.files.append(source.name)
    return done


def _week(folder: Path) -> dict[str, Any]:
    """A folder's week.json; nothing where there is none that can be read."""
    try:
        found = json.loads((folder / "week.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _answers(hers: Sequence[Cell], new: Sequence[Cell]) -> dict[str, str]:
    """What she wrote, by exercise: all cells of an answer together; blanks are left out."""
    found: dict[str, list[str]] = {}
    for cell, id in zip(hers, ids_of(hers, new), strict=True):
        if cell["cell_type"] == "code" and (id in {known_as(one) for one in new if is_answer(one)} or is_answer(cell)):
            found.setdefault(id or known_as(cell), []).append(cell["source"])
    return {id: "\n".join(texts) for id, texts in found.items() if not all(map(_is_unsolved, texts))}


def _with_kept(cells: list[Cell], text: str) -> list[Cell]:
    """The cells with one of her own behind the first that the course gives, which holds what the week gives no more."""
    place = next((k for k, cell in enumerate(cells, 1) if role_of(cell) == "given"), 0)
    source = f"# Kept from the week as it was before `workbook update`: your cells use it.\n{text}"
    kept: Cell = {"cell_type": "code", "id": "kept", "metadata": {}, "source": source, "outputs": [], "execution_count": None}
    return _ids_once([*cells[:place], kept, *cells[place:]])


def merge(hers: Sequence[Cell], new: Sequence[Cell]) -> list[Cell]:
    """The new release's cells with her answers in them, her own cells behind what they stood behind."""
    own: dict[str, list[Cell]] = {}  # by the course's cell that they stand behind
    written: dict[str, list[Cell]] = {}
    before = ""
    for cell, id in zip(hers, ids_of(hers, new), strict=True):
        if id is not None:
            written.setdefault(id, []).append(cell)
            before = id
        elif not _is_courses(cell):
            own.setdefault(before, []).append(_as_own(cell))
    out = list(own.get("", []))
    for cell in new:
        id = known_as(cell)
        out += _joined(cell, written.get(id, []))
        out += own.get(id, [])
    return _ids_once(out)


def _joined(new: Cell, hers: list[Cell]) -> list[Cell]:
    """One of the release's cells as she gets it; pieces of an answer that she has split stay in their order."""
    if not hers or not (role_of(new) in HERS or is_answer(new)) or all(_is_unsolved(cell["source"]) for cell in hers):
        same = [cell for cell in hers if cell["source"] == new["source"]]
        return [{**new, **({"outputs": same[-1]["outputs"]} if same and "outputs" in same[-1] else {})}]
    last = hers[-1]
    if role_of(new) == "try":  # it is hers altogether: what she made of it, a text for instance, it stays
        new = {**last, "metadata": new["metadata"]}
    mine = {**new, "source": last.get("source", ""), "id": last.get("id", new.get("id"))}
    for key in ("outputs", "execution_count"):
        if new["cell_type"] == last.get("cell_type") == "code":
            mine[key] = last.get(key, new.get(key))
    return [*(_as_own(cell) for cell in hers[:-1]), mine]


def _is_unsolved(text: str) -> bool:
    """Whether an answer is still as it was released: definitions that only raise, no comment of hers."""
    try:
        bodies = [node.body for node in ast.walk(ast.parse(text)) if isinstance(node, (ast.FunctionDef, ast.Module))]
    except SyntaxError:
        return False
    if STUB not in text or "#" in text:
        return False
    return all(_says_nothing(step) for body in bodies for step in body)


def _says_nothing(step: ast.stmt) -> bool:
    """A definition, a line that raises, a docstring."""
    is_docstring = isinstance(step, ast.Expr) and isinstance(step.value, ast.Constant)
    return is_docstring or isinstance(step, (ast.Raise, ast.FunctionDef, ast.ClassDef))


def _is_courses(cell: Cell) -> bool:
    """Whether a cell that the release has no more was the course's: then it goes. An answer is hers and stays."""
    if is_answer(cell) or role_of(cell) == "try":
        return False
    settings = settings_of(cell)
    locked = settings.get("locked") or settings.get("grade")
    return bool(locked or role_of(cell) or (cell.get("cell_type") == "markdown" and _COURSE_TEXT.fullmatch(known_as(cell))))


def _as_own(cell: Cell) -> Cell:
    """A cell without what made it the course's."""
    metadata = {key: value for key, value in cell["metadata"].items() if key not in ("nbgrader", "autograder")}
    return {**cell, "metadata": metadata}


def _ids_once(cells: list[Cell]) -> list[Cell]:
    taken: set[str] = set()
    out = []
    for number, cell in enumerate(cells):
        id = str(cell.get("id", "")) or f"own-{number}"
        while id in taken:
            id = f"{id[:50]}-{number}"
        taken.add(id)
        out.append({**cell, "id": id})
    return out


def _changed(hers: Sequence[Cell], new: Sequence[Cell]) -> list[str]:
    """The names of the course's cells that are new or different, for her to look at."""
    texts = {id: cell["source"] for cell, id in zip(hers, ids_of(hers, new), strict=True)}
    courses = [cell for cell in new if not (role_of(cell) in HERS or is_answer(cell))]
    return [known_as(cell) for cell in courses if texts.get(known_as(cell)) != cell["source"]]


def _bare(cell: Cell) -> tuple[Any, ...]:
    return cell.get("cell_type"), cell["source"], known_as(cell)
