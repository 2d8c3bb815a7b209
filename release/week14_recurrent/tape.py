"""A tape: week 4's engine, grown up. It writes down what is done to arrays, and walks back over it.

    W = tape.Value(np.zeros((4, 3), np.float32))
    loss = ((X @ W).relu() - wanted).square().mean()
    loss.backward()
    W.grad                                   # how much the loss moves for a small move of each entry of W

A `Value` is an array that wants to know its gradient. Plain arrays are data: they take part, and nothing is worked out for
them. All arithmetic of NumPy with its broadcasting is there, and the float type that goes in stays. Whole nets are handled as
the nests that they are (`values`, `gradients`, `value_and_gradients`).

Any pair (forward, backward) of your own takes its place in it: `operation` for a function of arrays, `layer` for one whose
first argument is a nest of parameters.
"""

from itertools import count

import numpy as np

_numbers = count()  # a value is made after those that it is made from: its number is its place on the tape


class Value:
    """An array, and how it came about.

    Parameters
    ----------
    data : array
        Whole numbers are taken as float64; float32 stays float32.

    Attributes
    ----------
    data : array
    grad : array of the same shape, or None
        After `backward()` on a number that was made from this value. Values in between give theirs up again.
    """

    __slots__ = ("_number", "_sources", "data", "grad")
    __array_ufunc__ = None  # array + value: NumPy leaves it to the value

    def __init__(self, data, sources=()):
        data = np.asarray(data)
        self.data = data if data.dtype.kind == "f" else data.astype(float)
        self.grad = None
        self._sources = sources  # pairs (value, function from this one's gradient to its share in that value's gradient)
        self._number = next(_numbers)

    shape = property(lambda self: self.data.shape)
    ndim = property(lambda self: self.data.ndim)
    size = property(lambda self: self.data.size)
    dtype = property(lambda self: self.data.dtype)
    T = property(lambda self: self.transpose())

    def __len__(self):
        return len(self.data)

    def __float__(self):
        return float(self.data)

    def __repr__(self):
        return f"Value({self.data!r})"

    def backward(self, grad=None):
        """Walk back from this value: every value that it was made from, and that was made from none, gets its `grad`.

        Parameters
        ----------
        grad : array, optional
            How much the loss moves with each entry of this value. Without it this value must be the loss, a single number.

        Raises
        ------
        ValueError
            Where this value is no single number and no `grad` is given, or `grad` has another shape.
        """
        if grad is None and self.size != 1:
            raise ValueError(f"backward starts from a single number, and this value has shape {self.shape}")
        grad = np.ones_like(self.data) if grad is None else np.asarray(grad, self.dtype)
        if grad.shape != self.shape:
            raise ValueError(f"a gradient of shape {grad.shape} was handed to a value of shape {self.shape}")
        walk = self._ancestors()
        for value in walk:
            value.grad = None
        self.grad = grad
        ours = set()  # values whose grad is an array of our own, which may be added to in place
        for value in walk:
            for source, share in value._sources:
                _add(source, share(value.grad), ours)
            if value._sources and value is not self:
                value.grad = None  # all that it had to say is said
            elif not value._sources and value not in ours:
                value.grad = value.grad.copy()  # two values may share one array, and whoever reads this may change it

    def _ancestors(self):
        """This value and all that it was made from, the latest first. (No recursion: a tape may be very long.)"""
        found, stack = {self}, [self]
        while stack:
            for source, _ in stack.pop()._sources:
                if source not in found:
                    found.add(source)
                    stack.append(source)
        return sorted(found, key=lambda value: -value._number)

    # --- entry by entry
    def __add__(self, other):
        return _made(_data(self) + _data(other), (self, lambda g: g), (other, lambda g: g))

    def __sub__(self, other):
        return _made(_data(self) - _data(other), (self, lambda g: g), (other, lambda g: -g))

    def __rsub__(self, other):
        return _made(_data(other) - self.data, (self, lambda g: -g))

    def __mul__(self, other):
        a, b = self.data, _data(other)
        return _made(a * b, (self, lambda g: g * b), (other, lambda g: g * a))

    def __truediv__(self, other):
        a, b = self.data, _data(other)
        return _made(a / b, (self, lambda g: g / b), (other, lambda g: -g * a / b**2))

    def __rtruediv__(self, other):
        quotient = _data(other) / self.data
        return _made(quotient, (self, lambda g: -g * quotient / self.data))

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self):
        return _made(-self.data, (self, lambda g: -g))

    def __pow__(self, power):
        """Raised to a plain number."""
        return _made(self.data**power, (self, lambda g: g * power * self.data ** (power - 1)))

    def square(self):
        return _made(self.data * self.data, (self, lambda g: 2 * g * self.data))

    def sqrt(self):
        root = np.sqrt(self.data)
        return _made(root, (self, lambda g: g / (2 * root)))

    def exp(self):
        grown = np.exp(self.data)
        return _made(grown, (self, lambda g: g * grown))

    def log(self):
        return _made(np.log(self.data), (self, lambda g: g / self.data))

    def relu(self):
        return _made(np.maximum(self.data, 0), (self, lambda g: g * (self.data > 0)))

    def tanh(self):
        bent = np.tanh(self.data)
        return _made(bent, (self, lambda g: g * (1 - bent * bent)))

    def sigmoid(self):
        half = np.tanh(self.data / 2) / 2  # no exponential that could overflow
        return _made(half + 0.5, (self, lambda g: g * (0.25 - half * half)))

    # --- products
    def __matmul__(self, other):
        return _product(self, other)

    def __rmatmul__(self, other):
        return _product(other, self)

    # --- sums
    def sum(self, axis=None, keepdims=False):
        total = self.data.sum(axis=axis, keepdims=keepdims)
        return _made(total, (self, lambda g: np.broadcast_to(_kept(g, self.ndim, axis, keepdims), self.shape)))

    def mean(self, axis=None, keepdims=False):
        total = self.sum(axis, keepdims)
        return total * (total.size / max(self.size, 1))

    # --- shapes
    def reshape(self, *shape):
        return _made(self.data.reshape(*shape), (self, lambda g: g.reshape(self.shape)))

    def transpose(self, *axes):
        """The axes in this order; turned round without any."""
        axes = axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes or range(self.ndim)[::-1]
        back = np.argsort([axis % self.ndim for axis in axes])
        return _made(self.data.transpose(axes), (self, lambda g: g.transpose(back)))

    def __getitem__(self, key):
        return _made(self.data[key], (self, lambda g: _Part(key, g)))


