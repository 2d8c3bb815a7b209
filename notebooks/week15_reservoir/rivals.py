"""Answers that the cases of week 15 must tell apart."""

import numpy as np

from autograder.cases import entry, right, wrong


# ------------------------------------------------------------------------------------------- make_reservoir
def drawn(size, radius, density, rng, measure=lambda W: np.abs(np.linalg.eigvals(W)).max(), again=True):
    """A matrix that is scaled by some measure of its size."""
    if radius == 0:
        return np.zeros((size, size))
    if density <= 0:
        raise ValueError("no connections: no such matrix")
    while True:
        W = rng.normal(size=(size, size)) * (rng.random((size, size)) < density)
        largest = measure(W)
        if largest > 1e-9 or not again:
            with np.errstate(all="ignore"):
                return W * (radius / largest)


@wrong("make_reservoir", caught_by="radius_as_asked", kind="mathematics", headline=True)
def the_largest_singular_value(size, radius, density, rng):
    return drawn(size, radius, density, rng, lambda W: np.linalg.norm(W, 2))


@wrong("make_reservoir", caught_by="radius_as_asked", kind="mathematics")
def the_largest_real_part(size, radius, density, rng):
    return drawn(size, radius, density, rng, lambda W: abs(np.linalg.eigvals(W).real.max()))


@wrong("make_reservoir", caught_by="radius_as_asked", kind="mathematics")
def brought_to_one_and_left_there(size, radius, density, rng):
    return drawn(size, min(radius, 1.0), density, rng) / (1 if radius == 0 else min(radius, 1.0))


@wrong("make_reservoir", caught_by="radius_as_asked", kind="mathematics")
def thinned_after_scaling(size, radius, density, rng):
    W = drawn(size, radius, 1.0 if density > 0 else 0.0, rng)
    return W * (rng.random((size, size)) < density)


@wrong("make_reservoir", caught_by="radius_as_asked", kind="mathematics")
def by_the_theory_of_large_matrices(size, radius, density, rng):
    return drawn(size, radius, density, rng, lambda W: np.sqrt(size * density))


@wrong("make_reservoir", caught_by="shares", kind="mathematics")
def density_is_the_share_of_zeros(size, radius, density, rng):
    if radius == 0 or density == 0:
        return drawn(size, radius, density, rng)
    return drawn(size, radius, 1 - density if density < 1 else 1.0, rng)


@wrong("make_reservoir", caught_by="shares", kind="mathematics")
def positive_weights_only(size, radius, density, rng):
    W = np.abs(drawn(size, radius, density, rng))
    return W * (radius / np.abs(np.linalg.eigvals(W)).max()) if radius else W


@wrong("make_reservoir", caught_by="shares", kind="mathematics")
def symmetric(size, radius, density, rng):
    if radius == 0 or density <= 0:
        return drawn(size, radius, density, rng)
    while True:
        W = np.triu(rng.normal(size=(size, size)) * (rng.random((size, size)) < density))
        W = W + np.triu(W, 1).T
        largest = np.abs(np.linalg.eigvalsh(W)).max()
        if largest > 1e-9:
            return W * radius / largest


@wrong("make_reservoir", caught_by="drawn_again", kind="missing case")
def divides_by_nought(size, radius, density, rng):
    return np.nan_to_num(drawn(size, radius, density, rng, again=False), posinf=0, neginf=0)


@wrong("make_reservoir", caught_by="impossible", kind="missing case")
def zeros_without_a_word(size, radius, density, rng):
    return np.zeros((size, size)) if density <= 0 else drawn(size, radius, density, rng)


@wrong("make_reservoir", caught_by="from_rng", kind="missing case")
def numpys_own_chance(size, radius, density, rng):
    return drawn(size, radius, density, np.random.default_rng())


@wrong("make_reservoir", caught_by="from_rng", kind="missing case")
def always_the_same(size, radius, density, rng):
    return drawn(size, radius, density, np.random.default_rng(0))


@right("make_reservoir")
def uniform_weights(size, radius, density, rng):
    if radius == 0:
        return np.zeros((size, size))
    if density == 0:
        raise ValueError("density 0: there is no connection that could have a radius")
    W = np.zeros((size, size))
    while not np.abs(np.linalg.eigvals(W)).max() > 1e-9:
        W = np.where(rng.random((size, size)) < density, rng.uniform(-1, 1, size=(size, size)), 0.0)
    return W / np.abs(np.linalg.eigvals(W)).max() * radius


@right("make_reservoir")
def entry_by_entry(size, radius, density, rng):
    if radius > 0 and density == 0:
        raise ValueError("cannot be done")
    for _ in range(10_000):
        W = np.array(
            [
                [rng.choice([-1.0, 1.0]) * (1 + rng.random()) if rng.random() < density else 0.0 for _ in range(size)]
                for _ in range(size)
            ]
        )
        values = np.linalg.eig(W)[0] if size else np.zeros(0)
        largest = np.sqrt(np.max(values.real**2 + values.imag**2, initial=0))
        if radius == 0 or largest > 1e-9:
            return W * (radius / largest if radius else 0.0)


