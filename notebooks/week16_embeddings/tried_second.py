"""Programs for week 16, written from its contracts alone."""

from collections import Counter
from itertools import combinations

import numpy as np

from autograder.cases import program

# count_pairs


def _near(texts, size, first=1, last=0, weigh=lambda apart: 1, kind=int, both=True):
    def count(window):
        counts = np.zeros((size, size), kind)
        for text in texts:
            text = np.asarray(text, int)
            for apart in range(first, window + 1 + last):
                np.add.at(counts, (text[: max(len(text) - apart, 0)], text[apart:]), weigh(apart))
        return counts + counts.T if both else counts

    return count


@program("count_pairs")
def b_near_by_slices(texts, size, window):
    return _near(texts, size)(window)


@program("count_pairs")
def b_near_by_a_counter(texts, size, window):
    found = Counter()
    for text in texts:
        words = [int(word) for word in text]
        for s, t in combinations(range(len(words)), 2):
            if t - s <= window:
                found[words[s], words[t]] += 1
                found[words[t], words[s]] += 1
    counts = np.zeros((size, size))
    for (i, j), often in found.items():
        counts[i, j] = often
    return counts


@program("count_pairs")
def b_near_by_products_of_one_hots(texts, size, window):
    counts = np.zeros((size, size))
    for text in texts:
        hot = np.zeros((len(text), size))
        hot[np.arange(len(text)), np.asarray(text, int)] = 1
        places = np.arange(len(text))
        apart = np.abs(places[:, None] - places)
        counts += hot.T @ ((apart > 0) & (apart <= window)).astype(float) @ hot
    return counts


@program("count_pairs", breaks="a pair may come many times: plain indexing adds 1 only once")
def b_near_adds_once_in_one_go(texts, size, window):
    counts = np.zeros((size, size), int)
    for text in texts:
        text = np.asarray(text, int)
        for apart in range(1, window + 1):
            counts[text[:-apart], text[apart:]] += 1
    return counts + counts.T


@program("count_pairs", breaks="near places lie in the same text")
def b_near_across_texts(texts, size, window):
    return _near([np.concatenate([np.zeros(0, int), *[np.asarray(text, int) for text in texts]])], size)(window)


@program("count_pairs", breaks="at most `window` apart, that distance included")
def b_near_less_than_the_window(texts, size, window):
    return _near(texts, size, last=-1)(window)


@program("count_pairs", breaks="at most `window` apart, and no farther")
def b_near_one_place_too_far(texts, size, window):
    return _near(texts, size, last=1)(window)


@program("count_pairs", breaks="a place is not near itself")
def b_near_itself(texts, size, window):
    return _near(texts, size, first=0)(window)


@program("count_pairs", breaks="each pair counts for both words: the array is symmetric")
def b_near_forwards_only(texts, size, window):
    return _near(texts, size, both=False)(window)


@program("count_pairs", breaks="a pair of places with one word twice counts twice")
def b_near_the_same_word_counts_once(texts, size, window):
    once = _near(texts, size, both=False)(window)
    return once + once.T - np.diag(np.diag(once))


@program("count_pairs", breaks="a word may stand near the same word")
def b_near_never_the_same_word(texts, size, window):
    counts = _near(texts, size)(window)
    np.fill_diagonal(counts, 0)
    return counts


@program("count_pairs", breaks="how often: near places count 1, however far apart they are")
def b_near_weighed_by_distance(texts, size, window):
    return _near(texts, size, weigh=lambda apart: 1 / apart, kind=float)(window)


@program("count_pairs", breaks="how often, not in how many texts")
def b_near_once_a_text(texts, size, window):
    return sum((_near([text], size)(window) > 0 for text in texts), np.zeros((size, size), int))


@program("count_pairs", breaks="texts may be shorter than the window, and count all the same")
def b_near_skips_short_texts(texts, size, window):
    return _near([text for text in texts if len(text) > window], size)(window)


@program("count_pairs", breaks="the end of a text is not near its beginning")
def b_near_around_the_end(texts, size, window):
    counts = np.zeros((size, size), int)
    for text in texts:
        for apart in range(1, min(window, len(text) - 1) + 1):
            np.add.at(counts, (np.asarray(text, int), np.roll(np.asarray(text, int), -apart)), 1)
    return counts + counts.T


@program("count_pairs", breaks="the window moves place by place, it does not cut the text into pieces")
def b_near_in_pieces(texts, size, window):
    pieces = [text[k : k + window + 1] for text in texts for k in range(0, len(text), window + 1)]
    return _near(pieces, size)(window)


@program("count_pairs", breaks="the result is (size, size), also where the last words never come")
def b_near_size_of_the_words_seen(texts, size, window):
    seen = max((int(word) for text in texts for word in text), default=-1) + 1
    return _near(texts, size)(window)[:seen, :seen]


@program("count_pairs", breaks="how often: counts go beyond 255")
def b_near_in_bytes(texts, size, window):
    return _near(texts, size, kind=np.uint8)(window)


@program("count_pairs", breaks="inputs are left as they were")
def b_near_empties_the_list(texts, size, window):
    counts = np.zeros((size, size), int)
    while texts:
        counts += _near([texts.pop()], size)(window)
    return counts


# pmi


def _float(*arrays):
    kind = np.result_type(*[np.asarray(array).dtype for array in arrays])
    return kind if kind.kind == "f" else np.dtype(float)


