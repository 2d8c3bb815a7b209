"""Programs for week 5, written from its contracts alone."""

import copy
import itertools

import numpy as np

from autograder.cases import program


def _kind(*arrays):
    return np.result_type(*(np.asarray(a).dtype for a in arrays), np.float32)


# ---------------------------------------------------------------- decay


def _step(parameters, d_parameters, weight, bias=lambda b, db: db, rate=0.0):
    """New parameters; `weight` and `bias` say what each array is stepped against."""
    made = []
    for (W, b), (dW, db) in zip(parameters, d_parameters, strict=True):
        W64, dW64 = np.asarray(W, float), np.asarray(dW, float)
        b64, db64 = np.asarray(b, float), np.asarray(db, float)
        made.append(
            (
                (W64 - rate * weight(W64, dW64)).astype(_kind(W, dW)),
                (b64 - rate * bias(b64, db64)).astype(_kind(b, db)),
            )
        )
    return made


@program("decay")
def a_decay_gradient_plus_weights(parameters, d_parameters, learning_rate, penalty):
    return _step(parameters, d_parameters, lambda W, dW: dW + penalty * W, rate=learning_rate)


@program("decay")
def a_decay_shrinks_then_steps(parameters, d_parameters, learning_rate, penalty):
    keep = 1.0 - float(learning_rate) * float(penalty)
    rate = float(learning_rate)

    def layer(pair, d_pair):
        (W, b), (dW, db) = pair, d_pair
        return (keep * W - rate * dW).astype(_kind(W, dW)), (b - rate * db).astype(_kind(b, db))

    return list(map(layer, parameters, d_parameters))


@program("decay")
def a_decay_as_one_long_vector(parameters, d_parameters, learning_rate, penalty):
    arrays = [a for layer in parameters for a in layer]
    if not arrays:
        return []
    flat = np.concatenate([np.ravel(a).astype(float) for a in arrays])
    d_flat = np.concatenate([np.ravel(a).astype(float) for layer in d_parameters for a in layer])
    pays = np.concatenate([np.full(np.size(a), 1.0 - k % 2) for k, a in enumerate(arrays)])
    moved = flat - learning_rate * (d_flat + penalty * pays * flat)
    ends = np.cumsum([np.size(a) for a in arrays])
    kinds = [_kind(a, d) for a, d in zip(arrays, (d for layer in d_parameters for d in layer), strict=True)]
    cut = zip(np.split(moved, ends[:-1]), arrays, kinds, strict=True)
    parts = [part.reshape(np.shape(a)).astype(kind) for part, a, kind in cut]
    return list(zip(parts[::2], parts[1::2], strict=True))


@program("decay", breaks="biases pay nothing")
def a_decay_biases_pay_too(parameters, d_parameters, learning_rate, penalty):
    return _step(parameters, d_parameters, lambda W, dW: dW + penalty * W, lambda b, db: db + penalty * b, learning_rate)


@program("decay", breaks="a step on the penalised loss: the pull is not multiplied by the learning rate")
def a_decay_pull_without_the_rate(parameters, d_parameters, learning_rate, penalty):
    return _step(parameters, d_parameters, lambda W, dW: dW + penalty * W / learning_rate, rate=learning_rate)


@program("decay", breaks="the penalty is half of lambda times the square: here the half is forgotten")
def a_decay_twice_the_pull(parameters, d_parameters, learning_rate, penalty):
    return _step(parameters, d_parameters, lambda W, dW: dW + 2 * penalty * W, rate=learning_rate)


@program("decay", breaks="the penalty is added to the mean loss: here it is divided by the number of weights")
def a_decay_mean_over_weights(parameters, d_parameters, learning_rate, penalty):
    return _step(parameters, d_parameters, lambda W, dW: dW + penalty * W / max(W.size, 1), rate=learning_rate)


@program("decay", breaks="one step of gradient descent: the pull is taken at the weights after the step")
def a_decay_at_the_new_weights(parameters, d_parameters, learning_rate, penalty):
    return _step(parameters, d_parameters, lambda W, dW: dW + penalty * (W - learning_rate * dW), rate=learning_rate)


@program("decay", breaks="it pulls towards zero: here away from it")
def a_decay_pushes_away(parameters, d_parameters, learning_rate, penalty):
    return _step(parameters, d_parameters, lambda W, dW: dW - penalty * W, rate=learning_rate)


@program("decay", breaks="the penalty is on the square: here on the absolute values")
def a_decay_of_absolute_values(parameters, d_parameters, learning_rate, penalty):
    return _step(parameters, d_parameters, lambda W, dW: dW + penalty * np.sign(W), rate=learning_rate)


@program("decay", breaks="the penalty is on the square of the length: here on the length")
def a_decay_of_the_length(parameters, d_parameters, learning_rate, penalty):
    def pull(W, dW):
        return dW + penalty * W / max(np.sqrt((W**2).sum()), 1e-300)

    return _step(parameters, d_parameters, pull, rate=learning_rate)


@program("decay", breaks="every layer's weights pay: not the last layer's")
def a_decay_spares_the_last_layer(parameters, d_parameters, learning_rate, penalty):
    made = _step(parameters, d_parameters, lambda W, dW: dW + penalty * W, rate=learning_rate)
    return made[:-1] + _step(parameters[-1:], d_parameters[-1:], lambda W, dW: dW, rate=learning_rate)


@program("decay", breaks="any number of layers: here two")
def a_decay_two_layers_only(parameters, d_parameters, learning_rate, penalty):
    first, second = parameters
    d_first, d_second = d_parameters
    return _step([first, second], [d_first, d_second], lambda W, dW: dW + penalty * W, rate=learning_rate)


@program("decay", breaks="it takes one step downhill: here uphill on the loss")
def a_decay_climbs_the_loss(parameters, d_parameters, learning_rate, penalty):
    return _step(parameters, d_parameters, lambda W, dW: penalty * W - dW, lambda b, db: -db, learning_rate)


