"""Answers to week 3 that the cases must tell apart."""

import numpy as np

from autograder.cases import entry, right, wrong

# ------------------------------------------------------------------------------------------------------------------ net


def _forward(parameters, X):
    W1, b1, W2, b2 = parameters
    A = np.tanh(X @ W1 + b1)
    return A @ W2 + b2, (X, A, W1, W2)


def _backward(cache, G):
    X, A, W1, W2 = cache
    D = G @ W2.T * (1 - A * A)
    return (X.T @ D, D.sum(axis=0), A.T @ G, G.sum(axis=0)), D @ W1.T


def _net(forward=_forward, backward=_backward):
    return {"forward": forward, "backward": backward}


@wrong("net", caught_by="parameters_gradient", kind="mathematics", several=True)
def averaged_once_more():
    def backward(cache, G):
        ours, to_X = _backward(cache, G)
        return tuple(g / len(G) for g in ours), to_X

    return _net(backward=backward)


@wrong("net", caught_by="parameters_gradient", kind="mathematics", several=True)
def slope_of_tanh_forgotten():
    def backward(cache, G):
        X, A, W1, W2 = cache
        D = G @ W2.T
        return (X.T @ D, D.sum(axis=0), A.T @ G, G.sum(axis=0)), D @ W1.T

    return _net(backward=backward)


@wrong("net", caught_by="parameters_gradient", kind="mathematics", several=True)
def slope_taken_at_the_wrong_place():
    def forward(parameters, X):
        W1, b1, W2, b2 = parameters
        Z = X @ W1 + b1
        return np.tanh(Z) @ W2 + b2, (X, np.tanh(Z), Z, W1, W2)

    def backward(cache, G):
        X, A, Z, W1, W2 = cache
        D = G @ W2.T * (1 - Z * Z)
        return (X.T @ D, D.sum(axis=0), A.T @ G, G.sum(axis=0)), D @ W1.T

    return _net(forward, backward)


@wrong("net", caught_by="parameters_gradient", kind="mathematics", several=True)
def upstream_left_out():
    def backward(cache, G):
        return _backward(cache, np.ones_like(G))

    return _net(backward=backward)


@wrong("net", caught_by="parameters_gradient", kind="shape", several=True)
def bias_summed_over_the_wrong_axis():
    def backward(cache, G):
        (dW1, _, dW2, _), to_X = _backward(cache, G)
        _X, A, _W1, W2 = cache
        D = G @ W2.T * (1 - A * A)
        return (dW1, D.sum(axis=1), dW2, G.sum(axis=1)), to_X

    return _net(backward=backward)


@wrong("net", caught_by="parameters_gradient", kind="shape", several=True)
def bias_keeps_its_dimension():
    def backward(cache, G):
        (dW1, db1, dW2, db2), to_X = _backward(cache, G)
        return (dW1, db1[None], dW2, db2[None]), to_X

    return _net(backward=backward)


@wrong("net", caught_by="parameters_gradient", kind="hard-coding", several=True)
def one_output_only():
    def backward(cache, G):
        X, A, W1, W2 = cache
        D = G[:, :1] * W2[:, 0] * (1 - A * A)
        return (X.T @ D, D.sum(axis=0), A.T @ G, G.sum(axis=0)), D @ W1.T

    return _net(backward=backward)


@wrong("net", caught_by="unit_by_unit", kind="hard-coding", several=True)
def four_units_only():
    def forward(parameters, X):
        W1, b1, W2, b2 = parameters
        A = np.tanh(X @ W1 + b1)
        return A[:, :4] @ W2[:4] + b2, (X, A, W1, W2)

    return _net(forward)


@wrong("net", caught_by="unit_by_unit", kind="mathematics", several=True)
def hidden_bias_left_out():
    def forward(parameters, X):
        W1, _b1, W2, b2 = parameters
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
    def backward(cache, G):
        ours, to_X = _backward(cache, G)
        return ours, np.zeros_like(to_X)

    return _net(backward=backward)


@wrong("net", caught_by="gradient_for_x", kind="mathematics", several=True)
def x_asked_after_the_bend():
    def backward(cache, G):
        _X, _A, W1, W2 = cache
        ours, _ = _backward(cache, G)
        return ours, (G @ W2.T) @ W1.T

    return _net(backward=backward)


