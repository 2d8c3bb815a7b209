"""The pictures and explorers of week 11."""

import functools

import numpy as np

from autograder import datasets
from autograder.explore import BLUE, GREEN, GREY, INK, ORANGE, RED, SKY, explorer, figure, picture


def checks():
    """The studio's pictures and trunk, which travel with the week."""
    import checks

    return checks


def trunk(pictures):
    """Features of pictures, by the frozen trunk.

    Parameters
    ----------
    pictures : array (N, 32, 32, 3), uint8
        Red, green, blue, from 0 to 255.

    Returns
    -------
    array (N, 4, 4, 448), float32
        For each of 4 × 4 parts the means of 64 channels of layer 2, 128 of layer 4 and 256 of layer 5.
    """
    return checks().trunk(pictures)


def tasks(rng, count=1, symbols=30):
    """Tasks like the judge's, from the symbols that you have: a list of (features, labels, new features, new labels).

    Parameters
    ----------
    rng : np.random.Generator
        The source of all chance.
    count : int
        How many tasks. Each has 200 labelled pictures by two artists, and 60 by the third.
    symbols : int
        From so many symbols they are drawn. Each costs the trunk 15 pictures, about a tenth of a second.
    """
    known = checks().load_symbols()
    bank = checks().bank_of(known[rng.permutation(len(known))[: max(symbols, 20)]], rng, 5)[1]
    return checks().tasks_from(bank, rng, count, (0, 1, 2))


# ------------------------------------------------------------------------------------------- truths
def how_alike():
    """Hardly alike at all: the correlation of the gradients at neighbouring inputs is near zero."""
    return "hardly alike at all"


def share_of_weights():
    """(9 · 128 + 128 · 128) / (9 · 128 · 128): one ninth plus one in 128, about 12 percent."""
    return round(100 * (9 * 128 + 128 * 128) / (9 * 128 * 128))


def trunk_field():
    """24 pixels: 5 after two layers, 6 with the pooling, 14 after two more, 16, and 24. Each stride doubles what comes after."""
    return 24


# ------------------------------------------------------------------------------------------- depth
def start(depth, width, rng, size=1.0):
    """Layers (W, b) in pairs, of the spread that keeps a signal's size."""
    W = rng.standard_normal((depth, width, width)) * np.sqrt(2 / width) * size
    return W, 0.1 * rng.standard_normal((depth, width)) * size


def trained(depth, shortcut, steps=300, width=16, rate=2e-3, seed=0):
    """The training loss of a dense net at each step, learnt by Adam on small pictures of clothes."""
    X, y = small_clothes()
    rng = np.random.default_rng(seed)
    W, b = start(depth, width, rng, 1 / np.sqrt(depth) if shortcut else 1.0)
    b[:] = 0
    parameters = [rng.standard_normal((X.shape[1], width)) * np.sqrt(1 / X.shape[1]), W, b, np.zeros((width, 10))]
    first, second = [np.zeros_like(p) for p in parameters], [np.zeros_like(p) for p in parameters]
    losses = []
    for step in range(1, steps + 1):
        rows = rng.integers(len(X), size=100)
        A, W, b, out = parameters
        h, kept = X[rows] @ A, []
        for k in range(depth):
            bent = np.maximum(h, 0) if shortcut else h
            z = bent @ W[k] + b[k]
            kept.append((h, bent))
            h = h + z if shortcut else np.maximum(z, 0)
        z = h @ out
        z -= z.max(axis=1, keepdims=True)
        p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        losses.append(-np.log(p[np.arange(100), y[rows]] + 1e-12).mean())
        p[np.arange(100), y[rows]] -= 1
        d, d_W, d_b, d_out = p / 100 @ out.T, np.empty_like(W), np.empty_like(b), h.T @ p / 100
        for k in range(depth)[::-1]:
            before, bent = kept[k]
            d_z = d if shortcut else d * ((kept[k + 1][0] if k + 1 < depth else h) > 0)
            d_W[k], d_b[k] = bent.T @ d_z, d_z.sum(axis=0)
            d = d + (d_z @ W[k].T) * (before > 0) if shortcut else d_z @ W[k].T
        for m, s, g, parameter in zip(first, second, (X[rows].T @ d, d_W, d_b, d_out), parameters, strict=True):
            m += 0.1 * (g - m)
            s += 0.01 * (g * g - s)
            parameter -= rate * m / (1 - 0.9**step) / (np.sqrt(s / (1 - 0.99**step)) + 1e-8)
    return np.array(losses)


