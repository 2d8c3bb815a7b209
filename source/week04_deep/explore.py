"""Week 4's pictures and explorers. None of them knows the chain rule: where a slope is shown, it was measured."""

from __future__ import annotations

import itertools

import numpy as np

from autograder import datasets
from autograder.explore import BLUE, GREEN, GREY, INK, ORANGE, RED, explorer, figure, images, picture

# ---------------------------------------------------------------------------------------------- folding a line


def from_before(shape, gradient, parameters):
    """Which of the three answers on weeks 1 to 3 are right; one that is None is left out."""
    A = np.zeros((5, 3))
    asked = {
        "1": (shape, lambda: tuple(shape) == (A[:, None] - A).shape),
        "2": (gradient, lambda: bool(np.isclose(gradient, 1 / (1 + np.exp(0.0)) - 1))),
        "3": (parameters, lambda: parameters == sum((inputs + 1) * units for inputs, units in itertools.pairwise((2, 4, 1)))),
    }
    return "\n".join(f"{n}. {verdict(answer, right)}" for n, (answer, right) in asked.items())


def verdict(answer, right):
    """One word or two on an answer that may be missing, or of a kind that cannot be compared."""
    if answer is None:
        return "not answered yet"
    try:
        return "right" if right() else "not yet: the answer is folded below"
    except (TypeError, ValueError):
        return f"{answer!r} cannot be read: write a tuple for 1, a number for 2 and 3"


def tent(x, peak):
    """One layer of two rectified units: it maps [0, 1] onto itself twice, up to the peak and down again."""
    return np.maximum(x, 0) / peak - np.maximum(x - peak, 0) / (peak * (1 - peak))


@explorer(layers=(1, 8, 4), peak=(0.2, 0.8, 0.5, 0.05), labels={"peak": "where to fold"})
def folding(layers, peak):
    """Left: a curve made of straight pieces, whose number doubles with every layer. Right: the units that the same curve
    takes with depth (two for each layer) and with one hidden layer (one for each kink), on a logarithmic scale."""
    fig, (left, right) = figure(9.6, 3.5, 1, 2, width_ratios=(1.7, 1))
    x = np.linspace(0, 1, 8193)
    corners, y = np.array([0.0, 1.0]), x.copy()
    for _ in range(layers):
        y = tent(y, peak)
        corners = np.unique(np.concatenate([corners * peak, 1 - corners * (1 - peak)]).round(12))
    left.plot(x, y, color=BLUE, lw=1.7)
    left.plot(corners, [value(c, layers, peak) for c in corners], ".", color=INK, ms=5 if layers < 6 else 2)
    left.set(
        xlabel="input",
        ylabel="output",
        ylim=(-0.06, 1.12),
        xlim=(0, 1),
        title=f"{layers} layer{'s' * (layers > 1)} of two units: {2**layers} straight pieces",
    )
    depth = np.arange(1, 9)
    right.semilogy(depth, 2.0**depth - 1, "o-", color=ORANGE, lw=1.6, ms=4)
    right.semilogy(depth, 2.0 * depth, "o-", color=BLUE, lw=1.6, ms=4)
    right.axvline(layers, color=GREY, lw=1, zorder=0)
    right.text(3.8, 50, "one hidden\nlayer,\nat least", color=ORANGE, ha="right", weight="bold", fontsize=9.5)
    right.text(8, 8.4, "deep", color=BLUE, ha="right", weight="bold", fontsize=9.5)
    right.set(
        xlabel="layers of the deep net", title="Units for the same curve", yticks=[1, 10, 100], yticklabels=["1", "10", "100"]
    )
    return fig


def units_of_one_layer():
    """Eight layers draw 2⁸ = 256 pieces, with 255 kinks between them. In one layer each kink costs a unit. Depth took 16."""
    return f"{2**8 - 1}"


def value(x, layers, peak):
    """The tent map, applied again and again to one number."""
    for _ in range(layers):
        x = tent(x, peak)
    return x


# ---------------------------------------------------------------------------------------------- a graph and its slopes

OPERATIONS = {
    "@": np.matmul,
    "+": np.add,
    "×": np.multiply,
    "relu": lambda a: np.maximum(a, 0),
    "exp": np.exp,
    "log": np.log,
    "loss": lambda a: np.mean((a - 1) ** 2) / 2,
}


