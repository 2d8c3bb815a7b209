"""Visible cases of week 4: they travel with the release."""

from __future__ import annotations

import dataclasses
import itertools
import math
import re

import numpy as np
from hypothesis import strategies as st

from autograder import datasets
from autograder.cases import Entry, Round, case, draws, exercise, expect, studio

exercise("deep_net", names=("forward", "backward"))
exercise("layer_shapes")
exercise("Value")
exercise("whole_gradient")
exercise("image_net", names=("train_net", "classify"), needs=("deep_net",), seconds=30)
exercise("choose")
exercise("small_wardrobe", kind="studio", names=("train", "predict"), needs=("deep_net",), seconds=90)


# ------------------------------------------------------------------------------------------------ nets to try things on


def brief(text: str) -> str:
    """A line short enough for a report."""
    return text if len(text) <= 118 else text[:117] + "…"


@dataclasses.dataclass
class Net:
    """A network, some examples and the gradient of a loss with respect to its scores."""

    parameters: list
    X: np.ndarray
    d_scores: np.ndarray

    def __repr__(self) -> str:
        sizes = [self.X.shape[1], *(W.shape[1] for W, _ in self.parameters)]
        return f"a net of sizes {' → '.join(map(str, sizes))} and {len(self.X)} examples"


def one_unit(rows: np.ndarray, W: np.ndarray, b: np.ndarray, n: int, j: int) -> float:
    """What unit j of a layer sums up for example n: the definition, number by number."""
    return float(b[j]) + math.fsum(float(rows[n, i]) * float(W[i, j]) for i in range(W.shape[0]))


def outputs(parameters: list, X: np.ndarray) -> list[np.ndarray]:
    """What every layer sums up, unit by unit; only the sums above zero go on to the next layer."""
    layers, rows = [], X
    for W, b in parameters:
        layers.append(
            np.array([[one_unit(rows, W, b, n, j) for j in range(len(b))] for n in range(len(X))]).reshape(len(X), len(b))
        )
        rows = np.where(layers[-1] > 0, layers[-1], 0.0)
    return layers


def make_net(sizes: list[int], examples: int, rng: np.random.Generator, margin: float = 0.02) -> Net:
    """A random net whose sums all keep away from the kink, so that slopes can be measured."""
    while True:
        X = rng.standard_normal((examples, sizes[0]))
        parameters = [
            (rng.standard_normal((m, n)) / np.sqrt(m), rng.standard_normal(n) / 2) for m, n in itertools.pairwise(sizes)
        ]
        if all(np.abs(layer).min(initial=1.0) > margin for layer in outputs(parameters, X)[:-1]):
            return Net(parameters, X, rng.standard_normal((examples, sizes[-1])))


@st.composite
def nets(
    draw: st.DrawFn, layers: tuple[int, int] = (1, 3), examples: tuple[int, int] = (1, 4), side: tuple[int, int] = (1, 4)
) -> Net:
    """Nets of several depths and sizes; they shrink to few layers, units and examples."""
    depth = draw(st.integers(*layers))
    sizes = [draw(st.integers(*side)) for _ in range(depth + 1)]
    return make_net(sizes, draw(st.integers(*examples)), np.random.default_rng(draw(draws.seeds())))


def flat(parameters: list) -> tuple:
    """All arrays of a list of pairs, one after the other."""
    return tuple(array for pair in parameters for array in pair)


def pairs(arrays: tuple) -> list:
    """A list of pairs again."""
    return [(arrays[k], arrays[k + 1]) for k in range(0, len(arrays), 2)]


def as_pairs(got: object, like: list, what: str = "your `backward`") -> tuple:
    """Slopes as they should be: a pair for each layer, in the parameters' shapes."""
    expect.that(got is not None, f"{what} returned None: is there a `return`?")
    try:
        found = [tuple(pair) for pair in got]
    except TypeError:
        found = []
    expect.that(
        len(found) == len(like) and all(len(pair) == 2 for pair in found),
        f"{what} should return one pair for each of the {len(like)} layers",
    )
    for k, ((dW, db), (W, b)) in enumerate(zip(found, like, strict=True), start=1):
        expect.array(dW, shape=np.shape(W), finite=True, what=f"for the weights of layer {k}, {what}")
        expect.array(db, shape=np.shape(b), finite=True, what=f"for the biases of layer {k}, {what}")
    return tuple(np.asarray(array) for pair in found for array in pair)


def scores_of(forward, parameters: list, X: np.ndarray) -> np.ndarray:
    """The scores that `forward` returns, in the right shape."""
    got = forward(parameters, X)
    expect.that(isinstance(got, (tuple, list)) and len(got) == 2, "your `forward` should return a pair: the scores and the cache")
    return expect.array(got[0], shape=(len(X), len(parameters[-1][1])), what="your `forward`")


def halves_of(got: object, net: Net) -> tuple[list, np.ndarray]:
    """What `backward` returned: pairs for the layers in their shapes, and the gradient for X."""
    expect.that(got is not None, "your `backward` returned None: is there a `return`?")
    fine = isinstance(got, (tuple, list)) and len(got) == 2
    expect.that(fine, "your `backward` should return a pair: the list of gradients for the parameters, and the one for `X`")
    d_parameters, d_X = got
    found = as_pairs(d_parameters, net.parameters)
    return pairs(found), expect.array(d_X, shape=net.X.shape, finite=True, what="for `X`, your `backward`")


def gradients_of(forward, backward, net: Net) -> tuple[list, np.ndarray]:
    """Forward, then backward, the way a training loop would."""
    scores_of(forward, net.parameters, net.X)
    _, cache = forward(net.parameters, net.X)
    return halves_of(backward(net.parameters, cache, net.d_scores), net)


def all_of(gradients: tuple[list, np.ndarray]) -> tuple:
    """The arrays of both halves, one after the other."""
    return (*flat(gradients[0]), gradients[1])


def measured_alike(forward, backward, net: Net, rng: np.random.Generator) -> None:
    """The gradients of sum(d_scores · scores) agree with what moving the parameters, and the examples, gives."""
    found = gradients_of(forward, backward, net)

    def loss(place: tuple) -> float:
        return float(np.sum(scores_of(forward, *place) * net.d_scores))

    expect.that(max(np.abs(s).max(initial=0.0) for s in all_of(found)) > 0, "all gradients are zero")
    expect.gradient(loss, (net.parameters, net.X), found, rng, directions=3, what="what `backward` returned")


def same_gradients(got: tuple, wanted: tuple, otherwise: str, **near) -> None:
    """Two answers of `backward` are alike."""
    for a, b in zip(all_of(got), all_of(wanted), strict=True):
        expect.same(a, b, otherwise, **near)


TENTS = [
    (np.array([[1.0, 1.0]]), np.array([0.0, -0.5])),
    (np.array([[2.0, 2.0], [-4.0, -4.0]]), np.array([0.0, -0.5])),
    (np.array([[2.0], [-4.0]]), np.array([0.0])),
]


@case("deep_net", "the folded line of the statement comes out")
def tents(forward):
    scores = scores_of(forward, TENTS, np.array([[0.0], [0.125], [0.25], [0.5]]))
    expect.close(scores[:, 0], np.array([0.0, 0.5, 1.0, 0.0]), reveal=True)


@case("deep_net", "one layer is X @ W + b, where that is negative too")
def one_layer(forward):
    X, W, b = np.array([[1.0, 2.0], [-3.0, 0.5]]), np.array([[-1.0, 0.5], [0.25, -2.0]]), np.array([0.125, -0.25])
    otherwise = "a single layer is also the last one: its scores are X @ W + b, below zero as well"
    expect.close(scores_of(forward, [(W, b)], X), X @ W + b, otherwise=otherwise)


@case(
    "deep_net",
    "one layer or five: the scores are those of the definition, unit by unit",
    weight=2,
    draws=nets(layers=(1, 5), examples=(1, 6), side=(1, 6)),
)
def unit_by_unit(forward, net):
    expect.close(scores_of(forward, net.parameters, net.X), outputs(net.parameters, net.X)[-1], reveal=True)


@case(
    "deep_net",
    "the gradients of small nets are those that small movements measure",
    draws=nets(),
    examples=8,
    false_alarm=1e-9,
    fresh=50,
)
def slopes(forward, backward, net, rng):
    measured_alike(forward, backward, net, rng)


@case(
    "deep_net",
    "one layer or five: so are the gradients of larger ones",
    weight=3,
    draws=nets(layers=(1, 5), examples=(1, 6), side=(1, 6)),
    examples=15,
    false_alarm=1e-9,
    fresh=50,
)
def deep_slopes(forward, backward, net, rng):
    measured_alike(forward, backward, net, rng)


@case("deep_net", "five wide layers: so are theirs", false_alarm=1e-9)
def wide_and_deep(forward, backward, rng):
    measured_alike(forward, backward, make_net([3, 7, 5, 8, 6, 4], 3, rng, margin=0.003), rng)


