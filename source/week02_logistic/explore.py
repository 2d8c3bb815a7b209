"""The pictures and explorers of week 2."""

import functools
import time
from decimal import Decimal, localcontext

import numpy as np

from autograder import datasets
from autograder.explore import BLUE, GREEN, GREY, INK, ORANGE, RED, SKY, explorer, figure, images, picture


def column(name="worst radius"):
    """One measure of the public tumours and whether each was malignant."""
    table = datasets.load("cancer")
    return table.X[:, table.names.index(name)].astype(float), table.y.astype(float)


# ------------------------------------------------------------------------------------------- an S that is a line
@picture
def shares(name="worst radius", groups=11):
    """Left: the share of malignant tumours rises with the nuclei's radius along an S, from none to all.
    Right: the same shares as log-odds lie near a straight line.
    """
    x, y = column(name)
    order = np.argsort(x, kind="stable")
    middle, ill, all_ = [], [], []
    for part in np.array_split(order, groups):
        middle.append(x[part].mean())
        ill.append(y[part].sum())
        all_.append(len(part))
    middle, ill, all_ = np.array(middle), np.array(ill), np.array(all_)
    low, high = wilson(ill, all_)
    fig, (left, right) = figure(9.5, 3.5, columns=2)
    rattle = np.random.default_rng(0).uniform(-0.03, 0.03, len(y))
    for k, colour, word in ((0, BLUE, "benign"), (1, ORANGE, "malignant")):
        left.plot(x[y == k], (y + rattle)[y == k], ".", color=colour, alpha=0.35, ms=5, mew=0, zorder=1)
        left.annotate(word, (36 if k == 0 else 8, 0.06 if k == 0 else 0.90), color=colour, ha="right" if k == 0 else "left")
    left.errorbar(middle, ill / all_, [ill / all_ - low, high - ill / all_], fmt="o", color=INK, ms=5, lw=1.3)
    left.set(title="A share cannot leave 0 to 1 …", xlabel="worst radius of the nuclei", ylabel="share malignant")
    odds = np.log((ill + 0.5) / (all_ - ill + 0.5))
    ends = np.log([low.clip(1e-3) / (1 - low.clip(1e-3)), high.clip(max=0.999) / (1 - high.clip(max=0.999))])
    inner = (ill > 0) & (ill < all_)
    right.vlines(middle, *ends, color=INK, lw=1.3)
    right.plot(middle[inner], odds[inner], "o", color=INK, ms=5)
    right.plot(middle[~inner], odds[~inner], "o", color=INK, mfc="white", ms=5)
    line = np.polyfit(middle, odds, 1, w=np.sqrt(1 / (1 / (ill + 0.5) + 1 / (all_ - ill + 0.5))))
    right.plot(x[order], np.polyval(line, x[order]), color=SKY, zorder=0)
    right.annotate("hollow: all alike in this group", (0.98, 0.04), xycoords="axes fraction", color=GREY, ha="right", fontsize=9)
    right.set(
        title="… its log-odds can go anywhere, along a line",
        ylim=(-7.5, 7.5),
        xlabel="worst radius of the nuclei",
        ylabel="log-odds of malignant",
    )
    return fig


def wilson(hits, trials, z=1.64):
    """Ends of a 90 % interval for a share (Wilson, 1927), good for shares of 0 and 1 too."""
    share = hits / trials
    centre = (share + z**2 / (2 * trials)) / (1 + z**2 / trials)
    half = z / (1 + z**2 / trials) * np.sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2))
    return centre - half, centre + half


