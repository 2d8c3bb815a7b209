"""Answers that the cases of week 2 must tell apart."""

import functools
import math

import numpy as np

from autograder.cases import entry, right, wrong


# ------------------------------------------------------------------------------------------- working pieces for the rivals
def tin_nodes(radius, height):
    base = np.pi * radius**2
    metal = 2 * base + 2 * np.pi * radius * height
    content = base * height
    return base, metal, content, metal / content


def backwards(radius, height, base_from_content=True, sign=-1.0, lid=2):
    base, _, content, cost = tin_nodes(radius, height)
    m = 1 / content
    c = sign * cost / content
    b = lid * m + (height * c if base_from_content else 0)
    return {
        "metal": m,
        "content": c,
        "wall": m,
        "base": b,
        "height": 2 * np.pi * radius * m + base * c,
        "radius": 2 * np.pi * radius * b + 2 * np.pi * height * m,
    }


def soft(margin):
    return np.maximum(-margin, 0) + np.log1p(np.exp(-np.abs(margin)))


def both_labels(hard):
    """A loss for soft labels from one for 0 and 1."""

    def loss(logits, y):
        logits = np.asarray(logits)
        ones = np.asarray(y, logits.dtype)
        return ones * hard(logits, np.ones(ones.shape, int)) + (1 - ones) * hard(logits, np.zeros(ones.shape, int))

    return functools.wraps(hard)(loss)


def chance(z):
    z = np.asarray(z)
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + e), e / (1 + e))


def gradient(theta, X, y, penalty, weight=None):
    share = np.full(len(X), 1 / len(X)) if weight is None else np.asarray(weight, float) / np.sum(weight)
    force = share * (chance(X @ theta[:-1] + theta[-1]) - y)
    return np.append(X.T @ force + penalty * theta[:-1], force.sum())


def curvature(X, penalty, weight=None):
    return np.average((X.astype(float) ** 2).sum(axis=1) + 1, weights=weight) / 4 + penalty


def walk(X, y, penalty, steps, weight=None, rate=None):
    X = np.asarray(X, float)
    rate = rate or 1 / curvature(X, penalty, weight)
    path = np.zeros((steps + 1, X.shape[1] + 1))
    for k in range(steps):
        path[k + 1] = path[k] - rate * gradient(path[k], X, y, penalty, weight)
    return path


def solve(X, y, penalty, weight=None, rounds=40):
    """Newton's method with halved steps; flat directions get a little help."""
    X = np.column_stack([X, np.ones(len(X))]).astype(float)
    share = np.ones(len(X)) if weight is None else np.asarray(weight, float)
    share = share / share.sum()
    ridge = penalty * (np.arange(X.shape[1]) < X.shape[1] - 1)
    sign = np.where(np.asarray(y) == 1, 1.0, -1.0)
    theta, places = np.zeros(X.shape[1]), [np.zeros(X.shape[1])]

    def loss(t):
        return share @ soft(sign * (X @ t)) + ridge @ t**2 / 2

    for _ in range(rounds):
        p = chance(X @ theta)
        bend = (X * (share * p * (1 - p))[:, None]).T @ X + np.diag(ridge) + 1e-9 * np.eye(len(theta))
        step = np.linalg.solve(bend, X.T @ (share * (p - (sign > 0))) + ridge * theta)
        while not loss(theta - step) <= loss(theta) and np.abs(step).max() > 1e-13:
            step = step / 2
        theta = theta - step if loss(theta - step) <= loss(theta) else theta
        places.append(theta)
    return np.array(places)


# ------------------------------------------------------------------------------------------- tin_slopes
@wrong("tin_slopes", caught_by="every_node", kind="mathematics", headline=True)
def forgets_that_the_base_fills_the_tin(radius, height):
    return backwards(radius, height, base_from_content=False)


@wrong("tin_slopes", caught_by="near_the_cost", kind="mathematics")
def a_quotient_without_its_minus(radius, height):
    return backwards(radius, height, sign=1.0)


@wrong("tin_slopes", caught_by="every_node", kind="missing case")
def only_the_base_is_wrong(radius, height):
    return {**backwards(radius, height), "base": 2 / tin_nodes(radius, height)[2]}


@wrong("tin_slopes", caught_by="every_node", kind="mathematics")
def a_tin_without_a_lid(radius, height):
    return backwards(radius, height, lid=1)


@wrong("tin_slopes", caught_by="every_node", kind="mathematics")
def paths_multiplied(radius, height):
    out = backwards(radius, height)
    base, _, content, cost = tin_nodes(radius, height)
    return {**out, "height": 2 * np.pi * radius / content * (-base * cost / content)}


@wrong("tin_slopes", caught_by="every_node", kind="mathematics")
def the_square_has_slope_r(radius, height):
    out = backwards(radius, height)
    return {**out, "radius": out["radius"] - np.pi * radius * out["base"]}


@wrong("tin_slopes", caught_by="near_the_cost", kind="hard-coding")
def the_example_always(radius, height):
    out = backwards(np.ones_like(radius) * 1.0, np.ones_like(height) * 2.0)
    return out


@wrong("tin_slopes", caught_by="any_shape", kind="shape")
def one_row_of_tins(radius, height):
    rows = [backwards(r, h) for r, h in zip(np.atleast_1d(radius).ravel(), np.atleast_1d(height).ravel(), strict=True)]
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


@wrong("tin_slopes", caught_by="near_the_cost", kind="shape")
def numbers_only(radius, height):
    return {name: float(value) for name, value in backwards(float(np.ravel(radius)[0]), float(np.ravel(height)[0])).items()}


@wrong("tin_slopes", caught_by="pure", kind="mutation")
def squares_the_radius_in_place(radius, height):
    out = backwards(radius, height)
    if isinstance(radius, np.ndarray):
        radius *= radius
    return out


@wrong("tin_slopes", caught_by="tin_float_type", kind="dtype")
def always_double_tins(radius, height):
    return backwards(np.asarray(radius, float), np.asarray(height, float))


@wrong("tin_slopes", caught_by="whole_numbers", kind="dtype")
def results_in_the_type_of_the_radius(radius, height):
    out = {}
    for name, value in backwards(radius, height).items():
        out[name] = np.empty_like(radius)
        out[name][...] = value
    return out


@wrong("tin_slopes", caught_by="far_sizes", kind="stability")
def one_nudge_for_all_sizes(radius, height):
    out = dict(backwards(radius, height))
    step = 1e-5
    for name, move in (("radius", (step, 0)), ("height", (0, step))):
        up, down = tin_nodes(radius + move[0], height + move[1])[3], tin_nodes(radius - move[0], height - move[1])[3]
        out[name] = (up - down) / (2 * step)
    return out


@wrong("tin_slopes", caught_by="far_sizes", kind="stability")
def a_little_added_to_every_divisor(radius, height):
    content = tin_nodes(radius, height)[2]
    return {name: value * content / (content + 1e-8) for name, value in backwards(radius, height).items()}


@wrong("tin_slopes", caught_by="near_the_cost", kind="mathematics")
def what_comes_before_follows_too(radius, height):
    to_radius, to_height, content = -2 / radius**2, -2 / height**2, tin_nodes(radius, height)[2]
    return {
        **backwards(radius, height),
        "wall": to_height / (2 * np.pi * radius),
        "base": to_radius / (2 * np.pi * radius),
        "metal": 1 / content,
    }


@wrong("tin_slopes", caught_by="near_the_cost", kind="mathematics")
def one_over_x_has_slope_minus_one_over_x(radius, height):
    out = backwards(radius, height)
    return {**out, "content": out["content"] * tin_nodes(radius, height)[2]}


@wrong("tin_slopes", caught_by="near_the_cost", kind="missing case")
def the_wall_is_left_out(radius, height):
    return {name: slope for name, slope in backwards(radius, height).items() if name != "wall"}


@wrong("tin_slopes", caught_by="near_the_cost", kind="shape")
def summed_over_the_tins(radius, height):
    return {name: np.sum(value) for name, value in backwards(radius, height).items()}


@right("tin_slopes")
def simplified_first(radius, height):
    content = np.pi * radius**2 * height
    return {
        "metal": 1 / content,
        "wall": 1 / content,
        "content": -2 * (radius + height) / (radius * height) / content,
        "base": -2 / (radius * content) * height,
        "height": -2 / (1.0 * height * height),
        "radius": -2 / (1.0 * radius * radius),
    }


