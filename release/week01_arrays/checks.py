"""Visible cases of week 1: they travel with the release."""

import itertools
import math

import numpy as np

from autograder import datasets
from autograder.cases import case, draws, exercise, expect, studio

exercise("centre_of_ink")
exercise("distances", seconds=10)
exercise("standardise", names=("learn_scale", "standardise", "undo"))
exercise("xor_net", names=("net", "xor_parameters"))
exercise("nearest_prototype", names=("learn_prototypes", "nearest_prototype", "as_linear"), needs=("distances",))
exercise("examine", seconds=10)
exercise("two_signs", kind="studio", names=("train", "predict"), needs=("centre_of_ink",), seconds=20)

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
    expect.close(centre_of_ink(picture), [[0.0, 2.0]], reveal=True)
    picture[0, 0, 4] = 6
    expect.close(centre_of_ink(picture), [[0.0, 3.0]], reveal=True)


@case(
    "centre_of_ink",
    "a single dot of ink is its own centre, wherever it is and whatever the picture's size",
    draws={"height": draws.integers(1, 6), "width": draws.integers(1, 6), "at": draws.integers(0, 35)},
)
def one_dot(centre_of_ink, height, width, at):
    row, column = at % height, at // height % width
    picture = np.zeros((1, height, width))
    picture[0, row, column] = 3.0
    expect.close(centre_of_ink(picture), [[row, column]], reveal=True)


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
    expect.close(centre_of_ink(np.zeros((1, height, width))), [[(height - 1) / 2, (width - 1) / 2]], reveal=True)


@case("centre_of_ink", "your input is left as it was", side=True, draws=PICTURES)
def ink_untouched(centre_of_ink, images):
    before = images.copy()
    expect.handing_back(centre_of_ink)(images)
    expect.unchanged(images, before)


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
    draws=draws.arrays(((1, 4), (1, 6), (1, 7)), low=0, high=9, decimals=0),
)
def balances(centre_of_ink, images):
    images = inked(images)
    expect.close(centre_of_ink(images), [centre_by_hand(p) for p in images])


@case("centre_of_ink", "ink twice as dark, or a thousand times as pale, has the same centre", draws=PICTURES)
def any_darkness(centre_of_ink, images):
    images = inked(images)
    wanted = [centre_by_hand(p) for p in images]
    for factor in (2.0, 1e-3):
        expect.close(centre_of_ink(images * factor), wanted, otherwise=f"all ink times {factor:g}, and the centre moved")


@case(
    "centre_of_ink",
    "pictures of any number type have their centre where it is",
    weight=2,
    draws=draws.arrays(((1, 2), (20, 30), (20, 30)), low=0, high=1, decimals=0),
    examples=5,
    fresh=50,
)
def number_types(centre_of_ink, images):
    wanted = [centre_by_hand(p) for p in inked(images)]
    for kind, darkness in (("uint8", 125), ("float32", 0.5), ("int64", 1000)):
        typed = (inked(images) * darkness).astype(kind)
        expect.close(centre_of_ink(typed), wanted, rtol=1e-4, atol=1e-4, otherwise=f"not so for pictures of type {kind}")


@case("centre_of_ink", "a blank picture is treated on its own, among others too", side=True)
def blank_among_others(centre_of_ink):
    images = np.zeros((3, 4, 6), np.uint8)
    images[1, 3, 5] = 200
    expect.close(centre_of_ink(images), [[1.5, 2.5], [3, 5], [1.5, 2.5]], reveal=True)


@case("centre_of_ink", "a picture has the same centre alone and among three hundred, and no pictures have no centres", side=True)
def pictures_apart(centre_of_ink):
    images = np.resize(inked(np.arange(2.0 * 5 * 7).reshape(2, 5, 7) % 11), (300, 5, 7)) * 1.0
    images[1::2] *= 1e6
    many = expect.array(centre_of_ink(images), (300, 2))
    few = expect.array(centre_of_ink(images[:2]), (2, 2))
    expect.close(few, many[:2], otherwise="two pictures have other centres by themselves than among three hundred")
    expect.close(centre_of_ink(images[:1]), few[:1], otherwise="a picture has another centre alone than beside a second one")
    expect.shape(centre_of_ink(images[:0]), (0, 2))


@case("centre_of_ink", "pictures with very little ink are not taken for blank ones", side=True)
def faint(centre_of_ink):
    images = np.zeros((1, 5, 3))
    for ink in (1e-12, 1e-60):
        images[0, 4, 2] = ink
        expect.close(centre_of_ink(images), [[4.0, 2.0]], reveal=True)


@case("centre_of_ink", "pale ink beside dark ink counts as much as it weighs, on large paper too", side=True)
def pale_beside_dark(centre_of_ink):
    images = np.zeros((2, 90, 120))
    images[0, 80, 100], images[0, :40, :70] = 2000, 1
    images[1, 3, 4], images[1, 60, 111] = 1e-6, 1e3
    said = "one dark dot among much pale ink: the centre is not where it balances"
    expect.close(centre_of_ink(images), [centre_by_hand(p) for p in images], rtol=1e-9, otherwise=said)


