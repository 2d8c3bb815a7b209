"""Visible cases of week 14: they travel with the release."""

import functools

import numpy as np

from autograder import datasets
from autograder.cases import case, draws, exercise, expect, studio

exercise("back_off")
exercise("rnn", names=("rnn_forward", "rnn_backward"))
exercise("lstm", names=("lstm_forward", "lstm_backward"))
exercise("both_ways")
exercise("writing", names=("sequence_loss", "write"))
exercise("towns", names=("train", "predict"), kind="studio", seconds=60)


# ------------------------------------------------------------------------------------------- back_off
def followed(sequences, context, kinds):
    """How often each symbol stands right after the context, inside one sequence."""
    k = len(context)
    pieces = [tuple(s[t : t + k + 1]) for s in (list(map(int, q)) for q in sequences) for t in range(len(s) - k)]
    return np.array([pieces.count((*context, symbol)) for symbol in range(kinds)], float)


def leaning(sequences, history, order, weight, kinds):
    """The chances by the definition: a longer context leans on the one that is a symbol shorter."""
    used = tuple(map(int, history))[max(len(history) - order, 0) :]
    chances = np.full(kinds, 1 / kinds)
    for start in range(len(used), -1, -1):
        counts = followed(sequences, used[start:], kinds)
        chances = (weight * chances + counts) / (weight + counts.sum())
    return chances


def chances_of(back_off, *call):
    """Her chances as a plain array of the right shape."""
    return expect.array(back_off(*call), shape=(call[4],), finite=True, what="`back_off`")


def corpus(rng, kinds, count=6, longest=7):
    """Sequences in which some symbols follow others more often."""
    liked = rng.integers(kinds, size=kinds)
    made = []
    for _ in range(count):
        row = [int(rng.integers(kinds))]
        while len(row) < rng.integers(2, longest + 1):
            row.append(int(liked[row[-1]] if rng.random() < 0.6 else rng.integers(kinds)))
        made.append(row)
    return made


TEXTS = {
    "kinds": draws.integers(2, 4),
    "order": draws.integers(0, 3),
    "weight": draws.sampled([0.1, 1.0, 4.0]),
    "heard": draws.integers(0, 5),
    "seed": draws.seeds(),
}


@case("back_off", "every context leans on the one that is a symbol shorter, down to `from_nothing`", weight=3, draws=TEXTS)
def leans(back_off, kinds, order, weight, heard, seed):
    rng = np.random.default_rng(seed)
    sequences = corpus(rng, kinds)
    history = [*rng.integers(kinds, size=heard).tolist(), *sequences[seed % len(sequences)]][-heard - 1 :][:-1] if heard else []
    expect.close(
        chances_of(back_off, sequences, history, order, weight, kinds),
        leaning(sequences, history, order, weight, kinds),
        what=f"back_off({sequences}, {history}, {order}, {weight}, {kinds}): the chances",
    )


@case("back_off", "the statement's example")
def small_corpus(back_off):
    sequences = [[0, 1], [0, 1], [0, 2]]
    want = np.array([10 / 84, 49 / 84, 25 / 84])
    expect.close(chances_of(back_off, sequences, [0], 1, 1.0, 3), want, what="the chances after [0]", reveal=True)


@case("back_off", "with order 0, or without a history, it is `from_nothing`", draws={**TEXTS, "order": draws.sampled([0, 2])})
def nothing_known(back_off, kinds, order, weight, heard, seed):
    rng = np.random.default_rng(seed)
    sequences, history = corpus(rng, kinds), rng.integers(kinds, size=heard if order == 0 else 0).tolist()
    counts = followed(sequences, (), kinds)
    expect.close(
        chances_of(back_off, sequences, history, order, weight, kinds),
        (counts + weight / kinds) / (counts.sum() + weight),
        what=f"order {order}, history {history}: the chances",
    )


@case("back_off", "a context that was never seen changes nothing, and a history is used as far back as `order`", side=True)
def never_seen(back_off):
    sequences = [[0, 1, 2, 0, 1], [1, 2, 2], [2, 0]]
    short = chances_of(back_off, sequences, [1], 1, 2.0, 4)
    expect.same(chances_of(back_off, sequences, [3, 1], 2, 2.0, 4), short, "after [3, 1], which never came, not as after [1]")
    expect.same(chances_of(back_off, sequences, [0, 1, 2, 1], 1, 2.0, 4), short, "order 1 after [0, 1, 2, 1]: not as after [1]")
    expect.same(chances_of(back_off, sequences, [0, 1], 1, 2.0, 4), short, "order 1 after [0, 1]: not as after [1]")
    expect.same(chances_of(back_off, sequences, [1], 9, 2.0, 4), short, "order 9 after [1]: not as with order 1")
    got = chances_of(back_off, sequences, [2], 1, 2.0, 4)
    expect.that(abs(got.sum() - 1) < 1e-9, f"the chances after [2] sum to {got.sum():.6g}")


@case("back_off", "no piece reaches from one sequence into the next", side=True)
def borders(back_off):
    got = chances_of(back_off, [[0], [1], [0], [1], [2]], [0], 1, 1.0, 3)
    expect.close(
        got, leaning([[0], [1], [0], [1], [2]], [0], 1, 1.0, 3), what="sequences of one symbol each: the chances after [0]"
    )


@case("back_off", "sequences may be arrays, empty, or none, and stay as they were", side=True)
def any_corpus(back_off):
    rng = np.random.default_rng(1)
    arrays = [np.array(s) for s in corpus(rng, 3)] + [np.zeros(0, int)]
    history = np.array([2, 0])
    got = expect.pure(lambda s, h: back_off(s, h, 2, 1.0, 3), arrays, history, names=("sequences", "history"))
    expect.close(got, leaning(arrays, history, 2, 1.0, 3), what="with arrays: the chances")
    lists = [s.tolist() for s in arrays]
    expect.pure(lambda s, h: back_off(s, h, 2, 1.0, 3), lists, [0, 2, 1], names=("sequences", "history"))
    expect.close(chances_of(back_off, [], [1], 1, 1.0, 3), np.full(3, 1 / 3), what="without any sequence: the chances")
    expect.close(
        chances_of(back_off, [[1, 0, 1]], [1], 1, 2, 2), leaning([[1, 0, 1]], [1], 1, 2, 2), what="weight 2: the chances"
    )


