"""Programs for week 2, written from its contracts alone."""

import math

import numpy as np

from autograder.cases import program

_KEPT = {}  # what forgetful programs remember between two calls


def _kind(*arrays):
    """The float type that comes out of these arrays."""
    kind = np.result_type(*(np.asarray(array).dtype for array in arrays))
    return kind if np.issubdtype(kind, np.floating) else np.result_type(kind, np.float32)


def _doubles(*arrays):
    return [np.asarray(array, dtype=np.float64) for array in arrays]


# tin_slopes


def _tin_backwards(radius, height):
    """All slopes by backpropagation, for arrays of floats; squares of the content are never taken."""
    base, wall = np.pi * radius * radius, 2 * np.pi * radius * height
    content = base * height
    d_metal = 1 / content
    d_content = -((2 * base + wall) / content) / content
    d_wall = d_metal
    d_base = 2 * d_metal + height * d_content
    d_height = 2 * np.pi * radius * d_wall + base * d_content
    d_radius = 2 * np.pi * radius * d_base + 2 * np.pi * height * d_wall
    return {"metal": d_metal, "content": d_content, "wall": d_wall, "base": d_base, "height": d_height, "radius": d_radius}


def _in_type(slopes, radius, height):
    kind = _kind(radius, height)
    return {name: np.asarray(slope).astype(kind)[()] for name, slope in slopes.items()}


def _tin(radius, height):
    return _in_type(_tin_backwards(*_doubles(radius, height)), radius, height)


@program("tin_slopes")
def a_tin_walked_backwards(radius, height):
    return _tin(radius, height)


@program("tin_slopes")
def a_tin_simplified_with_a_pencil(radius, height):
    r, h = _doubles(radius, height)
    one = np.ones(np.broadcast_shapes(r.shape, h.shape))
    per_content = one / np.pi / r / r / h
    slopes = {
        "metal": per_content,
        "wall": per_content,
        "content": -(2 / h + 2 / r) * per_content,
        "base": -2 / np.pi / r / r / r * one,
        "height": -2 / h / h * one,
        "radius": -2 / r / r * one,
    }
    return _in_type(slopes, radius, height)


@program("tin_slopes")
def a_tin_as_a_table_of_arrows(radius, height):
    r, h = (np.asarray(number, dtype=np.longdouble) for number in (radius, height))
    base, wall = np.pi * r * r, 2 * np.pi * r * h
    metal, content = 2 * base + wall, base * h
    arrows = {
        "metal": [("cost", 1 / content)],
        "content": [("cost", -(metal / content) / content)],
        "wall": [("metal", 1)],
        "base": [("metal", 2), ("content", h)],
        "height": [("wall", 2 * np.pi * r), ("content", base)],
        "radius": [("base", 2 * np.pi * r), ("wall", 2 * np.pi * h)],
    }
    slopes = {"cost": np.ones_like(content)}
    for node, out in arrows.items():
        slopes[node] = sum(slopes[head] * local for head, local in out)
    del slopes["cost"]
    return _in_type(slopes, radius, height)


@program("tin_slopes", breaks="two arrows, a sum of two paths: the radius's path through the wall is forgotten")
def a_tin_radius_through_base_only(radius, height):
    slopes = _tin(radius, height)
    return slopes | {"radius": 2 * np.pi * np.asarray(radius, dtype=slopes["base"].dtype) * slopes["base"]}


@program("tin_slopes", breaks="everything after the node follows: the base is nudged while the content is kept")
def a_tin_base_with_content_kept(radius, height):
    slopes = _tin(radius, height)
    return slopes | {"base": 2 * slopes["metal"]}


@program("tin_slopes", breaks="nothing before the node moves: the wall's slope is got by nudging the radius below it")
def a_tin_wall_moved_by_its_radius(radius, height):
    slopes = _tin(radius, height)
    return slopes | {"wall": slopes["radius"] / (2 * np.pi * np.asarray(height, dtype=slopes["wall"].dtype))}


@program("tin_slopes", breaks="the slopes are those of this tin, with a lid: the base counts once in the metal")
def a_tin_without_a_lid(radius, height):
    r, h = _doubles(radius, height)
    content = np.pi * r * r * h
    d_content = -((2 * np.pi * r * r + 2 * np.pi * r * h) / content) / content
    d_base = 1 / content + h * d_content
    slopes = _tin_backwards(r, h)
    d_radius = 2 * np.pi * r * d_base + 2 * np.pi * h * slopes["wall"]
    return _in_type(slopes | {"base": d_base, "radius": d_radius}, radius, height)


@program("tin_slopes", breaks="the derivative in the content of a quotient is negative: the sign is lost")
def a_tin_content_with_a_plus(radius, height):
    slopes = _tin(radius, height)
    return slopes | {"content": -slopes["content"]}


@program("tin_slopes", breaks="it holds for very large and very small tins: measured with one nudge for all sizes")
def a_tin_nudged_by_a_millionth(radius, height):
    def cost(r, h):
        return (2 * np.pi * r**2 + 2 * np.pi * r * h) / (np.pi * r**2 * h)

    r, h = _doubles(radius, height)
    e = 1e-6
    slopes = _tin_backwards(r, h)
    slopes["radius"] = (cost(r + e, h) - cost(r - e, h)) / (2 * e)
    slopes["height"] = (cost(r, h + e) - cost(r, h - e)) / (2 * e)
    return _in_type(slopes, radius, height)


@program("tin_slopes", breaks="it holds for very small tins: a small number is added so that nothing is divided by zero")
def a_tin_with_an_epsilon(radius, height):
    r, h = _doubles(radius, height)
    base, wall = np.pi * r * r, 2 * np.pi * r * h
    content = base * h + 1e-8
    d_metal, d_content = 1 / content, -(2 * base + wall) / content**2
    d_base = 2 * d_metal + h * d_content
    slopes = {"metal": d_metal, "content": d_content, "wall": d_metal, "base": d_base}
    slopes["height"] = 2 * np.pi * r * d_metal + base * d_content
    slopes["radius"] = 2 * np.pi * r * d_base + 2 * np.pi * h * d_metal
    return _in_type(slopes, radius, height)


@program("tin_slopes", breaks="whole numbers are taken as floats: the slopes get the whole-number type of the radius")
def a_tin_slopes_as_whole_as_the_radius(radius, height):
    slopes = _tin_backwards(*_doubles(radius, height))
    return {name: np.asarray(slope).astype(np.asarray(radius).dtype) for name, slope in slopes.items()}


@program("tin_slopes", breaks="float32 in, float32 out: everything is float64")
def a_tin_always_in_double(radius, height):
    return _tin_backwards(*_doubles(radius, height))


@program("tin_slopes", breaks="arrays of any shape are fine: it takes single numbers only")
def a_tin_for_single_numbers(radius, height):
    return {name: float(slope) for name, slope in _tin_backwards(*_doubles(float(radius), float(height))).items()}


@program("tin_slopes", breaks="arrays of any shape are fine: the slopes of a table come back as one long row")
def a_tin_slopes_laid_flat(radius, height):
    return {name: np.ravel(slope) for name, slope in _tin(radius, height).items()}


