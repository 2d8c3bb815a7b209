"""Visible cases of week 10: they travel with the release."""

import numpy as np
from hypothesis import strategies as st

from autograder import datasets
from autograder.cases import case, draws, exercise, expect, studio, studios

exercise("conv_matrix")
exercise("conv_forward")
exercise("conv_backward", needs=("conv_forward",))
exercise("pool", names=("pool_forward", "pool_backward"))
exercise("find_filters", needs=("conv_forward",))
exercise("moved_clothes", names=("train", "predict"), kind="studio", needs=("conv_forward", "conv_backward", "pool"), seconds=120)

# Draws are continuous numbers, made from a seed: shrinking then makes shapes smaller, and values stay away from kinks and ties.
SEEDS = draws.seeds()


# ------------------------------------------------------------------------------------------- one dimension
def slid(x, kernel, stride=1, padding=0):
    """The convolution of a signal by its definition."""
    padded = np.concatenate([np.zeros(padding), np.asarray(x, float), np.zeros(padding)])
    starts = range(0, len(padded) - len(kernel) + 1, stride)
    return np.array([float(np.dot(padded[s : s + len(kernel)], kernel)) for s in starts])


@st.composite
def rows(draw, sizes=(1, 4), stride=(1, 1), padding=(0, 0), room=(0, 6)):
    """A kernel, the length of a signal that it fits on, stride, padding, and a seed."""
    size, padding = draw(st.integers(*sizes)), draw(st.integers(*padding))
    n = max(1, size - 2 * padding) + draw(st.integers(*room))
    return {"size": size, "n": n, "stride": draw(st.integers(*stride)), "padding": padding, "seed": draw(SEEDS)}


@case("conv_matrix", "the example in the statement comes out")
def four_numbers(conv_matrix):
    want = np.array([[1, 0], [0, 1], [-1, 0], [0, -1]])
    expect.close(conv_matrix(np.array([1.0, 0.0, -1.0]), 4), want, reveal=True)


@case("conv_matrix", "a signal times your table is what the kernel makes of it", weight=2, draws=rows())
def times_the_table(conv_matrix, one):
    rng = np.random.default_rng(one["seed"])
    kernel, x = rng.normal(size=one["size"]), rng.normal(size=one["n"])
    want = slid(x, kernel)
    K = expect.array(conv_matrix(kernel, one["n"]), shape=(one["n"], len(want)), finite=True)
    said = f"a kernel of {one['size']}, n = {one['n']}: `x @ K` is not what sliding gives"
    expect.same(x @ K, want, said, rtol=1e-9, atol=1e-9)


@case(
    "conv_matrix",
    "with padding, with stride, and with both",
    weight=2,
    draws=rows(stride=(1, 3), padding=(0, 3)),
)
def padded_and_strided(conv_matrix, one):
    rng = np.random.default_rng(one["seed"])
    kernel, x = rng.normal(size=one["size"]), rng.normal(size=one["n"])
    want = slid(x, kernel, one["stride"], one["padding"])
    call = f"a kernel of {one['size']}, n = {one['n']}, stride {one['stride']}, padding {one['padding']}"
    got = conv_matrix(kernel, one["n"], one["stride"], one["padding"])
    K = expect.array(got, shape=(one["n"], len(want)), finite=True, what=f"with {call}, your function")
    expect.same(x @ K, want, f"{call}: `x @ K` is not what sliding over the padded signal gives", rtol=1e-9, atol=1e-9)


@case("conv_matrix", "float types are kept, whole numbers taken, and the kernel is left as it was", side=True)
def matrix_house(conv_matrix):
    expect.pure(conv_matrix, np.array([1.0, 2.0]), 5, 2, 1, names=("kernel", "n", "stride", "padding"))
    got = conv_matrix(np.array([1, 2]), 3)
    expect.that(
        expect.array(got).dtype.kind == "f", "a kernel of whole numbers: your function returned whole numbers, not floats"
    )
    expect.close(got, np.array([[1, 0], [2, 1], [0, 2]]), what="for a kernel of whole numbers, your function", reveal=True)
    expect.dtype(conv_matrix(np.ones(2, np.float32), 4, 1, 1), np.float32)


# ------------------------------------------------------------------------------------------- layers
def fits(side, size, stride, padding):
    """How many windows have room along one side."""
    return (side + 2 * padding - size) // stride + 1


@st.composite
def layers(draw, stride=(1, 1), padding=(0, 0), sides=(1, 7), sizes=(1, 4), channels=(1, 3), batch=(1, 3)):
    """Shapes of a batch and of a layer that fits it, with a seed."""
    stride, padding = draw(st.integers(*stride)), draw(st.integers(*padding))
    high, wide = draw(st.integers(*sides)), draw(st.integers(*sides))
    kh, kw = (draw(st.integers(sizes[0], max(sizes[0], min(sizes[1], side + 2 * padding)))) for side in (high, wide))
    n, ins, outs = draw(st.integers(*batch)), draw(st.integers(*channels)), draw(st.integers(*channels))
    return {
        "X": (n, max(high, kh - 2 * padding), max(wide, kw - 2 * padding), ins),
        "kernels": (kh, kw, ins, outs),
        "stride": stride,
        "padding": padding,
        "seed": draw(SEEDS),
    }


