"""Visible cases of week 2: they travel with the release."""

import math

import numpy as np
from hypothesis import strategies as st

from autograder import datasets
from autograder.cases import case, draws, exercise, expect, studio, studios

exercise("tin_slopes")
exercise("log_loss")
exercise("slopes", needs=("log_loss",))
exercise("descend", needs=("log_loss", "slopes"))
exercise("logistic", names=("LogisticRegression",), needs=("log_loss", "slopes", "descend"))
exercise("honest", needs=("log_loss", "slopes", "descend", "logistic"), seconds=20)
exercise("tumours", names=("train", "predict"), needs=("log_loss", "slopes", "descend"), kind="studio", seconds=20)

NODES = ("metal", "content", "wall", "base", "height", "radius")


# ------------------------------------------------------------------------------------------- what the words mean
def cost_after(radius, height, nudged="", by=0.0):
    """The tin's cost when one node is moved by a little and everything after it follows."""

    def moved(name, value):
        return value + by * (name == nudged)

    r, h = moved("radius", radius), moved("height", height)
    base = moved("base", np.pi * r**2)
    wall = moved("wall", 2 * np.pi * r * h)
    metal = moved("metal", 2 * base + wall)
    content = moved("content", base * h)
    return metal / content


def measured_cost(radius, height, node, step=1e-5):
    """The slope of the cost in one node, measured by nudging it to both sides."""
    return (cost_after(radius, height, node, step) - cost_after(radius, height, node, -step)) / (2 * step)


def penalised_loss(theta, X, y, penalty, weight=None):
    """The objective in words: each example's surprise, its weighted mean, half the penalty on the squared weights."""
    weight = [1.0] * len(X) if weight is None else weight
    total = 0.0
    for row, label, count in zip(X, y, weight, strict=True):
        logit = sum(float(a) * float(b) for a, b in zip(row, theta[:-1], strict=True)) + float(theta[-1])
        chance = 1 / (1 + math.exp(-logit)) if label else 1 / (1 + math.exp(logit))
        total -= count * math.log(chance)
    return total / sum(weight) + penalty / 2 * sum(float(w) ** 2 for w in theta[:-1])


def measured_slopes(theta, X, y, penalty, weight=None, step=1e-5):
    """The slope of the objective in each parameter, measured."""
    out = []
    for k in range(len(theta)):
        way = step * (np.arange(len(theta)) == k)
        ends = [penalised_loss(theta + sign * way, X, y, penalty, weight) for sign in (1, -1)]
        out.append((ends[0] - ends[1]) / (2 * step))
    return np.array(out)


@st.composite
def problems(draw, n=(2, 8), d=(1, 4), weighted=False):
    """A small problem with both labels: theta, X, y, penalty, weight."""
    n, d = draw(st.integers(*n)), draw(st.integers(*d))
    rng = np.random.default_rng(draw(draws.seeds()))
    y = rng.permutation(np.arange(n) % 2)
    return {
        "theta": rng.normal(size=d + 1),
        "X": rng.normal(size=(n, d)),
        "y": y,
        "penalty": draw(st.sampled_from([0.0, 0.3, 2.0])),
        "weight": rng.integers(1, 6, n) / 2 if weighted else None,
    }


