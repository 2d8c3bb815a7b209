"""Visible cases of week 5: they travel with the release."""

import itertools
import math

import numpy as np
from hypothesis import strategies as st

from autograder.cases import case, draws, exercise, expect, studio

exercise("decay", names=("decay_step",))
exercise("dropout", names=("dropout", "dropout_backward"), seconds=10)
exercise("stopping", names=("StoppingRule",), seconds=30)
exercise("initialise", names=("initialise",), seconds=20)
exercise("gradient_check", names=("wrong_gradients",), seconds=20)
exercise("band", names=("train", "predict"), needs=("decay", "initialise"), kind="studio", seconds=60)


# ------------------------------------------------------------------------------------------- decay
@st.composite
def steps(draw, depth=(1, 3), width=(1, 4)):
    """A net's parameters, gradients of the same shapes, a learning rate and a penalty."""
    parameters = draw(draws.dense(depth=depth, width=width))
    rng = np.random.default_rng(draw(draws.seeds()))
    gradients = [(rng.normal(size=W.shape), rng.normal(size=b.shape)) for W, b in parameters]
    return {
        "parameters": parameters,
        "d_parameters": gradients,
        "learning_rate": draw(draws.sampled([0.03, 0.1, 0.5])),
        "penalty": draw(draws.sampled([0.2, 1.0, 1.7])),
    }


@st.composite
def ridges(draw, n=(5, 12), d=(1, 3)):
    """A least-squares problem for one linear layer: X, targets, a learning rate that is safe, a penalty."""
    n, d = draw(st.integers(*n)), draw(st.integers(*d))
    rng = np.random.default_rng(draw(draws.seeds()))
    X = rng.normal(size=(n, d))
    return {
        "X": (X - X.mean(axis=0)) / X.std(axis=0),
        "targets": rng.normal(size=(n, 1)) + 3,
        "learning_rate": draw(draws.sampled([0.1, 0.2])),
        "penalty": draw(draws.sampled([0.3, 0.5, 1.5])),
    }


def walk_to_ridge(decay_step, X, targets, learning_rate, penalty, count=250):
    """Where her steps end, from zero, on half the mean squared error of X @ W + b: (W, b)."""
    parameters = [(np.zeros((X.shape[1], 1)), np.zeros(1))]
    for _ in range(count):
        W, b = parameters[0]
        gap = (X @ W + b - targets) / len(X)
        made = decay_step([(W.copy(), b.copy())], [(X.T @ gap, gap.sum(axis=0))], learning_rate, penalty)
        parameters = expect.nest(made, parameters)
    return parameters[0]


@case("decay", "the example in the statement comes out")
def small_example(decay_step):
    made = decay_step([(np.array([[2.0]]), np.array([1.0]))], [(np.array([[0.5]]), np.array([-3.0]))], 0.1, 0.5)
    W, b = expect.nest(made, [(np.zeros((1, 1)), np.zeros(1))])[0]
    expect.close(W, [[1.85]], what="the new W", reveal=True)
    expect.close(b, [1.3], what="the new b", reveal=True)


@case("decay", "without a penalty it is a plain step of gradient descent", draws=steps())
def plain_step(decay_step, step):
    made = expect.nest(decay_step(step["parameters"], step["d_parameters"], step["learning_rate"], 0.0), step["parameters"])
    for k, (now, old, slope) in enumerate(zip(made, step["parameters"], step["d_parameters"], strict=True), start=1):
        for name, a, p, g in zip("Wb", now, old, slope, strict=True):
            expect.close(a, p - step["learning_rate"] * g, what=f"{name} of layer {k}", reveal=True)


@case("decay", "with gradients of zero all weights shrink by one factor, and no bias moves", draws=steps())
def only_weights_shrink(decay_step, step):
    none = [(0 * W, 0 * b) for W, b in step["parameters"]]
    made = expect.nest(decay_step(step["parameters"], none, step["learning_rate"], step["penalty"]), step["parameters"])
    factor = 1 - step["learning_rate"] * step["penalty"]
    for k, ((W, b), (old_W, old_b)) in enumerate(zip(made, step["parameters"], strict=True), start=1):
        expect.close(W, factor * old_W, what=f"W of layer {k}", reveal=True)
        expect.close(b, old_b, what=f"b of layer {k}, which pays no penalty,", reveal=True)


@case("decay", "on a linear layer the walk ends in the ridge solution", draws=ridges(), examples=6, weight=2, fresh=50)
def ends_in_ridge(decay_step, ridge):
    W, b = walk_to_ridge(decay_step, **ridge)
    X, targets = ridge["X"], ridge["targets"]
    n, d = X.shape
    want = np.linalg.solve(X.T @ X / n + ridge["penalty"] * np.eye(d), X.T @ (targets - targets.mean()) / n)
    expect.close(W, want, rtol=1e-5, atol=1e-7, what="after 250 steps from zero, W", reveal=True)
    expect.close(b, targets.mean(axis=0), rtol=1e-5, what="after 250 steps from zero, b", reveal=True)


@case("decay", "a constant added to all targets ends up in the bias alone", draws=ridges(), examples=5, fresh=50)
def shifted_targets(decay_step, ridge):
    W, b = walk_to_ridge(decay_step, **ridge)
    shifted_W, shifted_b = walk_to_ridge(decay_step, **{**ridge, "targets": ridge["targets"] + 10})
    told = f"10 was added to all targets: W went from {W.ravel()} to {shifted_W.ravel()}"
    expect.that(np.abs(W - shifted_W).max() < 1e-6, told)
    expect.close(shifted_b, b + 10, rtol=1e-6, what="10 was added to all targets: b", reveal=True)


@case("decay", "it steps against the slopes of the penalised loss, layer by layer", draws=steps(depth=(2, 4)))
def whole_step(decay_step, step):
    rate, penalty = step["learning_rate"], step["penalty"]
    made = expect.nest(decay_step(step["parameters"], step["d_parameters"], rate, penalty), step["parameters"])
    for k, ((W, b), (W0, b0), (dW, db)) in enumerate(zip(made, step["parameters"], step["d_parameters"], strict=True), start=1):
        expect.close(W, W0 - rate * (dW + penalty * W0), what=f"W of layer {k}", reveal=True)
        expect.close(b, b0 - rate * db, what=f"b of layer {k}", reveal=True)


