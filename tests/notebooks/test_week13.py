"""Week 13: the trunk's way back, its maps for many pictures at once, and style transfer through it."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

FOLDER = Path(__file__).parents[2] / "notebooks" / "week13_verification"


@pytest.fixture(scope="module")
def week() -> Iterator[tuple[Any, Any]]:
    """The week's checks and pictures, as its notebook finds them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(FOLDER)
        for name in ("checks", "explore"):
            patch.delitem(sys.modules, name, raising=False)
        yield importlib.import_module("checks"), importlib.import_module("explore")
        for name in ("checks", "explore"):
            sys.modules.pop(name, None)


def test_the_trunk_walks_back_to_the_pixels(week: tuple[Any, Any]) -> None:
    _, explore = week
    trunk, rng = explore.trunk(), np.random.default_rng(0)
    picture = explore.photograph("cat", 16)
    maps, cache = trunk.forward(picture)
    upstream = [rng.normal(size=one.shape).astype(np.float32) for one in maps]
    slope = trunk.backward(cache, upstream)

    def value(moved: Any) -> float:
        return sum(float(np.sum(one.astype(float) * up)) for one, up in zip(trunk.forward(moved)[0], upstream, strict=True))

    claimed, measured = [], []
    for _ in range(6):
        way = rng.normal(size=picture.shape)
        claimed.append(float(np.sum(slope * way)))
        measured.append((value(picture + 1e-4 * way) - value(picture - 1e-4 * way)) / 2e-4)
    np.testing.assert_allclose(claimed, measured, rtol=0.02, atol=0.01 * float(np.abs(measured).max()))


def test_many_pictures_have_the_maps_of_each(week: tuple[Any, Any]) -> None:
    checks, explore = week
    pictures = np.random.default_rng(1).random((18, 32, 32, 3)).astype(np.float32)
    got = checks.fifth_maps(pictures)
    for k in (0, 15, 17):
        want = explore.trunk().forward(pictures[k])[0][4].reshape(2, 4, 2, 4, 256).mean(axis=(1, 3))
        np.testing.assert_allclose(got[k], want, rtol=1e-3, atol=1e-2)


def test_style_comes_nearer_and_content_stays(week: tuple[Any, Any]) -> None:
    _, explore = week
    content, style = explore.photograph("cat", 32), explore.photograph("tissue", 32)
    _, _, at_first = explore.painted(content, style, explore.trunk(), 10.0, 1)
    little, kept, near = explore.painted(content, style, explore.trunk(), 10.0, 25)
    _, lost, _ = explore.painted(content, style, explore.trunk(), 1000.0, 25)
    assert near < at_first / 5
    assert kept < 0.6 and kept < lost
    assert little.shape == content.shape and little.min() >= 0 and little.max() <= 1


def test_a_transfer_can_be_stopped(week: tuple[Any, Any], capsys: pytest.CaptureFixture[str]) -> None:
    _, explore = week

    def pictures() -> Iterator[tuple[Any, float, float]]:
        for k in range(5):
            if k == 3:
                raise KeyboardInterrupt  # the notebook's stop button
            yield np.full((4, 4, 3), k / 5), 0.1 * k, 1 - 0.1 * k

    kept = explore.watch(pictures(), steps=5)
    assert np.allclose(kept, 2 / 5)
    assert "stopped after step 3" in capsys.readouterr().out
