"""Programs for week 14, written from its contracts alone."""

from collections import Counter

import numpy as np

from autograder.cases import program

# ---------------------------------------------------------------- back_off


def _l_off(
    sequences, history, order, weight, kinds, lowest=None, last=True, over=False, mixed=True, count=lambda seen: seen, cut=True
):
    history = [int(s) for s in history]
    rows = [[int(s) for s in one] for one in sequences]
    if over:
        rows = [[s for row in rows for s in row]]
    depth = min(order, len(history)) if cut else order
    p = np.full(kinds, 1 / kinds) if lowest is None else lowest
    for n in range(depth + 1):
        context = (history[len(history) - n :] if last else history[:n]) if n else []
        seen = np.zeros(kinds)
        for row in rows:
            for at in range(n, len(row)):
                if row[at - n : at] == context:
                    seen[row[at]] += 1
        seen = count(seen)
        if mixed or n == depth:
            p = (seen + weight * p) / (seen.sum() + weight)
    return p


@program("back_off")
def l_off_loop(sequences, history, order, weight, kinds):
    return _l_off(sequences, history, order, weight, kinds)


@program("back_off")
def l_off_recursion(sequences, history, order, weight, kinds):
    context = tuple(int(s) for s in history)[max(len(history) - order, 0) :]

    def after(context):
        shorter = after(context[1:]) if context else np.full(kinds, 1 / kinds)
        found = Counter()
        for one in sequences:
            one = tuple(int(s) for s in one)
            found.update(one[k + len(context)] for k in range(len(one) - len(context)) if one[k : k + len(context)] == context)
        seen = np.array([found[kind] for kind in range(kinds)], float)
        return (seen + weight * shorter) / (found.total() + weight)

    return after(context)


@program("back_off")
def l_off_table_of_all_contexts(sequences, history, order, weight, kinds):
    table = {}
    for one in sequences:
        one = [int(s) for s in one]
        for at, symbol in enumerate(one):
            for n in range(min(order, at) + 1):
                table.setdefault(tuple(one[at - n : at]), np.zeros(kinds))[symbol] += 1
    p, history = np.ones(kinds) / kinds, [int(s) for s in history]
    for n in range(min(order, len(history)) + 1):
        seen = table.get(tuple(history[len(history) - n :]), np.zeros(kinds))
        p = (seen + weight * p) / (seen.sum() + weight)
    return p


@program("back_off", breaks="a longer context is mixed with the shorter one's opinion: here with equal chances")
def l_off_mixed_with_equal(sequences, history, order, weight, kinds):
    return _l_off(sequences, history, order, weight, kinds, mixed=False)


@program("back_off", breaks="the shorter context is by its first symbols dropped: here the last are dropped")
def l_off_drops_the_last(sequences, history, order, weight, kinds):
    history = list(history)[max(len(history) - order, 0) :]
    return _l_off(sequences, history, order, weight, kinds, last=False)


@program("back_off", breaks="no more than the last `order` symbols matter: here the first")
def l_off_first_symbols(sequences, history, order, weight, kinds):
    return _l_off(sequences, list(history)[:order], order, weight, kinds)


@program("back_off", breaks="no more than `order` symbols matter: here the whole history")
def l_off_whole_history(sequences, history, order, weight, kinds):
    return _l_off(sequences, history, len(history), weight, kinds)


@program("back_off", breaks="a context does not go over from one sequence to the next")
def l_off_one_long_sequence(sequences, history, order, weight, kinds):
    return _l_off(sequences, history, order, weight, kinds, over=True)


@program("back_off", breaks="mixed: here a context that was seen stands alone")
def l_off_alone_where_seen(sequences, history, order, weight, kinds):
    history = [int(s) for s in history]
    for n in range(min(order, len(history)), 0, -1):
        seen = np.zeros(kinds)
        for one in sequences:
            one = [int(s) for s in one]
            for at in range(n, len(one)):
                if one[at - n : at] == history[len(history) - n :]:
                    seen[one[at]] += 1
        if seen.sum():
            return seen / seen.sum()
    return _l_off(sequences, [], 0, weight, kinds)


@program("back_off", breaks="the weight is handed in: here 1")
def l_off_weight_of_one(sequences, history, order, weight, kinds):
    return _l_off(sequences, history, order, 1.0, kinds)


@program("back_off", breaks="the weight counts once: here for each kind")
def l_off_weight_for_each_kind(sequences, history, order, weight, kinds):
    return _l_off(sequences, history, order, weight * kinds, kinds)


@program("back_off", breaks="after an unseen context the chances are those after the shorter one: here equal")
def l_off_unseen_is_equal(sequences, history, order, weight, kinds):
    history = [int(s) for s in history]
    n = min(order, len(history))
    context = history[len(history) - n :]
    rows = [[int(s) for s in one] for one in sequences]
    known = any(row[at - n : at] == context for row in rows for at in range(n, len(row)))
    return _l_off(sequences, history, order, weight, kinds) if known else np.full(kinds, 1 / kinds)


@program("back_off", breaks="an empty history is from_nothing, whatever the order: here equal chances")
def l_off_empty_is_equal(sequences, history, order, weight, kinds):
    return _l_off(sequences, history, order, weight, kinds) if len(history) else np.full(kinds, 1 / kinds)


@program("back_off", breaks="a shorter history is used whole: here not at all")
def l_off_short_history_is_dropped(sequences, history, order, weight, kinds):
    return _l_off(sequences, history if len(history) >= order else [], order, weight, kinds)


