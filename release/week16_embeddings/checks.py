"""Visible cases of week 16: they travel with the release."""

import re
from types import SimpleNamespace

import numpy as np

from autograder.cases import case, draws, exercise, expect, studio

exercise("count_pairs")
exercise("pmi", names=("pmi", "word_vectors"))
exercise("skip_gram", names=("noise_words", "skip_gram_loss"))
exercise("neighbours", names=("neighbours", "analogies"))
exercise("debias", names=("bias_direction", "debias"))
exercise("unseen_words", names=("train", "appraise"), kind="studio", seconds=60)


# ------------------------------------------------------------------------------------------- count_pairs
def counts_of(count_pairs, texts, size, window):
    """Her counts, as a plain array of the right shape."""
    return expect.array(count_pairs(texts, size, window), shape=(size, size), finite=True, what="`count_pairs`")


def counts_by_definition(texts, size, window):
    """Every pair of places of every text."""
    table = np.zeros((size, size))
    for text in texts:
        for one in range(len(text)):
            for other in range(len(text)):
                if one != other and abs(one - other) <= window:
                    table[text[one], text[other]] += 1
    return table


def some_texts(rng, number, size, longest):
    """Texts of 0 to `longest` words."""
    return [rng.integers(size, size=rng.integers(0, longest + 1)) for _ in range(number)]


TEXTS = {
    "number": draws.integers(1, 4),
    "size": draws.integers(1, 5),
    "longest": draws.integers(1, 9),
    "window": draws.integers(1, 4),
    "seed": draws.seeds(),
}


@case("count_pairs", "entry (i, j) counts how often word j stands near word i", weight=2, draws=TEXTS)
def near(count_pairs, number, size, longest, window, seed):
    rng = np.random.default_rng(seed)
    texts = [*some_texts(rng, number, size, longest), rng.integers(size, size=2)]
    call = f"count_pairs({[text.tolist() for text in texts]}, {size}, {window})"
    expect.close(counts_of(count_pairs, texts, size, window), counts_by_definition(texts, size, window), what=call)


@case("count_pairs", "the statement's example")
def example_of_counts(count_pairs):
    want = np.array([[0, 1, 1], [1, 2, 2], [1, 2, 0]])
    got = counts_of(count_pairs, [np.array([0, 1, 2, 1])], 3, 2)
    expect.close(got, want, what="count_pairs([[0, 1, 2, 1]], 3, 2)", reveal=True)


@case("count_pairs", "the end of a text is not near the beginning of the next")
def texts_apart(count_pairs):
    for texts in ([[0, 0], [1, 1]], [[0], [1], [0, 0]], [[1, 1, 1], [0]]):
        got = counts_of(count_pairs, [np.array(text) for text in texts], 2, 3)
        expect.that(
            got[0, 1] == 0 == got[1, 0], f"texts {texts}: words 0 and 1 never share a text, and yours counts {got[0, 1]:g}"
        )
        expect.that(got.sum() > 0, f"texts {texts}: nothing was counted")


@case("count_pairs", "counts may grow large")
def many_times(count_pairs):
    got = counts_of(count_pairs, [np.zeros(400, int)], 1, 1)
    expect.that(
        got[0, 0] == 798, f"400 times word 0, window 1: yours counts {got[0, 0]:g} times; 399 pairs of places count twice each"
    )


@case("count_pairs", "no texts, empty texts and wide windows; the texts stay as they were", side=True)
def no_texts(count_pairs):
    expect.that(not counts_of(count_pairs, [], 3, 2).any(), "without texts all counts are 0")
    expect.that(not counts_of(count_pairs, [np.zeros(0, int), np.array([1])], 3, 2).any(), "without two words all counts are 0")
    got = counts_of(count_pairs, [np.array([0, 1])], 2, 50)
    expect.close(got, np.array([[0, 1], [1, 0]]), what="the text 0 1 and window 50")
    text, other = np.array([2, 1, 1, 0]), np.array([2, 0])
    expect.pure(count_pairs, [text, other], 3, 2, names=("texts", "size", "window"))
    twice = [counts_of(count_pairs, [text], 3, 2) for _ in range(2)]
    expect.same(twice[0], twice[1], "the same call gave other counts the second time")


# ------------------------------------------------------------------------------------------- pmi
def table_of(pmi, counts, power):
    """Her table, as a plain array of the right shape."""
    return expect.array(pmi(counts, power), shape=counts.shape, what="`pmi`")


def pmi_by_definition(counts, power):
    """Each pair by itself, from sums of chances."""
    total = float(np.sum(counts))
    weights = [(float(np.sum(counts[:, j])) / total) ** power if np.sum(counts[:, j]) else 0.0 for j in range(counts.shape[1])]
    out = np.zeros(counts.shape)
    for i in range(len(counts)):
        for j in range(counts.shape[1]):
            word = float(np.sum(counts[i])) / total
            chance = weights[j] / sum(weights)
            if word and chance:
                times = float(counts[i, j]) / total / word / chance
                out[i, j] = np.log(times) if times else -np.inf
    return out


def some_counts(rng, rows, columns, holes):
    """Counts with some pairs that never met; no row or column is empty."""
    counts = rng.integers(1, 30, size=(rows, columns)).astype(float)
    if rows > 1 and columns > 1:
        for _ in range(holes):
            i, j = rng.integers(rows), rng.integers(columns)
            if np.count_nonzero(counts[i]) > 1 and np.count_nonzero(counts[:, j]) > 1:
                counts[i, j] = 0
    return counts


TABLES = {"rows": draws.integers(2, 5), "columns": draws.integers(2, 6), "holes": draws.integers(0, 4), "seed": draws.seeds()}


def agree(got, want, call):
    """Finite entries agree, and the infinite ones stand in the same places."""
    never = np.isneginf(want)
    where = np.argwhere(never != np.isneginf(got))
    expect.that(
        not len(where),
        f"{call}: pairs that never met, and no others, have -inf. Look at {tuple(map(int, where[0])) if len(where) else ()}",
    )
    expect.close(np.where(never, 0, got), np.where(never, 0, want), what=f"{call}: the pairs that met")


