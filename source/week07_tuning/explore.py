"""The pictures and explorers of week 7."""

import functools
import itertools

import numpy as np

from autograder.explore import BLUE, GREEN, GREY, INK, ORANGE, explorer, figure, picture


@functools.cache
def made_up():
    """The studio's made-up trainings, as the checks have them: (Surface, SPACE, noise)."""
    import checks

    return checks.Surface, checks.SPACE, checks.NOISE


# ------------------------------------------------------------------------------------------- grid or random
def bump(x):
    """A score that depends on one knob only."""
    return 0.55 + 0.4 * np.exp(-(((x - 0.37) / 0.09) ** 2))


def two_searches(seed=3):
    """25 places of a grid and 25 random ones, in the unit square."""
    row = (np.arange(5) + 0.5) / 5
    return np.array(np.meshgrid(row, row)).reshape(2, -1).T, np.random.default_rng(seed).random((25, 2))


def nearer():
    """The random one's. A grid of five by five has only five values of the knob that matters: in the mean it misses the
    optimum by a twentieth of the range, and 25 random values miss it by about a fiftieth.
    """
    return "the random one's"


@picture
def grid_or_random():
    """Two searches with 25 trials over two knobs, of which one matters. The grid has tried five values of it, and none of
    them comes near to the top of the bump. The random points have tried 25 values, and some of them stand on the top.
    """
    fig, axes = figure(9.5, 4.6, rows=2, columns=2, height_ratios=(1, 2.2), sharex=True)
    fine = np.linspace(0, 1, 300)
    for top, ax, places, title in zip(axes[0], axes[1], two_searches(), ("a grid", "at random"), strict=True):
        best = bump(places[:, 0]).max()
        top.plot(fine, bump(fine), color=GREY)
        top.plot(places[:, 0], bump(places[:, 0]), "o", color=BLUE, ms=4)
        top.set(ylim=(0.5, 1.0), title=f"{title}: the best of 25 has {best:.2f}")
        ax.plot(*places.T, "o", color=BLUE, ms=6)
        ax.plot(places[:, 0], np.full(25, -0.04), "|", color=ORANGE, ms=12, mew=1.6, clip_on=False)
        ax.set(xlim=(0, 1), ylim=(-0.08, 1.02), xlabel="the knob that matters")
    axes[0][0].set_ylabel("score")
    axes[1][0].set_ylabel("the other knob")
    return fig


# ------------------------------------------------------------------------------------------- the best of n
@functools.cache
def random_trials(count, noise, seed=11):
    """Scores of random trials of one made-up training, and the true score of its best setting."""
    Surface, space, _ = made_up()
    rng = np.random.default_rng(seed)
    surface = Surface(rng)
    settings = [
        dict(zip(space, map(float, row), strict=True))
        for row in np.array([even_on_the_scale(rng, *ends, count) for ends in space.values()]).T
    ]
    scores = np.array([surface.score(one) for one in settings])
    return scores + noise * rng.standard_normal(count), surface.top


def even_on_the_scale(rng, low, high, scale, count):
    """Draws for pictures that come before the learner's own."""
    import checks

    marks = checks.ruler(low, high, scale)
    return np.interp(rng.random(count), np.linspace(0, 1, len(marks)), marks)


def with_putting_back(scores):
    """The expected best when one trial may be drawn twice."""
    ranked, N = np.sort(scores), len(scores)
    return np.array([np.diff((np.arange(N + 1) / N) ** n) @ ranked for n in range(1, N + 1)])


def expected_best():
    """Steep, then flat: one trial brings 0.38 in the mean, five bring 0.64, ten 0.70, thirty 0.76. It never stops rising."""
    scores, _ = random_trials(120, 0.0)
    n = np.arange(1, 61)
    return n, with_putting_back(scores)[:60]


@explorer(trials=(5, 120, 120, 5), noise=(0.0, 0.15, 0.0, 0.01))
def curve(best_of, trials, noise):
    """The expected best score against the number of trials rises steeply, then flattens. The curve with putting back lies
    below it, most at the right end. With much noise both climb above the true score of the best setting.
    """
    scores, top = random_trials(120, noise)
    scores = scores[:trials]
    n = np.arange(1, trials + 1)
    hers = np.asarray(best_of(scores.copy()), float)
    fig, ax = figure(8.4, 3.7)
    ax.plot(n, with_putting_back(scores), color=ORANGE, lw=1.4, ls=(0, (4, 2)), label="with putting back")
    ax.plot(n, hers, color=BLUE, lw=2.2, label="different trials: yours")
    ax.plot(np.full(trials, 0.0), scores, "_", color=GREY, ms=9, alpha=0.6)
    ax.axhline(top, color=INK, ls="--", lw=1)
    ax.annotate(
        "true score of the best setting", (119, top), xytext=(0, 4), textcoords="offset points", ha="right", color=INK, fontsize=9
    )
    last = f"{hers[-1]:.3f}" if hers.shape == (trials,) else "no curve"
    ax.set(
        xlim=(-2, 121),
        ylim=(0, 1.25),
        xlabel="trials",
        ylabel="expected best score",
        title=f"the best of {trials} trials: {last}, and no setting is truly better than {top:.3f}",
    )
    ax.legend(loc="lower right", frameon=False)
    return fig