@case("deep_net", "a layer whose weights are all zero passes its biases on")
def zero_weights(forward, backward):
    layers = [(np.array([[1.0, -1.0]]), np.array([0.5, 0.25])), (np.zeros((2, 2)), np.array([1.5, -0.5]))]
    net = Net([*layers, (np.array([[2.0], [3.0]]), np.array([0.125]))], np.array([[1.0], [2.0]]), np.array([[1.0], [0.5]]))
    expect.close(scores_of(forward, net.parameters, net.X), np.full((2, 1), 3.125), reveal=True)
    d_parameters, d_X = gradients_of(forward, backward, net)
    expect.close(d_parameters[1][0], np.array([[5.5, 0.0], [0.0, 0.0]]), what="layer 2's weights", reveal=True)
    expect.close(d_parameters[0][0], np.zeros((1, 2)), what="layer 1's weights, below weights of zero,", reveal=True)
    expect.close(d_X, np.zeros((2, 1)), what="`d_X`, below weights of zero,", reveal=True)


@case(
    "deep_net",
    "the parameters, the examples and the gradient that is handed in stay as they were",
    side=True,
    draws=nets(),
    examples=8,
)
def untouched(forward, backward, net):
    before = [array.copy() for array in (*flat(net.parameters), net.X, net.d_scores)]
    gradients_of(expect.handing_back(forward), expect.handing_back(backward), net)
    for now, then in zip((*flat(net.parameters), net.X, net.d_scores), before, strict=True):
        expect.unchanged(now, then, "an array that it was given")


@case("deep_net", "other rows do not change a row of scores", side=True, draws=nets(layers=(1, 4), examples=(2, 5)), examples=10)
def rows_apart(forward, net):
    together = scores_of(forward, net.parameters, net.X)
    company = np.vstack([net.X[:1], 1000 * net.X[1:]])
    expect.same(
        scores_of(forward, net.parameters, company)[:1], together[:1], "the first row of scores depends on the other rows"
    )


@case("deep_net", "three hundred rows give what each gives alone, and gradients that are sums", side=True, false_alarm=1e-9)
def many_rows_apart(forward, backward, rng):
    net = make_net([3, 4, 2], 12, rng)
    often = Net(net.parameters, np.tile(net.X, (25, 1)), np.tile(net.d_scores, (25, 1)))
    few = scores_of(forward, net.parameters, net.X)
    expect.same(scores_of(forward, often.parameters, often.X)[-12:], few, "among 300 rows a row has other scores than among 12")
    (d_often, dX_often), (d_few, dX_few) = gradients_of(forward, backward, often), gradients_of(forward, backward, net)
    for a, b in zip(flat(d_often), flat(d_few), strict=True):
        expect.same(a, 25 * b, "of the same 12 rows 25 times over, the parameters' gradients are not 25 times as large")
    expect.same(dX_often[-12:], dX_few, "among 300 rows a row of `X` has another gradient than among 12")


@case("deep_net", "a pass backward may be repeated", side=True, draws=nets(layers=(1, 4)), examples=10)
def repeated(forward, backward, net):
    _, cache = forward(net.parameters, net.X)
    backward = expect.handing_back(backward)  # what the first call makes of the cache, the second one gets
    first = [array.copy() for array in all_of(halves_of(backward(net.parameters, cache, net.d_scores), net))]
    for a, b in zip(all_of(halves_of(backward(net.parameters, cache, net.d_scores), net)), first, strict=True):
        expect.same(a, b, "with the same cache, a second pass backward gave other gradients")


@case(
    "deep_net",
    "two passes forward may be followed by their passes backward in any order",
    side=True,
    draws=nets(layers=(1, 4), examples=(2, 4)),
    examples=10,
)
def two_at_once(forward, backward, net):
    other = type(net)(net.parameters, net.X[::-1] * 2 + 1, net.d_scores[::-1])
    wanted = gradients_of(forward, backward, net)
    _, first = forward(net.parameters, net.X)
    forward(net.parameters, other.X)
    got = halves_of(backward(net.parameters, first, net.d_scores), net)
    same_gradients(got, wanted, "a second pass forward disturbs the first one's pass backward")


@case("deep_net", "without examples every gradient of a parameter is zero", side=True, draws=nets(layers=(1, 4)), examples=6)
def no_examples(forward, backward, net):
    none = type(net)(net.parameters, net.X[:0], net.d_scores[:0])
    for got in flat(gradients_of(forward, backward, none)[0]):
        expect.that(not np.any(got), "there are no examples, and yet a parameter has a gradient")


def in_single(net: Net) -> Net:
    """The same in float32."""
    small = [(W.astype(np.float32), b.astype(np.float32)) for W, b in net.parameters]
    return Net(small, net.X.astype(np.float32), net.d_scores.astype(np.float32))


@case("deep_net", "everything stays in float32 where all is float32", side=True, draws=nets(layers=(1, 4)), examples=6)
def single_precision(forward, backward, net):
    small = in_single(net)
    expect.dtype(scores_of(forward, small.parameters, small.X), np.float32, what="your `forward`")
    for got in all_of(gradients_of(forward, backward, small)):
        expect.dtype(got, np.float32, what="your `backward`")


@case("deep_net", "in float32 the gradients are those of float64, up to the digits that float32 has", side=True)
def nearly_as_precise(forward, backward):
    net = make_net([5, 6, 4, 3], 6, np.random.default_rng(4))
    wide, narrow = all_of(gradients_of(forward, backward, net)), all_of(gradients_of(forward, backward, in_single(net)))
    largest = max(np.abs(a).max() for a in wide)
    for a, b in zip(narrow, wide, strict=True):
        expect.that(
            np.abs(a - b).max() <= 1e-4 * largest,
            "in float32 the gradients are further from those in float64 than rounding explains: are small steps measured?",
        )


@case("deep_net", "pixels that are whole numbers are taken as they are", side=True, draws=nets(layers=(1, 3)), examples=8)
def whole_numbers(forward, backward, net):
    pixels = np.random.default_rng(len(net.X)).integers(0, 256, net.X.shape).astype(np.uint8)
    as_floats = type(net)(net.parameters, pixels.astype(float), net.d_scores)
    as_bytes = type(net)(net.parameters, pixels, net.d_scores)
    expect.same(
        scores_of(forward, net.parameters, pixels),
        scores_of(forward, net.parameters, as_floats.X),
        "whole numbers give other scores than equal floats",
    )
    got, wanted = gradients_of(forward, backward, as_bytes), gradients_of(forward, backward, as_floats)
    same_gradients(got, wanted, "whole numbers give other gradients than equal floats")


# ------------------------------------------------------------------------------------------------ shapes


@dataclasses.dataclass
class Shapes:
    """Parameters and examples of which only the shapes matter, the layer at fault (0: none), and the same without the fault."""

    parameters: list
    X: np.ndarray
    fault: int = 0
    sizes: tuple = ()
    mended: tuple = ()

    def __repr__(self) -> str:
        layers = ", ".join(f"({np.shape(W)}, {np.shape(b)})" for W, b in self.parameters)
        return brief(f"X {np.shape(self.X)}, parameters [{layers}]")


@st.composite
def fitting(draw: st.DrawFn, layers: tuple[int, int] = (1, 5), examples: tuple[int, int] = (0, 4)) -> Shapes:
    """Nets that fit."""
    sizes = [draw(st.integers(1, 6)) for _ in range(draw(st.integers(*layers)) + 1)]
    return Shapes(
        [(np.ones((m, n)), np.ones(n)) for m, n in itertools.pairwise(sizes)],
        np.ones((draw(st.integers(*examples)), sizes[0])),
    )


