"""Programs for week 19, written from its contracts alone."""

import numpy as np

from autograder.cases import program

# ---------------------------------------------------------------- kaplan_meier


def _a_km(
    time,
    event,
    at,
    entry=None,
    died=lambda event: np.asarray(event) != 0,
    at_risk=lambda time, entry, t: (time >= t) & (entry < t),
    factor=lambda dead, risk: 1 - dead / risk,
    side="right",
    steps=lambda time, died: np.unique(time[died]),
):
    time, event, at = np.asarray(time, float), np.asarray(event), np.asarray(at)
    died = died(event)
    entry = np.full(len(time), -np.inf) if entry is None else np.asarray(entry)
    ts, heights = steps(time, died), [1.0]
    for t in ts:
        risk = np.sum(at_risk(time, entry, t))
        heights.append(heights[-1] * factor(np.sum(died & (time == t)), risk) if risk else heights[-1])
    return np.array(heights)[np.searchsorted(ts, at, side=side)]


@program("kaplan_meier", breaks="who is lost at the time of a death was at risk in it")
def a_lost_at_the_death_not_at_risk(time, event, at, entry=None):
    died = np.asarray(event) != 0
    return _a_km(time, event, at, entry, at_risk=lambda T, e, t: ((t < T) | ((t == T) & died)) & (e < t))


@program("kaplan_meier", breaks="censored rows carry knowledge: left out, the curve is too low")
def a_censored_rows_left_out(time, event, at, entry=None):
    keep = np.asarray(event) != 0
    return _a_km(np.asarray(time)[keep], np.asarray(event)[keep], at, None if entry is None else np.asarray(entry)[keep])


@program("kaplan_meier", breaks="censored rows taken for living for ever")
def a_censored_live_for_ever(time, event, at, entry=None):
    time = np.where(np.asarray(event) != 0, time, np.inf)
    return _a_km(time, event, at, entry)


@program("kaplan_meier", breaks="the share with a time longer than t: at the time of a death it has fallen")
def a_falls_only_after_the_death(time, event, at, entry=None):
    return _a_km(time, event, at, entry, side="left")


@program("kaplan_meier", breaks="late entry: at risk only after the entry")
def a_entry_ignored(time, event, at, entry=None):
    return _a_km(time, event, at)


@program("kaplan_meier", breaks="at risk after her entry, not at it")
def a_at_risk_at_the_entry_too(time, event, at, entry=None):
    return _a_km(time, event, at, entry, at_risk=lambda T, e, t: (t <= T) & (e <= t))


@program("kaplan_meier", breaks="late entry: times do not begin at the entry")
def a_time_counted_from_the_entry(time, event, at, entry=None):
    return _a_km(time if entry is None else np.asarray(time) - np.asarray(entry), event, at)


@program("kaplan_meier", breaks="without entry all came at the start: a death at time 0 counts")
def a_none_is_entry_at_nought(time, event, at, entry=None):
    return _a_km(time, event, at, np.zeros(len(time)) if entry is None else entry)


@program("kaplan_meier", breaks="at may be in any order")
def a_answers_in_order_of_time(time, event, at, entry=None):
    return _a_km(time, event, np.sort(at), entry)


@program("kaplan_meier", breaks="event may hold 1 and 0")
def a_whole_number_events_as_indices(time, event, at, entry=None):
    time, event = np.asarray(time, float), np.asarray(event)
    ts = np.unique(time[event])
    entry = np.full(len(time), -np.inf) if entry is None else np.asarray(entry)
    heights = [1.0]
    for t in ts:
        risk = np.sum((time >= t) & (entry < t))
        heights.append(heights[-1] * (1 - np.sum((event != 0) & (time == t)) / max(risk, 1)))
    return np.array(heights)[np.searchsorted(ts, at, side="right")]


@program("kaplan_meier", breaks="for no people at all S is 1")
def a_fails_for_nobody(time, event, at, entry=None):
    time, at = np.asarray(time), np.asarray(at)
    time.max()
    return _a_km(time, event, at, entry)


@program("kaplan_meier", breaks="two deaths at one time are both counted")
def a_one_death_a_time(time, event, at, entry=None):
    return _a_km(time, event, at, entry, factor=lambda dead, risk: 1 - 1 / risk)


@program("kaplan_meier", breaks="it is Kaplan-Meier's estimate, not Nelson-Aalen's")
def a_exponential_of_the_sum(time, event, at, entry=None):
    return _a_km(time, event, at, entry, factor=lambda dead, risk: np.exp(-dead / risk))


@program("kaplan_meier", breaks="it returns survival, not the chance to have died")
def a_chance_to_have_died(time, event, at, entry=None):
    return 1 - _a_km(time, event, at, entry)


@program("kaplan_meier", breaks="inputs stay as they were")
def a_sorts_the_rows_in_place(time, event, at, entry=None):
    result = _a_km(time, event, at, entry)
    time.sort()
    return result