@case("decay", "your inputs are left as they were", side=True)
def nothing_moved(decay_step):
    parameters = [(np.ones((2, 3)), np.ones(3)), (np.ones((3, 1)), np.ones(1))]
    gradients = [(W + 1, b + 1) for W, b in parameters]
    expect.pure(decay_step, parameters, gradients, 0.1, 0.5, names=("parameters", "d_parameters"))


@case("decay", "floats keep their type, and whole numbers are taken as floats", side=True)
def kinds_of_numbers(decay_step):
    single = [(np.ones((2, 2), np.float32), np.ones(2, np.float32))]
    for part in expect.nest(decay_step(single, single, 0.1, 0.5), single)[0]:
        expect.dtype(part, np.float32)
    whole = [(np.array([[2, 4]]), np.array([1, 1]))]
    W, b = expect.nest(decay_step(whole, [(np.zeros((1, 2)), np.ones(2))], 0.1, 0.5), whole)[0]
    expect.close(W, [[1.9, 3.8]], what="of whole numbers, W", reveal=True)
    expect.close(b, [0.9, 0.9], what="of whole numbers, b", reveal=True)


@case("decay", "weights may have any shape, and the bias is what stands second")
def any_shape(decay_step):
    for shape in ((2, 3, 2), (3,)):
        layer = [(np.full(shape, 2.0), np.full((1, 2), 2.0))]
        W, b = expect.nest(decay_step(layer, [(np.zeros(shape), np.zeros((1, 2)))], 0.1, 0.5), layer)[0]
        expect.close(W, np.full(shape, 1.9), what=f"weights of the shape {shape}", reveal=True)
        expect.close(b, np.full((1, 2), 2.0), what=f"beside weights of the shape {shape}, b", reveal=True)


@case("decay", "no layer at all is no trouble", side=True)
def no_layers(decay_step):
    expect.nest(decay_step([], [], 0.1, 0.5), [])


# ------------------------------------------------------------------------------------------- dropout
RATES = (0.1, 0.25, 0.5, 0.8)


def fresh(rng):
    """A generator of the learner's own, drawn from the case's."""
    return np.random.default_rng(rng.integers(2**63))


def dropped_of(made, like, what="`dropout`"):
    """The array and the cache of what `dropout` returned."""
    expect.that(not isinstance(made, np.ndarray), f"{what} returned an array, where (dropped, cache) was asked for")
    dropped, cache = pair(made, what)
    return expect.array(dropped, shape=np.shape(like), finite=True, what=f"{what}, first of the two,"), cache


def pair(made, what):
    """Both of two things that were returned."""
    if made is None:
        expect.that(False, f"{what} returned None: is there a `return`?")
    try:
        first, second = made
    except (TypeError, ValueError):
        expect.that(False, f"{what} should return two things: the array, and a cache of your own")
    return first, second


@case(
    "dropout",
    "every number is dropped, or multiplied by the same factor",
    draws={"rate": draws.sampled(RATES), "seed": draws.seeds()},
)
def survivors(dropout, rate, seed):
    A = 1 + np.random.default_rng(seed).random((20, 10))
    dropped, _ = dropped_of(dropout(A, rate, np.random.default_rng(seed)), A)
    factor = dropped / A
    off = ~(np.isclose(factor, 0) | np.isclose(factor, 1 / (1 - rate)))
    told = f"at a drop rate of {rate:g}, {A[off][0] if off.any() else 0:.4g} became {dropped[off][0] if off.any() else 0:.4g}"
    expect.that(not off.any(), f"{told}; 0 or {1 / (1 - rate):.4g} times as much was asked for")
    expect.that(dropped.any(), f"at a drop rate of {rate:g} all of 200 numbers were dropped")  # 0.8 ** 200: never by chance
    told = f"at a drop rate of {rate:g}, without a fourth argument, none of 200 numbers was dropped"
    expect.that(not dropped.all(), told)  # 0.9 ** 200: never by chance


# The mean of 20,000 numbers, each 0 or 1 / (1 - rate): Bernstein's bound at 1e-7 for each of four rates.
@case("dropout", "the mean is kept, at any rate", weight=2, false_alarm=5e-7, fresh=50)
def mean_kept(dropout, rng):
    for rate in (0.2, 0.4, 0.7, 0.9):
        A = np.full((200, 100), 3.0)
        dropped, _ = dropped_of(dropout(A, rate, fresh(rng), True), A)
        high = 3 / (1 - rate)
        told = f"at a drop rate of {rate:g} the mean of 20,000 threes should stay"
        expect.mean(dropped, 3.0, sd=high * math.sqrt(rate * (1 - rate)), reach=max(high - 3, 3.0), otherwise=told)


# 20,000 draws at a rate; Chernoff's bound at 1e-7 for each of three.
@case("dropout", "a share `drop_rate` of the numbers is dropped", false_alarm=4e-7, fresh=50)
def share_dropped(dropout, rng):
    for rate in (0.1, 0.35, 0.8):
        A = np.ones((20_000, 1))
        dropped, _ = dropped_of(dropout(A, rate, fresh(rng), True), A)
        expect.share(int((dropped == 0).sum()), 20_000, rate, f"at a drop rate of {rate:g}, so many should become 0")


# The number of zeros among 6 is binomial: 1,500 calls, Chernoff's bound over 7 kinds at 1e-7.
@case("dropout", "how many are dropped is left to chance, too", false_alarm=2e-7, fresh=10)
def binomial(dropout, rng):
    hers, rate, seen = fresh(rng), 0.4, np.zeros(7, int)
    for _ in range(1500):
        dropped, _ = dropped_of(dropout(np.ones((2, 3)), rate, hers, True), np.ones((2, 3)))
        seen[int((dropped == 0).sum())] += 1
    chances = [math.comb(6, k) * rate**k * (1 - rate) ** (6 - k) for k in range(7)]
    expect.counts(seen, chances, "of 6 numbers, so many were dropped at a time")


# 1,000 calls with one number; Chernoff's bound at 1e-7.
@case("dropout", "a unit that is alone is dropped now and then", false_alarm=2e-7, fresh=50)
def alone(dropout, rng):
    hers = fresh(rng)
    zeros = sum(dropped_of(dropout(np.ones((1, 1)), 0.3, hers, True), np.ones((1, 1)))[0].sum() == 0 for _ in range(1000))
    expect.share(int(zeros), 1000, 0.3, "one number alone, at a drop rate of 0.3")


