"""Answers that the cases of week 4 must tell apart."""

from __future__ import annotations

import functools
import itertools
import time
from typing import ClassVar

import numpy as np

from autograder.cases import entry, right, wrong

# ------------------------------------------------------------------------------------------------ deep_net


def ahead(parameters, X):
    """A right way forward, which the wrong ways below begin with."""
    arrived = [X]
    for W, b in parameters[:-1]:
        arrived.append(np.maximum(arrived[-1] @ W + b, 0))
    W, b = parameters[-1]
    return arrived[-1] @ W + b, arrived


def back(parameters, cache, d_scores, gate=lambda k, A: A > 0, bias=lambda d: d.sum(axis=0), gate_X=False):
    """A right way back, with places where it can be spoilt."""
    delta, found = d_scores, []
    for k in range(len(parameters) - 1, -1, -1):
        found.insert(0, (cache[k].T @ delta, bias(delta)))
        delta = delta @ parameters[k][0].T
        if k or gate_X:
            delta = delta * gate(k, cache[k])
    return found, delta


def net_of(forward=ahead, backward=back):
    """The two functions of an answer."""
    return {"forward": forward, "backward": lambda parameters, cache, d_scores: backward(parameters, cache, d_scores)}


@wrong("deep_net", caught_by="one_layer", kind="mathematics", several=True, headline=True)
def rectifies_the_scores():
    def forward(parameters, X):
        scores, arrived = ahead(parameters, X)
        return np.maximum(scores, 0), arrived

    def backward(parameters, cache, d_scores):
        scores = cache[-1] @ parameters[-1][0] + parameters[-1][1]
        return back(parameters, cache, d_scores * (scores > 0))

    return net_of(forward, backward)


@wrong("deep_net", caught_by="slopes", kind="mathematics", several=True, headline=True)
def a_gate_in_front_of_the_examples():
    def backward(parameters, cache, d_scores):
        return back(parameters, cache, d_scores, gate_X=True)

    return net_of(ahead, backward)


@wrong("deep_net", caught_by="slopes", kind="missing case", several=True)
def hands_down_what_reached_layer_one():
    def backward(parameters, cache, d_scores):
        found, _ = back(parameters, cache, d_scores)
        delta = d_scores
        for k in range(len(parameters) - 1, 0, -1):
            delta = (delta @ parameters[k][0].T) * (cache[k] > 0)
        return found, delta

    return net_of(ahead, backward)


@wrong("deep_net", caught_by="slopes", kind="missing case", several=True)
def no_gradient_for_the_examples():
    return net_of(ahead, lambda *given: back(*given)[0])


@wrong("deep_net", caught_by="slopes", kind="shape", several=True)
def bias_summed_over_wrong_axis():
    return net_of(ahead, lambda *given: back(*given, bias=lambda d: d.sum(axis=1)))


@wrong("deep_net", caught_by="slopes", kind="shape", several=True)
def keeps_the_axis_of_the_biases():
    return net_of(ahead, lambda *given: back(*given, bias=lambda d: d.sum(axis=0, keepdims=True)))


@wrong("deep_net", caught_by="deep_slopes", kind="mathematics", several=True, headline=True)
def divides_by_the_examples_again():
    return net_of(
        ahead, lambda parameters, cache, d: (back(parameters, cache, d / max(1, len(d)))[0], back(parameters, cache, d)[1])
    )


@wrong("deep_net", caught_by="slopes", kind="mathematics", several=True)
def means_the_biases_only():
    return net_of(ahead, lambda *given: back(*given, bias=lambda d: d.sum(axis=0) / max(1, len(d))))


@wrong("deep_net", caught_by="deep_slopes", kind="mathematics", several=True)
def forgets_the_relu_on_the_way_back():
    return net_of(ahead, lambda *given: back(*given, gate=lambda k, A: 1))


@wrong("deep_net", caught_by="deep_slopes", kind="mathematics", several=True)
def lets_gradients_through_closed_units():
    return net_of(ahead, lambda *given: back(*given, gate=lambda k, A: A >= 0))


@wrong("deep_net", caught_by="deep_slopes", kind="mathematics", several=True)
def gates_by_the_layer_below():
    def backward(parameters, cache, d_scores):
        wide = max(A.shape[1] for A in cache)
        fit = [np.resize(A, (len(A), wide)) for A in cache]
        return back(parameters, cache, d_scores, gate=lambda k, A: fit[k - 1][:, : A.shape[1]] > 0)

    return net_of(ahead, backward)


@wrong("deep_net", caught_by="deep_slopes", kind="mathematics", several=True)
def multiplies_by_the_signal_in_place_of_its_gate():
    return net_of(ahead, lambda *given: back(*given, gate=lambda k, A: A))


@wrong("deep_net", caught_by="deep_slopes", kind="mathematics", several=True)
def gradients_from_the_last_layer_to_the_first():
    def backward(parameters, cache, d_scores):
        found, d_X = back(parameters, cache, d_scores)
        return found[::-1], d_X

    return net_of(ahead, backward)


@wrong("deep_net", caught_by="deep_slopes", kind="hard-coding", several=True)
def knows_two_layers():
    def backward(parameters, cache, d_scores):
        found = [(np.zeros_like(W), np.zeros_like(b)) for W, b in parameters]
        found[-2:], d_X = back(parameters[-2:], cache[-2:], d_scores)
        return found, d_X if d_X.shape == cache[0].shape else 0 * cache[0]

    return net_of(ahead, backward)


@wrong("deep_net", caught_by="one_layer", kind="missing case", several=True)
def needs_a_hidden_layer_to_begin_with():
    def forward(parameters, X):
        scores, arrived = ahead(parameters, X)
        return (np.maximum(scores, 0) if len(parameters) == 1 else scores), arrived

    return net_of(forward)


@wrong("deep_net", caught_by="tents", kind="hard-coding", several=True)
def runs_three_layers_at_most():
    return net_of(lambda parameters, X: ahead(parameters[:2], X))


@wrong("deep_net", caught_by="wide_and_deep", kind="hard-coding", several=True)
def stops_after_four_layers():
    def backward(parameters, cache, d_scores):
        found, d_X = back(parameters, cache, d_scores)
        return [(np.zeros_like(W), np.zeros_like(b)) for W, b in found[:-4]] + found[-4:], d_X

    return net_of(ahead, backward)


@wrong("deep_net", caught_by="unit_by_unit", kind="hard-coding", several=True)
def rectifies_three_layers_only():
    def forward(parameters, X):
        arrived = [X]
        for k, (W, b) in enumerate(parameters):
            sums = arrived[-1] @ W + b
            arrived.append(np.maximum(sums, 0) if k < min(3, len(parameters) - 1) else sums)
        return arrived[-1], arrived[:-1]

    return net_of(forward, lambda *given: back(*given, gate=lambda k, A: (A > 0) | (k > 3)))


@wrong("deep_net", caught_by="unit_by_unit", kind="mathematics", several=True)
def leaky_units():
    def forward(parameters, X):
        arrived = [X]
        for W, b in parameters[:-1]:
            sums = arrived[-1] @ W + b
            arrived.append(np.where(sums > 0, sums, 0.01 * sums))
        return arrived[-1] @ parameters[-1][0] + parameters[-1][1], arrived

    return net_of(forward, lambda *given: back(*given, gate=lambda k, A: np.where(A > 0, 1, 0.01)))


@wrong("deep_net", caught_by="zero_weights", kind="missing case", several=True)
def a_layer_of_zeros_is_left_out():
    def used(parameters):
        return [pair for k, pair in enumerate(parameters) if np.any(pair[0]) or pair[0].shape[0] != pair[0].shape[1]]

    def forward(parameters, X):
        return ahead(used(parameters), X)

    def backward(parameters, cache, d_scores):
        if len(used(parameters)) == len(parameters):
            return back(parameters, cache, d_scores)
        return [(np.zeros_like(W), np.zeros_like(b)) for W, b in parameters], np.zeros_like(cache[0])

    return net_of(forward, backward)


@wrong("deep_net", caught_by="untouched", kind="mutation", several=True)
def adds_the_bias_in_place():
    def forward(parameters, X):
        for W, b in parameters:
            b += 0.0
            W *= 1.0
        X *= 1.0
        X += 1e-12
        return ahead(parameters, X)

    return net_of(forward)


@wrong("deep_net", caught_by="untouched", kind="mutation", several=True)
def gates_what_it_was_handed_in_place():
    def backward(parameters, cache, d_scores):
        found = back(parameters, cache, d_scores)
        d_scores *= 0
        return found

    return net_of(ahead, backward)


@wrong("deep_net", caught_by="repeated", kind="mutation", several=True, headline=True)
def empties_the_cache():
    def backward(parameters, cache, d_scores):
        delta, found = d_scores, []
        for k, (W, _) in reversed(list(enumerate(parameters))):
            arrived = cache.pop() if cache else 0 * delta @ W.T
            found.insert(0, (arrived.T @ delta, delta.sum(axis=0)))
            delta = (delta @ W.T) * ((arrived > 0) | (k == 0))
        return found, delta

    return net_of(ahead, backward)


@wrong("deep_net", caught_by="two_at_once", kind="missing case", several=True, headline=True)
def one_cache_for_all():
    last = []

    def forward(parameters, X):
        scores, arrived = ahead(parameters, X)
        last[:] = arrived
        return scores, None

    return net_of(forward, lambda parameters, cache, d_scores: back(parameters, last, d_scores))


@wrong("deep_net", caught_by="single_precision", kind="dtype", several=True)
def always_double():
    return net_of(lambda parameters, X: ahead([(W.astype(float), b.astype(float)) for W, b in parameters], X.astype(float)))


@wrong("deep_net", caught_by="single_precision", kind="dtype", several=True)
def double_on_the_way_back():
    def backward(parameters, cache, d_scores):
        found, d_X = back(parameters, cache, d_scores.astype(float))
        return [(dW.astype(float), db) for dW, db in found], d_X

    return net_of(ahead, backward)


@wrong("deep_net", caught_by="whole_numbers", kind="dtype", several=True)
def buffers_of_the_input_type():
    def forward(parameters, X):
        arrived = [X]
        for k, (W, b) in enumerate(parameters):
            out = np.empty((len(X), len(b)), X.dtype if X.dtype.kind in "ui" else np.result_type(X, W))
            out[...] = (arrived[-1] @ W + b).astype(out.dtype)
            arrived.append(np.maximum(out, 0) if k < len(parameters) - 1 else out)
        return arrived[-1], arrived[:-1]

    return net_of(forward)


