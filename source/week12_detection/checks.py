"""Visible cases of week 12: they travel with the release."""

import itertools
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st
from numpy.lib.stride_tricks import sliding_window_view

from autograder.cases import case, draws, exercise, expect, studio

exercise("as_convolutions")
exercise("iou")
exercise("encode")
exercise("suppress", needs=("iou",))
exercise("mean_average_precision", needs=("iou",))
exercise("fabrics", names=("train", "find"), needs=("encode", "suppress"), kind="studio", seconds=60)


# ------------------------------------------------------------------------------------------- as_convolutions
def dense_net(parameters, X):
    """What a dense net gives for flattened rows: ReLU between the layers."""
    for k, (W, b) in enumerate(parameters):
        X = X @ W + b
        X = np.maximum(X, 0) if k + 1 < len(parameters) else X
    return X


def convolved(layers, X):
    """The same net as convolutions, ReLU between the layers: pictures (N, H, W, C) to (N, H', W', out)."""
    for k, (kernels, b) in enumerate(layers):
        windows = sliding_window_view(X, kernels.shape[:2], axis=(1, 2))
        X = np.einsum("nhwcij,ijco->nhwo", windows, kernels) + b
        X = np.maximum(X, 0) if k + 1 < len(layers) else X
    return X


def kernels_like(parameters, window):
    """A nest of the shapes that the convolutions must have."""
    out = []
    for W, b in parameters:
        out.append((np.zeros((*window, W.shape[1])), np.zeros(b.shape)))
        window = (1, 1, W.shape[1])
    return out


def her_layers(as_convolutions, parameters, window):
    """Her convolutions as plain arrays of the right shapes."""
    made = as_convolutions(parameters, window)
    return expect.nest(made, kernels_like(parameters, window), what="`as_convolutions`")


@st.composite
def window_nets(draw, sides=(1, 3), channels=(1, 3), units=(1, 4), depth=(1, 3)):
    """A dense net that reads windows, and the windows' shape."""
    window = (draw(st.integers(*sides)), draw(st.integers(*sides)), draw(st.integers(*channels)))
    widths = [int(np.prod(window)), *(draw(st.integers(*units)) for _ in range(draw(st.integers(*depth))))]
    rng = np.random.default_rng(draw(draws.seeds()))
    parameters = [(rng.normal(size=(a, b)), rng.normal(size=b)) for a, b in itertools.pairwise(widths)]
    return {"parameters": parameters, "window": window}


@case("as_convolutions", "the example in the statement comes out")
def two_answers(as_convolutions):
    layers = her_layers(as_convolutions, [(np.array([[3.0], [5.0]]), np.array([1.0]))], (1, 2, 1))
    answers = convolved(layers, np.array([1.0, 0.0, 2.0]).reshape(1, 1, 3, 1))
    expect.close(answers.ravel(), [4.0, 11.0], what="on the row of pixels 1, 0, 2 the convolutions", reveal=True)


@case(
    "as_convolutions",
    "on pictures of the window's size they give what the dense net gives",
    weight=2,
    draws={"net": window_nets(), "seed": draws.seeds()},
)
def one_window(as_convolutions, net, seed):
    layers = her_layers(as_convolutions, net["parameters"], net["window"])
    X = np.random.default_rng(seed).normal(size=(3, *net["window"]))
    got = convolved(layers, X)
    want = dense_net(net["parameters"], X.reshape(len(X), -1))
    expect.close(
        got[:, 0, 0], want, rtol=1e-9, atol=1e-9, what=f"on three pictures of {net['window']} the convolutions", reveal=True
    )


@case(
    "as_convolutions",
    "on a larger picture each place has the net's answer for the window that begins there",
    weight=2,
    draws={"net": window_nets(), "seed": draws.seeds(), "more": draws.integers(1, 4)},
)
def every_window(as_convolutions, net, seed, more):
    layers = her_layers(as_convolutions, net["parameters"], net["window"])
    h, w, c = net["window"]
    X = np.random.default_rng(seed).normal(size=(1, h + more, w + 2, c))
    got = convolved(layers, X)[0]
    for row, column in np.ndindex(got.shape[:2]):
        one = X[:, row : row + h, column : column + w].reshape(1, -1)
        want = dense_net(net["parameters"], one)[0]
        said = f"a picture of {X.shape[1:3]}, windows of {net['window']}: at row {row}, column {column} the convolutions"
        expect.close(got[row, column], want, rtol=1e-9, atol=1e-9, what=said, reveal=True)


@case("as_convolutions", "inputs are left as they were, float32 stays float32, whole numbers are taken", side=True)
def convolutions_house(as_convolutions):
    rng = np.random.default_rng(1)
    parameters = [(rng.normal(size=(6, 4)), rng.normal(size=4)), (rng.normal(size=(4, 2)), rng.normal(size=2))]
    before = as_convolutions(parameters, (3, 2, 1))
    expect.pure(as_convolutions, parameters, (3, 2, 1), names=("parameters", "window"))
    her_layers(as_convolutions, parameters[:1], (1, 2, 3))
    again = her_layers(as_convolutions, parameters, (3, 2, 1))
    for layer, other in zip(expect.nest(before, kernels_like(parameters, (3, 2, 1))), again, strict=True):
        expect.same(layer[0], other[0], "the same net asked twice gives other kernels")
    single = [(W.astype(np.float32), b.astype(np.float32)) for W, b in parameters]
    for kernels, b in her_layers(as_convolutions, single, (3, 2, 1)):
        expect.dtype(kernels, np.float32, what="`as_convolutions`, for kernels of a float32 net,")
        expect.dtype(b, np.float32, what="`as_convolutions`, for b of a float32 net,")
    (kernels, b), *_ = her_layers(as_convolutions, [(np.arange(6).reshape(6, 1), np.array([2]))], (3, 2, 1))
    expect.close(kernels.ravel(), np.arange(6.0), what="of a net of whole numbers: the kernels", reveal=True)
    expect.close(b, [2.0], what="of a net of whole numbers: b", reveal=True)


# ------------------------------------------------------------------------------------------- iou
def counted(box, other):
    """The IoU of two boxes with whole numbers, by counting pixels."""
    first, second = (
        {(row, column) for row in range(top, bottom) for column in range(left, right)}
        for top, left, bottom, right in np.asarray((box, other)).astype(int).tolist()
    )
    return len(first & second) / len(first | second) if first and second else 0.0


def all_counted(boxes, others):
    """The same for all pairs."""
    return np.array([[counted(box, other) for other in others] for box in boxes]).reshape(len(boxes), len(others))


@st.composite
def whole_boxes(draw, n=(1, 4), reach=8, low=0):
    """Boxes (n, 4) with whole numbers as floats, each with an inside."""
    out = []
    for _ in range(draw(st.integers(*n))):
        (top, bottom), (left, right) = (
            sorted(draw(st.lists(st.integers(low, reach), min_size=2, max_size=2, unique=True))) for _ in range(2)
        )
        out.append((top, left, bottom, right))
    return np.array(out, float).reshape(-1, 4)


