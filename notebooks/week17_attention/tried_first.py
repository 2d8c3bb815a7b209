"""Programs for week 17, written from its contracts alone."""

import math
from collections import Counter

import numpy as np

from autograder.cases import program

# ---------------------------------------------------------------- alarms


def _l_alarms(chances, threshold, rest, reaches=lambda chance, threshold: chance >= threshold, more=1):
    found, awake = [], 0
    for t, chance in enumerate(chances):
        if t >= awake and reaches(chance, threshold):
            found.append(t)
            awake = t + rest + more
    return np.array(found, int)


@program("alarms")
def l_alarms_loop(chances, threshold, rest):
    return _l_alarms(chances, threshold, rest)


@program("alarms")
def l_alarms_jumps(chances, threshold, rest):
    loud = np.flatnonzero(np.asarray(chances) >= threshold)
    found, k = [], 0
    while k < len(loud):
        found.append(int(loud[k]))
        k = int(np.searchsorted(loud, loud[k] + rest + 1))
    return np.array(found, dtype=np.int64)


@program("alarms")
def l_alarms_countdown(chances, threshold, rest):
    left, found = 0, []
    for t, chance in enumerate(np.asarray(chances).tolist()):
        if left:
            left -= 1
        elif chance >= threshold:
            found.append(t)
            left = rest
    return np.array(found, int)


@program("alarms", breaks="the box rests: here each frame above the threshold gives an alarm")
def l_alarms_every_frame(chances, threshold, rest):
    return np.flatnonzero(np.asarray(chances) >= threshold)


@program("alarms", breaks="a chance of exactly the threshold is enough")
def l_alarms_strictly_more(chances, threshold, rest):
    return _l_alarms(chances, threshold, rest, lambda c, th: c > th)


@program("alarms", breaks="rest frames of rest: here one too few")
def l_alarms_rest_too_short(chances, threshold, rest):
    return _l_alarms(chances, threshold, rest, more=0)


@program("alarms", breaks="rest frames of rest: here one too many")
def l_alarms_rest_too_long(chances, threshold, rest):
    return _l_alarms(chances, threshold, rest, more=2)


@program("alarms", breaks="what happens at rest changes nothing: here a loud frame makes the rest longer")
def l_alarms_rest_starts_anew(chances, threshold, rest):
    found, awake = [], 0
    for t, chance in enumerate(chances):
        if chance >= threshold:
            if t >= awake:
                found.append(t)
            awake = t + rest + 1
    return np.array(found, int)


@program("alarms", breaks="what comes later does not change an earlier alarm: here the loudest of each group counts")
def l_alarms_at_the_peak(chances, threshold, rest):
    chances, found = np.asarray(chances, float).copy(), []
    while len(chances) and chances.max() >= threshold:
        t = int(chances.argmax())
        found.append(t)
        chances[max(t - rest, 0) : t + rest + 1] = -np.inf
    return np.array(sorted(found), int)


@program("alarms", breaks="an alarm needs no quiet frame before it: here only a rise counts")
def l_alarms_only_where_it_rises(chances, threshold, rest):
    loud = np.asarray(chances) >= threshold
    rises = loud & ~np.concatenate([[False], loud[:-1]])
    return _l_alarms(np.where(rises, 1.0, 0.0), 1.0, rest)


@program("alarms", breaks="the result is the frames: here a truth value for each frame")
def l_alarms_truth_values(chances, threshold, rest):
    made = np.zeros(len(chances), bool)
    made[_l_alarms(chances, threshold, rest)] = True
    return made


@program("alarms", breaks="the first frame counts like any other")
def l_alarms_not_at_the_start(chances, threshold, rest):
    found = _l_alarms(np.concatenate([[-np.inf], np.asarray(chances, float)[1:]]) if len(chances) else chances, threshold, rest)
    return found


@program("alarms", breaks="whole numbers: without any alarm an array of floats comes back")
def l_alarms_floats_where_there_are_none(chances, threshold, rest):
    return np.array(_l_alarms(chances, threshold, rest).tolist())


@program("alarms", breaks="an array is left as it was")
def l_alarms_wipes_the_rest(chances, threshold, rest):
    found = []
    for t in range(len(chances)):
        if chances[t] >= threshold:
            found.append(t)
            chances[t + 1 : t + 1 + rest] = -1
    return np.array(found, int)


@program("alarms", breaks="the last frame counts like any other")
def l_alarms_not_the_last(chances, threshold, rest):
    return _l_alarms(np.asarray(chances)[:-1], threshold, rest)


# ---------------------------------------------------------------- attend


def _l_softmax(scores, mask, axis=-1):
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    top = scores.max(axis=axis, keepdims=True, initial=-np.inf)
    fit = np.exp(scores - np.where(np.isfinite(top), top, 0).astype(scores.dtype))
    total = fit.sum(axis=axis, keepdims=True)
    return fit / np.where(total > 0, total, 1).astype(scores.dtype)


def _l_floats(*parts):
    kind = np.result_type(*parts)
    kind = kind if kind.kind == "f" else np.dtype(float)
    return [np.asarray(part, kind) for part in parts]


