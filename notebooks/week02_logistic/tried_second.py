"""Programs for week 2, written from its contracts alone."""

from fractions import Fraction

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, log_expit

from autograder.cases import program

# ---------------------------------------------------------------------------------------------------------------- tin_slopes


def _floats(*arrays):
    """The arrays as floats of their common type, and that type."""
    arrays = [np.asarray(a) for a in arrays]
    kind = np.result_type(*arrays, np.float32)
    return [a.astype(kind) for a in arrays], kind


def _tin_right(radius, height):
    """The slopes, each simplified, so that nothing cancels and no square of the content is taken."""
    (r, h), kind = _floats(radius, height)
    r, h = np.broadcast_arrays(r.astype(np.float64), h.astype(np.float64))
    with np.errstate(all="ignore"):
        per_metal = 1 / np.pi / r / r / h
        slopes = {
            "metal": per_metal,
            "content": -(2 / h + 2 / r) * per_metal,
            "wall": per_metal,
            "base": -2 / np.pi / r / r / r,
            "height": -2 / h / h,
            "radius": -2 / r / r,
        }
        return {name: np.asarray(slope).astype(kind)[()] for name, slope in slopes.items()}


def _tin_parts(radius, height):
    """The two first slopes and the tin, for wrong programs that go on from there."""
    (r, h), _ = _floats(radius, height)
    base, wall = np.pi * r**2, 2 * np.pi * r * h
    content = base * h
    cost = 2 / h + 2 / r
    return r, h, base, wall, content, 1 / content, -cost / content


@program("tin_slopes")
def b_tin_simplified(radius, height):
    return _tin_right(radius, height)


@program("tin_slopes")
def b_tin_backwards_with_long_floats(radius, height):
    (r, h), kind = _floats(radius, height)
    r, h = r.astype(np.longdouble), h.astype(np.longdouble)
    pi = np.longdouble(np.pi)
    base, wall = pi * r * r, 2 * pi * r * h
    content = base * h
    cost = (2 * base + wall) / content
    slopes = {"metal": 1 / content, "content": -cost / content}
    slopes["wall"] = slopes["metal"] * 1
    slopes["base"] = slopes["metal"] * 2 + slopes["content"] * h
    slopes["height"] = slopes["wall"] * 2 * pi * r + slopes["content"] * base
    slopes["radius"] = slopes["wall"] * 2 * pi * h + slopes["base"] * 2 * pi * r
    with np.errstate(all="ignore"):
        return {name: slope.astype(kind) for name, slope in slopes.items()}


@program("tin_slopes")
def b_tin_entry_by_entry_with_fractions(radius, height):
    (r, h), kind = _floats(radius, height)
    names = ("metal", "content", "wall", "base", "height", "radius")
    r, h = np.broadcast_arrays(r, h)
    slopes = {name: np.zeros(r.shape, kind) for name in names}
    pi = Fraction(np.pi)
    for place in np.ndindex(r.shape):
        a, b = Fraction(float(r[place])), Fraction(float(h[place]))
        base, wall = pi * a**2, 2 * pi * a * b
        content, metal = base * b, 2 * base + wall
        d_metal, d_content = 1 / content, -metal / content**2
        d_base = 2 * d_metal + b * d_content
        d_height = 2 * pi * a * d_metal + base * d_content
        d_radius = 2 * pi * b * d_metal + 2 * pi * a * d_base
        for name, slope in zip(names, (d_metal, d_content, d_metal, d_base, d_height, d_radius), strict=True):
            try:
                with np.errstate(all="ignore"):
                    slopes[name][place] = float(slope)
            except OverflowError:
                slopes[name][place] = np.inf if slope > 0 else -np.inf
    return slopes


@program("tin_slopes", breaks="what follows after a node follows: the height reaches the cost through the content as well")
def b_tin_height_through_the_wall_only(radius, height):
    r, _, _, _, _, d_metal, _ = _tin_parts(radius, height)
    return _tin_right(radius, height) | {"height": d_metal * 2 * np.pi * r}


@program("tin_slopes", breaks="what follows after a node follows: the base feeds the content as well as the metal")
def b_tin_base_through_the_metal_only(radius, height):
    r, h, _, _, _, d_metal, _ = _tin_parts(radius, height)
    d_base = 2 * d_metal
    return _tin_right(radius, height) | {"base": d_base, "radius": d_metal * 2 * np.pi * h + d_base * 2 * np.pi * r}


@program("tin_slopes", breaks="what follows after a node follows: the radius reaches the cost through the wall as well")
def b_tin_radius_through_the_base_only(radius, height):
    right = _tin_right(radius, height)
    return right | {"radius": right["base"] * 2 * np.pi * np.asarray(radius)}


@program("tin_slopes", breaks="the slope of the cost in the base: metal has the base twice, once as the lid")
def b_tin_without_a_lid(radius, height):
    _, h, _, _, _, d_metal, d_content = _tin_parts(radius, height)
    return _tin_right(radius, height) | {"base": d_metal + d_content * h}


@program("tin_slopes", breaks="the slope in the content: more content makes the cost smaller")
def b_tin_content_with_the_wrong_sign(radius, height):
    right = _tin_right(radius, height)
    return right | {"content": -right["content"]}


@program("tin_slopes", breaks="the slope in the content: 1/x has the derivative -1/x^2, not -1/x")
def b_tin_content_not_squared(radius, height):
    right = _tin_right(radius, height)
    return right | {"content": -(2 / np.asarray(height) + 2 / np.asarray(radius))}


@program("tin_slopes", breaks="nothing before a node follows: the wall is nudged by the height, and the content goes along")
def b_tin_wall_nudged_by_the_height(radius, height):
    right = _tin_right(radius, height)
    return right | {"wall": right["height"] / (2 * np.pi * np.asarray(radius))}


@program("tin_slopes", breaks="house rule: whole numbers are taken as floats")
def b_tin_rounded_into_whole_numbers(radius, height):
    right = _tin_right(radius, height)
    return {name: np.asarray(slope).astype(np.asarray(radius).dtype) for name, slope in right.items()}


@program("tin_slopes", breaks="it holds for very large and very small tins: a fixed nudge is too large or too small for them")
def b_tin_measured_with_a_fixed_nudge(radius, height, nudge=1e-6):
    (r, h), _ = _floats(radius, height)

    def cost(r, h):
        return 2 / h + 2 / r

    d_height = (cost(r, h + nudge) - cost(r, h - nudge)) / (2 * nudge)
    d_radius = (cost(r + nudge, h) - cost(r - nudge, h)) / (2 * nudge)
    return _tin_right(radius, height) | {"height": d_height, "radius": d_radius}


@program("tin_slopes", breaks="arrays of any shape are fine: it takes numbers only")
def b_tin_numbers_only(radius, height):
    return _tin_right(float(radius), float(height))


@program("tin_slopes", breaks="arrays are treated entry by entry: the slopes in radius and height are summed over all tins")
def b_tin_summed_over_the_entries(radius, height):
    right = _tin_right(radius, height)
    return right | {"height": np.sum(right["height"]), "radius": np.sum(right["radius"])}


@program("tin_slopes", breaks="house rule: float32 in, float32 out")
def b_tin_always_float64(radius, height):
    return _tin_right(np.asarray(radius, np.float64), np.asarray(height, np.float64))