# ------------------------------------------------------------------------------------------- slopes on a graph
def draw_graph(ax, nodes, edges, bends=None):
    """A box for each node, {name: (x, y, text)}, and an arrow for each edge (tail, head, text in its middle)."""
    boxes = {}
    for name, (x, y, text) in nodes.items():
        boxes[name] = ax.annotate(
            text,
            (x, y),
            ha="center",
            va="center",
            fontsize=10.5,
            zorder=3,
            linespacing=1.35,
            bbox={"boxstyle": "round,pad=0.4", "fc": "#eef4fa", "ec": BLUE, "lw": 1.2},
        )
    for tail, head, text in edges:
        (x0, y0, _), (x1, y1, _) = nodes[tail], nodes[head]
        bend = f"arc3,rad={(bends or {}).get((tail, head), 0)}"
        ax.annotate(
            "",
            (x1, y1),
            (x0, y0),
            zorder=1,
            arrowprops={
                "arrowstyle": "-|>",
                "color": GREY,
                "lw": 1.5,
                "connectionstyle": bend,
                "patchA": boxes[tail].get_bbox_patch(),
                "patchB": boxes[head].get_bbox_patch(),
                "shrinkA": 2,
                "shrinkB": 2,
            },
        )
        if text:
            ax.annotate(
                text,
                ((x0 + x1) / 2, (y0 + y1) / 2),
                color=RED,
                ha="center",
                va="center",
                fontsize=10,
                zorder=2,
                bbox={"boxstyle": "round,pad=0.2", "fc": "white", "ec": RED, "lw": 0.8},
            )
    xs, ys = [n[0] for n in nodes.values()], [n[1] for n in nodes.values()]
    ax.set(xlim=(min(xs) - 0.5, max(xs) + 0.5), ylim=(min(ys) - 0.55, max(ys) + 0.5))
    ax.axis("off")


@picture
def graph():
    """A graph of three steps: a = 2 and b = 3 give u = ab = 6; u and c = -1 give v = u + c = 5; v and a give J = va = 10.
    On each arrow stands its slope: of u in a it is b = 3, in b it is a = 2; of v in u and in c it is 1; of J in v it is
    a = 2, in a directly v = 5. Under the nodes stand the slopes of J: 1 at J, 2 at v, u and c, 4 at b, 11 at a.
    """
    fig, ax = figure(9.5, 3.4)
    nodes = {
        "a": (0, 2, "$a$ = 2"),
        "b": (0, 0.9, "$b$ = 3"),
        "c": (1.3, 0.15, "$c$ = −1"),
        "u": (1.3, 1.15, "$u=ab$ = 6"),
        "v": (2.7, 0.9, "$v=u+c$ = 5"),
        "J": (4.0, 1.6, "$J=va$ = 10"),
    }
    edges = [
        ("a", "u", "$b=3$"),
        ("b", "u", "$a=2$"),
        ("u", "v", "$1$"),
        ("c", "v", "$1$"),
        ("v", "J", "$a=2$"),
        ("a", "J", "$v=5$"),
    ]
    draw_graph(ax, nodes, edges)
    for name, slope in {"J": 1, "v": 2, "u": 2, "c": 2, "b": 4, "a": 11}.items():
        ax.annotate(
            f"slope of $J$: {slope}",
            nodes[name][:2],
            xytext=(0, -23),
            textcoords="offset points",
            color=GREEN,
            ha="center",
            fontsize=9.5,
        )
    return fig


@picture
def tin():
    """The graph of the tin: the radius feeds base and wall, the height feeds wall and content, the base feeds metal and
    content, the wall feeds metal; metal and content feed the cost.
    """
    fig, ax = figure(9.5, 3.0)
    nodes = {
        "r": (0, 1.7, "radius"),
        "h": (0, 0.3, "height"),
        "base": (1.4, 1.7, "base"),
        "wall": (1.4, 0.3, "wall"),
        "metal": (2.8, 1.7, "metal"),
        "content": (2.8, 0.3, "content"),
        "cost": (4.1, 1, "cost"),
    }
    edges = [
        ("r", "base"),
        ("r", "wall"),
        ("h", "wall"),
        ("h", "content"),
        ("base", "metal"),
        ("wall", "metal"),
        ("base", "content"),
        ("metal", "cost"),
        ("content", "cost"),
    ]
    draw_graph(ax, nodes, [(*edge, "") for edge in edges], bends={("h", "content"): 0.3})
    ax.set(ylim=(-0.45, 2.2))
    return fig