def made(layer):
    """((kernels, bias), X, rng), continuous numbers of these shapes."""
    rng = np.random.default_rng(layer["seed"])
    kernels = rng.normal(size=layer["kernels"])
    return (kernels, rng.normal(size=kernels.shape[-1])), rng.normal(size=layer["X"]), rng


def call_of(layer):
    """The shapes of a call, in words."""
    rest = f", stride={layer['stride']}, padding={layer['padding']}"
    return f"X of shape {layer['X']}, kernels of shape {layer['kernels']}{rest}"


def scores_of(parameters, X, stride=1, padding=0):
    """The scores of a layer by their definition, window for window."""
    (kernels, bias), X = parameters, np.asarray(X, float)
    X = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    kh, kw, _, outs = kernels.shape
    down, across = fits(X.shape[1], kh, stride, 0), fits(X.shape[2], kw, stride, 0)
    out = np.zeros((len(X), down, across, outs))
    for n, i, j in np.ndindex(len(X), down, across):
        window = X[n, i * stride : i * stride + kh, j * stride : j * stride + kw]
        out[n, i, j] = np.tensordot(window, kernels, 3) + bias
    return out


def two_of(got, what, parts):
    """A pair that came out."""
    expect.that(
        isinstance(got, (list, tuple)) and len(got) == 2,
        f"{what} returned {'nothing' if got is None else 'no pair'}, where two were asked for: {parts}",
    )
    return got


def forward(conv_forward, *arguments, **settings):
    """Her scores and cache."""
    return two_of(conv_forward(*arguments, **settings), "`conv_forward`", "`scores` and a cache")


EXAMPLE = np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 3.0], [2.0, 0.0, 1.0]])[None, :, :, None]
EXAMPLE_LAYER = np.array([[1.0, 2.0], [0.0, -1.0]])[:, :, None, None], np.zeros(1)


@case("conv_forward", "the example in the statement comes out")
def three_by_three(conv_forward):
    scores, _ = forward(conv_forward, EXAMPLE_LAYER, EXAMPLE)
    expect.close(scores, np.array([[4.0, -1.0], [2.0, 6.0]])[None, :, :, None], what="your scores: the function", reveal=True)


@case("conv_forward", "each place holds what its window gives, all channels heard, oblong shapes too", weight=2, draws=layers())
def each_window(conv_forward, layer):
    parameters, X, _ = made(layer)
    scores, _ = forward(conv_forward, parameters, X)
    want = scores_of(parameters, X)
    expect.close(scores, want, rtol=1e-9, atol=1e-9, what=f"with {call_of(layer)}, your function", reveal=True)


@case("conv_forward", "any stride and any padding", weight=2, draws=layers(stride=(1, 4), padding=(0, 3)))
def any_stride(conv_forward, layer):
    parameters, X, _ = made(layer)
    scores, _ = forward(conv_forward, parameters, X, layer["stride"], layer["padding"])
    want = scores_of(parameters, X, layer["stride"], layer["padding"])
    expect.close(scores, want, rtol=1e-9, atol=1e-9, what=f"with {call_of(layer)}, your function", reveal=True)


FAST = (8, 48, 48, 4)


def big_layer():
    """The layer and batch on which time is measured."""
    rng = np.random.default_rng(0)
    return (rng.normal(size=(3, 3, 4, 4)), rng.normal(size=4)), rng.normal(size=FAST), rng.normal(size=(8, 46, 46, 4))


def looped_scores(parameters, X):
    """What time is measured against: one place after the other, of one picture."""
    (kernels, bias), out = parameters, np.zeros((46, 46, 4))
    for i in range(46):
        for j in range(46):
            out[i, j] = (X[i : i + 3, j : j + 3, :, None] * kernels).sum(axis=(0, 1, 2)) + bias
    return out


@case("conv_forward", "it is fast: an eighth of what a loop over pictures and places takes, or less", side=True, fresh=10)
def forward_is_fast(conv_forward):
    parameters, X, _ = big_layer()
    expect.faster(
        lambda: conv_forward(parameters, X),
        lambda: looped_scores(parameters, X[0]),
        share=1 / 8,
        what="a loop over pictures and places",
        of=len(X),
    )


