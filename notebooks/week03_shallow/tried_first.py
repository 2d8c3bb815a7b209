"""Programs for week 3, written from its contracts alone."""

import contextlib
import math

import numpy as np
from scipy import optimize, special

from autograder.cases import program


def _kind(*arrays):
    return np.result_type(*(np.asarray(a).dtype for a in arrays), np.float32)


# ---------------------------------------------------------------- net


def _forward(parameters, X):
    (W1, b1), (W2, b2) = parameters
    kind = _kind(W1, b1, W2, b2, X)
    W1, b1, W2, b2, X = (np.array(a, dtype=kind) for a in (W1, b1, W2, b2, X))
    hidden = np.tanh(X @ W1 + b1)
    return hidden @ W2 + b2, (X, hidden)


def _backward(parameters, cache, d_scores):
    (W1, _), (W2, _) = parameters
    X, hidden = cache
    kind = _kind(W1, W2, X, d_scores)
    g = np.asarray(d_scores, dtype=kind)
    d_sums = (g @ np.asarray(W2, kind).T) * (1 - hidden**2)
    first = X.T @ d_sums, d_sums.sum(axis=0)
    second = hidden.T @ g, g.sum(axis=0)
    return [first, second], d_sums @ np.asarray(W1, kind).T


def _net(forward=_forward, backward=_backward):
    return {"forward": forward, "backward": backward}


@program("net", several=True)
def a_net_in_matrix_products():
    return _net()


@program("net", several=True)
def a_net_by_sums_over_letters():
    def forward(parameters, X):
        (W1, b1), (W2, b2) = parameters
        kind = _kind(W1, b1, W2, b2, X)
        inputs = np.array(X, dtype=kind)
        z = np.einsum("ni,ij->nj", inputs, np.asarray(W1, kind)) + b1
        scores = np.einsum("nj,jk->nk", np.tanh(z), np.asarray(W2, kind)) + b2
        return scores.astype(kind), {"inputs": inputs, "z": z.astype(kind)}

    def backward(parameters, cache, d_scores):
        (W1, b1), (W2, b2) = parameters
        x, z = cache["inputs"], cache["z"]
        kind = _kind(W1, b1, W2, b2, x, d_scores)
        g, a = np.asarray(d_scores, kind), np.tanh(z)
        beta = np.einsum("nk,jk,nj->nj", g, np.asarray(W2, kind), (1 - a) * (1 + a))
        layers = [
            (np.einsum("ni,nj->ij", x, beta), np.einsum("nj->j", beta)),
            (np.einsum("nj,nk->jk", a, g), np.einsum("nk->k", g)),
        ]
        d_X = np.einsum("nj,ij->ni", beta, np.asarray(W1, kind))
        return [(W.astype(kind), b.astype(kind)) for W, b in layers], d_X.astype(kind)

    return _net(forward, backward)


@program("net", several=True)
def a_net_example_by_example():
    def forward(parameters, X):
        (W1, b1), (W2, b2) = parameters
        kind = _kind(W1, b1, W2, b2, X)
        scores, kept = np.zeros((len(X), np.shape(W2)[1]), kind), []
        for n in range(len(X)):
            x = np.array(X[n], dtype=kind)
            a = np.tanh(np.asarray(W1, kind).T @ x + b1)
            scores[n] = np.asarray(W2, kind).T @ a + b2
            kept.append((x, a))
        return scores, kept

    def backward(parameters, cache, d_scores):
        (W1, b1), (W2, b2) = parameters
        kind = _kind(W1, b1, W2, b2, d_scores, *(x for x, _ in cache[:1]))
        dW1, db1, dW2, db2 = (np.zeros(np.shape(a), kind) for a in (W1, b1, W2, b2))
        d_X = np.zeros((len(cache), np.shape(W1)[0]), kind)
        for n, (x, a) in enumerate(cache):
            g = np.asarray(d_scores[n], kind)
            beta = (np.asarray(W2, kind) @ g) * (1 - a * a)
            dW1 += np.outer(x, beta)
            db1 += beta
            dW2 += np.outer(a, g)
            db2 += g
            d_X[n] = np.asarray(W1, kind) @ beta
        return [(dW1, db1), (dW2, db2)], d_X

    return _net(forward, backward)


