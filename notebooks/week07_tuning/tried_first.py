"""Programs for week 7, written from its contracts alone."""

import copy
import math

import numpy as np
from scipy import optimize, special, stats

from autograder.cases import program

EPSILON = 1e-5


def _kind(*arrays):
    return np.result_type(*(np.asarray(a).dtype for a in arrays), np.float32)


# ---------------------------------------------------------------- best_of


def _curve(scores, start=0.0):
    ranked = np.sort(np.asarray(scores, dtype=float))
    N = len(ranked)
    k = np.arange(N + 1)
    below = np.ones(N + 1)
    curve = np.zeros(N)
    for drawn in range(N):
        below = below * np.maximum(k - drawn, 0) / (N - drawn)
        curve[drawn] = np.diff(below) @ ranked
    return curve


@program("best_of")
def a_best_one_pass_over_n(scores):
    return _curve(scores).astype(_kind(scores))


@program("best_of")
def a_best_from_the_top_for_all_n(scores):
    falling = np.sort(np.asarray(scores, dtype=float))[::-1]
    N = len(falling)
    n = np.arange(1, N + 1)
    weight, total = n / max(N, 1), np.zeros(N)
    for j, s in enumerate(falling):
        total += weight * s
        if j + 1 < N:
            weight = weight * np.maximum(N - n - j, 0) / (N - 1 - j)
    return total.astype(_kind(scores))


@program("best_of", breaks="the n trials are different ones")
def a_best_with_putting_back(scores):
    ranked = np.sort(np.asarray(scores, dtype=float))
    N = len(ranked)
    n = np.arange(1, N + 1)[:, None]
    return (np.diff((np.arange(N + 1) / max(N, 1)) ** n, axis=1) @ ranked).astype(_kind(scores))


@program("best_of", breaks="every set of n trials is equally likely: this takes the first n")
def a_best_running_maximum(scores):
    return np.maximum.accumulate(np.asarray(scores, dtype=_kind(scores)))


@program("best_of", breaks="the curve is exact, nothing is drawn")
def a_best_of_shuffles(scores):
    rng = np.random.default_rng(0)
    s = np.asarray(scores, dtype=float)
    runs = [np.maximum.accumulate(rng.permutation(s)) for _ in range(2000)]
    return np.mean(runs, axis=0).astype(_kind(scores))


@program("best_of", breaks="equal scores are different trials")
def a_best_of_distinct_scores(scores):
    curve = _curve(np.unique(scores))
    rest = len(scores) - len(curve)
    return np.concatenate([curve, np.full(rest, np.max(scores, initial=-np.inf))]).astype(_kind(scores))


@program("best_of", breaks="it works for 500 trials: factorials overflow")
def a_best_by_factorials(scores):
    ranked = np.sort(np.asarray(scores, dtype=float))
    N = len(ranked)

    def choose(a, b):
        return special.factorial(a) / special.factorial(b) / special.factorial(a - b) if a >= b else 0.0

    curve = [sum(s * choose(k, n - 1) for k, s in enumerate(ranked)) / choose(N, n) for n in range(1, N + 1)]
    return np.array(curve, dtype=_kind(scores))


@program("best_of", breaks="the scores come in any order")
def a_best_believes_them_sorted(scores):
    s = np.asarray(scores, dtype=float)
    N = len(s)
    k = np.arange(N + 1)
    below, curve = np.ones(N + 1), np.zeros(N)
    for drawn in range(N):
        below = below * np.maximum(k - drawn, 0) / (N - drawn)
        curve[drawn] = np.diff(below) @ s
    return curve.astype(_kind(scores))


@program("best_of", breaks="house rule: the input stays as it was")
def a_best_sorts_in_place(scores):
    scores.sort()
    return _curve(scores).astype(_kind(scores))


@program("best_of", breaks="house rule: float32 stays float32")
def a_best_always_double(scores):
    return _curve(scores)


@program("best_of", breaks="house rule: whole numbers are taken as floats")
def a_best_cuts_whole_scores(scores):
    out = np.empty_like(scores)
    out[:] = _curve(scores)
    return out


@program("best_of", breaks="house rule: no trial at all is fine")
def a_best_needs_a_trial(scores):
    curve = _curve(scores).astype(_kind(scores))
    curve[-1] = scores[0] if len(scores) == 1 else np.max(scores)
    return curve


@program("best_of", breaks="entry n - 1 belongs to n trials: this one begins with no trial")
def a_best_one_place_late(scores):
    curve = _curve(scores)
    return np.concatenate([[0.0], curve[:-1]])[: len(curve)].astype(_kind(scores))


@program("best_of", breaks="the best is the highest score: this takes the lowest")
def a_best_is_lowest(scores):
    return -_curve(-np.asarray(scores, dtype=float)).astype(_kind(scores))


@program("best_of", breaks="the expectation is exact: this reads a quantile")
def a_best_as_a_quantile(scores):
    N = len(scores)
    n = np.arange(1, N + 1)
    return np.quantile(scores, n / (n + 1)).astype(_kind(scores)) if N else np.zeros(0, _kind(scores))


@program("best_of", breaks="scores may be anything: negative ones count as 0")
def a_best_not_below_nought(scores):
    return _curve(np.maximum(np.asarray(scores, dtype=float), 0)).astype(_kind(scores))


_lengths = {}


@program("best_of", breaks="house rule: nothing is remembered between two calls")
def a_best_remembers_by_length(scores):
    if len(scores) not in _lengths:
        _lengths[len(scores)] = _curve(scores).astype(_kind(scores))
    return _lengths[len(scores)].copy()


# ---------------------------------------------------------------- scales


def _value_at(u, low, high, scale):
    if scale == "linear":
        return low + u * (high - low)
    if scale == "log":
        return low * (high / low) ** u
    if scale == "one minus":
        return 1 - (1 - low) * ((1 - high) / (1 - low)) ** u
    raise ValueError(f"there is no scale {scale!r}")