@program("back_off", breaks="how often counts: here whether it was seen")
def l_off_whether(sequences, history, order, weight, kinds):
    return _l_off(sequences, history, order, weight, kinds, count=lambda seen: np.minimum(seen, 1))


@program("back_off", breaks="a symbol that was never seen has a chance: here the list's kinds alone")
def l_off_only_seen_kinds(sequences, history, order, weight, kinds):
    known = {int(s) for one in sequences for s in one} or set(range(kinds))
    lowest = np.array([1 / len(known) if k in known else 0.0 for k in range(kinds)])
    return _l_off(sequences, history, order, weight, kinds, lowest=lowest)


@program("back_off", breaks="what is given stays as it was: here the history is eaten")
def l_off_eats_the_history(sequences, history, order, weight, kinds):
    made = _l_off(sequences, history, order, weight, kinds)
    if isinstance(history, list) and history:
        history.pop(0)
    elif isinstance(history, np.ndarray) and len(history):
        history[0] = -1
    return made


# ---------------------------------------------------------------- rnn


def _l_kind(*parts):
    kind = np.result_type(*[np.asarray(part) for part in parts])
    return kind if kind.kind == "f" else np.dtype(float)


def _l_rnn(parameters, X, state=None, bend=np.tanh, keeps=True):
    W_x, W_h, b = parameters
    kind = _l_kind(X, W_x, W_h, b)
    W_x, W_h, b, X = (np.asarray(part, kind) for part in (W_x, W_h, b, X))
    N, T, _ = X.shape
    first = np.zeros((N, len(b)), kind) if state is None else np.array(state, kind)
    states, h = np.zeros((N, T, len(b)), kind), first
    for t in range(T):
        h = bend(X[:, t] @ W_x + (h @ W_h if keeps else 0) + b)
        states[:, t] = h
    return states, (X, first, states)


def _l_rnn_back(parameters, cache, d_states, steps=None, slope=lambda h: 1 - h**2, shift=0, through=True):
    W_x, W_h, _b = parameters
    X, first, states = cache
    kind = states.dtype
    W_x, W_h, d_states = (np.asarray(part, kind) for part in (W_x, W_h, d_states))
    N, T, H = states.shape
    d_W_x, d_W_h, d_b = np.zeros(W_x.shape, kind), np.zeros(W_h.shape, kind), np.zeros(H, kind)
    d_X, d_h = np.zeros(X.shape, kind), np.zeros((N, H), kind)
    for t in range(T - 1, -1, -1):
        total = d_states[:, t] + (d_h if through and (steps is None or (t + 1) % steps) else 0)
        d_score = total * slope(states[:, t])
        before = first if t == 0 else states[:, t - 1]
        before = states[:, t] if shift else before
        d_W_x += X[:, t].T @ d_score
        d_W_h += before.T @ d_score
        d_b += d_score.sum(axis=0)
        d_X[:, t], d_h = d_score @ W_x.T, d_score @ W_h.T
    return (d_W_x, d_W_h, d_b), d_X, d_h


def _l_net(forward=_l_rnn, backward=_l_rnn_back):
    return {
        "rnn_forward": lambda parameters, X, state=None: forward(parameters, X, state),
        "rnn_backward": lambda parameters, cache, d_states: backward(parameters, cache, d_states),
    }


@program("rnn", several=True)
def l_rnn_loop():
    return _l_net()


@program("rnn", several=True)
def l_rnn_cache_of_steps():
    def forward(parameters, X, state=None):
        W_x, W_h, b = parameters
        kind = _l_kind(X, W_x, W_h, b)
        X = np.asarray(X, kind)
        heard = X @ np.asarray(W_x, kind) + np.asarray(b, kind)
        h = [np.zeros((len(X), len(b)), kind) if state is None else np.asarray(state, kind)]
        for t in range(X.shape[1]):
            h.append(np.tanh(heard[:, t] + h[-1] @ np.asarray(W_h, kind)))
        every = np.stack(h, axis=1)
        return every[:, 1:].copy(), {"X": X, "h": every}

    def backward(parameters, cache, d_states):
        W_x, W_h, _ = (np.asarray(part, cache["h"].dtype) for part in parameters)
        h, X = cache["h"], cache["X"]
        d_states = np.asarray(d_states, h.dtype)
        d_scores, d_h = np.zeros(d_states.shape, h.dtype), np.zeros(h[:, 0].shape, h.dtype)
        for t in reversed(range(X.shape[1])):
            d_scores[:, t] = (d_states[:, t] + d_h) * (1 - h[:, t + 1] ** 2)
            d_h = d_scores[:, t] @ W_h.T
        d = (
            np.einsum("ntd,nth->dh", X, d_scores),
            np.einsum("ntg,nth->gh", h[:, :-1], d_scores),
            d_scores.sum(axis=(0, 1)),
        )
        return d, d_scores @ W_x.T, d_h

    return _l_net(forward, backward)


@program("rnn", several=True)
def l_rnn_sequence_by_sequence():
    def forward(parameters, X, state=None):
        made = [_l_rnn(parameters, X[n : n + 1], None if state is None else state[n : n + 1]) for n in range(len(X))]
        if not made:
            return _l_rnn(parameters, X, state)[0], None
        return np.concatenate([one for one, _ in made]), [cache for _, cache in made]

    def backward(parameters, caches, d_states):
        if not caches:
            zero = [np.zeros_like(np.asarray(part, float)) for part in parameters]
            return zero, np.zeros((0, d_states.shape[1], len(zero[0]))), np.zeros((0, len(zero[2])))
        made = [_l_rnn_back(parameters, cache, d_states[n : n + 1]) for n, cache in enumerate(caches)]
        sums = [sum(one[0][k] for one in made) for k in range(3)]
        return sums, np.concatenate([one[1] for one in made]), np.concatenate([one[2] for one in made])

    return _l_net(forward, backward)


