"""The pictures and explorers of week 15."""

import functools

import numpy as np

from autograder import datasets
from autograder.explore import BLUE, GREEN, GREY, INK, ORANGE, SKY, explorer, figure, picture


def new_series(rng):
    """A new source of the studio's kind: series (3000,), histories (60, 200), and the truth that follows (60, 32)."""
    import checks  # travels with the week

    return checks.new_series(rng)[:3]


def drawn(size, radius, rng, density=0.2):
    """A reservoir matrix for the pictures."""
    W = np.where(rng.random((size, size)) < density, rng.normal(size=(size, size)), 0.0)
    return W * radius / np.abs(np.linalg.eigvals(W)).max()


# ------------------------------------------------------------------------------------------- first picture
@picture
def pulse():
    """Three panels: eight units of a reservoir after one pulse at step 0. With small weights all lines are back at zero
    after five steps. With middling ones they swing for some thirty steps, each in its own way, and die out. With large ones they
    swing for ever, as wildly at the end as at the beginning.
    """
    fig, axes = figure(11, 3.2, columns=3, sharey=True)
    rng = np.random.default_rng(3)
    W, W_in = drawn(200, 1.0, rng), rng.normal(size=200)
    for ax, radius, title in zip(axes, (0.4, 0.95, 1.8), ("small weights", "middling weights", "large weights"), strict=True):
        x, states = np.zeros(200), []
        for t in range(60):
            x = np.tanh(radius * (x @ W) + (W_in if t == 5 else 0) * 0.7)
            states.append(x)
        states = np.array(states)
        for k in range(8):
            ax.plot(np.arange(-5, 55), states[:, k], color=(BLUE, ORANGE, GREEN, SKY)[k % 4], lw=1, ls="-" if k < 4 else "--")
        ax.axvline(0, color=GREY, lw=1, ls=":")
        ax.set(title=title, xlabel="step after the pulse", ylim=(-1.05, 1.05), xlim=(-5, 54))
    axes[0].set_ylabel("units")
    return fig


# ------------------------------------------------------------------------------------------- spectral radius
NORMAL = np.array([[0.9, 0.0], [0.0, 0.6]])
OTHER = np.array([[0.9, 0.0], [2.5, 0.6]])


def lengths(W, steps=41):
    """The length of a vector after 0 … steps - 1 steps through W."""
    x, out = np.array([0.0, 1.0]), []
    for _ in range(steps):
        out.append(np.linalg.norm(x))
        x = x @ W
    return np.array(out)


def transient():
    """It first grows to more than four times its length, and only later falls by 0.9 a step."""
    return np.arange(41), lengths(OTHER)


@picture
def normal_or_not():
    """The length of a vector over 40 steps, for two matrices with the same eigenvalues 0.9 and 0.6. With the symmetric one
    it falls from the start. With the other one it rises to more than four times its length, and then falls equally fast.
    """
    fig, ax = figure(8.4, 3.3)
    symmetric = [np.linalg.norm(np.array([1.0, 0.0]) @ np.linalg.matrix_power(NORMAL, t)) for t in range(41)]
    ax.plot(symmetric, "o-", color=BLUE, ms=3, label="symmetric")
    ax.plot(lengths(OTHER), "s-", color=ORANGE, ms=3, label="not symmetric")
    ax.axhline(1, color=GREY, lw=1, ls=":")
    ax.set(xlabel="step", ylabel="length of the vector", title="both matrices have the spectral radius 0.9", ylim=(0, 5))
    ax.legend()
    return fig


