"""Visible cases of week 9: they travel with the release."""

import itertools
import math
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from autograder.cases import case, draws, exercise, expect, studio

exercise("masked_loss")
exercise("best_plan", names=("ceiling", "best_plan"))
exercise("find_slice", seconds=60)
exercise("out_of_sample")
exercise("mismatch")
exercise("relabel", names=("choose",), kind="studio", needs=("out_of_sample",), seconds=60)

FRESH = draws.integers(0, 99)


# ------------------------------------------------------------------------------------------- masked_loss
def loss_by_definition(logits, labels):
    """Task after task, label after label; float64."""
    tasks = []
    for k in range(labels.shape[1]):
        known = [i for i in range(len(labels)) if labels[i, k] >= 0]
        if known:
            tasks.append(math.fsum(np.logaddexp(0, logits[i, k] * (1 - 2 * labels[i, k])) for i in known) / len(known))
    return math.fsum(tasks) / len(tasks) if tasks else 0.0


def two_of(got, what="`masked_loss`"):
    """Loss and gradient, as they came."""
    expect.that(
        isinstance(got, (tuple, list)) and len(got) == 2, f"{what} returned {type(got).__name__}, not (loss, d_logits)"
    )
    return expect.number(got[0], f"{what}, the loss,"), got[1]


def loss_is(loss, want, told, rtol=1e-6, atol=1e-7):
    """The loss is the wanted number; told once, with as many digits as it takes to tell them apart."""
    digits = 6 if f"{loss:.6g}" != f"{want:.6g}" else 12
    expect.close(loss, want, rtol=rtol, atol=atol, otherwise=f"{told} is {loss:.{digits}g}, wanted {want:.{digits}g}")


@st.composite
def tables(draw, n=(1, 6), K=(1, 4), known=0.6):
    """Logits and labels with holes; one column of several is often quite unknown."""
    n, K = draw(st.integers(*n)), draw(st.integers(*K))
    rng = np.random.default_rng(draw(draws.seeds()))
    labels = np.where(rng.random((n, K)) < known, rng.integers(0, 2, (n, K)), -1)
    labels[rng.integers(n), 0] = 1
    return {"logits": 2 * rng.normal(size=(n, K)), "labels": labels}


@case("masked_loss", "the example in the statement comes out")
def loss_example(masked_loss):
    logits, labels = np.array([[0.0, 2.0], [0.0, 5.0], [3.0, -1.0]]), np.array([[1, -1], [0, -1], [-1, 0]])
    loss, d_logits = two_of(masked_loss(logits, labels))
    loss_is(loss, (math.log(2) + math.log1p(math.exp(-1))) / 2, "for the example, the loss")
    d_logits = expect.array(d_logits, shape=(3, 2), what="`masked_loss`, the gradient,")
    expect.close(d_logits[1], [0.125, 0.0], what="for the example, `d_logits[1]`: `masked_loss`", reveal=True)


@case("masked_loss", "each task counts alike, whatever share of it is known", weight=2, draws=tables())
def tasks_count_alike(masked_loss, one):
    loss, _ = two_of(masked_loss(one["logits"], one["labels"]))
    want = loss_by_definition(**one)
    known = (one["labels"] >= 0).sum(axis=0).tolist()
    loss_is(loss, want, f"with {known} known labels in the columns, the loss", rtol=1e-9, atol=1e-12)


@case("masked_loss", "`d_logits` is the gradient of that loss", weight=2, draws=tables())
def loss_gradient(masked_loss, one):
    _, d_logits = two_of(masked_loss(one["logits"], one["labels"]))
    rng = np.random.default_rng(0)
    value = lambda logits: loss_by_definition(logits, one["labels"])  # noqa: E731
    expect.gradient(value, one["logits"], d_logits, rng, what="the gradient of `masked_loss`")


@case("masked_loss", "what stands at a hole changes nothing, and its gradient is 0", side=True, draws=tables((2, 6), (2, 4)))
def holes(masked_loss, one):
    hole = one["labels"] < 0
    loss, d_logits = two_of(masked_loss(one["logits"], one["labels"]))
    d_logits = expect.array(d_logits, shape=hole.shape, what="`masked_loss`, the gradient,")
    expect.that(np.all(d_logits[hole] == 0), "a label that nobody knows has a gradient that is not 0")
    moved = np.where(hole, 900.0, one["logits"])
    again, _ = two_of(masked_loss(moved, one["labels"]))
    loss_is(again, loss, "with 900 as the logit of every hole, the loss", rtol=1e-9)


@case("masked_loss", "nothing known, no rows: the loss is 0, and so is the gradient", side=True)
def nothing_known(masked_loss):
    for shape in ((3, 2), (1, 1), (0, 2)):
        loss, d_logits = two_of(masked_loss(np.ones(shape), np.full(shape, -1)))
        loss_is(loss, 0.0, f"with {shape[0]} rows and no known label, the loss")
        expect.close(d_logits, np.zeros(shape), what=f"with {shape[0]} rows and no known label, the gradient", reveal=True)


@case("masked_loss", "logits of a thousand are no trouble", side=True)
def huge_logits(masked_loss):
    logits, labels = np.array([[1000.0, -1000.0], [-1000.0, 1000.0]]), np.array([[0, 1], [0, -1]])
    loss, d_logits = two_of(masked_loss(logits, labels))
    loss_is(loss, 750.0, "for logits of 1000 and -1000, the loss")
    expect.close(d_logits, [[0.25, -0.5], [0.0, 0.0]], what="for logits of 1000 and -1000, the gradient", reveal=True)


@case("masked_loss", "inputs are left as they were, float types kept, whole numbers taken", side=True)
def loss_house(masked_loss):
    logits, labels = np.array([[0.5, -1.0], [2.0, 0.0]]), np.array([[1, -1], [0, 0]])
    want = loss_by_definition(logits, labels)
    expect.pure(masked_loss, logits, labels, names=("logits", "labels"))
    for kind in (np.int8, np.float32, np.float64):
        loss, _ = two_of(masked_loss(logits, labels.astype(kind)))
        loss_is(loss, want, f"with labels of type {np.dtype(kind)}, the loss")
    loss, d_logits = two_of(masked_loss(logits.astype(np.float32), labels))
    loss_is(loss, want, "with float32 logits, the loss", rtol=1e-5)
    expect.dtype(d_logits, np.float32, what="with float32 logits, the gradient of `masked_loss`")
    whole = np.array([[3, -1], [2, 0]])
    loss, d_logits = two_of(masked_loss(whole, labels))
    loss_is(loss, loss_by_definition(whole.astype(float), labels), "with whole logits, the loss")
    want = two_of(masked_loss(whole.astype(float), labels))[1]
    expect.close(d_logits, want, rtol=1e-5, what="with whole numbers as logits, the gradient", reveal=True)


