"""What every lesson shows at a learner's desk: width, listing, terminal, a check on a fresh kernel, the second day."""

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import go_on, wait_until

WEEK = "week01_arrays"
#: Of what is drawn now: the widest prose and code in px, the most letters in a line of a paragraph, code that breaks its lines.
MEASURE = """() => {
  const panel = document.querySelector('.jp-NotebookPanel:not(.lm-mod-hidden)');
  const drawn = what => [...panel.querySelectorAll(what)].filter(e => e.getBoundingClientRect().height > 5);
  const width = e => e.getBoundingClientRect().width;
  const lines = p => { const range = document.createRange(); range.selectNodeContents(p);
    return new Set([...range.getClientRects()].map(r => Math.round(r.bottom / 12))).size; };
  const prose = drawn('.jp-RenderedMarkdown > p').filter(p => !p.querySelector('mjx-container, img'));
  const quoted = drawn('.jp-RenderedMarkdown pre code');
  return {
    paragraphs: prose.length,
    prose: Math.max(...prose.map(width)),
    letters: Math.max(...prose.filter(p => lines(p) > 2).map(p => p.textContent.length / lines(p))),
    code: Math.max(...drawn('.jp-CodeCell .jp-InputArea-editor').map(width)),
    wrapped: quoted.filter(e => getComputedStyle(e).whiteSpace !== 'pre').length,
    notebook: width(panel),
    beyond: Math.max(...[panel, ...panel.querySelectorAll('.jp-WindowedPanel-outer')].map(e => e.scrollWidth - e.clientWidth)),
  };
}"""


@pytest.mark.campaign
def test_what_every_lesson_shows(
    open_desk: Callable[..., Any], page: Page, notebook_page: Callable[..., Any], checkout: Path, look: Callable[[str], None]
) -> None:
    desk = open_desk("lab")
    page.goto(desk.wait_for(r"http://\S+/lab\S*"))
    assert go_on(page) == WEEK
    lab = notebook_page(checkout / ".course" / "learner" / WEEK / f"{WEEK}.ipynb")
    her_own_files_alone(page, lab, look)
    a_check_as_the_first_act(page, lab, look)
    can_be_read_in_light_and_dark_wide_and_narrow(page, lab, look)
    the_terminal_finds_workbook(page, lab, checkout / "found", look)
    page.goto("about:blank")
    desk.close()
    the_second_day_begins_where_the_first_ended(open_desk, page)


def can_be_read_in_light_and_dark_wide_and_narrow(page: Page, lab: Any, look: Callable[[str], None]) -> None:
    """Lines of a length that can be read, code that is not cut in two, nothing beyond the window."""
    for theme in ("Light", "Dark"):
        choose_theme(page, lab, theme)
        for width in (1920, 1366, 390):
            page.set_viewport_size({"width": width, "height": 768})
            sidebar(page, shown=width > 390)
            lab.go_to(14)
            found = page.evaluate(MEASURE)
            look(f"{theme.lower()}_{width}")
            assert found["paragraphs"] > 1, found
            assert found["letters"] <= 80 and found["prose"] <= 660, found
            assert found["code"] <= 960 and found["beyond"] <= 0 and found["wrapped"] == 0, found
            if width == 1366:
                assert found["letters"] > 55 and found["code"] > 0.8 * min(960, found["notebook"]), found
    choose_theme(page, lab, "Light")
    page.set_viewport_size({"width": 1366, "height": 768})
    sidebar(page, shown=True)


def choose_theme(page: Page, lab: Any, name: str) -> None:
    if page.evaluate("document.body.dataset.jpThemeName") != f"JupyterLab {name}":
        lab.menu("Settings", "Theme", f"JupyterLab {name}")
        page.wait_for_function(f"document.body.dataset.jpThemeName === 'JupyterLab {name}'")


def sidebar(page: Page, shown: bool) -> None:
    """The file browser takes a narrow window whole: a person folds it in."""
    if page.locator("#jp-left-stack").is_visible() != shown:
        page.keyboard.press("Control+b")
        expect(page.locator("#jp-left-stack")).to_be_visible(visible=shown)


def a_check_as_the_first_act(page: Page, lab: Any, look: Callable[[str], None]) -> None:
    """On a fresh kernel it says what to run first, and that is what helps."""
    cells = lab.saved()["cells"]
    at = next(place for place, cell in enumerate(cells) if "".join(cell["source"]).startswith("check("))
    lab.go_to(at)
    page.keyboard.press("Shift+Enter")
    shown = page.locator(".jp-Cell", has_text="This kernel is new")
    expect(shown).to_contain_text(re.compile(r"cells above have not run in it yet, among them your answer `\w+`"))
    expect(page.locator(".jp-Notebook")).not_to_contain_text("NameError")
    look("said")
    lab.go_to(at)
    lab.menu("Run", "Run All Above Selected Cell")
    expect(page.locator(".jp-Notebook-ExecutionIndicator").first).to_have_attribute("data-status", "idle", timeout=120_000)
    lab.go_to(at)
    page.keyboard.press("Shift+Enter")
    expect(shown).to_have_count(0)  # the real one has answered in its place
    look("checked")


def her_own_files_alone(page: Page, lab: Any, look: Callable[[str], None]) -> None:
    """The file browser shows neither what the lesson imports nor what tools leave."""
    (lab.path.parent / "my_notes.txt").write_text("hers")
    assert {"checks.py", "explore.py", "week.json"} <= {path.name for path in lab.path.parent.iterdir()}
    names = page.locator(".jp-DirListing-itemText")
    expect(names.filter(has_text="my_notes.txt")).to_be_visible(timeout=60_000)  # JupyterLab looks anew now and then
    assert sorted(names.all_inner_texts()) == ["my_notes.txt", lab.path.name]
    look("listing")
    page.locator(".jp-Notebook .jp-Cell").first.click()  # back into the notebook


def the_terminal_finds_workbook(page: Page, lab: Any, found: Path, look: Callable[[str], None]) -> None:
    """JupyterLab's own: the program of this environment."""
    lab.menu("File", "New", "Terminal")
    page.locator(".jp-Terminal .xterm-helper-textarea").wait_for(state="attached")
    page.locator(".jp-Terminal").click()
    page.keyboard.type(f"command -v workbook > '{found}'\n", delay=20)
    wait_until(lambda: found.is_file() and found.read_text())
    look("terminal")
    assert found.read_text().strip() == os.path.join(os.path.dirname(sys.executable), "workbook")


def the_second_day_begins_where_the_first_ended(open_desk: Callable[..., Any], page: Page) -> None:
    """Home names the exercise that was left."""
    page.goto(open_desk("lab").wait_for(r"http://\S+/lab\S*"))
    expect(page.locator(".tw-go")).to_have_attribute(
        "aria-label", re.compile("^Go on: Week 1 · .*, centre_of_ink, about 20 minutes")
    )