# ------------------------------------------------------------------------------------------- parallel coordinates
def parallel(ax, places, scores, space, thick, extra=()):
    """Lines through the knobs' axes, coloured by score; `thick` are the ones that stand out."""
    knobs = list(space)
    x = np.arange(len(knobs) + 1)
    shade = np.clip((scores - 0.1) / 0.9, 0, 1)
    for k in np.argsort(scores):
        heights = [*places[k], scores[k]]
        strong = k in thick
        ax.plot(
            x,
            heights,
            color=BLUE if strong else GREY,
            lw=2.4 if strong else 0.8,
            alpha=0.95 if strong else 0.25 + 0.5 * shade[k],
            marker="o",
            ms=4 if strong else 2,
            zorder=3 if strong else 2,
        )
    for heights, style, colour in extra:
        ax.plot(x, heights, ls=style, color=colour, lw=2, zorder=4)
    for at, name in enumerate(knobs):
        low, high, _ = space[name]
        ax.axvline(at, color=INK, lw=0.8, zorder=1)
        ax.annotate(f"{low:g}", (at, -0.03), ha="center", va="top", fontsize=9)
        ax.annotate(f"{high:g}", (at, 1.03), ha="center", va="bottom", fontsize=9)
        ax.annotate(name, (at, -0.13), ha="center", va="top", weight="bold")
    ax.axvline(x[-1], color=INK, lw=0.8)
    for mark in (0, 0.5, 1):
        ax.annotate(f"{mark:g}", (x[-1] + 0.05, mark), va="center", fontsize=9)
    ax.annotate("score", (x[-1], -0.13), ha="center", va="top", weight="bold")
    ax.set(xlim=(-0.25, x[-1] + 0.25), ylim=(-0.22, 1.12))
    ax.axis("off")


@explorer(training=(1, 12, 1), trials=(5, 60, 25, 5), scales=["each knob's own", "all linear"])
def night(draw, place, training, trials, scales):
    """Parallel coordinates of a night of random trials: an upright axis for each knob and one for the score, a line for
    each trial, the best five thick. The best lines come together on the knobs that matter and are spread over the others.
    With all scales linear nearly all rates are large.
    """
    Surface, space, noise = made_up()
    rng = np.random.default_rng(100 + training)
    surface = Surface(rng)
    columns = {}
    for name, (low, high, scale) in space.items():
        columns[name] = np.asarray(draw(low, high, "linear" if scales == "all linear" else scale, trials, rng), float)
    scores = np.array(
        [surface.score({name: np.clip(columns[name][k], *space[name][:2]) for name in space}) for k in range(trials)]
    )
    scores = np.clip(scores + noise * rng.standard_normal(trials), 0, 1)
    places = np.array([np.asarray(place(columns[name], *space[name]), float) for name in space]).T
    fig, ax = figure(9.5, 4.2)
    parallel(ax, places, scores, space, set(np.argsort(scores)[-5:]))
    ax.set_title(
        f"training {training}: the best of {trials} trials shows {scores.max():.2f}; the best setting truly has {surface.top:.2f}"
    )
    return fig


@functools.lru_cache(16)
def searched(search, training):
    """Her search on one training: settings tried, scores seen, the choice."""
    Surface, space, _ = made_up()
    rng = np.random.default_rng(500 + training)
    surface, tried, scores = Surface(rng), [], []

    def trial(setting):
        if len(tried) >= 25:
            raise RuntimeError("more than 25 trials were made; that is the budget")
        tried.append(dict(setting))
        scores.append(surface.trial(setting, rng))
        return scores[-1]

    chosen = search(trial, dict(space), 25, np.random.default_rng(training))
    return surface, tried, np.array(scores), chosen


