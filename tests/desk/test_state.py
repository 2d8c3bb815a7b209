"""What Home and the strips show: marks, attempts, what comes next, the shelf; all from files."""

from __future__ import annotations

import datetime
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from nbgrader.utils import notebook_hash

from autograder.desk.attempts import attempts
from autograder.desk.state import HAND_IN, NOTHING, state
from autograder.learner.workspace import Workspace

ONE, TWO = "week01_one", "week02_two"
EXERCISES = {
    ONE: [("sum", "exercise", ["add"]), ("mean", "exercise", ["mean"]), ("race", "studio", ["race"])],
    TWO: [("net", "exercise", ["net"])],
}


class Home:
    """A workspace with week 1, an exchange with two weeks."""

    def __init__(self, home: Path) -> None:
        self.workspace = Workspace(home / "mine", home / "exchange" / "tiny", home / "cache" / "tiny")
        for place in (self.workspace.exchange / "outbound", self.workspace.folder):
            for week in EXERCISES if place.name == "outbound" else [ONE]:
                (place / week).mkdir(parents=True)
                (place / week / f"{week}.ipynb").write_text("{}")
                (place / week / "week.json").write_text(json.dumps(self.told(week)))
        (self.workspace.exchange / "outbound" / TWO / "kit.py").write_text(f'x = 1\n_PIECES = {{"add": "{ONE}"}}\n')

    @staticmethod
    def told(week: str) -> dict[str, Any]:
        points = {"points": {"check": 2.0, "hidden": 4.0}, "minutes": 30, "difficulty": 1, "needs": []}
        made = [{"id": id, "kind": kind, "names": names, **points} for id, kind, names in EXERCISES[week]]
        return {"week": week, "title": f"Week {int(week[4:6])} · A title", "exercises": made}

    def checked(self, exercise: str, holds: int, of: int = 4, at: float = 1000.0, week: str = ONE, begun: bool = True) -> None:
        folder = self.workspace.folder / ".workbook"
        folder.mkdir(exist_ok=True)
        line = {"v": 1, "at": at, "week": week, "exercise": exercise, "holds": holds, "of": of, "begun": begun}
        with open(folder / "progress.jsonl", "a") as file:
            file.write("\n" + json.dumps(line))

    def handed_in(self, at: float, week: str = ONE) -> str:
        """An attempt as nbgrader keeps it; what names its page and what lies beside it."""
        stamp = f"{datetime.datetime.fromtimestamp(at, datetime.UTC):%Y-%m-%d %H:%M:%S.%f} UTC"
        folder = self.workspace.cache / f"ada+{week}+{stamp}"
        folder.mkdir(parents=True)
        (folder / "timestamp.txt").write_text(stamp)
        (folder / "submission_secret.txt").write_text(secret := f"{at:064.0f}")
        return str(notebook_hash(secret=secret, notebook_id=week))

    def told_beside(self, name: str, kind: str, content: Any, written: float | None = None) -> None:
        path = self.workspace.exchange / "feedback" / f"{name}.{kind}"
        path.parent.mkdir(exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps({"v": 1, **content}))
        if written is not None:
            os.utime(path, (written, written))

    def graded(self, name: str, open: bool = True, **scores: float) -> None:
        self.told_beside(name, "html", "<html>")
        points = {id: [score, 6.0] for id, score in scores.items()}
        told = {"state": "done", "score": sum(scores.values()), "most": 18.0, "open": open, "exercises": points}
        self.told_beside(name, "state", told)

    def exercise(self, id: str) -> dict[str, Any]:
        week = next(one for one in state(self.workspace)["weeks"] if one["week"] == ONE)
        return next(one for one in week["exercises"] if one["id"] == id)

    def next(self) -> tuple[str, str, str]:
        step = state(self.workspace)["next"]
        return step["verb"], step["exercise"], f"{step['name']}, {step['says']}" if step["name"] else step["says"]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_the_road_has_the_weeks_that_are_here_and_those_that_can_be_fetched(home: Home) -> None:
    found = state(home.workspace)
    assert [(one["week"], one["here"], one["facts"]) for one in found["weeks"]] == [
        (ONE, True, "3 exercises · about 1.5 hours · 18 points"), (TWO, False, "1 exercise · about 0.5 hours · 6 points"),
    ]  # fmt: skip
    assert found["course"] == "tiny" and home.next() == ("Begin", "sum", "sum, about 30 minutes")
    assert home.exercise("race")["label"] == "studio race: not begun, 30 minutes, 6 points"
    assert home.exercise("sum")["worth"] == "2 points here, 4 when you hand in"


