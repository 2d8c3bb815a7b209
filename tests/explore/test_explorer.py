"""Explorers: what can be chosen, what is saved and how much, and what is refused."""

from __future__ import annotations

import html.parser
import json
import re
from typing import Any

import numpy as np
import pytest

from autograder.explore import Drag, explorer, figure
from autograder.explore.controls import Control
from autograder.explore.explorer import FRAMES, halving


@explorer(a=(-1.0, 1.0, 0.5, 0.1), k=(1, 3, 2), turned=False, labels={"k": "how many"})
def lines(a: float, k: int, turned: bool) -> Any:
    """Some lines."""
    fig, ax = figure(4, 2.5)
    for j in range(k):
        ax.plot([0, a], [j, j + (-a if turned else a)])
    ax.set_title(f"a = {a:.1f}, k = {k}")
    return fig


class Parsed(html.parser.HTMLParser):
    """The tags of a page, and its scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, Any]]] = []
        self.feed(page)
        found = re.search(r'<script type="application/json">(.*?)</script>', page, re.DOTALL)
        self.told = json.loads(found[1]) if found else None

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append((tag, dict(attrs)))


def prepared(one: Any) -> Any:
    one.first()
    for _ in one.prepare():
        pass
    return one


@pytest.mark.parametrize(
    ("given", "kind", "values", "start"),
    [
        ((1, 5, 2), "range", [1, 2, 3, 4, 5], 1),
        ((10, 50, 30, 20), "range", [10, 30, 50], 1),
        ((0.0, 0.3, 0.2, 0.1), "range", [0.0, 0.1, 0.2, 0.3], 2),
        ([4, 0, 1], "choice", [4, 0, 1], 0),
        (True, "tick", [False, True], 1),
    ],
)
def test_controls(given: Any, kind: str, values: list[Any], start: int) -> None:
    control = Control.of("learning_rate", given)
    assert (control.kind, control.start, control.label) == (kind, start, "learning rate")
    assert control.values == pytest.approx(values)


def test_a_control_that_is_none_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match="rate: give"):
        Control.of("rate", 3.0)


def test_arguments_and_controls_must_belong_together() -> None:
    with pytest.raises(TypeError, match="takes a, b, but is given"):
        explorer(lambda a, b: None, a=(0, 1, 0))
    with pytest.raises(TypeError, match=r"forward, units, but is given the learner's 0"):
        explorer(units=(1, 3, 2))(lambda forward, units: None)()
    with pytest.raises(TypeError, match="labels for q"):
        explorer(lambda a: None, a=(0, 1, 0), labels={"q": "?"})


def test_what_is_saved_can_be_read_without_a_script_and_turned_over_with_one() -> None:
    data = prepared(lines()).bundle()
    page = Parsed(data["text/html"])
    ((_, img),) = [tag for tag in page.tags if tag[0] == "img"]
    assert img["alt"] == data["text/plain"] == "Some lines. Now: a = 0.5, k = 2."
    assert img["src"].startswith("data:image/png;base64,")
    assert [c["label"] for c in page.told["controls"]] == ["a", "how many", "turned"]
    for i, control in enumerate(page.told["controls"]):
        assert control["start"] in control["have"] and len(control["have"]) > 1
        for k in control["have"]:  # the others at their start: there is a picture for each that can be chosen
            at = [c["start"] for c in page.told["controls"]]
            at[i] = k
            assert k == control["start"] or ",".join(map(str, at)) in page.told["frames"]
    words = [page.told["words"] + alt for _, alt in page.told["frames"].values()]
    assert "Some lines. Now: a = −1.0, k = 2.".replace("−", "-") in words


def test_few_pictures_are_saved_all_and_many_within_bounds() -> None:
    few = prepared(explorer(lambda k, m: figure(2, 2)[0], k=(1, 4, 2), m=[1, 2, 3]))
    assert len(few.copies) == 12
    noise = np.random.default_rng(0)

    def heavy(k: int, m: int) -> Any:
        fig, ax = figure(9, 4)
        ax.imshow(noise.random((24, 60)), cmap="viridis", aspect="auto")
        return fig

    many = prepared(explorer(heavy, k=(1, 40, 2), m=(1, 40, 2)))
    assert 3 <= len(many.copies) < FRAMES
    assert len(many.bundle()["text/html"]) < 330_000


def test_frames_lie_evenly_wherever_one_stops() -> None:
    assert halving(9)[:5] == [0, 8, 4, 2, 6] and sorted(halving(9)) == list(range(9))
    assert halving(1) == [0] and halving(2) == [0, 1]


def test_text_is_shown_as_text() -> None:
    data = explorer(lambda a: f"<b>{a}</b> of `net`", a=(1, 3, 2)).bundle()
    assert "&lt;b&gt;2&lt;/b&gt; of <code>net</code>" in data["text/html"]
    assert "image/png" not in data and data["text/plain"] == "<b>2</b> of `net`"


def test_points_that_are_hidden_cannot_be_dragged() -> None:
    points = [[0.1, 0.1], [0.5, 0.5], [0.9, 0.9]]

    def draw(at: Any, three: bool) -> Any:
        fig, ax = figure(3, 2)
        ax.set(xlim=(0, 1), ylim=(0, 1))
        return fig

    one = explorer(draw, at=Drag(points, shown=lambda three: 3 if three else 2), three=False)
    assert len(one.first().spots) == 2 and len(one.shot((1,)).spots) == 3
    assert list(one.grid()) == [], "a saved page has no frames of points that anybody may put anywhere"
    assert "run the cell (Shift+Enter) to choose and drag the points." in one.bundle()["text/html"]


def test_a_picture_without_frames_says_how_it_comes_alive_and_a_sentence_does_not() -> None:
    def draw(f: Any, k: int) -> Any:
        fig, ax = figure(3, 2)
        ax.plot([0, f(k)])
        return fig

    def raises(k: int) -> int:
        raise NotImplementedError

    pages = {f: explorer(draw, mine=[f], k=(1, 3, 2)).bundle()["text/html"] for f in (abs, raises)}
    assert "A saved picture. In JupyterLab, run the cell (Shift+Enter) to choose." in pages[abs]
    assert "waits for" in pages[raises] and "Shift+Enter" not in pages[raises]
    assert "Shift+Enter" not in explorer(lambda f: draw(f, 2), mine=[abs]).bundle()["text/html"], "there is nothing to choose"


def test_outside_a_kernel_only_what_lasts_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    one = lines()
    one._ipython_display_()
    assert one.live is None and "Some lines." in capsys.readouterr().out