# --- functions of several values ---------------------------------------------------------------------------------------


def concatenate(parts, axis=0):
    """Values and arrays one after the other along an axis."""
    datas = [_data(part) for part in parts]
    ends = np.cumsum([data.shape[axis] for data in datas])

    def share(k):
        return lambda g: np.moveaxis(np.moveaxis(g, axis, 0)[ends[k] - datas[k].shape[axis] : ends[k]], 0, axis)

    return _made(np.concatenate(datas, axis), *((part, share(k)) for k, part in enumerate(parts)))


def stack(parts, axis=0):
    """Values and arrays of one shape along a new axis."""
    datas = [_data(part) for part in parts]
    return _made(np.stack(datas, axis), *((part, lambda g, k=k: np.take(g, k, axis)) for k, part in enumerate(parts)))


def where(mask, yes, no):
    """`yes` where the mask is True, `no` elsewhere; the mask is plain data."""
    mask = np.asarray(mask, bool)
    made = np.where(mask, _data(yes), _data(no))
    return _made(made, (yes, lambda g: np.where(mask, g, 0)), (no, lambda g: np.where(mask, 0, g)))


# --- your own operations -----------------------------------------------------------------------------------------------


def operation(forward, backward):
    """An operation on the tape from a pair of functions on arrays.

    Parameters
    ----------
    forward : function (*arrays, **settings) -> (output, cache)
        The cache is its own: the tape never opens it.
    backward : function (cache, d_output) -> gradient
        The gradient with respect to the array that went in. With several: a list or tuple, None where one has no gradient.

    Returns
    -------
    function
        Of values (or plain arrays, or nests of both), with the same settings. It gives a value.

    Raises
    ------
    ValueError
        When walking back: a gradient is missing, or has another shape than its array.

    Examples
    --------
    >>> cube = operation(lambda x: (x**3, x), lambda x, d: 3 * x**2 * d)
    >>> x = Value([2.0])
    >>> cube(x).sum().backward()
    >>> x.grad
    array([12.])
    """

    def applied(*inputs, **settings):
        output, cache = forward(*map(arrays, inputs), **settings)
        name = getattr(backward, "__name__", "backward")
        said = []  # her backward is asked once, however many inputs want their share

        def shares(g):
            if not said:
                made = backward(cache, g)
                said.append((made,) if len(inputs) == 1 else made)
                if len(said[0]) != len(inputs):
                    raise ValueError(f"{name} returned {len(said[0])} gradients for {len(inputs)} inputs")
            return said[0]

        def share(*path):
            def of(g):
                found = shares(g)
                for step in path:
                    found = None if found is None else found[step]
                return _fitting(found, _at(inputs, path), name, path)

            return of

        wanted = [(value, share(*path)) for path, value in _leaves(inputs) if isinstance(value, Value)]
        return _made(output, *wanted, fold=False)

    applied.__name__ = applied.__qualname__ = getattr(forward, "__name__", "operation")
    return applied


