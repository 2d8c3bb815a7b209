"""The pictures and explorers of week 16."""

import difflib
import functools
import re

import numpy as np

from autograder import datasets
from autograder.explore import BLUE, GREEN, GREY, INK, ORANGE, SKY, explorer, figure, picture

GLOVE = datasets.load("glove50")
TEXT = GLOVE.text
VECTORS = GLOVE.X
WORDS = {word: row for row, word in enumerate(TEXT)}


def new_task(rng):
    """What one judging of the studio hands out, made of the public sentences."""
    import checks  # travels with the week

    return checks.new_task(datasets.load, rng)


def unit_rows(E):
    """Rows of length one, for the pictures."""
    return E / np.sqrt(np.einsum("ij,ij->i", E, E))[:, None]


def plane(E):
    """The two directions in which the rows of E differ most: (n, 2)."""
    centred = E - E.mean(axis=0)
    _, turned = np.linalg.eigh(centred.T @ centred)
    return centred @ turned[:, [-1, -2]]


# ------------------------------------------------------------------------------------------- first picture
GROUPS = {
    "animals": "cat dog horse sheep cow rabbit wolf lion goat pig",
    "cities": "london paris berlin rome madrid vienna tokyo moscow oslo prague",
    "feelings": "happy sad angry glad afraid proud jealous lonely worried cheerful",
    "numbers": "two three four five seven eight nine ten twelve twenty",
    "kitchen": "bread butter cheese soup salt sugar pepper sauce onion rice",
}


@picture
def first_map():
    """Fifty words as points. Each of five groups lies together: animals, cities, feelings, numbers, things from the kitchen.
    Cities, numbers and feelings each stand by themselves. Animals and the kitchen share one patch: sheep is near butter.
    """
    fig, ax = figure(9, 5.2)
    groups = [[w for w in words.split() if w in WORDS] for words in GROUPS.values()]
    spots = plane(unit_rows(VECTORS[[WORDS[w] for group in groups for w in group]]))
    start = 0
    for (name, group), mark, colour in zip(
        zip(GROUPS, groups, strict=True), "os^Dv", (BLUE, ORANGE, GREEN, SKY, GREY), strict=True
    ):
        here = spots[start : start + len(group)]
        start += len(group)
        ax.plot(here[:, 0], here[:, 1], mark, color=colour, ms=5, label=name)
        for word, (x, y) in zip(group, here, strict=True):
            ax.annotate(word, (x, y), xytext=(4, 2), textcoords="offset points", fontsize=7, color=INK)
    ax.set(xlabel="first direction", ylabel="second direction", title="word vectors of 50 numbers, seen from one side")
    ax.legend(loc="best")
    return fig


# ------------------------------------------------------------------------------------------- two novels
@functools.cache
def novels(size=1000):
    """Paragraphs of two novels as arrays of word numbers, and the words: the `size` commonest alone."""
    paragraphs = [re.findall(r"[a-z]+", text.lower()) for text in datasets.load("austen").text]
    counts = {}
    for words in paragraphs:
        for word in words:
            counts[word] = counts.get(word, 0) + 1
    common = sorted(counts, key=lambda word: (-counts[word], word))[:size]
    place = {word: k for k, word in enumerate(common)}
    return [np.array([place[w] for w in words if w in place], int) for words in paragraphs], common


def never_met():
    """Nearly eight pairs in ten never meet, although these words make up most of the text. For 10,000 words it would be nearly
    all.
    """
    texts, words = novels()
    met = np.zeros((len(words), len(words)), bool)
    for text in texts:
        for gap in range(1, 5):
            met[text[gap:], text[: len(text) - gap]] = met[text[: len(text) - gap], text[gap:]] = True
    return round(100 * float(np.mean(~met)))


@functools.lru_cache(maxsize=2)
def counted(count_pairs):
    """Her counts of the two novels, once for each version of her function."""
    texts, words = novels()
    return np.asarray(count_pairs(texts, len(words), 4), float)


