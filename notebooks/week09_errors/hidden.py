"""Hidden cases of week 9 and the studio's judge: they stay with the grader."""

import checks
from checks import healed

from autograder.cases import draws, judge, twin

twin("masked_loss", "tasks_count_alike", draws=checks.tables((7, 30), (3, 8), known=0.3), weight=2)
twin("masked_loss", "loss_gradient", draws=checks.tables((7, 12), (1, 5), known=0.4), weight=2)
twin("masked_loss", "holes", draws=checks.tables((7, 20), (1, 5)))

WIDER = {"tags": draws.masks((10, 25), (3, 5)), "chosen": draws.masks(5), "right": draws.integers(0, 99)}
twin("best_plan", "overlap", draws=WIDER)
twin("best_plan", "no_better", draws=checks.jobs((13, 40), (3, 5)), weight=2, fresh=200)
twin("best_plan", "fractions", draws=checks.jobs((13, 40), (3, 5), whole=False), fresh=50)

twin("find_slice", "one_tag")
twin("find_slice", "honest_search", weight=2)
twin("find_slice", "large_slice")
twin("find_slice", "small_slice")

twin(
    "out_of_sample",
    "never_seen",
    draws={"n": draws.integers(13, 40), "folds": draws.integers(3, 12), "seed": draws.seeds()},
)
twin("out_of_sample", "never_its_group", draws=checks.grouped((8, 14), (2, 5), (2, 9)), weight=2)
twin(
    "out_of_sample",
    "right_columns",
    draws={"n": draws.integers(13, 40), "K": draws.integers(3, 9), "folds": draws.integers(2, 6), "seed": draws.seeds()},
    weight=2,
)
twin("out_of_sample", "enough_to_learn", draws=checks.grouped((10, 23), (1, 3), (3, 9)))

twin(
    "mismatch",
    "each_step",
    draws={
        "n": draws.integers(31, 90),
        "n_dev": draws.integers(21, 60),
        "errors": draws.vectors(3, 0, 1, 2),
        "human": draws.vectors(2, 0, 1, 2),
        "share": draws.sampled([0.1, 0.3, 0.7]),
        "seed": draws.seeds(),
    },
    weight=2,
)
twin(
    "mismatch",
    "sums_up",
    draws={"errors": draws.vectors(3, 0, 1, 2), "human": draws.vectors(2, 0, 1, 2), "seed": draws.integers(10**6, 10**7)},
)

PROJECTS = 120


# Share healed, means over judgings of 100 projects (spread over judgings; two or three judgings each, so spreads are rough).
# The edges lie 0.1 apart, five times the spread.
#   rows by chance, rows typed in       0.149, 0.136 (0.01)    own judge: tags times measurements       0.573 (0.022)
#   nearest to a half                   0.201 (0.006)          the same, three rounds, penalty 0.03     0.612 (0.021)
#   least probable label                0.221 (0.002)          10, 25, 40 nearest rows           0.532, 0.574, 0.555 (0.01)
#   own judge: all products             0.504 (0.019)          nearest rows and own judge together      0.609 (0.021)
#   all products, penalty 0.1           0.482 (0.019)          noise rates by tag and class, EM         0.307 (0.016)
# Nothing typed in helps: columns, tags, rules and rows are drawn afresh. The week's own tool (a judge that did not see the row
# and can see more than the fixed model) is what "good" needs; nearest neighbours are one such judge.
@judge("relabel")
def judged(entry, half, rng):
    found = healed(entry, rng, PROJECTS)
    return float(found[:, 0].sum() / found[:, 1].sum()), advice(found)


def advice(found):
    """What would lift an entry."""
    if found[:, 2].mean() < 12:
        return "hardly any of your rows had a wrong label: are they rows that the fixed model cannot get right?"
    return "which rows of yours had a right label? Look at the tags on which they lie, in projects of your own"
