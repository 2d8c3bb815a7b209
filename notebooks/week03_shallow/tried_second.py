"""Programs for week 3, written from its contracts alone (capacity_curve is left out)."""

import math

import numpy as np

from autograder.cases import program


def _kind(*arrays):
    return np.result_type(*(np.asarray(a) for a in arrays), np.float32)


# ---------------------------------------------------------------- net


def _forward(parameters, X):
    (W1, b1), (W2, b2) = parameters
    kind = _kind(W1, b1, W2, b2, X)
    X = np.array(X, kind)
    hidden = np.tanh(X @ W1 + b1)
    return (hidden @ W2 + b2).astype(kind), (X, hidden)


def _backward(parameters, cache, d_scores, slope=lambda a: 1 - a**2):
    (W1, b1), (W2, b2) = parameters
    X, hidden = cache
    d_scores = np.asarray(d_scores)
    kind = _kind(W1, b1, W2, b2, X, d_scores)
    d_sums = (d_scores @ np.transpose(W2)) * slope(hidden)
    first = (X.T @ d_sums).astype(kind), d_sums.sum(axis=0).astype(kind)
    second = (hidden.T @ d_scores).astype(kind), d_scores.sum(axis=0).astype(kind)
    return [first, second], (d_sums @ np.transpose(W1)).astype(kind)


def _net(forward=_forward, backward=_backward):
    return {
        "forward": lambda parameters, X: forward(parameters, X),
        "backward": lambda parameters, cache, d_scores: backward(parameters, cache, d_scores),
    }


@program("net", several=True)
def b_net_by_matrix_products():
    return _net()


@program("net", several=True)
def b_net_by_sums_over_named_axes():
    def forward(parameters, X):
        (W1, b1), (W2, b2) = parameters
        kind = _kind(W1, b1, W2, b2, X)
        sums = np.einsum("ni,ij->nj", np.asarray(X, kind), W1) + b1
        scores = np.einsum("nj,jk->nk", np.tanh(sums), W2) + b2
        return scores.astype(kind), {"X": np.array(X, kind), "sums": sums}

    def backward(parameters, cache, d_scores):
        (W1, _), (W2, _) = parameters
        a = np.tanh(cache["sums"])
        kind = _kind(a, W1, W2, d_scores)
        beta = np.einsum("nk,jk,nj->nj", d_scores, W2, (1 - a) * (1 + a))
        dW1 = np.einsum("ni,nj->ij", cache["X"], beta)
        dW2 = np.einsum("nj,nk->jk", a, d_scores)
        gradients = [(dW1, np.einsum("nj->j", beta)), (dW2, np.einsum("nk->k", np.asarray(d_scores, kind)))]
        return [(dW.astype(kind), db.astype(kind)) for dW, db in gradients], np.einsum("nj,ij->ni", beta, W1).astype(kind)

    return _net(forward, backward)


@program("net", several=True)
def b_net_with_a_bias_as_a_weight_of_one():
    def with_one(A):
        return np.concatenate([A, np.ones((len(A), 1), A.dtype)], axis=1)

    def forward(parameters, X):
        kind = _kind(X, *(array for layer in parameters for array in layer))
        (W1, b1), (W2, b2) = [(np.asarray(W, kind), np.asarray(b, kind)) for W, b in parameters]
        X1 = with_one(np.asarray(X, kind))
        A1 = with_one(np.tanh(X1 @ np.vstack([W1, b1])))

        def back(d_scores):
            g = np.asarray(d_scores, _kind(X1, d_scores))
            d_second = A1.T @ g
            d_sums = (g @ W2.T) * (1 - A1[:, :-1] ** 2)
            d_first = X1.T @ d_sums
            return [(d_first[:-1], d_first[-1]), (d_second[:-1], d_second[-1])], d_sums @ W1.T

        return A1 @ np.vstack([W2, b2]), back

    return _net(forward, lambda parameters, cache, d_scores: cache(d_scores))


