"""Visible cases of week 11: they travel with the release."""

import functools
import itertools

import numpy as np
from hypothesis import strategies as st

from autograder import datasets
from autograder.cases import case, draws, exercise, expect, studio

exercise("random_crops")
exercise("residual", names=("block_forward", "block_backward", "start_block"))
exercise("separable", names=("separable_forward", "separable_backward", "merged"))
exercise("field", names=("seen", "reached"))
exercise("transfer", names=("fit", "predict"), kind="studio", seconds=120)

SEEDS = draws.seeds()


def two_of(got, what, names):
    """What a function gives back as two things."""
    parts = list(got) if isinstance(got, (list, tuple)) else got
    told = f"{len(parts)} things" if isinstance(parts, list) else type(got).__name__
    expect.that(isinstance(parts, list) and len(parts) == 2, f"{what} returned {told}, where two were asked for: {names}")
    return parts


# ------------------------------------------------------------------------------------------- random_crops
def numbered(n, height, width, channels=2, kind=float):
    """Pictures and masks in which each pixel tells where it stands: its number in the batch, and more for each later channel."""
    masks = np.arange(n * height * width).reshape(n, height, width)
    return (masks[..., None] + masks.size * np.arange(channels)).astype(kind), masks


def places_of(got, shape, size, what="`random_crops`"):
    """(picture, top, left, mirrored) of each crop that came out; fails where one is no part of its own picture."""
    (n, height, width, channels), (h, w) = shape, size
    crops, masks = two_of(got, what, "crops and their masks")
    crops = expect.array(crops, shape=(n, h, w, channels), what=f"the crops that {what} returned")
    masks = expect.array(masks, shape=(n, h, w), what=f"the masks that {what} returned")
    found = []
    for k in range(n):
        place = place_of(crops[k, :, :, 0], k, height, width)
        call = f"pictures of {height} × {width}, a crop of {h} × {w}"
        expect.that(place is not None, f"{call}: crop {k} is no part of picture {k}, nor its mirror image")
        alike = all(np.array_equal(crops[k, :, :, c], crops[k, :, :, 0] + c * n * height * width) for c in range(channels))
        expect.that(alike, f"{call}: the channels of crop {k} come from different places, or in another order")
        other = place_of(masks[k], k, height, width)
        expect.that(other is not None, f"{call}: mask {k} is no part of its own mask")
        said = f"{call}: crop {k} was cut at {place[0], place[1]}{' and mirrored' * place[2]}, its mask at {other[0], other[1]}"
        expect.that(place == other, said + f"{' and mirrored' * other[2]} (a crop of one column cannot show a mirror)")
        found.append(place)
    return found


def place_of(crop, k, height, width):
    """(top, left, mirrored) of a crop of numbered pixels, or None where it is no part of picture k."""
    h, w = crop.shape
    for mirrored in (False, True):
        part = crop[:, ::-1] if mirrored else crop
        first = int(part[0, 0]) - k * height * width
        top, left = divmod(first, width)
        if not 0 <= first < height * width or top + h > height or left + w > width:
            continue
        want = k * height * width + (top + np.arange(h))[:, None] * width + left + np.arange(w)
        if np.array_equal(part, want):
            return top, left, mirrored
    return None


@st.composite
def windows(draw, sides=(2, 7), n=(1, 5)):
    """A number of pictures, their sides, and the size of a crop that fits."""
    height, width = draw(st.integers(*sides)), draw(st.integers(*sides))
    size = draw(st.integers(1, height)), draw(st.integers(2, width))
    return {"n": draw(st.integers(*n)), "height": height, "width": width, "size": size, "seed": draw(SEEDS)}


@case("random_crops", "each crop is a part of its own picture, and its mask is cut at the same place", weight=2, draws=windows())
def own_part(random_crops, one):
    pictures, masks = numbered(one["n"], one["height"], one["width"])
    got = random_crops(pictures, masks, one["size"], np.random.default_rng(one["seed"]))
    places_of(got, pictures.shape, one["size"])


# expect.counts holds for every number of draws; each of its calls turns a right answer away once in ten million times.
@case(
    "random_crops",
    "all places are equally likely, those at the edges too, and half of the crops are mirrored at each of them",
    weight=2,
    false_alarm=1e-6,
    fresh=10,
    draws={"shape": draws.sampled([(5, 7, 3, 6), (4, 3, 3, 2), (6, 4, 6, 3)])},
    examples=3,
)
def all_places(random_crops, rng, shape):
    height, width, *size = shape
    pictures, masks = numbered(1500, height, width, 1)
    found = places_of(random_crops(pictures, masks, tuple(size), rng), pictures.shape, size)
    for mirrored in (False, True):
        kinds = list(itertools.product(range(height - size[0] + 1), range(width - size[1] + 1)))
        seen = {(top, left): 0 for top, left in kinds}
        for top, left, turned in found:
            seen[top, left] += turned == mirrored
        total = sum(seen.values())
        call = f"1,500 pictures of {height} × {width}, crops of {size[0]} × {size[1]}"
        expect.share(total, 1500, 0.5, f"{call}: not half of them are {'mirrored' if mirrored else 'as they were'}")
        rare, common = min(seen, key=seen.get), max(seen, key=seen.get)
        told = f"of {total} {'' if mirrored else 'un'}mirrored ones, {seen[common]} begin at {common} and {seen[rare]} at {rare}"
        expect.counts(list(seen.values()), [1 / len(kinds)] * len(kinds), f"{call}: {told}")


