"""Visible cases of week 15: they travel with the release."""

import numpy as np

from autograder.cases import case, draws, exercise, expect, studio

exercise("make_reservoir")
exercise("reservoir", names=("run_reservoir", "free_run"))
exercise("fading")
exercise("read_out", names=("read_out", "leave_one_out"))
exercise("memory")
exercise("oracle", names=("train", "forecast"), kind="studio", seconds=60)


# ------------------------------------------------------------------------------------------- make_reservoir
def radius_of(W):
    """The size of the largest eigenvalue."""
    return float(np.abs(np.linalg.eigvals(W)).max(initial=0)) if W.size else 0.0


def weights_of(make_reservoir, size, radius, density, rng):
    """Her matrix, as a plain array of the right shape."""
    W = make_reservoir(size, radius, density, rng)
    return expect.array(W, shape=(size, size), finite=True, what="`make_reservoir`")


@case(
    "make_reservoir",
    "the spectral radius is the one that was asked for",
    weight=2,
    draws={
        "size": draws.integers(1, 25),
        "radius": draws.sampled([0.3, 0.9, 1.0, 1.4, 5.0]),
        "density": draws.sampled([1.0, 0.5]),
        "seed": draws.seeds(),
    },
)
def radius_as_asked(make_reservoir, size, radius, density, seed):
    W = weights_of(make_reservoir, size, radius, density, np.random.default_rng(seed))
    got = radius_of(W)
    expect.that(
        abs(got - radius) <= 1e-6 * radius,
        f"make_reservoir({size}, {radius}, {density}, rng): the largest eigenvalue of your W has the size {got:.6g}",
    )


# Shares are held against their chances by expect.share, whose bound holds for every number of draws. Matrices whose eigenvalues
# are all 0 are drawn again, which at these sizes and densities moves the share by less than one in 10,000.
@case(
    "make_reservoir",
    "each weight is there with probability `density`, and either sign is equally likely",
    false_alarm=1e-6,
    fresh=50,
)
def shares(make_reservoir, rng):
    for size, density in ((12, 0.3), (20, 0.8)):
        made = [weights_of(make_reservoir, size, 0.9, density, rng) for _ in range(40)]
        there, all_of_them = int(sum(np.sum(W != 0) for W in made)), 40 * size * size
        expect.share(there, all_of_them, density, f"density {density}: in 40 matrices {there} of {all_of_them} weights are not 0")
        positive = int(sum(np.sum(W > 0) for W in made))
        expect.share(positive, there, 0.5, f"density {density}: {positive} of the {there} weights are positive")
        lower = int(sum(np.sum(np.tril(W, -1) != 0) for W in made))
        below = 40 * size * (size - 1) // 2
        expect.share(lower, below, density, f"density {density}: below the diagonal {lower} of {below} weights are not 0")
        pairs = [(W[np.tril_indices(size, -1)], W.T[np.tril_indices(size, -1)]) for W in made]
        linked = int(sum(np.sum((one != 0) & (other != 0)) for one, other in pairs))
        alike = int(sum(np.sum(one * other > 0) for one, other in pairs))
        expect.share(linked, below, density**2, f"density {density}: of {below} pairs of units {linked} are linked both ways")
        expect.share(alike, linked, 0.5, f"density {density}: {alike} of {linked} such pairs have two weights of the same sign")


@case("make_reservoir", "a matrix without any echo is drawn again", draws={"seed": draws.seeds()})
def drawn_again(make_reservoir, seed):
    rng = np.random.default_rng(seed)
    for _ in range(20):
        got = radius_of(weights_of(make_reservoir, 2, 0.9, 0.3, rng))
        expect.that(abs(got - 0.9) < 1e-6, f"make_reservoir(2, 0.9, 0.3, rng): the spectral radius came out as {got:.3g}")


@case("make_reservoir", "radius 0 gives zeros, and an impossible wish is a ValueError", side=True)
def impossible(make_reservoir):
    for density in (0.0, 0.5, 1.0):
        W = weights_of(make_reservoir, 4, 0.0, density, np.random.default_rng(0))
        expect.that(not np.any(W), f"make_reservoir(4, 0.0, {density}, rng) has weights that are not 0")
    expect.raises(
        ValueError,
        lambda: make_reservoir(4, 0.9, 0.0, np.random.default_rng(0)),
        "make_reservoir(4, 0.9, 0.0, rng): without connections there is no such matrix, and no ValueError came",
    )