@program("tin_slopes", breaks="house rule: what is given stays as it was; the radius is squared in place")
def b_tin_squares_the_radius_in_place(radius, height):
    right = _tin_right(radius, height)
    if isinstance(radius, np.ndarray) and radius.dtype.kind == "f":
        radius *= radius
    return right


@program("tin_slopes", breaks="house rule: nothing is remembered; the dictionary of the last call is filled again")
def b_tin_one_dictionary_for_all_calls(radius, height, slopes={}):  # noqa: B006
    slopes.update(_tin_right(radius, height))
    return slopes


@program("tin_slopes", breaks="the dictionary holds all six nodes: the wall is left out")
def b_tin_without_the_wall(radius, height):
    return {name: slope for name, slope in _tin_right(radius, height).items() if name != "wall"}


# ------------------------------------------------------------------------------------------------------------------ log_loss


def _softplus(z):
    """log(1 + e^z), in the type of z."""
    return np.logaddexp(np.zeros((), z.dtype), z)


def _log_loss(logits, y):
    z = np.asarray(logits)
    z = z.astype(np.result_type(z, np.float32)) if z.dtype.kind != "f" else z
    y = np.asarray(y).astype(z.dtype)
    with np.errstate(invalid="ignore"):
        mixed = y * _softplus(-z) + (1 - y) * _softplus(z)
    return np.where(y == 1, _softplus(-z), np.where(y == 0, _softplus(z), mixed)).astype(z.dtype)


@program("log_loss")
def b_loss_by_logaddexp(logits, y):
    return _log_loss(logits, y)


@program("log_loss")
def b_loss_with_the_larger_exponent_outside(logits, y):
    z = np.array(logits)
    kind = z.dtype if z.dtype.kind == "f" else np.result_type(z, np.float32)
    z, y = z.astype(np.longdouble), np.asarray(y).astype(np.longdouble)

    def of_ones(z):
        return np.maximum(-z, 0) + np.log1p(np.exp(-np.abs(z)))

    loss = np.zeros(z.shape, np.longdouble)
    loss += np.where(y > 0, y * of_ones(z), 0)
    loss += np.where(y < 1, (1 - y) * of_ones(-z), 0)
    return loss.astype(kind)


@program("log_loss")
def b_loss_by_the_librarys_log_expit(logits, y):
    z = np.asarray(logits)
    kind = z.dtype if z.dtype.kind == "f" else np.result_type(z, np.float32)
    z = z.astype(np.result_type(kind, np.float64))
    share = np.asarray(y).astype(z.dtype)
    sure = (share == 0) | (share == 1)
    turned = np.where(share == 0, -z, z)
    half = -share * log_expit(z) - (1 - share) * log_expit(-z)
    return np.where(sure, -log_expit(turned), half).astype(kind)


@program("log_loss", breaks="right for any logit that the float type can hold: the formula is typed as it stands")
def b_loss_typed_as_it_stands(logits, y):
    z = np.asarray(logits)
    y = np.asarray(y, dtype=z.dtype)
    p = 1 / (1 + np.exp(-z))
    return -np.where(y == 1, np.log(p), np.where(y == 0, np.log(1 - p), y * np.log(p) + (1 - y) * np.log(1 - p)))


@program("log_loss", breaks="at z = -10,000 it is 10,000: probabilities are clipped before the logarithm")
def b_loss_of_clipped_probabilities(logits, y, small=1e-7):
    z = np.asarray(logits)
    y = np.asarray(y, dtype=z.dtype)
    p = np.clip(expit(z), small, 1 - small)
    return (-y * np.log(p) - (1 - y) * np.log(1 - p)).astype(z.dtype)


@program("log_loss", breaks="at z = 40 it is 4.2e-18 and not 0: log(1 + t) is taken without log1p")
def b_loss_without_log1p(logits, y):
    z = np.asarray(logits)
    y = np.asarray(y, dtype=z.dtype)

    def of_ones(z):
        return np.maximum(-z, 0) + np.log(1 + np.exp(-np.abs(z)))

    return y * of_ones(z) + (1 - y) * of_ones(-z)


@program("log_loss", breaks="right to a few roundings of its own size: the loss of ones is a difference of two large numbers")
def b_loss_as_a_difference(logits, y):
    z = np.asarray(logits)
    return _softplus(z) - np.asarray(y, dtype=z.dtype) * z


@program("log_loss", breaks="right to a few roundings: below -10 the loss is taken to be -z")
def b_loss_straight_from_ten_on(logits, y):
    z = np.asarray(logits)
    y = np.asarray(y, dtype=z.dtype)

    def of_ones(z):
        return np.where(z < -10, -z, _softplus(-z))

    return y * of_ones(z) + (1 - y) * of_ones(-z)


@program("log_loss", breaks="right for any logit: logits are cut off at 500, so that no exponential overflows")
def b_loss_of_cut_logits(logits, y):
    z = np.asarray(logits)
    return _log_loss(np.clip(z, -500, 500).astype(z.dtype), y)


@program("log_loss", breaks="right to a few roundings of its own size: everything is calculated in float32")
def b_loss_always_calculated_in_float32(logits, y):
    z = np.asarray(logits)
    return _log_loss(z.astype(np.float32), y).astype(z.dtype)


@program("log_loss", breaks="labels may be integers: 2y - 1 is taken in uint8, where 0 - 1 is 255")
def b_loss_with_signs_in_the_labels_type(logits, y):
    z, y = np.asarray(logits), np.asarray(y)
    if y.dtype.kind == "f":
        return _log_loss(z, y)
    if y.dtype.kind == "b":
        y = y.astype(np.uint8)
    return _softplus(-(2 * y - 1).astype(z.dtype) * z)


@program("log_loss", breaks="labels may be integers: they are taken as an index, which is right for truth values alone")
def b_loss_chosen_by_index(logits, y):
    z, y = np.asarray(logits), np.asarray(y)
    if y.dtype.kind == "f":
        return _log_loss(z, y)
    both = np.stack([_softplus(z), _softplus(-z)])
    loss = np.zeros_like(z)
    loss[...] = both[0]
    loss[y] = both[1][y]
    return loss


@program("log_loss", breaks="a soft label's loss is the mean of the losses: every label but 0 counts as 1")
def b_loss_soft_labels_are_true(logits, y):
    z = np.asarray(logits)
    return np.where(np.asarray(y).astype(bool), _softplus(-z), _softplus(z))


@program("log_loss", breaks="a soft label's loss is the mean of the losses: the label is rounded to the majority")
def b_loss_soft_labels_rounded(logits, y):
    return _log_loss(logits, np.asarray(y) > 0.5)


@program("log_loss", breaks="a soft label's loss is the mean of the losses, not the loss of the mean probability")
def b_loss_of_the_mean_probability(logits, y):
    z = np.asarray(logits)
    y = np.asarray(y, dtype=z.dtype)
    mixed = -np.log(np.clip(y * expit(z) + (1 - y) * expit(-z), np.finfo(z.dtype).tiny, None))
    return np.where((y == 0) | (y == 1), _log_loss(z, y), mixed).astype(z.dtype)


@program("log_loss", breaks="a soft label's loss is the mean of the losses: what no model can avoid, its entropy, is taken off")
def b_loss_without_the_entropy(logits, y):
    z = np.asarray(logits)
    y = np.asarray(y, dtype=z.dtype)
    safe = np.where((y > 0) & (y < 1), y, 0.5)
    entropy = np.where((y > 0) & (y < 1), -safe * np.log(safe) - (1 - safe) * np.log(1 - safe), 0)
    return (_log_loss(z, y) - entropy).astype(z.dtype)


