# %% [markdown] role="week" needs="week01.standardise"
# # Week 2 · Logistic regression as a network
#
# A doctor draws a few cells from a lump in a breast through a fine needle, and looks at them under a microscope. In 1993 a
# group in Wisconsin let a computer outline the nuclei of such cells. It took thirty measures of each sample: how large the
# nuclei are, how rough, how hollow their outlines, and how much all this varies. Later, each lump was found to be benign or
# malignant.
#
# What should a machine answer when it sees the next sample? Not *yes* or *no*: a doctor who hears "no" from a machine that
# was nearly undecided sends a patient home. It should answer with a **probability**, and an honest one. Of a hundred patients
# who hear "20 per cent", twenty should turn out to be ill.
#
# The machine of this week is the smallest network that can do that: one neuron. All that later networks need is here already:
# a score from weights, a loss, its gradient, gradient descent, and the question of whether it will still work tomorrow and
# elsewhere.
#
# **You need** arrays and broadcasting (week 1) and school algebra. Derivatives are explained here. **You build** six pieces.
# Each uses the ones before it. At the end you train a model on patients, and watch a model of trees fail. Reading takes about
# 75 minutes of the week. The house rules of week 1 hold.

# %% role="given" id="setup"
import numpy as np
import matplotlib.pyplot as plt
from autograder import datasets
from autograder.cases import check, score, studios
from autograder.explore import guess
import explore

# %% role="try" id="from_week_1"
import kit

learn_scale, standardise = kit.learn_scale, kit.standardise  # your own instead: kit.mine("learn_scale"), kit.mine("standardise")

# %% [markdown]
# ## Derivatives, and how they travel
#
# Good weights are found by asking of each one: if it moved a little, how much would the result move? We begin with this question,
# and not yet with a network.
#
# Let $J$ be a number that depends on a number $a$. Nudge $a$ by a little, $\varepsilon$, and see how much $J$ moves. The
# **derivative** of $J$ in $a$, or its slope, is the ratio of the two moves, for a nudge too small to matter:
#
# $$ \frac{dJ}{da} \approx \frac{J(a + \varepsilon) - J(a)}{\varepsilon} . $$
#
# <!-- term: derivative | how much a number moves for a small nudge of another one, divided by the nudge; also called slope. -->
#
# These derivatives are enough for today. Each follows from the ratio above by school algebra, or is looked up once in a life:
#
# | | $x + k$ | $k x$ | $x^2$ | $1/x$ | $\log x$ | $e^x$ |
# |---|---|---|---|---|---|---|
# | derivative in $x$ | $1$ | $k$ | $2x$ | $-1/x^2$ | $1/x$ | $e^x$ |
#
# Large formulas are small steps one after the other. Draw each step as a node and each "is used in" as an arrow, and you have
# a **computation graph**. Here is the function $J = (ab + c)\,a$, in three steps, at $a = 2$, $b = 3$, $c = -1$:
# <!-- term: computation graph | a formula drawn as steps (nodes) and arrows that say which step uses which. -->

# %% role="show" id="show_graph"
explore.graph()

# %% [markdown]
# The framed number on an arrow is a *local* derivative: how much its head moves for a small move of its tail, all else kept.
# It needs only the one step at hand. The numbers below the boxes are what we are after: how much $J$ moves when this node is
# nudged *and everything after it follows*. They come from two rules.
#
# **Along a path, derivatives multiply.** Nudge $b$ by $\varepsilon$. Then $u$ moves by $2\varepsilon$, so $v$ moves by
# $2\varepsilon$, so $J$ moves by $2 \cdot 2\varepsilon$. The derivative of $J$ in $b$ is 4. This is the **chain rule**.
#
# **Over several paths, derivatives add.** $a$ reaches $J$ twice: directly, which brings $5$, and through $u$ and $v$, which
# brings $3 \cdot 1 \cdot 2 = 6$. The derivative is 11. Who forgets a path gets a wrong number without an error message.
# <!-- term: chain rule | along a path of steps, the derivatives multiply. -->
#
# There may be very many paths. So one works backwards. Begin at $J$ with 1. Then take a node all of whose arrows lead to
# nodes that are done, and sum (derivative of the head × number on the arrow) over its arrows. Each arrow is used once. That is
# **backpropagation**, all of it. Networks with a billion weights do just this.
# <!-- term: backpropagation | the chain rule applied from the end of a computation graph backwards, each arrow once. -->
#
# Now a graph with more branches. A maker of tins pays for metal and sells content. How much metal does a unit of content
# cost, and which change of shape saves most?

# %% role="show" id="show_tin"
explore.tin()


# %% role="given" id="given_tin"
def tin(radius, height):
    """All nodes of the graph, forwards. The lid is as large as the base. Numbers, or arrays of one shape."""
    base = np.pi * radius**2
    wall = 2 * np.pi * radius * height
    metal = 2 * base + wall
    content = base * height
    return {"base": base, "wall": wall, "metal": metal, "content": content, "cost": metal / content}


# %% [markdown]
# ### Exercise · `tin_slopes` &nbsp; ●○○ &nbsp; 20 min
#
# `tin(radius, height)` above runs the graph forwards. Run it backwards.
#
# `tin_slopes(radius, height)` returns a dictionary. It holds the derivative of the *cost* in each of `"metal"`, `"content"`,
# `"wall"`, `"base"`, `"height"` and `"radius"`.
#
# - Each says how much the cost moves when that node is nudged and everything *after* it follows. Nothing before it does.
# - Numbers are fine, and arrays of any shape, which are treated entry by entry.
# - It holds for very large and very small tins.
#
# At radius 1 and height 2 the metal is $6\pi$ and the content $2\pi$, so the cost is 3. Its derivative in the radius is $-2$,
# and in the height $-\tfrac12$.
#
# <details><summary>A question to ask yourself</summary>
#
# From which nodes do two arrows leave? Each of them gets a sum of two products, all others one product. Which node is the
# first whose derivative you can write down, and which are the next?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. The cost is a quotient. Its derivatives in the numerator and in the denominator come from the table above ($kx$ and
#    $1/x$).
# 2. Go backwards: metal and content, then wall and base, then height and radius. For each node, look where its arrows lead.
# 3. Check with a nudge: change the height by $10^{-6}$, call `tin` twice, divide. Nudging the *base* is harder, since `tin`
#    computes it: write its two successors by hand.
#
# </details>
# <details><summary>A sibling, solved</summary>
#
# For the graph with $a$, $b$, $c$ above, where `d_v` is the derivative of $J$ in $v$:
#
# ```python
# def slopes(a, b, c):
#     v = a * b + c
#     d_v = a                       # J = v * a
#     d_u = d_v * 1                 # v = u + c
#     d_c = d_v * 1
#     d_b = d_u * a                 # u = a * b
#     d_a = d_u * b + v             # two paths: through u, and directly
#     return {"v": d_v, "u": d_u, "c": d_c, "b": d_b, "a": d_a}
# ```
#
# </details>


# %% role="answer" id="tin_slopes"
def tin_slopes(radius, height):
    """The derivative of the tin's cost in each node but the cost itself: a dictionary."""
    node = tin(radius, height)  # forwards; now backwards
    ### BEGIN SOLUTION
    d_metal = 1 / node["content"]
    d_content = -node["cost"] / node["content"]
    d_wall = d_metal
    d_base = 2 * d_metal + height * d_content
    d_height = 2 * np.pi * radius * d_wall + node["base"] * d_content
    d_radius = 2 * np.pi * (radius * d_base + height * d_wall)
    return {"metal": d_metal, "content": d_content, "wall": d_wall, "base": d_base, "height": d_height, "radius": d_radius}
    ### END SOLUTION


