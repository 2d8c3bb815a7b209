"""Programs for week 15, written from its contracts alone."""

from functools import partial
from itertools import count

import numpy as np

from autograder.cases import program


def _p_kind(*arrays):
    """The float type of the inputs; whole numbers count as float64."""
    kinds = [np.asarray(a).dtype for a in arrays if a is not None]
    return np.result_type(*[kind if np.issubdtype(kind, np.floating) else np.dtype(float) for kind in kinds])


# ---------------------------------------------------------------- make_reservoir


def _p_draw(size, density, rng):
    return rng.normal(size=(size, size)) * (rng.random((size, size)) < density)


def _p_radius(W):
    return np.max(np.abs(np.linalg.eigvals(W)), initial=0.0)


def _p_make(size, radius, density, rng, draw=_p_draw, measure=_p_radius):
    if radius == 0:
        return np.zeros((size, size))
    if density == 0:
        raise ValueError("without connections there is no echo")
    if size == 0:
        return np.zeros((0, 0))
    while True:
        W = draw(size, density, rng)
        if _p_radius(W) > 1e-9:
            return W * (radius / measure(W))


@program("make_reservoir")
def p_normal_weights_scaled_by_the_largest_size(size, radius, density, rng):
    return _p_make(size, radius, density, rng)


@program("make_reservoir")
def p_only_plus_and_minus_one(size, radius, density, rng):
    if not radius:
        return np.zeros((size, size))
    if not density:
        raise ValueError("density 0")
    if not size:
        return np.zeros((0, 0))
    for _ in count():
        signs = rng.choice([-1.0, 0.0, 1.0], size=(size, size), p=[density / 2, 1 - density, density / 2])
        largest = np.hypot(*(lambda z: (z.real, z.imag))(np.linalg.eig(signs)[0])).max()
        if largest > 0.5:  # a characteristic polynomial of whole numbers: the largest is at least 1, or all are 0
            return signs / largest * radius


@program("make_reservoir")
def p_weight_by_weight(size, radius, density, rng):
    if radius > 0 and density == 0:
        raise ValueError("no such matrix")
    if radius == 0 or size == 0:
        return np.zeros((size, size))
    largest = 0.0
    while largest < 1e-8:
        W = np.zeros((size, size))
        for place in np.ndindex(size, size):
            if rng.random() < density:
                W[place] = rng.uniform(0.5, 1.5) * (1 if rng.random() < 0.5 else -1)
        largest = _p_radius(W.T)
    W *= radius
    W /= largest
    return W


@program("make_reservoir", breaks="its spectral radius is radius: here its largest singular value is")
def p_scaled_by_the_singular_value(size, radius, density, rng):
    return _p_make(size, radius, density, rng, measure=lambda W: np.linalg.norm(W, 2))


@program("make_reservoir", breaks="the radius is the size of a complex eigenvalue: here the imaginary part is thrown away")
def p_only_real_parts(size, radius, density, rng):
    return _p_make(size, radius, density, rng, measure=lambda W: np.max(np.abs(np.linalg.eigvals(W).real)) + 1e-12)


@program("make_reservoir", breaks="the largest eigenvalue in size counts: here the one farthest to the right, sign and all")
def p_largest_eigenvalue_without_abs(size, radius, density, rng):
    def rightmost(W):
        return np.linalg.eigvals(W).real.max() or 1.0

    return _p_make(size, radius, density, rng, measure=rightmost)


@program("make_reservoir", breaks="the radius may be above 1: here it is cut off at 1")
def p_radius_at_most_one(size, radius, density, rng):
    return _p_make(size, min(radius, 1.0), density, rng)


@program("make_reservoir", breaks="with radius 0 all weights are 0: here density 0 is an error then too")
def p_density_zero_is_always_an_error(size, radius, density, rng):
    if density == 0:
        raise ValueError("density must be above 0")
    return _p_make(size, radius, density, rng)


@program("make_reservoir", breaks="each weight is there with probability density: here a whole number for each row, rounded down")
def p_so_many_in_each_row(size, radius, density, rng):
    def rows_of_fixed_number(n, share, chance):
        W = np.zeros((n, n))
        for row in W:
            places = chance.choice(n, size=max(1, int(share * n)), replace=False)
            row[places] = chance.normal(size=len(places))
        return W

    return _p_make(size, radius, density, rng, draw=rows_of_fixed_number)


@program("make_reservoir", breaks="different from 0 with probability density: here 0 with probability density")
def p_coin_the_wrong_way_round(size, radius, density, rng):
    def kept_above(n, share, chance):
        return chance.normal(size=(n, n)) * (chance.random((n, n)) >= (share if share < 1 else 0.5))

    return _p_make(size, radius, density, rng, draw=kept_above)


@program("make_reservoir", breaks="positive and negative weights are equally likely: here all are positive")
def p_weights_between_zero_and_one(size, radius, density, rng):
    def uniform_draw(n, share, chance):
        return chance.random((n, n)) * (chance.random((n, n)) < share)

    return _p_make(size, radius, density, rng, draw=uniform_draw)


@program("make_reservoir", breaks="a matrix whose eigenvalues are all 0 is drawn again: here it is returned as it is")
def p_takes_the_first_matrix(size, radius, density, rng):
    if density == 0 and radius > 0:
        raise ValueError("density 0")
    W = _p_draw(size, density, rng)
    largest = _p_radius(W)
    return W * radius / largest if largest > 0 else W * 0.0


@program("make_reservoir", breaks="a matrix whose eigenvalues are all 0 is drawn again: here one divides by 0")
def p_divides_by_a_radius_of_zero(size, radius, density, rng):
    if density == 0 and radius > 0:
        raise ValueError("density 0")
    if radius == 0:
        return np.zeros((size, size))
    W = _p_draw(size, density, rng)
    with np.errstate(all="ignore"):
        return W * (radius / _p_radius(W))


@program("make_reservoir", breaks="density 0 with a radius above 0 is a ValueError: here zeros come back")
def p_zeros_for_density_zero(size, radius, density, rng):
    return np.zeros((size, size)) if density == 0 else _p_make(size, radius, density, rng)


@program("make_reservoir", breaks="density 0 with a radius above 0 is a ValueError: here it gives up with another error")
def p_gives_up_with_a_runtime_error(size, radius, density, rng):
    if radius > 0 and density == 0:
        raise RuntimeError("no matrix found in 1,000 trials")
    return _p_make(size, radius, density, rng)


@program("make_reservoir", breaks="chance comes from the rng handed in: here from a seed of its own, so all reservoirs are alike")
def p_seed_of_its_own(size, radius, density, rng):
    return _p_make(size, radius, density, np.random.default_rng(0))


@program("make_reservoir", breaks="chance comes from the rng handed in and nothing else: here the coins are NumPy's global ones")
def p_coins_from_the_global_generator(size, radius, density, rng):
    def half_global(n, share, chance):
        return chance.normal(size=(n, n)) * (np.random.rand(n, n) < share)

    return _p_make(size, radius, density, rng, draw=half_global)


@program("make_reservoir", breaks="each weight with probability density: made symmetric, nearly twice as many are there")
def p_symmetric_so_that_eigenvalues_are_real(size, radius, density, rng):
    def symmetric_draw(n, share, chance):
        W = _p_draw(n, share, chance)
        return W + W.T

    return _p_make(size, radius, density, rng, draw=symmetric_draw)


@program("make_reservoir", breaks="its spectral radius is radius: eigvalsh is for symmetric matrices, and reads one half only")
def p_eigenvalues_of_a_symmetric_matrix(size, radius, density, rng):
    return _p_make(size, radius, density, rng, measure=lambda W: np.max(np.abs(np.linalg.eigvalsh(W))) or 1.0)


