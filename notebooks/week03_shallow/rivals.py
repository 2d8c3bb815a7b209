"""Answers to week 3 that the cases must tell apart."""

import itertools

import numpy as np

from autograder.cases import entry, right, wrong

# ------------------------------------------------------------------------------------------------------------------ net


def _forward(parameters, X):
    (W1, b1), (W2, b2) = parameters
    A = np.tanh(X @ W1 + b1)
    return A @ W2 + b2, (X, A, W1, W2)


def _backward(parameters, cache, G):
    X, A, W1, W2 = cache
    D = G @ W2.T * (1 - A * A)
    return [(X.T @ D, D.sum(axis=0)), (A.T @ G, G.sum(axis=0))], D @ W1.T


def _net(forward=_forward, backward=_backward):
    return {"forward": forward, "backward": backward}


@wrong("net", caught_by="parameters_gradient", kind="mathematics", several=True)
def averaged_once_more():
    def backward(parameters, cache, G):
        ours, to_X = _backward(parameters, cache, G)
        return [(dW / len(G), db / len(G)) for dW, db in ours], to_X

    return _net(backward=backward)


@wrong("net", caught_by="parameters_gradient", kind="mathematics", several=True, headline=True)
def slope_of_tanh_forgotten():
    def backward(parameters, cache, G):
        X, A, W1, W2 = cache
        D = G @ W2.T
        return [(X.T @ D, D.sum(axis=0)), (A.T @ G, G.sum(axis=0))], D @ W1.T

    return _net(backward=backward)


@wrong("net", caught_by="parameters_gradient", kind="mathematics", several=True)
def slope_taken_at_the_wrong_place():
    def forward(parameters, X):
        (W1, b1), (W2, b2) = parameters
        Z = X @ W1 + b1
        return np.tanh(Z) @ W2 + b2, (X, np.tanh(Z), Z, W1, W2)

    def backward(parameters, cache, G):
        X, A, Z, W1, W2 = cache
        D = G @ W2.T * (1 - Z * Z)
        return [(X.T @ D, D.sum(axis=0)), (A.T @ G, G.sum(axis=0))], D @ W1.T

    return _net(forward, backward)


@wrong("net", caught_by="parameters_gradient", kind="mathematics", several=True)
def upstream_left_out():
    def backward(parameters, cache, G):
        return _backward(parameters, cache, np.ones_like(G))

    return _net(backward=backward)


@wrong("net", caught_by="parameters_gradient", kind="shape", several=True)
def bias_summed_over_the_wrong_axis():
    def backward(parameters, cache, G):
        ((dW1, _), (dW2, _)), to_X = _backward(parameters, cache, G)
        _X, A, _W1, W2 = cache
        D = G @ W2.T * (1 - A * A)
        return [(dW1, D.sum(axis=1)), (dW2, G.sum(axis=1))], to_X

    return _net(backward=backward)


@wrong("net", caught_by="parameters_gradient", kind="shape", several=True)
def bias_keeps_its_dimension():
    def backward(parameters, cache, G):
        ((dW1, db1), (dW2, db2)), to_X = _backward(parameters, cache, G)
        return [(dW1, db1[None]), (dW2, db2[None])], to_X

    return _net(backward=backward)


@wrong("net", caught_by="parameters_gradient", kind="hard-coding", several=True)
def one_output_only():
    def backward(parameters, cache, G):
        X, A, W1, W2 = cache
        D = G[:, :1] * W2[:, 0] * (1 - A * A)
        return [(X.T @ D, D.sum(axis=0)), (A.T @ G, G.sum(axis=0))], D @ W1.T

    return _net(backward=backward)


@wrong("net", caught_by="unit_by_unit", kind="hard-coding", several=True)
def four_units_only():
    def forward(parameters, X):
        (W1, b1), (W2, b2) = parameters
        A = np.tanh(X @ W1 + b1)
        return A[:, :4] @ W2[:4] + b2, (X, A, W1, W2)

    return _net(forward)


@wrong("net", caught_by="unit_by_unit", kind="mathematics", several=True)
def hidden_bias_left_out():
    def forward(parameters, X):
        (W1, _b1), (W2, b2) = parameters
        A = np.tanh(X @ W1)
        return A @ W2 + b2, (X, A, W1, W2)

    return _net(forward)


@wrong("net", caught_by="worked_example", kind="mathematics", several=True)
def bent_at_the_end_too():
    def forward(parameters, X):
        scores, cache = _forward(parameters, X)
        return np.tanh(scores), cache

    return _net(forward)


@wrong("net", caught_by="gradient_for_x", kind="mathematics", several=True)
def nothing_for_x():
    def backward(parameters, cache, G):
        ours, to_X = _backward(parameters, cache, G)
        return ours, np.zeros_like(to_X)

    return _net(backward=backward)


@wrong("net", caught_by="gradient_for_x", kind="mathematics", several=True)
def x_asked_after_the_bend():
    def backward(parameters, cache, G):
        _X, _A, W1, W2 = cache
        ours, _ = _backward(parameters, cache, G)
        return ours, (G @ W2.T) @ W1.T

    return _net(backward=backward)


@wrong("net", caught_by="two_under_way", kind="missing case", several=True, headline=True)
def cache_kept_in_a_global():
    kept = {}

    def forward(parameters, X):
        scores, kept["now"] = _forward(parameters, X)
        return scores, None

    def backward(parameters, cache, G):
        return _backward(parameters, kept["now"], G)

    return _net(forward, backward)


@wrong("net", caught_by="pure", kind="mutation", several=True)
def upstream_scaled_in_place():
    def backward(parameters, cache, G):
        ours = _backward(parameters, cache, G)
        G *= 0.5
        return ours

    return _net(backward=backward)


@wrong("net", caught_by="pure", kind="mutation", several=True)
def bias_added_in_place():
    def forward(parameters, X):
        (_W1, b1), (_W2, _b2) = parameters
        out = _forward(parameters, X)
        b1 += 0.001
        return out

    return _net(forward)


@wrong("net", caught_by="twice", kind="mutation", several=True)
def cache_used_up():
    def forward(parameters, X):
        scores, cache = _forward(parameters, X)
        return scores, list(cache)

    def backward(parameters, cache, G):
        A = cache.pop(1)
        X, W1, W2 = cache
        return _backward(parameters, (X, A, W1, W2), G)

    return _net(forward, backward)


@wrong("net", caught_by="empty_batch", kind="missing case", several=True)
def stacked_row_by_row():
    def forward(parameters, X):
        return np.stack([_forward(parameters, x[None])[0][0] for x in X]), _forward(parameters, X)[1]

    return _net(forward)


@wrong("net", caught_by="keeps_float32", kind="dtype", several=True)
def always_double():
    def forward(parameters, X):
        return _forward([(np.asarray(W, float), np.asarray(b, float)) for W, b in parameters], X)

    return _net(forward)


@wrong("net", caught_by="large_inputs", kind="stability", several=True)
def tanh_from_exponentials():
    def forward(parameters, X):
        (W1, b1), (W2, b2) = parameters
        Z = X @ W1 + b1
        A = (np.exp(Z) - np.exp(-Z)) / (np.exp(Z) + np.exp(-Z))
        return A @ W2 + b2, (X, A, W1, W2)

    return _net(forward)


