"""Pictures and explorers of week 1."""

import functools
import tracemalloc

import numpy as np
from matplotlib.patches import Circle, FancyBboxPatch, Rectangle

from autograder import datasets
from autograder.explore import (
    BLUE,
    CLASSES,
    GREEN,
    GREY,
    INK,
    MARKERS,
    ORANGE,
    RED,
    SIGNED,
    Drag,
    explorer,
    figure,
    images,
    picture,
    points,
    regions,
    surface,
)


@functools.cache
def _digits():
    return datasets.load("mnist", split="train")


# ---- a picture is an array


@picture
def digit_as_numbers():
    """A handwritten seven as a picture, and the numbers in a part of it: 0 is paper, 255 is ink."""
    digits = _digits()
    seven = digits.X[np.flatnonzero(digits.y == 7)[4]]
    fig, (whole, part) = figure(9.4, 4.2, columns=2, width_ratios=(1, 1.25))
    whole.imshow(seven, cmap="gray_r")
    top, left, tall, wide = 5, 12, 10, 12
    whole.add_patch(Rectangle((left - 0.5, top - 0.5), wide, tall, fill=False, color=RED, lw=2))
    whole.set(title="what you see", xticks=[0, 9, 18, 27], yticks=[0, 9, 18, 27], xlabel="column", ylabel="row")
    crop = seven[top : top + tall, left : left + wide]
    part.imshow(crop, cmap="gray_r", vmin=0, vmax=400)
    for (i, j), value in np.ndenumerate(crop):
        part.text(j, i, value, ha="center", va="center", fontsize=8.5, color=INK if value < 130 else "white")
    part.set(title="what the machine gets (the part in the frame)", xticks=range(0, wide, 3), yticks=range(0, tall, 3))
    part.set_xticklabels(range(left, left + wide, 3))
    part.set_yticklabels(range(top, top + tall, 3))
    return fig


def blank_numbers():
    """A pen covers little of the paper: four numbers of five say nothing but "blank"."""
    return np.mean(np.sum(_digits().X == 0, axis=(1, 2)))


@picture
def axes_of_a_stack():
    """A stack of sevens and what is left along its axes.

    Over axis 0 the stack falls onto one average picture; one seven collapses to the ink in each row, or in each column.
    """
    digits = _digits()
    sevens = digits.X[digits.y == 7]
    one = sevens[4].astype(int)
    fig, axes = figure(11.4, 3.9, columns=4, width_ratios=(1.5, 1, 1, 1))
    stack = axes[0]
    for k in range(3, -1, -1):
        across, down = 15 * k, -11 * k
        stack.imshow(sevens[4 - k], cmap="gray_r", extent=(across, across + 28, 28 + down, down), zorder=10 - k)
        stack.add_patch(Rectangle((across, down), 28, 28, fill=False, ec=GREY, lw=1, zorder=10 - k))
    stack.set(xlim=(-8, 76), ylim=(38, -36), title=f"all sevens: shape {sevens.shape}")
    arrow = {"arrowstyle": "->", "lw": 2}
    for tip, tail, colour in (((74, -2), (33, 29), RED), ((-3, 29), (-3, 0), BLUE), ((29, 31.5), (0, 31.5), GREEN)):
        stack.annotate("", tip, tail, arrowprops={**arrow, "color": colour}, zorder=20)
    stack.text(55, 21, "axis 0: which", color=RED, fontsize=9.5)
    stack.text(-6, 14, "axis 1: row", color=BLUE, fontsize=9.5, rotation=90, ha="center", va="center")
    stack.text(14, 37, "axis 2: column", color=GREEN, fontsize=9.5, ha="center")
    stack.axis("off")
    axes[1].imshow(sevens.mean(axis=0), cmap="gray_r")
    axes[1].set(title="all sevens,\nmean over axis 0", xticks=[], yticks=[])
    for ax, axis, colour, words in ((axes[2], 1, BLUE, "ink in each row"), (axes[3], 0, GREEN, "ink in each column")):
        ax.imshow(one, cmap="gray_r", alpha=0.3)
        ink = one.sum(axis=axis) / one.sum(axis=axis).max() * 20
        ax.barh(np.arange(28), ink, height=0.8, color=colour, left=-0.5) if axis == 1 else ax.bar(
            np.arange(28), -ink, width=0.8, color=colour, bottom=27.5
        )
        ax.set(title=f"one seven, sum over\naxis {axis}: {words}", xticks=[], yticks=[], xlim=(-0.5, 27.5), ylim=(27.5, -0.5))
    return fig


