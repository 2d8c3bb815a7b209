"""Programs for week 7, written from its contracts alone."""

import math

import numpy as np

from autograder.cases import program

_EPSILON = 1e-5


def _kind(*arrays):
    return np.result_type(*arrays, np.float32)


# ---------------------------------------------------------------- best_of


def _curve(scores, below):
    """The curve from `below(k, n, N)`: the chance that n trials all lie among the k lowest."""
    ranked = np.sort(np.asarray(scores, np.float64))
    N = len(ranked)
    k = np.arange(N + 1)
    curve = np.array([np.diff(below(k, n, N)) @ ranked for n in range(1, N + 1)])
    return curve.astype(_kind(np.asarray(scores)))


def _different(k, n, N):
    chance = np.ones(N + 1)
    for drawn in range(n):
        chance = chance * np.maximum(k - drawn, 0) / (N - drawn)
    return chance


def _best(scores):
    scores = np.asarray(scores)
    ranked = np.sort(scores.astype(np.float64))
    N = len(ranked)
    n = np.arange(1, N + 1)
    best = np.zeros(N)
    for k in range(1, N + 1):
        share = n / k
        best = np.where(n <= k, share * ranked[k - 1] + (1 - share) * best, 0.0)
    return best.astype(_kind(scores))


@program("best_of")
def b_best_product_of_fractions(scores):
    scores = np.asarray(scores)
    ranked = np.sort(scores.astype(np.float64))
    N = len(ranked)
    k = np.arange(N + 1)
    below = np.ones(N + 1)
    curve = np.empty(N)
    for drawn in range(N):
        below = below * np.maximum(k - drawn, 0) / (N - drawn)
        curve[drawn] = np.diff(below) @ ranked
    return curve.astype(_kind(scores))


@program("best_of")
def b_best_adds_one_trial_after_the_other(scores):
    return _best(scores)


@program("best_of")
def b_best_by_logs_of_factorials(scores):
    scores = np.asarray(scores)
    ranked = sorted(float(s) for s in scores)
    N = len(ranked)
    curve = []
    for n in range(1, N + 1):
        all_sets = math.lgamma(N + 1) - math.lgamma(n + 1) - math.lgamma(N - n + 1)
        terms = []
        for k in range(n, N + 1):
            sets = math.lgamma(k) - math.lgamma(n) - math.lgamma(k - n + 1)
            terms.append(math.exp(sets - all_sets) * ranked[k - 1])
        curve.append(math.fsum(terms))
    return np.array(curve, dtype=_kind(scores))


@program("best_of", breaks="the n trials are different ones")
def b_best_with_putting_back(scores):
    return _curve(scores, lambda k, n, N: (k / N) ** n)


@program("best_of", breaks="entry n - 1 belongs to n trials")
def b_best_one_trial_too_many(scores):
    curve = _best(scores)
    return np.concatenate([curve[1:], curve[-1:]])


@program("best_of", breaks="scores may come in any order, every set is equally likely")
def b_best_so_far(scores):
    scores = np.asarray(scores)
    return np.maximum.accumulate(scores.astype(_kind(scores)))


@program("best_of", breaks="the curve is exact, nothing is drawn at random")
def b_best_mean_over_shuffled_nights(scores):
    scores = np.asarray(scores)
    kind = _kind(scores)
    rng = np.random.default_rng(0)
    nights = [np.maximum.accumulate(rng.permutation(scores)) for _ in range(1000)]
    return np.mean(nights, axis=0).astype(kind)


@program("best_of", breaks="equal scores are different trials all the same")
def b_best_equal_scores_count_once(scores):
    scores = np.asarray(scores)
    curve = _best(np.unique(scores))
    return np.concatenate([curve, np.repeat(curve[-1:], len(scores) - len(curve))])


@program("best_of", breaks="it works for 500 trials (factorials in floats overflow)")
def b_best_factorials_overflow(scores):
    scores = np.asarray(scores)
    ranked = np.sort(scores.astype(np.float64))
    N = len(ranked)
    factorial = np.cumprod(np.concatenate([[1.0], np.arange(1.0, N + 1)]))
    curve = []
    for n in range(1, N + 1):
        sets = factorial[n - 1 : N] / factorial[n - 1] / factorial[: N - n + 1]
        all_sets = factorial[N] / factorial[n] / factorial[N - n]
        curve.append(sets / all_sets @ ranked[n - 1 :])
    return np.array(curve, dtype=_kind(scores))


@program("best_of", breaks="floats keep their type")
def b_best_always_float64(scores):
    return _best(np.asarray(scores, np.float64))


@program("best_of", breaks="what is given stays as it was")
def b_best_sorts_the_callers_array(scores):
    scores.sort()
    return _best(scores)


@program("best_of", breaks="it is the best score, the highest one")
def b_best_takes_the_lowest(scores):
    scores = np.asarray(scores)
    return -_best(-scores.astype(_kind(scores)))


@program("best_of", breaks="the expected score is a mean by probabilities, which sum to one")
def b_best_divides_by_all_trials_each_time(scores):
    def below(k, n, N):
        chance = np.ones(N + 1)
        for drawn in range(n):
            chance = chance * np.maximum(k - drawn, 0) / N
        return chance

    return _curve(scores, below)


@program("best_of", breaks="any size: no trial gives an empty curve")
def b_best_starts_with_the_first_trial(scores):
    curve = _best(scores)
    return np.concatenate([[np.mean(scores, dtype=np.float64)], curve[1:]]).astype(curve.dtype)


@program("best_of", breaks="whole numbers are taken as floats")
def b_best_in_an_array_of_the_scores_type(scores):
    curve = np.empty_like(scores)
    curve[:] = _best(scores)
    return curve


@program("best_of", breaks="the curve is exact (a quantile of the scores is not the mean of the best)")
def b_best_by_quantiles(scores):
    scores = np.asarray(scores)
    if not len(scores):
        return _best(scores)
    n = np.arange(1, len(scores) + 1)
    return np.quantile(scores.astype(np.float64), n / (n + 1)).astype(_kind(scores))