def _l_rback(**how):
    return _l_net(backward=lambda p, cache, d: _l_rnn_back(p, cache, d, **how))


@program("rnn", breaks="the gradient goes through all steps: here through none", several=True)
def l_rnn_no_time():
    return _l_rback(through=False)


@program("rnn", breaks="all gradients over any number of steps: here truncated after ten", several=True)
def l_rnn_truncated():
    return _l_rback(steps=10)


@program("rnn", breaks="the gradient has the slope of tanh: here it is left out", several=True)
def l_rnn_without_slope():
    return _l_rback(slope=lambda h: 1.0)


@program("rnn", breaks="the slope is 1 - h²: here 1 - h", several=True)
def l_rnn_wrong_slope():
    return _l_rback(slope=lambda h: 1 - h)


@program("rnn", breaks="the gradient of W_h meets the state before: here the state after", several=True)
def l_rnn_state_after():
    return _l_rback(shift=1)


@program("rnn", breaks="the state before the first step counts: here W_h's gradient leaves it out", several=True)
def l_rnn_first_state_left_out():
    def backward(parameters, cache, d_states):
        X, first, states = cache
        return _l_rnn_back(parameters, (X, np.zeros_like(first), states), d_states)

    return _l_net(backward=backward)


@program("rnn", breaks="the state goes on: here it is forgotten at each step", several=True)
def l_rnn_forgets():
    return _l_net(lambda p, X, s=None: _l_rnn(p, X, s, keeps=False))


@program("rnn", breaks="a state may be handed in: here it begins with zeros", several=True)
def l_rnn_ignores_the_state():
    return _l_net(lambda p, X, s=None: _l_rnn(p, X, None))


@program("rnn", breaks="sequences do not touch each other: here the state goes on to the next sequence", several=True)
def l_rnn_state_goes_to_the_next_sequence():
    def forward(parameters, X, state=None):
        states, h, firsts = [], None if state is None else state[:1], []
        for n in range(len(X)):
            firsts.append(np.zeros((1, len(parameters[2]))) if h is None else h)
            made, _ = _l_rnn(parameters, X[n : n + 1], h)
            states.append(made)
            h = made[:, -1] if made.shape[1] else h
        if not states:
            return _l_rnn(parameters, X, state)
        states = np.concatenate(states)
        return states, (np.asarray(X, states.dtype), np.concatenate(firsts).astype(states.dtype), states)

    return _l_net(forward)


@program("rnn", breaks="d_state is for the state before the first step: here for the first state", several=True)
def l_rnn_d_state_one_late():
    def backward(parameters, cache, d_states):
        d, d_X, d_h = _l_rnn_back(parameters, cache, d_states)
        X, _first, states = cache
        if X.shape[1] < 2:
            return d, d_X, d_h
        late = _l_rnn_back(parameters, (X[:, 1:], states[:, 0], states[:, 1:]), d_states[:, 1:])[2]
        return d, d_X, late + d_states[:, 0]

    return _l_net(backward=backward)


@program("rnn", breaks="gradients are sums over the batch: here means", several=True)
def l_rnn_mean_over_batch():
    def backward(parameters, cache, d_states):
        d, d_X, d_h = _l_rnn_back(parameters, cache, d_states)
        return tuple(part / max(len(d_X), 1) for part in d), d_X, d_h

    return _l_net(backward=backward)


@program("rnn", breaks="all states: here only the last state's gradient is heard", several=True)
def l_rnn_hears_the_last_only():
    def backward(parameters, cache, d_states):
        last = np.zeros_like(d_states)
        last[:, -1:] = d_states[:, -1:]
        return _l_rnn_back(parameters, cache, last)

    return _l_net(backward=backward)


@program("rnn", breaks="exact gradients: here they are cut at 5", several=True)
def l_rnn_clipped():
    def backward(parameters, cache, d_states):
        d, d_X, d_h = _l_rnn_back(parameters, cache, d_states)
        return tuple(np.clip(part, -5, 5) for part in d), np.clip(d_X, -5, 5), np.clip(d_h, -5, 5)

    return _l_net(backward=backward)


@program("rnn", breaks="float32 is kept: here float64 comes out", several=True)
def l_rnn_doubles():
    return _l_net(lambda p, X, s=None: _l_rnn([np.asarray(part, float) for part in p], np.asarray(X, float), s))


@program("rnn", breaks="nothing is kept between two calls: here the last state is", several=True)
def l_rnn_remembers():
    kept = {}

    def forward(parameters, X, state=None):
        start = kept.get(len(X)) if state is None else state
        start = start if start is None or start.shape[1:] == (len(parameters[2]),) else None
        states, cache = _l_rnn(parameters, X, start)
        if states.shape[1]:
            kept[len(X)] = states[:, -1]
        return states, cache

    return _l_net(forward)


@program("rnn", breaks="what is given stays as it was: here the state handed in is moved on", several=True)
def l_rnn_moves_the_state():
    def forward(parameters, X, state=None):
        states, cache = _l_rnn(parameters, X, state)
        if state is not None and states.shape[1]:
            state[...] = states[:, -1]
        return states, cache

    return _l_net(forward)


@program("rnn", breaks="sequences of no steps are no trouble: here an error", several=True)
def l_rnn_needs_a_step():
    def forward(parameters, X, state=None):
        if not X.shape[1]:
            raise IndexError("no steps")
        return _l_rnn(parameters, X, state)

    return _l_net(forward)