@case("make_reservoir", "chance comes from the generator alone", side=True)
def from_rng(make_reservoir):
    expect.repeatable(lambda rng: weights_of(make_reservoir, 6, 0.9, 0.5, rng), 3, what="`make_reservoir`")
    rng = np.random.default_rng(4)
    one, other = weights_of(make_reservoir, 6, 0.9, 1.0, rng), weights_of(make_reservoir, 6, 0.9, 1.0, rng)
    expect.that(not np.allclose(one, other), "two matrices in turn from one generator are the same")


# ------------------------------------------------------------------------------------------- reservoir
def some_parameters(units, inputs, rng, radius=0.8):
    """A small reservoir (W_in, W, b), by no special method."""
    W = rng.normal(size=(units, units))
    return (
        rng.normal(size=(inputs, units)),
        W * radius / max(radius_of(W), 1e-9),
        0.3 * rng.normal(size=units),
    )


def next_unit(k, x, u, parameters, leak):
    """What one unit becomes."""
    W_in, W, b = parameters
    return (1 - leak) * x[k] + leak * np.tanh(b[k] + sum(u * W_in[:, k]) + sum(x * W[:, k]))


def states_by_definition(parameters, U, leak, state=None):
    """All states, unit by unit."""
    units = len(parameters[2])
    out = np.zeros((len(U), U.shape[1], units))
    for s in range(len(U)):
        x = np.zeros(units) if state is None else np.asarray(state[s], float)
        for t, _ in enumerate(U[s]):
            x = np.array([next_unit(k, x, U[s, t], parameters, leak) for k in range(units)])
            out[s, t] = x
    return out


SIZES = {
    "series": draws.integers(1, 3),
    "steps": draws.integers(1, 6),
    "units": draws.integers(1, 4),
    "inputs": draws.integers(1, 2),
    "leak": draws.sampled([1.0, 0.4, 0.1]),
    "seed": draws.seeds(),
}


def states_of(run_reservoir, parameters, U, leak, *state):
    """Her states, as a plain array of the right shape."""
    got = run_reservoir(parameters, U, leak, *state)
    return expect.array(got, shape=(*U.shape[:2], len(parameters[2])), finite=True, what="`run_reservoir`")


@case("reservoir", "all units go their share of the way, at every step", weight=2, draws=SIZES, fresh=200)
def by_definition(run_reservoir, series, steps, units, inputs, leak, seed):
    rng = np.random.default_rng(seed)
    parameters, U = some_parameters(units, inputs, rng), rng.normal(size=(series, steps, inputs))
    start = rng.uniform(-0.9, 0.9, size=(series, units))
    call = f"{series} series, {steps} steps, {inputs} inputs, {units} units, leak {leak}"
    expect.close(
        states_of(run_reservoir, parameters, U, leak), states_by_definition(parameters, U, leak), what=f"{call}: the states"
    )
    expect.close(
        states_of(run_reservoir, parameters, U, leak, start),
        states_by_definition(parameters, U, leak, start),
        what=f"{call}, with a state handed in: the states",
    )


@case("reservoir", "a series in pieces, with the last state handed on, gives the states of the whole", draws=SIZES)
def in_pieces(run_reservoir, series, steps, units, inputs, leak, seed):
    rng = np.random.default_rng(seed)
    parameters, U = some_parameters(units, inputs, rng), rng.normal(size=(series, steps + 2, inputs))
    whole = states_by_definition(parameters, U, leak)
    cut = 1 + seed % (steps + 1)
    first = states_of(run_reservoir, parameters, U[:, :cut], leak)
    second = states_of(run_reservoir, parameters, U[:, cut:], leak, first[:, -1])
    expect.same(
        np.concatenate([first, second], axis=1),
        whole,
        f"{steps + 2} steps in pieces of {cut} and {steps + 2 - cut}, the last state handed on: not the states of the whole",
    )


@case("reservoir", "the statement's example")
def the_example(run_reservoir):
    parameters = (np.ones((1, 1)), np.zeros((1, 1)), np.zeros(1))
    got = states_of(run_reservoir, parameters, np.array([[[1.0], [0.0]]]), 0.5)[0, :, 0]
    expect.close(got, np.array([0.5 * np.tanh(1.0), 0.25 * np.tanh(1.0)]), what="the states after 1 and 0", reveal=True)


def forecasts_of(free_run, parameters, read, leak, U, steps):
    """Her forecasts, as a plain array of the right shape."""
    got = free_run(parameters, read, leak, U, steps)
    return expect.array(got, shape=(len(U), steps, U.shape[2]), finite=True, what="`free_run`")


