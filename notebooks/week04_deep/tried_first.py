"""Programs for week 4, written from its contracts alone."""

import functools
import itertools
import math

import numpy as np

from autograder.cases import program


def _kind(*arrays):
    """The float type of the answer: the widest one that came in; whole numbers count as float64."""
    kind = np.result_type(*(np.asarray(a).dtype for a in arrays))
    return kind if np.issubdtype(kind, np.floating) else np.dtype(np.float64)


# ---------------------------------------------------------------- deep_net


def _all_float(parameters, *others):
    kind = _kind(*others, *(array for pair in parameters for array in pair))
    return [(np.asarray(W, kind), np.asarray(b, kind)) for W, b in parameters], *(np.asarray(other, kind) for other in others)


def _forward(parameters, X):
    parameters, X = _all_float(parameters, X)
    arrived = [X.copy()]
    for W, b in parameters[:-1]:
        arrived.append(np.maximum(arrived[-1] @ W + b, 0))
    W, b = parameters[-1]
    return arrived[-1] @ W + b, arrived


def _backward(parameters, cache, d_scores):
    parameters, delta, _ = _all_float(parameters, d_scores, cache[0])
    gradients = []
    for layer in reversed(range(len(parameters))):
        gradients.append((cache[layer].T @ delta, delta.sum(axis=0)))
        delta = delta @ parameters[layer][0].T
        if layer:
            delta = delta * (cache[layer] > 0)
    return gradients[::-1], delta


def _both(forward=_forward, backward=_backward):
    return {"forward": forward, "backward": backward}


@program("deep_net", several=True)
def a_net_remembers_what_arrived():
    return _both()


@program("deep_net", several=True)
def a_net_remembers_only_the_examples():
    def sums(parameters, X):
        parameters, A = _all_float(parameters, X)
        found = []
        for W, b in parameters:
            found.append((A, A @ W + b))
            A = found[-1][1].clip(min=0)
        return found

    def forward(parameters, X):
        return sums(parameters, X)[-1][1], np.array(X)

    def backward(parameters, cache, d_scores):
        parameters, delta, _ = _all_float(parameters, d_scores, cache)
        steps = sums(parameters, cache)
        gradients = [None] * len(parameters)
        for layer in range(len(parameters) - 1, -1, -1):
            A, s = steps[layer]
            if layer < len(parameters) - 1:
                delta = np.where(s >= 0, delta, 0)
            gradients[layer] = (np.einsum("ni,nj->ij", A, delta), np.einsum("nj->j", delta))
            delta = np.einsum("nj,ij->ni", delta, parameters[layer][0])
        return gradients, delta

    return _both(forward, backward)


@program("deep_net", several=True)
def a_net_example_by_example():
    def forward(parameters, X):
        parameters, X = _all_float(parameters, X)
        scores = np.zeros((len(X), len(parameters[-1][1])), X.dtype)
        cache = []
        for n, x in enumerate(X):
            trail = []
            for number, (W, b) in enumerate(parameters, start=1):
                s = x @ W + b
                trail.append((x.copy(), np.ones_like(s) if number == len(parameters) else np.heaviside(s, 0).astype(s.dtype)))
                x = s * trail[-1][1]
            scores[n] = x
            cache.append(trail)
        return scores, cache

    def backward(parameters, cache, d_scores):
        seen = [trail[0][0] for trail in cache]
        parameters, d_scores, *_ = _all_float(parameters, d_scores, *seen)
        kind = d_scores.dtype
        gradients = [(np.zeros(W.shape, kind), np.zeros(b.shape, kind)) for W, b in parameters]
        d_X = np.zeros((len(cache), len(parameters[0][0])), kind)
        for n, trail in enumerate(cache):
            delta = d_scores[n]
            for (x, slope), (W, _), (dW, db) in zip(reversed(trail), reversed(parameters), reversed(gradients), strict=True):
                delta = delta * slope
                dW += np.outer(x, delta)
                db += delta
                delta = W @ delta
            d_X[n] = delta
        return gradients, d_X

    return _both(forward, backward)


@program("deep_net", several=True)
def a_net_of_layer_objects():
    class Layer:
        def __init__(self, W, b, bends):
            self.W, self.b, self.bends = W, b, bends

        def up(self, A):
            self.A = A
            s = A @ self.W + self.b
            self.open = s > 0 if self.bends else np.ones(s.shape, bool)
            return np.where(self.open, s, np.zeros((), s.dtype))

        def down(self, delta):
            delta = delta * self.open
            return (self.A.T @ delta, delta.sum(axis=0)), delta @ self.W.T

    def forward(parameters, X):
        parameters, A = _all_float(parameters, X)
        layers = [Layer(W.copy(), b.copy(), number < len(parameters)) for number, (W, b) in enumerate(parameters, start=1)]
        A = A.copy()
        for layer in layers:
            A = layer.up(A)
        return A, tuple(layers)

    def backward(parameters, cache, d_scores):
        _, delta = _all_float(parameters, d_scores)
        delta = delta.astype(np.result_type(delta, cache[0].A))
        found = []
        for layer in reversed(cache):
            pair, delta = layer.down(delta)
            found.insert(0, pair)
        return found, delta

    return _both(forward, backward)


@program("deep_net", several=True, breaks="gradients of the parameters are sums over the examples: divided by their number again")
def a_net_divides_once_more():
    def backward(parameters, cache, d_scores):
        gradients, d_X = _backward(parameters, cache, d_scores)
        rows = max(1, len(d_scores))
        return [(dW / rows, db / rows) for dW, db in gradients], d_X

    return _both(backward=backward)


@program("deep_net", several=True, breaks="after every layer but the last comes relu: after the last, too")
def a_net_relu_after_the_last_layer():
    def forward(parameters, X):
        scores, cache = _forward(parameters, X)
        return np.maximum(scores, 0), [cache, scores > 0]

    return _both(forward, lambda parameters, cache, d_scores: _backward(parameters, cache[0], d_scores * cache[1]))


@program("deep_net", several=True, breaks="gradients are those that small movements measure: relu is forgotten on the way back")
def a_net_forgets_relu_on_the_way_back():
    def backward(parameters, cache, d_scores):
        parameters, delta, _ = _all_float(parameters, d_scores, cache[0])
        gradients = []
        for A, (W, _) in zip(reversed(cache), reversed(parameters), strict=True):
            gradients.append((A.T @ delta, delta.sum(axis=0)))
            delta = delta @ W.T
        return gradients[::-1], delta

    return _both(backward=backward)


@program("deep_net", several=True, breaks="no relu stands in front of X: d_X is stopped where X is negative")
def a_net_relu_in_front_of_X():
    def backward(parameters, cache, d_scores):
        gradients, d_X = _backward(parameters, cache, d_scores)
        return gradients, d_X * (cache[0] > 0)

    return _both(backward=backward)


@program(
    "deep_net", several=True, breaks="gradients pass where the signal passed: they are stopped where the gradient is negative"
)
def a_net_stops_negative_gradients():
    def backward(parameters, cache, d_scores):
        parameters, delta, _ = _all_float(parameters, d_scores, cache[0])
        gradients = []
        for layer in reversed(range(len(parameters))):
            gradients.append((cache[layer].T @ delta, delta.sum(axis=0)))
            delta = delta @ parameters[layer][0].T
            if layer:
                delta = np.maximum(delta, 0)
        return gradients[::-1], delta

    return _both(backward=backward)


@program("deep_net", several=True, breaks="the pairs stand in the order of the parameters: here from the last layer to the first")
def a_net_pairs_from_last_to_first():
    def backward(parameters, cache, d_scores):
        gradients, d_X = _backward(parameters, cache, d_scores)
        return gradients[::-1], d_X

    return _both(backward=backward)


@program("deep_net", several=True, breaks="gradients have the shapes of the parameters: the biases' have an axis more")
def a_net_bias_gradients_as_rows():
    def backward(parameters, cache, d_scores):
        gradients, d_X = _backward(parameters, cache, d_scores)
        return [(dW, db[None]) for dW, db in gradients], d_X

    return _both(backward=backward)


@program("deep_net", several=True, breaks="a list of pairs: here a flat list of arrays")
def a_net_flat_list_of_gradients():
    def backward(parameters, cache, d_scores):
        gradients, d_X = _backward(parameters, cache, d_scores)
        return [array for pair in gradients for array in pair], d_X

    return _both(backward=backward)


@program("deep_net", several=True, breaks="a bias moves all examples: its gradient is their sum, not their mean")
def a_net_bias_gradients_as_means():
    def backward(parameters, cache, d_scores):
        gradients, d_X = _backward(parameters, cache, d_scores)
        return [(dW, db / max(1, len(d_X))) for dW, db in gradients], d_X

    return _both(backward=backward)


@program("deep_net", several=True, breaks="passes backward may be repeated with the same cache: the cache is used up")
def a_net_uses_up_its_cache():
    def backward(parameters, cache, d_scores):
        parameters, delta, _ = _all_float(parameters, d_scores, cache[0])
        gradients = []
        for W, _ in reversed(parameters):
            A = cache.pop()
            gradients.append((A.T @ delta, delta.sum(axis=0)))
            delta = delta @ W.T
            if cache:
                delta = delta * (A > 0)
        return gradients[::-1], delta

    return _both(backward=backward)


@program(
    "deep_net",
    several=True,
    breaks="passes may be repeated: gradients of earlier passes with this cache are added to, as PyTorch does",
)
def a_net_adds_to_earlier_passes():
    def forward(parameters, X):
        scores, arrived = _forward(parameters, X)
        return scores, {"arrived": arrived, "sums": None}

    def backward(parameters, cache, d_scores):
        gradients, d_X = _backward(parameters, cache["arrived"], d_scores)
        if cache["sums"] is not None:
            gradients = [(dW + oW, db + ob) for (dW, db), (oW, ob) in zip(gradients, cache["sums"], strict=True)]
        cache["sums"] = gradients
        return gradients, d_X

    return _both(forward, backward)