# ------------------------------------------------------------------------------------------- best_plan
TAGGED = np.array([[1, 0], [1, 0], [1, 1], [0, 1]], dtype=bool)


def right_share(tags, n, chosen):
    """Row after row: is there a chosen tag on it?"""
    return 1 - sum(not any(row[k] for k in chosen) for row in tags.tolist()) / n


def mean_score(tags, n, costs, budget, plan):
    """The mean height of the stairs over the days from 0 to budget."""
    day, area = 0.0, 0.0
    for k, cost in enumerate([costs[tag] for tag in plan]):
        area += cost * right_share(tags, n, plan[:k])
        day += cost
    return (area + (budget - day) * right_share(tags, n, plan)) / budget


def all_plans(costs, budget):
    """Every order of every set of tags that is done within the budget."""
    for size in range(len(costs) + 1):
        for plan in itertools.permutations(range(len(costs)), size):
            if sum(costs[k] for k in plan) <= budget:
                yield list(plan)


def her_plan(got, costs, budget):
    """A list of different columns that is done within the budget."""
    plan = expect.array(got, what="`best_plan`")
    expect.that(plan.ndim == 1, f"`best_plan` returned an array of shape {plan.shape}, where a list of columns was asked for")
    plan = [int(k) for k in plan]
    expect.that(
        len(set(plan)) == len(plan) and all(0 <= k < len(costs) for k in plan),
        f"`best_plan` returned {plan} for {len(costs)} tags: each number from 0 to {len(costs) - 1} at most once",
    )
    days = sum(costs[k] for k in plan)
    expect.that(days <= budget + 1e-9, f"the plan {plan} takes {days:g} days, and there are {budget:g}")
    return plan


@st.composite
def jobs(draw, mistakes=(2, 12), m=(3, 5), whole=True):
    """Tags of mistakes that overlap, days that each cure takes, and a budget that is often short."""
    m = draw(st.integers(*m))
    tags = np.random.default_rng(draw(draws.seeds())).random((draw(st.integers(*mistakes)), m)) < 0.4
    costs = [draw(st.integers(1, 6)) for _ in range(m)] if whole else [draw(st.integers(1, 24)) / 4 for _ in range(m)]
    return {"tags": tags, "n": len(tags) + draw(st.integers(0, 20)), "costs": costs, "budget": draw(st.integers(1, 15))}


@case("best_plan", "the example in the statement comes out")
def plan_example(ceiling, best_plan):
    for chosen, want in (([0], 0.9), ([1], 0.8), ([0, 1], 1.0), ([], 0.6)):
        got = expect.number(ceiling(TAGGED, 10, chosen), "`ceiling`")
        expect.close(got, want, what=f"for the example, ceiling(tags, 10, {chosen})", reveal=True)
    plan = her_plan(best_plan(TAGGED, 10, [6, 2], 10), [6, 2], 10)
    got = mean_score(TAGGED, 10, [6, 2], 10, plan)
    expect.that(got > 0.7999, f"for the example, `best_plan` returned {plan}, whose mean is {got:.2f}; [1, 0] has 0.80")


@case("best_plan", "a mistake with several chosen tags is one mistake", weight=2,
      draws={"tags": draws.masks((1, 9), (1, 5)), "chosen": draws.masks(5), "right": draws.integers(0, 12)})  # fmt: skip
def overlap(ceiling, tags, chosen, right):
    chosen = [k for k in range(tags.shape[1]) if chosen[k]]
    n = len(tags) + right
    got = expect.number(ceiling(tags, n, chosen), "`ceiling`")
    said = f"{len(tags)} mistakes among {n} rows, tags {tags.astype(int).tolist()}: ceiling(tags, {n}, {chosen})"
    expect.close(got, right_share(tags, n, chosen), what=said, reveal=True)


@case("best_plan", "no other plan has a higher mean over the days", weight=3, draws=jobs(), fresh=50)
def no_better(best_plan, one):
    plan = her_plan(best_plan(one["tags"], one["n"], one["costs"], one["budget"]), one["costs"], one["budget"])
    got = mean_score(plan=plan, **one)
    best = max(mean_score(plan=other, **one) for other in all_plans(one["costs"], one["budget"]))
    expect.that(got >= best - 1e-9, f"the plan {plan} has a mean of {got:.5f}, and {best:.5f} can be had")


@case("best_plan", "where rules of thumb go wrong, too")
def rules_of_thumb(best_plan):
    first = np.array([[1, 0, 0], [1, 0, 0], [0, 0, 0], [1, 1, 0]], bool)
    second = np.array([[1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 1, 0], [1, 1, 0], [0, 0, 1], [0, 1, 1], [0, 1, 1]], bool)
    for tags, costs, budget in ((first, [5, 2, 4], 5), (second, [3, 5, 3], 5)):
        plan = her_plan(best_plan(tags, 20, costs, budget), costs, budget)
        got = mean_score(tags, 20, costs, budget, plan)
        best = max(mean_score(tags, 20, costs, budget, other) for other in all_plans(costs, budget))
        said = f"tags {tags.astype(int).tolist()}, costs {costs}, budget {budget}: the plan {plan} has a mean of {got:.4f}"
        expect.that(got >= best - 1e-9, f"{said}, and {best:.4f} can be had")


@case("best_plan", "costs and budgets need not be whole", draws=jobs(m=(3, 4), whole=False), fresh=50)
def fractions(best_plan, one):
    no_better(best_plan, one | {"budget": one["budget"] + 0.5})


