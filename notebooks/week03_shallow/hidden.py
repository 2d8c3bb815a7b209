"""Hidden cases of week 3 and the studio's judge; they stay with the grader."""

import checks
import numpy as np
from checks import gradients_of, nets, start_of

from autograder.cases import case, draws, expect, judge, twin

# ------------------------------------------------------------------------------------------------------------------ net


@case(
    "net", "two passes may be under way at once: each cache belongs to its own", draws=nets(rows=3, inputs=2, units=3, outputs=2)
)
def two_under_way(forward, backward, net):
    parameters, X, upstream = net
    other = tuple(p + 1 for p in parameters)
    alone, _ = gradients_of(forward, backward, parameters, X, upstream)
    _, first = checks.apart(forward(checks.copies(parameters), X.copy()), "forward")
    forward(other, X - 1)
    ours, _ = checks.apart(backward(first, upstream.copy()), "backward")
    for now, then in zip(ours, alone, strict=True):
        expect.same(now, then, "a second forward pass before the backward pass changed the gradients")


@case("net", "very large inputs give finite gradients, and the right scores", side=True, draws=draws.normals(3, 2, scale=1e4))
def large_inputs(forward, backward, X):
    rng = np.random.default_rng(0)
    parameters = rng.normal(size=(2, 4)), rng.normal(size=4), rng.normal(size=(4, 1)), rng.normal(size=1)
    ours, to_X = gradients_of(forward, backward, parameters, X, np.ones((3, 1)))
    for got in (*ours, to_X):
        expect.finite(got, what="backward")
    small = (parameters[0] / 1e4, *parameters[1:])
    one, other = (checks.apart(forward(p, x), "forward")[0] for p, x in ((small, X.copy()), (parameters, X / 1e4)))
    expect.same(one, other, "inputs in the thousands, with weights as small as they are large, give other scores than usual ones")


WIDE = checks.nets(rows=(6, 30), inputs=(5, 20), units=(6, 40), outputs=(2, 5))
twin("net", "parameters_gradient", draws=WIDE, examples=10, weight=2)
twin("net", "gradient_for_x", draws=WIDE, examples=10, weight=2)


# --------------------------------------------------------------------------------------------------------------- starts


@case(
    "starts",
    "fresh sizes, checkerboards too: after training the first start's units still answer alike",
    weight=2,
    false_alarm=1e-7,
    fresh=10,
)
def twins_for_good(starts, rng):
    for inputs, units in ((2, 12), (4, 7), (3, 2)):
        start = start_of(starts(inputs, units, np.random.default_rng(rng.integers(2**32))), 0, inputs, units)
        walker, X, _losses = checks.trained(start, checks.checkerboard, rng)
        after = checks.spread(walker, X)
        expect.that(after < 1e-3, f"{units} units: after training, their answers to one point differ by up to {after:.2g}")


@case(
    "starts",
    "one unit, one input: the shapes are right there too",
    draws={"inputs": draws.integers(1, 40), "units": draws.integers(1, 40)},
)
def odd_sizes(starts, inputs, units):
    pair = starts(inputs, units, np.random.default_rng(units))
    for which in (0, 1):
        start_of(pair, which, inputs, units)


twin("starts", "free_learns", weight=2)


# ----------------------------------------------------------------------------------------------------------------- bend


@case("bend", "bend makes no leap: from each hair to the next it goes on as slope says", side=True)
def no_leap(bend, slope):
    z = np.linspace(-4, 4, 8001)
    values, steep = (expect.array(f(z.copy()), shape=z.shape, finite=True, what=w) for f, w in ((bend, "bend"), (slope, "slope")))
    hair = z[1] - z[0]
    ahead = hair * (steep[1:] + steep[:-1]) / 2
    off = np.abs(np.diff(values) - ahead) > 0.005 + hair * np.abs(np.diff(steep))
    expect.that(~off, f"near z = {z[:-1][off][0]:.2f} it leaps" if off.any() else "")


@case("bend", "the float type that went in comes out", side=True)
def bend_float32(bend, slope):
    for function, what in ((bend, "bend"), (slope, "slope")):
        expect.dtype(function(np.linspace(-2, 2, 9, dtype=np.float32)), np.float32, what=what)


