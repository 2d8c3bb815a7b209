"""The search for solutions and hidden tests where learners can read them: made-up leaks are found, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autograder.course.leaks import distinctive_lines, release_leaks, secrets
from autograder.course.new_week import new_week
from autograder.course.places import Course
from autograder.course.stale import build

WEEK = "week01_example"
ANSWER = "    return x - x.mean(axis=0)\n"
LONG = "    middle = x.sum(axis=0, keepdims=True) / x.shape[0]\n    return x - middle\n"
Change = Callable[..., Course]


@pytest.fixture
def built(course: Course, change: Change) -> Course:
    """The made-up course, built, with a solution of more than one line."""
    changed = change("lesson.py", ANSWER, LONG)
    build(changed, WEEK)
    return changed


def put(course: Course, text: str, file: str = "explore.py", week: str = WEEK) -> None:
    """Add text to a file of a release."""
    path = course.release / week / file
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_a_release_as_it_is_built_leaks_nothing(built: Course) -> None:
    assert release_leaks(built, WEEK) == []


def test_every_hidden_case_and_solution_has_something_to_look_for(built: Course) -> None:
    found = {secret.what for secret in secrets(built, WEEK)}
    assert found == {"solution of centre", "solution of disc", "hidden.py", "a hidden case's words"}


@pytest.mark.parametrize(
    "leak",
    [
        "\nmiddle = x.sum(axis=0, keepdims=True) / x.shape[0]\n",
        "\n#  middle=x.sum( axis = 0,keepdims=True )/x.shape[0]   # in another layout\n",
        "\n    expect.close(np.diff(out, axis=0), np.diff(x, axis=0), tell=False)\n",
        "\n# the difference between two\n    examples stays, far from zero too\n",
    ],
)
def test_a_leak_is_found_in_another_layout_too(built: Course, leak: str) -> None:
    put(built, leak)
    assert len(release_leaks(built, WEEK)) == 1


def test_a_leak_in_the_notebook_is_found(built: Course) -> None:
    notebook = built.release / WEEK / f"{WEEK}.ipynb"
    notebook.write_bytes((built.source / WEEK / f"{WEEK}.ipynb").read_bytes())
    assert any("solution of centre" in line for line in release_leaks(built, WEEK))


def test_a_later_weeks_solution_is_a_leak_and_an_earlier_one_is_not(built: Course, change: Change) -> None:
    new_week(built, "week02_next")
    for path in built.folder("week02_next").iterdir():
        path.write_text(path.read_text(encoding="utf-8").replace("centre", "scale"), encoding="utf-8")
    later = "    spread = np.sqrt(((x - x.mean(axis=0)) ** 2).mean(axis=0))\n    return x / spread\n"
    change("lesson.py", 'role="week"', 'role="week" needs="week01.centre"', week="week02_next")
    course = change("lesson.py", ANSWER, later, week="week02_next")
    build(course, "week02_next")
    assert "keepdims=True" in (course.release / "week02_next" / "kit.py").read_text(encoding="utf-8")
    assert release_leaks(course, "week02_next") == []
    put(course, later)
    assert [line.split(": ")[1] for line in release_leaks(course, WEEK)] == ["solution of scale of week02_next"]


def test_what_the_open_text_has_is_no_secret(built: Course, change: Change) -> None:
    course = change("lesson.py", "# The story,", "# `middle = x.sum(axis=0, keepdims=True) / x.shape[0]` is the story,")
    assert "solution of centre" not in {secret.what for secret in secrets(course, WEEK)}


def test_anybodys_line_is_not_distinctive() -> None:
    assert (
        distinctive_lines("return x\nrng = np.random.default_rng(0)\nfor i in range(10):\n# a long comment of many, many words\n")
        == []
    )
    assert distinctive_lines("p = np.exp(z - z.max(axis=1)) / total  # why") == ["p=np.exp(z-z.max(axis=1))/total"]
    assert distinctive_lines("weights = np.where(np.abs(x) > 1 / (2 * n),") == ["weights=np.where(np.abs(x)>1/(2*n),"]
