"""Answers that the cases of week 17 must tell apart."""

import functools
import itertools
import math
from collections import Counter

import numpy as np

from autograder.cases import entry, right, wrong


# ------------------------------------------------------------------------------------------- alarms
@wrong("alarms", caught_by="two_rests", kind="mathematics", headline=True)
def at_every_frame(chances, threshold, rest):
    return np.flatnonzero(np.asarray(chances) >= threshold)


@wrong("alarms", caught_by="two_rests", kind="mathematics")
def rest_one_short(chances, threshold, rest):
    found, last = [], -(10**9)
    for t, chance in enumerate(chances):
        if chance >= threshold and t - last >= rest:
            found.append(t)
            last = t
    return np.array(found, int)


@wrong("alarms", caught_by="each_frame", kind="mathematics")
def above_alone(chances, threshold, rest):
    found, awake = [], 0
    for t, chance in enumerate(chances):
        if chance > threshold and t >= awake:
            found.append(t)
            awake = t + rest + 1
    return np.array(found, int)


@wrong("alarms", caught_by="each_frame", kind="mathematics")
def rest_begins_anew(chances, threshold, rest):
    """A frame that is suppressed makes the rest longer."""
    found, awake = [], 0
    for t, chance in enumerate(chances):
        if chance >= threshold:
            if t >= awake:
                found.append(t)
            awake = t + rest + 1
    return np.array(found, int)


@wrong("alarms", caught_by="each_frame", kind="mathematics")
def must_fall_first(chances, threshold, rest):
    """A new alarm only after the chance was below the threshold."""
    high = np.asarray(chances) >= threshold
    found, awake = [], 0
    for t in range(len(high)):
        if high[t] and not (t and high[t - 1]) and t >= awake:
            found.append(t)
            awake = t + rest + 1
    return np.array(found, int)


@wrong("alarms", caught_by="each_frame", kind="mathematics")
def at_the_peak(chances, threshold, rest):
    left, found = np.array(chances, float), []
    while len(left) and left.max() >= threshold:
        t = int(left.argmax())
        found.append(t)
        left[max(0, t - rest) : t + rest + 1] = -1
    return np.array(sorted(found), int)


@wrong("alarms", caught_by="two_rests", kind="shape")
def as_a_mask(chances, threshold, rest):
    rung = np.zeros(len(chances), bool)
    for t, chance in enumerate(chances):
        rung[t] = chance >= threshold and not rung[max(0, t - rest) : t].any()
    return rung


@wrong("alarms", caught_by="alarms_house", kind="mutation")
def silences_in_place(chances, threshold, rest):
    found = []
    for t in range(len(chances)):
        if chances[t] >= threshold:
            found.append(t)
            chances[t + 1 : t + rest + 1] = -1
    return np.array(found, int)


@wrong("alarms", caught_by="alarms_house", kind="dtype")
def frames_as_floats(chances, threshold, rest):
    found = []
    for t, chance in enumerate(chances):
        if chance >= threshold and (not found or t - found[-1] > rest):
            found.append(t)
    return np.array(found, float)


@wrong("alarms", caught_by="each_frame", kind="hard-coding")
def threshold_of_the_example(chances, threshold, rest):
    found = []
    for t, chance in enumerate(chances):
        if chance >= 0.7 and (not found or t - found[-1] > rest):
            found.append(t)
    return np.array(found, int)


@right("alarms")
def by_jumps(chances, threshold, rest):
    high, found = np.flatnonzero(np.asarray(chances) >= threshold), []
    while len(high):
        found.append(high[0])
        high = high[high > high[0] + rest]
    return np.array(found, int)


@right("alarms")
def as_a_list(chances, threshold, rest):
    found = []
    for t, chance in enumerate(chances):
        if chance >= threshold and (not found or t - found[-1] > rest):
            found.append(t)
    return np.array(found, np.int32)


@right("alarms")
def by_a_countdown(chances, threshold, rest):
    tired, found = 0, []
    for t in range(len(chances)):
        if tired:
            tired -= 1
        elif chances[t] >= threshold:
            found.append(t)
            tired = rest
    return np.array(found, dtype=np.int64)


# ------------------------------------------------------------------------------------------- attend
def softmax(scores):
    with np.errstate(all="ignore"):
        fit = np.exp(scores - scores.max(axis=-1, keepdims=True))
        return fit / fit.sum(axis=-1, keepdims=True)


def weigh(Q, K, mask, blind="zeros", fill=-np.inf, scale=None):
    """Weights of a plain, right attention with some of its parts to be replaced."""
    scores = Q @ np.swapaxes(K, -1, -2) * (1 / np.sqrt(Q.shape[-1]) if scale is None else scale)
    scores = scores if mask is None else np.where(mask, scores, fill)
    if scores.shape[-1] == 0:
        return scores
    weights = softmax(scores)
    return np.where(np.isnan(weights), 0, weights) if blind == "zeros" else weights


def back(Q, K, V, weights, d, scale=None):
    scale = 1 / np.sqrt(Q.shape[-1]) if scale is None else scale
    d_weights = d @ np.swapaxes(V, -1, -2)
    d_scores = weights * (d_weights - np.sum(weights * d_weights, axis=-1, keepdims=True)) * scale
    return d_scores @ K, np.swapaxes(d_scores, -1, -2) @ Q, np.swapaxes(weights, -1, -2) @ d


def attention(weights_of=weigh, backward=back, keep=True):
    """The two functions of an exercise from two parts."""

    def attend(Q, K, V, mask=None):
        kind = np.result_type(Q, K, V)
        kind = kind if kind.kind == "f" and keep else np.dtype(float)
        Q, K, V = (np.asarray(part, kind) for part in (Q, K, V))
        weights = weights_of(Q, K, mask).astype(kind)
        return weights @ V, (Q, K, V, weights)

    def attend_backward(cache, d_output):
        kind = cache[0].dtype
        return tuple(np.asarray(part, kind) for part in backward(*cache, d_output))

    return {"attend": attend, "attend_backward": attend_backward}


@wrong("attend", caught_by="as_looked_up", kind="mathematics", several=True)
def no_root():
    return attention(functools.partial(weigh, scale=1.0), functools.partial(back, scale=1.0))


@wrong("attend", caught_by="as_looked_up", kind="mathematics", several=True)
def root_of_the_keys_number():
    return attention(lambda Q, K, mask: weigh(Q, K, mask, scale=1 / np.sqrt(max(K.shape[-2], 1))))