@case("best_plan", "where no cure is done in time, and where nothing is wrong, there is a plan too", side=True)
def nothing_to_gain(ceiling, best_plan):
    plan = her_plan(best_plan(TAGGED, 10, [6, 7], 5), [6, 7], 5)
    expect.that(plan == [], f"cures of 6 and 7 days, a budget of 5: `best_plan` returned {plan}")
    her_plan(best_plan(np.zeros((0, 2), bool), 10, [6, 2], 10), [6, 2], 10)
    expect.close(ceiling(np.zeros((0, 2), bool), 10, [1]), 1.0, what="without a mistake, `ceiling`", reveal=True)
    her_plan(best_plan(np.zeros((3, 0), bool), 10, [], 10), [], 10)


@case("best_plan", "inputs are left as they were, and costs may come as an array", side=True)
def plan_house(ceiling, best_plan):
    costs = np.array([6.0, 2.0])
    plan = expect.pure(best_plan, TAGGED, 10, costs, 10, names=("tags", "n", "costs", "budget"))
    her_plan(plan, [6, 2], 10)
    expect.pure(ceiling, TAGGED, 10, [0, 1], names=("tags", "n", "chosen"))


def every_set(tags, costs, budget):
    """The best area over the sets of cures, bit by bit: what is measured against."""
    m = tags.shape[1]
    masks = [sum(1 << i for i, on in enumerate(column) if on) for column in tags.T.tolist()]
    best, covered, days = [-1.0] * (1 << m), [0] * (1 << m), [0.0] * (1 << m)
    best[0] = 0.0
    for done in range(1 << m):
        for k in range(m):
            new = done | 1 << k
            if new == done or best[done] < 0 or days[done] + costs[k] > budget:
                continue
            covered[new], days[new] = covered[done] | masks[k], days[done] + costs[k]
            gained = (masks[k] & ~covered[done]).bit_count() * (budget - days[new])
            best[new] = max(best[new], best[done] + gained)
    return max(best)


@case("best_plan", "eleven tags are no trouble", side=True, seconds=60)
def eleven_tags(best_plan):
    jobs_of_eleven = []
    for seed in (1, 2):  # greedy rules miss the best plan of both
        rng = np.random.default_rng(seed)
        jobs_of_eleven.append((rng.random((60, 11)) < 0.3, rng.integers(1, 7, 11).tolist()))
    tags, costs = jobs_of_eleven[0]
    for m, told in (  # eight first: who tries every order fails soon
        (8, "tried with eight of the eleven first: 150 passes of plain Python over their 256 sets"),
        (11, "150 passes of plain Python over the 2,048 sets of the eleven tags"),
    ):
        few, cheap = tags[:, :m], costs[:m]
        expect.faster(
            lambda few=few, cheap=cheap: best_plan(few, 200, cheap, sum(cheap)),
            lambda few=few, cheap=cheap: every_set(few, cheap, sum(cheap)),
            share=1,
            of=150,
            what=told,
        )
    for tags, costs in jobs_of_eleven:
        plan = her_plan(best_plan(tags, 200, costs, 14), costs, 14)
        got, best = mean_score(tags, 200, costs, 14, plan), 140 / 200 + every_set(tags, costs, 14) / 200 / 14
        expect.that(got >= best - 1e-9, f"with eleven tags the plan {plan} has a mean of {got:.5f}, and {best:.5f} can be had")


# ------------------------------------------------------------------------------------------- find_slice
def found(got, m, shuffles):
    """Columns and p-value, each as promised."""
    expect.that(isinstance(got, (tuple, list)) and len(got) == 2, "`find_slice` did not return a pair: (chosen, p)")
    chosen = expect.array(got[0], what="`find_slice`, the chosen columns,")
    expect.that(
        chosen.ndim == 1 and len(set(chosen.tolist())) == len(chosen) and len(chosen) in (1, 2),
        f"`find_slice` chose {chosen.tolist()}, where one or two different columns were asked for",
    )
    chosen = {int(k) for k in chosen}
    expect.that(all(0 <= k < m for k in chosen), f"`find_slice` chose {sorted(chosen)}, and there are {m} tags")
    p = expect.number(got[1], "`find_slice`, the p-value,")
    expect.that(
        1 / (shuffles + 1) - 1e-9 <= p <= 1 + 1e-9,
        f"with {shuffles} shuffles the p-value was {p:.4g}: the least that can be is 1/{shuffles + 1}, the most 1",
    )
    return chosen, p


def tail(n, rows, mistakes, seen):
    """The chance that so many mistakes or more fall on these rows."""
    ways = [math.comb(rows, k) * math.comb(n - rows, mistakes - k) for k in range(seen, min(rows, mistakes) + 1)]
    return sum(ways) / math.comb(n, mistakes)


# Each share has a false alarm of 1e-7, seven of them are asked.
@case("find_slice", "with one tag, `p` is how often luck does as much", weight=2, false_alarm=1e-6, fresh=10)
def one_tag(find_slice, rng):
    tables = (6, 2, 2, 2), (12, 5, 4, 3), (30, 10, 9, 4), (30, 10, 9, 5), (40, 20, 6, 4), (20, 8, 5, 3), (20, 15, 8, 8)
    for n, rows, mistakes, seen in tables:
        tags, wrong = np.zeros((n, 1), bool), np.zeros(n, bool)
        tags[:rows] = True
        wrong[np.r_[:seen, rows : rows + mistakes - seen]] = True
        mixed = rng.permutation(n)
        chosen, p = found(find_slice(tags[mixed], wrong[mixed], 600, rng.spawn(1)[0]), 1, 600)
        expect.that(chosen == {0}, "there is one tag, and another one was chosen")
        hits, want = round(p * 601) - 1, tail(n, rows, mistakes, seen)
        said = f"{n} rows, the tag on {rows}, {mistakes} mistakes, {seen} on the tag: p was {p:.3f}; shuffles that reach it"
        expect.share(max(hits, 0), 600, want, said)


# With 99 shuffles p <= 0.05 has a chance of at most 0.05 a search (ours: 14 of 300); 25 or more of 100 then come with less than
# 1e-9. A search whose p is that of the found slice alone has p <= 0.05 in some 60 of 100.
@case("find_slice", "where mistakes fall by chance, p is small as rarely as it says", weight=3, false_alarm=1e-6, fresh=3)
def honest_search(find_slice, rng):
    small = 0
    for _ in range(100):
        tags, wrong = rng.random((90, 10)) < rng.uniform(0.15, 0.6, 10), rng.random(90) < 0.25
        small += found(find_slice(tags, wrong, 99, rng.spawn(1)[0]), 10, 99)[1] <= 0.05
    expect.that(
        small < 25, f"mistakes were dealt out by chance in 100 searches of 10 tags, and p was at most 0.05 in {small} of them"
    )


