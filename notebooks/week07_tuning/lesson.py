# %% [markdown] role="week" needs="week02.log_loss tape"
# # Week 7 · Tuning, batch norm, softmax
#
# It is evening. You have a network that trains in twenty minutes, four numbers that nobody can tell you, and a machine that is
# yours until the morning. That makes 25 trainings. Which settings do you try? And in the morning, when 25 scores lie on the
# table: which one do you keep, and how good will it *really* be?
#
# Most people answer both questions by feeling. This week you answer them by counting. Then you take away part of the problem:
# a layer that makes a network care much less about those numbers. And you give the network its last missing part, one
# question with many answers in the place of many questions with two, with probabilities that can be believed.
#
# **You need** log-loss (week 2), backpropagation (weeks 3 and 4), and mini-batches (week 6). **You build** six pieces: a curve that says
# what trials are worth, scales to draw from, a softmax that never overflows, its thermometer, batch norm forwards and
# backwards, and in the studio a tuner. From this week on your kit also holds `tape`, the engine of week 4 over arrays. Reading
# takes about 75 minutes of the week. The house rules of week 1 hold.

# %% role="given" id="setup"
import math

import matplotlib.pyplot as plt
import numpy as np

import explore
from autograder.cases import check, score
from autograder.explore import guess

# %% role="try" id="from_before"
import kit

log_loss, tape = kit.log_loss, kit.tape  # your own instead of the first: kit.mine("log_loss")

# %% [markdown]
# ## Ten minutes from before
#
# Three small tasks from weeks 6, 4 and 2. Nothing here is graded. Change the marked line of each cell and run it.
#
# **1.** (Week 6) `smoothed` wants to be a weighted average of what it has seen, the newest with weight 0.1. It is wrong, and
# these numbers do not show it. Change them so that it shows.


# %% role="try" id="before_average"
def smoothed(numbers):
    average = 0.0
    for x in numbers:
        average = 0.9 * average + 0.1 * x
    return average


numbers = [0.0, 0.0, 0.0]  # <- three other numbers, all alike
print("right: it shows" if abs(smoothed(numbers) - np.mean(numbers)) > 0.01 else "not yet: the average is what it should be")

# %% [markdown]
# **2.** (Week 4) A bias of shape (3,) was added to each row of an array of shape (5, 3). The gradient that comes back for the
# sum is `G` below. Change `d_b` so that it is the bias's gradient.

# %% role="try" id="before_bias"
G = np.arange(15.0).reshape(5, 3)
d_b = G  # <- the gradient with respect to the bias, of the bias's shape
print("right" if np.shape(d_b) == (3,) and np.allclose(d_b, [30, 35, 40]) else "not yet")

# %% [markdown]
# **3.** (Week 2) Which logit has a log-loss of exactly $\log 2$ at *both* labels, and which loses about 3 when the label is 0?
# `log_loss(logits, y)` is week 2's.

# %% role="try" id="before_logit"
both, three = np.nan, np.nan  # <- two logits; for the second the nearest whole number will do
right = (
    np.allclose(log_loss(np.array([both, both]), np.array([0, 1])), np.log(2))
    and abs(log_loss(np.array([three]), np.array([0]))[0] - 3) < 0.1
)
print("right" if right else "not yet")

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. For instance `[1.0, 1.0, 1.0]`: it says 0.271. It begins at 0, and after three steps 0.73 of that zero is still in it. The
#    remedy is to divide by $1 - 0.9^3$.
# 2. `G.sum(axis=0)`: the bias went into five rows, so five shares come back, and they add.
# 3. 0, and 3. Far on the wrong side the loss is nearly the logit itself.
#
# </details>

# %% [markdown]
# ## What is a trial worth?
#
# You drew $N$ settings at random, trained with each, and wrote down the scores. Was it worth it? Would ten have done as well? A colleague asks for the same table, but can only
# afford five trainings: what may she expect?
#
# Two papers compare methods A and B. A's best trial has 0.91 and B's 0.90. But A was tried 60 times and B 10 times. To compare
# them one needs the *expected best score of $n$ trials*, for every $n$, from the trials that are there.
#
# Begin small. Four trials have the scores 0.5, 0.6, 0.8 and 0.9. Two different ones are picked, each pair with equal probability. There are
# six pairs. In how many of them is 0.9 the better score? In how many is it 0.8, 0.6, 0.5? And what is the mean of the better score?
#
# <details><summary>Answer</summary>
#
# In three, two, one and none: the partner of 0.8 must be 0.5 or 0.6. The mean is $(3 \cdot 0.9 + 2 \cdot 0.8 + 1 \cdot 0.6) / 6 = 0.8167$.
#
# </details>
#
# Listing the sets works for ten trials, not for thirty: they have 155 million sets of fifteen. Count them without a list. `math.comb(a, b)` is the number of
# ways to choose $b$ of $a$ things, a Python whole number of any length.

# %% [markdown]
# ### Exercise · `best_of` &nbsp; ●○○ &nbsp; 25 min
#
# `best_of(scores)` takes the scores of $N$ trials, an array (N,) in any order. It returns an array (N,), and its entry $n - 1$ is
# the expected best score of $n$ of these trials.
#
# - The $n$ trials are *different* ones. Every set of $n$ of the $N$ trials is equally likely.
# - The curve is exact. Nothing is drawn at random.
# - Equal scores are different trials all the same.
# - It is as exact for 500 trials as for three, and takes seconds.
#
# For the scores 0.7, 0.9, 0.8 the curve is 0.8, 0.8667, 0.9.
#
# <details><summary>A question to ask yourself</summary>
#
# Five trials, sets of three: which trials may stand beside the third best, if it is to be the best of its set? In how many ways?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. Sort. The $k$-th lowest is the best of a set if the other $n - 1$ come from the $k - 1$ below it. In how many ways?
# 2. Divide by the number of all sets of $n$. That is how likely this trial is to be the best.
# 3. Take the mean of the scores by these probabilities, for each $n$.
# 4. Python's whole numbers may have hundreds of digits, and dividing one by the other is exact enough. NumPy's overflow.
#
# Try it against all subsets of five numbers (`itertools.combinations`).
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def best_of(scores):
#     ranked = np.sort(scores)
#     N = len(ranked)
#     curve = []
#     for n in range(1, N + 1):
#         chances = [... / math.comb(N, n) for k in range(1, N + 1)]     # that the k-th lowest is the best
#         curve.append(...)
#     return np.array(curve, dtype=...)                                  # float32 stays (house rule)
# ```
#
# </details>