def _back_with(slope):
    """A way back that is right but for the slope of the units."""

    def backward(parameters, cache, d_scores):
        (W1, _), (W2, _) = parameters
        X, hidden = cache
        kind = _kind(W1, W2, X, d_scores)
        g = np.asarray(d_scores, kind)
        d_sums = ((g @ np.asarray(W2, kind).T) * slope(hidden)).astype(kind)
        layers = [(X.T @ d_sums, d_sums.sum(axis=0)), (hidden.T @ g, g.sum(axis=0))]
        return layers, d_sums @ np.asarray(W1, kind).T

    return _net(backward=backward)


def _back_but(change):
    """A way back whose right result is changed."""

    def backward(parameters, cache, d_scores):
        layers, d_X = _backward(parameters, cache, d_scores)
        return change(layers, d_X, parameters, cache, d_scores)

    return _net(backward=backward)


@program("net", several=True, breaks="gradients agree with measured ones: the slope of tanh is forgotten")
def a_net_back_without_the_slope():
    return _back_with(lambda a: np.ones_like(a))


@program("net", several=True, breaks="gradients agree with measured ones: tanh is taken twice in the slope")
def a_net_back_tanh_twice():
    return _back_with(lambda a: 1 - np.tanh(a) ** 2)


@program("net", several=True, breaks="gradients agree with measured ones: the slope is a (1 - a), of the logistic curve")
def a_net_back_slope_of_the_logistic():
    return _back_with(lambda a: a * (1 - a))


@program("net", several=True, breaks="d_scores has been divided already: here again by the number of examples")
def a_net_back_divides_once_more():
    def change(layers, d_X, parameters, cache, d_scores):
        n = max(len(d_scores), 1)
        return [((W / n).astype(W.dtype), (b / n).astype(b.dtype)) for W, b in layers], d_X

    return _back_but(change)


@program("net", several=True, breaks="gradients agree with measured ones: a bias gets the mean over the examples")
def a_net_back_biases_as_means():
    def change(layers, d_X, parameters, cache, d_scores):
        n = max(len(d_scores), 1)
        return [(W, (b / n).astype(b.dtype)) for W, b in layers], d_X

    return _back_but(change)


@program("net", several=True, breaks="any number of scores: only the first one's path is followed")
def a_net_back_from_the_first_score():
    def backward(parameters, cache, d_scores):
        (W1, b1), (W2, b2) = parameters
        W2_first = np.array(W2)
        W2_first[:, 1:] = 0
        return _backward([(W1, b1), (W2_first, b2)], cache, d_scores)

    return _net(backward=backward)


@program("net", several=True, breaks="d_X is the gradient in the batch: the units' slope is left out on that path")
def a_net_back_inputs_past_the_units():
    def change(layers, d_X, parameters, cache, d_scores):
        (W1, _), (W2, _) = parameters
        return layers, (np.asarray(d_scores) @ np.asarray(W2).T @ np.asarray(W1).T).astype(d_X.dtype)

    return _back_but(change)


@program("net", several=True, breaks="d_parameters has the shapes of parameters: biases come as rows")
def a_net_back_biases_as_rows():
    return _back_but(lambda layers, d_X, *rest: ([(W, b[None]) for W, b in layers], d_X))


@program("net", several=True, breaks="the list is in the order of parameters: here from the last layer to the first")
def a_net_back_layers_in_reverse():
    return _back_but(lambda layers, d_X, *rest: (layers[::-1], d_X))


@program("net", several=True, breaks="any number of scores: all share one bias gradient, summed over both axes")
def a_net_back_one_sum_for_all_biases():
    def change(layers, d_X, *rest):
        (first, (W, b)) = layers
        return [first, (W, np.full_like(b, b.sum()))], d_X

    return _back_but(change)


@program("net", several=True, breaks="gradients agree with measured ones: large ones are clipped")
def a_net_back_clips():
    def backward(parameters, cache, d_scores):
        return _backward(parameters, cache, np.clip(d_scores, -1, 1))

    return _net(backward=backward)


@program("net", several=True, breaks="inputs in the thousands give finite numbers: tanh by exponentials")
def a_net_tanh_by_exponentials():
    def forward(parameters, X):
        (W1, b1), (W2, b2) = parameters
        kind = _kind(W1, b1, W2, b2, X)
        z = np.asarray(X, kind) @ np.asarray(W1, kind) + b1
        with np.errstate(over="ignore", invalid="ignore"):
            hidden = ((np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))).astype(kind)
        return (hidden @ np.asarray(W2, kind) + b2).astype(kind), (np.array(X, kind), hidden)

    return _net(forward)