def _place(values, low, high, scale):
    v = np.asarray(values, dtype=float)
    if scale == "linear":
        out = (v - low) / (high - low)
    elif scale == "log":
        out = np.log(v / low) / np.log(high / low)
    elif scale == "one minus":
        out = np.log((1 - v) / (1 - low)) / np.log((1 - high) / (1 - low))
    else:
        raise ValueError(f"there is no scale {scale!r}")
    return np.asarray(out).astype(_kind(values))


def _draw(low, high, scale, count, rng):
    return _value_at(rng.random(count), low, high, scale)


def _scales(draw=_draw, place=_place):
    return {"draw": draw, "place": place}


@program("scales", several=True)
def a_scales_by_powers():
    return _scales()


@program("scales", several=True)
def a_scales_by_pairs_of_functions():
    table = {
        "linear": (lambda v: np.asarray(v, float), lambda t: t),
        "log": (np.log10, lambda t: 10.0**t),
        "one minus": (lambda v: -np.log1p(-np.asarray(v, float)), lambda t: -np.expm1(-t)),
    }

    def pair(scale):
        if scale not in table:
            raise ValueError(f"unknown scale: {scale}")
        return table[scale]

    def draw(low, high, scale, count, rng):
        there, back = pair(scale)
        return np.clip(back(rng.uniform(there(low), there(high), size=count)), low, high)

    def place(values, low, high, scale):
        there, _ = pair(scale)
        exact = np.asarray(values, dtype=np.float64)
        return ((there(exact) - there(low)) / (there(high) - there(low))).astype(_kind(values))

    return _scales(draw, place)


@program("scales", several=True)
def a_scales_by_scipy_distributions():
    def law(low, high, scale):
        if scale == "linear":
            return stats.uniform(low, high - low)
        if scale == "log":
            return stats.loguniform(low, high)
        if scale == "one minus":
            return stats.loguniform(1 - high, 1 - low)
        raise ValueError(f"no such scale: {scale!r}")

    def draw(low, high, scale, count, rng):
        drawn = law(low, high, scale).rvs(size=count, random_state=rng)
        return np.clip(1 - drawn if scale == "one minus" else drawn, low, high)

    return _scales(draw)


@program("scales", several=True, breaks="on a log scale every decade is as likely as the next")
def a_scales_draw_evenly_everywhere():
    def draw(low, high, scale, count, rng):
        _value_at(0.5, low, high, scale)
        return rng.uniform(low, high, count)

    return _scales(draw)


def _plain_log(scale):
    return "log" if scale == "one minus" else scale


@program("scales", several=True, breaks="one minus: every decade of the distance to 1 is equally likely")
def a_scales_one_minus_as_log():
    return _scales(
        lambda low, high, scale, count, rng: _draw(low, high, _plain_log(scale), count, rng),
        lambda values, low, high, scale: _place(values, low, high, _plain_log(scale)),
    )


@program("scales", several=True, breaks="low has place 0 and high has place 1, also on one minus")
def a_scales_one_minus_upside_down():
    def place(values, low, high, scale):
        out = _place(values, low, high, scale)
        return 1 - out if scale == "one minus" else out

    return _scales(place=place)


@program("scales", several=True, breaks="draws fill their scale: this draws whole decades only")
def a_scales_whole_decades_only():
    def draw(low, high, scale, count, rng):
        if scale != "log":
            return _draw(low, high, scale, count, rng)
        decades = round(np.log10(high / low))
        return low * 10.0 ** rng.integers(0, decades + 1, size=count)

    return _scales(draw)


@program("scales", several=True, breaks="draws are independent of each other: these are spread in strata")
def a_scales_draw_in_strata():
    def draw(low, high, scale, count, rng):
        u = (rng.permutation(count) + rng.random(count)) / max(count, 1)
        return _value_at(u, low, high, scale)

    return _scales(draw)


@program("scales", several=True, breaks="all chance comes from rng")
def a_scales_numpys_global_chance():
    return _scales(lambda low, high, scale, count, rng: _value_at(np.random.random(count), low, high, scale))


@program("scales", several=True, breaks="draws are independent: a copy of rng gives the same ones at each call")
def a_scales_copies_the_rng():
    return _scales(lambda low, high, scale, count, rng: _draw(low, high, scale, count, copy.deepcopy(rng)))


def _known(scale):
    return scale if scale in ("linear", "log", "one minus") else "linear"


@program("scales", several=True, breaks="another scale is a ValueError")
def a_scales_unknown_is_linear():
    return _scales(
        lambda low, high, scale, count, rng: _draw(low, high, _known(scale), count, rng),
        lambda values, low, high, scale: _place(values, low, high, _known(scale)),
    )


@program("scales", several=True, breaks="the ValueError names the scale")
def a_scales_error_without_the_name():
    def refuse(scale):
        if _known(scale) != scale:
            raise ValueError("this is not a scale")

    def draw(low, high, scale, count, rng):
        refuse(scale)
        return _draw(low, high, scale, count, rng)

    def place(values, low, high, scale):
        refuse(scale)
        return _place(values, low, high, scale)

    return _scales(draw, place)


@program("scales", several=True, breaks="place refuses another scale, too: here it answers nought")
def a_scales_place_knows_no_error():
    def place(values, low, high, scale):
        return _place(values, low, high, scale) if _known(scale) == scale else np.zeros(np.shape(values))

    return _scales(place=place)


@program("scales", several=True, breaks="values may have any shape")
def a_scales_place_makes_flat():
    return _scales(place=lambda values, low, high, scale: _place(np.ravel(values), low, high, scale))


@program("scales", several=True, breaks="house rule: float32 stays float32")
def a_scales_place_in_double():
    return _scales(place=lambda values, low, high, scale: np.asarray(_place(np.asarray(values, float), low, high, scale)))


@program("scales", several=True, breaks="house rule: whole numbers are taken as floats")
def a_scales_place_cuts_whole_numbers():
    def place(values, low, high, scale):
        return _place(values, low, high, scale).astype(np.asarray(values).dtype)

    return _scales(place=place)