@program("net", several=True, breaks="the gradients hold for any number of scores (the path through the first alone)")
def b_net_path_through_the_first_score_alone():
    def backward(parameters, cache, d_scores):
        (W1, b1), (W2, b2) = parameters
        only = np.array(W2)
        only[:, 1:] = 0
        return _backward([(W1, b1), (only, b2)], cache, d_scores)

    return _net(backward=backward)


@program("net", several=True, breaks="d_scores has been divided already (here all is divided by n again)")
def b_net_divides_by_the_examples_again():
    def backward(parameters, cache, d_scores):
        gradients, d_X = _backward(parameters, cache, d_scores)
        n = max(len(d_scores), 1)
        return [((dW / n).astype(dW.dtype), (db / n).astype(db.dtype)) for dW, db in gradients], d_X

    return _net(backward=backward)


@program("net", several=True, breaks="a bias serves every example: its gradient is a sum (here a mean)")
def b_net_mean_for_the_biases():
    def backward(parameters, cache, d_scores):
        gradients, d_X = _backward(parameters, cache, d_scores)
        return [(dW, (db / max(len(d_scores), 1)).astype(db.dtype)) for dW, db in gradients], d_X

    return _net(backward=backward)


_last = []


@program("net", several=True, breaks="two batches may be under way at once")
def b_net_remembers_the_last_batch():
    def forward(parameters, X):
        scores, cache = _forward(parameters, X)
        _last[:] = [cache]
        return scores, None

    return _net(forward, lambda parameters, cache, d_scores: _backward(parameters, _last[0], d_scores))


@program("net", several=True, breaks="a cache may be used twice")
def b_net_takes_the_cache_apart():
    def forward(parameters, X):
        scores, cache = _forward(parameters, X)
        return scores, list(cache)

    def backward(parameters, cache, d_scores):
        hidden, X = cache.pop(), cache.pop()
        return _backward(parameters, (X, hidden), d_scores)

    return _net(forward, backward)


@program("net", several=True, breaks="the gradients agree with measured ones (the slope of tanh is forgotten)")
def b_net_straight_on_the_way_back():
    def backward(parameters, cache, d_scores):
        return _backward(parameters, cache, d_scores, slope=np.ones_like)

    return _net(backward=backward)


@program("net", several=True, breaks="the gradients agree with measured ones (the slope is taken of the sum, not of the output)")
def b_net_slope_from_the_sums():
    def forward(parameters, X):
        scores, (X, hidden) = _forward(parameters, X)
        return scores, (X, hidden, X @ parameters[0][0] + parameters[0][1])

    def backward(parameters, cache, d_scores):
        X, hidden, sums = cache
        return _backward(parameters, (X, hidden), d_scores, slope=lambda a: (1 - sums**2).astype(a.dtype))

    return _net(forward, backward)


@program("net", several=True, breaks="the gradients agree with measured ones (the slope of the logistic curve)")
def b_net_slope_of_another_curve():
    return _net(backward=lambda parameters, cache, d_scores: _backward(parameters, cache, d_scores, lambda a: a * (1 - a)))


@program("net", several=True, breaks="d_X is the gradient for the batch (here only what reaches the units' outputs is handed on)")
def b_net_d_x_without_the_slope():
    def backward(parameters, cache, d_scores):
        gradients, d_X = _backward(parameters, cache, d_scores)
        (W1, _), (W2, _) = parameters
        return gradients, (np.asarray(d_scores) @ np.transpose(W2) @ np.transpose(W1)).astype(d_X.dtype)

    return _net(backward=backward)


@program("net", several=True, breaks="inputs in the thousands give finite numbers")
def b_net_tanh_by_exponentials():
    def forward(parameters, X):
        scores, (X, _) = _forward(parameters, X)
        (W1, b1), (W2, b2) = parameters
        with np.errstate(all="ignore"):
            e = np.exp(2 * (X @ W1 + b1))
            hidden = ((e - 1) / (e + 1)).astype(scores.dtype)
        return (hidden @ W2 + b2).astype(scores.dtype), (X, hidden)

    return _net(forward)