@program("make_reservoir", breaks="each weight is there with probability density: here no unit hears itself")
def p_no_unit_hears_itself(size, radius, density, rng):
    def no_diagonal(n, share, chance):
        W = _p_draw(n, share, chance)
        return W * (1 - np.eye(n)) if n > 1 else W

    return _p_make(size, radius, density, rng, draw=no_diagonal)


@program("make_reservoir", breaks="its spectral radius is radius: here guessed by 20 steps of one vector")
def p_twenty_steps_of_the_power_method(size, radius, density, rng):
    def power(W):
        v, length = np.ones(len(W)), 1.0
        for _ in range(20):
            v = W @ v
            length = np.linalg.norm(v)
            if length == 0:
                return 1.0
            v = v / length
        return length

    return _p_make(size, radius, density, rng, measure=power)


@program("make_reservoir", breaks="its spectral radius is radius: here scaled first, and thinned out afterwards")
def p_thinned_out_after_scaling(size, radius, density, rng):
    if radius > 0 and density == 0:
        raise ValueError("density 0")
    while True:
        W = _p_make(size, radius, 1.0, rng) * (rng.random((size, size)) < density)
        if radius == 0 or size == 0 or _p_radius(W) > 0:
            return W


_P_DRAWN = {}


@program("make_reservoir", breaks="nothing is remembered between two calls: here one matrix for each size")
def p_one_matrix_for_each_size(size, radius, density, rng):
    if radius == 0 or density == 0 or size == 0:
        return _p_make(size, radius, density, rng)
    if size not in _P_DRAWN:
        _P_DRAWN[size] = _p_make(size, 1.0, density, rng)
    return _P_DRAWN[size] * radius


# ---------------------------------------------------------------- reservoir


def _p_step(parameters, x, u, leak):
    W_in, W, b = parameters
    return (1 - leak) * x + leak * np.tanh(u @ W_in + x @ W + b)


def _p_run(parameters, U, leak, state=None, step=_p_step):
    U = np.asarray(U)
    kind = _p_kind(U, *parameters, state)
    parameters = [np.asarray(p, kind) for p in parameters]
    U, leak, N = U.astype(kind), float(leak), len(parameters[2])
    x = np.zeros((len(U), N), kind) if state is None else np.array(state, kind)
    states = np.empty((len(U), U.shape[1], N), kind)
    for t in range(U.shape[1]):
        x = step(parameters, x, U[:, t], leak)
        states[:, t] = x
    return states


def _p_after(parameters, leak, U, run=_p_run):
    """The state that has heard all of U."""
    U = np.asarray(U)
    if U.shape[1] == 0:
        return np.zeros((len(U), len(parameters[2])), _p_kind(U, *parameters))
    return run(parameters, U, leak)[:, -1]


def _p_free(parameters, read_out, leak, U, steps, run=_p_run, state=None, heard=lambda forecast: forecast):
    weights, bias = (np.asarray(part) for part in read_out)
    U = np.asarray(U)
    state = _p_after(parameters, leak, U, run) if state is None else state
    forecasts = np.empty((len(U), steps, U.shape[2]), _p_kind(U, *parameters, weights, bias))
    for k in range(steps):
        forecast = state @ weights + bias
        forecasts[:, k] = forecast
        state = run(parameters, heard(forecast)[:, None], leak, state)[:, 0]
    return forecasts


def _p_both(run=_p_run, free=None):
    return {"run_reservoir": run, "free_run": free if free is not None else partial(_p_free, run=run)}


@program("reservoir", several=True)
def p_one_loop_over_time():
    return _p_both()


@program("reservoir", several=True)
def p_all_inputs_first():
    def run_inputs_first(parameters, U, leak, state=None):
        kind = _p_kind(U, *parameters, state)
        W_in, W, b = (np.asarray(p).astype(kind) for p in parameters)
        pushes = np.einsum("std,dn->tsn", np.asarray(U).astype(kind), W_in) + b
        x = np.zeros(pushes.shape[1:], kind) if state is None else np.asarray(state).astype(kind)
        states = []
        for push in pushes:
            x = x + float(leak) * (np.tanh(push + x @ W) - x)
            states.append(x)
        return np.stack(states, axis=1) if states else np.zeros((len(x), 0, len(b)), kind)

    def free_by_longer_inputs(parameters, read_out, leak, U, steps):
        weights, bias = read_out
        kind = _p_kind(U, *parameters, weights, bias)
        U = np.asarray(U).astype(kind)
        S, T = U.shape[:2]
        for _ in range(steps):
            states = run_inputs_first(parameters, U, leak)
            last = states[:, -1] if U.shape[1] else np.zeros((S, len(parameters[2])), kind)
            U = np.concatenate([U, (last @ np.asarray(weights) + bias).astype(kind)[:, None]], axis=1)
        return U[:, T:].copy()

    return {"run_reservoir": run_inputs_first, "free_run": free_by_longer_inputs}


class _PReservoir:
    """A reservoir as an object: one matrix for input, state and bias together."""

    def __init__(self, parameters, leak, series, kind):
        W_in, W, b = (np.asarray(p, kind) for p in parameters)
        self.all, self.leak, self.kind = np.vstack([W_in, W, b[None]]), float(leak), kind
        self.state = np.zeros((series, len(b)), kind)

    def hear(self, u):
        ones = np.ones((len(u), 1), self.kind)
        old = (1 - self.leak) * self.state
        self.state = old + self.leak * np.tanh(np.hstack([np.asarray(u, self.kind), self.state, ones]) @ self.all)
        return self.state


@program("reservoir", several=True)
def p_an_object_that_hears():
    def run_by_object(parameters, U, leak, state=None):
        U = np.asarray(U)
        kind = _p_kind(U, *parameters, state)
        pond = _PReservoir(parameters, leak, len(U), kind)
        if state is not None:
            pond.state = np.asarray(state, kind)
        states = np.zeros((U.shape[1], len(U), len(parameters[2])), kind)
        for t in range(U.shape[1]):
            states[t] = pond.hear(U[:, t])
        return states.transpose(1, 0, 2).copy()

    def free_by_object(parameters, read_out, leak, U, steps):
        U = np.asarray(U)
        kind = _p_kind(U, *parameters, *read_out)
        pond = _PReservoir(parameters, leak, len(U), kind)
        for t in range(U.shape[1]):
            pond.hear(U[:, t])
        weights, bias = (np.asarray(part, kind) for part in read_out)
        forecasts = np.zeros((len(U), steps, U.shape[2]), kind)
        for k in range(steps):
            forecasts[:, k] = np.einsum("sn,nd->sd", pond.state, weights) + bias
            pond.hear(forecasts[:, k])
        return forecasts

    return {"run_reservoir": run_by_object, "free_run": free_by_object}


@program(
    "reservoir", breaks="the first forecast comes from the state that has heard all of U: here from an empty one", several=True
)
def p_free_run_begins_empty():
    def free_from_zeros(parameters, read_out, leak, U, steps):
        return _p_free(parameters, read_out, leak, U, steps, state=_p_after(parameters, leak, np.asarray(U)[:, :0]))

    return _p_both(free=free_from_zeros)


@program(
    "reservoir", breaks="the first forecast comes from the state after U: here the last true input is heard twice", several=True
)
def p_last_input_heard_twice():
    def free_after_one_more(parameters, read_out, leak, U, steps):
        U = np.asarray(U)
        return _p_free(parameters, read_out, leak, U, steps, state=_p_after(parameters, leak, np.concatenate([U, U[:, -1:]], 1)))

    return _p_both(free=free_after_one_more)