def plain_iou(boxes, others):
    """The judge's own."""
    one, other = np.reshape(boxes, (-1, 4)).astype(float)[:, None], np.reshape(others, (-1, 4)).astype(float)[None]
    high = np.minimum(one[..., 2], other[..., 2]) - np.maximum(one[..., 0], other[..., 0])
    wide = np.minimum(one[..., 3], other[..., 3]) - np.maximum(one[..., 1], other[..., 1])
    shared = np.maximum(high, 0) * np.maximum(wide, 0)
    area = [(b[..., 2] - b[..., 0]) * (b[..., 3] - b[..., 1]) for b in (one, other)]
    return shared / (area[0] + area[1] - shared)


@case("iou", "the example in the statement comes out")
def six_of_22(iou):
    got = iou(np.array([[0.0, 0, 4, 4]]), np.array([[2.0, 1, 6, 4]]))
    expect.close(got, [[6 / 22]], reveal=True)


@case(
    "iou",
    "for whole numbers it is what counting pixels gives, each pair at its place",
    weight=3,
    draws={"boxes": whole_boxes(), "others": whole_boxes()},
)
def by_counting(iou, boxes, others):
    got = expect.array(iou(boxes, others), shape=(len(boxes), len(others)))
    expect.close(got, all_counted(boxes, others), rtol=1e-9, atol=1e-12, reveal=True)


@case("iou", "boxes that touch at an edge or a corner, or lie apart in both directions, have 0")
def apart(iou):
    box = np.array([[4.0, 4, 8, 8]])
    shifts = [(dy, dx) for dy in (-9, -4, 0, 4, 9) for dx in (-9, -4, 0, 4, 9)]
    got = expect.array(iou(box, np.array([box[0] + [dy, dx, dy, dx] for dy, dx in shifts])), shape=(1, 25))[0]
    for (dy, dx), value in zip(shifts, got, strict=True):
        want = 1.0 if (dy, dx) == (0, 0) else 0.0
        expect.that(
            abs(value - want) < 1e-12,
            f"a box of 4 x 4 pixels, and the same one {dy} rows down and {dx} columns right: "
            f"yours is {value:.4g}, wanted {want:g}",
        )


@case(
    "iou",
    "neither another unit of length nor another origin changes the result",
    weight=2,
    draws={
        "boxes": whole_boxes(),
        "others": whole_boxes(),
        "unit": draws.sampled([0.1, 0.5, 0.03125]),
        "zero": draws.sampled([0.0, -3.25, 0.625]),
    },
)
def any_unit(iou, boxes, others, unit, zero):
    got = iou(boxes * unit + zero, others * unit + zero)
    said = f"with all coordinates times {unit} and {zero:+}, your function"
    expect.close(got, all_counted(boxes, others), rtol=1e-6, atol=1e-9, what=said, reveal=True)


@case("iou", "a box without an inside overlaps nothing, not even itself", side=True)
def nothing_inside(iou):
    full = np.array([[0.0, 0, 6, 6]])
    hollow = {
        "of height 0": (2.0, 1, 2, 5),
        "of width 0": (1.0, 3, 4, 3),
        "of one point": (3.0, 3, 3, 3),
        "whose bottom lies above its top": (4.0, 1, 2, 5),
        "whose right lies left of its left": (1.0, 5, 4, 2),
        "turned round in both directions": (5.0, 5, 1, 1),
    }
    for name, box in hollow.items():
        some = np.array([box])
        for one, other, said in ((some, full, "and a full one"), (full, some, "after a full one"), (some, some, "and itself")):
            got = expect.array(iou(one, other), shape=(1, 1))
            expect.close(got, [[0.0]], atol=1e-12, what=f"for a box {name} {said} your function", reveal=True)
    both = expect.array(iou(np.vstack([full, some]), full), shape=(2, 1))
    expect.close(both, [[1.0], [0.0]], what="for a full box and a hollow one your function", reveal=True)


@case("iou", "no boxes, float32, whole and small unsigned numbers; the inputs are left as they were", side=True)
def iou_house(iou):
    boxes, others = np.array([[0.0, 0, 4, 4], [1, 1, 3, 6], [5, 0, 9, 2]]), np.array([[2.0, 1, 6, 4], [0, 0, 9, 9]])
    want = all_counted(boxes, others)
    expect.close(expect.pure(iou, boxes, others, names=("boxes", "others")), want, what="your function", reveal=True)
    hollow = np.array([[0.0, 0, 4, 4], [3, 3, 3, 5], [5, 5, 1, 1]])
    expect.pure(iou, hollow, hollow[::-1].copy(), names=("boxes", "others"))
    expect.shape(iou(np.zeros((0, 4)), others), (0, 2), what="for no boxes and two others your function")
    expect.shape(iou(boxes, np.zeros((0, 4))), (3, 0), what="for three boxes and no others your function")
    got = iou(boxes.astype(np.float32), others.astype(np.float32))
    expect.dtype(got, np.float32, what="for float32 your function")
    expect.close(got, want, rtol=1e-5, what="for float32 your function", reveal=True)
    for kind in (np.int64, np.uint8):
        expect.close(iou(boxes.astype(kind), others.astype(kind)), want, what=f"for {kind.__name__} your function", reveal=True)
    small = np.array([[0, 0, 30, 30], [10, 5, 40, 25], [20, 50, 24, 90]], np.uint8)
    expect.close(iou(small, small), all_counted(small, small), what="for larger boxes in uint8 your function", reveal=True)


# ------------------------------------------------------------------------------------------- encode
def read(numbers, anchors, size, threshold=0.5):
    """What an array (rows, cols, anchors, 5 + classes) says: boxes, labels and scores. The lesson's `decode`."""
    rows, cols = numbers.shape[:2]
    boxes, labels, scores = [], [], []
    for row, col, slot in np.argwhere(numbers[..., 0] >= threshold):
        there, y, x, h, w, *classes = numbers[row, col, slot].astype(float)
        middle = np.array([(row + y) / rows, (col + x) / cols]) * size
        with np.errstate(over="ignore"):
            sides = np.asarray(anchors[slot], float) * np.exp([h, w])
        boxes.append(np.concatenate([middle - sides / 2, middle + sides / 2]))
        labels.append(int(np.argmax(classes)))
        scores.append(there * max(classes))
    return np.reshape(boxes, (-1, 4)), np.array(labels, int), np.array(scores)


