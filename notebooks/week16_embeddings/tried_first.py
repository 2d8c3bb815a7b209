"""Programs for week 16, written from its contracts alone."""

from collections import defaultdict

import numpy as np

from autograder.cases import program

# ---------------------------------------------------------------- count_pairs


def _l_count(texts, size, window, near=None, both=True, kind=float):
    counts = np.zeros((size, size), kind)
    for text in texts:
        for i in range(len(text)):
            for j in range(i + 1, len(text)):
                if (near or (lambda i, j: j - i <= window))(i, j):
                    counts[text[i], text[j]] += 1
                    if both:
                        counts[text[j], text[i]] += 1
    return counts


@program("count_pairs")
def l_count_loops(texts, size, window):
    return _l_count(texts, size, window)


@program("count_pairs")
def l_count_shifts(texts, size, window):
    counts = np.zeros(size * size, np.int64)
    for text in texts:
        text = np.asarray(text, int)
        for away in range(1, min(window, len(text) - 1) + 1):
            counts += np.bincount(text[:-away] * size + text[away:], minlength=size * size)
    counts = counts.reshape(size, size)
    return counts + counts.T


@program("count_pairs")
def l_count_every_place_looks_round(texts, size, window):
    found = defaultdict(int)
    for text in texts:
        text = [int(w) for w in text]
        for i, word in enumerate(text):
            for other in text[max(i - window, 0) : i] + text[i + 1 : i + 1 + window]:
                found[word, other] += 1
    counts = np.zeros((size, size), int)
    for at, count in found.items():
        counts[at] = count
    return counts


@program("count_pairs", breaks="a word near the same word counts twice: here once")
def l_count_same_word_once(texts, size, window):
    counts = _l_count(texts, size, window)
    counts[np.diag_indices(size)] /= 2
    return counts


@program("count_pairs", breaks="each pair counts for both words: here only for the first")
def l_count_one_side(texts, size, window):
    return _l_count(texts, size, window, both=False)


@program("count_pairs", breaks="a place is not near itself")
def l_count_itself(texts, size, window):
    counts = _l_count(texts, size, window)
    for text in texts:
        np.add.at(counts, (np.asarray(text, int), np.asarray(text, int)), 1)
    return counts


@program("count_pairs", breaks="at most `window` apart: here one less")
def l_count_window_too_small(texts, size, window):
    return _l_count(texts, size, window - 1)


@program("count_pairs", breaks="at most `window` apart: here one more")
def l_count_window_too_large(texts, size, window):
    return _l_count(texts, size, window + 1)


@program("count_pairs", breaks="the end of one text is not near the beginning of the next")
def l_count_one_long_text(texts, size, window):
    return _l_count([[w for text in texts for w in text]], size, window)


@program("count_pairs", breaks="repeated indices add up: here they are counted once for each distance")
def l_count_by_fancy_index(texts, size, window):
    counts = np.zeros((size, size))
    for text in texts:
        text = np.asarray(text, int)
        for away in range(1, min(window, len(text) - 1) + 1):
            counts[text[:-away], text[away:]] += 1
            counts[text[away:], text[:-away]] += 1
    return counts


@program("count_pairs", breaks="how often: here only whether")
def l_count_whether(texts, size, window):
    return (_l_count(texts, size, window) > 0).astype(float)


@program("count_pairs", breaks="each near pair counts one: here less with distance")
def l_count_weighs_distance(texts, size, window):
    counts = np.zeros((size, size))
    for text in texts:
        for i in range(len(text)):
            for j in range(i + 1, min(i + window + 1, len(text))):
                counts[text[i], text[j]] += 1 / (j - i)
                counts[text[j], text[i]] += 1 / (j - i)
    return counts


@program("count_pairs", breaks="texts may be shorter than the window: here only full windows are looked at")
def l_count_full_windows(texts, size, window):
    return _l_count([text for text in texts if len(text) > window], size, window)


@program("count_pairs", breaks="an array (size, size): here only as large as the words that came")
def l_count_own_size(texts, size, window):
    words = [int(w) for text in texts for w in text]
    return _l_count(texts, max(words, default=-1) + 1, window)


@program("count_pairs", breaks="a word near the same word is counted: here the diagonal is nought")
def l_count_no_diagonal(texts, size, window):
    counts = _l_count(texts, size, window)
    np.fill_diagonal(counts, 0)
    return counts


@program("count_pairs", breaks="only the first text is read")
def l_count_first_text(texts, size, window):
    return _l_count(texts[:1], size, window)


@program("count_pairs", breaks="nothing is kept between two calls")
def l_count_goes_on_counting(texts, size, window, kept={}):  # noqa: B006
    kept[size] = kept.get(size, 0) + _l_count(texts, size, window)
    return kept[size].copy()


# ---------------------------------------------------------------- pmi