@program("net", several=True, breaks="two batches may be under way: only the last one's cache is kept")
def a_net_one_cache_for_all():
    kept = {}

    def forward(parameters, X):
        scores, kept["cache"] = _forward(parameters, X)
        return scores, None

    return _net(forward, lambda parameters, cache, d_scores: _backward(parameters, kept["cache"], d_scores))


@program("net", several=True, breaks="a cache may be used twice: the first way back overwrites it")
def a_net_back_spoils_the_cache():
    def backward(parameters, cache, d_scores):
        out = _backward(parameters, cache, d_scores)
        np.subtract(1, cache[1] ** 2, out=cache[1])
        return out

    return _net(backward=backward)


@program("net", several=True, breaks="scores have no activation function: here tanh")
def a_net_tanh_on_the_scores():
    def forward(parameters, X):
        scores, cache = _forward(parameters, X)
        return np.tanh(scores), (*cache, np.tanh(scores))

    def backward(parameters, cache, d_scores):
        *inner, s = cache
        return _backward(parameters, inner, np.asarray(d_scores) * (1 - s**2))

    return _net(forward, backward)


@program("net", several=True, breaks="the units are tanh units: here ReLU")
def a_net_of_relu_units():
    def forward(parameters, X):
        (W1, b1), (W2, b2) = parameters
        kind = _kind(W1, b1, W2, b2, X)
        hidden = np.maximum(np.asarray(X, kind) @ np.asarray(W1, kind) + np.asarray(b1, kind), 0)
        return hidden @ np.asarray(W2, kind) + np.asarray(b2, kind), (np.array(X, kind), hidden)

    return _net(forward, _back_with(lambda a: a > 0)["backward"])


@program("net", several=True, breaks="units have a bias: it is left out on the way forward")
def a_net_without_the_units_biases():
    def forward(parameters, X):
        (W1, b1), second = parameters
        return _forward([(W1, np.zeros_like(b1)), second], X)

    return _net(forward)


@program("net", several=True, breaks="house rule: one example is fine: each batch is standardised by itself")
def a_net_standardises_each_batch():
    def forward(parameters, X):
        X = np.asarray(X, _kind(X))
        if len(X):
            spread = X.std(axis=0)
            X = (X - X.mean(axis=0)) / np.where(spread > 0, spread, 1)
        return _forward(parameters, X)

    return _net(forward)


@program("net", several=True, breaks="house rule: no example is fine: examples are stacked one by one")
def a_net_stacks_single_examples():
    def forward(parameters, X):
        _, cache = _forward(parameters, X)
        return np.concatenate([_forward(parameters, X[n : n + 1])[0] for n in range(len(X))]), cache

    return _net(forward)


@program("net", several=True, breaks="house rule: float32 stays float32")
def a_net_in_double():
    def forward(parameters, X):
        return _forward(parameters, np.asarray(X, np.float64))

    return _net(forward)


@program("net", several=True, breaks="house rule: what is given stays as it was (d_scores)")
def a_net_back_scales_d_scores_in_place():
    def change(layers, d_X, parameters, cache, d_scores):
        if d_scores.dtype.kind == "f":
            d_scores *= 0.5
        return layers, d_X

    return _back_but(change)


@program("net", several=True, breaks="house rule: what is given stays as it was (the parameters take a step)")
def a_net_back_takes_the_step_itself():
    def change(layers, d_X, parameters, cache, d_scores):
        for pair, d_pair in zip(parameters, layers, strict=True):
            for array, d_array in zip(pair, d_pair, strict=True):
                if array.dtype.kind == "f":
                    array -= (0.1 * d_array).astype(array.dtype)
        return layers, d_X

    return _back_but(change)


# ---------------------------------------------------------------- starts


def _twins(inputs, units, rng):
    one = rng.normal(size=(inputs, 1)) / np.sqrt(inputs * units)
    W1 = np.repeat(one, units, axis=1)
    return [(W1, np.zeros(units)), (np.full((units, 1), 0.5 / np.sqrt(units)), np.zeros(1))]


def _free(inputs, units, rng):
    W1 = rng.normal(size=(inputs, units))
    W1 = W1 / np.sqrt((W1**2).sum(axis=0))
    return [(W1, rng.uniform(-1, 1, units)), (rng.normal(size=(units, 1)) / np.sqrt(units), np.zeros(1))]


