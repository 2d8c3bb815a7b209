"""Programs for week 5, written from its contracts alone."""

import itertools
import math

import numpy as np

from autograder.cases import program


def _kind(*arrays):
    return np.result_type(*(np.asarray(a) for a in arrays), np.float32)


# ---------------------------------------------------------------- decay


def _layers(parameters, d_parameters, weight, bias):
    """New parameters: `weight(W, dW)` and `bias(b, db)` get float64 and give the new numbers."""
    made = []
    for (W, b), (dW, db) in zip(parameters, d_parameters, strict=True):
        new_W = weight(np.asarray(W, np.float64), np.asarray(dW, np.float64))
        new_b = bias(np.asarray(b, np.float64), np.asarray(db, np.float64))
        made.append((np.asarray(new_W).astype(_kind(W, dW)), np.asarray(new_b).astype(_kind(b, db))))
    return made


def _decay(parameters, d_parameters, eta, penalty):
    return _layers(parameters, d_parameters, lambda W, dW: W - eta * (dW + penalty * W), lambda b, db: b - eta * db)


@program("decay")
def b_decay_pull_in_the_gradient(parameters, d_parameters, learning_rate, penalty):
    return _decay(parameters, d_parameters, learning_rate, penalty)


@program("decay")
def b_decay_shrinks_the_old_weights_first(parameters, d_parameters, learning_rate, penalty):
    made = []
    shrink = float(1 - learning_rate * penalty)
    for layer, d_layer in zip(parameters, d_parameters, strict=True):
        new = []
        for factor, value, d_value in zip((shrink, 1.0), layer, d_layer, strict=True):
            value, d_value = np.asarray(value), np.asarray(d_value)
            new.append(np.asarray(factor * value - float(learning_rate) * d_value).astype(_kind(value, d_value)))
        made.append(tuple(new))
    return made


@program("decay")
def b_decay_works_in_fresh_copies(parameters, d_parameters, learning_rate, penalty):
    made = [
        (np.array(W, dtype=_kind(W, dW)), np.array(b, dtype=_kind(b, db)))
        for (W, b), (dW, db) in zip(parameters, d_parameters, strict=True)
    ]
    for (W, b), (old, _), (dW, db) in zip(made, parameters, d_parameters, strict=True):
        pull = np.multiply(old, float(learning_rate) * float(penalty))
        W[...] = W - pull - np.multiply(dW, float(learning_rate))
        b[...] = b - np.multiply(db, float(learning_rate))
    return made


@program("decay", breaks="biases pay nothing")
def b_decay_biases_pay_too(parameters, d_parameters, learning_rate, penalty):
    def step(w, dw):
        return w - learning_rate * (dw + penalty * w)

    return _layers(parameters, d_parameters, step, step)


@program("decay", breaks="the penalty is half of lambda times the square (here the half is forgotten)")
def b_decay_twice_the_pull(parameters, d_parameters, learning_rate, penalty):
    return _decay(parameters, d_parameters, learning_rate, 2 * penalty)


@program("decay", breaks="it is a step on the penalised loss: the learning rate stands before the pull, too")
def b_decay_pull_without_the_learning_rate(parameters, d_parameters, learning_rate, penalty):
    return _layers(
        parameters, d_parameters, lambda W, dW: W - learning_rate * dW - penalty * W, lambda b, db: b - learning_rate * db
    )


@program("decay", breaks="the penalty is the square of the length, not the sum of sizes")
def b_decay_pulls_by_the_sign(parameters, d_parameters, learning_rate, penalty):
    return _layers(
        parameters,
        d_parameters,
        lambda W, dW: W - learning_rate * (dW + penalty * np.sign(W)),
        lambda b, db: b - learning_rate * db,
    )


@program("decay", breaks="weights pay the penalty (here they are paid for being large)")
def b_decay_pushes_away_from_nought(parameters, d_parameters, learning_rate, penalty):
    return _decay(parameters, d_parameters, learning_rate, -penalty)


@program("decay", breaks="many steps end in the ridge solution for any learning rate (the pull acts at the new weights)")
def b_decay_shrinks_after_the_step(parameters, d_parameters, learning_rate, penalty):
    return _layers(
        parameters,
        d_parameters,
        lambda W, dW: (W - learning_rate * dW) * (1 - learning_rate * penalty),
        lambda b, db: b - learning_rate * db,
    )


@program("decay", breaks="what is given stays as it was")
def b_decay_steps_in_the_callers_arrays(parameters, d_parameters, learning_rate, penalty):
    made = _decay(parameters, d_parameters, learning_rate, penalty)
    for layer, new in zip(parameters, made, strict=True):
        for old, value in zip(layer, new, strict=True):
            if isinstance(old, np.ndarray):
                old[...] = value.astype(old.dtype)
    return made


@program("decay", breaks="the step is right for any number of layers (only the last one pays)")
def b_decay_only_the_last_layer_pays(parameters, d_parameters, learning_rate, penalty):
    free = _decay(parameters, d_parameters, learning_rate, 0.0)
    return free[:-1] + _decay(parameters, d_parameters, learning_rate, penalty)[-1:]


@program("decay", breaks="the step is right for any shapes (weights are told by having two axes)")
def b_decay_only_tables_pay(parameters, d_parameters, learning_rate, penalty):
    def step(w, dw):
        return w - learning_rate * (dw + penalty * w) if w.ndim == 2 else w - learning_rate * dw

    return _layers(parameters, d_parameters, step, step)


@program("decay", breaks="floats keep their type")
def b_decay_always_float64(parameters, d_parameters, learning_rate, penalty):
    return [(W.astype(np.float64), b.astype(np.float64)) for W, b in _decay(parameters, d_parameters, learning_rate, penalty)]


