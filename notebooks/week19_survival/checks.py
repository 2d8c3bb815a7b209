"""Visible cases of week 19: they travel with the release."""

from types import SimpleNamespace

import numpy as np

from autograder import datasets
from autograder.cases import case, draws, exercise, expect, studio

exercise("kaplan_meier")
exercise("concordance")
exercise("cox", names=("cox_loss", "baseline_hazard"))
exercise("hazard_loss", names=("hazard_loss", "survival_curve"))
exercise("brier", names=("known_weights", "brier"), needs=("kaplan_meier",))
exercise("crossing", names=("train", "hazards"), needs=("hazard_loss",), kind="studio", seconds=60)


def people(n, rng, times=6, lost=0.4):
    """Times that are often tied, and whether the event was seen; whole times as floats."""
    return rng.integers(1, times + 1, size=n).astype(float), rng.random(n) >= lost


# ------------------------------------------------------------------------------------------- kaplan_meier
def one_moment(t, time, died, entry=None):
    """The share of those at risk at t that lives on."""
    risk = [k for k in range(len(time)) if time[k] >= t and (entry is None or entry[k] < t)]
    return 1 - sum(bool(died[k]) and time[k] == t for k in risk) / len(risk)


def curve_by_definition(time, event, at, entry=None):
    """The curve as a plain product."""
    moments = sorted({float(t) for t, dead in zip(time, event, strict=True) if dead})
    return np.array([float(np.prod([one_moment(t, time, event, entry) for t in moments if t <= end])) for end in at])


def heights(kaplan_meier, time, event, at, *entry):
    """Her curve as a plain array."""
    return expect.array(kaplan_meier(time, event, at, *entry), shape=np.shape(at), finite=True, what="`kaplan_meier`")


ROWS = {"n": draws.integers(1, 9), "seed": draws.seeds()}


@case("kaplan_meier", "without censoring it is the share with a longer time", draws=ROWS)
def nobody_lost(kaplan_meier, n, seed):
    rng = np.random.default_rng(seed)
    time, _ = people(n, rng)
    time[0] = 0.0  # at the very start somebody may die, too
    at = np.append(np.arange(1, 7) - 0.5 * rng.integers(0, 2, size=6), 0.0)
    want = np.array([np.mean(time > t) for t in at])
    got = heights(kaplan_meier, time, np.ones(n, bool), at)
    expect.close(got, want, what=f"all died, at times {time.tolist()}: S at {at.tolist()}")


@case("kaplan_meier", "censored people are at risk up to their time, also at the moment of a death", weight=2, draws=ROWS)
def with_censoring(kaplan_meier, n, seed):
    rng = np.random.default_rng(seed)
    time, event = people(n, rng)
    time, event = np.append(time, [2.0, 2.0, 4.0]), np.append(event, [True, False, True])  # a tie, and no blank curve
    at = rng.permutation(np.array([2.0, 6.5, 3.5, 1.0, 5.0, 4.0, 2.9]))
    want = curve_by_definition(time, event, at)
    got = heights(kaplan_meier, time, event, at)
    expect.close(got, want, what=f"times {time.tolist()}, events {event.astype(int).tolist()}: S at {at.tolist()}")


@case("kaplan_meier", "late comers are at risk only after their entry", weight=2, draws=ROWS)
def late_comers(kaplan_meier, n, seed):
    rng = np.random.default_rng(seed)
    time, event = people(n, rng, lost=0.3)
    entry = np.maximum(time - rng.integers(1, 4, size=n), 0.0)
    time, event, entry = np.append(time, [3.0, 5.0, 6.0]), np.append(event, [True, True, False]), np.append(entry, [0, 1, 3])
    at = np.array([6.0, 1.0, 2.0, 3.0, 4.5, 5.0])
    want = curve_by_definition(time, event, at, entry)
    got = heights(kaplan_meier, time, event, at, entry)
    expect.close(
        got,
        want,
        what=f"times {time.tolist()}, events {event.astype(int).tolist()}, entries {entry.tolist()}: S at {at.tolist()}",
    )


@case("kaplan_meier", "the statement's example")
def five_people(kaplan_meier):
    got = heights(kaplan_meier, np.array([2.0, 3, 3, 5, 8]), np.array([1, 1, 0, 1, 0]), np.array([1.0, 2.0, 4.0, 8.0]))
    expect.close(got, np.array([1.0, 0.8, 0.6, 0.3]), what="S at 1, 2, 4 and 8", reveal=True)


@case("kaplan_meier", "events may be 1 and 0, times whole numbers, and all stays as it was", side=True)
def curve_house(kaplan_meier):
    time, event, at, entry = np.array([4, 2, 2, 7, 5]), np.array([1, 0, 1, 1, 0]), np.array([5, 1, 4]), np.array([0, 0, 1, 3, 4])
    want = curve_by_definition(time, event, at)
    expect.close(heights(kaplan_meier, time, event, at), want, what="whole numbers: S")
    expect.close(heights(kaplan_meier, time, event.astype(float), at), want, what="events 1.0 and 0.0: S")
    expect.close(heights(kaplan_meier, time.astype(np.float32), event == 1, at), want, what="times in float32: S")
    expect.pure(kaplan_meier, time, event, at, entry, names=("time", "event", "at", "entry"))
    expect.close(heights(kaplan_meier, time, event, at, None), want, what="entry=None handed in: S")


@case("kaplan_meier", "no people, no deaths and no times are possible", side=True)
def curve_of_nobody(kaplan_meier):
    none = np.zeros(0)
    at, two = np.array([0.0, 3.0]), np.array([1.0, 2.0])
    expect.close(heights(kaplan_meier, none, none.astype(bool), at), np.ones(2), what="no people: S")
    expect.close(heights(kaplan_meier, two, np.zeros(2, bool), at), np.ones(2), what="no deaths: S")
    expect.close(heights(kaplan_meier, none, none.astype(bool), at, none), np.ones(2), what="no people, with entries: S")
    heights(kaplan_meier, two, np.ones(2, bool), none)