@explorer(training=(0, 9, 0), shown=(1, 25, 25))
def watch(search, place, training, shown):
    """Parallel coordinates of one search, its first trials up to the slider: early lines are spread over all axes, later
    ones gather. A dashed line is the choice, a dotted one the best setting that there is.
    """
    _, space, _ = made_up()
    surface, tried, scores, chosen = searched(search, training)
    places = np.array([[float(place(np.array(one[name]), *space[name])) for name in space] for one in tried])
    shown = min(shown, len(tried))
    picked = [*(float(place(np.array(chosen[name]), *space[name])) for name in space), surface.score(chosen)]
    best = [*surface.centre, surface.top]
    fig, ax = figure(9.5, 4.2)
    parallel(
        ax,
        places[:shown],
        np.clip(scores[:shown], 0, 1),
        space,
        set(np.argsort(scores[:shown])[-3:]),
        ((picked, "--", ORANGE), (best, ":", GREEN)),
    )
    seen = f"training {training}: best of {shown} shows {scores[:shown].max():.2f}"
    ax.set_title(f"{seen}; the choice truly has {picked[-1]:.2f}, the best {surface.top:.2f}")
    return fig


# ------------------------------------------------------------------------------------------- temperature
@functools.cache
def bold_net(count=4000, too_sure=2.4):
    """Logits of a made-up net that is too sure of itself, and labels."""
    rng = np.random.default_rng(21)
    honest = 1.6 * rng.normal(size=(count, 5)) * rng.uniform(0.4, 1.9, (count, 1))
    y = (honest + rng.gumbel(size=honest.shape)).argmax(axis=1)
    return too_sure * honest, y


def probabilities(logits, T):
    """The softmax at a temperature."""
    z = logits / T
    p = np.exp(z - z.max(axis=1, keepdims=True))
    return p / p.sum(axis=1, keepdims=True)


def loss_of(logits, y, T):
    """The mean log-loss at a temperature."""
    z = logits / T
    z = z - z.max(axis=1, keepdims=True)
    return float(np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]))


def mending_temperature():
    """Above 1: the net is too sure, so its logits are too large, and dividing them by more than 1 makes its probabilities
    more alike.
    """
    return "above 1"


@explorer(T=(0.5, 6.0, 1.0, 0.1))
def thermometer(T):
    """Left: how often groups of answers are right, against how sure they were. At T = 1 the marks lie below the diagonal,
    the net is too sure; near T = 2.4 they lie on it. Right: the log-loss against T has its lowest point there. The share
    of right answers is the same at every T.
    """
    logits, y = bold_net()
    p = probabilities(logits, T)
    sure, right = p.max(axis=1), p.argmax(axis=1) == y
    fig, (left, ax) = figure(9.5, 3.7, columns=2)
    left.plot([0, 1], [0, 1], color=GREY, lw=1)
    for part in np.array_split(np.argsort(sure), 10):
        left.plot(sure[part].mean(), right[part].mean(), "o", color=BLUE, ms=6)
    left.set(
        xlim=(0.15, 1.02),
        ylim=(0.15, 1.02),
        xlabel="how sure, in the mean of a tenth of all answers",
        ylabel="share right",
        title=f"says {sure.mean():.0%}, is right in {right.mean():.0%}",
    )
    grid = np.linspace(0.5, 6, 80)
    ax.plot(grid, [loss_of(logits, y, t) for t in grid], color=GREY)
    ax.plot(T, loss_of(logits, y, T), "o", color=ORANGE, ms=8)
    ax.set(
        xlim=(0.4, 6.1),
        ylim=(0.4, 1.6),
        xlabel="temperature T",
        ylabel="log-loss (nats)",
        title=f"at T = {T:.1f} the loss is {loss_of(logits, y, T):.3f}",
    )
    return fig


def mended(calibrate):
    """What the learner's factor does for the made-up net, on examples that did not choose it, in words."""
    logits, y = bold_net()
    w = float(calibrate(logits[:2000].copy(), y[:2000].copy()))
    before, after = (loss_of(logits[2000:], y[2000:], T) for T in (1, 1 / max(w, 1e-9)))
    found = f"w = {w:.3f}, so T = {1 / max(w, 1e-9):.2f}"
    return f"{found}. On 2,000 other examples the loss goes from {before:.3f} to {after:.3f} nats."


# ------------------------------------------------------------------------------------------- batch norm
def spreads(start, normed, layers=12, width=100):
    """The spread of the activations after each layer of a ReLU net whose weights are `start` times too large."""
    rng = np.random.default_rng(5)
    A, found = rng.normal(size=(200, width)), []
    for _ in range(layers):
        scores = A @ rng.normal(scale=start * np.sqrt(2 / width), size=(width, width))
        if normed:
            scores = (scores - scores.mean(axis=0)) / np.sqrt(scores.var(axis=0) + 1e-5)
        A = np.maximum(scores, 0)
        found.append(np.sqrt(np.mean(A**2)))
    return np.array(found)


