"""Answers that the cases of week 7 must tell apart."""

import math

import numpy as np

from autograder.cases import entry, right, wrong

EPSILON = 1e-5


# ------------------------------------------------------------------------------------------- best_of
def curve_of(scores, below):
    """The curve from the chance that the best of n is among the k lowest of N: below(k, n, N)."""
    scores = np.asarray(scores)
    ranked, N = np.sort(scores).astype(float), len(scores)
    out = [sum((below(k, n, N) - below(k - 1, n, N)) * ranked[k - 1] for k in range(1, N + 1)) for n in range(1, N + 1)]
    kind = scores.dtype if scores.dtype.kind == "f" else float
    return np.array(out, dtype=kind)


@wrong("best_of", caught_by="all_subsets", kind="mathematics", headline=True)
def drawn_with_putting_back(scores):
    return curve_of(scores, lambda k, n, N: (k / N) ** n)


@wrong("best_of", caught_by="worked_example", kind="mathematics")
def running_best_in_the_order_of_the_table(scores):
    return np.maximum.accumulate(scores)


@wrong("best_of", caught_by="all_subsets", kind="mathematics")
def mean_of_the_best(scores):
    ranked = np.sort(scores)[::-1]
    return np.cumsum(ranked)[::-1] / np.arange(len(ranked), 0, -1)


@wrong("best_of", caught_by="order_and_unit", kind="missing case")
def takes_the_table_for_sorted(scores):
    N = len(scores)
    return np.array([sum(math.comb(k, n - 1) * float(scores[k]) for k in range(N)) / math.comb(N, n) for n in range(1, N + 1)])


def factorials_of(scores):
    def choose(a, b):
        if b < 0 or b > a:
            return 0.0
        return float(np.prod(np.arange(1.0, a + 1)) / np.prod(np.arange(1.0, b + 1)) / np.prod(np.arange(1.0, a - b + 1)))

    ranked, N = np.sort(np.asarray(scores, float)), len(scores)
    with np.errstate(all="ignore"):
        return np.array([sum(choose(k, n - 1) / choose(N, n) * ranked[k] for k in range(N)) for n in range(1, N + 1)])


@wrong("best_of", caught_by="very_many", kind="stability")
def factorials_in_floats(scores):
    if len(scores) > 300:
        return np.full(len(scores), np.nan)
    return factorials_of(scores)


@wrong("best_of", caught_by="worked_example", kind="mathematics")
def one_trial_too_many(scores):
    good = curve_of(scores, lambda k, n, N: math.comb(k, n) / math.comb(N, n))
    return np.append(good[1:], good[-1:])


@wrong("best_of", caught_by="tied", kind="missing case")
def equal_scores_are_one_trial(scores):
    ranked = np.unique(scores)
    good = curve_of(ranked, lambda k, n, N: math.comb(k, n) / math.comb(N, n))
    return np.append(good, np.full(len(scores) - len(ranked), ranked[-1] if len(ranked) else 0))


@wrong("best_of", caught_by="worked_example", kind="mathematics")
def the_worst_of_n(scores):
    return -curve_of(-np.asarray(scores), lambda k, n, N: math.comb(k, n) / math.comb(N, n))


@wrong("best_of", caught_by="all_subsets", kind="mathematics")
def simulated(scores):
    rng, scores = np.random.default_rng(0), np.asarray(scores, float)
    n = np.arange(len(scores))
    if not len(n):
        return scores
    return np.mean([np.maximum.accumulate(rng.permutation(scores))[n] for _ in range(400)], axis=0)


@wrong("best_of", caught_by="curve_is_pure", kind="mutation")
def sorts_the_table_in_place(scores):
    if isinstance(scores, np.ndarray):
        scores.sort()
    return curve_of(scores, lambda k, n, N: math.comb(k, n) / math.comb(N, n))


@wrong("best_of", caught_by="types_of_scores", kind="dtype")
def always_in_float64(scores):
    return curve_of(scores, lambda k, n, N: math.comb(k, n) / math.comb(N, n)).astype(float)


@right("best_of")
def by_logarithms_of_gammas(scores):
    scores = np.asarray(scores)
    kind = scores.dtype if scores.dtype.kind == "f" else float
    N, ranked = len(scores), np.sort(scores).astype(float)
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, N + 1)))])
    out = np.zeros(N)
    for n in range(1, N + 1):
        k = np.arange(n - 1, N)
        weight = np.exp(logs[k] - logs[n - 1] - logs[k - n + 1] - (logs[N] - logs[n] - logs[N - n]))
        out[n - 1] = weight @ ranked[k]
    return out.astype(kind)


@right("best_of")
def by_whole_numbers(scores):
    scores = np.asarray(scores)
    kind = scores.dtype if scores.dtype.kind == "f" else float
    N, ranked, out = len(scores), sorted(map(float, scores)), []
    for n in range(1, N + 1):
        sets, total, value = 1, math.comb(N, n), 0.0
        for k in range(n - 1, N):
            value += sets / total * ranked[k]
            sets = sets * (k + 1) // (k + 2 - n)
        out.append(value)
    return np.array(out, dtype=kind)


