"""Programs for week 14, written from its contracts alone."""

import numpy as np

from autograder.cases import program

# back_off


def _nothing(sequences, weight, kinds):
    seen = np.bincount(np.concatenate([np.zeros(0, int), *[np.asarray(s, int) for s in sequences]]), minlength=kinds)
    return (seen + weight / kinds) / (seen.sum() + weight)


def _followers(sequences, context, kinds):
    seen, length = np.zeros(kinds), len(context)
    for sequence in sequences:
        words = [int(word) for word in sequence]
        for t in range(length, len(words)):
            if words[t - length : t] == context:
                seen[words[t]] += 1
    return seen


def _mix(seen, old, weight):
    return (seen + weight * old) / (seen.sum() + weight)


def _back_off(sequences, history, order, weight, kinds, count=_followers, mix=_mix, start=_nothing, longest=min, tail=None):
    history = [int(word) for word in history]
    chances = start(sequences, weight, kinds)
    for length in range(1, longest(order, len(history)) + 1):
        context = history[len(history) - length :] if tail is None else tail(history, length, order)
        chances = mix(count(sequences, context, kinds), chances, weight)
    return chances


@program("back_off")
def b_back_from_short_to_long(sequences, history, order, weight, kinds):
    return _back_off(sequences, history, order, weight, kinds)


@program("back_off")
def b_back_by_calling_itself(sequences, history, order, weight, kinds):
    context = tuple(int(word) for word in history)[max(len(history) - order, 0) :] if order else ()
    followers = [
        int(sequence[t])
        for sequence in sequences
        for t in range(len(context), len(sequence))
        if all(int(sequence[t - len(context) + k]) == word for k, word in enumerate(context))
    ]
    if context:
        shorter = b_back_by_calling_itself(sequences, context[1:], len(context) - 1, weight, kinds)
    else:
        shorter = [1 / kinds] * kinds
    return np.array([(followers.count(k) + weight * shorter[k]) / (len(followers) + weight) for k in range(kinds)])


@program("back_off")
def b_back_from_a_table_of_all_contexts(sequences, history, order, weight, kinds):
    table = {}
    for sequence in sequences:
        words = tuple(int(word) for word in sequence)
        for t, word in enumerate(words):
            for length in range(min(order, t) + 1):
                table.setdefault(words[t - length : t], np.zeros(kinds))[word] += 1
    chances, past = np.full(kinds, 1 / kinds), tuple(int(word) for word in history)
    for length in range(min(order, len(past)) + 1):
        seen = table.get(past[len(past) - length :])
        if seen is not None:
            chances = (seen + weight * chances) / (seen.sum() + weight)
    return chances


@program("back_off", breaks="the second opinion is the shorter context's, not that all are alike")
def b_back_straight_to_all_alike(sequences, history, order, weight, kinds):
    return _back_off(sequences, history, order, weight, kinds, mix=lambda seen, old, weight: _mix(seen, 1 / kinds, weight))


@program("back_off", breaks="the second opinion is that of the context one shorter, not of no context")
def b_back_straight_to_nothing(sequences, history, order, weight, kinds):
    first = _nothing(sequences, weight, kinds)
    return _back_off(sequences, history, order, weight, kinds, mix=lambda seen, old, weight: _mix(seen, first, weight))


@program("back_off", breaks="after a context that was never seen the chances are those after the shorter one")
def b_back_unseen_means_nothing_known(sequences, history, order, weight, kinds):
    first = _nothing(sequences, weight, kinds)
    return _back_off(
        sequences, history, order, weight, kinds, mix=lambda seen, old, weight: _mix(seen, old, weight) if seen.sum() else first
    )


@program("back_off", breaks="each longer context is mixed: what was counted is no chance yet")
def b_back_longest_seen_alone(sequences, history, order, weight, kinds):
    return _back_off(
        sequences, history, order, weight, kinds, mix=lambda seen, old, weight: seen / seen.sum() if seen.sum() else old
    )


@program("back_off", breaks="no more than the last `order` symbols matter")
def b_back_whole_history(sequences, history, order, weight, kinds):
    return _back_off(sequences, history, order, weight, kinds, longest=lambda order, past: past)


@program("back_off", breaks="no more than `order` symbols: one too many")
def b_back_one_symbol_more(sequences, history, order, weight, kinds):
    return _back_off(sequences, history, order + 1, weight, kinds)


@program("back_off", breaks="with order 0 it is from_nothing: history[-0:] is all of it")
def b_back_minus_nought(sequences, history, order, weight, kinds):
    past = list(history)[-order:]
    return _back_off(sequences, past, len(past), weight, kinds)


@program("back_off", breaks="the last symbols of the history matter, not the first")
def b_back_first_symbols(sequences, history, order, weight, kinds):
    return _back_off(sequences, list(history)[:order], order, weight, kinds)


@program("back_off", breaks="the context stands in the order of the history")
def b_back_context_turned_round(sequences, history, order, weight, kinds):
    return _back_off(sequences, history, order, weight, kinds, tail=lambda past, length, order: past[: -length - 1 : -1])


@program("back_off", breaks="a shorter context is what lies nearest: the older symbol is dropped, not the newer")
def b_back_drops_the_newest(sequences, history, order, weight, kinds):
    def tail(past, length, order):
        used = past[max(len(past) - order, 0) :]
        return used[:length]

    return _back_off(sequences, history, order, weight, kinds, tail=tail)


@program("back_off", breaks="a shorter history is used whole")
def b_back_short_history_is_none(sequences, history, order, weight, kinds):
    return _back_off(sequences, history if len(history) >= order else [], order, weight, kinds)


@program("back_off", breaks="sequences are separate: no context reaches over the end of one")
def b_back_one_long_sequence(sequences, history, order, weight, kinds):
    return _back_off([[word for sequence in sequences for word in sequence]], history, order, weight, kinds)


@program("back_off", breaks="what follows counts: a context at the end has no follower")
def b_back_counts_contexts_at_the_end(sequences, history, order, weight, kinds):
    def count(sequences, context, kinds):
        seen = _followers(sequences, context, kinds)
        ends = sum([int(word) for word in s][-len(context) :] == context for s in sequences)
        return np.append(seen, ends)

    def mix(seen, old, weight):
        return (seen[:-1] + weight * old) / (seen.sum() + weight)

    return _back_off(sequences, history, order, weight, kinds, count=count, mix=mix)


