"""Hidden cases and the studio's judge of week 4: they stay with the grader."""

from __future__ import annotations

import time

import numpy as np
from checks import (
    Asked,
    Batch,
    Shapes,
    Workshop,
    apply,
    as_pairs,
    batches,
    chosen,
    datum,
    engine_agrees,
    faulty,
    fitting,
    flat,
    gathered,
    graphs,
    labels_of,
    logits_of,
    make_net,
    must_reach,
    names_of,
    nets,
    outputs,
    plainly,
    refuses,
    remotely,
    shapes_come,
    share_right,
    slope,
    slopes_agree,
    slopes_of,
    trained,
    walk,
    whole_agrees,
)
from hypothesis import strategies as st

from autograder import datasets
from autograder.cases import case, draws, expect, judge, studios
from autograder.datasets import held_out

# ------------------------------------------------------------------------------------------------ deep_net


@case(
    "deep_net",
    "one layer or five: the logits are those of the definition, unit by unit",
    weight=2,
    twin="tents",
    draws=nets(layers=(1, 5), examples=(1, 6), side=(1, 6)),
)
def unit_by_unit(forward, net):
    expect.close(logits_of(forward, net.parameters, net.X), outputs(net.parameters, net.X)[-1], tell=False)


@case(
    "deep_net",
    "one layer or five: the slopes agree with small movements",
    weight=3,
    twin="slopes",
    draws=nets(layers=(1, 5), examples=(1, 6), side=(1, 6)),
    examples=15,
    false_alarm=1e-9,
)
def deep_slopes(forward, backward, net, rng):
    slopes_agree(forward, backward, net, rng)


@case("deep_net", "five wide layers: the slopes agree with small movements", false_alarm=1e-9)
def wide_and_deep(forward, backward, rng):
    slopes_agree(forward, backward, make_net([3, 7, 5, 8, 6, 4], 3, rng, margin=0.003), rng)


@case("deep_net", "other rows do not change a row of logits", side=True, draws=nets(layers=(1, 4), examples=(2, 5)), examples=10)
def rows_apart(forward, net):
    together = logits_of(forward, net.parameters, net.X)
    company = np.vstack([net.X[:1], 1000 * net.X[1:]])
    expect.same(
        logits_of(forward, net.parameters, company)[:1], together[:1], "the first row of logits depends on the other rows"
    )


@case(
    "deep_net",
    "two passes forward may be followed by their passes backward in any order",
    side=True,
    draws=nets(layers=(1, 4), examples=(2, 4)),
    examples=10,
)
def two_at_once(forward, backward, net):
    other = type(net)(net.parameters, net.X[::-1] * 2 + 1, net.d_logits[::-1])
    wanted = slopes_of(forward, backward, net)
    _, first = forward(net.parameters, net.X)
    forward(net.parameters, other.X)
    got = as_pairs(backward(net.parameters, first, net.d_logits), net.parameters)
    for a, b in zip(got, wanted, strict=True):
        expect.same(a, b, "a second pass forward disturbs the first one's pass backward")


@case("deep_net", "a pass backward may be repeated", side=True, draws=nets(layers=(1, 4)), examples=10)
def repeated(forward, backward, net):
    _, cache = forward(net.parameters, net.X)
    first = [array.copy() for array in as_pairs(backward(net.parameters, cache, net.d_logits), net.parameters)]
    for a, b in zip(as_pairs(backward(net.parameters, cache, net.d_logits), net.parameters), first, strict=True):
        expect.same(a, b, "with the same cache, a second pass backward gave other slopes")


@case("deep_net", "without examples no parameter has any blame", side=True, draws=nets(layers=(1, 4)), examples=6)
def no_examples(forward, backward, net):
    none = type(net)(net.parameters, net.X[:0], net.d_logits[:0])
    for got in slopes_of(forward, backward, none):
        expect.that(not np.any(got), "there are no examples, and yet a parameter has blame")