def _pmi(counts, power, chances=None, log=np.log, words=None):
    counts = np.asarray(counts, _float(counts))
    rows = counts.sum(axis=1, keepdims=True)
    columns = counts.sum(axis=0)
    there = (rows > 0) & (columns > 0)
    with np.errstate(all="ignore"):
        share = np.where(columns > 0, columns**power, 0)
        share = share / share.sum() if chances is None else chances(columns, power)
        given = counts / rows if words is None else words(counts, power)
        table = log(given / share)
    return np.where(there, table, 0).astype(counts.dtype)


def _vectors(M, k, left=0.5, right=0.5, first=0):
    U, sigma, Vt = np.linalg.svd(np.asarray(M, _float(M)), full_matrices=False)
    part = slice(first, first + k)
    return U[:, part] * sigma[part] ** left, Vt[part].T * sigma[part] ** right


def _words(pmi=_pmi, word_vectors=_vectors):
    return {"pmi": pmi, "word_vectors": word_vectors}


@program("pmi", several=True)
def b_chance_by_shares():
    return _words()


@program("pmi", several=True)
def b_chance_by_loops_and_transposes():
    def pmi(counts, power):
        n, m = counts.shape
        table = np.zeros((n, m), _float(counts))
        rows = [float(np.sum(counts[i], dtype=float)) for i in range(n)]
        columns = [float(np.sum(counts[:, j], dtype=float)) for j in range(m)]
        flat = [c**power if c else 0.0 for c in columns]
        for i, j in np.ndindex(n, m):
            if rows[i] and columns[j]:
                expected = rows[i] * flat[j] / sum(flat)
                table[i, j] = np.log(float(counts[i, j]) / expected) if counts[i, j] else -np.inf
        return table

    def word_vectors(M, k):
        V, sigma, Ut = np.linalg.svd(np.asarray(M, _float(M)).T, full_matrices=False)
        scale = np.diag(np.sqrt(sigma[:k]))
        return Ut[:k].T @ scale, V[:, :k] @ scale

    return _words(pmi, word_vectors)


@program("pmi", several=True)
def b_chance_by_logarithms():
    def pmi(counts, power):
        counts = np.asarray(counts, _float(counts))
        rows, columns = counts.sum(axis=1), counts.sum(axis=0)
        table = np.zeros_like(counts)
        i, j = np.flatnonzero(rows), np.flatnonzero(columns)
        if len(i) and len(j):
            part = counts[np.ix_(i, j)]
            logs = np.full_like(part, -np.inf)
            np.log(part, out=logs, where=part > 0)
            flat = power * np.log(columns[j])
            table[np.ix_(i, j)] = logs - np.log(rows[i])[:, None] - (flat - np.logaddexp.reduce(flat))
        return table

    def word_vectors(M, k):
        M = np.asarray(M, _float(M))
        n, m = M.shape
        both = np.zeros((n + m, n + m))
        both[:n, n:], both[n:, :n] = M, M.T
        values, vectors = np.linalg.eigh(both)
        values, vectors = values[::-1][:k], vectors[:, ::-1][:, :k] * np.sqrt(2)
        root = np.sqrt(np.where(values > 1e-12 * max(values[:1].max(initial=0), 1e-300), values, 0))
        return (vectors[:n] * root).astype(M.dtype), (vectors[n:] * root).astype(M.dtype)

    return _words(pmi, word_vectors)


@program("pmi", breaks="in nats, not in bits", several=True)
def b_chance_in_bits():
    return _words(lambda *given: _pmi(*given, log=np.log2))


@program("pmi", breaks="the changed chances of the contexts sum to one", several=True)
def b_chance_power_without_sum():
    return _words(lambda *given: _pmi(*given, chances=lambda columns, power: (columns / columns.sum()) ** power))


@program("pmi", breaks="counting everything three times changes nothing", several=True)
def b_chance_power_of_raw_counts():
    return _words(lambda *given: _pmi(*given, chances=lambda columns, power: columns**power / columns.sum()))


@program("pmi", breaks="the power changes the chances of the contexts, not those of the words", several=True)
def b_chance_power_on_the_words():
    return _words(lambda counts, power: _pmi(np.asarray(counts).T, power).T)


@program("pmi", breaks="another power is used where one is handed in", several=True)
def b_chance_without_the_power():
    return _words(lambda counts, power: _pmi(counts, 1))


@program("pmi", breaks="the power acts on chances of contexts, not on each count", several=True)
def b_chance_power_on_every_count():
    return _words(lambda counts, power: _pmi(np.asarray(counts, _float(counts)) ** power, 1))


@program("pmi", breaks="PMI, negative values too: nothing is cut at nought", several=True)
def b_chance_positive_only():
    return _words(lambda *given: np.maximum(_pmi(*given), 0))


@program("pmi", breaks="pairs that never met get minus infinity", several=True)
def b_chance_a_little_for_all():
    return _words(lambda *given: _pmi(*given, log=lambda ratio: np.log(ratio + 1e-8)))


@program("pmi", breaks="entries of a word or a context without any count are 0", several=True)
def b_chance_nan_for_the_unseen():
    def pmi(counts, power):
        table = _pmi(counts, power)
        table[np.sum(counts, axis=1) == 0] = np.nan
        return table

    return _words(pmi)