@program("starts")
def a_start_repeat_one_and_draw_directions(inputs, units, rng):
    return _twins(inputs, units, rng), _free(inputs, units, rng)


@program("starts")
def a_start_even_weights_and_uniform_ones(inputs, units, rng):
    size = 0.4 / np.sqrt(units)
    first = [(np.full((inputs, units), size / np.sqrt(inputs)), np.zeros(units)), (np.full((units, 1), -size), np.zeros(1))]
    half = np.sqrt(3 / inputs)
    W1 = rng.uniform(half / 3, half, size=(inputs, units)) * rng.choice([-1.0, 1.0], size=(inputs, units))
    W2 = rng.uniform(0.2, 1.0, size=(units, 1)) * rng.choice([-1.0, 1.0], size=(units, 1)) / np.sqrt(units)
    return first, [(W1, rng.normal(size=units) / 2), (W2, np.zeros(1))]


@program("starts")
def a_start_with_a_shared_bias_and_scaled_to_one(inputs, units, rng):
    column = rng.choice([-0.5, 0.5], size=inputs) / np.sqrt(inputs * units)
    first = [
        (np.tile(column, (units, 1)).T.copy(), np.full(units, 0.01)),
        (np.ones((units, 1)) / (2 * np.sqrt(units)), np.zeros(1)),
    ]
    W1, b1 = rng.standard_normal((inputs, units)), 0.5 * rng.standard_normal(units)
    size = np.sqrt(np.mean((W1**2).sum(axis=0) + b1**2))
    return first, [(W1 / size, b1 / size), (0.5 * rng.standard_normal((units, 1)), np.zeros(1))]


@program("starts", breaks="no entry of W1 or W2 is zero, and the first learns: it begins at zero")
def a_start_first_all_zero(inputs, units, rng):
    zero = [(np.zeros((inputs, units)), np.zeros(units)), (np.zeros((units, 1)), np.zeros(1))]
    return zero, _free(inputs, units, rng)


@program("starts", breaks="the first start's units stay twins: the score gives them different weights")
def a_start_twins_with_different_scores(inputs, units, rng):
    first, second = _twins(inputs, units, rng), _free(inputs, units, rng)
    return [first[0], (rng.normal(size=(units, 1)) / np.sqrt(units), np.zeros(1))], second


@program("starts", breaks="the first start's units are twins: their biases differ")
def a_start_twins_with_different_biases(inputs, units, rng):
    (W1, _), last = _twins(inputs, units, rng)
    return [(W1, rng.normal(size=units)), last], _free(inputs, units, rng)


@program("starts", breaks="the first start's units are twins: the weights are repeated along the inputs")
def a_start_repeated_along_the_wrong_axis(inputs, units, rng):
    (_, b1), last = _twins(inputs, units, rng)
    W1 = np.repeat(rng.normal(size=(1, units)) / np.sqrt(inputs * units), inputs, axis=0)
    return [(W1, b1), last], _free(inputs, units, rng)


@program("starts", breaks="before and after training all have the same output: a grain of dust is added")
def a_start_twins_with_dust(inputs, units, rng):
    (W1, b1), last = _twins(inputs, units, rng)
    return [(W1 + 1e-3 * rng.normal(size=W1.shape), b1), last], _free(inputs, units, rng)


@program("starts", breaks="the first learns two heaps: its units begin far out on the flat")
def a_start_twins_far_out(inputs, units, rng):
    (W1, b1), last = _twins(inputs, units, rng)
    return [(W1, b1 + 1000.0), last], _free(inputs, units, rng)


@program("starts", breaks="sums inside the second's units have size about 1: here a hundredth")
def a_start_second_too_small(inputs, units, rng):
    (W1, b1), last = _free(inputs, units, rng)
    return _twins(inputs, units, rng), [(0.01 * W1, 0.01 * b1), last]


@program("starts", breaks="size about 1 for 900 inputs: the number of inputs is not looked at")
def a_start_second_deaf_to_the_inputs(inputs, units, rng):
    _, last = _free(inputs, units, rng)
    return _twins(inputs, units, rng), [(rng.normal(size=(inputs, units)), np.zeros(units)), last]


@program("starts", breaks="squares add up: weights are divided by the number of inputs, not its root")
def a_start_second_divided_by_the_inputs(inputs, units, rng):
    _, last = _free(inputs, units, rng)
    return _twins(inputs, units, rng), [(rng.normal(size=(inputs, units)) / inputs, np.zeros(units)), last]