@wrong("deep_net", caught_by="rows_apart", kind="stability", several=True)
def scales_by_the_largest_of_the_batch():
    return net_of(lambda parameters, X: ahead(parameters, X / max(1.0, float(np.abs(X).max(initial=1.0)) / 50)))


@wrong("deep_net", caught_by="many_rows_apart", kind="stability", several=True)
def standardises_large_batches():
    return net_of(lambda parameters, X: ahead(parameters, X - X.mean(axis=0) if len(X) > 50 else X))


@wrong("deep_net", caught_by="many_rows_apart", kind="hard-coding", several=True)
def a_hundred_rows_on_the_way_back():
    return net_of(
        ahead,
        lambda parameters, cache, d: (back(parameters, [A[:100] for A in cache], d[:100])[0], back(parameters, cache, d)[1]),
    )


@wrong("deep_net", caught_by="no_examples", kind="missing case", several=True)
def means_over_nothing():
    def backward(parameters, cache, d_scores):
        found, d_X = back(parameters, cache, d_scores)
        return ([(dW, db if len(d_scores) else db + np.mean([0.0, 1.0])) for dW, db in found], d_X)

    return net_of(ahead, backward)


@wrong("deep_net", caught_by="slopes", kind="shape", several=True)
def transposed_gradients():
    def backward(parameters, cache, d_scores):
        found, d_X = back(parameters, cache, d_scores)
        return [(dW.T, db) for dW, db in found], d_X

    return net_of(ahead, backward)


@wrong("deep_net", caught_by="nearly_as_precise", kind="stability", several=True)
def measures_by_nudges():
    def backward(parameters, cache, d_scores):
        def total(changed):
            return (ahead(changed, cache[0])[0] * d_scores).sum()

        out, base = [], total(parameters)
        for k, pair in enumerate(parameters):
            slopes = tuple(np.zeros_like(p) for p in pair)
            for which, p in enumerate(pair):
                for i in np.ndindex(p.shape):
                    moved = [list(pair) for pair in parameters]
                    moved[k][which] = p.copy()
                    moved[k][which][i] += 1e-4
                    slopes[which][i] = (total(moved) - base) / 1e-4
            out.append(slopes)
        return out, back(parameters, cache, d_scores)[1]

    return net_of(ahead, backward)


@right("deep_net", several=True)
def sums_in_a_dictionary():
    def forward(parameters, X):
        cache, signal = {}, X
        for k, (W, b) in enumerate(parameters):
            cache["in", k] = signal
            cache["sum", k] = signal.dot(W) + b
            signal = np.where(cache["sum", k] > 0, cache["sum", k], np.zeros_like(cache["sum", k]))
        return cache["sum", len(parameters) - 1], cache

    def backward(parameters, cache, d_scores):
        found = {}
        delta = d_scores
        for k in reversed(range(len(parameters))):
            found[k] = [np.einsum("ni,nj->ij", cache["in", k], delta), np.einsum("nj->j", delta)]
            delta = np.einsum("nj,ij->ni", delta, parameters[k][0])
            if k:
                delta = np.where(cache["sum", k - 1] > 0, delta, np.zeros_like(delta))
        return [tuple(found[k]) for k in range(len(parameters))], delta

    return {"forward": forward, "backward": backward}


@right("deep_net", several=True)
def closures_as_cache():
    def layer(W, b, X, rectify):
        sums = X @ W + b
        out = np.maximum(sums, 0) if rectify else sums

        def backwards(delta):
            delta = delta * (sums > 0) if rectify else delta
            return delta @ W.T, (X.T @ delta, delta.sum(axis=0))

        return out, backwards

    def forward(parameters, X):
        ways = []
        for k, (W, b) in enumerate(parameters):
            X, way = layer(W, b, X, k + 1 < len(parameters))
            ways.append(way)
        return X, ways

    def backward(parameters, cache, d_scores):
        found = []
        for way in list(cache)[::-1]:
            d_scores, pair = way(d_scores)
            found.append(pair)
        return found[::-1], d_scores

    return {"forward": forward, "backward": backward}


@right("deep_net", several=True)
def recursive_from_the_top():
    def forward(parameters, X):
        if len(parameters) == 1:
            return X @ parameters[0][0] + parameters[0][1], (X, None)
        hidden = (X @ parameters[0][0] + parameters[0][1]).clip(min=0)
        scores, rest = forward(parameters[1:], hidden)
        return scores, (X, rest)

    def backward(parameters, cache, d_scores):
        X, rest = cache
        if rest is None:
            delta, above = d_scores, []
        else:
            above, into = backward(parameters[1:], rest, d_scores)
            delta = into * (rest[0] > 0)
        return [[X.T @ delta, np.add.reduce(delta, axis=0)], *above], delta @ parameters[0][0].T

    return {"forward": forward, "backward": backward}


@right("deep_net", several=True)
def runs_forward_again_on_the_way_back():
    def forward(parameters, X):
        return ahead(parameters, X)[0], np.array(X)

    def backward(parameters, cache, d_scores):
        return back(parameters, ahead(parameters, cache)[1], d_scores)

    return {"forward": forward, "backward": backward}


@right("deep_net", several=True)
def example_by_example_on_the_way_back():
    class Memory:
        def __init__(self):
            self.signal = {}

    def forward(parameters, X):
        memory = Memory()
        A = memory.signal[0] = X
        last = len(parameters)
        for k, (W, b) in enumerate(parameters, start=1):
            A = A @ W + b
            if k < last:
                A = np.where(A > 0, A, A.dtype.type(0))
                memory.signal[k] = A
        return A, memory

    def backward(parameters, memory, d_scores):
        sums = [(np.zeros_like(W), np.zeros_like(b)) for W, b in parameters]
        X = memory.signal[0]
        d_X = np.zeros(X.shape, np.result_type(X, d_scores))
        for n in range(len(d_scores)):
            delta = d_scores[n]
            for k in range(len(parameters) - 1, -1, -1):
                a = memory.signal[k][n]
                dW, db = sums[k]
                dW += np.outer(a, delta).astype(dW.dtype)
                db += delta
                delta = parameters[k][0] @ delta
                if k:
                    delta = delta * (a > 0)
            d_X[n] = delta
        return tuple(sums), d_X

    return {"forward": forward, "backward": backward}


# ------------------------------------------------------------------------------------------------ layer_shapes


def door(parameters, X, first=1, bias=lambda W, b: np.shape(b) == np.shape(W)[1:], error=ValueError, sizes=True):
    """A right walk through the layers, with places where it can be spoilt."""
    width, out = np.shape(X)[1:], []
    for k, (W, b) in enumerate(parameters, start=first):
        if np.ndim(W) != 2 or (np.shape(W)[0],) != width:
            raise error(f"layer {k}: weights {np.shape(W)} do not take {width}" if sizes else f"layer {k} does not fit")
        if not bias(W, b):
            raise error(f"layer {k}: biases {np.shape(b)} for {np.shape(W)[1]} units" if sizes else f"layer {k} does not fit")
        width = np.shape(W)[1:]
        out.append((len(X), *width))
    return out


@wrong("layer_shapes", caught_by="wrong_biases", kind="missing case")
def looks_at_weights_only(parameters, X):
    return door(parameters, X, bias=lambda W, b: True)


@wrong("layer_shapes", caught_by="standing_bias", kind="shape")
def counts_biases(parameters, X):
    return door(parameters, X, bias=lambda W, b: np.size(b) == np.shape(W)[1])


@wrong("layer_shapes", caught_by="lone_bias", kind="shape", headline=True)
def asks_whether_it_broadcasts(parameters, X):
    def bias(W, b):
        try:
            return np.broadcast_shapes((7, np.shape(W)[1]), np.shape(b)) == (7, np.shape(W)[1])
        except ValueError:
            return False

    return door(parameters, X, bias=bias)


@wrong("layer_shapes", caught_by="lone_bias", kind="missing case")
def runs_the_net_to_see(parameters, X):
    signal, out = X, []
    for k, (W, b) in enumerate(parameters, start=1):
        try:
            signal = signal @ W + b
        except ValueError as error:
            raise ValueError(f"layer {k}: {signal.shape}, {W.shape}, {b.shape}") from error
        out.append(signal.shape)
    return out


@wrong("layer_shapes", caught_by="wrong_weights", kind="mathematics")
def counts_from_zero(parameters, X):
    return door(parameters, X, first=0)


@wrong("layer_shapes", caught_by="first_fault", kind="mathematics")
def names_the_last_fault(parameters, X):
    width, out, faults = np.shape(X)[1:], [], []
    for k, (W, b) in enumerate(parameters, start=1):
        if np.ndim(W) != 2 or (np.shape(W)[0],) != width:
            faults.append(f"layer {k}: weights {np.shape(W)} do not take {width}")
        if np.shape(b) != np.shape(W)[1:]:
            faults.append(f"layer {k}: biases {np.shape(b)} for {np.shape(W)[1:]} units")
        width = np.shape(W)[1:]
        out.append((len(X), *width))
    if faults:
        raise ValueError(faults[-1])
    return out


@wrong("layer_shapes", caught_by="first_fault", kind="mathematics")
def blames_the_layer_below(parameters, X):
    width, out = np.shape(X)[1:], []
    for k, (W, b) in enumerate(parameters, start=1):
        if np.ndim(W) != 2 or (np.shape(W)[0],) != width:
            raise ValueError(f"layer {max(1, k - 1)} puts out {width}, but {np.shape(W)} is above it")
        if np.shape(b) != np.shape(W)[1:]:
            raise ValueError(f"layer {k}: biases {np.shape(b)} for {np.shape(W)[1:]} units")
        width = np.shape(W)[1:]
        out.append((len(X), *width))
    return out


@wrong("layer_shapes", caught_by="wrong_weights", kind="missing case")
def asserts(parameters, X):
    return door(parameters, X, error=AssertionError)


@wrong("layer_shapes", caught_by="wrong_biases", kind="missing case")
def says_no_sizes(parameters, X):
    return door(parameters, X, sizes=False)