@right("make_reservoir")
def signs_times_sizes(size, radius, density, rng):
    if radius == 0:
        return np.zeros((size, size))
    if density == 0:
        raise ValueError("no weights, no radius")
    W = rng.binomial(1, density, size=(size, size)) * (2.0 * rng.integers(0, 2, size=(size, size)) - 1)
    largest = max(abs(v) for v in np.linalg.eigvals(W))
    return W * (radius / largest) if largest > 1e-9 else signs_times_sizes(size, radius, density, rng)


# ------------------------------------------------------------------------------------------- reservoir
def run(parameters, U, leak, state=None):
    """A right run, to vary."""
    W_in, W, b = parameters
    dtype = np.result_type(U, W_in, W, b)
    x = np.zeros((len(U), len(b)), dtype) if state is None else state
    out = np.zeros((len(U), U.shape[1], len(b)), dtype)
    for t in range(U.shape[1]):
        x = (1 - leak) * x + leak * np.tanh(U[:, t] @ W_in + x @ W + b)
        out[:, t] = x
    return out


def free(parameters, read_out, leak, U, steps, run=run):
    """A right free run, to vary."""
    weights, bias = read_out
    states = run(parameters, U, leak)
    x = states[:, -1] if U.shape[1] else np.zeros((len(U), len(parameters[2])), states.dtype)
    out = np.zeros((len(U), steps, len(bias)), states.dtype)
    for t in range(steps):
        out[:, t] = x @ weights + bias
        x = run(parameters, out[:, t : t + 1], leak, x)[:, 0]
    return out


def both(run_reservoir=run, free_run=None):
    return {"run_reservoir": run_reservoir, "free_run": free_run or free}


@wrong("reservoir", caught_by="at_the_seam", kind="missing case", headline=True, several=True)
def the_free_run_starts_empty():
    def free_run(parameters, read_out, leak, U, steps):
        last = U[:, -1:] if U.shape[1] else U
        return free(parameters, read_out, leak, last, steps)

    return both(free_run=free_run)


@wrong("reservoir", caught_by="by_definition", kind="mathematics", several=True)
def one_step_late():
    def run_reservoir(parameters, U, leak, state=None):
        first = np.zeros((len(U), len(parameters[2]))) if state is None else state
        return (
            np.concatenate([first[:, None], run(parameters, U, leak, state)], axis=1)[:, :-1]
            if U.shape[1]
            else run(parameters, U, leak)
        )

    return both(run_reservoir)


@wrong("reservoir", caught_by="by_definition", kind="mathematics", several=True)
def the_leak_is_what_is_kept():
    return both(lambda parameters, U, leak, state=None: run(parameters, U, 1 - leak if leak < 1 else 1.0, state))


@wrong("reservoir", caught_by="by_definition", kind="mathematics", several=True)
def the_leak_inside_the_bend():
    def run_reservoir(parameters, U, leak, state=None):
        W_in, W, b = parameters
        out = run(parameters, U, leak, state)
        x = np.zeros((len(U), len(b)), out.dtype) if state is None else state
        for t in range(U.shape[1]):
            x = np.tanh((1 - leak) * x + leak * (U[:, t] @ W_in + x @ W + b))
            out[:, t] = x
        return out

    return both(run_reservoir)


@wrong("reservoir", caught_by="by_definition", kind="mathematics", several=True)
def weights_turned_over():
    return both(lambda parameters, U, leak, state=None: run((parameters[0], parameters[1].T, parameters[2]), U, leak, state))


@wrong("reservoir", caught_by="by_definition", kind="mathematics", several=True)
def the_bias_forgotten():
    return both(lambda parameters, U, leak, state=None: run((*parameters[:2], 0 * parameters[2]), U, leak, state))


@wrong("reservoir", caught_by="in_pieces", kind="missing case", several=True)
def the_handed_state_is_ignored():
    return both(lambda parameters, U, leak, state=None: run(parameters, U, leak))


@wrong("reservoir", caught_by="by_definition", kind="missing case", several=True)
def one_state_for_all_series():
    def run_reservoir(parameters, U, leak, state=None):
        x = np.zeros(len(parameters[2])) if state is None else state[0]
        out = []
        for series in U:
            out.append(run(parameters, series[None], leak, x[None])[0])
            x = out[-1][-1] if len(out[-1]) else x
        return np.array(out).reshape(len(U), U.shape[1], len(parameters[2]))

    return both(run_reservoir)