@st.composite
def faulty(draw: st.DrawFn, kinds: tuple[str, ...], layers: tuple[int, int] = (1, 5)) -> Shapes:
    """Nets with a fault in one layer."""
    good = draw(fitting(layers, examples=(1, 4)))
    at = draw(st.integers(1, len(good.parameters)))
    parameters = list(good.parameters)
    X = good.X
    W, b = parameters[at - 1]
    m, n = W.shape
    kind = draw(st.sampled_from(kinds))
    sizes: tuple = ()
    if kind == "weights":
        rows = draw(st.integers(1, 9).filter(lambda r: r != m))
        parameters[at - 1], sizes = (np.ones((rows, n)), b), (m, rows)
    elif kind == "biases":
        many = draw(st.integers(2, 9).filter(lambda r: r != n))
        parameters[at - 1], sizes = (W, np.ones(many)), (n, many)
    elif kind == "one bias":
        n = n + 1
        parameters[at - 1], sizes = (np.ones((m, n)), np.ones(1)), (n, 1)
        if at < len(parameters):
            parameters[at] = (np.ones((n, parameters[at][0].shape[1])), parameters[at][1])
    elif kind == "standing bias":
        parameters[at - 1] = (W, draw(st.sampled_from([np.ones((len(X), 1)), np.ones((n, 1)), np.ones((1, n))])))
    elif kind == "flat weights":
        parameters[at - 1] = (np.ones(m), b)
    elif kind == "deep weights":
        parameters[at - 1] = (np.ones(draw(st.sampled_from([(m, n, 1), (1, m, n), (2, m, n)]))), b)
    elif kind == "no rows":  # one example without its axis of rows
        at, X = 1, np.ones(good.X.shape[1])
    else:  # pictures that nobody has flattened
        wide = good.X.shape[1]
        at, X = 1, np.ones((len(X), *{"long pictures": (wide, 3), "tall pictures": (wide, 1), "flat pictures": (1, wide)}[kind]))
    if at < len(parameters) and draw(st.booleans()):  # a second fault further up, which must wait its turn
        W, b = parameters[-1]
        worse = (W, np.ones((len(b) + 1, 2))), (np.ones((len(W) + 1, len(b))), b)
        parameters[-1] = worse[draw(st.integers(0, 1))]
    return Shapes(parameters, X, at, sizes, (good.parameters, good.X))


def refuses(layer_shapes, given: Shapes) -> None:
    """Without the fault the shapes come; with it, a ValueError that names the layer at fault, and the sizes that disagree."""
    shapes_come(layer_shapes, Shapes(*given.mended))
    error = expect.raises(
        ValueError, lambda: layer_shapes(given.parameters, given.X), "no ValueError came, although something does not fit"
    )
    told = str(error)
    named = re.findall(r"layer\s+(\d+)", told, flags=re.IGNORECASE)
    expect.that(len(named) > 0, f"the message does not say at which `layer …` the fault is: {told!r}")
    expect.that(int(named[0]) == given.fault, f"the message names layer {named[0]} first: {told!r}")
    rest = re.sub(r"layer\s+\d+", "", told, flags=re.IGNORECASE)
    numbers = {int(n) for n in re.findall(r"\d+", rest)}
    expect.that(set(given.sizes) <= numbers, f"the message does not say both sizes that disagree: {told!r}")


def shapes_come(layer_shapes, given: Shapes) -> None:
    """The shapes come out as a list of tuples."""
    got = layer_shapes(given.parameters, given.X)
    expect.that(got is not None, "your function returned None: is there a `return`?")
    try:
        found = [tuple(int(side) for side in shape) for shape in got]
    except (TypeError, ValueError):
        found = None
    expect.that(found is not None, "your function should return a list with the shape of each layer's output")
    expect.that(found == [(len(given.X), len(b)) for _, b in given.parameters], f"your function returned {found}")


@case("layer_shapes", "five examples go through the net of the statement")
def tent_shapes(layer_shapes):
    shapes_come(layer_shapes, Shapes(TENTS, np.ones((5, 1))))


@case(
    "layer_shapes",
    "weights that cannot take what arrives are refused, with the layer's number and both sizes",
    draws=faulty(("weights",)),
)
def wrong_weights(layer_shapes, given):
    refuses(layer_shapes, given)


@case("layer_shapes", "biases of the wrong number are refused, with the layer's number and both sizes", draws=faulty(("biases",)))
def wrong_biases(layer_shapes, given):
    refuses(layer_shapes, given)


@case("layer_shapes", "the list of parameters stays as it was", side=True, draws=fitting())
def list_untouched(layer_shapes, given):
    before = [(W.shape, b.shape) for W, b in given.parameters]
    expect.handing_back(layer_shapes)(given.parameters, given.X)
    expect.that(
        [tuple(np.shape(a) for a in pair) for pair in given.parameters] == before,
        "your function changed the list of parameters, or an array in it",
    )


@case(
    "layer_shapes",
    "nets that fit give their layers' shapes, with no examples as with many",
    weight=2,
    draws=fitting(layers=(1, 7), examples=(0, 9)),
)
def fits(layer_shapes, given):
    shapes_come(layer_shapes, given)


@case(
    "layer_shapes",
    "the first layer at fault is named, wherever it is",
    weight=2,
    draws=faulty(("weights", "biases"), layers=(4, 8)),
    examples=25,
)
def first_fault(layer_shapes, given):
    refuses(layer_shapes, given)


@case("layer_shapes", "a single bias that would broadcast is refused", draws=faulty(("one bias",)))
def lone_bias(layer_shapes, given):
    refuses(layer_shapes, given)


@case("layer_shapes", "biases with a further axis are refused", draws=faulty(("standing bias",)))
def standing_bias(layer_shapes, given):
    refuses(layer_shapes, given)


@case(
    "layer_shapes",
    "pictures that nobody has flattened do not fit layer 1",
    draws=faulty(("long pictures", "tall pictures", "flat pictures")),
)
def unflattened(layer_shapes, given):
    refuses(layer_shapes, given)


@case("layer_shapes", "only shapes matter: infinite weights and whole numbers pass", side=True)
def only_shapes(layer_shapes):
    parameters = [(np.full((3, 2), np.inf), np.zeros(2, int)), (np.zeros((2, 4), np.float32), np.full(4, np.nan))]
    shapes_come(layer_shapes, Shapes(parameters, np.zeros((1, 3), np.uint8)))


@case("layer_shapes", "layers that are too large to be computed pass: a million examples for a million units", side=True)
def too_large(layer_shapes):
    side = 1_000_000
    layer = np.ones((1, side), np.uint8), np.ones(side, np.uint8)
    shapes_come(layer_shapes, Shapes([layer], np.ones((side, 1), np.uint8)))


@case("layer_shapes", "the shapes come as a list of tuples", side=True)
def list_of_tuples(layer_shapes):
    got = layer_shapes(TENTS, np.ones((5, 1)))
    fine = isinstance(got, list) and all(isinstance(shape, tuple) for shape in got)
    expect.that(fine, f"your function should return a list of tuples, and returned {got!r}")


@case("layer_shapes", "weights that are no matrix are refused", draws=faulty(("flat weights", "deep weights")), examples=20)
def no_matrix(layer_shapes, given):
    refuses(layer_shapes, given)


@case("layer_shapes", "one example without an axis of rows does not fit layer 1", side=True, draws=faulty(("no rows",)))
def no_rows(layer_shapes, given):
    refuses(layer_shapes, given)


# ------------------------------------------------------------------------------------------------ graphs


PLAIN = {
    "relu": lambda a: np.where(a > 0, a, 0.0),
    "exp": np.exp,
    "log": np.log,
    "sum": np.sum,
}


@dataclasses.dataclass
class Graph:
    """Leaves and steps: each step is an operation and the numbers of the values it takes; the last step is a sum."""

    leaves: list
    steps: list

    def __repr__(self) -> str:
        names = [chr(97 + k) for k in range(len(self.leaves))]
        said = []
        for k, (operation, *taken) in enumerate(self.steps):
            of = [names[i] for i in taken]
            made = f"{of[0]}.{operation}()" if operation in PLAIN else f" {operation} ".join(of)
            names.append("out" if k == len(self.steps) - 1 else chr(97 + len(names)))
            said.append(f"{names[-1]} = {made}")
        shapes = ", ".join(f"{n} {np.shape(leaf)}" for n, leaf in zip(names, self.leaves, strict=False))
        return brief(f"leaves {shapes}: " + "; ".join(said))


def apply(operation: str, taken: list, unary):
    """One step on plain arrays or on values: what Python's operators do, or the method."""
    if operation == "+":
        return taken[0] + taken[1]
    if operation == "*":
        return taken[0] * taken[1]
    if operation == "@":
        return taken[0] @ taken[1]
    return unary(operation, taken[0])


def walk(graph: Graph, leaves: list, unary) -> list:
    """All values of a graph, leaves first."""
    values = list(leaves)
    for operation, *taken in graph.steps:
        values.append(apply(operation, [values[i] for i in taken], unary))
    return values


def plainly(operation: str, taken):
    """A step on plain arrays."""
    return PLAIN[operation](taken)


def remotely(operation: str, taken):
    """A step on values of the learner's: the method of that name."""
    return {"relu": lambda: taken.relu(), "exp": lambda: taken.exp(), "log": lambda: taken.log(), "sum": lambda: taken.sum()}[
        operation
    ]()


def possible(operation: str, values: list, i: int, j: int) -> bool:
    """Whether a step can be taken without meeting a kink, a pole or huge numbers."""
    a, b = values[i], values[j]
    if operation == "@":
        return (
            np.ndim(a) == 2
            and np.ndim(b) == 2
            and a.shape[1] == b.shape[0]
            and a.shape[1] * np.abs(a).max() * np.abs(b).max() < 12
        )
    if operation in "+*":
        return np.shape(a) == np.shape(b) and (operation == "+" or np.abs(a).max() * np.abs(b).max() < 12)
    if operation == "exp":
        return np.max(a) < 2
    if operation == "log":
        return np.min(a) > 0.2
    return np.ndim(a) > 0 and np.abs(a).min() > 0.02 if operation == "relu" else np.ndim(a) > 0