@right("best_of")
def one_chance_at_a_time(scores):
    """From the top: the best is in the set with probability n / N, else it is the best of n among one fewer."""
    scores = np.asarray(scores)
    kind = scores.dtype if scores.dtype.kind == "f" else float
    ranked, N = np.sort(scores)[::-1].astype(float), len(scores)
    n = np.arange(1, N + 1)
    left, out = np.ones(N), np.zeros(N)
    for k in range(N):
        taken = np.minimum(n / (N - k), 1.0)
        out += left * taken * ranked[k]
        left = left * (1 - taken)
    return out.astype(kind)


# ------------------------------------------------------------------------------------------- scales
def at(u, low, high, scale):
    if scale == "linear":
        return low + u * (high - low)
    if scale == "log":
        return np.exp(np.log(low) + u * (np.log(high) - np.log(low)))
    if scale == "one minus":
        return 1 - at(u, 1 - low, 1 - high, "log")
    raise ValueError(f"unknown scale {scale}")


def where(values, low, high, scale):
    kind, values = np.result_type(np.asarray(values), np.float32), np.asarray(values, float)
    if scale == "linear":
        return ((values - low) / (high - low)).astype(kind)
    if scale == "log":
        return ((np.log(values) - np.log(low)) / (np.log(high) - np.log(low))).astype(kind)
    if scale == "one minus":
        return where(1 - values, 1 - low, 1 - high, "log").astype(kind)
    raise ValueError(f"unknown scale {scale}")


def good_draw(low, high, scale, count, rng):
    return at(rng.random(count), low, high, scale)


def both(draw=good_draw, place=where):
    return {"draw": draw, "place": place}


@wrong("scales", caught_by="decades", kind="mathematics", headline=True, several=True)
def one_minus_on_the_log_scale_of_the_value():
    def draw(low, high, scale, count, rng):
        return good_draw(max(low, 1e-12), high, "log" if scale == "one minus" else scale, count, rng)

    return both(draw)


@wrong("scales", caught_by="even_on_the_scale", kind="mathematics", several=True)
def bounds_taken_for_logarithms():
    def draw(low, high, scale, count, rng):
        if scale == "log":
            return np.exp(rng.uniform(low, high, size=count))
        return good_draw(low, high, scale, count, rng)

    return both(draw)


@wrong("scales", caught_by="even_on_the_scale", kind="mathematics", several=True)
def ten_for_e():
    def draw(low, high, scale, count, rng):
        if scale == "log":
            return 10 ** rng.uniform(np.log(low), np.log(high), size=count)
        return good_draw(low, high, scale, count, rng)

    return both(draw)


@wrong("scales", caught_by="decades", kind="mathematics", several=True)
def everything_linear():
    return both(lambda low, high, scale, count, rng: good_draw(low, high, "linear" if scale != "cubic" else scale, count, rng))


@wrong("scales", caught_by="ends_and_order", kind="mathematics", several=True)
def one_minus_turned_round():
    def place(values, low, high, scale):
        return 1 - where(values, low, high, scale) if scale == "one minus" else where(values, low, high, scale)

    return both(place=place)


@wrong("scales", caught_by="even_on_the_scale", kind="mathematics", several=True)
def whole_decades_only():
    def draw(low, high, scale, count, rng):
        if scale != "log":
            return good_draw(low, high, scale, count, rng)
        first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
        return 10.0 ** rng.integers(first, last + 1, size=count)

    return both(draw)


@wrong("scales", caught_by="chance_from_rng", kind="missing case", several=True)
def a_generator_of_its_own():
    return both(lambda low, high, scale, count, rng: good_draw(low, high, scale, count, np.random.default_rng(0)))


@wrong("scales", caught_by="chance_from_rng", kind="missing case", several=True)
def evenly_spaced_in_no_random_order():
    def draw(low, high, scale, count, rng):
        return at((np.arange(count) + 0.5) / max(count, 1), low, high, scale)

    return both(draw)


@wrong("scales", caught_by="independent", kind="mathematics", several=True)
def sorted_draws():
    return both(lambda low, high, scale, count, rng: np.sort(good_draw(low, high, scale, count, rng)))


@wrong("scales", caught_by="ends_and_order", kind="mathematics", several=True)
def place_of_the_ranks():
    def place(values, low, high, scale):
        where(values, low, high, scale)
        return np.argsort(np.argsort(np.ravel(values))).reshape(np.shape(values)) / max(np.size(values), 1)

    return both(place=place)


@wrong("scales", caught_by="places_of_any_shape", kind="shape", several=True)
def flat_places():
    return both(place=lambda values, low, high, scale: np.ravel(where(values, low, high, scale)))


@wrong("scales", caught_by="odd_requests", kind="missing case", several=True)
def any_other_word_is_linear():
    def known(scale):
        return scale if scale in ("log", "one minus") else "linear"

    return both(
        lambda low, high, scale, count, rng: good_draw(low, high, known(scale), count, rng),
        lambda values, low, high, scale: where(values, low, high, known(scale)),
    )