class Graph:
    """Nodes in the order in which they are made: leaves have an array, the others an operation and its inputs."""

    def __init__(self):
        """An empty graph."""
        self.labels, self.inputs, self.places, self.values = [], [], [], []

    def leaf(self, label, array, place):
        """A node that holds an array; returns its number."""
        return self._node(label, (), place, np.asarray(array, float))

    def make(self, operation, *inputs, place):
        """A node that holds the outcome of an operation; returns its number."""
        return self._node(operation, inputs, place, OPERATIONS[operation](*(self.values[i] for i in inputs)))

    def _node(self, label, inputs, place, array):
        for whole, part in ((self.labels, label), (self.inputs, inputs), (self.places, place), (self.values, array)):
            whole.append(np.asarray(part) if whole is self.values else part)
        return len(self.labels) - 1

    def last(self, edge, seen):
        """The last node's value if one consumer (node, which of its inputs) sees another array than the others do."""
        node, which = edge
        values = list(self.values)
        for k in range(node, len(values)):
            if self.inputs[k]:
                given = [values[i] for i in self.inputs[k]]
                if k == node:
                    given[which] = seen
                values[k] = OPERATIONS[self.labels[k]](*given)
        return float(values[-1])

    def slope(self, edge, step=1e-5):
        """The slope of the last node with respect to what flows along one edge, measured entry by entry."""
        here = self.values[self.inputs[edge[0]][edge[1]]]
        slopes = np.zeros_like(here)
        for at in np.ndindex(here.shape):
            ends = []
            for sign in (1, -1):
                moved = np.array(here)
                moved[at] += sign * step
                ends.append(self.last(edge, moved))
            slopes[at] = (ends[0] - ends[1]) / (2 * step)
        return slopes

    def edges(self):
        """All edges: (node, which of its inputs)."""
        return [(k, j) for k, given in enumerate(self.inputs) for j in range(len(given))]


def short(number):
    """A size in three characters or so."""
    if number == 0:
        return "0"
    if number >= 9.95:
        return f"{number:.0f}" if number < 1000 else f"{number:.0e}".replace("e+0", "e")
    return f"{number:.2g}" if number >= 0.01 else f"{number:.0e}".replace("e-0", "e-")


def draw_graph(ax, graph, sizes, texts, pace=50.0, radius=0.3, font=8.5):
    """Nodes as circles (leaves green, operations white), edges as wide as the logarithm of their slope's size."""
    biggest = max([*sizes.values(), 1e-300])
    for (node, which), size in sizes.items():
        (x0, y0), (x1, y1) = graph.places[graph.inputs[node][which]], graph.places[node]
        share = 0.0 if size <= 0 else float(np.clip(1 + np.log10(size / biggest) / 4, 0.0, 1))
        colour = GREY if size <= 0 else ORANGE if share > 0.75 else BLUE
        far = y0 == y1 and any(y == y0 and x0 < x < x1 for x, y in graph.places)
        ax.annotate(
            "",
            (x1, y1),
            (x0, y0),
            zorder=1,
            arrowprops={
                "arrowstyle": "-|>,head_width=0.22,head_length=0.4",
                "lw": 0.8 + 3.6 * share,
                "color": colour,
                "alpha": 0.35 + 0.65 * share,
                "shrinkA": 9,
                "shrinkB": 11,
                "ls": ":" if size <= 0 else "-",
                "connectionstyle": f"arc3,rad={0.2 if far else 0}",
            },
        )
        length = np.hypot(x1 - x0, y1 - y0)
        aside = (-0.16, 0.0) if x0 == x1 else (-(y1 - y0) / length * 0.3, (x1 - x0) / length * 0.14)
        middle = ((x0 + x1) / 2 + aside[0], (y0 + y1) / 2 + aside[1])
        if far:  # the arc hangs a tenth of its length below the line; one unit is `pace` points wide
            ax.annotate(
                texts[node, which],
                ((x0 + x1) / 2, y0),
                (0, -0.1 * (x1 - x0) * pace - 4),
                textcoords="offset points",
                fontsize=font,
                ha="center",
                va="top",
                color=INK,
            )
        else:
            ax.text(
                *middle,
                texts[node, which],
                fontsize=font,
                ha="right" if x0 == x1 else "center",
                va="center" if x0 == x1 else "bottom",
                color=INK,
            )
    for k, (x, y) in enumerate(graph.places):
        leaf = not graph.inputs[k]
        ax.text(
            x,
            y,
            graph.labels[k],
            ha="center",
            va="center",
            fontsize=font + 0.5,
            zorder=4,
            color="white" if leaf else INK,
            bbox={
                "boxstyle": f"circle,pad={radius}" if len(graph.labels[k]) < 3 else "round,pad=0.35",
                "fc": GREEN if leaf else "white",
                "ec": GREEN if leaf else INK,
                "lw": 1.1,
            },
        )
    ax.axis("off")


