"""Visible cases of week 3, and the judge's own training; they travel with the release."""

import numpy as np
from hypothesis import strategies as st

from autograder.cases import case, draws, exercise, expect, studio

exercise("net", names=("forward", "backward"))
exercise("starts", seconds=30)
exercise("bend", names=("bend", "slope"), seconds=40)
exercise("planar", names=("fit", "classify"), seconds=40)
exercise("capacity_curve", seconds=20)
exercise("spirals", kind="studio", names=("train", "predict"), seconds=90)

# --------------------------------------------------------------------------------------------------- data in the plane


def turned(X, rng):
    """The points X (n, 2) turned by a random angle, and mirrored every other time."""
    angle = rng.uniform(0, 2 * np.pi)
    c, s = np.cos(angle), np.sin(angle)
    return X @ np.array([[c, s], [-s, c]]) * (1, rng.choice([-1, 1]))


def round_about(radius, angle):
    """Points at this distance from the origin in this direction."""
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def checkerboard(n, rng):
    """Four heaps on the corners of a square; neighbours differ in their label."""
    y = np.arange(n) % 4
    return round_about(np.full(n, 1.5), y * np.pi / 2) + rng.normal(size=(n, 2)) * 0.25, y % 2


def hills(n, rng):
    """Two heaps, a label each: one straight cut is enough."""
    y = np.arange(n) % 2
    return np.stack([3.0 * y - 1.5, np.zeros(n)], axis=1) + rng.normal(size=(n, 2)) * 0.4, y


def circles(n, rng):
    """A disc (label 1) inside a ring (label 0)."""
    y = np.arange(n) % 2
    radius = np.where(y == 1, rng.uniform(0, 0.7, n), rng.uniform(1.1, 1.6, n))
    return round_about(radius, rng.uniform(0, 2 * np.pi, n)), y


def moons(n, rng):
    """Two half circles, each reaching into the other."""
    y, angle = np.arange(n) % 2, rng.uniform(0, np.pi, n)
    arc = round_about(np.ones(n), angle)
    return np.where(y[:, None] == 1, arc, (1, 0.5) - arc) + rng.normal(size=(n, 2)) * 0.12, y


def petals(n, rng):
    """A flower of three petals (label 1), and the same shape drawn larger round it."""
    y, angle = np.arange(n) % 2, rng.uniform(0, 2 * np.pi, n)
    radius = np.where(y == 1, 0.7, 1.35) * (1 + 0.4 * np.cos(3 * angle)) + rng.normal(size=n) * 0.08
    return round_about(radius, angle), y


def stripes(n, rng):
    """Three bars side by side; the middle one has the other label."""
    bar = np.arange(n) % 3
    return np.stack([1.2 * (bar - 1) + rng.normal(size=n) * 0.2, rng.normal(size=n)], axis=1), bar % 2


def spiral_arms(n, rng, tightness=None):
    """Two arms that wind round each other 1.75 (tightness 0) to 2.25 times (1), a label each; turned and mirrored at random."""
    y = np.arange(n) % 2
    turns = 1.75 + 0.5 * (rng.random() if tightness is None else tightness)
    out = np.sqrt(rng.uniform(0.03, 1, n))
    X = round_about(2 * out, 2 * np.pi * turns * out + np.pi * y) + rng.normal(size=(n, 2)) * 0.1
    return turned(X, rng), (y + rng.integers(2)) % 2


def drawn(kind, n, rng):
    """A fresh draw of points (n, 2), centred and scaled, and labels: turned, mirrored, labels swapped by chance."""
    X, y = kind(n, rng)
    X = turned(X, rng)
    return (X - X.mean(axis=0)) / X.std(axis=0), (y + rng.integers(2)) % 2


# ------------------------------------------------------------------------------------------------ the judge's training


def sigmoid(score):
    """Probabilities from logits, without overflow."""
    return (1 + np.tanh(score / 2)) / 2