@right("net", several=True)
def sums_by_einsum():
    def forward(parameters, X):
        (W1, b1), (W2, b2) = parameters
        A = np.tanh(np.einsum("ni,ij->nj", X, W1) + b1)
        return np.einsum("nj,jk->nk", A, W2) + b2, {"X": X, "A": A, "p": parameters}

    def backward(parameters, cache, G):
        (W1, _b1), (W2, _b2) = cache["p"]
        X, A = cache["X"], cache["A"]
        D = np.einsum("nk,jk,nj->nj", G, W2, 1 - A**2)
        first = np.einsum("ni,nj->ij", X, D), np.einsum("nj->j", D)
        return (first, [np.einsum("nj,nk->jk", A, G), np.einsum("nk->k", G)]), np.einsum("nj,ij->ni", D, W1)

    return _net(forward, backward)


@right("net", several=True)
def everything_again_on_the_way_back():
    def forward(parameters, X):
        return _forward(parameters, X)[0], (parameters, X)

    def backward(parameters, cache, G):
        return _backward(parameters, _forward(*cache)[1], G)

    return _net(forward, backward)


@right("net", several=True)
def cache_is_a_function():
    def forward(parameters, X):
        scores, inner = _forward(parameters, X)
        return scores, lambda G: _backward(parameters, inner, G)

    def backward(parameters, cache, G):
        return cache(G)

    return _net(forward, backward)


@right("net", several=True)
def bias_as_one_more_input():
    def forward(parameters, X):
        (W1, b1), (W2, b2) = parameters
        one = np.ones((len(X), 1), X.dtype)
        V, W = np.vstack([W1, b1]), np.vstack([W2, b2])
        B = np.hstack([X, one])
        H = np.hstack([np.tanh(B @ V), one])
        return H @ W, (B, V, H, W)

    def backward(parameters, cache, G):
        B, V, H, W = cache
        dW = H.T @ G
        D = (G @ W[:-1].T) / np.cosh(np.clip(B @ V, -300, 300)).astype(G.dtype) ** 2
        dV = B.T @ D
        return [(dV[:-1], dV[-1]), (dW[:-1], dW[-1])], D @ V[:-1].T

    return _net(forward, backward)


@wrong("net", caught_by="whole_numbers", kind="dtype", several=True)
def answers_in_the_type_of_the_batch():
    def forward(parameters, X):
        scores, cache = _forward(parameters, X)
        return scores.astype(X.dtype), cache

    return _net(forward)


@wrong("net", caught_by="large_inputs", kind="stability", several=True)
def tames_the_inputs():
    return _net(lambda parameters, X: _forward(parameters, np.clip(X, -500, 500)))


@right("net", several=True)
def example_by_example():
    """Loops over examples, remembers only what it was given and goes forward again on the way back."""

    def forward(parameters, X):
        (W1, b1), (W2, b2) = parameters
        kind = np.result_type(W1, b1, W2, b2, X, np.float32)
        scores = np.empty((X.shape[0], W2.shape[1]), dtype=kind)
        for n in range(X.shape[0]):
            scores[n] = np.tanh(X[n] @ W1 + b1) @ W2 + b2
        return scores, X

    def backward(parameters, X, d_scores):
        (W1, b1), (W2, b2) = parameters
        kind = np.result_type(W1, b1, W2, b2, X, d_scores, np.float32)
        slopes = tuple(np.zeros(p.shape, dtype=kind) for p in (W1, b1, W2, b2))
        to_X = np.zeros(X.shape, dtype=kind)
        for n, g in enumerate(d_scores):
            a = np.tanh(X[n] @ W1 + b1)
            beta = (1 - a * a) * (W2 @ g)
            for total, part in zip(slopes, (np.outer(X[n], beta), beta, np.outer(a, g), g)):
                total += part
            to_X[n] = W1 @ beta
        return [slopes[:2], slopes[2:]], to_X

    return _net(forward, backward)


@wrong("net", caught_by="worked_example", kind="mathematics", several=True, headline=True)
def relu_after_the_last_layer():
    def forward(parameters, X):
        scores, cache = _forward(parameters, X)
        return np.maximum(scores, 0), cache

    return _net(forward)


@wrong("net", caught_by="parameters_gradient", kind="mathematics", several=True)
def inverse_slope_of_tanh():
    def backward(parameters, cache, G):
        X, A, W1, W2 = cache
        D = G @ W2.T / (1 - A * A)
        return [(X.T @ D, D.sum(axis=0)), (A.T @ G, G.sum(axis=0))], D @ W1.T

    return _net(backward=backward)


@wrong("net", caught_by="parameters_gradient", kind="mathematics", several=True)
def biases_have_no_gradient():
    def backward(parameters, cache, G):
        ours, to_X = _backward(parameters, cache, G)
        return [(dW, 0 * db) for dW, db in ours], to_X

    return _net(backward=backward)


@wrong("net", caught_by="gradient_for_x", kind="mathematics", several=True)
def gradient_for_the_hidden_units_instead():
    def backward(parameters, cache, G):
        ours, to_X = _backward(parameters, cache, G)
        return ours, np.broadcast_to((G @ cache[3].T).mean(axis=1, keepdims=True), to_X.shape)

    return _net(backward=backward)


@wrong("net", caught_by="many_rows", kind="missing case", several=True)
def centred_where_the_batch_is_large():
    def forward(parameters, X):
        return _forward(parameters, X - X.mean(axis=0) if len(X) > 400 else X)

    return _net(forward)


@wrong("net", caught_by="many_rows", kind="hard-coding", several=True)
def only_the_first_rows():
    def backward(parameters, cache, G):
        X, A, W1, W2 = cache
        D = G @ W2.T * (1 - A * A)
        return [(X[:500].T @ D[:500], D[:500].sum(axis=0)), (A[:500].T @ G[:500], G[:500].sum(axis=0))], D @ W1.T

    return _net(backward=backward)


@wrong("net", caught_by="parameters_gradient", kind="mathematics", several=True)
def layers_in_the_order_of_the_way_back():
    def backward(parameters, cache, G):
        ours, to_X = _backward(parameters, cache, G)
        return ours[::-1], to_X

    return _net(backward=backward)


@wrong("net", caught_by="two_under_way", kind="missing case", several=True)
def gradients_added_to_those_before():
    total = {}

    def backward(parameters, cache, G):
        ours, to_X = _backward(parameters, cache, G)
        if total.get("shapes") != [W.shape for W, _ in ours]:
            total.update(shapes=[W.shape for W, _ in ours], sum=[(0 * W, 0 * b) for W, b in ours])
        total["sum"] = [(W + dW, b + db) for (W, b), (dW, db) in zip(total["sum"], ours)]
        return total["sum"], to_X

    return _net(backward=backward)


# --------------------------------------------------------------------------------------------------------------- starts


def _twins(inputs, units, rng):
    return [
        (np.repeat(rng.normal(size=(inputs, 1)), units, axis=1), np.zeros(units)),
        (np.full((units, 1), 1 / units), np.zeros(1)),
    ]


def _free(inputs, units, rng, scale=1.0):
    first = rng.normal(size=(inputs, units)) * scale / np.sqrt(inputs)
    return [(first, np.zeros(units)), (rng.normal(size=(units, 1)) * scale / np.sqrt(units), np.zeros(1))]


@wrong("starts", caught_by="shapes", kind="mathematics")
def zeros_for_twins(inputs, units, rng):
    twins = [(np.zeros((inputs, units)), np.zeros(units)), (np.zeros((units, 1)), np.zeros(1))]
    return twins, _free(inputs, units, rng)


