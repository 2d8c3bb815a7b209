"""Hidden cases of week 15 and the studio's judge: they stay with the grader."""

from checks import mean_error

from autograder.cases import draws, judge, twin

twin(
    "make_reservoir",
    "radius_as_asked",
    draws={
        "size": draws.integers(2, 60),
        "radius": draws.sampled([0.05, 0.7, 1.2, 3.0]),
        "density": draws.sampled([1.0, 0.7]),
        "seed": draws.seeds(),
    },
)
twin("make_reservoir", "drawn_again", draws={"seed": draws.seeds()})
LARGER = {
    "series": draws.integers(2, 5),
    "steps": draws.integers(5, 9),
    "units": draws.integers(3, 7),
    "inputs": draws.integers(1, 4),
    "leak": draws.sampled([1.0, 0.8, 0.25]),
    "seed": draws.seeds(),
}
twin("reservoir", "by_definition", draws=LARGER)
twin("reservoir", "in_pieces", draws=LARGER)
twin("reservoir", "at_the_seam", draws=LARGER)
twin("reservoir", "goes_on", draws=LARGER)
twin(
    "fading",
    "heard",
    draws={
        "radius": draws.sampled([0.7, 1.1, 1.5]),
        "loud": draws.sampled([1.0, 2.0]),
        "leak": draws.sampled([1.0, 0.6]),
        "seed": draws.integers(201, 900),
    },
)
twin(
    "fading",
    "in_silence",
    draws={"radius": draws.sampled([0.2, 0.5, 0.8]), "leak": draws.sampled([1.0, 0.5]), "seed": draws.integers(501, 900)},
)
WIDER = {
    "rows": draws.integers(8, 25),
    "units": draws.integers(2, 15),
    "targets": draws.integers(1, 4),
    "penalty": draws.sampled([0.05, 2.0, 100.0]),
    "seed": draws.seeds(),
}
twin("read_out", "best", draws=WIDER)
twin("read_out", "bias_is_free", draws=WIDER)
twin("read_out", "brute_force", draws=WIDER, weight=2)
twin("memory", "of_a_belt", draws={"cells": draws.integers(3, 9), "seed": draws.integers(301, 900)})
twin(
    "memory",
    "as_defined",
    draws={"seed": draws.seeds(), "split": draws.sampled([50, 80, 120]), "penalty": draws.sampled([1e-2, 1.0])},
)

SOURCES = 8


# TABLE
@judge("oracle")
def judged(entry, half, rng):
    found = mean_error(entry, rng, SOURCES)
    return found, advice(found)


def advice(found):
    """What would lift an entry."""
    if found > 0.5:
        return "are the forecasts in the series' own unit, and does the free run begin where the history ends?"
    if found > 0.2:
        return "a straight line cannot follow a bent law: what could a read-out be given besides the last values?"
    return "how small may the penalty be, and how slow the units?"