class Walker:
    """A net of one hidden layer and one logit, unit by unit, and plain gradient descent on its mean log-loss.

    Each unit is a little object with weights of its own: slow, but every unit is treated exactly alike.
    """

    def __init__(self, start, bend=np.tanh, slope=lambda z: 1 - np.tanh(z) ** 2):
        W1, b1, W2, b2 = (np.array(p, float) for p in start)
        self.units = [[W1[:, j].copy(), b1[j], W2[j, 0]] for j in range(W1.shape[1])]
        self.offset, self.bend, self.slope = b2[0], bend, slope

    def inside(self, X):
        """What goes into each unit's bend: (n, units)."""
        return np.stack([X @ w + b for w, b, _ in self.units], axis=1)

    @staticmethod
    def through(function, inside, what):
        """What one of the two functions makes of the numbers inside."""
        return expect.array(function(inside.copy()), shape=inside.shape, what=what)

    def score(self, X):
        """The logit of each point."""
        answers = self.through(self.bend, self.inside(X), "bend")
        return self.offset + sum(v * answers[:, j] for j, (_, _, v) in enumerate(self.units))

    def parameters(self):
        """The four arrays."""
        w, b, v = zip(*self.units, strict=True)
        return np.stack(w, axis=1), np.array(b), np.array(v)[:, None], np.array([self.offset])

    def look(self, X, y):
        """The loss, and for each unit how the loss changes with its weights, its bias, its voice; last the offset's."""
        inside = self.inside(X)
        answers, steep = self.through(self.bend, inside, "bend"), self.through(self.slope, inside, "slope")
        score = self.offset + sum(v * answers[:, j] for j, (_, _, v) in enumerate(self.units))
        too_high = (sigmoid(score) - y) / len(y)
        slopes = []
        for j, (_, _, v) in enumerate(self.units):
            share = too_high * v * steep[:, j]
            slopes.append((share @ X, share.sum(), too_high @ answers[:, j]))
        return np.mean(np.logaddexp(0, score) - y * score), slopes, too_high.sum()

    def walk(self, X, y, rate, steps):
        """Take the steps, none longer than `rate`; returns the loss before each of them."""
        losses = []
        for _ in range(steps):
            loss, slopes, last = self.look(X, y)
            length = np.sqrt(last**2 + sum(np.sum(w**2) + b**2 + v**2 for w, b, v in slopes))
            step = rate / max(1.0, length)
            for unit, slope in zip(self.units, slopes, strict=True):
                for k in range(3):
                    unit[k] = unit[k] - step * slope[k]
            self.offset -= step * last
            losses.append(loss)
        return np.array(losses)


# ------------------------------------------------------------------------------------------------------------------ net


@st.composite
def nets(draw, rows=(1, 5), inputs=(1, 4), units=(1, 5), outputs=(1, 3)):
    """Parameters, a batch X, and an upstream gradient of the scores' shape."""
    n, d, h, k = (draw(st.integers(*side)) if isinstance(side, tuple) else side for side in (rows, inputs, units, outputs))
    rng = np.random.default_rng(draw(draws.seeds()))
    parameters = rng.normal(size=(d, h)), rng.normal(size=h), rng.normal(size=(h, k)), rng.normal(size=k)
    return parameters, rng.normal(size=(n, d)), rng.normal(size=(n, k))


def apart(pair, what):
    """The two things that a function was to return."""
    expect.that(pair is not None and hasattr(pair, "__len__") and len(pair) == 2, f"{what} returns two things")
    return pair[0], pair[1]


def copies(arrays):
    """A tuple of copies."""
    return tuple(a.copy() for a in arrays)


def gradients_of(forward, backward, parameters, X, upstream):
    """The learner's gradients: four arrays for the parameters, one for X."""
    parameters, X, upstream = copies(parameters), X.copy(), upstream.copy()  # that nothing is changed is a case of its own
    scores, cache = apart(forward(parameters, X), "forward")
    expect.that(np.any(expect.array(scores, shape=upstream.shape, what="forward") != 0), "forward gives zeros")
    ours, to_X = apart(backward(cache, upstream), "backward")
    expect.that(ours is not None and hasattr(ours, "__len__") and len(ours) == 4, "backward's first part has four arrays")
    parts = [expect.array(g, shape=p.shape, what="backward") for g, p in zip(ours, parameters, strict=True)]
    return parts, expect.array(to_X, shape=X.shape, what="backward, for X,")


@case("net", "the example in the statement comes out")
def worked_example(forward):
    one_unit = (np.array([[1.0], [0.0]]), np.array([0.0]), np.array([[2.0]]), np.array([0.5]))
    scores, _ = apart(forward(one_unit, np.array([[0.0, 7.0], [100.0, 7.0]])), "forward")
    expect.close(scores, np.array([[0.5], [2.5]]), what="forward")


@case("net", "each score is the sum of the units' answers, each times its weight, and a bias", draws=nets())
def unit_by_unit(forward, net):
    parameters, X, upstream = net
    W1, b1, W2, b2 = parameters
    scores, _ = apart(forward(copies(parameters), X.copy()), "forward")
    expect.array(scores, shape=upstream.shape, what="forward")
    n, k = len(X) - 1, len(b2) - 1
    total = b2[k]
    for j in range(len(b1)):
        total += W2[j, k] * np.tanh(b1[j] + sum(X[n, i] * W1[i, j] for i in range(X.shape[1])))
    expect.close(scores[n][k], total, tell=False)