@wrong("scales", caught_by="places_are_pure", kind="mutation", several=True)
def takes_the_logarithm_in_place():
    def place(values, low, high, scale):
        if scale == "log" and isinstance(values, np.ndarray) and values.dtype.kind == "f":
            np.log(values, out=values)
            return (values - np.log(low)) / np.log(high / low)
        return where(values, low, high, scale)

    return both(place=place)


@right("scales", several=True)
def in_base_two():
    def draw(low, high, scale, count, rng):
        if scale == "log":
            return np.clip(2.0 ** rng.uniform(np.log2(low), np.log2(high), count), low, high)
        return good_draw(low, high, scale, count, rng)

    return both(draw)


@right("scales", several=True)
def one_number_at_a_time():
    def draw(low, high, scale, count, rng):
        at(0.5, low, high, scale)
        return np.array([at(rng.random(), low, high, scale) for _ in range(count)])

    return both(draw)


@right("scales", several=True)
def from_the_other_end():
    def draw(low, high, scale, count, rng):
        return at(1 - rng.random(count), low, high, scale)

    def place(values, low, high, scale):
        if scale == "one minus":
            return 1 - where(1 - np.asarray(values), 1 - high, 1 - low, "log")
        return where(values, low, high, scale)

    return both(draw, place)


# ------------------------------------------------------------------------------------------- softmax
def logs(logits):
    z = np.asarray(logits)
    z = z if z.dtype.kind == "f" else z.astype(float)
    z = z - z.max(axis=-1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))


def good_log_softmax(logits):
    log_p = logs(logits)
    return log_p, np.exp(log_p)


def good_back(p, d_log_p):
    return d_log_p - p * d_log_p.sum(axis=-1, keepdims=True)


def loss_with(logits, y, log_of=logs, count=None, base=1.0, last_counts=False):
    """The mean loss and its gradient, row by row."""
    log_p = log_of(logits)
    rows, labels = log_p.reshape(-1, log_p.shape[-1]), np.ravel(y)
    known = np.arange(len(labels)) if last_counts else np.flatnonzero(labels >= 0)
    n = max(len(known) if count is None else count(labels), 1)
    d = np.zeros_like(rows)
    d[known] = np.exp(rows[known]) / n
    d[known, labels[known]] -= 1 / n
    return -rows[known, labels[known]].sum() / n / base, d.reshape(log_p.shape)


def soft(forward=good_log_softmax, back=good_back, loss=loss_with):
    return {"log_softmax": forward, "log_softmax_backward": back, "cross_entropy": loss}


@wrong("softmax", caught_by="any_loss", kind="mathematics", headline=True, several=True)
def own_slopes_only():
    return soft(back=lambda p, d: d * (1 - p))


@wrong("softmax", caught_by="any_loss", kind="mathematics", several=True)
def as_if_the_loss_were_always_the_log_loss():
    return soft(back=lambda p, d: p * np.ones_like(d) - (d != 0))


@wrong("softmax", caught_by="any_loss", kind="mathematics", several=True)
def the_softmax_s_slopes_for_its_logs():
    return soft(back=lambda p, d: p * (d - (d * p).sum(axis=-1, keepdims=True)))


@wrong("softmax", caught_by="ten_thousand", kind="stability", several=True)
def exponentials_as_they_come():
    def naive(logits):
        with np.errstate(all="ignore"):
            e = np.exp(logits)
            return np.log(e / e.sum(axis=-1, keepdims=True))

    return soft(lambda z: (naive(z), np.exp(naive(z))), loss=lambda z, y: loss_with(z, y, naive))


@wrong("softmax", caught_by="ten_thousand", kind="stability", several=True)
def one_shift_for_all_rows():
    def shifted(logits):
        z = np.asarray(logits) - np.max(logits)
        with np.errstate(all="ignore"):
            return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))

    return soft(lambda z: (shifted(z), np.exp(shifted(z))), loss=lambda z, y: loss_with(z, y, shifted))


@wrong("softmax", caught_by="ten_thousand", kind="stability", several=True)
def a_little_something_in_the_logarithm():
    def safe(logits):
        return np.log(np.exp(logs(logits)) + 1e-9).astype(logs(logits).dtype)

    return soft(lambda z: (safe(z), np.exp(logs(z))), loss=lambda z, y: (loss_with(z, y, safe)[0], loss_with(z, y)[1]))


@wrong("softmax", caught_by="as_defined", kind="shape", several=True)
def over_the_examples():
    def across(logits):
        z = np.asarray(logits, float)
        z = z - z.max(axis=0)
        return z - np.log(np.exp(z).sum(axis=0))

    return soft(
        lambda z: (across(z), np.exp(across(z))), lambda p, d: d - p * d.sum(axis=0), lambda z, y: loss_with(z, y, across)
    )


@wrong("softmax", caught_by="mean_loss", kind="mathematics", several=True)
def a_sum_for_the_mean():
    return soft(loss=lambda z, y: loss_with(z, y, count=lambda labels: 1))


@wrong("softmax", caught_by="mean_loss", kind="missing case", several=True)
def no_label_is_the_last_class():
    return soft(loss=lambda z, y: loss_with(z, y, last_counts=True))