# Pairs that share no number are independent: 10,000 of each of two kinds, Chernoff's bound at 1e-7 each.
@case("dropout", "each number is dropped by itself, not by rows or columns", false_alarm=4e-7, fresh=50)
def each_by_itself(dropout, rng):
    A, rate = np.ones((200, 100)), 0.3
    dropped, _ = dropped_of(dropout(A, rate, fresh(rng), True), A)
    gone = dropped == 0
    for both, word in ((gone[::2] & gone[1::2], "examples"), (gone[:, ::2] & gone[:, 1::2], "units")):
        told = f"two neighbouring {word}, both dropped, at a drop rate of {rate:g}"
        expect.share(int(both.sum()), 10_000, rate**2, told)


@case("dropout", "at test time, and at a drop rate of 0, nothing changes", draws=draws.matrices())
def identity(dropout, dropout_backward, A):
    for rate, training, word in ((0.4, False, "at test time"), (1.0, False, "at test time"), (0.0, True, "at a drop rate of 0")):
        dropped, cache = dropped_of(dropout(A, rate, np.random.default_rng(0) if training else None, training), A)
        expect.same(dropped, A, f"{word} the numbers are others")
        d_A = expect.array(dropout_backward(cache, A + 1), shape=A.shape, what="`dropout_backward`")
        expect.same(d_A, A + 1, f"{word} the gradient is another one on its way back")


@case("dropout", "at a drop rate of 1 everything is 0", draws=draws.matrices())
def all_gone(dropout, dropout_backward, A):
    dropped, cache = dropped_of(dropout(A, 1.0, np.random.default_rng(0), True), A)
    expect.that(not dropped.any(), "at a drop rate of 1 something is left")
    d_A = expect.array(dropout_backward(cache, A + 1), shape=A.shape, finite=True, what="`dropout_backward`")
    expect.that(not d_A.any(), "at a drop rate of 1 a gradient came back")
    stays, _ = dropped_of(dropout(A + 9, 0.0, np.random.default_rng(0), True), A)
    expect.that(stays.all(), "at a drop rate of 0 something is gone")


@case(
    "dropout",
    "the gradient takes the way that the numbers took",
    draws={"A": draws.normals((1, 9), (1, 7)), "rate": draws.sampled(RATES)},
)
def way_back(dropout, dropout_backward, A, rate):
    dropped, cache = dropped_of(dropout(A, rate, np.random.default_rng(len(A)), True), A)
    d_dropped = np.random.default_rng(1).normal(size=A.shape)
    d_A = expect.array(dropout_backward(cache, d_dropped), shape=A.shape, finite=True, what="`dropout_backward`")
    expect.close(d_A, d_dropped * (dropped / A), atol=1e-9, what="`dropout_backward`", reveal=True)
    _, cache = dropped_of(dropout(A, rate, None, False), A)
    expect.close(dropout_backward(cache, d_dropped), d_dropped, what="at test time, `dropout_backward`", reveal=True)


# Units that relu has set to 0 already: 4,000 of them, Chernoff's bound at 1e-7.
@case("dropout", "a number that was 0 before is dropped or not, like any other", false_alarm=2e-7, fresh=50)
def zeros_before(dropout, dropout_backward, rng):
    A = np.zeros((80, 50))
    _, cache = dropped_of(dropout(A, 0.25, fresh(rng), True), A)
    d_A = expect.array(dropout_backward(cache, np.ones(A.shape)), shape=A.shape, finite=True, what="`dropout_backward`")
    expect.share(int((d_A == 0).sum()), 4000, 0.25, "gradients of numbers that were 0 already: so many should become 0")
    told = f"a gradient of 1 came back as {d_A.max():.4g}, at a drop rate of 0.25 it should be 0 or {4 / 3:.4g}"
    expect.that(np.all((d_A == 0) | np.isclose(d_A, 4 / 3)), told)


@case("dropout", "ways back may be asked for in any order, and twice")
def caches_apart(dropout, dropout_backward):
    rng, A = np.random.default_rng(3), np.ones((6, 5))
    passes = [dropped_of(dropout(A, 0.5, rng, True), A) for _ in range(2)]
    expect.that(passes[0][0].any(), "at a drop rate of 0.5 all of 30 numbers were dropped")
    for dropped, cache in (passes[0], passes[1], passes[0]):
        d_A = expect.array(dropout_backward(cache, A.copy()), shape=A.shape, what="`dropout_backward`")
        expect.same(d_A, dropped, "after a second pass forward, the first pass's gradient is another")


@case("dropout", "all chance comes from `rng`, which moves on")
def chance(dropout):
    A = np.ones((20, 10))
    expect.repeatable(lambda rng: dropped_of(dropout(A, 0.5, rng, True), A)[0], seed=4, what="`dropout`")
    rng = np.random.default_rng(5)
    one, other = (dropped_of(dropout(A, 0.5, rng, True), A)[0] for _ in range(2))
    expect.that(not np.array_equal(one, other), "two calls with one generator dropped the same numbers")


@case("dropout", "your inputs are left as they were", side=True)
def arguments_kept(dropout, dropout_backward):
    A = np.ones((4, 3))
    made = expect.pure(dropout, A, 0.5, np.random.default_rng(0), True, names=("A",))
    _, cache = pair(made, "`dropout`")
    given = A.copy()
    expect.handing_back(lambda d: dropout_backward(cache, d))(given)
    expect.unchanged(given, A, "`d_dropped`")


@case("dropout", "any shape; floats keep their type, whole numbers are taken as floats", side=True)
def types_and_shapes(dropout, dropout_backward):
    passes = []  # all ways forward come first: what is told of one does not name a way back
    for A in (np.ones((3, 2, 4, 2)), np.ones(5), np.zeros((0, 3)), np.ones((3, 2), np.float32)):
        for training in (True, False):
            dropped, cache = dropped_of(dropout(A, 0.4, np.random.default_rng(1), training), A)
            expect.dtype(dropped, A.dtype, what="`dropout`")
            passes.append((cache, A))
    for cache, A in passes:
        expect.dtype(dropout_backward(cache, A), A.dtype, what="`dropout_backward`")
    dropped, _ = dropped_of(dropout(np.full((20, 9), 3), 0.2, np.random.default_rng(1), True), np.ones((20, 9)))
    told = f"whole threes became {np.unique(dropped)[:4]}, at a drop rate of 0.2"
    expect.that(np.all(np.isclose(dropped, 0) | np.isclose(dropped, 3.75)), told)


