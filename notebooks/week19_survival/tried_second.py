"""Programs for week 19, written from its contracts alone."""

import math
from bisect import bisect_left, bisect_right, insort
from fractions import Fraction

import numpy as np

from autograder.cases import program

# kaplan_meier


def _float(*arrays):
    kind = np.result_type(*[np.asarray(array).dtype for array in arrays])
    return kind if kind.kind == "f" else np.dtype(float)


def _at_risk(time, died, entry, t):
    return np.sum((time >= t) & (entry < t))


def _factor(deaths, at_risk):
    return 1 - deaths / at_risk if at_risk else 1.0


def _km(time, event, at, entry=None, risk=_at_risk, factor=_factor, side="right"):
    time, died = np.asarray(time), np.asarray(event) != 0
    entry = np.full(len(time), -np.inf) if entry is None else np.asarray(entry)
    steps, heights = np.unique(time[died]), [1.0]
    for t in steps:
        heights.append(heights[-1] * factor(np.sum(died & (time == t)), risk(time, died, entry, t)))
    return np.array(heights, _float(time, at))[np.searchsorted(steps, at, side=side)]


@program("kaplan_meier")
def b_curve_by_steps(time, event, at, entry=None):
    return _km(time, event, at, entry)


@program("kaplan_meier")
def b_curve_in_exact_fractions(time, event, at, entry=None):
    entry = [-math.inf] * len(time) if entry is None else entry
    rows = [(float(t), bool(e), float(first)) for t, e, first in zip(time, event, entry, strict=True)]
    deaths = {}
    for t, e, _ in rows:
        deaths[t] = deaths.get(t, 0) + e
    heights, height = [(-math.inf, Fraction(1))], Fraction(1)
    for t in sorted(t for t, count in deaths.items() if count):
        watched = sum(1 for last, _, first in rows if first < t <= last)
        if watched:
            height *= Fraction(watched - deaths[t], watched)
        heights.append((t, height))
    at = np.asarray(at)
    values = [float([h for t, h in heights if t <= float(moment)][-1]) for moment in at.ravel()]
    return np.array(values, _float(time, at)).reshape(at.shape)


@program("kaplan_meier")
def b_curve_from_sorted_counts(time, event, at, entry=None):
    time, died, at = np.asarray(time), np.asarray(event).astype(bool), np.asarray(at)
    steps, deaths = np.unique(time[died], return_counts=True)
    leave = np.searchsorted(np.sort(time), steps, side="left")
    came = len(time) if entry is None else np.searchsorted(np.sort(entry), steps, side="left")
    heights = np.concatenate([[1.0], np.cumprod(1 - deaths / np.maximum(came - leave, 1))])
    return heights[(steps <= at[..., None]).sum(axis=-1)].astype(_float(time, at))


@program("kaplan_meier", breaks="censored rows are no missing values: they were at risk")
def b_curve_leaves_the_lost_out(time, event, at, entry=None):
    known = np.asarray(event) != 0
    return _km(time[known], event[known], at, None if entry is None else entry[known])


@program("kaplan_meier", breaks="a censoring is no death")
def b_curve_lost_are_dead(time, event, at, entry=None):
    return _km(time, np.ones(len(time), bool), at, entry)


@program("kaplan_meier", breaks="who was lost is not known to live for ever")
def b_curve_lost_live_for_ever(time, event, at, entry=None):
    return _km(np.where(np.asarray(event) != 0, time, np.inf), event, at, entry)


@program("kaplan_meier", breaks="S is the chance of a time longer than t: a death at t has happened")
def b_curve_at_least_t(time, event, at, entry=None):
    return _km(time, event, at, entry, side="left")


@program("kaplan_meier", breaks="who is lost at the time of a death was at risk in it")
def b_curve_censorings_first(time, event, at, entry=None):
    return _km(
        time, event, at, entry, risk=lambda time, died, entry, t: np.sum(((time > t) | ((time == t) & died)) & (entry < t))
    )


@program("kaplan_meier", breaks="at risk after her entry, not at it")
def b_curve_at_risk_from_entry(time, event, at, entry=None):
    return _km(time, event, at, entry, risk=lambda time, died, entry, t: np.sum((time >= t) & (entry <= t)))


@program("kaplan_meier", breaks="before her entry she was not at risk")
def b_curve_immortal_time(time, event, at, entry=None):
    return _km(time, event, at)


@program("kaplan_meier", breaks="late entry cuts the beginning off; it does not shift the clock")
def b_curve_clock_from_entry(time, event, at, entry=None):
    return _km(time if entry is None else time - entry, event, at)


@program("kaplan_meier", breaks="`at` may be in any order")
def b_curve_sorts_the_times_asked(time, event, at, entry=None):
    return _km(time, event, np.sort(at, axis=None).reshape(np.shape(at)), entry)


@program("kaplan_meier", breaks="the curve is a staircase: flat between deaths")
def b_curve_straight_between_steps(time, event, at, entry=None):
    steps = np.concatenate([[0.0], np.unique(np.asarray(time)[np.asarray(event) != 0])])
    return np.interp(at, steps, _km(time, event, steps, entry))


@program("kaplan_meier", breaks="without censoring it is the share of people with a longer time, not exp of a sum")
def b_curve_by_summed_hazards(time, event, at, entry=None):
    return _km(time, event, at, entry, factor=lambda deaths, at_risk: np.exp(-deaths / at_risk))


@program("kaplan_meier", breaks="all who died at one time count")
def b_curve_one_death_a_step(time, event, at, entry=None):
    return _km(time, event, at, entry, factor=lambda deaths, at_risk: 1 - 1 / at_risk)


