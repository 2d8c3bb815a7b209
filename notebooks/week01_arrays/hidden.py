"""Hidden cases of week 1 and the studio's judge: they stay with the grader."""

import random

import checks
import numpy as np
from checks import RIGHT, held_rows, parts, rounded

from autograder.cases import draws, judge, twin

# --------------------------------------------------------------------------------- twins: the visible cases, drawn afresh
twin("centre_of_ink", "balances", draws=draws.arrays(((1, 5), (7, 11), (8, 12)), low=0, high=255, decimals=0), weight=2)
twin("centre_of_ink", "any_darkness")

twin(
    "distances",
    "every_pair",
    draws={"A": draws.normals((20, 40), 9, scale=2.0), "B": draws.normals((1, 30), 9, scale=2.0), "d": draws.integers(1, 9)},
    weight=3,
)
twin("distances", "steady")

twin("standardise", "new_examples", draws={"X": draws.normals((9, 60), (6, 12), scale=3.0), "n": draws.integers(1, 20)}, weight=2)
twin("standardise", "there_and_back")

SIZES = draws.sampled([(7, 3, 5, 2), (40, 1, 6, 3), (3, 8, 2, 5)])  # examples, inputs, units, outputs
twin("xor_net", "any_net", draws={"seed": draws.seeds(), "sizes": SIZES}, weight=3)
twin("xor_net", "discs", weight=4)

MANY = {"seed": draws.seeds(), "classes": draws.integers(5, 9), "d": draws.integers(6, 12), "n": draws.integers(50, 200)}
twin("nearest_prototype", "nearest_average", draws=MANY, weight=3)
twin(
    "nearest_prototype",
    "linear_scores",
    draws={"seed": draws.seeds(), "classes": draws.integers(5, 9), "d": draws.integers(5, 9), "n": draws.integers(20, 90)},
    weight=2,
)
twin("nearest_prototype", "any_order")


# ---- examine: more programs that keep every promise


def old_generator(X, y, share, seed):
    """Draws by NumPy's old generator, and cuts from the end."""
    order = np.random.RandomState(seed % 2**32).permutation(len(X))[::-1]
    cut = len(X) - rounded(share, len(X))
    return X[order[:cut]].copy(), y[order[:cut]].copy(), X[order[cut:]].copy(), y[order[cut:]].copy()


def swaps_from_the_end(X, y, share, seed):
    """Shuffles a list by Python's own generator, and sorts one part."""
    source, order = random.Random(seed), list(range(len(X)))
    source.shuffle(order)
    k = rounded(share, len(X))
    return X[order[k:]], y[order[k:]], X[sorted(order[:k])], y[sorted(order[:k])]


MORE = (old_generator, swaps_from_the_end, *RIGHT)


# ---- examine: more programs that break one promise each


def catch(wrong):
    """A twin of the visible case: the learner's test catches the decorated program beside a right one."""
    programs = {"wrong": draws.sampled([wrong]), "right": draws.sampled(MORE)}
    says = f"it catches a program that {wrong.__doc__[0].lower()}{wrong.__doc__[1:-1]}"
    twin("examine", "catches_leaks", says, draws=programs, name=f"catches_{wrong.__name__}")
    return wrong


@catch
def pairs_broken(X, y, share, seed):
    """Shuffles rows and labels apart from each other."""
    rng, k = np.random.default_rng(seed), rounded(share, len(X))
    X, y = rng.permutation(X), rng.permutation(y)
    return X[k:], y[k:], X[:k], y[:k]


@catch
def with_replacement(X, y, share, seed):
    """Draws with replacement, so that some rows come twice and others never."""
    order = np.random.default_rng(seed).integers(0, len(X), len(X))
    k = rounded(share, len(X))
    return X[order[k:]], y[order[k:]], X[order[:k]], y[order[:k]]


@catch
def loses_one(X, y, share, seed):
    """Loses one row."""
    X_train, y_train, X_test, y_test = parts(X, y, held_rows(len(X), share, seed))
    return X_train[: max(len(X_train) - 1, 1)], y_train[: max(len(X_train) - 1, 1)], X_test, y_test


@catch
def no_chance(X, y, share, seed):
    """Takes the last rows, without any chance."""
    return parts(X, y, np.arange(len(X) - rounded(share, len(X)), len(X)))


@catch
def parts_swapped(X, y, share, seed):
    """Takes the two parts for each other."""
    X_train, y_train, X_test, y_test = parts(X, y, held_rows(len(X), share, seed))
    return X_test, y_test, X_train, y_train


@catch
def always_a_fifth(X, y, share, seed):
    """Tests a fifth of the rows for every share."""
    return parts(X, y, held_rows(len(X), 0.2, seed))


# ---- two_signs

# Corrected shares of ten judgings, mean (standard deviation); without the correction they vary two to three times as much:
#   always one 0.494 (0.020), ten telling pixels 0.804 (0.006), two prototypes of nine blocks 0.828 (0.008),
#   blocks weighed by their spread 0.878 (0.005), blocks without margin by least squares 0.917 (the yardstick),
#   slow waves of upright pictures 0.981 (0.005). Neighbouring bands lie five standard errors apart or more.
# What can be typed in: nineteen directions learnt from twenty other scripts, 7 x 7 pixels at three bits (under 1,000
# bytes), and the best of them chosen: 0.79 (0.03, over ten judgings of 3 scripts and 15 pairs). With all nineteen weighed
# by `train` it is 0.93, hardly more than with blocks: that is learnt.


@judge("two_signs")
def judged(entry, half, rng):
    """Scripts that are drawn anew: no two judgings have the same, and the halves of a week differ by their seed."""
    tasks = checks.pairs_of_new_scripts(rng)
    shares = checks.shares_of(entry, tasks)
    said = f"of your {len(shares)} pairs the worst has {min(shares):.0%} right, the best {max(shares):.0%}"
    return checks.corrected(shares, tasks), said