# ------------------------------------------------------------------------------------------- stopping
PRICE = 0.001


def learning_curves(n, rng, epochs=200):
    """Made-up losses of n trainings, as the statement prints them: the true ones and the measured ones, each (n, epochs)."""
    t = np.arange(epochs)
    speed, rise = 10 ** rng.uniform(0.5, 1.5, (n, 1)), 10 ** rng.uniform(-1.7, -0.3, (n, 1))
    noise = 10 ** rng.uniform(-2.3, -1.0, (n, 1))
    true = 0.2 + rng.uniform(0.3, 1, (n, 1)) * np.exp(-t / speed) + rise * (t / 100) ** 1.5
    return true, true + noise * rng.normal(size=true.shape)


def fixed_patience(measured, patience):
    """For each curve, which epoch a fixed patience keeps, and how many it sees: two arrays (n,)."""
    n, epochs = measured.shape
    lowest, keep, seen, going = np.full(n, np.inf), np.zeros(n, int), np.full(n, epochs), np.ones(n, bool)
    for t in range(epochs):
        better = going & (measured[:, t] < lowest)
        lowest[better], keep[better] = measured[better, t], t
        ends = going & (t - keep >= patience)
        seen[ends] = t + 1
        going &= ~ends
    return keep, seen


def stopped_at(StoppingRule, losses, longest):
    """Show the losses one after the other: the epoch that is kept, and how many were seen."""
    rule = StoppingRule(longest)
    seen = 0
    for loss in losses:
        seen += 1
        on = rule.see(float(loss))
        expect.that(on is not None, "`see` returned None: is there a `return`?")
        if not truth_of(on):
            break
    expect.that(seen > 1, "it stopped after the first loss, which is lower than all before it")
    return kept(rule, seen), seen


def truth_of(said):
    """What `see` said, as True or False."""
    value = expect.array(said, shape=(), what="`see`")
    expect.that(value.dtype.kind == "b", f"`see` returned {said!r}, where True (go on) or False (stop) was asked for")
    return bool(value)


def kept(rule, seen):
    """The epoch to keep, one of those that were seen."""
    try:
        keep = rule.keep
    except AttributeError:
        expect.that(False, "the rule has no `keep`: the number of the epoch to keep")
    value = expect.array(keep, shape=(), what="`keep`")
    expect.that(value.dtype.kind in "iu", f"`keep` is {keep!r}, where the number of an epoch was asked for")
    expect.that(0 <= value < seen, f"`keep` is epoch {value}, after {seen} losses were seen (counted from 0)")
    return int(value)


@case("stopping", "the example in the statement comes out")
def three_worse(StoppingRule):
    keep, seen = stopped_at(StoppingRule, [0.9, 0.5, 0.2, 0.6, 0.9, 1.2, 1.5, 1.8], 3)
    expect.that(keep == 2, f"epoch 2 has by far the lowest loss, epoch {keep} was kept")
    expect.that(seen <= 6, f"it looked at {seen} losses; at most 3 may follow the kept one, so 6")


@case(
    "stopping",
    "it never waits longer than `longest`",
    draws={"seed": draws.seeds(), "longest": draws.sampled([1, 2, 5, 17])},
    examples=12,
    fresh=50,
)
def longest_wait(StoppingRule, seed, longest):
    _, measured = learning_curves(1, np.random.default_rng(seed))
    rule = StoppingRule(longest)
    for t, loss in enumerate(measured[0]):
        on, keep = truth_of(rule.see(float(loss))), kept(rule, t + 1)
        told = f"longest = {longest}: epoch {keep} is kept, epoch {t} was seen, and it wants to go on"
        expect.that(not on or t - keep < longest, told)
        expect.that(on or t > 0, "it stopped after the first loss, which is lower than all before it")
        if not on:
            return


@case(
    "stopping",
    "while the loss keeps falling it goes on",
    draws={"fall": draws.sampled([0.001, 0.03, 0.4]), "longest": draws.sampled([1, 4, 30])},
    examples=5,
    fresh=50,
)
def goes_on(StoppingRule, fall, longest):
    losses = 5 - fall * np.arange(120)
    _, seen = stopped_at(StoppingRule, losses, longest)
    expect.that(seen == 120, f"each loss was {fall:g} below the one before, and it stopped after {seen} of 120")


@case("stopping", "an equal loss is no progress", draws={"longest": draws.sampled([1, 6, 25])}, examples=3)
def flat(StoppingRule, longest):
    _, seen = stopped_at(StoppingRule, [0.5] * 80, longest)
    expect.that(seen <= longest + 1, f"longest = {longest}: of 80 equal losses it looked at {seen}")


@case(
    "stopping",
    "without noise it keeps an epoch near the lowest, not the last",
    draws={"valley": draws.integers(8, 60), "longest": draws.sampled([8, 20, 60])},
    examples=12,
    fresh=50,
)
def near_the_lowest(StoppingRule, valley, longest):
    t = np.arange(200)
    losses = np.where(t < valley, 0.05 * (valley - t), 0.03 * (t - valley)) + 0.4
    keep, seen = stopped_at(StoppingRule, losses, longest)
    expect.that(seen < 200, "the loss rises for more than a hundred epochs, and it never stopped")
    expect.that(losses[keep] < 0.5, f"the lowest loss is 0.4, at epoch {valley}; epoch {keep} was kept, with {losses[keep]:.2f}")


# A rule's mean cost, less that of the best fixed patience on the same curves, has a standard deviation of 0.025 a curve for
# sensible rules (20,000 curves: smoothed ones −0.004, fixed ones of 12 to 16 0.000 to 0.003). With 200 curves a standard error is
# 0.0018 and 0.012 lies five of them off: a false alarm of 3e-7.
@case("stopping", "in the mean it costs at most 0.012 more than the best fixed patience", weight=3, false_alarm=3e-7, fresh=3)
def little_regret(StoppingRule, rng):
    true, measured = learning_curves(200, rng)
    rows = np.arange(len(true))
    ours = min(np.mean(true[rows, keep] + PRICE * seen) for keep, seen in (fixed_patience(measured, p) for p in range(1, 61)))
    ends = [stopped_at(StoppingRule, losses, 60) for losses in measured]
    keep, seen = np.array(ends).T
    loss, price = np.mean(true[rows, keep]), PRICE * np.mean(seen)
    told = f"over 200 trainings yours cost {loss:.4f} in true loss and {price:.4f} in epochs, together {loss + price:.4f}"
    expect.that(loss + price <= ours + 0.012, f"{told}; the best fixed patience costs {ours:.4f}")