SHAPES = {"(4,)": (4,), "(1, 4)": (1, 4), "(3, 1)": (3, 1), "(3,)": (3,), "(3, 4)": (3, 4), "()": ()}


def _cells(ax, values, shape, into, colour, title):
    """An array drawn as cells: its own in full colour, those that are read again pale."""
    padded = (1,) * (2 - len(shape)) + tuple(shape)
    full = np.broadcast_to(np.reshape(values, padded), into) if into else np.reshape(values, padded)
    for (i, j), value in np.ndenumerate(full):
        own = i < padded[0] and j < padded[1]
        ax.add_patch(
            FancyBboxPatch(
                (j + 0.06, i + 0.06),
                0.88,
                0.88,
                boxstyle="round,pad=0,rounding_size=0.08",
                fc=colour if own else "none",
                ec=colour,
                lw=1.3,
                ls="-" if own else (0, (2, 2)),
                alpha=0.9 if own else 0.75,
            )
        )
        ax.text(
            j + 0.5,
            i + 0.5,
            f"{value:g}",
            ha="center",
            va="center",
            fontsize=11,
            color="white" if own and colour != ORANGE else INK,
        )
    ax.set(xlim=(-0.1, 4.1), ylim=(3.1, -0.1), aspect="equal", title=title)
    ax.axis("off")


@explorer(
    first=["(3, 1)", *(name for name in SHAPES if name != "(3, 1)")],
    second=list(SHAPES),
    labels={"first": "shape of A", "second": "shape of B"},
)
def broadcasting(first, second):
    """Two arrays and their sum: cells with a dashed frame are the same numbers, read again."""
    a, b = SHAPES[first], SHAPES[second]
    va, vb = np.arange(1, 1 + int(np.prod(a))), 10 * np.arange(1, 1 + int(np.prod(b)))
    try:
        into = np.broadcast_shapes(a, b)
    except ValueError:
        into = None
    fig, axes = figure(10, 3.4, columns=3)
    shown = None if into is None else (1,) * (2 - len(into)) + into
    _cells(axes[0], va, a, shown, BLUE, f"A: shape {a}")
    _cells(axes[1], vb, b, shown, ORANGE, f"B: shape {b}")
    if into is None:
        padded = [f"{(1,) * (2 - len(s)) + s!s:>8}" for s in (a, b)]
        axes[2].text(
            0,
            1.3,
            "they do not fit:\n\n" + "\n".join(padded) + "\n\nsome sizes differ, and neither is 1",
            fontsize=11,
            color=RED,
            family="monospace",
            va="center",
        )
        axes[2].set(xlim=(-0.1, 4.1), ylim=(3.1, -0.1), title="A + B")
        axes[2].axis("off")
    else:
        _cells(axes[2], np.add(va.reshape(a), vb.reshape(b)), into, None, GREEN, f"A + B: shape {into}")
    return fig


# ---- how far apart


@picture
def neighbours():
    """Four digits of the test set, each with its five nearest neighbours among 6,000 others; most are the same digit."""
    digits, new = _digits(), datasets.load("mnist", split="test")
    flat = digits.X.reshape(len(digits.X), -1).astype(np.float32)
    fig, axes = figure(8.2, 5.2, rows=4, columns=7, width_ratios=(1, 0.25, 1, 1, 1, 1, 1))
    for row, pick in zip(axes, (12, 57, 31, _one_that_goes_wrong(flat, digits.y, new)), strict=True):
        order, gap = _nearest(flat, new.X[pick])
        images(row[:1], [new.X[pick]], [f"a new {new.y[pick]}"], cmap="gray_r")
        row[1].axis("off")
        images(row[2:], digits.X[order], [f"{g:.0f}" for g in gap], cmap="gray_r")
        for ax, k in zip(row[2:], order, strict=True):
            if digits.y[k] != new.y[pick]:
                ax.set_title(f"{ax.get_title(loc='left')}: a {digits.y[k]}", fontsize=10, color=RED)
    fig.suptitle("left: a new digit   right: the nearest of 6,000, with their distance", x=0.01, ha="left", fontsize=10.5)
    return fig


def _nearest(flat, one, k=5):
    gap = np.linalg.norm(flat - one.reshape(1, -1), axis=-1)
    order = np.argsort(gap)[:k]
    return order, gap[order]


def _one_that_goes_wrong(flat, y, new):
    return next(i for i in range(60, 400) if y[_nearest(flat, new.X[i], 1)[0][0]] != new.y[i])


