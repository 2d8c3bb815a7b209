"""The pictures and explorers of week 10."""

import functools

import numpy as np

from autograder import datasets
from autograder.explore import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    SIGNED,
    SKY,
    Drag,
    explorer,
    figure,
    images,
    picture,
)


def shop(rng, n, reach=0, lens=None):
    """New pictures of the studio's kind, of public clothes: (n, 22, 22) float32, and labels.

    Parameters
    ----------
    rng : np.random.Generator
        The source of all chance.
    n : int
        How many.
    reach : int
        By how many pixels the clothes may be moved each way: 0 for training, 4 for what is judged. Moved ones are other clothes.
    lens : (3, 3) array, optional
        The filter that they are seen through; a new one by default. Pictures that belong together need the same one.
    """
    import checks  # travels with the week

    clothes = datasets.load("fashion", split="test" if reach else "train")
    rows = rng.permutation(len(clothes.X))[:n]
    lens = checks.new_lens(rng) if lens is None else np.asarray(lens)
    return checks.photographed(clothes.X[rows], lens, rng, reach), clothes.y[rows].astype(int)


def new_lens(rng):
    """A filter (3, 3) of the studio's kind."""
    import checks

    return checks.new_lens(rng)


# ------------------------------------------------------------------------------------------- first picture
SHIFTS = np.arange(7)


def shifted_left(X, pixels):
    """Pictures moved to the left; from the right comes black."""
    return X if pixels == 0 else np.concatenate([X[:, :, pixels:], np.zeros_like(X[:, :, :pixels])], axis=2)


@functools.cache
def dense_net():
    """A net with 32 hidden units, trained on clothes in the middle: pairs (W, b), and its share right for each shift."""
    train, test = datasets.load("fashion", split="train"), datasets.load("fashion", split="test")
    rng = np.random.default_rng(0)
    X, y = train.X.reshape(len(train.X), -1).astype(np.float32) / 255, np.eye(10, dtype=np.float32)[train.y]
    sizes = ((784, 32), (32, 10))
    net = [
        ((rng.standard_normal(size) * np.sqrt(2 / size[0])).astype(np.float32), np.zeros(size[1], np.float32)) for size in sizes
    ]
    velocity = [(0 * W, 0 * b) for W, b in net]
    for epoch in range(12):
        order = rng.permutation(len(X))
        for rows in np.split(order, range(64, len(order), 64)):
            (W, b), (V, c) = net
            hidden = np.maximum(X[rows] @ W + b, 0)
            logits = hidden @ V + c
            shares = np.exp(logits - logits.max(axis=1, keepdims=True))
            d = (shares / shares.sum(axis=1, keepdims=True) - y[rows]) / len(rows)
            d_hidden = (d @ V.T) * (hidden > 0)
            slopes = [(X[rows].T @ d_hidden, d_hidden.sum(axis=0)), (hidden.T @ d, d.sum(axis=0))]
            velocity = [(0.9 * vW + dW, 0.9 * vb + db) for (vW, vb), (dW, db) in zip(velocity, slopes, strict=True)]
            rate = 0.1 * (1 - epoch / 12)
            net = [(W - rate * vW, b - rate * vb) for (W, b), (vW, vb) in zip(net, velocity, strict=True)]
    right = []
    for pixels in SHIFTS:
        (W, b), (V, c) = net
        seen = shifted_left(test.X, pixels).reshape(len(test.X), -1) / 255
        right.append(np.mean((np.maximum(seen @ W + b, 0) @ V + c).argmax(axis=1) == test.y))
    return net, np.array(right)


def falls_with_shift():
    """It falls at once and steeply: after four pixels most is lost. A blind guess would be right in one of ten cases."""
    return SHIFTS.astype(float), dense_net()[1]


@picture
def moved():
    """Left: one shirt, three times, moved to the left by 0, 2 and 4 pixels; all look the same to the eye. Right: the share
    of clothes that a dense net names rightly against the shift. It begins above 0.8 and falls steeply; a dashed line marks
    a blind guess, 0.1.
    """
    test, right = datasets.load("fashion", split="test"), dense_net()[1]
    one = test.X[np.flatnonzero(test.y == 0)[3]][None]
    fig, axes = figure(10.5, 3.0, columns=4, width_ratios=(1, 1, 1, 2.4))
    images(
        axes[:3],
        [shifted_left(one, k)[0] for k in (0, 2, 4)],
        [f"moved by {k}" for k in (0, 2, 4)],
        cmap="gray",
        vmin=0,
        vmax=255,
    )
    axes[3].plot(SHIFTS, right, "o-", color=BLUE)
    axes[3].axhline(0.1, color=GREY, lw=1, ls="--")
    axes[3].annotate("a blind guess", (0, 0.1), xytext=(0, 4), textcoords="offset points", color=INK, fontsize=9)
    axes[3].set(
        ylim=(0, 1), xlabel="shift (pixels)", ylabel="share right", title=f"From {right[0]:.2f} to {right[4]:.2f} by four pixels"
    )
    return fig