@program("back_off", breaks="each place of each sequence counts, not each sequence once")
def b_back_once_a_sequence(sequences, history, order, weight, kinds):
    def count(sequences, context, kinds):
        return sum((np.minimum(_followers([s], context, kinds), 1) for s in sequences), np.zeros(kinds))

    return _back_off(sequences, history, order, weight, kinds, count=count)


@program("back_off", breaks="chances sum to one: the weight counts once, not once a kind")
def b_back_weight_for_each_kind(sequences, history, order, weight, kinds):
    return _back_off(
        sequences,
        history,
        order,
        weight,
        kinds,
        mix=lambda seen, old, weight: (seen + weight * old) / (seen.sum() + weight * kinds),
    )


@program("back_off", breaks="with an empty history it is from_nothing, not that all are alike")
def b_back_begins_with_all_alike(sequences, history, order, weight, kinds):
    return _back_off(sequences, history, order, weight, kinds, start=lambda sequences, weight, kinds: np.full(kinds, 1 / kinds))


@program("back_off", breaks="inputs are left as they were")
def b_back_eats_the_history(sequences, history, order, weight, kinds):
    chances = _back_off(sequences, history, order, weight, kinds)
    if isinstance(history, list):
        while len(history) > order:
            history.pop(0)
    else:
        history[: max(len(history) - order, 0)] = 0
    return chances


# rnn


def _float(*arrays):
    kind = np.result_type(*[np.asarray(array).dtype for array in arrays])
    return kind if kind.kind == "f" else np.dtype(float)


def _rnn(parameters, X, state=None):
    kind = _float(X, *parameters)
    W_x, W_h, b = (np.asarray(part, kind) for part in parameters)
    X = np.asarray(X, kind)
    first = np.zeros((len(X), len(W_h)), kind) if state is None else np.array(state, kind)
    states, h = np.zeros((*X.shape[:2], len(W_h)), kind), first
    for t in range(X.shape[1]):
        h = np.tanh(X[:, t] @ W_x + h @ W_h + b)
        states[:, t] = h
    return states, (X, first, states.copy())


def _rnn_back(
    parameters,
    cache,
    d_states,
    slope=lambda h: 1 - h * h,
    carry=lambda d, W_h, t: d @ W_h.T,
    heard=lambda d, t, T: d,
    before=lambda first, states: np.concatenate([first[:, None], states[:, :-1]], axis=1)[:, : states.shape[1]],
    collect=lambda d: d,
    last=lambda d_h, d_pre: d_h,
):
    X, first, states = cache
    W_x, W_h, _ = (np.asarray(part, X.dtype) for part in parameters)
    d_h, d_pre, T = np.zeros_like(first), np.zeros_like(states), X.shape[1]
    for t in reversed(range(T)):
        d_pre[:, t] = (heard(np.asarray(d_states)[:, t], t, T) + d_h) * slope(states[:, t])
        d_h = carry(d_pre[:, t], W_h, t)
    used = collect(d_pre)
    d_W_x = np.tensordot(X, used, ((0, 1), (0, 1)))
    d_W_h = np.tensordot(before(first, states), used, ((0, 1), (0, 1)))
    return (d_W_x, d_W_h, used.sum(axis=(0, 1))), d_pre @ W_x.T, last(d_h, d_pre)


def _plain(forward=_rnn, backward=_rnn_back, **knobs):
    return {"rnn_forward": forward, "rnn_backward": (lambda *given: _rnn_back(*given, **knobs)) if knobs else backward}


@program("rnn", several=True)
def b_time_all_sequences_at_once():
    return _plain()


@program("rnn", several=True)
def b_time_sequence_by_sequence():
    def rnn_forward(parameters, X, state=None):
        W_x, W_h, b = parameters
        N, T, _ = X.shape
        kind = _float(X, W_x)
        states = np.zeros((N, T, len(b)), kind)
        starts = np.zeros((N, len(b)), kind) if state is None else np.array(state, kind)
        for n in range(N):
            h = starts[n]
            for t in range(T):
                h = np.tanh(np.dot(X[n, t], W_x) + np.dot(h, W_h) + b)
                states[n, t] = h
        return states, {"X": np.array(X, kind), "starts": starts, "states": states.copy()}

    def rnn_backward(parameters, cache, d_states):
        W_x, W_h, b = parameters
        X, starts, states = cache["X"], cache["starts"], cache["states"]
        d_W_x, d_W_h, d_b = (np.zeros(part.shape, states.dtype) for part in parameters)
        d_X, d_state = np.zeros_like(X), np.zeros_like(starts)
        for n in range(len(X)):
            later = np.zeros(len(b), states.dtype)
            for t in range(X.shape[1] - 1, -1, -1):
                d = (d_states[n, t] + later) * (1 - states[n, t] ** 2)
                d_W_x += np.outer(X[n, t], d)
                d_W_h += np.outer(states[n, t - 1] if t else starts[n], d)
                d_b += d
                d_X[n, t] = W_x @ d
                later = W_h @ d
            d_state[n] = later
        return (d_W_x, d_W_h, d_b), d_X, d_state

    return _plain(rnn_forward, rnn_backward)


@program("rnn", several=True)
def b_time_as_one_dense_layer_after_another():
    def rnn_forward(parameters, X, state=None):
        kind = _float(X, *parameters)
        W_x, W_h, b = (np.asarray(part, kind) for part in parameters)
        W = np.concatenate([W_x, W_h, b[None]])
        h = np.zeros((len(X), len(b)), kind) if state is None else np.asarray(state, kind)
        layers, one = [], np.ones((len(X), 1), kind)
        for x in np.swapaxes(np.asarray(X, kind), 0, 1):
            into = np.concatenate([x, h, one], axis=1)
            h = np.tanh(into @ W)
            layers.append((into, h))
        states = np.array([out for _, out in layers], kind).reshape(X.shape[1], len(X), len(b)).swapaxes(0, 1).copy()
        return states, (W, layers, X.shape)

    def rnn_backward(parameters, cache, d_states):
        W, layers, (N, T, D) = cache
        H = W.shape[1]
        d_W, d_X, d_h = np.zeros_like(W), np.zeros((N, T, D), W.dtype), np.zeros((N, H), W.dtype)
        for t, (into, out) in reversed(list(enumerate(layers))):
            d = (d_h + d_states[:, t]) * (1 + out) * (1 - out)
            d_W += into.T @ d
            d_into = d @ W.T
            d_X[:, t], d_h = d_into[:, :D], d_into[:, D : D + H]
        return (d_W[:D], d_W[D : D + H], d_W[-1]), d_X, d_h

    return _plain(rnn_forward, rnn_backward)


