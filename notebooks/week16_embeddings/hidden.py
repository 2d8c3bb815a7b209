"""Hidden cases of week 16 and the studio's judge: they stay with the grader."""

from checks import mean_order

from autograder import datasets
from autograder.cases import draws, judge, twin

twin(
    "count_pairs",
    "near",
    draws={
        "number": draws.integers(2, 7),
        "size": draws.integers(3, 9),
        "longest": draws.integers(5, 14),
        "window": draws.integers(2, 7),
        "seed": draws.seeds(),
    },
)
WIDER = {"rows": draws.integers(4, 9), "columns": draws.integers(4, 9), "holes": draws.integers(2, 12), "seed": draws.seeds()}
twin("pmi", "times_chance", draws=WIDER)
twin("pmi", "with_power", draws={**WIDER, "power": draws.sampled([0.75, 0.9, 0.3, 1.5])})
TALLER = {"rows": draws.integers(2, 12), "columns": draws.integers(2, 12), "cut": draws.integers(0, 11), "seed": draws.seeds()}
twin("pmi", "nearest", draws=TALLER)
twin("pmi", "shared_evenly", draws=TALLER)
LARGER = {
    "words": draws.integers(5, 12),
    "size": draws.integers(2, 7),
    "pairs": draws.integers(3, 12),
    "blind": draws.integers(1, 6),
    "seed": draws.seeds(),
}
twin("skip_gram", "mean_loss", draws=LARGER)
twin("skip_gram", "repeated", draws=LARGER)
twin("skip_gram", "finds_topics", draws={"seed": draws.integers(61, 200)})
SPACES = {
    "n": draws.integers(8, 20),
    "size": draws.integers(3, 8),
    "queries": draws.integers(2, 6),
    "k": draws.integers(1, 4),
    "seed": draws.seeds(),
}
twin("neighbours", "by_cosine", draws=SPACES)
twin("neighbours", "by_fit", draws=SPACES)
twin("neighbours", "only_directions", draws=SPACES)
twin("debias", "largest", draws={"number": draws.integers(3, 9), "size": draws.integers(3, 9), "seed": draws.seeds()})
ROOMS = {"others": draws.integers(2, 6), "size": draws.integers(3, 9), "seed": draws.seeds()}
twin("debias", "neutral_rows", draws=ROOMS)
twin("debias", "pairs_apart", draws=ROOMS)

TRAININGS = 20


# Thirty draws on the held-out sentences, one training each (± standard deviation of one training; a judging is the mean of 20,
# which is 4.5 times as sharp):
#   the same for all                     0.500            mean vectors, difference of class means  0.627 (0.035)
#   the shorter the better               0.545 (0.007)    mean vectors, ridge on 120 sentences     0.641 (0.040)
#   the ratings of the 300 words alone   0.555 (0.021)    mean vectors, ridge                      0.687 (0.028)
#   a bag of words, as many as there are 0.582 (0.026)      the same, first eight words only       0.653 (0.024)
#   the same, and the 300 ratings        0.605 (0.028)    the rated words alone, ridge             0.764 (0.021)
#   one human rater, reviews / tweets    0.986 / 0.958      the same, the sum of a sentence        0.667 (0.067)
#                                                         words and sentences (the reference)      0.760 (0.022)
# A bag may have as many numbers as it likes here, and does not get going. Words are numbered anew, and vectors turned, stretched
# and blurred: matching them with the public ones by their leverages finds 0.06 % of the words. So 1,000 typed-in bytes are worth
# what a rule about lengths is worth, the baseline. Taking the length of a sentence for its worth has 0.545 in reviews and tweets.
@judge("unseen_words")
def judged(entry, half, rng):
    found = mean_order(entry, datasets.held_out, rng, TRAININGS)
    return found, advice(found)


def advice(found):
    """What would lift an entry."""
    if found > 0.75:
        return None
    if found > 0.66:
        return "a weight that makes a word pleasant makes a sentence good: do the rated words teach the same weights?"
    return "what is the vector of a sentence, and where does the length of the sentence still come in?"