@explorer(start=(0.3, 2.5, 1.5, 0.1))
def depth(start):
    """The size of the activations by layer, on a logarithmic axis. Without batch norm it grows or shrinks by the same
    factor at each layer, unless the start is exactly right; with batch norm the line is flat for every start.
    """
    fig, ax = figure(8.4, 3.5)
    layers = np.arange(1, 13)
    plain, normed = spreads(start, False), spreads(start, True)
    ax.semilogy(layers, plain, "o-", color=ORANGE)
    ax.semilogy(layers, normed, "s-", color=BLUE)
    ax.annotate(
        "without", (12, np.clip(plain[-1], 2e-6, 5e5)), xytext=(6, 0), textcoords="offset points", color=ORANGE, va="center"
    )
    ax.annotate("with batch norm", (12, normed[-1]), xytext=(6, -10), textcoords="offset points", color=BLUE, va="center")
    ax.set(
        xlim=(0.5, 14.3),
        ylim=(1e-6, 1e6),
        xlabel="layer",
        ylabel="size of the activations",
        title=f"weights {start:.1f} times the right start: after 12 layers {plain[-1]:.3g}, with batch norm {normed[-1]:.2f}",
    )
    return fig


@functools.cache
def rings():
    """Three rings, as float32, and their labels."""
    rng = np.random.default_rng(5)
    y = np.arange(240) % 3
    angle, radius = rng.uniform(0, 2 * np.pi, 240), 1 + y + 0.2 * rng.normal(size=240)
    return (radius * [np.cos(angle), np.sin(angle)]).T.astype(np.float32), y


RATES = 10.0 ** np.linspace(-3.5, 1.5, 12)


def trained(norm, start, rate, steps):
    """The loss after some steps of a net with three layers; `norm` is an operation on the tape, or None."""
    import kit

    tape, (X, y) = kit.tape, rings()
    rng = np.random.default_rng(1)
    sizes = [2, 16, 16, 3]
    nest = [
        ((rng.normal(size=(m, n)) * start * np.sqrt(2 / m)).astype(np.float32), (np.ones(n, np.float32), np.zeros(n, np.float32)))
        for m, n in itertools.pairwise(sizes)
    ]
    rows = np.arange(len(y))

    def loss(held):
        A = X
        for k, (W, parameters) in enumerate(held):
            scores = A @ W
            scores = norm(parameters, scores) if norm and k < 2 else scores + parameters[1]
            A = scores.relu() if k < 2 else scores
        far = A - A.data.max(axis=1, keepdims=True)
        return (far.exp().sum(axis=1).log() - far[rows, y]).mean()

    value = np.inf
    for _ in range(steps + 1):
        with np.errstate(all="ignore"):
            value, slopes = tape.value_and_gradients(loss, nest)
        if not np.isfinite(value) or value > 20:
            return 20.0
        nest = [(W - rate * dW, (g - rate * dg, s - rate * ds)) for (W, (g, s)), (dW, (dg, ds)) in zip(nest, slopes, strict=True)]
    return value


@explorer(start=(0.1, 4.0, 1.0, 0.1))
def forgiving(batch_norm, batch_norm_backward, start, quick):
    """The loss that a small net reaches, against the learning rate on a log scale, with batch norm and without. With it
    the valley of rates that work is wider, and it stays where it is when the start is too large or too small.
    """
    import kit

    steps, rates = (10, RATES[::2]) if quick else (60, RATES)
    norm = kit.tape.layer(batch_norm, batch_norm_backward)
    with_norm = [trained(norm, start, rate, steps) for rate in rates]
    without = [trained(None, start, rate, steps) for rate in rates]
    fig, ax = figure(8.4, 3.6)
    ax.semilogx(rates, np.minimum(without, 2.4), "o-", color=ORANGE, label="without")
    ax.semilogx(rates, np.minimum(with_norm, 2.4), "s-", color=BLUE, label="with your batch norm")
    ax.axhline(np.log(3), color=GREY, lw=1, ls="--")
    ax.annotate("knows nothing", (RATES[0], np.log(3)), xytext=(0, 4), textcoords="offset points", color=GREY, fontsize=9)
    good = [int(np.sum(np.array(found) < 0.5)) for found in (with_norm, without)]
    ax.set(
        ylim=(0, 2.9),
        xlabel="learning rate",
        ylabel=f"loss after {steps} steps",
        title=f"start times {start:.1f}: of {len(rates)} rates {good[0]} reach a loss below 0.5 with it, {good[1]} without",
    )
    ax.legend(loc="upper left", frameon=False, ncols=2)
    return fig