@program("log_loss", breaks="in nats: it comes in bits")
def b_loss_in_bits(logits, y):
    loss = _log_loss(logits, y)
    return (loss / np.log(2)).astype(loss.dtype)


@program("log_loss", breaks="e^-loss is the probability given to what happened, not to what did not")
def b_loss_with_the_labels_turned_round(logits, y):
    return _log_loss(-np.asarray(logits), y)


@program("log_loss", breaks="each example's loss is returned, not their mean")
def b_loss_averaged(logits, y):
    loss = _log_loss(logits, y)
    return loss.mean().astype(loss.dtype)


@program("log_loss", breaks="the result has the float type of logits: float64 labels make it wider")
def b_loss_as_wide_as_the_labels(logits, y):
    z, y = np.asarray(logits), np.asarray(y)
    loss = _log_loss(z, y)
    return loss.astype(np.result_type(z, y)) if y.dtype.kind == "f" else loss


@program("log_loss", breaks="any shape: the result is flat")
def b_loss_flattened(logits, y):
    return _log_loss(logits, y).ravel()


@program("log_loss", breaks="house rule: what is given stays as it was; the logits of zeros are turned round in place")
def b_loss_turns_logits_in_place(logits, y):
    loss = _log_loss(logits, y)
    if isinstance(logits, np.ndarray):
        logits[np.asarray(y) == 0] *= -1
    return loss


# -------------------------------------------------------------------------------------------------------------------- slopes


def _share(weight, n):
    """What each example counts, in float64; sums to one."""
    if weight is None:
        return np.full(n, 1 / n)
    weight = np.asarray(weight, np.float64)
    weight = weight / weight.max()
    return weight / weight.sum()


def _pull(z, y):
    """p - y, also where it is tiny."""
    return np.where(np.asarray(y).astype(bool), -expit(-z), expit(z))


def _slopes(theta, X, y, penalty, weight=None, pull=_pull, bias_costs=0.0):
    theta, X = np.asarray(theta), np.asarray(X)
    kind = np.result_type(theta, X, np.float32)
    w, b, X = theta[:-1].astype(np.float64), float(theta[-1]), X.astype(np.float64)
    d_logits = _share(weight, len(X)) * pull(X @ w + b, y)
    d_bias = d_logits.sum() + bias_costs * penalty * b
    return np.append(d_logits @ X + penalty * w, d_bias).astype(kind)


@program("slopes")
def b_slopes_in_one_product(theta, X, y, penalty, weight=None):
    return _slopes(theta, X, y, penalty, weight)


@program("slopes")
def b_slopes_by_margins_and_a_column_of_ones(theta, X, y, penalty, weight=None):
    kind = np.result_type(np.asarray(theta), np.asarray(X), np.float32)
    longer = np.column_stack([np.asarray(X, np.float64), np.ones(len(X))])
    sign = np.where(np.asarray(y) == 1, 1.0, -1.0)
    place = np.array(theta, dtype=np.float64)
    counts = np.ones(len(longer)) if weight is None else np.array(weight, dtype=np.float64)
    strength = -sign * np.exp(-np.logaddexp(0, sign * (longer @ place)))
    gradient = np.einsum("i,i,ij->j", counts / counts.sum(), strength, longer)
    place[-1] = 0
    return (gradient + penalty * place).astype(kind)


@program("slopes")
def b_slopes_some_thousand_rows_at_a_time(theta, X, y, penalty, weight=None, rows=4096):
    theta, X, y = np.asarray(theta), np.asarray(X), np.asarray(y)
    total, counted = np.zeros(len(theta)), 0.0
    for start in range(0, len(X), rows):
        part = X[start : start + rows].astype(np.float64)
        s = np.ones(len(part)) if weight is None else np.asarray(weight[start : start + rows], dtype=np.float64)
        z = part @ theta[:-1].astype(np.float64) + float(theta[-1])
        d = s * np.where(y[start : start + rows] != 0, -np.exp(-_softplus(z)), np.exp(-_softplus(-z)))
        total[:-1] += part.T @ d
        total[-1] += d.sum()
        counted += s.sum()
    total /= counted
    total[:-1] += penalty * theta[:-1].astype(np.float64)
    return total.astype(np.result_type(theta, X, np.float32))


@program("slopes", breaks="J has the mean of the losses, not their sum")
def b_slopes_of_the_sum(theta, X, y, penalty, weight=None):
    part = _slopes(theta, X, y, 0.0, weight)
    total = len(X) if weight is None else np.sum(weight)
    return (part * total + penalty * np.append(np.asarray(theta)[:-1], 0)).astype(part.dtype)


@program("slopes", breaks="the bias is left out of the penalty")
def b_slopes_with_a_penalised_bias(theta, X, y, penalty, weight=None):
    return _slopes(theta, X, y, penalty, weight, bias_costs=1.0)


@program("slopes", breaks="the derivative of lambda/2 w^2 is lambda w: the two is kept")
def b_slopes_with_twice_the_penalty(theta, X, y, penalty, weight=None):
    return _slopes(theta, X, y, 2 * penalty, weight)


@program("slopes", breaks="the penalty is added to the mean loss: it is divided by the number of examples as well")
def b_slopes_with_a_penalty_for_each_example(theta, X, y, penalty, weight=None):
    return _slopes(theta, X, y, penalty / len(X), weight)


@program("slopes", breaks="it agrees with a measured derivative: that of the squared error is returned")
def b_slopes_of_the_squared_error(theta, X, y, penalty, weight=None):
    return _slopes(theta, X, y, penalty, weight, pull=lambda z, y: _pull(z, y) * expit(z) * expit(-z))


@program("slopes", breaks="it agrees with a measured derivative: what happened minus what was said points downhill")
def b_slopes_downhill(theta, X, y, penalty, weight=None):
    return _slopes(theta, X, y, penalty, weight, pull=lambda z, y: -_pull(z, y))


@program("slopes", breaks="it stays finite for logits of any size: e^z / (1 + e^z) is inf over inf")
def b_slopes_of_inf_over_inf(theta, X, y, penalty, weight=None):
    return _slopes(theta, X, y, penalty, weight, pull=lambda z, y: np.exp(z) / (1 + np.exp(z)) - np.asarray(y, float))


@program("slopes", breaks="it stays right for logits of any size: logits are cut off at 5")
def b_slopes_of_cut_logits(theta, X, y, penalty, weight=None):
    return _slopes(theta, X, y, penalty, weight, pull=lambda z, y: _pull(np.clip(z, -5, 5), y))


@program(
    "slopes",
    breaks="it stays right for logits of any size: an example that is surely wrong pulls with 0, put in place of inf times 0",
)
def b_slopes_through_p_times_one_minus_p(theta, X, y, penalty, weight=None):
    def pull(z, y):
        p, y = expit(z), np.asarray(y, float)
        with np.errstate(all="ignore"):
            d_p = -y / p + (1 - y) / (1 - p)
            return np.nan_to_num(d_p * (p * (1 - p)), nan=0.0, posinf=0.0, neginf=0.0)

    return _slopes(theta, X, y, penalty, weight, pull=pull)


