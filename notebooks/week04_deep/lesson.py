# %% [markdown] role="week" needs="week01.standardise week02.log_loss"
# # Week 4 · Depth
#
# Fold a sheet of paper once: it has two layers. Fold it again: four, then eight. Ten folds would give 1,024 layers, had the paper not
# torn long before. Each fold is the same small movement, and yet the result doubles every time, because a fold bends *everything that
# the earlier folds made*.
#
# A **layer** of a network is a fold. Last week's network had one hidden layer, and each bend of its curve cost a unit. This week
# we put layers on top of layers. Nothing in the mathematics is new: each layer does what last week's did. What is new is that a
# layer works on what the layer before has made of the picture. The bookkeeping must now be right at any depth, so you write it
# once, for any number of layers.
# <!-- term: layer | one step of a network: units that all read the same numbers, those that the layer before puts out. -->
#
# Then you write the program that does the bookkeeping by itself. It is a small engine of the kind that stands inside every
# deep-learning library. At the end you spend 1,000 parameters as cleverly as you can.
#
# The house rules of week 1 hold here too. Any size will do, inputs stay as they were, floats keep their type, nothing is
# remembered between calls, and chance comes from `rng`.

# %% role="given" id="setup"
import numpy as np
import matplotlib.pyplot as plt
from autograder import datasets
from autograder.cases import check, score
from autograder.explore import guess
import explore

# %% [markdown]
# ## Words and shapes
#
# A network of $L$ layers has a weight matrix and a row of biases for each layer. We keep them
# as a Python list of pairs `(W, b)`, the layer nearest to the input first. `W` has shape (inputs, units), and each unit has one bias.
# Between two layers stands the activation function `relu`. It gives $s$ where $s$ is positive, and 0 elsewhere. What comes out at the
# end are the **scores**, of any sign. Where a sigmoid reads them, they are week 2's logits.
# <!-- term: scores | what the last layer puts out, before anything turns it into probabilities. -->

# %% role="given" id="tents"
# The fold, twice, as a network of three layers: two that fold, and one that reads the result off.
tents = [
    (np.array([[1.0, 1.0]]), np.array([0.0, -0.5])),
    (np.array([[2.0, 2.0], [-4.0, -4.0]]), np.array([0.0, -0.5])),
    (np.array([[2.0], [-4.0]]), np.array([0.0])),
]

# %% [markdown]
# ## Errors that say where
#
# A deep network has many places where a shape can be wrong, and NumPy helps little. Half of the mistakes give a message such as
# `matmul: Input operand 1 has a mismatch in its core dimension 0`. It does not say which of your products it means. The other
# half give no message at all, which is worse. A bias of shape (1,), or of shape (examples, 1), *broadcasts*. Numbers come out, and the
# loss even falls. Weeks later somebody wonders why the network is not as good as it should be.
#
# So code that others will use checks its inputs first.

# %% [markdown]
# ### Exercise · `layer_shapes` &nbsp; ●●○ &nbsp; 20 min
#
# `layer_shapes(parameters, X)` looks at shapes and computes nothing. Where the network can take `X`, it returns a list of tuples: the shapes
# that `X` would take on its way. Otherwise it raises a `ValueError` for the **lowest** layer at fault.
#
# - What only broadcasts does not fit. Nor does an array with an axis more, or one less, than it should have.
# - Pictures that nobody has flattened do not fit layer 1.
# - From the message alone one can tell which layer it is, named first as `layer 3`, and which two sizes disagree. The layer nearest
#   to the input is layer 1.
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
# Weights are matrices, with a row for each number that arrives: at layer 1 the features of `X`, later the units of the layer below.
# Biases have the shape (units,).
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
    passed_on = [np.shape(X)[1:], *(np.shape(W)[1:] for W, _ in parameters)]  # the shape of one example, from X upwards
    for k, ((W, b), arriving) in enumerate(zip(parameters, passed_on[:-1], strict=True), start=1):
        if np.ndim(W) != 2 or np.shape(W)[:1] != arriving:
            raise ValueError(f"layer {k}: its weights have shape {np.shape(W)}, and examples of shape {arriving} arrive")
        if np.shape(b) != np.shape(W)[1:]:
            raise ValueError(f"layer {k}: its biases have shape {np.shape(b)}, and it has {np.shape(W)[1]} units")
    return [(len(X), *units) for units in passed_on[1:]]
    ### END SOLUTION


# %% role="check" id="check_layer_shapes" points=2
check("layer_shapes")

# %% role="hidden" id="test_layer_shapes" points=4

# %% [markdown]
# ## Ten minutes from before
#
# Three questions on weeks 1 to 3, without points. Write your answers in place of `None`, and run the cell.
#
# 1. `A` has shape (5, 3). What is the shape of `A[:, None] - A`?
# 2. A logit is 0 and its label is 1. What is the gradient of the log-loss with respect to this logit?
# 3. A network has 2 inputs, one hidden layer of 4 units, and 1 output. How many parameters has it?

# %% role="try" id="from_before"
print(explore.from_before(shape=None, gradient=None, parameters=None))

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. (5, 5, 3). Flush right, (5, 1, 3) meets (5, 3), which is padded to (1, 5, 3): every row with every row (week 1).
# 2. −0.5. It is the probability minus the label, and a logit of 0 means a probability of 0.5 (week 2).
# 3. 17: 2 · 4 weights and 4 biases, then 4 weights and 1 bias (week 3).
#
# </details>

# %% [markdown]
# ## One picture
#
# Each layer below has two units, with the `relu` after them. One such layer can fold the line from 0 to 1 in the middle: it runs up
# and comes back down. The next layer does the same to what comes out of the first. Guess, then move the slider for the layers and watch the number of straight pieces.

# %% role="guess" id="guess_units"
guess.choose(
    "Eight layers of two units draw a folded line. How many units does one hidden layer need at least, for the same line?",
    ["16", "64", "255", "1,023"],
    truth=explore.units_of_one_layer,
)

