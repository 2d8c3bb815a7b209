"""Hidden cases of week 20 and the studio's judge: they stay with the grader."""

from checks import orchards

from autograder.cases import draws, judge, twin

WIDER = {
    "states": draws.integers(2, 4),
    "actions": draws.integers(2, 4),
    "moves": draws.integers(1, 3),
    "gamma": draws.sampled([0.95, 0.3, 1.0]),
    "seed": draws.seeds(),
}
twin("look_ahead", "as_if_tried", draws=WIDER)
twin("look_ahead", "rows_that_mean_nothing", draws=WIDER | {"states": draws.integers(5, 30)})
twin("look_ahead", "closer", draws=WIDER | {"states": draws.integers(5, 30)})
twin(
    "q_table",
    "row_by_row",
    draws={"games": draws.integers(7, 40), "actions": draws.integers(2, 9), "seed": draws.seeds()},
)
twin(
    "q_table",
    "best_play",
    draws={
        "states": draws.integers(3, 5),
        "actions": draws.integers(2, 3),
        "gamma": draws.sampled([0.7, 0.3]),
        "seed": draws.integers(501, 900),
    },
)
MORE = {
    "games": draws.integers(2, 5),
    "room": draws.integers(3, 8),
    "steps": draws.integers(5, 30),
    "seed": draws.seeds(),
}
twin("replay", "the_newest", draws=MORE | {"games": draws.integers(2, 3), "room": draws.integers(2, 6)})
twin("replay", "together", draws=MORE)
twin("replay", "one_episode", draws=MORE | {"stack": draws.integers(2, 5)})
LARGER = {
    "moves": draws.integers(5, 40),
    "actions": draws.integers(2, 9),
    "gamma": draws.sampled([0.99, 0.7]),
    "seed": draws.seeds(),
}
twin("target", "move_by_move", draws=LARGER)
twin("target", "nothing_leaks", draws=LARGER)
twin(
    "target",
    "slope_of_the_loss",
    draws={
        "moves": draws.integers(5, 12),
        "actions": draws.integers(2, 6),
        "bend": draws.sampled([0.5, 2.0]),
        "seed": draws.seeds(),
    },
)
twin("dqn", "probe_clock", draws={"seed": draws.sampled([7])})
twin("dqn", "catches", draws={"seed": draws.sampled([7])})


# Mean reward of 400 episodes a game, six games each (± standard deviation of one game; a judging is the mean of three):
#   any button                      -0.03 (0.05)     two layers of 96, batches of 64     2.32 (0.08)
#   linear in the pixels             0.44 (0.10)     the same, batches of 256            2.83 (0.09)
#   a tenth of the frames            0.69 (0.13)     the same, plain targets             2.78 (0.09)
#   a third of the frames            1.73 (0.11)     the same, a cut taken for an end    2.78 (0.09)
#   two layers of 32, batches of 64  1.48 (0.18)     the same, copy renewed after 20     2.65 (0.16)
#   the settings of our `dqn`        1.94 (0.22)     a rule that sees everything         3.3
# A table of pictures (three games of the easier kind in which what pays may fall straight): 0.34 by Q-learning, 0.59 by counting
# and value iteration; neither fits into 30,000 numbers. Everything is drawn anew, so typed-in bytes are worth any button. The
# bands lie at least four standard errors of a judging (0.05) from the entries that prove them.
@judge("orchard")
def judged(entry, half, rng):
    found = orchards(entry, rng, 3)
    return found, advice(found)


def advice(found):
    """What would lift an entry."""
    if found < 0.3:
        return "does it pass all six probes? And does it know that the games are drawn anew?"
    if found < 2.0:
        return "how many moves does the memory hold, and how many updates were made of the 120,000 frames?"
    return "larger batches, a frozen copy that lives longer, a rate that falls to the end"