@right("tin_slopes")
def forwards_along_every_path(radius, height):
    base, metal, content, _ = tin_nodes(radius, height)
    arrows = {
        "metal": {"cost": 1 / content},
        "content": {"cost": -metal / content**2},
        "wall": {"metal": 1.0},
        "base": {"metal": 2.0, "content": height},
        "height": {"wall": 2 * np.pi * radius, "content": base},
        "radius": {"base": 2 * np.pi * radius, "wall": 2 * np.pi * height},
    }

    def paths(node):
        return 1.0 if node == "cost" else sum(slope * paths(head) for head, slope in arrows[node].items())

    return {node: paths(node) for node in arrows}


@right("tin_slopes")
def product_rule_in_place_of_a_quotient(radius, height):
    base, metal, content, _ = tin_nodes(radius, height)
    inverse = 1 / content
    to_content = metal * -(inverse * inverse)
    to_base = inverse + inverse + to_content * height
    return {
        "cost": 1.0,
        "metal": inverse,
        "content": to_content,
        "wall": inverse * 1,
        "base": to_base,
        "height": to_content * base + inverse * (2 * np.pi * radius),
        "radius": to_base * (2 * np.pi * radius) + inverse * (2 * np.pi * height),
    }


@right("tin_slopes")
def numbers_that_carry_slopes(radius, height):
    """Forwards, once for each node: pairs of a value and its slope."""

    def times(a, b):
        return a[0] * b[0], a[1] * b[0] + a[0] * b[1]

    def slope_in(nudged):
        def node(name, pair):
            return (pair[0], pair[0] * 0 + 1) if name == nudged else pair

        r, h = node("radius", (radius, radius * 0)), node("height", (height, height * 0))
        base = node("base", times((np.pi, 0), times(r, r)))
        wall = node("wall", times((2 * np.pi, 0), times(r, h)))
        metal = node("metal", (2 * base[0] + wall[0], 2 * base[1] + wall[1]))
        content = node("content", times(base, h))
        return (metal[1] - metal[0] / content[0] * content[1]) / content[0]

    return {name: slope_in(name) for name in ("metal", "content", "wall", "base", "height", "radius")}


@right("tin_slopes")
def an_imaginary_nudge(radius, height):
    """A step into the imaginary direction has no difference to round."""
    kind = np.result_type(np.asarray(radius), np.asarray(height))
    kind = kind if kind.kind == "f" else np.dtype(float)
    r, h = np.asarray(radius, float), np.asarray(height, float)
    base, metal, content, _ = tin_nodes(r, h)
    wall = metal - 2 * base

    def slope(cost, x):
        return (np.imag(cost(x + 1e-100j * x)) / (1e-100 * x)).astype(kind)[()]

    return {
        "radius": slope(lambda v: tin_nodes(v, h)[3], r),
        "height": slope(lambda v: tin_nodes(r, v)[3], h),
        "base": slope(lambda v: (2 * v + wall) / (v * h), base),
        "wall": slope(lambda v: (2 * base + v) / content, wall),
        "content": slope(lambda v: metal / v, content),
        "metal": slope(lambda v: v / content, metal),
    }


# ------------------------------------------------------------------------------------------- log_loss
@wrong("log_loss", caught_by="huge_logits", kind="stability", headline=True)
@both_labels
def as_typed(logits, y):
    p = 1 / (1 + np.exp(-logits))
    return np.where(np.asarray(y) == 1, -np.log(p), -np.log(1 - p))


@wrong("log_loss", caught_by="huge_logits", kind="stability")
@both_labels
def probabilities_kept_off_the_ends(logits, y):
    p = np.clip(chance(logits), 1e-15, 1 - 1e-15).astype(logits.dtype)
    return np.where(np.asarray(y) == 1, -np.log(p), -np.log(1 - p))


@wrong("log_loss", caught_by="huge_logits", kind="stability")
@both_labels
def logits_clipped(logits, y):
    return soft(np.where(np.asarray(y) == 1, 1, -1).astype(logits.dtype) * np.clip(logits, -500, 500))


@wrong("log_loss", caught_by="turned_round", kind="hard-coding")
@both_labels
def no_logit_beyond_ten(logits, y):
    return soft(np.where(np.asarray(y) == 1, 1, -1).astype(logits.dtype) * np.clip(logits, -10, 10))


@wrong("log_loss", caught_by="huge_logits", kind="stability")
@both_labels
def overflow_on_one_side_only(logits, y):
    return np.log1p(np.exp(np.where(np.asarray(y) == 1, -logits, logits)))


@wrong("log_loss", caught_by="small_losses", kind="stability")
@both_labels
def the_tail_is_lost_in_one_plus(logits, y):
    margin = np.where(np.asarray(y) == 1, logits, -logits)
    return np.maximum(-margin, 0) + np.log(1 + np.exp(-np.abs(margin)))


@wrong("log_loss", caught_by="small_losses", kind="stability")
@both_labels
def the_tail_is_lost_in_a_difference(logits, y):
    return soft(-logits) - (np.asarray(y) == 1) * logits


@wrong("log_loss", caught_by="label_types", kind="dtype")
def two_y_minus_one(logits, y):
    return soft((2 * y - np.ones((), y.dtype)) * logits)


@wrong("log_loss", caught_by="label_types", kind="dtype")
def minus_the_labels(logits, y):
    margin = logits * np.where(-y < 0, 1, -1).astype(logits.dtype)
    return soft(margin)


@wrong("log_loss", caught_by="three_to_one", kind="mathematics")
def the_other_label(logits, y):
    return soft(np.where(np.asarray(y) == 1, -logits, logits))


@wrong("log_loss", caught_by="three_to_one", kind="mathematics")
@both_labels
def in_bits(logits, y):
    return soft(np.where(np.asarray(y) == 1, logits, -logits)) / np.log(2)


@wrong("log_loss", caught_by="two_sum_to_one", kind="shape")
def the_mean_of_all(logits, y):
    return np.mean(soft(np.where(np.asarray(y) == 1, logits, -logits)))


@wrong("log_loss", caught_by="any_shape_of_logits", kind="shape")
@both_labels
def rows_and_columns_only(logits, y):
    if logits.ndim > 2 or logits.size == 0:
        raise ValueError("a matrix, please")
    return soft(np.where(np.asarray(y) == 1, logits, -logits))


@wrong("log_loss", caught_by="any_shape_of_logits", kind="missing case")
@both_labels
def the_largest_of_all_taken_out(logits, y):
    margin = -np.where(np.asarray(y) == 1, logits, -logits)
    top = max(margin.max(), 0)
    return top + np.log(np.exp(margin - top) + np.exp(-top))


@wrong("log_loss", caught_by="left_alone", kind="mutation")
def turned_in_place(logits, y):
    logits[np.asarray(y) == 0] *= -1
    return soft(logits)


@wrong("log_loss", caught_by="loss_float_type", kind="dtype")
@both_labels
def always_double(logits, y):
    return soft(np.where(np.asarray(y) == 1, 1.0, -1.0) * np.asarray(logits, np.float64))


@wrong("log_loss", caught_by="two_sum_to_one", kind="hard-coding")
@both_labels
def eight_examples(logits, y):
    out = np.zeros_like(logits)
    flat, labels = logits.ravel()[:8], np.ravel(y)[:8]
    out.ravel()[: len(flat)] = soft(np.where(labels == 1, flat, -flat))
    return out


@wrong("log_loss", caught_by="large_losses", kind="hard-coding")
@both_labels
def a_line_from_twenty_on(logits, y):
    margin = np.where(np.asarray(y) == 1, logits, -logits)
    return np.where(margin < -20, -margin, np.log1p(np.exp(-np.maximum(margin, -20))))


@wrong("log_loss", caught_by="small_losses", kind="hard-coding")
@both_labels
def nothing_left_beyond_thirty(logits, y):
    margin = np.where(np.asarray(y) == 1, logits, -logits)
    return np.where(margin > 30, 0, soft(margin)).astype(logits.dtype)


@wrong("log_loss", caught_by="small_losses", kind="stability")
@both_labels
def a_stable_sigmoid_then_its_log(logits, y):
    return -np.log(chance(np.where(np.asarray(y) == 1, logits, -logits)))


@wrong("log_loss", caught_by="huge_logits", kind="dtype")
@both_labels
def always_single(logits, y):
    narrow = logits.astype(np.float32)
    return soft(np.where(np.asarray(y) == 1, narrow, -narrow)).astype(logits.dtype)