# %% role="check" id="check_tin_slopes" points=1
check("tin_slopes")

# %% role="hidden" id="test_tin_slopes" points=2

# %% [markdown]
# A remark for later. The derivatives in radius and height are simple here because the cost can be simplified to
# $2/\text{height} + 2/\text{radius}$. Nobody simplifies a network. Backpropagation gives the same numbers without any
# cleverness, for about the price of the forward pass.
#
# ### How small is a small nudge?
#
# A derivative is a promise about small nudges only. The larger the nudge, the larger the broken part of the promise.

# %% role="guess" id="guess_nudge"
guess.choose(
    "Halve the nudge: how much is left of the broken part?",
    ["all of it", "a half", "a quarter", "nothing"],
    truth=explore.broken_part,
)

# %% role="show" id="show_nudge"
explore.nudge()

# %% [markdown]
# It goes with $\varepsilon^2$. That is why a derivative can be measured. Nudge to both sides by $\pm\varepsilon$ and divide
# the difference by $2\varepsilon$: the largest parts of both errors cancel. Your answers are checked this way all week, your
# derivative against a measured one.

# %% [markdown]
# ## Ten minutes from before
#
# Three small tasks from week 1, and four questions on paper. Nothing here is graded. Change the marked line of each cell and
# run it. It says whether you are there.
#
# **1.** Say the shape before NumPy does.

# %% role="try" id="before_shapes"
A, B = np.zeros((5, 3)), np.zeros((4, 3))
your_answer = None  # <- the shape of A[:, None] - B, as a tuple
print("right" if your_answer == (A[:, None] - B).shape else "not yet")

# %% [markdown]
# **2.** `centred` wants to subtract each *row's* mean. It is wrong, and this table does not show it. Change one number so that
# it shows.


# %% role="try" id="before_centred"
def centred(table):
    return table - table.mean(axis=1)


table = np.array([[1.0, 3.0], [3.0, 1.0]])  # <- change one number
print("right: the mistake shows" if not np.allclose(centred(table).mean(axis=1), 0) else "not yet: every row still has mean 0")

# %% [markdown]
# **3.** `as_new` wants to treat new rows as the training rows were treated. It is wrong, and these new rows do not show it.
# Find new rows for which it is wrong.


# %% role="try" id="before_scaled"
def as_new(X):
    return (X - X.mean(axis=0)) / X.std(axis=0)


known = np.array([[0.0], [2.0], [4.0]])
new = np.array([[4.0], [0.0], [2.0]])  # <- other rows, in one column
print("not yet: both agree" if np.allclose(as_new(new), standardise(new, learn_scale(known))) else "right: the mistake shows")

# %% [markdown]
# **On paper.** (a) What is $\log(ab)$ in terms of $\log a$ and $\log b$, and what is $-\log\frac1a$? (b) What is $e^{\log 3}$? (c) In a
# class of 30, 12 wear glasses, and 9 of these 12 are girls. There are 15 girls. What is the probability that a girl wears
# glasses, and that somebody with glasses is a girl? (d) An event has probability $0.2$. What are its odds, "for" against
# "against"?
#
# <details><summary>Answers</summary>
#
# 1. `(5, 4, 3)`: every row of one against every row of the other.
# 2. Almost any number does. Both rows had the same mean, so it did not matter which of them was subtracted from which column.
#    The mend is `keepdims=True`.
# 3. For instance `[[100.0]]`, alone: `as_new` divides 0 by 0. Two rows, 10 and 11, become −1 and 1, as if they were ordinary.
#    The first three rows were the training rows in another order, with the same mean and spread.
# 4. On paper: (a) $\log a + \log b$, and $\log a$. (b) 3. (c) 9 of 15, so $0.6$; and 9 of 12, so $0.75$. They are
#    *conditional* probabilities, written $P(\text{glasses} \mid \text{girl})$ and $P(\text{girl} \mid \text{glasses})$, and they
#    differ. (d) $0.2 : 0.8$, one to four, or $0.25$.
#
# </details>

# %% [markdown]
# ## One picture
#
# Back to the tumours. Sort them by one measure, the radius of their largest nuclei, cut the row into eleven groups, and look at the share
# of malignant ones in each. The bars show how far luck may move a share: a group has about 34 patients, which is not many.

# %% role="show" id="show_shares"
explore.shares()

# %% [markdown]
# On the left the share climbs along an S. It must: a share cannot leave the range from 0 to 1. On the right stand the same
# groups, but in another unit. The **odds** of an event of probability $p$ are $p / (1 - p)$. A probability of $0.8$ is odds
# of 4, "four to one". Odds have no upper end, and their logarithm has no lower end either. It is called the **logit**:
#
# $$ z = \log \frac{p}{1-p}, \qquad\text{and read backwards}\qquad p = \frac{1}{1 + e^{-z}} . $$
#
# <!-- term: odds | the probability of an event divided by that of its opposite, p / (1 − p). -->
# <!-- term: logit | the logarithm of the odds; a score from −∞ to ∞ that the sigmoid turns into a probability. -->
#
# In this unit the S is a line, near enough. A line is the simplest thing that can be learnt: it has a slope and a height. With
# thirty measures there is a slope for each, its weight $w_j$, and the height is the bias $b$. That is one neuron, as in week 1.
# Let two weights be $0.5$ and $-1$, and the bias $0.2$. Then the measures 3 and 1 give a logit of $0.7$.
# The S on top is called the **sigmoid**, and it is the neuron's activation function. Both together are **logistic regression**.
# Weights have a meaning: when $x_j$ grows by one and nothing else changes, the odds are multiplied by $e^{w_j}$.
# <!-- term: sigmoid | the S-shaped function 1 / (1 + e^−z), which turns a logit into a probability. -->
# <!-- term: logistic regression | one neuron with the sigmoid as its activation function, trained by the log-loss. -->
#
# Two questions are left. Which weights are good? And how does one find them? For the second you have the derivatives now. The
# first comes next.

# %% [markdown]
# ## Log-loss
#
# Which weights are good? Those whose probabilities are not surprised by what happened. If a model gave the probability $q$ to
# what then happened, its **log-loss** is $-\log q$. It is nothing for a certainty that came true, $\log 2 \approx 0.69$ for a
# coin's toss, and without end for "impossible". The unit is the *nat*. Two independent events have the product of their
# probabilities, so their losses add up. The mean over the examples is what we will make small. It is also called
# **cross-entropy**.
# <!-- term: log-loss | minus the logarithm of the probability that was given to what came true. -->
# <!-- term: cross-entropy | another name for the mean log-loss. -->
#
# Write $y = 1$ for malignant and $y = 0$ for benign, and let $z$ be the logit of malignant. Then $y$ is the **label**, and the
# probability given to what happened is $p$ for $y = 1$ and $1 - p$ for $y = 0$.
# <!-- term: label | what an example is called: here 1 for malignant, 0 for benign. -->

# %% role="guess" id="guess_loss"
guess.curve(
    "A malignant tumour: how does its log-loss depend on the logit?",
    (-8, 8),
    (0, 10),
    truth=explore.loss_of_logit,
    labels=("logit", "log-loss (nats)"),
)