@program("scales", several=True, breaks="house rule: the input stays as it was")
def a_scales_place_in_place():
    def place(values, low, high, scale):
        if scale == "linear" and isinstance(values, np.ndarray) and values.dtype.kind == "f":
            values -= low
            values /= high - low
            return values
        return _place(values, low, high, scale)

    return _scales(place=place)


@program("scales", several=True, breaks="equally likely stretches are equally long: this gives ranks")
def a_scales_place_by_rank():
    def place(values, low, high, scale):
        _place(0.5 * (low + high), low, high, scale)
        flat = np.ravel(values)
        ranks = stats.rankdata(flat) - 1
        return (ranks / max(len(flat) - 1, 1)).reshape(np.shape(values)).astype(_kind(values))

    return _scales(place=place)


@program("scales", several=True, breaks="draws fill their scale from end to end: the lowest tenth never comes")
def a_scales_draw_misses_the_low_end():
    def draw(low, high, scale, count, rng):
        return _value_at(0.1 + 0.9 * rng.random(count), low, high, scale)

    return _scales(draw)


@program("scales", several=True, breaks="draws fill their scale evenly: these heap up in the middle")
def a_scales_draw_a_bell():
    def draw(low, high, scale, count, rng):
        return _value_at(np.clip(rng.normal(0.5, 0.2, count), 0, 1), low, high, scale)

    return _scales(draw)


@program("scales", several=True, breaks="one minus has decades of the distance: this is even in 1 / (1 - value)")
def a_scales_one_minus_even_in_steps():
    def draw(low, high, scale, count, rng):
        if scale != "one minus":
            return _draw(low, high, scale, count, rng)
        return 1 - 1 / rng.uniform(1 / (1 - low), 1 / (1 - high), count)

    def place(values, low, high, scale):
        if scale != "one minus":
            return _place(values, low, high, scale)
        steps = 1 / (1 - np.asarray(values, float))
        return ((steps - 1 / (1 - low)) / (1 / (1 - high) - 1 / (1 - low))).astype(_kind(values))

    return _scales(draw, place)


# ---------------------------------------------------------------- softmax


def _log_softmax(logits):
    kind = _kind(logits)
    z = np.asarray(logits, dtype=np.float64)
    z = z - z.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    return log_p.astype(kind), np.exp(log_p)


def _log_softmax_backward(cache, d_log_p):
    d = np.asarray(d_log_p, dtype=np.float64)
    return (d - cache * d.sum(axis=-1, keepdims=True)).astype(_kind(d_log_p))


def _cross_entropy(logits, y):
    kind = _kind(logits)
    log_p, p = _log_softmax(np.asarray(logits, dtype=np.float64))
    labelled = np.nonzero(np.asarray(y) >= 0)
    count = max(len(labelled[0]), 1)
    d = np.zeros(log_p.shape)
    chosen = (*labelled, np.asarray(y)[labelled])
    d[chosen] = -1 / count
    return kind.type(-log_p[chosen].sum() / count), _log_softmax_backward(p, d).astype(kind)


def _soft(forward=_log_softmax, backward=_log_softmax_backward, loss=_cross_entropy):
    return {"log_softmax": forward, "log_softmax_backward": backward, "cross_entropy": loss}


@program("softmax", several=True)
def a_soft_shifted_by_the_largest():
    return _soft()


@program("softmax", several=True)
def a_soft_from_scipy():
    def forward(logits):
        z = np.asarray(logits, dtype=np.float64)
        if not z.size:
            return z.astype(_kind(logits)), z
        log_p = special.log_softmax(z, axis=-1)
        return log_p.astype(_kind(logits)), log_p

    def backward(cache, d_log_p):
        d = np.asarray(d_log_p, dtype=np.float64)
        out = d - np.exp(cache) * np.einsum("...k->...", d)[..., None]
        return out.astype(_kind(d_log_p))

    def loss(logits, y):
        z, labels = np.asarray(logits, np.float64), np.asarray(y)
        log_p, _ = forward(z)
        hot = labels[..., None] == np.arange(z.shape[-1])
        seen = labels >= 0
        n = max(int(seen.sum()), 1)
        gradient = (np.exp(log_p) - hot) * seen[..., None] / n
        kind = _kind(logits)
        return kind.type(-np.where(hot, log_p, 0.0).sum() / n), gradient.astype(kind)

    return _soft(forward, backward, loss)


@program("softmax", several=True)
def a_soft_by_logaddexp_and_jacobians():
    def forward(logits):
        z = np.asarray(logits, dtype=np.float64)
        log_p = z - np.logaddexp.reduce(z, axis=-1, keepdims=True)
        return log_p.astype(_kind(logits)), {"log_p": log_p}

    def backward(cache, d_log_p):
        p = np.exp(cache["log_p"])
        jacobian = np.eye(p.shape[-1]) - p[..., None, :]  # j, k: of log p_j in z_k
        return np.einsum("...j,...jk->...k", np.asarray(d_log_p, np.float64), jacobian).astype(_kind(d_log_p))

    return _soft(forward, backward)


@program("softmax", several=True, breaks="logits of 10,000 are no problem: nothing is taken away first")
def a_soft_overflows():
    def forward(logits):
        z = np.asarray(logits, dtype=np.float64)
        log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
        return log_p.astype(_kind(logits)), np.exp(log_p)

    return _soft(forward)


@program("softmax", several=True, breaks="logits of -10,000 are no problem: the log of a probability that is 0")
def a_soft_log_of_the_quotient():
    def forward(logits):
        z = np.asarray(logits, dtype=np.float64)
        e = np.exp(z - z.max(axis=-1, keepdims=True))
        p = e / e.sum(axis=-1, keepdims=True)
        with np.errstate(divide="ignore"):
            return np.log(p).astype(_kind(logits)), p

    return _soft(forward)


@program("softmax", several=True, breaks="rows of very different size beside each other are no problem")
def a_soft_one_largest_for_all_rows():
    def forward(logits):
        z = np.asarray(logits, dtype=np.float64)
        z = z - z.max(initial=-np.inf) if z.size else z
        with np.errstate(divide="ignore", invalid="ignore"):
            log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
        return log_p.astype(_kind(logits)), np.exp(log_p)

    return _soft(forward)


