"""Visible cases of week 7: they travel with the release."""

import functools
import itertools
import math
from fractions import Fraction

import numpy as np

from autograder.cases import Broken, case, draws, exercise, expect, studio, studios

exercise("best_of", seconds=15)
exercise("scales", names=("draw", "place"))
exercise("softmax", names=("log_softmax", "log_softmax_backward", "cross_entropy"))
exercise("norms", names=("batch_norm", "batch_norm_backward", "track", "batch_norm_eval", "layer_norm"))
exercise("calibrate")
exercise("tuner", names=("search",), kind="studio", seconds=30)

SEEDS = draws.integers(0, 99)
EPSILON = 1e-5  # added to each variance, under the root


# ------------------------------------------------------------------------------------------- best_of
def over_all_subsets(scores):
    """The definition: for each n, the mean of the largest score over all sets of n of the trials."""
    sets = (list(itertools.combinations(scores, n)) for n in range(1, len(scores) + 1))
    return np.array([sum(map(max, of_n)) / len(of_n) for of_n in sets])


def exactly(ranked, n):
    """The same for whole scores in rising order, in fractions: how many sets of n have the k-th as their largest?"""
    N, sets, total = len(ranked), 1, 0  # sets: so many sets of n have it
    for k in range(n - 1, N):
        total += sets * int(ranked[k])
        sets = sets * (k + 1) // (k + 2 - n)
    return float(Fraction(total, math.comb(N, n)))


@case("best_of", "the example in the statement comes out")
def worked_example(best_of):
    expect.close(best_of(np.array([0.7, 0.9, 0.8])), [0.8, 2.6 / 3, 0.9], rtol=1e-9, reveal=True)


@case("best_of", "it is the mean over all sets of n trials", weight=2, draws=draws.vectors((1, 8)), fresh=50)
def all_subsets(best_of, scores):
    expect.definition(best_of, over_all_subsets, scores, name="best_of", rtol=1e-9, atol=1e-9)


@case("best_of", "scores that occur several times are several trials")
def tied(best_of):
    for scores in ([1.0, 1.0, 0.0], [0.5] * 5, [2.0, 0.0, 2.0, 0.0, 1.0, 0.0, 0.0]):
        expect.definition(best_of, over_all_subsets, np.array(scores), name="best_of", rtol=1e-9, atol=1e-9)


@case("best_of", "one trial is worth the mean, all of them the best score", draws=draws.vectors((1, 40)))
def both_ends(best_of, scores):
    curve = expect.array(best_of(scores), shape=scores.shape, finite=True)
    expect.close(curve[0], scores.mean(), rtol=1e-9, atol=1e-9, what="the first entry", reveal=True)
    expect.close(curve[-1], scores.max(), rtol=1e-9, atol=1e-9, what="the last entry", reveal=True)


@case("best_of", "the order of the trials does not matter, and another unit changes nothing else", draws=SEEDS)
def order_and_unit(best_of, seed):
    scores = np.random.default_rng(seed).normal(size=30)
    curve = expect.array(best_of(scores), shape=(30,), finite=True)
    for moved in (scores[::-1], np.sort(scores), -np.sort(-scores)):
        expect.same(best_of(moved.copy()), curve, "in another order the same trials give another curve")
    expect.same(best_of(3 * scores - 5), 3 * curve - 5, "scores times 3, minus 5, do not give the curve times 3, minus 5")


