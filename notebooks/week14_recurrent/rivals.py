"""Answers that the cases of week 14 must tell apart."""

import functools

import numpy as np

from autograder.cases import entry, right, wrong


# ------------------------------------------------------------------------------------------- back_off
def counted(sequences, history, order, weight, kinds, keep=None, base=None, across=False, lean=None):
    """Counts mixed with the shorter context's chances; the options are mistakes."""
    rows = [list(map(int, s)) for s in sequences]
    if across:
        rows = [[symbol for row in rows for symbol in row]]
    history = list(map(int, history))
    p = np.full(kinds, 1 / kinds) if base is None else np.full(kinds, base)
    for k in range(min(order, len(history)) + 1):
        context = history[len(history) - k :] if keep is None else history[keep(k, len(history)) :][:k]
        seen = np.zeros(kinds)
        for row in rows:
            for t in range(k, len(row)):
                if row[t - k : t] == context:
                    seen[row[t]] += 1
        p = (seen + weight * (p if lean is None or k == 0 else lean(p))) / (seen.sum() + weight)
    return p


@wrong("back_off", caught_by="leans", kind="mathematics", headline=True)
def the_second_opinion_is_always_even(sequences, history, order, weight, kinds):
    return counted(sequences, history, order, weight, kinds, lean=lambda p: np.full(kinds, 1 / kinds))


@wrong("back_off", caught_by="leans", kind="mathematics")
def leans_on_single_letters_only(sequences, history, order, weight, kinds):
    single = counted(sequences, history, 0, weight, kinds)
    return counted(sequences, history, order, weight, kinds, lean=lambda p: single)


@wrong("back_off", caught_by="borders", kind="missing case")
def all_sequences_joined(sequences, history, order, weight, kinds):
    return counted(sequences, history, order, weight, kinds, across=True)


@wrong("back_off", caught_by="leans", kind="mathematics")
def the_first_symbols_of_the_history(sequences, history, order, weight, kinds):
    return counted(sequences, history, order, weight, kinds, keep=lambda k, n: 0)


@wrong("back_off", caught_by="never_seen", kind="mathematics")
def the_whole_history(sequences, history, order, weight, kinds):
    return counted(sequences, history, len(history) if order else 0, weight, kinds)


@wrong("back_off", caught_by="leans", kind="mathematics")
def the_longest_context_alone(sequences, history, order, weight, kinds):
    """Backs off only where nothing was seen."""
    for k in range(min(order, len(history)), 0, -1):
        found = counted(sequences, list(history)[len(history) - k :], k, 1e-9, kinds, lean=lambda p: np.zeros(kinds))
        if found.sum() > 0.5:
            return found
    return counted(sequences, [], 0, weight, kinds)


@wrong("back_off", caught_by="leans", kind="mathematics")
def order_is_the_length_of_the_piece(sequences, history, order, weight, kinds):
    return counted(sequences, history, max(order - 1, 0), weight, kinds)


@wrong("back_off", caught_by="leans", kind="mathematics")
def the_weight_for_each_kind(sequences, history, order, weight, kinds):
    return counted(sequences, history, order, weight * kinds, kinds)


@wrong("back_off", caught_by="any_corpus", kind="mutation")
def takes_symbols_off_the_sequences(sequences, history, order, weight, kinds):
    p = counted(sequences, history, order, weight, kinds)
    for s in sequences:
        if len(s):
            s[-1] = 0
    return p


@wrong("back_off", caught_by="any_corpus", kind="missing case")
def needs_a_sequence(sequences, history, order, weight, kinds):
    seen = np.concatenate([np.asarray(s, int) for s in sequences])
    assert len(seen)
    return counted(sequences, history, order, weight, kinds)


@wrong("back_off", caught_by="never_seen", kind="missing case")
def a_short_history_needs_no_order(sequences, history, order, weight, kinds):
    return counted(sequences, history, order if order <= len(history) + 2 else 0, weight, kinds)


@wrong("back_off", caught_by="leans", kind="hard-coding")
def three_kinds(sequences, history, order, weight, kinds):
    return (
        counted(sequences, history, order, weight * kinds / 3, kinds) if kinds != 3 else counted(sequences, history, 1, weight, 3)
    )


@right("back_off")
def by_recursion(sequences, history, order, weight, kinds):
    used = [int(s) for s in list(history)[max(len(history) - order, 0) :]]

    def after(context):
        lower = np.full(kinds, 1 / kinds) if not context else None
        if context:
            lower = after(context[1:])
        tally = np.zeros(kinds)
        for s in sequences:
            s, k = list(map(int, s)), len(context)
            for t in range(len(s) - k):
                tally[s[t + k]] += s[t : t + k] == context
        return (tally + weight * lower) / (tally.sum() + weight)

    return after(used)


@right("back_off")
def by_texts(sequences, history, order, weight, kinds):
    """Symbols as characters, pieces found by the text's own search."""
    texts = ["".join(chr(200 + int(a)) for a in s) for s in sequences]
    said = "".join(chr(200 + int(a)) for a in history)
    p = np.ones(kinds) / kinds
    for k in range(min(order, len(said)) + 1):
        piece = said[len(said) - k :]
        tally = np.array(
            [sum(text.startswith(piece + chr(200 + a), t) for text in texts for t in range(len(text))) for a in range(kinds)],
            float,
        )
        p = (tally + weight * p) / (tally.sum() + weight)
    return p


@right("back_off")
def all_counts_in_one_table(sequences, history, order, weight, kinds):
    table = {}
    for s in sequences:
        s = tuple(map(int, s))
        for t in range(len(s)):
            for k in range(min(order, t) + 1):
                table.setdefault(s[t - k : t], np.zeros(kinds))[s[t]] += 1
    p, h = np.full(kinds, 1 / kinds), tuple(map(int, history))
    for k in range(min(order, len(h)) + 1):
        tally = table.get(h[len(h) - k :])
        if tally is not None:
            share = tally.sum() / (tally.sum() + weight)
            p = share * tally / tally.sum() + (1 - share) * p
    return p


# ------------------------------------------------------------------------------------------- rnn
def rnn_on(parameters, X, state=None, late=False, wide=False):
    """Forward, a list of steps in the cache."""
    W_x, W_h, b = parameters
    kind = np.result_type(X, W_x) if np.asarray(X).dtype.kind == "f" else W_x.dtype
    h = np.zeros((len(X), len(b)), kind) if state is None else state
    out, steps = np.zeros((len(X), X.shape[1], len(b)), float if wide else kind), []
    for t in range(X.shape[1]):
        new = np.tanh(X[:, t] @ W_x + h @ W_h + b)
        steps.append((X[:, t], h, new))
        out[:, t], h = (h, new) if late else (new, new)
    return out, (steps, X.shape, h)