@program("starts", breaks="size about 1 for any number of inputs: divided by the root of the units")
def a_start_second_by_the_units(inputs, units, rng):
    _, last = _free(inputs, units, rng)
    return _twins(inputs, units, rng), [(rng.normal(size=(inputs, units)) / np.sqrt(units), np.zeros(units)), last]


@program("starts", breaks="the second learns the checkerboard: its units are twins as well")
def a_start_both_twins(inputs, units, rng):
    first = _twins(inputs, units, rng)
    column = _free(inputs, 1, rng)[0][0]
    second = [(np.repeat(column, units, axis=1), np.zeros(units)), (np.full((units, 1), 0.5 / units), np.zeros(1))]
    return first, second


@program("starts", breaks="the second learns the checkerboard: its units are one unit and its mirror image")
def a_start_second_twins_in_a_mirror(inputs, units, rng):
    first, column = _twins(inputs, units, rng), _free(inputs, 1, rng)[0][0]
    signs = np.where(np.arange(units) % 2, -1.0, 1.0)
    return first, [(column * signs, np.zeros(units)), (0.5 * signs[:, None] / np.sqrt(units), np.zeros(1))]


@program("starts", breaks="no entry of W2 is zero: the second's scores begin at zero")
def a_start_second_without_scores(inputs, units, rng):
    first, second = _twins(inputs, units, rng), _free(inputs, units, rng)
    return first, [second[0], (np.zeros((units, 1)), np.zeros(1))]


@program("starts", breaks="no entry of W1 is zero: half of the second's are left out")
def a_start_second_half_empty(inputs, units, rng):
    (W1, b1), last = _free(inputs, units, rng)
    holes = (np.add.outer(np.arange(inputs), np.arange(units)) % 2).astype(float)
    return _twins(inputs, units, rng), [(np.sqrt(2) * W1 * holes, b1), last]


@program("starts", breaks="the first is the one of twins: here the second")
def a_start_the_other_way_round(inputs, units, rng):
    first = _twins(inputs, units, rng)
    return _free(inputs, units, rng), first


@program("starts", breaks="W1 is (inputs, units): here transposed")
def a_start_units_as_rows(inputs, units, rng):
    both = _twins(inputs, units, rng), _free(inputs, units, rng)
    return tuple([(W1.T.copy(), b1), last] for (W1, b1), last in both)


@program("starts", breaks="one input is as good as 900: divided by the inputs less one")
def a_start_needs_two_inputs(inputs, units, rng):
    _, last = _free(inputs, units, rng)
    with np.errstate(divide="ignore"):
        W1 = rng.normal(size=(inputs, units)) / np.sqrt(np.float64(inputs - 1))
    return _twins(inputs, units, rng), [(W1, np.zeros(units)), last]


@program("starts", breaks="sums inside the second's units have size about 1: its biases are wide")
def a_start_second_with_wide_biases(inputs, units, rng):
    (W1, b1), last = _free(inputs, units, rng)
    return _twins(inputs, units, rng), [(W1, 10 * b1), last]


# ---------------------------------------------------------------- bend


def _curve(bend, slope):
    """Both functions, on floats of the kind that came."""

    def of(function):
        def on(z):
            z = np.array(z, dtype=_kind(z))
            return np.asarray(function(z), dtype=z.dtype)

        return on

    return {"bend": of(bend), "slope": of(slope)}


def _soft_sign(z):
    return z / (1 + np.abs(z))


def _soft_sign_slope(z):
    return 1 / (1 + np.abs(z)) ** 2


@program("bend", several=True)
def a_bend_a_wave():
    return _curve(np.sin, np.cos)


@program("bend", several=True)
def a_bend_softsign():
    return _curve(_soft_sign, _soft_sign_slope)


@program("bend", several=True)
def a_bend_silu():
    def slope(z):
        p = special.expit(z)
        return p + z * p * (1 - p)

    return _curve(lambda z: z * special.expit(z), slope)


@program("bend", several=True)
def a_bend_the_absolute_value():
    return {"bend": lambda z: np.abs(z) * np.ones((), _kind(z)), "slope": lambda z: np.sign(z) * np.ones((), _kind(z))}


@program("bend", several=True, breaks="it is none of the three: tanh, stretched")
def a_bend_tanh_stretched():
    return _curve(lambda z: 1.5 * np.tanh(0.7 * z), lambda z: 1.05 * (1 - np.tanh(0.7 * z) ** 2))