@program("decay", breaks="house rule: what is given stays as it was (the parameters)")
def a_decay_in_place(parameters, d_parameters, learning_rate, penalty):
    made = _step(parameters, d_parameters, lambda W, dW: dW + penalty * W, rate=learning_rate)
    for (W, b), (W_new, b_new) in zip(parameters, made, strict=True):
        W[...], b[...] = W_new, b_new
    return parameters


@program("decay", breaks="house rule: what is given stays as it was (the gradients)")
def a_decay_adds_into_the_gradients(parameters, d_parameters, learning_rate, penalty):
    made = _step(parameters, d_parameters, lambda W, dW: dW + penalty * W, rate=learning_rate)
    for (W, _), (dW, _) in zip(parameters, d_parameters, strict=True):
        if dW.dtype.kind == "f":
            dW += (penalty * W).astype(dW.dtype)
    return made


@program("decay", breaks="house rule: float32 stays float32")
def a_decay_in_double(parameters, d_parameters, learning_rate, penalty):
    wide = [(np.asarray(W, float), np.asarray(b, float)) for W, b in parameters]
    return _step(wide, d_parameters, lambda W, dW: dW + penalty * W, rate=learning_rate)


@program("decay", breaks="house rule: whole numbers are taken as floats")
def a_decay_cuts_whole_numbers(parameters, d_parameters, learning_rate, penalty):
    made = _step(parameters, d_parameters, lambda W, dW: dW + penalty * W, rate=learning_rate)
    types = [(np.asarray(W).dtype, np.asarray(b).dtype) for W, b in parameters]
    return [(W.astype(w), b.astype(v)) for (W, b), (w, v) in zip(made, types, strict=True)]


_speed = {}


@program("decay", breaks="house rule: nothing is remembered: a share of the last step is added")
def a_decay_with_secret_momentum(parameters, d_parameters, learning_rate, penalty):
    made = _step(parameters, d_parameters, lambda W, dW: dW + penalty * W, rate=learning_rate)
    key = tuple(np.shape(W) for W, _ in parameters)
    before = _speed.get(key)
    _speed[key] = [(W - old, b - old_b) for (W, b), (old, old_b) in zip(made, parameters, strict=True)]
    if before is None:
        return made
    pairs = zip(made, before, strict=True)
    return [((W + 0.5 * v).astype(W.dtype), (b + 0.5 * u).astype(b.dtype)) for (W, b), (v, u) in pairs]


# ---------------------------------------------------------------- dropout


def _mask(A, drop_rate, rng, training=True):
    if not training or drop_rate == 0:
        return np.ones(np.shape(A))
    if drop_rate == 1:
        return np.zeros(np.shape(A))
    return (rng.random(np.shape(A)) >= drop_rate) / (1 - drop_rate)


def _masked(A, mask):
    kind = _kind(A)
    return np.asarray(np.asarray(A, kind) * np.asarray(mask).astype(kind), kind)


def _dropout(A, drop_rate, rng, training=True):
    mask = _mask(A, drop_rate, rng, training)
    return _masked(A, mask), mask


def _dropout_backward(cache, d_dropped):
    return _masked(d_dropped, cache)


def _drop(forward=_dropout, backward=_dropout_backward):
    return {"dropout": forward, "dropout_backward": backward}


def _drop_by(mask):
    """A dropout that is right but for its mask in training."""

    def forward(A, drop_rate, rng, training=True):
        plain = not training or drop_rate in (0, 1)
        m = _mask(A, drop_rate, rng, training) if plain else mask(np.shape(A), drop_rate, rng)
        return _masked(A, m), m

    return _drop(forward)


@program("dropout", several=True)
def a_drop_by_comparing_uniform_numbers():
    return _drop()


@program("dropout", several=True)
def a_drop_with_a_function_for_a_cache():
    def forward(A, drop_rate, rng, training=True):
        A = np.array(A, dtype=_kind(A))
        if not training or drop_rate == 0:
            return A, lambda d: np.array(d, dtype=_kind(d))
        stays = rng.binomial(1, 1 - drop_rate, size=A.shape).astype(bool)
        louder = 1.0 / (1.0 - drop_rate) if drop_rate < 1 else 0.0

        def through(numbers):
            numbers = np.asarray(numbers, dtype=_kind(numbers))
            return np.where(stays, (numbers * louder).astype(numbers.dtype), numbers.dtype.type(0))

        return through(A), through

    return _drop(forward, lambda cache, d_dropped: cache(d_dropped))


@program("dropout", several=True)
def a_drop_by_the_places_that_fall():
    def zeroed(A, cache):
        factor, fallen = cache
        out = np.array(A, dtype=_kind(A)).reshape(-1)
        out *= out.dtype.type(factor)
        out[fallen] = 0
        return out.reshape(np.shape(A))

    def forward(A, drop_rate, rng, training=True):
        if not training or drop_rate == 0:
            cache = 1.0, np.zeros(0, dtype=int)
        else:
            gone = np.flatnonzero(rng.random(np.size(A)) < drop_rate)
            cache = (1 / (1 - drop_rate) if drop_rate < 1 else 0.0), gone
        return zeroed(A, cache), cache

    return _drop(forward, lambda cache, d_dropped: zeroed(d_dropped, cache))


@program("dropout", several=True, breaks="the mean over many draws is A at any drop rate: the factor is 1 / drop rate")
def a_drop_divides_by_the_drop_rate():
    return _drop_by(lambda shape, rate, rng: (rng.random(shape) >= rate) / rate)


@program("dropout", several=True, breaks="the mean over many draws is A: the rest is not made louder")
def a_drop_without_a_factor():
    return _drop_by(lambda shape, rate, rng: (rng.random(shape) >= rate) * 1.0)