@picture
def what_a_table_costs():
    """Three ways to fill a table of distances: entry by entry, as one block of n by m by d numbers, or row by row."""
    fig, axes = figure(10.5, 3.9, columns=3)
    told = ("a loop over the pairs", "everything at once", "a row of the table at a time")
    costs = (
        "memory: next to none\nsteps of Python: 1,440,000",
        "memory: 1200 × 1200 × 784 floats, 9 GB\nsteps of Python: 1",
        "memory: 1200 × 784 floats, 7.5 MB\nsteps of Python: 1,200",
    )
    for ax, title, cost in zip(axes, told, costs, strict=True):
        ax.set(xlim=(-0.5, 12), ylim=(12.4, -4.5), aspect="equal", title=title)
        ax.text(5, 10, cost, fontsize=9.5, ha="center", va="top")
        ax.axis("off")
    for ax in (axes[0], axes[2]):
        ax.add_patch(Rectangle((1, 0), 8, 8, fc="#f1f4f7", ec=GREY))
        for k in range(1, 8):
            ax.plot([1, 9], [k, k], color="#dde3ea", lw=0.8)
            ax.plot([1 + k, 1 + k], [0, 8], color="#dde3ea", lw=0.8)
        ax.text(5, 8.9, "m points", ha="center", fontsize=9, color=GREY)
        ax.text(0.4, 4, "n points", rotation=90, ha="center", va="center", fontsize=9, color=GREY)
    axes[0].add_patch(Rectangle((4, 3), 1, 1, color=RED))
    axes[0].plot([4.5, 7.5], [3.5, -2], color=RED, lw=1)
    axes[0].text(7.6, -2.3, "one entry:\nd numbers", fontsize=9, color=RED, va="center")
    axes[2].add_patch(Rectangle((1, 3), 8, 1, color=RED))
    _block(axes[2], 1, 3, 8, 1, 2.4, RED)
    _block(axes[1], 1, 0, 8, 8, 2.8, RED)
    axes[1].text(11.6, -3.1, "d", fontsize=10, color=RED)
    axes[1].text(5, 8.9, "m points", ha="center", fontsize=9, color=GREY)
    axes[1].text(0.4, 4, "n points", rotation=90, ha="center", va="center", fontsize=9, color=GREY)
    return fig


def _block(ax, x, y, wide, tall, deep, colour):
    """A box seen from the front, with its depth drawn up and to the right."""
    step = deep
    for corners, shade in (
        ([(x, y), (x + wide, y), (x + wide, y + tall), (x, y + tall)], 0.30),
        ([(x, y), (x + step, y - step), (x + wide + step, y - step), (x + wide, y)], 0.18),
        ([(x + wide, y), (x + wide + step, y - step), (x + wide + step, y + tall - step), (x + wide, y + tall)], 0.42),
    ):
        a, b = np.array(corners).T
        ax.fill(a, b, color=colour, alpha=shade, lw=0)
        ax.plot([*a, a[0]], [*b, b[0]], color=colour, lw=1)


@explorer()
def lean(distances):
    """How much memory a function for distances holds at once, beside what its inputs and its table take."""
    rng = np.random.default_rng(1)
    A, B = (rng.random((200, 784), dtype=np.float32) for _ in "AB")
    tracemalloc.start()
    try:
        table = np.asarray(distances(A, B))
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    times = most / (A.nbytes + B.nbytes + table.nbytes)
    verdict = "lean" if times < 4 else "not lean yet" if times < 40 else "this is the whole block of differences"
    return (
        f"For 200 against 200 digits your function holds {most / 1e6:.1f} MB at once. That is {times:.1f} times as much as "
        f"inputs and table take together: {verdict} (below 4 is lean)."
    )


# ---- units


@picture
def units_matter():
    """Seven flats by size and way to the station, in kilometres and in metres: another flat is the one most like yours."""
    size = np.array([52.0, 58, 71, 60, 48, 66, 80])
    away = np.array([2.6, 0.9, 1.3, 2.3, 1.0, 2.9, 1.9])
    yours = np.array([60.0, 1.3])
    fig, (left, right) = figure(9.6, 3.9, columns=2)
    for ax, factor, unit in ((left, 1, "km"), (right, 1000, "m")):
        X = np.column_stack([size, factor * away])
        you = yours * [1, factor]
        gap = np.linalg.norm(X - you, axis=1)
        best = gap.argmin()
        points(ax, X, size=60)
        ax.scatter(*you, marker="*", s=220, color=RED, zorder=4)
        ax.annotate("yours", you, xytext=(8, 8), textcoords="offset points", color=RED)
        ax.plot(*np.array([you, X[best]]).T, color=INK, lw=1.2, ls="--")
        ax.annotate("most alike", X[best], xytext=(9, -13), textcoords="offset points")
        ax.set(
            xlabel="size in square metres",
            ylabel=f"distance from the station in {unit}",
            title=f"counted in {unit}",
            xlim=(44, 84),
            ylim=(0.6 * factor, 3.2 * factor),
        )
    return fig


