"""Hidden cases of week 1: they stay with the grader."""

import contextlib
import itertools
import math
import sys

import checks
import numpy as np

from autograder import datasets
from autograder.cases import case, draws, expect, judge, studios

# ---- centre_of_ink


def centre_by_hand(picture):
    """The definition, pixel by pixel."""
    total = down = across = 0.0
    for (i, j), ink in np.ndenumerate(picture):
        total, down, across = total + float(ink), down + i * float(ink), across + j * float(ink)
    return [down / total, across / total]


@case(
    "centre_of_ink",
    "it is the centre of mass of every picture, at every size",
    weight=2,
    twin="moves_along",
    draws=draws.arrays(((1, 4), (1, 6), (1, 7)), low=0, high=9, decimals=0),
)
def balances(centre_of_ink, images):
    images = checks.inked(images)
    expect.close(centre_of_ink(images), [centre_by_hand(p) for p in images])


@case("centre_of_ink", "ink twice as dark, or a thousand times as pale, has the same centre", draws=checks.PICTURES)
def any_darkness(centre_of_ink, images):
    images = checks.inked(images)
    wanted = [centre_by_hand(p) for p in images]
    for factor in (2.0, 1e-3):
        expect.close(centre_of_ink(images * factor), wanted, otherwise=f"all ink times {factor:g}, and the centre moved")


@case(
    "centre_of_ink",
    "pictures of any number type have their centre where it is",
    weight=2,
    draws=draws.arrays(((1, 2), (20, 40), (20, 40)), low=0, high=1, decimals=0),
)
def number_types(centre_of_ink, images):
    wanted = [centre_by_hand(p) for p in checks.inked(images)]
    for kind, darkness in (("uint8", 125), ("float32", 0.5), ("int64", 1000)):
        typed = (checks.inked(images) * darkness).astype(kind)
        expect.close(centre_of_ink(typed), wanted, rtol=1e-4, atol=1e-4, otherwise=f"not so for pictures of type {kind}")


@case("centre_of_ink", "half precision loses no ink on the way, however much there is", side=True)
def half_precision(centre_of_ink):
    images = np.full((2, 40, 36), 60, np.float16)
    images[1, :25, 10:] = 0
    expect.close(centre_of_ink(images), [centre_by_hand(p) for p in images], rtol=1e-4, atol=1e-4)


@case("centre_of_ink", "a blank picture is treated on its own, among others too", side=True)
def blank_among_others(centre_of_ink):
    images = np.zeros((3, 4, 6), np.uint8)
    images[1, 3, 5] = 200
    expect.close(centre_of_ink(images), [[1.5, 2.5], [3, 5], [1.5, 2.5]])


@case("centre_of_ink", "pictures with very little ink are not taken for blank ones", side=True)
def faint(centre_of_ink):
    images = np.zeros((1, 5, 3))
    images[0, 4, 2] = 1e-12
    expect.close(centre_of_ink(images), [[4.0, 2.0]])


@case("centre_of_ink", "a picture has the same centre alone, among others, and no pictures have no centres", side=True)
def pictures_apart(centre_of_ink):
    images = checks.inked(np.arange(2.0 * 5 * 7).reshape(2, 5, 7) % 11)
    both = centre_of_ink(images * np.array([1.0, 1e6])[:, None, None])
    expect.close(centre_of_ink(images[:1]), expect.array(both, (2, 2))[:1], otherwise="not so")
    expect.shape(centre_of_ink(images[:0]), (0, 2))


# ---- distances


def table_by_hand(A, B):
    """The definition, pair by pair."""
    return np.array([[math.dist(a, b) for b in B.tolist()] for a in A.tolist()]).reshape(len(A), len(B))


@case(
    "distances",
    "the law holds for every pair, at every size",
    weight=3,
    draws={"A": draws.normals((1, 6), 7, scale=2.0), "B": draws.normals((1, 6), 7, scale=2.0), "d": draws.integers(1, 7)},
)
def every_pair(distances, A, B, d):
    expect.close(distances(A[:, :d], B[:, :d]), table_by_hand(A[:, :d], B[:, :d]), tell=False)