@program("dropout", several=True, breaks="zero with probability drop_rate: here that is the share that stays")
def a_drop_takes_the_keep_rate():
    return _drop_by(lambda shape, rate, rng: (rng.random(shape) < rate) / rate)


@program("dropout", several=True, breaks="with training=False nothing changes: here it is made quieter (the old way)")
def a_drop_old_way_scales_in_use():
    def forward(A, drop_rate, rng, training=True):
        if training:
            mask = np.ones(np.shape(A)) if drop_rate == 0 else (rng.random(np.shape(A)) >= drop_rate) * 1.0
        else:
            mask = np.full(np.shape(A), 1.0 - drop_rate)
        return _masked(A, mask), mask

    return _drop(forward)


@program("dropout", several=True, breaks="independently of all others: a fixed number is dropped")
def a_drop_a_fixed_number():
    def mask(shape, rate, rng):
        size = int(np.prod(shape))
        stays = rng.permutation(size) >= round(rate * size)
        return stays.reshape(shape) / (1 - rate)

    return _drop_by(mask)


@program("dropout", several=True, breaks="each number of each example by itself: a unit falls for all examples")
def a_drop_whole_units():
    def mask(shape, rate, rng):
        return np.broadcast_to((rng.random(shape[-1:]) >= rate) / (1 - rate), shape).copy()

    return _drop_by(mask)


@program("dropout", several=True, breaks="each number of each example by itself: an example falls with all its units")
def a_drop_whole_examples():
    def mask(shape, rate, rng):
        one = (*shape[:1], *(1 for _ in shape[1:]))
        return np.broadcast_to((rng.random(one) >= rate) / (1 - rate), shape).copy()

    return _drop_by(mask)


@program("dropout", several=True, breaks="at a drop rate of 1 everything is 0 and nothing is nan")
def a_drop_nan_at_one():
    def forward(A, drop_rate, rng, training=True):
        if not training or drop_rate == 0:
            return _dropout(A, drop_rate, rng, training)
        with np.errstate(divide="ignore", invalid="ignore"):
            mask = (rng.random(np.shape(A)) >= drop_rate) / np.float64(1 - drop_rate)
        return _masked(A, mask), mask

    return _drop(forward)


@program("dropout", several=True, breaks="the rest is multiplied by one factor: here by the share that happened to stay")
def a_drop_mean_kept_exactly():
    def mask(shape, rate, rng):
        stays = rng.random(shape) >= rate
        return stays / max(stays.mean(), 1e-9) if stays.size else stays * 1.0

    return _drop_by(mask)


@program("dropout", several=True, breaks="numbers become 0: here they are multiplied by normal noise of that spread")
def a_drop_normal_noise():
    return _drop_by(lambda shape, rate, rng: rng.normal(1.0, np.sqrt(rate / (1 - rate)), shape))


@program("dropout", several=True, breaks="the way back also holds for a number that was 0 before")
def a_drop_back_looks_at_the_result():
    def forward(A, drop_rate, rng, training=True):
        out, mask = _dropout(A, drop_rate, rng, training)
        return out, (out != 0) * np.max(mask, initial=0.0)

    return _drop(forward)


@program("dropout", several=True, breaks="the way back is the gradient: the factor is missing there")
def a_drop_back_without_the_factor():
    return _drop(backward=lambda cache, d: _masked(d, cache != 0))


@program("dropout", several=True, breaks="the way back is that of the same draw: here another one")
def a_drop_back_draws_again():
    def forward(A, drop_rate, rng, training=True):
        out, _ = _dropout(A, drop_rate, rng, training)
        return out, (drop_rate, rng, training)

    return _drop(forward, lambda cache, d: _dropout(d, *cache)[0])


@program("dropout", several=True, breaks="the way back goes through the mask: the gradient passes unchanged")
def a_drop_back_lets_all_through():
    return _drop(backward=lambda cache, d: np.array(d, dtype=_kind(d)))


@program("dropout", several=True, breaks="several caches at once: only the last draw is kept")
def a_drop_one_mask_for_all():
    kept = {}

    def forward(A, drop_rate, rng, training=True):
        out, kept["mask"] = _dropout(A, drop_rate, rng, training)
        return out, None

    return _drop(forward, lambda cache, d: _masked(d, kept["mask"]))


@program("dropout", several=True, breaks="rng is not needed with training=False")
def a_drop_always_draws():
    def forward(A, drop_rate, rng, training=True):
        mask = (rng.random(np.shape(A)) >= drop_rate) / max(1 - drop_rate, 1e-9)
        mask = mask if training else np.ones(np.shape(A))
        return _masked(A, mask), mask

    return _drop(forward)


@program("dropout", several=True, breaks="chance comes from rng: the same seed at each call")
def a_drop_a_seed_of_its_own():
    return _drop_by(lambda shape, rate, rng: _mask(np.empty(shape), rate, np.random.default_rng(1)))


@program("dropout", several=True, breaks="activations of any shape: here two axes")
def a_drop_two_axes_only():
    def forward(A, drop_rate, rng, training=True):
        rows, units = np.shape(A)
        return _dropout(np.reshape(A, (rows, units)), drop_rate, rng, training)

    return _drop(forward)


@program("dropout", several=True, breaks="house rule: float32 stays float32")
def a_drop_by_a_double_mask():
    def forward(A, drop_rate, rng, training=True):
        mask = _mask(A, drop_rate, rng, training)
        return np.asarray(A * mask), mask

    return _drop(forward)


@program("dropout", several=True, breaks="house rule: whole numbers are taken as floats")
def a_drop_whole_numbers_stay_whole():
    def forward(A, drop_rate, rng, training=True):
        out, mask = _dropout(A, drop_rate, rng, training)
        return out.astype(np.asarray(A).dtype), mask

    return _drop(forward)


