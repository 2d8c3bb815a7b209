"""Programs for week 4, written from its contracts alone."""

import math
from functools import reduce
from itertools import pairwise

import numpy as np

from autograder.cases import program

# ---------------------------------------------------------------- deep_net


def _as_floats(parameters, *arrays):
    """The same numbers, all of the widest float type among them."""
    kind = np.result_type(np.float32, *arrays, *(array for pair in parameters for array in pair))
    return [(np.asarray(W, kind), np.asarray(b, kind)) for W, b in parameters], *(np.asarray(array, kind) for array in arrays)


def _forward(parameters, X):
    parameters, A = _as_floats(parameters, X)
    arrived = [A]
    for W, b in parameters[:-1]:
        arrived.append(np.maximum(arrived[-1] @ W + b, 0))
    W, b = parameters[-1]
    return arrived[-1] @ W + b, arrived


def _backward(parameters, arrived, d_scores):
    parameters, delta, _ = _as_floats(parameters, d_scores, arrived[0])
    gradients = []
    for layer in range(len(parameters) - 1, -1, -1):
        gradients.append((arrived[layer].T @ delta, delta.sum(axis=0)))
        delta = delta @ parameters[layer][0].T
        if layer > 0:
            delta = delta * (arrived[layer] > 0)
    return gradients[::-1], delta


def _deep(forward=_forward, backward=_backward):
    return {"forward": forward, "backward": backward}


@program("deep_net", several=True)
def b_arrived_in_a_list():
    return _deep()


@program("deep_net", several=True)
def b_forward_once_more_on_the_way_back():
    def forward(parameters, X):
        return _forward(parameters, X)[0], X.copy()

    def backward(parameters, cache, d_scores):
        return _backward(parameters, _forward(parameters, cache)[1], d_scores)

    return _deep(forward, backward)


@program("deep_net", several=True)
def b_biases_as_one_more_row():
    def forward(parameters, X):
        parameters, A = _as_floats(parameters, X)
        one = np.ones((len(A), 1), A.dtype)
        steps = []
        for number, (W, b) in enumerate(parameters, start=1):
            A = np.concatenate([A, one], axis=1)
            sums = np.einsum("ni,ij->nj", A, np.concatenate([W, b[None]]))
            opened = sums >= 0 if number < len(parameters) else np.ones(sums.shape, dtype=bool)  # at 0 the slope 1
            steps.append({"in": A, "open": opened})
            A = np.where(opened, sums, 0)
        return A, tuple(steps)

    def backward(parameters, cache, d_scores):
        parameters, carried, _ = _as_floats(parameters, d_scores, cache[0]["in"])
        found = {}
        for layer in reversed(range(len(parameters))):
            carried = np.where(cache[layer]["open"], carried, 0)
            both = np.einsum("ni,nj->ij", cache[layer]["in"], carried)
            found[layer] = (both[:-1], both[-1])
            carried = np.einsum("nj,ij->ni", carried, parameters[layer][0])
        return [found[layer] for layer in range(len(parameters))], carried

    return _deep(forward, backward)


@program("deep_net", several=True)
def b_cache_of_functions():
    def layer(A, W, b, bends):
        sums = A @ W + b
        mask = (sums > 0) if bends else np.ones_like(sums, dtype=bool)

        def back(delta):
            delta = delta * mask
            return (A.T @ delta, delta.sum(axis=0)), delta @ W.T

        return np.where(mask, sums, 0), back

    def forward(parameters, X):
        parameters, A = _as_floats(parameters, X)
        steps = []
        for number, (W, b) in enumerate(parameters):
            A, back = layer(A, W.copy(), b, number + 1 < len(parameters))
            steps.append(back)
        return A, steps

    def backward(parameters, cache, d_scores):
        carried = np.asarray(d_scores, np.result_type(d_scores, np.float32))
        found = []
        for back in reversed(cache):
            pair, carried = back(carried)
            found.insert(0, pair)
        return found, carried

    return _deep(forward, backward)


@program("deep_net", several=True, breaks="after every layer but the last comes relu: the scores are cut off too")
def b_relu_after_the_last_layer():
    def forward(parameters, X):
        scores, cache = _forward(parameters, X)
        return np.maximum(scores, 0), cache

    return _deep(forward)


@program("deep_net", several=True, breaks="gradients as small movements measure them: no relu on the way back")
def b_no_relu_on_the_way_back():
    def backward(parameters, arrived, d_scores):
        parameters, delta, _ = _as_floats(parameters, d_scores, arrived[0])
        gradients = []
        for (W, _), A in zip(parameters[::-1], arrived[::-1], strict=True):
            gradients.append((A.T @ delta, delta.sum(axis=0)))
            delta = delta @ W.T
        return gradients[::-1], delta

    return _deep(backward=backward)


@program("deep_net", several=True, breaks="gradients of the parameters are sums over the examples: here means")
def b_divided_by_the_examples_once_more():
    def backward(parameters, arrived, d_scores):
        gradients, d_X = _backward(parameters, arrived, d_scores)
        return [(dW / max(1, len(d_X)), db / max(1, len(d_X))) for dW, db in gradients], d_X

    return _deep(backward=backward)


@program("deep_net", several=True, breaks="gradients in the shapes of the parameters: the biases' have an axis more")
def b_bias_gradients_keep_their_axis():
    def backward(parameters, arrived, d_scores):
        gradients, d_X = _backward(parameters, arrived, d_scores)
        return [(dW, db[None]) for dW, db in gradients], d_X

    return _deep(backward=backward)


@program("deep_net", several=True, breaks="pairs in the order of the parameters: the last layer comes first")
def b_last_layer_first():
    def backward(parameters, arrived, d_scores):
        gradients, d_X = _backward(parameters, arrived, d_scores)
        return gradients[::-1], d_X

    return _deep(backward=backward)


@program("deep_net", several=True, breaks="the gradient for X: no relu stands in front of X, here one does")
def b_relu_in_front_of_the_examples():
    def backward(parameters, arrived, d_scores):
        gradients, d_X = _backward(parameters, arrived, d_scores)
        return gradients, d_X * (arrived[0] > 0)

    return _deep(backward=backward)


@program("deep_net", several=True, breaks="passes backward may be repeated with one cache: the cache is used up")
def b_cache_used_up():
    def backward(parameters, arrived, d_scores):
        answer = _backward(parameters, list(arrived), d_scores)
        while arrived:
            arrived.pop()
        return answer

    return _deep(backward=backward)


_LAST_CACHE = {}


@program("deep_net", several=True, breaks="passes backward in any order: only the last way forward is remembered, and globally")
def b_only_the_last_way_forward():
    def forward(parameters, X):
        scores, _LAST_CACHE["arrived"] = _forward(parameters, X)
        return scores, None

    return _deep(forward, lambda parameters, cache, d_scores: _backward(parameters, _LAST_CACHE["arrived"], d_scores))


@program("deep_net", several=True, breaks="passes backward may be repeated: arrays in the cache are made into masks in place")
def b_masks_made_in_the_cache():
    def backward(parameters, arrived, d_scores):
        answer = _backward(parameters, arrived, d_scores)
        for A in arrived[1:]:
            A[...] = A > 0
        return answer

    return _deep(backward=backward)


@program("deep_net", several=True, breaks="passes backward may be repeated: their gradients add up in the cache")
def b_gradients_add_up_in_the_cache():
    def forward(parameters, X):
        scores, arrived = _forward(parameters, X)
        return scores, {"arrived": arrived, "sum": None}

    def backward(parameters, cache, d_scores):
        gradients, d_X = _backward(parameters, cache["arrived"], d_scores)
        if cache["sum"] is not None:
            gradients = [(dW + W, db + b) for (dW, db), (W, b) in zip(gradients, cache["sum"], strict=True)]
        cache["sum"] = gradients
        return gradients, d_X

    return _deep(forward, backward)