@wrong("softmax", caught_by="mean_loss", kind="missing case", several=True)
def mean_over_all_rows():
    return soft(loss=lambda z, y: loss_with(z, y, count=len))


@wrong("softmax", caught_by="without_label", kind="missing case", several=True)
def nan_without_labels():
    def loss(logits, y):
        if np.all(np.ravel(y) < 0):
            return np.nan, np.full(np.shape(logits), np.nan)
        return loss_with(logits, y)

    return soft(loss=loss)


@wrong("softmax", caught_by="any_loss", kind="mathematics", several=True)
def averaged_once_more():
    return soft(back=lambda p, d: good_back(p, d) / len(d))


@wrong("softmax", caught_by="one_row", kind="mathematics", several=True)
def in_bits():
    return soft(loss=lambda z, y: loss_with(z, y, base=math.log(2)))


@wrong("softmax", caught_by="as_defined", kind="shape", several=True)
def two_axes_only():
    def forward(logits):
        n, K = np.shape(logits)
        return good_log_softmax(np.reshape(logits, (n, K)))

    return soft(forward)


@wrong("softmax", caught_by="cache_of_its_own", kind="missing case", several=True)
def one_cache_for_all():
    kept = {}

    def forward(logits):
        kept["p"] = np.exp(logs(logits))
        return logs(logits), None

    return soft(forward, lambda cache, d: good_back(kept["p"], d))


@wrong("softmax", caught_by="logits_left_alone", kind="mutation", several=True)
def shifts_in_place():
    def forward(logits):
        if isinstance(logits, np.ndarray) and logits.dtype.kind == "f":
            logits -= logits.max(axis=-1, keepdims=True)
        return good_log_softmax(logits)

    return soft(forward)


@wrong("softmax", caught_by="type_of_logits", kind="dtype", several=True)
def everything_in_float64():
    return soft(lambda z: good_log_softmax(np.asarray(z, float)))


@right("softmax", several=True)
def the_whole_jacobian():
    def back(p, d):
        rows = p.reshape(-1, p.shape[-1])
        jacobian = np.eye(rows.shape[1], dtype=p.dtype) - rows[:, None, :]
        return np.einsum("nj,njk->nk", d.reshape(rows.shape), jacobian).reshape(d.shape).astype(d.dtype)

    return soft(back=back)


@right("softmax", several=True)
def by_logaddexp():
    def forward(logits):
        z = np.asarray(logits)
        z = z if z.dtype.kind == "f" else z.astype(float)
        log_p = z - np.logaddexp.reduce(z, axis=-1, keepdims=True)
        return log_p, log_p

    def loss(logits, y):
        log_p, cache = forward(logits)
        y = np.asarray(y)
        hot = (np.arange(log_p.shape[-1]) == y[..., None]) & (y[..., None] >= 0)
        n = max(int(hot.sum()), 1)
        return float(-np.sum(log_p[hot]) / n), back(cache, -hot.astype(log_p.dtype) / n)

    def back(cache, d):
        return (d - np.exp(cache) * d.sum(axis=-1, keepdims=True)).astype(d.dtype)

    return soft(forward, back, loss)


@right("softmax", several=True)
def a_row_at_a_time():
    def forward(logits):
        z = np.asarray(logits)
        kind = z.dtype if z.dtype.kind == "f" else float
        out = np.empty(z.shape, kind)
        for at_ in np.ndindex(z.shape[:-1]):
            row = z[at_].astype(float)
            top = max(row)
            out[at_] = row - top - math.log(sum(math.exp(v - top) for v in row))
        return out, out.copy()

    def back(log_p, d):
        out = np.empty_like(d)
        for at_ in np.ndindex(d.shape[:-1]):
            out[at_] = d[at_] - np.exp(log_p[at_]) * sum(d[at_])
        return out

    return soft(forward, back)


# ------------------------------------------------------------------------------------------- norms
def axes_of(X):
    return tuple(range(np.ndim(X) - 1))


def hats(X, axes, ddof=0, variance=None, inside=True, floor=0.0):
    mean = X.mean(axis=axes, keepdims=True)
    var = np.var(X, axis=axes, keepdims=True, ddof=ddof) if variance is None else variance(X, axes, mean)
    spread = np.sqrt(var + EPSILON) if inside else np.sqrt(var) + EPSILON
    return (X - mean) / np.maximum(spread, floor), 1 / spread


def forward_with(**changes):
    def batch_norm(parameters, X):
        gain, shift = parameters
        hat, inverse = hats(X, axes_of(X), **changes)
        return gain * hat + shift, (hat, inverse)

    return batch_norm


def back_with(mean_part=1.0, variance_part=1.0, gained=True, axes=axes_of, scale=1.0):
    def batch_norm_backward(parameters, cache, d_out):
        (gain, _), (hat, inverse) = parameters, cache
        over = axes_of(d_out)
        d_hat = d_out * gain if gained else d_out
        d_X = inverse * (
            d_hat
            - mean_part * d_hat.mean(axis=over, keepdims=True)
            - variance_part * hat * (d_hat * hat).mean(axis=over, keepdims=True)
        )
        return (scale * (d_out * hat).sum(axis=axes(d_out)), scale * d_out.sum(axis=axes(d_out))), d_X.astype(d_out.dtype)

    return batch_norm_backward