def _l_attend(Q, K, V, mask=None, softmax=_l_softmax, scale=None):
    Q, K, V = _l_floats(Q, K, V)
    root = K.dtype.type(math.sqrt(K.shape[-1]) if scale is None else scale(K))
    weights = softmax(Q @ K.swapaxes(-1, -2) / root, mask)
    if mask is not None:
        V = np.asarray(V)
    return weights @ V, (Q, K, V, weights, root)


def _l_attend_backward(cache, d_output):
    Q, K, V, weights, root = cache
    d_output = np.asarray(d_output, Q.dtype)
    d_weights = d_output @ V.swapaxes(-1, -2)
    d_scores = weights * (d_weights - (weights * d_weights).sum(axis=-1, keepdims=True)) / root
    return d_scores @ K, d_scores.swapaxes(-1, -2) @ Q, weights.swapaxes(-1, -2) @ d_output


def _l_pair(forward=_l_attend, backward=_l_attend_backward):
    return {"attend": forward, "attend_backward": backward}


@program("attend", several=True)
def l_attend_plain():
    return _l_pair()


@program("attend", several=True)
def l_attend_einsum():
    def forward(Q, K, V, mask=None):
        Q, K, V = _l_floats(Q, K, V)
        scores = np.einsum("...qd,...kd->...qk", Q, K) / np.sqrt(Q.dtype.type(Q.shape[-1]))
        return np.einsum("...qk,...ke->...qe", weights := _l_softmax(scores, mask), V), {"parts": (Q, K, V), "weights": weights}

    def backward(cache, d_output):
        (Q, K, V), weights = cache["parts"], cache["weights"]
        d_V = np.einsum("...qk,...qe->...ke", weights, d_output)
        d_weights = np.einsum("...qe,...ke->...qk", d_output, V)
        centred = d_weights - np.einsum("...qk,...qk->...q", weights, d_weights)[..., None]
        d_scores = weights * centred / np.sqrt(Q.dtype.type(Q.shape[-1]))
        return np.einsum("...qk,...kd->...qd", d_scores, K), np.einsum("...qk,...qd->...kd", d_scores, Q), d_V

    return _l_pair(forward, backward)


@program("attend", several=True)
def l_attend_query_by_query():
    def forward(Q, K, V, mask=None):
        Q, K, V = _l_floats(Q, K, V)
        lead = Q.shape[:-2]
        seen = np.ones((*lead, Q.shape[-2], K.shape[-2]), bool)
        seen = seen if mask is None else seen & np.asarray(mask)
        weights = np.zeros(seen.shape, Q.dtype)
        for at in np.ndindex(*lead, Q.shape[-2]):
            here = np.flatnonzero(seen[at])
            if len(here):
                scores = K[at[:-1]][here] @ Q[at] / math.sqrt(Q.shape[-1])
                fit = np.exp(scores - scores.max())
                weights[at][here] = fit / fit.sum()
        return weights @ V, (Q, K, V, weights, Q.dtype.type(math.sqrt(Q.shape[-1])))

    return _l_pair(forward)


@program("attend", breaks="each row sums over the keys: here the softmax runs over the queries", several=True)
def l_attend_wrong_axis():
    return _l_pair(lambda Q, K, V, mask=None: _l_attend(Q, K, V, mask, lambda s, m: _l_softmax(s, m, axis=-2)))


@program("attend", breaks="what look_up gives: here without the root", several=True)
def l_attend_without_root():
    return _l_pair(lambda Q, K, V, mask=None: _l_attend(Q, K, V, mask, scale=lambda K: 1.0))


@program("attend", breaks="what look_up gives: here divided by d instead of its root", several=True)
def l_attend_by_length():
    return _l_pair(lambda Q, K, V, mask=None: _l_attend(Q, K, V, mask, scale=lambda K: K.shape[-1]))


@program("attend", breaks="the root is of d, the keys' length: here of the number of keys", several=True)
def l_attend_root_of_keys():
    return _l_pair(lambda Q, K, V, mask=None: _l_attend(Q, K, V, mask, scale=lambda K: math.sqrt(max(K.shape[-2], 1))))


@program("attend", breaks="True means may be looked at: here the opposite", several=True)
def l_attend_mask_turned():
    return _l_pair(lambda Q, K, V, mask=None: _l_attend(Q, K, V, None if mask is None else ~np.asarray(mask)))


@program("attend", breaks="among the entries it may look at: here weights are masked after the softmax", several=True)
def l_attend_masked_after():
    def softmax(scores, mask):
        weights = _l_softmax(scores, None)
        return weights if mask is None else weights * mask

    return _l_pair(lambda Q, K, V, mask=None: _l_attend(Q, K, V, mask, softmax))


@program("attend", breaks="a query that may look at nothing gets zeros: here the mean of all", several=True)
def l_attend_minus_a_billion():
    def softmax(scores, mask):
        return _l_softmax(scores if mask is None else np.where(mask, scores, scores.dtype.type(-1e9)), None)

    return _l_pair(lambda Q, K, V, mask=None: _l_attend(Q, K, V, mask, softmax))


@program(
    "attend", breaks="a masked entry does not change the row however large: here -1e4 stands for minus infinity", several=True
)
def l_attend_minus_ten_thousand():
    def softmax(scores, mask):
        if mask is None:
            return _l_softmax(scores, None)
        some = np.broadcast_to(mask, scores.shape).any(axis=-1, keepdims=True)
        return _l_softmax(np.where(mask, scores, scores - 1e4), None) * some

    return _l_pair(lambda Q, K, V, mask=None: _l_attend(Q, K, V, mask, softmax))