@program("bend", several=True, breaks="it is none of the three: ReLU, moved and mirrored")
def a_bend_relu_moved():
    return _curve(lambda z: 1 - np.maximum(0.5 - z, 0), lambda z: (z < 0.5) * 1.0)


@program("bend", several=True, breaks="between -3 and 3 it is not straight")
def a_bend_straight():
    return _curve(lambda z: 0.8 * z + 0.1, lambda z: np.full(z.shape, 0.8))


@program("bend", several=True, breaks="between -3 and 3 it is not straight: it bends only beyond")
def a_bend_straight_in_the_middle():
    return _curve(lambda z: np.clip(z, -5, 5), lambda z: (np.abs(z) < 5) * 1.0)


@program("bend", several=True, breaks="slope is the derivative: the inner derivative is forgotten")
def a_bend_inner_derivative_forgotten():
    return _curve(lambda z: np.sin(2 * z), lambda z: np.cos(2 * z))


@program("bend", several=True, breaks="slope is the derivative: the sign is wrong on the negative side")
def a_bend_slope_of_the_wrong_sign():
    return _curve(lambda z: np.sqrt(1 + z * z), lambda z: np.abs(z) / np.sqrt(1 + z * z))


@program("bend", several=True, breaks="slope is the derivative at z: here it takes the value of bend for its input")
def a_bend_slope_from_the_value():
    return _curve(_soft_sign, lambda z: _soft_sign_slope(_soft_sign(z)))


@program("bend", several=True, breaks="slope is the derivative: measured with a step of a half")
def a_bend_slope_measured_roughly():
    return _curve(np.sin, lambda z: np.sin(z + 0.5) - np.sin(z - 0.5))


@program("bend", several=True, breaks="there are no jumps")
def a_bend_with_a_jump():
    return _curve(lambda z: np.sin(z) + (z > 0), np.cos)


@program("bend", several=True, breaks="slope is not zero on at least a third of the stretch: a short ramp")
def a_bend_a_short_ramp():
    return _curve(lambda z: np.clip(z, -0.4, 0.4), lambda z: (np.abs(z) < 0.4) * 1.0)


@program("bend", several=True, breaks="up to 1000 all is finite: exp overflows (softplus)")
def a_bend_softplus_overflows():
    def slope(z):
        with np.errstate(over="ignore", invalid="ignore"):
            return np.exp(z) / (1 + np.exp(z))

    def bend(z):
        with np.errstate(over="ignore"):
            return np.log(1 + np.exp(z))

    return _curve(bend, slope)


@program("bend", several=True, breaks="at a kink a number between the derivatives: nan at 0")
def a_bend_nan_at_the_kink():
    def slope(z):
        with np.errstate(invalid="ignore", divide="ignore"):
            return z / np.abs(z)

    return _curve(np.abs, slope)


@program("bend", several=True, breaks="each number on its own: the largest of the array divides all")
def a_bend_by_the_largest():
    def unit(z):
        return max(float(np.max(np.abs(z), initial=0.0)) / 3, 1e-9)

    return _curve(lambda z: np.sin(z / unit(z)), lambda z: np.cos(z / unit(z)) / unit(z))


@program("bend", several=True, breaks="the ring is learnt: it is too faint")
def a_bend_too_faint():
    return _curve(lambda z: 1e-5 * np.sin(z), lambda z: 1e-5 * np.cos(z))


@program("bend", several=True, breaks="the ring is learnt: it is too wild")
def a_bend_too_wild():
    return _curve(lambda z: np.sin(200 * z), lambda z: 200 * np.cos(200 * z))


@program("bend", several=True, breaks="arrays of any shape: one axis")
def a_bend_one_axis_only():
    return {
        "bend": lambda z: np.array([math.sin(x) for x in z], dtype=_kind(z)),
        "slope": lambda z: np.array([math.cos(x) for x in z], dtype=_kind(z)),
    }


@program("bend", several=True, breaks="house rule: float32 stays float32")
def a_bend_in_double():
    return {"bend": lambda z: np.sin(np.asarray(z, np.float64)), "slope": lambda z: np.cos(np.asarray(z, np.float64))}


@program("bend", several=True, breaks="house rule: whole numbers are taken as floats")
def a_bend_of_the_inputs_type():
    return {
        "bend": lambda z: np.sin(z).astype(np.asarray(z).dtype),
        "slope": lambda z: np.cos(z).astype(np.asarray(z).dtype),
    }