@case("random_crops", "each picture has its own chance, and each call has", false_alarm=1e-6, fresh=10)
def own_chance(random_crops, rng):
    pictures, masks = numbered(1200, 3, 4, 1)
    rounds = [places_of(random_crops(pictures, masks, (2, 4), rng), pictures.shape, (2, 4)) for _ in range(2)]
    kinds = [[2 * top + turned for top, _, turned in found] for found in rounds]
    neighbours = [4 * a + b for a, b in zip(kinds[0][::2], kinds[0][1::2], strict=True)]
    again = [4 * a + b for a, b in zip(*kinds, strict=True)]
    for pairs, told in ((neighbours, "neighbours in the batch"), (again, "a picture in one call and in the next")):
        seen = np.bincount(pairs, minlength=16).tolist()
        expect.counts(seen, [1 / 16] * 16, f"place and mirror of {told} have to do with each other")
    pictures, masks = numbered(4, 1, 2, 1)
    batches = [places_of(random_crops(pictures, masks, (1, 2), rng), pictures.shape, (1, 2)) for _ in range(200)]
    seen = np.bincount([sum(mirrored for _, _, mirrored in found) for found in batches], minlength=5).tolist()
    said = f"of 200 batches of four pictures, {seen} had none, one, two, three, four mirrored: not as four fair coins fall"
    expect.counts(seen, [1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16], said)


@case("random_crops", "a crop may be as large as the picture, and there may be one picture, or none", side=True)
def whole_picture(random_crops):
    for n, size in ((3, (3, 4)), (1, (3, 2)), (1, (1, 4)), (0, (2, 2))):
        pictures, masks = numbered(n, 3, 4)
        got = random_crops(pictures, masks, size, np.random.default_rng(n))
        places_of(got, pictures.shape, size, f"for {n} pictures of 3 × 4 and size {size}, `random_crops`")


@case("random_crops", "types stay, and pictures and masks are left as they were", side=True)
def crops_house(random_crops):
    for kind, mask_kind in ((np.uint8, bool), (np.float32, np.int64), (float, np.uint8)):
        pictures, masks = numbered(16, 3, 5, 3, kind)
        masks = (masks % 2).astype(mask_kind)
        given = pictures.copy(), masks.copy()
        got = expect.handing_back(random_crops)(pictures, masks, (2, 4), np.random.default_rng(0))
        crops, cut = two_of(got, "`random_crops`", "crops and their masks")
        expect.dtype(crops, kind, what=f"for pictures of {np.dtype(kind)}, `random_crops`")
        expect.dtype(cut, mask_kind, what=f"for masks of {np.dtype(mask_kind)}, `random_crops`")
        expect.unchanged(pictures, given[0], "pictures")
        expect.unchanged(masks, given[1], "masks")


@case("random_crops", "chance comes from the generator alone", side=True)
def crops_from_rng(random_crops):
    pictures, masks = numbered(60, 4, 6)
    shape = pictures.shape
    run = lambda rng: np.array(places_of(random_crops(pictures, masks, (2, 3), rng), shape, (2, 3)))  # noqa: E731
    expect.repeatable(run, 5, what="`random_crops`")


# ------------------------------------------------------------------------------------------- residual
def branch(parameters, X):
    """The branch by its definition, and what lies before its two activations."""
    (W1, b1), (W2, b2) = parameters
    hidden = np.maximum(X, 0) @ W1 + b1
    return np.maximum(hidden, 0) @ W2 + b2


def forward_of(block_forward, parameters, X):
    scores, _ = two_of(block_forward(parameters, X), "`block_forward`", "scores and a cache")
    return expect.array(scores, shape=X.shape, finite=True, what="`block_forward`")


def backward_of(block_forward, block_backward, parameters, X, d_scores):
    """Her gradients: (d_parameters, d_X)."""
    _, cache = two_of(block_forward(parameters, X), "`block_forward`", "scores and a cache")
    d_parameters, d_X = two_of(block_backward(parameters, cache, d_scores), "`block_backward`", "d_parameters and d_X")
    d_parameters = expect.nest(d_parameters, parameters, what="`block_backward`")
    return d_parameters, expect.array(d_X, shape=X.shape, finite=True, what="d_X of `block_backward`")


@st.composite
def block(draw, width=(1, 4), hidden=(1, 5), axes=(0, 3)):
    """Parameters of a block, an input with some axes before the channels, and a seed."""
    rng = np.random.default_rng(draw(SEEDS))
    width, hidden = draw(st.integers(*width)), draw(st.integers(*hidden))
    lead = [draw(st.integers(1, 3)) for _ in range(draw(st.integers(*axes)))]
    parameters = [
        (rng.normal(size=(width, hidden)), rng.normal(size=hidden)),
        (rng.normal(size=(hidden, width)), rng.normal(size=width)),
    ]
    return {"parameters": parameters, "X": rng.normal(size=(*lead, width)), "rng": rng}


def told(X, parameters):
    return f"an input of shape {X.shape}, {len(parameters[0][1])} hidden units"


@case("residual", "the example in the statement comes out")
def one_channel(block_forward):
    parameters = [(np.array([[1.0]]), np.array([1.0])), (np.array([[-2.0]]), np.array([0.0]))]
    got = forward_of(block_forward, parameters, np.array([[3.0], [-1.0]]))
    expect.close(got, np.array([[-5.0], [-3.0]]), what="`block_forward`", reveal=True)


@case("residual", "the output is the input, untouched, plus what the branch says", weight=2, draws=block(axes=(1, 3)))
def sum_of_two(block_forward, one):
    parameters, X = one["parameters"], one["X"]
    got = forward_of(block_forward, parameters, X)
    said = f"{told(X, parameters)}: the output less the branch is not the input"
    expect.same(got - branch(parameters, X), X, said, rtol=1e-8, atol=1e-8)


@case("residual", "`block_backward` gives the gradients of the loss", weight=2, draws=block(axes=(1, 3)), fresh=50)
def block_slopes(block_forward, block_backward, one):
    parameters, X, rng = one["parameters"], one["X"], one["rng"]
    weights = rng.normal(size=X.shape)
    made = backward_of(block_forward, block_backward, parameters, X, weights)
    loss = lambda nest: float(np.sum(weights * (nest[1] + branch(nest[0], nest[1]))))  # noqa: E731
    what = f"{told(X, parameters)}: the gradient"
    expect.gradient(loss, (parameters, X), made, rng, what=what)