# ------------------------------------------------------------------------------------------- rnn
def some_rnn(inputs, units, rng, scale=0.8):
    """Parameters (W_x, W_h, b) of a small recurrent layer."""
    shapes = (inputs, units), (units, units), (units,)
    return tuple(scale * rng.normal(size=shape) for shape in shapes)


def rnn_states(parameters, X, state):
    """All states, by the definition, step by step."""
    W_x, W_h, b = (np.asarray(p, float) for p in parameters)
    now, made = np.asarray(state, float), []
    for x in np.moveaxis(np.asarray(X, float), 1, 0):
        now = np.tanh(np.einsum("nd,dh->nh", x, W_x) + np.einsum("ng,gh->nh", now, W_h) + b)
        made.append(now)
    return np.stack(made, axis=1) if made else np.zeros((len(X), 0, len(b)))


def pair_of(forward, *call):
    """What her forward returns: two things."""
    got = forward(*call)
    try:
        states, cache = got
    except (TypeError, ValueError):
        expect.that(False, "the forward pass should return two things, the states and a cache")
    return states, cache


def three_of(backward, *call):
    """What her backward returns: three things."""
    got = backward(*call)
    try:
        d_parameters, d_X, d_state = got
    except (TypeError, ValueError):
        expect.that(False, "the backward pass should return three things: d_parameters, d_X and d_state")
    return d_parameters, d_X, d_state


SEQUENCES = {
    "count": draws.integers(1, 3),
    "steps": draws.integers(1, 4),
    "inputs": draws.integers(1, 3),
    "units": draws.integers(1, 3),
    "seed": draws.seeds(),
}


def drawn_rnn(count, steps, inputs, units, seed):
    """Parameters, sequences, a first state, a direct gradient for each state, and the generator they came from."""
    rng = np.random.default_rng(seed)
    parameters, X = some_rnn(inputs, units, rng), rng.normal(size=(count, steps, inputs))
    return parameters, X, rng.uniform(-0.9, 0.9, size=(count, units)), rng.normal(size=(count, steps, units)), rng


def told(count, steps, inputs, units):
    """A few words for a message."""
    return f"{count} sequences, {steps} steps, {inputs} inputs, {units} units"


@case("rnn", "every sequence goes as `rnn_step` says", weight=2, draws=SEQUENCES)
def rnn_goes(rnn_forward, count, steps, inputs, units, seed):
    parameters, X, state, _, _ = drawn_rnn(count, steps, inputs, units, seed)
    for start, words in ((None, "no state handed in"), (state, "a state handed in")):
        states, _ = pair_of(rnn_forward, parameters, X, *(() if start is None else (start,)))
        got = expect.array(states, shape=(count, steps, units), finite=True, what="`rnn_forward`")
        want = rnn_states(parameters, X, np.zeros_like(state) if start is None else start)
        expect.close(got, want, what=f"{told(count, steps, inputs, units)}, {words}: the states")


@case("rnn", "the statement's example")
def rnn_example(rnn_forward, rnn_backward):
    parameters = np.ones((1, 1)), np.full((1, 1), 0.5), np.zeros(1)
    states, cache = pair_of(rnn_forward, parameters, np.array([[[1.0], [0.0]]]))
    first, second = np.tanh(1.0), np.tanh(np.tanh(1.0) / 2)
    expect.close(states, np.array([[[first], [second]]]), what="the two states", reveal=True)
    _, d_X, _ = three_of(rnn_backward, parameters, cache, np.array([[[0.0], [1.0]]]))
    slope = 1 - second**2
    expect.close(d_X, np.array([[[slope * 0.5 * (1 - first**2)], [slope]]]), what="the gradients for the inputs", reveal=True)


NAMES = ("W_x", "W_h", "b")


def named(parameters, X, state):
    """Parameters, sequences and first state as one nest, by their names."""
    return {**dict(zip(NAMES, parameters, strict=True)), "X": X, "state": state}


def slopes_of(states_by, parameters, X, state, d_states, claims, rng, what):
    """What she claims agrees with the slopes of the definition."""

    def value(nest):
        return np.sum(states_by([nest[name] for name in NAMES], nest["X"], nest["state"]) * d_states)

    expect.gradient(value, named(parameters, X, state), claims, rng, what=f"{what}: the gradient")


def slopes_hold(forward, backward, states_by, parameters, X, state, d_states, rng, what, handed=True):
    """All gradients of her pair agree with the slopes of the definition."""
    _, cache = pair_of(forward, parameters, X, *((state,) if handed else ()))
    d_parameters, d_X, d_state = three_of(backward, parameters, cache, d_states)
    claims = named(expect.nest(d_parameters, parameters, what="`d_parameters`"), d_X, d_state)
    slopes_of(states_by, parameters, X, state if handed else np.zeros_like(state), d_states, claims, rng, what)


@case("rnn", "all gradients are right", weight=3, draws=SEQUENCES, fresh=50)
def rnn_slopes(rnn_forward, rnn_backward, count, steps, inputs, units, seed):
    parameters, X, state, d_states, rng = drawn_rnn(count, steps, inputs, units, seed)
    what = f"{told(count, steps, inputs, units)}, a state handed in"
    slopes_hold(rnn_forward, rnn_backward, rnn_states, parameters, X, state, d_states, rng, what)


@case("rnn", "all gradients are right through twelve steps, without a state handed in", draws={"seed": draws.seeds()}, fresh=50)
def rnn_long(rnn_forward, rnn_backward, seed):
    parameters, X, state, d_states, rng = drawn_rnn(2, 12, 2, 3, seed)
    if seed % 2:
        d_states[:, :-1] = 0  # a reader at the end alone
    what = "2 sequences, 12 steps, no state handed in"
    slopes_hold(rnn_forward, rnn_backward, rnn_states, parameters, X, state, d_states, rng, what, handed=False)