def rnn_back(parameters, cache, d_states, slope=lambda h: 1 - h * h, carry=lambda d, W: d @ W.T, reach=None, last=False, mean=1):
    """Backward, step by step; the options are mistakes."""
    W_x, W_h, _ = parameters
    steps, shape, h = cache
    grads = [np.zeros_like(p) for p in parameters]
    d_X, d_h = np.zeros(shape, W_x.dtype), np.zeros_like(h)
    for t in reversed(range(shape[1])):
        x, before, new = steps[t]
        direct = d_states[:, t] if not last or t == shape[1] - 1 else 0
        d = (direct + d_h) * slope(new)
        for k, g in enumerate((x.T @ d, before.T @ d, d.sum(axis=0))):
            grads[k] = grads[k] + (g / mean).astype(grads[k].dtype)
        d_X[:, t] = d @ W_x.T
        d_h = carry(d, W_h)
        if reach is not None and (shape[1] - t) >= reach:
            d_h = 0 * d_h
    return tuple(grads), d_X, d_h


def rnn(forward=rnn_on, backward=rnn_back):
    return {"rnn_forward": forward, "rnn_backward": backward}


@wrong("rnn", caught_by="rnn_slopes", kind="mathematics", several=True)
def the_slope_of_the_inverse():
    """1 / (1 - h²) is the slope of artanh."""
    return rnn(backward=functools.partial(rnn_back, slope=lambda h: 1 / (1 - h**2)))


@wrong("rnn", caught_by="rnn_slopes", kind="mathematics", several=True)
def the_slope_at_the_state_once_more():
    return rnn(backward=functools.partial(rnn_back, slope=lambda h: 1 - np.tanh(h) ** 2))


@wrong("rnn", caught_by="rnn_slopes", kind="mathematics", several=True)
def the_recurrent_weights_not_turned_over():
    return rnn(backward=functools.partial(rnn_back, carry=lambda d, W: d @ W))


@wrong("rnn", caught_by="rnn_slopes", kind="mathematics", several=True, headline=True)
def nothing_comes_from_later():
    return rnn(backward=functools.partial(rnn_back, carry=lambda d, W: 0 * (d @ W)))


@wrong("rnn", caught_by="rnn_long", kind="missing case", several=True)
def truncated_after_five_steps():
    return rnn(backward=functools.partial(rnn_back, reach=5))


@wrong("rnn", caught_by="rnn_slopes", kind="missing case", several=True)
def the_last_reader_alone():
    return rnn(backward=functools.partial(rnn_back, last=True))


@wrong("rnn", caught_by="rnn_slopes", kind="mathematics", several=True)
def averaged_once_more():
    def backward(parameters, cache, d_states):
        return rnn_back(parameters, cache, d_states, mean=max(len(d_states), 1))

    return rnn(backward=backward)


@wrong("rnn", caught_by="rnn_chunks_back", kind="missing case", several=True)
def nothing_handed_on():
    def backward(parameters, cache, d_states):
        d_parameters, d_X, d_state = rnn_back(parameters, cache, d_states)
        return d_parameters, d_X, 0 * d_state

    return rnn(backward=backward)


@wrong("rnn", caught_by="rnn_chunks", kind="missing case", several=True)
def the_handed_state_is_ignored():
    return rnn(lambda parameters, X, state=None: rnn_on(parameters, X))


@wrong("rnn", caught_by="rnn_slopes", kind="mathematics", several=True)
def the_gradient_of_the_state_after_the_first_step():
    """d_state is not taken through the first step."""

    def backward(parameters, cache, d_states):
        kept = []

        def carry(d, W):
            kept.append(d)
            return d @ W.T

        d_parameters, d_X, d_state = rnn_back(parameters, cache, d_states, carry=carry)
        return d_parameters, d_X, kept[-1] if kept else d_state

    return rnn(backward=backward)


@wrong("rnn", caught_by="rnn_goes", kind="mathematics", several=True)
def states_one_step_late():
    return rnn(functools.partial(rnn_on, late=True))


@wrong("rnn", caught_by="rnn_alone", kind="missing case", several=True)
def one_cache_for_all_calls():
    shared = {}

    def forward(parameters, X, state=None):
        states, shared["cache"] = rnn_on(parameters, X, state)
        return states, None

    return rnn(forward, lambda parameters, cache, d_states: rnn_back(parameters, shared["cache"], d_states))


@wrong("rnn", caught_by="rnn_house", kind="mutation", several=True)
def adds_into_d_states():
    def backward(parameters, cache, d_states):
        got = rnn_back(parameters, cache, d_states)
        if d_states.shape[1] > 1:
            d_states[:, 0] += 1
        return got

    return rnn(backward=backward)


@wrong("rnn", caught_by="rnn_house", kind="mutation", several=True)
def writes_into_the_state():
    def forward(parameters, X, state=None):
        states, cache = rnn_on(parameters, X, None if state is None else state.copy())
        if state is not None and X.shape[1]:
            state[...] = states[:, -1]
        return states, cache

    return rnn(forward)


@wrong("rnn", caught_by="rnn_house", kind="dtype", several=True)
def everything_in_float64():
    return rnn(functools.partial(rnn_on, wide=True))


@wrong("rnn", caught_by="rnn_nothing", kind="missing case", several=True)
def needs_a_step():
    def forward(parameters, X, state=None):
        states, cache = rnn_on(parameters, X, state)
        return states, (cache, states[:, -1])

    return rnn(forward, lambda parameters, cache, d_states: rnn_back(parameters, cache[0], d_states))


@wrong("rnn", caught_by="rnn_full", kind="stability", several=True)
def tanh_by_exponentials():
    def forward(parameters, X, state=None):
        W_x, W_h, b = parameters
        h = np.zeros((len(X), len(b)), W_x.dtype) if state is None else state
        steps, out = [], np.zeros((len(X), X.shape[1], len(b)), W_x.dtype)
        for t in range(X.shape[1]):
            z = X[:, t] @ W_x + h @ W_h + b
            with np.errstate(all="ignore"):
                new = ((np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))).astype(W_x.dtype)
            steps.append((X[:, t], h, new))
            out[:, t] = h = new
        return out, (steps, X.shape, h)

    return rnn(forward)


@right("rnn", several=True)
def step_by_step():
    return rnn()


