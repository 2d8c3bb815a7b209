# %% [markdown] role="week" needs="week01.standardise week02.log_loss"
# # Week 4 · Depth
#
# Fold a sheet of paper once: it has two layers. Fold it again: four, then eight. Ten folds would give 1,024 layers, had the paper not
# torn long before. Each fold is the same small movement, and yet the result doubles every time, because a fold bends *everything that
# the earlier folds made*.
#
# A layer of a network is a fold. Last week's network had one hidden layer, and you bought its bends one by one: a unit, a bend. This week
# we put layers on top of layers. Nothing in the mathematics is new; each layer does what last week's did. What is new is that a layer
# works on what the layer before has made of the picture, and that the bookkeeping must now be right at any depth. So you write it once,
# for any number of layers. Then you write the machine that does the bookkeeping by itself: a small engine of the kind that stands
# inside every deep-learning library. At the end you spend 3,000 parameters as cleverly as you can.

# %% role="given" id="setup"
import numpy as np
import matplotlib.pyplot as plt
from autograder import datasets
from autograder.cases import check
import explore

# %% [markdown]
# ## One picture before the first formula
#
# Each layer below consists of two rectified units, `relu` for short: $\mathrm{relu}(s)$ is $s$ where $s$ is positive and 0 elsewhere.
# One such layer can fold the line from 0 to 1 in the middle: it runs up and comes back down. The next layer does the same to what comes
# out of the first. Move the slider for the layers and watch the number of straight pieces.

# %% role="show" id="show_folding"
explore.folding()  # layers: how often the line is folded; where to fold: need the pieces be equal for the count to double?

# %% [markdown]
# Why can one hidden layer not do the same? It computes $c + \sum_j v_j\, \mathrm{relu}(w_j x + b_j)$. Each term is a straight line with
# one kink, at $x = -b_j / w_j$. A sum of such terms can bend only where one of its terms bends: $n$ units give at most $n$ kinks, so at
# most $n + 1$ straight pieces. The folded curve of $L$ layers has $2^L$ pieces. A net with one hidden layer needs at least
# $2^L - 1$ units to draw it; depth needs $2L$. For ten layers that is 1,023 against 20.
#
# Read the claim with care, because it is often told too large. It says that *some* functions are cheap for deep nets and ruinous for
# shallow ones. It does not say that your function is of that kind, nor that training finds the folds. Whether depth helps on pictures is
# a question for the data, and you will put it in the studio.
#
# **Words and shapes for this week.** A network of $L$ layers holds a weight matrix and a row of biases for each layer. We keep them as a
# Python list of pairs, one pair `(W, b)` a layer, the layer nearest to the input first. `W` has shape (inputs, units), `b` has shape
# (units,). Layers are counted from 1. After every layer but the last comes `relu`; the last layer's outputs are the *logits*. What comes
# before all that is the array `X`, with one row for each example.

# %% role="given" id="tents"
# The fold, twice, as a network of three layers: two that fold, and one that reads the result off.
tents = [
    (np.array([[1.0, 1.0]]), np.array([0.0, -0.5])),
    (np.array([[2.0, 2.0], [-4.0, -4.0]]), np.array([0.0, -0.5])),
    (np.array([[2.0], [-4.0]]), np.array([0.0])),
]

# %% [markdown]
# ## Blame travels backwards
#
# Training asks for one thing: for each parameter, by how much does the loss change when the parameter moves a little? Call that the
# parameter's share of the **blame**. Week 3 worked it out for two layers. With many layers it is easier, not harder, if we look at one
# layer only and ask what it must be told from above.
#
# Take one layer in the middle. An array $A$ arrives (one row for each example $n$, one column for each input $i$), and the layer forms
#
# $$s_{nj} = \sum_i A_{ni} W_{ij} + b_j .$$
#
# Suppose that somebody above has told us the blame of every $s_{nj}$; write it $\delta_{nj} = \partial \ell / \partial s_{nj}$, where
# $\ell$ is the loss. Three questions are left, and each is answered by looking at *whom a number touches*.
#
# - The weight $W_{ij}$ touches $s_{nj}$ in every example $n$, and moves it $A_{ni}$ times as far as it moves itself. Its blame is
#   $\sum_n A_{ni}\, \delta_{nj}$.
# - The bias $b_j$ touches $s_{nj}$ in every example too, one for one. Its blame is $\sum_n \delta_{nj}$.
# - The incoming number $A_{ni}$ touches $s_{nj}$ for every unit $j$ of its own example. Its blame is $\sum_j \delta_{nj} W_{ij}$.
#
# The third answer is what the layer below waits for. Between the two stands `relu`, which lets blame through where the signal came
# through, and stops it where the signal was stopped. That is the whole of *backpropagation*: a layer is told the blame of what it put
# out, keeps what belongs to its own parameters, and tells the layer below.
#
# Look at what the three sums need: $\delta$, which comes from above, and $A$ and $W$, which were there on the way forward. Whatever the
# way back will need must have been kept. That memory is called a **cache**. Which things you keep, and how, is up to you; nobody but your
# own two functions will look inside.
#
# One more thing is worth seeing before you write anything. Each sum over $n$ adds examples up and never mixes them in another way. So the blame
# of a batch is the sum of the blames of its examples, and if a loss is an average, the division by the number of examples has already
# happened in the blame of the logits. It must not happen again.