@explorer(a=(-1.2, 2.0, 1.2, 0.05), step=(-1.0, 1.0, 0.8, 0.01), labels={"step": "nudge"})
def nudge(a, step):
    """The curve J(a) with its tangent at one point; a nudge in a moves J along the curve, the slope promises the tangent. The
    thick upright line between the two is the broken part of the promise.
    """
    b, c = 3.0, -1.0

    def J(t):
        return (t * b + c) * t

    here, slope = J(a), 2 * a * b + c
    promised, happened = slope * step, J(a + step) - here
    fig, ax = figure(8.4, 3.5)
    t = np.linspace(-1.6, 3.2, 200)
    ax.plot(t, J(t), color=BLUE)
    ax.plot(t, here + slope * (t - a), color=ORANGE, lw=1.4)
    ax.plot([a, a + step], [here, J(a + step)], "o", color=BLUE, ms=4.5)
    ax.vlines(a + step, *sorted((here + happened, here + promised)), color=RED, lw=2.5, zorder=4)
    ax.set(
        ylim=(-4, 24),
        xlim=(-1.6, 3.2),
        xlabel="a",
        ylabel="J",
        title=f"J = (ab + c)a at a = {a:.2f}: slope {slope:.2f}; broken part of the promise {happened - promised:+.3f}",
    )
    ax.annotate(
        f"nudge {step:+.2f}\nthe slope promises {promised:+.2f}\nwhat happens {happened:+.2f}",
        (0.03, 0.95),
        xycoords="axes fraction",
        va="top",
    )
    return fig


def broken_part():
    """A quarter: it goes with the square of the nudge, so half a nudge leaves half of a half."""
    return "a quarter"


# ------------------------------------------------------------------------------------------- surprise
def loss_of_logit():
    """Far left it is nearly minus the logit, far right nearly nothing: who is sure and right loses little, who is sure and wrong
    loses in proportion to the logit and no more.
    """
    logits = np.linspace(-8, 8, 161)
    return logits, np.logaddexp(0, -logits)


@picture
def surprise():
    """Two curves of the loss against the logit, one for each label: mirror images, near zero on their own side and a
    straight line on the other. The formula typed as it stands follows them in float32 only from about -88 to 16.
    """
    fig, (left, right) = figure(9.5, 3.5, columns=2)
    z = np.linspace(-6, 6, 121)
    for sign, colour, word in ((1, ORANGE, "it was malignant (1)"), (-1, BLUE, "it was benign (0)")):
        left.plot(z, [float(exactly(sign * t)) for t in z], color=colour, label=word)
    left.set(title="Log-loss, in nats", xlabel="logit", ylabel="log-loss")
    left.legend(loc="upper center")
    z = np.linspace(-110, 40, 601)
    true = np.array([float(exactly(t)) for t in z])
    with np.errstate(all="ignore"):
        typed = -np.log(1 / (1 + np.exp(-z.astype(np.float32))))
    right.plot(z, true, color=SKY, lw=5, label="what it is")
    right.plot(z, np.where((typed > 0) & np.isfinite(typed), typed, np.nan), color=INK, lw=1.3, label="as typed, in float32")
    right.set(yscale="log", ylim=(1e-18, 1e4), title="Typed as it stands, it breaks on both sides", xlabel="logit, label 1")
    right.annotate("inf from here on", (-88, 1e2), (-108, 1e-5), arrowprops={"arrowstyle": "->", "color": GREY})
    right.annotate("0 from here on", (16.6, 6e-8), (-42, 3e-13), arrowprops={"arrowstyle": "->", "color": GREY})
    right.legend(loc="lower left")
    return fig


def exactly(logit):
    """The surprise at label 1 with 60 digits: no rounding to speak of, and far too slow to train with."""
    with localcontext() as digits:
        digits.prec = 60
        return -(1 / (1 + (-Decimal(float(logit))).exp())).ln()