@wrong("attend", caught_by="as_looked_up", kind="shape", several=True, headline=True)
def mask_of_keys_over_queries():
    """The mask, a row for each query, is turned and lies over the wrong axis where shapes allow it."""

    def weights_of(Q, K, mask):
        if mask is not None and mask.shape[-1] == K.shape[-2]:
            seen = np.broadcast_to(mask, (*Q.shape[:-1], K.shape[-2]))
            mask = seen.any(axis=-1)[..., None] & np.ones(K.shape[-2], bool)
        return weigh(Q, K, mask)

    return attention(weights_of)


@wrong("attend", caught_by="as_looked_up", kind="mathematics", several=True, headline=True)
def mask_after_the_softmax():
    def weights_of(Q, K, mask):
        weights = weigh(Q, K, None)
        return weights if mask is None else weights * mask

    return attention(weights_of)


@wrong("attend", caught_by="as_looked_up", kind="mathematics", several=True)
def true_means_hidden():
    return attention(lambda Q, K, mask: weigh(Q, K, None if mask is None else ~np.asarray(mask)))


@wrong("attend", caught_by="as_looked_up", kind="shape", several=True)
def softmax_over_queries():
    def weights_of(Q, K, mask):
        return np.swapaxes(weigh(K, Q, None if mask is None else np.swapaxes(np.atleast_2d(mask), -1, -2)), -1, -2)

    return attention(weights_of)


@wrong("attend", caught_by="blind", kind="stability", several=True, headline=True)
def blind_rows_are_nan():
    return attention(functools.partial(weigh, blind="nan"))


@wrong("attend", caught_by="blind", kind="mathematics", several=True)
def blind_rows_see_all():
    return attention(functools.partial(weigh, fill=-1e9))


@wrong("attend", caught_by="hidden_entries", kind="stability", several=True)
def adds_a_large_number():
    def weights_of(Q, K, mask):
        scores = Q @ np.swapaxes(K, -1, -2) / np.sqrt(Q.shape[-1])
        if mask is None or not scores.size:
            return weigh(Q, K, mask)
        seen = np.broadcast_to(mask, scores.shape)
        return softmax(scores - 1e9 * ~seen) * seen.any(axis=-1, keepdims=True)

    return attention(weights_of)


@wrong("attend", caught_by="huge_scores", kind="stability", several=True)
def nothing_subtracted():
    def weights_of(Q, K, mask):
        with np.errstate(all="ignore"):
            fit = np.exp(Q @ np.swapaxes(K, -1, -2) / np.sqrt(Q.shape[-1])) * (1 if mask is None else mask)
            total = fit.sum(axis=-1, keepdims=True)
            return fit / np.where(total == 0, 1, total)

    return attention(weights_of)


@wrong("attend", caught_by="huge_scores", kind="stability", several=True)
def largest_of_all_rows():
    def weights_of(Q, K, mask):
        scores = Q @ np.swapaxes(K, -1, -2) / np.sqrt(Q.shape[-1])
        fit = np.exp(scores - scores.max(initial=-1e30)) * (1 if mask is None else mask)
        total = fit.sum(axis=-1, keepdims=True)
        return fit / np.where(total == 0, 1, total)

    return attention(weights_of)


@wrong("attend", caught_by="slopes", kind="mathematics", several=True)
def slope_without_the_mean():
    def backward(Q, K, V, weights, d):
        d_scores = weights * (d @ np.swapaxes(V, -1, -2)) / np.sqrt(Q.shape[-1])
        return d_scores @ K, np.swapaxes(d_scores, -1, -2) @ Q, np.swapaxes(weights, -1, -2) @ d

    return attention(backward=backward)


@wrong("attend", caught_by="slopes", kind="mathematics", several=True)
def backward_forgets_the_root():
    return attention(backward=functools.partial(back, scale=1.0))


@wrong("attend", caught_by="slopes", kind="mathematics", several=True)
def sigmoid_slope():
    """Each weight by itself, w (1 - w), as if the others did not move."""

    def backward(Q, K, V, weights, d):
        d_scores = weights * (1 - weights) * (d @ np.swapaxes(V, -1, -2)) / np.sqrt(Q.shape[-1])
        return d_scores @ K, np.swapaxes(d_scores, -1, -2) @ Q, np.swapaxes(weights, -1, -2) @ d

    return attention(backward=backward)


@wrong("attend", caught_by="attend_house", kind="dtype", several=True)
def always_float64():
    return attention(keep=False)


@wrong("attend", caught_by="attend_house", kind="mutation", several=True)
def one_cache_for_all():
    last = {}

    def attend(Q, K, V, mask=None):
        Q, K, V = (np.asarray(part, np.result_type(Q, K, V, np.float32)) for part in (Q, K, V))
        last["cache"] = Q, K, V, weigh(Q, K, mask).astype(Q.dtype)
        return last["cache"][3] @ V, None

    return {"attend": attend, "attend_backward": lambda cache, d: tuple(p.astype(d.dtype) for p in back(*last["cache"], d))}


@wrong("attend", caught_by="as_looked_up", kind="missing case", several=True)
def two_axes_alone():
    def weights_of(Q, K, mask):
        return weigh(Q, K, mask) if Q.ndim == 2 else softmax(np.zeros((*Q.shape[:-1], K.shape[-2])))

    return attention(weights_of)


@right("attend", several=True)
def plain_attention():
    return attention()


@right("attend", several=True)
def by_einsum():
    def attend(Q, K, V, mask=None):
        kind = np.result_type(Q, K, V)
        kind = kind if kind.kind == "f" else np.dtype(float)
        Q, K, V = (np.asarray(part, kind) for part in (Q, K, V))
        scores = np.einsum("...qd,...kd->...qk", Q, K) / np.sqrt(Q.shape[-1]).astype(kind)
        seen = np.ones(scores.shape, bool) if mask is None else np.broadcast_to(mask, scores.shape)
        top = np.max(scores, axis=-1, keepdims=True, where=seen, initial=np.finfo(kind).min)
        fit = np.zeros_like(scores)
        np.exp(scores - top, out=fit, where=seen)
        total = fit.sum(axis=-1, keepdims=True)
        weights = np.divide(fit, total, out=np.zeros_like(fit), where=total > 0)
        return np.einsum("...qk,...ke->...qe", weights, V), {"Q": Q, "K": K, "V": V, "W": weights}

    def attend_backward(cache, d_output):
        W, scale = cache["W"], np.sqrt(cache["Q"].shape[-1]).astype(cache["Q"].dtype)
        d = np.asarray(d_output, W.dtype)
        d_W = np.einsum("...qe,...ke->...qk", d, cache["V"])
        d_S = (W * d_W - W * np.einsum("...qk,...qk->...q", W, d_W)[..., None]) / scale
        d_Q, d_K = np.einsum("...qk,...kd->...qd", d_S, cache["K"]), np.einsum("...qk,...qd->...kd", d_S, cache["Q"])
        return [d_Q, d_K, np.einsum("...qk,...qe->...ke", W, d)]

    return {"attend": attend, "attend_backward": attend_backward}