# %% [markdown]
# ### Exercise · `deep_net` &nbsp; ●●● &nbsp; 40 min
#
# Write two functions for a network of any depth, from one layer upwards.
#
# - `forward(parameters, X)` returns `(logits, cache)`. The cache holds what you wish to remember.
# - `backward(parameters, cache, d_logits)` gets the gradient of some loss with respect to every logit. It returns the gradients of
#   all parameters: a list of pairs, in the order and the shapes of `parameters`.
#
# The promises (and the house rules of week 1, here and below):
#
# - The gradients are those that one measures by moving a parameter a little. Where a sum is exactly 0, any slope from the left
#   one to the right one passes.
# - Each example is treated on its own. Other rows of `X` do not change a row of logits. A batch's gradients are the sum over its
#   examples.
# - A cache can be used again. Two passes forward may be followed by their passes backward in any order, and a pass backward may
#   be repeated.
#
# The net `tents` above gives for the inputs 0, 1/8, 1/4, 1/2 the logits 0, 1/2, 1, 0.
#
# <details><summary>A question to ask yourself</summary>
#
# How does a network of four layers contain one of three? If somebody hands you the blame of what the fourth layer received, what is
# left to do? And which arrays does that step use that exist only on the way forward?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. On the way forward walk through the layers and remember what arrived at each one. Only the last layer has no `relu`.
# 2. On the way back walk through them from the last to the first, carrying one array: the blame of the present layer's sums.
# 3. At each layer work out the two things that belong to its parameters, then what the layer below must be told: first through the
#    weights, then through the `relu` that stood in between.
# 4. You have collected the pairs from the last layer to the first. Hand them back in the parameters' order.
#
# Check shapes as you go: the blame of a thing always has the shape of the thing. It leaves you little choice about what is transposed.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def forward(parameters, X):
#     arrived = [X]
#     for W, b in parameters[:-1]:
#         arrived.append(...)             # what the next layer receives
#     W, b = parameters[-1]
#     return ..., arrived
#
# def backward(parameters, cache, d_logits):
#     blame, found = d_logits, []
#     for (W, b), A in ...:               # from the last layer to the first
#         found.append((..., ...))
#         blame = ...                     # back through W, then through the relu in front of it
#     return ...
# ```
#
# </details>

# %% role="answer" id="deep_net"
def forward(parameters, X):
    """Logits (examples, classes) of the network for X (examples, features), and a cache of your own."""
    ### BEGIN SOLUTION
    signals = [X]
    for k, (W, b) in enumerate(parameters, start=1):
        sums = signals[-1] @ W + b
        signals.append(np.maximum(sums, 0) if k < len(parameters) else sums)
    return signals[-1], signals[:-1]
    ### END SOLUTION


def backward(parameters, cache, d_logits):
    """The slopes of a loss with respect to all parameters, from its slopes d_logits with respect to the logits."""
    ### BEGIN SOLUTION
    delta, slopes = d_logits, []
    for (W, _), signal in zip(reversed(parameters), reversed(cache), strict=True):
        slopes.append((signal.T @ delta, delta.sum(axis=0)))
        delta = (delta @ W.T) * (signal > 0)
    return slopes[::-1]
    ### END SOLUTION


# %% role="check" id="check_deep_net" points=4
check("deep_net")

# %% role="hidden" id="test_deep_net" points=8

# %% [markdown]
# ## Where does the blame go?
#
# Below is such a network as a **computation graph**: filled boxes are given, hollow ones are made. On every edge stands a number: the size of
# the loss's slope with respect to what flows along that edge (the root of the sum of its squares). The explorer does not know the chain
# rule. It moves each number on an edge a little, looks at the loss, and moves it back. Try these, and guess first:
#
# 1. Five layers, weights of size 0.4 (on a scale on which 1 suits the six inputs of a layer). Follow the bottom row from the loss to `X`. By what factor, roughly, does the blame change at
#    each layer? Now size 2.
# 2. The weights' slopes, in the upper row, behave otherwise: at any size they are about alike in all layers. What does a layer's weight
#    need for its slope, besides blame from above, and what has happened to *that* on its way up?
# 3. Still five layers: compare the weights' slopes at size 0.4 and at size 1. If a learning rate suits one of the two nets, how far off is it for the
#    other? What if there were ten layers?
# 4. Some edges always carry the same number, whatever you do. Which, and why?
# 5. Tick the box at the end, which gives every hidden layer a way round itself, and go back to question 1.

# %% role="show" id="show_blame"
explore.blame()

# %% [markdown]
# Blame is multiplied on its way down, once for every layer, as the signal is on its way up. A weight's slope has both in it: the blame from
# above, which has crossed all layers above, times the signal from below, which has crossed all layers below. So in a net of $L$ equal `relu` layers each slope
# holds about $L - 1$ factors, whichever layer it belongs to. A product of many numbers below one dies out, a product of many above one
# explodes, and depth makes either happen fast. (With sigmoids the signal does not shrink along, and the lowest layers starve first.) Week 5 is
# about where to start so that neither happens; the way round in question 5 comes back in week 11 as the *residual network*.
#
# ## Errors that say where
#
# A deep network offers many places for a shape to be wrong, and NumPy is a poor guide to them. Half of the mistakes give a message such
# as `matmul: Input operand 1 has a mismatch in its core dimension 0`, without saying which of your seven products it means. The other
# half give no message at all, and that is worse: a bias of shape (1,), or of shape (examples, 1), *broadcasts*. The numbers come out, the
# loss even falls, and weeks later somebody wonders why the network is not quite as good as it should be.
#
# Code that is going to be used asks its questions at the door.