@program("tin_slopes", breaks="what it is given stays as it was: the radius is squared where it stands")
def a_tin_radius_squared_in_place(radius, height):
    slopes = _tin(radius, height)
    if isinstance(radius, np.ndarray):
        radius *= radius
    return slopes


@program("tin_slopes", breaks="arrays are treated entry by entry: the slope is taken from one entry to the next")
def a_tin_slope_between_neighbours(radius, height):
    slopes = _tin(radius, height)
    r, h = _doubles(radius, height)
    if r.ndim and r.shape[-1] > 1:
        slopes["radius"] = np.gradient(2 / h + 2 / r, axis=-1).astype(slopes["radius"].dtype)
    return slopes


@program("tin_slopes", breaks="the dictionary holds all six nodes: only height and radius are in it")
def a_tin_only_what_one_can_turn(radius, height):
    slopes = _tin(radius, height)
    return {"height": slopes["height"], "radius": slopes["radius"]}


@program("tin_slopes", breaks="nothing is remembered between two calls: the first tin of each shape is answered for ever")
def a_tin_remembered_by_shape(radius, height):
    return _KEPT.setdefault(("tin", np.shape(radius)), _tin(radius, height))


@program("tin_slopes", breaks="any size is fine, also none: the sizes are divided by the largest one")
def a_tin_in_units_of_the_largest(radius, height):
    r, h = _doubles(radius, height)
    unit = r.max()
    powers = {"metal": 3, "content": 4, "wall": 3, "base": 3, "height": 2, "radius": 2}
    slopes = _tin_backwards(r / unit, h / unit)
    return _in_type({name: slope / unit ** powers[name] for name, slope in slopes.items()}, radius, height)


# log_loss


def _softplus(z):
    """log(1 + e^z), stably, in the type of z."""
    return np.logaddexp(np.zeros_like(z), z)


def _wide(logits):
    return np.asarray(logits, dtype=np.result_type(_kind(logits), np.float64))


def _soft(of_one, of_zero, y):
    """The share y of one loss and the rest of the other; a share of nothing is nothing, also of infinity."""
    first = np.multiply(y, of_one, out=np.zeros_like(of_one), where=y > 0)
    return first + np.multiply(1 - y, of_zero, out=np.zeros_like(of_one), where=y < 1)


def _losses(logits, y):
    z = _wide(logits)
    y = np.asarray(y, dtype=z.dtype)
    return _soft(_softplus(-z), _softplus(z), y)


def _as_logits(losses, logits):
    return np.asarray(losses).astype(_kind(logits))


@program("log_loss")
def a_loss_shared_out_of_two(logits, y):
    return _as_logits(_losses(logits, y), logits)


@program("log_loss")
def a_loss_of_the_majority_and_a_straight_line(logits, y):
    z = _wide(logits)
    y = np.asarray(y, dtype=z.dtype)
    rest = np.where(y >= 0.5, 1 - y, y)
    turned = np.where(y >= 0.5, z, -z)
    straight = np.multiply(rest, turned, out=np.zeros_like(z), where=rest > 0)
    return _as_logits(np.maximum(-turned, 0) + straight + np.log1p(np.exp(-np.abs(turned))), logits)


@program("log_loss")
def a_loss_number_by_number(logits, y):
    def of_one(z):
        if z >= 0:
            return np.log1p(np.exp(-z))
        return -z + np.log1p(np.exp(z))

    z = _wide(logits)
    y = np.asarray(y, dtype=z.dtype)
    losses = np.empty(z.shape, z.dtype)
    for place in np.ndindex(z.shape):
        share = y[place]
        losses[place] = (share * of_one(z[place]) if share > 0 else 0) + ((1 - share) * of_one(-z[place]) if share < 1 else 0)
    return _as_logits(losses, logits)


@program("log_loss", breaks="right for any logit: the formula typed as it stands overflows, and gives 0 at 40")
def a_loss_typed_as_it_stands(logits, y):
    z = _wide(logits)
    y = np.asarray(y, dtype=z.dtype)
    p = 1 / (1 + np.exp(-z))
    return _as_logits(_soft(-np.log(p), -np.log(1 - p), y), logits)


@program("log_loss", breaks="right for any logit: probabilities are kept away from 0 and 1, so the loss ends at 34.5")
def a_loss_of_clipped_probabilities(logits, y):
    z = _wide(logits)
    y = np.asarray(y, dtype=z.dtype)
    p = np.clip(np.exp(-_softplus(-z)), 1e-15, 1 - 1e-15)
    return _as_logits(-y * np.log(p) - (1 - y) * np.log(1 - p), logits)


@program("log_loss", breaks="right for any logit: logits beyond 500 are brought back to 500")
def a_loss_of_clipped_logits(logits, y):
    return _as_logits(_losses(np.clip(_wide(logits), -500, 500), y), logits)


@program("log_loss", breaks="right to its own size: log(1 + t) forgets a tiny t, so it is 0 at 40")
def a_loss_without_log1p(logits, y):
    z = _wide(logits)
    y = np.asarray(y, dtype=z.dtype)
    small = np.log(1 + np.exp(-np.abs(z)))
    return _as_logits(_soft(np.maximum(-z, 0) + small, np.maximum(z, 0) + small, y), logits)


@program("log_loss", breaks="each example has its own loss: one exponent is taken out of all sums at once")
def a_loss_with_one_shift_for_all(logits, y):
    z = _wide(logits)
    y = np.asarray(y, dtype=z.dtype)
    shift = np.abs(z).max()
    of_one = shift + np.log(np.exp(-shift) + np.exp(-z - shift))
    return _as_logits(_soft(of_one, of_one + z, y), logits)


@program("log_loss", breaks="each example's log-loss: the mean of all comes back")
def a_loss_averaged(logits, y):
    return _as_logits(_losses(logits, y).mean(), logits)


@program("log_loss", breaks="in nats: these are bits")
def a_loss_in_bits(logits, y):
    return _as_logits(_losses(logits, y) / np.log(2), logits)


@program("log_loss", breaks="a soft label takes its share of both losses: it is rounded to 0 or 1")
def a_loss_of_rounded_labels(logits, y):
    return _as_logits(_losses(logits, np.asarray(y, dtype=np.float64) >= 0.5), logits)


@program("log_loss", breaks="a soft label's loss is the mean of the losses: this is the loss of the mean probability")
def a_loss_of_the_mean_probability(logits, y):
    z = _wide(logits)
    y = np.asarray(y, dtype=z.dtype)
    with np.errstate(divide="ignore"):
        mixed = -np.logaddexp(np.log(y) - _softplus(-z), np.log(1 - y) - _softplus(z))
    return _as_logits(mixed, logits)


@program("log_loss", breaks="a soft label's loss is the mean of the losses: the doctors' own disagreement is taken off")
def a_loss_less_the_labels_entropy(logits, y):
    y = np.asarray(y, dtype=np.float64)
    inside = np.clip(y, 1e-300, 1)
    outside = np.clip(1 - y, 1e-300, 1)
    return _as_logits(_losses(logits, y) + y * np.log(inside) + (1 - y) * np.log(outside), logits)


