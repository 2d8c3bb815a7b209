"""Programs for week 17, written from its contracts alone."""

import heapq
import math
from collections import Counter

import numpy as np

from autograder.cases import program

# alarms


def _alarms(chances, threshold, rest, loud=lambda chance, threshold: chance >= threshold, awake=0, again=None):
    found = []
    for t, chance in enumerate(np.asarray(chances).tolist()):
        if loud(chance, threshold):
            if t >= awake:
                found.append(t)
                awake = t + 1 + rest
            elif again is not None:
                awake = again(t, rest)
    return np.array(found, int)


@program("alarms")
def b_bell_frame_by_frame(chances, threshold, rest):
    return _alarms(chances, threshold, rest)


@program("alarms")
def b_bell_jumps_to_the_next_loud_frame(chances, threshold, rest):
    loud, found, place = np.flatnonzero(np.asarray(chances) >= threshold), [], 0
    while place < len(loud):
        found.append(loud[place])
        place = np.searchsorted(loud, loud[place] + rest, side="right")
    return np.array(found, dtype=int)


@program("alarms")
def b_bell_with_a_countdown(chances, threshold, rest):
    class Box:
        tired = 0

        def hear(self, chance):
            if self.tired > 0:
                self.tired -= 1
                return False
            if chance >= threshold:
                self.tired = rest
                return True
            return False

    box = Box()
    return np.flatnonzero(np.array([box.hear(chance) for chance in chances], bool))


@program("alarms", breaks="a chance of exactly the threshold gives an alarm")
def b_bell_above_the_threshold(chances, threshold, rest):
    return _alarms(chances, threshold, rest, loud=lambda chance, threshold: chance > threshold)


@program("alarms", breaks="at rest for `rest` frames, not one more")
def b_bell_rests_one_too_long(chances, threshold, rest):
    return _alarms(chances, threshold, rest + 1)


@program("alarms", breaks="at rest for `rest` frames, not one fewer")
def b_bell_rests_one_too_short(chances, threshold, rest):
    return _alarms(chances, threshold, max(rest - 1, 0))


@program("alarms", breaks="what happens in the frames of rest changes nothing")
def b_bell_rest_begins_anew(chances, threshold, rest):
    return _alarms(chances, threshold, rest, again=lambda t, rest: t + 1 + rest)


@program("alarms", breaks="what comes later does not change an earlier alarm")
def b_bell_loudest_first(chances, threshold, rest):
    kept = []
    for t in np.argsort(-np.asarray(chances), kind="stable"):
        if chances[t] >= threshold and all(abs(int(t) - other) > rest for other in kept):
            kept.append(int(t))
    return np.array(sorted(kept), int)


@program("alarms", breaks="the alarm comes at the first loud frame, not at the loudest of the rest")
def b_bell_waits_for_the_peak(chances, threshold, rest):
    starts = _alarms(chances, threshold, rest)
    return np.array([t + int(np.argmax(chances[t : t + rest + 1])) for t in starts], int)


@program("alarms", breaks="a loud frame gives an alarm also where the frame before was loud")
def b_bell_rising_edges(chances, threshold, rest):
    loud = np.asarray(chances) >= threshold
    edge = loud & ~np.concatenate([[False], loud[:-1]])[: len(loud)]
    return _alarms(edge.astype(float), 0.5, rest)


@program("alarms", breaks="a single frame's chance counts, not a mean over frames")
def b_bell_smoothed(chances, threshold, rest):
    chances = np.asarray(chances, float)
    before = np.concatenate([chances[:1], chances[:-1]])
    return _alarms((chances + before) / 2, threshold, rest)


@program("alarms", breaks="the frames in order, as whole numbers, not a mark for each frame")
def b_bell_marks_for_frames(chances, threshold, rest):
    marks = np.zeros(len(chances), int)
    marks[_alarms(chances, threshold, rest)] = 1
    return marks


@program("alarms", breaks="an array of whole numbers, also where there is none")
def b_bell_floats_without_an_alarm(chances, threshold, rest):
    return np.array(_alarms(chances, threshold, rest).tolist())


@program("alarms", breaks="the box is not at rest before the first alarm")
def b_bell_begins_at_rest(chances, threshold, rest):
    return _alarms(chances, threshold, rest, awake=rest)


@program("alarms", breaks="the last frame counts too")
def b_bell_misses_the_last_frame(chances, threshold, rest):
    return _alarms(chances[:-1], threshold, rest)


@program("alarms", breaks="frames count from 0")
def b_bell_counts_from_one(chances, threshold, rest):
    return _alarms(chances, threshold, rest) + 1