def some_read_out(units, inputs, rng):
    """A read-out (weights, bias) for a free run that stays small."""
    return 0.5 * rng.normal(size=(units, inputs)) / np.sqrt(units), 0.2 * rng.normal(size=inputs)


@case("reservoir", "the first free step is the read-out of the state that has heard all true values", weight=2, draws=SIZES)
def at_the_seam(free_run, series, steps, units, inputs, leak, seed):
    rng = np.random.default_rng(seed)
    parameters, U = some_parameters(units, inputs, rng), rng.normal(size=(series, steps, inputs))
    weights, bias = some_read_out(units, inputs, rng)
    want = states_by_definition(parameters, U, leak)[:, -1] @ weights + bias
    got = forecasts_of(free_run, parameters, (weights, bias), leak, U, 2)[:, 0]
    expect.close(got, want, what=f"{series} series of {steps} steps, {units} units, leak {leak}: the first forecast")


@case("reservoir", "forecasts are heard like true values: where U goes on with them, the rest is the same", draws=SIZES)
def goes_on(free_run, series, steps, units, inputs, leak, seed):
    rng = np.random.default_rng(seed)
    parameters, U = some_parameters(units, inputs, rng), rng.normal(size=(series, steps, inputs))
    read = some_read_out(units, inputs, rng)
    far = forecasts_of(free_run, parameters, read, leak, U, 6)
    want = np.empty_like(far)
    for t in range(6):  # each forecast from the definition, after all that was heard before it
        heard = np.concatenate([U, far[:, :t]], axis=1)
        want[:, t] = states_by_definition(parameters, heard, leak)[:, -1] @ read[0] + read[1]
    expect.close(far, want, what=f"{series} series of {steps} steps, {units} units, leak {leak}: the six forecasts", rtol=1e-5)


@case("reservoir", "float32 stays float32, whole numbers are inputs too, and all stays as it was", side=True)
def house(run_reservoir, free_run):
    rng = np.random.default_rng(5)
    parameters = tuple(p.astype(np.float32) for p in some_parameters(3, 2, rng))
    read = tuple(p.astype(np.float32) for p in some_read_out(3, 2, rng))
    U = rng.normal(size=(2, 4, 2)).astype(np.float32)
    start = rng.uniform(-0.5, 0.5, size=(2, 3)).astype(np.float32)
    expect.pure(
        lambda W_in, W, b, U, start: run_reservoir((W_in, W, b), U, 0.5, start),
        *parameters,
        U,
        start,
        names=("W_in", "W", "b", "U", "state"),
    )
    expect.pure(
        lambda W_in, W, b, weights, bias, U: free_run((W_in, W, b), (weights, bias), 0.5, U, 3),
        *parameters,
        *read,
        U,
        names=("W_in", "W", "b", "the read-out's weights", "its bias", "U"),
    )
    expect.dtype(states_of(run_reservoir, parameters, U, 0.5), np.float32, what="`run_reservoir`")
    expect.dtype(states_of(run_reservoir, parameters, U, 0.5, start), np.float32, what="`run_reservoir`, with a state,")
    expect.dtype(forecasts_of(free_run, parameters, read, 0.5, U, 3), np.float32, what="`free_run`")
    exact, whole = some_parameters(3, 2, rng), rng.integers(-2, 3, size=(2, 4, 2))
    expect.close(
        states_of(run_reservoir, exact, whole, 0.3),
        states_by_definition(exact, whole, 0.3),
        what="whole numbers as inputs: the states",
    )


@case("reservoir", "no series, no step and no forecast are possible", side=True)
def nothing(run_reservoir, free_run):
    rng = np.random.default_rng(6)
    parameters, read = some_parameters(3, 2, rng), some_read_out(3, 2, rng)
    states_of(run_reservoir, parameters, np.zeros((0, 4, 2)), 0.5)
    states_of(run_reservoir, parameters, np.zeros((2, 0, 2)), 0.5)
    forecasts_of(free_run, parameters, read, 0.5, np.zeros((2, 3, 2)), 0)
    silent = forecasts_of(free_run, parameters, read, 0.5, np.zeros((2, 0, 2)), 1)[:, 0]
    expect.close(
        silent, np.tile(read[1], (2, 1)), what="after no input at all, all states are 0, so the first forecast is the bias: it"
    )


@case("reservoir", "nothing is remembered between two calls", side=True)
def no_memory_of_calls(run_reservoir):
    rng = np.random.default_rng(7)
    parameters, U = some_parameters(3, 1, rng), rng.normal(size=(2, 4, 1))
    once = states_of(run_reservoir, parameters, U, 0.5)
    states_of(run_reservoir, parameters, -U, 0.5)
    expect.same(states_of(run_reservoir, parameters, U, 0.5), once, "the same call gave other states the second time")


