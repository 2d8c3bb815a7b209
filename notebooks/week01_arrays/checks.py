"""Visible cases of week 1: they travel with the release."""

import math

import numpy as np

from autograder import datasets
from autograder.cases import case, draws, exercise, expect, studio

exercise("centre_of_ink")
exercise("distances", seconds=10)
exercise("standardise", names=("learn_scale", "standardise", "undo"))
exercise("xor_net", names=("net", "xor_parameters"))
exercise("nearest_prototype", names=("learn_prototypes", "nearest_prototype"), needs=("distances",))
exercise("examine", seconds=10)
exercise("two_digits", kind="studio", names=("train", "predict"), needs=("centre_of_ink",), seconds=20)

# ---- centre_of_ink

PICTURES = draws.arrays(((1, 3), (1, 5), (1, 6)), low=0, high=9, decimals=0)


def inked(images):
    """The pictures with one dot of ink in the first corner of each, so that none is blank."""
    out = np.array(images, dtype=float)
    out[:, 0, 0] += 1
    return out


@case("centre_of_ink", "the two examples of the statement come out")
def dots(centre_of_ink):
    picture = np.zeros((1, 3, 6))
    picture[0, 0, [0, 4]] = 2
    expect.close(centre_of_ink(picture), [[0.0, 2.0]])
    picture[0, 0, 4] = 6
    expect.close(centre_of_ink(picture), [[0.0, 3.0]])


@case(
    "centre_of_ink",
    "a single dot of ink is its own centre, wherever it is and whatever the picture's size",
    draws={"height": draws.integers(1, 6), "width": draws.integers(1, 6), "at": draws.integers(0, 35)},
)
def one_dot(centre_of_ink, height, width, at):
    row, column = at % height, at // height % width
    picture = np.zeros((1, height, width))
    picture[0, row, column] = 3.0
    expect.close(centre_of_ink(picture), [[row, column]])


@case("centre_of_ink", "pushing the ink pushes the centre by as much", draws=PICTURES)
def moves_along(centre_of_ink, images):
    images = inked(images)
    pushed = np.pad(images, ((0, 0), (2, 0), (1, 0)))
    expect.close(
        centre_of_ink(pushed),
        expect.array(centre_of_ink(images), (len(images), 2)) + [2, 1],
        tell=False,
        otherwise="with all ink two rows down and one column to the right, the centre did not go with it",
    )


@case(
    "centre_of_ink",
    "a picture without ink has its centre in the middle of the paper",
    side=True,
    draws={"height": draws.integers(1, 6), "width": draws.integers(1, 6)},
)
def blank(centre_of_ink, height, width):
    expect.close(centre_of_ink(np.zeros((1, height, width))), [[(height - 1) / 2, (width - 1) / 2]])


@case("centre_of_ink", "your input is left as it was", side=True, draws=PICTURES)
def ink_untouched(centre_of_ink, images):
    before = images.copy()
    expect.handing_back(centre_of_ink)(images)
    expect.unchanged(images, before)


# ---- distances

POINTS = draws.matrices(rows=(1, 5), columns=(1, 4))


@case("distances", "the example of the statement comes out")
def three_four_five(distances):
    expect.close(distances(np.array([[0.0, 0.0], [3.0, 0.0]]), np.array([[3.0, 4.0]])), [[5.0], [4.0]])


@case(
    "distances",
    "with one coordinate, the distance is the size of the difference",
    draws={"a": draws.vectors(size=(1, 5)), "b": draws.vectors(size=(1, 4))},
)
def on_a_line(distances, a, b):
    table = expect.array(distances(a[:, None], b[:, None]), (len(a), len(b)))
    for i, j in np.ndindex(len(a), len(b)):
        expect.close(table[i, j], abs(a[i] - b[j]), otherwise=f"from {a[i]:g} to {b[j]:g} your distance is {table[i, j]:g}")


@case(
    "distances",
    "coordinates add up: the squared distance is the sum of the squared distances in each coordinate alone",
    draws={"A": POINTS, "m": draws.integers(1, 4)},
)
def pythagoras(distances, A, m):
    B = np.resize(A[::-1] + 1.5, (m, A.shape[1])) * np.arange(1, A.shape[1] + 1)
    whole = expect.array(distances(A, B), (len(A), m))
    parts = [expect.array(distances(A[:, [j]], B[:, [j]]), (len(A), m)) for j in range(A.shape[1])]
    expect.that(np.any(whole > 0), "points that differ came out at distance 0")
    expect.same(whole**2, sum(p**2 for p in parts), "the squares do not add up", atol=1e-6)