# ------------------------------------------------------------------------------------------- concordance
def pairs_of(time, event):
    """All pairs (i, j) in which j is known to have outlived i."""
    n = range(len(time))
    return [(i, j) for i in n for j in n if event[i] and (time[j] > time[i] or (time[j] == time[i] and not event[j]))]


def by_pairs(time, event, risk):
    """One model's concordance, pair by pair."""
    return np.mean([1.0 if risk[i] > risk[j] else 0.0 if risk[i] < risk[j] else 0.5 for i, j in pairs_of(time, event)])


def measured(concordance, time, event, risks):
    """Her concordances as a plain array."""
    return expect.array(concordance(time, event, risks), shape=risks.shape[1:], finite=True, what="`concordance`")


MODELS = {"n": draws.integers(1, 8), "models": draws.integers(1, 4), "seed": draws.seeds()}


@case("concordance", "each column gets what the slow program says, ties included", weight=3, draws=MODELS)
def as_the_slow_one(concordance, n, models, seed):
    rng = np.random.default_rng(seed)
    time, event = people(n, rng, times=4)
    time, event = np.append(time, [2.0, 2.0, 5.0]), np.append(event, [True, False, False])
    risks = rng.integers(-2, 3, size=(n + 3, models)).astype(float)
    want = np.array([by_pairs(time, event, risks[:, m]) for m in range(models)])
    expect.close(
        measured(concordance, time, event, risks),
        want,
        what=f"times {time.tolist()}, events {event.astype(int).tolist()}, {models} models: the concordances",
    )


@case("concordance", "a perfect model gets 1, and its negative gets 0", draws=ROWS)
def perfect(concordance, n, seed):
    rng = np.random.default_rng(seed)
    time = rng.permutation(n + 2).astype(float)
    event = rng.random(n + 2) < 0.7
    event[np.argmin(time)] = True
    got = measured(concordance, time, event, np.column_stack([-time, time, np.exp(-time)]))
    expect.close(got, np.array([1.0, 0.0, 1.0]), what="the larger risk always dies first, never, always: the concordances")


@case("concordance", "the statement's example", side=True)
def four_people(concordance):
    got = measured(concordance, np.array([2, 5, 5, 9]), np.array([1, 1, 0, 0]), np.array([[4, 4], [3, 1], [2, 2], [1, 3]]))
    expect.close(got, np.array([1.0, 0.6]), what="the two columns", reveal=True)


@case("concordance", "without a comparable pair it is a ValueError that says so", side=True)
def none_comparable(concordance):
    for time, event in (([1, 2], [False, False]), ([3, 3], [True, True]), ([1, 2], [False, True]), ([1], [True]), ([], [])):
        expect.raises(
            ValueError,
            lambda time=time, event=event: concordance(np.array(time), np.array(event, bool), np.zeros((len(time), 2))),
            f"times {time}, events {event}: no pair can be compared, and no ValueError came",
            naming=("comparable",),
        )


@case(
    "concordance", "300 people and four models take less than a fifth of the slow program's time", side=True, seconds=60, fresh=3
)
def much_faster(concordance):
    rng = np.random.default_rng(1)
    time, event = people(300, rng, times=60)
    risks = rng.normal(size=(300, 4))

    def plain():
        return [by_pairs(time, event, risks[:, m]) for m in range(4)]

    expect.faster(lambda: concordance(time, event, risks), plain, 0.2, "300 people, four models: `concordance`")


@case("concordance", "events may be 1 and 0, risks whole numbers or float32, and all stays as it was", side=True)
def concordance_house(concordance):
    time, event = np.array([4, 2, 2, 7, 5]), np.array([1, 0, 1, 1, 0])
    risks = np.array([[200, 3], [7, 3], [250, 1], [0, 2], [9, 9]])
    want = np.array([by_pairs(time, event, risks[:, m]) for m in range(2)])
    for kind in (int, np.uint8, np.float32):
        got = measured(concordance, time, event, risks.astype(kind))
        expect.close(got, want, what=f"risks of type {np.dtype(kind)}: the concordances")
    expect.close(measured(concordance, time * 1.0, event == 1, risks), want, what="events True and False: the concordances")
    expect.pure(concordance, time, event, risks, names=("time", "event", "risks"))
    close_ones = np.array([[1.0], [1.0 + 1e-9], [1.0], [1.0], [1.0]])
    expect.close(
        measured(concordance, time, event, close_ones),
        np.array([by_pairs(time, event, close_ones[:, 0])]),
        what="risks that differ by a billionth are not equal: the concordance",
    )


# ------------------------------------------------------------------------------------------- cox
def partial_likelihood(scores, time, event):
    """The mean over the deaths, death by death, in logarithms."""
    losses = []
    for i in np.flatnonzero(event):
        listed = scores[time >= time[i]]
        top = listed.max()
        losses.append(top - scores[i] + np.log(sum(np.exp(listed - top))))
    return float(np.mean(losses)) if losses else 0.0


def loss_and_slope(cox_loss, scores, time, event):
    """Her loss and gradient, as a number and a plain array."""
    got = cox_loss(scores, time, event)
    expect.that(isinstance(got, (list, tuple)) and len(got) == 2, "`cox_loss` returned something else than a pair")
    return (
        expect.number(got[0], "the loss of `cox_loss`"),
        expect.array(got[1], shape=scores.shape, finite=True, what="the gradient of `cox_loss`"),
    )


SCORED = {"n": draws.integers(1, 9), "times": draws.sampled([3, 6, 50]), "seed": draws.seeds()}


def scored(n, times, seed):
    """Scores, times and events, with a tie of two deaths and a censored row at it."""
    rng = np.random.default_rng(seed)
    time, event = people(n, rng, times)
    time, event = np.append(time, [2.0, 2.0, 2.0]), np.append(event, [True, True, False])
    order = rng.permutation(n + 3)
    return rng.normal(size=n + 3), time[order], event[order]