@program("net", several=True, breaks="a score has no activation function")
def b_net_tanh_on_the_scores_too():
    def forward(parameters, X):
        scores, cache = _forward(parameters, X)
        return np.tanh(scores), (*cache, np.tanh(scores))

    def backward(parameters, cache, d_scores):
        X, hidden, out = cache
        return _backward(parameters, (X, hidden), (np.asarray(d_scores) * (1 - out**2)).astype(out.dtype))

    return _net(forward, backward)


@program("net", several=True, breaks="gradients have the shapes of parameters (biases come as rows)")
def b_net_biases_as_rows():
    def backward(parameters, cache, d_scores):
        gradients, d_X = _backward(parameters, cache, d_scores)
        return [(dW, db[None]) for dW, db in gradients], d_X

    return _net(backward=backward)


@program("net", several=True, breaks="floats keep their type")
def b_net_always_float64():
    return _net(lambda parameters, X: _forward(parameters, np.asarray(X, np.float64)))


@program("net", several=True, breaks="what is given stays as it was (the parameters take a step)")
def b_net_steps_on_the_way_back():
    def backward(parameters, cache, d_scores):
        gradients, d_X = _backward(parameters, cache, d_scores)
        for layer, d_layer in zip(parameters, gradients, strict=True):
            for value, d_value in zip(layer, d_layer, strict=True):
                value -= (0.1 * d_value).astype(value.dtype)
        return gradients, d_X

    return _net(backward=backward)


@program("net", several=True, breaks="scores are (n, k), also for one score")
def b_net_single_scores_without_an_axis():
    def forward(parameters, X):
        scores, cache = _forward(parameters, X)
        return (scores[:, 0] if scores.shape[1] == 1 else scores), cache

    return _net(forward)


@program("net", several=True, breaks="the gradient of the second layer's weights takes the units' outputs, not their sums")
def b_net_sums_in_place_of_outputs():
    def backward(parameters, cache, d_scores):
        (first, (dW2, db2)), d_X = _backward(parameters, cache, d_scores)
        sums = np.arctanh(np.clip(cache[1].astype(np.float64), -1 + 1e-15, 1 - 1e-15))
        return [first, ((sums.T @ np.asarray(d_scores)).astype(dW2.dtype), db2)], d_X

    return _net(backward=backward)


@program("net", several=True, breaks="each score has a bias of its own (it is left out)")
def b_net_scores_without_a_bias():
    def forward(parameters, X):
        (W1, b1), (W2, b2) = parameters
        return _forward([(W1, b1), (W2, np.zeros_like(b2))], X)

    return _net(forward)


@program("net", several=True, breaks="any function of the scores may be the loss (large gradients are clipped)")
def b_net_clips_the_gradients():
    def backward(parameters, cache, d_scores):
        gradients, d_X = _backward(parameters, cache, d_scores)
        return [(np.clip(dW, -1, 1), np.clip(db, -1, 1)) for dW, db in gradients], d_X

    return _net(backward=backward)


# ---------------------------------------------------------------- starts


def _columns(inputs, units, rng):
    """Columns of random directions, with lengths between 0.7 and 1.3."""
    W = rng.normal(size=(inputs, units))
    return W / np.linalg.norm(W, axis=0) * rng.uniform(0.7, 1.3, size=units)


def _twins(inputs, units, rng):
    one = _columns(inputs, 1, rng)
    return [(np.repeat(one, units, axis=1), np.zeros(units)), (np.full((units, 1), 0.5 / units), np.zeros(1))]


def _free(inputs, units, rng, scale=1.0):
    W2 = rng.normal(size=(units, 1)) / math.sqrt(units)
    return [(scale * _columns(inputs, units, rng), 0.3 * rng.normal(size=units)), (W2, np.zeros(1))]


@program("starts")
def b_starts_columns_of_a_length(inputs, units, rng):
    return _twins(inputs, units, rng), _free(inputs, units, rng)