def tame(graph: Graph, rng: np.random.Generator) -> bool:
    """Whether the slopes of a graph can be measured: it bends little, and no kink is near."""
    for _ in range(4):
        ways = [rng.standard_normal(leaf.shape) for leaf in graph.leaves]
        ends = {}
        for step in (0.01, -0.01, 0.005, -0.005):
            values = walk(graph, [leaf + step * way for leaf, way in zip(graph.leaves, ways, strict=True)], plainly)
            ends[step] = float(values[-1])
        slopes = [(ends[step] - ends[-step]) / (2 * step) for step in (0.01, 0.005)]
        if not abs(slopes[0] - slopes[1]) < 1e-3:
            return False
    return True


def make_graph(count: int, operations: list[str], rng: np.random.Generator, square: bool = False) -> Graph:
    """A random graph whose slopes can be measured."""
    while True:
        graph = any_graph(count, operations, rng, square)
        with np.errstate(all="ignore"):
            if tame(graph, rng):
                return graph


def any_graph(count: int, operations: list[str], rng: np.random.Generator, square: bool) -> Graph:
    """A random graph with `count` steps before the sum of everything that nothing else uses."""
    m, n = (2, 2) if square else (int(rng.integers(1, 4)), int(rng.integers(1, 4)))
    leaves = [rng.standard_normal((m, n)), rng.standard_normal((m, n)), rng.standard_normal((n, m)), rng.uniform(0.5, 2, (m, n))]
    graph, values = Graph(leaves, []), list(leaves)

    def step(operation: str, *taken: int) -> int:
        graph.steps.append((operation, *taken))
        values.append(apply(operation, [values[i] for i in taken], plainly))
        return len(values) - 1

    while len(graph.steps) < count:
        operation = operations[int(rng.integers(len(operations)))]
        late = len(values) - 1 - int(min(rng.integers(0, 3), len(values) - 1))
        i, j = (late, int(rng.integers(len(values)))) if rng.random() < 0.5 else (int(rng.integers(len(values))), late)
        if possible(operation, values, i, j):
            step(operation, i) if operation in PLAIN else step(operation, i, j)
    used = {i for _, *taken in graph.steps for i in taken}
    ends = [i for i in range(len(leaves), len(values)) if i not in used]
    total = None
    for end in ends:
        alone = end if np.ndim(values[end]) == 0 else step("sum", end)
        total = alone if total is None else step("+", total, alone)
    return graph


@st.composite
def graphs(
    draw: st.DrawFn, steps: tuple[int, int] = (1, 8), operations: tuple[str, ...] = ("+", "*", "@", "relu", "exp", "log", "sum")
) -> Graph:
    """Random graphs; they shrink to few steps."""
    count = draw(st.integers(*steps))
    seed = draw(draws.seeds())
    return make_graph(count, list(operations), np.random.default_rng(seed), square=bool(seed % 2))


def datum(value, what: str = "`data`") -> np.ndarray:
    """What a value holds, as an array of finite numbers."""
    expect.that(value is not None, "an operation returned None: is there a `return`?")
    return expect.array(value.data, finite=True, what=what)


def slope(value, leaf: np.ndarray, what: str = "`grad`") -> np.ndarray:
    """What backward left in a value, in the shape of its data."""
    expect.that(value.grad is not None, f"after `backward` {what} is still None")
    return expect.array(value.grad, shape=np.shape(leaf), finite=True, what=what)


def engine_agrees(Value, graph: Graph, rng: np.random.Generator, told: str = "") -> None:
    """All data of a graph, and the slopes of its result with respect to its leaves."""
    plain = walk(graph, graph.leaves, plainly)
    used = {i for _, *taken in graph.steps for i in taken}
    values = walk(graph, [Value(leaf) for leaf in graph.leaves], remotely)
    expect.close(datum(values[-1]), plain[-1], what=f"`out.data`{told}", rtol=1e-9)
    values[-1].backward()
    known = [i for i in range(len(graph.leaves)) if i in used]
    found = tuple(slope(values[i], plain[i], f"`{chr(97 + i)}.grad`{told}") for i in known)

    def result(arrays: tuple) -> float:
        leaves = list(graph.leaves)
        for i, array in zip(known, arrays, strict=True):
            leaves[i] = array
        return float(walk(graph, leaves, plainly)[-1])

    expect.gradient(result, tuple(graph.leaves[i] for i in known), found, rng, directions=3, what=f"`grad` of the leaves{told}")


@case("Value", "a · a + a is 12 at 3, with the gradient 7")
def twice(Value):
    a = Value(3.0)
    out = a * a + a
    expect.close(datum(out), 12.0, what="`out.data`")
    out.backward()
    expect.close(slope(a, 3.0, "`a.grad`"), 7.0, what="`a.grad`")


@case("Value", "each operation alone gives the right number and the right gradient", false_alarm=1e-9, fresh=50)
def single_steps(Value, rng):
    for operation in ("sum", "+", "*", "@", "relu", "exp", "log"):  # every other graph ends in a sum
        for square in (False, True):
            graph = make_graph(1, [operation], rng, square)
            engine_agrees(Value, graph, rng, f" (with {graph})")


@case(
    "Value",
    "small graphs give the right numbers and gradients",
    draws=graphs(steps=(2, 6)),
    examples=12,
    false_alarm=1e-9,
    fresh=50,
)
def small_graphs(Value, graph, rng):
    engine_agrees(Value, graph, rng)


@case("Value", "calling backward again changes nothing", side=True)
def again(Value):
    a, b = Value(np.array([1.0, 2.0])), Value(np.array([3.0, -1.0]))
    middle = a * b
    out = (middle + a).sum()
    out.backward()
    first = [np.array(slope(v, np.zeros(2))) for v in (a, b, middle)]
    out.backward()
    for v, then in zip((a, b, middle), first, strict=True):
        expect.same(slope(v, np.zeros(2)), then, "a second call of the same `backward` left other gradients")


@case(
    "Value",
    "larger graphs of all operations give the right numbers and gradients",
    weight=3,
    draws=graphs(steps=(4, 18)),
    examples=25,
    false_alarm=1e-9,
    fresh=50,
)
def larger_graphs(Value, graph, rng):
    engine_agrees(Value, graph, rng)


@case(
    "Value",
    "the values in between have the right gradients too",
    draws=graphs(steps=(3, 12)),
    examples=20,
    false_alarm=1e-9,
    fresh=50,
)
def in_between(Value, graph, rng):
    plain = walk(graph, graph.leaves, plainly)
    values = walk(graph, [Value(leaf) for leaf in graph.leaves], remotely)
    values[-1].backward()
    first = len(graph.leaves)
    for at in range(first, len(plain) - 1):

        def result(array, at=at):
            seen = [*plain[:at], array]
            for operation, *taken in graph.steps[at - first + 1 :]:
                seen.append(apply(operation, [seen[i] for i in taken], plainly))
            return float(seen[-1])

        name = chr(97 + at) if at < 26 else "a value"
        expect.gradient(result, plain[at], slope(values[at], plain[at]), rng, directions=2, what=f"`{name}.grad`, in between,")


@case("Value", "a value that is used near the end and far from it gets both shares")
def near_and_far(Value):
    a, b = Value(np.array([0.5, -1.5])), Value(np.array([2.0, 3.0]))
    c = a * b  # used at once, and again after three more steps
    far = ((c + a).exp() * b).relu()
    near = c * far
    (near + c + far).sum().backward()
    x, y = np.array([0.5, -1.5]), np.array([2.0, 3.0])
    e = np.exp(x * y + x)
    for_a = e * y * y + x * y * e * y * (y + 1) + y + e * y * (y + 1)
    expect.close(slope(a, x, "`a.grad`"), for_a, rtol=1e-9, what="`a.grad`", reveal=True)


@case("Value", "a value used early and late: with a = 3, b = 2, u = a · b and out = log(exp(u)) · b + u, a.grad is 6")
def early_and_late(Value):
    a, b = Value(3.0), Value(2.0)
    u = a * b
    out = u.exp().log() * b + u
    expect.close(datum(out), 18.0, what="`out.data`", reveal=True)
    out.backward()
    expect.close(slope(a, 3.0, "`a.grad`"), 6.0, what="`a.grad`", reveal=True)
    expect.close(slope(b, 2.0, "`b.grad`"), 15.0, what="`b.grad`", reveal=True)