@st.composite
def pages(draw, grid=(1, 4), slots=(1, 3), classes=(1, 3), crowded=False):
    """A picture's size, a grid, anchors, and boxes with labels: no cell holds more than it has slots."""
    rng = np.random.default_rng(draw(draws.seeds()))
    rows, cols, A = draw(st.integers(*grid)), draw(st.integers(*grid)), draw(st.integers(*slots))
    cell = rng.integers(3, 10, size=2) * 2.0
    cells = [(r, c) for r in range(rows) for c in range(cols)]
    filled = [cells[k] for k in rng.permutation(len(cells))[: draw(st.integers(1, 4))]]
    boxes = []
    for row, col in filled:
        for _ in range(A if crowded else rng.integers(1, A + 1)):
            middle = (np.array([row, col]) + rng.uniform(0.05, 0.95, 2)) * cell
            boxes.append(np.concatenate([middle - (half := rng.uniform(1, 9, 2)), middle + half]))
    num_classes = draw(st.integers(*classes))
    boxes = np.array(boxes)[rng.permutation(len(boxes))]
    return {
        "boxes": boxes,
        "labels": rng.integers(num_classes, size=len(boxes)),
        "anchors": rng.uniform(3, 14, size=(A, 2)),
        "grid": (rows, cols),
        "size": (rows * float(cell[0]), cols * float(cell[1])),
        "num_classes": num_classes,
    }


def her_numbers(encode, page):
    """Her targets, of the right shape."""
    shape = (*page["grid"], len(page["anchors"]), 5 + page["num_classes"])
    return expect.array(encode(*page.values()), shape=shape, finite=True, what="`encode`")


def told(page):
    """A page in words."""
    return f"a picture of {page['size']}, a grid of {page['grid']}, {len(page['anchors'])} anchors, {len(page['boxes'])} boxes"


def comes_back(numbers, page):
    """Every box comes back once, with its label and score 1; nothing else does."""
    boxes, labels, scores = read(numbers, page["anchors"], page["size"])
    expect.that(len(boxes) == len(page["boxes"]), f"{told(page)}: `decode` found {len(boxes)} of them in your numbers")
    left = list(range(len(boxes)))
    for box, label in zip(page["boxes"], page["labels"], strict=True):
        near = min(left, key=lambda k: np.abs(boxes[k] - box).max())
        expect.that(
            np.allclose(boxes[near], box, atol=1e-3),
            f"{told(page)}: box {np.round(box, 2).tolist()} does not come back; "
            f"the nearest is {np.round(boxes[near], 2).tolist()}",
        )
        expect.that(
            labels[near] == label,
            f"{told(page)}: box {np.round(box, 2).tolist()} of class {label} comes back as class {labels[near]}",
        )
        expect.that(
            abs(scores[near] - 1) < 1e-6,
            f"{told(page)}: box {np.round(box, 2).tolist()} comes back with a score of {scores[near]:.4g}, not 1",
        )
        left.remove(near)


@case("encode", "the example in the statement comes out")
def one_box(encode):
    page = {
        "boxes": np.array([[2.0, 8, 6, 14]]),
        "labels": np.array([0]),
        "anchors": np.array([[4.0, 6.0]]),
        "grid": (2, 2),
        "size": (8, 16),
        "num_classes": 1,
    }
    numbers = her_numbers(encode, page)
    want = np.zeros((2, 2, 1, 6))
    want[1, 1, 0] = 1, 0, 0.375, 0, 0, 1
    expect.close(numbers, want, atol=1e-9, what="`encode`", reveal=True)


@case("encode", "`decode` gives back every box with its label and score 1, and nothing else", weight=3, draws=pages())
def there_and_back(encode, page):
    comes_back(her_numbers(encode, page), page)


@case("encode", "each object stands in the cell of its middle, and all other slots are 0", weight=2, draws=pages())
def in_its_cell(encode, page):
    numbers = her_numbers(encode, page)
    middles = (page["boxes"][:, :2] + page["boxes"][:, 2:]) / 2 / page["size"] * page["grid"]
    wanted = np.zeros(page["grid"], int)
    np.add.at(wanted, tuple(middles.astype(int).T), 1)
    held = np.any(numbers != 0, axis=-1)
    for row, col in np.ndindex(page["grid"]):
        filled, named = int(held[row, col].sum()), int((numbers[row, col, :, 0] == 1).sum())
        expect.that(
            filled == named == wanted[row, col],
            f"{told(page)}: cell ({row}, {col}) holds the middle of {wanted[row, col]}; yours has {filled} slots that are not 0, "
            f"and {named} with a first number of 1",
        )


def fits(box, anchors):
    """The IoU of a box with each anchor, once the middles are the same."""
    sides = box[2:] - box[:2]
    shared = np.minimum(anchors, sides).prod(axis=1)
    return shared / (anchors.prod(axis=1) + sides.prod() - shared)


@st.composite
def alone(draw, slots=(2, 4)):
    """One object, and anchors of which one fits clearly best."""
    rng = np.random.default_rng(draw(draws.seeds()))
    A = draw(st.integers(*slots))
    while True:
        sides, middle = rng.uniform(2, 12, 2), rng.uniform([1, 1], [23, 35])
        anchors = rng.uniform(2, 12, (A, 2))
        box = np.concatenate([middle - sides / 2, middle + sides / 2])
        best = np.sort(fits(box, anchors))
        if best[-1] - best[-2] > 0.02 and np.abs(middle / 12 - np.round(middle / 12)).min() > 0.01:
            break
    return {
        "boxes": box[None],
        "labels": np.array([1]),
        "anchors": anchors,
        "grid": (2, 3),
        "size": (24.0, 36.0),
        "num_classes": 2,
    }


@case("encode", "an object that has a cell to itself takes the anchor that fits best", weight=2, draws=alone())
def best_anchor(encode, page):
    numbers = her_numbers(encode, page)
    slots = np.flatnonzero((numbers[..., 0] == 1).any(axis=(0, 1)))
    fit = fits(page["boxes"][0], page["anchors"])
    sides = page["boxes"][0, 2:] - page["boxes"][0, :2]
    expect.that(
        slots.tolist() == [int(fit.argmax())],
        f"a box of {sides.round(1).tolist()}, anchors {page['anchors'].round(1).tolist()}: "
        f"the best fit is anchor {int(fit.argmax())}, "
        f"yours stands at {slots.tolist()}",
    )


@case(
    "encode",
    "objects that share a cell and a best anchor all come back",
    weight=2,
    draws=pages(grid=(1, 2), slots=(2, 4), crowded=True),
)
def shared_cell(encode, page):
    comes_back(her_numbers(encode, page), page)
    anchors = np.array([[4.0, 4.0], [9.0, 9.0]])
    page = {
        "boxes": np.array([[2.0, 2, 6, 6], [4.0, 4, 8, 8.5]]),
        "labels": np.array([1, 0]),
        "anchors": anchors,
        "grid": (1, 1),
        "size": (12, 12),
        "num_classes": 2,
    }
    comes_back(her_numbers(encode, page), page)