@program("deep_net", several=True, breaks="inputs stay as they were: backward makes a step of descent in place")
def b_step_of_descent_in_place():
    def backward(parameters, arrived, d_scores):
        gradients, d_X = _backward(parameters, arrived, d_scores)
        for (W, b), (dW, db) in zip(parameters, gradients, strict=True):
            if np.issubdtype(W.dtype, np.floating) and np.issubdtype(b.dtype, np.floating):
                W -= 0.01 * dW.astype(W.dtype)
                b -= 0.01 * db.astype(b.dtype)
        return gradients, d_X

    return _deep(backward=backward)


@program("deep_net", several=True, breaks="inputs stay as they were: the gradient of the scores is divided in place")
def b_gradient_of_the_scores_divided_in_place():
    def backward(parameters, arrived, d_scores):
        answer = _backward(parameters, arrived, d_scores)
        if np.issubdtype(d_scores.dtype, np.floating) and len(d_scores):
            d_scores /= 2
        return answer

    return _deep(backward=backward)


@program("deep_net", several=True, breaks="d_X has the shape of X: it stops at the sums of the first layer")
def b_stops_at_the_first_layers_sums():
    def backward(parameters, arrived, d_scores):
        gradients, _ = _backward(parameters, arrived, d_scores)
        if len(parameters) == 1:
            return gradients, d_scores
        above = _backward(parameters[1:], arrived[1:], d_scores)[1]
        return gradients, above * (arrived[1] > 0)

    return _deep(backward=backward)


@program("deep_net", several=True, breaks="float32 in, float32 out: always float64")
def b_deep_net_in_float64():
    return _deep(lambda parameters, X: _forward(parameters, np.asarray(X, dtype=np.float64)))


@program("deep_net", several=True, breaks="whole numbers are taken as floats: weights are made whole, as X is")
def b_weights_in_the_type_of_the_examples():
    def forward(parameters, X):
        return _forward([(np.asarray(W).astype(X.dtype), np.asarray(b).astype(X.dtype)) for W, b in parameters], X)

    return _deep(forward)


@program(
    "deep_net", several=True, breaks="other rows do not change a row of scores: hidden layers are moved to their batch's mean"
)
def b_hidden_layers_moved_to_their_mean():
    def forward(parameters, X):
        parameters, A = _as_floats(parameters, X)
        arrived = [A]
        for W, b in parameters[:-1]:
            sums = arrived[-1] @ W + b
            arrived.append(np.maximum(sums - sums.mean(axis=0), 0) if len(sums) else sums)
        W, b = parameters[-1]
        return arrived[-1] @ W + b, arrived

    return _deep(forward)


@program("deep_net", several=True, breaks="any depth: one layer is too few")
def b_at_least_two_layers():
    def forward(parameters, X):
        first, *_, last = parameters
        del first, last
        return _forward(parameters, X)

    return _deep(forward)


@program("deep_net", several=True, breaks="any depth: layers between the first and the last are skipped")
def b_two_layers_only():
    return _deep(
        lambda parameters, X: _forward([parameters[0], parameters[-1]] if len(parameters) > 1 else parameters, X),
    )


@program("deep_net", several=True, breaks="gradients for each example's own relu: a unit open in one example is open in all")
def b_open_in_one_open_in_all():
    def backward(parameters, arrived, d_scores):
        parameters, delta, _ = _as_floats(parameters, d_scores, arrived[0])
        gradients = []
        for layer in range(len(parameters) - 1, -1, -1):
            gradients.append((arrived[layer].T @ delta, delta.sum(axis=0)))
            delta = delta @ parameters[layer][0].T
            if layer > 0:
                delta = delta * (arrived[layer] > 0).any(axis=0)
        return gradients[::-1], delta

    return _deep(backward=backward)


@program("deep_net", several=True, breaks="any size: no examples raise an error")
def b_rows_of_scores_stacked():
    def forward(parameters, X):
        return np.stack([_forward(parameters, row[None])[0][0] for row in X]), _forward(parameters, X)[1]

    return _deep(forward)


@program("deep_net", several=True, breaks="scores are (examples, outputs): one output loses its axis")
def b_one_output_flat():
    def forward(parameters, X):
        scores, cache = _forward(parameters, X)
        return (scores[:, 0] if scores.shape[1] == 1 else scores), cache

    return _deep(forward, lambda parameters, cache, d: _backward(parameters, cache, d.reshape(len(d), -1)))


# ---------------------------------------------------------------- layer_shapes


def _walk(parameters, X, first=1):
    """For each layer: its number, the shape of an example that arrives, of W and b, and what is wrong (or None)."""
    arriving = np.shape(X)[1:] if np.ndim(X) else "no row"
    for number, (W, b) in enumerate(parameters, start=first):
        fault = None
        if len(np.shape(W)) != 2:
            fault = f"takes examples of shape {arriving} through weights of shape {np.shape(W)}, which are no matrix"
        elif arriving != np.shape(W)[:1]:
            fault = f"gets examples of shape {arriving}, its weights are for {np.shape(W)[0]} inputs"
        elif np.shape(b) != np.shape(W)[1:]:
            fault = f"has {np.shape(W)[1]} units and biases of shape {np.shape(b)}"
        yield number, fault, np.shape(W), np.shape(b)
        arriving = np.shape(W)[-1:]


def _shapes(parameters, X):
    for number, fault, _, _ in _walk(parameters, X):
        if fault:
            raise ValueError(f"layer {number} {fault}")
    return [(len(X), np.shape(W)[1]) for W, _ in parameters]


@program("layer_shapes")
def b_layer_after_layer(parameters, X):
    return _shapes(parameters, X)


@program("layer_shapes")
def b_all_expected_shapes_beforehand(parameters, X):
    examples = X.shape[0] if X.ndim else 0
    widths = [X.shape[1:]] + [W.shape[1:] for W, _ in parameters]
    for k, (W, b) in enumerate(parameters):
        wanted = widths[k] + widths[k + 1]
        if W.shape != wanted or len(wanted) != 2:
            raise ValueError(f"layer {k + 1}: what arrives has shape {widths[k]}, the weights have shape {W.shape}")
        if b.shape != widths[k + 1]:
            raise ValueError(f"layer {k + 1}: {W.shape[1]} units, but biases of shape {b.shape}")
    return [(examples, *width) for width in widths[1:]]


@program("layer_shapes")
def b_faults_gathered_then_the_first_raised(parameters, X):
    faults, shapes, before = [], [], tuple(X.shape[1:])
    for number, (W, b) in enumerate(parameters, start=1):
        inputs, units = (*W.shape, None, None)[:2] if W.ndim == 2 else (None, None)
        if (inputs,) != before:
            faults.append(f"layer {number} was told {before} and has weights {W.shape}")
        if (units,) != b.shape:
            faults.append(f"layer {number} has weights {W.shape} and biases {b.shape}")
        shapes.append((len(X) if X.ndim else 0, units))
        before = (units,)
    if faults:
        raise ValueError(faults[0])
    return shapes


@program("layer_shapes", breaks="the biases have to fit: only weights are looked at")
def b_weights_only(parameters, X):
    return _shapes([(W, np.zeros(W.shape[1:])) for W, _ in parameters], X)


@program("layer_shapes", breaks="an array with an axis more does not fit: biases are only counted")
def b_biases_counted(parameters, X):
    return _shapes([(W, np.ravel(b)) for W, b in parameters], X)


@program("layer_shapes", breaks="what only broadcasts does not fit: a single bias for all units passes")
def b_one_bias_for_all_units(parameters, X):
    return _shapes([(W, np.zeros(W.shape[1:]) if b.shape == (1,) else b) for W, b in parameters], X)