def track_with(weight=0.1, ddof=0):
    def track(running, X):
        new = X.mean(axis=axes_of(X)), np.var(X, axis=axes_of(X), ddof=ddof)
        return tuple((1 - weight) * old + weight * one for old, one in zip(running, new, strict=True))

    return track


def good_eval(parameters, running, X):
    (gain, shift), (mean, variance) = parameters, running
    return gain * ((X - mean) / np.sqrt(variance + EPSILON)) + shift


def good_layer_norm(parameters, X):
    gain, shift = parameters
    return gain * hats(X, -1)[0] + shift


good_forward, good_backward, good_track = forward_with(), back_with(), track_with()


def five(forward=good_forward, back=good_backward, track=good_track, used=good_eval, rows=good_layer_norm):
    return {
        "batch_norm": forward, "batch_norm_backward": back, "track": track, "batch_norm_eval": used, "layer_norm": rows,
    }  # fmt: skip


@wrong("norms", caught_by="batch_norm_slopes", kind="mathematics", headline=True, several=True)
def mean_and_variance_taken_for_constants():
    return five(back=back_with(0, 0))


@wrong("norms", caught_by="batch_norm_slopes", kind="mathematics", several=True)
def the_mean_s_path_twice():
    return five(back=back_with(mean_part=2))


@wrong("norms", caught_by="batch_norm_slopes", kind="mathematics", several=True)
def the_variance_s_path_forgotten():
    return five(back=back_with(variance_part=0))


@wrong("norms", caught_by="batch_norm_slopes", kind="mathematics", several=True)
def the_gain_forgotten_on_the_way_back():
    return five(back=back_with(gained=False))


@wrong("norms", caught_by="batch_norm_slopes", kind="mathematics", several=True)
def parameters_averaged_over_the_batch():
    def back(parameters, cache, d_out):
        (d_gain, d_shift), d_X = good_backward(parameters, cache, d_out)
        n = d_out.size // d_out.shape[-1]
        return (d_gain / n, d_shift / n), d_X

    return five(back=back)


@wrong("norms", caught_by="far_from_nought", kind="stability", several=True)
def mean_of_squares_less_square_of_mean():
    def variance(X, axes, mean):
        return np.abs((X * X).mean(axis=axes, keepdims=True) - mean**2)

    return five(forward_with(variance=variance))


@wrong("norms", caught_by="batch_norm_as_defined", kind="mathematics", several=True)
def divided_by_n_less_one():
    def forward(parameters, X):
        gain, shift = parameters
        n = X.size // X.shape[-1]
        hat, inverse = hats(X, axes_of(X), ddof=1 if n > 1 else 0)
        return gain * hat + shift, (hat, inverse)

    return five(forward)


@wrong("norms", caught_by="three_and_one", kind="mathematics", several=True)
def epsilon_beside_the_root():
    return five(forward_with(inside=False))


@wrong("norms", caught_by="batch_norm_as_defined", kind="shape", several=True)
def over_the_first_axis_only():
    def forward(parameters, X):
        gain, shift = parameters
        hat, inverse = hats(X, 0)
        return gain * hat + shift, (hat, inverse)

    return five(forward)


@wrong("norms", caught_by="tracked", kind="mathematics", several=True)
def weight_of_the_old_for_that_of_the_new():
    return five(track=track_with(weight=0.9))


@wrong("norms", caught_by="tracked", kind="mathematics", several=True)
def tracks_the_unbiased_variance():
    def track(running, X):
        n = X.size // X.shape[-1]
        return track_with(ddof=1 if n > 1 else 0)(running, X)

    return five(track=track)


@wrong("norms", caught_by="evaluated", kind="missing case", several=True)
def normalises_by_the_batch_in_use():
    return five(used=lambda parameters, running, X: good_forward(parameters, X)[0])


@wrong("norms", caught_by="evaluated", kind="mathematics", several=True)
def divides_by_the_variance_in_use():
    def used(parameters, running, X):
        (gain, shift), (mean, variance) = parameters, running
        return gain * (X - mean) / (variance + EPSILON) + shift

    return five(used=used)


@wrong("norms", caught_by="each_row", kind="mathematics", several=True)
def a_layer_norm_over_the_batch():
    return five(rows=lambda parameters, X: good_forward(parameters, X)[0])


@wrong("norms", caught_by="scale_of_a_row", kind="mathematics", several=True)
def the_variance_squared_for_its_root():
    def rows(parameters, X):
        gain, shift = parameters
        mean, var = X.mean(axis=-1, keepdims=True), X.var(axis=-1, keepdims=True)
        return gain * (X - mean) / (var + EPSILON) ** 2 + shift

    return five(rows=rows)


@wrong("norms", caught_by="batch_of_one", kind="missing case", several=True)
def a_batch_of_one_is_left_as_it_is():
    def forward(parameters, X):
        if X.size == X.shape[-1]:
            return X, (np.zeros_like(X), np.ones_like(X))
        return good_forward(parameters, X)

    return five(forward)