@case("encode", "more objects than slots in a cell: a ValueError", side=True)
def too_many(encode):
    page = {
        "boxes": np.array([[2.0, 2, 6, 6], [3.0, 3, 7, 7], [4.0, 4, 8, 8]]),
        "labels": np.zeros(3, int),
        "anchors": np.array([[4.0, 4.0], [6.0, 6.0]]),
        "grid": (1, 2),
        "size": (10, 20),
        "num_classes": 1,
    }
    expect.raises(
        ValueError, lambda: encode(*page.values()), "three objects in a cell with two slots, and no ValueError was raised"
    )
    her_numbers(encode, {**page, "boxes": page["boxes"] + [[0, 0, 0, 0], [0, 10, 0, 10], [0, 10, 0, 10]]})


@case("encode", "no object at all, float32, whole numbers; the inputs are left as they were", side=True)
def encode_house(encode):
    page = {
        "boxes": np.array([[2.0, 8, 7, 14], [0, 0, 3, 5]]),
        "labels": np.array([1, 0]),
        "anchors": np.array([[4.0, 6.0], [2.0, 3.0]]),
        "grid": (2, 3),
        "size": (8, 18),
        "num_classes": 2,
    }
    comes_back(expect.array(expect.pure(encode, *page.values(), names=tuple(page)), finite=True, what="`encode`"), page)
    none = {**page, "boxes": np.zeros((0, 4)), "labels": np.zeros(0, int)}
    expect.close(her_numbers(encode, none), np.zeros((2, 3, 2, 7)), what="for a picture without objects `encode`", reveal=True)
    single = {**page, "boxes": page["boxes"].astype(np.float32), "anchors": page["anchors"].astype(np.float32)}
    numbers = her_numbers(encode, single)
    comes_back(numbers, page)
    for kind in (np.int64, np.uint8):
        whole = {**page, "boxes": page["boxes"].astype(kind), "anchors": page["anchors"].astype(kind)}
        comes_back(her_numbers(encode, whole), page)
    comes_back(her_numbers(encode, page), page)


# ------------------------------------------------------------------------------------------- suppress
def her_rows(suppress, boxes, labels, scores, *limit):
    """Her rows: whole numbers, each at most once."""
    rows = expect.array(suppress(boxes, labels, scores, *limit), what="`suppress`")
    expect.that(rows.ndim == 1, f"`suppress` returned shape {rows.shape}, where row numbers, (kept,), were asked for")
    expect.that(rows.dtype.kind in "iu", f"`suppress` returned numbers of type {rows.dtype}, where row numbers were asked for")
    kept = rows.tolist()
    expect.that(all(0 <= row < len(boxes) for row in kept), f"of {len(boxes)} boxes `suppress` returned the rows {kept}")
    expect.that(len(set(kept)) == len(kept), f"`suppress` returned a row twice: {kept}")
    return kept


@st.composite
def guesses(draw, n=(1, 7), classes=2, reach=6, low=0):
    """Boxes with labels and scores, many of which are equal."""
    boxes = draw(whole_boxes(n, reach, low))
    sized = {"min_size": len(boxes), "max_size": len(boxes)}
    return {
        "boxes": boxes,
        "labels": np.array(draw(st.lists(st.integers(0, classes - 1), **sized)), int),
        "scores": np.array(draw(st.lists(st.integers(1, 9), **sized)), float) / 10,
    }


def better(scores, one, other):
    """Whether row `one` is better than row `other`."""
    return scores[one] > scores[other] or (scores[one] == scores[other] and one < other)


@case("suppress", "the example in the statement comes out")
def three_in_line(suppress):
    boxes = np.array([[0.0, 0, 10, 10], [0, 4, 10, 14], [0, 8, 10, 18]])
    scores = np.array([0.7, 0.9, 0.8])
    for limit, want in ((0.4, [1]), (0.45, [1, 2, 0])):
        got = her_rows(suppress, boxes, np.zeros(3, int), scores, limit)
        expect.that(got == want, f"the three boxes of the statement, limit {limit}: yours keeps {got}, wanted {want}")


@case(
    "suppress",
    "no kept box overlaps a better kept one, and each one left out overlaps a better kept one",
    weight=3,
    draws={"found": guesses(), "limit": draws.sampled([0.21, 0.37, 0.62])},
)
def two_laws(suppress, found, limit):
    kept = her_rows(suppress, *found.values(), limit)
    labels, scores, overlaps = found["labels"], found["scores"], plain_iou(found["boxes"], found["boxes"])

    def puts_out(one, other):
        return labels[one] == labels[other] and overlaps[one, other] > limit and better(scores, one, other)

    for one, other in itertools.permutations(kept, 2):
        expect.that(
            not puts_out(one, other),
            f"limit {limit}: rows {one} and {other} are both kept, have one class and overlap by {overlaps[one, other]:.3f}",
        )
    for row in set(range(len(labels))) - set(kept):
        expect.that(
            any(puts_out(one, row) for one in kept),
            f"limit {limit}: row {row} is left out, but no better kept box of its class overlaps it by more",
        )


@case(
    "suppress",
    "a box that is itself left out puts out nobody",
    weight=2,
    draws={"n": draws.integers(3, 9), "seed": draws.seeds()},
)
def chain(suppress, n, seed):
    boxes = np.array([[0.0, 6 * k, 10, 6 * k + 10] for k in range(n)])  # neighbours overlap by a quarter, others not at all
    scores = np.linspace(0.9, 0.1, n)
    order = np.random.default_rng(seed).permutation(n)
    kept = her_rows(suppress, boxes[order], np.zeros(n, int), scores[order], 0.2)
    got, want = order[kept].tolist(), list(range(0, n, 2))
    expect.that(
        got == want,
        f"a row of {n} boxes from the best to the worst, each overlaps only its neighbours: yours keeps places {got} of the row, "
        f"wanted {want}",
    )


@case(
    "suppress",
    "the best comes first, and of equal scores the earlier row",
    weight=2,
    draws={"found": guesses((2, 8))},
)
def best_first(suppress, found):
    n = len(found["boxes"])
    apart = np.arange(n)[:, None] * 10.0 + np.array([[0, 0, 5, 5]])
    for boxes, said in ((apart, "boxes far apart"), (found["boxes"], f"boxes {found['boxes'].tolist()}")):
        kept = her_rows(suppress, boxes, found["labels"], found["scores"], 0.45)
        want = sorted(kept, key=lambda row: (-found["scores"][row], row))
        said = f"{said}, scores {found['scores'].tolist()}, labels {found['labels'].tolist()}"
        expect.that(kept == want, f"{said}: the rows came as {kept}, from the best down they are {want}")
    kept = her_rows(suppress, apart, found["labels"], found["scores"], 0.45)
    expect.that(len(kept) == n, f"{n} boxes far apart: only {len(kept)} were kept")
    same = np.tile(np.array([[0.0, 0, 5, 5]]), (n, 1))
    kept = her_rows(suppress, same, np.zeros(n, int), np.full(n, 0.5), 0.45)
    expect.that(kept == [0], f"{n} equal boxes of one class with equal scores: yours keeps rows {kept}, the first was asked for")