@program("starts")
def b_starts_entries_of_a_size(inputs, units, rng):
    def entries(*shape):
        return rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.5, 1.5, size=shape)

    first = [
        (np.full((inputs, units), 0.4 / np.sqrt(inputs)), np.full(units, 0.1)),
        (np.full((units, 1), 0.1 / units), np.zeros(1)),
    ]
    second = [
        (entries(inputs, units) / np.sqrt(inputs), rng.uniform(-0.5, 0.5, units)),
        (entries(units, 1) / np.sqrt(units), np.zeros(1)),
    ]
    return first, second


@program("starts")
def b_starts_twins_are_copies_of_one_free_unit(inputs, units, rng):
    W = rng.standard_normal((inputs, units))
    W /= np.sqrt((W**2).sum() / units)
    b, v = rng.uniform(-0.5, 0.5, units), rng.uniform(0.2, 0.6, (units, 1)) * np.where(rng.random((units, 1)) < 0.5, -1, 1)
    same = np.zeros(units, int)
    return [(W[:, same], b[same]), (v[same] / units, np.zeros(1))], [(W, b), (v, np.zeros(1))]


@program("starts", breaks="no entry of W1 or W2 is zero")
def b_starts_first_is_all_zeros(inputs, units, rng):
    zeros = [(np.zeros((inputs, units)), np.zeros(units)), (np.zeros((units, 1)), np.zeros(1))]
    return zeros, _free(inputs, units, rng)


@program("starts", breaks="from the second the net learns the checkerboard (it is twins as well)")
def b_starts_both_are_twins(inputs, units, rng):
    return _twins(inputs, units, rng), _twins(inputs, units, rng)


@program("starts", breaks="the units of the first stay twins (the score tells them apart)")
def b_starts_twins_until_the_first_step(inputs, units, rng):
    first, _ = _twins(inputs, units, rng)
    return [first, (rng.normal(size=(units, 1)) / units, np.zeros(1))], _free(inputs, units, rng)


@program("starts", breaks="before training all units of the first have the same output (only the score's weights are equal)")
def b_starts_equal_in_the_last_layer_alone(inputs, units, rng):
    _, last = _twins(inputs, units, rng)
    return [(_columns(inputs, units, rng), np.zeros(units)), last], _free(inputs, units, rng)


@program("starts", breaks="all units of the first have the same output (their biases differ)")
def b_starts_twins_with_biases_of_their_own(inputs, units, rng):
    (W1, _), last = _twins(inputs, units, rng)
    return [(W1, 0.1 * rng.normal(size=units)), last], _free(inputs, units, rng)


@program("starts", breaks="sums have size about 1, for 900 inputs too (weights of size 1)")
def b_starts_weights_of_size_one(inputs, units, rng):
    second = [(rng.normal(size=(inputs, units)), np.zeros(units)), (rng.normal(size=(units, 1)) / math.sqrt(units), np.zeros(1))]
    return _twins(inputs, units, rng), second


@program("starts", breaks="sums have size about 1, for 900 inputs too (divided by the inputs, not by their root)")
def b_starts_divided_by_the_inputs(inputs, units, rng):
    return _twins(inputs, units, rng), _free(inputs, units, rng, scale=1 / math.sqrt(inputs))


@program("starts", breaks="sums have size about 1 however many inputs there are (divided by the root of the units)")
def b_starts_divided_by_the_root_of_the_units(inputs, units, rng):
    return _twins(inputs, units, rng), _free(inputs, units, rng, scale=math.sqrt(inputs / units))


@program("starts", breaks="sums have size about 1 (the old habit of 0.01)")
def b_starts_a_hundredth(inputs, units, rng):
    W1, W2 = 0.01 * rng.normal(size=(inputs, units)), 0.01 * rng.normal(size=(units, 1))
    return _twins(inputs, units, rng), [(W1, np.zeros(units)), (W2, np.zeros(1))]


@program("starts", breaks="no entry of W2 is zero, in the second start too")
def b_starts_second_gives_the_units_no_weight(inputs, units, rng):
    first, (W2, b2) = _free(inputs, units, rng)
    return _twins(inputs, units, rng), [first, (np.zeros_like(W2), b2)]


