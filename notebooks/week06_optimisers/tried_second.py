"""Programs for week 6, written from its contracts alone."""

import math

import numpy as np

from autograder.cases import program

# -------------------------------------------------------------------------------------------------------------- make_batches


def _cut(order, batch_size):
    return [order[start : start + batch_size] for start in range(0, len(order), batch_size)]


def _batches(X, y, batch_size, new_order):
    """A right `epoch` but for the order, which `new_order()` brings."""
    X, y = np.asarray(X), np.asarray(y)

    def epoch():
        return [(X[rows], y[rows]) for rows in _cut(new_order(), batch_size)]

    return epoch


@program("make_batches")
def b_batches_one_by_one(X, y, batch_size, rng):
    def epoch():
        order = rng.permutation(len(X))
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            yield np.asarray(X)[rows], np.asarray(y)[rows]

    return epoch


@program("make_batches")
def b_batches_by_sorting_noise(X, y, batch_size, rng):
    return _batches(X, y, batch_size, lambda: np.argsort(rng.random(len(X)), kind="stable"))


@program("make_batches")
def b_batches_dealt_from_a_pack(X, y, batch_size, rng):
    class Pack:
        def __init__(self):
            self.rows = list(range(len(X)))

        def deal(self):
            cards, hands, hand = list(self.rows), [], []
            while cards:
                hand.append(cards.pop(int(rng.integers(len(cards)))))
                if len(hand) == batch_size or not cards:
                    hands.append((np.take(X, hand, axis=0), np.take(y, hand, axis=0)))
                    hand = []
            return iter(hands)

    return Pack().deal


@program("make_batches", breaks="each epoch has a new order: it is drawn once for all")
def b_batches_in_one_order_for_all_epochs(X, y, batch_size, rng):
    order = rng.permutation(len(X))
    return _batches(X, y, batch_size, lambda: order)


@program("make_batches", breaks="each epoch has a new order: every epoch starts a generator with seed 0")
def b_batches_from_a_seed_of_its_own(X, y, batch_size, rng):
    return _batches(X, y, batch_size, lambda: np.random.default_rng(0).permutation(len(X)))


@program("make_batches", breaks="house rule: chance comes from the rng handed in; the global one is asked")
def b_batches_from_the_global_generator(X, y, batch_size, rng):
    return _batches(X, y, batch_size, lambda: np.random.permutation(len(X)))


@program("make_batches", breaks="all orders are equally likely: the rows are not mixed")
def b_batches_not_mixed(X, y, batch_size, rng):
    return _batches(X, y, batch_size, lambda: np.arange(len(X)))


@program("make_batches", breaks="all orders are equally likely: the rows are only turned round like a wheel")
def b_batches_from_a_wheel(X, y, batch_size, rng):
    return _batches(X, y, batch_size, lambda: np.roll(np.arange(len(X)), int(rng.integers(max(len(X), 1)))))


@program("make_batches", breaks="all orders are equally likely: each row changes places with any row, which favours some orders")
def b_batches_by_the_naive_shuffle(X, y, batch_size, rng):
    def order():
        rows = np.arange(len(X))
        for i in range(len(rows)):
            j = int(rng.integers(len(rows)))
            rows[i], rows[j] = rows[j], rows[i]
        return rows

    return _batches(X, y, batch_size, order)


@program("make_batches", breaks="all orders are equally likely: neighbours stay together, only the batches are mixed")
def b_batches_mixed_as_wholes(X, y, batch_size, rng):
    X, y = np.asarray(X), np.asarray(y)

    def epoch():
        pieces = _cut(np.arange(len(X)), batch_size)
        whole = [piece for piece in pieces if len(piece) == batch_size]
        rest = pieces[len(whole) :]
        return [(X[rows], y[rows]) for rows in [whole[i] for i in rng.permutation(len(whole))] + rest]

    return epoch


@program("make_batches", breaks="each row comes with its own label: the rows are mixed, the labels are not")
def b_batches_with_labels_left_behind(X, y, batch_size, rng):
    X, y = np.asarray(X), np.asarray(y)

    def epoch():
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            yield X[order[start : start + batch_size]], y[start : start + batch_size]

    return epoch


@program("make_batches", breaks="each row comes once: rows are drawn with replacement")
def b_batches_with_replacement(X, y, batch_size, rng):
    return _batches(X, y, batch_size, lambda: rng.integers(len(X), size=len(X)) if len(X) else np.arange(0))


@program("make_batches", breaks="each row comes once: the last row never does")
def b_batches_without_the_last_row(X, y, batch_size, rng):
    return _batches(X, y, batch_size, lambda: rng.permutation(max(len(X) - 1, 0)))


@program("make_batches", breaks="the last batch has what is left: it is dropped")
def b_batches_without_the_rest(X, y, batch_size, rng):
    whole = len(X) // batch_size * batch_size
    return _batches(X, y, batch_size, lambda: rng.permutation(len(X))[:whole])


@program("make_batches", breaks="the last batch has what is left: what is left is added to the batch before")
def b_batches_with_the_rest_in_the_last(X, y, batch_size, rng):
    X, y = np.asarray(X), np.asarray(y)

    def epoch():
        pieces = _cut(rng.permutation(len(X)), batch_size)
        if len(pieces) > 1 and len(pieces[-1]) < batch_size:
            pieces[-2:] = [np.concatenate(pieces[-2:])]
        return [(X[rows], y[rows]) for rows in pieces]

    return epoch