# %% [markdown]
# ### Exercise · `layer_shapes` &nbsp; ●●○ &nbsp; 20 min
#
# `layer_shapes(parameters, X)` looks at shapes and computes nothing. Where all of them fit, it returns the shape of each layer's
# output, as a list of tuples. Otherwise it raises a `ValueError` for the **first** layer at fault.
#
# - Weights are matrices, with a row for each number that arrives. At layer 1 these are the features of `X`.
# - Biases have the shape (units,), one number for each unit. What only broadcasts does not fit.
# - Examples come as rows. Pictures that nobody has flattened do not fit layer 1.
# - The message names the layer at fault first, as `layer 3`. It gives both sizes that disagree.
#
# For the net `tents` and five examples the answer is `[(5, 2), (5, 2), (5, 1)]`. Had its second bias three entries, the message
# might say *layer 2 has 2 units and 3 biases*.
#
# <details><summary>A question to ask yourself</summary>
#
# You walk from layer to layer. What is the one fact about the layers below that a layer needs in order to say whether it fits?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. Keep the width of what arrives; at the start that is the width of an example. An example with more than one axis fits nowhere.
# 2. For each layer in turn compare that width with the rows of the weights, then the whole shape of the biases with the columns.
# 3. Raise at the first difference; else note the shape and go on with the new width.
#
# Compare shapes as tuples. `(3,) != (3, 1)` is true; counting entries would not have seen it.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def layer_shapes(parameters, X):
#     arriving = ...                       # the shape of one example
#     shapes = []
#     for number, (W, b) in ...:
#         if ...:
#             raise ValueError(f"layer {number} ...")
#         if ...:
#             raise ValueError(f"layer {number} ...")
#         ...
#     return shapes
# ```
#
# </details>

# %% role="answer" id="layer_shapes"
def layer_shapes(parameters, X):
    """The shape of each layer's output, as a list of tuples; ValueError names the first layer that does not fit."""
    ### BEGIN SOLUTION
    width, outputs = np.shape(X)[1:], []
    for k, (W, b) in enumerate(parameters, start=1):
        if np.ndim(W) != 2 or np.shape(W)[:1] != width:
            raise ValueError(f"layer {k}: its weights have shape {np.shape(W)}, and examples of shape {width} arrive")
        if np.shape(b) != np.shape(W)[1:]:
            raise ValueError(f"layer {k}: its biases have shape {np.shape(b)}, and it has {np.shape(W)[1]} units")
        width = np.shape(W)[1:]
        outputs.append((len(X), *width))
    return outputs
    ### END SOLUTION


# %% role="check" id="check_layer_shapes" points=2
check("layer_shapes")

# %% role="hidden" id="test_layer_shapes" points=4

# %% [markdown]
# ## A machine for slopes
#
# You have now worked out slopes by hand in three weeks, for a new formula each time. Look back at how you did it today: at no point did you
# need the whole network. You needed to know, for one step, *whom a number touches and how far it moves it*. That can be taught to a
# machine once and for all:
#
# > Let every number remember how it was made. Then walk from the result back to the beginnings, and let each step hand the blame that
# > reached it on to its ingredients.
#
# This is *reverse-mode automatic differentiation*. It is neither the measuring of slopes by small steps (which takes one run for
# each parameter, and loses half of the digits) nor algebra on formulas. For one result and a million parameters the walk back
# costs only a few times what the walk forward costs, and that single fact made deep learning possible.
#
# Every operation needs its own small rule, and each follows from the same question. Let $z$ be what a step made, and let
# $\bar z = \partial \ell / \partial z$ be the blame that reached it.
#
# | step | what the ingredients are told |
# |---|---|
# | $z = x + y$ | both $x$ and $y$ move $z$ one for one: both get $\bar z$ |
# | $z = x \cdot y$ | $x$ moves $z$ by $y$ times as much, and $y$ by $x$ times |
# | $z = e^x$ | the slope of $e^x$ is $e^x$: it has been worked out already |
# | $z = \log x$ | the smaller $x$ is, the further it moves $z$: $1/x$ times |
# | $z = \sum_k x_k$ | every entry moves the sum one for one, so every entry gets the *whole* of $\bar z$ |
#
# The rules for `@` and `relu` you have found above. What happens where one value goes *two* ways? In the picture $a$ goes into a product and into
# a sum. Below each step stands its value (grey), on each edge the blame that flows back along it.

# %% role="show" id="show_used_twice"
explore.used_twice()

# %% [markdown]
# A small movement of $a$ reaches the result along both ways, and small effects add up. So the blame of a value is the **sum** over all
# its uses. This has a consequence for the order of the walk: a value may hand its blame on only when *all* of its uses have reported. In
# the picture, had $a$ been an intermediate result and had it passed its blame on after hearing from the sum alone, everything below it would be
# short of the product's part. An order that is always safe exists, and there is more than one way to find it: every value is made after its ingredients.
#
# Two traps before you begin. *Python has a limit of about a thousand nested calls*, and a loop can build a chain far longer than that. And
# *one array may have two owners*: if two values share one and the same gradient array, adding to it in place changes both.