@program("reservoir", breaks="each unit becomes what next_of_unit says: here leak is the share that stays", several=True)
def p_leak_the_wrong_way_round():
    return _p_both(partial(_p_run, step=lambda parameters, x, u, leak: _p_step(parameters, x, u, 1 - leak)))


@program("reservoir", breaks="state t has heard input t: here it is the state before", several=True)
def p_states_before_the_input():
    def run_and_keep_the_old(parameters, U, leak, state=None):
        states = _p_run(parameters, U, leak, state)
        first = np.zeros_like(states[:, :1]) if state is None else np.asarray(state, states.dtype)[:, None]
        return np.concatenate([first[:, : states.shape[1]], states[:, :-1]], axis=1)

    return _p_both(run_and_keep_the_old, _p_free)


@program("reservoir", breaks="unit k hears x[j] * W[j, k]: here W[k, j]", several=True)
def p_weights_the_other_way_round():
    def step_transposed(parameters, x, u, leak):
        W_in, W, b = parameters
        return _p_step((W_in, W.T, b), x, u, leak)

    return _p_both(partial(_p_run, step=step_transposed))


@program("reservoir", breaks="a series may come in pieces: here the state that is handed on is not looked at", several=True)
def p_state_not_looked_at():
    def run_from_zeros(parameters, U, leak, state=None):
        return _p_run(parameters, U, leak, None if state is None else np.zeros_like(state))

    return _p_both(run_from_zeros, _p_free)


@program("reservoir", breaks="each unit becomes what next_of_unit says: here without its bias", several=True)
def p_bias_of_the_units_forgotten():
    def step_without_bias(parameters, x, u, leak):
        W_in, W, b = parameters
        return _p_step((W_in, W, b * 0), x, u, leak)

    return _p_both(partial(_p_run, step=step_without_bias))


@program(
    "reservoir", breaks="all units hear the step before: here later units hear earlier ones that are already new", several=True
)
def p_unit_after_unit_in_place():
    def step_in_turn(parameters, x, u, leak):
        W_in, W, b = parameters
        x = x.copy()
        for k in range(len(b)):
            x[:, k] = (1 - leak) * x[:, k] + leak * np.tanh(u @ W_in[:, k] + x @ W[:, k] + b[k])
        return x

    return _p_both(partial(_p_run, step=step_in_turn))


@program("reservoir", breaks="what is given stays as it was: here the handed state is moved on in place", several=True)
def p_moves_the_handed_state():
    def run_in_place(parameters, U, leak, state=None):
        states = _p_run(parameters, U, leak, state)
        if state is not None and states.shape[1] and np.issubdtype(np.asarray(state).dtype, np.floating):
            state[...] = states[:, -1]
        return states

    return _p_both(run_in_place, _p_free)


@program("reservoir", breaks="the read-out is state @ weights + bias: here without the bias", several=True)
def p_bias_of_the_read_out_forgotten():
    def free_without_bias(parameters, read_out, leak, U, steps):
        weights, bias = read_out
        return _p_free(parameters, (weights, np.zeros_like(bias)), leak, U, steps)

    return _p_both(free=free_without_bias)


@program("reservoir", breaks="forecasts are heard like true values: here the last true value is heard for ever", several=True)
def p_last_true_value_for_ever():
    def free_on_a_constant(parameters, read_out, leak, U, steps):
        U = np.asarray(U)
        last = U[:, -1] if U.shape[1] else np.zeros((len(U), U.shape[2]))
        return _p_free(parameters, read_out, leak, U, steps, heard=lambda forecast: last.astype(forecast.dtype))

    return _p_both(free=free_on_a_constant)


@program("reservoir", breaks="forecasts are heard like true values: in the free run the reservoir hears silence", several=True)
def p_free_run_in_silence():
    def free_and_deaf(parameters, read_out, leak, U, steps):
        return _p_free(parameters, read_out, leak, U, steps, heard=np.zeros_like)

    return _p_both(free=free_and_deaf)


@program("reservoir", breaks="the first forecast is the next input: here the list begins with the second one", several=True)
def p_first_forecast_left_out():
    def free_one_late(parameters, read_out, leak, U, steps):
        return _p_free(parameters, read_out, leak, U, steps + 1)[:, 1:]

    return _p_both(free=free_one_late)


@program("reservoir", breaks="the result holds the forecasts alone: here it begins with the last true input", several=True)
def p_begins_with_the_last_true_input():
    def free_one_early(parameters, read_out, leak, U, steps):
        forecasts = _p_free(parameters, read_out, leak, U, steps)
        last = np.asarray(U)[:, -1:].astype(forecasts.dtype)
        return np.concatenate([last, forecasts], axis=1)[:, :steps]

    return _p_both(free=free_one_early)


@program("reservoir", breaks="float32 in, float32 out: here states and forecasts are float64", several=True)
def p_always_float64():
    def run_in_float64(parameters, U, leak, state=None):
        return _p_run(parameters, U, leak, state).astype(float)

    def free_in_float64(parameters, read_out, leak, U, steps):
        return _p_free(parameters, read_out, leak, U, steps).astype(float)

    return _p_both(run_in_float64, free_in_float64)


@program("reservoir", breaks="whole numbers are taken as floats: here the states take the type of U", several=True)
def p_states_in_the_type_of_the_input():
    def run_in_the_type_of_u(parameters, U, leak, state=None):
        U = np.asarray(U)
        x = np.zeros((len(U), len(parameters[2])), U.dtype) if state is None else state
        states = np.empty((len(U), U.shape[1], len(parameters[2])), U.dtype)
        for t in range(U.shape[1]):
            x = _p_step(parameters, x, U[:, t], float(leak))
            states[:, t] = x
        return states

    return _p_both(run_in_the_type_of_u, _p_free)


@program(
    "reservoir",
    breaks="many series go through at once, each from its own start: here one goes on where the last ended",
    several=True,
)
def p_series_one_behind_the_other():
    def run_in_a_chain(parameters, U, leak, state=None):
        if state is not None:
            return _p_run(parameters, U, leak, state)
        states = _p_run(parameters, U, leak)
        for s in range(1, len(states)):
            if states.shape[1]:
                states[s] = _p_run(parameters, np.asarray(U)[s : s + 1], leak, states[s - 1 : s, -1])[0]
        return states

    return _p_both(run_in_a_chain, _p_free)


_P_LAST = {}


@program("reservoir", breaks="zeros where state is None, nothing remembered: here the state of the last call", several=True)
def p_goes_on_where_the_last_call_ended():
    def run_with_a_memory(parameters, U, leak, state=None):
        shape = (len(U), len(parameters[2]))
        states = _p_run(parameters, U, leak, _P_LAST.get(shape) if state is None else state)
        if states.shape[1]:
            _P_LAST[shape] = states[:, -1].copy()
        return states

    return _p_both(run_with_a_memory, _p_free)


@program(
    "reservoir", breaks="it returns all states: here every step shows the last one, kept as one and the same array", several=True
)
def p_the_same_array_at_every_step():
    def run_one_buffer(parameters, U, leak, state=None):
        states = _p_run(parameters, U, leak, state)
        return np.repeat(states[:, -1:], states.shape[1], axis=1)

    return _p_both(run_one_buffer, _p_free)


@program("reservoir", breaks="the state has heard all of U: here only its last step", several=True)
def p_driven_by_the_last_step_alone():
    def free_from_one_step(parameters, read_out, leak, U, steps):
        return _p_free(parameters, read_out, leak, np.asarray(U)[:, -1:], steps)

    return _p_both(free=free_from_one_step)


@program("reservoir", breaks="the forecasts are (S, steps, D): here the last axis is dropped when D is 1", several=True)
def p_squeezes_one_number():
    def free_squeezed(parameters, read_out, leak, U, steps):
        forecasts = _p_free(parameters, read_out, leak, U, steps)
        return forecasts[:, :, 0] if forecasts.shape[2] == 1 else forecasts

    return _p_both(free=free_squeezed)