@program("log_loss", breaks="labels may be integers: 2 y - 1 wraps around in uint8")
def a_loss_whose_sign_wraps(logits, y):
    y = np.asarray(y)
    z = _wide(logits)
    if y.dtype.kind in "iub":
        return _as_logits(_softplus(-((2 * y - 1) * z)), logits)
    return _as_logits(_losses(z, y), logits)


@program("log_loss", breaks="labels may be truth values: a minus before them raises")
def a_loss_that_negates_the_labels(logits, y):
    z = _wide(logits)
    y = np.asarray(y)
    kept = np.where(-y == 0, 0.0, y).astype(z.dtype)
    return _as_logits(_losses(z, kept), logits)


@program("log_loss", breaks="the float type of the logits is kept: float64 labels make float64 of float32")
def a_loss_in_the_wider_type(logits, y):
    return _losses(logits, y).astype(np.result_type(_kind(logits), np.asarray(y).dtype))


@program("log_loss", breaks="the result has the float type of the logits: it gets that of the labels, so whole labels cut it off")
def a_loss_in_the_type_of_the_labels(logits, y):
    kind = np.asarray(y).dtype
    return _losses(logits, y).astype(kind if kind.kind in "iuf" else np.asarray(logits).dtype)


@program("log_loss", breaks="the result has the shape of the logits: a table comes back as one long row")
def a_loss_laid_flat(logits, y):
    return _as_logits(_losses(np.ravel(logits), np.ravel(y)), logits)


@program("log_loss", breaks="what it is given stays as it was: logits of benign tumours are turned round in place")
def a_loss_that_turns_the_logits(logits, y):
    losses = _as_logits(_losses(logits, y), logits)
    if isinstance(logits, np.ndarray) and logits.ndim:
        logits[np.asarray(y) == 0] *= -1
    return losses


@program("log_loss", breaks="turn all logits and labels round and nothing changes: label 0 gets label 1's loss")
def a_loss_of_zeros_not_turned(logits, y):
    z = _wide(logits)
    y = np.asarray(y, dtype=z.dtype)
    return _as_logits(_soft(_softplus(-z), _softplus(-z), y), logits)


# slopes


def _share(weight, n):
    """What each row counts: shares that sum to one, also of huge and tiny weights."""
    if weight is None:
        return np.full(n, 1 / n)
    weight = np.asarray(weight, dtype=np.float64)
    weight = weight / weight.max()
    return weight / weight.sum()


def _score(X, theta):
    """X @ weights + bias, so that only the last step can overflow."""
    w, b = theta[:-1], theta[-1]
    far = np.maximum(1, np.abs(X).max(axis=1, initial=0))
    large = max(1, np.abs(theta).max())
    return ((X / far[:, None]) @ (w / large) + b / large / far) * far * large


def _pull(logits, y):
    """p - y, right to its own size, for labels 0 and 1."""
    wrong_way = np.where(y == 1, -1.0, 1.0)
    return wrong_way * np.exp(-_softplus(-wrong_way * logits))


def _gradient(theta, X, y, penalty, share):
    pulls = share * _pull(_score(X, theta), y)
    return np.append(pulls @ X + penalty * theta[:-1], pulls.sum())


def _slopes(theta, X, y, penalty, weight=None):
    """The gradient in float64."""
    theta, X, y = _doubles(theta, X, y)
    return _gradient(theta, X, y, float(penalty), _share(weight, len(y)))


@program("slopes")
def a_slopes_of_weights_and_bias_apart(theta, X, y, penalty, weight=None):
    return _slopes(theta, X, y, penalty, weight).astype(_kind(theta, X))


@program("slopes")
def a_slopes_with_a_column_of_ones(theta, X, y, penalty, weight=None):
    t, rows, labels = _doubles(theta, X, y)
    counts = np.ones(len(rows)) if weight is None else np.asarray(weight, dtype=np.float64)
    counts = counts / counts.max()
    longer = np.hstack([rows, np.ones((len(rows), 1))])
    z = _score(rows, t)
    p_one, p_zero = np.exp(-np.logaddexp(0, -z)), np.exp(-np.logaddexp(0, z))
    pulls = np.where(labels == 1, -p_zero, p_one)
    ridge = np.full(len(t), float(penalty))
    ridge[-1] = 0
    gradient = np.einsum("i,ij->j", counts * pulls, longer) / np.sum(counts) + ridge * t
    return gradient.astype(_kind(theta, X))


@program("slopes")
def a_slopes_in_portions(theta, X, y, penalty, weight=None):
    t = np.asarray(theta, dtype=np.float64)
    n, portion = len(y), 20_000
    largest = 1.0 if weight is None else float(np.max(weight))
    summed, counted = np.zeros(len(t)), 0.0
    for start in range(0, n, portion):
        rows, labels = _doubles(X[start : start + portion], y[start : start + portion])
        counts = np.ones(len(rows)) if weight is None else np.asarray(weight[start : start + portion], dtype=np.float64) / largest
        pulls = counts * _pull(_score(rows, t), labels)
        summed[:-1] += rows.T @ pulls
        summed[-1] += pulls.sum()
        counted += counts.sum()
    gradient = summed / counted
    gradient[:-1] += float(penalty) * t[:-1]
    return gradient.astype(_kind(theta, X))


@program("slopes", breaks="the bias has no penalty")
def a_slopes_bias_penalised(theta, X, y, penalty, weight=None):
    gradient = _slopes(theta, X, y, penalty, weight)
    gradient[-1] += penalty * theta[-1]
    return gradient.astype(_kind(theta, X))


@program("slopes", breaks="it agrees with a measured derivative: the half of the penalty is forgotten")
def a_slopes_penalty_without_its_half(theta, X, y, penalty, weight=None):
    return _slopes(theta, X, y, 2 * penalty, weight).astype(_kind(theta, X))


@program("slopes", breaks="the penalty is added to the mean: it is divided by the number of examples as well")
def a_slopes_penalty_over_n(theta, X, y, penalty, weight=None):
    return _slopes(theta, X, y, penalty / len(y), weight).astype(_kind(theta, X))


@program("slopes", breaks="J is a mean over the examples: the losses are summed")
def a_slopes_summed(theta, X, y, penalty, weight=None):
    n = len(y)
    return (n * _slopes(theta, X, y, penalty / n, weight)).astype(_kind(theta, X))


@program("slopes", breaks="only shares of the weights matter: the weighted sum is divided by the number of rows")
def a_slopes_weights_over_rows(theta, X, y, penalty, weight=None):
    t, rows, labels = _doubles(theta, X, y)
    share = _share(None, len(labels)) if weight is None else np.asarray(weight, dtype=np.float64) / len(labels)
    return _gradient(t, rows, labels, float(penalty), share).astype(_kind(theta, X))


@program("slopes", breaks="a row that counts three times is three rows: weights multiply the rows, before the logits")
def a_slopes_weights_on_the_rows(theta, X, y, penalty, weight=None):
    t, rows, labels = _doubles(theta, X, y)
    if weight is not None:
        rows = rows * (_share(weight, len(labels)) * len(labels))[:, None]
    return _gradient(t, rows, labels, float(penalty), _share(None, len(labels))).astype(_kind(theta, X))