# ---- a network by hand

CORNERS = np.array([[0, 0], [1, 1], [0, 1], [1, 0]], dtype=float)
XOR = np.array([0, 0, 1, 1])
WINDOW = (-0.6, 1.6, -0.6, 1.6)


def _discs(ax):
    for corner, label in zip(CORNERS, XOR, strict=True):
        ax.add_patch(Circle(corner, 0.3, fc="none", ec=CLASSES[label], lw=2.2, zorder=3))
        ax.text(*corner, "yes" if label else "no", ha="center", va="center", fontsize=10, zorder=4)
    ax.set(xlabel="first input", ylabel="second input", aspect="equal", xticks=[0, 1], yticks=[0, 1])


def _right_discs(score):
    """How many of the four discs have the right sign all over."""
    angle = np.linspace(0, 2 * np.pi, 120)
    ring = np.concatenate([r * np.column_stack([np.cos(angle), np.sin(angle)]) for r in (0.0, 0.15, 0.3)])
    return sum(bool(np.all((score(c + ring) > 0) == bool(label))) for c, label in zip(CORNERS, XOR, strict=True))


@explorer(angle=(0, 180, 60, 5), shift=(-1.0, 1.0, 0.0, 0.05), turned=False, labels={"turned": "exchange yes and no"})
def one_line(angle, shift, turned):
    """Four discs, two to be called yes and two no, and one straight line: an arrow points to its side for yes."""
    way = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))]) * (-1 if turned else 1)
    score = lambda P: (P - 0.5) @ way - (-shift if turned else shift)  # noqa: E731
    fig, ax = figure(5.6, 4.6)
    regions(ax, lambda P: score(P) > 0, WINDOW)
    _discs(ax)
    foot = 0.5 + (-shift if turned else shift) * way
    arrow = {"arrowstyle": "-|>", "color": INK, "lw": 1.8}
    ax.annotate("", foot + 0.3 * way, foot, annotation_clip=False, zorder=5, arrowprops=arrow)
    ax.set_title(f"wholly right: {_right_discs(score)} of 4 discs (arrow: yes)")
    return fig


@explorer(
    w1=(-2.0, 2.0, 1.0, 0.1),
    w2=(-2.0, 2.0, 1.0, 0.1),
    b1=(-3.0, 3.0, 1.0, 0.1),
    b2=(-3.0, 3.0, -1.0, 0.1),
    v1=(-3.0, 3.0, 1.0, 0.1),
    v2=(-3.0, 3.0, -2.0, 0.1),
    labels={
        "w1": "first: weight",
        "b1": "first: bias",
        "w2": "second: weight",
        "b2": "second: bias",
        "v1": "first: how much",
        "v2": "second: how much",
    },
)
def hinges(w1, b1, w2, b2, v1, v2):
    """Two hidden units with one input, each a hinge, and below them the score that they make together."""
    x = np.linspace(-3, 3, 301)
    first, second = np.maximum(0, w1 * x + b1), np.maximum(0, w2 * x + b2)
    fig, (units, together) = figure(9.6, 3.5, columns=2)
    units.plot(x, first, color=BLUE, label="first unit")
    units.plot(x, second, color=ORANGE, ls="--", label="second unit")
    together.plot(x, v1 * first + v2 * second, color=INK)
    units.legend(loc="upper center")
    units.set(title="two hidden units", xlabel="input", ylim=(-0.3, 6), xlim=(-3, 3))
    together.set(
        title=f"score: {v1:g} × first {'+' if v2 >= 0 else '−'} {abs(v2):g} × second",
        xlabel="input",
        ylim=(-6, 6),
        xlim=(-3, 3),
    )
    for ax in (units, together):
        ax.axhline(0, color=GREY, lw=0.8)
        ax.grid(True)
    return fig


