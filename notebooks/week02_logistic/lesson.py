# %% [markdown] role="week" needs="week01.standardise"
# # Week 2 · Logistic regression as a network
#
# A doctor draws a few cells from a lump in a breast through a fine needle, and looks at them under a microscope. In 1993 a
# group in Wisconsin let a computer outline the nuclei of such cells and take thirty measures of each sample: how large the
# nuclei are, how rough, how hollow their outlines, and how much all this varies. Later, each lump was found to be benign or
# malignant.
#
# What should a machine answer when it sees the next sample? Not *yes* or *no*: a doctor who hears "no" from a machine that
# was nearly undecided sends a patient home. It should answer with a **probability**, and the probability should be honest: of
# a hundred patients who hear "20 per cent", twenty should turn out to be ill.
#
# The machine of this week is the smallest network that can do that: one neuron. All that later networks need is here already:
# a score from weights, a loss, slopes, a walk downhill, and the question of whether it will still work tomorrow and
# elsewhere.
#
# **You need** arrays and broadcasting (week 1) and school algebra. Slopes are explained here. **You build** six pieces; each
# uses the ones before it. At the end you train a model on patients, and watch a model of trees fail.

# %% role="given" id="setup"
import numpy as np
import matplotlib.pyplot as plt
from autograder import datasets
from autograder.cases import check
import explore

# %% role="try" id="from_week_1"
import kit

learn_scale, standardise = kit.learn_scale, kit.standardise  # your own instead: kit.mine("learn_scale"), kit.mine("standardise")

# %% [markdown]
# ## One picture first
#
# Sort the tumours by one measure, the radius of their largest nuclei, cut the row into eleven groups, and look at the share
# of malignant ones in each. The bars are 90 % intervals: a group has about 34 patients, which is not many.

# %% role="show" id="show_shares"
explore.shares()

# %% [markdown]
# On the left the share climbs along an S. It must: a share cannot leave the range from 0 to 1. On the right stand the same
# groups, but in another unit. The **odds** of an event of probability $p$ are $p / (1 - p)$: a probability of $0.8$ is odds
# of 4, "four to one". Odds know no upper end, and their logarithm knows no lower end either. It is called the **logit**,
#
# $$ z = \log \frac{p}{1-p}, \qquad\text{and read backwards}\qquad p = \frac{1}{1 + e^{-z}} . $$
#
# In this unit the S is a line, near enough. A line is the simplest thing that can be learnt: a slope and a height. With
# thirty measures in place of one it is a **weighted sum**, one weight $w_j$ for each measure and a **bias** $b$:
#
# $$ z = x_1 w_1 + x_2 w_2 + \dots + x_d w_d + b . $$
#
# That is one neuron. With the S on top, which is called a **sigmoid**, it is logistic regression. For all examples at once, with one example a row as
# everywhere in this course, the scores are `X @ w + b`. Weights have a meaning: when $x_j$ grows by one, the odds are
# multiplied by $e^{w_j}$, whatever the other measures are.
#
# Two questions are left. Which weights are good? And how does one find them? The second needs slopes, so we start there.

# %% [markdown]
# ## Slopes, and how they travel
#
# Let $J$ be a number that depends on a number $a$. Nudge $a$ by a little, $\varepsilon$, and see how much $J$ moves. The
# **slope** of $J$ in $a$ is the ratio of the two moves, for a nudge too small to matter:
#
# $$ \frac{dJ}{da} \approx \frac{J(a + \varepsilon) - J(a)}{\varepsilon} . $$
#
# A slope is a promise about small nudges only. Move the sliders: does it matter for the broken part where you stand, and how
# does it shrink when you halve the nudge?

# %% role="show" id="show_nudge"
explore.nudge()

# %% [markdown]
# The broken part falls to a *quarter* when the nudge is halved: it goes with $\varepsilon^2$. That is why a slope can be
# measured: nudge to both sides by $\pm\varepsilon$ and divide the difference by $2\varepsilon$, and the errors of the two
# sides cancel as well. This is how your answers will be checked this week: your slope against a measured one.
#
# Five slopes are enough for today. Each follows from the ratio above by school algebra, or is looked up once in a life:
#
# | | $x + k$ | $k x$ | $x^2$ | $1/x$ | $\log x$ |
# |---|---|---|---|---|---|
# | slope in $x$ | $1$ | $k$ | $2x$ | $-1/x^2$ | $1/x$ |
#
# Large formulas are small steps one after the other. Draw each step as a node and each "is used in" as an arrow, and you have
# a **computation graph**. Here is the function of the explorer above, $J = (ab + c)\,a$, in three steps, at $a = 2$, $b = 3$,
# $c = -1$:

# %% role="show" id="show_graph"
explore.graph()