@program("rnn", breaks="nothing is remembered between two calls: without `state` it begins with zeros", several=True)
def b_time_remembers_its_last_state():
    kept = {}

    def rnn_forward(parameters, X, state=None):
        old = kept.get("h")
        if state is None and old is not None and old.shape == (len(X), len(parameters[1])):
            state = old
        states, cache = _rnn(parameters, X, state)
        kept["h"] = states[:, -1].copy() if states.shape[1] else None
        return states, cache

    return _plain(rnn_forward)


@program("rnn", breaks="a state that is handed in is the one before the first step", several=True)
def b_time_begins_with_zeros_always():
    return _plain(lambda parameters, X, state=None: _rnn(parameters, X))


@program("rnn", breaks="as rnn_step says: h times W_h, not its transpose", several=True)
def b_time_transposed_recurrence():
    def rnn_forward(parameters, X, state=None):
        W_x, W_h, b = parameters
        return _rnn((W_x, W_h.T, b), X, state)

    return _plain(rnn_forward)


@program("rnn", breaks="the slope of tanh is one minus the square of its output", several=True)
def b_time_slope_of_the_output_again():
    return _plain(slope=lambda h: 1 - np.tanh(h) ** 2)


@program("rnn", breaks="what comes from later steps goes back too", several=True)
def b_time_each_step_alone():
    return _plain(carry=lambda d, W_h, t: 0 * d)


@program("rnn", breaks="every step has readers of its own, not only the last", several=True)
def b_time_reader_at_the_end_only():
    return _plain(heard=lambda d, t, T: d if t == T - 1 else 0 * d)


@program("rnn", breaks="right over any number of steps: the way back is not cut off", several=True)
def b_time_cut_every_eight_steps():
    return _plain(carry=lambda d, W_h, t: d @ W_h.T if t % 8 or t == 0 else 0 * d)


@program("rnn", breaks="gradients are right: they are not clipped", several=True)
def b_time_clips_what_goes_back():
    return _plain(carry=lambda d, W_h, t: np.clip(d @ W_h.T, -1, 1))


@program("rnn", breaks="the way back goes through the transposed matrix", several=True)
def b_time_back_without_transpose():
    return _plain(carry=lambda d, W_h, t: d @ W_h)


@program("rnn", breaks="W_h heard the state before each step, not the one after it", several=True)
def b_time_recurrent_gradient_by_new_states():
    return _plain(before=lambda first, states: states)


@program("rnn", breaks="the first state is heard through W_h too", several=True)
def b_time_recurrent_gradient_forgets_the_first():
    return _plain(before=lambda first, states: np.concatenate([0 * first[:, None], states[:, :-1]], axis=1)[:, : states.shape[1]])


@program("rnn", breaks="weights collect from every step", several=True)
def b_time_weights_learn_at_the_first_step():
    return _plain(collect=lambda d: np.where(np.arange(d.shape[1])[:, None] == 0, d, 0))


@program("rnn", breaks="gradients of the loss: not divided by the number of sequences", several=True)
def b_time_mean_over_sequences():
    return _plain(collect=lambda d: d / max(len(d), 1))


@program("rnn", breaks="gradients of the loss: not divided by the number of steps", several=True)
def b_time_mean_over_steps():
    return _plain(collect=lambda d: d / max(d.shape[1], 1))


@program("rnn", breaks="d_state is the gradient for the state, behind W_h", several=True)
def b_time_state_gradient_one_step_short():
    return _plain(last=lambda d_h, d_pre: d_pre[:, 0] if d_pre.shape[1] else d_h)


@program("rnn", breaks="the state that was not handed in has a gradient too", several=True)
def b_time_no_gradient_without_a_state():
    def rnn_forward(parameters, X, state=None):
        states, cache = _rnn(parameters, X, state)
        return states, (cache, state is None)

    def rnn_backward(parameters, cache, d_states):
        d_parameters, d_X, d_state = _rnn_back(parameters, cache[0], d_states)
        return d_parameters, d_X, 0 * d_state if cache[1] else d_state

    return _plain(rnn_forward, rnn_backward)


@program("rnn", breaks="inputs are left as they were: what comes from later is added to d_states", several=True)
def b_time_adds_into_the_gradients():
    def rnn_backward(parameters, cache, d_states):
        result = _rnn_back(parameters, cache, d_states)
        for t in range(d_states.shape[1] - 1):
            d_states[:, t] += ((1 - cache[2][:, t + 1] ** 2) * d_states[:, t + 1]) @ parameters[1].T
        return result

    return _plain(backward=rnn_backward)


@program("rnn", breaks="inputs are left as they were: the state is moved in place", several=True)
def b_time_moves_the_state():
    def rnn_forward(parameters, X, state=None):
        states, cache = _rnn(parameters, X, state)
        if state is not None and states.shape[1]:
            state[:] = states[:, -1]
        return states, cache

    return _plain(rnn_forward)


@program("rnn", breaks="float32 stays float32", several=True)
def b_time_in_double():
    return _plain(lambda parameters, X, state=None: _rnn(parameters, np.asarray(X, float), state))


# lstm


def _sigmoid(z):
    return 0.5 + 0.5 * np.tanh(0.5 * z)