@case("suppress", "classes do not put each other out, and any whole number is a label", weight=2)
def per_class(suppress):
    boxes = np.array([[0.0, 0, 10, 10], [0, 1, 10, 11], [1, 0, 11, 10], [0, 0, 10, 10]])
    scores = np.array([0.6, 0.9, 0.8, 0.7])
    for labels, want in (([0, 1, 0, 1], [1, 2]), ([5, -3, 100000, 5], [1, 2, 3]), ([2, 2, 2, 2], [1])):
        got = her_rows(suppress, boxes, np.array(labels), scores, 0.5)
        expect.that(got == want, f"four boxes nearly on one spot, labels {labels}: yours keeps {got}, wanted {want}")


@case("suppress", "an overlap equal to the limit is allowed, and the limit is 0.5 if none is given", side=True)
def at_the_limit(suppress):
    boxes, labels, scores = np.array([[0.0, 0, 2, 2], [0, 0, 2, 1], [0, 0, 2, 3]]), np.zeros(3, int), np.array([0.9, 0.8, 0.7])
    for limit, want in (((0.5,), [0, 1]), ((), [0, 1]), ((0.49,), [0]), ((0.7,), [0, 1, 2])):
        got = her_rows(suppress, boxes, labels, scores, *limit)
        said = f"limit {limit[0]}" if limit else "no limit given"
        expect.that(got == want, f"overlaps of 0.5 and 0.667 with the best box, {said}: yours keeps {got}, wanted {want}")
    got = her_rows(suppress, boxes * 10 - 100, labels, scores, 0.6)
    expect.that(got == [0, 1], f"the same boxes with negative coordinates, limit 0.6: yours keeps {got}, wanted [0, 1]")


@case("suppress", "boxes of two classes anywhere, even left of zero, do not meet", side=True)
def anywhere(suppress):
    boxes = np.array([[-300.0, -300, -290, -290], [-300, -300, -290, -290], [10, 10, 20, 20], [10, 10, 20, 20], [-10, -10, 0, 0]])
    got = her_rows(suppress, boxes, np.array([0, 1, 0, 1, 2]), np.array([0.5, 0.4, 0.3, 0.2, 0.1]), 0.3)
    expect.that(got == [0, 1, 2, 3, 4], f"five boxes, no two of one class overlap: yours keeps {got}, wanted all")
    large = np.array([[0.0, 0, 1e7, 1e7], [1, 1, 1e7, 1e7], [-1e7, -1e7, 1, 1], [0, 5, 1e7, 1e7]])
    got = her_rows(suppress, large, np.array([0, 1, 1, 0]), np.array([0.5, 0.4, 0.3, 0.2]), 0.3)
    expect.that(got == [0, 1, 2], f"four boxes ten million wide, labels 0, 1, 1, 0: yours keeps {got}, wanted [0, 1, 2]")


@case("suppress", "of three hundred boxes far apart all are kept", side=True)
def many(suppress):
    corner = 10.0 * np.stack(np.divmod(np.arange(300), 20), axis=1)
    boxes, scores = np.concatenate([corner, corner + 5], axis=1), np.random.default_rng(4).permutation(300) / 300
    got = her_rows(suppress, boxes, np.arange(300) % 2, scores, 0.5)
    expect.that(got == np.argsort(-scores).tolist(), f"300 boxes far apart: {len(got)} kept, wanted all, from the best down")


@case("suppress", "no boxes, one, float32, whole and unsigned numbers; the inputs are left as they were", side=True)
def suppress_house(suppress):
    boxes, labels = np.array([[0.0, 0, 4, 4], [0, 0, 4, 5], [9, 9, 12, 12]]), np.array([0, 0, 0])
    scores = np.array([3.0, 200.0, 0.0])
    got = expect.pure(suppress, boxes, labels, scores, 0.5, names=("boxes", "labels", "scores", "limit"))
    expect.that(expect.array(got).tolist() == [1, 2], f"yours keeps {expect.array(got).tolist()}, wanted [1, 2]")
    for kind in (np.float32, np.int64, np.uint8):
        got = her_rows(suppress, boxes.astype(kind), labels, scores.astype(kind), 0.5)
        expect.that(got == [1, 2], f"boxes and scores of type {kind.__name__}: yours keeps {got}, wanted [1, 2]")
    got = her_rows(suppress, np.zeros((0, 4)), np.zeros(0, int), np.zeros(0))
    expect.that(got == [], f"no boxes: yours keeps {got}")
    got = her_rows(suppress, boxes[:1], labels[:1], -scores[:1])
    expect.that(got == [0], f"one box with a negative score: yours keeps {got}, wanted [0]")


# ------------------------------------------------------------------------------------------- mean_average_precision
def staircase(right, total):
    """Average precision by its definition: for each recall the best precision at this recall or a higher one."""
    points = [(sum(right[: k + 1]) / total, sum(right[: k + 1]) / (k + 1)) for k in range(len(right))]
    area = 0.0
    for found in range(1, total + 1):
        area += max((precision for recall, precision in points if recall >= found / total - 1e-12), default=0.0) / total
    return area


def slow_map(found, boxes, labels, limit=0.5):
    """Mean average precision by its definition, slowly."""
    values = []
    for kind in sorted({int(k) for kinds in labels for k in kinds}):
        line = []
        for picture, (b, k, s) in enumerate(found):
            line += [(-float(s[row]), picture, row, b[row]) for row in range(len(k)) if k[row] == kind]
        line.sort(key=lambda guess: guess[:3])
        taken, right = set(), []
        for _, picture, _, box in line:
            mine = [t for t in range(len(labels[picture])) if labels[picture][t] == kind]
            overlaps = [float(plain_iou(box, boxes[picture][t])[0, 0]) for t in mine]
            best = mine[overlaps.index(max(overlaps))] if mine else None
            hit = best is not None and max(overlaps) >= limit and (picture, best) not in taken
            right.append(hit)
            if hit:
                taken.add((picture, best))
        values.append(staircase(right, sum(int(np.sum(np.asarray(k) == kind)) for k in labels)))
    return float(np.mean(values))


@st.composite
def albums(draw, pictures=(1, 3), truths=(0, 3), guessed=(0, 7), classes=2):
    """True boxes of some pictures, and guesses: true boxes moved a little, or anything."""
    n = draw(st.integers(*pictures))
    rng = np.random.default_rng(draw(draws.seeds()))
    found, boxes, labels = [], [], []
    for picture in range(n):
        b = draw(whole_boxes(truths if picture else (1, max(1, truths[1])), 9))
        k = rng.integers(classes, size=len(b))
        boxes.append(b)
        labels.append(k)
        m = draw(st.integers(*guessed))
        some = []
        for _ in range(m):
            box = b[rng.integers(len(b))] if len(b) and rng.random() < 0.7 else np.array([2.0, 2, 6, 6])
            moved = box + rng.integers(-1, 2, 4)
            some.append(moved if moved[2] > moved[0] and moved[3] > moved[1] else box)
        found.append((np.reshape(some, (-1, 4)), rng.integers(classes + 1, size=m), rng.integers(1, 7, size=m) / 8))
    return {"found": found, "boxes": boxes, "labels": labels}