@case("centre_of_ink", "the centres are float64, and half precision loses no ink on the way", side=True)
def half_precision(centre_of_ink):
    images = np.full((2, 40, 36), 60, np.float16)
    images[1, :25, 10:] = 0
    wanted = [centre_by_hand(p) for p in images]
    for kind in (np.float16, np.float32, np.uint8):
        said = f"in {np.dtype(kind)} the centres are not where they are in float64"
        expect.close(expect.array(centre_of_ink(images.astype(kind)), dtype=np.float64), wanted, rtol=1e-9, otherwise=said)


# ---- distances

POINTS = draws.matrices(rows=(1, 5), columns=(1, 4))


@case("distances", "the example of the statement comes out")
def three_four_five(distances):
    expect.close(distances(np.array([[0.0, 0.0], [3.0, 0.0]]), np.array([[3.0, 4.0]])), [[5.0], [4.0]], reveal=True)


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
    wanted = np.sqrt(((A[:, None] - B) ** 2).sum(axis=2))
    expect.close(distances(A, B), wanted, otherwise="it is fast, and the table of 250 points to 300 points is wrong")


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
    expect.close(distances(A[:, :d], B[:, :d]), table_by_hand(A[:, :d], B[:, :d]), reveal=True)


@case(
    "distances",
    "pictures in uint8 and other whole numbers are no further apart than they are",
    weight=2,
    draws={"points": draws.arrays(((1, 4), 3), low=0, high=255, decimals=0), "kind": draws.sampled(["uint8", "int64", "int8"])},
)
def whole_numbers(distances, points, kind):
    A = (points % 250 - 125 * (kind == "int8")).astype(kind)
    B = A[::-1].copy() + np.array([3, 0, 1], dtype=kind)
    before = A.copy(), B.copy()
    got = expect.array(distances(A, B), (len(A), len(B)))
    expect.that(got.dtype.kind == "f", f"{kind} gave distances of type {got.dtype}; floats were asked for")
    expect.close(got, table_by_hand(*before), rtol=1e-4, atol=1e-4, what=f"for points of type {kind}, your function", reveal=True)


@case("distances", "the two sets may come in different number types", side=True)
def mixed_types(distances):
    whole, broken = np.array([[1, 0], [200, 7]]), np.array([[0.5, 0.25], [190.75, 9.5], [3.5, 0.0]])
    for one, other in ((np.uint8, np.float64), (np.int64, np.float32), (np.float32, np.float64)):
        A, B = whole.astype(one), broken.astype(other)
        said = f"not so for points of types {np.dtype(one)} and {np.dtype(other)}"
        expect.close(distances(A, B), table_by_hand(A, B), rtol=1e-5, otherwise=said)
        expect.close(distances(B, A), table_by_hand(B, A), rtol=1e-5, otherwise=said)
        wide = np.result_type(one, other)
        for first, second in ((A, B), (B, A)) if np.float32 in (one,) else ():
            expect.dtype(
                distances(first, second), wide, what=f"for points of types {first.dtype} and {second.dtype}, your function"
            )


@case("distances", "the law does not depend on the unit: very small distances are distances", side=True)
def tiny_unit(distances):
    A, B = 1e-9 * np.array([[0.0, 1.0], [2.0, -3.0]]), 1e-9 * np.array([[4.0, 4.0], [2.0, -2.5]])
    expect.close(distances(A, B), table_by_hand(A, B), rtol=1e-6, atol=0, reveal=True)


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


@case("distances", "the two points of the page before are 0.001 apart, in float32 and in float64", side=True)
def four_thousand(distances):
    for kind in (np.float32, np.float64):
        A, B = np.array([[4000, 0]], dtype=kind), np.array([[4000, 0.001]], dtype=kind)
        expect.close(distances(A, B), [[0.001]], rtol=1e-4, atol=0, reveal=True)


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


@case("distances", "float32 stays float32, float64 stays float64", side=True)
def keeps_floats(distances):
    for kind in (np.float32, np.float64):
        A = np.arange(6).reshape(3, 2).astype(kind)
        got = distances(A, A[:1] + kind(1))
        expect.dtype(got, kind)
        expect.close(got, table_by_hand(A, A[:1] + 1), rtol=1e-5)


@case("distances", "pictures laid flat have all of their 784 coordinates", side=True)
def laid_flat_pictures(distances):
    rng = np.random.default_rng(5)
    A, B = rng.integers(0, 256, (3, 784)).astype(np.uint8), rng.integers(0, 256, (4, 784)).astype(np.uint8)
    B[3] = A[0]
    B[3, 783] ^= 255
    said = "some distances of pictures with 784 pixels are not right"
    expect.close(distances(A, B), table_by_hand(A, B), rtol=1e-4, otherwise=said)


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
    expect.close(distances(A + far, B + far), wanted, what=f"with all points pushed by {far:g}, your function", reveal=True)
    expect.close(
        np.diagonal(expect.array(distances(A + far + 0.1, A + far + 0.1))),
        np.zeros(len(A)),
        atol=0,
        otherwise="far from the origin, a point is not at distance 0 from itself",
    )


# ---- standardise