# ------------------------------------------------------------------------------------------- a loop against an array
@picture
def race(features=20):
    """Seconds to give every example its score, against the number of examples: the loop takes some hundred times as long as
    the array product at every size but the smallest.
    """
    sizes, loops, arrays = [10, 100, 1000, 10000, 100000], [], []
    rng = np.random.default_rng(0)
    w = rng.normal(size=features)
    weights = w.tolist()
    for n in sizes:
        X = rng.normal(size=(n, features))
        rows = X[:2000].tolist()  # the loop's time grows in step with the examples: measure 2,000 and scale
        loops.append(n / len(rows) * clock(lambda rows=rows: [sum(a * b for a, b in zip(r, weights, strict=True)) for r in rows]))
        arrays.append(clock(lambda X=X: X @ w))
    fig, ax = figure(8.4, 3.4)
    ax.loglog(sizes, loops, "o-", color=ORANGE)
    ax.loglog(sizes, arrays, "s-", color=BLUE)
    ax.annotate("Python loop", (sizes[3], loops[3]), xytext=(-8, 8), textcoords="offset points", color="#a87100", ha="right")
    ax.annotate("X @ w", (sizes[3], arrays[3]), xytext=(6, -16), textcoords="offset points", color=BLUE)
    gain = loops[-1] / arrays[-1]
    ax.set(xlabel="examples", ylabel="seconds", title=f"At 100,000 examples: {gain:.0f} times as fast, on this machine, just now")
    ax.grid(True, axis="y")
    return fig


def clock(run):
    """The best of a few times, in seconds."""
    times = []
    for _ in range(4):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


# ------------------------------------------------------------------------------------------- the surface and the path
def mean_loss(thetas, x, y, penalty):
    """The penalised mean log-loss of one-feature models (w, b), for arrays of any shape (…, 2)."""
    w, b = thetas[..., :1], thetas[..., 1:]
    return np.logaddexp(0, np.where(y == 1, -1, 1) * (w * x + b)).mean(-1) + penalty / 2 * w[..., 0] ** 2


def derivatives(theta, x, y, penalty):
    """The gradient (2,) and the matrix of curvatures (2, 2) of `mean_loss` at one place."""
    inputs = np.stack([x, np.ones_like(x)])
    chance = np.exp(-np.logaddexp(0, -(theta @ inputs)))
    ridge = penalty * np.array([1.0, 0.0])
    return inputs @ (chance - y) / len(x) + ridge * theta, inputs * (chance * (1 - chance)) @ inputs.T / len(x) + np.diag(ridge)


def bottom(x, y, penalty):
    """The lowest point, by Newton's method."""
    theta = np.zeros(2)
    for _ in range(60):
        gradient, curvature = derivatives(theta, x, y, penalty)
        theta = theta - np.linalg.solve(curvature, gradient).clip(-2, 2)
    return theta


@explorer(
    rate=(0.5, 20.0, 4.0, 0.5),
    steps=(1, 100, 20),
    penalty=[0.01, 0.0, 0.1, 1.0],
    standardised=True,
    labels={"rate": "learning rate", "standardised": "standardised feature"},
)
def walk(rate, steps, penalty, standardised, quick=False):
    """Contours of the loss over weight and bias with the path of gradient descent drawn on it, and beside it the distance
    left to the lowest point after each step on a logarithmic axis. A walk that leaves for good rises there as a straight line.
    """
    x, y, best = landscape(penalty, standardised)
    path = [np.zeros(2)]
    for _ in range(steps):
        path.append(path[-1] - rate * derivatives(path[-1], x, y, penalty)[0])
    return draw_walk(np.array(path), best, lambda thetas: mean_loss(thetas, x, y, penalty), 40 if quick else 90)


