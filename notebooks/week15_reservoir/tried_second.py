"""Programs for week 15, written from its contracts alone."""

import numpy as np

from autograder.cases import program

# make_reservoir


def _radius(W):
    return float(np.max(np.abs(np.linalg.eigvals(W)), initial=0.0))


def _normal(size, density, rng):
    return rng.normal(size=(size, size)) * (rng.random((size, size)) < density)


def _make(size, radius, density, rng, draw=_normal, measure=_radius, again=True):
    if radius == 0 or size == 0:
        return np.zeros((size, size))
    if density <= 0:
        raise ValueError("without connections every eigenvalue is 0")
    while True:
        W = draw(size, density, rng)
        largest = measure(W)
        if largest > 1e-9 or not again:
            with np.errstate(all="ignore"):
                return W * (radius / np.float64(largest))


@program("make_reservoir")
def a_drawn_normal(size, radius, density, rng):
    return _make(size, radius, density, rng)


@program("make_reservoir")
def a_drawn_by_three_coins(size, radius, density, rng):
    if radius == 0:
        return np.zeros((size, size))
    if density == 0:
        raise ValueError("density 0 leaves no weight that could be scaled")
    measured = 0.0
    while measured < 1e-8:
        there = rng.random((size, size)) < density
        sign = np.where(rng.random((size, size)) < 0.5, -1.0, 1.0)
        W = there * sign * rng.uniform(0.5, 1.5, (size, size))
        values = np.linalg.eig(W)[0]
        measured = np.sqrt(np.max(values.real**2 + values.imag**2))
    return radius * W / measured


@program("make_reservoir")
def a_drawn_entry_by_entry(size, radius, density, rng):
    class Reservoir:
        def __init__(self):
            self.W = np.zeros((size, size))

        def draw(self):
            for place in np.ndindex(size, size):
                lot = rng.random()
                self.W[place] = (rng.exponential() + 0.1) * (1 if rng.random() < 0.5 else -1) if lot < density else 0.0
            return self

        def radius(self):
            return max((abs(v) for v in np.linalg.eigvals(self.W.T)), default=0.0)

    if not radius:
        return Reservoir().W
    if not density:
        raise ValueError("no such matrix")
    reservoir = Reservoir().draw()
    while reservoir.radius() < 1e-9:
        reservoir.draw()
    return reservoir.W * (radius / reservoir.radius())


@program("make_reservoir", breaks="the spectral radius is `radius`; here the largest singular value is")
def a_drawn_by_singular_value(size, radius, density, rng):
    return _make(size, radius, density, rng, measure=lambda W: np.linalg.norm(W, 2) if _radius(W) > 1e-9 else 0.0)


@program("make_reservoir", breaks="the size of a complex eigenvalue counts; here only its real part")
def a_drawn_by_real_parts(size, radius, density, rng):
    return _make(size, radius, density, rng, measure=lambda W: np.max(np.abs(np.linalg.eigvals(W).real)))


@program("make_reservoir", breaks="the size of an eigenvalue counts; here a negative one does not")
def a_drawn_by_largest_positive(size, radius, density, rng):
    def measure(W):
        if _radius(W) < 1e-9:
            return 0.0
        largest = np.max(np.linalg.eigvals(W).real)
        return largest if abs(largest) > 1e-9 else _radius(W)

    return _make(size, radius, density, rng, measure=measure)


@program("make_reservoir", breaks="a weight is there with probability density; here it is missing with it")
def a_drawn_density_the_other_way(size, radius, density, rng):
    other = 1 - density if density < 1 else 1.0
    return _make(size, radius, density, rng, lambda size, density, rng: _normal(size, other, rng))


@program("make_reservoir", breaks="positive and negative weights are equally likely; here all are positive")
def a_drawn_positive(size, radius, density, rng):
    return _make(size, radius, density, rng, lambda size, density, rng: np.abs(_normal(size, density, rng)))


@program("make_reservoir", breaks="where all eigenvalues are 0 another one is drawn; here there is a division by 0")
def a_drawn_once(size, radius, density, rng):
    return _make(size, radius, density, rng, again=False)


@program("make_reservoir", breaks="where all eigenvalues are 0 another one is drawn; here it is returned as it is")
def a_drawn_once_and_kept(size, radius, density, rng):
    if density == 0 and radius > 0:
        raise ValueError("no such matrix")
    W = _normal(size, density, rng)
    largest = _radius(W)
    return W * (radius / largest) if largest > 1e-9 else W * bool(radius)


@program("make_reservoir", breaks="density 0 and a radius above 0 are a ValueError; here all weights are 0")
def a_drawn_without_a_word(size, radius, density, rng):
    return np.zeros((size, size)) if density == 0 else _make(size, radius, density, rng)


@program("make_reservoir", breaks="with radius 0 all weights are 0, whatever the density; here density 0 is always an error")
def a_drawn_refuses_density_nought(size, radius, density, rng):
    if density == 0:
        raise ValueError("no connections")
    return _make(size, radius, density, rng)


@program("make_reservoir", breaks="the radius is that of the matrix returned; here weights are set to 0 after it was scaled")
def a_drawn_thinned_too_late(size, radius, density, rng):
    W = _make(size, radius, 1.0 if density else 0.0, rng)
    return W * (rng.random(W.shape) < density)


@program("make_reservoir", breaks="the radius may be above 1; here it is cut there")
def a_drawn_radius_one_at_most(size, radius, density, rng):
    return _make(size, min(radius, 1.0), density, rng)


@program("make_reservoir", breaks="chance comes from rng; here from a generator of its own with a fixed seed")
def a_drawn_own_seed(size, radius, density, rng):
    return _make(size, radius, density, np.random.default_rng(7))


@program(
    "make_reservoir", breaks="each weight is there with probability density; here the matrix is made symmetric, and more are"
)
def a_drawn_symmetric(size, radius, density, rng):
    def draw(size, density, rng):
        W = _normal(size, density, rng)
        return W + W.T

    return _make(size, radius, density, rng, draw)


@program("make_reservoir", breaks="each weight may be there; here no unit hears itself, if there are others")
def a_drawn_no_unit_hears_itself(size, radius, density, rng):
    def draw(size, density, rng):
        W = _normal(size, density, rng)
        if size > 2:
            np.fill_diagonal(W, 0)
        return W

    return _make(size, radius, density, rng, draw)


@program("make_reservoir", breaks="with radius 0 all weights are 0; here then nothing is scaled")
def a_drawn_radius_nought_unscaled(size, radius, density, rng):
    return _make(size, radius, density, rng) if radius else _normal(size, density, rng)