@functools.cache
def small_clothes():
    """4,000 pictures of clothes as rows of 49 means around zero, and their labels."""
    data = datasets.load("fashion", split="train")
    X = np.asarray(data.X)[:4000].reshape(-1, 7, 4, 7, 4).mean(axis=(2, 4)).reshape(-1, 49) / 255.0
    return X - X.mean(axis=0), np.asarray(data.y)[:4000].astype(int)


@picture
def depth_hurts():
    """The training loss against the step for plain nets of 4, 16 and 48 layers and for one of 48 layers with shortcuts. The
    deeper a plain net, the slower its loss falls. The deep net with shortcuts falls as fast as the net of four layers.
    """
    fig, ax = figure(9, 3.6)
    for depth, shortcut, colour, style in (
        (4, False, BLUE, "-"),
        (16, False, GREEN, "--"),
        (48, False, RED, ":"),
        (48, True, ORANGE, "-."),
    ):
        runs = np.mean([trained(depth, shortcut, seed=seed) for seed in range(2)], axis=0)
        smooth = np.convolve(runs, np.ones(15) / 15, "valid")
        name = f"{depth} layers, {'with shortcuts' if shortcut else 'plain'}"
        ax.plot(np.arange(len(smooth)) + 8, smooth, style, color=colour, label=f"{name}: {smooth[-1]:.2f} at the end")
    ax.axhline(np.log(10), color=GREY, lw=0.8)
    ax.annotate("guessing", (296, np.log(10)), xytext=(0, 3), textcoords="offset points", ha="right", color=GREY)
    ax.set(
        xlim=(0, 300),
        ylim=(0, 2.6),
        xlabel="step",
        ylabel="training loss (nats)",
        title="Deeper, and worse: also on what it was trained on",
    )
    ax.legend(loc="lower left", fontsize=9)
    return fig


def along_a_line(depth, shortcut, points, width=200, seed=0, size=1.0):
    """The gradient of a random net's output with respect to its one input, at each of these points."""
    rng = np.random.default_rng(seed)
    A, c = rng.standard_normal((1, width)), rng.standard_normal(width)
    h = points[:, None] @ A + c
    out, masks, weights = rng.standard_normal(width) / np.sqrt(width), [], []
    for _ in range(depth):
        W = rng.standard_normal((width, width)) * np.sqrt(2 / width) * size
        masks.append(h > 0)
        weights.append(W)
        bent = np.maximum(h, 0) @ W
        h = h + bent if shortcut else bent - bent.mean(axis=0)  # centred on the line, so that each unit switches somewhere
    d = np.broadcast_to(out, h.shape)
    for mask, W in zip(masks[::-1], weights[::-1], strict=True):
        back = (d @ W.T) * mask
        d = d + back if shortcut else back
    return (d @ A.T)[:, 0]


def alike(gradient):
    """The correlation of neighbours."""
    a, b = gradient[:-1] - gradient.mean(), gradient[1:] - gradient.mean()
    return float(np.sum(a * b) / np.sqrt(np.sum(a * a) * np.sum(b * b) + 1e-30))


