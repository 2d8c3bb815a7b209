"""Hidden cases of week 18 and the studio's judge: they stay with the grader."""

import checks
import numpy as np

from autograder import datasets
from autograder.cases import draws, judge, studios, twin

LONGER = {"seed": draws.seeds(), "length": draws.integers(10, 60), "letters": draws.integers(2, 4), "count": draws.integers(3, 15)}
twin("bpe", "most_places", draws=LONGER)
twin("bpe", "as_learning_left_it", draws=LONGER)
twin("bpe", "comes_back", draws=LONGER)
MORE = {
    "seed": draws.seeds(),
    "length": draws.integers(20, 80),
    "rows": draws.integers(2, 4),
    "columns": draws.integers(5, 12),
    "order": draws.integers(1, 6),
    "symbols": draws.integers(3, 9),
}
twin("counts", "by_chances", draws=MORE)
twin("counts", "paragraphs_apart", draws=MORE)
twin("counts", "sums_to_one", draws=MORE)
WIDER = {
    "seed": draws.seeds(),
    "rows": draws.integers(3, 9),
    "pairs": draws.integers(2, 8),
    "base": draws.sampled([10_000.0, 500_000.0, 7.0]),
}
twin("rotary", "pairs_turned", draws=WIDER)
twin("rotary", "differences_alone", draws=WIDER)
twin("rotary", "many_axes", draws=WIDER)
twin("rotary", "rotary_gradient", draws=WIDER)
MORE_HEADS = {
    "seed": draws.seeds(),
    "heads": draws.integers(2, 5),
    "width": draws.sampled([2, 6]),
    "queries": draws.integers(2, 6),
    "keys": draws.integers(2, 7),
    "examples": draws.integers(2, 4),
}
for name in ("own_columns", "seats", "masks_of_examples", "causal", "turned_heads"):
    twin("multi_head", name, draws=MORE_HEADS)
twin("multi_head", "head_gradients", draws={**MORE_HEADS, "width": draws.sampled([2, 4]), "queries": draws.integers(2, 4)})
MORE_FED = {"seed": draws.seeds(), "heads": draws.integers(2, 4), "width": draws.sampled([2, 6]), "examples": draws.integers(1, 4)}
PIECES = [(6, 6), (4, 1, 7), (1, 11), (11, 1), (2, 2, 8), (1, 2, 9)]
twin("kv_cache", "as_the_whole", draws={**MORE_FED, "pieces": draws.sampled(PIECES)})
twin("kv_cache", "with_a_window", draws={**MORE_FED, "pieces": draws.sampled(PIECES), "window": draws.integers(1, 14)})
twin("kv_cache", "counted_rows", draws={**MORE_FED, "pieces": draws.sampled(PIECES), "window": draws.sampled([None, 1, 5])})
twin("kv_cache", "two_ends", draws={**MORE_FED, "window": draws.sampled([None, 2, 6])})


@judge("austen")
def judged(entry, half, rng):
    """The first symbols of paragraphs of four novels, drawn from this half."""
    texts = datasets.held_out("austen").text
    chosen = rng.choice(studios.halves(len(texts), half), checks.PARAGRAPHS, replace=False)
    paragraphs = np.stack([checks.numbers_of(texts[k][: checks.LENGTH]) for k in chosen])
    gain, _ = checks.saved(entry, 1.0, paragraphs, rng)
    return gain, advice(gain)


def advice(gain):
    """What would lift an entry."""
    if gain < -1:
        return "it is much worse than the table: does `step` agree with what was trained, symbol for symbol, from the first 0 on?"
    if gain < 0:
        return "the table is better: how many symbols did the training see, and how far can your state look back?"
    return "more steps, a higher rate, and where do the 25,000 numbers do most good?"