@program("kaplan_meier")
def a_one_number_at_a_time(time, event, at, entry=None):
    """Plain loops."""
    out = []
    for t in at:
        S = 1.0
        for u in sorted(set(np.asarray(time)[np.asarray(event).astype(bool)].tolist())):
            if u <= t:
                risk = sum(1 for k in range(len(time)) if time[k] >= u and (entry is None or entry[k] < u))
                dead = sum(1 for k in range(len(time)) if time[k] == u and event[k])
                S *= 1 - dead / risk
        out.append(S)
    return np.array(out, float)


@program("kaplan_meier")
def a_table_of_people_and_times(time, event, at, entry=None):
    """Broadcast over people and times of death."""
    T, d, at = np.asarray(time, float), np.asarray(event, bool), np.asarray(at, float)
    E = np.full(T.shape, -np.inf) if entry is None else np.asarray(entry, float)
    u = np.unique(T[d])
    risk = ((u[:, None] <= T) & (u[:, None] > E)).sum(1)
    dead = ((u[:, None] == T) & d).sum(1)
    return np.where(u <= at[:, None], 1 - dead / risk, 1.0).prod(axis=1)


@program("kaplan_meier")
def a_events_along_time(time, event, at, entry=None):
    """A list of arrivals and departures, run through once."""
    T, d = np.asarray(time), np.asarray(event) != 0
    marks = [(float(t), 0 if e else 1) for t, e in zip(T, d, strict=True)]
    marks += [(float("-inf") if entry is None else float(entry[k]), 2) for k in range(len(T))]
    marks.sort()
    risk, S, ts, Ss, k = 0, 1.0, [], [1.0], 0
    while k < len(marks):
        t = marks[k][0]
        now = []
        while k < len(marks) and marks[k][0] == t:
            now.append(marks[k][1])
            k += 1
        if now.count(0):
            S *= 1 - now.count(0) / risk
            ts.append(t)
            Ss.append(S)
        risk += now.count(2) - now.count(0) - now.count(1)
    return np.array(Ss)[np.searchsorted(np.array(ts), np.asarray(at), side="right")]


# ---------------------------------------------------------------- concordance


def _a_concordance(
    time,
    event,
    risks,
    outlived=lambda T, d, i: (T[i] < T) | ((T[i] == T) & ~d),
    who=lambda d: np.flatnonzero(d),
    larger=lambda mine, theirs: (mine > theirs).sum(0),
    equal=lambda mine, theirs: 0.5 * (mine == theirs).sum(0),
    none=True,
):
    T, d, R = np.asarray(time), np.asarray(event) != 0, np.asarray(risks)
    good, pairs = np.zeros(R.shape[1]), 0
    for i in who(d):
        those = outlived(T, d, i)
        pairs += those.sum()
        good = good + larger(R[i], R[those]) + equal(R[i], R[those])
    if none and not pairs:
        raise ValueError("no pair is comparable")
    return good / pairs


@program("concordance", breaks="a larger risk means an earlier death")
def a_large_is_long(time, event, risks):
    return _a_concordance(time, event, risks, larger=lambda a, b: (a < b).sum(0))


@program("concordance", breaks="equal risks count one half")
def a_equal_counts_nothing(time, event, risks):
    return _a_concordance(time, event, risks, equal=lambda a, b: 0)


@program("concordance", breaks="equal risks count one half")
def a_equal_counts_one(time, event, risks):
    return _a_concordance(time, event, risks, equal=lambda a, b: (a == b).sum(0))


@program("concordance", breaks="equal risks count one half, to the last bit")
def a_nearly_equal_is_equal(time, event, risks):
    return _a_concordance(
        time, event, risks, larger=lambda a, b: (a > b + 1e-3).sum(0), equal=lambda a, b: 0.5 * (abs(a - b) <= 1e-3).sum(0)
    )


@program("concordance", breaks="who was lost at the time of a death outlived it")
def a_tied_times_left_out(time, event, risks):
    return _a_concordance(time, event, risks, outlived=lambda T, d, i: T[i] < T)


@program("concordance", breaks="two deaths at one time are no pair")
def a_two_deaths_at_once_are_a_pair(time, event, risks):
    return _a_concordance(time, event, risks, outlived=lambda T, d, i: (T[i] <= T) & (np.arange(len(T)) != i))


@program("concordance", breaks="only who died can be the first of a pair")
def a_lost_ones_first_too(time, event, risks):
    return _a_concordance(time, event, risks, who=lambda d: range(len(d)))


@program("concordance", breaks="a death is known to be outlived by lost people, too")
def a_only_pairs_of_two_deaths(time, event, risks):
    return _a_concordance(time, event, risks, outlived=lambda T, d, i: (T[i] < T) & d)


@program("concordance", breaks="where no pair can be compared, that is a ValueError")
def a_half_where_nothing_compares(time, event, risks):
    try:
        return _a_concordance(time, event, risks)
    except ValueError:
        return np.full(np.shape(risks)[1], 0.5)


@program("concordance", breaks="the error's text contains the word comparable")
def a_error_without_the_word(time, event, risks):
    try:
        return _a_concordance(time, event, risks)
    except ValueError:
        raise ValueError("nobody died") from None


@program("concordance", breaks="a ValueError, also where people died and none outlived them")
def a_only_no_deaths_is_an_error(time, event, risks):
    if not np.any(event):
        raise ValueError("not comparable")
    return _a_concordance(time, event, risks, none=False)


