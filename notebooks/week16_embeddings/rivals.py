"""Answers that the cases of week 16 must tell apart."""

import numpy as np

from autograder.cases import entry, right, wrong


# ------------------------------------------------------------------------------------------- count_pairs
def tally(texts, size, window, weigh=lambda gap: 1, both=True):
    """Right counts, to vary."""
    C = np.zeros((size, size))
    for text in texts:
        for i in range(len(text)):
            for j in range(i + 1, min(i + window, len(text) - 1) + 1):
                C[text[i], text[j]] += weigh(j - i)
                if both:
                    C[text[j], text[i]] += weigh(j - i)
    return C


@wrong("count_pairs", caught_by="near", kind="mathematics")
def one_direction(texts, size, window):
    return tally(texts, size, window, both=False)


@wrong("count_pairs", caught_by="near", kind="mathematics")
def nearer_counts_more(texts, size, window):
    return tally(texts, size, window, lambda gap: 1 / gap)


@wrong("count_pairs", caught_by="near", kind="mathematics")
def a_window_one_too_short(texts, size, window):
    return tally(texts, size, window - 1)


@wrong("count_pairs", caught_by="near", kind="mathematics")
def a_window_one_too_long(texts, size, window):
    return tally(texts, size, window + 1)


@wrong("count_pairs", caught_by="near", kind="missing case", headline=True)
def plain_indexing_adds_once(texts, size, window):
    C = np.zeros((size, size))
    for text in texts:
        for gap in range(1, min(window, len(text) - 1) + 1):
            C[text[:-gap], text[gap:]] += 1
            C[text[gap:], text[:-gap]] += 1
    return C


@wrong("count_pairs", caught_by="texts_apart", kind="missing case")
def one_long_text(texts, size, window):
    joined = np.concatenate([np.zeros(0, int), *texts]).astype(int)
    return tally([joined], size, window)


@wrong("count_pairs", caught_by="near", kind="mathematics")
def a_place_near_itself(texts, size, window):
    C = tally(texts, size, window)
    for text in texts:
        for word in text:
            C[word, word] += 1
    return C


@wrong("count_pairs", caught_by="example_of_counts", kind="missing case")
def never_beside_the_same_word(texts, size, window):
    C = tally(texts, size, window)
    np.fill_diagonal(C, 0)
    return C


@wrong("count_pairs", caught_by="example_of_counts", kind="missing case")
def the_diagonal_once(texts, size, window):
    C = tally(texts, size, window)
    np.fill_diagonal(C, np.diag(C) / 2)
    return C


@wrong("count_pairs", caught_by="near", kind="mathematics")
def each_text_has_or_has_not(texts, size, window):
    return sum((np.minimum(tally([text], size, window), 1) for text in texts), np.zeros((size, size)))


@wrong("count_pairs", caught_by="no_texts", kind="missing case")
def empty_texts_fail(texts, size, window):
    if not all(len(text) for text in texts):
        raise IndexError("index 0 is out of bounds")
    return tally(texts, size, window)


@wrong("count_pairs", caught_by="no_texts", kind="mutation")
def sorts_the_texts_afterwards(texts, size, window):
    C = tally(texts, size, window)
    for text in texts:
        text.sort()
    return C


KEPT = {}


@wrong("count_pairs", caught_by="no_texts", kind="missing case")
def counts_go_on_from_call_to_call(texts, size, window):
    KEPT[size] = KEPT.get(size, 0) + tally(texts, size, window)
    return KEPT[size].copy()


@right("count_pairs")
def place_by_place(texts, size, window):
    return tally(texts, size, window)


@right("count_pairs")
def whole_numbers_by_bincount(texts, size, window):
    C = np.zeros(size * size, int)
    for text in texts:
        text = np.asarray(text, int)
        for gap in range(1, min(window, len(text) - 1) + 1):
            C += np.bincount(text[:-gap] * size + text[gap:], minlength=size * size)
            C += np.bincount(text[gap:] * size + text[:-gap], minlength=size * size)
    return C.reshape(size, size)


@right("count_pairs")
def by_products_of_one_hot_rows(texts, size, window):
    C = np.zeros((size, size))
    for text in texts:
        rows = np.eye(size)[np.asarray(text, int)].reshape(len(text), size)
        apart = np.abs(np.subtract.outer(np.arange(len(text)), np.arange(len(text))))
        C += rows.T @ ((apart > 0) & (apart <= window)) @ rows
    return C


# ------------------------------------------------------------------------------------------- pmi
def right_pmi(counts, power, log=np.log):
    """A right table, to vary."""
    counts = np.asarray(counts)
    dtype = counts.dtype if counts.dtype.kind == "f" else float
    C = counts.astype(float)
    rows, columns = C.sum(axis=1), C.sum(axis=0)
    weights = np.array([c**power if c > 0 else 0.0 for c in columns / max(C.sum(), 1)])
    expected = np.outer(rows, weights / max(weights.sum(), 1e-300))
    out = np.zeros(C.shape)
    known = expected > 0
    met = known & (C > 0)
    out[met] = log(C[met] / expected[met])
    out[known & (C == 0)] = -np.inf
    return out.astype(dtype)


def right_vectors(M, k):
    """Right vectors, to vary."""
    U, s, Vt = np.linalg.svd(M, full_matrices=False)
    return U[:, :k] * np.sqrt(s[:k]), Vt[:k].T * np.sqrt(s[:k])


def table(rival_pmi=right_pmi, rival_vectors=right_vectors):
    """Both names of the exercise."""
    return {"pmi": rival_pmi, "word_vectors": rival_vectors}


@wrong("pmi", caught_by="times_chance", kind="mathematics", several=True, headline=True)
def never_met_is_nought():
    return table(lambda counts, power: np.where(np.asarray(counts) > 0, right_pmi(counts, power), 0))