@program(
    "deep_net",
    several=True,
    breaks="passes backward may come in any order: the last pass forward is remembered in a global variable",
)
def a_net_remembers_in_a_global():
    last = []

    def forward(parameters, X):
        scores, last[:] = _forward(parameters, X)
        return scores, None

    return _both(forward, lambda parameters, cache, d_scores: _backward(parameters, last, d_scores))


@program("deep_net", several=True, breaks="what it is given stays as it was: backward takes a step with the weights")
def a_net_steps_on_the_way_back():
    def backward(parameters, cache, d_scores):
        gradients, d_X = _backward(parameters, cache, d_scores)
        for (W, b), (dW, db) in zip(parameters, gradients, strict=True):
            if W.dtype.kind == b.dtype.kind == "f":
                W -= (0.01 * dW).astype(W.dtype)
                b -= (0.01 * db).astype(b.dtype)
        return gradients, d_X

    return _both(backward=backward)


@program("deep_net", several=True, breaks="float32 in, float32 out")
def a_net_always_float64():
    def forward(parameters, X):
        return _forward(parameters, np.asarray(X, np.float64))

    return _both(forward)


@program("deep_net", several=True, breaks="whole numbers are taken as floats: what arrives is kept in the type of X")
def a_net_keeps_the_type_of_X():
    def forward(parameters, X):
        kind = np.asarray(X).dtype
        arrived = [np.array(X)]
        for W, b in parameters[:-1]:
            arrived.append(np.maximum(arrived[-1] @ W + b, 0).astype(kind))
        W, b = parameters[-1]
        return arrived[-1] @ W + b, arrived

    return _both(forward)


@program("deep_net", several=True, breaks="any depth, from one layer upwards: the first layer always has a relu behind it")
def a_net_of_at_least_two_layers():
    def forward(parameters, X):
        scores, cache = _forward(parameters, X)
        return (np.maximum(scores, 0) if len(parameters) == 1 else scores), cache

    return _both(forward)


@program("deep_net", several=True, breaks="any depth: hidden layers above the second have no relu")
def a_net_bends_twice_at_most():
    def forward(parameters, X):
        parameters, X = _all_float(parameters, X)
        arrived, bends = [X.copy()], []
        for number, (W, b) in enumerate(parameters):
            s = arrived[-1] @ W + b
            bends.append(number < min(2, len(parameters) - 1))
            arrived.append(np.maximum(s, 0) if bends[-1] else s)
        return arrived[-1], (arrived, bends)

    def backward(parameters, cache, d_scores):
        arrived, bends = cache
        parameters, delta, _ = _all_float(parameters, d_scores, arrived[0])
        gradients = []
        for layer in reversed(range(len(parameters))):
            if bends[layer]:
                delta = delta * (arrived[layer + 1] > 0)
            gradients.append((arrived[layer].T @ delta, delta.sum(axis=0)))
            delta = delta @ parameters[layer][0].T
        return gradients[::-1], delta

    return _both(forward, backward)


@program("deep_net", several=True, breaks="back through the weights, transposed: square weights are left as they are")
def a_net_does_not_transpose_square_weights():
    def backward(parameters, cache, d_scores):
        turned = [(W.T if len(W) == W.shape[1] else W, b) for W, b in ((np.asarray(W), b) for W, b in parameters)]
        return _backward(turned, cache, d_scores)

    return _both(backward=backward)


@program("deep_net", several=True, breaks="gradients are those that small movements measure: large ones are clipped")
def a_net_clips_gradients():
    def backward(parameters, cache, d_scores):
        gradients, d_X = _backward(parameters, cache, d_scores)
        return [(np.clip(dW, -1, 1), np.clip(db, -1, 1)) for dW, db in gradients], d_X

    return _both(backward=backward)


@program("deep_net", several=True, breaks="other rows of X do not change a row of scores: the batch is centred before layer 1")
def a_net_centres_the_batch():
    def forward(parameters, X):
        _, X = _all_float(parameters, X)
        return _forward(parameters, X - X.mean(axis=0) if len(X) > 1 else X)

    return _both(forward)


@program("deep_net", several=True, breaks="none is fine: no examples have (0, outputs) scores")
def a_net_stacks_rows():
    def forward(parameters, X):
        _, X = _all_float(parameters, X)
        return np.stack([_forward(parameters, X[n : n + 1])[0][0] for n in range(len(X))]), _forward(parameters, X)[1]

    return _both(forward)


@program("deep_net", several=True, breaks="scores have the shape (examples, outputs), for one output, too")
def a_net_without_the_last_axis():
    def forward(parameters, X):
        scores, cache = _forward(parameters, X)
        return (scores[:, 0] if scores.shape[1] == 1 else scores), cache

    def backward(parameters, cache, d_scores):
        return _backward(parameters, cache, np.reshape(d_scores, (len(d_scores), -1)))

    return _both(forward, backward)


@program(
    "deep_net",
    several=True,
    breaks="backward returns the gradient with respect to the examples, too: gives what layer 1's sums were told",
)
def a_net_stops_one_step_early():
    def backward(parameters, cache, d_scores):
        parameters, delta, _ = _all_float(parameters, d_scores, cache[0])
        gradients = []
        for layer in reversed(range(len(parameters))):
            gradients.append((cache[layer].T @ delta, delta.sum(axis=0)))
            if layer:
                delta = (delta @ parameters[layer][0].T) * (cache[layer] > 0)
        return gradients[::-1], delta

    return _both(backward=backward)


# ---------------------------------------------------------------- layer_shapes


def _fault(width, W, b):
    """What is wrong with a layer at which `width` numbers arrive for each example, in words, or None."""
    if len(np.shape(W)) != 2 or np.shape(W)[0] != width:
        return f"gets {width} numbers for each example and has weights of shape {np.shape(W)}"
    if np.shape(b) != np.shape(W)[1:]:
        return f"has {np.shape(W)[1]} units and biases of shape {np.shape(b)}"
    return None


def _right_biases(W):
    return np.broadcast_to(0.0, np.shape(W)[1:])


def _layer_shapes(parameters, X, fault=_fault, first=1):
    shapes, arriving = [], np.shape(X)[1:]
    for number, (W, b) in enumerate(parameters, start=first):
        if len(np.shape(X)) != 2:
            raise ValueError(f"layer {number} has weights of shape {np.shape(W)}, and X has the shape {np.shape(X)}")
        wrong = fault(arriving[0], W, b)
        if wrong:
            raise ValueError(f"layer {number} {wrong}")
        arriving = np.shape(W)[1:]
        shapes.append((np.shape(X)[0], *arriving))
    return shapes


@program("layer_shapes")
def a_shapes_layer_by_layer(parameters, X):
    return _layer_shapes(parameters, X)


@program("layer_shapes")
def a_shapes_all_expectations_first(parameters, X):
    """What each array's shape should be, given the layer below; then the first that differs."""
    widths = [X.shape[-1] if X.ndim == 2 else None] + [W.shape[-1] if W.ndim else None for W, _ in parameters]
    for number, ((W, b), inputs, units) in enumerate(zip(parameters, widths, widths[1:], strict=False), start=1):
        if number == 1 and inputs is None:
            raise ValueError(f"layer 1: the examples have shape {X.shape}, the weights {W.shape}")
        if W.shape != (inputs, units):
            raise ValueError(f"layer {number}: the weights have shape {W.shape}, should be ({inputs}, {units})")
        if b.shape != (units,):
            raise ValueError(f"layer {number}: the biases have shape {b.shape}, should be ({units},)")
    return [(X.shape[0], width) for width in widths[1:]]


@program("layer_shapes")
def a_shapes_by_folding(parameters, X):
    def grow(shapes, layer):
        number, (W, b) = layer
        (examples, *told), held, biases = shapes[-1], W.shape, b.shape
        if (len(told), len(held), len(biases)) != (1, 2, 1):
            raise ValueError(f"layer {number}: shape {shapes[-1]} arrives at weights {held} and biases {biases}")
        for one, other in ((told[0], held[0]), (held[1], biases[0])):
            if one != other:
                raise ValueError(f"layer {number}: {one} is not {other}")
        return [*shapes, (examples, held[1])]

    if not X.shape:
        raise ValueError(f"layer 1: X has no axis, {parameters[0][0].shape} are the weights")
    return functools.reduce(grow, enumerate(parameters, start=1), [tuple(X.shape)])[1:]


@program("layer_shapes", breaks="what only broadcasts does not fit: a single bias for all units passes")
def a_shapes_pass_a_single_bias(parameters, X):
    return _layer_shapes(parameters, X, lambda width, W, b: _fault(width, W, _right_biases(W) if np.shape(b) == (1,) else b))


@program("layer_shapes", breaks="an array with an axis more does not fit: the entries of the biases are counted")
def a_shapes_count_the_biases(parameters, X):
    return _layer_shapes(parameters, X, lambda width, W, b: _fault(width, W, np.ravel(b)))


@program("layer_shapes", breaks="what only broadcasts does not fit: biases of shape (examples, 1) pass")
def a_shapes_pass_a_column_of_biases(parameters, X):
    def fault(width, W, b):
        return _fault(width, W, _right_biases(W) if np.shape(b) == (len(X), 1) else b)

    return _layer_shapes(parameters, X, fault)


@program("layer_shapes", breaks="layers are counted from 1")
def a_shapes_counted_from_zero(parameters, X):
    return _layer_shapes(parameters, X, first=0)