# %% [markdown]
# On the left are both losses. On the right is the first one, as it comes out when $-\log\frac{1}{1 + e^{-z}}$ is typed as it
# stands, in the float type that most networks use.

# %% role="show" id="show_surprise"
explore.surprise()

# %% [markdown]
# A model that is sure and wrong (far left) gets `inf`, and after one step of training every weight is `nan`. A model that is
# sure and right (far right) gets exactly 0, as if nothing were left to learn. Both are accidents of rounding: $e^{100}$ does
# not fit into a `float32`, and $1 + e^{-17}$ is rounded to 1. The true loss is harmless on both sides: nearly $-z$ on the
# left, nearly $e^{-z}$ on the right. A formula without such accidents is called **numerically stable**.
# <!-- term: numerically stable | computed so that rounding and overflow do no harm, also for very large numbers. -->
#
# Sometimes doctors disagree. If seven of ten call a lump malignant, its label is $0.7$: a **soft label**.
# <!-- term: soft label | a label between 0 and 1, for a share of people or a probability. -->
#
# ### Exercise · `log_loss` &nbsp; ●●○ &nbsp; 45 min
#
# `log_loss(logits, y)` returns each example's log-loss, in nats. `logits` is an array of any shape and any float type. `y` has
# the same shape and holds labels: 0, 1, or soft ones between. They may be integers, floats or truth values. The result has
# the shape and float type of `logits`.
#
# - For the labels 0 and 1 it is the log-loss of the probability that belongs to the logit.
# - A soft label stands for many doctors. Its loss is the mean of their losses, if that share of them says 1.
# - Change the sign of every logit, and $y$ to $1 - y$: nothing changes.
# - For labels 0 and 1 it is right to a few roundings *of its own size*, for any logit that the float type can hold. At $z = 40$
#   and $y = 1$ it is $4.2 \cdot 10^{-18}$, not 0. At $z = -10{,}000$ it is $10{,}000$.
#
# At odds of three to one ($z = \log 3$) the loss is $\log\tfrac43$ if the label is 1, and $\log 4$ if it is 0. At a label of
# one half it is the mean of these two.
#
# <details><summary>A question to ask yourself</summary>
#
# There are two labels, but is there more than one curve? What would you have to do to the logit of a benign tumour so that
# one formula serves for both? Then, for that one curve: which of $e^{z}$ and $e^{-z}$ is harmless for which sign of $z$?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. Write a function for label 1 alone. The loss is $\log(1 + e^{-z})$, which is $\log(e^0 + e^{-z})$.
# 2. Take the larger of the two exponents out of the sum, so that what remains under the exponential is never positive.
# 3. $\log(1 + t)$ for tiny $t$ has a function of its own in NumPy, since $1 + t$ forgets $t$. NumPy even has one for all of
#    steps 2 and 3: look for *log*, *add*, *exp*.
# 4. The loss for label 0 is that of label 1 at minus the logit. A soft label takes its share of each.
# 5. Labels may come as `uint8` or truth values. In which type should you calculate?
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def log_loss(logits, y):
#     y = np.asarray(y, dtype=...)
#     return y * loss_of_ones(...) + ... * loss_of_ones(...)
#
# def loss_of_ones(logits):
#     outside = np.maximum(..., 0)             # what was taken out of the sum
#     return outside + np.log1p(np.exp(...))   # never a positive exponent
# ```
#
# </details>


# %% role="answer" id="log_loss"
def log_loss(logits, y):
    """The log-loss of each example, in nats: shape and float type of `logits`."""
    ### BEGIN SOLUTION
    logits = np.asarray(logits)
    y = np.asarray(y, dtype=logits.dtype)
    return y * np.logaddexp(0, -logits) + (1 - y) * np.logaddexp(0, logits)
    ### END SOLUTION


# %% role="check" id="check_log_loss" points=2
check("log_loss")

# %% role="hidden" id="test_log_loss" points=4

# %% [markdown]
# ## One neuron, backwards
#
# The neuron is a graph as well: measures and weights make the logit $z$, the logit makes the probability $p$, and with the
# label it makes the loss. Walk it backwards for *one* example. The local derivative of $p = 1/(1 + e^{-z})$ in $z$ follows
# from the table:
#
# $$ \frac{dp}{dz} = \frac{e^{-z}}{(1 + e^{-z})^2} = \frac{1}{1+e^{-z}} \cdot \frac{e^{-z}}{1+e^{-z}} = p\,(1 - p) . $$
#
# A malignant tumour ($y = 1$) has the loss $-\log p$, whose derivative in $p$ is $-1/p$. The chain rule multiplies it by
# $p(1-p)$. The fractions cancel, and $p - 1$ is left. A malignant tumour that was called $0.9$ pulls its logit up with a
# strength of only $0.1$.
#
# What does a benign tumour do that was called $0.9$? Walk its graph before you open the answer. Can you say both in one
# sentence?
#
# <details><summary>Answer</summary>
#
# A benign one has the loss $-\log(1 - p)$, with derivative $1/(1-p)$ in $p$. Times $p(1-p)$ this is $p$. It pushes its logit
# down with a strength of $0.9$. Both in one sentence: *the derivative of the loss in the logit is what was said minus what happened*,
# $p - y$. No example pulls with more than 1, however wrong the model is.
#
# </details>
#
# The rest of the way back, from the logit to the weights, is left to you. It is short. All derivatives together, one for each
# parameter, are called the **gradient**.
# <!-- term: gradient | the derivatives of one number in all parameters, in an array or nest of the parameters' shape. -->
#
# Two things are added. Examples can have weights $s_i \ge 0$ of their own, "this row counts twice". With losses of 1 and 4, and weights of
# 2 and 1, the mean is 2. And large weights $w$ can be made to cost something, for a reason that will become
# clear in the next section. A neuron with weights 3 and 4 pays $12.5\,\lambda$, one with weights 6 and 8 pays $50\,\lambda$: half the squared length,
# times a number $\lambda$. Mean loss and cost together are called $J$.
#
# The cost is a **penalty**, and adding one is called **regularisation**. This one is the *ridge* or *L2* penalty. The
# bias is left out of it: how common the illness is should not be held against a model.
# <!-- term: penalty | a cost on the size of the weights that is added to the loss, here λ/2 times the sum of their squares. -->
# <!-- term: regularisation | anything that keeps a model from fitting its training examples too closely, such as a penalty. -->
#
# Last, speed. The loss is a mean over all examples, and later weeks have many. The same sum of products, in a Python loop and
# as an array product:

# %% role="show" id="show_race"
explore.race()