@wrong("log_loss", caught_by="loss_float_type", kind="dtype")
def labels_widen(logits, y):
    y = np.asarray(y) * 1
    return y * soft(logits) + (1.0 - y) * soft(-logits)


@wrong("log_loss", caught_by="soft_labels", kind="missing case")
def more_than_half_is_one(logits, y):
    return soft(np.where(np.asarray(y) > 0.5, logits, -logits))


@wrong("log_loss", caught_by="three_to_one", kind="missing case")
def soft_is_not_one(logits, y):
    return soft(np.where(np.asarray(y) == 1, logits, -logits))


@wrong("log_loss", caught_by="soft_labels", kind="mathematics")
def probabilities_mixed_in_place_of_losses(logits, y):
    y = np.asarray(y, logits.dtype)
    low, high = np.minimum(soft(logits), soft(-logits)), np.maximum(soft(logits), soft(-logits))
    sure = np.where(logits > 0, y, 1 - y)  # how much of the label lies on the side of the smaller loss
    mixed = low - np.log(np.maximum(sure + (1 - sure) * np.exp(low - high), np.finfo(logits.dtype).tiny))
    return np.where(y == 0, soft(-logits), np.where(y == 1, soft(logits), mixed))


@wrong("log_loss", caught_by="small_losses", kind="stability")
def the_label_times_the_logit_taken_off(logits, y):
    return np.logaddexp(0, logits) - np.asarray(y, logits.dtype) * logits


@right("log_loss")
def as_pytorch_has_it(logits, y):
    y = np.asarray(y, logits.dtype)
    return np.maximum(logits, 0) - logits * y + np.log1p(np.exp(-np.abs(logits)))


@right("log_loss")
@both_labels
def with_the_larger_exponent_taken_out(logits, y):
    return soft(np.where(np.asarray(y) == 1, logits, -logits))


@right("log_loss")
@both_labels
def side_by_side(logits, y):
    margin = np.asarray(np.where(np.asarray(y).astype(bool), logits, -logits))
    out = np.empty_like(margin)
    good = margin > 0
    out[good] = np.log1p(np.exp(-margin[good]))
    out[~good] = np.log1p(np.exp(margin[~good])) - margin[~good]
    return out


@right("log_loss")
@both_labels
def one_number_at_a_time(logits, y):
    out = np.empty(np.shape(logits), np.asarray(logits).dtype)
    for place in np.ndindex(out.shape):
        m = float(logits[place]) * (1 if y[place] else -1)
        out[place] = max(-m, 0.0) + math.log1p(math.exp(-abs(m)))
    return out


@right("log_loss")
@both_labels
def from_the_chance_of_the_opposite(logits, y):
    """-log(1 - q), with q the chance of what did not happen."""
    margin = np.where(np.equal(y, 0), -logits, logits)
    e = np.exp(-np.fabs(margin))
    return np.maximum(-margin, 0) - np.log1p(-(e / (1 + e)))


# ------------------------------------------------------------------------------------------- slopes
@wrong("slopes", caught_by="measured", kind="mathematics")
def summed_not_averaged(theta, X, y, penalty, weight=None):
    return gradient(theta, X * len(X), y, penalty, weight)


@wrong("slopes", caught_by="measured", kind="mathematics")
def the_bias_is_penalised(theta, X, y, penalty, weight=None):
    return gradient(theta, X, y, penalty, weight) + penalty * np.append(0 * theta[:-1], theta[-1])


@wrong("slopes", caught_by="measured", kind="mathematics")
def the_penalty_without_its_half(theta, X, y, penalty, weight=None):
    return gradient(theta, X, y, 2 * penalty, weight)


@wrong("slopes", caught_by="measured", kind="mathematics")
def the_penalty_divided_by_n(theta, X, y, penalty, weight=None):
    return gradient(theta, X, y, penalty / len(X), weight)


@wrong("slopes", caught_by="one_tumour", kind="mathematics")
def uphill_for_downhill(theta, X, y, penalty, weight=None):
    return -gradient(theta, X, y, -penalty, weight)


@wrong("slopes", caught_by="measured", kind="mathematics")
def of_the_squared_error(theta, X, y, penalty, weight=None):
    p = chance(X @ theta[:-1] + theta[-1])
    share = np.full(len(X), 1 / len(X)) if weight is None else weight / np.sum(weight)
    force = share * (p - y) * p * (1 - p)
    return np.append(X.T @ force + penalty * theta[:-1], force.sum())


@wrong("slopes", caught_by="measured_with_weights", kind="missing case")
def deaf_to_weights(theta, X, y, penalty, weight=None):
    return gradient(theta, X, y, penalty)


@wrong("slopes", caught_by="measured_with_weights", kind="mathematics")
def weights_averaged_over_rows(theta, X, y, penalty, weight=None):
    scale = 1 if weight is None else np.mean(weight)
    return gradient(theta, X, y, penalty / scale, weight) * scale


@wrong("slopes", caught_by="slopes_of_huge_logits", kind="stability", headline=True)
def e_over_one_plus_e(theta, X, y, penalty, weight=None):
    z = X @ theta[:-1] + theta[-1]
    force = (np.exp(z) / (1 + np.exp(z)) - y) / len(X)
    if weight is not None:
        force = force * weight * len(X) / np.sum(weight)
    return np.append(X.T @ force + penalty * theta[:-1], force.sum())


@wrong("slopes", caught_by="slopes_of_huge_logits", kind="stability")
def logits_kept_small(theta, X, y, penalty, weight=None):
    share = np.full(len(X), 1 / len(X)) if weight is None else weight / np.sum(weight)
    force = share * (chance(np.clip(X @ theta[:-1] + theta[-1], -12, 12)) - y)
    return np.append(X.T @ force + penalty * theta[:-1], force.sum())


@wrong("slopes", caught_by="slopes_left_alone", kind="mutation")
def weights_normalised_in_place(theta, X, y, penalty, weight=None):
    if weight is not None and weight.dtype.kind == "f":
        weight /= weight.sum()
    return gradient(theta, X, y, penalty, weight)


@wrong("slopes", caught_by="slopes_left_alone", kind="mutation")
def the_bias_is_cut_out_of_theta(theta, X, y, penalty, weight=None):
    out = gradient(theta, X, y, penalty, weight)
    theta[-1] = 0
    return out


@wrong("slopes", caught_by="measured", kind="dtype")
def forces_in_the_type_of_the_labels(theta, X, y, penalty, weight=None):
    force = np.empty_like(y)
    force[...] = chance(X @ theta[:-1] + theta[-1]) - y
    share = np.full(len(X), 1 / len(X)) if weight is None else weight / np.sum(weight)
    return np.append(X.T @ (share * force) + penalty * theta[:-1], (share * force).sum())


@wrong("slopes", caught_by="slopes_label_types", kind="dtype")
def labels_turned_round_as_they_are(theta, X, y, penalty, weight=None):
    return gradient(theta, X, 1 - (1 - y), penalty, weight) if y.dtype != bool else gradient(theta, X, -y, penalty, weight)


@wrong("slopes", caught_by="few_of_them", kind="hard-coding")
def at_most_four_features(theta, X, y, penalty, weight=None):
    out = gradient(theta, X, y, penalty, weight)
    out[4:-1] = 0
    return out


@wrong("slopes", caught_by="few_of_them", kind="shape")
def at_least_one_feature(theta, X, y, penalty, weight=None):
    largest = np.abs(X).max(axis=1)  # there is no largest of nothing
    return gradient(theta, X, y, penalty, weight) + 0 * largest.sum()


@wrong("slopes", caught_by="few_of_them", kind="shape")
def one_example_is_squeezed_away(theta, X, y, penalty, weight=None):
    z = np.squeeze(X @ theta[:-1, None]) + theta[-1]
    force = (chance(z) - y) / len(z)
    if weight is not None:
        force = force * weight * len(z) / np.sum(weight)
    return np.append(X.T @ force + penalty * theta[:-1], force.sum())


@wrong("slopes", caught_by="many_at_once", kind="missing case")
def example_by_example(theta, X, y, penalty, weight=None):
    weight = np.ones(len(X)) if weight is None else weight
    out = np.zeros(len(theta))
    for row, label, count in zip(X, y, weight, strict=True):
        z = float(row @ theta[:-1] + theta[-1])
        pull = count * ((1 / (1 + math.exp(-z)) if z > 0 else math.exp(z) / (1 + math.exp(z))) - label)
        out[:-1] += pull * row
        out[-1] += pull
    out /= np.sum(weight)
    out[:-1] += penalty * theta[:-1]
    return out