def chunks_forward(forward, states_by, parameters, X, state, cut):
    """Two chunks give the states of the whole."""
    whole = states_by(parameters, X, state)
    first = np.asarray(pair_of(forward, parameters, X[:, :cut], state)[0])
    second = np.asarray(pair_of(forward, parameters, X[:, cut:], first[:, -1])[0])
    for part, want, words in ((first, whole[:, :cut], "first"), (second, whole[:, cut:], "second")):
        expect.that(part.shape == want.shape, f"the {words} chunk of {want.shape[1]} steps has states of shape {part.shape}")
        expect.same(part, want, f"{X.shape[1]} steps in chunks of {cut} and {X.shape[1] - cut}: the {words} chunk differs")


def chunks_backward(forward, backward, states_by, parameters, X, state, d_states, rng, cut):
    """Two chunks, with the gradient handed on, give the gradients of the whole."""
    first, first_cache = pair_of(forward, parameters, X[:, :cut], state)
    _, second_cache = pair_of(forward, parameters, X[:, cut:], np.asarray(first)[:, -1])
    d_second, d_X_second, handed_on = three_of(backward, parameters, second_cache, d_states[:, cut:])
    earlier = d_states[:, :cut].copy()
    earlier[:, -1] += expect.array(handed_on, shape=earlier[:, -1].shape, what="`d_state`")
    d_first, d_X_first, d_state = three_of(backward, parameters, first_cache, earlier)
    both = [
        expect.nest(d_parameters, parameters, what=f"`d_parameters` of the {words} chunk")
        for d_parameters, words in ((d_first, "first"), (d_second, "second"))
    ]
    total = [one + other for one, other in zip(*both, strict=True)]
    parts = [
        expect.array(part, shape=part_X.shape, what="`d_X`")
        for part, part_X in ((d_X_first, X[:, :cut]), (d_X_second, X[:, cut:]))
    ]
    what = f"{X.shape[1]} steps in chunks of {cut} and {X.shape[1] - cut}, d_state handed on"
    slopes_of(states_by, parameters, X, state, d_states, named(total, np.concatenate(parts, axis=1), d_state), rng, what)


LONGER = {**SEQUENCES, "steps": draws.integers(2, 6)}


@case("rnn", "in chunks the states are those of the whole", draws=LONGER)
def rnn_chunks(rnn_forward, count, steps, inputs, units, seed):
    parameters, X, state, _, _ = drawn_rnn(count, steps, inputs, units, seed)
    chunks_forward(rnn_forward, rnn_states, parameters, X, state, 1 + seed % (steps - 1))


@case("rnn", "in chunks, with `d_state` handed on, the gradients are those of the whole", weight=2, draws=LONGER, fresh=50)
def rnn_chunks_back(rnn_forward, rnn_backward, count, steps, inputs, units, seed):
    parameters, X, state, d_states, rng = drawn_rnn(count, steps, inputs, units, seed)
    chunks_backward(rnn_forward, rnn_backward, rnn_states, parameters, X, state, d_states, rng, 1 + seed % (steps - 1))


@case("rnn", "full units and large inputs give finite gradients", side=True)
def rnn_full(rnn_forward, rnn_backward):
    parameters, X, state, d_states, _ = drawn_rnn(2, 5, 2, 3, 4)
    states, cache = pair_of(rnn_forward, parameters, 1000 * X, state)
    expect.that(np.all(np.abs(np.asarray(states)) <= 1), "states lie outside −1 to 1")
    d_parameters, d_X, d_state = three_of(rnn_backward, parameters, cache, d_states)
    expect.nest(d_parameters, parameters, what="`d_parameters` for inputs of 1,000")
    expect.array(d_X, shape=X.shape, finite=True, what="`d_X` for inputs of 1,000")
    expect.array(d_state, shape=state.shape, finite=True, what="`d_state` for inputs of 1,000")


def house_rules(forward, backward, names, states_by, drawn, arrays):
    """float32 stays, inputs stay as they were, whole numbers are taken, nothing is remembered, and nothing at all is possible."""
    parameters, X, state, d_states, _ = drawn
    before, after = names

    def whole_way(one, two, three, X, state, d_states):
        _, cache = pair_of(forward, (one, two, three), X, state)
        return three_of(backward, (one, two, three), cache, d_states)

    expect.pure(whole_way, *parameters, X, state, d_states, names=("W_x", "W_h", "b", "X", "state", "d_states"))
    small = [np.asarray(a, np.float32) for a in (*parameters, X, state, d_states)]
    for start in (small[4], None):
        states, cache = pair_of(forward, tuple(small[:3]), small[3], *(() if start is None else (start,)))
        expect.dtype(states, np.float32, what=f"`{before}`")
        d_parameters, d_X, d_state = three_of(backward, tuple(small[:3]), cache, small[5])
        for part, what in (*zip(d_parameters, ("W_x", "W_h", "b"), strict=True), (d_X, "X"), (d_state, "state")):
            expect.dtype(part, np.float32, what=f"`{after}`, for {what},")
    whole = np.round(2 * X).astype(int)
    states, cache = pair_of(forward, parameters, whole, state)
    expect.close(states, states_by(parameters, whole, state), what="whole numbers as inputs: the states")
    again = three_of(backward, parameters, cache, d_states)[1]
    exact = three_of(backward, parameters, pair_of(forward, parameters, whole.astype(float), state)[1], d_states)[1]
    expect.same(again, exact, "whole numbers as inputs: other gradients than for the same floats")


def nothing_there(forward, backward, names, parameters, state_shape, inputs):
    """No sequence and no step are possible."""
    for count, steps in ((0, 3), (2, 0)):
        X, states_shape = np.zeros((count, steps, inputs)), (count, steps, *state_shape)
        states, cache = pair_of(forward, parameters, X)
        expect.array(states, shape=states_shape, what=f"`{names[0]}`, {count} sequences of {steps} steps,")
        d_parameters, d_X, d_state = three_of(backward, parameters, cache, np.zeros(states_shape))
        expect.nest(d_parameters, parameters, what=f"`{names[1]}`, {count} sequences of {steps} steps,")
        expect.array(d_X, shape=X.shape, what="`d_X`")
        got = expect.array(d_state, shape=(count, *state_shape), what="`d_state`")
        expect.that(not np.any(got), f"{count} sequences of {steps} steps: d_state is not 0, though nothing depends on the state")


