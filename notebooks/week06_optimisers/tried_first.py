"""Programs for week 6, written from its contracts alone."""

import itertools
import math

import numpy as np

from autograder.cases import program

_KEPT = {}  # what forgetful programs remember between two calls


def _kind(array):
    """The float type of an array; whole numbers are taken as floats."""
    kind = np.asarray(array).dtype
    return kind if kind.kind == "f" else np.result_type(kind, np.float32)


def _double(array):
    return np.asarray(array, dtype=np.float64)


def _like(new, old):
    """New numbers in the float type of the old ones."""
    return np.asarray(new).astype(_kind(old))


def _each(function, *nests):
    """A list of (W, b) from lists of (W, b), array by array."""
    return [tuple(function(*parts) for parts in zip(*pairs, strict=True)) for pairs in zip(*nests, strict=True)]


# make_batches


@program("make_batches")
def a_batches_handed_out_one_by_one(X, y, batch_size, rng):
    def epoch():
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            yield X[rows], y[rows]

    return epoch


@program("make_batches")
def a_batches_by_sorting_random_numbers(X, y, batch_size, rng):
    def epoch():
        order = np.argsort(rng.random(len(y)))
        cuts = np.arange(batch_size, len(y), batch_size)
        mixed, labels = X[order], y[order]
        if not len(y):
            return []
        return list(zip(np.split(mixed, cuts), np.split(labels, cuts), strict=True))

    return epoch


@program("make_batches")
def a_batches_from_a_pack_of_cards(X, y, batch_size, rng):
    class Pack:
        def __call__(self):
            cards = list(range(len(y)))
            for last in range(len(cards) - 1, 0, -1):
                other = int(rng.integers(last + 1))
                cards[last], cards[other] = cards[other], cards[last]
            return iter(self.deal(cards))

        def deal(self, cards):
            batches = []
            while cards:
                hand, cards = cards[:batch_size], cards[batch_size:]
                batches.append((np.take(X, hand, axis=0), np.take(y, hand, axis=0)))
            return batches

    return Pack()


@program("make_batches", breaks="each epoch has a new order: the order is drawn once for all")
def a_batches_one_order_for_all(X, y, batch_size, rng):
    order = rng.permutation(len(X))

    def epoch():
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            yield X[rows], y[rows]

    return epoch


@program("make_batches", breaks="each row comes with its own label: rows and labels are mixed apart")
def a_batches_labels_mixed_apart(X, y, batch_size, rng):
    def epoch():
        mixed, labels = X[rng.permutation(len(X))], y[rng.permutation(len(y))]
        for start in range(0, len(X), batch_size):
            yield mixed[start : start + batch_size], labels[start : start + batch_size]

    return epoch


def _batches(X, y, order, starts, batch_size):
    return [(X[order[start : start + batch_size]], y[order[start : start + batch_size]]) for start in starts]


@program("make_batches", breaks="the last batch has what is left: a short one is left out")
def a_batches_without_the_short_one(X, y, batch_size, rng):
    return lambda: _batches(X, y, rng.permutation(len(X)), range(0, len(X) - batch_size + 1, batch_size), batch_size)


@program("make_batches", breaks="four rows give two batches of two: an empty one comes after them")
def a_batches_and_an_empty_one(X, y, batch_size, rng):
    return lambda: _batches(X, y, rng.permutation(len(X)), range(0, len(X) + 1, batch_size), batch_size)


@program("make_batches", breaks="each row comes once: a last row that would be alone is lost")
def a_batches_off_by_one(X, y, batch_size, rng):
    return lambda: _batches(X, y, rng.permutation(len(X)), range(0, len(X) - 1, batch_size), batch_size)


@program("make_batches", breaks="each row comes once: rows are drawn anew for each batch, with replacement")
def a_batches_drawn_with_replacement(X, y, batch_size, rng):
    return lambda: _batches(X, y, rng.integers(max(len(X), 1), size=len(X)), range(0, len(X), batch_size), batch_size)


@program("make_batches", breaks="chance comes from the rng: NumPy's global generator mixes")
def a_batches_by_global_chance(X, y, batch_size, rng):
    return lambda: _batches(X, y, np.random.permutation(len(X)), range(0, len(X), batch_size), batch_size)


@program("make_batches", breaks="chance comes from the rng: each epoch makes a generator with a seed of its own")
def a_batches_with_a_seed_of_its_own(X, y, batch_size, rng):
    made = itertools.count()
    return lambda: _batches(X, y, np.random.default_rng(next(made)).permutation(len(X)), range(0, len(X), batch_size), batch_size)


@program("make_batches", breaks="what it is given stays as it was: rows and labels are mixed where they stand")
def a_batches_mixed_in_place(X, y, batch_size, rng):
    def epoch():
        order = rng.permutation(len(X))
        X[:], y[:] = X[order], y[order]
        return _batches(X, y, np.arange(len(X)), range(0, len(X), batch_size), batch_size)

    return epoch


@program("make_batches", breaks="all orders are equally likely: only whole batches are mixed, neighbours stay together")
def a_batches_of_neighbours(X, y, batch_size, rng):
    def epoch():
        full = len(X) // batch_size
        starts = [*(rng.permutation(full) * batch_size), *([full * batch_size] if len(X) % batch_size else [])]
        return _batches(X, y, np.arange(len(X)), starts, batch_size)

    return epoch


@program("make_batches", breaks="all orders are equally likely: the pack is only cut at a random place")
def a_batches_of_a_cut_pack(X, y, batch_size, rng):
    return lambda: _batches(
        X, y, np.roll(np.arange(len(X)), rng.integers(max(len(X), 1))), range(0, len(X), batch_size), batch_size
    )


@program("make_batches", breaks="all orders are equally likely: exchanges with any card make some orders more frequent")
def a_batches_of_a_clumsy_shuffle(X, y, batch_size, rng):
    def epoch():
        order = np.arange(len(X))
        for k in range(len(X)):
            other = rng.integers(len(X))
            order[k], order[other] = order[other], order[k]
        return _batches(X, y, order, range(0, len(X), batch_size), batch_size)

    return epoch