@case("stopping", "a loss of nan or infinity ends the training, and is not kept")
def diverged(StoppingRule):
    for bad in (float("nan"), float("inf"), -float("inf")):
        for before in ([0.5, 0.3], [2.0, 1.9, 1.7, 1.6, 1.5, 1.45, 1.44], [0.4]):
            keep, seen = stopped_at(StoppingRule, [*before, bad, 0.1, 0.1], 10)
            expect.that(seen == len(before) + 1, f"a loss of {bad} came as number {len(before) + 1}, and it stopped after {seen}")
            expect.that(keep < len(before), f"the loss of epoch {keep} was {bad}, and it was kept")


@case(
    "stopping",
    "a number added to all losses changes nothing; losses may be negative",
    draws={"seed": draws.seeds(), "shift": draws.sampled([-8.0, -1.0, 64.0])},
    examples=8,
    fresh=50,
)
def only_differences(StoppingRule, seed, shift):
    _, measured = learning_curves(1, np.random.default_rng(seed))
    losses = np.round(measured[0] * 2**20) / 2**20
    one, other = (stopped_at(StoppingRule, values, 20) for values in (losses, losses + shift))
    told = f"epoch {one[0]} of {one[1]} was kept; with {shift:g} added to every loss, epoch {other[0]} of {other[1]}"
    expect.that(one == other, told)


@case("stopping", "two rules at once know nothing of each other", side=True)
def rules_apart(StoppingRule):
    _true, measured = learning_curves(2, np.random.default_rng(12))
    alone = [stopped_at(StoppingRule, losses, 15) for losses in measured]
    rules, ends = [StoppingRule(15), StoppingRule(15)], [None, None]
    for t in range(200):
        for k, rule in enumerate(rules):
            if ends[k] is None and not truth_of(rule.see(float(measured[k, t]))):
                ends[k] = kept(rule, t + 1), t + 1
    same = all(end in (None, one) for end, one in zip(ends, alone, strict=True))
    expect.that(same, "side by side two rules end elsewhere than alone")


# ------------------------------------------------------------------------------------------- initialise
def layers_of(made, widths):
    """What `initialise` returned, as a list of (W, b) of these widths."""
    like = [(np.zeros((m, n)), np.zeros(n)) for m, n in itertools.pairwise(widths)]
    return expect.nest(made, like, what="`initialise`")


def mean_squares(parameters, X, leak):
    """The mean square of what leaves each layer: activations, and the scores at the end."""
    out = []
    for k, (W, b) in enumerate(parameters, start=1):
        X = X @ W + b
        if k < len(parameters):
            X = np.where(X > 0, X, leak * X)
        out.append(np.mean(X**2))
    return np.array(out)


def keeps_its_size(initialise, widths, leak, rng, nets=200):
    """The mean over some nets of each layer's mean square, divided by that after the first layer."""
    shares = []
    for _ in range(nets):
        parameters = layers_of(initialise(widths, fresh(rng), leak), widths)
        squares = mean_squares(parameters, rng.normal(size=(8, widths[0])), leak)
        expect.that(squares[0] > 0, "what leaves the first layer is 0")
        shares.append(squares / squares[0])
    shares = np.mean(shares, axis=0)
    off = np.flatnonzero((shares < 0.4) | (shares > 2.5))
    if len(off):
        told = f"widths {list(widths)}, leak {leak:g}: over {nets} nets, the mean square after layer {off[0] + 1}"
        expect.that(False, f"{told} is {shares[off[0]]:.3g} times that after layer 1; 0.4 to 2.5 was asked for")


@case(
    "initialise",
    "there is a (W, b) for each pair of widths, and biases begin at 0",
    draws={"widths": st.lists(st.integers(1, 9), min_size=2, max_size=6)},
)
def shapes(initialise, widths):
    for k, (W, b) in enumerate(layers_of(initialise(widths, np.random.default_rng(0)), widths), start=1):
        expect.that(not b.any(), f"the biases of layer {k} do not begin at 0")
        expect.that(W.any(), f"all weights of layer {k} are 0")


# With the right variance the mean over 200 nets is 1 at every layer, and 1 or 2 for the scores; its standard deviation, over 40
# repetitions, is at most 0.03 and 0.07 there. The nearest bound, 2.5, lies seven of them off. With a leak (60 nets, 0.06 at most
# about 1 to 1.6) and in the deep net (20 nets, 0.065) it is nine or more.
@case("initialise", "activations keep their size through layers of unequal widths", weight=3, false_alarm=1e-6, fresh=3)
def relu_sizes(initialise, rng):
    keeps_its_size(initialise, (30, 60, 240, 40, 240, 40, 120), 0.0, rng)


@case("initialise", "they do with a leak, too", weight=2, false_alarm=1e-6, fresh=3)
def leaky_sizes(initialise, rng):
    for leak in (1.0, 0.5, -1.0):
        keeps_its_size(initialise, (40, 160, 40, 160, 40, 160, 40, 80), leak, rng, nets=60)


# The ratio is 1; its standard deviation, over 40 repetitions, is at most 0.034. With what a leaky ReLU would take it is 0.2.
@case("initialise", "with a leak of 3 the scores keep their size: no ReLU follows the last layer", false_alarm=1e-6, fresh=50)
def sizes_of_scores(initialise, rng):
    for leak in (3.0, -3.0):
        keeps_its_size(initialise, (50, 40, 60, 30), leak, rng, nets=60)


@case("initialise", "a net twenty layers deep keeps its size", false_alarm=1e-6, fresh=3)
def deep_sizes(initialise, rng):
    keeps_its_size(initialise, (100,) * 21, 1.0, rng, nets=20)


@case("initialise", "no two units of a layer begin alike")
def no_twins(initialise):
    for k, (W, _) in enumerate(layers_of(initialise([40, 30, 50], np.random.default_rng(1)), [40, 30, 50]), start=1):
        expect.that(len(np.unique(W, axis=1).T) == W.shape[1], f"two units of layer {k} begin with the same weights")