def _l_pmi(counts, power, raised=lambda m, power: m**power, axis=0, empty=0.0, never=-np.inf, log=np.log):
    counts = np.asarray(counts)
    counts = counts if counts.dtype.kind == "f" else counts.astype(float)
    total = counts.sum()
    out = np.zeros(counts.shape, counts.dtype)
    if not total:
        return out
    words, contexts = counts.sum(axis=1), counts.sum(axis=0)
    if axis == 0:
        p_context = np.where(contexts > 0, raised(np.where(contexts > 0, contexts, 1), power), 0)
        p_context = p_context / p_context.sum()
        p_word = words / total
    else:
        p_word = np.where(words > 0, np.where(words > 0, words, 1) ** power, 0)
        p_word, p_context = p_word / p_word.sum(), contexts / total
    expected = p_word[:, None] * p_context * total
    known = expected > 0
    met = counts > 0
    out[met] = log(counts[met] / expected[met])
    out[known & ~met] = never
    out[~known] = empty
    return out


def _l_vectors(M, k, roots=(0.5, 0.5)):
    U, S, V = np.linalg.svd(np.asarray(M, float), full_matrices=False)
    return U[:, :k] * S[:k] ** roots[0], V[:k].T * S[:k] ** roots[1]


def _l_both(pmi=_l_pmi, vectors=_l_vectors):
    return {"pmi": lambda counts, power: pmi(counts, power), "word_vectors": lambda M, k: vectors(M, k)}


@program("pmi", breaks="pairs that never met get minus infinity: here 0", several=True)
def l_pmi_never_is_nought():
    return _l_both(lambda c, p: _l_pmi(c, p, never=0.0))


@program("pmi", breaks="PMI keeps negative numbers: here PPMI", several=True)
def l_pmi_positive_part():
    return _l_both(lambda c, p: np.maximum(_l_pmi(c, p), 0))


@program("pmi", breaks="in nats: here bits", several=True)
def l_pmi_bits():
    return _l_both(lambda c, p: _l_pmi(c, p, log=np.log2))


@program("pmi", breaks="chances sum to one after the power: here they do not", several=True)
def l_pmi_power_of_the_shares():
    def pmi(counts, power):
        counts = np.asarray(counts, float)
        share = counts.sum(axis=0) / max(counts.sum(), 1)
        gone = np.where(share > 0, np.where(share > 0, share, 1) ** (1 - power), 1)
        with np.errstate(divide="ignore"):
            return _l_pmi(counts, 1) + np.log(gone)

    return _l_both(pmi)


@program("pmi", breaks="the power changes the contexts: here the words", several=True)
def l_pmi_power_of_words():
    return _l_both(lambda c, p: _l_pmi(c, p, axis=1))


@program("pmi", breaks="the power is of the contexts' chances: here of each count", several=True)
def l_pmi_power_of_counts():
    return _l_both(lambda c, p: _l_pmi(np.asarray(c, float) ** p, 1))


@program("pmi", breaks="the power is handed in: here always 3/4", several=True)
def l_pmi_always_three_quarters():
    return _l_both(lambda c, p: _l_pmi(c, 0.75))


@program("pmi", breaks="the power is handed in: here ignored", several=True)
def l_pmi_ignores_the_power():
    return _l_both(lambda c, p: _l_pmi(c, 1))


@program("pmi", breaks="without any count the entries are 0: here minus infinity", several=True)
def l_pmi_empty_is_minus_infinity():
    return _l_both(lambda c, p: _l_pmi(c, p, empty=-np.inf))


@program("pmi", breaks="without any count the entries are 0: here nan", several=True)
def l_pmi_empty_is_nan():
    return _l_both(lambda c, p: _l_pmi(c, p, empty=np.nan))


@program("pmi", breaks="NumPy does not warn: here it does", several=True)
def l_pmi_warns():
    def pmi(counts, power):
        counts = np.asarray(counts, float)
        words, contexts = counts.sum(axis=1, keepdims=True), counts.sum(axis=0)
        out = np.log(counts / (words * (contexts**power / (contexts**power).sum())))
        return np.where((words == 0) | (contexts == 0), 0.0, out)

    return _l_both(pmi)


@program("pmi", breaks="counting three times changes nothing: here one is added to each count", several=True)
def l_pmi_smoothed():
    return _l_both(lambda c, p: _l_pmi(np.asarray(c, float) + 1, p))


@program("pmi", breaks="n words and m contexts: here only square tables", several=True)
def l_pmi_square_only():
    def pmi(counts, power):
        counts = np.asarray(counts, float)
        return _l_pmi((counts + counts.T) / 2, power)

    return _l_both(pmi)


@program("pmi", breaks="columns are equally long in E and F: here all of the singular values stand in E", several=True)
def l_pmi_all_in_E():
    return _l_both(vectors=lambda M, k: _l_vectors(M, k, (1, 0)))


@program("pmi", breaks="the product is near M: here both have the whole singular values", several=True)
def l_pmi_twice_the_values():
    return _l_both(vectors=lambda M, k: _l_vectors(M, k, (1, 1)))


@program("pmi", breaks="the product is near M: here without the singular values", several=True)
def l_pmi_without_values():
    return _l_both(vectors=lambda M, k: _l_vectors(M, k, (0, 0)))