@wrong("pmi", caught_by="with_power", kind="mathematics", several=True)
def the_power_and_no_sum_of_one():
    def pmi(counts, power):
        C = np.asarray(counts, float)
        P = C / max(C.sum(), 1)
        columns = P.sum(axis=0)
        with np.errstate(all="ignore"):
            out = np.log(P / (P.sum(axis=1, keepdims=True) * columns**power))
        return np.where((P.sum(axis=1, keepdims=True) > 0) & (columns > 0), out, 0)

    return table(pmi)


@wrong("pmi", caught_by="with_power", kind="mathematics", several=True)
def the_power_on_the_words():
    return table(lambda counts, power: right_pmi(np.asarray(counts).T, power).T)


@wrong("pmi", caught_by="with_power", kind="missing case", several=True)
def no_power_at_all():
    return table(lambda counts, power: right_pmi(counts, 1.0))


@wrong("pmi", caught_by="with_power", kind="mathematics", several=True)
def the_power_on_the_pair():
    return table(lambda counts, power: right_pmi(np.asarray(counts) ** power, 1.0))


@wrong("pmi", caught_by="times_chance", kind="mathematics", several=True)
def cut_at_nought():
    return table(lambda counts, power: np.maximum(right_pmi(counts, power), 0))


@wrong("pmi", caught_by="examples_of_pmi", kind="mathematics", several=True)
def in_bits():
    return table(lambda counts, power: right_pmi(counts, power, np.log2))


@wrong("pmi", caught_by="times_chance", kind="stability", several=True)
def a_little_added_to_all_counts():
    def pmi(counts, power):
        C = np.asarray(counts, float)
        known = (C.sum(axis=1, keepdims=True) > 0) & (C.sum(axis=0) > 0)
        return np.where(known, right_pmi(C + 1e-8, power), 0)

    return table(pmi)


@wrong("pmi", caught_by="nothing_known", kind="missing case", several=True)
def empty_rows_are_nan():
    def pmi(counts, power):
        counts = np.asarray(counts)
        C = counts.astype(counts.dtype if counts.dtype.kind == "f" else float)
        chances = C.sum(axis=0) ** power
        with np.errstate(all="ignore"):
            return np.log(C / (C.sum(axis=1, keepdims=True) * (chances / chances.sum())))

    return table(pmi)


@right("pmi", several=True)
def the_power_by_the_letter():
    def pmi(counts, power):
        counts = np.asarray(counts)
        C = counts.astype(counts.dtype if counts.dtype.kind == "f" else float)
        rows, columns = C.sum(axis=1, keepdims=True), C.sum(axis=0)
        chances = columns**power  # 0 to the power 0 would be 1: that is not asked
        with np.errstate(all="ignore"):
            out = np.log(C / (rows * (chances / chances.sum())))
        return np.where((rows > 0) & (columns > 0), out, 0)

    return table(pmi)


@wrong("pmi", caught_by="nearest", kind="mathematics", several=True)
def no_sigma_on_the_contexts():
    def word_vectors(M, k):
        U, s, Vt = np.linalg.svd(M, full_matrices=False)
        return U[:, :k] * np.sqrt(s[:k]), Vt[:k].T

    return table(rival_vectors=word_vectors)


@wrong("pmi", caught_by="shared_evenly", kind="mathematics", several=True)
def all_sigma_on_the_words():
    def word_vectors(M, k):
        U, s, Vt = np.linalg.svd(M, full_matrices=False)
        return U[:, :k] * s[:k], Vt[:k].T

    return table(rival_vectors=word_vectors)


@wrong("pmi", caught_by="nearest", kind="mathematics", several=True)
def centred_as_a_principal_component():
    return table(rival_vectors=lambda M, k: right_vectors(M - np.mean(M, axis=0), k))


@wrong("pmi", caught_by="nearest", kind="shape", several=True)
def rows_of_vt_not_turned():
    def word_vectors(M, k):
        U, s, Vt = np.linalg.svd(M, full_matrices=False)
        return U[:, :k] * np.sqrt(s[:k]), np.reshape(Vt[:k] * np.sqrt(s[:k])[:, None], (np.shape(M)[1], k))

    return table(rival_vectors=word_vectors)


@wrong("pmi", caught_by="nearest", kind="mathematics", several=True)
def the_smallest_terms():
    def word_vectors(M, k):
        E, F = right_vectors(M, min(np.shape(M)))
        return E[:, ::-1][:, :k], F[:, ::-1][:, :k]

    return table(rival_vectors=word_vectors)


@wrong("pmi", caught_by="shared_evenly", kind="mathematics", several=True)
def the_smallest_of_the_k_first():
    def word_vectors(M, k):
        E, F = right_vectors(M, k)
        return E[:, ::-1], F[:, ::-1]

    return table(rival_vectors=word_vectors)


@wrong("pmi", caught_by="tables_house", kind="dtype", several=True)
def always_float64():
    return table(lambda counts, power: right_pmi(np.asarray(counts, float), power))


@wrong("pmi", caught_by="tables_house", kind="mutation", several=True)
def divides_the_counts_in_place():
    def pmi(counts, power):
        made = right_pmi(counts, power)
        if np.asarray(counts).dtype.kind == "f":
            counts /= max(counts.sum(), 1)
        return made

    return table(pmi)


@wrong("pmi", caught_by="examples_of_pmi", kind="hard-coding", several=True)
def three_quarters_always():
    return table(lambda counts, power: right_pmi(counts, 0.75), lambda M, k: (np.ones((len(M), k)), np.ones((np.shape(M)[1], k))))


