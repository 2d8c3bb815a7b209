"""Hidden cases of week 3 and the studio's judge; they stay with the grader."""

import checks
import numpy as np
from checks import gradients_of, nets, start_of

from autograder.cases import case, draws, expect, judge

# ------------------------------------------------------------------------------------------------------------------ net


@case("net", "the gradient for X agrees with the measured slope", weight=2, draws=nets(), false_alarm=1e-9)
def gradient_for_x(forward, backward, net, rng):
    parameters, X, upstream = net
    _, to_X = gradients_of(forward, backward, parameters, X, upstream)

    def value(x):
        return np.sum(
            upstream * expect.array(checks.apart(forward(checks.copies(parameters), x), "forward")[0], shape=upstream.shape)
        )

    expect.gradient(value, X, to_X, rng, tolerance=1e-4, what="the gradient for X")


@case(
    "net",
    "fresh sizes: all gradients agree with the measured slope",
    weight=2,
    false_alarm=1e-9,
    examples=10,
    twin="parameters_gradient",
    draws=nets(rows=(6, 30), inputs=(5, 20), units=(6, 40), outputs=(2, 5)),
)
def fresh_sizes(forward, backward, net, rng):
    parameters, X, upstream = net
    ours, to_X = gradients_of(forward, backward, parameters, X, upstream)

    def value(at):
        return np.sum(
            upstream * expect.array(checks.apart(forward(checks.copies(at[:4]), at[4]), "forward")[0], shape=upstream.shape)
        )

    expect.gradient(value, (*parameters, X), (*ours, to_X), rng, tolerance=1e-4)


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


@case(
    "net", "going backward twice from one cache gives the same twice", side=True, draws=nets(rows=2, inputs=2, units=2, outputs=2)
)
def twice(forward, backward, net):
    parameters, X, upstream = net
    _, cache = checks.apart(forward(parameters, X), "forward")
    one, other = (checks.apart(backward(cache, upstream.copy()), "backward")[0] for _ in range(2))
    for a, b in zip(one, other, strict=True):
        expect.same(a, b, "the second time it gave another gradient")


@case("net", "an empty batch gives no scores, and gradients of zero", side=True)
def empty_batch(forward, backward):
    rng = np.random.default_rng(0)
    parameters = rng.normal(size=(3, 4)), rng.normal(size=4), rng.normal(size=(4, 2)), rng.normal(size=2)
    scores, cache = checks.apart(forward(parameters, np.zeros((0, 3))), "forward")
    expect.shape(scores, (0, 2), what="forward")
    ours, to_X = checks.apart(backward(cache, np.zeros((0, 2))), "backward")
    expect.shape(to_X, (0, 3), what="backward")
    for got, p in zip(ours, parameters, strict=True):
        expect.close(got, np.zeros_like(p), tell=False, what="backward")


@case("net", "the float type that went in comes out, in scores and gradients", side=True)
def keeps_float32(forward, backward):
    rng = np.random.default_rng(0)
    sides = (3, 4), (4,), (4, 2), (2,)
    parameters = tuple(rng.normal(size=s).astype(np.float32) for s in sides)
    scores, cache = checks.apart(forward(parameters, rng.normal(size=(5, 3)).astype(np.float32)), "forward")
    expect.dtype(scores, np.float32, what="forward")
    ours, to_X = checks.apart(backward(cache, np.ones((5, 2), np.float32)), "backward")
    for got in (*ours, to_X):
        expect.dtype(got, np.float32, what="backward")


@case("net", "the parameters may come as a list", side=True, draws=nets(rows=2, inputs=2, units=2, outputs=2))
def as_a_list(forward, backward, net):
    parameters, X, upstream = net
    wanted, _ = gradients_of(forward, backward, parameters, X, upstream)
    _, cache = checks.apart(forward(list(checks.copies(parameters)), X.copy()), "forward")
    for a, b in zip(checks.apart(backward(cache, upstream.copy()), "backward")[0], wanted, strict=True):
        expect.same(a, b, "a list of parameters gives other gradients than a tuple of the same")


@case("net", "inputs that are whole numbers are taken as they are", side=True, draws=nets(rows=3, inputs=2, units=3, outputs=2))
def whole_numbers(forward, backward, net):
    parameters, X, upstream = net
    whole = np.rint(2 * X).astype(int)
    scores = [checks.apart(forward(checks.copies(parameters), x), "forward")[0] for x in (whole.copy(), whole.astype(float))]
    expect.same(*scores, "whole numbers give other scores than equal floats")
    (ours, to_X), (wanted, to_floats) = (
        gradients_of(forward, backward, parameters, x, upstream) for x in (whole, whole.astype(float))
    )
    for a, b in zip((*ours, to_X), (*wanted, to_floats), strict=True):
        expect.same(a, b, "whole numbers give other gradients than equal floats")


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


