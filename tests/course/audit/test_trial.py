"""A trial: the kit that ships is the one that is tried, a week's reference runs once in a process, and what it takes is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course.audit.found import WeekAudit
from autograder.course.audit.trial import Trial, trial_of
from autograder.course.audit.week import CPU_SECONDS, settled
from autograder.course.new_week import new_week
from autograder.course.places import Course
from autograder.course.stale import build

NEXT = "week02_next"


@pytest.fixture
def two(course: Course, change) -> Course:
    """A second week that takes the first one's piece."""
    new_week(course, NEXT)
    for path in course.folder(NEXT).iterdir():
        path.write_text(path.read_text(encoding="utf-8").replace("centre", "scale"), encoding="utf-8")
    change("lesson.py", 'role="week"', 'role="week" needs="week01.centre"', week=NEXT)
    answer = "    import kit\n\n    return kit.centre(x)\n"
    return change("lesson.py", "    return x - x.mean(axis=0)\n", answer, week=NEXT)


def test_an_unbuilt_week_is_tried_with_the_kit_that_a_build_would_write(two: Course) -> None:
    assert not two.source.exists()
    assert Trial(two.folder(NEXT)).judge("scale", {}).share() == 1.0


def test_the_kit_that_ships_is_the_one_that_is_tried(two: Course) -> None:
    build(Course(two.root), NEXT)
    kit = two.source / NEXT / "kit.py"
    text = kit.read_text(encoding="utf-8")
    assert "return x - x.mean(axis=0)" in text
    assert Trial(two.folder(NEXT)).judge("scale", {}).share() == 1.0
    kit.write_text(text.replace("return x - x.mean(axis=0)", "return x + 1"), encoding="utf-8")
    assert Trial(two.folder(NEXT)).judge("scale", {}).share() < 1.0


def test_a_reference_runs_once_in_a_process(course: Course, append) -> None:
    mark = Path(course.root) / "runs"
    append("lesson.py", f'\n# %% role="given" id="count"\nwith open({str(mark)!r}, "a") as file:\n    file.write("run ")\n')
    folder = course.folder("week01_example")
    assert trial_of(folder) is trial_of(folder)
    assert mark.read_text() == "run "


@pytest.mark.parametrize(("seen", "fine"), [((27, 30), True), ((26, 30), False), ((0, 0), True)])
def test_what_visible_cases_catch_of_a_weeks_wrong_rivals_is_a_claim(seen: tuple[int, int], fine: bool) -> None:
    breaches = settled(WeekAudit("week05_made_up", seen=seen)).breaches
    assert (breaches == []) == fine
    assert fine or "catch 26 of 30 wrong rivals; 90% are asked for" in breaches[0]


def test_an_audit_that_takes_too_long_is_a_breach_and_twice_the_bound_is_a_busy_machine() -> None:
    fine = settled(WeekAudit("week05_made_up", cpu=2 * CPU_SECONDS))
    assert not fine.breaches
    (said,) = settled(WeekAudit("week05_made_up", cpu=4 * CPU_SECONDS)).breaches
    assert "480 CPU seconds; 120 are the bound" in said


def test_a_show_cell_may_ask_for_the_learners_score(course: Course, append) -> None:
    """It looks into the folder that it runs in: what stands beside a learner's notebook stands there."""
    append(
        "lesson.py",
        '\n# %% role="given" id="beside"\nfrom pathlib import Path\n\nBESIDE = {p.name for p in Path(".").iterdir()}\n',
    )
    assert Trial(course.folder("week01_example")).reference["BESIDE"] == {"checks.py", "explore.py"}