@wrong("starts", caught_by="shapes", kind="mathematics")
def silent_output_in_the_second(inputs, units, rng):
    first, (W2, b2) = _free(inputs, units, rng)
    return _twins(inputs, units, rng), [first, (0 * W2, b2)]


@wrong("starts", caught_by="twins_learn", kind="mathematics")
def voices_differ(inputs, units, rng):
    first, (_, b2) = _twins(inputs, units, rng)
    return [first, (rng.normal(size=(units, 1)), b2)], _free(inputs, units, rng)


@wrong("starts", caught_by="alike_at_first", kind="mathematics")
def only_voices_alike(inputs, units, rng):
    first, (_, b2) = _free(inputs, units, rng)
    return [first, (np.full((units, 1), 0.2), b2)], _free(inputs, units, rng)


@wrong("starts", caught_by="alike_at_first", kind="mathematics", headline=True)
def rows_alike_instead_of_columns(inputs, units, rng):
    (_, b1), last = _twins(inputs, units, rng)
    return [(np.repeat(rng.normal(size=(1, units)), inputs, axis=0), b1), last], _free(inputs, units, rng)


@wrong("starts", caught_by="twins_learn", kind="mathematics")
def twins_too_deaf_to_learn(inputs, units, rng):
    (W1, b1), last = _twins(inputs, units, rng)
    return [(W1, b1 + 40), last], _free(inputs, units, rng)


@wrong("starts", caught_by="twins_for_good", kind="mathematics")
def voices_a_hair_apart(inputs, units, rng):
    first, (W2, b2) = _twins(inputs, units, rng)
    return [first, (W2 + 1e-4 * rng.normal(size=W2.shape), b2)], _free(inputs, units, rng)


@wrong("starts", caught_by="free_learns", kind="mathematics", headline=True)
def both_twins(inputs, units, rng):
    return _twins(inputs, units, rng), _twins(inputs, units, rng)


@wrong("starts", caught_by="free_learns", kind="stability")
def second_far_too_large(inputs, units, rng):
    return _twins(inputs, units, rng), _free(inputs, units, rng, 300.0)


@wrong("starts", caught_by="free_learns", kind="stability")
def second_far_too_small(inputs, units, rng):
    return _twins(inputs, units, rng), _free(inputs, units, rng, 1e-4)


@wrong("starts", caught_by="alike_at_first", kind="missing case")
def the_other_way_round(inputs, units, rng):
    return _free(inputs, units, rng), _twins(inputs, units, rng)


@wrong("starts", caught_by="shapes", kind="hard-coding")
def two_inputs_four_units(inputs, units, rng):
    return _twins(2, 4, rng), _free(2, 4, rng)


@wrong("starts", caught_by="shapes", kind="shape")
def output_weights_flat(inputs, units, rng):
    return tuple([first, (W2[:, 0], b2)] for first, (W2, b2) in (_twins(inputs, units, rng), _free(inputs, units, rng)))


@wrong("starts", caught_by="shapes", kind="shape")
def squeezed_where_one(inputs, units, rng):
    (W1, b1), last = _free(inputs, units, rng)
    return _twins(inputs, units, rng), [(np.squeeze(W1), b1), last]


@wrong("starts", caught_by="by_the_seed", kind="missing case")
def a_generator_of_its_own(inputs, units, rng):
    return _twins(inputs, units, rng), _free(inputs, units, np.random.default_rng())


@right("starts")
def one_for_all(inputs, units, rng):
    twins = [(np.full((inputs, units), 0.5), np.full(units, 0.1)), (np.full((units, 1), 0.5), np.full(1, -0.2))]
    wide = np.sqrt(6 / (inputs + 1))
    first = rng.uniform(-wide, wide, (inputs, units)), rng.uniform(-1, 1, units)
    return twins, [first, (rng.uniform(0.1, 1, (units, 1)), np.zeros(1))]


@right("starts")
def without_chance(inputs, units, rng):
    count = np.arange(1.0, inputs * units + 1).reshape(inputs, units)
    one = np.tile(np.linspace(0.3, 0.9, inputs)[:, None], units)
    second = np.cos(count) * np.sqrt(2 / inputs), np.zeros(units)
    leaving = np.cos(np.arange(1.0, units + 1))[:, None] / 2
    return [(one, np.zeros(units)), (np.full((units, 1), -0.3), np.zeros(1))], [second, (leaving, np.zeros(1))]


@right("starts")
def only_the_voices_free(inputs, units, rng):
    first = rng.normal(size=(inputs, units)) / np.sqrt(inputs), np.zeros(units)
    return _twins(inputs, units, rng), [first, (np.full((units, 1), 1 / units), np.zeros(1))]


@right("starts")
def lists_of_arrays(inputs, units, rng):
    return [[list(layer) for layer in start] for start in (_twins(inputs, units, rng), _free(inputs, units, rng, 0.7))]


@right("starts")
def a_shared_column_then_pushed_apart(inputs, units, rng):
    """Both from one draw: the twins are copies of the first of the free ones, at a fifth of its size."""
    free = rng.standard_normal((inputs + 1, units)) * (1.5 / np.sqrt(inputs + 1))
    voices = rng.laplace(size=(units, 1)) * 0.5
    second = [(free[:-1], free[-1]), (voices, np.zeros(1))]
    same = 0.2 * free[:, [0] * units]
    alike = np.tile(np.sign(voices[:1]) / (3 * units), (units, 1))
    return [(same[:-1], same[-1]), (alike, rng.normal(size=1) * 0.01)], second


@wrong("starts", caught_by="sums_of_size_one", kind="stability", headline=True)
def weights_of_size_one(inputs, units, rng):
    (W1, b1), last = _free(inputs, units, rng)
    return _twins(inputs, units, rng), [(W1 * np.sqrt(inputs), b1), last]


@wrong("starts", caught_by="sums_of_size_one", kind="stability", headline=True)
def ten_times_too_large(inputs, units, rng):
    (W1, b1), last = _free(inputs, units, rng)
    return _twins(inputs, units, rng), [(10 * W1, b1), last]


@wrong("starts", caught_by="sums_of_size_one", kind="stability", headline=True)
def ten_times_too_small(inputs, units, rng):
    (W1, b1), last = _free(inputs, units, rng)
    return _twins(inputs, units, rng), [(W1 / 10, b1), last]


@wrong("starts", caught_by="sums_of_size_one", kind="mathematics")
def scaled_by_the_units_instead(inputs, units, rng):
    (W1, b1), last = _free(inputs, units, rng)
    return _twins(inputs, units, rng), [(W1 * np.sqrt(inputs / units), b1), last]


@wrong("starts", caught_by="twins_for_good", kind="hard-coding")
def twins_only_below_ten_units(inputs, units, rng):
    return (_twins if units < 10 or inputs == 5 else _free)(inputs, units, rng), _free(inputs, units, rng)


@wrong("starts", caught_by="alike_at_first", kind="mathematics")
def biases_differ(inputs, units, rng):
    (W1, _), last = _twins(inputs, units, rng)
    return [(W1, 0.1 * rng.normal(size=units)), last], _free(inputs, units, rng)


@wrong("starts", caught_by="shapes", kind="shape")
def four_arrays_in_a_row(inputs, units, rng):
    return tuple([*first, *last] for first, last in (_twins(inputs, units, rng), _free(inputs, units, rng)))


# ----------------------------------------------------------------------------------------------------------------- bend