@case("Value", "two values that are added have gradients of their own")
def no_shared_slopes(Value):
    a, b = Value(np.array([1.0, 2.0])), Value(np.array([3.0, 4.0]))
    squares = (a * a).sum() + (b * b).sum()  # made before the sum of the two, so that they report after it
    total = a + b
    (total.sum() + squares + total.sum()).backward()
    expect.close(slope(a, np.zeros(2), "`a.grad`"), np.array([4.0, 6.0]), what="`a.grad`", reveal=True)
    expect.close(slope(b, np.zeros(2), "`b.grad`"), np.array([8.0, 10.0]), what="`b.grad`", reveal=True)
    expect.close(slope(total, np.zeros(2), "the sum's `grad`"), np.array([2.0, 2.0]), what="the sum's `grad`", reveal=True)


@case("Value", "gradients that another result left are not mixed in", side=True, draws={"k": draws.floats(0.5, 3)}, examples=5)
def two_results(Value, k):
    a, b = Value(k), Value(2.0)
    middle = a * b
    one, other = middle * a, middle + b
    of_a, of_b = (f"`{name}.grad` after another result's `backward`" for name in "ab")
    one.backward()
    other.backward()
    expect.close(slope(a, k, of_a), 2.0, what=of_a, reveal=True)
    expect.close(slope(b, 2.0, of_b), k + 1, what=of_b, reveal=True)
    one.backward()
    expect.close(slope(a, k, of_a), 4 * k, what=of_a, reveal=True)


@case("Value", "a chain of four thousand steps is no trouble", side=True, seconds=10)
def long_chain(Value):
    a, step = Value(0.25), Value(0.001)
    out = a
    for _ in range(4000):
        out = out + step
    out = out * a
    out.backward()
    expect.close(slope(a, 0.25, "`a.grad`"), 0.25 + 4.25, rtol=1e-6, what="`a.grad`", reveal=True)
    expect.close(slope(step, 0.001, "the step's `grad`"), 1000.0, rtol=1e-6, what="the step's `grad`", reveal=True)


@case("Value", "time grows with the steps, not with the ways through the graph", side=True, seconds=5)
def many_ways(Value):
    a = Value(np.array([1.0]))
    out = a
    for _ in range(50):
        out = out + out
    out.sum().backward()
    expect.close(slope(a, np.zeros(1), "`a.grad`"), np.array([2.0**50]), what="`a.grad`", reveal=True)


@case("Value", "a result with several numbers has no gradient: a ValueError comes", side=True)
def several_numbers(Value):
    out = Value(np.array([1.0, 2.0])) * Value(np.array([3.0, 4.0]))
    expect.raises(ValueError, lambda: out.backward(), "`backward` of two numbers raised no ValueError")


@case("Value", "a matrix with one entry is a single number too", side=True)
def one_entry(Value):
    x, w = np.array([[1.0, -2.0]]), np.array([[3.0], [0.5]])
    a, b = Value(x), Value(w)
    (a @ b).backward()
    expect.close(slope(a, x, "`a.grad`"), w.T, what="`a.grad`", reveal=True)
    expect.close(slope(b, w, "`b.grad`"), x.T, what="`b.grad`", reveal=True)
    c = Value(np.array([3.0]))
    out = c * c + c
    out.backward()
    expect.close(slope(c, np.zeros(1), "`c.grad`"), np.array([7.0]), what="`c.grad`", reveal=True)
    expect.close(slope(out, np.zeros(1), "`out.grad`"), np.array([1.0]), what="`out.grad`", reveal=True)


@case("Value", "whole numbers are taken as floats", side=True)
def from_whole_numbers(Value):
    a, b = Value(np.array([1, 2, 3])), Value(2)
    out = (a * Value(np.array([0.5, 0.25, 0.125]))).sum() * b
    out.backward()
    made = "with a = Value(np.array([1, 2, 3])), b = Value(2) and out = (a * Value(np.array([0.5, 0.25, 0.125]))).sum() * b,"
    expect.close(slope(a, np.zeros(3), f"{made} `a.grad`"), [1.0, 0.5, 0.25], what=f"{made} `a.grad`", reveal=True)
    expect.close(slope(b, 0.0, f"{made} `b.grad`"), 1.375, what=f"{made} `b.grad`", reveal=True)
    expect.that(expect.array(a.data, what="`data`").dtype.kind == "f", "`data` made from whole numbers is not of a float type")


@case("Value", "float32 stays float32, data and gradients alike", side=True)
def single_values(Value):
    m, v = np.array([[1.0, 2.0], [0.5, 1.5]], np.float32), np.array([[1.0], [3.0]], np.float32)
    a, b = Value(m), Value(v)
    out = ((a @ b).relu() * (a @ b).exp() + (a @ b).log()).sum()
    expect.dtype(out.data, np.float32, what="`out.data`")
    out.backward()
    expect.dtype(a.grad, np.float32, what="`a.grad`")
    expect.dtype(b.grad, np.float32, what="`b.grad`")


@case("Value", "the data of a value is not touched by what is done with it", side=True)
def data_untouched(Value):
    x, y = np.array([[1.0, -2.0], [3.0, -0.5]]), np.array([[0.5, 1.0], [-1.0, 2.0]])
    kept = (x.copy(), y.copy())
    a, b = expect.handing_back(Value)(x), expect.handing_back(Value)(y)
    middle = a * b + a
    held = np.array(expect.array(middle.data, shape=(2, 2), what="`data`"))
    grown = b.exp()
    tall = np.array(expect.array(grown.data, shape=(2, 2), what="`data`"))
    out = (middle.relu() @ grown + middle).sum()
    result = float(expect.array(out.data, what="`out.data`"))
    out.backward()
    for now, then in (
        (x, kept[0]),
        (y, kept[1]),
        (a.data, kept[0]),
        (b.data, kept[1]),
        (middle.data, held),
        (grown.data, tall),
        (out.data, np.float64(result)),
    ):
        expect.unchanged(np.asarray(now, float), np.asarray(then), "the data of a value")


@case("Value", "arrays without entries pass through", side=True)
def without_entries(Value):
    a, b = Value(np.zeros((0, 3))), Value(np.ones((3, 2)))
    out = (a @ b).sum()
    expect.close(datum(out), 0.0, what="`out.data`")
    out.backward()
    expect.close(slope(b, np.ones((3, 2)), "`b.grad`"), np.zeros((3, 2)), what="`b.grad`", reveal=True)
    expect.shape(slope(a, np.zeros((0, 3)), "`a.grad`"), (0, 3))


# ------------------------------------------------------------------------------------------------ pieces of a batch


@dataclasses.dataclass
class Batch:
    """Parameters, examples with labels, and how many rows may be asked about at a time."""

    parameters: list
    X: np.ndarray
    y: np.ndarray
    rows: int

    def __repr__(self) -> str:
        return f"{len(self.X)} examples, rows = {self.rows}, {len(self.parameters)} layers"


def made_up_loss(parameters: list, x: np.ndarray, label: float) -> tuple[float, list]:
    """A loss of one example and its slopes. It is no network: nothing but sums and products that tell examples apart."""
    key = float(np.sum(x * np.arange(1, x.size + 1).reshape(x.shape))) + 3.0 * float(label)
    value, found = key**2, []
    for k, pair in enumerate(parameters, start=1):
        value += k * sum(float(np.sum(a)) for a in pair) * key
        found.append(tuple(np.full(a.shape, k * key) for a in pair))
    return value, found


class Asked:
    """A `mean_loss` that notes what it is asked about, and refuses what it must not be given."""

    def __init__(self, most: int, shape: tuple) -> None:
        """At most so many rows in a call, and each example of this shape."""
        self.most, self.shape, self.seen, self.refused = most, shape, [], ""

    def __call__(self, parameters, X, y):
        X, y = np.asarray(X), np.asarray(y)
        if len(X) != len(y) or not 0 < len(X) <= self.most:
            self.refused = self.refused or f"it was given {len(X)} rows with {len(y)} labels, where rows = {self.most}"
            raise ValueError(self.refused)
        if X.shape[1:] != self.shape:
            self.refused = (
                self.refused or f"it was given examples of shape {X.shape[1:]}, and those of `X` have shape {self.shape}"
            )
            raise ValueError(self.refused)
        if np.any(y < 0):
            self.refused = self.refused or "it was given a row without a label (−1)"
            raise ValueError(self.refused)
        self.seen += [(float(np.sum(x)), float(label)) for x, label in zip(X, y, strict=True)]
        return mean_of_each(parameters, X, y)


def mean_of_each(parameters: list, X: np.ndarray, y: np.ndarray) -> tuple[float, list]:
    """The mean of the losses of the examples that have a label, and of their gradients."""
    each = [made_up_loss(parameters, x, label) for x, label in zip(X, y, strict=True) if label >= 0]
    mean = [tuple(sum(slopes[k][j] for _, slopes in each) / len(each) for j in (0, 1)) for k in range(len(parameters))]
    return sum(value for value, _ in each) / len(each), mean


