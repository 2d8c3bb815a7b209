"""Week 18: the block's laws and gradients on the tape, step against training's scores, the count table, and PyTorch."""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
WEEK = "week18_transformers"
LESSON = ROOT / "notebooks" / WEEK / "lesson.py"


def module_of(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"{path.stem}_of_week18", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def ours() -> dict[str, Any]:
    """All that the lesson's given, answer and studio cells define, set-up apart."""
    sys.path.insert(0, str(ROOT / "source" / WEEK))
    sys.modules.pop("tape", None)  # another week's test may have left its own
    kit = module_of(ROOT / "source" / WEEK / "kit.py")
    sys.path.pop(0)
    sys.modules.pop("tape", None)
    names: dict[str, Any] = {"np": np, "tape": kit.tape, "adam": None}
    names |= {"attention": kit.attend, "attention_backward": kit.attend_backward}
    names["explore"] = module_of(ROOT / "source" / WEEK / "explore.py")
    for head, body in re.findall(r"^# %% (role=.*)\n((?:(?!^# %% ).*\n)*)", LESSON.read_text(encoding="utf-8"), re.M):
        if any(f'role="{role}"' in head for role in ("given", "answer", "studio")) and 'id="setup"' not in head:
            exec(body, names)
    return names


def some_block(rng: np.random.Generator, width: int = 4, hidden: int = 6) -> list[Any]:
    shapes = [(width, width)] * 4 + [(width, hidden), (hidden, width)]
    return [rng.normal(size=shape) / 2 for shape in shapes]


def test_a_blocks_gradients(ours: dict[str, Any]) -> None:
    rng = np.random.default_rng(0)
    parameters, X, upstream = some_block(rng), rng.normal(size=(2, 5, 4)), rng.normal(size=(2, 5, 4))
    mask = np.tri(5, dtype=bool)

    def loss(held: Any, X: Any = X) -> Any:
        return (ours["block"](held, ours["tape"].Value(X), 2, mask) * upstream).sum()

    _, gradients = ours["tape"].value_and_gradients(loss, parameters)
    for k, gradient in enumerate(gradients):
        way = rng.normal(size=gradient.shape)
        moved = [[p + sign * 1e-5 * way if j == k else p for j, p in enumerate(parameters)] for sign in (1, -1)]
        up, down = (float(loss(ours["tape"].values(one))) for one in moved)
        assert np.sum(gradient * way) == pytest.approx((up - down) / 2e-5, rel=1e-5)


def test_a_blocks_laws(ours: dict[str, Any]) -> None:
    rng = np.random.default_rng(1)
    parameters, X, mask = some_block(rng), rng.normal(size=(2, 5, 4)), np.tri(5, dtype=bool)

    def through(parameters: Any, X: Any) -> Any:
        return ours["block"](ours["tape"].values(parameters), ours["tape"].Value(X), 2, mask).data

    silent = [p * 0 if k in (3, 5) else p for k, p in enumerate(parameters)]
    np.testing.assert_allclose(through(silent, X), X)
    edited = X.copy()
    edited[:, 3:] += 1
    np.testing.assert_allclose(through(parameters, X)[:, :3], through(parameters, edited)[:, :3])


def test_step_says_what_training_scored(ours: dict[str, Any]) -> None:
    rng = np.random.default_rng(2)
    width, hidden = ours["WIDTH"], ours["HIDDEN"]
    arrays = [rng.normal(size=(64, width)), rng.normal(size=(64, width)), rng.normal(size=64)]
    for _ in range(2):
        arrays += some_block(rng, width, hidden)
    arrays = [a.astype(np.float32) for a in arrays]
    read = np.concatenate([np.zeros((3, 2), int), rng.integers(0, 64, (3, 20))], axis=1)
    scored = ours["scores"](ours["tape"].values(arrays), read).data.astype(float)
    scored -= np.log(np.exp(scored).sum(axis=2, keepdims=True))
    state = ours["start"](arrays, 3)
    for t in range(1, read.shape[1]):
        state, said = ours["step"](arrays, state, read[:, t])
        np.testing.assert_allclose(said, scored[:, t - 1], atol=2e-3)


def test_the_count_table_sums_to_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(LESSON.parent)
    monkeypatch.delitem(sys.modules, "checks", raising=False)
    checks: types.ModuleType = importlib.import_module("checks")
    try:
        text = np.random.default_rng(3).integers(0, 64, 5000) % 9
        for entries in (None, 300):
            table = checks.Table(text, 3, entries)
            context = np.tile(text[100:103], (64, 1)).astype(np.uint64)
            codes = np.zeros(64, np.uint64)
            for column in (*context.T, np.arange(64, dtype=np.uint64)):
                codes = codes * np.uint64(64) + column
            assert table.chance(codes, 3).sum() == pytest.approx(1, abs=2e-3)
    finally:
        sys.modules.pop("checks", None)


def test_the_same_in_torch(ours: dict[str, Any]) -> None:
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(4)
    parameters, X, mask = tuple(rng.normal(size=(8, 8)) for _ in range(4)), rng.normal(size=(3, 5, 8)), np.tri(5, dtype=bool)
    attend = torch.nn.MultiheadAttention(8, 2, bias=False, batch_first=True, dtype=torch.float64)
    W_q, W_k, W_v, W_o = (torch.tensor(W) for W in parameters)
    with torch.no_grad():
        attend.in_proj_weight.copy_(torch.cat([W_q.T, W_k.T, W_v.T]))
        attend.out_proj.weight.copy_(W_o.T)
    out, _ = attend(torch.tensor(X), torch.tensor(X), torch.tensor(X), attn_mask=~torch.tensor(mask))
    np.testing.assert_allclose(ours["multi_head"](parameters, X, X, 2, mask)[0], out.detach().numpy(), atol=1e-12)
