"""The pictures and explorers of week 6."""

import functools

import numpy as np

from autograder import datasets
from autograder.explore import BLUE, GREEN, GREY, INK, ORANGE, RED, SKY, explorer, figure, picture


def landscapes(rng, of_each=1):
    """New landscapes of the studio's kinds, with `name`, `start`, `loss(x)`, `slope(x)` and `noisy(rng)`.

    Parameters
    ----------
    rng : np.random.Generator
        The source of all chance.
    of_each : int
        How many of each of the five families.
    """
    import checks  # travels with the week

    return checks.landscapes(rng, of_each)


# ------------------------------------------------------------------------------------------- first picture
BOWL = np.array([1.0, 20.0])  # curvatures


def descent(start, curvatures, rate, steps, noise=0.0, seed=0):
    """The places of gradient descent on a bowl: (steps + 1, 2)."""
    rng, places = np.random.default_rng(seed), [np.array(start, float)]
    for _ in range(steps):
        places.append(places[-1] - rate * (curvatures * places[-1] + noise * rng.normal(size=2)))
    return np.array(places)


def contours(ax, loss, x, y, levels=14):
    """Lines of equal loss, evenly spaced in its logarithm, over a grid."""
    X, Y = np.meshgrid(x, y)
    Z = loss(X, Y)
    ax.contour(X, Y, np.log(Z - Z.min() + 0.03 * np.ptp(Z) / 20), levels, colors=SKY, linewidths=0.8, linestyles="solid")


@picture
def three_walks():
    """Three walks of 40 steps in a valley twenty times as steep across as along. Left, a small learning rate: a smooth
    walk that has not come half-way along the floor. Middle, a large one: it jumps from side to side and comes much
    further. Right, with noise: it wanders about the lowest place and does not settle.
    """
    fig, axes = figure(11, 3.3, columns=3)
    walks = (
        ("small rate: slow", descent((-4, 1.2), BOWL, 0.012, 40)),
        ("large rate: zigzag", descent((-4, 1.2), BOWL, 0.096, 40)),
        ("with noise: restless", descent((-4, 1.2), BOWL, 0.08, 40, noise=4.0, seed=3)),
    )
    for ax, (title, places) in zip(axes, walks, strict=True):
        contours(ax, lambda x, y: (BOWL[0] * x**2 + BOWL[1] * y**2) / 2, np.linspace(-5, 2.5, 90), np.linspace(-1.7, 1.7, 70))
        ax.plot(*places.T, "o-", color=BLUE, ms=3, lw=1)
        ax.plot(*places[0], "s", color=INK, ms=6)
        ax.plot(0, 0, "*", color=ORANGE, ms=13, mec=INK, mew=0.6)
        left = np.sum(BOWL * places[-1] ** 2) / np.sum(BOWL * places[0] ** 2)
        ax.set(title=title, xticks=[], yticks=[], xlabel=f"after 40 steps {left:.1%} of the height is left")
    axes[0].annotate("start", (-4, 1.2), (-3.4, 1.33), color=INK)
    axes[0].annotate("lowest place", (0, 0), (0.25, -0.75), color=INK)
    return fig


# ------------------------------------------------------------------------------------------- batches
@functools.cache
def pictures_of_two():
    """3,000 pictures of two kinds of clothes as rows of 49 means, and labels."""
    data = datasets.load("fashion", split="train")
    X, y = np.asarray(data.X), np.asarray(data.y)
    rows = np.flatnonzero((y == 0) | (y == 6))[:3000]
    X = X[rows].reshape(len(rows), 7, 4, 7, 4).mean(axis=(2, 4)).reshape(len(rows), 49) / 255.0
    return X, (y[rows] == 6).astype(float)


def noise_of_a_larger_batch():
    """Half as large: the error of a mean falls with the root of the number of draws."""
    return "half as large"