@case("net", "the gradients of all four arrays agree with the measured slope", draws=nets(), false_alarm=1e-9, fresh=50)
def parameters_gradient(forward, backward, net, rng):
    parameters, X, upstream = net
    ours, _ = gradients_of(forward, backward, parameters, X, upstream)
    for k, name in enumerate(("W1", "b1", "W2", "b2")):

        def value(p, k=k):
            moved = copies((*parameters[:k], p, *parameters[k + 1 :]))
            return np.sum(upstream * expect.array(apart(forward(moved, X), "forward")[0], shape=upstream.shape))

        expect.gradient(value, parameters[k], ours[k], rng, tolerance=1e-4, what=f"the gradient for {name}")


@case("net", "what you were given is left as it was", side=True, draws=nets(rows=3, inputs=2, units=3, outputs=2))
def pure(forward, backward, net):
    parameters, X, upstream = net
    before = [a.copy() for a in (*parameters, X, upstream)]
    _, cache = apart(expect.handing_back(forward)(parameters, X), "forward")
    expect.handing_back(backward)(cache, upstream)
    for now, then in zip((*parameters, X, upstream), before, strict=True):
        expect.unchanged(now, then, what="an array that it was given")


@case("net", "the gradient for X agrees with the measured slope", weight=2, draws=nets(), false_alarm=1e-9)
def gradient_for_x(forward, backward, net, rng):
    parameters, X, upstream = net
    _, to_X = gradients_of(forward, backward, parameters, X, upstream)

    def value(x):
        return np.sum(upstream * expect.array(apart(forward(copies(parameters), x), "forward")[0], shape=upstream.shape))

    expect.gradient(value, X, to_X, rng, tolerance=1e-4, what="the gradient for X")


@case(
    "net", "going backward twice from one cache gives the same twice", side=True, draws=nets(rows=2, inputs=2, units=2, outputs=2)
)
def twice(forward, backward, net):
    parameters, X, upstream = net
    _, cache = apart(forward(parameters, X), "forward")
    asked = expect.handing_back(backward)  # what the first call makes of the cache, the second one gets
    one, other = (apart(asked(cache, upstream.copy()), "backward")[0] for _ in range(2))
    for a, b in zip(one, other, strict=True):
        expect.same(a, b, "the second time it gave another gradient")


@case("net", "an empty batch gives no scores, and gradients of zero", side=True)
def empty_batch(forward, backward):
    rng = np.random.default_rng(0)
    parameters = rng.normal(size=(3, 4)), rng.normal(size=4), rng.normal(size=(4, 2)), rng.normal(size=2)
    scores, cache = apart(forward(parameters, np.zeros((0, 3))), "forward")
    expect.shape(scores, (0, 2), what="forward")
    ours, to_X = apart(backward(cache, np.zeros((0, 2))), "backward")
    expect.shape(to_X, (0, 3), what="backward")
    for got, p in zip(ours, parameters, strict=True):
        expect.close(got, np.zeros_like(p), tell=False, what="backward")


@case("net", "the float type that went in comes out, in scores and gradients", side=True)
def keeps_float32(forward, backward):
    rng = np.random.default_rng(0)
    sides = (3, 4), (4,), (4, 2), (2,)
    parameters = tuple(rng.normal(size=s).astype(np.float32) for s in sides)
    scores, cache = apart(forward(parameters, rng.normal(size=(5, 3)).astype(np.float32)), "forward")
    expect.dtype(scores, np.float32, what="forward")
    ours, to_X = apart(backward(cache, np.ones((5, 2), np.float32)), "backward")
    for got in (*ours, to_X):
        expect.dtype(got, np.float32, what="backward")


@case("net", "the parameters may come as a list", side=True, draws=nets(rows=2, inputs=2, units=2, outputs=2))
def as_a_list(forward, backward, net):
    parameters, X, upstream = net
    wanted, _ = gradients_of(forward, backward, parameters, X, upstream)
    _, cache = apart(forward(list(copies(parameters)), X.copy()), "forward")
    for a, b in zip(apart(backward(cache, upstream.copy()), "backward")[0], wanted, strict=True):
        expect.same(a, b, "a list of parameters gives other gradients than a tuple of the same")


@case("net", "inputs that are whole numbers are taken as they are", side=True, draws=nets(rows=3, inputs=2, units=3, outputs=2))
def whole_numbers(forward, backward, net):
    parameters, X, upstream = net
    whole = np.rint(2 * X).astype(int)
    scores = [apart(forward(copies(parameters), x), "forward")[0] for x in (whole.copy(), whole.astype(float))]
    expect.same(*scores, "whole numbers give other scores than equal floats")
    (ours, to_X), (wanted, to_floats) = (
        gradients_of(forward, backward, parameters, x, upstream) for x in (whole, whole.astype(float))
    )
    for a, b in zip((*ours, to_X), (*wanted, to_floats), strict=True):
        expect.same(a, b, "whole numbers give other gradients than equal floats")