@program("make_reservoir", breaks="the spectral radius is `radius`; here it is only expected to be, for large matrices")
def a_drawn_by_the_circle_law(size, radius, density, rng):
    return _make(size, radius, density, rng, measure=lambda W: np.sqrt(size * density) if _radius(W) > 1e-9 else 0.0)


@program(
    "make_reservoir", breaks="the largest eigenvalue counts, complex or not; here five steps of multiplying a vector measure it"
)
def a_drawn_by_power_steps(size, radius, density, rng):
    def measure(W):
        if _radius(W) < 1e-9:
            return 0.0
        x = np.ones(size)
        for _ in range(5):
            y = W @ x
            x = y / max(np.linalg.norm(y), 1e-12)
        return max(np.linalg.norm(W @ x), 1e-6)

    return _make(size, radius, density, rng, measure=measure)


_DRAWN = {}


@program("make_reservoir", breaks="nothing is remembered; here the same sizes get the matrix that was drawn first")
def a_drawn_remembered(size, radius, density, rng):
    key = size, radius, density
    if key not in _DRAWN:
        _DRAWN[key] = _make(size, radius, density, rng)
    return _DRAWN[key].copy()


@program("make_reservoir", breaks="positive and negative weights are equally likely; here weights have a mean above 0")
def a_drawn_mostly_positive(size, radius, density, rng):
    def draw(size, density, rng):
        return rng.normal(0.5, 1.0, (size, size)) * (rng.random((size, size)) < density)

    return _make(size, radius, density, rng, draw)


# reservoir


def _kinds(parameters, *arrays):
    return np.result_type(*parameters, *arrays, np.float32)


def _step(parameters, x, u, leak):
    W_in, W, b = parameters
    return (1 - leak) * x + leak * np.tanh(u @ W_in + x @ W + b)


def _run(parameters, U, leak, state=None, step=_step):
    kind = _kinds(parameters, U, *([] if state is None else [state]))
    parameters = [np.asarray(p, dtype=kind) for p in parameters]
    U = np.asarray(U, dtype=kind)
    S, T, _ = U.shape
    N = len(parameters[2])
    x = np.zeros((S, N), dtype=kind) if state is None else np.array(state, dtype=kind)
    states = np.empty((S, T, N), dtype=kind)
    for t in range(T):
        x = step(parameters, x, U[:, t], kind.type(leak)).astype(kind)
        states[:, t] = x
    return states


def _after(parameters, U, leak, run=_run):
    """The state that has heard all of U, zeros where there is nothing to hear."""
    start = np.zeros((np.shape(U)[0], len(parameters[2])), dtype=_kinds(parameters, U))
    return run(parameters, U, leak)[:, -1] if np.shape(U)[1] else start


def _free(parameters, read_out, leak, U, steps, begin=_after, say=None, run=_run, hear=None):
    kind = _kinds(parameters, U, *read_out)
    weights, bias = (np.asarray(r, dtype=kind) for r in read_out)
    x = begin(parameters, U, leak).astype(kind)
    said = np.empty((np.shape(U)[0], steps, len(bias)), dtype=kind)
    for t in range(steps):
        forecast = x @ weights + bias if say is None else say(x, weights, bias)
        said[:, t] = forecast
        x = run(parameters, (forecast if hear is None else hear(forecast))[:, None], leak, x)[:, 0]
    return said


def _two(run=_run, free=_free):
    return {"run_reservoir": run, "free_run": free}


def _stepping(step):
    """Both functions with another step."""

    def run(parameters, U, leak, state=None):
        return _run(parameters, U, leak, state, step)

    def free(parameters, read_out, leak, U, steps):
        return _free(parameters, read_out, leak, U, steps, lambda p, U, leak: _after(p, U, leak, run), run=run)

    return _two(run, free)


@program("reservoir", several=True)
def a_run_step_by_step():
    return _two()


@program("reservoir", several=True)
def a_run_with_one_table():
    """State, input and a one side by side, times one table."""

    def table(parameters, kind):
        W_in, W, b = parameters
        return np.vstack([W, W_in, np.asarray(b)[None]]).astype(kind)

    def run_reservoir(parameters, U, leak, state=None):
        kind = np.result_type(*parameters, U, np.float32, *([] if state is None else [state]))
        A = table(parameters, kind)
        x = np.zeros((len(U), A.shape[1]), dtype=kind) if state is None else np.asarray(state).astype(kind)
        one = np.ones((len(U), 1), dtype=kind)
        states = []
        for u in np.swapaxes(np.asarray(U, dtype=kind), 0, 1):
            x = x + kind.type(leak) * (np.tanh(np.hstack([x, u, one]) @ A) - x)
            states.append(x)
        return np.stack(states, axis=1) if states else np.empty((len(U), 0, A.shape[1]), dtype=kind)

    def free_run(parameters, read_out, leak, U, steps):
        kind = np.result_type(*parameters, *read_out, U, np.float32)
        A = table(parameters, kind)
        heard = run_reservoir(parameters, U, leak)
        x = (heard[:, -1] if heard.shape[1] else np.zeros((len(U), A.shape[1]))).astype(kind)
        forecasts = np.zeros((len(U), steps, len(read_out[1])), dtype=kind)
        for t in range(steps):
            forecasts[:, t] = x @ read_out[0] + read_out[1]
            row = np.hstack([x, forecasts[:, t], np.ones((len(U), 1), dtype=kind)])
            x = (1 - kind.type(leak)) * x + kind.type(leak) * np.tanh(row @ A)
        return forecasts

    return _two(run_reservoir, free_run)


@program("reservoir", several=True)
def a_run_as_an_object():
    class Pond:
        def __init__(self, parameters, leak, count, kind):
            self.W_in, self.W, self.b = (np.asarray(p, dtype=kind) for p in parameters)
            self.leak, self.kind = kind.type(leak), kind
            self.x = np.zeros((count, len(self.b)), dtype=kind)

        def hear(self, u):
            new = np.tanh(np.dot(self.x, self.W) + np.dot(u.astype(self.kind), self.W_in) + self.b)
            self.x = self.x - self.leak * self.x + self.leak * new
            return self.x

    def run_reservoir(parameters, U, leak, state=None):
        U = np.asarray(U)
        pond = Pond(parameters, leak, len(U), _kinds(parameters, U, *([] if state is None else [state])))
        if state is not None:
            pond.x = np.array(state, dtype=pond.kind)
        out = np.zeros((*U.shape[:2], len(pond.b)), dtype=pond.kind)
        for t in range(U.shape[1]):
            out[:, t, :] = pond.hear(U[:, t, :])
        return out

    def free_run(parameters, read_out, leak, U, steps):
        """As if U were longer: each forecast is written behind it, and the reservoir goes on."""
        U = np.asarray(U)
        kind = _kinds(parameters, U, *read_out)
        pond = Pond(parameters, leak, len(U), kind)
        long = np.concatenate([U, np.zeros((len(U), steps, U.shape[2]))], axis=1).astype(kind)
        for t in range(long.shape[1]):
            if t >= U.shape[1]:
                long[:, t] = pond.x @ read_out[0] + read_out[1]
            pond.hear(long[:, t])
        return long[:, U.shape[1] :]

    return _two(run_reservoir, free_run)