# ---------------------------------------------------------------- lstm


def _l_sig(s):
    return (0.5 + 0.5 * np.tanh(0.5 * s)).astype(s.dtype)


def _l_lstm(parameters, X, state=None, sig=_l_sig, order=(0, 1, 2, 3), out=np.tanh, bias=0.0, coupled=False):
    W_x, W_h, b = parameters
    kind = _l_kind(X, W_x, W_h, b)
    W_x, W_h, b, X = (np.asarray(part, kind) for part in (W_x, W_h, b, X))
    N, T, _ = X.shape
    H = b.shape[1]
    first = np.zeros((N, 2, H), kind) if state is None else np.array(state, kind)
    states, steps, (h, c) = np.zeros((N, T, 2, H), kind), [], (first[:, 0], first[:, 1])
    for t in range(T):
        scores = np.tensordot(X[:, t], W_x, 1) + np.tensordot(h, W_h, 1) + b
        scores = scores[:, list(order)]
        i, f, o = sig(scores[:, 0]), sig(scores[:, 1] + kind.type(bias)), sig(scores[:, 2])
        g = np.tanh(scores[:, 3])
        if coupled:
            f = 1 - i
        new = f * c + i * g
        steps.append((h, c, i, f, o, g, new))
        h, c = o * out(new), new
        states[:, t, 0], states[:, t, 1] = h, c
    return states, (X, first, steps)


def _l_lstm_back(parameters, cache, d_states, cells=True, peek=True, through_cell=True, through_h=True, slope=True):
    W_x, W_h, b = (np.asarray(part) for part in parameters)
    X, first, steps = cache
    kind = first.dtype
    W_x, W_h, d_states = W_x.astype(kind), W_h.astype(kind), np.asarray(d_states, kind)
    _N, T, _ = X.shape
    d_W_x, d_W_h, d_b = np.zeros(W_x.shape, kind), np.zeros(W_h.shape, kind), np.zeros(b.shape, kind)
    d_X, d_h, d_c = np.zeros(X.shape, kind), np.zeros(first[:, 0].shape, kind), np.zeros(first[:, 0].shape, kind)
    for t in range(T - 1, -1, -1):
        h, c, i, f, o, g, new = steps[t]
        d_out = d_states[:, t, 0] + (d_h if through_h else 0)
        bent = np.tanh(new)
        d_cell = d_out * o * ((1 - bent**2) if slope else 1) + (d_c if through_cell else 0)
        if cells:
            d_cell = d_cell + d_states[:, t, 1]
        d_scores = np.stack(
            [d_cell * g * i * (1 - i), d_cell * c * f * (1 - f), d_out * bent * o * (1 - o), d_cell * i * (1 - g**2)], axis=1
        )
        d_W_x += np.tensordot(X[:, t].T, d_scores, 1)
        d_W_h += np.tensordot(h.T, d_scores, 1)
        d_b += d_scores.sum(axis=0)
        d_X[:, t] = np.tensordot(d_scores, W_x, ((1, 2), (1, 2)))
        d_h = np.tensordot(d_scores, W_h, ((1, 2), (1, 2)))
        d_c = d_cell * f
    return (d_W_x, d_W_h, d_b), d_X, np.stack([d_h, d_c], axis=1)


def _l_long(forward=_l_lstm, backward=_l_lstm_back):
    return {
        "lstm_forward": lambda parameters, X, state=None: forward(parameters, X, state),
        "lstm_backward": lambda parameters, cache, d_states: backward(parameters, cache, d_states),
    }


def _l_lf(**how):
    return _l_long(lambda p, X, s=None: _l_lstm(p, X, s, **how))


def _l_lb(**how):
    return _l_long(backward=lambda p, cache, d: _l_lstm_back(p, cache, d, **how))


@program("lstm", several=True)
def l_lstm_loop():
    return _l_long()


@program("lstm", several=True)
def l_lstm_flat_matrices():
    def forward(parameters, X, state=None):
        W_x, W_h, b = (np.asarray(part) for part in parameters)
        kind, H = _l_kind(X, W_x, W_h, b), b.shape[1]
        A, B, flat = W_x.reshape(-1, 4 * H).astype(kind), W_h.reshape(H, 4 * H).astype(kind), b.reshape(4 * H).astype(kind)
        X = np.asarray(X, kind)
        now = np.zeros((len(X), 2, H), kind) if state is None else np.asarray(state, kind)
        h, c, out, kept = now[:, 0], now[:, 1], [], []
        for t in range(X.shape[1]):
            scores = (X[:, t] @ A + h @ B + flat).reshape(-1, 4, H)
            gates, g = _l_sig(scores[:, :3]), np.tanh(scores[:, 3])
            old, c = (h, c), gates[:, 1] * c + gates[:, 0] * g
            h = gates[:, 2] * np.tanh(c)
            kept.append((*old, gates[:, 0], gates[:, 1], gates[:, 2], g, c))
            out.append(np.stack([h, c], axis=1))
        states = np.stack(out, axis=1) if out else np.zeros((len(X), 0, 2, H), kind)
        return states, (X, now, kept)

    return _l_long(forward)


@program("lstm", several=True)
def l_lstm_gate_by_gate():
    def sig(s):
        out = np.empty_like(s)
        up = s >= 0
        out[up] = 1 / (1 + np.exp(-s[up]))
        small = np.exp(s[~up])
        out[~up] = small / (1 + small)
        return out

    return _l_lf(sig=sig)