@case("standardise", "the example of the statement comes out")
def one_two_three_six(learn_scale, standardise):
    column = np.array([[1.0], [2.0], [3.0], [6.0]])
    expect.close(standardise(column, learn_scale(column)), (column - 3) / math.sqrt(3.5), reveal=True)


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
    expect.handing_back(standardise)(X + 3, scale)
    said = "after other rows were standardised with it, the same memory gives something else"
    expect.close(standardise(X, scale), before, otherwise=said)


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
    draws={"X": draws.normals((2, 8), (1, 5), scale=3.0), "n": draws.integers(1, 4)},
)
def new_examples(learn_scale, standardise, X, n):
    new = np.resize(X[::-1] * 2 + 1, (n, X.shape[1]))
    expect.close(standardise(new, learn_scale(X)), by_definition(X, new), rtol=1e-5, atol=1e-6, what="standardise", reveal=True)


@case("standardise", "two memories live side by side", side=True)
def two_scales(learn_scale, standardise, undo):
    X = np.array([[1.0, 2.0], [3.0, 8.0]])
    first = learn_scale(X)
    second = learn_scale(10 * X)
    expect.close(standardise(X, first), [[-1, -1], [1, 1]], otherwise="learning a second time changed what the first memory says")
    expect.close(undo(np.zeros((1, 2)), second), [[20, 50]], what="undo")