@program("reservoir", breaks="state t has heard input t; here it is the state before", several=True)
def a_run_one_step_late():
    def run(parameters, U, leak, state=None):
        states = _run(parameters, U, leak, state)
        first = np.zeros_like(states[:, :1]) if state is None else np.asarray(state, dtype=states.dtype)[:, None]
        return np.concatenate([first, states], axis=1)[:, : states.shape[1]]

    return _two(run)


@program("reservoir", breaks="unit k hears unit j by W[j, k]; here by W[k, j]", several=True)
def a_run_transposed():
    return _stepping(lambda p, x, u, leak: _step((p[0], p[1].T, p[2]), x, u, leak))


@program("reservoir", breaks="each unit has a bias; here it is forgotten", several=True)
def a_run_without_bias():
    return _stepping(lambda p, x, u, leak: _step((p[0], p[1], 0 * p[2]), x, u, leak))


@program("reservoir", breaks="leak is the share of the new; here it is the share of the old", several=True)
def a_run_leak_the_other_way():
    return _stepping(lambda p, x, u, leak: _step(p, x, u, 1 - leak))


@program(
    "reservoir",
    breaks="what is heard goes through tanh, and then the old is mixed in; here tanh is taken of the mixture",
    several=True,
)
def a_run_tanh_of_the_mixture():
    return _stepping(lambda p, x, u, leak: np.tanh((1 - leak) * x + leak * (u @ p[0] + x @ p[1] + p[2])))


@program("reservoir", breaks="the leak divides old and new; here the old is kept whole", several=True)
def a_run_old_kept_whole():
    return _stepping(lambda p, x, u, leak: x + leak * np.tanh(u @ p[0] + x @ p[1] + p[2]))


@program("reservoir", breaks="each unit becomes tanh of what it heard; here only the input goes through tanh", several=True)
def a_run_tanh_of_the_input_only():
    return _stepping(lambda p, x, u, leak: (1 - leak) * x + leak * (np.tanh(u @ p[0] + p[2]) + x @ p[1]))


@program("reservoir", breaks="a series may come in pieces; here every piece begins with zeros", several=True)
def a_run_forgets_the_state():
    def free(parameters, read_out, leak, U, steps):
        return _free(parameters, read_out, leak, U, steps)

    return _two(lambda parameters, U, leak, state=None: _run(parameters, U, leak), free)


@program("reservoir", breaks="every series begins with zeros; here with the last state of the series before it", several=True)
def a_run_series_after_series():
    def run(parameters, U, leak, state=None):
        if state is not None or not np.size(U):
            return _run(parameters, U, leak, state)
        parts, last = [], None
        for series in np.asarray(U):
            parts.append(_run(parameters, series[None], leak, last))
            last = parts[-1][:, -1]
        return np.concatenate(parts)

    return _two(run)


@program("reservoir", breaks="what is given stays as it was; here the state that is handed in is moved on in place", several=True)
def a_run_moves_the_state():
    def run(parameters, U, leak, state=None):
        states = _run(parameters, U, leak, state)
        if state is not None and states.shape[1]:
            state[...] = states[:, -1]
        return states

    return _two(run)


@program(
    "reservoir",
    breaks="the first forecast comes from the state that has heard all of U; here from an empty reservoir",
    several=True,
)
def a_run_empty_at_the_seam():
    def begin(parameters, U, leak):
        return np.zeros_like(_after(parameters, U, leak))

    return _two(free=lambda p, r, leak, U, steps: _free(p, r, leak, U, steps, begin))


@program("reservoir", breaks="the first forecast comes from the state after U; here that one is dropped", several=True)
def a_run_first_forecast_dropped():
    return _two(free=lambda p, r, leak, U, steps: _free(p, r, leak, U, steps + 1)[:, 1:])


@program("reservoir", breaks="the first forecast has heard all of U; here all but the last value", several=True)
def a_run_last_value_not_heard():
    return _two(free=lambda p, r, leak, U, steps: _free(p, r, leak, np.asarray(U)[:, :-1], steps))


@program(
    "reservoir", breaks="forecasts are heard like true values; here the last true value is heard again and again", several=True
)
def a_run_hears_the_last_value():
    def free(parameters, read_out, leak, U, steps):
        U = np.asarray(U)
        last = U[:, -1] if U.shape[1] else np.zeros((len(U), U.shape[2]))
        return _free(parameters, read_out, leak, U, steps, hear=lambda forecast: last.astype(forecast.dtype))

    return _two(free=free)


@program("reservoir", breaks="forecasts are heard; here silence is, after the true values", several=True)
def a_run_hears_silence():
    return _two(free=lambda p, r, leak, U, steps: _free(p, r, leak, U, steps, hear=np.zeros_like))


@program("reservoir", breaks="the read-out has a bias; here it is forgotten", several=True)
def a_run_read_out_without_bias():
    return _two(free=lambda p, r, leak, U, steps: _free(p, r, leak, U, steps, say=lambda x, weights, bias: x @ weights))


@program("reservoir", breaks="float32 in, float32 out; here all is float64", several=True)
def a_run_always_float64():
    def run(parameters, U, leak, state=None):
        return _run(parameters, np.asarray(U, dtype=np.float64), leak, state)

    return _two(run, lambda p, r, leak, U, steps: _free(p, r, leak, np.asarray(U, dtype=np.float64), steps))


@program(
    "reservoir", breaks="whole numbers are taken as floats; here states of whole inputs are cut to whole numbers", several=True
)
def a_run_whole_states():
    def run(parameters, U, leak, state=None):
        states = _run(parameters, U, leak, state)
        return np.trunc(states) if np.issubdtype(np.asarray(U).dtype, np.integer) else states

    return _two(run)