# %% [markdown]
# ### Exercise · `Value` &nbsp; ●●● &nbsp; 100 min
#
# Write a class `Value`. It holds a number or an array, as `v.data`, and remembers how it was made.
#
# - `+` and `*` combine two values of one shape, entry by entry. `@` multiplies two matrices.
# - `v.relu()`, `v.exp()` and `v.log()` work entry by entry. `v.sum()` adds up all entries, to a single number.
# - `out.backward()` leaves in `v.grad` the gradient of `out` with respect to `v`, in the shape of `v.data`. It does so for every
#   value that `out` was made from, those in between too.
#
# The promises:
#
# - Every operation gives a new `Value`. No `data` ever changes, not in `backward` either.
# - `backward` starts from one number, or from an array of one entry. For anything larger it raises a `ValueError`.
# - What `backward` leaves depends on `out` alone. Calling it again changes nothing. Gradients that another result left are
#   replaced, not added to.
# - A value may be used any number of times, and a chain may be thousands of steps long. Time grows with the steps, not with the
#   paths through the graph.
#
# For $a = 3$ the result $a \cdot a + a$ is 12, and its gradient is 7. Where `relu` meets an exact zero, any slope from 0 to 1 passes.
#
# *A stretch without points:* let `+` and `*` broadcast as NumPy does. The cell below the check tries it.
#
# <details><summary>A question to ask yourself</summary>
#
# When `c = a * b` is made, everything that the way back will need from this step is at hand: `a`, `b` and what to do with blame that
# reaches `c`. In what form could `c` carry that with it, so that `backward` need not know which operation it was?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. Let each value keep its ingredients and, for each ingredient, a function that turns blame of the result into blame of the
#    ingredient. A value that you made from data has none.
# 2. In `backward` first collect everything that `out` was made from, each value once. A list of what is still to be visited does it without nested calls.
# 3. Put them into an order in which every value comes after all that use it. If each value gets a running number when it is made, you have
#    such an order for nothing.
# 4. Set all blame to zero and that of `out` to one, in the right shapes. Then walk, and add.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# class Value:
#     made = 0                                       # how many there are so far
#
#     def __init__(self, data, ways=()):             # ways: pairs (ingredient, function from blame to blame)
#         ...
#
#     def __mul__(self, other):
#         return Value(self.data * other.data,
#                      [(self, lambda blame: ...), (other, lambda blame: ...)])
#
#     def backward(self):
#         found, waiting = set(), [self]
#         while waiting:
#             ...
#         for value in found:
#             value.grad = ...
#         self.grad = ...
#         for value in sorted(found, ...):
#             for ingredient, turn in value.ways:
#                 ingredient.grad = ...
# ```
#
# </details>

# %% role="answer" id="Value"
class Value:
    """A number or an array that remembers how it was made; `data`, and after `backward` also `grad`, can be read."""

    def __init__(self, data):
        ### BEGIN SOLUTION
        data = np.asarray(data)
        self.data = data if data.dtype.kind == "f" else data.astype(float)
        self.grad, self.sources = None, []
        self.serial = Value.count = Value.count + 1

    count = 0

    @staticmethod
    def made(data, *sources):
        result = Value(data)
        result.sources = sources
        return result

    def __add__(self, other):
        return Value.made(self.data + other.data, (self, lambda g: g), (other, lambda g: g))

    def __mul__(self, other):
        return Value.made(self.data * other.data, (self, lambda g: g * other.data), (other, lambda g: g * self.data))

    def __matmul__(self, other):
        return Value.made(self.data @ other.data, (self, lambda g: g @ other.data.T), (other, lambda g: self.data.T @ g))

    def relu(self):
        return Value.made(np.maximum(self.data, 0), (self, lambda g: g * (self.data > 0)))

    def exp(self):
        grown = np.exp(self.data)
        return Value.made(grown, (self, lambda g: g * grown))

    def log(self):
        return Value.made(np.log(self.data), (self, lambda g: g / self.data))

    def sum(self):
        return Value.made(self.data.sum(), (self, lambda g: g + np.zeros_like(self.data)))

    def backward(self):
        if self.data.size != 1:
            raise ValueError(f"backward starts from a single number, and this value has shape {self.data.shape}")
        ancestors, stack = {self}, [self]
        while stack:
            new = {source for source, _ in stack.pop().sources} - ancestors
            ancestors |= new
            stack.extend(new)
        for value in ancestors:
            value.grad = np.zeros_like(value.data)
        self.grad = np.ones_like(self.data)
        for value in sorted(ancestors, key=lambda one: -one.serial):
            for source, passed in value.sources:
                source.grad = source.grad + passed(value.grad)
        ### END SOLUTION


# %% role="check" id="check_Value" points=4
check("Value")

# %% role="hidden" id="test_Value" points=8

# %% role="show" id="show_broadcasting"
explore.broadcasting(Value)  # the stretch

# %% [markdown]
# You now own two programs that claim to know the slopes of a network: the one that you derived by hand, and the one that derived it by itself.
# They share no line. Where two derivations as different as these agree on random numbers, both are very likely right, and this is how
# people who write such code sleep at night.

# %% role="show" id="show_agree"
explore.agree(Value, forward, backward)

# %% [markdown]
# ## The same answer in any order
#
# A gradient over all examples may need more memory than the machine has: the cache of a deep network holds every layer's
# output for every row. But the blame of a batch is the sum over its examples. So one can go through the examples a few at a time and put
# the parts together, and the result must not depend on how the examples were cut up, nor on their order. Properties of this kind,
# "the answer must not change when …", are the cheapest tests there are: one needs no right answer in order to use them.
#
# There are two small snags. One is a question of weights, and the exercise below is about it. The other is that a computer's addition is not quite
# associative: `(0.1 + 0.2) + 0.3` and `0.1 + (0.2 + 0.3)` differ in the last digit. So "the same" means the same up to rounding when the order
# of a sum changes, and the same to the last bit only when nothing changes. That second kind of sameness is called
# **determinism**: same data, same generator in the same state, same parameters. It is worth having, for without it you cannot tell a repaired bug from
# luck. All randomness of this course therefore comes from an `rng` that is handed in, and never from a hidden global one.