# ------------------------------------------------------------------------------------------- fading
def exponent(parameters, U, leak):
    """The Lyapunov exponent by the exact slopes along the states from zeros, and by QR: all exponents, the largest counts."""
    W_in, W, b = parameters
    x, logs = np.zeros(len(b)), []
    Q = np.linalg.qr(np.random.default_rng(1).normal(size=(len(b), 1)))[0]
    for u in U:
        pre = u @ W_in + x @ W + b
        x = (1 - leak) * x + leak * np.tanh(pre)
        Q = (1 - leak) * Q + leak * ((1 - np.tanh(pre) ** 2) * (Q.T @ W)).T
        length = np.linalg.norm(Q)
        logs.append(np.log(length))
        Q = Q / length
    return float(np.mean(logs[100:]))


def near(fading, parameters, U, leak, want, what, within=0.03):
    """Her exponent, held against ours."""
    got = expect.number(fading(parameters, U, leak), "`fading`")
    expect.that(abs(got - want) <= within, f"{what}: your exponent is {got:.3f}, measured {want:.3f}")


@case(
    "fading",
    "with a loud or quiet input it is the mean log factor of a tiny difference",
    weight=2,
    seconds=30,
    examples=8,
    fresh=10,
    draws={
        "radius": draws.sampled([0.5, 0.95, 1.3]),
        "loud": draws.sampled([0.5, 1.5, 3.0]),
        "leak": draws.sampled([1.0, 0.4]),
        "seed": draws.integers(0, 200),
    },
)
def heard(fading, radius, loud, leak, seed):
    rng = np.random.default_rng(seed)
    parameters = some_parameters(8, 2, rng, radius)
    U = loud * rng.uniform(-1, 1, size=(1000, 2))
    want = exponent(parameters, U, leak)
    near(fading, parameters, U, leak, want, f"8 units, radius {radius}, leak {leak}, 1,000 inputs between -{loud} and {loud}")


@case(
    "fading",
    "in silence, without biases, it is the logarithm of the spectral radius of (1 - leak) I + leak W",
    weight=2,
    seconds=30,
    examples=4,
    fresh=10,
    draws={"radius": draws.sampled([0.3, 0.9, 1.3]), "leak": draws.sampled([1.0, 0.7, 0.3]), "seed": draws.integers(0, 500)},
)
def in_silence(fading, radius, leak, seed):
    rng = np.random.default_rng(seed)
    W_in, W, b = some_parameters(6, 1, rng, radius)
    want = np.log(radius_of((1 - leak) * np.eye(6) + leak * W))
    near(fading, (W_in, W, 0 * b), np.zeros((1500, 1)), leak, want, f"silence, radius of W {radius}, leak {leak}")


@case("fading", "differences that die at once are no trouble", seconds=30)
def very_fast(fading):
    rng = np.random.default_rng(2)
    W_in, W, b = some_parameters(5, 1, rng, 1.0)
    for size in (1e-3, 1e-2):
        U = rng.uniform(-1, 1, size=(1000, 1))
        want = exponent((W_in, size * W, b), U, 1.0)
        near(fading, (W_in, size * W, b), U, 1.0, want, f"a spectral radius of {size:g}: nearly nothing is left after one step")


@case("fading", "growth is that of a tiny difference, before the two states are far apart", seconds=30)
def growth(fading):
    rng = np.random.default_rng(3)
    parameters = some_parameters(30, 1, rng, 2.5)
    U = 0.3 * rng.uniform(-1, 1, size=(1500, 1))
    want = exponent(parameters, U, 1.0)
    near(fading, parameters, U, 1.0, want, "30 units, radius 2.5, a quiet input: echoes that grow", within=0.06)


@case("fading", "a difference finds the units in which it grows most, wherever they stand")
def units_apart(fading):
    for first, second in ((0.2, 0.8), (0.8, 0.2)):
        parameters = (np.zeros((1, 2)), np.diag([first, second]), np.zeros(2))
        near(fading, parameters, np.zeros((1000, 1)), 1.0, np.log(0.8), f"W = [[{first}, 0], [0, {second}]], leak 1, silence")


@case("fading", "the statement's example: two units and silence")
def the_two_units(fading):
    parameters = (np.zeros((1, 2)), np.array([[0.0, 4.0], [0.01, 0.0]]), np.zeros(2))
    near(fading, parameters, np.zeros((1000, 1)), 1.0, np.log(0.2), "W = [[0, 4], [0.01, 0]], leak 1, silence")