# %% role="show" id="show_folding"
explore.folding()  # layers: how often the line is folded; where to fold: need the pieces be equal for the count to double?

# %% [markdown]
# Why can one hidden layer not do the same? It computes $c + \sum_j v_j\, \mathrm{relu}(w_j x + b_j)$. Each term is a straight line
# with one kink, at $x = -b_j / w_j$. A sum can bend only where one of its terms bends. So $n$ units give at most $n$ kinks, and at
# most $n + 1$ straight pieces. The folded curve of $L$ layers has $2^L$ pieces. With one hidden layer it takes at least $2^L - 1$
# units; with depth it takes $2L$. For ten layers that is 1,023 against 20.
#
# Do the pieces have to be equal for this? No: move the fold, and the number still doubles.
#
# This claim is often told too large. *Some* functions are cheap for deep networks and very costly for shallow ones. It does not
# say that your function is one of them, nor that training finds the folds. Whether depth helps on pictures is a question for
# the data. You will ask it in the studio.

# %% [markdown]
# ## Blame travels backwards
#
# Training asks one thing of each parameter: if it moves a little, by how much does the loss change? That number is a partial
# derivative. All of them together are the **gradient** of the loss. Think of it as blame: it says how much each number has to do
# with the loss. Week 3 worked it out for two layers. With many layers it is easier if we look at one layer only, and ask what it
# must be told from above.
# <!-- term: gradient | the partial derivatives of one number, here the loss, with respect to everything it was made from. -->
#
# Take one unit in the middle, with one input and one example. The number 3 arrives, the weight is 5, the bias 1, so its sum is 16.
# The layers above have told us that the loss changes 2 times as much as this sum does. What is the derivative of the loss with respect
# to the weight, to the bias, and to the number that arrived?
#
# <details><summary>Answer</summary>
#
# 6, 2 and 10. Nudge the weight by 0.01: the sum moves by 0.03, and the loss by 0.06. The bias moves the sum one for one. The incoming number moves
# it 5 times as far.
#
# </details>
#
# A layer has many examples, many inputs and many units. Then a number goes into more than one sum, and small effects add up.
#
# - Into which units' sums does one weight go, and for which examples?
# - Into which does one bias go?
# - Into which does one incoming number go?
#
# The third answer is what the layer below waits for. Between the two stands `relu`, and one more question: what does the loss
# notice, if a sum moves a little that `relu` has set to 0?
#
# This procedure is called **backpropagation**.
# <!-- term: backpropagation | the chain rule, in such an order that the gradients of all layers cost only a few forward passes. -->
#
# Some numbers of the way forward are needed on the way back, as the 3 and the 5 were. They must have been kept. This memory is called a **cache**. What you keep is up to you: only your own two
# functions look inside.
# <!-- term: cache | what the forward pass keeps because the backward pass will need it. -->
#
# One more thing before you write. If the loss is a mean, the division by the number of examples has already happened in the gradient of the scores. It
# must not happen again.

# %% [markdown]
# ### Exercise · `deep_net` &nbsp; ●●● &nbsp; 40 min
#
# Write two functions for a network of any depth, from one layer upwards.
#
# - `forward(parameters, X)` returns `scores, cache`. The cache holds what you wish to remember.
# - `backward(parameters, cache, d_scores)` gets the gradient of some loss with respect to every score. It returns
#   `d_parameters, d_X`. The first is a list of pairs, in the order and the shapes of `parameters`. The second is the gradient
#   with respect to the examples, in the shape of `X`.
#
# - The gradients are those that small movements measure. Where a sum is exactly 0, any slope from the left
#   one to the right one passes.
# - Other rows of `X` do not change a row of scores. An example that comes twice counts twice in the gradients of the parameters.
# - With several caches, `backward` may be called in any order, and again with the same cache.
#
# The net `tents` above gives for the inputs 0, 1/8, 1/4, 1/2 the scores 0, 1/2, 1, 0. What is `d_X` good for? It says which pixel
# of a picture would change the answer most. And a network that stands *below* this one is told by it.
#
# <details><summary>A question to ask yourself</summary>
#
# How does a network of four layers contain one of three? If somebody hands you the gradient of what the fourth layer received, what is
# left to do? And which arrays does that step use that exist only on the way forward?
#
# </details>
# <details><summary>A plan</summary>
#
# The three answers, where $A$ arrives, $s_{nj} = \sum_i A_{ni} W_{ij} + b_j$, and $\delta_{nj}$ is the gradient for $s_{nj}$. A weight $W_{ij}$ moves $s_{nj}$ in every example, $A_{ni}$ times as far as it moves itself, so its gradient is
# $\sum_n A_{ni}\, \delta_{nj}$. A bias moves it one for one, so its gradient is $\sum_n \delta_{nj}$. An incoming number $A_{ni}$
# moves all units of its own example, so its gradient is $\sum_j \delta_{nj} W_{ij}$.
#
# 1. On the way forward walk through the layers and remember what arrived at each one. Only the last layer has no `relu`.
# 2. On the way back walk through them from the last to the first, carrying one array: the gradient of the present layer's sums. A layer is told it,
#    keeps what belongs to its own parameters, and tells the layer below.
# 3. At each layer work out the two things that belong to its parameters, then what the layer below must be told: first through the
#    weights, then through the `relu` that stood in between. It lets the gradient through where the signal came through.
# 4. You have collected the pairs from the last layer to the first. Hand them back in the parameters' order. What you carry at the end
#    belongs to `X`. No `relu` stands in front of `X`.
#
# Check shapes as you go: a gradient always has the shape of the array that it belongs to. It leaves you little choice about what is transposed.
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
# def backward(parameters, cache, d_scores):
#     delta, gradients = d_scores, []
#     for layer in ...:                   # from the last to the first
#         gradients.append((..., ...))
#         delta = ...                     # back through W; then, where there was one, through the relu in front of it
#     return ..., delta
# ```
#
# </details>