@case("cox", "the loss is the partial likelihood, with ties and censored rows, in any order", weight=2, draws=SCORED)
def cox_by_definition(cox_loss, n, times, seed):
    scores, time, event = scored(n, times, seed)
    got, _ = loss_and_slope(cox_loss, scores, time, event)
    want = partial_likelihood(scores, time, event)
    expect.close(
        np.array([got]),
        np.array([want]),
        what=f"scores {scores.round(2).tolist()}, times {time.tolist()}, events {event.astype(int).tolist()}: the loss",
    )


@case("cox", "the gradient agrees with measured slopes", weight=2, draws=SCORED, fresh=200)
def cox_slopes(cox_loss, n, times, seed):
    scores, time, event = scored(n, times, seed)
    _, slope = loss_and_slope(cox_loss, scores, time, event)
    expect.gradient(
        lambda s: partial_likelihood(s, time, event),
        scores,
        slope,
        np.random.default_rng(seed + 1),
        what=f"times {time.tolist()}, events {event.astype(int).tolist()}: the gradient",
    )


@case("cox", "the statement's example")
def three_women(cox_loss, baseline_hazard):
    people = np.array([0.0, np.log(2), 0.0]), np.array([1.0, 2.0, 3.0]), np.array([1, 0, 1])
    loss, slope = loss_and_slope(cox_loss, *people)
    expect.close(np.array([loss]), np.array([np.log(4) / 2]), what="the loss", reveal=True)
    expect.close(slope, np.array([-0.375, 0.25, 0.125]), what="the gradient", reveal=True)
    H = baseline_of(baseline_hazard, *people, np.array([0.5, 1.0, 3.0]))
    expect.close(H, np.array([0, 0.25, 1.25]), what="H", reveal=True)


@case("cox", "scores of ±1000 are no trouble, whoever has them", side=True)
def huge_scores(cox_loss):
    time = np.array([1.0, 2.0, 3.0, 3.0, 4.0])
    for scores, event in (
        ([1000.0, 0.0, 1.0, 2.0, 0.5], [1, 1, 1, 0, 1]),
        ([0.0, 1.0, -1000.0, -1001.0, -1000.0], [1, 0, 1, 1, 0]),
        ([-1000.0, 1000.0, 0.0, 1000.0, -3.0], [1, 1, 1, 1, 1]),
    ):
        loss, slope = loss_and_slope(cox_loss, np.array(scores), time, np.array(event))
        want = partial_likelihood(np.array(scores), time, np.array(event))
        expect.close(np.array([loss]), np.array([want]), what=f"scores {scores}, times {time.tolist()}, events {event}: the loss")
        expect.that(
            bool(np.all(np.abs(slope) <= 1 + 1e-9)) and abs(float(np.sum(slope))) < 1e-9,
            f"scores {scores}, events {event}: the gradient {slope.tolist()} should sum to 0, with entries between -1 and 1",
        )


@case("cox", "the order of the times counts, and nothing else of them", draws=SCORED, side=True)
def only_the_order(cox_loss, n, times, seed):
    scores, time, event = scored(n, times, seed)
    one, slope = loss_and_slope(cox_loss, scores, time, event)
    other, bent = loss_and_slope(cox_loss, scores, np.log(time) - 7, event)
    expect.same(np.append(bent, other), np.append(slope, one), "log(time) - 7 in place of time changed the loss or its gradient")


def baseline_of(baseline_hazard, scores, time, event, at):
    """Her baseline as a plain array."""
    return expect.array(baseline_hazard(scores, time, event, at), shape=np.shape(at), finite=True, what="`baseline_hazard`")


@case("cox", "in every stretch of time as many deaths are expected as there were", weight=2, draws=SCORED)
def as_many_as_there_were(baseline_hazard, n, times, seed):
    scores, time, event = scored(n, times, seed)
    moments = np.concatenate([[0.0], np.unique(time), [time.max() + 1]])
    H = baseline_of(baseline_hazard, scores, time, event, moments)
    expect.that(H[0] == 0, f"before the first time H is {H[0]:.3g}")
    for k in range(1, len(moments)):
        watched = np.sum(np.exp(scores) * (time >= moments[k]))  # whoever is watched until here meets the whole step
        there, hers = int(np.sum(event & (time == moments[k]))), (H[k] - H[k - 1]) * watched
        expect.that(
            abs(hers - there) < 1e-6,
            f"scores {scores.round(2).tolist()}, times {time.tolist()}, events {event.astype(int).tolist()}: after "
            f"{moments[k - 1]:g} and up to {moments[k]:g} your H expects {hers:.4g} deaths, there were {there}",
        )


@case("cox", "H has its steps at the times of death, and `at` may be in any order", draws=SCORED)
def steps_of_baseline(baseline_hazard, n, times, seed):
    scores, time, event = scored(n, times, seed)
    moments = np.unique(time[event])
    at = np.concatenate([moments + 0.25, moments, moments - 0.25])[::-1]
    H = baseline_of(baseline_hazard, scores, time, event, at)[::-1].reshape(3, -1)
    call = f"times {time.tolist()}, events {event.astype(int).tolist()}"
    expect.same(H[0], H[1], f"{call}: H a quarter after each death is not what it is at the death")
    before = np.append(0.0, H[1][:-1])
    expect.same(H[2], before, f"{call}: H a quarter before each death is not what it is after the death before it")
    expect.that(bool(np.all(H[1] > before)), f"{call}: at some death H has no step: {H[1].round(4).tolist()}")