@picture
def shattered():
    """The gradient of a random net's output along a line of inputs. After 2 plain layers it is a slow wandering curve, after 50
    it is like noise: neighbours have nothing to do with each other. With shortcuts and 50 layers it is again a slow curve.
    """
    points = np.linspace(-2, 2, 256)
    fig, axes = figure(11, 3.1, columns=3)
    for ax, (title, depth, shortcut) in zip(
        axes, (("2 plain", 2, False), ("50 plain", 50, False), ("50 with shortcuts", 50, True)), strict=True
    ):
        gradient = along_a_line(depth, shortcut, points, size=0.15 if shortcut else 1.0)
        ax.plot(points, gradient / np.abs(gradient).max(), color=ORANGE if shortcut else BLUE, lw=1)
        ax.set(ylim=(-1.1, 1.1), xlabel="input x", title=f"{title}: correlation {alike(gradient):.2f}")
    axes[0].set(ylabel="gradient (largest = 1)")
    fig.suptitle("The gradient along a line of inputs, and how alike it is at neighbouring ones")
    return fig


@explorer(depth=(1, 50, 50, 1), size=(0.0, 1.0, 0.2, 0.05), labels={"size": "size of branches"})
def stack(block_forward, block_backward, depth, size, quick=False):
    """Left, the gradient along a line of inputs for a stack of your blocks, and for the same layers without shortcuts. Right, the
    length of the gradient after each block on the way back. With small branches the stack's gradient is smooth and keeps its
    length.
    """
    width, points = 40, np.linspace(-2, 2, 80 if quick else 160)
    rng = np.random.default_rng(3)
    A, c, out = rng.standard_normal((1, width)), rng.standard_normal(width), rng.standard_normal(width) / np.sqrt(width)
    scale = np.sqrt(2 / width)
    zeros = np.zeros(width)
    layers = [(rng.standard_normal((width, width)) * scale, rng.standard_normal((width, width)) * scale) for _ in range(depth)]

    def walked(shortcut):
        h, kept = points[:, None] @ A + c, []
        for W1, W2 in layers:
            parameters = [(W1, zeros), (W2 * size if shortcut else W2, zeros)]
            scores, cache = block_forward(parameters, h)
            kept.append((parameters, cache))
            h = np.asarray(scores) - (0 if shortcut else h)
            h = h if shortcut else h - h.mean(axis=0)
        d, lengths = np.broadcast_to(out, h.shape).copy(), [1.0]
        for parameters, cache in kept[::-1]:
            before = d
            _, d = block_backward(parameters, cache, d)
            d = np.asarray(d) - (0 if shortcut else before)
            lengths.append(np.linalg.norm(d) / np.linalg.norm(np.broadcast_to(out, h.shape)))
        return (d @ A.T)[:, 0], np.array(lengths)

    fig, (left, right) = figure(10.5, 3.5, columns=2)
    for shortcut, colour, style, name in ((False, BLUE, "-", "without shortcuts"), (True, ORANGE, "-", "your blocks")):
        gradient, lengths = walked(shortcut)
        left.plot(
            points,
            gradient / (np.abs(gradient).max() + 1e-30),
            style,
            color=colour,
            lw=1.1,
            label=f"{name}: neighbours {alike(gradient):.2f} alike",
        )
        right.plot(np.arange(len(lengths)), np.clip(lengths, 1e-6, 1e9), style, color=colour, label=name)
    left.set(
        ylim=(-1.1, 1.7),
        xlim=(-2, 2),
        xlabel="input x",
        ylabel="gradient (largest = 1)",
        title=f"{depth} blocks, the second layer times {size:.2f}",
    )
    left.legend(loc="upper left", fontsize=9)
    right.axhline(1, color=GREY, lw=0.8, ls="--")
    right.set(
        yscale="log",
        ylim=(1e-6, 1e9),
        xlim=(0, 50),
        xlabel="blocks walked back",
        ylabel="length of the gradient",
        title=f"your blocks: {lengths[-1]:.3g} times as long at the input",
    )
    right.legend(loc="upper left", fontsize=9)
    return fig


# ------------------------------------------------------------------------------------------- augmentation
ROOSTER = 179  # of the symbols that learners have


