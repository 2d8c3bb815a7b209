"""Hidden cases of week 2 and the studio's judge: they stay with the grader."""

import itertools
from decimal import Decimal, localcontext

import numpy as np
from checks import (
    NODES,
    cost_after,
    losses,
    measured_cost,
    measured_slopes,
    probabilities_of,
    problems,
    takes_no_loop,
    two_clouds,
)
from hypothesis import strategies as st

from autograder.cases import case, draws, expect, judge, studios
from autograder.datasets import held_out, load


def newton(X, y, penalty, weight=None):
    """The lowest point of the penalised loss to machine precision (penalty > 0 or overlapping classes)."""
    X = np.column_stack([X, np.ones(len(X))]).astype(float)
    share = np.ones(len(X)) if weight is None else np.asarray(weight, float)
    share = share / share.sum()
    ridge = penalty * (np.arange(X.shape[1]) < X.shape[1] - 1)

    def loss(theta):
        z = X @ theta
        return share @ np.logaddexp(0, np.where(y == 1, -z, z)) + ridge @ theta**2 / 2

    theta = np.zeros(X.shape[1])
    for _ in range(60):
        p = np.exp(-np.logaddexp(0, -(X @ theta)))
        bend = (X * (share * p * (1 - p))[:, None]).T @ X + np.diag(ridge + 1e-13)
        step = np.linalg.solve(bend, X.T @ (share * (p - y)) + ridge * theta)
        while loss(theta - step) > loss(theta) and np.abs(step).max() > 1e-12:
            step = step / 2
        theta = theta - step
    return theta


def probability(theta, X):
    """P(1) for rows of X at these parameters."""
    return np.exp(-np.logaddexp(0, -(X @ theta[:-1] + theta[-1])))


# ------------------------------------------------------------------------------------------- tin_slopes
@case(
    "tin_slopes",
    "every slope is what a nudge of that node brings, over all its paths",
    weight=2,
    draws={"radius": draws.vectors(2, 0.5, 3), "height": draws.vectors(2, 0.5, 3)},
)
def every_node(tin_slopes, radius, height):
    said = tin_slopes(radius, height)
    for node in NODES:
        expect.close(said[node], measured_cost(radius, height, node), rtol=1e-6, atol=1e-8, what=f"the slope in {node}")


@case(
    "tin_slopes",
    "it works for tables of tins and for a single one",
    draws={"shape": st.sampled_from([(2, 3), (1,), (), (4, 1, 2)])},
    examples=4,
)
def any_shape(tin_slopes, shape):
    rng = np.random.default_rng(len(shape))
    radius, height = rng.uniform(0.5, 3, shape), rng.uniform(0.5, 3, shape)
    said = tin_slopes(radius, height)
    for node in NODES:
        expect.close(said[node], measured_cost(radius, height, node), rtol=1e-5, what=f"the slope in {node}")


@case("tin_slopes", "whole numbers are numbers too")
def whole_numbers(tin_slopes):
    said = tin_slopes(np.array([1, 2, 5]), np.array([3, 4, 2]))
    for node in NODES:
        want = measured_cost(np.array([1.0, 2.0, 5.0]), np.array([3.0, 4.0, 2.0]), node)
        expect.close(said[node], want, rtol=1e-5, what=f"the slope in {node}")


@case("tin_slopes", "the float type that went in comes out", side=True)
def tin_float_type(tin_slopes):
    said = tin_slopes(np.array([1.0, 2.0], np.float32), np.array([3.0, 0.5], np.float32))
    for node in NODES:
        expect.dtype(said[node], np.float32, what=f"the slope in {node}")


@case("tin_slopes", "very large and very small tins have slopes too", side=True)
def far_sizes(tin_slopes):
    for size in (1e-4, 1e5):
        said = tin_slopes(np.array([size]), np.array([size]))
        step = 1e-6 * size
        for node, power in (("radius", 1), ("height", 1), ("base", 2)):
            nudge = step * size ** (power - 1)
            want = (cost_after(size, size, node, nudge) - cost_after(size, size, node, -nudge)) / (2 * nudge)
            expect.close(said[node], np.array([want]), rtol=1e-5, atol=0, what=f"the slope in {node}")