@program("starts", breaks="the units of the first are twins (here the inputs are)")
def b_starts_repeats_along_the_wrong_axis(inputs, units, rng):
    row = rng.normal(size=(1, units)) / math.sqrt(inputs)
    _, last = _twins(inputs, units, rng)
    return [(np.repeat(row, inputs, axis=0), np.zeros(units)), last], _free(inputs, units, rng)


@program("starts", breaks="from the first the net learns two heaps (its units are saturated)")
def b_starts_saturated_twins(inputs, units, rng):
    (W1, b1), last = _twins(inputs, units, rng)
    return [(0.001 * W1, b1 + 200.0), last], _free(inputs, units, rng)


@program("starts", breaks="chance comes from rng")
def b_starts_global_chance(inputs, units, rng):
    own = np.random.default_rng()
    return _twins(inputs, units, own), _free(inputs, units, own)


@program("starts", breaks="W1 has the shape (inputs, units)")
def b_starts_units_first(inputs, units, rng):
    def turned(start):
        (W1, b1), last = start
        return [(W1.T.copy(), b1), last]

    return turned(_twins(inputs, units, rng)), turned(_free(inputs, units, rng))


@program("starts", breaks="W2 has an axis for the one score")
def b_starts_score_weights_without_an_axis(inputs, units, rng):
    def flat(start):
        first, (W2, b2) = start
        return [first, (W2[:, 0], b2)]

    return flat(_twins(inputs, units, rng)), flat(_free(inputs, units, rng))


@program("starts", breaks="the twins come first")
def b_starts_in_the_other_order(inputs, units, rng):
    first, second = _twins(inputs, units, rng), _free(inputs, units, rng)
    return second, first


_kept = {}


# ---------------------------------------------------------------- bend


def _float(z):
    z = np.asarray(z)
    return z.astype(_kind(z))


def _pair(bend, slope):
    """Both functions over floats of the type of z, from formulas for one array."""

    def typed(formula):
        def function(z):
            z = _float(z)
            return np.asarray(formula(z)).astype(z.dtype)

        return function

    return {"bend": typed(bend), "slope": typed(slope)}


def _sine():
    return _pair(np.sin, np.cos)


def _logistic(z):
    return (1 + np.tanh(z / 2)) / 2


@program("bend", several=True)
def b_bend_sine():
    return _sine()


@program("bend", several=True)
def b_bend_softsign_by_pieces():
    def bend(z):
        z = _float(z)
        out = np.empty(z.shape, z.dtype)
        low = z < 0
        out[low] = z[low] / (1 - z[low])
        out[~low] = z[~low] / (1 + z[~low])
        return out

    def slope(z):
        return (1 / (1 + np.abs(_float(z))) ** 2).astype(_kind(z))

    return {"bend": bend, "slope": slope}


@program("bend", several=True)
def b_bend_z_times_logistic():
    return _pair(lambda z: z * _logistic(z), lambda z: _logistic(z) * (1 + z * (1 - _logistic(z))))


@program("bend", several=True)
def b_bend_leaky_absolute_value_with_a_kink():
    return _pair(lambda z: np.where(z > 0, z, -0.5 * z), lambda z: np.where(z > 0, 1.0, -0.5))


@program("bend", several=True, breaks="it is none of the three drawn above (tanh, stretched)")
def b_bend_stretched_tanh():
    return _pair(lambda z: 1.7 * np.tanh(z / 1.5), lambda z: 1.7 / 1.5 * (1 - np.tanh(z / 1.5) ** 2))


@program("bend", several=True, breaks="it is none of the three drawn above (ReLU, shifted and turned over)")
def b_bend_shifted_relu():
    return _pair(lambda z: 0.5 - np.maximum(1 - z, 0), lambda z: np.where(z < 1, 1.0, 0.0))


@program("bend", several=True, breaks="it is none of the three drawn above (the logistic curve, shifted down)")
def b_bend_logistic_about_nought():
    return _pair(lambda z: 4 * _logistic(z + 1) - 2, lambda z: 4 * _logistic(z + 1) * (1 - _logistic(z + 1)))