def deep_graph(layers, scale, seed, skip, units=6, examples=4):
    """The graph of a net of equal layers: each multiplies, adds a bias, rectifies; the loss is half the mean square distance
    of what comes out from 1."""
    rng = np.random.default_rng(seed)
    graph = Graph()
    signal = graph.leaf("X", rng.standard_normal((examples, units)), (0, 0))
    x = 0.0
    for k in range(1, layers + 1):
        came = signal
        W = graph.leaf(f"W{k}", rng.standard_normal((units, units)) * scale * np.sqrt(2 / units), (x + 1, 1.25))
        b = graph.leaf(f"b{k}", np.zeros((examples, units)), (x + 2, 1.25))
        signal = graph.make("@", signal, W, place=(x + 1, 0))
        signal = graph.make("+", signal, b, place=(x + 2, 0))
        x += 2
        if k < layers:
            x += 1
            signal = graph.make("relu", signal, place=(x, 0))
            if skip:
                x += 1
                signal = graph.make("+", came, signal, place=(x, 0))
    graph.make("loss", signal, place=(x + 1, 0))
    return graph


@explorer(
    layers=(1, 5, 4),
    scale=(0.1, 3.0, 1.0, 0.1),
    seed=(0, 20, 3),
    skip=False,
    labels={"scale": "size of the weights", "skip": "each hidden layer adds its input"},
)
def blame(layers, scale, seed, skip):
    """The computation graph of a net, from the input X through its layers to the loss. On every edge stands the size of
    the loss's gradient with respect to what flows there; thick orange edges carry much, thin blue ones little, dotted none."""
    graph = deep_graph(layers, scale, seed, skip)
    sizes = {edge: float(np.sqrt(np.sum(graph.slope(edge) ** 2))) for edge in graph.edges()}
    wide = max(x for x, _ in graph.places)
    fig, ax = figure(12.4, 3.1)
    draw_graph(
        ax,
        graph,
        sizes,
        {edge: short(size) for edge, size in sizes.items()},
        pace=12.0 * 72 / (max(wide, 7) + 1.2),
        font=9.5 if wide < 13 else 8 if wide < 17 else 7,
    )
    spare = max(0, (7 - wide) / 2)
    ax.set(xlim=(-0.6 - spare, wide + 0.6 + spare), ylim=(-0.7, 1.65))
    bottom = float(np.linalg.norm(sum(graph.slope(edge) for edge in graph.edges() if graph.inputs[edge[0]][edge[1]] == 0)))
    ratio = bottom / sizes[len(graph.labels) - 1, 0]
    fig.suptitle(
        f"The size of the gradient on every edge: {short(ratio)} times as much reaches X as leaves the loss",
        x=0.01,
        ha="left",
        weight="bold",
        fontsize=11.5,
    )
    return fig


def share_that_reaches_X():
    """Five layers multiply it by about 0.4 each, and 0.4 to the fifth power is 0.01."""
    graph = deep_graph(5, 0.4, 3, False)
    into_X = sum(graph.slope((node, place)) for node, place in graph.edges() if graph.inputs[node][place] == 0)
    share = np.linalg.norm(into_X) / np.linalg.norm(graph.slope((len(graph.labels) - 1, 0)))
    sizes = {"about a half": 0.5, "about a tenth": 0.1, "about a hundredth": 0.01, "about a millionth": 1e-6}
    return min(sizes, key=lambda said: abs(np.log(sizes[said] / share)))