@functools.cache
def landscape(penalty, standardised):
    """The feature, the labels and the lowest point of the loss over them."""
    x, y = column()
    x = (x - x.mean()) / x.std() if standardised else x / 10  # raw: nuclei measured in units of ten
    return x, y, bottom(x, y, penalty)


def draw_walk(path, best, loss, grid):
    """Contours with the path on the left, the distance to the lowest point by step on the right."""
    distance = np.sqrt(((path - best) ** 2).sum(1))
    left_for_good = distance[-1] > 1e4
    fig, (left, right) = figure(10, 4.0, columns=2, width_ratios=(1.15, 1))
    reach = 1.6 * np.abs(best).max() + 0.5
    middle = best / 2
    w, b = np.meshgrid(*(np.linspace(m - reach, m + reach, grid) for m in middle))
    height = loss(np.stack([w, b], -1))
    low = loss(best)
    rise = np.log10(np.maximum(height - low, 1e-4))
    left.contourf(w, b, rise, levels=24, cmap="Blues_r")
    left.contour(w, b, rise, levels=12, colors="white", linewidths=0.5, linestyles="solid")
    left.plot(*path[distance < 1e4].T, "o-", color=ORANGE, ms=3.5, lw=1.4, mec="white", mew=0.4)
    left.plot(*path[0], "o", color=INK, ms=7)
    left.plot(*best, "*", color=RED, ms=15, mec="white")
    left.set(
        xlim=(w.min(), w.max()),
        ylim=(b.min(), b.max()),
        xlabel="weight",
        ylabel="bias",
        title="The path leaves for good"
        if left_for_good
        else f"The path: loss {loss(path[0]):.3f} → {loss(path[-1]):.3f}, lowest {low:.3f}",
    )
    right.semilogy(np.maximum(distance, 1e-6), "o-", color=ORANGE, ms=3.5, lw=1.4)
    right.set(
        ylim=(1e-6, 1e8),
        xlim=(0, 20 if len(path) <= 21 else 100),
        xlabel="step",
        ylabel="distance to the lowest point",
        title="What is left, on logarithmic paper",
        xticks=range(0, 21, 5) if len(path) <= 21 else range(0, 101, 20),
    )
    right.grid(True, axis="y")
    return fig


# ------------------------------------------------------------------------------------------- no lowest point
def wrong_side():
    """None. In thirty dimensions there is much room: a hyperplane can be turned until every tumour lies on its own side."""
    plane, signed = separating_plane()
    return float(np.sum(signed @ plane <= 0))


def separating_plane():
    """Weights and bias that put all public tumours on the right side, and those tumours.

    Rosenblatt's perceptron on standardised measures: as long as a tumour lies on the wrong side, add the worst one.
    """
    table = datasets.load("cancer")
    X = table.X.astype(float)
    X = np.column_stack([(X - X.mean(0)) / X.std(0), np.ones(len(X))])
    signed = X * np.where(table.y == 1, 1.0, -1.0)[:, None]
    plane = np.zeros(X.shape[1])
    for _ in range(20000):
        worst = np.argmin(signed @ plane)
        if signed[worst] @ plane > 0:
            break
        plane = plane + signed[worst]
    return plane / np.sqrt(plane[:-1] @ plane[:-1]), signed


@picture
def no_end():
    """Left: signed distances of all tumours from one hyperplane, every one of them positive. Right: the loss along that direction
    falls for ever without a penalty, and has a lowest point with one.
    """
    plane, signed = separating_plane()
    margin = signed @ plane
    fig, (left, right) = figure(9.5, 3.5, columns=2)
    left.hist(margin, 60, color=BLUE)
    left.axvline(0, color=RED)
    left.annotate(f"the nearest of {len(margin)}:\n{margin.min():.4f}, on the right side", (0.32, 0.8), xycoords="axes fraction")
    left.set(title="A hyperplane without a single mistake", xlabel="distance from it, towards the own side", ylabel="tumours")
    length = np.logspace(-2, 5.2, 200)
    loss = np.array([-np.log(1 / (1 + np.exp(-(t * margin).clip(-700, 700)))).mean() for t in length])
    right.loglog(length, loss, color=INK, label="no penalty")
    for penalty, colour in ((0.01, ORANGE), (0.0001, GREEN)):
        total = loss + penalty / 2 * length**2
        right.loglog(length, total, color=colour, label=f"penalty {penalty:g}")
        right.plot(length[total.argmin()], total.min(), "*", color=colour, ms=13)
    right.set(
        ylim=(1e-5, 10), xlim=(1e-2, 1e4), title="Twice as far is always better", xlabel="length of the weights", ylabel="loss"
    )
    right.legend(loc="lower left")
    return fig


