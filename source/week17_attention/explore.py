"""The pictures and explorers of week 17."""

import functools
import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from autograder import datasets
from autograder.explore import BLUE, GREY, INK, ORANGE, SKY, explorer, figure, picture

HOP, WIDE, BACK = 160, 256, 35  # numbers a frame, numbers that are looked at for it, frames that the net hears
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
GROUPS = {"its own voices": ("speech", "espeak"), "other machines": ("speech", "flite"), "a woman": ("speech_human", "human")}


def draw(rng, n):
    """So many texts of two countries, drawn anew, and their dates, an array (n, 8).

    Parameters
    ----------
    rng : np.random.Generator
        The source of all chance.
    n : int
        How many texts.
    """
    import checks  # travels with the week

    return checks.draw_texts(checks.two_countries(rng), rng, n)


# ------------------------------------------------------------------------------------------- sound
@functools.cache
def bank():
    """Twenty overlapping bands of tones, (129, 20), narrow where tones are low."""
    tones = np.linspace(0, 4000, WIDE // 2 + 1)
    heights = 2595 * np.log10(1 + tones / 700)
    edges = np.interp(np.linspace(150, 2100, 22), heights, tones)
    bands = [
        np.minimum((tones - a) / (b - a), (c - tones) / (c - b)) for a, b, c in zip(edges, edges[1:], edges[2:], strict=False)
    ]
    return np.maximum(bands, 0).T


def frames(sound):
    """Fifty frames a second, (T, 20): how loud each band is, as a logarithm."""
    padded = np.pad(np.asarray(sound, float), (WIDE // 2, WIDE))
    cut = sliding_window_view(padded, WIDE)[: len(padded) - WIDE : HOP] * np.hanning(WIDE)
    return np.log(np.abs(np.fft.rfft(cut)) ** 2 @ bank() + 1e-4)


def heard(sound):
    """What the net gets at each frame, (T, 140): the last 35 frames in seven steps, without their mean."""
    F = frames(sound)
    F = np.concatenate([np.repeat(F[:1], BACK - 1, axis=0), F])
    steps = sliding_window_view(F, BACK, axis=0)[:, :, ::-1].reshape(-1, 20, 7, 5).mean(axis=3)
    return (steps - steps.mean(axis=(1, 2), keepdims=True)).reshape(len(steps), -1) / 2


def spoken_row(clips, order, rng):
    """Clips one after the other with pauses and a little hiss: the sound, the frame at which each word ends, the words."""
    parts, ends, place = [], [], 0
    for k in order:
        sound = clips.sound[k] / np.sqrt(np.mean(clips.sound[k] ** 2)) * 0.08 * np.exp(0.2 * rng.normal())
        loud = np.flatnonzero(np.abs(sound) > 0.02)
        pause = np.zeros(int(8000 * rng.uniform(0.15, 0.5)))
        parts += [pause, sound[loud[0] : loud[-1] + 1]]
        place += len(parts[-1]) + len(pause)
        ends.append(place // HOP)
    sound = np.concatenate([*parts, np.zeros(3000)])
    return sound + 0.003 * rng.normal(size=len(sound)), np.array(ends), np.array([clips.word[k] for k in order])


@functools.cache
def listener():
    """A net with one hidden layer that hears one synthetic voice in many accents: chances of nothing and of ten digits."""
    rng = np.random.default_rng(0)
    clips = datasets.load("speech", split="espeak")
    sound, ends, words = spoken_row(clips, rng.permutation(np.tile(np.arange(len(clips.sound)), 2)), rng)
    X, y = heard(sound), np.zeros(10**6, int)
    for end, word in zip(ends, words, strict=True):
        y[end - 1 : end + 8] = word + 1
    y, centre = y[: len(X)], X.mean(axis=0)
    parts = [rng.normal(size=(140, 64)) / 12, np.zeros(64), rng.normal(size=(64, 11)) / 20, np.zeros(11)]
    means, squares = [0.0] * 4, [0.0] * 4
    said, quiet, num_steps = np.flatnonzero(y), np.flatnonzero(y == 0), 1500
    for step in range(num_steps):
        rows = np.concatenate([rng.choice(said, 80), rng.choice(quiet, 80)])
        batch = X[rows] - centre + 0.3 * rng.normal(size=(160, 140))
        hidden = np.maximum(batch @ parts[0] + parts[1], 0)
        chances = np.exp(hidden @ parts[2] + parts[3])
        d = (chances / chances.sum(axis=1, keepdims=True) - np.eye(11)[y[rows]]) / 160
        d_hidden = d @ parts[2].T * (hidden > 0)
        for k, slope in enumerate((batch.T @ d_hidden, d_hidden.sum(axis=0), hidden.T @ d, d.sum(axis=0))):
            means[k] += 0.1 * (slope - means[k])
            squares[k] += 0.01 * (slope**2 - squares[k])
            move = means[k] / (1 - 0.9 ** (step + 1)) / (np.sqrt(squares[k] / (1 - 0.99 ** (step + 1))) + 1e-7)
            parts[k] = parts[k] - 0.003 * (1 - step / num_steps) * move
    return centre, parts


def logits_at(sound):
    """The listener's logits at each frame, (T, 11); 0 is nothing, k + 1 the digit k."""
    centre, (W, b, V, c) = listener()
    return np.maximum((heard(sound) - centre) @ W + b, 0) @ V + c


@functools.cache
def row_of(group):
    """A row of words by one group of voices: chances (T, 11), the frames where words end, the words (10 is any other)."""
    name, split = GROUPS[group]
    clips, rng = datasets.load(name, split=split), np.random.default_rng(1)
    sounds_like = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "0")  # other numbers, letters' codes: they hold a digit's name
    order = [
        k
        for k in range(len(clips.word))
        if clips.word[k] < 10 or not any(part in clips.words[clips.word[k]] for part in sounds_like)
    ]
    if split == "espeak":
        order = order[::5]
    order = [k for k in order if clips.word[k] < 10] * (1 if split == "espeak" else 2) + [k for k in order if clips.word[k] >= 10]
    sound, ends, words = spoken_row(clips, rng.permutation(order), rng)
    fit = np.exp(logits_at(sound))
    return fit / fit.sum(axis=1, keepdims=True), ends, np.minimum(words, 10)


def near(frame, ends):
    """Whether a frame lies at the end of one of these words."""
    return bool(np.any((frame >= ends - 15) & (frame <= ends + 20)))


@picture
def spoken():
    """The word "seven" as a spectrogram, said by a machine on the left and by a woman on the right. The bright bands lie at
    other heights and last for other times, and the hiss of the s stands high up in both.
    """
    fig, axes = figure(9, 3.4, 1, 2)
    for ax, (said, (name, split)) in zip(
        axes, [("a machine", GROUPS["its own voices"]), ("a woman", GROUPS["a woman"])], strict=True
    ):
        clips = datasets.load(name, split=split)
        F = frames(clips.sound[int(np.flatnonzero(clips.word == 7)[0])])
        ax.imshow(F.T, origin="lower", aspect="auto", cmap="viridis", extent=(0, len(F) / 50, 0, 20))
        ax.set(xlabel="seconds", ylabel="band of tones, low to high", title=f"“seven”, said by {said}")
        ax.grid(False)
    return fig


@functools.cache
def share_found(group, threshold=0.5):
    """The share of the digits that are heard at this threshold."""
    chances, ends, words = row_of(group)
    own = [(end, word) for end, word in zip(ends, words, strict=True) if word < 10]
    return float(np.mean([chances[max(0, end - 15) : end + 21, word + 1].max() >= threshold for end, word in own]))


def found_human():
    """About half of them, when the threshold is 0.5, averaged over ten keywords. And her other words set it off often: that is
    the larger loss, and the next picture counts it.
    """
    return round(100 * share_found("a woman"))


@explorer(keyword=list(DIGITS[7:] + DIGITS[:7]), threshold=(0.05, 0.95, 0.5, 0.05))
def kitchen(alarms, keyword, threshold):
    """Above, the chance of the keyword over half a minute of the woman's voice, with a triangle where she really says it and
    a dashed line at each alarm. Below, for three kinds of voices and over ten keywords, the share of words found and the
    false alarms an hour: few are found and many alarms are false where the voice is a stranger's.
    """
    fig, (top, left, right) = figure(9, 5.6, 3, 1)
    word = DIGITS.index(keyword)
    chances, ends, words = row_of("a woman")
    first = ends[words == word][0]
    begin = max(0, int(first) - 700)
    span = slice(begin, begin + 1500)
    top.plot(np.arange(*span.indices(len(chances))) / 50, chances[span, word + 1], color=BLUE, lw=1.2)
    top.axhline(threshold, color=GREY, lw=1)
    for frame in alarms(chances[:, word + 1], threshold, 20):
        if begin <= frame < begin + 1500:
            top.axvline(frame / 50, color=ORANGE, ls="--", lw=1)
    top.plot(ends[words == word] / 50, np.full((words == word).sum(), 1.06), "v", color=INK, clip_on=False)
    top.set(
        xlim=(begin / 50, begin / 50 + 30),
        ylim=(0, 1.1),
        xlabel="seconds",
        ylabel="chance",
        title=f"“{keyword}” by a woman; triangles: she says it, dashed: alarms",
    )
    found, false = [], []
    for group in GROUPS:
        chances, ends, words = row_of(group)
        hits = misses = wrong = 0
        for k in range(10):
            own = ends[words == k]
            rung = np.asarray(alarms(chances[:, k + 1], threshold, 20))
            heard_ = sum(any(end - 15 <= frame <= end + 20 for frame in rung) for end in own)
            hits, misses = hits + heard_, misses + len(own) - heard_
            wrong += sum(not near(frame, own) for frame in rung)
        found.append(hits / (hits + misses))
        false.append(wrong / (10 * len(chances) / 50 / 3600))
    for ax, values, title in ((left, found, "share of words found"), (right, false, "false alarms an hour")):
        ax.barh(list(GROUPS), values, color=[BLUE, SKY, ORANGE])
        ax.invert_yaxis()
        ax.set(title=title, xlim=(0, 1.15 if ax is left else 900))
        for k, value in enumerate(values):
            ax.text(
                min(value, 1 if ax is left else 760),
                k,
                f" {value:.0%}" if ax is left else f" {value:.0f}",
                va="center",
                color=INK,
            )
    return fig


# ------------------------------------------------------------------------------------------- attention
@functools.cache
def small_reader():
    """A net that reads day, month and year from lines of words in any order, with one query for each of the three."""
    import tape

    rng = np.random.default_rng(3)
    months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    vocabulary = [
        *(str(d) for d in range(1, 32)),
        *months,
        *(str(y) for y in range(1980, 2000)),
        *["on", "the", "of", "in", "a", "day", "mon", "tue", "wed", "thu", "fri"],
    ]
    low = (0, 31, 43)
    answers = (31, 12, 20)

    def lines(n):
        told = np.stack([low[k] + rng.integers(answers[k], size=n) for k in range(3)], axis=1)
        rows = np.concatenate([told, 63 + rng.integers(11, size=(n, 4))], axis=1)
        return rng.permuted(rows, axis=1), told

    parts = {"E": rng.normal(size=(74, 24)) / 2, "Q": rng.normal(size=(3, 24)) / 2, "O": rng.normal(size=(24, 74)) / 5}

    def looked(p, X):
        fit = (p["E"][X] @ p["Q"].T * 24**-0.5 * 4).exp()  # (n, 7, 3)
        return fit / fit.sum(axis=1, keepdims=True)

    def loss(p, X, told):
        share = looked(p, X)
        mixed = (p["E"][X].reshape(len(X), 7, 1, 24) * share.reshape(len(X), 7, 3, 1)).sum(axis=1)
        logits = mixed @ p["O"]
        return (logits.exp().sum(axis=-1).log() - (logits * np.eye(74)[told]).sum(axis=-1)).mean()

    speed = {name: 0.0 for name in parts}
    for step in range(400):
        _, slopes = tape.value_and_gradients(loss, parts, *lines(64))
        for name, slope in slopes.items():
            speed[name] += 0.05 * (slope**2 - speed[name])
            parts[name] = parts[name] - 0.03 * (1 - step / 400) * slope / (np.sqrt(speed[name]) + 1e-6)
    return parts, vocabulary, looked


@picture
def looks():
    """Where a trained net looks, for two lines of words. Each row is one part of the date that it writes, each column a word
    of the line. In both lines the row "day" is dark at the day, "month" at the month and "year" at the year, though the
    words stand in another order.
    """
    import tape

    parts, vocabulary, looked = small_reader()
    fig, axes = figure(9.5, 2.9, 1, 2)
    for ax, text in zip(axes, ("on thu the 12 of mar 1987", "in 1994 on the 3 of aug"), strict=True):
        said = text.split()
        X = np.array([[vocabulary.index(word) for word in said]])
        share = looked(tape.values(parts), X).data[0].T
        ax.imshow(share, cmap="Blues", vmin=0, vmax=1, aspect="auto")
        ax.set_xticks(range(7), said)
        ax.set_yticks(range(3), ["day", "month", "year"])
        ax.set_title(f"the largest weights: {', '.join(f'{row.max():.2f}' for row in share)}")
        ax.grid(False)
    return fig


def heaviest():
    """Nearly all. The scores have a spread of 20, so the largest of 50 lies several units above the next, and $e$ to that is a
    large number. Divided by 20 they would have a spread of 1, and the heaviest key about a fifth.
    """
    return "nearly all"


@explorer(angle=(0, 360, 60, 15), length=(0, 12, 4), hidden=(0, 8, 0))
def dial(attend, angle, length, hidden):
    """Eight keys on a circle and a query as an arrow. The bars are the weights that your function gives the eight entries:
    they gather at the keys in the arrow's direction, and hidden entries have none.
    """
    turn = np.arange(8) * np.pi / 4
    keys = np.column_stack([np.cos(turn), np.sin(turn)])
    query = length * np.array([[np.cos(np.radians(angle)), np.sin(np.radians(angle))]])
    mask = np.arange(8)[None] >= hidden
    weights = np.asarray(attend(query, keys, np.eye(8), mask=mask)[0])[0]
    fig, (left, right) = figure(9, 3.6, 1, 2)
    left.scatter(*keys.T, s=30 + 1500 * weights, color=[SKY if one else GREY for one in mask[0]], zorder=3)
    for k, (x, y) in enumerate(keys):
        left.annotate(str(k), (x, y), ha="center", va="center", zorder=4)
    left.annotate("", query[0] / 12, (0, 0), arrowprops={"arrowstyle": "->", "color": ORANGE, "lw": 2})
    left.set(xlim=(-1.4, 1.4), ylim=(-1.4, 1.4), aspect="equal", title="keys, and the query as an arrow")
    right.bar(range(8), weights, color=BLUE)
    right.set(
        ylim=(0, 1),
        xlabel="entry",
        ylabel="weight",
        xticks=range(8),
        title=f"the weights sum to {weights.sum():.2f}; the largest is {weights.max():.2f}",
    )
    return fig


# ------------------------------------------------------------------------------------------- beam search
SYMBOLS = "abc."
GROUND = {"fc": "white", "ec": "none", "alpha": 0.8, "pad": 0.5}  # under words that lie on lines
TREE = {
    "": (0.37, 0.3, 0.05, 0.28), "a": (0.3, 0.25, 0.25, 0.2), "b": (0.02, 0.03, 0.9, 0.05), "c": (0.3, 0.3, 0.3, 0.1),
    "bc": (0.1, 0.05, 0.05, 0.8), "aa": (0.4, 0.2, 0.2, 0.2), "ab": (0.3, 0.3, 0.1, 0.3), "ac": (0.25, 0.25, 0.25, 0.25),
}  # fmt: skip


def chances_after(line):
    """The chances of a, b, c and the end after a line of the little model."""
    return np.array(TREE.get(line, (0.1, 0.1, 0.1, 0.7)))


@picture
def tree():
    """A tree of two steps. From the root go a with chance 0.6 and b with 0.4. After a come c 0.4, d 0.3 and e 0.3, after b
    come c 0.9 and d 0.1. The thick branch a c has chance 0.24, the branch b c has 0.36.
    """
    fig, ax = figure(8, 3.4)
    nodes = {"a": (1, 1.1, 0.6), "b": (1, -1.1, 0.4)}
    leaves = {"a": [("c", 0.4), ("d", 0.3), ("e", 0.3)], "b": [("c", 0.9), ("d", 0.1)]}
    for name, (x, y, p) in nodes.items():
        ax.plot([0, x], [0, y], color=ORANGE if name == "a" else BLUE, lw=6 * p)
        ax.annotate(f"{name}  {p}", (x / 2, y / 2), xytext=(0, 10), textcoords="offset points", ha="center")
        for k, (leaf, q) in enumerate(leaves[name]):
            end = y + 0.75 * (1 - k)
            best = (name, leaf) in (("a", "c"), ("b", "c"))
            ax.plot([x, 2], [y, end], color=(ORANGE if name == "a" else BLUE) if best else GREY, lw=6 * q)
            ax.annotate(f"{name} {leaf}:  {p} · {q} = {p * q:.2f}", (2.05, end), va="center", weight="bold" if best else "normal")
    ax.set(xlim=(-0.1, 3.1), ylim=(-2, 2.1), title="the likeliest first step does not lead to the likeliest line")
    ax.axis("off")
    return fig


def wider():
    """At first, then worse. With a beam of 5 or 10 translations are best. With hundreds, many models of the 2010s wrote
    lines that were far too short, or empty: they are likelier than any good line. The search found what the model liked.
    """
    return "at first, then worse"


@explorer(width=(1, 8, 1), alpha=(0.0, 2.0, 0.0, 0.1))
def beam(beam_search, width, alpha):
    """The tree of a little model with three symbols and an end mark. Lines that your search asked about are drawn
    thick, the others are thin or left out. The line that it returns is orange. The title says this line and its score.
    """
    asked = set()

    def step(lines):
        rows = ["".join(SYMBOLS[k] for k in line) for line in np.asarray(lines).tolist()]
        asked.update(rows)
        return np.log([chances_after(row) for row in rows])

    line, score = beam_search(step, 3, width, 4, alpha)
    fig, ax = figure(9, 4)

    def branch(name, x, y, height, chance):
        for k, symbol in enumerate(SYMBOLS):
            p, low = chance * chances_after(name)[k], y + height * (1.5 - k) / 4
            known = name in asked
            winner = "".join(SYMBOLS[s] for s in line).startswith(name + symbol)
            ax.plot(
                [x, x + 1],
                [y, low],
                color=ORANGE if winner else BLUE if known else GREY,
                lw=2.2 if winner else 1.2 if known else 0.3,
            )
            if height > 3 or winner:
                ax.annotate(
                    f"{symbol} {p:.3g}",
                    (x + 1, low),
                    xytext=(3, 0),
                    textcoords="offset points",
                    fontsize=8,
                    va="center",
                    color=INK,
                    bbox=GROUND,
                )
            if symbol != "." and x < 2:
                branch(name + symbol, x + 1, low, height / 4, p)

    branch("", 0, 0, 16, 1.0)
    said = " ".join(SYMBOLS[k] for k in line)
    ax.set(
        xlim=(-0.1, 3.6),
        ylim=(-8, 8),
        title=f"width {width}, α = {alpha:.1f}: it returns “{said}”, score {score:.2f}; {len(asked)} lines were asked about",
    )
    ax.axis("off")
    return fig


# ------------------------------------------------------------------------------------------- two measures
def one_bleu(guess, reference):
    """BLEU of one line with one reference; prints how it comes about.

    Parameters
    ----------
    guess, reference : sequence
        Two lines: lists of symbols, or strings.
    """
    shares = []
    for n in (1, 2, 3, 4):
        said = [tuple(guess[k : k + n]) for k in range(len(guess) - n + 1)]
        left = [tuple(reference[k : k + n]) for k in range(len(reference) - n + 1)]
        right = []
        for gram in said:
            if gram in left:
                left.remove(gram)  # what is said twice must stand there twice
                right.append(gram)
        shares.append(len(right) / max(len(said), 1))
        shown = ", ".join(" ".join(map(str, gram)) for gram in right) or "none"
        print(f"n = {n}: {len(right)} of {len(said)} are right ({shown})")
    mean = math.prod(shares) ** 0.25
    penalty = math.exp(min(0.0, 1 - len(reference) / len(guess))) if len(guess) else 0.0
    print(f"the geometric mean of the four shares is {mean:.3f}; {len(guess)} symbols for {len(reference)}: times {penalty:.3f}")
    return mean * penalty


# ------------------------------------------------------------------------------------------- spelling
@functools.cache
def spelt():
    """For each letter between its neighbours, the sound that it has most often, where letters and sounds are equally many."""
    found = datasets.load("g2p", split="train")
    table = {}
    for word, sounds in zip(found.text, found.phonemes, strict=True):
        if len(word) == len(sounds):
            for key, sound in zip(keys_of(word), sounds, strict=True):
                for one in key:
                    table.setdefault(one, {}).setdefault(sound, 0)
                    table[one][sound] += 1
    return {key: max(counts, key=counts.get) for key, counts in table.items()}


def keys_of(word):
    """For each letter, from the most to the least special: both neighbours, the next one, the letter alone."""
    padded = f"-{word}-"
    return [(padded[k - 1 : k + 2], padded[k : k + 2], padded[k]) for k in range(1, len(word) + 1)]


def sounded(word):
    """One sound for each letter of a word."""
    table = spelt()
    return [next((table[one] for one in key if one in table), "?") for key in keys_of(word)]


@explorer(first=(0, 990, 0, 6))
def spelling(error_rate, bleu, first):
    """Some words of the test set with the sounds that a count table gives them beside the true ones, and the error rate of
    each. Words with silent letters get too many sounds.
    """
    found = datasets.load("g2p", split="test")
    words = list(found.text[:1000])
    truths = list(map(list, found.phonemes[:1000]))
    guesses = [sounded(word) for word in words]
    whole, score = error_rate(guesses, truths), bleu(guesses, [[truth] for truth in truths])
    fig, ax = figure(9, 3.8)
    ax.axis("off")
    shown = range(first, first + 7)
    lines = [("word", "the table says", "the truth", "error rate")]
    lines += [
        (words[k], " ".join(guesses[k]), " ".join(truths[k]), f"{error_rate([guesses[k]], [truths[k]]):.2f}") for k in shown
    ]
    for row, cells in enumerate(lines):
        for x, cell in zip((0, 0.17, 0.53, 0.88), cells, strict=True):
            ax.text(
                x,
                1 - row / 8,
                cell,
                weight="bold" if row == 0 else "normal",
                family="monospace" if row and x in (0.17, 0.53) else None,
                fontsize=9,
            )
    ax.set_ylim(0, 1.15)
    ax.set_title(f"1,000 words: error rate {whole:.2f}, BLEU {score:.2f}")
    return fig


# ------------------------------------------------------------------------------------------- CTC
@explorer(voice=["other machines", "its own voices", "a woman"])
def when(ctc_loss, voice):
    """Above, the chances of ten digits that a net gives at each frame of a row of spoken digits. Below, the shares of all
    alignments that your gradient implies, once it is told which digits were said: each digit gets one narrow place, in the right
    order.
    """
    name, split = GROUPS[voice]
    clips, rng = datasets.load(name, split=split), np.random.default_rng(5)
    order = [int(rng.choice(np.flatnonzero(clips.word == word))) for word in (4, 7, 7, 1, 9)]
    sound, ends, words = spoken_row(clips, order, rng)
    logits = logits_at(sound)
    loss, d_logits = ctc_loss(logits, [int(word) + 1 for word in words])
    fit = np.exp(logits - logits.max(axis=1, keepdims=True))
    chances = fit / fit.sum(axis=1, keepdims=True)
    fig, axes = figure(9, 5, 2, 1)
    for ax, shown, title in (
        (axes[0], chances, "what the net says at each frame"),
        (axes[1], chances - d_logits, f"with the label 4 7 7 1 9: shares of the alignments (loss {loss:.1f})"),
    ):
        ax.imshow(
            shown[:, 1:].T, cmap="Blues", vmin=0, vmax=1, aspect="auto", origin="lower", extent=(0, len(logits) / 50, -0.5, 9.5)
        )
        for end, word in zip(ends, words, strict=True):
            ax.plot(end / 50, word, "v", color=ORANGE)
        ax.set(yticks=range(10), ylabel="digit", title=title)
        ax.grid(False)
    axes[1].set_xlabel("seconds (triangles: where a word ends)")
    return fig


# ------------------------------------------------------------------------------------------- the studio
@picture
def countries():
    """Eight texts of two countries that were drawn for this page, each with the date that it means. The names of months, the
    signs of digits and the order of the parts are different in the two.
    """
    texts, digits = draw(np.random.default_rng(12), 60)
    lines = [(text, "".join(map(str, row))) for text, row in zip(texts, digits, strict=True)]
    chosen = [line for tag in "AB" for line in [line for line in lines if line[0][0] == tag][:4]]
    fig, ax = figure(8, 3.2)
    ax.axis("off")
    for row, (text, said) in enumerate(chosen):
        ax.text(0.02, 1 - row / 8, text, family="monospace", fontsize=10, va="top")
        ax.text(0.75, 1 - row / 8, f"{said[:4]}-{said[4:6]}-{said[6:]}", family="monospace", fontsize=10, va="top", color=BLUE)
    ax.set_title("two countries, A and B, and what is meant")
    return fig


@functools.cache
def new_country():
    """Texts of two countries to learn from and 300 new ones, with their digits."""
    import checks

    rng = np.random.default_rng(21)
    both = checks.two_countries(rng)
    return *checks.draw_texts(both, rng, checks.GIVEN), *checks.draw_texts(both, rng, 300)


@explorer(first=(0, 40, 0, 1))
def misread(train, read, first, quick=False):
    """How often each of the eight digits is read wrongly by your reader, on 300 new texts of two countries, and some of the texts
    that it misreads.
    """
    texts, _, new, truth = new_country()
    few = 300 if quick else len(texts)
    wrong = (said := read_by(train, read, few)) != truth
    fig, (left, right) = figure(9.5, 3.4, 1, 2)
    left.bar([f"{part}{k + 1}" for k, part in enumerate("yyyymmdd")], wrong.mean(axis=0), color=BLUE)
    left.set(
        ylim=(0, max(0.1, 1.1 * wrong.mean(axis=0).max())),
        ylabel="share read wrongly",
        title=f"all eight right: {np.mean(~wrong.any(axis=1)):.2f}",
    )
    right.axis("off")
    for row, k in enumerate(np.flatnonzero(wrong.any(axis=1))[first : first + 8]):
        line = f"{new[k]:28s} {''.join(map(str, truth[k]))}  {''.join(map(str, said[k]))}"
        right.text(0, 0.95 - row / 8, line, family="monospace", fontsize=7.5, va="top")
    right.set_title("text, what is meant, what it read")
    return fig


def read_by(train, read, few):
    """What her reader says of the new texts, learnt from so many; kept while it is the same reader."""
    texts, digits, new, _ = new_country()
    if KEPT.get("reader") != (train, read, few):
        arrays = train(texts[:few], digits[:few].copy(), np.random.default_rng(0))
        KEPT.update(reader=(train, read, few), said=np.asarray(read(arrays, list(new))))
    return KEPT["said"]


KEPT: dict = {}