@case("fading", "it is a number, the same at each call, and what it is given stays as it was", side=True)
def fading_house(fading):
    rng = np.random.default_rng(4)
    W_in, W, b = some_parameters(4, 1, rng, 0.9)
    U = rng.uniform(-1, 1, size=(1000, 1))
    got = expect.pure(lambda W_in, W, b, U: fading((W_in, W, b), U, 0.8), W_in, W, b, U, names=("W_in", "W", "b", "U"))
    again = fading((W_in, W, b), U, 0.8)
    expect.that(
        abs(expect.number(got, "`fading`") - expect.number(again, "`fading`")) < 0.03, "the same call gave another number"
    )
    np.random.seed(3)  # what is no business of hers
    expected = np.random.random()
    np.random.seed(3)
    fading((W_in, W, b), U, 0.8)
    expect.that(np.random.random() == expected, "your function changed NumPy's global random numbers, `np.random`")
    whole = rng.integers(-1, 2, size=(1000, 1))
    near(fading, (W_in, W, b), whole, 0.8, exponent((W_in, W, b), whole, 0.8), "whole numbers as inputs")
    single = tuple(p.astype(np.float32) for p in (W_in, W, b))
    near(fading, single, U.astype(np.float32), 0.8, exponent((W_in, W, b), U, 0.8), "inputs and weights in float32", within=0.05)


# ------------------------------------------------------------------------------------------- read_out
def penalised(X, Y, penalty, W, b):
    """The sum of squares with its penalty."""
    return float(np.sum((Y - X @ W - b) ** 2) + penalty * np.sum(W**2))


def fit(X, Y, penalty):
    """The best read-out, by a long least-squares problem: no normal equations."""
    units, targets = X.shape[1], Y.shape[1]
    A = np.vstack([np.column_stack([X, np.ones(len(X))]), np.column_stack([np.sqrt(penalty) * np.eye(units), np.zeros(units)])])
    both = np.linalg.lstsq(A, np.vstack([Y, np.zeros((units, targets))]), rcond=None)[0]
    return both[:-1], both[-1]


def pair_of(read_out, X, Y, penalty):
    """Her weights and bias as plain arrays."""
    got = read_out(X, Y, penalty)
    parts = list(got) if isinstance(got, (list, tuple)) else got
    expect.that(isinstance(got, (list, tuple)) and len(parts) == 2, "`read_out` returned something else than a pair (W, b)")
    return (
        expect.array(parts[0], shape=(X.shape[1], Y.shape[1]), finite=True, what="`read_out`, W,"),
        expect.array(parts[1], shape=(Y.shape[1],), finite=True, what="`read_out`, b,"),
    )


TABLE = {
    "rows": draws.integers(2, 12),
    "units": draws.integers(1, 6),
    "targets": draws.integers(1, 3),
    "penalty": draws.sampled([0.01, 1.0, 30.0]),
    "seed": draws.seeds(),
}