@program("bend", several=True, breaks="house rule: what is given stays as it was")
def a_bend_in_place():
    def bend(z):
        if isinstance(z, np.ndarray) and z.dtype.kind == "f":
            z[z < 0] *= -0.3
            return z
        return np.where(np.asarray(z) < 0, -0.3 * np.asarray(z), np.asarray(z)).astype(_kind(z))

    return {"bend": bend, "slope": _curve(np.abs, lambda z: np.where(z < 0, -0.3, 1.0))["slope"]}


@program("bend", several=True, breaks="house rule: nothing is remembered: slope answers for the last input of bend")
def a_bend_slope_of_the_last_input():
    last = {}

    def bend(z):
        last["z"] = np.array(z, dtype=_kind(z))
        return np.sin(last["z"])

    def slope(z):
        z = np.array(z, dtype=_kind(z))
        same = last.get("z", z)
        return np.cos(same if same.shape == z.shape else z)

    return {"bend": bend, "slope": slope}


@program(
    "bend", several=True, breaks="slope is the derivative: a leak that is drawn anew at each call (and chance without an rng)"
)
def a_bend_a_leak_by_chance():
    def leak():
        return np.random.uniform(0.1, 0.6)

    return _curve(lambda z: np.where(z < 0, -leak() * z, z), lambda z: np.where(z < 0, -leak(), 1.0))


# ---------------------------------------------------------------- planar


def _cuts(rng, units=16, inputs=2):
    """Cuts that lie all over the plane."""
    angle = rng.permutation(units) * np.pi / max(units, 1) + rng.uniform(0, np.pi / 8)
    sign = rng.choice([-1.0, 1.0], size=units)
    W1 = 2.0 * sign * np.stack([np.cos(angle), np.sin(angle)])
    b1 = rng.uniform(-2.0, 2.0, size=units)
    return [(W1, b1), (rng.normal(size=(units, 1)) * 0.3, np.zeros(1))]


def _flat(parameters):
    return np.concatenate([np.ravel(a) for layer in parameters for a in layer])


def _nested(vector, units):
    parts = np.split(vector, [2 * units, 3 * units, 4 * units])
    return [(parts[0].reshape(2, units).copy(), parts[1].copy()), (parts[2].reshape(units, 1).copy(), parts[3].copy())]


def _adam(gradient, rng, calls=150, units=16, rate=0.12, start=None, sign=1.0, penalty=0.0):
    x = _flat(start or _cuts(rng, units))
    m, v = np.zeros_like(x), np.zeros_like(x)
    for t in range(1, calls + 1):
        g = sign * _flat(gradient(_nested(x, units))[1]) + penalty * x
        m, v = 0.9 * m + 0.1 * g, 0.98 * v + 0.02 * g * g
        pace = rate * min(1.0, 2.5 * (1 - (t - 1) / 150) + 0.05)
        x = x - pace * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.98**t)) + 1e-8)
    return _nested(x, units)


@program("planar")
def a_fit_by_adam(gradient, rng):
    return _adam(gradient, rng)


@program("planar")
def a_fit_by_lbfgs_with_a_purse(gradient, rng):
    units, best, left = 14, [np.inf, None], [150]

    class Spent(Exception):
        pass

    def ask(x):
        if not left[0]:
            raise Spent
        left[0] -= 1
        loss, d = gradient(_nested(x, units))
        total = float(loss) + 2e-4 * float(x @ x)
        if total < best[0]:
            best[:] = total, x.copy()
        return total, _flat(d) + 4e-4 * x

    with contextlib.suppress(Spent):
        optimize.minimize(ask, _flat(_cuts(rng, units)), jac=True, method="L-BFGS-B", options={"maxiter": 1000, "ftol": 1e-9})
    return _nested(best[1], units)


@program("planar")
def a_fit_by_momentum_and_a_rate_that_learns(gradient, rng):
    units = 16
    x = _flat(_cuts(rng, units))
    step, rate = np.zeros_like(x), 0.3
    loss, d = gradient(_nested(x, units))
    g = _flat(d)
    for _ in range(149):
        trial_step = 0.9 * step - rate * g
        new_loss, new_d = gradient(_nested(x + trial_step, units))
        if new_loss <= 1.1 * loss + 1e-4:
            x, step, loss, g = x + trial_step, trial_step, new_loss, _flat(new_d)
            rate = min(1.0, 1.05 * rate)
        else:
            step, rate = np.zeros_like(x), rate * 0.5
    return _nested(x, units)