PARTNERS = ["sister", "walk", "letter", "happy", "mother", "room", "carriage", "love", "money", "dance", "half", "dear"]


@explorer(word=PARTNERS, power=[0.75, 1.0, 0.0], labels={"power": "power of the contexts' chances"})
def partners(count_pairs, pmi, word, power):
    """Two lists of bars for one word: left, the ten words that stand near it most often, which are small common words such as
    the, to, and. Right, the ten with the largest PMI: words that have to do with it. With power 1 rare words come up.
    """
    counts, words = counted(count_pairs), novels()[1]
    row = words.index(word)
    tables = counts[row], np.asarray(pmi(counts, power), float)[row]
    fig, axes = figure(9.5, 3.8, columns=2)
    for ax, table, title, colour in zip(axes, tables, ("by counts", "by PMI"), (GREY, BLUE), strict=True):
        best = np.argsort(-np.where(np.isfinite(table), table, -99), kind="stable")[:10][::-1]
        ax.barh(np.arange(10), table[best], color=colour)
        ax.set_yticks(np.arange(10), [words[k] for k in best])
        ax.set(title=f"{title}: “{words[best[-1]]}” stands first")
    axes[0].set(xlabel="times near", xlim=(0, 1.1 * tables[0].max()))
    axes[1].set(xlabel="PMI in nats", xlim=(0, 5))
    return fig