# %% [markdown]
# ### Exercise · `slopes` &nbsp; ●●○ &nbsp; 60 min
#
# `slopes(theta, X, y, penalty, weight=None)` returns the gradient of $J$, an array of the shape of `theta`.
#
# - `theta`, of shape (features + 1,), holds the weights $w$ and, as its last entry, the bias $b$.
# - `X` has shape (examples, features). `y` holds labels 0 or 1, as integers, floats or truth values. `penalty` is $\lambda$.
# - `weight`, of shape (examples,), holds the $s_i$. `None` means that all examples count alike.
#
# The promises:
#
# - For a small step in any direction, $J$ changes by gradient · step.
# - Only the ratios of the weights matter: multiply all $s_i$ by one number, and nothing changes. A row that counts three times is three rows.
# - It stays finite and right for logits of any size.
# - There may be no feature at all, and there is at least one example.
# - It takes 300,000 examples in half the time of a Python loop over them, at most. Both are measured at the same moment.
#
# For one malignant example with $x = (2)$, at weights and bias zero and without penalty, the gradient is $(-1, -\tfrac12)$.
#
# Here, and in the rest of this week, float64 may come out where float32 went in. A sum over many examples needs the digits.
#
# <details><summary>A question to ask yourself</summary>
#
# One example, one weight: how much does its logit move when that weight is nudged? And when the bias is nudged? Now the loss
# adds up over examples: which of the two axes of `X` is summed over, and which one stays?
#
# </details>
# <details><summary>A plan</summary>
#
# 0. In one formula, $J = \sum_i s_i\, \ell_i / \sum_i s_i + \frac{\lambda}{2} \sum_j w_j^2$.
# 1. The logits of all examples, at once: a matrix product and the bias.
# 2. Their probabilities. You have a stable function that returns $-\log$ of a probability already: which label must you tell
#    it?
# 3. For each example, the derivative of its loss in its logit (the answer above), times the share with which it counts. Shares
#    sum to one.
# 4. For each weight, sum over examples (that derivative × how much this weight moves this logit). That is one matrix product.
#    Then the penalty's derivative.
# 5. The bias moves every logit by the same amount, and has no penalty.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def slopes(theta, X, y, penalty, weight=None):
#     share = ...                          # (examples,), sums to one
#     probabilities = np.exp(-log_loss(..., ...))
#     d_logits = ...                       # (examples,)
#     d_weights = d_logits @ ... + ...     # (features,)
#     d_bias = ...
#     return np.append(d_weights, d_bias)
# ```
#
# </details>


# %% role="answer" id="slopes"
def slopes(theta, X, y, penalty, weight=None):
    """The gradient of the penalised mean log-loss, of the shape of `theta` (weights, then the bias)."""
    ### BEGIN SOLUTION
    share = np.full(len(X), 1 / len(X)) if weight is None else weight / np.sum(weight)
    probabilities = np.exp(-log_loss(X @ theta[:-1] + theta[-1], np.ones(len(X))))
    d_logits = share * (probabilities - y)
    return np.append(d_logits @ X + penalty * theta[:-1], d_logits.sum())
    ### END SOLUTION


# %% role="check" id="check_slopes" points=2
check("slopes")

# %% role="hidden" id="test_slopes" points=4

# %% [markdown]
# ## Gradient descent
#
# The gradient points to where the loss rises fastest. **Gradient descent** walks the other way, step by step. How far should a
# step go? Where the slope is steep, the lowest point may be far, and where it is gentle, it may be near. So a long gradient makes a
# long step. How bold the steps are is told by a number $\eta$, the **learning rate**. How large may it be?
# <!-- term: gradient descent | walking to a low loss by steps against the gradient. -->
# <!-- term: learning rate | how long a step of gradient descent is where the gradient has length one. -->
#
# Look at one dimension, and let $e$ be the distance to the lowest point. There the slope is zero. On the way to it the slope
# changes by the **curvature** $c$ (the derivative of the derivative) for each unit of distance. So the slope here is $c\,e$,
# with some mean curvature $c$ of the stretch between. One step multiplies the distance by
#
# $$ 1 - \eta c . $$
#
# Everything is in that factor. A worked number: at a distance of 5, with $c = 4$, the slope is 20. With $\eta = 0.2$ the step is 4
# long, and a distance of 1 is left: the factor is $0.2$. With $\eta = 0.6$ it is $-1.4$, and each step leads further away, on alternating sides.
#
# How large may $\eta$ be, if all you know is that the curvature never lies above some $C$ and never below some $m > 0$? Think
# of a safe one, and of one that is certainly too large.
#
# <details><summary>Answer</summary>
#
# With $\eta = 1/C$ the factor lies between 0 and $1 - m/C$. The walk never overshoots, and the distance falls by a constant
# factor at least, *the same at every step*: a straight line on logarithmic paper. Where $\eta > 2/c$ the factor is below $-1$.
#
# </details>
#
# In several dimensions all this holds along every direction at once. So $C$ must be the curvature of the *steepest* direction,
# and $m$ that of the flattest. A long narrow valley ($C/m$ large) is slow, and standardised features make it rounder.
# <!-- term: curvature | how fast the slope changes: the derivative of the derivative. -->
#
# For our loss $C$ is known beforehand, from the data alone. Begin with one example, and see its loss from the logit. How large can
# the curvature be there, whatever the logit is?
#
# <details><summary>Answer</summary>
#
# Seen from a logit, the slope of the loss is $p$ minus a constant. Its own derivative is $p(1-p)$, which is never above
# $\tfrac14$.
#
# </details>
#
# The way from the logit to the weights, and to many examples, is left to you.
#
# Walk. The picture on the left is the loss over weight and bias for one measure of the tumours. On the right is the distance
# left to go. What happens at a learning rate of 12, and at 20? What happens at a penalty of 1 with a rate of 4? Take
# *standardised* away: why does no learning rate help much then?

# %% role="show" id="show_walk"
explore.walk()

# %% [markdown]
# <details><summary>Answers</summary>
#
# - At 12 and at 20, with a penalty of 0.01, the walk jumps far beyond the star at first, and still arrives. Near the star the model
#   is sure of most tumours, so $p(1-p)$ is far below a quarter. The curvature there is at most $0.096$, and $2/0.096$ is nearly 21.
# - At a penalty of 1 the curvature is above 1 everywhere, and a factor of $1 - 4c$ is below $-3$. The walk leaves for good.
# - The raw measure lies far from zero. Weight and bias then do nearly the same thing, and the valley is long and narrow: the
#   steepest curvature at the star is almost eighty times the flattest. A rate that is safe for one is far too small for the other.
#
# </details>
#
# ### Without a penalty there may be nowhere to arrive
#
# One measure cuts the tumours at one value. With two, a logit of 0 is a straight line in the plane. With thirty it is called
# a **hyperplane**. It is the decision boundary. The **margin** of an example is its logit, with the sign turned
# where the label is 0. It is positive exactly where the example lies on its own side.
# <!-- term: hyperplane | all points to which a neuron gives the logit 0: a line in two dimensions, a plane in three. -->
# <!-- term: margin | an example's logit, its sign turned for label 0: positive where the model is on the right side. -->

# %% role="guess" id="guess_wrong_side"
guess.number(
    "Of the 379 public tumours, how many must lie on the wrong side of the best hyperplane in thirty measures?",
    0,
    100,
    truth=explore.wrong_side,
    step=1,
)

# %% [markdown]
# The picture below found its hyperplane with the oldest learning rule there is, the **perceptron** of 1958. As long as an
# example lies on the wrong side, add it to the weights if its label is 1, and subtract it if it is 0.
# <!-- term: perceptron | a linear classifier that learns by adding or subtracting an example that lies on the wrong side. -->

# %% role="show" id="show_no_end"
explore.no_end()