@right("pmi", several=True)
def by_logarithms():
    def pmi(counts, power):
        counts = np.asarray(counts)
        kind = counts.dtype if counts.dtype.kind == "f" else np.float64
        C = counts.astype(np.float64)
        rows, columns = C.sum(1), C.sum(0)
        with np.errstate(all="ignore"):
            raised = power * np.log(columns)
            raised[columns == 0] = -np.inf
            top = raised.max(initial=-np.inf)
            norm = top + np.log(np.exp(raised - top).sum()) if np.isfinite(top) else 0.0
            out = np.log(C) - np.log(rows)[:, None] - (raised - norm)
        out[rows == 0] = 0
        out[:, columns == 0] = 0
        return out.astype(kind)

    def word_vectors(M, k):
        M = np.asarray(M) * (1.0 if np.asarray(M).dtype.kind != "f" else np.asarray(M).dtype.type(1))
        U, s, Vt = np.linalg.svd(M)
        D = np.diag(np.sqrt(s[:k]))
        return -U[:, :k] @ D, -(D @ Vt[:k]).T

    return table(pmi, word_vectors)


@right("pmi", several=True)
def pair_by_pair():
    def pmi(counts, power):
        counts = np.asarray(counts)
        out = np.zeros(counts.shape, counts.dtype if counts.dtype.kind == "f" else float)
        total = float(counts.sum())
        share = [float(counts[:, j].sum()) for j in range(counts.shape[1])]
        weights = [s**power if s else 0 for s in share]
        for i in range(counts.shape[0]):
            row = float(counts[i].sum())
            for j in range(counts.shape[1]):
                if row and share[j]:
                    here = float(counts[i, j]) / total
                    chance = row / total * weights[j] / sum(weights)
                    out[i, j] = np.log(here / chance) if here else -np.inf
        return out

    return table(pmi)


@right("pmi", several=True)
def vectors_by_eigenvalues():
    def word_vectors(M, k):
        M = np.asarray(M) if np.asarray(M).dtype.kind == "f" else np.asarray(M, float)
        U, s, Vt = np.linalg.svd(M.T.astype(float), full_matrices=False)  # the other way round
        root = s[:k] ** 0.5
        return (Vt[:k].T * root).astype(M.dtype), (U[:, :k] * root).astype(M.dtype)

    return table(rival_vectors=word_vectors)


# ------------------------------------------------------------------------------------------- skip_gram
def right_noise(counts, shape, rng):
    """Right draws, to vary."""
    p = np.asarray(counts, float) ** 0.75
    return rng.choice(len(p), shape, p=p / p.sum())


def sgns(parameters, centres, contexts, noise, noise_sign=-1, add=np.add.at, mean=True, sides="EF"):
    """A right loss and gradients, to vary."""
    E, F = (np.asarray(p) if np.asarray(p).dtype.kind == "f" else np.asarray(p, float) for p in parameters)
    centres, contexts, noise = (np.asarray(rows, int) for rows in (centres, contexts, noise))
    P = max(len(centres), 1) if mean else 1
    d_E, d_F, loss = np.zeros_like(E), np.zeros_like(F), 0.0
    for rows, sign in [(contexts, 1), *((noise[:, k], noise_sign) for k in range(noise.shape[1]))]:
        x = (1 if rows is contexts else -1) * (E[centres] * F[rows]).sum(axis=1)
        soft = np.logaddexp(0, -x)
        loss += soft.sum() / P
        d = (-sign * np.exp(-x - soft) / P).astype(E.dtype)[:, None]
        if "E" in sides:
            add(d_E, centres, d * F[rows])
        if "F" in sides:
            add(d_F, rows, d * E[centres])
    return loss, (d_E, d_F)


def learner(loss=sgns, noise=right_noise):
    """Both names of the exercise."""
    return {"noise_words": noise, "skip_gram_loss": loss}


def once(into, rows, what):
    """Plain indexing: of rows that come twice the last one stays."""
    into[rows] += what


@wrong("skip_gram", caught_by="repeated", kind="missing case", several=True, headline=True)
def repeated_words_count_once():
    return learner(lambda *handed: sgns(*handed, add=once))


@wrong("skip_gram", caught_by="slopes", kind="mathematics", several=True)
def the_noise_with_the_wrong_sign():
    return learner(lambda *handed: sgns(*handed, noise_sign=1))


@wrong("skip_gram", caught_by="mean_loss", kind="mathematics", several=True)
def a_sum_for_a_mean():
    return learner(lambda *handed: sgns(*handed, mean=False))


@wrong("skip_gram", caught_by="slopes", kind="missing case", several=True)
def contexts_do_not_learn():
    return learner(lambda *handed: sgns(*handed, sides="E"))


@wrong("skip_gram", caught_by="slopes", kind="missing case", several=True)
def words_do_not_learn():
    return learner(lambda *handed: sgns(*handed, sides="F"))


@wrong("skip_gram", caught_by="repeated", kind="mathematics", several=True)
def gradients_of_a_sum():
    def loss(parameters, centres, contexts, noise):
        d = sgns(parameters, centres, contexts, noise, mean=False)[1]
        return sgns(parameters, centres, contexts, noise)[0], d

    return learner(loss)


@wrong("skip_gram", caught_by="repeated", kind="missing case", several=True)
def blind_ones_that_are_real_are_left_out():
    def loss(parameters, centres, contexts, noise):
        E, F = (np.array(p) if np.asarray(p).dtype.kind == "f" else np.array(p, float) for p in parameters)
        total, d_E, d_F = 0.0, np.zeros_like(E), np.zeros_like(F)
        for c, o, blind in zip(centres, contexts, noise, strict=True):
            kept = np.array([[b for b in blind if b != o]], int).reshape(1, -1)
            one, (g, h) = sgns((E, F), [c], [o], kept)
            total, d_E, d_F = total + one / len(centres), d_E + g / len(centres), d_F + h / len(centres)
        return total, (d_E.astype(E.dtype), d_F.astype(F.dtype))

    return learner(loss)