@case("pmi", "PMI says how many times as often a pair comes as by chance; pairs that never met get -inf", weight=2, draws=TABLES)
def times_chance(pmi, rows, columns, holes, seed):
    counts = some_counts(np.random.default_rng(seed), rows, columns, holes)
    agree(table_of(pmi, counts, 1.0), pmi_by_definition(counts, 1.0), f"pmi({counts.astype(int).tolist()}, 1.0)")


@case(
    "pmi",
    "a power changes the chances of the contexts, which still sum to one",
    weight=2,
    draws={**TABLES, "power": draws.sampled([0.75, 0.0, 0.5, 2.0])},
)
def with_power(pmi, rows, columns, holes, seed, power):
    counts = some_counts(np.random.default_rng(seed), rows, columns, holes)
    call = f"pmi({counts.astype(int).tolist()}, {power})"
    got = table_of(pmi, counts, power)
    agree(got, pmi_by_definition(counts, power), call)
    agree(table_of(pmi, 3 * counts, power), got, f"{call} beside the same with all counts three times as high")


@case("pmi", "the statement's examples")
def examples_of_pmi(pmi, word_vectors):
    want = np.log(np.array([[1.5, 0.5], [0.5, 1.5]]))
    expect.close(table_of(pmi, np.array([[6, 2], [2, 6]]), 1), want, what="pmi([[6, 2], [2, 6]], 1)", reveal=True)
    E, F = vectors_of(word_vectors, np.array([[4.0]]), 1)
    expect.close(np.abs(E), np.array([[2.0]]), what="the size of the word's vector in word_vectors([[4.0]], 1)", reveal=True)
    expect.close(E * F, np.array([[4.0]]), what="the product of both in word_vectors([[4.0]], 1)", reveal=True)


@case("pmi", "a word or a context without any count has entries 0", side=True, draws=TABLES)
def nothing_known(pmi, rows, columns, holes, seed):
    rng = np.random.default_rng(seed)
    counts = some_counts(rng, rows, columns, holes)
    wide = np.zeros((rows + 1, columns + 1))
    i, j = rng.integers(rows + 1), rng.integers(columns + 1)
    wide[np.ix_(np.delete(np.arange(rows + 1), i), np.delete(np.arange(columns + 1), j))] = counts
    for power in (0.75, 1.0):  # not 0: whoever takes "raised to the power" by the letter gives an empty context a share, 0 ** 0
        got = table_of(pmi, wide, power)
        call = f"pmi({wide.astype(int).tolist()}, {power})"
        expect.that(not np.any(got[i]) and not np.any(got[:, j]), f"{call}: row {i} and column {j} have no counts, so they are 0")
        agree(np.delete(np.delete(got, i, 0), j, 1), pmi_by_definition(counts, power), f"{call}, the other rows and columns")
    expect.that(not np.any(table_of(pmi, np.zeros((2, 3)), 0.75)), "pmi of a table of zeros should be all 0")


@case("pmi", "float32 stays float32, whole numbers are counts too, and all stays as it was", side=True)
def tables_house(pmi, word_vectors):
    counts = np.array([[6, 2, 0], [2, 6, 1]])
    expect.close(
        table_of(pmi, counts[:, :2], 0.75), table_of(pmi, counts[:, :2] * 1.0, 0.75), what="whole numbers as counts: the table"
    )
    expect.dtype(pmi(counts.astype(np.float32), 0.75), np.float32, what="`pmi` of float32")
    expect.pure(lambda c: pmi(c, 0.75), counts * 1.0, names=("counts",))
    M = np.random.default_rng(3).normal(size=(4, 3))
    expect.pure(lambda m: word_vectors(m, 2), M, names=("M",))
    for part in word_vectors(M.astype(np.float32), 2):
        expect.dtype(part, np.float32, what="`word_vectors` of float32")
    E, F = vectors_of(word_vectors, np.array([[3, 3], [1, -1]]), 2)
    expect.close(E @ F.T, np.array([[3, 3], [1, -1]]), what="M of whole numbers, k = 2: the product E @ F.T")


def vectors_of(word_vectors, M, k):
    """Her two arrays, plain and of the right shapes."""
    made = word_vectors(M, k)
    expect.that(len(made) == 2, "`word_vectors` should return two arrays, E and F")
    E = expect.array(made[0], shape=(M.shape[0], k), finite=True, what="E of `word_vectors`")
    return E, expect.array(made[1], shape=(M.shape[1], k), finite=True, what="F of `word_vectors`")


VECTORS = {"rows": draws.integers(1, 7), "columns": draws.integers(1, 7), "cut": draws.integers(0, 6), "seed": draws.seeds()}


@case("pmi", "no product of such shapes comes nearer to M", weight=2, draws=VECTORS)
def nearest(word_vectors, rows, columns, cut, seed):
    M = 2 * np.random.default_rng(seed).normal(size=(rows, columns))
    k = max(min(rows, columns) - cut, 1)
    E, F = vectors_of(word_vectors, M, k)
    least = float(np.sum(np.linalg.svd(M, compute_uv=False)[k:] ** 2))
    off = float(np.sum((E @ F.T - M) ** 2))
    expect.that(
        off <= least + 1e-9 * np.sum(M**2),
        f"M ({rows}, {columns}), k = {k}: the sum of squared errors of E @ F.T is {off:.4g}; the least is {least:.4g}",
    )


@case("pmi", "the columns are at right angles, and equally long in E and F, the longest first", draws=VECTORS)
def shared_evenly(word_vectors, rows, columns, cut, seed):
    M = 2 * np.random.default_rng(seed).normal(size=(rows, columns))
    k = max(min(rows, columns) - cut, 1)
    E, F = vectors_of(word_vectors, M, k)
    lengths = [np.sqrt(np.sum(part**2, axis=0)) for part in (E, F)]
    call = f"M ({rows}, {columns}), k = {k}"
    expect.that(np.all(lengths[0] > 1e-9), f"{call}: a column of E is zeros")
    expect.close(lengths[0], lengths[1], what=f"{call}: the lengths of the columns of E, against those of F,")
    expect.that(
        np.all(np.diff(lengths[0]) <= 1e-9), f"{call}: the lengths of the columns, {lengths[0].round(3).tolist()}, should fall"
    )
    for part, name in ((E, "E"), (F, "F")):
        angles = (part.T @ part) / np.outer(*lengths) - np.eye(k)
        expect.that(np.abs(angles).max() < 1e-7, f"{call}: columns of {name} are not at right angles")