@case("cox", "at 6,000 people it is faster than a loop over the deaths", side=True, seconds=60, fresh=3)
def no_table(cox_loss):
    rng = np.random.default_rng(2)
    scores, time, event = rng.normal(size=6000), rng.exponential(size=6000), rng.random(6000) < 0.7

    def loop():
        slope = -event.astype(float)
        for i in np.flatnonzero(event):
            listed = np.flatnonzero(time >= time[i])
            shares = np.exp(scores[listed])
            slope[listed] += shares / shares.sum()

    expect.faster(lambda: cox_loss(scores, time, event), loop, 0.6, "6,000 people: `cox_loss`")


@case("cox", "without deaths the loss is 0; nobody, and one person, are possible", side=True)
def no_deaths(cox_loss, baseline_hazard):
    for n in (0, 1, 3):
        loss, slope = loss_and_slope(cox_loss, np.ones(n), np.arange(n) + 1.0, np.zeros(n, bool))
        expect.that(loss == 0 and not np.any(slope), f"{n} people, no deaths: the loss is {loss}, the gradient {slope.tolist()}")
        H = baseline_of(baseline_hazard, np.ones(n), np.arange(n) + 1.0, np.zeros(n, bool), np.array([0.5, 9.0]))
        expect.that(not np.any(H), f"{n} people, no deaths: H is {H.tolist()}")
    loss, slope = loss_and_slope(cox_loss, np.array([3.0]), np.array([2.0]), np.array([True]))
    expect.that(max(abs(loss), abs(slope[0])) < 1e-12, f"one person who died: the loss is {loss}, the gradient {slope.tolist()}")
    baseline_of(baseline_hazard, np.array([3.0]), np.array([2.0]), np.array([True]), np.zeros(0))


@case("cox", "events may be 1 and 0, scores float32 or whole numbers, and all stays as it was", side=True)
def cox_house(cox_loss, baseline_hazard):
    scores, time, event = np.array([2, -1, 0, 1, 0]), np.array([4, 2, 2, 7, 5]), np.array([1, 0, 1, 1, 0])
    want, at = partial_likelihood(scores * 1.0, time, event), np.array([5.0, 1.0, 2.0])
    exact = loss_and_slope(cox_loss, scores * 1.0, time * 1.0, event == 1)[1]
    reference = baseline_of(baseline_hazard, scores * 1.0, time * 1.0, event == 1, at)
    for s, t, e, what in (
        (scores, time, event, "whole numbers"),
        (scores * 1.0, time * 1.0, event * 1.0, "events 1.0 and 0.0"),
        (scores * 1.0, time.astype(np.uint8), event.astype(np.uint8), "times of type uint8"),
        (scores.astype(np.float32), time, event == 1, "scores in float32"),
    ):
        loss, slope = loss_and_slope(cox_loss, s, t, e)
        expect.close(np.array([loss]), np.array([want]), rtol=1e-5, what=f"{what}: the loss")
        expect.same(slope, exact, f"{what}: the gradient is another one", rtol=1e-4, atol=1e-6)
        H = baseline_of(baseline_hazard, s, t, e, at)
        expect.same(H, reference, f"{what}: H is another one", rtol=1e-5, atol=1e-6)
    single = loss_and_slope(cox_loss, scores.astype(np.float32), time, event)[1]
    expect.dtype(single, np.float32, what="the gradient, for scores in float32,")
    expect.pure(cox_loss, scores * 1.0, time, event, names=("scores", "time", "event"))
    expect.pure(baseline_hazard, scores * 1.0, time, event, at, names=("scores", "time", "event", "at"))


# ------------------------------------------------------------------------------------------- hazard_loss
def coin_by_coin(logits, interval, event):
    """The mean loss, one coin after another."""
    total = 0.0
    for row, last, dead in zip(logits, interval, event, strict=True):
        total += sum(np.logaddexp(0, z) for z in row[:last])
        if dead and last < len(row):
            total += np.logaddexp(0, -row[last])
    return total / len(logits)


def coins_of(hazard_loss, logits, interval, event):
    """Her loss and gradient, as a number and a plain array."""
    got = hazard_loss(logits, interval, event)
    expect.that(isinstance(got, (list, tuple)) and len(got) == 2, "`hazard_loss` returned something else than a pair")
    return (
        expect.number(got[0], "the loss of `hazard_loss`"),
        expect.array(got[1], shape=logits.shape, finite=True, what="the gradient of `hazard_loss`"),
    )


COINS = {"n": draws.integers(1, 6), "K": draws.integers(1, 5), "seed": draws.seeds()}


def tossed(n, K, seed):
    """Logits, the intervals that were outlived, and events; somebody outlived all, and may have an event of True."""
    rng = np.random.default_rng(seed)
    interval = np.append(rng.integers(0, K + 1, size=n), [K, K, 0])
    event = np.append(rng.random(n) < 0.5, [True, False, False])
    order = rng.permutation(n + 3)
    return 2 * rng.normal(size=(n + 3, K)), interval[order], event[order]


@case("hazard_loss", "the loss counts the coins that were seen, and no other ones", weight=2, draws=COINS)
def seen_coins(hazard_loss, n, K, seed):
    logits, interval, event = tossed(n, K, seed)
    got, _ = coins_of(hazard_loss, logits, interval, event)
    expect.close(
        np.array([got]),
        np.array([coin_by_coin(logits, interval, event)]),
        what=f"{K} intervals, outlived {interval.tolist()}, events {event.astype(int).tolist()}: the loss",
    )


@case("hazard_loss", "the gradient agrees with measured slopes, and is 0 for coins that were not seen", weight=2, draws=COINS)
def coin_slopes(hazard_loss, n, K, seed):
    logits, interval, event = tossed(n, K, seed)
    _, slope = coins_of(hazard_loss, logits, interval, event)
    call = f"{K} intervals, outlived {interval.tolist()}, events {event.astype(int).tolist()}"
    directions = np.random.default_rng(seed + 1)
    expect.gradient(lambda z: coin_by_coin(z, interval, event), logits, slope, directions, what=f"{call}: the gradient")
    after = np.arange(K) > (interval + (event & (interval < K)) - 1)[:, None]
    expect.that(not np.any(slope[after]), f"{call}: the gradient of a coin that nobody saw is not 0")


