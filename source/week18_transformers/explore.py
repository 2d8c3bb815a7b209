"""The pictures and explorers of week 18."""

import functools

import numpy as np

from autograder import datasets
from autograder.explore import BLUE, GREEN, GREY, INK, ORANGE, explorer, figure, picture


@functools.cache
def numbered():
    """Both novels as whole numbers, 0 before each paragraph, and the symbols."""
    import checks  # travels with the week

    return checks.numbers_of("\n" + "\n".join(datasets.load("austen").text)), (*datasets.load("austen").symbols, "·")


def novels(rng):
    """The text of the studio as `train` gets it, its symbols numbered anew."""
    import checks

    return checks.renumbered(rng)[numbered()[0]]


def letters(names):
    """The symbols by their new numbers, for a numbering `names` of the studio."""
    return [numbered()[1][k] for k in np.argsort(names)]


# ------------------------------------------------------------------------------------------- first picture
SENTENCE = "The forest was silent, and nobody remembered the way home."


@functools.cache
def table(order):
    """A count model of both novels, without a limit."""
    import checks

    return checks.Table(numbered()[0], order)


@picture
def surprise():
    """Two rows of bars over the letters of a sentence. In the upper row, a model that counts letters, nearly all bars are between
    three and eight bits high. In the lower row, a model that looks at the last five letters, most bars are high at the
    beginnings of words, and most are low near their ends.
    """
    import checks

    x = checks.numbers_of("\n" + SENTENCE)[None]
    fig, axes = figure(11, 4.2, rows=2, sharex=True)
    for ax, bits, name in (
        (
            axes[0],
            -np.log2(np.bincount(numbered()[0], minlength=64)[x[0, 1:]] / len(numbered()[0])),
            "how often each letter is used",
        ),
        (axes[1], table(5).bits(x[:, 1:])[0], "what followed the last five letters"),
    ):
        ax.bar(range(len(SENTENCE)), bits, color=BLUE, width=0.8)
        ax.axhline(bits.mean(), color=ORANGE, lw=1.5, ls="--")
        ax.set(
            ylim=(0, 13),
            ylabel="bits",
            title=f"{name}: {bits.mean():.2f} bits per character (dashed)",
            xlim=(-0.7, len(SENTENCE) - 0.3),
        )
    axes[1].set_xticks(range(len(SENTENCE)), [letter if letter != " " else "_" for letter in SENTENCE])
    return fig


# ------------------------------------------------------------------------------------------- pieces
@functools.cache
def sample():
    """Some pages of Pride and Prejudice."""
    return " ".join(datasets.load("austen", split="pride").text[:60])


@explorer(merges=(0, 300, 60, 20))
def pieces(learn_merges, encode, decode, merges):
    """A sentence, cut into tokens by a vocabulary that was learnt from some pages. Each token is a box. With more merges the
    boxes get longer and fewer, until whole words are one box.
    """
    found = [tuple(int(t) for t in pair) for pair in learn_merges(sample(), int(merges))]
    sentence = "It was the most delightful thing in the world, said Elizabeth."
    tokens = [int(t) for t in encode(sentence, found)]
    fig, ax = figure(11, 1.9)
    at = 0
    for k, token in enumerate(tokens):
        piece = decode([token], found)
        ax.add_patch(_box(at, len(piece), (BLUE, ORANGE)[k % 2]))
        for i, letter in enumerate(piece):
            ax.text(at + i + 0.5, 0.5, letter if letter != " " else "_", ha="center", va="center", color=INK, family="monospace")
        at += len(piece)
    ax.set(xlim=(-0.3, len(sentence) + 0.3), ylim=(-0.1, 1.1), yticks=[], xlabel="letter")
    ax.set_title(f"{len(found)} merges: {len(sentence)} letters are {len(tokens)} tokens")
    return fig


def _box(at, width, color):
    from matplotlib.patches import Rectangle

    return Rectangle((at + 0.06, 0), width - 0.12, 1, facecolor=color, alpha=0.25, edgecolor=color, lw=1.5)


# ------------------------------------------------------------------------------------------- counting
def chances(text, context, symbols):
    """What comes after this context: probabilities (symbols,), by counting in `text`. Slow: it reads the text anew each time."""
    shorter = chances(text, context[1:], symbols) if len(context) else np.full(symbols, 1 / symbols)
    seen = np.zeros(symbols)
    for end in range(len(context), len(text)):
        if all(text[end - len(context) + k] == context[k] for k in range(len(context))):
            seen[text[end]] += 1
    kinds = np.count_nonzero(seen)
    return (seen + kinds * shorter) / (seen.sum() + kinds) if kinds else shorter