@case(
    "distances",
    "pictures in uint8 and other whole numbers are no further apart than they are",
    weight=2,
    draws={"A": draws.arrays(((1, 4), 3), low=0, high=255, decimals=0), "kind": draws.sampled(["uint8", "int64", "int8"])},
)
def whole_numbers(distances, A, kind):
    A = (A % 250 - 125 * (kind == "int8")).astype(kind)
    B = A[::-1].copy() + np.array([3, 0, 1], dtype=kind)
    before = A.copy(), B.copy()
    got = expect.array(distances(A, B), (len(A), len(B)))
    expect.that(got.dtype.kind == "f", f"{kind} gave distances of type {got.dtype}; floats were asked for")
    expect.close(got, table_by_hand(*before), rtol=1e-4, atol=1e-4, otherwise=f"it does not hold for points of type {kind}")


@case(
    "distances",
    "large whole numbers are as far apart as they are",
    side=True,
    draws={
        "kind": draws.sampled(["int32", "int64"]),
        "gap": draws.sampled([1, 7, 100_000]),
        "far": draws.sampled([0, 2**24, 10**9]),
    },
)
def large_whole_numbers(distances, kind, gap, far):
    A = np.array([[far, -far], [far + gap, gap - far]], dtype=kind)
    got = distances(A, A[:1] + np.array([gap, 0], dtype=kind))
    expect.close(got, [[gap], [gap]], rtol=1e-6, otherwise=f"points of type {kind} that are {gap} apart are so no more")


@case("distances", "the two sets may come in different number types", side=True)
def mixed_types(distances):
    whole, broken = np.array([[1, 0], [200, 7]]), np.array([[0.5, 0.25], [190.75, 9.5], [3.5, 0.0]])
    for one, other in ((np.uint8, np.float64), (np.int64, np.float32), (np.float32, np.float64)):
        A, B = whole.astype(one), broken.astype(other)
        said = f"not so for points of types {np.dtype(one)} and {np.dtype(other)}"
        expect.close(distances(A, B), table_by_hand(A, B), rtol=1e-5, otherwise=said)
        expect.close(distances(B, A), table_by_hand(B, A), rtol=1e-5, otherwise=said)


@case("distances", "the law does not depend on the unit: very small distances are distances", side=True)
def tiny_unit(distances):
    A, B = 1e-9 * np.array([[0.0, 1.0], [2.0, -3.0]]), 1e-9 * np.array([[4.0, 4.0], [2.0, -2.5]])
    expect.close(distances(A, B), table_by_hand(A, B), rtol=1e-6, atol=0)


@case(
    "distances",
    "in a wide cloud, points that nearly touch keep their distance, and each is at 0 from itself",
    side=True,
    draws=draws.normals((2, 6), 20, scale=1000.0),
)
def near_in_a_wide_cloud(distances, A):
    near = A.copy()
    near[:, 0] += 2.0**-20
    expect.close(np.diagonal(expect.array(distances(A, near), (len(A), len(A)))), (near - A)[:, 0], rtol=1e-6, atol=0)
    itself = np.diagonal(expect.array(distances(A, A.copy()), (len(A), len(A))))
    expect.close(itself, np.zeros(len(A)), atol=0, otherwise=f"a point is at distance {itself.max():.2g} from itself")


@case("distances", "float32 stays float32, float64 stays float64", side=True)
def keeps_floats(distances):
    for kind in (np.float32, np.float64):
        A = np.arange(6).reshape(3, 2).astype(kind)
        got = distances(A, A[:1] + kind(1))
        expect.dtype(got, kind)
        expect.close(got, table_by_hand(A, A[:1] + 1), rtol=1e-5)


@case("distances", "no points give an empty table", side=True)
def no_points(distances):
    some, none = np.ones((3, 2)), np.ones((0, 2))
    expect.shape(distances(none, some), (0, 3))
    expect.shape(distances(some, none), (3, 0))