@program("softmax", several=True, breaks="the way back is right for any loss: only the own slopes are kept")
def a_soft_own_slopes_only():
    return _soft(backward=lambda cache, d: (np.asarray(d, float) * (1 - cache)).astype(_kind(d)))


@program("softmax", several=True, breaks="the way back is right for any loss: it takes every loss for the log-loss")
def a_soft_always_p_minus_y():
    def backward(cache, d_log_p):
        hot = np.asarray(d_log_p) != 0
        return (cache - hot).astype(_kind(d_log_p))

    return _soft(backward=backward)


@program("softmax", several=True, breaks="the way back is right for any loss: the weights' sum is left out")
def a_soft_back_without_the_sum():
    return _soft(backward=lambda cache, d: (np.asarray(d, float) + cache).astype(_kind(d)))


@program("softmax", several=True, breaks="the way back is that of the logs: this is the softmax's own")
def a_soft_back_of_the_probabilities():
    def backward(cache, d_log_p):
        d = np.asarray(d_log_p, float)
        return (cache * (d - (cache * d).sum(axis=-1, keepdims=True))).astype(_kind(d_log_p))

    return _soft(backward=backward)


@program("softmax", several=True, breaks="along the last axis: this takes axis 1")
def a_soft_along_axis_one():
    def forward(logits):
        z = np.asarray(logits, dtype=np.float64)
        axis = min(1, z.ndim - 1)
        z = z - z.max(axis=axis, keepdims=True)
        log_p = z - np.log(np.exp(z).sum(axis=axis, keepdims=True))
        return log_p.astype(_kind(logits)), np.exp(log_p)

    return _soft(forward)


def _loss_of(rows, labels, count, logits):
    """Loss and gradient for flat rows whose labels all count, over a count handed in."""
    log_p, p = _log_softmax(np.asarray(rows, np.float64))
    d = p.copy()
    d[np.arange(len(labels)), labels] -= 1
    kind = _kind(logits)
    loss = -log_p[np.arange(len(labels)), labels].sum() / count
    return kind.type(loss), (d / count).reshape(np.shape(logits)).astype(kind)


@program("softmax", several=True, breaks="a label of -1 means that there is none: here it is the last class")
def a_soft_minus_one_is_the_last_class():
    def loss(logits, y):
        labels = np.ravel(y)
        return _loss_of(np.reshape(logits, (len(labels), np.shape(logits)[-1])), labels, max(len(labels), 1), logits)

    return _soft(loss=loss)


@program("softmax", several=True, breaks="the mean is over the labelled examples: here over all")
def a_soft_mean_over_all_examples():
    def loss(logits, y):
        value, gradient = _cross_entropy(logits, y)
        share = np.mean(np.asarray(y) >= 0) if np.size(y) else 1.0
        return _kind(logits).type(value * share), (gradient * share).astype(_kind(logits))

    return _soft(loss=loss)


@program("softmax", several=True, breaks="d_logits is the gradient of the mean: here of the sum")
def a_soft_gradient_of_the_sum():
    def loss(logits, y):
        value, gradient = _cross_entropy(logits, y)
        return value, (gradient * np.sum(np.asarray(y) >= 0)).astype(_kind(logits))

    return _soft(loss=loss)


@program("softmax", several=True, breaks="without any label both are 0: here nan")
def a_soft_nan_without_labels():
    def loss(logits, y):
        value, gradient = _cross_entropy(logits, y)
        return (value, gradient) if np.any(np.asarray(y) >= 0) else (value * np.nan, gradient * np.nan)

    return _soft(loss=loss)


@program("softmax", several=True, breaks="an unlabelled example does not count in the gradient")
def a_soft_unlabelled_rows_pull():
    def loss(logits, y):
        value, _ = _cross_entropy(logits, y)
        _, p = _log_softmax(np.asarray(logits, float))
        hot = np.asarray(y)[..., None] == np.arange(p.shape[-1])
        return value, ((p - hot) / max(np.sum(np.asarray(y) >= 0), 1)).astype(_kind(logits))

    return _soft(loss=loss)


@program("softmax", several=True, breaks="house rule: float32 stays float32")
def a_soft_all_in_double():
    def loss(logits, y):
        return _cross_entropy(np.asarray(logits, np.float64), y)

    return _soft(
        lambda logits: _log_softmax(np.asarray(logits, np.float64)),
        lambda cache, d: _log_softmax_backward(cache, np.asarray(d, np.float64)),
        loss,
    )


@program("softmax", several=True, breaks="house rule: whole numbers are taken as floats")
def a_soft_gradient_of_the_logits_type():
    def loss(logits, y):
        value, gradient = _cross_entropy(logits, y)
        return value, gradient.astype(np.asarray(logits).dtype)

    return _soft(loss=loss)


@program("softmax", several=True, breaks="house rule: the input stays as it was (the logits)")
def a_soft_moves_the_logits_in_place():
    def forward(logits):
        if logits.dtype.kind == "f":
            logits -= logits.max(axis=-1, keepdims=True)
        return _log_softmax(logits)

    return _soft(forward)


@program("softmax", several=True, breaks="house rule: the input stays as it was (the labels)")
def a_soft_overwrites_missing_labels():
    def loss(logits, y):
        out = _cross_entropy(logits, y)
        y[y < 0] = 0
        return out

    return _soft(loss=loss)


@program("softmax", several=True, breaks="house rule: nothing is remembered: the last forward's cache is used")
def a_soft_one_cache_for_all():
    kept = {}

    def forward(logits):
        log_p, kept["p"] = _log_softmax(logits)
        return log_p, None

    return _soft(forward, lambda cache, d: _log_softmax_backward(kept["p"], d))