@case("initialise", "no two layers, and no two nets, begin alike")
def no_copies(initialise):
    rng, widths = np.random.default_rng(2), [12, 12, 12]
    one, other = (layers_of(initialise(widths, rng), widths) for _ in range(2))
    expect.that(not np.allclose(one[0][0], one[1][0]), "two layers of one shape begin with the same weights")
    expect.that(not np.allclose(one[0][0], other[0][0]), "two calls with one generator begin with the same weights")


@case("initialise", "all chance comes from `rng`")
def draws_from_rng(initialise):
    expect.repeatable(lambda rng: layers_of(initialise([5, 4, 3], rng), [5, 4, 3]), seed=6, what="`initialise`")


@case("initialise", "layers of one unit, and widths as an array, will do", side=True)
def narrow(initialise):
    widths = np.array([1, 1, 7, 1])
    layers_of(expect.pure(initialise, widths, np.random.default_rng(8), names=("widths",)), [1, 1, 7, 1])
    for leak in (0.0, 1.0):
        layers_of(initialise((1, 300, 1), np.random.default_rng(9), leak), [1, 300, 1])


# ------------------------------------------------------------------------------------------- gradient_check
def smooth_loss(rng, shapes, sizes, zero=None):
    """A smooth loss of arrays a, b, …, with curvature, and its true gradients: loss, parameters, gradients.

    The gradient of array k has the norm sizes[k]. The entry `zero` of the first array is 0.
    """
    names = [f"{'Wb'[k % 2]}{k // 2 + 1}" for k in range(len(shapes))]
    parameters = {name: rng.uniform(-1.8, -0.2, shape) for name, shape in zip(names, shapes, strict=True)}  # no cos near 0
    if zero is not None:
        parameters[names[0]][zero] = 0.0
    pulls = {name: rng.normal(size=shape) for name, shape in zip(names, shapes, strict=True)}
    scale = {}
    for name, size in zip(names, sizes, strict=True):
        slope = pulls[name] * np.cos(parameters[name] + 1)
        scale[name] = size / np.linalg.norm(slope) if size else 0.0

    def loss(values):
        parts = [scale[name] * float(np.sum(pulls[name] * np.sin(np.asarray(values[name]) + 1))) for name in names]
        return 20.0 + sum(parts)

    return loss, parameters, {name: scale[name] * pulls[name] * np.cos(parameters[name] + 1) for name in names}


def named(made, names):
    """The names that came back, as a set."""
    expect.that(made is not None, "`wrong_gradients` returned None: is there a `return`?")
    told = f"`wrong_gradients` returned {made!r}, where a list of names was asked for"
    expect.that(isinstance(made, (list, tuple, set, frozenset)), told)
    expect.that(all(isinstance(one, str) for one in made), told)
    strange = sorted(set(made) - set(names))
    expect.that(not strange, f"`wrong_gradients` names {strange}, and there is no such array")
    return set(made)


def finds(wrong_gradients, loss, parameters, gradients, wrong, told):
    """Exactly these arrays are named."""
    found = named(wrong_gradients(loss, parameters, gradients), parameters)
    missed, extra = sorted(set(wrong) - found), sorted(found - set(wrong))
    expect.that(not missed, f"{told}: {', '.join(missed)} is wrong, and was not named")
    expect.that(not extra, f"{told}: {', '.join(extra)} is right, and was named")


@case("gradient_check", "the example in the statement comes out")
def one_of_two(wrong_gradients):
    parameters = {"w": np.array([1.0, 2.0]), "b": np.array([3.0])}
    gradients = {"w": np.array([2.0, 4.0]), "b": np.array([5.0])}

    def loss(p):
        return float(np.sum(p["w"] ** 2) + np.sum(p["b"] ** 2))

    finds(wrong_gradients, loss, parameters, gradients, ["b"], "w² has the slope 2w, b² the slope 2b = 6, not 5")


@case("gradient_check", "right gradients pass, of any shape", draws={"seed": draws.seeds()}, examples=6, fresh=50)
def right_ones_pass(wrong_gradients, seed):
    rng = np.random.default_rng(seed)
    given = smooth_loss(rng, [(3, 2), (2,), (2, 1, 2), ()], [1.0, 30.0, 1e-3, 0.5])
    finds(wrong_gradients, *given, [], "all gradients are right")
    loss, parameters, gradients = given
    for name in ("b1", list(parameters)[-1]):  # the last one is a single number, of shape ()
        finds(wrong_gradients, loss, parameters, {**gradients, name: -gradients[name]}, [name], f"{name} has the wrong sign")


@case(
    "gradient_check",
    "a gradient that is off by 1 % is named, however small it is beside others",
    weight=2,
    draws={"seed": draws.seeds(), "which": draws.integers(0, 3), "share": draws.sampled([0.01, 0.4])},
    examples=10,
    fresh=50,
)
def small_beside_large(wrong_gradients, seed, which, share):
    rng = np.random.default_rng(seed)
    sizes = [30.0, 30.0, 30.0, 30.0]
    sizes[which] = 1e-3
    loss, parameters, gradients = smooth_loss(rng, [(3, 2), (2,), (2, 2), (2,)], sizes)
    name = list(parameters)[which]
    bug = rng.normal(size=gradients[name].shape)
    gradients[name] = gradients[name] + 1.02 * share * 1e-3 * bug / np.linalg.norm(bug)
    told = f"the gradient of {name} has the norm 0.001 and is off by {share:.0%} of it"
    finds(wrong_gradients, loss, parameters, gradients, [name], told)


@case(
    "gradient_check",
    "one wrong entry among sixty is enough",
    draws={"seed": draws.seeds(), "size": draws.sampled([1e-2, 10.0])},
    examples=6,
    fresh=50,
)
def one_entry(wrong_gradients, seed, size):
    rng = np.random.default_rng(seed)
    loss, parameters, gradients = smooth_loss(rng, [(10, 6), (6,)], [size, 1.0])
    at = tuple(int(i) for i in rng.integers((10, 6)))
    gradients["W1"][at] += 0.011 * size
    finds(wrong_gradients, loss, parameters, gradients, ["W1"], f"entry {at} of W1 is off by 1.1 % of the array's norm")