def own_affair(forward, backward, drawn):
    """Two forward passes, then the way back of the first: the caches are not mixed up, and one serves twice."""
    parameters, X, state, d_states, _ = drawn
    _, cache = pair_of(forward, parameters, X, state)
    once = three_of(backward, parameters, cache, d_states)
    forward(parameters, -2 * X, -state)
    again = three_of(backward, parameters, cache, d_states)
    for one, other, words in zip((*once[0], *once[1:]), (*again[0], *again[1:]), ("W_x", "W_h", "b", "X", "state"), strict=True):
        expect.same(one, other, f"after another forward pass the same way back gives another gradient for {words}")


def unmixed(forward, drawn):
    """What else is in the batch does not matter."""
    parameters, X, state, _, _ = drawn
    alone = pair_of(forward, parameters, X[:1], state[:1])[0]
    crowd = pair_of(forward, parameters, np.concatenate([X[:1], 50 * X]), np.concatenate([state[:1], -state]))[0]
    expect.same(np.asarray(crowd)[:1], alone, "a sequence has other states alone than in a batch", rtol=1e-9)


@case("rnn", "float32 stays float32, whole numbers are inputs too, and all stays as it was", side=True)
def rnn_house(rnn_forward, rnn_backward):
    house_rules(rnn_forward, rnn_backward, ("rnn_forward", "rnn_backward"), rnn_states, drawn_rnn(2, 3, 2, 3, 5), ())


@case("rnn", "no sequence and no step are possible", side=True)
def rnn_nothing(rnn_forward, rnn_backward):
    nothing_there(rnn_forward, rnn_backward, ("rnn_forward", "rnn_backward"), some_rnn(2, 3, np.random.default_rng(6)), (3,), 2)


@case("rnn", "each cache belongs to its own call, and each sequence to itself", side=True)
def rnn_alone(rnn_forward, rnn_backward):
    own_affair(rnn_forward, rnn_backward, drawn_rnn(2, 3, 2, 3, 7))
    unmixed(rnn_forward, drawn_rnn(2, 4, 2, 3, 8))


# ------------------------------------------------------------------------------------------- lstm
def some_lstm(inputs, units, rng, scale=0.8):
    """Parameters (W_x, W_h, b) of a small LSTM, all gates with biases of their own."""
    shapes = (inputs, 4, units), (units, 4, units), (4, units)
    return tuple(scale * rng.normal(size=shape) for shape in shapes)


def lstm_states(parameters, X, state):
    """Outputs and cells by the definition, gate by gate."""
    W_x, W_h, b = (np.asarray(p, float) for p in parameters)
    X, state = np.asarray(X, float), np.asarray(state, float)
    output, cell, made = state[:, 0], state[:, 1], []
    for t in range(X.shape[1]):
        four = [np.dot(X[:, t], W_x[:, gate]) + np.dot(output, W_h[:, gate]) + b[gate] for gate in range(4)]
        let_in, keep, let_out = (np.exp(-np.logaddexp(0, -score)) for score in four[:3])
        cell = keep * cell + let_in * np.tanh(four[3])
        output = let_out * np.tanh(cell)
        made.append(np.stack((output, cell), axis=1))
    return np.stack(made, axis=1) if made else np.zeros((len(X), 0, 2, b.shape[1]))


def drawn_lstm(count, steps, inputs, units, seed):
    """Parameters, sequences, a first state, a direct gradient for each output and cell, and the generator."""
    rng = np.random.default_rng(seed)
    parameters, X = some_lstm(inputs, units, rng), rng.normal(size=(count, steps, inputs))
    state = rng.uniform(-0.9, 0.9, size=(count, 2, units)) * np.array([1.0, 2.0])[:, None]
    return parameters, X, state, rng.normal(size=(count, steps, 2, units)), rng


@case("lstm", "every unit goes as `lstm_unit` says", weight=2, draws=SEQUENCES)
def lstm_goes(lstm_forward, count, steps, inputs, units, seed):
    parameters, X, state, _, _ = drawn_lstm(count, steps, inputs, units, seed)
    for start, words in ((None, "no state handed in"), (state, "a state handed in")):
        states, _ = pair_of(lstm_forward, parameters, X, *(() if start is None else (start,)))
        got = expect.array(states, shape=(count, steps, 2, units), finite=True, what="`lstm_forward`")
        want = lstm_states(parameters, X, np.zeros_like(state) if start is None else start)
        for part, what in enumerate(("outputs", "cells")):
            expect.close(got[:, :, part], want[:, :, part], what=f"{told(count, steps, inputs, units)}, {words}: the {what}")


@case("lstm", "the statement's example")
def lstm_example(lstm_forward):
    b = np.array([[0.0], [0.0], [0.0], [1.0]])
    states, _ = pair_of(lstm_forward, (np.zeros((1, 4, 1)), np.zeros((1, 4, 1)), b), np.ones((1, 2, 1)))
    cells = np.tanh(1.0) * np.array([0.5, 0.75])
    want = np.stack([0.5 * np.tanh(cells), cells], axis=1)[None, :, :, None]
    expect.close(states, want, what="outputs and cells", reveal=True)


@case("lstm", "forget gates wide open and input gates shut keep all cells", draws=SEQUENCES)
def keeps_cells(lstm_forward, count, steps, inputs, units, seed):
    (W_x, W_h, b), X, state, _, _ = drawn_lstm(count, steps, inputs, units, seed)
    b[0], b[1] = -60, 60
    states, _ = pair_of(lstm_forward, (W_x, W_h, b), X, state)
    got = expect.array(states, shape=(count, steps, 2, units), finite=True, what="`lstm_forward`")[:, :, 1]
    expect.close(
        got, np.repeat(state[:, 1][:, None], steps, axis=1), atol=1e-9, what="input biases −60, forget biases 60: the cells"
    )