# --------------------------------------------------------------------------------------------------------------- starts


@case(
    "starts",
    "fresh sizes, checkerboards too: after training the first start's units still answer alike",
    weight=2,
    false_alarm=1e-7,
)
def twins_for_good(starts, rng):
    for inputs, units in ((2, 12), (4, 7), (3, 2)):
        start = start_of(starts(inputs, units, np.random.default_rng(rng.integers(2**32))), 0, inputs, units)
        walker, X, _losses = checks.trained(start, checks.checkerboard, rng)
        after = checks.spread(walker, X)
        expect.that(after < 1e-3, f"{units} units: after training, their answers to one point differ by up to {after:.2g}")


@case(
    "starts",
    "fresh sizes: the second start's units go ways of their own and learn the checkerboard",
    weight=2,
    false_alarm=1e-7,
    twin="free_learns",
)
def free_in_fresh_sizes(starts, rng):
    for inputs, units in ((2, 16), (4, 20)):
        trainings = checks.of_three(starts, 1, inputs, units, checks.checkerboard, rng)
        apart_by = checks.best_ends_low(trainings, f"{inputs} inputs, {units} units")
        expect.that(apart_by > 0.1, "the units still answer nearly alike after training")


@case(
    "starts",
    "one unit, one input: the shapes are right there too",
    draws={"inputs": draws.integers(1, 40), "units": draws.integers(1, 40)},
)
def odd_sizes(starts, inputs, units):
    pair = starts(inputs, units, np.random.default_rng(units))
    for which in (0, 1):
        start_of(pair, which, inputs, units)


# ----------------------------------------------------------------------------------------------------------------- bend


@case(
    "bend",
    "slope is the derivative of bend on both sides of zero, near and far",
    draws=draws.normals((1, 6), (1, 6), scale=4),
    twin="derivative",
)
def derivative_far(bend, slope, z):
    checks.agrees(bend, slope, z)
    expect.that(np.any(checks.values_along(slope, "slope") != 0), "slope is zero everywhere")


@case("bend", "each number is bent on its own: its neighbours have no say", draws=draws.normals((2, 8), scale=2))
def each_alone(bend, slope, z):
    for function, what in ((bend, "bend"), (slope, "slope")):
        whole = expect.array(function(z.copy()), shape=z.shape, what=what)
        alone = np.concatenate([expect.array(function(z[k : k + 1].copy()), shape=(1,), what=what) for k in range(len(z))])
        expect.same(whole, alone, f"{what} of a number depends on the others beside it", rtol=1e-9, atol=1e-12)
    expect.that(np.any(np.abs(checks.values_along(bend, "bend") - checks.along()) > 1e-6), "bend gives back what it is given")
    expect.that(np.ptp(checks.values_along(slope, "slope")) > 1e-6, "slope is the same everywhere")


@case("bend", "arrays of any shape, an empty one too")
def any_shape(bend, slope):
    for shape in ((0,), (1,), (2, 3), (2, 1, 4), (300, 7)):
        z = np.linspace(-2, 2, int(np.prod(shape))).reshape(shape)
        for function, what in ((bend, "bend"), (slope, "slope")):
            values = expect.array(function(z.copy()), shape=shape, what=what)
            expect.that(values.size < 2 or np.ptp(values) > 1e-6, f"{what} is the same for all numbers between -2 and 2")
    expect.that(np.abs(checks.values_along(bend, "bend") - checks.along()).max() > 1e-6, "bend gives back what it is given")


@case("bend", "training can move the weights: slope is zero on less than two thirds of what lies between -3 and 3")
def alive(bend, slope):
    steep = checks.values_along(slope, "slope")
    expect.that(np.mean(np.abs(steep) < 1e-6) < 2 / 3, "slope is zero nearly everywhere: no weight before it could ever learn")
    expect.that(np.abs(checks.values_along(bend, "bend") - checks.along()).max() > 1e-6, "bend gives back what it is given")


@case("bend", "bend makes no leap: from each hair to the next it goes on as slope says", side=True)
def no_leap(bend, slope):
    z = np.linspace(-4, 4, 8001)
    values, steep = (expect.array(f(z.copy()), shape=z.shape, finite=True, what=w) for f, w in ((bend, "bend"), (slope, "slope")))
    hair = z[1] - z[0]
    ahead = hair * (steep[1:] + steep[:-1]) / 2
    off = np.abs(np.diff(values) - ahead) > 0.005 + hair * np.abs(np.diff(steep))
    expect.that(~off, f"near z = {z[:-1][off][0]:.2f} it leaps" if off.any() else "")