# %% [markdown]
# Let $w, b$ be that hyperplane. Every margin is positive. Then $2w, 2b$ has margins twice as large, and each loss is smaller.
# And $4w, 4b$ is better still. The loss falls towards 0 along this direction and never gets there. The data are
# **separable**, and the loss without penalty has no **minimum**. The answer that you print depends on when you
# stopped walking. Its probabilities become 0 and 1: the model is certain of everything. That is overfitting.
# <!-- term: separable | told apart without a mistake by some hyperplane. -->
# <!-- term: minimum | the lowest point of a function: where nothing lies below. -->
#
# A penalty ends this. Along any direction of the weights, $\lambda/2$ times the squared length grows without end. (Along the
# bias, which pays nothing, the loss itself grows as soon as both labels occur.) So there is a lowest point. With a penalty the
# curvature is above zero in every direction, so there is only one. It belongs to the data and to $\lambda$, not to the walk:
# any method may look for it. The answer with a penalty is also a better one, as the studio will show. Thirty measures and some
# hundred patients always leave room for luck.
#
# ### Exercise · `descend` &nbsp; ●●● &nbsp; 85 min
#
# `descend(X, y, penalty, steps, weight=None)` walks from the origin towards the lowest point of $J$. It returns its **path**, an
# array of shape (steps + 1, features + 1) whose first row is zeros. The arguments are as in `slopes`,
# and both labels occur. Any method is allowed. A step is what your method calls a step, and `steps` may be 0.
#
# - It arrives. After 300 steps it is a hundred thousand times nearer to the lowest point than the start was.
# - It arrives at a rate. Up to that point, each 40 steps make the distance at least five times smaller.
# - Units do not stop it. With features a hundred times as large or small, it ends lower than it began. After 200 steps it is
#   not higher than after 50.
# - Without a penalty, on examples that a wide gap separates, it stays finite. After 1,000 steps the loss is below a tenth of
#   where it started.
#
# The first two hold for up to five standardised features and penalties from 0.1 to 3. One label in four, or more, is the
# rarer one. With weights, each label has at least a quarter of the weight. For an empty `X` of shape (4, 0) and the labels
# $1, 1, 1, 0$ the lowest point is a bias of $\log 3$.
#
# <details><summary>A question to ask yourself</summary>
#
# What is the largest curvature for one feature without bias, and what for a bias alone? A bias is a weight: of which feature?
# Then: how does a nudge of length $\varepsilon$ in *some* direction of (weights, bias) move one example's logit, at the very
# most?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. *One feature, no bias.* Nudging $w$ by $\varepsilon$ moves the logit by $x\varepsilon$, so the slope in the logit by at most
#    $\tfrac14 x\varepsilon$. On the way back this is multiplied by $x$ once more. The curvature of the loss is at most $x^2/4$.
# 2. *Several features and a bias.* Append to `X` a column of ones, so that the bias is one more weight. Call a row of it
#    $\tilde x$. A nudge of length $\varepsilon$ moves a logit by at most $|\tilde x|\,\varepsilon$, its length times
#    $\varepsilon$. So the curvature of one loss is at most a quarter of $|\tilde x|^2$.
# 3. Over all examples take the weighted mean, and add the penalty's curvature. That is a $C$. (The largest eigenvalue of the
#    weighted mean of $\tilde x \tilde x^\top$, a quarter of it, is smaller, and so gives longer steps: `np.linalg.eigvalsh`.)
# 4. The learning rate is one over that. Compute it once. A step takes $\theta$ to $\theta - \eta \cdot \text{gradient}$.
# 5. Make an array for the path, fill it row by row with your `slopes`.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def descend(X, y, penalty, steps, weight=None):
#     longer = np.column_stack([X, ...])
#     learning_rate = 1 / (... * np.average(..., weights=weight) + ...)
#     path = np.zeros((..., ...))
#     for k in range(steps):
#         path[k + 1] = ...
#     return path
# ```
#
# </details>


# %% role="answer" id="descend"
def descend(X, y, penalty, steps, weight=None):
    """The path towards the lowest point: shape (steps + 1, features + 1), beginning at the origin."""
    ### BEGIN SOLUTION
    extended = np.column_stack([X, np.ones(len(X))])  # the bias is the weight of a feature that is always 1
    products = np.average(extended[:, :, None] * extended[:, None, :], axis=0, weights=weight)
    curvature = np.linalg.eigvalsh(products).max() / 4 + penalty  # nowhere is there more, in any direction
    path = np.zeros((steps + 1, extended.shape[1]))
    for k in range(steps):
        path[k + 1] = path[k] - slopes(path[k], X, y, penalty, weight) / curvature
    return path
    ### END SOLUTION


# %% role="check" id="check_descend" points=2
check("descend")

# %% role="hidden" id="test_descend" points=5

# %% [markdown]
# ## A model that one can hand over
#
# A colleague who uses your model should not have to know that labels are 0 and 1, or how many steps it takes. The custom, set
# by scikit-learn, is an object with two methods. `fit` looks at examples and remembers what it needs. `predict_proba` answers
# for new ones. Such an object makes promises that hold for any method inside, and they can be tested without knowing the right
# answer. A law of this kind is called an **invariance**: change this, and that must not change.
# <!-- term: invariance | a law that says: change the input in this way, and the answer stays. -->
#
# How many steps are enough? You need not know beforehand. How can a walker in the fog tell that the lowest point is near, and how near?
# All that is known is that the curvature is nowhere below $m$.
#
# <details><summary>Answer</summary>
#
# By the length of the gradient. The slope grows by $m$ at least with each unit of distance from the lowest point. The distance is at most $|\text{gradient}| / m$. With $m = 0.01$, a gradient of length $10^{-5}$ leaves a distance of
# $10^{-3}$ at most. (Along the weights $m$ is at least $\lambda$. Along the bias it depends on how sure the model is, so leave
# some room.)
#
# </details>

# %% [markdown]
# ### Exercise · `logistic` &nbsp; ●●○ &nbsp; 45 min
#
# Write the class `LogisticRegression(penalty=0.1)`.
#
# - `fit(X, y, weight=None)` takes examples (examples, features) on the scale that standardising gives, and a label for each.
#   It returns the model itself.
# - Labels are any two different values that can be sorted: $-1$ and 1, `False` and `True`, 2.0 and 4.0, `"benign"` and
#   `"malignant"`. `classes_` then holds the two, the smaller one first.
# - `predict_proba(X)` returns shape (examples, 2). There is a column for each class in the order of `classes_`, and rows sum to
#   one.
#
# The promises:
#
# - Each probability is within 0.002 of that at the lowest point of the penalised, weighted loss. This holds for up to thirty
#   features and penalties from 0.01 to 3.
# - A row that counts twice is two rows. Exchange the names of the classes, and the columns are exchanged.
# - Each `fit` forgets the one before, and two models share nothing.
# - Each example is answered on its own. However far out it lies, its probabilities are finite.
# - One label throughout, or a third one, is an error of the caller. `fit` raises a `ValueError` that says what it found.
#
# Take eight examples without a feature, `X = np.zeros((8, 0))`. Six are called 7, and two are called 3. Then every new example
# gets the probabilities $\tfrac14$ and $\tfrac34$. The first lines of `fit` stand in the cell already.
#
# <details><summary>A question to ask yourself</summary>
#
# Which of your pieces does `fit` need, and in what form do they want the labels? How does `fit` notice that it has walked far
# enough?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. `descend` wants labels 0 and 1. Which examples have the larger of the two labels? True and false will do for 1 and 0.
# 2. Walk some hundred steps by `descend` and keep the last place. How long is the gradient there (`np.linalg.norm`)? While it is longer than
#    a millionth, walk again with twice as many steps. Forty thousand are a sensible end.
# 3. For new examples: logits, then both probabilities. `np.exp(-log_loss(...))` gives either of them, stably.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def fit(self, X, y, weight=None):
#     ...                                            # what stands there already
#     larger = np.asarray(y) == ...                  # True where the label is the larger one
#     steps = 250
#     self.parameters = descend(..., larger, ..., steps, weight)[...]
#     while np.linalg.norm(slopes(...)) > ... and ...:
#         ...
#     return ...
#
# def predict_proba(self, X):
#     logits = ...
#     return np.column_stack([np.exp(-log_loss(..., ...)), np.exp(-log_loss(..., ...))])
# ```
#
# </details>