@program("best_of", breaks="scores are any numbers (negative ones lose their sign's share)")
def b_best_integrates_from_nought_upwards(scores):
    scores = np.asarray(scores)
    return _best(np.maximum(scores, 0).astype(_kind(scores)))


@program("best_of", breaks="every set of n of the trials is equally likely, not only sets of neighbours")
def b_best_of_neighbouring_trials(scores):
    scores = np.asarray(scores)
    N = len(scores)
    curve = [np.mean([np.max(scores[i : i + n]) for i in range(N - n + 1)], dtype=np.float64) for n in range(1, N + 1)]
    return np.array(curve, dtype=_kind(scores))


_curves = {}


@program("best_of", breaks="nothing is remembered between two calls")
def b_best_keeps_the_curve_for_each_length(scores):
    return _curves.setdefault(len(scores), _best(scores)).copy()


# ---------------------------------------------------------------- scales


def _value(u, low, high, scale):
    if scale == "linear":
        return low + u * (high - low)
    if scale == "log":
        return low * (high / low) ** u
    if scale == "one minus":
        return 1 - (1 - low) * ((1 - high) / (1 - low)) ** u
    raise ValueError(f"no such scale: {scale}")


def _draw(low, high, scale, count, rng):
    return _value(rng.random(count), low, high, scale)


def _place64(values, low, high, scale):
    v = np.asarray(values, np.float64)
    if scale == "linear":
        return (v - low) / (high - low)
    if scale == "log":
        return np.log(v / low) / np.log(high / low)
    if scale == "one minus":
        return np.log((1 - v) / (1 - low)) / np.log((1 - high) / (1 - low))
    raise ValueError(f"no such scale: {scale}")


def _place(values, low, high, scale):
    return _place64(values, low, high, scale).astype(_kind(np.asarray(values)))


def _scales(draw=_draw, place=_place):
    return {"draw": draw, "place": place}


@program("scales", several=True)
def b_scales_by_factors():
    return _scales()


@program("scales", several=True)
def b_scales_by_a_warp_and_its_inverse():
    warps = {
        "linear": (lambda v: v, lambda t: t),
        "log": (np.log, np.exp),
        "one minus": (lambda v: -np.log(1 - v), lambda t: 1 - np.exp(-t)),
    }

    def find(scale):
        if scale not in warps:
            raise ValueError(f"unknown scale {scale!r}")
        return warps[scale]

    def draw(low, high, scale, count, rng):
        there, back = find(scale)
        return back(rng.uniform(there(low), there(high), size=count))

    def place(values, low, high, scale):
        there, _ = find(scale)
        values = np.asarray(values)
        warped = there(values.astype(np.float64))
        share = (warped - there(low)) / (there(high) - there(low))
        return np.asarray(share).astype(_kind(values))

    return _scales(draw, place)


@program("scales", several=True)
def b_scales_one_value_at_a_time():
    def draw(low, high, scale, count, rng):
        if scale not in ("linear", "log", "one minus"):
            raise ValueError(f"{scale} is none of linear, log, one minus")
        drawn = []
        for _ in range(count):
            u = rng.random()
            if scale == "linear":
                drawn.append((1 - u) * low + u * high)
            elif scale == "log":
                drawn.append(10 ** ((1 - u) * math.log10(low) + u * math.log10(high)))
            else:
                drawn.append(1 - 2 ** ((1 - u) * math.log2(1 - high) + u * math.log2(1 - low)))
        return np.array(drawn, dtype=np.float64)

    return _scales(draw)


@program("scales", several=True, breaks="on log every decade is as likely as the next")
def b_scales_log_drawn_evenly_in_the_value():
    def draw(low, high, scale, count, rng):
        return _draw(low, high, "linear" if scale == "log" else scale, count, rng)

    return _scales(draw)


@program("scales", several=True, breaks="on one minus every decade of the distance to 1 is as likely as the next")
def b_scales_log_of_the_momentum_itself():
    def as_log(scale):
        return "log" if scale == "one minus" else scale

    def draw(low, high, scale, count, rng):
        return _draw(low, high, as_log(scale), count, rng)

    def place(values, low, high, scale):
        return _place(values, low, high, as_log(scale))

    return _scales(draw, place)


@program("scales", several=True, breaks="low has place 0 and high has place 1")
def b_scales_one_minus_runs_backwards():
    def place(values, low, high, scale):
        u = _place(values, low, high, scale)
        return 1 - u if scale == "one minus" else u

    return _scales(place=place)


@program("scales", several=True, breaks="draws lie from low to high (this gives the distance to 1 and not the value)")
def b_scales_draws_the_distance():
    def draw(low, high, scale, count, rng):
        drawn = _draw(low, high, scale, count, rng)
        return 1 - drawn if scale == "one minus" else drawn

    return _scales(draw)


@program("scales", several=True, breaks="draws fill their scale evenly, not only whole powers of ten")
def b_scales_only_powers_of_ten():
    def draw(low, high, scale, count, rng):
        if scale != "log":
            return _draw(low, high, scale, count, rng)
        decades = max(round(math.log10(high / low)), 1)
        return _value(rng.integers(0, decades + 1, size=count) / decades, low, high, "log")

    return _scales(draw)


@program("scales", several=True, breaks="draws are independent: one number serves for all")
def b_scales_one_draw_for_all():
    def draw(low, high, scale, count, rng):
        return np.full(count, _value(rng.random(), low, high, scale))

    return _scales(draw)


@program("scales", several=True, breaks="draws are independent: one falls in each stretch of the scale")
def b_scales_one_draw_in_each_stretch():
    def draw(low, high, scale, count, rng):
        u = (rng.permutation(count) + rng.random(count)) / max(count, 1)
        return _value(u, low, high, scale)

    return _scales(draw)


@program("scales", several=True, breaks="draws are independent: they come in order of size")
def b_scales_sorted_draws():
    def draw(low, high, scale, count, rng):
        return np.sort(_draw(low, high, scale, count, rng))

    return _scales(draw)