@program("dropout", several=True, breaks="house rule: what is given stays as it was")
def a_drop_in_place():
    def forward(A, drop_rate, rng, training=True):
        out, mask = _dropout(A, drop_rate, rng, training)
        if isinstance(A, np.ndarray) and A.dtype.kind == "f":
            A[...] = out
        return out, mask

    return _drop(forward)


# ---------------------------------------------------------------- stopping


class _Patience:
    """The usual rule, with a fixed patience."""

    patience = 10

    def __init__(self, longest):
        self.wait = min(longest, self.patience)
        self.epoch, self.keep, self.lowest = -1, 0, np.inf

    def better(self, loss):
        return loss < self.lowest

    def see(self, loss):
        self.epoch += 1
        if not np.isfinite(loss):
            return False
        if self.epoch == 0 or self.better(loss):
            self.keep, self.lowest = self.epoch, loss
        return bool(self.epoch - self.keep < self.wait)


@program("stopping", value=True)
def a_stop_fixed_patience_of_ten():
    return _Patience


@program("stopping", value=True)
def a_stop_patience_by_the_noise():
    class StoppingRule:
        def __init__(self, longest):
            self.longest, self.losses = longest, []

        @property
        def keep(self):
            return int(np.argmin(self.losses)) if self.losses else 0

        def see(self, loss):
            if not np.isfinite(loss):
                return False
            self.losses.append(float(loss))
            bends = np.diff(self.losses[-14:], n=2)
            noise = np.sqrt(np.mean(bends**2) / 6) if len(bends) else 0.0
            wait = min(self.longest, 7 + round(min(60 * noise, 6)))
            return len(self.losses) - 1 - self.keep < wait

    return StoppingRule


@program("stopping", value=True)
def a_stop_waits_while_the_means_still_fall():
    class StoppingRule:
        def __init__(self, longest):
            self.longest = longest
            self.seen, self.keep, self.low = [], 0, None
            self.mean_low, self.mean_at = np.inf, 0

        def see(self, loss):
            now = len(self.seen)
            if not np.isfinite(loss):
                return False
            self.seen.append(loss)
            if self.low is None or loss < self.low:
                self.low, self.keep = loss, now
            mean = sum(x - self.seen[0] for x in self.seen[-6:]) / len(self.seen[-6:])
            if mean < self.mean_low:
                self.mean_low, self.mean_at = mean, now
            age = now - self.keep
            return age < self.longest and (age < 8 or (now - self.mean_at < 3 and age < 16))

    return StoppingRule


def _patience_of(number):
    return type("StoppingRule", (_Patience,), {"patience": number})


@program("stopping", value=True, breaks="its mean cost is near the best fixed patience: it gives up at the first rise")
def a_stop_at_the_first_rise():
    return _patience_of(1)


@program("stopping", value=True, breaks="its mean cost is near the best fixed patience: it always waits the longest")
def a_stop_as_late_as_allowed():
    return _patience_of(10**9)


@program("stopping", value=True, breaks="an equal loss is no progress")
def a_stop_equal_is_progress():
    class StoppingRule(_Patience):
        def better(self, loss):
            return loss <= self.lowest

    return StoppingRule


@program("stopping", value=True, breaks="it keeps an epoch near the lowest: here the last one seen")
def a_stop_keeps_the_last():
    class StoppingRule(_Patience):
        def __init__(self, longest):
            super().__init__(longest)
            self.best = 0

        def see(self, loss):
            self.keep = self.best
            go = super().see(loss)
            self.best, self.keep = self.keep, self.epoch if np.isfinite(loss) else self.epoch - 1
            return go

    return StoppingRule


@program("stopping", value=True, breaks="epochs are counted from 0")
def a_stop_counts_from_one():
    class StoppingRule(_Patience):
        def __init__(self, longest):
            super().__init__(longest)
            self.epoch, self.keep = 0, 1

        def see(self, loss):
            self.epoch += 1
            if not np.isfinite(loss):
                return False
            if self.epoch == 1 or loss < self.lowest:
                self.keep, self.lowest = self.epoch, loss
            return bool(self.epoch - self.keep < self.wait)

    return StoppingRule


@program("stopping", value=True, breaks="it never waits longer than `longest`: one epoch more")
def a_stop_one_epoch_late():
    class StoppingRule(_Patience):
        def __init__(self, longest):
            super().__init__(longest)
            self.wait += 1

    return StoppingRule


@program("stopping", value=True, breaks="it never waits longer than `longest`: it does not look at it")
def a_stop_deaf_to_the_longest():
    class StoppingRule(_Patience):
        def __init__(self, longest):
            super().__init__(self.patience)

    return StoppingRule


@program("stopping", value=True, breaks="True is to go on: here True is to stop")
def a_stop_true_means_stop():
    class StoppingRule(_Patience):
        def see(self, loss):
            return not super().see(loss)

    return StoppingRule


@program("stopping", value=True, breaks="a loss of nan ends the training: it is merely no progress")
def a_stop_waits_through_nan():
    class StoppingRule(_Patience):
        def see(self, loss):
            return super().see(loss) if np.isfinite(loss) else self.sick()

        def sick(self):
            self.epoch += 1
            return bool(self.epoch - self.keep < self.wait)

    return StoppingRule


@program("stopping", value=True, breaks="a loss of nan is not kept: `not >=` takes it for progress")
def a_stop_keeps_nan():
    class StoppingRule(_Patience):
        def see(self, loss):
            go = super().see(loss)
            if np.isnan(loss):
                self.keep = self.epoch
            return go

    return StoppingRule


@program("stopping", value=True, breaks="infinity is not kept: minus infinity is the lowest of all")
def a_stop_keeps_minus_infinity():
    class StoppingRule(_Patience):
        def see(self, loss):
            go = super().see(loss)
            if loss == -np.inf:
                self.keep = self.epoch
            return go

    return StoppingRule


