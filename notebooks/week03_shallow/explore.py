"""The pictures and explorers of week 3."""

import numpy as np

from autograder import datasets
from autograder.cases.studios import stored
from autograder.explore import BLUE, GREEN, GREY, INK, ORANGE, explorer, figure, picture, points, regions, surface

SQUARE = (-2.6, 2.6, -2.6, 2.6)
KINDS = ("circles", "checkerboard", "moons", "petals", "stripes", "spiral_arms")


def judge():
    """The generators and the judge's training: they stand in checks.py, which is loaded only where it is needed."""
    import checks

    return checks


def practice(kind, rng):
    """A keyhole of the judge's kind, and 800 fresh points with their labels: `gradient, X, y`."""
    checks = judge()
    X, y = checks.drawn(getattr(checks, kind), 1000, rng)
    return checks.Keyhole(X[:200], y[:200]), X[200:], y[200:]


def spiral(n, rng):
    """A fresh draw of the studio's spirals: X (n, 4) and labels y (n,)."""
    return judge().hidden_spiral(n, rng)[:2]


def bare(ax, title=""):
    """Axes without ticks, as wide as they are high."""
    ax.set(xticks=[], yticks=[], aspect="equal")
    ax.set_title(title)
    for side in ax.spines.values():
        side.set_visible(False)


# ------------------------------------------------------------------------------------------------------- island, wires

DIRECTIONS = np.pi * np.array([1 / 2, 7 / 6, 11 / 6])


def three_cuts(X, steepness, distance):
    """The answers (n, 3) of three units that look at the plane from three sides."""
    ways = np.stack([np.cos(DIRECTIONS), np.sin(DIRECTIONS)])
    return np.tanh(steepness * (distance - X @ ways))


@explorer(steepness=(0.3, 6.0, 2.5, 0.1), distance=(0.2, 1.8, 1.0, 0.05), threshold=(-1.0, 2.8, 1.9, 0.1))
def island(steepness, distance, threshold, quick=False):
    """Three smooth steps across the plane, each blue on its low and orange on its high side, and their sum,
    with a black line, the decision boundary, where the sum passes the threshold.
    """
    grid = 60 if quick else 160
    fig, axes = figure(10.2, 2.9, 1, 4)
    for j, ax in enumerate(axes[:3]):
        surface(ax, lambda X, j=j: three_cuts(X, steepness, distance)[:, j], SQUARE, -1, 1, level=0.0, steps=grid)
        bare(ax, f"unit {j + 1}")
    surface(axes[3], lambda X: three_cuts(X, steepness, distance).sum(axis=1), SQUARE, -1, 3, level=threshold, steps=grid)
    bare(axes[3], f"their sum, boundary at {threshold:.1f}")
    return fig


@picture
def wires():
    """A net of two inputs, three units and one score. On the left, outputs run from the inputs to the score along
    the wires; on the right, gradients run back from the score to one unit, and from there to its weights.
    """
    fig, axes = figure(10.2, 3.1, 1, 2)
    inputs, units, score = [(0, 0.9), (0, -0.9)], [(1.6, 1.5), (1.6, 0), (1.6, -1.5)], (3.2, 0)
    for ax, back in zip(axes, (False, True), strict=True):
        for j, unit in enumerate(units):
            live = back and j == 0
            colour = ORANGE if live else GREY if back else BLUE
            for end, begin in [(unit, i) for i in inputs] + [(score, unit)]:
                a, b = (end, begin) if back else (begin, end)
                ax.annotate(
                    "",
                    b,
                    a,
                    arrowprops={
                        "arrowstyle": "-|>",
                        "color": colour,
                        "lw": 2.2 if live else 1.2,
                        "alpha": 1 if live or not back else 0.45,
                        "shrinkA": 14,
                        "shrinkB": 15,
                    },
                )
        for at, text in [
            *zip(inputs, ("$x_1$", "$x_2$"), strict=True),
            *zip(units, ("$a_1$", "$a_2$", "$a_3$"), strict=True),
            (score, "$s$"),
        ]:
            ax.plot(*at, "o", ms=27, color="white", mec=INK, mew=1.2)
            ax.text(*at, text, ha="center", va="center", fontsize=12)
        ax.set(xlim=(-0.5, 4.3), ylim=(-2.1, 2.2), xticks=[], yticks=[])
        ax.set_title("gradients come back" if back else "outputs go forward")
        for side in ax.spines.values():
            side.set_visible(False)
    axes[0].text(0.62, 1.5, "$w_{i1}$", color=BLUE, fontsize=12)
    axes[0].text(2.5, 0.95, "$v_1$", color=BLUE, fontsize=12)
    axes[1].text(3.5, 0, "$g$", color=ORANGE, fontsize=13, va="center")
    axes[1].text(2.5, 0.95, "$g\\,v_1$", color=ORANGE, fontsize=12)
    return fig