def _lstm(
    parameters, X, state=None, order=(0, 1, 2, 3), bend=np.tanh, out=np.tanh, gate=_sigmoid, tie=lambda i, f: (i, f), bias=0.0
):
    kind = _float(X, *parameters)
    W_x, W_h, b = (np.asarray(part, kind) for part in parameters)
    X = np.asarray(X, kind)
    N, T, H = len(X), X.shape[1], b.shape[1]
    state = np.zeros((N, 2, H), kind) if state is None else np.array(state, kind)
    h, c = state[:, 0], state[:, 1]
    states, kept = np.zeros((N, T, 2, H), kind), []
    heard = np.tensordot(X, W_x, 1) + b
    for t in range(T):
        scores = (heard[:, t] + np.tensordot(h, W_h, 1))[:, list(order)]
        i, f, o = gate(scores[:, 0]), gate(scores[:, 1] + kind.type(bias)), gate(scores[:, 2])
        i, f = tie(i, f)
        g = bend(scores[:, 3])
        kept.append((h, c, i, f, o, g))
        c = f * c + i * g
        h = o * out(c)
        states[:, t, 0], states[:, t, 1] = h, c
    return states, (X, kept, states.copy(), (N, H))


def _lstm_back(
    parameters,
    cache,
    d_states,
    through=lambda d_h, o, bent: d_h * o * (1 - bent**2),
    reads=lambda d: d,
    keep=lambda d_c, own, f: d_c * f,
    on=lambda d_h: d_h,
    output=lambda d_h, bent, c: d_h * bent,
    forget=lambda d_c, old, new: d_c * old,
    slope=lambda g: 1 - g * g,
    share=lambda N: 1,
):
    X, kept, states, (N, H) = cache
    kind = states.dtype
    W_x, W_h, _ = (np.asarray(part, kind) for part in parameters)
    T = states.shape[1]
    d_h, d_c = np.zeros((N, H), kind), np.zeros((N, H), kind)
    d_scores, before = np.zeros((N, T, 4, H), kind), np.zeros((N, T, H), kind)
    for t in reversed(range(T)):
        h, c, i, f, o, g = kept[t]
        bent, own = np.tanh(states[:, t, 1]), reads(d_states[:, t, 1])
        d_h = d_h + d_states[:, t, 0]
        d_c = d_c + own + through(d_h, o, bent)
        d_scores[:, t, 0] = d_c * g * i * (1 - i)
        d_scores[:, t, 1] = forget(d_c, c, states[:, t, 1]) * f * (1 - f)
        d_scores[:, t, 2] = output(d_h, bent, states[:, t, 1]) * o * (1 - o)
        d_scores[:, t, 3] = d_c * i * slope(g)
        before[:, t] = h
        d_h = on(np.tensordot(d_scores[:, t], W_h, ((1, 2), (1, 2))))
        d_c = keep(d_c, own, f)
    used = d_scores / kind.type(share(N))
    d_W_x, d_W_h = np.tensordot(X, used, ((0, 1), (0, 1))), np.tensordot(before, used, ((0, 1), (0, 1)))
    d_X = np.tensordot(d_scores, W_x, ((2, 3), (1, 2)))
    return (d_W_x, d_W_h, used.sum(axis=(0, 1))), d_X, np.stack([d_h, d_c], axis=1)


def _cells(forward=_lstm, backward=_lstm_back):
    return {"lstm_forward": forward, "lstm_backward": backward}


def _ahead(**knobs):
    return _cells(lambda parameters, X, state=None: _lstm(parameters, X, state, **knobs))


def _behind(**knobs):
    return _cells(backward=lambda *given: _lstm_back(*given, **knobs))


@program("lstm", several=True)
def b_cell_all_gates_at_once():
    return _cells()


@program("lstm", several=True)
def b_cell_in_one_flat_matrix():
    def lstm_forward(parameters, X, state=None):
        W_x, W_h, b = parameters
        kind, H, (N, T, D) = _float(X, *parameters), b.shape[1], X.shape
        W = np.concatenate([np.reshape(W_x, (D, 4 * H)), np.reshape(W_h, (H, 4 * H)), np.reshape(b, (1, 4 * H))]).astype(kind)
        h, c = np.zeros((2, N, H), kind) if state is None else np.moveaxis(np.array(state, kind), 1, 0)
        states, steps = np.empty((N, T, 2, H), kind), []
        for t in range(T):
            into = np.concatenate([np.asarray(X[:, t], kind), h, np.ones((N, 1), kind)], axis=1)
            scores = into @ W
            with np.errstate(under="ignore"):
                small = np.exp(-np.abs(scores[:, : 3 * H]))
            gates = np.where(scores[:, : 3 * H] >= 0, 1 / (1 + small), small / (1 + small)).astype(kind)
            new = np.tanh(scores[:, 3 * H :])
            old, c = c, gates[:, H : 2 * H] * c + gates[:, :H] * new
            bent = np.tanh(c)
            h = gates[:, 2 * H :] * bent
            states[:, t, 0], states[:, t, 1] = h, c
            steps.append((into, gates, new, old, bent))
        return states, (W, steps, (N, T, D, H))

    def lstm_backward(parameters, cache, d_states):
        W, steps, (N, T, D, H) = cache
        d_W, d_X = np.zeros_like(W), np.zeros((N, T, D), W.dtype)
        d_h, d_c = np.zeros((N, H), W.dtype), np.zeros((N, H), W.dtype)
        for t in range(T - 1, -1, -1):
            into, gates, new, old, bent = steps[t]
            i, f, o = gates[:, :H], gates[:, H : 2 * H], gates[:, 2 * H :]
            d_h = d_h + d_states[:, t, 0]
            d_c = d_c + d_states[:, t, 1] + d_h * o * (1 + bent) * (1 - bent)
            d_gates = np.concatenate([d_c * new, d_c * old, d_h * bent], axis=1) * gates * (1 - gates)
            d = np.concatenate([d_gates, d_c * i * (1 - new * new)], axis=1)
            d_W += into.T @ d
            d_into = d @ W.T
            d_X[:, t], d_h, d_c = d_into[:, :D], d_into[:, D : D + H], d_c * f
        d_parameters = (d_W[:D].reshape(D, 4, H), d_W[D : D + H].reshape(H, 4, H), d_W[-1].reshape(4, H))
        return d_parameters, d_X, np.stack([d_h, d_c], axis=1)

    return _cells(lstm_forward, lstm_backward)