@case("residual", "a branch of zeros leaves the identity, for negative numbers and for gradients too", side=True)
def zeros_are_identity(block_forward, block_backward):
    rng = np.random.default_rng(0)
    X, d = rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
    parameters = [(np.zeros((3, 2)), np.zeros(2)), (np.zeros((2, 3)), np.zeros(3))]
    expect.close(forward_of(block_forward, parameters, X), X, what="with all parameters zero, `block_forward`", reveal=True)
    _, d_X = backward_of(block_forward, block_backward, parameters, X, d)
    expect.close(d_X, d, what="with all parameters zero, d_X of `block_backward`", reveal=True)


@case("residual", "any number of axes stands before the channels", side=True)
def any_axes(block_forward, block_backward):
    rng = np.random.default_rng(1)
    parameters = [(rng.normal(size=(3, 4)), rng.normal(size=4)), (rng.normal(size=(4, 3)), rng.normal(size=3))]
    X, d = rng.normal(size=(12, 3)), rng.normal(size=(12, 3))
    flat, (flat_d, flat_dX) = X + branch(parameters, X), backward_of(block_forward, block_backward, parameters, X, d)
    for lead in ((12,), (2, 6), (2, 2, 3), (1, 2, 3, 2)):
        shaped = X.reshape(*lead, 3)
        got = forward_of(block_forward, parameters, shaped)
        expect.same(got.reshape(12, 3), flat, f"an input of shape {shaped.shape} gives other numbers than its rows")
        d_parameters, d_X = backward_of(block_forward, block_backward, parameters, shaped, d.reshape(shaped.shape))
        expect.same(d_X.reshape(12, 3), flat_dX, f"d_X for an input of shape {shaped.shape} differs from that of its rows")
        for mine, rows in zip(d_parameters, flat_d, strict=True):
            for a, b, name in zip(mine, rows, ("d_W", "d_b"), strict=True):
                expect.same(a, b, f"{name} for an input of shape {shaped.shape} differs from that of its rows")
    alone = forward_of(block_forward, parameters, X[0])
    expect.same(alone, flat[0], "an input of shape (3,), one row without an axis before it, gives other numbers")


def started(start_block, width, hidden, seed):
    like = [(np.zeros((width, hidden)), np.zeros(hidden)), (np.zeros((hidden, width)), np.zeros(width))]
    made = start_block(width, hidden, np.random.default_rng(seed))
    return [tuple(np.array(part, float) for part in pair) for pair in expect.nest(made, like, what="`start_block`")]


def descended(parameters, X, target, rate=0.05, steps=5):
    """These parameters after some steps towards a target, by our own gradients."""
    for _ in range(steps):
        (W1, b1), (W2, b2) = parameters
        first = np.maximum(X, 0)
        second = (first @ W1 + b1).clip(0)
        d = (X + second @ W2 + b2 - target) / len(X)
        d_hidden = d @ W2.T * (second > 0)
        parameters = [
            (W1 - rate * first.T @ d_hidden, b1 - rate * d_hidden.sum(axis=0)),
            (W2 - rate * second.T @ d, b2 - rate * d.sum(axis=0)),
        ]
    return parameters


@case(
    "residual",
    "with `start_block` the block is exactly the identity, and yet descent moves every array, and units differ",
    weight=2,
    draws={"width": draws.integers(2, 6), "hidden": draws.integers(4, 9), "seed": draws.seeds()},
)
def a_start(start_block, width, hidden, seed):
    parameters = started(start_block, width, hidden, seed)
    rng = np.random.default_rng(seed + 1)
    X = rng.normal(size=(40, width))
    call = f"start_block({width}, {hidden}, rng)"
    expect.same(X + branch(parameters, X), X, f"{call}: the block is not the identity", rtol=0, atol=0)
    after = descended(parameters, X, rng.normal(size=X.shape))
    for layer, (before, now) in enumerate(zip(parameters, after, strict=True), 1):
        for name, a, b in zip("Wb", before, now, strict=True):
            moved = np.abs(b - a).max()
            expect.that(moved > 1e-7, f"{call}: after five steps of descent, {name} of layer {layer} is still what it was")
    units = np.vstack([after[0][0], after[0][1][None], after[1][0].T])
    for i, j in itertools.combinations(range(hidden), 2):
        apart = np.abs(units[:, i] - units[:, j]).max()
        expect.that(apart > 1e-9, f"{call}: after five steps of descent, hidden units {i} and {j} are still alike")


@case("residual", "through fifty blocks fresh from `start_block`, input and gradient come as they went in", side=True)
def fifty(block_forward, block_backward, start_block):
    rng = np.random.default_rng(4)
    X, d = rng.normal(size=(6, 5)), rng.normal(size=(6, 5))
    blocks = [start_block(5, 8, np.random.default_rng(k)) for k in range(50)]
    passed, caches = X, []
    for parameters in blocks:
        passed, cache = two_of(block_forward(parameters, passed), "`block_forward`", "scores and a cache")
        caches.append(cache)
    expect.close(passed, X, what="the fiftieth block", rtol=0, atol=0, reveal=True)
    back = d
    for parameters, cache in zip(blocks[::-1], caches[::-1], strict=True):
        _, back = two_of(block_backward(parameters, cache, back), "`block_backward`", "d_parameters and d_X")
    expect.close(back, d, what="after fifty blocks, d_X", rtol=0, atol=0, reveal=True)


@case("residual", "chance of a start comes from the generator alone", side=True)
def start_from_rng(start_block):
    expect.repeatable(lambda rng: np.array(start_block(3, 4, rng)[0][0], float), 2, what="`start_block`")