# %% role="answer" id="logistic"
class LogisticRegression:
    """Two classes told apart by a weighted sum, with probabilities."""

    def __init__(self, penalty=0.1):
        """Remember how much large weights cost."""
        ### BEGIN SOLUTION
        self.penalty = penalty
        ### END SOLUTION

    def fit(self, X, y, weight=None):
        """Learn from examples (examples, features) and their labels; return the model."""
        self.classes_ = np.unique(y)  # sorted, each label once
        if len(self.classes_) != 2:
            raise ValueError(f"two classes are needed, y has {len(self.classes_)}: {self.classes_[:5]}")
        ### BEGIN SOLUTION
        target = np.asarray(y) == self.classes_[1]
        steps, length = 250, np.inf
        while length > 1e-6 and steps <= 40_000:
            self.parameters = descend(X, target, self.penalty, steps, weight)[-1]
            length = np.linalg.norm(slopes(self.parameters, X, target, self.penalty, weight))
            steps = 2 * steps
        return self
        ### END SOLUTION

    def predict_proba(self, X):
        """The probability of each class, shape (examples, 2), columns in the order of `classes_`."""
        ### BEGIN SOLUTION
        weights, bias = self.parameters[:-1], self.parameters[-1]
        return np.exp(-np.logaddexp(0, np.outer(X @ weights + bias, [1, -1])))  # the sigmoid, stable on both sides
        ### END SOLUTION


# %% role="check" id="check_logistic" points=2
check("logistic")

# %% role="hidden" id="test_logistic" points=5

# %% [markdown]
# <details><summary>The same in PyTorch</summary>
#
# ```python
# import torch
# from torch import nn
#
# def fit(X, y, penalty, steps=2000, learning_rate=0.1):     # float32 tensors (n, d) and (n,)
#     model, loss = nn.Linear(X.shape[1], 1), nn.BCEWithLogitsLoss()   # your log_loss, averaged
#     groups = [{"params": [model.weight], "weight_decay": penalty}, {"params": [model.bias], "weight_decay": 0.0}]
#     optimiser = torch.optim.SGD(groups, lr=learning_rate)
#     for _ in range(steps):
#         optimiser.zero_grad()                              # gradients of the last step are added to otherwise
#         loss(model(X)[:, 0], y).backward()                 # your slopes, without the penalty
#         optimiser.step()                                   # adds weight_decay · w to the gradient, and steps
#     return model                                           # torch.sigmoid(model(X)) are the probabilities
# ```
#
# Conventions that differ: a `Linear` starts at random numbers, not at zeros. `weight_decay=λ` is the gradient of our
# $\frac{\lambda}{2}\lVert w\rVert^2$, but by itself it is laid on the bias too. scikit-learn's `LogisticRegression(C=…)` penalises the *sum* of
# the losses: its `C` is our $1/(n\lambda)$, and it leaves the bias out as we do.
#
# </details>

# %% [markdown]
# ## Honest probabilities
#
# When is a forecaster honest? A first idea: of all days on which she says 30 %, it rains on 30 %. That is **calibration**,
# and the *gap* to it can be measured. But look at the third forecaster. She looks up once how often it rains, and says that
# number every day. Her gap is zero, and she has told nobody anything.
# <!-- term: calibration | of all cases that hear the probability p, a share p comes true. -->

# %% role="show" id="show_forecasters"
explore.forecasters()

# %% [markdown]
# The other two numbers cannot be fooled. Say it rains with probability $p$ and the forecaster says $q$. The log-loss she must
# expect is
#
# $$ L(q) = -p \log q - (1 - p) \log(1 - q), \qquad \frac{dL}{dq} = \frac{q - p}{q\,(1 - q)} . $$
#
# The slope is negative below $p$ and positive above it: *the lowest expected loss is had by saying the truth*, and nothing
# else does as well. A score with this property is called **proper**. The **Brier score**, the mean of $(q - y)^2$, is proper
# too: its slope is $2(q - p)$. Accuracy is not: it cannot tell 51 % from 99 %. Being proper, log-loss rewards knowing something
# *and* being honest about it. This is why we train with it and why we judge with it.
# <!-- term: proper | said of a score whose best expected value is had by saying the true probability. -->
# <!-- term: Brier score | the mean squared difference between the probability that was said and what happened. -->
#
# Now a trap that no training loss can see. Your 379 tumours come from a hospital, and 37 % of them are malignant. Among women
# who come for screening, malignant lumps are far rarer. A model that learnt in the hospital and is used in the screening is
# wrong about *everybody*, in the same direction.
#
# A worked number. A sign is seen in 80 of 100 malignant lumps and in 10 of 100 benign ones. Here are a thousand women in each place:
#
# | | malignant | of these with the sign | benign | of these with the sign | malignant among those with the sign |
# |---|---|---|---|---|---|
# | hospital | 370 | 296 | 630 | 63 | 296 of 359, so 82 % |
# | screening | 10 | 8 | 990 | 99 | 8 of 107, so 7 % |
#
# The sign is the same. In both places it is eight times as frequent in malignant lumps ($0.8/0.1$). What differs is how many
# there were before anybody looked. That is called the **prior**. Work out the odds of *malignant* before and after the sign is
# seen, once for the hospital and once for the screening. What have the two places in common?
#
# <!-- term: prior | the probability of a label before the features are looked at. -->
# <details><summary>Answer</summary>
#
# The hospital goes from $370 : 630$ to $296 : 63$. The screening goes from $10 : 990$ to $8 : 99$. Both were multiplied by 8.
# Looking multiplies the odds, and by how much depends on the sign, not on the place. It holds for thirty measures as for one sign.
#
# </details>