@program("decay", breaks="whole numbers are taken as floats")
def b_decay_keeps_whole_numbers(parameters, d_parameters, learning_rate, penalty):
    made = _decay(parameters, d_parameters, learning_rate, penalty)
    pairs = zip(made, parameters, strict=True)
    return [(W.astype(np.asarray(old_W).dtype), b.astype(np.asarray(old_b).dtype)) for (W, b), (old_W, old_b) in pairs]


@program("decay", breaks="the penalty is the square of the length, not the length")
def b_decay_pull_of_one_length(parameters, d_parameters, learning_rate, penalty):
    def step(W, dW):
        return W - learning_rate * (dW + penalty * W / max(np.linalg.norm(W.ravel()), 1e-12))

    return _layers(parameters, d_parameters, step, lambda b, db: b - learning_rate * db)


@program("decay", breaks="the step goes against the loss's gradient")
def b_decay_climbs_the_loss(parameters, d_parameters, learning_rate, penalty):
    return _layers(
        parameters,
        d_parameters,
        lambda W, dW: W + learning_rate * dW - learning_rate * penalty * W,
        lambda b, db: b + learning_rate * db,
    )


@program("decay", breaks="the penalty is laid on the sum of squares, not on their mean")
def b_decay_penalty_shared_among_the_weights(parameters, d_parameters, learning_rate, penalty):
    def step(W, dW):
        return W - learning_rate * (dW + penalty * W / max(W.size, 1))

    return _layers(parameters, d_parameters, step, lambda b, db: b - learning_rate * db)


@program("decay", breaks="biases take their step of gradient descent")
def b_decay_biases_stand_still(parameters, d_parameters, learning_rate, penalty):
    return _layers(parameters, d_parameters, lambda W, dW: W - learning_rate * (dW + penalty * W), lambda b, db: b.copy())


_speed = {}


@program("decay", breaks="nothing is remembered between two calls (momentum)")
def b_decay_keeps_a_share_of_the_last_step(parameters, d_parameters, learning_rate, penalty):
    made = []
    for i, ((W, _), (new_W, new_b)) in enumerate(
        zip(parameters, _decay(parameters, d_parameters, learning_rate, penalty), strict=True)
    ):
        before = _speed.get((i, np.shape(W)), 0.0)
        step = new_W - np.asarray(W) + 0.5 * before
        _speed[i, np.shape(W)] = step
        made.append(((np.asarray(W) + step).astype(new_W.dtype), new_b))
    return made


@program("decay", breaks="any size: no layer at all gives no layer")
def b_decay_lays_all_weights_in_one_row(parameters, d_parameters, learning_rate, penalty):
    row = np.concatenate([np.ravel(W).astype(np.float64) for W, _ in parameters])
    d_row = np.concatenate([np.ravel(dW).astype(np.float64) for dW, _ in d_parameters])
    row = row - learning_rate * (d_row + penalty * row)
    made, at = [], 0
    for new_W, new_b in _decay(parameters, d_parameters, learning_rate, penalty):
        made.append((row[at : at + new_W.size].reshape(new_W.shape).astype(new_W.dtype), new_b))
        at += new_W.size
    return made


# ---------------------------------------------------------------- dropout


def _mask(shape, drop_rate, rng, training=True):
    if not training or drop_rate == 0:
        return np.ones(shape)
    if drop_rate >= 1:
        return np.zeros(shape)
    return (rng.random(shape) >= drop_rate) / (1 - drop_rate)


def _dropout_with(make_mask):
    def dropout(A, drop_rate, rng, training=True):
        A = np.asarray(A)
        mask = make_mask(A.shape, drop_rate, rng, training).astype(_kind(A))
        return np.asarray(A * mask).astype(_kind(A)), mask

    return dropout


_dropout = _dropout_with(_mask)


def _dropout_backward(mask, d_dropped):
    d = np.asarray(d_dropped)
    return np.asarray(d * mask).astype(_kind(d))


def _both(dropout=_dropout, backward=_dropout_backward):
    return {
        "dropout": lambda A, drop_rate, rng, training=True: dropout(A, drop_rate, rng, training),
        "dropout_backward": lambda cache, d_dropped: backward(cache, d_dropped),
    }


@program("dropout", several=True)
def b_dropout_by_a_mask():
    return _both()


@program("dropout", several=True)
def b_dropout_remembers_the_places_that_stay():
    def dropout(A, drop_rate, rng, training=True):
        A = np.asarray(A)
        kind = _kind(A)
        if not training or drop_rate == 0:
            return A.astype(kind), None
        flat = A.astype(kind).reshape(-1)
        stays = np.flatnonzero(rng.binomial(1, 1 - drop_rate, size=flat.size))
        factor = 1 / (1 - drop_rate) if drop_rate < 1 else 0.0
        out = np.zeros_like(flat)
        out[stays] = flat[stays] * kind.type(factor)
        return out.reshape(A.shape), (stays, factor)

    def backward(cache, d_dropped):
        d = np.asarray(d_dropped)
        if cache is None:
            return d.astype(_kind(d))
        stays, factor = cache
        back = np.zeros(d.size, _kind(d))
        back[stays] = d.reshape(-1)[stays] * factor
        return back.reshape(d.shape)

    return _both(dropout, backward)


@program("dropout", several=True)
def b_dropout_hands_the_way_back_over_as_a_function():
    def dropout(A, drop_rate, rng, training=True):
        A = np.asarray(A)
        keep = 1.0 - float(drop_rate)
        dropped = np.zeros(A.shape, bool)
        factor = 1.0
        if training and drop_rate > 0:
            dropped = rng.uniform(size=A.shape) < drop_rate
            factor = 1.0 / keep if keep > 0 else 1.0
            if keep <= 0:
                dropped = np.ones(A.shape, bool)

        def through(values):
            values = np.asarray(values)
            return np.where(dropped, 0, values * factor).astype(_kind(values))

        return through(A), through

    return _both(dropout, lambda through, d_dropped: through(d_dropped))


