"""What instructors write in test cells scores here as under plain nbgrader, but where a reason is given; the page says so."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from autograder.wall.sandbox.probe import find_bwrap
from bench.conformance import page, suite
from bench.conformance.courses import COURSES
from bench.conformance.features import FEATURES
from bench.conformance.suite import Found

DOCS = Path(__file__).resolve().parents[2] / "docs" / "grading.md"
needs_box = pytest.mark.skipif(find_bwrap() is None, reason="there is no bubblewrap, so nothing is graded here")


@pytest.mark.campaign
@needs_box
@pytest.mark.timeout(900)
def test_every_difference_has_its_reason_and_the_page_is_as_the_suite_says(tmp_path: Path) -> None:
    found = suite.run(tmp_path)
    assert page.faults(found) == []
    assert page.of_page(DOCS) == page.text(found), "mend: python -m bench.conformance --write docs/grading.md"


@pytest.mark.campaign
@needs_box
@pytest.mark.timeout(300)
def test_a_course_of_each_kind_scores_as_under_nbgrader(tmp_path: Path) -> None:
    """The same for one set of features and one course, as often as `make test` is run."""
    assert page.faults(suite.run(tmp_path, [FEATURES[0], COURSES[2]])) == []


def test_five_tools_and_five_courses_are_tried_and_no_name_twice() -> None:
    assert [one.name for one in FEATURES] == ["nbgrader", "otter", "ok", "nbconvert", "pytest"] and len(COURSES) == 5
    idioms = [idiom for one in suite.ALL for idiom in one.idioms]
    assert len({idiom.of for idiom in idioms if not idiom.of.startswith("course")}) == sum(len(one.idioms) for one in FEATURES)
    assert len({idiom.name for idiom in idioms}) == len(idioms)


def test_what_has_no_reason_is_a_fault() -> None:
    idiom = dataclasses.replace(FEATURES[0].idioms[0], reason="")
    same = Found(idiom, "nbgrader", "apart", "", (2.0, 0.0), (2.0, 0.0))
    assert page.faults([same]) == []
    assert "no reason is given" in page.faults([same._replace(ours=(0.0, 0.0))])[0]
    assert "nothing differs" in page.faults([same._replace(idiom=dataclasses.replace(idiom, reason="so it is"))])[0]
    assert "tests nothing" in page.faults([same._replace(plain=(2.0, 2.0), ours=(2.0, 2.0))])[0]
    assert "its own solution" in page.faults([same._replace(way="broken", why="NameError")])[0]


def test_the_page_names_every_difference_that_has_a_reason() -> None:
    told = page.of_page(DOCS)
    for one in suite.ALL:
        assert f"| {one.name} | {len(one.idioms)} |" in told, one.name
        for idiom in one.idioms:
            differs = told.partition("| differs from plain nbgrader |")[2]
            assert (f"(`{idiom.name}`)" in differs) == bool(idiom.reason) and idiom.reason in differs, idiom.name