@picture
def versions():
    """One sticker in nine versions: cut at different places and, in half of them, mirrored. All of them show the same thing."""
    symbols = checks().load_symbols()
    rng = np.random.default_rng(2)
    chosen, artist = symbols[ROOSTER], 0
    fig, axes = figure(11, 2.2, columns=10)
    axes[0].imshow(chosen[artist])
    axes[0].set_title("the picture", fontsize=9)
    for ax in axes[1:]:
        top, left = rng.integers(0, 9, size=2)
        part = chosen[artist][top : top + 24, left : left + 24]
        ax.imshow(part[:, ::-1] if rng.random() < 0.5 else part)
        ax.set_title(f"from {top}, {left}", fontsize=9)
    for ax in axes:
        ax.set(xticks=[], yticks=[])
    return fig


# ------------------------------------------------------------------------------------------- blocks
def parts_of(kind, channels, kernel, wide):
    """The convolutions of a block: a list of (name, kernel, in, out, groups, how many pixels it sees at this point)."""
    narrow, many, quarter = max(channels // 4, 1), channels * wide, max(channels // 4, 1)
    if kind == "plain":
        return [("plain", kernel, channels, channels, 1)], [kernel]
    if kind == "two plain":
        return [("first", kernel, channels, channels, 1), ("second", kernel, channels, channels, 1)], [kernel, kernel]
    if kind == "bottleneck":
        return [
            ("down 1 × 1", 1, channels, narrow, 1),
            ("middle", kernel, narrow, narrow, 1),
            ("up 1 × 1", 1, narrow, channels, 1),
        ], [kernel]
    if kind == "separable":
        return [("depthwise", kernel, channels, channels, channels), ("pointwise", 1, channels, channels, 1)], [kernel]
    if kind == "inverted residual":
        return [
            ("up 1 × 1", 1, channels, many, 1),
            ("depthwise", kernel, many, many, many),
            ("down 1 × 1", 1, many, channels, 1),
        ], [kernel]
    return [
        ("1 × 1", 1, channels, quarter, 1),
        ("1 × 1 before 3", 1, channels, quarter, 1),
        ("3 × 3", 3, quarter, quarter, 1),
        ("1 × 1 before 5", 1, channels, quarter, 1),
        ("5 × 5", 5, quarter, quarter, 1),
        ("1 × 1 after pool", 1, channels, channels - 3 * quarter, 1),
    ], [5]


KINDS = ["plain", "two plain", "bottleneck", "inception", "separable", "inverted residual"]


@explorer(
    block=KINDS,
    channels=[64, 8, 16, 32, 128, 256],
    kernel=[3, 5, 7],
    times=(1, 8, 1, 1),
    labels={"times": "blocks in a row", "kernel": "side of the kernel"},
)
def blocks(block, channels, kernel, times):
    """Left, the weights of each layer of the chosen block as bars. Right, all six kinds of blocks by their weights and by how
    many pixels they see in a row, with the chosen one ringed. Separable blocks lie far to the left, two plain ones to the right.
    """
    side = 28
    fig, (left, right) = figure(10.5, 3.7, columns=2)
    parts, _sees = parts_of(block, channels, kernel, 6)
    weights = [k * k * ins // groups * outs for _, k, ins, outs, groups in parts]
    names = [f"{name}: {ins} to {outs}" for name, _, ins, outs, _ in parts]
    left.barh(names[::-1], weights[::-1], color=BLUE)
    biases = sum(outs for *_, outs, _ in parts)
    total = times * (sum(weights) + biases)
    left.set(xscale="log", xlim=(1, 2e7), xlabel="weights of a layer", title=f"{times} × {block}: {total:,} parameters")
    left.tick_params(axis="y", labelsize=9)
    for kind, marker in zip(KINDS, "osD^vP", strict=True):
        layers, kernels = parts_of(kind, channels, kernel, 6)
        size = times * sum(k * k * ins // groups * outs for _, k, ins, outs, groups in layers)
        field = 1 + times * sum(k - 1 for k in kernels)
        right.plot(size, field, marker, color=ORANGE if kind == block else SKY, mec=INK, mew=0.6, ms=9, label=kind)
        if kind == block:
            right.plot(size, field, "o", ms=18, mfc="none", mec=INK, mew=1.5)
            here = field
    madds = times * sum(weights) * side * side
    right.set(
        xscale="log",
        xlim=(1e2, 1e8),
        ylim=(0, 110),
        xlabel="weights of the stack",
        ylabel="pixels seen in a row",
        title=f"sees {here} × {here}; {madds / 1e6:,.1f} M multiply-adds on {side} × {side}",
    )
    right.legend(loc="upper left", fontsize=8.5, ncols=2)
    return fig


# year, parameters in millions, multiply-adds in millions, top-1 on ImageNet in % (one crop; None: was not measured on it)
NETS = {
    "LeNet-5": (1998, 0.06, 0.4, None),
    "AlexNet": (2012, 61, 720, 56.5),
    "VGG-16": (2014, 138, 15_500, 71.6),
    "GoogLeNet": (2014.4, 6.8, 1_500, 69.8),
    "ResNet-50": (2015.6, 25.6, 4_100, 76.1),
    "MobileNet": (2017, 4.2, 570, 70.6),
    "MobileNetV2": (2018, 3.4, 300, 72.0),
    "EfficientNet-B0": (2019.1, 5.3, 390, 77.1),
    "EfficientNet-B7": (2019.4, 66, 37_000, 84.3),
}


@picture
def timeline():
    """Nine nets by multiply-adds (logarithmic) and by the share of ImageNet named rightly; the disc grows with the parameters.
    AlexNet is lowest at 56 percent. EfficientNet-B0 reaches 77 with 390 million multiply-adds, VGG-16 72 with 15,500 million.
    """
    fig, ax = figure(10, 4.2)
    for name, (year, size, madds, right) in NETS.items():
        height = 50.5 if right is None else right
        ax.scatter(
            madds, height, s=18 * size**0.8 + 12, color=SKY if right is None else BLUE, alpha=0.55, edgecolor=INK, linewidth=0.7
        )
        below, aside = name in ("MobileNet", "VGG-16"), name in ("LeNet-5", "GoogLeNet")
        said = f"{name}, {int(year)}" + (" (digits; its height says nothing)" if right is None else "")
        lift = 4 + 2.1 * (18 * size**0.8 + 12) ** 0.5 / 4
        place = (10, -3) if aside else (0, -lift - 9 if below else lift)
        ax.annotate(said, (madds, height), place, textcoords="offset points", ha="left" if aside else "center", fontsize=9)
    ax.set(
        xscale="log",
        xlim=(0.15, 2e5),
        ylim=(48, 92),
        xlabel="multiply-adds for one picture (millions)",
        ylabel="ImageNet named rightly (%)",
        title="More computing helps; a better block helps as much",
    )
    return fig


# ------------------------------------------------------------------------------------------- receptive fields
def measured(layers, n=257):
    """The gradient of the middle output with respect to a row of n pixels, for kernels of ones divided by their size."""
    sides = [n]
    for kernel, stride, padding in layers:
        sides.append((sides[-1] + 2 * padding - kernel) // stride + 1)
    d = np.zeros(sides[-1])
    output = sides[-1] // 2
    d[output] = 1.0
    for (kernel, stride, padding), side in zip(layers[::-1], sides[-2::-1], strict=True):
        back = np.zeros(side + 2 * padding)
        for k in range(kernel):
            back[k : k + stride * len(d) : stride][: len(d)] += d / kernel
        d = back[padding : padding + side]
    return output, d


@explorer(
    count=(1, 12, 5, 1), kernel=(2, 7, 3, 1), strided=(0, 2, 0, 1), labels={"count": "layers", "strided": "of them with stride 2"}
)
def fields(seen, count, kernel, strided):
    """The measured gradient of one output over a row of pixels, a hill with its top in the middle. A frame marks what your `seen`
    says, and agrees with where the gradient is not zero. A darker part in the middle holds 95 percent of the gradient.
    """
    layers = [(kernel, 2 if k < strided else 1, kernel // 2) for k in range(count)]
    n = 401
    output, gradient = measured(layers, n)
    there = np.flatnonzero(gradient > 0)
    start_at, stop = (int(one) for one in seen(layers, output))
    shares = np.cumsum(gradient) / gradient.sum()
    low, high = np.searchsorted(shares, 0.025), np.searchsorted(shares, 0.975)
    middle = (there[0] + there[-1]) / 2
    fig, ax = figure(9.5, 3.5)
    pixels, heights = np.arange(n), gradient / gradient.max()
    ax.fill_between(pixels - middle, heights, step="mid", color=SKY, lw=0)
    inside = slice(low, high + 1)
    said = f"95 % of it: {high - low + 1} pixels"
    ax.fill_between(pixels[inside] - middle, heights[inside], step="mid", color=BLUE, lw=0, label=said)
    ax.plot(
        np.array([start_at, start_at, stop, stop]) - 0.5 - middle,
        [0, 1.1, 1.1, 0],
        color=ORANGE,
        lw=1.6,
        label=f"your `seen`: {stop - start_at} pixels",
    )
    ax.set(
        xlim=(-80, 80),
        ylim=(0, 1.35),
        xlabel="pixels from the middle",
        ylabel="gradient (largest = 1)",
        title=f"{count} layers: the gradient is not zero on {len(there)} pixels",
    )
    ax.legend(loc="upper right", fontsize=9)
    return fig


# ------------------------------------------------------------------------------------------- transfer
def plain(axes):
    for ax in axes:
        ax.set(xticks=[], yticks=[])


@picture
def trunk_at_work():
    """Above, sixteen of the trunk's first kernels as small coloured squares: edges and colour pairs. Below, a sticker and what
    single channels of layers 2, 4 and 5 answer: first outlines in fine detail, later coarser and more special shapes.
    """
    layers, _ = checks().trunk_weights()
    kernels = layers[0][0][..., ::-1, :]
    spread = kernels.std(axis=(0, 1, 2)).argsort()[::-1]
    symbols = checks().load_symbols()
    sticker = checks().placed(symbols[ROOSTER][:1], np.random.default_rng(4))
    said = checks().layers_of(sticker)
    fig, axes = figure(11, 4.2, 3, 8)
    for ax, k in zip(axes[:2].ravel(), spread[:16], strict=True):
        kernel = kernels[..., k]
        ax.imshow(0.5 + kernel / (2 * np.abs(kernel).max()))
    axes[0, 0].set_title("16 first kernels", fontsize=9)
    shown = [(f"layer {number}", layer[0]) for number, layer in zip((2, 4, 5), said, strict=True)]
    axes[2, 0].imshow(sticker[0])
    axes[2, 0].set_title("a sticker", fontsize=9)
    slots = iter(axes[2, 1:])
    for (name, layer), many in zip(shown, (2, 2, 3), strict=True):
        for channel in layer.std(axis=(0, 1)).argsort()[::-1][1 : 1 + many]:
            ax = next(slots)
            ax.imshow(layer[..., channel], cmap="gray")
            ax.set_title(f"{name}, {channel}", fontsize=9)
    plain(axes.ravel())
    return fig


def unit_roots(features):
    """Roots of features, each layer in its own unit, as rows."""
    unit = np.array([110.0] * 64 + [48.0] * 384)
    return np.sqrt(features / unit).reshape(len(features), -1)


def ridge(A, labels, classes, strength=0.3):
    """A linear head by least squares towards one-hot labels: a function from rows to scores."""
    mean = A.mean(axis=0)
    centred = A - mean
    K = centred @ centred.T
    weights = np.linalg.solve(K + strength * np.trace(K) / len(K) * np.eye(len(K)), np.eye(classes)[labels])
    return lambda rows: (rows - mean) @ (centred.T @ weights)


@functools.cache
def a_small_bank():
    """25 symbols by three artists, six times each: pictures and features."""
    known = checks().load_symbols()
    rng = np.random.default_rng(21)
    return checks().bank_of(known[rng.permutation(len(known))[:25]], rng, 6)


@picture
def occlusion():
    """Four stickers, and beside each how much the score of its name falls when a grey square covers a place: bright where it
    falls most. The bright places lie on parts of the sticker and hardly on the ground.
    """
    pictures, features = a_small_bank()
    classes, artists = 20, pictures.shape[1]
    shown = features[:classes, : artists - 1]
    score = ridge(unit_roots(shown.reshape(-1, 4, 4, 448)), np.arange(classes).repeat((artists - 1) * 6), classes)
    fig, axes = figure(11, 2.9, columns=8)
    asked = pictures[:classes, -1, 0]
    right = np.flatnonzero(score(unit_roots(features[:classes, -1, 0])).argmax(axis=1) == np.arange(classes))
    step, side = 4, 8
    starts = range(0, 32 - side + 1, step)
    for pair, k in zip(axes.reshape(4, 2), right[:4], strict=True):
        covered = np.repeat(asked[k][None], len(starts) ** 2, axis=0)
        for number, (top, left) in enumerate((t, c) for t in starts for c in starts):
            covered[number, top : top + side, left : left + side] = 128
        whole = score(unit_roots(checks().trunk(asked[k][None])))[0, k]
        fall = whole - score(unit_roots(checks().trunk(covered)))[:, k]
        total, hits = np.zeros((32, 32)), np.zeros((32, 32))
        for value, (top, left) in zip(fall, ((t, c) for t in starts for c in starts), strict=True):
            total[top : top + side, left : left + side] += value
            hits[top : top + side, left : left + side] += 1
        pair[0].imshow(asked[k])
        pair[1].imshow(np.maximum(total / hits, 0), cmap="gray", vmin=0)
        pair[1].set_title(f"of {whole:.2f}, up to {fall.max():.2f}", fontsize=9)
    plain(axes.ravel())
    return fig


def from_scratch(pictures, labels, asked, rng, steps=160, widths=(10, 16, 20)):
    """A small convolutional net learnt from these pictures alone, with crops and mirrors: the names that it gives to others."""
    from itertools import pairwise

    def small(X):
        return X.reshape(len(X), 16, 2, 16, 2, 3).mean(axis=(2, 4)).astype(np.float32) / 128 - 1

    X, Z = small(pictures), small(asked)
    sizes = (3, *widths)
    parameters = [
        [(rng.standard_normal((9 * a, b)) * np.sqrt(2 / (9 * a))).astype(np.float32), np.zeros(b, np.float32)]
        for a, b in pairwise(sizes)
    ]
    parameters.append([np.zeros((widths[-1], 20), np.float32), np.zeros(20, np.float32)])

    def views(h):
        padded = np.pad(h, ((0, 0), (1, 1), (1, 1), (0, 0)))
        return (
            np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
            .transpose(0, 1, 2, 4, 5, 3)
            .reshape(-1, 9 * h.shape[3])
        )

    def forward(h):
        kept = []
        for k, (W, b) in enumerate(parameters[:-1]):
            rows = views(h)
            z = (rows @ W + b).reshape(*h.shape[:3], -1)
            bent = np.maximum(z, 0)
            kept.append((rows, z, h.shape))
            n, side, _, c = bent.shape
            h = bent.reshape(n, side // 2, 2, side // 2, 2, c).mean(axis=(2, 4)) if k < 2 else bent
        pooled = h.mean(axis=(1, 2))
        return pooled @ parameters[-1][0] + parameters[-1][1], (kept, pooled, h.shape)

    def backward(cache, d):
        kept, pooled, shape = cache
        out = [[pooled.T @ d, d.sum(axis=0)]]
        d = np.broadcast_to((d @ parameters[-1][0].T)[:, None, None], shape) / (shape[1] * shape[2])
        for k in range(len(widths))[::-1]:
            rows, z, before = kept[k]
            d = d.repeat(2, axis=1).repeat(2, axis=2) / 4 if k < 2 else d
            d = (d * (z > 0)).reshape(-1, z.shape[3])
            out.insert(0, [rows.T @ d, d.sum(axis=0)])
            if k:
                parts = (d @ parameters[k][0].T).reshape(*before[:3], 3, 3, before[3])
                back = np.zeros((before[0], before[1] + 2, before[2] + 2, before[3]), np.float32)
                for i in range(3):
                    for j in range(3):
                        back[:, i : i + before[1], j : j + before[2]] += parts[..., i, j, :]
                d = back[:, 1:-1, 1:-1]
        return out

    m, s = ([[np.zeros_like(p) for p in pair] for pair in parameters] for _ in range(2))
    for step in range(1, steps + 1):
        rows = rng.integers(len(X), size=40)
        batch = X[rows]
        batch = np.where((rng.random(40) < 0.5)[:, None, None, None], batch[:, :, ::-1], batch)
        batch = np.roll(batch, tuple(rng.integers(-1, 2, 2)), axis=(1, 2))
        z, cache = forward(batch)
        p = np.exp(z - z.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        p[np.arange(40), labels[rows]] -= 1
        rate = 0.006 * (1 + np.cos(np.pi * step / steps))
        for pair, grads, ms, ss in zip(parameters, backward(cache, p / 40), m, s, strict=True):
            for parameter, g, a, b in zip(pair, grads, ms, ss, strict=True):
                a += 0.1 * (g - a)
                b += 0.01 * (g * g - b)
                parameter -= (rate * a / (1 - 0.9**step) / (np.sqrt(b / (1 - 0.99**step)) + 1e-8)).astype(np.float32)
    return forward(Z)[0].argmax(axis=1)


@picture
def rows_needed():
    """The share of a new artist's stickers named rightly, against the number of labelled pictures, for three learners. The frozen
    trunk with a linear head lies far above a linear model of pixels, and both above a small net learnt from scratch.
    """
    pictures, features = a_small_bank()
    classes = 20
    shots = (1, 3, 6, 10)
    found = {"frozen trunk, linear head": [], "linear on pixels": [], "small net from scratch": []}
    for many in shots:
        shares = {name: [] for name in found}
        for new in range(3):
            rng = np.random.default_rng(30 + new)
            symbols, rest = rng.permutation(len(pictures))[:classes], [a for a in range(3) if a != new]
            chosen = rng.permuted(np.tile(np.arange(12), (classes, 1)), axis=1)[:, :many]
            pick = (symbols[:, None], np.array(rest)[chosen // 6], chosen % 6)
            X, F = (held[pick].reshape(-1, *held.shape[3:]) for held in (pictures, features))
            asked, answers = pictures[symbols, new].reshape(-1, 32, 32, 3), np.arange(classes).repeat(6)
            y = np.arange(classes).repeat(many)

            def thumbs(P):
                return P.reshape(-1, 8, 4, 8, 4, 3).mean(axis=(2, 4)).reshape(len(P), -1) / 255.0

            named = {
                "frozen trunk, linear head": ridge(unit_roots(F), y, classes)(
                    unit_roots(features[symbols, new].reshape(-1, 4, 4, 448))
                ).argmax(1),
                "linear on pixels": ridge(thumbs(X), y, classes, 0.1)(thumbs(asked)).argmax(axis=1),
            }
            if new == 0:
                named["small net from scratch"] = from_scratch(X, y, asked, rng)
            for name, given in named.items():
                shares[name].append(np.mean(given == answers))
        for name, values in shares.items():
            found[name].append(np.mean(values))
    fig, ax = figure(9, 3.7)
    rows = np.array(shots) * classes
    for (name, values), colour, marker in zip(found.items(), (ORANGE, BLUE, GREEN), "os^", strict=True):
        ax.plot(rows, values, marker + "-", color=colour, label=f"{name}: {values[-1]:.2f} with 200")
    ax.axhline(1 / classes, color=GREY, lw=0.8, ls="--")
    ax.annotate("guessing", (202, 1 / classes), xytext=(0, 3), textcoords="offset points", ha="right", color=GREY)
    ax.set(
        xlim=(10, 206),
        ylim=(0, 0.85),
        xticks=rows,
        xlabel="labelled pictures",
        ylabel="named rightly",
        title="Twenty names, judged on an artist never seen",
    )
    ax.legend(loc="upper left", fontsize=9)
    return fig
