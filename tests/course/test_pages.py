"""A week's page: the release with its pictures, drawn again only where it must be, and held byte by byte."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.course.faults import LessonError
from autograder.course.pages import stale_pages, write_pages
from autograder.course.places import Course
from autograder.course.stale import build, left_over, stale

WEEK = "week01_example"
MINE = '''

from autograder.explore import explorer, figure


@explorer(k=(1, 3, 2))
def hers(softmax, k):
    """Her function."""
    softmax(k)
    return figure(2, 2)[0]
'''


@pytest.fixture
def built(course: Course) -> Course:
    """The example week, built with a page, and an explorer of the learner's function in it."""
    course.pages.mkdir(parents=True)
    build(course, WEEK)
    return course


def test_a_course_without_the_folder_has_no_pages(course: Course) -> None:
    build(course, WEEK)
    assert not course.pages.exists() and stale_pages(course, WEEK) == []


def test_a_page_has_the_text_the_code_and_the_pictures(built: Course) -> None:
    folder = built.pages / WEEK
    text = (folder / "README.md").read_text()
    pictures = sorted(path.name for path in folder.glob("*.png"))
    assert pictures and all(f'<img src="{name}"' in text for name in pictures)
    assert "```python" in text and "raise NotImplementedError" in text
    assert "BEGIN" not in text and "hidden_check" not in text
    assert (folder / pictures[0]).read_bytes().startswith(b"\x89PNG")
    assert stale(built, WEEK) == [] and left_over(built) == []


def test_what_is_touched_is_noticed_and_mended(built: Course) -> None:
    folder = built.pages / WEEK
    drawn = next(folder.glob("*.png"))
    before = drawn.stat().st_mtime_ns
    write_pages(built, WEEK)
    assert drawn.stat().st_mtime_ns == before, "nothing has changed: nothing is drawn"
    for path in (drawn, folder / "README.md"):
        path.write_bytes(path.read_bytes() + b"!")
        assert stale_pages(built, WEEK) == [
            f"docs/weeks/{WEEK}/{path.name}: " + ("stale" if path.suffix == ".md" else "not as it was drawn")
        ]
        write_pages(built, WEEK)
        assert stale_pages(built, WEEK) == []
    (built.release / WEEK / "explore.py").write_text((built.release / WEEK / "explore.py").read_text() + "\n# new\n")
    assert stale_pages(built, WEEK) == [f"docs/weeks/{WEEK}: drawn from something older"]
    (built.pages / "week00_gone").mkdir()
    assert left_over(built) == ["weeks/week00_gone: left over, no lesson makes it"]


def test_a_picture_of_her_function_is_a_sentence_and_one_that_fails_is_refused(
    course: Course, change: Callable[..., Course], tmp_path: Path
) -> None:
    course.pages.mkdir(parents=True)
    name = course.lesson(WEEK).exercises[0].id
    path = course.folder(WEEK) / "explore.py"
    path.write_text(path.read_text() + MINE.replace("softmax", name))
    lesson = course.folder(WEEK) / "lesson.py"
    last = lesson.read_text().rindex("\n# %%")
    show = f'\n# %% role="show" id="show_hers"\nexplore.hers({name})\n'
    lesson.write_text(lesson.read_text()[:last] + show + lesson.read_text()[last:])
    course = Course(course.root)
    build(course, WEEK)
    assert f"> This picture waits for `{name}`" in (course.pages / WEEK / "README.md").read_text()
    path.write_text(path.read_text().replace("def hers(", "def other("))
    with pytest.raises(LessonError, match=r"the cell show_hers does not run: AttributeError"):
        build(Course(course.root), WEEK)
