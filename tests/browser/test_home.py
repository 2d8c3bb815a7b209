"""The desk's own part of JupyterLab: Home, the exercise's strip, handing in; and JupyterLab as usual where it is missing."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from nbformat import reads
from nbgrader.utils import compute_checksum
from playwright.sync_api import Page, expect

from autograder.desk.madeup import answer_cells, read
from autograder.desk.state import NOTHING
from tests.browser.conftest import ROOT, wait_until

WEEK, NEXT = "week01_arrays", "week02_logistic"
FIRST = "centre_of_ink"
MISTAKEN = f"""\
def {FIRST}(images):
    rows, columns = np.indices(images.shape[1:])
    ink = images > 0  # each inked pixel counts alike
    return np.stack([(ink * rows).sum(axis=(1, 2)), (ink * columns).sum(axis=(1, 2))], axis=1) / ink.sum(axis=(1, 2))[:, None]"""
WRITTEN = 'NOTE = "an edit that nobody saved"\n'
SHOWN = ".jp-NotebookPanel:not(.lm-mod-hidden)"
ROLES = f"""() => {{
  const cells = [...document.querySelectorAll('{SHOWN} .jp-Cell')].filter(cell => cell.getBoundingClientRect().height > 5);
  const has = (cell, ...names) => names.some(name => cell.classList.contains('tw-' + name));
  const seen = node => node && node.getBoundingClientRect().height > 0;
  const visible = cells.filter(cell => has(cell, 'show')).filter(cell => seen(cell.querySelector('.jp-InputArea-editor')));
  return {{
    drawn: cells.length, answers: cells.filter(cell => has(cell, 'answer', 'studio')).length, shows: visible.length,
    strips: cells.filter(cell => has(cell, 'answer', 'studio')).map(cell => cell.querySelectorAll('.tw-strip').length),
    others: cells.filter(cell => !has(cell, 'answer', 'studio') && cell.querySelector('.tw-strip')).length,
    unlocked: cells.filter(cell => has(cell, 'given', 'check', 'hidden') !== has(cell, 'locked')).length,
  }};
}}"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A course of two weeks: a desk on it opens sooner."""
    for place in ("notebooks", "source", "release"):
        for week in (WEEK, NEXT):
            shutil.copytree(ROOT / place / week, tmp_path / place / week, ignore=shutil.ignore_patterns(".*", "__pycache__"))
    shutil.copytree(ROOT / "notebooks" / "kit", tmp_path / "notebooks" / "kit", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    return tmp_path


@pytest.mark.campaign
def test_from_home_to_the_page(
    open_desk: Callable[..., Any],
    page: Page,
    notebook_page: Callable[..., Any],
    checkout: Path,
    look: Callable[[str], None],
    picture: Callable[..., None],
) -> None:
    expect.set_options(timeout=60_000)  # a machine that runs other tests beside
    desk = open_desk("lab")
    page.set_viewport_size({"width": 1366, "height": 768})
    address = desk.wait_for(r"http://\S+/lab\S*")
    page.goto(address)
    home_by_keys(page, look)
    lab = notebook_page(checkout / ".course" / "learner" / WEEK / f"{WEEK}.ipynb")
    every_cell_has_its_role(page, lab)
    check_as_the_first_act(page, lab, look, picture)
    a_locked_cell_says_why(page)
    help_and_put_back(page, lab)
    hand_in_an_edit_that_is_not_saved(page, lab, checkout, look, picture)
    without_a_watcher_it_waits(page, desk)
    a_week_that_is_not_here_opens_by_a_click(page, checkout, look)
    nothing_is_written_into_the_notebook(lab, checkout)
    without_us_it_is_jupyterlab(page, address)
    page.goto("about:blank")
    desk.close()


def home_by_keys(page: Page, look: Callable[[str], None]) -> None:
    """The first thing to be seen; everything on it can be reached and pressed by keys."""
    go = page.locator(".tw-go")
    expect(go).to_be_focused()
    expect(go).to_have_attribute("aria-label", re.compile(f"^Begin: Week 1 · .*, {FIRST}, about 20 minutes"))
    expect(page.locator(".lm-DockPanel-tabBar .lm-TabBar-tab").first).to_contain_text("Home")
    expect(page.locator(".tw-week")).to_have_count(2)
    look("light")
    script = page.request.get(re.sub(r"/lab.*", "/lab/extensions/twenty-weeks-desk/plain/home.js", page.url))
    assert (script.status, script.headers["cache-control"]) == (200, "no-cache"), "a newer workbook's is seen at the next reload"
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    expect(page.locator(":focus")).to_have_attribute(
        "aria-label", re.compile("^exercise distances: not begun, 50 minutes, 8 points")
    )
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    heading = page.locator(f"{SHOWN} h3", has_text=FIRST)
    expect(heading).to_be_visible()
    panel = page.locator(f"{SHOWN} .jp-WindowedPanel-outer").bounding_box() or {}

    def top() -> float:
        box = heading.bounding_box()
        return (box["y"] - panel["y"]) / panel["height"] if box else 2.0

    wait_until(lambda: -0.05 < top() < 0.2, 15)
    assert -0.05 < top() < 0.2, "its heading is in the upper fifth"


def every_cell_has_its_role(page: Page, lab: Any) -> None:
    """One strip on each answer and on nothing else; also after a move, an undo, a reload and a walk to the end."""

    def holds() -> None:
        wait_until(lambda: page.evaluate(ROLES)["answers"] > 0 and all(n == 1 for n in page.evaluate(ROLES)["strips"]), 15)
        found = page.evaluate(ROLES)
        assert found["answers"] and set(found["strips"]) == {1}, found
        assert found["shows"] == found["others"] == found["unlocked"] == 0, found

    holds()
    at = place_of(lab, FIRST)
    lab.go_to(at)
    holds()
    page.keyboard.press("Control+Shift+ArrowUp")
    holds()
    page.locator(f"{SHOWN} .jp-Cell.jp-mod-active").press("z")
    holds()
    lab.go_to(len(lab.saved()["cells"]) - 3)
    lab.go_to(at)
    holds()
    lab.saved()
    lab.menu("File", "Reload Notebook from Disk")
    page.locator(f"{SHOWN} .jp-Cell .jp-InputPrompt").nth(2).click()  # it forgets which cell was the active one
    lab.go_to(at)
    holds()


def place_of(lab: Any, name: str) -> int:
    """Where the cell of this id stands."""
    ids = [cell["metadata"].get("autograder", {}).get("id") for cell in read(lab.path)["cells"]]
    return ids.index(name)


def check_as_the_first_act(page: Page, lab: Any, look: Callable[[str], None], picture: Callable[..., None]) -> None:
    """Check runs what the course gives, the answer as it stands on the screen, and its check: no traceback, no older answer."""
    cell = page.locator(f"{SHOWN} .jp-Cell.tw-answer").first
    says, check = cell.locator(".tw-says"), cell.get_by_role("button", name="Check", exact=True)
    check.click()
    expect(page.locator(f"{SHOWN} .jp-Cell.tw-check").first).to_contain_text("not begun")
    expect(says).to_have_text("not begun")
    expect(page.locator(f"{SHOWN} .jp-Notebook")).not_to_contain_text("Traceback")
    try_the_call_that_breaks(page, lab, check, look, picture)
    solution = dict(answer_cells(read(ROOT / "source" / WEEK / f"{WEEK}.ipynb")))[FIRST]
    lab.replace(place_of(lab, FIRST), "".join(solution["source"]))
    expect(says).to_have_text(re.compile(r"^\d+ of \d+ promises hold · changed since it ran$"))
    check.press("Enter")  # the button's, not JupyterLab's
    expect(says).to_have_text(re.compile(r"^all \d+ promises hold$"))
    look("holds")
    page.locator(".tw-toolbar").get_by_role("button", name="Home").click()
    expect(page.locator(".tw-go")).to_contain_text("distances")
    expect(page.locator(".tw-station").first).to_have_attribute(
        "aria-label", re.compile(f"^exercise {FIRST}: all .* promises hold")
    )
    page.locator(".lm-TabBar-tab", has_text=f"{WEEK}.ipynb").click()


def try_the_call_that_breaks(page: Page, lab: Any, check: Any, look: Callable[[str], None], picture: Callable[..., None]) -> None:
    """A wrong answer's card has a button: its call runs in a cell of hers below the check, which a second press runs again."""
    lab.replace(place_of(lab, FIRST), MISTAKEN)
    check.click()
    card = page.locator(f"{SHOWN} .jp-Cell.tw-check").first
    expect(card.locator(".wb-try")).to_be_visible()
    picture("check", card.locator(".jp-OutputArea-output").first, 540)
    call, press = card.locator(".wb-try"), card.get_by_role("button", name="Try it in a new cell")
    press.click()
    hers = page.locator(f"{SHOWN} .jp-Cell.jp-mod-active")
    expect(hers.locator(".cm-content")).to_have_text(call.inner_text())
    expect(hers.locator(".jp-OutputArea-output")).to_contain_text("array(")
    look("tried")
    count = len(lab.saved()["cells"])
    press.click()
    expect(hers.locator(".jp-OutputArea-output")).to_contain_text("array(")
    saved = lab.saved()["cells"]
    assert len(saved) == count
    mine = saved[place_of(lab, f"check_{FIRST}") + 1]
    assert "".join(mine["source"]) == call.inner_text() and "autograder" not in mine["metadata"]
    hers.locator(".jp-InputPrompt").click()
    page.keyboard.press("d")
    page.keyboard.press("d")
    assert len(lab.saved()["cells"]) == count - 1


def a_locked_cell_says_why(page: Page) -> None:
    page.locator(f"{SHOWN} .jp-Cell.tw-check .cm-content").first.click()
    page.keyboard.type("x")
    expect(page.locator(".tw-why")).to_contain_text("Yours are the ones with the pencil")
    page.keyboard.press("Escape")


def help_and_put_back(page: Page, lab: Any) -> None:
    """Help unfolds and has the focus; Put back asks first."""
    cell = page.locator(f"{SHOWN} .jp-Cell.tw-answer").first
    cell.get_by_role("button", name="Help 2: A plan").click()
    expect(page.locator("details[open] > summary")).to_have_text("A plan")
    expect(page.locator("details[open] > summary")).to_be_focused()
    cell.get_by_role("button", name="Put back").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    cell.get_by_role("button", name="Put back").click()
    page.get_by_role("dialog").get_by_role("button", name="Put back").click()
    expect(page.locator(f"{SHOWN} .jp-Cell.tw-answer").first.locator(".cm-content")).to_contain_text("NotImplementedError")
    released = dict(answer_cells(read(ROOT / "release" / WEEK / f"{WEEK}.ipynb")))[FIRST]
    assert "".join(dict(answer_cells(lab.saved()))[FIRST]["source"]) == "".join(released["source"])


def hand_in_an_edit_that_is_not_saved(
    page: Page, lab: Any, checkout: Path, look: Callable[[str], None], picture: Callable[..., None]
) -> None:
    """What is on the screen is handed in; how far it is, what came of it, and its page, without leaving."""
    solution = dict(answer_cells(read(ROOT / "source" / WEEK / f"{WEEK}.ipynb")))[FIRST]
    lab.replace(place_of(lab, FIRST), WRITTEN + "".join(solution["source"]))
    said: list[str] = []
    page.expose_function("noted", lambda text: said.append(text))
    page.evaluate(
        "new MutationObserver(seen => noted(seen.at(-1).target.textContent))"
        f".observe(document.querySelector('{SHOWN} .tw-status'), {{ childList: true }})"
    )
    toolbar = page.locator(f"{SHOWN} .tw-toolbar")
    toolbar.get_by_role("button", name="Hand in").click()
    expect(toolbar.locator(".tw-status")).to_have_text("done: 6 of 59", timeout=180_000)
    assert "handed in, waiting" in said and [one for one in said if re.fullmatch(r"being graded, \d of 7", one)], said
    (attempt,) = (checkout / ".course" / "exchange").glob(f"*/inbound/*+{WEEK}+*")
    assert WRITTEN.strip() in (attempt / f"{WEEK}.ipynb").read_text().replace('\\"', '"')
    look("graded")
    picture("handin", page.locator(f"{SHOWN} .jp-NotebookPanel-toolbar"))
    toolbar.get_by_role("button", name="open the page").click()
    expect(page.frame_locator(".jp-HTMLViewer iframe").locator("body")).to_contain_text(re.compile(r"6\s*of 59 points"))
    look("page")
    picture("page", page.locator(".jp-HTMLViewer"), 520)
    page.locator(".lm-TabBar-tab", has_text=f"{WEEK}.ipynb").click()
    cell = page.locator(f"{SHOWN} .jp-Cell.tw-answer").first
    expect(cell.locator(".tw-says")).to_have_text("all 6 points")
    cell.get_by_role("button", name="Our solution").click()
    expect(page.get_by_role("dialog")).to_contain_text("keeps your best score so far")
    page.get_by_role("dialog").get_by_role("button", name="Open it").click()
    expect(cell.locator(".tw-ours pre")).to_contain_text(f"def {FIRST}", timeout=90_000)


def without_a_watcher_it_waits(page: Page, desk: Any) -> None:
    for child in psutil.Process(desk.process.pid).children():
        if "watch" in child.cmdline():
            child.terminate()
    desk.wait_for("The grading watcher has ended")
    toolbar = page.locator(f"{SHOWN} .tw-toolbar")
    toolbar.get_by_role("button", name="Hand in").click()
    expect(toolbar.locator(".tw-status")).to_have_text("handed in, waiting")
    toolbar.get_by_role("button", name="2 attempts").click()
    expect(page.locator(".tw-popup li")).to_have_text([re.compile("done: 6 of 59"), re.compile("handed in, waiting")])
    page.keyboard.press("Escape")
    expect(page.locator(".tw-popup")).to_be_hidden()


def a_week_that_is_not_here_opens_by_a_click(page: Page, checkout: Path, look: Callable[[str], None]) -> None:
    page.locator(f"{SHOWN} .tw-toolbar").get_by_role("button", name="Home").click()
    look("home")
    page.locator(".tw-week", has_text="Week 2").get_by_role("button", name="studio tumours").click()
    expect(page.locator(f"{SHOWN} h3", has_text="tumours")).to_be_visible(timeout=60_000)
    assert (checkout / ".course" / "learner" / NEXT / f"{NEXT}.ipynb").is_file()
    expect(page.locator(f"{SHOWN} .tw-strip", has_text="tumours")).to_contain_text("1 point here, 9 when you hand in")


def nothing_is_written_into_the_notebook(lab: Any, checkout: Path) -> None:
    """Ids and metadata are the release's, locked cells have their checksums; JupyterLab alone writes of the language."""
    hers, released = read(lab.path), read(checkout / "release" / WEEK / f"{WEEK}.ipynb")
    for notebook in (hers, released):
        notebook["metadata"].pop("language_info")
    assert hers["metadata"] == released["metadata"]
    assert [(cell["id"], cell["metadata"]) for cell in hers["cells"]] == [(c["id"], c["metadata"]) for c in released["cells"]]
    marked = [cell for cell in reads(json.dumps(hers), 4).cells if cell.metadata.get("nbgrader", {}).get("locked")]
    assert marked and all(compute_checksum(cell) == cell.metadata["nbgrader"]["checksum"] for cell in marked)


def without_us_it_is_jupyterlab(page: Page, address: str) -> None:
    """A script that is broken, our part of the server away, no course: the notebook opens, plain."""
    script, state = re.compile(r"/twenty-weeks-desk/plain/index\.js"), re.compile("/workbook/state")
    nowhere = {"content_type": "application/json", "body": json.dumps(NOTHING)}
    for what, answer in (
        (script, {"content_type": "text/javascript", "body": "throw new Error('broken')"}),
        (state, {"status": 404, "body": "nothing here"}),
        (state, nowhere),
    ):
        page.route(what, lambda route, _, answer=answer: route.fulfill(**answer))
        page.goto(re.sub(r"/lab\?", f"/lab/tree/{WEEK}/{WEEK}.ipynb?reset&", address))
        expect(page.locator(f"{SHOWN} .jp-Cell").first).to_be_visible()
        expect(page.locator(f'{SHOWN} .jp-Notebook-ExecutionIndicator[data-status="idle"]').first).to_be_attached()
        expect(page.locator(".tw-home, .tw-strip, .tw-toolbar, .tw-lesson, .jp-Dialog")).to_have_count(0)
        page.unroute(what)