# %% [markdown]
# The framed number on an arrow is a *local* slope: how much its head moves for a small move of its tail, all else kept. It needs
# only the one step at hand. The numbers below the boxes are what we are after: how much $J$ moves when this node is nudged *and
# everything after it follows*. They come from two rules.
#
# **Along a path, slopes multiply.** Nudge $b$ by $\varepsilon$. Then $u$ moves by $2\varepsilon$, so $v$ moves by
# $2\varepsilon$, so $J$ moves by $2 \cdot 2\varepsilon$. The slope of $J$ in $b$ is 4. This is the *chain rule*.
#
# **Over several paths, slopes add.** $a$ reaches $J$ twice: directly, which brings $5$, and through $u$ and $v$, which brings
# $3 \cdot 1 \cdot 2 = 6$. The slope is 11. Whoever forgets a path gets a wrong slope without an error message.
#
# There may be very many paths. So one works **backwards**: begin at $J$ with 1; then, for a node all of whose arrows lead to
# nodes that are done, sum (slope of the head × number on the arrow) over its arrows. Each arrow is used once. That is
# *backpropagation*, all of it. Networks with a billion weights do just this.
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
# ### Exercise · `tin_slopes` &nbsp; ●○○ &nbsp; 25 min
#
# `tin(radius, height)` above runs the graph forwards. `tin_slopes(radius, height)` runs it backwards: it returns a dictionary
# that gives the slope of the *cost* in each of `"metal"`, `"content"`, `"wall"`, `"base"`, `"height"`, `"radius"`. A right
# answer
#
# - says for each node how much the cost moves when that node is nudged and everything *after* it follows (nothing before it
#   does);
# - works for numbers and for arrays of any shape, element by element, in the float type that came in;
# - leaves its inputs as they were.
#
# At radius 1 and height 2 the metal is $6\pi$ and the content $2\pi$: the cost is 3. Its slope in the radius is $-2$ and in
# the height $-\tfrac12$.
#
# <details><summary>A question to ask yourself</summary>
#
# From which nodes do two arrows leave? Each of them gets a sum of two products, all others one product. Which node is the
# first whose slope you can write down, and which are the next?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. The cost is a quotient. Its slope in the numerator and in the denominator come from the table above ($kx$ and $1/x$).
# 2. Go backwards: metal and content, then wall and base, then height and radius. For each node, look where its arrows lead.
# 3. Check with a nudge: change the height by $10^{-6}$, call `tin` twice, divide. Nudging the *base* is harder, since `tin`
#    computes it: write its two successors by hand.
#
# </details>
# <details><summary>A sibling, solved</summary>
#
# For the graph with $a$, $b$, $c$ above:
#
# ```python
# def slopes(a, b, c):
#     v = a * b + c
#     to_v = a                       # J = v * a
#     to_u = to_v * 1                # v = u + c
#     to_c = to_v * 1
#     to_b = to_u * a                # u = a * b
#     to_a = to_u * b + v            # two paths: through u, and directly
#     return {"v": to_v, "u": to_u, "c": to_c, "b": to_b, "a": to_a}
# ```
#
# </details>

# %% role="answer" id="tin_slopes"
def tin_slopes(radius, height):
    """The slope of the tin's cost in each node but the cost itself: a dictionary."""
    ### BEGIN SOLUTION
    node = tin(radius, height)
    of_metal = 1 / node["content"]
    of_content = -node["cost"] / node["content"]
    of_base = 2 * of_metal + height * of_content
    of_height = 2 * np.pi * radius * of_metal + node["base"] * of_content
    of_radius = 2 * np.pi * (radius * of_base + height * of_metal)
    return {"metal": of_metal, "content": of_content, "wall": of_metal, "base": of_base,
            "height": of_height, "radius": of_radius}
    ### END SOLUTION


# %% role="check" id="check_tin_slopes" points=1
check("tin_slopes")

# %% role="hidden" id="test_tin_slopes" points=2

# %% [markdown]
# A remark for later. The slopes in radius and height are simple here because the cost can be simplified to
# $2/\text{height} + 2/\text{radius}$. Nobody simplifies a network. The backward walk gives the same numbers without any
# cleverness, for about the price of the forward one.
#
# ## Surprise
#
# Which weights are good? Those whose probabilities are not surprised by what happened. If a model gave the probability $q$ to
# what then happened, its **surprise** is $-\log q$: nothing for a certainty that came true, $\log 2 \approx 0.69$ for a
# coin's toss, and without end for "impossible". The unit is the *nat*. Two independent events have the product of their
# probabilities, so their surprises add up. The mean surprise over the examples is the **log-loss** (or cross-entropy), and it
# is what we will make small.
#
# Write $y = 1$ for malignant and $y = 0$ for benign, and let $z$ be the logit of malignant. The probability given to what
# happened is $p$ for $y = 1$ and $1 - p$ for $y = 0$. On the left are the two surprises. On the right is the first one, as it
# comes out when the formula $-\log\frac{1}{1 + e^{-z}}$ is typed as it stands, in the float type that most networks use.