@program("reservoir", breaks="states have shape (S, T, N); here time comes first", several=True)
def a_run_time_first():
    return _two(lambda parameters, U, leak, state=None: _run(parameters, U, leak, state).swapaxes(0, 1))


@program("reservoir", breaks="nothing is remembered; here a call without a state goes on where the last one ended", several=True)
def a_run_goes_on():
    kept = {}

    def run(parameters, U, leak, state=None):
        shape = np.shape(U)[0], len(parameters[2])
        if state is None and kept.get("shape") == shape:
            state = kept["state"]
        states = _run(parameters, U, leak, state)
        if states.shape[1]:
            kept["shape"], kept["state"] = shape, states[:, -1].copy()
        return states

    return _two(run)


@program("reservoir", breaks="all states are returned; here each row holds the last one", several=True)
def a_run_one_array_for_all():
    def run(parameters, U, leak, state=None):
        states = _run(parameters, U, leak, state)
        return np.repeat(states[:, -1:], states.shape[1], axis=1) if states.shape[1] else states

    return _two(run)


@program("reservoir", breaks="the result holds the forecasts; here it begins with the last true value", several=True)
def a_run_last_value_first():
    def free(parameters, read_out, leak, U, steps):
        said = _free(parameters, read_out, leak, U, steps)
        return np.concatenate([np.asarray(U, dtype=said.dtype)[:, -1:], said], axis=1)[:, :steps]

    return _two(free=free)


@program("reservoir", breaks="a forecast is state @ weights + bias; here it is cut at -1 and 1", several=True)
def a_run_forecasts_cut():
    return _two(
        free=lambda p, r, leak, U, steps: _free(p, r, leak, U, steps, say=lambda x, w, bias: np.clip(x @ w + bias, -1, 1))
    )


# fading


def _direction(N):
    d = np.cos(1.7 * np.arange(N) + 0.4) + 0.3 * np.sin(0.9 * np.arange(N) ** 2)
    return d / max(np.linalg.norm(d), 1e-300)


def _follow(parameters, U, leak, slope=None, weights=None, start=None, count=None):
    """The logarithms of the factors, by the exact slope of each step."""
    W_in, W, b = (np.asarray(p, dtype=np.float64) for p in parameters)
    U = np.asarray(U, dtype=np.float64)
    x = np.zeros(len(b)) if start is None else start(len(b))
    d, logs = _direction(len(b)), []
    for u in U:
        new = np.tanh(u @ W_in + x @ W + b)
        x = (1 - leak) * x + leak * new
        steep = 1 - new**2 if slope is None else slope(new)
        d = (1 - leak) * d + leak * steep * (d @ (W if weights is None else weights(W)))
        size = max(np.linalg.norm(d), 1e-300)
        logs.append(np.log(size))
        d = d / size
    return np.array(logs)


def _copies(parameters, U, leak, tiny=1e-7, every=1, kind=np.float64, turn=None):
    """The logarithms of the factors, from two copies."""
    W_in, W, b = (np.asarray(p, dtype=kind) for p in parameters)
    x = np.zeros(len(b), dtype=kind)
    d = (tiny * _direction(len(b))).astype(kind)
    leak, logs = kind(leak), []
    other, before = x + d, kind(tiny)
    for t, u in enumerate(np.asarray(U, dtype=kind)):
        x, other = _step((W_in, W, b), x, u, leak), _step((W_in, W, b), other, u, leak)
        moved = other - x
        size = max(float(np.linalg.norm(moved)), 1e-30)
        logs.append(np.log(size / before))
        before = size
        if (t + 1) % every == 0:
            moved = moved * (tiny / size) if turn is None else turn(moved, tiny)
            other, before = (x + moved).astype(kind), tiny
    return np.array(logs)


@program("fading")
def a_fading_two_copies(parameters, U, leak):
    return float(_copies(parameters, U, leak).mean())


@program("fading")
def a_fading_exact_slopes(parameters, U, leak):
    return float(_follow(parameters, U, leak).mean())


@program("fading")
def a_fading_by_blocks_of_tables(parameters, U, leak):
    """Multiplies tables of slopes onto three directions, and keeps the longest in the end."""
    W_in, W, b = (np.asarray(p, dtype=np.float64) for p in parameters)
    N = len(b)
    x = np.zeros(N)
    D = np.stack([np.roll(_direction(N), k) * (1 + 0.1 * k * np.arange(N) / N) for k in range(3)])
    total = np.zeros(3)
    for u in np.asarray(U, dtype=np.float64):
        new = np.tanh(W.T @ x + W_in.T @ u + b)
        x = x + leak * (new - x)
        J = (1 - leak) * np.eye(N) + leak * W * (1 - new**2)
        D = D @ J
        sizes = np.maximum(np.linalg.norm(D, axis=1), 1e-300)
        total += np.log(sizes)
        D /= sizes[:, None]
    return float(total.max() / len(U))


@program("fading", breaks="it is the growth with this input; here the logarithm of W's spectral radius")
def a_fading_radius_of_w(parameters, U, leak):
    return float(np.log(max(_radius(parameters[1]), 1e-300)))


@program("fading", breaks="it is the growth with this input; here that of silence, whatever is heard")
def a_fading_always_silence(parameters, U, leak):
    W = np.asarray(parameters[1], dtype=float)
    return float(np.log(max(_radius((1 - leak) * np.eye(len(W)) + leak * W), 1e-300)))


@program("fading", breaks="it is right where differences die at once; here the difference is never made longer again")
def a_fading_never_brought_back(parameters, U, leak):
    return float(_copies(parameters, U, leak, every=10**9).mean())


@program("fading", breaks="it is right where a factor is 0.001; here the difference is brought back every twenty steps only")
def a_fading_brought_back_seldom(parameters, U, leak):
    return float(_copies(parameters, U, leak, every=20).mean())


@program("fading", breaks="tiny means tiny; here the difference has length 1")
def a_fading_large_difference(parameters, U, leak):
    return float(_copies(parameters, U, leak, tiny=1.0).mean())


@program("fading", breaks="it is the mean of the logarithms; here the logarithm of the mean factor")
def a_fading_logarithm_of_the_mean(parameters, U, leak):
    return float(np.log(np.exp(_follow(parameters, U, leak)).mean()))


@program("fading", breaks="it is the growth in the long run; here the largest stretch of one step, by the singular value")
def a_fading_singular_value(parameters, U, leak):
    W = np.asarray(parameters[1], dtype=float)
    return float(np.log(np.linalg.norm((1 - leak) * np.eye(len(W)) + leak * W, 2)))