def letters_alone():
    """That is the entropy of the letters: 4.4 bits. From 6 bits it is not far. What helps is the letters before."""
    shares = np.bincount(numbered()[0]) / len(numbered()[0])
    return float(-np.sum(shares[shares > 0] * np.log2(shares[shares > 0])))


@explorer(thousands=[10, 30, 100], labels={"thousands": "letters to learn from, in thousands"})
def orders(counted_bits, thousands):
    """Bits per character of your count model on unseen paragraphs, for orders 0 to 6. The line falls steeply from order 0 to
    2, then more slowly, and is flat or rises at the end. With more text it lies lower and its lowest point is further right.
    """
    text = numbered()[0]
    unseen = text[-3000:-1000].reshape(20, 100)
    bits = [float(np.mean(counted_bits(text[: 1000 * int(thousands)], unseen, order, 64))) for order in range(7)]
    fig, ax = figure(8.4, 3.4)
    ax.plot(range(7), bits, "o-", color=BLUE)
    ax.axhline(6, color=GREY, lw=1, ls=":")
    ax.text(6, 5.9, "no idea at all", ha="right", va="top", color=GREY)
    ax.set(xlabel="order: symbols of context", ylabel="bits per character", ylim=(1.8, 6.3), xticks=range(7))
    ax.set_title(f"learnt from {thousands},000 letters: the best order is {int(np.argmin(bits))}, with {min(bits):.2f} bits")
    return fig


# ------------------------------------------------------------------------------------------- order and turns
def swapped():
    """Nothing. Attention is a weighted sum over places, and a sum does not know the order of its terms."""
    return "nothing"