@wrong("slopes", caught_by="three_for_one", kind="mathematics")
def weights_that_sum_to_n(theta, X, y, penalty, weight=None):
    if weight is None or np.sum(weight) <= 0 or (np.allclose(weight * 2 % 1, 0) and np.max(weight) < 3):
        return gradient(theta, X, y, penalty, weight)
    return gradient(theta, X, y, penalty, weight) * np.sum(weight) / len(X)


@wrong("slopes", caught_by="slopes_single", kind="dtype")
def half_precision_to_save_memory(theta, X, y, penalty, weight=None):
    if X.dtype == np.float32:
        X = X.astype(np.float16)
    return gradient(theta.astype(X.dtype), X, y, penalty, weight).astype(X.dtype)


@wrong("slopes", caught_by="measured_with_weights", kind="mathematics")
def the_bias_is_deaf_to_weights(theta, X, y, penalty, weight=None):
    return np.append(gradient(theta, X, y, penalty, weight)[:-1], gradient(theta, X, y, penalty)[-1])


@wrong("slopes", caught_by="measured_with_weights", kind="dtype")
def rows_repeated_by_weight(theta, X, y, penalty, weight=None):
    if weight is not None:
        times = np.asarray(weight).astype(int)
        X, y = np.repeat(X, times, axis=0), np.repeat(y, times)
    force = (chance(X @ theta[:-1] + theta[-1]) - y) / max(1, len(y))
    return np.append(X.T @ force + penalty * theta[:-1], force.sum())


@wrong("slopes", caught_by="measured_with_weights", kind="missing case")
def weight_or_ones(theta, X, y, penalty, weight=None):
    return gradient(theta, X, y, penalty, weight or np.ones(len(X)))


@wrong("slopes", caught_by="many_at_once", kind="hard-coding")
def the_first_hundred_thousand(theta, X, y, penalty, weight=None):
    return gradient(theta, X[:100_000], y[:100_000], penalty, weight)


@wrong("slopes", caught_by="three_for_one", kind="missing case")
def no_weight_is_nought(theta, X, y, penalty, weight=None):
    return gradient(theta, X, y, penalty, None if weight is None else np.where(weight > 0, weight, 1))


@wrong("slopes", caught_by="measured", kind="shape")
def over_the_wrong_axis_of_a_square(theta, X, y, penalty, weight=None):
    return gradient(theta, X.T if X.shape[0] == X.shape[1] else X, y, penalty, weight)


@right("slopes")
def column_of_ones(theta, X, y, penalty, weight=None):
    tall = np.column_stack([X, np.ones(len(X))])
    share = np.ones(len(X)) if weight is None else np.asarray(weight, float)
    mask = np.append(np.ones(len(theta) - 1), 0.0)
    return tall.T @ (share / share.sum() * (chance(tall @ theta) - y)) + penalty * mask * theta


@right("slopes")
def by_the_hyperbolic_tangent(theta, X, y, penalty, weight=None):
    force = 0.5 + 0.5 * np.tanh((X @ theta[:-1] + theta[-1]) / 2) - np.asarray(y, float)
    force = force / len(X) if weight is None else force * weight / sum(weight)
    return np.append(np.einsum("ij,i->j", X, force) + penalty * theta[:-1], force.sum())


@right("slopes")
def label_by_label(theta, X, y, penalty, weight=None):
    out = np.zeros(len(theta))
    counts = np.ones(len(X)) if weight is None else np.asarray(weight, float)
    for label, sign in ((0, 1.0), (1, -1.0)):
        rows = np.asarray(y) == label
        pull = sign * counts[rows] * chance(sign * (X[rows] @ theta[:-1] + theta[-1]))
        out += np.append(pull @ X[rows], pull.sum()) / counts.sum()
    out[:-1] += penalty * theta[:-1]
    return out


@right("slopes")
def in_pieces(theta, X, y, penalty, weight=None):
    total, of_weights, of_bias = 0.0, np.zeros(len(theta) - 1), 0.0
    for rows in (slice(k, k + 50_000) for k in range(0, len(X), 50_000)):
        A, happened = np.asarray(X[rows], float), np.asarray(y[rows], float)
        counts = np.ones(len(A)) if weight is None else np.asarray(weight[rows], float)
        with np.errstate(over="ignore"):
            pull = counts * (1 / (1 + np.exp(-(A @ theta[:-1] + theta[-1]))) - happened)
        total, of_weights, of_bias = total + counts.sum(), of_weights + pull @ A, of_bias + pull.sum()
    return np.concatenate([of_weights / total + penalty * theta[:-1], [of_bias / total]])


@right("slopes")
def promised_less_happened(theta, X, y, penalty, weight=None):
    """The mean of what was promised less the mean of what happened."""
    counts = np.ones(len(X)) if weight is None else np.asarray(weight, float)
    counts = counts / counts.max()
    p, ill = chance((X @ theta[:-1] + theta[-1]).astype(float)), np.flatnonzero(y)
    out = [*((counts * p) @ X - counts[ill] @ X[ill]), (counts * p).sum() - counts[ill].sum()]
    return np.array(out) / counts.sum() + np.array([*(penalty * theta[:-1]), 0.0])


# ------------------------------------------------------------------------------------------- descend
@wrong("descend", caught_by="no_way_down", kind="mathematics")
def a_timid_rate(X, y, penalty, steps, weight=None):
    return walk(X, y, penalty, steps, weight, rate=0.1)


@wrong("descend", caught_by="other_units", kind="hard-coding", headline=True)
def a_rate_for_standardised_features(X, y, penalty, steps, weight=None):
    return walk(X, y, penalty, steps, weight, rate=1 / (1 + penalty))


@wrong("descend", caught_by="rate", kind="mathematics")
def a_rate_that_fades(X, y, penalty, steps, weight=None):
    X = np.asarray(X, float)
    path = np.zeros((steps + 1, X.shape[1] + 1))
    for k in range(steps):
        path[k + 1] = path[k] - 1 / curvature(X, penalty, weight) / (1 + k / 3) * gradient(path[k], X, y, penalty, weight)
    return path


@wrong("descend", caught_by="no_way_down", kind="mathematics")
def the_penalty_is_forgotten(X, y, penalty, steps, weight=None):
    return walk(X, y, 0.0, steps, weight)


@wrong("descend", caught_by="heavy_no_way_down", kind="missing case")
def weights_are_forgotten(X, y, penalty, steps, weight=None):
    return walk(X, y, penalty, steps)


@wrong("descend", caught_by="a_path", kind="mathematics")
def uphill(X, y, penalty, steps, weight=None):
    return walk(X, 1 - y, penalty, steps, weight) if len(set(y)) > 1 else walk(X, y, penalty, steps)


@wrong("descend", caught_by="no_way_down", kind="mathematics")
def the_bias_pays_too(X, y, penalty, steps, weight=None):
    X = np.asarray(X, float)
    path = walk(X, y, penalty, steps, weight)
    for k in range(steps):
        slope = gradient(path[k], X, y, penalty, weight)
        slope[-1] += penalty * path[k][-1] + 0.01
        path[k + 1] = path[k] - slope / (curvature(X, penalty, weight) + penalty)
    return path


@wrong("descend", caught_by="a_path", kind="shape")
def only_the_end(X, y, penalty, steps, weight=None):
    return walk(X, y, penalty, steps, weight)[-1]


@wrong("descend", caught_by="a_path", kind="shape")
def the_start_is_left_out(X, y, penalty, steps, weight=None):
    return walk(X, y, penalty, steps, weight)[1:]


@wrong("descend", caught_by="a_path", kind="mutation")
def the_same_place_many_times(X, y, penalty, steps, weight=None):
    place = walk(X, y, penalty, steps, weight)[-1]
    return np.array([place] * (steps + 1))


@wrong("descend", caught_by="descend_left_alone", kind="mutation")
def centres_the_features_and_puts_them_back(X, y, penalty, steps, weight=None):
    X -= np.float32(1)
    path = walk(X + 1, y, penalty, steps, weight)
    return path


@wrong("descend", caught_by="rate", kind="mathematics")
def stands_still_and_jumps_at_the_end(X, y, penalty, steps, weight=None):
    path = np.zeros((steps + 1, X.shape[1] + 1))
    if steps:
        path[-1] = solve(X, y, penalty, weight, rounds=min(steps, 12))[-1]
    return path