@program("lstm", breaks="gates stand in the order input, forget, output: here input and forget are swapped", several=True)
def l_lstm_input_and_forget_swapped():
    return _l_lf(order=(1, 0, 2, 3))


@program("lstm", breaks="the order of the gates: here that of another library", several=True)
def l_lstm_other_order():
    return _l_lf(order=(0, 1, 3, 2))


@program("lstm", breaks="very large scores bring no warning: here exp overflows", several=True)
def l_lstm_overflows():
    return _l_lf(sig=lambda s: 1 / (1 + np.exp(-s)))


@program("lstm", breaks="each unit goes as lstm_unit says: here 1 is added to the forget gate's score", several=True)
def l_lstm_adds_one_to_forget():
    return _l_lf(bias=1.0)


@program("lstm", breaks="the output is of tanh of the cell: here of the cell", several=True)
def l_lstm_output_without_tanh():
    return _l_lf(out=lambda c: c)


@program("lstm", breaks="the forget gate has a score of its own: here it is one minus the input gate", several=True)
def l_lstm_coupled():
    return _l_lf(coupled=True)


@program("lstm", breaks="the loss may read cells: here what it says of them is not heard", several=True)
def l_lstm_deaf_to_cells():
    return _l_lb(cells=False)


@program("lstm", breaks="all gradients: here the cell hands nothing back", several=True)
def l_lstm_cell_hands_nothing_back():
    return _l_lb(through_cell=False)


@program("lstm", breaks="all gradients: here the outputs hand nothing back", several=True)
def l_lstm_output_hands_nothing_back():
    return _l_lb(through_h=False)


@program("lstm", breaks="all gradients: here without the slope of tanh at the output", several=True)
def l_lstm_without_slope():
    return _l_lb(slope=False)


@program("lstm", breaks="d_state holds both parts: here the cell's is 0", several=True)
def l_lstm_d_state_without_cell():
    def backward(p, cache, d):
        grads, d_X, d_state = _l_lstm_back(p, cache, d)
        return grads, d_X, d_state * np.array([1, 0], d_state.dtype)[:, None]

    return _l_long(backward=backward)


@program("lstm", breaks="the state before the first step has a cell too: here it is dropped", several=True)
def l_lstm_drops_the_first_cell():
    def forward(p, X, s=None):
        return _l_lstm(p, X, None if s is None else np.asarray(s) * np.array([1.0, 0.0])[:, None].astype(np.asarray(s).dtype))

    return _l_long(forward)


@program("lstm", breaks="states[:, :, 0] are the outputs: here the cells", several=True)
def l_lstm_cells_first():
    def forward(p, X, s=None):
        states, cache = _l_lstm(p, X, None if s is None else np.asarray(s)[:, ::-1])
        return states[:, :, ::-1], cache

    def backward(p, cache, d):
        grads, d_X, d_state = _l_lstm_back(p, cache, np.asarray(d)[:, :, ::-1])
        return grads, d_X, d_state[:, ::-1]

    return _l_long(forward, backward)


@program("lstm", breaks="the gate is multiplied: the input gate is left out", several=True)
def l_lstm_without_input_gate():
    def forward(p, X, s=None):
        W_x, W_h, b = (np.array(part, _l_kind(part)) for part in p)
        W_x[:, 0], W_h[:, 0], b[0] = 0, 0, 30
        return _l_lstm((W_x, W_h, b), X, s)

    return _l_long(forward)


@program("lstm", breaks="the candidate is a tanh: here a sigmoid", several=True)
def l_lstm_candidate_by_sigmoid():
    def forward(p, X, s=None):
        W_x, W_h, b = p
        states, cache = _l_lstm(p, X, s)
        if not states.shape[1]:
            return states, cache
        kind, now, out = states.dtype, np.array(cache[1]), []
        h, c = now[:, 0], now[:, 1]
        for t in range(states.shape[1]):
            scores = np.tensordot(np.asarray(X[:, t], kind), W_x, 1) + np.tensordot(h, W_h, 1) + b
            i, f, o, g = (_l_sig(scores[:, k].astype(kind)) for k in range(4))
            c = f * c + i * g
            h = o * np.tanh(c)
            out.append(np.stack([h, c], axis=1))
        return np.stack(out, axis=1), cache

    return _l_long(forward)


@program("lstm", breaks="float32 is kept: here float64 comes out", several=True)
def l_lstm_doubles():
    return _l_long(lambda p, X, s=None: _l_lstm([np.asarray(part, float) for part in p], np.asarray(X, float), s))


@program("lstm", breaks="gradients are sums over the batch: here means", several=True)
def l_lstm_mean_over_batch():
    def backward(p, cache, d):
        grads, d_X, d_state = _l_lstm_back(p, cache, d)
        return tuple(part / max(len(d_X), 1) for part in grads), d_X, d_state

    return _l_long(backward=backward)


# ---------------------------------------------------------------- both_ways


def _l_ways(run, one, other, X, lengths, back=True, clean=True, alone=True, last=None, flip=True):
    X, lengths = np.asarray(X), np.asarray(lengths, int)
    X = X if X.dtype.kind == "f" else X.astype(float)
    N, T, _ = X.shape
    real = np.arange(T) < lengths[:, None]
    X = np.where(real[..., None], X, 0) if clean else X
    turned = np.arange(T) * np.ones((N, 1), int)
    turned = np.where(real, lengths[:, None] - 1 - turned, turned) if back else turned[:, ::-1]
    rows = np.arange(N)[:, None]
    ahead, behind = np.asarray(run(one, X)), np.asarray(run(other, X[rows, turned]))
    if flip:
        behind = behind[rows, turned]
    return np.where(real[..., None], np.concatenate([ahead, behind], axis=2), 0)