@program("attend", breaks="scores of size 10,000 do no harm: here exp overflows", several=True)
def l_attend_overflows():
    def softmax(scores, mask):
        fit = np.exp(scores) * (1 if mask is None else mask)
        total = fit.sum(axis=-1, keepdims=True)
        return fit / np.where(total > 0, total, 1)

    return _l_pair(lambda Q, K, V, mask=None: _l_attend(Q, K, V, mask, softmax))


@program("attend", breaks="no harm: the largest of the whole table is subtracted, so that small rows become 0/0", several=True)
def l_attend_one_largest_for_all():
    def softmax(scores, mask):
        scores = scores if mask is None else np.where(mask, scores, -np.inf)
        top = scores.max(initial=-1e300)
        fit = np.exp(scores - top)
        total = fit.sum(axis=-1, keepdims=True)
        return fit / np.where(total > 0, total, 1)

    return _l_pair(lambda Q, K, V, mask=None: _l_attend(Q, K, V, mask, softmax))


@program("attend", breaks="the gradient of d_Q, d_K is through the softmax: here the mean is not taken off", several=True)
def l_attend_backward_without_the_mean():
    def backward(cache, d_output):
        Q, K, V, weights, root = cache
        d_scores = weights * (d_output @ V.swapaxes(-1, -2)) / root
        return d_scores @ K, d_scores.swapaxes(-1, -2) @ Q, weights.swapaxes(-1, -2) @ d_output

    return _l_pair(backward=backward)


@program("attend", breaks="the gradient: here the slope w (1 - w) of the sigmoid is used for each entry", several=True)
def l_attend_backward_diagonal():
    def backward(cache, d_output):
        Q, K, V, weights, root = cache
        d_scores = weights * (1 - weights) * (d_output @ V.swapaxes(-1, -2)) / root
        return d_scores @ K, d_scores.swapaxes(-1, -2) @ Q, weights.swapaxes(-1, -2) @ d_output

    return _l_pair(backward=backward)


@program("attend", breaks="the gradient: the root is forgotten on the way back", several=True)
def l_attend_backward_without_root():
    return _l_pair(backward=lambda cache, d: _l_attend_backward((*cache[:4], 1.0), d))


@program("attend", breaks="any leading axes: here one axis at most", several=True)
def l_attend_one_leading_axis():
    def forward(Q, K, V, mask=None):
        Q, K, V = _l_floats(Q, K, V)
        root = Q.dtype.type(math.sqrt(Q.shape[-1]))
        weights = _l_softmax(np.matmul(Q, K.T if K.ndim == 2 else K.transpose(0, 2, 1)) / root, mask)
        return weights @ V, (Q, K, V, weights, root)

    return _l_pair(forward)


@program("attend", breaks="float32 is kept: here all becomes float64", several=True)
def l_attend_doubles():
    def forward(Q, K, V, mask=None):
        return _l_attend(np.asarray(Q, float), np.asarray(K, float), np.asarray(V, float), mask)

    return _l_pair(forward)


@program("attend", breaks="nothing is kept between two calls: the weights are those of the last call", several=True)
def l_attend_remembers():
    last = []

    def forward(Q, K, V, mask=None):
        output, cache = _l_attend(Q, K, V, mask)
        last[:] = [cache]
        return output, cache

    return _l_pair(forward, lambda cache, d: _l_attend_backward(last[-1], d))


@program("attend", breaks="where there is no key at all, zeros come out: here an error", several=True)
def l_attend_needs_a_key():
    def softmax(scores, mask):
        scores = scores if mask is None else np.where(mask, scores, -np.inf)
        top = scores.max(axis=-1, keepdims=True)
        fit = np.exp(scores - np.where(np.isfinite(top), top, 0).astype(scores.dtype))
        total = fit.sum(axis=-1, keepdims=True)
        return fit / np.where(total > 0, total, 1).astype(scores.dtype)

    return _l_pair(lambda Q, K, V, mask=None: _l_attend(Q, K, V, mask, softmax))


# ---------------------------------------------------------------- beam_search


def _l_score(log_p, length, alpha):
    return log_p / length**alpha


def _l_beam(step, end, width, longest, alpha=0.0, score=_l_score, finish=None, keep=None, per_line=False, order=None):
    """The beam search, with places where it can go wrong."""
    alive, found = [([], 0.0)], []
    for length in range(1, longest + 1):
        if not alive:
            break
        lines = np.array([line for line, _ in alive], int).reshape(len(alive), length - 1)
        table = np.asarray(step(lines), float)
        every = [
            ([*line, s], before + table[k, s])
            for k, (line, before) in enumerate(alive)
            for s in range(table.shape[1])
            if table[k, s] > -np.inf
        ]
        if per_line:
            every = [
                one
                for k in range(len(alive))
                for one in sorted((e for e in every if e[0][:-1] == alive[k][0]), key=lambda e: -e[1])[:width]
            ]
        every.sort(key=order(alpha) if order else (lambda one: -one[1]))
        best = every if per_line else (keep(every, end, width) if keep else every[:width])
        found += [one for one in best if one[0][-1] == end]
        alive = [one for one in best if one[0][-1] != end]
        if finish and finish(found, width):
            break
    else:
        found += alive
    found = found or alive
    line, log_p = max(found, key=lambda one: score(one[1], len(one[0]), alpha))
    return line, float(score(log_p, len(line), alpha))


