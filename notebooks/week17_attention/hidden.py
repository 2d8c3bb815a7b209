"""Hidden cases of week 17 and the studio's judge: they stay with the grader."""

import checks

from autograder.cases import draws, judge, twin

# --------------------------------------------------------------------------------- twins: the visible cases, drawn afresh
twin("alarms", "each_frame", draws={"evening": checks.evenings((12, 40))})

twin("attend", "as_looked_up", draws={"given": checks.looks((2, 6), (3, 7), (2, 7))}, weight=2)
twin("attend", "slopes", draws={"given": checks.looks((2, 4), (3, 6), (2, 5)), "seed": draws.seeds()}, weight=2)
twin("attend", "huge_scores", draws={"seed": draws.seeds(), "far": draws.sampled([1.0])})

twin("beam_search", "survivors", draws={"tree": checks.trees((3, 6), (3, 5), (2, 7), (0.0, 0.4, 1.0, 1.6))}, weight=2, fresh=50)
twin("beam_search", "exact", draws={"tree": checks.trees((2, 3), (2, 5))})
twin("beam_search", "few_calls", draws={"tree": checks.trees((3, 6), (3, 7), (2, 6))})

twin("two_measures", "rate_by_definition", draws={"corpus": checks.corpora((2, 5), (3, 12), (1, 1))})
twin("two_measures", "bleu_by_definition", draws={"corpus": checks.corpora((2, 4), (4, 14), (1, 4))}, weight=2)

twin("ctc_loss", "sum_of_all", draws={"clip": checks.clips((3, 6), (2, 4), (1, 4))}, weight=2, fresh=50)
twin(
    "ctc_loss",
    "gradient_of_loss",
    draws={"clip": checks.clips((4, 6), (2, 3), (1, 4), possible=True), "seed": draws.seeds()},
    fresh=50,
)
twin(
    "ctc_loss", "long_clip", draws={"size": draws.integers(3, 12), "twice": draws.integers(1, 3), "seed": draws.seeds()}, fresh=50
)


# TABLE#
@judge("dates")
def judged(entry, half, rng):
    """Two pairs of countries, drawn anew."""
    share, digits = checks.exactly(entry, rng)
    return share, advice(digits)


def advice(digits):
    """What would lift an entry."""
    worst = int(digits.argmin())
    part = ("the year", "the month", "the day")[0 if worst < 4 else 1 if worst < 6 else 2]
    if digits[worst] < 0.9:
        return f"digit {worst + 1}, of {part}, is right in {digits[worst]:.2f} of the texts: look at where its query looks"
    return "more walks through the texts, a rate that falls to nought, and letters that are missing now and then"
