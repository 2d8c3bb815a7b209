"""Week 10: what learners wrote there is put on the tape by later weeks, out of their kit."""

from __future__ import annotations

import importlib
import shutil
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from autograder.course.declared import read_declared
from autograder.course.kit import kit_files
from autograder.course.new_week import new_week
from autograder.course.places import Course

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@pytest.fixture
def kit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The kit of a week 11 that needs the tape, convolution and pooling."""
    shutil.copytree(
        NOTEBOOKS, tmp_path / "notebooks", ignore=lambda _, names: [n for n in names if n[:6] > "week10" and n != "kit"]
    )
    course = Course(tmp_path)
    new_week(course, "week11_after")
    lesson = course.folder("week11_after") / "lesson.py"
    needs = 'role="week" needs="tape week10.conv_forward week10.conv_backward week10.pool"'
    lesson.write_text(lesson.read_text(encoding="utf-8").replace('role="week"', needs, 1), encoding="utf-8")
    texts = kit_files(course, course.lesson("week11_after"), lambda earlier: read_declared(course, earlier).names)
    folder = tmp_path / "week11_after"
    folder.mkdir()
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(folder)
    for name in ("kit", "tape"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    made = importlib.import_module("kit")
    for name in ("kit", "tape"):
        monkeypatch.delitem(sys.modules, name)
    return made


@pytest.mark.parametrize("kind", ["max", "mean"])
def test_a_net_of_these_pieces_has_the_slopes_that_are_measured(kit: ModuleType, kind: str) -> None:
    tape = kit.tape
    conv = tape.layer(kit.conv_forward, kit.conv_backward)
    pool = tape.operation(kit.pool_forward, kit.pool_backward)
    rng = np.random.default_rng(0)
    X = rng.normal(size=(3, 9, 8, 2))
    nest = {
        "first": (rng.normal(size=(3, 2, 2, 4)), rng.normal(size=4)),
        "second": (rng.normal(size=(2, 2, 4, 3)), rng.normal(size=3)),
    }

    def loss(held, X):  # type: ignore[no-untyped-def]
        Z = pool(conv(held["first"], X, stride=2, padding=1).tanh(), size=2, stride=1, kind=kind)
        return conv(held["second"], Z, padding=1).square().mean()

    way = {name: tuple(rng.normal(size=one.shape) for one in layer) for name, layer in nest.items()}

    def moved(step: float) -> float:
        at = {n: tuple(p + step * w for p, w in zip(nest[n], way[n], strict=True)) for n in nest}
        return float(tape.value_and_gradients(loss, at, X)[0])

    _, slopes = tape.value_and_gradients(loss, nest, X)
    said = sum(np.sum(g * w) for n in nest for g, w in zip(slopes[n], way[n], strict=True))
    assert said == pytest.approx((moved(1e-6) - moved(-1e-6)) / 2e-6, rel=1e-5)


def test_single_precision_stays_on_the_whole_way(kit: ModuleType) -> None:
    tape = kit.tape
    conv, pool = tape.layer(kit.conv_forward, kit.conv_backward), tape.operation(kit.pool_forward, kit.pool_backward)
    parameters = [(np.ones((3, 3, 1, 2), np.float32), np.zeros(2, np.float32))]
    X = np.random.default_rng(0).normal(size=(2, 8, 8, 1)).astype(np.float32)
    _, ((d_kernels, d_bias),) = tape.value_and_gradients(
        lambda held, X: pool(conv(held[0], X, padding=1).relu(), size=2, kind="mean").square().mean(), parameters, X
    )
    assert d_kernels.dtype == d_bias.dtype == np.float32