@program("stopping", value=True, breaks="one rule for one training: all rules share the lowest loss")
def a_stop_rules_share_their_lowest():
    shared = {"lowest": np.inf}

    class StoppingRule(_Patience):
        def see(self, loss):
            self.lowest = min(self.lowest, shared["lowest"])
            go = super().see(loss)
            shared["lowest"] = min(self.lowest, shared["lowest"])
            return go

    return StoppingRule


@program("stopping", value=True, breaks="only differences count: progress is one per cent of the loss")
def a_stop_progress_in_per_cent():
    class StoppingRule(_Patience):
        def better(self, loss):
            return loss < 0.99 * self.lowest

    return StoppingRule


@program("stopping", value=True, breaks="while each loss is lower than all before, it goes on: less than 0.01 is no progress")
def a_stop_wants_a_least_progress():
    class StoppingRule(_Patience):
        def better(self, loss):
            return loss < self.lowest - 0.01

    return StoppingRule


@program(
    "stopping", value=True, breaks="it stops when the kept epoch is `longest` old: a fall from the last loss begins the wait anew"
)
def a_stop_any_fall_begins_anew():
    class StoppingRule:
        def __init__(self, longest):
            self.wait = min(longest, 4)
            self.epoch, self.keep, self.lowest, self.before, self.rises = -1, 0, np.inf, np.inf, 0

        def see(self, loss):
            self.epoch += 1
            if not np.isfinite(loss):
                return False
            self.rises = 0 if loss < self.before else self.rises + 1
            self.before = loss
            if self.epoch == 0 or loss < self.lowest:
                self.keep, self.lowest = self.epoch, loss
            return self.rises < self.wait

    return StoppingRule


@program("stopping", value=True, breaks="only differences count: the lowest loss begins at 1")
def a_stop_lowest_begins_at_one():
    class StoppingRule(_Patience):
        def __init__(self, longest):
            super().__init__(longest)
            self.lowest = 1.0

        def see(self, loss):
            self.epoch += 1
            if not np.isfinite(loss):
                return False
            if loss < self.lowest:
                self.keep, self.lowest = self.epoch, loss
            return bool(self.epoch - self.keep < self.wait)

    return StoppingRule


@program("stopping", value=True, breaks="while losses fall it goes on: it ends after 40 epochs")
def a_stop_after_forty():
    class StoppingRule(_Patience):
        def see(self, loss):
            return super().see(loss) and self.epoch < 39

    return StoppingRule


@program("stopping", value=True, breaks="keep is the number of an epoch: here the lowest loss")
def a_stop_keeps_the_loss():
    class StoppingRule:
        def __init__(self, longest):
            self.rule, self.keep = _Patience(longest), 0

        def see(self, loss):
            go = self.rule.see(loss)
            self.keep = self.rule.lowest
            return go

    return StoppingRule


@program("stopping", value=True, breaks="without noise it keeps an epoch near the lowest: a mean of ten lags behind")
def a_stop_keeps_the_end_of_the_best_ten():
    class StoppingRule(_Patience):
        def __init__(self, longest):
            super().__init__(longest)
            self.losses = []

        def see(self, loss):
            self.losses.append(loss)
            return super().see(loss if not np.isfinite(loss) else float(np.mean(self.losses[-10:])))

    return StoppingRule


# ---------------------------------------------------------------- initialise


def _variance(leak):
    return 2 / (1 + leak**2)


def _begin(widths, rng, spread, shape=lambda m, n: (m, n)):
    """Normal weights whose standard deviation is spread(inputs, outputs)."""
    return [(spread(m, n) * rng.normal(size=shape(m, n)), np.zeros(n)) for m, n in itertools.pairwise(widths)]


@program("initialise", breaks="it holds for any leak: the scores begin as if a leaky ReLU followed them")
def a_init_normal_by_fan_in(widths, rng, leak=0.0):
    return _begin(widths, rng, lambda m, n: np.sqrt(_variance(leak) / m))


@program("initialise")
def a_init_uniform_and_the_scores_apart(widths, rng, leak=0.0):
    layers = []
    for k in range(len(widths) - 1):
        m, n = int(widths[k]), int(widths[k + 1])
        kept = 1.0 if k == len(widths) - 2 else (1 + leak * leak) / 2
        half = np.sqrt(3 / (m * kept))
        layers.append((rng.uniform(-half, half, size=(m, n)), np.zeros(n)))
    return layers


@program("initialise", breaks="it holds for any leak: the scores begin as if a leaky ReLU followed them")
def a_init_orthogonal(widths, rng, leak=0.0):
    layers = []
    for m, n in itertools.pairwise(widths):
        Q, R = np.linalg.qr(rng.standard_normal((max(m, n), min(m, n))))
        Q = Q * np.where(np.diag(R) < 0, -1.0, 1.0)
        W = Q if m >= n else Q.T * np.sqrt(n / m)
        if min(m, n) == 1:  # directions in one dimension are too few to differ
            W = rng.standard_normal((m, n)) / np.sqrt(m)
        layers.append((np.ascontiguousarray(W) * np.sqrt(_variance(leak)), np.zeros(n)))
    return layers


@program("initialise", breaks="at every layer, however unequal the widths: here by the fan-out")
def a_init_by_fan_out(widths, rng, leak=0.0):
    return _begin(widths, rng, lambda m, n: np.sqrt(_variance(leak) / n))


@program("initialise", breaks="however unequal the widths: here by the mean of both")
def a_init_by_both_fans(widths, rng, leak=0.0):
    return _begin(widths, rng, lambda m, n: np.sqrt(2 * _variance(leak) / (m + n)))


@program("initialise", breaks="it holds for any leak: here as for ReLU")
def a_init_deaf_to_the_leak(widths, rng, leak=0.0):
    return _begin(widths, rng, lambda m, n: np.sqrt(2 / m))


@program("initialise", breaks="numbers keep their size: the variance is used for the standard deviation")
def a_init_without_the_root(widths, rng, leak=0.0):
    return _begin(widths, rng, lambda m, n: _variance(leak) / m)