@program("bend", several=True, breaks="slope is the derivative of bend (the inner derivative is forgotten)")
def b_bend_slope_without_the_chain_rule():
    return _pair(lambda z: np.sin(1.5 * z), lambda z: np.cos(1.5 * z))


@program("bend", several=True, breaks="slope is the derivative of bend at z (here of what bend returned)")
def b_bend_slope_expects_the_value():
    return _pair(lambda z: z / (1 + np.abs(z)), lambda a: (1 - np.abs(a)) ** 2)


@program("bend", several=True, breaks="slope is the derivative of bend (wrong by its sign on one side)")
def b_bend_slope_never_negative():
    return _pair(np.sin, lambda z: np.abs(np.cos(z)))


@program("bend", several=True, breaks="bend is not straight between -3 and 3")
def b_bend_straight_until_five():
    return _pair(lambda z: np.clip(z, -5, 5), lambda z: np.where(np.abs(z) < 5, 1.0, 0.0))


@program("bend", several=True, breaks="there are no jumps")
def b_bend_jumps_at_nought():
    return _pair(lambda z: np.sin(z) + np.where(z > 0, 0.5, 0.0), np.cos)


@program("bend", several=True, breaks="up to 1000 all is finite (the exponential overflows)")
def b_bend_softplus_overflows():
    def bend(z):
        with np.errstate(all="ignore"):
            return np.log(1 + np.exp(z))

    return _pair(bend, _logistic)


@program("bend", several=True, breaks="all is finite (0 divided by 0)")
def b_bend_nan_at_nought():
    def bend(z):
        with np.errstate(all="ignore"):
            return np.sin(2 * z) / z

    def slope(z):
        with np.errstate(all="ignore"):
            return (2 * z * np.cos(2 * z) - np.sin(2 * z)) / z**2

    return _pair(bend, slope)


@program("bend", several=True, breaks="each number is taken on its own (the mean of all is taken away)")
def b_bend_about_the_mean():
    def away(z):
        return z - (z.mean() if z.size else 0)

    return _pair(lambda z: np.sin(away(z)), lambda z: np.cos(away(z)))


@program("bend", several=True, breaks="slope is not zero on at least a third of the stretch")
def b_bend_flat_nearly_everywhere():
    return _pair(lambda z: np.clip(z, -0.4, 0.4), lambda z: np.where(np.abs(z) < 0.4, 1.0, 0.0))


@program("bend", several=True, breaks="ten such units tell a disc from its ring (far too wild)")
def b_bend_wild_waves():
    return _pair(lambda z: np.sin(60 * z), lambda z: 60 * np.cos(60 * z))


@program("bend", several=True, breaks="ten such units tell a disc from its ring (far too faint)")
def b_bend_faint_waves():
    return _pair(lambda z: 1e-6 * np.sin(z), lambda z: 1e-6 * np.cos(z))


@program("bend", several=True, breaks="floats keep their type")
def b_bend_always_float64():
    return {"bend": lambda z: np.sin(np.asarray(z, np.float64)), "slope": lambda z: np.cos(np.asarray(z, np.float64))}


@program("bend", several=True, breaks="whole numbers are taken as floats")
def b_bend_keeps_whole_numbers():
    return {"bend": lambda z: np.sin(z).astype(np.asarray(z).dtype), "slope": _sine()["slope"]}


@program("bend", several=True, breaks="arrays may have any shape")
def b_bend_lays_all_flat():
    sine = _sine()
    return {"bend": lambda z: np.ravel(sine["bend"](z)), "slope": sine["slope"]}


@program("bend", several=True, breaks="what is given stays as it was")
def b_bend_in_the_callers_array():
    def bend(z):
        z = np.asarray(z)
        if z.dtype.kind != "f":
            z = _float(z)
        z[z < 0] *= z.dtype.type(0.2)
        return z

    return {"bend": bend, "slope": lambda z: np.where(_float(z) < 0, 0.2, 1.0).astype(_kind(z))}