@case("best_of", "for 200 and 500 trials it is as exact, within seconds", weight=2)
def very_many(best_of):
    for N in (200, 500):  # by math.comb 500 take two seconds, and 1,000 take twenty
        scores = np.arange(N) ** 2 % 1009
        curve = expect.array(best_of(scores.astype(float)), shape=(N,), finite=True)
        asked = [1, 2, 9, N // 2, N - 1, N]
        wanted = [exactly(np.sort(scores), n) for n in asked]
        expect.close(curve[np.array(asked) - 1], wanted, rtol=1e-7, what=f"with {N} trials, for n = {asked}, your function")


@case("best_of", "your inputs are left as they were", side=True)
def curve_is_pure(best_of):
    expect.pure(best_of, np.array([3.0, 1.0, 2.0]), names=("scores",))


@case("best_of", "float32 stays, whole numbers are numbers, and no trial gives an empty curve", side=True)
def types_of_scores(best_of):
    expect.dtype(best_of(np.array([1.0, 4.0, 2.0], np.float32)), np.float32)
    expect.close(best_of(np.array([1, 2])), [1.5, 2.0])
    expect.shape(best_of(np.zeros(0)), (0,), what="for no trials, it")


# ------------------------------------------------------------------------------------------- scales
RANGES = {
    "linear": [(0.0, 1.0), (-3.0, 5.0), (16.0, 512.0)],
    "log": [(1e-5, 1.0), (0.02, 0.9), (8.0, 4096.0)],
    "one minus": [(0.5, 0.999), (0.9, 0.99999), (0.0, 0.9)],
}
EVERY = [(*ends, scale) for scale, all_ends in RANGES.items() for ends in all_ends]


@functools.cache
def ruler(low, high, scale):
    """Marks at equal distances on a scale, 50,001 of them: so fine that between two of them a straight line will do."""
    marks = 50_001
    if scale == "linear":
        return np.linspace(low, high, marks)
    return np.geomspace(low, high, marks) if scale == "log" else 1 - np.geomspace(1 - low, 1 - high, marks)


def share_below(values, low, high, scale):
    """The chance that a draw lies at or below each of these values: read off the ruler."""
    marks = ruler(low, high, scale)
    return np.interp(values, marks, np.linspace(0, 1, len(marks)))


@case("scales", "the examples in the statement come out")
def three_scales(place):
    expect.close(place(0.01, 1e-4, 1.0, "log"), 0.5, reveal=True)
    expect.close(place(np.array([0.9, 0.99, 0.999]), 0.9, 0.999, "one minus"), [0, 0.5, 1], reveal=True)
    expect.close(place(3.0, 0.0, 12.0, "linear"), 0.25, reveal=True)


@case("scales", "low has place 0, high has place 1, and between them a larger value has a larger place")
def ends_and_order(place):
    for low, high, scale in EVERY:
        said = expect.array(place(np.linspace(low, high, 41), low, high, scale), shape=(41,), finite=True)
        on = f"on the scale {scale!r} from {low:g} to {high:g}"
        expect.that(abs(said[0]) < 1e-9 and abs(said[-1] - 1) < 1e-9, f"{on} the ends have places {said[0]:g} and {said[-1]:g}")
        expect.that(np.all(np.diff(said) > 0), f"{on} a larger value has not always a larger place")


@case("scales", "values of any shape have places of that shape")
def places_of_any_shape(place):
    for low, high, scale in EVERY[::2]:
        values = low + (high - low) * np.linspace(0.1, 0.9, 6).reshape(3, 1, 2)
        expect.close(place(values, low, high, scale), share_below(values, low, high, scale), what=f"on {scale!r}, place")


# The bound of Dvoretzky, Kiefer and Wolfowitz: each of the nine laws is turned away by chance with 1e-7 at most.
@case("scales", "draws fill their scale evenly", weight=3, false_alarm=1e-6, fresh=50)
def even_on_the_scale(draw, rng):
    for low, high, scale in EVERY:
        got = expect.array(draw(low, high, scale, 3000, rng), shape=(3000,), finite=True, what="draw")
        otherwise = f"on the scale {scale!r} from {low:g} to {high:g} the draws are not even"
        within(got, low, high)
        expect.distributed(got, lambda x, to=(low, high, scale): share_below(x, *to), otherwise)


def within(got, low, high):
    """All draws lie between the ends, but for a few roundings."""
    slack = 1e-9 * max(abs(low), abs(high), 1 - low)
    bad = got[(got < low - slack) | (got > high + slack)]
    expect.that(not bad.size, f"asked for {low:g} to {high:g}, it drew {bad[0] if bad.size else 0:g}")


# Two of Hoeffding's bounds for 4,000 draws: 1e-7 each.
@case("scales", "each decade gets its share: of a rate, and of 1 − β", false_alarm=1e-6, fresh=50)
def decades(draw, rng):
    rates = expect.array(draw(1e-4, 1.0, "log", 4000, rng), shape=(4000,), finite=True, what="draw")
    expect.share(int(np.sum(rates < 1e-3)), 4000, 0.25, "of rates from 0.0001 to 1, a quarter should lie below 0.001")
    betas = expect.array(draw(0.9, 0.9999, "one minus", 4000, rng), shape=(4000,), finite=True, what="draw")
    expect.share(int(np.sum(betas > 0.999)), 4000, 1 / 3, "of β from 0.9 to 0.9999, a third should lie above 0.999")


# 500 pairs of draws one after the other: the chance of more than 342 rises is below 1e-14 (Hoeffding). Of a thousand equal parts
# of the scale 368 stay empty on average. One draw moves that by one at most: 118 off has a chance below 1e-11 (McDiarmid).
@case("scales", "draws come one by one, each without regard to the last", false_alarm=1e-6, fresh=50)
def independent(draw, rng):
    for low, high, scale in EVERY[::3]:
        got = expect.array(draw(low, high, scale, 1000, rng), shape=(1000,), finite=True, what="draw")
        rises = int(np.sum(got[::2] < got[1::2]))
        expect.share(rises, 500, 0.5, f"on {scale!r}, of 500 pairs of neighbours half should rise")
        parts = np.floor(1000 * share_below(got, low, high, scale)).clip(0, 999)
        empty = 1000 - len(np.unique(parts))
        told = f"on {scale!r}, 1,000 draws leave {empty} of a thousand equal parts of the scale empty"
        expect.that(250 < empty < 486, f"{told}; independent ones leave about 368")


@case("scales", "all chance comes from `rng`")
def chance_from_rng(draw):
    for low, high, scale in EVERY[::3]:
        expect.repeatable(lambda rng, to=(low, high, scale): draw(*to, 20, rng), seed=3, what="draw")
    rng = np.random.default_rng(1)
    first, second = (expect.array(draw(0.1, 0.9, "log", 20, rng), shape=(20,)) for _ in range(2))
    expect.that(not np.allclose(first, second), "two calls with one generator drew the same")


@case("scales", "no draw is an empty array; an unknown scale is a ValueError that names it", side=True)
def odd_requests(draw, place):
    expect.shape(draw(0.1, 0.9, "log", 0, np.random.default_rng(0)), (0,), what="for no draws, draw")
    for ask in (lambda: draw(0.1, 0.9, "cubic", 3, np.random.default_rng(0)), lambda: place(0.5, 0.1, 0.9, "cubic")):
        expect.raises(ValueError, ask, "the scale 'cubic' was taken without a word", naming=("cubic",))


@case("scales", "your inputs are left as they were", side=True)
def places_are_pure(place):
    for low, high, scale in ((0.1, 2.0, "linear"), (0.1, 10.0, "log"), (0.4, 0.99, "one minus")):
        expect.pure(lambda values, to=(low, high, scale): place(values, *to), np.array([0.5, 0.6, 0.7]), names=("values",))


@case("scales", "float32 stays float32, and whole numbers are numbers", side=True)
def types_of_values(place):
    for low, high, scale in ((0.0, 1.0, "linear"), (0.1, 10.0, "log"), (0.5, 0.99, "one minus")):
        values = np.array([0.5, 0.75, 0.9], np.float32)
        got = place(values, low, high, scale)
        expect.dtype(got, np.float32, what=f"on {scale!r}, place")
        expect.close(got, share_below(values, low, high, scale), rtol=1e-4, atol=1e-5, what=f"for float32 on {scale!r}, place")
    expect.close(place(np.array([0, 3, 12]), 0, 12, "linear"), [0, 0.25, 1], what="for whole numbers on 'linear', place")
    expect.close(place(np.array([1, 10, 1000]), 1, 1000, "log"), [0, 1 / 3, 1], what="for whole numbers on 'log', place")


# ------------------------------------------------------------------------------------------- softmax
def plain_log_softmax(logits):
    """The definition, row by row, for logits that are not large."""
    rows = np.asarray(logits, float).reshape(-1, np.shape(logits)[-1])
    out = [[z - math.log(sum(math.exp(other) for other in row)) for z in row] for row in rows]
    return np.array(out).reshape(np.shape(logits))


def plain_loss(logits, y):
    """The mean log-loss of the rows that have a label."""
    log_p = plain_log_softmax(logits).reshape(-1, np.shape(logits)[-1])
    lost = [-row[label] for row, label in zip(log_p, np.ravel(y), strict=True) if label >= 0]
    return sum(lost) / len(lost)


def scored(seed, *shape, unlabelled=True):
    """Logits and labels, some of them missing."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, shape[-1], shape[:-1])
    if unlabelled and y.size > 2:
        y[rng.random(y.shape) < 0.3] = -1
        y.reshape(-1)[0], y.reshape(-1)[1] = 0, -1
    return 2 * rng.normal(size=shape), y


SHAPES = draws.sampled([(1, 3), (2, 2), (7, 5), (2, 3, 4), (5, 1), (4,)])
LABELLED = draws.sampled([(1, 3), (2, 2), (7, 5), (2, 3, 4), (5, 1)])


@case("softmax", "the example in the statement comes out")
def one_row(log_softmax, log_softmax_backward, cross_entropy):
    log_p, cache = log_softmax(np.array([[0.0, 0.0, math.log(2)]]))
    expect.close(log_p, np.log([[0.25, 0.25, 0.5]]), what="log_softmax", reveal=True)
    back = log_softmax_backward(cache, np.array([[1.0, 0.0, 3.0]]))
    expect.close(back, [[0.0, -1.0, 1.0]], what="log_softmax_backward", reveal=True)
    loss, d_logits = cross_entropy(np.array([[0.0, 0.0, math.log(2)], [5.0, 1.0, 2.0]]), np.array([2, -1]))
    expect.close(loss, math.log(2), what="the loss", reveal=True)
    expect.close(d_logits, [[0.25, 0.25, -0.5], [0, 0, 0]], what="d_logits", reveal=True)


@case("softmax", "the logs belong to probabilities as defined, along the last axis", draws={"shape": SHAPES, "seed": SEEDS})
def as_defined(log_softmax, shape, seed):
    logits, _ = scored(seed, *shape)
    log_p = expect.array(log_softmax(logits.copy())[0], shape=shape, finite=True, what="log_softmax")
    expect.that(np.allclose(np.exp(log_p).sum(axis=-1), 1), "the probabilities of an example do not sum to one")
    expect.close(log_p, plain_log_softmax(logits), what="log_softmax")


@case("softmax", "the same number on all logits of an example changes nothing", side=True, draws=SEEDS)
def shifted(log_softmax, seed):
    logits, _ = scored(seed, 4, 3)
    shift = np.array([[0.0], [-20.0], [7.5], [100.0]])
    expect.same(log_softmax(logits + shift)[0], log_softmax(logits)[0], "shifted logits give other logs", atol=1e-9)


@case("softmax", "logits of ten thousand are logits too, one row beside another", weight=2)
def ten_thousand(log_softmax, cross_entropy):
    logits = np.array([[1e4, 0.0, -1e4], [-1e4, -1e4 + 1, -1e4 + 1], [0.0, 1.0, 2.0]])
    log_p = expect.array(log_softmax(logits.copy())[0], shape=(3, 3), finite=True, what="log_softmax")
    expect.close(log_p[0], [0.0, -1e4, -2e4], what="in the first row, log_softmax", reveal=True)
    expect.close(log_p[1:], plain_log_softmax([[0.0, 1, 1], [0, 1, 2]]), what="in the other rows, log_softmax")
    loss, d_logits = cross_entropy(logits.copy(), np.array([2, 0, 1]))
    wanted = (2e4 - plain_log_softmax([0.0, 1, 1])[0] - plain_log_softmax([0.0, 1, 2])[1]) / 3
    expect.close(loss, wanted, what="the loss")
    expect.close(expect.array(d_logits, shape=(3, 3), finite=True)[0], [1 / 3, 0, -1 / 3], what="d_logits in the first row")


@case("softmax", "the way back is right for any loss of the logs", weight=3, draws={"shape": SHAPES, "seed": SEEDS})
def any_loss(log_softmax, log_softmax_backward, shape, seed):
    logits, _ = scored(seed, *shape)
    upstream = np.random.default_rng(seed + 1).normal(size=shape)
    _, cache = log_softmax(logits.copy())
    back = log_softmax_backward(cache, upstream.copy())

    def loss(z):
        return float(np.sum(upstream * (z - np.log(np.exp(z).sum(axis=-1, keepdims=True)))))

    expect.gradient(loss, logits, back, np.random.default_rng(seed + 2), what="d_logits")


@case("softmax", "two forward passes, then the way back of the first", side=True)
def cache_of_its_own(log_softmax, log_softmax_backward):
    first, _ = scored(1, 3, 4)
    upstream = np.random.default_rng(2).normal(size=(3, 4))
    _, cache = log_softmax(first)
    alone = expect.array(expect.handing_back(log_softmax_backward)(cache, upstream.copy()), shape=(3, 4))
    expect.same(log_softmax_backward(cache, upstream), alone, "the way back from one cache, taken twice, gives two answers")
    _, cache = log_softmax(first)
    log_softmax(-3 * first)
    expect.same(log_softmax_backward(cache, upstream), alone, "another forward pass in between changes it")


@case(
    "softmax",
    "the loss is the mean over the labelled examples, and its gradient agrees",
    weight=2,
    draws={"shape": LABELLED, "seed": SEEDS},
)
def mean_loss(cross_entropy, shape, seed):
    logits, y = scored(seed, *shape)
    loss, d_logits = cross_entropy(logits.copy(), y.copy())
    expect.close(loss, plain_loss(logits, y), what="the loss")
    rows, labels = logits.reshape(-1, shape[-1]), np.ravel(y)

    def value(z):
        z = z.reshape(rows.shape)[labels >= 0]
        right = z[np.arange(len(z)), labels[labels >= 0]]
        return float(np.mean(np.log(np.exp(z).sum(axis=1)) - right))

    expect.gradient(value, logits, d_logits, np.random.default_rng(seed + 2), what="d_logits")


@case("softmax", "a label of −1 is no label: what its logits are does not matter", side=True)
def without_label(cross_entropy):
    logits, y = scored(5, 6, 4)
    y[:] = [2, -1, 0, 3, -1, 1]
    loss, d_logits = cross_entropy(logits.copy(), y)
    other, _ = cross_entropy(np.where(y[:, None] < 0, 50.0 * np.eye(4)[2], logits), y)
    expect.same(other, loss, "other logits in rows without a label give another loss")
    expect.close(
        expect.array(d_logits, shape=(6, 4))[y < 0], np.zeros((2, 4)), what="d_logits in rows without a label", reveal=True
    )
    loss, d_logits = cross_entropy(logits, np.full(6, -1))
    expect.close(loss, 0.0, what="without any label, the loss", reveal=True)
    expect.close(d_logits, np.zeros((6, 4)), what="without any label, d_logits", reveal=True)


@case("softmax", "several hundred rows and labels of any whole type")
def many_rows(cross_entropy):
    logits, y = scored(8, 700, 3)
    for kind in (np.int8, np.int64):
        loss, d_logits = cross_entropy(logits.copy(), y.astype(kind))
        expect.close(loss, plain_loss(logits, y), what=f"with labels of type {np.dtype(kind)}, the loss")
        expect.close(np.sum(np.abs(np.asarray(d_logits)[y < 0])), 0.0, what="the gradient of rows without a label")


@case("softmax", "your inputs are left as they were", side=True)
def logits_left_alone(log_softmax, log_softmax_backward, cross_entropy):
    logits, y = scored(3, 4, 3)
    expect.pure(lambda z: log_softmax(z)[0], logits, names=("logits",))
    _, cache = log_softmax(logits.copy())
    expect.pure(lambda d: log_softmax_backward(cache, d), np.ones((4, 3)), names=("d_log_p",))
    expect.pure(lambda z, labels: cross_entropy(z, labels)[1], logits, y, names=("logits", "y"))


@case("softmax", "float32 stays, whole numbers are numbers", side=True)
def type_of_logits(log_softmax, log_softmax_backward, cross_entropy):
    logits = np.array([[1.0, 2.0], [0.5, -1.0]], np.float32)
    log_p, cache = log_softmax(logits)
    expect.dtype(log_p, np.float32, what="log_softmax")
    expect.dtype(log_softmax_backward(cache, np.ones((2, 2), np.float32)), np.float32, what="log_softmax_backward")
    expect.dtype(cross_entropy(logits, np.array([0, 1]))[1], np.float32, what="d_logits")
    whole, floats = np.array([[1, 2]]), np.array([[1.0, 2.0]])
    log_p, cache = log_softmax(whole)
    expect.close(log_p, plain_log_softmax(floats), what="for whole numbers, log_softmax")
    back = log_softmax_backward(cache, np.array([[1.0, 0.0]]))
    second = 1 / (1 + math.exp(-1))  # the probability of the second
    expect.close(back, [[second, -second]], what="for whole numbers, log_softmax_backward")
    loss, d_logits = cross_entropy(whole, np.array([0]))
    expect.close(loss, plain_loss(floats, [0]), what="for whole numbers, the loss")
    expect.close(d_logits, [[-second, second]], what="for whole numbers, d_logits")


# ------------------------------------------------------------------------------------------- norms
def normalised(X, axes):
    """X less its mean, over the root of its variance plus epsilon; in float64."""
    X = np.asarray(X, float)
    return (X - X.mean(axis=axes, keepdims=True)) / np.sqrt(X.var(axis=axes, keepdims=True) + EPSILON)


def plain_batch_norm(parameters, X):
    """The definition in loops: each feature over all examples."""
    gain, shift = parameters
    rows = np.asarray(X, float).reshape(-1, np.shape(X)[-1])
    out = np.empty_like(rows)
    for j in range(rows.shape[1]):
        mean = sum(rows[:, j]) / len(rows)
        variance = sum((x - mean) ** 2 for x in rows[:, j]) / len(rows)
        for i in range(len(rows)):
            out[i, j] = gain[j] * (rows[i, j] - mean) / math.sqrt(variance + EPSILON) + shift[j]
    return out.reshape(np.shape(X))


def batch(seed, *shape):
    """Parameters (gain, shift) and a batch."""
    rng = np.random.default_rng(seed)
    d = shape[-1]
    X = rng.normal(size=shape) * rng.uniform(0.3, 3, d) + rng.normal(size=d)
    return (rng.uniform(0.5, 2, d) * rng.choice([-1, 1], d), rng.normal(size=d)), X


BATCHES = draws.sampled([(2, 3), (5, 1), (7, 4), (2, 3, 4), (3, 2, 2, 5), (40, 2)])


@case("norms", "the example in the statement comes out")
def three_and_one(batch_norm, batch_norm_backward, track):
    parameters = (np.array([2.0]), np.array([5.0]))
    out, cache = batch_norm(parameters, np.array([[1.0], [3.0]]))
    expect.close(out, [[3.00001], [6.99999]], rtol=0, atol=1e-6, what="batch_norm", reveal=True)
    (d_gain, d_shift), d_X = batch_norm_backward(parameters, cache, np.array([[1.0], [0.0]]))
    for got, want, what in ((d_gain, [-0.999995], "d_gain"), (d_shift, [1.0], "d_shift"), (d_X, [[1e-5], [-1e-5]], "d_X")):
        expect.close(got, want, rtol=1e-4, atol=1e-9, what=what, reveal=True)
    mean, variance = track((np.array([0.0]), np.array([1.0])), np.array([[1.0], [3.0]]))
    expect.close(mean, [0.2], what="the tracked mean", reveal=True)
    expect.close(variance, [1.0], what="the tracked variance", reveal=True)


@case("norms", "batch norm is as defined, over all axes but the last", draws={"shape": BATCHES, "seed": SEEDS})
def batch_norm_as_defined(batch_norm, shape, seed):
    parameters, X = batch(seed, *shape)
    expect.definition(lambda p, x: batch_norm(p, x)[0], plain_batch_norm, parameters, X, name="batch_norm")


@case("norms", "the way back agrees with measured slopes", weight=3, draws={"shape": BATCHES, "seed": SEEDS})
def batch_norm_slopes(batch_norm, batch_norm_backward, shape, seed):
    parameters, X = batch(seed, *shape)
    d_out = np.random.default_rng(seed + 1).normal(size=shape)
    _, cache = batch_norm(parameters, X.copy())
    back = batch_norm_backward(parameters, cache, d_out.copy())
    axes = tuple(range(len(shape) - 1))

    def loss(nest):
        (gain, shift), moved = nest
        return float(np.sum(d_out * (gain * normalised(moved, axes) + shift)))

    expect.gradient(loss, (parameters, X), back, np.random.default_rng(seed + 2), what="the gradient", tolerance=1e-4)


@case("norms", "moving a whole batch moves nothing, so each feature's gradient sums to zero", side=True, draws=SEEDS)
def sums_to_nought(batch_norm, batch_norm_backward, seed):
    parameters, X = batch(seed, 9, 3)
    _, cache = batch_norm(parameters, X)
    _, d_X = batch_norm_backward(parameters, cache, np.random.default_rng(seed).normal(size=(9, 3)))
    total = expect.array(d_X, shape=(9, 3), finite=True, what="d_X").sum(axis=0)
    expect.that(np.allclose(total, 0, atol=1e-8), f"over the batch, d_X sums to {total.round(6)}")


@case("norms", "a batch of one gives the shift, and nothing to learn for its input")
def batch_of_one(batch_norm, batch_norm_backward):
    parameters, X = batch(4, 1, 3)
    out, cache = batch_norm(parameters, X)
    expect.close(out, parameters[1][None], what="batch_norm", reveal=True)
    (d_gain, d_shift), d_X = batch_norm_backward(parameters, cache, np.array([[1.0, -2.0, 3.0]]))
    expect.close(d_X, np.zeros((1, 3)), what="d_X", reveal=True)
    expect.close(d_gain, np.zeros(3), what="d_gain", reveal=True)
    expect.close(d_shift, [1.0, -2.0, 3.0], what="d_shift", reveal=True)


@case("norms", "inputs with a mean of ten thousand are normalised as well, in float32 too", weight=2)
def far_from_nought(batch_norm, layer_norm):
    rng = np.random.default_rng(6)
    for kind, far in ((np.float32, 1e4), (float, 1e4), (float, 1e7)):
        X = (far + rng.normal(size=(300, 4))).astype(kind)
        parameters = (np.ones(4, kind), np.zeros(4, kind))
        for got, want, name in (
            (batch_norm(parameters, X.copy())[0], normalised(X, 0), "batch_norm"),
            (layer_norm(parameters, X.copy()), normalised(X, -1), "layer_norm"),
        ):
            off = np.abs(expect.array(got, shape=X.shape, finite=True, what=name) - want).max()
            expect.that(off < 0.02, f"{np.dtype(kind)} with a mean of {far:g}: {name} is off by {off:.2g}")


@case(
    "norms",
    "tracked statistics take a tenth of what is new, the variance as batch norm has it",
    draws={"shape": BATCHES, "seed": SEEDS},
)
def tracked(track, shape, seed):
    _, X = batch(seed, *shape)
    rng = np.random.default_rng(seed + 2)
    running = (rng.normal(size=shape[-1]), rng.uniform(0.5, 2, shape[-1]))
    mean, variance = track(tuple(one.copy() for one in running), X.copy())
    rows = X.reshape(-1, shape[-1])
    expect.close(mean, 0.9 * running[0] + 0.1 * rows.mean(axis=0), what="the tracked mean")
    expect.close(variance, 0.9 * running[1] + 0.1 * rows.var(axis=0), what="the tracked variance")


@case("norms", "tracked long enough, they become those of the batches")
def tracked_long(track):
    _, X = batch(11, 2, 3)
    running = (np.full(3, 5.0), np.full(3, 9.0))
    for _ in range(200):
        running = track(running, X)
    expect.close(running[0], X.mean(axis=0), rtol=1e-5, atol=1e-6, what="after 200 times the same batch, the mean")
    expect.close(running[1], X.var(axis=0), rtol=1e-5, atol=1e-6, what="after 200 times the same batch, the variance")


@case(
    "norms",
    "in evaluation each example is answered by the tracked statistics, alone as in company",
    weight=2,
    draws={"shape": BATCHES, "seed": SEEDS},
)
def evaluated(batch_norm_eval, shape, seed):
    parameters, X = batch(seed, *shape)
    rng = np.random.default_rng(seed + 3)
    running = (rng.normal(size=shape[-1]), rng.uniform(0.5, 2, shape[-1]))
    whole = expect.array(batch_norm_eval(parameters, running, X.copy()), shape=shape, finite=True, what="batch_norm_eval")
    expect.same(batch_norm_eval(parameters, running, X[:1].copy()), whole[:1], "alone, an example gets another answer")
    hat = (X - running[0]) / np.sqrt(running[1] + EPSILON)
    expect.close(whole, parameters[0] * hat + parameters[1], what="batch_norm_eval")


@case(
    "norms",
    "layer norm treats each row by itself",
    weight=2,
    draws={"shape": draws.sampled([(3, 4), (1, 2), (2, 3, 5), (6, 1)]), "seed": SEEDS},
)
def each_row(layer_norm, shape, seed):
    parameters, X = batch(seed, *shape)
    whole = expect.array(layer_norm(parameters, X.copy()), shape=shape, finite=True, what="layer_norm")
    expect.same(layer_norm(parameters, X[:1].copy()), whole[:1], "a row's output depends on its neighbours")
    expect.close(whole, parameters[0] * normalised(X, -1) + parameters[1], what="layer_norm")


@case("norms", "layer norm does not see a row's scale")
def scale_of_a_row(layer_norm):
    rng = np.random.default_rng(7)
    X = 100 * rng.normal(size=(4, 6))
    ones = (np.ones(6), np.zeros(6))
    once, thrice = (expect.array(layer_norm(ones, k * X), shape=(4, 6), finite=True, what="layer_norm") for k in (1, 3))
    expect.that(np.allclose(once, thrice, atol=1e-6), f"rows times 3 give {thrice[0].round(3)} for {once[0].round(3)}")
    expect.that(np.allclose(once.std(axis=1), 1, atol=1e-4), f"the rows' spreads are {once.std(axis=1).round(4)}")


@case("norms", "two forward passes, then the way back of the first", side=True)
def norm_cache_of_its_own(batch_norm, batch_norm_backward):
    parameters, X = batch(1, 5, 3)
    upstream = np.random.default_rng(2).normal(size=(5, 3))
    _, cache = batch_norm(parameters, X)
    alone = expect.handing_back(batch_norm_backward)(parameters, cache, upstream.copy())[1]
    again = batch_norm_backward(parameters, cache, upstream)[1]
    expect.same(again, alone, "the way back from one cache, taken twice, gives two answers")
    _, cache = batch_norm(parameters, X)
    batch_norm(parameters, X[::-1] ** 2)
    expect.same(batch_norm_backward(parameters, cache, upstream)[1], alone, "another forward pass in between changes it")


@case("norms", "your inputs are left as they were", side=True)
def batches_left_alone(batch_norm, batch_norm_backward, track, batch_norm_eval, layer_norm):
    parameters, X = batch(9, 4, 3)
    running = (np.zeros(3), np.ones(3))
    expect.pure(lambda p, x: batch_norm(p, x)[0], parameters, X, names=("parameters", "X"))
    _, cache = batch_norm(parameters, X.copy())
    expect.pure(lambda p, d: batch_norm_backward(p, cache, d)[1], parameters, np.ones((4, 3)), names=("parameters", "d_out"))
    expect.pure(track, running, X, names=("running", "X"))
    expect.pure(batch_norm_eval, parameters, running, X, names=("parameters", "running", "X"))
    expect.pure(layer_norm, parameters, X, names=("parameters", "X"))


@case("norms", "float32 stays float32", side=True)
def type_of_batches(batch_norm, batch_norm_backward, track, batch_norm_eval, layer_norm):
    (gain, shift), X = batch(9, 4, 3)
    parameters, X = (gain.astype(np.float32), shift.astype(np.float32)), X.astype(np.float32)
    running = (np.zeros(3, np.float32), np.ones(3, np.float32))
    out, cache = batch_norm(parameters, X)
    (d_gain, _), d_X = batch_norm_backward(parameters, cache, np.ones((4, 3), np.float32))
    for got, what in (
        (out, "batch_norm"),
        (d_gain, "d_gain"),
        (d_X, "d_X"),
        (track(running, X)[1], "track"),
        (batch_norm_eval(parameters, running, X), "batch_norm_eval"),
        (layer_norm(parameters, X), "layer_norm"),
    ):
        expect.dtype(got, np.float32, what=what)


@case("norms", "whole numbers are numbers", side=True)
def whole_batches(batch_norm, batch_norm_backward, track, batch_norm_eval, layer_norm):
    parameters, X = (np.array([2, 3]), np.array([0, 1])), np.array([[1, 5], [2, 3], [6, 4]])
    running = (np.array([1, 2]), np.array([4, 9]))
    out, cache = batch_norm(parameters, X)
    expect.close(out, plain_batch_norm(parameters, X), what="for whole numbers, batch_norm")
    (d_gain, d_shift), d_X = batch_norm_backward(parameters, cache, np.array([[1.0, 0], [0, 2], [0, 0]]))
    expect.close(d_gain, normalised(X, 0)[[0, 1], [0, 1]] * [1, 2], what="for whole numbers, d_gain")
    expect.close(d_shift, [1, 2], what="for whole numbers, d_shift")
    expect.that(np.any(np.asarray(d_X) % 1), "for whole numbers, d_X is cut to whole numbers")
    mean, variance = track(running, X)
    expect.close(mean, [1.2, 2.2], what="for whole numbers, the tracked mean")
    expect.close(variance, 0.9 * running[1] + 0.1 * X.var(axis=0), what="for whole numbers, the tracked variance")
    hat = (X - running[0]) / np.sqrt(running[1] + EPSILON)
    expect.close(batch_norm_eval(parameters, running, X), hat * [2, 3] + [0, 1], what="for whole numbers, batch_norm_eval")
    expect.close(layer_norm(parameters, X), normalised(X, -1) * [2, 3] + [0, 1], what="for whole numbers, layer_norm")


# ------------------------------------------------------------------------------------------- calibrate
def loss_at(w, logits, y):
    """The mean log-loss when all logits are multiplied by w."""
    z = w * logits
    z = z - z.max(axis=1, keepdims=True)
    return float(np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]))


def slope_at(w, logits, y):
    """The slope of that loss in w: it rises with w."""
    z = w * logits
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    return float(np.mean(np.sum(p * logits, axis=1) - logits[np.arange(len(y)), y]))


def answered(seed, n, K, T, scale=1.0):
    """Logits, and labels drawn from the softmax of logits / T."""
    rng = np.random.default_rng(seed)
    logits = scale * rng.normal(size=(n, K)) * rng.uniform(0.5, 2, (n, 1))
    y = (logits / T + rng.gumbel(size=(n, K))).argmax(axis=1)
    return logits, y


def agrees(calibrate, logits, y, told=""):
    """Her factor is the one with the lowest loss: just below it the loss still falls, just above it rises."""
    got = expect.number(calibrate(logits.copy(), y.copy()))
    expect.that(got >= 0, f"{told}your function returned {got:.4g}; below 0 all rankings are turned round")
    size = np.abs(logits).max()
    if slope_at(0.0, logits, y) >= 0:
        expect.that(got * size < 1e-4, f"{told}the lowest loss is at 0, and yours is {got:.4g}")
        return got
    for share, sign, does in ((1.002, 1, "falls"), (0.998, -1, "rises")):
        there = f"{told}yours is {got:.5g}, with a loss of {loss_at(got, logits, y):.6f}; at {share} times as much it is "
        there += f"{loss_at(share * got, logits, y):.6f}, and from there on it still {does}"
        expect.that(sign * slope_at(share * got, logits, y) >= -1e-10 * size, there.replace("still rises", "has been rising"))
    return got


@case("calibrate", "the example in the statement comes out")
def three_of_four(calibrate):
    logits = np.tile([2.0, 0.0], (4, 1))
    expect.close(calibrate(logits, np.array([0, 0, 1, 0])), math.log(3) / 2, rtol=2e-3, reveal=True)


# Labels are drawn from fixed seeds: the truth is met within five standard errors, which were looked at.
@case(
    "calibrate",
    "from several thousand rows at a known temperature it finds it",
    weight=2,
    draws={"T": draws.sampled([0.5, 1.0, 2.0, 5.0])},
    examples=4,
    fresh=50,
)
def known_temperature(calibrate, T):
    logits, y = answered(int(10 * T), 6000, 4, T, scale=2.0)
    got = agrees(calibrate, logits, y, f"labels drawn at T = {T:g}: ")
    expect.that(abs(got * T - 1) < 0.1, f"labels drawn at T = {T:g}: 1 / T is {1 / T:g}, and yours is {got:.4g}")


@case(
    "calibrate",
    "it is the factor with the lowest loss, on small sets too",
    weight=2,
    draws={"K": draws.integers(2, 6), "seed": SEEDS},
    fresh=50,
)
def lowest_loss(calibrate, K, seed):
    logits, y = answered(seed, 60, K, 1.5)
    y[:3] = logits[:3].argmin(axis=1)  # so that some are named wrongly
    agrees(calibrate, logits, y)


@case("calibrate", "where the logits say nothing, it is 0", side=True, weight=2)
def says_nothing(calibrate):
    logits, _ = answered(3, 50, 3, 1.0)
    every = np.repeat(logits, 3, axis=0), np.tile(np.arange(3), 50)
    expect.close(calibrate(*every), 0.0, atol=1e-4, what="with each row once under each label, it", reveal=True)
    opposite, nearly = logits.argmin(axis=1), logits.argmin(axis=1)
    nearly[:5] = logits[:5].argmax(axis=1)
    for y in (opposite, nearly):
        worse = expect.number(calibrate(logits, y))
        expect.that(abs(worse) < 1e-4, f"where the logits say the opposite, 0 is the best that is allowed; yours is {worse:.4g}")


@case("calibrate", "logits ten thousand times as large have a factor ten thousand times as small", weight=2)
def any_unit(calibrate):
    logits, y = answered(12, 400, 3, 1.0)
    for scale in (1e-3, 30.0, 1e4):
        agrees(calibrate, scale * logits, y, f"logits times {scale:g}: ")


@case("calibrate", "the same number on all logits of an example changes nothing", side=True, draws=SEEDS, fresh=50)
def shift_of_rows(calibrate, seed):
    logits, y = answered(seed, 80, 3, 2.0)
    y[:3] = logits[:3].argmin(axis=1)
    shift, found = np.random.default_rng(seed).normal(scale=5, size=(80, 1)), calibrate(logits, y)
    for moved in (shift, 10_000.0, -10_000.0):
        expect.same(calibrate(logits + moved, y), found, "shifted logits give another factor", rtol=5e-3, atol=1e-4)


@case("calibrate", "where every label has the largest logit, no factor is best: a ValueError says so", side=True)
def no_end(calibrate):
    logits, _ = answered(7, 40, 3, 1.0)
    error = expect.raises(
        ValueError, lambda: calibrate(logits, logits.argmax(axis=1)), "all rows are named rightly: larger is always better"
    )
    expect.that(len(str(error)) > 5, "the ValueError does not say what it found")
    y = logits.argmax(axis=1)
    y[3] = logits[3].argmin()
    agrees(calibrate, logits, y, "all rows but one are named rightly: ")


@case("calibrate", "your inputs are left as they were", side=True)
def answers_left_alone(calibrate):
    expect.pure(calibrate, *answered(2, 30, 3, 3.0), names=("logits", "y"))


@case("calibrate", "float32 and whole numbers give what float64 gives", side=True)
def type_of_answers(calibrate):
    logits, y = answered(9, 200, 3, 1.3)
    logits = np.round(3 * logits)
    for kind in (np.float32, np.int64):
        expect.same(calibrate(logits.astype(kind), y), calibrate(logits, y), f"{np.dtype(kind)} gives something else", rtol=2e-3)


# ------------------------------------------------------------------------------------------- tuner
#: each knob of the studio's trainings: lowest and highest value, and its scale
SPACE = {
    "rate": (1e-5, 1.0, "log"),
    "momentum": (0.5, 0.999, "one minus"),
    "width": (8.0, 512.0, "log"),
    "decay": (1e-7, 0.1, "log"),
}
BUDGET = 25
NOISE = 0.02  # standard deviation of one trial's score


class Surface:
    """A made-up training: what score do settings reach? Drawn afresh: where the best rate lies, and which knobs matter.

    Parameters
    ----------
    rng : Generator
        Draws it.
    """

    def __init__(self, rng):
        self.top = rng.uniform(0.8, 0.97)
        self.centre = np.array([rng.uniform(0.15, 0.75), *rng.uniform(0.1, 0.9, 3)])  # the best rate moves over three decades
        self.width = np.array([rng.uniform(0.12, 0.22), *rng.uniform(0.15, 0.35, 3)])
        others = [rng.uniform(0.15, 0.35), rng.uniform(0.03, 0.08), rng.uniform(0, 0.01)]
        self.drop = np.array([rng.uniform(0.3, 0.5), *rng.permutation(others)])
        self.tilt = rng.uniform(0, 0.4)  # with more momentum the best rate is smaller
        self.cliff = rng.uniform(0.12, 0.25)  # beyond it training diverges

    def score(self, setting):
        """The true score of a setting, a dictionary: what the mean of very many trials tends to."""
        unit = np.array([float(share_below(setting[name], *SPACE[name])) for name in SPACE])
        rate = unit[0] + self.tilt * (unit[1] - self.centre[1])
        off = (np.array([rate, *unit[1:]]) - self.centre) / self.width
        reached = self.top - np.sum(self.drop * off**2 / (1 + off**2))
        return 0.1 if rate > self.centre[0] + self.cliff else max(float(reached), 0.1)

    def trial(self, setting, rng):
        """The score of one training with this setting, noise and all."""
        return self.score(checked(setting)) + NOISE * rng.standard_normal()


def checked(setting):
    """A setting within the space, or why not."""
    if not isinstance(setting, dict) or set(setting) != set(SPACE):
        raise Broken(f"a setting is a dictionary with the knobs {', '.join(SPACE)}")
    for name, (low, high, _) in SPACE.items():
        value = expect.number(setting[name], what=f"for {name}, search")
        if not low - 1e-9 * high <= value <= high * (1 + 1e-9):
            raise Broken(f"{name} is {value:g}, and the space goes from {low:g} to {high:g}")
    return {name: float(np.clip(setting[name], *SPACE[name][:2])) for name in SPACE}


def regrets(round, rng, surfaces, budget=BUDGET):
    """How far below the best the true score of her choice lies, for each of these surfaces."""
    out = []
    for _ in range(surfaces):
        surface, noise, hers = Surface(rng), *(np.random.default_rng(int(rng.integers(2**62))) for _ in range(2))
        trial = studios.counted(lambda setting, s=surface, n=noise: s.trial(setting, n), budget, "trials")
        chosen = round.search(trial, dict(SPACE), budget, hers)
        out.append(surface.top - surface.score(checked(chosen)))
    return np.array(out)


@studio(
    "tuner",
    users=("search",),
    counted="trials",
    metric="regret: how far the true score of your choice lies below the best",
    baseline=0.16,
    bands=(0.112, 0.078, 0.055),
    honour=0.034,
    higher=False,
    typed=0.087,
    seconds=120,
)
def public(entry, rng):
    """Sixty trainings that are always the same ones."""
    return float(regrets(entry.round(), np.random.default_rng(7), 60).mean())


@case("tuner", "the choice is a setting within the space, and no trial beyond the budget is made")
def within_the_space(entry):
    for budget in (BUDGET, 12):
        regrets(entry.round(), np.random.default_rng(1), 2, budget)


@case("tuner", "it does better than the middle of the space")
def better_than_the_middle(entry):
    # the middle has a regret of 0.38 there, random search with 25 trials 0.10 ± 0.015
    found = regrets(entry.round(), np.random.default_rng(2), 30).mean()
    expect.that(found < 0.25, f"on 30 trainings the mean regret is {found:.3f}; the middle of the space has 0.38")