@wrong("skip_gram", caught_by="huge", kind="stability", several=True)
def the_naive_logarithm():
    def loss(parameters, centres, contexts, noise):
        E, F = (np.asarray(p, float) for p in parameters)
        _, gradients = sgns(parameters, centres, contexts, noise)
        with np.errstate(all="ignore"):
            s = lambda v: 1 / (1 + np.exp(-v))  # noqa: E731
            real = (E[centres] * F[contexts]).sum(1)
            blind = np.einsum("pd,pkd->pk", E[centres], F[noise])
            total = -np.log(s(real)).sum() - np.log(s(-blind)).sum()
        return total / max(len(centres), 1), gradients

    return learner(loss)


@wrong("skip_gram", caught_by="huge", kind="stability", several=True)
def clipped_logits():
    def loss(parameters, centres, contexts, noise):
        _, gradients = sgns(parameters, centres, contexts, noise)
        E, F = (np.asarray(p, float) for p in parameters)
        real = np.clip((E[centres] * F[contexts]).sum(1), -30, 30)
        blind = np.clip(np.einsum("pd,pkd->pk", E[centres], F[noise]), -30, 30)
        total = np.logaddexp(0, -real).sum() + np.logaddexp(0, blind).sum()
        return total / max(len(centres), 1), gradients

    return learner(loss)


@wrong("skip_gram", caught_by="few", kind="missing case", several=True)
def without_pairs_nan():
    def loss(parameters, centres, contexts, noise):
        made = sgns(parameters, centres, contexts, noise)
        return (made[0] if len(centres) else np.nan), made[1]

    return learner(loss)


@wrong("skip_gram", caught_by="mean_loss", kind="mathematics", several=True)
def the_mean_over_the_blind_ones_too():
    def loss(parameters, centres, contexts, noise):
        total, (d_E, d_F) = sgns(parameters, centres, contexts, noise)
        share = 1 + np.shape(noise)[1]
        return total / share, ((d_E / share).astype(d_E.dtype), (d_F / share).astype(d_F.dtype))

    return learner(loss)


@wrong("skip_gram", caught_by="vectors_house", kind="dtype", several=True)
def gradients_in_float64():
    return learner(lambda parameters, *rows: sgns(tuple(np.asarray(p, float) for p in parameters), *rows))


@wrong("skip_gram", caught_by="vectors_house", kind="dtype", several=True)
def whole_numbers_swallow_the_gradient():
    def loss(parameters, *rows):
        made, (d_E, d_F) = sgns(parameters, *rows)
        return made, tuple(d.astype(np.asarray(p).dtype) for d, p in zip((d_E, d_F), parameters, strict=True))

    return learner(loss)


@wrong("skip_gram", caught_by="vectors_house", kind="mutation", several=True)
def takes_the_step_itself():
    def loss(parameters, *rows):
        made, (d_E, d_F) = sgns(parameters, *rows)
        if np.asarray(parameters[0]).dtype.kind == "f":
            parameters[0][...] -= 0.1 * d_E
        return made, (d_E, d_F)

    return learner(loss)


@wrong("skip_gram", caught_by="law_of_noise", kind="mathematics", several=True)
def noise_by_the_square_root():
    def noise(counts, shape, rng):
        p = np.sqrt(np.asarray(counts, float))
        return rng.choice(len(p), shape, p=p / p.sum())

    return learner(noise=noise)


@wrong("skip_gram", caught_by="law_of_noise", kind="mathematics", several=True)
def noise_by_the_counts():
    def noise(counts, shape, rng):
        p = np.asarray(counts, float)
        return rng.choice(len(p), shape, p=p / p.sum())

    return learner(noise=noise)


@wrong("skip_gram", caught_by="law_of_noise", kind="mathematics", several=True)
def noise_evenly_over_all_words():
    return learner(noise=lambda counts, shape, rng: rng.integers(len(counts), size=shape))


@wrong("skip_gram", caught_by="law_of_noise", kind="missing case", several=True)
def each_row_is_one_word():
    def noise(counts, shape, rng):
        one = right_noise(counts, shape[:1] + (1,) * (len(shape) - 1), rng)
        return np.broadcast_to(one, shape).copy()

    return learner(noise=noise)


@wrong("skip_gram", caught_by="noise_house", kind="missing case", several=True)
def noise_from_numpys_own_chance():
    return learner(noise=lambda counts, shape, rng: right_noise(counts, shape, np.random.default_rng()))


@right("skip_gram", several=True)
def one_column_of_noise_after_another():
    return learner()


@right("skip_gram", several=True)
def pair_after_pair():
    def loss(parameters, centres, contexts, noise):
        E, F = (np.array(p) if np.asarray(p).dtype.kind == "f" else np.array(p, float) for p in parameters)
        d_E, d_F, total, P = np.zeros_like(E), np.zeros_like(F), 0.0, max(len(centres), 1)
        for c, o, blind in zip(centres, contexts, noise, strict=True):
            for row, real in [(o, True), *((b, False) for b in blind)]:
                s = float(E[c] @ F[row])
                x = s if real else -s
                total += (max(0.0, -x) + np.log1p(np.exp(-abs(x)))) / P
                q = 1 / (1 + np.exp(x)) if x < 0 else np.exp(-x) / (1 + np.exp(-x))
                d = (-q if real else q) / P
                d_E[c] += d * F[row]
                d_F[row] += d * E[c]
        return total, (d_E, d_F)

    def noise(counts, shape, rng):
        p = np.asarray(counts, float) ** 0.75
        edges = np.cumsum(p) / p.sum()
        return np.searchsorted(edges, rng.random(shape), side="right")

    return learner(loss, noise)