def planted(rng, guilty, rate, size):
    """Eight tags on 400 rows, mistakes at 0.15 and at `rate` on the guilty slice of about `size` rows."""
    tags = rng.random((400, 8)) < rng.uniform(0.15, 0.5, 8)
    tags[:, list(guilty)] = rng.random((400, len(guilty))) < (size / 400) ** (1 / len(guilty))
    inside = tags[:, list(guilty)].all(axis=1)
    return tags, rng.random(400) < np.where(inside, rate, 0.15 if len(guilty) == 2 else rate / 2)


def often_enough(find_slice, rng, rate, size, many):
    """How often the guilty slice was named, of 20."""
    hits = 0
    for _ in range(20):
        guilty = rng.permutation(8)[:many].tolist()
        tags, wrong = planted(rng, guilty, rate, size)
        chosen, p = found(find_slice(tags, wrong, 99, rng.spawn(1)[0]), 8, 99)
        hits += set(guilty) <= chosen and p <= 0.05
    return hits


# Measured on 500 searches each: ours finds the large one in 0.978, another measure in 0.992, and both the small one always. Fewer
# than 13 of 20 then come with less than 1e-8 (and with 2e-4 at the 0.9 that is promised: nobody is known to be so near to it).
@case("find_slice", "a slice of 150 rows, half of them wrong, is found", weight=2, false_alarm=1e-6, fresh=10)
def large_slice(find_slice, rng):
    hits = often_enough(find_slice, rng, 0.5, 150, 1)
    said = f"one tag on 150 of 400 rows, half of these wrong, a quarter elsewhere: it was named in {hits} of 20 searches"
    expect.that(hits >= 13, said)


@case("find_slice", "a slice of a dozen rows, two tags together, is found", weight=2, false_alarm=1e-6, fresh=10)
def small_slice(find_slice, rng):
    hits = often_enough(find_slice, rng, 0.95, 14, 2)
    said = f"two tags together on some 14 of 400 rows, 0.95 of these wrong, 0.15 elsewhere: named in {hits} of 20 searches"
    expect.that(hits >= 13, said)


@case("find_slice", "a slice without any doubt has the least p that can be", side=True)
def no_doubt(find_slice):
    tags, wrong = np.zeros((60, 3), bool), np.zeros(60, bool)
    tags[:20, 1] = wrong[:20] = True
    tags[::2, 0] = tags[::3, 2] = True
    chosen, p = found(find_slice(tags, wrong, 49, np.random.default_rng(0)), 3, 49)
    said = f"all 20 mistakes lie on tag 1 and nowhere else: chosen {sorted(chosen)}, p = {p:.4g}"
    expect.that(chosen == {1} and abs(p - 0.02) < 1e-9, said)


@case("find_slice", "without a mistake p is 1, and too few mistakes are no finding", side=True)
def no_finding(find_slice):
    tags = np.random.default_rng(1).random((30, 4)) < 0.4
    tags[:, 3] = False
    for wrong, said in ((np.zeros(30, bool), "no row is wrong"), (np.ones(30, bool), "all rows are wrong")):
        _, p = found(find_slice(tags, wrong, 50, np.random.default_rng(2)), 4, 50)
        expect.that(abs(p - 1) < 1e-9, f"{said}, and p was {p:.4g}")
    half = np.arange(30) < 15
    _, p = found(find_slice(half[:, None], ~half & (np.arange(30) < 25), 50, np.random.default_rng(2)), 1, 50)
    expect.that(abs(p - 1) < 1e-9, f"one tag on 15 rows, all 10 mistakes elsewhere: p was {p:.4g}, where 1 was asked for")


@case("find_slice", "a tag on every row, or on none, does no harm", side=True)
def empty_and_full(find_slice):
    tags, wrong = np.zeros((60, 4), bool), np.arange(60) < 16
    tags[:, 0], tags[:18, 2], tags[::2, 3] = True, True, True
    chosen, p = found(find_slice(tags, wrong, 60, np.random.default_rng(4)), 4, 60)
    expect.that(2 in chosen and p < 0.05, f"16 mistakes, all on the 18 rows of tag 2: chosen {sorted(chosen)}, p = {p:.3f}")
    _, p = found(find_slice(np.ones((8, 1), bool), np.arange(8) < 3, 20, np.random.default_rng(4)), 1, 20)
    expect.that(abs(p - 1) < 1e-9, f"the only tag is on all rows: p was {p:.4g}, where 1 was asked for")


@case("find_slice", "inputs are left as they were, and all chance comes from the generator", side=True)
def slice_house(find_slice):
    rng = np.random.default_rng(5)
    tags, wrong = rng.random((50, 3)) < 0.4, rng.random(50) < 0.3
    expect.pure(find_slice, tags, wrong, 30, np.random.default_rng(0), names=("tags", "wrong", "shuffles", "rng"))

    def several(rng):
        return np.array([found(find_slice(tags, wrong, 400, rng), 3, 400)[1] for _ in range(3)])

    expect.repeatable(several, 6, differs=False, what="`find_slice`")
    one, other = (several(np.random.default_rng(k)) for k in (7, 8))
    expect.that(not np.array_equal(one, other), "400 shuffles, three times, and two seeds gave the same: draw from `rng`")


@case("find_slice", "50 tags, 1,000 rows and 200 shuffles are no trouble", side=True, seconds=90)
def many_slices(find_slice):
    rng = np.random.default_rng(9)
    tags, wrong = rng.random((1000, 50)) < 0.3, rng.random(1000) < 0.3
    pairs = list(itertools.combinations(range(50), 2))
    expect.faster(
        lambda: find_slice(tags, wrong, 200, np.random.default_rng(0)),
        lambda: [np.count_nonzero(tags[:, i] & tags[:, j] & wrong) for i, j in pairs],
        share=8,
        of=200,
        what="a loop over all pairs for each shuffle",
    )