@program("scales", several=True, breaks="all chance comes from rng, not from NumPy's global generator")
def b_scales_global_chance():
    def draw(low, high, scale, count, rng):
        return _value(np.random.random(count), low, high, scale)

    return _scales(draw)


@program("scales", several=True, breaks="all chance comes from rng, not from a seed of one's own")
def b_scales_always_seed_nought():
    def draw(low, high, scale, count, rng):
        return _draw(low, high, scale, count, np.random.default_rng(0))

    return _scales(draw)


@program("scales", several=True, breaks="another scale is a ValueError (here it is taken for linear)")
def b_scales_unknown_is_linear():
    def known(scale):
        return scale if scale in ("log", "one minus") else "linear"

    def draw(low, high, scale, count, rng):
        return _draw(low, high, known(scale), count, rng)

    def place(values, low, high, scale):
        return _place(values, low, high, known(scale))

    return _scales(draw, place)


@program("scales", several=True, breaks="the ValueError names the scale")
def b_scales_error_without_the_name():
    def draw(low, high, scale, count, rng):
        if scale not in ("linear", "log", "one minus"):
            raise ValueError("unknown scale")
        return _draw(low, high, scale, count, rng)

    def place(values, low, high, scale):
        if scale not in ("linear", "log", "one minus"):
            raise ValueError("unknown scale")
        return _place(values, low, high, scale)

    return _scales(draw, place)


@program("scales", several=True, breaks="another scale is a ValueError, also in place (here a KeyError)")
def b_scales_key_error_in_place():
    def place(values, low, high, scale):
        kinds = {"linear": "linear", "log": "log", "one minus": "one minus"}
        return _place(values, low, high, kinds[scale])

    return _scales(place=place)


@program("scales", several=True, breaks="values may have any shape")
def b_scales_place_lays_values_flat():
    def place(values, low, high, scale):
        return _place(np.ravel(values), low, high, scale)

    return _scales(place=place)


@program("scales", several=True, breaks="floats keep their type")
def b_scales_place_always_float64():
    return _scales(place=_place64)


@program("scales", several=True, breaks="high has place 1 (here the number of decades)")
def b_scales_place_counts_decades():
    def place(values, low, high, scale):
        if scale != "log":
            return _place(values, low, high, scale)
        values = np.asarray(values)
        return np.log10(values.astype(np.float64) / low).astype(_kind(values))

    return _scales(place=place)


@program("scales", several=True, breaks="whole numbers are taken as floats")
def b_scales_place_in_the_values_type():
    def place(values, low, high, scale):
        values = np.asarray(values)
        return _place(values, low, high, scale).astype(values.dtype)

    return _scales(place=place)


@program("scales", several=True, breaks="what is given stays as it was")
def b_scales_place_works_in_the_callers_array():
    def place(values, low, high, scale):
        places = _place(values, low, high, scale)
        if isinstance(values, np.ndarray) and values.dtype.kind == "f":
            values[...] = places
            return values
        return places

    return _scales(place=place)


@program("scales", several=True, breaks="draws fill their scale evenly, from end to end")
def b_scales_draws_near_the_middle():
    def draw(low, high, scale, count, rng):
        return _value(np.clip(rng.normal(0.5, 0.2, size=count), 0, 1), low, high, scale)

    return _scales(draw)


@program("scales", several=True, breaks="equally likely stretches are equally long")
def b_scales_place_is_linear_on_log():
    def place(values, low, high, scale):
        return _place(values, low, high, "linear" if scale == "log" else scale)

    return _scales(place=place)


# ---------------------------------------------------------------- softmax


def _logs(z, axis=-1):
    """The logs of the softmax in float64."""
    z = np.asarray(z, np.float64)
    moved = z - z.max(axis=axis, keepdims=True)
    return moved - np.log(np.exp(moved).sum(axis=axis, keepdims=True))


def _log_softmax(logits):
    log_p = _logs(logits)
    return log_p.astype(_kind(np.asarray(logits))), np.exp(log_p)


def _log_softmax_backward(p, d_log_p):
    g = np.asarray(d_log_p)
    return (g - p * g.sum(axis=-1, keepdims=True, dtype=np.float64)).astype(_kind(g))


def _loss_and_gradient(logits, y, count=None, mean=True):
    logits, y = np.asarray(logits), np.asarray(y)
    kind, K = _kind(logits), logits.shape[-1]
    log_p = _logs(logits).reshape(-1, K)
    flat = y.reshape(-1).astype(np.int64)
    rows = np.nonzero(flat >= 0)[0]
    n = max(len(rows), 1) if count is None else max(count(y), 1)
    loss = -log_p[rows, flat[rows]].sum() / n
    d = np.zeros_like(log_p)
    d[rows] = np.exp(log_p[rows])
    d[rows, flat[rows]] -= 1
    if mean:
        d = d / n
    return kind.type(loss), d.reshape(logits.shape).astype(kind)


def _softmax(forward=_log_softmax, backward=_log_softmax_backward, cross_entropy=_loss_and_gradient):
    return {"log_softmax": forward, "log_softmax_backward": backward, "cross_entropy": cross_entropy}


@program("softmax", several=True)
def b_softmax_moved_by_each_rows_largest():
    return _softmax()


@program("softmax", several=True)
def b_softmax_by_logaddexp_and_backward():
    def log_softmax(logits):
        z = np.asarray(logits)
        log_p = z.astype(np.float64) - np.logaddexp.reduce(z.astype(np.float64), axis=-1, keepdims=True)
        return log_p.astype(_kind(z)), z.copy()

    def log_softmax_backward(cache, d_log_p):
        z = cache.astype(np.float64)
        p = np.exp(z - np.logaddexp.reduce(z, axis=-1, keepdims=True))
        g = np.asarray(d_log_p)
        return (g - p * g.astype(np.float64).sum(axis=-1)[..., None]).astype(_kind(g))

    def cross_entropy(logits, y):
        log_p, cache = log_softmax(logits)
        y = np.asarray(y)
        known = y != -1
        chosen = (np.arange(log_p.shape[-1]) == y[..., None]) & known[..., None]
        n = np.count_nonzero(known)
        if n == 0:
            return log_p.dtype.type(0), np.zeros_like(log_p)
        loss = -np.sum(log_p, where=chosen, dtype=np.float64) / n
        return log_p.dtype.type(loss), log_softmax_backward(cache, np.where(chosen, -1 / n, 0.0).astype(log_p.dtype))

    return _softmax(log_softmax, log_softmax_backward, cross_entropy)