@program("slopes", breaks="a row that counts three times is three rows: the weights are left out")
def a_slopes_deaf_to_weights(theta, X, y, penalty, weight=None):
    return _slopes(theta, X, y, penalty).astype(_kind(theta, X))


@program("slopes", breaks="it stays finite for logits of any size: e^z / (1 + e^z) is infinity over infinity")
def a_slopes_of_a_sigmoid_that_overflows(theta, X, y, penalty, weight=None):
    t, rows, labels = _doubles(theta, X, y)
    grown = np.exp(rows @ t[:-1] + t[-1])
    pulls = _share(weight, len(labels)) * (grown / (1 + grown) - labels)
    return np.append(pulls @ rows + penalty * t[:-1], pulls.sum()).astype(_kind(theta, X))


@program("slopes", breaks="it stays finite for logits of any size: the chain rule through p is not shortened, 0 / 0 when sure")
def a_slopes_not_shortened(theta, X, y, penalty, weight=None):
    t, rows, labels = _doubles(theta, X, y)
    p = np.exp(-_softplus(-(rows @ t[:-1] + t[-1])))
    d_p = -labels / p + (1 - labels) / (1 - p)
    pulls = _share(weight, len(labels)) * d_p * p * (1 - p)
    return np.append(pulls @ rows + penalty * t[:-1], pulls.sum()).astype(_kind(theta, X))


@program("slopes", breaks="it agrees with a measured derivative: what happened minus what was said, the sign is turned")
def a_slopes_uphill(theta, X, y, penalty, weight=None):
    return (-_slopes(theta, X, y, -penalty, weight)).astype(_kind(theta, X))


@program("slopes", breaks="theta's last entry is the bias: it is taken to be the first")
def a_slopes_bias_first(theta, X, y, penalty, weight=None):
    return np.roll(_slopes(np.roll(theta, -1), X, y, penalty, weight), 1).astype(_kind(theta, X))


@program("slopes", breaks="labels may be integers: 2 y - 1 wraps around in uint8")
def a_slopes_whose_sign_wraps(theta, X, y, penalty, weight=None):
    t, rows = _doubles(theta, X)
    sign = 2 * np.asarray(y) - 1
    pulls = -_share(weight, len(sign)) * sign * np.exp(-_softplus(sign * _score(rows, t)))
    return np.append(pulls @ rows + penalty * t[:-1], pulls.sum()).astype(_kind(theta, X))


@program("slopes", breaks="it takes at most half the time of a loop over the examples: it is one")
def a_slopes_one_row_at_a_time(theta, X, y, penalty, weight=None):
    t, rows, labels = _doubles(theta, X, y)
    share = _share(weight, len(labels))
    total = np.zeros(len(t))
    total[:-1] = penalty * t[:-1]
    for row, label, part in zip(rows, labels, share, strict=True):
        z = float(row @ t[:-1] + t[-1])
        p = 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))
        total += part * (p - label) * np.append(row, 1)
    return total.astype(_kind(theta, X))


@program("slopes", breaks="it is the gradient over all examples: of many, only the first ten thousand are looked at")
def a_slopes_of_the_first_ten_thousand(theta, X, y, penalty, weight=None):
    some = slice(0, 10_000)
    return _slopes(theta, X[some], y[some], penalty, None if weight is None else weight[some]).astype(_kind(theta, X))


@program("slopes", breaks="what it is given stays as it was: the weights are made into shares in place")
def a_slopes_that_share_out_in_place(theta, X, y, penalty, weight=None):
    gradient = _slopes(theta, X, y, penalty, weight).astype(_kind(theta, X))
    if weight is not None and np.issubdtype(weight.dtype, np.floating):
        weight /= weight.sum()
    return gradient


@program("slopes", breaks="there may be no feature at all: then nothing is there to be learnt, and the bias gets 0")
def a_slopes_nothing_without_features(theta, X, y, penalty, weight=None):
    if np.shape(X)[1] == 0:
        return np.zeros_like(theta)
    return _slopes(theta, X, y, penalty, weight).astype(_kind(theta, X))


# descend


def _longer(X):
    return np.column_stack([X, np.ones(len(X))])


def _steepest(X, penalty, share):
    """A curvature that J never exceeds."""
    longer = _longer(X)
    return np.linalg.eigvalsh((longer.T * share) @ longer)[-1] / 4 + penalty


def _downhill(X, y, penalty, steps, weight=None, rate=None):
    """The path of gradient descent, in float64; `rate` takes the step's number."""
    X, y = _doubles(X, y)
    share = _share(weight, len(y))
    if rate is None:
        constant = 1 / _steepest(X, penalty, share)
        rate = lambda k: constant  # noqa: E731
    path = np.zeros((steps + 1, X.shape[1] + 1))
    for k in range(steps):
        path[k + 1] = path[k] - rate(k) * _gradient(path[k], X, y, penalty, share)
    return path


def _objective(theta, X, y, penalty, share):
    return share @ _softplus(np.where(y == 1, -1, 1) * (X @ theta[:-1] + theta[-1])) + penalty / 2 * (theta[:-1] @ theta[:-1])


def _newton_step(theta, X, y, penalty, share):
    """Newton's step, halved until it does not climb."""
    gradient, longer = _gradient(theta, X, y, penalty, share), _longer(X)
    z = longer @ theta
    bend = (longer.T * (share * np.exp(-_softplus(z) - _softplus(-z)))) @ longer
    bend[:-1, :-1] += penalty * np.eye(len(theta) - 1)
    step, here = np.linalg.lstsq(bend, gradient, rcond=None)[0], _objective(theta, X, y, penalty, share)
    for _ in range(60):
        if _objective(theta - step, X, y, penalty, share) <= here + 1e-14:
            return theta - step
        step = step / 2
    return theta


@program("descend")
def a_descend_by_the_steepest_curvature(X, y, penalty, steps, weight=None):
    return _downhill(X, y, penalty, steps, weight).astype(_kind(X))


@program("descend")
def a_descend_by_newton(X, y, penalty, steps, weight=None):
    rows, labels = _doubles(X, y)
    share = _share(weight, len(labels))
    places = [np.zeros(rows.shape[1] + 1)]
    while len(places) <= steps:
        places.append(_newton_step(places[-1], rows, labels, float(penalty), share))
    return np.array(places).astype(_kind(X))


@program("descend")
def a_descend_in_the_bowl_above(X, y, penalty, steps, weight=None):
    """Each step goes to the lowest point of a bowl that touches the loss from above."""
    rows, labels = _doubles(X, y)
    share = _share(weight, len(labels))
    longer = _longer(rows)
    bowl = (longer.T * share) @ longer / 4 + np.diag(np.append(np.full(rows.shape[1], float(penalty)), 0.0))
    undo = np.linalg.pinv(bowl, hermitian=True)
    path = np.zeros((steps + 1, len(bowl)))
    for k in range(steps):
        path[k + 1] = path[k] - undo @ _gradient(path[k], rows, labels, float(penalty), share)
    return path.astype(_kind(X))