@program("pmi", breaks="counts (n, m) of words with contexts: contexts have sums of their own", several=True)
def b_chance_one_kind_of_sums():
    def pmi(counts, power):
        sums = np.sum(counts, axis=1)
        with np.errstate(all="ignore"):
            table = np.log(counts / (sums[:, None] * sums[: counts.shape[1]] ** power / np.sum(sums**power)))
        return np.where((sums[:, None] > 0) & (np.sum(counts, axis=0) > 0), table, 0.0)

    return _words(pmi)


@program("pmi", breaks="columns are equally long in E and in F", several=True)
def b_chance_all_length_to_the_words():
    return _words(word_vectors=lambda M, k: _vectors(M, k, 1, 0))


@program("pmi", breaks="E F^T comes nearest to M: the two have a root of sigma each, not a sigma", several=True)
def b_chance_sigma_on_both_sides():
    return _words(word_vectors=lambda M, k: _vectors(M, k, 1, 1))


@program("pmi", breaks="nearest to M itself, not to M without its means", several=True)
def b_chance_centred_table():
    return _words(word_vectors=lambda M, k: _vectors(np.asarray(M) - np.mean(M, axis=0), k))


@program("pmi", breaks="signs of E and F belong together", several=True)
def b_chance_two_separate_decompositions():
    def word_vectors(M, k):
        E, F = _vectors(M, k)
        return E * np.where(E[:1] < 0, -1, 1), F * np.where(F[:1] < 0, -1, 1)

    return _words(word_vectors=word_vectors)


@program("pmi", breaks="the longest columns come first", several=True)
def b_chance_shortest_first():
    return _words(word_vectors=lambda M, k: tuple(part[:, ::-1] for part in _vectors(M, k)))


@program("pmi", breaks="F is (m, k): one row for each context", several=True)
def b_chance_contexts_in_columns():
    return _words(word_vectors=lambda M, k: (_vectors(M, k)[0], _vectors(M, k)[1].T))


@program("pmi", breaks="inputs are left as they were", several=True)
def b_chance_marks_the_zeros():
    def pmi(counts, power):
        table = _pmi(counts, power)
        counts[counts == 0] = 1
        return table

    return _words(pmi)


@program("pmi", breaks="float32 stays float32", several=True)
def b_chance_in_double():
    return _words(lambda counts, power: _pmi(np.asarray(counts, float), power), lambda M, k: _vectors(np.asarray(M, float), k))


# skip_gram


def _noise(counts, shape, rng, power=0.75):
    chances = np.asarray(counts, float) ** power
    return rng.choice(len(counts), size=shape, p=chances / chances.sum())


def _sigmoid(z):
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + small), small / (1 + small))


def _softplus(z):
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


def _pairs(
    parameters,
    centres,
    contexts,
    noise,
    add=(np.add.at, np.add.at),
    cost=_softplus,
    slope=_sigmoid,
    share=lambda P, k: P,
    weights=None,
):
    E, F = (np.asarray(part, _float(part)) for part in parameters)
    P, k = np.shape(noise)
    d_E, d_F = np.zeros_like(E), np.zeros_like(F)
    if P == 0:
        return E.dtype.type(0), (d_E, d_F)
    used = np.concatenate([np.asarray(contexts, int)[:, None], np.asarray(noise, int)], axis=1)
    sign = np.where(np.arange(1 + k) == 0, -1, 1).astype(E.dtype)
    weight = np.ones(used.shape, E.dtype) if weights is None else weights(used).astype(E.dtype)
    words, around = E[centres], F[used]
    z = sign * np.einsum("pd,pkd->pk", words, around)
    d = (sign * weight * slope(z) / share(P, k)).astype(E.dtype)
    add[0](d_E, np.asarray(centres, int), np.einsum("pk,pkd->pd", d, around))
    add[1](d_F, used, d[..., None] * words[:, None])
    return E.dtype.type((weight * cost(z)).sum() / share(P, k)), (d_E, d_F)


def _skip(noise_words=_noise, skip_gram_loss=_pairs):
    return {"noise_words": noise_words, "skip_gram_loss": skip_gram_loss}


def _plain_add(array, rows, values):
    array[rows] += values


@program("skip_gram", several=True)
def b_gram_side_by_side():
    return _skip()


@program("skip_gram", several=True)
def b_gram_pair_by_pair():
    def noise_words(counts, shape, rng):
        edges = np.cumsum(np.asarray(counts, float) ** 0.75)
        return np.searchsorted(edges, rng.random(shape) * edges[-1], side="right")

    def skip_gram_loss(parameters, centres, contexts, noise):
        E, F = parameters
        d_E, d_F, loss, P = np.zeros(E.shape, _float(E)), np.zeros(F.shape, _float(F)), 0.0, len(centres)
        for p in range(P):
            for row, real in [(contexts[p], 1), *[(blind, 0) for blind in noise[p]]]:
                z = float(np.dot(E[centres[p]], F[row]))
                loss += (np.logaddexp(0, z) - real * z) / P
                d = (float(_sigmoid(np.float64(z))) - real) / P
                d_E[centres[p]] += d * F[row]
                d_F[row] += d * E[centres[p]]
        return loss, (d_E, d_F)

    return _skip(noise_words, skip_gram_loss)