@program("softmax", several=True)
def b_softmax_row_by_row_with_a_closure():
    def one(row):
        top = max(row)
        total = math.log(math.fsum(math.exp(v - top) for v in row))
        return [v - top - total for v in row]

    def log_softmax(logits):
        logits = np.asarray(logits)
        rows = logits.astype(np.float64).reshape(-1, logits.shape[-1])
        log_p = np.array([one(list(row)) for row in rows], dtype=np.float64).reshape(logits.shape)

        def back(g):
            jacobian = np.eye(logits.shape[-1]) - np.exp(log_p)[..., None, :]
            return np.einsum("...j,...jk->...k", g, jacobian)

        return log_p.astype(_kind(logits)), back

    def log_softmax_backward(cache, d_log_p):
        g = np.asarray(d_log_p)
        return cache(g.astype(np.float64)).astype(_kind(g))

    return _softmax(log_softmax, log_softmax_backward)


@program("softmax", several=True, breaks="the way back is right for any loss (only each logit's own slope is kept)")
def b_softmax_only_its_own_slope():
    def backward(p, d_log_p):
        g = np.asarray(d_log_p)
        return (g * (1 - p)).astype(_kind(g))

    return _softmax(backward=backward)


@program("softmax", several=True, breaks="the way back is right for any loss, not for the log-loss alone")
def b_softmax_backward_as_if_for_the_log_loss():
    def backward(p, d_log_p):
        g = np.asarray(d_log_p)
        return (g + p).astype(_kind(g))

    return _softmax(backward=backward)


@program("softmax", several=True, breaks="logits of 10,000 are no problem (no shift at all)")
def b_softmax_without_a_shift():
    def forward(logits):
        z = np.asarray(logits)
        e = np.exp(z.astype(np.float64))
        total = e.sum(axis=-1, keepdims=True)
        return (z - np.log(total)).astype(_kind(z)), e / total

    return _softmax(forward)


@program("softmax", several=True, breaks="rows of very different size beside each other are no problem")
def b_softmax_one_shift_for_all_rows():
    def forward(logits):
        z = np.asarray(logits)
        moved = z.astype(np.float64) - np.max(z, initial=-1e30)
        total = np.exp(moved).sum(axis=-1, keepdims=True)
        return (moved - np.log(total)).astype(_kind(z)), np.exp(moved) / total

    return _softmax(forward)


@program("softmax", several=True, breaks="logits of 10,000 are no problem (the log of a quotient is -inf)")
def b_softmax_log_of_the_quotient():
    def forward(logits):
        p = np.exp(_logs(logits))
        return np.log(p).astype(_kind(np.asarray(logits))), p

    return _softmax(forward)


@program("softmax", several=True, breaks="log_p holds the logs of the probabilities, small ones too (they are clipped)")
def b_softmax_clipped_probabilities():
    def forward(logits):
        p = np.exp(_logs(logits))
        return np.log(np.clip(p, 1e-12, 1)).astype(_kind(np.asarray(logits))), p

    return _softmax(forward)


@program("softmax", several=True, breaks="along the last axis")
def b_softmax_along_axis_one():
    def forward(logits):
        z = np.asarray(logits)
        log_p = _logs(z, axis=min(1, z.ndim - 1))
        return log_p.astype(_kind(z)), np.exp(log_p)

    return _softmax(forward)


@program("softmax", several=True, breaks="an example without a label does not count in the mean")
def b_softmax_unlabelled_examples_in_the_mean():
    return _softmax(cross_entropy=lambda logits, y: _loss_and_gradient(logits, y, count=np.size))


@program("softmax", several=True, breaks="a label of -1 means that there is none (here it is the last class)")
def b_softmax_minus_one_is_the_last_class():
    def cross_entropy(logits, y):
        return _loss_and_gradient(logits, np.asarray(y) % np.shape(logits)[-1])

    return _softmax(cross_entropy=cross_entropy)


@program("softmax", several=True, breaks="without any label both are 0")
def b_softmax_nan_without_any_label():
    def cross_entropy(logits, y):
        loss, d_logits = _loss_and_gradient(logits, y)
        if not np.any(np.asarray(y) >= 0):
            return loss * np.nan, d_logits * np.nan
        return loss, d_logits

    return _softmax(cross_entropy=cross_entropy)


@program("softmax", several=True, breaks="d_logits is the gradient of the mean (here of the sum)")
def b_softmax_gradient_of_the_sum():
    return _softmax(cross_entropy=lambda logits, y: _loss_and_gradient(logits, y, mean=False))


@program("softmax", several=True, breaks="labels have the shape (...): the mean is over all examples, not the first axis")
def b_softmax_mean_over_the_first_axis_alone():
    def labelled_sequences(y):
        return np.count_nonzero((y >= 0).any(axis=tuple(range(1, y.ndim)))) if y.ndim else 1

    return _softmax(cross_entropy=lambda logits, y: _loss_and_gradient(logits, y, count=labelled_sequences))


@program("softmax", several=True, breaks="an example without a label does not count in the gradient")
def b_softmax_unlabelled_examples_pull():
    def cross_entropy(logits, y):
        loss, d_logits = _loss_and_gradient(logits, y)
        n = np.count_nonzero(np.asarray(y) >= 0)
        without = (np.asarray(y) < 0)[..., None]
        d_logits = np.where(without & (n > 0), np.exp(_logs(logits)) / max(n, 1), d_logits)
        return loss, d_logits.astype(_kind(np.asarray(logits)))

    return _softmax(cross_entropy=cross_entropy)


