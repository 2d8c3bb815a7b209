"""Pictures as bytes: light ones look like fine ones, what is kept and pasted is the same, and words go with them."""

from __future__ import annotations

import io
import re
from typing import Any

import numpy as np
import pytest
from PIL import Image

from autograder.explore import BLUE, ORANGE, figure, images, picture, regions
from autograder.explore.paint import Painter, Shot, in_data


def curve(a: float) -> Any:
    """A parabola and its tangent.

    This is not part of the words.
    """
    t = np.linspace(-2, 3, 50)
    fig, ax = figure(6, 3)
    ax.plot(t, t**2, color=BLUE)
    ax.plot(t, a**2 + 2 * a * (t - a), color=ORANGE)
    ax.grid(True)
    ax.set(xlim=(-2, 3), ylim=(-2, 9), xlabel="t", title=f"slope {2 * a:.1f}")
    fig.suptitle("a suptitle", x=0.01, ha="left")
    return fig


def moving(shot: Shot) -> Any:
    """The pixels on white paper, in grey."""
    page = Image.open(io.BytesIO(shot.data)).convert("RGBA")
    white = Image.new("RGBA", page.size, "white")
    white.alpha_composite(page)
    return np.asarray(white.convert("L"), float)


def drawn(like: Painter, **values: Any) -> Any:
    """The same light picture in the same layout, with nothing pasted."""
    plain = Painter(like.draw)
    plain._layouts = like._layouts
    shot = plain.shot(values, fine=False, saved=True)
    assert plain._frames == {}
    return moving(shot)


def test_a_pasted_picture_is_the_drawn_one() -> None:
    painter = Painter(curve)
    for a in (0.5, 0.6, 0.7):
        painter.shot({"a": a}, fine=a == 0.5)
    pasted = moving(painter.shot({"a": 1.5}, fine=False, saved=True))
    assert painter._frames, "nothing was pasted"
    other = moving(painter.shot({"a": -1.5}, fine=False, saved=True))
    wrong, apart = (np.abs(pasted - those).mean() for those in (drawn(painter, a=1.5), other))
    assert wrong < 0.3 * apart, "it must follow its values, and look as if nothing had been pasted"


def test_a_frame_that_changed_is_drawn_anew() -> None:
    def widening(a: float) -> Any:
        fig, ax = figure(5, 3)
        ax.plot([0, 1], [0, a])
        ax.set_ylim(0, a)
        return fig

    painter = Painter(widening)
    for a in (1.0, 1.0, 1.0, 9.0):
        shot = painter.shot({"a": a}, fine=False, saved=True)
    assert np.abs(moving(shot) - drawn(painter, a=9.0)).mean() < 1.0


def test_light_pictures_are_smaller_and_show_as_large() -> None:
    painter = Painter(curve)
    fine, light = painter.shot({"a": 1.0}), painter.shot({"a": 1.0}, fine=False)
    assert (fine.width, fine.height) == (light.width, light.height) == (561, 280)
    sizes = [Image.open(io.BytesIO(shot.data)).width for shot in (fine, light)]
    assert sizes[0] == pytest.approx(1.75 * 561, abs=2) and sizes[1] == pytest.approx(561, abs=1)
    assert (fine.kind, light.kind) == ("png", "webp")


def test_the_words_are_the_docstring_and_what_the_titles_say() -> None:
    assert Painter(curve).shot({"a": 1.0}).alt == "A parabola and its tangent. Now: a suptitle; slope 2.0."


def test_the_paper_is_clear_and_white_where_it_is_printed() -> None:
    shot = Painter(curve).shot({"a": 1.0}, paper=True)
    clear, paper = (Image.open(io.BytesIO(data)).convert("RGBA").getpixel((1, 1)) for data in (shot.data, shot.paper))
    assert clear[3] == 0 and paper == (255, 255, 255, 255)


def test_greys_and_photographs_are_kept_from_a_dark_theme() -> None:
    def two() -> Any:
        fig, (left, middle, right) = figure(9, 3, columns=3)
        left.plot([1, 2])
        images([middle], [np.eye(3)], cmap="gray_r")
        right.imshow(np.zeros((2, 2, 3), np.uint8), aspect="auto")
        return fig

    shot = Painter(two).shot()
    assert shot.kind == "webp", "a palette does a photograph no justice"
    assert len(shot.keep) == 2 and all(30 < left < 100 for left, *_ in shot.keep)

    def coloured() -> Any:
        fig, ax = figure(4, 3)
        regions(ax, lambda P: P[:, 0] > 0, (-1, 1, -1, 1), steps=20)
        return fig

    assert Painter(coloured).shot().keep == []


def test_images_beside_each_other_and_one_upon_the_other_are_turned_back_once() -> None:
    def stack() -> Any:
        fig, ax = figure(6, 4)
        for k in range(3):
            ax.imshow(np.eye(4), cmap="gray_r", extent=(3 * k, 3 * k + 4, 2 * k, 2 * k + 4))
        ax.set(xlim=(-10, 20), ylim=(-10, 20))
        return fig

    shot = Painter(stack).shot()
    ((left, top, width, height, outline),) = shot.keep
    points = np.array(re.findall(r"([\d.]+)% ([\d.]+)%", outline), float)
    rows, columns = np.mgrid[0.5:100, 0.5:100]
    corners = [(*points[k : k + 4].min(axis=0), *points[k : k + 4].max(axis=0)) for k in (0, 5, 11)]
    inside = np.any([(x0 < columns) & (columns < x1) & (y0 < rows) & (rows < y1) for x0, y0, x1, y1 in corners], axis=0)
    assert len(points) == 17 and points[[4, 10, 16]].tolist() == [points[0].tolist()] * 3, (
        "each ring goes back to the first point"
    )
    assert np.ptp(points, axis=0).tolist() == [100, 100] and 20 < width < 40 and 15 < height < 40 and left > 30 and top > 20
    # three squares of 4 on a hull of 10 by 8: two overlaps of 1 by 2 are counted once
    assert abs(inside.mean() - (3 * 16 - 2 * 2) / 80) < 0.02
    assert inside[-2, 1] and inside[1, -2] and not inside[1, 1] and not inside[-2, -2], "the paper beside them is the page's"


def test_quick_is_true_only_while_something_moves() -> None:
    asked = []

    def training(steps: int, quick: bool = False) -> Any:
        asked.append(quick)
        return figure(3, 2)[0]

    painter = Painter(training)
    painter.shot({"steps": 3})
    painter.shot({"steps": 3}, fine=False)
    assert asked == [False, True]


def test_spots_go_to_the_picture_and_back() -> None:
    def draw(at: Any) -> Any:
        fig, ax = figure(5, 3)
        ax.set(xlim=(0, 2), ylim=(-1, 1))
        return fig

    painter, at = Painter(draw), np.array([[0.5, 0.25], [1.5, -0.75]])
    spots = painter.shot({"at": at}, spots=at).spots
    assert 0 < spots[0][0] < spots[1][0] < 1 and 0 < spots[0][1] < spots[1][1] < 1, "y runs downwards in a picture"
    np.testing.assert_allclose(in_data(painter.axes, spots), at, atol=1e-3)


def test_a_picture_shows_html_with_words_and_a_png() -> None:
    data, metadata = picture(curve)(0.5)._repr_mimebundle_()
    assert 'alt="A parabola and its tangent. Now: a suptitle; slope 1.0."' in data["text/html"]
    assert data["image/png"].startswith(b"\x89PNG") and metadata["image/png"] == {"width": 561, "alt": data["text/plain"]}
    assert "<script" not in data["text/html"]