@program("kaplan_meier", breaks="for no people at all S is 1")
def b_curve_of_nobody_is_nan(time, event, at, entry=None):
    return _km(time, event, at, entry) if len(time) else np.full(np.shape(at), np.nan)


@program("kaplan_meier", breaks="after the last row the estimate stays where it is: nobody was seen to die")
def b_curve_falls_to_zero_at_the_end(time, event, at, entry=None):
    return np.where(np.asarray(at) > np.max(time, initial=-np.inf), 0.0 if len(time) else 1.0, _km(time, event, at, entry))


@program("kaplan_meier", breaks="event may hold 1 and 0: the complement of 1 is no False")
def b_curve_complement_of_a_number(time, event, at, entry=None):
    lost = np.asarray(~event).astype(bool)
    return _km(time, ~lost, at, entry)


@program("kaplan_meier", breaks="inputs are left as they were")
def b_curve_sorts_the_rows_in_place(time, event, at, entry=None):
    order = np.argsort(time)
    time[:], event[:] = time[order], event[order]
    return _km(time, event, at, None if entry is None else entry[order])


# concordance


def _outlived(time, died, i):
    return (time > time[i]) | ((time == time[i]) & ~died)


def _points(own, others):
    return np.sum(own > others, axis=0) + 0.5 * np.sum(own == others, axis=0)


def _concordance(time, event, risks, outlived=_outlived, points=_points, deaths=np.flatnonzero, error="no pair is comparable"):
    time, died, risks = np.asarray(time), np.asarray(event) != 0, np.asarray(risks)
    good, pairs = np.zeros(risks.shape[1]), 0
    for i in deaths(died):
        mask = outlived(time, died, i)
        pairs += np.sum(mask)
        good += points(risks[i], risks[mask])
    if not pairs:
        raise ValueError(error)
    return (good / pairs).astype(_float(risks))


@program("concordance")
def b_pairs_death_by_death(time, event, risks):
    return _concordance(time, event, risks)


@program("concordance")
def b_pairs_all_in_one_mask(time, event, risks):
    time, died, risks = np.asarray(time), np.asarray(event).astype(bool), np.asarray(risks)
    earlier = (time[:, None] < time) | ((time[:, None] == time) & ~died)
    i, j = np.nonzero(earlier & died[:, None])
    if len(i) == 0:
        raise ValueError("there are no comparable pairs")
    above, level = risks[i] > risks[j], risks[i] == risks[j]
    return (above.mean(axis=0) + level.mean(axis=0) / 2).astype(_float(risks))


@program("concordance")
def b_pairs_by_a_sorted_list(time, event, risks):
    risks = np.asarray(risks)
    rows = sorted(range(len(time)), key=lambda n: (-float(time[n]), bool(event[n])))
    result, pairs = [], 0
    for column in risks.T.tolist():
        later, waiting, pairs, good = [], [], 0, 0.0
        last = None
        for n in rows:
            if time[n] != last:
                for value in waiting:
                    insort(later, value)
                waiting, last = [], time[n]
            if event[n]:
                pairs += len(later)
                good += (bisect_left(later, column[n]) + bisect_right(later, column[n])) / 2
                waiting.append(column[n])
            else:
                insort(later, column[n])
        if not pairs:
            raise ValueError("nothing is comparable here")
        result.append(good / pairs)
    return np.array(result, _float(risks))


@program("concordance", breaks="equal risks count one half, not nothing")
def b_pairs_equal_risks_are_wrong(time, event, risks):
    return _concordance(time, event, risks, points=lambda own, others: np.sum(own > others, axis=0))


@program("concordance", breaks="equal risks count one half, not one")
def b_pairs_equal_risks_are_right(time, event, risks):
    return _concordance(time, event, risks, points=lambda own, others: np.sum(own >= others, axis=0))


@program("concordance", breaks="a larger risk is to die first: these are risks, not expected times")
def b_pairs_larger_lives_longer(time, event, risks):
    return _concordance(time, event, -np.asarray(risks, float))


@program("concordance", breaks="who was lost at the time of a death is known to have outlived it")
def b_pairs_later_times_only(time, event, risks):
    return _concordance(time, event, risks, lambda time, died, i: time > time[i])


@program("concordance", breaks="of two deaths at one time neither outlived the other")
def b_pairs_of_tied_deaths(time, event, risks):
    return _concordance(time, event, risks, lambda time, died, i: (time >= time[i]) & (np.arange(len(time)) != i))


@program("concordance", breaks="of a pair whose first was lost nobody knows who lived longer")
def b_pairs_lost_ones_go_first(time, event, risks):
    return _concordance(time, event, risks, deaths=lambda died: range(len(died)))


@program("concordance", breaks="a death may be compared with a person who was lost later")
def b_pairs_of_deaths_only(time, event, risks):
    died = np.asarray(event) != 0
    return _concordance(time[died], event[died], risks[died])


@program("concordance", breaks="the share of all comparable pairs, not the mean of each death's share")
def b_pairs_mean_of_shares(time, event, risks):
    time, died = np.asarray(time), np.asarray(event) != 0
    masks = [(i, _outlived(time, died, i)) for i in np.flatnonzero(died)]
    shares = [_points(risks[i], risks[mask]) / mask.sum() for i, mask in masks if mask.any()]
    if not shares:
        raise ValueError("no pair is comparable")
    return np.mean(shares, axis=0)


