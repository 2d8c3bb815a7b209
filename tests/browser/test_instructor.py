"""An instructor's desk: generate, release, collect and autograde by formgrader's buttons; the command line says the same."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook
from playwright.sync_api import FrameLocator, Page, expect

from autograder.desk.local import LocalCourse
from autograder.desk.madeup import PEOPLE, hand_in_all


@pytest.mark.campaign
def test_an_instructors_week(open_desk: Callable[..., Any], page: Page, checkout: Path, look: Callable[[str], None]) -> None:
    course = LocalCourse.of(checkout)
    desk = open_desk("teach")
    page.goto(desk.wait_for(r"http://\S+/lab\S*"))
    week = course.weeks()[0]
    grader = formgrader(page)
    row = grader.locator("tr", has=grader.get_by_role("link", name=week, exact=True))
    press(grader, row.locator(".assign a"), "Success")
    press(grader, row.locator(".release a"), "Success")
    expect(row.locator(".status")).to_have_text("released")
    look("1_released")
    hand_in_all(course, week)
    press(grader, row.locator(".collect a"), "Success")
    expect(row.locator(".num-submissions")).to_have_text(str(len(PEOPLE)))
    row.locator(".num-submissions a").click()
    scores = {person: autograde(grader, person) for person in PEOPLE}
    look("2_graded")
    desk.close()
    assert scores == gradebook_scores(course, week)
    by_command(course, week)
    assert scores == gradebook_scores(course, week)
    full = {most for _, most in scores.values()}
    assert len(full) == 1 and scores["reference"][0] == full.pop()
    assert 0 == scores["blank"][0] < scores["half_right"][0] < scores["reference"][0]


def formgrader(page: Page) -> FrameLocator:
    """Open formgrader from nbgrader's menu."""
    page.get_by_role("menuitem", name="Nbgrader", exact=True).click()
    page.get_by_text("Formgrader", exact=True).click()
    return page.frame_locator('iframe[src*="formgrader"]')


def press(grader: FrameLocator, button: Any, title: str) -> None:
    """Press a button of formgrader's, and its message away when it is the right one."""
    button.click()
    modal = grader.locator(".modal.in")
    expect(modal.locator(".modal-title")).to_have_text(title, timeout=180_000)
    modal.get_by_role("button", name="OK").click()
    expect(modal).to_have_count(0)


def autograde(grader: FrameLocator, person: str) -> tuple[float, float]:
    """Autograde one submission by its button; return the points and their most, as the page shows them."""
    row = grader.locator("tr", has=grader.locator(".student-id", has_text=re.compile(f"^{person}$")))
    press(grader, row.locator(".autograde a"), "Success")
    expect(row.locator(".status")).to_have_text("graded")
    points, most = row.locator(".score").inner_text().split("/")
    return float(points), float(most)


def gradebook_scores(course: LocalCourse, week: str) -> dict[str, tuple[float, float]]:
    """The scores in the gradebook, rounded as formgrader rounds them."""
    with Gradebook(course.config("instructor").CourseDirectory.db_url, course.course_id) as gradebook:
        found = {person: gradebook.find_submission(week, person) for person in PEOPLE}
        return {person: (round(one.score, 2), round(one.max_score, 2)) for person, one in found.items()}


def by_command(course: LocalCourse, week: str) -> None:
    """Grade the same submissions again by nbgrader's own command line."""
    path = str(Path(sys.executable).parent) + os.pathsep + os.environ["PATH"]
    command = [sys.executable, "-m", "nbgrader", "autograde", week, "--force"]
    done = subprocess.run(command, cwd=course.instructor, env=os.environ | {"PATH": path}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