@program("dropout", several=True, breaks="the mean is A at any drop rate (divided by the drop rate, right at one half alone)")
def b_dropout_divides_by_the_drop_rate():
    def mask(shape, drop_rate, rng, training):
        made = _mask(shape, drop_rate, rng, training)
        return made * (1 - drop_rate) / drop_rate if training and 0 < drop_rate < 1 else made

    return _both(_dropout_with(mask))


@program("dropout", several=True, breaks="the mean over many draws is A (what stays is not made louder)")
def b_dropout_without_a_factor():
    def mask(shape, drop_rate, rng, training):
        return (_mask(shape, drop_rate, rng, training) > 0).astype(float)

    return _both(_dropout_with(mask))


@program("dropout", several=True, breaks="with training=False nothing changes (here it is made quieter)")
def b_dropout_quieter_in_use():
    def mask(shape, drop_rate, rng, training):
        made = _mask(shape, drop_rate, rng, training)
        return made if training else made * (1 - drop_rate)

    return _both(_dropout_with(mask))


@program("dropout", several=True, breaks="each number is dropped independently of all others (here always the same share)")
def b_dropout_always_the_same_share():
    def mask(shape, drop_rate, rng, training):
        if not training or drop_rate in (0, 1):
            return _mask(shape, drop_rate, rng, training)
        size = math.prod(shape)
        stays = np.arange(size) >= round(drop_rate * size)
        return rng.permutation(stays).reshape(shape) / (1 - drop_rate)

    return _both(_dropout_with(mask))


@program("dropout", several=True, breaks="independently of all others (the units are the same for each example)")
def b_dropout_the_same_units_for_all_examples():
    def mask(shape, drop_rate, rng, training):
        one = _mask((1, *shape[1:]) if len(shape) > 1 else shape, drop_rate, rng, training)
        return np.broadcast_to(one, shape)

    return _both(_dropout_with(mask))


@program("dropout", several=True, breaks="independently of all others (whole examples are dropped)")
def b_dropout_whole_examples():
    def mask(shape, drop_rate, rng, training):
        one = _mask(shape[:1] + (1,) * (len(shape) - 1), drop_rate, rng, training)
        return np.broadcast_to(one, shape)

    return _both(_dropout_with(mask))


@program("dropout", several=True, breaks="the way back holds for a number that was 0 before")
def b_dropout_tells_the_dropped_by_being_nought():
    def dropout(A, drop_rate, rng, training=True):
        out, mask = _dropout(A, drop_rate, rng, training)
        return out, (out != 0) * np.max(mask, initial=0)

    return _both(dropout)


@program("dropout", several=True, breaks="the way back is that of the same draw, with its factor")
def b_dropout_backward_without_the_factor():
    return _both(backward=lambda mask, d_dropped: _dropout_backward(mask > 0, d_dropped))


@program("dropout", several=True, breaks="the way back is that of the same draw (here of another one)")
def b_dropout_backward_draws_again():
    def dropout(A, drop_rate, rng, training=True):
        out, mask = _dropout(A, drop_rate, rng, training)
        return out, (mask.shape, drop_rate, rng, training)

    return _both(dropout, lambda cache, d_dropped: _dropout_backward(_mask(*cache), d_dropped))


_last_mask = []


@program("dropout", several=True, breaks="the way back holds for several caches at once (the last mask is used)")
def b_dropout_remembers_the_last_mask():
    def dropout(A, drop_rate, rng, training=True):
        out, mask = _dropout(A, drop_rate, rng, training)
        _last_mask[:] = [mask]
        return out, None

    return _both(dropout, lambda cache, d_dropped: _dropout_backward(_last_mask[0], d_dropped))


@program("dropout", several=True, breaks="at a drop rate of 1 nothing is nan")
def b_dropout_nan_at_one():
    def mask(shape, drop_rate, rng, training):
        if not training or drop_rate == 0:
            return np.ones(shape)
        with np.errstate(all="ignore"):
            return (rng.random(shape) >= drop_rate) / np.float64(1 - drop_rate)

    return _both(_dropout_with(mask))


@program("dropout", several=True, breaks="floats keep their type")
def b_dropout_always_float64():
    return _both(lambda A, drop_rate, rng, training: _dropout(np.asarray(A, np.float64), drop_rate, rng, training))


@program("dropout", several=True, breaks="what is given stays as it was")
def b_dropout_in_the_callers_array():
    def dropout(A, drop_rate, rng, training=True):
        out, mask = _dropout(A, drop_rate, rng, training)
        if isinstance(A, np.ndarray) and A.dtype.kind == "f":
            A[...] = out
            return A, mask
        return out, mask

    return _both(dropout)


@program("dropout", several=True, breaks="chance comes from the rng handed in")
def b_dropout_global_chance():
    def mask(shape, drop_rate, rng, training):
        if not training or drop_rate in (0, 1):
            return _mask(shape, drop_rate, rng, training)
        return (np.random.random(shape) >= drop_rate) / (1 - drop_rate)

    return _both(_dropout_with(mask))


@program("dropout", several=True, breaks="with training=False nothing changes (here it is ignored)")
def b_dropout_in_use_as_in_training():
    return _both(_dropout_with(lambda shape, drop_rate, rng, training: _mask(shape, drop_rate, rng)))