@program("lstm", several=True)
def b_cell_sequence_by_sequence():
    def lstm_forward(parameters, X, state=None):
        runs = [_lstm(parameters, X[n : n + 1], None if state is None else state[n : n + 1]) for n in range(len(X))]
        if not runs:
            return _lstm(parameters, X, state)[0], [X.shape]
        return np.concatenate([states for states, _ in runs]), [cache for _, cache in runs]

    def lstm_backward(parameters, cache, d_states):
        kind, H = d_states.dtype, parameters[2].shape[1]
        total = [np.zeros(part.shape, _float(part)) for part in parameters]
        if len(d_states) == 0:
            return tuple(total), np.zeros((*d_states.shape[:2], len(parameters[0])), kind), np.zeros((0, 2, H), kind)
        d_X, d_state = [], []
        for n, one in enumerate(cache):
            parts, back, start = _lstm_back(parameters, one, d_states[n : n + 1])
            total = [sum_ + part for sum_, part in zip(total, parts, strict=True)]
            d_X.append(back)
            d_state.append(start)
        return tuple(total), np.concatenate(d_X), np.concatenate(d_state)

    return _cells(lstm_forward, lstm_backward)


@program("lstm", breaks="gates come in the order input, forget, output, candidate", several=True)
def b_cell_gates_in_torch_order():
    return _ahead(order=(0, 1, 3, 2))


@program("lstm", breaks="each unit goes as lstm_unit says: no bias is added to the forget gate", several=True)
def b_cell_forget_bias_built_in():
    return _ahead(bias=1.0)


@program("lstm", breaks="very large scores bring no warning", several=True)
def b_cell_gates_by_plain_exp():
    return _ahead(gate=lambda z: 1 / (1 + np.exp(-z)))


@program("lstm", breaks="very large scores count as they are: an open forget gate keeps the cell", several=True)
def b_cell_clipped_scores():
    return _ahead(gate=lambda z: _sigmoid(np.clip(z, -6, 6)))


@program("lstm", breaks="the output is the gate times tanh of the cell", several=True)
def b_cell_output_without_a_bend():
    return _ahead(out=lambda c: c)


@program("lstm", breaks="the candidate goes through tanh, not through a sigmoid", several=True)
def b_cell_candidate_as_a_gate():
    return _ahead(bend=_sigmoid)


@program("lstm", breaks="input and forget gate are two gates", several=True)
def b_cell_one_gate_for_both():
    return _ahead(tie=lambda i, f: (1 - f, f))


@program("lstm", breaks="state holds outputs first, then cells", several=True)
def b_cell_state_the_other_way():
    return _cells(lambda parameters, X, state=None: _lstm(parameters, X, None if state is None else state[:, ::-1]))


@program("lstm", breaks="state (N, 2, H) holds the cell as well as the output", several=True)
def b_cell_starts_empty():
    def lstm_forward(parameters, X, state=None):
        return _lstm(parameters, X, None if state is None else np.stack([state[:, 0], 0 * state[:, 1]], axis=1))

    return _cells(lstm_forward)


@program("lstm", breaks="nothing is remembered between two calls", several=True)
def b_cell_remembers_its_last_state():
    kept = []

    def lstm_forward(parameters, X, state=None):
        if state is None and kept and kept[-1].shape == (len(X), 2, parameters[2].shape[1]):
            state = kept[-1]
        states, cache = _lstm(parameters, X, state)
        if states.shape[1]:
            kept.append(states[:, -1].copy())
        return states, cache

    return _cells(lstm_forward)


@program("lstm", breaks="gradients are right: the cell is heard through the output too", several=True)
def b_cell_back_not_through_the_output():
    return _behind(through=lambda d_h, o, bent: 0 * d_h)


@program("lstm", breaks="gradients are right: the bend of the cell has a slope on the way out", several=True)
def b_cell_back_without_the_outer_bend():
    return _behind(through=lambda d_h, o, bent: d_h * o)


@program("lstm", breaks="gradients are right also where the loss reads cells", several=True)
def b_cell_back_reads_outputs_only():
    return _behind(reads=lambda d: 0 * d)


@program("lstm", breaks="the cell's gradient goes on to the step before by the forget gate", several=True)
def b_cell_back_cell_is_not_handed_on():
    return _behind(keep=lambda d_c, own, f: 0 * d_c)


@program("lstm", breaks="to the cell before goes the forget gate's share, not the whole", several=True)
def b_cell_back_cell_handed_on_whole():
    return _behind(keep=lambda d_c, own, f: d_c)


@program("lstm", breaks="the output before each step is heard through W_h", several=True)
def b_cell_back_output_is_not_handed_on():
    return _behind(on=lambda d_h: 0 * d_h)


@program("lstm", breaks="the output gate multiplies tanh of the cell, not the cell", several=True)
def b_cell_back_output_gate_by_the_cell():
    return _behind(output=lambda d_h, bent, c: d_h * c)


@program("lstm", breaks="the forget gate multiplies the cell before, not the new one", several=True)
def b_cell_back_forget_gate_by_the_new_cell():
    return _behind(forget=lambda d_c, old, new: d_c * new)


@program("lstm", breaks="the candidate's slope is that of tanh", several=True)
def b_cell_back_candidate_slope_of_a_sigmoid():
    return _behind(slope=lambda g: g * (1 - g))


@program("lstm", breaks="gradients of the loss, not of its mean over sequences", several=True)
def b_cell_back_mean_over_sequences():
    return _behind(share=lambda N: max(N, 1))


@program("lstm", breaks="d_state holds the gradient of the cells as well as of the outputs", several=True)
def b_cell_back_state_without_its_cells():
    def lstm_backward(*given):
        d_parameters, d_X, d_state = _lstm_back(*given)
        d_state[:, 1] = 0
        return d_parameters, d_X, d_state

    return _cells(backward=lstm_backward)


@program("lstm", breaks="float32 stays float32", several=True)
def b_cell_in_double():
    return _cells(lambda parameters, X, state=None: _lstm(parameters, np.asarray(X, float), state))


# both_ways


def _places(X, lengths):
    steps = np.arange(X.shape[1])
    lengths = np.asarray(lengths, int)[:, None]
    return np.where(steps < lengths, lengths - 1 - steps, steps)