@program("beam_search")
def l_beam_lists(step, end, width, longest, alpha=0.0):
    return _l_beam(step, end, width, longest, alpha)


@program("beam_search")
def l_beam_arrays(step, end, width, longest, alpha=0.0):
    lines, sums, best = np.zeros((1, 0), int), np.zeros(1), (None, -np.inf)
    for length in range(1, longest + 1):
        if not len(lines):
            break
        total = sums[:, None] + np.asarray(step(lines), float)
        flat = np.argsort(-total, axis=None, kind="stable")[:width]
        flat = flat[total.ravel()[flat] > -np.inf]
        rows, symbols = np.unravel_index(flat, total.shape)
        lines, sums = np.concatenate([lines[rows], symbols[:, None]], axis=1), total[rows, symbols]
        over = (symbols == end) | (length == longest)
        for line, log_p in zip(lines[over], sums[over], strict=True):
            value = log_p / length**alpha
            if best[0] is None or value > best[1]:
                best = line.tolist(), float(value)
        lines, sums = lines[~over], sums[~over]
    return best


@program("beam_search")
def l_beam_with_a_heap(step, end, width, longest, alpha=0.0):
    import heapq

    beam, over, t = [(0.0, ())], [], 0
    while beam and t < longest:
        t += 1
        table = step(np.array([line for _, line in beam], int).reshape(len(beam), t - 1))
        options = (
            (p + float(q), (*line, s))
            for (p, line), row in zip(beam, table, strict=True)
            for s, q in enumerate(row)
            if q > -np.inf
        )
        chosen = heapq.nlargest(width, options)
        over += [(p / t**alpha, line) for p, line in chosen if line[-1] == end or t == longest]
        beam = [] if t == longest else [one for one in chosen if one[1][-1] != end]
    value, line = max(over)
    return list(line), value


@program("beam_search", breaks="the highest score of all finished lines: here the first finished line is returned")
def l_beam_stops_at_the_first(step, end, width, longest, alpha=0.0):
    return _l_beam(step, end, width, longest, alpha, finish=lambda found, width: bool(found))


@program("beam_search", breaks="all finished lines count: here the search stops as soon as `width` lines are finished")
def l_beam_stops_at_width(step, end, width, longest, alpha=0.0):
    return _l_beam(step, end, width, longest, alpha, finish=lambda found, width: len(found) >= width)


@program("beam_search", breaks="the width likeliest of all continuations: here of each line")
def l_beam_width_of_each_line(step, end, width, longest, alpha=0.0):
    return _l_beam(step, end, width, longest, alpha, per_line=True)


@program("beam_search", breaks="a finished line takes a place in the beam once: here it takes none")
def l_beam_finished_take_no_place(step, end, width, longest, alpha=0.0):
    def keep(every, end, width):
        going = [one for one in every if one[0][-1] != end][:width]
        return [one for one in every if one[0][-1] == end] + going

    return _l_beam(step, end, width, longest, alpha, keep=keep)


@program("beam_search", breaks="the end mark counts: here the length is without it")
def l_beam_length_without_the_end(step, end, width, longest, alpha=0.0):
    alive, found = [([], 0.0)], []
    for length in range(1, longest + 1):
        if not alive:
            break
        table = np.asarray(step(np.array([line for line, _ in alive], int).reshape(len(alive), length - 1)), float)
        every = [
            ([*line, s], p + q) for (line, p), row in zip(alive, table, strict=True) for s, q in enumerate(row) if q > -np.inf
        ]
        best = sorted(every, key=lambda one: -one[1])[:width]
        found += [one for one in best if one[0][-1] == end or length == longest]
        alive = [one for one in best if one[0][-1] != end]

    def value(one):
        return one[1] / max(len(one[0]) - (one[0][-1] == end), 1) ** alpha

    best = max(found, key=value)
    return best[0], value(best)


@program("beam_search", breaks="divided by length to alpha: here multiplied by the length")
def l_beam_alpha_times_length(step, end, width, longest, alpha=0.0):
    return _l_beam(step, end, width, longest, alpha, score=lambda p, n, alpha: p / max(alpha * n, 1))


@program("beam_search", breaks="the likeliest survive: here those with the best score for the final length")
def l_beam_alpha_is_always_one(step, end, width, longest, alpha=0.0):
    return _l_beam(step, end, width, longest, alpha, score=lambda p, n, alpha: p / n)


@program("beam_search", breaks="the score has the length in it: here the log-probability comes back")
def l_beam_returns_log_p(step, end, width, longest, alpha=0.0):
    line, value = _l_beam(step, end, width, longest, alpha)
    return line, value * len(line) ** alpha


@program(
    "beam_search",
    breaks="lines of `longest` symbols are finished too: here only those with the end mark count, where there is one",
)
def l_beam_only_with_end(step, end, width, longest, alpha=0.0):
    alive, found = [([], 0.0)], []
    for length in range(1, longest + 1):
        if not alive:
            break
        table = np.asarray(step(np.array([line for line, _ in alive], int).reshape(len(alive), length - 1)), float)
        every = [
            ([*line, s], p + q) for (line, p), row in zip(alive, table, strict=True) for s, q in enumerate(row) if q > -np.inf
        ]
        best = sorted(every, key=lambda one: -one[1])[:width]
        found += [one for one in best if one[0][-1] == end]
        alive = [one for one in best if one[0][-1] != end]
    found = found or alive
    line, p = max(found, key=lambda one: one[1] / len(one[0]) ** alpha)
    return line, p / len(line) ** alpha