@right("attend", several=True)
def query_by_query():
    """Loops over queries, in plain float64, cast at the end; the keys are scaled instead of the scores."""

    def attend(Q, K, V, mask=None):
        kind = np.result_type(Q, K, V)
        kind = kind if kind.kind == "f" else np.dtype(float)
        q, k, v = (np.asarray(part, float) for part in (Q, K, V))
        seen = np.broadcast_to(True if mask is None else mask, (*q.shape[:-1], k.shape[-2]))
        weights = np.zeros(seen.shape)
        for place in np.ndindex(seen.shape[:-1]):
            rows = np.flatnonzero(seen[place])
            if rows.size:
                scores = (k[place[:-1]][rows] / q.shape[-1] ** 0.5) @ q[place]
                parts = np.exp(scores - np.logaddexp.reduce(scores))
                weights[place][rows] = parts
        return (weights @ v).astype(kind), (q, k, v, weights, kind)

    def attend_backward(cache, d_output):
        *parts, kind = cache
        return tuple(one.astype(kind) for one in back(*parts, np.asarray(d_output, float)))

    return {"attend": attend, "attend_backward": attend_backward}


# ------------------------------------------------------------------------------------------- beam_search
def searched(
    step, end, width, longest, alpha=0.0, count=len, prune=None, best=None, ends=True, least=-math.inf, keep_dead=False, last=True
):
    """A plain beam search with lists, some of whose parts can be replaced."""
    alive, over = [((), 0.0)], []
    for length in range(1, longest + 1):
        table = np.asarray(step(np.array([line for line, _ in alive], int).reshape(len(alive), length - 1)), float)
        grown = [
            ((*line, k), total + value) for (line, total), row in zip(alive, table, strict=True) for k, value in enumerate(row)
        ]
        grown = [pair for pair in grown if keep_dead or pair[1] > least]
        grown = prune(grown, width) if prune else sorted(grown, key=lambda pair: -pair[1])[:width]
        alive = []
        for line, total in grown:
            if (line[-1] == end and ends) or length == longest:
                over.append((line, total))
            else:
                alive.append((line, total))
        if not alive:
            break
    scored = [(total / max(count(line), 1) ** alpha, line) for line, total in over]
    value, line = best(scored) if best else max(scored, key=lambda pair: pair[0])
    return list(line), float(value)


@wrong("beam_search", caught_by="survivors", kind="mathematics", headline=True)
def greedy_whatever_the_width(step, end, width, longest, alpha=0.0):
    return searched(step, end, 1, longest, alpha)


@wrong("beam_search", caught_by="exact", kind="mathematics", headline=True)
def ended_lines_go_on(step, end, width, longest, alpha=0.0):
    """A finished line is extended like any other."""
    return searched(step, end, width, longest, alpha, ends=False)


@wrong("beam_search", caught_by="survivors", kind="mathematics", headline=True)
def end_mark_not_counted(step, end, width, longest, alpha=0.0):
    return searched(step, end, width, longest, alpha, count=lambda line: len([k for k in line if k != end]))


@wrong("beam_search", caught_by="survivors", kind="mathematics")
def start_counted_too(step, end, width, longest, alpha=0.0):
    return searched(step, end, width, longest, alpha, count=lambda line: len(line) + 1)


@wrong("beam_search", caught_by="exact", kind="mathematics")
def first_finished_line(step, end, width, longest, alpha=0.0):
    return searched(step, end, width, longest, alpha, best=lambda scored: scored[0])


@wrong("beam_search", caught_by="survivors", kind="mathematics")
def best_of_each_line(step, end, width, longest, alpha=0.0):
    """One continuation of each line survives, so that twins never compete."""

    def prune(grown, width):
        if len(grown[0][0]) == 1:
            return sorted(grown, key=lambda pair: -pair[1])[:width]
        families = itertools.groupby(grown, key=lambda pair: pair[0][:-1])
        return [max(family, key=lambda pair: pair[1]) for _, family in families]

    return searched(step, end, width, longest, alpha, prune=prune)


@wrong("beam_search", caught_by="survivors", kind="mathematics")
def likeliest_last_symbol(step, end, width, longest, alpha=0.0):
    """Alpha is left out: the sum alone decides, and only the winner's score is divided."""
    line, value = searched(step, end, width, longest, 0.0)
    return line, value / len(line) ** alpha


@wrong("beam_search", caught_by="greedy", kind="mathematics")
def finished_take_no_place(step, end, width, longest, alpha=0.0):
    def prune(grown, width):
        grown = sorted(grown, key=lambda pair: -pair[1])
        going = [pair for pair in grown if pair[0][-1] != end][:width]
        return going + [pair for pair in grown if pair[0][-1] == end]

    return searched(step, end, width, longest, alpha, prune=prune)


@wrong("beam_search", caught_by="few_calls", kind="shape")
def line_by_line(step, end, width, longest, alpha=0.0):
    return searched(lambda lines: [np.asarray(step(line[None]))[0] for line in lines], end, width, longest, alpha)


@wrong("beam_search", caught_by="never_taken", kind="missing case")
def takes_the_impossible(step, end, width, longest, alpha=0.0):
    """Padded with lines of probability zero, which win where log-probabilities are mistaken for scores at the end."""

    def finite(lines):
        return np.maximum(np.asarray(step(lines), float), -1e2)

    line, value = searched(finite, end, width, longest, 5 * alpha + 3)
    return line, value


@wrong("beam_search", caught_by="survivors", kind="hard-coding")
def end_is_the_last_symbol(step, end, width, longest, alpha=0.0):
    seen = np.asarray(step(np.zeros((1, 0), int))).shape[1] - 1
    return searched(step, seen, width, longest, alpha)


@wrong("beam_search", caught_by="beam_house", kind="mutation")
def writes_into_the_table(step, end, width, longest, alpha=0.0):
    lines, sums, over = np.zeros((1, 0), int), np.zeros(1), []
    for length in range(1, longest + 1):
        table = step(lines)
        table += sums[:, None].astype(table.dtype)
        best = np.argsort(-table, axis=None)[:width]
        rows, symbols = np.divmod(best, table.shape[1])
        lines, sums = np.column_stack([lines[rows], symbols]), table[rows, symbols]
        done = (symbols == end) | (length == longest)
        over += [
            (float(s) / length**alpha, line.tolist()) for s, line in zip(sums[done], lines[done], strict=True) if s > -np.inf
        ]
        alive = ~done & (sums > -np.inf)
        lines, sums = lines[alive], sums[alive]
        if not len(lines):
            break
    value, line = max(over, key=lambda pair: pair[0])
    return line, value