@st.composite
def batches(
    draw: st.DrawFn,
    examples: tuple[int, int] = (1, 9),
    rows: tuple[int, int] = (1, 10),
    sides: tuple[int, int] = (1, 1),
    unlabelled: float = 0.0,
) -> Batch:
    """Batches that need not divide evenly; a share of the labels, but never all, may be −1."""
    n = draw(st.integers(*examples))
    rng = np.random.default_rng(draw(draws.seeds()))
    shape = [n, *(int(rng.integers(1, 4)) for _ in range(draw(st.integers(*sides))))]
    layers = draw(st.integers(1, 4))
    sizes = [int(rng.integers(1, 4)) for _ in range(layers + 1)]
    parameters = [(rng.standard_normal((a, b)), rng.standard_normal(b)) for a, b in itertools.pairwise(sizes)]
    X, y = rng.standard_normal(shape), rng.integers(0, 10, n)
    y[rng.permutation(n)[: min(n - 1, int(np.ceil(unlabelled * n)))]] = -1
    return Batch(parameters, X, y, draw(st.integers(*rows)))


def gathered(whole_gradient, mean_loss, batch: Batch) -> tuple[float, tuple]:
    """The loss and the slopes that come out, as numbers."""
    got = whole_gradient(mean_loss, batch.parameters, batch.X, batch.y, batch.rows)
    refused = getattr(mean_loss, "refused", "")
    expect.that(not refused, f"`mean_loss` refused: {refused}")
    fine = isinstance(got, (tuple, list)) and len(got) == 2
    expect.that(fine, "your function should return a pair: the loss and its gradients")
    return expect.number(got[0], what="for the loss, your function"), as_pairs(got[1], batch.parameters, "your function")


def whole_agrees(whole_gradient, batch: Batch) -> None:
    """The same comes out as from one call with everything."""
    value, found = gathered(whole_gradient, Asked(batch.rows, batch.X.shape[1:]), batch)
    wanted, slopes = mean_of_each(batch.parameters, batch.X, batch.y)
    otherwise = f"the loss {value:.6g} came out; one call with everything gives {wanted:.6g}"
    expect.that(np.isclose(value, wanted, rtol=1e-9, atol=1e-9), otherwise)
    for k, (a, b) in enumerate(zip(found, flat(slopes), strict=True)):
        what = f"the gradients for the {'biases' if k % 2 else 'weights'} of layer {k // 2 + 1}"
        expect.close(a, b, rtol=1e-9, atol=1e-9, otherwise=f"{what} are not those of one call with everything")


@case("whole_gradient", "where the pieces are of equal size, the loss and its gradients are those of one call with everything")
def even_pieces(whole_gradient):
    rng = np.random.default_rng(1)
    parameters = [(rng.standard_normal((2, 3)), rng.standard_normal(3))]
    whole_agrees(whole_gradient, Batch(parameters, rng.standard_normal((6, 2)), rng.integers(0, 9, 6), 2))


@case(
    "whole_gradient",
    "each example is handed over once, with its own label, never too many at a time",
    side=True,
    draws=batches(),
    examples=15,
)
def each_once(whole_gradient, batch):
    asked = Asked(batch.rows, batch.X.shape[1:])
    gathered(whole_gradient, asked, batch)
    expect.that(len(asked.seen) == len(batch.X), f"{len(asked.seen)} rows were handed over in all, of {len(batch.X)}")
    own = sorted((float(np.sum(x)), float(label)) for x, label in zip(batch.X, batch.y, strict=True))
    expect.that(np.allclose(sorted(asked.seen), own), "not every example came exactly once with its own label")


@case(
    "whole_gradient",
    "however the examples are cut up, the loss and its gradients are those of one call with everything",
    weight=3,
    draws=batches(examples=(1, 20), rows=(1, 22)),
)
def any_pieces(whole_gradient, batch):
    whole_agrees(whole_gradient, batch)


@case(
    "whole_gradient",
    "the order of the examples does not matter",
    draws=batches(examples=(2, 12), rows=(1, 6)),
    examples=10,
    false_alarm=1e-9,
    fresh=50,
)
def any_order(whole_gradient, batch, rng):
    order = rng.permutation(len(batch.X))
    shuffled = Batch(batch.parameters, batch.X[order], batch.y[order], batch.rows)
    whole_agrees(whole_gradient, shuffled)
    value, found = gathered(whole_gradient, Asked(batch.rows, batch.X.shape[1:]), batch)
    again, other = gathered(whole_gradient, Asked(batch.rows, batch.X.shape[1:]), shuffled)
    expect.same(value, again, "another order of the examples gives another loss", rtol=1e-9, atol=1e-8)
    for a, b in zip(found, other, strict=True):
        expect.same(a, b, "another order of the examples gives other gradients", rtol=1e-9, atol=1e-8)


@case("whole_gradient", "nothing that is given is changed", side=True, draws=batches((3, 9), (1, 4), unlabelled=0.3), examples=10)
def nothing_changed(whole_gradient, batch):
    before = [a.copy() for a in (*flat(batch.parameters), batch.X, batch.y)]
    gathered(expect.handing_back(whole_gradient), Asked(batch.rows, batch.X.shape[1:]), batch)
    for now, then in zip((*flat(batch.parameters), batch.X, batch.y), before, strict=True):
        expect.unchanged(now, then, "an array that it was given")


@case(
    "whole_gradient",
    "rows without a label are not handed over, and do not count",
    weight=2,
    draws=batches(examples=(2, 14), rows=(1, 6), unlabelled=0.5),
)
def without_a_label(whole_gradient, batch):
    whole_agrees(whole_gradient, batch)


@case("whole_gradient", "pictures are cut up like rows", draws=batches(examples=(2, 8), rows=(1, 4), sides=(2, 3)), examples=10)
def pictures(whole_gradient, batch):
    whole_agrees(whole_gradient, batch)


@case("whole_gradient", "thirty thousand examples, at most a thousand at a time", side=True, seconds=20)
def many_rows(whole_gradient):
    calls = []

    def mean_loss(parameters, X, y):
        calls.append(len(X))
        return float(np.mean(X)), [(np.full((1, 1), np.mean(X)), np.full(1, np.mean(y)))]

    X, y = np.arange(30_500.0)[:, None], np.arange(30_500) % 7
    value, (dW, db) = gathered(whole_gradient, mean_loss, Batch([(np.zeros((1, 1)), np.zeros(1))], X, y, 1000))
    expect.that(max(calls, default=0) <= 1000, f"`mean_loss` got {max(calls, default=0)} rows at once, and rows = 1000")
    expect.that(sum(calls) == len(X), f"`mean_loss` got {sum(calls)} rows in all, of {len(X)}")
    for got, want in ((value, np.mean(X)), (dW, np.mean(X)), (db, np.mean(y))):
        expect.that(np.allclose(got, want, rtol=1e-9), "the result is not that of one call with everything")


@case(
    "whole_gradient",
    "the arrays that `mean_loss` returned are not changed",
    side=True,
    draws=batches(examples=(4, 9), rows=(1, 3)),
    examples=6,
)
def returned_stays(whole_gradient, batch):
    asked, kept = Asked(batch.rows, batch.X.shape[1:]), []

    def mean_loss(parameters, X, y):
        value, found = asked(parameters, X, y)
        kept.extend((array, array.copy()) for array in flat(found))
        return value, found

    gathered(whole_gradient, mean_loss, batch)
    for now, then in kept:
        expect.unchanged(now, then, "an array that `mean_loss` returned")


def halves(parameters: list, X: np.ndarray, y: np.ndarray) -> tuple[float, list]:
    """A loss whose gradients are all one half."""
    return 0.5, [(np.full(np.shape(W), 0.5), np.full(np.shape(b), 0.5)) for W, b in parameters]


@case("whole_gradient", "parameters that are whole numbers have gradients with fractions", side=True)
def whole_parameters(whole_gradient):
    batch = Batch([(np.ones((2, 3), int), np.zeros(3, int))], np.ones((5, 2)), np.array([0, 1, -1, 2, 0]), 2)
    for array in gathered(whole_gradient, halves, batch)[1]:
        expect.close(array, np.full(array.shape, 0.5), what="for parameters that are whole numbers, a gradient", reveal=True)


# ------------------------------------------------------------------------------------------------ an image classifier