@program("fading", breaks="log is the natural logarithm; here base 10")
def a_fading_base_ten(parameters, U, leak):
    return float(_follow(parameters, U, leak).mean() / np.log(10))


@program("fading", breaks="it is the mean per step; here the sum")
def a_fading_sum(parameters, U, leak):
    return float(_follow(parameters, U, leak).sum())


@program("fading", breaks="a difference turns to where it grows most; here it is turned back to one direction after each step")
def a_fading_turned_back(parameters, U, leak):
    return float(_copies(parameters, U, leak, turn=lambda moved, tiny: tiny * _direction(len(moved))).mean())


@program("fading", breaks="it is measured while U is heard; here silence is heard, with the biases")
def a_fading_hears_nothing(parameters, U, leak):
    return float(_follow(parameters, np.zeros_like(np.asarray(U, dtype=float)), leak).mean())


@program("fading", breaks="each unit has a bias; here it is left out")
def a_fading_without_bias(parameters, U, leak):
    W_in, W, b = parameters
    return float(_follow((W_in, W, 0 * np.asarray(b)), U, leak).mean())


@program("fading", breaks="the leak keeps a share of the old difference; here the leak is taken to be 1")
def a_fading_leak_of_one(parameters, U, leak):
    return float(_follow(parameters, U, 1.0).mean())


@program("fading", breaks="unit k hears unit j by W[j, k]; here the difference goes the other way through W")
def a_fading_transposed(parameters, U, leak):
    return float(_follow(parameters, U, leak, weights=lambda W: W.T).mean())


@program("fading", breaks="loud inputs drive units to where tanh is flat; here its slope is taken to be 1")
def a_fading_slope_of_one(parameters, U, leak):
    return float(_follow(parameters, U, leak, slope=np.ones_like).mean())


@program("fading", breaks="the slope of tanh is 1 - tanh²; here the square is forgotten")
def a_fading_wrong_slope(parameters, U, leak):
    return float(_follow(parameters, U, leak, slope=lambda new: 1 - np.abs(new)).mean())


@program("fading", breaks="it is the mean over steps; here the largest")
def a_fading_largest_step(parameters, U, leak):
    return float(_follow(parameters, U, leak).max())


@program("fading", breaks="it is right to within 0.03; here float32 loses a difference of 1e-7")
def a_fading_in_float32(parameters, U, leak):
    return float(_copies(parameters, U, leak, kind=np.float32).mean())


@program("fading", breaks="what is given stays as it was; here the input is moved up by 1 in place")
def a_fading_moves_the_input(parameters, U, leak):
    answer = float(_follow(parameters, U, leak).mean())
    U += 1
    return answer


@program("fading", breaks="it is about a difference of two states; here about the length of one")
def a_fading_length_of_the_state(parameters, U, leak):
    states = _run(parameters, np.asarray(U)[None], leak)[0].astype(float)
    sizes = np.maximum(np.linalg.norm(states, axis=1), 1e-300)
    return float(np.mean(np.diff(np.log(sizes))))


@program("fading", breaks="it is the mean log factor; here the factor itself")
def a_fading_the_factor(parameters, U, leak):
    return float(np.exp(_follow(parameters, U, leak).mean()))


@program("fading", breaks="differences may grow, and the exponent is above 0 then; here it is at most 0")
def a_fading_never_above_nought(parameters, U, leak):
    return min(0.0, float(_follow(parameters, U, leak).mean()))


# read_out


def _ridge(X, Y, penalty):
    """Weights and bias by a decomposition of the centred states, in float64."""
    X, Y = np.asarray(X, dtype=np.float64), np.asarray(Y, dtype=np.float64)
    middle, level = X.mean(axis=0), Y.mean(axis=0)
    U, s, V = np.linalg.svd(X - middle, full_matrices=False)
    keep = s > (1e-13 * s.max(initial=0) if penalty == 0 else 0)
    W = V[keep].T @ ((s[keep] / (s[keep] ** 2 + penalty))[:, None] * (U[:, keep].T @ (Y - level)))
    return W, level - middle @ W


def _typed(pair, X, Y):
    kind = np.result_type(X, Y, np.float32)
    return pair[0].astype(kind), pair[1].astype(kind)


def _read_out(X, Y, penalty):
    return _typed(_ridge(X, Y, penalty), X, Y)


def _rests(X, Y, penalty):
    """Residuals (T, K) and leverages (T,) of one fit, the mean's share included."""
    X, Y = np.asarray(X, dtype=np.float64), np.asarray(Y, dtype=np.float64)
    C, E = X - X.mean(axis=0), Y - Y.mean(axis=0)
    U, s, _ = np.linalg.svd(C, full_matrices=False)
    keep = s > 1e-13 * s.max(initial=0)
    U, share = U[:, keep], s[keep] ** 2 / (s[keep] ** 2 + penalty)
    return E - U @ (share[:, None] * (U.T @ E)), (U**2) @ share + 1 / len(X)


def _left_out(X, Y, penalties, error=None):
    def usual(rest, leverage):
        return np.mean((rest / (1 - leverage)[:, None]) ** 2)

    kind = np.result_type(X, Y, np.float32)
    return np.array([(error or usual)(*_rests(X, Y, penalty)) for penalty in penalties], dtype=kind)


def _reading(read_out=_read_out, leave_one_out=_left_out):
    return {"read_out": read_out, "leave_one_out": leave_one_out}


@program("read_out", several=True)
def a_ridge_by_singular_values():
    return _reading()


@program("read_out", several=True)
def a_ridge_by_normal_equations():
    def read_out(X, Y, penalty):
        kind = np.result_type(X, Y, np.float32)
        A, B = np.asarray(X, dtype=np.float64), np.asarray(Y, dtype=np.float64)
        C = A - A.mean(axis=0)
        if C.shape[1] > C.shape[0]:
            W = C.T @ np.linalg.solve(C @ C.T + penalty * np.eye(len(C)), B - B.mean(axis=0))
        else:
            square = C.T @ C + penalty * np.eye(C.shape[1])
            W = np.linalg.lstsq(square, C.T @ (B - B.mean(axis=0)), rcond=None)[0]
        return W.astype(kind), (B.mean(axis=0) - A.mean(axis=0) @ W).astype(kind)

    def leave_one_out(X, Y, penalties):
        A, B = np.asarray(X, dtype=np.float64), np.asarray(Y, dtype=np.float64)
        C, E = A - A.mean(axis=0), B - B.mean(axis=0)
        T = len(C)
        values, vectors = np.linalg.eigh(C @ C.T)
        values = np.maximum(values, 0)
        values[values < 1e-12 * values.max(initial=0)] = 0
        errors = []
        for penalty in penalties:
            share = np.divide(values, values + penalty, out=np.zeros_like(values), where=values > 0)
            H = (vectors * share) @ vectors.T
            errors.append(np.mean(((E - H @ E) / (1 - 1 / T - np.diag(H))[:, None]) ** 2))
        return np.array(errors, dtype=np.result_type(X, Y, np.float32))

    return _reading(read_out, leave_one_out)