# %% role="answer" id="deep_net"
def forward(parameters, X):
    """Scores (examples, outputs) of the network for X (examples, features), and a cache of your own."""
    ### BEGIN SOLUTION
    arrived = [X]
    for W, b in parameters[:-1]:
        arrived.append(np.maximum(arrived[-1] @ W + b, 0))
    W, b = parameters[-1]
    return arrived[-1] @ W + b, arrived
    ### END SOLUTION


def backward(parameters, cache, d_scores):
    """The gradients of a loss for all parameters and for X, from its gradient d_scores for the scores."""
    ### BEGIN SOLUTION
    delta, gradients = d_scores, []
    for layer in reversed(range(len(parameters))):
        gradients.append((cache[layer].T @ delta, delta.sum(axis=0)))
        delta = delta @ parameters[layer][0].T
        if layer > 0:  # a relu stands in front of this layer
            delta = delta * (cache[layer] > 0)
    return gradients[::-1], delta
    ### END SOLUTION


# %% role="check" id="check_deep_net" points=4
check("deep_net")

# %% role="hidden" id="test_deep_net" points=8

# %% [markdown]
# ## Where does the gradient go?
#
# Below is such a network as a **computation graph**. Filled boxes are given, hollow ones are computed. On every edge stands a size:
# the length of the gradient with respect to what flows there. The explorer does not know the chain rule. It moves each
# number on an edge a little, looks at the loss, and moves it back.
# <!-- term: computation graph | the steps of a calculation as boxes, with an edge from each step to those that use its result. -->
#
# 1. Five layers, weights of size 0.4. (Size 1 suits the six inputs of a layer.) Follow the bottom row from the loss to `X`. By what
#    factor, roughly, does the gradient change at each layer? And at size 2?
# 2. The weights' gradients, in the upper row, are about alike in all layers, at any size. Besides the gradient from above, what
#    does a weight's gradient need, and what has happened to *that* on its way up?
# 3. Compare the weights' gradients at size 0.4 and at size 1. If a learning rate suits one of the two networks, how far off is it
#    for the other? And with ten layers?
# 4. Some edges always carry the same number. Which, and why?
# 5. Tick the box at the end. It gives every hidden layer a way round itself. Go back to question 1.

# %% role="guess" id="guess_vanishing"
guess.choose(
    "Five layers, weights of size 0.4: how much of the gradient at the last layer's output reaches X?",
    ["about a half", "about a tenth", "about a hundredth", "about a millionth"],
    truth=explore.share_that_reaches_X,
)

# %% role="show" id="show_blame"
explore.blame()

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. Roughly by the size of the weights: 0.4 at each layer, or 2.
# 2. The signal from below, which has shrunk or grown at every layer that it crossed.
# 3. With five layers each weight's gradient has about four factors of 0.4, which makes 0.026. Measured, it is some fifty times
#    smaller than at size 1. With ten layers it has nine factors, and is some three thousand times smaller.
# 4. The edges into a `+`. A sum hands the gradient on as it is, so what it gets and what it gives are the same.
# 5. The way round carries the gradient without any factor. At size 0.4 it no longer dies out. At size 2 it still explodes.
#
# </details>
#
# The gradient is multiplied once for every layer on its way down, as the signal is on its way up. A weight's gradient has both
# in it: the gradient from above and the signal from below. So in a network of $L$ equal `relu` layers each weight's gradient holds
# about $L - 1$ factors, in every layer. A product of many numbers below one dies out: this is the **vanishing gradient**. A product of
# many numbers above one explodes. With sigmoids the signal does not shrink, and the lowest layers suffer most. Week 5 is about
# initialisation, which is where to start so that neither happens. The way round in question 5 comes back in week 11 as the *residual network*.
# <!-- term: vanishing gradient | a gradient that shrinks at every layer on its way back, so that deep networks hardly learn. -->

# %% [markdown]
# ## A machine for gradients
#
# You have now worked out gradients by hand in three weeks, for a new formula each time. Look back at how you did it today. You never
# needed the whole network. For one step you needed to know which results a number goes into, and how far it moves them. A
# program can do that, once and for all:
#
# > Let every number remember how it was made. Then one walk from the result back to the beginnings is enough.
#
# This is **reverse-mode automatic differentiation**. It does not measure by small steps, which would take one run for each
# parameter and lose half of the digits. Nor does it do algebra on formulas. For one result and a million parameters, the walk back
# costs only a few times what the walk forward costs. Deep learning became possible by this fact.
# <!-- term: reverse-mode automatic differentiation | exact gradients by walking a computation graph from its result back to its inputs. -->
#
# Every operation has its own small rule, and each follows from the same question: by how much does the result of this step move, if one of its
# inputs does? Take the step $3 \cdot 5 = 15$, and let the gradient 2 have reached the 15. What are the 3 and the 5 told? And if the step were
# a sum of three numbers?
#
# <details><summary>Answer</summary>
#
# The 3 is told 10, and the 5 is told 6. Each summand moves the sum one for one, so each of the three is told 2, the whole of it.
#
# </details>
#
# The other rules are yours to find, from the derivatives of week 2. Those for `@` and `relu` you have found above.
#
# What happens where one value goes *two* ways? In the picture $a$ goes into a product and into a sum. Below each step stands its value
# (grey). On each edge stands the gradient that flows back along it.

# %% role="show" id="show_used_twice"
explore.used_twice()

# %% [markdown]
# How far does a small movement of $a$ move the result in all?
#
# <details><summary>Answer</summary>
#
# It reaches the result along both ways, and small effects add up.
#
# </details>
#
# This matters for the order of the walk. A value that hands its gradient on too early hands on too little, and everything below it
# gets too little, too. An order that is safe always exists. It is called a **topological order**, and there is more than one way to find it.
# <!-- term: topological order | an order of the steps of a graph in which every step comes after all that it is made from. -->
#
# There are two traps. *Python allows about a thousand nested calls*, and a loop can build a chain far longer than that. And *one array may
# have two owners*: if two values share one gradient array, adding to it in place changes both.