def her_map(mean_average_precision, found, boxes, labels, *limit):
    """Her number."""
    return expect.number(mean_average_precision(found, boxes, labels, *limit), "`mean_average_precision`")


SIDE = np.array([[0.0, 0, 10, 10], [0, 20, 10, 30], [0, 40, 10, 50]])  # three boxes apart from each other
PAGE = (
    np.array([[0.0, 0, 10, 7.2], [0, 0, 10, 6], [0, 40, 1, 50], [0, 20, 10, 25.5], [0, 40, 10, 45.1]]),
    np.zeros(5, int),
    np.array([0.9, 0.8, 0.7, 0.6, 0.4]),
)


def differs(got, want, said):
    """Her number beside the wanted one."""
    expect.that(abs(got - want) < 1e-9, f"{said}: yours is {got:.4f}, wanted {want:.4f}")


@case("mean_average_precision", "the table with five guesses comes out")
def page_by_hand(mean_average_precision):
    got = her_map(mean_average_precision, [PAGE], [SIDE], [np.zeros(3, int)])
    differs(got, (1 + 3 / 5 + 3 / 5) / 3, "the table with five guesses")


@case(
    "mean_average_precision",
    "it is the area under the best precision at each recall, the mean over the classes",
    weight=4,
    draws={"album": albums(), "limit": draws.sampled([0.3, 0.5, 0.62])},
    fresh=50,
)
def by_definition(mean_average_precision, album, limit):
    got = her_map(mean_average_precision, *album.values(), limit)
    n, said = len(album["boxes"]), sum(len(k) for _, k, _ in album["found"])
    differs(got, slow_map(**album, limit=limit), f"{n} picture{'s' * (n > 1)}, {said} guesses, limit {limit}")


@case(
    "mean_average_precision",
    "naming an object again is an error: repeats never help",
    weight=2,
    draws={"album": albums(guessed=(1, 4))},
)
def repeats(mean_average_precision, album):
    found, boxes, labels = album.values()
    again = [(np.vstack([b, b]), np.append(k, k), np.append(s, s / 16)) for b, k, s in found]
    once, twice = (her_map(mean_average_precision, guesses_, boxes, labels) for guesses_ in (found, again))
    expect.that(twice <= once + 1e-9, f"every guess handed in once: {once:.4f}; a second time with lower scores: {twice:.4f}")
    ahead = [(np.vstack([SIDE[[0, 0, 0]], SIDE[1:]]), np.zeros(5, int), np.array([0.9, 0.8, 0.7, 0.6, 0.5]))]
    got = her_map(mean_average_precision, ahead, [SIDE], [np.zeros(3, int)])
    differs(got, (1 + 3 / 5 + 3 / 5) / 3, "three equal boxes on the first object, then the two others")


@case("mean_average_precision", "a guess whose best box is taken does not pass on to the next one")
def does_not_pass_on(mean_average_precision):
    truth = np.array([[0.0, 0, 10, 10], [0, 3, 10, 13]])  # they overlap by 7/13
    found = [(np.array([[0.0, 0, 10, 10], [0, 1, 10, 11]]), np.zeros(2, int), np.array([0.9, 0.8]))]
    got = her_map(mean_average_precision, found, [truth], [np.zeros(2, int)])
    differs(got, 0.5, "two boxes that overlap, and two guesses that both fit the first one best")
    truth = np.array([[0.0, 0, 10, 10], [0, 4, 10, 14]])
    found = [(np.array([[0.0, 2, 10, 12], [0, 0, 10, 10]]), np.zeros(2, int), np.array([0.9, 0.8]))]
    got = her_map(mean_average_precision, found, [truth], [np.zeros(2, int)])
    differs(got, 0.5, "a guess that fits two boxes equally well, then one that is the first box")


@case(
    "mean_average_precision",
    "recall that is not reached has precision 0, and what comes after the last right guess costs nothing",
)
def end_of_the_curve(mean_average_precision):
    for n, wrong, want in ((1, 0, 1 / 3), (2, 0, 2 / 3), (3, 0, 1.0), (2, 4, 2 / 3)):
        boxes = np.vstack([SIDE[:n], np.tile([[50.0, 50, 60, 60]], (wrong, 1))])
        found = [(boxes, np.zeros(n + wrong, int), np.linspace(0.9, 0.1, n + wrong))]
        got = her_map(mean_average_precision, found, [SIDE], [np.zeros(3, int)])
        differs(got, want, f"{n} of three objects found exactly, then {wrong} wrong guesses")


@case("mean_average_precision", "the guesses of all pictures stand in one line", weight=2)
def one_line(mean_average_precision):
    def said(box, score):
        return np.array([box], float), np.zeros(1, int), np.array([score])

    truth, wrong = SIDE[:1], [50, 50, 60, 60]
    one = np.zeros(1, int)
    got = her_map(mean_average_precision, [said(SIDE[0], 0.4), said(wrong, 0.9)], [truth, truth], [one, one])
    differs(got, 0.25, "two pictures with an object each; found in the first at 0.4, wrong in the second at 0.9")
    bare = np.zeros((0, 4)), np.zeros(0, int)
    got = her_map(mean_average_precision, [said(SIDE[0], 0.4), said(wrong, 0.9)], [truth, bare[0]], [one, bare[1]])
    differs(got, 0.5, "an object found in the first picture at 0.4, and a guess of its class at 0.9 in a picture without objects")
    for scores, want in (((0.5, 0.5), 0.5), ((0.4, 0.5), 0.25)):
        pair = [said(SIDE[0], scores[0]), said(wrong, scores[1])]
        got = her_map(mean_average_precision, pair, [truth, truth], [one, one])
        differs(got, want, f"found in the first picture, wrong in the second, with scores {scores}")
    both = np.array([wrong, SIDE[0]], float), np.zeros(2, int), np.array([0.5, 0.5])
    differs(her_map(mean_average_precision, [both], [truth], [one]), 0.5, "a wrong row before a right one with equal scores")