# --------------------------------------------------------------------------------------------------------------- starts


def start_of(pair, which, inputs, units):
    """One of the two starts, as four arrays of the right shapes."""
    expect.that(pair is not None and hasattr(pair, "__len__") and len(pair) == 2, "starts returns two starts")
    start, name = pair[which], ("the first start", "the second start")[which]
    expect.that(start is not None and hasattr(start, "__len__") and len(start) == 4, f"{name} has four arrays")
    shapes = ((inputs, units), (units,), (units, 1), (1,))
    parts = [expect.array(p, shape=s, finite=True, what=name) for p, s in zip(start, shapes, strict=True)]
    expect.that((parts[0] != 0).all() and (parts[2] != 0).all(), f"a weight of {name} is zero")
    return parts


def spread(walker, X):
    """How far the units' answers on X are apart, at most."""
    return np.ptp(walker.bend(walker.inside(X)), axis=1).max()


def embedded(X, inputs, rng):
    """The plane laid at random into a space of `inputs` dimensions, with a little noise all round."""
    frame = np.linalg.qr(rng.normal(size=(inputs, inputs)))[0][:2]
    return X @ frame + rng.normal(size=(len(X), inputs)) * 0.05


STEPS, RATE = 500, 0.5


def trained(start, kind, rng, steps=STEPS, rate=RATE, n=80):
    """A walker from this start, trained on a fresh draw; the points, and the losses on the way."""
    X, y = kind(n, rng)
    y = (y + rng.integers(2)) % 2
    X = embedded(X, len(start[0]), rng)
    walker = Walker(start)
    return walker, X, walker.walk(X, y, rate, steps)


def of_three(starts, which, inputs, units, kind, rng):
    """Three trainings: the spread of the units' answers after each, and the loss at its end."""
    for _ in range(3):
        start = start_of(starts(inputs, units, np.random.default_rng(rng.integers(2**32))), which, inputs, units)
        walker, X, losses = trained(start, kind, rng)
        yield spread(walker, X), losses[-1]


def best_ends_low(trainings, which):
    """The best of three trainings ends with a loss below 0.4; stop at the first that does. Its spread is returned."""
    losses = []
    for apart_by, loss in trainings:
        losses.append(loss)
        if loss < 0.4:
            return apart_by
    lowest = np.min(losses)
    return expect.that(
        False, f"{which}: in the best of three trainings the loss ended at {lowest:.2f}; a single unit gets down to about 0.48"
    )


@case(
    "starts",
    "both starts have the right shapes, and no weight is zero",
    draws={"inputs": draws.integers(2, 5), "units": draws.integers(2, 9)},
)
def shapes(starts, inputs, units):
    pair = starts(inputs, units, np.random.default_rng(inputs))
    for which in (0, 1):
        start_of(pair, which, inputs, units)


@case(
    "starts",
    "the first start's units answer alike before and after training on two heaps, and training does move them",
    false_alarm=1e-7,
    fresh=10,
)
def twins_learn(starts, rng):
    start = start_of(starts(2, 5, np.random.default_rng(1)), 0, 2, 5)
    expect.that(spread(Walker(start), rng.normal(size=(20, 2))) < 1e-9, "the units do not answer alike at the start")
    for apart_by, loss in of_three(starts, 0, 2, 5, hills, rng):
        expect.that(apart_by < 1e-3, f"after training, the units' answers to one point differ by up to {apart_by:.2g}")
        expect.that(loss < 0.3, f"two heaps can be told apart by a single unit, yet the loss ended at {loss:.2f}")


@case(
    "starts",
    "from the second start the net learns the checkerboard, on which twins stay stuck",
    weight=2,
    false_alarm=1e-7,
    fresh=10,
)
def free_learns(starts, rng):
    best_ends_low(of_three(starts, 1, 2, 12, checkerboard, rng), "12 units")


@case("starts", "two starts from the same seed are the same", side=True)
def by_the_seed(starts):
    one, other = (starts(3, 4, np.random.default_rng(8)) for _ in range(2))
    for which in (0, 1):
        for a, b in zip(start_of(one, which, 3, 4), start_of(other, which, 3, 4), strict=True):
            expect.same(a, b, "something other than the generator that you were given has a say", rtol=0, atol=0)


# ----------------------------------------------------------------------------------------------------------------- bend