@case(
    "gradient_check",
    "the usual bugs are named: a factor, a sign, a swap",
    draws={"seed": draws.seeds(), "bug": draws.sampled(["times 1.4", "halved", "turned round", "swapped", "left at 0"])},
    examples=10,
    fresh=50,
)
def usual_bugs(wrong_gradients, seed, bug):
    loss, parameters, gradients = smooth_loss(np.random.default_rng(seed), [(3, 3), (3,), (3, 2)], [2.0, 0.1, 1.0])
    changed = {
        "times 1.4": lambda g: 1.4 * g,
        "halved": lambda g: g / 2,
        "turned round": lambda g: -g,
        "swapped": lambda g: g.T,
        "left at 0": lambda g: 0 * g,
    }
    gradients["W1"] = changed[bug](gradients["W1"])
    finds(wrong_gradients, loss, parameters, gradients, ["W1"], f"the gradient of W1 was {bug}")


@case("gradient_check", "several wrong arrays are all named", draws={"seed": draws.seeds()}, examples=5, fresh=50)
def several_at_once(wrong_gradients, seed):
    loss, parameters, gradients = smooth_loss(np.random.default_rng(seed), [(3, 2), (2,), (2, 2), (2,)], [2.0, 0.1, 1.0, 5.0])
    gradients["W1"], gradients["b2"] = 1.1 * gradients["W1"], -gradients["b2"]
    finds(wrong_gradients, loss, parameters, gradients, ["W1", "b2"], "two arrays are wrong")


@case(
    "gradient_check",
    "a gradient that is truly 0 passes, and one that should be 0 is named",
    draws={"seed": draws.seeds()},
    examples=6,
    fresh=50,
)
def true_zeros(wrong_gradients, seed):
    rng = np.random.default_rng(seed)
    smooth, parameters, gradients = smooth_loss(rng, [(3, 2), (2,), (2, 2), (2,)], [20.0, 1.0, 0.0, 0.0])

    def loss(values):  # sin² + cos² is 1 whatever b2 is: rounding alone is left, as of a bias in front of a softmax
        angles = float(np.sum(values["b2"])) * np.arange(1, 13)
        return smooth(values) * float(np.prod(np.sin(angles) ** 2 + np.cos(angles) ** 2))

    finds(wrong_gradients, loss, parameters, gradients, [], "W2 and b2 have no influence, and their gradients are 0")
    gradients["W2"] = gradients["W2"] + 1e-4
    told = "the loss does not depend on W2, whose gradient was given as 0.0001"
    finds(wrong_gradients, loss, parameters, gradients, ["W2"], told)


@st.composite
def kinked(draw):
    """A seed, and which slope is given at a kink: that of the left, of the right, or one between."""
    return draw(draws.seeds()), draw(draws.sampled([-1.0, 0.0, 0.4, 1.0]))


@case(
    "gradient_check",
    "a kink in one entry of twenty passes, with either slope or one between",
    draws=kinked(),
    examples=10,
    weight=2,
    fresh=50,
)
def kinks_pass(wrong_gradients, kink):
    seed, side = kink
    rng = np.random.default_rng(seed)
    at = tuple(int(i) for i in rng.integers((5, 4)))
    smooth, parameters, gradients = smooth_loss(rng, [(5, 4), (4,)], [2.0, 1.0], zero=at)

    def bent(values):
        return smooth(values) + float(abs(np.asarray(values["W1"])[at]))

    gradients["W1"][at] += side
    told = f"the loss has a kink in entry {at} of W1, with slopes of -1 and 1 added"
    finds(wrong_gradients, bent, parameters, gradients, [], told)
    other = (at[0], (at[1] + 1) % 4)
    gradients["W1"][other] += 0.15
    told = f"the loss has a kink in entry {at} of W1, but entry {other} is 0.15 too large, some 7 % of the gradient's length"
    finds(wrong_gradients, bent, parameters, gradients, ["W1"], told)
    gradients["W1"][other] -= 0.15
    gradients["W1"][at] += 3.0
    finds(wrong_gradients, bent, parameters, gradients, ["W1"], f"at the kink in entry {at} of W1 the gradient is 3 too large")


@case(
    "gradient_check",
    "so does a small kink, in an array whose gradient is small",
    draws=kinked(),
    examples=6,
    fresh=50,
)
def small_kinks_pass(wrong_gradients, kink):
    seed, side = kink
    rng = np.random.default_rng(seed)
    at = tuple(int(i) for i in rng.integers((5, 4)))
    smooth, parameters, gradients = smooth_loss(rng, [(5, 4), (4,)], [1e-3, 1.0], zero=at)

    def bent(values):
        return smooth(values) + 5e-4 * float(abs(np.asarray(values["W1"])[at]))

    gradients["W1"][at] += 5e-4 * side
    told = f"the loss has a kink in entry {at} of W1, with slopes of -0.0005 and 0.0005 added; the length is 0.001"
    finds(wrong_gradients, bent, parameters, gradients, [], told)
    other = (at[0], (at[1] + 1) % 4)
    gradients["W1"][other] += 1e-4
    told = f"the loss has a small kink in entry {at} of W1, but entry {other} is 0.0001 too large, a tenth of the length"
    finds(wrong_gradients, bent, parameters, gradients, ["W1"], told)


@case("gradient_check", "a strongly curved loss is measured well enough", draws={"seed": draws.seeds()}, examples=5, fresh=50)
def strong_curvature(wrong_gradients, seed):
    rng = np.random.default_rng(seed)
    w = rng.normal(size=4)

    def loss(values):
        return float(np.sum(np.sin(40 * np.asarray(values["w"])))) + 5

    right = 40 * np.cos(40 * w)
    finds(wrong_gradients, loss, {"w": w}, {"w": right}, [], "the loss is 5 + Σ sin 40w, and the gradient is right")
    told = "the loss is 5 + Σ sin 40w, and the gradient is 1.1 % too large"
    finds(wrong_gradients, loss, {"w": w}, {"w": 1.011 * right}, ["w"], told)
    w = w + (1 - w.sum()) / 4

    def coupled(values):  # an entry that is not put back changes the slopes of all that come after it
        return 20 * float(np.sum(np.asarray(values["w"]))) ** 2 + 5

    told = "the loss is 5 + 20 (Σ w)², with Σ w = 1, and the gradient is right: 40 in each entry"
    finds(wrong_gradients, coupled, {"w": w}, {"w": np.full(4, 40.0)}, [], told)


@case("gradient_check", "it measures in float64, also where the parameters are float32")
def in_double(wrong_gradients):
    rng = np.random.default_rng(8)
    w = rng.normal(size=(3, 2)).astype(np.float32)

    def loss(values):  # in the type that it is given, as nets do
        return np.sum(values["w"] ** 2) + values["w"].dtype.type(250)

    finds(wrong_gradients, loss, {"w": w}, {"w": 2 * w}, [], "parameters and gradient are float32, and right")
    told = "parameters and gradient are float32, and the gradient is 1.5 % too large"
    finds(wrong_gradients, loss, {"w": w}, {"w": np.float32(2.03) * w}, ["w"], told)