@case("deep_net", "everything stays in float32 where all is float32", side=True, draws=nets(layers=(1, 4)), examples=6)
def single_precision(forward, backward, net):
    small = type(net)(
        [(W.astype(np.float32), b.astype(np.float32)) for W, b in net.parameters],
        net.X.astype(np.float32),
        net.d_logits.astype(np.float32),
    )
    expect.dtype(logits_of(forward, small.parameters, small.X), np.float32, what="your `forward`")
    for got in slopes_of(forward, backward, small):
        expect.dtype(got, np.float32, what="your `backward`")


@case("deep_net", "in float32 the slopes are those of float64, up to the digits that float32 has", side=True)
def nearly_as_precise(forward, backward):
    net = make_net([5, 6, 4, 3], 6, np.random.default_rng(4))
    small = type(net)(
        [(W.astype(np.float32), b.astype(np.float32)) for W, b in net.parameters],
        net.X.astype(np.float32),
        net.d_logits.astype(np.float32),
    )
    wide, narrow = slopes_of(forward, backward, net), slopes_of(forward, backward, small)
    largest = max(np.abs(a).max() for a in wide)
    for a, b in zip(narrow, wide, strict=True):
        expect.that(
            np.abs(a - b).max() <= 1e-4 * largest,
            "in float32 the slopes are further from those in float64 than rounding explains: are they measured by small steps?",
        )


@case("deep_net", "pixels that are whole numbers are taken as they are", side=True, draws=nets(layers=(1, 3)), examples=8)
def whole_numbers(forward, backward, net):
    pixels = np.random.default_rng(len(net.X)).integers(0, 256, net.X.shape).astype(np.uint8)
    as_floats = type(net)(net.parameters, pixels.astype(float), net.d_logits)
    as_bytes = type(net)(net.parameters, pixels, net.d_logits)
    expect.same(
        logits_of(forward, net.parameters, pixels),
        logits_of(forward, net.parameters, as_floats.X),
        "whole numbers give other logits than equal floats",
    )
    for a, b in zip(slopes_of(forward, backward, as_bytes), slopes_of(forward, backward, as_floats), strict=True):
        expect.same(a, b, "whole numbers give other slopes than equal floats")


# ------------------------------------------------------------------------------------------------ layer_shapes


@case(
    "layer_shapes",
    "nets that fit give their layers' shapes, with no examples as with many",
    weight=2,
    twin="tent_shapes",
    draws=fitting(layers=(1, 7), examples=(0, 9)),
)
def fits(layer_shapes, given):
    shapes_come(layer_shapes, given)