@program("layer_shapes", breaks="raises for the first layer at fault: here for the last")
def a_shapes_name_the_last_fault(parameters, X):
    message, width = None, np.shape(X)[1] if np.ndim(X) == 2 else np.shape(X)[1:]
    for number, (W, b) in enumerate(parameters, start=1):
        wrong = _fault(width, W, b)
        message = f"layer {number} {wrong}" if wrong else message
        width = np.shape(W)[-1]
    if message:
        raise ValueError(message)
    return _layer_shapes(parameters, X)


@program("layer_shapes", breaks="raises for the first layer at fault: all weights are looked at before any biases")
def a_shapes_weights_first_then_biases(parameters, X):
    _layer_shapes(parameters, X, lambda width, W, b: _fault(width, W, _right_biases(W)))
    return _layer_shapes(parameters, X)


@program("layer_shapes", breaks="raises a ValueError: an AssertionError instead")
def a_shapes_assert(parameters, X):
    try:
        return _layer_shapes(parameters, X)
    except ValueError as error:
        raise AssertionError(str(error)) from error


@program("layer_shapes", breaks="the message names the layer: NumPy's own message comes through")
def a_shapes_leave_it_to_numpy(parameters, X):
    shapes, A = [], np.zeros(np.shape(X))
    for W, b in parameters:
        A = A @ np.zeros(np.shape(W)) + np.zeros(np.shape(b))
        if A.shape != (len(X), np.shape(W)[-1]):
            raise ValueError(f"operands could not be broadcast together with shapes {np.shape(W)} {np.shape(b)}")
        shapes.append(A.shape)
    return shapes


@program("layer_shapes", breaks="pictures that nobody has flattened do not fit: they are flattened here")
def a_shapes_flatten_pictures(parameters, X):
    shape = np.shape(X)
    if len(shape) > 2:
        X = np.broadcast_to(0.0, (shape[0], math.prod(shape[1:])))
    return _layer_shapes(parameters, X)


@program("layer_shapes", breaks="an array with an axis less does not fit: one example without its axis of rows passes")
def a_shapes_pass_a_lonely_example(parameters, X):
    if np.ndim(X) == 1:
        return [shape[1:] for shape in _layer_shapes(parameters, X[None])]
    return _layer_shapes(parameters, X)


@program("layer_shapes", breaks="the message gives both sizes that disagree: it gives none")
def a_shapes_without_sizes(parameters, X):
    for number in range(1, len(parameters) + 1):
        try:
            _layer_shapes(parameters[:number], X)
        except ValueError as error:
            raise ValueError(f"layer {number} does not fit") from error
    return _layer_shapes(parameters, X)


@program("layer_shapes", breaks="the message gives both sizes that disagree: only the one of the weights or biases")
def a_shapes_with_one_size_of_two(parameters, X):
    def fault(width, W, b):
        if np.ndim(W) != 2 or len(W) != width:
            return f"cannot take what arrives, its weights have {np.shape(W)[0]} rows" if np.ndim(W) else "has no rows"
        return f"has wrong biases, of shape {np.shape(b)}" if _fault(width, W, b) else None

    return _layer_shapes(parameters, X, fault)


@program("layer_shapes", breaks="the message names the layer at fault first: the layer below is named before it")
def a_shapes_name_the_layer_below_first(parameters, X):
    for number in range(1, len(parameters) + 1):
        try:
            _layer_shapes(parameters[:number], X)
        except ValueError as error:
            raise ValueError(f"what comes from layer {number - 1} does not fit: {error}") from error
    return _layer_shapes(parameters, X)


@program("layer_shapes", breaks="a list of tuples: lists instead")
def a_shapes_as_lists(parameters, X):
    return [list(shape) for shape in _layer_shapes(parameters, X)]


@program("layer_shapes", breaks="the shape of each layer's output: that of X stands in front")
def a_shapes_with_X_in_front(parameters, X):
    return [np.shape(X), *_layer_shapes(parameters, X)]


@program("layer_shapes", breaks="the shape of each layer's output: its weights' shape instead")
def a_shapes_of_the_weights(parameters, X):
    _layer_shapes(parameters, X)
    return [np.shape(W) for W, _ in parameters]


@program("layer_shapes", breaks="an array with an axis more does not fit: a stack of weights passes")
def a_shapes_pass_a_stack_of_weights(parameters, X):
    def last_two(W):
        return np.broadcast_to(0.0, np.shape(W)[-2:])

    return _layer_shapes([(last_two(W), b) for W, b in parameters], X)


@program("layer_shapes", breaks="no layer at fault may pass: only the first is compared with what arrives")
def a_shapes_compare_the_first_layer_only(parameters, X):
    _layer_shapes(parameters[:1], X)
    for number, (W, b) in enumerate(parameters, start=1):
        wrong = _fault(np.shape(W)[0] if np.ndim(W) else 0, W, b)
        if wrong:
            raise ValueError(f"layer {number} {wrong}")
    return [(len(X), np.shape(W)[1]) for W, _ in parameters]


@program(
    "layer_shapes",
    breaks="where the network can take X it returns the shapes: a layer of one unit is turned away, its bias broadcasts",
)
def a_shapes_turn_one_unit_away(parameters, X):
    def fault(width, W, b):
        return _fault(width, W, b) or (f"has biases of shape (1,) for {width} inputs" if np.shape(b) == (1,) else None)

    return _layer_shapes(parameters, X, fault)


@program("layer_shapes", breaks="none is fine: no examples have shapes, too")
def a_shapes_of_no_examples_are_none(parameters, X):
    return _layer_shapes(parameters, X) if len(X) else []


@program("layer_shapes", breaks="it computes nothing: runs the network")
def a_shapes_by_running_the_network(parameters, X):
    _layer_shapes(parameters, X)
    shapes, A = [], np.array(X, dtype=np.float64)
    for W, b in parameters:
        A = np.maximum(A @ W + b, 0)
        shapes.append(A.shape)
    return shapes


@program("layer_shapes", breaks="what it is given stays as it was: biases of another form are mended in place")
def a_shapes_mend_the_biases(parameters, X):
    for number, (W, b) in enumerate(parameters):
        if np.ndim(W) == 2 and np.size(b) == np.shape(W)[1] and np.ndim(b) > 1:
            parameters[number] = (W, np.ravel(b))
    return _layer_shapes(parameters, X)


# ---------------------------------------------------------------- Value


class _Value:
    """A right one, whose pieces the wrong ones below replace."""

    def __init__(self, data, ways=()):
        data = np.array(data)
        self.data = data if data.dtype.kind == "f" else data.astype(np.float64)
        self.ways = list(ways)
        self.grad = None

    def make(self, data, *ways):
        return type(self)(data, ways)

    def __add__(self, other):
        return self.make(self.data + other.data, (self, lambda g: g), (other, lambda g: g))

    def __mul__(self, other):
        return self.make(self.data * other.data, (self, lambda g: g * other.data), (other, lambda g: g * self.data))

    def __matmul__(self, other):
        return self.make(self.data @ other.data, (self, lambda g: g @ other.data.T), (other, lambda g: self.data.T @ g))

    def relu(self):
        return self.make(np.maximum(self.data, 0), (self, lambda g: g * (self.data > 0)))

    def exp(self):
        result = np.exp(self.data)
        return self.make(result, (self, lambda g: g * result))

    def log(self):
        return self.make(np.log(self.data), (self, lambda g: g / self.data))

    def sum(self):
        return self.make(self.data.sum(), (self, lambda g: np.broadcast_to(g, self.data.shape)))

    def order(self):
        """Everything that self was made from, each value before all that it is made from."""
        uses, waiting, found = {}, [self], {id(self)}
        while waiting:
            for source, _ in waiting.pop().ways:
                uses[id(source)] = uses.get(id(source), 0) + 1
                if id(source) not in found:
                    found.add(id(source))
                    waiting.append(source)
        ready, order = [self], []
        while ready:
            value = ready.pop()
            order.append(value)
            for source, _ in value.ways:
                uses[id(source)] -= 1
                if not uses[id(source)]:
                    ready.append(source)
        return order

    def check(self):
        if self.data.size != 1:
            raise ValueError("backward starts from a single number")

    def clear(self, order):
        for value in order:
            value.grad = np.zeros_like(value.data)

    def backward(self):
        self.check()
        order = self.order()
        self.clear(order)
        self.grad = np.ones_like(self.data)
        self.walk(order)

    def walk(self, order):
        for value in order:
            for source, turn in value.ways:
                source.grad = (source.grad + turn(value.grad)).astype(source.data.dtype)


@program("Value", value=True)
def a_value_counting_uses():
    class Value(_Value):
        pass

    return Value


@program("Value", value=True)
def a_value_by_running_numbers():
    numbers = itertools.count()

    class Value:
        def __init__(self, data, ways=()):
            self.data = np.array(data, dtype=_kind(data))
            self.ways, self.number = ways, next(numbers)

        def __add__(self, other):
            return Value(self.data + other.data, [(self, lambda g: g), (other, lambda g: g)])

        def __mul__(self, other):
            return Value(self.data * other.data, [(self, lambda g: other.data * g), (other, lambda g: self.data * g)])

        def __matmul__(self, other):
            return Value(
                self.data @ other.data, [(self, lambda g: np.dot(g, other.data.T)), (other, lambda g: np.dot(self.data.T, g))]
            )

        def relu(self):
            return Value(np.where(self.data > 0, self.data, 0), [(self, lambda g: np.where(self.data >= 0, g, 0))])

        def exp(self):
            return Value(np.exp(self.data), [(self, lambda g: g * np.exp(self.data))])

        def log(self):
            return Value(np.log(self.data), [(self, lambda g: g * (1 / self.data))])

        def sum(self):
            return Value(np.sum(self.data), [(self, lambda g: np.full_like(self.data, g))])

        def backward(self):
            if self.data.size != 1:
                raise ValueError(f"{self.data.size} entries")
            found, waiting = {self}, [self]
            while waiting:
                fresh = {source for source, _ in waiting.pop().ways} - found
                found |= fresh
                waiting.extend(fresh)
            for value in found:
                value.grad = np.zeros_like(value.data)
            self.grad = np.ones_like(self.data)
            for value in sorted(found, key=lambda value: -value.number):
                for source, turn in value.ways:
                    source.grad = np.asarray(source.grad + turn(value.grad), source.data.dtype)

    return Value


