"""The author's gate on a made-up week: what it measures is true, and each breach is seen."""

from pathlib import Path

import pytest

from autograder.course.audit.dictated import dictated
from autograder.course.audit.week import audit_week
from autograder.course.places import Course
from autograder.course.stale import build

WEEK = "week01_example"


def breaches(course: Course) -> list[str]:
    """What the gate says of the made-up week."""
    build(Course(course.root), WEEK)
    return audit_week(course.root, WEEK).breaches


def test_the_example_breaks_only_what_it_leaves_to_be_written(course: Course) -> None:
    said = breaches(course)
    assert said and all("rivals" in line for line in said), said


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("rivals.py", "return x - x.mean()", "return x - x.mean(axis=0)", "is not caught by averages_zero"),
        ("rivals.py", "return x - x.sum(axis=0) / len(x)", "return x - x.sum(axis=0)", "averages_zero turns by_the_sum away"),
        ("lesson.py", "10 min", "421 min", "more than the 420"),
    ],
)
def test_each_breach_is_seen(change, file: str, old: str, new: str, words: str) -> None:
    course = change(file, old, new)
    assert any(words in line for line in breaches(course)), words


def test_a_broken_reference_is_seen(change, course: Course) -> None:
    course = change("lesson.py", solution_of(course), "return x - 1")
    assert any("the reference breaks" in line for line in breaches(course))


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