@program("bend", several=True, breaks="no chance but from an rng handed in: two calls agree (a random leak)")
def b_bend_with_a_random_leak():
    def leak(z):
        return np.random.uniform(0.1, 0.3, size=z.shape)

    return _pair(lambda z: np.where(z > 0, z, leak(z) * z), lambda z: np.where(z > 0, 1.0, leak(z)))


@program("bend", several=True, breaks="slope is the derivative itself (here a difference with a coarse step)")
def b_bend_slope_by_a_coarse_difference():
    return _pair(np.sin, lambda z: (np.sin(z + 0.5) - np.sin(z)) / 0.5)


# ---------------------------------------------------------------- planar

_CALLS = 150


def _plane_start(rng, units=16, size=1.5):
    first = rng.normal(size=(2, units)) * size, rng.normal(size=units) * size
    return [first, (0.3 * rng.normal(size=(units, 1)), np.zeros(1))]


def _moved(parameters, steps, factor):
    return [
        tuple(value - factor * step for value, step in zip(layer, d_layer, strict=True))
        for layer, d_layer in zip(parameters, steps, strict=True)
    ]


def _descend(gradient, parameters, rate=1.0, share=0.9, calls=_CALLS, change=lambda gradients: gradients):
    """Gradient descent with momentum."""
    speed = [tuple(np.zeros_like(value) for value in layer) for layer in parameters]
    for _ in range(calls):
        _, gradients = gradient(parameters)
        speed = [
            tuple(share * old + new for old, new in zip(layer, d_layer, strict=True))
            for layer, d_layer in zip(speed, change(gradients), strict=True)
        ]
        parameters = _moved(parameters, speed, rate)
    return parameters


@program("planar")
def b_planar_momentum(gradient, rng):
    return _descend(gradient, _plane_start(rng))


@program("planar")
def b_planar_each_number_with_a_step_of_its_own(gradient, rng):
    parameters = _plane_start(rng)
    shapes = [value.shape for layer in parameters for value in layer]
    ends = np.cumsum([math.prod(shape) for shape in shapes])

    def flat(nest):
        return np.concatenate([np.ravel(value) for layer in nest for value in layer])

    def nested(row):
        W1, b1, W2, b2 = (part.reshape(shape) for part, shape in zip(np.split(row, ends[:-1]), shapes, strict=True))
        return [(W1, b1), (W2, b2)]

    row = flat(parameters)
    steps, before = np.full(row.size, 0.1), np.zeros(row.size)
    for _ in range(_CALLS):
        now = flat(gradient(nested(row))[1])
        agree = before * now
        steps = np.clip(np.where(agree > 0, 1.2 * steps, np.where(agree < 0, 0.5 * steps, steps)), 1e-6, 1.0)
        now = np.where(agree < 0, 0, now)
        row, before = row - np.sign(now) * steps, now
    return nested(row)


class _Adam:
    def __init__(self, like):
        self.mean, self.square, self.count = np.zeros_like(like), np.zeros_like(like), 0

    def step(self, d_value):
        self.count += 1
        self.mean += 0.1 * (d_value - self.mean)
        self.square += 0.01 * (d_value**2 - self.square)
        return self.mean / (1 - 0.9**self.count) / (np.sqrt(self.square / (1 - 0.99**self.count)) + 1e-8)


@program("planar")
def b_planar_adam_with_a_falling_rate(gradient, rng):
    (W1, b1), (W2, b2) = _plane_start(rng)
    arrays = [W1, b1, W2, b2]
    helpers = [_Adam(array) for array in arrays]
    for call in range(1, _CALLS + 1):
        _, ((dW1, db1), (dW2, db2)) = gradient([(arrays[0], arrays[1]), (arrays[2], arrays[3])])
        rate = 0.2 * 0.1 ** (call / _CALLS)
        pairs = zip(arrays, helpers, (dW1, db1, dW2, db2), strict=True)
        arrays = [array - rate * helper.step(d_array) for array, helper, d_array in pairs]
    return [(arrays[0], arrays[1]), (arrays[2], arrays[3])]