# ------------------------------------------------------------------------------------------------------------ boundary


def probabilities(scores):
    """Probabilities from logits, without overflow."""
    return (1 + np.tanh(np.asarray(scores) / 2)) / 2


def descend(forward, backward, start, X, y, rate, steps):
    """Gradient descent on the mean log-loss with the learner's own net; parameters and the loss before each step."""
    at, losses = list(start), []
    for _ in range(steps):
        scores, cache = forward(at, X)
        logit = np.asarray(scores)[:, 0]
        losses.append(np.mean(np.logaddexp(0, logit) - y * logit))
        if not np.isfinite(losses[-1]):
            break
        moves = backward(at, cache, (probabilities(logit) - y)[:, None] / len(y))[0]
        at = [(W - rate * dW, b - rate * db) for (W, b), (dW, db) in zip(at, moves, strict=True)]
    return at, np.array(losses)


def random_start(inputs, units, seed=0, size=1.0):
    """A start with weights and biases drawn at random."""
    rng = np.random.default_rng(seed)
    first = rng.normal(size=(inputs, units)) * size, rng.normal(size=units) * size
    return [first, (rng.normal(size=(units, 1)) / np.sqrt(units), np.zeros(1))]


def halves(ax, forward, parameters, X, y, steps=110):
    """The probability over the plane, the decision boundary at one half, the units' cuts and the points."""
    surface(ax, lambda grid: probabilities(forward(parameters, grid)[0])[:, 0], SQUARE, steps=steps)
    W1, b1 = parameters[0]
    along = np.linspace(*SQUARE[:2], 2)
    for (w1, w2), b in zip(W1.T, b1, strict=True):
        steep = abs(w2) < abs(w1)
        across = -(b + (w2 if steep else w1) * along) / (w1 if steep else w2)
        ax.plot(*((across, along) if steep else (along, across)), color=INK, lw=0.6, alpha=0.45)
    points(ax, X, y, size=14, linewidth=0.5)
    bare(ax)
    ax.set(xlim=SQUARE[:2], ylim=SQUARE[2:])


@explorer(
    data=list(KINDS),
    units=(1, 20, 4),
    learning_rate=[1.0, 0.01, 0.03, 0.1, 0.3, 3.0, 10.0, 30.0],
    steps=(50, 2000, 500, 50),
    start=(0, 9, 0),
)
def boundary(forward, backward, data, units, learning_rate, steps, start, quick=False):
    """Left: points of two classes, the plane coloured by your net's probability, its decision boundary in
    black, each unit's cut as a thin line. Right: the loss against the steps.
    """
    checks = judge()
    X, y = checks.drawn(getattr(checks, data), 200, np.random.default_rng(5))
    fig, (left, right) = figure(9.6, 4.2, 1, 2, width_ratios=(1, 1.15))
    with np.errstate(all="ignore"):
        parameters, losses = descend(forward, backward, random_start(2, units, start), X, y, learning_rate, steps)
        right_share = np.mean((np.asarray(forward(parameters, X)[0])[:, 0] > 0) == y)
        halves(left, forward, parameters, X, y, steps=50 if quick else 110)
    left.set_title(f"{units} unit{'s' * (units > 1)}: {right_share:.1%} right")
    right.plot(losses, color=BLUE, lw=1.4)
    right.axhline(np.log(2), color=GREY, lw=0.9, ls="--")
    right.text(steps, np.log(2), "a coin ", color=GREY, ha="right", va="bottom", fontsize=9)
    right.set(xlabel="steps", ylabel="mean log-loss", ylim=(0, max(0.8, min(2.0, 1.1 * np.nanmax(losses)))), xlim=(0, steps))
    right.set_title(f"loss: {losses[-1]:.3f} at the end")
    return fig


# --------------------------------------------------------------------------------------------------------------- twins