@case(
    "hazard_loss",
    "where all have the same logits, the best ones give the deaths among those seen, also under heavy censoring",
    draws={"seed": draws.seeds(), "lost": draws.sampled([0.0, 0.2, 0.4])},
    fresh=50,
)
def finds_the_planted(hazard_loss, seed, lost):
    rng = np.random.default_rng(seed)
    planted, n = np.array([0.3, 0.1, 0.2]), 400
    died, gone = rng.random((n, 3)) < planted, rng.random((n, 3)) < lost
    first = np.where(died.any(axis=1), died.argmax(axis=1), 3)
    leaves = np.where(gone.any(axis=1), gone.argmax(axis=1), 3)
    interval, event = np.minimum(first, leaves), (first <= leaves) & (first < 3)
    # at the share of deaths among the coins that were seen, all the rows' gradients must cancel
    fatal = np.array([np.sum((interval == k) & event) for k in range(3)])
    shares = fatal / (fatal + np.array([np.sum(interval > k) for k in range(3)]))
    logits = np.log(shares / (1 - shares))
    _, slope = coins_of(hazard_loss, np.tile(logits, (n, 1)), interval, event)
    _, off = coins_of(hazard_loss, np.tile(logits + 0.5, (n, 1)), interval, event)
    expect.that(
        float(np.abs(slope.sum(axis=0)).max()) < 1e-6 and bool(np.all(off.sum(axis=0) > 0)),
        f"400 people, {lost:.0%} lost in each interval: where the hazards are {shares.round(3).tolist()}, your gradients "
        f"sum to {slope.sum(axis=0).round(4).tolist()}, and half a logit higher to {off.sum(axis=0).round(4).tolist()}",
    )


@case("hazard_loss", "the statement's example", side=True)
def two_people(hazard_loss):
    logits = np.zeros((2, 3))
    loss, _ = coins_of(hazard_loss, logits, np.array([1, 1]), np.array([True, False]))
    expect.close(np.array([loss]), np.array([1.5 * np.log(2)]), what="the loss of both", reveal=True)
    loss, _ = coins_of(hazard_loss, logits[:1], np.array([1]), np.array([True]))
    expect.close(np.array([loss]), np.array([2 * np.log(2)]), what="the loss of the one who died", reveal=True)


def curve_of(survival_curve, logits):
    """Her curves as a plain array."""
    shape = (logits.shape[0], logits.shape[1] + 1)
    return expect.array(survival_curve(logits), shape=shape, finite=True, what="`survival_curve`")


@case("hazard_loss", "the curve begins with 1, and each step loses the hazard's share", draws=COINS)
def steps_of_curve(survival_curve, n, K, seed):
    logits = np.random.default_rng(seed).normal(size=(n, K)) * 2
    S = curve_of(survival_curve, logits)
    expect.that(bool(np.all(np.abs(S[:, 0] - 1) < 1e-9)), f"{n} people: the curves begin with {S[:, 0].tolist()}")
    lost, hazard = 1 - S[:, 1:] / np.maximum(S[:, :-1], 1e-300), (1 + np.tanh(logits / 2)) / 2
    expect.close(lost, hazard, rtol=1e-5, what=f"{n} people, {K} intervals: the share that each step loses")


@case("hazard_loss", "logits of ±1000 give finite numbers", side=True)
def huge_logits(hazard_loss, survival_curve):
    logits = np.array([[1000.0, -1000.0], [-1000.0, 1000.0], [1000.0, 1000.0], [-1000.0, -1000.0]])
    for interval, event in (([0, 1, 0, 2], [1, 1, 1, 0]), ([2, 1, 1, 0], [0, 0, 1, 1])):
        loss, slope = coins_of(hazard_loss, logits, np.array(interval), np.array(event))
        want = coin_by_coin(logits, interval, event)
        expect.close(np.array([loss]), np.array([want]), atol=1e-9, what=f"outlived {interval}, events {event}: the loss")
        small = bool(np.all(np.abs(slope) <= 0.25 + 1e-9))
        expect.that(small, f"outlived {interval}, events {event}: the gradient is {slope.tolist()}")
    expect.close(curve_of(survival_curve, logits)[:, -1], np.array([0.0, 0.0, 0.0, 1.0]), atol=1e-9, what="the curves' ends")


@case("hazard_loss", "events may be 1 and 0, logits float32 or whole numbers, and all stays as it was", side=True)
def coins_house(hazard_loss, survival_curve):
    logits, interval, event = tossed(4, 3, 8)
    want = coin_by_coin(logits, interval, event)
    for e in (event.astype(int), event.astype(float), event.astype(np.uint8)):
        loss, _ = coins_of(hazard_loss, logits, interval, e)
        expect.close(np.array([loss]), np.array([want]), what=f"events of type {e.dtype}: the loss")
    whole = np.array([[1, -1, 0], [2, 0, 0]])
    loss, _ = coins_of(hazard_loss, whole, np.array([1, 3]), np.array([1, 0]))
    expect.close(np.array([loss]), np.array([coin_by_coin(whole, [1, 3], [1, 0])]), what="whole numbers as logits: the loss")
    exact = curve_of(survival_curve, whole * 1.0)
    expect.close(curve_of(survival_curve, whole), exact, what="whole numbers as logits: the curves")
    single = coins_of(hazard_loss, logits.astype(np.float32), interval, event)[1]
    expect.dtype(single, np.float32, what="the gradient, for logits in float32,")
    expect.dtype(curve_of(survival_curve, logits.astype(np.float32)), np.float32, what="the curves, for logits in float32,")
    expect.pure(hazard_loss, logits, interval, event, names=("logits", "interval", "event"))
    expect.pure(survival_curve, logits, names=("logits",))
    loss, _ = coins_of(hazard_loss, np.zeros((0, 3)), np.zeros(0, int), np.zeros(0, bool))
    expect.that(loss == 0, f"no people: the loss is {loss}")
    curve_of(survival_curve, np.zeros((0, 3)))