# ------------------------------------------------------------------------------------------- log_loss
def exactly(margin):
    """The surprise at a margin with 340 digits: enough to see e^-700 beside 1."""
    with localcontext() as digits:
        digits.prec = 340
        if margin < -2000:  # the rest is below e^-2000
            return float(-Decimal(margin))
        return float((1 + (-Decimal(margin)).exp()).ln())


@case("log_loss", "no logit is too large, on either side", side=True, weight=2)
def huge_logits(log_loss):
    for size in (50.0, 800.0, 1e4, 1e300):
        got = expect.array(log_loss(np.array([size, -size, size, -size]), np.array([1, 1, 0, 0])), shape=(4,), finite=True)
        expect.that(
            np.allclose(got[[1, 2]], size, rtol=1e-12), f"a logit of {size:g} on the wrong side lost {got[1]:g} or {got[2]:g}"
        )
        expect.that(np.all(got[[0, 3]] < 1e-20), f"a logit of {size:g} on the right side lost {got[0]:g} or {got[3]:g}")


@case("log_loss", "a small loss is right relative to its own size", side=True, draws={"margin": draws.floats(5, 700)}, weight=2)
def small_losses(log_loss, margin):
    got = log_loss(np.array([margin, -margin]), np.array([1, 0]))
    expect.close(got, np.full(2, exactly(margin)), rtol=1e-12, atol=0)


@case("log_loss", "a large loss is right to a few roundings, too", side=True, draws={"margin": draws.floats(5, 60)})
def large_losses(log_loss, margin):
    got = expect.array(log_loss(np.array([-margin, margin]), np.array([1, 0])), shape=(2,), finite=True)
    off = np.abs(got / exactly(-margin) - 1).max()
    expect.that(off < 1e-13, f"a logit of {margin:g} on the wrong side: the loss is off by a share of {off:.1g}")


@case("log_loss", "turning every logit and every label round changes nothing", draws=draws.vectors(low=-30, high=30))
def turned_round(log_loss, logits):
    y = np.arange(len(logits)) % 2
    margin = np.where(y == 1, logits, -logits)
    expect.close(log_loss(logits, y), [exactly(m) for m in margin], rtol=1e-6, atol=1e-12)
    expect.same(log_loss(logits, y), log_loss(-logits, 1 - y), "turned round, the losses are others")


@case("log_loss", "labels may be integers of any kind, floats or truth values")
def label_types(log_loss):
    logits = np.array([1.0, -2.0, 0.5, 3.0])
    for kind in (np.uint8, np.int8, np.int64, np.float32, bool):
        got = log_loss(logits, np.array([0, 1, 1, 0]).astype(kind))
        expect.close(
            got,
            [exactly(m) for m in (-1.0, -2.0, 0.5, -3.0)],
            rtol=1e-6,
            otherwise=f"with labels of type {np.dtype(kind)} something else came out",
        )


@case("log_loss", "arrays of any shape, with nothing in them too")
def any_shape_of_logits(log_loss):
    for shape in ((7,), (2, 3), (1, 1, 4), (0,), (3, 0), (1,)):
        logits = np.linspace(-2, 3, int(np.prod(shape))).reshape(shape)
        want = np.array([exactly(m) for m in logits.ravel()]).reshape(shape)
        expect.close(log_loss(logits, np.ones(shape, int)), want)


@case("log_loss", "the float type that went in comes out, and is used to its end", side=True)
def loss_float_type(log_loss):
    for kind, far in ((np.float16, 6e4), (np.float32, 1e38), (np.float64, 1e300)):
        got = expect.array(log_loss(np.array([far, -far, 0.0], kind), np.array([1, 1, 0])), dtype=kind, finite=True)
        expect.that(np.isclose(got[1], far, rtol=1e-3), f"{np.dtype(kind)}: a logit of {-far:g} lost {got[1]:g}")


