"""An idiom: what an instructor writes for one documented feature, with a right and a wrong answer to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Notebook = dict[str, Any]
LEARNERS = ("right", "wrong")


@dataclass(frozen=True)
class Idiom:
    """One feature.

    Attributes
    ----------
    name : what its cells are called.
    of : the tool and the feature, as its documentation calls it.
    right, wrong : the answer, and one that must not pass.
    test : the test cell.
    given : a locked cell before the answer.
    points : of each test.
    manual : no test: a human grades the answer.
    files : what lies beside the notebook.
    reason : why we differ from plain nbgrader where we do.
    changed : what the learners made of the test cell.
    tags : of the given cell.
    """

    name: str
    of: str
    right: str
    wrong: str
    test: str = ""
    given: str = ""
    points: float = 2.0
    manual: bool = False
    files: dict[str, str] = field(default_factory=dict)
    reason: str = ""
    changed: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Set:
    """Idioms that stand in one notebook, an assignment of its own."""

    name: str
    idioms: tuple[Idiom, ...]
    setup: str = ""

    @property
    def files(self) -> dict[str, str]:
        """What lies beside the notebook."""
        return {name: text for idiom in self.idioms for name, text in idiom.files.items()}

    def source(self) -> Notebook:
        """The instructor's notebook."""
        cells = [_cell("setup", self.setup, locked=True)] if self.setup else []
        for one in self.idioms:
            if one.given:
                cells.append(_cell(f"given_{one.name}", one.given, locked=True))
                cells[-1]["metadata"]["tags"] = list(one.tags)
            answer = f"### BEGIN SOLUTION\n{one.right}\n### END SOLUTION"
            cells.append(_cell(one.name, answer, solution=True, grade=one.manual, points=one.points))
            if one.test:
                cells.append(_cell(f"test_{one.name}", one.test, grade=True, locked=True, points=one.points))
        about = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
        return {"cells": cells, "metadata": about, "nbformat": 4, "nbformat_minor": 5}

    def answer(self, nb: Notebook, learner: str) -> None:
        """Write a learner's answers into what was released."""
        known = {one.name: one for one in self.idioms}
        changed = {f"test_{one.name}": one.changed for one in self.idioms if one.changed}
        for cell in nb["cells"]:
            if cell["id"] in known:
                cell["source"] = getattr(known[cell["id"]], learner)
            cell["source"] = changed.get(cell["id"], cell["source"])


def _cell(id: str, text: str, grade: bool = False, solution: bool = False, locked: bool = False, points: float = 0) -> Notebook:
    made: Notebook = {"cell_type": "code", "id": id, "execution_count": None, "outputs": [], "metadata": {}, "source": text}
    settings = {"grade": grade, "solution": solution, "locked": locked, "task": False, "grade_id": id, "schema_version": 3}
    made["metadata"]["nbgrader"] = {**settings, "points": points} if grade else settings
    return made