# ------------------------------------------------------------------------------------------- learning pair by pair
def topic_pairs(rng, topics=3, words=10, pairs=4000):
    """Pairs of words of an invented corpus: nine in ten within one topic."""
    centres = rng.integers(topics * words, size=pairs)
    stays = rng.random(pairs) < 0.9
    partners = (centres // words) * words + rng.integers(words, size=pairs)
    return centres, np.where(stays, partners, rng.integers(topics * words, size=pairs))


@explorer(steps=(0, 240, 60, 20))
def training(noise_words, skip_gram_loss, steps):
    """Thirty words of three invented topics as points, each topic with a mark of its own. Before the first step they form one
    cloud. After some hundred steps there are three separate groups, each along a direction of its own. Right, the loss falls.
    """
    rng = np.random.default_rng(4)
    centres, contexts = topic_pairs(rng)
    counts = np.bincount(contexts, minlength=30)
    E, F = rng.normal(size=(30, 2)) * 0.3, rng.normal(size=(30, 2)) * 0.3
    losses = []
    for _ in range(steps + 1):
        rows = rng.integers(len(centres), size=300)
        noise = np.asarray(noise_words(counts, (300, 2), rng))
        loss, (d_E, d_F) = skip_gram_loss((E, F), centres[rows], contexts[rows], noise)
        losses.append(float(loss))
        if len(losses) <= steps:
            E, F = E - 3 * np.asarray(d_E), F - 3 * np.asarray(d_F)
    fig, (ax, right) = figure(10, 3.9, columns=2)
    for topic, (mark, colour) in enumerate(zip("os^", (BLUE, ORANGE, GREEN), strict=True)):
        here = E[10 * topic : 10 * topic + 10]
        ax.plot(here[:, 0], here[:, 1], mark, color=colour, ms=6, label=f"topic {topic + 1}")
    ax.plot(0, 0, "+", color=INK)
    ax.set(
        xlim=(-3.5, 3.5), ylim=(-3.5, 3.5), xlabel="first number", ylabel="second number", title=f"the words after {steps} steps"
    )
    ax.legend(loc="upper right")
    right.plot(losses, color=BLUE, lw=1.2)
    right.axhline(3 * np.log(2), color=GREY, lw=1, ls=":")
    right.annotate("all logits 0", (120, 3 * np.log(2)), xytext=(0, 4), textcoords="offset points", color=INK)
    right.set(xlim=(0, 240), ylim=(1, 2.5), xlabel="step", ylabel="loss (nats)", title=f"loss {losses[-1]:.2f}")
    return fig


# ------------------------------------------------------------------------------------------- neighbours
def without_the_rule():
    """It is *king* itself: the sum of the three lies nearer to *king* than to any other word. Queen comes second. It comes
    first once the words of the question are left out.
    """
    units = unit_rows(VECTORS)
    man, king, woman = (units[WORDS[w]] for w in ("man", "king", "woman"))
    return TEXT[int(np.argmax(units @ (king + woman - man)))]


SHOWN = ["piano", "king", "doctor", "apple", "cheap", "monday", "swim", "violin", "quantum", "beautiful", "france", "seven"]


@explorer(word=SHOWN, number=(5, 40, 20, 5), labels={"number": "how many neighbours"})
def word_map(neighbours, word, number):
    """One word, larger and framed, among its neighbours by your function. Words of like meaning lie in patches:
    around piano there are other instruments in one place, and musicians and composers in another.
    """
    return around(neighbours, word, number)


def around(neighbours, word, number):
    """The picture of one word among its neighbours."""
    row = WORDS[word]
    found = np.asarray(neighbours(VECTORS, np.array([row]), number))[0]
    rows = [row, *(int(k) for k in found)]
    spots = plane(unit_rows(VECTORS[rows]))
    reach = 1.15 * np.abs(spots).max()
    fig, ax = figure(8.6, 5)
    ax.plot(spots[1:, 0], spots[1:, 1], "o", color=SKY, ms=5)
    for k, (x, y) in zip(rows[1:], spots[1:], strict=True):
        ax.annotate(TEXT[k], (x, y), xytext=(4, 3), textcoords="offset points", fontsize=8, color=INK)
    ax.plot(*spots[0], "s", color=ORANGE, ms=8)
    box = {"boxstyle": "round,pad=0.25", "fc": "none", "ec": ORANGE}
    ax.annotate(word, spots[0], xytext=(8, 8), textcoords="offset points", fontsize=11, color=INK, bbox=box)
    ax.set(
        xlim=(-reach, reach),
        ylim=(-reach, reach),
        xlabel="first direction",
        ylabel="second direction",
        title=f"nearest to “{word}”: {TEXT[rows[1]]}, {TEXT[rows[2]]}, {TEXT[rows[3]]}",
    )
    return fig


def look_up(neighbours, word):
    """The map of any word of the vocabulary, as an explorer; where the word is not there, what is spelt like it."""
    if word not in WORDS:
        alike = ", ".join(difflib.get_close_matches(word, TEXT, 5)) or "nothing"
        raise KeyError(f"{word!r} is none of the {len(TEXT):,} words; spelt like it: {alike}")

    def draw(neighbours, number):
        """A word, larger and framed, among its neighbours by your function."""
        return around(neighbours, word, number)

    return explorer(draw, mine=(neighbours,), labels={"number": "how many neighbours"}, number=(5, 40, 20, 5))


# ------------------------------------------------------------------------------------------- two trainings
@functools.cache
def two_trainings():
    """Vectors of the same 600 words from two disjoint halves of the film sentences (even and odd ones)."""
    sentences = [re.findall(r"[a-z]+", text.lower()) for text in datasets.load("sentiment", "movies").text]
    counts = {}
    for words in sentences:
        for word in words:
            counts[word] = counts.get(word, 0) + 1
    common = sorted(counts, key=lambda word: (-counts[word], word))[:600]
    place = {word: k for k, word in enumerate(common)}
    made = []
    for half in (sentences[::2], sentences[1::2]):
        table = np.zeros((600, 600))
        for words in half:
            text = [place.get(w, -1) for w in words]
            for i, one in enumerate(text):
                for other in text[max(i - 5, 0) : i]:
                    if one >= 0 and other >= 0:
                        table[one, other] += 1
                        table[other, one] += 1
        row, column = table.sum(axis=1) + 1e-9, table.sum(axis=0) ** 0.75 + 1e-9
        excess = np.log(np.maximum(table * column.sum() / np.outer(row, column), 1.0))
        values, turned = np.linalg.eigh(excess @ excess.T)
        keep = np.argsort(-values)[:30]
        made.append(unit_rows(turned[:, keep] * values[keep] ** 0.25 + 1e-9))
    return made, common


@picture
def aligned():
    """Bars: for how many of 300 words the nearest vector of the other training is the same word. As the two trainings come,
    hardly any. After the turn that was learnt from 300 other words, many times as many, and more still among the ten nearest.
    """
    (A, B), _ = two_trainings()
    learn, test = np.arange(0, 600, 2), np.arange(1, 600, 2)
    left, _, right = np.linalg.svd(A[learn].T @ B[learn])
    shares = []
    for turned in (A, A @ (left @ right)):
        near = np.argsort(-(turned[test] @ B[test].T), axis=1)
        hit = near == np.arange(len(test))[:, None]
        shares.append([hit[:, :1].any(axis=1).mean(), hit[:, :10].any(axis=1).mean()])
    fig, ax = figure(8, 3.2)
    for k, (name, colour, hatch) in enumerate((("nearest", BLUE, ""), ("among ten nearest", SKY, "//"))):
        bars = ax.bar(np.arange(2) + 0.36 * (k - 0.5), [s[k] for s in shares], 0.34, color=colour, hatch=hatch, label=name)
        ax.bar_label(bars, [f"{s[k]:.0%}" for s in shares], padding=2)
    ax.set_xticks([0, 1], ["as they come", "turned (Procrustes)"])
    ax.set(ylim=(0, 1), ylabel="share of 300 words", title="two trainings on different sentences: is the same word nearest?")
    ax.legend(loc="upper left")
    return fig


# ------------------------------------------------------------------------------------------- ratings
@functools.cache
def rated():
    """Rated words that have a vector: their rows, and the ten ratings of each."""
    words = datasets.load("valence_words")
    pairs = [(WORDS[text], ratings) for text, ratings in zip(words.text, words.ratings, strict=True) if text in WORDS]
    return np.array([row for row, _ in pairs]), np.array([ratings for _, ratings in pairs], float)


@picture
def valence():
    """Two clouds of points over the mean rating of other people. Left, a ridge regression on word vectors: the points
    rise along the diagonal, with a wide spread. Right, one single person: they rise as well, with a smaller spread.
    """
    rows, ratings = rated()
    order = np.random.default_rng(0).permutation(len(rows))
    learn, test = order[::2], order[1::2]
    X, mean = VECTORS[rows].astype(float), ratings.mean(axis=1)
    centre, height = X[learn].mean(axis=0), mean[learn].mean()
    C = X[learn] - centre
    weights = np.linalg.solve(C.T @ C + 30 * np.eye(50), C.T @ (mean[learn] - height))
    said = (X[test] - centre) @ weights + height
    one, others = ratings[test, 0], ratings[test, 1:].mean(axis=1)
    fig, axes = figure(9.5, 3.9, columns=2, sharey=True)
    jitter = np.random.default_rng(1).uniform(-0.25, 0.25, len(test))
    for ax, x, name, shift in ((axes[0], said, "vectors", 0), (axes[1], one, "one person", jitter)):
        r = np.corrcoef(x, others)[0, 1]
        agrees = np.mean(np.sign(x) == np.sign(others))
        ax.plot(x + shift, others, ".", color=BLUE, ms=2, alpha=0.4)
        ax.plot([-4, 4], [-4, 4], color=GREY, lw=1, ls=":")
        ax.set(xlim=(-4.4, 4.4), ylim=(-4, 4), xlabel=name, title=f"{name}: correlation {r:.2f}, same sign {agrees:.0%}")
    axes[0].set_ylabel("mean of nine other people")
    return fig


# ------------------------------------------------------------------------------------------- bias
GENDER = [("he", "she"), ("man", "woman"), ("his", "her"), ("himself", "herself"), ("boy", "girl"), ("father", "mother"),
          ("son", "daughter"), ("male", "female"), ("guy", "gal"), ("john", "mary")]  # fmt: skip


def gender_pairs():
    """The vectors of ten pairs (n, 2, 50)."""
    return np.array([[VECTORS[WORDS[a]], VECTORS[WORDS[b]]] for a, b in GENDER if a in WORDS and b in WORDS], float)


def leaning(g, number=500):
    """Rows of the words of letters alone that lean most to either side of g."""
    plain = np.array([k for k, word in enumerate(TEXT[:10000]) if re.fullmatch("[a-z]{3,}", word)])
    taken = {w for pair in GENDER for w in pair}
    plain = np.array([k for k in plain if TEXT[k] not in taken])
    part = unit_rows(VECTORS[plain].astype(float)) @ g
    order = np.argsort(part)
    return plain[order[-number:]], plain[order[:number]]


def told_apart(one, other):
    """The share of held-out rows whose side is told by a straight line that was fitted to the other half of them."""
    X = np.concatenate([one[::2], other[::2]])
    y = np.repeat([1.0, -1.0], [len(one[::2]), len(other[::2])])
    C = X - X.mean(axis=0)
    w = np.linalg.solve(C.T @ C + np.eye(X.shape[1]), C.T @ y)
    right = [(one[1::2] - X.mean(axis=0)) @ w > 0, (other[1::2] - X.mean(axis=0)) @ w < 0]
    return float(np.mean(np.concatenate(right)))


def still_there():
    """Three in four, where a coin gets two in four. Words that leaned to one side share other things as well, and those are
    still there.
    """
    pairs = gender_pairs()
    apart = [unit_rows(pair)[0] - unit_rows(pair)[1] for pair in pairs]
    g = np.linalg.eigh(np.transpose(apart) @ np.array(apart))[1][:, -1]
    one, other = (unit_rows(VECTORS[rows].astype(float)) for rows in leaning(g))
    return round(100 * told_apart(*(rows - (rows @ g)[:, None] * g for rows in (one, other))))


@explorer(number=[500, 250, 100], labels={"number": "words to each side"})
def hidden_not_gone(bias_direction, debias, number):
    """Left, how far the words lean along the direction: before, two separate heaps to the left and right of zero; after, all
    are at zero. Right, the same words after cleaning, in the two directions in which they differ most: the groups mix, but one
    of them keeps to the middle and the other to the rim. A straight line in all directions tells most of them apart.
    """
    g = np.asarray(bias_direction(gender_pairs()), float)
    rows = np.concatenate(leaning(g, number))
    E = VECTORS[rows].astype(float)
    clean = np.asarray(debias(E, g, np.arange(len(rows)), np.zeros((0, 2), int)), float)
    half = len(rows) // 2
    fig, (ax, right) = figure(10, 3.9, columns=2)
    bins = np.linspace(-0.5, 0.5, 51)
    before = unit_rows(E) @ g
    ax.hist(before[:half], bins, color=BLUE, alpha=0.6, label="towards he")
    ax.hist(before[half:], bins, color=ORANGE, alpha=0.6, hatch="//", label="towards she")
    ax.hist(clean @ g, bins, histtype="step", color=INK, lw=1.4, label="all, cleaned")
    ax.set(
        ylim=(0, number / 2),
        xlabel="part along the direction",
        ylabel="words",
        title=f"after: at most {np.abs(clean @ g).max():.2f}",
    )
    ax.legend(loc="upper left")
    spots = plane(clean)
    right.plot(spots[:half, 0], spots[:half, 1], "o", color=BLUE, ms=3, alpha=0.6)
    right.plot(spots[half:, 0], spots[half:, 1], "^", color=ORANGE, ms=3, alpha=0.6)
    share = told_apart(clean[:half], clean[half:])
    right.set(xlabel="first direction", ylabel="second direction", title=f"cleaned: the side is told for {share:.0%}")
    return fig