def trained(
    train_net, images: np.ndarray, y: np.ndarray, hidden: tuple, rng: np.random.Generator, classes: int | None = None
) -> list:
    """Parameters in this week's form, of the sizes that were asked for."""
    got = train_net(images, y, hidden, rng)
    expect.that(got is not None, "your `train_net` returned None: is there a `return`?")
    try:
        parameters = [tuple(np.asarray(a) for a in pair) for pair in got]
    except TypeError:
        parameters = []
    sizes = [int(np.prod(images.shape[1:])), *hidden, classes or int(np.max(y)) + 1]
    expect.that(
        len(parameters) == len(sizes) - 1, f"hidden={hidden} makes {len(sizes) - 1} layers: one pair (W, b) for each is due"
    )
    for k, (pair, m, n) in enumerate(zip(parameters, sizes, sizes[1:], strict=False), start=1):
        expect.that(len(pair) == 2, f"layer {k} is not a pair (W, b)")
        expect.array(pair[0], shape=(m, n), finite=True, what=f"as weights of layer {k}, your `train_net`")
        expect.array(pair[1], shape=(n,), finite=True, what=f"as biases of layer {k}, your `train_net`")
    return parameters


def labels_of(classify, parameters: list, images: np.ndarray) -> np.ndarray:
    """One label for each picture."""
    return expect.array(classify(parameters, images), shape=(len(images),), what="your `classify`")


def share_right(classify, parameters: list, images: np.ndarray, y: np.ndarray) -> float:
    """The share of pictures that are named rightly."""
    return float(np.mean(labels_of(classify, parameters, images) == y))


def must_reach(share: float, least: float, at: str = "") -> None:
    """The score suffices."""
    expect.that(share >= least, f"{at}{share:.1%} of unseen pictures are named rightly; {least:.0%} is asked for")


@case("image_net", "trained on 3,000 digits, it names 87 of 100 others rightly", seconds=30, false_alarm=1e-9, fresh=3)
def learns_digits(train_net, classify, rng):
    digits, others = datasets.load("mnist", split="train"), datasets.load("mnist", split="test")
    parameters = trained(train_net, digits.X[:3000], digits.y[:3000], (32, 16), rng)
    must_reach(share_right(classify, parameters, others.X, others.y), 0.87)


@case("image_net", "the pictures and labels stay as they were, bytes or floats", side=True, false_alarm=1e-9, fresh=10)
def pictures_untouched(train_net, classify, rng):
    digits = datasets.load("mnist", split="test")
    for kind in (np.uint8, np.float32, np.float64):
        before = digits.X[:200].astype(kind), digits.y[:200].astype(int if kind is np.float64 else np.uint8)
        images, y = before[0].copy(), before[1].copy()
        parameters = trained(expect.handing_back(train_net), images, y, (8,), rng)
        labels_of(expect.handing_back(classify), parameters, images)
        expect.unchanged(images, before[0], "the pictures")
        expect.unchanged(y, before[1], "the labels")