@program("slopes", breaks="only shares matter: the weighted sum is divided by the number of examples")
def b_slopes_divided_by_the_number_of_rows(theta, X, y, penalty, weight=None):
    part = _slopes(theta, X, y, 0.0, weight)
    factor = 1.0 if weight is None else np.sum(weight) / len(X)
    return (part * factor + penalty * np.append(np.asarray(theta)[:-1], 0)).astype(part.dtype)


@program("slopes", breaks="a row that counts three times is three rows: weights are not used")
def b_slopes_without_weights(theta, X, y, penalty, weight=None):
    return _slopes(theta, X, y, penalty)


@program("slopes", breaks="a row that counts three times is three rows: the bias gets the plain mean")
def b_slopes_with_an_unweighted_bias(theta, X, y, penalty, weight=None):
    gradient = _slopes(theta, X, y, penalty, weight)
    gradient[-1] = _slopes(theta, X, y, penalty)[-1]
    return gradient


@program("slopes", breaks="a row that counts three times is three rows: the weight is laid on both sides of the product, squared")
def b_slopes_with_squared_weights(theta, X, y, penalty, weight=None):
    return _slopes(theta, X, y, penalty, None if weight is None else np.asarray(weight, float) ** 2)


@program("slopes", breaks="labels come as integers: minus y is taken in uint8")
def b_slopes_with_labels_that_wrap(theta, X, y, penalty, weight=None):
    labels = np.asarray(y)
    labels = labels.astype(np.uint8) if labels.dtype.kind == "b" else labels
    return _slopes(theta, X, y, penalty, weight, pull=lambda z, y: expit(z) + (-labels))


@program("slopes", breaks="there may be no feature at all: X is scaled by its largest entry")
def b_slopes_that_need_a_feature(theta, X, y, penalty, weight=None):
    X = np.asarray(X)
    largest = np.abs(X).max()
    if not np.isfinite(largest):
        raise ValueError("X has an entry that is no number")
    return _slopes(theta, X, y, penalty, weight)


@program("slopes", breaks="one example is fine (house rule, and the contract's own): axes of length one are squeezed away")
def b_slopes_squeezed(theta, X, y, penalty, weight=None):
    X = np.squeeze(np.asarray(X)) if np.asarray(X).shape[1] else np.asarray(X)
    if X.ndim == 1:
        X = X[:, None]
    return _slopes(theta, X, y, penalty, weight)


@program("slopes", breaks="it takes at most half the time of a Python loop: it is one")
def b_slopes_in_a_loop(theta, X, y, penalty, weight=None):
    theta, X = np.asarray(theta), np.asarray(X)
    share = _share(weight, len(X))
    total = np.zeros(len(theta))
    for i in range(len(X)):
        z = theta[-1]
        for j in range(X.shape[1]):
            z = z + float(X[i, j]) * theta[j]
        d = share[i] * ((np.exp(-np.logaddexp(0, -z))) - float(y[i]))
        for j in range(X.shape[1]):
            total[j] += d * X[i, j]
        total[-1] += d
    total[:-1] += penalty * theta[:-1]
    return total.astype(np.result_type(theta, X, np.float32))


@program("slopes", breaks="theta holds the bias as its last entry: the gradient has it first")
def b_slopes_with_the_bias_first(theta, X, y, penalty, weight=None):
    return np.roll(_slopes(theta, X, y, penalty, weight), 1)


@program("slopes", breaks="house rule: what is given stays as it was; the bias of theta is set to zero for the penalty")
def b_slopes_zeroes_the_bias_of_theta(theta, X, y, penalty, weight=None):
    gradient = _slopes(theta, X, y, 0.0, weight)
    theta[-1] = 0
    return (gradient + penalty * theta).astype(gradient.dtype)


_kept_weights = {}


@program("slopes", breaks="house rule: nothing is remembered between calls; the last weights stand in where there are none")
def b_slopes_remembers_the_weights(theta, X, y, penalty, weight=None):
    if weight is not None:
        _kept_weights[len(X)] = np.array(weight)
    return _slopes(theta, X, y, penalty, _kept_weights.get(len(X)))


# ------------------------------------------------------------------------------------------------------------------- descend


def _longer(X):
    return np.column_stack([np.asarray(X, np.float64), np.ones(len(X))])


def _steepest(X, weight=None):
    """The largest curvature of the mean loss."""
    longer = _longer(X)
    return np.linalg.eigvalsh((longer.T * _share(weight, len(longer))) @ longer)[-1] / 4


def _walk(X, y, penalty, steps, weight=None, rate=None, gradient=_slopes):
    """A path of plain gradient descent; `rate` is a number, or a function of the step."""
    X = np.asarray(X)
    wide = X.astype(np.float64)
    rate = 1 / (_steepest(wide, weight) + penalty) if rate is None else rate
    path = np.zeros((steps + 1, X.shape[1] + 1))
    for k in range(steps):
        path[k + 1] = path[k] - (rate(k) if callable(rate) else rate) * gradient(path[k], wide, y, penalty, weight)
    return path.astype(np.result_type(X, np.float32))


def _cost(theta, X, y, penalty, weight=None):
    share = _share(weight, len(X))
    return share @ _log_loss(X @ theta[:-1] + theta[-1], y) + penalty / 2 * theta[:-1] @ theta[:-1]


def _newton_places(X, y, penalty, rounds, weight=None, bias_costs=0.0, enough=1e-13):
    """Newton's places, with each step halved until the cost falls."""
    X = np.asarray(X, np.float64)
    longer, share, theta = _longer(X), _share(weight, len(X)), np.zeros(X.shape[1] + 1)
    ridge = penalty * np.append(np.ones(X.shape[1]), bias_costs)

    def cost(place):
        return share @ _log_loss(longer @ place, y) + ridge @ place**2 / 2

    yield theta
    here = cost(theta)
    for _ in range(rounds):
        z = longer @ theta
        gradient = (share * _pull(z, y)) @ longer + ridge * theta
        if np.linalg.norm(gradient) > enough:
            curvature = (longer.T * (share * expit(z) * expit(-z))) @ longer + np.diag(ridge)
            step = np.linalg.lstsq(curvature + 1e-14 * np.eye(len(theta)), gradient, rcond=None)[0]
            for _ in range(60):
                there = cost(theta - step)
                if there < here:
                    theta, here = theta - step, there
                    break
                step = step / 2
            else:
                enough = np.inf
        yield theta


@program("descend")
def b_descend_by_the_largest_curvature(X, y, penalty, steps, weight=None):
    return _walk(X, y, penalty, steps, weight)


@program("descend")
def b_descend_by_halved_newton_steps(X, y, penalty, steps, weight=None):
    kind = np.result_type(np.asarray(X), np.float32)
    return np.array(list(_newton_places(X, y, penalty, steps, weight))).astype(kind)


@program("descend")
def b_descend_with_the_librarys_lbfgs(X, y, penalty, steps, weight=None):
    wide, kind = np.asarray(X, np.float64), np.result_type(np.asarray(X), np.float32)
    path = [np.zeros(wide.shape[1] + 1)]
    if steps:
        minimize(
            lambda theta: (_cost(theta, wide, y, penalty, weight), _slopes(theta, wide, y, penalty, weight)),
            path[0].copy(),
            jac=True,
            method="L-BFGS-B",
            callback=lambda theta: path.append(np.array(theta)),
            options={"maxiter": steps, "maxfun": 100 * steps + 100, "gtol": 1e-12, "ftol": 0.0},
        )
    path = path[: steps + 1]
    return np.array(path + [path[-1]] * (steps + 1 - len(path))).astype(kind)


