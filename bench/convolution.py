"""`python bench/convolution.py`: week 10's convolution in NumPy beside PyTorch's, forward and backward, one thread each, one run.

Needs NumPy and PyTorch alone. Both get the same shapes and numbers, must agree, and are timed in turn; the least time of each
counts. Channels lie last in ours and second in PyTorch's, as each likes it best: no time goes into turning them.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np  # noqa: E402 - after the number of threads is set

LESSON = Path(__file__).resolve().parents[1] / "source" / "week10_convolution" / "week10_convolution.ipynb"
ROUNDS = 9
SHAPES = [  # pictures, side, channels in, kernel, channels out, stride, padding
    (64, 28, 1, 5, 8, 1, 2),
    (64, 28, 8, 3, 16, 1, 1),
    (64, 14, 16, 3, 32, 1, 1),
    (64, 28, 16, 3, 32, 2, 1),
    (32, 32, 32, 3, 32, 1, 1),
    (16, 64, 16, 3, 16, 1, 1),
    (64, 22, 1, 4, 10, 2, 1),
    (64, 11, 10, 3, 16, 1, 1),
]


def solutions() -> dict[str, Any]:
    """The lesson's own conv_forward and conv_backward."""
    names: dict[str, Any] = {"np": np}
    for cell in json.loads(LESSON.read_text(encoding="utf-8"))["cells"]:
        if cell["id"] in ("conv_forward", "conv_backward"):
            exec("".join(cell["source"]), names)
    return names


def milliseconds(run: Callable[[], Any]) -> float:
    began = time.perf_counter()
    run()
    return 1000 * (time.perf_counter() - began)


def turned(array: np.ndarray) -> np.ndarray:
    """Channels from last to second."""
    return np.ascontiguousarray(np.moveaxis(array, -1, 1))


def main() -> int:
    """Print a table: milliseconds of both, and ours divided by PyTorch's."""
    try:
        import torch
    except ImportError:
        print("PyTorch is not installed here: it is an extra of this program alone", file=sys.stderr)
        return 1
    torch.set_num_threads(1)
    ours, rng = solutions(), np.random.default_rng(0)
    print(f"numpy {np.__version__}, torch {torch.__version__}, one thread each, float32, least of {ROUNDS}")
    print("| pictures, kernels, stride, padding | PyTorch forward, backward | ours forward, backward | ratio, both passes |")
    print("|---|---|---|---|")
    ratios = []
    for n, side, ins, size, outs, stride, padding in SHAPES:
        X = rng.standard_normal((n, side, side, ins)).astype(np.float32)
        kernels = rng.standard_normal((size, size, ins, outs)).astype(np.float32)
        bias = rng.standard_normal(outs).astype(np.float32)
        scores, cache = ours["conv_forward"]((kernels, bias), X, stride, padding)
        d_scores = rng.standard_normal(scores.shape).astype(np.float32)
        x, k, b = (
            torch.tensor(a, requires_grad=True) for a in (turned(X), np.ascontiguousarray(kernels.transpose(3, 2, 0, 1)), bias)
        )
        d = torch.tensor(turned(d_scores))

        def theirs(x=x, k=k, b=b, stride=stride, padding=padding):
            return torch.nn.functional.conv2d(x, k, b, stride=stride, padding=padding)

        def both(x=x, k=k, b=b, d=d, theirs=theirs):
            return torch.autograd.grad(theirs(), (x, k, b), d)

        (d_kernels, d_bias), d_X = ours["conv_backward"]((kernels, bias), cache, d_scores)
        d_x, d_k, d_b = (one.numpy() for one in both())
        pairs = [
            (turned(scores), theirs().detach().numpy()),
            (turned(d_X), d_x),
            (d_kernels.transpose(3, 2, 0, 1), d_k),
            (d_bias, d_b),
        ]
        for mine, their in pairs:
            assert np.abs(mine - their).max() < 1e-4 * np.abs(their).max() + 1e-4, "the two do not agree"
        times = [
            (
                milliseconds(theirs),
                milliseconds(both),
                milliseconds(partial(ours["conv_forward"], (kernels, bias), X, stride, padding)),
                milliseconds(partial(ours["conv_backward"], (kernels, bias), cache, d_scores)),
            )
            for _ in range(ROUNDS)
        ]
        ahead, whole, mine, back = (min(column) for column in zip(*times, strict=True))
        ratios.append((mine + back) / whole)
        shapes = f"{n} × {side} × {side} × {ins}, {size} × {size} × {outs}, {stride}, {padding}"
        print(f"| {shapes} | {ahead:.1f}, {whole - ahead:.1f} ms | {mine:.1f}, {back:.1f} ms | {ratios[-1]:.2f} |")
    print(f"median ratio {statistics.median(ratios):.2f}, from {min(ratios):.2f} to {max(ratios):.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