@program("layer_shapes", breaks="what only broadcasts does not fit: biases with a row for each example pass")
def b_biases_for_each_example(parameters, X):
    return _shapes([(W, b[0] if b.ndim == 2 and len(b) == len(X) > 0 else b) for W, b in parameters], X)


@program("layer_shapes", breaks="the layer at fault is named, counted from 1: here from 0")
def b_layers_counted_from_zero(parameters, X):
    for number, fault, _, _ in _walk(parameters, X, first=0):
        if fault:
            raise ValueError(f"layer {number} {fault}")
    return _shapes(parameters, X)


@program("layer_shapes", breaks="the first layer at fault: the last one is named")
def b_last_layer_at_fault(parameters, X):
    faults = [f"layer {number} {fault}" for number, fault, _, _ in _walk(parameters, X) if fault]
    if faults:
        raise ValueError(faults[-1])
    return _shapes(parameters, X)


@program("layer_shapes", breaks="it raises a ValueError: here an AssertionError")
def b_asserts_that_layers_fit(parameters, X):
    for number, fault, _, _ in _walk(parameters, X):
        assert not fault, f"layer {number} {fault}"
    return _shapes(parameters, X)


@program("layer_shapes", breaks="it raises: here it stops at the layer at fault and returns the shapes so far")
def b_returns_the_shapes_so_far(parameters, X):
    shapes = []
    for _, fault, weights, _ in _walk(parameters, X):
        if fault:
            break
        shapes.append((len(X), weights[1]))
    return shapes


@program("layer_shapes", breaks="the message gives both sizes: it gives none")
def b_message_without_sizes(parameters, X):
    for number, fault, _, _ in _walk(parameters, X):
        if fault:
            raise ValueError(f"layer {number} does not fit")
    return _shapes(parameters, X)


@program("layer_shapes", breaks="the message gives both sizes: only what the layer has, not what it should have")
def b_message_with_one_size(parameters, X):
    for number, fault, _, biases in _walk(parameters, X):
        if fault and "biases" in fault:
            raise ValueError(f"layer {number} has biases of the wrong shape {biases}")
        if fault:
            raise ValueError(f"layer {number} {fault}")
    return _shapes(parameters, X)


@program("layer_shapes", breaks="pictures that nobody has flattened do not fit: they are flattened")
def b_flattens_pictures(parameters, X):
    return _shapes(parameters, X.reshape(len(X), math.prod(X.shape[1:])))


@program("layer_shapes", breaks="pictures do not fit layer 1: only their last axis is compared")
def b_last_axis_of_the_examples(parameters, X):
    return _shapes(parameters, np.zeros((len(X), X.shape[-1])))


@program("layer_shapes", breaks="an array with an axis more does not fit: of the weights the last two axes count")
def b_last_two_axes_of_the_weights(parameters, X):
    return _shapes([(W[0] if W.ndim == 3 and len(W) else W, b) for W, b in parameters], X)


@program("layer_shapes", breaks="an array with an axis less does not fit: flat weights pass for a single unit")
def b_flat_weights_for_one_unit(parameters, X):
    return _shapes([(W[:, None] if W.ndim == 1 else W, b) for W, b in parameters], X)


@program("layer_shapes", breaks="the shape of each layer's output: X's is among them")
def b_shape_of_the_examples_too(parameters, X):
    return [tuple(X.shape), *_shapes(parameters, X)]


@program("layer_shapes", breaks="a list of tuples: here lists")
def b_list_of_lists(parameters, X):
    return [list(shape) for shape in _shapes(parameters, X)]


@program("layer_shapes", breaks="the layer at fault is named: here the one below it")
def b_layer_below_is_named(parameters, X):
    for number, fault, _, _ in _walk(parameters, X):
        if fault and "biases" not in fault and number > 1:
            raise ValueError(f"layer {number - 1} puts out too much or too little: layer {number} {fault}")
        if fault:
            raise ValueError(f"layer {number} {fault}")
    return _shapes(parameters, X)


@program("layer_shapes", breaks="the first layer at fault: all weights are looked at before all biases")
def b_weights_before_biases(parameters, X):
    _shapes([(W, np.zeros(W.shape[1:])) for W, _ in parameters], X)
    return _shapes(parameters, X)


@program("layer_shapes", breaks="examples come as rows: one flat example passes")
def b_one_flat_example(parameters, X):
    return _shapes(parameters, X[None] if X.ndim == 1 else X)


@program("layer_shapes", breaks="any size: no examples are refused")
def b_refuses_no_examples(parameters, X):
    if len(X) == 0:
        raise ValueError("layer 1 gets 0 examples, and 1 is needed")
    return _shapes(parameters, X)


# ---------------------------------------------------------------- Value


class _Value:
    """Each value keeps its inputs, with a function for each that turns the result's gradient into that input's share."""

    def __init__(self, data, ways=()):
        data = np.asarray(data)
        kind = data.dtype if np.issubdtype(data.dtype, np.floating) else np.float64
        self.data = np.array(data, dtype=kind)
        self.ways = tuple(ways)
        self.grad = None

    def new(self, data, *ways):
        return type(self)(data, ways)

    def __add__(self, other):
        return self.new(self.data + other.data, (self, lambda g: g), (other, lambda g: g))

    def __mul__(self, other):
        return self.new(self.data * other.data, (self, lambda g: g * other.data), (other, lambda g: g * self.data))

    def __matmul__(self, other):
        return self.new(self.data @ other.data, (self, lambda g: g @ other.data.T), (other, lambda g: self.data.T @ g))

    def relu(self):
        return self.new(np.maximum(self.data, 0), (self, lambda g: g * (self.data > 0)))

    def exp(self):
        result = np.exp(self.data)
        return self.new(result, (self, lambda g: g * result))

    def log(self):
        return self.new(np.log(self.data), (self, lambda g: g / self.data))

    def sum(self):
        return self.new(self.data.sum(), (self, lambda g: np.full(self.data.shape, g, dtype=self.data.dtype)))

    def order(self):
        """Everything that this value was made from, each after all that use it, without nested calls."""
        done, made, waiting = set(), [], [(self, False)]
        while waiting:
            value, inputs_done = waiting.pop()
            if inputs_done:
                made.append(value)
            elif id(value) not in done:
                done.add(id(value))
                waiting.append((value, True))
                waiting.extend((source, False) for source, _ in value.ways)
        return made[::-1]

    def demand_one_entry(self):
        if self.data.size != 1:
            raise ValueError(f"backward starts from one number, not from an array of shape {self.data.shape}")

    def start(self, order):
        for value in order:
            value.grad = np.zeros_like(value.data)
        self.grad = np.ones_like(self.data)

    def hand_on(self, order):
        for value in order:
            for source, turn in value.ways:
                source.grad = np.asarray(source.grad + turn(value.grad), dtype=source.data.dtype)

    def backward(self):
        self.demand_one_entry()
        order = self.order()
        self.start(order)
        self.hand_on(order)


@program("Value", value=True)
def b_ways_and_an_order_by_visiting():
    return _Value


