"""Hidden cases of week 7 and the studio's judge: they stay with the grader."""

from checks import regrets

from autograder.cases import draws, judge, twin

FRESH = draws.integers(100, 1_000_000)

twin("best_of", "all_subsets", draws=draws.vectors((6, 9)), weight=2)
twin("best_of", "order_and_unit", draws=FRESH)

twin("scales", "even_on_the_scale", weight=2)
twin("scales", "independent")

SHAPES = draws.sampled([(1, 2), (3, 9), (300, 4), (2, 5, 3), (2, 1, 3, 2)])
twin("softmax", "any_loss", draws={"shape": SHAPES, "seed": FRESH}, weight=2)
twin("softmax", "mean_loss", draws={"shape": SHAPES, "seed": FRESH}, weight=2)
twin("softmax", "shifted", draws=FRESH)

BATCHES = draws.sampled([(3, 1), (2, 6), (250, 2), (4, 1, 3), (2, 5, 3, 2)])
twin("norms", "batch_norm_slopes", draws={"shape": BATCHES, "seed": FRESH}, weight=2)
twin("norms", "batch_norm_as_defined", draws={"shape": BATCHES, "seed": FRESH})
twin("norms", "evaluated", draws={"shape": BATCHES, "seed": FRESH})
twin("norms", "tracked", draws={"shape": BATCHES, "seed": FRESH})
twin("norms", "each_row", draws={"shape": BATCHES, "seed": FRESH})

twin("calibrate", "lowest_loss", draws={"K": draws.integers(2, 9), "seed": FRESH}, weight=2)
twin("calibrate", "known_temperature", draws={"T": draws.sampled([0.7, 1.5, 3.0])}, weight=2)


# ------------------------------------------------------------------------------------------- the studio
SURFACES = 240


@judge("tuner")
def judged(entry, half, rng):
    found = regrets(entry.round(), rng, SURFACES)
    return float(found.mean()), advice(found)


def advice(found):
    """What would lift an entry."""
    if (found > 0.4).mean() > 0.1:
        return "on one training in ten or more its choice has not learnt at all: does it try rates on their own scale?"
    if found.mean() > 0.078:
        return "trials far from the best ones so far teach little: where would the next one teach more?"
    return "the best of many noisy scores is partly luck: what do its neighbours say?"