@program("concordance", breaks="a fifth of the slow program's time")
def a_loop_over_pairs(time, event, risks):
    R = np.asarray(risks)
    good, pairs = [0.0] * R.shape[1], 0
    for i in range(len(time)):
        for j in range(len(time)):
            if event[i] and (time[i] < time[j] or (time[i] == time[j] and not event[j])):
                pairs += 1
                for m in range(R.shape[1]):
                    good[m] += 1.0 if R[i, m] > R[j, m] else 0.5 if R[i, m] == R[j, m] else 0.0
    if not pairs:
        raise ValueError("comparable")
    return np.array(good) / pairs


@program("concordance", breaks="each column gets its own: shape (M,)")
def a_mean_over_the_models(time, event, risks):
    return _a_concordance(time, event, risks).mean()


@program("concordance", breaks="event may be 1 and 0: ~ of whole numbers is no mask")
def a_not_of_whole_numbers(time, event, risks):
    T, d, R = np.asarray(time), np.asarray(event), np.asarray(risks)
    good, pairs = np.zeros(R.shape[1]), 0
    for i in np.flatnonzero(d):
        those = (T[i] < T) | ((T[i] == T) & (~d != 0))
        pairs += those.sum()
        good = good + (R[i] > R[those]).sum(0) + 0.5 * (R[i] == R[those]).sum(0)
    if not pairs:
        raise ValueError("comparable")
    return good / pairs


@program("concordance")
def a_a_table_of_pairs(time, event, risks):
    """N × N × M at once."""
    T, d, R = np.asarray(time), np.asarray(event, bool), np.asarray(risks, float)
    known = d[:, None] & ((T[:, None] < T) | ((T[:, None] == T) & ~d))
    if not known.any():
        raise ValueError("there is no comparable pair")
    sign = np.sign(R[:, None] - R[None])
    return ((sign[known] + 1) / 2).mean(0)


@program("concordance")
def a_listed_pairs(time, event, risks):
    """Pairs by their numbers."""
    T, d, R = np.asarray(time), np.asarray(event) == 1, np.asarray(risks)
    i, j = np.nonzero(d[:, None] & ((T[:, None] < T[None]) | (np.equal.outer(T, T) & ~d[None])))
    if len(i) == 0:
        raise ValueError("none comparable")
    return np.where(R[i] > R[j], 1.0, np.where(R[i] == R[j], 0.5, 0.0)).sum(0) / len(i)


@program("concordance")
def a_model_by_model(time, event, risks):
    """A loop over the models and the dead."""
    T, d = np.asarray(time), np.asarray(event).astype(bool)
    out = []
    for r in np.asarray(risks).T:
        won = tied = n = 0
        for i in np.nonzero(d)[0]:
            those = r[(T[i] < T) | (~d & (T[i] == T))]
            won, tied, n = won + np.count_nonzero(those < r[i]), tied + np.count_nonzero(those == r[i]), n + those.size
        if n == 0:
            raise ValueError("no comparable pairs")
        out.append((won + tied / 2) / n)
    return np.array(out)


# ---------------------------------------------------------------- cox


def _a_floats(x):
    """An array of its own float type; whole numbers become float64."""
    x = np.asarray(x)
    return x if x.dtype.kind == "f" else x.astype(float)


def _a_cox(scores, time, event, tie="breslow", mean=True, at_risk=lambda T: T[None] >= T[:, None], shift=True, sign=1):
    s, T, d = np.asarray(scores, float), np.asarray(time), np.asarray(event) != 0
    n = d.sum()
    if not n:
        return 0.0, np.zeros(len(s))
    at = at_risk(T)[d]
    z = np.where(at, s, -np.inf)
    top = z.max(1, keepdims=True) if shift else 0.0
    with np.errstate(over="ignore", invalid="ignore"):
        e = np.exp(z - top)
        total = e.sum(1, keepdims=True)
        loss = np.sum(np.log(total[:, 0]) + (top[:, 0] if shift else 0) - s[d])
        g = (e / total).sum(0) - d
    n = n if mean else 1
    return sign * loss / n, sign * g / n


def _a_baseline(scores, time, event, at, at_risk=lambda T, t: t <= T, side="right", count=True, relative=True):
    s, T, d, at = np.asarray(scores, float), np.asarray(time, float), np.asarray(event) != 0, np.asarray(at, float)
    ts = np.unique(T[d])
    H = [0.0]
    for t in ts:
        dead = np.sum(d & (t == T)) if count else 1
        H.append(H[-1] + dead / np.sum(np.exp(s[at_risk(T, t)]) if relative else at_risk(T, t)))
    return np.array(H)[np.searchsorted(ts, at, side=side)]


def _a_fast(scores, time, event):
    s, T, d = _a_floats(scores), np.asarray(time, float), np.asarray(event) != 0
    if not d.any():
        return 0.0, np.zeros_like(s)
    order = np.argsort(-T, kind="stable")
    s, T, d = s[order], T[order], d[order]
    last = np.searchsorted(-T, -T, side="right") - 1
    first = np.searchsorted(-T, -T, side="left")
    log_sum = np.logaddexp.accumulate(s)[last]
    loss = np.sum((log_sum - s)[d]) / d.sum()
    bells = np.where(d, -log_sum, -np.inf)
    heard = np.logaddexp.accumulate(bells[::-1])[::-1][first]
    g = np.empty_like(s)
    g[order] = (np.exp(s + heard) - d) / d.sum()
    return loss, g


