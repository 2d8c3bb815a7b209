"""An update says which answers no longer fit, and lets them run: on the release of a real week, mended in several ways."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.cli import main
from autograder.learner.fit import contracts, leaning, misfits
from autograder.notebook.cells import is_answer, role_of

ROOT = Path(__file__).parents[2]
WEEK = "week02_logistic"
Cell = dict[str, Any]


class Desk:
    """Week 2 on a learner's desk, with all reference solutions as her answers."""

    def __init__(self, home: Path) -> None:
        self.released, self.week = home / "exchange" / "tiny" / "outbound" / WEEK, home / "mine" / WEEK
        shutil.copytree(ROOT / "release" / WEEK, self.released)
        shutil.copytree(ROOT / "release" / WEEK, self.week)
        solved = {cell["id"]: cell for cell in self.cells(ROOT / "source" / WEEK)}
        for cell in (cells := self.cells(self.week)):
            if is_answer(cell):
                cell["source"] = solved[cell["id"]]["source"]
        self.write(self.week, cells)
        (home / "settings").mkdir()
        config = f"c = get_config()\nc.CourseDirectory.course_id = 'tiny'\nc.Exchange.root = {str(home / 'exchange')!r}\n"
        config += f"c.Exchange.cache = {str(home / 'cache')!r}\nc.Exchange.assignment_dir = {str(home / 'mine')!r}\n"
        (home / "settings" / "nbgrader_config.py").write_text(config)

    @staticmethod
    def cells(folder: Path) -> list[Cell]:
        found: list[Cell] = json.loads((folder / f"{WEEK}.ipynb").read_text())["cells"]
        return [{**cell, "source": "".join(cell["source"])} for cell in found]

    @staticmethod
    def write(folder: Path, cells: list[Cell]) -> None:
        path = folder / f"{WEEK}.ipynb"
        path.write_text(json.dumps({**json.loads(path.read_text()), "cells": cells}))

    def mend(self, change: Callable[[Cell], str | None]) -> None:
        """Release the week with other texts; a cell whose text is None is gone."""
        made = [(cell, change(cell)) for cell in self.cells(self.released)]
        self.write(self.released, [{**cell, "source": text} for cell, text in made if text is not None])

    def ask_for(self, id: str, *names: str) -> None:
        path = self.released / "week.json"
        week = json.loads(path.read_text())
        next(one for one in week["exercises"] if one["id"] == id)["names"] = list(names)
        path.write_text(json.dumps(week))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = Desk(tmp_path)
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "settings"))
    return made


def texts_of(desk: Desk) -> dict[str, str]:
    return {cell["id"]: cell["source"] for cell in desk.cells(desk.week)}


def test_other_calls_names_and_texts_are_told_apart_and_what_still_fits_is_not_named(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    before = texts_of(desk)

    def mended(cell: Cell) -> str | None:
        text: str = cell["source"]
        if cell["id"] == "slopes":
            return text.replace("penalty, weight=None", "penalty, weight, rows")
        if "### Exercise · `log_loss`" in text:
            return text.replace("### Exercise · `log_loss`", "A word before.\n\n### Exercise · `log_loss`").replace(
                "<details>", "Soft labels are new.\n\n<details>", 1
            )
        if "### Exercise · `descend`" in text:  # another number of minutes, another help: what is asked is the same
            return text.replace(" min\n", "0 min\n").replace("<summary>A plan</summary>", "<summary>A plan</summary>\n\nNew.")
        return None if "tin_slopes" in (cell["id"], cell["id"].partition("_")[2]) else text

    desk.mend(mended)
    desk.ask_for("honest", "honest", "how_sure")
    assert main(["update", "week02"]) == 0
    told = capsys.readouterr().out
    said = dict(line.strip().split(": ", 1) for line in told.splitlines() if line.startswith("  "))
    assert set(said) == {"slopes", "log_loss", "tin_slopes", "honest"}
    assert (
        "`slopes(theta, X, y, penalty, weight, rows)` now, and yours is `slopes(theta, X, y, penalty, weight=None)`"
        in said["slopes"]
    )
    assert said["log_loss"] == "what is asked reads otherwise now" and "asked no more" in said["tin_slopes"]
    assert "`how_sure` too, which your cell does not define" in said["honest"]
    after = texts_of(desk)
    for cell in desk.cells(desk.week):
        if is_answer(cell):
            assert after[cell["id"]] == before[cell["id"]]
    assert before["tin_slopes"] in after.values()
    assert main(["update", "week02"]) == 0
    assert "nothing to do" in capsys.readouterr().out


def test_what_her_code_took_from_the_week_as_it_was_stays(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    cells = desk.cells(desk.week)
    for cell in cells:
        if cell["id"] == "tin_slopes":
            cell["source"] += "\n\nbase_of = lambda r: tin(r, 1.0) and plt.Figure\n"
    desk.write(desk.week, cells)
    desk.mend(
        lambda cell: {"given_tin": None, "setup": cell["source"].replace("import matplotlib.pyplot as plt\n", "")}.get(
            cell["id"], cell["source"]
        )
    )
    assert main(["update", "week02"]) == 0
    assert "use what the week gives no more: plt, tin." in capsys.readouterr().out
    names: dict[str, Any] = {}
    for cell in desk.cells(desk.week):
        if role_of(cell) == "given" and cell["id"] == "setup":
            exec(cell["source"].replace("import explore", ""), names)
        if cell["id"] in ("kept", "tin_slopes"):
            exec(cell["source"], names)
    assert set(names["tin_slopes"](2.0, 3.0)) and names["base_of"](1.0) is names["plt"].Figure
    assert main(["update", "week02"]) == 0
    assert "nothing to do" in capsys.readouterr().out


def test_the_week_as_it_is_fits_every_reference_answer(desk: Desk) -> None:
    cells = desk.cells(desk.week)
    answers = {cell["id"]: cell["source"] for cell in cells if is_answer(cell)}
    assert len(answers) == 7 and set(contracts(cells)) == set(answers)
    assert list(misfits(answers, cells, desk.cells(desk.released), {}, {})) == []
    assert leaning(cells, copy.deepcopy(cells)) == ([], "")


@pytest.mark.parametrize(
    ("mine", "asked", "fits"),
    [
        ("def f(a, b): ...", "def f(x, y): ...", True),
        ("def f(a): ...", "def f(x, y): ...", False),
        ("def f(a, b, c): ...", "def f(x, y): ...", False),
        ("def f(a, b, c=1): ...", "def f(x, y): ...", True),
        ("def f(*a): ...", "def f(x, y): ...", True),
        ("def f(a, b): ...", "def f(x, rng=None): ...", False),
        ("def f(a, rng=None): ...", "def f(x, rng=None): ...", True),
        ("def f(a, **more): ...", "def f(x, *, rng): ...", True),
        ("def f(a, *, seed): ...", "def f(x): ...", False),
        ("class f:\n    def g(self): ...", "class f:\n    def g(self, x): ...", False),
        ("class f:\n    def g(self, x): ...", "class f:\n    def g(self, x): ...", True),
        ("def g(a): ...\nf = g", "def f(x, y): ...", True),  # nobody can tell by reading
        ("def f(a:", "def f(x, y): ...", True),
    ],
)
def test_a_call_fits_or_not(mine: str, asked: str, fits: bool) -> None:
    blank = {"cell_type": "code", "id": "f", "metadata": {"autograder": {"id": "f", "role": "answer"}}, "source": asked}
    assert (list(misfits({"f": mine}, [], [blank], {}, {})) == []) == fits