@picture
def twins():
    """Two nets of eight units after training on a checkerboard. The one that began as twins has one straight cut;
    the other one has the checkerboard right. Right: the twins' loss stops at about one half, the other falls to
    nearly zero.
    """
    checks = judge()
    rng = np.random.default_rng(4)
    X, y = checks.checkerboard(80, rng)
    one = np.array([[0.7], [0.3]])
    alike = [(np.repeat(one, 8, axis=1), np.zeros(8)), (np.full((8, 1), 0.2), np.zeros(1))]
    starts = {"twins": alike, "each its own": random_start(2, 8, 1, 0.7)}
    fig, axes = figure(10.2, 3.5, 1, 3, width_ratios=(1, 1, 1.25))
    for ax, (name, start), colour in zip(axes[:2], starts.items(), (ORANGE, BLUE), strict=True):
        walker = checks.Walker(start)
        losses = walker.walk(X, y, 0.5, 600)
        surface(ax, lambda grid, walker=walker: probabilities(walker.score(grid)), SQUARE)
        for (w1, w2), b, _ in walker.units:
            along = np.linspace(-9, 9, 2)
            length = np.hypot(w1, w2)
            ax.plot(
                -b * w1 / length**2 - along * w2 / length, -b * w2 / length**2 + along * w1 / length, color=INK, lw=0.6, alpha=0.5
            )
        points(ax, X, y, size=18, linewidth=0.5)
        bare(ax, name)
        ax.set(xlim=SQUARE[:2], ylim=SQUARE[2:])
        if name == "twins":
            (w1, w2), b, _ = walker.units[0]
            ax.text(-b * w1 / (w1**2 + w2**2) - 0.12, 2.3, "eight cuts", ha="right", fontsize=9.5)
        axes[2].plot(losses, color=colour)
        axes[2].text(600, losses[-1] + 0.015, name, color=colour, ha="right", va="bottom", fontweight="bold")
    axes[2].set(xlabel="steps", ylabel="mean log-loss", ylim=(0, 0.95), xlim=(0, 600))
    axes[2].set_title("loss")
    return fig


# --------------------------------------------------------------------------------------------------------------- bends


def curve(ax, z, values, slopes, title):
    """An activation function and, dashed, its derivative."""
    ax.axhline(0, color=GREY, lw=0.6)
    ax.axvline(0, color=GREY, lw=0.6)
    ax.plot(z, values, color=BLUE, label="the activation function")
    ax.plot(z, slopes, color=ORANGE, ls="--", label="its derivative")
    ax.set(xlim=(z[0], z[-1]), xlabel="$z$")
    ax.set_title(title)


@picture
def bends():
    """Three activation functions and their derivatives. tanh runs from -1 to 1 and its derivative is a bell of height 1;
    the logistic curve runs from 0 to 1 and its derivative is a bell of height one quarter; ReLU is zero, then rises
    straight, its derivative a step.
    """
    fig, axes = figure(10.2, 2.9, 1, 3, sharey=True)
    z = np.linspace(-4, 4, 401)
    p = probabilities(z)
    curve(axes[0], z, np.tanh(z), 1 - np.tanh(z) ** 2, "tanh")
    curve(axes[1], z, p, p * (1 - p), "logistic curve")
    curve(axes[2], z, np.maximum(z, 0), np.where(z > 0, 1.0, 0.0), "ReLU")
    axes[0].set_ylim(-1.2, 2.2)
    axes[0].legend(loc="upper left")
    return fig


@explorer()
def my_bend(bend, slope):
    """Left: your activation function and, dashed, its derivative. Right: a disc in a ring, and the decision
    boundary that ten of your units draw between them.
    """
    z = np.linspace(-4, 4, 401)
    values, slopes = np.asarray(bend(z), float), np.asarray(slope(z), float)
    checks = judge()
    X, y = checks.circles(120, np.random.default_rng(2))
    fig, (left, right) = figure(8.6, 3.3, 1, 2, width_ratios=(1.5, 1))
    curve(left, z, values, slopes, "your activation function")
    left.legend(loc="upper left")
    found = []
    with np.errstate(all="ignore"):
        for rate in (0.3, 1.5, 0.05):
            walker = checks.Walker(random_start(2, 10, 3), bend, slope)
            losses = walker.walk(X, y, rate, 500)
            found.append((losses[-1] if np.isfinite(losses[-1]) else np.inf, rate, walker))
        _, rate, walker = min(found, key=lambda one: one[0])
        surface(right, lambda grid: probabilities(np.nan_to_num(walker.score(grid))), SQUARE, steps=90)
    points(right, X, y, size=14, linewidth=0.5)
    bare(right, f"ten units, rate {rate}")
    return fig