def _a_pair(loss=_a_fast, baseline=_a_baseline):
    return {"cox_loss": loss, "baseline_hazard": baseline}


@program("cox", breaks="the list of classes holds those who are at risk at that bell", several=True)
def a_softmax_over_all():
    return _a_pair(lambda s, T, e: _a_cox(s, T, e, at_risk=lambda T: np.ones((len(T), len(T)), bool)))


@program("cox", breaks="those at risk are those with a later time", several=True)
def a_at_risk_the_wrong_way_round():
    return _a_pair(lambda s, T, e: _a_cox(s, T, e, at_risk=lambda T: T[None] <= T[:, None]))


@program("cox", breaks="Breslow's ties: each of two deaths is compared with all who were at risk", several=True)
def a_ties_in_order_of_rows():
    def loss(s, T, e):
        s, T, d = np.asarray(s, float), np.asarray(T, float), np.asarray(e) != 0
        if not d.any():
            return 0.0, np.zeros(len(s))
        rank = np.empty(len(T))
        rank[np.argsort(T, kind="stable")] = np.arange(len(T))
        return _a_fast(s, rank, d)

    return _a_pair(loss)


@program("cox", breaks="censored rows belong into the lists of earlier bells", several=True)
def a_lost_never_at_risk():
    return _a_pair(lambda s, T, e: _a_cox(s, T, e, at_risk=lambda T: (T[None] >= T[:, None]) & (np.asarray(e) != 0)[None]))


@program("cox", breaks="divided by the number of deaths", several=True)
def a_divided_by_the_people():
    def loss(s, T, e):
        value, g = _a_fast(s, T, e)
        share = np.mean(np.asarray(e) != 0) if len(s) else 0
        return value * share, g * share

    return _a_pair(loss)


@program("cox", breaks="divided by the number of deaths", several=True)
def a_sum_of_the_deaths():
    return _a_pair(lambda s, T, e: tuple(np.asarray(x) * max(np.sum(np.asarray(e) != 0), 1) for x in _a_fast(s, T, e)))


@program("cox", breaks="scores of ±1000 are no trouble", several=True)
def a_exponentials_overflow():
    return _a_pair(lambda s, T, e: _a_cox(s, T, e, shift=False))


@program("cox", breaks="scores of ±1000 are no trouble, whoever has them: one top for all drowns late bells", several=True)
def a_one_top_for_all():
    def loss(s, T, e):
        s, T, d = np.asarray(s, float), np.asarray(T, float), np.asarray(e) != 0
        if not d.any():
            return 0.0, np.zeros(len(s))
        order = np.argsort(-T)
        s, T, d = s[order], T[order], d[order]
        last, first = np.searchsorted(-T, -T, side="right") - 1, np.searchsorted(-T, -T, side="left")
        top = s.max()
        with np.errstate(all="ignore"):
            total = np.cumsum(np.exp(s - top))[last]
            value = np.sum((np.log(total) + top - s)[d]) / d.sum()
            heard = np.cumsum(np.where(d, 1 / total, 0)[::-1])[::-1][first]
            g = np.empty(len(s))
            g[order] = (np.exp(s - top) * heard - d) / d.sum()
        return value, g

    return _a_pair(loss)


@program("cox", breaks="the gradient is in the order of the rows", several=True)
def a_gradient_in_order_of_time():
    def loss(s, T, e):
        value, g = _a_fast(s, T, e)
        return value, g[np.argsort(-np.asarray(T), kind="stable")]

    return _a_pair(loss)


@program("cox", breaks="a score stands in the lists of all bells that she heard", several=True)
def a_gradient_of_her_own_bell():
    def loss(s, T, e):
        value, _ = _a_fast(s, T, e)
        s, T, d = np.asarray(s, float), np.asarray(T), np.asarray(e) != 0
        if not d.any():
            return value, np.zeros(len(s))
        share = np.array([np.exp(s[i] - np.logaddexp.reduce(s[T[i] <= T])) if d[i] else 0 for i in range(len(s))])
        return value, (share - d) / d.sum()

    return _a_pair(loss)


@program("cox", breaks="without deaths the loss is 0 and the gradient zeros", several=True)
def a_nothing_over_nothing():
    def loss(s, T, e):
        if not np.any(e):
            return np.nan, np.full(len(s), np.nan)
        return _a_fast(s, T, e)

    return _a_pair(loss)


@program("cox", breaks="it builds no table of N × N", several=True)
def a_table_of_all_pairs():
    return _a_pair(_a_cox)


@program("cox", breaks="faster than a loop over the deaths", several=True)
def a_loop_over_the_deaths():
    def loss(s, T, e):
        s, T, d = np.asarray(s, float), np.asarray(T), np.asarray(e) != 0
        value, g = 0.0, np.zeros(len(s))
        for i in np.flatnonzero(d):
            at = T[i] <= T
            top = s[at].max()
            w = np.where(at, np.exp(np.minimum(s - top, 0)), 0)
            value += np.log(w.sum()) + top - s[i]
            g += w / w.sum()
            g[i] -= 1
        n = max(d.sum(), 1)
        return value / n, g / n

    return _a_pair(loss)