@right("skip_gram", several=True)
def by_products_with_one_hot_rows():
    def loss(parameters, centres, contexts, noise):
        E, F = (np.asarray(p) if np.asarray(p).dtype.kind == "f" else np.asarray(p, float) for p in parameters)
        n, P = len(E), max(len(centres), 1)
        kind = np.result_type(E, F)
        C = np.eye(n, dtype=kind)[np.asarray(centres, int)].reshape(-1, n)
        logits = C @ E @ F.T
        real = np.eye(n, dtype=kind)[np.asarray(contexts, int)].reshape(-1, n)
        blind = np.eye(n, dtype=kind)[np.asarray(noise, int)].reshape(*np.shape(noise), n).sum(axis=1)
        total = (real * np.logaddexp(0, -logits) + blind * np.logaddexp(0, logits)).sum() / P
        sigma = np.exp(-np.logaddexp(0, -logits))
        d = ((blind * sigma - real * np.exp(-np.logaddexp(0, logits))) / P).astype(kind)
        return total, (C.T @ (d @ F), d.T @ (C @ E))

    return learner(loss)


# ------------------------------------------------------------------------------------------- neighbours
def ones(E):
    """Rows of length one; zeros stay."""
    E = np.asarray(E, float)
    size = np.sqrt((E**2).sum(axis=1, keepdims=True))
    return np.divide(E, size, out=np.zeros_like(E), where=size > 0)


def top(U, aims, out, k, zeros_last=True, leave_out=True, biggest=True):
    """The k best rows, to vary."""
    S = aims @ U.T
    if zeros_last:
        S[:, (U == 0).all(axis=1)] = -99
    if leave_out:
        for q, taken in enumerate(out):
            S[q, taken] = -1e9
    return np.argsort(-S if biggest else S, axis=1)[:, :k]


def right_neighbours(E, queries, k, **how):
    """Right neighbours, to vary."""
    U = ones(E)
    return top(U, U[queries], np.reshape(queries, (-1, 1)), k, **how)


def right_analogies(E, questions, k, signs=(-1, 1, 1), **how):
    """Right answers, to vary."""
    U = ones(E)
    aims = sum(sign * U[questions[:, j]] for j, sign in enumerate(signs))
    return top(U, aims, questions, k, **how)


def search(near=right_neighbours, far=right_analogies):
    """Both names of the exercise."""
    return {"neighbours": near, "analogies": far}


@wrong("neighbours", caught_by="by_fit", kind="mathematics", several=True, headline=True)
def vectors_as_long_as_they_are():
    def far(E, questions, k):
        E = np.asarray(E, float)
        aims = E[questions[:, 1]] - E[questions[:, 0]] + E[questions[:, 2]]
        return top(E, aims, questions, k)

    return search(far=far)


@wrong("neighbours", caught_by="by_fit", kind="mathematics", several=True)
def question_words_as_long_as_they_are():
    def far(E, questions, k):
        E = np.asarray(E, float)
        aims = E[questions[:, 1]] - E[questions[:, 0]] + E[questions[:, 2]]
        return top(ones(E), aims, questions, k)

    return search(far=far)


@wrong("neighbours", caught_by="by_cosine", kind="mathematics", several=True)
def products_of_unscaled_vectors():
    def near(E, queries, k):
        E = np.asarray(E, float)
        return top(E, E[queries], queries[:, None], k)

    return search(near=near)


@wrong("neighbours", caught_by="by_cosine", kind="mathematics", several=True)
def the_nearest_by_distance():
    def near(E, queries, k):
        E = np.asarray(E, float)
        D = ((E[queries][:, None] - E[None]) ** 2).sum(axis=2)
        D[np.arange(len(queries)), queries] = np.inf
        return np.argsort(D, axis=1)[:, :k]

    return search(near=near)


@wrong("neighbours", caught_by="planted", kind="mathematics", several=True)
def the_difference_the_wrong_way_round():
    return search(far=lambda E, questions, k: right_analogies(E, questions, k, signs=(1, -1, 1)))


@wrong("neighbours", caught_by="by_cosine", kind="missing case", several=True)
def a_query_is_its_own_neighbour():
    return search(near=lambda E, queries, k: right_neighbours(E, queries, k, leave_out=False))


@wrong("neighbours", caught_by="by_fit", kind="missing case", several=True)
def words_of_the_question_may_answer():
    return search(far=lambda E, questions, k: right_analogies(E, questions, k, leave_out=False))


@wrong("neighbours", caught_by="by_fit", kind="missing case", several=True)
def the_last_word_alone_is_left_out():
    def far(E, questions, k):
        U = ones(E)
        return top(U, U[questions[:, 1]] - U[questions[:, 0]] + U[questions[:, 2]], questions[:, 2:], k)

    return search(far=far)


@wrong("neighbours", caught_by="by_cosine", kind="mathematics", several=True)
def the_first_is_dropped_as_the_query():
    def near(E, queries, k):
        E = np.asarray(E, float)
        return np.argsort(-(E[queries] @ E.T), axis=1)[:, 1 : k + 1]

    return search(near=near)


@wrong("neighbours", caught_by="by_cosine", kind="mathematics", several=True)
def the_worst_first():
    return search(near=lambda E, queries, k: right_neighbours(E, queries, k)[:, ::-1])


@wrong("neighbours", caught_by="by_cosine", kind="missing case", several=True)
def the_best_k_in_any_order():
    return search(near=lambda E, queries, k: np.sort(right_neighbours(E, queries, k), axis=1))


@wrong("neighbours", caught_by="by_cosine", kind="mathematics", several=True)
def the_size_of_the_cosine():
    def near(E, queries, k):
        U = ones(E)
        S = np.abs(U[queries] @ U.T)
        S[np.arange(len(queries)), queries] = -1
        return np.argsort(-S, axis=1)[:, :k]

    return search(near=near)


@wrong("neighbours", caught_by="zeros_last", kind="missing case", several=True)
def zeros_in_the_middle():
    return search(near=lambda E, queries, k: right_neighbours(E, queries, k, zeros_last=False))