twin("bend", "derivative", draws=draws.normals((1, 6), (1, 6), scale=4))


# --------------------------------------------------------------------------------------------------------------- planar


@case("planar", "classify takes one point, no point, many points, and any number of units")
def any_batch(classify):
    rng = np.random.default_rng(2)
    for n, units in ((0, 3), (1, 1), (500, 16), (7, 2)):
        parameters = rng.normal(size=(2, units)), rng.normal(size=units), rng.normal(size=(units, 1)), np.array([0.1])
        X = rng.normal(size=(n, 2))
        named = expect.array(classify(parameters, X), shape=(n,), what="classify")
        expect.that(named == (checks.Walker(parameters).score(X) > 0), "a label does not follow the sign of the score")


@case("planar", "a score of exactly zero is not above zero", side=True)
def zero_is_no(classify):
    X = np.random.default_rng(3).normal(size=(4, 2))
    for offset, label in ((0.0, 0), (1.0, 1)):
        parameters = np.ones((2, 3)), np.zeros(3), np.zeros((3, 1)), np.array([offset])
        named = expect.array(classify(parameters, X), shape=(4,), what="classify")
        expect.that(named == label, f"points whose score is exactly {offset:.0f} are not all labelled {label}")


twin("planar", "on_petals", weight=2)
twin("planar", "names_by_the_score", draws=draws.normals((20, 60), 2))


# ------------------------------------------------------------------------------------------------------- capacity_curve


@case(
    "capacity_curve",
    "the curves are means over the rounds",
    draws={"n": draws.integers(12, 40), "rounds": draws.integers(2, 5), "seed": draws.seeds()},
)
def mean_of_rounds(capacity_curve, n, rounds, seed):
    recorder = checks.Recorder(*checks.numbered(n, 1, seed))
    training, held = checks.curves(capacity_curve, recorder, (2, 5), rounds, seed)
    for k, units in enumerate((2, 5)):
        want_training, want_held = recorder.shares(units)
        expect.close(training[k], want_training, otherwise="the training error is not the mean over the rounds")
        expect.close(held[k], want_held, otherwise="the held-out error is not the mean over the rounds")


@case("capacity_curve", "labels of any kind: words, and more than two")
def any_labels(capacity_curve):
    X = np.arange(24.0)[:, None]
    y = np.array(["ash", "oak", "elm"] * 8)
    both = capacity_curve(lambda X, y, units, rng: lambda at: np.full(len(at), "ash"), X, y, [1], 40, np.random.default_rng(0))
    expect.that(both is not None and hasattr(both, "__len__") and len(both) == 2, "capacity_curve returns two curves")
    training, held = (expect.array(c, shape=(1,), what="a curve of capacity_curve") for c in (both[0], both[1]))
    expect.close(
        (18 * training + 6 * held) / 24,
        np.array([2 / 3]),
        otherwise="a rule that says ash to every tree errs on two thirds of ash, oak and elm",
    )


twin("capacity_curve", "splits_are_fresh")
twin("capacity_curve", "same_split_for_all", draws={"rounds": draws.integers(4, 6), "seed": draws.seeds()}, weight=2)


# -------------------------------------------------------------------------------------------------------------- spirals


DRAWS = 10


@judge("spirals")
def judged(entry, rng):
    tightness = (np.arange(DRAWS) + rng.random(DRAWS)) / DRAWS  # every tenth of the range once: it matters more than all else
    draws = [checks.two_arms(rng, t) for t in tightness]
    learnt = [entry.train(X[:400], y[:400]) for X, y in draws]
    shares = [checks.named_rightly(round, X[400:], y[400:]) for round, (X, y) in zip(learnt, draws, strict=True)]
    worst = int(np.argmin(shares))
    turns = 1.75 + 0.5 * tightness[worst]
    return float(
        np.mean(shares)
    ), f"of your {DRAWS} spirals the worst, with {turns:.1f} turns, has {shares[worst]:.0%} right, the best {max(shares):.0%}"