@program("pmi", breaks="F has the contexts in its rows: here V is not turned over", several=True)
def l_pmi_F_lies_on_its_side():
    def vectors(M, k):
        U, S, V = np.linalg.svd(np.asarray(M, float), full_matrices=False)
        return U[:, :k] * np.sqrt(S[:k]), V[:, :k] * np.sqrt(S[:k]) if V.shape[0] == V.shape[1] else V[:k].T * np.sqrt(S[:k])

    return _l_both(vectors=vectors)


@program("pmi", breaks="the longest first: here the shortest", several=True)
def l_pmi_shortest_first():
    def vectors(M, k):
        E, F = _l_vectors(M, k)
        return E[:, ::-1], F[:, ::-1]

    return _l_both(vectors=vectors)


@program("pmi", breaks="no product comes nearer: here the columns' means are taken off first", several=True)
def l_pmi_centred():
    return _l_both(vectors=lambda M, k: _l_vectors(np.asarray(M, float) - np.mean(M, axis=0), k))


@program("pmi", breaks="no product comes nearer: here the last directions are kept", several=True)
def l_pmi_last_directions():
    def vectors(M, k):
        U, S, V = np.linalg.svd(np.asarray(M, float), full_matrices=False)
        return U[:, -k:] * np.sqrt(S[-k:]), V[-k:].T * np.sqrt(S[-k:])

    return _l_both(vectors=vectors)


# ---------------------------------------------------------------- skip_gram


def _l_noise(counts, shape, rng, power=0.75):
    chances = np.asarray(counts, float) ** power
    return rng.choice(len(chances), size=shape, p=chances / chances.sum())


def _l_log_sigmoid(s):
    return -np.logaddexp(np.zeros((), s.dtype), -s)


def _l_sigmoid(s):
    return np.exp(_l_log_sigmoid(s))


def _l_skip(parameters, centres, contexts, noise, add=np.add.at, mean=True, noise_sign=1, clash=False):
    E, F = (np.asarray(part) for part in parameters)
    kind = np.result_type(E, F)
    kind = kind if kind.kind == "f" else np.dtype(float)
    E, F = E.astype(kind), F.astype(kind)
    centres, contexts = np.asarray(centres, int), np.asarray(contexts, int)
    noise = np.asarray(noise, int).reshape(len(centres), -1) if len(centres) else np.zeros((0, 0), int)
    d_E, d_F = np.zeros_like(E), np.zeros_like(F)
    if not len(centres):
        return 0.0, (d_E, d_F)
    e, f, blind = E[centres], F[contexts], F[noise]
    real, other = (e * f).sum(axis=1), np.einsum("pd,pkd->pk", e, blind)
    each = -_l_log_sigmoid(other * -noise_sign)
    keep = (noise != contexts[:, None]) if clash else np.ones(noise.shape, bool)
    scale = kind.type(1 / len(centres) if mean else 1)
    loss = (-_l_log_sigmoid(real).sum() + (each * keep).sum()) * scale
    d_real, d_other = -_l_sigmoid(-real) * scale, _l_sigmoid(other) * keep.astype(kind) * scale
    add(d_E, centres, d_real[:, None] * f + np.einsum("pk,pkd->pd", d_other, blind))
    add(d_F, contexts, d_real[:, None] * e)
    add(d_F, noise, d_other[..., None] * e[:, None])
    return float(loss), (d_E, d_F)


def _l_gram(noise=_l_noise, loss=_l_skip):
    return {
        "noise_words": lambda counts, shape, rng: noise(counts, shape, rng),
        "skip_gram_loss": lambda parameters, centres, contexts, noise: loss(parameters, centres, contexts, noise),
    }


def _l_how(**how):
    return lambda p, c, o, n: _l_skip(p, c, o, n, **how)


@program("skip_gram", several=True)
def l_skip_add_at():
    return _l_gram()


@program("skip_gram", several=True)
def l_skip_one_hot_products():
    def noise(counts, shape, rng):
        edges = np.cumsum(np.asarray(counts, float) ** 0.75)
        return np.searchsorted(edges, rng.random(shape) * edges[-1], side="right")

    def loss(parameters, centres, contexts, noise):
        E, F = (np.asarray(part) for part in parameters)
        d_E, d_F = np.zeros(E.shape, np.result_type(E, np.float32)), np.zeros(F.shape, np.result_type(F, np.float32))
        P, total = len(centres), 0.0
        for c, o, blind in zip(centres, contexts, noise, strict=True):
            for row, real in [(o, True), *((b, False) for b in blind)]:
                s = float(np.dot(E[c], F[row])) * (1 if real else -1)
                total += np.logaddexp(0, -s) / P
                slope = -np.exp(-np.logaddexp(0, s)) * (1 if real else -1) / P
                d_E[c] += (slope * F[row]).astype(d_E.dtype)
                d_F[row] += (slope * E[c]).astype(d_F.dtype)
        return float(total), (d_E, d_F)

    return _l_gram(noise, loss)