# ------------------------------------------------------------------------------------------- skip_gram
# Shares are held against their chances by expect.counts, whose bound holds for every number of draws; eight tables of counts
# are tried at a time, each with a false alarm of 1e-8.
@case(
    "skip_gram", "blind contexts come with chances proportional to counts to the power 3/4", weight=2, false_alarm=1e-6, fresh=50
)
def law_of_noise(noise_words, rng):
    for counts in ([1, 16, 81, 0, 256], [5, 5], [1000, 1, 1], [0, 3, 200, 0, 7, 40]):
        drawn = expect.array(noise_words(np.array(counts), (1000, 2), rng), shape=(1000, 2), finite=True, what="`noise_words`")
        expect.that(
            np.all((drawn >= 0) & (drawn < len(counts)) & (drawn == np.floor(drawn))),
            f"counts {counts}: the draws should be whole numbers from 0 to {len(counts) - 1}",
        )
        seen = np.bincount(drawn.astype(int).ravel(), minlength=len(counts))
        weights = np.array(counts, float) ** 0.75
        expect.counts(
            seen, weights / weights.sum(), f"counts {counts}: in 2,000 draws the words came {seen.tolist()} times", 1e-8
        )
        same = int(np.sum(drawn[:, 0] == drawn[:, 1]))
        chance = float(np.sum((weights / weights.sum()) ** 2))
        expect.share(same, 1000, chance, f"counts {counts}: in {same} of 1,000 rows both draws are the same word", 1e-8)


@case("skip_gram", "chance comes from the generator alone, in any shape", side=True)
def noise_house(noise_words):
    counts = np.array([4, 1, 9, 2])
    expect.repeatable(lambda rng: expect.array(noise_words(counts, (6, 5), rng), what="`noise_words`"), 3, what="`noise_words`")
    expect.pure(lambda c: noise_words(c, (3, 2), np.random.default_rng(0)), counts, names=("counts",))
    for shape in ((0, 3), (4,), (2, 3, 2)):
        expect.array(noise_words(counts, shape, np.random.default_rng(0)), shape=shape, what="`noise_words`")
    rng = np.random.default_rng(1)
    one, other = (np.asarray(noise_words(counts, (40,), rng)) for _ in range(2))
    expect.that(not np.array_equal(one, other), "two calls with one generator gave the same 40 draws")


def some_batch(rng, words, size, pairs, blind):
    """Parameters (E, F), centres, contexts, noise."""
    E, F = rng.normal(size=(words, size)), rng.normal(size=(words, size))
    return (E, F), rng.integers(words, size=pairs), rng.integers(words, size=pairs), rng.integers(words, size=(pairs, blind))


def loss_by_definition(parameters, centres, contexts, noise):
    """The mean loss, one logit after another."""
    E, F = parameters
    total = 0.0
    for centre, context, others in zip(centres, contexts, noise, strict=True):
        total += np.logaddexp(0, -np.sum(E[centre] * F[context]))
        total += sum(np.logaddexp(0, np.sum(E[centre] * F[other])) for other in others)
    return total / max(len(centres), 1)


def asked(skip_gram_loss, parameters, centres, contexts, noise):
    """Her loss, a number, and her gradients, plain arrays of the right shapes."""
    made = skip_gram_loss(parameters, centres, contexts, noise)
    expect.that(len(made) == 2 and len(made[1]) == 2, "`skip_gram_loss` should return a loss and a pair of gradients")
    what = ("the gradient for E", "the gradient for F")
    gradients = tuple(
        expect.array(part, shape=like.shape, finite=True, what=name)
        for part, like, name in zip(made[1], parameters, what, strict=True)
    )
    return expect.number(made[0], what="the loss"), gradients


BATCHES = {
    "words": draws.integers(2, 6),
    "size": draws.integers(1, 4),
    "pairs": draws.integers(1, 6),
    "blind": draws.integers(1, 4),
    "seed": draws.seeds(),
}


@case("skip_gram", "the loss is the mean over the pairs of the sum of their log-losses", draws=BATCHES)
def mean_loss(skip_gram_loss, words, size, pairs, blind, seed):
    batch = some_batch(np.random.default_rng(seed), words, size, pairs, blind)
    got, _ = asked(skip_gram_loss, *batch)
    want = loss_by_definition(*batch)
    expect.close(
        got, want, what=f"{words} words of {size} numbers, {pairs} pairs, {blind} blind contexts each: the loss", reveal=True
    )


def slopes_of(skip_gram_loss, batch, seed, what):
    """Her gradients for E and F agree with measured slopes of the definition."""
    parameters, *rows = batch
    _, gradients = asked(skip_gram_loss, *batch)
    expect.gradient(
        lambda moved: loss_by_definition(moved, *rows), parameters, gradients, np.random.default_rng(seed + 1), what=what
    )


@case("skip_gram", "the gradients belong to the loss", weight=2, draws=BATCHES, fresh=50)
def slopes(skip_gram_loss, words, size, pairs, blind, seed):
    rng = np.random.default_rng(seed)
    parameters, _, _, _ = some_batch(rng, words + 12, size, pairs, blind)
    order = rng.permutation(words + 12)[: 2 + blind]  # one pair: no word comes twice
    batch = parameters, order[:1], order[1:2], order[None, 2:]
    slopes_of(skip_gram_loss, batch, seed, "one pair, no word twice: the gradient")