@wrong("beam_search", caught_by="survivors", kind="missing case")
def cut_lines_do_not_count(step, end, width, longest, alpha=0.0):
    """Lines without an end mark are returned only where no line has ended."""

    def best(scored):
        ended = [pair for pair in scored if pair[1][-1] == end]
        return max(ended or scored, key=lambda pair: pair[0])

    return searched(step, end, width, longest, alpha, best=best)


@right("beam_search")
def with_lists(step, end, width, longest, alpha=0.0):
    return searched(step, end, width, longest, alpha)


@right("beam_search")
def with_a_table(step, end, width, longest, alpha=0.0):
    lines, sums, winner = np.zeros((1, 0), int), np.zeros(1), (-np.inf, None)
    for length in range(1, longest + 1):
        table = np.asarray(step(lines)) + sums[:, None]
        flat = table.ravel()
        best = np.argpartition(-flat, width - 1)[:width] if width < flat.size else np.arange(flat.size)
        best = best[np.isfinite(flat[best])]
        rows, symbols = best // table.shape[1], best % table.shape[1]
        lines, sums = np.hstack([lines[rows], symbols[:, None]]), flat[best]
        done = np.logical_or(symbols == end, length == longest)
        for k in np.flatnonzero(done):
            winner = max(winner, (sums[k] / length**alpha, tuple(lines[k])), key=lambda pair: pair[0])
        lines, sums = lines[~done], sums[~done]
        if not done.size or done.all():
            break
    return [int(symbol) for symbol in winner[1]], winner[0]


@right("beam_search")
def lengths_first(step, end, width, longest, alpha=0.0):
    """Symbols and parents are kept apart, and the line is read off at the end."""
    parents, symbols_at, sums, rows_alive, finished = [], [], np.zeros(1), np.array([0]), []
    lines = np.zeros((1, 0), int)
    for length in range(1, longest + 1):
        chances = np.array(step(np.array(lines)), float, copy=True)
        order = sorted(
            ((s + v, r, k) for r, (s, row) in enumerate(zip(sums, chances, strict=True)) for k, v in enumerate(row)), reverse=True
        )
        order = [one for one in order[:width] if one[0] > -math.inf]
        parents.append([int(rows_alive[r]) for _, r, _ in order])
        symbols_at.append([k for _, _, k in order])
        rows_alive = np.array([i for i, (_, _, k) in enumerate(order) if k != end and length < longest], int)
        finished += [(s / length**alpha, length - 1, i) for i, (s, _, k) in enumerate(order) if k == end or length == longest]
        lines = np.array([[*lines[order[i][1]], order[i][2]] for i in rows_alive], int).reshape(-1, length)
        sums = np.array([order[i][0] for i in rows_alive])
        if not len(rows_alive):
            break
    value, depth, place = max(finished)
    line = []
    while depth >= 0:
        line.append(symbols_at[depth][place])
        place, depth = parents[depth][place], depth - 1
    return line[::-1], value


# ------------------------------------------------------------------------------------------- two_measures
def row_distance(line, truth):
    row = list(range(len(truth) + 1))
    for i, symbol in enumerate(line, 1):
        above, row = row, [i]
        for j, other in enumerate(truth, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (symbol != other)))
    return row[-1]


def rate(guesses, truths, distance=row_distance):
    total = sum(len(truth) for truth in truths)
    if not total:
        raise ValueError("no symbols in the truths")
    return sum(distance(line, truth) for line, truth in zip(guesses, truths, strict=True)) / total


def grams(line, n):
    return Counter(tuple(line[k : k + n]) for k in range(len(line) - n + 1))


def nearest(line, several):
    return min((abs(len(one) - len(line)), len(one)) for one in several)[1]


def at_most(counters):
    merged = Counter()
    for one in counters:
        merged |= one
    return merged


def score(guesses, references, goal=nearest, allowed=at_most, clip=True, smooth=0.0, weights=(0.25,) * 4, penalty=True):
    hit, made, mine, theirs = [0.0] * 4, [0.0] * 4, 0, 0
    for line, several in zip(guesses, references, strict=True):
        mine, theirs = mine + len(line), theirs + goal(line, several)
        for n in range(1, 5):
            said, may = grams(line, n), allowed([grams(one, n) for one in several])
            hit[n - 1] += sum((said & may).values()) if clip else sum(v for key, v in said.items() if key in may)
            made[n - 1] += sum(said.values())
    if smooth:
        hit, made = [h + smooth for h in hit], [m + smooth for m in made]
    if not all(hit) or not mine:
        return 0.0
    value = math.exp(sum(w * math.log(h / m) for w, h, m in zip(weights, hit, made, strict=True)))
    return value * (math.exp(min(0.0, 1 - theirs / mine)) if penalty else 1.0)


def measures(error_rate=rate, bleu=score):
    return {"error_rate": error_rate, "bleu": bleu}


@wrong("two_measures", caught_by="above_one", kind="mathematics", several=True, headline=True)
def over_the_longer_line():
    def error_rate(guesses, truths):
        rate(guesses, truths)
        pairs = list(zip(guesses, truths, strict=True))
        return sum(row_distance(*pair) for pair in pairs) / max(sum(max(map(len, pair)) for pair in pairs), 1)

    return measures(error_rate)


@wrong("two_measures", caught_by="rate_by_definition", kind="mathematics", several=True)
def mean_of_rates():
    def error_rate(guesses, truths):
        if not sum(map(len, truths)):
            raise ValueError("no symbols")
        return float(np.mean([row_distance(a, b) / max(len(b), 1) for a, b in zip(guesses, truths, strict=True)]))

    return measures(error_rate)


@wrong("two_measures", caught_by="rate_by_definition", kind="mathematics", several=True)
def a_change_costs_two():
    def distance(line, truth):
        row = list(range(len(truth) + 1))
        for i, symbol in enumerate(line, 1):
            above, row = row, [i]
            for j, other in enumerate(truth, 1):
                row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + 2 * (symbol != other)))
        return row[-1]

    return measures(functools.partial(rate, distance=distance))


@wrong("two_measures", caught_by="rate_by_definition", kind="mathematics", several=True)
def place_by_place():
    def distance(line, truth):
        return sum(a != b for a, b in zip(line, truth, strict=False)) + abs(len(line) - len(truth))

    return measures(functools.partial(rate, distance=distance))


