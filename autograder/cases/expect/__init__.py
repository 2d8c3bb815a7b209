"""What a case says about what came out: `expect.close(softmax(x), …)`.

Each function returns quietly (some with a clean value) where a property holds, and raises `Broken` where it does not.
The message is for the learner: the property, hers beside what was measured, and never the wanted array unless the case
says that it gives nothing away.

values : what came out, as plain numbers of a shape, a dtype, finite; probabilities; nests of arrays.
compare : closeness, equality with a definition, invariance, round trips, purity, the same from the same seed.
slopes : gradients against measured slopes, for any nest of arrays.
laws : distributions, with a stated chance of a false alarm; calibration.
budgets : calls, speed beside a plain loop, errors that must come, rates of convergence.
"""

from autograder.cases.expect.budgets import calls, counted, faster, order, raises, rate, seconds_of
from autograder.cases.expect.compare import (
    asked_back,
    close,
    definition,
    handing_back,
    invariant,
    pure,
    repeatable,
    round_trip,
    same,
    unchanged,
    written_back,
)
from autograder.cases.expect.laws import calibrated, counts, distributed, mean, share
from autograder.cases.expect.slopes import gradient
from autograder.cases.expect.values import array, dtype, finite, nest, number, probabilities, shape, that

__all__ = [
    "array",
    "asked_back",
    "calibrated",
    "calls",
    "close",
    "counted",
    "counts",
    "definition",
    "distributed",
    "dtype",
    "faster",
    "finite",
    "gradient",
    "handing_back",
    "invariant",
    "mean",
    "nest",
    "number",
    "order",
    "probabilities",
    "pure",
    "raises",
    "rate",
    "repeatable",
    "round_trip",
    "same",
    "seconds_of",
    "shape",
    "share",
    "that",
    "unchanged",
    "written_back",
]