# ------------------------------------------------------------------------------------------- out_of_sample
class Models:
    """A `fit` that knows which rows each of its models was shown; every model says something else about every row."""

    def __init__(self, groups):
        self.groups = np.asarray(groups)
        self.shown, self.labels = [], []

    def fit(self, X, y):
        rows, y = self.rows(X), np.asarray(y)
        expect.that(len(rows) == len(y), f"`fit` was given {len(rows)} rows and {len(y)} labels")
        expect.that(len(rows) > 0, "`fit` was called with no rows")
        expect.that(len(set(rows)) == len(rows), "`fit` was given a row twice")
        self.shown.append(set(rows))
        self.labels.append(np.unique(y))
        number = len(self.shown) - 1
        return lambda X: self.asked(number, self.rows(X))

    def asked(self, number, rows):
        """What `predict` answers."""
        few = len(set(self.groups.tolist()))
        expect.that(len(rows) > 0, f"{few} groups: `predict` was asked about no rows; a fold without a group needs no model")
        return self.said(number, rows)

    def rows(self, X):
        """The number of each row: its first entry."""
        X = np.asarray(X)
        return [int(v) for v in X.reshape(len(X), -1)[:, 0]] if len(X) else []

    def said(self, number, rows):
        """What model `number` says about these rows: (rows, labels that it was shown)."""
        rows, column = np.reshape(rows, (-1, 1)), np.arange(len(self.labels[number]))
        out = 0.05 + 43758.5453 * np.sin(1.0 + 12.9898 * rows + 78.233 * number + 37.719 * column) % 1.0
        return out / out.sum(axis=1, keepdims=True)

    def missed(self, number):
        """The groups that model `number` was not shown."""
        return set(self.groups.tolist()) - {int(self.groups[row]) for row in self.shown[number]}

    def judges(self, out, row, K):
        """Which models' word, put into the columns of their labels, this row's answer is."""
        fits = []
        for number, labels in enumerate(self.labels):
            want = np.zeros(K)
            want[labels] = self.said(number, [row])[0]
            if np.allclose(out[row], want, atol=1e-6):
                fits.append(number)
        return fits


def in_words(word, numbers):
    """Such as "columns 0 and 2"."""
    *first, last = map(str, numbers)
    return f"{word}{'s' if first else ''} {', '.join(first)}{' and ' if first else ''}{last}"


def where_columns_belong(models, row, K):
    """What is to be done with the columns of a stranger to this row who was not shown all labels; nothing if there is none."""
    for number, labels in enumerate(models.labels):
        missing = np.setdiff1d(np.arange(K), labels)
        if len(missing) and int(models.groups[row]) in models.missed(number):
            own = "one column belongs" if len(labels) == 1 else f"{len(labels)} columns belong"
            return (
                f"; row {row}'s model was shown {in_words('label', labels)} alone: its {own} in {in_words('column', labels)}, "
                f"and {in_words('column', missing)} {'is' if len(missing) == 1 else 'are'} 0"
            )
    return ""


def asked(out_of_sample, models, y, folds, rng, sides=(2,)):
    """Her probabilities, of the right shape."""
    n, K = len(y), int(y.max()) + 1
    X = np.arange(n, dtype=float).reshape((n,) + (1,) * len(sides)) * np.ones(sides)
    got = expect.array(out_of_sample(models.fit, X, y, models.groups, folds, rng), shape=(n, K), what="`out_of_sample`")
    for row in np.flatnonzero(np.abs(got.sum(axis=1) - 1) > 1e-5):
        why = where_columns_belong(models, row, K)
        expect.that(not why, f"labels {y.tolist()}, groups {models.groups.tolist()}: row {row} sums to {got[row].sum():.4g}{why}")
    return expect.probabilities(got, atol=1e-5, what="`out_of_sample`")


@st.composite
def grouped(draw, G=(2, 7), rows=(2, 3), folds=(2, 5)):
    """Groups under any names, in any order of rows."""
    G = draw(st.integers(*G))
    rng = np.random.default_rng(draw(draws.seeds()))
    names = rng.permutation(40)[:G]
    groups = np.concatenate([np.repeat(name, rng.integers(rows[0], rows[1] + 1)) for name in names])
    return {"groups": rng.permutation(groups), "folds": draw(st.integers(*folds)), "seed": draw(draws.seeds())}


@case("out_of_sample", "no row is judged by a model that has seen it", weight=2,
      draws={"n": draws.integers(8, 12), "folds": draws.integers(3, 5), "seed": draws.seeds()})  # fmt: skip
def never_seen(out_of_sample, n, folds, seed):
    judged_by_strangers(out_of_sample, Models(np.arange(n)), np.arange(n) % 2, folds, seed)


def both_in_each(groups):
    """Labels 0 and 1 in turn, group after group: every model is shown both, and nearly every one that forgot the groups."""
    y = np.empty(len(groups), int)
    y[np.argsort(groups, kind="stable")] = np.arange(len(groups)) % 2
    return y


def judged_by_strangers(out_of_sample, models, y, folds, seed):
    """Each row's answer is the word of a model that was shown neither it nor its group."""
    out = asked(out_of_sample, models, y, folds, np.random.default_rng(seed))
    K = out.shape[1]
    for row in range(len(y)):
        who = models.judges(out, row, K)
        group = int(models.groups[row])
        expect.that(
            len(who) > 0,
            f"labels {y.tolist()}, groups {models.groups.tolist()}: the probabilities of row {row} are not what any of "
            f"your models said about it, column by column{where_columns_belong(models, row, K)}",
        )
        expect.that(
            any(group in models.missed(number) for number in who),
            f"groups {models.groups.tolist()}, {folds} folds: row {row} was judged by a model that had seen "
            f"{'it' if any(row in models.shown[k] for k in who) else f'another row of its group {group}'}",
        )


@case("out_of_sample", "nor by one that has seen another row of its group", weight=2, draws=grouped((4, 7), folds=(3, 5)))
def never_its_group(out_of_sample, one):
    judged_by_strangers(out_of_sample, Models(one["groups"]), both_in_each(one["groups"]), one["folds"], one["seed"])


@case("out_of_sample", "column k is the probability of label k, and 0 where the model was never shown that label", weight=2,
      draws={"n": draws.integers(4, 12), "K": draws.integers(2, 5), "folds": draws.integers(2, 4),
             "seed": draws.seeds()})  # fmt: skip