@wrong("net", caught_by="two_under_way", kind="missing case", several=True)
def cache_kept_in_a_global():
    kept = {}

    def forward(parameters, X):
        scores, kept["now"] = _forward(parameters, X)
        return scores, None

    def backward(cache, G):
        return _backward(kept["now"], G)

    return _net(forward, backward)


@wrong("net", caught_by="pure", kind="mutation", several=True)
def upstream_scaled_in_place():
    def backward(cache, G):
        ours = _backward(cache, G)
        G *= 0.5
        return ours

    return _net(backward=backward)


@wrong("net", caught_by="pure", kind="mutation", several=True)
def bias_added_in_place():
    def forward(parameters, X):
        _W1, b1, _W2, _b2 = parameters
        out = _forward(parameters, X)
        b1 += 0.001
        return out

    return _net(forward)


@wrong("net", caught_by="twice", kind="mutation", several=True)
def cache_used_up():
    def forward(parameters, X):
        scores, cache = _forward(parameters, X)
        return scores, list(cache)

    def backward(cache, G):
        A = cache.pop(1)
        X, W1, W2 = cache
        return _backward((X, A, W1, W2), G)

    return _net(forward, backward)


@wrong("net", caught_by="empty_batch", kind="missing case", several=True)
def stacked_row_by_row():
    def forward(parameters, X):
        return np.stack([_forward(parameters, x[None])[0][0] for x in X]), _forward(parameters, X)[1]

    return _net(forward)


@wrong("net", caught_by="keeps_float32", kind="dtype", several=True)
def always_double():
    def forward(parameters, X):
        return _forward([np.asarray(p, float) for p in parameters], X)

    return _net(forward)


@wrong("net", caught_by="large_inputs", kind="stability", several=True)
def tanh_from_exponentials():
    def forward(parameters, X):
        W1, b1, W2, b2 = parameters
        Z = X @ W1 + b1
        A = (np.exp(Z) - np.exp(-Z)) / (np.exp(Z) + np.exp(-Z))
        return A @ W2 + b2, (X, A, W1, W2)

    return _net(forward)


@right("net", several=True)
def sums_by_einsum():
    def forward(parameters, X):
        W1, b1, W2, b2 = parameters
        A = np.tanh(np.einsum("ni,ij->nj", X, W1) + b1)
        return np.einsum("nj,jk->nk", A, W2) + b2, {"X": X, "A": A, "p": parameters}

    def backward(cache, G):
        W1, _b1, W2, _b2 = cache["p"]
        X, A = cache["X"], cache["A"]
        D = np.einsum("nk,jk,nj->nj", G, W2, 1 - A**2)
        return [
            np.einsum("ni,nj->ij", X, D),
            np.einsum("nj->j", D),
            np.einsum("nj,nk->jk", A, G),
            np.einsum("nk->k", G),
        ], np.einsum("nj,ij->ni", D, W1)

    return _net(forward, backward)


@right("net", several=True)
def everything_again_on_the_way_back():
    def forward(parameters, X):
        return _forward(parameters, X)[0], (parameters, X)

    def backward(cache, G):
        return _backward(_forward(*cache)[1], G)

    return _net(forward, backward)


@right("net", several=True)
def cache_is_a_function():
    def forward(parameters, X):
        scores, inner = _forward(parameters, X)
        return scores, lambda G: _backward(inner, G)

    def backward(cache, G):
        return cache(G)

    return _net(forward, backward)


@right("net", several=True)
def bias_as_one_more_input():
    def forward(parameters, X):
        W1, b1, W2, b2 = parameters
        one = np.ones((len(X), 1), X.dtype)
        V, W = np.vstack([W1, b1]), np.vstack([W2, b2])
        B = np.hstack([X, one])
        H = np.hstack([np.tanh(B @ V), one])
        return H @ W, (B, V, H, W)

    def backward(cache, G):
        B, V, H, W = cache
        dW = H.T @ G
        D = (G @ W[:-1].T) / np.cosh(np.clip(B @ V, -300, 300)).astype(G.dtype) ** 2
        dV = B.T @ D
        return (dV[:-1], dV[-1], dW[:-1], dW[-1]), D @ V[:-1].T

    return _net(forward, backward)


@wrong("net", caught_by="whole_numbers", kind="dtype", several=True)
def answers_in_the_type_of_the_batch():
    def forward(parameters, X):
        scores, cache = _forward(parameters, X)
        return scores.astype(X.dtype), cache

    return _net(forward)