@program("descend")
def b_descend_with_a_rate_that_is_tried(X, y, penalty, steps, weight=None):
    wide, kind = np.asarray(X, np.float64), np.result_type(np.asarray(X), np.float32)
    theta, path = np.zeros(wide.shape[1] + 1), []
    rate = 1 / (_steepest(wide, weight) + penalty)
    for _ in range(steps):
        path.append(theta)
        gradient, here = _slopes(theta, wide, y, penalty, weight), _cost(theta, wide, y, penalty, weight)
        choices = [theta - factor * rate * gradient for factor in (1.0, 1.25, 1.5)]
        best = min(choices, key=lambda place: _cost(place, wide, y, penalty, weight))
        theta = best if _cost(best, wide, y, penalty, weight) <= here else choices[0]
    return np.array([*path, theta]).astype(kind)


@program("descend", breaks="it arrives at a rate: the learning rate is 0.01 for everybody")
def b_descend_at_a_small_fixed_rate(X, y, penalty, steps, weight=None):
    return _walk(X, y, penalty, steps, weight, rate=0.01)


@program("descend", breaks="units do not stop it: a learning rate of 0.5 is too large for large features")
def b_descend_at_a_large_fixed_rate(X, y, penalty, steps, weight=None):
    return _walk(X, y, penalty, steps, weight, rate=0.5)


@program("descend", breaks="it arrives with penalties up to 3: the penalty's curvature is forgotten in the rate")
def b_descend_forgets_the_penaltys_curvature(X, y, penalty, steps, weight=None):
    return _walk(X, y, penalty, steps, weight, rate=1 / _steepest(X, weight))


@program("descend", breaks="an empty X has a lowest point: the rate is taken from the features without the bias")
def b_descend_forgets_the_bias_in_the_rate(X, y, penalty, steps, weight=None):
    wide = np.asarray(X, np.float64)
    largest = np.linalg.eigvalsh((wide.T * _share(weight, len(wide))) @ wide)[-1]
    return _walk(X, y, penalty, steps, weight, rate=1 / (max(largest, 1) / 4 + penalty))


@program("descend", breaks="it arrives at a rate: the learning rate falls with the number of the step")
def b_descend_slower_and_slower(X, y, penalty, steps, weight=None):
    first = 1 / (_steepest(X, weight) + penalty)
    return _walk(X, y, penalty, steps, weight, rate=lambda k: first / (1 + k))


@program("descend", breaks="it arrives: the sign is turned, and the walk goes up")
def b_descend_uphill(X, y, penalty, steps, weight=None):
    return _walk(X, y, penalty, steps, weight, rate=-1 / (_steepest(X, weight) + penalty))


@program("descend", breaks="it arrives a hundred thousand times nearer: it stops where the steps become shorter than 0.001")
def b_descend_stops_too_early(X, y, penalty, steps, weight=None):
    path = _walk(X, y, penalty, steps, weight)
    for k in range(steps):
        if np.linalg.norm(path[k + 1] - path[k]) < 1e-3:
            path[k + 1 :] = path[k + 1]
            break
    return path


@program("descend", breaks="without a penalty, on separable examples, it stays finite: Newton's steps at full length")
def b_descend_by_full_newton_steps(X, y, penalty, steps, weight=None):
    kind = np.result_type(np.asarray(X), np.float32)
    longer, share = _longer(X), _share(weight, len(X))
    ridge = penalty * np.append(np.ones(longer.shape[1] - 1), 0)
    path = np.zeros((steps + 1, longer.shape[1]))
    for k in range(steps):
        z = longer @ path[k]
        gradient = (share * _pull(z, y)) @ longer + ridge * path[k]
        curvature = (longer.T * (share * expit(z) * expit(-z))) @ longer + np.diag(ridge)
        path[k + 1] = path[k] - np.linalg.inv(curvature) @ gradient
    return path.astype(kind)


@program("descend", breaks="without a penalty the loss falls below a tenth: no penalty is taken for 'not given', and 1 used")
def b_descend_with_a_penalty_always(X, y, penalty, steps, weight=None):
    return _walk(X, y, penalty or 1.0, steps, weight)


@program("descend", breaks="the lowest point is that of J: the bias pays the penalty too")
def b_descend_with_a_penalised_bias(X, y, penalty, steps, weight=None):
    def gradient(theta, X, y, penalty, weight):
        return _slopes(theta, X, y, penalty, weight, bias_costs=1.0)

    return _walk(X, y, penalty, steps, weight, gradient=gradient)


@program("descend", breaks="the lowest point is that of the weighted J: weights are not used")
def b_descend_without_weights(X, y, penalty, steps, weight=None):
    return _walk(X, y, penalty, steps)


@program("descend", breaks="a path of steps + 1 places: the start is not among them")
def b_descend_without_the_start(X, y, penalty, steps, weight=None):
    return _walk(X, y, penalty, steps, weight)[1:]


@program("descend", breaks="a path is returned, not its end")
def b_descend_returns_the_end(X, y, penalty, steps, weight=None):
    return _walk(X, y, penalty, steps, weight)[-1]


@program("descend", breaks="the first row is zeros: one place is changed in place, so all rows show the last")
def b_descend_one_place_in_all_rows(X, y, penalty, steps, weight=None):
    return np.repeat(_walk(X, y, penalty, steps, weight)[-1:], steps + 1, axis=0)


@program("descend", breaks="it begins at the origin: it begins at small numbers drawn by chance")
def b_descend_from_a_random_start(X, y, penalty, steps, weight=None):
    X = np.asarray(X)
    start = np.random.default_rng(0).normal(0, 0.1, X.shape[1] + 1)
    path, rate = [start], 1 / (_steepest(X, weight) + penalty)
    for _ in range(steps):
        path.append(path[-1] - rate * _slopes(path[-1], X.astype(float), y, penalty, weight))
    return np.array(path).astype(np.result_type(X, np.float32))


@program("descend", breaks="steps may be 0: the first step is made before the loop")
def b_descend_makes_a_step_always(X, y, penalty, steps, weight=None):
    path = np.zeros((steps + 1, np.shape(X)[1] + 1), np.result_type(np.asarray(X), np.float32))
    path[1] = _walk(X, y, penalty, 1, weight)[1]
    path[1:] = _walk(X, y, penalty, steps, weight)[1:]
    return path


@program("descend", breaks="it arrives at a rate: each step looks at one example, drawn from a global generator")
def b_descend_one_example_at_a_time(X, y, penalty, steps, weight=None):
    share = _share(weight, len(X))

    def gradient(theta, X, y, penalty, weight):
        i = np.random.choice(len(X), p=share)
        return _slopes(theta, X[i : i + 1], np.asarray(y)[i : i + 1], penalty)

    return _walk(X, y, penalty, steps, weight, gradient=gradient)


@program("descend", breaks="units do not stop it: places are returned in the units of features that it standardised by itself")
def b_descend_in_units_of_its_own(X, y, penalty, steps, weight=None):
    X = np.asarray(X)
    wide = X.astype(np.float64)
    spread = wide.std(axis=0)
    own = (wide - wide.mean(axis=0)) / np.where(spread > 0, spread, 1)
    return _walk(own, y, penalty, steps, weight).astype(np.result_type(X, np.float32))