@program("reservoir", breaks="forecasts are heard as they are: here cut off at -1 and 1 first", several=True)
def p_forecasts_cut_off():
    def free_clipped(parameters, read_out, leak, U, steps):
        return _p_free(parameters, read_out, leak, U, steps, heard=lambda forecast: np.clip(forecast, -1, 1))

    return _p_both(free=free_clipped)


@program("reservoir", breaks="only leak of a unit is made anew: here all of it, in the free run", several=True)
def p_no_leak_in_the_free_run():
    def free_without_leak(parameters, read_out, leak, U, steps):
        return _p_free(parameters, read_out, 1.0, U, steps, state=_p_after(parameters, leak, U))

    return _p_both(free=free_without_leak)


@program("reservoir", breaks="any size, D above 1 too: here only the first of the forecast's numbers is heard", several=True)
def p_hears_the_first_number_only():
    def first_only(forecast):
        heard = np.zeros_like(forecast)
        heard[:, :1] = forecast[:, :1]
        return heard

    return _p_both(free=partial(_p_free, heard=first_only))


# ---------------------------------------------------------------- fading


def _p_exact(parameters, u, x, d, leak):
    """The next state, and what becomes of a tiny difference."""
    W_in, W, b = parameters
    new = np.tanh(u @ W_in + x @ W + b)
    return (1 - leak) * x + leak * new, (1 - leak) * d + leak * (1 - new**2) * (d @ W)


def _p_doubles(parameters, U):
    return [np.asarray(p, float) for p in parameters], np.asarray(U, float)


def _p_direction(N):
    d = 1.5 + np.cos(1.0 + np.arange(N) ** 1.5)
    return d / np.linalg.norm(d)


def _p_logs(parameters, U, leak, step=_p_exact, start=None, direction=None):
    """The logarithm of each step's factor."""
    parameters, U = _p_doubles(parameters, U)
    N = len(parameters[2])
    x = np.zeros(N) if start is None else start
    d = _p_direction(N) if direction is None else direction
    logs = []
    for u in U:
        x, d = step(parameters, u, x, d, float(leak))
        length = np.linalg.norm(d)
        if length == 0:
            return np.full(max(len(U), 1), -np.inf)
        logs.append(np.log(length))
        d = d / length
    return np.array(logs)