@case("skip_gram", "a word that comes several times gets the sum of its gradients", weight=2, draws=BATCHES, fresh=50)
def repeated(skip_gram_loss, words, size, pairs, blind, seed):
    rng = np.random.default_rng(seed)
    parameters, centres, contexts, noise = some_batch(rng, words, size, pairs + 1, blind)
    centres[-1], contexts[-1], noise[-1, 0] = centres[0], contexts[0], contexts[0]
    slopes_of(
        skip_gram_loss,
        (parameters, centres, contexts, noise),
        seed,
        f"centres {centres.tolist()}, contexts {contexts.tolist()}, noise {noise.tolist()}: the gradient",
    )


@case("skip_gram", "logits of 1000 and of -1000 are no trouble", side=True)
def huge(skip_gram_loss):
    for size in (1000.0, -1000.0):
        parameters = np.array([[1.0], [0.5]]), np.array([[size], [-size]])
        rows = np.array([0, 1]), np.array([0, 1]), np.array([[1], [1]])
        got, gradients = asked(skip_gram_loss, parameters, *rows)
        expect.close(got, loss_by_definition(parameters, *rows), what=f"logits of {size:g}: the loss")
        expect.gradient(
            lambda moved, rows=rows: loss_by_definition(moved, *rows),
            parameters,
            gradients,
            np.random.default_rng(0),
            what=f"logits of {size:g}: the gradient",
        )


@case("skip_gram", "the statement's example; no pairs, and no blind contexts", side=True)
def few(skip_gram_loss):
    zeros = np.zeros((4, 3)), np.zeros((4, 3))
    got, _ = asked(skip_gram_loss, zeros, np.array([0, 1]), np.array([1, 2]), np.array([[3, 3], [0, 0]]))
    expect.close(got, 3 * np.log(2), what="all vectors 0, two blind contexts: the loss", reveal=True)
    parameters, centres, contexts, noise = some_batch(np.random.default_rng(2), 4, 3, 3, 2)
    got, gradients = asked(skip_gram_loss, parameters, centres[:0], contexts[:0], noise[:0])
    expect.that(got == 0 and not any(np.any(part) for part in gradients), "without pairs, loss and gradients are 0")
    batch = parameters, centres, contexts, noise[:, :0]
    got, gradients = asked(skip_gram_loss, *batch)
    expect.close(got, loss_by_definition(*batch), what="no blind contexts: the loss")
    expect.gradient(
        lambda moved: loss_by_definition(moved, *batch[1:]),
        parameters,
        gradients,
        np.random.default_rng(3),
        what="no blind contexts: the gradient",
    )


@case(
    "skip_gram", "float32 stays float32, whole numbers are vectors too, all stays as it was, and nothing is remembered", side=True
)
def vectors_house(skip_gram_loss):
    parameters, centres, contexts, noise = some_batch(np.random.default_rng(4), 5, 3, 4, 2)
    half = tuple(part.astype(np.float32) for part in parameters)
    names = ("parameters", "centres", "contexts", "noise")
    expect.pure(skip_gram_loss, parameters, centres, contexts, noise, names=names)
    for part, name in zip(skip_gram_loss(half, centres, contexts, noise)[1], ("E", "F"), strict=True):
        expect.dtype(part, np.float32, what=f"the gradient for {name} in float32")
    whole = tuple(np.rint(2 * part).astype(int) for part in parameters)
    rows = centres, contexts, noise
    got, gradients = asked(skip_gram_loss, whole, *rows)
    expect.close(got, loss_by_definition(whole, *rows), what="vectors of whole numbers: the loss")
    plain = asked(skip_gram_loss, tuple(part.astype(float) for part in whole), *rows)[1]
    for one, other, name in zip(gradients, plain, ("E", "F"), strict=True):
        expect.same(one, other, f"vectors of whole numbers, and the same as floats: the gradients for {name} differ")


@case(
    "skip_gram",
    "trained on an invented corpus, words of one topic come together",
    draws={"seed": draws.integers(0, 60)},
    fresh=10,
)
def finds_topics(noise_words, skip_gram_loss, seed):
    rng = np.random.default_rng(seed)
    topic = rng.permutation(np.repeat(np.arange(3), 6))
    centres = rng.integers(18, size=1500)
    contexts = np.array([rng.choice(np.flatnonzero(topic == topic[word])) for word in centres])
    counts = np.bincount(contexts, minlength=18)
    E, F = 0.3 * rng.normal(size=(18, 4)), 0.3 * rng.normal(size=(18, 4))
    for _ in range(80):
        rows = rng.integers(1500, size=100)
        noise = expect.array(noise_words(counts, (100, 3), rng), shape=(100, 3), what="`noise_words`").astype(int)
        _, (d_E, d_F) = asked(skip_gram_loss, (E, F), centres[rows], contexts[rows], noise)
        E, F = E - 3 * d_E, F - 3 * d_F
    units = E / np.maximum(np.sqrt(np.sum(E**2, axis=1, keepdims=True)), 1e-9)
    alike = units @ units.T - 3 * np.eye(18)
    right = float(np.mean(topic[np.argmax(alike, axis=1)] == topic))
    expect.that(right >= 0.85, f"after 80 steps the nearest word is of the same topic for {right:.0%} of 18 words")


# ------------------------------------------------------------------------------------------- neighbours
def rows_of(got, shape, taken, n, what):
    """Her row numbers: whole, in range, none twice in a row, none of the words that are taken."""
    found = expect.array(got, shape=shape, finite=True, what=what)
    expect.that(
        np.all((found >= 0) & (found < n) & (found == np.floor(found))), f"{what}: row numbers from 0 to {n - 1} are asked for"
    )
    found = found.astype(int)
    for row, out in zip(found, taken, strict=True):
        clash = sorted(set(row.tolist()) & {int(w) for w in np.ravel(out)})
        expect.that(not clash, f"{what}: of the words {np.ravel(out).tolist()} asked about, {clash} stand among the answers")
        expect.that(len(set(row.tolist())) == len(row), f"{what}: a word stands twice in {row.tolist()}")
    return found


def fits(E, targets, signs):
    """For each query the sum of signed cosines of every word with the words asked about: (Q, n)."""
    size = np.sqrt(np.sum(E**2, axis=1))
    units = np.where(size[:, None] > 0, E / np.where(size > 0, size, 1)[:, None], 0)
    table = sum(sign * (units[targets[:, k]] @ units.T) for k, sign in enumerate(signs))
    return np.where(size > 0, table, -50)