@program("concordance", breaks="pairs of equal risk are comparable too: they stay in the count")
def b_pairs_equal_risks_are_left_out(time, event, risks):
    time, died = np.asarray(time), np.asarray(event) != 0
    more, less = np.zeros(risks.shape[1]), np.zeros(risks.shape[1])
    for i in np.flatnonzero(died):
        others = risks[_outlived(time, died, i)]
        more, less = more + np.sum(risks[i] > others, axis=0), less + np.sum(risks[i] < others, axis=0)
    if not len(time) or not _concordance(time, event, risks).size:
        raise ValueError("no pair is comparable")
    return more / np.maximum(more + less, 1)


@program("concordance", breaks="where no pair can be compared that is a ValueError")
def b_pairs_none_is_a_half(time, event, risks):
    try:
        return _concordance(time, event, risks)
    except ValueError:
        return np.full(risks.shape[1], 0.5)


@program("concordance", breaks="the error's text contains the word comparable")
def b_pairs_error_without_the_word(time, event, risks):
    return _concordance(time, event, risks, error="division by zero: no pairs")


@program("concordance", breaks="less than a fifth of the slow program's time")
def b_pairs_as_slow_as_ever(time, event, risks):
    good, comparable = [0.0] * risks.shape[1], 0
    for m in range(risks.shape[1]):
        comparable = 0
        for i in range(len(time)):
            for j in range(len(time)):
                if event[i] and (time[i] < time[j] or (time[i] == time[j] and not event[j])):
                    comparable += 1
                    good[m] += 1.0 if risks[i, m] > risks[j, m] else 0.5 if risks[i, m] == risks[j, m] else 0.0
    if not comparable:
        raise ValueError("no pair is comparable")
    return np.array(good) / comparable


@program("concordance", breaks="each column gets its own number")
def b_pairs_mean_over_models(time, event, risks):
    both = _concordance(time, event, risks)
    return np.full(both.shape, both.mean())


@program("concordance", breaks="event may be 1 and 0 (people in the text): ~1 is -2")
def b_pairs_complement_of_a_number(time, event, risks):
    keep = np.flatnonzero(event)
    return _concordance(
        time,
        event,
        risks,
        lambda time, died, i: (time > time[i]) | ((time == time[i]) & (~event).astype(bool)),
        deaths=lambda d: keep,
    )


@program("concordance", breaks="inputs are left as they were")
def b_pairs_ranks_in_place(time, event, risks):
    for m in range(risks.shape[1]):
        risks[:, m] = np.unique(risks[:, m], return_inverse=True)[1]
    return _concordance(time, event, risks)


@program("concordance", breaks="as concordance_slow says: risks that differ a little are not equal")
def b_pairs_nearly_equal_is_equal(time, event, risks):
    return _concordance(time, event, np.round(np.asarray(risks, float), 2))


# cox


def _sorted(scores, time, event):
    kind, died = _float(scores), np.asarray(event) != 0
    order = np.argsort(-np.asarray(time, float), kind="stable")
    return kind, order, np.asarray(scores, float)[order], np.asarray(time, float)[order], died[order]


def _cox(scores, time, event, last="right", first="left", count=lambda d: d.sum()):
    kind, order, s, t, d = _sorted(scores, time, event)
    gradient = np.zeros(len(s), kind)
    if not d.any():
        return kind.type(0), gradient
    own = np.arange(len(s))
    end = np.searchsorted(-t, -t, side="right") - 1 if last == "right" else own
    begin = np.searchsorted(-t, -t, side="left") if first == "left" else own
    log_sum = np.logaddexp.accumulate(s)[end]
    bells = np.where(d, -log_sum, -np.inf)
    heard = np.logaddexp.accumulate(bells[::-1])[::-1][begin]
    gradient[order] = (np.exp(s + heard) - d) / count(d)
    return kind.type(np.sum((log_sum - s)[d]) / count(d)), gradient


def _baseline(scores, time, event, at, side="right", deaths=lambda count: count, weigh=np.exp, risk=np.greater_equal):
    time, died = np.asarray(time), np.asarray(event) != 0
    weights = weigh(np.asarray(scores, float))
    steps, counts = np.unique(time[died], return_counts=True)
    jumps = [deaths(count) / np.sum(weights[risk(time, t)]) for t, count in zip(steps, counts, strict=True)]
    heights = np.concatenate([[0.0], np.cumsum(jumps)])
    return heights[np.searchsorted(steps, at, side=side)].astype(_float(scores, time, at))


def _model(cox_loss=_cox, baseline_hazard=_baseline):
    return {"cox_loss": cox_loss, "baseline_hazard": baseline_hazard}


@program("cox", several=True)
def b_bells_by_running_logarithms():
    return _model()


@program("cox", several=True)
def b_bells_group_by_group():
    def cox_loss(scores, time, event):
        kind, order, s, t, d = _sorted(scores, time, event)
        gradient, deaths = np.zeros(len(s), kind), int(d.sum())
        if deaths == 0:
            return 0.0, gradient
        starts = np.flatnonzero(np.concatenate([[True], t[1:] != t[:-1]]))
        sizes = np.diff(np.append(starts, len(s)))
        sums = np.logaddexp.accumulate(np.logaddexp.reduceat(s, starts))
        rung = np.add.reduceat(d.astype(kind), starts)
        with np.errstate(divide="ignore"):
            bells = np.log(rung) - sums
        heard = np.flip(np.logaddexp.accumulate(np.flip(bells)))
        gradient[order] = (np.exp(s + np.repeat(heard, sizes)) - d) / deaths
        return float((np.sum(rung * sums) - np.sum(s[d])) / deaths), gradient

    def baseline_hazard(scores, time, event, at):
        at = np.asarray(at)
        _, _, s, t, d = _sorted(np.asarray(scores, float), time, event)
        result = np.zeros(at.shape, _float(scores, time, at))
        for moment in np.unique(t[d]):
            result += np.where(at >= moment, np.sum(d & (t == moment)) / np.exp(s[: np.sum(t >= moment)]).sum(), 0)
        return result

    return _model(cox_loss, baseline_hazard)


