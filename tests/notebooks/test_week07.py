"""Week 7: what learners wrote there is put on the tape by later weeks, out of their kit."""

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
    """The kit of a week 8 that needs the tape, batch norm and softmax."""
    shutil.copytree(
        NOTEBOOKS, tmp_path / "notebooks", ignore=lambda _, names: [n for n in names if n[:6] > "week07" and n != "kit"]
    )
    course = Course(tmp_path)
    new_week(course, "week08_after")
    lesson = course.folder("week08_after") / "lesson.py"
    needs = 'role="week" needs="tape week07.norms week07.softmax"'
    lesson.write_text(lesson.read_text(encoding="utf-8").replace('role="week"', needs, 1), encoding="utf-8")
    texts = kit_files(course, course.lesson("week08_after"), lambda earlier: read_declared(course, earlier).names)
    assert set(texts) == {"kit.py", "tape.py"}
    folder = tmp_path / "week08_after"
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


def test_a_later_week_trains_with_the_pieces_of_this_one(kit: ModuleType) -> None:
    tape = kit.tape
    norm = tape.layer(kit.batch_norm, kit.batch_norm_backward)
    log_softmax = tape.operation(kit.log_softmax, kit.log_softmax_backward)
    rng = np.random.default_rng(0)
    y = np.arange(150) % 3
    X = (rng.normal(size=(150, 2)) + 4 * np.array([[0, 0], [0, 1], [1, 0]])[y]).astype(np.float32)
    nest = [
        (rng.normal(size=(2, 8)).astype(np.float32), np.ones(8, np.float32), np.zeros(8, np.float32)),
        (rng.normal(size=(8, 3)).astype(np.float32),),
    ]

    def loss(held, X, y):  # type: ignore[no-untyped-def]
        (W, gain, shift), (V,) = held
        return -log_softmax(norm((gain, shift), X @ W).relu() @ V)[np.arange(len(y)), y].mean()

    # all slopes against measured ones, in a random direction and float64
    doubles = tape.arrays([tuple(one.astype(float) for one in layer) for layer in nest])
    way = [tuple(rng.normal(size=one.shape) for one in layer) for layer in doubles]
    moved = [
        [tuple(p + step * w for p, w in zip(*pair, strict=True)) for pair in zip(doubles, way, strict=True)]
        for step in (1e-6, -1e-6)
    ]
    ends = [tape.value_and_gradients(loss, one, X.astype(float), y)[0] for one in moved]
    _, slopes = tape.value_and_gradients(loss, doubles, X.astype(float), y)
    said = sum(np.sum(g * w) for pair in zip(slopes, way, strict=True) for g, w in zip(*pair, strict=True))
    assert said == pytest.approx((ends[0] - ends[1]) / 2e-6, rel=1e-5)

    values = []
    for _ in range(120):
        value, slopes = tape.value_and_gradients(loss, nest, X, y)
        values.append(value)
        nest = [tuple(p - 0.3 * g for p, g in zip(*pair, strict=True)) for pair in zip(nest, slopes, strict=True)]
    assert nest[0][0].dtype == np.float32
    assert values[-1] < 0.2 < values[0]