@program("skip_gram", several=True)
def l_skip_all_in_one_table():
    def loss(parameters, centres, contexts, noise):
        E, F = (np.asarray(part) for part in parameters)
        kind = np.result_type(E, F, np.float32)
        centres, contexts = np.asarray(centres, int), np.asarray(contexts, int)
        P = len(centres)
        if not P:
            return 0.0, (np.zeros(E.shape, kind), np.zeros(F.shape, kind))
        rows = np.concatenate([contexts[:, None], np.asarray(noise, int).reshape(P, -1)], axis=1)
        sign = np.where(np.arange(rows.shape[1]) == 0, 1.0, -1.0).astype(kind)
        logits = np.einsum("pd,pkd->pk", E[centres], F[rows]) * sign
        d = -np.exp(-np.logaddexp(0, logits)) * sign / P
        one_E = np.zeros((P, len(E)), kind)
        one_E[np.arange(P), centres] = 1
        one_F = np.zeros((rows.size, len(F)), kind)
        one_F[np.arange(rows.size), rows.ravel()] = 1
        d_E = one_E.T @ np.einsum("pk,pkd->pd", d, F[rows])
        d_F = one_F.T @ (d[..., None] * E[centres][:, None]).reshape(rows.size, -1)
        return float(np.logaddexp(0, -logits).sum() / P), (d_E.astype(kind), d_F.astype(kind))

    return _l_gram(loss=loss)


def _l_overwrite(d, rows, what):
    d[rows] += what


@program("skip_gram", breaks="the same word may come many times: here the last one counts", several=True)
def l_skip_fancy_index():
    return _l_gram(loss=_l_how(add=_l_overwrite))


@program("skip_gram", breaks="the loss is the mean over the pairs: here the sum", several=True)
def l_skip_sum():
    return _l_gram(loss=_l_how(mean=False))


@program("skip_gram", breaks="the mean is over pairs: here over all logits", several=True)
def l_skip_mean_over_all():
    def loss(parameters, centres, contexts, noise):
        value, (d_E, d_F) = _l_skip(parameters, centres, contexts, noise)
        many = 1 + np.shape(noise)[1] if len(centres) else 1
        return value / many, (d_E / many, d_F / many)

    return _l_gram(loss=loss)


@program("skip_gram", breaks="the gradients belong to the loss: here those of the sum", several=True)
def l_skip_gradients_of_the_sum():
    def loss(parameters, centres, contexts, noise):
        return _l_skip(parameters, centres, contexts, noise)[0], _l_skip(parameters, centres, contexts, noise, mean=False)[1]

    return _l_gram(loss=loss)


@program("skip_gram", breaks="a blind context that is the real one counts as both: here it is left out", several=True)
def l_skip_leaves_clashes_out():
    return _l_gram(loss=_l_how(clash=True))


@program("skip_gram", breaks="logits of 1000: here exp overflows", several=True)
def l_skip_overflows():
    def loss(parameters, centres, contexts, noise):
        _, gradients = _l_skip(parameters, centres, contexts, noise)
        if not len(centres):
            return 0.0, gradients
        E, F = parameters
        real = (E[centres] * F[contexts]).sum(axis=1)
        other = np.einsum("pd,pkd->pk", E[centres], F[noise])
        return float((np.log(1 + np.exp(-real)).sum() + np.log(1 + np.exp(other)).sum()) / len(centres)), gradients

    return _l_gram(loss=loss)


@program("skip_gram", breaks="logits of 1000: here chances are cut at 1e-10", several=True)
def l_skip_cut():
    def loss(parameters, centres, contexts, noise):
        _, gradients = _l_skip(parameters, centres, contexts, noise)
        if not len(centres):
            return 0.0, gradients
        E, F = parameters
        real = (E[centres] * F[contexts]).sum(axis=1)
        other = np.einsum("pd,pkd->pk", E[centres], F[noise])

        def cut(s):
            return -np.log(np.maximum(_l_sigmoid(s), 1e-10)).sum()

        return float((cut(real) + cut(-other)) / len(centres)), gradients

    return _l_gram(loss=loss)


@program("skip_gram", breaks="without pairs the loss is 0: here nan", several=True)
def l_skip_nan_without_pairs():
    def loss(parameters, centres, contexts, noise):
        value, gradients = _l_skip(parameters, centres, contexts, noise)
        return (value if len(centres) else float("nan")), gradients

    return _l_gram(loss=loss)


@program("skip_gram", breaks="with k = 0 only real pairs: here an error", several=True)
def l_skip_needs_noise():
    def loss(parameters, centres, contexts, noise):
        if len(centres) and not np.shape(noise)[1]:
            raise IndexError("no noise")
        return _l_skip(parameters, centres, contexts, noise)

    return _l_gram(loss=loss)


@program("skip_gram", breaks="the gradient of F has a part of the noise: here only of the real contexts", several=True)
def l_skip_noise_moves_nothing():
    def loss(parameters, centres, contexts, noise):
        value, (d_E, _) = _l_skip(parameters, centres, contexts, noise)
        _, (_, d_F) = _l_skip(parameters, centres, contexts, np.zeros((len(centres), 0), int))
        return value, (d_E, d_F)

    return _l_gram(loss=loss)