@wrong("reservoir", caught_by="goes_on", kind="mathematics", several=True)
def goes_on_hearing_the_last_true_value():
    def free_run(parameters, read_out, leak, U, steps):
        if not U.shape[1]:
            return free(parameters, read_out, leak, U, steps)
        longer = np.concatenate([U, np.repeat(U[:, -1:], steps, axis=1)], axis=1)
        states = run(parameters, longer, leak)[:, U.shape[1] - 1 : U.shape[1] - 1 + steps]
        return states @ read_out[0] + read_out[1]

    return both(free_run=free_run)


@wrong("reservoir", caught_by="at_the_seam", kind="mathematics", several=True)
def the_first_forecast_is_the_last_value():
    def free_run(parameters, read_out, leak, U, steps):
        if not U.shape[1] or not steps:
            return free(parameters, read_out, leak, U, steps)
        return np.concatenate([U[:, -1:], free(parameters, read_out, leak, U, steps - 1)], axis=1)

    return both(free_run=free_run)


@wrong("reservoir", caught_by="at_the_seam", kind="mathematics", several=True)
def the_read_outs_bias_forgotten():
    def free_run(parameters, read_out, leak, U, steps):
        return free(parameters, (read_out[0], 0 * read_out[1]), leak, U, steps)

    return both(free_run=free_run)


@wrong("reservoir", caught_by="house", kind="mutation", several=True)
def writes_into_the_handed_state():
    def run_reservoir(parameters, U, leak, state=None):
        out = run(parameters, U, leak, state)
        if state is not None and U.shape[1]:
            state[...] = out[:, -1]
        return out

    return both(run_reservoir)


@wrong("reservoir", caught_by="house", kind="dtype", several=True)
def everything_in_float64():
    def run_reservoir(parameters, U, leak, state=None):
        return run(parameters, U, leak, state).astype(float)

    return both(run_reservoir)


@wrong("reservoir", caught_by="no_memory_of_calls", kind="missing case", several=True)
def goes_on_from_the_last_call():
    kept = {}

    def run_reservoir(parameters, U, leak, state=None):
        start = kept.get((len(U), len(parameters[2]))) if state is None else state
        out = run(parameters, U, leak, start)
        if U.shape[1] and state is None and np.any(U):
            kept[len(U), len(parameters[2])] = out[:, -1].astype(out.dtype)
        return out

    def free_run(parameters, read_out, leak, U, steps):
        return free(parameters, read_out, leak, U, steps)

    return {"run_reservoir": run_reservoir, "free_run": free_run}


@right("reservoir", several=True)
def one_matrix_for_all():
    def run_reservoir(parameters, U, leak, state=None):
        W_in, W, b = parameters
        stacked = np.vstack([W_in, W, b[None]])
        dtype = np.result_type(U, stacked)
        x = np.zeros((len(U), len(b)), dtype) if state is None else np.array(state, dtype)
        one, out = np.ones((len(U), 1), dtype), np.empty((len(U), U.shape[1], len(b)), dtype)
        for t in range(U.shape[1]):
            out[:, t] = x = x + leak * (np.tanh(np.hstack([U[:, t], x, one]) @ stacked) - x)
        return out

    return both(run_reservoir)


@right("reservoir", several=True)
def series_by_series():
    def run_reservoir(parameters, U, leak, state=None):
        states = [run(parameters, U[s : s + 1], leak, None if state is None else state[s : s + 1])[0] for s in range(len(U))]
        return np.array(states).reshape(*U.shape[:2], len(parameters[2])).astype(np.result_type(U, *parameters))

    return both(run_reservoir)


@right("reservoir", several=True)
def the_read_out_within_the_reservoir():
    """In the free run the forecast is a linear map of the state, so the input's weights can be folded into W."""

    def free_run(parameters, read_out, leak, U, steps):
        (W_in, W, b), (weights, bias) = parameters, read_out
        x = run(parameters, U, leak)[:, -1] if U.shape[1] else np.zeros((len(U), len(b)), np.result_type(U, W))
        closed, moved, out = W + weights @ W_in, b + bias @ W_in, np.zeros((len(U), steps, len(bias)), x.dtype)
        for t in range(steps):
            out[:, t] = x @ weights + bias
            x = (1 - leak) * x + leak * np.tanh(x @ closed + moved)
        return out

    return both(free_run=free_run)


# ------------------------------------------------------------------------------------------- fading
def exponent(parameters, U, leak, renew=True, bend=True, log=np.log, mean=np.mean, skip=100):
    """The exponent by exact slopes, to vary."""
    W_in, W, b = (np.asarray(part, float) for part in parameters)
    U, x = np.asarray(U, float), np.zeros(len(b))
    v, logs = np.random.default_rng(0).normal(size=len(b)), []
    for u in U:
        pre = u @ W_in + x @ W + b
        x = (1 - leak) * x + leak * np.tanh(pre)
        slope = 1 - np.tanh(pre) ** 2 if bend else 1.0
        v = (1 - leak) * v + leak * slope * (v @ W)
        length = np.linalg.norm(v)
        logs.append(log(length))
        v = v / length if renew else np.random.default_rng(len(logs)).normal(size=len(b))
        if not renew:
            v /= np.linalg.norm(v)
    return float(mean(logs[skip:]))


