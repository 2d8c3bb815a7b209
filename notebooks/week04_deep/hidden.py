"""Hidden cases and the studio's judge of week 4: they stay with the grader."""

from __future__ import annotations

import time

import checks
import numpy as np
from checks import (
    Batch,
    Shapes,
    Workshop,
    as_pairs,
    batches,
    chosen,
    faulty,
    fitting,
    gathered,
    graphs,
    labels_of,
    make_net,
    must_reach,
    names_of,
    nets,
    refuses,
    shapes_come,
    share_right,
    slope,
    slopes_of,
    trained,
    whole_agrees,
)

from autograder import datasets
from autograder.cases import case, expect, judge, studios, twin
from autograder.datasets import held_out

# ------------------------------------------------------------------------------------------------ deep_net


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


LARGE = nets(layers=(2, 6), examples=(5, 12), side=(4, 9))
twin("deep_net", "unit_by_unit", draws=LARGE, weight=2, fresh=50)
twin("deep_net", "deep_slopes", draws=LARGE, examples=10, weight=3)


# ------------------------------------------------------------------------------------------------ layer_shapes


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


twin("layer_shapes", "fits", draws=fitting(layers=(6, 12), examples=(5, 20)), weight=2)
twin("layer_shapes", "first_fault", draws=faulty(("weights", "biases"), layers=(8, 12)), weight=2)


# ------------------------------------------------------------------------------------------------ Value


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
    for _ in range(4):  # both sides take as long where time grows in proportion, so that a busy machine delays them alike
        short, long = sum(few() for _ in range(16)), many()
        if long < 5 * short:
            break
    else:
        expect.that(
            False, f"`backward` took {long:.1f} s for 8,000 steps and {short / 16:.3f} s for 500: time grows with their square"
        )
    expect.close(slope(step, 0.0, "the step's `grad`"), 8000.0, tell=False)


twin("Value", "larger_graphs", draws=graphs(steps=(15, 30)), examples=15, weight=3)
twin("Value", "in_between", weight=2)


# ------------------------------------------------------------------------------------------------ whole_gradient


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


twin("whole_gradient", "any_pieces", draws=batches(examples=(20, 60), rows=(7, 25)), weight=3)
twin("whole_gradient", "any_order")


# ------------------------------------------------------------------------------------------------ image_net


@case("image_net", "one hidden layer will do as well, and none nearly", weight=2, seconds=60, false_alarm=1e-9, fresh=3)
def other_depths(train_net, classify, rng):
    others = datasets.load("mnist", split="test")  # held-out rows go into a studio's rounds only
    X, y = checks.some(datasets.load("mnist", split="train"), 3000, rng)
    for hidden, least in (((32,), 0.87), ((), 0.85)):
        must_reach(share_right(classify, trained(train_net, X, y, hidden, rng, 10), others.X, others.y), least)


@case(
    "image_net", "what was trained later does not disturb an earlier network", side=True, seconds=30, false_alarm=1e-9, fresh=10
)
def from_its_arguments(train_net, classify, rng):
    X, y = checks.some(datasets.load("mnist", split="train"), 600, rng)
    parameters = trained(train_net, X, y, (16,), rng, 10)
    before = labels_of(classify, parameters, X[:200])
    trained(train_net, X[:300] // 32 + 100, y[:300], (16,), rng, int(y[:300].max()) + 1)
    expect.that(
        np.array_equal(labels_of(classify, parameters, X[:200]), before),
        "after another training the same parameters name the same pictures otherwise",
    )


twin("image_net", "learns_digits", weight=3)


# ------------------------------------------------------------------------------------------------ choose


@case("choose", "where every training went wrong, a ValueError comes", side=True)
def none_usable(choose):
    for losses in ([float("nan")], [float("inf"), float("nan")]):
        expect.raises(
            ValueError, lambda losses=losses: Workshop(losses).choose(choose), "no ValueError came, although no loss was finite"
        )


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


twin("choose", "first_of_the_best", weight=2)
twin("choose", "never_broken", weight=2)


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