@picture
def batch_noise():
    """The error of a mini-batch's gradient against the batch size, both axes logarithmic, measured on pictures of
    clothes: the points lie on a straight line that falls by one half for four times the size.
    """
    X, y = pictures_of_two()
    rng = np.random.default_rng(0)
    each = (0.5 - y)[:, None] * X  # the gradient of each example's log-loss at zero weights
    whole = each.mean(axis=0)
    sizes = 4 ** np.arange(1, 6)
    errors = [
        np.mean([np.linalg.norm(each[rng.integers(len(X), size=n)].mean(axis=0) - whole) for _ in range(60)]) for n in sizes
    ]
    fig, ax = figure(8.4, 3.4)
    ax.loglog(sizes, errors, "o", color=BLUE, label="measured: 60 batches of each size")
    ax.loglog(sizes, errors[0] * np.sqrt(sizes[0] / sizes), color=ORANGE, lw=1.2, label="one over the root of the size", zorder=0)
    ax.axhline(np.linalg.norm(whole), color=GREY, lw=1, ls="--")
    ax.annotate(
        "length of the whole gradient",
        (sizes[-1], np.linalg.norm(whole)),
        xytext=(0, 4),
        textcoords="offset points",
        color=GREY,
        ha="right",
    )
    ax.set(
        xticks=sizes,
        xticklabels=[str(n) for n in sizes],
        xlabel="examples in a batch",
        ylabel="mean error of the gradient",
        title=f"From 4 to 1,024 examples the error falls by a factor of {errors[0] / errors[-1]:.0f}",
    )
    ax.minorticks_off()
    ax.legend(loc="lower left")
    return fig


# ------------------------------------------------------------------------------------------- averages
def window():
    """1 / (1 - 0.98) is 50: the weights of the newest values sum to about as much as fifty ones."""
    return 50


@explorer(beta=(0.0, 0.99, 0.9, 0.01))
def average(beta):
    """Noisy values around a slow wave, with two averages. The dashed one starts at zero and is far too low at first;
    the solid one, with bias correction, starts at the first value. A larger beta makes both smoother, and later.
    """
    t = np.arange(120)
    truth = 10 + 3 * np.sin(t / 18)
    values = truth + 2 * np.random.default_rng(4).normal(size=120)
    plain, kept = np.zeros(120), 0.0
    for k, value in enumerate(values):
        kept = beta * kept + (1 - beta) * value
        plain[k] = kept
    fig, ax = figure(9, 3.6)
    ax.plot(t, values, ".", color=GREY, ms=4, label="values")
    ax.plot(t, truth, color=SKY, lw=4, alpha=0.6, label="what they come from")
    ax.plot(t, plain, "--", color=RED, lw=1.6, label="from zero on")
    ax.plot(t, plain / (1 - beta ** (t + 1.0)), color=BLUE, lw=1.8, label="with bias correction")
    ax.set(
        ylim=(0, 17),
        xlim=(-1, 120),
        xlabel="number of values so far",
        ylabel="value",
        title=f"beta = {beta:.2f}, window {1 / (1 - beta):.0f}: first value {values[0]:.1f}, average from zero {plain[0]:.1f}",
    )
    ax.legend(loc="lower right", ncols=2)
    return fig


# ------------------------------------------------------------------------------------------- momentum
def root_of_beta():
    """0.9, the root of 0.81: while the roots are complex both have this size, whatever the curvature is."""
    return "0.9"


def size_of_root(scaled, beta):
    """The larger root's size for these values of learning rate times curvature."""
    middle = (1 + beta - scaled) / 2
    gap = middle**2 - beta
    return np.where(gap < 0, np.sqrt(beta), np.abs(middle) + np.sqrt(np.maximum(gap, 0)))