def two_runs(parameters, U, leak, apart):
    """The distances of two copies that start a little apart."""
    W_in, W, b = (np.asarray(part, float) for part in parameters)
    x, y, out = np.zeros(len(b)), np.full(len(b), apart / np.sqrt(len(b))), []
    for u in np.asarray(U, float):
        x, y = ((1 - leak) * z + leak * np.tanh(u @ W_in + z @ W + b) for z in (x, y))
        out.append(np.linalg.norm(x - y))
    return np.array(out)


@wrong("fading", caught_by="heard", kind="stability", headline=True)
def two_runs_to_the_end(parameters, U, leak):
    with np.errstate(all="ignore"):
        return float(np.log(two_runs(parameters, U, leak, 1.0)[-1]) / len(U))


@wrong("fading", caught_by="growth", kind="stability")
def two_runs_floored(parameters, U, leak):
    apart = two_runs(parameters, U, leak, 1e-3)
    inside = np.flatnonzero(apart > 1e-13)
    last = inside[-1] if len(inside) else 0
    return float(np.log(max(apart[last], 1e-300) / 1e-3) / (last + 1))


@wrong("fading", caught_by="heard", kind="mathematics")
def the_radius_alone(parameters, U, leak):
    W = np.asarray(parameters[1], float)
    return float(np.log(np.abs(np.linalg.eigvals((1 - leak) * np.eye(len(W)) + leak * W)).max()))


@wrong("fading", caught_by="in_silence", kind="mathematics")
def the_leak_forgotten(parameters, U, leak):
    return exponent(parameters, U, 1.0)


@wrong("fading", caught_by="heard", kind="mathematics")
def the_bend_forgotten(parameters, U, leak):
    return exponent(parameters, U, leak, bend=False)


@wrong("fading", caught_by="in_silence", kind="mathematics")
def a_new_direction_each_step(parameters, U, leak):
    return exponent(parameters, U, leak, renew=False)


@wrong("fading", caught_by="in_silence", kind="mathematics")
def the_largest_stretch_of_each_step(parameters, U, leak):
    W_in, W, b = (np.asarray(part, float) for part in parameters)
    x, logs = np.zeros(len(b)), []
    for u in np.asarray(U, float):
        pre = u @ W_in + x @ W + b
        x = (1 - leak) * x + leak * np.tanh(pre)
        if len(logs) < 300:
            logs.append(np.log(np.linalg.norm((1 - leak) * np.eye(len(b)) + leak * W * (1 - np.tanh(pre) ** 2), 2)))
    return float(np.mean(logs))


@wrong("fading", caught_by="in_silence", kind="mathematics")
def to_base_ten(parameters, U, leak):
    return exponent(parameters, U, leak, log=np.log10)


@wrong("fading", caught_by="in_silence", kind="mathematics")
def the_factor_itself(parameters, U, leak):
    return exponent(parameters, U, leak, log=lambda x: x)


@wrong("fading", caught_by="heard", kind="mathematics")
def the_log_of_the_mean_factor(parameters, U, leak):
    return float(np.log(exponent(parameters, U, leak, log=lambda x: x)))


@wrong("fading", caught_by="in_silence", kind="mathematics")
def the_sum_over_all_steps(parameters, U, leak):
    return exponent(parameters, U, leak, mean=np.sum)


@wrong("fading", caught_by="heard", kind="mathematics")
def in_silence_always(parameters, U, leak):
    return exponent(parameters, 0 * np.asarray(U), leak)


@wrong("fading", caught_by="fading_house", kind="mutation")
def standardises_the_input_in_place(parameters, U, leak):
    found = exponent(parameters, U, leak)
    if U.dtype.kind == "f":
        U -= U.mean(axis=0)
    return found


@right("fading")
def a_finite_difference_renewed(parameters, U, leak):
    W_in, W, b = (np.asarray(part, float) for part in parameters)
    x, tiny, logs = np.zeros(len(b)), 1e-7, []
    d = np.full(len(b), tiny / np.sqrt(len(b)))
    for u in np.asarray(U, float):
        y = x + d
        x, y = ((1 - leak) * z + leak * np.tanh(u @ W_in + z @ W + b) for z in (x, y))
        length = np.linalg.norm(y - x)
        logs.append(np.log(length / tiny))
        d = (y - x) * (tiny / length)
    return float(np.mean(logs[50:]))