# %% role="answer" id="best_of"
def best_of(scores):
    """The expected best score of n different trials, for n = 1 … N: an array (N,)."""
    ### BEGIN SOLUTION
    ranked = np.sort(scores).astype(np.result_type(scores, np.float32) if np.size(scores) else float)
    N = len(ranked)
    curve = np.empty(N)
    below = np.ones(N + 1)  # below[k]: the chance that all trials drawn so far are among the k lowest
    for drawn in range(N):
        below = below * np.maximum(np.arange(N + 1) - drawn, 0) / (N - drawn)
        curve[drawn] = np.diff(below) @ ranked
    return curve.astype(ranked.dtype)
    ### END SOLUTION


# %% role="check" id="check_best_of" points=1
check("best_of")

# %% role="hidden" id="test_best_of" points=2

# %% role="guess" id="guess_best_of"
guess.curve(
    "120 random trials have scores between 0.10 and 0.78. How does the expected best grow with the number of trials?",
    (1, 60),
    (0.1, 1.0),
    truth=explore.expected_best,
    labels=("trials", "expected best score"),
)

# %% [markdown]
# Another count is in use. It draws $n$ times from all $N$ trials, and puts each one back. Of the scores 0.6, 0.8, 0.9, three draws then have a mean best of
# 0.863, although there are only three trials, and the best of all three is 0.9. Drawing one trial twice is no second trial. So this count is too
# low, most of all where nearly as many are drawn as there are.
#
# Here is your curve for 120 trials on a made-up training. Its form is always much the same: steep, then flat. Where it is flat, more of
# the same is wasted, and one should search elsewhere or otherwise. The second curve is the one with putting back.

# %% role="show" id="show_curve"
explore.curve(best_of)  # trials: how many were run; noise: of one score

# %% [markdown]
# Turn up the noise. The curve climbs on and on, and it climbs above the dashed line: the true score of the best setting there is. What is
# it counting?
#
# ### Half a page on the standard error
#
# A score is measured on a finite test set, after a training with a random start. Measure again, and another number comes out.
# Let $\sigma$ be the standard deviation of one such measurement. How far may the mean of $n$ independent measurements be off?
#
# Week 5 has the rule: variances of independent numbers add. The sum of $n$ has variance $n\sigma^2$. The mean is the sum divided by $n$, so its
# variance is $n\sigma^2 / n^2$. Its root is the **standard error**:
#
# $$ \mathrm{s.e.} = \frac{\sigma}{\sqrt n} . $$
# <!-- term: standard error | the standard deviation of a mean of n independent measurements: that of one, divided by √n. -->
#
# A worked number. A net names 90 of 100 pictures rightly. For one picture "right" is 1 or 0, with variance $0.9 \cdot 0.1$, so $\sigma = 0.3$. The
# standard error is $0.3 / \sqrt{100} = 0.03$. On 100 pictures, 0.90 and 0.92 are the same result. To tell them apart with two standard errors
# *of the difference*, which is $\sqrt 2$ times as large, one needs about 1,800 pictures each. Half the error costs four times the pictures.
#
# Two rules follow. **Compare on the same pictures**, with the same seeds: what is difficult for both cancels. And beware of the best:
#
# The **winner's curse**: give 25 settings that are *all equally good* a noise of $\sigma = 0.02$. The best of 25 will show some $2\sigma = 0.04$ too much. By picking the largest number you picked the luckiest
# noise. So the score that won is never the score to report: measure the winner again, on examples that did not choose it.
# <!-- term: winner's curse | the best of many noisy scores is too high, since it was chosen for its luck too. -->

# %% [markdown]
# ## Grid or random?
#
# Two numbers of a training are open. Such a number is a **hyperparameter**, or a knob. With 25 trials one can lay a grid of five by five, which is **grid search**, or throw 25
# points at random. Suppose that only one of the two knobs matters, and that you do not know which.
# <!-- term: grid search | trying all combinations of a few values of each knob. -->
# <!-- term: hyperparameter | a number that is set before training and that training does not change; here also: a knob. -->

# %% role="guess" id="guess_grid"
guess.choose(
    "Only one of two knobs matters. Whose best trial of 25 is nearer to the optimum, in the mean?",
    ["the grid's", "the random one's", "no difference"],
    truth=explore.nearer,
)

# %% role="show" id="show_grid"
explore.grid_or_random()