@program("softmax", several=True, breaks="labels have the logits' shape without the last axis: here one axis only")
def a_soft_labels_of_one_axis():
    def loss(logits, y):
        log_p, p = _log_softmax(np.asarray(logits, float))
        rows = np.arange(len(y))[y >= 0]
        count = max(len(rows), 1)
        d = np.zeros(log_p.shape)
        d[rows, y[rows]] = -1 / count
        kind = _kind(logits)
        return kind.type(-log_p[rows, y[rows]].sum() / count), _log_softmax_backward(p, d).astype(kind)

    return _soft(loss=loss)


@program("softmax", several=True, breaks="logits of 10,000 are right, not only finite: here they are clipped")
def a_soft_clips_the_logits():
    return _soft(lambda logits: _log_softmax(np.clip(logits, -500, 500)))


@program(
    "softmax", several=True, breaks="a cache belongs to its forward: here the first way back spoils it (house rule: inputs stay)"
)
def a_soft_way_back_eats_the_cache():
    def backward(cache, d_log_p):
        d = np.asarray(d_log_p, np.float64)
        cache *= d.sum(axis=-1, keepdims=True)
        return (d - cache).astype(_kind(d_log_p))

    return _soft(backward=backward)


# ---------------------------------------------------------------- calibrate


def _gap_slope(w, logits, y):
    z = np.asarray(logits, float)
    _, p = _log_softmax(w * z)
    return np.mean((p * z).sum(axis=1) - z[np.arange(len(z)), y])


def _on_top(logits, y):
    z = np.asarray(logits, float)
    return bool(np.all(z[np.arange(len(z)), y] >= z.max(axis=1)))


def _fit(logits, y):
    if _gap_slope(0.0, logits, y) >= 0:
        return 0.0
    low, high = 0.0, 1 / np.abs(np.asarray(logits, float)).max()
    while _gap_slope(high, logits, y) < 0:
        low, high = high, 2 * high
    for _ in range(70):
        middle = (low + high) / 2
        low, high = (middle, high) if _gap_slope(middle, logits, y) < 0 else (low, middle)
    return float((low + high) / 2)


def _refuse(logits, y):
    if _on_top(logits, y):
        raise ValueError("every label has the largest logit of its row: a larger factor is always better")


def _calibrate(logits, y):
    _refuse(logits, y)
    return _fit(logits, y)


@program("calibrate")
def a_factor_by_halving(logits, y):
    return _calibrate(logits, y)


@program("calibrate")
def a_factor_by_brentq_in_own_units(logits, y):
    z = np.array(logits, dtype=np.float64)
    own = np.take_along_axis(z, np.asarray(y)[:, None], axis=1)
    z = z - own  # the label's logit is 0 in every row
    if np.all(z <= 0):
        raise ValueError("all labels are on top, so there is no lowest point: a larger factor is always better")
    unit = np.abs(z).max()
    z = z / unit

    def slope(w):
        return np.mean((special.softmax(w * z, axis=1) * z).sum(axis=1))

    if slope(0.0) >= 0:
        return 0.0
    end = 1.0
    while slope(end) <= 0:
        end *= 3
    return float(optimize.brentq(slope, 0.0, end, xtol=1e-14, rtol=1e-12) / unit)


@program("calibrate")
def a_factor_by_guarded_newton(logits, y):
    _refuse(logits, y)
    z = np.asarray(logits, dtype=np.float64)
    z = z - z.mean(axis=1, keepdims=True)
    spread = z.std()
    z = z / spread
    w, low, high = 0.0, 0.0, np.inf
    for _ in range(300):
        _, p = _log_softmax(w * z)
        mean = (p * z).sum(axis=1)
        slope = np.mean(mean - z[np.arange(len(z)), y])
        if w == 0 and slope >= 0:
            return 0.0
        low, high = (w, high) if slope < 0 else (low, w)
        bend = np.mean((p * z**2).sum(axis=1) - mean**2)
        step = w - slope / bend if bend > 0 else np.inf
        if not low < step < high or step > 2 * low + 1:
            step = (low + high) / 2 if np.isfinite(high) else 2 * low + 1
        if abs(step - w) <= 1e-13 * step:
            break
        w = step
    return float(w / spread)


@program("calibrate", breaks="it returns w = 1 / T: here T")
def a_factor_upside_down(logits, y):
    w = _calibrate(logits, y)
    return 1 / w if w else float("inf")


@program("calibrate", breaks="also if all logits are a thousand times smaller or larger: a fixed bracket")
def a_factor_in_a_fixed_bracket(logits, y):
    _refuse(logits, y)
    low, high = 0.0, 20.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if _gap_slope(middle, logits, y) < 0 else (low, middle)
    return float(low)


@program("calibrate", breaks="exact to a thousandth: a walk in T with a fixed step, 200 steps")
def a_factor_by_a_walk_in_temperature(logits, y):
    _refuse(logits, y)
    T = 1.0
    for _ in range(200):
        T = T + 0.05 * _gap_slope(1 / T, logits, y) / T**2
    return float(1 / T)


@program("calibrate", breaks="w is never negative: where no positive factor helps it is 0")
def a_factor_below_nought(logits, y):
    _refuse(logits, y)
    if _gap_slope(0.0, logits, y) <= 0:
        return _fit(logits, y)
    z = -np.asarray(logits, float)
    return 0.0 if _on_top(z, y) else -_fit(z, y)


@program("calibrate", breaks="the mean log-loss is lowest there: this closes the gap between sureness and share of right answers")
def a_factor_that_closes_the_gap(logits, y):
    _refuse(logits, y)
    z = np.asarray(logits, float)
    right = np.mean(z.argmax(axis=1) == y)
    unit = max(np.abs(z).max(), 1e-300)
    low, high = 0.0, 1000.0 / unit
    for _ in range(80):
        middle = (low + high) / 2
        sure = np.exp(_log_softmax(middle * z)[0]).max(axis=1).mean()
        low, high = (middle, high) if sure < right else (low, middle)
    return float(low)


@program("calibrate", breaks="every label on top raises a ValueError: here a huge number")
def a_factor_huge_without_error(logits, y):
    return 1e12 if _on_top(logits, y) else _fit(logits, y)