def table(rows, units, targets, seed):
    """States that are not centred, and targets that are not either."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(rows, units)) + 2 * rng.normal(size=units)
    return X, rng.normal(size=(rows, targets)) + 3 * rng.normal(size=targets)


@case("read_out", "no other pair has a smaller penalised sum of squares", weight=2, draws=TABLE)
def best(read_out, rows, units, targets, penalty, seed):
    X, Y = table(rows, units, targets, seed)
    W, b = pair_of(read_out, X, Y, penalty)
    mine, least = penalised(X, Y, penalty, W, b), penalised(X, Y, penalty, *fit(X, Y, penalty))
    expect.that(
        mine <= least + 1e-7 * (1 + least),
        f"{rows} rows, {units} units, penalty {penalty}: your sum is {mine:.6g}, the smallest {least:.6g}",
    )


@case("read_out", "targets that are all 5 larger change the bias by 5, and nothing else", draws=TABLE)
def bias_is_free(read_out, rows, units, targets, penalty, seed):
    X, Y = table(rows, units, targets, seed)
    (W, b), (W5, b5) = pair_of(read_out, X, Y, penalty), pair_of(read_out, X, Y + 5, penalty)
    call = f"{rows} rows, {units} units, penalty {penalty}, all targets 5 larger"
    expect.same(W5, W, f"{call}: W changed", rtol=1e-5, atol=1e-6)
    expect.same(b5, b + 5, f"{call}: b went from {b.round(3).tolist()} to {b5.round(3).tolist()}", rtol=1e-5, atol=1e-6)


@case(
    "read_out",
    "more units than rows are no trouble",
    draws={**TABLE, "rows": draws.integers(1, 4), "units": draws.integers(5, 12)},
)
def wide(read_out, rows, units, targets, penalty, seed):
    X, Y = table(rows, units, targets, seed)
    W, b = pair_of(read_out, X, Y, penalty)
    mine, least = penalised(X, Y, penalty, W, b), penalised(X, Y, penalty, *fit(X, Y, penalty))
    expect.that(
        mine <= least + 1e-7 * (1 + least), f"{rows} rows, {units} units: your sum is {mine:.6g}, the smallest {least:.6g}"
    )


def left_out(X, Y, penalty):
    """The leave-one-out error by brute force."""
    errors = []
    for i in range(len(X)):
        others = np.arange(len(X)) != i
        W, b = fit(X[others], Y[others], penalty)
        errors.append(np.mean((Y[i] - X[i] @ W - b) ** 2))
    return float(np.mean(errors))


def errors_of(leave_one_out, X, Y, penalties):
    """Her errors as a plain array."""
    return expect.array(leave_one_out(X, Y, penalties), shape=(len(penalties),), finite=True, what="`leave_one_out`")


@case(
    "read_out", "leaving one out equals brute force, for each penalty", weight=3, draws={**TABLE, "rows": draws.integers(3, 14)}
)
def brute_force(leave_one_out, rows, units, targets, penalty, seed):
    X, Y = table(rows, units, targets, seed)
    penalties = np.array([penalty, 3 * penalty, penalty / 2])
    want = [left_out(X, Y, p) for p in penalties]
    expect.close(
        errors_of(leave_one_out, X, Y, penalties),
        np.array(want),
        rtol=1e-5,
        what=f"{rows} rows, {units} units, {targets} targets, penalties {penalties.round(3).tolist()}: the errors",
    )


@case("read_out", "leaving one out equals brute force where one row lies far out")
def far_out(leave_one_out):
    X, Y = table(8, 2, 1, 3)
    X[0], Y[0] = (30.0, -20.0), 9.0
    want = left_out(X, Y, 1.0)
    got = errors_of(leave_one_out, X, Y, np.array([1.0]))[0]
    expect.that(abs(got - want) <= 1e-5 * want, f"8 rows, one far out, penalty 1: yours {got:.5g}, by brute force {want:.5g}")


@case("read_out", "the statement's example", side=True)
def small_table(read_out, leave_one_out):
    X, Y = np.array([[0.0], [1.0], [2.0]]), np.array([[0.0], [1.0], [5.0]])
    W, b = pair_of(read_out, X, Y, 2.0)
    expect.close(np.array([W[0, 0], b[0]]), np.array([1.25, 0.75]), what="W and b", reveal=True)
    expect.close(errors_of(leave_one_out, X, Y, [2.0]), np.array([left_out(X, Y, 2.0)]), what="leave_one_out", reveal=True)


@case("read_out", "leaving one out does not fit once for each row", side=True, seconds=60, fresh=3)
def quick(leave_one_out):
    X, Y = table(300, 40, 1, 4)
    penalties = np.array([0.1, 1.0, 10.0])

    def plain():
        for penalty in penalties:
            for i in range(len(X)):
                others = np.arange(len(X)) != i
                C, E = X[others] - X[others].mean(axis=0), Y[others] - Y[others].mean(axis=0)
                np.linalg.solve(C.T @ C + penalty * np.eye(40), C.T @ E)

    expect.faster(lambda: leave_one_out(X, Y, penalties), plain, 0.2, "300 rows, 40 units, three penalties: `leave_one_out`")


@case("read_out", "states and targets stay as they were, and may be whole numbers or float32", side=True)
def read_out_house(read_out, leave_one_out):
    X, Y = table(6, 3, 2, 5)
    expect.pure(lambda X, Y: read_out(X, Y, 1.0), X, Y, names=("X", "Y"))
    penalties = np.array([1.0, 2.0])
    expect.pure(leave_one_out, X, Y, penalties, names=("X", "Y", "penalties"))
    whole_X, whole_Y = np.array([[1, 0], [2, 3], [0, 5], [4, 4]]), np.array([[1], [0], [2], [7]])
    W, _ = pair_of(read_out, whole_X, whole_Y, 1.0)
    expect.close(W, fit(whole_X, whole_Y, 1.0)[0], what="whole numbers: W")
    expect.close(
        errors_of(leave_one_out, whole_X, whole_Y, [1.0]),
        np.array([left_out(whole_X, whole_Y, 1.0)]),
        what="whole numbers: the error",
    )
    W, b = pair_of(read_out, X.astype(np.float32), Y.astype(np.float32), 1.0)
    expect.dtype(W, np.float32, what="`read_out`, W,")
    expect.dtype(b, np.float32, what="`read_out`, b,")
    expect.close(W, fit(X, Y, 1.0)[0], rtol=1e-2, atol=1e-3, what="float32: W")
    errors_of(leave_one_out, X, Y, np.array([]))


# ------------------------------------------------------------------------------------------- memory
def belt(u, cells):
    """A row of cells through which the inputs move on: cell k holds the input of k steps ago."""
    X = np.zeros((len(u), cells))
    for k in range(cells):
        X[k:, k] = u[: len(u) - k]
    return X


def curve_of(memory, X, u, longest, split, penalty):
    """Her curve as a plain array."""
    return expect.array(memory(X, u, longest, split, penalty), shape=(longest,), finite=True, what="`memory`")


@case(
    "memory",
    "a belt of cells remembers what it holds, and nothing else",
    weight=2,
    draws={"cells": draws.integers(2, 6), "seed": draws.integers(0, 300)},
    fresh=50,
)
def of_a_belt(memory, cells, seed):
    rng = np.random.default_rng(seed)
    u = rng.uniform(-1, 1, size=900)
    got = curve_of(memory, belt(u, cells), u, cells + 3, 450, 1e-6)
    for delay, r2 in enumerate(got, 1):
        known = delay < cells
        expect.that(
            r2 > 0.99 if known else -0.001 <= r2 < 0.07,
            f"a belt of {cells} cells: r² for {delay} steps ago is {r2:.3f}, and that input is {'' if known else 'not '}on it",
        )


def r2_by_definition(X, u, delay, split, penalty):
    """r² of one delay, row by row."""
    pairs = [(t, t - delay) for t in range(len(u)) if t - delay >= 0]
    fitted, tested = [p for p in pairs if p[0] < split], [p for p in pairs if p[0] >= split]
    W, b = fit(X[[t for t, _ in fitted]], u[[k for _, k in fitted]][:, None], penalty)
    said = (X[[t for t, _ in tested]] @ W + b)[:, 0]
    return float(np.corrcoef(said, u[[k for _, k in tested]])[0, 1] ** 2)


@case(
    "memory",
    "each delay is fitted on the rows before `split` and measured on the rows from it on",
    weight=2,
    draws={"seed": draws.seeds(), "split": draws.sampled([60, 100, 140]), "penalty": draws.sampled([1e-3, 0.3])},
    fresh=50,
)
def as_defined(memory, seed, split, penalty):
    rng = np.random.default_rng(seed)
    u = rng.uniform(-1, 1, size=200)
    mixed = belt(u, 6) @ rng.normal(size=(6, 4)) + 0.3 * rng.normal(size=(200, 4)) + 1.0
    got = curve_of(memory, mixed, u, 6, split, penalty)
    want = np.array([r2_by_definition(mixed, u, delay, split, penalty) for delay in range(1, 7)])
    expect.close(got, want, atol=1e-4, rtol=1e-3, what=f"200 rows, split at {split}, penalty {penalty}: r² of delays 1 to 6")


@case("memory", "states that know nothing get about 0, however many they are", side=True)
def knows_nothing(memory):
    rng = np.random.default_rng(8)
    u, X = rng.uniform(-1, 1, size=400), rng.normal(size=(400, 80))
    got = curve_of(memory, X, u, 3, 200, 1e-6)
    expect.that(
        got.max() < 0.08, f"80 units of pure chance, fitted on 200 rows: r² is {got.round(2).tolist()} and should be near 0"
    )


@case("memory", "states that never move have no memory", side=True)
def never_moves(memory):
    u = np.random.default_rng(9).uniform(-1, 1, size=100)
    got = curve_of(memory, np.full((100, 3), 0.5), u, 2, 50, 1.0)
    expect.that(np.all(np.abs(got) < 1e-6), f"states that are always 0.5: r² is {got.tolist()}")


@case("memory", "states and inputs stay as they were", side=True)
def memory_house(memory):
    rng = np.random.default_rng(10)
    u = rng.uniform(-1, 1, size=60)
    X = belt(u, 3)
    expect.pure(lambda X, u: memory(X, u, 3, 30, 1e-3), X, u, names=("X", "u"))
    expect.that(len(expect.array(memory(X, u, 0, 30, 1e-3), what="`memory`")) == 0, "longest = 0 should give an empty array")
    whole = rng.integers(-3, 4, size=60)
    got = curve_of(memory, belt(whole, 3).astype(int), whole, 1, 30, 1e-3)
    expect.that(got[0] > 0.99, f"whole numbers, a belt of 3 cells, delay 1: r² is {got[0]:.3f}")


# ------------------------------------------------------------------------------------------- oracle
HORIZONS = (1, 2, 4, 8, 16, 32)
LENGTH, HISTORIES, HISTORY = 3000, 60, 200


def mackey_glass(rng, count, delay, power, every, runs, step=0.1, burn=3000):
    """Runs of a Mackey-Glass system from different starts: (runs, count), read off every `every` steps of the integrator."""
    lag = round(delay / step)
    ring = np.clip(
        0.5 + rng.random((runs, 1)) + 0.1 * np.sqrt(step) * np.cumsum(rng.normal(size=(runs, lag + 1)), axis=1), 0.2, 1.6
    )
    x, at, out = ring[:, -1].copy(), 0, np.empty((runs, count))
    for t in range(burn + count * every):
        old = ring[:, at].copy()
        ring[:, at] = x
        at = (at + 1) % (lag + 1)
        x = x + step * (0.2 * old / (1 + old**power) - 0.1 * x)
        if t >= burn and (t - burn) % every == 0:
            out[:, (t - burn) // every] = x
    return out


def new_series(rng):
    """One source, drawn anew.

    Parameters
    ----------
    rng : np.random.Generator
        The source of all chance.

    Returns
    -------
    series (3000,), histories (60, 200), truth (60, 32), spread
        The first two with noise; the truth without. `spread` is the series' standard deviation in its unit.
    """
    delay, power, every = rng.uniform(17, 25), rng.uniform(9, 11), int(rng.integers(20, 31))
    long = mackey_glass(rng, LENGTH, delay, power, every, 1)[0]
    short = mackey_glass(rng, HISTORY + max(HORIZONS), delay, power, every, HISTORIES)
    bend, unit, zero = rng.uniform(0.2, 1) * rng.choice([-1, 1]), 10 ** rng.uniform(-1, 1), 3 * rng.normal()
    centre, spread = long.mean(), long.std()

    def bent(x):
        return np.sinh(bend * (x - centre) / spread) / bend

    middle, width = bent(long).mean(), bent(long).std()
    long, short = ((bent(x) - middle) / width for x in (long, short))
    series = long + 0.03 * rng.normal(size=LENGTH)
    histories = short[:, :HISTORY] + 0.03 * rng.normal(size=(HISTORIES, HISTORY))
    return zero + unit * series, zero + unit * histories, zero + unit * short[:, HISTORY:], unit


def error_of(said, truth, spread):
    """The mean over the horizons of the root of the mean square, in units of the spread; an error counts as 3 at most."""
    off = np.minimum(np.abs(np.nan_to_num(said - truth, nan=np.inf)) / spread, 3)
    return float(np.mean([np.sqrt(np.mean(off[:, h - 1] ** 2)) for h in HORIZONS]))


def mean_error(entry, rng, sources):
    """The mean error over new sources."""
    drawn = [new_series(rng) for _ in range(sources)]
    rounds = [entry.train(series) for series, *_ in drawn]
    errors = []
    for round, (_, histories, truth, spread) in zip(rounds, drawn, strict=True):
        said = expect.array(round.forecast(histories, truth.shape[1]), shape=truth.shape, what="`forecast`")
        errors.append(error_of(said, truth, spread))
    return float(np.mean(errors))


@studio(
    "oracle",
    train="train",
    users=("forecast",),
    budget=300,
    metric="mean error of 1 to 32 steps ahead, in standard deviations",
    baseline=0.46,
    bands=(0.25, 0.12, 0.07),
    honour=0.045,
    higher=False,
    typed=0.46,
    seconds=120,
)
def public(entry, rng):
    """Two new sources."""
    return mean_error(entry, rng, 2)


@case("oracle", "forecasts have the histories' shape and unit, for any number of histories and steps")
def any_size(entry):
    series, histories, _, spread = new_series(np.random.default_rng(11))
    round = entry.train(series)
    for count, steps in ((1, 1), (3, 40), (60, 32)):
        said = expect.array(round.forecast(histories[:count], steps), shape=(count, steps), finite=True, what="`forecast`")
        first = np.sqrt(np.mean((said[:, 0] - histories[:count, -1]) ** 2)) / spread
        expect.that(first < 2, f"{count} histories: the first forecast lies {first:.1f} standard deviations from the last value")
