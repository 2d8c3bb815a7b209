"""Hidden cases and the judge of week 10: they never leave the instructor's side."""

import checks
import numpy as np

from autograder import datasets
from autograder.cases import expect, judge, studios, twin
from autograder.datasets import held_out

twin("conv_matrix", "times_the_table", draws=checks.rows(sizes=(3, 6), room=(3, 12)))
twin("conv_matrix", "padded_and_strided", weight=2, draws=checks.rows(sizes=(2, 6), stride=(1, 4), padding=(0, 4), room=(2, 12)))

LARGER = {"sides": (4, 10), "sizes": (1, 5), "channels": (1, 4), "batch": (1, 4)}
twin("conv_forward", "each_window", draws=checks.layers(**LARGER))
twin("conv_forward", "any_stride", weight=2, draws=checks.layers(stride=(1, 5), padding=(0, 4), **LARGER))

twin("conv_backward", "back_of_stride_one", draws=checks.layers(sides=(3, 7), channels=(2, 4)))
twin(
    "conv_backward",
    "back_of_any_stride",
    weight=2,
    draws=checks.layers(stride=(2, 5), padding=(0, 3), sides=(3, 8), sizes=(2, 5)),
)
twin("conv_backward", "adjoint", draws=checks.layers(stride=(1, 4), padding=(0, 3), **LARGER))

twin("pool", "each_pool", draws=checks.pools(sides=(3, 10), sizes=(2, 5)))
twin("pool", "pool_slopes", weight=2, draws=checks.pools(sides=(3, 8), sizes=(2, 4), strides=(1, 3)))

twin("find_filters", "come_back", draws=checks.puzzles())
twin("find_filters", "nearest", draws=checks.puzzles())


# ------------------------------------------------------------------------------------------- the studio
PACE = 100  # a training may take so many times as long as the calibration run; it is cut off at three times that


@judge("moved_clothes")
def judged(entry, half, rng):
    clothes, unseen = datasets.load("fashion", split="train"), held_out("fashion")
    rows = studios.halves(unseen.y, half)
    tasks = [checks.task(rng, clothes, Rows(unseen.X[rows], unseen.y[rows])) for _ in range(2)]  # two lenses
    pace = studios.pace()
    rounds = [entry.train(*known) for known, _ in tasks]
    took = max(round.seconds for round in rounds) / pace
    expect.that(took <= 3 * PACE, f"training took {took:.0f} times as long as the calibration run; the budget is {PACE}")
    right = [checks.labels_of(round, X) == y for round, (_, ((X, y), *_)) in zip(rounds, tasks, strict=True)]
    return float(np.mean(right)), f"you spent {rounds[0].used:,} of 5,000 numbers"


class Rows:
    """Some of the clothes."""

    def __init__(self, X, y):
        self.X, self.y = X, y