# ------------------------------------------------------------------------------------------- honest forecasters
@picture
def forecasters():
    """Reliability of three forecasters of rain on the same days. Both the honest one and the one that always says the base
    rate lie on the diagonal; the bold one exaggerates. Log-loss and Brier score put the honest one first, the gap to the
    diagonal alone puts the base rate first.
    """
    rng = np.random.default_rng(3)
    logit = rng.normal(-0.6, 1.5, 40000)
    chance = 1 / (1 + np.exp(-logit))
    rain = rng.random(len(chance)) < chance
    said = {"honest": chance, "bold": 1 / (1 + np.exp(-2.2 * logit)), "base rate": np.full(len(chance), rain.mean())}
    fig, axes = figure(9.8, 3.7, columns=3, sharey=True)
    for ax, (name, p), colour in zip(axes, said.items(), (BLUE, RED, GREEN), strict=True):
        place = np.minimum((p * 10).astype(int), 9)
        kept = [k for k in range(10) if (place == k).sum() > 30]
        mean = np.array([p[place == k].mean() for k in kept])
        seen = np.array([rain[place == k].mean() for k in kept])
        count = np.array([(place == k).sum() for k in kept])
        gap = np.average(np.abs(mean - seen), weights=count)
        ax.plot([0, 1], [0, 1], color=GREY, lw=1)
        ax.plot(mean, seen, "-", color=colour, lw=1)
        ax.scatter(mean, seen, s=15 + 500 * count / count.sum(), color=colour, alpha=0.85)
        loss = -np.log(np.where(rain, p, 1 - p)).mean()
        ax.set(title=name, xlabel="probability that was said", xlim=(0, 1), ylim=(0, 1), aspect="equal")
        ax.annotate(
            f"gap  {gap:.3f}\nBrier  {np.mean((p - rain) ** 2):.3f}\nlog-loss  {loss:.3f}",
            (0.04, 0.96),
            xycoords="axes fraction",
            va="top",
            fontsize=9.5,
        )
    axes[0].set_ylabel("share of days on which it rained")
    return fig


# ------------------------------------------------------------------------------------------- tree or not
def squares(photograph, size=6):
    """Places of one aerial photograph: size × size × 3 mean colours in [0, 1], grey (n, 2), 1 for a tree, the column.

    The grey of a square is how bright it is and how much its brightness varies.
    """
    trees = datasets.load("trees", split=photograph)
    n, side = len(trees.X), 24 // size
    colours = trees.X.reshape(n, size, side, size, side, 3).mean((2, 4)).reshape(n, -1) / 255
    grey = trees.X.mean(3) / 255
    return colours, np.column_stack([grey.mean((1, 2)), grey.std((1, 2))]), trees.y.astype(int), trees.at[:, 1]


@picture
def tree_squares():
    """Squares from two photographs, trees above and other places below. On the meadow the other places are mostly bright
    grass; beside the road they are asphalt and deep shadow.
    """
    fig, axes = figure(9.8, 4.0, rows=4, columns=12)
    for block, name in enumerate(("meadow", "roadside")):
        trees = datasets.load("trees", split=name)
        for row, label in enumerate((1, 0)):
            pick = np.random.default_rng(5).choice(np.flatnonzero(trees.y == label), 12, replace=False)
            line = axes[2 * block + row]
            images(line, trees.X[pick])
            line[0].set_ylabel(f"{name}\n{'tree' if label else 'not'}", rotation=0, ha="right", va="center", fontsize=9.5)
    return fig