@wrong("net", caught_by="as_a_list", kind="missing case", several=True)
def glues_tuples():
    def forward(parameters, X):
        scores, (_, A, _, _) = _forward(parameters, X)
        return scores, parameters + (X, A)

    def backward(cache, G):
        W1, _, W2, _, X, A = cache
        return _backward((X, A, W1, W2), G)

    return _net(forward, backward)


@wrong("net", caught_by="large_inputs", kind="stability", several=True)
def tames_the_inputs():
    return _net(lambda parameters, X: _forward(parameters, np.clip(X, -500, 500)))


@right("net", several=True)
def example_by_example():
    """Loops over examples, remembers only what it was given and goes forward again on the way back."""

    def forward(parameters, X):
        W1, b1, W2, b2 = parameters
        kind = np.result_type(W1, b1, W2, b2, X, np.float32)
        scores = np.empty((X.shape[0], W2.shape[1]), dtype=kind)
        for n in range(X.shape[0]):
            scores[n] = np.tanh(X[n] @ W1 + b1) @ W2 + b2
        return scores, (tuple(parameters), X)

    def backward(cache, d_scores):
        (W1, b1, W2, b2), X = cache
        kind = np.result_type(W1, b1, W2, b2, X, d_scores, np.float32)
        slopes = tuple(np.zeros(p.shape, dtype=kind) for p in (W1, b1, W2, b2))
        to_X = np.zeros(X.shape, dtype=kind)
        for n, g in enumerate(d_scores):
            a = np.tanh(X[n] @ W1 + b1)
            beta = (1 - a * a) * (W2 @ g)
            for total, part in zip(slopes, (np.outer(X[n], beta), beta, np.outer(a, g), g)):
                total += part
            to_X[n] = W1 @ beta
        return slopes, to_X

    return _net(forward, backward)


# --------------------------------------------------------------------------------------------------------------- starts


def _twins(inputs, units, rng):
    return np.repeat(rng.normal(size=(inputs, 1)), units, axis=1), np.zeros(units), np.full((units, 1), 1 / units), np.zeros(1)


def _free(inputs, units, rng, scale=1.0):
    return (
        rng.normal(size=(inputs, units)) * scale,
        np.zeros(units),
        rng.normal(size=(units, 1)) * scale / np.sqrt(units),
        np.zeros(1),
    )


@wrong("starts", caught_by="shapes", kind="mathematics")
def zeros_for_twins(inputs, units, rng):
    twins = np.zeros((inputs, units)), np.zeros(units), np.zeros((units, 1)), np.zeros(1)
    return twins, _free(inputs, units, rng)


@wrong("starts", caught_by="shapes", kind="mathematics")
def silent_output_in_the_second(inputs, units, rng):
    W1, b1, W2, b2 = _free(inputs, units, rng)
    return _twins(inputs, units, rng), (W1, b1, 0 * W2, b2)


@wrong("starts", caught_by="twins_learn", kind="mathematics")
def voices_differ(inputs, units, rng):
    W1, b1, _, b2 = _twins(inputs, units, rng)
    return (W1, b1, rng.normal(size=(units, 1)), b2), _free(inputs, units, rng)


@wrong("starts", caught_by="twins_learn", kind="mathematics")
def only_voices_alike(inputs, units, rng):
    W1, b1, _, b2 = _free(inputs, units, rng)
    return (W1, b1, np.full((units, 1), 0.2), b2), _free(inputs, units, rng)


@wrong("starts", caught_by="twins_learn", kind="mathematics")
def rows_alike_instead_of_columns(inputs, units, rng):
    _, b1, W2, b2 = _twins(inputs, units, rng)
    return (np.repeat(rng.normal(size=(1, units)), inputs, axis=0), b1, W2, b2), _free(inputs, units, rng)


@wrong("starts", caught_by="twins_learn", kind="mathematics")
def twins_too_deaf_to_learn(inputs, units, rng):
    W1, b1, W2, b2 = _twins(inputs, units, rng)
    return (W1, b1 + 40, W2, b2), _free(inputs, units, rng)


@wrong("starts", caught_by="twins_for_good", kind="mathematics")
def voices_a_hair_apart(inputs, units, rng):
    W1, b1, W2, b2 = _twins(inputs, units, rng)
    return (W1, b1, W2 + 1e-4 * rng.normal(size=W2.shape), b2), _free(inputs, units, rng)