@right("rnn", several=True)
def one_stacked_matrix():
    """Input, state and a one in one row; one matrix for all."""

    def forward(parameters, X, state=None):
        W = np.concatenate([parameters[0], parameters[1], parameters[2][None]])
        X = np.asarray(X, W.dtype)
        h = np.zeros((len(X), W.shape[1]), W.dtype) if state is None else np.array(state, W.dtype)
        rows, out = [], np.empty((len(X), X.shape[1], W.shape[1]), W.dtype)
        for t in range(X.shape[1]):
            rows.append(np.concatenate([X[:, t], h, np.ones((len(X), 1), W.dtype)], axis=1))
            out[:, t] = h = np.tanh(rows[-1] @ W)
        return out, {"W": W, "rows": rows, "out": out.copy(), "inputs": X.shape[2]}

    def backward(parameters, cache, d_states):
        W, D = cache["W"], cache["inputs"]
        d_W, H = np.zeros_like(W), W.shape[1]
        d_X = np.zeros((*d_states.shape[:2], D), W.dtype)
        d_h = np.zeros((len(d_states), H), W.dtype)
        for t in range(d_states.shape[1] - 1, -1, -1):
            d = (d_h + d_states[:, t]) * (1 - cache["out"][:, t]) * (1 + cache["out"][:, t])
            d_W += cache["rows"][t].T @ d
            d_row = d @ W.T
            d_X[:, t], d_h = d_row[:, :D], d_row[:, D : D + H]
        return [d_W[:D], d_W[D : D + H], d_W[-1]], d_X, d_h

    return rnn(forward, backward)


@right("rnn", several=True)
def by_recursion_over_time():
    """The first step, and then the rest as a shorter sequence."""

    def forward(parameters, X, state=None):
        W_x, W_h, b = parameters
        kind = np.result_type(W_x, np.asarray(X, W_x.dtype))
        X = np.asarray(X, kind)
        h = np.zeros((len(X), len(b)), kind) if state is None else state
        if not X.shape[1]:
            return np.zeros((len(X), 0, len(b)), kind), (X, h, None, None)
        new = np.tanh(X[:, 0] @ W_x + h @ W_h + b)
        rest, deeper = forward(parameters, X[:, 1:], new)
        return np.concatenate([new[:, None], rest], axis=1), (X, h, new, deeper)

    def backward(parameters, cache, d_states):
        W_x, W_h, _ = parameters
        X, h, new, deeper = cache
        if new is None:
            return tuple(np.zeros_like(p) for p in parameters), np.zeros_like(X), np.zeros_like(h)
        d_rest, d_X, d_new = backward(parameters, deeper, d_states[:, 1:])
        d = (d_new + d_states[:, 0]) * (1 - new**2)
        here = X[:, 0].T @ d, h.T @ d, d.sum(axis=0)
        joined = np.concatenate([(d @ W_x.T)[:, None], d_X], axis=1)
        return tuple(a + c for a, c in zip(d_rest, here, strict=True)), joined, d @ W_h.T

    return rnn(forward, backward)


# ------------------------------------------------------------------------------------------- lstm
def lstm_on(parameters, X, state=None, order=(0, 1, 2, 3), shared=False, bare=False, keep=None, wide=False, sig=None):
    """Forward, gate by gate, each step kept whole; the options are mistakes."""
    W_x, W_h, b = parameters
    kind, H = W_x.dtype, b.shape[1]
    sig = sig or (lambda v: np.exp(-np.logaddexp(0, -v)))
    h, c = (np.zeros((len(X), H), kind),) * 2 if state is None else (state[:, 0], state[:, 1])
    out, steps = np.zeros((len(X), X.shape[1], 2, H), float if wide else kind), []
    for t in range(X.shape[1]):
        z = [X[:, t] @ W_x[:, k] + h @ W_h[:, k] + b[2 if shared and k < 3 else k] for k in order]
        i, f, o, g = sig(z[0]), sig(z[1]), sig(z[2]), np.tanh(z[3])
        new = (f if keep is None else keep(i, f)) * c + i * g
        bent = new if bare else np.tanh(new)
        steps.append((X[:, t], h, c, i, f, o, g, bent))
        h, c = (o * bent).astype(kind), new.astype(kind)
        out[:, t, 0], out[:, t, 1] = h, c
    return out, (steps, X.shape, kind)


def lstm_back(parameters, cache, d_states, peep=True, later=True, direct=True, keep=True, swap=False, old=True, reach=None):
    """Backward, gate by gate; the options are mistakes."""
    W_x, W_h, b = parameters
    steps, shape, kind = cache
    d_Wx, d_Wh, d_b = (np.zeros_like(p) for p in parameters)
    d_X, d_h = np.zeros(shape, kind), np.zeros((shape[0], b.shape[1]), kind)
    d_c = d_h.copy()
    for t in reversed(range(shape[1])):
        x, h, c, i, f, o, g, bent = steps[t]
        d_h = d_h + d_states[:, t, 0]
        d_c = (d_c if later else 0) + (d_states[:, t, 1] if direct else 0)
        d_c = d_c + d_h * o * ((1 - bent**2) if peep else 1)
        gates = [
            d_c * g * i * (1 - i),
            d_c * (c if old else c * f + i * g) * f * (1 - f),
            d_h * bent * o * (1 - o),
            d_c * i * (1 - g**2),
        ]
        if swap:
            gates[0], gates[1] = gates[1], gates[0]
        d_h = 0
        for k, d in enumerate(gates):
            d_Wx[:, k] += (x.T @ d).astype(kind)
            d_Wh[:, k] += (h.T @ d).astype(kind)
            d_b[k] += d.sum(axis=0).astype(kind)
            d_X[:, t] += d @ W_x[:, k].T
            d_h = d_h + d @ W_h[:, k].T
        d_c = d_c * f if keep else d_c
        if reach is not None and shape[1] - t >= reach:
            d_h, d_c = 0 * d_h, 0 * d_c
    return (d_Wx, d_Wh, d_b), d_X, np.stack([d_h, d_c], axis=1).astype(kind)


def lstm(forward=lstm_on, backward=lstm_back):
    return {"lstm_forward": forward, "lstm_backward": backward}


@wrong("lstm", caught_by="lstm_goes", kind="mathematics", several=True)
def three_gates_share_one_bias():
    return lstm(functools.partial(lstm_on, shared=True))


@wrong("lstm", caught_by="lstm_goes", kind="mathematics", several=True)
def the_cell_goes_out_without_tanh():
    return lstm(functools.partial(lstm_on, bare=True))


@wrong("lstm", caught_by="lstm_goes", kind="mathematics", several=True)
def input_and_forget_gate_swapped():
    return lstm(functools.partial(lstm_on, order=(1, 0, 2, 3)))


@wrong("lstm", caught_by="keeps_cells", kind="mathematics", several=True)
def the_forget_gate_forgets():
    return lstm(functools.partial(lstm_on, keep=lambda i, f: 1 - f))