# %% [markdown]
# ### Exercise · `Value` &nbsp; ●●● &nbsp; 100 min
#
# Write a class `Value`. It holds a number or an array, as `v.data`, and remembers how it was made.
#
# - It knows `+`, `*`, `@`, and the methods `relu()`, `exp()`, `log()` and `sum()`. Their results are values again, and `data` is what NumPy would give for floats.
#   `+` and `*` are for two values of one shape, `@` for two matrices. `sum()` takes all entries together.
# - `out.backward()` leaves in `v.grad` the gradient of `out` with respect to `v`, in the shape of `v.data`. It does so for every
#   value that `out` was made from, those in between too, and for `out` itself.
# - No `data` ever changes.
# - `out` holds one number, in any shape. Else `backward` raises a `ValueError`.
# - What `backward` leaves depends on `out` alone. After a second call, or after that of another result, it is the same. (PyTorch adds to the old gradient instead.)
# - A value may be used many times, and a chain may have thousands of steps. Time grows with the steps, not with the paths.
#
# For $a = 3$ the result $a \cdot a + a$ is 12, and its gradient is 7. Where `relu` meets an exact zero, any slope from 0 to 1 passes.
#
# *A stretch without points:* let `+` and `*` broadcast as NumPy does. The cell below the check tries it.
#
# <details><summary>A question to ask yourself</summary>
#
# When `c = a * b` is made, everything that the way back needs from this step is at hand: `a`, `b`, and what to do with the gradient
# that reaches `c`. In what form could `c` carry that with it, so that `backward` need not know which operation it was?
#
# </details>
# <details><summary>A plan</summary>
#
# The rules that the page left out: `+` passes the gradient on as it is, to both. The derivative of $e^x$ is $e^x$, which has been
# worked out already. That of $\log x$ is $1/x$. Multiply each by the gradient that reached the result.
#
# 1. Let each value keep its inputs and, for each input, a function that turns the result's gradient into that input's share.
#    A value that you made from data has none.
# 2. In `backward` first see to it that `data` has one entry. Then collect everything that `out` was made from, each value once. A list of what is still to be visited does it without nested calls.
# 3. Put them into an order in which every value comes after all that use it. Every value is made after its inputs. So if each gets a running number when it is made, you have
#    such an order for nothing.
# 4. Set all gradients to zero and that of `out` to one, in the right shapes. Then walk: each value hands to each input its share, and an input adds up what it gets.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# class Value:
#     made = 0                                       # how many there are so far
#
#     def __init__(self, data, ways=()):             # ways: pairs (input, function from gradient to gradient)
#         data = np.asarray(data)
#         self.data = data if data.dtype.kind == "f" else data.astype(float)
#         ...
#
#     def __mul__(self, other):
#         return Value(self.data * other.data,
#                      [(self, lambda gradient: ...), (other, lambda gradient: ...)])
#
#     def backward(self):
#         found, waiting = set(), [self]
#         while waiting:
#             ...
#         for value in found:
#             value.grad = ...
#         self.grad = ...
#         for value in sorted(found, ...):
#             for source, turn in value.ways:
#                 source.grad = ...
# ```
#
# </details>


# %% role="answer" id="Value"
class Value:
    """A number or an array that remembers how it was made; `data`, and after `backward` also `grad`, can be read."""

    def __init__(self, data):
        data = np.asarray(data)
        self.data = data if data.dtype.kind == "f" else data.astype(float)
        ### BEGIN SOLUTION
        self.grad, self.sources = None, []
        self.serial = Value.count = Value.count + 1

    count = 0

    def made_from(self, *sources):
        """Remember the inputs, each with a function from the gradient of this value to the input's share."""
        self.sources = sources
        return self

    def __add__(self, other):
        return Value(self.data + other.data).made_from((self, lambda g: g), (other, lambda g: g))

    def __mul__(self, other):
        return Value(self.data * other.data).made_from((self, lambda g: g * other.data), (other, lambda g: g * self.data))

    def __matmul__(self, other):
        return Value(self.data @ other.data).made_from((self, lambda g: g @ other.data.T), (other, lambda g: self.data.T @ g))

    def relu(self):
        return Value(np.maximum(self.data, 0)).made_from((self, lambda g: g * (self.data > 0)))

    def exp(self):
        return Value(np.exp(self.data)).made_from((self, lambda g: g * np.exp(self.data)))

    def log(self):
        return Value(np.log(self.data)).made_from((self, lambda g: g / self.data))

    def sum(self):
        return Value(self.data.sum()).made_from((self, lambda g: g + np.zeros_like(self.data)))

    def backward(self):
        if self.data.size != 1:
            raise ValueError(f"backward starts from a single number, and this value has shape {self.data.shape}")
        ancestors, stack = {self}, [self]
        while stack:
            value = stack.pop()
            value.grad = np.zeros_like(value.data)
            new = {source for source, _ in value.sources} - ancestors
            ancestors |= new
            stack.extend(new)
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
# You now have two programs that compute the gradients of a network. One you derived by hand. The other derives them by itself. They
# share no line. Where two such different programs agree on random numbers, both are very likely right.

# %% role="show" id="show_agree"
explore.agree(Value, forward, backward)

# %% [markdown]
# <details><summary>The same in PyTorch</summary>
#
# ```python
# import torch
# from torch import nn
#
# net = nn.Sequential(nn.Linear(6, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1))
# X, y = torch.randn(20, 6), torch.randn(20, 1)
# for _ in range(2):
#     loss = ((net(X) - y) ** 2).mean()   # the forward pass builds the graph
#     net.zero_grad()                     # without this line the second round adds to the first
#     loss.backward()                     # the walk back fills every parameter's .grad
# print(net[0].weight.grad.shape)         # (32, 6): outputs first, the transpose of ours
# ```
#
# **A convention that differs.** PyTorch *accumulates*: `backward` adds to what stands in `.grad` already. So one can sum the
# gradients of several batches, and one must set them to zero before each step. Our `Value` starts from zero at every call.
# Forgetting `zero_grad` is a classic mistake. PyTorch keeps `.grad` only for parameters and other leaves, ours for every value.
#
# </details>