def test_a_week_json_that_she_broke_is_read_from_the_exchange(home: Home) -> None:
    for broken in ("{", "[]", '{"title": 1}'):
        (home.workspace.folder / ONE / "week.json").write_text(broken)
        assert [one["week"] for one in state(home.workspace)["weeks"]] == [ONE, TWO]


def test_where_a_course_is_made_there_is_nothing_to_show(home: Home) -> None:
    (home.workspace.folder / "source").mkdir()
    assert state(home.workspace) == NOTHING


def test_marks_from_checks(home: Home) -> None:
    home.checked("sum", 1)
    home.checked("mean", 4)
    home.checked("race", 0, begun=False)
    assert [home.exercise(id)["state"] for id in ("sum", "mean", "race")] == ["begun", "holds", "open"]
    assert home.exercise("sum")["says"] == "1 of 4 promises hold" and home.exercise("sum")["share"] == 0.25
    assert home.exercise("mean")["says"] == "all 4 promises hold"
    home.checked("mean", 0, of=0)
    assert home.exercise("mean")["says"] == "its check could not be run"


def test_go_on_names_what_she_touched_last_then_what_is_open_then_handing_in_then_the_next_week(home: Home) -> None:
    home.checked("mean", 1)
    assert home.next() == ("Go on", "mean", "mean, 1 of 4 promises hold")
    home.checked("mean", 4)
    assert home.next() == ("Go on", "sum", "sum, about 30 minutes")
    home.checked("sum", 4)
    home.checked("race", 4)
    assert home.next() == ("Go on", "race", HAND_IN)
    name = home.handed_in(2000)
    assert home.next()[1:] == ("net", "net, about 30 minutes"), "while it waits, there is the next week"
    home.graded(name, sum=6, mean=3, race=3)
    assert home.next() == ("Go on", "mean", "mean, 3 of 6 points")
    home.graded(name, sum=6, mean=6, race=3)
    assert home.next()[1] == "net", "a studio is never finished: it does not hold her back"


def test_a_grade_does_not_outlive_a_newer_broken_check(home: Home) -> None:
    home.checked("sum", 4, at=1000)
    home.graded(home.handed_in(2000), sum=6, mean=0)
    assert (home.exercise("sum")["state"], home.exercise("sum")["says"]) == ("full", "all 6 points")
    assert home.exercise("mean")["state"] == "open", "handed in blank: not begun"
    home.checked("sum", 3, at=3000)
    assert home.exercise("sum")["state"] == "begun"
    assert home.exercise("sum")["says"] == "3 of 4 promises hold; 6 of 6 points when you handed in"
    home.checked("sum", 4, at=4000)
    assert home.exercise("sum")["state"] == "holds"
    home.handed_in(5000)
    assert home.exercise("sum")["state"] == "handed" and "handed in" in home.exercise("sum")["says"]


def test_points_that_may_turn_out_smaller_are_not_called_all(home: Home) -> None:
    name = home.handed_in(2000)
    home.graded(name, sum=6, race=6)
    assert (home.exercise("race")["state"], home.exercise("race")["says"]) == ("graded", "6 of 6 points for now")
    assert attempts(home.workspace, ONE, ["race"])[0].says == "done: 12 of 18 for now"
    home.graded(name, open=False, sum=6, race=6)
    assert home.exercise("race")["state"] == "full"
    assert attempts(home.workspace, ONE, ["race"])[0].says == "done: 12 of 18"