@program("cox", breaks="H is 0 before the first death and has its step at the death", several=True)
def a_step_after_the_death():
    return _a_pair(baseline=lambda *a: _a_baseline(*a, side="left"))


@program("cox", breaks="the expected deaths are those that happened: scores weigh", several=True)
def a_nelson_aalen():
    return _a_pair(baseline=lambda *a: _a_baseline(*a, relative=False))


@program("cox", breaks="two deaths at one time make a step of two", several=True)
def a_one_death_a_step():
    return _a_pair(baseline=lambda *a: _a_baseline(*a, count=False))


@program("cox", breaks="who dies was at risk at her own death", several=True)
def a_baseline_without_the_dying():
    def H(s, T, e, at):
        with np.errstate(divide="ignore"):
            return _a_baseline(s, T, e, at, at_risk=lambda T, t: t < T)

    return _a_pair(baseline=H)


@program("cox", breaks="H is for somebody with score 0, not with the mean score", several=True)
def a_baseline_of_the_mean_person():
    return _a_pair(baseline=lambda s, T, e, at: _a_baseline(np.asarray(s) - np.mean(s), T, e, at))


@program("cox", breaks="a cumulative hazard, not a survival", several=True)
def a_baseline_survival():
    return _a_pair(baseline=lambda *a: np.exp(-_a_baseline(*a)))


@program("cox", breaks="H has a step at each death and nowhere else: no straight lines between", several=True)
def a_baseline_in_straight_lines():
    def H(s, T, e, at):
        ts = np.unique(np.asarray(T, float)[np.asarray(e) != 0])
        return np.interp(at, ts, _a_baseline(s, T, e, ts), left=0.0) if len(ts) else np.zeros(len(at))

    return _a_pair(baseline=H)


@program("cox", several=True)
def a_right_on_logarithms():
    return _a_pair()


@program("cox", several=True)
def a_right_one_time_after_another():
    """A running softmax with its own top, group by group."""

    def loss(scores, time, event):
        s, T, d = _a_floats(scores), np.asarray(time, float), np.asarray(event).astype(bool)
        deaths = d.sum()
        if deaths == 0:
            return 0.0, np.zeros_like(s)
        ts, where = np.unique(T, return_inverse=True)
        m = len(ts)
        group = np.full(m, -np.inf)
        np.logaddexp.at(group, where, s)
        risk = np.logaddexp.accumulate(group[::-1])[::-1]
        n = np.bincount(where, d, m)
        with np.errstate(divide="ignore"):
            heard = np.logaddexp.accumulate(np.log(n) - risk)
        value = (np.sum(n * risk) - s[d].sum()) / deaths
        return value, ((np.exp(s + heard[where]) - d) / deaths).astype(s.dtype)

    def baseline(scores, time, event, at):
        s, T, d = np.asarray(scores, float), np.asarray(time, float), np.asarray(event).astype(bool)
        at = np.asarray(at, float)
        total = np.array([np.exp(s[t <= T]).sum() for t in T[d]])
        return np.array([np.sum(1 / total[T[d] <= x]) if d.any() else 0.0 for x in at])

    return {"cox_loss": loss, "baseline_hazard": baseline}


@program("cox", several=True)
def a_right_sorted_ascending():
    """Reversed sums over ascending times."""

    def loss(scores, time, event):
        s, T, d = _a_floats(scores), np.asarray(time, float), np.asarray(event) == 1
        k = int(d.sum())
        if not k:
            return 0.0, np.zeros_like(s)
        up = np.lexsort((np.arange(len(T)), T))
        s, T, d = s[up], T[up], d[up]
        back = np.logaddexp.accumulate(s[::-1])[::-1]
        log_risk = back[np.searchsorted(T, T, side="left")]
        bells = np.where(d, -log_risk, -np.inf)
        heard = np.logaddexp.accumulate(bells)[np.searchsorted(T, T, side="right") - 1]
        g = np.zeros_like(s)
        g[up] = np.exp(s + heard) - d
        return float(np.sum(log_risk[d] - s[d]) / k), (g / k).astype(s.dtype)

    def baseline(scores, time, event, at):
        T, d = np.asarray(time, float), np.asarray(event) == 1
        w = np.exp(np.asarray(scores, float))
        steps = {}
        for t in T[d]:
            steps[t] = steps.get(t, 0.0) + 1 / w[t <= T].sum()
        return np.array([sum(h for t, h in steps.items() if t <= x) for x in np.asarray(at)], float)

    return {"cox_loss": loss, "baseline_hazard": baseline}


# ---------------------------------------------------------------- hazard_loss


def _a_sigmoid(z):
    return np.exp(-np.logaddexp(0, -z))


