"""The report on a class in a browser: every wrong rival of one exercise of week 2 beside right answers, graded for real."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from autograder import cli
from autograder.grading.batch.batch import grade_class
from autograder.grading.grader import Grader
from autograder.grading.report import command
from tests.browser.conftest import ROOT

sys.path.insert(0, str(ROOT / "tests" / "grading" / "report"))
import classroom

WEEK, EXERCISE = "week02_logistic", "log_loss"
RIGHT = 20


@pytest.mark.campaign
def test_the_report_of_a_class(page: Page, tmp_path: Path, look: Callable[[str], None], picture: Callable[..., None]) -> None:
    """It fits wide and narrow, in light and in dark."""
    root = classroom.real_course(ROOT, tmp_path, WEEK)
    (root / "data").symlink_to(ROOT / "data")
    assert cli.main(["rivals", WEEK, "--write", "--course", str(root)]) == 0
    asked = {EXERCISE: classroom.contracts(ROOT, WEEK)[EXERCISE]}
    some = classroom.programs(ROOT / "notebooks" / WEEK / "rivals.py", asked)
    wrong, right = [one for one in some if one.wrong], [one for one in some if not one.wrong]
    several = [*wrong, *wrong[:6], *(right[k % len(right)] for k in range(RIGHT))]
    for number, (notebook, _) in enumerate(classroom.notebooks(root / "release" / WEEK / f"{WEEK}.ipynb", several)):
        classroom.hand_in(root, WEEK, f"made{number:03d}", notebook)
    assert not any(one.trouble for one in grade_class(root, WEEK))
    page.goto((command.write(Grader(root), WEEK) / command.PAGE).as_uri())
    expect(page.locator("body")).to_contain_text(f"{len(several)}graded")
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        for width in (1366, 390):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (theme, width)
            look(f"{theme}_{width}")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1120, "height": 900})
    section = page.locator(f"section:has(h3#{EXERCISE})")
    expect(section).to_be_visible()
    picture("report", section, 760)
