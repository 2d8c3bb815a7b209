"""The pictures and explorers of week 13."""

import functools
import itertools
import sys

import numpy as np

from autograder import datasets
from autograder.explore import BLUE, GREEN, GREY, INK, ORANGE, PURPLE, RED, SKY, Drag, explorer, figure, images, picture

PICTURES = ("cat", "coffee", "stars", "rocket", "retina", "tissue", "brick", "gravel", "grass")


# ------------------------------------------------------------------------------------------- drawings
@functools.cache
def drawings():
    """The public symbols: pictures (symbols, designers, 32, 32, 3) from 0 to 1, the symbols' and the designers' names."""
    import checks  # travels with the week

    return checks.public_drawings()


def maps_to_learn_from(rng, symbols=400):
    """What the studio hands out: trunk maps (n, 2, 2, 256), symbols (n,) and designers (n,) of public drawings.

    Parameters
    ----------
    rng : np.random.Generator
        The source of all chance: which symbols, in which order.
    symbols : int
        How many, at most 400. Each is there twice, by two designers.
    """
    import checks

    return checks.to_learn_from(rng, symbols)


@functools.cache
def small(side=8):
    """The same as thumbnails (symbols, designers, side * side * 3)."""
    X = drawings()[0]
    n, m, height, width, _ = X.shape
    X = X.reshape(n, m, side, height // side, side, width // side, 3).mean(axis=(3, 5))
    return X.reshape(n, m, -1).astype(np.float32)


def flat(vectors):
    """(symbols, designers, d) as rows, with the symbol and the designer of each."""
    n, m, d = vectors.shape
    return vectors.reshape(n * m, d), np.repeat(np.arange(n), m), np.tile(np.arange(m), n)


def table_of_distances(E, F):
    """Squared distances of all rows of E to all rows of F."""
    return np.maximum(np.sum(E**2, axis=1)[:, None] + np.sum(F**2, axis=1) - 2 * E @ F.T, 0)


def share_found(E, symbols, designers):
    """recall@1 for the pictures here."""
    distances = np.where(designers[:, None] == designers, np.inf, table_of_distances(E, E))
    return float(np.mean(symbols[distances.argmin(axis=1)] == symbols))


@picture
def table():
    """Eight symbols, one a column, each drawn by every designer of the public data, one a row. Shapes and colours of a column
    agree roughly; outlines, shading and details are each designer's own.
    """
    X, names, designers = drawings()
    chosen = np.random.default_rng(4).choice(len(X), 8, replace=False)
    m = X.shape[1]
    fig, axes = figure(9, 1.16 * m, m, 8)
    for row in range(m):
        images(axes[row], X[chosen, row], [names[k] for k in chosen] if row == 0 else ())
        axes[row][0].set_ylabel(designers[row], fontsize=9)
    for ax in axes[0]:
        ax.set_title(shortened(ax.get_title()), fontsize=8)
    return fig


def shortened(name, most=15):
    """A name that fits above a small picture."""
    return name if len(name) <= most else name[: most - 1] + "…"


@functools.cache
def recall_of_pixels():
    """With a few hundred symbols, plain pixels find the right one in about half of all cases: colour and outline say a lot."""
    return round(100 * share_found(*flat(small()[:200])))


@explorer(first=(0, 190, 20, 10), labels={"first": "which symbols"})
def neighbours(recall_at_one, first):
    """Five drawings as queries, each followed by the five nearest ones by other designers, in thumbnails of 8 × 8 pixels. A tick
    stands below those that show the query's symbol. Often the nearest ones agree in colour only.
    """
    E, symbols, designers = flat(small()[:200])
    X = drawings()[0][:200].reshape(len(E), 32, 32, 3)
    distances = np.where(designers[:, None] == designers, np.inf, table_of_distances(E, E))
    found = recall_at_one(E, symbols, designers)
    fig, axes = figure(7.6, 6.4, 5, 6)
    for row in range(5):
        query = ((first + 2 * row) * len(E) // 200 + row) % len(E)
        near = distances[query].argsort()[:5]
        images(axes[row], X[[query, *near]])
        axes[row][0].set_xlabel("query", fontsize=8)
        for ax, k in zip(axes[row][1:], near, strict=True):
            ax.set_xlabel("✓" if symbols[k] == symbols[query] else " ", fontsize=10)
    fig.suptitle(f"pixels, 200 symbols: your recall_at_one says {found:.2f}", x=0.02, ha="left", fontweight="bold", fontsize=11.5)
    return fig


# ------------------------------------------------------------------------------------------- triplets
@explorer(margin=(0.0, 2.0, 0.5, 0.1), at=Drag([(1.6, 0.3), (0.5, 1.2), (1.2, -0.7)]))
def pull(triplet_loss, margin, at):
    """Three points in the plane and, on the unit circle, where the scaling puts them: an anchor (square), a positive (circle)
    and a negative (triangle). Arrows show the direction in which your gradient pushes each: across the line to the middle.
    """
    X = np.asarray(at, float)
    loss, slope = triplet_loss(X.copy(), np.array([[0, 1, 2]]), margin)
    slope = np.asarray(slope)
    fig, ax = figure(6.2, 4.9)
    turn = np.linspace(0, 2 * np.pi, 200)
    ax.plot(np.cos(turn), np.sin(turn), color=GREY, lw=1)
    E = X / np.linalg.norm(X, axis=1, keepdims=True)
    reach = np.sqrt(np.sum((E[0] - E[1]) ** 2) + margin)  # from here on a negative is far enough
    ax.plot(E[0, 0] + reach * np.cos(turn), E[0, 1] + reach * np.sin(turn), "--", color=SKY, lw=1.2)
    for (x, y), unit, push, marker, colour, name in zip(
        X, E, slope, "so^", (INK, BLUE, RED), ("anchor", "positive", "negative"), strict=True
    ):
        ax.plot([0, x], [0, y], color=GREY, lw=0.7, zorder=0)
        ax.plot(*unit, marker, color=colour, ms=5, mfc="none")
        ax.plot(x, y, marker, color=colour, ms=9, label=name)
        if np.any(np.abs(push) > 1e-9):
            ax.annotate("", (x - 0.25 * push[0], y - 0.25 * push[1]), (x, y), arrowprops={"arrowstyle": "-|>", "color": colour})
    ax.set(xlim=(-2.4, 2.4), ylim=(-1.9, 1.9), aspect="equal", xticks=[], yticks=[])
    ax.set_title(f"margin {margin:.1f}: the loss is {float(loss):.2f}" + (", all rest" if loss <= 0 else ""))
    ax.legend(loc="upper left", fontsize=8.5)
    return fig


# ------------------------------------------------------------------------------------------- a small net, trained
def started(rng, sizes=(192, 96, 32)):
    """A net with one hidden layer for thumbnails of 8 × 8: list of (W, b)."""
    return [
        ((rng.normal(size=(a, b)) * np.sqrt(2 / a)).astype(np.float32), np.zeros(b, np.float32))
        for a, b in itertools.pairwise(sizes)
    ]


def outputs(parameters, X):
    """What the net makes of thumbnails (n, 192), and its hidden units."""
    (W, b), (V, c) = parameters
    hidden = np.maximum(X @ W + b, 0)
    return hidden @ V + c, hidden


def unit(X):
    """Rows scaled to length one."""
    return X / np.maximum(np.linalg.norm(X, axis=-1, keepdims=True), 1e-12)


def train(loss_of, rng, symbols, steps, watch, every, rate=2e-3, batch=40, wobble=0.1):
    """Adam on batches of 40 symbols by all designers: what `watch(parameters, loss)` says, every so many steps."""
    X = small()[symbols] - 0.5
    parameters, means, squares, seen = started(rng), None, None, []
    for step in range(1, steps + 1):
        rows = rng.choice(len(X), batch, replace=False)
        some, labels, _ = flat(X[rows])
        shift = rng.normal(0, wobble, (len(some), 1, 3)).astype(np.float32)  # another tint for each drawing
        some = (some.reshape(len(some), -1, 3) + shift).reshape(len(some), -1)
        out, hidden = outputs(parameters, some)
        loss, d_out = loss_of(out, labels, rng)
        (_, _), (V, _) = parameters
        d_hidden = (d_out @ V.T) * (hidden > 0)
        slopes = [part for pair in ((some.T @ d_hidden, d_hidden.sum(0)), (hidden.T @ d_out, d_out.sum(0))) for part in pair]
        means = [0.1 * g + 0.9 * (0 if means is None else m) for g, m in zip(slopes, means or slopes, strict=True)]
        squares = [0.01 * g**2 + 0.99 * (0 if squares is None else s) for g, s in zip(slopes, squares or slopes, strict=True)]
        moves = [
            rate * (m / (1 - 0.9**step)) / (np.sqrt(s / (1 - 0.99**step)) + 1e-8) for m, s in zip(means, squares, strict=True)
        ]
        flatly = [
            part - move.astype(np.float32) for part, move in zip((p for pair in parameters for p in pair), moves, strict=True)
        ]
        parameters = [(flatly[0], flatly[1]), (flatly[2], flatly[3])]
        if step % every == 0 or step == 1:
            seen.append((step, *watch(parameters, float(loss))))
    return np.array(seen)


def loss_and_slope(X, triplets, margin):
    """The triplet loss of scaled rows and its gradient, for the pictures that do not take yours."""
    lengths = np.maximum(np.linalg.norm(X, axis=1, keepdims=True), 1e-12)
    E, (a, p, n) = X / lengths, triplets.T
    missing = np.sum((E[a] - E[p]) ** 2, axis=1) - np.sum((E[a] - E[n]) ** 2, axis=1) + margin
    hurt = 2 * (missing > 0)[:, None] / max(len(triplets), 1)
    d_E = np.zeros_like(E)
    for rows, push in ((a, E[n] - E[p]), (p, E[p] - E[a]), (n, E[a] - E[n])):
        np.add.at(d_E, rows, hurt * push)
    return float(np.maximum(missing, 0).mean()) if len(missing) else 0.0, (d_E - E * np.sum(E * d_E, 1, keepdims=True)) / lengths


def pairs_of(labels):
    """All ordered pairs of rows with one label."""
    return np.nonzero((labels[:, None] == labels) & ~np.eye(len(labels), dtype=bool))


def hardest(E, labels, margin, rng):
    """For each pair the negative that is nearest to the anchor."""
    a, p = pairs_of(labels)
    far = np.where(labels[:, None] == labels, np.inf, table_of_distances(E, E))
    return np.column_stack([a, p, far.argmin(axis=1)[a]])


def semi_hard(E, labels, margin, rng):
    """For each pair one semi-hard negative by chance."""
    (a, p), table = pairs_of(labels), table_of_distances(E, E)
    gaps = table[a] - table[a, p][:, None]
    lots = np.where((labels[a][:, None] != labels) & (gaps > 0) & (gaps < margin), rng.random(gaps.shape), -1.0)
    kept = np.flatnonzero(lots.max(axis=1) >= 0)
    return np.column_stack([a[kept], p[kept], lots[kept].argmax(axis=1)])


def by_chance(E, labels, margin, rng):
    """For each pair any negative."""
    a, p = pairs_of(labels)
    return np.column_stack([a, p, np.where(labels[a][:, None] != labels, rng.random((len(a), len(labels))), -1).argmax(axis=1)])


def where_the_hardest_lead():
    """To 0.2, the margin: all drawings are mapped to one point, and every triplet lacks exactly the margin."""
    return "to 0.2"


@functools.cache
def collapsing():
    """Loss and spread of the embedding over 240 steps, for three ways of choosing the negative, margin 0.2."""
    held = small()[300:400] - 0.5

    def run(choose):
        def loss_of(out, labels, rng):
            return loss_and_slope(out, choose(unit(out), labels, 0.2, rng), 0.2)

        def watch(parameters, loss):
            E = unit(np.stack([outputs(parameters, X)[0] for X in held]))
            centre = E.reshape(-1, 32).mean(axis=0)
            return loss, 2 - 2 * float(centre @ centre)  # the mean squared distance of two drawings

        return train(loss_of, np.random.default_rng(1), np.arange(300), 240, watch, 8, rate=8e-3)

    return {name: run(choose) for name, choose in (("hardest", hardest), ("semi-hard", semi_hard), ("by chance", by_chance))}


@picture
def collapse():
    """Loss and mean squared distance of two drawings over 240 steps of training. With the hardest negatives the loss falls to
    the margin, 0.2, and stays there, while all distances shrink to nothing: collapse. With semi-hard and with random negatives
    the drawings stay spread out.
    """
    fig, (left, right) = figure(10, 3.5, columns=2)
    for (name, seen), colour, line in zip(collapsing().items(), (RED, BLUE, GREEN), ("-", "--", ":"), strict=True):
        left.plot(seen[:, 0], seen[:, 1], line, color=colour, label=name)
        right.plot(seen[:, 0], np.maximum(seen[:, 2], 1e-4), line, color=colour, label=name)
    left.axhline(0.2, color=GREY, lw=0.8)
    left.annotate("the margin", (235, 0.2), xytext=(0, 4), textcoords="offset points", ha="right", color=GREY)
    left.set(ylim=(0, 0.8), xlabel="step", ylabel="loss of the chosen triplets", title="The loss rests at the margin")
    right.set(yscale="log", ylim=(1e-4, 3), xlabel="step", ylabel="mean squared distance", title="… because all is one point")
    right.legend(loc="lower left")
    return fig


@functools.cache
def pixels_on_unseen():
    """recall@1 of thumbnails on the symbols that `training` does not train on."""
    return share_found(*flat(small()[300:400]))


@explorer(margin=[0.2, 0.05, 0.5, 1.0])
def training(triplet_loss, mine, recall_at_one, margin, quick=False):
    """recall@1 of a small net over 400 steps of training with your functions, on 100 of the symbols that it trains on and on 100
    that it never sees. For seen symbols it rises far above that of plain pixels, a dashed line. For unseen ones it stays below.
    """

    def loss_of(out, labels, rng):
        return triplet_loss(out, np.asarray(mine(unit(out), labels, margin, rng)), margin)

    def watch(parameters, loss):
        return [
            recall_at_one(unit(outputs(parameters, X - 0.5)[0]), symbols, designers)
            for X, symbols, designers in (flat(small()[:100]), flat(small()[300:400]))
        ]

    steps = 60 if quick else 400
    seen = train(loss_of, np.random.default_rng(2), np.arange(300), steps, watch, 20)
    fig, ax = figure(8.4, 3.5)
    ax.plot(seen[:, 0], seen[:, 1], "o-", color=ORANGE, ms=4, label="symbols that it trains on")
    ax.plot(seen[:, 0], seen[:, 2], "s-", color=BLUE, ms=4, label="symbols that it never sees")
    ax.axhline(pixels_on_unseen(), ls="--", lw=1.2, color=GREY, label="plain pixels, unseen symbols")
    ax.set(
        xlim=(0, 400),
        ylim=(0.2, 1),
        xlabel="step",
        ylabel="recall@1 among 100 symbols",
        title=f"margin {margin}: {seen[-1, 1]:.2f} for seen symbols, {seen[-1, 2]:.2f} for unseen ones",
    )
    ax.legend(loc="lower right")
    return fig


# ------------------------------------------------------------------------------------------- the door
def strangers_in_100():
    """1 - 0.999^500 is 0.39: with 500 chances to be taken for somebody, one in a thousand becomes four in ten."""
    return 39


@functools.cache
def trained():
    """A net for the door: thumbnails of the first 300 symbols, semi-hard triplets."""

    def loss_of(out, labels, rng):
        return loss_and_slope(out, semi_hard(unit(out), labels, 0.5, rng), 0.5)

    kept = []
    train(loss_of, np.random.default_rng(3), np.arange(300), 400, lambda p, loss: [kept.append(p), 0][1:], 400)
    return kept[-1]


@functools.cache
def at_door():
    """Vectors of unseen symbols (symbols, designers, 32)."""
    X = small()[300:]
    return unit(outputs(trained(), X.reshape(-1, X.shape[-1]) - 0.5)[0]).reshape(*X.shape[:2], 32)


def growing(let_in, E, threshold, pictures=100):
    """What her `let_in` says for galleries of up to so many symbols: the others, by another designer, are the strangers."""
    order = np.random.default_rng(1).permutation(len(E))  # neighbours in the list are of one kind
    distances = np.sqrt(table_of_distances(E[order[pictures:], 1], E[order[:pictures], 0]))
    return np.asarray(let_in(distances, threshold), float)


@explorer(threshold=(0.1, 1.4, 0.9, 0.05), known=[20, 1, 5, 100], labels={"known": "people in the gallery"})
def at_the_door(recognise, let_in, threshold, known):
    """Left, distances of two drawings of one symbol and of two symbols, with the threshold as a line: the two heaps overlap. In
    the middle, the share of strangers let in grows with the gallery, more slowly than for independent pairs, a dashed
    line. Right, three bars: strangers let in, known ones turned away, known ones misnamed.
    """
    E = at_door()
    fig, (left, middle, right) = figure(13.5, 3.6, columns=3)
    same = np.linalg.norm(E[:, 0] - E[:, 1], axis=1)
    other = np.sqrt(table_of_distances(E[:, 0], E[:, 1]))[~np.eye(len(E), dtype=bool)]
    bins = np.linspace(0, 2, 41)
    left.hist(other, bins, density=True, color=ORANGE, alpha=0.55, label="two symbols")
    left.hist(same, bins, density=True, histtype="step", lw=2, color=BLUE, label="one symbol, two designers")
    left.axvline(threshold, color=INK, lw=1.4)
    left.annotate("threshold", (threshold, 2.6), xytext=(4, 0), textcoords="offset points", color=INK)
    accept, reject = np.mean(other < threshold), np.mean(same >= threshold)
    left.set(
        ylim=(0, 3.5),
        xlabel="distance",
        ylabel="density",
        title=f"1 to 1: {accept:.1%} false accepts, {reject:.0%} false rejects",
    )
    left.legend(loc="upper right")
    grown = growing(let_in, E, threshold)
    middle.plot(grown, color=RED, label="your let_in")
    middle.plot(1 - (1 - grown[1]) ** np.arange(len(grown)), "--", lw=1.2, color=GREY, label="independent pairs")
    middle.plot(known, grown[known], "o", color=RED)
    middle.set(ylim=(0, 1.12), xlabel="people in the gallery", ylabel="strangers let in", title="1 to K: strangers")
    middle.legend(loc="lower right")
    rng, heaps = np.random.default_rng(0), []
    for _ in range(max(4, 200 // known)):
        order = rng.permutation(len(E))
        inside, outside = order[:known], order[known : known + max(known // 2, 20)]
        said = recognise(E[np.r_[inside, outside], 1], E[inside, 0], inside, threshold)
        who = said[:known]
        heaps.append((np.mean(said[known:] != -1), np.mean(who == -1), np.mean((who != -1) & (who != inside))))
    shares = np.mean(np.array(heaps, float), axis=0)
    right.bar(range(3), shares, color=[RED, SKY, PURPLE], width=0.6)
    for k, value in enumerate(shares):
        right.annotate(f"{value:.0%}", (k, value), xytext=(0, 3), textcoords="offset points", ha="center", color=INK)
    right.set(
        ylim=(0, 1.12),
        xticks=range(3),
        xticklabels=["strangers\nlet in", "known ones\nturned away", "known ones\nmisnamed"],
        ylabel="share",
        title=f"1 to {known}: your recognise",
    )
    return fig


# ------------------------------------------------------------------------------------------- the trunk
@functools.cache
def photograph(name, side=64):
    """One of `PICTURES`, brought to side × side: (side, side, 3) float32 from 0 to 1.

    Parameters
    ----------
    name : str
        One of `PICTURES`.
    side : int
        A divisor of 192 and a multiple of 4.
    """
    whole = np.asarray(stored_pictures()[name], np.float32) / 255
    step = whole.shape[0] // side
    return whole.reshape(side, step, side, step, 3).mean(axis=(1, 3))


@functools.cache
def trunk(weights="trained", seed=0):
    """The trunk with its trained weights, or with random ones of the same sizes.

    Parameters
    ----------
    weights : "trained" or "random"
    seed : int
        Of the random weights.
    """
    import checks

    layers, mean = checks.stored_trunk()
    if weights == "random":
        rng = np.random.default_rng(seed)
        layers = [(rng.normal(0, np.sqrt(2 / (9 * W.shape[2])), W.shape).astype(np.float32), np.zeros_like(b)) for W, b in layers]
    return checks.Trunk(layers, mean)


def after_shuffling():
    """Nothing: it is a mean over places, and a mean does not ask for the order."""
    return "nothing"


def gram_of(maps):
    """The Gram matrix of one feature map, for the pictures that do not take yours."""
    rows = maps.reshape(-1, maps.shape[-1])
    return rows.T @ rows / len(rows)


@picture
def shuffled():
    """A picture of a brick wall, one channel of a feature map of it, the same with its places shuffled, and the Gram
    matrices of both. The maps look nothing alike. The matrices are the same.
    """
    gravel = photograph("brick", 64)
    maps = trunk().forward(gravel)[0][2]
    rows = maps.reshape(-1, maps.shape[-1])
    dealt = rows[np.random.default_rng(0).permutation(len(rows))].reshape(maps.shape)
    channel = int(rows.std(axis=0).argmax())
    fig, axes = figure(11, 2.7, columns=5)
    images(axes, [gravel], ["a brick wall"])
    for ax, one, title in ((axes[1], maps, f"channel {channel} of layer 3"), (axes[2], dealt, "places shuffled")):
        ax.imshow(one[:, :, channel])
        ax.set(xticks=[], yticks=[])
        ax.set_title(title, fontsize=9.5)
    chosen = np.argsort(-rows.std(axis=0))[:24]
    for ax, one, title in ((axes[3], maps, "Gram, before"), (axes[4], dealt, "Gram, shuffled")):
        ax.imshow(np.sqrt(gram_of(one)[np.ix_(chosen, chosen)]), cmap="cividis")
        ax.set(xticks=[], yticks=[], xlabel="24 of 128 channels")
        ax.set_title(title, fontsize=9.5)
    return fig


# ------------------------------------------------------------------------------------------- style transfer
def style_and_slopes(maps, wanted):
    """The style distance and its gradients, for the pictures that do not take yours."""
    far, slopes = 0.0, []
    for one, target in zip(maps, wanted, strict=True):
        off, share = gram_of(one) - target, 1 / (len(maps) * float(np.sum(target**2)))
        far += share * float(np.sum(off**2))
        slopes.append(one @ off * (4 * share / (one.shape[0] * one.shape[1])))
    return far, slopes


def painted(content, style, through, style_weight, steps, gram=gram_of, style_distance=style_and_slopes, learning_rate=0.02):
    """The picture after so many steps of the notebook's `transfer`, its content distance and its style distance."""
    layers, at = (0, 2, 4), 3
    wanted, _ = through.forward(content)
    grams = [gram(through.forward(style)[0][k]) for k in layers]
    size, X, mean, square = np.sum(wanted[at] ** 2), content.copy(), 0.0, 0.0
    for step in range(1, steps + 1):
        maps, cache = through.forward(X)
        off = maps[at] - wanted[at]
        far, slopes = style_distance([maps[k] for k in layers], grams)
        d_maps = [0 * one for one in maps]
        d_maps[at] = 2 * off / size
        for k, slope in zip(layers, slopes, strict=True):
            d_maps[k] = d_maps[k] + style_weight * np.asarray(slope)
        push = through.backward(cache, d_maps)
        mean, square = 0.9 * mean + 0.1 * push, 0.99 * square + 0.01 * push**2
        move = mean / (1 - 0.9**step) / (np.sqrt(square / (1 - 0.99**step)) + 1e-12)
        X = np.clip(X - learning_rate * move, 0, 1).astype(np.float32)
    return X, float(np.sum(off**2) / size), float(far)


def watch(pictures, steps, every=2):
    """Show a transfer while it runs: the picture, its two distances and a bar. The notebook's stop button (■) ends it.

    Parameters
    ----------
    pictures : iterable of (picture, content distance, style distance)
        As `transfer` yields them.
    steps : int
        How many there will be, for the bar.
    every : int
        A new picture is shown after so many steps.

    Returns
    -------
    array (H, W, 3), the last picture; None if there was none.
    """
    last, shown = None, live_display()
    try:
        for step, (last, content, style) in enumerate(pictures, 1):
            if shown and (step % every == 0 or step in (1, steps)):
                shown.update(progress(last, step, steps, content, style))
    except KeyboardInterrupt:
        print(f"stopped after step {step}; the picture of that moment is kept")
    else:
        print(f"{step} steps: content distance {content:.3f}, style distance {style:.3f}")
    return last


def live_display():
    """Where a picture can be renewed, in a notebook; None elsewhere."""
    if "ipykernel" not in sys.modules:
        return None
    from IPython.display import display

    return display(display_id=True)


def progress(X, step, steps, content, style):
    """The picture so far with a bar below, as HTML."""
    import base64
    import io

    from IPython.display import HTML
    from matplotlib.image import imsave

    held = io.BytesIO()
    imsave(held, np.repeat(np.repeat(np.clip(X, 0, 1), 4, axis=0), 4, axis=1), format="png")
    data = base64.b64encode(held.getvalue()).decode()
    words = f"step {step} of {steps} · content distance {content:.3f} · style distance {style:.3f} · stop with ■"
    return HTML(
        f'<img src="data:image/png;base64,{data}" alt="the picture after step {step}" width="{4 * X.shape[1]}"><br>'
        f'<progress value="{step}" max="{steps}" style="width:{4 * X.shape[1]}px" aria-label="steps done"></progress>'
        f"<br><small>{words}</small>"
    )


GALLERY = (("cat", "tissue"), ("coffee", "stars"), ("rocket", "brick"))


@functools.cache
def painted_gallery():
    """For each pair: the picture through the trained trunk and through a random one, with both distances."""
    return [
        [
            painted(photograph(a, 64), photograph(b, 64), trunk(weights), 10.0, 30, learning_rate=0.03)
            for weights in ("trained", "random")
        ]
        for a, b in GALLERY
    ]


@picture
def gallery():
    """Three rows: a photograph, a second picture for its style, the result through the trained trunk, and the one through a trunk
    with random weights. Trained filters carry over strokes and cells; random ones little more than colour and grain.
    """
    fig, axes = figure(8.2, 6.4, 3, 4)
    for row, ((a, b), both) in enumerate(zip(GALLERY, painted_gallery(), strict=True)):
        images(axes[row], [photograph(a, 64), photograph(b, 64), both[0][0], both[1][0]])
        for ax, words in zip(
            axes[row],
            (f"content: {a}", f"style: {b}", f"trained: style {both[0][2]:.2f}", f"random: style {both[1][2]:.2f}"),
            strict=True,
        ):
            ax.set_title(words, fontsize=9)
    return fig


@explorer(
    weight=[10.0, 0.3, 100.0, 1000.0],
    content=["cat", "coffee", "rocket"],
    style=["tissue", "stars"],
    labels={"weight": "style weight", "content": "content of", "style": "style of"},
)
def weights(gram, style_distance, weight, content, style, quick=False):
    """A picture repainted with your functions, between the two it is made of. With a small style weight the photograph hardly
    changes; with a large one only the other picture's texture is left.
    """
    side = 48
    before, manner = photograph(content, side), photograph(style, side)
    X, far, off = painted(before, manner, trunk(), weight, 8 if quick else 25, gram, style_distance, learning_rate=0.025)
    fig, axes = figure(9, 3.3, columns=3)
    images(axes, [before, X, manner], [content, f"weight {weight:g}", style])
    axes[1].set_xlabel(f"content distance {far:.2f}, style distance {off:.2f}", fontsize=9)
    return fig


@functools.cache
def stored_pictures():
    """The pictures by name, (192, 192, 3) from 0 to 255."""
    data = datasets.load("style_images")
    return dict(zip(data.names, data.X, strict=True))