# ------------------------------------------------------------------------------------------- slopes
@case(
    "slopes",
    "the gradient agrees with measured slopes, for other sizes",
    draws=problems(n=(2, 12), d=(1, 9), weighted=True),
    twin="measured_with_weights",
)
def measured_anew(slopes, problem):
    expect.close(slopes(**problem), measured_slopes(**problem), rtol=1e-4, atol=1e-7, what="your gradient: it")


@case("slopes", "a row that counts three times is three rows, and only shares of weights matter", weight=2)
def three_for_one(slopes):
    rng = np.random.default_rng(5)
    theta, X, y = rng.normal(size=3), rng.normal(size=(4, 2)), np.array([0, 1, 1, 0])
    times = np.array([3, 1, 2, 1])
    want = measured_slopes(theta, np.repeat(X, times, axis=0), np.repeat(y, times), 0.7)
    for weight in (times, 10.0 * times, times / 7):
        expect.close(slopes(theta, X, y, 0.7, weight), want, rtol=1e-4, what="your gradient: it")


@case("slopes", "one example, one feature, no feature at all")
def few_of_them(slopes):
    rng = np.random.default_rng(6)
    for n, d in ((1, 1), (1, 3), (5, 0), (1, 0), (2, 11)):
        theta, X, y = rng.normal(size=d + 1), rng.normal(size=(n, d)), np.ones(n, int)
        expect.close(slopes(theta, X, y, 0.4), measured_slopes(theta, X, y, 0.4), rtol=1e-4, what="your gradient: it")


@case("slopes", "labels may be integers of any kind, floats or truth values")
def slopes_label_types(slopes):
    rng = np.random.default_rng(7)
    theta, X, y = rng.normal(size=3), rng.normal(size=(5, 2)), np.array([0, 1, 1, 0, 1])
    want = measured_slopes(theta, X, y, 0.2)
    for kind in (np.uint8, np.int64, np.float32, bool):
        expect.close(
            slopes(theta, X, y.astype(kind), 0.2),
            want,
            rtol=1e-4,
            otherwise=f"with labels of type {np.dtype(kind)} something else came out",
        )


@case("slopes", "nobody pulls with more than one, however large the logits", side=True, weight=2)
def slopes_of_huge_logits(slopes):
    X = np.array([[1000.0], [-1000.0], [1000.0], [-1000.0]])
    got = expect.array(slopes(np.array([5.0, 0.0]), X, np.array([1, 0, 0, 1]), 0.0), shape=(2,), finite=True)
    expect.close(got, np.array([500.0, 0.0]), atol=1e-9, what="your gradient: it")
    certain = slopes(np.array([1.0, 40.0]), np.zeros((3, 1)), np.zeros(3, int), 0.0)
    expect.close(certain, np.array([0.0, 1.0]), what="your gradient: it")


@case("slopes", "float32 is taken as float64 is", side=True)
def slopes_single(slopes):
    rng = np.random.default_rng(8)
    theta, X, y = rng.normal(size=4), rng.normal(size=(300, 3)), rng.integers(0, 2, 300)
    want = slopes(theta, X, y, 0.1)
    got = slopes(theta.astype(np.float32), X.astype(np.float32), y.astype(np.uint8), 0.1)
    expect.that(expect.array(got, finite=True).dtype.kind == "f", "no floats came out")
    expect.same(got, want, "in float32 something else comes out", rtol=1e-4, atol=1e-5)


@case("slopes", "600,000 examples take no Python loop", side=True, seconds=60, weight=2, twin="many_at_once")
def many_examples(slopes):
    rng = np.random.default_rng(9)
    X = rng.normal(size=(600_000, 3)).astype(np.float32)
    y = (X[:, 0] > 0).astype(np.uint8)
    got = expect.array(slopes(np.zeros(4), X, y, 0.0), shape=(4,), finite=True)
    expect.close(got[0], -0.399, atol=0.01, what="your gradient's first entry: it")  # half of E|x| for a normal x
    takes_no_loop(slopes, X, y)


