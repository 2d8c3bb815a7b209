"""Hidden cases of week 19 and the studio's judge: they stay with the grader."""

import numpy as np
from checks import hazards_of, linear_cox, log_likelihood, new_cohort, rotterdam

from autograder import datasets
from autograder.cases import draws, judge, twin

MORE = {"n": draws.integers(6, 25), "seed": draws.seeds()}
twin("kaplan_meier", "nobody_lost", draws=MORE)
twin("kaplan_meier", "with_censoring", draws=MORE)
twin("kaplan_meier", "late_comers", draws=MORE)
twin("concordance", "as_the_slow_one", draws={**MORE, "models": draws.integers(2, 6)})
twin("concordance", "perfect", draws=MORE)
SCORED = {"n": draws.integers(6, 25), "times": draws.sampled([5, 12, 200]), "seed": draws.seeds()}
twin("cox", "cox_by_definition", draws=SCORED)
twin("cox", "cox_slopes", draws=SCORED)
twin("cox", "as_many_as_there_were", draws=SCORED)
twin("cox", "steps_of_baseline", draws=SCORED)
COINS = {"n": draws.integers(5, 20), "K": draws.integers(3, 9), "seed": draws.seeds()}
twin("hazard_loss", "seen_coins", draws=COINS)
twin("hazard_loss", "coin_slopes", draws=COINS)
twin("hazard_loss", "steps_of_curve", draws=COINS)
twin("hazard_loss", "finds_the_planted", draws={"seed": draws.seeds(), "lost": draws.sampled([0.1, 0.3])})
KNOWN = {"n": draws.integers(6, 25), "horizon": draws.sampled([1.5, 2.5, 5.0, 5.5]), "seed": draws.seeds()}
twin("brier", "weigh_as_the_curve", draws=KNOWN)
twin("brier", "one_in_common", draws=KNOWN)
twin("brier", "all_known", draws=KNOWN)
twin("brier", "weighted", draws=KNOWN)

COHORTS = 4


def gbsg():
    """The German trial, with Rotterdam's columns: X (686, 7), time in days, event."""
    cohort = datasets.held_out("gbsg")
    c = {name: cohort.X[:, k].astype(float) for k, name in enumerate(cohort.names)}
    c["size"] = np.where(c["size"] <= 20, 0.0, np.where(c["size"] <= 50, 1.0, 2.0))
    X = np.column_stack([c[name] for name in ("age", "meno", "size", "pgr", "er", "nodes", "hormon")])
    return X, c["rfstime"], c["status"] == 1


# The share of the possible gain, ten judgings of four cohorts each (standard deviation of one judging). Ten seeds a row.
#   the same hazards for all              -0.260 (0.016)    net of 4 units               0.478 (0.027)
#   linear Cox                             0                    of 5                     0.658 (0.062)
#   Cox, squares and products              0.123 (0.034)        of 7                     0.829 (0.041)
#   Cox, cubes too                        -0.056 (0.121)        of 12                    0.808 (0.013)
#   net of 12, the lost left out          -0.181 (0.078)          100 steps in 300's place 0.761 (0.028)
#   net of 12, the lost taken for living  -0.250 (0.042)          800 steps              0.766 (0.016)
#   a linear model for each interval      -0.041 (0.007)          no decay               0.805 (0.013)
#     with squares and products            0.395 (0.019)          decay 0.3              0.828 (0.014)
#       and decay 0.1, smoothing 0.1       0.474 (0.021)          no smoothing           0.606 (0.019)
#     with cubes too                       0.361 (0.024)        of 20                    0.659 (0.023)
#   the reference, 10 units, a parabola    0.875 (0.018)        of 10, decay 0.3         0.859 (0.016)
# The truth gains 0.219 nats a person. Every cohort is drawn anew, its columns shuffled and rescaled: what is typed in knows
# nothing of it, and is worth what the same hazards for all are worth.
# Why no trial: learnt from Rotterdam and judged on the 686 women of gbsg, the best of our nets (8 units, ten seeds, chosen on
# gbsg itself) lies 2.2 paired standard errors above Cox with log(nodes) and age², not the eight that were asked for; the
# reference, five seeds, 0.7. So gbsg is looked at: every judging says what an entry gains there.
@judge("crossing")
def judged(entry, half, rng):
    drawn = [new_cohort(rng) for _ in range(COHORTS)]
    real = rotterdam()
    rounds = [entry.train(c.X, c.time, c.event, c.edges) for c in drawn]
    abroad = entry.train(*real)
    gained = possible = 0.0
    for round, c in zip(rounds, drawn, strict=True):
        base = log_likelihood(linear_cox(c.X, c.time, c.event, c.edges, c.new_X), c.interval, c.new_event).mean()
        gained += log_likelihood(hazards_of(round, c.new_X), c.interval, c.new_event).mean() - base
        possible += log_likelihood(c.truth, c.interval, c.new_event).mean() - base
    found = float(gained / possible)
    return found, f"{advice(found)} {elsewhere(abroad, *real)}"


def elsewhere(round, X, time, event, edges):
    """What the entry does in a real trial, in words: it is looked at, and nobody is graded by it."""
    new_X, new_time, new_event = gbsg()
    inside = np.searchsorted(edges[1:], new_time, side="left")
    base = log_likelihood(linear_cox(X, time, event, edges, new_X), inside, new_event)
    gain = log_likelihood(hazards_of(round, new_X), inside, new_event) - base
    return (
        f"Looked at, not graded: learnt from Rotterdam, on the 686 women of the German trial it gains {gain.mean():+.3f} nats a "
        f"woman over linear Cox, with a paired standard error of {gain.std() / np.sqrt(len(gain)):.3f}."
    )


def advice(found):
    """What would lift an entry."""
    if found < 0.1:
        return "do lost people count only the coins that they were seen to pass?"
    if found < 0.55:
        return "what a treatment does changes with time, and with the other columns by bumps: which model can be of that shape?"
    return "how many steps and how much decay? And are twelve neighbouring hazards told that they are neighbours?"