@program("skip_gram", several=True)
def b_gram_by_tables_of_all_logits():
    def noise_words(counts, shape, rng):
        chances = np.sqrt(np.sqrt(np.asarray(counts, float))) ** 3
        flat = rng.multinomial(1, chances / chances.sum(), size=int(np.prod(shape)))
        return flat.argmax(axis=1).reshape(shape)

    def skip_gram_loss(parameters, centres, contexts, noise):
        E, F = (np.asarray(part, _float(part)) for part in parameters)
        P, k = np.shape(noise)
        real, blind = np.zeros((len(E), len(F)), E.dtype), np.zeros((len(E), len(F)), E.dtype)
        np.add.at(real, (centres, contexts), 1)
        np.add.at(blind, (np.repeat(centres, k), np.ravel(noise)), 1)
        z, P = E @ F.T, max(P, 1)
        zero = z.dtype.type(0)
        loss = (np.sum(real * np.logaddexp(zero, -z)) + np.sum(blind * np.logaddexp(zero, z))) / P
        chance = (0.5 + 0.5 * np.tanh(z / 2)).astype(z.dtype)
        d = (blind * chance - real * (1 - chance)) / P
        return loss, (d @ F, d.T @ E)

    return _skip(noise_words, skip_gram_loss)


@program("skip_gram", breaks="chances are counts to the power 3/4, not counts", several=True)
def b_gram_noise_by_counts():
    return _skip(lambda *given: _noise(*given, power=1.0))


@program("skip_gram", breaks="chances follow the counts", several=True)
def b_gram_noise_from_all_alike():
    return _skip(lambda *given: _noise(*given, power=0.0))


@program("skip_gram", breaks="a word that never came has chance 0", several=True)
def b_gram_noise_knows_unseen_words():
    return _skip(lambda counts, shape, rng: _noise(np.asarray(counts) + 1, shape, rng))


@program("skip_gram", breaks="all draws are independent", several=True)
def b_gram_noise_one_row_for_all():
    def noise_words(counts, shape, rng):
        shape = (shape,) if np.ndim(shape) == 0 else tuple(shape)
        return np.broadcast_to(_noise(counts, shape[-1:], rng), shape).copy()

    return _skip(noise_words)


@program("skip_gram", breaks="all draws are independent: a word may come again in a row", several=True)
def b_gram_noise_without_repeats():
    def noise_words(counts, shape, rng):
        drawn = _noise(counts, shape, rng)
        if drawn.ndim == 2 and drawn.shape[1] <= np.count_nonzero(counts):
            chances = np.asarray(counts, float) ** 0.75
            for row in drawn:
                row[:] = rng.choice(len(counts), size=len(row), replace=False, p=chances / chances.sum())
        return drawn

    return _skip(noise_words)


@program("skip_gram", breaks="chance comes from the rng that is handed in", several=True)
def b_gram_noise_of_its_own():
    return _skip(lambda counts, shape, rng: _noise(counts, shape, np.random.default_rng(0)))


@program("skip_gram", breaks="the same word may come many times in a batch", several=True)
def b_gram_word_added_once():
    return _skip(skip_gram_loss=lambda *given: _pairs(*given, add=(_plain_add, np.add.at)))


@program("skip_gram", breaks="the same context may come many times in a batch", several=True)
def b_gram_context_added_once():
    return _skip(skip_gram_loss=lambda *given: _pairs(*given, add=(np.add.at, _plain_add)))


@program("skip_gram", breaks="right for logits of 1000", several=True)
def b_gram_plain_exp():
    return _skip(
        skip_gram_loss=lambda *given: _pairs(
            *given, cost=lambda z: -np.log(1 / (1 + np.exp(z))), slope=lambda z: np.exp(z) / (1 + np.exp(z))
        )
    )


@program("skip_gram", breaks="the loss of a logit of 1000 is right, not cut off", several=True)
def b_gram_chances_kept_from_zero():
    return _skip(skip_gram_loss=lambda *given: _pairs(*given, cost=lambda z: -np.log(_sigmoid(-z) + 1e-10)))


@program("skip_gram", breaks="the mean is over the pairs, not over all logits", several=True)
def b_gram_mean_over_logits():
    return _skip(skip_gram_loss=lambda *given: _pairs(*given, share=lambda P, k: P * (1 + k)))


@program("skip_gram", breaks="the mean over the pairs, not the sum", several=True)
def b_gram_sum_over_pairs():
    return _skip(skip_gram_loss=lambda *given: _pairs(*given, share=lambda P, k: 1))


@program("skip_gram", breaks="each blind context counts whole, not its share of k", several=True)
def b_gram_blind_ones_averaged():
    def weights(used):
        return np.where(np.arange(used.shape[1]) == 0, 1.0, 1 / max(used.shape[1] - 1, 1)) * np.ones(used.shape)

    return _skip(skip_gram_loss=lambda *given: _pairs(*given, weights=weights))


@program("skip_gram", breaks="a blind context that happens to be the real one still counts as both", several=True)
def b_gram_blind_hits_left_out():
    def weights(used):
        return (used != used[:, :1]) | (np.arange(used.shape[1]) == 0)

    return _skip(skip_gram_loss=lambda *given: _pairs(*given, weights=weights))