@program("Value", value=True)
def b_running_numbers_and_names_of_steps():
    class Value:
        made = 0

        def __init__(self, data, step="given", inputs=()):
            data = np.asarray(data)
            self.data = np.array(data, dtype=data.dtype if data.dtype.kind == "f" else np.float64)
            self.step, self.inputs, self.number = step, inputs, Value.made
            Value.made += 1

        def __add__(self, other):
            return Value(self.data + other.data, "+", (self, other))

        def __mul__(self, other):
            return Value(self.data * other.data, "*", (self, other))

        def __matmul__(self, other):
            return Value(self.data @ other.data, "@", (self, other))

        def relu(self):
            return Value(np.where(self.data > 0, self.data, 0).astype(self.data.dtype), "relu", (self,))

        def exp(self):
            return Value(np.exp(self.data), "exp", (self,))

        def log(self):
            return Value(np.log(self.data), "log", (self,))

        def sum(self):
            return Value(np.sum(self.data), "sum", (self,))

        def shares(self):
            g, numbers = self.grad, [value.data for value in self.inputs]
            match self.step:
                case "+":
                    return g, g
                case "*":
                    return g * numbers[1], g * numbers[0]
                case "@":
                    return g @ numbers[1].T, numbers[0].T @ g
                case "relu":
                    return (np.where(numbers[0] >= 0, g, 0),)
                case "exp":
                    return (g * self.data,)
                case "log":
                    return (g / numbers[0],)
                case "sum":
                    return (np.broadcast_to(g, numbers[0].shape),)
            return ()

        def backward(self):
            if np.size(self.data) != 1:
                raise ValueError("backward needs a single number")
            found, waiting = {self.number: self}, [self]
            while waiting:
                for value in waiting.pop().inputs:
                    if value.number not in found:
                        found[value.number] = value
                        waiting.append(value)
            for value in found.values():
                value.grad = np.zeros(value.data.shape, value.data.dtype)
            self.grad += 1
            for number in sorted(found, reverse=True):
                value = found[number]
                for source, share in zip(value.inputs, value.shares(), strict=True):
                    source.grad[...] += share

    return Value


@program("Value", value=True)
def b_counts_who_has_not_reported():
    class Value(_Value):
        def backward(self):
            self.demand_one_entry()
            uses, values, waiting = {}, {id(self): self}, [self]
            while waiting:
                for source, _ in waiting.pop().ways:
                    uses[id(source)] = uses.get(id(source), 0) + 1
                    if id(source) not in values:
                        values[id(source)] = source
                        waiting.append(source)
            gradients = {key: np.zeros_like(value.data) for key, value in values.items()}
            gradients[id(self)] = np.ones_like(self.data)
            ready = [self]
            while ready:
                value = ready.pop()
                value.grad = gradients[id(value)]
                for source, turn in value.ways:
                    gradients[id(source)] = np.array(gradients[id(source)] + turn(value.grad), dtype=source.data.dtype)
                    uses[id(source)] -= 1
                    if uses[id(source)] == 0:
                        ready.append(source)

    return Value


@program("Value", value=True, breaks="gradients of an earlier call are replaced: here they are added to")
def b_adds_to_earlier_gradients():
    class Value(_Value):
        def backward(self):
            order = self.order()
            earlier = [0 if value.grad is None else value.grad for value in order]
            super().backward()
            for value, before in zip(order, earlier, strict=True):
                value.grad = np.asarray(value.grad + before)

    return Value


@program("Value", value=True, breaks="a value may be used many times: the last use overwrites the others")
def b_last_use_overwrites():
    class Value(_Value):
        def hand_on(self, order):
            for value in order:
                for source, turn in value.ways:
                    source.grad = np.asarray(turn(value.grad))

    return Value


@program("Value", value=True, breaks="a value may be used many times: a product with itself counts once")
def b_product_with_itself_counts_once():
    class Value(_Value):
        def __mul__(self, other):
            if other is self:
                return self.new(self.data * self.data, (self, lambda g: g * self.data))
            return super().__mul__(other)

    return Value


@program("Value", value=True, breaks="time grows with the steps: every path is walked")
def b_walks_every_path():
    class Value(_Value):
        def hand_on(self, order):
            waiting = [(self, self.grad)]
            while waiting:
                value, reached = waiting.pop()
                for source, turn in value.ways:
                    share = turn(reached)
                    source.grad = np.asarray(source.grad + share)
                    waiting.append((source, share))

    return Value


@program("Value", value=True, breaks="a chain may have thousands of steps: nested calls find the order")
def b_nested_calls():
    class Value(_Value):
        def order(self):
            done, made = set(), []

            def visit(value):
                if id(value) not in done:
                    done.add(id(value))
                    for source, _ in value.ways:
                        visit(source)
                    made.append(value)

            visit(self)
            return made[::-1]

    return Value


@program("Value", value=True, breaks="the gradient is right where ways differ in length: handed on before all uses have reported")
def b_hands_on_too_early():
    class Value(_Value):
        def order(self):
            found, row = {id(self)}, [self]
            for value in row:
                for source, _ in value.ways:
                    if id(source) not in found:
                        found.add(id(source))
                        row.append(source)
            return row

    return Value


@program("Value", value=True, breaks="the gradient of a sum is whole for every entry: it is divided among them")
def b_sum_divides_its_gradient():
    class Value(_Value):
        def sum(self):
            return self.new(self.data.sum(), (self, lambda g: np.full(self.data.shape, g / self.data.size)))

    return Value


@program("Value", value=True, breaks="the gradient of relu: cut off where the gradient is negative, not where the signal is")
def b_relu_cuts_the_gradient():
    class Value(_Value):
        def relu(self):
            return self.new(np.maximum(self.data, 0), (self, lambda g: np.maximum(g, 0)))

    return Value


@program("Value", value=True, breaks="the gradient of exp: x times e to the x - 1")
def b_exp_by_the_rule_for_powers():
    class Value(_Value):
        def exp(self):
            return self.new(np.exp(self.data), (self, lambda g: g * self.data * np.exp(self.data - 1)))

    return Value


@program("Value", value=True, breaks="the gradient of log is 1 / x: here 1 over the logarithm")
def b_log_divides_by_the_result():
    class Value(_Value):
        def log(self):
            result = np.log(self.data)

            def turn(g):
                with np.errstate(all="ignore"):
                    return g / result

            return self.new(result, (self, turn))

    return Value


@program("Value", value=True, breaks="the gradient of a matrix product: the transposes are forgotten")
def b_product_without_transposes():
    class Value(_Value):
        def __matmul__(self, other):
            return self.new(self.data @ other.data, (self, lambda g: g @ other.data), (other, lambda g: self.data @ g))

    return Value


@program("Value", value=True, breaks="backward raises a ValueError for an array: it starts with ones everywhere")
def b_starts_from_any_array():
    class Value(_Value):
        def demand_one_entry(self):
            pass

    return Value


@program("Value", value=True, breaks="backward starts from an array of one entry too: here from a bare number only")
def b_refuses_an_array_of_one_entry():
    class Value(_Value):
        def demand_one_entry(self):
            if self.data.ndim:
                raise ValueError("backward starts from a number")

    return Value


@program("Value", value=True, breaks="no data ever changes: relu cuts off in place")
def b_relu_in_place():
    class Value(_Value):
        def relu(self):
            opened = self.data > 0
            self.data[~opened] = 0
            return self.new(self.data, (self, lambda g: g * opened))

    return Value


@program("Value", value=True, breaks="every operation gives a new Value: relu of positive entries gives the old one")
def b_relu_gives_the_old_value():
    class Value(_Value):
        def relu(self):
            return self if (self.data >= 0).all() else super().relu()

    return Value


@program("Value", value=True, breaks="the gradient of each value: the inputs of a sum own one array, which is added to in place")
def b_one_array_with_two_owners():
    class Value(_Value):
        def start(self, order):
            for value in order:
                value.grad = None
            self.grad = np.ones_like(self.data)

        def hand_on(self, order):
            for value in order:
                for source, turn in value.ways:
                    if source.grad is None:
                        source.grad = np.asarray(turn(value.grad))
                    else:
                        source.grad += turn(value.grad)

    return Value


@program("Value", value=True, breaks="float32 in, float32 out: always float64")
def b_value_in_float64():
    class Value(_Value):
        def __init__(self, data, ways=()):
            super().__init__(np.asarray(data, dtype=np.float64), ways)

    return Value