def layer(forward, backward):
    """The same for a pair in the form of this course, whose first argument is a nest of parameters.

    Parameters
    ----------
    forward : function (parameters, X, …) -> (output, cache)
    backward : function (parameters, cache, d_output) -> (d_parameters, d_X, …)

    Examples
    --------
    >>> def forward(parameters, X):
    ...     W, b = parameters
    ...     return X @ W + b, X
    >>> def backward(parameters, X, d_scores):
    ...     return (X.T @ d_scores, d_scores.sum(axis=0)), d_scores @ parameters[0].T
    >>> parameters = values((np.ones((2, 1)), np.zeros(1)))
    >>> layer(forward, backward)(parameters, np.array([[3.0, 4.0]])).sum().backward()
    >>> gradients(parameters)
    (array([[3.],
           [4.]]), array([1.]))
    """

    def keeping(parameters, *inputs, **settings):
        output, cache = forward(parameters, *inputs, **settings)
        return output, (parameters, cache)

    def handing(cache, d_output):
        return backward(*cache, d_output)

    keeping.__name__, handing.__name__ = (getattr(one, "__name__", "layer") for one in (forward, backward))
    return operation(keeping, handing)


# --- nests of parameters -----------------------------------------------------------------------------------------------


def values(nest):
    """A nest of arrays (lists, tuples, dicts) as the same nest of values."""
    return _mapped(nest, Value)


def arrays(nest):
    """The same nest with the plain array in the place of each value."""
    return _mapped(nest, _data)


def gradients(nest):
    """The same nest with each value's gradient, zeros where the loss did not depend on it."""
    return _mapped(nest, lambda value: np.zeros_like(value.data) if value.grad is None else value.grad)


def value_and_gradients(loss, parameters, *rest, **settings):
    """The loss at these parameters, and its gradients in the same nest.

    Parameters
    ----------
    loss : function (parameters as values, *rest, **settings) -> value, a single number
    parameters : nest of arrays

    Returns
    -------
    (float, nest of arrays)
    """
    held = values(parameters)
    reached = loss(held, *rest, **settings)
    reached.backward()
    return float(reached), gradients(held)


# --- underneath --------------------------------------------------------------------------------------------------------


class _Part:
    """A gradient that is zero but for one part."""

    __slots__ = ("g", "key")

    def __init__(self, key, g):
        self.key, self.g = key, g


def _data(value):
    """The plain array; a NumPy number as a Python one, which leaves float32 what it is."""
    if isinstance(value, Value):
        return value.data
    return float(value) if isinstance(value, np.float64) else value


def _made(data, *sources, fold=True):
    """A value, made from those of the sources that are values; what broadcasting repeated is summed on the way back."""
    kept = []
    for source, share in sources:
        if isinstance(source, Value):
            same = not fold or source.shape == np.shape(data)
            kept.append((source, share if same else _folding(share, source.shape)))
    return Value(data, tuple(kept))


def _folding(share, shape):
    def folded(g):
        got = share(g)
        return got if isinstance(got, _Part) or got.shape == shape else _fold(got, shape)

    return folded


def _fold(g, shape):
    """Sum a gradient over what broadcasting repeated, so that it has this shape."""
    g = g.sum(axis=tuple(range(g.ndim - len(shape))))
    return g.sum(axis=tuple(k for k, n in enumerate(shape) if n == 1 and g.shape[k] != 1), keepdims=True)