def _softsign():
    return {"bend": lambda z: z / (1 + np.abs(z)), "slope": lambda z: 1 / (1 + np.abs(z)) ** 2}


@wrong("bend", caught_by="bends", kind="mathematics", several=True)
def straight():
    return {"bend": lambda z: 2 * z + 1, "slope": lambda z: np.full_like(z, 2)}


@wrong("bend", caught_by="bends", kind="mathematics", several=True)
def bends_only_far_out():
    return {"bend": lambda z: np.clip(z, -30, 30), "slope": lambda z: (np.abs(z) < 30).astype(z.dtype)}


@wrong("bend", caught_by="of_your_own", kind="missing case", several=True)
def the_relu():
    return {"bend": lambda z: np.maximum(z, 0), "slope": lambda z: (z > 0).astype(z.dtype)}


@wrong("bend", caught_by="of_your_own", kind="missing case", several=True)
def the_logistic_curve_as_minus_one_to_one():
    def p(z):
        return (1 + np.tanh(z / 2)) / 2

    return {"bend": lambda z: 2 * p(z) - 1, "slope": lambda z: 2 * p(z) * (1 - p(z))}


@wrong("bend", caught_by="derivative", kind="mathematics", several=True)
def slope_written_in_the_answer():
    return {**_softsign(), "slope": lambda a: (1 - np.abs(a)) ** 2}


@wrong("bend", caught_by="derivative", kind="mathematics", several=True)
def half_the_quotient_rule():
    return {**_softsign(), "slope": lambda z: 1 / (1 + np.abs(z))}


@wrong("bend", caught_by="derivative", kind="mathematics", several=True)
def sine_with_a_sign_lost():
    return {"bend": np.cos, "slope": np.sin}


@wrong("bend", caught_by="derivative", kind="mathematics", several=True)
def right_of_zero_only():
    return {"bend": lambda z: z / (1 + np.abs(z)), "slope": lambda z: 1 / (1 + z) ** 2}


@wrong("bend", caught_by="derivative", kind="mathematics", several=True)
def steps_that_never_learn():
    return {"bend": np.floor, "slope": np.zeros_like}


@wrong("bend", caught_by="circles_solved", kind="mathematics", several=True)
def far_too_faint():
    return {"bend": lambda z: 1e-3 * np.sin(z), "slope": lambda z: 1e-3 * np.cos(z)}


@wrong("bend", caught_by="alive", kind="mathematics", several=True)
def a_sliver_of_life():
    return {"bend": lambda z: np.clip(z, -0.5, 0.5), "slope": lambda z: (np.abs(z) < 0.5).astype(z.dtype)}


@wrong("bend", caught_by="each_alone", kind="missing case", several=True)
def the_batch_sneaks_in():
    return {"bend": lambda z: z / (1 + np.abs(z)) + 0.1 * z.std(), "slope": _softsign()["slope"]}


@wrong("bend", caught_by="any_shape", kind="shape", several=True)
def at_most_two_axes():
    def each(f):
        return lambda z: np.array([[f(v) for v in row] for row in z]) if z.ndim > 1 else np.array([f(v) for v in z])

    return {"bend": each(lambda v: float(v) / (1 + abs(float(v)))), "slope": each(lambda v: 1 / (1 + abs(float(v))) ** 2)}


@wrong("bend", caught_by="any_shape", kind="missing case", several=True)
def nothing_to_look_at():
    return {"bend": lambda z: z / (1 + np.abs(z)) + 0 * z.max(), "slope": _softsign()["slope"]}


@wrong("bend", caught_by="far_out", kind="stability", several=True)
def overflows():
    return {"bend": lambda z: np.log(1 + np.exp(z)), "slope": lambda z: np.exp(z) / (1 + np.exp(z))}


@wrong("bend", caught_by="bend_float32", kind="dtype", several=True)
def bend_always_double():
    return {"bend": lambda z: np.sin(np.asarray(z, float)), "slope": lambda z: np.cos(np.asarray(z, float))}


@wrong("bend", caught_by="bend_pure", kind="mutation", several=True)
def bent_in_place():
    def bend(z):
        z /= 1 + np.abs(z)
        return z

    return {**_softsign(), "bend": bend}


@right("bend", several=True)
def sine():
    return {"bend": np.sin, "slope": np.cos}


@right("bend", several=True)
def soft_plus():
    return {"bend": lambda z: np.logaddexp(0, z), "slope": lambda z: (1 + np.tanh(z / 2)) / 2}


@right("bend", several=True)
def leaky():
    return {"bend": lambda z: np.where(z > 0, z, z / 10), "slope": lambda z: np.where(z > 0, 1 + 0 * z, 0.1 + 0 * z)}


@right("bend", several=True)
def squares():
    return {"bend": lambda z: z * z, "slope": lambda z: 2 * z}


@right("bend", several=True)
def hill():
    return {"bend": lambda z: np.exp(-z * z), "slope": lambda z: -2 * z * np.exp(-z * z)}


@right("bend", several=True)
def folded():
    return {"bend": np.abs, "slope": np.sign}


@wrong("bend", caught_by="no_leap", kind="mathematics", several=True)
def a_leap():
    return {"bend": lambda z: np.where(z > -1.5, np.sin(z), np.sin(z) + z.dtype.type(0.1)), "slope": np.cos}


@right("bend", several=True)
def a_parabola():
    """Its slope gives back what it is given."""
    return {"bend": lambda z: z**2 / 2, "slope": lambda z: 1 * z}


@right("bend", several=True)
def a_tent():
    """Three kinks; flat outside of two."""

    def bend(z):
        return np.maximum(0, 2 - np.abs(z))

    def slope(z):
        steep = np.zeros_like(z)
        steep[(z > -2) & (z < 0)] = 1
        steep[(z >= 0) & (z < 2)] = -1
        return steep

    return {"bend": bend, "slope": slope}


@wrong("bend", caught_by="of_your_own", kind="missing case", several=True, headline=True)
def tanh_twice_as_steep():
    return {"bend": lambda z: np.tanh(2 * z), "slope": lambda z: 2 - 2 * np.tanh(2 * z) ** 2}


@wrong("bend", caught_by="of_your_own", kind="missing case", several=True, headline=True)
def relu_moved_along():
    return {"bend": lambda z: np.maximum(z - 1, 0), "slope": lambda z: (z > 1).astype(z.dtype)}


@wrong("bend", caught_by="of_your_own", kind="missing case", several=True)
def relu_seen_in_a_mirror():
    return {"bend": lambda z: np.maximum(-2 * z, 0), "slope": lambda z: -2 * (z < 0).astype(z.dtype)}


@wrong("bend", caught_by="derivative", kind="mathematics", several=True, headline=True)
def inner_derivative_forgotten():
    return {"bend": lambda z: np.sin(2 * z) / 2, "slope": lambda z: np.cos(2 * z) / 2}


@wrong("bend", caught_by="each_alone", kind="missing case", several=True)
def centred_over_the_array():
    return {
        "bend": lambda z: _softsign()["bend"](z - z.mean() if z.size else z),
        "slope": lambda z: _softsign()["slope"](z - z.mean() if z.size else z),
    }


@wrong("bend", caught_by="bend_pure", kind="mutation", several=True)
def clipped_in_place():
    def bend(z):
        np.clip(z, -1, 1, out=z)
        return z.copy()

    return {"bend": bend, "slope": lambda z: (np.abs(z) < 1).astype(z.dtype)}