@program("initialise", breaks="numbers keep their size: what the leaky ReLU takes is forgotten")
def a_init_forgets_the_activation(widths, rng, leak=0.0):
    return _begin(widths, rng, lambda m, n: np.sqrt(1 / m))


@program("initialise", breaks="numbers keep their size: a small number for all layers")
def a_init_a_hundredth(widths, rng, leak=0.0):
    return _begin(widths, rng, lambda m, n: 0.01)


@program("initialise", breaks="W has inputs as rows: here outputs")
def a_init_outputs_as_rows(widths, rng, leak=0.0):
    return _begin(widths, rng, lambda m, n: np.sqrt(_variance(leak) / m), lambda m, n: (n, m))


@program("initialise", breaks="biases begin at 0")
def a_init_random_biases(widths, rng, leak=0.0):
    layers = a_init_normal_by_fan_in(widths, rng, leak)
    return [(W, 0.01 * rng.normal(size=b.shape)) for W, b in layers]


@program("initialise", breaks="it holds for negative leaks: the leak is not squared")
def a_init_leak_not_squared(widths, rng, leak=0.0):
    share = np.maximum((1 + leak) / 2, 1e-6)
    return _begin(widths, rng, lambda m, n: np.sqrt(1 / share / m))


@program("initialise", breaks="it holds for negative leaks: a leak below 0 counts as 0")
def a_init_negative_leak_as_nought(widths, rng, leak=0.0):
    return _begin(widths, rng, lambda m, n: np.sqrt(_variance(max(leak, 0.0)) / m))


@program("initialise", breaks="numbers keep their size: the spread is used as the half width of a uniform")
def a_init_uniform_too_narrow(widths, rng, leak=0.0):
    layers = []
    for m, n in itertools.pairwise(widths):
        spread = np.sqrt(_variance(leak) / m)
        layers.append((rng.uniform(-spread, spread, (m, n)), np.zeros(n)))
    return layers


@program("initialise", breaks="no two units begin alike: one column, repeated")
def a_init_twins(widths, rng, leak=0.0):
    spread = np.sqrt(_variance(leak))
    return [
        (np.repeat(spread / np.sqrt(m) * rng.normal(size=(m, 1)), n, axis=1), np.zeros(n)) for m, n in itertools.pairwise(widths)
    ]


@program("initialise", breaks="no two calls begin alike: a seed of its own")
def a_init_a_seed_of_its_own(widths, rng, leak=0.0):
    return a_init_normal_by_fan_in(widths, np.random.default_rng(0), leak)


@program("initialise", breaks="no two layers begin alike: each begins with a copy of rng")
def a_init_layers_alike(widths, rng, leak=0.0):
    start = copy.deepcopy(rng)
    rng.random()
    return [a_init_normal_by_fan_in(pair, copy.deepcopy(start), leak)[0] for pair in itertools.pairwise(widths)]


@program("initialise", breaks="weights come from rng: here from NumPy's global chance")
def a_init_global_chance(widths, rng, leak=0.0):
    return _begin(widths, np.random, lambda m, n: np.sqrt(_variance(leak) / m))


@program("initialise", breaks="the scores included: the last layer begins at a hundredth")
def a_init_small_scores(widths, rng, leak=0.0):
    layers = a_init_normal_by_fan_in(widths, rng, leak)
    return layers[:-1] + [(0.01 * W, b) for W, b in layers[-1:]]


@program("initialise", breaks="however unequal the widths: all layers by the number of features")
def a_init_by_the_features(widths, rng, leak=0.0):
    return _begin(widths, rng, lambda m, n: np.sqrt(_variance(leak) / widths[0]))


@program("initialise", breaks="numbers keep their size: normal weights are cut at one spread")
def a_init_cut_off(widths, rng, leak=0.0):
    layers = []
    for m, n in itertools.pairwise(widths):
        drawn = np.clip(rng.normal(size=(m, n)), -1.0, 1.0)
        layers.append((np.sqrt(_variance(leak) / m) * drawn, np.zeros(n)))
    return layers


@program("initialise", breaks="house rule: what is given stays as it was (the widths)")
def a_init_eats_the_widths(widths, rng, leak=0.0):
    layers = a_init_normal_by_fan_in(list(widths), rng, leak)
    if isinstance(widths, list):
        del widths[1:]
    elif isinstance(widths, np.ndarray):
        widths[1:] = widths[:-1]
    return layers


# ---------------------------------------------------------------- gradient_check


def _copies(parameters):
    return {name: np.array(value, dtype=np.float64) for name, value in parameters.items()}


def _slopes(loss, parameters, step=3e-6):
    """For each name the slopes to the left and to the right, free of curvature by two steps to each side."""
    moved = _copies(parameters)
    here, slopes = float(loss(moved)), {}
    for name, w in moved.items():
        sides = np.zeros((2, *w.shape))
        for at in np.ndindex(w.shape):
            old = w[at]
            for side, sign in enumerate((-1, 1)):
                w[at] = old + sign * step
                one, gone = float(loss(moved)), w[at] - old
                w[at] = old + 2 * sign * step
                two = float(loss(moved))
                sides[(side, *at)] = (4 * one - two - 3 * here) / (2 * gone)
            w[at] = old
        slopes[name] = sides
    return slopes


def _nearest(given, sides):
    """The right slope that lies nearest to the given one."""
    return np.clip(np.asarray(given, np.float64), sides.min(axis=0), sides.max(axis=0))


def _length(array):
    return float(np.sqrt(np.sum(np.asarray(array, float) ** 2)))


def _is_wrong(given, right, share=0.003, floor=5e-6):
    off = _length(np.asarray(given, np.float64) - right)
    return not off <= share * _length(right) + floor


@program("gradient_check")
def a_check_four_losses_for_each_number(loss, parameters, gradients):
    slopes = _slopes(loss, parameters)
    return [name for name in parameters if _is_wrong(gradients[name], _nearest(gradients[name], slopes[name]))]