@case("residual", "float types are kept, whole numbers taken, no example too, and nothing that was given is changed", side=True)
def block_house(block_forward, block_backward):
    rng = np.random.default_rng(2)
    parameters = [(rng.normal(size=(3, 4)), rng.normal(size=4)), (rng.normal(size=(4, 3)), rng.normal(size=3))]
    X, d = rng.normal(size=(5, 3)), rng.normal(size=(5, 3))
    _, cache = expect.pure(block_forward, parameters, X, names=("parameters", "X"))
    given = X.copy(), [(W.copy(), b.copy()) for W, b in parameters], d.copy()
    _, cache = expect.handing_back(block_forward)(parameters, X)
    expect.handing_back(block_backward)(parameters, cache, d)
    expect.unchanged(X, given[0], "X")
    expect.unchanged(parameters, given[1], "parameters")
    expect.unchanged(d, given[2], "d_scores")
    small = [(W.astype(np.float32), b.astype(np.float32)) for W, b in parameters]
    expect.dtype(forward_of(block_forward, small, X.astype(np.float32)), np.float32, what="for float32, `block_forward`")
    d_small, d_X = backward_of(block_forward, block_backward, small, X.astype(np.float32), d.astype(np.float32))
    for part in (d_X, *itertools.chain(*d_small)):
        expect.dtype(part, np.float32, what="for float32, `block_backward`")
    whole = np.array([[2, -3, 1]])
    got = forward_of(block_forward, parameters, whole)
    expect.close(got, whole + branch(parameters, whole), what="for whole numbers, `block_forward`", reveal=True)
    none = np.zeros((0, 3))
    d_none, d_X = backward_of(block_forward, block_backward, parameters, none, none)
    expect.that(all(not np.any(part) for pair in d_none for part in pair), "without any example, the gradients are not all zero")


@case("residual", "nothing is kept between two calls: the first one's cache still serves after the second", side=True)
def block_no_state(block_forward, block_backward):
    rng = np.random.default_rng(3)
    parameters = [(rng.normal(size=(2, 3)), rng.normal(size=3)), (rng.normal(size=(3, 2)), rng.normal(size=2))]
    X, d = rng.normal(size=(4, 2)), rng.normal(size=(4, 2))
    d_parameters, want = backward_of(block_forward, block_backward, parameters, X, d)
    d_parameters = [np.array(part) for pair in d_parameters for part in pair]
    _, cache = block_forward(parameters, X)
    block_forward(parameters, rng.normal(size=(4, 2)))
    for number in ("first", "second"):
        got = expect.handing_back(block_backward)(parameters, cache, d)
        again, d_X = two_of(got, "`block_backward`", "d_parameters and d_X")
        said = f"forward of one input, forward of another, then backward with the first cache: the {number} time"
        expect.same(d_X, want, f"{said} d_X is another")
        again = [part for pair in expect.nest(again, parameters, what="`block_backward`") for part in pair]
        for name, one, other in zip(("d_W1", "d_b1", "d_W2", "d_b2"), again, d_parameters, strict=True):
            expect.same(one, other, f"{said} {name} is another")