def some(data, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """So many pictures, drawn without repetition, with their labels."""
    order = rng.permutation(len(data.X))[:count]
    return data.X[order], data.y[order]


@case(
    "image_net",
    "one hidden layer does as well, and no hidden layer nearly as well",
    weight=2,
    seconds=60,
    false_alarm=1e-9,
    fresh=3,
)
def other_depths(train_net, classify, rng):
    others = datasets.load("mnist", split="test")
    X, y = some(datasets.load("mnist", split="train"), 3000, rng)
    for hidden, least in (((32,), 0.87), ((), 0.82)):
        must_reach(
            share_right(classify, trained(train_net, X, y, hidden, rng, 10), others.X, others.y), least, f"hidden={hidden}: "
        )


@case(
    "image_net", "what was trained later does not disturb an earlier network", side=True, seconds=30, false_alarm=1e-9, fresh=10
)
def from_its_arguments(train_net, classify, rng):
    X, y = some(datasets.load("mnist", split="train"), 600, rng)
    parameters = trained(train_net, X, y, (16,), rng, 10)
    before = labels_of(classify, parameters, X[:200])
    trained(train_net, X[:300] // 32 + 100, y[:300], (16,), rng, int(y[:300].max()) + 1)
    expect.that(
        np.array_equal(labels_of(classify, parameters, X[:200]), before),
        "after another training the same parameters name the same pictures otherwise",
    )


@case("image_net", "NumPy's own generator is left alone", side=True, seconds=30, false_alarm=1e-9, fresh=10)
def no_other_chance(train_net, rng):
    X, y = some(datasets.load("mnist", split="train"), 100, rng)
    before = np.random.get_state()[1].copy()
    trained(train_net, X, y, (8,), rng, int(y.max()) + 1)
    after = np.random.get_state()[1]
    expect.that(np.array_equal(before, after), "your `train_net` seeds or uses `np.random`: all chance comes from `rng`")


@case("image_net", "small digits with pixels from 0 to 16 are learnt too", side=True, seconds=30, false_alarm=1e-9, fresh=10)
def small_digits(train_net, classify, rng):
    X, y = some(datasets.load("digits", split="train"), 1000, rng)
    others = datasets.load("digits", split="test")
    must_reach(share_right(classify, trained(train_net, X, y, (32, 16), rng, 10), others.X, others.y), 0.8)


@case("image_net", "three classes make three logits", side=True, seconds=30, false_alarm=1e-9, fresh=10)
def three_classes(train_net, classify, rng):
    X, y = some(datasets.load("mnist", split="train"), 4000, rng)
    unseen = datasets.load("mnist", split="test")
    named = rng.permutation(10)[:3]
    few, others = np.isin(y, named), np.isin(unseen.y, named)
    labels = np.argsort(np.argsort(named))
    rank = dict(zip(named.tolist(), labels.tolist(), strict=True))
    as_labels = [np.array([rank[int(v)] for v in part]) for part in (y[few], unseen.y[others])]
    parameters = trained(train_net, X[few], as_labels[0], (16,), rng, 3)
    must_reach(share_right(classify, parameters, unseen.X[others], as_labels[1]), 0.87)


@case("image_net", "two classes make two logits", side=True, false_alarm=1e-9, fresh=10)
def two_classes(train_net, classify, rng):
    X, y = some(datasets.load("mnist", split="train"), 60, rng)
    parameters = trained(train_net, X, (y > 4).astype(int), (8,), rng, 2)
    named = labels_of(classify, parameters, X)
    expect.that(set(np.unique(named).tolist()) <= {0, 1}, f"of two classes, 0 and 1, the labels {np.unique(named)} came")


@case(
    "image_net",
    "generators in the same state give the same parameters, others give others",
    side=True,
    seconds=30,
    false_alarm=1e-9,
    fresh=10,
)
def deterministic(train_net, rng):
    X, y = some(datasets.load("mnist", split="train"), 100, rng)
    seed = int(rng.integers(2**31))
    one, two, other = (
        trained(train_net, X, y, (12,), np.random.default_rng(s), int(y.max()) + 1) for s in (seed, seed, seed + 1)
    )
    expect.that(
        all(np.array_equal(a, b) for a, b in zip(flat(one), flat(two), strict=True)),
        "the same data and the same state of `rng` gave other parameters",
    )
    expect.that(
        not np.allclose(one[0][0], other[0][0]),
        "another state of `rng` gave the same parameters: where does the start come from?",
    )


@case(
    "image_net",
    "a picture alone, among others, in another order, or none at all",
    side=True,
    seconds=30,
    false_alarm=1e-9,
    fresh=10,
)
def each_picture_alone(train_net, classify, rng):
    X, y = some(datasets.load("mnist", split="train"), 200, rng)
    parameters = trained(train_net, X, y, (16,), rng, 10)
    X[1:40:2] //= 8  # every other picture is much darker, so that a scale of the batch's own would show
    together = labels_of(classify, parameters, X[:40])
    alone = [int(labels_of(classify, parameters, X[n : n + 1])[0]) for n in range(40)]
    expect.that(np.array_equal(together, alone), "a picture alone is named otherwise than among others")
    expect.that(
        np.array_equal(labels_of(classify, parameters, X[39::-1]), together[::-1]),
        "in another order the same pictures have other names",
    )
    labels_of(classify, parameters, X[:0])


# ------------------------------------------------------------------------------------------------ hyperparameters


class Workshop:
    """Made-up settings: each has a loss on every data set, and fitting is noted."""

    def __init__(self, losses: list, fitted_losses: list | None = None) -> None:
        """`losses` on rows that are new to the parameters, `fitted_losses` on those that they were fitted to."""
        self.losses, self.fitted_losses = losses, fitted_losses or [1.0 / (k + 2) for k in range(len(losses))]
        self.settings = [{"number": k, "layers": 1 + k % 3} for k in range(len(losses))]
        self.train = (np.arange(6.0).reshape(3, 2), np.array([0, 1, 1]))
        self.dev = (-np.arange(8.0).reshape(4, 2) - 1, np.array([1, 0, 0, 1]))
        self.fits: list = []
        self.strange = ""

    def __repr__(self) -> str:
        return f"losses on dev {self.losses}"

    def fit(self, setting, X, y):
        self.fits.append(setting["number"])
        if np.shape(X) != (3, 2) or np.any(np.asarray(X) < 0) or len(y) != 3:
            self.strange = self.strange or "`fit` was given other rows than those of `train`"
        return {"made_by": setting["number"], "weights": np.full(2, float(setting["number"]))}

    def loss(self, parameters, X, y):
        known = np.shape(X) == (3, 2)
        return (self.fitted_losses if known else self.losses)[parameters["made_by"]]

    def choose(self, choose):
        return choose(self.settings, self.fit, self.loss, self.train, self.dev)


def chosen(choose, shop: Workshop) -> int:
    """The number of the setting that was chosen, after looking at the form of the answer."""
    got = shop.choose(choose)
    expect.that(not shop.strange, shop.strange)
    expect.that(
        isinstance(got, (tuple, list)) and len(got) == 2, "your function should return a pair: a setting and its parameters"
    )
    setting, parameters = got
    expect.that(isinstance(setting, dict) and "number" in setting, "the first of the pair is not one of the settings")
    fine = isinstance(parameters, dict) and parameters.get("made_by") == setting["number"]
    expect.that(fine, "the parameters that came out do not belong to the setting that came out")
    return int(setting["number"])


LOSSES_OF_THREE = [float("nan"), 0.4, 0.3]


def nth(place: int) -> str:
    """A setting by its place, which is counted from 0, in words that nobody can count otherwise."""
    words = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh")
    return f"the {words[place]} setting"


@case("choose", "of three settings with losses nan, 0.4 and 0.3 on dev, the third wins")
def third_wins(choose):
    got = chosen(choose, Workshop(LOSSES_OF_THREE))
    expect.that(got == 2, f"{nth(got)} (loss {LOSSES_OF_THREE[got]}) came out")


@case(
    "choose",
    "the setting that does best on rows it was not fitted to wins",
    draws=st.permutations([0.2, 0.3, 0.5, 0.7]),
    examples=10,
)
def best_on_fresh_rows(choose, losses):
    got = chosen(choose, Workshop(losses, [1 - v for v in losses]))
    expect.that(losses[got] == min(losses), f"a setting with the loss {losses[got]} on dev came out")


@case("choose", "each setting is fitted once", side=True)
def fitted_once(choose):
    shop = Workshop([0.5, 0.2, 0.4, 0.3])
    chosen(choose, shop)
    fitted = ", ".join(map(nth, shop.fits)) or "none"
    expect.that(sorted(shop.fits) == [0, 1, 2, 3], f"of four settings `fit` was called for {fitted}")


LOSSES = st.lists(st.integers(1, 30), min_size=1, max_size=7).map(lambda v: [n / 10 for n in v])


@case("choose", "any number of settings: the best on fresh rows wins, the first where several are equal", weight=2, draws=LOSSES)
def first_of_the_best(choose, losses):
    got = chosen(choose, Workshop(losses, [3.0 - v for v in losses]))
    expect.that(got == losses.index(min(losses)), f"with these losses {nth(got)} (loss {losses[got]}) came out")


@case(
    "choose",
    "a loss of nan or infinity never wins, wherever it stands",
    weight=2,
    draws=st.permutations([float("nan"), float("inf"), 2.0, 1.0, float("-inf")]),
)
def never_broken(choose, losses):
    got = chosen(choose, Workshop(losses))
    expect.that(losses[got] == 1.0, f"with these losses {nth(got)} (loss {losses[got]}) came out")


@case("choose", "huge, negative and nearly equal losses are losses like others, and so is 0", side=True)
def odd_scales(choose):
    for losses, best in (
        ([1e300, 2e300], 0),
        ([-1.0, -3.0, 0.0], 1),
        ([1e12, 1e13, 5e11], 2),
        ([0.5, 0.0, 0.25], 1),
        ([0.30003, 0.30002, 0.30004], 1),
        ([2e-9, 3e-9, 1e-9], 2),
    ):
        got = chosen(choose, Workshop(losses))
        expect.that(got == best, f"with the losses {losses} {nth(got)} came out")


@case("choose", "where every training went wrong, a ValueError says so", side=True)
def none_usable(choose):
    for losses in ([float("nan")], [float("inf"), float("nan")]):
        expect.raises(
            ValueError,
            lambda losses=losses: Workshop(losses).choose(choose),
            f"with the losses {losses} no ValueError came",
            naming=("",),
        )


@case("choose", "fresh calls know nothing of earlier ones, and the arguments stay as they were", side=True)
def nothing_kept(choose):
    chosen(choose, Workshop([0.01, 0.02]))
    shop = Workshop([0.9, 0.5, 0.7])
    before = [dict(setting) for setting in shop.settings]
    rows = [a.copy() for a in (*shop.train, *shop.dev)]
    got = chosen(expect.handing_back(choose), shop)
    expect.that(got == 1, f"with the losses 0.9, 0.5, 0.7 {nth(got)} came out")
    expect.that(shop.settings == before, "your function changed the list of settings, or one of them")
    for now, then in zip((*shop.train, *shop.dev), rows, strict=True):
        expect.unchanged(now, then, "the rows that it was given")
    expect.that(sorted(shop.fits) == [0, 1, 2], f"`fit` was called {len(shop.fits)} times for three settings")


# ------------------------------------------------------------------------------------------------ the studio

LOOK_ALIKE = ((0, 6), (2, 4), (1, 3), (5, 7), (8, 9))  # T-shirt and shirt, pullover and coat, trouser and dress, …
WINDOWS, READINGS, LEARN = 7, 40, 5000


@dataclasses.dataclass
class Shop:
    """One task of the studio: the masks of a camera with a single pixel, and the pile of each kind of clothing.

    A typed-in net that knows the clothes knows nothing of the masks, and which kinds lie together is drawn, too.
    """

    masks: np.ndarray  # (49, 40), +1 where a window is open and −1 where it is shut
    piles: np.ndarray  # (10,), 0 or 1

    def readings(self, pictures: np.ndarray) -> np.ndarray:
        """What the camera measures of pictures (N, 28, 28): (N, 40), float32."""
        side = 28 // WINDOWS
        light = (pictures / 255.0).reshape(len(pictures), WINDOWS, side, WINDOWS, side).mean(axis=(2, 4))
        return (light.reshape(len(pictures), WINDOWS**2) @ self.masks).astype(np.float32)


def shops(rng: np.random.Generator) -> list[Shop]:
    """Eight tasks. Any two pairs of kinds are turned alike in four: so all eights are about equally hard."""
    turned = np.array(list(itertools.product((0, 1), repeat=3)))
    turned = np.column_stack([turned, turned[:, 0] ^ turned[:, 1], turned[:, 0] ^ turned[:, 2]])
    turned = rng.permutation(turned[:, rng.permutation(5)] ^ rng.integers(0, 2, 5))
    out = []
    for row in turned:
        piles = np.zeros(10, int)
        for (one, other), turn in zip(LOOK_ALIKE, row, strict=True):
            piles[one], piles[other] = turn, 1 - turn
        out.append(Shop(rng.choice([-1.0, 1.0], (WINDOWS**2, READINGS)), piles))
    return out


def piles_of(round: Round, X: np.ndarray) -> np.ndarray:
    """What `predict` says of these readings: a pile (N,) for each, 0 or 1."""
    said = expect.array(round.predict(X), shape=(len(X),), what="your `predict`")
    expect.that(np.isin(said, (0, 1)).all(), "piles other than 0 and 1 came out")
    return said


@studio(
    "small_wardrobe",
    train="train",
    users=("predict",),
    budget=1000,
    metric="share of unseen clothes put on the right pile",
    baseline=0.70,
    bands=(0.755, 0.82, 0.86),
    honour=0.88,
    typed=0.65,
    seconds=150,
)
def public(entry: Entry, rng: np.random.Generator) -> float:
    """Eight shops: learnt from 5,000 of the public clothes, judged on the public test clothes."""
    clothes, others = datasets.load("fashion", split="train"), datasets.load("fashion", split="test")
    asked = []
    for shop in shops(rng):
        some = rng.permutation(len(clothes.X))[:LEARN]
        round = entry.train(shop.readings(clothes.X[some]), shop.piles[clothes.y[some]])
        asked.append((round, shop.readings(others.X), shop.piles[others.y]))
    return float(np.mean([np.mean(piles_of(round, X) == y) for round, X, y in asked]))


@case(
    "small_wardrobe",
    "the arrays hold at most 1,000 numbers, and each row of readings gets a pile",
    seconds=90,
    false_alarm=1e-9,
)
def interface(entry, rng):
    clothes, others = datasets.load("fashion", split="train"), datasets.load("fashion", split="test")
    shop = shops(rng)[0]
    round = entry.train(shop.readings(clothes.X[:1500]), shop.piles[clothes.y[:1500]], rng=rng)
    share = float(np.mean(piles_of(round, shop.readings(others.X[:300])) == shop.piles[others.y[:300]]))
    expect.that(share > 0.42, f"after 1,500 pictures {share:.0%} of others lie on the right pile, less than by tossing a coin")