@program("skip_gram", breaks="without pairs the loss is 0, and so are the gradients", several=True)
def b_gram_nothing_is_nan():
    def skip_gram_loss(parameters, centres, contexts, noise):
        loss, gradients = _pairs(parameters, centres, contexts, noise)
        return (loss, gradients) if len(centres) else (np.float64(np.nan), gradients)

    return _skip(skip_gram_loss=skip_gram_loss)


@program("skip_gram", breaks="the gradients belong to the mean loss", several=True)
def b_gram_gradients_of_the_sum():
    def skip_gram_loss(*given):
        loss, _ = _pairs(*given)
        return loss, _pairs(*given, share=lambda P, k: 1)[1]

    return _skip(skip_gram_loss=skip_gram_loss)


@program("skip_gram", breaks="blind contexts have gradients of their own in F", several=True)
def b_gram_blind_ones_do_not_learn():
    def keep_real(d_F, used, values):
        np.add.at(d_F, used[:, 0], values[:, 0])

    return _skip(skip_gram_loss=lambda *given: _pairs(*given, add=(np.add.at, keep_real)))


@program("skip_gram", breaks="a word is a row of E, a context one of F: two tables", several=True)
def b_gram_one_table_for_both():
    def skip_gram_loss(parameters, centres, contexts, noise):
        E, F = parameters
        loss, (d_E, d_F) = _pairs((E, E), centres, contexts, noise)
        return loss, (d_E + d_F, np.zeros_like(F))

    return _skip(skip_gram_loss=skip_gram_loss)


@program("skip_gram", breaks="real or blind is asked of each pair alone: no softmax over them", several=True)
def b_gram_which_one_is_real():
    def skip_gram_loss(parameters, centres, contexts, noise):
        E, F = (np.asarray(part, float) for part in parameters)
        d_E, d_F = np.zeros_like(E), np.zeros_like(F)
        used = np.concatenate([contexts[:, None], noise], axis=1)
        z = np.einsum("pd,pkd->pk", E[centres], F[used])
        logs = z - np.logaddexp.reduce(z, axis=1, keepdims=True)
        d = (np.exp(logs) - (np.arange(z.shape[1]) == 0)) / max(len(z), 1)
        np.add.at(d_E, centres, np.einsum("pk,pkd->pd", d, F[used]))
        np.add.at(d_F, used, d[..., None] * E[centres][:, None])
        return -logs[:, 0].sum() / max(len(z), 1), (d_E, d_F)

    return _skip(skip_gram_loss=skip_gram_loss)


@program("skip_gram", breaks="float32 stays float32", several=True)
def b_gram_gradients_in_double():
    def skip_gram_loss(parameters, *rest):
        return _pairs([np.asarray(part, float) for part in parameters], *rest)

    return _skip(skip_gram_loss=skip_gram_loss)


# neighbours


def _units(E):
    E = np.asarray(E, _float(E))
    sizes = np.linalg.norm(E, axis=1, keepdims=True)
    return E / np.where(sizes > 0, sizes, 1), sizes[:, 0] == 0


def _best(U, empty, targets, taken, k, nothing=-np.inf, sort=lambda scores, k: np.argsort(-scores, axis=1, kind="stable")[:, :k]):
    scores = targets @ U.T
    scores[:, empty] = max(nothing, -1e30)
    np.put_along_axis(scores, np.asarray(taken, int), -np.inf, axis=1)
    return sort(scores, k)


def _nearest(E, queries, k, units=_units, **knobs):
    U, empty = units(E)
    queries = np.asarray(queries, int)
    return _best(U, empty, U[queries], queries[:, None], k, **knobs)


def _answers(E, questions, k, units=_units, signs=(-1, 1, 1), taken=lambda questions: questions, **knobs):
    U, empty = units(E)
    questions = np.asarray(questions, int)
    targets = sum(sign * U[questions[:, column]] for column, sign in enumerate(signs))
    return _best(U, empty, targets, taken(questions), k, **knobs)


def _company(neighbours=_nearest, analogies=_answers, **knobs):
    if knobs:
        return {"neighbours": lambda *given: _nearest(*given, **knobs), "analogies": lambda *given: _answers(*given, **knobs)}
    return {"neighbours": neighbours, "analogies": analogies}


@program("neighbours", several=True)
def b_company_by_a_full_sort():
    return _company()


@program("neighbours", several=True)
def b_company_by_a_partition():
    def sort(scores, k):
        if k == 0 or len(scores) == 0:
            return np.zeros((len(scores), k), int)
        few = np.argpartition(scores, scores.shape[1] - k, axis=1)[:, -k:]
        order = np.argsort(np.take_along_axis(scores, few, axis=1), axis=1)[:, ::-1]
        return np.take_along_axis(few, order, axis=1)

    return _company(sort=sort)


@program("neighbours", several=True)
def b_company_by_ranks_of_all_pairs():
    def ranked(E, weights, taken, k):
        E = np.asarray(E, float)
        sizes = np.sqrt(np.einsum("nd,nd->n", E, E))
        inverse = np.divide(1.0, sizes, out=np.zeros_like(sizes), where=sizes > 0)
        fits = ((weights * inverse) @ E) @ E.T * inverse
        group = np.where(sizes > 0, 0, 1) + np.zeros((len(fits), 1), int)
        group[np.arange(len(fits))[:, None], taken] = 2
        return np.lexsort((-fits, group), axis=1)[:, :k]

    def neighbours(E, queries, k):
        queries = np.asarray(queries, int)
        return ranked(E, np.eye(len(E))[queries], queries[:, None], k)

    def analogies(E, questions, k):
        eye, questions = np.eye(len(E)), np.asarray(questions, int)
        a, b, c = questions.T
        return ranked(E, eye[b] - eye[a] + eye[c], questions, k)

    return _company(neighbours, analogies)


