"""Guess first, in a real browser, by keyboard: choose, move, draw, see, find it again; be told where no script runs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from autograder.explore import guess

DARK = """:root { --jp-ui-font-color1: #ddd; --jp-layout-color1: #111; --jp-border-color1: #555; --jp-brand-color1: #64b5f6 }
body { background: #111 }"""


def second() -> str:
    """One row is stretched over all the others."""
    return "(5, 3)"


def share() -> float:
    """A pen covers little of the paper."""
    return 81.0


def falls() -> tuple[Any, Any]:
    """Every step takes the same share of what is left."""
    x = np.linspace(0, 20, 60)
    return x, 2 * np.exp(-x / 4)


@pytest.fixture
def questions(tmp_path: Path) -> str:
    """A page with a guess of each kind, one of them with a function that does not run yet."""
    made = [
        guess.choose("What is the shape of table + per_column?", ["(3, 5)", "(5, 3)", "it fails"], truth=second),
        guess.number("How many of 100 pixels are blank?", 0, 100, truth=share, step=1, unit="pixels"),
        guess.curve("How does the loss fall?", (0, 20), (0, 2), truth=falls, labels=("epoch", "loss (nats)")),
    ]
    waits = guess.number("How many?", 0, 9, truth=lambda: 4, step=1)
    waits.told = {**waits.told, "trouble": "The answer cannot be shown yet."}
    del waits.told["truth"]
    page = "".join(one._repr_html_() for one in [*made, waits])
    (tmp_path / "page.html").write_text(f"<!doctype html><meta charset=utf-8><body>{page}", encoding="utf-8")
    return (tmp_path / "page.html").as_uri()


def test_guess_and_see_by_keyboard(page: Page, questions: str, look: Callable[[str], None]) -> None:
    page.goto(questions)
    choice, number, curve, waits = (page.locator(".wb-guess").nth(i) for i in range(4))
    expect(page.locator(".wb-asleep")).to_have_count(0)
    chosen(page, choice)
    moved(page, number)
    drawn(page, curve)
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(waits).to_contain_text("The answer cannot be shown yet.")
    look("seen")
    page.reload()
    expect(choice).to_contain_text("You guessed “(3, 5)”")
    expect(number).to_contain_text("You guessed 52 pixels")
    expect(curve).to_contain_text("at epoch 3.33: you guessed 2, it is 0.87.")
    choice.get_by_role("button", name="Guess again").press("Enter")
    assert choice.get_by_role("radio").first.evaluate("one => one === document.activeElement")
    page.set_viewport_size({"width": 390, "height": 900})
    page.reload()
    expect(choice.get_by_role("button", name="See")).to_be_visible()
    page.add_style_tag(content=DARK)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    look("narrow_dark")


def chosen(page: Page, choice: Any) -> None:
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(choice).to_contain_text("Choose an answer first.")
    expect(choice).not_to_contain_text("One row is stretched")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(choice).to_contain_text("You guessed “(3, 5)”; it is “(5, 3)”.")
    expect(choice).to_contain_text("One row is stretched over all the others.")
    expect(choice.locator(".wb-true")).to_have_text("✓(5, 3)")


def moved(page: Page, number: Any) -> None:
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(number).to_contain_text("Move the slider first")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert number.get_by_role("slider").get_attribute("aria-valuetext") == "52 pixels"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(number).to_contain_text("You guessed 52 pixels; it is 81 pixels.")


def drawn(page: Page, curve: Any) -> None:
    page.keyboard.press("Tab")
    for _ in range(4):
        page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("End")
    points = curve.get_by_role("slider")
    assert [points.nth(i).get_attribute("aria-valuenow") for i in range(3)] == ["1.2", "2", "1"]
    box = curve.locator("svg").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.97, box["y"] + box["height"] * 0.8)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + box["height"] * 0.7, steps=5)
    page.mouse.up()
    assert float(points.last.get_attribute("aria-valuenow")) < 0.3
    see = curve.get_by_role("button", name="See")
    see.focus()
    page.keyboard.press("Enter")
    expect(curve).to_contain_text("Farthest apart at epoch")
    expect(curve).to_contain_text("Every step takes the same share")


def test_where_no_script_runs_one_sentence_says_how(browser: Browser, questions: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(questions)
    shown = page.locator("body").inner_text()
    assert shown.count("run this cell (Shift+Enter) in JupyterLab") == 4
    assert "stretched" not in shown
    context.close()


@pytest.mark.campaign
def test_in_jupyterlab_arrows_belong_to_the_guess_and_the_notebook_learns_nothing(
    open_desk: Callable[..., Any], page: Page, checkout: Path, look: Callable[[str], None]
) -> None:
    desk = open_desk("lab")
    page.goto(desk.wait_for(r"http://\S+/lab\S*").replace("/lab?", "/lab/tree/week01_arrays/week01_arrays.ipynb?"))
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]')
    path = next((checkout / ".course" / "learner").glob("*/week*.ipynb"))
    cells = json.loads(path.read_text())["cells"]
    code = [i for i, cell in enumerate(cells) if cell["metadata"].get("autograder", {}).get("role") in ("given", "guess")]
    asked = next(i for i in code if cells[i]["metadata"]["autograder"]["role"] == "guess")
    for i in [i for i in code if i <= asked]:
        run(page, i)
    made = page.locator(f'.jp-Cell[data-windowed-list-index="{asked}"] .wb-guess')
    slider = made.get_by_role("slider")
    slider.focus()
    before = float(slider.input_value())
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert (before, float(slider.input_value())) == (392, 400), "the arrows moved something else"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(made.get_by_role("button", name="Guess again")).to_be_visible()
    look("seen")
    page.keyboard.press("Escape")
    page.locator(".jp-Notebook").first.click(position={"x": 5, "y": 5})
    page.keyboard.press("Control+s")
    page.wait_for_selector(".lm-TabBar-tab.lm-mod-current.jp-mod-dirty", state="hidden")
    after = json.loads(path.read_text())
    assert [cell["metadata"].get("autograder") for cell in after["cells"]] == [c["metadata"].get("autograder") for c in cells]
    assert "You guessed 400; it is 634." in made.inner_text() and "You guessed 400" not in path.read_text()
    assert "widgets" not in after["metadata"]
    desk.close()


def run(page: Page, position: int) -> None:
    """Go to a cell and run it, anew where JupyterLab was not ready; it takes the focus once more when the cell has run."""
    cell = page.locator(f'.jp-Cell[data-windowed-list-index="{position}"]')
    prompt = cell.locator(".jp-InputPrompt")
    for _ in range(10):
        cell.scroll_into_view_if_needed()
        cell.locator(".cm-content").click()
        page.keyboard.press("Control+Enter")
        page.wait_for_timeout(3000)
        if prompt.inner_text().strip() != "[ ]:":
            break
    expect(prompt).to_have_text(re.compile(r"\[\d+\]:"), timeout=90_000)
    page.wait_for_timeout(500)