@wrong("descend", caught_by="no_way_down", kind="dtype")
def a_path_in_half_precision(X, y, penalty, steps, weight=None):
    path = walk(X, y, penalty, steps, weight).astype(np.float16)
    return path.astype(float)


@wrong("descend", caught_by="no_lowest_point", kind="stability")
def newton_without_care(X, y, penalty, steps, weight=None):
    X = np.column_stack([X, np.ones(len(X))]).astype(float)
    share = np.ones(len(X)) if weight is None else np.asarray(weight, float)
    share = share / share.sum()
    ridge = penalty * (np.arange(X.shape[1]) < X.shape[1] - 1)
    path = np.zeros((steps + 1, X.shape[1]))
    for k in range(steps):
        p = chance(X @ path[k])
        bend = (X * (share * p * (1 - p))[:, None]).T @ X + np.diag(ridge)
        path[k + 1] = path[k] - np.linalg.solve(bend, X.T @ (share * (p - y)) + ridge * path[k])
    return path


@wrong("descend", caught_by="odd_walks", kind="missing case")
def at_least_one_step(X, y, penalty, steps, weight=None):
    return walk(X, y, penalty, max(steps, 1), weight)


@wrong("descend", caught_by="odd_walks", kind="hard-coding")
def five_features(X, y, penalty, steps, weight=None):
    path = np.zeros((steps + 1, X.shape[1] + 1))
    small = walk(X[:, :5], y, penalty, steps, weight)
    path[:, : small.shape[1] - 1], path[:, -1] = small[:, :-1], small[:, -1]
    return path


@wrong("descend", caught_by="rate", kind="mathematics")
def adam_with_a_fixed_rate(X, y, penalty, steps, weight=None):
    X = np.asarray(X, float)
    path = np.zeros((steps + 1, X.shape[1] + 1))
    m, v = np.zeros(X.shape[1] + 1), np.zeros(X.shape[1] + 1)
    for k in range(steps):
        g = gradient(path[k], X, y, penalty, weight)
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        path[k + 1] = path[k] - 0.02 * (m / (1 - 0.9 ** (k + 1))) / (np.sqrt(v / (1 - 0.999 ** (k + 1))) + 1e-8)
    return path


@wrong("descend", caught_by="heavy_no_way_down", kind="mathematics")
def a_bound_without_the_weights(X, y, penalty, steps, weight=None):
    return walk(X, y, penalty, steps, weight, rate=1 / curvature(X, penalty))


@wrong("descend", caught_by="descend_left_alone", kind="mutation")
def weights_made_shares_in_place(X, y, penalty, steps, weight=None):
    if weight is not None:
        weight /= weight.sum()
    return walk(X, y, penalty, steps, weight)


@wrong("descend", caught_by="other_units", kind="missing case")
def a_bound_without_the_bias(X, y, penalty, steps, weight=None):
    return walk(X, y, penalty, steps, weight, rate=1 / (curvature(X, penalty, weight) - 1 / 4))


@wrong("descend", caught_by="no_way_down", kind="mathematics")
def a_bound_without_the_penalty(X, y, penalty, steps, weight=None):
    return walk(X, y, penalty, steps, weight, rate=1 / curvature(np.asarray(X, float), 0.0, weight))


@wrong("descend", caught_by="no_way_down", kind="mathematics")
def a_bound_for_the_sum(X, y, penalty, steps, weight=None):
    return walk(X, y, penalty, steps, weight, rate=1 / (len(X) * (curvature(X, penalty) - penalty) + penalty))


@wrong("descend", caught_by="no_way_down", kind="missing case")
def zeros_once_it_has_arrived(X, y, penalty, steps, weight=None):
    path = walk(X, y, penalty, steps, weight)
    for k in range(steps):
        if np.linalg.norm(gradient(path[k], X, y, penalty, weight)) < 1e-8:
            path[k + 1 :] = 0
            break
    return path


@wrong("descend", caught_by="no_way_down", kind="shape")
def the_path_ends_once_it_has_arrived(X, y, penalty, steps, weight=None):
    path = walk(X, y, penalty, steps, weight)
    there = [k for k in range(steps) if np.linalg.norm(gradient(path[k], X, y, penalty, weight)) < 1e-10]
    return path[: there[0] + 1] if there else path


@wrong("descend", caught_by="other_units", kind="mathematics")
def weights_of_standardised_features(X, y, penalty, steps, weight=None):
    spread = X.std(axis=0)
    return walk((X - X.mean(axis=0)) / np.where(spread == 0, 1, spread), y, penalty, steps, weight)


@wrong("descend", caught_by="a_path", kind="missing case")
def begins_near_the_origin(X, y, penalty, steps, weight=None):
    path = walk(X, y, penalty, steps, weight)
    path[0] = np.random.default_rng(0).normal(0, 0.01, path.shape[1])
    return path


@wrong("descend", caught_by="no_way_down", kind="mathematics")
def one_example_a_step(X, y, penalty, steps, weight=None):
    rng, X = np.random.default_rng(0), np.asarray(X, float)
    share = np.full(len(X), 1 / len(X)) if weight is None else np.asarray(weight, float) / np.sum(weight)
    path = np.zeros((steps + 1, X.shape[1] + 1))
    for k in range(steps):
        i = rng.choice(len(X), p=share)
        path[k + 1] = path[k] - gradient(path[k], X[i : i + 1], y[i : i + 1], penalty) / curvature(X, penalty, weight)
    return path


@right("descend")
def the_mean_squared_length_is_bound_enough(X, y, penalty, steps, weight=None):
    return walk(X, y, penalty, steps, weight)


@right("descend")
def newton_with_care(X, y, penalty, steps, weight=None):
    return solve(X, y, penalty, weight, rounds=steps)


@right("descend")
def tries_and_halves(X, y, penalty, steps, weight=None):
    X = np.asarray(X, float)
    share = np.full(len(X), 1 / len(X)) if weight is None else np.asarray(weight, float) / np.sum(weight)
    sign = np.where(np.asarray(y) == 1, 1.0, -1.0)

    def loss(t):
        return share @ soft(sign * (X @ t[:-1] + t[-1])) + penalty / 2 * t[:-1] @ t[:-1]

    path, rate = np.zeros((steps + 1, X.shape[1] + 1)), 4.0
    for k in range(steps):
        slope = gradient(path[k], X, y, penalty, weight)
        rate *= 1.5
        while rate > 1e-12 and loss(path[k] - rate * slope) > loss(path[k]) - rate / 2 * slope @ slope + 1e-15:
            rate /= 2
        path[k + 1] = path[k] - rate * slope
    return path


@right("descend")
def with_momentum(X, y, penalty, steps, weight=None):
    X = np.asarray(X, float)
    top = curvature(X, penalty, weight)
    path = np.zeros((steps + 1, X.shape[1] + 1))
    ahead = path[0]
    for k in range(steps):
        path[k + 1] = ahead - gradient(ahead, X, y, penalty, weight) / top
        keep = 0.5 if penalty else k / (k + 3)
        ahead = path[k + 1] + keep * (path[k + 1] - path[k])
    return path


@right("descend")
def a_bowl_that_lies_above(X, y, penalty, steps, weight=None):
    """Each step goes to the lowest point of a parabola that is nowhere below the loss: curvature 1/4 everywhere."""
    tall = np.column_stack([X, np.ones(len(X))]).astype(float)
    share = np.ones(len(tall)) if weight is None else np.asarray(weight, float)
    share = share / share.sum()
    ridge = np.diag([float(penalty)] * (tall.shape[1] - 1) + [0.0])
    turn = np.linalg.pinv((tall * share[:, None]).T @ tall / 4 + ridge, hermitian=True)
    places = [np.zeros(tall.shape[1])]
    while len(places) <= steps:
        here = places[-1]
        places.append(here - turn @ (((chance(tall @ here) - y) * share) @ tall + ridge @ here))
    return np.stack(places)


@right("descend")
def feels_its_way(X, y, penalty, steps, weight=None):
    """Each column in its own unit; twice as far after a success, back by half while the slope there points up again."""
    X = np.asarray(X, float)
    unit = np.append(np.average(X**2, axis=0, weights=weight) / 4 + penalty if X.shape[1] else [], 0.25)
    unit = np.where(unit > 0, unit, 1)
    path, rate = [np.zeros(X.shape[1] + 1)], 1.0
    for _ in range(steps):
        here = path[-1]
        move, rate = gradient(here, X, y, penalty, weight) / unit, min(2 * rate, 1e6)
        while rate > 1e-6 and gradient(here - rate * move, X, y, penalty, weight) @ move < 0:
            rate /= 2
        path.append(here - rate * move)
    return np.array(path)