def along():
    """The stretch on which a bend must bend; fresh each time, since it is handed out."""
    return np.linspace(-3, 3, 241)


DRAWN = {
    "a straight line": along(),
    "tanh": np.tanh(along()),
    "the logistic curve": sigmoid(along()),
    "ReLU": np.maximum(along(), 0),
}


def values_along(function, what):
    """Its values along the stretch."""
    return expect.array(function(along()), shape=along().shape, finite=True, what=what)


def left_over(values, *shapes):
    """How much of `values` is no mixture of a constant and these shapes: 0 for none, 1 for all."""
    A = np.stack([np.ones_like(values), *shapes], axis=1)
    rest = values - A @ np.linalg.lstsq(A, values, rcond=None)[0]
    return np.linalg.norm(rest) / max(np.linalg.norm(values - values.mean()), 1e-12)


def solves_circles(bend, slope, rng, units=10, steps=500, n=120):
    """Train on a fresh draw of circles at up to three rates: the best share of fresh points named rightly."""
    (X, y), (fresh, truth) = circles(n, rng), circles(400, rng)
    best = 0.0
    for rate in (0.3, 1.5, 0.05):
        start = rng.normal(size=(2, units)), rng.normal(size=units), rng.normal(size=(units, 1)) / np.sqrt(units), np.zeros(1)
        walker = Walker(start, bend, slope)
        walker.walk(X, y, rate, steps)
        best = max(best, np.mean((walker.score(fresh) > 0) == truth))
        if best >= 0.95:
            break
    return best


@case("bend", "it is not a straight line between -3 and 3")
def bends(bend):
    values = values_along(bend, "bend")
    expect.that(np.ptp(values) > 1e-6, "it gives the same for all numbers between -3 and 3")
    expect.that(left_over(values, along()) > 0.01, "it is a straight line between -3 and 3, or as good as one")


@case("bend", "it is none of the three that are drawn above")
def of_your_own(bend):
    values = values_along(bend, "bend")
    expect.that(np.ptp(values) > 1e-6, "it gives the same for all numbers between -3 and 3")
    for name, drawn_above in DRAWN.items():
        expect.that(left_over(values, drawn_above) > 1e-3, f"it is {name}, if need be scaled and shifted: make one of your own")


def one_sided(bend, z, step=1e-5):
    """Measured slopes of bend to the left and to the right of each number."""
    left, here, right = (expect.array(bend(z + by), shape=z.shape, finite=True, what="bend") for by in (-step, 0, step))
    return (here - left) / step, (right - here) / step


def agrees(bend, slope, z):
    """Where bend has one slope, slope gives it; at a kink anything between its two slopes will do."""
    claimed = expect.array(slope(z.copy()), shape=z.shape, finite=True, what="slope")
    left, right = one_sided(bend, z)
    low, high = np.minimum(left, right), np.maximum(left, right)
    give = 1e-3 * np.maximum(1, np.abs(claimed))
    off = (claimed < low - give) | (claimed > high + give)
    expect.that(~off, f"near z = {z[off][0]:.3f} bend rises by another amount than slope says" if off.any() else "")


@case("bend", "slope is the derivative of bend", draws=draws.normals((1, 8), scale=1.5))
def derivative(bend, slope, z):
    agrees(bend, slope, z)
    expect.that(np.any(values_along(slope, "slope") != 0), "slope is zero everywhere")


@case("bend", "with it, the judge's training tells a disc from the ring round it", weight=2, false_alarm=1e-7, fresh=10)
def circles_solved(bend, slope, rng):
    shares = [solves_circles(bend, slope, rng) for _ in range(2)]
    if len({share >= 0.95 for share in shares}) == 2:  # one did and one did not: a third decides
        shares.append(solves_circles(bend, slope, rng))
    middle = np.median(shares)
    expect.that(middle >= 0.95, f"of fresh points {middle:.0%} were named rightly in the middle one of the trainings")


@case("bend", "what you were given is left as it was", side=True)
def bend_pure(bend, slope):
    z = np.linspace(-2, 2, 5)
    for function in (bend, slope):
        expect.handing_back(function)(z)
        expect.unchanged(z, np.linspace(-2, 2, 5))


@case("bend", "each number is bent on its own: its neighbours have no say", draws=draws.normals((2, 8), scale=2))
def each_alone(bend, slope, z):
    for function, what in ((bend, "bend"), (slope, "slope")):
        whole = expect.array(function(z.copy()), shape=z.shape, what=what)
        alone = np.concatenate([expect.array(function(z[k : k + 1].copy()), shape=(1,), what=what) for k in range(len(z))])
        expect.same(whole, alone, f"{what} of a number depends on the others beside it", rtol=1e-9, atol=1e-12)
    expect.that(np.any(np.abs(values_along(bend, "bend") - along()) > 1e-6), "bend gives back what it is given")
    expect.that(np.ptp(values_along(slope, "slope")) > 1e-6, "slope is the same everywhere")