@explorer(angle=(0, 360, 30, 5), bias=(-1.5, 1.5, -0.3, 0.05))
def fold(angle, bias):
    """One hidden unit over the plane, and from the side: zero on one side of a line, rising on the other."""
    way = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
    unit = lambda P: np.maximum(0, P @ way + bias)  # noqa: E731
    fig, (plane, side) = figure(9.6, 4.0, columns=2)
    surface(plane, unit, WINDOW, low=-1.6, high=1.6, level=None)
    plane.axline(-bias * way, -bias * way + [-way[1], way[0]], color=INK, lw=1.2)
    plane.scatter(*CORNERS.T, s=30, color=INK, zorder=3)
    for corner in CORNERS:
        plane.annotate(f"{unit(corner):.2f}", corner, xytext=(7, 6), textcoords="offset points")
    plane.annotate("", 0.5 + 0.45 * way, (0.5, 0.5), arrowprops={"arrowstyle": "->", "color": RED, "lw": 2})
    plane.set(
        aspect="equal",
        xlabel="first input",
        ylabel="second input",
        title=f"weights ({way[0]:.2f}, {way[1]:.2f}), bias {bias:.2f}",
    )
    along = np.linspace(-1.2, 1.6, 200)
    side.plot(along, np.maximum(0, along + bias), color=INK)
    side.axhline(0, color=GREY, lw=0.8)
    side.set(
        xlabel="steps along the arrow, from (0, 0)",
        ylabel="what the unit passes on",
        title="seen from the side",
        ylim=(-0.2, 2),
    )
    side.grid(True)
    return fig


@explorer()
def my_xor(net, xor_parameters):
    """Where the score of your network is positive, with the four discs that it should get right."""
    parameters = [np.asarray(a, dtype=float) for a in xor_parameters()]
    score = lambda P: np.asarray(net(P, *parameters)).reshape(len(P))  # noqa: E731
    fig, ax = figure(5.6, 4.4)
    regions(ax, lambda P: score(P) > 0, WINDOW)
    _discs(ax)
    ax.set_title(f"wholly right: {_right_discs(score)} of 4 discs\nhidden units: {parameters[0].shape[1]}")
    return fig


# ---- prototypes

CLASS_SIZE = 4
START = [
    [0.22, 0.70], [0.30, 0.55], [0.14, 0.52], [0.36, 0.78],
    [0.68, 0.40], [0.80, 0.28], [0.62, 0.22], [0.86, 0.50],
    [0.50, 0.88], [0.66, 0.93], [0.78, 0.86], [0.60, 0.72],
]  # fmt: skip


@explorer(at=Drag(START, shown=lambda third: CLASS_SIZE * (2 + third)), third=False, labels={"third": "third class"})
def drag_prototypes(at, third, quick=False):
    """Points of two or three classes that can be dragged, the average of each class, large and hollow, a line from each point
    to it, and the plane coloured by which average is nearest. A point on the wrong side has a thick frame.
    """
    groups = np.split(at[: CLASS_SIZE * (2 + third)], 2 + third)
    prototypes = np.array([group.mean(axis=0) for group in groups])
    nearest = lambda P: np.linalg.norm(P[:, None] - prototypes, axis=-1).argmin(axis=1)  # noqa: E731
    fig, ax = figure(6.6, 4.2)
    regions(ax, nearest, (0, 1, 0, 1), steps=110 if quick else 220)
    misnamed = 0
    for k, (group, prototype) in enumerate(zip(groups, prototypes, strict=True)):
        wrong = nearest(group) != k
        misnamed += wrong.sum()
        for point in group:
            ax.plot(*np.transpose([point, prototype]), color=CLASSES[k], lw=1, alpha=0.6)
        points(ax, group, np.full(len(group), k), size=70, edgecolor=[RED if w else "white" for w in wrong],
               linewidth=[3.5 if w else 1 for w in wrong])  # fmt: skip
        ax.scatter(*prototype, s=200, marker=MARKERS[k], facecolor="white", edgecolor=CLASSES[k], linewidth=3.5, zorder=4)
    ax.set(xticks=[], yticks=[], title=f"misnamed (thick frame): {misnamed} of {sum(map(len, groups))}")
    return fig


@picture
def mean_digits():
    """The average of the training pictures of each of the ten digits: blurred, and still readable."""
    digits = _digits()
    fig, axes = figure(9.6, 1.6, rows=1, columns=10)
    images(
        axes,
        [digits.X[digits.y == k].mean(axis=0) for k in range(10)],
        [f"{k}\n{(digits.y == k).sum()}" for k in range(10)],
        cmap="gray_r",
    )
    return fig