@case(
    "distances",
    "pushing all points alike, however far, changes no distance; a point is at distance 0 from itself",
    side=True,
    weight=2,
    draws={"A": draws.matrices(rows=(1, 4), columns=3, decimals=0), "far": draws.sampled([1e4, 1e7, -3e8])},
)
def steady(distances, A, far):
    B = A[::-1] + [0.0, 0.0, 1.0]
    wanted = table_by_hand(A, B)
    expect.close(distances(A + far, B + far), wanted, otherwise="far from the origin, other distances came out")
    expect.close(
        np.diagonal(expect.array(distances(A + far + 0.1, A + far + 0.1))),
        np.zeros(len(A)),
        atol=0,
        otherwise="far from the origin, a point is not at distance 0 from itself",
    )


@contextlib.contextmanager
def little_room(megabytes):
    """Let this process grow by so much and no more, where the system can say so: a larger array is refused at once.

    Behind the wall the learner's process has its own bound; there this one holds for the grader's process, and hinders nobody.
    """
    if not sys.platform.startswith("linux"):
        yield
        return
    import resource

    with open("/proc/self/statm") as file:
        now = int(file.read().split()[0]) * resource.getpagesize()
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    ours = now + megabytes * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (ours if soft == resource.RLIM_INFINITY else min(soft, ours), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


@case("distances", "1,200 against 1,200 digits fit into the memory there is", side=True, weight=2, seconds=30)
def lean(distances):
    pixels = np.random.default_rng(1).random((2400, 784), dtype=np.float32)
    with little_room(400):
        try:
            got = distances(pixels[:1200], pixels[1200:])
        except MemoryError:
            got = None
    expect.that(got is not None, "the memory ran out: how large is the largest array that you make?")
    got = expect.array(got, (1200, 1200))
    for i, j in ((0, 0), (17, 901), (1199, 1199)):
        expect.close(got[i, j], math.dist(pixels[i].tolist(), pixels[1200 + j].tolist()), rtol=1e-4, tell=False)


# ---- standardise


def by_definition(X, new):
    """New examples standardised by columns that are not constant: the definition, column by column."""
    out = np.empty(new.shape)
    for j in range(X.shape[1]):
        column = [float(v) for v in X[:, j]]
        mean = math.fsum(column) / len(column)
        out[:, j] = (new[:, j] - mean) / math.sqrt(math.fsum((v - mean) ** 2 for v in column) / len(column))
    return out


@case(
    "standardise",
    "new examples are treated as the training examples were, one or many",
    weight=2,
    twin="there_and_back",
    draws={"X": draws.normals((2, 8), (1, 5), scale=3.0), "n": draws.integers(1, 4)},
)
def new_examples(learn_scale, standardise, X, n):
    new = np.resize(X[::-1] * 2 + 1, (n, X.shape[1]))
    expect.close(standardise(new, learn_scale(X)), by_definition(X, new), rtol=1e-5, atol=1e-6, tell=False)


@case("standardise", "two memories live side by side", side=True)
def two_scales(learn_scale, standardise, undo):
    X = np.array([[1.0, 2.0], [3.0, 8.0]])
    first = learn_scale(X)
    second = learn_scale(10 * X)
    expect.close(
        standardise(X, first), [[-1, -1], [1, 1]], otherwise="learning a second time changed what the first memory says"
    )
    expect.close(undo(np.zeros((1, 2)), second), [[20, 50]], what="undo")


@case(
    "standardise",
    "units do not matter: metres or kilometres, Celsius or kelvin",
    draws={
        "X": draws.normals((3, 6), (1, 4)),
        "factor": draws.sampled([1000.0, 1e-3, 1e-9]),
        "shift": draws.sampled([0.0, 2.0]),
    },
)
def units(learn_scale, standardise, X, factor, shift):
    other = (X + shift) * factor
    one = expect.array(standardise(X[:2] + 1, learn_scale(X)), X[:2].shape)
    expect.that(np.any(np.abs(one) > 1e-3), "only zeros came out")
    expect.same(
        one,
        standardise((X[:2] + 1 + shift) * factor, learn_scale(other)),
        f"written in a unit {1 / factor:g} times as large, other numbers came out",
        rtol=1e-4,
        atol=1e-5,
    )


@case(
    "standardise",
    "a column that is constant, whatever its value and length, becomes 0",
    side=True,
    weight=2,
    draws={"value": draws.sampled([0.1, 1e6 + 0.1, -1 / 3, 1e-12]), "n": draws.integers(1, 12)},
)
def constant_and_awkward(learn_scale, standardise, undo, value, n):
    X = np.column_stack([np.full(n, value), np.arange(n)])
    scale = learn_scale(X.copy())
    Z = expect.array(standardise(X.copy(), scale), X.shape, finite=True, what="standardise")
    expect.close(Z[:, 0], np.zeros(n), atol=1e-6, otherwise=f"a column of {n} times {value:g} became {Z[:, 0]}")
    expect.close(undo(Z, scale), X, what="undo", tell=False)


@case(
    "standardise",
    "a column that was constant in training and is no longer loses nothing on the way",
    side=True,
    draws={"value": draws.sampled([3.0, 0.1, -200.0])},
)
def no_longer_constant(learn_scale, standardise, undo, value):
    scale = learn_scale(np.column_stack([np.full(4, value), np.arange(4.0)]))
    new = np.array([[value + 1.5, 1.0], [value - 4, 2.0]])
    Z = expect.array(standardise(new.copy(), scale), (2, 2), finite=True, what="standardise")
    expect.close(undo(Z, scale), new, atol=1e-6, otherwise="what came back is not what went in")


@case("standardise", "a tiny spread is a spread", side=True)
def tiny_spread(learn_scale, standardise):
    X = np.array([[1e-9], [3e-9], [2e-9]])
    Z = expect.array(standardise(X, learn_scale(X)), X.shape)
    expect.close((Z**2).mean(), 1.0, rtol=1e-3, otherwise="a column in very small units was not brought to mean square 1")


@case("standardise", "columns near a million that vary by one are brought to mean 0 and mean square 1", side=True)
def far_from_zero(learn_scale, standardise):
    for kind, tolerance in ((np.float64, 1e-6), (np.float32, 2e-2)):
        X = (1e6 + np.resize([0.1, 1.3, 2.4, 0.6], 4000))[:, None].astype(kind)
        Z = expect.array(standardise(X, learn_scale(X)), X.shape, finite=True).astype(float)
        expect.that(
            abs(Z.mean()) < tolerance and abs((Z**2).mean() - 1) < tolerance,
            f"in {np.dtype(kind)} the mean is {Z.mean():.3f} and the mean square {(Z**2).mean():.3f}",
        )


@case("standardise", "float32 stays float32, float64 stays float64, whole numbers give floats", side=True)
def table_types(learn_scale, standardise, undo):
    for kind in (np.float32, np.float64):
        X = np.array([[1, 5], [2, 6], [4, 0]], dtype=kind)
        Z = standardise(X, learn_scale(X))
        expect.dtype(Z, kind, what="standardise")
        expect.dtype(undo(Z, learn_scale(X)), kind, what="undo")
    X = np.array([[1, 250], [2, 3], [4, 90]], dtype=np.uint8)
    Z = expect.array(standardise(X, learn_scale(X)), X.shape)
    expect.that(Z.dtype.kind == "f", f"whole numbers gave {Z.dtype}")
    expect.close(Z, by_definition(X, X.astype(float)), rtol=1e-3, atol=1e-3, otherwise="it does not hold for uint8")


# ---- xor_net


def net_by_hand(X, W1, b1, W2, b2):
    """The definition, number by number."""
    out = np.empty((len(X), len(b2)))
    for i, j in np.ndindex(out.shape):
        total = float(b2[j])
        for k in range(len(b1)):
            total += float(W2[k, j]) * max(
                0.0, float(b1[k]) + sum(float(X[i, f]) * float(W1[f, k]) for f in range(X.shape[1]))
            )
        out[i, j] = total
    return out


@case(
    "xor_net",
    "net gives the scores of the formula, for any numbers of examples, inputs, units and outputs",
    weight=3,
    draws={
        "seed": draws.seeds(),
        "sizes": draws.sampled([(3, 2, 4, 2), (1, 1, 1, 1), (2, 2, 2, 2), (5, 3, 2, 4), (1, 4, 3, 1), (4, 2, 9, 3)]),
    },
)
def any_net(net, seed, sizes):
    N, d, H, k = sizes
    rng = np.random.default_rng(seed)
    arrays = [rng.standard_normal(s) for s in ((N, d), (d, H), (H,), (H, k), (k,))]
    expect.close(net(*arrays), net_by_hand(*arrays), rtol=1e-9, atol=1e-9, what="net", tell=False)


@case("xor_net", "a single hidden score above zero passes as it is, however large", draws=draws.floats(1, 5000))
def large_scores(net, x):
    expect.close(
        net(np.array([[x]]), np.ones((1, 1)), np.zeros(1), np.full((1, 1), 2.0), np.ones(1)), [[2 * x + 1]], what="net"
    )


@case("xor_net", "the score has the right sign everywhere within 0.3 of every corner", weight=4, false_alarm=1e-9)
def discs(xor_parameters, rng):
    parameters = checks.checked_parameters(xor_parameters)
    angle = np.concatenate([np.linspace(0, 2 * np.pi, 400), rng.uniform(0, 2 * np.pi, 200)])
    radius = np.concatenate([np.full(400, 0.3), 0.3 * np.sqrt(rng.random(200))])
    around = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    for corner, on in checks.CORNERS.items():
        wrong = checks.xor_is_wrong_at(parameters, np.array(corner) + around, on)
        expect.that(
            not wrong, f"near the corner {corner} the score has the wrong sign at {len(wrong)} of {len(around)} points"
        )


@case("xor_net", "each example's scores are its own, and floats keep their type", side=True)
def rows_and_types(net):
    for kind in (np.float32, np.float64):
        rng = np.random.default_rng(3)
        X, *arrays = (rng.standard_normal(s).astype(kind) for s in ((4, 3), (3, 5), (5,), (5, 2), (2,)))
        X[1] *= 1e6
        together = expect.array(net(X, *arrays), (4, 2), dtype=kind, what="net")
        expect.close(net(X[:1], *arrays), together[:1], rtol=1e-4, atol=1e-5, otherwise="alone, a row gets another score")


@case("xor_net", "no examples give no scores", side=True)
def no_examples(net):
    expect.shape(net(np.ones((0, 2)), np.ones((2, 3)), np.ones(3), np.ones((3, 4)), np.ones(4)), (0, 4), what="net")


# ---- nearest_prototype


def prototypes_by_hand(X, y, new):
    """The definition, class by class."""
    names = sorted(set(y.tolist()))
    means = [[math.fsum(column) / len(column) for column in zip(*X[y == n].tolist(), strict=True)] for n in names]
    return [min(zip((math.dist(x, m) for m in means), names, strict=True))[1] for x in new.tolist()]


@case(
    "nearest_prototype",
    "each example gets the class whose average is nearest",
    weight=3,
    draws={"seed": draws.seeds(), "classes": draws.integers(1, 4), "d": draws.integers(1, 5), "n": draws.integers(1, 40)},
)
def nearest_average(learn_prototypes, nearest_prototype, seed, classes, d, n):
    rng = np.random.default_rng(seed)
    names = rng.choice(50, classes, replace=False)
    y = names[np.concatenate([np.arange(classes), rng.integers(0, classes, 9) ** 2 // classes])]
    X = rng.standard_normal((len(y), d)) ** 3 + y[:, None] % 3  # skewed: the median is not the mean
    new = 2 * rng.standard_normal((n, d))
    got = expect.array(nearest_prototype(new, learn_prototypes(X, y)), (n,), what="nearest_prototype")
    expect.that(np.array_equal(got, prototypes_by_hand(X, y, new)), "another class's average lies nearer")


@case(
    "nearest_prototype",
    "renaming the classes renames the answers",
    draws={"seed": draws.seeds(), "names": draws.sampled([(8, 3, 1), (-1, 5, 0), (300, 20, 7000)])},
)
def renamed(learn_prototypes, nearest_prototype, seed, names):
    rng = np.random.default_rng(seed)
    X, y, new = rng.standard_normal((15, 3)), np.resize([0, 1, 2], 15), rng.standard_normal((8, 3))
    plain = expect.array(nearest_prototype(new, learn_prototypes(X, y)), (8,))
    expect.that(np.isin(plain, (0, 1, 2)).all(), "labels came out that were never put in")
    expect.same(
        np.array(names)[plain.astype(int)],
        nearest_prototype(new, learn_prototypes(X, np.array(names)[y])),
        f"with the classes called {names} other answers came out",
    )


@case(
    "nearest_prototype",
    "another origin or another unit for all columns changes no answer",
    side=True,
    draws={"seed": draws.seeds(), "factor": draws.sampled([1e-4, 1.0, 1e4]), "shift": draws.sampled([0.0, 1e5, -30.0])},
)
def origin_and_unit(learn_prototypes, nearest_prototype, seed, factor, shift):
    rng = np.random.default_rng(seed)
    X, y, new = rng.standard_normal((12, 2)), np.resize([4, 9], 12), rng.standard_normal((8, 2))
    move = lambda points: (points + shift) * factor  # noqa: E731
    expect.same(
        nearest_prototype(new, learn_prototypes(X, y)),
        nearest_prototype(move(new), learn_prototypes(move(X), y)),
        "other answers came out",
    )


@case("nearest_prototype", "an example gets the same label alone as among others", side=True, draws=draws.seeds())
def alone(learn_prototypes, nearest_prototype, seed):
    rng = np.random.default_rng(seed)
    X, y = rng.standard_normal((12, 2)), np.resize([4, 9, 6], 12)
    memory, new = learn_prototypes(X, y), rng.standard_normal((5, 2)) * [[1], [50], [1], [1], [1]]
    together = expect.array(nearest_prototype(new, memory), (5,))
    for i in range(5):
        expect.that(
            np.array_equal(nearest_prototype(new[i : i + 1], memory), together[i : i + 1]), "alone, it gets another label"
        )


@case("nearest_prototype", "pictures in uint8 and float32 are named as their floats are", side=True, weight=2)
def flat_pictures(learn_prototypes, nearest_prototype):
    X = np.array([[250, 3, 0], [255, 0, 9], [4, 200, 200], [0, 255, 190], [200, 90, 0]], dtype=np.uint8)
    y = np.array([2, 2, 5, 5, 2], dtype=np.uint8)
    new = np.array([[140, 100, 90], [90, 150, 99], [255, 255, 255], [0, 0, 0], [130, 140, 60]], dtype=np.uint8)
    wanted = prototypes_by_hand(X, y, new)
    for kind in (np.uint8, np.float32):
        got = nearest_prototype(new.astype(kind), learn_prototypes(X.astype(kind), y))
        expect.that(np.array_equal(got, wanted), f"pictures of type {np.dtype(kind)} got other labels than their floats")


@case("nearest_prototype", "labels come back as they came in: whole numbers", side=True)
def whole_labels(learn_prototypes, nearest_prototype):
    for kind in (np.uint8, np.int64):
        memory = learn_prototypes(np.array([[0.0], [4.0], [9.0]]), np.array([3, 3, 8], dtype=kind))
        got = expect.array(nearest_prototype(np.array([[1.0], [8.0]]), memory), (2,))
        expect.that(got.dtype.kind in "iu", f"labels of type {np.dtype(kind)} came back as {got.dtype}")


@case("nearest_prototype", "two memories live side by side", side=True)
def two_memories(learn_prototypes, nearest_prototype):
    X, new = np.array([[0.0], [10.0]]), np.array([[1.0], [8.0]])
    first = learn_prototypes(X, np.array([1, 2]))
    second = learn_prototypes(X, np.array([2, 1]))
    expect.close(nearest_prototype(new, first), [1, 2], otherwise="learning a second time changed what the first memory says")
    expect.close(nearest_prototype(new, second), [2, 1], tell=False)


@case("nearest_prototype", "at least 75 of 100 unseen digits are named rightly", weight=2, seconds=20)
def unseen_digits(learn_prototypes, nearest_prototype):
    known, unseen = datasets.load("mnist", split="train"), datasets.held_out("mnist")
    flat = lambda X: X.reshape(len(X), -1)  # noqa: E731
    memory = learn_prototypes(flat(known.X[:2000]), known.y[:2000])
    share = (expect.array(nearest_prototype(flat(unseen.X[:1000]), memory), (1000,)) == unseen.y[:1000]).mean()
    expect.that(share >= 0.75, f"{share:.0%} were named rightly")


# ---- examine: programs that keep every promise


def rounded(share, n):
    """share * n to the nearest whole number, a half upwards."""
    return math.floor(share * n + 0.5)


def by_sorting_noise(X, y, share, seed):
    order = np.argsort(np.random.default_rng(seed).random(len(X)))
    k = rounded(share, len(X))
    return X[order[k:]], y[order[k:]], X[order[:k]], y[order[:k]]


def by_mask_in_the_old_order(X, y, share, seed):
    held = np.zeros(len(X), dtype=bool)
    held[np.random.default_rng(seed).choice(len(X), round(share * len(X)), replace=False)] = True
    return X[~held], y[~held], X[held], y[held]


def old_generator(X, y, share, seed):
    order = np.random.RandomState(seed % 2**32).permutation(len(X))[::-1]
    cut = len(X) - rounded(share, len(X))
    return X[order[:cut]].copy(), y[order[:cut]].copy(), X[order[cut:]].copy(), y[order[cut:]].copy()


def drawn_from_a_hat(X, y, share, seed):
    if len(X) < 2:
        raise ValueError("two rows at least")
    rng, hat, held = np.random.default_rng([seed, 17]), list(range(len(X))), []
    for _ in range(math.ceil(share * len(X) - 0.5)):
        held.append(hat.pop(rng.integers(len(hat))))
    return X[hat], y[hat], X[held], y[held]


def swaps_from_the_end(X, y, share, seed):
    import random

    source, order = random.Random(seed), list(range(len(X)))
    source.shuffle(order)
    k = rounded(share, len(X))
    return X[order[k:]], y[order[k:]], X[sorted(order[:k])], y[sorted(order[:k])]


RIGHT = (by_sorting_noise, by_mask_in_the_old_order, old_generator, drawn_from_a_hat, swaps_from_the_end)


@case("examine", "programs that keep every promise are spared, however odd they look", weight=3, seconds=30)
def spares_them_all(examine):
    for split in RIGHT:
        checks.spares(examine, split)
    checks.catches(examine, checks.loses_the_rest)


# ---- examine: programs that break one promise each


def caught_beside_a_right_one(examine, wrong, rng):
    """The test catches a wrong program and spares a right one, in an order that it cannot foresee."""
    right = RIGHT[rng.integers(len(RIGHT))]
    for split in (wrong, right) if rng.random() < 0.5 else (right, wrong):
        if split is wrong:
            checks.catches(examine, split)
        else:
            checks.spares(examine, split)


def catch(says):
    """A case: the learner's test catches the decorated program."""

    def declare(wrong):
        def run(examine, rng):
            caught_beside_a_right_one(examine, wrong, rng)

        run.__name__ = f"catches_{wrong.__name__}"
        case("examine", f"it catches a program that {says}", side=True, false_alarm=1e-9, seconds=15)(run)
        return wrong

    return declare


def parts(X, y, held):
    """The two parts, given the rows to be tested."""
    held = np.asarray(held, dtype=int)
    rest = np.setdiff1d(np.arange(len(X)), held)
    return X[rest], y[rest], X[held], y[held]


def held_rows(n, share, seed):
    return np.random.default_rng(seed).permutation(n)[: rounded(share, n)]


@catch("shuffles rows and labels apart from each other")
def pairs_broken(X, y, share, seed):
    rng, k = np.random.default_rng(seed), rounded(share, len(X))
    X, y = rng.permutation(X), rng.permutation(y)
    return X[k:], y[k:], X[:k], y[:k]


@catch("mixes up the labels of the test part only")
def test_labels_mixed(X, y, share, seed):
    X_train, y_train, X_test, y_test = parts(X, y, held_rows(len(X), share, seed))
    return X_train, y_train, X_test, np.sort(y_test)[::-1]


@catch("draws with replacement, so that some rows come twice and others never")
def with_replacement(X, y, share, seed):
    order = np.random.default_rng(seed).integers(0, len(X), len(X))
    k = rounded(share, len(X))
    return X[order[k:]], y[order[k:]], X[order[:k]], y[order[:k]]


@catch("leaves the tested rows among those to learn from")
def leaks(X, y, share, seed):
    held = held_rows(len(X), share, seed)
    return X.copy(), y.copy(), X[held], y[held]


@catch("loses one row")
def loses_one(X, y, share, seed):
    X_train, y_train, X_test, y_test = parts(X, y, held_rows(len(X), share, seed))
    return X_train[: max(len(X_train) - 1, 1)], y_train[: max(len(X_train) - 1, 1)], X_test, y_test


@catch("takes the last rows, without any chance")
def no_chance(X, y, share, seed):
    return parts(X, y, np.arange(len(X) - rounded(share, len(X)), len(X)))


@catch("draws at random, but the same rows whatever the seed")
def deaf_to_the_seed(X, y, share, seed):
    return parts(X, y, held_rows(len(X), share, 42))


@catch("draws anew at every call, the same seed or not")
def never_the_same(X, y, share, seed):
    return parts(X, y, held_rows(len(X), share, None))


@catch("takes the two parts for each other")
def parts_swapped(X, y, share, seed):
    X_train, y_train, X_test, y_test = parts(X, y, held_rows(len(X), share, seed))
    return X_test, y_test, X_train, y_train


@catch("tests a fifth of the rows, whatever the share")
def always_a_fifth(X, y, share, seed):
    return parts(X, y, held_rows(len(X), 0.2, seed))


@catch("rounds the size of the test part down")
def rounds_down(X, y, share, seed):
    return parts(X, y, np.random.default_rng(seed).permutation(len(X))[: math.floor(share * len(X) + 1e-9)])


@catch("shuffles the rows that it was given in place")
def shuffles_in_place(X, y, share, seed):
    order, k = np.random.default_rng(seed).permutation(len(X)), rounded(share, len(X))
    X[:], y[:] = X[order], y[order]
    return X[k:].copy(), y[k:].copy(), X[:k].copy(), y[:k].copy()


@catch("rounds the values to whole numbers on the way")
def values_cut(X, y, share, seed):
    return parts(np.asarray(X).astype(int), y, held_rows(len(X), share, seed))


@catch("never tests the first row")
def first_row_favoured(X, y, share, seed):
    k, n = rounded(share, len(X)), len(X)
    if k >= n:
        return parts(X, y, np.arange(n))
    return parts(X, y, 1 + np.random.default_rng(seed).permutation(n - 1)[:k])


# ---- two_digits


def every_pair_of_digits(rng):
    """All 45 pairs, in a new order; which of a pair is called 0 is drawn as well."""
    pairs = [tuple(int(d) for d in rng.permutation(pair)) for pair in itertools.combinations(range(10), 2)]
    return [pairs[i] for i in rng.permutation(len(pairs))]


@judge("two_digits")
def judged(entry, half, rng):
    known, unseen = datasets.load("mnist", split="train"), datasets.held_out("mnist")
    mine = studios.halves(len(unseen.X), half)
    X_unseen, y_unseen = unseen.X[mine], unseen.y[mine]
    learnt, shares = [], {}
    for pair in every_pair_of_digits(rng):
        X, y = checks.pair_of(known.X, known.y, pair)
        some = rng.permutation(len(X))[:800]
        learnt.append((pair, entry.train(X[some], y[some])))
    for pair, round in learnt:
        X, y = checks.pair_of(X_unseen, y_unseen, pair)
        order = rng.permutation(len(X))
        shares[pair] = checks.named_rightly(round, X[order], y[order])
    return float(np.mean([*shares.values()])), advice(shares)


def advice(shares):
    """What would lift the entry: the pairs that cost it most."""
    worst = sorted(shares, key=shares.get)[:3]
    return "look at pairs such as " + ", ".join(f"{a} and {b}" for a, b in worst)