@explorer(radius=(0.2, 2.0, 1.2, 0.1), loud=(0.0, 3.0, 1.5, 0.25), labels={"loud": "loudness of the input"})
def forgets(make_reservoir, fading, radius, loud):
    """Left, the distance of two copies of one reservoir that start in different states and hear the same input, on a
    logarithmic axis. Right, the exponent of your function for all radii at this loudness, with the chosen radius marked.
    Where it is below zero, the distance falls.
    """
    rng = np.random.default_rng(5)
    W = np.asarray(make_reservoir(40, 1.0, 0.3, rng), float)
    W_in, U = rng.normal(size=(1, 40)), rng.uniform(-1, 1, size=(400, 1)) * loud
    fig, (ax, right) = figure(10, 3.3, columns=2)
    x, y, apart = np.zeros(40), 0.5 * rng.normal(size=40), []
    for u in U[:150]:
        apart.append(np.linalg.norm(x - y))
        x, y = (np.tanh(u @ W_in + radius * (z @ W)) for z in (x, y))
    ax.semilogy(np.maximum(apart, 1e-16), color=BLUE)
    ax.set(ylim=(1e-16, 30), xlabel="step", ylabel="distance of the two copies", title=f"radius {radius:g}, loudness {loud:g}")
    radii = np.arange(0.2, 2.01, 0.3)
    values = [float(fading((W_in, r * W, np.zeros(40)), U, 1.0)) for r in radii]
    here = float(fading((W_in, radius * W, np.zeros(40)), U, 1.0))
    right.plot(radii, values, "o-", color=GREY, ms=3, lw=1)
    right.plot(radius, here, "D", color=ORANGE, ms=8, mec=INK)
    right.axhline(0, color=INK, lw=0.8)
    right.set(xlabel="spectral radius", ylabel="Lyapunov exponent", ylim=(-2.6, 1.0), title=f"exponent {here:+.2f}")
    return fig


# ------------------------------------------------------------------------------------------- read-out
def where_the_spike_is():
    """100: as many units as rows. The fit then goes through all points in the only possible way, and that way is wild."""
    return "100"


@functools.cache
def spike_errors():
    """Errors on new rows of read-outs with hardly any penalty and with 1, fitted on 100 rows, by the number of units."""
    rng = np.random.default_rng(2)
    sizes = np.array([5, 10, 20, 40, 60, 80, 90, 100, 110, 130, 160, 200, 300, 400])
    errors = np.zeros((2, len(sizes)))
    for _ in range(8):
        u = rng.uniform(-1, 1, size=(1500, 1))
        W, W_in = drawn(400, 0.9, rng), rng.normal(size=(1, 400))
        x, X = np.zeros(400), []
        for v in u:
            x = np.tanh(v @ W_in + x @ W)
            X.append(x)
        X, y = np.array(X)[10:], u[5:-5, 0] * u[8:-2, 0] + 0.2 * rng.normal(size=len(u) - 10)
        for k, size in enumerate(sizes):
            fitted, new = X[:100, :size], X[100:, :size]
            for j, penalty in enumerate((1e-10, 1.0)):
                w = fitted.T @ np.linalg.solve(fitted @ fitted.T + penalty * np.eye(100), y[:100])
                errors[j, k] += np.mean((new @ w - y[100:]) ** 2) / 8
    return sizes, errors


@picture
def spike():
    """The error of a read-out on new rows against the number of units, both axes logarithmic; it was fitted on 100 rows.
    With hardly any penalty the error has a sharp peak at 100 units and falls again beyond it. With penalty 1 there is no peak.
    """
    sizes, errors = spike_errors()
    fig, ax = figure(8.4, 3.4)
    ax.loglog(sizes, errors[0], "o-", color=ORANGE, ms=4, label="hardly any penalty")
    ax.loglog(sizes, errors[1], "s-", color=BLUE, ms=4, label="penalty 1")
    ax.axvline(100, color=GREY, lw=1, ls=":")
    ax.annotate("as many units as rows", (100, errors[0].max()), xytext=(6, -2), textcoords="offset points", color=GREY, va="top")
    ax.set(xlabel="units", ylabel="error on new rows", xticks=(5, 10, 20, 50, 100, 200, 400), title="100 rows, 5 to 400 units")
    ax.set_xticklabels(("5", "10", "20", "50", "100", "200", "400"))
    ax.minorticks_off()
    ax.legend(loc="upper left")
    return fig


# ------------------------------------------------------------------------------------------- memory
def louder():
    """It shrinks: loud inputs drive the units to the bent ends of tanh, and the read-out is straight."""
    return "it shrinks"