@case("bend", "arrays of any shape, an empty one too")
def any_shape(bend, slope):
    for shape in ((0,), (1,), (2, 3), (2, 1, 4), (300, 7)):
        z = np.linspace(-2, 2, int(np.prod(shape))).reshape(shape)
        for function, what in ((bend, "bend"), (slope, "slope")):
            values = expect.array(function(z.copy()), shape=shape, what=what)
            expect.that(values.size < 2 or np.ptp(values) > 1e-6, f"{what} is the same for all numbers between -2 and 2")
    expect.that(np.abs(values_along(bend, "bend") - along()).max() > 1e-6, "bend gives back what it is given")


@case("bend", "training can move the weights: slope is zero on less than two thirds of what lies between -3 and 3")
def alive(bend, slope):
    steep = values_along(slope, "slope")
    expect.that(np.mean(np.abs(steep) < 1e-6) < 2 / 3, "slope is zero nearly everywhere: no weight before it could ever learn")
    expect.that(np.abs(values_along(bend, "bend") - along()).max() > 1e-6, "bend gives back what it is given")


@case("bend", "numbers up to a thousand give finite values and slopes", side=True)
def far_out(bend, slope):
    z = np.concatenate([-np.logspace(3, 0, 13), np.logspace(0, 3, 13)])
    expect.finite(bend(z), what="bend")
    expect.finite(slope(z), what="slope")


# --------------------------------------------------------------------------------------------------------------- planar

CALLS, UNITS = 400, 16


class Keyhole:
    """The judge's training points behind a keyhole: called with parameters, it gives the loss and the four gradients."""

    def __init__(self, X, y):
        self.X, self.y, self.calls = X, y, 0

    def __call__(self, parameters):
        """The mean log-loss at these parameters, and its gradients in the order W1, b1, W2, b2."""
        self.calls += 1
        if self.calls > CALLS:
            raise RuntimeError(f"the {CALLS} calls of this training are spent")
        loss, slopes, last = Walker(four(parameters)).look(self.X, self.y)
        w, b, v = zip(*slopes, strict=True)
        return float(loss), (np.stack(w, axis=1), np.array(b), np.array(v)[:, None], np.array([last]))


def four(parameters):
    """Four arrays of fitting shapes, for two inputs, one output, at most UNITS units."""
    expect.that(
        parameters is not None and hasattr(parameters, "__len__") and len(parameters) == 4,
        "the parameters are four arrays: W1, b1, W2, b2",
    )
    b1 = expect.array(parameters[1], what="b1")
    expect.that(
        b1.ndim == 1 and 1 <= len(b1) <= UNITS, f"b1 has shape {b1.shape}: it holds a bias for each of 1 to {UNITS} units"
    )
    shapes = ((2, len(b1)), (len(b1),), (len(b1), 1), (1,))
    return [expect.array(p, shape=s, finite=True, what="the fit") for p, s in zip(parameters, shapes, strict=True)]


def fitted_share(fit, classify, kind, rng, draws_of=2):
    """The mean share of fresh points named rightly, each time after a training of its own."""
    shares = []
    for _ in range(draws_of):
        X, y = drawn(kind, 1000, rng)
        keyhole = Keyhole(X[:200], y[:200])
        parameters = four(fit(keyhole, np.random.default_rng(rng.integers(2**32))))
        expect.calls(keyhole, CALLS, what="gradient")
        named = expect.array(classify(parameters, X[200:]), shape=(800,), what="classify")
        expect.that(np.isin(named, (0, 1)), "classify returned something other than 0 and 1")
        shares.append(np.mean(named == y[200:]))
    return float(np.mean(shares))


def reaches(share, at_least):
    """The share is high enough."""
    expect.that(share >= at_least, f"{share:.1%} of fresh points were named rightly; {at_least:.0%} are asked for")


@case("planar", f"the checkerboard: 95 % of fresh points after at most {CALLS} calls", false_alarm=1e-7, fresh=10)
def on_the_checkerboard(fit, classify, rng):
    reaches(fitted_share(fit, classify, checkerboard, rng), 0.95)


@case("planar", f"a disc in a ring: 95 % of fresh points after at most {CALLS} calls", false_alarm=1e-7, fresh=10)
def on_circles(fit, classify, rng):
    reaches(fitted_share(fit, classify, circles, rng), 0.95)


