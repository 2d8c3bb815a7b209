"""Week 9: what a click on the grid of mistakes does to the table below it, and the page's PyTorch against the reference."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

WEEK = Path(__file__).parents[2] / "notebooks" / "week09_errors"


@pytest.fixture(scope="module")
def explore() -> Iterator[ModuleType]:
    """The week's explore.py."""
    sys.path.insert(0, str(WEEK))
    before = {name: sys.modules.pop(name) for name in ("explore", "checks") if name in sys.modules}
    try:
        yield importlib.import_module("explore")
    finally:
        sys.path.remove(str(WEEK))
        for name in ("explore", "checks"):
            sys.modules.pop(name, None)
        sys.modules.update(before)


def answer(name: str) -> Any:
    """A function of the reference solutions, by the name of its exercise."""
    text = (WEEK / "lesson.py").read_text(encoding="utf-8")
    cell = re.search(rf'# %% role="answer" id="{name}"\n(.*?)(?=\n# %%)', text, re.DOTALL)
    assert cell is not None
    names: dict[str, Any] = {"np": np}
    exec(cell.group(1), names)
    return names


def test_a_click_counts_in_the_table(explore: ModuleType) -> None:
    plans = answer("best_plan")
    grid = explore.mistakes(plans["ceiling"], plans["best_plan"])
    grid.widget()
    before = {name: (count, share) for name, count, share in grid.table()}
    row = int(np.flatnonzero(~grid.tags[:, 0])[0])
    grid.buttons[row][0].value = True  # the click
    name = grid.names[0]
    count, share = {name: (count, share) for name, count, share in grid.table()}[name]
    assert count == before[name][0] + 1
    assert share == pytest.approx(count / len(grid.tags))
    assert f"{count} of {len(grid.tags)}" in grid.below.value
    grid.toggle(row, name)  # and back
    assert {name: (count, share) for name, count, share in grid.table()} == before
    assert grid.buttons[row][0].value is False


def test_all_tags_cleared_leave_nothing_to_cure(explore: ModuleType) -> None:
    plans = answer("best_plan")
    grid = explore.mistakes(plans["ceiling"], plans["best_plan"])
    grid.widget()
    for line in grid.buttons:
        for button in line:
            button.value = False
    assert not grid.tags.any()
    assert all(count == 0 and share == 0 for _, count, share in grid.table())


def test_the_grid_says_so_where_her_functions_do_not_run_yet(explore: ModuleType) -> None:
    def blank(*_: Any) -> Any:
        raise NotImplementedError

    bundle = explore.mistakes(blank, blank)._repr_mimebundle_()
    assert "ceiling" in bundle["text/html"] and "Traceback" not in bundle["text/html"]


def test_the_grid_shows_mistakes(explore: ModuleType) -> None:
    grid = explore.mistakes(lambda *_: 0.0, lambda *_: [])
    assert len(grid.texts) == 24 == len(set(grid.texts))
    assert 20 < grid.tags.sum() < 72


def test_the_same_in_torch() -> None:
    torch = pytest.importorskip("torch")
    functional = torch.nn.functional
    masked_loss = answer("masked_loss")["masked_loss"]
    rng = np.random.default_rng(0)
    labels = rng.integers(-1, 2, (7, 3))
    labels[:, 2] = -1
    z = 3 * rng.normal(size=labels.shape)
    logits, said = torch.tensor(z, requires_grad=True), torch.tensor(labels, dtype=torch.float64)
    known = said >= 0
    each = functional.binary_cross_entropy_with_logits(logits, said.clamp(min=0), reduction="none") * known
    in_column = known.sum(0)
    loss = (each.sum(0) / in_column.clamp(min=1)).sum() / (in_column > 0).sum().clamp(min=1)
    loss.backward()
    ours, d_logits = masked_loss(z, labels)
    assert ours == pytest.approx(loss.item())
    np.testing.assert_allclose(d_logits, logits.grad.numpy(), atol=1e-12)