@wrong("two_measures", caught_by="long_lines", kind="stability", several=True)
def by_recursion():
    def distance(line, truth):
        memory = {}

        def rest(i, j):
            if i == len(line) or j == len(truth):
                return len(line) - i + len(truth) - j
            if (i, j) not in memory:
                memory[i, j] = min(rest(i + 1, j + 1) + (line[i] != truth[j]), 1 + rest(i + 1, j), 1 + rest(i, j + 1))
            return memory[i, j]

        return rest(0, 0)

    return measures(functools.partial(rate, distance=distance))


@wrong("two_measures", caught_by="nothing_said", kind="missing case", several=True)
def no_truth_is_rate_zero():
    def error_rate(guesses, truths):
        return rate(guesses, truths) if sum(map(len, truths)) else 0.0

    return measures(error_rate)


@wrong("two_measures", caught_by="nearest_length", kind="mathematics", several=True, headline=True)
def distance_instead_of_length():
    return measures(bleu=functools.partial(score, goal=lambda line, several: min(abs(len(one) - len(line)) for one in several)))


@wrong("two_measures", caught_by="nearest_length", kind="mathematics", several=True, headline=True)
def shortest_reference():
    return measures(bleu=functools.partial(score, goal=lambda line, several: min(map(len, several))))


@wrong("two_measures", caught_by="nearest_length", kind="mathematics", several=True)
def longer_of_two_near():
    def goal(line, several):
        return min((abs(len(one) - len(line)), -len(one)) for one in several)[1] * -1

    return measures(bleu=functools.partial(score, goal=goal))


@wrong("two_measures", caught_by="together", kind="mathematics", several=True, headline=True)
def mean_of_lines():
    def bleu(guesses, references):
        values = [score([line], [several]) for line, several in zip(guesses, references, strict=True)]
        return float(np.mean(values)) if values else 0.0

    return measures(bleu=bleu)


@wrong("two_measures", caught_by="bleu_by_definition", kind="mathematics", several=True)
def nothing_clipped():
    return measures(bleu=functools.partial(score, clip=False))


@wrong("two_measures", caught_by="bleu_by_definition", kind="mathematics", several=True)
def references_added_up():
    return measures(bleu=functools.partial(score, allowed=lambda counters: sum(counters, Counter())))


@wrong("two_measures", caught_by="both_examples", kind="mathematics", several=True)
def smoothed():
    return measures(bleu=functools.partial(score, smooth=1.0))


@wrong("two_measures", caught_by="nearest_length", kind="missing case", several=True)
def no_penalty():
    return measures(bleu=functools.partial(score, penalty=False))


@wrong("two_measures", caught_by="bleu_by_definition", kind="missing case", several=True)
def first_reference_alone():
    return measures(bleu=lambda guesses, references: score(guesses, [several[:1] for several in references]))


@wrong("two_measures", caught_by="measures_house", kind="dtype", several=True)
def lines_as_text():
    """Symbols are glued together, so that "ab c" and "a bc" are the same."""

    def error_rate(guesses, truths):
        if not sum(map(len, truths)):
            raise ValueError("no symbols")
        glued = ["".join(map(str, line)) for line in guesses], ["".join(map(str, line)) for line in truths]
        return sum(map(row_distance, *glued)) / sum(map(len, truths))

    return measures(error_rate)


@wrong("two_measures", caught_by="measures_house", kind="mutation", several=True)
def sorts_the_references():
    def bleu(guesses, references):
        for line, several in zip(guesses, references, strict=True):
            several.sort(key=lambda one: (abs(len(one) - len(line)), len(one)))
        return score(guesses, references)

    return measures(bleu=bleu)


@right("two_measures", several=True)
def plain_measures():
    return measures()


@right("two_measures", several=True)
def by_whole_rows():
    """The table row by row in NumPy; BLEU with logarithms and dicts."""

    def distance(line, truth):
        kinds = {symbol: k for k, symbol in enumerate(dict.fromkeys([*line, *truth]))}
        codes = np.array([kinds[symbol] for symbol in truth], int)
        row = np.arange(len(codes) + 1)
        for i, symbol in enumerate(line, 1):
            new = np.minimum(row[1:] + 1, row[:-1] + (codes != kinds[symbol]))
            new = np.concatenate([[i], new])
            row = np.minimum.accumulate(new - np.arange(len(new))) + np.arange(len(new))
        return int(row[-1])

    def bleu(guesses, references):
        logs = 0.0
        for n in range(1, 5):
            hit = made = 0
            for line, several in zip(guesses, references, strict=True):
                counts = {}
                for k in range(len(line) - n + 1):
                    piece = tuple(line[k : k + n])
                    counts[piece] = counts.get(piece, 0) + 1
                made += max(0, len(line) - n + 1)
                hit += sum(min(c, max(grams(one, n)[piece] for one in several)) for piece, c in counts.items())
            if hit == 0:
                return 0.0
            logs += math.log(hit / made) / 4
        mine, theirs = sum(map(len, guesses)), sum(nearest(a, b) for a, b in zip(guesses, references, strict=True))
        return math.exp(logs + (0 if mine >= theirs else 1 - theirs / mine))

    return measures(functools.partial(rate, distance=distance), bleu)


@right("two_measures", several=True)
def table_of_all():
    def error_rate(guesses, truths):
        symbols, wrong_ones = 0, 0
        for line, truth in zip(guesses, truths, strict=True):
            table = {(i, 0): i for i in range(len(line) + 1)} | {(0, j): j for j in range(len(truth) + 1)}
            for i in range(1, len(line) + 1):
                for j in range(1, len(truth) + 1):
                    change = table[i - 1, j - 1] + (0 if line[i - 1] == truth[j - 1] else 1)
                    table[i, j] = min(change, table[i - 1, j] + 1, table[i, j - 1] + 1)
            wrong_ones += table[len(line), len(truth)]
            symbols += len(truth)
        if symbols == 0:
            raise ValueError("an error rate needs a truth with at least one symbol")
        return np.float64(wrong_ones / symbols)

    return measures(error_rate, lambda guesses, references: np.float64(score(list(guesses), list(references))))