@program("beam_search", breaks="step is called once for each length: here once for each line")
def l_beam_line_by_line(step, end, width, longest, alpha=0.0):
    return _l_beam(lambda lines: np.concatenate([step(line[None]) for line in lines]), end, width, longest, alpha)


@program("beam_search", breaks="log-probabilities are added: here multiplied")
def l_beam_multiplies_logs(step, end, width, longest, alpha=0.0):
    alive, found = [([], -1.0)], []
    for length in range(1, longest + 1):
        if not alive:
            break
        table = np.asarray(step(np.array([line for line, _ in alive], int).reshape(len(alive), length - 1)), float)
        every = [
            ([*line, s], -p * q) for (line, p), row in zip(alive, table, strict=True) for s, q in enumerate(row) if q > -np.inf
        ]
        best = sorted(every, key=lambda one: -one[1])[:width]
        found += [one for one in best if one[0][-1] == end or length == longest]
        alive = [one for one in best if one[0][-1] != end]
    line, p = max(found, key=lambda one: one[1] / len(one[0]) ** alpha)
    return line, p / len(line) ** alpha


@program("beam_search", breaks="a wide beam: here always greedy")
def l_beam_always_greedy(step, end, width, longest, alpha=0.0):
    return _l_beam(step, end, 1, longest, alpha)


@program("beam_search", breaks="the line is a list of all symbols: here without the end mark")
def l_beam_without_the_end_mark(step, end, width, longest, alpha=0.0):
    line, value = _l_beam(step, end, width, longest, alpha)
    return [s for s in line if s != end], value


@program("beam_search", breaks="step never sees a finished line: finished ones stay in the beam and are asked for again")
def l_beam_asks_finished_ones(step, end, width, longest, alpha=0.0):
    alive = [([], 0.0, False)]
    for length in range(1, longest + 1):
        if all(over for _, _, over in alive):
            break
        lines = np.array([(line + [end] * longest)[: length - 1] for line, _, _ in alive], int).reshape(len(alive), length - 1)
        table, every = np.asarray(step(lines), float), []
        for (line, p, over), row in zip(alive, table, strict=True):
            every += [(line, p, True)] if over else [([*line, s], p + q, s == end) for s, q in enumerate(row) if q > -np.inf]
        alive = sorted(every, key=lambda one: -one[1])[:width]
    line, p, _ = max(alive, key=lambda one: one[1] / len(one[0]) ** alpha)
    return line, p / len(line) ** alpha


# ---------------------------------------------------------------- two_measures


def _l_distance(a, b, change=1, add=1, drop=1):
    row = [add * j for j in range(len(b) + 1)]
    for i, one in enumerate(a, 1):
        above, row = row, [drop * i]
        for j, other in enumerate(b, 1):
            row.append(min(above[j] + drop, row[-1] + add, above[j - 1] + (0 if one == other else change)))
    return row[-1]


def _l_rate(guesses, truths, distance=_l_distance):
    total = sum(len(truth) for truth in truths)
    if not total:
        raise ValueError("there is no symbol in the truths")
    return sum(distance(list(g), list(t)) for g, t in zip(guesses, truths, strict=True)) / total


def _l_grams(line, n):
    return Counter(tuple(line[k : k + n]) for k in range(len(line) - n + 1))


def _l_nearest(length, references):
    return min((abs(len(r) - length), len(r)) for r in references)[1]


def _l_any_reference(references, n):
    allowed = Counter()
    for r in references:
        allowed |= _l_grams(r, n)
    return allowed


def _l_bleu(guesses, references, nearest=_l_nearest, allowed=_l_any_reference, orders=4, smooth=0, clip=True, penalty=True):
    right, said, mine, theirs = [0] * orders, [0] * orders, 0, 0
    for guess, several in zip(guesses, references, strict=True):
        mine, theirs = mine + len(guess), theirs + nearest(len(guess), several)
        for n in range(1, orders + 1):
            have, may = _l_grams(guess, n), allowed(several, n)
            right[n - 1] += sum((have & may).values()) if clip else sum(c for gram, c in have.items() if gram in may)
            said[n - 1] += sum(have.values())
    right = [r + smooth for r in right]
    said = [s + smooth for s in said]
    if not all(right):
        return 0.0
    mean = math.exp(sum(math.log(r / s) for r, s in zip(right, said, strict=True)) / orders)
    return mean * (min(1.0, math.exp(1 - theirs / mine)) if penalty else 1.0)


def _l_two(rate=_l_rate, bleu=_l_bleu):
    return {
        "error_rate": lambda guesses, truths: rate(guesses, truths),
        "bleu": lambda guesses, references: bleu(guesses, references),
    }


@program("two_measures", several=True)
def l_measures_rows():
    return _l_two()