@program("dropout", several=True, breaks="with training=False rng is not needed")
def b_dropout_draws_in_any_case():
    def mask(shape, drop_rate, rng, training):
        drawn = rng.random(shape)
        if not training or drop_rate == 0:
            return np.ones(shape)
        return (drawn >= drop_rate) / (1 - drop_rate) if drop_rate < 1 else np.zeros(shape)

    return _both(_dropout_with(mask))


@program("dropout", several=True, breaks="a number becomes 0 with probability drop_rate (here it stays with it)")
def b_dropout_takes_the_rate_for_that_of_staying():
    def mask(shape, drop_rate, rng, training):
        return _mask(shape, 1 - drop_rate if training else drop_rate, rng, training)

    return _both(_dropout_with(mask))


@program("dropout", several=True, breaks="whole numbers are taken as floats")
def b_dropout_keeps_whole_numbers():
    def dropout(A, drop_rate, rng, training=True):
        out, mask = _dropout(A, drop_rate, rng, training)
        return out.astype(np.asarray(A).dtype), mask

    return _both(dropout)


@program("dropout", several=True, breaks="the factor is one number, not one that depends on how many were dropped")
def b_dropout_makes_up_for_what_was_dropped():
    def mask(shape, drop_rate, rng, training):
        made = _mask(shape, drop_rate, rng, training)
        if not training or drop_rate in (0, 1):
            return made
        stays = made > 0
        return stays * (stays.size / max(np.count_nonzero(stays), 1))

    return _both(_dropout_with(mask))


@program("dropout", several=True, breaks="the way back of training=False lets all through")
def b_dropout_backward_is_nought_in_use():
    def dropout(A, drop_rate, rng, training=True):
        out, mask = _dropout(A, drop_rate, rng, training)
        return out, mask if training else np.zeros_like(mask)

    return _both(dropout)


# ---------------------------------------------------------------- stopping

_PATIENCE = 11


class _Patience:
    """A fixed patience; the programs below change one of its parts."""

    def __init__(self, longest):
        self.wait = self.patience(longest)
        self.epoch, self.keep, self.lowest = -1, 0, math.inf

    def patience(self, longest):
        return min(longest, _PATIENCE)

    def progress(self, loss):
        return loss < self.lowest

    def broken(self, loss):
        return not math.isfinite(loss)

    def see(self, loss):
        self.epoch += 1
        if self.broken(loss):
            return False
        if self.progress(loss):
            self.lowest, self.keep = loss, self.epoch
        return self.epoch - self.keep < self.wait


@program("stopping", value=True)
def b_stopping_fixed_patience():
    return _Patience


@program("stopping", value=True)
def b_stopping_patience_that_fits_the_noise():
    class StoppingRule:
        def __init__(self, longest):
            self.longest = longest
            self.losses = []

        @property
        def keep(self):
            return int(np.argmin(self.losses)) if self.losses else 0

        def see(self, loss):
            if not np.isfinite(loss):
                return False
            self.losses.append(float(loss))
            jumps = np.abs(np.diff(self.losses[-12:], n=2)) if len(self.losses) > 2 else np.zeros(1)
            patience = 10 + round(min(30 * float(np.median(jumps)), 3))
            return len(self.losses) - 1 - self.keep < min(patience, self.longest)

    return StoppingRule


@program("stopping", value=True)
def b_stopping_counts_what_is_left():
    class StoppingRule:
        def __init__(self, longest):
            self.full = self.left = min(longest, 13)
            self.seen, self.keep, self.best = 0, 0, None

        def see(self, loss):
            at, self.seen = self.seen, self.seen + 1
            if loss != loss or abs(loss) == float("inf"):
                return False
            if self.best is None or loss < self.best:
                self.best, self.keep, self.left = loss, at, self.full
            else:
                self.left -= 1
            return self.left > 0

    return StoppingRule


@program("stopping", value=True, breaks="when the kept epoch is longest epochs old, it stops (one too late)")
def b_stopping_one_epoch_too_late():
    class StoppingRule(_Patience):
        def see(self, loss):
            super().see(loss)
            return not self.broken(loss) and self.epoch - self.keep <= self.wait

    return StoppingRule


@program("stopping", value=True, breaks="an equal loss is no progress")
def b_stopping_equal_is_progress():
    class StoppingRule(_Patience):
        def progress(self, loss):
            return loss <= self.lowest

    return StoppingRule


@program("stopping", value=True, breaks="its mean cost is near the best fixed patience's (a patience of 2)")
def b_stopping_hardly_any_patience():
    class StoppingRule(_Patience):
        def patience(self, longest):
            return min(longest, 2)

    return StoppingRule


@program("stopping", value=True, breaks="its mean cost is near the best fixed patience's (it always waits the longest)")
def b_stopping_all_the_patience_there_is():
    class StoppingRule(_Patience):
        def patience(self, longest):
            return longest

    return StoppingRule


@program("stopping", value=True, breaks="it keeps an epoch near the lowest (here the last one)")
def b_stopping_keeps_the_last_epoch():
    class StoppingRule(_Patience):
        def __init__(self, longest):
            super().__init__(longest)
            self.best = 0

        def see(self, loss):
            self.keep = self.best
            going = super().see(loss)
            self.best = self.keep
            if not self.broken(loss):
                self.keep = self.epoch
            return going

    return StoppingRule


@program("stopping", value=True, breaks="a loss of nan or infinity ends the training (comparisons with nan are false)")
def b_stopping_waits_through_nan():
    class StoppingRule(_Patience):
        def broken(self, loss):
            return False

    return StoppingRule


@program("stopping", value=True, breaks="a loss of nan or infinity is not kept")
def b_stopping_keeps_the_broken_epoch():
    class StoppingRule(_Patience):
        def see(self, loss):
            going = super().see(loss)
            if self.broken(loss):
                self.keep = self.epoch
            return going

    return StoppingRule


