"""The reading edition in a browser, from its files alone: wide and narrow, moving, searched, printed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from autograder.course.new_week import new_week
from autograder.course.places import Course
from autograder.course.site.build import build_site
from autograder.course.site.pdf import find_browser, print_weeks
from autograder.course.stale import build

WEEK = "week01_example"
FORMULA = r"""# The mean is $\bar x$, and
#
# $$J = \frac{1}{n} \sum_{i=1}^{n} (x_i - \bar x)^2 + \lambda \lVert w \rVert^2 + a + b + c + d + e + f + g + h + k + l$$
#
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the example week, with a formula in it."""
    root = tmp_path_factory.mktemp("course")
    course = Course(root)
    new_week(course, WEEK)
    lesson = course.folder(WEEK) / "lesson.py"
    text = lesson.read_text(encoding="utf-8")
    lesson.write_text(text.replace("# The story, with", FORMULA + "# The story, with"), encoding="utf-8")
    build(course, WEEK)
    list(build_site(course, [WEEK], root / "site"))
    return root / "site"


@pytest.fixture
def quiet(page: Page) -> Page:
    """A page whose every word on the console, and every file that it asks of a network, fails the test."""
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: said.append(request.url) if request.url.startswith("http") else None)
    page.said = said  # type: ignore[attr-defined]
    return page


def open_week(page: Page, site: Path, width: int = 1366) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto((site / f"{WEEK}.html").as_uri())


@pytest.mark.parametrize("width", [1366, 390])
def test_a_page_fits_and_an_explorer_moves_without_a_kernel(
    quiet: Page, site: Path, width: int, look: Callable[[str], None]
) -> None:
    open_week(quiet, site, width)
    assert quiet.evaluate("document.documentElement.scrollWidth") <= width, "nothing makes the page scroll sideways"
    picture, slider = quiet.locator("figure.wb img"), quiet.locator("figure.wb input[type=range]")
    before = picture.get_attribute("src")
    slider.focus()
    quiet.keyboard.press("ArrowLeft")
    assert picture.get_attribute("src") != before
    assert "2 of three points" in (picture.get_attribute("alt") or "")
    assert quiet.locator("math").count() == 2
    box = quiet.locator(".formula math").bounding_box()
    assert box is not None and box["height"] > 25, "the fraction is set, not spelt"
    look(f"site-{width}")
    assert not quiet.said  # type: ignore[attr-defined]


def test_search_finds_a_word(quiet: Page, site: Path) -> None:
    open_week(quiet, site)
    quiet.locator("input[name=q]").fill("difference")
    quiet.keyboard.press("Enter")
    quiet.wait_for_selector("#search-results li a")
    assert quiet.locator("#search-results li a").first.inner_text() == "Example"
    assert not quiet.said  # type: ignore[attr-defined]


def test_in_the_dark_pictures_turn_and_paper_is_white_again(browser: Browser, site: Path) -> None:
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    open_week(page, site)
    light = "document.documentElement.getAttribute('data-jp-theme-light')"
    assert page.evaluate(light) == "false"
    assert page.evaluate("getComputedStyle(document.querySelector('figure.wb img')).filter").startswith("invert")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(light) == "true"
    context.close()


def test_print_opens_folded_help_wraps_code_and_begins_exercises_on_a_page(quiet: Page, site: Path) -> None:
    open_week(quiet, site)
    assert quiet.locator("article details[open]").count() == 0
    quiet.emulate_media(media="print")
    quiet.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert quiet.locator("article details[open]").count() == quiet.locator("article details").count() == 6
    style = "s => getComputedStyle(document.querySelector(s))"
    assert quiet.evaluate(f"({style})('.highlight pre').whiteSpace") == "pre-wrap"
    assert quiet.evaluate(f"({style})('section[id^=exercise-]').breakBefore") == "page"
    quiet.evaluate("dispatchEvent(new Event('afterprint'))")
    assert quiet.locator("article details[open]").count() == 0


def test_a_week_is_printed_into_a_pdf_of_several_pages(site: Path) -> None:
    assert find_browser()
    (paper,) = print_weeks(site, [WEEK])
    data = paper.read_bytes()
    assert data.startswith(b"%PDF") and data.count(b"/Type /Page\n") + data.count(b"/Type /Page ") >= 3
    paper.unlink()