@explorer(beta=(0.0, 0.95, 0.5, 0.01), learning_rate=(0.05, 2.0, 1.0, 0.05), labels={"learning_rate": "learning rate"})
def momentum_rate(beta, learning_rate):
    """What is left of the way after one step of momentum, against the curvature. In the middle lies a flat floor at the
    root of beta, and on both sides the curve climbs to one. A band marks the curvatures from 0.1 to 1.5 of a valley;
    the slowest of them is marked by a ring.
    """
    h = np.linspace(0.001, 4, 800)
    rate = size_of_root(learning_rate * h, beta)
    mine = (h >= 0.1) & (h <= 1.5)
    slowest = np.flatnonzero(mine)[rate[mine].argmax()]
    fig, ax = figure(9, 3.6)
    ax.axvspan(0.1, 1.5, color=SKY, alpha=0.18, lw=0)
    ax.annotate("your valley", (0.8, 1.32), color=INK, ha="center")
    ax.plot(h, rate, color=BLUE)
    ax.axhline(1, color=GREY, lw=0.8, ls="--")
    ax.axhline(np.sqrt(beta), color=ORANGE, lw=1)
    ax.annotate("root of beta", (3.98, np.sqrt(beta)), xytext=(0, 4), textcoords="offset points", ha="right", color="#a87100")
    ax.plot(h[slowest], rate[slowest], "o", ms=9, mfc="none", mec=INK, mew=1.6)
    said = "it never arrives" if rate[slowest] >= 1 else f"{rate[slowest]:.3f} of the way is left after a step"
    ax.set(
        ylim=(0, 1.45),
        xlim=(0, 4),
        xlabel="curvature h",
        ylabel="left after one step",
        title=f"At the slowest curvature of the valley: {said}",
    )
    return fig


# ------------------------------------------------------------------------------------------- the race
SURFACES = {
    "stretched valley": ((-4.0, 1.3), lambda x, y: (x**2 + 60 * y**2) / 2, lambda x, y: (x, 60 * y), (-5, 2), (-1.8, 1.8)),
    "round bowl": ((-3.0, 1.5), lambda x, y: (x**2 + y**2) / 2, lambda x, y: (x, y), (-4, 2), (-1.8, 1.8)),
    "plateau": (
        (-4.0, 1.2),
        lambda x, y: 1 - np.exp(-(x**2 + y**2) / 4),
        lambda x, y: (x / 2 * np.exp(-(x**2 + y**2) / 4), y / 2 * np.exp(-(x**2 + y**2) / 4)),
        (-5, 2),
        (-1.8, 1.8),
    ),
    "saddle": (
        (-2.5, 0.01),
        lambda x, y: x**2 / 2 + (y**2 - 2) ** 2 / 8,
        lambda x, y: (x, (y**2 - 2) * y / 2),
        (-3.5, 2),
        (-0.8, 2.2),
    ),
}