# %% role="show" id="show_surprise"
explore.surprise()

# %% [markdown]
# A model that is sure and wrong (far left) gets `inf`, and after one step downhill every weight is `nan`. A model that is
# sure and right (far right) gets exactly 0, as if nothing were left to learn. Both are accidents of rounding: $e^{100}$ does
# not fit into a float32, and $1 + e^{-17}$ is rounded to 1. The true loss is harmless on both sides: nearly $-z$ on the left,
# nearly $e^{-z}$ on the right.
#
# ### Exercise · `log_loss` &nbsp; ●●○ &nbsp; 30 min
#
# `log_loss(logits, y)` returns each example's surprise, in nats. `logits` is an array of any shape and any float type, `y`
# holds as many labels 0 or 1, as integers, floats or truth values. What comes out has the shape and float type of `logits`. A
# right answer
#
# - is the surprise: $e^{-\text{loss}}$ is the probability that the model gave to what happened. So the two losses that one
#   logit can have give two such numbers that sum to one, and the two losses differ by just the logit;
# - is fair: turning the sign of every logit and every label round changes nothing;
# - is right to a few roundings *relative to its own size* for any logit that the float type can hold. At $z = 40$ and $y = 1$
#   it is $4.2 \cdot 10^{-18}$, not 0, and at $z = -10{,}000$ it is $10{,}000$ (0 is right only where the loss is smaller than
#   any number of the type);
# - leaves its inputs as they were, and gives an empty array for an empty one.
#
# At odds of three to one ($z = \log 3$) the loss is $\log\tfrac43$ if the label is 1 and $\log 4$ if it is 0.
#
# <details><summary>A question to ask yourself</summary>
#
# There are two labels, but is there more than one curve? What would you have to do to the logit of a benign tumour so that
# one formula serves for both? Then, for that one curve: which of $e^{z}$ and $e^{-z}$ is harmless for which sign of $z$?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. Give each example a *margin*: the logit, turned round where the label is 0. Beware of label types: what is minus one in
#    `uint8`?
# 2. The loss is $\log(1 + e^{-\text{margin}})$, which is $\log(e^0 + e^{-\text{margin}})$.
# 3. Take the larger of the two exponents out of the sum, so that what remains under the exponential is never positive.
# 4. $\log(1 + t)$ for tiny $t$ has a function of its own in NumPy, since $1 + t$ forgets $t$. NumPy even has one for all of
#    step 3 and 4.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def log_loss(logits, y):
#     margin = np.where(..., ..., ...)
#     outside = np.maximum(..., 0)             # what was taken out of the sum
#     return outside + np.log1p(np.exp(...))   # never a positive exponent
# ```
#
# </details>

# %% role="answer" id="log_loss"
def log_loss(logits, y):
    """The surprise of each example, in nats: shape and float type of `logits`."""
    ### BEGIN SOLUTION
    return np.logaddexp(0, np.where(y == 1, -logits, logits))
    ### END SOLUTION


# %% role="check" id="check_log_loss" points=2
check("log_loss")

# %% role="hidden" id="test_log_loss" points=4

# %% [markdown]
# ## One neuron, backwards
#
# The neuron is a graph as well: measures and weights make the logit $z$, the logit makes the probability $p$, and with the
# label it makes the surprise. Walk it backwards for *one* example. The local slope of $p = 1/(1 + e^{-z})$ in $z$ follows
# from the table, with $e^{-z}$ having the slope $-e^{-z}$:
#
# $$ \frac{dp}{dz} = \frac{e^{-z}}{(1 + e^{-z})^2} = \frac{1}{1+e^{-z}} \cdot \frac{e^{-z}}{1+e^{-z}} = p\,(1 - p) . $$
#
# A malignant tumour ($y = 1$) has the surprise $-\log p$, with slope $-1/p$ in $p$. Times $p(1-p)$ this is $p - 1$. A benign
# one has $-\log(1 - p)$, with slope $1/(1-p)$ in $p$; times $p(1-p)$ this is $p$. Both are one sentence:
#
# > **The slope of the surprise in the logit is what was promised minus what happened.**
#
# All the curls have cancelled. A tumour that was called 0.9 and was malignant pulls its logit up with force $0.1$; had it
# been benign, it would push it down with force $0.9$. Nobody pushes with more than 1, however wrong the model is. The rest of
# the way back, from the logit to the weights, is left to you: it is a short one.
#
# Two things are added. Examples can have **weights** $s_i \ge 0$ of their own, "this row counts twice": then the loss is the
# weighted mean of the surprises $\ell_i$. And large weights $w$ can be made to cost something, for a reason that will become
# clear in the next section:
#
# $$ J(w, b) \;=\; \frac{\sum_i s_i\, \ell_i}{\sum_i s_i} \;+\; \frac{\lambda}{2} \sum_j w_j^2 . $$
#
# The second part is the **ridge penalty**. The bias is left out of it: how common the illness is should not be held against a
# model.
#
# Last, speed. The loss is a mean over all examples, and later weeks have many. The same sum of products, in a Python loop and
# as an array product:

# %% role="show" id="show_race"
explore.race()

# %% [markdown]
# ### Exercise · `slopes` &nbsp; ●●○ &nbsp; 40 min
#
# `slopes(theta, X, y, penalty, weight=None)` returns the gradient of $J$: its slope in each parameter, an array of the shape
# of `theta`.
#
# - `theta`, of shape (features + 1,), holds the weights $w$ and, as its last entry, the bias $b$;
# - `X` has shape (examples, features), `y` holds labels 0 or 1 (integers, floats or truth values), `penalty` is $\lambda$;
# - `weight`, of shape (examples,), holds the $s_i$; `None` means that all examples count alike.
#
# A right answer
#
# - agrees with a measured slope of $J$ in any direction;
# - does not change when all $s_i$ are multiplied by one number, and takes a row that counts three times for three rows;
# - stays finite and right however large the logits are, takes float32 as it takes float64, one example, one feature, or no
#   feature at all;
# - leaves its inputs as they were;
# - takes 600,000 examples without a Python loop over them: in half of such a loop's time at most. We measure both on the same
#   machine, at the same moment.
#
# For one malignant example with $x = (2)$, at weights and bias zero and without penalty, the gradient is $(-1, -\tfrac12)$.
#
# <details><summary>A question to ask yourself</summary>
#
# One example, one weight: how much does its logit move when that weight is nudged? And when the bias is nudged? Now the loss
# adds up over examples: which of the two axes of `X` is summed over, and which one stays?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. The logits of all examples, at once.
# 2. Their probabilities. You have a stable function that returns $-\log$ of a probability already: which label must you tell
#    it?
# 3. For each example, the force on its logit, times the share with which it counts. Shares sum to one.
# 4. For each weight, sum over examples (force × how much this weight moves this logit). That is one matrix product. Then the
#    penalty's slope.
# 5. The bias moves every logit by the same amount, and has no penalty.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def slopes(theta, X, y, penalty, weight=None):
#     share = ...                        # (examples,), sums to one
#     chance = np.exp(-log_loss(..., ...))
#     force = ...                        # (examples,)
#     for_weights = ... @ force + ...    # (features,)
#     for_bias = ...
#     return np.append(for_weights, for_bias)
# ```
#
# </details>

# %% role="answer" id="slopes"
def slopes(theta, X, y, penalty, weight=None):
    """The gradient of the penalised mean surprise, of the shape of `theta` (weights, then the bias)."""
    ### BEGIN SOLUTION
    counts = np.ones(len(X)) if weight is None else weight
    logits = X @ theta[:-1] + theta[-1]
    pull = (np.exp(-log_loss(logits, np.ones_like(logits))) - y) * (counts / np.sum(counts))
    return np.append(pull @ X + penalty * theta[:-1], pull.sum())
    ### END SOLUTION


# %% role="check" id="check_slopes" points=2
check("slopes")

# %% role="hidden" id="test_slopes" points=4

# %% [markdown]
# ## Downhill
#
# The gradient points to where the loss rises fastest. So go the other way: from a place $\theta$, step to
# $\theta - \eta \cdot \text{gradient}$, and again. The number $\eta$ is the **learning rate**. How large may it be?
#
# Look at one dimension, and let $e$ be the distance to the lowest point. There the slope is zero, and on the way to it the
# slope changes by the curvature $c$ (the slope of the slope) for each unit of distance. So the slope here is $c\,e$, with
# some mean curvature $c$ of the stretch between, and one step takes
#
# $$ e \;\longrightarrow\; e - \eta\, c\, e = (1 - \eta c)\, e . $$
#
# Everything is in that factor. If the curvature is never above $C$, then with $\eta = 1/C$ the factor lies between 0 and 1:
# the walk never overshoots. If it is never below some $m > 0$, the factor is at most $1 - m/C$, *the same at every step*: the
# distance falls by a constant factor, and on logarithmic paper it is a straight line. With $\eta > 2/c$ the factor is below
# $-1$ and the walk leaves for good. In several dimensions all this holds along every direction at once, so $C$ must be the
# curvature of the *steepest* direction and $m$ that of the flattest: a long narrow valley ($C/m$ large) is slow, and
# standardised features make it rounder.
#
# For our loss $C$ is known beforehand. The slope of the surprise in the logit is $p$ minus a constant; its slope, in turn, is
# $p(1-p)$, which is never above $\tfrac14$, whatever the data. With one feature and no bias, nudging $w$ by $\varepsilon$
# moves the logit by $x\varepsilon$ and so the slope by $p(1-p)\,x^2\varepsilon$: the curvature of the surprise is at most
# $x^2/4$, and the penalty adds $\lambda$.
#
# Walk. The picture on the left is the loss over weight and bias for one measure of the tumours; on the right, the distance
# left to go. For one standardised feature and its bias, $C$ is $\tfrac14 + \lambda$, so arrival is promised below a learning
# rate of $2/C$, nearly 8. What happens at 12, and at 20? (Near the star the model is sure of most tumours, and $p(1-p)$ is
# far below $\tfrac14$: that is why the walk survives longer than promised.) What happens at a penalty of 1 with the same rate
# of 4? Take *standardised* away: why does no learning rate help much then?

