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


# Errors over ten judgings of eight sources each (± standard deviation of one judging). Ten seeds for every row.
#   it stays as it is                    1.077 (0.018)     reservoir of 30 units                0.257 (0.027)
#   the mean value                       0.997 (0.012)     of 60 units                          0.094 (0.012)
#   a straight line, 40 old values       0.476 (0.024)     of 110 units                         0.072 (0.010)
#   a straight line, 150 old values      0.477 (0.047)     of 200 units                         0.058 (0.007)
#   products of 16 values, every second  0.180 (0.016)     of 297 units (the reference)         0.048 (0.006)
#   products of 20 values, every second  0.168 (0.020)       the same, penalty 0.1 in 0.01's place 0.061 (0.006)
#   random features of 20 values         0.041 (0.003)       without a leak                     0.056 (0.007)
#   random features of 50 values         0.092 (0.016)       radius 0.6                         0.102 (0.014)
# A window of products, the next-generation reservoir, does not reach "good"; random features of a window of the right length
# do as well as a reservoir, and the text says so. Every source is drawn anew, bent and scaled: 1,000 typed-in bytes know
# nothing of it, and are worth what a rule for all series is worth, the straight line.
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