# ------------------------------------------------------------------------------------------- brier
def lost_before(t, time, event, at_it=True):
    """The chance to be still watched after t (or just before it), death by death: deaths come before censorings."""
    chance = 1.0
    for c in sorted({float(v) for v, dead in zip(time, event, strict=True) if not dead}):
        if c < t or (at_it and c == t):
            risk = sum(v > c or (v == c and not dead) for v, dead in zip(time, event, strict=True))
            chance *= 1 - sum(v == c and not dead for v, dead in zip(time, event, strict=True)) / risk
    return chance


def stand_for(time, event, horizon):
    """The weights by the letter of inverse probability."""
    out = []
    for v, dead in zip(time, event, strict=True):
        if v > horizon:
            out.append(1 / lost_before(horizon, time, event))
        else:
            out.append(1 / lost_before(v, time, event, at_it=False) if dead else 0.0)
    return np.array(out)


def weights_of(known_weights, time, event, horizon):
    """Her weights as a plain array."""
    return expect.array(known_weights(time, event, horizon), shape=time.shape, finite=True, what="`known_weights`")


KNOWN = {"n": draws.integers(1, 9), "horizon": draws.sampled([2.0, 3.0, 4.5, 6.0]), "seed": draws.seeds()}


def watched(n, seed):
    """Times and events, with a death, a loss and a longer life at one time."""
    rng = np.random.default_rng(seed)
    time, event = people(n, rng)
    time, event = np.append(time, [2.0, 2.0, 3.0, 7.0]), np.append(event, [True, False, True, False])
    order = rng.permutation(n + 4)
    return time[order], event[order]


@case("brier", "counted by their weights, the people give the Kaplan-Meier curve up to the horizon", weight=2, draws=KNOWN)
def weigh_as_the_curve(known_weights, n, horizon, seed):
    time, event = watched(n, seed)
    weights = weights_of(known_weights, time, event, horizon)
    call = f"times {time.tolist()}, events {event.astype(int).tolist()}, horizon {horizon}"
    for t in [t for t in (0.5, 1.0, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0) if t <= horizon]:
        want = curve_by_definition(time, event, [t])[0]
        got = weights[time > t].sum() / len(time)
        expect.that(
            abs(got - want) < 1e-6,
            f"{call}: those longer than {t:g} weigh {got:.4f} of all, and the Kaplan-Meier curve is {want:.4f} there",
        )


@case("brier", "who was lost has no weight; those of one kind have one weight in common", draws=KNOWN)
def one_in_common(known_weights, n, horizon, seed):
    time, event = watched(n, seed)
    weights = weights_of(known_weights, time, event, horizon)
    call = f"times {time.tolist()}, events {event.astype(int).tolist()}, horizon {horizon}"
    unknown = ~event & (time <= horizon)
    expect.that(not np.any(weights[unknown]), f"{call}: somebody who was lost before the horizon has a weight")
    expect.close(weights, stand_for(time, event, horizon), what=f"{call}: the weights")


def scores_of(brier, curves, time, event, horizons):
    """Her scores as a plain array."""
    return expect.array(brier(curves, time, event, horizons), shape=np.shape(horizons), finite=True, what="`brier`")


@case("brier", "without censoring it is the mean squared difference", draws=KNOWN)
def all_known(brier, n, horizon, seed):
    rng = np.random.default_rng(seed)
    time, _ = people(n, rng)
    horizons, curves = np.array([1.5, horizon, 3.0]), rng.random((n, 3))
    want = np.mean((curves - (time[:, None] > horizons)) ** 2, axis=0)
    got = scores_of(brier, curves, time, np.ones(n, bool), horizons)
    expect.close(got, want, what=f"all died, at times {time.tolist()}, horizons {horizons.tolist()}: the scores")


@case("brier", "with censoring each horizon has weights of its own", weight=2, draws=KNOWN)
def weighted(brier, n, horizon, seed):
    time, event = watched(n, seed)
    rng = np.random.default_rng(seed + 1)
    horizons, curves = np.array([4.0, horizon, 1.0]), rng.random((len(time), 3))
    weights = np.array([stand_for(time, event, h) for h in horizons])
    want = np.sum(weights.T * (curves - (time[:, None] > horizons)) ** 2, axis=0) / len(time)
    got = scores_of(brier, curves, time, event, horizons)
    expect.close(
        got, want, what=f"times {time.tolist()}, events {event.astype(int).tolist()}, horizons {horizons.tolist()}: the scores"
    )


@case("brier", "on the whole it comes to what it would be without censoring", side=True, fresh=10)
def honest_on_the_whole(brier):
    # 600 people in twenty weeks, a third of them lost before their death; the bound is three standard errors.
    rng = np.random.default_rng(3)
    hazard = np.exp(rng.normal(size=600))
    time, lost = np.ceil(10 * rng.exponential(1 / hazard)), np.ceil(10 * rng.exponential(2.0, size=600))
    seen, horizons = np.minimum(np.minimum(time, lost), 20.0), np.array([0.3, 1.0])
    curves = np.exp(-hazard[:, None] * horizons)
    want = np.mean((curves - (time[:, None] > 10 * horizons)) ** 2, axis=0)
    got = scores_of(brier, curves, seen, (time <= lost) & (time <= 20), 10 * horizons)
    expect.that(
        bool(np.all(np.abs(got - want) < 0.03)),
        f"600 people, a third of them lost: your scores are {got.round(3).tolist()}, with all known {want.round(3).tolist()}",
    )