# %% [markdown]
# Look at the marks along the lower edge. The grid has paid for 25 trainings and has seen *five* values of the knob that matters, each five
# times over. The random points have seen 25. This is **random search**. It costs nothing to set up, can be stopped at any time,
# and two machines can share it without talking.
# <!-- term: random search | trying settings drawn at random, each knob on a scale of its own. -->
#
# A grid of three values in four knobs has 81 trials. If one knob does not matter, two thirds of them were repeated for nothing. If two do not matter, eight
# ninths. So we draw at random. But evenly on which scale?
#
# ## Each knob on its own scale
#
# A learning rate lies somewhere between 0.00001 and 1. Draw it evenly between the two: nine draws of ten lie above 0.1, and
# hardly one in a thousand below 0.001. What matters about a rate is its *ratio* to a good one: ten times too large diverges, ten times
# too small is slow. So the five decades should be equally likely. Such a scale, on which equal *ratios* are equally long, is a **log scale**.
# <!-- term: log scale | equal ratios are equal distances; each decade is as long as the next. -->
#
# And momentum? Its $\beta$ lies between 0.5 and 0.999. A log scale of $\beta$ itself is of no use: from 0.9 to 0.999 is hardly a step on it. But
# week 6 says what $\beta$ does. It averages over about $1 / (1 - \beta)$ steps. From 0.9 to 0.99 is from 10 steps to 100, from
# 0.99 to 0.999 from 100 to 1,000. Those two stretches should be equally likely, too. We call this scale "one minus".
#
# ### Exercise · `scales` &nbsp; ●●○ &nbsp; 25 min
#
# `draw(low, high, scale, count, rng)` draws `count` values from `low` to `high`, an array (count,). `place(values, low, high, scale)` says where values lie on that
# scale, in numbers from 0 to 1. The scale is `"linear"`, `"log"` or `"one minus"`.
#
# - Draws fill their scale evenly, from end to end. On `"log"` every decade of the value is as likely as the next. On `"one minus"` it is every decade
#   of the number of steps that momentum averages over.
# - `low` has place 0 and `high` has place 1. A larger value has a larger place, and equally likely stretches are equally long.
# - Draws are independent of each other, and all chance comes from `rng`.
# - Values may have any shape. Another scale is a `ValueError` that names it.
#
# `place(0.01, 1e-4, 1.0, "log")` is 0.5. On `"one minus"` from 0.9 to 0.999, the value 0.99 has place 0.5.
#
# <details><summary>A question to ask yourself</summary>
#
# On each scale there is a quantity that is drawn evenly. Which one? And if you have a `place` between 0 and 1, can you find the value that has it?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. On each scale one quantity is drawn evenly: the value, its logarithm, or the logarithm of the distance to 1. Write it down as a function, and its inverse.
# 2. The distance to 1 falls while the value rises, so mind which end has place 0. A minus sign, or dividing by the whole stretch, sees to it.
# 3. `draw`: random numbers that are even between the quantity's two ends, then the inverse. `place`: how far the quantity has come, of the whole way.
# 4. Try `place(draw(…), …)`: it should be even from 0 to 1. Rounding may leave a draw just outside its ends.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def value_at(u, low, high, scale):               # the reverse of `place`
#     even, back = ruler(scale)
#     return back(even(low) + u * (...))
#
# def ruler(scale):
#     rulers = {
#         "linear": (lambda value: value, lambda mark: mark),
#         "log": (np.log, ...),
#         "one minus": (lambda value: -np.log(...), lambda mark: ...),
#     }
#     if scale not in rulers:
#         raise ValueError(...)
#     return rulers[scale]
# ```
#
# </details>


# %% role="answer" id="scales"
def draw(low, high, scale, count, rng):
    """Values from low to high, even on their scale: an array (count,)."""
    ### BEGIN SOLUTION
    return value_at(rng.random(count), low, high, scale)
    ### END SOLUTION


def place(values, low, high, scale):
    """Where values lie on the scale: 0 at low, 1 at high."""
    ### BEGIN SOLUTION
    even, _ = ruler(scale)
    share = (even(np.asarray(values, float)) - even(low)) / (even(high) - even(low))
    return share.astype(np.result_type(np.asarray(values), np.float32))


def value_at(u, low, high, scale):
    """The value at place u of the scale, u from 0 to 1."""
    even, back = ruler(scale)
    return np.clip(back(even(low) + u * (even(high) - even(low))), low, high)  # rounding may step over an end


def ruler(scale):
    """The quantity in which a scale is even, and the way back from it to values."""
    rulers = {
        "linear": (lambda value: value, lambda mark: mark),
        "log": (np.log, np.exp),
        "one minus": (lambda value: -np.log(1 - value), lambda mark: 1 - np.exp(-mark)),
    }
    if scale not in rulers:
        raise ValueError(f"no scale is called {scale!r}: linear, log, one minus")
    return rulers[scale]
    ### END SOLUTION


# %% role="check" id="check_scales" points=1
check("scales")

# %% role="hidden" id="test_scales" points=2

# %% [markdown]
# A night of trials, drawn by your `draw` and laid out by your `place`. Each line is one trial: it crosses each knob's axis at its setting and ends at its
# score. This is called **parallel coordinates**. The best five trials are thick.
#
# *What if* only ten trials are run? What if all knobs are drawn on a linear scale? Which knob can you call important after
# 25 trials, and does that hold for the next night (another training)?
# <!-- term: parallel coordinates | a picture with one upright axis for each knob and a line for each trial. -->

# %% role="show" id="show_night"
explore.night(draw, place)  # training: which made-up one; trials; scales: each knob's own, or all linear

# %% [markdown]
# ## One question with many answers
#
# In week 4 a picture was asked ten questions, one for each class, each with its own sigmoid. The ten probabilities knew nothing of each
# other: they could sum to three. But a picture shows *one* thing. We want ten probabilities that sum to one.
#
# Week 2 read a logit as the logarithm of odds. Do that again, for pairs. Let the *difference* of two logits be the log of the odds between their
# classes:
#
# $$ \log \frac{p_j}{p_k} = z_j - z_k . $$
#
# All these odds together, and the sum of one, leave only one row of probabilities. It is the **softmax** of the logits. A worked row: the logits $0, 0, \log 2$
# give the proportions $1 : 1 : 2$, hence 0.25, 0.25, 0.5. What would $0, \log 2, \log 5$ give?
#
# <details><summary>Answer</summary>
#
# 1/8, 2/8 and 5/8. Logs of the odds against the first class have become proportions again.
#
# </details>
#
# The loss is week 2's log-loss. It looks at the label's probability, and it is called the **cross-entropy** here.
# With two classes, $z_1 - z_0$ is week 2's logit, and nothing is new.
# <!-- term: cross-entropy | the log-loss with more than two classes: minus the log of the label's probability, in the mean. -->
# <!-- term: softmax | from logits to probabilities that sum to one, in proportion to e to the logit. -->
#
# How does the loss of one example move with its logits? Take the worked row, and let the third class be the label. The slopes of the loss in the three logits are
# 0.25, 0.25 and −0.5. With the first class as the label they are −0.75, 0.25 and 0.5. Do you see the rule? It is
# the same as for the sigmoid: what was said, minus what was true. Note that *every* logit moves the loss, not only the label's: what the others gain, the label loses.
#
# People forget that. The slope of $p_k$ in its *own* logit is $p_k (1 - p_k)$, as for a sigmoid. But $p_k$ also falls when another logit rises. A backward pass that keeps only the
# own slopes trains, badly, and gives no error. Others have a softmax layer that always returns $p - y$, as if every loss on top of it were
# the log-loss. So build the piece that is right under *any* loss: the logs of the probabilities, and their way back. A language model's sampler, distillation, attention: all stand on it.
#
# One more thing. $e^{800}$ is `inf`, and `inf / inf` is `nan`. A net that is sure of itself has such logits. But the formula with pairs knows only *differences*.