@program("stopping", value=True, breaks="a loss of infinity ends the training (only nan is looked for)")
def b_stopping_waits_through_infinity():
    class StoppingRule(_Patience):
        def broken(self, loss):
            return math.isnan(loss)

    return StoppingRule


@program("stopping", value=True, breaks="epochs are counted from 0")
def b_stopping_counts_from_one():
    class StoppingRule(_Patience):
        def __init__(self, longest):
            super().__init__(longest)
            self.epoch = 0

    return StoppingRule


@program("stopping", value=True, breaks="only differences of losses count (progress is one per cent)")
def b_stopping_wants_one_per_cent():
    class StoppingRule(_Patience):
        def progress(self, loss):
            return loss < 0.99 * self.lowest

    return StoppingRule


@program("stopping", value=True, breaks="while each loss is lower than all before, it goes on (progress is 0.01 at least)")
def b_stopping_wants_a_hundredth():
    class StoppingRule(_Patience):
        def progress(self, loss):
            return loss < self.lowest - 0.01

    return StoppingRule


_shared_lowest = [math.inf]


@program("stopping", value=True, breaks="nothing is remembered from one training to the next (rules share their lowest loss)")
def b_stopping_rules_share_the_lowest_loss():
    class StoppingRule(_Patience):
        def progress(self, loss):
            if loss < _shared_lowest[0]:
                _shared_lowest[0] = loss
                return True
            return False

    return StoppingRule


@program("stopping", value=True, breaks="it keeps an epoch near the lowest (here the last that was lower than the one before)")
def b_stopping_compares_with_the_loss_before():
    class StoppingRule(_Patience):
        def see(self, loss):
            going = super().see(loss)
            if not self.broken(loss):
                self.lowest = loss
            return going

    return StoppingRule


@program("stopping", value=True, breaks="while each loss is lower than all before, it goes on (longest ends the whole training)")
def b_stopping_longest_is_the_whole_length():
    class StoppingRule(_Patience):
        def __init__(self, longest):
            super().__init__(longest)
            self.end = longest

        def see(self, loss):
            return super().see(loss) and self.epoch + 1 < self.end

    return StoppingRule


@program("stopping", value=True, breaks="it never waits longer than longest epochs (its patience is its own)")
def b_stopping_ignores_longest():
    class StoppingRule(_Patience):
        def patience(self, longest):
            return _PATIENCE

    return StoppingRule


@program("stopping", value=True, breaks="see returns True to go on")
def b_stopping_true_means_stop():
    class StoppingRule(_Patience):
        def see(self, loss):
            return not super().see(loss)

    return StoppingRule


@program("stopping", value=True, breaks="without noise it keeps an epoch near the lowest (a slow mean lags behind)")
def b_stopping_keeps_where_a_slow_mean_is_lowest():
    class StoppingRule(_Patience):
        slow = None

        def see(self, loss):
            if self.broken(loss):
                return super().see(loss)
            self.slow = loss if self.slow is None else 0.93 * self.slow + 0.07 * loss
            return super().see(self.slow)

    return StoppingRule


@program("stopping", value=True, breaks="only differences of losses count (losses above 1 are no progress)")
def b_stopping_begins_with_a_lowest_loss_of_one():
    class StoppingRule(_Patience):
        def __init__(self, longest):
            super().__init__(longest)
            self.lowest = 1.0

    return StoppingRule


@program("stopping", value=True, breaks="a loss of nan ends the training by False (here by an error)")
def b_stopping_raises_at_nan():
    class StoppingRule(_Patience):
        def see(self, loss):
            if self.broken(loss):
                raise ValueError("the loss is not a number any more")
            return super().see(loss)

    return StoppingRule


# ---------------------------------------------------------------- initialise


def _net(widths, rng, spread, bias=np.zeros, draw=None):
    """A net by `spread(inputs, outputs, last)`, the standard deviation of a layer's weights."""
    draw = draw or (lambda rng, shape: rng.normal(size=shape))
    made, layers = [], len(widths) - 1
    for i, (inputs, outputs) in enumerate(itertools.pairwise(widths)):
        W = spread(max(inputs, 1), max(outputs, 1), i == layers - 1) * draw(rng, (inputs, outputs))
        made.append((W, bias(outputs)))
    return made


def _fan_in(leak):
    return lambda inputs, outputs, last: math.sqrt(2 / ((1 + leak**2) * inputs))


@program("initialise", breaks="it holds for any leak: the scores begin as if a leaky ReLU followed them")
def b_initialise_by_fan_in_and_leak(widths, rng, leak=0.0):
    return _net(widths, rng, _fan_in(leak))


@program("initialise")
def b_initialise_scores_without_the_factor_two(widths, rng, leak=0.0):
    def spread(inputs, outputs, last):
        return math.sqrt((1 if last else 2 / (1 + leak**2)) / inputs)

    return _net(widths, rng, spread)


@program("initialise", breaks="it holds for any leak: the scores begin as if a leaky ReLU followed them")
def b_initialise_evenly_between_two_bounds(widths, rng, leak=0.0):
    made = []
    for k in range(len(widths) - 1):
        inputs, outputs = widths[k], widths[k + 1]
        bound = np.sqrt(6 / ((1 + leak * leak) * max(inputs, 1)))
        made.append((rng.uniform(-bound, bound, size=(inputs, outputs)), np.zeros(outputs)))
    return made


@program("initialise", breaks="numbers keep their size at every layer (one spread for all)")
def b_initialise_one_spread_for_all(widths, rng, leak=0.0):
    return _net(widths, rng, lambda inputs, outputs, last: 0.1)


@program("initialise", breaks="however unequal the widths are (fan-out in place of fan-in)")
def b_initialise_by_fan_out(widths, rng, leak=0.0):
    return _net(widths, rng, lambda inputs, outputs, last: math.sqrt(2 / ((1 + leak**2) * outputs)))