def best_first(found, table, taken, k, call):
    """The answers are the k best by this table, the best first; answers that fit equally well may change places."""
    for q, (row, out) in enumerate(zip(found, taken, strict=True)):
        free = np.setdiff1d(np.arange(table.shape[1]), out)
        want = np.sort(table[q, free])[::-1][:k]
        got = table[q, row]
        off = np.flatnonzero(np.abs(got - want) > 1e-7)
        expect.that(
            not len(off),
            f"{call}: query {q} got {row.tolist()}. Its answer number {off[0] + 1 if len(off) else 0} "
            "fits less well, or stands at the wrong place",
        )


SPACES = {
    "n": draws.integers(5, 9),
    "size": draws.integers(2, 4),
    "queries": draws.integers(1, 3),
    "k": draws.integers(1, 2),
    "seed": draws.seeds(),
}


def some_space(seed, n, size):
    """Vectors of very different lengths."""
    rng = np.random.default_rng(seed)
    return rng, rng.normal(size=(n, size)) * 10.0 ** rng.uniform(-1, 1, size=(n, 1))


@case("neighbours", "neighbours are the words with the largest cosine similarity, the best first", weight=2, draws=SPACES)
def by_cosine(neighbours, n, size, queries, k, seed):
    rng, E = some_space(seed, n, size)
    asked_about = rng.integers(n, size=queries)
    found = rows_of(neighbours(E, asked_about, k + 2), (queries, k + 2), asked_about, n, "`neighbours`")
    best_first(
        found, fits(E, asked_about[:, None], (1,)), asked_about, k + 2, f"{n} words, queries {asked_about.tolist()}, k = {k + 2}"
    )


@case("neighbours", "a word in the very same direction is a neighbour, and the query itself is none", draws=SPACES)
def same_direction(neighbours, n, size, queries, k, seed):
    rng, E = some_space(seed, n, size)
    twin_of = rng.permutation(2 * n)  # rows that belong together stand anywhere
    E = np.concatenate([E, E * 10.0 ** rng.uniform(-1, 1, size=(n, 1))])[np.argsort(twin_of)]
    asked_about, wanted = np.concatenate([twin_of[:n], twin_of[n:]]), np.concatenate([twin_of[n:], twin_of[:n]])
    found = rows_of(neighbours(E, asked_about, k), (2 * n, k), asked_about, 2 * n, "`neighbours`")
    off = np.flatnonzero(found[:, 0] != wanted)
    q = off[0] if len(off) else 0
    expect.that(
        not len(off), f"row {wanted[q]} is row {asked_about[q]} times a factor; as its nearest yours names row {found[q, 0]}"
    )


@case("neighbours", "answers to a question fit best by `fit_of_answer`, the best first", weight=2, draws=SPACES)
def by_fit(analogies, n, size, queries, k, seed):
    rng, E = some_space(seed, n, size)
    questions = np.array([rng.permutation(n)[:3] for _ in range(queries)])
    found = rows_of(analogies(E, questions, k), (queries, k), questions, n, "`analogies`")
    best_first(found, fits(E, questions, (-1, 1, 1)), questions, k, f"{n} words, questions {questions.tolist()}, k = {k}")


@case("neighbours", "where pairs differ by one step, the step answers the question", draws={"seed": draws.seeds()})
def planted(analogies, seed):
    rng = np.random.default_rng(seed)
    ones = rng.normal(size=(6, 30))
    ones /= np.sqrt(np.sum(ones**2, axis=1, keepdims=True))
    step = rng.normal(size=30) * 0.1
    E = np.concatenate([ones, ones + step, ones - step])
    a, c = rng.permutation(6)[:2]
    found = rows_of(analogies(E, np.array([[a, a + 6, c]]), 1), (1, 1), [[a, a + 6, c]], 18, "`analogies`")
    expect.that(
        found[0, 0] == c + 6,
        f"row {c + 6} is row {c} plus the step from row {a} to row {a + 6}. "
        f"To “{a} is to {a + 6} as {c} is to what?” yours says {found[0, 0]}",
    )


@case("neighbours", "only directions count: rows times positive factors, or all of them turned", draws=SPACES)
def only_directions(neighbours, analogies, n, size, queries, k, seed):
    rng, E = some_space(seed, n, size)
    queries = rng.integers(n, size=queries)
    questions = np.array([rng.permutation(n)[:3]])
    turn = np.linalg.qr(rng.normal(size=(size, size)))[0]
    for moved, how in (
        (E * 10.0 ** rng.uniform(-2, 2, size=(n, 1)), "each row times a factor of its own"),
        (E @ turn, "all rows turned"),
    ):
        found = rows_of(neighbours(moved, queries, k), (len(queries), k), queries, n, "`neighbours`")
        best_first(found, fits(E, queries[:, None], (1,)), queries, k, f"{how}, queries {queries.tolist()}")
        found = rows_of(analogies(moved, questions, k), (1, k), questions, n, "`analogies`")
        best_first(found, fits(E, questions, (-1, 1, 1)), questions, k, f"{how}, questions {questions.tolist()}")


@case("neighbours", "the statement's example")
def example_of_neighbours(neighbours, analogies):
    E = np.array([[1, 0], [0, 3], [2, 2], [-1, 0]])
    got = rows_of(neighbours(E, np.array([0]), 3), (1, 3), [[0]], 4, "`neighbours`")
    expect.close(got, np.array([[2, 1, 3]]), what="the neighbours of row 0", reveal=True)
    got = rows_of(analogies(E, np.array([[0, 1, 3]]), 1), (1, 1), [[0, 1, 3]], 4, "`analogies`")
    expect.close(got, np.array([[2]]), what="the answer to “0 is to 1 as 3 is to what?”", reveal=True)