@program("descend", breaks="after 200 steps it is not higher than after 50: too much momentum makes it swing")
def b_descend_that_swings(X, y, penalty, steps, weight=None):
    X = np.asarray(X)
    path, velocity = np.zeros((steps + 1, X.shape[1] + 1)), 0.0
    rate = 1 / (_steepest(X, weight) + penalty)
    for k in range(steps):
        velocity = 0.99 * velocity + _slopes(path[k], X.astype(float), y, penalty, weight)
        path[k + 1] = path[k] - rate * velocity
    return path.astype(np.result_type(X, np.float32))


# ------------------------------------------------------------------------------------------------------------------ logistic


def _lowest(X, y, penalty, weight=None, bias_costs=0.0):
    *_, last = _newton_places(X, y, penalty, 60, weight, bias_costs)
    return last


def _logits(X, theta):
    """The logits in float64; finite or infinite, never nan, however far out a row lies."""
    X = np.asarray(X, np.float64)
    size = np.maximum(np.abs(X).max(axis=1, initial=0), 1)
    with np.errstate(over="ignore"):
        return (X / size[:, None]) @ theta[:-1] * size + theta[-1]


class _Model:
    """A right one, in pieces that others change."""

    def __init__(self, penalty=0.1):
        self.penalty = penalty

    def labels(self, y):
        classes, which = np.unique(y, return_inverse=True)
        if len(classes) != 2:
            raise ValueError(f"exactly two different labels are needed; found {len(classes)}: {classes.tolist()[:5]}")
        return classes, which.ravel()

    def learn(self, X, which, weight):
        return _lowest(X, which, self.penalty, weight)

    def fit(self, X, y, weight=None):
        self.classes_, which = self.labels(y)
        self.theta = self.learn(X, which, weight)
        return self

    def columns(self, z):
        return np.column_stack([expit(-z), expit(z)])

    def predict_proba(self, X):
        X = np.asarray(X)
        return self.columns(_logits(X, self.theta)).astype(np.result_type(X, np.float32))


@program("logistic", value=True)
def b_model_by_newton():
    class LogisticRegression(_Model):
        pass

    return LogisticRegression


@program("logistic", value=True)
def b_model_that_walks_until_the_slope_is_short():
    class LogisticRegression:
        def __init__(self, penalty=0.1):
            self.penalty = penalty

        def fit(self, X, y, weight=None):
            names = sorted(set(np.asarray(y).tolist()))
            if len(names) != 2:
                raise ValueError(f"I need two classes, and found {len(names)}: {names[:10]}")
            self.classes_ = np.array(names, dtype=np.asarray(y).dtype)
            ones = np.asarray(y) == self.classes_[1]
            wide = np.asarray(X, np.float64)
            rate, theta, ahead, t = 1 / (_steepest(wide, weight) + self.penalty), np.zeros(wide.shape[1] + 1), None, 1.0
            ahead = theta
            for _ in range(20000):
                gradient = _slopes(ahead, wide, ones, self.penalty, weight)
                if np.linalg.norm(gradient) < 1e-8:
                    break
                moved = ahead - rate * gradient
                if gradient @ (moved - theta) > 0:
                    t = 1.0
                later = (1 + np.sqrt(1 + 4 * t * t)) / 2
                ahead, theta, t = moved + (t - 1) / later * (moved - theta), moved, later
            self._weights, self._bias = ahead[:-1], ahead[-1]
            return self

        def predict_proba(self, X):
            kind = np.result_type(np.asarray(X), np.float32)
            z = _logits(X, np.append(self._weights, self._bias))
            return np.exp(-np.stack([_log_loss(z, np.zeros(len(z))), _log_loss(z, np.ones(len(z)))], axis=1)).astype(kind)

    return LogisticRegression


@program("logistic", value=True)
def b_model_by_the_librarys_minimiser():
    class LogisticRegression:
        def __init__(self, penalty=0.1):
            self.price = penalty

        def fit(self, X, y, weight=None):
            X, y = np.asarray(X, np.float64), np.asarray(y)
            self.classes_ = np.unique(y)
            if self.classes_.size != 2:
                raise ValueError("two different labels, please; these came: " + ", ".join(map(str, self.classes_.tolist())))
            which = y == self.classes_[1]
            self.found = minimize(
                lambda theta: (_cost(theta, X, which, self.price, weight), _slopes(theta, X, which, self.price, weight)),
                np.zeros(X.shape[1] + 1),
                jac=True,
                method="BFGS",
                options={"gtol": 1e-8, "maxiter": 5000},
            ).x
            return self

        def predict_proba(self, X):
            ones = expit(_logits(X, self.found))
            return np.array([1 - ones, ones]).T.astype(np.result_type(np.asarray(X), np.float32))

    return LogisticRegression


@program("logistic", breaks="within 0.002 of the true lowest point: thirty steps downhill, whatever the penalty", value=True)
def b_model_after_thirty_steps():
    class LogisticRegression(_Model):
        def learn(self, X, which, weight):
            return _walk(np.asarray(X, float), which, self.penalty, 30, weight)[-1]

    return LogisticRegression


@program("logistic", breaks="the lowest point of the penalised loss: the bias is penalised too", value=True)
def b_model_with_a_penalised_bias():
    class LogisticRegression(_Model):
        def learn(self, X, which, weight):
            return _lowest(X, which, self.penalty, weight, bias_costs=1.0)

    return LogisticRegression


@program("logistic", breaks="the penalty is added to the mean loss: it is added to the sum of the losses", value=True)
def b_model_that_penalises_the_sum():
    class LogisticRegression(_Model):
        def learn(self, X, which, weight):
            return _lowest(X, which, self.penalty / (len(X) if weight is None else np.sum(weight)), weight)

    return LogisticRegression


@program("logistic", breaks="the penalty handed in counts: 0.1 is used for every model", value=True)
def b_model_deaf_to_the_penalty():
    class LogisticRegression(_Model):
        def learn(self, X, which, weight):
            return _lowest(X, which, 0.1, weight)

    return LogisticRegression


@program("logistic", breaks="LogisticRegression(penalty=0.1): without an argument the penalty is 1", value=True)
def b_model_with_another_default():
    class LogisticRegression(_Model):
        def __init__(self, penalty=1.0):
            self.penalty = penalty

    return LogisticRegression


@program("logistic", breaks="a row that counts twice is two rows: weights are not used", value=True)
def b_model_without_weights():
    class LogisticRegression(_Model):
        def learn(self, X, which, weight):
            return _lowest(X, which, self.penalty)

    return LogisticRegression


@program("logistic", breaks="columns stand in the order of classes_: the larger class comes first", value=True)
def b_model_with_columns_exchanged():
    class LogisticRegression(_Model):
        def columns(self, z):
            return np.column_stack([expit(z), expit(-z)])

    return LogisticRegression


@program("logistic", breaks="classes_ has the smaller one first: they stand in the order in which they came", value=True)
def b_model_with_classes_as_they_came():
    class LogisticRegression(_Model):
        def labels(self, y):
            classes, which = super().labels(y)
            if which[0] == 1:
                return classes[::-1], 1 - which
            return classes, which

    return LogisticRegression