# %% [markdown]
# ### Exercise · `softmax` &nbsp; ●●○ &nbsp; 50 min
#
# `log_softmax(logits)` returns `(log_p, cache)`. `log_p` has the logits' shape $(\dots, K)$ and holds the logs of the probabilities along the *last* axis. The cache is your own.
# `log_softmax_backward(cache, d_log_p)` takes the gradient of *some* loss with respect to `log_p`. It returns that with respect to the logits.
# `cross_entropy(logits, y)` returns `(loss, d_logits)` for labels $y$ of shape $(\dots)$.
#
# - The way back is right for any loss of the logs, also if it is taken twice from one cache.
# - A label of −1 means that there is none. Loss and gradient are then what they would be had the example not come at all. Its own gradient is 0.
# - `d_logits` is the gradient of that loss, which is a mean. Without any label both are 0.
# - Logits of $\pm 10{,}000$ are no problem, nor are rows of very different size beside each other.
#
# The logits $0, 0, \log 2$ have probabilities 0.25, 0.25, 0.5. If the loss is "the first log plus three times the third", its gradient is $0, -1, 1$.
#
# <details><summary>A question to ask yourself</summary>
#
# A loss of the logs is, for small moves, a weighted sum of them: $\sum_k g_k \log p_k$. The text has the gradient of one such log, in numbers and with a minus. What is that of the weighted sum, and what does it
# say when all $g_k$ are equal?
#
# And which number, added to all logits of a row, makes overflow impossible and still leaves one term of the sum at 1?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. Forward: $p_k = e^{z_k} / \sum_j e^{z_j}$, so its log is $z_k - \log \sum_j e^{z_j}$. Move each row first, so that nothing overflows. Take the logarithm of the sum, not of each quotient. (The log of a probability that is 0 to rounding is `-inf`, but the log itself is a fine number, such as −20,000.)
# 2. Backward: the derivative of $\log p_j$ in $z_k$ is $[k = j] - p_k$. Weigh with $g_j$ and sum over $j$. Two terms are left. Try it with the
#    statement's example.
# 3. The loss: the mean of $-\log p_y$. Choose the rows with a label first. Then one entry of each row's `log_p` counts.
# 4. The gradient: `d_log_p` is nearly all zeros. Your backward does the rest.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def log_softmax_backward(cache, d_log_p):
#     p = ...
#     return d_log_p - p * ...
#
# def cross_entropy(logits, y):
#     log_p, cache = log_softmax(logits)
#     d_log_p = np.zeros_like(log_p)
#     labelled = np.nonzero(...)                # one array of places for each axis of y
#     count = ...
#     d_log_p[(*labelled, y[labelled])] = ...
#     return ..., log_softmax_backward(cache, d_log_p)
# ```
#
# </details>


# %% role="answer" id="softmax"
def log_softmax(logits):
    """The logs of the softmax along the last axis, and a cache for the way back."""
    ### BEGIN SOLUTION
    logits = np.asarray(logits)
    below = logits - logits.max(axis=-1, keepdims=True)
    log_p = below - np.log(np.exp(below).sum(axis=-1, keepdims=True))
    return log_p, log_p
    ### END SOLUTION


def log_softmax_backward(cache, d_log_p):
    """From the gradient with respect to the logs to that with respect to the logits."""
    ### BEGIN SOLUTION
    return d_log_p - np.exp(cache) * np.sum(d_log_p, axis=-1, keepdims=True)
    ### END SOLUTION


def cross_entropy(logits, y):
    """The mean log-loss over the examples that have a label, and its gradient with respect to the logits."""
    ### BEGIN SOLUTION
    log_p, cache = log_softmax(logits)
    d_log_p, y = np.zeros_like(log_p), np.asarray(y)
    labelled = np.nonzero(y >= 0)
    at = (*labelled, y[labelled])
    count = max(len(y[labelled]), 1)
    d_log_p[at] = -1 / count
    return -log_p[at].sum() / count, log_softmax_backward(cache, d_log_p)
    ### END SOLUTION


# %% role="check" id="check_softmax" points=2
check("softmax")

# %% role="hidden" id="test_softmax" points=4

# %% [markdown]
# **Your piece on the tape.** The kit's `tape` is the engine of week 4 over arrays: `tape.Value(array)`, arithmetic, `.backward()`, `.grad`. It has no softmax. A pair of
# functions of your own becomes an operation by `tape.operation(forward, backward)`. From then on it is differentiated like all others.

# %% role="try" id="try_tape"
soft = tape.operation(log_softmax, log_softmax_backward)
z = tape.Value(np.array([[0.0, 0.0, np.log(2)]]))
try:
    (soft(z) * np.array([1.0, 0.0, 3.0])).sum().backward()
    print("the statement's example again:", z.grad)
except NotImplementedError:
    print("log_softmax is not written yet")

# %% [markdown]
# ## A thermometer
#
# Is a net that says 99 % right in 99 of 100 cases? Week 2 called that calibration. Trained to the end, large nets mostly are not: once
# all training pictures are named rightly, the loss can still fall, by making all logits larger. The answers stay the same, and the net becomes surer and surer.
#
# The remedy is one number. Divide all logits by a **temperature** $T$. The order of the classes stays, so the share of right answers stays too. At a high temperature all
# classes become alike, at a low one the largest takes all.
# <!-- term: temperature | a number that divides all logits; high ones make probabilities alike, low ones make them sure. -->