def right_columns(out_of_sample, n, K, folds, seed):
    y = np.random.default_rng(seed).integers(0, K, n)
    y[0] = K - 1
    judged_by_strangers(out_of_sample, Models(np.arange(n)), y, folds, seed)


@case("out_of_sample", "at most `folds` models are trained, and none misses more groups than it must", draws=grouped((2, 9)))
def enough_to_learn(out_of_sample, one):
    models = Models(one["groups"])
    asked(out_of_sample, models, np.zeros(len(one["groups"]), int), one["folds"], np.random.default_rng(one["seed"]))
    G = len(set(one["groups"].tolist()))
    expect.that(
        1 < len(models.shown) <= one["folds"], f"{G} groups, {one['folds']} folds: `fit` was called {len(models.shown)} times"
    )
    most = max(len(models.missed(k)) for k in range(len(models.shown)))
    expect.that(
        most <= -(-G // one["folds"]), f"{G} groups, {one['folds']} folds: one of your models was trained without {most} of them"
    )


@case("out_of_sample", "any two groups are as likely left out together as any other two", false_alarm=1e-6, weight=2, fresh=10)
def by_chance(out_of_sample, rng):
    together, rounds = np.zeros((6, 6), int), 150
    for _ in range(rounds):
        models = Models(np.repeat(np.arange(6), 2))
        asked(out_of_sample, models, np.repeat([0, 1], 6), 3, rng)
        for k in range(len(models.shown)):
            missed = sorted(models.missed(k))
            for i, j in itertools.combinations(missed, 2):
                together[i, j] += 1
    for i, j in itertools.combinations(range(6), 2):
        said = f"6 groups in 3 folds, {rounds} times: groups {i} and {j} were left out together too often or too rarely"
        expect.share(int(together[i, j]), rounds, 1 / 5, said, false_alarm=5e-8)


@case("out_of_sample", "fewer groups than folds: each group alone; a single group: an error that says so", side=True)
def few_groups(out_of_sample):
    models = Models([3, 3, 8, 5, 8])
    asked(out_of_sample, models, np.zeros(5, int), 10, np.random.default_rng(0))
    missed = sorted(sorted(models.missed(k)) for k in range(len(models.shown)))
    expect.that(missed == [[3], [5], [8]], f"groups [3, 3, 8, 5, 8], 10 folds: your models missed the groups {missed}")
    lone = Models([4, 4, 4])
    expect.raises(
        ValueError,
        lambda: out_of_sample(lone.fit, np.arange(3.0)[:, None], np.array([0, 1, 0]), lone.groups, 2, np.random.default_rng(0)),
        "all rows are of one group, and no ValueError came",
        naming=("",),
    )


@case("out_of_sample", "rows of any shape, inputs left as they were, and all chance from the generator", side=True)
def sample_house(out_of_sample):
    y, groups = np.array([0, 2, 1, 0, 2, 1]), np.array([5, 5, 1, 2, 2, 9])
    for sides in ((2,), (2, 3, 1)):
        asked(out_of_sample, Models(groups), y, 3, np.random.default_rng(1), sides)
    X = np.arange(6.0)[:, None]
    models = Models(groups)
    expect.pure(lambda X, y, groups: out_of_sample(models.fit, X, y, groups, 3, np.random.default_rng(2)), X, y, groups,
                names=("X", "y", "groups"))  # fmt: skip
    small = Models(groups.astype(np.uint8))
    asked(out_of_sample, small, y.astype(np.uint8), 2, np.random.default_rng(3))

    def run(rng):
        return asked(out_of_sample, Models(np.arange(40)), np.zeros(40, int) + np.arange(40) % 2, 5, rng)

    expect.repeatable(run, 4, what="`out_of_sample`")


# ------------------------------------------------------------------------------------------- mismatch
CAUSES = ("bias", "variance", "harder", "mismatch")


class Student:
    """A `fit` that learns its rows by heart, errs on as many as it is told, and looks at what it is given.

    Rows are known by their labels, which are all different, and, once they were standardised, by their first column.
    """

    def __init__(self, train, dev, errors):
        self.train, self.dev, self.errors = train, dev, errors
        self.shown = None

    def fit(self, Z, y):
        Z, y = np.asarray(Z, float), np.asarray(y)
        ids = [int(k) for k in y]
        expect.that(len(set(ids)) == len(ids), "`fit` was given a row twice")
        expect.that(set(ids) <= set(self.train[1].tolist()), "`fit` was given rows that are not of the training domain")
        expect.that(Z.shape == (len(ids), self.train[0].shape[1]), f"`fit` was given shape {Z.shape} and {len(ids)} labels")
        rest = self.train[0][np.isin(self.train[1], ids)]
        spreads = (np.ptp(rest, axis=0) > 0).astype(float)  # a column that never changes has none
        off = np.abs(Z.mean(axis=0)).max(), np.abs(Z.std(axis=0) - spreads).max()
        expect.that(
            max(off) < 1e-6,
            f"among the rows that `fit` was given, a column has a mean that is {off[0]:.3g} from 0 and a spread that is "
            f"{off[1]:.3g} from {1 if spreads.all() else 'what it should be'}: from which rows was the scale learnt?",
        )
        self.mean, self.spread = rest[:, 0].mean(), rest[:, 0].std()
        self.shown = set(ids)
        self.unseen = sorted(set(self.train[1].tolist()) - self.shown)
        return self.predict

    def predict(self, Z):
        """The label of each row, or -1 for those that it is told to err on."""
        Z = np.asarray(Z, float)
        rows = Z[:, 0] * self.spread + self.mean
        out = np.full(len(Z), -2)
        for part, share in zip((sorted(self.shown), self.unseen, self.dev[1].tolist()), self.errors, strict=True):
            wrong = set(part[: round(share * len(part))])
            for label in part:
                out[np.abs(rows - label) < 1e-4] = -1 if label in wrong else label
        return out


def two_domains(n, n_dev, rng, d=3):
    """Rows whose first column is their label; dev lies elsewhere, with another spread."""
    X = rng.normal(size=(n, d)) * np.array([1.0, 5.0, 0.2])[:d] + 3
    y = rng.permutation(n)
    X[:, 0] = y
    X_dev = 40 * rng.normal(size=(n_dev, d)) - 7
    y_dev = 5000 + rng.permutation(n_dev)
    X_dev[:, 0] = y_dev
    return (X, y), (X_dev, y_dev)


def causes(got):
    """Her four causes as numbers."""
    expect.that(isinstance(got, dict), f"`mismatch` returned {type(got).__name__}, where a dictionary was asked for")
    expect.that(set(got) == set(CAUSES), f"`mismatch` returned the names {sorted(map(str, got))}, not {sorted(CAUSES)}")
    return {name: expect.number(got[name], f"`mismatch`, {name},") for name in CAUSES}


def split_up(mismatch, n, n_dev, errors, human, share, seed):
    """Her causes beside ours, for a model that errs as told."""
    rng = np.random.default_rng(seed)
    train, dev = two_domains(n, n_dev, rng)
    student = Student(train, dev, errors)
    got = causes(mismatch(student.fit, train, dev, human, share, rng))
    expect.that(student.shown is not None, "`fit` was never called")
    aside = n - len(student.shown)
    wanted = round(share * n)
    expect.that(
        aside == wanted,
        f"a share of {share:.3g}: {aside} of {n} training rows {'was' if aside == 1 else 'were'} set aside, "
        f"and {wanted} {'was' if wanted == 1 else 'were'} wanted ({share * n:.4g}, rounded)",
    )
    seen, unseen, foreign = (
        round(e * len(part)) / len(part) for e, part in zip(errors, (student.shown, student.unseen, dev[1]), strict=True)
    )
    harder = float(np.subtract(*human[::-1]))
    want = {"bias": seen - human[0], "variance": unseen - seen, "harder": harder, "mismatch": foreign - unseen - harder}
    return got, want, (seen, unseen, foreign)


def agree(got, want, numbers, human):
    """Each cause as wanted, told with the errors."""
    for name in CAUSES:
        expect.that(
            abs(got[name] - want[name]) < 1e-9,
            f"errors of {numbers[0]:.3f} on the rows that were learnt from, {numbers[1]:.3f} on the training-dev set, "
            f"{numbers[2]:.3f} on dev; people {human[0]:.2f} and {human[1]:.2f}: yours has {name} = {got[name]:.4f}, "
            f"wanted {want[name]:.4f}",
        )


@case("mismatch", "the worked number in the statement comes out")
def mismatch_example(mismatch):
    human = (0.08, 0.11)
    got, want, numbers = split_up(mismatch, 300, 100, (0.09, 0.19, 0.26), human, 1 / 3, 0)
    agree(got, want, numbers, human)


@case("mismatch", "each cause is the step that belongs to it", weight=3,
      draws={"n": draws.integers(8, 30), "n_dev": draws.integers(1, 20), "errors": draws.vectors(3, 0, 1),
             "human": draws.vectors(2, 0, 1), "share": draws.sampled([0.2, 0.35, 0.55]), "seed": draws.seeds()})  # fmt: skip
def each_step(mismatch, n, n_dev, errors, human, share, seed):
    if abs(share * n % 1 - 0.5) < 1e-9:
        n += 1  # half-way: rounding may go either way
    human = tuple(human.tolist())
    agree(*split_up(mismatch, n, n_dev, errors.tolist(), human, share, seed), human)


@case("mismatch", "the four causes sum to the error on dev, less people's error on films",
      draws={"errors": draws.vectors(3, 0, 1), "human": draws.vectors(2, 0, 1), "seed": draws.seeds()})  # fmt: skip
def sums_up(mismatch, errors, human, seed):
    got, _, numbers = split_up(mismatch, 20, 10, errors.tolist(), tuple(human.tolist()), 0.25, seed)
    total = math.fsum(got.values())
    want = numbers[2] - human[0]
    expect.close(total, want, atol=1e-9, what=f"people {human[0]:.1f}, dev {numbers[2]:.2f}: the sum of your causes", reveal=True)


@case("mismatch", "a column that never changes in training is no trouble", side=True)
def constant_column(mismatch):
    train, dev = two_domains(24, 9, np.random.default_rng(8))
    train[0][:, 1] = 2.0
    student = Student(train, dev, (0.25, 0.5, 1.0))
    got = causes(mismatch(student.fit, train, dev, (0.1, 0.2), 0.25, np.random.default_rng(9)))
    total = math.fsum(got.values())
    expect.close(total, 0.9, atol=1e-9, what="all of dev wrong, people 0.1: the sum of your causes", reveal=True)


@case("mismatch", "nothing about dev enters the model: another dev set, the same training", side=True)
def dev_stays_out(mismatch):
    given = []
    for shift in (0.0, 1000.0):
        train, dev = two_domains(24, 9, np.random.default_rng(3))
        dev[0][:, 1:] += shift
        student = Student(train, dev, (0.0, 0.5, 1.0))

        def fit(Z, y, student=student):
            given.append(np.asarray(Z, float)[np.argsort(np.asarray(y))])
            return student.fit(Z, y)

        causes(mismatch(fit, train, dev, (0.1, 0.1), 0.25, np.random.default_rng(4)))
    expect.same(given[0], given[-1], "with another dev set `fit` was given other numbers")


# Row k is set aside in a share of the calls; six rows, each with a false alarm of 1e-7.
@case("mismatch", "each training row is as likely as another to be set aside", false_alarm=1e-6, side=True, fresh=10)
def drawn_by_chance(mismatch, rng):
    aside, rounds = np.zeros(6, int), 200
    for _ in range(rounds):
        train, dev = two_domains(6, 3, np.random.default_rng(0))
        student = Student(train, dev, (0.0, 0.0, 0.0))
        causes(mismatch(student.fit, train, dev, (0.0, 0.0), 1 / 3, rng))
        aside[student.unseen] += 1
    for k in range(6):
        expect.share(int(aside[k]), rounds, 1 / 3, f"2 of 6 rows set aside, {rounds} times: one of them too often or too rarely")


@case("mismatch", "inputs are left as they were, and all chance comes from the generator", side=True)
def mismatch_house(mismatch):
    train, dev = two_domains(24, 9, np.random.default_rng(5))
    student = Student(train, dev, (0.25, 0.5, 1.0))

    def run(train, dev):
        return mismatch(student.fit, train, dev, (0.1, 0.2), 0.25, np.random.default_rng(6))

    expect.pure(run, train, dev, names=("train", "dev"))

    def aside(rng):
        causes(mismatch(student.fit, train, dev, (0.1, 0.2), 0.25, rng))
        return np.array(student.unseen)

    expect.repeatable(aside, 7, what="the choice of training-dev rows in `mismatch`")


# ------------------------------------------------------------------------------------------- relabel
ROWS, MEASUREMENTS, TAGS, TEST_ROWS = 1200, 6, 7, 4000
BUDGET = 100


@dataclass
class Project:
    """One data set with wrong labels: X (1200, 13), y and truth (1200,), probabilities (1200, 2), X_test, y_test."""

    X: np.ndarray
    y: np.ndarray
    truth: np.ndarray
    probabilities: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray


def sigmoid(z):
    """One over one plus exp(-z), safe."""
    return 1 / (1 + np.exp(-np.clip(z, -30, 30)))


def fixed_model(X, y):
    """The one model that the judge trains: logistic regression with a small penalty, by Newton's method; predict gives (n, 2)."""
    A = np.column_stack([X, np.ones(len(X))])
    penalty = 0.01 * np.eye(A.shape[1])
    penalty[-1, -1] = 1e-6
    w = np.zeros(A.shape[1])
    for _ in range(12):
        p = sigmoid(A @ w)
        curvature = (A * (p * (1 - p) + 1e-9)[:, None]).T @ A / len(A) + penalty
        w = w - np.linalg.solve(curvature, A.T @ (p - y) / len(A) + penalty @ w)
    return lambda X: np.stack([sigmoid(sign * (np.column_stack([X, np.ones(len(X))]) @ w)) for sign in (-1, 1)], axis=1)


def project(rng):
    """A new data set with noise on two tags; one other tag is bent, and one is a coin."""
    careless, bent, coin = (names := rng.permutation(TAGS))[:2], names[2], names[3]
    rule, of_tags, order = rng.normal(size=MEASUREMENTS), 0.5 * rng.normal(size=TAGS), rng.permutation(MEASUREMENTS + TAGS)
    rule *= 6 / np.linalg.norm(rule)

    def rows(n):
        numbers, tags = rng.normal(size=(n, MEASUREMENTS)), (rng.random((n, TAGS)) < 0.16).astype(float)
        logits = numbers @ rule + tags @ of_tags
        logits = np.where(tags[:, bent] == 1, -logits, logits)
        logits = np.where(tags[:, coin] == 1, 0.0, logits)
        return np.hstack([numbers, tags])[:, order], tags, (rng.random(n) < sigmoid(logits)).astype(int)

    X, tags, truth = rows(ROWS)
    y = truth.copy()
    for tag in careless:
        of_class = rng.integers(2)
        plain = (tags[:, tag] == 1) & (tags[:, [bent, coin]].sum(axis=1) == 0)
        y[plain & (truth == of_class) & (rng.random(ROWS) < 0.4)] = 1 - of_class
    fold = rng.permutation(ROWS) % 5
    probabilities = np.zeros((ROWS, 2))
    for k in range(5):
        probabilities[fold == k] = fixed_model(X[fold != k], y[fold != k])(X[fold == k])
    X_test, _, y_test = rows(TEST_ROWS)
    return Project(X, y, truth, probabilities, X_test, y_test)


def loss_with(one, y):
    """The fixed model's log-loss on clean rows, once it was trained on these labels."""
    p = fixed_model(one.X, y)(one.X_test)[np.arange(TEST_ROWS), one.y_test]
    return float(-np.mean(np.log(np.maximum(p, 1e-9))))


def chosen_rows(round, one, budget, rng):
    """Her rows: whole numbers, all different, at most `budget`."""
    got = round.choose(one.X, one.y, one.probabilities, budget, rng)
    rows = expect.array(got, what="`choose`")
    expect.that(rows.ndim == 1, f"`choose` returned an array of shape {rows.shape}, where row numbers were asked for")
    expect.that(len(rows) <= budget, f"`choose` returned {len(rows)} rows, and {budget} can be paid for")
    expect.that(not len(rows) or np.issubdtype(rows.dtype, np.integer), f"`choose` returned {rows.dtype}, not row numbers")
    rows = rows.astype(int)
    expect.that(
        not len(rows) or (rows.min() >= 0 and rows.max() < len(one.X)), f"`choose` returned rows outside 0 to {len(one.X) - 1}"
    )
    expect.that(len(np.unique(rows)) == len(rows), "`choose` returned a row twice")
    return rows


def healed(entry, rng, projects):
    """The damage that her rows heal and the whole damage, for each project; and where her rows lay: wrong ones found."""
    out, round = [], entry.round()
    for _ in range(projects):
        one = project(rng)
        rows = chosen_rows(round, one, BUDGET, rng.spawn(1)[0])
        y = one.y.copy()
        y[rows] = one.truth[rows]
        before = loss_with(one, one.y)
        out.append((before - loss_with(one, y), before - loss_with(one, one.truth), np.sum(one.y[rows] != one.truth[rows])))
    return np.array(out, float)


@studio(
    "relabel",
    users=("choose",),
    counted="rows that are labelled again",
    metric="share of the damage that is healed",
    baseline=0.24,
    bands=(0.34, 0.45, 0.56),
    typed=0.24,  # all is drawn afresh: rows that are typed in heal 0.14, as rows by chance do
    seconds=120,
)
def public(entry, rng):
    """Twenty-five projects that are always the same ones."""
    found = healed(entry, np.random.default_rng(11), 25)
    return float(found[:, 0].sum() / found[:, 1].sum())


@case("relabel", "at most `budget` different rows are chosen, for other budgets too")
def rows_within_budget(entry):
    one, round = project(np.random.default_rng(1)), entry.round()
    for budget in (BUDGET, 7):
        rows = chosen_rows(round, one, budget, np.random.default_rng(2))
        expect.that(len(rows) > 0, "`choose` returned no row")


@case("relabel", "wrong labels are among the rows")
def some_are_wrong(entry):
    found = healed(entry, np.random.default_rng(3), 4)[:, 2].sum()
    # rows by chance find about 17 of 400 (± 4), the least probable labels 20 to 30, rows that are surely right none
    expect.that(found >= 5, f"in 4 projects {found:.0f} of your rows had a wrong label; 400 rows by chance have about 17")