@program("skip_gram", breaks="of blind ones `blind` should be said: here the sign is that of a real pair", several=True)
def l_skip_sign_of_noise():
    return _l_gram(loss=_l_how(noise_sign=-1))


@program("skip_gram", breaks="E and F are two tables: here one gradient for both", several=True)
def l_skip_shares_the_gradient():
    def loss(parameters, centres, contexts, noise):
        value, (d_E, d_F) = _l_skip(parameters, centres, contexts, noise)
        return value, (d_E + d_F, d_E + d_F)

    return _l_gram(loss=loss)


@program("skip_gram", breaks="what is given stays as it was: here a step of descent is taken", several=True)
def l_skip_takes_a_step():
    def loss(parameters, centres, contexts, noise):
        value, (d_E, d_F) = _l_skip(parameters, centres, contexts, noise)
        for part, d in zip(parameters, (d_E, d_F), strict=True):
            part -= (0.01 * d).astype(part.dtype)
        return value, (d_E, d_F)

    return _l_gram(loss=loss)


@program("skip_gram", breaks="float32 is kept: here the gradients are float64", several=True)
def l_skip_doubles():
    return _l_gram(loss=lambda p, c, o, n: _l_skip([np.asarray(part, float) for part in p], c, o, n))


@program("skip_gram", breaks="counts to the power 3/4: here to the power 1", several=True)
def l_skip_noise_by_counts():
    return _l_gram(lambda counts, shape, rng: _l_noise(counts, shape, rng, 1))


@program("skip_gram", breaks="counts to the power 3/4: here all words are equally likely", several=True)
def l_skip_noise_equal():
    return _l_gram(lambda counts, shape, rng: _l_noise(counts, shape, rng, 0))