@case("neighbours", "a vector of zeros comes after all others", side=True)
def zeros_last(neighbours, analogies):
    E = np.array([[1.0, 0.0], [0.0, 0.0], [-1.0, 0.0], [-1.0, -0.1], [0.0, -2.0]])
    got = rows_of(neighbours(E, np.array([0]), 4), (1, 4), [[0]], 5, "`neighbours`")
    expect.that(
        got[0, -1] == 1,
        f"row 1 of {E.tolist()} is zeros; among the neighbours of row 0 it stands before others: {got[0].tolist()}",
    )
    E = np.array([[-1.0, 0.1], [1.0, 0.0], [1.0, 0.1], [0.0, 0.0], [-1.0, 0.0], [-1.0, -0.1]])
    got = rows_of(analogies(E, np.array([[0, 1, 2]]), 3), (1, 3), [[0, 1, 2]], 6, "`analogies`")
    expect.that(
        got[0, -1] == 3,
        f"row 3 of {E.tolist()} is zeros; among the answers to “0 is to 1 as 2” it is not the last: {got[0].tolist()}",
    )


@case("neighbours", "no queries are possible; float32 and whole numbers are too; all stays as it was", side=True)
def neighbours_house(neighbours, analogies):
    _, E = some_space(6, 7, 3)
    expect.array(neighbours(E, np.zeros(0, int), 2), shape=(0, 2), what="`neighbours` without queries")
    expect.array(analogies(E, np.zeros((0, 3), int), 2), shape=(0, 2), what="`analogies` without questions")
    queries, questions = np.array([3, 0, 3]), np.array([[0, 1, 2], [5, 4, 3]])
    expect.pure(lambda E, q: neighbours(E, q, 3), E, queries, names=("E", "queries"))
    expect.pure(lambda E, q: analogies(E, q, 2), E, questions, names=("E", "questions"))
    for cast in (np.float32, float):
        table = np.rint(E * 3).astype(cast) if cast is float else E.astype(cast)
        whole = table.astype(int) if cast is float else table
        wanted = table.astype(float) + 0.0
        found = rows_of(neighbours(whole, queries, 3), (3, 3), queries, 7, "`neighbours`")
        best_first(found, fits(wanted, queries[:, None], (1,)), queries, 3, f"E of {whole.dtype}, queries {queries.tolist()}")


@case("neighbours", "a thousand queries are answered by one product of matrices", side=True, fresh=3)
def quick(neighbours, analogies):
    rng = np.random.default_rng(7)
    E = rng.normal(size=(2000, 30))
    queries, questions = rng.integers(2000, size=400), np.array([rng.permutation(2000)[:3] for _ in range(400)])

    def word_by_word(asked_about):
        for row in asked_about:
            for w in range(len(E)):
                np.dot(E[w], E[row])

    plain = lambda: word_by_word(queries[:3])  # noqa: E731  (three of 400 queries, one product at a time)
    expect.faster(lambda: neighbours(E, queries, 5), plain, 0.4, "a loop over the words for 400 queries", of=400 / 3)
    expect.faster(lambda: analogies(E, questions, 5), plain, 0.4, "a loop over the words for 400 questions", of=400 / 3)


# ------------------------------------------------------------------------------------------- debias
def lengths(E):
    """The length of each row."""
    return np.sqrt(np.sum(np.asarray(E, float) ** 2, axis=-1))


def direction_of(bias_direction, pairs):
    """Her direction, a plain vector of length one."""
    g = expect.array(bias_direction(pairs), shape=(pairs.shape[2],), finite=True, what="`bias_direction`")
    expect.close(lengths(g), 1.0, what="the length of your direction")
    return g


PAIRS = {"number": draws.integers(1, 5), "size": draws.integers(2, 5), "seed": draws.seeds()}


@case("debias", "along the direction the differences of pairs of length one are as large as possible", weight=2, draws=PAIRS)
def largest(bias_direction, number, size, seed):
    rng = np.random.default_rng(seed)
    pairs = rng.normal(size=(number, 2, size)) * 10.0 ** rng.uniform(-1, 1, size=(number, 2, 1))
    g = direction_of(bias_direction, pairs)
    apart = pairs[:, 0] / lengths(pairs[:, 0])[:, None] - pairs[:, 1] / lengths(pairs[:, 1])[:, None]
    most = float(np.linalg.eigvalsh(apart.T @ apart)[-1])
    got = float(np.sum((apart @ g) ** 2))
    call = f"{number} pairs of vectors of {size} numbers, of very different lengths"
    expect.that(
        got >= most * (1 - 1e-7), f"{call}: the sum of squared parts along your direction is {got:.4g}; {most:.4g} is possible"
    )
    expect.that(np.sum(apart @ g) >= -1e-9, f"{call}: the direction points towards the second members")


@case("debias", "pairs that differ by one common vector give its direction", draws=PAIRS)
def common_step(bias_direction, number, size, seed):
    rng = np.random.default_rng(seed)
    step = rng.normal(size=size)
    step /= lengths(step)
    across = rng.normal(size=(number, size))
    across -= np.outer(across @ step, step)
    across *= 0.8 / lengths(across)[:, None]
    pairs = np.stack([across + 0.6 * step, across - 0.6 * step], axis=1)
    got = direction_of(bias_direction, pairs)
    expect.close(
        got, step, what=f"{number} pairs, first minus second always {(1.2 * step).round(3).tolist()}: the direction", atol=1e-6
    )


def cleaned(debias, E, g, neutral, pairs):
    """Her vectors, plain, of the right shape and of length one."""
    got = expect.array(debias(E, g, neutral, pairs), shape=E.shape, finite=True, what="`debias`")
    sizes = lengths(got)
    for row in np.flatnonzero(np.abs(sizes - 1) > 1e-6):
        where = f"neutral {np.asarray(neutral).tolist()}, pairs {np.asarray(pairs).tolist()}"
        expect.that(False, f"{where}: row {row} has length {sizes[row]:.4g}, not 1")
    return got


ROOMS = {"others": draws.integers(1, 3), "size": draws.integers(2, 5), "seed": draws.seeds()}