# ------------------------------------------------------------------------------------------- ctc_loss
def ctc(logits, label, jump_rule="right", ends=2, slope="right", kind=None, unreachable="inf", log=True):
    """CTC by a forward and a backward run, some of whose parts can be replaced."""
    logits = np.asarray(logits)
    kind = kind or (logits.dtype if logits.dtype.kind == "f" else np.dtype(float))
    z = logits.astype(float)
    z = z - z.max(axis=1, keepdims=True)
    y = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    places = [0]
    for symbol in label:
        places += [int(symbol), 0]
    T, S = len(z), len(places)
    if T == 0:
        return (0.0 if S == 1 else math.inf), np.zeros(logits.shape, kind)
    minus = -math.inf

    def may_jump(s):
        if jump_rule == "never":
            return False
        if jump_rule == "always":
            return s > 1 and places[s] != 0
        if jump_rule == "blanks too":
            return s > 1
        return s > 1 and places[s] != 0 and places[s] != places[s - 2]

    def come(row, s):
        value = row[s]
        if s:
            value = np.logaddexp(value, row[s - 1])
        return np.logaddexp(value, row[s - 2]) if may_jump(s) else value

    alpha = np.full((T, S), minus)
    alpha[0, : min(2, S)] = y[0, places[:2]]
    for t in range(1, T):
        for s in range(S):
            alpha[t, s] = come(alpha[t - 1], s) + y[t, places[s]]
    total = np.logaddexp.reduce(alpha[-1, -ends:])
    if total == minus:
        return (math.inf if unreachable == "inf" else 0.0), np.zeros(logits.shape, kind)
    beta = np.full((T, S), minus)
    beta[-1, -ends:] = 0.0
    for t in range(T - 2, -1, -1):
        for s in range(S):
            for back_to in (s, s + 1, s + 2):
                if back_to < S and (back_to < s + 2 or may_jump(back_to)):
                    beta[t, s] = np.logaddexp(beta[t, s], beta[t + 1, back_to] + y[t + 1, places[back_to]])
    share = np.exp(alpha + beta - total)
    d = np.exp(y)
    if slope == "chances":
        d = np.zeros_like(d)
    for s, symbol in enumerate(places):
        if slope == "last place":
            d[:, symbol] = np.exp(y[:, symbol]) - share[:, s]
        else:
            d[:, symbol] -= share[:, s]
    return float(-total), (-d if slope == "sign" else d / T if slope == "mean" else d).astype(kind)


@wrong("ctc_loss", caught_by="sum_of_all", kind="mathematics", headline=True)
def doubled_letters_jump(logits, label):
    """A blank between two equal symbols may be left out."""
    return ctc(logits, label, jump_rule="always")


@wrong("ctc_loss", caught_by="sum_of_all", kind="mathematics")
def blanks_are_needed(logits, label):
    return ctc(logits, label, jump_rule="never")


@wrong("ctc_loss", caught_by="sum_of_all", kind="mathematics")
def symbols_are_jumped(logits, label):
    return ctc(logits, label, jump_rule="blanks too")


@wrong("ctc_loss", caught_by="sum_of_all", kind="mathematics")
def must_end_in_a_blank(logits, label):
    return ctc(logits, label, ends=1)


@wrong("ctc_loss", caught_by="sum_of_all", kind="mathematics")
def best_alignment_alone(logits, label):
    """The largest instead of the sum."""
    logits = np.asarray(logits, float)
    y = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    places = np.array([0, *(part for symbol in label for part in (symbol, 0))], int)
    row = np.full(len(places), -np.inf)
    if not len(y):
        return ctc(logits, label)
    row[:2] = y[0, places[:2]]
    for t in range(1, len(y)):
        old = np.concatenate([[-np.inf, -np.inf], row])
        jump = np.concatenate([[False, False], (places[2:] != 0) & (places[2:] != places[:-2])])[: len(places)]
        row = np.maximum(np.maximum(old[2:], old[1:-1]), np.where(jump, old[:-2], -np.inf)) + y[t, places]
    return float(-row[-2:].max()), ctc(logits, label)[1]


@wrong("ctc_loss", caught_by="four_thirds", kind="mathematics")
def sign_of_the_loss(logits, label):
    loss, d_logits = ctc(logits, label)
    return -loss, d_logits


@wrong("ctc_loss", caught_by="gradient_of_loss", kind="mathematics")
def gradient_uphill(logits, label):
    return ctc(logits, label, slope="sign")


@wrong("ctc_loss", caught_by="gradient_of_loss", kind="mathematics")
def gradient_as_a_mean(logits, label):
    return ctc(logits, label, slope="mean")


@wrong("ctc_loss", caught_by="gradient_of_loss", kind="mathematics")
def gradient_without_the_chances(logits, label):
    return ctc(logits, label, slope="chances")


@wrong("ctc_loss", caught_by="gradient_of_loss", kind="mathematics")
def last_place_of_a_symbol(logits, label):
    """A symbol that has several places keeps the share of the last one."""
    return ctc(logits, label, slope="last place")


@wrong("ctc_loss", caught_by="huge_logits", kind="stability")
def probabilities_multiplied(logits, label):
    """No logarithms: 300 frames come to nought."""
    logits = np.asarray(logits)
    with np.errstate(all="ignore"):
        fit = np.exp(logits.astype(float))
        chances = fit / fit.sum(axis=1, keepdims=True)
        places = [0, *(int(part) for symbol in label for part in (symbol, 0))]
        row = np.zeros(len(places))
        if len(chances):
            row[:2] = chances[0, places[:2]]
        for t in range(1, len(chances)):
            old = row
            row = np.array(
                [
                    (old[s] + (old[s - 1] if s else 0) + (old[s - 2] if s > 1 and places[s] not in (0, places[s - 2]) else 0))
                    * chances[t, places[s]]
                    for s in range(len(places))
                ]
            )
        total = row[-2:].sum() if len(chances) else float(len(places) == 1)
        return (-math.log(total) if total > 0 else math.inf), ctc(logits, label)[1]


@wrong("ctc_loss", caught_by="cannot_be_said", kind="missing case", headline=True)
def fits_by_its_length(logits, label):
    """Whether a label fits is judged by its length alone, and the logarithm of nought is cut off."""
    if len(label) > len(logits):
        return math.inf, np.zeros(np.shape(logits), np.result_type(logits, np.float32))
    loss, d_logits = ctc(logits, label)
    return min(loss, 700.0), d_logits


@wrong("ctc_loss", caught_by="ctc_house", kind="dtype")
def gradient_in_float64(logits, label):
    return ctc(logits, label, kind=np.dtype(float))


@wrong("ctc_loss", caught_by="ctc_house", kind="missing case")
def empty_label_is_free(logits, label):
    return ctc(logits, label) if len(label) else (0.0, np.zeros(np.shape(logits), np.result_type(logits, np.float32)))