@program("make_batches", breaks="all batches but the last have batch_size rows: the rows are dealt out evenly")
def a_batches_of_even_size(X, y, batch_size, rng):
    def epoch():
        if not len(X):
            return []
        parts = np.array_split(rng.permutation(len(X)), -(-len(X) // batch_size))
        return [(X[rows], y[rows]) for rows in parts]

    return epoch


@program("make_batches", breaks="the last batch has what is left: the short one comes first")
def a_batches_short_one_first(X, y, batch_size, rng):
    return lambda: _batches(X, y, rng.permutation(len(X)), range(0, len(X), batch_size), batch_size)[::-1]


@program("make_batches", breaks="rows may be pictures: each is laid flat")
def a_batches_of_flat_rows(X, y, batch_size, rng):
    flat = X.reshape(len(X), int(np.prod(X.shape[1:])))
    return lambda: _batches(flat, y, rng.permutation(len(X)), range(0, len(X), batch_size), batch_size)


@program("make_batches", breaks="a function comes back: these are the batches of one epoch")
def a_batches_of_a_single_epoch(X, y, batch_size, rng):
    return _batches(X, y, rng.permutation(len(X)), range(0, len(X), batch_size), batch_size)


@program("make_batches", breaks="each call gives the batches of one epoch: all calls share one iterator, soon empty")
def a_batches_from_one_iterator(X, y, batch_size, rng):
    once = iter(_batches(X, y, rng.permutation(len(X)), range(0, len(X), batch_size), batch_size))
    return lambda: once


@program("make_batches", breaks="float32 in, float32 out: rows become float64")
def a_batches_in_double(X, y, batch_size, rng):
    return lambda: _batches(_double(X), y, rng.permutation(len(X)), range(0, len(X), batch_size), batch_size)


@program("make_batches", breaks="any size, also no rows: one empty batch is always handed out")
def a_batches_at_least_one(X, y, batch_size, rng):
    return lambda: _batches(X, y, rng.permutation(len(X)), range(0, max(len(X), 1), batch_size), batch_size)


# running_average


def _gaps(times):
    """How much time went on before each row, 0 for the first; differences first, then floats."""
    times = np.asarray(times)
    times = times if times.dtype.kind in "iu" else times.astype(np.float64)
    return np.concatenate([np.zeros(min(len(times), 1)), (times[1:] - times[:-1]).astype(np.float64)])


def _averages(values, gaps, beta):
    """The averages in float64, from the gap before each row: only means are kept, and they cannot overflow."""
    averages, mean, weight = np.zeros(len(values)), 0.0, 0.0
    for k, (value, gap) in enumerate(zip(_double(values).tolist(), gaps.tolist(), strict=True)):
        weight = beta**gap * weight + 1
        mean = mean * (1 - 1 / weight) + value / weight
        averages[k] = mean
    return averages


@program("running_average")
def a_average_of_mean_and_weight(values, times, beta):
    return _like(_averages(values, _gaps(times), float(beta)), values)


@program("running_average")
def a_average_accumulated(values, times, beta):
    def take_in(before, row):
        (total, weight), (value, faded) = before, row
        return faded * total + value, faded * weight + 1

    numbers = _double(values)
    largest = np.abs(numbers).max(initial=0) or 1.0
    rows = zip((numbers / largest).tolist(), np.power(float(beta), _gaps(times)).tolist(), strict=True)
    pairs = itertools.islice(itertools.accumulate(rows, take_in, initial=(0.0, 0.0)), 1, None)
    return _like(np.array([total / weight for total, weight in pairs], dtype=np.float64) * largest, values)


@program("running_average")
def a_average_in_blocks(values, times, beta):
    """Blocks of 32 rows, each with a small triangle of weights; one mean and one weight go from block to block."""
    numbers, gaps = _double(values), _gaps(times)
    averages, mean, weight = np.zeros(len(numbers)), 0.0, 0.0
    for start in range(0, len(numbers), 32):
        rows = slice(start, start + 32)
        within = gaps[rows]
        ages = np.cumsum(np.tril(np.broadcast_to(within[:, None], (len(within), len(within))), -1), axis=0)
        triangle = np.tril(float(beta) ** ages)
        old = weight * float(beta) ** np.cumsum(within)
        sums = triangle.sum(axis=1) + old
        averages[rows] = (triangle / sums[:, None]) @ numbers[rows] + old / sums * mean
        mean, weight = averages[rows][-1], sums[-1]
    return _like(averages, values)


@program("running_average", breaks="ages are measured on the clock: each row is one older than the next, whenever it came")
def a_average_by_rows(values, times, beta):
    return _like(_averages(values, np.ones(len(values)), beta), values)


@program("running_average", breaks="the weights of each average sum to one: it starts from zero and is not corrected")
def a_average_from_zero(values, times, beta):
    averages, mean = np.zeros(len(values)), 0.0
    for k, gap in enumerate(_gaps(times)):
        mean = beta**gap * mean + (1 - beta) * values[k]
        averages[k] = mean
    return _like(averages, values)


@program("running_average", breaks="a value of age a has the weight beta^a: the first value counts for the whole past before it")
def a_average_started_at_the_first_value(values, times, beta):
    averages, mean = np.zeros(len(values)), None
    for k, gap in enumerate(_gaps(times)):
        fresh = 1 - beta**gap
        mean = values[k] if mean is None else (1 - fresh) * mean + fresh * values[k]
        averages[k] = mean
    return _like(averages, values)


@program("running_average", breaks="long series and gaps are no trouble: beta to the power of minus the time leaves the floats")
def a_average_by_growing_weights(values, times, beta):
    grown = beta ** -(_double(times))
    return _like(np.cumsum(grown * values) / np.cumsum(grown), values)


@program("running_average", breaks="each new value costs the same small work: the whole history is averaged each time")
def a_average_of_the_whole_history(values, times, beta):
    numbers, clock = _double(values), np.cumsum(_gaps(times))
    averages = np.zeros(len(numbers))
    for k in range(len(numbers)):
        averages[k] = np.average(numbers[: k + 1], weights=beta ** (clock[k] - clock[: k + 1]))
    return _like(averages, values)


@program("running_average", breaks="average k is of the values up to row k: the newest one is not in it yet")
def a_average_without_the_newest(values, times, beta):
    averages = _averages(values, _gaps(times), beta)
    return _like(np.concatenate([_double(values)[:1], averages[:-1]]), values)


@program("running_average", breaks="ages are measured at the time of row k: the gap before the last one is used")
def a_average_with_the_gap_before(values, times, beta):
    gaps = _gaps(times)
    return _like(_averages(values, np.concatenate([np.zeros(min(len(gaps), 1)), gaps[:-1]]), beta), values)


@program("running_average", breaks="only values up to row k count: rows of the same time get the average of all of them")
def a_average_one_for_each_time(values, times, beta):
    averages = _averages(values, _gaps(times), beta)
    last = np.searchsorted(np.asarray(times), np.asarray(times), side="right") - 1
    return _like(averages[last], values)


@program("running_average", breaks="all values count: one of the same time takes the place of the old one")
def a_average_where_the_later_replaces(values, times, beta):
    averages, total, weight, last = np.zeros(len(values)), 0.0, 0.0, 0.0
    for k, gap in enumerate(_gaps(times)):
        value = float(values[k])
        if k and gap == 0:
            total += value - last
        else:
            total, weight = beta**gap * total + value, beta**gap * weight + 1
        averages[k], last = total / weight, value
    return _like(averages, values)


@program("running_average", breaks="beta may be 1: new values come in with 1 - beta, so that 0 is divided by 0")
def a_average_not_for_beta_one(values, times, beta):
    averages, total, weight = np.zeros(len(values)), np.float64(0), np.float64(0)
    for k, gap in enumerate(_gaps(times)):
        total = beta**gap * total + (1 - beta) * values[k]
        weight = beta**gap * weight + (1 - beta)
        averages[k] = total / weight
    return _like(averages, values)


@program("running_average", breaks="a value of age a has the weight beta^a: beyond the effective window it has none")
def a_average_with_a_window(values, times, beta):
    numbers, clock = _double(values), np.cumsum(_gaps(times))
    window = 1 / (1 - beta) if beta < 1 else math.inf
    averages, first = np.zeros(len(numbers)), 0
    for k in range(len(numbers)):
        while clock[k] - clock[first] > window:
            first += 1
        ages = clock[k] - clock[first : k + 1]
        averages[k] = np.average(numbers[first : k + 1], weights=beta**ages)
    return _like(averages, values)


@program("running_average", breaks="ages are measured on the clock: times are cut to whole numbers")
def a_average_by_whole_hours(values, times, beta):
    return _like(_averages(values, _gaps(np.floor(_double(times)).astype(np.int64)), beta), values)


@program("running_average", breaks="whole numbers are taken as floats: averages of whole numbers are cut off")
def a_average_in_the_type_of_the_values(values, times, beta):
    averages = np.zeros_like(values)
    averages[:] = _averages(values, _gaps(times), beta)
    return averages


@program("running_average", breaks="float32 in, float32 out: averages are float64")
def a_average_always_in_double(values, times, beta):
    return _averages(values, _gaps(times), beta)


@program("running_average", breaks="what it is given stays as it was: averages are written over the values")
def a_average_written_over_the_values(values, times, beta):
    averages = _like(_averages(values, _gaps(times), beta), values)
    if isinstance(values, np.ndarray):
        values[:] = averages
        return values if values.dtype == averages.dtype else averages
    return averages


@program("running_average", breaks="nothing is remembered between two calls: total and weight go on from the last series")
def a_average_that_goes_on(values, times, beta):
    total, weight = _KEPT.get("average", (0.0, 0.0))
    averages = np.zeros(len(values))
    for k, gap in enumerate(_gaps(times)):
        total, weight = beta**gap * total + float(values[k]), beta**gap * weight + 1
        averages[k] = total / weight
    _KEPT["average"] = total, weight
    return _like(averages, values)


@program("running_average", breaks="any size, also none: the first value is asked for")
def a_average_that_needs_a_value(values, times, beta):
    averages = [float(values[0])]
    return _like(averages + _averages(values, _gaps(times), beta)[1:].tolist(), values)


@program("running_average", breaks="the weights are those of ages: the sum is divided by the number of values")
def a_average_over_the_count(values, times, beta):
    averages, total = np.zeros(len(values)), 0.0
    for k, gap in enumerate(_gaps(times)):
        total = beta**gap * total + float(values[k])
        averages[k] = total / (k + 1)
    return _like(averages, values)


# momentum


def _zeros(parameters):
    return _each(lambda part: np.zeros(np.shape(part)), parameters)


def _step(parameters, gradients, velocity, learning_rate, beta):
    """Undamped momentum; velocities are float64."""
    velocity = _zeros(parameters) if velocity is None else velocity
    velocity = _each(lambda v, g: beta * v + _double(g), velocity, gradients)
    return _each(lambda part, v: _like(_double(part) - learning_rate * v, part), parameters, velocity), velocity


def _tune(low, high):
    root = (math.sqrt(high) - math.sqrt(low)) / (math.sqrt(high) + math.sqrt(low))
    return (1 + root) ** 2 / high, root**2


def _momentum(step=_step, tune=_tune):
    return {"momentum_step": step, "tune": tune}


@program("momentum", several=True)
def a_momentum_undamped():
    return _momentum()


@program("momentum", several=True)
def a_momentum_damped():
    def momentum_step(parameters, gradients, velocity, learning_rate, beta):
        moved, speeds = [], []
        for layer, ((W, b), (d_W, d_b)) in enumerate(zip(parameters, gradients, strict=True)):
            old_W, old_b = (0.0, 0.0) if velocity is None else velocity[layer]
            new_W, new_b = beta * old_W + (1 - beta) * _double(d_W), beta * old_b + (1 - beta) * _double(d_b)
            moved.append((_like(W - learning_rate * new_W, W), _like(b - learning_rate * new_b, b)))
            speeds.append((new_W, new_b))
        return moved, speeds

    def tune(low, high):
        sum_of_roots = math.sqrt(low) + math.sqrt(high)
        beta = (1 - 2 * math.sqrt(low) / sum_of_roots) ** 2
        return (2 / sum_of_roots) ** 2 / (1 - beta), beta

    return _momentum(momentum_step, tune)


@program("momentum", several=True)
def a_momentum_that_remembers_its_last_step():
    """All numbers lie in one long row; the velocity is the last step that was made."""

    def momentum_step(parameters, gradients, velocity, learning_rate, beta):
        slopes = np.concatenate([np.zeros(0), *(np.ravel(part) for pair in gradients for part in pair)])
        last = 0.0 if velocity is None else velocity["last"]
        step = beta * last - learning_rate * slopes
        moved, at = [], 0
        for pair in parameters:
            layer = []
            for part in pair:
                size = np.size(part)
                layer.append(_like(_double(part) + step[at : at + size].reshape(np.shape(part)), part))
                at += size
            moved.append(tuple(layer))
        return moved, {"last": step}

    def tune(low, high):
        condition = high / low
        beta = ((math.sqrt(condition) - 1) / (math.sqrt(condition) + 1)) ** 2
        return (1 - math.sqrt(beta)) ** 2 / low, beta

    return _momentum(momentum_step, tune)


@program("momentum", several=True, breaks="as fast as momentum can be: the two ends of the range are exchanged")
def a_momentum_tuned_with_ends_exchanged():
    def tune(low, high):
        root = math.sqrt(_tune(low, high)[1])
        return (1 + root) ** 2 / low, root**2

    return _momentum(tune=tune)


@program("momentum", several=True, breaks="tune returns beta: this is its root")
def a_momentum_tuned_to_the_root():
    def tune(low, high):
        learning_rate, beta = _tune(low, high)
        return learning_rate, math.sqrt(beta)

    return _momentum(tune=tune)


@program("momentum", several=True, breaks="as fast as momentum can be: the condition number stands in place of its root")
def a_momentum_tuned_without_a_root():
    def tune(low, high):
        root = (high - low) / (high + low)
        return (1 + root) ** 2 / high, root**2

    return _momentum(tune=tune)


@program("momentum", several=True, breaks="as fast as momentum can be: best rate of plain descent, without momentum")
def a_momentum_tuned_as_plain_descent():
    return _momentum(tune=lambda low, high: (2 / (low + high), 0.0))


@program("momentum", several=True, breaks="for every curvature in the range: beta is 0.9, whatever the range")
def a_momentum_tuned_by_custom():
    return _momentum(tune=lambda low, high: (1 / high, 0.9))


@program("momentum", several=True, breaks="tune is for your own step: this is damped, the rate is for the other form")
def a_momentum_tuned_for_the_other_form():
    def momentum_step(parameters, gradients, velocity, learning_rate, beta):
        return _step(parameters, _each(lambda g: (1 - beta) * _double(g), gradients), velocity, learning_rate, beta)

    return _momentum(momentum_step)


@program("momentum", several=True, breaks="where low equals high one step arrives: 0 is divided by 0")
def a_momentum_tuned_by_the_difference():
    def tune(low, high):
        root = math.sqrt(_tune(low, high)[1])
        return 4 * root / (high - low), root**2

    return _momentum(tune=tune)


@program("momentum", several=True, breaks="curvatures may be whole numbers: their ratio is cut off")
def a_momentum_tuned_with_a_whole_ratio():
    def tune(low, high):
        root = (math.sqrt(high // low) - 1) / (math.sqrt(high // low) + 1)
        return (1 + root) ** 2 / high, root**2

    return _momentum(tune=tune)


@program(
    "momentum",
    several=True,
    breaks="the parameters move by the velocity: they look ahead as Nesterov's do",
)
def a_momentum_looking_ahead():
    def momentum_step(parameters, gradients, velocity, learning_rate, beta):
        _, velocity = _step(parameters, gradients, velocity, learning_rate, beta)
        ahead = _each(lambda v, g: beta * v + _double(g), velocity, gradients)
        return _each(lambda part, v: _like(_double(part) - learning_rate * v, part), parameters, ahead), velocity

    return _momentum(momentum_step)


@program("momentum", several=True, breaks="it coasts when the gradient is gone: then it stands still")
def a_momentum_that_stops_without_a_gradient():
    def momentum_step(parameters, gradients, velocity, learning_rate, beta):
        _, velocity = _step(parameters, gradients, velocity, learning_rate, beta)
        pushed = _each(lambda v, g: np.where(_double(g) == 0, 0, v), velocity, gradients)
        return _each(lambda part, v: _like(_double(part) - learning_rate * v, part), parameters, pushed), velocity

    return _momentum(momentum_step)


@program("momentum", several=True, breaks="each coasting step is beta times the one before: the velocity does not fade")
def a_momentum_without_friction():
    def momentum_step(parameters, gradients, velocity, learning_rate, beta):
        if velocity is None or beta == 0:
            return _step(parameters, gradients, None, learning_rate, beta)
        velocity = _each(lambda v, g: v + _double(g), velocity, gradients)
        return _each(lambda part, v: _like(_double(part) - learning_rate * v, part), parameters, velocity), velocity

    return _momentum(momentum_step)


@program("momentum", several=True, breaks="W and b coast: biases make plain steps")
def a_momentum_of_weights_only():
    def momentum_step(parameters, gradients, velocity, learning_rate, beta):
        moved, new = _step(parameters, gradients, velocity, learning_rate, beta)
        plain, _ = _step(parameters, gradients, None, learning_rate, beta)
        return [(W, b) for (W, _), (_, b) in zip(moved, plain, strict=True)], new

    return _momentum(momentum_step)


@program("momentum", several=True, breaks="with beta 0 it is plain gradient descent: it moves by the velocity of the step before")
def a_momentum_one_step_late():
    def momentum_step(parameters, gradients, velocity, learning_rate, beta):
        old = _zeros(parameters) if velocity is None else velocity
        _, new = _step(parameters, gradients, velocity, learning_rate, beta)
        return _each(lambda part, v: _like(_double(part) - learning_rate * v, part), parameters, old), new

    return _momentum(momentum_step)


@program("momentum", several=True, breaks="it goes downhill: the step is taken along the gradient")
def a_momentum_uphill():
    return _momentum(lambda parameters, gradients, velocity, rate, beta: _step(parameters, gradients, velocity, -rate, beta))


@program("momentum", several=True, breaks="each coasting step is beta times the one before: bias correction as in Adam")
def a_momentum_with_bias_correction():
    def momentum_step(parameters, gradients, velocity, learning_rate, beta):
        count, inner = (0, None) if velocity is None else velocity
        _, inner = _step(parameters, gradients, inner, learning_rate, beta)
        count += 1
        rate = learning_rate * (1 - beta) / (1 - beta**count) if beta < 1 else learning_rate / count
        return _each(lambda part, v: _like(_double(part) - rate * v, part), parameters, inner), (count, inner)

    return _momentum(momentum_step)


@program("momentum", several=True, breaks="what it is given stays as it was: the parameters are moved in place")
def a_momentum_in_place():
    def momentum_step(parameters, gradients, velocity, learning_rate, beta):
        moved, new = _step(parameters, gradients, velocity, learning_rate, beta)
        for pair, pair_moved in zip(parameters, moved, strict=True):
            for part, part_moved in zip(pair, pair_moved, strict=True):
                part[...] = part_moved
        return parameters, new

    return _momentum(momentum_step)


@program("momentum", several=True, breaks="what it is given stays as it was: the velocity that was handed in is changed")
def a_momentum_that_changes_the_velocity():
    def momentum_step(parameters, gradients, velocity, learning_rate, beta):
        velocity = _zeros(parameters) if velocity is None else velocity
        for speeds, slopes in zip(velocity, gradients, strict=True):
            for v, g in zip(speeds, slopes, strict=True):
                v *= beta
                v += g
        return _each(lambda part, v: _like(_double(part) - learning_rate * v, part), parameters, velocity), velocity

    return _momentum(momentum_step)


@program("momentum", several=True, breaks="nothing is remembered between two calls: a global holds the velocities")
def a_momentum_with_a_global_velocity():
    def momentum_step(parameters, gradients, velocity, learning_rate, beta):
        key = ("velocity", tuple(np.shape(part) for pair in parameters for part in pair))
        moved, _KEPT[key] = _step(parameters, gradients, _KEPT.get(key), learning_rate, beta)
        return moved, ()

    return _momentum(momentum_step)


@program("momentum", several=True, breaks="float32 in, float32 out: the new parameters are float64")
def a_momentum_always_in_double():
    def momentum_step(parameters, gradients, velocity, learning_rate, beta):
        return _step(_each(_double, parameters), gradients, velocity, learning_rate, beta)

    return _momentum(momentum_step)


@program("momentum", several=True, breaks="whole numbers are taken as floats: the moved parameters are cut to whole numbers")
def a_momentum_that_stays_whole():
    def momentum_step(parameters, gradients, velocity, learning_rate, beta):
        moved, new = _step(parameters, gradients, velocity, learning_rate, beta)
        return _each(lambda part, old: part.astype(np.asarray(old).dtype), moved, parameters), new

    return _momentum(momentum_step)


@program("momentum", several=True, breaks="all of the parameters move: only the first layer does")
def a_momentum_of_the_first_layer():
    def momentum_step(parameters, gradients, velocity, learning_rate, beta):
        moved, new = _step(parameters, gradients, velocity, learning_rate, beta)
        return moved[:1] + list(parameters[1:]), new

    return _momentum(momentum_step)


# adam


def _adam(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8, *, size=None):
    """Weighted sums and their sums of weights, in float64; `size` gives the usual size from the mean square."""
    size = size or (lambda square: np.sqrt(square) + epsilon)
    w1, w2, sums, squares = state or (0.0, 0.0, _zeros(parameters), _zeros(parameters))
    w1, w2 = beta1 * w1 + 1, beta2 * w2 + 1
    sums = _each(lambda m, g: beta1 * m + _double(g), sums, gradients)
    squares = _each(lambda s, g: beta2 * s + _double(g) ** 2, squares, gradients)
    steps = _each(lambda m, s: learning_rate * (m / w1) / size(s / w2), sums, squares)
    moved = []
    for (W, b), (step_W, step_b) in zip(parameters, steps, strict=True):
        moved.append((_like(W - step_W - learning_rate * decay * _double(W), W), _like(b - step_b, b)))
    return moved, (w1, w2, sums, squares)


@program("adam")
def a_adam_of_weighted_sums(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
    return _adam(parameters, gradients, state, learning_rate, decay, beta1, beta2, epsilon)


@program("adam")
def a_adam_as_in_the_paper(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
    count, memories = state if state is not None else (0, [None] * len(parameters))
    count += 1
    part1 = (1 - beta1) / (1 - beta1**count) if beta1 != 1 else 1 / count
    part2 = (1 - beta2) / (1 - beta2**count) if beta2 != 1 else 1 / count

    def one(array, slope, memory, lost):
        slope, mean, square = _double(slope), *((0.0, 0.0) if memory is None else memory)
        mean = (1 - part1) * mean + part1 * slope
        square = (1 - part2) * square + part2 * slope**2
        new = _double(array) * (1 - lost) - learning_rate * mean / (np.sqrt(square) + epsilon)
        return _like(new, array), (mean, square)

    moved, kept = [], []
    for (W, b), (d_W, d_b), memory in zip(parameters, gradients, memories, strict=True):
        W, of_W = one(W, d_W, memory and memory[0], learning_rate * decay)
        b, of_b = one(b, d_b, memory and memory[1], 0)
        moved.append((W, b))
        kept.append((of_W, of_b))
    return moved, (count, kept)


@program("adam")
def a_adam_in_one_long_row(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
    slopes = np.concatenate([np.zeros(0), *(np.ravel(part) for pair in gradients for part in pair)])
    if state is None:
        state = {"rows": np.zeros((2, len(slopes))), "counts": np.zeros((2, 1))}
    betas = np.array([[beta1], [beta2]], dtype=np.float64)
    rows = betas * state["rows"] + np.stack([slopes, slopes**2])
    counts = betas * state["counts"] + 1
    mean, square = rows / counts
    step = -learning_rate * mean / (np.sqrt(square) + epsilon)
    moved, at = [], 0
    for pair in parameters:
        layer = []
        for place, part in enumerate(pair):
            own = step[at : at + np.size(part)].reshape(np.shape(part))
            at += np.size(part)
            shrunk = _double(part) * (1 - learning_rate * decay) if place == 0 else _double(part)
            layer.append(_like(shrunk + own, part))
        moved.append(tuple(layer))
    return moved, {"rows": rows, "counts": counts}


@program("adam", breaks="it moves as adam_by_history says: averages start from zero and are not corrected")
def a_adam_without_correction(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
    means, squares = state or (_zeros(parameters), _zeros(parameters))
    means = _each(lambda m, g: beta1 * m + (1 - beta1) * _double(g), means, gradients)
    squares = _each(lambda s, g: beta2 * s + (1 - beta2) * _double(g) ** 2, squares, gradients)
    steps = _each(lambda m, s: learning_rate * m / (np.sqrt(s) + epsilon), means, squares)
    moved = [
        (_like(W - dW - learning_rate * decay * _double(W), W), _like(b - db, b))
        for (W, b), (dW, db) in zip(parameters, steps, strict=True)
    ]
    return moved, (means, squares)


@program("adam", breaks="it moves as adam_by_history says: the mean is corrected, the mean square is not")
def a_adam_half_corrected(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
    weight = beta2 * (state[1] if state else 0.0) + 1
    have = weight * (1 - beta2)
    return _adam(
        parameters, gradients, state, learning_rate, decay, beta1, beta2, size=lambda square: np.sqrt(square * have) + epsilon
    )


@program("adam", breaks="it moves as adam_by_history says at every step: the correction counts one step too many")
def a_adam_counting_from_two(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
    if state is None:
        state = (1.0, 1.0, _zeros(parameters), _zeros(parameters))
    return _adam(parameters, gradients, state, learning_rate, decay, beta1, beta2, epsilon)


@program("adam", breaks="each array moves as it would alone: steps are counted once for each array")
def a_adam_counting_arrays(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
    count, means, squares = state or (0, _zeros(parameters), _zeros(parameters))
    means = _each(lambda m, g: beta1 * m + (1 - beta1) * _double(g), means, gradients)
    squares = _each(lambda s, g: beta2 * s + (1 - beta2) * _double(g) ** 2, squares, gradients)
    moved = []
    for pair, pair_means, pair_squares in zip(parameters, means, squares, strict=True):
        layer = []
        for place, (part, m, s) in enumerate(zip(pair, pair_means, pair_squares, strict=True)):
            count += 1
            step = learning_rate * (m / (1 - beta1**count)) / (np.sqrt(s / (1 - beta2**count)) + epsilon)
            lost = learning_rate * decay if place == 0 else 0
            layer.append(_like(_double(part) * (1 - lost) - step, part))
        moved.append(tuple(layer))
    return moved, (count, means, squares)


@program("adam", breaks="epsilon stands outside the root: it is added inside")
def a_adam_epsilon_inside(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
    return _adam(parameters, gradients, state, learning_rate, decay, beta1, beta2, size=lambda square: np.sqrt(square + epsilon))


@program("adam", breaks="decay is decoupled from the gradient: it is added to the gradient")
def a_adam_decay_in_the_gradient(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
    heavier = [(_double(dW) + decay * _double(W), db) for (W, _), (dW, db) in zip(parameters, gradients, strict=True)]
    return _adam(parameters, heavier, state, learning_rate, 0.0, beta1, beta2, epsilon)


@program("adam", breaks="no b decays: all of them do")
def a_adam_biases_decay(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
    moved, new = _adam(parameters, gradients, state, learning_rate, decay, beta1, beta2, epsilon)
    lost = learning_rate * decay
    return [(W, _like(b - lost * _double(old), old)) for (W, b), (_, old) in zip(moved, parameters, strict=True)], new


@program("adam", breaks="W loses the share learning_rate * decay: it loses the share decay")
def a_adam_decay_without_the_rate(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
    return _adam(parameters, gradients, state, learning_rate, decay / learning_rate, beta1, beta2, epsilon)


@program("adam", breaks="W loses a share of itself: it loses the same amount everywhere, by its sign")
def a_adam_decay_by_sign(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
    moved, new = _adam(parameters, gradients, state, learning_rate, 0.0, beta1, beta2, epsilon)
    lost = learning_rate * decay
    return [(_like(W - lost * np.sign(old), old), b) for (W, b), (old, _) in zip(moved, parameters, strict=True)], new


@program("adam", breaks="every number moves by its own history: an array's numbers share one usual size")
def a_adam_one_size_for_an_array(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
    def size(square):
        return np.sqrt(np.mean(square)) + epsilon if square.size else np.ones_like(square)

    return _adam(parameters, gradients, state, learning_rate, decay, beta1, beta2, size=size)


@program("adam", breaks="it moves as adam_by_history says: it divides by the mean square, without the root")
def a_adam_without_the_root(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
    return _adam(parameters, gradients, state, learning_rate, decay, beta1, beta2, size=lambda square: square + epsilon)


@program("adam", breaks="it moves as adam_by_history says: the largest mean square so far is kept")
def a_adam_with_the_largest_size(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
    inner, largest = state or (None, _zeros(parameters))
    _, new = _adam(parameters, gradients, inner, learning_rate, decay, beta1, beta2, epsilon)
    w1, w2, sums, squares = new
    largest = _each(lambda top, s: np.maximum(top, s / w2), largest, squares)
    steps = _each(lambda m, top: learning_rate * m / w1 / (np.sqrt(top) + epsilon), sums, largest)
    moved = [
        (_like(W - dW - learning_rate * decay * _double(W), W), _like(b - db, b))
        for (W, b), (dW, db) in zip(parameters, steps, strict=True)
    ]
    return moved, (new, largest)


@program("adam", breaks="it moves as adam_by_history says: beta1 and beta2 are exchanged")
def a_adam_betas_exchanged(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
    return _adam(parameters, gradients, state, learning_rate, decay, beta2, beta1, epsilon)


@program("adam", breaks="beta1 and beta2 are arguments: the usual ones are always taken")
def a_adam_deaf_to_betas(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
    return _adam(parameters, gradients, state, learning_rate, decay, epsilon=epsilon)


@program("adam", breaks="epsilon is 1e-8 unless told otherwise: here 1e-5")
def a_adam_another_default(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-5):
    return _adam(parameters, gradients, state, learning_rate, decay, beta1, beta2, epsilon)


@program("adam", breaks="gradients of zero count in the history: numbers without a gradient rest")
def a_adam_resting_at_zero(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
    moved, new = _adam(parameters, gradients, state, learning_rate, decay, beta1, beta2, epsilon)
    lost = learning_rate * decay
    rested = [(_like(_double(W) * (1 - lost), W), _like(b, b)) for W, b in parameters]
    return _each(lambda old, part, g: np.where(np.asarray(g) == 0, old, part), rested, moved, gradients), new


@program("adam", breaks="nothing is remembered between two calls: averages lie in a global, None does not clear it")
def a_adam_with_a_global_state(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
    key = ("adam", tuple(np.shape(part) for pair in parameters for part in pair))
    moved, _KEPT[key] = _adam(parameters, gradients, _KEPT.get(key), learning_rate, decay, beta1, beta2, epsilon)
    return moved, ()


@program("adam", breaks="what it is given stays as it was: the averages in the state are changed in place")
def a_adam_that_changes_its_state(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
    moved, new = _adam(parameters, gradients, state, learning_rate, decay, beta1, beta2, epsilon)
    if state is None:
        return moved, new
    for old_nest, new_nest in zip(state[2:], new[2:], strict=True):
        _each(lambda old, fresh: np.copyto(old, fresh), old_nest, new_nest)
    return moved, (new[0], new[1], state[2], state[3])


@program("adam", breaks="what it is given stays as it was: the parameters are moved in place")
def a_adam_in_place(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
    moved, new = _adam(parameters, gradients, state, learning_rate, decay, beta1, beta2, epsilon)
    _each(lambda old, fresh: np.copyto(old, fresh, casting="unsafe"), parameters, moved)
    return parameters, new


@program("adam", breaks="float32 in, float32 out: the new parameters are float64")
def a_adam_always_in_double(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
    return _adam(_each(_double, parameters), gradients, state, learning_rate, decay, beta1, beta2, epsilon)


# brakes


def _parts(gradients):
    return [part for pair in gradients for part in pair]


def _clip(gradients, limit):
    largest = max((float(np.abs(_double(part)).max(initial=0)) for part in _parts(gradients)), default=0.0)
    if largest == 0:
        return _each(lambda part: _like(part, part), gradients)
    rest = math.sqrt(sum(float(np.sum((_double(part) / largest) ** 2)) for part in _parts(gradients)))
    if rest <= limit / largest:
        return _each(lambda part: _like(part, part), gradients)
    return _each(lambda part: _like(_double(part) / largest * (limit / rest), part), gradients)


def _schedule(step, num_steps, top):
    return top * (1 + math.cos(math.pi * step / num_steps)) / 2


def _norm(arrays):
    """The plain norm, which overflows."""
    return float(np.sqrt(sum(np.sum(_double(part) ** 2) for part in arrays)))


def _times(gradients, factor):
    return _each(lambda part: _like(_double(part) * factor, part), gradients)


def _brakes(clip=_clip, schedule=_schedule):
    return {"clip": clip, "schedule": schedule}


@program("brakes", several=True)
def a_brakes_half_a_wave():
    return _brakes()


@program("brakes", several=True)
def a_brakes_straight_down():
    def clip(gradients, limit):
        norm = math.hypot(*(number for part in _parts(gradients) for number in np.ravel(part).tolist()))
        if norm <= limit:
            return [(_like(W, W), _like(b, b)) for W, b in gradients]
        return [(_like(_double(W) / norm * limit, W), _like(_double(b) / norm * limit, b)) for W, b in gradients]

    def schedule(step, num_steps, top):
        return top * (num_steps - step) / num_steps

    return _brakes(clip, schedule)


@program("brakes", several=True)
def a_brakes_warm_up_and_hyperbola():
    def clip(gradients, limit):
        everything = np.concatenate([np.zeros(0), *(np.ravel(part) for part in _parts(gradients))])
        power = math.frexp(np.max(np.abs(everything), initial=0.0))[1]
        scaled = np.ldexp(everything, -power)
        norm = float(np.linalg.norm(scaled))
        with np.errstate(over="ignore"):
            bound = np.ldexp(float(limit), -power)
        if norm > bound:
            everything = scaled * (limit / norm)
        shortened, at = [], 0
        for pair in gradients:
            layer = []
            for part in pair:
                layer.append(_like(everything[at : at + np.size(part)].reshape(np.shape(part)), part))
                at += np.size(part)
            shortened.append(tuple(layer))
        return shortened

    def schedule(step, num_steps, top):
        warm = num_steps // 10 if num_steps >= 100 else 0
        if step < warm:
            return top * (step + 1) / warm
        return top / (1 + 15 * (step - warm) / num_steps)

    return _brakes(clip, schedule)


@program("brakes", several=True, breaks="the direction is kept: each array is shortened by itself")
def a_brakes_array_by_array():
    def clip(gradients, limit):
        return _each(lambda part: _clip([(part, np.zeros(0))], limit)[0][0], gradients)

    return _brakes(clip)


@program("brakes", several=True, breaks="the direction is kept: each number is brought into the limit by itself")
def a_brakes_number_by_number():
    return _brakes(lambda gradients, limit: _each(lambda part: _like(np.clip(_double(part), -limit, limit), part), gradients))


@program("brakes", several=True, breaks="numbers as large as 1e200 are clipped too: their squares overflow")
def a_brakes_squares_that_overflow():
    def clip(gradients, limit):
        norm = _norm(_parts(gradients))
        return _times(gradients, limit / norm if norm > limit else 1)

    return _brakes(clip)


@program("brakes", several=True, breaks="a gradient within the limit comes back as it is: short ones are made longer")
def a_brakes_always_the_limit():
    def clip(gradients, limit):
        largest = max((float(np.abs(_double(part)).max(initial=0)) for part in _parts(gradients)), default=0.0)
        if largest == 0:
            return _clip(gradients, limit)
        norm = _norm(_double(part) / largest for part in _parts(gradients))
        return _each(lambda part: _like(_double(part) / largest * (limit / norm), part), gradients)

    return _brakes(clip)


@program("brakes", several=True, breaks="a gradient within the limit comes back, also zero: its norm is divided by")
def a_brakes_zero_by_zero():
    def clip(gradients, limit):
        if _parts(gradients) and not any(np.any(part) for part in _parts(gradients)):
            return _times(gradients, np.float64(limit) / np.float64(0.0))
        return _clip(gradients, limit)

    return _brakes(clip)


@program("brakes", several=True, breaks="what counts is the norm of all numbers: it is that of the largest one")
def a_brakes_by_the_largest_number():
    def clip(gradients, limit):
        largest = max((float(np.abs(_double(part)).max(initial=0)) for part in _parts(gradients)), default=0.0)
        return _times(gradients, min(1, limit / largest) if largest > 0 else 1)

    return _brakes(clip)


@program("brakes", several=True, breaks="a gradient within the limit comes back as it is: norms of the arrays are added up")
def a_brakes_by_the_sum_of_norms():
    def clip(gradients, limit):
        total = sum(math.hypot(*np.ravel(part).tolist()) for part in _parts(gradients))
        return _times(gradients, limit / total if total > limit else 1)

    return _brakes(clip)


@program("brakes", several=True, breaks="the norm of all numbers together: biases neither count nor shrink")
def a_brakes_for_weights_only():
    def clip(gradients, limit):
        shortened = _clip([(W, np.zeros(0)) for W, _ in gradients], limit)
        return [(W, _like(b, b)) for (W, _), (_, b) in zip(shortened, gradients, strict=True)]

    return _brakes(clip)


@program("brakes", several=True, breaks="the norm becomes the limit at most: the root of the sum of squares is forgotten")
def a_brakes_without_the_root():
    def clip(gradients, limit):
        largest = max((float(np.abs(_double(part)).max(initial=0)) for part in _parts(gradients)), default=0.0)
        if largest > 1e100:
            return _clip(gradients, limit)
        square = _norm(_parts(gradients)) ** 2
        return _times(gradients, limit / square if square > limit else 1)

    return _brakes(clip)


@program("brakes", several=True, breaks="what it is given stays as it was: gradients are shortened in place")
def a_brakes_in_place():
    def clip(gradients, limit):
        shortened = _clip(gradients, limit)
        _each(lambda old, fresh: np.copyto(old, fresh, casting="unsafe"), gradients, shortened)
        return shortened

    return _brakes(clip)


@program("brakes", several=True, breaks="float32 in, float32 out: clipped gradients are float64")
def a_brakes_always_in_double():
    return _brakes(lambda gradients, limit: _clip(_each(_double, gradients), limit))


@program("brakes", several=True, breaks="any size, also arrays without numbers: the largest number of each is asked for")
def a_brakes_that_need_a_number():
    def clip(gradients, limit):
        largest = max(np.abs(part).max() for part in _parts(gradients))
        return _clip(gradients, limit) if largest > 0 else _times(gradients, 1)

    return _brakes(clip)


@program("brakes", several=True, breaks="the schedule leaves less noise: it always returns top")
def a_brakes_constant_rate():
    return _brakes(schedule=lambda step, num_steps, top: top)


@program("brakes", several=True, breaks="the schedule leaves a quarter of the noise: it falls to one half of top only")
def a_brakes_half_way_down():
    return _brakes(schedule=lambda step, num_steps, top: top * (1 - 0.5 * step / num_steps))


@program("brakes", several=True, breaks="the schedule leaves less noise: the wave is a whole one, and ends at top again")
def a_brakes_a_whole_wave():
    return _brakes(schedule=lambda step, num_steps, top: top * (1 + math.cos(2 * math.pi * step / num_steps)) / 2)


@program("brakes", several=True, breaks="the schedule never jumps: it is halved after each eighth of the steps")
def a_brakes_in_stairs():
    return _brakes(schedule=lambda step, num_steps, top: top * 0.5 ** (8 * step // num_steps))


@program("brakes", several=True, breaks="the schedule never jumps: one over the root of the step falls at once")
def a_brakes_one_over_the_root():
    return _brakes(schedule=lambda step, num_steps, top: top / math.sqrt(step + 1) * (1 - step / num_steps))


@program("brakes", several=True, breaks="nine tenths of top within the first quarter: the warm-up takes half of the steps")
def a_brakes_long_warm_up():
    def schedule(step, num_steps, top):
        done = (step + 1) / (num_steps + 1)
        return top * (2 * done if done < 0.5 else 2 - 2 * done)

    return _brakes(schedule=schedule)


@program("brakes", several=True, breaks="the schedule lies between 0 and top: the line goes on below zero")
def a_brakes_below_zero():
    return _brakes(schedule=lambda step, num_steps, top: top * (1 - 1.25 * step / num_steps))


@program("brakes", several=True, breaks="the schedule lies between 0 and top: it starts above top")
def a_brakes_above_top():
    return _brakes(schedule=lambda step, num_steps, top: 1.5 * _schedule(step, num_steps, top))


@program("brakes", several=True, breaks="num_steps may be 1: it is divided by num_steps - 1")
def a_brakes_not_for_one_step():
    return _brakes(schedule=lambda step, num_steps, top: top * (1 + math.cos(math.pi * step / (num_steps - 1))) / 2)


@program(
    "brakes",
    several=True,
    breaks="nothing is remembered between two calls: the rate shrinks with each call",
)
def a_brakes_that_count_calls():
    calls = itertools.count()
    return _brakes(schedule=lambda step, num_steps, top: top * max(0.0, 1 - next(calls) / num_steps))


@program("brakes", several=True, breaks="the rate stays above 0 for any number of steps: it is made for 1,000")
def a_brakes_for_a_thousand_steps():
    return _brakes(schedule=lambda step, num_steps, top: top * (1 - 0.9 * step / 1000))