# ------------------------------------------------------------------------------------------- one dimension
SIGNAL = np.array([1, 1, 1, 4, 4, 4, 2, 3, 2, 3, 5, 5], float)
KERNELS = {"(1, 0, −1)": [1, 0, -1], "(1, 1, 1)": [1, 1, 1], "(−1, 2, −1)": [-1, 2, -1], "(0, 0, 1)": [0, 0, 1]}


@explorer(place=(0, 9, 2), kernel=list(KERNELS))
def sliding(place, kernel):
    """Above, a signal of twelve numbers as bars; the three under the kernel are framed, and the kernel's weights stand over them.
    Below, the sums found so far as bars, the newest framed. The title works the newest sum out.
    """
    weights = np.array(KERNELS[kernel], float)
    sums = np.array([weights @ SIGNAL[k : k + 3] for k in range(10)])
    window = SIGNAL[place : place + 3]
    fig, (above, below) = figure(9, 4.2, rows=2, sharex=True)
    framed = (np.arange(12) >= place) & (np.arange(12) < place + 3)
    above.bar(np.arange(12), SIGNAL, color=SKY, edgecolor=[INK if f else "none" for f in framed], linewidth=2.2)
    for k, w in enumerate(weights):
        above.annotate(f"× {w:g}".replace("-", "−"), (place + k, 5.6), ha="center", color=INK, weight="bold")
    terms = " + ".join(f"({w:g})·{x:g}" for w, x in zip(weights, window, strict=True)).replace("-", "−")
    above.set(ylim=(0, 6.6), ylabel="signal", title=f"{terms} = {sums[place]:g}".replace("-", "−"))
    shown = np.where(np.arange(10) <= place, sums, 0)
    below.bar(np.arange(10) + 1, shown, color=ORANGE, edgecolor=[INK if k == place else "none" for k in range(10)], linewidth=2.2)
    below.axhline(0, color=GREY, lw=0.8)
    below.set(ylim=(min(-6, 1.1 * sums.min()), max(6, 1.1 * sums.max())), ylabel="sums", xticks=[], xlim=(-0.7, 11.7))
    return fig


@explorer(size=(1, 5, 3), stride=(1, 3, 1), padding=(0, 2, 0))
def table(conv_matrix, size, stride, padding):
    """Your table for a signal of twelve numbers: a row for each number of the signal, a column for each output, the weights
    1, 2, 3 … written in, zeros left blank. The weights lie on slanting stripes.
    """
    kernel = np.arange(1.0, size + 1)
    K = np.asarray(conv_matrix(kernel, 12, stride, padding), float)
    fig, ax = figure(7.6, 4.4)
    ax.imshow(K, cmap=SIGNED, vmin=-6, vmax=6, aspect="auto")
    for (row, column), weight in np.ndenumerate(K):
        if weight:
            ax.annotate(f"{weight:g}", (column, row), ha="center", va="center", color=INK, fontsize=9)
    ax.set(
        xlabel="output",
        ylabel="number of the signal",
        xticks=range(K.shape[1]),
        yticks=range(len(K)),
        title=f"{len(K)} × {K.shape[1]} entries, {np.count_nonzero(K)} not zero, made of {size} weights",
    )
    return fig


# ------------------------------------------------------------------------------------------- volumes
def sheets(ax, corner, side, count, colour, step=0.42, cells=None):
    """Squares one behind the other, from back to front, each with a grid; a window of cells is filled on each."""
    import matplotlib.patches as patches

    for k in range(count)[::-1]:
        x, y = corner[0] + step * k, corner[1] + step * k
        ax.add_patch(patches.Rectangle((x, y), side, side, facecolor="#ffffff", edgecolor=colour, lw=1.3, zorder=10 - k))
        for g in range(1, side):
            ax.plot([x + g, x + g], [y, y + side], color=colour, lw=0.4, zorder=10 - k)
            ax.plot([x, x + side], [y + g, y + g], color=colour, lw=0.4, zorder=10 - k)
        if cells:
            (left, low), wide = cells
            ax.add_patch(
                patches.Rectangle(
                    (x + left, y + low), wide, wide, facecolor=ORANGE, alpha=0.75, edgecolor=INK, lw=1.2, zorder=10 - k
                )
            )