def some_room(others, size, seed):
    """Vectors of any length, a direction of any length, two neutral rows, two pairs, and others."""
    rng = np.random.default_rng(seed)
    n = 6 + others
    E = rng.normal(size=(n, size)) * 10.0 ** rng.uniform(-1, 1, size=(n, 1))
    order = rng.permutation(n)
    return E, rng.normal(size=size) * 10.0 ** rng.uniform(-1, 1), order[:2], order[2:6].reshape(2, 2), order[6:]


def split(E, g):
    """Each row of length one as its part along g and the rest."""
    units, way = E / lengths(E)[:, None], g / lengths(g)
    part = units @ way
    return part, units - np.outer(part, way)


@case("debias", "neutral rows have no part along g, and apart from that their old direction", weight=2, draws=ROOMS)
def neutral_rows(debias, others, size, seed):
    E, g, neutral, pairs, _ = some_room(others, size, seed)
    got = cleaned(debias, E, g, neutral, pairs)
    part, rest = split(got, g)
    _, before = split(E, g)
    call = f"{len(E)} words of {size} numbers, g of length {lengths(g):.2g}"
    expect.that(np.abs(part[neutral]).max() < 1e-7, f"{call}: a neutral row still has {np.abs(part[neutral]).max():.3g} along g")
    want = before[neutral] / lengths(before[neutral])[:, None]
    expect.close(rest[neutral], want, what=f"{call}: what is left of the neutral rows", atol=1e-6)


@case("debias", "the two of a pair differ along g alone, equally far to either side", weight=2, draws=ROOMS)
def pairs_apart(debias, others, size, seed):
    E, g, neutral, pairs, _ = some_room(others, size, seed)
    got = cleaned(debias, E, g, neutral, pairs)
    (part, rest), (old, before) = split(got, g), split(E, g)
    for i, j in pairs:
        call = f"the pair {[int(i), int(j)]} of {len(E)} words of {size} numbers, g of length {lengths(g):.2g}"
        expect.that(abs(part[i] + part[j]) < 1e-7, f"{call}: the parts along g are {part[i]:.3g} and {part[j]:.3g}, not opposite")
        expect.close(rest[i], rest[j], what=f"{call}: at right angles to g, the one against the other", atol=1e-6)
        expect.close(rest[i], (before[i] + before[j]) / 2, what=f"{call}: what both share", atol=1e-6)
        expect.that((part[i] - part[j]) * (old[i] - old[j]) > 0, f"{call}: the two have changed sides")


@case("debias", "all other rows keep their directions")
def others_stay(debias):
    E, g, neutral, pairs, others = some_room(3, 4, 11)
    got = cleaned(debias, E, g, neutral, pairs)
    expect.close(
        got[others], E[others] / lengths(E[others])[:, None], what="rows that are neither neutral nor in a pair", atol=1e-6
    )
    got = cleaned(debias, E, g, np.zeros(0, int), np.zeros((0, 2), int))
    expect.close(got, E / lengths(E)[:, None], what="nothing neutral and no pairs: all rows", atol=1e-6)


@case("debias", "the statement's example")
def example_of_pairs(debias):
    got = cleaned(debias, np.array([[0.8, 0.6], [0.0, 1.0]]), np.array([2, 0]), np.zeros(0, int), np.array([[0, 1]]))
    expect.close(got, np.array([[0.6, 0.8], [-0.6, 0.8]]), what="the pair (0.8, 0.6) and (0, 1), g = (2, 0)", reveal=True)


@case("debias", "a pair with equal parts along g stays as it was", side=True, draws=ROOMS)
def equal_parts(debias, others, size, seed):
    rng = np.random.default_rng(seed)
    g = rng.normal(size=size)
    rest = rng.normal(size=(2, size))
    rest -= np.outer(rest @ g, g) / (g @ g)
    rest /= lengths(rest)[:, None]
    for height in (0.5, -0.3, 0.0):
        E = np.sqrt(1 - height**2) * rest + height * g / lengths(g)
        got = cleaned(debias, E * np.array([[2.0], [0.5]]), g, np.zeros(0, int), np.array([[0, 1]]))
        expect.close(got, E, what=f"both have the part {height} along g, up to rounding: the pair", atol=1e-6)


@case("debias", "float32 stays float32, whole numbers are vectors too, and all stays as it was", side=True)
def debias_house(bias_direction, debias):
    E, g, neutral, pairs, _ = some_room(2, 4, 12)
    couples = np.random.default_rng(13).normal(size=(3, 2, 4))
    expect.pure(lambda p: bias_direction(p), couples, names=("pairs",))
    expect.pure(lambda *handed: debias(*handed), E, g, neutral, pairs, names=("E", "g", "neutral", "pairs"))
    expect.dtype(debias(E.astype(np.float32), g.astype(np.float32), neutral, pairs), np.float32, what="`debias` of float32")
    expect.dtype(bias_direction(couples.astype(np.float32)), np.float32, what="`bias_direction` of float32")
    whole = np.rint(10 * E / lengths(E)[:, None]).astype(int) + np.array([[1, 0, 0, 0]])
    whole[lengths(whole) == 0] = 1
    steps = np.array([1, -2, 0, 2])
    got, want = (
        cleaned(debias, *(cast(part) for part in (whole, steps)), neutral, pairs) for cast in (np.asarray, lambda x: x * 1.0)
    )
    expect.same(got, want, "vectors of whole numbers, and the same as floats: the results differ", atol=1e-6)
    got, want = (direction_of(bias_direction, cast(np.rint(4 * couples) + 9)) for cast in (lambda x: x.astype(int), np.asarray))
    expect.same(got, want, "pairs of whole numbers, and the same as floats: the directions differ", atol=1e-6)


# ------------------------------------------------------------------------------------------- unseen_words
EACH, RATED, LONGEST, BLUR = 300, 300, 60, 0.05


def tokens(text, place):
    """The numbers of a sentence's words, in order; words without a vector are left out."""
    text = re.sub(r"n't\b", " n't", text.lower().replace("’", "'"))
    found = re.findall(r"[a-z]+(?:-[a-z]+)*|n't|'s|[!?.,;:()]|\d+", text)
    return [place[word] for word in found if word in place][:LONGEST]