# %% [markdown]
# ### Exercise · `whole_gradient` &nbsp; ●●○ &nbsp; 20 min
#
# You are given a function `mean_loss(parameters, X, y)`. It returns the **mean** loss over its rows, and the gradients of that
# mean as a list of pairs. It takes at most `rows` rows at a time.
#
# `whole_gradient(mean_loss, parameters, X, y, rows)` returns the same pair for *all* rows, as if one call had taken them.
#
# - Each example is handed over exactly once, with its own label. No call is empty, and none has more than `rows` rows.
# - The result is the same for every `rows` and every order of the examples, up to rounding. `rows` need not divide their number.
# - It need not know what the loss is, nor how deep the network is.
# - `X` holds rows, or pictures (N, H, W). Pictures are handed over as pictures.
#
# `X` holds at least one example. Ten examples with `rows=4` can go over as four, four and two.
#
# <details><summary>A question to ask yourself</summary>
#
# Four people have a mean height of 170 cm, two others of 182 cm. Is the mean of all six 176 cm? What does each group's mean have to be counted with?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. Cut the rows into consecutive pieces; the last may be short.
# 2. Each piece's mean speaks for as many examples as the piece has. What share of the whole is that?
# 3. Add up the losses by their shares, and the slopes likewise, pair by pair.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def whole_gradient(mean_loss, parameters, X, y, rows):
#     total = 0.0
#     sums = [...]                                  # zeros, in the parameters' shapes
#     for start in range(...):
#         piece = slice(...)
#         loss, slopes = mean_loss(parameters, X[piece], y[piece])
#         share = ...
#         ...
#     return total, sums
# ```
#
# </details>

# %% role="answer" id="whole_gradient"
def whole_gradient(mean_loss, parameters, X, y, rows):
    """The mean loss over all rows and its slopes, from calls that see at most `rows` rows each."""
    ### BEGIN SOLUTION
    total, sums = 0.0, [(np.zeros(W.shape), np.zeros(b.shape)) for W, b in parameters]
    for first in range(0, len(X), rows):
        labels = y[first : first + rows]
        loss, parts = mean_loss(parameters, X[first : first + rows], labels)
        weight = len(labels) / len(y)
        total += weight * loss
        sums = [(dW + weight * pW, db + weight * pb) for (dW, db), (pW, pb) in zip(sums, parts, strict=True)]
    return total, sums
    ### END SOLUTION


# %% role="check" id="check_whole_gradient" points=2
check("whole_gradient")

# %% role="hidden" id="test_whole_gradient" points=4

# %% [markdown]
# ## Pictures
#
# A grey picture of 28 by 28 pixels is 784 numbers. Your network takes any row of numbers, so flatten the picture and hand it in.
# The network does not know that pixel 1 lies beside pixel 2; shuffle the pixels of all pictures in the same way and it would learn
# just as well. (Networks that do know come in week 10.)
#
# Ten classes need ten logits. You know one way to judge a logit: the log-loss of week 2, for a question that is answered by yes or no. So ask ten
# such questions of every picture, *is it a 0? is it a 1? …*, let each of the ten outputs be a logistic unit with its own answer, and take the
# sum of the ten losses. The blame of such a logit is the slope that you found in week 2: the probability that was claimed, minus the
# answer (1 for yes, 0 for no). To name a picture, take the question with the largest logit. (Week 7 has one question with ten answers instead.)
#
# Three things make the difference between a network that learns and one that does not, and none of them is in the formulas:
#
# - **Scale.** Pixels from 0 to 255, summed over 784 weights, make sums in the hundreds; every sigmoid is stuck at 0 or 1 at once. Week 1's standardising
#   is one cure.
# - **Start.** Weights of zero are twins for ever (week 3). Weights too large or small explode or die out with depth (the explorer above). With
#   $n$ inputs, random weights of size about $\sqrt{2/n}$ keep a `relu` layer's signal alive; week 5 shows why.
# - **Small batches.** A step need not wait for all examples. The slope over 32 of them, drawn anew each time, points roughly the same way and
#   costs a hundredth. Go through the rows in a fresh random order, 32 at a time; then again, twenty times or so. Each time through is an **epoch**.
#
# Week 1's `learn_scale` and `standardise` and week 2's `log_loss` lie ready below, in case you want them; `ten_questions` watches a training.

# %% role="try" id="pieces"
import kit

learn_scale, standardise = kit.learn_scale, kit.standardise  # your own instead: kit.mine("learn_scale"), kit.mine("standardise")
log_loss = kit.log_loss  # your own instead: kit.mine("log_loss")


def ten_questions(parameters, X, y):
    """The mean over the rows of X of what the questions' log-losses sum to: one question a class."""
    logits, _ = forward(parameters, X)
    return log_loss(logits, np.arange(logits.shape[1]) == y[:, None]).sum(axis=1).mean()


# %% role="given" id="digits"
digits = datasets.load("mnist", split="train")
other_digits = datasets.load("mnist", split="test")

