"""The author's gate on a made-up week: what it measures is true, and each breach is seen."""

import pickle
from pathlib import Path

import pytest

from autograder.course.audit.dictated import dictated
from autograder.course.audit.entries import reference_scores_in_public
from autograder.course.audit.found import WeekAudit
from autograder.course.audit.trial import trial_of
from autograder.course.audit.week import audit_exercise, audit_rest, audit_week, planned
from autograder.course.faults import LessonError
from autograder.course.places import Course
from autograder.course.stale import build
from autograder.errors import OwnFailure

WEEK = "week01_example"


def breaches(course: Course) -> list[str]:
    """What the gate says of the made-up week."""
    build(Course(course.root), WEEK)
    return audit_week(course.root, WEEK).breaches


def of_the_exercise(course: Course) -> list[str]:
    """What it says of the week's exercise alone: a part of the whole, as the audit's processes ask it."""
    given, tried = planned(course, [WEEK])
    trial_of.cache_clear()
    return audit_exercise(course.root, WEEK, "centre", given, tried[WEEK]).breaches


def test_the_example_breaks_only_what_it_leaves_to_be_written(course: Course) -> None:
    said = breaches(course)
    assert said and all("rivals" in line for line in said), said


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("rivals.py", "return x - x.mean()", "return x - x.mean(axis=0)", "is not caught by averages_zero (rivals.py:7)"),
        ("rivals.py", "return x - x.sum(axis=0) / len(x)", "return x - x.sum(axis=0)", "averages_zero turns by_the_sum away"),
        ("rivals.py", "return x - x.mean()", "return x - y.mean()", "NameError: name 'y' is not defined (rivals.py:7)"),
    ],
)
def test_each_breach_is_seen(change, file: str, old: str, new: str, words: str) -> None:
    assert any(words in line for line in of_the_exercise(change(file, old, new))), words


def test_a_broken_reference_is_seen(change, course: Course) -> None:
    course = change("lesson.py", solution_of(course), "return x - 1")
    assert any("the reference breaks" in line for line in of_the_exercise(course))


def test_a_week_that_is_longer_than_a_day_is_seen(change) -> None:
    course = change("lesson.py", "10 min", "421 min")
    build(course, WEEK)
    assert any("more than the 420" in line for line in audit_rest(course.root, WEEK).breaches)


def solution_of(course: Course) -> str:
    """The one line of the example's solution."""
    return course.lesson(WEEK).exercises[0].solution.strip()


def test_a_line_is_dictated_where_it_stands_in_the_open_text(change, course: Course) -> None:
    lesson = course.lesson(WEEK)
    assert dictated(lesson, lesson.exercises[0])[0] == 0
    line = solution_of(course)
    text = (Path(course.folder(WEEK)) / "lesson.py").read_text(encoding="utf-8")
    statement = next(row for row in text.splitlines() if row.startswith("# ### Exercise"))
    told = change("lesson.py", statement, f"{statement}\n#\n# Type `{line}` here.").lesson(WEEK)
    assert dictated(told, told.exercises[0]) == (1, 1)


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("explore.py", "def picture(shown):", "def picture(shown)", "explore.py:13: the cell setup does not run: SyntaxError"),
        ("explore.py", "ax.plot(POINTS", "ax.plot(PONTS", "explore.py:16: the cell look does not run: NameError: name 'PONTS'"),
        (
            "lesson.py",
            "import numpy as np\n\nimport",
            "import nmpy as np\n\nimport",
            "lesson.py:8: the cell setup does not run: Module",
        ),
        ("lesson.py", "explore.picture()", "explore.pictures()", "lesson.py:19: the cell look does not run: AttributeError"),
        ("rivals.py", 'band="good"', 'band="goood"', "rivals.py:37: disc: 'goood' is no band"),
        ("checks.py", "draws.matrices", "draws.matrix", "checks.py:10: "),
    ],
)
def test_what_does_not_build_is_said_with_its_line(change, file: str, old: str, new: str, says: str) -> None:
    course = change(file, old, new)
    course.pages.mkdir(parents=True)
    with pytest.raises(LessonError) as told:
        build(course, WEEK)
    assert says in str(told.value)


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("lesson.py", "truth=explore.how_many", "truth=explore.how_much", "lesson.py:16: AttributeError"),
        ("checks.py", "expect.close(out.mean", "expect.clos(out.mean", "checks.py, line 13: AttributeError"),
    ],
)
def test_what_the_reference_trips_over_is_said_with_its_line(change, file: str, old: str, new: str, says: str) -> None:
    course = change(file, old, new)
    build(course, WEEK)
    trial_of.cache_clear()
    with pytest.raises((LessonError, OwnFailure), match=says):
        audit_rest(course.root, WEEK)


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("checks.py", "discs(rng, 3))", "disks(rng, 3))", "the scorer on public data fails: NameError: name 'disks'"),
        ("checks.py", "return named_rightly(entry, discs(rng, 3))", "return 0.5", "on public data the reference scores 0.5"),
    ],
)
def test_a_public_scorer_that_fails_or_gives_the_reference_nothing_is_seen(
    change, file: str, old: str, new: str, says: str
) -> None:
    course, found = change(file, old, new), WeekAudit(WEEK)
    trial_of.cache_clear()
    trial = trial_of(course.folder(WEEK))
    reference_scores_in_public(found, trial, trial.registry.exercises["disc"])
    assert len(found.breaches) == 1 and says in found.breaches[0] and found.breaches[0].endswith("(checks.py:32)")


def test_an_error_with_its_faults_comes_whole_out_of_another_process() -> None:
    error = LessonError.one(Path("lesson.py"), 3, "no title", "write one")
    assert pickle.loads(pickle.dumps(error)).faults == error.faults


def test_a_judge_that_comes_to_no_number_is_named_with_its_line(change) -> None:
    course = change("hidden.py", "return share, ", 'return float("nan"), ')
    trial_of.cache_clear()
    with pytest.raises(OwnFailure, match=r"came to nan.*\(hidden.py:17\)"):
        audit_exercise(course.root, WEEK, "disc", {}, {})