@program("calibrate", breaks="a ValueError only if every label is on top: here already if nine of ten are")
def a_factor_refuses_good_nets(logits, y):
    z = np.asarray(logits, float)
    if np.mean(z[np.arange(len(z)), y] >= z.max(axis=1)) > 0.7:
        raise ValueError("nearly every label has the largest logit: a larger factor is always better")
    return _fit(logits, y)


@program("calibrate", breaks="exact to a thousandth of itself: the best of 60 temperatures")
def a_factor_from_a_list(logits, y):
    _refuse(logits, y)
    if _gap_slope(0.0, logits, y) >= 0:
        return 0.0
    unit = np.abs(np.asarray(logits, float)).max()
    grid = np.geomspace(1e-3, 1e3, 60) / unit
    return float(grid[np.argmin([_cross_entropy(w * np.asarray(logits, float), y)[0] for w in grid])])


@program("calibrate", breaks="the mean log-loss is lowest there: this takes the squared error")
def a_factor_by_squared_error(logits, y):
    _refuse(logits, y)
    if _gap_slope(0.0, logits, y) >= 0:
        return 0.0
    z = np.asarray(logits, float)
    z, unit = z / np.abs(z).max(), np.abs(z).max()
    hot = np.eye(z.shape[1])[y]

    def loss(t):
        return np.mean((special.softmax(np.exp(t) * z, axis=1) - hot) ** 2)

    return float(np.exp(optimize.minimize_scalar(loss, bounds=(-8, 8), method="bounded").x) / unit)


@program("calibrate", breaks="it raises a ValueError: here a RuntimeError")
def a_factor_another_error(logits, y):
    if _on_top(logits, y):
        raise RuntimeError("every label has the largest logit: a larger factor is always better")
    return _fit(logits, y)


@program("calibrate", breaks="where no positive factor helps it is 0: here an error")
def a_factor_refuses_the_hopeless(logits, y):
    _refuse(logits, y)
    if _gap_slope(0.0, logits, y) >= 0:
        raise ValueError("no positive factor helps")
    return _fit(logits, y)


@program("calibrate", breaks="also if all logits are a thousand times larger: its exponentials overflow")
def a_factor_overflows(logits, y):
    _refuse(logits, y)
    z = np.asarray(logits, float)

    def slope(w):
        e = np.exp(w * z)
        return np.mean((e / e.sum(axis=1, keepdims=True) * z).sum(axis=1) - z[np.arange(len(z)), y])

    if slope(0.0) >= 0:
        return 0.0
    low, high = 0.0, 1.0
    while slope(high) < 0:
        low, high = high, 2 * high
    for _ in range(70):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) < 0 else (low, middle)
    return float(low)


@program("calibrate", breaks="house rule: the input stays as it was")
def a_factor_scales_the_logits_in_place(logits, y):
    w = _calibrate(logits, y)
    if isinstance(logits, np.ndarray) and logits.dtype.kind == "f":
        logits *= w
    return w


_last_factor = [None]


@program("calibrate", breaks="house rule: nothing is remembered: few steps on from the last call's answer")
def a_factor_goes_on_from_the_last(logits, y):
    w = _calibrate(logits, y)
    before = w if _last_factor[0] is None else _last_factor[0]
    _last_factor[0] = w
    return 0.9 * w + 0.1 * before


@program("calibrate", breaks="the lowest log-loss: a pull towards 1 is added")
def a_factor_pulled_towards_one(logits, y):
    w = _calibrate(logits, y)
    return (len(y) * w + 1.0) / (len(y) + 1)


@program("calibrate", breaks="w may be above 1: this only ever makes a net less sure")
def a_factor_at_most_one(logits, y):
    return min(1.0, _calibrate(logits, y))


@program("calibrate", breaks="exact to a thousandth of itself: the tolerance is a thousandth of 1")
def a_factor_with_absolute_tolerance(logits, y):
    _refuse(logits, y)
    if _gap_slope(0.0, logits, y) >= 0:
        return 0.0
    low, high = 0.0, 1.0
    while _gap_slope(high, logits, y) < 0:
        low, high = high, 2 * high
    while high - low > 1e-3:
        middle = (low + high) / 2
        low, high = (middle, high) if _gap_slope(middle, logits, y) < 0 else (low, middle)
    return float((low + high) / 2)


@program("calibrate", breaks="logits have any number of classes: this looks at the first two")
def a_factor_from_two_classes(logits, y):
    _refuse(logits, y)
    return _fit(np.asarray(logits)[:, :2], np.minimum(y, 1))


# ---------------------------------------------------------------- norms


def _normalise(parameters, X, axes, ddof=0):
    Z = np.asarray(X, np.float64)
    if not Z.size:
        return Z, np.ones(Z.shape[-1])
    centred = Z - Z.mean(axis=axes, keepdims=True)
    n = np.prod([Z.shape[a] for a in axes])
    variance = (centred**2).sum(axis=axes, keepdims=True) / max(n - ddof, 1)
    return centred / np.sqrt(variance + EPSILON), 1 / np.sqrt(variance + EPSILON)


def _scaled(parameters, hat, *arrays):
    gain, shift = parameters
    return (hat * np.asarray(gain, float) + np.asarray(shift, float)).astype(_kind(gain, shift, *arrays))


def _batch_norm(parameters, X, ddof=0):
    hat, r = _normalise(parameters, X, tuple(range(np.ndim(X) - 1)), ddof)
    return _scaled(parameters, hat, X), (hat, r)


def _backward(parameters, cache, d_out):
    hat, r = cache
    axes = tuple(range(hat.ndim - 1))
    d = np.asarray(d_out, np.float64)
    d_gain, d_shift = (d * hat).sum(axis=axes), d.sum(axis=axes)
    d_hat = d * np.asarray(parameters[0], float)
    d_X = d_hat
    if d.size:
        d_X = r * (d_hat - d_hat.mean(axis=axes, keepdims=True) - hat * (d_hat * hat).mean(axis=axes, keepdims=True))
    kind = _kind(d_out, parameters[0])
    return (d_gain.astype(kind), d_shift.astype(kind)), d_X.astype(kind)