@explorer(
    surface=list(SURFACES),
    learning_rate=(0.005, 0.3, 0.03, 0.005),
    steps=(5, 100, 60, 5),
    labels={"learning_rate": "learning rate"},
)
def race(momentum_step, adam, surface, learning_rate, steps, quick=False):
    """Three walks from one start over lines of equal height, and beside them the height after each step on a
    logarithmic axis: plain descent with circles, your momentum with squares, your Adam with triangles.
    """
    start, loss, slope, across, up = SURFACES[surface]

    def walk(step):
        """Her step, from the start on: places (steps + 1, 2)."""
        parameters, kept, places = [(np.array(start), np.zeros(1))], None, [np.array(start)]
        for _ in range(steps):
            push = [(np.clip(np.array(slope(*places[-1]), float), -1e6, 1e6), np.zeros(1))]
            parameters, kept = step(parameters, push, kept)
            places.append(np.clip(np.asarray(parameters[0][0], float), -1e3, 1e3))
            parameters = [(places[-1], np.zeros(1))]
        return np.array(places)

    runners = (
        ("plain descent", "o", GREEN, walk(lambda p, g, kept: ([(p[0][0] - learning_rate * g[0][0], p[0][1])], None))),
        ("momentum, 0.9", "s", ORANGE, walk(lambda p, g, kept: momentum_step(p, g, kept, learning_rate, 0.9))),
        ("Adam", "^", BLUE, walk(lambda p, g, kept: adam(p, g, kept, learning_rate))),
    )
    grid = 40 if quick else 90
    fig, (left, right) = figure(10.5, 3.8, columns=2)
    contours(left, loss, np.linspace(*across, grid), np.linspace(*up, grid))
    lowest = 0.0
    for name, marker, colour, places in runners:
        left.plot(*places.T, marker + "-", color=colour, ms=3.5, lw=1)
        heights = np.maximum(loss(*places.T) - lowest, 1e-9)
        right.plot(heights, marker + "-", color=colour, ms=3, lw=1, markevery=max(1, steps // 15), label=name)
    left.plot(*start, "o", color=INK, ms=7, mfc="none")
    left.set(xlim=across, ylim=up, xticks=[], yticks=[], title=surface)
    first = min(runners, key=lambda one: loss(*one[3][-1]))[0]
    right.set(
        yscale="log",
        ylim=(1e-9, 1e2),
        xlim=(0, 100),
        xlabel="step",
        ylabel="height above the lowest place",
        title=f"After {steps} steps {first} is lowest",
    )
    right.legend(loc="lower left")
    return fig


# ------------------------------------------------------------------------------------------- schedules
def expected(rates, curvatures):
    """The expected loss after each step on bowls of these curvatures, noise of variance 1, from a distance of 1."""
    square, heights = np.ones_like(curvatures), []
    for rate in rates:
        square = (1 - rate * curvatures) ** 2 * square + rate**2
        heights.append(np.sum(curvatures * square) / 2)
    return np.array(heights)


CURVATURES = np.geomspace(1, 10, 8)


@picture
def restless():
    """The expected height of a noisy walk against the step, both axes logarithmic, for four constant rates: the larger
    the rate, the sooner the curve turns flat, and the higher it stays.
    """
    fig, ax = figure(8.8, 3.6)
    for rate, colour, style in ((0.1, BLUE, "-"), (0.03, ORANGE, "--"), (0.01, GREEN, "-."), (0.003, RED, ":")):
        heights = expected(np.full(3000, rate), CURVATURES)
        ax.plot(np.arange(1, 3001), heights, style, color=colour)
        ax.annotate(f"rate {rate}", (3000, heights[-1]), xytext=(4, -3), textcoords="offset points", color=INK, fontsize=9.5)
    ax.set(
        xscale="log",
        yscale="log",
        xlim=(1, 8000),
        xlabel="step",
        ylabel="expected height above the lake",
        title="A large rate arrives first and stays restless; a small one ends lower, later",
    )
    return fig


@explorer(num_steps=(100, 3000, 1000, 100), labels={"num_steps": "steps"})
def schedule_at_work(schedule, num_steps):
    """Left: your learning rate against the step. Right: the expected height of a noisy walk with your schedule and with
    the constant rate, both on a logarithmic axis.
    """
    rates = np.array([float(schedule(step, num_steps, 0.1)) for step in range(num_steps)])
    fig, (left, right) = figure(10.5, 3.4, columns=2)
    left.plot(rates, color=BLUE)
    left.set(ylim=(-0.004, 0.112), xlim=(0, num_steps), xlabel="step", ylabel="learning rate", title="your schedule, top 0.1")
    mine, constant = expected(rates, CURVATURES), expected(np.full(num_steps, 0.1), CURVATURES)
    right.plot(constant, "--", color=ORANGE, label="constant rate")
    right.plot(mine, color=BLUE, label="your schedule")
    right.set(
        yscale="log",
        ylim=(1e-3, 40),
        xlim=(0, num_steps),
        xlabel="step",
        ylabel="expected height",
        title=f"in the end {mine[-1] / constant[-1]:.1%} of the constant rate's height",
    )
    right.legend(loc="upper right")
    return fig