@case("mean_average_precision", "a class counts if it has a true box, found or not; other guesses change nothing", weight=2)
def which_classes(mean_average_precision):
    truth, kinds = [SIDE, np.zeros((0, 4))], [np.array([7, 7, 2]), np.zeros(0, int)]
    exact = (SIDE, np.array([7, 7, 2]), np.array([0.9, 0.8, 0.7]))
    none = (np.zeros((0, 4)), np.zeros(0, int), np.zeros(0))
    strange = (SIDE, np.array([5, -1, 5]), np.array([0.9, 0.9, 0.9]))
    differs(her_map(mean_average_precision, [exact, none], truth, kinds), 1.0, "all objects found exactly, one picture empty")
    differs(her_map(mean_average_precision, [exact, strange], truth, kinds), 1.0, "and three guesses of classes without a box")
    half = tuple(part[:2] for part in exact)
    differs(
        her_map(mean_average_precision, [half, none], truth, kinds), 0.5, "two classes, one of them found and the other never"
    )
    swapped = (SIDE, np.array([2, 2, 7]), np.array([0.9, 0.8, 0.7]))
    differs(her_map(mean_average_precision, [swapped, none], truth, kinds), 0.0, "every box right, and every class wrong")
    near = [np.array([[0.0, 0, 10, 10], [0, 2, 10, 12]])], [np.array([7, 2])]
    other = (np.array([[0.0, 2, 10, 12], [0, 2, 10, 12]]), np.array([7, 2]), np.array([0.9, 0.8]))
    said = "a guess of class 7 fits a box of its class, and one of another class better; that one is found as well"
    differs(her_map(mean_average_precision, [other], *near), 1.0, said)
    seven = (SIDE, np.array([7, 7, 7]), np.array([0.7, 0.8, 0.9]))
    differs(her_map(mean_average_precision, [seven, none], truth, kinds), 1 / 3, "every box right, and always class 7")


@case("mean_average_precision", "an overlap equal to the limit is enough; another limit, another number", side=True)
def limits(mean_average_precision):
    guess = [(np.array([[0.0, 0, 10, 5]]), np.zeros(1, int), np.array([0.3]))]
    for limit, want in (((), 1.0), ((0.5,), 1.0), ((0.51,), 0.0), ((0.25,), 1.0)):
        got = her_map(mean_average_precision, guess, [SIDE[:1]], [np.zeros(1, int)], *limit)
        differs(got, want, f"one object, one guess with an overlap of 0.5, limit {limit[0] if limit else 'not given'}")


@case("mean_average_precision", "only the order of the scores matters, and the order of the pictures does not", side=True)
def what_does_not_matter(mean_average_precision):
    found = [(SIDE[[0, 2]] + 1, np.zeros(2, int), np.array([0.2, 0.9])), PAGE]
    boxes, labels = [SIDE, SIDE], [np.zeros(3, int)] * 2
    want = slow_map(found, boxes, labels)
    for said, function in (("times ten", lambda s: 10 * s), ("less 5", lambda s: s - 5), ("cubed", lambda s: s**3)):
        changed = [(b, k, function(s)) for b, k, s in found]
        differs(her_map(mean_average_precision, changed, boxes, labels), want, f"scores {said}")
    differs(her_map(mean_average_precision, found[::-1], boxes, labels), want, "the pictures in another order")


@case(
    "mean_average_precision", "pictures without boxes or guesses, float32, whole numbers; inputs are left as they were", side=True
)
def map_house(mean_average_precision):
    found, boxes, labels = [PAGE], [SIDE], [np.zeros(3, int)]
    for some in (found, [tuple(part[::-1].copy() for part in PAGE)]):
        expect.pure(mean_average_precision, some, boxes, labels, 0.5, names=("found", "boxes", "labels", "limit"))
    none = (np.zeros((0, 4)), np.zeros(0, int), np.zeros(0))
    want = (1 + 3 / 5 + 3 / 5) / 3
    more = [np.zeros((0, 4)), *boxes], [np.zeros(0, int), *labels]
    differs(her_map(mean_average_precision, [none, *found], *more), want, "the table, and a picture with nothing before it")
    differs(her_map(mean_average_precision, [none], boxes, labels), 0.0, "three objects and no guess")
    light = [(PAGE[0].astype(np.float32), PAGE[1], PAGE[2].astype(np.float32))]
    got = her_map(mean_average_precision, light, [SIDE.astype(np.float32)], labels)
    expect.that(abs(got - want) < 1e-6, f"the table in float32: yours is {got:.4f}, wanted {want:.4f}")
    whole = [(SIDE.astype(np.uint8), np.zeros(3, np.uint8), np.array([0, 200, 100], np.uint8))]
    got = her_map(mean_average_precision, whole, [SIDE[1:].astype(np.uint8)], [np.zeros(2, np.uint8)])
    differs(got, 1.0, "boxes and scores in uint8: two objects found first, then a wrong guess")


# ------------------------------------------------------------------------------------------- fabrics
SIZE, KINDS, GIVEN, MOST = 32, 4, 3000, 20
ROWS, COLUMNS = np.mgrid[0:SIZE, 0:SIZE] + 0.5


class Canvases(NamedTuple):
    """Canvases (n, 32, 32, 1) in 0 to 1, the boxes and labels of each, and masks (n, 32, 32) of all cloth."""

    canvases: np.ndarray
    boxes: list
    labels: list
    masks: np.ndarray


class Fabrics:
    """Four fabrics: a direction and a width of stripes each, drawn by `rng`."""

    def __init__(self, rng):
        first = rng.uniform(0, np.pi)
        self.turn = first + np.arange(KINDS) * np.pi / KINDS + rng.uniform(-0.12, 0.12, KINDS)
        self.period = rng.uniform(2.8, 4.2, KINDS)

    def weave(self, kind, rng):
        """Stripes of -1 and 1 over a whole canvas."""
        across = ROWS * np.sin(self.turn[kind]) + COLUMNS * np.cos(self.turn[kind])
        return np.sign(np.sin(2 * np.pi * across / self.period[kind] + rng.uniform(0, 2 * np.pi)))


def outline(rng, row, column, size):
    """The mask of one piece of cloth: a round thing with an edge of its own, somewhat long or wide."""
    stretch = np.exp(rng.uniform(-0.15, 0.15))
    ray = ((COLUMNS - column) * stretch + 1j * (ROWS - row) / stretch).astype(np.complex64)
    away = np.abs(ray)
    turn = ray / np.maximum(away, 1e-6)  # its square turns twice on the way round
    two, three = (np.complex64(rng.uniform(0, 0.25) * np.exp(1j * rng.uniform(0, 2 * np.pi))) for _ in range(2))
    return away < size * (1 + (turn * turn * (two + three * turn)).real)