@wrong("neighbours", caught_by="zeros_last", kind="missing case", several=True)
def zeros_in_the_middle_of_answers():
    return search(far=lambda E, questions, k: right_analogies(E, questions, k, zeros_last=False))


@wrong("neighbours", caught_by="zeros_last", kind="stability", several=True)
def zeros_are_nan_and_come_first():
    def near(E, queries, k):
        with np.errstate(all="ignore"):
            U = E / np.linalg.norm(E, axis=1, keepdims=True)
        S = U[queries] @ U.T
        S[np.arange(len(queries)), queries] = -np.inf
        return np.argsort(S, axis=1)[:, ::-1][:, :k]

    return search(near=near)


@wrong("neighbours", caught_by="neighbours_house", kind="mutation", several=True)
def scales_the_rows_in_place():
    def near(E, queries, k):
        made = right_neighbours(E, queries, k)
        if np.asarray(E).dtype.kind == "f":
            E[...] = ones(E)
        return made

    return search(near=near)


@wrong("neighbours", caught_by="neighbours_house", kind="dtype", several=True)
def whole_numbers_are_rounded():
    def near(E, queries, k):
        E = np.asarray(E)
        return right_neighbours(ones(E).astype(E.dtype), queries, k)

    return search(near=near)


@wrong("neighbours", caught_by="quick", kind="stability", several=True)
def query_by_query_word_by_word():
    def near(E, queries, k):
        U, found = ones(E), []
        for q in queries:
            S = np.array([np.dot(U[w], U[q]) if U[w].any() else -99.0 for w in range(len(U))])
            S[q] = -1e9
            found.append(np.argsort(-S)[:k])
        return np.array(found, int).reshape(len(queries), k)

    return search(near=near)


@right("neighbours", several=True)
def sorted_at_once():
    return search()


@right("neighbours", several=True)
def sums_of_cosines():
    def best(S, out, U, k):
        S = S.copy()
        S[:, ~np.any(U, axis=1)] = -7.0
        np.put_along_axis(S, out, -np.inf, axis=1)
        if k == S.shape[1]:
            return np.argsort(-S, axis=1)
        part = np.argpartition(-S, k - 1, axis=1)[:, :k] if k else np.zeros((len(S), 0), int)
        order = np.argsort(-np.take_along_axis(S, part, axis=1), axis=1)
        return np.take_along_axis(part, order, axis=1)

    def near(E, queries, k):
        U = ones(E)
        return best(U[queries] @ U.T, np.asarray(queries)[:, None], U, k)

    def far(E, questions, k):
        U = ones(E)
        a, b, c = (U[questions[:, j]] @ U.T for j in range(3))
        return best(b - a + c, questions, U, k)

    return search(near, far)


@right("neighbours", several=True)
def one_query_after_another():
    def sort(S, out, U, k):
        S = np.where(np.any(U, axis=1), S, -88.0)
        order = [int(w) for w in np.lexsort((np.arange(len(S)), -S))[: k + 4] if int(w) not in out]
        return order[:k]

    def near(E, queries, k):
        U = ones(E)
        return np.array([sort(U @ U[q], {int(q)}, U, k) for q in queries], int).reshape(len(queries), k)

    def far(E, questions, k):
        U = ones(E)
        rows = [sort(U @ (U[b] - U[a] + U[c]), {int(a), int(b), int(c)}, U, k) for a, b, c in questions]
        return np.array(rows, int).reshape(len(questions), k)

    return search(near, far)


# ------------------------------------------------------------------------------------------- debias
def lengths_of(E):
    """The length of each row, as a column."""
    return np.sqrt((np.asarray(E) ** 2).sum(axis=-1, keepdims=True))


def right_direction(pairs, centre=False, scaled=True, sign=1):
    """A right direction, to vary."""
    pairs = np.asarray(pairs) if np.asarray(pairs).dtype.kind == "f" else np.asarray(pairs, float)
    if scaled:
        pairs = pairs / lengths_of(pairs)
    D = pairs[:, 0] - pairs[:, 1]
    shifted = D - D.mean(axis=0) if centre else D
    g = np.linalg.svd(shifted)[2][0]
    return g * (1 if (D @ g).sum() * sign >= 0 else -1)


def right_debias(E, g, neutral, pairs, again=True, unit_g=True, shared="mean", sides=True, equal=True, scaled=True, height=None):
    """Right vectors, to vary."""
    E = np.asarray(E) if np.asarray(E).dtype.kind == "f" else np.asarray(E, float)
    U = E / lengths_of(E) if scaled else E.copy()
    g = np.asarray(g, U.dtype)
    g = g / lengths_of(g) if unit_g else g
    U = U.copy()
    for i in np.asarray(neutral, int):
        U[i] = U[i] - (U[i] @ g) * g
        U[i] = U[i] / lengths_of(U[i]) if again else U[i]
    for i, j in np.asarray(pairs, int).reshape(-1, 2):
        a, b = float(U[i] @ g), float(U[j] @ g)
        if equal and abs(a - b) < 1e-5 * (U.dtype == np.float32) + 1e-10:
            continue
        rest = (U[i] + U[j]) / 2
        rest = rest - (rest @ g) * g
        if shared == "first":
            rest = U[i] - a * g
        h = np.sqrt(max(1 - rest @ rest, 0)) if height is None else height(rest)
        first = 1 if a > b or not sides else -1
        U[i], U[j] = rest + first * h * g, rest - first * h * g
    return U


def fair(way=right_direction, clean=right_debias):
    """Both names of the exercise."""
    return {"bias_direction": way, "debias": clean}


@wrong("debias", caught_by="common_step", kind="mathematics", several=True, headline=True)
def differences_centred_first():
    return fair(lambda pairs: right_direction(pairs, centre=len(pairs) > 1))