@case(
    "standardise",
    "units do not matter: metres or kilometres, Celsius or kelvin",
    draws={
        "X": draws.normals((3, 6), (1, 4)),
        "factor": draws.sampled([1000.0, 1e-3, 1e-9, 1e-15]),
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
    expect.close(undo(Z, scale), X, what="undo", reveal=True)


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


@case("standardise", "columns near a million that vary by one are brought to mean 0 and mean square 1", side=True)
def far_from_zero(learn_scale, standardise):
    for kind, tolerance in ((np.float64, 1e-6), (np.float32, 2e-2)):
        X = (1e6 + np.resize([0.1, 1.3, 2.4, 0.6], 4000))[:, None].astype(kind)
        Z = expect.array(standardise(X, learn_scale(X)), X.shape, finite=True).astype(float)
        expect.that(
            abs(Z.mean()) < tolerance and abs((Z**2).mean() - 1) < tolerance,
            f"in {np.dtype(kind)} the mean is {Z.mean():.3f} and the mean square {(Z**2).mean():.3f}",
        )


@case("standardise", "all of three thousand training rows count, and a row gives the same alone as among them", side=True)
def thousands_of_rows(learn_scale, standardise, undo):
    X = np.column_stack([np.arange(3000.0) ** 2, np.cos(np.arange(3000.0))])
    scale = learn_scale(X)
    Z = expect.array(standardise(X, scale), X.shape, finite=True, what="standardise")
    expect.close(Z.mean(axis=0), [0, 0], atol=1e-6, otherwise="over all 3,000 training rows a mean is not 0")
    expect.close((Z**2).mean(axis=0), [1, 1], otherwise="over all 3,000 training rows a mean square is not 1")
    for many in (X * 2 - 7, X[:1500]):
        among = expect.array(standardise(many, scale), many.shape, what="standardise")
        expect.close(standardise(many[:1], scale), among[:1], otherwise="alone, a row becomes something else than among others")
        expect.close(undo(among, scale), many, rtol=1e-6, atol=1e-5, otherwise="undo of thousands of rows is not what went in")
    expect.shape(standardise(X[:0], scale), (0, 2), what="standardise")
    expect.shape(undo(X[:0], scale), (0, 2), what="undo")


@case("standardise", "a tiny spread is a spread", side=True)
def tiny_spread(learn_scale, standardise):
    X = np.array([[1e-9], [3e-9], [2e-9]])
    Z = expect.array(standardise(X, learn_scale(X)), X.shape)
    expect.close((Z**2).mean(), 1.0, rtol=1e-3, otherwise="a column in very small units was not brought to mean square 1")


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


@case("xor_net", "the network of the statement gives |x| - 2")
def size_minus_two(net):
    X = np.array([[-5.0], [-1.0], [0.0], [2.0], [3.5]])
    W1, W2 = np.array([[1.0, -1.0]]), np.array([[1.0], [1.0]])
    expect.close(net(X, W1, np.zeros(2), W2, np.array([-2.0])), np.abs(X) - 2, what="net", reveal=True)


@case(
    "xor_net",
    "a unit whose score is negative passes nothing on, one whose score is positive passes all of it",
    draws={"x": draws.floats(-4, 4), "bias": draws.floats(-2, 2), "out": draws.floats(-3, 3)},
)
def one_unit(net, x, bias, out):
    score = 2 * x + bias
    got = net(np.array([[x]]), np.array([[2.0]]), np.array([bias]), np.array([[3.0]]), np.array([out]))
    expect.close(got, [[(3 * score if score > 0 else 0) + out]], what="net", reveal=True)


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


@case(
    "xor_net",
    "the score has the right sign everywhere in the disc of radius 0.3 round every corner",
    weight=4,
    false_alarm=1e-9,
    fresh=50,
)
def discs(xor_parameters, rng):
    parameters = checked_parameters(xor_parameters)
    angle = np.concatenate([np.linspace(0, 2 * np.pi, 400), rng.uniform(0, 2 * np.pi, 200)])
    radius = np.concatenate([np.full(400, 0.3), 0.3 * np.sqrt(rng.random(200))])
    around = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    for corner, on in CORNERS.items():
        wrong = xor_is_wrong_at(parameters, np.array(corner) + around, on)
        where = "".join(f", for instance at ({p[0]:.2f}, {p[1]:.2f})" for p in wrong[:1])
        sign = "positive" if on else "negative"
        expect.that(not wrong, f"near {corner} the score is not {sign} at {len(wrong)} of {len(around)} points{where}")


@case("xor_net", "a hidden score above zero passes as it is, however large", draws=draws.floats(1, 5000))
def large_scores(net, x):
    got = net(np.array([[x]]), np.ones((1, 1)), np.zeros(1), np.full((1, 1), 2.0), np.ones(1))
    expect.close(got, [[2 * x + 1]], what="net", reveal=True)


@case("xor_net", "the inputs of net are left as they were", side=True)
def net_untouched(net):
    one_unit = [np.array([[1.0, -2.0]]), np.array([[1.0], [2.0]]), np.array([4.0]), np.array([[2.0]]), np.array([1.0])]
    as_many_as_inputs = [np.array([[1.0, -2.0]]), np.eye(2) + 0.5, np.array([4.0, 1.0]), np.ones((2, 2)), np.array([1.0, 0.5])]
    for arrays in (one_unit, as_many_as_inputs):
        before = [a.copy() for a in arrays]
        expect.handing_back(net)(*arrays)
        for now, then, name in zip(arrays, before, ("X", "W1", "b1", "W2", "b2"), strict=True):
            expect.unchanged(now, then, name)


def net_by_hand(X, W1, b1, W2, b2):
    """The definition, number by number."""
    out = np.empty((len(X), len(b2)))
    for i, j in np.ndindex(out.shape):
        total = float(b2[j])
        for k in range(len(b1)):
            total += float(W2[k, j]) * max(0.0, float(b1[k]) + sum(float(X[i, f]) * float(W1[f, k]) for f in range(X.shape[1])))
        out[i, j] = total
    return out


@case(
    "xor_net",
    "net gives the scores of the network, for any numbers of examples, inputs, units and outputs",
    weight=3,
    draws={
        "seed": draws.seeds(),
        "sizes": draws.sampled(
            [(3, 2, 4, 2), (1, 1, 1, 1), (2, 2, 2, 2), (5, 3, 2, 4), (1, 4, 3, 1), (4, 2, 9, 3), (3, 30, 70, 2)]
        ),
    },
)
def any_net(net, seed, sizes):
    N, d, H, k = sizes
    rng = np.random.default_rng(seed)
    arrays = [rng.standard_normal(s) for s in ((N, d), (d, H), (H,), (H, k), (k,))]
    expect.close(net(*arrays), net_by_hand(*arrays), rtol=1e-9, atol=1e-9, what="net", reveal=True)


@case("xor_net", "each example's scores are its own, and floats keep their type", side=True)
def rows_and_types(net):
    for kind in (np.float32, np.float64):
        rng = np.random.default_rng(3)
        X, *arrays = (rng.standard_normal(s).astype(kind) for s in ((4, 3), (3, 5), (5,), (5, 2), (2,)))
        X[1] *= 1e6
        together = expect.array(net(X, *arrays), (4, 2), dtype=kind, what="net")
        expect.close(net(X[:1], *arrays), together[:1], rtol=1e-4, atol=1e-5, otherwise="alone, a row gets another score")
        many = expect.array(net(np.concatenate([X, np.resize(X, (300, 3))]), *arrays), (304, 2), dtype=kind, what="net")
        expect.close(many[:4], together, rtol=1e-4, atol=1e-5, otherwise="among 300 others, a row gets another score")


@case("xor_net", "whole numbers are taken as floats, and the network that you set by hand is always the same", side=True)
def whole_inputs(net, xor_parameters):
    X, W1, b1 = np.array([[1, 0], [3, 2]]), np.array([[0.5, -0.25], [0.75, 1.5]]), np.array([0.25, 0.5])
    W2, b2 = np.array([[1.5], [-0.5]]), np.array([0.125])
    expect.close(net(X, W1, b1, W2, b2), net_by_hand(X, W1, b1, W2, b2), what="net, for whole numbers in X,", reveal=True)
    for one, other, name in zip(
        checked_parameters(xor_parameters), checked_parameters(xor_parameters), ("W1", "b1", "W2", "b2"), strict=True
    ):
        expect.same(one, other, f"called twice, xor_parameters returned two different {name}")


@case("xor_net", "no examples give no scores", side=True)
def no_examples(net):
    expect.shape(net(np.ones((0, 2)), np.ones((2, 3)), np.ones(3), np.ones((3, 4)), np.ones(4)), (0, 4), what="net")


# ---- nearest_prototype


def blobs(rng, centres, sizes, spread=0.3):
    """Examples round some centres, mixed, and which centre each is from."""
    which = rng.permutation(np.repeat(np.arange(len(centres)), sizes))
    return np.asarray(centres, dtype=float)[which] + spread * rng.standard_normal((len(which), np.shape(centres)[1])), which


@case("nearest_prototype", "the example of the statement comes out")
def seven_and_four(learn_prototypes, nearest_prototype):
    memory = learn_prototypes(np.array([[0.0], [2.0], [10.0]]), np.array([7, 7, 4]))
    expect.close(nearest_prototype(np.array([[5.0], [6.0]]), memory), [7, 4], what="nearest_prototype", reveal=True)


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


@case(
    "nearest_prototype",
    "the largest of the linear scores is that of the nearest prototype's class",
    weight=2,
    draws={"seed": draws.seeds(), "classes": draws.integers(1, 4), "d": draws.integers(1, 4), "n": draws.integers(1, 9)},
)
def linear_scores(learn_prototypes, as_linear, seed, classes, d, n):
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.repeat(rng.choice(50, classes, replace=False), 3))
    X, new = rng.standard_normal((len(y), d)) + 3 * rng.random(d), 2 * rng.standard_normal((n, d)) + 2
    got = as_linear(learn_prototypes(X, y))
    expect.that(isinstance(got, (tuple, list)) and len(got) == 3, "as_linear is to return three arrays: return labels, W, b")
    labels, W, b = got
    labels = expect.array(labels, (classes,), what="labels")
    W, b = expect.array(W, (d, classes), finite=True, what="W"), expect.array(b, (classes,), finite=True, what="b")
    wanted = prototypes_by_hand(X, y, new)
    for i, scores in enumerate(new @ W + b):
        best = labels[scores.argmax()]
        said = f"at {new[i].round(3).tolist()} the scores of classes {labels.tolist()} are {scores.round(3).tolist()}"
        expect.that(best == wanted[i], f"{said}: the largest is not that of the nearest average")


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


def prototypes_by_hand(X, y, new):
    """The definition, class by class."""
    names = sorted(set(y.tolist()))
    means = [[math.fsum(column) / len(column) for column in zip(*X[y == n].tolist(), strict=True)] for n in names]
    return [min(zip((math.dist(x, m) for m in means), names, strict=True))[1] for x in new.tolist()]


@case(
    "nearest_prototype",
    "each example gets the class whose average is nearest",
    weight=3,
    draws={"seed": draws.seeds(), "classes": draws.integers(1, 12), "d": draws.integers(1, 5), "n": draws.integers(1, 40)},
)
def nearest_average(learn_prototypes, nearest_prototype, seed, classes, d, n):
    rng = np.random.default_rng(seed)
    names = rng.choice(50, classes, replace=False)
    y = names[np.concatenate([np.arange(classes), rng.integers(0, classes, 9) ** 2 // classes])]
    X = rng.standard_normal((len(y), d)) ** 3 + y[:, None] % 3  # skewed: the median is not the mean
    new = 2 * rng.standard_normal((n, d))
    got = expect.array(nearest_prototype(new, learn_prototypes(X, y)), (n,), what="nearest_prototype")
    wanted = np.array(prototypes_by_hand(X, y, new))
    known = np.isin(got, names)
    expect.that(known.all(), f"with the classes {names.tolist()} in training the label {(*got[~known], '')[0]} came out")
    for new_one, label, nearest in zip(new, got, wanted, strict=True):
        at = f"at {new_one.round(3).tolist()} class {label} came out"
        expect.that(label == nearest, f"{at}; the average of class {nearest} lies nearer")


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
    many = expect.array(nearest_prototype(np.concatenate([new, new[rng.integers(0, 5, 400)] + 3]), memory), (405,))
    expect.that(np.array_equal(many[:5], together), "among 400 others, some get another label")
    expect.shape(nearest_prototype(new[:0], memory), (0,), what="nearest_prototype")


@case("nearest_prototype", "of thousands of training examples, the last count as the first", side=True)
def thousands_of_examples(learn_prototypes, nearest_prototype):
    y = np.resize([2, 6], 4000)
    X = (np.where(np.arange(4000) < 2000, 0.0, 10.0) + np.where(y == 2, 0.0, 100.0))[:, None]  # the averages are 5 and 105
    got = nearest_prototype(np.array([[54.0], [56.0], [51.0], [59.0]]), learn_prototypes(X, y))
    expect.close(got, [2, 6, 2, 6], otherwise="with 4,000 training examples, another class's average lies nearer")


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
        f"all points moved by {shift:g}, then times {factor:g}: other answers came out",
    )


@case("nearest_prototype", "two memories live side by side", side=True)
def two_memories(learn_prototypes, nearest_prototype):
    X, new = np.array([[0.0], [10.0]]), np.array([[1.0], [8.0]])
    first = learn_prototypes(X, np.array([1, 2]))
    second = learn_prototypes(X, np.array([2, 1]))
    expect.close(nearest_prototype(new, first), [1, 2], otherwise="learning a second time changed what the first memory says")
    expect.close(nearest_prototype(new, second), [2, 1], what="nearest_prototype", reveal=True)


@case("nearest_prototype", "pictures in uint8 and float32 are named as their floats are", side=True, weight=2)
def flat_pictures(learn_prototypes, nearest_prototype):
    X = np.array([[250, 3, 0], [255, 0, 9], [4, 200, 200], [0, 255, 190], [200, 90, 0]], dtype=np.uint8)
    y = np.array([2, 2, 5, 5, 2], dtype=np.uint8)
    new = np.array([[140, 100, 90], [90, 150, 99], [255, 255, 255], [0, 0, 0], [130, 140, 60]], dtype=np.uint8)
    wanted = prototypes_by_hand(X, y, new)
    for kind in (np.uint8, np.float32):
        got = nearest_prototype(new.astype(kind), learn_prototypes(X.astype(kind), y))
        expect.that(np.array_equal(got, wanted), f"pictures of type {np.dtype(kind)} got other labels than their floats")
    memory = learn_prototypes(
        np.array([[0], [1], [1], [2], [3], [3]], np.uint8), np.array([0, 0, 0, 1, 1, 1])
    )  # averages 2/3 and 8/3
    got = expect.array(nearest_prototype(np.array([[1.6], [1.75]]), memory), (2,))
    expect.that(
        np.array_equal(got, [0, 1]),
        f"averages 2/3 and 8/3 of whole numbers: 1.6 and 1.75 were named {got.tolist()}, wanted [0, 1]",
    )


@case("nearest_prototype", "labels come back as they came in: whole numbers", side=True)
def whole_labels(learn_prototypes, nearest_prototype):
    for kind in (np.uint8, np.int64):
        memory = learn_prototypes(np.array([[0.0], [4.0], [9.0]]), np.array([3, 3, 8], dtype=kind))
        got = expect.array(nearest_prototype(np.array([[1.0], [8.0]]), memory), (2,))
        expect.that(got.dtype.kind in "iu", f"labels of type {np.dtype(kind)} came back as {got.dtype}")


@case("nearest_prototype", "at least 75 of 100 unseen digits are named rightly", weight=2, seconds=20)
def unseen_digits(learn_prototypes, nearest_prototype):
    known, unseen = datasets.load("mnist", split="train"), datasets.load("mnist", split="test")
    flat = lambda X: X.reshape(len(X), -1)  # noqa: E731
    memory = learn_prototypes(flat(known.X[:2000]), known.y[:2000])
    share = (expect.array(nearest_prototype(flat(unseen.X[:1000]), memory), (1000,)) == unseen.y[:1000]).mean()
    expect.that(share >= 0.75, f"{share:.0%} were named rightly")


# ---- examine: programs that keep every promise


def rounded(share, n):
    """share * n to the nearest whole number, a half upwards."""
    return math.floor(share * n + 0.5)


def a_right_split(X, y, share, seed):
    """Permutes the row numbers."""
    order = np.random.default_rng(seed).permutation(len(X))
    held, rest = np.split(order, [round(share * len(X))])
    return X[rest], y[rest], X[held], y[held]


def old_order(X, y, share, seed):
    """Leaves both parts in the order in which the rows came."""
    held = np.zeros(len(X), dtype=bool)
    held[np.random.default_rng(seed).choice(len(X), round(share * len(X)), replace=False)] = True
    return X[~held], y[~held], X[held], y[held]


def from_a_hat(X, y, share, seed):
    """Draws row after row, rounds a half down, and refuses a single row."""
    if len(X) < 2:
        raise ValueError("two rows at least")
    rng, hat, held = np.random.default_rng([seed, 17]), list(range(len(X))), []
    for _ in range(math.ceil(share * len(X) - 0.5)):
        held.append(hat.pop(rng.integers(len(hat))))
    return X[hat], y[hat], X[held], y[held]


def by_sorting_noise(X, y, share, seed):
    """Sorts noise, and rounds a half up."""
    order = np.argsort(np.random.default_rng(seed).random(len(X)))
    k = rounded(share, len(X))
    return X[order[k:]], y[order[k:]], X[order[:k]], y[order[:k]]


RIGHT = (a_right_split, old_order, from_a_hat, by_sorting_noise)


# ---- examine: programs that break one promise each


def loses_the_rest(X, y, share, seed):
    """Loses most rows."""
    X_train, y_train, X_test, y_test = a_right_split(X, y, share, seed)
    return X_train[:1], y_train[:1], X_test, y_test


def spares(examine, split):
    """The learner's test lets a right program pass; else say what it said."""
    try:
        examine(split)
    except NotImplementedError:
        raise
    except Exception as error:
        kind = getattr(error, "learner_type", type(error).__name__)
        said = f'{kind}: "{str(error)[:150]}"' if str(error) else f"{kind}, without words"
        does = split.__doc__[0].lower() + split.__doc__[1:-1]
        expect.that(False, f"your test turns away a program that keeps every promise; it {does}. Your test said {said}")


def catches(examine, split):
    """The learner's test turns a wrong program away."""
    try:
        examine(split)
    except NotImplementedError:
        raise
    except Exception:
        return
    expect.that(False, f"your test lets this program pass: it {split.__doc__[0].lower()}{split.__doc__[1:-1]}")


@case("examine", "a program that keeps the contract is spared, and one that loses most rows is caught")
def one_of_each(examine):
    spares(examine, a_right_split)
    catches(examine, loses_the_rest)


@case("examine", "right programs are spared, however odd they look", side=True, weight=4, seconds=30)
def odd_ones(examine):
    for split in RIGHT:
        spares(examine, split)
    catches(examine, loses_the_rest)


def told_apart(examine, wrong, right, rng):
    """The test catches a wrong program and spares a right one, in an order that it cannot foresee."""
    for split in (wrong, right) if rng.random() < 0.5 else (right, wrong):
        if split is wrong:
            catches(examine, split)
        else:
            spares(examine, split)


def catch(right):
    """A case: the learner's test catches the decorated program, and spares this right one."""

    def declare(wrong):
        def run(examine, rng, wrong=wrong, right=right):  # a twin draws the two; here a red line would only repeat their names
            told_apart(examine, wrong, right, rng)

        run.__name__ = f"catches_{wrong.__name__}"
        says = f"it catches a program that {wrong.__doc__[0].lower()}{wrong.__doc__[1:-1]}"
        case("examine", says, side=True, examples=1, false_alarm=1e-9, seconds=15, fresh=50)(run)
        WRONG.append(wrong)
        return wrong

    return declare


WRONG = []


def parts(X, y, held):
    """The two parts, given the rows to be tested."""
    held = np.asarray(held, dtype=int)
    rest = np.setdiff1d(np.arange(len(X)), held)
    return X[rest], y[rest], X[held], y[held]


def held_rows(n, share, seed):
    """Rows to be tested, drawn from the seed."""
    return np.random.default_rng(seed).permutation(n)[: rounded(share, n)]


@catch(old_order)
def leaks(X, y, share, seed):
    """Leaves the tested rows among those to learn from."""
    held = held_rows(len(X), share, seed)
    return X.copy(), y.copy(), X[held], y[held]


@catch(from_a_hat)
def values_cut(X, y, share, seed):
    """Rounds the values to whole numbers on the way."""
    return parts(np.asarray(X).astype(int), y, held_rows(len(X), share, seed))


@catch(from_a_hat)
def laid_flat(X, y, share, seed):
    """Lays pictures flat on the way."""
    return parts(np.reshape(X, (len(X), -1)), y, held_rows(len(X), share, seed))


@catch(by_sorting_noise)
def test_labels_mixed(X, y, share, seed):
    """Mixes up the labels of the test part."""
    X_train, y_train, X_test, y_test = parts(X, y, held_rows(len(X), share, seed))
    return X_train, y_train, X_test, np.sort(y_test)[::-1]


@catch(old_order)
def rounds_down(X, y, share, seed):
    """Rounds the size of the test part down."""
    return parts(X, y, np.random.default_rng(seed).permutation(len(X))[: math.floor(share * len(X) + 1e-9)])


@catch(from_a_hat)
def never_the_same(X, y, share, seed):
    """Draws anew at every call, the same seed or not."""
    return parts(X, y, held_rows(len(X), share, None))


@catch(by_sorting_noise)
def deaf_to_the_seed(X, y, share, seed):
    """Draws at random, but the same rows for every seed."""
    return parts(X, y, held_rows(len(X), share, 42))


@catch(old_order)
def first_row_favoured(X, y, share, seed):
    """Never tests the first row."""
    k, n = rounded(share, len(X)), len(X)
    if k >= n:
        return parts(X, y, np.arange(n))
    return parts(X, y, 1 + np.random.default_rng(seed).permutation(n - 1)[:k])


@catch(from_a_hat)
def shuffles_in_place(X, y, share, seed):
    """Shuffles in place the rows that it was given."""
    order, k = np.random.default_rng(seed).permutation(len(X)), rounded(share, len(X))
    X[:], y[:] = X[order], y[order]
    return X[k:].copy(), y[k:].copy(), X[:k].copy(), y[:k].copy()


@case("examine", "what it raises for a broken promise is an AssertionError", side=True, seconds=30)
def raises_assertions(examine):
    catches(examine, loses_the_rest)
    for split in (loses_the_rest, *WRONG):
        try:
            examine(split)
        except NotImplementedError:
            raise
        except AssertionError:
            pass
        except Exception as error:
            kind = getattr(error, "learner_type", type(error).__name__)
            does = f"{split.__doc__[0].lower()}{split.__doc__[1:-1]}"
            expect.that(False, f"for a program that {does} your test ended in {kind}: {str(error)[:150]}")


# ---- two_signs: a script that nobody knows

SIGNS, STROKES, BRUSHES = 10, 3, 5  # signs of a script; strokes of a sign; different strokes that a script has
DOTS = 12  # points of ink along a stroke
SCRIPTS, PAIRS, HANDS, UNSEEN = 15, 3, 400, 100  # of a judging; writers of each sign to learn from, and to judge by


def script(rng):
    """A script of its own: the control points of each sign's strokes, shape (signs, strokes, 3, 2), in the unit square.

    All signs share a few strokes, as letters do: any two of them have one or two strokes in common.
    """
    ends = np.stack(np.meshgrid(*[np.linspace(0.05, 0.95, 4)] * 2), axis=-1).reshape(-1, 2)
    strokes = []
    while len(strokes) < BRUSHES:
        start, end = ends[rng.choice(len(ends), 2, replace=False)]
        if np.linalg.norm(end - start) > 0.45:
            bow = np.clip((start + end) / 2 + rng.normal(0, 0.22, 2), 0, 1)
            strokes.append(np.stack([start, bow, end]))
    signs = [*itertools.combinations(range(BRUSHES), STROKES)]
    return np.stack([[strokes[k] for k in signs[i]] for i in rng.permutation(len(signs))[:SIGNS]])


def written(sign, n, rng):
    """n pictures (n, 28, 28) of one sign, `float32` from 0 (paper) to 1 (ink), each by another hand.

    Hands differ in slant, turn, size, place and pen, and every point of a stroke lies a little off.
    """
    points = sign - 0.5 + rng.normal(0, 0.08, (n, *sign.shape))
    turn, slant, size = rng.normal(0, 0.1, n), rng.normal(0, 0.4, n), rng.uniform(0.8, 1.05, n)
    cos, sin, zero, one = np.cos(turn), np.sin(turn), np.zeros(n), np.ones(n)
    turned = np.stack([cos, -sin, sin, cos], axis=1).reshape(n, 2, 2)
    slanted = np.stack([one, slant, zero, one], axis=1).reshape(n, 2, 2)
    points = np.einsum("nspi,nij->nspj", points, size[:, None, None] * (slanted @ turned)) + rng.normal(0, 0.08, (n, 1, 1, 2))
    along = np.linspace(0, 1, DOTS)[:, None]
    curve = (1 - along) ** 2 * points[:, :, :1] + 2 * along * (1 - along) * points[:, :, 1:2] + along**2 * points[:, :, 2:]
    dots = 13.5 + 20 * curve.reshape(n, -1, 2)
    pen = rng.uniform(0.75, 1.25, n)[:, None, None]
    down, across = (np.exp(-((dots[:, :, k : k + 1] - np.arange(28)) ** 2) / (2 * pen**2)) for k in (0, 1))
    return np.clip(down.transpose(0, 2, 1) @ across, 0, 1).astype(np.float32)


def pair_of(first, second, rng):
    """Pictures of two signs, mixed, and their labels: 0 for the first, 1 for the second."""
    X, y = np.concatenate([first, second]), np.repeat([0, 1], [len(first), len(second)])
    order = rng.permutation(len(y))
    return X[order], y[order]


def pairs_of_new_scripts(rng, scripts=SCRIPTS, pairs=PAIRS):
    """What a judging asks: for pairs of signs of new scripts, pictures to learn from and others to judge by.

    Two of three pairs share two strokes, the third one: so every judging is about as hard as the next.
    """
    tasks = []
    for _ in range(scripts):
        signs = script(rng)
        every = rng.permutation([*itertools.combinations(range(SIGNS), 2)])
        alike = np.array([shared_strokes(signs[i], signs[j]) for i, j in every])
        hard, easy = every[alike == STROKES - 1], every[alike < STROKES - 1]
        for n in range(pairs):
            pair = easy[n // 3] if n % 3 == 2 else hard[n - n // 3]
            first, second = (written(signs[k], HANDS + UNSEEN, rng) for k in rng.permutation(pair))
            tasks.append((pair_of(first[:HANDS], second[:HANDS], rng), pair_of(first[HANDS:], second[HANDS:], rng)))
    return tasks


def shared_strokes(first, second):
    """How many strokes two signs have in common."""
    return int((first[:, None] == second[None]).all(axis=(2, 3)).sum())


def named_rightly(round, X, y):
    """The share of pictures whose label `predict` finds."""
    said = expect.array(round.predict(X), (len(X),), what="predict")
    expect.that(np.isin(said, (0, 1)).all(), f"predict returned {np.unique(said)[:5]}; each label is a 0 or a 1")
    return float((said == y).mean())


def shares_of(entry, tasks):
    """The share named rightly in each task: all are learnt before the first is asked."""
    learnt = [(entry.train(*known), unseen) for known, unseen in tasks]
    return [named_rightly(round, *unseen) for round, unseen in learnt]


USUAL = 0.917  # the yardstick's own share, over many scripts


def yardstick(known, unseen):
    """The share that a plain entry names rightly: least squares on sixteen blocks, the margin left out."""

    def features(X):
        blocks = X[:, 4:24, 4:24].reshape(len(X), 4, 5, 4, 5).mean(axis=(2, 4)).reshape(len(X), -1)
        return np.column_stack([blocks, np.ones(len(X))])

    (X, y), (new, truth) = known, unseen
    weights = np.linalg.lstsq(features(X), 2.0 * y - 1, rcond=None)[0]
    return float(np.mean((features(new) @ weights > 0) == truth))


def corrected(shares, tasks):
    """The mean share, less what these tasks are easier than usual, by the yardstick."""
    return float(np.mean(shares)) + USUAL - float(np.mean([yardstick(*task) for task in tasks]))


@studio(
    "two_signs",
    train="train",
    users=("predict",),
    budget=20,
    metric="share of unseen signs named rightly",
    baseline=0.817,
    bands=(0.857, 0.90, 0.955),
    typed=0.79,
    seconds=120,
)
def public(entry, rng):
    """Five scripts of your own drawing, three pairs of each, learnt, judged and corrected as in the real judging."""
    tasks = pairs_of_new_scripts(rng, scripts=5, pairs=3)
    return corrected(shares_of(entry, tasks), tasks)


@case("two_signs", "at most twenty numbers are learnt, and two signs are told apart better than by guessing")
def keeps_the_rules(entry):
    (task,) = pairs_of_new_scripts(np.random.default_rng(3), scripts=1, pairs=1)
    (share,) = shares_of(entry, [task])
    expect.that(share > 0.6, f"{share:.0%} of some unseen signs were named rightly; guessing gets half")


@case("two_signs", "a single picture gets the label that it gets among others")
def one_at_a_time(entry):
    ((known, (X, _)),) = pairs_of_new_scripts(np.random.default_rng(4), scripts=1, pairs=1)
    round = entry.train(*known)
    together = expect.array(round.predict(X[:6]), (6,), what="predict")
    for i in range(6):
        alone = expect.array(round.predict(X[i : i + 1]), (1,), what="predict")
        expect.that(np.array_equal(alone, together[i : i + 1]), "a picture's label depends on what else is in the batch")
