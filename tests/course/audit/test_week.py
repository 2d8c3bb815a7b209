"""The author's gate on a made-up week: what it measures is true, and each breach is seen."""

from pathlib import Path

import pytest

from autograder.course.audit.dictated import dictated
from autograder.course.audit.trial import trial_of
from autograder.course.audit.week import audit_exercise, audit_rest, audit_week, planned
from autograder.course.places import Course
from autograder.course.stale import build

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
        ("rivals.py", "return x - x.mean()", "return x - x.mean(axis=0)", "is not caught by averages_zero"),
        ("rivals.py", "return x - x.sum(axis=0) / len(x)", "return x - x.sum(axis=0)", "averages_zero turns by_the_sum away"),
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