@case("gradient_check", "your inputs are left as they were, to the last bit", side=True)
def untouched(wrong_gradients):
    _, parameters, gradients = smooth_loss(np.random.default_rng(9), [(3, 2), (2,)], [1.0, 1.0])
    parameters["W1"] = parameters["W1"] / 3

    def loss(values):
        return float(sum(np.sum(np.asarray(v) ** 2) for v in values.values()))

    expect.pure(lambda p, g: wrong_gradients(loss, p, g), parameters, gradients, names=("parameters", "gradients"))


@case("gradient_check", "arrays may lie in memory in any order, be empty, or hold whole numbers", side=True)
def memory_order(wrong_gradients):
    rng = np.random.default_rng(10)
    parameters = {"a": rng.normal(size=(4, 3)).T, "b": rng.normal(size=(4, 4))[::2, ::2], "none": np.zeros((0, 2))}
    parameters["whole"] = np.array([1, -2, 3])

    def loss(values):
        return float(np.sum(values["a"] ** 2) + np.sum(values["b"] ** 3) + np.sum(values["whole"] ** 2))

    gradients = {"a": 2 * parameters["a"], "b": 3 * parameters["b"] ** 2, "none": np.zeros((0, 2))}
    gradients["whole"] = 2 * parameters["whole"]
    told = "a is transposed, b a part of another array, one is empty, one holds whole numbers; all are right"
    finds(wrong_gradients, loss, parameters, gradients, [], told)
    gradients["a"] = 1.05 * gradients["a"]
    finds(wrong_gradients, loss, parameters, gradients, ["a"], "a is transposed, and its gradient is 5 % too large")
    gradients["a"], gradients["whole"] = 2 * parameters["a"], np.array([3, -4, 6])
    finds(wrong_gradients, loss, parameters, gradients, ["whole"], "of the whole numbers 1, -2 and 3, one has the slope 2, not 3")


# ------------------------------------------------------------------------------------------- band
FEATURES = 6
WAVES, PACE = 16, 2.5  # how many waves make a hidden band, and how fast they wave


def a_band(rng):
    """A turn of the features (6, 6), and a function that says which points (n, 2) of the hidden plane lie in the band.

    The band is where a sum of waves in all directions is high: six rows in ten. What a weighted sum of the two hidden directions,
    their squares and their product know of a wave is taken out of it, so that no such model knows anything.
    """
    turn, _ = np.linalg.qr(rng.normal(size=(FEATURES, FEATURES)))
    angle, pace = rng.uniform(0, 2 * np.pi, WAVES), PACE * rng.uniform(0.85, 1.15, WAVES)
    wave, phase, size = pace * np.stack([np.cos(angle), np.sin(angle)]), rng.uniform(0, 2 * np.pi, WAVES), rng.normal(size=WAVES)

    def height(plane):
        x, even, odd = plane @ wave, np.cos(phase), np.sin(phase)
        simple = np.exp(-(pace**2) / 2) * (even - x * odd - (x**2 - pace**2) / 2 * even)  # of normal x: degrees 0, 1 and 2
        return (np.cos(x + phase) - simple) @ size

    level = np.quantile(height(rng.normal(size=(4000, 2))), 0.4)
    return turn, lambda plane: height(plane) > level


def rows(rng, n, world):
    """Rows of a hidden band: features (n, 6), labels (n,), true probabilities of label 1 (n,)."""
    turn, inside = world
    hidden = rng.normal(size=(n, FEATURES))
    chance = np.where(inside(hidden[:, :2]), 0.9, 0.1)
    return (hidden @ turn).astype(np.float32), (rng.random(n) < chance).astype(int), chance


def above_truth(said, chance):
    """The mean log-loss of what was said, above that of the true probabilities, in nats."""
    said = np.clip(np.asarray(said, float), 1e-6, 1 - 1e-6)
    ours = -chance * np.log(chance) - (1 - chance) * np.log(1 - chance)
    return float(np.mean(-chance * np.log(said) - (1 - chance) * np.log(1 - said) - ours))


def probabilities_of(round, X):
    """What `predict` says of these rows: probabilities (rows,)."""
    said = expect.array(round.predict(X), shape=(len(X),), finite=True, what="predict")
    expect.that(said.min() >= 0 and said.max() <= 1, f"predict returned {said.min():.3g} to {said.max():.3g}")
    return said


def bands(entry, rng, count):
    """The mean over some bands of what an entry loses above the truth, on 3,000 new rows each."""
    asked = []
    for _ in range(count):
        world, turned = a_band(rng), bool(rng.integers(2))
        (X, y, _), (new, _, chance) = rows(rng, 500, world), rows(rng, 3000, world)
        asked.append((entry.train(X, y ^ turned), new, 1 - chance if turned else chance))
    return float(np.mean([above_truth(probabilities_of(round, X), chance) for round, X, chance in asked]))


@studio(
    "band",
    train="train",
    users=("predict",),
    budget=1000,
    metric="nats above the log-loss of the true probabilities",
    baseline=0.345,
    bands=(0.305, 0.265, 0.225),
    honour=0.19,
    higher=False,
    typed=0.357,
    seconds=120,
)
def public(entry, rng):
    """Four bands, drawn anew."""
    return bands(entry, rng, 4)


def few_rows(seed):
    """Rows of one band, to try the protocol with."""
    rng = np.random.default_rng(seed)
    X, y, _ = rows(rng, 500, a_band(rng))
    return X, y


@case("band", "at most 1,000 numbers are learnt")
def budget(entry):
    entry.train(*few_rows(0))


@case("band", "predict gives one probability for each row, for one row too")
def one_for_each(entry):
    X, y = few_rows(1)
    round = entry.train(X, y)
    for some in (X[:50], X[:1]):
        probabilities_of(round, some)


@case("band", "a row hears the same alone as among others", side=True)
def rows_apart(entry):
    X, y = few_rows(2)
    round = entry.train(X, y)
    among = probabilities_of(round, X[:40])
    expect.same(probabilities_of(round, X[7:8]), among[7:8], "alone, a row gets another probability than among others", atol=1e-6)