@program("cox", several=True)
def b_bells_in_plain_python():
    def running(old, new):
        high, low = max(old, new), min(old, new)
        return high if low == -math.inf else high + math.log1p(math.exp(low - high))

    def groups(time, rows):
        result = []
        for n in rows:
            if result and time[result[-1][0]] == time[n]:
                result[-1].append(n)
            else:
                result.append([n])
        return result

    def cox_loss(scores, time, event):
        kind = _float(scores)
        s, t, d = np.asarray(scores, float).tolist(), np.asarray(time).tolist(), [bool(e) for e in event]
        deaths, gradient, total, log_sum, loss = sum(d), np.zeros(len(s), kind), {}, -math.inf, 0.0
        if not deaths:
            return 0.0, gradient
        together = groups(t, sorted(range(len(s)), key=lambda n: -t[n]))
        for people in together:
            for n in people:
                log_sum = running(log_sum, s[n])
            total[t[people[0]]] = log_sum
            loss += sum(log_sum - s[n] for n in people if d[n])
        heard = -math.inf
        for people in reversed(together):
            rung = sum(d[n] for n in people)
            if rung:
                heard = running(heard, math.log(rung) - total[t[people[0]]])
            for n in people:
                gradient[n] = ((math.exp(s[n] + heard) if heard > -math.inf else 0.0) - d[n]) / deaths
        return loss / deaths, gradient

    def baseline_hazard(scores, time, event, at):
        weight, steps, heights = 0.0, [], []
        for people in groups(time, sorted(range(len(time)), key=lambda n: -float(time[n]))):
            weight += sum(math.exp(float(scores[n])) for n in people)
            steps.append(float(time[people[0]]))
            heights.append(sum(bool(event[n]) for n in people) / weight)
        flat = [sum(h for t, h in zip(steps, heights, strict=True) if t <= float(moment)) for moment in np.ravel(at)]
        return np.array(flat, _float(scores, time, at)).reshape(np.shape(at))

    return _model(cox_loss, baseline_hazard)


@program(
    "cox",
    breaks="ties are Breslow's: each of two deaths is compared with all at risk just before, the other one too",
    several=True,
)
def b_bells_ties_in_the_order_of_rows():
    return _model(lambda *given: _cox(*given, last="own", first="own"))


@program("cox", breaks="ties are Breslow's, not Efron's", several=True)
def b_bells_ties_by_efron():
    def cox_loss(scores, time, event):
        kind, died, time = _float(scores), np.asarray(event) != 0, np.asarray(time)
        scores, gradient, loss = np.asarray(scores, float), np.zeros(len(scores)), 0.0
        for t in np.unique(time[died]):
            risk, dead = time >= t, died & (time == t)
            for k in range(dead.sum()):
                weights = np.where(risk, np.exp(scores - scores[risk].max()), 0) * np.where(dead, 1 - k / dead.sum(), 1)
                loss += np.log(weights.sum()) + scores[risk].max()
                gradient += weights / weights.sum()
            loss -= scores[dead].sum()
        return loss / max(died.sum(), 1), ((gradient - died) / max(died.sum(), 1)).astype(kind)

    return _model(cox_loss)


def _direct(scores, time, event, shift):
    """The loss by running sums of exp, in no logarithms."""
    kind, order, s, t, d = _sorted(scores, time, event)
    gradient = np.zeros(len(s), kind)
    if not d.any():
        return 0.0, gradient
    weights = np.exp(s - shift(s))
    sums = np.cumsum(weights)[np.searchsorted(-t, -t, side="right") - 1]
    heard = np.cumsum((d / sums)[::-1])[::-1][np.searchsorted(-t, -t, side="left")]
    gradient[order] = (weights * heard - d) / d.sum()
    return np.sum((np.log(sums) + shift(s) - s)[d]) / d.sum(), gradient


@program("cox", breaks="scores of 1000 are no trouble: exp overflows", several=True)
def b_bells_plain_exp():
    return _model(lambda *given: _direct(*given, shift=lambda s: 0))


@program(
    "cox", breaks="scores of -1000 are no trouble, whoever has them: the largest may be gone before a late bell", several=True
)
def b_bells_one_shift_for_all():
    return _model(lambda *given: _direct(*given, shift=np.max))


@program("cox", breaks="scores of 1000 count as they are: they are not clipped", several=True)
def b_bells_clips_the_scores():
    return _model(lambda scores, time, event: _cox(np.clip(scores, -30, 30), time, event))


@program("cox", breaks="divided by the number of deaths, not of people", several=True)
def b_bells_mean_over_people():
    return _model(lambda *given: _cox(*given, count=len))


@program("cox", breaks="the gradient belongs to rows in the order that was handed in", several=True)
def b_bells_gradient_in_sorted_order():
    def cox_loss(scores, time, event):
        loss, gradient = _cox(scores, time, event)
        return loss, gradient[np.argsort(-np.asarray(time, float), kind="stable")]

    return _model(cox_loss)


@program("cox", breaks="loss and gradient are right for any order of the rows", several=True)
def b_bells_rows_as_they_stand():
    return _model(lambda scores, time, event: _cox(scores, -np.arange(len(scores)), event))