@wrong("starts", caught_by="free_learns", kind="mathematics")
def both_twins(inputs, units, rng):
    return _twins(inputs, units, rng), _twins(inputs, units, rng)


@wrong("starts", caught_by="free_learns", kind="stability")
def second_far_too_large(inputs, units, rng):
    return _twins(inputs, units, rng), _free(inputs, units, rng, 300.0)


@wrong("starts", caught_by="free_learns", kind="stability")
def second_far_too_small(inputs, units, rng):
    return _twins(inputs, units, rng), _free(inputs, units, rng, 1e-4)


@wrong("starts", caught_by="twins_learn", kind="missing case")
def the_other_way_round(inputs, units, rng):
    return _free(inputs, units, rng), _twins(inputs, units, rng)


@wrong("starts", caught_by="shapes", kind="hard-coding")
def two_inputs_four_units(inputs, units, rng):
    return _twins(2, 4, rng), _free(2, 4, rng)


@wrong("starts", caught_by="shapes", kind="shape")
def output_weights_flat(inputs, units, rng):
    return tuple((W1, b1, W2[:, 0], b2) for W1, b1, W2, b2 in (_twins(inputs, units, rng), _free(inputs, units, rng)))


@wrong("starts", caught_by="odd_sizes", kind="shape")
def squeezed_where_one(inputs, units, rng):
    W1, b1, W2, b2 = _free(inputs, units, rng)
    return _twins(inputs, units, rng), (np.squeeze(W1), b1, W2, b2)


@wrong("starts", caught_by="by_the_seed", kind="missing case")
def a_generator_of_its_own(inputs, units, rng):
    return _twins(inputs, units, rng), _free(inputs, units, np.random.default_rng())


@right("starts")
def one_for_all(inputs, units, rng):
    twins = np.full((inputs, units), 0.5), np.full(units, 0.1), np.full((units, 1), 0.5), np.full(1, -0.2)
    return twins, (rng.uniform(-1, 1, (inputs, units)), rng.uniform(-1, 1, units), rng.uniform(0.1, 1, (units, 1)), np.zeros(1))


@right("starts")
def without_chance(inputs, units, rng):
    count = np.arange(1.0, inputs * units + 1).reshape(inputs, units)
    twins = np.tile(np.linspace(0.3, 0.9, inputs)[:, None], units), np.zeros(units), np.full((units, 1), -0.3), np.zeros(1)
    return twins, (np.cos(count), np.zeros(units), np.cos(np.arange(1.0, units + 1))[:, None] / 2, np.zeros(1))


@right("starts")
def only_the_voices_free(inputs, units, rng):
    _W1, b1, _, b2 = _twins(inputs, units, rng)
    return _twins(inputs, units, rng), (rng.normal(size=(inputs, units)), b1, np.full((units, 1), 1 / units), b2)


@right("starts")
def lists_of_arrays(inputs, units, rng):
    return [list(_twins(inputs, units, rng)), list(_free(inputs, units, rng, 0.5))]


@right("starts")
def a_shared_column_then_pushed_apart(inputs, units, rng):
    """Both from one draw: the twins are copies of the first of the free ones, at a fifth of its size."""
    free = rng.standard_normal((inputs + 1, units)) * (1.5 / np.sqrt(inputs + 1))
    voices = rng.laplace(size=(units, 1)) * 0.5
    second = free[:-1], free[-1], voices, np.zeros(1)
    same = 0.2 * free[:, [0] * units]
    return (same[:-1], same[-1], np.tile(np.sign(voices[:1]) / (3 * units), (units, 1)), rng.normal(size=1) * 0.01), second


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
    return {"bend": lambda z: np.where(z > 0, z, z / 10), "slope": lambda z: np.where(z > 0, 1, 0.1).astype(z.dtype)}


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


# --------------------------------------------------------------------------------------------------------------- planar


def _classify(parameters, X):
    W1, b1, W2, b2 = parameters
    return ((np.tanh(X @ W1 + b1) @ W2 + b2)[:, 0] > 0).astype(int)