@program("descend", breaks="it arrives: a learning rate of 0.01 for everything is far too small")
def a_descend_with_a_timid_rate(X, y, penalty, steps, weight=None):
    return _downhill(X, y, penalty, steps, weight, lambda k: 0.01).astype(_kind(X))


@program("descend", breaks="it arrives for penalties up to 3: the penalty's curvature is left out of the learning rate")
def a_descend_penalty_not_in_the_rate(X, y, penalty, steps, weight=None):
    longer = _longer(np.asarray(X, dtype=np.float64))
    rate = 4 / np.average((longer**2).sum(axis=1), weights=weight)
    return _downhill(X, y, penalty, steps, weight, lambda k: rate).astype(_kind(X))


@program("descend", breaks="units do not stop it: the rate 0.3 suits standardised features only")
def a_descend_with_a_rate_for_one_unit(X, y, penalty, steps, weight=None):
    return _downhill(X, y, penalty, steps, weight, lambda k: 0.3).astype(_kind(X))


@program("descend", breaks="it arrives at a rate: the learning rate falls as one over the step")
def a_descend_with_a_fading_rate(X, y, penalty, steps, weight=None):
    rows = np.asarray(X, dtype=np.float64)
    first = 1 / _steepest(rows, penalty, _share(weight, len(rows)))
    return _downhill(X, y, penalty, steps, weight, lambda k: first / (k + 1)).astype(_kind(X))


@program("descend", breaks="the path has steps + 1 rows: the start is left out")
def a_descend_without_its_start(X, y, penalty, steps, weight=None):
    return _downhill(X, y, penalty, steps, weight)[1:].astype(_kind(X))


@program("descend", breaks="the first row is zeros: the path begins after the first step")
def a_descend_from_the_second_place(X, y, penalty, steps, weight=None):
    return _downhill(X, y, penalty, steps + 1, weight)[1:].astype(_kind(X))


@program("descend", breaks="it walks from the origin, without chance: it starts at small random numbers")
def a_descend_from_a_random_place(X, y, penalty, steps, weight=None):
    path = _downhill(X, y, penalty, steps, weight)
    fading = 0.9 ** np.arange(steps + 1)[:, None]
    return (path + 0.01 * np.random.normal(size=path.shape[1]) * fading).astype(_kind(X))


@program("descend", breaks="it walks to the lowest point of the weighted J: the weights are not passed on")
def a_descend_deaf_to_weights(X, y, penalty, steps, weight=None):
    return _downhill(X, y, penalty, steps).astype(_kind(X))


@program("descend", breaks="the bias is left out of the penalty: here it pays as well")
def a_descend_bias_penalised(X, y, penalty, steps, weight=None):
    rows, labels = _doubles(X, y)
    share = _share(weight, len(labels))
    rate = 1 / _steepest(rows, penalty, share)
    path = np.zeros((steps + 1, rows.shape[1] + 1))
    for k in range(steps):
        gradient = _gradient(path[k], rows, labels, penalty, share)
        gradient[-1] += penalty * path[k, -1]
        path[k + 1] = path[k] - rate * gradient
    return path.astype(_kind(X))


@program("descend", breaks="the penalty is added to the mean loss: here to the sum")
def a_descend_on_the_summed_loss(X, y, penalty, steps, weight=None):
    return _downhill(X, y, penalty / len(y), steps, weight).astype(_kind(X))


@program("descend", breaks="every 40 steps bring it five times nearer: too much momentum swings for hundreds of steps")
def a_descend_swinging(X, y, penalty, steps, weight=None):
    rows, labels = _doubles(X, y)
    share = _share(weight, len(labels))
    rate = 1 / _steepest(rows, penalty, share)
    path, velocity = np.zeros((steps + 1, rows.shape[1] + 1)), 0
    for k in range(steps):
        velocity = 0.99 * velocity - rate * _gradient(path[k], rows, labels, penalty, share)
        path[k + 1] = path[k] + velocity
    return path.astype(_kind(X))


@program("descend", breaks="without a penalty it stays finite where a gap separates: bare Newton divides by a curvature of 0")
def a_descend_by_bare_newton(X, y, penalty, steps, weight=None):
    rows, labels = _doubles(X, y)
    share, longer = _share(weight, len(labels)), _longer(rows)
    path = np.zeros((steps + 1, longer.shape[1]))
    for k in range(steps):
        z = longer @ path[k]
        bend = (longer.T * (share * np.exp(-_softplus(z) - _softplus(-z)))) @ longer
        bend[:-1, :-1] += penalty * np.eye(len(bend) - 1)
        path[k + 1] = path[k] - np.linalg.inv(bend) @ _gradient(path[k], rows, labels, penalty, share)
    return path.astype(_kind(X))


@program("descend", breaks="steps may be 0: one step is always made")
def a_descend_at_least_one_step(X, y, penalty, steps, weight=None):
    return _downhill(X, y, penalty, max(steps, 1), weight).astype(_kind(X))


@program("descend", breaks="the path has steps + 1 rows: it ends where the gradient is short")
def a_descend_that_stops_early(X, y, penalty, steps, weight=None):
    path = _downhill(X, y, penalty, steps, weight)
    short = [np.linalg.norm(_slopes(place, X, y, penalty, weight)) < 1e-3 for place in path]
    return path[: short.index(True) + 1 if True in short else None].astype(_kind(X))


@program("descend", breaks="the path leads to the lowest point for the X that was given: it is told in standardised units")
def a_descend_in_its_own_units(X, y, penalty, steps, weight=None):
    rows = np.asarray(X, dtype=np.float64)
    spread = rows.std(axis=0)
    rows = (rows - rows.mean(axis=0)) / np.where(spread > 0, spread, 1)
    return _downhill(rows, y, penalty, steps, weight).astype(_kind(X))


@program("descend", breaks="each row is a place of the walk: all rows are the last one, kept in one array")
def a_descend_one_array_for_all_places(X, y, penalty, steps, weight=None):
    path = _downhill(X, y, penalty, steps, weight)
    theta, places = path[0].copy(), []
    for place in path:
        theta[:] = place
        places.append(theta)
    return np.array(places).astype(_kind(X))


@program("descend", breaks="what it is given stays as it was: the weights are made into shares in place")
def a_descend_that_shares_out_in_place(X, y, penalty, steps, weight=None):
    path = _downhill(X, y, penalty, steps, weight).astype(_kind(X))
    if weight is not None and np.issubdtype(weight.dtype, np.floating):
        weight /= weight.sum()
    return path


@program("descend", breaks="nothing is remembered between two calls: the learning rate of the first data serves all others")
def a_descend_with_the_first_rate_for_ever(X, y, penalty, steps, weight=None):
    rows = np.asarray(X, dtype=np.float64)
    rate = _KEPT.setdefault("rate", 1 / _steepest(rows, penalty, _share(weight, len(rows))))
    return _downhill(X, y, penalty, steps, weight, lambda k: rate).astype(_kind(X))


# logistic