@wrong("lstm", caught_by="lstm_goes", kind="mathematics", several=True)
def kept_is_what_is_not_let_in():
    return lstm(functools.partial(lstm_on, keep=lambda i, f: 1 - i))


@wrong("lstm", caught_by="lstm_goes", kind="mathematics", several=True)
def the_candidate_through_a_sigmoid():
    def forward(parameters, X, state=None):
        W_x, W_h, b = (p.copy() for p in parameters)
        W_x[:, 3], W_h[:, 3], b[3] = W_x[:, 3] / 2, W_h[:, 3] / 2, b[3] / 2
        states, cache = lstm_on((W_x, W_h, b), X, state)
        return states, cache

    return lstm(forward)


@wrong("lstm", caught_by="lstm_slopes", kind="mathematics", several=True, headline=True)
def the_cells_way_back_forgotten():
    return lstm(backward=functools.partial(lstm_back, later=False))


@wrong("lstm", caught_by="lstm_slopes", kind="missing case", several=True)
def readers_of_the_cell_ignored():
    return lstm(backward=functools.partial(lstm_back, direct=False))


@wrong("lstm", caught_by="lstm_last", kind="mathematics", several=True)
def the_outputs_tanh_has_no_slope():
    return lstm(backward=functools.partial(lstm_back, peep=False))


@wrong("lstm", caught_by="lstm_slopes", kind="mathematics", several=True)
def the_forget_gate_times_the_new_cell():
    return lstm(backward=functools.partial(lstm_back, old=False))


@wrong("lstm", caught_by="lstm_slopes", kind="mathematics", several=True)
def the_cell_passes_without_its_gate():
    return lstm(backward=functools.partial(lstm_back, keep=False))


@wrong("lstm", caught_by="lstm_slopes", kind="mathematics", several=True)
def two_gradients_swapped():
    return lstm(backward=functools.partial(lstm_back, swap=True))


@wrong("lstm", caught_by="lstm_last", kind="missing case", several=True)
def truncated_after_four_steps():
    return lstm(backward=functools.partial(lstm_back, reach=4))


@wrong("lstm", caught_by="lstm_chunks", kind="missing case", several=True)
def the_cell_is_not_handed_on():
    def forward(parameters, X, state=None):
        return lstm_on(parameters, X, None if state is None else state * np.array([1, 0], state.dtype)[:, None])

    return lstm(forward)


@wrong("lstm", caught_by="lstm_chunks_back", kind="missing case", several=True)
def only_the_outputs_gradient_is_handed_on():
    def backward(parameters, cache, d_states):
        d_parameters, d_X, d_state = lstm_back(parameters, cache, d_states)
        return d_parameters, d_X, d_state * np.array([1, 0], d_state.dtype)[:, None]

    return lstm(backward=backward)


@wrong("lstm", caught_by="lstm_large", kind="stability", several=True)
def the_plain_sigmoid():
    return lstm(functools.partial(lstm_on, sig=lambda v: 1 / (1 + np.exp(-v))))


@wrong("lstm", caught_by="lstm_house", kind="dtype", several=True)
def lstm_in_float64():
    return lstm(functools.partial(lstm_on, wide=True))


@wrong("lstm", caught_by="lstm_house", kind="mutation", several=True)
def the_state_is_moved_in_place():
    def forward(parameters, X, state=None):
        states, cache = lstm_on(parameters, X, None if state is None else state.copy())
        if state is not None and X.shape[1]:
            state[:] = states[:, -1]
        return states, cache

    return lstm(forward)


@wrong("lstm", caught_by="lstm_alone", kind="missing case", several=True)
def the_lstms_cache_is_global():
    shared = {}

    def forward(parameters, X, state=None):
        states, shared["cache"] = lstm_on(parameters, X, state)
        return states, None

    return lstm(forward, lambda parameters, cache, d_states: lstm_back(parameters, shared["cache"], d_states))


@right("lstm", several=True)
def gate_by_gate():
    return lstm()


@right("lstm", several=True)
def all_gates_in_one_matrix():
    def flat(parameters):
        W_x, W_h, b = parameters
        return W_x.reshape(len(W_x), -1), W_h.reshape(len(W_h), -1), b.reshape(-1)

    def forward(parameters, X, state=None):
        W_x, W_h, b = flat(parameters)
        H, X = len(W_h), np.asarray(X, W_x.dtype)
        h, c = (np.zeros((len(X), H), W_x.dtype),) * 2 if state is None else np.moveaxis(np.asarray(state, W_x.dtype), 1, 0)
        kept, out = [(h, c)], np.empty((len(X), X.shape[1], 2, H), W_x.dtype)
        for t in range(X.shape[1]):
            z = X[:, t] @ W_x + h @ W_h + b
            s = (1 + np.tanh(z[:, : 3 * H] / 2)) / 2
            c = s[:, H : 2 * H] * c + s[:, :H] * np.tanh(z[:, 3 * H :])
            h = s[:, 2 * H :] * np.tanh(c)
            out[:, t] = np.stack([h, c], axis=1)
            kept.append((h, c, s, np.tanh(z[:, 3 * H :])))
        return out, (kept, X)

    def backward(parameters, cache, d_states):
        W_x, W_h, b = flat(parameters)
        kept, X = cache
        H = len(W_h)
        d_Wx, d_Wh, d_b, d_X = np.zeros_like(W_x), np.zeros_like(W_h), np.zeros_like(b), np.zeros_like(X)
        d = np.zeros((len(X), 2, H), W_x.dtype)
        for t in range(X.shape[1] - 1, -1, -1):
            d = d + d_states[:, t]
            (h, c), (_, new, s, g) = kept[t][:2], kept[t + 1]
            i, f, o = s[:, :H], s[:, H : 2 * H], s[:, 2 * H :]
            tan = np.tanh(new)
            d_c = d[:, 1] + d[:, 0] * o * (1 - tan * tan)
            d_s = np.concatenate([d_c * g, d_c * c, d[:, 0] * tan], axis=1) * s * (1 - s)
            d_z = np.concatenate([d_s, d_c * i * (1 - g * g)], axis=1)
            d_Wx += X[:, t].T @ d_z
            d_Wh += h.T @ d_z
            d_b += d_z.sum(axis=0)
            d_X[:, t] = d_z @ W_x.T
            d = np.stack([d_z @ W_h.T, d_c * f], axis=1)
        shapes = (p.shape for p in parameters)
        return tuple(g.reshape(s) for g, s in zip((d_Wx, d_Wh, d_b), shapes, strict=True)), d_X, d

    return lstm(forward, backward)