# %% [markdown]
# ### Exercise · `honest` &nbsp; ●●● &nbsp; 40 min
#
# `honest(X, y, X_new, share)` learns from a collected sample: `X`, and `y` with labels 0 and 1. It returns the probability of
# label 1 for the examples `X_new`, shape (new examples,). These come from a population in which label 1 has the share `share`,
# between 0 and 1, neither included. Somebody chose how many of each label are in the sample. *Within* each label, sample and
# population look alike. Features are on the scale that standardising gives.
#
# - It is honest. Against known probabilities, its expected log-loss exceeds the best possible one by less than 0.015 nats. This
#   holds after learning from 4,000 examples with three features, however lopsided the sample was.
# - It knows what it cannot know. Where all features are constant, everybody gets `share`, to within 0.01.
# - It rises for everybody when `share` rises. (Where it is 0 or 1 to rounding, it may stay.)
# - It is a probability for examples however far out, and each new example is answered on its own.
#
# If half of a sample has label 1 and an example's features say nothing, the model calls it even. In a population where one in
# ten has label 1, that same example must get $0.1$.
#
# <details><summary>A question to ask yourself</summary>
#
# Your model learnt $P(1 \mid x)$ as it is in the *sample*. Odds after looking are odds before looking, times how much more frequent $x$ is under label 1. Which of
# these three does it have wrong, by what factor, and what does that do to the logit? Or, another way: what would you have to do to the sample so that it looks
# as if drawn from the population?
#
# </details>
# <details><summary>A plan</summary>
#
# In letters, $\frac{P(1 \mid x)}{P(0 \mid x)} = \frac{P(x \mid 1)}{P(x \mid 0)} \cdot \frac{P(1)}{P(0)}$. It has a name, Bayes' rule.
# If malignant lumps look alike in both places, and benign ones too, then the middle factor is the same. Only
# the last one differs, and it depends on who was collected, not on the patient.
#
# Either: fit on the sample as it is, take the odds, divide the sample's odds before looking out of them, multiply the
# population's in, go back to probabilities. To be safe far out, work with the two columns of probabilities and let each have
# its own factor; then divide by their sum.
#
# Or: give each row a weight so that the weighted share of label 1 is `share`. Your `fit` knows weights.
#
# In both: 4,000 examples are many. How much penalty is wise?
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def honest(X, y, X_new, share):
#     seen = ...                                   # the sample's share of label 1
#     both = LogisticRegression(...).fit(X, y).predict_proba(X_new)
#     both = both * np.array([..., ...])           # a factor for each column
#     return both[:, 1] / ...
# ```
#
# </details>


# %% role="answer" id="honest"
def honest(X, y, X_new, share):
    """The probability of label 1 for new examples from a population with this share of label 1: shape (new examples,)."""
    ### BEGIN SOLUTION
    probabilities = LogisticRegression(penalty=0.001).fit(X, y).predict_proba(X_new)
    moved = probabilities * [(1 - share) / np.mean(y == 0), share / np.mean(y == 1)]  # the priors, exchanged
    return moved[:, 1] / moved.sum(axis=1)
    ### END SOLUTION


# %% role="check" id="check_honest" points=2
check("honest")

# %% role="hidden" id="test_honest" points=4

# %% [markdown]
# What you have used is **Bayes' rule**. The odds after looking are the odds before looking, times a factor: how much more often such
# features come under one label than under the other. Your model had learnt the factor rightly, and the odds before looking from the wrong place.
# <!-- term: Bayes' rule | odds after looking are odds before looking, times how much more likely the features are under one label. -->
#
# Look at your own model now. How sure is it, and how often is it right when it is sure? Where does the penalty take you? This
# cell is for you; nothing in it is scored. (The 379 patients come in two parts, 279 under `"train"` and 100 under `"test"`;
# without `split` you get all of them.)

# %% role="try" id="try_cancer"
tumours = datasets.load("cancer", split="train")
measures = standardise(tumours.X, learn_scale(tumours.X))
print(measures.shape, "standardised measures;", tumours.names[:3], "…;", f"{tumours.y.mean():.0%} malignant")

# %% [markdown]
# The penalty is a number that you choose and the gradient does not. Such a number is called a **hyperparameter**. One chooses it
# on a **validation set**: patients that the model did not learn from, and that do not judge it in the end either.
# <!-- term: hyperparameter | a number that is chosen by people, such as a penalty or a learning rate, not learnt by the gradient. -->
# <!-- term: validation set | examples kept aside to choose between models; not for learning, nor for the last judgement. -->
#
# ### Studio · `tumours` &nbsp; ●●● &nbsp; 50 min
#
# Predict malignancy for patients who are not in your files, as honestly as you can, with at most **31 numbers**.
#
# - `train(X, y, rng)` takes thirty readings each of 120 patients, (120, 30), drawn from your 379, their labels 0 or 1, and a
#   generator. It returns a list of arrays with **at most 31 numbers** in them altogether.
# - `predict(arrays, X)` takes these arrays and the readings of other patients. It returns the probability of label 1, shape
#   (examples,).
#
# **The readings are not the thirty measures.** Think of a new instrument with thirty sensors. Each sensor reads all thirty
# measures at once, some more and some less, as an electrode on the skin hears many muscles. Its zero point and its unit are
# its own, and its manual is lost. Each time you get another instrument. All patients of that time are read by the same one.
# In formulas: the measures are standardised, and each gets a factor of its own between $\tfrac1{20}$ and $20$. Then a random
# rotation mixes them. Each sensor adds a zero point and has a unit between 0.01 and 100. Now and then 1 stands for benign.
#
# **The rules.**
#
# - What was learnt passes through the arrays alone. `predict` runs in a new process that has seen no training and has no data.
# - Every number arrives rounded to `float32` and changed by about a thousandth of itself.
# - What you know about the radius of a nucleus will not help, and what you know about learning will. A weighted sum of the
#   measures is a weighted sum of the readings too, with other weights. So a neuron can say as much as before.
# - A formula costs nothing: what `predict` works out from the patient in front of it is free.
#
# **How it is judged.** Twenty times, each time with another instrument and another 120 patients to learn from. The patients who judge you are in no file
# of yours. Probabilities are kept within $[10^{-6}, 1 - 10^{-6}]$ before the log-loss is taken. What counts is the mean
# log-loss **above that of a model of ours** on the same patients. So it does not matter whether they are difficult ones. Ours
# is a logistic regression with a penalty. The base rate for everybody lies at about $+0.56$.
#
# | | nats above ours | for example |
# |---|---|---|
# | baseline, no points | $+0.30$ | a few steps downhill |
# | gets going | $+0.15$ | the right idea, far too timid |
# | good | $+0.055$ | a penalty chosen roughly |
# | excellent | $+0.012$ | a penalty chosen with care |
# | honour, nothing more to earn | $-0.008$ | several models averaged |
#
# Points rise in a straight line between the rows. When you hand in while the week is open, you are told your band on one half
# of the unseen patients. The grade uses the other half. You have the 379 patients to try things on, and the judge's own instruments:
# `studios.mixtures(rng, measures, spread=20)` draws one, a function from measures to readings. Hold some patients back, and measure each
# change more than once: a difference of $0.01$ on a hundred patients is often luck.
#
# <details><summary>A question to ask yourself</summary>
#
# Standardising needs 30 means and 30 spreads, and you may keep 31 numbers altogether. Is the standardised model not just
# another weighted sum of the *raw* readings? With which weights, and which bias?
#
# And: which model loses more on new patients, one that is a little too timid or one that is certain and sometimes wrong?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. Standardise the training patients and walk down with some penalty. Then take mean and spread into the weights:
#    $w_j (x_j - \mu_j)/\sigma_j$ is $(w_j/\sigma_j)\,x_j$ minus a constant. (If you do not want to open what `learn_scale`
#    remembers: a weighted sum is known once you know what it says at the origin and one step along each axis.)
# 2. Write yourself a judge: draw an instrument and 120 of the 379, train, take the log-loss on the rest, repeat ten times,
#    print mean and spread. Give each candidate the *same* draws.
# 3. Now vary one thing at a time: the penalty over several powers of ten; fewer steps in place of a penalty. Then train
#    twenty models, each on 120 rows drawn with replacement from the 120. How much do their weights differ? What does their
#    average say?
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def train(X, y, rng):
#     scale = learn_scale(...)
#     theta = descend(standardise(...), y, ..., ...)[-1]
#     raw_weights, raw_bias = ...
#     return [np.append(raw_weights, raw_bias)]
#
# def predict(arrays, X):
#     return np.exp(-log_loss(..., ...))
#
# def my_judge(train, predict, rounds=10):
#     data = datasets.load("cancer")
#     for k in range(rounds):
#         rng = np.random.default_rng(k)
#         order, instrument = rng.permutation(len(data.y)), studios.mixtures(rng, data.X, spread=20)
#         ...
# ```
#
# </details>