@case("lstm", "all gradients are right, for outputs and for cells", weight=3, draws=SEQUENCES, fresh=50)
def lstm_slopes(lstm_forward, lstm_backward, count, steps, inputs, units, seed):
    parameters, X, state, d_states, rng = drawn_lstm(count, steps, inputs, units, seed)
    what = f"{told(count, steps, inputs, units)}, a state handed in"
    slopes_hold(lstm_forward, lstm_backward, lstm_states, parameters, X, state, d_states, rng, what)


@case("lstm", "all gradients are right where a loss reads the last outputs alone", draws={"seed": draws.seeds()}, fresh=50)
def lstm_last(lstm_forward, lstm_backward, seed):
    parameters, X, state, d_states, rng = drawn_lstm(2, 12, 2, 2, seed)
    d_states[:, :-1], d_states[:, -1, 1] = 0, 0
    what = "2 sequences, 12 steps, no state handed in, a reader of the last outputs"
    slopes_hold(lstm_forward, lstm_backward, lstm_states, parameters, X, state, d_states, rng, what, handed=False)


@case("lstm", "in chunks the states are those of the whole", draws=LONGER)
def lstm_chunks(lstm_forward, count, steps, inputs, units, seed):
    parameters, X, state, _, _ = drawn_lstm(count, steps, inputs, units, seed)
    chunks_forward(lstm_forward, lstm_states, parameters, X, state, 1 + seed % (steps - 1))


@case("lstm", "in chunks, with `d_state` handed on, the gradients are those of the whole", weight=2, draws=LONGER, fresh=50)
def lstm_chunks_back(lstm_forward, lstm_backward, count, steps, inputs, units, seed):
    parameters, X, state, d_states, rng = drawn_lstm(count, steps, inputs, units, seed)
    chunks_backward(lstm_forward, lstm_backward, lstm_states, parameters, X, state, d_states, rng, 1 + seed % (steps - 1))


@case("lstm", "very large scores bring no warning, and outputs stay between −1 and 1", side=True)
def lstm_large(lstm_forward, lstm_backward):
    parameters, X, state, d_states, _ = drawn_lstm(2, 6, 2, 3, 4)
    with np.errstate(all="raise", under="ignore"):
        try:
            states, cache = pair_of(lstm_forward, parameters, 3000 * X, state)
            d_parameters, d_X, d_state = three_of(lstm_backward, parameters, cache, d_states)
        except FloatingPointError as error:
            expect.that(False, f"inputs of 3,000: NumPy warned of an {error}")
    got = expect.array(states, shape=(2, 6, 2, 3), finite=True, what="`lstm_forward` for inputs of 3,000")
    expect.that(np.all(np.abs(got[:, :, 0]) <= 1), "inputs of 3,000: outputs lie outside −1 to 1")
    expect.nest(d_parameters, parameters, what="`d_parameters` for inputs of 3,000")
    expect.array(d_X, shape=X.shape, finite=True, what="`d_X` for inputs of 3,000")
    expect.array(d_state, shape=state.shape, finite=True, what="`d_state` for inputs of 3,000")


@case("lstm", "float32 stays float32, whole numbers are inputs too, and all stays as it was", side=True)
def lstm_house(lstm_forward, lstm_backward):
    house_rules(lstm_forward, lstm_backward, ("lstm_forward", "lstm_backward"), lstm_states, drawn_lstm(2, 3, 2, 3, 5), ())


@case("lstm", "no sequence and no step are possible", side=True)
def lstm_nothing(lstm_forward, lstm_backward):
    parameters = some_lstm(2, 3, np.random.default_rng(6))
    nothing_there(lstm_forward, lstm_backward, ("lstm_forward", "lstm_backward"), parameters, (2, 3), 2)


@case("lstm", "each cache belongs to its own call, and each sequence to itself", side=True)
def lstm_alone(lstm_forward, lstm_backward):
    own_affair(lstm_forward, lstm_backward, drawn_lstm(2, 3, 2, 3, 7))
    unmixed(lstm_forward, drawn_lstm(2, 4, 2, 3, 8))


# ------------------------------------------------------------------------------------------- both_ways
def running_sum(parameters, X):
    """A net without any weights: each state is the sum of all inputs so far."""
    return np.cumsum(X, axis=1)


def plain_net(parameters, X):
    """A recurrent net that a case hands over."""
    made = rnn_states(parameters, X, np.zeros((len(X), len(parameters[2]))))
    return made.astype(np.result_type(parameters[2].dtype, X.dtype)) if X.dtype.kind == "f" else made


def known_at(one, other, x, t):
    """What both nets know of step t of one sequence x (steps, D), and of nothing else."""
    past, future = x[None, : t + 1], x[None, t:][:, ::-1]
    return np.concatenate([plain_net(one, past)[0, -1], plain_net(other, future)[0, -1]])


def by_moments(one, other, X, lengths):
    """The result by its definition, moment by moment."""
    out = np.zeros((len(X), X.shape[1], len(one[2]) + len(other[2])))
    for n, length in enumerate(lengths):
        for t in range(length):
            out[n, t] = known_at(one, other, X[n, :length], t)
    return out


def ragged(count, steps, inputs, units, seed):
    """Two nets of different size, sequences, and lengths of which some are short."""
    rng = np.random.default_rng(seed)
    nets = some_rnn(inputs, units, rng), some_rnn(inputs, units + 1, rng)
    return *nets, rng.normal(size=(count, steps, inputs)), rng.integers(0, steps + 1, size=count)


def both_of(both_ways, one, other, X, lengths):
    """Her result as a plain array of the right shape."""
    shape = (*X.shape[:2], len(one[2]) + len(other[2]))
    return expect.array(both_ways(plain_net, one, other, X, lengths), shape=shape, finite=True, what="`both_ways`")


@case(
    "both_ways",
    "at each real step `one` has read up to it, and `other` back to it from the last real step",
    weight=3,
    draws=SEQUENCES,
)
def moments(both_ways, count, steps, inputs, units, seed):
    one, other, X, lengths = ragged(count, steps, inputs, units, seed)
    lengths[0] = steps - (seed % 2 if steps > 1 else 0)
    got = both_of(both_ways, one, other, X, lengths)
    expect.close(got, by_moments(one, other, X, lengths), what=f"lengths {lengths.tolist()} of {steps}: the result")