@program("make_batches", breaks="all batches but the last have batch_size rows: they are made as equal as can be")
def b_batches_of_even_sizes(X, y, batch_size, rng):
    X, y = np.asarray(X), np.asarray(y)

    def epoch():
        number = -(-len(X) // batch_size)
        return [(X[rows], y[rows]) for rows in np.array_split(rng.permutation(len(X)), number)] if number else []

    return epoch


@program("make_batches", breaks="the last batch has what is left: it is the first that is short")
def b_batches_with_the_rest_first(X, y, batch_size, rng):
    X, y = np.asarray(X), np.asarray(y)

    def epoch():
        order, rest = rng.permutation(len(X)), len(X) % batch_size
        pieces = ([order[:rest]] if rest else []) + _cut(order[rest:], batch_size)
        return [(X[rows], y[rows]) for rows in pieces]

    return epoch


@program("make_batches", breaks="four rows give two batches of two, and no empty one: an empty one follows")
def b_batches_with_an_empty_one(X, y, batch_size, rng):
    X, y = np.asarray(X), np.asarray(y)

    def epoch():
        order = rng.permutation(len(X))
        for k in range(len(X) // batch_size + 1):
            rows = order[k * batch_size : (k + 1) * batch_size]
            yield X[rows], y[rows]

    return epoch


@program("make_batches", breaks="each call of epoch gives an epoch: the second finds an empty pack")
def b_batches_for_one_epoch(X, y, batch_size, rng):
    batches = iter(_batches(X, y, batch_size, lambda: rng.permutation(len(X)))())
    return lambda: batches


@program("make_batches", breaks="a function is returned: it is a list of batches")
def b_batches_as_a_list(X, y, batch_size, rng):
    return _batches(X, y, batch_size, lambda: rng.permutation(len(X)))()


@program("make_batches", breaks="house rule: what is given stays as it was; X and y are mixed in place")
def b_batches_mixed_in_place(X, y, batch_size, rng):
    def epoch():
        order = rng.permutation(len(X))
        X[:], y[:] = X[order], y[order]
        for start in range(0, len(X), batch_size):
            yield X[start : start + batch_size].copy(), y[start : start + batch_size].copy()

    return epoch


@program("make_batches", breaks="rows may be numbers or pictures: they are laid flat")
def b_batches_of_flat_rows(X, y, batch_size, rng):
    X = np.asarray(X)
    return _batches(X.reshape(len(X), math.prod(X.shape[1:])), y, batch_size, lambda: rng.permutation(len(X)))


@program("make_batches", breaks="house rule: floats keep their type; all rows become float32")
def b_batches_of_float32(X, y, batch_size, rng):
    return _batches(np.asarray(X, np.float32), y, batch_size, lambda: rng.permutation(len(X)))


# ----------------------------------------------------------------------------------------------------------- running_average


def _kind(values):
    return np.result_type(np.asarray(values), np.float32)


def _averages(values, times, beta):
    values, times = np.asarray(values), np.asarray(times).tolist()
    averages = np.zeros(len(values), _kind(values))
    total = weight = 0.0
    for k, value in enumerate(values.tolist()):
        faded = float(beta) ** (times[k] - times[k - 1]) if k else 0.0
        total, weight = faded * total + value, faded * weight + 1
        averages[k] = total / weight
    return averages


@program("running_average")
def b_average_of_two_sums(values, times, beta):
    return _averages(values, times, beta)


@program("running_average")
def b_average_that_moves_towards_the_new_value(values, times, beta):
    values = np.asarray(values)

    class Average:
        def __init__(self):
            self.weight, self.middle, self.clock = 0.0, 0.0, None

        def take(self, value, now):
            if self.clock is not None:
                self.weight *= math.exp(math.log(beta) * (now - self.clock))
            self.clock = now
            self.weight += 1
            self.middle += (value - self.middle) / self.weight
            return self.middle

    average = Average()
    taken = [average.take(value, now) for value, now in zip(values.tolist(), np.asarray(times).tolist(), strict=True)]
    return np.array(taken, dtype=_kind(values))


@program("running_average")
def b_average_in_blocks_of_sixteen(values, times, beta, block=16):
    kind = _kind(values)
    x, t = np.asarray(values, np.float64), np.asarray(times, np.float64)
    averages = np.zeros(len(x))
    total, weight, before = 0.0, 0.0, t[0] if len(t) else 0.0
    for start in range(0, len(x), block):
        part, now = x[start : start + block], t[start : start + block]
        ages = np.maximum(now[:, None] - now, 0)
        weights = np.tril(np.float64(beta) ** ages)
        faded = np.float64(beta) ** (now - before)
        totals, sums = weights @ part + faded * total, weights.sum(axis=1) + faded * weight
        averages[start : start + block] = totals / sums
        total, weight, before = totals[-1], sums[-1], now[-1]
    return averages.astype(kind)


def _fading(values, times, fade):
    """As the right one, with another rule for how much is left after a gap."""
    values, times = np.asarray(values), np.asarray(times).tolist()
    averages, total, weight = np.zeros(len(values), _kind(values)), 0.0, 0.0
    for k, value in enumerate(values.tolist()):
        faded = fade(times[k] - times[k - 1]) if k else 0.0
        total, weight = faded * total + value, faded * weight + 1
        averages[k] = total / weight
    return averages


@program("running_average", breaks="the age is measured on the clock: rows are counted")
def b_average_with_ages_in_rows(values, times, beta):
    return _averages(values, range(len(np.asarray(values))), beta)


@program("running_average", breaks="the weights sum to one: it starts at zero, without bias correction")
def b_average_from_zero(values, times, beta):
    values, times = np.asarray(values), np.asarray(times).tolist()
    averages, m = np.zeros(len(values), _kind(values)), 0.0
    for k, value in enumerate(values.tolist()):
        m = beta ** (times[k] - times[k - 1] if k else 0) * m + (1 - beta) * value
        averages[k] = m
    return averages


@program("running_average", breaks="a value of age a has the weight beta^a: the first one stands for a whole past before it")
def b_average_with_a_past_before_the_first(values, times, beta):
    past = 1 / (1 - beta) if beta < 1 else 2.0
    values, times = np.asarray(values), np.asarray(times).tolist()
    averages, total, weight = np.zeros(len(values), _kind(values)), 0.0, 0.0
    for k, value in enumerate(values.tolist()):
        faded = beta ** (times[k] - times[k - 1]) if k else 0.0
        counts = 1.0 if k else past
        total, weight = faded * total + counts * value, faded * weight + counts
        averages[k] = total / weight
    return averages


@program(
    "running_average",
    breaks="a value of age a has the weight beta^a: a new value counts as its gap is long, at equal times nothing",
)
def b_average_in_which_gaps_give_weight(values, times, beta):
    values, times = np.asarray(values), np.asarray(times).tolist()
    averages, m = np.zeros(len(values), _kind(values)), 0.0
    for k, value in enumerate(values.tolist()):
        faded = beta ** (times[k] - times[k - 1]) if k else 0.0
        m = faded * m + (1 - faded) * value
        averages[k] = m
    return averages


@program("running_average", breaks="very long series are no trouble: beta^-t is computed, and leaves the range of floats")
def b_average_by_growing_weights(values, times, beta):
    x, t = np.asarray(values, np.float64), np.asarray(times, np.float64)
    with np.errstate(all="ignore"):
        weights = np.float64(beta) ** -(t - t[:1].sum())
        return (np.cumsum(weights * x) / np.cumsum(weights)).astype(_kind(values))


@program("running_average", breaks="each new value costs the same small work: the whole series is looked at for each")
def b_average_over_the_whole_history_each_time(values, times, beta):
    x, t = np.asarray(values).tolist(), np.asarray(times).tolist()
    averages = np.zeros(len(x), _kind(values))
    for k in range(len(x)):
        weights = [beta ** (t[k] - t[j]) for j in range(k + 1)]
        averages[k] = sum(w * v for w, v in zip(weights, x[: k + 1], strict=True)) / sum(weights)
    return averages


@program("running_average", breaks="all values up to row k count: only those of the effective window do")
def b_average_over_the_window(values, times, beta):
    x, t = np.asarray(values, np.float64), np.asarray(times, np.float64)
    window = 100 if beta >= 0.99 else int(np.ceil(1 / (1 - beta)))
    averages = np.zeros(len(x))
    for k in range(len(x)):
        first = max(k + 1 - window, 0)
        averages[k] = np.average(x[first : k + 1], weights=np.float64(beta) ** (t[k] - t[first : k + 1]))
    return averages.astype(_kind(values))


@program("running_average", breaks="beta may be 1: both sums carry the factor 1 - beta, and are zero")
def b_average_of_nothing_by_nothing_at_one(values, times, beta):
    values, times = np.asarray(values), np.asarray(times).tolist()
    averages, total, weight = np.zeros(len(values), _kind(values)), np.float64(0), np.float64(0)
    with np.errstate(all="ignore"):
        for k, value in enumerate(values.tolist()):
            faded = beta ** (times[k] - times[k - 1] if k else 0)
            total, weight = faded * total + (1 - beta) * value, faded * weight + (1 - beta)
            averages[k] = total / weight
    return averages


@program("running_average", breaks="no nan: times may begin anywhere, and the first gap is counted from 0")
def b_average_with_a_clock_from_zero(values, times, beta):
    x, t = np.asarray(values, np.float64), np.asarray(times, np.float64)
    averages, total, weight, before = np.zeros(len(x), _kind(values)), 0.0, 0.0, 0.0
    with np.errstate(all="ignore"):
        for k in range(len(x)):
            faded = np.float64(beta) ** (t[k] - before)
            total, weight, before = faded * total + x[k], faded * weight + 1, t[k]
            averages[k] = total / weight
    return averages


@program(
    "running_average",
    breaks="very long gaps are no trouble: the weights of all values fade before the division, the new one's too",
)
def b_average_whose_new_value_fades(values, times, beta):
    values, times = np.asarray(values), np.asarray(times, np.float64)
    averages, total, weight = np.zeros(len(values), _kind(values)), np.float64(0), np.float64(0)
    with np.errstate(all="ignore"):
        for k, value in enumerate(values.tolist()):
            ahead = np.float64(beta) ** (times[k + 1] - times[k]) if k + 1 < len(times) else 1.0
            total, weight = ahead * (total + value), ahead * (weight + 1)
            averages[k] = total / weight
    return averages


@program("running_average", breaks="some times may be equal: of values at one time only the last counts")
def b_average_of_one_value_a_time(values, times, beta):
    x, t = np.asarray(values).tolist(), np.asarray(times).tolist()
    averages, total, weight = np.zeros(len(x), _kind(values)), 0.0, 0.0
    for k in range(len(x)):
        if k and t[k] == t[k - 1]:
            total += x[k] - x[k - 1]
        else:
            faded = beta ** (t[k] - t[k - 1]) if k else 0.0
            total, weight = faded * total + x[k], faded * weight + 1
        averages[k] = total / weight
    return averages


@program("running_average", breaks="number k has the values up to row k: rows of one time get the average after the last of them")
def b_average_up_to_the_time(values, times, beta):
    averages, t = _averages(values, times, beta), np.asarray(times)
    return averages[np.searchsorted(t, t, side="right") - 1]


@program("running_average", breaks="number k has the values up to row k, this one as well: the newest is left out")
def b_average_without_the_newest(values, times, beta):
    averages = _averages(values, times, beta)
    return np.concatenate([averages[:1], averages[:-1]])


@program("running_average", breaks="the weights sum to one: the weighted sum is divided by the number of values")
def b_average_divided_by_the_number(values, times, beta):
    values, times = np.asarray(values), np.asarray(times).tolist()
    averages, total = np.zeros(len(values), _kind(values)), 0.0
    for k, value in enumerate(values.tolist()):
        total = (beta ** (times[k] - times[k - 1]) if k else 0.0) * total + value
        averages[k] = total / (k + 1)
    return averages


@program("running_average", breaks="the weight is beta^a: it is (1 - beta)^a")
def b_average_with_beta_turned_round(values, times, beta):
    return _fading(values, times, lambda gap: (1 - beta) ** gap)


@program("running_average", breaks="the weight is beta^a: it is e^-a/window, which is nearly that when beta is near one")
def b_average_with_an_exponential_of_the_window(values, times, beta):
    return _fading(values, times, lambda gap: math.exp(-gap * (1 - beta)))


@program("running_average", breaks="the age is measured on the clock: gaps are cut to whole numbers")
def b_average_with_whole_gaps(values, times, beta):
    return _fading(values, times, lambda gap: beta ** int(gap))


@program(
    "running_average", breaks="house rule: whole numbers are taken as floats; the averages are rounded into the values' type"
)
def b_average_in_the_values_type(values, times, beta):
    return _averages(values, times, beta).astype(np.asarray(values).dtype)


@program("running_average", breaks="house rule: float32 in, float32 out")
def b_average_always_float64(values, times, beta):
    return _averages(np.asarray(values, np.float64), times, beta)


@program("running_average", breaks="house rule: what is given stays as it was; the averages are written over the values")
def b_average_written_over_the_values(values, times, beta):
    averages = _averages(values, times, beta)
    if isinstance(values, np.ndarray) and values.dtype.kind == "f":
        values[...] = averages
        return values
    return averages


@program("running_average", breaks="house rule: no value is fine; the first is looked at")
def b_average_that_needs_a_value(values, times, beta):
    clock = times[0]
    return _averages(values, np.asarray(times) - clock, beta)


@program("running_average", breaks="it returns n numbers: the last one alone")
def b_average_of_the_last_row(values, times, beta):
    return _averages(values, times, beta)[-1:]


# ------------------------------------------------------------------------------------------------------------------ momentum


def _like(array, parameter):
    """In the float type of the parameter; whole numbers become floats."""
    return np.asarray(array).astype(np.result_type(np.asarray(parameter), np.float32))


def _each(function, *nests):
    """Go through lists of (W, b) side by side."""
    return [tuple(function(*arrays) for arrays in zip(*pairs, strict=True)) for pairs in zip(*nests, strict=True)]


def _momentum_step(parameters, gradients, velocity, learning_rate, beta):
    eta, beta = float(learning_rate), float(beta)
    if velocity is None:
        velocity = _each(lambda p: np.zeros(np.shape(p)), parameters)
    velocity = _each(lambda v, g: beta * v + np.asarray(g, np.float64), velocity, gradients)
    return _each(lambda p, v: _like(np.asarray(p, np.float64) - eta * v, p), parameters, velocity), velocity


def _tune(low, high):
    root = (math.sqrt(high) - math.sqrt(low)) / (math.sqrt(high) + math.sqrt(low))
    return (1 + root) ** 2 / high, root**2


def _momentum(momentum_step=_momentum_step, tune=_tune):
    return {"momentum_step": momentum_step, "tune": tune}


@program("momentum", several=True)
def b_momentum_undamped():
    return _momentum()


@program("momentum", several=True)
def b_momentum_damped_with_a_larger_rate():
    def momentum_step(parameters, gradients, velocity, learning_rate, beta):
        moved, kept = [], {}
        for i, pair in enumerate(zip(parameters, gradients, strict=True)):
            layer = []
            for j in range(2):
                p, g = np.asarray(pair[0][j]), np.asarray(pair[1][j], dtype=np.float64)
                before = 0.0 if velocity is None else velocity[i, j]
                kept[i, j] = beta * before + (1 - beta) * g
                layer.append(_like(p - learning_rate * kept[i, j], p))
            moved.append(tuple(layer))
        return moved, kept

    def tune(low, high):
        width = np.sqrt(high) + np.sqrt(low)
        beta = ((np.sqrt(high) - np.sqrt(low)) / width) ** 2
        return float((2 / width) ** 2 / (1 - beta)), float(beta)

    return _momentum(momentum_step, tune)


@program("momentum", several=True)
def b_momentum_that_remembers_the_last_step_in_one_vector():
    def flat(nest):
        return np.concatenate([np.zeros(0)] + [np.asarray(a, np.float64).ravel() for pair in nest for a in pair])

    def momentum_step(parameters, gradients, velocity, learning_rate, beta):
        step = -learning_rate * flat(gradients)
        if velocity is not None:
            step = step + beta * velocity
        moved, at = [], 0
        places = flat(parameters) + step
        for pair in parameters:
            layer = []
            for array in pair:
                size = np.size(array)
                layer.append(_like(places[at : at + size].reshape(np.shape(array)), array))
                at += size
            moved.append(tuple(layer))
        return moved, step

    def tune(low, high):
        kappa = high / low
        root = (np.sqrt(kappa) - 1) / (np.sqrt(kappa) + 1)
        return (1 - root) ** 2 / low, root * root

    return _momentum(momentum_step, tune)


@program("momentum", breaks="when the gradient is gone it coasts: nothing is kept of the velocity", several=True)
def b_momentum_without_memory():
    def momentum_step(parameters, gradients, velocity, learning_rate, beta):
        return _momentum_step(parameters, gradients, None, learning_rate, beta)

    return _momentum(momentum_step)


@program(
    "momentum", breaks="with beta 0 it is plain descent: it moves by the velocity before the gradient was taken in", several=True
)
def b_momentum_one_step_late():
    def momentum_step(parameters, gradients, velocity, learning_rate, beta):
        before = _each(lambda p: np.zeros(np.shape(p)), parameters) if velocity is None else velocity
        _, after = _momentum_step(parameters, gradients, before, learning_rate, beta)
        moved = _each(lambda p, v: _like(np.asarray(p) - float(learning_rate) * v, p), parameters, before)
        return moved, after

    return _momentum(momentum_step)


@program("momentum", breaks="with beta 0 it is plain descent: beta is laid on the gradient too", several=True)
def b_momentum_with_beta_on_the_gradient():
    def momentum_step(parameters, gradients, velocity, learning_rate, beta):
        return _momentum_step(parameters, _each(lambda g: beta * np.asarray(g), gradients), velocity, learning_rate, beta)

    return _momentum(momentum_step)


@program("momentum", breaks="with beta 0 it is plain descent, downhill: it goes uphill", several=True)
def b_momentum_uphill():
    def momentum_step(parameters, gradients, velocity, learning_rate, beta):
        return _momentum_step(parameters, gradients, velocity, -learning_rate, beta)

    return _momentum(momentum_step)


@program(
    "momentum", breaks="the velocity of the first step is that of the gradient: the first call only gets ready", several=True
)
def b_momentum_that_stands_at_first():
    def momentum_step(parameters, gradients, velocity, learning_rate, beta):
        if velocity is None:
            return _each(lambda p: _like(p, p), parameters), _each(lambda p: np.zeros(np.shape(p)), parameters)
        return _momentum_step(parameters, gradients, velocity, learning_rate, beta)

    return _momentum(momentum_step)


@program("momentum", breaks="each coasting step is beta times the one before: the velocity fades twice a step", several=True)
def b_momentum_that_fades_twice():
    def momentum_step(parameters, gradients, velocity, learning_rate, beta):
        moved, after = _momentum_step(parameters, gradients, velocity, learning_rate, beta)
        return moved, _each(lambda v: beta * v, after)

    return _momentum(momentum_step)


@program("momentum", breaks="when the gradient is gone it coasts, biases too: only weights have a velocity", several=True)
def b_momentum_for_weights_alone():
    def momentum_step(parameters, gradients, velocity, learning_rate, beta):
        moved, after = _momentum_step(parameters, gradients, velocity, learning_rate, beta)
        return moved, [(v, 0 * u) for v, u in after]

    return _momentum(momentum_step)


@program(
    "momentum",
    breaks="house rule: nothing is remembered between calls but in the velocity; it is kept in a global place",
    several=True,
)
def b_momentum_with_a_velocity_of_its_own():
    kept = {}

    def momentum_step(parameters, gradients, velocity, learning_rate, beta):
        shapes = tuple(np.shape(a) for pair in parameters for a in pair)
        moved, kept[shapes] = _momentum_step(parameters, gradients, kept.get(shapes), learning_rate, beta)
        return moved, kept[shapes]

    return _momentum(momentum_step)


@program("momentum", breaks="house rule: what is given stays as it was; the parameters are moved in place", several=True)
def b_momentum_in_place():
    def momentum_step(parameters, gradients, velocity, learning_rate, beta):
        moved, after = _momentum_step(parameters, gradients, velocity, learning_rate, beta)
        for pair, new in zip(parameters, moved, strict=True):
            for array, place in zip(pair, new, strict=True):
                if isinstance(array, np.ndarray) and array.dtype.kind == "f":
                    array[...] = place
        return moved, after

    return _momentum(momentum_step)


@program("momentum", breaks="house rule: what is given stays as it was; the velocity handed in is changed in place", several=True)
def b_momentum_with_a_velocity_changed_in_place():
    def momentum_step(parameters, gradients, velocity, learning_rate, beta):
        moved, after = _momentum_step(parameters, gradients, velocity, learning_rate, beta)
        if velocity is None:
            return moved, after
        for pair, new in zip(velocity, after, strict=True):
            for array, v in zip(pair, new, strict=True):
                array[...] = v
        return moved, velocity

    return _momentum(momentum_step)


@program(
    "momentum", breaks="house rule: float32 in, float32 out; a float64 rate and velocity make the parameters wider", several=True
)
def b_momentum_as_wide_as_the_rate():
    def momentum_step(parameters, gradients, velocity, learning_rate, beta):
        _, after = _momentum_step(parameters, gradients, velocity, learning_rate, beta)
        return _each(lambda p, v: np.asarray(p) - np.float64(learning_rate) * v, parameters, after), after

    return _momentum(momentum_step)


@program(
    "momentum",
    breaks="house rule: whole numbers are taken as floats; the new places are rounded into the parameters' type",
    several=True,
)
def b_momentum_with_whole_velocities():
    def momentum_step(parameters, gradients, velocity, learning_rate, beta):
        moved, after = _momentum_step(parameters, gradients, velocity, learning_rate, beta)
        return _each(lambda p, m: m.astype(np.asarray(p).dtype), parameters, moved), after

    return _momentum(momentum_step)


@program("momentum", breaks="a list of (W, b) of any length: only the last layer moves", several=True)
def b_momentum_of_the_last_layer():
    def momentum_step(parameters, gradients, velocity, learning_rate, beta):
        moved, after = _momentum_step(parameters, gradients, velocity, learning_rate, beta)
        return [(_like(W, W), _like(b, b)) for W, b in parameters[:-1]] + moved[-1:], after

    return _momentum(momentum_step)


@program("momentum", breaks="as fast as momentum can be: Nesterov's step, with the numbers for the plain one", several=True)
def b_momentum_that_looks_ahead():
    def momentum_step(parameters, gradients, velocity, learning_rate, beta):
        _, after = _momentum_step(parameters, gradients, velocity, learning_rate, beta)
        ahead = _each(lambda v, g: beta * v + np.asarray(g, np.float64), after, gradients)
        return _each(lambda p, v: _like(np.asarray(p) - float(learning_rate) * v, p), parameters, ahead), after

    return _momentum(momentum_step)


@program(
    "momentum", breaks="tune is for your own step: the step is damped, and the rate is that of the undamped one", several=True
)
def b_momentum_damped_with_the_undamped_rate():
    def momentum_step(parameters, gradients, velocity, learning_rate, beta):
        return _momentum_step(parameters, _each(lambda g: (1 - beta) * np.asarray(g), gradients), velocity, learning_rate, beta)

    return _momentum(momentum_step)


@program("momentum", breaks="as fast as momentum can be: beta is the root, not its square", several=True)
def b_momentum_tuned_without_the_square():
    def tune(low, high):
        root = math.sqrt(_tune(low, high)[1])
        return (1 + root) ** 2 / high, root

    return _momentum(tune=tune)


@program("momentum", breaks="as fast as momentum can be: the roots of the curvatures are not taken", several=True)
def b_momentum_tuned_without_roots():
    def tune(low, high):
        root = (high - low) / (high + low)
        return (1 + root) ** 2 / high, root**2

    return _momentum(tune=tune)


@program("momentum", breaks="as fast as momentum can be: the rate is that of plain descent", several=True)
def b_momentum_tuned_like_plain_descent():
    def tune(low, high):
        return 2 / (low + high), _tune(low, high)[1]

    return _momentum(tune=tune)


@program(
    "momentum", breaks="as fast as momentum can be, and one step where low equals high: beta is 0.9 for every bowl", several=True
)
def b_momentum_tuned_to_a_fixed_beta():
    def tune(low, high):
        return (1 + math.sqrt(0.9)) ** 2 / high, 0.9

    return _momentum(tune=tune)


@program(
    "momentum",
    breaks="for every curvature in the range: low and high are exchanged, and the steep side leaves for good",
    several=True,
)
def b_momentum_tuned_at_the_wrong_end():
    def tune(low, high):
        root = math.sqrt(_tune(low, high)[1])
        return (1 + root) ** 2 / low, root**2

    return _momentum(tune=tune)


@program("momentum", breaks="where low equals high one step arrives: beta is kept away from zero", several=True)
def b_momentum_tuned_with_some_beta_always():
    def tune(low, high):
        root = max(math.sqrt(_tune(low, high)[1]), 0.2)
        return (1 + root) ** 2 / high, root**2

    return _momentum(tune=tune)


# ---------------------------------------------------------------------------------------------------------------------- adam


def _adam_parts(parameters, gradients, state, beta1, beta2):
    """Steps so far, averages from zero of gradients and squares; all in float64 and new."""
    step, means, squares = (0, None, None) if state is None else state
    if state is None:
        means = squares = _each(lambda p: np.zeros(np.shape(p)), parameters)
    wide = _each(lambda g: np.asarray(g, np.float64), gradients)
    means = _each(lambda m, g: beta1 * m + (1 - beta1) * g, means, wide)
    squares = _each(lambda s, g: beta2 * s + (1 - beta2) * g**2, squares, wide)
    return step + 1, means, squares


def _adam_move(parameters, moves, shrink, shrink_b=0.0):
    """Parameters minus moves; W minus its share besides."""

    def move(p, m, share):
        wide = np.asarray(p, np.float64)
        return _like(wide - m - share * wide, p)

    pairs = zip(parameters, moves, strict=True)
    return [(move(W, mW, float(shrink)), move(b, mb, float(shrink_b))) for (W, b), (mW, mb) in pairs]


def _adam(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
    state = _adam_parts(parameters, gradients, state, beta1, beta2)
    step, means, squares = state

    def move(m, s):
        return float(learning_rate) * (m / (1 - beta1**step)) / (np.sqrt(s / (1 - beta2**step)) + epsilon)

    return _adam_move(parameters, _each(move, means, squares), learning_rate * decay), state


def _adam_with(move, parts=_adam_parts, shrink=lambda rate, decay: (rate * decay, 0.0)):
    """Adam with another move(m, s, step, beta1, beta2, epsilon), without the rate."""

    def adam(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
        state = parts(parameters, gradients, state, beta1, beta2)
        step, means, squares = state
        moves = _each(lambda m, s: float(learning_rate) * move(m, s, step, beta1, beta2, epsilon), means, squares)
        return _adam_move(parameters, moves, *shrink(learning_rate, decay)), state

    return adam


def _right_move(m, s, step, beta1, beta2, epsilon):
    return m / (1 - beta1**step) / (np.sqrt(s / (1 - beta2**step)) + epsilon)


@program("adam")
def b_adam_with_a_count_of_steps(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
    return _adam(parameters, gradients, state, learning_rate, decay, beta1, beta2, epsilon)


@program("adam")
def b_adam_with_sums_of_weights(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
    memory = {"weights": (0.0, 0.0)} if state is None else state
    w1, w2 = beta1 * memory["weights"][0] + 1, beta2 * memory["weights"][1] + 1
    after, moved = {"weights": (w1, w2)}, []
    for i, (pair, slopes) in enumerate(zip(parameters, gradients, strict=True)):
        layer = []
        for name, p, g in zip("Wb", pair, slopes, strict=True):
            g, p = np.asarray(g, np.float64), np.asarray(p)
            total, of_squares = memory.get((i, name), (0.0, 0.0))
            total, of_squares = beta1 * total + g, beta2 * of_squares + np.square(g)
            after[i, name] = total, of_squares
            place = p.astype(np.float64)
            if name == "W":
                place = place * (1 - learning_rate * decay)
            layer.append(_like(place - learning_rate * (total / w1) / (np.sqrt(of_squares / w2) + epsilon), p))
        moved.append(tuple(layer))
    return moved, after


@program("adam")
def b_adam_on_one_long_vector(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
    arrays = [np.asarray(a) for pair in parameters for a in pair]
    g = np.concatenate([np.zeros(0)] + [np.asarray(a, np.float64).ravel() for pair in gradients for a in pair])
    x = np.concatenate([np.zeros(0)] + [a.astype(np.float64).ravel() for a in arrays])
    is_weight = np.concatenate([np.zeros(0)] + [np.full(a.size, 1.0 - k % 2) for k, a in enumerate(arrays)])
    m, s, missing1, missing2 = (np.zeros(g.size), np.zeros(g.size), 1.0, 1.0) if state is None else state
    m, s = beta1 * m + (1 - beta1) * g, beta2 * s + (1 - beta2) * g * g
    missing1, missing2 = missing1 * beta1, missing2 * beta2
    x = x - learning_rate * (m / (1 - missing1) / (np.sqrt(s / (1 - missing2)) + epsilon) + decay * is_weight * x)
    pieces = np.split(x, np.cumsum([a.size for a in arrays])[:-1]) if arrays else []
    pieces = [_like(piece.reshape(a.shape), a) for piece, a in zip(pieces, arrays, strict=True)]
    return list(zip(pieces[::2], pieces[1::2], strict=True)), (m, s, missing1, missing2)


@program("adam", breaks="every step is that of the history: there is no bias correction", value=True)
def b_adam_without_bias_correction():
    return _adam_with(lambda m, s, step, beta1, beta2, epsilon: m / (np.sqrt(s) + epsilon))


@program("adam", breaks="every step is that of the history: only the average of the gradient is corrected", value=True)
def b_adam_with_half_the_correction():
    return _adam_with(lambda m, s, step, beta1, beta2, epsilon: m / (1 - beta1**step) / (np.sqrt(s) + epsilon))


@program("adam", breaks="epsilon stands outside the root: it stands inside", value=True)
def b_adam_with_epsilon_inside():
    return _adam_with(lambda m, s, step, beta1, beta2, epsilon: m / (1 - beta1**step) / np.sqrt(s / (1 - beta2**step) + epsilon))


@program(
    "adam",
    breaks="every step is that of the history: epsilon is added before the correction, so it counts more at first",
    value=True,
)
def b_adam_with_epsilon_before_the_correction():
    def move(m, s, step, beta1, beta2, epsilon):
        return np.sqrt(1 - beta2**step) / (1 - beta1**step) * m / (np.sqrt(s) + epsilon)

    return _adam_with(move)


@program("adam", breaks="epsilon is the one handed in: it is always 1e-8", value=True)
def b_adam_deaf_to_epsilon():
    return _adam_with(lambda m, s, step, beta1, beta2, epsilon: _right_move(m, s, step, beta1, beta2, 1e-8))


@program("adam", breaks="every step is that of the history: beta1 and beta2 are exchanged", value=True)
def b_adam_with_betas_exchanged():
    def adam(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
        return _adam(parameters, gradients, state, learning_rate, decay, beta2, beta1, epsilon)

    return adam


@program("adam", breaks="beta1 and beta2 are the ones handed in: 0.9 and 0.999 are used", value=True)
def b_adam_deaf_to_the_betas():
    def adam(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
        return _adam(parameters, gradients, state, learning_rate, decay, epsilon=epsilon)

    return adam


@program("adam", breaks="every step is that of the history: the gradient itself is divided, not its average", value=True)
def b_adam_that_is_rmsprop():
    def adam(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
        return _adam(parameters, gradients, state, learning_rate, decay, 0.0, beta2, epsilon)

    return adam


@program("adam", breaks="the mean square is divided by: it is the variance, around the average", value=True)
def b_adam_with_the_variance():
    def move(m, s, step, beta1, beta2, epsilon):
        mean = m / (1 - beta1**step)
        return mean / (np.sqrt(np.maximum(s / (1 - beta2**step) - mean**2, 0)) + epsilon)

    return _adam_with(move)


@program("adam", breaks="every number moves by itself: one size is taken for a whole array", value=True)
def b_adam_with_one_size_for_an_array():
    def move(m, s, step, beta1, beta2, epsilon):
        return _right_move(m, np.full_like(s, s.mean()) if s.size else s, step, beta1, beta2, epsilon)

    return _adam_with(move)


@program("adam", breaks="the step fades when the gradients have stopped: the largest mean square so far is kept", value=True)
def b_adam_that_never_forgets_a_size():
    def parts(parameters, gradients, state, beta1, beta2):
        step, means, squares = _adam_parts(parameters, gradients, state, beta1, beta2)
        if state is not None:
            squares = _each(np.maximum, squares, state[2])
        return step, means, squares

    return _adam_with(_right_move, parts)


@program("adam", breaks="each array moves as it would alone: steps are counted once for an array", value=True)
def b_adam_that_counts_arrays():
    def adam(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
        count = 0 if state is None else state[0]
        _, means, squares = _adam_parts(parameters, gradients, state, beta1, beta2)
        moves = []
        for pair in zip(means, squares, strict=True):
            layer = []
            for m, s in zip(*pair, strict=True):
                count += 1
                layer.append(float(learning_rate) * _right_move(m, s, count, beta1, beta2, epsilon))
            moves.append(tuple(layer))
        return _adam_move(parameters, moves, learning_rate * decay), (count, means, squares)

    return adam


@program("adam", breaks="each array moves as it would alone: gradients are divided by the length of all together", value=True)
def b_adam_of_the_common_direction():
    def adam(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
        length = math.sqrt(sum(float(np.sum(np.square(np.asarray(g, float)))) for pair in gradients for g in pair)) or 1.0
        gradients = _each(lambda g: np.asarray(g, np.float64) / max(length, 1.0), gradients)
        return _adam(parameters, gradients, state, learning_rate, decay, beta1, beta2, epsilon)

    return adam


@program("adam", breaks="the share is lost for gradients of any size: the decay is added to the gradient", value=True)
def b_adam_with_decay_in_the_gradient():
    def adam(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
        pairs = zip(parameters, gradients, strict=True)
        coupled = [(np.asarray(dW, float) + decay * np.asarray(W, float), db) for (W, _), (dW, db) in pairs]
        return _adam(parameters, coupled, state, learning_rate, 0.0, beta1, beta2, epsilon)

    return adam


@program("adam", breaks="no b decays: it does", value=True)
def b_adam_whose_biases_decay():
    return _adam_with(_right_move, shrink=lambda rate, decay: (rate * decay, rate * decay))


@program("adam", breaks="the share is learning_rate * decay: it is decay", value=True)
def b_adam_with_decay_without_the_rate():
    return _adam_with(_right_move, shrink=lambda rate, decay: (decay, 0.0))


@program("adam", breaks="each W loses the share of itself: nothing decays", value=True)
def b_adam_deaf_to_the_decay():
    return _adam_with(_right_move, shrink=lambda rate, decay: (0.0, 0.0))


@program("adam", breaks="W loses the share of itself, not of where the step has led: the decay follows the step", value=True)
def b_adam_that_decays_after_the_step():
    def adam(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
        moved, state = _adam(parameters, gradients, state, learning_rate, 0.0, beta1, beta2, epsilon)
        return [(_like(W * (1 - float(learning_rate * decay)), W), b) for W, b in moved], state

    return adam


@program("adam", breaks="house rule: what is given stays as it was; the state handed in is changed in place", value=True)
def b_adam_with_a_state_changed_in_place():
    def adam(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
        moved, after = _adam(parameters, gradients, state, learning_rate, decay, beta1, beta2, epsilon)
        if state is None:
            return moved, list(after)
        state[:] = after
        return moved, state

    return adam


@program("adam", breaks="house rule: what is given stays as it was; the parameters are moved in place", value=True)
def b_adam_in_place():
    def adam(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
        moved, state = _adam(parameters, gradients, state, learning_rate, decay, beta1, beta2, epsilon)
        parameters[:] = moved
        return parameters, state

    return adam


@program(
    "adam",
    breaks="house rule: nothing is remembered between calls; steps are counted by the function, over all trainings",
    value=True,
)
def b_adam_with_one_count_for_all_trainings():
    steps = []

    def adam(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
        if state is not None:
            state = (len(steps), *state[1:])
        moved, after = _adam(parameters, gradients, state, learning_rate, decay, beta1, beta2, epsilon)
        steps.append(1)
        return moved, after

    return adam


@program("adam", breaks="every step has the rate handed in: that of the first step is kept in the state", value=True)
def b_adam_that_keeps_its_first_rate():
    def adam(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
        inner, rate = (None, learning_rate) if state is None else state
        moved, inner = _adam(parameters, gradients, inner, rate, decay, beta1, beta2, epsilon)
        return moved, (inner, rate)

    return adam


@program("adam", breaks="house rule: float32 in, float32 out", value=True)
def b_adam_always_float64():
    def adam(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
        wide = _each(lambda p: np.asarray(p, np.float64), parameters)
        return _adam(wide, gradients, state, learning_rate, decay, beta1, beta2, epsilon)

    return adam


@program(
    "adam",
    breaks="house rule: whole numbers are taken as floats; the new parameters are rounded into the old ones' type",
    value=True,
)
def b_adam_with_whole_parameters():
    def adam(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
        moved, state = _adam(parameters, gradients, state, learning_rate, decay, beta1, beta2, epsilon)
        return _each(lambda p, m: m.astype(np.asarray(p).dtype), parameters, moved), state

    return adam


# -------------------------------------------------------------------------------------------------------------------- brakes


def _scaled(gradients, factor):
    return _each(lambda g: _like(np.asarray(g, np.float64) * factor, g), gradients)


def _largest(gradients):
    return max((float(np.abs(np.asarray(g, np.float64)).max(initial=0)) for pair in gradients for g in pair), default=0.0)


def _clip(gradients, limit):
    largest = _largest(gradients)
    if largest == 0:
        return _scaled(gradients, 1.0)
    root = math.sqrt(sum(float(np.sum((np.asarray(g, np.float64) / largest) ** 2)) for pair in gradients for g in pair))
    if largest <= limit / root:
        return _scaled(gradients, 1.0)
    return _each(lambda g: _like(np.asarray(g, np.float64) / largest * (limit / root), g), gradients)


def _schedule(step, num_steps, top):
    return top * (1 + math.cos(math.pi * step / num_steps)) / 2


def _norm(gradients):
    """The plain norm, for wrong programs; too large squares are inf."""
    with np.errstate(over="ignore"):
        return np.sqrt(sum(np.sum(np.square(np.asarray(g, np.float64))) for pair in gradients for g in pair))


def _brakes(clip=_clip, schedule=_schedule):
    return {"clip": clip, "schedule": schedule}


@program("brakes", several=True)
def b_brakes_with_half_a_cosine():
    return _brakes()


@program("brakes", several=True)
def b_brakes_with_hypot_and_a_straight_line():
    def clip(gradients, limit):
        norm = math.hypot(*(x for pair in gradients for g in pair for x in np.asarray(g, np.float64).ravel().tolist()))
        if norm <= limit:
            return [(_like(W, W), _like(b, b)) for W, b in gradients]
        return _each(lambda g: _like(np.asarray(g, np.float64) / norm * limit, g), gradients)

    def schedule(step, num_steps, top):
        return top * (1 - step / num_steps)

    return _brakes(clip, schedule)


@program("brakes", several=True)
def b_brakes_by_powers_of_two_with_a_warm_up():
    def clip(gradients, limit):
        power = max(math.frexp(_largest(gradients))[1], -500)
        small = _each(lambda g: np.ldexp(np.asarray(g, np.float64), -power), gradients)
        norm = math.sqrt(sum(float(np.vdot(g, g)) for pair in small for g in pair))
        if norm <= math.ldexp(limit, -power):
            return _scaled(gradients, 1.0)
        return _each(lambda s, g: _like(s * (limit / norm), g), small, gradients)

    def schedule(step, num_steps, top):
        warm = num_steps // 12
        if step < warm:
            return top * (step + 1) / (warm + 1)
        return top * math.cos(math.pi / 2 * (step - warm) / (num_steps - warm)) ** 2

    return _brakes(clip, schedule)


@program("brakes", several=True)
def b_brakes_that_hold_the_top_for_a_quarter():
    def clip(gradients, limit):
        kept = [(np.asarray(W), np.asarray(b)) for W, b in gradients]
        norm = 0.0
        for array in (a for pair in kept for a in pair):
            norm = float(np.hypot(norm, np.hypot.reduce(array.astype(np.float64).ravel()) if array.size else 0.0))
        return [tuple(_like(a.astype(np.float64) * (1 if norm <= limit else limit / norm), a) for a in pair) for pair in kept]

    def schedule(step, num_steps, top):
        return min(top, top * (num_steps - step) / (0.75 * num_steps))

    return _brakes(clip, schedule)


@program(
    "brakes", breaks="the norm of all numbers together: each array is clipped alone, and the direction is lost", several=True
)
def b_brakes_for_each_array():
    def clip(gradients, limit):
        return [tuple(_clip([(g, np.zeros(0))], limit)[0][0] for g in pair) for pair in gradients]

    return _brakes(clip)


@program("brakes", breaks="the direction is kept: each number is cut off at the limit", several=True)
def b_brakes_for_each_number():
    def clip(gradients, limit):
        return _each(lambda g: _like(np.clip(np.asarray(g, float), -limit, limit), g), gradients)

    return _brakes(clip)


@program("brakes", breaks="numbers as large as 1e200 are clipped too: their squares are not floats any more", several=True)
def b_brakes_that_square_large_numbers():
    def clip(gradients, limit):
        norm = _norm(gradients)
        return _scaled(gradients, 1.0 if norm <= limit else limit / norm)

    return _brakes(clip)


@program("brakes", breaks="a gradient within the limit comes back as it is: it is stretched to the limit", several=True)
def b_brakes_that_stretch():
    def clip(gradients, limit):
        largest = _largest(gradients)
        if largest == 0:
            return _scaled(gradients, 1.0)
        small = _each(lambda g: np.asarray(g, np.float64) / largest, gradients)
        return _each(lambda s, g: _like(s / _norm(small) * limit, g), small, gradients)

    return _brakes(clip)


@program("brakes", breaks="a gradient within the limit comes back as it is: one of zeros is divided by its norm", several=True)
def b_brakes_that_divide_zero_by_zero():
    def clip(gradients, limit):
        largest = _largest(gradients)
        with np.errstate(all="ignore"):
            small = _each(lambda g: np.asarray(g, np.float64) / np.float64(largest), gradients)
            norm = largest * _norm(small)
            return _each(lambda s, g: _like(s / _norm(small) * min(norm, limit), g), small, gradients)

    return _brakes(clip)


@program(
    "brakes",
    breaks="a gradient within the limit comes back as it is: a small number below the line shortens it a little",
    several=True,
)
def b_brakes_with_a_small_number_below_the_line():
    def clip(gradients, limit):
        largest = _largest(gradients) or 1.0
        norm = largest * float(_norm(_each(lambda g: np.asarray(g, np.float64) / largest, gradients)))
        return _scaled(gradients, min(1.0, limit / (norm + 1e-2)))

    return _brakes(clip)


@program("brakes", breaks="the norm of all numbers together: only weights are measured", several=True)
def b_brakes_that_measure_weights_alone():
    def clip(gradients, limit):
        weights = [(W, np.zeros(0)) for W, _ in gradients]
        largest = _largest(weights)
        if largest == 0:
            return _scaled(gradients, 1.0)
        norm = largest * float(_norm(_each(lambda g: np.asarray(g, np.float64) / largest, weights)))
        return _scaled(gradients, min(1.0, limit / norm))

    return _brakes(clip)


@program("brakes", breaks="the norm is at most limit: the largest number is brought to the limit", several=True)
def b_brakes_by_the_largest_number():
    def clip(gradients, limit):
        largest = _largest(gradients)
        return _scaled(gradients, 1.0 if largest <= limit else limit / largest)

    return _brakes(clip)


@program("brakes", breaks="the direction is kept: what is too long becomes zero", several=True)
def b_brakes_that_throw_away():
    def clip(gradients, limit):
        largest = _largest(gradients) or 1.0
        norm = largest * float(_norm(_each(lambda g: np.asarray(g, np.float64) / largest, gradients)))
        return _scaled(gradients, 1.0 if norm <= limit else 0.0)

    return _brakes(clip)


@program("brakes", breaks="the limit is the one handed in: it is 1 for everybody", several=True)
def b_brakes_deaf_to_the_limit():
    return _brakes(lambda gradients, limit: _clip(gradients, 1.0))


@program("brakes", breaks="house rule: what is given stays as it was; gradients are shortened in place", several=True)
def b_brakes_in_place():
    def clip(gradients, limit):
        shorter = _clip(gradients, limit)
        for pair, new in zip(gradients, shorter, strict=True):
            for array, values in zip(pair, new, strict=True):
                if isinstance(array, np.ndarray) and array.dtype.kind == "f":
                    array[...] = values
        return shorter

    return _brakes(clip)


@program("brakes", breaks="house rule: float32 in, float32 out", several=True)
def b_brakes_that_widen():
    def clip(gradients, limit):
        return _clip(_each(lambda g: np.asarray(g, np.float64), gradients), limit)

    return _brakes(clip)


@program("brakes", breaks="house rule: any size, an array without numbers too; its largest number is looked for", several=True)
def b_brakes_that_need_numbers():
    def clip(gradients, limit):
        largest = [np.abs(np.asarray(g)).max() for pair in gradients for g in pair]
        return _clip(gradients, limit) if np.all(np.isfinite(largest)) else gradients

    return _brakes(clip)


@program("brakes", breaks="it leaves less noise: the rate is constant", several=True)
def b_brakes_with_a_constant_rate():
    return _brakes(schedule=lambda step, num_steps, top: top)


@program("brakes", breaks="it never jumps: the rate falls to a tenth at the half and at three quarters", several=True)
def b_brakes_with_stairs():
    def schedule(step, num_steps, top):
        done = step / num_steps
        return top * (1.0 if done < 0.5 else 0.1 if done < 0.75 else 0.01)

    return _brakes(schedule=schedule)


@program("brakes", breaks="it never jumps: one over the number of the step halves the rate at once", several=True)
def b_brakes_with_one_over_the_step():
    return _brakes(schedule=lambda step, num_steps, top: top / (1 + step))


@program("brakes", breaks="it never jumps: the warm-up takes ten steps", several=True)
def b_brakes_with_a_short_warm_up():
    return _brakes(schedule=lambda step, num_steps, top: min((step + 1) / 10, 1) * _schedule(step, num_steps, top))


@program("brakes", breaks="nine tenths of top within the first quarter: the warm-up takes half of the steps", several=True)
def b_brakes_with_a_long_warm_up():
    return _brakes(schedule=lambda step, num_steps, top: top * (1 - abs(2 * (step + 0.5) / num_steps - 1)))


@program("brakes", breaks="nine tenths of top are reached: it begins at half of it", several=True)
def b_brakes_that_begin_at_a_half():
    return _brakes(schedule=lambda step, num_steps, top: _schedule(step, num_steps, top) / 2)


@program("brakes", breaks="it leaves less noise: a whole wave of the cosine comes back to top", several=True)
def b_brakes_with_a_whole_wave():
    return _brakes(schedule=lambda step, num_steps, top: top * (1 + math.cos(2 * math.pi * step / num_steps)) / 2)


@program("brakes", breaks="it lies between 0 and top: the cosine itself goes below zero", several=True)
def b_brakes_that_go_backwards():
    return _brakes(schedule=lambda step, num_steps, top: top * math.cos(math.pi * step / num_steps))


@program("brakes", breaks="it lies between 0 and top: it begins a little above", several=True)
def b_brakes_above_the_top():
    return _brakes(schedule=lambda step, num_steps, top: 1.1 * _schedule(step, num_steps, top))


@program("brakes", breaks="it leaves at most a quarter: the rate never falls below a half of top", several=True)
def b_brakes_that_stop_half_way():
    return _brakes(schedule=lambda step, num_steps, top: (top + _schedule(step, num_steps, top)) / 2)


@program("brakes", breaks="it leaves less noise for 800 to 3,000 steps: it reckons with ten thousand always", several=True)
def b_brakes_for_ten_thousand_steps():
    return _brakes(schedule=lambda step, num_steps, top: top * max(1 - step / 10000, 0))


@program("brakes", breaks="house rule: any size; for one step alone it divides by num_steps - 1", several=True)
def b_brakes_that_need_two_steps():
    return _brakes(schedule=lambda step, num_steps, top: top * (1 + math.cos(math.pi * step / (num_steps - 1))) / 2)


@program(
    "brakes", breaks="house rule: nothing is remembered; the function counts its calls in place of looking at step", several=True
)
def b_brakes_that_count_their_calls():
    calls = []

    def schedule(step, num_steps, top):
        calls.append(step)
        return _schedule(min(len(calls) - 1, num_steps), num_steps, top)

    return _brakes(schedule=schedule)