@right("lstm", several=True)
def chunks_of_one_step():
    """Each step is a call of its own, in both directions."""

    def forward(parameters, X, state=None):
        H, kind = parameters[2].shape[1], parameters[0].dtype
        state = np.zeros((len(X), 2, H), kind) if state is None else state
        out, caches = np.empty((len(X), X.shape[1], 2, H), kind), []
        for t in range(X.shape[1]):
            got, cache = lstm_on(parameters, X[:, t : t + 1], state)
            state = out[:, t] = got[:, 0]
            caches.append(cache)
        return out, (caches, X.shape, kind)

    def backward(parameters, cache, d_states):
        caches, shape, kind = cache
        total, d = [np.zeros_like(p) for p in parameters], np.zeros((shape[0], 2, parameters[2].shape[1]), kind)
        d_X = np.zeros(shape, kind)
        for t in reversed(range(shape[1])):
            d_p, d_x, d = lstm_back(parameters, caches[t], (d_states[:, t] + d)[:, None])
            d_X[:, t] = d_x[:, 0]
            total = [a + g for a, g in zip(total, d_p, strict=True)]
        return total, d_X, d

    return lstm(forward, backward)


# ------------------------------------------------------------------------------------------- both_ways
def turned(X, lengths):
    """The real steps of each sequence turned round, the rest left where it is."""
    out = np.array(X)
    for n, length in enumerate(lengths):
        out[n, :length] = X[n, :length][::-1]
    return out


def joined(forwards, backwards, lengths, X):
    """Side by side, zeros where nothing is real."""
    both = np.concatenate([forwards, backwards], axis=-1)
    return np.where((np.arange(X.shape[1]) < np.asarray(lengths)[:, None])[..., None], both, both.dtype.type(0))


def clean(X, lengths):
    return np.where((np.arange(X.shape[1]) < np.asarray(lengths)[:, None])[..., None], X, X.dtype.type(0))


@wrong("both_ways", caught_by="moments", kind="missing case", headline=True)
def padding_is_read_first(run, one, other, X, lengths):
    X = clean(X, lengths)
    return joined(run(one, X), run(other, X[:, ::-1])[:, ::-1], lengths, X)


@wrong("both_ways", caught_by="moments", kind="mathematics")
def the_answer_is_not_turned_back(run, one, other, X, lengths):
    X = clean(X, lengths)
    return joined(run(one, X), run(other, turned(X, lengths)), lengths, X)


@wrong("both_ways", caught_by="moments", kind="mathematics")
def one_net_for_both(run, one, other, X, lengths):
    X = clean(X, lengths)
    a, b = run(one, X), run(other, X)
    c = turned(run(one, turned(X, lengths)), lengths)
    return joined(a, np.concatenate([c, b[..., :1]], axis=-1)[..., : b.shape[-1]], lengths, X)


@wrong("both_ways", caught_by="moments", kind="mathematics")
def nets_swapped(run, one, other, X, lengths):
    X = clean(X, lengths)
    return joined(turned(run(other, turned(X, lengths)), lengths), run(one, X), lengths, X)


@wrong("both_ways", caught_by="moments", kind="missing case")
def padding_keeps_its_states(run, one, other, X, lengths):
    X = clean(X, lengths)
    return np.concatenate([run(one, X), turned(run(other, turned(X, lengths)), lengths)], axis=-1)


@wrong("both_ways", caught_by="any_padding", kind="stability")
def padding_times_zero(run, one, other, X, lengths):
    mask = np.arange(X.shape[1]) < np.asarray(lengths)[:, None]
    both = np.concatenate([run(one, X), turned(run(other, turned(X, lengths)), lengths)], axis=-1)
    return both * mask[..., None].astype(both.dtype)


@wrong("both_ways", caught_by="moments", kind="mathematics")
def the_first_state_of_the_other_everywhere(run, one, other, X, lengths):
    X = clean(X, lengths)
    back = turned(run(other, turned(X, lengths)), lengths)
    return joined(run(one, X), np.repeat(back[:, :1], X.shape[1], axis=1), lengths, X)


@wrong("both_ways", caught_by="moments", kind="mathematics")
def the_other_has_not_read_this_step(run, one, other, X, lengths):
    X = clean(X, lengths)
    back = turned(run(other, turned(X, lengths)), lengths)
    back = np.concatenate([back[:, 1:], 0 * back[:, :1]], axis=1)
    return joined(run(one, X), back, lengths, X)


@wrong("both_ways", caught_by="moments", kind="missing case")
def all_as_long_as_the_first(run, one, other, X, lengths):
    lengths = np.full(len(X), lengths[0] if len(X) else 0)
    X = clean(X, lengths)
    return joined(run(one, X), turned(run(other, turned(X, lengths)), lengths), lengths, X)


@wrong("both_ways", caught_by="both_house", kind="mutation")
def turns_the_input_round_in_place(run, one, other, X, lengths):
    kept = clean(X, lengths)
    back = turned(run(other, turned(kept, lengths)), lengths)
    X[...] = turned(X, lengths)
    return joined(run(one, kept), back, lengths, kept)


@wrong("both_ways", caught_by="both_house", kind="dtype")
def doubles(run, one, other, X, lengths):
    X = clean(X, lengths)
    out = joined(run(one, X), turned(run(other, turned(X, lengths)), lengths), lengths, X)
    return out.astype(float)


@wrong("both_ways", caught_by="moments", kind="shape")
def both_summed(run, one, other, X, lengths):
    X = clean(X, lengths)
    a, b = run(one, X), turned(run(other, turned(X, lengths)), lengths)
    return joined(a + b[..., : a.shape[-1]], b, lengths, X)


@right("both_ways")
def one_after_the_other(run, one, other, X, lengths):
    out = None
    for n, length in enumerate(lengths):
        x = X[n : n + 1, :length]
        both = np.concatenate([run(one, x), run(other, x[:, ::-1])[:, ::-1]], axis=-1)
        out = np.zeros((len(X), X.shape[1], both.shape[-1]), both.dtype) if out is None else out
        out[n, :length] = both[0]
    if out is None:
        out = np.zeros((0, X.shape[1], run(one, X).shape[-1] + run(other, X).shape[-1]))
    return out


@right("both_ways")
def by_turning_loops(run, one, other, X, lengths):
    X = clean(X, lengths)
    return joined(run(one, X), turned(run(other, turned(X, lengths)), lengths), lengths, X)


@right("both_ways")
def by_index_table(run, one, other, X, lengths):
    """Real steps moved to the end of the row, then turned with all of it."""
    N, T = X.shape[:2]
    X, lengths = clean(X, lengths), np.asarray(lengths)
    places = (lengths[:, None] - 1 - np.arange(T)) % max(T, 1)
    rows = np.arange(N)[:, None]
    back = run(other, X[rows, places])[rows, places]
    return joined(run(one, X), back, lengths, X)