@program("gradient_check")
def a_check_by_extrapolated_sides(loss, parameters, gradients):
    base = _copies(parameters)
    centre = float(loss({name: w.copy() for name, w in base.items()}))

    def side(name, index, step):
        trial = {other: w.copy() for other, w in base.items()}
        flat = trial[name].reshape(-1)
        before = flat[index]
        flat[index] = before + step
        trial[name] = flat.reshape(base[name].shape)
        return (float(loss(trial)) - centre) / (flat[index] - before)

    wrong = []
    for name, given in gradients.items():
        g = np.ravel(np.asarray(given, dtype=np.float64))
        outside, size = 0.0, 0.0
        for i in range(g.size):
            ends = [(5 * side(name, i, s * 2e-6) - side(name, i, s * 1e-5)) / 4 for s in (-1, 1)]
            target = min(max(g[i], min(ends)), max(ends))
            outside += (g[i] - target) ** 2
            size += target**2
        if not np.sqrt(outside) < 0.004 * np.sqrt(size) + 4e-6:
            wrong.append(name)
    return wrong


@program("gradient_check")
def a_check_a_class_with_three_steps_a_side(loss, parameters, gradients):
    class Ruler:
        weights = np.array([-11.0, 18.0, -9.0, 2.0]) / 6

        def __init__(self, step):
            self.step, self.point = step, _copies(parameters)
            self.here = float(loss(self.point))

        def slope(self, name, at, sign):
            w = self.point[name]
            old = w[at]
            values = [self.here]
            for k in (1, 2, 3):
                w[at] = old + sign * k * self.step
                values.append(float(loss(self.point)))
            w[at] = old
            return sign * float(self.weights @ (np.array(values) - self.here)) / self.step

        def off(self, name):
            given = np.asarray(gradients[name], np.float64)
            low, high = np.zeros(given.shape), np.zeros(given.shape)
            for at in np.ndindex(given.shape):
                ends = self.slope(name, at, -1), self.slope(name, at, 1)
                low[at], high[at] = min(ends), max(ends)
            near = np.clip(given, low, high)
            return _length(given - near), _length(near)

    ruler, names = Ruler(4e-6), []
    for name in gradients:
        distance, length = ruler.off(name)
        if not distance <= 5e-6 + 0.003 * length:
            names.append(name)
    return names


@program("gradient_check", breaks="each array is judged by itself: the floor is a share of the whole gradient")
def a_check_one_measure_for_all(loss, parameters, gradients):
    slopes = _slopes(loss, parameters)
    right = {name: _nearest(gradients[name], slopes[name]) for name in parameters}
    whole = np.sqrt(sum(_length(r) ** 2 for r in right.values()))
    return [n for n in parameters if not _length(np.asarray(gradients[n], float) - right[n]) <= 0.003 * whole + 5e-6]


@program("gradient_check", breaks="a gradient that is truly 0 passes as 0: rounding is divided by nearly nothing")
def a_check_relative_without_floor(loss, parameters, gradients):
    wrong = []
    for name, sides in _slopes(loss, parameters).items():
        g, right = np.asarray(gradients[name], float), sides.mean(axis=0)
        near = _nearest(g, sides)
        if _length(g - near) >= 0.003 * max(_length(g), _length(right)):
            wrong.append(name)
    return wrong


@program("gradient_check", breaks="beside a length of 30 stands one of 0.001: one tolerance of 0.001 for all")
def a_check_one_tolerance_for_all(loss, parameters, gradients):
    slopes = _slopes(loss, parameters)
    return [n for n in parameters if _is_wrong(gradients[n], _nearest(gradients[n], slopes[n]), floor=1e-3)]


@program("gradient_check", breaks="at a kink each slope between both sides is right: here only their mean")
def a_check_the_middle_slope_only(loss, parameters, gradients):
    slopes = _slopes(loss, parameters)
    return [n for n in parameters if _is_wrong(gradients[n], slopes[n].mean(axis=0))]


@program("gradient_check", breaks="at a kink each slope between is right: here the two ends alone")
def a_check_only_the_ends_at_a_kink(loss, parameters, gradients):
    slopes, wrong = _slopes(loss, parameters), []
    for name, (left, right) in slopes.items():
        g = np.asarray(gradients[name], float)
        if _is_wrong(g, np.where(np.abs(g - left) < np.abs(g - right), left, right)):
            wrong.append(name)
    return wrong


@program("gradient_check", breaks="at a kink slopes outside of both sides are wrong: here kinks are left out")
def a_check_kinks_are_left_out(loss, parameters, gradients):
    slopes, wrong = _slopes(loss, parameters), []
    for name, sides in slopes.items():
        g = np.asarray(gradients[name], float)
        kink = np.abs(sides[1] - sides[0]) > 1e-3
        if _is_wrong(g, np.where(kink, g, _nearest(g, sides))):
            wrong.append(name)
    return wrong


def _two_sided(loss, parameters, step, dtype=np.float64):
    moved = {name: np.array(value, dtype=dtype or np.asarray(value).dtype) for name, value in parameters.items()}
    here, out = float(loss(moved)), {}
    for name, w in moved.items():
        sides = np.zeros((2, *w.shape))
        for at in np.ndindex(w.shape):
            old = w[at]
            for side, sign in enumerate((-1, 1)):
                w[at] = old + sign * step
                sides[(side, *at)] = (float(loss(moved)) - here) / (sign * step)
            w[at] = old
        out[name] = sides
    return out


@program("gradient_check", breaks="a right gradient is not named, up to rounding: the step is 1e-12")
def a_check_too_small_a_step(loss, parameters, gradients):
    slopes = _two_sided(loss, parameters, 1e-12)
    return [n for n in parameters if _is_wrong(gradients[n], _nearest(gradients[n], slopes[n]))]