@wrong("layer_shapes", caught_by="wrong_weights", kind="missing case")
def raises_without_words(parameters, X):
    try:
        return door(parameters, X)
    except ValueError:
        raise ValueError from None


@wrong("layer_shapes", caught_by="tent_shapes", kind="shape")
def shapes_of_the_weights(parameters, X):
    door(parameters, X)
    return [np.shape(W) for W, _ in parameters]


@wrong("layer_shapes", caught_by="unflattened", kind="shape", headline=True)
def flattens_in_secret(parameters, X):
    return door(parameters, np.zeros((len(X), int(np.prod(np.shape(X)[1:])))))


@wrong("layer_shapes", caught_by="unflattened", kind="shape")
def looks_at_the_second_axis_only(parameters, X):
    return door(parameters, np.zeros(np.shape(X)[:2]))


@wrong("layer_shapes", caught_by="first_fault", kind="hard-coding")
def looks_at_three_layers(parameters, X):
    out = door(parameters[:3], X)
    return out + [(len(X), np.size(b)) for _, b in parameters[3:]]


@wrong("layer_shapes", caught_by="list_untouched", kind="mutation")
def pops_the_layers(parameters, X):
    found = door(parameters, X)
    del parameters[-1:]
    return found


@wrong("layer_shapes", caught_by="only_shapes", kind="stability")
def refuses_values_too(parameters, X):
    found = door(parameters, X)
    if not all(np.isfinite(W).all() and np.isfinite(b).all() for W, b in parameters):
        raise ValueError("layer 1 holds numbers that are not finite")
    return found


@wrong("layer_shapes", caught_by="fits", kind="missing case")
def refuses_an_empty_batch(parameters, X):
    if not len(X):
        raise ValueError("layer 1 gets no examples")
    return door(parameters, X)


@wrong("layer_shapes", caught_by="no_matrix", kind="shape")
def compares_first_and_last_axes(parameters, X):
    width, out = (X.shape[1] if np.ndim(X) == 2 else None), []
    for k, (W, b) in enumerate(parameters, start=1):
        if W.shape[0] != width:
            raise ValueError(f"layer {k}: {W.shape} after {width}")
        if b.shape != (W.shape[-1],):
            raise ValueError(f"layer {k}: {b.shape} for {W.shape[-1]} units")
        width = W.shape[-1]
        out.append((len(X), width))
    return out


@right("layer_shapes")
def by_walking(parameters, X):
    return door(parameters, X)


@right("layer_shapes")
def finds_the_faults_then_the_shapes(parameters, X):
    before = X
    for number, (W, b) in enumerate(parameters):
        fits = before.ndim == 2 and W.ndim == 2 and before.shape[1] == W.shape[0]
        if not fits:
            came = "x".join(map(str, before.shape[1:]))
            raise ValueError(f"Layer {number + 1} cannot take what arrives: {came}, needs {W.shape[0]} ({W.ndim} axes)")
        if b.ndim != 1 or len(b) != W.shape[1]:
            raise ValueError(f"Layer {number + 1} has {W.shape[1]} units, biases of shape {b.shape}; layer {number} is fine")
        before = np.broadcast_to(0.0, (len(X), W.shape[1]))
    return [(len(X), W.shape[1]) for W, _ in parameters]


@right("layer_shapes")
def one_layer_and_the_rest(parameters, X):
    class MisfitError(ValueError):
        pass

    def rest(number, shape, left):
        if not left:
            return []
        (W, b), *above = left
        if len(shape) != 2 or len(W.shape) != 2 or W.shape[0] != shape[1]:
            raise MisfitError(f"at layer {number}: got {shape[1:]}, expected {W.shape}")
        if b.shape != (W.shape[1],):
            raise MisfitError(f"at layer {number}: {b.shape} are its biases, {W.shape[1]} its units")
        here = (shape[0], W.shape[1])
        return [here, *rest(number + 1, here, above)]

    return rest(1, X.shape, list(parameters))


@wrong("layer_shapes", caught_by="first_fault", kind="mathematics")
def all_weights_before_any_biases(parameters, X):
    shapes = door([(W, np.shape(W)[1:]) for W, _ in parameters], X, bias=lambda W, b: True)
    door(parameters, X)
    return shapes


@right("layer_shapes")
def own_error_and_generator(parameters, X):
    class ShapeError(ValueError):
        pass

    def need(truth, number, arrived, expected):
        if not truth:
            raise ShapeError(f"layer {number} expected {expected} and got {arrived}")

    def shapes():
        width = X.shape[1] if X.ndim == 2 else None
        for number, (W, b) in enumerate(parameters, 1):
            need(W.ndim == 2, number, f"weights of shape {W.shape}", f"a matrix for {X.shape[1:] if number == 1 else width}")
            need(W.shape[0] == width, number, X.shape[1:] if number == 1 else width, W.shape[0])
            need(b.shape == W.shape[1:], number, f"biases {b.shape}", f"{W.shape[1]} in a row")
            width = W.shape[1]
            yield X.shape[0], width

    return list(shapes())


# ------------------------------------------------------------------------------------------------ Value


class Base:
    """A right engine whose parts the wrong ones replace."""

    serial = 0

    def __init__(self, data, ways=()):
        data = np.asarray(data)
        self.data = data if data.dtype.kind == "f" else data.astype(float)
        self.ways = list(ways)
        self.grad = None
        Base.serial += 1
        self.number = Base.serial

    def made(self, data, *ways):
        return type(self)(data, ways)

    def __add__(self, other):
        return self.made(self.data + other.data, (self, lambda g: g), (other, lambda g: g))

    def __mul__(self, other):
        return self.made(self.data * other.data, (self, lambda g: g * other.data), (other, lambda g: g * self.data))

    def __matmul__(self, other):
        return self.made(self.data @ other.data, (self, lambda g: g @ other.data.T), (other, lambda g: self.data.T @ g))

    def relu(self):
        return self.made(self.data * (self.data > 0), (self, lambda g: g * (self.data > 0)))

    def exp(self):
        return self.made(np.exp(self.data), (self, lambda g: g * np.exp(self.data)))

    def log(self):
        return self.made(np.log(self.data), (self, lambda g: g / self.data))

    def sum(self):
        return self.made(self.data.sum(), (self, lambda g: np.full_like(self.data, g)))

    def past(self):
        found, waiting = {}, [self]
        while waiting:
            value = waiting.pop()
            if value.number not in found:
                found[value.number] = value
                waiting += [source for source, _ in value.ways]
        return [found[k] for k in sorted(found, reverse=True)]

    def start(self):
        if self.data.size != 1:
            raise ValueError(f"a value of shape {self.data.shape} has no slope")

    def clear(self, values):
        for value in values:
            value.grad = np.zeros_like(value.data)

    def backward(self):
        self.start()
        values = self.past()
        self.clear(values)
        self.grad = np.ones_like(self.data)
        for value in values:
            value.hand_on()

    def hand_on(self):
        for source, way in self.ways:
            source.grad = source.grad + way(self.grad)


@wrong("Value", caught_by="twice", kind="mathematics", headline=True)
class OverwritesTheSlope(Base):
    def hand_on(self):
        for source, way in self.ways:
            source.grad = way(self.grad)


@wrong("Value", caught_by="early_and_late", kind="mathematics", headline=True)
class BreadthFirst(Base):
    def backward(self):
        self.start()
        self.clear(self.past())
        self.grad = np.ones_like(self.data)
        waiting, seen = [self], {self.number}
        while waiting:
            value = waiting.pop(0)
            value.hand_on()
            for source, _ in value.ways:
                if source.number not in seen:
                    seen.add(source.number)
                    waiting.append(source)


@wrong("Value", caught_by="single_steps", kind="mathematics")
class MatricesTheWrongWayRound(Base):
    def __matmul__(self, other):
        square = self.data.shape == other.data.shape
        return self.made(
            self.data @ other.data,
            (self, lambda g: g @ (other.data if square else other.data.T)),
            (other, lambda g: self.data.T @ g),
        )


@wrong("Value", caught_by="single_steps", kind="mathematics")
class LogOfTheSlope(Base):
    def log(self):
        return self.made(np.log(self.data), (self, lambda g: g * np.log(self.data)))


@wrong("Value", caught_by="single_steps", kind="mathematics")
class SharesTheSum(Base):
    def sum(self):
        return self.made(self.data.sum(), (self, lambda g: np.full_like(self.data, g / max(self.data.size, 1))))


@wrong("Value", caught_by="single_steps", kind="shape")
class SumLeavesANumber(Base):
    def sum(self):
        return self.made(self.data.sum(), (self, lambda g: g))

    def clear(self, values):
        for value in values:
            value.grad = 0.0


@wrong("Value", caught_by="larger_graphs", kind="missing case")
class ReluForgetsItsGate(Base):
    def relu(self):
        return self.made(np.maximum(self.data, 0), (self, lambda g: g))


@wrong("Value", caught_by="in_between", kind="missing case")
class LeavesOnly(Base):
    def backward(self):
        super().backward()
        for value in self.past():
            if value.ways and value is not self:
                value.grad = np.zeros_like(value.data)


@wrong("Value", caught_by="no_shared_slopes", kind="mutation")
class SharesOneArray(Base):
    def clear(self, values):
        for value in values:
            value.grad = None

    def hand_on(self):
        for source, way in self.ways:
            if source.grad is None:
                source.grad = way(self.grad)
            elif np.ndim(source.grad):
                source.grad += way(self.grad)
            else:
                source.grad = source.grad + way(self.grad)


@wrong("Value", caught_by="two_results", kind="mutation")
class NeverClears(Base):
    def clear(self, values):
        for value in values:
            value.grad = np.zeros_like(value.data) if value.grad is None else value.grad


@wrong("Value", caught_by="again", kind="mutation", headline=True)
class PilesUp(Base):
    def backward(self):
        self.start()
        values = self.past()
        for value in values:
            if value.grad is None:
                value.grad = np.zeros_like(value.data)
        self.grad = self.grad + 1
        for value in values:
            value.hand_on()


@wrong("Value", caught_by="two_results", kind="mutation")
class ClearsOnlyItsOwn(Base):
    def backward(self):
        self.start()
        if getattr(self, "ran", False):
            return
        self.ran = True
        values = self.past()
        before = [np.zeros_like(v.data) if v.grad is None else v.grad for v in values]
        super().backward()
        for value, grad in zip(values, before, strict=True):
            value.grad = value.grad + grad