@case("brier", "the statement's example")
def four_watched(known_weights, brier):
    time, event = np.array([1.0, 2.0, 3.0, 4.0]), np.array([1, 0, 1, 1])
    expect.close(weights_of(known_weights, time, event, 2.5), np.array([1, 0, 1.5, 1.5]), what="the weights", reveal=True)
    got = scores_of(brier, np.full((4, 1), 0.8), time, event, np.array([2.5]))
    expect.close(got, np.array([0.19]), what="the score", reveal=True)


@case("brier", "a death at the horizon is a death, and nothing is divided by zero", side=True)
def at_the_ends(known_weights, brier):
    time, event = np.array([2.0, 2.0, 3.0]), np.array([True, False, True])
    expect.close(weights_of(known_weights, time, event, 2.0), stand_for(time, event, 2.0), what="horizon 2: the weights")
    expect.close(weights_of(known_weights, time, event, 3.0), stand_for(time, event, 3.0), what="horizon 3: the weights")
    for horizon in (1.0, 4.0):
        got = weights_of(known_weights, np.array([1.0, 2.0, 4.0]), np.zeros(3, bool), horizon)
        want = np.array([0, 1.5, 1.5]) if horizon == 1.0 else np.zeros(3)
        expect.close(got, want, what=f"times 1, 2, 4, all lost, horizon {horizon:g}: the weights")
    got = scores_of(brier, np.full((3, 1), 0.3), np.array([1.0, 2.0, 4.0]), np.zeros(3, bool), np.array([4.0]))
    expect.that(got[0] == 0, f"nothing is known at the horizon: the score is {got[0]}, and no row should count")
    got = scores_of(brier, np.full((4, 1), 0.5), np.array([1.0, 2, 2, 3]), np.array([True, False, False, False]), np.array([4.0]))
    expect.close(got, np.array([0.0625]), what="one of four died at 1, the others were lost, horizon 4: the score")
    expect.close(weights_of(known_weights, np.array([5.0]), np.array([True]), 3.0), np.ones(1), what="one person: the weight")


@case("brier", "events may be 1 and 0, times whole numbers, and all stays as it was", side=True)
def brier_house(known_weights, brier):
    time, event = np.array([4, 2, 2, 7, 5]), np.array([1, 0, 1, 1, 0])
    want = stand_for(time, event, 4)
    for t, e in ((time, event), (time * 1.0, event == 1), (time.astype(np.float32), event * 1.0), (time.astype(np.uint8), event)):
        got = weights_of(known_weights, t, e, 4)
        expect.close(got, want, what=f"times of type {t.dtype}, events of type {e.dtype}: the weights")
    curves, horizons = np.random.default_rng(4).random((5, 2)), np.array([4, 6])
    expect.pure(lambda time, event: known_weights(time, event, 4.0), time, event, names=("time", "event"))
    expect.pure(brier, curves, time, event, horizons, names=("curves", "time", "event", "horizons"))
    exact = scores_of(brier, curves, time * 1.0, event == 1, horizons * 1.0)
    expect.close(scores_of(brier, curves, time, event, horizons), exact, what="whole numbers: the scores")
    scores_of(brier, np.zeros((5, 0)), time, event, np.zeros(0))


# ------------------------------------------------------------------------------------------- crossing
INTERVALS, KNOWN_PEOPLE, NEW_PEOPLE, COLUMNS, FINE = 12, 5000, 4000, 6, 8
FLOOR = 1e-4


def true_hazards(Z, rng):
    """The hazards (N, K) of a cohort's law, and the cumulative hazards on a grid eight times as fine, (N, 8 K).

    One column is the treatment, -1 or 1. Its help turns to harm for half of the people, and the other way round. Two bumps in
    random directions raise the hazard, one of them early and one always; one slope is as Cox would have it.
    """
    directions = np.linalg.qr(rng.normal(size=(5, 5)))[0]
    C = Z[:, 1:] @ directions
    u = (np.arange(INTERVALS * FINE) + 0.5) / (INTERVALS * FINE)
    early = np.clip(1 - u / rng.uniform(0.3, 0.5), -1, 1)
    bumps = 2 * np.exp(-2 * C[:, 2:4] ** 2) - 1
    turning = Z[:, 0] * np.tanh(2 * C[:, 1]) + bumps[:, 0]
    log = (rng.uniform(-0.4, 0.0) + 0.5 * C[:, 0] + 0.7 * bumps[:, 1])[:, None] + turning[:, None] * early
    H = np.cumsum(1.5 * np.exp(log) / (INTERVALS * FINE), axis=1)
    S = np.exp(-np.column_stack([np.zeros(len(Z)), H[:, FINE - 1 :: FINE]]))
    return 1 - S[:, 1:] / S[:, :-1], H


def new_cohort(rng):
    """A hospital's cohort and the new people on whom its models are judged, drawn anew.

    Parameters
    ----------
    rng : np.random.Generator
        The source of all chance.

    Returns
    -------
    SimpleNamespace
        `X` (5000, 6), `time`, `event`, `edges` (13,): what is handed out. `new_X` (4000, 6), `interval`, `new_event`, `truth`
        (4000, 12): the new people, and their true hazards.
    """
    n = KNOWN_PEOPLE + NEW_PEOPLE
    Z = rng.normal(size=(n, COLUMNS))
    Z[:, 0] = np.where(rng.random(n) < 0.5, 1.0, -1.0)
    truth, H = true_hazards(Z, rng)
    step = np.sum(rng.exponential(size=n)[:, None] > H, axis=1)
    dies = np.where(step < H.shape[1], (step + rng.random(n)) / H.shape[1], np.inf)
    known = np.arange(n) < KNOWN_PEOPLE
    watched = np.where(known, rng.uniform(0.1, 1.4, n), rng.uniform(0.6, 2.0, n))  # until the study ends
    leaves = np.where(known, rng.exponential(1.5, n), np.inf)
    time, event = np.minimum(dies, np.minimum(watched, leaves)), dies <= np.minimum(watched, leaves)
    unit, order = 10 ** rng.uniform(0, 3), rng.permutation(COLUMNS)
    X = Z[:, order] * 10 ** rng.uniform(-1, 2, COLUMNS) + rng.normal(size=COLUMNS)
    edges = unit * np.arange(INTERVALS + 1) / INTERVALS
    time = np.maximum(unit * time, 1e-9)
    return SimpleNamespace(
        X=X[known],
        time=time[known],
        event=event[known],
        edges=edges,
        new_X=X[~known],
        interval=np.searchsorted(edges[1:], time[~known], side="left"),
        new_event=event[~known],
        truth=truth[~known],
    )