@case("bend", "numbers up to a thousand give finite values and slopes", side=True)
def far_out(bend, slope):
    z = np.concatenate([-np.logspace(3, 0, 13), np.logspace(0, 3, 13)])
    expect.finite(bend(z), what="bend")
    expect.finite(slope(z), what="slope")


@case("bend", "the float type that went in comes out", side=True)
def bend_float32(bend, slope):
    for function, what in ((bend, "bend"), (slope, "slope")):
        expect.dtype(function(np.linspace(-2, 2, 9, dtype=np.float32)), np.float32, what=what)


# --------------------------------------------------------------------------------------------------------------- planar


@case("planar", f"two moons: 95 % of fresh points after at most {checks.CALLS} calls", false_alarm=1e-7, twin="on_circles")
def on_moons(fit, classify, rng):
    checks.reaches(checks.fitted_share(fit, classify, checks.moons, rng), 0.95)


@case("planar", f"a flower: 95 % of fresh points after at most {checks.CALLS} calls", weight=2, false_alarm=1e-7)
def on_petals(fit, classify, rng):
    checks.reaches(checks.fitted_share(fit, classify, checks.petals, rng), 0.95)


@case("planar", f"three bars: 95 % of fresh points after at most {checks.CALLS} calls", false_alarm=1e-7, twin="on_circles")
def on_stripes(fit, classify, rng):
    checks.reaches(checks.fitted_share(fit, classify, checks.stripes, rng), 0.95)


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


@case("planar", "classify leaves what it is given as it was", side=True)
def classify_pure(classify):
    rng = np.random.default_rng(5)
    given = [rng.normal(size=s) for s in ((2, 3), (3,), (3, 1), (1,), (4, 2))]
    before = [a.copy() for a in given]
    expect.handing_back(classify)(tuple(given[:4]), given[4])
    for now, then in zip(given, before, strict=True):
        expect.unchanged(now, then)


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


def splits(capacity_curve, n, sizes, rounds, seed):
    """The rows trained on for each size, in the order of the calls."""
    recorder = checks.Recorder(*checks.numbered(n, 1, seed), by_heart=True)
    _, held = checks.curves(capacity_curve, recorder, sizes, rounds, seed)
    expect.that(held > 1 - 1e-9, "a held-out row was trained on, or the wrong rows were asked about")
    return {units: [rows for asked, rows in recorder.trained if asked == units] for units in sizes}


@case(
    "capacity_curve",
    "in one round all sizes face the same split",
    weight=2,
    draws={"rounds": draws.integers(1, 3), "seed": draws.seeds()},
)
def same_split_for_all(capacity_curve, rounds, seed):
    found = splits(capacity_curve, 40, (3, 1, 2), rounds, seed)
    first = sorted(map(sorted, found[1]))
    for units in (2, 3):
        expect.that(sorted(map(sorted, found[units])) == first, "two sizes were trained on different rows in the same round")


@case("capacity_curve", "each round has a split of its own, and every row is held out now and then", false_alarm=1e-9)
def splits_are_fresh(capacity_curve, rng):
    found = splits(capacity_curve, 40, (1,), 200, int(rng.integers(2**32)))[1]
    expect.that(len(found) == 200, "two hundred rounds did not train two hundred times")
    different = len(set(map(frozenset, found)))  # two of 200 fair splits are alike in 1 of 40,000 runs; 11 pairs never
    expect.that(different >= 190, f"200 rounds had {different} different splits between them")
    out = np.array([~np.isin(np.arange(40), list(rows)) for rows in found])
    times_held = out.sum(axis=0)
    expect.that(
        (times_held >= 10) & (times_held <= 100),
        f"in 200 rounds a row was held out {times_held.min()} times, another {times_held.max()} times",
    )
    expect.that(np.sum(out[:, 1:] & out[:, :-1]) < 900, "rows that stand side by side are held out together")


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


# -------------------------------------------------------------------------------------------------------------- spirals


@case("spirals", "one point at a time gives the labels that all at once give", side=True, seconds=60)
def one_at_a_time(entry):
    X, y = checks.spiral_arms(100, np.random.default_rng(9))
    round = entry.train(X, y)
    whole = expect.array(round.predict(X), shape=(100,), what="predict")
    alone = np.concatenate([expect.array(round.predict(X[n : n + 1]), shape=(1,), what="predict") for n in range(10)])
    expect.same(alone, whole[:10], "a point's label depends on the points beside it")


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