# ------------------------------------------------------------------------------------------- writing
def masked(logits, targets, mask, mean=None, clear=True, tempered=1.0):
    """The loss and its gradient, by softmax; the options are mistakes."""
    logits = np.asarray(logits)
    kind = logits.dtype if logits.dtype.kind == "f" else float
    mask = np.asarray(mask, bool)
    z = np.where(mask[..., None], logits, 0) if clear else logits
    y = np.where(mask, targets, 0)
    z = z - z.max(axis=-1, keepdims=True)
    p = np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)
    logp = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    weights = mask / max(mask.sum(), 1) if mean is None else mean(mask)
    picked = np.take_along_axis(logp, y[..., None], axis=-1)[..., 0]
    hot = (np.arange(logits.shape[-1]) == y[..., None]).astype(float)
    loss = -np.sum(np.where(mask, picked * weights, 0)) if clear else -np.sum(picked * weights)
    return float(loss), ((p - hot) * weights[..., None] * tempered).astype(kind)


def spoken(
    step, state, symbols, temperature, rng, end, longest, draw=None, hear=None, state_of=None, stop=True, fill=True, before=False
):
    """Writes row by row; the options are mistakes."""
    symbols = np.asarray(symbols)
    out, alive = np.full((len(symbols), longest), end), np.ones(len(symbols), bool)
    first = symbols
    for t in range(longest):
        if stop and not alive.any():
            break
        logits, new = step(state, symbols)
        state = new if state_of is None else state_of(state, new)
        picked = (draw or pick)(np.asarray(logits, float), temperature, rng)
        picked = np.where(alive, picked, end) if fill else picked
        out[:, t] = picked
        symbols = picked if hear is None else hear(picked, first)
        alive = alive & (picked != end)
    return out


def chances(logits, temperature):
    z = (logits - logits.max(axis=1, keepdims=True)) / temperature
    e = np.exp(z)
    return e / e.sum(axis=1, keepdims=True)


def pick(logits, temperature, rng):
    if temperature == 0:
        return logits.argmax(axis=1)
    return np.array([rng.choice(logits.shape[1], p=p) for p in chances(logits, temperature)], int)


def writing(loss=masked, write=spoken):
    return {"sequence_loss": loss, "write": write}


def drawing(draw):
    return writing(write=functools.partial(spoken, draw=draw))


@wrong("writing", caught_by="nothing_counts", kind="missing case", several=True, headline=True)
def padding_is_a_symbol_like_any_other():
    return writing(lambda z, y, mask: masked(z, np.clip(y, 0, np.shape(z)[-1] - 1), np.ones_like(mask)))


@wrong("writing", caught_by="mean_of_real", kind="mathematics", several=True)
def the_mean_over_all_steps():
    return writing(functools.partial(masked, mean=lambda m: m / max(m.size, 1)))


@wrong("writing", caught_by="mean_of_real", kind="mathematics", several=True)
def the_mean_of_each_sequences_mean():
    def mean(m):
        rows = np.maximum(m.sum(axis=1, keepdims=True), 1)
        return m / rows / max(np.sum(m.any(axis=1)), 1)

    return writing(functools.partial(masked, mean=mean))


@wrong("writing", caught_by="mean_of_real", kind="mathematics", several=True)
def a_sum_over_steps():
    return writing(functools.partial(masked, mean=lambda m: m / max(len(m), 1)))


@wrong("writing", caught_by="nothing_counts", kind="stability", several=True)
def zero_times_nan():
    return writing(functools.partial(masked, clear=False))


@wrong("writing", caught_by="loss_slopes", kind="mathematics", several=True)
def the_gradient_of_the_sum():
    return writing(lambda z, y, m: (masked(z, y, m)[0], masked(z, y, m)[1] * max(np.sum(m), 1)))


@wrong("writing", caught_by="loss_slopes", kind="mathematics", several=True)
def a_gradient_with_the_other_sign():
    return writing(functools.partial(masked, tempered=-1.0))


@wrong("writing", caught_by="loss_house", kind="missing case", several=True)
def nothing_is_divided_by_nothing():
    def mean(m):
        with np.errstate(all="ignore"):
            return m / m.sum()

    return writing(functools.partial(masked, mean=mean))


@wrong("writing", caught_by="loss_house", kind="stability", several=True)
def softmax_without_a_shift():
    def loss(logits, targets, mask):
        d_logits = masked(logits, targets, mask)[1]
        with np.errstate(all="ignore"):
            p = np.exp(np.where(np.asarray(mask)[..., None], logits, 0))
            p = p / p.sum(axis=-1, keepdims=True)
            logs = np.log(np.take_along_axis(p, np.where(mask, targets, 0)[..., None], axis=-1)[..., 0])
        return -np.sum(np.where(mask, logs, 0)) / max(np.sum(mask), 1), d_logits

    return writing(loss)


@wrong("writing", caught_by="loss_house", kind="missing case", several=True)
def real_steps_come_first():
    def loss(logits, targets, mask):
        return masked(logits, targets, np.arange(mask.shape[1]) < np.sum(mask, axis=1)[:, None])

    return writing(loss)


@wrong("writing", caught_by="loss_house", kind="mutation", several=True)
def empties_the_padding():
    def loss(logits, targets, mask):
        got = masked(logits, targets, mask)
        if not np.all(mask) and isinstance(logits, np.ndarray):
            logits[~np.asarray(mask)] = 0
        return got

    return writing(loss)


@wrong("writing", caught_by="by_chance", kind="mathematics", several=True)
def draws_from_the_untempered():
    return drawing(lambda z, T, rng: pick(z, 1.0 if T else 0, rng))


@wrong("writing", caught_by="by_chance", kind="mathematics", several=True)
def the_temperature_multiplies():
    return drawing(lambda z, T, rng: pick(z, 1 / T if T else 0, rng))


@wrong("writing", caught_by="by_chance", kind="mathematics", several=True)
def always_the_likeliest():
    return drawing(lambda z, T, rng: pick(z, 0, rng))


@wrong("writing", caught_by="by_chance", kind="mathematics", several=True)
def the_chances_are_divided_not_the_logits():
    def draw(z, T, rng):
        if not T:
            return pick(z, 0, rng)
        p = chances(z, 1.0) / T
        return np.array([rng.choice(z.shape[1], p=q) for q in p / p.sum(axis=1, keepdims=True)], int)

    return drawing(draw)


@wrong("writing", caught_by="hears_itself", kind="mathematics", several=True)
def hears_the_first_symbol_for_ever():
    return writing(write=functools.partial(spoken, hear=lambda picked, first: first))