# ------------------------------------------------------------------------------------------- descend
@case(
    "descend",
    "after 300 steps it is a hundred thousand times nearer to the lowest point",
    draws={"seed": draws.seeds()},
    examples=8,
    weight=2,
)
def arrives(descend, seed):
    rng = np.random.default_rng(seed)
    X, y = two_clouds(seed, n=int(rng.integers(20, 80)), d=int(rng.integers(1, 6)))
    penalty = float(rng.choice([0.1, 0.5, 3.0]))
    weight = rng.integers(1, 5, len(y)) * 0.5 if seed % 2 else None
    best = newton(X, y, penalty, weight)
    path = expect.array(descend(X, y, penalty, 300, weight), shape=(301, len(best)), finite=True, what="descend")
    left = np.sqrt(((path[-1] - best) ** 2).sum() / (best**2).sum())
    expect.that(left <= 1e-5, f"a share of {left:.2g} of the way is left")


@case("descend", "it arrives as well where the rows that count most lie far out", draws={"seed": draws.seeds()}, examples=3)
def heavy_far_out(descend, seed):
    y = np.append(np.arange(34) % 2, [1, 1, 0, 0, 0, 1])
    X = np.append(0.5 * np.random.default_rng(seed).normal(size=34), [3, 3, 3, -3, -3, -3])[:, None]
    X, weight = (X - X.mean()) / X.std(), np.append(np.ones(34), np.full(6, 100.0))
    best = newton(X, y, 0.1, weight)
    path = expect.array(descend(X, y, 0.1, 300, weight), shape=(301, 2), finite=True, what="descend")
    left = np.sqrt(((path[-1] - best) ** 2).sum() / (best**2).sum())
    expect.that(left <= 1e-5, f"a share of {left:.2g} of the way is left")


@case(
    "descend", "every 40 steps make the distance at least five times smaller", draws={"seed": draws.seeds()}, examples=6, weight=2
)
def rate(descend, seed):
    X, y = two_clouds(seed, n=50, d=1 + seed % 5)
    best = newton(X, y, 0.2)
    path = expect.array(descend(X, y, 0.2, 240), shape=(241, len(best)), finite=True, what="descend")
    left = np.sqrt(((path[::40] - best) ** 2).sum(axis=1) / (best**2).sum())
    for before, after in itertools.pairwise(left):
        expect.that(
            after <= before / 5 or after <= 1e-5,
            f"40 steps took what is left of the way from {before:.2g} to {after:.2g}",
        )


@case(
    "descend",
    "features in a unit a hundred times larger or smaller do not throw it off",
    side=True,
    draws={"seed": draws.integers(0, 99)},
    examples=4,
)
def other_units(descend, seed):
    X, y = two_clouds(seed, d=1 + seed % 3, apart=2.0)
    for unit in (100.0, 0.01):
        losses = []
        for steps in (0, 50, 200):
            end = expect.array(
                descend(X * unit, y, 0.001, steps), shape=(steps + 1, X.shape[1] + 1), finite=True, what="descend"
            )[-1]
            losses.append(objective(end, X * unit, y, 0.001))
        expect.that(
            losses[1] < losses[0] and losses[2] < losses[1] + 1e-9,
            f"features times {unit:g}: the loss is {losses[0]:.4f}, after 50 steps {losses[1]:.4f}, after 200 {losses[2]:.4f}",
        )


def objective(theta, X, y, penalty):
    """The penalised loss for logits of any size."""
    z = X @ theta[:-1] + theta[-1]
    return float(np.logaddexp(0, np.where(y == 1, -z, z)).mean() + penalty / 2 * theta[:-1] @ theta[:-1])