def _track(running, X, new=0.1, ddof=0):
    mean, variance = running
    Z = np.asarray(X, np.float64)
    kind = _kind(mean, variance, X)
    if not Z.size:
        return np.array(mean, kind), np.array(variance, kind)
    Z = Z.reshape(-1, Z.shape[-1])
    fresh = Z.var(axis=0) * len(Z) / max(len(Z) - ddof, 1)
    return (
        ((1 - new) * np.asarray(mean) + new * Z.mean(axis=0)).astype(kind),
        ((1 - new) * np.asarray(variance) + new * fresh).astype(kind),
    )


def _eval(parameters, running, X):
    mean, variance = (np.asarray(r, np.float64) for r in running)
    return _scaled(parameters, (np.asarray(X, np.float64) - mean) / np.sqrt(variance + EPSILON), X, *running)


def _layer_norm(parameters, X):
    return _scaled(parameters, _normalise(parameters, X, (np.ndim(X) - 1,))[0], X)


def _norms(forward=_batch_norm, backward=_backward, track=_track, use=_eval, layer=_layer_norm):
    return {
        "batch_norm": forward,
        "batch_norm_backward": backward,
        "track": track,
        "batch_norm_eval": use,
        "layer_norm": layer,
    }


@program("norms", several=True)
def a_norms_three_paths_in_one_line():
    return _norms()


@program("norms", several=True)
def a_norms_flat_rows_and_the_long_way_back():
    def forward(parameters, X):
        out, _ = _batch_norm(parameters, X)
        return out, np.array(X, dtype=np.float64)

    def backward(parameters, cache, d_out):
        d = cache.shape[-1]
        rows, g = cache.reshape(-1, d), np.asarray(d_out, np.float64).reshape(-1, d)
        n = max(len(rows), 1)
        centred = rows - rows.sum(axis=0) / n
        spread = np.sqrt((centred**2).sum(axis=0) / n + EPSILON)
        d_hat = g * np.asarray(parameters[0], float)
        d_spread = -(d_hat * centred).sum(axis=0) / spread**2
        d_variance = d_spread / (2 * spread)
        d_centred = d_hat / spread + 2 * centred * d_variance / n
        d_X = d_centred - d_centred.sum(axis=0) / n
        kind = _kind(d_out, parameters[0])
        d_gain = (g * centred / spread).sum(axis=0).astype(kind)
        return (d_gain, g.sum(axis=0).astype(kind)), d_X.reshape(cache.shape).astype(kind)

    return _norms(forward, backward)


@program("norms", several=True)
def a_norms_feature_by_feature():
    def forward(parameters, X):
        gain, shift = parameters
        out = np.zeros(np.shape(X), dtype=_kind(X, gain, shift))
        kept = []
        for j in range(np.shape(X)[-1]):
            x = np.asarray(X, np.float64)[..., j]
            centred = x - (x.mean() if x.size else 0.0)
            r = 1 / math.sqrt((np.mean(centred**2) if x.size else 0.0) + EPSILON)
            out[..., j] = float(gain[j]) * centred * r + float(shift[j])
            kept.append((centred * r, r))
        return out, kept

    def backward(parameters, cache, d_out):
        gain = parameters[0]
        kind = _kind(d_out, gain)
        d_X = np.zeros(np.shape(d_out), kind)
        d_gain, d_shift = np.zeros(len(gain), kind), np.zeros(len(gain), kind)
        for j, (hat, r) in enumerate(cache):
            g = np.asarray(d_out, np.float64)[..., j]
            d_gain[j], d_shift[j] = np.sum(g * hat), np.sum(g)
            n = max(hat.size, 1)
            d_X[..., j] = float(gain[j]) * r * (g - np.sum(g) / n - hat * np.sum(g * hat) / n)
        return (d_gain, d_shift), d_X

    return _norms(forward, backward)


def _only_gradient(make):
    """A way back whose d_X is made by the function handed in, from d_hat, hat, r and the axes."""

    def backward(parameters, cache, d_out):
        own, d_X = _backward(parameters, cache, d_out)
        hat, r = cache
        d_hat = np.asarray(d_out, float) * np.asarray(parameters[0], float)
        return own, make(d_hat, hat, r, tuple(range(hat.ndim - 1))).astype(d_X.dtype) if d_X.size else d_X

    return _norms(backward=backward)


@program("norms", several=True, breaks="d_X: mean and variance are made from the batch, here they are constants")
def a_norms_back_with_constants():
    return _only_gradient(lambda d, hat, r, axes: d * r)


@program("norms", several=True, breaks="d_X: the path through the variance is missing")
def a_norms_back_without_the_variance():
    return _only_gradient(lambda d, hat, r, axes: r * (d - d.mean(axis=axes, keepdims=True)))


@program("norms", several=True, breaks="d_X: the means are over all axes but the last, here divided by the examples only")
def a_norms_back_counts_examples_only():
    def make(d, hat, r, axes):
        n = d.shape[0]
        return r * (d - d.sum(axis=axes, keepdims=True) / n - hat * (d * hat).sum(axis=axes, keepdims=True) / n)

    return _only_gradient(make)


@program("norms", several=True, breaks="d_X: the gain is forgotten on the way back")
def a_norms_back_without_the_gain():
    def backward(parameters, cache, d_out):
        own, d_X = _backward(parameters, cache, d_out)
        _, bare = _backward((np.ones_like(parameters[0], dtype=d_X.dtype), parameters[1]), cache, d_out)
        return own, bare.astype(d_X.dtype)

    return _norms(backward=backward)


@program("norms", several=True, breaks="the variance is the mean squared distance (ddof=0)")
def a_norms_forward_with_n_less_one():
    return _norms(lambda parameters, X: _batch_norm(parameters, X, ddof=1))