@wrong("writing", caught_by="likeliest", kind="mathematics", several=True)
def the_state_is_not_handed_on():
    return writing(write=functools.partial(spoken, state_of=lambda old, new: old))


@wrong("writing", caught_by="until_the_end", kind="missing case", several=True)
def goes_on_after_the_end():
    return writing(write=functools.partial(spoken, fill=False, stop=False))


@wrong("writing", caught_by="until_the_end", kind="missing case", several=True)
def never_stops_asking():
    return writing(write=functools.partial(spoken, stop=False))


@wrong("writing", caught_by="likeliest", kind="missing case", several=True)
def temperature_zero_divides():
    def draw(z, T, rng):
        with np.errstate(all="ignore"):
            z = z / T
            p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        return np.sum(rng.random((len(p), 1)) > np.cumsum(p, axis=1), axis=1)

    return drawing(draw)


@wrong("writing", caught_by="write_house", kind="stability", several=True)
def cold_logits_overflow():
    def draw(z, T, rng):
        if not T:
            return pick(z, 0, rng)
        with np.errstate(all="ignore"):
            p = np.exp(z / T)
            p = p / p.sum(axis=1, keepdims=True)
        return np.sum(rng.random((len(p), 1)) > np.cumsum(p, axis=1), axis=1)

    return drawing(draw)


@wrong("writing", caught_by="by_chance", kind="missing case", several=True)
def one_draw_for_all_rows():
    def draw(z, T, rng):
        return np.repeat(pick(z[:1], T, rng), len(z)) if T and len(z) else pick(z, T, rng)

    return drawing(draw)


@wrong("writing", caught_by="write_house", kind="missing case", several=True)
def a_seed_of_its_own():
    return drawing(lambda z, T, rng: pick(z, T, np.random.default_rng(len(z))))


@right("writing", several=True)
def row_by_row():
    return writing()


@right("writing", several=True)
def by_gumbel_noise():
    """The largest of logits plus Gumbel noise is a draw from the softmax."""

    def draw(z, T, rng):
        noise = rng.gumbel(size=z.shape)
        return np.argmax(z + T * noise, axis=1)

    return drawing(draw)


@right("writing", several=True)
def real_steps_gathered():
    def loss(logits, targets, mask):
        logits = np.asarray(logits)
        kind = logits.dtype if logits.dtype.kind == "f" else float
        at = np.nonzero(mask)
        d = np.zeros(logits.shape, kind)
        if not len(at[0]):
            return 0.0, d
        z, y = logits[at].astype(float), np.asarray(targets)[at]
        total = np.logaddexp.reduce(z, axis=1)
        d[at] = (np.exp(z - total[:, None]) - np.eye(z.shape[1])[y]) / len(z)
        return float(np.mean(total - z[np.arange(len(z)), y])), d

    def write(step, state, symbols, temperature, rng, end, longest):
        rows, done = [], np.zeros(len(symbols), bool)
        while len(rows) < longest and not done.all():
            logits, state = step(state, symbols)
            z = np.asarray(logits, float)
            if temperature > 0:
                z = (z - z.max(axis=1, keepdims=True)) / temperature
                z = z + -np.log(-np.log(rng.uniform(1e-300, 1, size=z.shape)))
            symbols = np.where(done, end, np.argmax(z, axis=1))
            rows.append(symbols)
            done = done | (symbols == end)
        rows += [np.full(len(symbols), end)] * (longest - len(rows))
        return np.stack(rows, axis=1) if rows else np.zeros((len(symbols), 0), int)

    return writing(loss, write)


# ------------------------------------------------------------------------------------------- towns
def adam_steps(P, gradient, steps, rate, beta2=0.99):
    """Adam over a dict of arrays, with a rate that falls to nought."""
    m, v = ({k: np.zeros_like(a) for k, a in P.items()} for _ in range(2))
    for k in range(steps):
        now = rate * min(1, (k + 1) / 50) * (0.5 + 0.5 * np.cos(np.pi * k / steps))
        for name, g in gradient(P).items():
            m[name] = 0.9 * m[name] + 0.1 * g
            v[name] = beta2 * v[name] + (1 - beta2) * g * g
            P[name] = P[name] - now * m[name] / (1 - 0.9 ** (k + 1)) / (np.sqrt(v[name] / (1 - beta2 ** (k + 1))) + 1e-8)
    return P


def windows(countries, names, width):
    """Each letter to be guessed, with the country and the letters before it (30 where there is none)."""
    padded = np.concatenate([np.full((len(names), width), 30), names], axis=1)
    at = np.nonzero(names >= 0)
    before = np.stack([padded[at[0], at[1] + width - 1 - k] for k in range(width)], axis=1)
    return countries[at[0]], before, names[at]


def last(heard, width):
    padded = np.concatenate([np.full((len(heard), width), 30), heard], axis=1).astype(int)
    return padded[:, ::-1][:, :width]


def frequencies(smooth=1.0):
    def train(countries, names, rng):
        return [np.log(np.bincount(names[names >= 0], minlength=30) + smooth)]

    return {"train": train, "predict": lambda arrays, countries, heard: np.repeat(arrays[0][None], len(countries), axis=0)}


def pairs_counted():
    def train(countries, names, rng):
        _, before, wanted = windows(countries, names, 1)
        table = np.zeros((31, 30))
        np.add.at(table, (before[:, 0], wanted), 1)
        return [np.log((table + 0.5) / (table + 0.5).sum(axis=1, keepdims=True))]

    return {"train": train, "predict": lambda arrays, countries, heard: arrays[0][last(heard, 1)[:, 0]]}


def linear(width=4, steps=1500, rate=0.02):
    """Log-linear in the last letters, the country and the last letter within the country."""

    def scores(P, c, before):
        z = P["b"] + P["C"][c]
        for k in range(width):
            z = z + P["L"][k, before[:, k]]
        return z

    def train(countries, names, rng):
        c, before, wanted = windows(countries, names, width)
        P = {"b": np.zeros(30), "C": np.zeros((12, 30)), "L": np.zeros((width, 31, 30))}

        def gradient(P):
            rows = rng.integers(len(c), size=512)
            z = scores(P, c[rows], before[rows])
            p = chances(z, 1.0)
            p[np.arange(512), wanted[rows]] -= 1
            p /= 512
            G = {k: np.zeros_like(a) for k, a in P.items()}
            G["b"] = p.sum(axis=0)
            np.add.at(G["C"], c[rows], p)
            for k in range(width):
                np.add.at(G["L"][k], before[rows, k], p)
            return G

        P = adam_steps(P, gradient, steps, rate)
        return [P["b"], P["C"], P["L"]]

    def predict(arrays, countries, heard):
        return scores(dict(zip("bCL", arrays, strict=True)), countries, last(heard, width))

    return {"train": train, "predict": predict}