@picture
def used_twice():
    """A small computation graph: a goes into a product and into a sum. The slope of the output with respect to a is the
    sum of what comes back along both of its edges."""
    graph = Graph()
    a, b = graph.leaf("a=2", 2.0, (0, 0.9)), graph.leaf("b=−½", -0.5, (0, -0.9))
    product = graph.make("×", a, b, place=(2, -0.45))
    total = graph.make("+", a, product, place=(4, 0.45))
    graph.make("exp", graph.make("×", total, graph.leaf("c=½", 0.5, (4, -0.9)), place=(6, 0)), place=(8, 0))
    edges = graph.edges()
    slopes = {edge: float(graph.slope(edge)) for edge in edges}
    fig, ax = figure(9.4, 3.0)
    draw_graph(
        ax,
        graph,
        {edge: abs(s) for edge, s in slopes.items()},
        {edge: f"{s:.2f}".replace("-", "−") for edge, s in slopes.items()},
        font=10,
    )
    for k, (x, y) in enumerate(graph.places):
        if graph.inputs[k]:
            ax.text(
                x, y - 0.42, f"{float(graph.values[k]):.2f}".replace("-", "−"), color=GREY, ha="center", va="top", fontsize=9.5
            )
    both = [slopes[e] for e in edges if graph.inputs[e[0]][e[1]] == a]
    told = f"gradient for a:  {both[0]:.2f} + {both[1]:.2f} = {sum(both):.2f}".replace("-", "−")
    ax.text(0, 1.5, told, color=RED, weight="bold", ha="left", fontsize=10.5)
    ax.set(xlim=(-0.6, 8.8), ylim=(-1.4, 1.75))
    return fig


# ---------------------------------------------------------------------------------------------- what training cannot choose


def digits_apart(rows):
    """Small digits, some to train on and others to look at: pixels in [0, 1] and one column a class."""
    data = datasets.load("digits", split="train")
    X, T = data.X.reshape(len(data.X), -1) / 16, np.eye(10)[data.y]
    return X[:rows], T[:rows], X[-600:], T[-600:]


@explorer(
    rows=(60, 500, 240, 20),
    noise=(0.0, 0.4, 0.1, 0.05),
    labels={"rows": "rows to train on", "noise": "share of spoilt labels"},
)
def widths(rows, noise, quick=False):
    """Share of wrong digits against the number of units, for the rows trained on and for others. The first falls to zero
    and stays there; the second falls, rises to a peak where there are as many units as rows, and falls again."""
    X, T, X_dev, T_dev = digits_apart(rows)
    rng = np.random.default_rng(0)
    spoilt = rng.random(rows) < noise
    taught = np.where(spoilt[:, None], np.eye(10)[rng.integers(0, 10, rows)], T)
    W, b = rng.standard_normal((64, 2400)), rng.uniform(-2, 2, 2400)
    hidden, hidden_dev = (np.maximum(A @ W + b, 0) for A in (X, X_dev))
    near = rows * np.array([0.9, 1, 1.1] if quick else [0.75, 0.9, 1, 1.1, 1.3])
    sizes = np.unique(np.concatenate([np.geomspace(4, 2400, 9 if quick else 22), near]).astype(int))
    wrong, wrong_dev = [], []
    for width in sizes:
        out = smallest_fit(hidden[:, :width], taught)
        wrong.append(np.mean((hidden[:, :width] @ out).argmax(1) != taught.argmax(1)))
        wrong_dev.append(np.mean((hidden_dev[:, :width] @ out).argmax(1) != T_dev.argmax(1)))
    fig, ax = figure(8.6, 3.4)
    ax.semilogx(sizes, wrong, "o-", color=BLUE, ms=3.5, lw=1.8, label="rows trained on")
    ax.semilogx(sizes, wrong_dev, "s-", color=ORANGE, ms=3.5, lw=1.8, label="rows never trained on")
    ax.axvline(rows, color=GREY, lw=1, zorder=0)
    ax.text(rows * 1.04, 0.93, "as many units as rows", color=GREY, fontsize=9, va="top", transform=ax.get_xaxis_transform())
    best = sizes[int(np.argmin(wrong_dev))]
    ax.plot(best, min(wrong_dev), "o", mfc="none", mec=RED, mew=2, ms=11)
    ax.legend(loc="lower left", labelcolor="linecolor")
    ax.annotate(
        f"best: {best} units",
        (best, min(wrong_dev)),
        (0, 60),
        textcoords="offset points",
        color=RED,
        fontsize=9.5,
        ha="right" if best > 1000 else "center",
        arrowprops={"arrowstyle": "-", "color": RED, "lw": 0.8, "shrinkB": 6},
    )
    ax.set(
        xlabel="units (a hyperparameter)",
        ylabel="share named wrongly",
        ylim=(-0.03, 1.0),
        title="Past the line all widths look alike in training; fresh rows tell them apart",
    )
    return fig


