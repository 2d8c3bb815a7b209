"""Solutions are opened by a deed that is written down: for good the exercise counts as it stood before."""

from __future__ import annotations

import datetime
import io
import json
from pathlib import Path

import pytest
from tiny import FULL, SOLVED, WEEK

from autograder.cli import main
from autograder.errors import Mend
from autograder.grading.batch.deeds import MARK
from autograder.grading.grader import Grader
from autograder.grading.opened import frozen
from autograder.grading.state import close_week
from autograder.grading.watch import Watcher
from autograder.learner import solution
from autograder.learner.workspace import Workspace
from tests.grading.test_watch import Learner, said, set_due

HALF = "def centre(x):\n    return x - x.mean()"  # one case holds, one does not
WRONG = "def centre(x):\n    return 7 * x"
UTC = datetime.UTC


class Asker(Learner):
    """A learner who opens solutions."""

    @property
    def desk(self) -> Workspace:
        return Workspace(self.workspace, self.home / "exchange" / "tiny", self.home / "cache" / self.name / "tiny")

    def ask(self, watcher: Watcher, exercise: str) -> str:
        """Ask, let the watcher look, and read the answer: the solution, or why not."""
        with pytest.raises(Mend, match="no answer has come yet"):
            solution.open_solution(self.desk, WEEK, exercise, patience=0)
        watcher.look()
        if (found := solution.opened(self.desk, WEEK, exercise)) is not None:
            return found
        return next((text[exercise] for _, text in solution._answers(self.desk, WEEK, "refused") if exercise in text), "")


@pytest.fixture
def ada(home: Path) -> Asker:
    return Asker("ada", home)


def watching(root: Path, when: str = "closed") -> Watcher:
    config = root / "nbgrader_config.py"
    config.write_text(config.read_text().replace("plug(c)", f"plug(c, solutions={when!r})"))
    return Watcher(Grader(root), out=io.StringIO())


def hand_in(learner: Learner, watcher: Watcher, **answers: str) -> float:
    """Hand these answers in and let them be graded; the whole score."""
    for name, source in answers.items():
        learner.book.write(name, source)
    learner.submit()
    assert watcher.look() == 1, said(watcher)
    return watcher.grader.score(learner.name, WEEK)[0]


def test_nothing_comes_of_itself_and_junk_opens_nothing(ada: Asker, root: Path) -> None:
    watcher = watching(root, "graded")
    with pytest.raises(Mend, match="No attempt of yours"):
        solution.open_solution(ada.desk, WEEK, "centre")
    hand_in(ada, watcher, centre="x = 1", double="double = 3", guess="raise NotImplementedError")
    assert not list((ada.home / "exchange" / "tiny" / "feedback").glob("*.json")), "nothing comes with the feedback"
    for exercise in SOLVED:
        assert "in which your code" in ada.ask(watcher, exercise) or exercise == "guess"
    assert frozen(root, WEEK, "ada") == {}


def test_it_freezes_the_best_attempt_for_good(ada: Asker, root: Path) -> None:
    watcher = watching(root, "graded")
    best = hand_in(ada, watcher, centre=HALF)
    assert 0 < best < 3
    assert hand_in(ada, watcher, centre=WRONG) < best
    text = ada.ask(watcher, "centre")
    assert "middle_of_each" in text and "SOLUTION" not in text
    assert watcher.grader.score("ada", WEEK)[0] == best, "the best attempt counts at once"
    assert hand_in(ada, watcher, centre=SOLVED["centre"]) == best
    page = ada.pages()[max(ada.pages())]
    assert "You have opened its solution" in page and "For yourself: 3 of 3" in page
    close_week(root, WEEK)
    close_week(root, WEEK, again_open=True)
    set_due(root, datetime.datetime.now(UTC) + datetime.timedelta(days=9))
    assert hand_in(ada, watcher, double=SOLVED["double"]) == best + 4.0, "the others count as ever"
    assert watcher.grader.grade_by_nbgrader("ada", WEEK).score == best + 4.0
    assert "middle_of_each" in (solution.opened(ada.desk, WEEK, "centre") or ""), "and it can be looked at again"