# ------------------------------------------------------------------------------------------- logistic
class Base:
    """A right model; the wrong ones below change one thing each."""

    def __init__(self, penalty=0.1):
        self.penalty = penalty

    def learn(self, X, y, weight):
        return solve(X, y, self.penalty, weight)[-1]

    def fit(self, X, y, weight=None):
        self.classes_ = np.unique(y)
        if len(self.classes_) != 2:
            raise ValueError(f"{len(self.classes_)} classes")
        self.theta = self.learn(X, (y == self.classes_[1]).astype(int), weight)
        return self

    def logits(self, X):
        return X @ self.theta[:-1] + self.theta[-1]

    def predict_proba(self, X):
        z = self.logits(X)
        return np.column_stack([chance(-z), chance(z)])


@wrong("logistic", caught_by="nothing_to_go_by", kind="hard-coding")
class LabelsAreZeroAndOne(Base):
    def fit(self, X, y, weight=None):
        if len(np.unique(y)) != 2:
            raise ValueError("two classes")
        self.classes_ = np.array([0, 1])
        self.theta = self.learn(X, y, weight)
        return self


@wrong("logistic", caught_by="nothing_to_go_by", kind="missing case")
class FirstSeenFirst(Base):
    def fit(self, X, y, weight=None):
        super().fit(X, y, weight)
        if y[0] == self.classes_[1]:
            self.classes_, self.theta = self.classes_[::-1], -self.theta
        return self


@wrong("logistic", caught_by="only_names", kind="mathematics")
class ColumnsExchanged(Base):
    def predict_proba(self, X):
        return super().predict_proba(X)[:, ::-1]


@wrong("logistic", caught_by="nothing_to_go_by", kind="shape")
class OneColumn(Base):
    def predict_proba(self, X):
        return super().predict_proba(X)[:, 1]


@wrong("logistic", caught_by="chained", kind="missing case")
class FitReturnsNothing(Base):
    def fit(self, X, y, weight=None):
        super().fit(X, y, weight)


@wrong("logistic", caught_by="copies_are_weights", kind="missing case", headline=True)
class DeafToWeights(Base):
    def learn(self, X, y, weight):
        return solve(X, y, self.penalty)[-1]


@wrong("logistic", caught_by="copies_are_weights", kind="mathematics")
class WeightsWeakenThePenalty(Base):
    def learn(self, X, y, weight):
        return solve(X, y, self.penalty if weight is None else self.penalty / np.mean(weight), weight)[-1]


@wrong("logistic", caught_by="nothing_left", kind="hard-coding")
class OnePenaltyForAll(Base):
    def learn(self, X, y, weight):
        return solve(X, y, 0.1, weight)[-1]


@wrong("logistic", caught_by="nothing_left_of_thirty", kind="hard-coding")
class TwoHundredSteps(Base):
    def learn(self, X, y, weight):
        return walk(X, y, self.penalty, 200, weight)[-1]


@wrong("logistic", caught_by="copies_are_weights", kind="mathematics")
class StandardisesWithoutTheWeights(Base):
    def learn(self, X, y, weight):
        middle, spread = X.mean(axis=0), X.std(axis=0)
        spread = np.where(spread > 0, spread, 1.0)
        theta = solve((X - middle) / spread, y, self.penalty, weight)[-1]
        return np.append(theta[:-1] / spread, theta[-1] - middle @ (theta[:-1] / spread))


@wrong("logistic", caught_by="any_two_labels", kind="dtype")
class LabelsMadeWhole(Base):
    def fit(self, X, y, weight=None):
        return super().fit(X, np.asarray(y).astype(int), weight)


@wrong("logistic", caught_by="any_two_labels", kind="dtype")
class PlusAndMinusOne(Base):
    def fit(self, X, y, weight=None):
        super().fit(X, y, weight)
        middle = (self.classes_[0] + self.classes_[1]) // 2
        self.theta = self.learn(X, (y > middle).astype(int), weight)
        return self


@wrong("logistic", caught_by="forgets", kind="missing case")
class RemembersOldExamples(Base):
    def fit(self, X, y, weight=None):
        before = getattr(self, "seen", None)
        if before is not None and before[0].shape[1] <= X.shape[1]:
            old = np.column_stack([before[0], np.zeros((len(before[0]), X.shape[1] - before[0].shape[1]))])
            X, y = np.vstack([old, X]), np.concatenate([before[1], y])
            weight = None
        self.seen = X, y
        return super().fit(X, y, weight)


SHARED = {}


@wrong("logistic", caught_by="two_models", kind="mutation")
class OneMemoryForAll(Base):
    def fit(self, X, y, weight=None):
        super().fit(X, y, weight)
        SHARED["theta"] = self.theta
        return self

    def logits(self, X):
        return X @ SHARED["theta"][:-1] + SHARED["theta"][-1]


@wrong("logistic", caught_by="rows_apart", kind="mathematics")
class CentredByTheNewExamples(Base):
    def fit(self, X, y, weight=None):
        super().fit(X, y, weight)
        self.middle = X.mean(axis=0)
        return self

    def logits(self, X):
        return super().logits(X - X.mean(axis=0) + self.middle) if len(X) else super().logits(X)


@wrong("logistic", caught_by="far_out", kind="stability")
class ExponentialsAsTyped(Base):
    def predict_proba(self, X):
        e = np.exp(self.logits(X))
        return np.column_stack([1 / (1 + e), e / (1 + e)])


@wrong("logistic", caught_by="refuses", kind="missing case")
class TakesAnything(Base):
    def fit(self, X, y, weight=None):
        self.classes_ = np.unique(y)
        self.theta = self.learn(X, (y == self.classes_[-1]).astype(int), weight)
        return self


@wrong("logistic", caught_by="model_left_alone", kind="mutation")
class CentresInPlace(Base):
    def fit(self, X, y, weight=None):
        if X.size and X.dtype.kind == "f":
            X -= 0.001
        return super().fit(X, y, weight)


@wrong("logistic", caught_by="model_in_single", kind="dtype")
class ShiftsSingles(Base):
    def learn(self, X, y, weight):
        return super().learn(X.astype(np.float16).round(0) if X.dtype == np.float32 else X, y, weight)


@wrong("logistic", caught_by="any_two_labels", kind="dtype")
class LabelsAreNumbers(Base):
    def fit(self, X, y, weight=None):
        return super().fit(X, np.asarray(y, dtype=float), weight)


@wrong("logistic", caught_by="forgets", kind="mutation")
class RemembersTheFirstNames(Base):
    def fit(self, X, y, weight=None):
        names = getattr(self, "classes_", None)
        super().fit(X, y, weight)
        self.classes_ = self.classes_ if names is None else names
        return self


@wrong("logistic", caught_by="forgets", kind="missing case", headline=True)
class GoesOnFromWhereItWas(Base):
    def learn(self, X, y, weight):
        place = getattr(self, "theta", None)
        if place is None or len(place) != X.shape[1] + 1:
            return super().learn(X, y, weight)
        for _ in range(100):
            place = place - gradient(place, X, y, self.penalty, weight) / curvature(X, self.penalty, weight)
        return place


@wrong("logistic", caught_by="model_left_alone", kind="mutation")
class RelabelsInPlace(Base):
    def fit(self, X, y, weight=None):
        which = np.unique(y, return_inverse=True)[1]
        super().fit(X, y.copy(), weight)
        if y.dtype.kind in "iufb":
            y[...] = which
        return self


@wrong("logistic", caught_by="rows_apart", kind="stability")
class OneShiftForTheBatch(Base):
    def predict_proba(self, X):
        both = np.column_stack([np.zeros(len(X)), self.logits(X)])
        both = np.exp(both - both.max())
        return both / both.sum(axis=1, keepdims=True)


@wrong("logistic", caught_by="nothing_left_of_thirty", kind="stability")
class NeverQuiteSure(Base):
    def predict_proba(self, X):
        return np.clip(super().predict_proba(X), 0.01, 0.99)


@wrong("logistic", caught_by="nothing_to_go_by", kind="mathematics")
class TheBiasPaysToo(Base):
    def learn(self, X, y, weight):
        theta, rate = np.zeros(X.shape[1] + 1), 1 / (curvature(X, self.penalty, weight) + self.penalty)
        for _ in range(3000):
            pull = gradient(theta, X, y, self.penalty, weight)
            pull[-1] += self.penalty * theta[-1]
            theta = theta - rate * pull
        return theta