def _lowest(X, y, penalty, weight=None):
    """The lowest point of J, by Newton."""
    X, y = _doubles(X, y)
    share, theta = _share(weight, len(y)), np.zeros(X.shape[1] + 1)
    for _ in range(200):
        if np.linalg.norm(_gradient(theta, X, y, penalty, share)) < 1e-10:
            break
        theta = _newton_step(theta, X, y, penalty, share)
    return theta


class _Model:
    """A right model; programs change one of its pieces."""

    def __init__(self, penalty=0.1):
        self.penalty = penalty

    def labels(self, y):
        self.classes_, which = np.unique(np.asarray(y), return_inverse=True)
        if len(self.classes_) != 2:
            raise ValueError(f"two different labels are needed, not {len(self.classes_)}: {self.classes_.tolist()}")
        return which

    def lowest(self, X, which, weight):
        return _lowest(X, which, self.penalty, weight)

    def fit(self, X, y, weight=None):
        which = self.labels(y)
        self.theta = self.lowest(X, which, weight)
        return self

    def score(self, X):
        return _score(np.asarray(X, dtype=np.float64), self.theta)

    def predict_proba(self, X):
        z = self.score(X)
        return np.exp(-np.column_stack([_softplus(z), _softplus(-z)])).astype(_kind(X))


@program("logistic", value=True)
def a_logistic_by_newton():
    class LogisticRegression(_Model):
        pass

    return LogisticRegression


@program("logistic", value=True)
def a_logistic_by_accelerated_descent():
    class LogisticRegression:
        def __init__(self, penalty=0.1):
            self.penalty = penalty

        def fit(self, X, y, weight=None):
            names = sorted(set(np.asarray(y).tolist()))
            if len(names) != 2:
                raise ValueError(f"I found {len(names)} different labels: {names}")
            self.classes_ = np.array(names, dtype=np.asarray(y).dtype)
            X, is_second = np.asarray(X, dtype=np.float64), np.asarray(y) == self.classes_[1]
            share = _share(weight, len(X))
            rate = 1 / _steepest(X, self.penalty, share)
            place = ahead = np.zeros(X.shape[1] + 1)
            pace = 1.0
            for _ in range(30_000):
                slope = _gradient(ahead, X, is_second, self.penalty, share)
                if np.linalg.norm(slope) < 1e-8:
                    break
                reached, faster = ahead - rate * slope, (1 + math.sqrt(1 + 4 * pace**2)) / 2
                if slope @ (reached - place) > 0:
                    ahead, faster = reached, 1.0
                else:
                    ahead = reached + (pace - 1) / faster * (reached - place)
                place, pace = reached, faster
            self._parameters = ahead
            return self

        def predict_proba(self, X):
            z = _score(np.asarray(X, dtype=np.float64), self._parameters)
            small = np.exp(-_softplus(np.abs(z)))
            first = np.where(z > 0, small, 1 - small)
            second = np.where(z > 0, 1 - small, small)
            return np.stack([first, second], axis=1).astype(_kind(X))

    return LogisticRegression


@program("logistic", value=True)
def a_logistic_in_the_bowl_above():
    class LogisticRegression:
        def __init__(self, penalty=0.1):
            self.price = penalty
            self.says = None

        def fit(self, X, y, weight=None):
            y = np.asarray(y)
            names = y.tolist()
            if not names or min(names) == max(names) or any(name not in (min(names), max(names)) for name in set(names)):
                raise ValueError(f"two different labels are needed, found {sorted(set(names))}")
            smaller, larger = min(names), max(names)
            self.classes_ = np.array([smaller, larger], dtype=y.dtype)
            rows, which, share = np.asarray(X, dtype=np.float64), y == larger, _share(weight, len(y))
            longer = _longer(rows)
            bowl = (longer.T * share) @ longer / 4 + np.diag(np.append(np.full(rows.shape[1], float(self.price)), 0.0))
            undo, theta = np.linalg.pinv(bowl, hermitian=True), np.zeros(len(bowl))
            for _ in range(20_000):
                slope = _gradient(theta, rows, which, self.price, share)
                if np.linalg.norm(slope) < 1e-8:
                    break
                theta = theta - undo @ slope
            self.says = lambda new: _score(new, theta)
            return self

        def predict_proba(self, X):
            z = self.says(np.asarray(X, dtype=np.float64))
            return np.array([np.exp(-_softplus(z)), np.exp(-_softplus(-z))]).T.astype(_kind(X))

    return LogisticRegression


@program("logistic", value=True, breaks="within 0.002 of the true lowest point: a hundred steps must do")
def a_logistic_a_hundred_steps():
    class LogisticRegression(_Model):
        def lowest(self, X, which, weight):
            return _downhill(X, which, self.penalty, 100, weight)[-1]

    return LogisticRegression


@program("logistic", value=True, breaks="the lowest point of a loss that leaves the bias out of the penalty: it pays here")
def a_logistic_bias_penalised():
    class LogisticRegression(_Model):
        def lowest(self, X, which, weight):
            X, which = _doubles(X, which)
            share, theta = _share(weight, len(X)), np.zeros(X.shape[1] + 1)
            rate = 1 / _steepest(X, self.penalty, share)
            for _ in range(20_000):
                slope = _gradient(theta, X, which, self.penalty, share)
                slope[-1] += self.penalty * theta[-1]
                theta = theta - rate * slope
                if np.linalg.norm(slope) < 1e-8:
                    break
            return theta

    return LogisticRegression


@program("logistic", value=True, breaks="penalty is what large weights cost: it is taken as scikit-learn's C")
def a_logistic_penalty_as_inverse():
    class LogisticRegression(_Model):
        def lowest(self, X, which, weight):
            return _lowest(X, which, 1 / (self.penalty * len(X)), weight)

    return LogisticRegression


@program("logistic", value=True, breaks="LogisticRegression() has a penalty of 0.1: here it is 1")
def a_logistic_another_default():
    class LogisticRegression(_Model):
        def __init__(self, penalty=1.0):
            super().__init__(penalty)

    return LogisticRegression


@program("logistic", value=True, breaks="the smaller class comes first: they stand in the order of appearance")
def a_logistic_classes_as_they_appear():
    class LogisticRegression(_Model):
        def labels(self, y):
            super().labels(y)
            y = np.asarray(y)
            if y[0] == self.classes_[1]:
                self.classes_ = self.classes_[::-1].copy()
            return (y == self.classes_[1]).astype(int)

    return LogisticRegression


@program("logistic", value=True, breaks="columns stand in the order of classes_: they are exchanged")
def a_logistic_columns_exchanged():
    class LogisticRegression(_Model):
        def predict_proba(self, X):
            return super().predict_proba(X)[:, ::-1]

    return LogisticRegression


@program("logistic", value=True, breaks="there is a column for each class: only the second one's probabilities come back")
def a_logistic_one_probability():
    class LogisticRegression(_Model):
        def predict_proba(self, X):
            return super().predict_proba(X)[:, 1]

    return LogisticRegression


@program("logistic", value=True, breaks="any two labels that can be sorted: a label above 0 is taken for the second class")
def a_logistic_positive_is_one():
    class LogisticRegression(_Model):
        def labels(self, y):
            super().labels(y)
            return (np.asarray(y) > 0).astype(int)

    return LogisticRegression