@right("fading")
def all_exponents_by_qr(parameters, U, leak):
    W_in, W, b = (np.asarray(part, float) for part in parameters)
    x, Q, total, count = np.zeros(len(b)), np.eye(len(b)), np.zeros(len(b)), 0
    for t, u in enumerate(np.asarray(U, float)):
        pre = u @ W_in + x @ W + b
        x = (1 - leak) * x + leak * np.tanh(pre)
        Q, R = np.linalg.qr((1 - leak) * Q + leak * ((1 - np.tanh(pre) ** 2)[:, None] * (W.T @ Q)))
        if t >= 100:
            total, count = total + np.log(np.abs(np.diag(R)) + 1e-300), count + 1
    return float(np.max(total / count))


@right("fading")
def products_in_blocks(parameters, U, leak):
    W_in, W, b = (np.asarray(part, float) for part in parameters)
    x, v, log, steps = np.zeros(len(b)), np.random.default_rng(1).normal(size=len(b)), 0.0, 0
    v /= np.linalg.norm(v)
    for t, u in enumerate(np.asarray(U, float)):
        pre = u @ W_in + x @ W + b
        x = (1 - leak) * x + leak * np.tanh(pre)
        v = (1 - leak) * v + leak * (1 - np.tanh(pre) ** 2) * (v @ W)
        if t % 5 == 4:
            if t > 100:
                log, steps = log + np.log(np.linalg.norm(v)), steps + 5
            v /= np.linalg.norm(v)
    return float(log / steps)


# ------------------------------------------------------------------------------------------- read_out
def solved(X, Y, penalty):
    """A right read-out, to vary."""
    m, n = X.mean(axis=0), Y.mean(axis=0)
    C = X - m
    W = np.linalg.solve(C.T @ C + penalty * np.eye(X.shape[1], dtype=C.dtype), C.T @ (Y - n))
    return W, n - m @ W


def loo(X, Y, penalties, share=None, own=None):
    """Right leave-one-out errors, to vary: `share` of the bias in the leverage."""
    C, E = X - X.mean(axis=0), Y - Y.mean(axis=0)
    share = 1 / len(X) if share is None else share
    out = []
    for penalty in penalties:
        H = C @ np.linalg.solve(C.T @ C + penalty * np.eye(X.shape[1]), C.T)
        leverage = np.diag(H) + share if own is None else own(H) * np.ones(len(X))
        out.append(np.mean(((E - H @ E) / (1 - leverage)[:, None]) ** 2))
    return np.array(out)


def pair(read_out=solved, leave_one_out=loo):
    return {"read_out": read_out, "leave_one_out": leave_one_out}


@wrong("read_out", caught_by="best", kind="mathematics", headline=True, several=True)
def the_bias_is_penalised():
    def read_out(X, Y, penalty):
        Z = np.column_stack([X, np.ones(len(X), X.dtype if X.dtype.kind == "f" else float)])
        both = np.linalg.solve(Z.T @ Z + penalty * np.eye(Z.shape[1], dtype=Z.dtype), Z.T @ Y)
        return both[:-1], both[-1]

    return pair(read_out)


@wrong("read_out", caught_by="best", kind="mathematics", several=True)
def no_bias_at_all():
    def read_out(X, Y, penalty):
        W = np.linalg.solve(X.T @ X + penalty * np.eye(X.shape[1], dtype=X.dtype if X.dtype.kind == "f" else float), X.T @ Y)
        return W, np.zeros(Y.shape[1], W.dtype)

    return pair(read_out)


@wrong("read_out", caught_by="best", kind="mathematics", several=True)
def the_penalty_times_the_rows():
    return pair(lambda X, Y, penalty: solved(X, Y, penalty * len(X)))


@wrong("read_out", caught_by="best", kind="mathematics", several=True)
def the_penalty_squared():
    return pair(lambda X, Y, penalty: solved(X, Y, penalty**2))


@wrong("read_out", caught_by="best", kind="mathematics", several=True)
def columns_standardised_first():
    def read_out(X, Y, penalty):
        spread = X.std(axis=0) + 1e-12
        W, b = solved((X / spread).astype(np.result_type(X, np.float32)), Y, penalty)
        return (W / spread[:, None]).astype(W.dtype), b

    return pair(read_out)


@wrong("read_out", caught_by="best", kind="mathematics", several=True)
def no_penalty():
    def read_out(X, Y, penalty):
        m, n = X.mean(axis=0), Y.mean(axis=0)
        W = np.linalg.pinv(X - m) @ (Y - n)
        return W, n - m @ W

    return pair(read_out)


@wrong("read_out", caught_by="brute_force", kind="mathematics", several=True)
def the_mean_leverage():
    return pair(leave_one_out=lambda X, Y, penalties: loo(X, Y, penalties, own=lambda H: np.trace(H) / len(X) + 1 / len(X)))