@case("distances", "the inputs are left as they were", side=True, draws={"A": POINTS, "B": POINTS})
def points_untouched(distances, A, B):
    B = np.resize(B, (len(B), A.shape[1]))
    before = A.copy(), B.copy()
    expect.handing_back(distances)(A, B)
    expect.unchanged(A, before[0], "A")
    expect.unchanged(B, before[1], "B")


def loop_over_pairs(A, B):
    """What we measure against: as quick as a plain loop over pairs gets. It is no answer: it keeps the last pair only."""
    total = 0.0
    rows, others = A.tolist(), B.tolist()
    for a in rows:
        for b in others:
            total = math.sqrt(sum([(x - y) ** 2 for x, y in zip(a, b, strict=True)]))
    return total


@case("distances", "it is much faster than a Python loop over the pairs", side=True, weight=2)
def fast(distances):
    A, B = np.sin(np.arange(1000.0)).reshape(250, 4), np.cos(np.arange(1200.0)).reshape(300, 4)
    A[:, 0] += 3
    expect.faster(
        lambda: distances(A, B), lambda: loop_over_pairs(A[:50], B[:60]), share=1 / 3, what="a loop over the pairs", of=25
    )


# ---- standardise


@case("standardise", "the example of the statement comes out")
def one_two_three_six(learn_scale, standardise):
    column = np.array([[1.0], [2.0], [3.0], [6.0]])
    expect.close(standardise(column, learn_scale(column)), (column - 3) / math.sqrt(3.5))


@case(
    "standardise",
    "every column of the training examples has mean 0 and mean square 1",
    weight=2,
    draws=draws.normals((2, 7), (1, 5), scale=3.0),
)
def common_footing(learn_scale, standardise, X):
    X = X * np.arange(1, X.shape[1] + 1) + 5
    Z = expect.array(standardise(X, learn_scale(X)), X.shape, finite=True)
    expect.close(Z.mean(axis=0), np.zeros(X.shape[1]), otherwise=f"the columns' means are {np.round(Z.mean(axis=0), 3)}")
    expect.close(
        (Z**2).mean(axis=0),
        np.ones(X.shape[1]),
        otherwise=f"the columns' mean squares are {np.round((Z**2).mean(axis=0), 3)}",
    )


@case(
    "standardise",
    "undo gives back what went in, for new examples too",
    draws={"X": draws.normals((2, 6), 3), "new": draws.matrices(columns=3)},
)
def there_and_back(learn_scale, standardise, undo, X, new):
    scale = learn_scale(X.copy())
    Z = expect.array(standardise(new.copy(), scale), new.shape, finite=True, what="standardise")
    expect.close(undo(Z, scale), new, atol=1e-6, what="undo")
    expect.close(undo(np.zeros((1, 3)), scale), X.mean(axis=0, keepdims=True), what="undo, for a row of zeros,")


@case(
    "standardise",
    "a constant column becomes 0, and undo brings it back",
    side=True,
    draws={"value": draws.sampled([0.0, 2.0, -5.0]), "n": draws.integers(1, 5)},
)
def constant_column(learn_scale, standardise, undo, value, n):
    X = np.column_stack([np.full(n, value), np.arange(n)])
    scale = learn_scale(X.copy())
    Z = expect.array(standardise(X.copy(), scale), X.shape, finite=True, what="standardise")
    expect.close(Z[:, 0], np.zeros(n), otherwise=f"the constant column became {Z[:, 0]}")
    expect.close(undo(Z, scale), X, what="undo")


@case("standardise", "no input is changed", side=True, draws=draws.normals((2, 5), (1, 4)))
def tables_untouched(learn_scale, standardise, undo, X):
    before = X.copy()
    scale = expect.handing_back(learn_scale)(X)
    expect.unchanged(X, before, "the table given to learn_scale")
    Z = expect.array(expect.handing_back(standardise)(X, scale), X.shape)
    expect.unchanged(X, before, "the table given to standardise")
    before = Z.copy()
    expect.handing_back(undo)(Z, scale)
    expect.unchanged(Z, before, "the table given to undo")


# ---- xor_net


@case("xor_net", "the network of the statement gives |x| - 2")
def size_minus_two(net):
    X = np.array([[-5.0], [-1.0], [0.0], [2.0], [3.5]])
    W1, W2 = np.array([[1.0, -1.0]]), np.array([[1.0], [1.0]])
    expect.close(net(X, W1, np.zeros(2), W2, np.array([-2.0])), np.abs(X) - 2, what="net")