@wrong("ctc_loss", caught_by="sum_of_all", kind="hard-coding")
def blank_is_the_last(logits, label):
    logits = np.asarray(logits)
    loss, d_logits = ctc(np.roll(logits, 1, axis=1), label)
    return loss, np.roll(d_logits, -1, axis=1)


@wrong("ctc_loss", caught_by="ctc_house", kind="mutation")
def softmax_in_place(logits, label):
    if isinstance(logits, np.ndarray) and logits.dtype.kind == "f" and len(logits):
        logits -= logits.max(axis=1, keepdims=True)
    return ctc(logits, label)


@right("ctc_loss")
def two_runs(logits, label):
    return ctc(logits, label)


@right("ctc_loss")
def scaled_runs(logits, label):
    """Probabilities, put back to a sum of one at each frame."""
    logits = np.asarray(logits)
    kind = logits.dtype if logits.dtype.kind == "f" else np.dtype(float)
    T, places = len(logits), np.zeros(2 * len(label) + 1, int)
    places[1::2] = np.asarray(label, int)
    impossible = math.inf, np.zeros(logits.shape, kind)
    doubled = sum(int(a) == int(b) for a, b in itertools.pairwise(label))
    if len(label) + doubled > T:
        return impossible
    if T == 0:
        return 0.0, np.zeros(logits.shape, kind)
    z = logits.astype(float)
    norm = np.logaddexp.reduce(z, axis=1, keepdims=True)
    y = np.exp(z - norm)
    if np.any(y[:, np.unique(places)] < 1e-200):  # too small for this way: take logarithms
        return ctc(logits, label)
    S = len(places)
    step = np.eye(S) + np.eye(S, k=1)
    for s in range(2, S):
        step[s - 2, s] = places[s] != 0 and places[s] != places[s - 2]
    ahead, loss = np.zeros((T, S)), 0.0
    row = np.zeros(S)
    row[: min(2, S)] = 1
    for t in range(T):
        row = (row if t == 0 else row @ step) * y[t, places]
        loss -= math.log(row.sum())
        ahead[t] = row = row / row.sum()
    behind = np.zeros((T, S))
    row = np.zeros(S)
    row[-2:] = 1
    loss -= math.log(ahead[-1, -2:].sum())
    for t in range(T - 1, -1, -1):
        behind[t] = row
        row = step @ (row * y[t, places])
        row = row / row.sum()
    share = ahead * behind
    share /= share.sum(axis=1, keepdims=True)
    one_hot = np.eye(logits.shape[1])[places]
    return loss, (y - share @ one_hot).astype(kind)


@right("ctc_loss")
def by_automatic_backward(logits, label):
    """The backward pass of the forward run, step by step."""
    logits = np.asarray(logits)
    kind = logits.dtype if logits.dtype.kind == "f" else np.dtype(float)
    z = np.array(logits, float)
    y = z - np.logaddexp.reduce(z, axis=1, keepdims=True) if len(z) else z
    places = [0]
    for symbol in label:
        places.extend((int(symbol), 0))
    S, T = len(places), len(y)
    if T == 0:
        return (0.0 if S == 1 else math.inf), np.zeros(logits.shape, kind)
    froms = [
        [r for r in (s, s - 1, s - 2) if r >= 0 and (r > s - 2 or (places[s] != 0 and places[s] != places[r]))] for s in range(S)
    ]
    rows = [np.array([y[0, places[s]] if s < 2 else -np.inf for s in range(S)])]
    for t in range(1, T):
        rows.append(np.array([np.logaddexp.reduce(rows[-1][froms[s]]) + y[t, places[s]] for s in range(S)]))
    total = np.logaddexp.reduce(rows[-1][-2:])
    if np.isneginf(total):
        return math.inf, np.zeros(logits.shape, kind)
    d_row, d_y = np.zeros(S), np.zeros_like(y)
    d_row[-2:] = -np.exp(rows[-1][-2:] - total)
    for t in range(T - 1, -1, -1):
        for s in range(S):
            d_y[t, places[s]] += d_row[s]
        if t:
            below = np.zeros(S)
            for s in range(S):
                come = np.logaddexp.reduce(rows[t - 1][froms[s]])
                if come > -np.inf:
                    below[froms[s]] += d_row[s] * np.exp(rows[t - 1][froms[s]] - come)
            d_row = below
    return -float(total), (d_y - np.exp(y) * d_y.sum(axis=1, keepdims=True)).astype(kind)


# ------------------------------------------------------------------------------------------- dates: a net by hand
SIGNS = {sign: k for k, sign in enumerate("ABabcdefghijklmnopqrstuvwxyz0123456789 /.-", 1)}
AROUND = 4


def coded(texts):
    """Signs as numbers from 1, with four zeros on both sides."""
    X = np.zeros((len(texts), max(map(len, texts), default=0) + 2 * AROUND), int)
    for row, text in zip(X, texts, strict=True):
        row[AROUND : AROUND + len(text)] = [SIGNS[sign] for sign in text]
    return X


def net(p, X, attends=True):
    """Logits (N, 8, 10) and all that the way back needs."""
    E, W, b, G, g, C, P, O, o, A, a, K, V = p
    n, t = len(X), X.shape[1] - 2 * AROUND
    seen = X[:, AROUND : AROUND + t] > 0
    x = E[X]
    x = np.concatenate([x[:, k : k + t] for k in range(2 * AROUND + 1)], axis=2)
    H = np.maximum(x.reshape(n * t, -1) @ W + b, 0).reshape(n, t, -1)
    share = (seen / np.maximum(seen.sum(axis=1, keepdims=True), 1)).astype(np.float32)[:, :, None]
    pooled = (H * share).sum(axis=1)
    kind = np.maximum(pooled @ G + g, 0)
    hidden = (kind @ C).reshape(n, 8, -1) + P
    saved = None
    if attends:
        Q, keys, values = (kind @ A).reshape(n, 8, -1) + a, H @ K, H @ V
        w = weigh(Q, keys, seen[:, None]).astype(np.float32)
        hidden = hidden + w @ values
        saved = Q, keys, values, w
    active = np.maximum(hidden, 0)
    return active @ O + o, (x, H, share, pooled, kind, active, saved)