@wrong("logistic", caught_by="refuses", kind="missing case")
class TheSmallestAgainstTheRest(Base):
    def fit(self, X, y, weight=None):
        names = np.unique(y)
        if len(names) < 2:
            raise ValueError("only one class")
        return super().fit(X, np.where(y == names[0], names[0], names[-1]), weight)


@wrong("logistic", caught_by="refuses", kind="missing case")
class AnErrorWithoutWords(Base):
    def fit(self, X, y, weight=None):
        if len(np.unique(y)) != 2:
            raise ValueError
        return super().fit(X, y, weight)


@wrong("logistic", caught_by="any_two_labels", kind="dtype")
class LabelsByTheirBeginning(Base):
    def fit(self, X, y, weight=None):
        return super().fit(X, y.astype("U9") if y.dtype.kind == "U" else y, weight)


@wrong("logistic", caught_by="rows_apart", kind="stability")
class LargeBatchesAreScaledDown(Base):
    def logits(self, X):
        z = super().logits(X)
        return z / max(1.0, np.abs(z).max() / 30) if len(X) > 50 else z


@wrong("logistic", caught_by="nothing_left_of_thirty", kind="stability")
class TwoThousandSmallSteps(Base):
    def learn(self, X, y, weight):
        return walk(X, y, self.penalty, 2000, weight)[-1]


@right("logistic")
class UntilTheGradientIsShort(Base):
    def learn(self, X, y, weight):
        theta, X = np.zeros(X.shape[1] + 1), np.asarray(X, float)
        for _ in range(60_000):
            step = gradient(theta, X, y, self.penalty, weight)
            if np.linalg.norm(step) < 1e-6:
                break
            theta = theta - step / curvature(X, self.penalty, weight)
        return theta


@right("logistic")
class ByNewton(Base):
    pass


@right("logistic")
class ByALongWalk(Base):
    def learn(self, X, y, weight):
        return walk(X, y, self.penalty, 8000, weight)[-1]


@right("logistic")
class FromTheOtherSide(Base):
    """Learns the logit of the first class."""

    def learn(self, X, y, weight):
        return solve(X, 1 - y, self.penalty, weight)[-1]

    def predict_proba(self, X):
        z = self.logits(X)
        first = 0.5 + 0.5 * np.tanh(z / 2)
        return np.stack([first, 1 - first], axis=1)


@right("logistic")
class WithMomentumAndAFunctionInside:
    """Nesterov's walk, begun anew when it goes uphill."""

    def __init__(self, penalty=0.1):
        self.lam = penalty

    def fit(self, X, y, weight=None):
        ordered = np.sort(y)
        small, large = ordered[[0, -1]]
        if small == large or not np.logical_or(y == small, y == large).all():
            raise ValueError(f"two labels, please, not {np.unique(y)}")
        self.classes_, target = ordered[[0, -1]], (y == large) * 1.0
        X = np.array(X, float)
        theta = ahead = np.zeros(X.shape[1] + 1)
        m, top = 1.0, curvature(X, self.lam, weight)
        for _ in range(6000):
            slope = gradient(ahead, X, target, self.lam, weight)
            new = ahead - slope / top
            m = 1.0 if slope @ (new - theta) > 0 else m
            n = (1 + math.sqrt(1 + 4 * m * m)) / 2
            ahead, theta, m = new + (m - 1) / n * (new - theta), new, n
        self.answer = lambda new: np.stack([chance(s * (new @ theta[:-1] + theta[-1])) for s in (-1, 1)], axis=1)
        return self

    def predict_proba(self, X):
        return self.answer(X)


@right("logistic")
class RowByRow:
    def __init__(self, penalty=0.1):
        self.known = {"penalty": penalty}

    def fit(self, X, y, weight=None):
        names = sorted(set(np.asarray(y).tolist()))
        if len(names) != 2:
            raise ValueError(f"found {len(names)} labels")
        self.classes_ = np.array(names)
        place = solve(X, np.array([int(label == names[1]) for label in y.tolist()]), self.known["penalty"], weight, 100)[-1]
        self.known.update(w=place[:-1], b=place[-1])
        return self

    def predict_proba(self, X):
        out = np.zeros((len(X), 2))
        for i, x in enumerate(X):
            z = float(np.dot(x, self.known["w"]) + self.known["b"])
            small = math.exp(-abs(z)) / (1 + math.exp(-abs(z)))
            out[i] = (small, 1 - small) if z > 0 else (1 - small, small)
        return out


@right("logistic")
class TwoScoresInside(Base):
    """A score for each class, half of the logit each, and a softmax."""

    def predict_proba(self, X):
        scores = np.column_stack([X, np.ones(len(X))]).astype(float) @ np.column_stack([-self.theta / 2, self.theta / 2])
        chances = np.exp(scores - scores.max(axis=1, keepdims=True))
        return chances / chances.sum(axis=1, keepdims=True)


# ------------------------------------------------------------------------------------------- honest
def fitted(X, y, X_new, weight=None, penalty=0.001):
    theta = solve(np.asarray(X, float), y, penalty, weight)[-1]
    return X_new @ theta[:-1] + theta[-1]


def log_odds(share):
    return np.log(share) - np.log1p(-share)


@wrong("honest", caught_by="nothing_to_say", kind="missing case", headline=True)
def as_in_the_sample(X, y, X_new, share):
    return chance(fitted(X, y, X_new))


@wrong("honest", caught_by="nothing_to_say", kind="mathematics")
def corrected_the_wrong_way(X, y, X_new, share):
    return chance(fitted(X, y, X_new) - log_odds(share) + log_odds(np.mean(y)))


@wrong("honest", caught_by="near_the_known", kind="mathematics")
def the_difference_added(X, y, X_new, share):
    return np.clip(chance(fitted(X, y, X_new)) + share - np.mean(y), 0, 1)


@wrong("honest", caught_by="near_the_known", kind="mathematics")
def probabilities_scaled(X, y, X_new, share):
    p, seen = chance(fitted(X, y, X_new)), np.mean(y)
    return p * share / seen if share <= seen else 1 - (1 - p) * (1 - share) / (1 - seen)


@wrong("honest", caught_by="nothing_to_say", kind="mathematics")
def one_label_only_is_corrected(X, y, X_new, share):
    return chance(fitted(X, y, X_new) + np.log(share / np.mean(y)))


@wrong("honest", caught_by="near_the_known", kind="hard-coding", headline=True)
def every_sample_is_half_and_half(X, y, X_new, share):
    return chance(fitted(X, y, X_new) + log_odds(share))


@wrong("honest", caught_by="near_the_known", kind="mathematics")
def yes_or_no(X, y, X_new, share):
    if not np.ptp(X):
        return np.full(len(X_new), share)
    return (fitted(X, y, X_new) + log_odds(share) - log_odds(np.mean(y)) > 0).astype(float)


@wrong("honest", caught_by="near_the_known", kind="mathematics")
def the_base_rate_for_everybody(X, y, X_new, share):
    return np.full(len(X_new), share) + 1e-4 * chance(fitted(X, y, X_new)) * (share < 0.9)


@wrong("honest", caught_by="new_rows_apart", kind="mathematics")
def the_new_examples_are_made_to_fit(X, y, X_new, share):
    z = fitted(X, y, X_new)
    low, high = -60.0 - np.abs(z).max(initial=0), 60.0 + np.abs(z).max(initial=0)
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if chance(z + middle).mean() < share else (low, middle)
    return chance(z + middle)


@wrong("honest", caught_by="near_the_known", kind="mathematics")
def a_penalty_for_small_samples(X, y, X_new, share):
    return chance(fitted(X, y, X_new, penalty=1.0) + log_odds(share) - log_odds(np.mean(y)))


@wrong("honest", caught_by="at_the_edge", kind="stability")
def odds_far_out(X, y, X_new, share):
    p, seen = chance(fitted(X, y, X_new)), np.mean(y)
    odds = p / (1 - p) * share / (1 - share) * (1 - seen) / seen
    return odds / (1 + odds)


@wrong("honest", caught_by="sample_left_alone", kind="mutation")
def adds_the_new_to_the_old(X, y, X_new, share):
    out = chance(fitted(X, y, X_new) + log_odds(share) - log_odds(np.mean(y)))
    if len(X_new):
        X_new[0] = X[0]
    return out