@case("conv_forward", "float types are kept, whole numbers taken, inputs left as they were", side=True)
def forward_house(conv_forward):
    parameters, X, _ = made({"X": (2, 5, 4, 2), "kernels": (3, 2, 2, 3), "seed": 1})
    kept = (parameters[0].copy(), parameters[1].copy()), X.copy()
    forward(expect.handing_back(conv_forward), parameters, X, stride=2, padding=1)
    expect.unchanged(parameters, kept[0], "the parameters")
    expect.unchanged(X, kept[1], "X")
    first, _ = forward(conv_forward, parameters, X)
    forward(conv_forward, (2 * parameters[0], parameters[1]), X[::-1] + 1)
    want = scores_of(parameters, X)
    expect.close(
        first, want, rtol=1e-9, atol=1e-9, what="when another batch had gone through, the scores of the first: your function"
    )
    single = tuple(part.astype(np.float32) for part in parameters)
    expect.dtype(forward(conv_forward, single, X.astype(np.float32), padding=1)[0], np.float32, what="`scores`, all float32,")
    whole = np.array([[200, 255], [100, 250]], np.uint8)[None, :, :, None]
    scores, _ = forward(conv_forward, (np.ones((2, 2, 1, 1)), np.array([0.5])), whole)
    expect.close(scores, np.full((1, 1, 1, 1), 805.5), what="for bytes, your function", reveal=True)


@case("conv_forward", "an empty batch gives an empty batch of scores", side=True)
def nothing_in(conv_forward):
    parameters, X, _ = made({"X": (0, 5, 4, 2), "kernels": (3, 2, 2, 3), "seed": 1})
    expect.shape(forward(conv_forward, parameters, X, 2, 1)[0], (0, 3, 3, 3), what="`scores` of no picture")


# ------------------------------------------------------------------------------------------- the way back
def gradients_of(conv_forward, conv_backward, parameters, X, d_scores, stride=1, padding=0):
    """Her ((d_kernels, d_bias), d_X), after her own forward pass."""
    _, cache = forward(conv_forward, parameters, X, stride, padding)
    return nest_of(conv_backward(parameters, cache, d_scores))


def nest_of(got):
    """((d_kernels, d_bias), d_X), told apart from other nests."""
    d_parameters, d_X = two_of(got, "`conv_backward`", "`(d_kernels, d_bias)` and `d_X`")
    d_kernels, d_bias = two_of(d_parameters, "the first part of what `conv_backward`", "`d_kernels` and `d_bias`")
    return (d_kernels, d_bias), d_X


@case("conv_backward", "the example in the statement comes out")
def three_by_three_back(conv_forward, conv_backward):
    d_scores = np.array([[1.0, 0.0], [0.0, 10.0]])[None, :, :, None]
    (d_kernels, d_bias), d_X = gradients_of(conv_forward, conv_backward, EXAMPLE_LAYER, EXAMPLE, d_scores)
    want = np.array([[1.0, 2.0, 0.0], [0.0, 9.0, 20.0], [0.0, 0.0, -10.0]])
    expect.close(d_X, want[None, :, :, None], what="`d_X`: your function", reveal=True)
    expect.close(
        d_kernels, np.array([[11.0, 32.0], [0.0, 11.0]])[:, :, None, None], what="`d_kernels`: your function", reveal=True
    )
    expect.close(d_bias, np.array([11.0]), what="`d_bias`: your function", reveal=True)


def slopes_agree(conv_forward, conv_backward, layer):
    """All three gradients beside measured slopes."""
    parameters, X, rng = made(layer)
    stride, padding = layer["stride"], layer["padding"]
    d_scores = rng.normal(size=scores_of(parameters, X, stride, padding).shape)
    got = gradients_of(conv_forward, conv_backward, parameters, X, d_scores, stride, padding)
    expect.gradient(
        lambda nest: np.sum(d_scores * scores_of(nest[0], nest[1], stride, padding)),
        (parameters, X),
        got,
        rng,
        directions=2,
        what=f"with {call_of(layer)}, your ((d_kernels, d_bias), d_X)",
    )


@case("conv_backward", "stride 1: all gradients agree with measured slopes", weight=2, draws=layers(sides=(1, 5)), fresh=50)
def back_of_stride_one(conv_forward, conv_backward, layer):
    slopes_agree(conv_forward, conv_backward, layer)


@case(
    "conv_backward",
    "any stride and padding: all gradients agree, where windows overlap and where pixels lie in none",
    weight=3,
    draws=layers(stride=(1, 4), padding=(0, 2), sides=(1, 6)),
    fresh=50,
)
def back_of_any_stride(conv_forward, conv_backward, layer):
    slopes_agree(conv_forward, conv_backward, layer)


@case("conv_backward", "the adjoint law holds, for the picture and for the kernels", draws=layers(stride=(1, 3), padding=(0, 2)))
def adjoint(conv_forward, conv_backward, layer):
    (kernels, bias), X, rng = made(layer)
    parameters, stride, padding = (kernels, 0 * bias), layer["stride"], layer["padding"]
    scores = scores_of(parameters, X, stride, padding)
    d_scores = rng.normal(size=scores.shape)
    (d_kernels, d_bias), d_X = gradients_of(conv_forward, conv_backward, parameters, X, d_scores, stride, padding)
    ahead = np.sum(d_scores * scores)
    for name, back, by in (("d_X", d_X, X), ("d_kernels", d_kernels, kernels)):
        claimed = np.sum(expect.array(back, shape=by.shape, finite=True, what=f"`{name}`: your function") * by)
        said = f"with {call_of(layer)}: ⟨d_scores, scores⟩ and ⟨{name}, …⟩ differ"
        expect.same(claimed, ahead, said, rtol=1e-8, atol=1e-8)
    expect.close(d_bias, d_scores.sum(axis=(0, 1, 2)), rtol=1e-8, atol=1e-8, what="`d_bias`: your function", reveal=True)