@program("Value", value=True)
def a_value_by_levels_and_names_of_operations():
    """Each value knows the name of its operation and its level, one above its highest input; a table holds the rules."""
    rules = {
        "add": lambda g, z, x, y: (g, g),
        "mul": lambda g, z, x, y: (g * y, g * x),
        "matmul": lambda g, z, x, y: (g @ y.T, x.T @ g),
        "relu": lambda g, z, x: (g * np.sign(z),),
        "exp": lambda g, z, x: (g * z,),
        "log": lambda g, z, x: (g / x,),
        "sum": lambda g, z, x: (np.ones_like(x) * g,),
    }

    class Value:
        def __init__(self, data):
            self.data = np.array(data, dtype=_kind(data))
            self.operation, self.inputs, self.level, self.grad = None, (), 0, None

        def _next(self, operation, data, *others):
            made = Value(data)
            made.operation, made.inputs = operation, (self, *others)
            made.level = 1 + max(value.level for value in made.inputs)
            return made

        def __add__(self, other):
            return self._next("add", np.add(self.data, other.data), other)

        def __mul__(self, other):
            return self._next("mul", np.multiply(self.data, other.data), other)

        def __matmul__(self, other):
            return self._next("matmul", np.matmul(self.data, other.data), other)

        def relu(self):
            return self._next("relu", self.data.clip(min=0))

        def exp(self):
            return self._next("exp", np.exp(self.data))

        def log(self):
            return self._next("log", np.log(self.data))

        def sum(self):
            return self._next("sum", self.data.sum())

        def backward(self):
            if np.size(self.data) != 1:
                raise ValueError("only a single number has a gradient here")
            levels, told = {self.level: {id(self): self}}, {id(self): np.ones_like(self.data)}
            for level in range(self.level, -1, -1):
                for value in levels.pop(level, {}).values():
                    value.grad = np.array(told.pop(id(value)), dtype=value.data.dtype).reshape(value.data.shape)
                    if value.operation is None:
                        continue
                    shares = rules[value.operation](value.grad, value.data, *(source.data for source in value.inputs))
                    for source, share in zip(value.inputs, shares, strict=True):
                        levels.setdefault(source.level, {})[id(source)] = source
                        told[id(source)] = told[id(source)] + share if id(source) in told else share

    return Value


@program("Value", value=True)
def a_value_walking_in_depth_with_a_stack():
    class Value(_Value):
        def order(self):
            done, after, stack = set(), [], [(self, iter(self.ways))]
            entered = {id(self)}
            while stack:
                value, rest = stack[-1]
                for source, _ in rest:
                    if id(source) not in entered:
                        entered.add(id(source))
                        stack.append((source, iter(source.ways)))
                        break
                else:
                    stack.pop()
                    if id(value) not in done:
                        done.add(id(value))
                        after.append(value)
            return after[::-1]

    return Value


@program("Value", value=True, breaks="gradients that an earlier call left are replaced: here they are added to, as in PyTorch")
def a_value_adds_to_earlier_gradients():
    class Value(_Value):
        def backward(self):
            self.check()
            order = self.order()
            earlier = [value.grad for value in order]
            super().backward()
            for value, old in zip(order, earlier, strict=True):
                value.grad = value.grad if old is None else value.grad + old

    return Value


@program("Value", value=True, breaks="what backward leaves depends on out alone: only values made from data are set to zero")
def a_value_clears_the_leaves_only():
    class Value(_Value):
        def clear(self, order):
            for value in order:
                if not value.ways or value.grad is None:
                    value.grad = np.zeros_like(value.data)

    return Value


@program("Value", value=True, breaks="a value may be used many times: the last use overwrites the others")
def a_value_overwrites_earlier_uses():
    class Value(_Value):
        def walk(self, order):
            for value in order:
                for source, turn in value.ways:
                    source.grad = np.array(turn(value.grad), source.data.dtype)

    return Value


@program("Value", value=True, breaks="a value may be used many times: it hands on before all of its uses have reported")
def a_value_hands_on_in_order_of_discovery():
    class Value(_Value):
        def order(self):
            order, known = [self], {id(self)}
            for value in order:
                for source, _ in value.ways:
                    if id(source) not in known:
                        known.add(id(source))
                        order.append(source)
            return order

    return Value


@program("Value", value=True, breaks="a chain may have thousands of steps: the order is found by nested calls")
def a_value_walks_by_nested_calls():
    class Value(_Value):
        def order(self):
            known, after = set(), []

            def visit(value):
                if id(value) not in known:
                    known.add(id(value))
                    for source, _ in value.ways:
                        visit(source)
                    after.append(value)

            visit(self)
            return after[::-1]

    return Value


@program("Value", value=True, breaks="time grows with the steps, not with the paths: every path is walked by itself")
def a_value_walks_every_path():
    class Value(_Value):
        def walk(self, order):
            self.grad = np.zeros_like(self.data)
            waiting = [(self, np.ones_like(self.data))]
            while waiting:
                value, gradient = waiting.pop()
                value.grad = value.grad + gradient
                waiting.extend((source, turn(gradient)) for source, turn in value.ways)

    return Value


@program(
    "Value", value=True, breaks="the gradient of each value is its own: two values share one array, which is added to in place"
)
def a_value_shares_gradient_arrays():
    class Value(_Value):
        def walk(self, order):
            told = {id(self)}
            for value in order:
                for source, turn in value.ways:
                    share = turn(value.grad)
                    if id(source) not in told:
                        told.add(id(source))
                        source.grad = share if share.flags.writeable else share.copy()
                    else:
                        source.grad += share

        def backward(self):
            super().backward()
            self.grad = np.ones_like(self.data)

    return Value


@program("Value", value=True, breaks="the gradient has the shape of v.data: that of a summed array is a single number")
def a_value_sum_tells_a_single_number():
    class Value(_Value):
        def sum(self):
            return self.make(self.data.sum(), (self, lambda g: g))

        def walk(self, order):
            self.clear(order)
            self.grad = np.ones_like(self.data)
            for value in order:
                if value is not self:
                    value.grad = np.zeros(())
            for value in order:
                for source, turn in value.ways:
                    source.grad = np.asarray(source.grad + turn(value.grad))

    return Value


@program("Value", value=True, breaks="every entry moves the sum one for one: the gradient is shared out among the entries")
def a_value_sum_shares_the_gradient_out():
    class Value(_Value):
        def sum(self):
            return self.make(self.data.sum(), (self, lambda g: np.full(self.data.shape, g / max(1, self.data.size))))

    return Value


@program("Value", value=True, breaks="the gradient through a product of matrices: square ones are not transposed")
def a_value_forgets_to_transpose():
    class Value(_Value):
        def __matmul__(self, other):
            def flip(A):
                return A if A.shape[0] == A.shape[1] else A.T

            return self.make(
                self.data @ other.data, (self, lambda g: g @ flip(other.data)), (other, lambda g: flip(self.data) @ g)
            )

    return Value


@program(
    "Value", value=True, breaks="* is entry by entry, and so is its gradient: each factor is told its own value, not the other's"
)
def a_value_product_tells_the_same_factor():
    class Value(_Value):
        def __mul__(self, other):
            return self.make(self.data * other.data, (self, lambda g: g * self.data), (other, lambda g: g * other.data))

    return Value


@program("Value", value=True, breaks="the gradient of relu: it is stopped where the gradient, not the signal, is negative")
def a_value_relu_looks_at_the_gradient():
    class Value(_Value):
        def relu(self):
            return self.make(np.maximum(self.data, 0), (self, lambda g: np.maximum(g, 0)))

    return Value


@program("Value", value=True, breaks="the gradient of exp is e^x times what came: the rule for powers instead")
def a_value_exp_as_a_power():
    class Value(_Value):
        def exp(self):
            return self.make(np.exp(self.data), (self, lambda g: g * self.data * np.exp(self.data - 1)))

    return Value


@program(
    "Value", value=True, breaks="log works entry by entry, and so does its gradient: a small number inside guards against zero"
)
def a_value_log_with_epsilon():
    class Value(_Value):
        def log(self):
            return self.make(np.log(self.data + 1e-4), (self, lambda g: g / (self.data + 1e-4)))

    return Value


@program(
    "Value", value=True, breaks="for anything larger than one entry backward raises a ValueError: starts with ones everywhere"
)
def a_value_starts_from_any_array():
    class Value(_Value):
        def check(self):
            pass

    return Value


@program("Value", value=True, breaks="the error is a ValueError: an assertion instead")
def a_value_asserts_a_single_number():
    class Value(_Value):
        def check(self):
            assert self.data.size == 1, "backward starts from a single number"

    return Value


@program("Value", value=True, breaks="backward starts from an array of one entry, too: it is turned away")
def a_value_turns_away_one_entry():
    class Value(_Value):
        def check(self):
            if self.data.ndim:
                raise ValueError("backward starts from a single number")

    return Value