# %% role="show" id="show_walk"
explore.walk()

# %% [markdown]
# ### Without a penalty there may be nowhere to arrive
#
# With all thirty measures something odd happens. There is a plane that has *every* one of the 379 public tumours on its right
# side. (The picture found it with the oldest learning rule there is, the perceptron of 1958: as long as something lies on the
# wrong side, add the worst one.) Let $w, b$ be such a plane, so that every margin is positive. Then $2w, 2b$ has margins
# twice as large, and each surprise is smaller. And $4w, 4b$ is better still. The loss falls towards 0 along this direction
# and never gets there: **the data are separable, and the unpenalised loss has no lowest point**. Whatever answer you would
# print depends on when you stopped walking. Its probabilities become 0 and 1: the model is certain of everything.

# %% role="show" id="show_no_end"
explore.no_end()

# %% [markdown]
# A penalty ends this. Along any direction of the weights $\lambda/2$ times the squared length grows without end (along the
# bias, which pays nothing, the loss itself grows as soon as both labels occur), so there is a lowest point, and since the
# penalty bends the valley upwards everywhere ($m \ge \lambda$ for the weights) there is only one. It is a property of data
# and $\lambda$, not of the walk: any method may look for it. With $\lambda > 0$ the answer is also a better one, as the
# studio will show: thirty measures and some hundred patients always leave room for luck.
#
# ### Exercise · `descend` &nbsp; ●●● &nbsp; 50 min
#
# `descend(X, y, penalty, steps, weight=None)` walks from the origin towards the lowest point of $J$, and returns its
# **path**: an array of shape (steps + 1, features + 1), a row for each place, the starting row of zeros included. Any method
# is allowed, and a step is whatever your method calls a step. (`X`, `y`, `penalty` and `weight` are as in `slopes`; there is
# at least one example of each label unless said otherwise.) A right answer
#
# - arrives: for up to five standardised features, a penalty between 0.1 and 3, and labels of which neither is rarer than one in
#   four, the last of 300 steps is a hundred thousand times nearer to the lowest point than the start was;
# - arrives at a *rate*: in such a case, every 40 steps make the distance at least five times smaller, until that is reached;
# - does not depend on luck with units: with features a hundred times as large or as small, it still ends lower than it began,
#   and lower after 200 steps than after 50;
# - without a penalty on examples with a clear gap between the labels stays finite, and gets lower and lower, below a tenth of
#   where it started after 1,000 steps;
# - takes `steps` of 0, no feature at all, float32, and leaves its inputs as they were.
#
# For an empty `X` of shape (4, 0) and the labels $1, 1, 1, 0$ the lowest point is a bias of $\log 3$.
#
# <details><summary>A question to ask yourself</summary>
#
# The largest curvature for one feature without bias is given in the text. What is it if there is only a bias? A bias is a
# weight: of which feature? Then: how does a nudge of length $\varepsilon$ in *some* direction of (weights, bias) move one
# example's logit, at the very most?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. Append to `X` a column that turns the bias into one more weight. Call a row of it $\tilde x$.
# 2. A nudge of length $\varepsilon$ moves a logit by at most $|\tilde x|\,\varepsilon$. So the curvature is at most a quarter
#    of the (weighted) mean of $|\tilde x|^2$, plus the penalty. (The largest eigenvalue of the weighted mean of
#    $\tilde x \tilde x^\top$ is smaller, and so gives longer steps: `np.linalg.eigvalsh`.)
# 3. The learning rate is one over that. Compute it once.
# 4. Make an array for the path, fill it row by row with your `slopes`.
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
    counts = np.ones(len(X)) if weight is None else np.asarray(weight, float)
    tilted = np.column_stack([X, np.ones(len(X))]).astype(float)
    moments = (tilted.T * counts) @ tilted / counts.sum()
    rate = 1 / (np.linalg.eigvalsh(moments).max() / 4 + penalty)
    path = np.zeros((steps + 1, tilted.shape[1]))
    for k in range(steps):
        path[k + 1] = path[k] - rate * slopes(path[k], X, y, penalty, weight)
    return path
    ### END SOLUTION