@program("Value", value=True, breaks="whole numbers are taken as floats: whole data stay whole, and gradients are cut off")
def b_whole_data_stay_whole():
    class Value(_Value):
        def __init__(self, data, ways=()):
            super().__init__(data, ways)
            self.data = np.array(data)

    return Value


@program("Value", value=True, breaks="values in between have a gradient too: only the given ones keep it")
def b_only_given_values_keep_theirs():
    class Value(_Value):
        def hand_on(self, order):
            super().hand_on(order)
            for value in order:
                if value.ways:
                    value.grad = None

    return Value


@program("Value", value=True, breaks="the gradient has the shape of the data: that of an array of one entry is a bare number")
def b_gradient_of_the_result_is_a_number():
    class Value(_Value):
        def hand_on(self, order):
            super().hand_on(order)
            self.grad = np.array(1.0, dtype=self.data.dtype)

    return Value


@program("Value", value=True, breaks="what backward leaves depends on out alone: the ways are thrown away after the first call")
def b_ways_thrown_away():
    class Value(_Value):
        def hand_on(self, order):
            super().hand_on(order)
            for value in order:
                value.ways = ()

    return Value


# ---------------------------------------------------------------- whole_gradient


def _add_up(mean_loss, parameters, X, y, pieces, weights):
    """The loss and the gradients of the pieces, each counted with its weight."""
    total, sums = 0.0, None
    for piece, weight in zip(pieces, weights, strict=True):
        loss, gradients = mean_loss(parameters, X[piece], y[piece])
        total = total + weight * loss
        shares = [(weight * dW, weight * db) for dW, db in gradients]
        sums = shares if sums is None else [(W + dW, b + db) for (W, b), (dW, db) in zip(sums, shares, strict=True)]
    return total, sums


def _pieces(labelled, rows):
    return [labelled[start : start + rows] for start in range(0, len(labelled), rows)]


def _whole(mean_loss, parameters, X, y, rows, weigh=lambda piece, labelled: len(piece) / len(labelled), keep=None):
    labelled = np.flatnonzero(y != -1)
    pieces = _pieces(labelled, rows) if keep is None else keep(_pieces(labelled, rows))
    return _add_up(mean_loss, parameters, X, y, pieces, [weigh(piece, labelled) for piece in pieces])


@program("whole_gradient")
def b_pieces_by_their_shares(mean_loss, parameters, X, y, rows):
    return _whole(mean_loss, parameters, X, y, rows)


@program("whole_gradient")
def b_one_row_at_a_time_from_the_end(mean_loss, parameters, X, y, rows):
    labelled = [n for n in range(len(y)) if y[n] != -1]
    total = 0.0
    sums = [[0.0, 0.0] for _ in parameters]
    for n in reversed(labelled):
        loss, gradients = mean_loss(parameters, X[n : n + 1], y[n : n + 1])
        total += loss / len(labelled)
        for place, pair in zip(sums, gradients, strict=True):
            for k in (0, 1):
                place[k] = place[k] + pair[k] / len(labelled)
    return total, [tuple(place) for place in sums]