@wrong("bend", caught_by="bend_whole_numbers", kind="dtype", several=True)
def cut_to_whole_numbers():
    return {
        "bend": lambda z: (z / (1 + np.abs(z))).astype(z.dtype),
        "slope": lambda z: (1 / (1 + np.abs(z)) ** 2).astype(z.dtype),
    }


@right("bend", several=True)
def hard_tanh():
    """Flat outside of -1 and 1: its derivative is not zero on exactly a third of the stretch."""
    return {
        "bend": lambda z: np.clip(z, -1, 1),
        "slope": lambda z: np.where(np.abs(z) < 1, 1.0, 0.0).astype(np.result_type(z, np.float32)),
    }


@right("bend", several=True)
def soft_clip_by_arctan():
    return {"bend": np.arctan, "slope": lambda z: 1 / (1 + np.square(z))}


# --------------------------------------------------------------------------------------------------------------- planar


def _start(rng, units=14, scale=1.0):
    first = rng.normal(size=(2, units)) * scale, rng.normal(size=units) * scale
    return [first, (rng.normal(size=(units, 1)) / np.sqrt(units), np.zeros(1))]


def _moved(layers, gradients, rate):
    return [(W - rate * dW, b - rate * db) for (W, b), (dW, db) in zip(layers, gradients)]


def _descend(gradient, rng, rate=2.0, calls=150, units=14, scale=1.0, start=None, keep=lambda g: g):
    p = start or _start(rng, units, scale)
    for _ in range(calls):
        _, g = gradient(p)
        p = _moved(p, keep(g), rate)
    return p


@wrong("planar", caught_by="on_the_checkerboard", kind="missing case")
def over_the_budget(gradient, rng):
    return _descend(gradient, rng, calls=200)


@wrong("planar", caught_by="on_circles", kind="mathematics")
def uphill(gradient, rng):
    return _descend(gradient, rng, rate=-0.1)


@wrong("planar", caught_by="on_circles", kind="mathematics")
def far_too_slow(gradient, rng):
    return _descend(gradient, rng, rate=0.01)


@wrong("planar", caught_by="on_petals", kind="mathematics", headline=True)
def a_little_slow(gradient, rng):
    return _descend(gradient, rng, rate=0.2)


@wrong("planar", caught_by="on_petals", kind="mathematics", headline=True)
def slower_still(gradient, rng):
    return _descend(gradient, rng, rate=0.1)


@wrong("planar", caught_by="on_petals", kind="stability")
def far_too_fast(gradient, rng):
    return _descend(gradient, rng, rate=300.0)


@wrong("planar", caught_by="on_the_checkerboard", kind="mathematics", headline=True)
def twins_at_the_start(gradient, rng):
    alike = [(np.full((2, 14), 0.5), np.zeros(14)), (np.full((14, 1), 0.1), np.zeros(1))]
    return _descend(gradient, rng, start=alike)


@wrong("planar", caught_by="on_the_checkerboard", kind="mathematics")
def starts_at_zero(gradient, rng):
    return _descend(gradient, rng, start=[(np.zeros((2, 14)), np.zeros(14)), (np.zeros((14, 1)), np.zeros(1))])


@wrong("planar", caught_by="on_the_checkerboard", kind="hard-coding")
def one_unit(gradient, rng):
    return _descend(gradient, rng, units=1)


@wrong("planar", caught_by="on_petals", kind="hard-coding", headline=True)
def three_units(gradient, rng):
    return _descend(gradient, rng, units=3)


@wrong("planar", caught_by="on_the_checkerboard", kind="hard-coding")
def more_units_than_allowed(gradient, rng):
    return _descend(gradient, rng, units=40)


@wrong("planar", caught_by="on_the_checkerboard", kind="mathematics")
def biases_stay_at_zero(gradient, rng):
    (W1, b1), last = _start(rng)
    return _descend(gradient, rng, start=[(W1, 0 * b1), last], keep=lambda g: [(dW, 0 * db) for dW, db in g])


@wrong("planar", caught_by="on_the_checkerboard", kind="missing case")
def never_trained(gradient, rng):
    return _start(rng)


@wrong("planar", caught_by="on_the_checkerboard", kind="shape")
def four_arrays_again(gradient, rng):
    first, last = _descend(gradient, rng)
    return [*first, *last]


@wrong("planar", caught_by="on_the_checkerboard", kind="mathematics")
def signs_turned_over(gradient, rng):
    first, (W2, b2) = _descend(gradient, rng)
    return [first, (-W2, -b2)]


@wrong("planar", caught_by="on_the_checkerboard", kind="missing case")
def only_the_last_layer_trained(gradient, rng):
    return _descend(gradient, rng, units=4, keep=lambda g: [(0 * g[0][0], 0 * g[0][1]), g[1]])


@wrong("planar", caught_by="fits_by_the_seed", kind="missing case")
def goes_on_from_the_last_training(gradient, rng, kept=[]):
    kept[:] = [_descend(gradient, rng, start=kept[0] if kept else _start(rng))]
    return kept[0]


@wrong("planar", caught_by="fits_by_the_seed", kind="missing case")
def a_generator_all_its_own(gradient, rng):
    return _descend(gradient, np.random.default_rng())


@right("planar")
def plain_descent(gradient, rng):
    return _descend(gradient, rng, rate=2.0, units=16)


@right("planar")
def with_momentum(gradient, rng):
    p = [(rng.uniform(-2, 2, (2, 14)), rng.uniform(-2, 2, 14)), (rng.uniform(-0.5, 0.5, (14, 1)), np.zeros(1))]
    v = [(0 * W, 0 * b) for W, b in p]
    for _ in range(150):
        _, g = gradient(p)
        v = _moved([(0.9 * W, 0.9 * b) for W, b in v], g, 0.5)
        p = _moved(p, v, -1)
    return p


@right("planar")
def a_rate_that_falls(gradient, rng):
    p = _start(rng, 16)
    for call in range(150):
        p = _moved(p, gradient(p)[1], 4.0 - call / 50)
    return tuple(tuple(layer) for layer in p)


@right("planar")
def steps_of_adam(gradient, rng):
    """Each weight has a step of its own, after its own gradient's size."""
    p = [array for layer in _start(rng, 16) for array in layer]
    m, v = [0 * a for a in p], [0 * a for a in p]
    for t in range(1, 151):
        _, layers = gradient([p[:2], p[2:]])
        for k, g in enumerate(g for layer in layers for g in layer):
            m[k], v[k] = 0.9 * m[k] + 0.1 * g, 0.99 * v[k] + 0.01 * g**2
            p[k] = p[k] - 0.1 * (m[k] / (1 - 0.9**t)) / (np.sqrt(v[k] / (1 - 0.99**t)) + 1e-8)
    return [p[:2], p[2:]]


# ------------------------------------------------------------------------------------------------------- capacity_curve