@program("both_ways")
def l_ways_index(run, one, other, X, lengths):
    return _l_ways(run, one, other, X, lengths)


@program("both_ways")
def l_ways_each_alone(run, one, other, X, lengths):
    X = np.asarray(X)
    X = X if X.dtype.kind == "f" else X.astype(float)
    N, T, D = X.shape
    widths = [np.asarray(run(p, np.zeros((1, 1, D), X.dtype))).shape[2] for p in (one, other)]
    out = np.zeros((N, T, sum(widths)), X.dtype)
    for n in range(N):
        k = int(lengths[n])
        if k:
            part = X[n : n + 1, :k]
            out[n, :k, : widths[0]] = run(one, part)[0]
            out[n, :k, widths[0] :] = run(other, part[:, ::-1].copy())[0][::-1]
    return out


@program("both_ways")
def l_ways_by_length(run, one, other, X, lengths):
    X, lengths = np.asarray(X), np.asarray(lengths)
    X = X if X.dtype.kind == "f" else X.astype(float)
    D = X.shape[2]
    width = sum(np.asarray(run(p, np.zeros((1, 1, D), X.dtype))).shape[2] for p in (one, other))
    out = np.zeros((*X.shape[:2], width), X.dtype)
    for k in np.unique(lengths):
        if k:
            rows = np.flatnonzero(lengths == k)
            part = X[rows, :k]
            out[rows, :k] = np.concatenate([run(one, part), np.flip(run(other, np.flip(part, 1)), 1)], axis=2)
    return out


@program("both_ways", breaks="from the last real step: here from the end of the row, padding first")
def l_ways_padding_first(run, one, other, X, lengths):
    return _l_ways(run, one, other, X, lengths, back=False)


@program("both_ways", breaks="this one: here what `other` knows is left in its own order")
def l_ways_not_turned_back(run, one, other, X, lengths):
    return _l_ways(run, one, other, X, lengths, flip=False)


@program("both_ways", breaks="padding may be nan: here it is read, where the net carries it")
def l_ways_nan_in_padding(run, one, other, X, lengths):
    X, lengths = np.asarray(X), np.asarray(lengths, int)
    _N, T, _ = X.shape
    real = np.arange(T) < lengths[:, None]
    behind = run(other, X[:, ::-1])[:, ::-1]
    return np.concatenate([run(one, X), behind], axis=2) * real[..., None]


@program("both_ways", breaks="the result is 0 at padding")
def l_ways_padding_not_nought(run, one, other, X, lengths):
    X, lengths = np.asarray(X), np.asarray(lengths, int)
    N, T, _ = X.shape
    real = np.arange(T) < lengths[:, None]
    X = np.where(real[..., None], X, 0)
    turned = np.where(real, lengths[:, None] - 1 - np.arange(T), np.arange(T))
    rows = np.arange(N)[:, None]
    return np.concatenate([run(one, X), run(other, X[rows, turned])[rows, turned]], axis=2)


@program("both_ways", breaks="`other` reads this step too: here only those after it")
def l_ways_other_without_this_step(run, one, other, X, lengths):
    whole = _l_ways(run, one, other, X, lengths)
    width = np.asarray(run(one, np.asarray(X)[:1])).shape[2]
    whole[:, :-1, width:] = whole[:, 1:, width:].copy()
    whole[:, -1:, width:] = 0
    return whole


@program("both_ways", breaks="two nets: here `one` reads both ways")
def l_ways_one_net(run, one, other, X, lengths):
    return _l_ways(run, one, one, X, lengths)


@program("both_ways", breaks="first what `one` knows: here `other` stands first")
def l_ways_other_first(run, one, other, X, lengths):
    whole = _l_ways(run, one, other, X, lengths)
    width = np.asarray(run(one, np.zeros((1, 1, np.shape(X)[2])))).shape[2]
    return np.concatenate([whole[..., width:], whole[..., :width]], axis=2)


@program("both_ways", breaks="side by side: here the two are added where they fit")
def l_ways_added(run, one, other, X, lengths):
    whole = _l_ways(run, one, other, X, lengths)
    half = whole.shape[2] // 2
    return whole[..., :half] + whole[..., half : 2 * half]


@program("both_ways", breaks="each sequence has its own length: here that of the longest")
def l_ways_longest_for_all(run, one, other, X, lengths):
    lengths = np.asarray(lengths)
    return _l_ways(run, one, other, np.nan_to_num(X), np.full(len(lengths), lengths.max(initial=0)))


@program("both_ways", breaks="each sequence has its own length: here that of the first")
def l_ways_first_length_for_all(run, one, other, X, lengths):
    return _l_ways(run, one, other, np.nan_to_num(X), np.full(len(lengths), lengths[0] if len(lengths) else 0))


@program("both_ways", breaks="0 to T steps are real: here at least one")
def l_ways_at_least_one(run, one, other, X, lengths):
    return _l_ways(run, one, other, np.nan_to_num(X), np.maximum(lengths, 1))


@program("both_ways", breaks="H and H' may differ: here the second is as wide as the first")
def l_ways_same_width(run, one, other, X, lengths):
    whole = _l_ways(run, one, other, X, lengths)
    width = np.asarray(run(one, np.zeros((1, 1, np.shape(X)[2])))).shape[2]
    out = np.zeros((*whole.shape[:2], 2 * width), whole.dtype)
    out[..., : min(2 * width, whole.shape[2])] = whole[..., : 2 * width]
    return out