# %% role="check" id="check_descend" points=2
check("descend")

# %% role="hidden" id="test_descend" points=5

# %% [markdown]
# ## A model that one can hand over
#
# A colleague who uses your model should not have to know that labels are 0 and 1, or how many steps it takes. The custom, set
# by scikit-learn, is an object with two methods: `fit` looks at examples and remembers what it needs, `predict_proba` answers
# for new ones. Such an object makes promises that hold whatever is inside, and promises can be tested without knowing the
# right answer:
#
# - a row that counts twice is two rows: copying rows and weighting them are the same;
# - names of classes are only names: exchange them everywhere, and the columns of the answer are exchanged;
# - examples are a set: their order means nothing;
# - what it learnt before, it forgets at the next `fit`.
#
# ### Exercise · `logistic` &nbsp; ●●○ &nbsp; 45 min
#
# Write the class `LogisticRegression(penalty=0.01)`.
#
# - `fit(X, y, weight=None)` takes examples (examples, features), on the scale that standardising gives, and one label for
#   each. Labels are any two different values that can be sorted: 0 and 1, $-1$ and 1, `False` and `True`, 2.0 and 4.0,
#   `"benign"` and `"malignant"`. It finds the lowest point of the penalised (weighted) loss, and returns the model itself, so
#   that calls can be chained. Where `y` has not exactly two different values, it raises a `ValueError` that says what it found.
# - `classes_` then holds the two labels, the smaller one first.
# - `predict_proba(X)` returns shape (examples, 2): a column for each class in the order of `classes_`, rows that sum to one.
#
# A right answer keeps the four promises above; has every probability within 0.002 of that of the true lowest point, for up to
# thirty features and penalties from 0.01 to 3; gives finite probabilities for examples however far out; answers each example on
# its own; answers one new example, or none at all; takes float32; leaves its inputs as they were; and two models do not share what they
# learnt.
#
# Eight examples without a single feature, `X = np.zeros((8, 0))`, six of which are called 7 and two of which are called 3,
# give every new example the probabilities $\tfrac14$ and $\tfrac34$.
#
# <details><summary>A question to ask yourself</summary>
#
# Which of your pieces does `fit` need, and in what form do they want the labels? Which number of steps is enough for the
# flattest direction of thirty features at a penalty of 0.01? (How would you see that it was enough?)
#
# </details>
# <details><summary>A plan</summary>
#
# 1. `np.unique` sorts the labels and, asked with `return_inverse=True`, says for each example which of them it has, as 0 or
#    1.
# 2. If there are not two, say so and stop.
# 3. Walk, keep the last place of the path. Two thousand steps of plain descent are enough, and take a fraction of a second.
# 4. For new examples: logits, then both probabilities. `np.exp(-log_loss(...))` gives either of them, stably.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def fit(self, X, y, weight=None):
#     self.classes_, which = np.unique(y, return_inverse=True)
#     if ...:
#         raise ValueError(...)
#     self.theta = descend(..., which, ..., ..., weight)[...]
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

    def __init__(self, penalty=0.01):
        """Remember how much large weights cost."""
        ### BEGIN SOLUTION
        self.lam = penalty
        ### END SOLUTION

    def fit(self, X, y, weight=None):
        """Learn from examples (examples, features) and their labels; return the model."""
        ### BEGIN SOLUTION
        self.classes_, target = np.unique(y, return_inverse=True)
        if len(self.classes_) != 2:
            raise ValueError(f"two classes are needed, y has {len(self.classes_)}: {self.classes_[:5]}")
        self.place = descend(X, target, self.lam, 2000, weight)[-1]
        return self
        ### END SOLUTION

    def predict_proba(self, X):
        """The probability of each class, shape (examples, 2), columns in the order of `classes_`."""
        ### BEGIN SOLUTION
        scores = X @ self.place[:-1] + self.place[-1]
        return np.exp(-log_loss(np.column_stack([scores, scores]), np.array([0, 1])))
        ### END SOLUTION


# %% role="check" id="check_logistic" points=2
check("logistic")

# %% role="hidden" id="test_logistic" points=5

# %% [markdown]
# ## Honest probabilities
#
# When is a forecaster honest? A first idea: of all days on which she says 30 %, it rains on 30 %. That is **calibration**,
# and the *gap* to it can be measured. But look at the third forecaster. She looks up once how often it rains, and says that
# number every day. Her gap is zero, and she has told nobody anything.