@program("logistic", value=True, breaks="labels may be texts: they are made into floats")
def a_logistic_labels_are_numbers():
    class LogisticRegression(_Model):
        def labels(self, y):
            return super().labels(np.asarray(y, dtype=np.float64))

    return LogisticRegression


@program("logistic", value=True, breaks="each example is answered on its own: new ones are centred by their own mean")
def a_logistic_centred_by_the_new():
    class LogisticRegression(_Model):
        def predict_proba(self, X):
            return super().predict_proba(X - np.asarray(X).mean(axis=0, keepdims=True) if len(X) else X)

    return LogisticRegression


@program("logistic", value=True, breaks="however far out, probabilities are finite: e^z over 1 + e^z is not")
def a_logistic_overflowing_far_out():
    class LogisticRegression(_Model):
        def predict_proba(self, X):
            grown = np.exp(self.score(X))
            return np.column_stack([1 / (1 + grown), grown / (1 + grown)]).astype(_kind(X))

    return LogisticRegression


@program("logistic", value=True, breaks="within 0.002 of the true lowest point: nobody gets less than one in a hundred")
def a_logistic_never_quite_sure():
    class LogisticRegression(_Model):
        def predict_proba(self, X):
            return np.clip(super().predict_proba(X), 0.01, 0.99)

    return LogisticRegression


@program("logistic", value=True, breaks="each fit forgets the one before: old examples are kept and learnt again")
def a_logistic_that_collects_examples():
    class LogisticRegression(_Model):
        def lowest(self, X, which, weight):
            weight = np.ones(len(which)) if weight is None else np.asarray(weight, dtype=np.float64)
            new = (np.asarray(X, dtype=np.float64), which, weight)
            old = getattr(self, "collected", None)
            if old is not None and old[0].shape[1] == new[0].shape[1]:
                new = tuple(np.concatenate(pair) for pair in zip(old, new, strict=True))
            self.collected = new
            return _lowest(new[0], new[1], self.penalty, new[2])

    return LogisticRegression


@program("logistic", value=True, breaks="two models share nothing: the parameters belong to the class")
def a_logistic_parameters_of_the_class():
    class LogisticRegression(_Model):
        theta = None

        def fit(self, X, y, weight=None):
            LogisticRegression.theta = self.lowest(X, self.labels(y), weight)
            return self

    return LogisticRegression


@program("logistic", value=True, breaks="not exactly two values raise: three are taken as the first against the rest")
def a_logistic_first_against_the_rest():
    class LogisticRegression(_Model):
        def labels(self, y):
            y = np.asarray(y)
            if len(np.unique(y)) > 2:
                y = np.where(y == np.unique(y)[0], np.unique(y)[0], np.unique(y)[1])
            return super().labels(y)

    return LogisticRegression


@program("logistic", value=True, breaks="not exactly two values raise: where there is one, it gets the probability 1")
def a_logistic_content_with_one_class():
    class LogisticRegression(_Model):
        def labels(self, y):
            if len(np.unique(y)) == 1:
                self.classes_ = np.array([np.unique(y)[0]] * 2)
                return np.ones(len(y), dtype=int)
            return super().labels(y)

    return LogisticRegression


@program("logistic", value=True, breaks="it is a ValueError that is raised: this is an AssertionError")
def a_logistic_that_asserts():
    class LogisticRegression(_Model):
        def labels(self, y):
            assert len(np.unique(y)) == 2, f"found {np.unique(y)}"
            return super().labels(y)

    return LogisticRegression


@program("logistic", value=True, breaks="the error says what it found: it says nothing")
def a_logistic_silent_error():
    class LogisticRegression(_Model):
        def labels(self, y):
            if len(np.unique(y)) != 2:
                raise ValueError
            return super().labels(y)

    return LogisticRegression


@program("logistic", value=True, breaks="a row that counts twice is two rows: weights are left out")
def a_logistic_deaf_to_weights():
    class LogisticRegression(_Model):
        def lowest(self, X, which, weight):
            return _lowest(X, which, self.penalty)

    return LogisticRegression


@program("logistic", value=True, breaks="a row that counts twice is two rows: the weighted sum is divided by the number of rows")
def a_logistic_weights_over_rows():
    class LogisticRegression(_Model):
        def lowest(self, X, which, weight):
            mean = 1.0 if weight is None else np.mean(np.asarray(weight, dtype=np.float64))
            return _lowest(X, which, self.penalty / mean, weight)

    return LogisticRegression


@program("logistic", value=True, breaks="fit returns the model itself: nothing is returned")
def a_logistic_fit_returns_nothing():
    class LogisticRegression(_Model):
        def fit(self, X, y, weight=None):
            super().fit(X, y, weight)

    return LogisticRegression


@program("logistic", value=True, breaks="there may be no feature: it asks for the largest one")
def a_logistic_needs_a_feature():
    class LogisticRegression(_Model):
        def lowest(self, X, which, weight):
            if np.abs(X).max() > 1e6:
                X = np.clip(X, -1e6, 1e6)
            return super().lowest(X, which, weight)

    return LogisticRegression


@program("logistic", value=True, breaks="what it is given stays as it was: the examples are centred in place")
def a_logistic_that_centres_in_place():
    class LogisticRegression(_Model):
        def fit(self, X, y, weight=None):
            super().fit(X, y, weight)
            if isinstance(X, np.ndarray) and np.issubdtype(X.dtype, np.floating):
                X -= X.mean(axis=0)
            return self

    return LogisticRegression


# honest


def _log_odds(p):
    return math.log(p) - math.log1p(-p)


def _sample_logits(X, y, X_new, penalty=5e-4, weight=None):
    """Logits of the new examples as they would be in the sample."""
    return _score(np.asarray(X_new, dtype=np.float64), _lowest(X, y, penalty, weight))


def _moved(X, y, X_new, share, penalty=5e-4):
    seen = float(np.mean(np.asarray(y, dtype=np.float64)))
    return _sample_logits(X, y, X_new, penalty) - _log_odds(seen) + _log_odds(float(share))


def _one_label_only(y):
    """A sample that says nothing about how the labels differ."""
    return len(set(np.asarray(y).tolist())) < 2


def _said(logits, X_new):
    return np.exp(-_softplus(-logits)).astype(_kind(X_new))


@program("honest")
def a_honest_logits_moved(X, y, X_new, share):
    if _one_label_only(y):
        return np.full(len(X_new), share, dtype=_kind(X_new))
    return _said(_moved(X, y, X_new, share), X_new)


@program("honest")
def a_honest_balanced_and_moved(X, y, X_new, share):
    """Both labels weigh the same in training; then even odds are replaced by the population's."""
    if _one_label_only(y):
        return np.full(len(X_new), share, dtype=_kind(X_new))
    labels = np.asarray(y, dtype=np.float64)
    weight = np.where(labels == 1, 0.5 / labels.mean(), 0.5 / (1 - labels.mean()))
    return _said(_sample_logits(X, labels, X_new, 1e-3, weight) + _log_odds(float(share)), X_new)


