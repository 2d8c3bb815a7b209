"""Known mistakes: recognised by the visible promises that they break, told in words, and kept on the instructor's side."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.grading.batch.batch import grade_class
from autograder.grading.judge.assignment import bundle
from autograder.grading.patterns_met import NAME, Pattern, in_words, plain_name, read, recognised, step_met
from autograder.wall.wire.limits import Limits

WEEK = "week01_tiny"
CASES = {"a": False, "b": False, "c": False, "twin": True}
ONE, OTHER = Pattern("shape", ("a", "b", "twin")), Pattern("mathematics", ("c",))


@pytest.mark.parametrize(
    ("broken", "name"),
    [
        (["b", "a"], "one"),
        (["a", "b", "twin"], "one"),  # whether a hidden twin breaks too says nothing
        (["a"], None),
        (["a", "b", "c"], None),
        (["twin"], None),
        ([], None),
        (["c"], "other"),
    ],
)
def test_the_visible_promises_must_be_the_same(broken: list[str], name: str | None) -> None:
    assert recognised({"one": ONE, "other": OTHER}, broken, CASES) == name


def test_a_mistake_that_only_hidden_cases_catch_is_never_named() -> None:
    assert recognised({"late": Pattern("shape", ("twin",))}, ["twin"], CASES) is None


def test_of_several_none_is_named_unless_they_say_the_same() -> None:
    again = Pattern("shape", ("a", "b"))
    assert recognised({"one": ONE, "again": again}, ["a", "b"], CASES) is None
    told = {name: Pattern("shape", ("a", "b"), "The bias is left out.") for name in ("one", "again")}
    assert recognised(told, ["a", "b"], CASES) == "one"


def test_a_pattern_of_a_case_that_is_no_more_is_passed_over() -> None:
    assert recognised({"old": Pattern("shape", ("a", "gone"))}, ["a"], CASES) is None


def test_in_words() -> None:
    assert in_words("no_shift", ONE) == plain_name("no_shift") == "no shift"
    assert in_words("no_shift", Pattern("shape", (), "The scores are not shifted.")) == "The scores are not shifted"


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("no_shift", 2),
        ("divides_by_the_variance", 3),
        ("shifts_and_divides", 0),  # as much in one as in the other
        ("one_of_them_only", 0),  # words that say nothing
        ("scores_everywhere", 0),  # all steps have it
    ],
)
def test_the_step_of_help_that_shares_most_words(name: str, step: int) -> None:
    steps = [
        "What becomes of one of the scores?",
        "Shift the scores before all else.",
        "Scores: divide by the standard deviation of variance",
    ]
    assert step_met(name, ONE, steps) == step


def keep(root: Path, says: str = "") -> None:
    rivals = {"one_average": {"kind": "mathematics", "broken": ["averages_zero"], "says": says}}
    text = json.dumps({"centre": {"key": "old", "rivals": rivals}})
    (root / "notebooks" / WEEK / NAME).write_text(text, encoding="utf-8")


def test_the_page_names_it_and_the_help_and_is_as_ever_where_nothing_is_kept(root: Path, hand_in: Callable[..., Path]) -> None:
    def one_average(book: Any) -> None:
        book.write("centre", "def centre(x):\n    return x - x.mean()")

    def raises(book: Any) -> None:
        book.write("centre", "def centre(x):\n    return x - y")

    folders = {name: hand_in(name, change) for name, change in (("ada", one_average), ("ben", raises), ("cleo", None))}
    pages = {name: root / "feedback" / name / WEEK / f"{WEEK}.html" for name in folders}
    assert not any(one.trouble for one in grade_class(root, WEEK))
    assert not any("a mistake that we know" in page.read_text(encoding="utf-8") for page in pages.values())
    keep(root)
    assert not any(one.trouble for one in grade_class(root, WEEK))
    keep(root, says="An author's own words, which give the answer away.")
    assert not any(one.trouble for one in grade_class(root, WEEK))
    assert "which give the answer away" not in pages["ada"].read_text(encoding="utf-8")
    told = "This is how it looks with a mistake that we know: “one average”. Look at help 2."
    assert told in pages["ada"].read_text(encoding="utf-8")
    assert not any("a mistake that we know" in pages[name].read_text(encoding="utf-8") for name in ("ben", "cleo"))


def test_no_learner_process_gets_the_patterns(root: Path) -> None:
    keep(root, says="SECRET OF THE PATTERNS")
    week = bundle(root, root / "source" / WEEK, WEEK, True, Limits())
    assert week.patterns == {"centre": {"one_average": Pattern("mathematics", ("averages_zero",), "SECRET OF THE PATTERNS")}}
    assert read(root / "notebooks" / WEEK)["centre"][0] == "old"
    assert NAME not in {**week.cases, **week.beside}  # what sessions and her processes are given
    assert not any(b"SECRET OF THE PATTERNS" in text for text in (*week.cases.values(), *week.beside.values()))


def test_no_wheel_has_the_patterns() -> None:
    root = Path(__file__).parents[2]
    targets = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"]
    globs = [pattern.lstrip("/") for target in targets.values() for pattern in target["include"]]
    packed = {path for pattern in globs for path in root.glob(pattern + "/*" if pattern.endswith("**") else pattern)}
    assert any(path.suffix == ".py" for path in packed)
    assert not any(path.name == NAME for path in packed)