@program("read_out", several=True)
def a_ridge_with_rows_for_the_penalty():
    """The penalty as N more rows with target 0, the bias as a column that these rows do not have."""

    def system(X, penalty):
        X = np.asarray(X, dtype=np.float64)
        N = X.shape[1]
        above = np.column_stack([X, np.ones(len(X))])
        return np.vstack([above, np.column_stack([np.sqrt(penalty) * np.eye(N), np.zeros(N)])])

    def read_out(X, Y, penalty):
        kind = np.result_type(X, Y, np.float32)
        below = np.zeros((np.shape(X)[1], np.shape(Y)[1]))
        solution = np.linalg.lstsq(system(X, penalty), np.vstack([np.asarray(Y, dtype=np.float64), below]), rcond=None)[0]
        return solution[:-1].astype(kind), solution[-1].astype(kind)

    def leave_one_out(X, Y, penalties):
        T, errors = len(X), []
        for penalty in penalties:
            A = system(X, penalty)
            Q, R = np.linalg.qr(A)
            del R
            B = np.vstack([np.asarray(Y, dtype=np.float64), np.zeros((np.shape(X)[1], np.shape(Y)[1]))])
            rest = (B - Q @ (Q.T @ B))[:T]
            errors.append(np.mean((rest / (1 - (Q[:T] ** 2).sum(axis=1))[:, None]) ** 2))
        return np.array(errors, dtype=np.result_type(X, Y, np.float32))

    return _reading(read_out, leave_one_out)


@program("read_out", breaks="the bias is not penalised; here it is a weight like the others", several=True)
def a_ridge_penalised_bias():
    def read_out(X, Y, penalty):
        A = np.column_stack([np.asarray(X, dtype=np.float64), np.ones(len(X))])
        solution = np.linalg.lstsq(A.T @ A + penalty * np.eye(A.shape[1]), A.T @ np.asarray(Y, dtype=np.float64), rcond=None)[0]
        return _typed((solution[:-1], solution[-1]), X, Y)

    return _reading(read_out)


@program("read_out", breaks="there is a bias; here it is 0, and the fit goes through the origin", several=True)
def a_ridge_without_bias():
    def read_out(X, Y, penalty):
        A, B = np.asarray(X, dtype=np.float64), np.asarray(Y, dtype=np.float64)
        W = np.linalg.lstsq(A.T @ A + penalty * np.eye(A.shape[1]), A.T @ B, rcond=None)[0]
        return _typed((W, np.zeros(B.shape[1])), X, Y)

    return _reading(read_out)


@program("read_out", breaks="the squares are summed over rows; here their mean is taken", several=True)
def a_ridge_mean_over_rows():
    return _reading(lambda X, Y, penalty: _read_out(X, Y, penalty * len(X)))


@program("read_out", breaks="the penalty is lambda times the squares; here half of it", several=True)
def a_ridge_half_the_penalty():
    return _reading(lambda X, Y, penalty: _read_out(X, Y, penalty / 2))


@program("read_out", breaks="the bias makes up for the mean of the states; here it is the mean target alone", several=True)
def a_ridge_bias_is_the_mean_target():
    def read_out(X, Y, penalty):
        W, _ = _read_out(X, Y, penalty)
        return W, np.asarray(Y, dtype=np.float64).mean(axis=0).astype(W.dtype)

    return _reading(read_out)


@program("read_out", breaks="the penalty is on the weights of X as it is; here X is brought to spread 1 first", several=True)
def a_ridge_standardised():
    def read_out(X, Y, penalty):
        spread = np.asarray(X, dtype=np.float64).std(axis=0)
        spread = np.where(spread > 0, spread, 1)
        W, b = _ridge(np.asarray(X) / spread, Y, penalty)
        return _typed((W / spread[:, None], b), X, Y)

    return _reading(read_out)


@program("read_out", breaks="there is a penalty; here it is plain least squares", several=True)
def a_ridge_without_penalty():
    return _reading(lambda X, Y, penalty: _read_out(X, Y, 0))


@program("read_out", breaks="more units than rows are no trouble; here they are a ValueError", several=True)
def a_ridge_refuses_many_units():
    def read_out(X, Y, penalty):
        if np.shape(X)[1] > len(X):
            raise ValueError("more units than rows")
        return _read_out(X, Y, penalty)

    return _reading(read_out)


@program("read_out", breaks="each target has its own weights; here all targets get those of the first", several=True)
def a_ridge_first_target_only():
    def read_out(X, Y, penalty):
        W, b = _read_out(X, Y, penalty)
        return np.repeat(W[:, :1], W.shape[1], axis=1), b

    return _reading(read_out)


@program("read_out", breaks="float32 in, float32 out; here weights are float64", several=True)
def a_ridge_always_float64():
    return _reading(lambda X, Y, penalty: _ridge(X, Y, penalty))


@program("read_out", breaks="what is given stays as it was; here states are centred in place", several=True)
def a_ridge_centres_in_place():
    def read_out(X, Y, penalty):
        answer = _read_out(X, Y, penalty)
        X -= np.asarray(X, dtype=np.float64).mean(axis=0).astype(X.dtype)
        return answer

    return _reading(read_out)


@program("read_out", breaks="each row is predicted without itself; here by the fit of all rows", several=True)
def a_ridge_error_of_the_fit():
    return _reading(leave_one_out=lambda X, Y, penalties: _left_out(X, Y, penalties, lambda rest, leverage: np.mean(rest**2)))


@program("read_out", breaks="the bias has a share in the leverage; here it is forgotten", several=True)
def a_ridge_leverage_without_the_mean():
    def error(rest, leverage):
        return np.mean((rest / (1 - leverage + 1 / len(rest))[:, None]) ** 2)

    return _reading(leave_one_out=lambda X, Y, penalties: _left_out(X, Y, penalties, error))