# %% role="studio" id="tumours"
def train(X, y, rng):
    """A list of arrays with at most 31 numbers, learnt from readings (patients, 30) and labels 0 or 1."""
    ### BEGIN SOLUTION
    X = np.asarray(X, dtype=float)
    scale = learn_scale(X)
    parameters = descend(standardise(X, scale), y, 0.005, 2000)[-1]
    corners = np.vstack([np.eye(X.shape[1]), np.zeros(X.shape[1])])  # the logits here tell all of the raw weights
    logits = standardise(corners, scale) @ parameters[:-1] + parameters[-1]
    return [np.append(logits[:-1] - logits[-1], logits[-1])]
    ### END SOLUTION


def predict(arrays, X):
    """The probability of label 1 for each row of X, from what `train` returned."""
    ### BEGIN SOLUTION
    (parameters,) = arrays
    return np.exp(-log_loss(np.asarray(X, dtype=float) @ parameters[:-1] + parameters[-1], np.ones(len(X))))
    ### END SOLUTION


# %% role="check" id="check_tumours" points=1
check("tumours")

# %% role="show" id="score_tumours"
score("tumours")

# %% role="hidden" id="test_tumours" points=9

# %% [markdown]
# **Keep a note.** Four lines for each experiment with the studio, in a file of your own: what you changed, what you expected,
# what came out, and how much that varies over three seeds.
#
# <details><summary>The authors' own log</summary>
#
# | changed | why tried | log-loss on patients held back, three seeds |
# |---|---|---|
# | the base rate for everybody | what knowing nothing costs | 0.66 to 0.67 |
# | standardised readings, penalty 1 | something that runs | 0.31 to 0.35 |
# | penalty 0.1 | less timid | 0.17 to 0.20 |
# | penalty 0.01 | less timid still | 0.13 to 0.15 |
# | penalty 0.0001 | how far does that go? | 0.22 to 0.25 |
# | penalty 0.005, twenty models averaged, each from rows drawn anew | less luck | 0.13 to 0.15 |
#
# Ten draws of an instrument and 120 patients for each seed. A penalty of 0.01 and the last row do not differ by more than the
# seeds do. On the unseen patients, with the same draws for each entry, averaging gained 0.008 over a penalty of 0.01, give or
# take 0.002. A penalty of 0.005 alone gained 0.007.
#
# </details>

# %% [markdown]
# ## Tree or not: an honest failure
#
# Here is the same model on another matter. An aeroplane photographed two places in Yellowstone; people drew a box round every
# tree. Below are squares of 24 × 24 pixels: half of them have a tree in the middle, the others have none near. One photograph
# is of a meadow, the other of a wood beside a road.

# %% role="show" id="show_squares"
explore.tree_squares()

# %% [markdown]
# Train *your* `LogisticRegression` on the colours of the western part of one photograph, and test it on the east of the same
# photograph and on the other one. (West and east do not overlap. Had squares been dealt out at random, training and test
# squares would share pixels, and the model would look better than it is.)

# %% role="show" id="show_trees"
explore.trees(lambda: LogisticRegression(penalty=0.1))

# %% [markdown]
# On its own photograph it names 84 to 95 of 100 squares rightly. On the other one it does little better than a coin: 53 and
# 56. Before you open the answer: why? Look at the squares again.
#
# <details><summary>Answer</summary>
#
# **What it learnt was true, and about something else.** On the meadow, what is not a tree is mostly bright grass, and
# trees stand by their shadows. Dark means tree, and a model whose only means are weighted sums of colours takes it. Beside
# the road, what is not a tree is often asphalt or deep shadow: dark means nothing there. Nothing in the loss said that
# the clue must hold elsewhere, and nothing in the data of one photograph could have said so. The test on the east of the same
# photograph is honest about *that photograph* and silent about any other.
#
# </details>
#
# **It did not say that it did not know.** Its log-loss elsewhere is above 0.8, worse than that of a model that says "50 %" to
# everything (0.69). A probability is honest only about the world that it was learnt in. The exercise on screening repaired
# one kind of change, for which we knew what stays the same and what does not. Here the *look* of both classes changes, and no
# factor repairs that.
#
# **A humbler clue travels better.** One number for each square, how much its brightness varies (a lit crown beside its own
# shadow), does much worse at home, and yet it is the better model elsewhere: 70 and 80 of 100. A colour is a fact about a
# place; contrast is nearer to what a tree *is*. Weeks 10 and 12 build features of that kind, and week 9 is about finding such
# failures before others do.
#
# Three questions to take along. Why so poor at home? (In the meadow's west 39 of 100 squares have a tree, in its east 77. Which
# exercise of this week knows what to do about *that*?) Would more squares of the meadow help? And what would you photograph
# next, if you could have one more flight?
#
# <details><summary>Answers</summary>
#
# - `honest`: the prior differs between west and east. If the share in the east were known, the probabilities could be moved.
# - No. They would tell more exactly what is true on the meadow.
# - A place unlike both: other ground, another hour of the day. What stays true in three places is more likely to hold in a fourth.
#
# </details>

# %% role="try" id="try_trees"
squares = datasets.load("trees", split="roadside")
print(squares.X.shape, "squares;", f"{squares.y.mean():.0%} with a tree")

# %% [markdown]
# ## A map
#
# **From earlier weeks** this one took arrays, broadcasting and standardising (week 1).
#
# **Where it goes.** Week 3 puts a layer of such neurons before the last one, and the hyperplane becomes a curve. Week 4 builds a
# machine that walks any graph backwards. Week 5 looks at penalties again, week 6 at better ways downhill, week 7 at more than
# two classes and at mending probabilities that came out too bold. Week 9 returns to the meadow: what to do when the world
# changes between training and use.
#
# **Sources.** Logits and the logistic curve: Berkson, *Application of the logistic function to bio-assay*, 1944; Cox, *The
# regression analysis of binary sequences*, 1958. When there is no lowest point: Albert and Anderson, *On the existence of
# maximum likelihood estimates in logistic regression models*, 1984; and what gradient descent does then: Soudry and others,
# *The implicit bias of gradient descent on separable data*, 2018. The perceptron: Rosenblatt, 1958. Steps and curvature: Boyd
# and Vandenberghe, *Convex Optimization*, 2004, chapter 9. Exponentials without accidents: Mächler, *Accurately computing
# log(1 − exp(−|a|))*, 2012. Proper scores: Brier, *Verification of forecasts expressed in terms of probability*, 1950;
# Gneiting and Raftery, *Strictly proper scoring rules, prediction, and estimation*, 2007. Samples with a chosen share: King
# and Zeng, *Logistic regression in rare events data*, 2001. Backwards on graphs: Baydin and others, *Automatic
# differentiation in machine learning: a survey*, 2018. The tumours: Street, Wolberg and Mangasarian, *Nuclear feature
# extraction for breast tumor diagnosis*, 1993. The trees: Weinstein and others, *DeepForest*, 2020. This week's arc follows
# the second week of Andrew Ng's first course on deep learning; text, pictures and exercises are our own.