# %% role="show" id="show_forecasters"
explore.forecasters()

# %% [markdown]
# The other two numbers cannot be fooled. Say it rains with probability $p$ and the forecaster says $q$. The surprise she must
# expect is
#
# $$ L(q) = -p \log q - (1 - p) \log(1 - q), \qquad \frac{dL}{dq} = \frac{q - p}{q\,(1 - q)} . $$
#
# The slope is negative below $p$ and positive above it: *the lowest expected surprise is had by saying the truth*, and
# nothing else does as well. A score with this property is called **proper**. The Brier score, the mean of $(q - y)^2$, is
# proper too: its slope is $2(q - p)$. Accuracy is not: it cannot tell 51 % from 99 %. Being proper, log-loss rewards knowing
# something *and* being honest about it. This is why we train with it and why we judge with it.
#
# Now a trap that no training loss can see. Your 379 tumours come from a hospital, and 37 % of them are malignant. Among women
# who come for screening, malignant lumps are far rarer. A model that learnt in the hospital and is used in the screening is
# wrong about *everybody*, in the same direction. What exactly is wrong with it? By Bayes' rule, for a patient with measures
# $x$,
#
# $$ \underbrace{\frac{P(1 \mid x)}{P(0 \mid x)}}_{\text{odds after looking}} \;=\; \underbrace{\frac{P(x \mid 1)}{P(x \mid 0)}}_{\text{how much } x \text{ speaks for } 1} \times \underbrace{\frac{P(1)}{P(0)}}_{\text{odds before looking}} . $$
#
# If malignant lumps look alike in both places, and benign ones too, then the middle factor is the same. Only the last one
# differs: and it depends on who was collected, not on the patient.
#
# ### Exercise · `honest` &nbsp; ●●● &nbsp; 40 min
#
# `honest(X, y, X_new, share)` learns from a collected sample (`X`, `y`, labels 0 and 1) and returns the probability of label
# 1, of shape (new examples,), for the examples `X_new`, which come from a population in which the share of label 1 is `share`
# (between 0 and 1, neither included). The sample's own share may be anything, because somebody chose it; but *within* each
# label, sample and population look alike. Features are on the scale that standardising gives. A right answer
#
# - is honest: against known probabilities, on thousands of new examples, its expected log-loss exceeds the best possible one
#   by little (0.015 nats, after learning from 4,000 examples with three features);
# - knows what it cannot know: where the features say nothing, it answers `share` for everybody (to within 0.01);
# - rises for everybody when `share` rises, and is a probability, finite, for examples however far out and for any share;
# - does not depend on how lopsided the sample was;
# - takes one new example, or none, and leaves its inputs as they were.
#
# If half of a sample has label 1 and an example's features say nothing, the model calls it even. In a population where one in
# ten has label 1, that same example must get $0.1$.
#
# <details><summary>A question to ask yourself</summary>
#
# Your model learnt $P(1 \mid x)$ as it is in the *sample*. Which of the three factors of Bayes' rule does it have wrong, by
# what factor, and what does that do to the logit? Or, another way: what would you have to do to the sample so that it looks
# as if drawn from the population?
#
# </details>
# <details><summary>A plan</summary>
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
    seen = np.mean(y)
    both = LogisticRegression(penalty=0.001).fit(X, y).predict_proba(X_new)
    both = both * [(1 - share) / (1 - seen), share / seen]
    return both[:, 1] / both.sum(axis=1)
    ### END SOLUTION


# %% role="check" id="check_honest" points=2
check("honest")

# %% role="hidden" id="test_honest" points=4

# %% [markdown]
# Look at your own model now. How sure is it, and how often is it right when it is sure? Where does the penalty take you? This
# cell is for you; nothing in it is scored. (The 379 patients come in two parts, 279 under `"train"` and 100 under `"test"`;
# without `split` you get all of them.)

# %% role="try" id="try_cancer"
tumours = datasets.load("cancer", split="train")
measures = standardise(tumours.X, learn_scale(tumours.X))
print(measures.shape, "standardised measures;", tumours.names[:3], "…;", f"{tumours.y.mean():.0%} malignant")