# --------------------------------------------------------------------------------------------------------------- rates


@picture
def rates():
    """The loss on a disc in a ring against 400 steps at four learning rates: at 0.03 it creeps, at 0.3 it falls slowly, at
    30 it leaps up and comes down late, at 300 it leaps up and stays high. Right: the decision boundary that rate 0.3 found.
    """
    checks = judge()
    fig, axes = figure(10.2, 3.3, 1, 2, width_ratios=(1.5, 1))
    X, y = checks.drawn(checks.circles, 200, np.random.default_rng(5))
    for rate, colour in ((0.03, GREY), (0.3, BLUE), (30.0, GREEN), (300.0, ORANGE)):
        walker = checks.Walker(random_start(2, 14, 1))
        losses = []
        for _ in range(400):
            loss, slopes, last = walker.look(X, y)
            losses.append(loss)
            for unit, slope in zip(walker.units, slopes, strict=True):
                for k in range(3):
                    unit[k] = unit[k] - rate * slope[k]
            walker.offset -= rate * last
        axes[0].plot(losses, color=colour, lw=1.3)
        axes[0].text(405, np.median(losses[-100:]), f"rate {rate:g}", color=colour, va="center", fontweight="bold")
        if rate == 0.3:
            surface(axes[1], lambda grid, walker=walker: probabilities(walker.score(grid)), SQUARE)
    axes[0].set(xlabel="calls", ylabel="mean log-loss", xlim=(0, 400), ylim=(0.02, 1000), yscale="log")
    axes[0].set_title("the same start, four rates")
    points(axes[1], X, y, size=14, linewidth=0.5)
    bare(axes[1], "rate 0.3, after 400 calls")
    axes[1].set(xlim=SQUARE[:2], ylim=SQUARE[2:])
    return fig


# ------------------------------------------------------------------------------------------------------------ capacity

SIZES = (1, 2, 3, 4, 8, 16, 32)


def odd_or_even(n, careless, seed):
    """Digits as rows of 64 pixels, and whether each is odd; a share of the labels turned over."""
    digits = datasets.load("digits")
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(len(digits.y))[:n]
    y = digits.y[chosen].astype(int) % 2
    return digits.X[chosen].reshape(n, -1).astype(float), np.where(rng.random(n) < careless, 1 - y, y)


def digits_trainer(forward, backward, learn_scale, standardise):
    """What `train` is in `capacity_curve`: gradient descent with the learner's net, on a common footing."""

    def train(X, y, units, rng):
        scale = learn_scale(X)
        start = random_start(X.shape[1], units, int(rng.integers(2**32)), 1 / np.sqrt(X.shape[1]))
        at = [np.array(p, np.float32) for layer in start for p in layer]  # half as many bytes: nearly twice as fast
        speed = [np.zeros_like(p) for p in at]
        Z = np.asarray(standardise(X, scale), np.float32)
        for _ in range(300):
            layers = [(at[0], at[1]), (at[2], at[3])]
            scores, cache = forward(layers, Z)
            upstream = (probabilities(scores) - y[:, None].astype(np.float32)) / np.float32(len(Z))
            first, second = backward(layers, cache, upstream)[0]
            for parameter, v, move in zip(at, speed, (*first, *second), strict=True):
                v *= 0.9
                v -= 0.1 * move
                parameter += v
        layers = [(at[0], at[1]), (at[2], at[3])]
        return lambda examples: (
            np.asarray(forward(layers, np.asarray(standardise(examples, scale), np.float32))[0])[:, 0] > 0
        ).astype(int)

    return train


@explorer()
def capacity(capacity_curve, forward, backward, learn_scale, standardise):
    """Error against the number of units, on digits. With true labels the training error falls to zero at about
    four units and the held-out error goes on falling. With one label in five turned over, the training
    error falls to zero only for large nets, and the held-out error stays near a third. A grey line marks the size that is taken.
    """
    fig, axes = figure(10.2, 3.6, 1, 2, sharey=True)
    for ax, careless, title in zip(axes, (0.0, 0.2), ("true labels", "one label in five turned over"), strict=True):
        X, y = odd_or_even(1200, careless, 1)
        train = digits_trainer(forward, backward, learn_scale, standardise)
        training, held, taken = capacity_curve(train, X, y, SIZES, 3, np.random.default_rng(0))
        for errors, name, colour, mark in ((held, "held out", ORANGE, "s-"), (training, "training", BLUE, "o-")):
            ax.plot(SIZES, errors, mark, color=colour, ms=5)
            ax.text(SIZES[-1], max(errors[-2:]) + 0.014, name, color=colour, ha="right", va="bottom", fontweight="bold")
        ax.set_xscale("log", base=2)
        ax.set(xlabel="hidden units", xticks=SIZES, xticklabels=SIZES, ylim=(-0.01, 0.45))
        ax.minorticks_off()
        ax.axvline(taken, color=GREY, lw=1, zorder=0)
        ax.text(taken, 0.43, " taken ", color=INK, ha="left" if taken < SIZES[-1] else "right", va="top")
        ax.set_title(title)
    axes[0].set_ylabel("share of wrong labels")
    return fig


