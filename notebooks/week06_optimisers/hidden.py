"""Hidden cases of week 6 and the studio's judge: they stay with the grader."""

import checks
from checks import mean_log_ratio

from autograder.cases import draws, judge, twin

# --------------------------------------------------------------------------------- twins: the visible cases, drawn afresh
twin(
    "make_batches",
    "each_row_once",
    draws={"n": draws.integers(31, 80), "batch_size": draws.integers(1, 40), "seed": draws.seeds()},
)
twin("make_batches", "sizes", draws={"n": draws.integers(31, 90), "batch_size": draws.integers(13, 45)})
twin("make_batches", "a_new_order", draws={"batch_size": draws.sampled([3, 8, 7, 24])})

twin("running_average", "by_age", draws=checks.series((9, 40)), weight=2)
twin("running_average", "constant", draws=checks.series((9, 40)))

twin(
    "momentum",
    "coasts",
    draws={"parameters": draws.dense(width=(1, 7)), "seed": draws.seeds(), "beta": draws.sampled([0.3, 0.7, 0.99])},
)
twin(
    "momentum", "best_rate", draws={"low": draws.sampled([0.007, 2.0, 30.0]), "kappa": draws.sampled([6.0, 25.0, 90.0])}, weight=2
)

twin(
    "adam",
    "by_history",
    draws={"parameters": draws.dense(width=(1, 7)), "seed": draws.seeds(), "steps": draws.integers(11, 25)},
    weight=2,
)
twin("adam", "alone", draws={"seed": draws.seeds(), "layers": draws.integers(5, 8)})
twin("adam", "decoupled", draws={"parameters": draws.dense(), "seed": draws.seeds(), "size": draws.sampled([1e-2, 10.0])})

twin("brakes", "shortened", draws={"gradients": draws.dense(width=(1, 7)), "times": draws.sampled([1.01, 7.0, 1e4])})
twin("brakes", "quieter", draws={"num_steps": draws.sampled([900, 1500, 2500])})

OF_EACH = 14


# Means over ten seeds of 70 landscapes (± over seeds). The edges lie 0.3 apart, four standard errors of 0.07.
#   the start                              +4.25 (0.05)    Adam, constant 0.01 / 0.03 / 0.05   +0.52 / -0.52 / -0.39 (0.08)
#   one constant rate, raw gradients       +2.57 (0.18)    Adam, half a cosine, 0.03 / 0.05    -0.14 / -0.76 (0.09)
#   the same in units of the first one     +0.92 (0.10)    Adam, half a cosine, 0.1            -1.03 (0.07)
#   with momentum 0.9                      -0.21 (0.06)    Adam, straight line, 0.1 / 0.15     -1.03 / -0.89 (0.07)
#   with momentum and half a cosine, 0.3   -0.61 (0.06)    the same, betas 0.6 and 0.95, 0.12  -1.13 (0.07)
#   L-BFGS, one gradient a step            +0.84 (0.10)    L-BFGS, means of five               +0.78 (0.15)
#   Newton's step from a linear fit of all gradients seen  +4.86 (0.06)
# A typed-in place is worth what the start is worth: places and turns are drawn afresh.
@judge("optimise")
def judged(entry, half, rng):
    found, families = mean_log_ratio(entry, rng, OF_EACH)
    return found, advice(families)


def advice(families):
    """What would lift an entry."""
    worst = max(families, key=families.get)
    if min(families.values()) > 1:
        return "does it find out how large the gradients are before it steps? Each landscape has another factor"
    if families["bowl"] > -0.1 and families["logistic"] > -0.3:
        return "it stays restless at the end, or never arrives: what does your learning rate do in the last fifty steps?"
    return f"it does worst on: {worst}. What do its directions have that the others' have not?"