@case(
    "descend",
    "separable examples without a penalty: finite, and ever lower",
    side=True,
    draws={"seed": draws.integers(0, 99)},
    examples=3,
)
def no_lowest_point(descend, seed):
    rng = np.random.default_rng(seed)
    y = np.arange(20) % 2
    X = rng.normal(size=(20, 2))
    X[:, 0] = np.abs(X[:, 0]) * (2 * y - 1) + 0.5 * (2 * y - 1)
    path = expect.array(descend(X, y, 0.0, 1000), shape=(1001, 3), finite=True, what="descend")
    losses = [objective(path[k], X, y, 0.0) for k in (0, 100, 1000)]
    expect.that(losses[2] < 0.1 * losses[0], f"the loss is {losses[2]:.4f} after 1,000 steps, {losses[0]:.4f} at the start")
    expect.that(losses[2] <= losses[1] + 1e-6, "it is higher after 1,000 steps than after 100")


@case("descend", "no step, one feature, ten features, float32, labels of other types")
def odd_walks(descend):
    X, y = two_clouds(3, n=40, d=10)
    expect.close(descend(X, y, 0.1, 0), np.zeros((1, 11)), what="the path of no steps: it")
    for part, labels in ((X[:, :1], y.astype(bool)), (X.astype(np.float32), y.astype(np.uint8)), (X, y.astype(float))):
        best = newton(part, y, 0.5)
        path = expect.array(descend(part, labels, 0.5, 300), shape=(301, len(best)), finite=True, what="descend")
        expect.close(path[-1], best, rtol=1e-3, atol=1e-4, what="the end of the path: it")


# ------------------------------------------------------------------------------------------- logistic
@case("logistic", "the probabilities are those of the lowest point", draws={"seed": draws.seeds()}, examples=4, weight=2)
def lowest_point(LogisticRegression, seed):
    rng = np.random.default_rng(seed)
    X, y = two_clouds(seed, n=int(rng.integers(20, 60)), d=int(rng.integers(1, 6)))
    penalty = float(rng.choice([0.01, 0.1, 1.0]))
    new = rng.normal(size=(7, X.shape[1]))
    model = LogisticRegression(penalty=penalty)
    model.fit(X, y)
    p = probability(newton(X, y, penalty), new)
    expect.close(model.predict_proba(new), np.column_stack([1 - p, p]), rtol=0, atol=2e-3, what="predict_proba")


@case("logistic", "thirty features and a small penalty are no excuse")
def thirty_features(LogisticRegression):
    rng = np.random.default_rng(11)
    X, y = two_clouds(11, n=150, d=30, apart=0.8)
    X = X @ (np.eye(30) + 0.5 * rng.normal(size=(30, 3)) @ rng.normal(size=(3, 30)))  # correlated, as real measures are
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    model = LogisticRegression(penalty=0.01)
    model.fit(X, y)
    p = probability(newton(X, y, 0.01), X)
    expect.close(model.predict_proba(X), np.column_stack([1 - p, p]), rtol=0, atol=2e-3, what="predict_proba")


@case("logistic", "a row that counts twice is two rows", draws={"seed": draws.seeds()}, examples=2, weight=2)
def copies_are_weights(LogisticRegression, seed):
    rng = np.random.default_rng(seed)
    X, y = two_clouds(seed, n=24, d=2)
    X = X * [3.0, 0.5] + 1.0
    times = rng.integers(1, 5, 24)
    weighted, copied = LogisticRegression(penalty=0.2), LogisticRegression(penalty=0.2)
    weighted.fit(X, y, times.astype(float))
    copied.fit(np.repeat(X, times, axis=0), np.repeat(y, times))
    a = expect.array(weighted.predict_proba(X), shape=(24, 2), finite=True, what="predict_proba")
    expect.that(np.allclose(a.sum(axis=1), 1), "the rows do not sum to one")
    expect.same(a, copied.predict_proba(X), "weighting rows and copying them give different models", rtol=0, atol=4e-3)