def looped_gradients(parameters, X, d_scores):
    """What time is measured against: the way back place by place, of one picture."""
    flat, d_flat, d_X = parameters[0].reshape(36, 4), np.zeros((36, 4)), np.zeros(X.shape)
    for i in range(46):
        for j in range(46):
            d = d_scores[i, j]
            d_flat += X[i : i + 3, j : j + 3].reshape(36, 1) * d
            d_X[i : i + 3, j : j + 3] += (flat @ d).reshape(3, 3, 4)
    return d_flat, d_X


@case("conv_backward", "it is fast: an eighth of what a loop over pictures and places takes, or less", side=True, fresh=10)
def backward_is_fast(conv_forward, conv_backward):
    parameters, X, d_scores = big_layer()
    _, cache = forward(conv_forward, parameters, X)
    expect.faster(
        lambda: conv_backward(parameters, cache, d_scores),
        lambda: looped_gradients(parameters, X[0], d_scores[0]),
        share=1 / 8,
        what="a loop over pictures and places",
        of=len(X),
    )


@case("conv_backward", "two forward passes, then the way back of the first; and the same once more", side=True)
def first_of_two(conv_forward, conv_backward):
    layer = {"X": (2, 4, 5, 2), "kernels": (2, 3, 2, 2), "stride": 1, "padding": 1, "seed": 5}
    parameters, X, rng = made(layer)
    d_scores = rng.normal(size=scores_of(parameters, X, 1, 1).shape)
    want = gradients_of(conv_forward, conv_backward, parameters, X, d_scores, 1, 1)
    _, cache = forward(conv_forward, parameters, X, 1, 1)
    forward(conv_forward, (2 * parameters[0], parameters[1]), rng.normal(size=(3, 6, 3, 2)), 2, 0)
    for said in ("after another forward pass", "when it was asked once more with the same cache"):
        again = nest_of(expect.handing_back(conv_backward)(parameters, cache, d_scores))  # what it does to the cache, stays
        expect.same(again[1], want[1], f"`d_X` is another one {said}")
        expect.same(again[0][0], want[0][0], f"`d_kernels` is another one {said}")


@case("conv_backward", "float types are kept, inputs left as they were, an empty batch taken", side=True)
def backward_house(conv_forward, conv_backward):
    layer = {"X": (2, 5, 4, 2), "kernels": (3, 2, 2, 3), "stride": 2, "padding": 1, "seed": 1}
    parameters, X, rng = made(layer)
    d_scores = rng.normal(size=(2, 3, 3, 3))
    kept = (parameters[0].copy(), parameters[1].copy()), d_scores.copy()
    _, cache = forward(conv_forward, parameters, X, 2, 1)
    nest_of(expect.handing_back(conv_backward)(parameters, cache, d_scores))
    expect.unchanged(parameters, kept[0], "the parameters")
    expect.unchanged(d_scores, kept[1], "d_scores")
    single = tuple(part.astype(np.float32) for part in parameters)
    got = gradients_of(conv_forward, conv_backward, single, X.astype(np.float32), d_scores.astype(np.float32), 2, 1)
    for name, part in (("d_kernels", got[0][0]), ("d_bias", got[0][1]), ("d_X", got[1])):
        expect.dtype(part, np.float32, what=f"`{name}`, all float32,")
    try:
        _, cache = conv_forward(parameters, X[:0], 2, 1)
    except Exception:  # an empty batch is conv_forward's to take: what fails there is said there
        return
    (d_kernels, d_bias), d_X = nest_of(conv_backward(parameters, cache, d_scores[:0]))
    expect.close(d_kernels, np.zeros((3, 2, 2, 3)), what="`d_kernels` for an empty batch: your function")
    expect.close(d_bias, np.zeros(3), what="`d_bias` for an empty batch: your function")
    expect.shape(d_X, (0, 5, 4, 2), what="`d_X` for an empty batch")


# ------------------------------------------------------------------------------------------- pooling
@st.composite
def pools(draw, sides=(1, 7), sizes=(1, 4), strides=(1, 5)):
    """The shape of a batch, a window that fits, a stride or none, and a seed."""
    size = draw(st.integers(*sizes))
    shape = (draw(st.integers(1, 3)), *(max(size, draw(st.integers(*sides))) for _ in range(2)), draw(st.integers(1, 3)))
    return {
        "X": shape,
        "size": size,
        "stride": draw(st.one_of(st.none(), st.integers(*strides))),
        "kind": draw(st.sampled_from(["max", "mean"])),
        "seed": draw(SEEDS),
    }


@st.composite
def crossings(draw):
    """A batch whose windows overlap so much that its middle entry lies in four of them, or more."""
    size = draw(st.integers(2, 3))
    sides = (size + draw(st.integers(1, 3)) for _ in range(2))
    return {"X": (1, *sides, draw(st.integers(1, 2))), "size": size, "stride": 1, "kind": "max"}