@program("both_ways", breaks="(N, T, H + H'): here cut to the longest sequence")
def l_ways_cut_to_the_longest(run, one, other, X, lengths):
    return _l_ways(run, one, other, X, lengths)[:, : int(np.max(lengths, initial=0))]


@program("both_ways", breaks="what is given stays as it was: here padding is wiped in X")
def l_ways_wipes_X(run, one, other, X, lengths):
    made = _l_ways(run, one, other, X, lengths)
    X[~(np.arange(X.shape[1]) < np.asarray(lengths)[:, None])] = 0
    return made


# ---------------------------------------------------------------- writing


def _l_loss(logits, targets, mask, mean="steps", scale=True, padded=False, safe=True, kinds=None):
    logits = np.asarray(logits)
    logits = logits if logits.dtype.kind == "f" else logits.astype(float)
    mask = np.asarray(mask, bool)
    N, T, _K = logits.shape
    d, total = np.zeros_like(logits), mask.sum()
    if not total:
        return 0.0, d
    rows, steps = np.nonzero(mask)
    z = logits[rows, steps]
    if safe:
        z = z - z.max(axis=1, keepdims=True)
    fit = np.exp(z)
    p = fit / fit.sum(axis=1, keepdims=True)
    goal = np.asarray(targets)[rows, steps].astype(int)
    log_p = (z - np.log(fit.sum(axis=1, keepdims=True)))[np.arange(len(goal)), goal]
    if mean == "steps":
        weight = np.full(len(goal), 1 / total)
    elif mean == "sequences":
        weight = 1 / mask.sum(axis=1)[rows] / np.count_nonzero(mask.any(axis=1))
    elif mean == "sum":
        weight = np.ones(len(goal))
    elif mean == "batch":
        weight = np.full(len(goal), 1 / N)
    else:
        weight = np.full(len(goal), 1 / (N * T))
    p[np.arange(len(goal)), goal] -= 1
    d[rows, steps] = p * weight[:, None] if scale else p
    return float(-(log_p * weight).sum()), d


def _l_draw(logits, temperature, rng):
    logits = np.asarray(logits, float)
    if temperature == 0:
        return logits.argmax(axis=1)
    with np.errstate(over="ignore", invalid="ignore"):
        z = logits - logits.max(axis=1, keepdims=True)
        z = np.where(z == 0, 0.0, z / temperature)
    return (z + rng.gumbel(size=z.shape)).argmax(axis=1)


def _l_write(step, state, symbols, temperature, rng, end, longest, draw=_l_draw, stops=True, hears=True, moves=True, fills=True):
    symbols = np.asarray(symbols, int)
    out, over = np.full((len(symbols), longest), end), np.zeros(len(symbols), bool)
    for t in range(longest):
        if stops and over.all():
            break
        logits, after = step(state, symbols)
        state = after if moves else state
        drawn = draw(logits, temperature, rng)
        if fills:
            drawn = np.where(over, end, drawn)
        out[:, t] = drawn
        over |= drawn == end
        symbols = drawn if hears else symbols
    return out


def _l_writer(loss=_l_loss, write=_l_write):
    return {
        "sequence_loss": lambda logits, targets, mask: loss(logits, targets, mask),
        "write": lambda step, state, symbols, temperature, rng, end, longest: write(
            step, state, symbols, temperature, rng, end, longest
        ),
    }


def _l_losing(**how):
    return _l_writer(loss=lambda logits, targets, mask: _l_loss(logits, targets, mask, **how))


def _l_writing(**how):
    return _l_writer(write=lambda *given: _l_write(*given, **how))


@program("writing", several=True)
def l_write_gumbel():
    return _l_writer()


@program("writing", several=True)
def l_write_cumulated():
    def draw(logits, temperature, rng):
        logits = np.asarray(logits, float)
        if temperature == 0:
            return logits.argmax(axis=1)
        with np.errstate(over="ignore", divide="ignore"):
            z = (logits - logits.max(axis=1, keepdims=True)) / temperature
        edges = np.exp(z).cumsum(axis=1)
        return (rng.random((len(z), 1)) * edges[:, -1:] >= edges).sum(axis=1).clip(max=z.shape[1] - 1)

    return _l_writing(draw=draw)


@program("writing", several=True)
def l_write_choice():
    def loss(logits, targets, mask):
        logits, mask = np.asarray(logits), np.asarray(mask, bool)
        logits = np.where(mask[..., None], logits if logits.dtype.kind == "f" else logits.astype(float), 0)
        goal = np.where(mask, targets, 0).astype(int)
        z = logits - logits.max(axis=2, keepdims=True)
        log_p = z - np.log(np.exp(z).sum(axis=2, keepdims=True))
        many = max(int(mask.sum()), 1)
        value = -float((np.take_along_axis(log_p, goal[..., None], 2)[..., 0] * mask).sum()) / many
        one_hot = np.arange(logits.shape[2]) == goal[..., None]
        return value, ((np.exp(log_p) - one_hot) * (mask / many)[..., None]).astype(logits.dtype)

    def draw(logits, temperature, rng):
        drawn = []
        for row in np.asarray(logits, float):
            if temperature == 0:
                drawn.append(int(np.argmax(row)))
            else:
                p = np.exp((row - row.max()) / temperature)
                drawn.append(int(rng.choice(len(row), p=p / p.sum())))
        return np.array(drawn, int)

    return _l_writer(loss, lambda *given: _l_write(*given, draw=draw))


@program("writing", breaks="the mean over all real steps: here over all steps", several=True)
def l_write_mean_over_padding():
    return _l_losing(mean="all")


@program("writing", breaks="every real step weighs the same: here every sequence", several=True)
def l_write_mean_of_sequences():
    return _l_losing(mean="sequences")