@program("alarms", breaks="time is not cut into blocks: rest begins with the alarm")
def b_bell_one_in_each_block(chances, threshold, rest):
    loud = np.flatnonzero(np.asarray(chances) >= threshold)
    return loud[np.unique(loud // (rest + 1), return_index=True)[1]].astype(int)


@program("alarms", breaks="inputs are left as they were")
def b_bell_silences_the_rest(chances, threshold, rest):
    found = []
    for t in range(len(chances)):
        if chances[t] >= threshold:
            found.append(t)
            chances[t + 1 : t + 1 + rest] = -1
    return np.array(found, int)


# attend


def _float(*arrays):
    kind = np.result_type(*[np.asarray(array).dtype for array in arrays])
    return kind if kind.kind == "f" else np.dtype(float)


def _softmax(scores, top=lambda scores: scores.max(axis=-1, keepdims=True, initial=-1e30), axis=-1):
    fit = np.exp(scores - top(scores))
    total = fit.sum(axis=axis, keepdims=True)
    return fit / np.where(total > 0, total, 1)


def _hide(scores, mask):
    return np.where(mask, scores, -np.inf)


def _look(Q, K, V, mask=None, scale=lambda Q, K, V: math.sqrt(Q.shape[-1]), hide=_hide, softmax=_softmax, late=None):
    kind = _float(Q, K, V)
    Q, K, V = (np.asarray(part, kind) for part in (Q, K, V))
    scores = Q @ K.swapaxes(-1, -2) / kind.type(scale(Q, K, V) or 1)
    weights = softmax(scores if mask is None else hide(scores, mask)).astype(kind)
    weights = weights if late is None or mask is None else late(weights, mask).astype(kind)
    return weights @ V, (Q, K, V, weights)


def _look_back(cache, d_output, mean=lambda d, w: (d * w).sum(axis=-1, keepdims=True), root=(1, 1)):
    Q, K, V, weights = cache
    d_output = np.asarray(d_output, Q.dtype)
    d_weights = d_output @ V.swapaxes(-1, -2)
    d_scores = weights * (d_weights - mean(d_weights, weights))
    size = math.sqrt(Q.shape[-1]) or 1
    d_Q, d_K = d_scores @ K / size ** root[0], d_scores.swapaxes(-1, -2) @ Q / size ** root[1]
    return d_Q, d_K, weights.swapaxes(-1, -2) @ d_output


def _eyes(attend=_look, attend_backward=_look_back):
    return {"attend": attend, "attend_backward": attend_backward}


def _sees(**knobs):
    return _eyes(lambda Q, K, V, mask=None: _look(Q, K, V, mask, **knobs))


@program("attend", several=True)
def b_eyes_in_matrices():
    return _eyes()


@program("attend", several=True)
def b_eyes_query_by_query():
    def attend(Q, K, V, mask=None):
        kind = _float(Q, K, V)
        shape = (*Q.shape[:-1], K.shape[-2])
        allowed = np.ones(shape, bool) if mask is None else np.broadcast_to(mask, shape).copy()
        output, kept = np.zeros((*Q.shape[:-1], V.shape[-1]), kind), {}
        for place in np.ndindex(*Q.shape[:-1]):
            seen = np.flatnonzero(allowed[place])
            if len(seen):
                fit = K[place[:-1]][seen] @ Q[place] / math.sqrt(Q.shape[-1])
                fit = np.exp(fit - fit.max())
                kept[place] = seen, (fit / fit.sum()).astype(kind)
                output[place] = kept[place][1] @ V[place[:-1]][seen]
        return output, (np.array(Q, kind), np.array(K, kind), np.array(V, kind), kept)

    def attend_backward(cache, d_output):
        Q, K, V, kept = cache
        d_Q, d_K, d_V = np.zeros_like(Q), np.zeros_like(K), np.zeros_like(V)
        for place, (seen, weights) in kept.items():
            lead = place[:-1]
            d_V[lead][seen] += np.outer(weights, d_output[place])
            d_weights = V[lead][seen] @ d_output[place]
            d_scores = weights * (d_weights - weights @ d_weights) / math.sqrt(Q.shape[-1])
            d_Q[place] = d_scores @ K[lead][seen]
            d_K[lead][seen] += np.outer(d_scores, Q[place])
        return d_Q, d_K, d_V

    return _eyes(attend, attend_backward)


@program("attend", several=True)
def b_eyes_by_einsum_and_log_sums():
    def attend(Q, K, V, mask=None):
        kind = _float(Q, K, V)
        Q, K, V = (np.array(part, kind) for part in (Q, K, V))
        scores = np.einsum("...qd,...kd->...qk", Q, K) * kind.type(1 / math.sqrt(max(Q.shape[-1], 1)))
        if mask is not None:
            scores = np.where(np.broadcast_to(mask, scores.shape), scores, kind.type(-np.inf))
        total = np.logaddexp.reduce(scores, axis=-1, keepdims=True, initial=-np.inf)
        weights = np.exp(scores - np.where(np.isneginf(total), kind.type(0), total)).astype(kind)
        return np.einsum("...qk,...ke->...qe", weights, V), (Q, K, V, weights)

    def attend_backward(cache, d_output):
        Q, K, V, weights = cache
        output = np.einsum("...qk,...ke->...qe", weights, V)
        own = np.sum(d_output * output, axis=-1)[..., None]
        d = weights * (np.einsum("...qe,...ke->...qk", d_output, V) - own) / Q.dtype.type(math.sqrt(max(Q.shape[-1], 1)))
        d_V = np.einsum("...qk,...qe->...ke", weights, d_output)
        return np.einsum("...qk,...kd->...qd", d, K), np.einsum("...qk,...qd->...kd", d, Q), d_V

    return _eyes(attend, attend_backward)


@program("attend", breaks="as look_up says: scores are divided by the root of d", several=True)
def b_eyes_without_the_root():
    return _sees(scale=lambda Q, K, V: 1.0)


@program("attend", breaks="scores are divided by the root of d, not by d", several=True)
def b_eyes_divided_by_d():
    return _sees(scale=lambda Q, K, V: Q.shape[-1])


@program("attend", breaks="the root is that of the length of the keys, not of the values", several=True)
def b_eyes_root_of_the_values():
    return _sees(scale=lambda Q, K, V: math.sqrt(V.shape[-1]))


@program("attend", breaks="weights of each query sum to one", several=True)
def b_eyes_sum_over_queries():
    return _sees(softmax=lambda scores: _softmax(scores, lambda s: s.max(axis=-2, keepdims=True, initial=-1e30), axis=-2))


@program("attend", breaks="True means: may be looked at", several=True)
def b_eyes_mask_the_other_way():
    return _sees(hide=lambda scores, mask: np.where(mask, -np.inf, scores))


@program("attend", breaks="a hidden entry does not change the row: weights of the others sum to one", several=True)
def b_eyes_mask_after_the_softmax():
    return _sees(hide=lambda scores, mask: scores, late=lambda weights, mask: weights * mask)


@program("attend", breaks="a hidden entry does not change the row, however large its numbers are", several=True)
def b_eyes_mask_of_minus_ten_thousand():
    return _sees(
        hide=lambda scores, mask: scores - 1e4 * ~np.asarray(mask),
        late=lambda weights, mask: weights * np.any(mask, -1, keepdims=True),
    )


@program("attend", breaks="a hidden entry gets no weight: a score of 0 is one", several=True)
def b_eyes_mask_gives_zero_scores():
    return _sees(hide=lambda scores, mask: scores * mask)


@program("attend", breaks="a query that may look at nothing gets zeros", several=True)
def b_eyes_nothing_is_the_mean_of_all():
    return _sees(hide=lambda scores, mask: np.where(np.any(mask, axis=-1, keepdims=True), _hide(scores, mask), 0 * scores))


@program("attend", breaks="a query that may look at nothing gets zeros, no nan", several=True)
def b_eyes_nothing_is_nan():
    def softmax(scores):
        with np.errstate(all="ignore"):
            fit = np.exp(scores - scores.max(axis=-1, keepdims=True, initial=-np.inf))
            return fit / fit.sum(axis=-1, keepdims=True)

    return _sees(softmax=softmax)


@program("attend", breaks="it holds where there is no key at all, too", several=True)
def b_eyes_largest_of_no_numbers():
    def softmax(scores):
        top = scores.max(axis=-1, keepdims=True)
        return _softmax(scores, lambda s: np.where(np.isfinite(top), top, 0))

    return _sees(softmax=softmax)


@program("attend", breaks="scores of size 10,000 do no harm", several=True)
def b_eyes_plain_exp():
    return _sees(softmax=lambda scores: _softmax(scores, lambda s: 0))


@program("attend", breaks="scores of size 10,000 do no harm: each row has a largest of its own", several=True)
def b_eyes_one_shift_for_all():
    return _sees(softmax=lambda scores: _softmax(scores, lambda s: s.max(initial=-1e30)))


@program("attend", breaks="any leading axes: only the last two change places", several=True)
def b_eyes_full_transpose():
    def attend(Q, K, V, mask=None):
        if K.ndim > 3:
            K = K.reshape(-1, *K.shape[-2:])[: len(Q)].repeat(Q.shape[1], axis=0).reshape(K.shape)
        return _look(Q, K, V, mask)

    return _eyes(attend)


@program("attend", breaks="gradients are right: the root is in that of the queries", several=True)
def b_eyes_back_without_the_root_in_queries():
    return _eyes(attend_backward=lambda cache, d: _look_back(cache, d, root=(0, 1)))


@program("attend", breaks="gradients are right: the root is in that of the keys", several=True)
def b_eyes_back_without_the_root_in_keys():
    return _eyes(attend_backward=lambda cache, d: _look_back(cache, d, root=(1, 0)))


@program("attend", breaks="the softmax couples all scores of a row", several=True)
def b_eyes_back_each_weight_alone():
    return _eyes(attend_backward=lambda cache, d: _look_back(cache, d, mean=lambda d, w: d * w))


@program("attend", breaks="the mean of d_weight is weighed by the weights", several=True)
def b_eyes_back_plain_mean():
    return _eyes(
        attend_backward=lambda cache, d: _look_back(cache, d, mean=lambda d, w: d.sum(-1, keepdims=True) / max(d.shape[-1], 1))
    )


@program("attend", breaks="d_Q, d_K, d_V come in this order", several=True)
def b_eyes_back_keys_first():
    def attend_backward(cache, d_output):
        d_Q, d_K, d_V = _look_back(cache, d_output)
        return d_K, d_Q, d_V

    return _eyes(attend_backward=attend_backward)


@program("attend", breaks="inputs are left as they were", several=True)
def b_eyes_scale_the_queries_in_place():
    def attend(Q, K, V, mask=None):
        if Q.dtype.kind == "f":
            Q /= math.sqrt(Q.shape[-1])
        return _look(Q, K, V, mask, scale=lambda Q, K, V: 1)

    return _eyes(attend)


@program("attend", breaks="float32 stays float32", several=True)
def b_eyes_in_double():
    return _eyes(lambda Q, K, V, mask=None: _look(np.asarray(Q, float), K, V, mask))


# beam_search


def _beam(
    step,
    end,
    width,
    longest,
    alpha=0.0,
    length=len,
    pick=lambda table, width, ends: np.argsort(-table, axis=None, kind="stable")[:width],
    possible=np.isfinite,
    unfinished=True,
    enough=lambda finished, sums: False,
    best=max,
    ask=None,
):
    lines, sums, finished = np.zeros((1, 0), int), np.zeros(1), []
    for t in range(1, longest + 1):
        table = sums[:, None] + (step(lines) if ask is None else ask(step, lines))
        chosen = pick(table, width, np.arange(table.shape[1]) == end)
        rows, symbols = np.divmod(chosen, table.shape[1])
        there = possible(table[rows, symbols])
        rows, symbols = rows[there], symbols[there]
        lines, sums = np.column_stack([lines[rows], symbols]), table[rows, symbols]
        over = symbols == end
        done = over | (t == longest) if unfinished else over
        for total, line in zip(sums[done], lines[done], strict=True):
            finished.append((total / max(length(line.tolist()), 1) ** alpha, [int(s) for s in line]))
        lines, sums = lines[~over], sums[~over]
        if not len(lines) or enough(finished, sums):
            break
    score, line = best(finished, key=lambda pair: pair[0])
    return line, float(score)


@program("beam_search")
def b_beam_in_one_table(step, end, width, longest, alpha=0.0):
    return _beam(step, end, width, longest, alpha)


@program("beam_search")
def b_beam_of_python_tuples(step, end, width, longest, alpha=0.0):
    alive, best = [(0.0, ())], (-math.inf, None)
    for length in range(1, longest + 1):
        logs = step(np.array([line for _, line in alive], int).reshape(len(alive), length - 1))
        grown = []
        for (total, line), row in zip(alive, logs, strict=True):
            grown += [(total + float(log), (*line, symbol)) for symbol, log in enumerate(row) if log > -math.inf]
        alive = []
        for total, line in heapq.nlargest(width, grown, key=lambda pair: pair[0]):
            if line[-1] == end or length == longest:
                score = total / length**alpha
                if best[1] is None or score > best[0]:
                    best = score, line
            else:
                alive.append((total, line))
        if not alive:
            break
    return list(best[1]), best[0]


@program("beam_search")
def b_beam_calls_itself(step, end, width, longest, alpha=0.0):
    def go(lines, sums):
        length = lines.shape[1] + 1
        logs = np.asarray(step(lines), float)
        table = np.ravel(sums[:, None] + logs)
        usable = np.flatnonzero(table > -np.inf)
        usable = usable[np.lexsort((usable, -table[usable]))][:width]
        new = np.concatenate([lines[usable // logs.shape[1]], (usable % logs.shape[1])[:, None]], axis=1)
        ended = (new[:, -1] == end) if length < longest else np.ones(len(new), bool)
        results = [(float(table[u]) / length**alpha, line.tolist()) for u, line, e in zip(usable, new, ended, strict=True) if e]
        if not ended.all():
            results.append(go(new[~ended], table[usable[~ended]]))
        return max(results, key=lambda result: result[0]) if results else (-math.inf, [])

    score, line = go(np.zeros((1, 0), int), np.zeros(1))
    return line, score


@program("beam_search", breaks="the end mark counts in the length")
def b_beam_length_without_the_end(step, end, width, longest, alpha=0.0):
    return _beam(step, end, width, longest, alpha, length=lambda line: len([s for s in line if s != end]))


@program("beam_search", breaks="the score takes the length into account by alpha")
def b_beam_without_alpha(step, end, width, longest, alpha=0.0):
    return _beam(step, end, width, longest)


@program("beam_search", breaks="with alpha 0 the score is the log-probability itself, not its mean")
def b_beam_always_the_mean(step, end, width, longest, alpha=0.0):
    return _beam(step, end, width, longest, 1.0)


@program("beam_search", breaks="the `width` likeliest lines survive, not one")
def b_beam_greedy(step, end, width, longest, alpha=0.0):
    return _beam(step, end, 1, longest, alpha)


@program("beam_search", breaks="of all that the survivors can become: not the best of each survivor")
def b_beam_one_child_a_line(step, end, width, longest, alpha=0.0):
    def pick(table, width, ends):
        if len(table) == 1:
            return np.argsort(-table, axis=None, kind="stable")[:width]
        return np.arange(len(table)) * table.shape[1] + table.argmax(axis=1)

    return _beam(step, end, width, longest, alpha, pick=pick)


@program("beam_search", breaks="at each length `width` lines survive, all lines together")
def b_beam_width_for_each_line(step, end, width, longest, alpha=0.0):
    def pick(table, width, ends):
        each = np.argsort(-table, axis=1, kind="stable")[:, :width]
        return np.ravel(each + np.arange(len(table))[:, None] * table.shape[1])

    return _beam(step, end, width, longest, alpha, pick=pick)


@program("beam_search", breaks="a line that ends takes part in the choice of survivors")
def b_beam_ends_take_no_place(step, end, width, longest, alpha=0.0):
    def pick(table, width, ends):
        order = np.argsort(-table, axis=None, kind="stable")
        ended = ends[order % table.shape[1]]
        return np.concatenate([order[ended], order[~ended][:width]])

    return _beam(step, end, width, longest, alpha, pick=pick)


@program("beam_search", breaks="a finished line takes part once: the width is not smaller afterwards")
def b_beam_gets_narrower(step, end, width, longest, alpha=0.0):
    left = [width]

    def pick(table, width, ends):
        chosen = np.argsort(-table, axis=None, kind="stable")[: left[0]]
        left[0] = max(left[0] - int(np.sum(ends[chosen % table.shape[1]])), 1)
        return chosen

    return _beam(step, end, width, longest, alpha, pick=pick)


@program("beam_search", breaks="of all finished lines the best: not the first one that ends")
def b_beam_stops_at_the_first_end(step, end, width, longest, alpha=0.0):
    return _beam(step, end, width, longest, alpha, enough=lambda finished, sums: len(finished) > 0)


@program("beam_search", breaks="of all finished lines the best: with alpha a longer one may still win")
def b_beam_stops_when_none_is_likelier(step, end, width, longest, alpha=0.0):
    def enough(finished, sums):
        return bool(finished) and max(score for score, _ in finished) >= sums.max()

    return _beam(step, end, width, longest, alpha, enough=enough)


@program("beam_search", breaks="lines of `longest` symbols are finished too")
def b_beam_only_ended_lines(step, end, width, longest, alpha=0.0):
    return _beam(
        step, end, width, longest, alpha, unfinished=False, best=lambda f, key: max(f, key=key) if f else (-math.inf, [])
    )


@program("beam_search", breaks="of all finished lines: shorter ones than the last length, too")
def b_beam_the_last_finished_one(step, end, width, longest, alpha=0.0):
    def best(finished, key):
        most = max(len(line) for _, line in finished)
        return max((pair for pair in finished if len(pair[1]) == most), key=key)

    return _beam(step, end, width, longest, alpha, best=best)


@program("beam_search", breaks="the highest score wins, not the highest probability")
def b_beam_likeliest_wins(step, end, width, longest, alpha=0.0):
    return _beam(
        step, end, width, longest, alpha, best=lambda finished, key: max(finished, key=lambda f: f[0] * len(f[1]) ** alpha)
    )


@program("beam_search", breaks="step is called once for each length, with all lines together")
def b_beam_asks_line_by_line(step, end, width, longest, alpha=0.0):
    def ask(step, lines):
        return np.concatenate([step(lines[n : n + 1]) for n in range(len(lines))])

    return _beam(step, end, width, longest, alpha, ask=ask)


@program("beam_search", breaks="step never sees a finished line")
def b_beam_asks_for_finished_lines(step, end, width, longest, alpha=0.0):
    def ask(step, lines):
        if lines.shape[1] == 0:
            return step(lines)
        ended = lines[:1].copy()
        ended[:, -1] = end
        return step(np.concatenate([lines, ended]))[:-1]

    return _beam(step, end, width, longest, alpha, ask=ask)


@program("beam_search", breaks="a symbol with log-probability minus infinity is never taken")
def b_beam_takes_the_impossible(step, end, width, longest, alpha=0.0):
    def ask(step, lines):
        return np.maximum(step(lines), -2.0)

    return _beam(step, end, width, longest, alpha, ask=ask)


@program("beam_search", breaks="lines have `longest` symbols at most")
def b_beam_one_symbol_too_many(step, end, width, longest, alpha=0.0):
    return _beam(step, end, width, longest + 1, alpha)


@program("beam_search", breaks="the line is returned with its end mark, as its score is")
def b_beam_drops_the_end(step, end, width, longest, alpha=0.0):
    line, score = _beam(step, end, width, longest, alpha)
    return [symbol for symbol in line if symbol != end], score


@program("beam_search", breaks="the score is a logarithm, and long lines have one too")
def b_beam_multiplies_chances(step, end, width, longest, alpha=0.0):
    line, score = _beam(step, end, width, longest, alpha)
    with np.errstate(divide="ignore"):
        return line, float(np.log(np.exp(np.float64(score) * len(line) ** alpha))) / len(line) ** alpha


@program("beam_search", breaks="the first call gets one empty line (1, 0)")
def b_beam_begins_with_the_end_mark(step, end, width, longest, alpha=0.0):
    return _beam(step, end, width, longest, alpha, ask=lambda step, lines: step(np.insert(lines, 0, end, axis=1)))


# two_measures


def _distance(guess, truth, change=1, same=lambda a, b: a == b):
    row = list(range(len(truth) + 1))
    for i, symbol in enumerate(guess, 1):
        above, row = row, [i]
        for j, other in enumerate(truth, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (0 if same(symbol, other) else change)))
    return row[-1]


def _rate(guesses, truths, distance=_distance, size=lambda guess, truth: len(truth)):
    edits = sum(distance(guess, truth) for guess, truth in zip(guesses, truths, strict=True))
    total = sum(size(guess, truth) for guess, truth in zip(guesses, truths, strict=True))
    if not sum(len(truth) for truth in truths):
        raise ValueError("the truths hold no symbols")
    return edits / total


def _grams(line, n):
    return Counter(tuple(line[k : k + n]) for k in range(len(line) - n + 1))


def _most(counters):
    allowed = Counter()
    for counter in counters:
        allowed |= counter
    return allowed


def _nearest(guess, several):
    return min((abs(len(reference) - len(guess)), len(reference)) for reference in several)[1]


def _bleu(
    guesses,
    references,
    allow=_most,
    reach=_nearest,
    claim=lambda mine, allowed: sum((mine & allowed).values()),
    orders=(1, 2, 3, 4),
    punish=lambda mine, theirs: min(0.0, 1 - theirs / mine),
    more=0,
    mean=lambda shares: math.exp(sum(math.log(share) for share in shares) / len(shares)),
):
    right, said, mine, theirs = Counter(), Counter(), 0, 0
    for guess, several in zip(guesses, references, strict=True):
        mine, theirs = mine + len(guess), theirs + reach(guess, several)
        for n in orders:
            own = _grams(guess, n)
            right[n] += claim(own, allow([_grams(reference, n) for reference in several]))
            said[n] += sum(own.values())
    if not mine or any(right[n] + more == 0 for n in orders):
        return 0.0
    return math.exp(punish(mine, theirs)) * mean([(right[n] + more) / (said[n] + more) for n in orders])


def _two(error_rate=_rate, bleu=_bleu):
    return {"error_rate": error_rate, "bleu": bleu}


def _rates(**knobs):
    return _two(lambda guesses, truths: _rate(guesses, truths, **knobs))


def _scores(**knobs):
    return _two(bleu=lambda guesses, references: _bleu(guesses, references, **knobs))


@program("two_measures", several=True)
def b_both_by_rows_and_counters():
    return _two()


@program("two_measures", several=True)
def b_both_in_arrays_and_lists():
    def distance(guess, truth):
        steps = np.arange(len(truth) + 1)
        row = steps.copy()
        for symbol in guess:
            differs = np.array([symbol != other for other in truth], int)
            new = np.concatenate([[row[0] + 1], np.minimum(row[1:] + 1, row[:-1] + differs)])
            row = np.minimum.accumulate(new - steps) + steps
        return int(row[-1])

    def error_rate(guesses, truths):
        total = sum(map(len, truths))
        if total == 0:
            raise ValueError("an error rate needs at least one symbol of truth")
        return sum(map(distance, guesses, truths)) / total

    def bleu(guesses, references):
        right, said, gap = [0] * 4, [0] * 4, [0, 0]
        for guess, several in zip(guesses, references, strict=True):
            lengths = sorted(map(len, several))
            gap[0] += len(guess)
            gap[1] += min(lengths, key=lambda size, guess=guess: abs(size - len(guess)))
            for n in range(4):
                pieces = [tuple(guess[k : k + n + 1]) for k in range(len(guess) - n)]
                said[n] += len(pieces)
                for piece in set(pieces):
                    stand = [sum(tuple(r[k : k + n + 1]) == piece for k in range(len(r) - n)) for r in several]
                    right[n] += min(pieces.count(piece), max(stand))
        if 0 in right:
            return 0.0
        value = np.prod([(r / s) ** 0.25 for r, s in zip(right, said, strict=True)])
        return float(value * (1 if gap[0] >= gap[1] else np.exp(1 - gap[1] / gap[0])))

    return _two(error_rate, bleu)


@program("two_measures", several=True)
def b_both_by_diagonals_and_claims():
    def distance(guess, truth):
        """How far one gets on each diagonal with so many edits."""
        n, m = len(guess), len(truth)

        def slide(i, j):
            while i < n and j < m and guess[i] == truth[j]:
                i, j = i + 1, j + 1
            return i

        reach, edits = {0: slide(0, 0)}, 0
        while reach.get(n - m, -1) < n:
            edits, new = edits + 1, {}
            for diagonal in range(-min(edits, m), min(edits, n) + 1):
                ways = []
                if diagonal in reach:
                    ways.append(reach[diagonal] + 1)
                if diagonal - 1 in reach:
                    ways.append(reach[diagonal - 1] + 1)
                if diagonal + 1 in reach:
                    ways.append(reach[diagonal + 1])
                i = min(max(ways), n, m + diagonal)
                new[diagonal] = slide(i, i - diagonal)
            reach = new
        return edits

    def bleu(guesses, references):
        sums = np.zeros(10)
        for guess, several in zip(guesses, references, strict=True):
            sums[8] += len(guess)
            sums[9] += min([len(r) for r in several], key=lambda size, guess=guess: (abs(size - len(guess)), size))
            for n in range(1, 5):
                left = {}
                for reference in several:
                    for gram, often in _grams(reference, n).items():
                        left[gram] = max(left.get(gram, 0), often)
                for k in range(len(guess) - n + 1):
                    gram = tuple(guess[k : k + n])
                    sums[n + 3] += 1
                    if left.get(gram, 0) > 0:
                        left[gram] -= 1
                        sums[n - 1] += 1
        if sums[:4].min() == 0:
            return 0.0
        return float(np.exp(np.log(sums[:4] / sums[4:8]).mean() - max(0.0, sums[9] / sums[8] - 1)))

    return _two(lambda guesses, truths: _rate(guesses, truths, distance=distance), bleu)


@program("two_measures", breaks="all edits over all symbols, not the mean of the lines' rates", several=True)
def b_both_mean_of_rates():
    def error_rate(guesses, truths):
        _rate(guesses, truths)
        return float(np.mean([_distance(g, t) / max(len(t), 1) for g, t in zip(guesses, truths, strict=True)]))

    return _two(error_rate)


@program("two_measures", breaks="divided by the symbols of the truth, not of the guess", several=True)
def b_both_rate_by_the_guess():
    return _rates(size=lambda guess, truth: len(guess) or 1)


@program("two_measures", breaks="the rate can be larger than 1", several=True)
def b_both_rate_by_the_longer():
    return _rates(size=lambda guess, truth: max(len(guess), len(truth)))


@program("two_measures", breaks="a changed symbol is one edit, not two", several=True)
def b_both_change_is_two_edits():
    return _rates(distance=lambda guess, truth: _distance(guess, truth, change=2))


@program("two_measures", breaks="symbols may be put in or taken out anywhere", several=True)
def b_both_place_by_place():
    return _rates(distance=lambda g, t: sum(a != b for a, b in zip(g, t, strict=False)) + abs(len(g) - len(t)))


@program("two_measures", breaks="two neighbours that changed places are two edits", several=True)
def b_both_swaps_are_one_edit():
    def distance(g, t):
        d = [[i + j if i * j == 0 else 0 for j in range(len(t) + 1)] for i in range(len(g) + 1)]
        for i in range(1, len(g) + 1):
            for j in range(1, len(t) + 1):
                d[i][j] = min(d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (g[i - 1] != t[j - 1]))
                if i > 1 and j > 1 and g[i - 1] == t[j - 2] and g[i - 2] == t[j - 1]:
                    d[i][j] = min(d[i][j], d[i - 2][j - 2] + 1)
        return d[-1][-1]

    return _rates(distance=distance)


@program("two_measures", breaks="symbols are compared by ==: the number 1 is not the sign 1", several=True)
def b_both_symbols_as_text():
    return _rates(distance=lambda g, t: _distance([str(a) for a in g], [str(b) for b in t]))


@program("two_measures", breaks="without any symbol in the truths there is a ValueError", several=True)
def b_both_nothing_is_perfect():
    return _two(lambda guesses, truths: _rate(guesses, truths) if any(len(t) for t in truths) else 0.0)


@program("two_measures", breaks="one empty truth among others is no error", several=True)
def b_both_every_truth_must_speak():
    def error_rate(guesses, truths):
        if any(len(truth) == 0 for truth in truths):
            raise ValueError("an empty truth")
        return _rate(guesses, truths)

    return _two(error_rate)


@program("two_measures", breaks="lines of 1,000 symbols are no trouble", several=True)
def b_both_deep_recursion():
    def distance(g, t):
        known = {}

        def rest(i, j):
            if (i, j) not in known:
                if i == len(g) or j == len(t):
                    known[i, j] = len(g) - i + len(t) - j
                else:
                    known[i, j] = min(rest(i + 1, j + 1) + (g[i] != t[j]), 1 + rest(i + 1, j), 1 + rest(i, j + 1))
            return known[i, j]

        return rest(0, 0)

    return _rates(distance=distance)


@program("two_measures", breaks="BLEU is taken over the whole test set, not the mean of the lines", several=True)
def b_both_mean_of_bleus():
    def bleu(guesses, references):
        return float(np.mean([_bleu([g], [r]) for g, r in zip(guesses, references, strict=True)])) if len(guesses) else 0.0

    return _two(bleu=bleu)


@program("two_measures", breaks="what is said twice must stand there twice", several=True)
def b_both_claims_without_end():
    return _scores(claim=lambda mine, allowed: sum(often for gram, often in mine.items() if gram in allowed))


@program(
    "two_measures", breaks="an n-gram may be claimed as often as some one reference has it, not as all together", several=True
)
def b_both_references_add_up():
    return _scores(allow=lambda counters: sum(counters, Counter()))


@program("two_measures", breaks="several references are alternatives: all of them count", several=True)
def b_both_first_reference_only():
    return _scores(allow=lambda counters: counters[0])


@program("two_measures", breaks="an n-gram need not stand in every reference", several=True)
def b_both_all_references_must_agree():
    def allow(counters):
        common = counters[0]
        for counter in counters[1:]:
            common = common & counter
        return common

    return _scores(allow=allow)


@program("two_measures", breaks="each n-gram may be claimed as often as one reference has it, not once", several=True)
def b_both_every_gram_once():
    return _scores(claim=lambda mine, allowed: len(set(mine) & set(allowed)))


@program("two_measures", breaks="the length to be reached is that of the nearest reference, not of the shortest", several=True)
def b_both_shortest_reference():
    return _scores(reach=lambda guess, several: min(map(len, several)))


@program("two_measures", breaks="the length to be reached is that of one reference, not their mean", several=True)
def b_both_mean_length():
    return _scores(reach=lambda guess, several: sum(map(len, several)) / len(several))


@program("two_measures", breaks="of two equally near references the shorter one", several=True)
def b_both_longer_of_two():
    return _scores(reach=lambda guess, several: min((abs(len(r) - len(guess)), -len(r)) for r in several)[1] * -1)


@program("two_measures", breaks="lines that are too short are punished", several=True)
def b_both_without_punishment():
    return _scores(punish=lambda mine, theirs: 0.0)


@program("two_measures", breaks="lines that are too long are not punished further", several=True)
def b_both_punishes_long_lines_too():
    return _scores(punish=lambda mine, theirs: -abs(1 - theirs / mine))


@program("two_measures", breaks="lengths of all lines are put together: a long line makes up for a short one", several=True)
def b_both_missing_length_line_by_line():
    return _scores(reach=lambda guess, several: max(_nearest(guess, several), len(guess)))


@program("two_measures", breaks="if no 4-gram is right BLEU is 0: nothing is smoothed", several=True)
def b_both_one_more_everywhere():
    return _scores(more=1)


@program("two_measures", breaks="the geometric mean of the four shares", several=True)
def b_both_arithmetic_mean():
    return _scores(mean=lambda shares: sum(shares) / len(shares))


@program("two_measures", breaks="an empty guess adds its missing length", several=True)
def b_both_empty_guesses_left_out():
    def bleu(guesses, references):
        said = [(g, r) for g, r in zip(guesses, references, strict=True) if len(g)]
        return _bleu([g for g, _ in said], [r for _, r in said])

    return _two(bleu=bleu)


# ctc_loss


def _softened(logits):
    z = np.asarray(logits, float)
    z = z - z.max(axis=1, keepdims=True, initial=-1e300)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def _jump(places, s):
    return s > 1 and places[s] != 0 and places[s] != places[s - 2]


def _runs(at, places, jump=_jump, add=np.logaddexp, starts=2):
    allowed = np.array([jump(places, s) for s in range(len(places))], bool)
    alpha = np.full(at.shape, -np.inf)
    if len(at):
        alpha[0, :starts] = at[0, :starts]
    for t in range(1, len(at)):
        before = alpha[t - 1]
        one = np.concatenate([[-np.inf], before])[: len(places)]
        two = np.where(allowed, np.concatenate([[-np.inf, -np.inf], before])[: len(places)], -np.inf)
        alpha[t] = add(add(before, one), two) + at[t]
    return alpha


def _ctc(
    logits,
    label,
    logs=_softened,
    jump=_jump,
    add=np.logaddexp,
    starts=2,
    ends=2,
    blank=0,
    impossible=lambda chance: (math.inf, 0 * chance),
    twice=False,
    place=np.add.at,
    slope=lambda chance, share: chance - share,
):
    kind = _float(logits)
    log = logs(logits)
    T, V = log.shape
    chance = np.exp(log)
    places = [0]
    for symbol in label:
        places += [int(symbol), 0]
    columns = [symbol if symbol else blank % max(V, 1) for symbol in places]
    if T == 0:
        return (math.inf if len(label) else 0.0), np.zeros((T, V), kind)
    at = log[:, columns]
    ahead = _runs(at, places, jump, add, starts)
    behind = _runs(at[::-1, ::-1], places[::-1], jump, add, ends)[::-1, ::-1]
    total = add.reduce(ahead[-1, -ends:])
    if np.isneginf(total):
        loss, gradient = impossible(chance)
        return loss, gradient.astype(kind)
    with np.errstate(invalid="ignore"):
        both = ahead + behind - (0 if twice else at)
    share, visits = np.zeros((T, V)), np.exp(np.where(np.isfinite(both), both, -np.inf) - total)
    place(share.T, columns, visits.T)
    return float(-total), slope(chance, share).astype(kind)


@program("ctc_loss")
def b_say_by_two_runs(logits, label):
    return _ctc(logits, label)


@program("ctc_loss")
def b_say_by_a_walk_back_through_the_run(logits, label):
    kind, log = _float(logits), _softened(logits)
    T, V = log.shape
    places = np.zeros(2 * len(label) + 1, int)
    places[1::2] = label
    S = len(places)
    if T == 0:
        return (math.inf if len(label) else 0.0), np.zeros((T, V), kind)
    free = np.zeros(S, bool)
    free[2:] = (places[2:] != 0) & (places[2:] != places[:-2])
    reach, alpha = [], np.where(np.arange(S) < 2, log[0, places], -np.inf)
    steps = [alpha]
    for t in range(1, T):
        one = np.full(S, -np.inf)
        one[1:] = alpha[:-1]
        two = np.full(S, -np.inf)
        two[2:] = alpha[:-2]
        ways = np.stack([alpha, one, np.where(free, two, -np.inf)])
        total = np.logaddexp.reduce(ways, axis=0)
        reach.append(np.exp(ways - np.where(np.isneginf(total), 0, total)))
        alpha = total + log[t, places]
        steps.append(alpha)
    last = alpha[-2:]
    total = np.logaddexp.reduce(last)
    if total == -np.inf:
        return math.inf, np.zeros((T, V), kind)
    d, share = np.zeros(S), np.zeros((T, V))
    d[-2:] = np.exp(last - total)
    for t in range(T - 1, -1, -1):
        np.add.at(share[t], places, d)
        if t:
            stay, one, two = reach[t - 1] * d
            d = stay
            d[:-1] += one[1:]
            d[:-2] += two[2:]
    return -float(total), (np.exp(log) - share).astype(kind)


@program("ctc_loss")
def b_say_by_states_in_dictionaries(logits, label):
    kind, log = _float(logits), _softened(logits)
    T, V = log.shape
    label = [int(symbol) for symbol in label]

    def plus(a, b):
        high, low = max(a, b), min(a, b)
        return high if low == -math.inf else high + math.log1p(math.exp(low - high))

    def onward(state):
        """A state says how many symbols are said, and whether the last frame was a blank."""
        said, blank = state
        yield said, True
        if not blank:
            yield said, False
        if said < len(label) and (blank or label[said] != label[said - 1]):
            yield said + 1, False

    def cost(t, state):
        return float(log[t, 0 if state[1] else label[state[0] - 1]])

    ahead = [{(0, True): 0.0}]
    for t in range(T):
        new = {}
        for state, value in ahead[-1].items():
            for after in onward(state):
                new[after] = plus(new.get(after, -math.inf), value + cost(t, after))
        ahead.append(new)
    ends = [(len(label), True), (len(label), False)]
    total = -math.inf
    for state in ends:
        total = plus(total, ahead[-1].get(state, -math.inf))
    if total == -math.inf:
        return math.inf, np.zeros((T, V), kind)
    gradient, behind = np.exp(log), dict.fromkeys(ends, 0.0)
    for t in range(T - 1, -1, -1):
        for state, value in ahead[t + 1].items():
            if state in behind:
                symbol = 0 if state[1] else label[state[0] - 1]
                gradient[t, symbol] -= math.exp(value + behind[state] - total)
        old = {}
        for state in ahead[t]:
            for after in onward(state):
                if after in behind:
                    old[state] = plus(old.get(state, -math.inf), behind[after] + cost(t, after))
        behind = old
    return -total, gradient.astype(kind)


@program("ctc_loss", breaks="repeats are written once: two equal symbols need a blank between them")
def b_say_jumps_between_equal_symbols(logits, label):
    return _ctc(logits, label, jump=lambda places, s: s > 1 and places[s] != 0)


@program("ctc_loss", breaks="between different symbols no blank is needed")
def b_say_never_jumps(logits, label):
    return _ctc(logits, label, jump=lambda places, s: False)


@program("ctc_loss", breaks="no symbol of the label may be left out")
def b_say_jumps_over_symbols(logits, label):
    return _ctc(logits, label, jump=lambda places, s: s > 1 and (places[s] == 0 or places[s] != places[s - 2]))


@program("ctc_loss", breaks="an alignment may begin with the first symbol")
def b_say_begins_with_a_blank(logits, label):
    return _ctc(logits, label, starts=1)


@program("ctc_loss", breaks="an alignment may end with the last symbol")
def b_say_ends_with_a_blank(logits, label):
    return _ctc(logits, label, ends=1)


@program("ctc_loss", breaks="the sum over all alignments, not the best one")
def b_say_best_alignment(logits, label):
    return _ctc(logits, label, add=np.maximum)


@program("ctc_loss", breaks="symbol 0 is the blank, not the last one")
def b_say_blank_comes_last(logits, label):
    return _ctc(logits, label, blank=-1)


@program("ctc_loss", breaks="a label that cannot be said has a loss of inf")
def b_say_impossible_is_very_large(logits, label):
    return _ctc(logits, label, impossible=lambda chance: (1e9, 0 * chance))


@program("ctc_loss", breaks="a label that cannot be said has a gradient of zeros")
def b_say_impossible_still_pulls(logits, label):
    return _ctc(logits, label, impossible=lambda chance: (math.inf, chance))


@program("ctc_loss", breaks="a label that cannot be said has a gradient of zeros, no nan")
def b_say_impossible_is_nan(logits, label):
    return _ctc(logits, label, impossible=lambda chance: (math.inf, np.full_like(chance, np.nan)))


@program("ctc_loss", breaks="d_logits is the gradient of the logits, not of the log-chances")
def b_say_gradient_of_log_chances(logits, label):
    return _ctc(logits, label, slope=lambda chance, share: -share)


@program("ctc_loss", breaks="d_logits is the gradient of the loss, not of the log-chance")
def b_say_gradient_uphill(logits, label):
    return _ctc(logits, label, slope=lambda chance, share: share - chance)


@program("ctc_loss", breaks="the two runs both count the frame itself: once is enough")
def b_say_frame_counted_twice(logits, label):
    return _ctc(logits, label, twice=True)


@program("ctc_loss", breaks="a symbol that stands twice in the label collects from both places")
def b_say_last_place_only(logits, label):
    def place(share, columns, visits):
        share[columns] = visits

    return _ctc(logits, label, place=place)


@program("ctc_loss", breaks="the loss is minus the log-chance, not divided by the label's length")
def b_say_mean_over_the_label(logits, label):
    loss, gradient = _ctc(logits, label)
    return loss / max(len(label), 1), gradient / max(len(label), 1)


@program("ctc_loss", breaks="the loss is minus the log-chance, not divided by the frames")
def b_say_mean_over_frames(logits, label):
    loss, gradient = _ctc(logits, label)
    return loss / max(len(logits), 1), gradient / max(len(logits), 1)


@program("ctc_loss", breaks="chances are the softmax of the logits")
def b_say_logits_are_log_chances(logits, label):
    return _ctc(logits, label, logs=lambda logits: np.asarray(logits, float))


@program("ctc_loss", breaks="logits of size 1,000 are no trouble")
def b_say_softmax_by_plain_exp(logits, label):
    def logs(logits):
        fit = np.exp(np.asarray(logits, float))
        return np.log(fit / fit.sum(axis=1, keepdims=True))

    return _ctc(logits, label, logs=logs)


@program("ctc_loss", breaks="logits of size 1,000 are right, not cut off")
def b_say_chances_kept_from_zero(logits, label):
    return _ctc(logits, label, logs=lambda logits: np.log(np.maximum(np.exp(_softened(logits)), 1e-12)))


@program("ctc_loss", breaks="300 frames are no trouble: a product of chances falls to 0")
def b_say_product_of_chances(logits, label):
    loss, gradient = _ctc(logits, label)
    return (loss, gradient) if loss < 700 and len(logits) < 250 else (math.inf, 0 * gradient)


@program("ctc_loss", breaks="d_logits is float32 where the logits are")
def b_say_gradient_in_double(logits, label):
    return _ctc(np.asarray(logits, float), label)


@program("ctc_loss", breaks="inputs are left as they were")
def b_say_puts_blanks_into_the_label(logits, label):
    loss, gradient = _ctc(logits, label)
    if isinstance(label, list):
        label[:] = [part for symbol in label for part in (0, symbol)] + [0]
    return loss, gradient