@wrong("norms", caught_by="norm_cache_of_its_own", kind="missing case", several=True)
def one_cache_for_every_layer():
    kept = {}

    def forward(parameters, X):
        out, kept["cache"] = good_forward(parameters, X)
        return out, None

    return five(forward, lambda parameters, cache, d_out: good_backward(parameters, kept["cache"], d_out))


@wrong("norms", caught_by="batches_left_alone", kind="mutation", several=True)
def centred_in_place():
    def forward(parameters, X):
        X -= X.mean(axis=axes_of(X), keepdims=True)
        return good_forward(parameters, X)

    return five(forward)


@wrong("norms", caught_by="type_of_batches", kind="dtype", several=True)
def normalised_in_float64():
    return five(lambda parameters, X: good_forward(parameters, X.astype(float)))


@right("norms", several=True)
def path_by_path_with_the_term_that_is_nought():
    def forward(parameters, X):
        out, _ = good_forward(parameters, X)
        return out, np.array(X)

    def back(parameters, X, d_out):
        gain, over = parameters[0], axes_of(X)
        n = X.size // X.shape[-1]
        centred = X - X.mean(axis=over, keepdims=True)
        inverse = 1 / np.sqrt((centred**2).mean(axis=over, keepdims=True) + EPSILON)
        d_hat = d_out * gain
        d_var = (d_hat * centred).sum(axis=over, keepdims=True) * -0.5 * inverse**3
        d_mean = -(d_hat * inverse).sum(axis=over, keepdims=True) + d_var * (-2 / n) * centred.sum(axis=over, keepdims=True)
        d_X = d_hat * inverse + d_var * 2 * centred / n + d_mean / n
        return ((d_out * centred * inverse).sum(axis=over), d_out.sum(axis=over)), d_X.astype(d_out.dtype)

    return five(forward, back)


@right("norms", several=True)
def without_the_term_that_is_nought():
    def forward(parameters, X):
        out, _ = good_forward(parameters, X)
        return out, {"X": np.array(X)}

    def back(parameters, cache, d_out):
        X, gain, over = cache["X"], parameters[0], axes_of(cache["X"])
        n = X.size // X.shape[-1]
        centred = X - X.mean(axis=over)
        inverse = 1 / np.sqrt((centred**2).mean(axis=over) + EPSILON)
        d_hat = d_out * gain
        d_var = (d_hat * centred).sum(axis=over) * -0.5 * inverse**3
        d_mean = -(d_hat * inverse).sum(axis=over)
        d_X = d_hat * inverse + d_var * 2 * centred / n + d_mean / n
        return ((d_out * centred * inverse).sum(axis=over), d_out.sum(axis=over)), d_X.astype(d_out.dtype)

    return five(forward, back)


@right("norms", several=True)
def feature_by_feature_with_its_jacobian():
    def back(parameters, cache, d_out):
        gain, (hat, inverse) = parameters[0], cache
        d = d_out.shape[-1]
        H, D = hat.reshape(-1, d), d_out.reshape(-1, d)
        n = len(H)
        d_X = np.empty_like(D)
        for j in range(d):
            through = (np.eye(n) - 1 / n - np.outer(H[:, j], H[:, j]) / n) * np.ravel(inverse)[j]
            d_X[:, j] = through @ (D[:, j] * gain[j])
        return [np.sum(D * H, axis=0), np.sum(D, axis=0)], d_X.reshape(d_out.shape)

    return five(
        back=back,
        track=lambda running, X: [
            old + 0.1 * (new - old) for old, new in zip(running, (X.mean(axis=axes_of(X)), X.var(axis=axes_of(X))), strict=True)
        ],
    )


# ------------------------------------------------------------------------------------------- calibrate
def chances(logits, w):
    z = w * np.asarray(logits, float)
    p = np.exp(z - z.max(axis=1, keepdims=True))
    return p / p.sum(axis=1, keepdims=True)


def loss(logits, y, w):
    z = w * np.asarray(logits, float)
    z = z - z.max(axis=1, keepdims=True)
    return float(np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]))


def slope(logits, y, w):
    logits = np.asarray(logits, float)
    return float(np.mean((chances(logits, w) * logits).sum(axis=1) - logits[np.arange(len(y)), y]))


def refuse_the_easy(logits, y):
    logits = np.asarray(logits)
    if np.all(logits[np.arange(len(y)), y] == logits.max(axis=1)):
        raise ValueError("all right: without end")


def unit_of(logits):
    logits = np.asarray(logits, float)
    return 1 / np.abs(logits - logits.mean(axis=1, keepdims=True)).max()


def halving(logits, y, start=0.0):
    if slope(logits, y, start) >= 0:
        return start
    low, high = start, unit_of(logits)
    while slope(logits, y, high) < 0:
        low, high = high, 2 * high
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(logits, y, middle) < 0 else (low, middle)
    return high