# %% role="guess" id="guess_temperature"
guess.choose(
    "A net says 95 % in the mean and is right in 82 of 100 cases. Which temperature mends it?",
    ["below 1", "1", "above 1"],
    truth=explore.mending_temperature,
)

# %% role="show" id="show_temperature"
explore.thermometer()  # T: where is the loss lowest, and what becomes of the share that is right?

# %% [markdown]
# On the left, answers are grouped by how sure they were. On an honest net the marks lie on the diagonal. On the right is the log-loss on
# examples that did not train the net. It has one lowest point. That the *gap* alone cannot be trusted you saw in week 2, so we go by the loss.
#
# Is there always one? Multiply the logits by $w = 1/T$. In $w$ the loss of one example is a log of a sum of exponentials minus a straight
# line, which curves upwards everywhere (week 2: such a function is convex). So it has *one* valley, or none at all. Where the logits say nothing, the best $w$ is 0, that is "infinite temperature":
# equal probabilities for all. In $T$ the curve is not convex, and a walk downhill with a fixed step may leave $T$ at the far end, or cross zero and turn all rankings over.
# One published package kept the *last* $T$ of such a walk, not the best one.
#
# ### Exercise · `calibrate` &nbsp; ●●○ &nbsp; 35 min
#
# `calibrate(logits, y)` takes logits (n, K) and labels (n,) of examples that did not train the net. It returns $w = 1/T \ge 0$, a number, at which the mean log-loss of
# `w * logits` is lowest.
#
# - It is exact to a thousandth of itself, also if all logits are a thousand times smaller or larger. So it is if ten thousand is added to all of them.
# - Where no positive factor helps, it is 0.
# - Say that every label has the largest logit of its row, and some logit is smaller. Then a larger factor is always better, and it raises a `ValueError`
#   that says so.
# - Labels drawn from the softmax of `logits / T` lead back to $1 / T$, but for chance.
#
# Four rows have logits 2 and 0. Three have label 0 and one has label 1. The honest odds are 3 : 1, so $w$ is $\log(3) / 2 = 0.549$.
#
# <details><summary>A question to ask yourself</summary>
#
# The slope of the loss in $w$ rises with $w$. What is its sign at 0, and far out? How would you look a word up in a dictionary without an index?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. The slope in $w$ by the chain rule: the loss's gradient with respect to the scores $w z$, times $z$, summed. You have that gradient.
# 2. If the slope at 0 is not negative, the answer is 0.
# 3. Else go out by doubling until the slope is positive. In which unit does one start? Something that grows with the logits must divide it.
# 4. Halve the bracket again and again: 60 times is more than enough.
# 5. Before 3: is there a row whose label does not have its largest logit? If not, no bracket ever closes.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def calibrate(logits, y):
#     def slope(w):
#         return np.sum(cross_entropy(w * logits, y)[1] * ...)
#
#     if slope(0.0) >= 0:
#         return 0.0
#     if ...:                                # every label on top
#         raise ValueError(...)
#     low, high = 0.0, ...
#     while slope(high) < 0:
#         low, high = ...
#     for _ in range(60):
#         middle = (low + high) / 2
#         ...
#     return middle
# ```
#
# </details>


# %% role="answer" id="calibrate"
def calibrate(logits, y):
    """The factor w = 1 / T of the logits at which the mean log-loss is lowest."""
    ### BEGIN SOLUTION
    logits = np.asarray(logits, float)
    logits = logits - logits.max(axis=1, keepdims=True)  # leaves all losses as they are

    def slope(w):
        return np.sum(cross_entropy(w * logits, y)[1] * logits)

    if slope(0.0) >= 0:
        return 0.0
    if np.all(logits[np.arange(len(y)), y] == 0):
        raise ValueError("every label has the largest logit of its row: the larger the factor the lower the loss, without end")
    low, high = 0.0, -1 / logits.min()
    while slope(high) < 0:
        low, high = high, 2 * high
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) < 0 else (low, middle)
    return float((low + high) / 2)
    ### END SOLUTION


# %% role="check" id="check_calibrate" points=2
check("calibrate")

# %% role="hidden" id="test_calibrate" points=3

# %% [markdown]
# One number cannot mend everything: a net that is too sure about dogs and too timid about cats keeps both faults. But one number from a few thousand examples cannot overfit either. Try it on the
# made-up net of the picture:

# %% role="try" id="try_calibrate"
try:
    print(explore.mended(calibrate))
except NotImplementedError:
    print("calibrate is not written yet")

# %% [markdown]
# ## A layer that forgives
#
# Why is a good learning rate so hard to find? Week 5 started a deep net at the right scale, so that activations neither vanish nor explode.
# Then training moves the weights, and the scales drift. Each layer must keep up with those below it.
#
# **Batch norm** sets the scales anew at every step. After a layer's scores are computed for a mini-batch, each feature is brought to mean 0 and
# spread 1 *over the batch*. That is week 1's standardising, inside the net. A tiny $\varepsilon = 10^{-5}$ keeps a constant feature from dividing by 0. Then the layer
# gets its freedom back. It may give each feature any spread and any mean that it likes: a **gain** $\gamma$ and a **shift** $\beta$ (not momentum's), which are parameters and are learnt.
# <!-- term: batch norm | each feature to mean 0 and spread 1 over the mini-batch, then a learnt gain and shift. -->
# <!-- term: gain | the learnt factor γ of each feature after a normalisation. -->
# <!-- term: shift | the learnt offset β of each feature after a normalisation. -->

# %% role="show" id="show_depth"
explore.depth()  # start: the initial weights' scale; is the batch norm there, or not?