# ------------------------------------------------------------------------------------------- separable
def full(kernels, bias, X, stride, padding):
    """Convolution by its definition, window by window: kernels (kh, kw, in, out)."""
    X = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    kh, kw = kernels.shape[:2]
    rows, columns = ((side - k) // stride + 1 for side, k in zip(X.shape[1:3], (kh, kw), strict=True))
    out = np.empty((len(X), rows, columns, kernels.shape[3]))
    for i, j in itertools.product(range(rows), range(columns)):
        window = X[:, i * stride : i * stride + kh, j * stride : j * stride + kw]
        out[:, i, j] = np.tensordot(window, kernels, axes=3) + bias
    return out


def separable_of(parameters, X, stride, padding):
    """The two steps by their definition: each channel alone, then the points."""
    depth, points, bias = parameters
    alone = [full(depth[:, :, c, None, None], np.zeros(1), X[..., c : c + 1], stride, padding) for c in range(depth.shape[2])]
    return np.concatenate(alone, axis=3) @ points + bias


@st.composite
def convolutions(draw, kernel=(1, 3), channels=(1, 3), stride=(1, 3), padding=(0, 2), room=(0, 4), n=(1, 2)):
    """Parameters, pictures on which at least one window fits, stride and padding."""
    kh, kw = draw(st.integers(*kernel)), draw(st.integers(*kernel))
    C, F, padding = draw(st.integers(*channels)), draw(st.integers(*channels)), draw(st.integers(*padding))
    sides = [max(1, k - 2 * padding) + draw(st.integers(*room)) for k in (kh, kw)]
    rng = np.random.default_rng(draw(SEEDS))
    parameters = rng.normal(size=(kh, kw, C)), rng.normal(size=(C, F)), rng.normal(size=F)
    X = rng.normal(size=(draw(st.integers(*n)), *sides, C))
    return {"parameters": parameters, "X": X, "stride": draw(st.integers(*stride)), "padding": padding, "rng": rng}


def call_of(one):
    depth, points, _ = one["parameters"]
    return (
        f"pictures {one['X'].shape}, depth {depth.shape}, points {points.shape}, stride {one['stride']}, padding {one['padding']}"
    )


def scores_of(separable_forward, one, shape):
    got = separable_forward(one["parameters"], one["X"], one["stride"], one["padding"])
    scores, cache = two_of(got, "`separable_forward`", "scores and a cache")
    return expect.array(scores, shape=shape, finite=True, what=f"{call_of(one)}: `separable_forward`"), cache


def gradients_of(separable_forward, separable_backward, one, d_scores):
    _, cache = scores_of(separable_forward, one, d_scores.shape)
    got = separable_backward(one["parameters"], cache, d_scores)
    d_parameters, d_X = two_of(got, "`separable_backward`", "d_parameters and d_X")
    what = f"{call_of(one)}: `separable_backward`"
    return tuple(expect.nest(d_parameters, one["parameters"], what=what)), expect.array(d_X, shape=one["X"].shape, what="d_X")


@case("separable", "the example in the statement comes out")
def two_channels(separable_forward):
    depth = np.array([[[1.0, 1.0], [1.0, -1.0]]])
    X = np.array([[[[2.0, 7.0], [3.0, 4.0]]]])
    got, _ = two_of(separable_forward((depth, np.array([[10.0], [1.0]]), np.zeros(1)), X), "`separable_forward`", "scores, cache")
    expect.close(got, np.array([[[[53.0]]]]), what="`separable_forward`", reveal=True)


@case("separable", "each channel is filtered alone, then the points mix them", weight=2, draws=convolutions(), fresh=50)
def two_steps(separable_forward, one):
    want = separable_of(one["parameters"], one["X"], one["stride"], one["padding"])
    got, _ = scores_of(separable_forward, one, want.shape)
    expect.close(got, want, rtol=1e-8, atol=1e-8, what=f"{call_of(one)}: `separable_forward`", reveal=True)


@case("separable", "a full convolution with the merged kernels gives the same scores", weight=2, draws=convolutions(), fresh=50)
def as_one(merged, one):
    depth, points, _ = one["parameters"]
    kernels, bias = two_of(merged(one["parameters"]), "`merged`", "kernels and bias")
    kernels = expect.array(kernels, shape=(*depth.shape, points.shape[1]), finite=True, what="the kernels that `merged` returned")
    bias = expect.array(bias, shape=(points.shape[1],), what="the bias that `merged` returned")
    got = full(kernels, bias, one["X"], one["stride"], one["padding"])
    want = separable_of(one["parameters"], one["X"], one["stride"], one["padding"])
    said = f"{call_of(one)}: the convolution with the merged kernels gives other scores than the two steps"
    expect.same(got, want, said, rtol=1e-8, atol=1e-8)


@case("separable", "`separable_backward` gives the gradients of the loss", weight=2, draws=convolutions(), fresh=50)
def separable_slopes(separable_forward, separable_backward, one):
    rng = one["rng"]
    weights = rng.normal(size=separable_of(one["parameters"], one["X"], one["stride"], one["padding"]).shape)
    made = gradients_of(separable_forward, separable_backward, one, weights)
    loss = lambda nest: float(np.sum(weights * separable_of(*nest, one["stride"], one["padding"])))  # noqa: E731
    expect.gradient(loss, (one["parameters"], one["X"]), made, rng, what=f"{call_of(one)}: the gradient")


@case("separable", "pixels that no window sees get the gradient zero", side=True)
def unseen_pixels(separable_forward, separable_backward):
    rng = np.random.default_rng(5)
    parameters = rng.normal(size=(2, 2, 2)), rng.normal(size=(2, 3)), np.zeros(3)
    one = {"parameters": parameters, "X": rng.normal(size=(2, 6, 7, 2)), "stride": 3, "padding": 0}
    _, d_X = gradients_of(separable_forward, separable_backward, one, np.ones((2, 2, 2, 3)))
    expect.that(
        not np.any(d_X[:, [2, 5]]) and not np.any(d_X[:, :, [2, 5, 6]]), f"{call_of(one)}: an unseen pixel has a gradient"
    )
    expect.that(np.all(d_X[:, [0, 1, 3, 4]][:, :, [0, 1, 3, 4]] != 0), f"{call_of(one)}: a pixel that is seen has no gradient")


@case("separable", "stride is 1 and padding is 0 where they are not told", side=True)
def without_settings(separable_forward):
    rng = np.random.default_rng(6)
    parameters, X = (rng.normal(size=(2, 3, 2)), rng.normal(size=(2, 2)), rng.normal(size=2)), rng.normal(size=(1, 4, 5, 2))
    got, _ = two_of(separable_forward(parameters, X), "`separable_forward`", "scores and a cache")
    expect.close(got, separable_of(parameters, X, 1, 0), what="without stride and padding, `separable_forward`")
    named, _ = two_of(separable_forward(parameters, X, stride=2, padding=1), "`separable_forward`", "scores and a cache")
    expect.close(named, separable_of(parameters, X, 2, 1), what="with `stride=2, padding=1`, `separable_forward`")


@case("separable", "float types are kept, whole numbers taken, no picture too, and nothing that was given is changed", side=True)
def separable_house(separable_forward, separable_backward, merged):
    rng = np.random.default_rng(7)
    parameters, X = (rng.normal(size=(2, 2, 3)), rng.normal(size=(3, 2)), rng.normal(size=2)), rng.normal(size=(2, 4, 4, 3))
    one = {"parameters": parameters, "X": X, "stride": 1, "padding": 1}
    d = rng.normal(size=(2, 5, 5, 2))
    given = X.copy(), tuple(part.copy() for part in parameters), d.copy()
    _, cache = expect.handing_back(separable_forward)(parameters, X, 1, 1)
    expect.handing_back(separable_backward)(parameters, cache, d)
    expect.handing_back(merged)(parameters)
    expect.unchanged(X, given[0], "X")
    expect.unchanged(parameters, given[1], "parameters")
    expect.unchanged(d, given[2], "d_scores")
    small = {**one, "parameters": tuple(part.astype(np.float32) for part in parameters), "X": X.astype(np.float32)}
    expect.dtype(scores_of(separable_forward, small, d.shape)[0], np.float32, what="for float32, `separable_forward`")
    d_parameters, d_X = gradients_of(separable_forward, separable_backward, small, d.astype(np.float32))
    for part in (*d_parameters, d_X):
        expect.dtype(part, np.float32, what="for float32, `separable_backward`")
    for part in two_of(merged(small["parameters"]), "`merged`", "kernels and bias"):
        expect.dtype(part, np.float32, what="for float32, `merged`")
    whole = {**one, "X": rng.integers(0, 9, X.shape)}
    want = separable_of(parameters, whole["X"].astype(float), 1, 1)
    expect.close(scores_of(separable_forward, whole, d.shape)[0], want, what="for whole numbers, `separable_forward`")
    _, want = gradients_of(separable_forward, separable_backward, {**whole, "X": whole["X"].astype(float)}, d)
    _, d_X = gradients_of(separable_forward, separable_backward, whole, d)
    expect.same(d_X, want, "for a picture of whole numbers, d_X differs from that of the same picture in floats")
    none = {**one, "X": X[:0]}
    d_parameters, _ = gradients_of(separable_forward, separable_backward, none, d[:0])
    expect.that(not any(np.any(part) for part in d_parameters), "without any picture, the gradients are not all zero")


@case("separable", "nothing is kept between two calls: the first one's cache still serves after the second", side=True)
def separable_no_state(separable_forward, separable_backward):
    rng = np.random.default_rng(8)
    parameters, X = (rng.normal(size=(2, 2, 2)), rng.normal(size=(2, 2)), np.zeros(2)), rng.normal(size=(1, 4, 4, 2))
    d = rng.normal(size=(1, 3, 3, 2))
    one = {"parameters": parameters, "X": X, "stride": 1, "padding": 0}
    want, _ = gradients_of(separable_forward, separable_backward, one, d)
    want = [np.array(part) for part in want]
    _, cache = separable_forward(parameters, X)
    separable_forward(parameters, rng.normal(size=(1, 5, 4, 2)), 1, 1)
    for number in ("first", "second"):
        again, _ = expect.handing_back(separable_backward)(parameters, cache, d)
        for name, here, there in zip(("d_depth", "d_points", "d_bias"), again, want, strict=True):
            said = f"forward of one picture, then of another, then backward by the first cache: the {number} {name} is another"
            expect.same(here, there, said)


# ------------------------------------------------------------------------------------------- field
def looked_at(layers, output):
    """All input places on which one output depends, by walking back."""
    places = {output}
    for kernel, stride, padding in reversed(layers):
        places = {at * stride - padding + k for at in places for k in range(kernel)}
    return places


@st.composite
def stacks(draw, depth=(1, 4), kernel=(1, 5), stride=(1, 3), padding=(0, 3), holes=False):
    """Layers (kernel, stride, padding) and a place. Without holes no stride is larger than its kernel."""
    layers = []
    for _ in range(draw(st.integers(*depth))):
        k = draw(st.integers(*kernel))
        s = draw(st.integers(stride[0], stride[1] if holes else min(stride[1], k)))
        layers.append((k, s, draw(st.integers(*padding))))
    return {"layers": layers, "at": draw(st.integers(-4, 12))}


def range_of(got, call):
    """Her (start, stop) as two Python whole numbers."""
    got = list(got) if isinstance(got, (list, tuple)) else got
    pair = expect.array(got, shape=(2,), what=f"{call}")
    expect.that(all(float(one) == int(one) for one in pair), f"{call} returned {pair.tolist()}: places are whole numbers")
    return tuple(int(one) for one in pair)


@case("field", "the examples in the statement come out")
def three_pixels(seen, reached):
    layers = [(3, 2, 1)]
    for function, name, at, want in ((seen, "seen", 1, (1, 4)), (reached, "reached", 1, (0, 2)), (reached, "reached", 2, (1, 2))):
        got = range_of(function([*layers], at), f"{name}({layers}, {at})")
        expect.that(got == want, f"{name}({layers}, {at}) returned {got}, wanted {want}")


@case("field", "`seen` goes from the first to the last place that the output depends on", weight=2, draws=stacks(holes=True))
def what_it_sees(seen, one):
    layers, at = one["layers"], one["at"]
    places = looked_at(layers, at)
    got = range_of(seen([*layers], at), f"seen({layers}, {at})")
    want = min(places), max(places) + 1
    expect.that(got == want, f"seen({layers}, {at}) returned {got}, wanted {want}")


def reached_by_definition(layers, pixel):
    """(start, stop) of the outputs whose looks hold this pixel; None where there are none."""
    step = int(np.prod([stride for _, stride, _ in layers], dtype=int))
    about = pixel // step
    reach = 3 + sum(kernel + padding for kernel, _, padding in layers)
    found = [output for output in range(about - reach, about + reach + 1) if pixel in looked_at(layers, output)]
    return (found[0], found[-1] + 1) if found else None


@case("field", "`reached` holds exactly the outputs that depend on the pixel", weight=2, draws=stacks(depth=(1, 3)), fresh=50)
def what_it_reaches(reached, one):
    for at in (one["at"], -one["at"]):
        layers, want = one["layers"], reached_by_definition(one["layers"], at)
        got = range_of(reached([*layers], at), f"reached({layers}, {at})")
        expect.that(got == want, f"reached({layers}, {at}) returned {got}, wanted {want}")


@case(
    "field",
    "where strides jump, a pixel that nobody looks at reaches an empty range",
    draws=stacks(depth=(1, 3), holes=True),
    fresh=50,
)
def jumped_over(reached, one):
    for layers in ([(1, 2, 0), *one["layers"]], [*one["layers"], (1, 2, 0)]):
        for at in range(one["at"], one["at"] + 4):
            got, want = range_of(reached([*layers], at), f"reached({layers}, {at})"), reached_by_definition(layers, at)
            if want is None:
                expect.that(got[0] == got[1], f"reached({layers}, {at}) returned {got}: no output looks at this pixel")
            else:
                expect.that(got == want, f"reached({layers}, {at}) returned {got}, wanted {want}")


@case("field", "without layers, each output is the pixel itself", side=True)
def no_layers(seen, reached):
    for function, name in ((seen, "seen"), (reached, "reached")):
        got = range_of(function([], 5), f"{name}([], 5)")
        expect.that(got == (5, 6), f"{name}([], 5) returned {got}, wanted (5, 6)")


@case("field", "thousands of layers and millions of pixels are no trouble", side=True, seconds=20)
def long_stacks(seen, reached):
    layers = [(3, 1, 1)] * 3000
    for function, name in ((seen, "seen"), (reached, "reached")):
        got = range_of(function([*layers], 5_000_000), f"{name}([(3, 1, 1)] * 3000, 5_000_000)")
        expect.that(got == (4_997_000, 5_003_001), f"{name}([(3, 1, 1)] * 3000, 5_000_000) returned {got}")
    got = range_of(reached([(3, 2, 1)] * 20, 2**40), "reached([(3, 2, 1)] * 20, 2**40)")
    expect.that(got == (2**20, 2**20 + 1), f"reached([(3, 2, 1)] * 20, 2**40) returned {got}, wanted {(2**20, 2**20 + 1)}")
    got = range_of(seen([(2, 2, 0)] * 30, 1), "seen([(2, 2, 0)] * 30, 1)")
    expect.that(got == (2**30, 2**31), f"seen([(2, 2, 0)] * 30, 1) returned {got}, wanted {(2**30, 2**31)}")


@case("field", "the list of layers is left as it was, and nothing is kept", side=True)
def field_house(seen, reached):
    layers = [(3, 2, 1), (2, 1, 0)]
    for function, name in ((seen, "seen"), (reached, "reached")):
        given = list(layers)
        first = expect.handing_back(function)(given, 3)
        kinds = [type(one).__name__ for one in first if not isinstance(one, (int, np.integer))]
        expect.that(not kinds, f"`{name}` returned {kinds}, where whole numbers were asked for: no place can be taken by them")
        first = range_of(first, name)
        expect.that(given == layers, f"`{name}` changed the list of layers that it was given")
        expect.that(range_of(function(given, 3), name) == first, f"`{name}` gave another answer when asked again")


# ------------------------------------------------------------------------------------------- the studio's pictures and features
CLASSES, LABELLED, ASKED, BUDGET = 20, 10, 3, 5_000


def by_symbol(held, symbols):
    """The pictures of a data set by symbol and designer: (symbols, designers, 32, 32, 3)."""
    artists = range(len(held.designers))
    rows = {(int(s), int(d)): row for row, (s, d) in enumerate(zip(held.symbol, held.designer, strict=True))}
    return np.asarray(held.X)[[[rows[int(symbol), artist] for artist in artists] for symbol in symbols]]


@functools.cache
def load_symbols():
    """The symbols that learners have: (symbols, 3 designers, 32, 32, 3)."""
    held = datasets.load("emoji")
    return by_symbol(held, np.unique(held.symbol))


@functools.cache
def trunk_weights():
    """The first five layers of VGG-16: a list of (kernels (3, 3, in, out), bias), and the mean that is taken off (B, G, R)."""
    held = datasets.load("conv_trunk")
    return list(zip(held.W, held.b, strict=True)), held.mean


def convolved(X, kernels, bias):
    """ReLU of a convolution of 3 × 3, stride 1, padding 1."""
    padded = np.pad(X, ((0, 0), (1, 1), (1, 1), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2)).transpose(0, 1, 2, 4, 5, 3)
    return np.maximum(windows.reshape(*X.shape[:3], -1) @ kernels.reshape(-1, len(bias)) + bias, 0)


def layers_of(pictures):
    """What layers 2, 4 and 5 of the trunk say: a list of three arrays (N, rows, columns, channels)."""
    layers, mean = trunk_weights()
    X, out = np.asarray(pictures)[..., ::-1].astype(np.float32) - mean, []
    for k, (kernels, bias) in enumerate(layers):
        if k in (2, 4):
            out.append(X)
            n, height, width, channels = X.shape
            X = X.reshape(n, height // 2, 2, width // 2, 2, channels).max(axis=(2, 4))
        X = convolved(X, kernels, bias)
    return [*out, X]


def trunk(pictures, parts=4):
    """Features of pictures (N, 32, 32, 3): (N, 4, 4, 448), for each part the mean of each channel of layers 2, 4 and 5."""
    means = []
    for start in range(0, len(pictures), 16):
        said = []
        for layer in layers_of(pictures[start : start + 16]):
            n, height, width, channels = layer.shape
            said.append(layer.reshape(n, parts, height // parts, parts, width // parts, channels).mean(axis=(2, 4)))
        means.append(np.concatenate(said, axis=3))
    return np.concatenate(means).astype(np.float32) if means else np.zeros((0, parts, parts, 448), np.float32)


def outlines(pictures):
    """Which pixels belong to a sticker: all but the white that hangs together with the edge."""
    white = (pictures >= 247).all(axis=-1)
    ground = white.copy()
    ground[:, 1:-1, 1:-1] = False
    while True:
        grown = ground.copy()
        grown[:, 1:] |= ground[:, :-1]
        grown[:, :-1] |= ground[:, 1:]
        grown[:, :, 1:] |= ground[:, :, :-1]
        grown[:, :, :-1] |= ground[:, :, 1:]
        grown &= white
        if (grown == ground).all():
            return ~ground
        ground = grown


def placed(pictures, rng):
    """Stickers (n, 32, 32, 3) turned, moved, resized, mirrored, in another light and on another ground."""
    n, side = len(pictures), pictures.shape[1]
    angle, size = rng.uniform(-0.4, 0.4, n), rng.uniform(0.8, 1.15, n)
    mirror, shift = rng.choice([-1, 1], n), rng.uniform(-3, 3, (2, n))
    middle = (side - 1) / 2
    y, x = np.meshgrid(*[np.arange(side) - middle] * 2, indexing="ij")

    def each(values):
        return values[:, None, None]

    down, across = y - each(shift[0]), x - each(shift[1])
    rows = (each(np.cos(angle)) * down - each(np.sin(angle)) * across) / each(size)
    columns = (each(np.sin(angle)) * down + each(np.cos(angle)) * across) / each(size) * each(mirror)
    alpha = outlines(pictures)[..., None].astype(np.float32)
    seen = looked_up(np.concatenate([pictures * alpha, 255 * alpha], axis=-1), rows + middle, columns + middle)
    light = rng.uniform(0.7, 1.3, (n, 1, 1, 3))
    tilt = rng.uniform(-3, 3, (2, n, 1, 1, 3))
    grain = rng.normal(size=(n, side // 2, side // 2, 3)).repeat(2, axis=1).repeat(2, axis=2) * rng.uniform(5, 40, (n, 1, 1, 1))
    ground = rng.uniform(0, 255, (n, 1, 1, 3)) + tilt[0] * y[..., None] + tilt[1] * x[..., None] + grain
    mixed = seen[..., :3] * light + np.clip(ground, 0, 255) * (1 - seen[..., 3:] / 255)
    return np.clip(mixed, 0, 255).astype(np.uint8)


def looked_up(pictures, rows, columns):
    """The pictures at places between pixels, bilinear; zero outside."""
    n, side = len(pictures), pictures.shape[1]
    padded = np.pad(pictures, ((0, 0), (1, 1), (1, 1), (0, 0)))
    rows, columns = (np.clip(at + 1, 0, side + 0.999) for at in (rows, columns))
    i, j, k = rows.astype(int), columns.astype(int), np.arange(n)[:, None, None]
    a, b = ((at - whole)[..., None].astype(np.float32) for at, whole in ((rows, i), (columns, j)))
    top = (1 - b) * padded[k, i, j] + b * padded[k, i, j + 1]
    return (1 - a) * top + a * ((1 - b) * padded[k, i + 1, j] + b * padded[k, i + 1, j + 1])


def bank_of(symbols, rng, shots):
    """Each of these symbols (n, artists, 32, 32, 3) by each artist, some times: pictures and features (n, artists, shots, …)."""
    shape = *symbols.shape[:2], shots
    flat = symbols.reshape(-1, *symbols.shape[2:])
    pictures = placed(flat.repeat(shots, axis=0), rng)
    return pictures.reshape(*shape, *pictures.shape[1:]), trunk(pictures).reshape(*shape, 4, 4, 448)


def tasks_from(features, rng, count, artists):
    """Tasks (features, labels, new features, new labels) from a bank: 20 symbols, judged on one of these artists in turn."""
    made = []
    for number in range(count):
        symbols, new = rng.permutation(len(features))[:CLASSES], artists[number % len(artists)]
        rest = [artist for artist in range(features.shape[1]) if artist != new]
        shown = features[symbols][:, rest].reshape(CLASSES, -1, *features.shape[3:])
        some = rng.permuted(np.tile(np.arange(shown.shape[1]), (CLASSES, 1)), axis=1)[:, :LABELLED]
        shown, asked = shown[np.arange(CLASSES)[:, None], some], features[symbols, new, :ASKED]
        order, other = rng.permutation(CLASSES * LABELLED), rng.permutation(CLASSES * ASKED)
        shown, asked = shown.reshape(-1, *features.shape[3:]), asked.reshape(-1, *features.shape[3:])
        made.append((shown[order], order // LABELLED, asked[other], other // ASKED))
    return made


def rightly(round, task):
    """The share of a task's new pictures that is named rightly."""
    _, _, asked, answers = task
    named = expect.array(round.predict(asked), shape=answers.shape, what="predict")
    return float(np.mean(named == answers))


def named_rightly(entry, tasks):
    """The mean share over these tasks, and the shares."""
    rounds = [entry.train(features, labels) for features, labels, _, _ in tasks]
    shares = [rightly(round, task) for round, task in zip(rounds, tasks, strict=True)]
    return float(np.mean(shares)), shares


@functools.cache
def public_tasks(count=9, symbols=40):
    """Tasks from the symbols that learners have, always the same ones: learnt from two artists, asked about the third."""
    rng = np.random.default_rng(11)
    known = load_symbols()
    bank = bank_of(known[rng.permutation(len(known))[:symbols]], rng, 5)[1]
    return tuple(tasks_from(bank, rng, count, (0, 1, 2)))


@studio(
    "transfer",
    train="fit",
    users=("predict",),
    budget=BUDGET,
    noise=("rms", 0.03),
    metric="share of a new artist's stickers named rightly",
    baseline=0.40,
    bands=(0.48, 0.545, 0.60),
    honour=0.65,
    typed=0.05,  # symbols and labels are drawn by lot: what is typed in knows no name
    seconds=120,
)
def public(entry, rng):
    """Nine tasks from the symbols that you have."""
    return named_rightly(entry, public_tasks())[0]


@functools.cache
def small_task():
    """Features without any trunk, to try the protocol with."""
    rng = np.random.default_rng(12)
    labels = np.arange(CLASSES).repeat(LABELLED)
    kinds = rng.gamma(1.0, 40.0, (CLASSES, 4, 4, 448))
    return (kinds[labels] * rng.uniform(0.5, 1.5, (200, 4, 4, 448))).astype(np.float32), labels


@case("transfer", "at most 5,000 numbers are learnt")
def budget(entry):
    entry.train(*small_task())


@case("transfer", "`predict` gives one label from 0 to 19 for each picture, and for a single picture")
def one_for_each(entry):
    features, labels = small_task()
    round = entry.train(features, labels)
    for n in (40, 1):
        named = expect.array(round.predict(features[:n]), shape=(n,), what=f"for {n} pictures, predict")
        expect.that(np.isin(named, np.arange(CLASSES)).all(), f"predict returned {named[:5].tolist()}: labels are 0 to 19")


@case("transfer", "a picture is named alone as it is among others", side=True)
def pictures_apart(entry):
    features, labels = small_task()
    round = entry.train(features, labels)
    together = expect.array(round.predict(features[::14]), shape=(15,), what="predict")
    alone = np.concatenate([expect.array(round.predict(one[None]), shape=(1,), what="predict") for one in features[::14]])
    expect.that(np.array_equal(together, alone), "some pictures get another name alone than among others")