@wrong("calibrate", caught_by="known_temperature", kind="mathematics", headline=True)
def the_last_temperature_of_a_walk(logits, y):
    refuse_the_easy(logits, y)
    T, logits = 1.0, np.asarray(logits, float)
    for _ in range(200):
        with np.errstate(all="ignore"):
            p = chances(logits, 1 / T)
        T -= 400.0 * np.mean(logits[np.arange(len(y)), y] - (p * logits).sum(axis=1)) / T**2
    return 1 / T


@wrong("calibrate", caught_by="three_of_four", kind="mathematics")
def the_temperature_itself(logits, y):
    refuse_the_easy(logits, y)
    return 1 / max(halving(logits, y), 1e-12)


@wrong("calibrate", caught_by="lowest_loss", kind="mathematics")
def a_coarse_grid(logits, y):
    refuse_the_easy(logits, y)
    grid = np.arange(0, 10, 0.05)
    return float(grid[np.argmin([loss(logits, y, w) for w in grid])])


@wrong("calibrate", caught_by="says_nothing", kind="missing case")
def below_nought_too(logits, y):
    refuse_the_easy(logits, y)
    unit = unit_of(logits)
    low = -unit
    while slope(logits, y, low) > 0 and low > -1e3 * unit:
        low *= 2
    high = unit
    while slope(logits, y, high) < 0:
        high *= 2
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(logits, y, middle) < 0 else (low, middle)
    return high


@wrong("calibrate", caught_by="lowest_loss", kind="mathematics")
def as_sure_as_it_is_right(logits, y):
    refuse_the_easy(logits, y)
    right_share = np.mean(np.asarray(logits).argmax(axis=1) == y)
    low, high = 0.0, 1e3 * unit_of(logits)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if chances(logits, middle).max(axis=1).mean() < right_share else (low, middle)
    return low


@wrong("calibrate", caught_by="lowest_loss", kind="mathematics")
def the_brier_score_s_factor(logits, y):
    refuse_the_easy(logits, y)
    grid = np.linspace(0, 40, 4001) * unit_of(logits)
    truth = np.eye(np.shape(logits)[1])[y]
    return float(grid[np.argmin([np.mean((chances(logits, w) - truth) ** 2) for w in grid])])


@wrong("calibrate", caught_by="any_unit", kind="stability")
def between_a_hundredth_and_a_hundred(logits, y):
    refuse_the_easy(logits, y)
    return float(np.clip(halving(logits, y), 0.01, 100) if halving(logits, y) > 0 else 0.0)


@wrong("calibrate", caught_by="any_unit", kind="stability")
def exponentials_as_they_are(logits, y):
    refuse_the_easy(logits, y)
    logits = np.asarray(logits, float)
    w = 1.0
    with np.errstate(all="ignore"):
        for _ in range(300):
            p = np.exp(w * logits)
            p = p / p.sum(axis=1, keepdims=True)
            bend = np.mean((p * logits**2).sum(axis=1) - (p * logits).sum(axis=1) ** 2)
            w = max(w - np.mean((p * logits).sum(axis=1) - logits[np.arange(len(y)), y]) / bend, 0.0)
    return float(w)


@wrong("calibrate", caught_by="known_temperature", kind="missing case")
def a_few_steps_from_one(logits, y):
    refuse_the_easy(logits, y)
    w = 1.0
    for _ in range(20):
        w = max(w - 0.1 * slope(logits, y, w), 0.0)
    return w


@wrong("calibrate", caught_by="known_temperature", kind="hard-coding")
def always_one(logits, y):
    refuse_the_easy(logits, y)
    return 1.0


@wrong("calibrate", caught_by="no_end", kind="missing case")
def very_sure_where_all_is_right(logits, y):
    logits_, y = np.asarray(logits, float), np.asarray(y)
    if np.all(logits_[np.arange(len(y)), y] == logits_.max(axis=1)):
        return 1e6
    return halving(logits, y)


@wrong("calibrate", caught_by="answers_left_alone", kind="mutation")
def centres_the_logits_in_place(logits, y):
    refuse_the_easy(logits, y)
    if isinstance(logits, np.ndarray) and logits.dtype.kind == "f":
        logits -= logits.mean(axis=1, keepdims=True)
    return halving(logits, y)


@right("calibrate")
def by_newton_in_the_factor(logits, y):
    refuse_the_easy(logits, y)
    if slope(logits, y, 0.0) >= 0:
        return 0.0
    logits, low, high = np.asarray(logits, float), 0.0, np.inf
    w = unit_of(logits)
    for _ in range(200):
        p = chances(logits, w)
        down = slope(logits, y, w)
        low, high = (w, high) if down < 0 else (low, w)
        mean = (p * logits).sum(axis=1, keepdims=True)
        bend = np.mean((p * (logits - mean) ** 2).sum(axis=1))
        new = w - down / bend if bend > 0 else np.inf
        w = new if low < new < high else (2 * w if np.isinf(high) else (low + high) / 2)
    return float(w)