@program("cox", breaks="the gradient of a score: she stands in the list of every bell up to her time", several=True)
def b_bells_only_her_own():
    def cox_loss(scores, time, event):
        loss, _ = _cox(scores, time, event)
        kind, order, s, t, d = _sorted(scores, time, event)
        log_sum = np.logaddexp.accumulate(s)[np.searchsorted(-t, -t, side="right") - 1] if len(s) else s
        gradient = np.zeros(len(s), kind)
        gradient[order] = np.where(d, np.exp(s - log_sum) - 1, 0) / max(d.sum(), 1)
        return loss, gradient

    return _model(cox_loss)


@program("cox", breaks="without deaths the loss is 0 and the gradient zeros", several=True)
def b_bells_none_is_nan():
    def cox_loss(scores, time, event):
        loss, gradient = _cox(scores, time, event)
        return (loss, gradient) if np.any(event) else (np.float64(np.nan), np.full(len(scores), np.nan))

    return _model(cox_loss)


@program("cox", breaks="at risk are those whose time is not yet over, not those who are gone", several=True)
def b_bells_for_those_gone():
    return _model(lambda scores, time, event: _cox(scores, -np.asarray(time, float), event))


@program("cox", breaks="who was lost at the time of a death was at risk in it", several=True)
def b_bells_lost_just_before():
    def cox_loss(scores, time, event):
        rank = np.unique(time, return_inverse=True)[1]
        return _cox(scores, 2 * rank + (np.asarray(event) != 0), event)

    return _model(cox_loss)


@program("cox", breaks="no table of N x N is built", several=True)
def b_bells_one_large_table():
    def cox_loss(scores, time, event):
        kind, died, time = _float(scores), np.asarray(event) != 0, np.asarray(time)
        scores = np.asarray(scores, kind)
        if not died.any():
            return 0.0, np.zeros(len(scores), kind)
        table = np.where(time[None, :] >= time[died][:, None], scores[None, :], -np.inf)
        log_sum = np.logaddexp.reduce(table, axis=1)
        shares = np.exp(table - log_sum[:, None]).sum(axis=0)
        return np.sum(log_sum - scores[died]) / died.sum(), ((shares - died) / died.sum()).astype(kind)

    return _model(cox_loss)


@program("cox", breaks="inputs are left as they were", several=True)
def b_bells_shifts_the_scores_in_place():
    def cox_loss(scores, time, event):
        if len(scores):
            scores -= scores.max()
        return _cox(scores, time, event)

    return _model(cox_loss)


@program("cox", breaks="float32 stays float32 in the gradient", several=True)
def b_bells_gradient_in_double():
    return _model(lambda scores, time, event: _cox(np.asarray(scores, float), time, event))


@program("cox", breaks="H steps at a time of death: at it the step is done", several=True)
def b_bells_baseline_steps_late():
    return _model(baseline_hazard=lambda *given: _baseline(*given, side="left"))


@program("cox", breaks="as many deaths are expected as happened: each person counts by her factor", several=True)
def b_bells_baseline_without_scores():
    return _model(baseline_hazard=lambda *given: _baseline(*given, weigh=np.ones_like))


@program("cox", breaks="H is the hazard of score 0, not of the mean score", several=True)
def b_bells_baseline_of_the_mean_score():
    return _model(baseline_hazard=lambda *given: _baseline(*given, weigh=lambda s: np.exp(s - s.mean()) if len(s) else s))


@program("cox", breaks="all deaths of one time are in the step", several=True)
def b_bells_baseline_one_death_a_step():
    return _model(baseline_hazard=lambda *given: _baseline(*given, deaths=lambda count: 1))


@program("cox", breaks="who died at the time of a death was at risk in it", several=True)
def b_bells_baseline_without_the_dead():
    def baseline_hazard(scores, time, event, at):
        with np.errstate(divide="ignore"):
            return _baseline(scores, time, event, at, risk=np.greater)

    return _model(baseline_hazard=baseline_hazard)


@program("cox", breaks="H has steps at the times of death and nowhere else", several=True)
def b_bells_baseline_rises_between():
    def baseline_hazard(scores, time, event, at):
        steps = np.concatenate([[0.0], np.unique(np.asarray(time)[np.asarray(event) != 0])])
        return np.interp(at, steps, _baseline(scores, time, event, steps))

    return _model(baseline_hazard=baseline_hazard)


# hazard_loss


def _sigmoid(z):
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + small), small / (1 + small))


def _coins(K, interval, event):
    k, interval, died = np.arange(K), np.asarray(interval)[:, None], (np.asarray(event) != 0)[:, None]
    return k < interval, (k == interval) & died


def _hazard(logits, interval, event, coins=_coins, mean=lambda N, K, event: N, sigmoid=_sigmoid, cost=np.logaddexp):
    logits = np.asarray(logits, _float(logits))
    N, K = logits.shape
    passed, fatal = coins(K, interval, event)
    seen = passed | fatal
    share = max(mean(N, K, event), 1)
    loss = np.sum(np.where(seen, cost(logits.dtype.type(0), logits), 0) - np.where(fatal, logits, 0)) / share
    gradient = np.where(seen, sigmoid(logits) - fatal, 0) / share
    return logits.dtype.type(loss), gradient.astype(logits.dtype)


def _survive(logits):
    logits = np.asarray(logits, _float(logits))
    return np.concatenate([np.ones((len(logits), 1), logits.dtype), np.cumprod(_sigmoid(-logits), axis=1)], axis=1)


def _hazards(hazard_loss=_hazard, survival_curve=_survive):
    return {"hazard_loss": hazard_loss, "survival_curve": survival_curve}


@program("hazard_loss", several=True)
def b_coins_by_masks():
    return _hazards()