@case("logistic", "labels may be any two values that can be sorted")
def any_two_labels(LogisticRegression):
    X, y = two_clouds(12, n=30, d=2)
    p = probability(newton(X, y, 0.1), X)
    for low, high in ((0, 1), (-1, 1), (False, True), (0.25, 0.75), (200, 255), ("benign", "malignant")):
        labels = np.where(y == 1, high, low)
        model = LogisticRegression(penalty=0.1)
        model.fit(X, labels.astype(np.uint8) if high == 255 else labels)
        expect.close(
            model.predict_proba(X),
            np.column_stack([1 - p, p]),
            rtol=0,
            atol=2e-3,
            otherwise=f"with the labels {low} and {high} something else came out",
        )


@case("logistic", "it forgets what it learnt before", side=True)
def forgets(LogisticRegression):
    X, y = two_clouds(13, n=30, d=3, apart=4.0)
    fresh = LogisticRegression(penalty=0.01)
    fresh.fit(X, y)
    want = expect.array(fresh.predict_proba(X), shape=(30, 2), what="predict_proba")
    for before in (X[:, :1] + 3, X + 1):
        again = LogisticRegression(penalty=0.01)
        again.fit(before, 8 - 5 * y)
        again.fit(X, y)
        expect.same(again.predict_proba(X), want, "a second fit remembers the first", rtol=0, atol=4e-3)
        expect.close(again.classes_, np.array([0, 1]), what="classes_ after a second fit: it")


@case("logistic", "two models keep apart what they learnt", side=True)
def two_models(LogisticRegression):
    X, y = two_clouds(14, n=30, d=2)
    one, other = LogisticRegression(penalty=0.1), LogisticRegression(penalty=0.1)
    one.fit(X, y)
    before = np.array(one.predict_proba(X))
    other.fit(X, 1 - y)
    expect.same(one.predict_proba(X), before, "fitting one model changed another")


@case("logistic", "each example is answered on its own, in any order, one or none of them", side=True)
def rows_apart(LogisticRegression):
    X, y = two_clouds(15, n=30, d=2)
    model = LogisticRegression(penalty=0.1)
    model.fit(X, y)
    whole = expect.array(model.predict_proba(X), shape=(30, 2), what="predict_proba")
    expect.same(model.predict_proba(X[3:4]), whole[3:4], "alone, an example gets another answer than in company")
    expect.shape(model.predict_proba(X[:0]), (0, 2), what="predict_proba of no example")
    order = np.random.default_rng(0).permutation(30)
    shuffled = LogisticRegression(penalty=0.1)
    shuffled.fit(X[order], y[order])
    expect.same(shuffled.predict_proba(X), whole, "the order of the examples matters", atol=2e-3)


@case("logistic", "far out, probabilities stay finite and sum to one", side=True)
def far_out(LogisticRegression):
    X, y = two_clouds(16, n=30, d=2)
    model = LogisticRegression(penalty=0.01)
    model.fit(X, y)
    said = expect.array(
        model.predict_proba(np.array([[1e5, -1e5], [-1e5, 1e5], [1e8, 1e8], [-1e8, -1e8]])),
        shape=(4, 2),
        finite=True,
        what="predict_proba",
    )
    expect.that(np.allclose(said.sum(axis=1), 1), f"the rows sum to {said.sum(axis=1)}")


@case("logistic", "float32 gives what float64 gives", side=True)
def model_in_single(LogisticRegression):
    X, y = two_clouds(17, n=40, d=3)
    X = X.astype(np.float32)
    one, other = LogisticRegression(penalty=0.1), LogisticRegression(penalty=0.1)
    one.fit(X, y)
    other.fit(X.astype(float), y)
    expect.same(one.predict_proba(X), other.predict_proba(X.astype(float)), "float32 gives something else", atol=2e-3)