def _p_settled(logs):
    return float(np.mean(logs[min(len(logs) // 10, 200) :]))


def _p_copies(parameters, U, leak, tiny=1e-7, start=None, kind=float):
    """The logarithms by two copies, `tiny` apart."""
    parameters = [np.asarray(p, kind) for p in parameters]
    x = np.zeros(len(parameters[2]), kind) if start is None else start
    d = (tiny * _p_direction(len(x))).astype(kind)
    logs = []
    for u in np.asarray(U, kind):
        a, c = _p_step(parameters, x, u, leak), _p_step(parameters, x + d, u, leak)
        length = np.linalg.norm(c - a)
        if length == 0:
            return np.full(max(len(U), 1), -np.inf)
        logs.append(np.log(length / tiny))
        x, d = a, (c - a) * (tiny / length)
    return np.array(logs)


@program("fading")
def p_two_copies_brought_back(parameters, U, leak):
    return _p_settled(_p_copies(parameters, U, float(leak)))


@program("fading")
def p_the_slope_of_each_step(parameters, U, leak):
    return _p_settled(_p_logs(parameters, U, leak))


@program("fading")
def p_all_directions_at_once(parameters, U, leak):
    (W_in, W, b), U = _p_doubles(parameters, U)
    x, M, sums = np.zeros(len(b)), np.eye(len(b)), [0.0]
    for u in U:
        new = np.tanh(u @ W_in + x @ W + b)
        x = x + leak * (new - x)
        M = (1 - leak) * M + (M @ W) * (leak * (1 - new**2))
        size = np.sqrt(np.sum(M**2))
        if size == 0:
            return -np.inf
        sums.append(sums[-1] + np.log(size))
        M = M / size
    skip = min(len(U) // 10, 100)
    return (sums[-1] - sums[skip]) / (len(U) - skip)


@program("fading")
def p_an_imaginary_difference(parameters, U, leak):
    parameters, U = _p_doubles(parameters, U)

    def by_complex_step(parts, u, x, d, a):
        z = _p_step(parts, x + 1e-40j * d, u, a)
        return z.real, z.imag * 1e40

    return _p_settled(_p_logs(parameters, U, leak, step=by_complex_step))


@program("fading", breaks="right where differences die: here the copies are never brought back, and the first and last count")
def p_never_brought_back(parameters, U, leak):
    (W_in, W, b), U = _p_doubles(parameters, U)
    x, y = np.zeros(len(b)), 1e-7 * _p_direction(len(b))
    for u in U:
        x, y = _p_step((W_in, W, b), x, u, leak), _p_step((W_in, W, b), y, u, leak)
    return float(np.log((np.linalg.norm(y - x) + 1e-300) / 1e-7) / len(U))


@program("fading", breaks="right where differences die at once: here they are brought back only when they have grown")
def p_brought_back_only_when_large(parameters, U, leak):
    (W_in, W, b), U = _p_doubles(parameters, U)
    x, d, logs = np.zeros(len(b)), 1e-7 * _p_direction(len(b)), []
    for u in U:
        before = np.linalg.norm(d)
        new = _p_step((W_in, W, b), x, u, leak)
        d = _p_step((W_in, W, b), x + d, u, leak) - new
        x = new
        logs.append(np.log((np.linalg.norm(d) + 1e-18) / (before + 1e-18)))
        if np.linalg.norm(d) > 1e-5:
            d = d * (1e-7 / np.linalg.norm(d))
    return float(np.mean(logs))


@program("fading", breaks="tiny means tiny: here the copies are 1 apart")
def p_copies_far_apart(parameters, U, leak):
    return _p_settled(_p_copies(parameters, U, float(leak), tiny=1.0))


@program("fading", breaks="right where a factor is 0.001: a difference of 1e-15 is lost in the rounding")
def p_difference_lost_in_rounding(parameters, U, leak):
    logs = _p_copies(parameters, U, float(leak), tiny=1e-15)
    return float(np.mean(np.maximum(logs, -40.0)))


@program("fading", breaks="the natural logarithm: here it is the one to base 10")
def p_logarithm_to_base_ten(parameters, U, leak):
    return _p_settled(_p_logs(parameters, U, leak)) / np.log(10)


@program("fading", breaks="the mean of the logarithms: here the logarithm of the mean factor")
def p_logarithm_of_the_mean(parameters, U, leak):
    logs = _p_logs(parameters, U, leak)
    with np.errstate(divide="ignore"):
        return float(np.log(np.mean(np.exp(logs[len(logs) // 10 :]))))


@program("fading", breaks="two states that hear U: here only the matrix of the silent reservoir counts")
def p_radius_of_the_silent_reservoir(parameters, U, leak):
    W = np.asarray(parameters[1], float)
    with np.errstate(divide="ignore"):
        return float(np.log(_p_radius((1 - leak) * np.eye(len(W)) + leak * W)))


@program("fading", breaks="in silence it is the radius of (1 - a) I + a W: here the slope of a step forgets what the leak keeps")
def p_slope_without_what_stays(parameters, U, leak):
    def made_anew(parts, u, x, d, a):
        W_in, W, b = parts
        new = np.tanh(u @ W_in + x @ W + b)
        return (1 - a) * x + a * new, a * (1 - new**2) * (d @ W)

    return _p_settled(_p_logs(parameters, U, leak, step=made_anew))


@program("fading", breaks="the difference goes on as it was turned: here each step begins with one and the same direction")
def p_same_direction_at_each_step(parameters, U, leak):
    fixed = _p_direction(len(parameters[2]))
    return _p_settled(_p_logs(parameters, U, leak, step=lambda parts, u, x, d, a: _p_exact(parts, u, x, fixed, a)))


@program("fading", breaks="the growth of one difference over many steps: here the longest stretch of each single step")
def p_largest_singular_value_of_each_step(parameters, U, leak):
    (W_in, W, b), U = _p_doubles(parameters, U)
    x, logs = np.zeros(len(b)), []
    for u in U:
        new = np.tanh(u @ W_in + x @ W + b)
        x = (1 - leak) * x + leak * new
        stretch = np.linalg.norm((1 - leak) * np.eye(len(b)) + leak * W * (1 - new**2), 2)
        logs.append(np.log(stretch + 1e-300))
    return float(np.mean(logs))


@program("fading", breaks="a number per step: here the sum over all steps")
def p_sum_over_all_steps(parameters, U, leak):
    return float(np.sum(_p_logs(parameters, U, leak)))


@program(
    "fading", breaks="a tiny difference finds where it grows most: here it lies on the first unit alone, and may never leave it"
)
def p_difference_on_the_first_unit(parameters, U, leak):
    return _p_settled(_p_logs(parameters, U, leak, direction=np.eye(len(parameters[2]))[0]))


@program("fading", breaks="the factor is that of the step: here the slope is taken at the state before it")
def p_slope_at_the_old_state(parameters, U, leak):
    def slope_before(parts, u, x, d, a):
        return _p_exact(parts, u, x, d, a)[0], (1 - a) * d + a * (1 - x**2) * (d @ parts[1])

    return _p_settled(_p_logs(parameters, U, leak, step=slope_before))


@program("fading", breaks="right to within 0.03 for float32 too: here copies in float32 are 1e-7 apart, which is their rounding")
def p_copies_in_the_type_of_the_parameters(parameters, U, leak):
    kind = _p_kind(*parameters)
    logs = _p_copies(parameters, U, float(leak), kind=kind)
    return float(np.mean(np.maximum(logs, -40.0))) if kind == np.float32 else _p_settled(logs)


@program("fading", breaks="nothing global is changed: here NumPy's global generator is seeded for the direction")
def p_seeds_the_global_generator(parameters, U, leak):
    np.random.seed(0)
    d = np.random.normal(size=len(parameters[2]))
    return _p_settled(_p_logs(parameters, U, leak, direction=d / np.linalg.norm(d)))


@program("fading", breaks="both states hear U: here nobody hears it, and only the biases work")
def p_input_not_heard(parameters, U, leak):
    return _p_settled(_p_logs(parameters, np.zeros_like(U, dtype=float), leak))


@program("fading", breaks="a factor of 0.001 a step is no trouble: here a hundredth is added to be safe")
def p_a_hundredth_to_be_safe(parameters, U, leak):
    logs = _p_logs(parameters, U, leak)
    return float(np.mean(np.log(np.exp(logs[len(logs) // 10 :]) + 0.01)))


@program("fading", breaks="the mean over many steps, right to 0.03: here of the last ten")
def p_the_last_ten_steps(parameters, U, leak):
    return float(np.mean(_p_logs(parameters, U, leak)[-10:]))


@program("fading", breaks="the mean logarithm: here the factor itself")
def p_the_factor_itself(parameters, U, leak):
    return float(np.exp(_p_settled(_p_logs(parameters, U, leak))))


@program("fading", breaks="the reservoir starts at zeros: here at ones")
def p_starts_at_ones(parameters, U, leak):
    return _p_settled(_p_logs(parameters, U, leak, start=np.ones(len(parameters[2]))))


@program("fading", breaks="the biases of the reservoir count: here they are left out")
def p_fading_without_biases(parameters, U, leak):
    W_in, W, b = parameters
    return _p_settled(_p_logs((W_in, W, np.zeros_like(b)), U, leak))


# ---------------------------------------------------------------- read_out


def _p_fit(X, Y, penalty):
    """The ridge read-out, by a singular value decomposition of the centred states."""
    kind = _p_kind(X, Y)
    X, Y = np.asarray(X, float), np.asarray(Y, float)
    if len(X) == 0:
        return np.zeros((X.shape[1], Y.shape[1]), kind), np.zeros(Y.shape[1], kind)
    x_mean, y_mean = X.mean(axis=0), Y.mean(axis=0)
    C = X - x_mean
    C[:, np.abs(C).max(axis=0) <= 1e-14 * np.abs(x_mean)] = 0.0
    left, s, right = np.linalg.svd(C, full_matrices=False)
    below = s**2 + penalty
    kept = s > (0.0 if penalty > 0 else 1e-15 * max(X.shape) * s.max(initial=0.0))
    factor = np.divide(s, below, out=np.zeros_like(s), where=kept & (below > 0))
    W = right.T @ (factor[:, None] * (left.T @ (Y - y_mean)))
    return W.astype(kind), (y_mean - x_mean @ W).astype(kind)


def _p_left_out_error(X, Y, i, penalty):
    others = np.arange(len(X)) != i
    W, b = _p_fit(X[others], Y[others], penalty)
    return Y[i] - X[i] @ W - b


def _p_residuals(X, Y, penalty):
    """Residuals (T, K), and leverages (T,) with the mean's share."""
    W, b = _p_fit(X, Y, penalty)
    C = X - X.mean(axis=0)
    left, s, _ = np.linalg.svd(C, full_matrices=False)
    kept = s > (0.0 if penalty > 0 else 1e-15 * max(X.shape) * s.max(initial=0.0))
    share = np.where(kept, s**2 / np.where(kept, s**2 + penalty, 1.0), 0.0)
    return Y - X @ W - b, left**2 @ share + 1 / len(X)


def _p_loo_errors(X, Y, penalty):
    residuals, leverage = _p_residuals(X, Y, penalty)
    close = 1 - leverage < 1e-8
    errors = residuals / np.where(close, 1.0, 1 - leverage)[:, None]
    for i in np.flatnonzero(close):  # too near to 1 for the division: few rows, which are left out by hand
        errors[i] = _p_left_out_error(X, Y, i, penalty)
    return errors


def _p_loo(X, Y, penalties, one=lambda X, Y, penalty: np.mean(_p_loo_errors(X, Y, penalty) ** 2)):
    kind = _p_kind(X, Y)
    X, Y, penalties = np.asarray(X, float), np.asarray(Y, float), np.asarray(penalties, float)
    return np.array([one(X, Y, penalty) for penalty in penalties.ravel()]).reshape(penalties.shape).astype(kind)


def _p_pair(fit=_p_fit, loo=_p_loo):
    return {"read_out": fit, "leave_one_out": loo}


@program("read_out", several=True)
def p_singular_values():
    return _p_pair()


@program("read_out", several=True)
def p_more_rows_for_the_penalty():
    def fit_by_more_rows(X, Y, penalty):
        kind = _p_kind(X, Y)
        X, Y = np.asarray(X, float), np.asarray(Y, float)
        (T, N), K = X.shape, Y.shape[1]
        shift = X.mean(axis=0) if T else np.zeros(N)  # keeps the column of ones apart from the others
        A = np.block([[X - shift, np.ones((T, 1))], [np.sqrt(penalty) * np.eye(N), np.zeros((N, 1))]])
        both = np.linalg.lstsq(A, np.vstack([Y, np.zeros((N, K))]), rcond=None)[0]
        return both[:-1].astype(kind), (both[-1] - shift @ both[:-1]).astype(kind)

    def errors_by_more_rows(X, Y, penalty):
        (T, N), W_b = X.shape, fit_by_more_rows(X, Y, penalty)
        A = np.block([[X - X.mean(axis=0), np.ones((T, 1))], [np.sqrt(penalty) * np.eye(N), np.zeros((N, 1))]])
        Q, s, _ = np.linalg.svd(A, full_matrices=False)
        leverage = np.sum(Q[:T, s > 1e-13 * s.max()] ** 2, axis=1)
        residuals = Y - X @ W_b[0] - W_b[1]
        out = np.empty_like(residuals)
        for i in range(T):
            far = 1 - leverage[i] < 1e-8
            out[i] = _p_left_out_error(X, Y, i, penalty) if far else residuals[i] / (1 - leverage[i])
        return np.mean(out**2)

    return _p_pair(fit_by_more_rows, partial(_p_loo, one=errors_by_more_rows))


@program("read_out", several=True)
def p_orthogonal_columns():
    def factored(X, penalty):
        N = X.shape[1]
        A = np.block([[X - X.mean(axis=0), np.ones((len(X), 1))], [np.sqrt(penalty) * np.eye(N), np.zeros((N, 1))]])
        Q, R = np.linalg.qr(A)
        return Q[: len(X)], R

    def fit_by_qr(X, Y, penalty):
        if penalty == 0 or len(X) == 0:
            return _p_fit(X, Y, penalty)
        kind, X, Y = _p_kind(X, Y), np.asarray(X, float), np.asarray(Y, float)
        Q, R = factored(X, penalty)
        both = np.linalg.solve(R, Q.T @ Y)
        return both[:-1].astype(kind), (both[-1] - X.mean(axis=0) @ both[:-1]).astype(kind)

    def errors_by_qr(X, Y, penalty):
        if penalty == 0 or len(X) < 2:
            return np.mean(_p_loo_errors(X, Y, penalty) ** 2)
        Q, _ = factored(X, penalty)
        missing, out = 1 - np.sum(Q**2, axis=1), Y - Q @ (Q.T @ Y)
        for i in range(len(X)):
            out[i] = out[i] / missing[i] if missing[i] > 1e-8 else _p_left_out_error(X, Y, i, penalty)
        return np.mean(out**2)

    return _p_pair(fit_by_qr, partial(_p_loo, one=errors_by_qr))


@program("read_out", several=True)
def p_one_linear_system():
    def fit_by_one_system(X, Y, penalty):
        kind, X, Y = _p_kind(X, Y), np.asarray(X, float), np.asarray(Y, float)
        if penalty == 0 or len(X) == 0:
            return tuple(part.astype(kind) for part in _p_fit(X, Y, penalty))
        C, E = X - X.mean(axis=0), Y - Y.mean(axis=0)
        if X.shape[1] > len(X):
            W = C.T @ np.linalg.solve(C @ C.T + penalty * np.eye(len(X)), E)
        else:
            W = np.linalg.solve(C.T @ C + penalty * np.eye(X.shape[1]), C.T @ E)
        return W.astype(kind), (Y.mean(axis=0) - X.mean(axis=0) @ W).astype(kind)

    def errors_by_hat(X, Y, penalty):
        if penalty == 0 or len(X) < 2:
            return np.mean(_p_loo_errors(X, Y, penalty) ** 2)
        C, E = X - X.mean(axis=0), Y - Y.mean(axis=0)
        H = C @ np.linalg.solve(C.T @ C + penalty * np.eye(X.shape[1]), C.T)
        return np.mean(((E - H @ E) / (1 - 1 / len(X) - np.diag(H))[:, None]) ** 2)

    return _p_pair(fit_by_one_system, partial(_p_loo, one=errors_by_hat))


@program("read_out", breaks="the bias is not penalised: here it is, as the weight of a column of ones", several=True)
def p_bias_penalised_too():
    def fit_with_ones(X, Y, penalty):
        A = np.column_stack([np.asarray(X, float), np.ones(len(X))])
        both = np.linalg.pinv(A.T @ A + penalty * np.eye(A.shape[1])) @ A.T @ np.asarray(Y, float)
        return both[:-1].astype(_p_kind(X, Y)), both[-1].astype(_p_kind(X, Y))

    return _p_pair(fit_with_ones)


@program("read_out", breaks="no other pair is better: here W is fitted without a bias, which is added afterwards", several=True)
def p_bias_added_afterwards():
    def fit_uncentred(X, Y, penalty):
        X64, Y64 = np.asarray(X, float), np.asarray(Y, float)
        W = np.linalg.pinv(X64.T @ X64 + penalty * np.eye(X64.shape[1])) @ X64.T @ Y64
        return W.astype(_p_kind(X, Y)), np.mean(Y64 - X64 @ W, axis=0).astype(_p_kind(X, Y))

    return _p_pair(fit_uncentred)


@program("read_out", breaks="a sum over rows: here a mean, so the penalty counts for each row", several=True)
def p_mean_in_place_of_the_sum():
    return _p_pair(
        lambda X, Y, penalty: _p_fit(X, Y, penalty * len(X)),
        lambda X, Y, penalties: _p_loo(X, Y, np.asarray(penalties, float) * (len(X) - 1)),
    )


@program("read_out", breaks="the penalty is λ‖W‖², and not half of it as in other weeks", several=True)
def p_half_the_penalty():
    return _p_pair(
        lambda X, Y, penalty: _p_fit(X, Y, penalty / 2),
        lambda X, Y, penalties: _p_loo(X, Y, np.asarray(penalties, float) / 2),
    )


@program(
    "read_out",
    breaks="the penalty is on W for the states as they are: here each column is first divided by its spread",
    several=True,
)
def p_columns_of_equal_spread():
    def fit_standardised(X, Y, penalty):
        X64 = np.asarray(X, float)
        spread = X64.std(axis=0)
        spread = np.where(spread > 0, spread, 1.0)
        W, b = _p_fit(X64 / spread, Y, penalty)
        return (W / spread[:, None]).astype(_p_kind(X, Y)), b.astype(_p_kind(X, Y))

    return _p_pair(fit_standardised)


@program("read_out", breaks="a ridge regression: here plain least squares, whatever the penalty", several=True)
def p_penalty_not_used():
    return _p_pair(lambda X, Y, penalty: _p_fit(X, Y, 0.0))


@program("read_out", breaks="a penalty on the squares: here small singular values are cut off instead", several=True)
def p_cuts_small_singular_values():
    def fit_cut_off(X, Y, penalty):
        X64, Y64 = np.asarray(X, float), np.asarray(Y, float)
        W = np.linalg.pinv(X64 - X64.mean(axis=0), rcond=min(penalty, 0.5)) @ (Y64 - Y64.mean(axis=0))
        return W.astype(_p_kind(X, Y)), (Y64.mean(axis=0) - X64.mean(axis=0) @ W).astype(_p_kind(X, Y))

    return _p_pair(fit_cut_off)


@program("read_out", breaks="the penalty is λ: with rows of λ times the identity it is λ squared", several=True)
def p_penalty_squared():
    return _p_pair(lambda X, Y, penalty: _p_fit(X, Y, penalty**2))


@program("read_out", breaks="more units than rows are no trouble: here the fit gives up", several=True)
def p_no_more_units_than_rows():
    def fit_few_units(X, Y, penalty):
        if np.shape(X)[1] > np.shape(X)[0]:
            raise ValueError("more unknowns than rows")
        return _p_fit(X, Y, penalty)

    return _p_pair(fit_few_units)


@program("read_out", breaks="each row is predicted by the others: here by a fit that has seen it", several=True)
def p_error_on_the_fitted_rows():
    return _p_pair(loo=partial(_p_loo, one=lambda X, Y, penalty: np.mean(_p_residuals(X, Y, penalty)[0] ** 2)))


@program("read_out", breaks="it equals brute force: the share 1/T of the mean is missing in the leverage", several=True)
def p_leverage_without_the_mean():
    def loo_of_weights_alone(X, Y, penalty):
        residuals, leverage = _p_residuals(X, Y, penalty)
        return np.mean((residuals / (1 - leverage + 1 / len(X))[:, None]) ** 2)

    return _p_pair(loo=partial(_p_loo, one=loo_of_weights_alone))


@program(
    "read_out", breaks="it equals brute force, also if one row lies far out: here all rows get the mean leverage", several=True
)
def p_mean_leverage_for_all():
    def generalised(X, Y, penalty):
        residuals, leverage = _p_residuals(X, Y, penalty)
        return np.mean((residuals / (1 - leverage.mean())) ** 2)

    return _p_pair(loo=partial(_p_loo, one=generalised))


@program("read_out", breaks="it does not fit once for each row: here it does", several=True)
def p_brute_force():
    def one_fit_for_each_row(X, Y, penalty):
        return np.mean([_p_left_out_error(X, Y, i, penalty) ** 2 for i in range(len(X))])

    return _p_pair(loo=partial(_p_loo, one=one_fit_for_each_row))


@program("read_out", breaks="it equals brute force: here the square is divided by 1 - leverage once, not squared", several=True)
def p_divided_once_after_squaring():
    def divided_late(X, Y, penalty):
        residuals, leverage = _p_residuals(X, Y, penalty)
        return np.mean(residuals**2 / (1 - leverage)[:, None])

    return _p_pair(loo=partial(_p_loo, one=divided_late))


@program("read_out", breaks="the mean squared error: here its root", several=True)
def p_root_of_the_mean_square():
    return _p_pair(loo=lambda X, Y, penalties: np.sqrt(_p_loo(X, Y, penalties)))


@program("read_out", breaks="the mean over all rows and targets: here the targets are added up", several=True)
def p_targets_added_up():
    return _p_pair(loo=lambda X, Y, penalties: _p_loo(X, Y, penalties) * np.shape(Y)[1])


@program("read_out", breaks="what is given stays as it was: here the states are centred in place", several=True)
def p_centres_the_states_in_place():
    def fit_in_place(X, Y, penalty):
        W, b = _p_fit(X, Y, penalty)
        if np.issubdtype(X.dtype, np.floating) and len(X):
            X -= X.mean(axis=0)
        return W, b

    return _p_pair(fit_in_place)


@program("read_out", breaks="float32 in, float32 out: here W and b are float64", several=True)
def p_weights_in_float64():
    return _p_pair(lambda X, Y, penalty: _p_fit(np.asarray(X, float), np.asarray(Y, float), penalty))


@program("read_out", breaks="whole numbers are taken as floats: here W and b take the type of the targets", several=True)
def p_weights_in_the_type_of_the_targets():
    return _p_pair(lambda X, Y, penalty: tuple(part.astype(np.asarray(Y).dtype) for part in _p_fit(X, Y, penalty)))


@program("read_out", breaks="b has the shape (K,): here (1, K)", several=True)
def p_bias_with_an_axis_too_many():
    def fit_with_a_wide_bias(X, Y, penalty):
        W, b = _p_fit(X, Y, penalty)
        return W, b[None]

    return _p_pair(fit_with_a_wide_bias)


@program("read_out", breaks="an error for each penalty, in their order: here the penalties are sorted first", several=True)
def p_penalties_sorted():
    return _p_pair(loo=lambda X, Y, penalties: _p_loo(X, Y, np.sort(penalties)))


@program("read_out", breaks="one row is left out at a time: here a tenth of them", several=True)
def p_ten_folds():
    def folds(X, Y, penalty):
        parts = np.array_split(np.arange(len(X)), min(10, len(X)))
        squares = []
        for part in parts:
            W, b = _p_fit(np.delete(X, part, axis=0), np.delete(Y, part, axis=0), penalty)
            squares.append((Y[part] - X[part] @ W - b) ** 2)
        return np.mean(np.concatenate(squares))

    return _p_pair(loo=partial(_p_loo, one=folds))


@program("read_out", breaks="the mean over all rows, far ones too: here the median", several=True)
def p_median_of_the_squares():
    return _p_pair(loo=partial(_p_loo, one=lambda X, Y, penalty: np.median(_p_loo_errors(X, Y, penalty) ** 2)))


@program("read_out", breaks="an error for each penalty: here only the smallest error", several=True)
def p_only_the_best_penalty():
    return _p_pair(loo=lambda X, Y, penalties: np.min(_p_loo(X, Y, penalties), initial=np.inf))


# ---------------------------------------------------------------- memory


def _p_pairs(X, u, d, split):
    """States and inputs of d steps before, for the fit and for the measure."""
    d = min(d, len(u))
    states, targets, cut = X[d:], u[: len(u) - d], max(split - d, 0)
    return states[:cut], targets[:cut], states[cut:], targets[cut:]


def _p_square(said, truth):
    """The square of the correlation; 0 where there is none."""
    if len(said) == 0:
        return 0.0
    a, c = said - said.mean(), truth - truth.mean()
    flat = np.abs(a).max() <= 1e-12 * np.abs(said).max() or np.abs(c).max() <= 1e-12 * np.abs(truth).max()
    return 0.0 if flat else float((a @ c / np.linalg.norm(a) / np.linalg.norm(c)) ** 2)


def _p_memory(X, u, longest, split, penalty, pairs=_p_pairs, fit=_p_fit, square=_p_square):
    kind = _p_kind(X, u)
    X, u = np.asarray(X, float), np.asarray(u, float)
    curve = np.zeros(longest, kind)
    for d in range(1, longest + 1):
        states, targets, new_states, truth = pairs(X, u, d, split)
        W, b = fit(states, targets[:, None], penalty)
        curve[d - 1] = square((new_states @ W + b)[:, 0], truth)
    return curve


@program("memory")
def p_one_delay_after_the_other(X, u, longest, split, penalty):
    return _p_memory(X, u, longest, split, penalty)


@program("memory")
def p_by_row_numbers(X, u, longest, split, penalty):
    X64, u64 = np.asarray(X, float), np.asarray(u, float)
    rows, curve = np.arange(len(u64)), []
    for d in range(1, longest + 1):
        early, late = rows[(rows >= d) & (rows < split)], rows[(rows >= d) & (rows >= split)]
        if len(early) == 0 or len(late) == 0:
            curve.append(0.0)
            continue
        mean = X64[early].mean(axis=0)
        W, _ = _p_fit(X64[early] - mean, u64[early - d][:, None], penalty)
        said = ((X64[late] - mean) @ W)[:, 0] + u64[early - d].mean()
        curve.append(_p_square(said, u64[late - d]))
    return np.array(curve).astype(_p_kind(X, u))


@program("memory")
def p_correlation_by_numpy(X, u, longest, split, penalty):
    def by_corrcoef(said, truth):
        if len(said) < 2 or np.ptp(said) <= 1e-12 * np.abs(said).max() or np.ptp(truth) == 0:
            return 0.0
        return np.corrcoef(said, truth)[0, 1] ** 2

    def by_more_rows(states, targets, lam):
        if len(states) == 0:
            return np.zeros((states.shape[1], 1)), np.zeros(1)
        mean, N = states.mean(axis=0), states.shape[1]
        C = states - mean
        C[:, np.abs(C).max(axis=0) <= 1e-14 * np.abs(mean)] = 0.0
        A = np.vstack([C, np.sqrt(lam) * np.eye(N)])
        W = np.linalg.lstsq(A, np.vstack([targets - targets.mean(), np.zeros((N, 1))]), rcond=None)[0]
        return W, targets.mean(axis=0) - mean @ W

    return _p_memory(X, u, longest, split, penalty, fit=by_more_rows, square=by_corrcoef)


@program("memory", breaks="only rows count that have an input d steps before: np.roll brings the last inputs to the first rows")
def p_rolled_inputs(X, u, longest, split, penalty):
    def rolled(states, inputs, d, cut):
        moved = np.roll(inputs, d)
        return states[:cut], moved[:cut], states[cut:], moved[cut:]

    return _p_memory(X, u, longest, split, penalty, pairs=rolled)


@program("memory", breaks="entry d - 1 is the input of d steps ago: here of d - 1 steps ago")
def p_begins_with_the_input_of_now(X, u, longest, split, penalty):
    return _p_memory(X, u, longest, split, penalty, pairs=lambda states, inputs, d, cut: _p_pairs(states, inputs, d - 1, cut))


@program("memory", breaks="the input of d steps ago: here the one of d steps ahead")
def p_the_input_to_come(X, u, longest, split, penalty):
    def ahead(states, inputs, d, cut):
        d = min(d, len(inputs))
        states, targets = states[: len(inputs) - d], inputs[d:]
        return states[:cut], targets[:cut], states[cut:], targets[cut:]

    return _p_memory(X, u, longest, split, penalty, pairs=ahead)


@program("memory", breaks="the read-out is fitted before split: here on all rows, those of the measure too")
def p_fitted_on_all_rows(X, u, longest, split, penalty):
    def all_for_the_fit(states, inputs, d, cut):
        early, targets, late, truth = _p_pairs(states, inputs, d, cut)
        return np.concatenate([early, late]), np.concatenate([targets, truth]), late, truth

    return _p_memory(X, u, longest, split, penalty, pairs=all_for_the_fit)


@program("memory", breaks="r² is measured from split on: here on the fitted rows")
def p_measured_on_the_fitted_rows(X, u, longest, split, penalty):
    def early_twice(states, inputs, d, cut):
        early, targets, _, _ = _p_pairs(states, inputs, d, cut)
        return early, targets, early, targets

    return _p_memory(X, u, longest, split, penalty, pairs=early_twice)


@program("memory", breaks="r² is measured from split on: here on all rows, the fitted ones included")
def p_measured_on_all_rows(X, u, longest, split, penalty):
    def all_for_the_measure(states, inputs, d, cut):
        early, targets, late, truth = _p_pairs(states, inputs, d, cut)
        return early, targets, np.concatenate([early, late]), np.concatenate([targets, truth])

    return _p_memory(X, u, longest, split, penalty, pairs=all_for_the_measure)


@program("memory", breaks="the square of the correlation: here the correlation")
def p_correlation_not_squared(X, u, longest, split, penalty):
    return np.sqrt(_p_memory(X, u, longest, split, penalty))


@program("memory", breaks="the square of the correlation: here one minus the error over the spread")
def p_share_of_the_spread(X, u, longest, split, penalty):
    def explained(said, truth):
        if len(said) == 0 or np.ptp(truth) == 0 or np.ptp(said) == 0:
            return 0.0
        return 1 - np.mean((said - truth) ** 2) / np.var(truth)

    return _p_memory(X, u, longest, split, penalty, square=explained)


@program("memory", breaks="fitted on rows before split: here d rows too many, since d of them are gone at the beginning")
def p_split_after_the_shift(X, u, longest, split, penalty):
    return _p_memory(X, u, longest, split, penalty, pairs=lambda states, inputs, d, cut: _p_pairs(states, inputs, d, cut + d))


@program("memory", breaks="each row counts that has an input d steps before it: here all delays lose the first `longest` rows")
def p_first_rows_lost_for_all_delays(X, u, longest, split, penalty):
    def without_the_first(states, inputs, d, cut):
        early, targets, late, truth = _p_pairs(states, inputs, d, cut)
        lost = longest - d
        return early[lost:], targets[lost:], late, truth

    return _p_memory(X, u, longest, split, penalty, pairs=without_the_first)


@program("memory", breaks="r² is measured on the rows from split on: here the first d of them are left out")
def p_a_gap_after_the_split(X, u, longest, split, penalty):
    def with_a_gap(states, inputs, d, cut):
        early, targets, late, truth = _p_pairs(states, inputs, d, cut)
        return early, targets, late[d:], truth[d:]

    return _p_memory(X, u, longest, split, penalty, pairs=with_a_gap)


@program("memory", breaks="where the read-out is the same for all rows r² is 0: here it is nan")
def p_no_number_for_a_flat_read_out(X, u, longest, split, penalty):
    def unguarded(said, truth):
        value = _p_square(said, truth)
        return np.nan if value == 0.0 else value

    return _p_memory(X, u, longest, split, penalty, square=unguarded)


@program("memory", breaks="a read-out has a bias: here there is none")
def p_read_out_without_a_bias(X, u, longest, split, penalty):
    def through_zero(states, targets, lam):
        W = np.linalg.pinv(states.T @ states + lam * np.eye(states.shape[1])) @ states.T @ targets
        return W, np.zeros(1)

    return _p_memory(X, u, longest, split, penalty, fit=through_zero)


@program("memory", breaks="no row counts that has no input d steps before: here such inputs are taken as 0")
def p_zeros_before_the_beginning(X, u, longest, split, penalty):
    def padded(states, inputs, d, cut):
        moved = np.concatenate([np.zeros(d), inputs])[: len(inputs)]
        return states[:cut], moved[:cut], states[cut:], moved[cut:]

    return _p_memory(X, u, longest, split, penalty, pairs=padded)


@program("memory", breaks="an array (longest,): here the memory capacity, one number")
def p_the_sum_alone(X, u, longest, split, penalty):
    return float(np.sum(_p_memory(X, u, longest, split, penalty)))


@program("memory", breaks="a ridge read-out: here without its penalty")
def p_memory_without_penalty(X, u, longest, split, penalty):
    return _p_memory(X, u, longest, split, 0.0)


@program("memory", breaks="the penalty is against a sum over rows: here it counts for each row")
def p_memory_with_a_penalty_for_each_row(X, u, longest, split, penalty):
    return _p_memory(X, u, longest, split, penalty, fit=lambda states, targets, lam: _p_fit(states, targets, lam * len(states)))


@program("memory", breaks="each entry is measured: here all delays above the number of units are set to 0")
def p_nothing_beyond_the_number_of_units(X, u, longest, split, penalty):
    curve = _p_memory(X, u, longest, split, penalty)
    curve[np.shape(X)[1] :] = 0
    return curve


@program("memory", breaks="what is given stays as it was: here the mean is taken off the inputs in place")
def p_centres_the_inputs_in_place(X, u, longest, split, penalty):
    curve = _p_memory(X, u, longest, split, penalty)
    if np.issubdtype(u.dtype, np.floating) and len(u):
        u -= u.mean()
    return curve


@program("memory", breaks="whole numbers are taken as floats: here the curve takes the type of the inputs")
def p_curve_in_the_type_of_the_inputs(X, u, longest, split, penalty):
    return _p_memory(X, u, longest, split, penalty).astype(np.asarray(u).dtype)


@program("memory", breaks="entry d - 1 is its own delay: here all delays are added up to there")
def p_added_up_to_each_delay(X, u, longest, split, penalty):
    return np.cumsum(_p_memory(X, u, longest, split, penalty))


@program("memory", breaks="a read-out of all units: here the best single unit for each delay")
def p_best_single_unit(X, u, longest, split, penalty):
    X = np.asarray(X)
    each = [_p_memory(X[:, k : k + 1], u, longest, split, penalty) for k in range(X.shape[1])]
    return np.max(each, axis=0) if each else np.zeros(longest)