@program(
    "read_out", breaks="it equals brute force, also if one row lies far out; here all rows get the mean leverage", several=True
)
def a_ridge_mean_leverage():
    def error(rest, leverage):
        return np.mean((rest / (1 - leverage.mean())) ** 2)

    return _reading(leave_one_out=lambda X, Y, penalties: _left_out(X, Y, penalties, error))


@program("read_out", breaks="it does not fit once for each row; here it does", several=True)
def a_ridge_brute_force():
    def leave_one_out(X, Y, penalties):
        errors = []
        for penalty in penalties:
            total = 0.0
            for row in range(len(X)):
                W, b = _ridge(np.delete(X, row, axis=0), np.delete(Y, row, axis=0), penalty)
                total += np.mean((Y[row] - X[row] @ W - b) ** 2)
            errors.append(total / len(X))
        return np.array(errors, dtype=np.result_type(X, Y, np.float32))

    return _reading(leave_one_out=leave_one_out)


@program("read_out", breaks="it is the mean squared error; here its root", several=True)
def a_ridge_root_of_the_error():
    return _reading(leave_one_out=lambda X, Y, penalties: np.sqrt(_left_out(X, Y, penalties)))


@program("read_out", breaks="the mean is over rows and targets; here it is summed over targets", several=True)
def a_ridge_sum_over_targets():
    return _reading(leave_one_out=lambda X, Y, penalties: _left_out(X, Y, penalties) * np.float32(np.shape(Y)[1]))