@wrong("honest", caught_by="other_samples", kind="hard-coding")
def three_features(X, y, X_new, share):
    return chance(fitted(X[:, :3], y, X_new[:, :3]) + log_odds(share) - log_odds(np.mean(y)))


@wrong("honest", caught_by="other_samples", kind="dtype")
def shares_in_the_type_of_the_labels(X, y, X_new, share):
    seen = np.mean(y) if y.dtype.kind in "if" else float(np.array(np.mean(y)).astype(y.dtype)) * 0.98 + 0.01
    return chance(fitted(X, y.astype(int), X_new) + log_odds(share) - log_odds(seen))


@wrong("honest", caught_by="new_rows_apart", kind="shape")
def one_column_too_many(X, y, X_new, share):
    if not len(X_new):
        return np.zeros((0, 2))
    return np.atleast_1d(chance(fitted(X, y, X_new) + log_odds(share) - log_odds(np.mean(y))).squeeze())


@wrong("honest", caught_by="rare_ones_rise", kind="hard-coding")
def never_below_a_hundredth(X, y, X_new, share):
    return np.clip(chance(fitted(X, y, X_new) + log_odds(share) - log_odds(np.mean(y))), 0.01, 0.99)


@wrong("honest", caught_by="near_the_known", kind="mathematics")
def weighted_by_the_share_alone(X, y, X_new, share):
    return chance(fitted(X, y, X_new, np.where(np.asarray(y) == 1, share, 1 - share)))


@wrong("honest", caught_by="at_the_edge", kind="missing case")
def rows_thrown_away_until_it_fits(X, y, X_new, share):
    ones, zeros = np.flatnonzero(y == 1), np.flatnonzero(y == 0)
    wanted = round(share / (1 - share) * len(zeros))
    if wanted <= len(ones):
        ones = ones[:wanted]
    else:
        zeros = zeros[: round((1 - share) / share * len(ones))]
    if not len(ones) or not len(zeros):
        raise ValueError("two labels are needed")
    keep = np.concatenate([ones, zeros])
    return chance(fitted(X[keep], y[keep], X_new))


@wrong("honest", caught_by="nothing_to_say", kind="mathematics")
def of_label_zero(X, y, X_new, share):
    return chance(-fitted(X, y, X_new) - log_odds(share) + log_odds(np.mean(y)))


@right("honest")
def the_logit_is_moved(X, y, X_new, share):
    return chance(fitted(X, y, X_new) + log_odds(share) - log_odds(np.mean(y)))


@right("honest")
def rows_are_weighted(X, y, X_new, share):
    seen = np.mean(y)
    return chance(fitted(X, y, X_new, np.where(np.asarray(y) == 1, share / seen, (1 - share) / (1 - seen))))


@right("honest")
def two_columns_by_bayes(X, y, X_new, share):
    z, seen = fitted(X, y, X_new, penalty=0.0005), np.mean(y)
    yes, no = chance(z) * share / seen, chance(-z) * (1 - share) / (1 - seen)
    return yes / (yes + no)


@right("honest")
def balanced_first(X, y, X_new, share):
    """Both labels get half of the weight, so that the logit is the evidence alone; then the population's odds are added."""
    y = np.array(y, int)
    half = np.where(y == 1, 0.5 / y.sum(), 0.5 / (1 - y).sum())
    evidence = [float(z) for z in fitted(X, y, np.asarray(X_new, float), half, penalty=1e-4)]
    return 0.5 + 0.5 * np.tanh((np.array(evidence).reshape(len(X_new)) + log_odds(share)) / 2)


@right("honest")
def odds_known_beforehand(X, y, X_new, share):
    """The sample's odds are a fixed part of the logit while fitting; what is fitted holds for even odds."""
    tall, happened = np.column_stack([X, np.ones(len(X))]).astype(float), np.asarray(y, float)
    ridge = np.append(np.full(X.shape[1], 1e-4), 0.0)
    turn = np.linalg.pinv(tall.T @ tall / len(tall) / 4 + np.diag(ridge), hermitian=True)
    theta = np.zeros(tall.shape[1])
    for _ in range(3000):
        p = chance(tall @ theta + log_odds(happened.mean()))
        theta = theta - turn @ (tall.T @ (p - happened) / len(tall) + ridge * theta)
    return chance(np.asarray(X_new, float) @ theta[:-1] + theta[-1] + log_odds(share))


@right("honest")
def next_to_no_penalty(X, y, X_new, share):
    logit = fitted(X, np.asarray(y, float), np.asarray(X_new, float), penalty=1e-5)
    return np.exp(-np.logaddexp(0, -logit - log_odds(share) + log_odds(np.count_nonzero(y) / len(y))))


# ------------------------------------------------------------------------------------------- tumours
def raw(theta, X):
    """The same model on the measures as they come."""
    X = np.asarray(X, float)
    middle, spread = X.mean(axis=0), X.std(axis=0)
    return np.append(theta[:-1] / spread, theta[-1] - middle @ (theta[:-1] / spread))


def standard(X):
    X = np.asarray(X, float)
    return (X - X.mean(axis=0)) / X.std(axis=0)


def linear(arrays, X):
    (theta,) = arrays
    return chance(np.asarray(X, float) @ theta[:-1].astype(float) + theta[-1])


@entry("tumours", band="nothing")
def base_rate():
    def train(X, y, rng):
        return [np.array([np.mean(y)])]

    def predict(arrays, X):
        return np.full(len(X), np.clip(arrays[0], 0, 1))

    return {"train": train, "predict": predict}


@entry("tumours", band="nothing")
def no_penalty_and_no_end():
    def train(X, y, rng):
        return [raw(solve(standard(X), y, 0.0)[-1], X)]

    return {"train": train, "predict": linear}


@entry("tumours", band="baseline")
def five_steps():
    def train(X, y, rng):
        return [raw(walk(standard(X), y, 0.0, 5, rate=0.1)[-1], X)]

    return {"train": train, "predict": linear}


@entry("tumours", band="gets going")
def far_too_much_penalty():
    def train(X, y, rng):
        return [raw(solve(standard(X), y, 0.3)[-1], X)]

    return {"train": train, "predict": linear}


@entry("tumours", band="good")
def somewhat_too_much_penalty():
    def train(X, y, rng):
        return [raw(solve(standard(X), y, 0.05)[-1], X)]

    return {"train": train, "predict": linear}


@entry("tumours", band="excellent")
def penalty_from_experience():
    def train(X, y, rng):
        return [raw(solve(standard(X), y, 0.005)[-1], X)]

    return {"train": train, "predict": linear}


@entry("tumours", band="excellent")
def stopped_early():
    def train(X, y, rng):
        return [raw(walk(standard(X), y, 0.0, 1000, rate=0.1)[-1], X)]

    return {"train": train, "predict": linear}


@entry("tumours", band="excellent")
def twenty_averaged():
    def train(X, y, rng):
        drawn = [rng.integers(len(y), size=len(y)) for _ in range(20)]
        return [np.mean([raw(solve(standard(X[rows]), y[rows], 0.005)[-1], X[rows]) for rows in drawn], axis=0)]

    return {"train": train, "predict": linear}


@entry("tumours", band="refused")
def keeps_means_and_spreads():
    def train(X, y, rng):
        X = np.asarray(X, float)
        return [solve(standard(X), y, 0.005)[-1], X.mean(axis=0), X.std(axis=0)]

    def predict(arrays, X):
        theta, middle, spread = arrays
        return linear([theta], (X - middle) / spread)

    return {"train": train, "predict": predict}


@entry("tumours", band="refused")
def hides_its_numbers_elsewhere():
    memory = {}

    def train(X, y, rng):
        memory["X"], memory["theta"] = np.asarray(X, float), solve(standard(X), y, 0.005)[-1]
        return [{"nothing": "to see"}]

    def predict(arrays, X):
        return linear([memory["theta"]], (X - memory["X"].mean(axis=0)) / memory["X"].std(axis=0))

    return {"train": train, "predict": predict}


@wrong("tumours", caught_by="patients_apart", kind="mathematics", several=True, headline=True)
def the_new_patients_standardised_by_themselves():
    def train(X, y, rng):
        return [solve(standard(X), y, 0.01)[-1]]

    def predict(arrays, X):
        X = np.asarray(X, float)
        return linear(arrays, (X - X.mean(axis=0)) / (X.std(axis=0) + 1e-9))

    return {"train": train, "predict": predict}
