"""Hidden cases of week 13 and the studio's judge: they stay with the grader."""

import functools

import checks
import numpy as np

from autograder import datasets
from autograder.cases import draws, judge, studios, twin

# --------------------------------------------------------------------------------- twins: the visible cases, drawn afresh
twin(
    "recall_at_one",
    "by_definition",
    draws={"seed": draws.seeds(), "n": draws.integers(25, 60), "d": draws.integers(1, 7)},
    weight=2,
    fresh=50,
)
twin("recall_at_one", "order_and_names", draws=draws.seeds())

twin("triplet", "mean_over_all", draws=checks.some_triplets(n=(8, 15), d=(2, 9), t=(13, 40)), weight=2)
twin("triplet", "right_gradient", draws=checks.some_triplets(n=(8, 15), d=(2, 9), t=(13, 40)), weight=3)
twin("triplet", "lengths", draws=checks.some_triplets(n=(8, 12), d=(3, 6), t=(13, 30)))

twin("mine", "pairs_once", draws=checks.crowds(n=(13, 25), d=(2, 5)), weight=2, fresh=50)
twin("mine", "all_semi_hard", draws=checks.crowds(n=(13, 25), d=(2, 5)), weight=2, fresh=50)

twin(
    "door",
    "nearest_or_nobody",
    draws={"seed": draws.seeds(), "k": draws.integers(8, 20), "threshold": draws.sampled([0.2, 0.6, 2.5])},
    weight=2,
)
twin(
    "door",
    "largest_threshold",
    draws={
        "seed": draws.seeds(),
        "m": draws.integers(13, 60),
        "k": draws.integers(1, 9),
        "rate": draws.sampled([0.0, 0.05, 0.15, 0.6]),
    },
    weight=3,
)
twin("door", "all_galleries", draws={"seed": draws.seeds(), "m": draws.integers(7, 15), "k": draws.integers(8, 11)}, weight=2)

twin(
    "style",
    "mean_of_products",
    draws={
        "seed": draws.seeds(),
        "height": draws.integers(6, 9),
        "width": draws.integers(6, 9),
        "channels": draws.integers(5, 8),
    },
    weight=2,
)
twin("style", "distance_by_definition", draws={"seed": draws.seeds(), "layers": draws.integers(4, 6)}, weight=2)
twin("style", "style_gradient", draws={"seed": draws.seeds(), "layers": draws.integers(4, 6)}, weight=3)


SEEN = ([0, 1], [1, 2], [0, 2])  # designers to learn from; the others, and one whose drawings nobody has, are at the door


@functools.cache
def held_out_maps(half):
    """Maps of this half of the held-out symbols by all four designers: (symbols, 4, 2, 2, 256)."""
    pictures, _ = checks.aligned(datasets.held_out, (*checks.DESIGNERS, "emojione"))
    pictures = pictures[studios.halves(len(pictures), half)].astype(np.float32) / 255
    return checks.fifth_maps(pictures.reshape(-1, 32, 32, 3)).reshape(*pictures.shape[:2], 2, 2, 256)


# Means over two to four judgings (grade half), ± their standard deviation, which is the error of one judging: 0.005 to 0.018.
# Neighbouring edges lie 0.06 or more apart. A judging takes 7 CPU seconds for the trunk's maps and about one for each training of
# 300 steps.
#   nobody to all / never nobody              0.000 / -0.45    triplets, 100 steps                    0.137 (0.017)
#   32 largest directions                    -0.021 (0.010)    triplets, 300 steps, 40 symbols        0.024 (0.018)
#   the same, each over its spread           -0.010 (0.005)    80 symbols                             0.051 (0.012)
#   30 largest left out, 32 over their spread 0.119 (0.016)    120 symbols                            0.104 (0.010)
#   within-pair whitening (closed form)       0.274 (0.005)    all 400, dropout 0.3                   0.220 (0.007)
#   triplets, 1,000 steps                     0.249 (0.012)    all 400, no dropout                    0.242 (0.013)
# Without the cameras' patterns the maps themselves gave 0.08, directions over their spread 0.32, triplets 0.31, whitening
# 0.32: labels were not needed. With plain pixels (no trunk) every way of learning on the same drawings stayed within
# 0.26 to 0.30.
# Nothing typed in can help: channels and patterns are drawn for each judging.
@judge("strangers")
def judged(entry, half, rng):
    """Three trainings, each on two designers; a door for each with two others and symbols that nobody has seen."""
    pictures = checks.public_drawings()[0]
    chosen = rng.choice(len(pictures), checks.LEARN, replace=False)
    learn = checks.fifth_maps(pictures[chosen].reshape(-1, 32, 32, 3)).reshape(checks.LEARN, 3, 2, 2, 256)
    camera = checks.Camera(learn[:, 0], rng)
    learn, door = camera.seen(learn, rng), camera.seen(held_out_maps(half), rng)
    rounds = [entry.train(*checks.handed_out(learn, pair, rng)) for pair in SEEN]
    shares = []
    for round, pair in zip(rounds, SEEN, strict=True):
        (unseen,) = {0, 1, 2} - set(pair)
        shares.append(checks.scored_round(round, door[:, [unseen, 3]], rng))
    named, refused = np.mean(shares, axis=0)
    return float(named + refused - 1), checks.advice(named, refused)