@program("norms", several=True, breaks="features with a mean of 10,000 in float32: mean of squares less square of the mean")
def a_norms_mean_of_squares():
    def forward(parameters, X):
        Z = np.asarray(X, dtype=_kind(X))
        if not Z.size:
            return _batch_norm(parameters, X)
        axes = tuple(range(Z.ndim - 1))
        mean = Z.mean(axis=axes, keepdims=True)
        variance = np.maximum((Z * Z).mean(axis=axes, keepdims=True) - mean * mean, 0)
        r = 1 / np.sqrt(variance + Z.dtype.type(EPSILON))
        hat = (Z - mean) * r
        return _scaled(parameters, hat, X), (hat, r)

    return _norms(forward)


@program("norms", several=True, breaks="over all other axes: here over the first alone")
def a_norms_over_the_first_axis_only():
    def forward(parameters, X):
        hat, r = _normalise(parameters, X, (0,))
        return _scaled(parameters, hat, X), (hat, r)

    return _norms(forward)


@program("norms", several=True, breaks="epsilon is added under the root: here outside")
def a_norms_epsilon_outside_the_root():
    def forward(parameters, X):
        Z = np.asarray(X, float)
        if not Z.size:
            return _batch_norm(parameters, X)
        axes = tuple(range(Z.ndim - 1))
        r = 1 / (Z.std(axis=axes, keepdims=True) + EPSILON)
        hat = (Z - Z.mean(axis=axes, keepdims=True)) * r
        return _scaled(parameters, hat, X), (hat, r)

    return _norms(forward)


@program("norms", several=True, breaks="all variances have epsilon: not that of evaluation")
def a_norms_use_without_epsilon():
    def use(parameters, running, X):
        mean, variance = (np.asarray(r, float) for r in running)
        hat = (np.asarray(X, float) - mean) / np.sqrt(np.maximum(variance, 1e-300))
        return _scaled(parameters, hat, X, *running)

    return _norms(use=use)


@program("norms", several=True, breaks="track: what is new has weight 0.1, here 0.9")
def a_norms_track_the_wrong_way_round():
    return _norms(track=lambda running, X: _track(running, X, new=0.9))


@program("norms", several=True, breaks="track: the variance is batch norm's own, here ddof=1 as in PyTorch")
def a_norms_track_with_n_less_one():
    return _norms(track=lambda running, X: _track(running, X, ddof=1))


@program("norms", several=True, breaks="house rule: the input stays as it was (the running pair)")
def a_norms_track_in_place():
    def track(running, X):
        new = _track(running, X)
        running[0][:], running[1][:] = new
        return new

    return _norms(track=track)


@program("norms", several=True, breaks="track: running variance, here the spread is averaged")
def a_norms_track_the_spread():
    def track(running, X):
        mean, variance = _track(running, X)
        root = np.sqrt(np.asarray(running[1], float))
        if np.size(X):
            root = 0.9 * root + 0.1 * np.asarray(X, float).reshape(-1, np.shape(X)[-1]).std(axis=0)
        return mean, (root**2).astype(variance.dtype)

    return _norms(track=track)


@program("norms", several=True, breaks="the layer in use goes by the tracked statistics, here by its batch")
def a_norms_use_normalises_the_batch():
    return _norms(use=lambda parameters, running, X: _batch_norm(parameters, X)[0].astype(_kind(X, *parameters, *running)))


@program("norms", several=True, breaks="layer norm: each row over its features, here over all axes but the first")
def a_norms_layer_over_whole_examples():
    def layer(parameters, X):
        axes = tuple(range(1, np.ndim(X))) or (0,)
        return _scaled(parameters, _normalise(parameters, X, axes)[0], X)

    return _norms(layer=layer)


@program("norms", several=True, breaks="layer norm: each row over its features, here over the batch")
def a_norms_layer_is_batch_norm():
    return _norms(layer=lambda parameters, X: _batch_norm(parameters, X)[0])


def _other_own(make):
    def backward(parameters, cache, d_out):
        own, d_X = _backward(parameters, cache, d_out)
        return make(own, cache, d_out), d_X

    return _norms(backward=backward)


@program("norms", several=True, breaks="the gradients of gain and shift are sums over the batch, here means")
def a_norms_back_gain_as_a_mean():
    def make(own, cache, d_out):
        n = max(cache[0].size // max(cache[0].shape[-1], 1), 1)
        return tuple((g / n).astype(g.dtype) for g in own)

    return _other_own(make)


@program("norms", several=True, breaks="the order is (d_gain, d_shift)")
def a_norms_back_swaps_gain_and_shift():
    return _other_own(lambda own, cache, d_out: (own[1], own[0]))


@program("norms", several=True, breaks="house rule: float32 stays float32")
def a_norms_forward_in_double():
    def forward(parameters, X):
        return _batch_norm(parameters, np.asarray(X, np.float64))

    return _norms(forward)


@program("norms", several=True, breaks="house rule: the input stays as it was (the batch)")
def a_norms_forward_in_place():
    def forward(parameters, X):
        out = _batch_norm(parameters, X)
        if X.size and X.dtype.kind == "f":
            X -= X.mean(axis=tuple(range(X.ndim - 1)))
        return out

    return _norms(forward)


@program("norms", several=True, breaks="it returns only the output: evaluation gives a pair")
def a_norms_use_returns_a_pair():
    return _norms(use=lambda parameters, running, X: (_eval(parameters, running, X), None))


@program("norms", several=True, breaks="they hold for a batch of one: here it is refused")
def a_norms_refuses_a_batch_of_one():
    def forward(parameters, X):
        if np.prod(np.shape(X)[:-1]) == 1:
            raise ValueError("more than one value for each feature is needed")
        return _batch_norm(parameters, X)

    return _norms(forward)


@program("norms", several=True, breaks="house rule: nothing is remembered: the last batch's cache is used")
def a_norms_one_cache_for_all():
    kept = {}

    def forward(parameters, X):
        out, kept["cache"] = _batch_norm(parameters, X)
        return out, None

    return _norms(forward, lambda parameters, cache, d_out: _backward(parameters, kept["cache"], d_out))


@program("norms", several=True, breaks="house rule: whole numbers are taken as floats (layer norm)")
def a_norms_layer_of_the_inputs_type():
    return _norms(layer=lambda parameters, X: _layer_norm(parameters, X).astype(np.asarray(X).dtype))