@wrong("read_out", caught_by="brute_force", kind="mathematics", several=True)
def the_bias_has_no_leverage():
    return pair(leave_one_out=lambda X, Y, penalties: loo(X, Y, penalties, share=0.0))


@wrong("read_out", caught_by="brute_force", kind="mathematics", several=True)
def the_usual_residuals():
    return pair(leave_one_out=lambda X, Y, penalties: loo(X, Y, penalties, own=lambda H: 0.0))


@wrong("read_out", caught_by="brute_force", kind="mathematics", several=True)
def only_the_first_target():
    return pair(leave_one_out=lambda X, Y, penalties: loo(X, Y[:, :1], penalties))


@wrong("read_out", caught_by="brute_force", kind="mathematics", several=True)
def the_root_of_the_mean_square():
    return pair(leave_one_out=lambda X, Y, penalties: np.sqrt(loo(X, Y, penalties)))


@wrong("read_out", caught_by="brute_force", kind="mathematics", several=True)
def summed_over_targets():
    return pair(leave_one_out=lambda X, Y, penalties: loo(X, Y, penalties) * Y.shape[1])


@wrong("read_out", caught_by="brute_force", kind="missing case", several=True)
def the_first_penalty_for_all():
    return pair(leave_one_out=lambda X, Y, penalties: np.array([loo(X, Y, penalties[:1])[0] for _ in penalties]))


@wrong("read_out", caught_by="quick", kind="missing case", several=True)
def brute_force_itself():
    def leave_one_out(X, Y, penalties):
        out = []
        for penalty in penalties:
            errors = []
            for i in range(len(X)):
                others = np.arange(len(X)) != i
                W, b = solved(X[others], Y[others], penalty)
                errors.append(np.mean((Y[i] - X[i] @ W - b) ** 2))
            out.append(np.mean(errors))
        return np.array(out)

    return pair(leave_one_out=leave_one_out)


@wrong("read_out", caught_by="read_out_house", kind="mutation", several=True)
def centres_in_place():
    def read_out(X, Y, penalty):
        if X.dtype.kind != "f":
            return solved(X, Y, penalty)
        m = X.mean(axis=0)
        X -= m
        W, b = solved(X, Y, penalty)
        return W, b - m @ W

    return pair(read_out)


@right("read_out", several=True)
def a_long_least_squares_problem():
    def read_out(X, Y, penalty):
        dtype, n = np.result_type(X, Y, np.float32), X.shape[1]
        A = np.block([[X, np.ones((len(X), 1))], [np.sqrt(penalty) * np.eye(n), np.zeros((n, 1))]])
        found = np.linalg.lstsq(A, np.vstack([Y, np.zeros((n, Y.shape[1]))]), rcond=None)[0].astype(dtype)
        return found[:-1], found[-1]

    return pair(read_out)


@right("read_out", several=True)
def in_the_space_of_rows():
    def read_out(X, Y, penalty):
        m, n = X.mean(axis=0), Y.mean(axis=0)
        C = X - m
        W = C.T @ np.linalg.solve(C @ C.T + penalty * np.eye(len(X), dtype=C.dtype), Y - n)
        return W, n - m @ W

    def leave_one_out(X, Y, penalties):
        """With K = C C' + penalty I, and the bias as one more, unpenalised direction."""
        out, C, one = [], X - X.mean(axis=0), np.ones((len(X), 1))
        for penalty in penalties:
            G = np.linalg.inv(C @ C.T + penalty * np.eye(len(X)))
            P = G - (G @ one) @ (one.T @ G) / (one.T @ G @ one)
            out.append(np.mean((P @ Y / np.diag(P)[:, None]) ** 2))
        return np.array(out)

    return pair(read_out, leave_one_out)


@right("read_out", several=True)
def by_eigenvectors():
    def leave_one_out(X, Y, penalties):
        C, E = X - X.mean(axis=0), Y - Y.mean(axis=0)
        values, V = np.linalg.eigh(C.T @ C)
        B, out = C @ V, []
        for penalty in penalties:
            scale = 1 / (np.maximum(values, 0) + penalty)
            said = B @ (scale[:, None] * (B.T @ E))
            leverage = np.sum(B * B * scale, axis=1) + 1 / len(X)
            out.append(np.square((E - said) / (1 - leverage[:, None])).mean())
        return np.array(out)

    return pair(leave_one_out=leave_one_out)


# ------------------------------------------------------------------------------------------- memory
def remembered(X, u, longest, split, penalty, shift=0, fitted=None, square=True, rolled=False, measure=None):
    """A right curve, to vary."""
    curve = np.zeros(longest)
    for k in range(longest):
        d = k + 1 + shift
        if rolled:
            states, targets, cut = X, np.roll(u, d), split
        else:
            states, targets, cut = X[d:], u[: len(u) - d], split - d
        W, b = solved(
            states[:cut] if fitted is None else states[fitted],
            (targets[:cut] if fitted is None else targets[fitted])[:, None],
            penalty,
        )
        said, wanted = (states[cut:] @ W + b)[:, 0], targets[cut:]
        if measure is not None:
            curve[k] = measure(said, wanted)
        elif said.std() > 1e-12:
            r = np.corrcoef(said, wanted)[0, 1]
            curve[k] = r**2 if square else r
    return curve