@wrong("debias", caught_by="largest", kind="mathematics", several=True)
def the_mean_difference():
    def way(pairs):
        pairs = np.asarray(pairs) * 1.0 if np.asarray(pairs).dtype.kind != "f" else np.asarray(pairs)
        D = (pairs / lengths_of(pairs))[:, 0] - (pairs / lengths_of(pairs))[:, 1]
        return D.mean(axis=0) / lengths_of(D.mean(axis=0))

    return fair(way)


@wrong("debias", caught_by="largest", kind="mathematics", several=True)
def pairs_as_long_as_they_are():
    return fair(lambda pairs: right_direction(pairs, scaled=False))


@wrong("debias", caught_by="largest", kind="missing case", several=True)
def any_sign():
    return fair(lambda pairs: right_direction(pairs, sign=-1))


@wrong("debias", caught_by="largest", kind="mathematics", several=True)
def vectors_in_place_of_differences():
    def way(pairs):
        pairs = np.asarray(pairs) if np.asarray(pairs).dtype.kind == "f" else np.asarray(pairs, float)
        U = pairs / lengths_of(pairs)
        middle = U.mean(axis=(0, 1))
        g = np.linalg.svd(U.reshape(-1, U.shape[2]) - middle)[2][0]
        return g * (1 if (U[:, 0] - U[:, 1]).sum(axis=0) @ g >= 0 else -1)

    return fair(way)


@wrong("debias", caught_by="neutral_rows", kind="missing case", several=True)
def neutral_rows_not_of_length_one():
    return fair(clean=lambda *handed: right_debias(*handed, again=False))


@wrong("debias", caught_by="neutral_rows", kind="missing case", several=True)
def a_direction_taken_as_long_as_it_is():
    return fair(clean=lambda *handed: right_debias(*handed, unit_g=False))


@wrong("debias", caught_by="neutral_rows", kind="mathematics", several=True)
def divided_by_the_length_of_g_once():
    def clean(E, g, neutral, pairs):
        return right_debias(E, np.asarray(g, float) / np.sqrt(lengths_of(g)), neutral, pairs, unit_g=False)

    return fair(clean=clean)


@wrong("debias", caught_by="pairs_apart", kind="mathematics", several=True)
def entry_by_entry_for_a_length():
    def clean(E, g, neutral, pairs):
        U = right_debias(E, g, neutral, pairs)
        V = np.asarray(E, float) / lengths_of(E)
        h = np.asarray(g, float) / lengths_of(g)
        for i, j in np.asarray(pairs, int).reshape(-1, 2):
            mean = (V[i] + V[j]) / 2
            middle = (mean @ h) * h
            rest = mean - middle
            scale = np.sqrt(abs(1 - rest @ rest))
            for k in (i, j):
                U[k] = rest + scale * ((V[k] @ h) * h - middle) / np.abs(V[k] - rest - middle)
        return U

    return fair(clean=clean)


@wrong("debias", caught_by="pairs_apart", kind="mathematics", several=True)
def the_length_without_a_root():
    return fair(clean=lambda *handed: right_debias(*handed, height=lambda rest: abs(1 - np.sqrt(rest @ rest))))


@wrong("debias", caught_by="pairs_apart", kind="mathematics", several=True)
def the_rest_of_the_first_for_both():
    return fair(clean=lambda *handed: right_debias(*handed, shared="first"))


@wrong("debias", caught_by="pairs_apart", kind="missing case", several=True)
def the_first_always_ahead():
    return fair(clean=lambda *handed: right_debias(*handed, sides=False))


@wrong("debias", caught_by="equal_parts", kind="missing case", several=True)
def pairs_without_sides_pushed_apart():
    return fair(clean=lambda *handed: right_debias(*handed, equal=False))


@wrong("debias", caught_by="pairs_apart", kind="mathematics", several=True)
def a_pair_is_neutralised():
    def clean(E, g, neutral, pairs):
        rows = np.concatenate([np.asarray(neutral, int), np.asarray(pairs, int).ravel()])
        return right_debias(E, g, rows, np.zeros((0, 2), int))

    return fair(clean=clean)


@wrong("debias", caught_by="others_stay", kind="missing case", several=True)
def all_rows_are_neutral():
    def clean(E, g, neutral, pairs):
        rows = np.setdiff1d(np.arange(len(E)), np.asarray(pairs, int).ravel())
        return right_debias(E, g, rows, pairs)

    return fair(clean=clean)


@wrong("debias", caught_by="others_stay", kind="missing case", several=True)
def others_as_long_as_they_were():
    def clean(E, g, neutral, pairs):
        U = right_debias(E, g, neutral, pairs)
        rest = np.setdiff1d(np.arange(len(E)), np.concatenate([np.ravel(neutral), np.ravel(pairs)]))
        U[rest] = np.asarray(E)[rest]
        return U

    return fair(clean=clean)


@wrong("debias", caught_by="debias_house", kind="mutation", several=True)
def cleans_in_place():
    def clean(E, g, neutral, pairs):
        made = right_debias(E, g, neutral, pairs)
        if np.asarray(E).dtype.kind == "f":
            E[...] = made
        return made

    return fair(clean=clean)


@wrong("debias", caught_by="debias_house", kind="dtype", several=True)
def cleaned_in_float64():
    return fair(clean=lambda E, *handed: right_debias(np.asarray(E, float), *handed))


@right("debias", several=True)
def row_by_row():
    return fair()