@program("neighbours", breaks="only directions count: plain products favour long vectors", several=True)
def b_company_by_products():
    return _company(units=lambda E: (np.asarray(E, float), ~np.any(E, axis=1)))


@program("neighbours", breaks="the largest cosine similarity, not the smallest distance", several=True)
def b_company_by_distance():
    def neighbours(E, queries, k):
        E = np.asarray(E, float)
        squares = np.sum(E * E, axis=1)
        apart = squares - 2 * E[queries] @ E.T
        apart[:, squares == 0] = 1e30
        apart[np.arange(len(apart)), queries] = np.inf
        return np.argsort(apart, axis=1)[:, :k]

    return _company(neighbours)


@program("neighbours", breaks="a query is not its own neighbour", several=True)
def b_company_of_itself():
    def neighbours(E, queries, k):
        U, empty = _units(E)
        return _best(U, empty, U[queries], np.zeros((len(queries), 0), int), k)

    return _company(neighbours)


@program("neighbours", breaks="the query itself is left out, and not whoever came out first", several=True)
def b_company_drops_the_first():
    def neighbours(E, queries, k):
        U, empty = _units(E)
        return _best(U, empty, U[queries], np.zeros((len(queries), 0), int), k + 1)[:, 1:]

    return _company(neighbours)


@program("neighbours", breaks="another word in the same direction is a neighbour", several=True)
def b_company_leaves_twins_out():
    def neighbours(E, queries, k):
        U, empty = _units(E)
        scores = U[queries] @ U.T
        scores[:, empty] = -1e30
        return np.argsort(np.where(scores > 1 - 1e-6, -np.inf, -scores) * np.where(scores > 1 - 1e-6, -1, 1), axis=1)[:, :k]

    return _company(neighbours)


@program("neighbours", breaks="a vector of zeros comes after all others, not before the opposite ones", several=True)
def b_company_zeros_are_at_right_angles():
    return _company(nothing=0.0)


@program("neighbours", breaks="a vector of zeros comes after all others: fits of answers go down to -3", several=True)
def b_company_zeros_just_below_minus_one():
    return _company(nothing=-1.001)


@program("neighbours", breaks="a vector of zeros comes after all others: nan is no last place", several=True)
def b_company_zeros_give_nan():
    def units(E):
        with np.errstate(all="ignore"):
            return np.asarray(E, float) / np.linalg.norm(E, axis=1, keepdims=True), np.zeros(len(E), bool)

    return _company(units=units, sort=lambda scores, k: np.argsort(scores, axis=1)[:, ::-1][:, :k])


@program("neighbours", breaks="the best first", several=True)
def b_company_best_last():
    return _company(lambda *given: _nearest(*given)[:, ::-1], lambda *given: _answers(*given)[:, ::-1])


@program("neighbours", breaks="the best first: a partition does not sort", several=True)
def b_company_in_no_order():
    return _company(sort=lambda scores, k: np.sort(np.argsort(-scores, axis=1)[:, :k], axis=1))


@program("neighbours", breaks="all three words of a question are left out", several=True)
def b_company_only_the_third_left_out():
    return _company(analogies=lambda *given: _answers(*given, taken=lambda questions: questions[:, 2:]))


@program("neighbours", breaks="fit_of_answer goes from a to b, not back", several=True)
def b_company_walks_back():
    return _company(analogies=lambda *given: _answers(*given, signs=(1, -1, 1)))


@program("neighbours", breaks="fit_of_answer adds cosines: lengths of a, b and c do not count", several=True)
def b_company_walks_with_long_vectors():
    def analogies(E, questions, k):
        U, empty = _units(E)
        a, b, c = np.asarray(questions, int).T
        return _best(U, empty, (E[b] - E[a] + E[c]).astype(float), questions, k)

    return _company(analogies=analogies)


@program("neighbours", breaks="fit_of_answer adds and subtracts, it does not multiply", several=True)
def b_company_by_multiplied_cosines():
    def analogies(E, questions, k):
        U, empty = _units(E)
        a, b, c = (1 + U[np.asarray(questions, int)[:, column]] @ U.T for column in range(3))
        scores = b * c / (a + 1e-3)
        scores[:, empty] = -1e30
        np.put_along_axis(scores, np.asarray(questions, int), -np.inf, axis=1)
        return np.argsort(-scores, axis=1)[:, :k]

    return _company(analogies=analogies)


@program("neighbours", breaks="it is quick: no loop over words", several=True)
def b_company_word_by_word():
    def neighbours(E, queries, k):
        found = []
        for q in queries:
            scores = []
            for w in range(len(E)):
                size = np.sqrt(np.dot(E[w], E[w]) * np.dot(E[q], E[q]))
                scores.append((-np.dot(E[q], E[w]) / size if size else 10.0, w))
            found.append([w for _, w in sorted(scores) if w != q][:k])
        return np.array(found, int).reshape(len(queries), k)

    return _company(neighbours)


@program("neighbours", breaks="inputs are left as they were", several=True)
def b_company_shortens_the_vectors():
    def neighbours(E, queries, k):
        found = _nearest(E, queries, k)
        E[:] = _units(E)[0]
        return found

    return _company(neighbours)