@case("both_ways", "reversed sequences and swapped nets give the reversed result, its parts swapped", draws=SEQUENCES)
def reversal(both_ways, count, steps, inputs, units, seed):
    one, other, X, _ = ragged(count, steps, inputs, units, seed)
    full = np.full(count, steps)
    forth, back = both_of(both_ways, one, other, X, full), both_of(both_ways, other, one, X[:, ::-1].copy(), full)
    wanted = by_moments(one, other, X, full)
    swapped = np.concatenate([back[:, ::-1, units + 1 :], back[:, ::-1, : units + 1]], axis=-1)
    for got, what in ((forth, "forwards"), (swapped, "reversed, swapped, and turned back")):
        expect.close(got, wanted, what=f"{told(count, steps, inputs, units)}, {what}: the result")


@case("both_ways", "the statement's example")
def sums_both_ways(both_ways):
    got = both_ways(running_sum, None, None, np.array([[[1.0], [2.0], [4.0], [9.0]]]), np.array([3]))
    want = np.array([[[1.0, 7.0], [3.0, 6.0], [7.0, 4.0], [0.0, 0.0]]])
    expect.close(got, want, what="running sums from both ends", reveal=True)


@case("both_ways", "padding may hold anything, and the result is 0 there", draws={"seed": draws.seeds()})
def any_padding(both_ways, seed):
    one, other, X, lengths = ragged(3, 5, 2, 2, seed)
    lengths[0] = 3
    wanted = by_moments(one, other, X, lengths)
    for filler in (np.nan, np.inf, 1e6):
        filled = np.where(np.arange(5)[:, None] < lengths[:, None, None], X, filler)
        with np.errstate(all="ignore"):
            got = both_of(both_ways, one, other, filled, lengths)
        expect.close(got, wanted, what=f"lengths {lengths.tolist()}, padding of {filler}: the result")


@case("both_ways", "each sequence has the result that it has alone", side=True)
def alone_or_not(both_ways):
    one, other, X, _ = ragged(4, 6, 2, 3, 3)
    lengths = np.array([6, 1, 0, 4])
    crowd = both_of(both_ways, one, other, X, lengths)
    for n, length in enumerate(lengths):
        if length:
            got = both_of(both_ways, one, other, X[n : n + 1, :length], lengths[n : n + 1])
            expect.same(crowd[n : n + 1, :length], got, f"sequence {n} with {length} steps: another result alone than in a batch")


@case("both_ways", "float32 stays float32, all stays as it was, and nothing at all is possible", side=True)
def both_house(both_ways):
    one, other, X, lengths = ragged(3, 4, 2, 2, 4)
    call = functools.partial(both_ways, plain_net)
    expect.pure(call, one, other, X, lengths, names=("one", "other", "X", "lengths"))
    small = [tuple(p.astype(np.float32) for p in net) for net in (one, other)]
    expect.dtype(both_ways(plain_net, *small, X.astype(np.float32), lengths), np.float32, what="`both_ways`")
    whole = np.round(2 * X).astype(int)
    expect.close(
        both_of(both_ways, one, other, whole, lengths), by_moments(one, other, whole, lengths), what="whole numbers: the result"
    )
    both_of(both_ways, one, other, X[:0], lengths[:0])
    both_of(both_ways, one, other, X[:, :0], np.zeros(3, int))
    both_of(both_ways, one, other, X, np.zeros(3, int))


# ------------------------------------------------------------------------------------------- writing
def loss_by_definition(logits, targets, mask):
    """The mean log-loss over the real steps, one by one."""
    losses = [np.logaddexp.reduce(logits[n, t]) - logits[n, t, targets[n, t]] for n, t in zip(*np.nonzero(mask), strict=True)]
    return float(np.mean(losses)) if losses else 0.0


def loss_of(sequence_loss, logits, targets, mask):
    """Her loss and gradient."""
    got = sequence_loss(logits, targets, mask)
    try:
        loss, d_logits = got
    except (TypeError, ValueError):
        expect.that(False, "`sequence_loss` should return two things, the loss and d_logits")
    return expect.number(loss, "`sequence_loss`"), expect.array(d_logits, shape=np.shape(logits), finite=True, what="`d_logits`")


BATCHES = {"count": draws.integers(1, 4), "steps": draws.integers(2, 5), "kinds": draws.integers(2, 4), "seed": draws.seeds()}