def _a_hazard(
    logits,
    interval,
    event,
    passed=lambda k, i: k < i,
    fatal=lambda k, i, d: (k == i) & d,
    mean=len,
    softplus=lambda z: np.logaddexp(0, z),
    sigmoid=_a_sigmoid,
):
    z, i, d = _a_floats(logits), np.asarray(interval)[:, None], (np.asarray(event) != 0)[:, None]
    k = np.arange(z.shape[1])
    f = fatal(k, i, d)
    seen = passed(k, i) | f
    n = max(mean(z), 1)
    loss = np.sum(np.where(seen, softplus(z), 0) - np.where(f, z, 0)) / n
    return loss, (np.where(seen, sigmoid(z) - f, 0) / n).astype(z.dtype)


def _a_curve(logits):
    z = _a_floats(logits)
    return np.concatenate([np.ones((len(z), 1), z.dtype), np.cumprod(_a_sigmoid(-z), axis=1)], axis=1)


def _a_both(loss=_a_hazard, curve=_a_curve):
    return {"hazard_loss": loss, "survival_curve": curve}


@program("hazard_loss", breaks="a censored row counts the outlived intervals and no other one", several=True)
def a_lost_passed_her_interval():
    return _a_both(lambda z, i, e: _a_hazard(z, np.asarray(i) + (np.asarray(e) == 0), e))


@program("hazard_loss", breaks="a censored row counts the intervals that were outlived", several=True)
def a_lost_count_nothing():
    def loss(z, i, e):
        d = (np.asarray(e) != 0) | (np.asarray(i) >= np.shape(z)[1])
        i = np.where(d, i, 0)
        return _a_hazard(z, i, e)

    return _a_both(loss)


@program("hazard_loss", breaks="censored is not dead", several=True)
def a_lost_are_dead():
    return _a_both(lambda z, i, e: _a_hazard(z, i, np.ones(len(z))))


@program("hazard_loss", breaks="a death counts the interval in which it came", several=True)
def a_death_without_its_coin():
    return _a_both(lambda z, i, e: _a_hazard(z, i, np.zeros(len(z))))


@program("hazard_loss", breaks="a death counts the intervals that were outlived", several=True)
def a_death_is_one_coin():
    def loss(z, i, e):
        d = (np.asarray(e) != 0)[:, None]
        return _a_hazard(z, i, e, passed=lambda k, n: (k < n) & (~d | (n >= np.shape(z)[1])))

    return _a_both(loss)


@program("hazard_loss", breaks="who outlived all: her event says nothing", several=True)
def a_event_beyond_the_edge_is_the_last_coin():
    def loss(z, i, e):
        K = np.shape(z)[1]
        i = np.where(np.asarray(e) != 0, np.minimum(i, K - 1), i)
        return _a_hazard(z, i, e)

    return _a_both(loss)


@program("hazard_loss", breaks="who outlived all K intervals has interval K: no index of a column", several=True)
def a_index_by_the_interval():
    def loss(z, i, e):
        z = np.asarray(z, float)
        z[np.arange(len(z)), np.asarray(i)]
        return _a_hazard(z, i, e)

    return _a_both(loss)


@program("hazard_loss", breaks="the mean over people, not over coins", several=True)
def a_mean_over_the_coins():
    return _a_both(lambda z, i, e: _a_hazard(z, i, e, mean=lambda z: z.size))


@program("hazard_loss", breaks="the mean over people, not over deaths", several=True)
def a_mean_over_the_deaths():
    return _a_both(lambda z, i, e: _a_hazard(z, i, e, mean=lambda z: int(np.sum(np.asarray(e) != 0))))


@program("hazard_loss", breaks="logits of ±1000 give finite numbers", several=True)
def a_logarithm_of_a_sigmoid():
    def loss(z, i, e):
        with np.errstate(all="ignore"):
            return _a_hazard(z, i, e, softplus=lambda z: -np.log(1 - 1 / (1 + np.exp(-z))))

    return _a_both(loss)


@program("hazard_loss", breaks="logits of ±1000 give finite numbers: clipping changes the loss", several=True)
def a_chances_clipped():
    def loss(z, i, e):
        return _a_hazard(np.clip(z, -15, 15), i, e)

    return _a_both(loss)


@program("hazard_loss", breaks="nobody at all has the loss 0", several=True)
def a_nobody_is_nan():
    def loss(z, i, e):
        return _a_hazard(z, i, e) if len(z) else (np.nan, np.zeros(np.shape(z)))

    return _a_both(loss)


@program("hazard_loss", breaks="the gradient is that of the mean", several=True)
def a_gradient_not_divided():
    def loss(z, i, e):
        value, g = _a_hazard(z, i, e)
        return value, g * len(z)

    return _a_both(loss)


@program("hazard_loss", breaks="the gradient is 0 where no coin was seen", several=True)
def a_gradient_of_unseen_coins():
    def loss(z, i, e):
        value, g = _a_hazard(z, i, e)
        k = np.arange(np.shape(z)[1])
        return value, np.where(k > np.asarray(i)[:, None], _a_sigmoid(np.asarray(z, float)) / max(len(z), 1), g)

    return _a_both(loss)


@program("hazard_loss", breaks="the curve begins with 1", several=True)
def a_curve_without_the_one():
    return _a_both(curve=lambda z: _a_curve(z)[:, 1:])