@case(
    "xor_net",
    "a unit whose score is negative passes nothing on, one whose score is positive passes all of it",
    draws={"x": draws.floats(-4, 4), "bias": draws.floats(-2, 2), "out": draws.floats(-3, 3)},
)
def one_unit(net, x, bias, out):
    score = 2 * x + bias
    got = net(np.array([[x]]), np.array([[2.0]]), np.array([bias]), np.array([[3.0]]), np.array([out]))
    expect.close(got, [[(3 * score if score > 0 else 0) + out]], what="net")


def checked_parameters(xor_parameters):
    """The four arrays, their shapes looked at."""
    got = xor_parameters()
    expect.that(
        isinstance(got, (tuple, list)) and len(got) == 4, "xor_parameters is to return four arrays: return W1, b1, W2, b2"
    )
    W1, b1, W2, b2 = (expect.array(a, finite=True, what=name) for a, name in zip(got, ("W1", "b1", "W2", "b2"), strict=True))
    expect.that(W1.ndim == 2 and len(W1) == 2, f"W1 has shape {W1.shape}; (2, H) was asked for")
    units = W1.shape[1]
    expect.that(1 <= units <= 4, f"there are {units} hidden units; between one and four were asked for")
    for a, name, shape in ((b1, "b1", (units,)), (W2, "W2", (units, 1)), (b2, "b2", (1,))):
        expect.shape(a, shape, what=name)
    return W1, b1, W2, b2


def xor_is_wrong_at(parameters, points, on):
    """The points at which the score of our own network has the wrong sign, or none."""
    W1, b1, W2, b2 = (np.asarray(a, dtype=float) for a in parameters)
    scores = np.array([[sum(W2[k, 0] * max(0.0, p @ W1[:, k] + b1[k]) for k in range(len(b1))) + b2[0]] for p in points])
    return [p for p, s in zip(points, scores, strict=True) if (s <= 0 if on else s >= 0)]


CORNERS = {(0, 1): True, (1, 0): True, (0, 0): False, (1, 1): False}


@case("xor_net", "the four corners themselves are right")
def corners(xor_parameters):
    parameters = checked_parameters(xor_parameters)
    for corner, on in CORNERS.items():
        wrong = xor_is_wrong_at(parameters, np.array([corner], dtype=float), on)
        expect.that(not wrong, f"at {corner} the score is not {'positive' if on else 'negative'}")


@case("xor_net", "the inputs of net are left as they were", side=True)
def net_untouched(net):
    arrays = [np.array([[1.0, -2.0]]), np.array([[1.0], [2.0]]), np.array([4.0]), np.array([[2.0]]), np.array([1.0])]
    before = [a.copy() for a in arrays]
    expect.handing_back(net)(*arrays)
    for now, then, name in zip(arrays, before, ("X", "W1", "b1", "W2", "b2"), strict=True):
        expect.unchanged(now, then, name)


# ---- nearest_prototype


def blobs(rng, centres, sizes, spread=0.3):
    """Examples round some centres, mixed, and which centre each is from."""
    which = rng.permutation(np.repeat(np.arange(len(centres)), sizes))
    return np.asarray(centres, dtype=float)[which] + spread * rng.standard_normal((len(which), np.shape(centres)[1])), which


@case("nearest_prototype", "the example of the statement comes out")
def seven_and_four(learn_prototypes, nearest_prototype):
    memory = learn_prototypes(np.array([[0.0], [2.0], [10.0]]), np.array([7, 7, 4]))
    expect.close(nearest_prototype(np.array([[5.0], [6.0]]), memory), [7, 4])


@case(
    "nearest_prototype",
    "classes that lie well apart are told apart, whatever they are called",
    draws={"seed": draws.seeds(), "names": draws.sampled([(0, 1, 2), (3, 8, 5), (7, 1, 4)])},
)
def well_apart(learn_prototypes, nearest_prototype, seed, names):
    X, which = blobs(np.random.default_rng(seed), [[0, 0, 0], [9, 0, 0], [0, 9, 9]], [3, 5, 9])
    y = np.array(names)[which]
    got = expect.array(nearest_prototype(X, learn_prototypes(X, y)), y.shape)
    expect.that(np.array_equal(got, y), f"the labels {sorted(names)} are what can come out; came out: {np.unique(got)[:6]}")