# %% [markdown]
# ## The same answer in any order
#
# A gradient over all examples may need more memory than the machine has: the cache holds every layer's output for every row. So one
# works on a few examples at a time. The
# result must not depend on how the examples were cut up, nor on their order. Properties of the kind "the answer must not
# change when …" are the cheapest tests there are. They need no right answer.
#
# There are two small snags. One is a question of weights, and the exercise below is about it. The other is that a computer's
# addition depends on the order: `(0.1 + 0.2) + 0.3` and `0.1 + (0.2 + 0.3)` differ in the last digit. So "the same" means the same up to
# rounding when the order of a sum changes, and the same to the last bit when nothing changes. The second kind is called
# **determinism**: same data and same generator state give the same parameters. Without it you cannot tell a repaired mistake from
# luck. This is why all chance in this course comes from an `rng` that is handed in.
# <!-- term: determinism | the same data and the same state of the generator give the same result, to the last bit. -->

# %% [markdown]
# ### Exercise · `whole_gradient` &nbsp; ●●○ &nbsp; 20 min
#
# You are given a function `mean_loss(parameters, X, y)`. It returns the **mean** loss over its rows, and the gradients of that
# mean as a list of pairs. It takes at most `rows` rows at a time.
#
# `whole_gradient(mean_loss, parameters, X, y, rows)` returns the same pair for *all* labelled rows, as if one call had taken them.
#
# - A label of −1 means that nobody has labelled this row. All is as if the row were not there.
# - `mean_loss` sees labelled examples alone, each exactly once, with its own label. No call is empty, and none has more than `rows` rows.
# - The result is the same for every `rows` and every order of the examples, up to rounding. `rows` need not divide their number.
# - `X` holds rows, or pictures (N, H, W). Pictures are handed over as pictures. Do not change the arrays that `mean_loss` returns.
#
# At least one example has a label. Four labelled rows have a mean loss of 1, and two others have 4. With `rows=4` the loss is 2.
#
# <details><summary>A question to ask yourself</summary>
#
# Four people have a mean height of 170 cm, two others of 182 cm. Is the mean of all six 176 cm? What does each group's mean have to be counted with?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. Find the labelled rows, and cut these into consecutive pieces. The last may be short: ten with `rows=4` go over as four, four and two.
# 2. Each piece's mean speaks for as many examples as the piece has. What share of the whole is that?
# 3. Add up the losses by their shares, and the gradients likewise, pair by pair.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def whole_gradient(mean_loss, parameters, X, y, rows):
#     total = 0.0
#     sums = [...]                                  # zeros, in the parameters' shapes
#     labelled = ...
#     for start in range(...):
#         piece = labelled[...]
#         loss, gradients = mean_loss(parameters, X[piece], y[piece])
#         share = ...
#         ...
#     return total, sums
# ```
#
# </details>


# %% role="answer" id="whole_gradient"
def whole_gradient(mean_loss, parameters, X, y, rows):
    """The mean loss over all labelled rows and its gradients, from calls that see at most `rows` rows each."""
    ### BEGIN SOLUTION
    labelled = np.flatnonzero(y != -1)
    total, gradients = 0.0, [(np.zeros_like(W), np.zeros_like(b)) for W, b in parameters]
    for batch in np.split(labelled, range(rows, len(labelled), rows)):
        loss, parts = mean_loss(parameters, X[batch], y[batch])
        share = len(batch) / len(labelled)
        total += share * loss
        gradients = [(dW + share * pW, db + share * pb) for (dW, db), (pW, pb) in zip(gradients, parts, strict=True)]
    return total, gradients
    ### END SOLUTION


# %% role="check" id="check_whole_gradient" points=2
check("whole_gradient")

# %% role="hidden" id="test_whole_gradient" points=4

# %% [markdown]
# ## Pictures
#
# A grey picture of 28 by 28 pixels is 784 numbers, and your network takes any row of numbers. The
# network does not know that pixel 1 lies beside pixel 2. Shuffle the pixels of all pictures in the same way, and it learns just
# as well. (Networks that do know come in week 10.)
#
# Ten classes need ten logits. You know a loss for questions that are answered by yes or no: the log-loss of week 2. So ask ten such
# questions of every picture, *is it a 0? is it a 1?* and so on. Answered rightly, they say what the label says, in a form that is called
# **one-hot**. The loss of a picture is the sum of its ten log-losses. What does `backward` need to know of this loss? You found it
# in week 2. And how do ten logits name a picture? (Week 7 has one question with ten answers instead.)
# <!-- term: one-hot | a label written as the right answers to one yes-or-no question for each class. -->
#
# Three things decide whether a network learns at all, and none of them is in the formulas:
#
# - **Scale.** Pixels from 0 to 255, summed over 784 weights, make sums in the hundreds. Then every sigmoid is stuck at 0 or 1.
# - **Initialisation**, the values at the start. Equal weights make units that stay twins for ever (week 3). With weights that are too large or too small,
#   the signal explodes or vanishes with depth.
# - **The price of a step.** The gradient over all 3,000 digits takes long to get, and it is good for one step. How many digits does it
#   take to know roughly which way is down?
# <!-- term: initialisation | how the parameters are set before training. -->
#
# Cures for all three lie in the folded help.
#
# Three pieces from earlier weeks lie ready below. To watch a training, `explore.ten_questions(forward, parameters, X, y)` gives the mean loss of the pictures.
# `train_net` will call your `forward` and `backward`. Write it even if they are not right yet: when you hand in, ours stand in for them.

# %% role="try" id="pieces"
import kit

learn_scale, standardise = kit.learn_scale, kit.standardise  # your own instead: kit.mine("learn_scale"), kit.mine("standardise")
log_loss = kit.log_loss  # your own instead: kit.mine("log_loss")