@program("hazard_loss", breaks="the chance to outlive all first k intervals, a product", several=True)
def a_curve_of_single_coins():
    return _a_both(curve=lambda z: np.concatenate([np.ones((len(z), 1), z.dtype), _a_sigmoid(-np.asarray(z, float))], axis=1))


@program("hazard_loss", breaks="the logit is that of dying", several=True)
def a_curve_of_the_other_sign():
    return _a_both(curve=lambda z: _a_curve(-np.asarray(z)))


@program("hazard_loss", several=True)
def a_right_by_masks():
    return _a_both()


@program("hazard_loss", several=True)
def a_right_by_loops():
    """Coin by coin."""

    def loss(logits, interval, event):
        z = _a_floats(logits)
        g, total = np.zeros_like(z), 0.0
        for n in range(z.shape[0]):
            for k in range(z.shape[1]):
                if k < interval[n]:
                    y = 0.0
                elif k == interval[n] and event[n]:
                    y = 1.0
                else:
                    break
                total += max(z[n, k], 0) - z[n, k] * y + np.log1p(np.exp(-abs(z[n, k])))
                p = 1 / (1 + np.exp(-z[n, k])) if z[n, k] >= 0 else np.exp(z[n, k]) / (1 + np.exp(z[n, k]))
                g[n, k] = p - y
        return (total / len(z), g / len(z)) if len(z) else (0.0, g)

    def curve(logits):
        z = _a_floats(logits)
        out = np.ones((len(z), z.shape[1] + 1), z.dtype)
        for k in range(z.shape[1]):
            out[:, k + 1] = out[:, k] * (0.5 - 0.5 * np.tanh(z[:, k] / 2))
        return out

    return {"hazard_loss": loss, "survival_curve": curve}


@program("hazard_loss", several=True)
def a_right_by_signs():
    """A coin's loss is softplus of the logit with a sign."""

    def loss(logits, interval, event):
        z = _a_floats(logits)
        N, K = z.shape
        d = np.asarray(event, bool) & (np.asarray(interval) < K)
        tossed = np.asarray(interval) + d
        seen = np.arange(K)[None] < tossed[:, None]
        sign = np.ones((N, K), z.dtype)
        who = np.flatnonzero(d)
        sign[who, np.asarray(interval)[who]] = -1
        value = (np.logaddexp(0, sign * z) * seen).sum() / max(N, 1)
        return float(value), (seen * sign * np.exp(-np.logaddexp(0, -sign * z)) / max(N, 1)).astype(z.dtype)

    def curve(logits):
        z = _a_floats(logits)
        steps = np.cumsum(np.logaddexp(0, z), axis=1)
        return np.exp(-np.pad(steps, ((0, 0), (1, 0))))

    return {"hazard_loss": loss, "survival_curve": curve}


# ---------------------------------------------------------------- brier


def _a_weights(time, event, horizon, lost=False, beyond=lambda T, h: h < T, till=lambda T, h: h >= T, G_at_death="before"):
    T, d = np.asarray(time, float), np.asarray(event) != 0
    w, left = np.zeros(len(T)), 1.0
    for t in np.unique(T[d & till(T, horizon)]):
        those, risk = d & (t == T), np.sum(t <= T)
        fall = left * those.sum() / risk
        w[those] = fall * len(T) / those.sum()
        left -= fall
    late = beyond(T, horizon)
    w[late] = left * len(T) / max(late.sum(), 1)
    return w


def _a_brier(curves, time, event, horizons, weights=_a_weights, truth=lambda T, h: h < T, by=lambda w: len(w)):
    T = np.asarray(time, float)
    out = []
    for k, h in enumerate(np.asarray(horizons)):
        w = weights(time, event, h)
        out.append(np.sum(w * (np.asarray(curves)[:, k] - truth(T, h)) ** 2) / by(w))
    return np.array(out, float)


def _a_two(weights=_a_weights, brier=None):
    return {"known_weights": weights, "brier": brier or (lambda *a: _a_brier(*a, weights=weights))}


@program("brier", breaks="those who were lost are stood for by others", several=True)
def a_weights_all_one():
    def w(T, e, h):
        T, d = np.asarray(T, float), np.asarray(e) != 0
        return ((h < T) | d).astype(float)

    return _a_two(w)


@program("brier", breaks="the known stand for those lost after them in time, not for all alike", several=True)
def a_one_weight_for_all_known():
    def w(T, e, h):
        T, d = np.asarray(T, float), np.asarray(e) != 0
        known = (h < T) | d
        return known * len(T) / max(known.sum(), 1)

    return _a_two(w)


@program("brier", breaks="who was lost at or before the horizon has weight 0", several=True)
def a_lost_at_the_horizon_known():
    def w(T, e, h):
        T = np.asarray(T, float)
        return _a_weights(np.where((h == T) & (np.asarray(e) == 0), np.nextafter(h, np.inf), T), e, h)

    return _a_two(w)


@program("brier", breaks="a death at the horizon is a death", several=True)
def a_death_at_the_horizon_outlived_it():
    def w(T, e, h):
        T = np.asarray(T, float)
        return _a_weights(T, e, h, till=lambda T, h: h > T, beyond=lambda T, h: (h < T) | ((h == T) & (np.asarray(e) != 0)))

    return _a_two(w, lambda *a: _a_brier(*a, weights=w, truth=lambda T, h: h <= T))