@program("hazard_loss", several=True)
def b_coins_one_by_one():
    def soft(z):
        return max(z, 0.0) + math.log1p(math.exp(-abs(z)))

    def hazard_loss(logits, interval, event):
        gradient, loss = np.zeros(logits.shape, _float(logits)), 0.0
        for n, row in enumerate(logits):
            for k in range(min(int(interval[n]) + bool(event[n]), len(row))):
                z, fatal = float(row[k]), k == interval[n]
                loss += soft(-z if fatal else z)
                gradient[n, k] = (-math.exp(-soft(z)) if fatal else math.exp(-soft(-z))) / len(logits)
        return loss / max(len(logits), 1), gradient

    def survival_curve(logits):
        curve = np.ones((len(logits), logits.shape[1] + 1), _float(logits))
        for n, k in np.ndindex(*logits.shape):
            curve[n, k + 1] = curve[n, k] * math.exp(-soft(float(logits[n, k])))
        return curve

    return _hazards(hazard_loss, survival_curve)


@program("hazard_loss", several=True)
def b_coins_by_signs_and_log_sums():
    def hazard_loss(logits, interval, event):
        z = np.asarray(logits, _float(logits))
        k, n = np.arange(z.shape[1]), len(z)
        sign = (k < interval[:, None]).astype(z.dtype) - ((k == interval[:, None]) & (event != 0)[:, None])
        signed = sign * z
        loss = np.sum(np.abs(sign) * (np.maximum(signed, 0) + np.log1p(np.exp(-np.abs(signed)))))
        return loss / max(n, 1), (sign * (0.5 + 0.5 * np.tanh(signed / 2)) / max(n, 1)).astype(z.dtype)

    def survival_curve(logits):
        z = np.asarray(logits, _float(logits))
        start = np.zeros((len(z), 1), z.dtype)
        return np.exp(-np.cumsum(np.concatenate([start, np.logaddexp(z.dtype.type(0), z)], axis=1), axis=1))

    return _hazards(hazard_loss, survival_curve)


@program("hazard_loss", breaks="who was lost within an interval was not seen to pass its coin", several=True)
def b_coins_lost_pass_their_own():
    def coins(K, interval, event):
        passed, fatal = _coins(K, interval, event)
        return passed | ((np.arange(K) == np.asarray(interval)[:, None]) & ~fatal), fatal

    return _hazards(lambda *given: _hazard(*given, coins=coins))


@program("hazard_loss", breaks="a censored row counts the intervals that were outlived", several=True)
def b_coins_lost_do_not_count():
    def coins(K, interval, event):
        passed, fatal = _coins(K, interval, event)
        return passed & (np.asarray(event) != 0)[:, None], fatal

    return _hazards(lambda *given: _hazard(*given, coins=coins))


@program("hazard_loss", breaks="a lost person did not die in her interval", several=True)
def b_coins_lost_are_dead():
    return _hazards(lambda logits, interval, event: _hazard(logits, interval, np.ones(len(logits), bool)))


@program("hazard_loss", breaks="a death counts the intervals that were outlived", several=True)
def b_coins_of_deaths_alone():
    def coins(K, interval, event):
        passed, fatal = _coins(K, interval, event)
        return passed & ~(np.asarray(event) != 0)[:, None], fatal

    return _hazards(lambda *given: _hazard(*given, coins=coins))


@program("hazard_loss", breaks="who outlived all K intervals has no fatal coin, whatever her event says", several=True)
def b_coins_death_beyond_the_edge():
    return _hazards(lambda logits, interval, event: _hazard(logits, np.minimum(interval, logits.shape[1] - 1), event))


@program("hazard_loss", breaks="interval counts from 0: interval k is outlived k times, and coin k is the next one", several=True)
def b_coins_counted_from_one():
    return _hazards(lambda logits, interval, event: _hazard(logits, np.maximum(np.asarray(interval) - 1, 0), event))


@program("hazard_loss", breaks="the mean is over people, not over coins", several=True)
def b_coins_mean_over_the_table():
    return _hazards(lambda *given: _hazard(*given, mean=lambda N, K, event: N * K))


@program("hazard_loss", breaks="the mean is over all people, not over deaths", several=True)
def b_coins_mean_over_deaths():
    return _hazards(lambda *given: _hazard(*given, mean=lambda N, K, event: np.sum(event)))


@program("hazard_loss", breaks="the gradient belongs to the mean", several=True)
def b_coins_gradient_of_the_sum():
    return _hazards(lambda *given: (_hazard(*given)[0], _hazard(*given, mean=lambda N, K, event: 1)[1]))


@program("hazard_loss", breaks="coins that were not seen have no gradient", several=True)
def b_coins_unseen_pull_too():
    def hazard_loss(logits, interval, event):
        loss, _ = _hazard(logits, interval, event)
        return loss, (_sigmoid(logits) - _coins(logits.shape[1], interval, event)[1]) / max(len(logits), 1)

    return _hazards(hazard_loss)


@program("hazard_loss", breaks="logits of 1000 give finite numbers", several=True)
def b_coins_plain_exp():
    return _hazards(
        lambda *g: _hazard(*g, cost=lambda zero, z: np.log(1 + np.exp(z)), sigmoid=lambda z: np.exp(z) / (1 + np.exp(z)))
    )


@program("hazard_loss", breaks="the loss of a logit of 1000 is right, not cut off", several=True)
def b_coins_clipped_chances():
    return _hazards(lambda logits, *rest: _hazard(np.clip(logits, -16, 16), *rest))