@program("planar", breaks="95 % are right on each kind within 150 calls (too low a rate)")
def b_planar_creeps(gradient, rng):
    return _descend(gradient, _plane_start(rng), rate=0.03, share=0.0)


@program("planar", breaks="95 % are right on each kind (the rate is beyond all bounds)")
def b_planar_leaps(gradient, rng):
    return _descend(gradient, _plane_start(rng), rate=100.0, share=0.0)


@program("planar", breaks="95 % are right on each kind (the start is all zeros)")
def b_planar_from_all_zeros(gradient, rng):
    return _descend(gradient, [tuple(np.zeros_like(value) for value in layer) for layer in _plane_start(rng)])


@program("planar", breaks="95 % are right on each kind (all units are twins)")
def b_planar_from_twins(gradient, rng):
    start = [(np.repeat(rng.normal(size=(2, 1)), 16, axis=1), np.zeros(16)), (np.full((16, 1), 0.05), np.zeros(1))]
    return _descend(gradient, start)


@program("planar", breaks="gradient may be called 150 times (one more for the last loss)")
def b_planar_one_call_too_many(gradient, rng):
    parameters = _descend(gradient, _plane_start(rng))
    gradient(parameters)
    return parameters


@program("planar", breaks="at most 16 units")
def b_planar_forty_units(gradient, rng):
    return _descend(gradient, _plane_start(rng, units=40), rate=0.5)


@program("planar", breaks="the parameters that it returns are trained ones (it returns its start)")
def b_planar_returns_the_start(gradient, rng):
    start = _plane_start(rng)
    _descend(gradient, start)
    return start


@program("planar", breaks="95 % are right on each kind (uphill)")
def b_planar_uphill(gradient, rng):
    return _descend(gradient, _plane_start(rng), rate=-0.3)


@program("planar", breaks="it returns a list of two layers (W, b)")
def b_planar_four_arrays_in_a_row(gradient, rng):
    (W1, b1), (W2, b2) = _descend(gradient, _plane_start(rng))
    return [W1, b1, W2, b2]


@program("planar", breaks="chance comes from rng")
def b_planar_own_chance(gradient, rng):
    return _descend(gradient, _plane_start(np.random.default_rng()))


@program("planar", breaks="95 % are right on each kind (no biases: all cuts pass through the origin)")
def b_planar_without_biases(gradient, rng):
    (W1, b1), last = _plane_start(rng)

    def without(gradients):
        return [(dW, np.zeros_like(db)) for dW, db in gradients]

    return _descend(gradient, [(W1, np.zeros_like(b1)), last], change=without)


@program("planar", breaks="95 % are right on each kind (only the last layer learns)")
def b_planar_only_the_last_layer_learns(gradient, rng):
    def last_alone(gradients):
        (dW, db), last = gradients
        return [(np.zeros_like(dW), np.zeros_like(db)), last]

    return _descend(gradient, _plane_start(rng), rate=0.5, change=last_alone)


@program("planar", breaks="95 % are right on each kind (three units are too few)")
def b_planar_three_units(gradient, rng):
    return _descend(gradient, _plane_start(rng, units=3))


@program("planar", breaks="95 % are right on each kind (a start so large that all units are saturated)")
def b_planar_from_far_out_on_the_flat(gradient, rng):
    return _descend(gradient, _plane_start(rng, size=300.0))


_before = []


@program("planar", breaks="nothing is remembered between two calls (it goes on from the last training)")
def b_planar_goes_on_from_the_last_training(gradient, rng):
    _before[:] = [_descend(gradient, _before[0] if _before else _plane_start(rng))]
    return _before[0]


@program("planar", breaks="W2 has an axis for the one score")
def b_planar_score_weights_without_an_axis(gradient, rng):
    first, (W2, b2) = _descend(gradient, _plane_start(rng))
    return [first, (W2[:, 0], b2)]


@program("planar", breaks="95 % are right on each kind (the labels are taken the other way round)")
def b_planar_turned_over(gradient, rng):
    first, (W2, b2) = _descend(gradient, _plane_start(rng))
    return [first, (-W2, -b2)]