@program("skip_gram", breaks="all draws are independent: here each row of the shape is a draw without putting back", several=True)
def l_skip_noise_without_putting_back():
    def noise(counts, shape, rng):
        chances = np.asarray(counts, float) ** 0.75
        shape = (shape,) if np.ndim(shape) == 0 else tuple(shape)
        many, able = int(np.prod(shape)), np.count_nonzero(chances)
        rows = [rng.choice(len(chances), size=able, replace=False, p=chances / chances.sum()) for _ in range(-(-many // able))]
        return np.concatenate(rows)[:many].reshape(shape) if many else np.zeros(shape, int)

    return _l_gram(noise)


@program("skip_gram", breaks="chance comes from rng: here from numpy's own", several=True)
def l_skip_noise_of_its_own():
    return _l_gram(lambda counts, shape, rng: _l_noise(counts, shape, np.random.default_rng()))


@program("skip_gram", breaks="all draws are independent: here one row is drawn and repeated", several=True)
def l_skip_noise_repeats_a_row():
    def noise(counts, shape, rng):
        shape = (shape,) if np.ndim(shape) == 0 else tuple(shape)
        return np.broadcast_to(_l_noise(counts, shape[-1:], rng), shape).copy()

    return _l_gram(noise)


# ---------------------------------------------------------------- neighbours


def _l_unit(E):
    E = np.asarray(E)
    E = E if E.dtype.kind == "f" else E.astype(float)
    size = np.sqrt((E * E).sum(axis=1, keepdims=True))
    return np.divide(E, size, out=np.zeros_like(E), where=size > 0), size[:, 0] > 0


def _l_nearest(E, queries, k, out=True, zeros=True):
    unit, real = _l_unit(E)
    queries = np.asarray(queries, int)
    alike = unit[queries] @ unit.T
    if zeros:
        alike[:, ~real] = -5
    if out:
        alike[np.arange(len(queries)), queries] = -np.inf
    return np.argsort(-alike, axis=1, kind="stable")[:, :k]


def _l_analogies(E, questions, k, out=True, signs=(-1, 1, 1), unit=True, zeros=True):
    rows, real = _l_unit(E) if unit else (np.asarray(E, float), _l_unit(E)[1])
    questions = np.asarray(questions, int).reshape(-1, 3)
    goal = sum(sign * rows[questions[:, j]] for j, sign in enumerate(signs))
    fits = goal @ _l_unit(E)[0].T
    if zeros:
        fits[:, ~real] = -50
    if out:
        np.put_along_axis(fits, questions, -np.inf, axis=1)
    return np.argsort(-fits, axis=1, kind="stable")[:, :k]


def _l_near(near=_l_nearest, analogies=_l_analogies):
    return {
        "neighbours": lambda E, queries, k: near(E, queries, k),
        "analogies": lambda E, questions, k: analogies(E, questions, k),
    }


@program("neighbours", several=True)
def l_near_sorted():
    return _l_near()


@program("neighbours", several=True)
def l_near_partition():
    def top(scores, k):
        if k >= scores.shape[1]:
            return np.argsort(-scores, axis=1)[:, :k]
        some = np.argpartition(-scores, k, axis=1)[:, : k + 1]
        order = np.argsort(-np.take_along_axis(scores, some, axis=1), axis=1)
        return np.take_along_axis(some, order, axis=1)[:, :k]

    def near(E, queries, k):
        unit, real = _l_unit(E)
        alike = unit[np.asarray(queries, int)] @ unit.T - 9.0 * ~real
        alike[np.arange(len(alike)), queries] = -99
        return top(alike, k)

    def analogies(E, questions, k):
        unit, real = _l_unit(E)
        q = np.asarray(questions, int).reshape(-1, 3)
        fits = (unit[q[:, 1]] - unit[q[:, 0]] + unit[q[:, 2]]) @ unit.T - 9.0 * ~real
        for column in q.T:
            fits[np.arange(len(q)), column] = -99
        return top(fits, k)

    return _l_near(near, analogies)


@program("neighbours", several=True)
def l_near_three_products():
    def analogies(E, questions, k):
        unit, real = _l_unit(E)
        a, b, c = np.asarray(questions, int).reshape(-1, 3).T
        fits = unit[b] @ unit.T - unit[a] @ unit.T + unit[c] @ unit.T
        fits = np.where(real, fits, -10)
        rows = np.arange(len(a))
        fits[rows, a] = fits[rows, b] = fits[rows, c] = -np.inf
        return np.flip(np.argsort(fits, axis=1), axis=1)[:, :k]

    return _l_near(analogies=analogies)


@program("neighbours", breaks="a query is not its own neighbour", several=True)
def l_near_itself():
    return _l_near(lambda E, q, k: _l_nearest(E, q, k, out=False))


@program("neighbours", breaks="the words of a question are never among its answers", several=True)
def l_near_question_words():
    return _l_near(analogies=lambda E, q, k: _l_analogies(E, q, k, out=False))


@program("neighbours", breaks="the words of a question are never among its answers: here only c is left out", several=True)
def l_near_only_c_is_out():
    def analogies(E, questions, k):
        q = np.asarray(questions, int).reshape(-1, 3)
        every = _l_analogies(E, q, len(E), out=False)
        return np.array([[w for w in row if w != c][:k] for row, c in zip(every, q[:, 2], strict=True)], int).reshape(len(q), k)

    return _l_near(analogies=analogies)


@program("neighbours", breaks="only directions count: here the product without lengths", several=True)
def l_near_products():
    def near(E, queries, k):
        alike = np.asarray(E, float)[queries] @ np.asarray(E, float).T
        alike[np.arange(len(alike)), queries] = -np.inf
        return np.argsort(-alike, axis=1)[:, :k]

    return _l_near(near)


@program("neighbours", breaks="only directions count: here the distance between the points", several=True)
def l_near_distances():
    def near(E, queries, k):
        E = np.asarray(E, float)
        far = ((E[queries][:, None] - E) ** 2).sum(axis=2)
        far[np.arange(len(far)), queries] = np.inf
        return np.argsort(far, axis=1)[:, :k]

    return _l_near(near)


@program("neighbours", breaks="each row may be stretched: here the question's rows are not brought to length one", several=True)
def l_near_question_keeps_lengths():
    return _l_near(analogies=lambda E, q, k: _l_analogies(E, q, k, unit=False))


@program("neighbours", breaks="a vector of zeros comes after all others: here before those that point away", several=True)
def l_near_zeros_in_the_middle():
    return _l_near(lambda E, q, k: _l_nearest(E, q, k, zeros=False), lambda E, q, k: _l_analogies(E, q, k, zeros=False))


@program("neighbours", breaks="a vector of zeros comes last: here it becomes nan, and first or last by chance", several=True)
def l_near_zeros_are_nan():
    def near(E, queries, k):
        E = np.asarray(E, float)
        with np.errstate(invalid="ignore", divide="ignore"):
            unit = E / np.sqrt((E * E).sum(axis=1, keepdims=True))
        alike = unit[queries] @ unit.T
        alike[np.arange(len(alike)), queries] = -np.inf
        return np.argsort(alike, axis=1)[:, ::-1][:, :k]

    return _l_near(near)


@program("neighbours", breaks="in analogies too a vector of zeros comes last", several=True)
def l_near_zeros_in_analogies():
    return _l_near(analogies=lambda E, q, k: _l_analogies(E, q, k, zeros=False))


@program("neighbours", breaks="a is to b as c: here b minus a is taken off", several=True)
def l_near_other_direction():
    return _l_near(analogies=lambda E, q, k: _l_analogies(E, q, k, signs=(1, -1, 1)))


@program("neighbours", breaks="a is to b as c: here without a", several=True)
def l_near_without_a():
    return _l_near(analogies=lambda E, q, k: _l_analogies(E, q, k, signs=(0, 1, 1)))


@program("neighbours", breaks="the best first: here the worst", several=True)
def l_near_worst_first():
    return _l_near(lambda E, q, k: _l_nearest(E, q, k)[:, ::-1])


@program("neighbours", breaks="the k best are in order: here in any", several=True)
def l_near_any_order():
    return _l_near(lambda E, q, k: np.sort(_l_nearest(E, q, k), axis=1))


@program("neighbours", breaks="the sign counts: here the size of the similarity", several=True)
def l_near_size_of_cosine():
    def near(E, queries, k):
        unit, real = _l_unit(E)
        alike = np.abs(unit[np.asarray(queries, int)] @ unit.T) - 9.0 * ~real
        alike[np.arange(len(alike)), queries] = -99
        return np.argsort(-alike, axis=1)[:, :k]

    return _l_near(near)


@program("neighbours", breaks="what is given stays as it was: here E is brought to length one in place", several=True)
def l_near_in_place():
    def near(E, queries, k):
        if isinstance(E, np.ndarray) and E.dtype.kind == "f":
            E[...] = _l_unit(E)[0]
        return _l_nearest(E, queries, k)

    return _l_near(near)


@program("neighbours", breaks="one product, no loop over words: here cosine by cosine", several=True)
def l_near_slow():
    def near(E, queries, k):
        E, out = np.asarray(E, float), []
        for q in queries:
            scores = []
            for w in range(len(E)):
                size = np.sqrt(np.dot(E[w], E[w]) * np.dot(E[q], E[q]))
                scores.append(np.dot(E[w], E[q]) / size if size else -5)
            scores[q] = -np.inf
            out.append(sorted(range(len(E)), key=lambda w: -scores[w])[:k])
        return np.array(out, int).reshape(len(queries), k)

    return _l_near(near)


@program("neighbours", breaks="turning all changes nothing: here the mean of all vectors is taken off", several=True)
def l_near_centred():
    return _l_near(lambda E, q, k: _l_nearest(np.asarray(E, float) - np.mean(E, axis=0), q, k))


# ---------------------------------------------------------------- debias


def _l_one(A):
    A = np.asarray(A)
    A = A if A.dtype.kind == "f" else A.astype(float)
    return A / np.sqrt((A * A).sum(axis=-1, keepdims=True))


def _l_direction(pairs, unit=_l_one, sign=True, centre=False):
    pairs = unit(np.asarray(pairs))
    pairs = pairs if pairs.dtype.kind == "f" else pairs.astype(float)
    differences = pairs[:, 0] - pairs[:, 1]
    if centre:
        differences = differences - differences.mean(axis=0)
    g = np.linalg.svd(differences, full_matrices=False)[2][0]
    return -g if sign and (differences @ g).sum() < 0 else g


def _l_clean(E, g, neutral, pairs, length=True, size=None, sides=True, mean=True, others=True, still=True, unit_g=True):
    E, kind = _l_one(E), np.asarray(E).dtype
    kind = kind if kind.kind == "f" else np.dtype(float)
    g = np.asarray(g, float)
    g = g / np.sqrt(g @ g) if unit_g else g
    out = E.astype(float)
    neutral = np.asarray(neutral, int)
    flat = out[neutral] - np.outer(out[neutral] @ g, g)
    out[neutral] = _l_one(flat) if length and len(flat) else flat
    for i, j in np.asarray(pairs, int).reshape(-1, 2):
        a, b = out[i] @ g, out[j] @ g
        if still and abs(a - b) < 1e-12:
            continue
        middle = (out[i] + out[j]) / 2 if mean else out[i]
        shared = middle - (middle @ g) * g
        rest = np.sqrt(max(1 - shared @ shared, 0)) if size is None else size(out[i], out[j], g)
        way = np.sign(a - b) if sides else 1.0
        out[i], out[j] = shared + way * rest * g, shared - way * rest * g
    return out.astype(kind)


def _l_fair(direction=_l_direction, clean=_l_clean):
    return {
        "bias_direction": lambda pairs: direction(pairs),
        "debias": lambda E, g, neutral, pairs: clean(E, g, neutral, pairs),
    }


def _l_cleaned(**how):
    return lambda E, g, neutral, pairs: _l_clean(E, g, neutral, pairs, **how)


@program("debias", several=True)
def l_fair_loops():
    return _l_fair()


@program("debias", several=True)
def l_fair_all_pairs_at_once():
    def clean(E, g, neutral, pairs):
        kind = np.asarray(E).dtype if np.asarray(E).dtype.kind == "f" else np.dtype(float)
        E, g = _l_one(np.asarray(E, float)), _l_one(np.asarray(g, float))
        out, neutral, pairs = E.copy(), np.asarray(neutral, int), np.asarray(pairs, int).reshape(-1, 2)
        if len(neutral):
            flat = E[neutral] - (E[neutral] @ g)[:, None] * g
            out[neutral] = flat / np.linalg.norm(flat, axis=1, keepdims=True)
        lean = E @ g
        sides = lean[pairs[:, 0]] - lean[pairs[:, 1]]
        pairs, sides = pairs[np.abs(sides) > 1e-12], sides[np.abs(sides) > 1e-12]
        if len(pairs):
            shared = (E - lean[:, None] * g)[pairs].mean(axis=1)
            rest = np.sqrt(np.maximum(1 - (shared**2).sum(axis=1), 0)) * np.sign(sides)
            out[pairs[:, 0]], out[pairs[:, 1]] = shared + rest[:, None] * g, shared - rest[:, None] * g
        return out.astype(kind)

    return _l_fair(clean=clean)


@program("debias", breaks="the differences are between vectors of length one: here as they come", several=True)
def l_fair_differences_as_they_come():
    return _l_fair(lambda pairs: _l_direction(pairs, unit=lambda A: np.asarray(A, float)))


@program("debias", breaks="the largest sum of squares: here the mean of all differences", several=True)
def l_fair_mean_difference():
    def direction(pairs):
        unit = _l_one(pairs)
        g = (unit[:, 0] - unit[:, 1]).mean(axis=0)
        return g / np.sqrt(g @ g)

    return _l_fair(direction)


@program("debias", breaks="the largest sum of squares: here the mean difference is taken off first", several=True)
def l_fair_centred():
    return _l_fair(lambda pairs: _l_direction(pairs, centre=True) if len(pairs) > 1 else _l_direction(pairs))


@program("debias", breaks="towards the first members: here as it happens", several=True)
def l_fair_sign_as_it_happens():
    return _l_fair(lambda pairs: _l_direction(pairs, sign=False))


@program("debias", breaks="towards the first members: here towards the second", several=True)
def l_fair_sign_turned():
    return _l_fair(lambda pairs: -_l_direction(pairs))


@program("debias", breaks="a direction of length one", several=True)
def l_fair_direction_of_any_length():
    return _l_fair(lambda pairs: 2 * _l_direction(pairs))


@program("debias", breaks="each difference counts: here only the first pair", several=True)
def l_fair_first_pair():
    return _l_fair(lambda pairs: _l_direction(np.asarray(pairs)[:1]))


@program("debias", breaks="all of length one: neutral rows become shorter here", several=True)
def l_fair_short_neutral_rows():
    return _l_fair(clean=_l_cleaned(length=False))


@program("debias", breaks="g may have any length: here it is taken as it comes", several=True)
def l_fair_g_as_it_comes():
    return _l_fair(clean=_l_cleaned(unit_g=False))


@program("debias", breaks="all of length one: here the printed formula, whose pairs are too short", several=True)
def l_fair_printed_formula():
    def size(a, b, g):
        middle = (a + b) / 2
        along, across = (middle @ g) * g, middle - (middle @ g) * g
        root = np.sqrt(abs(1 - across @ across))
        way = (a @ g) * g - along
        return float(root * np.sqrt(way @ way) / np.sqrt((a - across - along) @ (a - across - along)))

    return _l_fair(clean=_l_cleaned(size=size))


@program("debias", breaks="the rest of the length lies along g: here the mean of how they leaned", several=True)
def l_fair_mean_lean():
    return _l_fair(clean=_l_cleaned(size=lambda a, b, g: abs(a @ g - b @ g) / 2))


@program("debias", breaks="the member farther along g still is: here the first always", several=True)
def l_fair_first_is_ahead():
    return _l_fair(clean=_l_cleaned(sides=False))


@program("debias", breaks="what they share is the mean: here the first one's", several=True)
def l_fair_shares_the_first():
    return _l_fair(clean=_l_cleaned(mean=False))


@program("debias", breaks="a pair with equal parts stays as it was: here both become what they share, or worse", several=True)
def l_fair_pair_without_sides():
    return _l_fair(clean=_l_cleaned(still=False))


@program("debias", breaks="all of length one: here rows that are in no list come back as they were", several=True)
def l_fair_others_keep_their_length():
    def clean(E, g, neutral, pairs):
        out = _l_clean(E, g, neutral, pairs)
        rest = np.setdiff1d(np.arange(len(out)), np.concatenate([np.ravel(neutral), np.ravel(pairs)]).astype(int))
        out[rest] = np.asarray(E)[rest]
        return out

    return _l_fair(clean=clean)


@program("debias", breaks="all other rows keep their directions: here all are neutralised", several=True)
def l_fair_neutralises_all():
    def clean(E, g, neutral, pairs):
        rest = np.setdiff1d(np.arange(len(E)), np.ravel(pairs).astype(int))
        return _l_clean(E, g, rest, pairs)

    return _l_fair(clean=clean)


@program("debias", breaks="what is given stays as it was: here E is changed in place", several=True)
def l_fair_in_place():
    def clean(E, g, neutral, pairs):
        made = _l_clean(E, g, neutral, pairs)
        if isinstance(E, np.ndarray) and E.dtype.kind == "f":
            E[...] = made
            return E
        return made

    return _l_fair(clean=clean)


@program("debias", breaks="there may be no neutral rows and no pairs: here an error", several=True)
def l_fair_needs_both():
    def clean(E, g, neutral, pairs):
        if not len(neutral) or not len(pairs):
            raise ValueError("nothing to do")
        return _l_clean(E, g, neutral, pairs)

    return _l_fair(clean=clean)


@program("debias", breaks="float32 is kept: here float64", several=True)
def l_fair_doubles():
    return _l_fair(clean=lambda E, g, neutral, pairs: _l_clean(np.asarray(E, float), g, neutral, pairs))