@program("hazard_loss", breaks="each coin has its own sigmoid; the K chances are no softmax", several=True)
def b_coins_as_classes():
    def hazard_loss(logits, interval, event):
        K = logits.shape[1]
        z = np.concatenate([logits, np.zeros((len(logits), 1))], axis=1)
        logs = z - np.logaddexp.reduce(z, axis=1, keepdims=True)
        k, died = np.arange(K + 1), (np.asarray(event) != 0)[:, None] | (np.asarray(interval) == K)[:, None]
        there = np.where(died, k == np.asarray(interval)[:, None], k >= np.asarray(interval)[:, None])
        mass = np.logaddexp.reduce(np.where(there, logs, -np.inf), axis=1)
        back = np.exp(logs) - np.where(there, np.exp(logs - mass[:, None]), 0)
        return -np.sum(mass) / max(len(z), 1), back[:, :K] / max(len(z), 1)

    return _hazards(hazard_loss)


@program("hazard_loss", breaks="any number of people, also none", several=True)
def b_coins_of_nobody_are_nan():
    def hazard_loss(logits, interval, event):
        return _hazard(logits, interval, event) if len(logits) else (np.float64(np.nan), np.zeros(logits.shape))

    return _hazards(hazard_loss)


@program("hazard_loss", breaks="float32 stays float32", several=True)
def b_coins_in_double():
    return _hazards(
        lambda logits, *rest: _hazard(np.asarray(logits, float), *rest), lambda logits: _survive(np.asarray(logits, float))
    )


@program("hazard_loss", breaks="the curve begins with 1, K + 1 entries", several=True)
def b_coins_curve_without_the_start():
    return _hazards(survival_curve=lambda logits: _survive(logits)[:, 1:])


@program("hazard_loss", breaks="to outlive is a product of passes, not one minus a sum of hazards", several=True)
def b_coins_curve_by_a_sum():
    def survival_curve(logits):
        return np.concatenate([np.ones((len(logits), 1)), 1 - np.cumsum(_sigmoid(logits), axis=1)], axis=1)

    return _hazards(survival_curve=survival_curve)


@program("hazard_loss", breaks="the sigmoid is the chance to die, not to pass", several=True)
def b_coins_curve_of_dying():
    return _hazards(survival_curve=lambda logits: _survive(-np.asarray(logits)))


@program("hazard_loss", breaks="a discrete hazard is a chance, not a rate", several=True)
def b_coins_curve_of_rates():
    def survival_curve(logits):
        return np.exp(-np.concatenate([np.zeros((len(logits), 1)), np.cumsum(_sigmoid(logits), axis=1)], axis=1))

    return _hazards(survival_curve=survival_curve)


# brier


def _share(time, event, horizon):
    """Weights by the falls of the Kaplan-Meier curve."""
    time, died = np.asarray(time), np.asarray(event) != 0
    N, before = len(time), 1.0
    weights = np.zeros(N, _float(time))
    for t in np.unique(time[died & (time <= horizon)]):
        those = died & (time == t)
        after = before * (1 - those.sum() / np.sum(time >= t))
        weights[those] = N * (before - after) / those.sum()
        before = after
    beyond = time > horizon
    if beyond.any():
        weights[beyond] = N * before / beyond.sum()
    return weights


def _inverse(time, event, horizon, risk=None, side="left", at_end="right", late=False, plain=False):
    """Weights by the curve of being still watched, with switches for mistakes."""
    time, died = np.asarray(time), np.asarray(event) != 0
    losses, heights = np.unique(time[~died]), [1.0]
    for t in losses:
        lost = np.sum(~died & (time == t))
        at_risk = np.sum((time > t) | ((time == t) & ~died)) if risk is None else risk(time, t)
        heights.append(heights[-1] * (1 - lost / at_risk))
    heights = np.array(heights)
    when = np.full(len(time), horizon) if late else time
    before = heights[np.searchsorted(losses, when, side=side)]
    end = heights[np.searchsorted(losses, horizon, side=at_end)]
    weights = np.zeros(len(time), _float(time))
    dead, beyond = died & (time <= horizon), time > horizon
    with np.errstate(divide="ignore", invalid="ignore"):
        if plain:
            return dead / before + beyond / end
        weights[dead] = 1 / before[dead]
        weights[beyond] = 1 / end
    return weights


def _brier(curves, time, event, horizons, weigh=_share, square=np.square, alive=np.greater, over=lambda w: len(w)):
    curves, scores = np.asarray(curves), []
    for k, horizon in enumerate(horizons):
        weights = weigh(time, event, horizon)
        outcome = alive(np.asarray(time), horizon)
        scores.append(np.sum(weights * square(outcome - curves[:, k])) / over(weights))
    return np.array(scores, _float(curves))


def _judge(weigh=_share, **knobs):
    return {"known_weights": weigh, "brier": lambda *given: _brier(*given, weigh=weigh, **knobs)}


@program("brier", several=True)
def b_weights_by_the_falls():
    return _judge()


@program("brier", several=True)
def b_weights_by_inverse_chances():
    return _judge(_inverse)


@program("brier", several=True)
def b_weights_handed_on_from_the_lost():
    def known_weights(time, event, horizon):
        weights = np.ones(len(time), _float(time))
        for t in np.unique(time):
            lost = (time == t) & (np.asarray(event) == 0) & (t <= horizon)
            heirs = time > t
            if lost.any():
                if heirs.any():
                    weights[heirs] += weights[lost].sum() / heirs.sum()
                weights[lost] = 0
        return weights

    def brier(curves, time, event, horizons):
        weights = (
            np.stack([known_weights(time, event, h) for h in horizons], axis=1) if len(horizons) else np.zeros((len(time), 0))
        )
        alive = np.asarray(time)[:, None] > np.asarray(horizons)
        return np.mean(weights * np.where(alive, 1 - np.asarray(curves), curves) ** 2, axis=0).astype(_float(curves))

    return {"known_weights": known_weights, "brier": brier}