@program("neighbours", breaks="any number of queries, also none", several=True)
def b_company_of_nobody():
    def neighbours(E, queries, k):
        return np.array([_nearest(E, np.array([q]), k)[0] for q in queries])

    return _company(neighbours)


# debias


def _ones(rows):
    rows = np.asarray(rows, _float(rows))
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def _direction(pairs, units=_ones, prepare=lambda differences: differences, turn=lambda differences, g: np.sum(differences @ g)):
    U = units(pairs)
    differences = U[:, 0] - U[:, 1]
    g = np.linalg.svd(prepare(differences), full_matrices=False)[2][0]
    return g if turn(differences, g) >= 0 else -g


def _clean(
    E,
    g,
    neutral,
    pairs,
    units=_ones,
    length=_ones,
    again=_ones,
    shared=lambda a, b, g: (a - (a @ g) * g + b - (b @ g) * g) / 2,
    height=lambda shared: np.sqrt(max(1 - shared @ shared, 0)),
    ahead=lambda a, b: np.sign(a - b),
    level=1e-6,
):
    U, E = units(E), np.asarray(E)
    g = length(g).astype(U.dtype)
    neutral = np.asarray(neutral, int)
    if len(neutral):
        U[neutral] = again(U[neutral] - np.outer(U[neutral] @ g, g))
    for i, j in np.asarray(pairs, int).reshape(-1, 2):
        a, b = U[i] @ g, U[j] @ g
        if abs(a - b) > level:
            middle = shared(U[i], U[j], g)
            step = ahead(a, b) * height(middle) * g
            U[i], U[j] = middle + step, middle - step
    return U


def _fair(bias_direction=_direction, debias=_clean, **knobs):
    return {"bias_direction": bias_direction, "debias": (lambda *given: _clean(*given, **knobs)) if knobs else debias}


@program("debias", several=True)
def b_fair_step_by_step():
    return _fair()


@program("debias", several=True)
def b_fair_by_eigenvectors_and_projectors():
    def bias_direction(pairs):
        kind = _float(pairs)
        U = np.asarray(pairs, float) / np.sqrt(np.sum(np.square(pairs, dtype=float), axis=2, keepdims=True))
        D = U[:, 0] - U[:, 1]
        g = np.linalg.eigh(D.T @ D)[1][:, -1]
        return (g * (1.0 if D.sum(axis=0) @ g >= 0 else -1.0)).astype(kind)

    def debias(E, g, neutral, pairs):
        kind = _float(E)
        U, unit = _ones(np.asarray(E, float)), _ones(np.asarray(g, float))
        neutral, pairs = np.asarray(neutral, int), np.asarray(pairs, int).reshape(-1, 2)
        flat = U @ (np.eye(len(unit)) - np.outer(unit, unit))
        result = U.copy()
        result[neutral] = flat[neutral] / np.sqrt(np.sum(flat[neutral] ** 2, axis=1, keepdims=True))
        lean = U[pairs] @ unit
        pairs = pairs[np.abs(lean[:, 0] - lean[:, 1]) > (1e-6 if kind == np.float32 else 1e-9)]
        middle = flat[pairs].mean(axis=1)
        up = np.sqrt(np.maximum(1 - np.sum(middle**2, axis=1), 0))[:, None] * unit
        up *= np.sign((U[pairs[:, 0]] - U[pairs[:, 1]]) @ unit)[:, None]
        result[pairs[:, 0]], result[pairs[:, 1]] = middle + up, middle - up
        return result.astype(kind)

    return _fair(bias_direction, debias)


@program("debias", several=True)
def b_fair_in_a_turned_system():
    def bias_direction(pairs):
        U = np.stack([_ones(np.asarray(pairs, float)[:, side]) for side in (0, 1)])
        D = U[0] - U[1]
        _, _, V = np.linalg.svd(np.concatenate([D, -D, D]))
        return (V[0] * np.where(np.dot(D, V[0]).sum() < 0, -1, 1)).astype(_float(pairs))

    def debias(E, g, neutral, pairs):
        d = len(g)
        basis = np.linalg.qr(np.column_stack([np.asarray(g, float), np.eye(d)]))[0][:, :d]
        basis[:, 0] = _ones(np.asarray(g, float))
        Z = _ones(np.asarray(E, float)) @ basis
        for n in neutral:
            Z[n, 0] = 0
            Z[n] /= np.sqrt(Z[n] @ Z[n])
        for i, j in pairs:
            if np.abs(Z[i, 0] - Z[j, 0]) > 1e-7:
                first = 1 if Z[i, 0] > Z[j, 0] else -1
                Z[i, 1:] = Z[j, 1:] = (Z[i, 1:] + Z[j, 1:]) / 2
                Z[i, 0] = first * np.sqrt(max(0.0, 1 - np.sum(Z[i, 1:] ** 2)))
                Z[j, 0] = -Z[i, 0]
        return (Z @ basis.T).astype(_float(E))

    return _fair(bias_direction, debias)


@program("debias", breaks="squared parts of the differences themselves: their mean is not taken away", several=True)
def b_fair_centres_the_differences():
    return _fair(lambda pairs: _direction(pairs, prepare=lambda D: D - D.mean(axis=0)))