def _descend(gradient, rng, rate=2.0, calls=400, units=14, scale=1.0, keep=lambda g: g, start=None):
    p = start or [
        rng.normal(size=(2, units)) * scale,
        rng.normal(size=units) * scale,
        rng.normal(size=(units, 1)) / np.sqrt(units),
        np.zeros(1),
    ]
    for _ in range(calls):
        _, g = gradient(tuple(p))
        p = [a - rate * b for a, b in zip(p, keep(g))]
    return tuple(p)


def _planar(classify=_classify, **how):
    return {"fit": lambda gradient, rng: _descend(gradient, rng, **how), "classify": classify}


@wrong("planar", caught_by="on_the_checkerboard", kind="missing case", several=True)
def over_the_budget():
    return _planar(calls=500)


@wrong("planar", caught_by="on_circles", kind="mathematics", several=True)
def uphill():
    return _planar(rate=-0.1)


@wrong("planar", caught_by="on_circles", kind="mathematics", several=True)
def far_too_slow():
    return _planar(rate=0.01)


@wrong("planar", caught_by="on_petals", kind="mathematics", several=True)
def a_little_slow():
    return _planar(rate=0.12)


@wrong("planar", caught_by="on_petals", kind="stability", several=True)
def far_too_fast():
    return _planar(rate=300.0)


@wrong("planar", caught_by="on_the_checkerboard", kind="mathematics", several=True)
def twins_at_the_start():
    return {
        "fit": lambda gradient, rng: _descend(
            gradient, rng, start=[np.full((2, 14), 0.5), np.zeros(14), np.full((14, 1), 0.1), np.zeros(1)]
        ),
        "classify": _classify,
    }


@wrong("planar", caught_by="on_the_checkerboard", kind="mathematics", several=True)
def starts_at_zero():
    return {
        "fit": lambda gradient, rng: _descend(
            gradient, rng, start=[np.zeros((2, 14)), np.zeros(14), np.zeros((14, 1)), np.zeros(1)]
        ),
        "classify": _classify,
    }


@wrong("planar", caught_by="on_the_checkerboard", kind="hard-coding", several=True)
def one_unit():
    return _planar(units=1)


@wrong("planar", caught_by="on_the_checkerboard", kind="mathematics", several=True)
def biases_stay_at_zero():
    return {
        "fit": lambda gradient, rng: _descend(
            gradient,
            rng,
            keep=lambda g: (g[0], 0 * g[1], g[2], 0 * g[3]),
            start=[rng.normal(size=(2, 14)), np.zeros(14), rng.normal(size=(14, 1)) / 4, np.zeros(1)],
        ),
        "classify": _classify,
    }


@wrong("planar", caught_by="on_the_checkerboard", kind="missing case", several=True)
def never_trained():
    return _planar(calls=0)


@wrong("planar", caught_by="names_by_the_score", kind="mathematics", several=True)
def logit_against_one_half():
    return _planar(lambda p, X: ((np.tanh(X @ p[0] + p[1]) @ p[2] + p[3])[:, 0] > 0.5).astype(int))


@wrong("planar", caught_by="names_by_the_score", kind="shape", several=True)
def labels_in_a_column():
    return _planar(lambda p, X: (np.tanh(X @ p[0] + p[1]) @ p[2] + p[3] > 0).astype(int))


@wrong("planar", caught_by="on_circles", kind="missing case", several=True)
def probabilities_for_labels():
    return _planar(lambda p, X: (1 + np.tanh((np.tanh(X @ p[0] + p[1]) @ p[2] + p[3])[:, 0] / 2)) / 2)


@wrong("planar", caught_by="any_batch", kind="missing case", several=True)
def point_by_point():
    return _planar(lambda p, X: np.concatenate([_classify(p, x[None]) for x in X]))


@wrong("planar", caught_by="classify_pure", kind="mutation", several=True)
def bias_moved_for_good():
    def classify(parameters, X):
        named = _classify(parameters, X)
        X -= 1e-3
        return named

    return _planar(classify)


@right("planar", several=True)
def plain_descent():
    return _planar(rate=2.0, units=16)


@right("planar", several=True)
def with_momentum():
    def fit(gradient, rng):
        p = [rng.uniform(-2, 2, (2, 12)), rng.uniform(-2, 2, 12), rng.uniform(-0.5, 0.5, (12, 1)), np.zeros(1)]
        v = [np.zeros_like(a) for a in p]
        for _ in range(400):
            _, g = gradient(p)
            v = [0.9 * a + b for a, b in zip(v, g)]
            p = [a - 0.3 * b for a, b in zip(p, v)]
        return p

    return {"fit": fit, "classify": _classify}