# %% [markdown]
# Without it, with weights 1.5 times too large the activations are 150 times too large after twelve layers. With weights half as large
# they have shrunk below a thousandth. With it nothing happens at all: a factor on the weights is divided out again. It forgives the scale of the weights, and much of the learning rate.
#
# **The way back is where people fail.** In each feature, the mean and the variance are themselves made from all $n$ numbers of the batch. Nudge *one* example: its own number moves, the mean
# moves, and the variance moves, and with them the outputs of *all* examples. A backward pass that takes mean and variance for constants looks right and is wrong.
#
# You can see what the right one must do without any algebra. Add the same number to a feature of the whole batch: the outputs do not change. So the
# gradient must not point that way at all: *over the batch, its entries sum to zero*. Stretch the batch about its mean: but for $\varepsilon$, the outputs do not change either. So the gradient has (nearly) no
# component along the normalised values. What comes from above may have both. The backward pass must take both away.
#
# (A remark for the careful. The variance depends on the mean too. That term is zero. Leaving it out is right, though it was reported as a bug more than once.)
#
# **In use there is no batch.** One patient comes, alone. With a batch of one, each feature *is* its mean, and the output is $\beta$, whatever she has. So during training one tracks running
# statistics, a mean and a variance of each feature. In evaluation nothing is measured, and each example is answered by itself. Who forgets to switch gets a net
# that works in the lab and fails at the first single example.
#
# **Layer norm** turns the table round: each *example* is normalised over its features. It needs no batch and no tracking, is the same in training and use, and it is what transformers have
# (week 18). The gain and the shift still belong to the features.
# <!-- term: layer norm | each example to mean 0 and spread 1 over its own features, then a learnt gain and shift. -->
#
# | | batch norm | layer norm |
# |---|---|---|
# | mean and variance of | each feature, over all examples (and places) | each row, over its features |
# | an example's output depends on | its batch in training, on tracked statistics in use | itself |
# | batch of one | gives $\beta$ | as always |

# %% role="given" id="epsilon"
EPSILON = 1e-5  # added to each variance, under the root

# %% [markdown]
# ### Exercise · `norms` &nbsp; ●●● &nbsp; 90 min
#
# `X` has shape $(\dots, d)$, and `parameters` is the pair `(gain, shift)`, both of shape (d,). With $\varepsilon$ = `EPSILON`, a spread is $\sqrt{\mathrm{variance} + \varepsilon}$ throughout, and variances have `ddof=0`. Five functions:
#
# - `batch_norm(parameters, X)` returns `(out, cache)`. It moves and stretches each feature, and no more. But for $\varepsilon$, the feature then has the mean `shift`
#   and a spread of the size of `gain`, over all examples and places. A negative gain turns it over.
# - `batch_norm_backward(parameters, cache, d_out)` returns `((d_gain, d_shift), d_X)`.
# - `track(running, X)` returns the new running pair `(mean, variance)`. After each batch, all that came before counts nine tenths of what it did. The batch gets the last tenth. Statistics that already equal the batch's stay as they are.
# - `batch_norm_eval(parameters, running, X)` returns the output alone. If the tracked statistics are those of a batch, it answers on that batch as `batch_norm` does.
# - `layer_norm(parameters, X)` returns the output alone. With gain 1 and shift 0, every row has mean 0 and spread 1. Gain and shift belong to the features.
#
# They hold for a batch of one, and for features with a mean of 10,000 and a spread of 1 in `float32`. (The formula "mean of squares minus square of the mean" fails there.)
#
# At gain 2 and shift 5, the batch $(1, 3)$ gives 3.00001 and 6.99999. If `d_out` is $(1, 0)$, then `d_shift` is 1, `d_gain` −0.999995 and `d_X` $(10^{-5}, -10^{-5})$.
#
# <details><summary>A question to ask yourself</summary>
#
# Why is `d_X` in the example so nearly zero? (How many directions can a batch of two move in, and which of them does the layer see?)
#
# Which arrays does the way back need? Of the three paths from one input to the outputs, which one does each of your terms stand for?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. Forward: $\gamma\,(x - \bar x) / \sqrt{\mathrm{var} + \varepsilon} + \beta$, with mean and variance over the axes `tuple(range(X.ndim - 1))`. Keep the normalised values and one over the root.
# 2. `d_shift` and `d_gain` are sums over the same axes: each was used in every row.
# 3. Let `d_hat` be the gradient with respect to the normalised values. For one feature with $n$ numbers, write $\hat x_i = (x_i - \bar x)\, r$ and ask how $\hat x_i$ moves with $x_j$: directly by $r$; through the mean
#    by $-r/n$; through $r$ by $-r\,\hat x_i \hat x_j / n$. Check the last one: how does $r = (\mathrm{var} + \varepsilon)^{-1/2}$ move with the variance, and that with $x_j$?
# 4. Multiply by `d_hat`$_i$ and sum over $i$: two means over the batch appear. They take away the two parts that the text names.
# 5. Evaluation and layer norm are the forward formula with other statistics. `keepdims=True` helps. Tracking is 0.9 of the old and 0.1 of the new.
#
# </details>
# <details><summary>A sibling, solved</summary>
#
# The same for a layer that only takes the mean away, `out = X - X.mean(axis=0)`. Direct path: 1. Through the mean: $-1/n$ for every pair.
#
# ```python
# def centred(X):
#     return X - X.mean(axis=0), None
#
# def centred_backward(cache, d_out):
#     return d_out - d_out.mean(axis=0)        # what moves the whole batch alike is taken away
# ```
#
# Yours takes one more component away, along the normalised values, and has a factor in front.
#
# </details>


# %% role="answer" id="norms"
def batch_norm(parameters, X):
    """Each feature to mean 0 and spread 1 over the batch, then gain and shift: the output, and a cache."""
    ### BEGIN SOLUTION
    gain, shift = parameters
    hat, inverse = normalised(X, batch_axes(X))
    return gain * hat + shift, (hat, inverse)
    ### END SOLUTION


def batch_norm_backward(parameters, cache, d_out):
    """The gradients ((d_gain, d_shift), d_X)."""
    ### BEGIN SOLUTION
    (gain, _), (hat, inverse), axes = parameters, cache, batch_axes(d_out)
    d_hat = d_out * gain
    moves, stretches = (np.mean(part, axis=axes, keepdims=True) for part in (d_hat, d_hat * hat))
    return (np.sum(d_out * hat, axis=axes), np.sum(d_out, axis=axes)), inverse * (d_hat - moves - hat * stretches)
    ### END SOLUTION