def box_of(mask):
    """The smallest box that holds a mask."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return np.array([rows[0], columns[0], rows[-1] + 1, columns[-1] + 1], float)


def stroke(rng):
    """The mask of a thin line."""
    row, column, turn, length = rng.uniform(0, SIZE), rng.uniform(0, SIZE), rng.uniform(0, np.pi), rng.uniform(8, 22)
    along = (ROWS - row) * np.sin(turn) + (COLUMNS - column) * np.cos(turn)
    across = (COLUMNS - column) * np.sin(turn) - (ROWS - row) * np.cos(turn)
    return (np.abs(across) < 0.8) & (np.abs(along) < length / 2)


def canvas(fabrics, rng):
    """One canvas: (32, 32), boxes, labels, the mask of the cloth; pieces of two fabrics, which touch or overlap here and there.

    No two pieces have their middle in one cell of 8 x 8 pixels, and none has it on the edge of one.
    """
    seeds, greys = rng.uniform(0, SIZE, (4, 2)), rng.uniform(0.25, 0.75, 4)  # the ground: four fields
    field = ((ROWS[..., None] - seeds[:, 0]) ** 2 + (COLUMNS[..., None] - seeds[:, 1]) ** 2).argmin(axis=-1)
    grey, boxes, labels, cells, covered = greys[field], [], [], set(), np.zeros((SIZE, SIZE), bool)
    two = rng.permutation(KINDS)[:2]
    for _ in range(rng.integers(2, 6)):
        for _attempt in range(8):
            size, kind = rng.uniform(4, 8.5), int(two[rng.integers(2)])
            middle = rng.uniform(0.7 * size, SIZE - 0.7 * size, 2)
            if tuple(middle // 8) in cells:
                continue  # no need to draw it
            mask = outline(rng, *middle, size)
            box = box_of(mask)
            ends = box[:2] + box[2:]
            cell = tuple(ends // 16)
            if cell in cells or np.any(ends % 16 == 0) or (boxes and plain_iou(boxes, box).max() > 0.25):
                continue
            cells.add(cell)
            grey[mask] = grey[mask].mean() + rng.uniform(0.2, 0.3) * fabrics.weave(kind, rng)[mask]
            boxes.append(box)
            labels.append(kind)
            covered |= mask
            break
    for _ in range(rng.integers(1, 4)):
        grey[stroke(rng)] = rng.uniform(0, 1)
    return np.clip(grey + rng.normal(0, 0.06, grey.shape), 0, 1), np.array(boxes), np.array(labels), covered


def draw_canvases(fabrics, rng, n):
    """So many canvases of these fabrics."""
    pictures, boxes, labels, masks = zip(*(canvas(fabrics, rng) for _ in range(n)), strict=True)
    return Canvases(np.array(pictures, np.float32)[..., None], list(boxes), list(labels), np.array(masks))


def answers_of(round, canvases):
    """Her boxes, labels and scores for each canvas, as plain arrays; refused where they are not what was asked for."""
    said = list(round.find(canvases))
    expect.that(len(said) == len(canvases), f"`find` returned {len(said)} answers for {len(canvases)} canvases")
    out = []
    for answer in said:
        parts = list(answer)
        expect.that(len(parts) == 3, f"an answer of `find` has {len(parts)} parts, where boxes, labels and scores were asked for")
        boxes, labels, scores = (expect.array(part, what="a part of an answer of `find`") for part in parts)
        n = len(labels) if labels.ndim else 0
        expect.that(n <= MOST, f"`find` names {n} boxes on one canvas, and {MOST} are the most")
        expect.shape(
            np.reshape(boxes, (-1, 4)) if not n and not boxes.size else boxes, (n, 4), what="the boxes of an answer of `find`"
        )
        expect.shape(labels, (n,), what="the labels of an answer of `find`")
        expect.shape(scores, (n,), what="the scores of an answer of `find`")
        expect.finite(boxes.astype(float), what="`find`, for boxes,")
        expect.finite(scores.astype(float), what="`find`, for scores,")
        out.append((boxes.reshape(n, 4).astype(float), labels, scores.astype(float)))
    return out


def fast_map(found, boxes, labels, limit=0.5):
    """The same number as `slow_map`, for hundreds of canvases."""
    values = []
    for kind in range(KINDS):
        line, total = [], 0
        for picture, ((b, k, s), truth, kinds) in enumerate(zip(found, boxes, labels, strict=True)):
            truth, mine = truth[kinds == kind], k == kind
            total += len(truth)
            if mine.any():
                overlaps = plain_iou(b[mine], truth) if len(truth) else np.zeros((int(mine.sum()), 1)) - 1
                with np.errstate(all="ignore"):
                    overlaps = np.nan_to_num(overlaps, nan=0.0)
                best = overlaps.argmax(axis=1)
                line += [
                    (score, picture, t, o)
                    for score, t, o in zip(s[mine], best, overlaps[np.arange(len(best)), best], strict=True)
                ]
        taken, right = set(), []
        for _, picture, t, overlap in sorted(line, key=lambda guess: -guess[0]):
            right.append(overlap >= limit and (picture, t) not in taken)
            if right[-1]:
                taken.add((picture, t))
        right = np.array(right, bool)
        precision = np.maximum.accumulate((np.cumsum(right) / np.arange(1, len(right) + 1))[::-1])[::-1]
        values += [precision[right].sum() / total] if total else []
    return float(np.mean(values))


def trained(entry, rng, given=GIVEN):
    """Four fabrics drawn anew, and a training on them: the round and the fabrics."""
    fabrics = Fabrics(rng)
    drawn = draw_canvases(fabrics, rng, given)
    return entry.train(drawn.canvases, drawn.boxes, drawn.labels, rng=rng), fabrics


def scored(round, fabrics, rng, n=300):
    """The mAP on new canvases, and the mAP if the kinds did not matter."""
    new = draw_canvases(fabrics, rng, n)
    found = answers_of(round, new.canvases)
    blind = [(b, np.zeros(len(k), int), s) for b, k, s in found]
    return fast_map(found, new.boxes, new.labels), fast_map(blind, new.boxes, [np.zeros(len(k), int) for k in new.labels])


@studio(
    "fabrics",
    train="train",
    users=("find",),
    budget=25_000,
    metric="mean average precision at IoU 0.5 on new canvases",
    baseline=0.3,
    bands=(0.45, 0.66, 0.77),
    typed=0.01,
    seconds=180,
)
def public(entry, rng):
    """One draw of four fabrics."""
    round, fabrics = trained(entry, rng)
    return scored(round, fabrics, rng)[0]


@case("fabrics", "at most 25,000 numbers are learnt, and at most 20 boxes named on a canvas")
def protocol(entry):
    rng = np.random.default_rng(0)
    drawn = draw_canvases(Fabrics(rng), rng, 200)
    round = entry.train(drawn.canvases, drawn.boxes, drawn.labels)
    among = answers_of(round, drawn.canvases[:6])
    expect.that(any(len(k) for _, k, _ in among), "`find` names no box on any of six canvases")
    for row in (2, 5):
        for name, hers, other in zip(
            ("boxes", "labels", "scores"), answers_of(round, drawn.canvases[row : row + 1])[0], among[row], strict=True
        ):
            expect.that(
                len(hers) == len(other), f"canvas {row}: alone `find` names {len(hers)} boxes, among five others {len(other)}"
            )
            expect.same(hers, other, f"canvas {row}: alone `find` names other {name} than among five others", atol=1e-3)
    expect.that(len(answers_of(round, drawn.canvases[:0])) == 0, "for no canvas `find` names something")