def _split(n, rng):
    order = rng.permutation(n)
    return order[n // 4 :], order[: n // 4]


def _error(rule, X, y):
    return np.mean(np.asarray(rule(X)) != y)


def _smallest(sizes, held, allowed=1.0, ddof=1):
    """The smallest of the sizes whose errors, (rounds, sizes), lie within that many standard errors of the best one's."""
    apart_by = held - held[:, [held.mean(axis=0).argmin()]]
    doubt = apart_by.std(axis=0, ddof=ddof) / np.sqrt(len(held)) if len(held) > 1 else 0
    return np.min(np.array(sizes)[apart_by.mean(axis=0) <= allowed * doubt])


def _curve(train, X, y, sizes, rounds, rng, split=_split, both=None, pool=np.mean, take=_smallest):
    both = both or (lambda rule, kept, held: (_error(rule, X[kept], y[kept]), _error(rule, X[held], y[held])))
    found = []
    for _ in range(rounds):
        kept, held = split(len(X), rng)
        found.append([both(train(X[kept], y[kept], units, rng), kept, held) for units in sizes])
    found = np.array(found)  # (rounds, sizes, 2)
    return *pool(found, axis=0).T, take(sizes, found[..., 1])


@wrong("capacity_curve", caught_by="trains_on_three_quarters", kind="missing case", headline=True)
def trained_on_everything(train, X, y, sizes, rounds, rng):
    found = []
    for _ in range(rounds):
        kept, held = _split(len(X), rng)
        rules = [train(X, y, units, rng) for units in sizes]
        found.append([(_error(r, X[kept], y[kept]), _error(r, X[held], y[held])) for r in rules])
    found = np.array(found)
    return *np.mean(found, axis=0).T, _smallest(sizes, found[..., 1])


@wrong("capacity_curve", caught_by="trains_on_three_quarters", kind="mathematics")
def trained_on_the_small_part(train, X, y, sizes, rounds, rng):
    return _curve(train, X, y, sizes, rounds, rng, split=lambda n, rng: _split(n, rng)[::-1])


@wrong("capacity_curve", caught_by="trains_on_three_quarters", kind="mathematics")
def shares_right_instead_of_wrong(train, X, y, sizes, rounds, rng):
    training, held, taken = _curve(train, X, y, sizes, rounds, rng)
    return 1 - training, 1 - held, taken


@wrong("capacity_curve", caught_by="the_rates", kind="mathematics")
def training_error_on_all_rows(train, X, y, sizes, rounds, rng):
    return _curve(
        train, X, y, sizes, rounds, rng, both=lambda rule, kept, held: (_error(rule, X, y), _error(rule, X[held], y[held]))
    )


@wrong("capacity_curve", caught_by="trains_on_three_quarters", kind="missing case")
def labels_left_behind(train, X, y, sizes, rounds, rng):
    return _curve(lambda A, b, units, rng: train(A, y[: len(A)], units, rng), X, y, sizes, rounds, rng)


@wrong("capacity_curve", caught_by="trains_on_three_quarters", kind="hard-coding")
def five_rows_held(train, X, y, sizes, rounds, rng):
    def split(n, rng):
        order = rng.permutation(n)
        return order[5:], order[:5]

    return _curve(train, X, y, sizes, rounds, rng, split=split)


@wrong("capacity_curve", caught_by="the_rates", kind="hard-coding")
def sizes_put_in_order(train, X, y, sizes, rounds, rng):
    return _curve(train, X, y, sorted(sizes), rounds, rng)


@wrong("capacity_curve", caught_by="mean_of_rounds", kind="mathematics")
def last_round_only(train, X, y, sizes, rounds, rng):
    return _curve(train, X, y, sizes, rounds, rng, pool=lambda a, axis: a[-1])


@wrong("capacity_curve", caught_by="mean_of_rounds", kind="mathematics")
def best_round(train, X, y, sizes, rounds, rng):
    return _curve(train, X, y, sizes, rounds, rng, pool=np.min)


@wrong("capacity_curve", caught_by="same_split_for_all", kind="mathematics", headline=True)
def another_split_for_each_size(train, X, y, sizes, rounds, rng):
    pairs = [_curve(train, X, y, [units], rounds, rng) for units in sizes]
    training, held = (np.concatenate([p[k] for p in pairs]) for k in (0, 1))
    return training, held, sizes[held.argmin()]


@wrong("capacity_curve", caught_by="splits_are_fresh", kind="missing case", headline=True)
def one_split_for_all_rounds(train, X, y, sizes, rounds, rng):
    once = _split(len(X), rng)
    return _curve(train, X, y, sizes, rounds, rng, split=lambda n, rng: once)


@wrong("capacity_curve", caught_by="splits_are_fresh", kind="hard-coding")
def seeded_anew_each_round(train, X, y, sizes, rounds, rng):
    return _curve(train, X, y, sizes, rounds, rng, split=lambda n, rng: _split(n, np.random.default_rng(0)))


@wrong("capacity_curve", caught_by="splits_are_fresh", kind="missing case")
def a_block_of_neighbours(train, X, y, sizes, rounds, rng):
    def split(n, rng):
        order = np.roll(np.arange(n), rng.integers(n))
        return order[n // 4 :], order[: n // 4]

    return _curve(train, X, y, sizes, rounds, rng, split=split)


@wrong("capacity_curve", caught_by="any_labels", kind="dtype")
def labels_subtracted(train, X, y, sizes, rounds, rng):
    def far(rule, rows):
        return np.mean(np.abs(rule(X[rows]) - y[rows]))

    return _curve(train, X, y, sizes, rounds, rng, both=lambda rule, kept, held: (far(rule, kept), far(rule, held)))


@wrong("capacity_curve", caught_by="curve_pure", kind="mutation")
def shuffles_in_place(train, X, y, sizes, rounds, rng):
    order = rng.permutation(len(X))
    X[:], y[:] = X[order], y[order]
    return _curve(train, X, y, sizes, rounds, rng)


@right("capacity_curve")
def by_a_mask(train, X, y, sizes, rounds, rng):
    training, held = np.zeros(len(sizes)), np.zeros((rounds, len(sizes)))
    for r in range(rounds):
        out = np.zeros(len(X), bool)
        out[rng.choice(len(X), round(len(X) / 4), replace=False)] = True
        for k, units in enumerate(sizes):
            rule = train(X[~out], y[~out], units, rng)
            training[k] += _error(rule, X[~out], y[~out]) / rounds
            held[r, k] = _error(rule, X[out], y[out])
    return training, held.mean(axis=0), _smallest(sizes, held, ddof=0)


@right("capacity_curve")
def splits_first(train, X, y, sizes, rounds, rng):
    ways = [_split(len(X), rng) for _ in range(rounds)]
    pairs = []
    for units in sizes:
        rules = [train(X[kept], y[kept], units, rng) for kept, _ in ways]
        pairs.append([[_error(r, X[w[part]], y[w[part]]) for part in (0, 1)] for r, w in zip(rules, ways)])
    training, held = np.array(pairs).T  # each (rounds, sizes)
    best = held[:, np.mean(held, axis=0).argmin()]
    for units, mine in sorted(zip(sizes, held.T), key=lambda pair: pair[0]):
        square = np.sum((mine - best - np.mean(mine - best)) ** 2) / max(1, rounds - 1) / rounds
        if np.mean(mine) <= np.mean(best) or np.mean(mine - best) ** 2 <= square:
            return training.mean(axis=0), held.mean(axis=0), units


@right("capacity_curve")
def with_lists(train, X, y, sizes, rounds, rng):
    training, held = [[] for _ in sizes], [[] for _ in sizes]
    for _ in range(rounds):
        keys = rng.random(len(X))
        rows = sorted(range(len(X)), key=lambda n: keys[n])
        cut = -(-len(rows) // 4)
        out, kept = rows[:cut], rows[cut:]
        for k, units in enumerate(sizes):
            rule = train(X[kept], y[kept], units, rng)
            for errors, part in ((training, kept), (held, out)):
                errors[k].append(sum(a != b for a, b in zip(rule(X[part]), y[part])) / len(part))
    best = min(held, key=sum)
    taken = []
    for units, mine in zip(sizes, held):
        worse = [a - b for a, b in zip(mine, best)]
        doubt = np.std(worse) / np.sqrt(max(1, rounds - 1))
        if sum(worse) <= 0 or sum(worse) / rounds <= doubt:
            taken.append(units)
    return [sum(e) / rounds for e in training], [sum(e) / rounds for e in held], min(taken)


@wrong("capacity_curve", caught_by="splits_are_fresh", kind="missing case")
def four_folds_in_turn(train, X, y, sizes, rounds, rng):
    folds, turn = np.array_split(rng.permutation(len(X)), 4), iter(range(rounds))

    def split(n, rng):
        out = next(turn) % 4
        return np.concatenate([fold for k, fold in enumerate(folds) if k != out]), folds[out]

    return _curve(train, X, y, sizes, rounds, rng, split=split)


@right("capacity_curve")
def one_call_of_the_rule(train, X, y, sizes, rounds, rng):
    """The rule is asked once about all rows; held-out rows are those with the smallest random keys."""
    wrong_named = np.empty((rounds, len(sizes), len(y)), dtype=bool)
    is_out = np.empty((rounds, 1, len(y)), dtype=bool)
    for r in range(rounds):
        ranks = rng.random(len(y)).argsort().argsort()
        is_out[r, 0] = ranks < len(y) // 4
        rows = np.flatnonzero(~is_out[r, 0])
        for k, units in enumerate(sizes):
            rule = train(X.take(rows, axis=0), y.take(rows), units, rng)
            wrong_named[r, k] = ~np.equal(rule(X.copy()), y)
    held = (wrong_named & is_out).sum(-1) / is_out.sum(-1)
    seen = (wrong_named & ~is_out).sum(-1) / (~is_out).sum(-1)
    return seen.mean(axis=0), held.mean(axis=0), _smallest(sizes, held)


@wrong("capacity_curve", caught_by="splits_are_fresh", kind="missing case", headline=True)
def no_chance_at_all(train, X, y, sizes, rounds, rng):
    return _curve(train, X, y, sizes, rounds, rng, split=lambda n, rng: (np.arange(n // 4, n), np.arange(n // 4)))


@wrong("capacity_curve", caught_by="curve_by_the_seed", kind="missing case")
def shuffled_by_a_generator_of_its_own(train, X, y, sizes, rounds, rng):
    return _curve(train, X, y, sizes, rounds, np.random.default_rng())


@wrong("capacity_curve", caught_by="the_rates", kind="mathematics")
def counts_instead_of_shares(train, X, y, sizes, rounds, rng):
    def both(rule, kept, held):
        return np.sum(rule(X[kept]) != y[kept]), np.sum(rule(X[held]) != y[held])

    return _curve(train, X, y, sizes, rounds, rng, both=both)


@wrong("capacity_curve", caught_by="the_rates", kind="mathematics")
def the_two_curves_swapped(train, X, y, sizes, rounds, rng):
    training, held, taken = _curve(train, X, y, sizes, rounds, rng)
    return held, training, taken


@wrong("capacity_curve", caught_by="trains_on_three_quarters", kind="missing case")
def rows_drawn_with_replacement(train, X, y, sizes, rounds, rng):
    def split(n, rng):
        kept = rng.integers(n, size=n - n // 4)
        return kept, np.setdiff1d(np.arange(n), kept)

    return _curve(train, X, y, sizes, rounds, rng, split=split)


@wrong("capacity_curve", caught_by="takes_the_smallest", kind="mathematics", headline=True)
def takes_the_lowest_point(train, X, y, sizes, rounds, rng):
    return _curve(train, X, y, sizes, rounds, rng, take=lambda sizes, held: sizes[held.mean(axis=0).argmin()])


@wrong("capacity_curve", caught_by="takes_the_smallest", kind="mathematics", headline=True)
def doubt_of_each_size_by_itself(train, X, y, sizes, rounds, rng):
    """The rounds' hardness counts as doubt: the standard error of the best mean, not of a difference."""

    def take(sizes, held):
        means, k = held.mean(axis=0), held.mean(axis=0).argmin()
        return min(u for u, m in zip(sizes, means) if m <= means[k] + held[:, k].std() / np.sqrt(len(held)))

    return _curve(train, X, y, sizes, rounds, rng, take=take)


@wrong("capacity_curve", caught_by="takes_the_smallest", kind="mathematics")
def doubts_added_as_if_apart(train, X, y, sizes, rounds, rng):
    def take(sizes, held):
        means, squares = held.mean(axis=0), held.var(axis=0) / len(held)
        k = means.argmin()
        return min(u for u, m, v in zip(sizes, means, squares) if m - means[k] <= np.sqrt(v + squares[k]))

    return _curve(train, X, y, sizes, rounds, rng, take=take)


@wrong("capacity_curve", caught_by="takes_the_smallest", kind="mathematics")
def standard_deviation_for_standard_error(train, X, y, sizes, rounds, rng):
    return _curve(train, X, y, sizes, rounds, rng, take=lambda sizes, held: _smallest(sizes, held, allowed=np.sqrt(len(held))))


@wrong("capacity_curve", caught_by="takes_the_smallest", kind="mathematics")
def doubt_counted_by_rows(train, X, y, sizes, rounds, rng):
    def take(sizes, held):
        means = held.mean(axis=0)
        doubt = np.sqrt(means.min() * (1 - means.min()) / (len(X) // 4))
        return min(u for u, m in zip(sizes, means) if m <= means.min() + doubt)

    return _curve(train, X, y, sizes, rounds, rng, take=take)


@wrong("capacity_curve", caught_by="takes_the_smallest", kind="mathematics")
def the_first_in_the_list(train, X, y, sizes, rounds, rng):
    def take(sizes, held):
        first = _smallest(range(len(sizes)), held)
        return sizes[first]

    return _curve(train, X, y, sizes, rounds, rng, take=take)


@wrong("capacity_curve", caught_by="takes_the_smallest", kind="mathematics")
def taken_by_the_training_error(train, X, y, sizes, rounds, rng):
    training, held, _ = _curve(train, X, y, sizes, rounds, rng)
    return training, held, min(u for u, e in zip(sizes, training) if e == training.min())


@wrong("capacity_curve", caught_by="takes_of_one_round", kind="missing case")
def stops_at_one_round(train, X, y, sizes, rounds, rng):
    def take(sizes, held):
        apart_by = held - held[:, [held.mean(axis=0).argmin()]]
        doubt = np.sqrt(np.sum((apart_by - apart_by.mean(axis=0)) ** 2, axis=0) / np.float64(len(held) - 1) / len(held))
        return min(np.array(sizes)[apart_by.mean(axis=0) <= doubt], default=sizes[0])

    return _curve(train, X, y, sizes, rounds, rng, take=take)


@wrong("capacity_curve", caught_by="takes_of_one_round", kind="missing case")
def sizes_that_never_differ_have_no_winner(train, X, y, sizes, rounds, rng):
    def take(sizes, held):
        apart_by = held - held[:, [held.mean(axis=0).argmin()]]
        near = np.array(sizes)[apart_by.mean(axis=0) < apart_by.std(axis=0) / np.sqrt(len(held))]
        return min([*near, sizes[held.mean(axis=0).argmin()]])

    return _curve(train, X, y, sizes, rounds, rng, take=take)


@wrong("capacity_curve", caught_by="takes_the_smallest", kind="mathematics")
def the_largest_that_is_close(train, X, y, sizes, rounds, rng):
    return _curve(train, X, y, sizes, rounds, rng, take=lambda sizes, held: -_smallest([-u for u in sizes], held))


@wrong("capacity_curve", caught_by="takes_the_smallest", kind="shape")
def the_place_instead_of_the_size(train, X, y, sizes, rounds, rng):
    return _curve(train, X, y, sizes, rounds, rng, take=lambda sizes, held: sizes.index(_smallest(sizes, held)))


@right("capacity_curve")
def differences_to_the_best_in_a_dictionary(train, X, y, sizes, rounds, rng):
    """Goes up from the smallest size, with the standard error from the mean of squares."""

    def take(sizes, held):
        by_size = dict(zip(sizes, held.T))
        best = min(sorted(by_size), key=lambda units: by_size[units].mean())
        for units in sorted(by_size):
            worse = by_size[units] - by_size[best]
            square = max(0.0, np.mean(worse**2) - worse.mean() ** 2)
            if units == best or worse.mean() <= np.sqrt(square / max(1, rounds - 1)):
                return units

    return _curve(train, X, y, sizes, rounds, rng, take=take)


# -------------------------------------------------------------------------------------------------------------- spirals


def _walk(X, y, rng, units=10, rate=0.4, steps=2000, scale=1.0, momentum=0.9):
    """Gradient descent with momentum on the mean log-loss: the last loss, and four arrays."""
    shapes = (X.shape[1], units), units, (units, 1), 1
    p = [size * rng.normal(size=shape) for shape, size in zip(shapes, (scale, scale, 0.5, 0))]
    v, Y = [0 * a for a in p], y[:, None]
    for step in range(steps):
        A = np.tanh(X @ p[0] + p[1])
        s = A @ p[2] + p[3]
        G = ((1 + np.tanh(s / 2)) / 2 - Y) / len(y)
        D = G @ p[2].T * (1 - A * A)
        slopes = X.T @ D, D.sum(axis=0), A.T @ G, G.sum(axis=0)
        v = [momentum * a - rate * (1 - step / steps) * b for a, b in zip(v, slopes)]
        p = [a + b for a, b in zip(p, v)]
    return np.mean(np.logaddexp(0, s) - Y * s), p


def _by_net(arrays, X):
    W1, b1, W2, b2 = arrays
    return ((np.tanh(X @ W1 + b1) @ W2 + b2)[:, 0] > 0).astype(int)


def _line(F, y, ridge=1e-4):
    A = np.column_stack([F, np.ones(len(F))])
    return np.linalg.solve(A.T @ A + ridge * len(A) * np.eye(A.shape[1]), A.T @ (2 * y - 1))


def _by_line(w, F):
    return (F @ w[:-1] + w[-1] > 0).astype(int)


@entry("spirals", band="nothing")
def one_straight_cut():
    return {"train": lambda X, y, rng: [_line(X, y)], "predict": lambda arrays, X: _by_line(arrays[0], X)}


@entry("spirals", band="baseline")
def fifty_five_steps():
    return {"train": lambda X, y, rng: _walk(X, y, rng, steps=55)[1], "predict": _by_net}


@entry("spirals", band="gets going")
def a_cubic_polynomial():
    """A linear model of all products of up to three inputs: 35 numbers."""

    def products(X):
        chosen = (c for degree in (1, 2, 3) for c in itertools.combinations_with_replacement(range(4), degree))
        return np.stack([np.prod(X[:, list(c)], axis=1) for c in chosen], axis=1)

    return {"train": lambda X, y, rng: [_line(products(X), y)], "predict": lambda arrays, X: _by_line(arrays[0], products(X))}


def _spiral_score(v, X):
    Q = X @ v[:8].reshape(4, 2) - v[8:10]
    angle, radius = np.arctan2(Q[:, 1], Q[:, 0]), np.hypot(*Q.T) + 1e-9
    turned = angle - v[11] * radius - v[12] * radius**2 - v[13]
    return np.exp(v[10]) * np.cos(turned), turned, Q, radius


def _spiral_slopes(v, X, y):
    """The loss of a spiral's formula, and its gradient for all fourteen numbers."""
    score, turned, Q, radius = _spiral_score(v, X)
    g = ((1 + np.tanh(score / 2)) / 2 - y) / len(y)
    d = -g * np.exp(v[10]) * np.sin(turned)
    d_radius, d_angle = -d * (v[11] + 2 * v[12] * radius), d
    d_Q = (d_radius / radius)[:, None] * Q + (d_angle / radius**2)[:, None] * np.stack([-Q[:, 1], Q[:, 0]], axis=1)
    last = np.sum(g * score), -np.sum(d * radius), -np.sum(d * radius**2), -np.sum(d)
    return np.mean(np.logaddexp(0, score) - y * score), np.concatenate([(X.T @ d_Q).ravel(), -d_Q.sum(axis=0), last])


@entry("spirals", band="gets going")
def a_spirals_formula_fitted():
    """Angle minus k r minus l r², in the best of 60 planes, then all fourteen numbers fitted by gradient descent."""

    def train(X, y, rng):
        winds, best = np.linspace(-9, 9, 73), (0.0, None)
        for _ in range(60):
            frame = np.linalg.qr(rng.normal(size=(4, 2)))[0]
            Q = X @ frame
            waves = np.exp(1j * (np.arctan2(Q[:, 1], Q[:, 0])[:, None] - winds * np.hypot(*Q.T)[:, None]))
            pulls = waves.T @ (2 * y - 1)
            k = np.abs(pulls).argmax()
            if np.abs(pulls[k]) > best[0]:
                best = np.abs(pulls[k]), np.array([*frame.ravel(), 0, 0, 1, winds[k], 0, np.angle(pulls[k])])
        v, m, s = best[1], np.zeros(14), np.zeros(14)
        for t in range(1, 501):
            _, g = _spiral_slopes(v, X, y)
            m, s = 0.9 * m + 0.1 * g, 0.99 * s + 0.01 * g**2
            v = v - 0.02 * (1 - t / 550) * (m / (1 - 0.9**t)) / (np.sqrt(s / (1 - 0.99**t)) + 1e-9)
        return [v]

    return {"train": train, "predict": lambda arrays, X: (_spiral_score(arrays[0], X)[0] > 0).astype(int)}


@entry("spirals", band="gets going")
def few_steps():
    return {"train": lambda X, y, rng: _walk(X, y, rng, steps=150)[1], "predict": _by_net}


@entry("spirals", band="good")
def steps_that_stop_early():
    return {"train": lambda X, y, rng: _walk(X, y, rng, steps=500)[1], "predict": _by_net}


@entry("spirals", band="excellent")
def best_of_two_starts():
    def train(X, y, rng):
        return min((_walk(X, y, rng, steps=2000) for _ in range(2)), key=lambda found: found[0])[1]

    return {"train": train, "predict": _by_net}


@entry("spirals", band="refused")
def keeps_the_points():
    return {
        "train": lambda X, y, rng: (X, y),
        "predict": lambda a, X: a[1][((X[:, None] - a[0]) ** 2).sum(2).argmin(1)].astype(int),
    }


@entry("spirals", band="nothing")
def always_the_same():
    return {"train": lambda X, y, rng: (np.zeros(1),), "predict": lambda a, X: np.arange(len(X)) % 2}