@program("whole_gradient")
def b_running_mean_over_even_pieces(mean_loss, parameters, X, y, rows):
    known = y != -1
    X, y = X[known], y[known]
    seen, loss, means = 0, 0.0, None
    for piece in np.array_split(np.arange(len(y)), -(-len(y) // rows)):
        new_loss, gradients = mean_loss(parameters, X[piece], y[piece])
        seen += len(piece)
        step = len(piece) / seen
        loss = loss + step * (new_loss - loss)
        if means is None:
            means = [(np.array(dW), np.array(db)) for dW, db in gradients]
        else:
            means = [(mW + step * (dW - mW), mb + step * (db - mb)) for (mW, mb), (dW, db) in zip(means, gradients, strict=True)]
    return loss, means


@program("whole_gradient", breaks="the mean over all examples: the mean of the pieces' means")
def b_mean_of_means(mean_loss, parameters, X, y, rows):
    return _whole(
        mean_loss,
        parameters,
        X,
        y,
        rows,
        weigh=lambda piece, labelled: 1 / len(range(0, len(labelled), rows)),
    )


@program("whole_gradient", breaks="each labelled example is handed over: the last, short piece is left out")
def b_short_piece_left_out(mean_loss, parameters, X, y, rows):
    rows = min(rows, int((y != -1).sum()))
    full = int((y != -1).sum()) // rows * rows
    return _whole(
        mean_loss,
        parameters,
        X,
        y,
        rows,
        weigh=lambda piece, labelled: len(piece) / full,
        keep=lambda pieces: [piece for piece in pieces if len(piece) == rows],
    )


@program("whole_gradient", breaks="what nobody has labelled is not handed over: all rows are")
def b_hands_all_rows_over(mean_loss, parameters, X, y, rows):
    pieces = _pieces(np.arange(len(y)), rows)
    return _add_up(mean_loss, parameters, X, y, pieces, [len(piece) / len(y) for piece in pieces])


@program("whole_gradient", breaks="what nobody has labelled does not count: it counts in the division")
def b_divides_by_all_rows(mean_loss, parameters, X, y, rows):
    return _whole(mean_loss, parameters, X, y, rows, weigh=lambda piece, labelled: len(piece) / len(y))


@program("whole_gradient", breaks="no call is empty: rows are cut into pieces before the unlabelled ones are taken out")
def b_cuts_before_it_takes_out(mean_loss, parameters, X, y, rows):
    pieces = [piece[y[piece] != -1] for piece in _pieces(np.arange(len(y)), rows)]
    return _add_up(mean_loss, parameters, X, y, pieces, [len(piece) / int((y != -1).sum()) for piece in pieces])


@program("whole_gradient", breaks="no call has more than `rows` rows: what is left over goes with the last piece")
def b_rest_goes_with_the_last_piece(mean_loss, parameters, X, y, rows):
    def keep(pieces):
        return [*pieces[:-2], np.concatenate(pieces[-2:])] if len(pieces) > 1 and len(pieces[-1]) < rows else pieces

    return _whole(mean_loss, parameters, X, y, rows, keep=keep)


@program("whole_gradient", breaks="pictures are handed over as pictures: they are flattened")
def b_hands_over_flat_pictures(mean_loss, parameters, X, y, rows):
    return _whole(mean_loss, parameters, X.reshape(len(X), math.prod(X.shape[1:])), y, rows)


@program("whole_gradient", breaks="what mean_loss returns stays as it was: its gradients are weighed in place")
def b_weighs_in_place(mean_loss, parameters, X, y, rows):
    labelled = np.flatnonzero(y != -1)
    total, sums = 0.0, [(np.zeros_like(W), np.zeros_like(b)) for W, b in parameters]
    for piece in _pieces(labelled, rows):
        loss, gradients = mean_loss(parameters, X[piece], y[piece])
        total += loss * len(piece) / len(labelled)
        for place, pair in zip(sums, gradients, strict=True):
            for s, g in zip(place, pair, strict=True):
                g *= len(piece) / len(labelled)
                s += g
    return total, sums


@program("whole_gradient", breaks="the mean over all examples: the sum")
def b_sum_for_a_mean(mean_loss, parameters, X, y, rows):
    return _whole(mean_loss, parameters, X, y, rows, weigh=lambda piece, labelled: len(piece))


@program("whole_gradient", breaks="the mean of the gradients too: only the loss is weighed, the gradients are added up")
def b_gradients_added_up_unweighed(mean_loss, parameters, X, y, rows):
    loss = 0.0
    sums = None
    labelled = np.flatnonzero(y != -1)
    for piece in _pieces(labelled, rows):
        value, gradients = mean_loss(parameters, X[piece], y[piece])
        loss += value * len(piece) / len(labelled)
        sums = gradients if sums is None else [(a + c, b + d) for (a, b), (c, d) in zip(sums, gradients, strict=True)]
    return loss, sums


@program("whole_gradient", breaks="gradients as a list of pairs: here a flat list")
def b_flat_list_of_gradients(mean_loss, parameters, X, y, rows):
    loss, sums = _whole(mean_loss, parameters, X, y, rows)
    return loss, [array for pair in sums for array in pair]


@program("whole_gradient", breaks="each example with its own label: labels are counted among the labelled, rows among all")
def b_labels_of_other_rows(mean_loss, parameters, X, y, rows):
    labels = y[y != -1]
    pieces = _pieces(np.arange(len(labels)), rows)
    return _add_up(mean_loss, parameters, X, labels, pieces, [len(piece) / len(labels) for piece in pieces])


@program("whole_gradient", breaks="only -1 means unlabelled: class 0 is left out as well")
def b_class_zero_left_out(mean_loss, parameters, X, y, rows):
    return _whole(mean_loss, parameters, X, np.where(y > 0, y, -1), rows)




@program("whole_gradient", breaks="inputs stay as they were: the labelled rows are moved to the front in place")
def b_moves_labelled_rows_to_the_front(mean_loss, parameters, X, y, rows):
    order = np.argsort(y == -1, kind="stable")
    X[...], y[...] = X[order], y[order]
    return _whole(mean_loss, parameters, X, y, rows)


@program("whole_gradient", breaks="no unlabelled row is handed over: with room for all rows, all are")
def b_one_call_if_all_fit(mean_loss, parameters, X, y, rows):
    return mean_loss(parameters, X, y) if len(y) <= rows else _whole(mean_loss, parameters, X, y, rows)


@program("whole_gradient", breaks="each labelled example exactly once: the first piece is handed over to see the shapes, too")
def b_first_piece_twice(mean_loss, parameters, X, y, rows):
    first = np.flatnonzero(y != -1)[:rows]
    mean_loss(parameters, X[first], y[first])
    return _whole(mean_loss, parameters, X, y, rows)


@program("whole_gradient", breaks="every order of the examples: it takes the unlabelled ones to stand at the end")
def b_unlabelled_ones_at_the_end(mean_loss, parameters, X, y, rows):
    count = int((y != -1).sum())
    return _whole(mean_loss, parameters, X[:count], y[:count], rows)


_SUM_SO_FAR = {}


@program("whole_gradient", breaks="nothing is remembered between two calls: the sums go on from the last call")
def b_sums_go_on(mean_loss, parameters, X, y, rows):
    loss, sums = _whole(mean_loss, parameters, X, y, rows)
    key = tuple(np.shape(array) for pair in sums for array in pair)
    before = _SUM_SO_FAR.get(key)
    if before is not None:
        sums = [(a + c, b + d) for (a, b), (c, d) in zip(sums, before, strict=True)]
    _SUM_SO_FAR[key] = sums
    return loss, sums


# ---------------------------------------------------------------- image_net


def _flat(images):
    return np.asarray(images, dtype=np.float64).reshape(len(images), math.prod(images.shape[1:]))


def _start(sizes, rng):
    return [(rng.normal(size=(n, m)) * math.sqrt(2 / max(n, 1)), np.zeros(m)) for n, m in pairwise(sizes)]


def _chance(logits):
    return 1 / (1 + np.exp(-np.clip(logits, -60, 60)))


def _descend(parameters, X, y, rng, rate=0.05, rows=32, steps=2000, epochs=20):
    answers = (y[:, None] == np.arange(parameters[-1][1].size)).astype(np.float64)
    rounds = max(epochs, -(-steps * rows // max(len(X), 1)))
    for epoch in range(rounds):
        speed = rate * (1 - 0.8 * epoch / rounds)
        order = rng.permutation(len(X))
        for start in range(0, len(X), rows):
            some = order[start : start + rows]
            logits, cache = _forward(parameters, X[some])
            gradients, _ = _backward(parameters, cache, (_chance(logits) - answers[some]) / len(some))
            parameters = [(W - speed * dW, b - speed * db) for (W, b), (dW, db) in zip(parameters, gradients, strict=True)]
    return parameters


def _scale_of(X):
    spread = X.std()
    return X.mean(), (spread if spread > 0 else 1.0)


def _fold(parameters, shift, spread):
    W, b = parameters[0]
    return [(W / spread, b - shift / spread * W.sum(axis=0)), *parameters[1:]]


def _train_net(images, y, hidden, rng, learn=_descend, start=_start):
    X, y = _flat(images), np.asarray(y).astype(np.int64)
    shift, spread = _scale_of(X)
    parameters = start([X.shape[1], *hidden, int(y.max()) + 1], rng)
    folded = _fold(learn(parameters, (X - shift) / spread, y, rng), shift, spread)
    kind = images.dtype if np.issubdtype(images.dtype, np.floating) else np.float64
    return [(W.astype(kind), b.astype(kind)) for W, b in folded]


def _classify(parameters, images):
    wide = [(W.astype(np.float64), b.astype(np.float64)) for W, b in parameters]
    return _forward(wide, _flat(images))[0].argmax(axis=1)


def _pictures(train_net=_train_net, classify=_classify):
    return {"train_net": train_net, "classify": classify}


@program("image_net", several=True)
def b_plain_steps():
    return _pictures()


@program("image_net", several=True)
def b_one_question_with_all_answers_and_velocity():
    def learn(parameters, X, y, rng):
        answers = np.eye(parameters[-1][1].size)[y]
        velocity = [(np.zeros_like(W), np.zeros_like(b)) for W, b in parameters]
        steps = max(3000, 15 * len(X) // 32)
        for _ in range(steps):
            some = rng.integers(len(X), size=32)
            logits, cache = _forward(parameters, X[some])
            shares = np.exp(logits - logits.max(axis=1, keepdims=True))
            shares /= shares.sum(axis=1, keepdims=True)
            gradients, _ = _backward(parameters, cache, (shares - answers[some]) / 32)
            velocity = [(0.8 * a + dW, 0.8 * c + db) for (a, c), (dW, db) in zip(velocity, gradients, strict=True)]
            parameters = [(W - 0.01 * a, b - 0.01 * c) for (W, b), (a, c) in zip(parameters, velocity, strict=True)]
        return parameters

    return _pictures(lambda images, y, hidden, rng: _train_net(images, y, hidden, rng, learn))


@program("image_net", several=True)
def b_uniform_start_and_steps_of_even_size():
    def start(sizes, rng):
        return [(rng.uniform(-1, 1, size=(n, m)) * math.sqrt(6 / (n + m)), np.zeros(m)) for n, m in pairwise(sizes)]

    def learn(parameters, X, y, rng):
        answers = (np.arange(parameters[-1][1].size) == y[:, None]) * 1.0
        flat = [array for pair in parameters for array in pair]
        first, second = [np.zeros_like(a) for a in flat], [np.zeros_like(a) for a in flat]
        for step in range(1, max(1500, 20 * len(X) // 50) + 1):
            some = rng.permutation(len(X))[:50]
            pairs = list(zip(flat[::2], flat[1::2], strict=True))
            logits, cache = _forward(pairs, X[some])
            gradients, _ = _backward(pairs, cache, (_chance(logits) - answers[some]) / len(some))
            g = [array for pair in gradients for array in pair]
            first = [0.9 * m + 0.1 * new for m, new in zip(first, g, strict=True)]
            second = [0.999 * v + 0.001 * new * new for v, new in zip(second, g, strict=True)]
            even = [m / (1 - 0.9**step) / (np.sqrt(v / (1 - 0.999**step)) + 1e-8) for m, v in zip(first, second, strict=True)]
            flat = [a - 0.002 * e for a, e in zip(flat, even, strict=True)]
        return list(zip(flat[::2], flat[1::2], strict=True))

    return _pictures(lambda images, y, hidden, rng: _train_net(images, y, hidden, rng, learn, start))


@program("image_net", several=True, breaks="alone or in company: classify brings the batch to mean 0 and spread 1 by itself")
def b_batch_scaled_by_itself():
    def train_net(images, y, hidden, rng):
        X, y = _flat(images), np.asarray(y).astype(np.int64)
        shift, spread = _scale_of(X)
        return _descend(_start([X.shape[1], *hidden, int(y.max()) + 1], rng), (X - shift) / spread, y, rng)

    def classify(parameters, images):
        if len(images) == 0:
            return np.zeros(0, dtype=int)
        X = _flat(images)
        shift, spread = _scale_of(X)
        return _forward(parameters, (X - shift) / spread)[0].argmax(axis=1)

    return _pictures(train_net, classify)


@program("image_net", several=True, breaks="brightness may be another: pixels are divided by 255, whatever they are")
def b_always_divided_by_255():
    def train_net(images, y, hidden, rng):
        X, y = _flat(images) / 255, np.asarray(y).astype(np.int64)
        return _descend(_start([X.shape[1], *hidden, int(y.max()) + 1], rng), X, y, rng)

    return _pictures(train_net, lambda parameters, images: _forward(parameters, _flat(images) / 255)[0].argmax(axis=1))


@program("image_net", several=True, breaks="good with hidden layers: all weights start at zero and units stay twins")
def b_weights_of_zero():
    def start(sizes, rng):
        return [(np.zeros((n, m)), np.zeros(m)) for n, m in pairwise(sizes)]

    return _pictures(lambda images, y, hidden, rng: _train_net(images, y, hidden, rng, start=start))


@program(
    "image_net", several=True, breaks="chance comes from rng: the start is drawn by np.random, and no two trainings are alike"
)
def b_start_drawn_elsewhere():
    def train_net(images, y, hidden, rng):
        return _train_net(images, y, hidden, np.random.default_rng())

    return _pictures(train_net)


@program("image_net", several=True, breaks="other generators give other parameters: the seed is always 0")
def b_seed_is_always_zero():
    return _pictures(lambda images, y, hidden, rng: _train_net(images, y, hidden, np.random.default_rng(0)))


@program("image_net", several=True, breaks="good: raw pixels from 0 to 255 leave every sigmoid stuck")
def b_raw_pixels():
    def train_net(images, y, hidden, rng):
        X, y = _flat(images), np.asarray(y).astype(np.int64)
        with np.errstate(all="ignore"):
            return _descend(_start([X.shape[1], *hidden, int(y.max()) + 1], rng), X, y, rng)

    return _pictures(train_net)


@program("image_net", several=True, breaks="one logit for each class: always ten")
def b_always_ten_classes():
    def train_net(images, y, hidden, rng):
        def start(sizes, rng):
            return _start([*sizes[:-1], 10], rng)

        return _train_net(images, y, hidden, rng, start=start)

    return _pictures(train_net)


@program("image_net", several=True, breaks="hidden layers of the sizes in `hidden`: always one of 32")
def b_always_one_layer_of_32():
    return _pictures(lambda images, y, hidden, rng: _train_net(images, y, (32,), rng))


@program("image_net", several=True, breaks="hidden layers in the order of `hidden`: the last comes first")
def b_hidden_sizes_the_other_way_round():
    return _pictures(lambda images, y, hidden, rng: _train_net(images, y, tuple(hidden)[::-1], rng))


@program("image_net", several=True, breaks="without a hidden layer too: hidden=() raises an error")
def b_needs_a_hidden_layer():
    return _pictures(lambda images, y, hidden, rng: _train_net(images, y, (hidden[0], *hidden[1:]), rng))


@program("image_net", several=True, breaks="any size of pictures: 28 by 28 is written into it")
def b_always_784_pixels():
    return _pictures(
        lambda images, y, hidden, rng: _train_net(images.reshape(len(images), 784), y, hidden, rng),
        lambda parameters, images: _classify(parameters, images.reshape(len(images), 784)),
    )


@program("image_net", several=True, breaks="one label for each picture: the probabilities of the classes come back")
def b_probabilities_for_labels():
    return _pictures(classify=lambda parameters, images: _chance(_forward(parameters, _flat(images))[0]))


@program("image_net", several=True, breaks="good: a handful of steps, and tiny ones")
def b_hardly_trained():
    def learn(parameters, X, y, rng):
        return _descend(parameters, X, y, rng, rate=1e-4, steps=1, epochs=1)

    return _pictures(lambda images, y, hidden, rng: _train_net(images, y, hidden, rng, learn))


@program("image_net", several=True, breaks="inputs stay as they were: pictures and labels are shuffled in place")
def b_shuffled_in_place():
    def train_net(images, y, hidden, rng):
        order = rng.permutation(len(images))
        images[...], y[...] = images[order], y[order]
        return _train_net(images, y, hidden, rng)

    return _pictures(train_net)


_LAST_PIXELS = {"shift": 0.0, "spread": 1.0}


@program("image_net", several=True, breaks="classify knows nothing but its arguments: the scale is kept in a global variable")
def b_scale_kept_globally():
    def train_net(images, y, hidden, rng):
        X, y = _flat(images), np.asarray(y).astype(np.int64)
        _LAST_PIXELS["shift"], _LAST_PIXELS["spread"] = shift, spread = _scale_of(X)
        return _descend(_start([X.shape[1], *hidden, int(y.max()) + 1], rng), (X - shift) / spread, y, rng)

    def classify(parameters, images):
        return _forward(parameters, (_flat(images) - _LAST_PIXELS["shift"]) / _LAST_PIXELS["spread"])[0].argmax(axis=1)

    return _pictures(train_net, classify)


@program("image_net", several=True, breaks="one label for each picture: one picture gives a bare number")
def b_one_picture_gives_a_number():
    return _pictures(classify=lambda parameters, images: np.squeeze(_classify(parameters, images)))


@program("image_net", several=True, breaks="any size: no pictures cannot be flattened with a -1")
def b_flattened_with_minus_one():
    return _pictures(classify=lambda parameters, images: _forward(parameters, images.reshape(len(images), -1))[0].argmax(axis=1))


@program("image_net", several=True, breaks="labels from 0 upwards: they come back counted from 1")
def b_labels_counted_from_one():
    return _pictures(classify=lambda parameters, images: _classify(parameters, images) + 1)


@program("image_net", several=True, breaks="good: each pixel is divided by its own spread, which is 0 at the margin")
def b_margins_divided_by_zero():
    def train_net(images, y, hidden, rng):
        X, y = _flat(images), np.asarray(y).astype(np.int64)
        with np.errstate(all="ignore"):
            shift, spread = X.mean(axis=0), X.std(axis=0)
            parameters = _descend(_start([X.shape[1], *hidden, int(y.max()) + 1], rng), (X - shift) / spread, y, rng)
            W, b = parameters[0]
            return [(W / spread[:, None], b - (shift / spread) @ W), *parameters[1:]]

    return _pictures(train_net)


_LAST_NET = {}


@program("image_net", several=True, breaks="nothing is remembered between two calls: training goes on from the last parameters")
def b_goes_on_from_the_last_net():
    def train_net(images, y, hidden, rng):
        def start(sizes, rng):
            return _LAST_NET.get(tuple(sizes)) or _start(sizes, rng)

        def learn(parameters, X, y, rng):
            sizes = (X.shape[1], *(b.size for _, b in parameters))
            _LAST_NET[sizes] = _descend(parameters, X, y, rng)
            return _LAST_NET[sizes]

        return _train_net(images, y, hidden, rng, learn, start)

    return _pictures(train_net)


@program("image_net", several=True, breaks="quick: a step for every single picture, three hundred times over")
def b_a_step_for_every_picture():
    def learn(parameters, X, y, rng):
        return _descend(parameters, X, y, rng, rate=0.002, rows=1, epochs=300)

    return _pictures(lambda images, y, hidden, rng: _train_net(images, y, hidden, rng, learn))


# ---------------------------------------------------------------- choose


def _results(settings, fit, loss, train, judged):
    """For each setting: it, its parameters, and its loss on the rows judged by."""
    for setting in settings:
        parameters = fit(setting, *train)
        yield setting, parameters, float(loss(parameters, *judged))


def _best(results, better=lambda new, old: new < old, usable=math.isfinite):
    best = None
    for setting, parameters, reached in results:
        if usable(reached) and (best is None or better(reached, best[2])):
            best = setting, parameters, reached
    if best is None:
        raise ValueError("no setting has a finite loss")
    return best[0], best[1]


@program("choose")
def b_best_so_far(settings, fit, loss, train, dev):
    return _best(_results(settings, fit, loss, train, dev))


@program("choose")
def b_smallest_of_the_finite_losses(settings, fit, loss, train, dev):
    fitted = [fit(setting, train[0], train[1]) for setting in settings]
    losses = [loss(parameters, dev[0], dev[1]) for parameters in fitted]
    candidates = [k for k, reached in enumerate(losses) if np.isfinite(reached)]
    if not candidates:
        raise ValueError("every setting's loss is nan or infinite")
    winner = min(candidates, key=lambda k: losses[k])
    return settings[winner], fitted[winner]


@program("choose")
def b_argmin_with_infinity_for_the_others(settings, fit, loss, train, dev):
    found = list(_results(settings, fit, loss, train, dev))
    losses = np.array([reached for _, _, reached in found])
    losses[~np.isfinite(losses)] = np.inf
    winner = int(np.argmin(losses))
    if losses[winner] == np.inf:
        raise ValueError("all losses are nan or infinite")
    return found[winner][:2]


@program("choose")
def b_one_against_the_next(settings, fit, loss, train, dev):
    def stronger(old, new):
        return new if np.isfinite(new[2]) and (not np.isfinite(old[2]) or new[2] < old[2]) else old

    setting, parameters, reached = reduce(stronger, _results(settings, fit, loss, train, dev))
    if not np.isfinite(reached):
        raise ValueError(f"the best loss is {reached}")
    return setting, parameters


@program("choose", breaks="best on rows that the parameters were not fitted to: judged on the training rows")
def b_judged_on_training_rows(settings, fit, loss, train, dev):
    return _best(_results(settings, fit, loss, train, train))


@program("choose", breaks="of equally good settings the first wins: the last does")
def b_last_of_equals(settings, fit, loss, train, dev):
    return _best(_results(settings, fit, loss, train, dev), better=lambda new, old: new <= old)


@program("choose", breaks="a nan never wins: it does if it comes first")
def b_nan_in_front(settings, fit, loss, train, dev):
    return _best(_results(settings, fit, loss, train, dev), usable=lambda reached: not math.isinf(reached))


@program("choose", breaks="an infinite loss never wins: minus infinity does")
def b_minus_infinity_wins(settings, fit, loss, train, dev):
    return _best(_results(settings, fit, loss, train, dev), usable=lambda reached: reached < math.inf)


@program("choose", breaks="if there is no finite loss, a ValueError says so: None comes back")
def b_none_if_there_is_none(settings, fit, loss, train, dev):
    try:
        return _best(list(_results(settings, fit, loss, train, dev)))
    except ValueError:
        return None


@program("choose", breaks="each setting is fitted once: the winner is fitted again")
def b_winner_fitted_again(settings, fit, loss, train, dev):
    setting, _ = _best(_results(settings, fit, loss, train, dev))
    return setting, fit(setting, *train)


@program("choose", breaks="parameters fitted to train: they are fitted to train and dev together")
def b_fitted_to_all_rows(settings, fit, loss, train, dev):
    everything = np.concatenate([train[0], dev[0]]), np.concatenate([train[1], dev[1]])
    return _best(_results(settings, fit, loss, everything, dev))


@program("choose", breaks="the smaller the better: the largest loss wins")
def b_largest_loss_wins(settings, fit, loss, train, dev):
    return _best(_results(settings, fit, loss, train, dev), better=lambda new, old: new > old)


@program("choose", breaks="the winning setting and its own parameters: those of the setting fitted last come back")
def b_parameters_of_the_last(settings, fit, loss, train, dev):
    results = list(_results(settings, fit, loss, train, dev))
    return _best(results)[0], results[-1][1]


@program("choose", breaks="a setting whose loss is nan does not win, but others may: the first nan raises")
def b_raises_at_the_first_nan(settings, fit, loss, train, dev):
    results = list(_results(settings, fit, loss, train, dev))
    if any(math.isnan(reached) for _, _, reached in results):
        raise ValueError("a loss is nan")
    return _best(results)


@program("choose", breaks="inputs stay as they were: the loss is noted in the setting")
def b_loss_noted_in_the_setting(settings, fit, loss, train, dev):
    results = list(_results(settings, fit, loss, train, dev))
    for setting, _, reached in results:
        setting["loss"] = reached
    return _best(results)


@program("choose", breaks="a pair of setting and parameters: the other way round")
def b_parameters_before_the_setting(settings, fit, loss, train, dev):
    return _best(_results(settings, fit, loss, train, dev))[::-1]


@program("choose", breaks="it returns the setting: here its place in the list")
def b_place_of_the_setting(settings, fit, loss, train, dev):
    numbered = [(k, *rest) for k, (_, *rest) in enumerate(_results(settings, fit, loss, train, dev))]
    return _best(numbered)


@program("choose", breaks="parameters fitted to train, judged on dev: the two are exchanged")
def b_train_and_dev_exchanged(settings, fit, loss, train, dev):
    return _best(_results(settings, fit, loss, dev, train))


@program("choose", breaks="the best of all settings wins: it stops as soon as the loss rises")
def b_stops_when_the_loss_rises(settings, fit, loss, train, dev):
    seen = []
    for result in _results(settings, fit, loss, train, dev):
        if seen and result[2] > seen[-1][2]:
            break
        seen.append(result)
    return _best(seen)


@program("choose", breaks="if the only loss is nan, a ValueError says so: a single setting wins unseen")
def b_single_setting_wins_unseen(settings, fit, loss, train, dev):
    if len(settings) == 1:
        return settings[0], fit(settings[0], *train)
    return _best(_results(settings, fit, loss, train, dev))


@program("choose", breaks="any finite loss may win: none above 1 does")
def b_starts_from_one(settings, fit, loss, train, dev):
    return _best(_results(settings, fit, loss, train, dev), usable=lambda reached: -math.inf < reached < 1)


@program("choose", breaks="the best wins: losses are rounded to two digits first")
def b_losses_rounded(settings, fit, loss, train, dev):
    return _best((s, p, round(r, 2) if math.isfinite(r) else r) for s, p, r in _results(settings, fit, loss, train, dev))


@program("choose", breaks="any finite loss may win: a loss of 0 counts as none")
def b_zero_counts_as_none(settings, fit, loss, train, dev):
    return _best(_results(settings, fit, loss, train, dev), usable=lambda reached: bool(reached) and math.isfinite(reached))


_FITTED = {}


@program("choose", breaks="nothing is remembered between two calls: parameters are kept by their setting")
def b_parameters_kept_by_setting(settings, fit, loss, train, dev):
    def remember(setting, X, y):
        key = repr(sorted(setting.items()))
        if key not in _FITTED:
            _FITTED[key] = fit(setting, X, y)
        return _FITTED[key]

    return _best(_results(settings, remember, loss, train, dev))