@explorer(radius=(0.2, 1.4, 0.9, 0.1), loud=[0.1, 0.5, 1.0, 3.0], labels={"loud": "loudness of the input"})
def memory_curve(make_reservoir, run_reservoir, memory, radius, loud, quick):
    """Your r² for the input of 1 to 60 steps ago, of a reservoir with 50 units. It is near 1 for short delays and falls
    to 0. The title gives the sum, the memory capacity, which is at most 50.
    """
    rng = np.random.default_rng(6)
    W = np.asarray(make_reservoir(50, radius, 0.5, rng), float)
    steps, longest = (500, 40) if quick else (1500, 60)
    u = rng.uniform(-1, 1, size=steps)
    X = np.asarray(run_reservoir((loud * rng.normal(size=(1, 50)), W, np.zeros(50)), u[None, :, None], 1.0), float)[0]
    curve = np.asarray(memory(X, u, longest, steps // 2, 1e-8), float)
    fig, ax = figure(8.4, 3.2)
    ax.bar(np.arange(1, longest + 1), curve, color=BLUE, width=0.8)
    ax.set(
        xlim=(0, 61),
        ylim=(0, 1.02),
        xlabel="delay (steps)",
        ylabel="r² on new rows",
        title=f"memory capacity {curve.sum():.1f} of 50",
    )
    return fig


# ------------------------------------------------------------------------------------------- free run
@functools.cache
def two_runs():
    """One Mackey-Glass series, standardised."""
    import checks

    x = checks.mackey_glass(np.random.default_rng(4), 2400, 17.0, 10.0, 10, 1)[0]
    return (x - x.mean()) / x.std()


@explorer(units=[20, 50, 100, 200], exponent=(-8, 2, -4), labels={"exponent": "log10 of the penalty"})
def free(make_reservoir, run_reservoir, read_out, free_run, units, exponent, quick):
    """A Mackey-Glass series and your free run from the dashed line on. Both agree for a while and then part. The title says
    after how many steps the error passes 0.4.
    """
    rng = np.random.default_rng(1)
    z, cut = two_runs(), 1500 if quick else 2000
    parameters = (
        0.5 * rng.normal(size=(1, units)),
        np.asarray(make_reservoir(units, 1.1, 0.2, rng), float),
        0.3 * rng.normal(size=units),
    )
    X = np.asarray(run_reservoir(parameters, z[None, : cut - 1, None], 0.4), float)[0]
    W, b = (np.asarray(part, float) for part in read_out(X[100:], z[101:cut, None], 10.0**exponent))
    ahead = np.asarray(free_run(parameters, (W, b), 0.4, z[None, cut - 300 : cut, None], 300), float)[0, :, 0]
    truth = z[cut : cut + 300]
    wrong = np.flatnonzero(np.abs(ahead - truth) > 0.4)
    valid = int(wrong[0]) if len(wrong) else 300
    fig, ax = figure(10, 3.2)
    ax.plot(np.arange(-100, 300), z[cut - 100 : cut + 300], color=GREY, lw=1.6, label="truth")
    ax.plot(np.arange(300), np.clip(ahead, -4, 4), color=ORANGE, lw=1.2, label="free run")
    ax.axvline(0, color=INK, lw=1, ls="--")
    ax.axvline(valid, color=BLUE, lw=1, ls=":")
    ax.set(
        xlim=(-100, 300),
        ylim=(-4, 4),
        xlabel="step",
        ylabel="series",
        title=f"{units} units: the forecast is valid for {valid} steps",
    )
    ax.legend(loc="lower left", ncols=2)
    return fig


# ------------------------------------------------------------------------------------------- looked at
def standing(name):
    """A measured series, standardised by its first two thirds, and the place where they end."""
    data = datasets.load("series", split=name)
    x = np.asarray(data.value[0], float)
    cut = 2 * len(x) // 3
    return (x - x[:cut].mean()) / x[:cut].std(), cut


@explorer(series=["sunspots", "elnino"], units=[10, 30, 100], exponent=(-3, 3, 1), labels={"exponent": "log10 of penalty"})
def real_series(make_reservoir, run_reservoir, read_out, free_run, series, units, exponent):
    """Left, a measured series and, dashed, where the part begins that was not fitted. Right, the error on this part by how many
    steps ahead was forecast: your reservoir's free run, and persistence. The reservoir lies below persistence for most of a
    cycle; when the cycle has come round, persistence is as good or better.
    """
    z, cut = standing(series)
    rng = np.random.default_rng(1)
    W = np.asarray(make_reservoir(units, 0.9, min(1.0, 10 / units), rng), float)
    parameters = (0.3 * rng.normal(size=(1, units)), W, 0.3 * rng.normal(size=units))
    X = np.asarray(run_reservoir(parameters, z[None, : cut - 1, None], 0.7), float)[0]
    weights, bias = (np.asarray(part, float) for part in read_out(X[30:], z[31:cut, None], 10.0**exponent))
    starts = np.arange(cut, len(z) - 12, 2)
    histories = np.array([z[s - 60 : s] for s in starts])[:, :, None]
    ahead = np.asarray(free_run(parameters, (weights, bias), 0.7, histories, 12), float)[:, :, 0]
    truth = np.array([z[s : s + 12] for s in starts])
    mine = np.sqrt(np.mean(np.minimum(np.abs(ahead - truth), 5) ** 2, axis=0))
    stays = np.sqrt(np.mean((histories[:, -1] - truth) ** 2, axis=0))
    fig, (ax, right) = figure(11, 3.2, columns=2)
    ax.plot(z, color=BLUE, lw=0.9)
    ax.axvline(cut, color=INK, lw=1, ls="--")
    ax.set(xlabel="year" if series == "sunspots" else "month", ylabel="standardised", title=series, ylim=(-3, 5))
    right.plot(np.arange(1, 13), mine, "o-", color=ORANGE, ms=4, label="reservoir")
    right.plot(np.arange(1, 13), stays, "s--", color=GREY, ms=4, label="persistence")
    right.axhline(1, color=INK, lw=0.8, ls=":")
    right.set(xlabel="steps ahead", ylabel="error", ylim=(0, 2.6), title=f"12 steps: {mine[-1]:.2f} against {stays[-1]:.2f}")
    right.legend(loc="lower right")
    return fig


# ------------------------------------------------------------------------------------------- four forecasters, equal work
HEARD, AHEAD = 60, 12  # steps that a forecaster hears before a free run, and the steps of the run
MILLION = 1_000_000


def stretches(name, choosing=False):
    """What a forecaster learns from (T,), and the histories (S, 60) and truths (S, 12) by which it is judged.

    While the settings are chosen the last third is out of sight: the first half is learnt from, and what lies between judges.
    """
    z, cut = standing(name)
    if choosing:
        z, cut = z[:cut], 3 * cut // 4
    starts = np.arange(cut, len(z) - AHEAD, 2)
    return z[:cut], np.array([z[s - HEARD : s] for s in starts]), np.array([z[s : s + AHEAD] for s in starts])


def reservoir_work(units, learnt, runs):
    """Multiply-adds of a reservoir: driving it, its normal equations, and the free runs."""
    return learnt * (2 * units**2 + 2 * units) + units**3 // 3 + runs * (HEARD + AHEAD) * (units**2 + 2 * units)


def net_work(units, updates, rows, runs):
    """Of a recurrent net: a step back costs two steps forward, for states and for weights. Pieces have 40 steps."""
    return (3 * updates * rows * 40 + runs * (HEARD + AHEAD)) * (units**2 + 2 * units)


def window_work(values, products, learnt, runs):
    """Of a ridge regression on a window: products, normal equations, and the free runs."""
    pairs = values * (values + 1) // 2 if products else 0
    terms = values + pairs
    return learnt * (pairs + terms**2 + terms) + terms**3 // 3 + runs * AHEAD * (pairs + terms)


def by_reservoir(functions, z, histories, seed, units, radius, leak, loud, penalty):
    """Forecasts (S, 12) of a reservoir of the learner's own functions."""
    make_reservoir, run_reservoir, read_out, free_run = functions
    rng = np.random.default_rng(seed)
    W = np.asarray(make_reservoir(units, radius, min(1.0, 10 / units), rng), float)
    parameters = (loud * rng.normal(size=(1, units)), W, 0.3 * rng.normal(size=units))
    X = np.asarray(run_reservoir(parameters, z[None, :-1, None], leak), float)[0]
    reader = tuple(np.asarray(part, float) for part in read_out(X[30:], z[31:, None], penalty))
    return np.asarray(free_run(parameters, reader, leak, histories[:, :, None], AHEAD), float)[:, :, 0]


def by_net(pieces, z, histories, seed, units, updates, rows, rate, decay):
    """Forecasts (S, 12) of week 14's recurrent net, trained by Adam on pieces of 40 steps."""
    rnn_forward, rnn_backward, adam = pieces
    rng = np.random.default_rng(seed)
    turn = np.linalg.qr(rng.normal(size=(units, units)))[0]
    reader = 0.5 * units**-0.5 * rng.normal(size=(units, 1))
    nest, memory = [(0.5 * rng.normal(size=(1, units)), 0.9 * turn), (reader, np.zeros(units)), (np.zeros(1), np.zeros(1))], None
    for k in range(updates):
        starts = rng.integers(0, len(z) - 40, size=rows)
        piece = z[starts[:, None] + np.arange(41)][:, :, None]
        (W_x, W_h), (V, b), (c, _) = nest
        states, cache = rnn_forward((W_x, W_h, b), piece[:, :-1])
        wrong = states @ V + c - piece[:, 1:]
        wrong[:, :10] = 0  # a net that has heard nothing yet is not blamed
        wrong *= 2 / (30 * rows)
        (d_W_x, d_W_h, d_b), *_ = rnn_backward((W_x, W_h, b), cache, wrong @ V.T)
        slopes = [(d_W_x, d_W_h), (np.tensordot(states, wrong, ((0, 1), (0, 1))), d_b), (wrong.sum(axis=(0, 1)), np.zeros(1))]
        now = rate * min(1, (k + 1) / 10) * (0.5 + 0.5 * np.cos(np.pi * k / updates))
        nest, memory = adam(nest, slopes, memory, now, decay)
    (W_x, W_h), (V, b), (c, _) = nest
    state, ahead = rnn_forward((W_x, W_h, b), histories[:, :, None])[0][:, -1], []
    for _ in range(AHEAD):
        ahead.append(state @ V + c)
        state = rnn_forward((W_x, W_h, b), ahead[-1][:, None], state)[0][:, -1]
    return np.concatenate(ahead, axis=1)


def terms_of(windows, products):
    """The values (S, k) of windows and, if asked for, all products of two of them."""
    one, other = np.triu_indices(windows.shape[1])
    return np.concatenate([windows, windows[:, one] * windows[:, other]], axis=1) if products else windows


def by_window(read_out, z, histories, values, every, products, penalty):
    """Forecasts (S, 12) from a window of old values, by the learner's own read-out."""
    back = 1 + every * np.arange(values)
    old = np.array([z[t - back] for t in range(back[-1], len(z))])
    W, b = (np.asarray(part, float) for part in read_out(terms_of(old, products), z[back[-1] :, None], penalty))
    heard = histories
    for _ in range(AHEAD):
        heard = np.concatenate([heard, np.clip(terms_of(heard[:, -back], products) @ W + b, -10, 10)], axis=1)
    return heard[:, HEARD:]


def errors_of(ahead, truth):
    """The root of the mean square at each step ahead (12,); one error counts as 5 at most."""
    return np.sqrt(np.mean(np.minimum(np.abs(ahead - truth), 5) ** 2, axis=0))


# The settings of each forecaster for a budget in millions of multiply-adds: of all that stay within it, those with the smallest
# error on a part that was set aside from the first two thirds. `python -m bench.forecasters` chose them.
CHOSEN = {
    ("sunspots", 3): {
        "reservoir": (16, 0.9, 0.3, 0.8, 0.01),
        "net": (4, 253, 4, 0.03, 0.0),
        "products": (3, 1, True, 0.01),
        "line": (20, 1, False, 10.0),
    },
    ("sunspots", 30): {
        "reservoir": (50, 0.9, 0.7, 0.8, 10.0),
        "net": (4, 300, 4, 0.03, 0.0),
        "products": (16, 1, True, 100.0),
        "line": (20, 1, False, 10.0),
    },
    ("elnino", 3): {
        "reservoir": (16, 1.1, 0.7, 0.3, 0.01),
        "net": (4, 243, 4, 0.1, 0.0),
        "products": (8, 3, True, 1.0),
        "line": (24, 2, False, 0.01),
    },
    ("elnino", 30): {
        "reservoir": (50, 1.1, 0.7, 0.1, 0.1),
        "net": (12, 300, 4, 0.03, 1.0),
        "products": (12, 2, True, 0.1),
        "line": (24, 2, False, 0.01),
    },
}
WAYS = {
    "window, products": ("products", GREEN, "^"),
    "window, straight line": ("line", INK, "D"),
    "reservoir": ("reservoir", ORANGE, "o"),
    "recurrent net": ("net", BLUE, "s"),
}


@functools.lru_cache(maxsize=64)
def errors_of_net(pieces, series, million, seed):
    """Its training takes the longest, and it is the same whatever the learner's reservoir does."""
    z, histories, truth = stretches(series)
    return errors_of(by_net(pieces, z, histories, seed, *CHOSEN[series, million]["net"]), truth)


@explorer(series=["sunspots", "elnino"], million=[3, 30], labels={"million": "million multiply-adds each"})
def equal_work(make_reservoir, run_reservoir, read_out, free_run, rnn_forward, rnn_backward, adam, series, million, quick):
    """Left, the error by how many steps ahead was forecast, for four forecasters with equally many multiply-adds, and for
    persistence. Right, each one's mean error over the twelve steps, a mark for each of five seeds; the windows have no seed.
    The title names the best one.
    """
    z, histories, truth = stretches(series)
    told, seeds = CHOSEN[series, million], range(1 if quick else 5)
    functions, pieces = (make_reservoir, run_reservoir, read_out, free_run), (rnn_forward, rnn_backward, adam)
    errors = {
        "products": [errors_of(by_window(read_out, z, histories, *told["products"]), truth)],
        "line": [errors_of(by_window(read_out, z, histories, *told["line"]), truth)],
        "reservoir": [errors_of(by_reservoir(functions, z, histories, seed, *told["reservoir"]), truth) for seed in seeds],
        "net": [errors_of_net(pieces, series, million, seed) for seed in seeds],
    }
    stays = errors_of(np.repeat(histories[:, -1:], AHEAD, axis=1), truth)
    fig, (ax, right) = figure(11, 3.6, columns=2)
    ax.plot(np.arange(1, AHEAD + 1), stays, ":", color=GREY, lw=2, label="persistence")
    right.axvline(stays.mean(), color=GREY, lw=2, ls=":")
    right.annotate("persistence", (stays.mean(), 3.5), xytext=(5, 0), textcoords="offset points", va="top", color=GREY)
    for row, (label, (way, colour, mark)) in enumerate(WAYS.items()):
        ax.plot(np.arange(1, AHEAD + 1), np.mean(errors[way], axis=0), mark + "-", color=colour, ms=4.5, lw=1.2, label=label)
        means = np.mean(errors[way], axis=1)
        right.plot(means, np.full(len(means), row), mark, color=colour, ms=7, alpha=0.8, mew=0)
        right.annotate(
            f"{means.mean():.2f}", (means.max(), row), xytext=(9, 0), textcoords="offset points", va="center", color=INK
        )
    best = min(WAYS, key=lambda label: np.mean(errors[WAYS[label][0]]))
    ax.set(
        xlabel="steps ahead",
        ylabel="error",
        ylim=(0, 3.6),
        xlim=(0.5, AHEAD + 0.5),
        title=f"{series}: at most {million} million multiply-adds each",
    )
    ax.legend(loc="upper left", ncols=2)
    right.set(
        xlabel="mean error over 12 steps", xlim=(0.3, 2.0), ylim=(-0.6, 3.6), title=f"the best one: {best}", yticks=range(4)
    )
    right.set_yticklabels(WAYS)
    return fig