@picture
def volumes():
    """Left, a volume as three square sheets one behind the other, one window of 3 × 3 marked on each of them. Arrows lead from
    the window to a volume of four smaller sheets on the right, where one place is marked on each.
    """
    fig, ax = figure(9.6, 3.7)
    sheets(ax, (0, 0), 6, 3, BLUE, cells=((1, 2), 3))
    sheets(ax, (13.5, 0.6), 4, 4, GREEN, cells=((1, 2), 1))
    ax.annotate("", (14.3, 3.2), (4.9, 3.7), arrowprops={"arrowstyle": "->", "color": INK, "lw": 1.6}, zorder=30)
    ax.annotate("kernels (3, 3, 3, 4)\n108 weights, 4 biases", (10.3, 4.2), ha="center", color=INK, weight="bold", zorder=31)
    ax.annotate("the same at every place", (10.3, 2.2), ha="center", color=INK, zorder=31)
    ax.annotate("in: (6, 6, 3)", (3, -0.9), ha="center", color=INK)
    ax.annotate("out: (4, 4, 4)", (15.5, -0.3), ha="center", color=INK)
    ax.set(xlim=(-0.5, 20), ylim=(-1.3, 7.2), aspect="equal")
    ax.axis("off")
    return fig


def parameters_of_a_layer():
    """5 · 5 · 3 · 16 = 1,200 weights and 16 biases. The size of the picture, stride and padding do not come into it."""
    return "1,216"


# ------------------------------------------------------------------------------------------- photographs
@functools.cache
def photograph(name="cat"):
    """A photograph in grey, from 0 to 1, (96, 96) float32."""
    pictures = datasets.load("style_images")
    image = pictures.X[pictures.names.index(name)].mean(axis=2)
    return (image.reshape(96, 2, 96, 2).mean(axis=(1, 3)) / 255).astype(np.float32)