def elsewhere(model, contrast=False):
    """Train on the west of each photograph; the share named rightly on its east, and on the other photograph.

    `model` makes a fresh model with fit and predict_proba; `contrast` takes one number a square in place of its colours.
    Returns {photograph: (own east, the other photograph)}.
    """
    places = {}
    for name in ("meadow", "roadside"):
        colours, grey, y, at = squares(name)
        places[name] = grey[:, 1:] if contrast else colours, y, at
    right = {}
    for home, away in (("meadow", "roadside"), ("roadside", "meadow")):
        X, y, at = places[home]
        east = np.quantile(at, 0.7)
        west = at < east - 24  # no square of one side overlaps the other side
        middle, spread = X[west].mean(0), X[west].std(0)
        fitted = model().fit((X[west] - middle) / spread, y[west])
        tests = (X[at >= east], y[at >= east]), places[away][:2]
        right[home] = tuple(float(np.mean((fitted.predict_proba((A - middle) / spread)[:, 1] > 0.5) == b)) for A, b in tests)
    return right


@explorer()
def trees(model):
    """Left: on the meadow trees are darker than other places, beside the road they are not. Middle: in both photographs a
    tree's square has more contrast. Right: colours win at home and fall to a coin's toss elsewhere; contrast travels better.
    """
    return tree_results(elsewhere(model), elsewhere(model, contrast=True))


def tree_results(colours, contrast):
    """What was learnt here and there, as a figure."""
    fig, (left, middle, right) = figure(10.5, 3.6, columns=3, width_ratios=(1, 1, 1.25))
    for ax, which, title in ((left, 0, "Dark: a clue here, none there"), (middle, 1, "Contrast: a clue in both")):
        for at, name in enumerate(("meadow", "roadside")):
            _, both, y, _ = squares(name)
            for label, colour in ((1, GREEN), (0, GREY)):
                box = ax.boxplot(
                    both[y == label, which],
                    positions=[at + 0.19 * (1 - 2 * label)],
                    widths=0.3,
                    patch_artist=True,
                    showfliers=False,
                    medianprops={"color": INK},
                )
                box["boxes"][0].set_facecolor(colour)
        ax.set(
            title=title,
            xticks=[0, 1],
            xticklabels=["meadow", "roadside"],
            xlim=(-0.6, 1.6),
            ylabel=("mean", "spread")[which] + " of the square's grey values",
        )
    left.plot([], [], "s", color=GREEN, label="tree")
    left.plot([], [], "s", color=GREY, label="not")
    left.legend(loc="upper left")
    at = np.array([0, 1, 2.4, 3.4])
    for shift, word, result, colour in ((-0.19, "colours", colours, BLUE), (0.19, "contrast", contrast, ORANGE)):
        values = [100 * v for v in (*result["meadow"], *result["roadside"])]
        right.bar(at + shift, values, 0.36, color=colour)
        for x, v in zip(at + shift, values, strict=True):
            right.annotate(f"{v:.0f}", (x, v), ha="center", va="bottom", fontsize=9)
            right.annotate(
                word, (x, 4), ha="center", va="bottom", fontsize=9, rotation=90, color="white" if colour == BLUE else INK
            )
    right.axhline(50, color=INK, lw=1, ls=":")
    right.set(
        ylim=(0, 118),
        yticks=range(0, 101, 25),
        xticks=at,
        xticklabels=["own\neast", "road-\nside", "own\neast", "mea-\ndow"],
        title="Named rightly, per cent",
    )
    right.annotate("learnt on the meadow", (0.5, 106), ha="center", fontsize=9)
    right.annotate("learnt by the road", (2.9, 106), ha="center", fontsize=9)
    return fig