@right("planar", several=True)
def step_by_success():
    def fit(gradient, rng):
        p = [rng.normal(size=(2, 16)), rng.normal(size=16), rng.normal(size=(16, 1)) / 4, np.zeros(1)]
        rate, (loss, g) = 1.0, gradient(p)
        for _ in range(399):
            q = [a - rate * b for a, b in zip(p, g)]
            new, h = gradient(q)
            if new < loss + 0.01:
                p, loss, g, rate = q, new, h, rate * 1.1
            else:
                rate /= 2
        return p

    return {"fit": fit, "classify": lambda p, X: np.heaviside((np.tanh(X @ p[0] + p[1]) @ p[2] + p[3]).ravel(), 0)}


@wrong("planar", caught_by="zero_is_no", kind="missing case", several=True)
def zero_is_a_yes():
    return _planar(lambda p, X: ((np.tanh(X @ p[0] + p[1]) @ p[2] + p[3])[:, 0] >= 0).astype(int))


@right("planar", several=True)
def signs_only():
    """Each weight has a step of its own, and only signs count; of three starts the best goes on; a list comes back."""

    def walk(gradient, where, calls):
        step = [np.full(p.shape, 0.05) for p in where]
        before = [np.zeros(p.shape) for p in where]
        lowest, best = np.inf, where
        for _ in range(calls):
            loss, slopes = gradient(where)
            if loss < lowest:
                lowest, best = loss, list(where)
            for i in range(4):
                same = slopes[i] * before[i]
                step[i] = np.clip(step[i] * np.where(same > 0, 1.2, np.where(same < 0, 0.5, 1.0)), 1e-6, 0.3)
                before[i] = np.where(same < 0, 0, slopes[i])
                where[i] = where[i] - np.sign(before[i]) * step[i]
        return lowest, best

    def start(rng):
        return [1.5 * rng.normal(size=(2, 15)), 1.5 * rng.normal(size=15), rng.normal(size=(15, 1)) / 4, np.zeros(1)]

    def fit(gradient, rng):
        tries = [walk(gradient, start(rng), 60) for _ in range(3)]
        return walk(gradient, min(tries, key=lambda t: t[0])[1], 220)[1]

    def classify(parameters, X):
        W1, b1, W2, b2 = parameters
        return np.array([int((np.tanh(x @ W1 + b1) @ W2 + b2)[0] > 0) for x in X], dtype=int)

    return {"fit": fit, "classify": classify}


# ------------------------------------------------------------------------------------------------------- capacity_curve