@program("debias", breaks="the differences are between vectors brought to length one", several=True)
def b_fair_differences_of_long_vectors():
    return _fair(lambda pairs: _direction(pairs, units=lambda rows: np.asarray(rows, float)))


@program("debias", breaks="a larger difference counts more: differences are not brought to length one", several=True)
def b_fair_every_pair_alike():
    return _fair(lambda pairs: _direction(pairs, prepare=_ones))


@program("debias", breaks="the largest sum of squared parts, not the mean difference", several=True)
def b_fair_mean_difference():
    def bias_direction(pairs):
        U = _ones(pairs)
        return _ones((U[:, 0] - U[:, 1]).sum(axis=0))

    return _fair(bias_direction)


@program("debias", breaks="the direction points towards the first members", several=True)
def b_fair_direction_as_it_comes():
    return _fair(lambda pairs: _direction(pairs, turn=lambda D, g: 1))


@program("debias", breaks="the sign follows the sum of all differences, not the first pair", several=True)
def b_fair_direction_of_the_first_pair():
    return _fair(lambda pairs: _direction(pairs, turn=lambda D, g: D[0] @ g))


@program("debias", breaks="the sign follows the sum of the parts, not the majority of pairs", several=True)
def b_fair_direction_by_majority():
    return _fair(lambda pairs: _direction(pairs, turn=lambda D, g: np.sum(np.sign(D @ g))))


@program("debias", breaks="vectors of length one: a neutral row is brought to length one again", several=True)
def b_fair_neutral_rows_get_short():
    return _fair(again=lambda rows: rows)


@program("debias", breaks="the direction may have any length", several=True)
def b_fair_direction_taken_as_it_is():
    return _fair(length=lambda g: np.asarray(g, float))


@program("debias", breaks="the two of a pair have length one: the widely copied formula", several=True)
def b_fair_widely_copied_formula():
    def debias(E, g, neutral, pairs):
        U, unit = _clean(E, g, neutral, []), _ones(g)
        for i, j in pairs:
            a, b = U[i] @ unit, U[j] @ unit
            if abs(a - b) > 1e-6:
                mean = (U[i] + U[j]) / 2
                lean = (mean @ unit) * unit
                middle, scale = mean - lean, np.sqrt(abs(1 - (mean - lean) @ (mean - lean)))
                U[i], U[j] = (
                    middle + scale * (part * unit - lean) / np.linalg.norm(vector - middle - lean)
                    for part, vector in ((a, U[i].copy()), (b, U[j].copy()))
                )
        return U

    return _fair(debias=debias)


@program("debias", breaks="the member that was farther along g still is", several=True)
def b_fair_first_member_is_ahead():
    return _fair(ahead=lambda a, b: 1)


@program("debias", breaks="a pair with equal parts along g stays as it was", several=True)
def b_fair_level_pairs_are_split():
    return _fair(level=-1.0, ahead=lambda a, b: 1 if a >= b else -1)


@program("debias", breaks="equal means up to rounding, not nearly equal", several=True)
def b_fair_close_pairs_stay():
    return _fair(level=0.05)


@program("debias", breaks="the shared part is at right angles to g", several=True)
def b_fair_shared_part_still_leans():
    return _fair(shared=lambda a, b, g: (a + b) / 2)


@program("debias", breaks="what they share is the mean, not made longer", several=True)
def b_fair_equal_steps_of_old_size():
    def debias(E, g, neutral, pairs):
        U, unit = _clean(E, g, neutral, []), _ones(g)
        for i, j in pairs:
            step = (U[i] - U[j]) @ unit / 2 * unit
            middle = (U[i] + U[j]) / 2 - ((U[i] + U[j]) / 2 @ unit) * unit
            if np.linalg.norm(step) > 1e-6:
                U[i], U[j] = _ones(middle + step), _ones(middle - step)
        return U

    return _fair(debias=debias)


@program("debias", breaks="all vectors have length one in the result, also rows in no place", several=True)
def b_fair_other_rows_as_they_were():
    def debias(E, g, neutral, pairs):
        U = _clean(E, g, neutral, pairs)
        others = np.setdiff1d(np.arange(len(E)), np.concatenate([np.ravel(neutral), np.ravel(pairs)]).astype(int))
        U[others] = E[others]
        return U

    return _fair(debias=debias)


@program("debias", breaks="all other rows keep their directions", several=True)
def b_fair_neutralises_all_the_rest():
    def debias(E, g, neutral, pairs):
        return _clean(E, g, np.setdiff1d(np.arange(len(E)), np.ravel(pairs).astype(int)), pairs)

    return _fair(debias=debias)


@program("debias", breaks="vectors are brought to length one before their parts are compared", several=True)
def b_fair_length_one_at_the_end():
    def debias(E, g, neutral, pairs):
        return _ones(_clean(E, g, neutral, pairs, units=lambda rows: np.array(rows, float), again=lambda rows: rows))

    return _fair(debias=debias)


@program("debias", breaks="inputs are left as they were", several=True)
def b_fair_works_in_place():
    def debias(E, g, neutral, pairs):
        E[:] = _clean(E, g, neutral, pairs)
        return E

    return _fair(debias=debias)


@program("debias", breaks="float32 stays float32", several=True)
def b_fair_in_double():
    return _fair(debias=lambda E, *rest: _clean(np.asarray(E, float), *rest))