@program("two_measures", several=True)
def l_measures_tables():
    def distance(a, b):
        D = np.zeros((len(a) + 1, len(b) + 1), int)
        D[:, 0], D[0] = np.arange(len(a) + 1), np.arange(len(b) + 1)
        for i in range(len(a)):
            for j in range(len(b)):
                D[i + 1, j + 1] = min(D[i, j + 1] + 1, D[i + 1, j] + 1, D[i, j] + (a[i] != b[j]))
        return int(D[-1, -1])

    return _l_two(lambda g, t: _l_rate(g, t, distance))


@program("two_measures", several=True)
def l_measures_by_dictionaries():
    def bleu(guesses, references):
        logs, mine, theirs = 0.0, sum(map(len, guesses)), 0
        for guess, several in zip(guesses, references, strict=True):
            theirs += min(map(len, several), key=lambda n: (abs(n - len(guess)), n))
        for n in (1, 2, 3, 4):
            right = said = 0
            for guess, several in zip(guesses, references, strict=True):
                seen = {}
                for k in range(len(guess) - n + 1):
                    gram = tuple(guess[k : k + n])
                    seen[gram] = seen.get(gram, 0) + 1
                said += sum(seen.values())
                for gram, count in seen.items():
                    most = max(sum(tuple(r[k : k + n]) == gram for k in range(len(r) - n + 1)) for r in several)
                    right += min(count, most)
            if right == 0:
                return 0.0
            logs += math.log(right) - math.log(said)
        return math.exp(logs / 4 + min(0.0, 1 - theirs / mine))

    return _l_two(bleu=bleu)


@program("two_measures", breaks="summed over the lines, divided once: here the mean of each line's rate", several=True)
def l_rate_mean_of_lines():
    def rate(guesses, truths):
        if not any(map(len, truths)):
            raise ValueError("no symbols")
        return float(np.mean([_l_distance(list(g), list(t)) / max(len(t), 1) for g, t in zip(guesses, truths, strict=True)]))

    return _l_two(rate)


@program("two_measures", breaks="divided by the symbols of the truths: here by the guesses'", several=True)
def l_rate_by_guesses():
    return _l_two(lambda g, t: _l_rate(t, g))


@program("two_measures", breaks="a change is one edit: here two", several=True)
def l_rate_change_costs_two():
    return _l_two(lambda g, t: _l_rate(g, t, lambda a, b: _l_distance(a, b, change=2)))


@program("two_measures", breaks="edits: here places that differ are counted", several=True)
def l_rate_place_by_place():
    return _l_two(lambda g, t: _l_rate(g, t, lambda a, b: sum(x != y for x, y in zip(a, b, strict=False)) + abs(len(a) - len(b))))


@program("two_measures", breaks="without any symbol a ValueError: here 0", several=True)
def l_rate_nothing_is_zero():
    return _l_two(lambda g, t: _l_rate(g, t) if any(map(len, t)) else 0.0)


@program("two_measures", breaks="more edits than symbols give more than one: here at most one", several=True)
def l_rate_at_most_one():
    return _l_two(lambda g, t: min(1.0, _l_rate(g, t)))


@program("two_measures", breaks="over the whole test set: here the mean of each line's BLEU", several=True)
def l_bleu_mean_of_lines():
    return _l_two(bleu=lambda g, r: float(np.mean([_l_bleu([a], [b]) for a, b in zip(g, r, strict=True)])))


@program(
    "two_measures",
    breaks="an n-gram may be claimed as often as some one reference has it: here the references are added up",
    several=True,
)
def l_bleu_references_added():
    def allowed(references, n):
        return sum((_l_grams(r, n) for r in references), Counter())

    return _l_two(bleu=lambda g, r: _l_bleu(g, r, allowed=allowed))


@program("two_measures", breaks="right n-grams are clipped: here each that occurs counts", several=True)
def l_bleu_without_clipping():
    return _l_two(bleu=lambda g, r: _l_bleu(g, r, clip=False))


@program("two_measures", breaks="the reference nearest in length: here the shortest", several=True)
def l_bleu_shortest_reference():
    return _l_two(bleu=lambda g, r: _l_bleu(g, r, nearest=lambda length, several: min(map(len, several))))


@program("two_measures", breaks="of two equally near ones the shorter: here the first", several=True)
def l_bleu_longer_of_two():
    def nearest(length, several):
        return min((abs(len(r) - length), -len(r)) for r in several)[1] * -1

    return _l_two(bleu=lambda g, r: _l_bleu(g, r, nearest=nearest))


@program("two_measures", breaks="the penalty for short lines is missing", several=True)
def l_bleu_without_penalty():
    return _l_two(bleu=lambda g, r: _l_bleu(g, r, penalty=False))


@program("two_measures", breaks="if no 4-gram is right, BLEU is 0: here counts are smoothed", several=True)
def l_bleu_smoothed():
    return _l_two(bleu=lambda g, r: _l_bleu(g, r, smooth=1))


@program("two_measures", breaks="four orders: here words alone", several=True)
def l_bleu_one_order():
    return _l_two(bleu=lambda g, r: _l_bleu(g, r, orders=1))


@program("two_measures", breaks="only the first reference is looked at", several=True)
def l_bleu_first_reference():
    return _l_two(bleu=lambda g, r: _l_bleu(g, [several[:1] for several in r]))