def track(running, X):
    """The running (mean, variance) after one more batch."""
    ### BEGIN SOLUTION
    mean, variance = running
    return 0.9 * mean + 0.1 * X.mean(axis=batch_axes(X)), 0.9 * variance + 0.1 * X.var(axis=batch_axes(X))
    ### END SOLUTION


def batch_norm_eval(parameters, running, X):
    """Batch norm in use: by the tracked statistics."""
    ### BEGIN SOLUTION
    (gain, shift), (mean, variance) = parameters, running
    return gain * (X - mean) / np.sqrt(variance + EPSILON) + shift
    ### END SOLUTION


def layer_norm(parameters, X):
    """Each row to mean 0 and spread 1 over its features, then gain and shift."""
    ### BEGIN SOLUTION
    gain, shift = parameters
    return gain * normalised(X, -1)[0] + shift


def normalised(X, axes):
    """X to mean 0 and spread 1 over these axes, and one over the spread."""
    centred = X - X.mean(axis=axes, keepdims=True)
    inverse = 1 / np.sqrt(np.mean(centred * centred, axis=axes, keepdims=True) + EPSILON)
    return centred * inverse, inverse


def batch_axes(X):
    """All axes but that of the features."""
    return tuple(range(X.ndim - 1))
    ### END SOLUTION


# %% role="check" id="check_norms" points=3
check("norms")

# %% role="hidden" id="test_norms" points=6

# %% [markdown]
# Now in a net. A pair of functions whose first argument is a nest of parameters goes on the tape by `tape.layer(batch_norm, batch_norm_backward)`, and
# `tape.value_and_gradients(loss, parameters, X, y)` gives the loss and its gradients in the same nest. Below, a small net learns three rings, with your
# batch norm and without it, at twelve learning rates. The marks say where it
# ends after 60 steps. Move the start: how wide is the range of rates that work, with it and without?

# %% role="show" id="show_forgiving"
explore.forgiving(batch_norm, batch_norm_backward)  # start: the scale of the initial weights

# %% [markdown]
# A question. In evaluation batch norm multiplies each feature by a fixed number and adds another. The layer before it is `X @ W + b`. Need a net in use have a batch norm layer at all?
#
# <details><summary>Answer</summary>
#
# No. Put the factor $\gamma_j / \sqrt{v_j + \varepsilon}$ into column $j$ of `W` and into `b`, and the rest into `b`. The net gives the same answers and is faster. It is called folding. In training it cannot be done: there the factor
# depends on the batch.
#
# </details>
#
# <details><summary>The same in PyTorch</summary>
#
# ```python
# import torch
# from torch import nn
# import torch.nn.functional as F
#
# loss = F.cross_entropy(logits, y, ignore_index=-1)       # your cross_entropy: its default is -100; nan where no label is left
# log_p = F.log_softmax(logits, dim=-1)                    # the axis must be said
# norm = nn.BatchNorm1d(d, eps=1e-5, momentum=0.1)         # gain: norm.weight, shift: norm.bias
# norm.train(); out = norm(X)                              # normalises by the batch, and tracks in the same call
# norm.eval(); out = norm(X)                               # by norm.running_mean, norm.running_var
# rows = nn.LayerNorm(d)(X)                                # as yours
# ```
#
# Conventions that differ: PyTorch *normalises* by the variance with `ddof=0`, as we do, but *tracks* the one with `ddof=1`. Its `momentum` is the weight of what is new, ours too; TensorFlow's 0.99 is the weight of
# the old. `BatchNorm1d` refuses to train on a batch of one. For pictures PyTorch puts the channels second, we put them last.
#
# </details>

# %% [markdown]
# ## Studio: a night of trials
#
# Back to the evening. Four knobs, 25 trials. Each training is made up, and drawn anew: where its best rate lies (anywhere in three of five decades), which of the other knobs matters, beyond which rate
# it diverges. A trial's score is noisy, by 0.02. In the morning you name *one* setting, and what counts is its **true** score.
#
# ### Studio · `tuner` &nbsp; ●●● &nbsp; 70 min
#
# `search(trial, space, budget, rng)` returns the setting that you choose, a dictionary `{knob: value}`.
#
# - `trial(setting)` trains once and returns a score, higher is better. It may be called `budget` times, which is 25 when you are judged.
# - `space` is a dictionary, for each knob `(low, high, scale)` with the scales of the exercise. The knobs are `rate`, `momentum`, `width`, `decay`.
# - A setting names all four knobs, each within its range. The one that you choose need not be one that you tried.
# - `rng` is yours. A trial with the same setting twice gives two different scores.
#
# **How it is judged.** On 240 trainings drawn anew. The **regret** of a choice is how far its true score lies below the best that there is. What counts is the mean regret. Trials are counted on the
# judge's side, and one too many ends it.
# <!-- term: regret | how far the true score of what was chosen lies below the best possible one. -->
#
# | | mean regret | for example |
# |---|---|---|
# | the middle of the space | 0.38 | no trial at all |
# | baseline, no points | 0.16 | a grid of two values in each knob |
# | | 0.14 | random search with half the trials |
# | gets going | 0.112 | random search |
# | good | 0.078 | random search with *twice* the trials |
# | excellent | 0.055 | random search with *four times* the trials |
# | honour, nothing more to earn | 0.034 | |
#
# Points rise in a straight line between the rows. Scores are noisy for you, too: `score("tuner")` below takes 60 trainings, and its standard error is
# about a tenth of the regret. So compare two ideas on the *same* trainings.
#
# <details><summary>A question to ask yourself</summary>
#
# After ten trials, which parts of the space would you bet hold no good setting? What has random search learnt from them, and what would you?
#
# </details>
# <details><summary>A plan</summary>
#
# Three ideas, each worth a band or so:
#
# 1. **Where next?** Half of the trials at random, the others near the best so far. How near? Perhaps nearer as time goes by. Work in places from 0 to 1, not in raw values: each knob on its scale.
# 2. **Spread the first ones well.** Random points clump. Give each knob its own shuffled row of evenly spaced places.
# 3. **Let neighbours speak.** The score at a place is a guess from *all* trials, weighted by how near they are. Where the guess is high, or where nobody has been yet, the next trial teaches most. And the final choice by the
#    smoothed score is not fooled by one lucky number. A weighted mean will do. A Gaussian process (Rasmussen and Williams, chapter 2: five lines of algebra) also says how sure it is.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def search(trial, space, budget, rng):
#     def run(places):                      # one trial at places (knobs,) from 0 to 1
#         return trial({name: ... for name, u in zip(space, places)})
#
#     tried = list(rng.random((10, len(space))))
#     scores = [run(places) for places in tried]
#     while len(scores) < budget:
#         best = tried[np.argmax(scores)]
#         places = ...                      # somewhere that teaches
#         tried.append(places)
#         scores.append(run(places))
#     return ...
# ```
#
# </details>