@case("nearest_prototype", "the order of the training examples does not matter", side=True, draws=draws.seeds())
def any_order(learn_prototypes, nearest_prototype, seed):
    rng = np.random.default_rng(seed)
    X, y = rng.standard_normal((12, 2)), np.resize([2, 0, 1], 12)
    order, new = rng.permutation(12), rng.standard_normal((9, 2))
    expect.same(
        nearest_prototype(new, learn_prototypes(X, y)),
        nearest_prototype(new, learn_prototypes(X[order], y[order])),
        "the same training examples in another order gave other answers",
    )


@case("nearest_prototype", "no input is changed", side=True, draws=draws.seeds())
def examples_untouched(learn_prototypes, nearest_prototype, seed):
    X, y = blobs(np.random.default_rng(seed), [[0, 1], [5, 5]], [4, 3])
    before = X.copy(), y.copy()
    memory = expect.handing_back(learn_prototypes)(X, y)
    expect.handing_back(nearest_prototype)(X, memory)
    expect.unchanged(X, before[0], "X")
    expect.unchanged(y, before[1], "y")


# ---- examine


def a_right_split(X, y, share, seed):
    """One way to keep the contract."""
    order = np.random.default_rng(seed).permutation(len(X))
    held, rest = np.split(order, [round(share * len(X))])
    return X[rest], y[rest], X[held], y[held]


def loses_the_rest(X, y, share, seed):
    """Breaks the contract: it loses most rows."""
    X_train, y_train, X_test, y_test = a_right_split(X, y, share, seed)
    return X_train[:1], y_train[:1], X_test, y_test


def spares(examine, split):
    """The learner's test lets a right program pass; else say what it said."""
    try:
        examine(split)
    except NotImplementedError:
        raise
    except Exception as error:
        said = f" It said: {str(error)[:150]}" if str(error) else ""
        expect.that(False, f"your test turns away a program that keeps every promise.{said}")


def catches(examine, split):
    """The learner's test turns a wrong program away."""
    try:
        examine(split)
    except NotImplementedError:
        raise
    except Exception:
        return
    expect.that(False, "your test lets this program pass")


@case("examine", "a program that keeps the contract is spared, and one that loses most rows is caught")
def one_of_each(examine):
    spares(examine, a_right_split)
    catches(examine, loses_the_rest)


# ---- two_digits


def named_rightly(round, X, y):
    """The share of pictures whose label `predict` finds."""
    said = expect.array(round.predict(X), (len(X),), what="predict")
    expect.that(np.isin(said, (0, 1)).all(), f"predict returned {np.unique(said)[:5]}; each label is a 0 or a 1")
    return float((said == y).mean())


def pair_of(X, y, pair):
    """The pictures of two digits as the studio hands them out, and labels: 0 for the first of the pair, 1 for the second."""
    ours = np.isin(y, pair)
    return X[ours].astype(np.float32) / np.float32(255), (y[ours] == pair[1]).astype(np.int64)


@studio(
    "two_digits",
    train="train",
    users=("predict",),
    budget=20,
    metric="share of unseen digits named rightly",
    baseline=0.83,
    bands=(0.89, 0.94, 0.97),
    seconds=120,
)
def public(entry, rng):
    """Five pairs: learnt from the training digits, judged on the test digits."""
    known, others = datasets.load("mnist", split="train"), datasets.load("mnist", split="test")
    learnt = []
    for _ in range(5):
        pair = tuple(int(d) for d in rng.permutation(10)[:2])
        X, y = pair_of(known.X, known.y, pair)
        some = rng.permutation(len(X))[:800]
        learnt.append((pair, entry.train(X[some], y[some])))
    return float(np.mean([named_rightly(round, *pair_of(others.X, others.y, pair)) for pair, round in learnt]))


@case("two_digits", "at most twenty numbers are learnt, and zeros are told from ones better than by guessing")
def keeps_the_rules(entry):
    digits = datasets.load("mnist", split="test")
    X, y = pair_of(digits.X, digits.y, (0, 1))
    X, y = X[:160], y[:160]
    share = named_rightly(entry.train(X[:120], y[:120]), X[120:], y[120:])
    expect.that(share > 0.6, f"{share:.0%} of some unseen zeros and ones were named rightly; guessing gets half")


@case("two_digits", "a single picture gets the label that it gets among others")
def one_at_a_time(entry):
    digits = datasets.load("mnist", split="test")
    X, y = pair_of(digits.X, digits.y, (3, 8))
    round = entry.train(X[:100], y[:100])
    together = expect.array(round.predict(X[100:106]), (6,), what="predict")
    for i in range(6):
        expect.that(
            np.array_equal(expect.array(round.predict(X[100 + i : 101 + i]), (1,), what="predict"), together[i : i + 1]),
            "a picture's label depends on what else is in the batch",
        )