@program("initialise", breaks="however unequal the widths are (the mean of fan-in and fan-out)")
def b_initialise_by_the_mean_of_both_fans(widths, rng, leak=0.0):
    return _net(widths, rng, lambda inputs, outputs, last: math.sqrt(4 / ((1 + leak**2) * (inputs + outputs))))


@program("initialise", breaks="numbers keep their size (the variance is taken for the standard deviation)")
def b_initialise_forgets_the_root(widths, rng, leak=0.0):
    return _net(widths, rng, lambda inputs, outputs, last: 2 / ((1 + leak**2) * inputs))


@program("initialise", breaks="it holds for any leak (the leak is ignored)")
def b_initialise_ignores_the_leak(widths, rng, leak=0.0):
    return _net(widths, rng, _fan_in(0.0))


@program("initialise", breaks="numbers keep their size (what the ReLU takes away is forgotten)")
def b_initialise_forgets_the_half(widths, rng, leak=0.0):
    return _net(widths, rng, lambda inputs, outputs, last: math.sqrt(1 / inputs))


@program("initialise", breaks="it holds for negative leaks (the leak is not squared)")
def b_initialise_leak_not_squared(widths, rng, leak=0.0):
    return _net(widths, rng, lambda inputs, outputs, last: math.sqrt(2 / (max(1 + leak, 1e-3) * inputs)))


@program("initialise", breaks="it holds for negative leaks (they are taken for 0)")
def b_initialise_negative_leaks_are_nought(widths, rng, leak=0.0):
    return _net(widths, rng, _fan_in(max(leak, 0.0)))


@program("initialise", breaks="biases begin at 0")
def b_initialise_random_biases(widths, rng, leak=0.0):
    return _net(widths, rng, _fan_in(leak), bias=lambda outputs: 0.01 * rng.normal(size=outputs))


@program("initialise", breaks="weights come from rng")
def b_initialise_global_chance(widths, rng, leak=0.0):
    return _net(widths, rng, _fan_in(leak), draw=lambda rng, shape: np.random.normal(size=shape))


@program("initialise", breaks="no two calls begin alike (a seed of its own)")
def b_initialise_always_seed_nought(widths, rng, leak=0.0):
    return _net(widths, np.random.default_rng(0), _fan_in(leak))


@program("initialise", breaks="no two layers begin alike (each draws from the same seed)")
def b_initialise_layers_from_one_seed(widths, rng, leak=0.0):
    seed = int(rng.integers(2**31))
    return _net(widths, rng, _fan_in(leak), draw=lambda rng, shape: np.random.default_rng(seed).normal(size=shape))


@program("initialise", breaks="no two units begin alike")
def b_initialise_twins(widths, rng, leak=0.0):
    def draw(rng, shape):
        return np.repeat(rng.normal(size=(shape[0], 1)), shape[1], axis=1)

    return _net(widths, rng, _fan_in(leak), draw=draw)


@program("initialise", breaks="weights have the shape (inputs, outputs)")
def b_initialise_outputs_first(widths, rng, leak=0.0):
    return [(W.T, b) for W, b in _net(widths, rng, _fan_in(leak))]


@program("initialise", breaks="numbers keep their size (the standard deviation is taken for the bound of a uniform draw)")
def b_initialise_uniform_within_one_spread(widths, rng, leak=0.0):
    return _net(widths, rng, _fan_in(leak), draw=lambda rng, shape: rng.uniform(-1, 1, size=shape))


@program("initialise", breaks="biases have the shape (outputs,)")
def b_initialise_biases_as_rows(widths, rng, leak=0.0):
    return _net(widths, rng, _fan_in(leak), bias=lambda outputs: np.zeros((1, outputs)))


@program("initialise", breaks="the scores keep their size, too (their weights begin near nought)")
def b_initialise_hardly_any_scores(widths, rng, leak=0.0):
    return _net(
        widths, rng, lambda inputs, outputs, last: 0.01 if last and len(widths) > 2 else _fan_in(leak)(inputs, outputs, last)
    )


@program("initialise", breaks="numbers keep their size at every layer (the first fan-in serves for all)")
def b_initialise_by_the_number_of_features(widths, rng, leak=0.0):
    return _net(widths, rng, lambda inputs, outputs, last: _fan_in(leak)(max(widths[0], 1), outputs, last))


_nets = {}


@program("initialise", breaks="nothing is remembered: two calls begin differently")
def b_initialise_keeps_the_net_for_these_widths(widths, rng, leak=0.0):
    key = (tuple(widths), leak)
    if key not in _nets:
        _nets[key] = _net(widths, rng, _fan_in(leak))
    return [(W.copy(), b.copy()) for W, b in _nets[key]]


# ---------------------------------------------------------------- gradient_check

_STEP = 2e-5


def _floats(parameters):
    return {name: np.array(value, np.float64) for name, value in parameters.items()}


def _sides(loss, moved, name, step=_STEP):
    """The slopes of one array to the left and to the right, by two steps each (Richardson)."""
    w = moved[name]
    here = float(loss(moved))
    left, right = np.zeros(w.shape), np.zeros(w.shape)
    for at in np.ndindex(w.shape):
        old = w[at]

        def ahead(h, at=at, old=old):
            w[at] = old + h
            return (float(loss(moved)) - here) / h

        right[at] = 2 * ahead(step / 2) - ahead(step)
        left[at] = 2 * ahead(-step / 2) - ahead(-step)
        w[at] = old
    return left, right


def _length(array):
    return float(np.linalg.norm(np.ravel(array)))