@program("two_measures", breaks="the penalty is of the whole set: here of each line, and their mean", several=True)
def l_bleu_penalty_of_each_line():
    def bleu(guesses, references):
        whole = _l_bleu(guesses, references, penalty=False)
        each = [
            min(1.0, math.exp(1 - _l_nearest(len(g), r) / len(g))) if g else 0.0 for g, r in zip(guesses, references, strict=True)
        ]
        return whole * float(np.mean(each))

    return _l_two(bleu=bleu)


# ---------------------------------------------------------------- ctc_loss


def _l_log_softmax(logits):
    logits = np.asarray(logits)
    logits = logits if logits.dtype.kind == "f" else logits.astype(float)
    top = logits.max(axis=1, keepdims=True)
    return logits - top - np.log(np.exp(logits - top).sum(axis=1, keepdims=True))


def _l_runs(at, places, jumps=True, repeats=True):
    T, S = at.shape
    alpha = np.full((T, S), -np.inf)
    alpha[0, :2] = at[0, :2]
    for t in range(1, T):
        for s in range(S):
            ways = [alpha[t - 1, s]] if repeats or places[s] == 0 else [-np.inf]
            if s:
                ways.append(alpha[t - 1, s - 1])
            if s > 1 and places[s] and (places[s] != places[s - 2] or jumps == "always"):
                ways.append(alpha[t - 1, s - 2])
            top = max(ways)
            if top > -np.inf:
                alpha[t, s] = top + math.log(sum(math.exp(w - top) for w in ways)) + at[t, s]
    return alpha


def _l_ctc(logits, label, jumps=True, repeats=True, last=2):
    log_p = _l_log_softmax(logits)
    kind = log_p.dtype
    log_p = log_p.astype(float)
    places = [0]
    for symbol in label:
        places += [int(symbol), 0]
    T, S = len(log_p), len(places)
    nothing = np.zeros(log_p.shape, kind)
    if T == 0:
        return (0.0 if not len(label) else math.inf), nothing
    at = log_p[:, places]
    alpha = _l_runs(at, places, jumps, repeats)
    beta = _l_runs(at[::-1, ::-1], places[::-1], jumps, repeats)[::-1, ::-1]
    ends = alpha[-1, -last:] if S > 1 else alpha[-1]
    top = ends.max()
    if top == -np.inf:
        return math.inf, nothing
    total = top + math.log(np.exp(ends - top).sum())
    with np.errstate(invalid="ignore"):
        share = np.exp(np.where(np.isfinite(alpha + beta), alpha + beta - at - total, -np.inf))
    d = np.exp(log_p)
    for s, symbol in enumerate(places):
        d[:, symbol] -= share[:, s]
    return -float(total), d.astype(kind)


@program("ctc_loss")
def l_ctc_two_runs(logits, label):
    return _l_ctc(logits, label)


@program("ctc_loss")
def l_ctc_scaled_chances(logits, label):
    log_p = _l_log_softmax(logits)
    kind, p = log_p.dtype, np.exp(log_p.astype(float))
    places = [0] + [x for symbol in label for x in (int(symbol), 0)]
    T, S = len(p), len(places)
    if T == 0:
        return (0.0 if S == 1 else math.inf), np.zeros(p.shape, kind)
    step = np.eye(S) + np.eye(S, k=1)
    for s in range(2, S):
        step[s - 2, s] = places[s] != 0 and places[s] != places[s - 2]
    logs = log_p.astype(float)[:, places]

    def forward(logs, step):
        with np.errstate(divide="ignore"):
            jump = np.log(step)
        rows = [np.where(np.arange(S) < 2, logs[0], -np.inf)]
        for t in range(1, T):
            ways = rows[-1][:, None] + jump
            top = ways.max(axis=0)
            safe = np.where(np.isfinite(top), top, 0)
            with np.errstate(divide="ignore"):
                rows.append(safe + np.log(np.exp(ways - safe).sum(axis=0)) + logs[t])
        return np.array(rows)

    a = forward(logs, step)
    b = forward(logs[::-1, ::-1], step.T[::-1, ::-1])[::-1, ::-1]
    both = a + b - np.where(np.isfinite(logs), logs, 0)
    top = both[0].max()
    if top == -np.inf:
        return math.inf, np.zeros(p.shape, kind)
    total = top + math.log(np.exp(both[0] - top).sum())
    share, d = np.exp(both - total), p.copy()
    np.add.at(d.T, places, -share.T)
    return -total, d.astype(kind)


@program("ctc_loss")
def l_ctc_by_the_chain_rule(logits, label):
    """The backward pass of the recursion itself, symbol by symbol."""
    log_p = _l_log_softmax(logits)
    kind, log_p = log_p.dtype, log_p.astype(float)
    loss, _ = _l_ctc(logits, label)
    if not math.isfinite(loss) or not len(log_p):
        return loss, np.zeros(log_p.shape, kind)
    places = [0] + [x for symbol in label for x in (int(symbol), 0)]
    at = log_p[:, places]
    alpha = _l_runs(at, places)
    d_alpha, d_at = np.zeros(alpha.shape), np.zeros(at.shape)
    with np.errstate(under="ignore"):
        d_alpha[-1, -2:] = -np.exp(alpha[-1, -2:] + loss)
        for t in range(len(at) - 1, -1, -1):
            d_at[t] = d_alpha[t]
            for s in range(len(places)):
                if t and alpha[t, s] > -np.inf:
                    for back in (0, 1, 2):
                        if back <= s and (back < 2 or (places[s] and places[s] != places[s - 2])):
                            way = alpha[t - 1, s - back]
                            if way > -np.inf:
                                d_alpha[t - 1, s - back] += d_alpha[t, s] * math.exp(way + at[t, s] - alpha[t, s])
    d_log = np.zeros(log_p.shape)
    for s, symbol in enumerate(places):
        d_log[:, symbol] += d_at[:, s]
    return loss, (d_log - np.exp(log_p) * d_log.sum(axis=1, keepdims=True)).astype(kind)