def _both(run, one, other, X, lengths, places=_places, back=None, fill=None, clean=True, join=None):
    steps = np.arange(X.shape[1])
    real = (steps < np.asarray(lengths)[:, None])[:, :, None]
    X = np.where(real, X, np.zeros((), X.dtype)) if clean else X
    turn = places(X, lengths)[:, :, None]
    forwards = run(one, X)
    backwards = run(other, np.take_along_axis(X, turn, axis=1))
    backwards = np.take_along_axis(backwards, turn, axis=1) if back is None else back(backwards, turn)
    both = np.concatenate([forwards, backwards], axis=2) if join is None else join(forwards, backwards)
    return np.where(real, both, np.zeros((), both.dtype)) if fill is None else fill(real, both)


@program("both_ways")
def b_ways_by_places(run, one, other, X, lengths):
    return _both(run, one, other, X, lengths)


@program("both_ways")
def b_ways_each_sequence_alone(run, one, other, X, lengths):
    empty = np.zeros_like(X)
    result = np.concatenate([np.zeros_like(run(one, empty)), np.zeros_like(run(other, empty))], axis=2)
    for n, length in enumerate(lengths):
        if length:
            alone = X[n : n + 1, : int(length)]
            ways = run(one, alone.copy()), run(other, alone[:, ::-1].copy())[:, ::-1]
            result[n, : int(length)] = np.concatenate(ways, axis=2)[0]
    return result


@program("both_ways")
def b_ways_rolled_to_the_end(run, one, other, X, lengths):
    N, T = X.shape[:2]
    steps, lengths = np.arange(T), np.asarray(lengths, int)
    rows = np.arange(N)[:, None]
    real = steps < lengths[:, None]
    heard = np.zeros_like(X)
    heard[real] = X[real]
    turned = heard[:, ::-1][rows, (steps + T - lengths[:, None]) % T if T else np.zeros((N, 0), int)]
    behind = run(other, turned)[:, ::-1]
    behind = behind[rows, (steps + T - lengths[:, None]) % T if T else np.zeros((N, 0), int)]
    result = np.concatenate([run(one, heard), behind], axis=2)
    result[~real] = 0
    return result


@program("both_ways", breaks="`other` begins at the last real step, not at the end of the row")
def b_ways_whole_rows_turned(run, one, other, X, lengths):
    return _both(run, one, other, X, lengths, places=lambda X, lengths: np.tile(np.arange(X.shape[1])[::-1], (len(X), 1)))


@program("both_ways", breaks="at each step what `other` knows there: its answer is turned back")
def b_ways_answer_left_turned(run, one, other, X, lengths):
    return _both(run, one, other, X, lengths, back=lambda answer, turn: answer)


@program("both_ways", breaks="the answer of `other` is turned back within the real steps")
def b_ways_answer_turned_as_a_whole(run, one, other, X, lengths):
    return _both(run, one, other, X, lengths, back=lambda answer, turn: answer[:, ::-1])


@program("both_ways", breaks="padding may hold nan, and the result is 0 there: nan times 0 is nan")
def b_ways_mask_by_a_product(run, one, other, X, lengths):
    with np.errstate(all="ignore"):
        return _both(run, one, other, X, lengths, clean=False, fill=lambda real, both: both * real)


@program("both_ways", breaks="the result is 0 where nothing is real")
def b_ways_padding_has_answers(run, one, other, X, lengths):
    return _both(run, one, other, X, lengths, fill=lambda real, both: both)


@program("both_ways", breaks="`other` has read back to this step, this one included")
def b_ways_backwards_without_this_step(run, one, other, X, lengths):
    def back(answer, turn):
        late = np.concatenate([np.zeros_like(answer[:, :1]), answer[:, :-1]], axis=1)[:, : answer.shape[1]]
        return np.take_along_axis(late, turn, axis=1)

    return _both(run, one, other, X, lengths, back=back)


@program("both_ways", breaks="`one` has read up to this step, this one included")
def b_ways_forwards_without_this_step(run, one, other, X, lengths):
    def join(forwards, backwards):
        late = np.concatenate([np.zeros_like(forwards[:, :1]), forwards[:, :-1]], axis=1)[:, : forwards.shape[1]]
        return np.concatenate([late, backwards], axis=2)

    return _both(run, one, other, X, lengths, join=join)


@program("both_ways", breaks="two nets: `other` has parameters of its own")
def b_ways_one_net_for_both(run, one, other, X, lengths):
    return _both(run, one, one, X, lengths)


@program("both_ways", breaks="first what `one` knows, then `other`")
def b_ways_backwards_first(run, one, other, X, lengths):
    return _both(run, one, other, X, lengths, join=lambda forwards, backwards: np.concatenate([backwards, forwards], axis=2))


@program("both_ways", breaks="side by side (N, T, H + H'): not units of both in turn")
def b_ways_units_in_turn(run, one, other, X, lengths):
    def join(forwards, backwards):
        both = np.concatenate([forwards, backwards], axis=2)
        H = forwards.shape[2]
        order = np.argsort([*range(0, 2 * H, 2), *range(1, 2 * backwards.shape[2], 2)], kind="stable")
        return both[:, :, order]

    return _both(run, one, other, X, lengths, join=join)


@program("both_ways", breaks="at each real step what is known there, not what is known in the end")
def b_ways_last_answer_everywhere(run, one, other, X, lengths):
    def join(forwards, backwards):
        last = np.maximum(np.asarray(lengths, int) - 1, 0)[:, None, None]
        ahead = np.take_along_axis(forwards, last, axis=1) if forwards.shape[1] else forwards
        return np.concatenate([np.broadcast_to(ahead, forwards.shape), backwards], axis=2)

    return _both(run, one, other, X, lengths, join=join)


@program("both_ways", breaks="the last real step is number length - 1")
def b_ways_one_padding_step_is_read(run, one, other, X, lengths):
    def places(X, lengths):
        return _places(X, np.minimum(np.asarray(lengths) + 1, X.shape[1]))

    return _both(run, one, other, X, lengths, places=places)


@program("both_ways", breaks="lengths may be 0, and then the row is 0")
def b_ways_at_least_one_step(run, one, other, X, lengths):
    return _both(run, one, other, X, np.maximum(lengths, 1))