@program("planar", breaks="gradient may be called 150 times: here once more, for the last loss")
def a_fit_one_call_too_many(gradient, rng):
    parameters = _adam(gradient, rng)
    gradient(parameters)
    return parameters


@program("planar", breaks="gradient may be called 150 times: two trainings, and the better one")
def a_fit_the_better_of_two_full_trainings(gradient, rng):
    return min((_adam(gradient, rng, calls=149) for _ in range(2)), key=lambda p: gradient(p)[0])


@program("planar", breaks="at most 16 units: here 24")
def a_fit_too_many_units(gradient, rng):
    return _adam(gradient, rng, units=24)


@program("planar", breaks="95 % are right on each kind: one unit draws one cut")
def a_fit_a_single_unit(gradient, rng):
    return _adam(gradient, rng, units=1)


@program("planar", breaks="95 % are right: it walks uphill")
def a_fit_uphill(gradient, rng):
    return _adam(gradient, rng, sign=-1.0)


def _plain(gradient, rng, rate, start=None, calls=150):
    parameters = start or _cuts(rng)
    for _ in range(calls):
        _, d = gradient(parameters)
        parameters = [(W - rate * dW, b - rate * db) for (W, b), (dW, db) in zip(parameters, d, strict=True)]
    return parameters


@program("planar", breaks="95 % are right: the rate is a thousand")
def a_fit_too_fast(gradient, rng):
    return _plain(gradient, rng, 1000.0)


@program("planar", breaks="95 % are right: it begins at zero, and no unit gets a gradient")
def a_fit_from_zero(gradient, rng):
    return _plain(gradient, rng, 1.0, [(np.zeros((2, 16)), np.zeros(16)), (np.zeros((16, 1)), np.zeros(1))])


@program("planar", breaks="95 % are right: it begins as twins")
def a_fit_from_twins(gradient, rng):
    one = rng.normal(size=(2, 1))
    return _adam(gradient, rng, start=[(np.repeat(one, 16, axis=1), np.zeros(16)), (np.full((16, 1), 0.1), np.zeros(1))])


@program("planar", breaks="it returns the trained parameters: here those of the start")
def a_fit_returns_the_start(gradient, rng):
    start = _cuts(rng)
    _adam(gradient, rng, start=start)
    return start


@program("planar", breaks="it returns [(W1, b1), (W2, b2)]: four arrays in a row")
def a_fit_returns_four_arrays(gradient, rng):
    (W1, b1), (W2, b2) = _adam(gradient, rng)
    return [W1, b1, W2, b2]


@program("planar", breaks="a point is a 1 where its score is above zero: the score is turned round")
def a_fit_says_the_opposite(gradient, rng):
    first, (W2, b2) = _adam(gradient, rng)
    return [first, (-W2, -b2)]


@program("planar", breaks="95 % are right: only the last layer is trained, from tiny first weights")
def a_fit_trains_the_last_layer_only(gradient, rng):
    parameters = [(0.01 * rng.normal(size=(2, 16)), np.zeros(16)), (rng.normal(size=(16, 1)), np.zeros(1))]
    for _ in range(150):
        _, (_, (dW, db)) = gradient(parameters)
        first, (W, b) = parameters
        parameters = [first, (W - 0.5 * dW, b - 0.5 * db)]
    return parameters


@program("planar", breaks="95 % are right: the mean gradient is divided by 200 points once more")
def a_fit_divides_by_the_points_again(gradient, rng):
    return _plain(gradient, rng, 1.0 / 200)


@program("planar", breaks="95 % are right: a penalty presses all weights to nothing")
def a_fit_pressed_to_nothing(gradient, rng):
    return _adam(gradient, rng, penalty=1.0)


@program("planar", breaks="one score: here two, one for each label")
def a_fit_two_scores(gradient, rng):
    first, (W2, b2) = _adam(gradient, rng)
    return [first, (np.hstack([-W2, W2]), np.concatenate([-b2, b2]))]


_found = {}


@program("planar", breaks="house rule: nothing is remembered: the first data's net is returned for all")
def a_fit_remembers_the_first(gradient, rng):
    if "net" not in _found:
        _found["net"] = _adam(gradient, rng)
    return [(W.copy(), b.copy()) for W, b in _found["net"]]