@case("logistic", "one class alone, or three, are refused with a ValueError", side=True)
def refuses(LogisticRegression):
    X = np.arange(6.0)[:, None]
    for y in (np.ones(6, int), np.array([0, 1, 2, 0, 1, 2])):
        expect.raises(
            ValueError,
            lambda y=y: LogisticRegression().fit(X, y),
            f"{len(np.unique(y))} different labels were taken without a word",
        )


# ------------------------------------------------------------------------------------------- honest
def known(rng, n, share, shift):
    """Two normal clouds, so that every probability is known: X, y of a sample with this share of label 1."""
    y = (rng.random(n) < share).astype(int)
    return rng.normal(size=(n, len(shift))) + (y[:, None] - 0.5) * shift, y


def extra_surprise(said, X, share, shift):
    """How much more surprise than needed these probabilities must expect, in nats: exact, no labels drawn."""
    logit = X @ shift + np.log(share / (1 - share))
    p = np.exp(-np.logaddexp(0, -logit))
    q = np.clip(said, 1e-12, 1 - 1e-12)
    return float(np.mean(p * (np.log(p) - np.log(q)) + (1 - p) * (np.log1p(-p) - np.log1p(-q))))


# What is measured is exact in the labels of the new examples: only the sample and the places of the new examples are drawn. Over
# 1,000 seeds of each case (2,000 draws) two right rivals had means of 0.0003 and 0.0007 nats; the largest value was 0.0055. The
# tail falls by e for every 0.0007, so 0.015 is passed about once in 10^9.
@case("honest", "against known probabilities it loses less than 0.015 nats", false_alarm=1e-7, weight=3)
def against_known(honest, rng):
    for share in (0.1, 0.8):
        shift = rng.choice([-1.0, 1.0], 3) * rng.uniform(0.6, 1.2, 3)
        X, y = known(rng, 4000, 0.5, shift)
        new, _ = known(rng, 2000, share, shift)
        said = expect.array(honest(X, y, new, share), shape=(2000,), finite=True)
        extra = extra_surprise(said, new, share, shift)
        expect.that(extra < 0.015, f"at a share of {share:g} it expects {extra:.4f} nats more surprise than the truth")


@case("honest", "however lopsided the sample was", false_alarm=1e-7, weight=2)
def lopsided(honest, rng):
    for seen, share in ((0.85, 0.5), (0.15, 0.3)):
        shift = rng.choice([-1.0, 1.0], 3) * rng.uniform(0.6, 1.2, 3)
        X, y = known(rng, 4000, seen, shift)
        new, _ = known(rng, 2000, share, shift)
        said = expect.array(honest(X, y, new, share), shape=(2000,), finite=True)
        extra = extra_surprise(said, new, share, shift)
        expect.that(
            extra < 0.015,
            f"from a sample of {seen:g} to a population of {share:g} it expects {extra:.4f} nats more surprise than the truth",
        )


@case("honest", "a probability, whatever the share and however far out", side=True)
def at_the_edge(honest):
    X, y = two_clouds(21, n=60, d=2)
    far = np.array([[1e6, 1e6], [-1e6, -1e6], [1e6, -1e6], [0.0, 0.0]])
    for share in (1e-6, 0.3, 1 - 1e-6):
        said = expect.array(honest(X, y, far, share), shape=(4,), finite=True)
        expect.that(said.min() >= 0 and said.max() <= 1, f"at a share of {share:g}, {said.min():g} to {said.max():g} came out")


@case("honest", "each example is answered on its own, one or none of them", side=True)
def new_rows_apart(honest):
    X, y = two_clouds(22, n=60, d=2)
    whole = expect.array(honest(X, y, X, 0.2), shape=(60,))
    expect.same(honest(X, y, X[5:6], 0.2), whole[5:6], "alone, an example gets another answer than in company")
    expect.shape(honest(X, y, X[:0], 0.2), (0,), what="for no example, it")