@program("both_ways", breaks="the result has all T steps")
def b_ways_cut_to_the_longest(run, one, other, X, lengths):
    return _both(run, one, other, X, lengths)[:, : int(np.max(lengths, initial=0))]


@program("both_ways", breaks="each sequence has its own row: an order by length is undone")
def b_ways_sorted_by_length(run, one, other, X, lengths):
    order = np.argsort(-np.asarray(lengths), kind="stable")
    return _both(run, one, other, X[order], np.asarray(lengths)[order])


@program("both_ways", breaks="each sequence has the result that it has alone: its own length counts")
def b_ways_length_of_the_first(run, one, other, X, lengths):
    def places(X, lengths):
        return _places(X, np.full(len(X), np.max(lengths, initial=0)))

    return _both(run, one, other, X, lengths, places=places)


@program("both_ways", breaks="inputs are left as they were")
def b_ways_clears_the_padding_in_place(run, one, other, X, lengths):
    X[np.arange(X.shape[1]) >= np.asarray(lengths)[:, None]] = 0
    return _both(run, one, other, X, lengths)


@program("both_ways", breaks="float32 stays float32")
def b_ways_into_a_table_of_doubles(run, one, other, X, lengths):
    result = _both(run, one, other, X, lengths)
    table = np.zeros(result.shape)
    table[:] = result
    return table


# writing


def _loss(
    logits,
    targets,
    mask,
    share=lambda mask: np.sum(mask),
    each=None,
    log=np.log,
):
    logits, mask = np.asarray(logits, _float(logits)), np.asarray(mask, bool)
    z = np.where(mask[..., None], logits, np.zeros((), logits.dtype))
    goals = np.where(mask, targets, 0).astype(int)
    z = z - z.max(axis=-1, keepdims=True, initial=-np.inf)
    total = np.exp(z).sum(axis=-1, keepdims=True)
    weight = mask / max(share(mask), 1) if each is None else each(mask)
    costs = log(total[..., 0]) - np.take_along_axis(z, goals[..., None], axis=-1)[..., 0]
    d = np.exp(z) / total - (np.arange(z.shape[-1]) == goals[..., None])
    return logits.dtype.type(np.sum(costs * weight)), (d * weight[..., None]).astype(logits.dtype)


def _chances(logits, temperature):
    z = np.asarray(logits, float) / temperature if temperature else np.asarray(logits, float)
    z = z - z.max(axis=1, keepdims=True)
    return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)


def _draw(logits, temperature, rng):
    if temperature == 0:
        return np.argmax(logits, axis=1)
    below = np.cumsum(_chances(logits, temperature), axis=1) <= rng.random((len(logits), 1))
    return np.minimum(below.sum(axis=1), np.shape(logits)[1] - 1)


def _write(
    step,
    state,
    symbols,
    temperature,
    rng,
    end,
    longest,
    draw=_draw,
    stop=lambda going: not going.any(),
    after=lambda drawn, going, end: np.where(going, drawn, end),
    hear=lambda drawn, old: drawn,
    hand=lambda new, old: new,
):
    written = np.full((len(symbols), longest), end)
    going = np.ones(len(symbols), bool)
    for t in range(longest):
        if stop(going):
            break
        logits, new = step(state, symbols)
        drawn = after(draw(logits, temperature, rng), going, end)
        written[:, t] = drawn
        going = going & (drawn != end)
        symbols, state = hear(drawn, symbols), hand(new, state)
    return written


def _pen(sequence_loss=_loss, write=_write):
    return {"sequence_loss": sequence_loss, "write": write}


def _writes(**knobs):
    return _pen(write=lambda *given: _write(*given, **knobs))


def _loses(**knobs):
    return _pen(lambda *given: _loss(*given, **knobs))


@program("writing", several=True)
def b_pen_rows_at_once():
    return _pen()


@program("writing", several=True)
def b_pen_step_by_step_in_lists():
    def sequence_loss(logits, targets, mask):
        kind = _float(logits)
        gradient, loss = np.zeros(logits.shape, kind), 0.0
        real = np.argwhere(np.asarray(mask, bool))
        for n, t in real:
            row = np.asarray(logits[n, t], float)
            top = row.max()
            chances = np.exp(row - top)
            loss += (top + np.log(chances.sum()) - row[int(targets[n, t])]) / len(real)
            chances /= chances.sum()
            chances[int(targets[n, t])] -= 1
            gradient[n, t] = chances / len(real)
        return kind.type(loss), gradient

    def write(step, state, symbols, temperature, rng, end, longest):
        lines = [[] for _ in symbols]
        heard = np.array(symbols)
        while lines and len(lines[0]) < longest and not all(line and line[-1] == end for line in lines):
            logits, state = step(state, heard)
            heard = heard.copy()
            for n, line in enumerate(lines):
                if line and line[-1] == end:
                    heard[n] = end
                elif temperature == 0:
                    heard[n] = int(np.argmax(logits[n]))
                else:
                    heard[n] = rng.choice(np.shape(logits)[1], p=_chances(logits[n : n + 1], temperature)[0])
                line.append(int(heard[n]))
        return np.array([line + [end] * (longest - len(line)) for line in lines], int).reshape(len(symbols), longest)

    return _pen(sequence_loss, write)


@program("writing", several=True)
def b_pen_real_rows_and_gumbel_noise():
    def sequence_loss(logits, targets, mask):
        logits, mask = np.asarray(logits, _float(logits)), np.asarray(mask, bool)
        rows, goals = logits[mask], np.asarray(targets)[mask].astype(int)
        gradient, count = np.zeros_like(logits), len(rows)
        if count == 0:
            return 0.0, gradient
        logs = rows - np.logaddexp.reduce(rows, axis=1, keepdims=True)
        d = np.exp(logs)
        d[np.arange(count), goals] -= 1
        gradient[mask] = d / count
        return -logs[np.arange(count), goals].mean(), gradient

    def write(step, state, symbols, temperature, rng, end, longest):
        columns, ended = [], np.zeros(len(symbols), bool)
        while len(columns) < longest and not ended.all():
            logits, state = step(state, symbols)
            noise = temperature * rng.gumbel(size=np.shape(logits)) if temperature > 0 else 0
            symbols = np.argmax(np.asarray(logits, float) + noise, axis=1)
            symbols[ended] = end
            ended = ended | (symbols == end)
            columns.append(symbols)
        columns += [np.full(len(symbols), end)] * (longest - len(columns))
        return np.stack(columns, axis=1) if columns else np.zeros((len(symbols), 0), int)

    return _pen(sequence_loss, write)