@case("planar", "classify says 1 where the net's score is above zero and 0 elsewhere", draws=draws.normals((1, 5), 2))
def names_by_the_score(classify, X):
    parameters = (np.array([[1.0, 0.0], [0.0, 1.0]]), np.zeros(2), np.array([[1.0], [-1.0]]), np.array([0.1]))
    named = expect.array(classify(parameters, X), shape=(len(X),), what="classify")
    turned_over = expect.array(classify((*parameters[:2], -parameters[2], -parameters[3]), X), shape=(len(X),), what="classify")
    expect.that(
        named == (Walker(parameters).score(X) > 0), "a point with a score above zero has another label than 1, or the reverse"
    )
    expect.that(named + turned_over == 1, "turning the sign of the score over does not turn the labels over")


@case("planar", f"a flower: 95 % of fresh points after at most {CALLS} calls", weight=2, false_alarm=1e-7, fresh=10)
def on_petals(fit, classify, rng):
    reaches(fitted_share(fit, classify, petals, rng), 0.95)


@case("planar", "classify leaves what it is given as it was", side=True)
def classify_pure(classify):
    rng = np.random.default_rng(5)
    given = [rng.normal(size=s) for s in ((2, 3), (3,), (3, 1), (1,), (4, 2))]
    before = [a.copy() for a in given]
    expect.handing_back(classify)(tuple(given[:4]), given[4])
    for now, then in zip(given, before, strict=True):
        expect.unchanged(now, then)


# ------------------------------------------------------------------------------------------------------- capacity_curve


class Recorder:
    """A stand-in for training. It writes down who was trained on what, and gives rules whose errors are known.

    The first column of X is a row's number. A rule of `units` errs on a trained row if (row + units) % 3 == 0, on any
    other row if (row + units) % 2 == 0. One that knows by heart errs on no trained row and on every other.
    """

    def __init__(self, X, y, by_heart=False):
        self.X, self.y, self.by_heart, self.trained = X, y, by_heart, []

    def __call__(self, X, y, units, rng):
        """What `train` is: it returns a rule."""
        X, y = expect.array(X, what="the X for train:"), expect.array(y, what="the y for train:")
        expect.that(
            X.ndim == 2 and X.shape[1] == self.X.shape[1] and y.shape == (len(X),), "train was given X and y that do not fit"
        )
        rows = X[:, 0].astype(int)
        known = np.all((rows >= 0) & (rows < len(self.X)))
        expect.that(known and np.array_equal(X, self.X[rows]), "train was given rows that are not in X")
        expect.that(np.array_equal(y, self.y[rows]), "train was given rows with the labels of other rows")
        expect.that(len(set(rows.tolist())) == len(rows), "train was given a row twice")
        self.trained.append((int(units), frozenset(rows.tolist())))
        return lambda at: self.rule(int(units), set(rows.tolist()), np.asarray(at)[:, 0].astype(int))

    def rule(self, units, known, rows):
        """The labels that the rule gives to these rows."""
        return np.where(self.errs(units, known, rows), 1 - self.y[rows], self.y[rows])

    def errs(self, units, known, rows):
        """Where the rule errs."""
        mine = np.isin(rows, list(known))
        if self.by_heart:
            return ~mine
        return np.where(mine, (rows + units) % 3 == 0, (rows + units) % 2 == 0)

    def shares(self, units):
        """The two error rates of this size, from what was trained: on the trained rows, and on all others."""
        every = np.arange(len(self.X))
        both = []
        for asked, known in self.trained:
            if asked == units:
                wrong, mine = self.errs(units, known, every), np.isin(every, list(known))
                both.append((wrong[mine].mean(), wrong[~mine].mean()))
        return np.mean(both, axis=0)


def numbered(n, columns, seed):
    """A small data set whose first column numbers the rows."""
    rng = np.random.default_rng(seed)
    return np.column_stack([np.arange(n), rng.normal(size=(n, columns))]), rng.integers(0, 2, n)


def curves(capacity_curve, recorder, sizes, rounds, seed):
    """Both curves, as arrays of one entry for each size."""
    both = capacity_curve(recorder, recorder.X.copy(), recorder.y.copy(), sizes, rounds, np.random.default_rng(seed))
    expect.that(both is not None and hasattr(both, "__len__") and len(both) == 2, "capacity_curve returns two curves")
    return [expect.array(c, shape=(len(sizes),), finite=True, what="a curve of capacity_curve") for c in (both[0], both[1])]


SIZES = draws.sampled([(1, 2, 4), (3,), (5, 1), (8, 4, 2, 1), (2, 3)])
ONE_SPLIT = {"n": draws.integers(12, 40), "sizes": SIZES, "seed": draws.seeds()}