@case(
    "layer_shapes",
    "the first layer at fault is named, wherever it is",
    weight=2,
    twin="wrong_weights",
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


@case("layer_shapes", "weights that are no matrix are refused", draws=faulty(("flat weights", "deep weights")))
def no_matrix(layer_shapes, given):
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


# ------------------------------------------------------------------------------------------------ Value


@case(
    "Value",
    "larger graphs of all operations give the right numbers and slopes",
    weight=3,
    twin="small_graphs",
    draws=graphs(steps=(4, 18)),
    examples=25,
    false_alarm=1e-9,
)
def larger_graphs(Value, graph, rng):
    engine_agrees(Value, graph, rng)


@case("Value", "the values in between have the right slopes too", draws=graphs(steps=(3, 12)), examples=20, false_alarm=1e-9)
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


@case("Value", "a value that is used near the end and far from it gets both shares", twin="small_graphs")
def near_and_far(Value):
    a, b = Value(np.array([0.5, -1.5])), Value(np.array([2.0, 3.0]))
    c = a * b  # used at once, and again after three more steps
    far = ((c + a).exp() * b).relu()
    near = c * far
    (near + c + far).sum().backward()
    x, y = np.array([0.5, -1.5]), np.array([2.0, 3.0])
    e = np.exp(x * y + x)
    for_a = e * y * y + x * y * e * y * (y + 1) + y + e * y * (y + 1)
    expect.close(slope(a, x, "`a.grad`"), for_a, rtol=1e-9, tell=False)


@case("Value", "two values that are added have slopes of their own", twin="small_graphs")
def no_shared_slopes(Value):
    a, b = Value(np.array([1.0, 2.0])), Value(np.array([3.0, 4.0]))
    squares = (a * a).sum() + (b * b).sum()  # made before the sum of the two, so that they report after it
    total = a + b
    (total.sum() + squares + total.sum()).backward()
    expect.close(slope(a, np.zeros(2), "`a.grad`"), np.array([4.0, 6.0]), tell=False)
    expect.close(slope(b, np.zeros(2), "`b.grad`"), np.array([8.0, 10.0]), tell=False)
    expect.close(slope(total, np.zeros(2), "the sum's `grad`"), np.array([2.0, 2.0]), tell=False)


@case("Value", "slopes that another result left are not mixed in", side=True, draws={"k": draws.floats(0.5, 3)}, examples=5)
def two_results(Value, k):
    a, b = Value(k), Value(2.0)
    middle = a * b
    one, other = middle * a, middle + b
    one.backward()
    other.backward()
    expect.close(slope(a, k, "`a.grad` after another result's `backward`"), 2.0, tell=False)
    expect.close(slope(b, 2.0, "`b.grad` after another result's `backward`"), k + 1, tell=False)
    one.backward()
    expect.close(slope(a, k, "`a.grad` after another result's `backward`"), 4 * k, tell=False)


@case("Value", "time grows with the steps, not with the ways through the graph", side=True, seconds=5)
def many_ways(Value):
    a = Value(np.array([1.0]))
    out = a
    for _ in range(50):
        out = out + out
    out.sum().backward()
    expect.close(slope(a, np.zeros(1), "`a.grad`"), np.array([2.0**50]), tell=False)


@case("Value", "a chain of four thousand steps is no trouble", side=True, seconds=10)
def long_chain(Value):
    a, step = Value(0.25), Value(0.001)
    out = a
    for _ in range(4000):
        out = out + step
    out = out * a
    out.backward()
    expect.close(slope(a, 0.25, "`a.grad`"), 0.25 + 4.25, rtol=1e-6, tell=False)
    expect.close(slope(step, 0.001, "the step's `grad`"), 1000.0, rtol=1e-6, tell=False)


def chain_back(Value, steps: int):
    """A function that walks back through a chain of so many steps, and says how long that took."""
    out, step = Value(0.25), Value(0.001)
    for _ in range(steps):
        out = out + step

    def back() -> float:
        start = time.perf_counter()
        out.backward()
        return time.perf_counter() - start

    return back, step


@case("Value", "sixteen times as many steps take about sixteen times as long", side=True, seconds=20)
def in_proportion(Value):
    few, _ = chain_back(Value, 500)
    many, step = chain_back(Value, 8000)
    for _ in range(4):  # the best of four: another program may have had the machine
        short, long = min(few() for _ in range(3)), many()
        if long < 60 * short:
            break
    else:
        expect.that(
            False, f"`backward` took {long:.1f} s for 8,000 steps and {short:.3f} s for 500: time grows with their square"
        )
    expect.close(slope(step, 0.0, "the step's `grad`"), 8000.0, tell=False)


@case("Value", "no slope is left of a result with several numbers: a ValueError comes", side=True)
def several_numbers(Value):
    out = Value(np.array([1.0, 2.0])) * Value(np.array([3.0, 4.0]))
    expect.raises(ValueError, lambda: out.backward(), "`backward` of two numbers raised no ValueError")


@case("Value", "a matrix with one entry is a single number too", side=True)
def one_entry(Value):
    x, w = np.array([[1.0, -2.0]]), np.array([[3.0], [0.5]])
    a, b = Value(x), Value(w)
    (a @ b).backward()
    expect.close(slope(a, x, "`a.grad`"), w.T, tell=False)
    expect.close(slope(b, w, "`b.grad`"), x.T, tell=False)
    c = Value(np.array([3.0]))
    (c * c + c).backward()
    expect.close(slope(c, np.zeros(1), "`c.grad`"), np.array([7.0]), tell=False)


@case("Value", "whole numbers are taken as floats", side=True)
def from_whole_numbers(Value):
    a, b = Value(np.array([1, 2, 3])), Value(2)
    out = (a * Value(np.array([0.5, 0.25, 0.125]))).sum() * b
    out.backward()
    expect.close(slope(a, np.zeros(3), "`a.grad`"), np.array([1.0, 0.5, 0.25]), tell=False)
    expect.close(slope(b, 0.0, "`b.grad`"), 1.375, tell=False)
    expect.that(expect.array(a.data, what="`data`").dtype.kind == "f", "`data` made from whole numbers is not of a float type")


@case("Value", "float32 stays float32, data and slopes alike", side=True)
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
    expect.close(slope(b, np.ones((3, 2)), "`b.grad`"), np.zeros((3, 2)), tell=False)
    expect.shape(slope(a, np.zeros((0, 3)), "`a.grad`"), (0, 3))


# ------------------------------------------------------------------------------------------------ whole_gradient


@case(
    "whole_gradient",
    "however the examples are cut up, the loss and its slopes are those of one call with everything",
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
)
def any_order(whole_gradient, batch, rng):
    order = rng.permutation(len(batch.X))
    shuffled = Batch(batch.parameters, batch.X[order], batch.y[order], batch.rows)
    whole_agrees(whole_gradient, shuffled)
    value, found = gathered(whole_gradient, Asked(batch.rows, batch.X.shape[1:]), batch)
    again, other = gathered(whole_gradient, Asked(batch.rows, batch.X.shape[1:]), shuffled)
    expect.same(value, again, "another order of the examples gives another loss", rtol=1e-9, atol=1e-8)
    for a, b in zip(found, other, strict=True):
        expect.same(a, b, "another order of the examples gives other slopes", rtol=1e-9, atol=1e-8)


@case("whole_gradient", "pictures are cut up like rows", draws=batches(examples=(2, 8), rows=(1, 4), sides=(2, 3)), examples=10)
def pictures(whole_gradient, batch):
    whole_agrees(whole_gradient, batch)


@case("whole_gradient", "thirty thousand examples, a thousand at a time", side=True, seconds=10)
def many_rows(whole_gradient):
    calls = []

    def mean_loss(parameters, X, y):
        calls.append(len(X))
        return float(np.mean(X)), [(np.full((1, 1), np.mean(X)), np.full(1, np.mean(y)))]

    X, y = np.arange(30_500.0)[:, None], np.arange(30_500) % 7
    value, (dW, db) = gathered(whole_gradient, mean_loss, Batch([(np.zeros((1, 1)), np.zeros(1))], X, y, 1000))
    expect.that(
        len(calls) == 31 and sum(calls) == len(X),
        f"`mean_loss` was called {len(calls)} times for {sum(calls)} rows; 31 calls will do",
    )
    for got, want in ((value, np.mean(X)), (dW, np.mean(X)), (db, np.mean(y))):
        expect.that(np.allclose(got, want, rtol=1e-9), "the result is not that of one call with everything")


@case("whole_gradient", "nothing that is given is changed", side=True, draws=batches(examples=(3, 9), rows=(1, 4)), examples=10)
def nothing_changed(whole_gradient, batch):
    before = [a.copy() for a in (*flat(batch.parameters), batch.X, batch.y)]
    gathered(expect.handing_back(whole_gradient), Asked(batch.rows, batch.X.shape[1:]), batch)
    for now, then in zip((*flat(batch.parameters), batch.X, batch.y), before, strict=True):
        expect.unchanged(now, then, "an array that it was given")


# ------------------------------------------------------------------------------------------------ image_net


def some(data, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """So many pictures, drawn without repetition, with their labels."""
    order = rng.permutation(len(data.X))[:count]
    return data.X[order], data.y[order]


@case(
    "image_net",
    "trained on 3,000 digits, it names 87 of 100 unseen ones rightly",
    weight=3,
    twin="learns_digits",
    seconds=30,
    false_alarm=1e-9,
)
def unseen_digits(train_net, classify, rng):
    unseen = held_out("mnist")
    X, y = some(datasets.load("mnist", split="train"), 3000, rng)
    must_reach(share_right(classify, trained(train_net, X, y, (32, 16), rng, 10), unseen.X, unseen.y), 0.87)


@case("image_net", "one hidden layer will do as well, and none nearly", weight=2, seconds=60, false_alarm=1e-9)
def other_depths(train_net, classify, rng):
    unseen = held_out("mnist")
    X, y = some(datasets.load("mnist", split="train"), 3000, rng)
    for hidden, least in (((32,), 0.87), ((), 0.85)):
        must_reach(share_right(classify, trained(train_net, X, y, hidden, rng, 10), unseen.X, unseen.y), least)


@case("image_net", "small digits with pixels from 0 to 16 are learnt too", side=True, seconds=30, false_alarm=1e-9)
def small_digits(train_net, classify, rng):
    X, y = some(datasets.load("digits", split="train"), 1000, rng)
    others = datasets.load("digits", split="test")
    must_reach(share_right(classify, trained(train_net, X, y, (32, 16), rng, 10), others.X, others.y), 0.8)


@case("image_net", "bright or dim, bytes or floats: the pictures are learnt", side=True, seconds=60, false_alarm=1e-9)
def any_brightness(train_net, classify, rng):
    unseen = held_out("mnist")
    X, y = some(datasets.load("mnist", split="train"), 3000, rng)
    for brightest in (1.0, 4000.0):
        dim, others = (X / 255 * brightest).astype(np.float32), (unseen.X / 255 * brightest).astype(np.float32)
        must_reach(share_right(classify, trained(train_net, dim, y, (32,), rng, 10), others, unseen.y), 0.87)


@case("image_net", "three classes make three logits", side=True, seconds=30, false_alarm=1e-9)
def three_classes(train_net, classify, rng):
    X, y = some(datasets.load("mnist", split="train"), 4000, rng)
    unseen = held_out("mnist")
    named = rng.permutation(10)[:3]
    few, others = np.isin(y, named), np.isin(unseen.y, named)
    labels = np.argsort(np.argsort(named))
    rank = dict(zip(named.tolist(), labels.tolist(), strict=True))
    as_labels = [np.array([rank[int(v)] for v in part]) for part in (y[few], unseen.y[others])]
    parameters = trained(train_net, X[few], as_labels[0], (16,), rng, 3)
    must_reach(share_right(classify, parameters, unseen.X[others], as_labels[1]), 0.87)


@case(
    "image_net",
    "generators in the same state give the same parameters, others give others",
    side=True,
    seconds=30,
    false_alarm=1e-9,
)
def deterministic(train_net, rng):
    X, y = some(datasets.load("mnist", split="train"), 300, rng)
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


@case("image_net", "a picture alone, among others, in another order, or none at all", side=True, seconds=30, false_alarm=1e-9)
def each_picture_alone(train_net, classify, rng):
    X, y = some(datasets.load("mnist", split="train"), 600, rng)
    parameters = trained(train_net, X, y, (16,), rng, 10)
    together = labels_of(classify, parameters, X[:40])
    alone = [int(labels_of(classify, parameters, X[n : n + 1])[0]) for n in range(40)]
    expect.that(np.array_equal(together, alone), "a picture alone is named otherwise than among others")
    expect.that(
        np.array_equal(labels_of(classify, parameters, X[39::-1]), together[::-1]),
        "in another order the same pictures have other names",
    )
    labels_of(classify, parameters, X[:0])


@case("image_net", "what was trained later does not disturb an earlier network", side=True, seconds=30, false_alarm=1e-9)
def from_its_arguments(train_net, classify, rng):
    X, y = some(datasets.load("mnist", split="train"), 600, rng)
    parameters = trained(train_net, X, y, (16,), rng, 10)
    before = labels_of(classify, parameters, X[:200])
    trained(train_net, X[:300] // 32 + 100, y[:300], (16,), rng, int(y[:300].max()) + 1)
    expect.that(
        np.array_equal(labels_of(classify, parameters, X[:200]), before),
        "after another training the same parameters name the same pictures otherwise",
    )


# ------------------------------------------------------------------------------------------------ choose


LOSSES = st.lists(st.integers(1, 30), min_size=1, max_size=7).map(lambda v: [n / 10 for n in v])


@case("choose", "any number of settings: the best on fresh rows wins, the first where several are equal", weight=2, draws=LOSSES)
def first_of_the_best(choose, losses):
    got = chosen(choose, Workshop(losses, [3.0 - v for v in losses]))
    expect.that(got == losses.index(min(losses)), f"with these losses the setting in place {got + 1} came out")


@case(
    "choose",
    "a loss of nan or infinity never wins, wherever it stands",
    weight=2,
    draws=st.permutations([float("nan"), float("inf"), 2.0, 1.0, float("-inf")]),
)
def never_broken(choose, losses):
    got = chosen(choose, Workshop(losses))
    expect.that(losses[got] == 1.0, f"with these losses the setting in place {got + 1} came out")


@case("choose", "where every training went wrong, a ValueError comes", side=True)
def none_usable(choose):
    for losses in ([float("nan")], [float("inf"), float("nan")]):
        expect.raises(
            ValueError, lambda losses=losses: Workshop(losses).choose(choose), "no ValueError came, although no loss was finite"
        )


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
        expect.that(got == best, f"with the losses {losses} the setting in place {got + 1} came out")


@case("choose", "fresh calls know nothing of earlier ones, and the arguments stay as they were", side=True)
def nothing_kept(choose):
    chosen(choose, Workshop([0.01, 0.02]))
    shop = Workshop([0.9, 0.5, 0.7])
    before = [dict(setting) for setting in shop.settings]
    rows = [a.copy() for a in (*shop.train, *shop.dev)]
    got = chosen(expect.handing_back(choose), shop)
    expect.that(got == 1, f"with the losses 0.9, 0.5, 0.7 the setting in place {got + 1} came out")
    expect.that(shop.settings == before, "your function changed the list of settings, or one of them")
    for now, then in zip((*shop.train, *shop.dev), rows, strict=True):
        expect.unchanged(now, then, "the rows that it was given")
    expect.that(sorted(shop.fits) == [0, 1, 2], f"`fit` was called {len(shop.fits)} times for three settings")


# ------------------------------------------------------------------------------------------------ the studio


@judge("small_wardrobe")
def judged(entry, half, rng):
    public, unseen = datasets.load("fashion", split="train"), held_out("fashion")
    rows = slice(0, 2000) if half == "open" else slice(2000, 4000)
    order = rng.permutation(len(public.X))[:5000]
    seen, names = studios.relabelled(public.y[order], rng, rng.permutation(10))
    pace = studios.pace()
    round = entry.train(public.X[order], seen)
    took = round.seconds / pace
    expect.that(took <= 3 * 60, f"training took {took:.0f} times as long as the calibration run; the budget is 60")
    mixed = rng.permutation(2000)
    X, (y, _) = unseen.X[rows][mixed], studios.relabelled(unseen.y[rows][mixed], rng, names)
    right = names_of(round, X) == y
    back = np.argsort(names)
    worst = min(range(10), key=lambda k: np.mean(right[back[y] == k]))
    weakest = f"of the class “{unseen.classes[worst]}” the smallest share was named rightly: look at what tells it apart"
    return float(np.mean(right)), f"you spent {round.used:,} of 3,000 numbers; {weakest}"