def _off(given, left, right):
    """How far outside each entry lies, and the right answer that is nearest to it."""
    nearest = np.clip(given, np.minimum(left, right), np.maximum(left, right))
    return given - nearest, nearest


def _is_wrong(given, left, right, share=0.003, floor=3e-6):
    outside, nearest = _off(given, left, right)
    return not _length(outside) <= share * _length(nearest) + floor


def _check_with(verdict, step=_STEP):
    def wrong_gradients(loss, parameters, gradients):
        moved = _floats(parameters)
        names = []
        for name in moved:
            given = np.array(gradients[name], np.float64)
            left, right = _sides(loss, moved, name, step)
            if verdict(given, left, right):
                names.append(name)
        return names

    return wrong_gradients


_wrong_gradients = _check_with(_is_wrong)


@program("gradient_check")
def b_check_both_sides_extrapolated(loss, parameters, gradients):
    return _wrong_gradients(loss, parameters, gradients)


@program("gradient_check")
def b_check_three_losses_on_each_side(loss, parameters, gradients):
    start = {name: np.asarray(value, np.float64) for name, value in parameters.items()}
    h = 1e-5

    def at(name, k, shift):
        row = start[name].reshape(-1).copy()
        row[k] += shift
        return float(loss({**{n: v.copy() for n, v in start.items()}, name: row.reshape(start[name].shape)}))

    here = float(loss({n: v.copy() for n, v in start.items()}))
    names = []
    for name, value in start.items():
        given = np.asarray(gradients[name], np.float64).reshape(-1)
        away, true = 0.0, 0.0
        for k in range(value.size):
            ends = [(-3 * here + 4 * at(name, k, s * h) - at(name, k, 2 * s * h)) / (2 * s * h) for s in (-1, 1)]
            nearest = min(max(given[k], min(ends)), max(ends))
            away += (given[k] - nearest) ** 2
            true += nearest**2
        if not math.sqrt(away) <= 0.004 * math.sqrt(true) + 4e-6:
            names.append(name)
    return names


@program("gradient_check")
def b_check_tells_kinks_from_curves(loss, parameters, gradients):
    class Ruler:
        def __init__(self):
            self.place = {name: np.array(value, dtype=float) for name, value in parameters.items()}
            self.here = float(loss(self.place))

        def difference(self, name, at, h):
            old = self.place[name][at]
            self.place[name][at] = old + h
            value = float(loss(self.place)) - self.here
            self.place[name][at] = old
            return value

        def ends(self, name, at, h=2e-5):
            forth = [self.difference(name, at, s) / s for s in (h, h / 2)]
            back = [self.difference(name, at, -s) / -s for s in (h, h / 2)]
            right, left = 2 * forth[1] - forth[0], 2 * back[1] - back[0]
            if abs(right - left) < 1e-7:
                left = right = (4 * (forth[1] + back[1]) - (forth[0] + back[0])) / 6
            return min(left, right), max(left, right)

    ruler = Ruler()
    wrong = []
    for name, value in ruler.place.items():
        given = np.array(gradients[name], dtype=float)
        outside, inside = [0.0], [0.0]
        for at in np.ndindex(value.shape):
            low, high = ruler.ends(name, at)
            g = float(given[at])
            outside.append(max(low - g, g - high, 0.0) if g == g else math.inf)
            inside.append(min(max(g, low), high) if g == g else low)
        if math.hypot(*outside) > 0.003 * math.hypot(*inside) + 3e-6:
            wrong.append(name)
    return wrong


@program("gradient_check", breaks="each array is judged by itself (here by the length of all arrays together)")
def b_check_by_one_length_for_all(loss, parameters, gradients):
    moved = _floats(parameters)
    found = {name: _off(np.array(gradients[name], np.float64), *_sides(loss, moved, name)) for name in moved}
    whole = math.hypot(0.0, *(_length(nearest) for _, nearest in found.values()))
    return [name for name, (outside, _) in found.items() if _length(outside) > 0.003 * whole + 3e-6]


@program("gradient_check", breaks="at a kink each slope between both sides is right (here only the mean of both)")
def b_check_two_sided_slope_across_kinks(loss, parameters, gradients):
    def verdict(given, left, right):
        middle = (left + right) / 2
        return _is_wrong(given, middle, middle)

    return _check_with(verdict)(loss, parameters, gradients)


@program("gradient_check", breaks="one measures in float64 (the parameters keep their float32)")
def b_check_measures_in_float32(loss, parameters, gradients):
    moved = {name: np.array(value, np.float32) for name, value in parameters.items()}
    names = []
    for name in moved:
        left, right = _sides(loss, moved, name, 1e-3)
        if _is_wrong(np.array(gradients[name], np.float64), left, right):
            names.append(name)
    return names


@program("gradient_check", breaks="an array is not named if its gradient is right (the step drowns in rounding)")
def b_check_tiny_step(loss, parameters, gradients):
    return _check_with(_is_wrong, step=1e-11)(loss, parameters, gradients)


@program("gradient_check", breaks="an array is not named if its gradient is right (the loss bends within the step)")
def b_check_huge_step(loss, parameters, gradients):
    return _check_with(_is_wrong, step=0.5)(loss, parameters, gradients)


@program("gradient_check", breaks="off by 1 % of its length is named, also a length of 0.001 (an absolute bound)")
def b_check_by_an_absolute_bound(loss, parameters, gradients):
    return _check_with(lambda *three: _is_wrong(*three, share=0.0, floor=1e-4))(loss, parameters, gradients)


@program("gradient_check", breaks="a gradient right up to rounding is not named (each entry against its own size)")
def b_check_entry_by_entry(loss, parameters, gradients):
    def verdict(given, left, right):
        outside, nearest = _off(given, left, right)
        return bool(np.any(np.abs(outside) > 0.003 * np.abs(nearest)))

    return _check_with(verdict)(loss, parameters, gradients)