# %% [markdown]
# ### Studio · `tumours` &nbsp; ●●● &nbsp; 120 min
#
# Predict malignancy for patients who are not in your files, as honestly as you can, with at most **31 numbers**.
#
# - `train(X, y, rng)` gets 120 patients (drawn from your 379), measures (120, 30) and labels 0 or 1, and a generator. It returns
#   what it learnt: a list of arrays with at most 31 numbers in all. They are rounded to float32 and changed by about a
#   thousandth of themselves when they are stored.
# - `predict(arrays, X)` gets just that, in a fresh process without the data, and the measures of other patients; it returns
#   the probability of label 1, shape (examples,).
#
# You are judged ten times, each time on other 120 patients to learn from. Each time the columns are shuffled, each column is
# given another unit (multiplied by some number between 0.01 and 100), and now and then 1 stands for benign, all this alike in
# training and test. So nothing that you know about column 17 will help; what you know about learning will. The patients who
# judge you are the same for everybody, and in no file of yours. Probabilities are kept within $[10^{-6}, 1 - 10^{-6}]$ before
# the log-loss is taken.
#
# The score is the mean log-loss **above that of a plain ridge model of ours** ($\lambda = 0.01$, standardised measures),
# trained and tested on the same patients: so it does not matter whether they are difficult ones. Saying the base rate to
# everybody lies at about $+0.56$.
#
# | | baseline, no points yet | gets going | good | excellent |
# |---|---|---|---|---|
# | nats above ours | $+0.30$ | $+0.15$ | $+0.055$ | $+0.012$ |
#
# Below zero is possible. You have the 379 patients to try things on: hold some back, and measure what you change more than
# once. A difference of $0.01$ on a hundred patients is often luck.
#
# <details><summary>A question to ask yourself</summary>
#
# Standardising needs 30 means and 30 spreads, and you may keep 31 numbers altogether. Is the standardised model not just
# another weighted sum of the *raw* measures? With which weights, and which bias?
#
# And: which model loses more on new patients, one that is a little too timid or one that is certain and sometimes wrong?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. Standardise the training patients and walk down with some penalty. Then take mean and spread into the weights:
#    $w_j (x_j - \mu_j)/\sigma_j$ is $(w_j/\sigma_j)\,x_j$ minus a constant. (If you do not want to open what `learn_scale`
#    remembers: a weighted sum is known once you know what it says at the origin and one step along each axis.)
# 2. Write yourself a judge: draw 120 of the 379, train, take the log-loss on the rest, repeat ten times, print mean and
#    spread. Give each candidate the *same* draws.
# 3. Now vary one thing at a time: the penalty over several powers of ten; fewer steps in place of a penalty; what happens to
#    outliers.
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
#         order = np.random.default_rng(k).permutation(len(data.y))
#         ...
# ```
#
# </details>

# %% role="studio" id="tumours"
def train(X, y, rng):
    """A list of arrays with at most 31 numbers, learnt from measures (patients, 30) and labels 0 or 1."""
    ### BEGIN SOLUTION
    X = X.astype(float)
    scale = learn_scale(X)
    place = descend(standardise(X, scale), y, 0.005, 2000)[-1]
    corners = np.vstack([np.eye(X.shape[1]), np.zeros(X.shape[1])])  # the model's scores here tell all of its raw weights
    said = standardise(corners, scale) @ place[:-1] + place[-1]
    return [np.append(said[:-1] - said[-1], said[-1])]
    ### END SOLUTION


def predict(arrays, X):
    """The probability of label 1 for each row of X, from what `train` returned."""
    ### BEGIN SOLUTION
    (place,) = arrays
    scores = X.astype(float) @ place[:-1] + place[-1]
    return np.exp(-log_loss(scores, np.ones_like(scores)))
    ### END SOLUTION


# %% role="check" id="check_tumours" points=1
check("tumours")

# %% role="hidden" id="test_tumours" points=9

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
# 56. Before you read on: why? Look at the squares again.
#
# **What it learnt was true, and about something else.** On the meadow, whatever is not a tree is mostly bright grass, and
# trees stand by their shadows: dark means tree, and a model whose only means are weighted sums of colours takes it. Beside
# the road, whatever is not a tree is often asphalt or deep shadow: dark means nothing there. Nothing in the loss said that
# the clue must hold elsewhere, and nothing in the data of one photograph could have said so. The test on the east of the same
# photograph is honest about *that photograph* and silent about any other.
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
# Why so poor at home? In the meadow's west 39 of 100 squares have a tree, in its east 77. Which exercise of this week knows
# what to do about *that*?
#
# Two questions to take along. Would more squares of the meadow help? And what would you photograph next, if you could have
# one more flight?

# %% role="try" id="try_trees"
squares = datasets.load("trees", split="roadside")
print(squares.X.shape, "squares;", f"{squares.y.mean():.0%} with a tree")

# %% [markdown]
# ## A map
#
# **From earlier weeks** this one took arrays, broadcasting and standardising (week 1).
#
# **Where it goes.** Week 3 puts a layer of such neurons before the last one, and the plane becomes a curve. Week 4 builds a
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
#
# ## A way on when stuck
#
# After an hour on one exercise, open the third step of its help. Then go on: where a later exercise needs an earlier one, it
# is judged with a working piece in place of a broken one, so one hole does not sink the rest. `workbook solution` opens the
# reference of an exercise after one graded attempt. Taking help costs nothing.