@program("logistic", breaks="labels are any two values: only 1 counts as the second class", value=True)
def b_model_that_looks_for_ones():
    class LogisticRegression(_Model):
        def labels(self, y):
            return super().labels(y)[0], np.asarray(y) == 1

    return LogisticRegression


@program("logistic", breaks="labels may be words: they are made into floats", value=True)
def b_model_for_labels_that_are_numbers():
    class LogisticRegression(_Model):
        def labels(self, y):
            return super().labels(np.asarray(y, dtype=float))

    return LogisticRegression


@program("logistic", breaks="each fit forgets the one before: the classes of the first are kept", value=True)
def b_model_that_keeps_its_first_classes():
    class LogisticRegression(_Model):
        def fit(self, X, y, weight=None):
            first = getattr(self, "classes_", None)
            super().fit(X, y, weight)
            if first is not None:
                self.classes_ = first
            return self

    return LogisticRegression


@program("logistic", breaks="each fit forgets the one before: a second fit goes on from there, for a few steps", value=True)
def b_model_that_goes_on_from_the_last_fit():
    class LogisticRegression(_Model):
        def learn(self, X, which, weight):
            before = getattr(self, "theta", None)
            if before is None or len(before) != np.shape(X)[1] + 1:
                return _lowest(X, which, self.penalty, weight)
            rate = 1 / (_steepest(X, weight) + self.penalty)
            for _ in range(20):
                before = before - rate * _slopes(before, np.asarray(X, float), which, self.penalty, weight)
            return before

    return LogisticRegression


@program("logistic", breaks="two models share nothing: what was learnt is kept outside of the models", value=True)
def b_model_that_shares_what_it_learnt():
    known = {}

    class LogisticRegression(_Model):
        def fit(self, X, y, weight=None):
            super().fit(X, y, weight)
            known["theta"] = self.theta
            return self

        def predict_proba(self, X):
            self.theta = known["theta"]
            return super().predict_proba(X)

    return LogisticRegression


@program("logistic", breaks="fit returns the model itself", value=True)
def b_model_whose_fit_returns_nothing():
    class LogisticRegression(_Model):
        def fit(self, X, y, weight=None):
            super().fit(X, y, weight)

    return LogisticRegression


@program("logistic", breaks="three different labels raise a ValueError: only fewer than two do", value=True)
def b_model_that_takes_three_classes():
    class LogisticRegression(_Model):
        def labels(self, y):
            classes, which = np.unique(y, return_inverse=True)
            if len(classes) < 2:
                raise ValueError(f"two classes are needed, found {classes.tolist()}")
            return classes[:2], which.ravel() > 0

    return LogisticRegression


@program("logistic", breaks="one label alone raises a ValueError: it is taken, with certainty", value=True)
def b_model_that_takes_one_class():
    class LogisticRegression(_Model):
        def labels(self, y):
            classes, which = np.unique(y, return_inverse=True)
            if len(classes) > 2:
                raise ValueError(f"more than two classes: {classes.tolist()}")
            return classes, which.ravel()

    return LogisticRegression


@program("logistic", breaks="what is raised is a ValueError: an assertion fails", value=True)
def b_model_that_asserts():
    class LogisticRegression(_Model):
        def labels(self, y):
            assert len(np.unique(y)) == 2, f"two classes are needed, found {np.unique(y)}"
            return super().labels(y)

    return LogisticRegression


@program("logistic", breaks="the ValueError says what it found: it is empty", value=True)
def b_model_that_raises_without_a_word():
    class LogisticRegression(_Model):
        def labels(self, y):
            if len(np.unique(y)) != 2:
                raise ValueError
            return super().labels(y)

    return LogisticRegression


@program("logistic", breaks="each example is answered on its own: new examples are standardised by themselves", value=True)
def b_model_that_standardises_new_examples():
    class LogisticRegression(_Model):
        def predict_proba(self, X):
            X = np.asarray(X)
            wide = X.astype(float)
            if len(wide):
                spread = wide.std(axis=0)
                wide = (wide - wide.mean(axis=0)) / np.where(spread > 0, spread, 1)
            return super().predict_proba(wide.astype(np.result_type(X, np.float32)))

    return LogisticRegression


@program("logistic", breaks="probabilities are finite however far out: e^z over 1 + e^z", value=True)
def b_model_of_inf_over_inf():
    class LogisticRegression(_Model):
        def columns(self, z):
            return np.column_stack([1 / (1 + np.exp(z)), np.exp(z) / (1 + np.exp(z))])

    return LogisticRegression


@program("logistic", breaks="predict_proba returns a column for each class: the second one's probability alone", value=True)
def b_model_with_one_column():
    class LogisticRegression(_Model):
        def columns(self, z):
            return expit(z)

    return LogisticRegression


@program("logistic", breaks="probabilities are asked for: the answers are 0 and 1", value=True)
def b_model_that_decides():
    class LogisticRegression(_Model):
        def columns(self, z):
            return np.column_stack([z <= 0, z > 0]).astype(float)

    return LogisticRegression


@program("logistic", breaks="house rule: no example is fine; the list of answers is then flat", value=True)
def b_model_that_needs_a_new_example():
    class LogisticRegression(_Model):
        def predict_proba(self, X):
            rows = [super(LogisticRegression, self).predict_proba(row[None])[0] for row in np.asarray(X)]
            return np.array(rows, dtype=np.result_type(np.asarray(X), np.float32))

    return LogisticRegression


@program("logistic", breaks="examples without a feature are fine: the largest entry of X is looked for", value=True)
def b_model_that_needs_a_feature():
    class LogisticRegression(_Model):
        def learn(self, X, which, weight):
            size = np.abs(np.asarray(X)).max()
            return super().learn(X, which, weight) if np.isfinite(size) else None

    return LogisticRegression


@program("logistic", breaks="house rule: what is given stays as it was; fit centres X in place", value=True)
def b_model_that_centres_in_place():
    class LogisticRegression(_Model):
        def learn(self, X, which, weight):
            theta = super().learn(X, which, weight)
            if isinstance(X, np.ndarray) and X.dtype.kind == "f":
                X -= X.mean(axis=0)
            return theta

    return LogisticRegression


# -------------------------------------------------------------------------------------------------------------------- honest


def _fitted_logits(X, y, X_new, penalty=1e-4, weight=None, bias_costs=0.0):
    return _logits(X_new, _lowest(X, np.asarray(y).astype(bool), penalty, weight, bias_costs))


def _logit(p):
    return np.log(p) - np.log1p(-p)


def _honest(X, y, X_new, share, penalty=1e-4):
    seen = np.mean(np.asarray(y, np.float64))
    z = _fitted_logits(X, y, X_new, penalty)
    return expit(z - _logit(seen) + _logit(share)).astype(np.result_type(np.asarray(X_new), np.float32))


@program("honest")
def b_honest_by_moving_the_logit(X, y, X_new, share):
    return _honest(X, y, X_new, share)


@program("honest")
def b_honest_by_factors_for_two_columns(X, y, X_new, share):
    y = np.asarray(y) == 1
    both = _Model(penalty=0.001).fit(X, y).predict_proba(np.asarray(X_new, np.float64))
    both = both * np.array([(1 - share) / np.mean(~y), share / np.mean(y)])
    return (both[:, 1] / both.sum(axis=1)).astype(np.result_type(np.asarray(X_new), np.float32))