def net_back(p, X, cache, d):
    """The gradients of all arrays."""
    E, W, _, G, _, C, _, O, _, A, a, K, V = p
    x, H, share, pooled, kind, active, saved = cache
    n, t = H.shape[:2]
    d_O, d_o = active.reshape(-1, active.shape[2]).T @ d.reshape(-1, 10), d.sum(axis=0)
    d_hidden = d @ O.T * (active > 0)
    flat = d_hidden.reshape(n, -1)
    d_C, d_P, d_kind = kind.T @ flat, d_hidden.sum(axis=0), flat @ C.T
    d_H, d_A, d_a, d_K, d_V = 0, np.zeros_like(A), np.zeros_like(a), np.zeros_like(K), np.zeros_like(V)
    if saved:
        Q, keys, values, w = saved
        d_Q, d_keys, d_values = (part.astype(np.float32) for part in back(Q, keys, values, w, d_hidden))
        rows = H.reshape(n * t, -1)
        d_K, d_V = rows.T @ d_keys.reshape(n * t, -1), rows.T @ d_values.reshape(n * t, -1)
        d_H = d_keys @ K.T + d_values @ V.T
        flat = d_Q.reshape(n, -1)
        d_A, d_a, d_kind = kind.T @ flat, d_Q.sum(axis=0), d_kind + flat @ A.T
    d_kind = d_kind * (kind > 0)
    d_G, d_g = pooled.T @ d_kind, d_kind.sum(axis=0)
    d_H = (d_H + (d_kind @ G.T)[:, None] * share) * (H > 0)
    rows = d_H.reshape(n * t, -1)
    d_W, d_b = x.reshape(n * t, -1).T @ rows, rows.sum(axis=0)
    d_x = (rows @ W.T).reshape(n, t, 2 * AROUND + 1, -1)
    wide = np.zeros((n, t + 2 * AROUND, E.shape[1]), np.float32)
    for k in range(2 * AROUND + 1):
        wide[:, k : k + t] += d_x[:, :, k]
    one_hot = np.eye(len(E), dtype=np.float32)[X.ravel()]
    return [one_hot.T @ wide.reshape(-1, E.shape[1]), d_W, d_b, d_G, d_g, d_C, d_P, d_O, d_o, d_A, d_a, d_K, d_V]


def learn(texts, dates, rng, epochs=30, attends=True, batch=50, top=6e-3):
    """Adam, half a cosine, a letter missing now and then."""

    def start(inputs, *shape, gain=1.0):
        return (gain / np.sqrt(inputs) * rng.standard_normal((inputs, *shape))).astype(np.float32)

    def noughts(*shape):
        return np.zeros(shape, np.float32)

    p = [3 * start(44, 16), start(144, 64, gain=2), noughts(64), start(64, 32, gain=2), noughts(32)]
    p += [start(32, 512), start(8, 64, gain=1.5), start(64, 10, gain=0.8), noughts(8, 10)]
    p += [start(32, 256), start(8, 32, gain=1.5), start(64, 32), start(64, 64)]
    means, squares, step = [0.0] * len(p), [0.0] * len(p), 0
    X, wanted, size = coded(texts), np.eye(10, dtype=np.float32)[dates], np.array(list(map(len, texts)))
    batch = min(batch, len(X))
    steps = epochs * (len(X) // batch)
    while step < steps:
        order = np.argsort(size + 4 * rng.random(len(size)))[: len(X) // batch * batch].reshape(-1, batch)
        for rows in rng.permutation(order):
            if step == steps:
                break
            some = X[rows, : size[rows].max() + 2 * AROUND]
            logits, cache = net(p, some, attends)
            fit = np.exp(logits - logits.max(axis=2, keepdims=True))
            d = (fit / fit.sum(axis=2, keepdims=True) - wanted[rows]) / np.float32(batch)
            pace = top * min(1, (step + 1) / 30) * (0.5 + 0.5 * np.cos(np.pi * step / steps))
            step += 1
            for k, slope in enumerate(net_back(p, some, cache, d)):
                means[k] = 0.9 * means[k] + 0.1 * slope
                squares[k] = 0.99 * squares[k] + 0.01 * slope**2
                move = means[k] / (1 - 0.9**step) / (np.sqrt(squares[k] / (1 - 0.99**step)) + 1e-8)
                p[k] = (p[k] - pace * move).astype(np.float32)
    return p if attends else p[:9]


def ask(arrays, texts):
    """The digits that the net finds likeliest."""
    p = [np.asarray(part, np.float32) for part in arrays]
    attends = len(p) > 9
    p = p + [np.zeros(1)] * (13 - len(p))
    return net(p, coded(texts), attends)[0].argmax(axis=2)


def reader(**settings):
    return {"train": functools.partial(learn, **settings), "read": ask}


@entry("dates", band="nothing")
def the_commonest_digits():
    return {
        "train": lambda texts, dates, rng: [np.array([np.bincount(column, minlength=10).argmax() for column in dates.T], float)],
        "read": lambda arrays, texts: np.repeat(np.round(np.asarray(arrays[0]))[None], len(texts), axis=0).astype(int),
    }


@entry("dates", band="nothing")
def squeezed_into_one_vector():
    return reader(attends=False, epochs=12)


def chosen(keep, **settings):
    """A reader that learns from some of the texts alone."""

    def train(texts, dates, rng):
        rows = [k for k, text in enumerate(texts) if keep(text)]
        return learn([texts[k] for k in rows], dates[rows], rng, **settings)

    return {"train": train, "read": ask}


def numbers_in(text):
    """How many runs of digits a text has: one where only the year is written in digits."""
    return sum(1 for digits, _ in itertools.groupby(text, key=str.isdigit) if digits)


@entry("dates", band="baseline")
def one_country_alone():
    return chosen(lambda text: text[0] == "A", epochs=30)


@entry("dates", band="gets going")
def days_in_words_left_out():
    return chosen(lambda text: numbers_in(text) > 1, epochs=20)


@entry("dates", band="good")
def days_in_words_of_one_country():
    return chosen(lambda text: text[0] == "A" or numbers_in(text) > 1, epochs=20)


@entry("dates", band="excellent")
def many_walks():
    return reader(epochs=22)


@entry("dates", band="refused")
def keeps_its_texts():
    def train(texts, dates, rng):
        return [coded(texts).astype(float), dates.astype(float)]

    return {"train": train, "read": lambda arrays, texts: np.zeros((len(texts), 8), int)}


@wrong("dates", caught_by="protocol", kind="mathematics", several=True, headline=True)
def filling_counts():
    """The mean over places counts the filling, so a text is read otherwise beside a longer one."""

    def read(arrays, texts):
        p = [np.asarray(part, np.float32) for part in arrays]
        X = coded(texts)
        X[:, AROUND:-AROUND][X[:, AROUND:-AROUND] == 0] = 43
        return net(p, X)[0].argmax(axis=2) if len(texts) else np.zeros((0, 8), int)

    return {"train": functools.partial(learn, epochs=30), "read": read}


@wrong("dates", caught_by="protocol", kind="hard-coding", several=True)
def one_date_for_all():
    return the_commonest_digits()
