"""A learner's week as she lives it: fetch, run, answer, check, play, submit, read the feedback."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from autograder.desk.madeup import answer_cells, read
from tests.browser.conftest import go_on

TICK, CROSS = "✓", "✗"
WIDGET = "application/vnd.jupyter.widget-view+json"


def roles(notebook: dict[str, Any], role: str) -> list[dict[str, Any]]:
    """The cells of a role, in order."""
    return [cell for cell in notebook["cells"] if cell["metadata"].get("autograder", {}).get("role") == role]


def text(cell: dict[str, Any]) -> str:
    """All that a cell shows, in HTML or else in plain text."""
    shown = []
    for output in cell["outputs"]:
        data = output.get("data", {"text/plain": output.get("text", output.get("traceback", ""))})
        shown.append("".join(data.get("text/html", data.get("text/plain", ""))))
    return "\n".join(shown)


def errors(notebook: dict[str, Any]) -> list[str]:
    """What went wrong, cell by cell, where a cell showed a traceback."""
    outputs = [(cell["id"], out) for cell in notebook["cells"] if cell["cell_type"] == "code" for out in cell["outputs"]]
    return [f"{name}: {out['ename']}: {out['evalue']}" for name, out in outputs if out["output_type"] == "error"]


def test_a_learners_week(
    open_desk: Callable[..., Any],
    page: Page,
    notebook_page: Callable[..., Any],
    checkout: Path,
    look: Callable[[str], None],
    picture: Callable[..., None],
) -> None:
    desk = open_desk("lab")
    started: list[str] = []
    page.on("request", lambda request: started.append(request.url) if request.method == "POST" else None)
    page.goto(desk.wait_for(r"http://\S+/lab\S*"))
    week = go_on(page)
    lab = notebook_page(checkout / ".course" / "learner" / week / f"{week}.ipynb")
    look("0_opened")
    only_her_panels(page)
    unsolved(lab)
    expect(page.locator(".jp-Dialog")).to_have_count(0)
    assert [url for url in started if "/api/sessions" in url] == []  # her kernel was there before the page: nothing to ask
    look("1_unsolved")
    the_picture_follows_the_slider(lab)
    look("2_slider")
    picture("explorer", page.locator(".wb-live").first)
    solved(lab, checkout / "source" / week / f"{week}.ipynb")
    look("3_solved")
    seconds = submit(page, lab, desk, week)
    look("4_graded")
    the_feedback(page, lab, week, look)
    page.locator(".lm-TabBar-tab", has_text="Home").click()
    expect(page.locator(".tw-go")).to_contain_text("Week 2")
    look("6_home")
    picture("home", page.locator(".tw-home"))
    print(f"{week}: feedback {seconds:.1f} s after Submit")
    desk.close()


def only_her_panels(page: Page) -> None:
    """nbgrader's menu has what she needs, and nothing pops up to ask her for news."""
    page.get_by_role("menuitem", name="Nbgrader", exact=True).click()
    assert [entry for entry in page.locator(".lm-Menu-itemLabel").all_inner_texts() if entry] == ["Assignment List"]
    page.keyboard.press("Escape")
    expect(page.locator(".Toastify__toast")).to_have_count(0)


def unsolved(lab: Any) -> None:
    """Everything runs from top to bottom; each check has something to say, kindly."""
    notebook = lab.run_all()
    assert errors(notebook) == []
    for cell in roles(notebook, "check"):
        assert CROSS in text(cell) or "not begun" in text(cell), cell["id"]
        assert "Traceback" not in text(cell), cell["id"]


def the_picture_follows_the_slider(lab: Any) -> None:
    """Move the first slider of an explorer by a key: the picture changes."""
    cells = read(lab.path)["cells"]
    outputs = [[out.get("data", {}) for out in cell.get("outputs", [])] for cell in cells]
    for position in (position for position, shown in enumerate(outputs) if any(WIDGET in data for data in shown)):
        lab.go_to(max(set(range(position)) - lab.passed_over))  # JupyterLab draws what is near
        cell = lab.cell(position)
        image, slider = cell.locator(".wb-live img").first, cell.locator(".wb-live input[type=range]").first
        cell.locator(".jupyter-widgets").first.wait_for()
        if slider.count():  # another explorer may have lists to choose from
            break
    before = image.get_attribute("src")
    slider.press("ArrowRight")
    expect(image).not_to_have_attribute("src", before)


def solved(lab: Any, source: Path) -> None:
    """Paste the solutions, run all: every property of every check holds."""
    solutions = {name: "".join(cell["source"]) for name, cell in answer_cells(read(source))}
    cells = read(lab.path)["cells"]
    for position, cell in enumerate(cells):
        name = cell["metadata"].get("autograder", {}).get("id")
        if name in solutions:
            lab.replace(position, solutions[name])
    notebook = lab.run_all()
    assert {name: "".join(cell["source"]) for name, cell in answer_cells(notebook)} == solutions
    assert errors(notebook) == []
    for cell in roles(notebook, "check"):
        assert TICK in text(cell) and CROSS not in text(cell), f"{cell['id']}: {text(cell)}"


def submit(page: Page, lab: Any, desk: Any, week: str) -> float:
    """Submit from the assignment list; the watcher grades it. Return the seconds until its feedback is there."""
    lab.menu("Nbgrader", "Assignment List")
    began = time.monotonic()
    page.get_by_role("button", name="Submit", exact=True).click()
    page.get_by_role("button", name="Fetch Feedback").wait_for()
    desk.wait_for(rf"{week}: .* of .*\d s", 180)
    return time.monotonic() - began


def the_feedback(page: Page, lab: Any, week: str, look: Callable[[str], None]) -> None:
    """Fetch the feedback and open it, all in the browser: the full grade stands on the page, and no hidden test's source."""
    page.get_by_role("button", name="Fetch Feedback").click()
    page.get_by_text("(view feedback)").first.click()  # the file browser goes to its folder
    page.locator(".jp-DirListing-item", has_text=f"{week}.html").dblclick()
    shown = page.frame_locator(".jp-HTMLViewer iframe").locator("body")
    exercises = read(lab.path.with_name("week.json"))["exercises"]
    full = sum(points for exercise in exercises for points in exercise["points"].values())
    expect(shown).to_contain_text(re.compile(rf"{full:g}\s*of {full:g} points"))
    expect(shown).not_to_contain_text("hidden_check(")
    look("5_feedback")