def window_net(width=5, embed=12, hidden=120, steps=3000, rate=0.01, drop=0.0, batch=512):
    """A dense net over the last letters: no recurrence."""

    def enter(P, c, before):
        return np.concatenate([P["C"][c], P["E"][before].reshape(len(c), width * embed)], axis=1)

    def train(countries, names, rng):
        c, before, wanted = windows(countries, names, width)
        inputs = (width + 1) * embed
        P = {
            "E": 0.5 * rng.normal(size=(31, embed)),
            "C": 0.5 * rng.normal(size=(12, embed)),
            "W": rng.normal(size=(inputs, hidden)) / np.sqrt(inputs),
            "a": np.zeros(hidden),
            "O": rng.normal(size=(hidden, 30)) / np.sqrt(hidden),
            "b": np.zeros(30),
        }
        P = {k: v.astype(np.float32) for k, v in P.items()}

        def gradient(P):
            rows = rng.integers(len(c), size=batch)
            x = enter(P, c[rows], before[rows])
            keep = ((rng.random((batch, hidden)) >= drop) / (1 - drop)).astype(np.float32)
            h = np.maximum(x @ P["W"] + P["a"], 0) * keep
            p = chances(h @ P["O"] + P["b"], 1.0)
            p[np.arange(batch), wanted[rows]] -= 1
            p /= batch
            d = (p @ P["O"].T) * (h > 0) * keep
            d_x = d @ P["W"].T
            G = {
                "O": h.T @ p,
                "b": p.sum(axis=0),
                "W": x.T @ d,
                "a": d.sum(axis=0),
                "E": np.zeros_like(P["E"]),
                "C": np.zeros_like(P["C"]),
            }
            np.add.at(G["C"], c[rows], d_x[:, :embed])
            np.add.at(G["E"], before[rows], d_x[:, embed:].reshape(batch, width, embed))
            return G

        return list(adam_steps(P, gradient, steps, rate).values())

    def predict(arrays, countries, heard):
        P = dict(zip("ECWaOb", arrays, strict=True))
        return np.maximum(enter(P, countries, last(heard, width)) @ P["W"] + P["a"], 0) @ P["O"] + P["b"]

    return {"train": train, "predict": predict}


def lstm_net(steps=1500, units=55, embed=16, rate=0.02, drop=0.1, batch=64):
    """Letters and countries as vectors, one LSTM, a linear read-out."""
    fast = all_gates_in_one_matrix()

    def enter(P, countries, heard):
        return np.concatenate([P["S"][countries][:, None], P["E"][heard]], axis=1), P["Q"][countries].reshape(
            len(countries), 2, units
        )

    def run(P, countries, heard):
        X, start = enter(P, countries, heard)
        return fast["lstm_forward"]((P["X"], P["H"], P["b"]), X, start)

    def train(countries, names, rng):
        def normal(*shape, scale):
            return (scale * rng.normal(size=shape)).astype(np.float32)

        P = {
            "E": normal(29, embed, scale=0.5),
            "S": normal(12, embed, scale=0.5),
            "X": normal(embed, 4, units, scale=embed**-0.5),
            "H": normal(units, 4, units, scale=units**-0.5),
            "b": np.zeros((4, units), np.float32),
            "Q": normal(12, 2 * units, scale=0.1),
            "O": normal(units, 30, scale=units**-0.5),
            "c": np.zeros(30, np.float32),
        }
        P["b"][1] = 1
        lengths = np.sum(names >= 0, axis=1)

        def thin(shape):
            return ((rng.random(shape) >= drop) / (1 - drop)).astype(np.float32)

        def gradient(P):
            rows = rng.integers(len(names), size=4 * batch)
            rows = rows[np.argsort(lengths[rows], kind="stable")].reshape(4, batch)[rng.integers(4)]
            y = names[rows, : lengths[rows].max()]
            heard, who = np.where(y[:, :-1] < 29, np.maximum(y[:, :-1], 0), 0), countries[rows]
            X, start = enter(P, who, heard)
            keep, out = thin(X.shape), thin((batch, y.shape[1], units))
            weights = P["X"], P["H"], P["b"]
            states, cache = fast["lstm_forward"](weights, X * keep, start)
            h = states[:, :, 0] * out
            _, d = masked(h @ P["O"] + P["c"], y, y >= 0)
            d_states = np.zeros_like(states)
            d_states[:, :, 0] = (d @ P["O"].T) * out
            (d_X, d_H, d_b), d_in, d_start = fast["lstm_backward"](weights, cache, d_states)
            d_in = d_in * keep
            G = {"X": d_X, "H": d_H, "b": d_b, "O": np.tensordot(h, d, ((0, 1), (0, 1))), "c": d.sum(axis=(0, 1))}
            for name in "ESQ":
                G[name] = np.zeros_like(P[name])
            np.add.at(G["E"], heard, d_in[:, 1:])
            np.add.at(G["S"], who, d_in[:, 0])
            np.add.at(G["Q"], who, d_start.reshape(batch, -1))
            return G

        return list(adam_steps(P, gradient, steps, rate).values())

    def predict(arrays, countries, heard):
        P = dict(zip("ESXHbQOc", (np.asarray(a, np.float32) for a in arrays), strict=True))
        states, _ = run(P, countries, np.asarray(heard, int))
        return states[:, -1, 0] @ P["O"] + P["c"]

    return {"train": train, "predict": predict}


@entry("towns", band="nothing")
def how_frequent_letters_are():
    return frequencies()


@entry("towns", band="baseline")
def linear_in_four_letters():
    return linear()


@entry("towns", band="gets going")
def a_net_without_memory():
    """A dense net over a window of five letters."""
    return window_net()


@entry("towns", band="good")
def an_lstm_for_a_short_time():
    return lstm_net(steps=700)


@entry("towns", band="excellent")
def an_lstm():
    return lstm_net()


@entry("towns", band="refused")
def a_larger_lstm():
    return lstm_net(steps=1, units=64)


@wrong("towns", caught_by="protocol", kind="mathematics", several=True, headline=True)
def chances_by_the_batch():
    """The batch's mean logits are taken off."""
    made = pairs_counted()

    def predict(arrays, countries, heard):
        z = made["predict"](arrays, countries, heard)
        return z - z.mean(axis=0) if len(z) else z

    return {"train": made["train"], "predict": predict}


@wrong("towns", caught_by="protocol", kind="missing case", several=True)
def needs_a_letter():
    made = pairs_counted()

    def predict(arrays, countries, heard):
        return arrays[0][np.asarray(heard, int)[:, -1]]

    return {"train": made["train"], "predict": predict}