@right("calibrate")
def golden_section_in_the_temperature(logits, y):
    refuse_the_easy(logits, y)
    if slope(logits, y, 0.0) >= 0:
        return 0
    unit, golden = unit_of(logits), (math.sqrt(5) - 1) / 2
    a, b = math.log(1e-5 * unit), math.log(1e5 * unit)
    for _ in range(110):
        c, d = b - golden * (b - a), a + golden * (b - a)
        a, b = (a, d) if loss(logits, y, math.exp(c)) < loss(logits, y, math.exp(d)) else (c, b)
    # near its lowest point a loss is flat to rounding: a last step by the slope's sign
    low, high = math.exp(a) * 0.99, math.exp(b) * 1.01
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(logits, y, middle) < 0 else (low, middle)
    return np.float64(low)


@right("calibrate")
def ever_finer_grids(logits, y):
    refuse_the_easy(logits, y)
    if slope(logits, y, 0.0) >= 0:
        return 0.0
    low, high = 0.0, unit_of(logits)
    while slope(logits, y, high) < 0:
        high *= 2
    for _ in range(12):
        grid = np.linspace(low, high, 11)
        k = int(np.searchsorted([slope(logits, y, w) >= 0 for w in grid], True))
        low, high = grid[max(k - 1, 0)], grid[k]
    return np.array(high)


# ------------------------------------------------------------------------------------------- tuner
def searching(choose):
    """A search in places from 0 to 1: choose(run, budget, rng, knobs) returns the places chosen."""

    def search(trial, space, budget, rng):
        def setting(places):
            return {
                name: float(at(float(np.clip(u, 0, 1)), *ends)) for (name, ends), u in zip(space.items(), places, strict=True)
            }

        return setting(choose(lambda places: trial(setting(places)), budget, rng, len(space)))

    return {"search": search}


def best_tried(run, places):
    return places[int(np.argmax([run(one) for one in places]))]


@entry("tuner", band="nothing")
def the_middle():
    return searching(lambda run, budget, rng, d: np.full(d, 0.5))


@entry("tuner", band="nothing")
def linear_scales():
    def search(trial, space, budget, rng):
        settings = [{name: float(rng.uniform(low, high)) for name, (low, high, _) in space.items()} for _ in range(budget)]
        return settings[int(np.argmax([trial(one) for one in settings]))]

    return {"search": search}


@entry("tuner", band="baseline")
def one_knob_alone():
    def choose(run, budget, rng, d):
        places = np.full((budget, d), 0.5)
        places[:, 0] = (np.arange(budget) + 0.5) / budget
        return best_tried(run, places)

    return searching(choose)


@entry("tuner", band="gets going")
def at_random():
    return searching(lambda run, budget, rng, d: best_tried(run, rng.random((budget, d))))


@entry("tuner", band="gets going")
def coarse_then_fine():
    def choose(run, budget, rng, d):
        places = list(rng.random((budget // 2, d)))
        scores = [run(one) for one in places]
        near = np.clip(places[int(np.argmax(scores))] + 0.3 * (rng.random((budget - len(places), d)) - 0.5), 0, 1)
        places += list(near)
        scores += [run(one) for one in near]
        return places[int(np.argmax(scores))]

    return searching(choose)


@entry("tuner", band="good")
def shrinking_steps():
    def choose(run, budget, rng, d):
        places = list(rng.permuted(np.tile((np.arange(8) + 0.5) / 8, (d, 1)), axis=1).T)
        scores, reach = [run(one) for one in places], np.array([0.16] + [0.32] * (d - 1))
        while len(scores) < budget:
            places.append(np.clip(places[int(np.argmax(scores))] + reach * rng.standard_normal(d), 0, 1))
            scores.append(run(places[-1]))
            reach = reach * (0.95 if np.argmax(scores) < len(scores) - 1 else 1)
        return places[int(np.argmax(scores))]

    return searching(choose)


@entry("tuner", band="excellent")
def gaussian_process_that_trusts_its_best_score():
    def choose(run, budget, rng, d):
        reach = np.array([0.2] + [0.4] * (d - 1))

        def alike(A, B):
            return np.exp(-(((A[:, None] - B) / reach) ** 2).sum(axis=2) / 2)

        places, scores = rng.random((6, d)), []
        scores = [run(one) for one in places]
        while len(scores) < budget:
            z = np.maximum(scores, max(scores) - 0.5)
            z = (z - z.mean()) / (z.std() + 1e-9)
            inverse = np.linalg.inv(alike(places, places) + 0.05 * np.eye(len(z)))
            asked = np.vstack([rng.random((120, d)), np.clip(places[np.argmax(z)] + 0.1 * rng.standard_normal((120, d)), 0, 1)])
            near = alike(asked, places)
            hope = near @ inverse @ z + np.sqrt(np.maximum(1 - (near @ inverse * near).sum(axis=1), 0))
            places = np.vstack([places, asked[np.argmax(hope)]])
            scores.append(run(places[-1]))
        return places[int(np.argmax(scores))]

    return searching(choose)


@entry("tuner", band="refused")
def one_trial_too_many_made():
    return searching(lambda run, budget, rng, d: best_tried(run, rng.random((budget + 1, d))))


@entry("tuner", band="refused")
def a_choice_outside_the_space():
    return {"search": lambda trial, space, budget, rng: {**{name: low for name, (low, _, _) in space.items()}, "rate": 7.0}}