# ------------------------------------------------------------------------------------------------------------- spirals


@picture
def spirals():
    """Four draws of two spirals, a colour each, bent out of shape. Above: in their own plane, the arms lie apart. Below: the same
    points by the first two of their four numbers, a cloud in which the two colours are mixed.
    """
    fig, axes = figure(10.2, 5.2, 2, 4)
    for seed, (above, below) in enumerate(axes.T):
        X, y, _, plane = judge().hidden_spiral(400, np.random.default_rng(seed))
        for ax, at in ((above, plane), (below, X[:, :2])):
            points(ax, at, y, size=11, linewidth=0)
            bare(ax)
            ax.set(xlim=(-3.2, 3.2), ylim=(-3.2, 3.2))
    axes[0, 0].set_title("in their own plane", loc="left")
    axes[1, 0].set_title("the first two numbers", loc="left")
    return fig


@explorer()
def my_spiral(train, predict):
    """Your entry on two fresh draws of spirals, in the plane that is hidden from it: the regions that it names where the noise is
    nought, and the points that it names wrongly as crosses.
    """
    rng, checks = np.random.default_rng(11), judge()
    fig, axes = figure(8.4, 4.0, 1, 2)
    for ax in axes:
        X, y, frame, plane = checks.hidden_spiral(checks.LEARN + 1000, rng)
        seen, fresh = slice(checks.LEARN), slice(checks.LEARN, None)
        arrays = stored(train(X[seen], y[seen], rng), checks.BUDGET, 1e-3, rng)
        X, y, plane = X[fresh], y[fresh], plane[fresh]
        labels = np.asarray(predict(arrays, X))
        if labels.shape != y.shape:
            raise ValueError(f"predict gave an array of shape {labels.shape} for {len(X)} points; one label each is {y.shape}")
        wrong = labels != y
        regions(ax, lambda grid, arrays=arrays, frame=frame: np.asarray(predict(arrays, grid @ frame[:2])).astype(int), SQUARE)
        points(ax, plane[:300], y[:300], size=12, linewidth=0.3)
        ax.plot(*plane[wrong].T, "x", color=INK, ms=6, mew=1.6, zorder=4)
        bare(ax, f"{1 - wrong.mean():.1%} of 1,000 fresh points")
        ax.set(xlim=SQUARE[:2], ylim=SQUARE[2:])
    return fig


# --------------------------------------------------------------------------------------------------- truths of guesses


def right_by_twins():
    """Eight twins draw one cut. It sets one of the four heaps apart, and one of the other three is wrong."""
    checks = judge()
    X, y = checks.checkerboard(80, np.random.default_rng(4))
    alike = [(np.repeat([[0.7], [0.3]], 8, axis=1), np.zeros(8)), (np.full((8, 1), 0.2), np.zeros(1))]
    walker = checks.Walker(alike)
    walker.walk(X, y, 0.5, 600)
    return int(np.sum((walker.score(X) > 0) == y))


def through_tanh():
    """There tanh is within a thousandth of its ceiling, and flat: its derivative is 1 - tanh(4)², one part in 750."""
    names = {1: "about a half", 10: "about a tenth", 100: "about a hundredth", 1000: "about a thousandth"}
    through = 1 - np.tanh(4.0) ** 2
    return names[min(names, key=lambda part: abs(np.log(part * through)))]


def right_by_a_line():
    """A coin has 50. A cut gains a little where one arm's outer end lies alone, and nothing where the arms take turns."""
    shares = []
    for seed in range(10):
        X, y = spiral(1000, np.random.default_rng(seed))
        design = np.column_stack([X, np.ones(len(X))])
        weights = np.linalg.lstsq(design, 2.0 * y - 1, rcond=None)[0]
        shares.append(np.mean((design @ weights > 0) == y))
    return round(100 * float(np.mean(shares)))