@wrong("memory", caught_by="knows_nothing", kind="mathematics", headline=True)
def fitted_on_all_rows(X, u, longest, split, penalty):
    return remembered(X, u, longest, split, penalty, fitted=slice(None))


@wrong("memory", caught_by="of_a_belt", kind="mathematics")
def counted_from_nought(X, u, longest, split, penalty):
    return remembered(X, u, longest, split, penalty, shift=-1)


@wrong("memory", caught_by="of_a_belt", kind="mathematics")
def one_delay_too_many(X, u, longest, split, penalty):
    return remembered(X, u, longest, split, penalty, shift=1)


@wrong("memory", caught_by="as_defined", kind="missing case")
def rolled_round_the_end(X, u, longest, split, penalty):
    return remembered(X, u, longest, split, penalty, rolled=True)


@wrong("memory", caught_by="as_defined", kind="mathematics")
def the_correlation_itself(X, u, longest, split, penalty):
    return remembered(X, u, longest, split, penalty, square=False)


@wrong("memory", caught_by="as_defined", kind="mathematics")
def measured_on_the_fitted_rows(X, u, longest, split, penalty):
    curve = np.zeros(longest)
    for d in range(1, longest + 1):
        states, targets = X[d:split], u[: split - d]
        W, b = solved(states, targets[:, None], penalty)
        said = (states @ W + b)[:, 0]
        curve[d - 1] = np.corrcoef(said, targets)[0, 1] ** 2 if said.std() > 1e-12 else 0.0
    return curve


@wrong("memory", caught_by="as_defined", kind="mathematics")
def fitted_behind_measured_before(X, u, longest, split, penalty):
    curve = np.zeros(longest)
    for d in range(1, longest + 1):
        states, targets, cut = X[d:], u[: len(u) - d], split - d
        W, b = solved(states[cut:], targets[cut:, None], penalty)
        said = (states[:cut] @ W + b)[:, 0]
        curve[d - 1] = np.corrcoef(said, targets[:cut])[0, 1] ** 2 if said.std() > 1e-12 else 0.0
    return curve


@wrong("memory", caught_by="of_a_belt", kind="mathematics")
def the_future_in_place_of_the_past(X, u, longest, split, penalty):
    curve = np.zeros(longest)
    for d in range(1, longest + 1):
        states, targets = X[: len(X) - d], u[d:]
        W, b = solved(states[:split], targets[:split, None], penalty)
        said = (states[split:] @ W + b)[:, 0]
        curve[d - 1] = np.corrcoef(said, targets[split:])[0, 1] ** 2 if said.std() > 1e-12 else 0.0
    return curve


@wrong("memory", caught_by="as_defined", kind="mathematics")
def split_counted_after_the_shift(X, u, longest, split, penalty):
    curve = np.zeros(longest)
    for d in range(1, longest + 1):
        states, targets = X[d:], u[: len(u) - d]
        W, b = solved(states[:split], targets[:split, None], penalty)
        said = (states[split:] @ W + b)[:, 0]
        curve[d - 1] = np.corrcoef(said, targets[split:])[0, 1] ** 2 if said.std() > 1e-12 else 0.0
    return curve


@wrong("memory", caught_by="never_moves", kind="stability")
def nought_by_nought(X, u, longest, split, penalty):
    with np.errstate(all="ignore"):
        return remembered(X, u, longest, split, penalty, measure=lambda said, wanted: np.corrcoef(said, wanted)[0, 1] ** 2)


@wrong("memory", caught_by="memory_house", kind="mutation")
def centres_the_states_in_place(X, u, longest, split, penalty):
    curve = remembered(X, u, longest, split, penalty)
    if X.dtype.kind == "f":
        X -= X.mean(axis=0)
    return curve


@right("memory")
def all_delays_in_one_read_out_each(X, u, longest, split, penalty):
    out = []
    for d in range(1, longest + 1):
        rows = np.arange(d, len(u))
        first, second = rows[rows < split], rows[rows >= split]
        W, b = solved(X[first], u[first - d][:, None], penalty)
        said, wanted = X[second] @ W[:, 0] + b[0], u[second - d]
        top, spread = np.cov(said, wanted, ddof=0)[0, 1], said.var() * wanted.var()
        out.append(top * top / spread if spread > 1e-24 else 0.0)
    return np.array(out)