@program(
    "Value",
    value=True,
    breaks="the gradient has the shape of v.data: out's own is a plain number where out is an array of one entry",
)
def a_value_starts_with_a_plain_one():
    class Value(_Value):
        def backward(self):
            super().backward()
            self.grad = np.ones((), self.data.dtype)

    return Value


@program("Value", value=True, breaks="no data ever changes: relu works in place")
def a_value_relu_in_place():
    class Value(_Value):
        def relu(self):
            passes = self.data > 0
            if self.data.ndim:
                np.maximum(self.data, 0, out=self.data)
            return self.make(np.maximum(self.data, 0), (self, lambda g: g * passes))

    return Value


@program("Value", value=True, breaks="every operation gives a new Value: relu gives the old one back where nothing is negative")
def a_value_relu_gives_itself_back():
    class Value(_Value):
        def relu(self):
            return self if (self.data > 0).all() else super().relu()

    return Value


@program("Value", value=True, breaks="grad is left for the values in between, too: only those made from data keep theirs")
def a_value_keeps_gradients_of_leaves_only():
    class Value(_Value):
        def backward(self):
            super().backward()
            for value in self.order():
                if value.ways:
                    value.grad = None

    return Value


@program("Value", value=True, breaks="float32 in, float32 out")
def a_value_always_float64():
    class Value(_Value):
        def __init__(self, data, ways=()):
            super().__init__(np.array(data, dtype=np.float64), ways)

    return Value


@program("Value", value=True, breaks="whole numbers are taken as floats: gradients are cut to the type of the data")
def a_value_keeps_whole_numbers():
    class Value(_Value):
        def __init__(self, data, ways=()):
            self.data, self.ways, self.grad = np.array(data), list(ways), None

    return Value


@program("Value", value=True, breaks="what backward leaves depends on out alone: the graph is thrown away after the first walk")
def a_value_throws_the_graph_away():
    class Value(_Value):
        def backward(self):
            order = self.order()
            super().backward()
            for value in order:
                value.ways = []

    return Value


@program("Value", value=True, breaks="nothing is remembered between calls: one tape for all values, empty after each backward")
def a_value_on_a_tape_for_all():
    tape = []

    class Value(_Value):
        def __init__(self, data, ways=()):
            super().__init__(data, ways)
            tape.append(self)

        def order(self):
            order, tape[:] = [self, *(value for value in reversed(tape) if value is not self)], []
            return order

    return Value


@program(
    "Value",
    value=True,
    breaks="every value that out was made from has its own gradient: values that hold equal data are taken for one",
)
def a_value_known_by_its_data():
    class Value(_Value):
        def order(self):
            first, order = {}, []
            for value in super().order():
                key = value.data.shape, value.data.tobytes()
                if first.setdefault(key, value) is value or value.ways:
                    order.append(value)
            return order

        def walk(self, order):
            known = {id(value) for value in order}
            for value in order:
                for source, turn in value.ways:
                    if id(source) in known:
                        source.grad = (source.grad + turn(value.grad)).astype(source.data.dtype)

    return Value


# ---------------------------------------------------------------- whole_gradient


def _pieces(labelled, rows):
    return [labelled[start : start + rows] for start in range(0, len(labelled), rows)]


def _combine(mean_loss, parameters, X, y, pieces, shares=None):
    """The weighted sum of what mean_loss says of some pieces (arrays of row numbers)."""
    count = sum(len(piece) for piece in pieces)
    total, sums = 0.0, None
    for number, piece in enumerate(pieces):
        share = len(piece) / count if shares is None else shares[number]
        loss, gradients = mean_loss(parameters, X[piece], y[piece])
        total = total + share * loss
        parts = [(share * dW, share * db) for dW, db in gradients]
        sums = parts if sums is None else [(a + c, b + d) for (a, b), (c, d) in zip(sums, parts, strict=True)]
    return total, sums


def _labelled(y):
    return np.flatnonzero(np.asarray(y) != -1)


@program("whole_gradient")
def a_gradient_by_shares(mean_loss, parameters, X, y, rows):
    return _combine(mean_loss, parameters, X, y, _pieces(_labelled(y), rows))


@program("whole_gradient")
def a_gradient_as_a_running_mean(mean_loss, parameters, X, y, rows):
    """From behind, and each piece moves the mean so far by its share of all examples seen so far."""
    waiting, seen, mean, gradients = list(_labelled(y)), 0, None, None
    while waiting:
        piece = [waiting.pop() for _ in range(min(rows, len(waiting)))]
        seen += len(piece)
        loss, news = mean_loss(parameters, X[piece], y[piece])
        if mean is None:
            mean, gradients = loss, [(np.array(dW), np.array(db)) for dW, db in news]
            continue
        step = len(piece) / seen
        mean = mean + (loss - mean) * step
        gradients = [
            tuple(old + (new - old) * step for old, new in zip(*pairs, strict=True))
            for pairs in zip(gradients, news, strict=True)
        ]
    return mean, gradients


@program("whole_gradient")
def a_gradient_of_single_examples(mean_loss, parameters, X, y, rows):
    answers = []
    for place in range(len(y)):
        if int(y[place]) >= 0:
            loss, gradients = mean_loss(parameters, X[place : place + 1].copy(), y[place : place + 1].copy())
            answers.append((loss, [(dW.copy(), db.copy()) for dW, db in gradients]))
    losses, nests = zip(*answers, strict=True)

    def middle(arrays):
        return np.mean(np.stack(arrays), axis=0, dtype=np.float64).astype(_kind(arrays[0]))

    pairs = [(middle([nest[k][0] for nest in nests]), middle([nest[k][1] for nest in nests])) for k in range(len(parameters))]
    return math.fsum(losses) / len(losses), pairs


@program("whole_gradient")
def a_gradient_of_pieces_about_alike(mean_loss, parameters, X, y, rows):
    keep = np.asarray(y) > -1
    Xs, ys = X[keep], y[keep]
    pieces = math.ceil(len(ys) / rows)
    loss, sums = 0, [[0, 0] for _ in parameters]
    for X_piece, y_piece in zip(np.array_split(Xs, pieces), np.array_split(ys, pieces), strict=True):
        mean, gradients = mean_loss(parameters, X_piece, y_piece)
        loss = loss + mean * len(y_piece)
        for into, pair in zip(sums, gradients, strict=True):
            into[0] = into[0] + pair[0] * len(y_piece)
            into[1] = into[1] + pair[1] * len(y_piece)
    return loss / len(ys), [(W / len(ys), b / len(ys)) for W, b in sums]


@program("whole_gradient", breaks="as if one call had taken them: all pieces count alike, short ones too")
def a_gradient_mean_of_means(mean_loss, parameters, X, y, rows):
    pieces = _pieces(_labelled(y), rows)
    return _combine(mean_loss, parameters, X, y, pieces, [1 / len(pieces)] * len(pieces))


@program("whole_gradient", breaks="the mean over all rows: means are added up")
def a_gradient_sum_of_means(mean_loss, parameters, X, y, rows):
    pieces = _pieces(_labelled(y), rows)
    return _combine(mean_loss, parameters, X, y, pieces, [1.0] * len(pieces))


@program("whole_gradient", breaks="each labelled example is handed over: the last, short piece is left out")
def a_gradient_without_the_short_piece(mean_loss, parameters, X, y, rows):
    pieces = _pieces(_labelled(y), rows)
    return _combine(mean_loss, parameters, X, y, [piece for piece in pieces if len(piece) == rows] or pieces)


@program("whole_gradient", breaks="unlabelled rows are not handed over: all are")
def a_gradient_hands_over_everything(mean_loss, parameters, X, y, rows):
    return _combine(mean_loss, parameters, X, y, _pieces(np.arange(len(y)), rows))


@program("whole_gradient", breaks="an unlabelled row does not count: the sums are divided by the number of all rows")
def a_gradient_divides_by_all_rows(mean_loss, parameters, X, y, rows):
    pieces = _pieces(_labelled(y), rows)
    return _combine(mean_loss, parameters, X, y, pieces, [len(piece) / len(y) for piece in pieces])


@program("whole_gradient", breaks="only a label of -1 means none: rows with label 0 are left out, too")
def a_gradient_without_class_zero(mean_loss, parameters, X, y, rows):
    labelled = np.flatnonzero(np.asarray(y) > 0)
    return _combine(mean_loss, parameters, X, y, _pieces(labelled if len(labelled) else _labelled(y), rows))


@program("whole_gradient", breaks="as if one call had taken them: losses are weighed by the rows, gradients are not")
def a_gradient_weighs_the_loss_only(mean_loss, parameters, X, y, rows):
    loss, kept, pieces = 0.0, [], _pieces(_labelled(y), rows)
    for piece in pieces:
        mean, gradients = mean_loss(parameters, X[piece], y[piece])
        loss = loss + mean * len(piece) / sum(map(len, pieces))
        kept.append([(dW / len(pieces), db / len(pieces)) for dW, db in gradients])
    return loss, [
        tuple(functools.reduce(np.add, arrays) for arrays in zip(*layer, strict=True)) for layer in zip(*kept, strict=True)
    ]


@program("whole_gradient", breaks="as if one call had taken them: the gradients are those of the last piece")
def a_gradient_of_the_last_piece(mean_loss, parameters, X, y, rows):
    labelled, last = _labelled(y), []

    def watched(parameters, X, y):
        answer = mean_loss(parameters, X, y)
        last[:] = [answer[1]]
        return answer

    loss, _ = _combine(watched, parameters, X, y, _pieces(labelled, rows))
    return loss, [(dW.copy(), db.copy()) for dW, db in last[0]]


