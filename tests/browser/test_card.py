"""The check card in a real browser: on a narrow page, on a light and a dark one; a click takes the whole call."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page

from autograder.cases.model import Report, Verdict
from autograder.cases.pictures import drawn
from autograder.cases.report import as_html

CALL = "transform(np.array([[0.1257302210933933, 0.6404226504432821, 0.5356693731611111]]), np.array([0.36159505490948474]))"
LIGHT, DARK = ("#fff", "#1f2328"), ("#111", "#e6e6e6")
# The text of every element, with the ratio of its contrast: colours are laid over one another down to the page's.
CONTRASTS = """() => {
  const read = text => { const n = text.match(/[\\d.]+/g).map(Number); return n.length < 4 ? [...n, 1] : n };
  const over = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3]));
  const light = c => { const [r, g, b] = c.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b };
  const found = [];
  for (const one of document.querySelectorAll('body *')) {
    const text = [...one.childNodes].filter(n => n.nodeType === 3).map(n => n.textContent.trim()).join('');
    if (!text || !one.checkVisibility()) continue;
    const line = []; for (let up = one; up; up = up.parentElement) line.unshift(getComputedStyle(up));
    let back = [255, 255, 255], shown = 1;
    for (const style of line) { back = over(read(style.backgroundColor), back); shown *= +style.opacity }
    const ink = over([...read(line.at(-1).color).slice(0, 3), shown], back);
    const [a, b] = [light(ink), light(back)].sort((x, y) => y - x);
    found.push([text, (a + 0.05) / (b + 0.05)]);
  }
  return found }"""


def card(value: object) -> str:
    """A red card as a notebook shows it."""
    verdicts = (
        Verdict("a", "the points stay where they were", False, False, 1.0, "at [0, 1] yours is 2, wanted 1", on=CALL),
        Verdict(
            "b", "no input is changed", False, False, 1.0, "x was changed", on=f"f(*check.inputs('b')), where x = {'[1] ' * 90}"
        ),
        Verdict("c", "it keeps the type", False, False, 1.0),
        Verdict("e", "float32 stays float32", False, True, 1.0),
        Verdict("d", "it is fast", False, True, 1.0, "it is slow"),
    )
    return as_html(Report("transform", verdicts), False, 1.0, 6.0, 3.0, drawn(value))


@pytest.fixture(params=["heat_map", "plot"])
def value(request: pytest.FixtureRequest) -> np.ndarray:
    rng = np.random.default_rng(0)
    return rng.normal(size=(5, 8)) if request.param == "heat_map" else rng.normal(size=(40, 2))


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_a_card_can_be_read_everywhere(
    page: Page, tmp_path: Path, look: Callable[[str], None], value: np.ndarray, theme: tuple[str, str]
) -> None:
    back, ink = theme
    style = f"<style>body {{ background: {back}; color: {ink}; font: 14px system-ui; margin: 8px }}</style>"
    path = tmp_path / "card.html"
    path.write_text(f'<!doctype html><meta charset="utf-8"><body>{style}{card(value)}', encoding="utf-8")
    page.goto(path.as_uri())
    look("wide")
    page.set_viewport_size({"width": 390, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    contrasts = page.evaluate(CONTRASTS)
    assert {"✓", "it keeps the type", "told above", "float32 stays float32 · counts once what is broken is mended"} <= {
        text.strip(" ·") for text, _ in contrasts
    }
    faint = [(text, round(ratio, 2)) for text, ratio in contrasts if ratio < (3 if text in "✗✓·" else 4.5)]
    assert faint == []
    page.locator(".wb-try").click()
    assert page.evaluate("String(getSelection())").split() == CALL.split()
