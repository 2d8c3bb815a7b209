"""Hidden cases of week 14 and the studio's judge: they stay with the grader."""

import functools

import checks
import numpy as np

from autograder import datasets
from autograder.cases import draws, judge, studios, twin

twin(
    "back_off",
    "leans",
    draws={
        "kinds": draws.integers(3, 6),
        "order": draws.integers(1, 5),
        "weight": draws.sampled([0.5, 2.5, 9.0]),
        "heard": draws.integers(1, 7),
        "seed": draws.seeds(),
    },
)

LARGER = {
    "count": draws.integers(2, 5),
    "steps": draws.integers(3, 7),
    "inputs": draws.integers(1, 4),
    "units": draws.integers(2, 5),
    "seed": draws.seeds(),
}
for name in ("rnn", "lstm"):
    twin(name, f"{name}_goes", draws=LARGER)
    twin(name, f"{name}_slopes", draws=LARGER, weight=2)
    twin(name, f"{name}_chunks", draws=LARGER)
    twin(name, f"{name}_chunks_back", draws=LARGER)

twin("both_ways", "moments", draws=LARGER, weight=2)
twin("both_ways", "reversal", draws=LARGER)
twin("both_ways", "any_padding", draws={"seed": draws.seeds()})

WIDER = {"count": draws.integers(3, 8), "steps": draws.integers(4, 9), "kinds": draws.integers(3, 8), "seed": draws.seeds()}
twin("writing", "mean_of_real", draws=WIDER)
twin("writing", "loss_slopes", draws=WIDER)
twin("writing", "nothing_counts", draws=WIDER)
twin("writing", "likeliest", draws={"seed": draws.seeds()})


@functools.cache
def new_names():
    """The held-out towns as numbers."""
    return checks.coded(datasets.held_out("towns"))


@judge("towns")
def judged(entry, half, rng):
    """All public names to learn from; half of the held-out names to be asked about."""
    other = checks.renumbered(rng)
    countries, names = new_names()
    rows = studios.halves(countries, half)
    round = entry.train(*other(*checks.coded(datasets.load("towns"))))
    found = checks.bits_of(round, *other(countries[rows], names[rows]), rng)
    return found, advice(found)


def advice(found):
    """What would lift an entry."""
    if found > 3.5:
        return "does it know the country, and more than the last letter?"
    if found > 3.27:
        return "no table of 20,000 counts comes much further: a net shares what it learns"
    return "more steps, with a rate that falls to nought, and a little dropout"