@wrong("Value", caught_by="data_untouched", kind="mutation")
class ReusesItsOutput(Base):
    def exp(self):
        out = self.made(np.exp(self.data))
        if out.data.ndim:
            out.ways = [(self, lambda g: np.multiply(out.data, g, out=out.data))]
        else:
            out.ways = [(self, lambda g: out.data * g)]
        return out


@wrong("Value", caught_by="without_entries", kind="stability")
class SumFromTheMean(Base):
    def sum(self):
        return self.made(self.data.mean() * self.data.size, (self, lambda g: np.full_like(self.data, g)))


@wrong("Value", caught_by="many_ways", kind="stability")
class WalksEveryWay(Base):
    def backward(self):
        self.start()
        self.clear(self.past())
        self.grad = np.zeros_like(self.data)
        self.carry(np.ones_like(self.data))

    def carry(self, g):
        self.grad = self.grad + g
        for source, way in self.ways:
            source.carry(way(g))


@wrong("Value", caught_by="long_chain", kind="stability")
class NestedCalls(Base):
    def past(self):
        order, seen = [], set()

        def visit(value):
            if value.number not in seen:
                seen.add(value.number)
                for source, _ in value.ways:
                    visit(source)
                order.append(value)

        visit(self)
        return order[::-1]


@wrong("Value", caught_by="several_numbers", kind="missing case")
class SumsInSecret(Base):
    def start(self):
        pass


@wrong("Value", caught_by="from_whole_numbers", kind="dtype")
class KeepsWholeNumbers(Base):
    def __init__(self, data, ways=()):
        super().__init__(data, ways)
        self.data = np.asarray(data)

    def hand_on(self):
        for source, way in self.ways:
            source.grad = source.grad + np.asarray(way(self.grad)).astype(source.data.dtype)


@wrong("Value", caught_by="single_values", kind="dtype")
class AlwaysDouble(Base):
    def __init__(self, data, ways=()):
        super().__init__(data, ways)
        self.data = self.data.astype(float)


@wrong("Value", caught_by="data_untouched", kind="mutation")
class RectifiesInPlace(Base):
    def relu(self):
        on = self.data > 0
        np.maximum(self.data, 0, out=self.data)
        return self.made(self.data, (self, lambda g: g * on))


@wrong("Value", caught_by="small_graphs", kind="hard-coding")
class NumbersOnly(Base):
    def __init__(self, data, ways=()):
        super().__init__(data, ways)
        self.data = np.asarray(float(np.ravel(self.data)[0])) if self.data.size == 1 else self.data
        if self.data.ndim == 2 and self.data.shape[0] > 2:
            self.data = self.data[:2]


@wrong("Value", caught_by="two_results", kind="mutation")
class OneListForAll(Base):
    """Every operation is noted on one list, which `backward` empties."""

    notes: ClassVar[list] = []

    def made(self, data, *ways):
        value = type(self)(data, ways)
        OneListForAll.notes.append(value)
        return value

    def past(self):
        out = [value for value in OneListForAll.notes if value.number <= self.number][::-1]
        OneListForAll.notes.clear()
        return [*out, *{id(s): s for value in out for s, _ in value.ways if not s.ways}.values()] or [self]


@wrong("Value", caught_by="single_steps", kind="missing case")
class NoReturnFromLog(Base):
    def log(self):
        super().log()


@wrong("Value", caught_by="near_and_far", kind="mathematics")
class DepthFirstWithoutWaiting(Base):
    def past(self):
        order, waiting, seen = [], [self], set()
        while waiting:
            value = waiting.pop()
            if value.number not in seen:
                seen.add(value.number)
                order.append(value)
                waiting += [source for source, _ in value.ways]
        return order


@wrong("Value", caught_by="single_steps", kind="mathematics")
class ProductOfTheGradients(Base):
    def __mul__(self, other):
        return self.made(self.data * other.data, (self, lambda g: g * self.data), (other, lambda g: g * other.data))


@right("Value")
class ByTopologicalSort:
    """Counts the uses of every value, and lets it hand on once all of them have reported."""

    def __init__(self, data, sources=(), rule=None):
        array = np.array(data)
        self.data = array.astype(np.float64) if array.dtype.kind in "iub" else array
        self.sources, self.rule, self.grad = tuple(sources), rule, np.zeros(self.data.shape, self.data.dtype)

    def __add__(self, other):
        return ByTopologicalSort(self.data + other.data, (self, other), lambda g: (g, g))

    def __mul__(self, other):
        return ByTopologicalSort(self.data * other.data, (self, other), lambda g: (g * other.data, g * self.data))

    def __matmul__(self, other):
        return ByTopologicalSort(
            np.einsum("ij,jk->ik", self.data, other.data),
            (self, other),
            lambda g: (np.einsum("ik,jk->ij", g, other.data), np.einsum("ij,ik->jk", self.data, g)),
        )

    def relu(self):
        return ByTopologicalSort(
            np.where(self.data > 0, self.data, np.zeros_like(self.data)),
            (self,),
            lambda g: (np.where(self.data > 0, g, np.zeros_like(g)),),
        )

    def exp(self):
        out = ByTopologicalSort(np.exp(self.data), (self,))
        out.rule = lambda g: (g * out.data,)
        return out

    def log(self):
        return ByTopologicalSort(np.log(self.data), (self,), lambda g: (g * (1 / self.data),))

    def sum(self):
        return ByTopologicalSort(np.sum(self.data), (self,), lambda g: (np.broadcast_to(g, self.data.shape).copy(),))

    def backward(self):
        if self.data.shape not in ((), (1,), (1, 1)):
            raise ValueError("not a single number")
        uses, waiting, known = {}, [self], {id(self)}
        while waiting:
            value = waiting.pop()
            value.grad = np.zeros(value.data.shape, value.data.dtype)
            for source in value.sources:
                uses[id(source)] = uses.get(id(source), 0) + 1
                if id(source) not in known:
                    known.add(id(source))
                    waiting.append(source)
        self.grad = self.grad + np.ones_like(self.data)
        ready = [self]
        while ready:
            value = ready.pop()
            for source, g in zip(value.sources, value.rule(value.grad) if value.rule else (), strict=False):
                source.grad = source.grad + g
                uses[id(source)] -= 1
                if not uses[id(source)]:
                    ready.append(source)


@right("Value")
class OnATape:
    """Every operation is noted on one long tape; backward reads it from the end, and knows what it needs by its place."""

    tape: ClassVar[list] = []

    def __init__(self, data, note=None):
        self.held = np.array(
            data, dtype=np.result_type(np.asarray(data).dtype, np.float32) if np.asarray(data).dtype.kind == "f" else np.float64
        )
        self.grad, self.place = None, len(OnATape.tape)
        OnATape.tape.append((self, note))

    @property
    def data(self):
        return self.held.copy()

    def __add__(self, other):
        return OnATape(self.held + other.held, ("+", self, other))

    def __mul__(self, other):
        return OnATape(self.held * other.held, ("*", self, other))

    def __matmul__(self, other):
        return OnATape(np.dot(self.held, other.held), ("@", self, other))

    def relu(self):
        return OnATape((self.held + np.abs(self.held)) / 2, ("relu", self))

    def exp(self):
        return OnATape(np.exp(self.held), ("exp", self))

    def log(self):
        return OnATape(np.log(self.held), ("log", self))

    def sum(self):
        return OnATape(self.held.sum(), ("sum", self))

    def backward(self):
        if self.held.ndim > 0 and self.held.size != 1:
            raise ValueError("start from one number")
        blame = {self.place: np.ones_like(self.held)}
        for value, note in reversed(OnATape.tape[: self.place + 1]):
            if value.place not in blame:
                continue
            g = value.grad = blame[value.place]
            if note is None:
                continue
            kind, a, *rest = note
            b = rest[0] if rest else None
            parts = {
                "+": lambda: (g, g),
                "*": lambda: (g * b.held, g * a.held),
                "@": lambda: (np.dot(g, b.held.T), np.dot(a.held.T, g)),
                "relu": lambda: (g * np.heaviside(a.held, 0).astype(a.held.dtype),),
                "exp": lambda: (g * value.held,),
                "log": lambda: (g / a.held,),
                "sum": lambda: (np.ones_like(a.held) * g,),
            }[kind]()
            for source, part in zip((a, b), parts, strict=False):
                blame[source.place] = blame[source.place] + part if source.place in blame else part


@right("Value")
class WithClosures(Base):
    """The engine that many write: each value carries a function that passes its slope on; broadcasting works as well."""

    def fold(self, g):
        while np.ndim(g) > self.data.ndim:
            g = g.sum(axis=0)
        for axis, size in enumerate(self.data.shape):
            if size == 1 and g.shape[axis] != 1:
                g = g.sum(axis=axis, keepdims=True)
        return g

    def __add__(self, other):
        return self.made(self.data + other.data, (self, self.fold), (other, other.fold))

    def __mul__(self, other):
        return self.made(
            self.data * other.data, (self, lambda g: self.fold(g * other.data)), (other, lambda g: other.fold(g * self.data))
        )


@wrong("Value", caught_by="in_proportion", kind="stability")
class LooksThroughAList(Base):
    def past(self):
        found, waiting = [self], [self]
        while waiting:
            for source, _ in waiting.pop().ways:
                if not any(value is source for value in found):
                    found.append(source)
                    waiting.append(source)
        return sorted(found, key=lambda value: -value.number)


@wrong("Value", caught_by="one_entry", kind="missing case")
class NumbersWithoutAxesOnly(Base):
    def start(self):
        if self.data.ndim:
            raise ValueError("a number without axes is wanted")