def batch_of(count, steps, kinds, seed):
    """Logits, targets, and a mask of sequences with different lengths, the first at least 1."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(0, steps + 1, size=count)
    lengths[0] = max(lengths[0], 1)
    mask = np.arange(steps) < lengths[:, None]
    return 2 * rng.normal(size=(count, steps, kinds)), rng.integers(kinds, size=(count, steps)), mask, rng


@case("writing", "the loss is the mean over all real steps of the batch", weight=2, draws=BATCHES)
def mean_of_real(sequence_loss, count, steps, kinds, seed):
    logits, targets, mask, _ = batch_of(count, steps, kinds, seed)
    got, _ = loss_of(sequence_loss, logits, targets, mask)
    want = loss_by_definition(logits, targets, mask)
    what = f"{count} sequences with {mask.sum(axis=1).tolist()} real steps"
    expect.that(abs(got - want) <= 1e-8 * max(want, 1), f"{what}: your loss is {got:.6g}, step by step it is {want:.6g}")


@case("writing", "`d_logits` is the gradient", weight=2, draws=BATCHES, fresh=50)
def loss_slopes(sequence_loss, count, steps, kinds, seed):
    logits, targets, mask, rng = batch_of(count, steps, kinds, seed)
    _, claimed = loss_of(sequence_loss, logits, targets, mask)
    expect.gradient(lambda z: loss_by_definition(z, targets, mask), logits, claimed, rng, what="`d_logits`")


@case("writing", "where the mask is False, nothing counts", draws=BATCHES)
def nothing_counts(sequence_loss, count, steps, kinds, seed):
    logits, targets, mask, _ = batch_of(count, steps, kinds, seed)
    mask[0, -1] = False
    mask[0, 0] = True
    want = loss_by_definition(logits, targets, mask)
    for filler, other in ((1e4, 0), (np.nan, -1), (np.inf, 10**6)):
        with np.errstate(all="ignore"):
            got, d_logits = loss_of(
                sequence_loss, np.where(mask[..., None], logits, filler), np.where(mask, targets, other), mask
            )
        what = f"logits of {filler} and targets of {other} where the mask is False"
        expect.that(
            abs(got - want) <= 1e-8 * max(want, 1), f"{what}: your loss is {got:.6g}, without these steps it is {want:.6g}"
        )
        expect.that(not np.any(d_logits[~mask]), f"{what}: d_logits is not 0 there")


@case("writing", "no real step costs 0, large logits do no harm, and number types stay", side=True)
def loss_house(sequence_loss):
    logits, targets, mask, _ = batch_of(3, 4, 3, 5)
    loss, d_logits = loss_of(sequence_loss, logits, targets, np.zeros_like(mask))
    expect.that(loss == 0 and not np.any(d_logits), f"without any real step the loss is {loss:.6g}, and both should be 0")
    loss_of(sequence_loss, logits[:0], targets[:0], mask[:0])
    expect.pure(sequence_loss, logits, targets, mask, names=("logits", "targets", "mask"))
    large = 3000 * logits
    got, _ = loss_of(sequence_loss, large, targets, mask)
    want = loss_by_definition(large, targets, mask)
    expect.that(abs(got - want) <= 1e-8 * want, f"logits of 3,000: your loss is {got:.6g}, measured {want:.6g}")
    loss, d_logits = sequence_loss(logits.astype(np.float32), targets, mask)
    expect.dtype(d_logits, np.float32, what="`d_logits`")
    scattered = np.array([[True, False, True, False]] * 3)
    got, want = loss_of(sequence_loss, logits, targets, scattered)[0], loss_by_definition(logits, targets, scattered)
    expect.that(abs(got - want) < 1e-8, f"real steps 0 and 2 of 4: your loss is {got:.6g}, step by step it is {want:.6g}")
    whole = np.round(logits).astype(int)
    got, want = loss_of(sequence_loss, whole, targets, mask)[0], loss_by_definition(whole.astype(float), targets, mask)
    expect.that(abs(got - want) < 1e-8, f"whole numbers as logits: your loss is {got:.6g}, step by step it is {want:.6g}")


class Speaker:
    """A `step` for `write`: logits by the symbol that is heard and by a state that counts steps; it keeps what it was asked."""

    def __init__(self, table):
        self.table, self.heard, self.states = np.asarray(table, float), [], []

    def __call__(self, state, symbols):
        """Logits (N, K) and the next state."""
        state, symbols = np.asarray(state), np.asarray(symbols)
        self.heard.append(symbols.copy())
        self.states.append(state.copy())
        return self.table[state % len(self.table), symbols], state + 1


def written_by(write, speaker, symbols, temperature, rng, end, longest):
    """Her rows as a plain array of whole numbers."""
    symbols = np.asarray(symbols)
    got = write(speaker, np.zeros(len(symbols), int), symbols, temperature, rng, end, longest)
    got = expect.array(got, shape=(len(symbols), longest), finite=True, what="`write`")
    expect.that(np.all(got == np.round(got)), "`write` returned numbers that are not whole")
    return got.astype(int)


# Draws of one symbol each, held against their chances by expect.counts, whose bound holds for every number of draws; four calls
# with a false alarm of 1e-7 each, over all kinds.
@case("writing", "each symbol is drawn by its chance at this temperature", weight=2, false_alarm=4e-7, fresh=50)
def by_chance(write, rng):
    logits = np.array([1.5, 0.0, -1.0, 0.7])
    for temperature in (1.0, 0.5, 2.0, 0.1):
        odds = np.exp((logits - logits.max()) / temperature)
        speaker = Speaker(np.tile(logits, (1, 4, 1)))
        rows = written_by(write, speaker, np.zeros(4000, int), temperature, rng, 9, 1)[:, 0]
        expect.that(rows.min() >= 0 and rows.max() < 4, f"four kinds of symbols, and {rows.min()} to {rows.max()} was written")
        seen = np.bincount(rows, minlength=4)
        expect.counts(
            seen, odds / odds.sum(), f"logits {logits.tolist()}, temperature {temperature}: not the chances of a softmax"
        )


# As above; pairs of symbols of one sequence, in two calls.
@case("writing", "the next step hears what was drawn", false_alarm=2e-7, fresh=50)
def hears_itself(write, rng):
    table = np.log(np.array([[[0.5, 0.3, 0.2], [0.1, 0.1, 0.8], [0.7, 0.2, 0.1]]]))
    for count, longest in ((3000, 2), (1500, 3)):
        rows = written_by(write, Speaker(table), np.zeros(count, int), 1.0, rng, 9, longest)
        expect.that(rows.min() >= 0 and rows.max() < 3, f"three kinds of symbols, and {rows.min()} to {rows.max()} was written")
        chances = np.exp(table[0])
        first = np.eye(3)[0]
        for _ in range(longest - 1):
            first = first @ chances
        pairs = np.bincount(3 * rows[:, -2] + rows[:, -1], minlength=9)
        expect.counts(
            pairs, (first[:, None] * chances).ravel(), "the second of two symbols should depend on the first as `step` says"
        )


@case("writing", "at temperature 0 it is the likeliest, by the state and the symbol of each step", draws={"seed": draws.seeds()})
def likeliest(write, seed):
    rng = np.random.default_rng(seed)
    table, start = rng.normal(size=(3, 4, 4)), rng.integers(4, size=5)
    speaker = Speaker(table)
    rows = written_by(write, speaker, start, 0, rng, 9, 6)
    heard, want = start, np.empty((5, 6), int)
    for t in range(6):
        heard = table[t % 3, heard].argmax(axis=1)
        want[:, t] = heard
    expect.same(rows, want, f"after {start.tolist()} at temperature 0: not the likeliest symbols")
    expect.same(np.array(speaker.states), np.repeat(np.arange(6)[:, None], 5, axis=1), "`step` was not handed the state before")
    expect.same(speaker.heard[0], start, "the first call of `step` did not hear `symbols`")


@case("writing", "after the end there is only the end, and when all have ended `step` is not called any more")
def until_the_end(write):
    table = np.full((1, 6, 6), -50.0)
    table[0, np.arange(5), np.arange(1, 6)] = 0  # each symbol is followed by the next; 5 goes back to 0
    table[0, 5, 0] = 0
    speaker = Speaker(table)
    rows = written_by(write, speaker, [0, 2, 3], 1.0, np.random.default_rng(0), 4, 8)
    want = np.array([[1, 2, 3, 4, 4, 4, 4, 4], [3, 4, 4, 4, 4, 4, 4, 4], [4, 4, 4, 4, 4, 4, 4, 4]])
    expect.same(rows, want, "0 is followed by 1, 2, 3 and the end, 4: these rows came out otherwise")
    expect.calls(len(speaker.heard), 4, "`step`")
    speaker = Speaker(table)
    rows = written_by(write, speaker, [0, 0], 1.0, np.random.default_rng(0), 4, 2)
    expect.same(rows, np.array([[1, 2], [1, 2]]), "longest = 2: the rows")
    expect.that(all(len(heard) == 2 for heard in speaker.heard), "`step` should hear one symbol for each sequence at each call")


@case("writing", "cold and large logits do no harm, rows are independent, and chance comes from the generator alone", side=True)
def write_house(write):
    table = np.tile(np.array([999.0, 0.0, 1000.0]), (1, 3, 1))
    for temperature in (1e-3, 1e-6):
        rows = written_by(write, Speaker(table), np.zeros(50, int), temperature, np.random.default_rng(1), 9, 2)
        expect.that(np.all(rows == 2), f"logits 999, 0, 1000 at temperature {temperature}: a symbol other than 2 was drawn")
    even = Speaker(np.zeros((1, 4, 4)))
    rows = written_by(write, even, np.zeros(40, int), 1.0, np.random.default_rng(2), 9, 12)
    expect.that(len(np.unique(rows, axis=0)) > 30, "40 rows with even chances came out alike: they share their draws")
    expect.that(
        len(np.unique(rows, axis=1).T) > 6, "with even chances the columns came out alike: each step needs a draw of its own"
    )
    expect.repeatable(lambda rng: written_by(write, even, np.zeros(9, int), 1.0, rng, 9, 5), 3, what="`write`")
    symbols = np.array([1, 2])
    expect.pure(
        lambda s, x: write(even, s, x, 1.0, np.random.default_rng(0), 9, 3), np.zeros(2, int), symbols, names=("state", "symbols")
    )
    written_by(write, even, np.zeros(0, int), 1.0, np.random.default_rng(0), 9, 3)
    written_by(write, even, symbols, 1.0, np.random.default_rng(0), 9, 0)


# ------------------------------------------------------------------------------------------- towns
END, LONGEST, KINDS = 29, 21, 30


def coded(towns):
    """Towns as numbers: countries (N,), names (N, 21): letters 0 to 28, the end 29, then −1."""
    place = {letter: k for k, letter in enumerate(towns.letters)}
    names = np.full((len(towns.text), LONGEST), -1)
    for row, text in zip(names, towns.text, strict=True):
        row[: len(text)] = [place[letter] for letter in text]
        row[len(text)] = END
    return towns.country.astype(int), names


def renumbered(rng):
    """A function that gives letters and countries other numbers, always the same ones; the end and what follows it stay."""
    letters, lands = np.array([*rng.permutation(END), END, -1]), rng.permutation(12)
    return lambda countries, names: (lands[countries], letters[names])


def bits_of(round, countries, names, rng):
    """Bits per letter of new names, asked one letter after the other."""
    lengths, spent = np.sum(names >= 0, axis=1), 0.0
    for t in range(lengths.max()):
        rows = rng.permutation(np.flatnonzero(lengths > t))
        got = round.predict(countries[rows], names[rows, :t])
        logits = np.clip(expect.array(got, shape=(len(rows), KINDS), finite=True, what="`predict`").astype(float), -1e4, 1e4)
        spent += float(np.sum(np.logaddexp.reduce(logits, axis=1) - logits[np.arange(len(rows)), names[rows, t]]))
    return spent / lengths.sum() / np.log(2)


@functools.cache
def public_split():
    """Public towns, one stem of five apart: rows to learn from and rows to be asked about."""
    towns = datasets.load("towns")
    stems = np.array([text.replace("-", " ").split(" ")[0][:5] for text in towns.text])
    kinds = np.unique(stems)
    apart = np.isin(stems, np.random.default_rng(14).permutation(kinds)[: len(kinds) // 5])
    return coded(towns), np.flatnonzero(~apart), np.flatnonzero(apart)


@studio(
    "towns",
    train="train",
    users=("predict",),
    budget=20_000,
    metric="bits per letter of new names",
    baseline=3.60,
    bands=(3.40, 3.21, 3.17),
    higher=False,
    typed=3.60,
    seconds=120,
)
def public(entry, rng):
    """Public towns whose stems are not among those that are handed out."""
    (countries, names), known, new = public_split()
    other = renumbered(rng)
    round = entry.train(*other(countries[known], names[known]))
    return bits_of(round, *other(countries[new], names[new]), rng)


@case("towns", "`predict` takes any number of names and letters, and each name by itself")
def protocol(entry):
    (countries, names), known, _ = public_split()
    few = known[:: len(known) // 300]
    round = entry.train(countries[few], names[few])
    for t in (0, 1, 5, 20):
        heard = names[few[:5], :t] % END  # letters alone: what follows the end becomes one, too
        among = expect.array(round.predict(countries[few[:5]], heard), shape=(5, KINDS), finite=True, what="`predict`")
        alone = expect.array(round.predict(countries[few[2:3]], heard[2:3]), shape=(1, KINDS), finite=True, what="`predict`")
        expect.same(alone, among[2:3], f"a name after {t} letters: other logits alone than among five", rtol=1e-3, atol=1e-3)
    expect.array(round.predict(countries[:0], names[:0, :3]), shape=(0, KINDS), what="`predict`, no name,")