def pooled_by_definition(X, size, stride, kind):
    """One number for each window and channel."""
    stride = stride or size
    down, across = (fits(side, size, stride, 0) for side in X.shape[1:3])
    out = np.zeros((len(X), down, across, X.shape[3]))
    for i, j in np.ndindex(down, across):
        window = X[:, i * stride : i * stride + size, j * stride : j * stride + size]
        out[:, i, j] = window.max(axis=(1, 2)) if kind == "max" else window.mean(axis=(1, 2))
    return out


def pool_call(one):
    """The call, in words."""
    return f"X of shape {one['X']}, size={one['size']}, stride={one['stride']}, kind={one['kind']!r}"


def pool_ahead(pool_forward, *arguments, **settings):
    """Her pooled batch and cache."""
    return two_of(pool_forward(*arguments, **settings), "`pool_forward`", "`pooled` and a cache")


@case("pool", "the example in the statement comes out")
def seven_in_the_middle(pool_forward, pool_backward):
    X = np.array([[1.0, 2.0, 0.0], [0.0, 7.0, 3.0], [2.0, 0.0, 1.0]])[None, :, :, None]
    pooled, cache = pool_ahead(pool_forward, X, 2, 1)
    expect.close(pooled, np.full((1, 2, 2, 1), 7.0), what="`pool_forward`", reveal=True)
    d_X = pool_backward(cache, np.array([[1.0, 2.0], [3.0, 4.0]])[None, :, :, None])
    want = np.zeros((1, 3, 3, 1))
    want[0, 1, 1, 0] = 10.0
    expect.close(d_X, want, what="`pool_backward`", reveal=True)


@case("pool", "a ramp of 6 × 6: each window has its largest entry in the lower right corner, and its mean in the middle")
def a_ramp(pool_forward):
    X = np.arange(36.0).reshape(1, 6, 6, 1)
    for kind in ("max", "mean"):
        want = pooled_by_definition(X, 2, None, kind)
        expect.close(pool_ahead(pool_forward, X, kind=kind)[0], want, what=f"for kind {kind!r}, `pool_forward`", reveal=True)


@case("pool", "each number is the largest, or the mean, of its window in its channel", weight=2, draws=pools())
def each_pool(pool_forward, one):
    X = np.random.default_rng(one["seed"]).normal(size=one["X"]) - 2  # mostly below zero: a zero is never the largest
    pooled, _ = pool_ahead(pool_forward, X, one["size"], one["stride"], one["kind"])
    want = pooled_by_definition(X, one["size"], one["stride"], one["kind"])
    expect.close(pooled, want, what=f"with {pool_call(one)}, `pool_forward`", reveal=True)


@case(
    "pool",
    "the gradient agrees with measured slopes, where windows overlap too",
    weight=3,
    draws={"one": pools(sides=(1, 6)), "crossing": crossings()},
    fresh=50,
)
def pool_slopes(pool_forward, pool_backward, one, crossing):
    rng = np.random.default_rng(one["seed"])
    pooled_slopes(pool_forward, pool_backward, one, rng)
    pooled_slopes(pool_forward, pool_backward, crossing, rng, peak=10.0)