# %% role="given" id="digits"
digits = datasets.load("mnist", split="train")
other_digits = datasets.load("mnist", split="test")

# %% [markdown]
# ### Exercise · `image_net` &nbsp; ●●● &nbsp; 80 min
#
# `train_net(images, y, hidden, rng)` learns from pictures (N, H, W) with labels from 0 upwards. It returns parameters `[(W, b), …]`.
# The hidden layers have the sizes in the tuple `hidden`, and there is one logit for each class. `classify(parameters, images)`
# returns one label for each picture.
#
# - **Good.** After 3,000 digits it names at least 87 of 100 unseen ones rightly, with `hidden=(32, 16)` and with `(32,)`. Without
#   a hidden layer, `hidden=()`, 82 will do. (Ours reaches 92.)
# - **For any pictures.** Size, brightness and the number of classes may be others. The small digits, `datasets.load("digits")`,
#   have 8 × 8 pixels from 0 to 16. After 1,000 of them it names 80 of 100 rightly. (Ours reaches 95.)
# - **Alone or in company.** A picture gets the same label alone as among others. `classify` gets raw pixels: a scale learnt in training must be
#   inside the parameters.
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
# 2. Draw the start from `rng`: a matrix for each pair of neighbouring sizes, the classes last. With $n$ inputs, weights of size about
#    $\sqrt{2/n}$ keep a `relu` layer's signal alive. Week 5 shows why.
# 3. The gradient over a few examples, drawn at random, points roughly the same way as that over all, and costs a hundredth. So go over all
#    examples some twenty times (twenty *epochs*). Each time, take a fresh order from `rng`. For each piece of about 32 rows (a *mini-batch*), take a step against the
#    slope, at a learning rate around 0.05.
#    Each parameter loses the learning rate times its gradient. `forward` and `backward` do the work. Between them stands the gradient for the logits: each output is a logistic unit, so it is
#    probability minus answer, divided by the rows of the piece. An answer is 1 at the right class, and 0 elsewhere.
# 4. Fold the shift and the scale into the first layer, so that the network takes raw pixels. Then `classify` is short: it names the
#    question with the largest logit.
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
#             gradients, _ = backward(parameters, cache, ...)
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
    X = images.reshape(len(images), -1).astype(float)
    shift, spread = X.mean(), X.std() + 1e-12
    X = (X - shift) / spread
    one_hot = np.eye(int(y.max()) + 1)[y]
    inputs, units = [X.shape[1], *hidden], [*hidden, one_hot.shape[1]]
    parameters = [(rng.standard_normal((m, n)) * np.sqrt(2 / m), np.zeros(n)) for m, n in zip(inputs, units, strict=True)]
    num_epochs, batch_size, learning_rate = 20, 32, 0.05
    for _ in range(num_epochs):
        for batch in np.array_split(rng.permutation(len(X)), max(1, len(X) // batch_size)):
            logits, cache = forward(parameters, X[batch])
            probabilities = 1 / (1 + np.exp(-np.clip(logits, -500, 500)))
            gradients, _ = backward(parameters, cache, (probabilities - one_hot[batch]) / len(batch))
            parameters = [
                (W - learning_rate * dW, b - learning_rate * db) for (W, b), (dW, db) in zip(parameters, gradients, strict=True)
            ]
    W, b = parameters[0]
    return [(W / spread, b - shift / spread * W.sum(axis=0)), *parameters[1:]]
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
# Look at what your network gets wrong. A score of 92 in 100 says how often, and never *what*. Would you have named all of these rightly?

# %% role="show" id="show_mistakes"
explore.mistakes(classify, train_net)

# %% [markdown]
# ## Parameters and hyperparameters
#
# The numbers in `W` and `b` are **parameters**: training sets them. Other numbers stand still while training runs, and decide what it
# can reach: how many layers there are, how wide they are, the learning rate, how often training passes over all examples (one pass is
# an **epoch**), and the size of a **mini-batch**, the few examples of one step. (A descent by such steps is called *stochastic*.) Each is a
# **hyperparameter**.
# <!-- term: epoch | one pass of training over all examples. -->
# <!-- term: mini-batch | the examples whose gradient makes one step of training: a few, drawn at random. -->
# <!-- term: hyperparameter | a number that is chosen before training and that training does not change. -->
#
# Why not let training set them as well? Because the training loss asks only *how well do you do on these rows?* To that question more
# freedom is always a good answer. The picture shows networks with one hidden layer. Their incoming weights are random, and
# their outgoing ones are the best possible for the training rows. From some width on, all training rows are named rightly (round marks), and all
# widths look equally good. The squares are rows that no parameter has seen.

# %% role="guess" id="guess_width"
guess.choose(
    "240 training rows, a tenth of them with spoilt labels. Which of these widths names fresh rows worst?",
    ["60 units", "240 units", "2,400 units"],
    truth=explore.worst_width,
)

# %% role="show" id="show_widths"
explore.widths()  # rows to train on: where does the peak go? spoilt labels: what becomes of it at 0?

# %% [markdown]
# <details><summary>Answers</summary>
#
# The peak goes along with the rows: it stands where there are about as many units as rows. Without spoilt labels it is lower, but it
# does not go away.
#
# </details>
#
# The peak is **overfitting** at its worst: the training rows are fitted exactly, noise included. The second descent beyond it surprised many
# people, some of them in print. Among all the ways to fit the rows exactly, this fit takes the one with the smallest weights. The
# more units there are, the smaller these can be.
# <!-- term: overfitting | fitting the training rows, noise included, at the cost of rows that were not seen. -->
#
# So hyperparameters are chosen on rows that no parameter was fitted to: the **development set**, also called the validation set. Make it a habit
# to say of every number which rows chose it. The parameters were chosen by the training rows, the hyperparameters by the development
# rows. Once you have looked at a hundred settings there, the winner's score is flattered by its own luck. For an honest figure you
# need a third set, which chose nothing. Week 8 says how far off such a score may be.
# <!-- term: development set | rows kept out of training, on which hyperparameters are chosen; also called validation set. -->

# %% [markdown]
# ### Exercise · `choose` &nbsp; ●○○ &nbsp; 15 min
#
# `choose(settings, fit, loss, train, dev)` picks the hyperparameters. You are given
#
# - `settings`, a list of one or more dictionaries such as `{"hidden": (32,), "learning_rate": 0.1}`;
# - `fit(setting, X, y)`, which trains and returns parameters;
# - `loss(parameters, X, y)`, which returns a number, the smaller the better;
# - `train` and `dev`, two pairs `(X, y)`, for the training rows and the development rows.
#
# It returns the winning setting and its parameters, a pair.
#
# - The winner does best on rows that its parameters were not fitted to. Of equally good settings, it stands first in the list.
# - `fit` takes long. So five settings cost five trainings, and no more.
# - A loss that is `nan` or infinite never wins. Where nothing can win, a `ValueError` says so.
#
# With three settings whose losses on the development rows are `nan`, 0.4 and 0.3, the third wins.
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
    """The winning setting and its parameters."""
    ### BEGIN SOLUTION
    lowest, winner = np.inf, None
    for setting in settings:
        parameters = fit(setting, *train)
        reached = float(loss(parameters, *dev))
        if -np.inf < reached < lowest:  # never true of nan
            lowest, winner = reached, (setting, parameters)
    if winner is None:
        raise ValueError("no setting gave a finite loss")
    return winner
    ### END SOLUTION


# %% role="check" id="check_choose" points=2
check("choose")

# %% role="hidden" id="test_choose" points=4

# %% [markdown]
# ## Studio: a camera with one pixel
#
# Some cameras have a single pixel. Such a **single-pixel camera** stands behind a mask of small windows, some open and some shut. It
# measures the light that comes through the open windows, minus the light that falls on the shut ones. Then the mask is changed. Forty
# masks make forty readings, and these are all that is known of the picture. Such cameras are built for light that no cheap sensor
# sees. Yours looks at clothes, through masks of 7 by 7 windows.
# <!-- term: single-pixel camera | a camera that measures the light through one mask after another, a number for each mask. -->

# %% role="show" id="show_wardrobe"
explore.wardrobe()

# %% [markdown]
# A shop sorts clothes with this camera, onto two piles. There are ten kinds of clothing, five of them on each pile. Two kinds that
# look alike never share one: T-shirt and shirt, pullover and coat, trouser and dress, sandal and sneaker, bag and ankle boot.
# Which of the two lies where is drawn for every shop, and so are its masks. You see neither. You see readings, and piles.
#
# So nothing that you know of clothes helps, and no weights can be brought along. A pile holds bags as well as shirts. Can one
# straight cut through the forty readings separate such piles? `explore.shop(rng)` opens a new shop, as often as you like. Keep
# a part of its clothes as a development set. Most ideas do not help, and you will be glad to know which did.

# %% role="try" id="open_a_shop"
readings, piles, other_readings, other_piles = explore.shop(np.random.default_rng(0))  # 5,000 to learn from, 1,000 others
print(readings.shape, piles[:10])

# %% [markdown]
# ### Studio · `small_wardrobe` &nbsp; ●●● &nbsp; 70 min
#
# `train(X, y, rng)` gets readings (N, 40), `float32`, and piles (N,), 0 or 1. It returns a list of arrays, which is everything
# that `predict` will know. `predict(arrays, X)` returns one pile, 0 or 1, for each row of readings.
#
# **Budget.** The arrays hold at most 1,000 numbers together. Before `predict` gets them, every number is rounded to float32
# and changed by about a thousandth of itself. One training may take twenty times as long as a small run that the judge times. That is about
# three seconds on a laptop, where ours takes half a second. At three times that it is cut off.
#
# **The judge** opens eight new shops. For each you learn from 5,000 of the public clothes. Then `predict` runs in a new process, on
# 2,000 clothes that nobody has. The score is the mean over the shops. While the week is open you see your band on one half of the
# unseen clothes. The grade uses the other half.
#
# | | share on the right pile | for example |
# |---|---|---|
# | baseline, no points | 0.70 | the nearer of the two piles' means has 0.64 |
# | gets going | 0.755 | one logistic unit has 0.785, 24 prototypes have 0.787 |
# | good | 0.82 | a hidden layer |
# | excellent | 0.86 | a hidden layer that is trained with care |
# | honour | 0.88 | beyond ours |
#
# <details><summary>A question to ask yourself</summary>
#
# Where does one logistic unit stop, however long it is trained? What does a hidden unit add? And what is the share right on the
# rows that you trained on, beside the share on others?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. Bring the readings to one scale first. Fold the scale into layer 1, as in `image_net`. It then costs no numbers.
# 2. One logit will do for two piles. Begin with one hidden layer and the training loop of `image_net`. Count your numbers.
# 3. Compare depth and width at equal cost, over several shops and seeds. One shop differs from the next by a hundredth or two.
# 4. Then look at the training. Does a learning rate that falls towards the end help? A *velocity* carries a share of the last step
#    into the next one: v ← 0.9 v + gradient, and the step goes along v. A penalty on large weights, as in week 2, works against overfitting.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def train(X, y, rng):
#     shift, spread = ..., ...
#     Z = (X - shift) / spread
#     parameters = [(..., ...), (..., ...)]
#     for epoch in range(...):
#         learning_rate = ...
#         for batch in ...:
#             logits, cache = forward(parameters, Z[batch])
#             gradients, _ = backward(parameters, cache, ...)      # one column: probability minus pile
#             parameters = ...
#     ...                                                          # fold the scale into layer 1
#     return [array for pair in parameters for array in pair]
#
# def predict(arrays, X):
#     parameters = ...                                             # pairs again
#     logits, _ = forward(parameters, X)
#     return ...
# ```
#
# </details>


# %% role="studio" id="small_wardrobe"
def train(X, y, rng):
    """A list of arrays with at most 1,000 numbers in all, learnt from readings X (N, 40) and piles y (N,), 0 or 1."""
    ### BEGIN SOLUTION
    shift, spread = X.mean(axis=0), X.std(axis=0)
    Z, labels = (X - shift) / spread, y[:, None]
    parameters = [(rng.standard_normal((m, n)) * np.sqrt(2 / m), np.zeros(n)) for m, n in ((X.shape[1], 23), (23, 1))]
    velocity = [(np.zeros_like(W), np.zeros_like(b)) for W, b in parameters]
    num_epochs, batch_size, penalty = 40, 64, 1e-3
    for epoch in range(num_epochs):
        learning_rate = 0.1 * (1 - epoch / num_epochs)
        for batch in np.array_split(rng.permutation(len(Z)), max(1, len(Z) // batch_size)):
            logits, cache = forward(parameters, Z[batch])
            probabilities = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
            gradients, _ = backward(parameters, cache, (probabilities - labels[batch]) / len(batch))
            velocity = [
                (0.9 * vW + dW + penalty * W, 0.9 * vb + db)
                for (vW, vb), (dW, db), (W, _) in zip(velocity, gradients, parameters, strict=True)
            ]
            parameters = [
                (W - learning_rate * vW, b - learning_rate * vb) for (W, b), (vW, vb) in zip(parameters, velocity, strict=True)
            ]
    W, b = parameters[0]
    parameters[0] = W / spread[:, None], b - (shift / spread) @ W
    return [array for pair in parameters for array in pair]
    ### END SOLUTION


def predict(arrays, X):
    """A pile for each row of readings X (N, 40), from what `train` returned and nothing else."""
    ### BEGIN SOLUTION
    parameters = list(zip(arrays[::2], arrays[1::2], strict=True))
    return (forward(parameters, X)[0][:, 0] > 0).astype(int)
    ### END SOLUTION


# %% role="check" id="check_small_wardrobe" points=2
check("small_wardrobe")

# %% role="show" id="score_small_wardrobe"
score("small_wardrobe")  # eight shops with public clothes, beside the bands; it is no grade

# %% role="hidden" id="test_small_wardrobe" points=10

# %% [markdown]
# **Keep a note.** Four lines for each experiment, in a file of your own: what you changed, what you expected, what came out, and how much that
# varies over three seeds. Ours, shortened, are folded below. Each figure is a mean over several new shops.
#
# <details><summary>Our notes for this studio (open them after your own)</summary>
#
# | changed | expected | came out |
# |---|---|---|
# | one logistic unit | too little: the piles are mixed | 0.785 ± 0.005 |
# | 24 prototypes, 12 for each pile | better: each kind has its own | 0.787 ± 0.004. No better |
# | 4 hidden units, 174 numbers, with velocity | a little | 0.850 ± 0.005. Most of what there is to gain |
# | 23 hidden units, two logits, 991 numbers, plain steps, 20 epochs | 0.87 | 0.853 ± 0.003. The steps were the limit, not the units |
# | the same with velocity, a falling rate, a small penalty | 0.87 | 0.875 ± 0.005 |
# | two hidden layers, 18 and 12, 992 numbers | better: depth is this week's subject | 0.873 ± 0.006. No difference that we can see |
# | three hidden layers of 12 | the same | 0.863. One seed, six shops |
# | a penalty three times as large | less overfitting | 0.869 instead of 0.871. One seed, six shops |
# | 120 epochs instead of 40 | better | 0.875 ± 0.005. Time wasted |
#
# </details>

# %% [markdown]
# ## A map
#
# **What this week took from earlier ones.** Standardising (week 1), the log-loss and its gradient (week 2), forward and backward through one hidden
# layer and the trouble with twins (week 3). No later week needs your solutions of this one: they bring ready-made pieces along.
#
# **A way on when stuck.** After an hour on one exercise open the third step of help and go on. `image_net` builds on `deep_net`, and the studio may
# use it, too. Everything else stands alone, and each exercise is judged on its own. Where your `deep_net` is not all right when you hand in, ours takes its place for
# what builds on it. To go on in your own notebook, take `forward` and `backward` from the kit of week 5. After a graded attempt in which your code ran (in
# a class: once the week is closed), `workbook solution` shows how we did it. It keeps your best score so far for that exercise, for good.
#
# **Where it goes from here.**
#
# - Where to start, and how to keep many layers alive: week 5. Better steps than plain ones: week 6. One question with ten answers: week 7.
#   Week 7 also brings `Value` back, grown up: the kit's `tape` is the same engine, with broadcasting and more operations.
# - Networks that know which pixels are neighbours, and learn their own edge detectors: week 10. Ways round a layer: week 11.
# - *What depth can do.* M. Telgarsky, "Benefits of depth in neural networks" (COLT 2016), has the folded line and its proof. G. Montúfar and others, "On the number
#   of linear regions of deep neural networks" (NeurIPS 2014), counts pieces in more dimensions.
# - *Backpropagation.* D. Rumelhart, G. Hinton and R. Williams, "Learning representations by back-propagating errors" (Nature 323, 1986): four pages. S. Linnainmaa had reverse mode
#   in 1970; A. Griewank, "Who invented the reverse mode of differentiation?" (Documenta Mathematica, 2012), tells the story. A. Baydin and others, "Automatic
#   differentiation in machine learning: a survey" (JMLR 18, 2018), explains the other modes.
# - *An engine as small as yours,* for single numbers: A. Karpathy's micrograd. Grown up: the design notes of autograd, JAX and PyTorch.
# - *The second descent.* M. Belkin and others, "Reconciling modern machine-learning practice and the classical bias–variance trade-off" (PNAS 116, 2019).
# - *The camera.* M. Duarte and others, "Single-pixel imaging via compressive sampling" (IEEE Signal Processing Magazine 25, 2008).
# - *The data.* H. Xiao, K. Rasul and R. Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms" (2017).