@program("gradient_check", breaks="a gradient that is truly 0 passes as 0 (rounding is divided by nought)")
def b_check_no_floor_at_all(loss, parameters, gradients):
    def verdict(given, left, right):
        middle = (left + right) / 2
        outside, _ = _off(given, left, right)
        if not np.any(given):
            outside = given - middle
        return _length(outside) > 0.003 * max(_length(middle), 1e-300)

    return _check_with(verdict)(loss, parameters, gradients)


@program("gradient_check", breaks="a zero gradient given as 0.0001 in each entry is named (arrays of gradient 0 are passed over)")
def b_check_passes_over_zero_gradients(loss, parameters, gradients):
    def verdict(given, left, right):
        return max(_length(left), _length(right)) > 1e-5 and _is_wrong(given, left, right)

    return _check_with(verdict)(loss, parameters, gradients)


@program("gradient_check", breaks="one wrong entry among many can be enough (here half of them must be wrong)")
def b_check_by_the_median_entry(loss, parameters, gradients):
    def verdict(given, left, right):
        outside, nearest = _off(given, left, right)
        if not outside.size:
            return False
        return float(np.median(np.abs(outside))) > 0.003 * _length(nearest) / math.sqrt(outside.size) + 1e-6

    return _check_with(verdict)(loss, parameters, gradients)


@program("gradient_check", breaks="one wrong entry among many can be enough (only the first few are measured)")
def b_check_the_first_ten_entries(loss, parameters, gradients):
    def verdict(given, left, right):
        return _is_wrong(*(np.ravel(a)[:10] for a in (given, left, right)))

    return _check_with(verdict)(loss, parameters, gradients)


@program("gradient_check", breaks="what is given stays as it was (the caller's parameters stay moved)")
def b_check_leaves_the_parameters_moved(loss, parameters, gradients):
    names = _wrong_gradients(loss, parameters, gradients)
    for value in parameters.values():
        if isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.size:
            value[(-1,) * value.ndim] += value.dtype.type(1e-3)
    return names


@program("gradient_check", breaks="off by 1 % of its length is named (only the direction is compared)")
def b_check_the_direction_alone(loss, parameters, gradients):
    def verdict(given, left, right):
        _, nearest = _off(given, left, right)
        both = _length(given) * _length(nearest)
        if both < 1e-12:
            return _is_wrong(given, left, right)
        return float(np.sum(given * nearest)) < (1 - 0.003**2) * both

    return _check_with(verdict)(loss, parameters, gradients)


@program("gradient_check", breaks="off by 1 % or more is named (here from 2 % on: it divides by the sum of both lengths)")
def b_check_divides_by_both_lengths(loss, parameters, gradients):
    def verdict(given, left, right):
        outside, nearest = _off(given, left, right)
        return _length(outside) > 0.01 * (_length(given) + _length(nearest)) + 3e-6

    return _check_with(verdict)(loss, parameters, gradients)


@program("gradient_check", breaks="at a kink only slopes between those of both sides are right (kinks are passed over)")
def b_check_passes_over_kinks(loss, parameters, gradients):
    def verdict(given, left, right):
        smooth = np.abs(right - left) < 1e-4
        return _is_wrong(given[smooth], left[smooth], right[smooth])

    return _check_with(verdict)(loss, parameters, gradients)


@program("gradient_check", breaks="at a kink each slope between both sides is right (here only the two ends)")
def b_check_only_the_ends_of_a_kink(loss, parameters, gradients):
    def verdict(given, left, right):
        nearest = np.where(np.abs(given - left) < np.abs(given - right), left, right)
        return _is_wrong(given, nearest, nearest)

    return _check_with(verdict)(loss, parameters, gradients)


@program("gradient_check", breaks="at a kink each slope between both sides is right (only the one to the right is measured)")
def b_check_the_right_side_alone(loss, parameters, gradients):
    return _check_with(lambda given, left, right: _is_wrong(given, right, right))(loss, parameters, gradients)


@program("gradient_check", breaks="arrays may have any shape, also none")
def b_check_counts_by_the_first_axis(loss, parameters, gradients):
    return [name for name in _wrong_gradients(loss, parameters, gradients) if len(parameters[name]) > 0]


@program("gradient_check", breaks="whole numbers are taken as floats (a small step is lost in them)")
def b_check_copies_in_the_type_given(loss, parameters, gradients):
    moved = {name: np.array(value) for name, value in parameters.items()}
    moved = {name: value.astype(np.float64) if value.dtype.kind == "f" else value for name, value in moved.items()}
    names = []
    for name in moved:
        left, right = _sides(loss, moved, name)
        if _is_wrong(np.array(gradients[name], np.float64), left, right):
            names.append(name)
    return names


@program("gradient_check", breaks="all arrays whose gradient is wrong are named (here the first alone)")
def b_check_stops_at_the_first_wrong_array(loss, parameters, gradients):
    return _wrong_gradients(loss, parameters, gradients)[:1]


@program("gradient_check", breaks="one wrong entry can be enough (here errors of both signs cancel)")
def b_check_compares_sums(loss, parameters, gradients):
    def verdict(given, left, right):
        outside, nearest = _off(given, left, right)
        return abs(float(outside.sum())) > 0.003 * _length(nearest) + 3e-6

    return _check_with(verdict)(loss, parameters, gradients)


@program("gradient_check", breaks="gradients are compared with their signs")
def b_check_compares_sizes(loss, parameters, gradients):
    def verdict(given, left, right):
        return _is_wrong(given, left, right) and _is_wrong(-given, left, right)

    return _check_with(verdict)(loss, parameters, gradients)