def pooled_slopes(pool_forward, pool_backward, one, rng, peak=0.0):
    """Her gradient agrees with measured slopes, for one draw; `peak` is added in the middle of the first channel."""
    shape = one["X"]
    # all entries at least 0.01 apart: a measured slope never crosses from one winner to another
    X = rng.permutation(int(np.prod(shape))).reshape(shape) * 0.01 - 1.0
    X[:, shape[1] // 2, shape[2] // 2, 0] += peak
    settings = one["size"], one["stride"], one["kind"]
    d_pooled = rng.normal(size=pooled_by_definition(X, *settings).shape)
    _, cache = pool_ahead(pool_forward, X, *settings)
    expect.gradient(
        lambda x: np.sum(d_pooled * pooled_by_definition(x, *settings)),
        X,
        pool_backward(cache, d_pooled),
        rng,
        what=f"with {pool_call(one)}, `d_X`",
    )


@case("pool", "in a tie the first in reading order gets all of the gradient")
def ties(pool_forward, pool_backward):
    d = np.array([[1.0, 2.0], [3.0, 4.0]])[None, :, :, None]
    want = np.zeros((1, 3, 3, 1))
    want[0, :2, :2] = d[0]
    for value in (0.0, 5.0, -3.0):
        _, cache = pool_ahead(pool_forward, np.full((1, 3, 3, 1), value), 2, 1)
        said = f"for a picture of 3 × 3 that is {value:g} everywhere, size 2, stride 1, `pool_backward`"
        expect.close(pool_backward(cache, d), want, what=said, reveal=True)
    X = np.array([[1.0, 5.0, 0.0], [5.0, 5.0, 2.0], [5.0, 0.0, 1.0]])[None, :, :, None]
    _, cache = pool_ahead(pool_forward, X, 3)
    want = np.zeros((1, 3, 3, 1))
    want[0, 0, 1] = 2.0
    got = pool_backward(cache, np.full((1, 1, 1, 1), 2.0))
    expect.close(got, want, what="for the rows (1, 5, 0), (5, 5, 2), (5, 0, 1), size 3, `pool_backward`", reveal=True)


@case("pool", "another kind raises a ValueError that names it", side=True)
def other_kinds(pool_forward):
    for kind in ("median", "MAX", ""):
        said = f"no ValueError came for kind = {kind!r}"
        expect.raises(ValueError, lambda k=kind: pool_forward(np.ones((1, 4, 4, 1)), 2, 2, k), said, naming=(kind,))


@case("pool", "float types are kept, whole numbers taken, inputs left as they were", side=True)
def pool_house(pool_forward, pool_backward):
    X = np.random.default_rng(3).normal(size=(2, 5, 4, 2))
    for kind in ("max", "mean"):
        kept = X.copy()
        _pooled, cache = pool_ahead(expect.handing_back(pool_forward), X, 2, 1, kind)
        expect.unchanged(X, kept, "X")
        d = np.ones((2, 4, 3, 2))
        first = expect.handing_back(pool_backward)(cache, d)
        expect.unchanged(d, np.ones((2, 4, 3, 2)), "d_pooled")
        pool_ahead(pool_forward, X[:, ::-1] * 2, 3, 1, kind)
        expect.same(
            pool_backward(cache, d), first, f"{kind}: after another forward pass the way back of the first is another one"
        )
        single, cache = pool_ahead(pool_forward, X.astype(np.float32), 2, 2, kind)
        expect.dtype(single, np.float32, what=f"`pooled`, kind {kind!r}, of float32")
        expect.dtype(
            pool_backward(cache, np.ones((2, 2, 2, 2), np.float32)), np.float32, what=f"`d_X`, kind {kind!r}, of float32"
        )
        whole, cache = pool_ahead(pool_forward, np.array([[200, 250], [100, 255]], np.uint8)[None, :, :, None], kind=kind)
        want = np.full((1, 1, 1, 1), 255.0 if kind == "max" else 201.25)
        expect.close(whole, want, what=f"for bytes and kind {kind!r}, `pool_forward`", reveal=True)
        back = pool_backward(cache, np.full((1, 1, 1, 1), 0.5))
        want = np.array([[0, 0], [0, 0.5]]) if kind == "max" else np.full((2, 2), 0.125)
        expect.close(back, want[None, :, :, None], what=f"after bytes and kind {kind!r}, `pool_backward`", reveal=True)
        none, cache = pool_ahead(pool_forward, X[:0], 2, 2, kind)
        expect.shape(none, (0, 2, 2, 2), what="`pooled` of an empty batch")
        expect.shape(pool_backward(cache, np.zeros((0, 2, 2, 2))), (0, 5, 4, 2), what="`d_X` of an empty batch")


# ------------------------------------------------------------------------------------------- filters from answers
def table_of(X, size, stride, padding):
    """All windows as rows, and a column of ones."""
    weights = int(np.prod((*size, X.shape[3])))
    copying = np.eye(weights).reshape((*size, X.shape[3], weights))
    windows = scores_of((copying, np.zeros(weights)), X, stride, padding).reshape(-1, weights)
    return np.column_stack([windows, np.ones(len(windows))])


def banks_parts(found, size, ins, outs):
    """Her kernels and bias, of the shapes that were asked for."""
    kernels, bias = two_of(found, "`find_filters`", "the kernels and the bias")
    kernels = expect.array(kernels, shape=(*size, ins, outs), finite=True, what="the kernels: your function")
    return kernels, expect.array(bias, shape=(outs,), finite=True, what="the bias: your function")


@st.composite
def puzzles(draw, enough=True):
    """Shapes for pictures and a filter bank; with more windows than unknowns, or with fewer."""
    size = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    ins, outs, stride, padding = (
        draw(st.integers(1, 2)),
        draw(st.integers(1, 3)),
        draw(st.integers(1, 2)),
        draw(st.integers(0, 1)),
    )
    side = 7 if enough else 2
    n = 3 if enough else 1
    return {
        "X": (n, *(size[k] + stride * (side - k) for k in range(2)), ins) if enough else (n, size[0] + 1, size[1], ins),
        "kernels": (*size, ins, outs),
        "stride": stride,
        "padding": padding if enough else 0,
        "seed": draw(SEEDS),
    }


@case("find_filters", "the example in the statement comes out")
def one_row(find_filters):
    X, scores = np.array([1.0, 0.0, 2.0, 1.0]).reshape(1, 1, 4, 1), np.array([4.0, 1.0, 7.0, 4.0]).reshape(1, 1, 4, 1)
    kernels, bias = banks_parts(find_filters(X, scores, (1, 1)), (1, 1), 1, 1)
    expect.close(kernels, np.full((1, 1, 1, 1), 3.0), what="the kernel: your function", reveal=True)
    expect.close(bias, np.array([1.0]), what="the bias: your function", reveal=True)


@case("find_filters", "the kernels and the bias that made the scores come back", weight=2, draws=puzzles(), fresh=50)
def come_back(find_filters, puzzle):
    parameters, X, _ = made(puzzle)
    scores = scores_of(parameters, X, puzzle["stride"], puzzle["padding"])
    size = puzzle["kernels"][:2]
    found = find_filters(X, scores, size, puzzle["stride"], puzzle["padding"])
    kernels, bias = banks_parts(found, size, *puzzle["kernels"][2:])
    call = call_of(puzzle)
    expect.close(kernels, parameters[0], rtol=1e-6, atol=1e-6, what=f"{call}; the kernels: your function", reveal=True)
    expect.close(bias, parameters[1], rtol=1e-6, atol=1e-6, what=f"{call}; the bias: your function", reveal=True)


def none_is_nearer(find_filters, puzzle, X, scores):
    """Her bank's mean squared difference beside the smallest that there is."""
    size, (ins, outs) = puzzle["kernels"][:2], puzzle["kernels"][2:]
    stride, padding = puzzle["stride"], puzzle["padding"]
    kernels, bias = banks_parts(find_filters(X, scores, size, stride, padding), size, ins, outs)
    table = table_of(X, size, stride, padding)
    wanted = scores.reshape(len(table), outs)
    best = np.mean((table @ np.linalg.lstsq(table, wanted, rcond=None)[0] - wanted) ** 2)
    hers = np.mean((table @ np.vstack([kernels.reshape(-1, outs), bias]) - wanted) ** 2)
    said = f"with {call_of(puzzle)}: your filters' mean squared difference is {hers:.6g}, and there are some with {best:.6g}"
    expect.that(hers <= best * (1 + 1e-6) + 1e-9 * np.mean(wanted**2), said)


@case("find_filters", "where no filter makes the scores, no other one comes nearer", weight=2, draws=puzzles(), fresh=50)
def nearest(find_filters, puzzle):
    parameters, X, rng = made(puzzle)
    scores = scores_of(parameters, X, puzzle["stride"], puzzle["padding"])
    none_is_nearer(find_filters, puzzle, X, scores + rng.normal(size=scores.shape) + 3.0)


@case("find_filters", "where the data cannot tell, it is one of the best", draws=puzzles(enough=False), fresh=50)
def cannot_tell(find_filters, puzzle):
    parameters, X, rng = made(puzzle)
    scores = rng.normal(size=scores_of(parameters, X, puzzle["stride"], 0).shape) + 1.0
    none_is_nearer(find_filters, puzzle, X, scores)
    flat = np.full((2, 6, 6, puzzle["kernels"][2]), 0.7)  # constant pictures: all windows are alike
    made_of_flat = scores_of(parameters, flat, puzzle["stride"], 0)
    none_is_nearer(find_filters, puzzle, flat, made_of_flat + rng.normal(size=made_of_flat.shape))


@case("find_filters", "float types are kept, whole numbers taken, inputs left as they were", side=True)
def filters_house(find_filters):
    rng = np.random.default_rng(4)
    X, scores = rng.normal(size=(2, 6, 5, 1)), rng.normal(size=(2, 5, 4, 2))
    kept = X.copy(), scores.copy()
    expect.handing_back(find_filters)(X, scores, (2, 2))
    expect.unchanged(X, kept[0], "X")
    expect.unchanged(scores, kept[1], "scores")
    found = banks_parts(find_filters(X.astype(np.float32), scores.astype(np.float32), (2, 2)), (2, 2), 1, 2)
    for name, part in zip(("the kernels", "the bias"), found, strict=True):
        expect.dtype(part, np.float32, what=f"{name}, all float32:")
    kernels, bias = banks_parts(
        find_filters(np.arange(3).reshape(1, 1, 3, 1), np.array([0, 1, 0]).reshape(1, 1, 3, 1), (1, 1)), (1, 1), 1, 1
    )
    expect.close(
        kernels,
        np.zeros((1, 1, 1, 1)),
        what="for (0, 1, 2) and (0, 1, 0), the kernel: your function",
        reveal=True,
    )
    expect.close(
        bias, np.array([1 / 3]), what="for (0, 1, 2) and (0, 1, 0), the bias: your function", reveal=True
    )
    bytes_ = rng.integers(0, 256, size=(1, 6, 6, 1)).astype(np.uint8)
    kernels, bias = banks_parts(find_filters(bytes_, 255 - bytes_, (1, 1)), (1, 1), 1, 1)
    expect.close(
        kernels, np.full((1, 1, 1, 1), -1.0), what="for bytes and their negative, the kernel: your function", reveal=True
    )
    expect.close(bias, np.array([255.0]), what="for bytes and their negative, the bias: your function", reveal=True)


# ------------------------------------------------------------------------------------------- the studio
SIDE, SMALL, REACH = 22, 14, 4
LEARN = 3000
BUDGET = 5000


def new_lens(rng):
    """A filter (3, 3) through which all pictures of one judging are seen; it may swap bright and dark.

    All lenses let slow changes through alike, and none swallows waves of medium width in any direction: so judgings are about
    equally hard.
    """
    while True:
        lens = rng.standard_normal((3, 3))
        lens[1, 1] = 1.0
        lens -= lens.mean()
        lens = (np.sqrt(8 / 9) * lens / np.linalg.norm(lens) + 1 / 9) * rng.choice([-1.0, 1.0])  # norm 1, weights sum to ±1
        if passes(lens, 1.2) > 0.6 and passes(lens, 2.2) > 0.35:  # one in four
            return lens


def passes(lens, speed):
    """What a filter (3, 3) leaves of waves of so many radians a pixel, in the direction in which it leaves least."""
    angles = np.arange(8) * np.pi / 8
    down, across = np.mgrid[-1:2, -1:2].reshape(2, 9)
    phase = speed * (np.outer(np.cos(angles), down) + np.outer(np.sin(angles), across))
    return np.abs(np.exp(1j * phase) @ lens.ravel()).min()


def wallpaper(n, rng):
    """Three waves of random direction and width, for each of n pictures: (n, 24, 24), from 0 to 1."""
    rows, columns = np.mgrid[: SIDE + 2, : SIDE + 2]
    out = np.full((n, SIDE + 2, SIDE + 2), 0.5)
    for _ in range(3):
        angle, speed, start = (rng.uniform(low, high, (n, 1, 1)) for low, high in ((0, 2 * np.pi), (0.15, 0.7), (0, 2 * np.pi)))
        out += np.sin(speed * (np.cos(angle) * rows + np.sin(angle) * columns) + start) / 6
    return out


def photographed(pictures, lens, rng, reach=0):
    """Clothes (n, 28, 28) at half their size before new wallpaper, moved by −reach to reach pixels, seen through a lens.

    Returns (n, 22, 22) float32, in units in which the lens's own brightness and contrast play no part.
    """
    n, half = len(pictures), pictures.shape[1] // 2
    small = pictures.reshape(n, half, 2, half, 2).mean(axis=(2, 4)) / 255.0
    scene = wallpaper(n, rng) * rng.uniform(0.15, 0.6, (n, 1, 1))
    middle = (SIDE + 2 - SMALL) // 2
    for canvas, cloth, (down, across) in zip(scene, small, middle + rng.integers(-reach, reach + 1, (n, 2)), strict=True):
        behind = canvas[down : down + SMALL, across : across + SMALL]
        cover = np.minimum(cloth / 0.1, 1.0)
        behind[:] = behind * (1 - cover) + cloth * cover
    seen = sum(lens[i, j] * scene[:, i : i + SIDE, j : j + SIDE] for i, j in np.ndindex(3, 3))
    return ((seen - 0.2 * lens.sum()) / 0.25).astype(np.float32)


def labels_of(round, X):
    """What `predict` says of these pictures: a label (N,) for each, 0 to 9."""
    said = expect.array(round.predict(X), shape=(len(X),), what="your `predict`")
    expect.that(np.isin(said, np.arange(10)).all(), "`predict` gave something else than a label from 0 to 9")
    return said


def task(rng, clothes, unseen):
    """What one judging is about: (pictures to learn from, their labels), and [(moved pictures, labels)] twice."""
    some, lens = rng.permutation(len(clothes.X))[:LEARN], new_lens(rng)
    y, names = studios.relabelled(clothes.y[some].astype(int), rng)
    known = photographed(clothes.X[some], lens, rng), y
    asked = []
    for _ in range(2):
        mixed = rng.permutation(len(unseen.X))
        asked.append((photographed(unseen.X[mixed], lens, rng, REACH), names[unseen.y[mixed]]))
    return known, asked


@studio(
    "moved_clothes",
    train="train",
    users=("predict",),
    budget=BUDGET,
    metric="share of moved clothes that are named rightly",
    baseline=0.36,
    bands=(0.52, 0.62, 0.67),
    honour=0.73,
    typed=0.60,
    seconds=240,
)
def public(entry, rng):
    """Learnt from 3,000 of the public clothes, judged on the public test clothes, each at two places."""
    known, asked = task(rng, datasets.load("fashion", split="train"), datasets.load("fashion", split="test"))
    round = entry.train(*known)
    return float(np.mean([np.mean(labels_of(round, X) == y) for X, y in asked]))


@case(
    "moved_clothes",
    "the arrays hold at most 5,000 numbers, each picture gets a label, and it beats a guess",
    seconds=90,
    false_alarm=1e-9,
)
def interface(entry, rng):
    clothes, others = datasets.load("fashion", split="train"), datasets.load("fashion", split="test")
    lens = new_lens(rng)
    round = entry.train(photographed(clothes.X[:1000], lens, rng), clothes.y[:1000].astype(int), rng=rng)
    share = float(np.mean(labels_of(round, photographed(others.X[:300], lens, rng)) == others.y[:300]))
    expect.that(share > 0.2, f"after 1,000 pictures {share:.0%} of unseen clothes in the middle are named rightly")
