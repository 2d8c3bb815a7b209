"""Hidden cases of week 8 and the studio's judge: they stay with the grader."""

import checks
import numpy as np
from hypothesis import strategies as st

from autograder.cases import draws, judge, twin

FRESH = draws.integers(1000, 1_000_000)

twin("price", "same_test_set", draws=FRESH)
twin("price", "any_mixture", draws=FRESH)

twin("split", "no_group_twice", draws=checks.visits((15, 60)))
twin("split", "all_that_was_known", draws=checks.visits((15, 60)))
twin("split", "as_late_as_possible", draws=checks.visits((15, 60)), weight=2)

twin("leaks", "merely_easier", draws=FRESH, examples=10, seconds=60)
twin("leaks", "six_splits", draws=FRESH, weight=2, examples=5, seconds=60)

twin("rater_errors", "own_errors", draws={"fractions": st.lists(checks.TENTHS, min_size=3, max_size=3), "ones": checks.SHARES})
twin("rater_errors", "more_raters", draws={"seed": FRESH})
twin("rater_errors", "missing_votes", draws={"fractions": st.lists(checks.TENTHS, min_size=3, max_size=3), "ones": checks.SHARES})

twin("compare", "middle", draws=FRESH)
twin("compare", "whole_groups", draws=FRESH)


# ------------------------------------------------------------------------------------------- the studio: our own leader
NAMES = ("labels", "units", "longer", "shorter", "rows")  # in the order in which a plan is carried out
KEPT = 150  # hidden states that are thought about
LUCK = 0.015  # of a training, beyond that of counting 300 rows


class Belief:
    """What may be hidden in a team: states on a grid, how likely each is, and the errors of all versions in each."""

    def __init__(self):
        parts = (
            range(3),
            (0.01, 0.04, 0.25, 0.3, 0.35, 0.4, 0.45),
            (4.0, 5, 6, 30, 46, 70, 108),
            (50.0, 64, 80, 300, 500, 900, 1600),
            (0, 1),
        )
        self.task, self.wrong, self.units, self.steps, self.copies = (a.ravel() for a in np.meshgrid(*parts, indexing="ij"))
        chance = (
            np.where(self.wrong < 0.1, 1 / 2, 1 / 5)
            * np.where(self.units < 10, 1 / 3, 1 / 4)
            * np.where(self.steps < 100, 1 / 3, 1 / 4)
        )
        self.log, self.versions = np.log(chance), []

    def see(self, report, looked):
        """Weigh the states by a report; `looked` where labels were read for it."""
        train, copy, new = checks.errors_of(self.task, report["rows"], self.wrong, self.units, self.steps).T
        dev = np.where(self.copies == 1, copy, checks.by_given_labels(new, self.wrong, np.array(checks.CLASSES)[self.task]))
        for said, p in ((report["train"], train), (report["dev"], dev)):
            spread = p * (1 - p) / checks.SHOWN + LUCK**2
            self.log = self.log - (said - p) ** 2 / (2 * spread) - np.log(spread) / 2
        if looked:
            q = np.clip(self.wrong, 0.002, 0.998)
            self.log = self.log + report["wrong"] * np.log(q) + (100 - report["wrong"]) * np.log(1 - q)
        self.versions.append(new)
        kept = np.argsort(-self.log)[:KEPT]
        for name in ("task", "wrong", "units", "steps", "copies", "log"):
            setattr(self, name, getattr(self, name)[kept])
        self.versions = [one[kept] for one in self.versions]
        chance = np.exp(self.log - self.log.max())
        self.chance = chance / chance.sum()

    def done(self, name):
        """Something was done to the team."""
        if name == "labels":
            self.wrong = self.wrong * (1 - checks.MENDED)
        elif name == "units":
            self.units = np.minimum(3 * self.units, checks.UNITS[1])
        elif name in ("longer", "shorter"):
            self.steps = np.clip(self.steps * (4.0 if name == "longer" else 0.25), *checks.STEPS)
        elif name == "split":
            self.copies = np.zeros_like(self.copies)