# %% role="studio" id="tuner"
def search(trial, space, budget, rng):
    """The setting that you choose after at most `budget` trials: a dictionary with a value for each knob."""
    ### BEGIN SOLUTION
    reach = np.array([0.2 if name == "rate" else 0.4 for name in space])  # over which a knob's effect changes

    def setting(places):
        return {name: float(value_at(u, *ends)) for (name, ends), u in zip(space.items(), places, strict=True)}

    def alike(A, B):
        return np.exp(-np.sum(((A[:, None] - B[None]) / reach) ** 2, axis=2) / 2)

    def believed(tried, scores, asked):
        """A Gaussian process: the mean and standard deviation of what the score may be there."""
        scores = np.maximum(scores, np.max(scores) - 0.5)  # how badly a diverged training did says nothing of its neighbours
        shifted = (scores - scores.mean()) / (scores.std() + 1e-9)
        inverse = np.linalg.inv(alike(tried, tried) + 0.05 * np.eye(len(tried)))
        near = alike(asked, tried)
        return near @ (inverse @ shifted), np.sqrt(np.maximum(1 - np.sum(near @ inverse * near, axis=1), 1e-9))

    first = min(6, budget)
    rows = np.tile((np.arange(first) + 0.5) / first, (len(space), 1))
    tried = rng.permuted(rows, axis=1).T  # each knob takes each of its places once
    scores = np.array([trial(setting(places)) for places in tried])
    for _ in range(budget - first):
        best = tried[np.argmax(scores)]
        near = np.clip(best + 0.1 * rng.standard_normal((120, len(space))), 0, 1)
        asked = np.vstack([rng.random((120, len(space))), near])
        mean, spread = believed(tried, scores, asked)
        tried = np.vstack([tried, asked[np.argmax(mean + spread)]])
        scores = np.append(scores, trial(setting(tried[-1])))
    return setting(tried[np.argmax(believed(tried, scores, tried)[0])])
    ### END SOLUTION


# %% role="check" id="check_tuner" points=1
check("tuner")

# %% role="hidden" id="test_tuner" points=9

# %% [markdown]
# Watch your own search at work, trial by trial. Where does it look first, and when does it settle? The dashed line is the setting that it chose, the dotted one the best that there is.

# %% role="show" id="show_search"
explore.watch(search, place)  # training: which one; shown: so many of the 25 trials

# %% [markdown]
# **Keep a note.** Four lines for each experiment with the studio, in a file of your own: what you changed, what you expected, what came out, and how much that varies over three seeds.
#
# <details><summary>The authors' own log</summary>
#
# | changed | why tried | mean regret on 240 trainings, two seeds |
# |---|---|---|
# | random search | what knowing nothing costs | 0.103, 0.104 |
# | only the rate, 25 values, the rest in the middle | one knob matters most | 0.119, 0.130 |
# | five by five over rate and momentum | the usual habit | 0.111, 0.117 |
# | half random, then near the best, fixed width | go where it is good | 0.085, 0.091 |
# | 8 random, then steps that shrink when they fail | narrower with time | 0.075, 0.076 |
# | the same, the rate's steps half as wide | the rate is the touchiest knob | 0.070, 0.070 |
# | a Gaussian process, choice by the highest score seen | neighbours speak | 0.037, 0.038 |
# | the same, choice by the smoothed score | the winner's curse | 0.036, 0.037 |
#
# We had expected more of the last line. With a noise of 0.02 and differences of several hundredths between trials, the search itself counts for much more than the choice.
#
# </details>
#
# ## A map
#
# **From earlier weeks** this one took log-loss and convexity (week 2), backpropagation and the engine (weeks 3 and 4), standardising (week 1), the variance of a sum (week 5) and mini-batches (week 6).
#
# **Where it goes.** Week 8 measures whether one model is better than another at all. Batch norm is in nearly every net of weeks 10 to 13, layer norm in week 18. Softmax comes back in attention (week 17), temperature
# in sampling (week 14). The `tape` stays: each week puts on it what you wrote.
#
# **Sources.** Random search: Bergstra and Bengio, *Random search for hyper-parameter optimization*, 2012. The expected best of $n$ trials: Dodge and others, *Show your work*, 2019 (with putting back), and
# Tang and others, *Showing your work doesn't always work*, 2020 (why one should not). Batch norm: Ioffe and Szegedy, 2015; why it helps: Santurkar and others, *How does batch normalization help optimization?*, 2018. Layer norm: Ba, Kiros and Hinton, 2016.
# Temperature: Guo and others, *On calibration of modern neural networks*, 2017. Gaussian processes: Rasmussen and Williams, 2006; for tuning: Snoek, Larochelle and Adams, *Practical Bayesian optimization of machine learning algorithms*, 2012. The first softmax under that name: Bridle, 1990.
# This week's arc follows the third week of Andrew Ng's second course on deep learning; text, pictures and exercises are our own.