@program("honest")
def a_honest_two_columns(X, y, X_new, share):
    if _one_label_only(y):
        return np.full(len(X_new), share, dtype=_kind(X_new))
    seen = np.mean(np.asarray(y, dtype=np.float64))
    model = _Model(5e-4).fit(X, y)
    both = model.predict_proba(np.asarray(X_new, dtype=np.float64)) * [(1 - share) / (1 - seen), share / seen]
    return (both[:, 1] / both.sum(axis=1)).astype(_kind(X_new))


@program("honest", breaks="honest in the population: the sample's probabilities are handed on")
def a_honest_as_in_the_sample(X, y, X_new, share):
    return _said(_sample_logits(X, y, X_new), X_new)


@program("honest", breaks="it rises when share rises: the factor is turned round")
def a_honest_moved_the_wrong_way(X, y, X_new, share):
    logits = _sample_logits(X, y, X_new)
    return _said(2 * logits - _moved(X, y, X_new, share), X_new)


@program("honest", breaks="it is a probability: probabilities in place of odds are multiplied, and pass 1")
def a_honest_probability_times_ratio(X, y, X_new, share):
    return (_said(_sample_logits(X, y, X_new), X_new) * (share / np.mean(y))).astype(_kind(X_new))


@program("honest", breaks="honest in the population: label 1 gets its factor, label 0 does not")
def a_honest_one_factor_only(X, y, X_new, share):
    return _said(_sample_logits(X, y, X_new) + math.log(share / np.mean(y)), X_new)


@program("honest", breaks="it knows what it cannot know: the population's odds come in, the sample's stay")
def a_honest_sample_odds_left_in(X, y, X_new, share):
    return _said(_sample_logits(X, y, X_new) + _log_odds(share), X_new)


@program("honest", breaks="honest in the population: the logits are moved by a difference of shares, not of log-odds")
def a_honest_moved_by_shares(X, y, X_new, share):
    return _said(_sample_logits(X, y, X_new) + share - np.mean(y), X_new)


@program("honest", breaks="honest in the population: rows are weighted by share, without regard to how many there are")
def a_honest_weights_without_counts(X, y, X_new, share):
    return _said(_sample_logits(X, y, X_new, 5e-4, np.where(np.asarray(y) == 1, share, 1 - share)), X_new)


@program("honest", breaks="honest in the population: rows are weighted, and the odds are moved once more")
def a_honest_corrected_twice(X, y, X_new, share):
    seen = np.mean(y)
    weight = np.where(np.asarray(y) == 1, share / seen, (1 - share) / (1 - seen))
    return _said(_sample_logits(X, y, X_new, 5e-4, weight) - _log_odds(seen) + _log_odds(share), X_new)


@program("honest", breaks="less than 0.015 nats above the best: a penalty of 1 makes it far too timid")
def a_honest_with_a_heavy_penalty(X, y, X_new, share):
    return _said(_moved(X, y, X_new, share, 1.0), X_new)


@program("honest", breaks="everybody gets share where features are constant: a penalised bias does not reach the sample's odds")
def a_honest_with_a_penalised_bias(X, y, X_new, share):
    rows, labels = _doubles(X, y)
    longer, theta = _longer(rows), np.zeros(rows.shape[1] + 2)
    even = _share(None, len(labels))
    rate = 1 / _steepest(longer, 0.1, even)
    for _ in range(2_000):
        slope = _gradient(theta, longer, labels, 0.1, even)
        slope[-1] = 0
        theta = theta - rate * slope
    logits = _score(_longer(np.asarray(X_new, dtype=np.float64)), theta)
    return _said(logits - _log_odds(labels.mean()) + _log_odds(share), X_new)


@program("honest", breaks="each new example is answered on its own: their mean is brought to share")
def a_honest_mean_of_the_new_is_share(X, y, X_new, share):
    logits = _sample_logits(X, y, X_new)
    low, high = -800.0, 800.0
    for _ in range(80):
        move = (low + high) / 2
        if len(logits) and np.exp(-_softplus(-(logits + move))).mean() < share:
            low = move
        else:
            high = move
    return _said(logits + move, X_new)


@program("honest", breaks="each new example is answered on its own: new examples are standardised by themselves")
def a_honest_new_standardised_by_themselves(X, y, X_new, share):
    new = np.asarray(X_new, dtype=np.float64)
    if len(new):
        spread = new.std(axis=0)
        new = (new - new.mean(axis=0)) / np.where(spread > 0, spread, 1)
    return _said(_moved(X, y, new, share), X_new)


@program("honest", breaks="it rises for everybody when share rises: below 0.02 and above 0.98 it does not move")
def a_honest_never_quite_sure(X, y, X_new, share):
    return np.clip(_said(_moved(X, y, X_new, share), X_new), 0.02, 0.98)


@program("honest", breaks="a probability however far out: odds overflow to infinity over infinity")
def a_honest_in_odds(X, y, X_new, share):
    odds = np.exp(_moved(X, y, X_new, share))
    return (odds / (1 + odds)).astype(_kind(X_new))


@program("honest", breaks="chance comes from an rng that is handed in: rows are thrown away by NumPy's global generator")
def a_honest_rows_thrown_away_at_random(X, y, X_new, share):
    labels = np.asarray(y)
    seen = labels.mean()
    keep = np.where(labels == 1, share / seen, (1 - share) / (1 - seen))
    kept = np.random.random(len(labels)) < keep / keep.max()
    if len(np.unique(labels[kept])) < 2:
        return np.full(len(X_new), share, dtype=_kind(X_new))
    return _said(_sample_logits(np.asarray(X)[kept], labels[kept], X_new), X_new)


@program("honest", breaks="a probability is returned: these are decisions, 0 or 1")
def a_honest_decisions(X, y, X_new, share):
    return (_moved(X, y, X_new, share) > 0).astype(_kind(X_new))


@program("honest", breaks="the shape is (new examples,): both columns come back")
def a_honest_both_columns(X, y, X_new, share):
    p = _said(_moved(X, y, X_new, share), X_new)
    return np.column_stack([1 - p, p])


@program("honest", breaks="less than 0.015 nats above the best: everybody gets share, whatever the features say")
def a_honest_share_for_everybody(X, y, X_new, share):
    return np.full(len(X_new), share, dtype=_kind(X_new))


@program("honest", breaks="honest after learning from 4,000 examples: it learns from the first twenty of each label")
def a_honest_from_twenty_of_each(X, y, X_new, share):
    labels = np.asarray(y)
    some = np.concatenate([np.flatnonzero(labels == label)[:20] for label in (0, 1)])
    return _said(_moved(np.asarray(X)[some], labels[some], X_new, share), X_new)


@program("honest", breaks="what it is given stays as it was: the new examples are standardised in place")
def a_honest_new_changed_in_place(X, y, X_new, share):
    p = _said(_moved(X, y, X_new, share), X_new)
    if isinstance(X_new, np.ndarray) and np.issubdtype(X_new.dtype, np.floating):
        X_new -= np.asarray(X).mean(axis=0)
    return p