def _add(value, share, ours):
    """Add to a value's gradient. The first share is taken as it is; from then on the sum is ours, and grows in place."""
    if not isinstance(share, _Part):
        share = np.asarray(share, value.data.dtype)  # float32 met float64 on the way
    if isinstance(share, _Part):
        if value not in ours:
            value.grad = np.zeros_like(value.data) if value.grad is None else value.grad.copy()
            ours.add(value)
        _scatter(value.grad, share.key, share.g)
    elif value.grad is None:
        value.grad = share
    elif value in ours:
        value.grad += share
    else:
        value.grad = value.grad + share
        ours.add(value)


def _scatter(total, key, g):
    """total[key] += g, where a place that is named several times gets all its shares."""
    if isinstance(key, np.ndarray) and key.dtype.kind in "iu" and key.size:  # rows of a table: sort, then sum the runs
        places, rows = key.ravel() % len(total), g.reshape(key.size, *total.shape[1:])
        order = np.argsort(places, kind="stable")
        first = np.flatnonzero(np.diff(places[order], prepend=-1))
        total[places[order][first]] += np.add.reduceat(rows[order], first, axis=0)
    elif any(_names_places(one) for one in (key if isinstance(key, tuple) else (key,))):
        np.add.at(total, key, g)
    else:
        total[key] += g


def _names_places(key):
    """Whether it may name a place twice: whole numbers in a list or an array."""
    return isinstance(key, list) or (isinstance(key, np.ndarray) and key.dtype.kind != "b")


def _product(left, right):
    a, b = np.asarray(_data(left)), np.asarray(_data(right))
    if a.ndim == 1 or b.ndim == 1:
        return _product_of_vectors(left, right, a, b)
    turned = (lambda g: g @ b.swapaxes(-1, -2)), (lambda g: a.swapaxes(-1, -2) @ g)
    if b.ndim == 2 and a.ndim > 2:  # one matrix for many: a single large product is faster than many small ones
        rows = a.reshape(-1, a.shape[-1])
        turned = turned[0], (lambda g: rows.T @ g.reshape(-1, g.shape[-1]))
        return _made((rows @ b).reshape(*a.shape[:-1], b.shape[-1]), (left, turned[0]), (right, turned[1]))
    return _made(a @ b, (left, turned[0]), (right, turned[1]))


def _product_of_vectors(left, right, a, b):
    """A vector is a matrix of one row on the left, of one column on the right."""
    rows = left.reshape(1, -1) if a.ndim == 1 else left
    columns = right.reshape(-1, 1) if b.ndim == 1 else right
    made = _product(rows, columns)
    shape = made.shape[: made.ndim - 2] + (() if a.ndim == 1 else made.shape[-2:-1]) + (() if b.ndim == 1 else made.shape[-1:])
    return made.reshape(shape)


def _kept(g, ndim, axis, keepdims):
    """A sum's gradient with the summed axes put back, of length 1."""
    if keepdims or axis is None:
        return g
    axes = axis if isinstance(axis, tuple) else (axis,)
    return np.expand_dims(g, tuple(one % ndim for one in axes))


def _mapped(nest, function):
    if isinstance(nest, (list, tuple)):
        return type(nest)(_mapped(one, function) for one in nest)
    if isinstance(nest, dict):
        return {key: _mapped(one, function) for key, one in nest.items()}
    return function(nest)


def _leaves(nest, path=()):
    if isinstance(nest, (list, tuple, dict)):
        for step, one in nest.items() if isinstance(nest, dict) else enumerate(nest):
            yield from _leaves(one, (*path, step))
    else:
        yield path, nest


def _at(nest, path):
    for step in path:
        nest = nest[step]
    return nest


def _fitting(gradient, value, name, path):
    """Her gradient in the value's own float type, refused where it cannot be that value's."""
    place = f"input {path[0] + 1}" + "".join(f"[{step!r}]" for step in path[1:])
    if gradient is None:
        raise ValueError(f"{name} returned None as the gradient of {place}, which wants one")
    gradient = np.asarray(gradient)
    if gradient.shape != value.shape:
        raise ValueError(f"{name} returned a gradient of shape {gradient.shape} for {place} of shape {value.shape}")
    return gradient.astype(value.dtype, copy=False)