def worst_width():
    """As many units as rows fit every row in just one way, spoilt labels included. More units leave a choice among many fits."""
    rows, widths_asked = 240, {"60 units": 60, "240 units": 240, "2,400 units": 2400}
    X, T, X_dev, T_dev = digits_apart(rows)
    rng = np.random.default_rng(0)
    spoilt = rng.random(rows) < 0.1
    taught = np.where(spoilt[:, None], np.eye(10)[rng.integers(0, 10, rows)], T)
    W, b = rng.standard_normal((64, 2400)), rng.uniform(-2, 2, 2400)
    hidden, hidden_dev = (np.maximum(A @ W + b, 0) for A in (X, X_dev))

    def wrong(said):
        n = widths_asked[said]
        return np.mean((hidden_dev[:, :n] @ smallest_fit(hidden[:, :n], taught)).argmax(1) != T_dev.argmax(1))

    return max(widths_asked, key=wrong)


def smallest_fit(A, T):
    """The weights of the best fit A @ weights ≈ T, the smallest where there are many.

    Where A is nearly square it takes all the care there is; elsewhere squares of A will do, and are ten times as quick.
    """
    rows, columns = A.shape
    if 0.6 < columns / rows < 1.6:
        return np.linalg.lstsq(A, T, rcond=1e-9)[0]
    tall = columns < rows
    values, vectors = np.linalg.eigh(A.T @ A if tall else A @ A.T)
    vectors, values = vectors[:, values > 1e-13 * values[-1]], values[values > 1e-13 * values[-1]]
    inverse = (vectors / values) @ vectors.T
    return inverse @ (A.T @ T) if tall else A.T @ (inverse @ T)


# ---------------------------------------------------------------------------------------------- clothes


def shop(rng):
    """A new shop of the studio's kind: readings (5000, 40) and piles (5000,) to learn from, and those of 1,000 other clothes."""
    import checks  # it is loaded only where it is needed

    clothes, others = (datasets.load("fashion", split=split) for split in ("train", "test"))
    one = checks.shops(rng)[0]
    some = rng.permutation(len(clothes.X))[: checks.LEARN]
    return one.readings(clothes.X[some]), one.piles[clothes.y[some]], one.readings(others.X), one.piles[others.y]


@picture
def wardrobe():
    """Four articles of clothing, four of forty masks of 7 by 7 windows, and the forty readings that the camera makes of each
    article: what is left of the picture."""
    import checks

    data, one = datasets.load("fashion", split="train"), checks.shops(np.random.default_rng(4))[0]
    shown = [int(np.flatnonzero(data.y == k)[2]) for k in (0, 2, 6, 8)]
    fig, axes = figure(9.2, 5.6, 3, 4, height_ratios=(1, 1, 0.7))
    images(axes[0], data.X[shown], [data.classes[data.y[i]] for i in shown], vmin=0, vmax=255)
    images(axes[1], one.masks.T[:4].reshape(4, 7, 7), [f"mask {k}" for k in range(1, 5)], cmap="gray")
    readings = one.readings(data.X[shown])
    for ax, row in zip(axes[2], readings, strict=True):
        ax.bar(np.arange(1, 41), row, color=BLUE, width=0.8)
        ax.set(ylim=(-1.1 * np.abs(readings).max(), 1.1 * np.abs(readings).max()), xticks=(1, 20, 40), xlabel="mask")
    axes[2, 0].set_ylabel("reading")
    return fig