@program("softmax", several=True, breaks="floats keep their type")
def b_softmax_always_float64():
    def cross_entropy(logits, y):
        return _loss_and_gradient(np.asarray(logits, np.float64), y)

    return _softmax(lambda logits: _log_softmax(np.asarray(logits, np.float64)), cross_entropy=cross_entropy)


_last_p = []


@program("softmax", several=True, breaks="nothing is remembered between two calls (the way back is that of the last call)")
def b_softmax_remembers_the_last_call():
    def forward(logits):
        log_p, p = _log_softmax(logits)
        _last_p[:] = [p]
        return log_p, None

    def backward(cache, d_log_p):
        return _log_softmax_backward(_last_p[0], d_log_p)

    return _softmax(forward, backward)


@program("softmax", several=True, breaks="what is given stays as it was (the logits)")
def b_softmax_moves_the_callers_logits():
    def forward(logits):
        if isinstance(logits, np.ndarray) and logits.dtype.kind == "f":
            logits -= logits.max(axis=-1, keepdims=True)
        return _log_softmax(logits)

    return _softmax(forward)


@program("softmax", several=True, breaks="what is given stays as it was (the gradient that comes in)")
def b_softmax_backward_in_place():
    def backward(p, d_log_p):
        d_log_p -= (p * d_log_p.sum(axis=-1, keepdims=True)).astype(d_log_p.dtype)
        return d_log_p

    return _softmax(backward=backward)


@program("softmax", several=True, breaks="the logs are natural ones")
def b_softmax_logs_to_base_two():
    def forward(logits):
        log_p, p = _log_softmax(logits)
        return (log_p / np.log(2)).astype(log_p.dtype), p

    return _softmax(forward)


# ---------------------------------------------------------------- calibrate


def _gaps(logits, y):
    """Each logit less its row's label's, and whether all labels are on top."""
    z = np.asarray(logits, np.float64)
    y = np.asarray(y).astype(np.int64)
    gaps = z - z[np.arange(len(y)), y][:, None]
    return gaps, bool(np.all(gaps <= 0))


def _slope(w, gaps):
    s = w * gaps
    e = np.exp(s - s.max(axis=1, keepdims=True))
    return np.mean((e * gaps).sum(axis=1) / e.sum(axis=1))


def _bisect(slope, unit, halvings=200):
    if slope(0.0) >= 0:
        return 0.0
    low, high = 0.0, unit
    while slope(high) < 0:
        low, high = high, 2 * high
    for _ in range(halvings):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) < 0 else (low, middle)
    return float((low + high) / 2)


def _factor(logits, y):
    gaps, on_top = _gaps(logits, y)
    if on_top:
        raise ValueError("every label has the largest logit of its row: a larger factor is always better")
    return _bisect(lambda w: _slope(w, gaps), 1 / np.abs(gaps).max())


@program("calibrate")
def b_calibrate_by_halving(logits, y):
    return _factor(logits, y)