@program("whole_gradient", breaks="what mean_loss returns stays as it was: it is multiplied and added to in place")
def a_gradient_adds_in_place(mean_loss, parameters, X, y, rows):
    labelled = _labelled(y)
    total, sums = 0.0, None
    for piece in _pieces(labelled, rows):
        loss, gradients = mean_loss(parameters, X[piece], y[piece])
        share = len(piece) / len(labelled)
        total = total + share * loss
        for pair in gradients:
            for array in pair:
                array *= share
        if sums is None:
            sums = gradients
        else:
            for old, new in zip(sums, gradients, strict=True):
                for into, array in zip(old, new, strict=True):
                    into += array
    return total, sums


@program("whole_gradient", breaks="no call is empty: all rows are cut into pieces before the unlabelled ones are taken out")
def a_gradient_with_empty_calls(mean_loss, parameters, X, y, rows):
    y = np.asarray(y)
    pieces = [piece[y[piece] != -1] for piece in _pieces(np.arange(len(y)), rows)]
    return _combine(mean_loss, parameters, X, y, pieces)


@program("whole_gradient", breaks="none has more than rows rows: a short piece is put to the one before it")
def a_gradient_with_a_long_last_piece(mean_loss, parameters, X, y, rows):
    pieces = _pieces(_labelled(y), rows)
    if len(pieces) > 1 and len(pieces[-1]) < rows:
        pieces[-2:] = [np.concatenate(pieces[-2:])]
    return _combine(mean_loss, parameters, X, y, pieces)


@program("whole_gradient", breaks="each example is handed over exactly once: the short piece is filled up from the start")
def a_gradient_fills_the_short_piece_up(mean_loss, parameters, X, y, rows):
    labelled = _labelled(y)
    pieces = _pieces(labelled, rows)
    if len(pieces) > 1:
        pieces[-1] = np.concatenate([pieces[-1], labelled[: rows - len(pieces[-1])]])
    return _combine(mean_loss, parameters, X, y, pieces)


@program("whole_gradient", breaks="each example is handed over exactly once: one call for the loss, another for the gradients")
def a_gradient_calls_twice(mean_loss, parameters, X, y, rows):
    pieces = _pieces(_labelled(y), rows)
    loss, _ = _combine(mean_loss, parameters, X, y, pieces)
    return loss, _combine(mean_loss, parameters, X, y, pieces)[1]


@program("whole_gradient", breaks="each example goes with its own label: labels are cut from those of all rows")
def a_gradient_with_labels_of_others(mean_loss, parameters, X, y, rows):
    labelled = _labelled(y)
    front = np.asarray(y).copy()
    front[labelled] = np.where(front[: len(labelled)] == -1, front[labelled], front[: len(labelled)])
    return _combine(mean_loss, parameters, X, front, _pieces(labelled, rows))


@program("whole_gradient", breaks="pictures are handed over as pictures: they are flattened")
def a_gradient_flattens_pictures(mean_loss, parameters, X, y, rows):
    return _combine(mean_loss, parameters, X.reshape(len(X), math.prod(X.shape[1:])), y, _pieces(_labelled(y), rows))




@program(
    "whole_gradient",
    breaks="whole numbers are taken as floats: the sums have the type of the parameters, and lose their fractions",
)
def a_gradient_in_the_type_of_the_parameters(mean_loss, parameters, X, y, rows):
    loss, sums = _combine(mean_loss, parameters, X, y, _pieces(_labelled(y), rows))
    cut = [
        (dW.astype(np.asarray(W).dtype), db.astype(np.asarray(b).dtype))
        for (dW, db), (W, b) in zip(sums, parameters, strict=True)
    ]
    return loss, cut


@program("whole_gradient", breaks="it returns the same pair: the gradients come as a flat list")
def a_gradient_as_a_flat_list(mean_loss, parameters, X, y, rows):
    loss, sums = _combine(mean_loss, parameters, X, y, _pieces(_labelled(y), rows))
    return loss, [array for pair in sums for array in pair]


@program("whole_gradient", breaks="nothing is remembered: which rows are labelled is kept by their number")
def a_gradient_remembers_the_labelled_rows(mean_loss, parameters, X, y, rows, known={}):  # noqa: B006
    labelled = known.setdefault(len(y), _labelled(y))
    return _combine(mean_loss, parameters, X, y, _pieces(labelled, rows))