# ---- twenty numbers


@picture
def where_pairs_differ():
    """Four pairs of digits: the average of each and their difference. Only a few places tell 4 from 9 or 3 from 5."""
    digits = _digits()
    mean = [digits.X[digits.y == k].mean(axis=0) / 255 for k in range(10)]
    fig, axes = figure(9.6, 5.6, rows=3, columns=5, width_ratios=(1, 1, 1, 1, 0.08))
    for ax, (a, b) in zip(axes.T, ((0, 1), (4, 9), (3, 5), (2, 7)), strict=False):
        images(ax[:2], [mean[a], mean[b]], [f"{a}", f"{b}"], cmap="gray_r", vmin=0, vmax=1)
        shown = ax[2].imshow(mean[b] - mean[a], cmap=SIGNED, vmin=-0.8, vmax=0.8)
        ax[2].set(title=f"{b} − {a}", xticks=[], yticks=[])
        ax[2].spines[:].set_visible(False)
    for ax in axes[:2, 4]:
        ax.axis("off")
    fig.colorbar(shown, cax=axes[2, 4], ticks=[-0.8, 0, 0.8])
    return fig


@explorer(blocks=(1, 28, 7), first=[4, *(k for k in range(10) if k != 4)], second=[9, *range(9)])
def blocks(blocks, first, second):
    """Five examples of each of two digits, seen through a coarse grid of blocks."""
    digits = _digits()
    fig, axes = figure(9.4, 3.9, rows=2, columns=5)
    for row, digit in zip(axes, (first, second), strict=True):
        some = digits.X[np.flatnonzero(digits.y == digit)[:5]].astype(float)
        images(row, [_coarse(p, blocks) for p in some], cmap="gray_r", vmin=0, vmax=255)
    fig.suptitle(f"{blocks} × {blocks} blocks: {blocks**2} numbers a digit", x=0.01, ha="left", fontsize=11.5, weight="bold")
    return fig


def _coarse(one, blocks):
    edges = np.linspace(0, 28, blocks + 1).round().astype(int)
    sums = np.add.reduceat(np.add.reduceat(one, edges[:-1], axis=0), edges[:-1], axis=1)
    sizes = np.diff(edges)
    return (sums / np.outer(sizes, sizes)).repeat(sizes, axis=0).repeat(sizes, axis=1)


@explorer(number=(0, 40, 3))
def script(number):
    """Ten signs of a script that nobody can read, one a row, each written by ten hands."""
    checks, rng = _judge(), np.random.default_rng(number)
    rows = [np.concatenate(list(checks.written(sign, 10, rng)), axis=1) for sign in checks.script(rng)]
    fig, ax = figure(5.2, 5.4)
    ax.imshow(np.concatenate(rows), cmap="gray_r", vmin=0, vmax=1)
    ax.set(xticks=[], yticks=np.arange(10) * 28 + 14, yticklabels=[f"sign {k}" for k in range(10)])
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    return fig


def practise(rng, scripts=1, pairs=10):
    """Tasks as the judge of `two_signs` draws them: ((X, y) to learn from, (X, y) to judge by) for pairs of new signs."""
    return _judge().pairs_of_new_scripts(rng, scripts, pairs)


def _judge():
    """The generator of scripts: it stands in checks.py, which is loaded only where it is needed."""
    import checks

    return checks


# ---- truths of guesses


def named_by_neighbour():
    """A raw distance between pixels, without learning, is right nearly always. Where it fails, two people write alike."""
    known, new = datasets.load("mnist", split="train"), datasets.load("mnist", split="test")
    A, B = (part.X.reshape(len(part.X), -1).astype(np.float32) for part in (new, known))
    A = A[:300]
    squared = (A**2).sum(axis=1)[:, None] - 2 * A @ B.T + (B**2).sum(axis=1)
    return round(100 * float(np.mean(known.y[squared.argmin(axis=1)] == new.y[:300])))


def closest_prototypes():
    """They differ by one stroke at the top. A rule that looks at all pixels alike has a hard time with it."""
    digits = datasets.load("mnist", split="train")
    means = np.stack([digits.X[digits.y == k].mean(axis=0).ravel() for k in range(10)])
    pairs = {"0 and 6": (0, 6), "1 and 7": (1, 7), "3 and 5": (3, 5), "4 and 9": (4, 9), "5 and 8": (5, 8)}
    return min(pairs, key=lambda name: float(np.linalg.norm(means[pairs[name][0]] - means[pairs[name][1]])))
