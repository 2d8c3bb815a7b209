"""Answers that the cases of week 6 must tell apart."""

import functools

import numpy as np

from autograder.cases import entry, right, wrong


# ------------------------------------------------------------------------------------------- make_batches
def dealt(X, y, size, order):
    """The batches of one order."""
    for start in range(0, len(X), size):
        rows = order[start : start + size]
        yield X[rows], y[rows]


@wrong("make_batches", caught_by="a_new_order", kind="missing case", headline=True)
def a_new_order_only_after_a_short_batch(X, y, batch_size, rng):
    order = rng.permutation(len(X))

    def epoch():
        nonlocal order
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            yield X[rows], y[rows]
            if len(rows) < batch_size:
                order = rng.permutation(len(X))

    return epoch


@wrong("make_batches", caught_by="each_row_once", kind="mathematics")
def rows_and_labels_mixed_apart(X, y, batch_size, rng):
    def epoch():
        one, other = rng.permutation(len(X)), rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            yield X[one[start : start + batch_size]], y[other[start : start + batch_size]]

    return epoch


@wrong("make_batches", caught_by="sizes", kind="missing case")
def the_short_batch_left_out(X, y, batch_size, rng):
    def epoch():
        order = rng.permutation(len(X))
        for k in range(len(X) // batch_size):
            rows = order[k * batch_size : (k + 1) * batch_size]
            yield X[rows], y[rows]

    return epoch


@wrong("make_batches", caught_by="a_new_order", kind="mathematics")
def one_order_for_all_epochs(X, y, batch_size, rng):
    order = rng.permutation(len(X))
    return lambda: dealt(X, y, batch_size, order)


@wrong("make_batches", caught_by="each_row_once", kind="mathematics")
def drawn_with_replacement(X, y, batch_size, rng):
    return lambda: dealt(X, y, batch_size, rng.integers(len(X), size=len(X)))


@wrong("make_batches", caught_by="all_orders", kind="mathematics")
def only_the_batches_are_mixed(X, y, batch_size, rng):
    def epoch():
        starts = rng.permutation(np.arange(0, len(X), batch_size))
        rest = [s for s in starts if s + batch_size > len(X)]
        for start in [*(s for s in starts if s + batch_size <= len(X)), *rest]:
            yield X[start : start + batch_size], y[start : start + batch_size]

    return epoch


@wrong("make_batches", caught_by="all_orders", kind="mathematics")
def begins_elsewhere_each_time(X, y, batch_size, rng):
    return lambda: dealt(X, y, batch_size, np.roll(np.arange(len(X)), int(rng.integers(max(len(X), 1)))))


@wrong("make_batches", caught_by="from_rng", kind="mathematics")
def numpys_own_chance(X, y, batch_size, rng):
    return lambda: dealt(X, y, batch_size, np.random.default_rng().permutation(len(X)))


@wrong("make_batches", caught_by="any_rows", kind="mutation")
def shuffles_the_data_itself(X, y, batch_size, rng):
    def epoch():
        order = rng.permutation(len(X))
        X[:], y[:] = X[order], y[order]
        for start in range(0, len(X), batch_size):
            yield X[start : start + batch_size].copy(), y[start : start + batch_size].copy()

    return epoch


@wrong("make_batches", caught_by="any_rows", kind="dtype")
def rows_and_labels_in_one_table(X, y, batch_size, rng):
    def epoch():
        table = rng.permutation(np.column_stack([X.reshape(len(X), -1), y])) if len(X) else np.zeros((0, 2))
        for start in range(0, len(X), batch_size):
            part = table[start : start + batch_size]
            yield part[:, :-1].reshape(len(part), *X.shape[1:]), part[:, -1]

    return epoch


@wrong("make_batches", caught_by="sizes", kind="missing case")
def an_empty_batch_at_the_end(X, y, batch_size, rng):
    def epoch():
        order = rng.permutation(len(X))
        for k in range(len(X) // batch_size + 1):
            rows = order[k * batch_size : (k + 1) * batch_size]
            yield X[rows], y[rows]

    return epoch


@wrong("make_batches", caught_by="each_row_once", kind="shape")
def one_epoch_and_no_more(X, y, batch_size, rng):
    made = dealt(X, y, batch_size, rng.permutation(len(X)))
    return lambda: made


@right("make_batches")
def a_list_of_pairs(X, y, batch_size, rng):
    def epoch():
        return list(dealt(X, y, batch_size, rng.permutation(len(X))))

    return epoch


@right("make_batches")
def sorted_by_random_numbers(X, y, batch_size, rng):
    return lambda: iter([(X[r], y[r]) for r in in_pieces(np.argsort(rng.random(len(X))), batch_size)])


def in_pieces(order, size):
    return np.split(order, np.arange(size, len(order), size)) if len(order) else []


@right("make_batches")
class Loader:
    """An object that can be called."""

    def __init__(self, X, y, batch_size, rng):
        self.X, self.y, self.size, self.rng = X, y, batch_size, rng

    def __call__(self):
        rows = list(range(len(self.X)))
        self.rng.shuffle(rows)
        while rows:
            now, rows = rows[: self.size], rows[self.size :]
            yield self.X[now], self.y[now]


# ------------------------------------------------------------------------------------------- running_average
def two_sums(values, times, beta, start=(0.0, 0.0), weight=1.0, age=lambda gap: gap):
    """Averages by a weighted sum and the sum of weights."""
    out = np.zeros(len(values), np.result_type(values, np.float32))
    total, sum_of_weights = start
    for k in range(len(values)):
        factor = float(beta) ** float(age(times[k] - times[k - 1] if k else 0.0))
        total, sum_of_weights = factor * total + weight * values[k], factor * sum_of_weights + weight
        out[k] = total / sum_of_weights
    return out


@wrong("running_average", caught_by="constant", kind="mathematics", headline=True)
def starts_at_zero(values, times, beta):
    out, m = np.zeros(len(values), np.result_type(values, np.float32)), 0.0
    for k in range(len(values)):
        factor = float(beta) ** float(times[k] - times[k - 1] if k else 1.0)
        m = factor * m + (1 - factor) * values[k]
        out[k] = m
    return out


@wrong("running_average", caught_by="by_age", kind="mathematics")
def one_step_a_value(values, times, beta):
    return two_sums(values, times, beta, age=lambda gap: 1.0)


@wrong("running_average", caught_by="by_age", kind="mathematics")
def starts_at_the_first_value(values, times, beta):
    out, m = np.zeros(len(values), np.result_type(values, np.float32)), 0.0
    for k in range(len(values)):
        factor = float(beta) ** float(times[k] - times[k - 1]) if k else 0.0
        m = factor * m + (1 - factor) * values[k]
        out[k] = m
    return out


@wrong("running_average", caught_by="by_age", kind="mathematics")
def corrected_by_the_clock(values, times, beta):
    out, m = np.zeros(len(values), np.result_type(values, np.float32)), 0.0
    for k in range(len(values)):
        m = float(beta) ** float(times[k] - times[k - 1] if k else 0.0) * m + (1 - beta) * values[k]
        seen = 1 - beta ** (k + 1.0) if beta < 1 else 1.0
        out[k] = m / seen
    return out


@wrong("running_average", caught_by="long_series", kind="stability")
def powers_of_the_time_itself(values, times, beta):
    with np.errstate(all="ignore"):
        weights = float(beta) ** -(np.asarray(times, float) - (times[0] if len(times) else 0.0))
        return (np.cumsum(weights * values) / np.cumsum(weights)).astype(np.result_type(values, np.float32))


@wrong("running_average", caught_by="one_pass", kind="stability")
def all_pairs(values, times, beta):
    out = np.zeros(len(values), np.result_type(values, np.float32))
    for k in range(len(values)):
        ages = np.asarray(times[k], float) - np.asarray(times[: k + 1], float)
        out[k] = np.average(values[: k + 1], weights=float(beta) ** ages)
    return out


@wrong("running_average", caught_by="another_clock", kind="mathematics")
def the_clock_must_begin_at_zero(values, times, beta):
    out = np.zeros(len(values), np.result_type(values, np.float32))
    total = weight = 0.0
    before = 0.0
    for k in range(len(values)):
        factor = float(beta) ** float(times[k] - before)
        total, weight, before = factor * total + (1 if k else factor) * values[k], factor * weight + 1.0, times[k]
        out[k] = total / weight
    return out


@wrong("running_average", caught_by="by_age", kind="mathematics")
def beta_is_the_weight_of_the_new(values, times, beta):
    return two_sums(values, times, 1 - beta if beta < 1 else 1.0)


@wrong("running_average", caught_by="by_age", kind="mathematics")
def looks_into_the_future(values, times, beta):
    return two_sums(values[::-1], -np.asarray(times)[::-1], beta)[::-1].copy()


@wrong("running_average", caught_by="house", kind="dtype")
def whole_numbers_stay_whole(values, times, beta):
    return two_sums(values, times, beta).astype(values.dtype)


@wrong("running_average", caught_by="by_age", kind="mathematics")
def a_window_and_no_fading(values, times, beta):
    reach = 1 / (1 - beta) if beta < 1 else np.inf
    times = np.asarray(times, float)
    kept = [np.mean(values[: k + 1][times[k] - times[: k + 1] < reach]) for k in range(len(values))]
    return np.array(kept, np.result_type(values, np.float32))


@right("running_average")
def share_of_the_new_value(values, times, beta):
    """Keeps the average itself and the effective number of values."""
    out, m, weight = [], 0.0, 0.0
    for k, value in enumerate(values):
        weight = 1.0 + weight * float(beta) ** float(times[k] - times[max(k - 1, 0)])
        m = m + (value - m) / weight
        out.append(m)
    return np.array(out, np.result_type(values, np.float32))


@right("running_average")
def the_same_with_two_sums(values, times, beta):
    return two_sums(values, times, beta)


@right("running_average")
def normalised_weights(values, times, beta):
    """Keeps a mean with weights (1 - f) and corrects it by the weights that it has."""
    out = np.empty(len(values), np.result_type(values, np.float32))
    total = seen = 0.0
    for k in range(len(values)):
        f = float(np.exp((np.asarray(times[k], float) - float(times[max(k - 1, 0)])) * np.log(beta)))
        total, seen = f * total + 0.1 * values[k], f * seen + 0.1
        out[k] = total / seen
    return out


# ------------------------------------------------------------------------------------------- momentum
def each(function, *nests):
    """Apply a function to the arrays at one place of several lists of (W, b)."""
    return [tuple(function(*parts) for parts in zip(*pairs, strict=True)) for pairs in zip(*nests, strict=True)]


def zeros(parameters):
    return each(np.zeros_like, parameters)


def heavy_ball(parameters, gradients, velocity, learning_rate, beta):
    velocity = each(lambda v, g: beta * v + g, velocity or zeros(parameters), gradients)
    return each(lambda p, v: p - learning_rate * v, parameters, velocity), velocity


def best_pair(low, high):
    s = (np.sqrt(high) - np.sqrt(low)) / (np.sqrt(high) + np.sqrt(low))
    return (1 + s) ** 2 / high, s**2


def pair(step=heavy_ball, tune=best_pair):
    return {"momentum_step": step, "tune": tune}


@wrong("momentum", caught_by="coasts", kind="missing case", several=True, headline=True)
def velocity_made_anew_each_time():
    return pair(lambda p, g, v, rate, beta: heavy_ball(p, g, None, rate, beta))


@wrong("momentum", caught_by="first_step", kind="mathematics", several=True)
def steps_along_the_old_velocity():
    def step(p, g, v, rate, beta):
        v = v or zeros(p)
        return each(lambda a, b: a - rate * b, p, v), each(lambda b, c: beta * b + c, v, g)

    return pair(step)


@wrong("momentum", caught_by="first_step", kind="mathematics", several=True)
def the_factor_taken_twice():
    def step(p, g, v, rate, beta):
        v = each(lambda b, c: beta * b + (1 - beta) * c, v or zeros(p), g)
        return each(lambda a, b: a - rate * (1 - beta) * b, p, v), v

    return pair(step)


@wrong("momentum", caught_by="without_beta", kind="mathematics", several=True)
def uphill():
    return pair(lambda p, g, v, rate, beta: heavy_ball(p, g, v, -rate, beta))


@wrong("momentum", caught_by="coasts", kind="mathematics", several=True)
def the_learning_rate_fades_too():
    def step(p, g, v, rate, beta):
        v = each(lambda b, c: beta * (b + c) if beta else c, v or zeros(p), g)
        return each(lambda a, b: a - rate * b, p, v), each(lambda b: beta * b, v)

    return pair(step)


@wrong("momentum", caught_by="without_beta", kind="missing case", several=True)
def biases_stand_still():
    def step(p, g, v, rate, beta):
        new, v = heavy_ball(p, g, v, rate, beta)
        return [(W, b) for (W, _), (_, b) in zip(new, p, strict=True)], v

    return pair(step)


@wrong("momentum", caught_by="momentum_house", kind="mutation", several=True)
def moves_the_parameters_in_place():
    def step(p, g, v, rate, beta):
        v = each(lambda b, c: beta * b + c, v or zeros(p), g)
        for (W, b), (vW, vb) in zip(p, v, strict=True):
            W -= rate * vW
            b -= rate * vb
        return [(W.copy(), b.copy()) for W, b in p], v

    return pair(step)


@wrong("momentum", caught_by="momentum_house", kind="dtype", several=True)
def everything_in_float64():
    def step(p, g, v, rate, beta):
        new, v = heavy_ball(p, g, v, rate, beta)
        return each(lambda a: np.asarray(a, float), new), v

    return pair(step)


@wrong("momentum", caught_by="best_rate", kind="mathematics", several=True)
def beta_is_the_root_itself():
    return pair(tune=lambda low, high: (best_pair(low, high)[0], np.sqrt(best_pair(low, high)[1])))


@wrong("momentum", caught_by="best_rate", kind="mathematics", several=True)
def gradient_descents_own_rate():
    return pair(tune=lambda low, high: (2 / (low + high), 0.0))


@wrong("momentum", caught_by="best_rate", kind="hard-coding", several=True)
def nine_tenths_for_everybody():
    return pair(tune=lambda low, high: (1 / high if low < high else 1 / low, 0.9 if low < high else 0.0))


@wrong("momentum", caught_by="best_rate", kind="mathematics", several=True)
def only_the_steep_end_is_looked_at():
    def tune(low, high):
        return 1 / high, best_pair(low, high)[1]

    return pair(tune=tune)


@wrong("momentum", caught_by="best_rate", kind="mathematics", several=True)
def the_condition_number_without_its_root():
    def tune(low, high):
        s = (high - low) / (high + low)
        return (1 + s) ** 2 / high, s**2

    return pair(tune=tune)


@wrong("momentum", caught_by="best_rate", kind="mathematics", several=True)
def ends_exchanged():
    def tune(low, high):
        s = np.sqrt(best_pair(low, high)[1])
        return (1 - s) ** 2 / high, s**2

    return pair(tune=tune)


@right("momentum", several=True)
def the_damped_form():
    def step(p, g, v, rate, beta):
        v = each(lambda b, c: beta * b + (1 - beta) * c, v or zeros(p), g)
        return each(lambda a, b: a - rate * b, p, v), v

    def tune(low, high):
        rate, beta = best_pair(low, high)
        return rate / (1 - beta), beta

    return pair(step, tune)


@right("momentum", several=True)
def remembers_the_place_before():
    def step(p, g, before, rate, beta):
        before = before or p
        return each(lambda a, o, c: a + beta * (a - o) - rate * c, p, before, g), p

    return pair(step)


@right("momentum", several=True)
def velocity_holds_the_learning_rate():
    def step(p, g, v, rate, beta):
        v = each(lambda b, c: beta * b - rate * c, v or zeros(p), g)
        return each(lambda a, b: a + b, p, v), v

    def tune(low, high):
        s = (np.sqrt(high / low) - 1) / (np.sqrt(high / low) + 1)
        return 4 / (np.sqrt(low) + np.sqrt(high)) ** 2, s**2

    return pair(step, tune)


# ------------------------------------------------------------------------------------------- adam
def adam_like(
    power=True, counter_each=False, inside=False, coupled=False, biases=False, correct=True, square=True, scaled=True, first=0
):
    """Adam with one thing done otherwise."""

    def adam(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
        if state is None:
            state = first, zeros(parameters), zeros(parameters)
        t, m, v = state
        if coupled:
            gradients = [(g + decay * W, h) for (W, _), (g, h) in zip(parameters, gradients, strict=True)]
        m = each(lambda a, g: beta1 * a + (1 - beta1) * g, m, gradients)
        v = each(lambda a, g: beta2 * a + (1 - beta2) * (g * g if square else np.abs(g)), v, gradients)
        out = []
        for layer, (W, b) in enumerate(parameters):
            new = []
            for k, p in enumerate((W, b)):
                t += counter_each or (layer == 0 and k == 0)
                c1, c2 = (1 - beta1 ** (t if power else 1), 1 - beta2 ** (t if power else 1)) if correct else (1, 1)
                size = v[layer][k] / c2
                under = np.sqrt(size + epsilon) if inside else (np.sqrt(size) if square else size) + epsilon
                step = learning_rate * (m[layer][k] / c1) / under
                shrink = 0 if coupled or (k and not biases) else (learning_rate if scaled else 1) * decay * p
                new.append(p - step - shrink)
            out.append(tuple(new))
        return out, (t, m, v)

    return adam


def named(name, **how):
    made = adam_like(**how)
    made.__name__ = made.__qualname__ = name
    return made


wrong("adam", caught_by="by_history", kind="mathematics", headline=True)(named("corrected_by_beta_not_its_power", power=False))
wrong("adam", caught_by="alone", kind="mathematics")(named("one_counter_raised_for_each_array", counter_each=True))
wrong("adam", caught_by="first_steps", kind="stability")(named("epsilon_inside_the_root", inside=True))
wrong("adam", caught_by="decoupled", kind="mathematics")(named("decay_added_to_the_gradient", coupled=True))
wrong("adam", caught_by="decoupled", kind="missing case")(named("biases_decay_too", biases=True))
wrong("adam", caught_by="first_steps", kind="mathematics")(named("no_bias_correction", correct=False))
wrong("adam", caught_by="by_history", kind="mathematics")(named("sizes_instead_of_squares", square=False))
wrong("adam", caught_by="decoupled", kind="mathematics")(named("decay_without_the_learning_rate", scaled=False))
wrong("adam", caught_by="by_history", kind="mathematics")(named("the_counter_begins_at_one", first=1))


@wrong("adam", caught_by="other_betas", kind="hard-coding")
def betas_as_in_the_paper(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
    return adam_like()(parameters, gradients, state, learning_rate, decay)


@wrong("adam", caught_by="adam_house", kind="mutation")
def moves_in_place(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
    new, state = adam_like()(parameters, gradients, state, learning_rate, decay, beta1, beta2, epsilon)
    for (W, b), (W1, b1) in zip(parameters, new, strict=True):
        W[...], b[...] = W1, b1
    return new, state


@wrong("adam", caught_by="no_gradient", kind="stability")
def no_epsilon_at_all(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
    with np.errstate(all="ignore"):
        return adam_like()(parameters, gradients, state, learning_rate, decay, beta1, beta2, 0.0)


@wrong("adam", caught_by="by_history", kind="mathematics")
def one_size_for_a_whole_array(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
    t, m, v = state or (0, zeros(parameters), [(0.0, 0.0)] * len(parameters))
    t += 1
    m = each(lambda a, g: beta1 * a + (1 - beta1) * g, m, gradients)
    v = each(lambda a, g: beta2 * a + (1 - beta2) * np.mean(g * g), v, gradients)

    def step(a, s):
        return learning_rate * a / (1 - beta1**t) / (np.sqrt(s / (1 - beta2**t)) + epsilon)

    new = [
        (W - step(a, c) - learning_rate * decay * W, b - step(d, e))
        for (W, b), (a, d), (c, e) in zip(parameters, m, v, strict=True)
    ]
    return new, (t, m, v)


@wrong("adam", caught_by="side_by_side", kind="missing case", value=True)
def memory_outside_the_state():
    kept = {}

    def adam(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
        if state is None:
            kept.clear()
        new, kept["state"] = adam_like()(parameters, gradients, kept.get("state"), learning_rate, decay, beta1, beta2, epsilon)
        return new, True

    return adam


right("adam")(named("the_counter_in_the_state"))


@right("adam")
def correction_in_the_learning_rate(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """As in the paper's remark: epsilon is added before the correction."""
    t, m, v = state or (0, zeros(parameters), zeros(parameters))
    t += 1
    m = each(lambda a, g: a + (1 - beta1) * (g - a), m, gradients)
    v = each(lambda a, g: a + (1 - beta2) * (g * g - a), v, gradients)
    rate = learning_rate * np.sqrt(1 - beta2**t) / (1 - beta1**t)
    small = epsilon * np.sqrt(1 - beta2**t)
    kept = [np.result_type(W, np.float32) for W, _ in parameters]
    moved = each(lambda p, a, s: p - rate * a / (np.sqrt(s) + small), parameters, m, v)
    moved = [(W.astype(kind), b.astype(kind)) for (W, b), kind in zip(moved, kept, strict=True)]
    return [(W - learning_rate * decay * W0, b) for (W, b), (W0, _) in zip(moved, parameters, strict=True)], (t, m, v)


@right("adam")
def sums_and_their_weights(parameters, gradients, state, learning_rate, decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """Weighted sums with the sums of weights, as in running_average; a state per array."""
    state = state or [[{"m": 0.0, "w": 0.0, "s": 0.0, "u": 0.0} for _ in pair_] for pair_ in parameters]
    out, kept = [], []
    for layer, (pair_, grads) in enumerate(zip(parameters, gradients, strict=True)):
        new, notes = [], []
        for k, (p, g) in enumerate(zip(pair_, grads, strict=True)):
            old = state[layer][k]
            note = {
                "m": beta1 * old["m"] + g,
                "w": beta1 * old["w"] + 1,
                "s": beta2 * old["s"] + g**2,
                "u": beta2 * old["u"] + 1,
            }
            step = note["m"] / note["w"] / (np.sqrt(note["s"] / note["u"]) + epsilon)
            new.append(p - learning_rate * step - (learning_rate * decay * p if k == 0 else 0))
            notes.append(note)
        out.append(tuple(new))
        kept.append(notes)
    return out, kept


# ------------------------------------------------------------------------------------------- brakes
def length(gradients):
    """The norm of all numbers together, one number after the other, so that no square overflows."""
    numbers = (float(x) for pair_ in gradients for part in pair_ for x in np.ravel(part))
    return functools.reduce(np.hypot, numbers, 0.0)


def shorten(gradients, limit):
    size = float(length(gradients))
    factor = limit / size if size > limit else 1.0
    return each(lambda g: (g * factor).astype(g.dtype), gradients)


def cosine(step, num_steps, top):
    return top * (1 + np.cos(np.pi * step / num_steps)) / 2


def both(clip=shorten, schedule=cosine):
    return {"clip": clip, "schedule": schedule}


@wrong("brakes", caught_by="shortened", kind="mathematics", several=True, headline=True)
def squares_taken_for_the_norm():
    def clip(gradients, limit):
        size = sum(float(np.sum(g * g)) for pair_ in gradients for g in pair_)
        return each(lambda g: g * (limit / size if size > limit else 1.0), gradients)

    return both(clip)


@wrong("brakes", caught_by="shortened", kind="mathematics", several=True)
def each_array_by_itself():
    def clip(gradients, limit):
        def one(g):
            size = np.linalg.norm(g)
            return g * (limit / size if size > limit else 1.0)

        return each(one, gradients)

    return both(clip)


@wrong("brakes", caught_by="shortened", kind="mathematics", several=True)
def each_number_by_itself():
    return both(lambda gradients, limit: each(lambda g: np.clip(g, -limit, limit), gradients))


@wrong("brakes", caught_by="within", kind="mathematics", several=True)
def always_as_long_as_the_limit():
    return both(lambda gradients, limit: each(lambda g: g * (limit / max(float(length(gradients)), 1e-300)), gradients))


@wrong("brakes", caught_by="shortened", kind="mathematics", several=True)
def a_long_gradient_is_thrown_away():
    return both(lambda gradients, limit: gradients if length(gradients) <= limit else zeros(gradients))


@wrong("brakes", caught_by="extreme", kind="stability", several=True)
def squares_of_huge_numbers():
    def clip(gradients, limit):
        with np.errstate(all="ignore"):
            size = np.sqrt(sum(float(np.sum(np.square(g, dtype=float))) for pair_ in gradients for g in pair_))
            factor = limit / size if size > limit else 1.0
            return each(lambda g: (g * factor).astype(g.dtype), gradients)

    return both(clip)


@wrong("brakes", caught_by="extreme", kind="stability", several=True)
def zero_over_zero():
    def clip(gradients, limit):
        size = np.float64(length(gradients))
        with np.errstate(all="ignore"):
            return each(lambda g: (g / size * min(size, limit)).astype(g.dtype), gradients)

    return both(clip)


@wrong("brakes", caught_by="clip_house", kind="mutation", several=True)
def clips_in_place():
    def clip(gradients, limit):
        size = float(length(gradients))
        for pair_ in gradients:
            for g in pair_:
                if size > limit:
                    g *= limit / size
        return gradients

    return both(clip)


@wrong("brakes", caught_by="no_jump", kind="mathematics", several=True)
def decay_counted_from_the_start():
    def schedule(step, num_steps, top):
        warm = num_steps // 5
        return top * (step + 1) / warm if step < warm else cosine(step, num_steps, top)

    return both(schedule=schedule)


@wrong("brakes", caught_by="quieter", kind="mathematics", several=True)
def constant():
    return both(schedule=lambda step, num_steps, top: top)


@wrong("brakes", caught_by="no_jump", kind="mathematics", several=True)
def three_stairs():
    return both(schedule=lambda step, num_steps, top: top * (1.0, 0.3, 0.1, 0.03)[4 * step // num_steps])


@wrong("brakes", caught_by="quieter", kind="mathematics", several=True)
def half_the_rate_at_the_end():
    return both(schedule=lambda step, num_steps, top: top * (1 - 0.5 * step / num_steps))


@wrong("brakes", caught_by="within_bounds", kind="missing case", several=True)
def ten_times_too_small():
    return both(schedule=lambda step, num_steps, top: cosine(step, num_steps, top) / 10)


@wrong("brakes", caught_by="within_bounds", kind="mathematics", several=True)
def a_whole_wave():
    return both(schedule=lambda step, num_steps, top: top * np.cos(np.pi * step / num_steps))


@wrong("brakes", caught_by="short_runs", kind="missing case", several=True)
def divides_by_the_steps_less_one():
    return both(schedule=lambda step, num_steps, top: top * (1 + np.cos(np.pi * step / (num_steps - 1))) / 2)


@right("brakes", several=True)
def a_straight_line_after_a_warm_up():
    def schedule(step, num_steps, top):
        warm = max(1, num_steps // 10)
        return top * min((step + 1) / warm, (num_steps - step) / max(num_steps - warm, 1), 1.0)

    return both(schedule=schedule)


@right("brakes", several=True)
def the_norm_by_one_long_vector():
    def clip(gradients, limit):
        flat = np.concatenate([part.ravel() for pair_ in gradients for part in pair_]) if gradients else np.zeros(1)
        biggest = np.abs(flat).max(initial=0)
        if biggest == 0:
            return gradients
        ratio = biggest / limit * np.linalg.norm(flat / biggest)
        return each(lambda g: g if ratio <= 1 else (g / ratio).astype(g.dtype), gradients)

    return both(clip, lambda step, num_steps, top: top * np.exp(-5 * step / num_steps))


@right("brakes", several=True)
def one_over_the_root_of_the_step():
    return both(schedule=lambda step, num_steps, top: top / np.sqrt(1 + 0.02 * step) * (1 - step / num_steps) ** 0.5)


# ------------------------------------------------------------------------------------------- optimise
def called(name, made):
    made.__name__ = name
    return made


def scaled_descent(name, rate, beta=0.0):
    """Descent in units of the first gradient's size, with momentum in the damped form."""

    def optimise(gradient, start, budget, rng):
        x, velocity, size = np.array(start, float), 0.0, None
        for step in range(budget):
            g = gradient(x)
            size = size or float(np.sqrt(np.mean(g**2)))
            velocity = beta * velocity + (1 - beta) * g
            x = x - rate * velocity / size * cosine(step, budget, 1.0)
        return x

    return called(name, lambda: {"optimise": optimise})


def adam_descent(name, rate, power=0.0, beta1=0.9, beta2=0.99):
    """Adam with a rate that falls as (1 - step / budget) ** power."""

    def optimise(gradient, start, budget, rng):
        parameters, state, step_of = [(np.array(start, float), np.zeros(0))], None, adam_like()
        for step in range(budget):
            gradients = [(gradient(parameters[0][0]), np.zeros(0))]
            now = rate * (1 - step / budget) ** power
            parameters, state = step_of(parameters, gradients, state, now, beta1=beta1, beta2=beta2)
        return parameters[0][0]

    return called(name, lambda: {"optimise": optimise})


@entry("optimise", band="nothing")
def stands_still():
    return {"optimise": lambda gradient, start, budget, rng: start}


@entry("optimise", band="nothing")
def one_rate_for_all():
    def optimise(gradient, start, budget, rng):
        x = np.array(start, float)
        for _ in range(budget):
            x = x - 0.1 * gradient(x)
        return x

    return {"optimise": optimise}


@entry("optimise", band="nothing")
def quasi_newton():
    """L-BFGS on means of five gradients, steps of at most one half in each number's mean."""

    def optimise(gradient, start, budget, rng):
        x, moves, changes = np.array(start, float), [], []
        g = np.mean([gradient(x) for _ in range(5)], axis=0)
        first = 0.1 / np.sqrt(np.mean(g**2))
        for _ in range(budget // 5 - 1):
            q, alphas = g.copy(), []
            for s, y in zip(moves[::-1], changes[::-1], strict=True):
                alphas.append(s @ q / (y @ s))
                q -= alphas[-1] * y
            q *= moves[-1] @ changes[-1] / (changes[-1] @ changes[-1]) if moves else first
            for s, y, alpha in zip(moves, changes, alphas[::-1], strict=True):
                q += (alpha - y @ q / (y @ s)) * s
            step = -q * min(1.0, 0.5 / (np.sqrt(np.mean(q**2)) + 1e-300))
            new = np.mean([gradient(x + step) for _ in range(5)], axis=0)
            if step @ (new - g) > 0:
                moves, changes = [*moves, step][-10:], [*changes, new - g][-10:]
            x, g = x + step, new
        return x

    return {"optimise": optimise}


@entry("optimise", band="refused")
def asks_once_too_often():
    def optimise(gradient, start, budget, rng):
        x = np.array(start, float)
        for _ in range(budget + 1):
            x = x - 1e-3 * gradient(x)
        return x

    return {"optimise": optimise}


entry("optimise", band="baseline")(adam_descent("timid_adam", 0.025, power=0.8))
entry("optimise", band="gets going")(scaled_descent("momentum_with_a_small_rate", 0.2, beta=0.9))
entry("optimise", band="good")(scaled_descent("momentum_with_a_schedule", 0.35, beta=0.9))
entry("optimise", band="excellent")(adam_descent("adam_with_a_straight_schedule", 0.1, power=1.0))
entry("optimise", band="excellent")(adam_descent("shorter_memories", 0.12, power=1.2, beta1=0.5, beta2=0.9))