@right("memory")
def by_a_regression_of_the_truth_on_what_was_said(X, u, longest, split, penalty):
    def share(said, wanted):
        if np.ptp(said) < 1e-12:
            return 0.0
        A = np.column_stack([said, np.ones(len(said))])
        left = wanted - A @ np.linalg.lstsq(A, wanted, rcond=None)[0]
        return 1 - left.var() / wanted.var()

    return remembered(X, u, longest, split, penalty, measure=share)


@right("memory")
def by_a_long_least_squares_problem(X, u, longest, split, penalty):
    n, curve = X.shape[1], np.zeros(longest)
    for d in range(1, longest + 1):
        A = np.block([[X[d:split], np.ones((split - d, 1))], [np.sqrt(penalty) * np.eye(n), np.zeros((n, 1))]])
        w = np.linalg.lstsq(A, np.append(u[: split - d], np.zeros(n)), rcond=None)[0]
        said, wanted = X[split:] @ w[:-1] + w[-1], u[split - d : len(u) - d]
        a, c = said - said.mean(), wanted - wanted.mean()
        curve[d - 1] = (a @ c) ** 2 / ((a @ a) * (c @ c)) if a @ a > 1e-18 else 0.0
    return curve


# ------------------------------------------------------------------------------------------- oracle
def called(name, made):
    made.__name__ = name
    return made


def standard(series):
    return (series - series.mean()) / series.std(), np.array([series.mean(), series.std()])


def stepped(features, penalty, length):
    """An entry that forecasts one value from the last `length` ones by a read-out of features, and goes on with its own."""

    def train(series, rng):
        z, units = standard(series)
        windows = np.lib.stride_tricks.sliding_window_view(z, length)[:-1]
        W, b = solved(features(windows), z[length:, None], penalty * len(windows))
        return [np.append(W[:, 0], b), units]

    def forecast(arrays, histories, steps):
        w, (centre, spread) = arrays
        z = (histories - centre) / spread
        for _ in range(steps):
            z = np.column_stack([z, np.clip(features(z[:, -length:]) @ w[:-1] + w[-1], -4, 4)])
        return z[:, histories.shape[1] :] * spread + centre

    return lambda: {"train": train, "forecast": forecast}


def products(windows, step=2):
    """All values and all products of two, every second step."""
    W = windows[:, ::-1][:, ::step]
    i, j = np.triu_indices(W.shape[1])
    return np.hstack([W, W[:, i] * W[:, j]])


def random_features(windows, units=250):
    """Random combinations of a window, bent."""
    rng = np.random.default_rng(3)
    A = rng.normal(size=(windows.shape[1], units)) / np.sqrt(windows.shape[1])
    return np.tanh(windows @ A + 0.5 * rng.normal(size=units))


def echo(units, radius=1.1, leak=0.5, loud=0.5, penalty=1e-2):
    """A reservoir drawn from a fixed seed, its read-out stored."""

    def parameters():
        rng = np.random.default_rng(7)
        return loud * rng.normal(size=(1, units)), drawn(units, radius, min(1.0, 20 / units), rng), 0.3 * rng.normal(size=units)

    def train(series, rng):
        z, middle = standard(series)
        X = run(parameters(), z[None, :-1, None], leak)[0]
        W, b = solved(X[100:], z[101:, None], penalty)
        return [W[:, 0], b, middle]

    def forecast(arrays, histories, steps):
        weights, bias, (centre, spread) = arrays
        z = (histories - centre) / spread
        ahead = free(parameters(), (weights[:, None], bias), leak, z[:, :, None], steps)[:, :, 0]
        return np.clip(ahead, -4, 4) * spread + centre

    return lambda: {"train": train, "forecast": forecast}


@entry("oracle", band="nothing")
def it_stays_as_it_is():
    return {
        "train": lambda series, rng: [series[:1]],
        "forecast": lambda arrays, histories, steps: np.repeat(histories[:, -1:], steps, axis=1),
    }


@entry("oracle", band="nothing")
def the_mean_value():
    return {
        "train": lambda series, rng: [np.array([series.mean()])],
        "forecast": lambda arrays, histories, steps: np.full((len(histories), steps), arrays[0][0]),
    }


@entry("oracle", band="refused")
def more_numbers_than_allowed():
    return {
        "train": lambda series, rng: [series[:301]],
        "forecast": lambda arrays, histories, steps: np.repeat(histories[:, -1:], steps, axis=1),
    }


entry("oracle", band="baseline")(called("a_straight_line_through_40_values", stepped(lambda windows: windows, 1e-4, 40)))
entry("oracle", band="gets going")(called("forty_units", echo(40)))
entry("oracle", band="gets going")(called("products_of_a_window", stepped(products, 1e-3, 31)))
entry("oracle", band="good")(called("sixty_units", echo(60)))
entry("oracle", band="excellent")(called("random_features_of_a_window", stepped(random_features, 1e-5, 20)))