def log_likelihood(h, interval, event):
    """Each person's log-likelihood (N,), coin by coin; hazards count as at least 0.0001 and at most 0.9999."""
    h, k = np.clip(h, FLOOR, 1 - FLOOR), np.arange(h.shape[1])
    fell = (k == interval[:, None]) & event[:, None]
    return np.sum(np.log1p(-h) * (k < interval[:, None]) + np.log(h) * fell, axis=1)


def linear_cox(X, time, event, edges, new_X):
    """Hazards (N, K) of new people by linear Cox with Breslow's baseline, fitted by Newton's method."""
    centre, spread = X.mean(axis=0), np.maximum(X.std(axis=0), 1e-9)
    Z, order = (X - centre) / spread, np.argsort(-time, kind="stable")
    Z, t, fell = Z[order], time[order], event[order]
    same = np.searchsorted(-t, -t, side="right") - 1
    w = np.zeros(Z.shape[1])
    for _ in range(12):
        grown = np.exp(Z @ w)
        total = np.cumsum(grown)[same]
        mean = np.cumsum(grown[:, None] * Z, axis=0)[same] / total[:, None]
        square = np.cumsum(grown[:, None, None] * Z[:, :, None] * Z[:, None, :], axis=0)[same] / total[:, None, None]
        spread_of = (square - mean[:, :, None] * mean[:, None, :])[fell].sum(axis=0) + 1e-6 * np.eye(len(w))
        w = w + np.linalg.solve(spread_of, (Z - mean)[fell].sum(axis=0))
    total = np.cumsum(np.exp(Z @ w))[same]
    inside = np.searchsorted(edges[1:], t, side="left")
    steps = np.array([np.sum((1 / total)[fell & (inside == k)]) for k in range(len(edges) - 1)])
    return 1 - np.exp(-np.exp((new_X - centre) / spread @ w)[:, None] * steps)


def rotterdam():
    """The women of Rotterdam with positive nodes: X (1546, 7), time in days, event, edges of twelve half-years.

    The columns are age, menopause, size (0, 1, 2), progesterone and oestrogen receptors, nodes, hormone treatment. What is
    waited for is the return of the cancer, or death.
    """
    cohort = datasets.load("rotterdam")
    c = {name: cohort.X[:, k].astype(float) for k, name in enumerate(cohort.names)}
    back, died = c["recur"] == 1, c["death"] == 1
    time = np.where(back, c["rtime"], np.where(died, c["dtime"], c["rtime"]))
    rows = c["nodes"] > 0
    X = np.column_stack([c[name] for name in ("age", "meno", "size", "pgr", "er", "nodes", "hormon")])
    return X[rows], time[rows], (back | died)[rows], 182.625 * np.arange(INTERVALS + 1)


def hazards_of(round, X, intervals=INTERVALS):
    """Her hazards as a plain array of chances."""
    h = expect.array(round.hazards(X), shape=(len(X), intervals), finite=True, what="`hazards`")
    chances = bool(np.all((h >= 0) & (h <= 1)))
    expect.that(
        chances, f"`hazards` gave numbers from {h.min(initial=1):.3g} to {h.max(initial=0):.3g}, and chances lie between 0 and 1"
    )
    return h


def share_of_gain(entry, rng, cohorts):
    """What an entry gains over linear Cox on new people, over what the truth gains: all cohorts together."""
    drawn = [new_cohort(rng) for _ in range(cohorts)]
    rounds = [entry.train(c.X, c.time, c.event, c.edges) for c in drawn]
    gained = possible = 0.0
    for round, c in zip(rounds, drawn, strict=True):
        base = log_likelihood(linear_cox(c.X, c.time, c.event, c.edges, c.new_X), c.interval, c.new_event).mean()
        gained += log_likelihood(hazards_of(round, c.new_X), c.interval, c.new_event).mean() - base
        possible += log_likelihood(c.truth, c.interval, c.new_event).mean() - base
    return float(gained / possible)


@studio(
    "crossing",
    train="train",
    users=("hazards",),
    budget=450,
    metric="share of the gain over linear Cox that the true hazards have",
    baseline=0.0,
    bands=(0.25, 0.58, 0.77),
    honour=0.86,
    typed=0.0,
    seconds=120,
)
def public(entry, rng):
    """Two new cohorts."""
    return share_of_gain(entry, rng, 2)


@case("crossing", "any number of people and columns: Rotterdam, too", seconds=60, fresh=3)
def any_cohort(entry):
    X, time, event, edges = rotterdam()
    round = entry.train(X[:700], time[:700], event[:700], edges)
    rest = hazards_of(round, X[700:])
    hazards_of(round, X[:1])
    inside = np.searchsorted(edges[1:], time, side="left")
    outlived = inside[:700, None] > np.arange(INTERVALS)
    fell = (inside[:700, None] == np.arange(INTERVALS)) & event[:700, None]
    rates = fell.sum(axis=0) / (fell | outlived).sum(axis=0)
    plain = log_likelihood(np.tile(rates, (len(rest), 1)), inside[700:], event[700:]).mean()
    got = log_likelihood(rest, inside[700:], event[700:]).mean()
    expect.that(
        got > plain - 0.6,
        f"trained on 700 women of Rotterdam, on the others the mean log-likelihood is {got:.3f}. The same hazards for all have "
        f"{plain:.3f}, and more than 0.6 less is not let pass.",
    )