@program("brier", breaks="weights of those beyond t sum to N times the curve: known rows alone are not enough", several=True)
def b_weights_of_one_for_the_known():
    return _judge(lambda time, event, horizon: ((np.asarray(event) != 0) | (time > horizon)).astype(float))


@program("brier", breaks="weights follow the curve: a common factor for all known rows does not", several=True)
def b_weights_one_common_factor():
    def known_weights(time, event, horizon):
        known = (np.asarray(event) != 0) | (time > horizon)
        return known * (len(time) / max(known.sum(), 1))

    return _judge(known_weights)


@program("brier", breaks="an early death stands for those lost before it, not for all lost before the horizon", several=True)
def b_weights_all_by_the_horizon():
    def known_weights(time, event, horizon):
        weights = _inverse(time, event, horizon, late=True, side="right")
        return np.where(np.isinf(weights), 0, weights)

    return _judge(known_weights)


@program("brier", breaks="a death is weighed by the chance just before its time: deaths come before censorings", several=True)
def b_weights_at_the_death():
    def known_weights(time, event, horizon):
        weights = _inverse(time, event, horizon, side="right")
        return np.where(np.isinf(weights), 0, weights)

    return _judge(known_weights)


@program("brier", breaks="who died at a time is no more at risk of being lost at it", several=True)
def b_weights_the_dead_may_be_lost():
    return _judge(lambda *given: _inverse(*given, risk=lambda time, t: np.sum(time >= t)))


@program("brier", breaks="a survivor is weighed by the chance at the horizon: losses at the horizon count", several=True)
def b_weights_just_before_the_horizon():
    return _judge(lambda *given: _inverse(*given, at_end="left"))


@program("brier", breaks="who was lost at the horizon has weight 0", several=True)
def b_weights_lost_at_the_horizon():
    def known_weights(time, event, horizon):
        moved = np.where((np.asarray(event) == 0) & (time == horizon), horizon + 1.0, time)
        return _share(moved, event, horizon)

    return _judge(known_weights)


@program("brier", breaks="a death at the horizon is a death", several=True)
def b_weights_death_at_the_horizon_lives():
    return {"known_weights": _share, "brier": lambda *given: _brier(*given, alive=np.greater_equal)}


@program("brier", breaks="where all are lost at the end nothing is divided by zero", several=True)
def b_weights_divide_what_is_left():
    return _judge(lambda *given: _inverse(*given, plain=True))


@program("brier", breaks="who was lost before the horizon has weight 0, also where nobody is left to stand for her", several=True)
def b_weights_last_one_counts_as_dead():
    def known_weights(time, event, horizon):
        last = (time == np.max(time)) & (np.max(time) <= horizon)
        return _share(time, (np.asarray(event) != 0) | last, horizon)

    return _judge(known_weights)


@program("brier", breaks="those who died at one time share the fall: all of them, not each the whole", several=True)
def b_weights_ties_get_the_whole_fall():
    def known_weights(time, event, horizon):
        weights = _share(time, event, horizon)
        for t in np.unique(time[np.asarray(event) != 0]):
            those = (time == t) & (np.asarray(event) != 0) & (t <= horizon)
            weights[those] *= max(those.sum(), 1)
        return weights

    return _judge(known_weights)


@program("brier", breaks="survivors stand for the lost too", several=True)
def b_weights_of_the_dead_only():
    return _judge(lambda time, event, horizon: np.where(np.asarray(time) > horizon, 1.0, _share(time, event, horizon)))


@program("brier", breaks="event may hold whole numbers: ~0 and ~1 are both true", several=True)
def b_weights_complement_of_a_number():
    def known_weights(time, event, horizon):
        return np.where((~event).astype(bool) & (time <= horizon), 0, _share(time, event, horizon))

    return _judge(known_weights)


@program("brier", breaks="the sum is divided by N, not by the number of known rows", several=True)
def b_weights_mean_over_the_known():
    return _judge(over=np.count_nonzero)


@program("brier", breaks="the sum is divided by N, not by the sum of weights", several=True)
def b_weights_mean_by_weight():
    return _judge(over=lambda weights: weights.sum() or 1.0)


@program("brier", breaks="curves are chances to outlive: the truth is 1 for a time beyond", several=True)
def b_weights_curves_of_dying():
    return _judge(alive=np.less_equal)


@program("brier", breaks="the difference is squared", several=True)
def b_weights_plain_distance():
    return _judge(square=np.abs)


@program("brier", breaks="the weights of each horizon do their work, not those of the last", several=True)
def b_weights_of_the_last_horizon():
    def brier(curves, time, event, horizons):
        return _brier(curves, time, event, horizons, weigh=lambda time, event, horizon: _share(time, event, np.max(horizons)))

    return {"known_weights": _share, "brier": brier}


@program("brier", breaks="censored rows count by weights: they are not survivors", several=True)
def b_weights_lost_are_survivors():
    def brier(curves, time, event, horizons):
        return _brier(curves, np.where(np.asarray(event) != 0, time, np.inf), event, horizons)

    return {"known_weights": _share, "brier": brier}


@program("brier", breaks="inputs are left as they were", several=True)
def b_weights_cut_the_times():
    def brier(curves, time, event, horizons):
        event[time > np.max(horizons)] = 0
        return _brier(curves, time, event, horizons)

    return {"known_weights": _share, "brier": brier}