def _a_ipcw(T, e, h, before=True, ties=True, events=0):
    T, d = np.asarray(T, float), np.asarray(e) != 0
    c = ~d if events == 0 else d

    def G(t, strictly):
        g = 1.0
        for u in np.unique(T[c]):
            if u < t or (u == t and not strictly):
                risk = np.sum(u <= T) - (np.sum(d & (u == T)) if ties else 0)
                g *= 1 - np.sum(c & (u == T)) / max(risk, 1)
        return g

    w = np.zeros(len(T))
    for n in range(len(T)):
        if T[n] > h:
            g = G(h, False)
        elif d[n]:
            g = G(T[n], before)
        else:
            continue
        w[n] = 1 / g if g > 0 else 0.0
    return w


@program("brier", breaks="a death is divided by the curve just before its time", several=True)
def a_death_by_the_curve_at_its_time():
    return _a_two(lambda T, e, h: _a_ipcw(T, e, h, before=False))


@program("brier", breaks="deaths come first: who died at a time is not at risk of being lost at it", several=True)
def a_dead_at_risk_of_being_lost():
    return _a_two(lambda T, e, h: _a_ipcw(T, e, h, ties=False))


@program("brier", breaks="the curve of being still watched, not of living", several=True)
def a_weights_by_the_survival_curve():
    return _a_two(lambda T, e, h: _a_ipcw(T, e, h, ties=False, events=1))


@program("brier", breaks="a death is weighted by its own time, not the horizon", several=True)
def a_all_by_the_curve_at_the_horizon():
    def w(T, e, h):
        good = _a_ipcw(T, e, h)
        T = np.asarray(T, float)
        late = good[h < T]
        g = late[0] if len(late) else 1.0
        return np.where(good > 0, g, 0.0)

    return _a_two(w)


@program("brier", breaks="the sum is divided by N", several=True)
def a_divided_by_the_weights():
    return _a_two(_a_weights, lambda *a: _a_brier(*a, by=lambda w: max(w.sum(), 1e-9) if (w == 0).any() else len(w)))


@program("brier", breaks="the sum is divided by N", several=True)
def a_divided_by_the_known():
    return _a_two(_a_weights, lambda *a: _a_brier(*a, by=lambda w: max((w > 0).sum(), 1)))


@program("brier", breaks="the outcome is 1 for a time beyond the horizon", several=True)
def a_outcome_turned_round():
    return _a_two(_a_weights, lambda *a: _a_brier(*a, truth=lambda T, h: h >= T))


@program("brier", breaks="the weights of each horizon do their work", several=True)
def a_weights_of_the_last_horizon():
    def brier(curves, time, event, horizons):
        w = _a_weights(time, event, np.max(horizons)) if len(horizons) else 0
        return _a_brier(curves, time, event, horizons, weights=lambda *a: w)

    return _a_two(_a_weights, brier)


@program("brier", breaks="a squared difference", several=True)
def a_absolute_difference():
    def brier(curves, time, event, horizons):
        T = np.asarray(time, float)
        return np.array(
            [np.sum(_a_weights(time, event, h) * abs(curves[:, k] - (h < T))) / len(T) for k, h in enumerate(horizons)]
        )

    return _a_two(_a_weights, brier)


@program("brier", breaks="with censoring the weights do their work", several=True)
def a_brier_without_weights():
    return _a_two(_a_weights, lambda *a: _a_brier(*a, weights=lambda T, e, h: np.ones(len(T))))


@program("brier", breaks="where all are lost at the end nothing is divided by zero", several=True)
def a_divides_by_nobody():
    def w(T, e, h):
        T, d = np.asarray(T, float), np.asarray(e) != 0
        good = _a_weights(T, e, h)
        c = np.unique(T[~d])
        if len(c) and h >= T.max() and not d[T.max() == T].any():
            return np.full(len(T), np.nan)
        return good

    return _a_two(w)


@program("brier", several=True)
def a_right_by_the_fall_of_the_curve():
    return _a_two()


@program("brier", several=True)
def a_right_by_censoring_weights():
    return _a_two(_a_ipcw)


@program("brier", several=True)
def a_right_by_handing_on():
    """Efron's way: who is lost hands her weight on, in equal shares, to those who are watched longer."""

    def w(time, event, horizon):
        T, d = np.asarray(time, float), np.asarray(event) != 0
        w = np.ones(len(T))
        for t in np.unique(T[~d & (horizon >= T)]):
            lost, later = ~d & (t == T), t < T
            if later.any():
                w[later] += w[lost].sum() / later.sum()
            w[lost] = 0
        return w

    def brier(curves, time, event, horizons):
        alive = np.asarray(time, float)[:, None] > np.asarray(horizons)[None]
        W = np.array([w(time, event, h) for h in horizons]).reshape(len(horizons), len(time)).T
        return (W * (np.asarray(curves) - alive) ** 2).mean(axis=0)

    return {"known_weights": w, "brier": brier}