@case("capacity_curve", "each size is trained once a round, on about three quarters of the rows", draws=ONE_SPLIT)
def trains_on_three_quarters(capacity_curve, n, sizes, seed):
    recorder = Recorder(*numbered(n, 2, seed), by_heart=True)
    _, held = curves(capacity_curve, recorder, sizes, 2, seed)
    expect.that(
        held > 1 - 1e-9,
        "a rule that knows the rows it was trained on by heart, and errs on all others, has a held-out error below 1",
    )
    asked = sorted(units for units, _ in recorder.trained)
    expect.that(asked == sorted([*sizes, *sizes]), f"for the sizes {list(sizes)} and two rounds, train was called for {asked}")
    for _, rows in recorder.trained:
        expect.that(abs(n - len(rows) - n / 4) <= 1, f"of {n} rows {len(rows)} were trained on")


@case("capacity_curve", "the two curves are the error rates on the trained rows and on the held-out rows", draws=ONE_SPLIT)
def the_rates(capacity_curve, n, sizes, seed):
    recorder = Recorder(*numbered(n, 1, seed))
    training, held = curves(capacity_curve, recorder, sizes, 1, seed)
    expect.that(len(recorder.trained) > 0, "train was never called")
    for k, units in enumerate(sizes):
        want_training, want_held = recorder.shares(units)
        expect.close(
            training[k],
            want_training,
            otherwise=f"the training error for {units} units is not what its rule does on the rows it was trained on",
        )
        expect.close(
            held[k],
            want_held,
            otherwise=f"the held-out error for {units} units is not what its rule does on the rows that were held out",
        )


@case("capacity_curve", "what you were given is left as it was", side=True)
def curve_pure(capacity_curve):
    X, y = numbered(16, 2, 0)
    recorder, sizes = Recorder(X.copy(), y.copy()), [2, 1]
    both = expect.handing_back(capacity_curve)(recorder, X, y, sizes, 2, np.random.default_rng(0))
    expect.that(both is not None, "capacity_curve returned None")
    expect.unchanged(X, recorder.X, what="X")
    expect.unchanged(y, recorder.y, what="y")
    expect.that(sizes == [2, 1], "your function changed the list of sizes")


def splits(capacity_curve, n, sizes, rounds, seed):
    """The rows trained on for each size, in the order of the calls."""
    recorder = Recorder(*numbered(n, 1, seed), by_heart=True)
    _, held = curves(capacity_curve, recorder, sizes, rounds, seed)
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


@case("capacity_curve", "each round has a split of its own, and every row is held out now and then", false_alarm=1e-9, fresh=50)
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


# -------------------------------------------------------------------------------------------------------------- spirals


def two_arms(rng, tightness=None, n=400):
    """One draw of spirals: X (n + 1000, 2) and labels (n + 1000,), the first n to learn from."""
    X, y = spiral_arms(n + 1000, rng, tightness)
    order = rng.permutation(n + 1000)
    return X[order], y[order]


def named_rightly(round, X, y):
    """The share of points that are named rightly."""
    named = expect.array(round.predict(X), shape=(len(X),), what="predict")
    return float(np.mean(named == y))


@studio(
    "spirals",
    train="train",
    users=("predict",),
    budget=60,
    metric="share of fresh points named rightly",
    baseline=0.68,
    bands=(0.78, 0.90, 0.965),
    seconds=180,
)
def public(entry, rng):
    """Three draws."""
    draws = [two_arms(rng) for _ in range(3)]
    learnt = [entry.train(X[:400], y[:400]) for X, y in draws]
    return float(np.mean([named_rightly(round, X[400:], y[400:]) for round, (X, y) in zip(learnt, draws, strict=True)]))


@case("spirals", "train returns at most 60 numbers, and with them predict gives a label to each point", seconds=60)
def keeps_the_budget(entry):
    X, y = spiral_arms(400, np.random.default_rng(3))
    named = expect.array(entry.train(X, y).predict(X), shape=(400,), what="predict")
    expect.that(np.isin(named, (0, 1)), "predict returned something other than the labels 0 and 1")
    expect.that(len(np.unique(named)) == 2, "predict gives all points the same label")


@case("spirals", "one point at a time gives the labels that all at once give", side=True, seconds=60)
def one_at_a_time(entry):
    X, y = spiral_arms(100, np.random.default_rng(9))
    round = entry.train(X, y)
    whole = expect.array(round.predict(X), shape=(100,), what="predict")
    alone = np.concatenate([expect.array(round.predict(X[n : n + 1]), shape=(1,), what="predict") for n in range(10)])
    expect.same(alone, whole[:10], "a point's label depends on the points beside it")