@right("debias", several=True)
def by_a_matrix_that_projects():
    def way(pairs):
        pairs = np.asarray(pairs) if np.asarray(pairs).dtype.kind == "f" else np.asarray(pairs, float)
        U = pairs / np.linalg.norm(pairs, axis=-1, keepdims=True)
        D = np.diff(U[:, ::-1], axis=1)[:, 0]
        values, turned = np.linalg.eigh(D.T.astype(float) @ D.astype(float))
        g = turned[:, np.argmax(values)]
        return (g * np.sign((D @ g).sum() or 1)).astype(pairs.dtype)

    def clean(E, g, neutral, pairs):
        kind = np.asarray(E).dtype if np.asarray(E).dtype.kind == "f" else np.dtype(float)
        E, g = np.asarray(E, float), np.asarray(g, float)
        U = E / np.linalg.norm(E, axis=1)[:, None]
        away = np.eye(len(g)) - np.outer(g, g) / (g @ g)
        out = U.copy()
        out[neutral] = (U @ away)[neutral]
        out /= np.linalg.norm(out, axis=1)[:, None]
        for i, j in pairs:
            lean = (U[i] - U[j]) @ g / np.linalg.norm(g)
            if not np.isclose(lean, 0, atol=1e-6 if kind == np.float32 else 1e-9):
                rest = (U[i] + U[j]) @ away / 2
                up = np.sign(lean) * np.sqrt(1 - min(rest @ rest, 1)) * g / np.linalg.norm(g)
                out[i], out[j] = rest + up, rest - up
        return out.astype(kind)

    return fair(way, clean)


@right("debias", several=True)
def by_the_books_formula_mended():
    def clean(E, g, neutral, pairs):
        U = right_debias(E, g, neutral, np.zeros((0, 2), int))
        h = np.asarray(g, U.dtype) / lengths_of(g).astype(U.dtype)
        for i, j in np.asarray(pairs, int).reshape(-1, 2):
            mean = (U[i] + U[j]) / 2
            middle = (mean @ h) * h
            rest = mean - middle
            one, two = (U[i] @ h) * h - middle, (U[j] @ h) * h - middle
            if np.linalg.norm(one) < 1e-6:
                continue
            scale = np.sqrt(max(1 - rest @ rest, 0))
            U[i], U[j] = rest + scale * one / np.linalg.norm(one), rest + scale * two / np.linalg.norm(two)
        return U

    return fair(clean=clean)


# ------------------------------------------------------------------------------------------- unseen_words
def means(sentences, vectors):
    """The mean vector of each sentence."""
    there = sentences >= 0
    return np.einsum("ntd,nt->nd", vectors[sentences], there) / np.maximum(there.sum(axis=1, keepdims=True), 1)


def ridge(X, y, penalty):
    """Weights of a ridge regression."""
    C = X - X.mean(axis=0)
    return np.linalg.solve(C.T @ C / len(C) + penalty * np.eye(C.shape[1]), C.T @ (y - y.mean()) / len(C))


def linear(train):
    """An entry whose arrays are one vector of weights."""
    return {"train": train, "appraise": lambda arrays, sentences, vectors: means(sentences, vectors) @ arrays[0]}


@entry("unseen_words", band="nothing")
def the_same_for_all():
    return {
        "train": lambda sentences, good, rated, ratings, vectors, rng: [np.ones(1)],
        "appraise": lambda arrays, sentences, vectors: np.arange(len(sentences)) % 2 * 1e-9,
    }


@entry("unseen_words", band="nothing")
def the_shorter_the_better():
    return {
        "train": lambda sentences, good, rated, ratings, vectors, rng: [np.ones(1)],
        "appraise": lambda arrays, sentences, vectors: -(sentences >= 0).sum(axis=1).astype(float),
    }


@entry("unseen_words", band="baseline")
def a_bag_of_fifty_words():
    """The words with the clearest odds, by number and weight."""

    def train(sentences, good, rated, ratings, vectors, rng):
        size = len(vectors)
        there = np.zeros((2, size))
        for row, side in zip(sentences, good, strict=True):
            there[int(side), np.unique(row[row >= 0])] += 1
        odds = np.log((there[1] + 1) / (there[0] + 1))
        odds[rated] += ratings / 4
        chosen = np.argsort(-np.abs(odds))[:50]
        return [chosen // 729, chosen // 27 % 27, chosen % 27, odds[chosen]]  # three digits: noise of a thousandth moves none

    def appraise(arrays, sentences, vectors):
        digits = [np.rint(part).astype(int) for part in arrays[:3]]
        chosen = digits[0] * 729 + digits[1] * 27 + digits[2]
        table = np.zeros(len(vectors) + 1)
        table[np.clip(chosen, 0, len(vectors) - 1)] = arrays[3]
        return table[sentences].sum(axis=1)

    return {"train": train, "appraise": appraise}


@entry("unseen_words", band="gets going")
def the_first_eight_words_of_a_sentence():
    def train(sentences, good, rated, ratings, vectors, rng):
        X = means(sentences, vectors) / vectors.std(axis=0)
        return [ridge(X, good.astype(float), 0.02) / vectors.std(axis=0)]

    return {"train": train, "appraise": lambda arrays, sentences, vectors: means(sentences[:, :8], vectors) @ arrays[0]}


@entry("unseen_words", band="good")
def sentences_and_a_little_of_the_words():
    def train(sentences, good, rated, ratings, vectors, rng):
        spread = vectors.std(axis=0)
        of_films = ridge(means(sentences, vectors) / spread, good.astype(float), 0.02)
        of_words = ridge(vectors[rated] / spread, ratings, 0.3)
        return [(of_films / np.linalg.norm(of_films) + 0.15 * of_words / np.linalg.norm(of_words)) / spread]

    return linear(train)


@entry("unseen_words", band="excellent")
def ridge_on_words():
    def train(sentences, good, rated, ratings, vectors, rng):
        return [ridge(vectors[rated] / vectors.std(axis=0), ratings, 0.3) / vectors.std(axis=0)]

    return linear(train)


@entry("unseen_words", band="refused")
def a_weight_for_every_word():
    def train(sentences, good, rated, ratings, vectors, rng):
        return [vectors @ ridge(vectors[rated], ratings, 0.3)]

    return {"train": train, "appraise": lambda arrays, sentences, vectors: arrays[0][sentences].mean(axis=1)}
