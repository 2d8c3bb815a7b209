"""A test cell that the source's own solution does not pass apart is never worth 0 in silence: she agrees, or mends it."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from tiny import FULL, OPEN, WEEK
from traitlets.config import Config

from autograder.cli import main
from autograder.grading.grader import Grader, need
from autograder.grading.judge.assignment import INSIDE, bundle
from autograder.grading.judge.job import Graded
from autograder.grading.plug import plug
from autograder.grading.ways import Odd, in_words, is_agreed, odd_cells, waiting, with_ways
from autograder.wall.wire.limits import Limits
from bench.conformance.idiom import Idiom, Set

POINT = (
    "class Point:\n    def __init__(self, x):\n        self.x = x\n\n    def __eq__(self, one):\n        return self.x == one.x"
)
SETS = Set(
    "plain",
    (
        Idiom("add", "", "def add(a, b):\n    return a + b", "def add(a, b):\n    return a", "assert add(1, 2) == 3"),
        Idiom("point", "", POINT, POINT.replace("==", "is"), "assert Point(500 * 2) == Point(250 * 4)", points=3),
        Idiom("never", "", "def never():\n    return 1", "def never():\n    return 0", "assert never() == 2"),
    ),
)
CONFIG = """\
from pathlib import Path
from autograder.grading.plug import plug
c = get_config()
c.CourseDirectory.course_id = "plain"
c.CourseDirectory.root = str(Path(__file__).resolve().parent)
"""


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A plain course in which one learner has the right answers."""
    source = tmp_path / "source" / "plain"
    source.mkdir(parents=True)
    (source / "plain.ipynb").write_text(json.dumps(SETS.source()), encoding="utf-8")
    agree(tmp_path, "plug(c)")
    need(Grader(tmp_path).api.generate_assignment("plain"), "generate")
    shutil.copytree(tmp_path / "release" / "plain", tmp_path / "submitted" / "ada" / "plain")
    path = tmp_path / "submitted" / "ada" / "plain" / "plain.ipynb"
    nb = json.loads(path.read_text(encoding="utf-8"))
    SETS.answer(nb, "right")
    path.write_text(json.dumps(nb), encoding="utf-8")
    return tmp_path


def agree(root: Path, line: str) -> None:
    (root / "nbgrader_config.py").write_text(f"{CONFIG}{line}\n", encoding="utf-8")


def scores(root: Path) -> dict[str, float | None]:
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as book:
        return {
            grade.name: None if grade.needs_manual_grade else grade.auto_score
            for notebook in book.find_submission("plain", "ada").notebooks
            for grade in notebook.grades
        }


def test_not_graded_here_until_she_agrees(
    course: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(course)
    assert main(["grade", "plain"]) == 1
    told = capsys.readouterr().err
    assert "1 test cell of plain (3 points) not graded here:" in told and "test_point (3): line 1: assert Point" in told
    assert 'plug(c, inside=["plain"])' in told and "her code could read such a test" in " ".join(told.split()).replace(
        "There ", ""
    )
    assert "does not pass its own tests" in told and "test_never (2): line 1: assert never() == 2: AssertionError" in told
    assert "2 of its test cells: not graded here" in told
    assert scores(course) == {"test_add": 2, "test_point": None, "test_never": None}
    page = (course / "feedback" / "ada" / "plain" / "plain.html").read_text(encoding="utf-8")
    assert page.count("This test was not graded here: a human gives these points.") == 2

    need(Grader(course).api.autograde("plain", "ada", force=True), "nbgrader's own command")
    assert scores(course) == {"test_add": 2, "test_point": None, "test_never": None}

    agree(course, 'plug(c, inside=["plain"])')
    assert main(["grade", "plain"]) == 1, "one cell is broken still"
    assert "(3 points) run inside the learner's process, as was agreed" in capsys.readouterr().err
    assert scores(course) == {"test_add": 2, "test_point": 3, "test_never": None}

    path = course / "source" / "plain" / "plain.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("never() == 2", "never() == 1"), encoding="utf-8")
    assert main(["grade", "plain"]) == 0, "the source has changed: it is tried anew"
    assert scores(course) == {"test_add": 2, "test_point": 3, "test_never": 2}


def test_this_workbooks_weeks_are_apart_only(root: Path, hand_in: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is agreed: a week is not tried, and were a way set, its tests would run apart all the same."""
    config = root / "nbgrader_config.py"
    config.write_text(config.read_text(encoding="utf-8").replace("plug(c)", "plug(c, inside=True)"), encoding="utf-8")
    hand_in("ada", lambda book: book.solve())
    made = bundle(root, root / "source" / WEEK, WEEK, True, Limits())
    assert made.is_week and odd_cells(root, made, refuse) == []
    forced = dataclasses.replace(made, ways={WEEK: {"test_centre": INSIDE, "check_centre": INSIDE}})
    monkeypatch.setattr("autograder.wall.kernel.Kernel.meet", refuse)
    monkeypatch.setattr("autograder.grading.batch.batch.bundle", lambda *told, **how: forced)
    monkeypatch.setattr("autograder.grading.batch.batch.run_apart", run_here)
    from autograder.grading.batch.batch import grade_one

    outcome = grade_one(Grader(root), "ada", WEEK)
    assert (outcome.trouble, outcome.score, outcome.most, outcome.waits) == ("", OPEN, FULL, 0)


def refuse(*told: object) -> Graded:
    raise AssertionError("a week is not run this way")


def run_here(made: object, job: object) -> Graded:
    from autograder.grading.batch.run import run_job

    return run_job(made, job)  # type: ignore[arg-type]


def test_the_workbooks_own_configuration_agrees_to_nothing() -> None:
    text = (Path(__file__).resolve().parents[2] / "nbgrader_config.py").read_text(encoding="utf-8")
    assert "plug(" in text and "inside" not in text


def test_the_words_and_the_ways() -> None:
    odd = [Odd("nb", "one", 2, INSIDE, "TypeError: it cannot be compared"), Odd("nb", "two", 1, "broken", "NameError: x")]
    assert in_words("hw", [], False) == []
    assert "run inside" in in_words("hw", odd[:1], True)[0] and len(in_words("hw", odd[:1], True)) == 2
    with pytest.raises(ValueError, match=r"inside=\['hw'\]"):
        plug(Config(), inside="hw")
    assert is_agreed(["hw"], "hw") and not is_agreed(["hw"], "other") and is_agreed(True, "hw") and not is_agreed([], "hw")
    made = bundle(Path("/nowhere"), Path("/nowhere/source/hw"), "hw", True, Limits())
    agreed, not_yet = with_ways(made, odd, True), with_ways(made, odd, False)
    assert agreed.ways == {"nb": {"one": INSIDE, "two": "by hand"}} and (waiting(agreed), waiting(not_yet)) == (1, 2)
    assert agreed.digest != not_yet.digest, "who agrees has it graded anew"