@program("read_out", breaks="each row alone is left out; here a tenth of the rows at a time", several=True)
def a_ridge_ten_folds():
    def leave_one_out(X, Y, penalties):
        X, Y = np.asarray(X), np.asarray(Y)
        fold, errors = np.arange(len(X)) % min(10, max(len(X) // 2, 2)), []
        for penalty in penalties:
            rests = []
            for k in np.unique(fold):
                W, b = _ridge(X[fold != k], Y[fold != k], penalty)
                rests.append((Y[fold == k] - X[fold == k] @ W - b) ** 2)
            errors.append(np.concatenate(rests).mean())
        return np.array(errors, dtype=np.result_type(X, Y, np.float32))

    return _reading(leave_one_out=leave_one_out)


@program(
    "read_out",
    breaks="the error of a row is divided by one minus its leverage, and then squared; here it is squared first",
    several=True,
)
def a_ridge_squared_too_early():
    def error(rest, leverage):
        return np.mean(rest**2 / (1 - leverage)[:, None])

    return _reading(leave_one_out=lambda X, Y, penalties: _left_out(X, Y, penalties, error))


@program("read_out", breaks="each penalty stands for itself; here penalties add up from one to the next", several=True)
def a_ridge_penalties_add_up():
    return _reading(leave_one_out=lambda X, Y, penalties: _left_out(X, Y, np.cumsum(penalties)))


@program("read_out", breaks="there is an error for each penalty; here the smallest stands for all", several=True)
def a_ridge_smallest_error():
    def leave_one_out(X, Y, penalties):
        errors = _left_out(X, Y, penalties)
        return np.full_like(errors, errors.min()) if len(errors) else errors

    return _reading(leave_one_out=leave_one_out)


@program(
    "read_out", breaks="each row is predicted by the read_out of all others; here the means still hold that row", several=True
)
def a_ridge_means_of_all_rows():
    def leave_one_out(X, Y, penalties):
        def error(rest, leverage):
            h = leverage - 1 / len(rest)
            return np.mean((rest / np.maximum(1 - h, 1e-12)[:, None] * (1 - 1 / len(rest))) ** 2)

        return _left_out(X, Y, penalties, error)

    return _reading(leave_one_out=leave_one_out)


# memory


def _r2(said, truth):
    said, truth = said - said.mean(), truth - truth.mean()
    a, b = np.sum(said**2), np.sum(truth**2)
    return float(np.sum(said * truth) ** 2 / (a * b)) if a > 0 and b > 0 else 0.0


def _same(said):
    """Is the read-out the same for all rows, but for rounding?"""
    return len(said) < 2 or np.ptp(said) <= 1e-13 * np.max(np.abs(said))


def _memory(X, u, longest, split, penalty, delays=None, rows=None, fit=_ridge, measure=None, inputs=None):
    kind = np.result_type(X, u, np.float32)
    X, u = np.asarray(X, dtype=np.float64), np.asarray(u, dtype=np.float64)
    T, curve = len(X), np.zeros(longest)
    for at, d in enumerate(range(1, longest + 1) if delays is None else delays):
        t = np.arange(d, T)
        before, after = (t[t < split], t[t >= split]) if rows is None else rows(t, d, T)
        old = (lambda t, d=d: u[t - d]) if inputs is None else (lambda t, d=d: inputs(u, t, d))
        if not len(before) or not len(after):
            continue
        W, b = fit(X[before], old(before)[:, None], penalty)
        said = (X[after] @ W + b)[:, 0]
        if measure is not None:
            curve[at] = measure(said, old(after))
        elif not _same(said):
            curve[at] = _r2(said, old(after))
    return curve.astype(kind)


@program("memory")
def a_memory_by_row_numbers(X, u, longest, split, penalty):
    return _memory(X, u, longest, split, penalty)


@program("memory")
def a_memory_by_slices(X, u, longest, split, penalty):
    kind = np.result_type(X, u, np.float32)
    curve = np.zeros(longest, dtype=kind)
    for d in range(1, longest + 1):
        cut = split - d
        states, old = np.asarray(X, dtype=np.float64)[d:], np.asarray(u, dtype=np.float64)[: len(u) - d]
        if cut < 1 or cut >= len(old):
            continue
        middle, level = states[:cut].mean(axis=0), old[:cut].mean()
        C = states[:cut] - middle
        W = np.linalg.lstsq(C.T @ C + penalty * np.eye(C.shape[1]), C.T @ (old[:cut] - level), rcond=None)[0]
        said = (states[cut:] - middle) @ W + level
        if said.std() > 1e-13 * (1 + abs(level)) and old[cut:].std() > 0:
            curve[d - 1] = np.corrcoef(said, old[cut:])[0, 1] ** 2
    return curve


@program("memory")
def a_memory_of_a_table_of_delays(X, u, longest, split, penalty):
    """Old inputs in a table with holes; each column is fitted on its rows that are there."""
    T = len(u)
    old = np.full((T, longest), np.nan)
    for d in range(1, min(longest, T - 1) + 1):
        old[d:, d - 1] = u[:-d]
    curve = []
    for column in old.T:
        there = np.isfinite(column)
        learn, ask = there & (np.arange(T) < split), there & (np.arange(T) >= split)
        if not learn.any() or ask.sum() < 2:
            curve.append(0.0)
            continue
        W, b = _ridge(np.asarray(X)[learn], column[learn, None], penalty)
        said = np.asarray(X, dtype=np.float64)[ask] @ W[:, 0] + b[0]
        p, q = said - said.mean(), column[ask] - column[ask].mean()
        length = np.linalg.norm(p) * np.linalg.norm(q)
        curve.append(0.0 if _same(said) or length == 0 else float((p @ q / length) ** 2))
    return np.array(curve, dtype=np.result_type(X, u, np.float32))


@program("memory", breaks="each row counts that has an input d steps before, and no other; here inputs come round from the end")
def a_memory_rolled(X, u, longest, split, penalty):
    def rows(t, d, T):
        return np.arange(split), np.arange(split, T)

    return _memory(X, u, longest, split, penalty, rows=rows, inputs=lambda u, t, d: u[(t - d) % len(u)])


@program("memory", breaks="no row counts that has no input d steps before; here zeros stand there")
def a_memory_zeros_before_the_beginning(X, u, longest, split, penalty):
    def rows(t, d, T):
        return np.arange(split), np.arange(split, T)

    return _memory(
        X, u, longest, split, penalty, rows=rows, inputs=lambda u, t, d: np.where(t >= d, u[np.maximum(t - d, 0)], 0.0)
    )


@program("memory", breaks="r² is measured on rows that were not fitted; here on those that were")
def a_memory_on_fitted_rows(X, u, longest, split, penalty):
    return _memory(X, u, longest, split, penalty, rows=lambda t, d, T: (t[t < split], t[t < split]))


@program("memory", breaks="r² is measured on the rows from split on; here on all rows")
def a_memory_on_all_rows(X, u, longest, split, penalty):
    return _memory(X, u, longest, split, penalty, rows=lambda t, d, T: (t[t < split], t))


@program("memory", breaks="the read-out is fitted on the rows before split; here on all")
def a_memory_fitted_on_all_rows(X, u, longest, split, penalty):
    return _memory(X, u, longest, split, penalty, rows=lambda t, d, T: (t, t[t >= split]))


@program("memory", breaks="entry d - 1 is for d steps ago; here for d - 1 steps")
def a_memory_begins_with_now(X, u, longest, split, penalty):
    return _memory(X, u, longest, split, penalty, delays=range(longest))


@program("memory", breaks="split is a row of the states; here it is counted after the first d rows are gone")
def a_memory_split_moves(X, u, longest, split, penalty):
    return _memory(X, u, longest, split, penalty, rows=lambda t, d, T: (t[:split], t[split:]))


@program("memory", breaks="the input of d steps ago is asked for; here that of d steps later")
def a_memory_of_the_future(X, u, longest, split, penalty):
    def rows(t, d, T):
        s = t - d
        return s[s < split], s[s >= split]

    return _memory(X, u, longest, split, penalty, rows=rows, inputs=lambda u, t, d: u[t + d])


@program("memory", breaks="it is the square of the correlation; here the correlation")
def a_memory_without_square(X, u, longest, split, penalty):
    def measure(said, truth):
        return 0.0 if _same(said) else np.sqrt(_r2(said, truth))

    return _memory(X, u, longest, split, penalty, measure=measure)


@program("memory", breaks="r² is the square of the correlation; here one minus the share of the variance that is left")
def a_memory_explained_variance(X, u, longest, split, penalty):
    def measure(said, truth):
        return 1 - np.sum((said - truth) ** 2) / max(np.sum((truth - truth.mean()) ** 2), 1e-300)

    return _memory(X, u, longest, split, penalty, measure=measure)


@program("memory", breaks="each row counts that has an input d steps before; here only rows that have one for all delays")
def a_memory_common_rows(X, u, longest, split, penalty):
    return _memory(
        X, u, longest, split, penalty, rows=lambda t, d, T: (t[(t < split) & (t >= longest)], t[(t >= split) & (t >= longest)])
    )


@program("memory", breaks="where the read-out is the same for all rows r² is 0; here nan")
def a_memory_nan_without_correlation(X, u, longest, split, penalty):
    return _memory(X, u, longest, split, penalty, measure=lambda said, truth: np.nan if _same(said) else _r2(said, truth))


@program("memory", breaks="the penalty is that of read_out; here there is none")
def a_memory_without_penalty(X, u, longest, split, penalty):
    return _memory(X, u, longest, split, 0.0)


@program("memory", breaks="the read-out has a bias; here the fit goes through the origin")
def a_memory_without_bias(X, u, longest, split, penalty):
    def fit(X, Y, penalty):
        return np.linalg.lstsq(X.T @ X + penalty * np.eye(X.shape[1]), X.T @ Y, rcond=None)[0], np.zeros(1)

    return _memory(X, u, longest, split, penalty, fit=fit)


@program("memory", breaks="what is given stays as it was; here states and inputs are centred in place")
def a_memory_centres_in_place(X, u, longest, split, penalty):
    answer = _memory(X, u, longest, split, penalty)
    X -= X.mean(axis=0).astype(X.dtype)
    u -= u.mean().astype(u.dtype)
    return answer


@program("memory", breaks="there is an entry for each delay; here what was found up to it is summed")
def a_memory_summed_up(X, u, longest, split, penalty):
    return np.cumsum(_memory(X, u, longest, split, penalty))


@program("memory", breaks="the array has one entry for each delay from 1; here delay 0 stands in front")
def a_memory_with_delay_nought(X, u, longest, split, penalty):
    return np.concatenate([_memory(X, u, 1, split, penalty, delays=[0]), _memory(X, u, longest, split, penalty)])


@program("memory", breaks="fitted before split, measured from split on; here the other way round")
def a_memory_the_other_way_round(X, u, longest, split, penalty):
    return _memory(X, u, longest, split, penalty, rows=lambda t, d, T: (t[t >= split], t[t < split]))


@program("memory", breaks="every row from split on counts; here d rows after it are left out")
def a_memory_gap_after_split(X, u, longest, split, penalty):
    return _memory(X, u, longest, split, penalty, rows=lambda t, d, T: (t[t < split], t[t >= split + d]))


@program("memory", breaks="rows before split are fitted; here the row split itself, too")
def a_memory_split_row_is_fitted(X, u, longest, split, penalty):
    return _memory(X, u, longest, split, penalty, rows=lambda t, d, T: (t[t <= split], t[t > split]))