def test_in_a_class_only_once_the_week_is_closed(ada: Asker, root: Path) -> None:
    watcher = watching(root)
    hand_in(ada, watcher, **SOLVED)
    assert "can be opened once your instructor has closed the week" in ada.ask(watcher, "centre")
    set_due(root, datetime.datetime.now(UTC) + datetime.timedelta(days=1))
    assert "can be opened after" in ada.ask(watcher, "double")
    assert "not opened while its week is open" in ada.ask(watcher, "guess")
    close_week(root, WEEK)
    assert "since the week was closed" in ada.ask(watcher, "guess"), "what counts of a studio is judged in a closed week"
    assert "middle_of_each" in ada.ask(watcher, "centre")
    assert main(["grade", WEEK, "--course", str(root), "--release"]) == 0
    assert "0.99" in ada.ask(watcher, "guess")
    assert watcher.grader.score("ada", WEEK) == (FULL, FULL)


def test_a_studio_of_an_open_week_and_a_course_that_gives_none(ada: Asker, root: Path) -> None:
    watcher = watching(root, "graded")
    hand_in(ada, watcher, **SOLVED)
    assert "not opened while its week is open" in ada.ask(watcher, "guess")
    config = root / "nbgrader_config.py"
    config.write_text(config.read_text().replace("'graded'", "'never'"))
    assert "gives no solutions out" in ada.ask(Watcher(Grader(root), out=io.StringIO()), "centre")
    assert frozen(root, WEEK, "ada") == {}


def test_nobody_asks_in_anothers_name(home: Path, ada: Asker, root: Path) -> None:
    watcher = watching(root, "graded")
    eve = Asker("eve", home)
    hand_in(ada, watcher, centre=WRONG)
    hand_in(eve, watcher, centre=WRONG)
    with pytest.raises(Mend, match="no answer"):
        solution.open_solution(eve.desk, WEEK, "centre", patience=0)
    (deed,) = (home / "exchange" / "tiny" / "inbound").glob(f"eve+{WEEK}{MARK}+*")
    deed.rename(deed.with_name(deed.name.replace("eve+", "ada+")))
    watcher.look()
    assert frozen(root, WEEK, "ada") == {} and "secret of an attempt of hers" in said(watcher)
    assert main(["grade", WEEK, "--course", str(root)]) == 0 and frozen(root, WEEK, "ada") == {}


@pytest.mark.parametrize("content", [b"", b"[" * 900, b'{"exercise": ["centre"]}', b'{"exercise": "../../x"}', b"\xff" * 2000])
def test_a_deed_that_says_anything(ada: Asker, root: Path, content: bytes) -> None:
    watcher = watching(root, "graded")
    hand_in(ada, watcher, centre=WRONG)
    with pytest.raises(Mend, match="no answer"):
        solution.open_solution(ada.desk, WEEK, "centre", patience=0)
    (deed,) = (ada.home / "exchange" / "tiny" / "inbound").glob(f"ada+{WEEK}{MARK}+*")
    (deed / "open.json").write_bytes(content)
    watcher.look()
    assert frozen(root, WEEK, "ada") == {} and "has no exercise" in said(watcher)


def test_without_a_watcher_grading_opens_what_was_asked_for(ada: Asker, root: Path) -> None:
    watcher = watching(root, "graded")
    hand_in(ada, watcher, centre=WRONG)
    with pytest.raises(Mend, match="no answer"):
        solution.open_solution(ada.desk, WEEK, "centre", patience=0)
    assert main(["grade", WEEK, "--course", str(root)]) == 0
    assert "middle_of_each" in (solution.opened(ada.desk, WEEK, "centre") or "")
    assert list(json.loads((root / ".grading" / "opened" / WEEK / "ada.json").read_text())) == ["centre"]
    assert hand_in(ada, watcher, **SOLVED) == 12.0, "pasted: it counts as it stood before, the others as they are"