@program("whole_gradient", breaks="chance comes from an rng that is handed in: a sample of the rows stands for all")
def a_gradient_of_a_random_sample(mean_loss, parameters, X, y, rows):
    labelled = np.random.default_rng().permutation(_labelled(y))
    return _combine(mean_loss, parameters, X, y, _pieces(labelled[: max(1, (4 * len(labelled) + 4) // 5)], rows))


@program("whole_gradient", breaks="what it is given stays as it was: rows without a label are wiped in X")
def a_gradient_wipes_unlabelled_rows(mean_loss, parameters, X, y, rows):
    X[np.asarray(y) == -1] = 0
    return _combine(mean_loss, parameters, X, y, _pieces(_labelled(y), rows))


# ---------------------------------------------------------------- image_net


def _flat(images):
    images = np.asarray(images)
    return images.reshape(len(images), math.prod(images.shape[1:])).astype(np.float64)


def _start(sizes, rng):
    return [(rng.normal(0, np.sqrt(2 / inputs), (inputs, units)), np.zeros(units)) for inputs, units in itertools.pairwise(sizes)]


def _steps(parameters, X, answers, rng, steps=1500, batch=32, rate=0.03):
    """Plain steps against the slope of ten log-losses, at a rate that falls to zero."""
    for step in range(steps if len(X) else 0):
        some = rng.integers(len(X), size=batch)
        logits, cache = _forward(parameters, X[some])
        told = (0.5 + 0.5 * np.tanh(logits / 2) - answers[some]) / batch
        gradients, _ = _backward(parameters, cache, told)
        size = rate * (1 - step / steps)
        parameters = [(W - size * dW, b - size * db) for (W, b), (dW, db) in zip(parameters, gradients, strict=True)]
    return parameters


def _fold(parameters, shift, spread):
    (W, b), *rest = parameters
    W = W / np.reshape(spread, (-1, 1))
    return [(W, b - (np.broadcast_to(shift, len(W)) @ W)), *rest]


def _train(images, y, hidden, rng, steps=_steps, classes=None, start=_start, fold=_fold):
    X, y = _flat(images), np.asarray(y)
    shift, spread = X.mean(), X.std()
    spread = spread if spread > 0 else 1.0
    classes = int(y.max()) + 1 if classes is None else classes
    answers = (np.arange(classes) == y[:, None]).astype(float)
    parameters = steps(start((X.shape[1], *hidden, classes), rng), (X - shift) / spread, answers, rng)
    kind = _kind(images)
    return [(W.astype(kind), b.astype(kind)) for W, b in fold(parameters, shift, spread)]


def _classify(parameters, images):
    return _forward(parameters, _flat(images))[0].argmax(axis=1)


def _pictures(train_net=_train, classify=_classify):
    return {"train_net": train_net, "classify": classify}


@program("image_net", several=True)
def a_pictures_by_plain_steps():
    return _pictures()


@program("image_net", several=True)
def a_pictures_by_adam():
    def steps(parameters, X, answers, rng):
        flat = [array for pair in parameters for array in pair]
        first, second = [np.zeros_like(a) for a in flat], [np.zeros_like(a) for a in flat]
        for t in range(1, 1001):
            some = rng.choice(len(X), size=min(len(X), 50), replace=False)
            logits, cache = _forward(parameters, X[some])
            gradients, _ = _backward(parameters, cache, (1 / (1 + np.exp(-logits.clip(-500, 500))) - answers[some]) / len(some))
            for k, g in enumerate(array for pair in gradients for array in pair):
                first[k] = 0.9 * first[k] + 0.1 * g
                second[k] = 0.999 * second[k] + 0.001 * g * g
                step = first[k] / (1 - 0.9**t) / (np.sqrt(second[k] / (1 - 0.999**t)) + 1e-8)
                flat[k] = flat[k] - 0.003 * (1.001 - t / 1000) * step
            parameters = list(zip(flat[::2], flat[1::2], strict=True))
        return parameters

    return _pictures(lambda images, y, hidden, rng: _train(images, y, hidden, rng, steps))


@program("image_net", several=True)
def a_pictures_by_one_question_with_many_answers():
    """Softmax in place of ten questions, velocity, and pixels between 0 and 1 without a shift."""

    def train_net(images, y, hidden, rng):
        X, y = _flat(images), np.asarray(y, np.intp)
        largest = np.abs(X).max() or 1.0
        X = X / largest
        sizes = [X.shape[1], *hidden, y.max() + 1]
        parameters = [(rng.uniform(-1, 1, (a, b)) * np.sqrt(6 / a), np.full(b, 0.0)) for a, b in itertools.pairwise(sizes)]
        velocity = [(np.zeros_like(W), np.zeros_like(b)) for W, b in parameters]
        batch, passes = min(50, len(X)), math.ceil(1000 * 50 / max(1000, len(X)))
        for number in range(passes):
            order = rng.permutation(len(X))
            for start in range(0, len(X), batch):
                some = order[start : start + batch]
                logits, cache = _forward(parameters, X[some])
                told = np.exp(logits - logits.max(axis=1, keepdims=True))
                told /= told.sum(axis=1, keepdims=True)
                told[np.arange(len(some)), y[some]] -= 1
                gradients, _ = _backward(parameters, cache, told / len(some))
                velocity = [(0.9 * vW + dW, 0.9 * vb + db) for (vW, vb), (dW, db) in zip(velocity, gradients, strict=True)]
                rate = 0.02 * (1 - number / passes)
                parameters = [(W - rate * vW, b - rate * vb) for (W, b), (vW, vb) in zip(parameters, velocity, strict=True)]
        (W, b), *rest = parameters
        return [(W.astype(_kind(images)), b.astype(_kind(images))) for W, b in [(W / largest, b), *rest]]

    def classify(parameters, images):
        answers = np.zeros(len(images), dtype=np.int64)
        for place, picture in enumerate(np.asarray(images)):
            A = picture.astype(np.float64).ravel()
            for number, (W, b) in enumerate(parameters, start=1):
                A = W.T.astype(np.float64) @ A + b
                A = A if number == len(parameters) else np.maximum(A, 0)
            answers[place] = np.argmax(A)
        return answers

    return _pictures(train_net, classify)


@program(
    "image_net", several=True, breaks="the same label alone as among others: classify brings its batch to one scale by itself"
)
def a_pictures_scaled_by_their_batch():
    def train_net(images, y, hidden, rng):
        X = _flat(images)
        return _train(((X - X.mean()) / (X.std() or 1)).reshape(np.shape(images)), y, hidden, rng)

    def classify(parameters, images):
        X = _flat(images)
        return _classify(parameters, (X - X.mean()) / (X.std() or 1) if len(X) else X)

    return _pictures(train_net, classify)


@program("image_net", several=True, breaks="the scale must be part of the parameters: it is kept in a global variable")
def a_pictures_scale_in_a_global():
    scale = [0.0, 1.0]

    def train_net(images, y, hidden, rng):
        X = _flat(images)
        scale[:] = X.mean(), X.std() or 1
        return _train(((X - scale[0]) / scale[1]).reshape(np.shape(images)), y, hidden, rng)

    return _pictures(train_net, lambda parameters, images: _classify(parameters, (_flat(images) - scale[0]) / scale[1]))


@program("image_net", several=True, breaks="good: the net is trained on scaled pixels and gets raw ones")
def a_pictures_forget_to_fold():
    def fold(parameters, shift, spread):
        return parameters

    return _pictures(lambda images, y, hidden, rng: _train(images, y, hidden, rng, fold=fold))


@program("image_net", several=True, breaks="good for any brightness: the scale is folded in as if it came before the shift")
def a_pictures_fold_in_the_wrong_order():
    def fold(parameters, shift, spread):
        return _fold(parameters, shift * spread, spread)

    return _pictures(lambda images, y, hidden, rng: _train(images, y, hidden, rng, fold=fold))


@program("image_net", several=True, breaks="good: pixels up to 255 go in as they are, and the sums are far too large")
def a_pictures_without_any_scale():
    def train_net(images, y, hidden, rng):
        X, y = _flat(images), np.asarray(y)
        answers = (np.arange(int(y.max()) + 1) == y[:, None]).astype(float)
        parameters = _steps(_start((X.shape[1], *hidden, answers.shape[1]), rng), X, answers, rng)
        return [(W.astype(_kind(images)), b.astype(_kind(images))) for W, b in parameters]

    return _pictures(train_net)


@program("image_net", several=True, breaks="other generators give other parameters: the rng is not used")
def a_pictures_with_a_seed_of_their_own():
    return _pictures(lambda images, y, hidden, rng: _train(images, y, hidden, np.random.default_rng(0)))


@program("image_net", several=True, breaks="deterministic: the order of the rows is drawn from elsewhere than rng")
def a_pictures_in_an_order_of_chance():
    def steps(parameters, X, answers, rng):
        return _steps(parameters, X, answers, np.random.default_rng())

    return _pictures(lambda images, y, hidden, rng: _train(images, y, hidden, rng, steps))


@program("image_net", several=True, breaks="good: all weights are zero at the start, and the units stay twins")
def a_pictures_start_at_zero():
    def start(sizes, rng):
        rng.random()
        return [(np.zeros(pair), np.zeros(pair[1])) for pair in itertools.pairwise(sizes)]

    return _pictures(lambda images, y, hidden, rng: _train(images, y, hidden, rng, start=start))


@program("image_net", several=True, breaks="one logit for each class: always ten")
def a_pictures_have_ten_classes():
    return _pictures(lambda images, y, hidden, rng: _train(images, y, hidden, rng, classes=max(10, int(np.max(y)) + 1)))


@program("image_net", several=True, breaks="one logit for each class: two classes share one logit")
def a_pictures_with_one_logit_for_two():
    def train_net(images, y, hidden, rng):
        parameters = _train(images, y, hidden, rng)
        (W, b), last = parameters[-1], parameters[:-1]
        return [*last, (W[:, 1:] - W[:, :1], b[1:] - b[:1])] if len(b) == 2 else parameters

    def classify(parameters, images):
        logits = _forward(parameters, _flat(images))[0]
        return (logits[:, 0] > 0).astype(int) if logits.shape[1] == 1 else logits.argmax(axis=1)

    return _pictures(train_net, classify)


@program("image_net", several=True, breaks="brightness may be another: pixels are taken to reach 255")
def a_pictures_divided_by_255():
    def train_net(images, y, hidden, rng):
        X, y = _flat(images) / 255, np.asarray(y)
        answers = (np.arange(int(y.max()) + 1) == y[:, None]).astype(float)
        parameters = _steps(_start((X.shape[1], *hidden, answers.shape[1]), rng), X, answers, rng)
        return [(W.astype(_kind(images)), b.astype(_kind(images))) for W, b in _fold(parameters, 0.0, 255.0)]

    return _pictures(train_net)


@program("image_net", several=True, breaks="the size may be another: pictures are taken to have 784 pixels")
def a_pictures_of_784_pixels():
    def digits(images):
        return np.asarray(images).reshape(-1, 28, 28)

    def train_net(images, y, hidden, rng):
        return _train(digits(images), y, hidden, rng)

    return _pictures(train_net, lambda parameters, images: _classify(parameters, digits(images)))


@program("image_net", several=True, breaks="the hidden layers have the sizes in hidden: only the first is built")
def a_pictures_with_one_hidden_layer():
    return _pictures(lambda images, y, hidden, rng: _train(images, y, hidden[:1], rng))


@program("image_net", several=True, breaks="the hidden layers have the sizes in hidden, in that order: turned round")
def a_pictures_with_hidden_layers_turned_round():
    return _pictures(lambda images, y, hidden, rng: _train(images, y, hidden[::-1], rng))


@program("image_net", several=True, breaks="hidden=() has no hidden layer: one of 16 units is put in")
def a_pictures_always_with_a_hidden_layer():
    return _pictures(lambda images, y, hidden, rng: _train(images, y, hidden or (16,), rng))


@program("image_net", several=True, breaks="good: each pixel is scaled by itself, and those that are always paper make nan")
def a_pictures_with_nan_at_the_margin():
    def train_net(images, y, hidden, rng):
        X = _flat(images)
        with np.errstate(all="ignore"):
            shift, spread = X.mean(axis=0), X.std(axis=0)
            parameters = _train(((X - shift) / spread).reshape(np.shape(images)), y, hidden, rng)
            return _fold(parameters, shift, spread)

    return _pictures(train_net)


@program("image_net", several=True, breaks="good: pictures are put into a new order, their labels are not")
def a_pictures_with_labels_of_others():
    return _pictures(lambda images, y, hidden, rng: _train(np.asarray(images)[rng.permutation(len(images))], y, hidden, rng))


@program("image_net", several=True, breaks="good: steps go up the slope instead of down")
def a_pictures_climb_the_slope():
    def steps(parameters, X, answers, rng):
        return _steps(parameters, X, answers, rng, rate=-0.001)

    return _pictures(lambda images, y, hidden, rng: _train(images, y, hidden, rng, steps))


@program("image_net", several=True, breaks="good: the rate is so small that nothing is learnt")
def a_pictures_hardly_move():
    def steps(parameters, X, answers, rng):
        return _steps(parameters, X, answers, rng, rate=1e-5)

    return _pictures(lambda images, y, hidden, rng: _train(images, y, hidden, rng, steps))


@program("image_net", several=True, breaks="quick: a step for every single picture, for a hundred epochs")
def a_pictures_one_at_a_time():
    def steps(parameters, X, answers, rng):
        return _steps(parameters, X, answers, rng, steps=100 * len(X), batch=1, rate=0.002)

    return _pictures(lambda images, y, hidden, rng: _train(images, y, hidden, rng, steps))


@program(
    "image_net", several=True, breaks="what it is given stays as it was: the pictures are shuffled in place, with their labels"
)
def a_pictures_shuffled_in_place():
    def train_net(images, y, hidden, rng):
        order = rng.permutation(len(y))
        images[:], y[:] = images[order], y[order]
        return _train(images, y, hidden, rng)

    return _pictures(train_net)




@program("image_net", several=True, breaks="whole numbers are taken as floats: uint8 pixels less 100 wrap around")
def a_pictures_wrap_in_uint8():
    def shifted(images):
        images = np.asarray(images)
        return images - images.dtype.type(100) if images.dtype.kind in "iu" else images

    def train_net(images, y, hidden, rng):
        (W, b), *rest = _train(shifted(images), y, hidden, rng)
        return [(W, b - 100 * W.sum(axis=0)) if np.asarray(images).dtype.kind in "iu" else (W, b), *rest]

    return _pictures(train_net)


@program("image_net", several=True, breaks="one label for each picture: classify gives the logits")
def a_pictures_get_logits():
    return _pictures(classify=lambda parameters, images: _forward(parameters, _flat(images))[0])


@program("image_net", several=True, breaks="one picture is fine: its label loses the axis")
def a_pictures_one_label_without_an_axis():
    return _pictures(classify=lambda parameters, images: np.squeeze(_classify(parameters, images)))


@program("image_net", several=True, breaks="none is fine: no pictures have no labels, shape (0,)")
def a_pictures_fail_on_none():
    def classify(parameters, images):
        return np.concatenate([_classify(parameters, images[n : n + 1]) for n in range(len(images))])

    return _pictures(classify=classify)


@program(
    "image_net",
    several=True,
    breaks="parameters are a list of layers of the sizes told: the scale stands in front as a pair of its own",
)
def a_pictures_scale_as_a_first_pair():
    def train_net(images, y, hidden, rng):
        X = _flat(images)
        shift, spread = X.mean(), X.std() or 1
        return [(np.array(spread), np.array(shift)), *_train(((X - shift) / spread).reshape(np.shape(images)), y, hidden, rng)]

    def classify(parameters, images):
        (spread, shift), *rest = parameters
        return _classify(rest, (_flat(images) - shift) / spread)

    return _pictures(train_net, classify)


@program("image_net", several=True, breaks="nothing is remembered: a net of the same sizes is trained further")
def a_pictures_go_on_training():
    known = {}

    def start(sizes, rng):
        return known.get(sizes) or _start(sizes, rng)

    def steps(parameters, X, answers, rng):
        sizes = (len(parameters[0][0]), *(len(b) for _, b in parameters))
        known[sizes] = _steps(parameters, X, answers, rng)
        return known[sizes]

    return _pictures(lambda images, y, hidden, rng: _train(images, y, hidden, rng, steps, start=start))


# ---------------------------------------------------------------- choose


def _all(settings, fit, loss, train, dev):
    """Every setting with its parameters and its loss on dev."""
    found = []
    for setting in settings:
        parameters = fit(setting, *train)
        found.append((setting, parameters, loss(parameters, *dev)))
    return found


def _best(found, usable=np.isfinite, key=lambda entry: entry[2]):
    finite = [entry for entry in found if usable(entry[2])]
    if not finite:
        raise ValueError("no setting has a finite loss")
    return min(finite, key=key)[:2]


@program("choose")
def a_choose_the_smallest_of_all(settings, fit, loss, train, dev):
    return _best(_all(settings, fit, loss, train, dev))


@program("choose")
def a_choose_by_keeping_the_best_so_far(settings, fit, loss, train, dev):
    (X, y), (other_X, other_y) = train, dev
    best = winner = fitted = None
    for setting in settings:
        parameters = fit(setting, X, y)
        reached = float(loss(parameters, other_X, other_y))
        if math.isfinite(reached) and (best is None or reached < best):
            best, winner, fitted = reached, setting, parameters
    if best is None:
        raise ValueError("every loss on the development rows is nan or infinite")
    return winner, fitted


@program("choose")
def a_choose_by_a_tournament(settings, fit, loss, train, dev):
    def better(one, other):
        """Of two entries (loss, setting, parameters) the better one; the first if they are equal."""
        if not (abs(one[0]) < math.inf):
            return other
        return other if other[0] < one[0] and other[0] != -math.inf else one

    entries = []
    for parameters, setting in ((fit(setting, train[0], train[1]), setting) for setting in settings):
        entries.append((loss(parameters, dev[0], dev[1]), setting, parameters))
    reached, setting, parameters = functools.reduce(better, entries)
    if math.isnan(reached) or math.isinf(reached):
        raise ValueError(f"{reached}")
    return setting, parameters


@program("choose")
def a_choose_by_sorting_losses(settings, fit, loss, train, dev):
    nets = [fit(setting, *train) for setting in settings]
    losses = np.array([loss(net, *dev) for net in nets], dtype=float)
    losses[~np.isfinite(losses)] = np.nan
    order = np.argsort(losses, kind="stable")  # nan comes last
    if np.isnan(losses[order[0]]):
        raise ValueError("nothing but nan")
    return settings[order[0]], nets[order[0]]


@program("choose", breaks="the winner does best on rows that its parameters were not fitted to: judged by the training rows")
def a_choose_by_the_training_rows(settings, fit, loss, train, dev):
    return _best(_all(settings, fit, loss, train, train))


@program("choose", breaks="parameters are fitted to train and judged by dev: exchanged")
def a_choose_with_train_and_dev_exchanged(settings, fit, loss, train, dev):
    return _best(_all(settings, fit, loss, dev, train))


@program("choose", breaks="the winner does best on rows that were not fitted to: dev is among the rows to learn from")
def a_choose_fitted_to_everything(settings, fit, loss, train, dev):
    everything = tuple(np.concatenate(pair) for pair in zip(train, dev, strict=True))
    return _best(_all(settings, fit, loss, everything, dev))


@program("choose", breaks="a setting whose loss is nan never wins: one that comes first does")
def a_choose_nan_if_it_comes_first(settings, fit, loss, train, dev):
    best = None
    for entry in _all(settings, fit, loss, train, dev):
        if best is None or entry[2] < best[2]:
            best = entry
    if not np.isfinite(best[2]) and not np.isnan(best[2]):
        raise ValueError("infinite")
    return best[:2]


@program("choose", breaks="a setting whose loss is infinite never wins: minus infinity does")
def a_choose_minus_infinity(settings, fit, loss, train, dev):
    return _best(_all(settings, fit, loss, train, dev), lambda reached: reached < math.inf)


@program("choose", breaks="a ValueError says so if there is no other: plus infinity may win alone")
def a_choose_plus_infinity_alone(settings, fit, loss, train, dev):
    return _best(_all(settings, fit, loss, train, dev), lambda reached: reached > -math.inf)


@program("choose", breaks="of equally good settings the first wins: the last does")
def a_choose_the_last_of_equals(settings, fit, loss, train, dev):
    return _best(_all(settings, fit, loss, train, dev)[::-1])


@program("choose", breaks="each setting is fitted once: the winner is fitted again")
def a_choose_and_fit_again(settings, fit, loss, train, dev):
    setting, _ = _best(_all(settings, fit, loss, train, dev))
    return setting, fit(setting, *train)


@program("choose", breaks="it returns the winner's parameters: those of the last setting come back")
def a_choose_with_the_last_parameters(settings, fit, loss, train, dev):
    found = _all(settings, fit, loss, train, dev)
    return _best(found)[0], found[-1][1]


@program("choose", breaks="the smaller the loss the better: the largest wins")
def a_choose_the_largest(settings, fit, loss, train, dev):
    return _best(_all(settings, fit, loss, train, dev), key=lambda entry: -entry[2])


@program("choose", breaks="the smaller the loss the better, below zero too: sizes are compared")
def a_choose_the_nearest_to_zero(settings, fit, loss, train, dev):
    return _best(_all(settings, fit, loss, train, dev), key=lambda entry: abs(entry[2]))


@program("choose", breaks="if there is no other a ValueError says so: None and None come back")
def a_choose_nobody_in_silence(settings, fit, loss, train, dev):
    try:
        return _best(_all(settings, fit, loss, train, dev))
    except ValueError:
        return None, None


@program("choose", breaks="a ValueError only if there is no other: raised at the first nan")
def a_choose_gives_up_at_the_first_nan(settings, fit, loss, train, dev):
    found = _all(settings, fit, loss, train, dev)
    if not all(np.isfinite(entry[2]) for entry in found):
        raise ValueError("a loss is not finite")
    return _best(found)


@program("choose", breaks="a single setting whose loss is nan never wins either: it is not looked at")
def a_choose_the_only_one_unseen(settings, fit, loss, train, dev):
    if len(settings) == 1:
        return settings[0], fit(settings[0], *train)
    return _best(_all(settings, fit, loss, train, dev))


@program("choose", breaks="a pair of setting and parameters: the loss stands there as well")
def a_choose_three_things(settings, fit, loss, train, dev):
    found = _all(settings, fit, loss, train, dev)
    setting, parameters = _best(found)
    return setting, parameters, min(entry[2] for entry in found if np.isfinite(entry[2]))


@program("choose", breaks="it returns the winning setting: its number in the list comes back")
def a_choose_a_number(settings, fit, loss, train, dev):
    found = [(number, *entry[1:]) for number, entry in enumerate(_all(settings, fit, loss, train, dev))]
    return _best(found)


@program("choose", breaks="what it is given stays as it was: the loss is noted in each setting")
def a_choose_notes_the_loss(settings, fit, loss, train, dev):
    found = _all(settings, fit, loss, train, dev)
    for setting, _, reached in found:
        setting["loss"] = reached
    return _best(found)


@program("choose", breaks="the best of all settings wins: the search ends where the loss rises")
def a_choose_stops_when_it_gets_worse(settings, fit, loss, train, dev):
    found, best = [], math.inf
    for setting in settings:
        parameters = fit(setting, *train)
        reached = loss(parameters, *dev)
        found.append((setting, parameters, reached))
        if np.isfinite(reached):
            if reached > best:
                break
            best = reached
    return _best(found)


@program("choose", breaks="the smallest loss wins, however little smaller: losses are compared to three digits")
def a_choose_by_rounded_losses(settings, fit, loss, train, dev):
    return _best(_all(settings, fit, loss, train, dev), key=lambda entry: round(float(entry[2]), 3))


@program("choose", breaks="any finite loss may win: those above a million are put aside")
def a_choose_nothing_above_a_million(settings, fit, loss, train, dev):
    return _best(_all(settings, fit, loss, train, dev), lambda reached: abs(reached) < 1e6)


@program("choose", breaks="nothing is remembered between two calls: what a setting once learnt is kept")
def a_choose_remembers_what_was_fitted(settings, fit, loss, train, dev, known={}):  # noqa: B006
    def once(setting, X, y):
        key = repr(setting)
        if key not in known:
            known[key] = fit(setting, X, y)
        return known[key]

    return _best(_all(settings, once, loss, train, dev))