# %% [markdown]
# ### Exercise · `image_net` &nbsp; ●●● &nbsp; 80 min
#
# `train_net(images, y, hidden, rng)` learns from pictures (N, H, W) with labels 0, 1, … It returns parameters `[(W, b), …]`, with
# hidden layers of the sizes in the tuple `hidden` and one logit for each class. `classify(parameters, images)` returns one label
# for each picture.
#
# - **Good.** After 3,000 digits it names at least 87 of 100 unseen ones rightly, with `hidden=(32, 16)` and with `(32,)`. Without
#   a hidden layer, `hidden=()`, 85 will do. (Ours reaches 92.)
# - **For any pictures.** Size, brightness and the number of classes may be others. The small digits, `datasets.load("digits")`,
#   have 8 × 8 pixels from 0 to 16. After 1,000 of them it names 80 of 100 rightly. (Ours reaches 95.)
# - **Alone or in company.** A picture gets the same label alone as among others. `classify` knows nothing but its arguments, so
#   the scale of the pixels must be part of the parameters.
# - **Deterministic.** Generators in the same state give the same parameters, to the last bit. Others give others.
# - **Quick.** Training takes at most 10 seconds on the grader's machine. (Ours takes less than one.)
#
# <details><summary>A question to ask yourself</summary>
#
# If you shift and scale the pixels before you train, `classify` must do the same, or the network gets other pictures than it was
# trained on. But `classify` has nothing except the parameters and the pictures. A shift and a scale are an affine map, and so is the first layer. What
# is one after the other?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. Flatten; make floats; bring the pixels to mean 0 and spread 1 (one mean and one spread for all pixels will do).
# 2. Draw the start from `rng`: a matrix for each pair of neighbouring sizes, the classes last.
# 3. For some epochs: a fresh order from `rng`; for each piece of about 32 rows a step against the slope, at a learning rate around 0.05.
#    `forward` and `backward` do the work; between them stands the blame of the logits, averaged over the piece.
# 4. Fold the shift and the scale into the first layer, so that the network takes raw pixels. Then `classify` is short.
#
# If nothing is learnt: does the loss fall on 32 pictures that you train on again and again? A network that cannot learn 32 pictures by
# heart has a mistake in it.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def train_net(images, y, hidden, rng):
#     X = ...
#     shift, spread = ..., ...
#     X = (X - shift) / spread
#     sizes = ...
#     parameters = [(..., ...) for inputs, units in zip(sizes, sizes[1:])]
#     answers = ...                                  # (N, classes): 1 for yes, 0 for no
#     for epoch in range(...):
#         order = ...
#         for start in range(...):
#             some = order[...]
#             logits, cache = forward(parameters, X[some])
#             slopes = backward(parameters, cache, ...)
#             parameters = ...
#     W, b = parameters[0]
#     return [(..., ...), *parameters[1:]]           # (X - shift) / spread @ W + b, written for raw X
# ```
#
# </details>