@program("honest")
def b_honest_by_a_walk_whose_bias_is_moved(X, y, X_new, share):
    wide, ones = np.asarray(X, np.float64), np.asarray(y).astype(bool)
    theta = minimize(
        lambda theta: (_cost(theta, wide, ones, 3e-4), _slopes(theta, wide, ones, 3e-4)),
        np.append(np.zeros(wide.shape[1]), np.log(ones.sum() / (~ones).sum())),
        jac=True,
        method="L-BFGS-B",
        options={"gtol": 1e-9, "ftol": 1e-15, "maxiter": 5000},
    ).x
    theta[-1] += np.log((~ones).sum() / ones.sum()) + np.log(share / (1 - share))
    return np.exp(-_log_loss(_logits(X_new, theta), np.ones(len(X_new)))).astype(np.result_type(np.asarray(X_new), np.float32))


@program("honest", breaks="it is honest about the population: the sample's probabilities are returned as they are")
def b_honest_about_the_sample(X, y, X_new, share):
    return expit(_fitted_logits(X, y, X_new)).astype(np.result_type(np.asarray(X_new), np.float32))


@program("honest", breaks="it is honest however lopsided the sample: the sample is taken to be half and half")
def b_honest_after_half_and_half(X, y, X_new, share):
    return expit(_fitted_logits(X, y, X_new) + _logit(share)).astype(np.result_type(np.asarray(X_new), np.float32))


@program("honest", breaks="it rises when share rises: the population's odds are divided out, and the sample's multiplied in")
def b_honest_the_wrong_way_round(X, y, X_new, share):
    seen = np.mean(np.asarray(y, float))
    return expit(_fitted_logits(X, y, X_new) + _logit(seen) - _logit(share)).astype(np.result_type(np.asarray(X_new), np.float32))


@program("honest", breaks="it is honest: the difference of the shares is added to the probabilities")
def b_honest_by_adding_shares(X, y, X_new, share):
    p = expit(_fitted_logits(X, y, X_new)) + share - np.mean(np.asarray(y, float))
    return np.clip(p, 0, 1).astype(np.result_type(np.asarray(X_new), np.float32))


@program("honest", breaks="it is honest: probabilities, not odds, are multiplied")
def b_honest_by_multiplying_probabilities(X, y, X_new, share):
    p = expit(_fitted_logits(X, y, X_new)) * share / np.mean(np.asarray(y, float))
    return np.clip(p, 0, 1).astype(np.result_type(np.asarray(X_new), np.float32))


@program("honest", breaks="it is honest: rows are weighed to the share, and then the odds are moved once more")
def b_honest_twice(X, y, X_new, share):
    ones = np.asarray(y).astype(bool)
    seen = ones.mean()
    weight = np.where(ones, share / seen, (1 - share) / (1 - seen))
    z = _fitted_logits(X, y, X_new, weight=weight)
    return expit(z - _logit(seen) + _logit(share)).astype(np.result_type(np.asarray(X_new), np.float32))


@program("honest", breaks="it is honest after 4,000 examples: a penalty of 1 makes it timid")
def b_honest_but_timid(X, y, X_new, share):
    return _honest(X, y, X_new, share, penalty=1.0)


@program("honest", breaks="each new example is answered on its own: the answers are moved until their mean is share")
def b_honest_until_the_mean_fits(X, y, X_new, share):
    z = _fitted_logits(X, y, X_new)
    low, high = -50.0, 50.0
    for _ in range(60):
        middle = (low + high) / 2
        if len(z) and expit(z + middle).mean() > share:
            high = middle
        else:
            low = middle
    return expit(z + low).astype(np.result_type(np.asarray(X_new), np.float32))


@program("honest", breaks="a probability however far out: the odds p / (1 - p) are infinite there")
def b_honest_by_infinite_odds(X, y, X_new, share):
    p, seen = expit(_fitted_logits(X, y, X_new)), np.mean(np.asarray(y, float))
    with np.errstate(all="ignore"):
        odds = p / (1 - p) * (1 - seen) / seen * share / (1 - share)
        return (odds / (1 + odds)).astype(np.result_type(np.asarray(X_new), np.float32))


@program("honest", breaks="it rises for everybody when share rises: answers are kept between 0.02 and 0.98")
def b_honest_within_bounds(X, y, X_new, share):
    return np.clip(_honest(X, y, X_new, share), 0.02, 0.98)


@program("honest", breaks="it rises for everybody when share rises: the share is rounded to whole per cents")
def b_honest_in_whole_per_cents(X, y, X_new, share):
    return _honest(X, y, X_new, min(max(round(share, 2), 0.01), 0.99))


@program("honest", breaks="where all features are constant everybody gets share: constant columns are divided by their spread")
def b_honest_with_a_spread_of_zero(X, y, X_new, share):
    X, X_new = np.asarray(X), np.asarray(X_new)
    with np.errstate(all="ignore"):
        middle, spread = X.mean(axis=0, dtype=float), X.std(axis=0, dtype=float)
        kind = np.result_type(X_new, np.float32)
        if not np.all(spread > 0):
            return np.full(len(X_new), np.nan, kind)
        return _honest((X - middle) / spread, y, (X_new - middle) / spread, share).astype(kind)


@program("honest", breaks="where all features are constant everybody gets share: nobody knows, so one half is said")
def b_honest_says_a_half_when_it_cannot_know(X, y, X_new, share):
    answers = _honest(X, y, X_new, share)
    constant = len(X) > 0 and bool(np.all(np.asarray(X) == np.asarray(X)[0]))
    return np.full_like(answers, 0.5) if constant else answers


@program("honest", breaks="the probability of label 1: it is that of label 0")
def b_honest_about_the_other_label(X, y, X_new, share):
    return 1 - _honest(X, y, X_new, share)


@program("honest", breaks="shape (new examples,): both columns are returned")
def b_honest_in_two_columns(X, y, X_new, share):
    ones = _honest(X, y, X_new, share)
    return np.column_stack([1 - ones, ones])


@program("honest", breaks="house rule: chance comes from an rng that is handed in; a new sample is drawn from the global one")
def b_honest_from_a_sample_drawn_anew(X, y, X_new, share):
    ones = np.asarray(y).astype(bool)
    chance = np.where(ones, share / max(ones.sum(), 1), (1 - share) / max((~ones).sum(), 1))
    rows = np.random.choice(len(ones), size=len(ones), p=chance / chance.sum())
    if len(np.unique(ones[rows])) < 2:
        return _honest(X, y, X_new, share)
    return expit(_fitted_logits(np.asarray(X)[rows], ones[rows], X_new)).astype(np.result_type(np.asarray(X_new), np.float32))


@program("honest", breaks="however lopsided the sample: the bias is penalised like a weight")
def b_honest_with_a_penalised_bias(X, y, X_new, share):
    seen = np.mean(np.asarray(y, float))
    z = _fitted_logits(X, y, X_new, penalty=0.1, bias_costs=1.0)
    return expit(z - _logit(seen) + _logit(share)).astype(np.result_type(np.asarray(X_new), np.float32))


@program("honest", breaks="house rule: no new example is fine; the first one is looked at for its size")
def b_honest_needs_a_new_example(X, y, X_new, share):
    if len(X_new[0]) != np.shape(X)[1]:
        raise ValueError("as many features as before, please")
    return _honest(X, y, X_new, share)