@program("writing", breaks="the mean: here the sum", several=True)
def l_write_sum():
    return _l_losing(mean="sum")


@program("writing", breaks="the mean over steps: here over sequences in the batch", several=True)
def l_write_mean_over_batch():
    return _l_losing(mean="batch")


@program("writing", breaks="the gradient belongs to the mean: here it is not divided", several=True)
def l_write_gradient_of_the_sum():
    return _l_losing(scale=False)


@program("writing", breaks="large logits are no trouble: here exp overflows", several=True)
def l_write_overflows():
    return _l_losing(safe=False)


@program("writing", breaks="logits at padding may be nan: here they come into the gradient or the loss", several=True)
def l_write_nan_at_padding():
    def loss(logits, targets, mask):
        every, _ = np.ones(np.shape(mask), bool), None
        many = max(int(np.sum(mask)), 1)
        z = np.asarray(logits) - np.max(logits, axis=2, keepdims=True)
        p = np.exp(z) / np.exp(z).sum(axis=2, keepdims=True)
        goal = np.where(mask, targets, 0).astype(int)[..., None]
        value = -(np.log(np.take_along_axis(p, goal, 2)[..., 0]) * mask).sum() / many
        d = (p - (np.arange(p.shape[2]) == goal)) * np.asarray(mask)[..., None] * every[..., None] / many
        return float(value), d

    return _l_writer(loss)


@program("writing", breaks="without any real step the loss is 0: here nan", several=True)
def l_write_nan_without_steps():
    def loss(logits, targets, mask):
        value, d = _l_loss(logits, targets, mask)
        return (value if np.any(mask) else float("nan")), d

    return _l_writer(loss)


@program("writing", breaks="the loss is in nats: here in bits", several=True)
def l_write_bits():
    def loss(logits, targets, mask):
        value, d = _l_loss(logits, targets, mask)
        return value / np.log(2), d / d.dtype.type(np.log(2))

    return _l_writer(loss)


@program("writing", breaks="drawn by its chance: here always the likeliest", several=True)
def l_write_likeliest():
    return _l_writing(draw=lambda logits, temperature, rng: np.asarray(logits).argmax(axis=1))


@program("writing", breaks="at this temperature: here at 1, but for 0", several=True)
def l_write_temperature_one():
    return _l_writing(draw=lambda logits, temperature, rng: _l_draw(logits, 1.0 if temperature else 0, rng))


@program("writing", breaks="logits are divided by the temperature: here multiplied", several=True)
def l_write_times_temperature():
    return _l_writing(draw=lambda logits, temperature, rng: _l_draw(logits, 1 / temperature if temperature else 0, rng))


@program("writing", breaks="logits are divided: here the chances", several=True)
def l_write_chances_divided():
    def draw(logits, temperature, rng):
        if temperature == 0:
            return np.asarray(logits).argmax(axis=1)
        z = np.exp(logits - np.max(logits, axis=1, keepdims=True))
        return _l_draw(z / z.sum(axis=1, keepdims=True), temperature, rng)

    return _l_writing(draw=draw)


@program("writing", breaks="at temperature 0 it is the likeliest: here a division by 0", several=True)
def l_write_divides_by_nought():
    def draw(logits, temperature, rng):
        z = np.asarray(logits, float) / np.float64(temperature)
        z = z - z.max(axis=1, keepdims=True)
        p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        return np.array([rng.choice(len(row), p=row) for row in p], int)

    return _l_writing(draw=draw)


@program("writing", breaks="the next step hears what was drawn: here the first symbol again", several=True)
def l_write_deaf():
    return _l_writing(hears=False)


@program("writing", breaks="and the state of the step before: here the first state", several=True)
def l_write_state_stands_still():
    return _l_writing(moves=False)


@program("writing", breaks="after `end` only `end`: here it goes on writing", several=True)
def l_write_goes_on_after_the_end():
    return _l_writing(fills=False)


@program("writing", breaks="once all have ended step is not called: here to the end", several=True)
def l_write_always_calls():
    return _l_writing(stops=False)


@program("writing", breaks="each sequence draws for itself: here one number for all", several=True)
def l_write_one_chance_for_all():
    def draw(logits, temperature, rng):
        if temperature == 0:
            return np.asarray(logits).argmax(axis=1)
        z = (logits - np.max(logits, axis=1, keepdims=True)) / temperature
        edges = np.exp(z).cumsum(axis=1)
        return (rng.random() * edges[:, -1:] >= edges).sum(axis=1)

    return _l_writing(draw=draw)


@program("writing", breaks="without `symbols`: here the first column is what was handed in", several=True)
def l_write_symbols_first():
    def write(step, state, symbols, temperature, rng, end, longest):
        made = _l_write(step, state, symbols, temperature, rng, end, longest)
        return np.concatenate([np.asarray(symbols)[:, None], made], axis=1)[:, :longest]

    return _l_writer(write=write)


@program("writing", breaks="chance comes from rng: here from numpy's own", several=True)
def l_write_own_chance():
    return _l_writing(draw=lambda logits, temperature, rng: _l_draw(logits, temperature, np.random.default_rng()))


@program("writing", breaks="(N, longest): here as long as the longest that was written", several=True)
def l_write_cut():
    def write(step, state, symbols, temperature, rng, end, longest):
        made = _l_write(step, state, symbols, temperature, rng, end, longest)
        used = np.flatnonzero((made != end).any(axis=0))
        return made[:, : (used[-1] + 2 if len(used) else 1)]

    return _l_writer(write=write)