@program("writing", breaks="the mean is over real steps, not over all places of the row", several=True)
def b_pen_mean_over_all_places():
    return _loses(share=np.size)


@program("writing", breaks="the mean is over real steps, not over sequences", several=True)
def b_pen_mean_over_sequences():
    return _loses(share=len)


@program("writing", breaks="every real step weighs the same, in long and in short sequences", several=True)
def b_pen_mean_of_means():
    def each(mask):
        steps = np.maximum(mask.sum(axis=1, keepdims=True), 1)
        return mask / steps / max(np.sum(mask.any(axis=1)), 1)

    return _loses(each=each)


@program("writing", breaks="where the mask is False nothing counts", several=True)
def b_pen_padding_is_a_symbol():
    return _pen(lambda logits, targets, mask: _loss(logits, targets, np.ones(np.shape(mask), bool)))


@program("writing", breaks="logits may hold anything where the mask is False: nan times 0 is nan", several=True)
def b_pen_mask_by_a_product():
    def sequence_loss(logits, targets, mask):
        loss, gradient = _loss(logits, targets, mask)
        lost = np.sum(np.asarray(logits) * 0 * ~np.asarray(mask, bool)[..., None])
        return loss + lost, gradient + np.asarray(logits) * 0

    return _pen(sequence_loss)


@program("writing", breaks="targets may hold anything where the mask is False: any number, not only labels", several=True)
def b_pen_looks_up_every_target():
    def sequence_loss(logits, targets, mask):
        np.take_along_axis(logits, np.asarray(targets)[..., None], axis=2)
        return _loss(logits, targets, mask)

    return _pen(sequence_loss)


@program("writing", breaks="without any real step the loss is 0", several=True)
def b_pen_nothing_is_nan():
    def sequence_loss(logits, targets, mask):
        loss, gradient = _loss(logits, targets, mask)
        return (loss, gradient) if np.any(mask) else (np.float64(np.nan), gradient)

    return _pen(sequence_loss)


@program("writing", breaks="the gradient belongs to the mean", several=True)
def b_pen_gradient_of_the_sum():
    return _pen(lambda *given: (_loss(*given)[0], _loss(*given, share=lambda mask: 1)[1]))


@program("writing", breaks="each symbol is drawn at this temperature: logits are divided by it", several=True)
def b_pen_temperature_the_wrong_way():
    return _writes(draw=lambda logits, heat, rng: _draw(logits, 1 / heat if heat else 0, rng))


@program("writing", breaks="each symbol is drawn at this temperature, not at 1", several=True)
def b_pen_one_temperature():
    return _writes(draw=lambda logits, heat, rng: _draw(logits, 1.0 if heat else 0, rng))


@program("writing", breaks="symbols are drawn by their chances, not the likeliest taken", several=True)
def b_pen_always_the_likeliest():
    return _writes(draw=lambda logits, heat, rng: np.argmax(logits, axis=1))


@program("writing", breaks="at temperature 0 it is the likeliest", several=True)
def b_pen_nearly_cold():
    return _writes(draw=lambda logits, heat, rng: _draw(logits, max(heat, 0.1), rng))


@program("writing", breaks="each symbol has its own chance: one number for all rows makes them alike", several=True)
def b_pen_one_number_for_all_rows():
    def draw(logits, heat, rng):
        if heat == 0:
            return np.argmax(logits, axis=1)
        below = np.cumsum(_chances(logits, heat), axis=1) <= rng.random()
        return np.minimum(below.sum(axis=1), np.shape(logits)[1] - 1)

    return _writes(draw=draw)


@program("writing", breaks="chance comes from the rng that is handed in", several=True)
def b_pen_chance_of_its_own():
    return _writes(draw=lambda logits, heat, rng: _draw(logits, heat, np.random.default_rng()))


@program("writing", breaks="after `end` a sequence has only `end`", several=True)
def b_pen_goes_on_after_the_end():
    return _writes(after=lambda drawn, going, end: drawn)


@program("writing", breaks="after `end` come ends, not zeros", several=True)
def b_pen_zeros_after_the_end():
    def write(*given):
        written, end = _write(*given), given[5]
        return np.where(np.cumsum(written == end, axis=1) > 1, 0, written)

    return _pen(write=write)


@program("writing", breaks="once all have ended, step is not called any more", several=True)
def b_pen_calls_until_the_last_place():
    return _writes(stop=lambda going: False)


@program("writing", breaks="the others go on when one has ended", several=True)
def b_pen_stops_at_the_first_end():
    return _writes(stop=lambda going: not going.all())


@program("writing", breaks="the next step hears what was drawn", several=True)
def b_pen_hears_the_first_symbol_for_ever():
    return _writes(hear=lambda drawn, old: old)


@program("writing", breaks="the next step gets the state of the step before", several=True)
def b_pen_state_stays_at_the_start():
    return _writes(hand=lambda new, old: old)


@program("writing", breaks="the result holds what was written, without `symbols`", several=True)
def b_pen_begins_with_what_was_given():
    def write(step, state, symbols, temperature, rng, end, longest):
        written = _write(step, state, symbols, temperature, rng, end, longest)
        return np.concatenate([np.asarray(symbols)[:, None], written], axis=1)[:, :longest]

    return _pen(write=write)


@program("writing", breaks="the result is (N, longest), also where all end early", several=True)
def b_pen_cut_after_the_last_end():
    def write(*given):
        written, end = _write(*given), given[5]
        return written[:, : int(np.max(np.sum(np.cumsum(written == end, axis=1) <= 1, axis=1), initial=0))]

    return _pen(write=write)


@program("writing", breaks="inputs are left as they were", several=True)
def b_pen_writes_into_the_symbols():
    def write(step, state, symbols, temperature, rng, end, longest):
        written = _write(step, state, symbols, temperature, rng, end, longest)
        if longest:
            symbols[:] = written[:, -1]
        return written

    return _pen(write=write)