@program("ctc_loss", breaks="the chance is a sum over all alignments: here the best one alone")
def l_ctc_best_alignment(logits, label):
    log_p = _l_log_softmax(logits).astype(float)
    places = [0] + [x for symbol in label for x in (int(symbol), 0)]
    at = log_p[:, places]
    best = np.full(at.shape, -np.inf)
    best[0, :2] = at[0, :2]
    for t in range(1, len(at)):
        for s in range(len(places)):
            ways = [best[t - 1, s]] + ([best[t - 1, s - 1]] if s else [])
            if s > 1 and places[s] and places[s] != places[s - 2]:
                ways.append(best[t - 1, s - 2])
            best[t, s] = max(ways) + at[t, s]
    return -float(best[-1, -2:].max()), _l_ctc(logits, label)[1]


@program("ctc_loss", breaks="two equal symbols need a blank between them: here the blank is jumped over")
def l_ctc_jumps_between_equals(logits, label):
    return _l_ctc(logits, label, jumps="always")


@program("ctc_loss", breaks="a symbol may be repeated: here each is said in one frame")
def l_ctc_without_repeats(logits, label):
    return _l_ctc(logits, label, repeats=False)


@program("ctc_loss", breaks="the last frame may be a symbol or the blank: here the blank alone")
def l_ctc_ends_in_a_blank(logits, label):
    return _l_ctc(logits, label, last=1)


@program("ctc_loss", breaks="the gradient is of the loss: here of the chance's logarithm")
def l_ctc_other_sign(logits, label):
    loss, d = _l_ctc(logits, label)
    return loss, -d


@program("ctc_loss", breaks="minus the logarithm of the chance: here divided by the label's length")
def l_ctc_mean_over_label(logits, label):
    loss, d = _l_ctc(logits, label)
    return loss / max(len(label), 1), d / max(len(label), 1)


@program("ctc_loss", breaks="an impossible label has the loss inf: here a large number")
def l_ctc_large_number(logits, label):
    loss, d = _l_ctc(logits, label)
    return min(loss, 1e9), d


@program("ctc_loss", breaks="an impossible label has a gradient of zeros: here nan")
def l_ctc_nan_gradient(logits, label):
    loss, d = _l_ctc(logits, label)
    return loss, d if math.isfinite(loss) else np.full(d.shape, np.nan, d.dtype)


@program("ctc_loss", breaks="an impossible label has a gradient of zeros: here the chances")
def l_ctc_chances_where_impossible(logits, label):
    loss, d = _l_ctc(logits, label)
    return loss, d if math.isfinite(loss) else np.exp(_l_log_softmax(logits))


@program("ctc_loss", breaks="300 frames are no trouble: here chances are multiplied and become 0")
def l_ctc_multiplies_chances(logits, label):
    p = np.exp(_l_log_softmax(logits).astype(float))
    places = [0] + [x for symbol in label for x in (int(symbol), 0)]
    alpha = np.where(np.arange(len(places)) < 2, p[0, places], 0) if len(p) else np.zeros(1)
    for t in range(1, len(p)):
        new = alpha + np.concatenate([[0], alpha[:-1]])
        for s in range(2, len(places)):
            new[s] += alpha[s - 2] * (places[s] != 0 and places[s] != places[s - 2])
        alpha = new * p[t, places]
    total = alpha[-2:].sum()
    return (-math.log(total) if total > 0 else math.inf), _l_ctc(logits, label)[1]


@program("ctc_loss", breaks="logits of size 1,000 are no trouble: here exp overflows")
def l_ctc_overflows(logits, label):
    logits = np.asarray(logits)
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return _l_ctc(np.log(chances), label)


@program("ctc_loss", breaks="d_logits: here with respect to the log-chances, without the softmax")
def l_ctc_without_the_softmax(logits, label):
    loss, d = _l_ctc(logits, label)
    return loss, d - np.exp(_l_log_softmax(logits)).astype(d.dtype) if math.isfinite(loss) else d


@program("ctc_loss", breaks="d_logits is float32 where the logits are")
def l_ctc_doubles(logits, label):
    return _l_ctc(np.asarray(logits, float), label)


@program("ctc_loss", breaks="blanks are symbol 0: here the last symbol")
def l_ctc_blank_is_last(logits, label):
    turned = np.roll(np.asarray(logits), 1, axis=1)
    loss, d = _l_ctc(turned, [(s + 1) % turned.shape[1] if turned.shape[1] > 1 else s for s in label])
    return loss, np.roll(d, -1, axis=1)


@program("ctc_loss", breaks="the gradient of each frame: here the frame's own chance is counted twice")
def l_ctc_counts_the_frame_twice(logits, label):
    loss, d = _l_ctc(logits, label)
    p = np.exp(_l_log_softmax(logits)).astype(d.dtype)
    return loss, p - (p - d) * p if math.isfinite(loss) else d