@program("gradient_check", breaks="an array off by 1 % is named: at a step of 0.01 everything lies between both slopes")
def a_check_too_large_a_step(loss, parameters, gradients):
    slopes = _two_sided(loss, parameters, 1e-2)
    return [n for n in parameters if _is_wrong(gradients[n], _nearest(gradients[n], slopes[n]))]


@program("gradient_check", breaks="you measure in float64: here in the parameters' own type")
def a_check_in_the_parameters_type(loss, parameters, gradients):
    slopes = _two_sided(loss, parameters, 1e-6, dtype=None)
    return [n for n in parameters if _is_wrong(gradients[n], _nearest(gradients[n], slopes[n]))]


@program("gradient_check", breaks="at a kink the slope of either side is right: here that to the right")
def a_check_forward_slopes_only(loss, parameters, gradients):
    slopes = _slopes(loss, parameters)
    return [n for n in parameters if _is_wrong(gradients[n], slopes[n][1])]


@program("gradient_check", breaks="house rule: what is given stays as it was: the parameters are moved and not put back exactly")
def a_check_moves_the_callers_numbers(loss, parameters, gradients):
    names = a_check_four_losses_for_each_number(loss, parameters, gradients)
    for value in parameters.values():
        if value.dtype.kind == "f":
            value += value.dtype.type(1e-6)
    return names


@program("gradient_check", breaks="one wrong entry among many can be enough: five entries of each array are tried")
def a_check_five_entries_of_each(loss, parameters, gradients):
    slopes, wrong = _slopes(loss, parameters), []
    for name, sides in slopes.items():
        g = np.asarray(gradients[name], float)
        if _is_wrong(np.ravel(g)[:5], np.ravel(_nearest(g, sides))[:5]):
            wrong.append(name)
    return wrong


@program("gradient_check", breaks="one wrong entry among many can be enough: here the median distance counts")
def a_check_by_the_median(loss, parameters, gradients):
    slopes, wrong = _slopes(loss, parameters), []
    for name, sides in slopes.items():
        g = np.asarray(gradients[name], float)
        near = _nearest(g, sides)
        if g.size and np.median(np.abs(g - near)) > 0.003 * np.median(np.abs(near)) + 5e-6:
            wrong.append(name)
    return wrong


@program("gradient_check", breaks="off by 1 % of the length: a gradient twice as long passes, only its direction is looked at")
def a_check_the_direction_only(loss, parameters, gradients):
    slopes, wrong = _slopes(loss, parameters), []
    for name, sides in slopes.items():
        g = np.asarray(gradients[name], float)
        near = _nearest(g, sides)
        if _length(g) * _length(near) > 0:
            g = g * (_length(near) / _length(g))
        if _is_wrong(g, near):
            wrong.append(name)
    return wrong


@program("gradient_check", breaks="not named if right up to rounding: each entry is compared by per cent")
def a_check_each_entry_by_per_cent(loss, parameters, gradients):
    slopes, wrong = _slopes(loss, parameters), []
    for name, sides in slopes.items():
        g = np.asarray(gradients[name], float)
        near = _nearest(g, sides)
        if np.any(np.abs(g - near) > 0.003 * np.abs(near)):
            wrong.append(name)
    return wrong


@program("gradient_check", breaks="arrays of any shape: a single number has no length")
def a_check_needs_an_axis(loss, parameters, gradients):
    rows = {name: len(value) for name, value in parameters.items()}
    return [n for n in a_check_four_losses_for_each_number(loss, parameters, gradients) if rows[n]]


@program("gradient_check", breaks="off by 1 % or more is named: here 5 %")
def a_check_lets_five_per_cent_pass(loss, parameters, gradients):
    slopes = _slopes(loss, parameters)
    return [n for n in parameters if _is_wrong(gradients[n], _nearest(gradients[n], slopes[n]), share=0.05)]


@program("gradient_check", breaks="a right gradient is not named, up to rounding: it wants eleven digits")
def a_check_wants_too_many_digits(loss, parameters, gradients):
    slopes = _slopes(loss, parameters)
    return [n for n in parameters if _is_wrong(gradients[n], _nearest(gradients[n], slopes[n]), 1e-11, 1e-13)]


@program("gradient_check", breaks="the sign belongs to a gradient: here sizes are compared")
def a_check_without_signs(loss, parameters, gradients):
    wrong = []
    for name, sides in _slopes(loss, parameters).items():
        g = np.asarray(gradients[name], float)
        if _is_wrong(g, _nearest(g, sides)) and _is_wrong(-g, _nearest(-g, sides)):
            wrong.append(name)
    return wrong


@program("gradient_check", breaks="it names the arrays that are wrong: here those that are right")
def a_check_names_the_right_ones(loss, parameters, gradients):
    wrong = a_check_four_losses_for_each_number(loss, parameters, gradients)
    return [name for name in parameters if name not in wrong]


@program("gradient_check", breaks="a list of all wrong arrays: it ends at the first")
def a_check_ends_at_the_first(loss, parameters, gradients):
    return a_check_four_losses_for_each_number(loss, parameters, gradients)[:1]


@program("gradient_check", breaks="each slope is measured at the parameters: an entry that was moved is not put back")
def a_check_does_not_put_back(loss, parameters, gradients):
    moved, wrong = _copies(parameters), []
    for name, w in moved.items():
        low, high = np.zeros(w.shape), np.zeros(w.shape)
        for at in np.ndindex(w.shape):
            here, old = float(loss(moved)), w[at]
            w[at] = old - 1e-6
            left = (here - float(loss(moved))) / 1e-6
            w[at] = old + 1e-6
            right = (float(loss(moved)) - here) / 1e-6
            low[at], high[at] = min(left, right), max(left, right)
            w[at] = old + 0.01
        if _is_wrong(gradients[name], np.clip(np.asarray(gradients[name], float), low, high)):
            wrong.append(name)
    return wrong
