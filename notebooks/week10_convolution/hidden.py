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
twin(
    "pool",
    "pool_slopes",
    weight=2,
    draws={"one": checks.pools(sides=(3, 8), sizes=(2, 4), strides=(1, 3)), "crossing": checks.crossings()},
)

twin("find_filters", "come_back", draws=checks.puzzles())
twin("find_filters", "nearest", draws=checks.puzzles())


# ------------------------------------------------------------------------------------------- the studio
# Means over five seeds of a judging (two lenses, 3,000 pictures learnt from, 2,000 unseen clothes), ± the standard deviation over
# seeds, which is the standard error of one judging. One training of ours takes 6 CPU seconds.
#   one label always                            0.100
#   dense, 36 hidden units, in the middle only  0.211 ± 0.010
#   one linear layer, moved                     0.247 ± 0.009
#   dense, moved, 11 epochs                     0.451 ± 0.010
#   dense, moved, 45 epochs                     0.566 ± 0.009   (120 epochs: 0.614, one seed, one of the earlier lenses)
#   two convolutions, 10 epochs                 0.644 ± 0.009
#   three convolutions, 20 epochs               0.697 ± 0.007
#   the same, the reference                     0.701 ± 0.011
#   three convolutions, in the middle only      0.425           (16 epochs, one seed, one of the earlier lenses)
#   typed in: three convolutions for the ten kinds, learnt from all public clothes at all places through thousands of lenses,
#   1,470 numbers                               0.601           (mean of four lenses; at 5 bits, so that they fit: 0.523)
# Without a lens such a typed-in net had 0.71, and with one of small weights beside the middle one 0.66: hence the lens, and its
# weights. One lens a judging has a standard deviation of 0.018 for three convolutions: hence two.
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