def _split(n, rng):
    order = rng.permutation(n)
    return order[n // 4 :], order[: n // 4]


def _error(rule, X, y):
    return np.mean(np.asarray(rule(X)) != y)


def _curve(train, X, y, sizes, rounds, rng, split=_split, both=None, pool=np.mean):
    both = both or (lambda rule, kept, held: (_error(rule, X[kept], y[kept]), _error(rule, X[held], y[held])))
    found = []
    for _ in range(rounds):
        kept, held = split(len(X), rng)
        found.append([both(train(X[kept], y[kept], units, rng), kept, held) for units in sizes])
    return tuple(pool(np.array(found), axis=0).T)


@wrong("capacity_curve", caught_by="trains_on_three_quarters", kind="missing case")
def trained_on_everything(train, X, y, sizes, rounds, rng):
    found = []
    for _ in range(rounds):
        kept, held = _split(len(X), rng)
        rules = [train(X, y, units, rng) for units in sizes]
        found.append([(_error(r, X[kept], y[kept]), _error(r, X[held], y[held])) for r in rules])
    return tuple(np.mean(found, axis=0).T)


@wrong("capacity_curve", caught_by="trains_on_three_quarters", kind="mathematics")
def trained_on_the_small_part(train, X, y, sizes, rounds, rng):
    return _curve(train, X, y, sizes, rounds, rng, split=lambda n, rng: _split(n, rng)[::-1])


@wrong("capacity_curve", caught_by="trains_on_three_quarters", kind="mathematics")
def shares_right_instead_of_wrong(train, X, y, sizes, rounds, rng):
    training, held = _curve(train, X, y, sizes, rounds, rng)
    return 1 - training, 1 - held


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


@wrong("capacity_curve", caught_by="same_split_for_all", kind="mathematics")
def another_split_for_each_size(train, X, y, sizes, rounds, rng):
    pairs = [_curve(train, X, y, [units], rounds, rng) for units in sizes]
    return np.concatenate([p[0] for p in pairs]), np.concatenate([p[1] for p in pairs])


@wrong("capacity_curve", caught_by="splits_are_fresh", kind="missing case")
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
    training, held = np.zeros(len(sizes)), np.zeros(len(sizes))
    for _ in range(rounds):
        out = np.zeros(len(X), bool)
        out[rng.choice(len(X), round(len(X) / 4), replace=False)] = True
        for k, units in enumerate(sizes):
            rule = train(X[~out], y[~out], units, rng)
            training[k] += _error(rule, X[~out], y[~out]) / rounds
            held[k] += _error(rule, X[out], y[out]) / rounds
    return training, held


@right("capacity_curve")
def splits_first(train, X, y, sizes, rounds, rng):
    ways = [_split(len(X), rng) for _ in range(rounds)]
    pairs = []
    for units in sizes:
        rules = [train(X[kept], y[kept], units, rng) for kept, _ in ways]
        pairs.append([np.mean([_error(r, X[w[part]], y[w[part]]) for r, w in zip(rules, ways)]) for part in (0, 1)])
    return np.array(pairs).T


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
    return [sum(e) / rounds for e in training], [sum(e) / rounds for e in held]


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
    return seen.mean(axis=0), held.mean(axis=0)


# -------------------------------------------------------------------------------------------------------------- spirals


def _walk(X, y, rng, units=14, rate=1.0, steps=4000, scale=1.5):
    p = [
        rng.normal(size=(X.shape[1], units)) * scale,
        rng.normal(size=units) * scale,
        rng.normal(size=(units, 1)) / 2,
        np.zeros(1),
    ]
    for _ in range(steps):
        A = np.tanh(X @ p[0] + p[1])
        s = A @ p[2] + p[3]
        G = ((1 + np.tanh(s / 2)) / 2 - y[:, None]) / len(y)
        D = G @ p[2].T * (1 - A * A)
        p = [a - rate * b for a, b in zip(p, (X.T @ D, D.sum(axis=0), A.T @ G, G.sum(axis=0)))]
    return p


@entry("spirals", band="nothing")
def one_straight_cut():
    def train(X, y, rng):
        A = np.column_stack([X, np.ones(len(X))])
        return (np.linalg.lstsq(A, 2 * y - 1, rcond=None)[0],)

    def predict(arrays, X):
        return (X @ arrays[0][:2] + arrays[0][2] > 0).astype(int)

    return {"train": train, "predict": predict}


@entry("spirals", band="baseline")
def three_units():
    return {"train": lambda X, y, rng: _walk(X, y, rng, units=3), "predict": _classify}


@entry("spirals", band="gets going")
def eight_units():
    return {"train": lambda X, y, rng: _walk(X, y, rng, units=8), "predict": _classify}


@entry("spirals", band="good")
def fourteen_units():
    return {"train": lambda X, y, rng: _walk(X, y, rng), "predict": _classify}


@entry("spirals", band="excellent")
def seen_along_the_arm():
    def angles(X, a):
        return np.arctan2(X[:, 1], X[:, 0])[:, None] - a[0] * np.hypot(X[:, 0], X[:, 1])[:, None] - a[1]

    def train(X, y, rng):
        winds = np.linspace(-10, 10, 400)
        angle, radius = np.arctan2(X[:, 1], X[:, 0]), np.hypot(X[:, 0], X[:, 1])
        pulls = np.exp(1j * (angle[:, None] - radius[:, None] * winds)).T @ (2 * y - 1)
        best = np.abs(pulls).argmax()
        return (np.array([winds[best], np.angle(pulls[best])]),)

    return {"train": train, "predict": lambda arrays, X: (np.cos(angles(X, arrays[0]))[:, 0] > 0).astype(int)}


@entry("spirals", band="refused")
def keeps_the_points():
    return {
        "train": lambda X, y, rng: (X, y),
        "predict": lambda a, X: a[1][((X[:, None] - a[0]) ** 2).sum(2).argmin(1)].astype(int),
    }


@entry("spirals", band="nothing")
def always_the_same():
    return {"train": lambda X, y, rng: (np.zeros(1),), "predict": lambda a, X: np.arange(len(X)) % 2}