@right("Value")
class WaitsForAllReports:
    """Counts, for each value, how many uses have still to report."""

    __slots__ = ("data", "edges", "grad")

    def __init__(self, data, edges=()):
        self.data = np.asarray(data) if np.asarray(data).dtype.kind == "f" else np.asarray(data, dtype=float)
        self.edges = list(edges)
        self.grad = np.zeros(self.data.shape, self.data.dtype)

    def __add__(self, other):
        return WaitsForAllReports(np.add(self.data, other.data), [(self, "same", None), (other, "same", None)])

    def __mul__(self, other):
        return WaitsForAllReports(self.data * other.data, [(self, "times", other.data), (other, "times", self.data)])

    def __matmul__(self, other):
        return WaitsForAllReports(self.data.dot(other.data), [(self, "right", other.data.T), (other, "left", self.data.T)])

    def relu(self):
        return WaitsForAllReports(self.data.clip(0), [(self, "times", np.heaviside(self.data, 0.5).astype(self.data.dtype))])

    def exp(self):
        made = np.exp(self.data)
        return WaitsForAllReports(made, [(self, "times", made)])

    def log(self):
        return WaitsForAllReports(np.log(self.data), [(self, "times", np.reciprocal(self.data))])

    def sum(self):
        return WaitsForAllReports(self.data.sum(), [(self, "spread", self.data.shape)])

    def backward(self):
        if self.data.size != 1:
            raise ValueError("only a single number has such slopes")
        reports, members = {id(self): 0}, [self]
        for value in members:  # grows while it is walked
            for source, _, _ in value.edges:
                if id(source) not in reports:
                    members.append(source)
                reports[id(source)] = reports.get(id(source), 0) + 1
        for value in members:
            value.grad = np.zeros_like(value.data)
        self.grad = np.ones_like(self.data)
        ready = [self]
        while ready:
            value = ready.pop()
            for source, how, what in value.edges:
                if how == "same":
                    part = value.grad
                elif how == "times":
                    part = value.grad * what
                elif how == "right":
                    part = value.grad @ what
                elif how == "left":
                    part = what @ value.grad
                else:
                    part = np.broadcast_to(value.grad.reshape(()), what)
                source.grad = source.grad + part
                reports[id(source)] -= 1
                if not reports[id(source)]:
                    ready.append(source)


# ------------------------------------------------------------------------------------------------ whole_gradient


def labelled(answer):
    """An answer that looks at the rows with a label alone."""

    def kept(mean_loss, parameters, X, y, rows):
        return answer(mean_loss, parameters, X[y >= 0], y[y >= 0], rows)

    return functools.wraps(answer)(kept)


def cuts(n, rows):
    """Where the pieces begin and end."""
    return [(start, min(n, start + rows)) for start in range(0, n, rows)]


def added(sums, slopes, weight):
    """Sums of pairs, plus weighted slopes."""
    return [(a + weight * da, b + weight * db) for (a, b), (da, db) in zip(sums, slopes, strict=True)]


def nothing_yet(parameters):
    return [(np.zeros(W.shape), np.zeros(b.shape)) for W, b in parameters]


@wrong("whole_gradient", caught_by="any_pieces", kind="mathematics", headline=True)
@labelled
def mean_of_means(mean_loss, parameters, X, y, rows):
    total, sums, pieces = 0.0, nothing_yet(parameters), cuts(len(X), rows)
    for i, j in pieces:
        loss, slopes = mean_loss(parameters, X[i:j], y[i:j])
        total, sums = total + loss / len(pieces), added(sums, slopes, 1 / len(pieces))
    return total, sums


@wrong("whole_gradient", caught_by="any_pieces", kind="mathematics")
@labelled
def counts_every_piece_as_full(mean_loss, parameters, X, y, rows):
    total, sums = 0.0, nothing_yet(parameters)
    for i, j in cuts(len(X), rows):
        loss, slopes = mean_loss(parameters, X[i:j], y[i:j])
        total, sums = total + loss * rows / len(X), added(sums, slopes, rows / len(X))
    return total, sums