@case("honest", "other numbers of features, float32, labels of other types")
def other_samples(honest):
    for d, kind in ((1, bool), (6, np.uint8), (2, float)):
        rng = np.random.default_rng(23 + d)
        shift = np.linspace(0.6, 1.0, d)
        X, y = known(rng, 4000, 0.5, shift)
        X, new = X.astype(np.float32), known(rng, 1000, 0.25, shift)[0].astype(np.float32)
        said = expect.array(honest(X, y.astype(kind), new, 0.25), shape=(1000,), finite=True)
        extra = extra_surprise(said, new, 0.25, shift)
        expect.that(  # six right rivals expect 0.0009 at most
            extra < 0.03,
            f"with {d} features and labels of type {np.dtype(kind)} it expects {extra:.4f} nats more surprise than the truth",
        )


@case("honest", "the rare and the nearly certain rise with the share, too", side=True)
def rare_ones_rise(honest):
    shift = np.array([2.0, -1.0])
    X, y = known(np.random.default_rng(33), 1000, 0.4, shift)
    new = np.linspace(-1.5, 1.5, 5)[:, None] * shift
    for below, above in itertools.pairwise((0.02, 0.05, 0.5, 0.95, 0.98)):
        low, high = (expect.array(honest(X, y, new, share), shape=(5,), finite=True) for share in (below, above))
        expect.that(
            np.all(low < high), f"from a share of {below:g} to one of {above:g} it goes from {low.round(5)} to {high.round(5)}"
        )


# ------------------------------------------------------------------------------------------- the studio
ROUNDS, LEARN = 10, 120


def our_ridge(X, y, new):
    """The yardstick: standardised measures, a penalty of 0.01, the exact lowest point."""
    middle, spread = X.mean(axis=0), X.std(axis=0)
    return probability(newton((X - middle) / spread, y, 0.01), (new - middle) / spread)


# Breast cancer is small: 95 patients judge. The log-loss of one entry has a standard error of 0.03 over the draw of these
# patients, wider than the bands. So an entry is measured against a plain ridge on the same patients, over ten fresh samples of
# 120 to learn from. Measured on both halves and six seeds, difference ± standard error over patients (± over seeds):
#   five steps of 0.1: 0.215 ± 0.021 (0.004)   penalty 1: 0.193 ± 0.020 (0.004)   penalty 0.3: 0.105 ± 0.015 (0.004)
#   penalty 0.05: 0.029 ± 0.007 (0.002)   penalty 0.005: -0.003 ± 0.004 (0.002)   base rate: 0.56 ± 0.036 (0.004)
# Around the edges 0.30, 0.15, 0.055 and 0.012 the standard errors are 0.023, 0.018, 0.010 and 0.004: neighbouring edges lie four
# or more of the larger one apart.
@judge("tumours")
def judged(entry, half, rng):
    table, unseen = load("cancer"), held_out("cancer")
    rows = studios.halves(unseen.y, half)
    learnt, above, certain = [], [], 0.0
    for _ in range(ROUNDS):
        some = rng.choice(len(table.y), LEARN, replace=False)
        change, turned = studios.columns(rng, 30), bool(rng.integers(2))
        X, new = change(table.X[some]), change(unseen.X[rows])
        y, truth = (labels.astype(int) ^ turned for labels in (table.y[some], unseen.y[rows]))
        learnt.append((entry.train(X, y), X.astype(float), y, new, truth))
    for round, X, y, new, truth in learnt:
        lost = losses(probabilities_of(round, new), truth)
        above.append(np.mean(lost - losses(our_ridge(X, y, new.astype(float)), truth)))
        certain = max(certain, lost.max())
    return float(np.mean(above)), advice(float(np.mean(above)), certain)


def advice(above, certain):
    """What would lift an entry."""
    if above > 0.15:
        return "does it use all thirty measures, each on the same footing, and has it walked far enough?"
    if certain > 6:
        return "it is certain and wrong about somebody: what would make it less sure of what 120 patients taught it?"
    return "compare several penalties on patients held back, always with the same draws"
