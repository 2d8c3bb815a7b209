"""`workbook rivals --write`: what each wrong rival breaks, kept by the week's key, and never where a learner looks."""

from __future__ import annotations

import dataclasses

import pytest

from autograder.cli import main
from autograder.course.audit import evidence, patterns
from autograder.course.audit.evidence import add, key_of
from autograder.course.audit.patterns import Pattern, read, write
from autograder.course.new_week import new_week
from autograder.course.places import Course
from autograder.course.stale import build

WEEK = "week01_example"


def test_the_whole_pattern_is_kept_and_not_the_named_case_alone(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(course.root)
    assert main(["rivals", "week01", "--write"]) == 0
    key, found = read(course.folder(WEEK))["centre"]
    assert key == key_of(course, WEEK)
    assert all(len(pattern.told) == len(pattern.broken) == 1 for pattern in found.values())
    assert {name: dataclasses.replace(pattern, told=()) for name, pattern in found.items()} == {
        "mirrored": Pattern("mathematics", ("differences_stay",)),
        "one_average_for_all": Pattern("mathematics", ("averages_zero",)),
    }


def test_all_weeks_are_written_by_one_command(
    course: Course, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    new_week(course, "week02_next")
    for path in course.folder("week02_next").iterdir():
        path.write_text(path.read_text(encoding="utf-8").replace("centre", "scale"), encoding="utf-8")
    monkeypatch.chdir(course.root)
    assert main(["rivals", "--write"]) == 0
    assert [list(read(course.folder(week))) for week in course.weeks()] == [["centre"], ["scale"]]
    assert capsys.readouterr().out.count("patterns.json: written") == 2


def test_what_was_not_asked_stays_as_it_was(course: Course) -> None:
    folder = course.folder(WEEK)
    old, new = {"a": Pattern("shape", ("x", "y"))}, {"b": Pattern("dtype", ())}
    write(folder, "key 1", {"one": old, "two": old})
    write(folder, "key 2", {"two": new})
    assert read(folder) == {"one": ("key 1", old), "two": ("key 2", new)}


def test_neither_file_reaches_a_release_or_the_source(course: Course) -> None:
    write(course.folder(WEEK), "key", {"centre": {}})
    add(course, WEEK, {"centre/averages_zero/the reference": 3})
    build(course, WEEK)
    kept = {evidence.NAME, patterns.NAME}
    assert kept <= {path.name for path in course.folder(WEEK).iterdir()}
    for place in (course.source, course.release):
        assert (place / WEEK / f"{WEEK}.ipynb").is_file()
        assert not kept & {path.name for path in place.rglob("*")}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["week99"], "there is no such week. Mend: name one of: week01_example"),
        (["week01", "center"], "there is no exercise 'center': did you mean 'centre'? The week has: centre"),
    ],
)
def test_a_misspelt_name_is_a_message(
    course: Course, given: list[str], words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(course.root)
    assert main(["rivals", *given]) == 1
    assert words in capsys.readouterr().err