@wrong("whole_gradient", caught_by="any_pieces", kind="missing case")
@labelled
def drops_the_short_piece(mean_loss, parameters, X, y, rows):
    total, sums, kept = 0.0, nothing_yet(parameters), max(1, len(X) // rows) * rows
    for i, j in cuts(min(kept, len(X)), rows):
        loss, slopes = mean_loss(parameters, X[i:j], y[i:j])
        total, sums = total + loss * (j - i) / min(kept, len(X)), added(sums, slopes, (j - i) / min(kept, len(X)))
    return total, sums


@wrong("whole_gradient", caught_by="even_pieces", kind="missing case")
@labelled
def all_at_once(mean_loss, parameters, X, y, rows):
    return mean_loss(parameters, X, y)


@wrong("whole_gradient", caught_by="even_pieces", kind="mathematics")
@labelled
def adds_without_weights(mean_loss, parameters, X, y, rows):
    total, sums = 0.0, nothing_yet(parameters)
    for i, j in cuts(len(X), rows):
        loss, slopes = mean_loss(parameters, X[i:j], y[i:j])
        total, sums = total + loss, added(sums, slopes, 1)
    return total, sums


@wrong("whole_gradient", caught_by="any_pieces", kind="mathematics")
@labelled
def weighs_the_slopes_but_not_the_loss(mean_loss, parameters, X, y, rows):
    losses, sums = [], nothing_yet(parameters)
    for i, j in cuts(len(X), rows):
        loss, slopes = mean_loss(parameters, X[i:j], y[i:j])
        losses.append(loss)
        sums = added(sums, slopes, (j - i) / len(X))
    return float(np.mean(losses)), sums


@wrong("whole_gradient", caught_by="even_pieces", kind="mathematics")
@labelled
def labels_of_the_first_piece(mean_loss, parameters, X, y, rows):
    total, sums = 0.0, nothing_yet(parameters)
    for i, j in cuts(len(X), rows):
        loss, slopes = mean_loss(parameters, X[i:j], y[: j - i])
        total, sums = total + loss * (j - i) / len(X), added(sums, slopes, (j - i) / len(X))
    return total, sums


@wrong("whole_gradient", caught_by="any_pieces", kind="hard-coding")
@labelled
def one_layer_only(mean_loss, parameters, X, y, rows):
    total, sums = 0.0, nothing_yet(parameters)
    for i, j in cuts(len(X), rows):
        loss, slopes = mean_loss(parameters, X[i:j], y[i:j])
        total, sums = total + loss * (j - i) / len(X), added(sums[:1], slopes[:1], (j - i) / len(X)) + sums[1:]
    return total, sums


@wrong("whole_gradient", caught_by="any_pieces", kind="hard-coding")
@labelled
def four_rows_at_a_time(mean_loss, parameters, X, y, rows):
    total, sums = 0.0, nothing_yet(parameters)
    for i, j in cuts(len(X), 4 if rows > 1 else 1):
        loss, slopes = mean_loss(parameters, X[i:j], y[i:j])
        total, sums = total + loss * (j - i) / len(X), added(sums, slopes, (j - i) / len(X))
    return total, sums


@wrong("whole_gradient", caught_by="nothing_changed", kind="mutation")
@labelled
def collects_in_the_parameters(mean_loss, parameters, X, y, rows):
    total, sums = 0.0, nothing_yet(parameters)
    for i, j in cuts(len(X), rows):
        loss, slopes = mean_loss(parameters, X[i:j], y[i:j])
        total, sums = total + loss * (j - i) / len(X), added(sums, slopes, (j - i) / len(X))
    for (W, b), (dW, db) in zip(parameters, sums, strict=True):
        W -= 0.1 * dW
        b -= 0.1 * db
    return total, sums


@wrong("whole_gradient", caught_by="nothing_changed", kind="mutation")
def sorts_the_examples_in_place(mean_loss, parameters, X, y, rows):
    order = np.argsort(-y, kind="stable")[::-1]
    X[...], y[...] = X[order], y[order]
    total, sums = 0.0, nothing_yet(parameters)
    for i, j in cuts(len(X), rows):
        loss, slopes = mean_loss(parameters, X[i:j], y[i:j])
        total, sums = total + loss * (j - i) / len(X), added(sums, slopes, (j - i) / len(X))
    return total, sums


@wrong("whole_gradient", caught_by="any_pieces", kind="dtype")
@labelled
def collects_in_half_precision(mean_loss, parameters, X, y, rows):
    total, sums = np.float16(0), [(np.zeros(W.shape, np.float16), np.zeros(b.shape, np.float16)) for W, b in parameters]
    for i, j in cuts(len(X), rows):
        loss, slopes = mean_loss(parameters, X[i:j], y[i:j])
        total = np.float16(total + loss * (j - i) / len(X))
        sums = [(a.astype(np.float16), b.astype(np.float16)) for a, b in added(sums, slopes, (j - i) / len(X))]
    return total, sums


@wrong("whole_gradient", caught_by="pictures", kind="shape")
@labelled
def flattens_to_columns(mean_loss, parameters, X, y, rows):
    total, sums = 0.0, nothing_yet(parameters)
    X = X if X.ndim == 2 else X.reshape(-1, X.shape[-1])[: len(y)]
    for i, j in cuts(len(X), rows):
        loss, slopes = mean_loss(parameters, X[i:j], y[i:j])
        total, sums = total + loss * (j - i) / len(X), added(sums, slopes, (j - i) / len(X))
    return total, sums


@wrong("whole_gradient", caught_by="each_once", kind="missing case")
@labelled
def asks_twice(mean_loss, parameters, X, y, rows):
    total, sums = 0.0, nothing_yet(parameters)
    for i, j in cuts(len(X), rows):
        loss = mean_loss(parameters, X[i:j], y[i:j])[0]
        slopes = mean_loss(parameters, X[i:j], y[i:j])[1]
        total, sums = total + loss * (j - i) / len(X), added(sums, slopes, (j - i) / len(X))
    return total, sums


@right("whole_gradient")
@labelled
def row_by_row(mean_loss, parameters, X, y, rows):
    total, sums = 0.0, nothing_yet(parameters)
    for i in range(len(X)):
        loss, slopes = mean_loss(parameters, X[i : i + 1], y[i : i + 1])
        total, sums = total + loss / len(X), added(sums, slopes, 1 / len(X))
    return total, sums


@right("whole_gradient")
@labelled
def sums_first_divides_last(mean_loss, parameters, X, y, rows):
    total, sums = 0.0, None
    for i, j in cuts(len(X), rows):
        loss, slopes = mean_loss(parameters, X[i:j], y[i:j])
        total += loss * (j - i)
        part = [[(j - i) * a for a in pair] for pair in slopes]
        sums = part if sums is None else [[a + b for a, b in zip(p, q, strict=True)] for p, q in zip(sums, part, strict=True)]
    return total / len(X), [tuple(a / len(X) for a in pair) for pair in sums]


@right("whole_gradient")
@labelled
def running_mean(mean_loss, parameters, X, y, rows):
    seen, value, mean = 0, 0.0, nothing_yet(parameters)
    while seen < len(X):
        part = slice(seen, seen + rows)
        loss, slopes = mean_loss(parameters, X[part], y[part])
        n = len(y[part])
        seen += n
        value += (loss - value) * n / seen
        mean = [(a + (da - a) * n / seen, b + (db - b) * n / seen) for (a, b), (da, db) in zip(mean, slopes, strict=True)]
    return value, mean


@right("whole_gradient")
@labelled
def split_and_average(mean_loss, parameters, X, y, rows):
    pieces = np.split(np.arange(len(X)), np.arange(rows, len(X), rows))
    answers = [mean_loss(parameters, X[piece], y[piece]) for piece in pieces]
    weights = [len(piece) for piece in pieces]
    value = np.average([loss for loss, _ in answers], weights=weights)
    return float(value), [
        tuple(np.average([s[k][j] for _, s in answers], axis=0, weights=weights) for j in (0, 1)) for k in range(len(parameters))
    ]


@wrong("whole_gradient", caught_by="pictures", kind="shape")
def hands_pictures_over_flat(mean_loss, parameters, X, y, rows):
    return sums_first_divides_last(mean_loss, parameters, X.reshape(len(X), -1), y, rows)


@right("whole_gradient")
@labelled
def in_a_shuffled_order(mean_loss, parameters, X, y, rows):
    order = np.random.default_rng(len(X)).permutation(len(X))
    state = [0.0, *itertools.chain.from_iterable(nothing_yet(parameters))]
    for k in range(0, len(order), rows):
        some = order[k : k + rows]
        loss, slopes = mean_loss(parameters, X[some], y[some])
        for j, part in enumerate([loss, *itertools.chain.from_iterable(slopes)]):
            state[j] = state[j] + part * (len(some) / len(order))
    return state[0], list(zip(state[1::2], state[2::2], strict=True))


@right("whole_gradient")
@labelled
def by_halving(mean_loss, parameters, X, y, rows):
    if len(X) <= rows:
        return mean_loss(parameters, X, y)
    total, sums, middle = 0.0, nothing_yet(parameters), len(X) // 2
    for part in (slice(0, middle), slice(middle, None)):
        loss, slopes = by_halving(mean_loss, parameters, X[part], y[part], rows)
        share = len(X[part]) / len(X)
        total, sums = total + loss * share, added(sums, slopes, share)
    return total, sums


@right("whole_gradient")
def filters_each_piece(mean_loss, parameters, X, y, rows):
    total, sums, known = 0.0, nothing_yet(parameters), int(np.count_nonzero(y != -1))
    for i, j in cuts(len(X), rows):
        keep = i + np.flatnonzero(y[i:j] != -1)
        if len(keep):
            loss, slopes = mean_loss(parameters, X[keep], y[keep])
            total, sums = total + loss * len(keep) / known, added(sums, slopes, len(keep) / known)
    return total, sums


@wrong("whole_gradient", caught_by="without_a_label", kind="missing case")
def hands_everything_over(mean_loss, parameters, X, y, rows):
    total, sums = 0.0, nothing_yet(parameters)
    for i, j in cuts(len(X), rows):
        loss, slopes = mean_loss(parameters, X[i:j], y[i:j])
        total, sums = total + loss * (j - i) / len(X), added(sums, slopes, (j - i) / len(X))
    return total, sums


@wrong("whole_gradient", caught_by="without_a_label", kind="mathematics", headline=True)
def counts_the_rows_without_a_label(mean_loss, parameters, X, y, rows):
    total, sums = 0.0, nothing_yet(parameters)
    for i, j in cuts(len(X), rows):
        keep = i + np.flatnonzero(y[i:j] >= 0)
        if len(keep):
            loss, slopes = mean_loss(parameters, X[keep], y[keep])
            total, sums = total + loss * (j - i) / len(X), added(sums, slopes, (j - i) / len(X))
    return total, sums


@wrong("whole_gradient", caught_by="without_a_label", kind="missing case")
def makes_empty_calls(mean_loss, parameters, X, y, rows):
    total, sums, known = 0.0, nothing_yet(parameters), int(np.count_nonzero(y >= 0))
    for i, j in cuts(len(X), rows):
        keep = i + np.flatnonzero(y[i:j] >= 0)
        loss, slopes = mean_loss(parameters, X[keep], y[keep])
        total, sums = total + loss * len(keep) / known, added(sums, slopes, len(keep) / known)
    return total, sums


@wrong("whole_gradient", caught_by="without_a_label", kind="missing case")
def takes_class_nought_for_none(mean_loss, parameters, X, y, rows):
    known = y > 0 if np.any(y < 0) and np.any(y > 0) else y >= 0
    return sums_first_divides_last(mean_loss, parameters, X[known], y[known], rows)


@wrong("whole_gradient", caught_by="returned_stays", kind="mutation")
@labelled
def adds_into_what_was_returned(mean_loss, parameters, X, y, rows):
    total, sums = 0.0, None
    for i, j in cuts(len(X), rows):
        loss, slopes = mean_loss(parameters, X[i:j], y[i:j])
        total += loss * (j - i) / len(X)
        for pair in slopes:
            for a in pair:
                a *= (j - i) / len(X)
        if sums is None:
            sums = slopes
        else:
            for kept, pair in zip(sums, slopes, strict=True):
                for a, d in zip(kept, pair, strict=True):
                    a += d
    return total, sums


@wrong("whole_gradient", caught_by="many_rows", kind="hard-coding")
@labelled
def the_first_twenty_thousand(mean_loss, parameters, X, y, rows):
    return sums_first_divides_last(mean_loss, parameters, X[:20_000], y[:20_000], rows)


@wrong("whole_gradient", caught_by="even_pieces", kind="missing case")
@labelled
def the_loss_without_gradients(mean_loss, parameters, X, y, rows):
    return sums_first_divides_last(mean_loss, parameters, X, y, rows)[0]


# ------------------------------------------------------------------------------------------------ image_net


def learn(
    images,
    y,
    hidden,
    rng,
    classes=None,
    epochs=20,
    rate=0.05,
    batch=32,
    shift=None,
    spread=None,
    only_last=False,
    fold=True,
    softmax=False,
    slower=False,
):
    """A right training, with places where it can be spoilt."""
    X = images.reshape(len(images), -1).astype(float)
    shift, spread = X.mean() if shift is None else shift, X.std() + 1e-12 if spread is None else spread
    X = (X - shift) / spread
    classes = classes or int(np.max(y)) + 1
    sizes = [X.shape[1], *hidden, classes]
    net = [(rng.standard_normal((m, n)) * np.sqrt(2 / m), np.zeros(n)) for m, n in itertools.pairwise(sizes)]
    T = np.eye(classes)[y]
    for epoch in range(epochs):
        pace = rate * (1 - epoch / epochs) if slower else rate
        order = rng.permutation(len(X))
        for i in range(0, len(X), batch):
            rows = order[i : i + batch]
            z, cache = ahead(net, X[rows])
            if softmax:
                p = np.exp(z - z.max(axis=1, keepdims=True))
                p /= p.sum(axis=1, keepdims=True)
            else:
                p = 1 / (1 + np.exp(-np.clip(z, -500, 500)))
            steps, _ = back(net, cache, (p - T[rows]) / len(rows))
            if only_last:
                steps = [(0 * dW, 0 * db) for dW, db in steps[:-1]] + steps[-1:]
            net = [(W - pace * dW, b - pace * db) for (W, b), (dW, db) in zip(net, steps, strict=True)]
    if fold:
        W, b = net[0]
        net = [(W / spread, b - shift / spread * W.sum(axis=0)), *net[1:]]
    return net


def name(parameters, images):
    """A right way to name pictures."""
    return np.argmax(ahead(parameters, images.reshape(len(images), parameters[0][0].shape[0]))[0], axis=1)


@wrong("image_net", caught_by="deterministic", kind="stability", several=True)
def steps_by_the_clock():
    def train_net(images, y, hidden, rng):
        return learn(images, y, hidden, rng, rate=0.05 / (1 + time.perf_counter() % 1))

    return {"train_net": train_net, "classify": name}


@wrong("image_net", caught_by="no_other_chance", kind="mutation", several=True)
def seeds_the_generator_of_everybody():
    def train_net(images, y, hidden, rng):
        np.random.seed(int(rng.integers(2**31)))
        return learn(images, y, hidden, np.random.default_rng(np.random.randint(2**31)))

    return {"train_net": train_net, "classify": name}


@wrong("image_net", caught_by="learns_digits", kind="stability", several=True)
def raw_pixels():
    def train_net(images, y, hidden, rng):
        return learn(images, y, hidden, rng, shift=0.0, spread=1.0, rate=0.1)

    return {"train_net": train_net, "classify": name}


@wrong("image_net", caught_by="learns_digits", kind="mathematics", several=True)
def forgets_the_scale_when_it_names():
    def train_net(images, y, hidden, rng):
        X = images.reshape(len(images), -1).astype(float)
        return learn((X - X.mean(axis=0)) / (X.std(axis=0) + 1), y, hidden, rng, shift=0.0, spread=1.0)

    return {"train_net": train_net, "classify": name}


@wrong("image_net", caught_by="each_picture_alone", kind="mathematics", several=True, headline=True)
def scales_by_the_batch_that_is_named():
    def train_net(images, y, hidden, rng):
        return learn(images, y, hidden, rng, fold=False)

    def classify(parameters, images):
        X = images.reshape(len(images), -1).astype(float)
        return name(parameters, (X - X.mean()) / (X.std() + 1e-12) if len(X) else X)

    return {"train_net": train_net, "classify": classify}


@wrong("image_net", caught_by="each_picture_alone", kind="missing case", several=True)
def fails_on_no_pictures():
    def train_net(images, y, hidden, rng):
        return learn(images, y, hidden, rng)

    def classify(parameters, images):
        return np.array([name(parameters, images[n : n + 1])[0] for n in range(len(images))]) if len(images) else None

    return {"train_net": train_net, "classify": classify}


@wrong("image_net", caught_by="deterministic", kind="missing case", several=True)
def draws_from_elsewhere():
    def train_net(images, y, hidden, rng):
        return learn(images, y, hidden, np.random.default_rng())

    return {"train_net": train_net, "classify": name}


@wrong("image_net", caught_by="deterministic", kind="hard-coding", several=True)
def one_seed_for_all():
    def train_net(images, y, hidden, rng):
        return learn(images, y, hidden, np.random.default_rng(0))

    return {"train_net": train_net, "classify": name}


@wrong("image_net", caught_by="three_classes", kind="hard-coding", several=True, headline=True)
def ten_classes_always():
    def train_net(images, y, hidden, rng):
        return learn(images, y, hidden, rng, classes=10)

    return {"train_net": train_net, "classify": name}


@wrong("image_net", caught_by="small_digits", kind="hard-coding", several=True)
def pictures_of_28_by_28():
    def train_net(images, y, hidden, rng):
        return learn(images.reshape(-1, 28, 28), y, hidden, rng)

    return {"train_net": train_net, "classify": name}


@wrong("image_net", caught_by="small_digits", kind="hard-coding", several=True, headline=True)
def divides_by_255():
    def train_net(images, y, hidden, rng):
        return learn(images, y, hidden, rng, shift=0.0, spread=255.0)

    return {"train_net": train_net, "classify": name}


@wrong("image_net", caught_by="from_its_arguments", kind="missing case", several=True)
def remembers_the_scale_elsewhere():
    kept = {}

    def train_net(images, y, hidden, rng):
        kept["shift"], kept["spread"] = images.mean(), images.std()
        return learn(images, y, hidden, rng, fold=False)

    def classify(parameters, images):
        return name(parameters, (images - kept["shift"]) / kept["spread"])

    return {"train_net": train_net, "classify": classify}


@wrong("image_net", caught_by="pictures_untouched", kind="mutation", several=True)
def shuffles_the_labels_in_place():
    def train_net(images, y, hidden, rng):
        found = learn(images, y, hidden, rng)
        order = np.argsort(y, kind="stable")
        images[:], y[:] = images[order], y[order]
        return found

    return {"train_net": train_net, "classify": name}


@wrong("image_net", caught_by="learns_digits", kind="mathematics", several=True)
def starts_as_twins():
    def train_net(images, y, hidden, rng):
        class Still:
            def standard_normal(self, shape):
                return np.full(shape, 0.1)

            def permutation(self, n):
                return rng.permutation(n)

        return learn(images, y, hidden, Still())

    return {"train_net": train_net, "classify": name}


@wrong("image_net", caught_by="learns_digits", kind="mathematics", several=True)
def trains_the_last_layer_only():
    def train_net(images, y, hidden, rng):
        return learn(images, y, hidden, rng, only_last=True)

    return {"train_net": train_net, "classify": name}


@wrong("image_net", caught_by="learns_digits", kind="dtype", several=True)
def scales_into_whole_numbers():
    def scaled(images):
        X = np.zeros_like(images)
        X[...] = images / 255
        return X

    def train_net(images, y, hidden, rng):
        return learn(scaled(images), y, hidden, rng)

    def classify(parameters, images):
        return name(parameters, scaled(images))

    return {"train_net": train_net, "classify": classify}


@wrong("image_net", caught_by="other_depths", kind="shape", several=True)
def needs_a_hidden_layer():
    def train_net(images, y, hidden, rng):
        hidden = tuple(hidden) or (images.shape[1],)
        return learn(images, y, hidden, rng)

    return {"train_net": train_net, "classify": name}


@right("image_net", several=True)
def one_question_with_softmax():
    def train_net(images, y, hidden, rng):
        return learn(images, y, tuple(hidden), rng, softmax=True, epochs=15)

    return {"train_net": train_net, "classify": name}


@right("image_net", several=True)
def divides_by_the_brightest_and_steps_with_momentum():
    def train_net(images, y, hidden, rng):
        top = float(images.max())
        X = images.reshape(len(images), -1) / top
        sizes = [X.shape[1], *hidden, int(y.max()) + 1]
        net = [(rng.normal(0, np.sqrt(2 / m), (m, n)), np.zeros(n)) for m, n in itertools.pairwise(sizes)]
        pace = [(np.zeros_like(W), np.zeros_like(b)) for W, b in net]
        T = (y[:, None] == np.arange(sizes[-1])).astype(float)
        for _ in range(25):
            for rows in np.array_split(rng.permutation(len(X)), max(1, len(X) // 25)):
                z, cache = ahead(net, X[rows])
                steps, _ = back(net, cache, (0.5 + 0.5 * np.tanh(z / 2) - T[rows]) / len(rows))
                pace = [(0.8 * vW + dW, 0.8 * vb + db) for (vW, vb), (dW, db) in zip(pace, steps, strict=True)]
                net = [(W - 0.04 * vW, b - 0.04 * vb) for (W, b), (vW, vb) in zip(net, pace, strict=True)]
        return [(net[0][0] / top, net[0][1])] + net[1:]

    return {"train_net": train_net, "classify": name}


@right("image_net", several=True)
def each_pixel_to_its_own_scale():
    def train_net(images, y, hidden, rng):
        X = images.reshape(len(images), -1).astype(np.float32)
        middle, wide = X.mean(axis=0), X.std(axis=0) + 0.3 * X.std()
        net = learn((X - middle) / wide, y, hidden, rng, shift=0.0, spread=1.0)
        W, b = net[0]
        return [(W / wide[:, None], b - (middle / wide) @ W), *net[1:]]

    def classify(parameters, images):
        if not len(images):
            return np.zeros(0, int)
        return np.array([ahead(parameters, one.reshape(1, -1))[0][0].argmax() for one in images])

    return {"train_net": train_net, "classify": classify}


@right("image_net", several=True)
def every_picture_to_its_own_scale():
    def own(images):
        X = images.reshape(len(images), int(np.prod(images.shape[1:]))).astype(float)
        return (X - X.mean(axis=1, keepdims=True)) / (X.std(axis=1, keepdims=True) + 1e-9)

    def train_net(images, y, hidden, rng):
        return learn(own(images), y, hidden, rng, shift=0.0, spread=1.0)

    def classify(parameters, images):
        return name(parameters, own(images))

    return {"train_net": train_net, "classify": classify}


@wrong("image_net", caught_by="pictures_untouched", kind="mutation", several=True)
def centres_float_pictures_in_place():
    def train_net(images, y, hidden, rng):
        net = learn(images, y, hidden, rng)
        X = np.asarray(images, dtype=float)  # a copy of bytes, but the pictures themselves where they are float64
        X -= X.mean()
        return net

    return {"train_net": train_net, "classify": name}


@right("image_net", several=True)
def rows_drawn_with_replacement():
    def train_net(images, y, hidden, rng):
        flat = images.reshape(len(images), -1) * 1.0
        low, high = flat.min(), flat.max()
        width = (high - low) or 1.0
        Z, classes = (flat - low) / width, int(y.max()) + 1
        sizes = [Z.shape[1], *hidden, classes]
        net = [[rng.normal(size=(m, n)) * np.sqrt(2.0 / m), np.full(n, 0.0)] for m, n in itertools.pairwise(sizes)]
        target = (np.arange(classes) == y[:, None]).astype(float)
        for step in range(3000):
            some = rng.integers(0, len(Z), 40)
            logits, cache = ahead(net, Z[some])
            blame = (0.5 * (1 + np.tanh(logits / 2)) - target[some]) / 40
            rate = 0.2 if step < 2200 else 0.05
            net = [[W - rate * dW, b - rate * db] for (W, b), (dW, db) in zip(net, back(net, cache, blame)[0], strict=True)]
        W, b = net[0]
        net[0] = [W / width, b - low / width * W.sum(axis=0)]
        return [tuple(layer) for layer in net]

    return {"train_net": train_net, "classify": lambda parameters, images: name(parameters, images).astype(np.uint8)}


# ------------------------------------------------------------------------------------------------ choose


@wrong("choose", caught_by="best_on_fresh_rows", kind="mathematics", headline=True)
def judged_by_the_training_rows(settings, fit, loss, train, dev):
    found = [fit(setting, *train) for setting in settings]
    losses = [loss(parameters, *train) for parameters in found]
    best = int(np.nanargmin(losses))
    return settings[best], found[best]


@wrong("choose", caught_by="third_wins", kind="stability", headline=True)
def argmin_takes_the_nan(settings, fit, loss, train, dev):
    found = [fit(setting, *train) for setting in settings]
    best = int(np.argmin([loss(parameters, *dev) for parameters in found]))
    return settings[best], found[best]


@wrong("choose", caught_by="third_wins", kind="stability")
def min_of_a_list_that_begins_with_nan(settings, fit, loss, train, dev):
    found = [(setting, fit(setting, *train)) for setting in settings]
    return min(found, key=lambda pair: loss(pair[1], *dev))


@wrong("choose", caught_by="never_broken", kind="stability")
def only_nan_is_put_aside(settings, fit, loss, train, dev):
    found = [fit(setting, *train) for setting in settings]
    losses = [loss(parameters, *dev) for parameters in found]
    if np.isnan(losses).all() or (np.isinf(losses).all() and min(losses) > 0):
        raise ValueError("nothing usable")
    best = int(np.nanargmin(losses))
    return settings[best], found[best]


@wrong("choose", caught_by="third_wins", kind="mathematics")
def the_largest_wins(settings, fit, loss, train, dev):
    found = [fit(setting, *train) for setting in settings]
    losses = [loss(parameters, *dev) for parameters in found]
    best = int(np.nanargmax(losses))
    return settings[best], found[best]


@wrong("choose", caught_by="third_wins", kind="shape")
def returns_the_place(settings, fit, loss, train, dev):
    found = [fit(setting, *train) for setting in settings]
    best = int(np.nanargmin([loss(parameters, *dev) for parameters in found]))
    return best, found[best]


@wrong("choose", caught_by="third_wins", kind="mathematics")
def parameters_of_the_last_one(settings, fit, loss, train, dev):
    losses = []
    for setting in settings:
        parameters = fit(setting, *train)
        losses.append(loss(parameters, *dev))
    return settings[int(np.nanargmin(losses))], found_first(settings, fit, train)


def found_first(settings, fit, train):
    return fit(settings[0], *train)


@wrong("choose", caught_by="fitted_once", kind="missing case")
def fits_the_winner_again(settings, fit, loss, train, dev):
    losses = [loss(fit(setting, *train), *dev) for setting in settings]
    usable = [v if np.isfinite(v) else np.inf for v in losses]
    if not np.isfinite(usable).any():
        raise ValueError("nothing usable")
    best = int(np.argmin(usable))
    return settings[best], fit(settings[best], *train)


@wrong("choose", caught_by="first_of_the_best", kind="missing case")
def the_last_of_equals(settings, fit, loss, train, dev):
    best = None
    for setting in settings:
        parameters = fit(setting, *train)
        reached = loss(parameters, *dev)
        if np.isfinite(reached) and (best is None or reached <= best[0]):
            best = reached, setting, parameters
    if best is None:
        raise ValueError("nothing usable")
    return best[1], best[2]


@wrong("choose", caught_by="none_usable", kind="missing case", headline=True)
def shrugs_when_nothing_is_usable(settings, fit, loss, train, dev):
    best, reached = None, np.inf
    for setting in settings:
        parameters = fit(setting, *train)
        now = loss(parameters, *dev)
        if np.isfinite(now) and now < reached:
            best, reached = (setting, parameters), now
    return best


@wrong("choose", caught_by="odd_scales", kind="hard-coding")
def losses_below_a_million(settings, fit, loss, train, dev):
    best, reached = None, 1e6
    for setting in settings:
        parameters = fit(setting, *train)
        now = loss(parameters, *dev)
        if np.isfinite(now) and now < reached:
            best, reached = (setting, parameters), now
    if best is None:
        raise ValueError("nothing usable")
    return best


@wrong("choose", caught_by="odd_scales", kind="dtype")
def rounds_to_single_precision(settings, fit, loss, train, dev):
    best, reached = None, np.float32(np.inf)
    for setting in settings:
        parameters = fit(setting, *train)
        now = loss(parameters, *dev)
        if np.isfinite(now) and (best is None or np.float32(now) < reached):
            best, reached = (setting, parameters), np.float32(min(now, 1.0))
    if best is None:
        raise ValueError("nothing usable")
    return best


@wrong("choose", caught_by="best_on_fresh_rows", kind="missing case")
def fits_to_all_rows(settings, fit, loss, train, dev):
    X, y = np.concatenate([train[0], dev[0]]), np.concatenate([train[1], dev[1]])
    found = [fit(setting, X, y) for setting in settings]
    best = int(np.nanargmin([loss(parameters, *dev) for parameters in found]))
    return settings[best], found[best]


@wrong("choose", caught_by="nothing_kept", kind="mutation")
def writes_the_loss_into_the_settings(settings, fit, loss, train, dev):
    best = None
    for setting in settings:
        parameters = fit(setting, *train)
        setting["reached"] = loss(parameters, *dev)
        if np.isfinite(setting["reached"]) and (best is None or setting["reached"] < best[0]["reached"]):
            best = setting, parameters
    if best is None:
        raise ValueError("nothing usable")
    return best


@wrong("choose", caught_by="odd_scales", kind="missing case")
def nought_is_nothing(settings, fit, loss, train, dev):
    best, lowest = None, None
    for setting in settings:
        parameters = fit(setting, *train)
        value = loss(parameters, *dev)
        if np.isfinite(value) and (not lowest or value < lowest):
            best, lowest = (setting, parameters), value
    if best is None:
        raise ValueError("no loss is finite")
    return best


@wrong("choose", caught_by="odd_scales", kind="dtype")
def compares_three_digits(settings, fit, loss, train, dev):
    return one_after_the_other(settings, fit, lambda *given: round(float(loss(*given)), 3), train, dev)


@right("choose")
def from_the_back(settings, fit, loss, train, dev):
    """Begins at the end of the list, so that an earlier setting that is no worse replaces a later one."""
    winner = None
    for setting in reversed(settings):
        parameters = fit(setting, *train)
        value = loss(parameters, *dev)
        if -np.inf < value < np.inf and (winner is None or not winner[0] < value):
            winner = (value, setting, parameters)
    if winner is None:
        raise ValueError("no loss is finite")
    return winner[1:]


@right("choose")
def one_after_the_other(settings, fit, loss, train, dev):
    best, least = None, float("inf")
    for setting in settings:
        parameters = fit(setting, train[0], train[1])
        now = loss(parameters, dev[0], dev[1])
        if not np.isfinite(now):
            continue
        if best is None or now < least:
            best, least = (setting, parameters), now
    if best is None:
        raise ValueError("every training went wrong")
    return best


@right("choose")
def all_first_then_the_least(settings, fit, loss, train, dev):
    fitted = [fit(setting, *train) for setting in settings]
    losses = np.array([loss(parameters, *dev) for parameters in fitted], dtype=float)
    if not np.isfinite(losses).any():
        raise ValueError("nothing usable")
    best = int(np.argmin(np.where(np.isfinite(losses), losses, np.inf)))
    return settings[best], fitted[best]


@right("choose")
def sorted_by_loss(settings, fit, loss, train, dev):
    tried = [(fit(setting, *train), setting) for setting in settings]
    scored = [(loss(parameters, *dev), parameters, setting) for parameters, setting in tried]
    scored = sorted((one for one in scored if abs(one[0]) < float("inf")), key=lambda one: one[0])
    for _, parameters, setting in scored:
        return dict(setting), parameters
    raise ValueError("nothing usable")


@wrong("choose", caught_by="none_usable", kind="missing case")
def raises_without_a_word(settings, fit, loss, train, dev):
    try:
        return one_after_the_other(settings, fit, loss, train, dev)
    except ValueError:
        raise ValueError from None


# ------------------------------------------------------------------------------------------------ the studio


def piles_by_net(hidden, epochs=40, rate=0.1, momentum=0.9, batch=64, decay=1e-3):
    """An entry: standardised readings, a net with one logit, mini-batches with momentum; the scale goes into layer 1."""

    def train(X, y, rng):
        middle, spread = X.mean(axis=0), X.std(axis=0) + 1e-9
        Z, y = ((X - middle) / spread).astype(np.float32), y[:, None].astype(np.float32)
        sizes = [X.shape[1], *hidden, 1]
        net = [
            (rng.standard_normal((m, n)).astype(np.float32) * np.float32(np.sqrt(2 / m)), np.zeros(n, np.float32))
            for m, n in itertools.pairwise(sizes)
        ]
        pace = [(0 * W, 0 * b) for W, b in net]
        for epoch in range(epochs):
            step = np.float32(rate * (1 - epoch / epochs))
            for some in np.array_split(rng.permutation(len(Z)), len(Z) // batch):
                z, cache = ahead(net, Z[some])
                slopes, _ = back(net, cache, (1 / (1 + np.exp(-np.clip(z, -30, 30))) - y[some]) / len(some))
                pace = [
                    (momentum * vW + dW + decay * W, momentum * vb + db)
                    for (vW, vb), (dW, db), (W, _) in zip(pace, slopes, net, strict=True)
                ]
                net = [(W - step * vW, b - step * vb) for (W, b), (vW, vb) in zip(net, pace, strict=True)]
        W, b = net[0]
        net[0] = (W / spread[:, None], b - (middle / spread) @ W)
        return [a for pair in net for a in pair]

    def predict(arrays, X):
        return (ahead([(arrays[k], arrays[k + 1]) for k in range(0, len(arrays), 2)], X)[0][:, 0] > 0).astype(int)

    return {"train": train, "predict": predict}


@entry("small_wardrobe", band="nothing")
def always_the_first_pile():
    return {"train": lambda X, y, rng: [np.zeros(1)], "predict": lambda arrays, X: np.zeros(len(X), int)}


@entry("small_wardrobe", band="nothing")
def nearer_of_two_means():
    def train(X, y, rng):
        return [np.array([X[y == k].mean(axis=0) for k in (0, 1)])]

    def predict(arrays, X):
        return ((X[:, None] - arrays[0]) ** 2).sum(axis=2).argmin(axis=1)

    return {"train": train, "predict": predict}


@entry("small_wardrobe", band="baseline")
def logistic_regression_on_180_rows():
    made = piles_by_net((), epochs=20)
    return {**made, "train": lambda X, y, rng: made["train"](X[:180], y[:180], rng)}


@entry("small_wardrobe", band="gets going")
def logistic_regression():
    return piles_by_net((), epochs=20)


@entry("small_wardrobe", band="gets going")
def twelve_prototypes_a_pile():
    def train(X, y, rng):
        middle, spread = X.mean(axis=0), X.std(axis=0)
        Z, found = (X - middle) / spread, []
        for k in (0, 1):
            own = Z[y == k]
            centres = own[rng.permutation(len(own))[:12]]
            for _ in range(15):
                nearest = ((own**2).sum(axis=1)[:, None] - 2 * own @ centres.T + (centres**2).sum(axis=1)).argmin(axis=1)
                centres = np.array([own[nearest == j].mean(axis=0) if np.any(nearest == j) else centres[j] for j in range(12)])
            found.append(centres)
        return [np.concatenate(found) * spread + middle, 1 / spread]

    def predict(arrays, X):
        centres, unit = arrays
        Z, C = X * unit, centres * unit
        return (((C**2).sum(axis=1) - 2 * Z @ C.T).argmin(axis=1) >= 12).astype(int)

    return {"train": train, "predict": predict}


@entry("small_wardrobe", band="good")
def four_hidden_units():
    return piles_by_net((4,), epochs=20)


@entry("small_wardrobe", band="good")
def plain_steps():
    return piles_by_net((16,), epochs=20, rate=0.05, momentum=0.0, batch=32, decay=0.0)


@entry("small_wardrobe", band="excellent")
def one_wide_layer_with_momentum():
    return piles_by_net((23,))


@entry("small_wardrobe", band="excellent")
def two_layers_with_momentum():
    return piles_by_net((18, 12), epochs=60)


@entry("small_wardrobe", band="refused")
def five_prototypes_a_kind():
    return {"train": lambda X, y, rng: [X[:50]], "predict": lambda arrays, X: np.zeros(len(X), int)}


@entry("small_wardrobe", band="refused")
def keeps_what_it_saw():
    seen = {}

    def train(X, y, rng):
        seen["mean"] = X[y == 1].mean(axis=0) - X[y == 0].mean(axis=0)
        return {"nothing": np.zeros(1)}

    def predict(arrays, X):
        return (X @ seen["mean"] > 0).astype(int)

    return {"train": train, "predict": predict}