def ten_questions(forward, parameters, X, y):
    """The mean over the rows of X (N, features) of what their log-losses sum to, in nats: one question a class, labels y (N,)."""
    logits, _ = forward(parameters, X)
    asked = np.arange(logits.shape[1]) == np.asarray(y)[:, None]
    return np.logaddexp(0, np.where(asked, -logits, logits)).sum(axis=1).mean()


@explorer()
def mistakes(classify, train_net):
    """Digits that your classifier names wrongly, after training on 3,000, with both names."""
    digits, fresh = (datasets.load("mnist", split=split) for split in ("train", "test"))
    parameters = train_net(digits.X[:3000], digits.y[:3000], (32, 16), np.random.default_rng(0))
    said = np.asarray(classify(parameters, fresh.X))
    wrong = np.flatnonzero(said != fresh.y)
    shown = wrong[:16]
    fig, axes = figure(9.2, 2.9, 2, 8)
    for ax in axes.ravel():
        ax.axis("off")
    titles = [f"{fresh.classes[fresh.y[i]]}, named {fresh.classes[int(said[i])]}" for i in shown]
    images(axes.ravel()[: len(shown)], fresh.X[shown], titles, cmap="gray_r")
    for ax in axes.ravel():
        ax.title.set_fontsize(8)
    fig.suptitle(f"{len(wrong)} of {len(said)} named wrongly; some of them:", x=0.01, ha="left", weight="bold")
    return fig


# ---------------------------------------------------------------------------------------------- two ways to one truth


@explorer()
def agree(Value, forward, backward):
    """Whether your engine and your hand-made backward pass give the same gradients for one small net."""
    rng = np.random.default_rng(0)
    sizes = rng.integers(2, 6, 4)
    X = rng.standard_normal((1, sizes[0]))  # one example: biases then have the shape of what they are added to
    parameters = [(rng.standard_normal((m, n)), rng.standard_normal(n)) for m, n in itertools.pairwise(sizes)]
    leaves = [(Value(W), Value(b[None, :])) for W, b in parameters]
    signal = Value(X)
    for k, (W, b) in enumerate(leaves, start=1):
        signal = signal @ W + b
        signal = signal.relu() if k < len(leaves) else signal
    (signal * signal).sum().backward()
    scores, cache = forward(parameters, X)
    by_hand, _ = backward(parameters, cache, 2 * np.asarray(scores))
    gaps = [abs(W.grad - dW).max() + abs(b.grad[0] - db).max() for (W, b), (dW, db) in zip(leaves, by_hand, strict=True)]
    worst = float(max(gaps))
    verdict = "the same gradients, by two roads" if worst < 1e-9 else "two different answers: at least one of them is wrong"
    return f"3 layers of sizes {' → '.join(map(str, sizes))}: {verdict} (largest gap {worst:.1e})"


@explorer()
def broadcasting(Value):
    """The stretch without points: does the engine add a row to a matrix, and send the right gradients back?"""
    Value(0.0)
    cases = {"a row to every row": ((3, 4), (4,)), "a column to every column": ((3, 4), (3, 1)), "a number to all": ((3, 4), ())}
    return "\n".join(f"{added(Value, *shapes)} adding {name}" for name, shapes in cases.items())


def added(Value, *shapes):
    """A tick if one array added to another gets the measured gradient back, else that this free stretch is open, and why."""
    rng = np.random.default_rng(4)
    big, small, way = (rng.standard_normal(shape) for shape in (*shapes, shapes[1]))
    try:
        a, b = Value(big), Value(small)
        total = a + b
        (total * total).sum().backward()
        slope = np.asarray(b.grad)
    except Exception as error:
        return f"○ optional, not there yet ({type(error).__name__}):"
    ends = [np.sum((big + small + step * way) ** 2) for step in (1e-6, -1e-6)]
    measured = (ends[0] - ends[1]) / 2e-6
    right = slope.shape == shapes[1] and abs(np.sum(slope * way) - measured) < 1e-5 * (1 + abs(measured))
    return "✓" if right else "○ optional, not there yet (another gradient than the measured one):"


__all__ = [
    "agree",
    "blame",
    "broadcasting",
    "folding",
    "from_before",
    "mistakes",
    "share_that_reaches_X",
    "shop",
    "units_of_one_layer",
    "used_twice",
    "wardrobe",
    "widths",
    "worst_width",
]