def test_what_becomes_of_an_attempt(home: Home) -> None:
    name = home.handed_in(2000)

    def says() -> str:
        return attempts(home.workspace, ONE)[-1].says

    assert says() == "handed in, waiting"
    home.told_beside(name, "state", {"state": "grading", "done": 0, "of": 0})
    assert says() == "being graded"
    home.told_beside(name, "state", {"state": "grading", "done": 3, "of": 7})
    assert says() == "being graded, 3 of 7" and not attempts(home.workspace, ONE)[-1].is_over
    home.told_beside(name, "state", '{"v": 1, "state": "gra')
    assert says() == "handed in, waiting", "half a file says nothing"
    home.told_beside(name, "state", {"state": "later"})
    assert says().startswith("not graded yet")
    home.graded(name, sum=2.5)
    assert says() == "done: 2.5 of 18"
    assert state(home.workspace)["weeks"][0]["attempts"][0]["page"] == ""
    stamp = attempts(home.workspace, ONE)[0].stamp
    page = home.workspace.folder / ONE / "feedback" / stamp / f"{ONE}.html"
    page.parent.mkdir(parents=True)
    page.write_text("<html>")
    assert state(home.workspace)["weeks"][0]["attempts"][0]["page"] == f"{ONE}/feedback/{stamp}/{ONE}.html"


def test_a_page_that_is_newer_than_the_figures_makes_them_old(home: Home) -> None:
    """Regraded by hand or by `workbook close`, or graded by nbgrader alone."""
    name = home.handed_in(2000)
    home.graded(name, sum=2.5)
    beside = home.workspace.exchange / "feedback" / f"{name}.state"
    os.utime(beside, (now := time.time(), now - 1000))
    home.told_beside(name, "html", "<html>", written=now - 500)
    assert attempts(home.workspace, ONE)[-1].says == "graded"
    beside.unlink()
    assert attempts(home.workspace, ONE)[-1].says == "graded" and home.exercise("sum")["solution"] == "ask"


def test_between_the_page_and_the_figures_it_is_still_being_graded(home: Home) -> None:
    """The watcher writes the page first; whoever asks just then asks again."""
    name = home.handed_in(2000)
    home.told_beside(name, "state", {"state": "grading", "done": 7, "of": 7}, written=time.time() - 1)
    home.told_beside(name, "html", "<html>")
    assert attempts(home.workspace, ONE)[-1].says == "being graded, 7 of 7" and not attempts(home.workspace, ONE)[-1].is_over


def test_attempts_stand_side_by_side_the_oldest_first(home: Home) -> None:
    first, second = home.handed_in(2000), home.handed_in(1000)
    home.graded(first, sum=6)
    home.told_beside(second, "state", {"state": "passed over"})
    (home.workspace.cache / f"ada+{ONE}+half").mkdir()
    assert [one.says for one in attempts(home.workspace, ONE)] == ["another attempt counts", "done: 6 of 18"]


def test_a_solution_is_offered_once_something_was_graded_and_shown_once_it_is_open(home: Home) -> None:
    assert home.exercise("sum")["solution"] == ""
    name = home.handed_in(2000)
    assert home.exercise("sum")["solution"] == ""
    home.graded(name, sum=2)
    assert home.exercise("sum")["solution"] == "ask"
    (home.workspace.exchange / "feedback" / f"{name}.solutions.json").write_text('{"sum": "def add(): ..."}')
    assert home.exercise("sum")["solution"] == "opened" and home.exercise("mean")["solution"] == "ask"


def test_the_shelf_has_what_holds_and_later_weeks_take(home: Home) -> None:
    assert state(home.workspace)["shelf"] == []
    home.checked("sum", 4)
    home.checked("mean", 4)
    assert state(home.workspace)["shelf"] == [{"week": ONE, "exercise": "sum", "name": "add", "says": "taken by Week 2"}]
    home.checked("sum", 3)
    assert state(home.workspace)["shelf"] == []