@explorer(
    query=(0, 60, 20),
    key=(0, 60, 16),
    base=[10_000, 100, 10],
    labels={"query": "place of the query", "key": "place of the key"},
)
def turns(rotary, query, key, base):
    """Left, the pairs of a query and of a key as hands of clocks, turned to their places by your function: fast pairs have
    turned far, slow ones hardly. Right, the score of the two over their distance. It is highest at distance 0 and swings. The
    present distance is marked.
    """
    x = np.tile([1.0, 0.0], 8)[None]

    def at(place):
        return np.asarray(rotary(x, np.array([float(place)]), float(base)), float)[0]

    fig, axes = figure(11, 3.3, columns=2, width_ratios=(1.25, 1))
    q, k = at(query), at(key)
    for i in range(8):
        centre = 2.4 * (i % 4), -2.4 * (i // 4)
        for hand, color, style in ((q, BLUE, "-"), (k, ORANGE, "--")):
            ends = [centre[0], centre[0] + hand[2 * i]], [centre[1], centre[1] + hand[2 * i + 1]]
            axes[0].plot(*ends, color=color, lw=2.5, ls=style)
        axes[0].plot(*centre, ".", color=INK)
        axes[0].text(centre[0], centre[1] - 1.15, f"pair {i}", ha="center", va="top", fontsize=8)
    axes[0].set(xlim=(-1.3, 8.6), ylim=(-4.1, 1.3), xticks=[], yticks=[], aspect="equal")
    axes[0].set_title("query: solid, key: dashed")
    far = np.arange(-60, 61)
    turned = np.asarray(rotary(np.repeat(x, 121, axis=0), far.astype(float), float(base)), float)
    axes[1].plot(far, turned @ at(0) / 4, color=GREY)
    axes[1].plot(query - key, q @ k / 4, "o", color=BLUE, ms=8)
    axes[1].set(xlabel="place of the query − place of the key", ylabel="score", ylim=(-2.2, 2.3), xlim=(-60, 60))
    axes[1].set_title(f"distance {query - key}: score {q @ k / 4:.3f}")
    return fig


# ------------------------------------------------------------------------------------------- induction
@functools.cache
def twice():
    """Twelve different letters, the first ten of them a second time: whole numbers (20,) of 12."""
    order = np.random.default_rng(4).permutation(12)[:10]
    return np.concatenate([order, order])


@explorer(place=(1, 19, 13), sharpness=(1, 12, 8), labels={"place": "at which place", "sharpness": "sharpness of the scores"})
def induction(multi_head, place, sharpness):
    """Above, a row of ten letters that comes twice, with the weights of the first head as bars: all weight lies one place back.
    In the middle, the weights of the second head: in the second half, all weight lies on the place after the earlier copy of
    the present letter. Below, what the second head says comes next: in the second half, the right letter has the highest bar.
    """
    x, n = twice(), 12
    one_hot = np.eye(n)[x]
    none, same = np.zeros((n, n)), np.eye(n)
    X = np.concatenate([one_hot, np.zeros((20, n))], axis=1)[None]  # the letter here | room for the letter before
    back = np.eye(20, k=-1, dtype=bool)
    write = (
        np.zeros((2 * n, 2 * n)),
        np.zeros((2 * n, 2 * n)),
        np.block([[same, none], [none, none]]),
        np.block([[none, same], [none, none]]),
    )
    seen = X + np.asarray(multi_head(write, X, X, 1, back)[0], float)
    scale = float(sharpness) * np.sqrt(2 * n)
    match = (scale * np.block([[same, none], [none, none]]), np.block([[none, none], [same, none]]), np.eye(2 * n), np.eye(2 * n))
    causal = np.tri(20, dtype=bool)
    said = np.asarray(multi_head(match, seen, seen, 1, causal)[0], float)[0, place, :n]
    # where it looks, read off by giving each place a value of its own
    places = np.zeros((1, 20, 20 + 2 * n))
    places[0, :, : 2 * n], places[0, :, 2 * n :] = seen[0], np.eye(20)
    wide = 20 + 2 * n
    wider = float(sharpness) * np.sqrt(wide)

    def padded(A, scale=1.0):
        out = np.zeros((wide, wide))
        out[: 2 * n, : 2 * n] = scale * A
        return out

    marks = np.zeros((wide, wide))
    marks[2 * n :, 2 * n :] = np.eye(20)
    query, key = np.block([[same, none], [none, none]]), np.block([[none, none], [same, none]])
    looks = np.asarray(multi_head((padded(query, wider), padded(key), marks, np.eye(wide)), places, places, 1, causal)[0], float)
    before = np.asarray(multi_head((padded(query, 0), padded(key), marks, np.eye(wide)), places, places, 1, back)[0], float)
    names = [chr(97 + k) for k in x]
    fig, axes = figure(10, 5.4, rows=3)
    for ax, weights, color, title in (
        (axes[0], before[0, place, 2 * n :], GREEN, "first head: one place back"),
        (axes[1], looks[0, place, 2 * n :], BLUE, "second head: where the letter before is the letter here"),
    ):
        ax.bar(range(20), weights, color=color)
        ax.set(ylim=(0, 1.1), xlim=(-0.7, 19.7), ylabel="weight", title=title)
        ax.set_xticks(range(20), [f"[{name}]" if t == place else name for t, name in enumerate(names)])
    axes[2].bar(range(n), said, color=ORANGE)
    axes[2].set_xticks(range(n), [chr(97 + k) for k in range(n)])
    comes = f"next comes {names[place + 1]}" if place < 19 else "nothing comes next"
    axes[2].set(
        ylim=(0, 1.1),
        ylabel="said",
        title=f"at place {place}, letter {names[place]}: it says {chr(97 + int(said.argmax()))}, {comes}",
    )
    return fig


# ------------------------------------------------------------------------------------------- cache
def rows_without_a_cache():
    """1 + 2 + … + 400 = 80,200 rows. With a cache it is 400."""
    return 400 * 401 // 2


@explorer(length=(10, 60, 30, 10), prompt=(1, 10, 1), labels={"prompt": "rows of the prompt"})
def rows(new_cache, feed, length, prompt):
    """How many rows went through one matrix by the time that a text has so many symbols: counted in your `feed`, and without a
    cache. Your line is straight. The other one bends upwards and is many times higher at the end.
    """
    rng = np.random.default_rng(0)
    parameters = tuple(rng.normal(size=(4, 4)) for _ in range(4))
    passed, counted, cache, at = [0], [], new_cache(), 0

    def project(X, W):
        passed[0] += int(np.prod(np.shape(X)[:-1]))
        return X @ W

    while at < length:
        t = prompt if at == 0 else 1
        _, cache = feed(parameters, cache, rng.normal(size=(1, t, 4)), 2, project)
        at += t
        counted.append((at, passed[0] / 4))
    places = np.array([a for a, _ in counted])
    fig, ax = figure(8.4, 3.4)
    ax.plot(places, np.cumsum(places), "s--", color=ORANGE, ms=3, label="the whole text each time")
    ax.plot(places, [c for _, c in counted], "o-", color=BLUE, ms=3, label="your cache")
    ax.set(xlabel="symbols of the text", ylabel="rows through one matrix", xlim=(0, 61), ylim=(-30, 1900))
    ax.set_title(f"{at} symbols: {counted[-1][1]:.0f} rows with your cache, {int(np.cumsum(places)[-1])} without")
    ax.legend(loc="upper left")
    return fig