# %% role="answer" id="image_net"
def train_net(images, y, hidden, rng):
    """Parameters [(W, b), ...] of a network with hidden layers of these sizes, learnt from images (N, H, W) and labels."""
    ### BEGIN SOLUTION
    pixels = images.reshape(len(images), -1).astype(float)
    middle, width = pixels.mean(), pixels.std() + 1e-12
    pixels = (pixels - middle) / width
    truth = np.eye(int(y.max()) + 1)[y]
    below, above = [pixels.shape[1], *hidden], [*hidden, truth.shape[1]]
    net = [(rng.standard_normal((m, n)) * np.sqrt(2 / m), np.zeros(n)) for m, n in zip(below, above, strict=True)]
    for _ in range(20):
        for batch in np.array_split(rng.permutation(len(pixels)), max(1, len(pixels) // 32)):
            z, cache = forward(net, pixels[batch])
            gap = (1 / (1 + np.exp(-np.clip(z, -500, 500))) - truth[batch]) / len(batch)
            net = [(W - 0.05 * dW, b - 0.05 * db) for (W, b), (dW, db) in zip(net, backward(net, cache, gap), strict=True)]
    W, b = net[0]
    return [(W / width, b - middle / width * W.sum(axis=0)), *net[1:]]
    ### END SOLUTION


def classify(parameters, images):
    """One label for each of the images (N, H, W)."""
    ### BEGIN SOLUTION
    return forward(parameters, images.reshape(len(images), parameters[0][0].shape[0]))[0].argmax(axis=1)
    ### END SOLUTION


# %% role="check" id="check_image_net" points=4
check("image_net")

# %% role="hidden" id="test_image_net" points=8

# %% [markdown]
# Look at what it gets wrong. A score of 92 in 100 says how often, and never *what*. Would you have named all of these rightly?

# %% role="show" id="show_mistakes"
explore.mistakes(classify, train_net)

# %% [markdown]
# ## Parameters and hyperparameters
#
# The numbers in `W` and `b` are **parameters**: training sets them. How many layers there are, how wide they are, the learning rate, the number of
# epochs, the size of a batch: these stand still while training runs, and decide what it can reach. They are called **hyperparameters**.
#
# Why not let training set them as well? Because the training loss cannot judge them. It answers only one question, *how well do you do on
# these rows?*, and to that question more freedom is always a good answer. The picture shows a network with one hidden layer whose incoming weights are
# random and whose outgoing ones are the best possible for the training rows. Follow the round marks: from some width on, all rows
# are named rightly, and all widths look equally good. Follow the squares, for rows that no parameter has seen. One of those equally good widths is
# hardly better than guessing.

# %% role="show" id="show_widths"
explore.widths()  # rows to train on: where does the peak go? spoilt labels: what becomes of it at 0?

# %% [markdown]
# (The second descent, where the network has many more units than there are rows, surprised many people, some of them in print. Among all the ways
# to fit the rows exactly, this fit takes the one with the smallest weights; the more units there are, the smaller these can be.)
#
# So hyperparameters are chosen on rows that no parameter was fitted to: the **development set**. Make it a habit to say of every number in a program
# which rows chose it. The parameters were chosen by the training rows; the hyperparameters by the development rows; and once you have
# looked at a hundred settings there, the winner's score is flattered by its own luck. For an honest figure you need a third set, which chose nothing.
# Week 8 says how far off such a score may be.

# %% [markdown]
# ### Exercise · `choose` &nbsp; ●○○ &nbsp; 15 min
#
# `choose(settings, fit, loss, train, dev)` picks the hyperparameters. You are given
#
# - `settings`, a list of one or more dictionaries such as `{"hidden": (32,), "learning_rate": 0.1}`;
# - `fit(setting, X, y)`, which trains and returns parameters;
# - `loss(parameters, X, y)`, which returns a number, the smaller the better;
# - `train` and `dev`, two pairs `(X, y)`.
#
# It returns a pair, the winning setting and its parameters.
#
# - The winner does best on rows that its parameters were not fitted to.
# - Each setting is fitted once, since `fit` takes long.
# - Of settings that do equally well, the one listed first wins.
# - A setting whose loss is `nan` or infinite never wins. If there is no other, a `ValueError` comes.
#
# With three settings whose losses on `dev` are `nan`, 0.4 and 0.3, the third wins.
#
# <details><summary>A question to ask yourself</summary>
#
# What is `nan < 0.3`? And `0.3 < nan`? What does `min([nan, 0.3])` give, and `min([0.3, nan])`?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. Go through the settings in order; fit each once, on the training rows; ask for its loss on the others.
# 2. Put those aside whose loss is not a finite number.
# 3. Keep a candidate only if it is strictly better than the best so far, together with its parameters. At the end there may be none.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def choose(settings, fit, loss, train, dev):
#     best = None
#     for setting in settings:
#         parameters = ...
#         reached = ...
#         if ... and (best is None or ...):
#             best = ...
#     if best is None:
#         raise ValueError(...)
#     return ...
# ```
#
# </details>

# %% role="answer" id="choose"
def choose(settings, fit, loss, train, dev):
    """The best setting by its loss on `dev`, and its parameters, fitted to `train`."""
    ### BEGIN SOLUTION
    found = []
    for place, setting in enumerate(settings):
        fitted = fit(setting, *train)
        score = float(loss(fitted, *dev))
        if np.isfinite(score):
            found.append((score, place, fitted))
    if not found:
        raise ValueError("no setting gave a finite loss")
    _, winner, fitted = min(found, key=lambda one: one[:2])
    return settings[winner], fitted
    ### END SOLUTION


# %% role="check" id="check_choose" points=2
check("choose")

# %% role="hidden" id="test_choose" points=4

# %% [markdown]
# ## Studio: three thousand numbers
#
# Fashion-MNIST shows ten kinds of clothing, at 28 by 28 pixels like the digits. It was made because digits had become too easy. A single layer of ten
# logistic units on all pixels takes 7,850 parameters. You have 3,000.

# %% role="show" id="show_wardrobe"
explore.wardrobe()

# %% role="given" id="clothes"
clothes = datasets.load("fashion", split="train")
other_clothes = datasets.load("fashion", split="test")

# %% [markdown]
# What is a parameter worth? The picture says that most pixels repeat their neighbours: at a quarter of the pixels a shirt is still a shirt, and what
# is saved can be spent on hidden units. At a sixteenth you may still tell a bag from a pullover, but hardly a shirt from a T-shirt. And not every
# number in a program is a parameter. Averaging four pixels into one takes none; neither does any other map of the picture that you fix in
# advance, without looking at the data. Where does the brightness change, and in which direction? How much of each in which region? Think of what tells a
# sleeve from a strap, and remember that what you compute with is as much a part of the architecture as what you train.
#
# Choose widths, depth, learning rate and the rest on a development set of your own: `other_clothes`, or a part of `clothes`. Keep a notebook
# of what you tried. Most ideas do not help, and you will be glad to know which did.

# %% [markdown]
# ### Studio · `small_wardrobe` &nbsp; ●●● &nbsp; 70 min
#
# `train(X, y, rng)` gets pictures (N, 28, 28) of `uint8` with labels from 0 to 9. It returns a list of arrays, which is everything
# that `predict` will know. `predict(arrays, X)` returns one label for each picture.
#
# **Budget.** The arrays hold at most 3,000 numbers together. Before `predict` gets them, every number is rounded to float32
# and changed by about a thousandth of itself. Training may take sixty times as long as a small run that the judge times on the same
# machine. That is about ten seconds on a laptop, and ours takes two. At three times that it is cut off.
#
# **The judge** trains on 5,000 of the public pictures. At every judging the ten classes get other numbers, in training and test
# alike. Then `predict` runs in a new process, on 2,000 pictures that nobody has. While the week is open you see your band on one
# half of them. The grade uses the other half.
#
# | | share named rightly | for example |
# |---|---|---|
# | baseline, no points | 0.68 | ten logistic units on pixels averaged down to 4 × 4 |
# | gets going | 0.74 | the same on 7 × 7 |
# | good | 0.79 | a hidden layer, and a sensible size of picture |
# | excellent | 0.84 | an architecture that looks at the picture before it learns |
#
# Everything that keeps the interface and the budget is allowed.
#
# <details><summary>A question to ask yourself</summary>
#
# Which two classes does your first attempt mix up, and what would *you* look at to tell them apart? Is it where the picture is bright, or where it
# changes?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. Begin with the smallest thing that works: average the pixels down, train one layer, count. `train_net` is nearly all you need.
# 2. Spend the rest in two ways and compare: more pixels without a hidden layer, or fewer with one.
# 3. Then look at features without parameters. Differences of neighbouring pixels along rows and columns give, at each place, how fast the brightness changes
#    and in which direction. Sort the directions into a few bins, and average each bin over small regions, separately. Train on these averages.
# 4. Bring the features to a common scale by a rule that needs few numbers or none: these numbers count too.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def look(X):
#     """Features without parameters, (N, features)."""
#     pixels = X / 255.0
#     across, down = ...                       # changes between neighbours; pad, so that the sizes stay
#     strength = ...
#     direction = ...                          # an angle; light on dark or dark on light should not matter
#     maps = [strength * ... for bin in ...]   # one map for each bin of directions
#     return ...                               # each map averaged over small squares, all in one row
#
# def train(X, y, rng):
#     features = look(X)
#     ...
#     return [W, b]
#
# def predict(arrays, X):
#     W, b = arrays
#     return ...
# ```
#
# </details>

# %% role="studio" id="small_wardrobe"
def train(X, y, rng):
    """A list of arrays with at most 3,000 numbers in all, learnt from pictures X (N, 28, 28) and labels y."""
    ### BEGIN SOLUTION
    features = edges(X)
    W, b = np.zeros((features.shape[1], 10)), np.zeros(10)
    pace_W, pace_b = np.zeros_like(W), np.zeros_like(b)
    truth = np.eye(10)[y]
    for epoch in range(30):
        rate = 0.1 * (1 - epoch / 30)
        for batch in np.array_split(rng.permutation(len(X)), len(X) // 64):
            odds = np.exp(-np.clip(features[batch] @ W + b, -50, 50))
            gap = (1 / (1 + odds) - truth[batch]) / len(batch)
            pace_W = 0.9 * pace_W + features[batch].T @ gap
            pace_b = 0.9 * pace_b + gap.sum(axis=0)
            W, b = W - rate * pace_W, b - rate * pace_b
    return [W, b]
    ### END SOLUTION


def predict(arrays, X):
    """One label for each picture of X (N, 28, 28), from what `train` returned and nothing else."""
    ### BEGIN SOLUTION
    W, b = arrays
    return (edges(X) @ W + b).argmax(axis=1)


def edges(X, side=4, bins=6):
    """How much brightness changes in each of six directions, in each 4 by 4 square: (N, 7 * 7 * 6)."""
    padded = np.pad(X / np.float32(255), ((0, 0), (1, 1), (1, 1)))
    across = padded[:, 1:-1, 2:] - padded[:, 1:-1, :-2]
    down = padded[:, 2:, 1:-1] - padded[:, :-2, 1:-1]
    strength, turn = np.hypot(across, down), np.arctan2(down, across) % np.pi / np.pi * bins
    maps = []
    for k in range(bins):
        apart = np.abs(turn - k)
        near = np.clip(1 - np.minimum(apart, bins - apart), 0, None)
        maps.append((strength * near).reshape(len(X), 28 // side, side, 28 // side, side).mean(axis=(2, 4)))
    return 5 * np.sqrt(np.stack(maps, axis=-1).reshape(len(X), -1)) - 1
    ### END SOLUTION


# %% role="check" id="check_small_wardrobe" points=2
check("small_wardrobe")

# %% role="hidden" id="test_small_wardrobe" points=10

# %% [markdown]
# ## A map
#
# **What this week took from earlier ones.** Standardising (week 1), the log-loss and its slope (week 2), forward and backward through one hidden
# layer and the trouble with twins (week 3). No later week needs your solutions of this one: they bring ready-made pieces along.
#
# **A way on when stuck.** After an hour on one exercise open the third step of help and go on. `image_net` builds on `deep_net`; everything else
# stands alone, and each exercise is judged on its own. After a graded attempt in which your code ran (in
# a class: once the week is closed), `workbook solution` shows how we did it. It keeps your best score so far for that exercise, for good.
#
# **Where it goes from here.**
#
# - Where to start, and how to keep many layers alive: week 5. Better steps than plain ones: week 6. One question with ten answers: week 7.
# - Networks that know which pixels are neighbours, and learn their own edge detectors: week 10. Ways round a layer: week 11.
# - *What depth can do.* M. Telgarsky, "Benefits of depth in neural networks" (COLT 2016), has the folded line and its proof. G. Montúfar and others, "On the number
#   of linear regions of deep neural networks" (NeurIPS 2014), counts pieces in more dimensions.
# - *Backpropagation.* D. Rumelhart, G. Hinton and R. Williams, "Learning representations by back-propagating errors" (Nature 323, 1986): four pages. S. Linnainmaa had reverse mode
#   in 1970; A. Griewank, "Who invented the reverse mode of differentiation?" (Documenta Mathematica, 2012), tells the story. A. Baydin and others, "Automatic
#   differentiation in machine learning: a survey" (JMLR 18, 2018), explains the other modes.
# - *An engine as small as yours,* for single numbers: A. Karpathy's micrograd. Grown up: the design notes of autograd, JAX and PyTorch.
# - *The second descent.* M. Belkin and others, "Reconciling modern machine-learning practice and the classical bias–variance trade-off" (PNAS 116, 2019).
# - *Edges by direction, without training.* N. Dalal and B. Triggs, "Histograms of oriented gradients for human detection" (CVPR 2005).
# - *The data.* H. Xiao, K. Rasul and R. Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms" (2017).