def clear_sentences(sentences, place):
    """Sentences that people agree on, as lists of word numbers; and whether they are good."""
    mean = np.nanmean(sentences.ratings, axis=1)
    read = [tokens(text, place) for text in sentences.text]
    kept = [k for k, words in enumerate(read) if abs(mean[k]) > 0.5 and words]
    return [read[k] for k in kept], mean[kept] > 0


def half_and_half(sentences, good, each, rng):
    """As many good as bad ones, `each` of both (as many as there are of the rarer kind, where it is None): (n, T), (n,)."""
    kinds = [rng.permutation(np.flatnonzero(good == side)) for side in (True, False)]
    each = min(map(len, kinds)) if each is None else each
    rows = rng.permutation(np.concatenate([kind[:each] for kind in kinds]))
    table = np.full((len(rows), LONGEST), -1)
    for k, row in enumerate(rows):
        table[k, : len(sentences[row])] = sentences[row]
    return table, good[rows].astype(int)


def new_task(load, rng, read=None):
    """One judging's task.

    Parameters
    ----------
    load : callable
        `datasets.load` or `datasets.held_out`: where the sentences come from.
    rng : np.random.Generator
        The source of all chance.
    read : namespace, optional
        What `word_data(load)` gives, if it was read before.

    Returns
    -------
    namespace
        sentences (300, T), good (300,), rated (300,), ratings (300,), vectors (V, 50), and asked: {kind: (sentences, good)}.
    """
    read = read or word_data(load)
    new_number = rng.permutation(len(read.vectors))

    def numbered(pair):
        table, good = pair
        return np.where(table >= 0, new_number[table], -1), good

    sentences, good = numbered(half_and_half(*read.kinds["movies"], EACH // 2, rng))
    asked_about = {kind: numbered(half_and_half(*read.kinds[kind], None, rng)) for kind in ("products", "tweets")}
    rated = [read.known[k] for k in rng.choice(len(read.known), RATED, replace=False)]
    return SimpleNamespace(
        sentences=sentences,
        good=good,
        rated=new_number[np.array([row for row, _ in rated])],
        ratings=np.array([mark for _, mark in rated]),
        vectors=disguised(read.vectors, new_number, rng),
        asked=asked_about,
    )


def disguised(X, new_number, rng):
    """The vectors at their new places: of length one, turned, stretched, turned again, and blurred."""
    units = X / lengths(X)[:, None]
    turns = [np.linalg.qr(rng.normal(size=(X.shape[1], X.shape[1])))[0] for _ in range(2)]
    moved = units @ turns[0] * np.exp(rng.uniform(-0.7, 0.7, X.shape[1])) @ turns[1]
    moved = moved + BLUR * np.sqrt(np.mean(moved**2)) * rng.normal(size=moved.shape)
    out = np.empty(X.shape, np.float32)
    out[new_number] = moved
    return out


def word_data(load):
    """Vectors, rated words as pairs of row and mean rating, and the clear sentences of each kind."""
    from autograder import datasets

    glove, marks = datasets.load("glove50"), datasets.load("valence_words")
    place = {word: row for row, word in enumerate(glove.text)}
    known = [(place[text], ten.mean()) for text, ten in zip(marks.text, marks.ratings, strict=True) if text in place]
    kinds = {kind: clear_sentences(load("sentiment", kind), place) for kind in ("movies", "products", "tweets")}
    return SimpleNamespace(vectors=glove.X, known=known, kinds=kinds)


def right_order(said, good):
    """The share of pairs of a good and a bad one in which the good one has more; ties count half."""
    bad, fine = np.sort(said[good == 0]), said[good == 1]
    return float(np.mean(np.searchsorted(bad, fine, "left") + np.searchsorted(bad, fine, "right")) / 2 / len(bad))


def mean_order(entry, load, rng, trainings):
    """The mean over trainings and both kinds."""
    read = word_data(load)
    tasks = [new_task(load, rng, read) for _ in range(trainings)]
    rounds = [entry.train(task.sentences, task.good, task.rated, task.ratings, task.vectors) for task in tasks]
    shares = []
    for round, task in zip(rounds, tasks, strict=True):
        table = np.concatenate([sentences for sentences, _ in task.asked.values()])
        said = expect.array(round.appraise(table, task.vectors), shape=(len(table),), finite=True, what="`appraise`")
        start = 0
        for _, good in task.asked.values():
            shares.append(right_order(said[start : start + len(good)], good))
            start += len(good)
    return float(np.mean(shares))


@studio(
    "unseen_words",
    train="train",
    users=("appraise",),
    budget=200,
    metric="share of pairs of sentences in the right order",
    baseline=0.55,
    bands=(0.63, 0.67, 0.73),
    typed=0.55,
    seconds=120,
)
def public(entry, rng):
    """Two trainings on public sentences."""
    from autograder import datasets

    return mean_order(entry, datasets.load, rng, 2)


@case("unseen_words", "a sentence gets its own number, alone and among others")
def any_batch(entry):
    rng = np.random.default_rng(5)
    vectors = rng.normal(size=(400, 50)).astype(np.float32)
    sentences = np.where(np.arange(12) < rng.integers(2, 12, size=(60, 1)), rng.integers(400, size=(60, 12)), -1)
    rated = rng.permutation(400)[:60]
    round = entry.train(sentences, np.arange(60) % 2, rated, vectors[rated, 0], vectors)
    said = expect.array(round.appraise(sentences, vectors), shape=(60,), finite=True, what="`appraise`")
    expect.that(np.ptp(said) > 0, "all 60 sentences get the same number")
    for rows in (slice(0, 1), slice(3, 20)):
        part = expect.array(round.appraise(sentences[rows], vectors), shape=(len(said[rows]),), finite=True, what="`appraise`")
        expect.same(part, said[rows], "a sentence got another number in another batch", rtol=1e-4, atol=1e-5)
    longer = np.concatenate([sentences[:20], np.full((20, 5), -1)], axis=1)
    part = expect.array(round.appraise(longer, vectors), shape=(20,), finite=True, what="`appraise`")
    expect.same(part, said[:20], "with more places of -1 after the end a sentence got another number", rtol=1e-4, atol=1e-5)