def two_clouds(seed, n=60, d=3, apart=1.2):
    """Standardised features of two overlapping clouds, and their labels."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 2
    X = rng.normal(size=(n, d)) + apart * (y[:, None] - 0.5) * rng.normal(size=d)
    return (X - X.mean(axis=0)) / X.std(axis=0), y


# ------------------------------------------------------------------------------------------- tin_slopes
@case("tin_slopes", "the example in the statement comes out")
def worked_example(tin_slopes):
    said = tin_slopes(1.0, 2.0)
    expect.close(said["radius"], -2.0, what="the slope in the radius")
    expect.close(said["height"], -0.5, what="the slope in the height")


@case(
    "tin_slopes",
    "the slopes in metal, content and wall are what a nudge of each brings",
    draws={"radius": draws.vectors(2, 0.5, 3), "height": draws.vectors(2, 0.5, 3)},
)
def near_the_cost(tin_slopes, radius, height):
    said = tin_slopes(radius, height)
    for node in ("metal", "content", "wall"):
        expect.close(said[node], measured_cost(radius, height, node), rtol=1e-5, what=f"the slope in {node}")


@case("tin_slopes", "your inputs are left as they were", side=True)
def pure(tin_slopes):
    radius, height = np.array([1.0, 2.0]), np.array([3.0, 0.5])
    expect.handing_back(tin_slopes)(radius, height)
    expect.unchanged(radius, np.array([1.0, 2.0]), what="the radius")
    expect.unchanged(height, np.array([3.0, 0.5]), what="the height")


# ------------------------------------------------------------------------------------------- log_loss
@case("log_loss", "the example in the statement comes out")
def three_to_one(log_loss):
    expect.close(log_loss(np.log([3.0, 3.0]), np.array([1, 0])), np.log([4 / 3, 4.0]))


@case("log_loss", "the two losses of one logit belong to two probabilities that sum to one", draws=draws.matrices(low=-8, high=8))
def two_sum_to_one(log_loss, logits):
    chances = [np.exp(-expect.array(log_loss(logits, np.full(logits.shape, k)), shape=logits.shape)) for k in (0, 1)]
    expect.that(np.allclose(chances[0] + chances[1], 1, atol=1e-7), f"the two probabilities sum to {chances[0] + chances[1]}")


@case("log_loss", "the two losses of one logit differ by the logit", draws=draws.matrices(low=-8, high=8))
def differ_by_the_logit(log_loss, logits):
    at_0, at_1 = (expect.array(log_loss(logits.copy(), np.full(logits.shape, k)), shape=logits.shape) for k in (0, 1))
    apart = at_0 - at_1
    expect.close(apart, logits, what="the loss at label 0 minus the loss at label 1: your function")


@case("log_loss", "your inputs are left as they were", side=True)
def left_alone(log_loss):
    logits, y = np.array([-2.0, 0.5, 3.0]), np.array([0, 1, 0])
    expect.handing_back(log_loss)(logits, y)
    expect.unchanged(logits, np.array([-2.0, 0.5, 3.0]), what="the logits")
    expect.unchanged(y, np.array([0, 1, 0]), what="the labels")


# ------------------------------------------------------------------------------------------- slopes
@case("slopes", "the example in the statement comes out")
def one_tumour(slopes):
    expect.close(slopes(np.zeros(2), np.array([[2.0]]), np.array([1]), 0.0), np.array([-1.0, -0.5]))


@case("slopes", "the gradient agrees with measured slopes", draws=problems())
def measured(slopes, problem):
    got = slopes(problem["theta"], problem["X"], problem["y"], problem["penalty"])
    want = measured_slopes(problem["theta"], problem["X"], problem["y"], problem["penalty"])
    expect.close(got, want, rtol=1e-4, atol=1e-7, what="your gradient: it")


@case("slopes", "it agrees with them too where rows count differently", draws=problems(weighted=True))
def measured_with_weights(slopes, problem):
    expect.close(slopes(**problem), measured_slopes(**problem), rtol=1e-4, atol=1e-7, what="your gradient: it")


@case("slopes", "your inputs are left as they were", side=True)
def slopes_left_alone(slopes):
    theta, X, y, weight = np.array([0.5, -1.0]), np.array([[1.0], [2.0]]), np.array([0, 1]), np.array([1.0, 3.0])
    expect.handing_back(slopes)(theta, X, y, 0.5, weight)
    expect.unchanged(theta, np.array([0.5, -1.0]), what="theta")
    expect.unchanged(X, np.array([[1.0], [2.0]]), what="X")
    expect.unchanged(y, np.array([0, 1]), what="y")
    expect.unchanged(weight, np.array([1.0, 3.0]), what="the weights")


def loop_over_examples(X, y):
    """What we measure against: as quick as a plain loop over the examples gets. It is no answer: one slope only comes out."""
    total, numbers, features = 0.0, X.ravel().tolist(), X.shape[1]  # no lists in a list: they wake the garbage collector
    for i, label in enumerate(y.tolist()):
        total += 1 / (1 + math.exp(-sum(numbers[i * features : i * features + features]))) - label
    return total


def takes_no_loop(slopes, X, y):
    """The gradient of all examples takes half of what a plain loop over them takes, at most."""
    expect.faster(
        lambda: slopes(np.zeros(X.shape[1] + 1), X, y, 0.0),
        lambda: loop_over_examples(X[::10], y[::10]),
        share=1 / 2,
        what="a loop over the examples",
        of=10,
    )


@case("slopes", "300,000 examples take no Python loop", side=True, seconds=30)
def many_at_once(slopes):
    y = np.arange(300_000) % 2
    X = np.stack([y, 1 - y], axis=1).astype(np.float32)
    expect.close(slopes(np.zeros(3), X, y, 0.0), np.array([-0.25, 0.25, 0.0]), atol=1e-6, what="your gradient: it")
    takes_no_loop(slopes, X, y)


# ------------------------------------------------------------------------------------------- descend
@case(
    "descend",
    "the path has a row for every place, begins at the origin and ends lower",
    draws={"steps": st.integers(30, 60), "d": st.integers(1, 4)},
    examples=8,
)
def a_path(descend, steps, d):
    X, y = two_clouds(d, d=d)
    path = expect.array(descend(X, y, 0.1, steps), shape=(steps + 1, d + 1), finite=True, what="descend")
    expect.close(path[0], np.zeros(d + 1), what="the first row of the path: it")
    start, end = (penalised_loss(p, X, y, 0.1) for p in (path[0], path[-1]))
    expect.that(end < start - 1e-4, f"the loss is {start:.4f} at the start and {end:.4f} at the end")


@case("descend", "at the end no direction leads down any more", draws={"seed": draws.integers(0, 99)}, examples=4)
def no_way_down(descend, seed):
    X, y = two_clouds(seed, d=1 + seed % 4)
    end = expect.array(descend(X, y, 0.1, 300), shape=(301, X.shape[1] + 1), finite=True, what="descend")[-1]
    steepest = np.abs(measured_slopes(end, X, y, 0.1)).max()
    expect.that(steepest < 1e-6, f"after 300 steps there is still a slope of {steepest:.2g}")


@case("descend", "without features it finds the bias of the statement's example")
def only_a_bias(descend):
    path = descend(np.zeros((4, 0)), np.array([1, 1, 1, 0]), 0.1, 200)
    expect.close(expect.array(path, shape=(201, 1), what="descend")[-1], np.log([3.0]), what="the end of the path: it")


@case("descend", "your inputs are left as they were", side=True)
def descend_left_alone(descend):
    X, y = two_clouds(1)
    before, weight = (X.copy(), y.copy()), np.linspace(1, 2, len(y))
    expect.handing_back(descend)(X, y, 0.1, 5, weight)
    expect.unchanged(X, before[0], what="X")
    expect.unchanged(y, before[1], what="y")
    expect.unchanged(weight, np.linspace(1, 2, len(y)), what="the weights")


# ------------------------------------------------------------------------------------------- logistic
@case("logistic", "the example in the statement comes out")
def nothing_to_go_by(LogisticRegression):
    model = LogisticRegression()
    model.fit(np.zeros((8, 0)), np.array([7, 7, 3, 7, 7, 3, 7, 7]))
    expect.close(model.predict_proba(np.zeros((5, 0))), np.tile([0.25, 0.75], (5, 1)), atol=2e-3, what="predict_proba")
    expect.close(model.classes_, np.array([3, 7]), what="classes_: it")


@case("logistic", "exchanging the names of the classes exchanges the columns")
def only_names(LogisticRegression):
    X, y = two_clouds(18, n=30, d=2)
    one, other = LogisticRegression(penalty=0.1), LogisticRegression(penalty=0.1)
    one.fit(X, np.where(y == 1, 5, -5))
    a = expect.array(one.predict_proba(X), shape=(30, 2), finite=True, what="predict_proba")
    other.fit(X, np.where(y == 1, -5, 5))
    b = expect.array(other.predict_proba(X), shape=(30, 2), finite=True, what="predict_proba")
    expect.that(np.allclose(a.sum(axis=1), 1), f"the first row of probabilities sums to {a[0].sum():.4f}")
    expect.that(a[y == 1, 1].mean() > a[y == 0, 1].mean() + 0.01, "the second column is no larger where the second class is")
    expect.same(a, b[:, ::-1], "the columns are not simply exchanged", atol=1e-3)


@case("logistic", "fit returns the model", side=True)
def chained(LogisticRegression):
    X, y = two_clouds(0, n=12, d=1)
    got = LogisticRegression(penalty=0.1).fit(X, y).predict_proba(X)
    expect.shape(got, (12, 2), what="predict_proba")


@case("logistic", "your inputs are left as they were", side=True)
def model_left_alone(LogisticRegression):
    X, y = two_clouds(2, n=12)
    y = 3 + 4 * y
    before, weight = (X.copy(), y.copy()), np.linspace(1, 2, 12)
    model = LogisticRegression(penalty=0.1)
    expect.handing_back(model.fit)(X, y, weight)
    expect.handing_back(model.predict_proba)(X)
    expect.unchanged(X, before[0], what="X")
    expect.unchanged(y, before[1], what="y")
    expect.unchanged(weight, np.linspace(1, 2, 12), what="the weights")


# ------------------------------------------------------------------------------------------- honest
@case(
    "honest",
    "where the features say nothing, everybody gets the population's share",
    draws={"share": draws.sampled([0.1, 0.25, 0.9])},
    examples=3,
)
def nothing_to_say(honest, share):
    got = honest(np.zeros((40, 2)), np.arange(40) % 2, np.zeros((3, 2)), share)
    expect.close(got, np.full(3, share), atol=0.01)


@case("honest", "a larger share makes everybody more likely")
def rises_with_the_share(honest):
    X, y = two_clouds(19, n=200, d=2)
    low, high = (expect.array(honest(X, y, X[:9], share), shape=(9,), finite=True) for share in (0.2, 0.7))
    expect.that(np.all(low < high), f"from a share of 0.2 to one of 0.7 it goes from {low.round(3)} to {high.round(3)}")
    expect.that(low.min() >= 0 and high.max() <= 1, "something outside 0 to 1 came out")


@case("honest", "your inputs are left as they were", side=True)
def sample_left_alone(honest):
    X, y = two_clouds(4, n=20, d=2)
    before, new = (X.copy(), y.copy()), X[:3] + 0.1
    kept = new.copy()
    expect.handing_back(honest)(X, y, new, 0.2)
    expect.unchanged(X, before[0], what="X")
    expect.unchanged(y, before[1], what="y")
    expect.unchanged(new, kept, what="X_new")


# ------------------------------------------------------------------------------------------- tumours
def patients(seed, n=120):
    """Made-up patients: thirty measures, each in a unit of its own, and labels 0 or 1."""
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.arange(n) % 2)
    X = np.exp(0.3 * rng.normal(size=(n, 30)) + 0.2 * y[:, None]) * 10.0 ** rng.uniform(-2, 2, 30)
    return X.astype(np.float32), y


# The mean log-loss of a plain ridge (penalty 0.01, standardised measures) on the five public splits: neither the order nor the
# units of the columns change it.
RIDGE = (0.1297, 0.0998, 0.1037, 0.1107, 0.0684)


@studio(
    "tumours",
    train="train",
    users=("predict",),
    budget=31,
    metric="nats above a plain ridge on the same patients",
    baseline=0.30,
    bands=(0.15, 0.055, 0.012),
    higher=False,
    seconds=120,
)
def public(entry, rng):
    """Five samples of 120 of the public patients to learn from; the others judge."""
    table, asked = datasets.load("cancer"), []
    for k, ours in enumerate(RIDGE):
        order, change = np.random.default_rng(k).permutation(len(table.y)), studios.columns(rng, 30)
        few, others = order[:120], order[120:]
        round = entry.train(change(table.X[few]), table.y[few].astype(int))
        asked.append((round, change(table.X[others]), table.y[others], ours))
    return float(np.mean([np.mean(losses(probabilities_of(round, X), y)) - ours for round, X, y, ours in asked]))


def probabilities_of(round, X):
    """What `predict` says of these patients: probabilities (patients,)."""
    said = expect.array(round.predict(X), shape=(len(X),), finite=True, what="predict")
    expect.that(said.min() >= 0 and said.max() <= 1, f"predict returned {said.min():.3g} to {said.max():.3g}")
    return said


def losses(said, y):
    """Each patient's surprise, with probabilities kept off 0 and 1."""
    said = np.clip(np.asarray(said, float), 1e-6, 1 - 1e-6)
    return -np.log(np.where(y == 1, said, 1 - said))


@case("tumours", "at most 31 numbers are learnt")
def budget(entry):
    entry.train(*patients(0))


@case("tumours", "predict gives one probability for each patient, for one patient too")
def probabilities(entry):
    X, y = patients(1)
    round = entry.train(X, y)
    for rows in (X[:50], X[:1]):
        probabilities_of(round, rows)