FILTERS = {
    "yours": None,
    "edges that run across": [[1, 2, 1], [0, 0, 0], [-1, -2, -1]],
    "edges that run down": [[1, 0, -1], [2, 0, -2], [1, 0, -1]],
    "all edges and spots": [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
    "soft": [[1 / 9] * 3] * 3,
    "sharper": [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
}
FADERS = [[k + (k // 3) * 0.8, value] for k, value in enumerate((0, 1, 0, 0, 0, 0, 0, -1, 0))]


@explorer(at=Drag(FADERS), filter=list(FILTERS), rectified=False)
def paint(conv_forward, at, filter, rectified):
    """Left, nine handles, one for each weight of a filter of 3 × 3, in three groups of three: a group is a row of the filter.
    Then the filter as a table, a photograph, and what your layer makes of it: middle grey is 0, lighter is positive,
    darker negative.
    """
    yours = FILTERS[filter] is None
    kernel = np.round(np.clip(np.asarray(at)[:, 1], -3, 3) * 2).reshape(3, 3) / 2 if yours else np.array(FILTERS[filter], float)
    seen = photograph()
    answer = np.asarray(conv_forward((kernel[:, :, None, None], np.zeros(1)), seen[None, :, :, None], 1, 1)[0])[0, :, :, 0]
    answer = np.maximum(answer, 0) if rectified else answer
    fig, (faders, small, before, after) = figure(11.5, 3.6, columns=4, width_ratios=(1.5, 0.9, 1.5, 1.5))
    for place, value in zip(FADERS, np.clip(np.asarray(at)[:, 1], -3, 3), strict=True):
        faders.plot([place[0]] * 2, [0, value], color=BLUE if yours else GREY, lw=3)
        faders.plot(place[0], value, "o", color=BLUE if yours else GREY, ms=8)
    faders.axhline(0, color=GREY, lw=0.8)
    faders.set(
        ylim=(-3.3, 3.3),
        xlim=(-0.7, 10.4),
        xticks=[1, 4.8, 8.6],
        xticklabels=["row 0", "row 1", "row 2"],
        title="drag the handles" if yours else "choose “yours” to drag",
    )
    small.imshow(kernel, cmap=SIGNED, vmin=-3, vmax=3)
    for (row, column), weight in np.ndenumerate(kernel):
        small.annotate(f"{weight:.2g}".replace("-", "−"), (column, row), ha="center", va="center", color=INK, fontsize=10)
    small.set(xticks=[], yticks=[], title=f"sum {kernel.sum():.2g}".replace("-", "−"))
    middle = 0.5 if abs(kernel.sum()) > 0.5 else 0.0
    reach = 0.5 if middle else max(0.6, float(np.abs(kernel).sum()) / 6)
    images([before], [seen], ["photograph"], cmap="gray", vmin=0, vmax=1)
    images([after], [answer], ["its answer"], cmap="gray", vmin=middle - reach, vmax=middle + reach)
    return fig


@picture
def learnt_filters():
    """Sixty-four small colour tables of 3 × 3: the first filters of a net that was trained on a million photographs. Many show an
    edge in some direction, others a spot or two colours against each other.
    """
    kernels = datasets.load("conv_trunk").W[0][:, :, ::-1]  # stored blue, green, red
    order = np.argsort(-np.abs(kernels).max(axis=(0, 1, 2)))
    kernels = kernels[..., order]
    fig, axes = figure(9.6, 2.9, rows=4, columns=16)
    reach = np.abs(kernels).max(axis=(0, 1, 2))
    images(axes, np.moveaxis(kernels / reach / 2 + 0.5, 3, 0))
    return fig


# ------------------------------------------------------------------------------------------- the way back
def windows_that_see_a_pixel():
    """Along one direction a pixel lies in one window or in two, in turns. So it is 1, 2 or 4, in a pattern of squares."""
    return "1, 2 or 4, by its place"


@explorer(size=(1, 6, 3), stride=(1, 4, 2), padding=(0, 2, 0))
def seen(conv_forward, conv_backward, size, stride, padding):
    """A picture of 17 × 17; in each pixel stands, by its shade and in the middle part as a number, how many windows saw it. For
    stride 2 and size 3 the numbers 1, 2 and 4 make a checkerboard.
    """
    parameters = np.ones((size, size, 1, 1)), np.zeros(1)
    scores, cache = conv_forward(parameters, np.zeros((1, 17, 17, 1)), stride, padding)
    count = np.asarray(conv_backward(parameters, cache, np.ones_like(np.asarray(scores)))[1])[0, :, :, 0]
    fig, ax = figure(6.0, 4.6)
    ax.imshow(count, cmap="Blues", vmin=0, vmax=max(4, 1.5 * count.max()))
    for row, column in np.ndindex(17, 17):
        ax.annotate(f"{count[row, column]:.0f}", (column, row), ha="center", va="center", color=INK, fontsize=7)
    inner = count[6:11, 6:11]
    said = "all alike in the middle" if np.ptp(inner) < 1e-9 else f"from {inner.min():.0f} to {inner.max():.0f} in the middle"
    ax.set(xticks=[], yticks=[], title=f"windows that saw each pixel: {said}")
    return fig


# ------------------------------------------------------------------------------------------- pooling
@explorer(kind=["max", "mean"], size=(1, 8, 4), stride=(1, 8, 4), shift=(0, 4, 1), labels={"shift": "moves by"})
def pooled(pool_forward, kind, size, stride, shift):
    """A photograph's edges, the same after your pooling, and after your pooling of the edges moved by some pixels. The title says
    how much the pooled picture changes, beside how much the picture itself does.
    """
    image = photograph()
    edges = np.zeros_like(image)
    edges[1:-1, 1:-1] = np.abs(image[2:, 1:-1] - image[:-2, 1:-1]) + np.abs(image[1:-1, 2:] - image[1:-1, :-2])
    other = np.roll(edges, shift, axis=1)
    one, two = (np.asarray(pool_forward(x[None, :, :, None], size, stride, kind)[0])[0, :, :, 0] for x in (edges, other))

    def change(a, b):
        return float(np.abs(a - b).sum() / np.abs(a - a.mean()).sum())

    fig, axes = figure(10.5, 3.6, columns=3)
    top = np.quantile(edges, 0.995)
    titles = ["edges", f"pooled: {one.shape[0]} × {one.shape[1]}", f"pooled after moving by {shift}"]
    images(axes, [edges, edges, edges], titles, cmap="gray", vmin=0, vmax=top)
    for ax, shown in zip(axes[1:], (one, two), strict=True):
        ax.images[0].set_data(shown)
        ax.images[0].set_extent((-0.5, 95.5, 95.5, -0.5))
        ax.images[0].set_clim(0, max(float(np.quantile(one, 0.995)), 1e-6))
    fig.suptitle(
        f"edges change by {change(edges, other):.0%} of their spread, pooled ones by {change(one, two):.0%}", fontsize=11
    )
    return fig


# ------------------------------------------------------------------------------------------- which filter was it?
def filtered(image, kernel, bias=0.0):
    """A kernel's answers at all places, the picture padded with zeros so that the size stays."""
    kernel = np.asarray(kernel, float)
    padded = np.pad(image.astype(float), len(kernel) // 2)
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape)
    return np.einsum("ijkl,kl->ij", windows, kernel) + bias


def median(image):
    """The middle one of nine pixels."""
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(image.astype(float), 1), (3, 3))
    return np.median(windows, axis=(2, 3))


GAUSS = np.array([1, 4, 6, 4, 1]) / 16
PROGRAMS = {
    "emboss": lambda image: filtered(image, [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]),
    "soft (5 × 5)": lambda image: filtered(image, np.outer(GAUSS, GAUSS)),
    "negative": lambda image: 1 - image.astype(float),
    "dark edges": lambda image: filtered(image, [[0.5, 0.5, 0.5], [0.5, -3, 0.5], [0.5, 0.5, 0.5]], 0.8),
    "median": median,
}


@explorer(program=list(PROGRAMS), size=[3, 5, 1])
def found(find_filters, conv_forward, program, size):
    """Above: a photograph, what an old program made of it, and the filter that you find, as a table of weights. Below: another
    photograph, the program's version of it and yours. The title says how much of the program's work your filter leaves
    unexplained.
    """
    one, other = photograph("cat"), photograph("coffee")
    made, wanted = PROGRAMS[program](one), PROGRAMS[program](other)
    padding = size // 2
    kernels, bias = find_filters(one[None, :, :, None].astype(float), made[None, :, :, None], (size, size), 1, padding)
    kernels, bias = np.asarray(kernels, float), np.asarray(bias, float)
    yours = np.asarray(conv_forward((kernels, bias), other[None, :, :, None].astype(float), 1, padding)[0])[0, :, :, 0]
    rest = np.sqrt(np.mean((yours - wanted) ** 2) / max(np.var(wanted), 1e-12))
    fig, axes = figure(9.6, 6.0, rows=2, columns=3)
    images(axes[0, :2], [one, made], ["photograph", f"{program}: what came"], cmap="gray", vmin=0, vmax=1)
    images(axes[1], [other, wanted, yours], ["another one", "the program's version", "yours"], cmap="gray", vmin=0, vmax=1)
    table_of = kernels[:, :, 0, 0]
    axes[0, 2].imshow(table_of, cmap=SIGNED, vmin=-3, vmax=3)
    for (row, column), weight in np.ndenumerate(table_of):
        axes[0, 2].annotate(
            f"{round(weight, 2) + 0.0:.2f}".replace("-", "−"), (column, row), ha="center", va="center", color=INK, fontsize=9
        )
    axes[0, 2].set(xticks=[], yticks=[])
    axes[0, 2].set_title(f"your filter, bias {round(float(bias[0]), 2) + 0.0:.2f}".replace("-", "−"), fontsize=10)
    fig.suptitle(f"left unexplained on the other photograph: {rest:.1%}", fontsize=11)
    return fig


# ------------------------------------------------------------------------------------------- studio
@picture
def clothes():
    """Three rows of eight small pictures of clothes before striped wallpaper. Above, as the eye would see them. In the middle, as
    they are learnt from, through a lens that darkens some edges: all clothes in the middle of the picture. Below, as they are
    judged: through the same lens, at other places, some touching the edge.
    """
    rng = np.random.default_rng(3)
    lens, plain = new_lens(np.random.default_rng(8)), np.zeros((3, 3))
    plain[1, 1] = 1.0
    fig, axes = figure(10.5, 4.6, rows=3, columns=8)
    for row, (name, through, reach) in enumerate((("no lens", plain, 0), ("learnt from", lens, 0), ("judged", lens, 4))):
        images(axes[row], shop(rng, 8, reach, through)[0], cmap="gray")
        axes[row, 0].set_ylabel(name, color=INK)
    return fig