@program("calibrate")
def b_calibrate_by_newton_within_a_bracket(logits, y):
    gaps, on_top = _gaps(logits, y)
    if on_top:
        raise ValueError("no lowest point: each label is its row's largest logit, so any larger factor is better")
    unit = np.abs(gaps).max()
    g = gaps / unit
    if _slope(0.0, g) >= 0:
        return 0.0
    low, high = 0.0, 1.0
    while _slope(high, g) < 0:
        low, high = high, 2 * high
    w = high
    for _ in range(300):
        s = w * g
        p = np.exp(s - s.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        mean = (p * g).sum(axis=1)
        first, second = mean.mean(), ((p * g**2).sum(axis=1) - mean**2).mean()
        low, high = (w, high) if first < 0 else (low, w)
        step = w - first / second if second > 0 else -1.0
        w = step if low < step < high else (low + high) / 2
    return float(w / unit)


@program("calibrate")
def b_calibrate_by_zooming_into_a_grid(logits, y):
    gaps, on_top = _gaps(logits, y)
    if on_top:
        raise ValueError("all labels have the largest logit, a larger factor is always better")
    if _slope(0.0, gaps) >= 0:
        return 0.0
    high = 1 / np.ptp(gaps)
    while _slope(high, gaps) < 0:
        high *= 3
    low = 0.0
    for _ in range(25):
        grid = np.linspace(low, high, 17)
        rising = [_slope(w, gaps) >= 0 for w in grid]
        first = max(rising.index(True) if True in rising else 16, 1)
        low, high = grid[first - 1], grid[first]
    return float(high)


@program("calibrate", breaks="it returns w = 1 / T, not T")
def b_calibrate_returns_the_temperature(logits, y):
    w = _factor(logits, y)
    return 1 / w if w > 0 else 0.0


@program("calibrate", breaks="exact also if all logits are a thousand times smaller or larger (a fixed step downhill)")
def b_calibrate_walks_with_a_fixed_step(logits, y):
    gaps, on_top = _gaps(logits, y)
    if on_top:
        raise ValueError("every label has the largest logit: a larger factor is always better")
    w = 1.0
    for _ in range(2000):
        w = max(w - 0.1 * _slope(w, gaps), 0.0)
    return float(w)


@program("calibrate", breaks="exact also if all logits are a thousand times smaller (the bracket ends at 20)")
def b_calibrate_halves_a_fixed_bracket(logits, y):
    gaps, on_top = _gaps(logits, y)
    if on_top:
        raise ValueError("every label has the largest logit: a larger factor is always better")
    low, high = 0.0, 20.0
    if _slope(0.0, gaps) >= 0:
        return 0.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if _slope(middle, gaps) < 0 else (low, middle)
    return float(low)


@program("calibrate", breaks="exact to a thousandth of itself (a grid of temperatures)")
def b_calibrate_best_of_a_grid_of_temperatures(logits, y):
    w = _factor(logits, y)
    if w == 0:
        return 0.0
    gaps, _ = _gaps(logits, y)
    near = 2.0 ** np.round(np.log2(w))
    grid = near * np.linspace(0.5, 2, 31)
    losses = [np.mean(np.logaddexp.reduce(g * gaps, axis=1)) for g in grid]
    return float(grid[np.argmin(losses)])


@program("calibrate", breaks="w is never negative: where no positive factor helps, it is 0")
def b_calibrate_turns_the_rankings_over(logits, y):
    gaps, _ = _gaps(logits, y)
    w = _factor(logits, y)
    if w > 0 or np.all(gaps >= 0):
        return w
    return -_bisect(lambda v: -_slope(-v, gaps), 1 / np.abs(gaps).max())


@program("calibrate", breaks="if every label has the largest logit it raises a ValueError (here a huge factor)")
def b_calibrate_huge_factor_for_a_perfect_net(logits, y):
    _, on_top = _gaps(logits, y)
    return 1e6 if on_top else _factor(logits, y)


@program("calibrate", breaks="what it raises is a ValueError")
def b_calibrate_assertion_for_a_perfect_net(logits, y):
    _, on_top = _gaps(logits, y)
    assert not on_top, "every label has the largest logit: a larger factor is always better"
    return _factor(logits, y)


@program("calibrate", breaks="it raises only if every label has the largest logit of its row")
def b_calibrate_gives_up_on_nearly_perfect_nets(logits, y):
    gaps, _ = _gaps(logits, y)
    if np.mean(np.all(gaps <= 0, axis=1)) >= 0.9:
        raise ValueError("the labels have the largest logits: a larger factor is always better")
    return _factor(logits, y)


@program("calibrate", breaks="the mean log-loss is lowest (here confidence equals the share that is right)")
def b_calibrate_closes_the_gap_alone(logits, y):
    gaps, on_top = _gaps(logits, y)
    if on_top:
        raise ValueError("every label has the largest logit: a larger factor is always better")
    right = np.mean(np.all(gaps <= 0, axis=1))

    def confidence_less_right(w):
        s = w * gaps
        return np.mean(1 / np.exp(s - s.max(axis=1, keepdims=True)).sum(axis=1)) - right

    return _bisect(confidence_less_right, 1 / np.abs(gaps).max()) if right < 1 else _factor(logits, y)


@program("calibrate", breaks="logits a thousand times larger (exp without a shift overflows)")
def b_calibrate_overflows(logits, y):
    z = np.asarray(logits, np.float64)
    y = np.asarray(y).astype(np.int64)
    _, on_top = _gaps(logits, y)
    if on_top:
        raise ValueError("every label has the largest logit: a larger factor is always better")

    def slope(w):
        e = np.exp(w * z)
        return np.mean((e * z).sum(axis=1) / e.sum(axis=1) - z[np.arange(len(y)), y])

    return _bisect(slope, 1.0)


@program("calibrate", breaks="the mean log-loss is lowest (here the squared error of the probabilities)")
def b_calibrate_lowest_squared_error(logits, y):
    w = _factor(logits, y)
    gaps, _ = _gaps(logits, y)
    one = np.zeros_like(gaps)
    one[np.arange(len(gaps)), np.asarray(y).astype(np.int64)] = 1
    grid = w * np.linspace(0, 4, 4001)
    return float(min(grid, key=lambda v: np.sum((np.exp(_logs(v * gaps)) - one) ** 2)))


@program("calibrate", breaks="exact to a thousandth of itself (it stops at a bracket of 0.001)")
def b_calibrate_stops_at_a_thousandth(logits, y):
    w = _factor(logits, y)
    return float(0.002 * np.floor(w / 0.002) + 0.001) if w > 0 else 0.0


@program("calibrate", breaks="where no positive factor helps, it is 0 (here a small positive number stands in)")
def b_calibrate_never_quite_nought(logits, y):
    return max(_factor(logits, y), 0.01 / np.abs(_gaps(logits, y)[0]).max())


@program("calibrate", breaks="where no positive factor helps, it is 0 (here a ValueError)")
def b_calibrate_complains_about_useless_logits(logits, y):
    w = _factor(logits, y)
    if w == 0:
        raise ValueError("no positive factor helps")
    return w


@program("calibrate", breaks="what is given stays as it was")
def b_calibrate_moves_the_callers_logits(logits, y):
    if isinstance(logits, np.ndarray) and logits.dtype.kind == "f":
        logits -= logits.max(axis=1, keepdims=True)
    return _factor(logits, y)


@program("calibrate", breaks="logits are (n, K), not two classes alone")
def b_calibrate_looks_at_two_classes_alone(logits, y):
    z, y = np.asarray(logits, np.float64), np.asarray(y)
    two = np.stack([z[:, 0], z[:, 1:].max(axis=1)], axis=1) if z.shape[1] > 2 else z
    return _factor(two, (y > 0).astype(int))


@program("calibrate", breaks="labels drawn from the softmax of logits / T lead back to 1 / T (a pull towards 1)")
def b_calibrate_pulled_towards_one(logits, y):
    w = _factor(logits, y)
    return float(np.sqrt(w))


@program("calibrate", breaks="the mean log-loss is lowest, also for a timid net, whose factor is above 1")
def b_calibrate_never_beyond_one(logits, y):
    return min(_factor(logits, y), 1.0)


# ---------------------------------------------------------------- norms


def _over_batch(X):
    return tuple(range(np.ndim(X) - 1))


def _statistics(X, ddof=0, axes=None):
    X = np.asarray(X, np.float64)
    axes = _over_batch(X) if axes is None else axes
    n = int(np.prod([X.shape[a] for a in axes]))
    mean = X.sum(axis=axes, keepdims=True) / max(n, 1)
    variance = ((X - mean) ** 2).sum(axis=axes, keepdims=True) / max(n - ddof, 1)
    return mean, variance


def _batch_norm(parameters, X, ddof=0, axes=None):
    gain, shift = parameters
    kind = _kind(np.asarray(X), np.asarray(gain), np.asarray(shift))
    mean, variance = _statistics(X, ddof, axes)
    rate = 1 / np.sqrt(variance + _EPSILON)
    hat = (np.asarray(X, np.float64) - mean) * rate
    return (gain * hat + shift).astype(kind), (hat, rate, kind)


def _gains(cache, d_out):
    hat, _, kind = cache
    g = np.asarray(d_out, np.float64)
    axes = _over_batch(g)
    return (g * hat).sum(axis=axes).astype(kind), g.sum(axis=axes).astype(kind)


def _batch_norm_backward(parameters, cache, d_out, with_mean=True, with_variance=True, with_gain=True):
    hat, rate, kind = cache
    g = np.asarray(d_out, np.float64)
    axes, n = _over_batch(g), max(math.prod(g.shape[:-1]), 1)
    d_hat = g * parameters[0] if with_gain else g
    d_X = d_hat
    if with_mean:
        d_X = d_X - d_hat.sum(axis=axes) / n
    if with_variance:
        d_X = d_X - hat * ((d_hat * hat).sum(axis=axes) / n)
    return _gains(cache, d_out), (d_X * rate).astype(kind)


def _track(running, X, new=0.1, ddof=0):
    X = np.asarray(X)
    d = X.shape[-1]
    made = []
    for old, now in zip(running, _statistics(X, ddof), strict=True):
        made.append(((1 - new) * np.asarray(old, np.float64) + new * now.reshape(d)).astype(_kind(np.asarray(old), X)))
    return tuple(made)


def _batch_norm_eval(parameters, running, X):
    gain, shift = (np.asarray(p) for p in parameters)
    mean, variance = (np.asarray(r) for r in running)
    kind = _kind(gain, shift, mean, variance, np.asarray(X))
    rate = 1 / np.sqrt(variance.astype(np.float64) + _EPSILON)
    return ((np.asarray(X, np.float64) - mean) * rate * gain + shift).astype(kind)


def _layer_norm(parameters, X):
    return _batch_norm(parameters, X, axes=(np.ndim(X) - 1,))[0]


def _norms(
    batch_norm=_batch_norm,
    batch_norm_backward=_batch_norm_backward,
    track=_track,
    batch_norm_eval=_batch_norm_eval,
    layer_norm=_layer_norm,
):
    return {
        "batch_norm": lambda parameters, X: batch_norm(parameters, X),
        "batch_norm_backward": lambda parameters, cache, d_out: batch_norm_backward(parameters, cache, d_out),
        "track": lambda running, X: track(running, X),
        "batch_norm_eval": batch_norm_eval,
        "layer_norm": layer_norm,
    }


@program("norms", several=True)
def b_norms_two_means_taken_away():
    return _norms()


@program("norms", several=True)
def b_norms_by_variance_then_mean_then_input():
    def batch_norm(parameters, X):
        return _batch_norm(parameters, X)[0], {"X": np.array(X, np.float64), "kind": _kind(np.asarray(X), *parameters)}

    def backward(parameters, cache, d_out):
        X, kind = cache["X"].reshape(-1, cache["X"].shape[-1]), cache["kind"]
        g = np.asarray(d_out, np.float64).reshape(X.shape)
        n = max(len(X), 1)
        away = X - X.sum(axis=0) / n
        root = np.sqrt((away**2).sum(axis=0) / n + _EPSILON)
        d_hat = g * parameters[0]
        d_variance = -0.5 * (d_hat * away).sum(axis=0) / root**3
        d_mean = -d_hat.sum(axis=0) / root - 2 * d_variance * away.sum(axis=0) / n
        d_X = d_hat / root + 2 * d_variance * away / n + d_mean / n
        d_gain, d_shift = (g * away / root).sum(axis=0), g.sum(axis=0)
        return (d_gain.astype(kind), d_shift.astype(kind)), d_X.reshape(np.shape(d_out)).astype(kind)

    return _norms(batch_norm, backward)


@program("norms", several=True)
def b_norms_feature_by_feature_with_the_whole_jacobian():
    def backward(parameters, cache, d_out):
        hat, rate, kind = cache
        d = hat.shape[-1]
        flat, rates = hat.reshape(-1, d), rate.reshape(d)
        g = np.asarray(d_out, np.float64).reshape(-1, d)
        n = len(flat)
        d_X = np.zeros_like(flat)
        for j in range(d):
            jacobian = rates[j] * (np.eye(n) - 1 / max(n, 1) - np.outer(flat[:, j], flat[:, j]) / max(n, 1))
            d_X[:, j] = parameters[0][j] * (jacobian @ g[:, j])
        return ((g * flat).sum(axis=0).astype(kind), g.sum(axis=0).astype(kind)), d_X.reshape(hat.shape).astype(kind)

    def layer_norm(parameters, X):
        X = np.asarray(X)
        rows = X.astype(np.float64).reshape(-1, X.shape[-1])
        made = [(row - row.mean()) / math.sqrt(row.var() + _EPSILON) * parameters[0] + parameters[1] for row in rows]
        return np.array(made, np.float64).reshape(X.shape).astype(_kind(X, *parameters))

    return _norms(batch_norm_backward=backward, layer_norm=layer_norm)


@program("norms", several=True, breaks="the gradient is that of the layer: mean and variance are no constants")
def b_norms_statistics_as_constants():
    def backward(parameters, cache, d_out):
        return _batch_norm_backward(parameters, cache, d_out, with_mean=False, with_variance=False)

    return _norms(batch_norm_backward=backward)


@program("norms", several=True, breaks="the gradient is that of the layer: the path through the variance counts")
def b_norms_variance_as_a_constant():
    def backward(parameters, cache, d_out):
        return _batch_norm_backward(parameters, cache, d_out, with_variance=False)

    return _norms(batch_norm_backward=backward)


@program("norms", several=True, breaks="the gradient in X passes through the gain")
def b_norms_backward_forgets_the_gain():
    def backward(parameters, cache, d_out):
        return _batch_norm_backward(parameters, cache, d_out, with_gain=False)

    return _norms(batch_norm_backward=backward)


@program("norms", several=True, breaks="the variance is the mean squared distance from the mean (here divided by n - 1)")
def b_norms_normalises_with_n_less_one():
    return _norms(lambda parameters, X: _batch_norm(parameters, X, ddof=1))


@program("norms", several=True, breaks="the tracked variance is batch norm's own (here divided by n - 1)")
def b_norms_tracks_with_n_less_one():
    return _norms(track=lambda running, X: _track(running, X, ddof=1))


@program("norms", several=True, breaks="what is new has weight 0.1 (here 0.9)")
def b_norms_tracks_with_swapped_weights():
    return _norms(track=lambda running, X: _track(running, X, new=0.9))


@program("norms", several=True, breaks="track returns mean and variance (here a standard deviation is tracked)")
def b_norms_tracks_the_spread():
    def track(running, X):
        mean, _ = _track(running, X)
        spread = np.sqrt(_statistics(X)[1]).reshape(-1)
        return mean, (0.9 * np.asarray(running[1]) + 0.1 * spread).astype(mean.dtype)

    return _norms(track=track)


@program("norms", several=True, breaks="the layer in use goes by the tracked statistics, not by the batch")
def b_norms_uses_the_batch_in_use():
    return _norms(batch_norm_eval=lambda parameters, running, X: _batch_norm(parameters, X)[0])


@program("norms", several=True, breaks="all variances have epsilon added, in use too")
def b_norms_no_epsilon_in_use():
    def evaluate(parameters, running, X):
        return _batch_norm_eval(parameters, (running[0], np.asarray(running[1], np.float64) - _EPSILON), X).astype(
            _kind(np.asarray(X), *parameters, *running)
        )

    return _norms(batch_norm_eval=evaluate)


@program("norms", several=True, breaks="epsilon is added under the root (here to the root)")
def b_norms_epsilon_beside_the_root():
    def batch_norm(parameters, X):
        gain, shift = parameters
        kind = _kind(np.asarray(X), gain, shift)
        mean, variance = _statistics(X)
        rate = 1 / (np.sqrt(variance) + _EPSILON)
        hat = (np.asarray(X, np.float64) - mean) * rate
        return (gain * hat + shift).astype(kind), (hat, rate, kind)

    return _norms(batch_norm)


@program("norms", several=True, breaks="layer norm normalises each row over its features (here each feature over the rows)")
def b_norms_layer_norm_over_the_examples():
    return _norms(layer_norm=lambda parameters, X: _batch_norm(parameters, X)[0])


@program("norms", several=True, breaks="layer norm takes each row by itself, also in (N, T, d)")
def b_norms_layer_norm_over_the_whole_example():
    def layer_norm(parameters, X):
        axes = tuple(range(1, np.ndim(X))) or (0,)
        return _batch_norm(parameters, X, axes=axes)[0]

    return _norms(layer_norm=layer_norm)


@program("norms", several=True, breaks="each feature is normalised over all other axes, not the first alone")
def b_norms_over_the_first_axis_alone():
    return _norms(lambda parameters, X: _batch_norm(parameters, X, axes=(0,)))


@program("norms", several=True, breaks="a mean of 10,000 and a spread of 1 in float32 (mean of squares less square of mean)")
def b_norms_mean_of_squares_less_square_of_mean():
    def batch_norm(parameters, X):
        gain, shift = parameters
        X = np.asarray(X)
        X = X.astype(_kind(X))
        axes = _over_batch(X)
        if X.size == 0:
            return _batch_norm(parameters, X)
        mean = X.mean(axis=axes)
        variance = np.maximum((X**2).mean(axis=axes) - mean**2, 0)
        rate = 1 / np.sqrt(variance + X.dtype.type(_EPSILON))
        hat = (X - mean) * rate
        kind = _kind(X, gain, shift)
        return (gain * hat + shift).astype(kind), (hat, rate, kind)

    return _norms(batch_norm)


@program("norms", several=True, breaks="they hold for a batch of one, which gives the shift (here X passes as it is)")
def b_norms_batch_of_one_passes():
    def batch_norm(parameters, X):
        out, cache = _batch_norm(parameters, X)
        if math.prod(np.shape(X)[:-1]) == 1:
            out = (parameters[0] * np.asarray(X) + parameters[1]).astype(out.dtype)
        return out, cache

    return _norms(batch_norm)


@program("norms", several=True, breaks="d_gain and d_shift are gradients, sums over the batch (here means)")
def b_norms_means_for_gain_and_shift():
    def backward(parameters, cache, d_out):
        (d_gain, d_shift), d_X = _batch_norm_backward(parameters, cache, d_out)
        n = max(math.prod(np.shape(d_out)[:-1]), 1)
        return ((d_gain / n).astype(d_gain.dtype), (d_shift / n).astype(d_shift.dtype)), d_X

    return _norms(batch_norm_backward=backward)


@program("norms", several=True, breaks="floats keep their type")
def b_norms_layer_norm_always_float64():
    return _norms(layer_norm=lambda parameters, X: _layer_norm(parameters, np.asarray(X, np.float64)))


@program("norms", several=True, breaks="what is given stays as it was (X)")
def b_norms_centres_the_callers_batch():
    def batch_norm(parameters, X):
        out = _batch_norm(parameters, X)
        if isinstance(X, np.ndarray) and X.dtype.kind == "f":
            X -= _statistics(X)[0].astype(X.dtype)
        return out

    return _norms(batch_norm)


@program("norms", several=True, breaks="what is given stays as it was (track writes into the running arrays)")
def b_norms_tracks_in_place():
    def track(running, X):
        for old, new in zip(running, _track(running, X), strict=True):
            old[...] = new
        return running

    return _norms(track=track)


_last_cache = []


@program("norms", several=True, breaks="nothing is remembered between two calls (the last batch's cache is used)")
def b_norms_remembers_the_last_batch():
    def batch_norm(parameters, X):
        out, cache = _batch_norm(parameters, X)
        _last_cache[:] = [cache]
        return out, None

    def backward(parameters, cache, d_out):
        return _batch_norm_backward(parameters, _last_cache[0], d_out)

    return _norms(batch_norm, backward)