def plans(weeks, prices):
    """How often each of NAMES is done, for all that can be paid: (plans, 5)."""
    out = [()]
    for name in NAMES:
        out = [
            (*one, k)
            for one in out
            for k in range(5)
            if sum(n * prices[a] for n, a in zip(one, NAMES, strict=False)) + k * prices[name] <= weeks
        ]
    return np.array([one for one in out if not (one[2] and one[3])])


def best_plan(belief, report, weeks, prices):
    """The plan with the lowest expected error, that error, and how much lower it were if all was known."""
    n = plans(weeks, prices)[..., None]
    wrong = belief.wrong * (1 - checks.MENDED) ** n[:, 0]
    units = np.minimum(belief.units * 3.0 ** n[:, 1], checks.UNITS[1])
    steps = np.clip(belief.steps * 4.0 ** (n[:, 2] - n[:, 3]), *checks.STEPS)
    rows = np.minimum(report["rows"] * 2.0 ** n[:, 4], checks.ROWS[1])
    new = checks.errors_of(belief.task, rows, wrong, units, steps)[..., 2]
    expected = new @ belief.chance
    k = int(expected.argmin())
    return n[k, :, 0], float(expected[k]), float(expected[k] - new.min(axis=0) @ belief.chance)


def our_leader(act, report, prices, weeks, errors, rng):
    """Sees what a learner's leader sees: the plan with the lowest expected error, thought over after each report."""
    belief, looked = Belief(), False
    belief.see(report, False)
    while True:
        plan, expected, _unknown = best_plan(belief, report, report["left"], prices)
        if not looked and prices["look"] <= report["left"]:
            _, after, still = best_plan(belief, report, report["left"] - prices["look"], prices)
            if after - 0.3 * still < expected:
                looked, report = True, act("look")
                belief.see(report, True)
                continue
        if not plan.any():
            return int(np.argmin([one @ belief.chance for one in belief.versions]))
        name = next(name for name, times in zip(NAMES, plan, strict=True) if times)
        belief.done(name)
        report = act(name)
        belief.see(report, False)


TEAMS = 200


# Mean regret in points over 200 teams: mean of five judgings (their spread; the standard error of one). 8 CPU seconds each.
#   nothing is done                      12.4 (0.8; 0.58)    a plan without any report, bounds what is typed  2.8 (0.3; 0.25)
#   random acts, best dev error           8.5 (0.2; 0.52)    look, then labels, size or rows                  2.7 (0.3; 0.27)
#   greedy: what helped, once more        6.8 (0.3; 0.49)    the same, gains weighed against prices           2.3 (0.2; 0.22)
#   labels, rows, units, for all          4.8 (0.5; 0.48)    25 teams drawn, 6 kept, plans tried (3 seeds)    1.3 (0.1; 0.17)
#   60 teams drawn, 12 kept (3 seeds)     0.7 (0.1; 0.14)    1,500 drawn, 150 kept; the reference             0.2, 0.1 (0.05)
# Typed in: prices, weeks and rows are seen at no cost, so a plan from them alone, made with the whole simulator, bounds
# what 1,000 bytes of numbers can do. Neighbouring bands lie 4 standard errors apart. Our leader is 0.7 behind one who knows all.
@judge("lead")
def judged(entry, half, rng):
    regrets, faults = [], []
    for _ in range(TEAMS):
        seed, dice = (int(number) for number in rng.integers(2**62, size=2))
        ours = checks.shipped(our_leader, checks.Team(np.random.default_rng(seed)), np.random.default_rng(dice))
        team = checks.Team(np.random.default_rng(seed))
        faults.append((team.wrong > 0.1, team.units < 10, team.steps < 100))
        hers = checks.shipped(entry.round().lead, team, np.random.default_rng(dice))
        regrets.append(100 * max(hers - ours, 0.0))
    return float(np.mean(regrets)), advice(np.array(regrets), np.array(faults))


def advice(regrets, faults):
    """What would lift an entry."""
    of_each = [regrets[fault].mean() for fault in faults.T]
    if regrets[~faults.any(axis=1)].mean() > 4:
        return "teams without any fault become worse under its lead, or stay as they are: what do they need?"
    worst = ("the labels are wrong", "the net is small", "it was trained for few steps")[int(np.argmax(of_each))]
    return f"it does worst on teams in which {worst}: which report shows that, and when?"
