# %% [markdown] role="week" needs="week06.adam week14.rnn"
# # Week 15 · EXTRA · Reservoir computing
#
# Throw a stone into a pond. Rings run out, meet the shore, come back, and cross the rings of the stone before. A good
# observer who sees only the water *now* can say which stones fell in the last minute, where, and in which order. The pond has
# learnt nothing. It was only wide, wet, and neither frozen nor boiling.
#
# In week 14 you trained a net with a memory by going back through time, step by step. It works, and it is slow and easily
# spoilt. This week has another idea. Take a large net with a memory and **do not train it at all**. Draw its weights by
# chance, once. Train only what *reads* it, and that is one linear regression. It takes a second.
#
# This is **reservoir computing**. It was found twice, around 2001: in engineering as the *echo state network*, in the study of
# brains as the *liquid state machine*. You need not believe yet that it works. You will see when it does, and when it does not.
# <!-- term: reservoir computing | a recurrent net that is drawn at random and left as it is; only a linear read-out is trained. -->
#
# **You need** matrices and `tanh` (week 3), eigenvalues (week 6), and validation (week 5). You do not need week 14. **You
# build** a reservoir, a measure of how fast it forgets, its read-out, a measure of its memory, and a forecaster.
# Reading takes about 60 minutes of the week. The house rules of week 1 hold.

# %% role="given" id="setup"
import numpy as np
import matplotlib.pyplot as plt
from autograder.cases import check
from autograder.explore import guess
import explore

# %% [markdown]
# ## The weights
#
# A reservoir has $N$ units. Each step brings an input. Each unit hears it, and it also hears all units of the step before. So
# echoes of old inputs go round. The matrix $W$ (N, N) holds the weights by which units hear each other. It is drawn at random and
# never changed. So it had better be drawn well.
#
# The first number that matters is how much $W$ makes of an echo. A vector that is multiplied by $W$ many times grows or
# shrinks, in the long run, by one factor at each step. This is the **spectral radius** $\rho(W)$.
# <!-- term: spectral radius | the factor per step by which a matrix stretches a vector in the long run: the size of its largest eigenvalue. -->
#
# *A worked number.* The row $(1, 0)$, times $\begin{pmatrix} 0 & 4 \\ 1 & 0 \end{pmatrix}$, is $(0, 4)$. After two steps it is $(4, 0)$: four times as
# long, so 2 a step. The radius is 2. The eigenvalues are 2 and $-2$. The longest stretch in *one* step is 4. That is another
# number, the largest singular value.
#
# What do you do when eigenvalues differ, or are complex?
#
# <details><summary>Answer</summary>
#
# The largest one wins in the long run, and of a complex one its *size* counts, $\sqrt{\text{re}^2 + \text{im}^2}$. So $\rho(W)$ is the size of the largest eigenvalue.
#
# </details>
#
# The second number is the **density**, the share of connections that are there at all. Few are enough.
# <!-- term: density | the share of a matrix's entries that are not zero. -->

# %% [markdown]
# ### Exercise · `make_reservoir` &nbsp; ●○○ &nbsp; 20 min
#
# `make_reservoir(size, radius, density, rng)` draws the weights $W$ of a reservoir, an array (size, size).
#
# - Its spectral radius is `radius`, also above 1. With radius 0 all weights are 0.
# - Each weight is different from 0 with probability `density`. Positive and negative ones are equally likely.
# - The radius is right for small and sparse matrices too, although chance often makes all their eigenvalues 0.
# - With density 0 and a radius above 0 there is no such matrix. That is a `ValueError`.
#
# `make_reservoir(1, 0.7, 1.0, rng)` is `[[0.7]]` or `[[-0.7]]`.
#
# <details><summary>A question to ask yourself</summary>
#
# If all weights are doubled, what happens to each eigenvalue? So when you have *any* matrix, how do you get the radius that you
# want?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. Draw normal numbers. Set some of them to 0, each by a coin of its own.
# 2. Measure the radius by `np.linalg.eigvals`: the size (`np.abs`) of the largest one. Mind that eigenvalues are complex.
# 3. Multiply by one factor. Where the measured radius is 0, begin again.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def make_reservoir(size, radius, density, rng):
#     if ...:
#         raise ValueError(...)
#     while True:
#         W = rng.normal(size=(size, size)) * (rng.random(...) < ...)
#         largest = np.max(np.abs(...))
#         if ...:
#             return W * ...
# ```
#
# </details>


# %% role="answer" id="make_reservoir"
def make_reservoir(size, radius, density, rng):
    """The recurrent weights of a reservoir: an array (size, size)."""
    ### BEGIN SOLUTION
    if density <= 0 < radius:
        raise ValueError(f"without any connection (density {density}) no matrix has the spectral radius {radius}")
    W, largest = np.zeros((size, size)), 0.0
    while W.size and radius > 0 and largest < 1e-9:
        W = rng.normal(size=(size, size)) * (rng.random((size, size)) < density)
        largest = np.abs(np.linalg.eigvals(W)).max()
    return W * (radius / max(largest, 1e-9))
    ### END SOLUTION


# %% role="check" id="check_make_reservoir" points=1
check("make_reservoir")

# %% role="hidden" id="test_make_reservoir" points=2

# %% [markdown]
# ## One picture
#
# A reservoir of 200 units hears a single pulse, and then silence. The lines are eight of its units. One matrix was drawn. Then
# smaller or larger weights brought it to the radius 0.4, 0.95 or 1.8.

# %% role="show" id="show_pulse"
explore.pulse()

# %% [markdown]
# On the left the pulse is gone after a few steps. There is no memory. On the right it never goes: each old
# pulse keeps making noise, and soon everything is covered by it. In the middle the echo lives for some time, and it looks
# different in each unit. That is what a read-out can use.

# %% [markdown]
# ## Ten minutes from before
#
# Three small tasks. Nothing here is graded. Change the marked line of each cell and run it.
#
# **1.** (Week 6) This matrix turns and shrinks a vector. Its eigenvalues are complex. By which factor is a vector shorter
# after many steps, per step?

# %% role="try" id="before_turn"
W = np.array([[0.6, -0.6], [0.6, 0.6]])
factor = 0.6  # <- another number
x = np.linalg.matrix_power(W, 50) @ np.array([1.0, 0.0])
print(
    "right"
    if abs(np.linalg.norm(x) ** (1 / 50) - factor) < 0.01
    else f"not yet: after 50 steps the length is {np.linalg.norm(x):.3g}"
)

# %% [markdown]
# **2.** (Week 5) Split the rows into three shares: for fitting, for choosing the penalty, and for the last test. They must sum
# to 1.

# %% role="try" id="before_split"
train, dev, test = 0.8, 0.2, 0.2  # <- three shares
total = train + dev + test
print("right" if abs(total - 1) < 1e-9 and min(train, dev, test) > 0 else f"not yet: all three above 0, with the sum 1; it is {total:g}")

# %% [markdown]
# **3.** (Week 2) Here is a ridge regression with one weight: $\sum_t (y_t - w x_t)^2 + \lambda w^2$. For which
# $\lambda$ is $w$ half of what it is without a penalty?

# %% role="try" id="before_ridge"
x, y = np.array([1.0, 2.0, 2.0]), np.array([2.0, 4.0, 4.0])
penalty = 1.0  # <- another one
w = np.sum(x * y) / (np.sum(x * x) + penalty)
print("right" if abs(w - 1.0) < 1e-9 else f"not yet: w = {w:.3f}, without a penalty it is 2")

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. $0.6\sqrt 2 \approx 0.849$: the *size* of the eigenvalues $0.6 \pm 0.6i$, which is $\sqrt{0.6^2 + 0.6^2}$.
# 2. For example 0.6, 0.2, 0.2.
# 3. $\lambda = 9$, the sum of the squares of $x$.
#
# </details>

# %% [markdown]
# ## A unit
#
# A unit has a bias, and it hears the new input and all units of the step before, each through a weight of its own. Call what it
# hears $h$. How much of a unit is made anew in one step is its **leak**, a number between 0 and 1. With a leak of 1 the unit becomes $\tanh(h)$,
# whatever it was. With a leak of 0.1 only a tenth of it is new, and it moves slowly, as a heavy ball does. The $N$ numbers together are the **state** of the reservoir.
# <!-- term: leak | the share of a unit that is made anew at each step; a small one makes it slow. -->
# <!-- term: state | the numbers of all units at one time; all that a recurrent net knows of the past. -->
#
# *A worked number.* A unit hears one input with weight 1, and itself with weight 0.5. Its bias is 0, its leak 0.5, and it stands
# at 0. The input 1 comes, and it stands at 0.381. Then the input 0 comes, and it stands at 0.284.
#
# <details><summary>Step by step</summary>
#
# First it hears 1, and $\tanh 1 = 0.762$. Half of the unit becomes that, and half stays 0. Then it hears half of 0.381, and $\tanh 0.190 = 0.188$. Half of the
# unit becomes that, and half stays 0.381.
#
# </details>
#
# The weights of the input, `W_in`, and the biases `b` are drawn at random too, and never changed.
#
# ## Let it run
#
# While true values come in, the reservoir is **driven** by them. This is also called **teacher forcing**. When they end, one can
# let it go on alone, and hear what it believes itself. That is a **free run**. Every error is heard again.
# <!-- term: teacher forcing | driving a recurrent net by the true values, not by its own forecasts. -->
# <!-- term: free run | a recurrent net that hears its own forecasts as inputs. -->
#
# The commonest mistake is at the seam. Who begins the free run with an empty reservoir throws the whole past away.

# %% [markdown]
# ### Exercise · `reservoir` &nbsp; ●●○ &nbsp; 40 min
#
# `parameters` is `(W_in, W, b)` with shapes (D, N), (N, N), (N,). Column $k$ holds the weights by which unit $k$ hears. Many series go through one reservoir at once.
#
# `run_reservoir(parameters, U, leak, state=None)` takes inputs $U$ (S, T, D), that is S series of T steps. It returns all
# states, (S, T, N). `state` (S, N) holds the states before the first step, zeros where it is `None`.
#
# - All units are made anew at the same time, each by the share `leak`. State $t$ has heard input $t$.
# - A series may come in pieces. With the last state handed on, the states are the same.
#
# `free_run(parameters, read_out, leak, U, steps)` returns forecasts of what follows $U$, (S, steps, D). `read_out` is a pair: weights (N, D) and a
# bias (D,). It is the linear model that says from a state what the next input will be.
#
# - The first forecast knows all of $U$, its last input included.
# - Forecasts are heard like true values. If $U$ goes on with the first forecasts, the rest is the same.
#
# One unit, with $W = 0$, $b = 0$, `W_in` 1 and leak 0.5, hears 1 and then 0. Its states are 0.381 and 0.190.
#
# <details><summary>A question to ask yourself</summary>
#
# What can be computed for all series and units at once, and what must wait for the step before? And which of your two functions
# can the other one use?
#
# </details>
# <details><summary>A plan</summary>
#
# Here is all that happens to *one* unit, as a slow program:
#
# ```python
# def next_of_unit(k, x, u, parameters, leak):
#     """What unit k becomes: x (N,) are all units before, u (D,) is the new input."""
#     W_in, W, b = parameters  # (D, N), (N, N), (N,)
#     heard = b[k]
#     for d in range(len(u)):
#         heard += u[d] * W_in[d, k]
#     for j in range(len(x)):
#         heard += x[j] * W[j, k]
#     return (1 - leak) * x[k] + leak * np.tanh(heard)
# ```
#
# 1. One loop over time. All series and all units at once: each of the two sums becomes one matrix product.
# 2. Keep every state. The first one already hears the first input.
# 3. `free_run`: drive it, keep the last state. Then in turn: a forecast, `state @ weights + bias`, and one step of the reservoir with the forecast as input.
#
# (Or with no loop of its own: what the reservoir hears in a free run is linear in its state. So there is *another* reservoir that does the same in silence. Which one?)
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def run_reservoir(parameters, U, leak, state=None):
#     W_in, W, b = parameters
#     state = np.zeros((len(U), len(b)), W.dtype) if state is None else state
#     states = np.empty(...)
#     for t in range(...):
#         state = (1 - leak) * ... + leak * np.tanh(...)
#         states[:, t] = state
#     return states
#
# def free_run(parameters, read_out, leak, U, steps):
#     state = ...                                    # after all of U
#     for _ in range(steps):
#         forecast = ...
#         state = run_reservoir(parameters, forecast[:, None], leak, state)[:, 0]
#     ...
# ```
#
# </details>


# %% role="answer" id="reservoir"
def run_reservoir(parameters, U, leak, state=None):
    """The states (S, T, N) of a reservoir that is driven by U (S, T, D)."""
    ### BEGIN SOLUTION
    return states_from(parameters, U, leak, 0.0 if state is None else state)[:, 1:]
    ### END SOLUTION


def free_run(parameters, read_out, leak, U, steps):
    """Forecasts (S, steps, D) of a reservoir that was driven by U (S, T, D) and then hears its own forecasts."""
    ### BEGIN SOLUTION
    (W_in, W, b), (weights, bias) = parameters, read_out
    last = states_from(parameters, U, leak, 0.0)[:, -1]
    closed = W_in, W + weights @ W_in, b + bias @ W_in  # what it says goes in by W_in: this reservoir runs free in silence
    silence = np.zeros((len(U), steps, len(W_in)), last.dtype)
    return states_from(closed, silence, leak, last)[:, :steps] @ weights + bias


def states_from(parameters, U, leak, state):
    """The state before the first step, and the states after each step: (S, T + 1, N)."""
    W_in, W, b = parameters
    heard = U @ W_in + b
    states = np.empty((len(U), U.shape[1] + 1, len(b)), heard.dtype)
    states[:, 0] = state
    for t in range(U.shape[1]):
        states[:, t + 1] = states[:, t] + leak * (np.tanh(heard[:, t] + states[:, t] @ W) - states[:, t])
    return states
    ### END SOLUTION


# %% role="check" id="check_reservoir" points=3
check("reservoir")

# %% role="hidden" id="test_reservoir" points=4

# %% [markdown]
# A free run is a reservoir once more, and it hears nothing. Its own forecast $xV + c$ comes in by $W_\text{in}$, so it runs in silence with the weights
# $W + V W_\text{in}$ and the biases $b + c\,W_\text{in}$. All that this week says about reservoirs in silence holds for it too. Whether its errors die or grow depends on the *new* matrix.
#
# ## Does it forget?
#
# Two copies of one reservoir start in different states and hear the same input. If they end up in the same state, whatever the
# start was, then the state is a function of the input alone. This is the **echo state property**. Without it a reservoir is of no use: its
# answer depends on something that nobody knows.
# <!-- term: echo state property | two copies that hear the same input come together, from all starts. -->
#
# When does it hold? Think of one unit first, with a leak of 1: $x \leftarrow \tanh(w x + u)$. The slope of $\tanh$ is at
# most 1. So a difference between two copies is multiplied by at most $|w|$ at each step. For $|w| < 1$ it dies out.
#
# With many units, two different things take the place of $|w|$.
#
# - *Enough*: one step can stretch no difference by more than the largest singular value of $W$. If it is below 1, every
#   difference shrinks at every step.
# - *Needed*: in silence, and without biases, tiny states go through the matrix $(1 - a) I + a W$, where $a$ is the leak. If its spectral radius is above 1, a tiny state grows.
#
# Note that with a leak the radius of $W$ alone does not count. And between the two conditions lies a wide land. One must look.

# %% role="guess" id="guess_transient"
guess.curve(
    "A matrix has spectral radius 0.9, and is not symmetric. How long is a vector after 0 to 40 steps?",
    (0, 40),
    (0, 8),
    truth=explore.transient,
    labels=("step", "length of the vector"),
)

# %% role="show" id="show_normal"
explore.normal_or_not()

# %% [markdown]
# The spectral radius is the truth *in the long run* only. Before that, a matrix that is not symmetric can stretch a vector
# many times over.
#
# And with an input it is different again. Strong inputs drive the units to the flat ends of $\tanh$. There the slope is small, and
# differences die. A reservoir with a radius of 1.5 may forget well if its input is loud, and not at all if it is quiet. So the
# honest question is: *how fast does this reservoir forget, with this input?*
#
# Let two copies differ by a very small vector. In the long run the length of this difference goes like $e^{\lambda t}$, where $t$ counts the steps. The number
# $\lambda$ is the **Lyapunov exponent**. If it is $-0.1$, ten steps leave $1/e$ of a difference. If it is
# above 0, a difference grows, and echoes never fade.
# <!-- term: Lyapunov exponent | the number λ for which a tiny difference of two states goes like e^(λt) in the long run. -->

# %% [markdown]
# ### Exercise · `fading` &nbsp; ●●○ &nbsp; 45 min
#
# `fading(parameters, U, leak)` takes a reservoir and one input series $U$ (T, D), which is long. It returns the Lyapunov
# exponent $\lambda$ of the reservoir while it hears $U$. In the long run a tiny difference of two states changes by $e^\lambda$ a step. The
# reservoir starts at zeros.
#
# - It is right to within 0.03 for 1,000 steps or more.
# - It is right where differences die at once: a factor of 0.001 a step is no trouble.
# - It is right where they grow, and *tiny* means tiny: what counts is the growth before the two are far apart.
# - In silence, without biases, it is $\log \rho\big((1 - a) I + a W\big)$.
#
# Two units, `W` $= \begin{pmatrix} 0 & 4 \\ 0.01 & 0 \end{pmatrix}$, leak 1, silence: the eigenvalues are $\pm 0.2$, so it is $\log 0.2 = -1.609$.
#
# <details><summary>A question to ask yourself</summary>
#
# After 100 steps with factor 0.1 a difference is $10^{-100}$ of what it was. What do floats make of `x + difference`? What
# could you do to the difference after *each* step, so that it never becomes too small or too large? And what must stay as it is?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. Keep a state and a difference of a small, fixed length, such as $10^{-7}$.
# 2. Let both copies hear the next input. By which factor has the length of their difference changed? Remember the logarithm of this factor.
# 3. Bring the new difference back to the small length, without turning it. Go on.
# 4. Factors multiply, so their logarithms add up: the mean logarithm is the answer. The first steps may be left out: the difference must first turn to where it
#    grows most.
#
# (Or follow the *slope* of one step, exactly. The chain rule says what a step does to a tiny difference.)
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def fading(parameters, U, leak):
#     x = np.zeros(len(parameters[2]))
#     tiny = 1e-7
#     difference = ...                      # any direction, of this length
#     logs = []
#     for u in U:
#         both = run_reservoir(parameters, np.array([[u], [u]]), leak, np.array([x, x + difference]))[:, 0]
#         x, moved = both[0], ...
#         logs.append(np.log(...))
#         difference = ...
#     return np.mean(logs[...:])
# ```
#
# </details>


# %% role="answer" id="fading"
def fading(parameters, U, leak):
    """The Lyapunov exponent of a reservoir (W_in, W, b) that hears U (T, D): a number, per step."""
    ### BEGIN SOLUTION
    W_in, W, b = parameters
    U = np.asarray(U, float)
    states = run_reservoir(parameters, U[None], leak)[0]
    before = np.concatenate([np.zeros((1, len(b))), states[:-1]])
    slopes = 1 - np.tanh(U @ W_in + before @ W + b) ** 2
    direction, lengths = np.random.default_rng(0).normal(size=len(b)), []
    for slope in slopes:
        direction = (1 - leak) * direction + leak * slope * (direction @ W)  # the chain rule through one step
        lengths.append(np.linalg.norm(direction))
        direction = direction / lengths[-1]
    return float(np.mean(np.log(lengths[len(lengths) // 10 :])))
    ### END SOLUTION


# %% role="check" id="check_fading" points=2
check("fading")

# %% role="hidden" id="test_fading" points=3

# %% [markdown]
# Here is your own measure, for your own reservoirs. Find a radius above 1 for which a loud input still lets differences die. Then turn
# the input down.

# %% role="show" id="show_fading"
explore.forgets(make_reservoir, fading)

# %% [markdown]
# ## The read-out
#
# Now the part that is trained. Let $X$ hold the states, one row for each time, and $Y$ the targets. A linear **read-out** says
# $XW + b$. With hundreds of units the columns of $X$ are nearly alike, and plain least squares would balance huge weights
# against each other. So it is a **ridge regression**:
#
# $$ \sum_t \lVert y_t - x_t W - b \rVert^2 + \lambda \lVert W \rVert^2 . $$
# <!-- term: read-out | the linear map from a reservoir's state to the answer; all that is trained. -->
# <!-- term: ridge regression | least squares with a penalty on the squares of the weights. -->
#
# It is a *sum* over rows, and the bias $b$ is not penalised. For one weight and no bias you had the answer above:
# $\sum x y$ over $\sum x^2 + \lambda$. For many weights the same derivation gives one linear system.
#
# How large should $\lambda$ be? One could split off a validation set. There is a finer way, **leave-one-out**: fit without row 1 and see how it does on row 1, then without row 2, and so on. Every row
# is used for both. It needs as many fits as there are rows, *but the errors can be had from a single fit*.
# <!-- term: leave-one-out | the error on each row of a fit that did not see this row. -->
#
# To see why, look at the simplest model: only a bias. The fit is the mean $\bar y$ of $n$ numbers. Without row $i$ it is
# $(n \bar y - y_i) / (n - 1)$. The error on row $i$ is therefore
#
# $$ y_i - \frac{n \bar y - y_i}{n - 1} = \frac{n\,(y_i - \bar y)}{n - 1} = \frac{y_i - \bar y}{1 - 1/n} . $$
#
# It is the usual residual, divided by one minus the *share of itself* that row $i$ has in its own prediction. Here this share
# is $1/n$ for each row. In general it is called the **leverage** of the row: by how much its prediction moves when its target moves by 1. The law holds for every linear fit
# with squared penalties.
# <!-- term: leverage | by how much the prediction for a row moves when its own target moves by one. -->

# %% role="guess" id="guess_spike"
guess.choose(
    "A read-out with hardly any penalty, fitted on 100 rows. With how many units is its error on new rows largest?",
    ["10", "50", "100", "400"],
    truth=explore.where_the_spike_is,
)

# %% role="show" id="show_spike"
explore.spike()

# %% [markdown]
# Where units equal rows, the fit goes through all the points, in the only way there is, and that way is wild. With more units
# there are many ways, and the shortest weights are less wild. This is week 5's double descent again. A small penalty takes the spike away.

# %% [markdown]
# ### Exercise · `read_out` &nbsp; ●●● &nbsp; 60 min
#
# `read_out(X, Y, penalty)` takes states (T, N) and targets (T, K). It returns the pair `(W, b)` of the ridge regression, with
# shapes (N, K) and (K,).
#
# - No other pair has a smaller penalised sum of squares. So targets that are all 5 larger change $b$ by 5, and nothing else.
# - More units than rows are no trouble, if `penalty` is above 0.
#
# `leave_one_out(X, Y, penalties)` returns for each penalty the mean squared error over all rows and targets. Each row is predicted
# by the `read_out` of all *other* rows.
#
# - It equals brute force, also if one row lies far out.
# - It does not fit once for each row. For 300 rows and three penalties it takes at most a fifth of the time of brute force.
#
# Rows $x = 0, 1, 2$ with $y = 0, 1, 5$ and penalty 2: $W = 1.25$, $b = 0.75$. Leaving out each in turn gives a mean square of 6.72.
#
# <details><summary>A question to ask yourself</summary>
#
# Write the predictions for the training rows as a matrix times $Y$. Which entries of this matrix are the leverages? And does the
# bias have a share in them?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. Take the mean off each column of $X$ and of $Y$. Then no bias is needed, and it comes back at the end.
# 2. Set the gradient of the penalised sum to zero. It is a linear system for $W$, with a matrix (N, N).
# 3. The predictions for the training rows are $H Y$, plus means. Find $H$ for the centred $X$. Its diagonal is the leverage of
#    the weights; the mean itself adds $1/T$.
# 4. A leave-one-out error is the residual over one minus the leverage. With a singular value decomposition of the
#    centred $X$, each further penalty costs little.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def read_out(X, Y, penalty):
#     X_mean, Y_mean = ...
#     C = X - X_mean
#     W = np.linalg.solve(C.T @ C + ..., C.T @ ...)
#     return W, Y_mean - ...
#
# def leave_one_out(X, Y, penalties):
#     C, E = X - ..., Y - ...
#     errors = []
#     for penalty in penalties:
#         H = C @ np.linalg.solve(..., C.T)
#         leverage = np.diag(H) + ...
#         errors.append(np.mean(((E - H @ E) / ...) ** 2))
#     return np.array(errors)
# ```
#
# </details>


# %% role="answer" id="read_out"
def read_out(X, Y, penalty):
    """The ridge read-out (W, b) of states X (T, N) for targets Y (T, K), its bias without penalty."""
    ### BEGIN SOLUTION
    X_mean, Y_mean = X.mean(axis=0), Y.mean(axis=0)
    C = X - X_mean
    W = np.linalg.solve(C.T @ C + penalty * np.eye(X.shape[1], dtype=C.dtype), C.T @ (Y - Y_mean))
    return W, Y_mean - X_mean @ W
    ### END SOLUTION


def leave_one_out(X, Y, penalties):
    """The mean squared error of rows that were left out of the fit, for each penalty: shape of penalties."""
    ### BEGIN SOLUTION
    C, E = X - X.mean(axis=0), Y - Y.mean(axis=0)
    U, s, _ = np.linalg.svd(C, full_matrices=False)
    kept = s**2 / (s**2 + np.reshape(penalties, (-1, 1)))  # (penalties, directions): what is left of each direction
    leverage = kept @ (U**2).T + 1 / len(X)  # 1/T is the share of the bias
    residual = E - U @ (kept[:, :, None] * (U.T @ E))
    return np.mean((residual / (1 - leverage)[:, :, None]) ** 2, axis=(1, 2))
    ### END SOLUTION


# %% role="check" id="check_read_out" points=3
check("read_out")

# %% role="hidden" id="test_read_out" points=4

# %% [markdown]
# <details><summary>The same in PyTorch</summary>
#
# ```python
# import torch
#
# cell = torch.nn.RNN(1, 200, batch_first=True)              # tanh(u @ W_in + x @ W + b), leak 1
# for parameter in cell.parameters():
#     parameter.requires_grad_(False)                        # nothing here is trained
# W = cell.weight_hh_l0                                      # (N, N), used as x @ W.T
# W *= 0.9 / torch.linalg.eigvals(W).abs().max()
# X, _ = cell(U)                                             # your run_reservoir(parameters, U, 1.0)
# C, E = X[0] - X[0].mean(0), Y - Y.mean(0)
# weights = torch.linalg.solve(C.T @ C + penalty * torch.eye(200), C.T @ E)   # your read_out
# ```
#
# Conventions that differ: PyTorch's recurrent weights are the other way round, (out, in), and it has two biases, which add up. It
# has no leak. `torch.linalg.lstsq` knows no penalty.
#
# </details>
#
# ## How long is its memory?
#
# Feed the reservoir with noise: independent numbers, evenly between $-1$ and 1. Ask a read-out for the input of $d$ steps ago. Nothing but
# memory helps here, since noise cannot be guessed. How well it does is measured by $r^2$, the square of the correlation between read-out
# and truth, on rows that were not fitted. It is 1 for perfect memory and about 0 for none. All $r^2$, summed over all delays, are the **memory capacity**.
# <!-- term: memory capacity | the sum over all delays of the r² with which a read-out recovers an input of noise. -->
#
# Herbert Jaeger showed in 2001 that it is at most $N$, the number of units. Nothing that looks at $N$ numbers linearly can
# know more than $N$ independent things. A plain row of $N$ cells, through which the values move on like on a belt, has all of it.

# %% [markdown]
# ### Exercise · `memory` &nbsp; ●●○ &nbsp; 35 min
#
# `memory(X, u, longest, split, penalty)` takes states $X$ (T, N) and the inputs $u$ (T,) that made them. It returns an array (longest,). Entry $d - 1$
# says how well a ridge read-out recovers the input of $d$ steps ago.
#
# - The read-out is fitted on rows before `split`, and $r^2$ is measured on the rows from `split` on.
# - Each row counts that has an input $d$ steps before it, and no other row.
# - States that know nothing get about 0, however many units there are.
#
# A belt of 5 cells holds the inputs of 0, 1, 2, 3 and 4 steps ago. So its memory is 1, 1, 1, 1, 0, 0, … for delays 1, 2, 3, …
#
# Where the read-out is the same for all rows, there is no correlation. Then $r^2$ is 0.
#
# <details><summary>A question to ask yourself</summary>
#
# Row $t$ of the states goes with which row of the inputs? What stands at the beginning, where there is no such row? (`np.roll`
# would bring it from the end.)
#
# </details>
# <details><summary>A plan</summary>
#
# 1. For one delay: states from row $d$ on, inputs up to $d$ rows before the end. Now they belong together.
# 2. Cut both at `split`, and mind that $d$ rows are gone at the beginning.
# 3. Fit by your `read_out` on the first part, predict the second, and square the correlation there.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def memory(X, u, longest, split, penalty):
#     curve = np.zeros(longest)
#     for d in range(1, longest + 1):
#         states, targets = X[...], u[...]
#         W, b = read_out(states[: ...], targets[: ..., None], penalty)
#         said = (states[... :] @ W + b)[:, 0]
#         ...
#     return curve
# ```
#
# </details>


# %% role="answer" id="memory"
def memory(X, u, longest, split, penalty):
    """r² of a read-out for the input of 1 … longest steps ago, fitted before row `split`: an array (longest,)."""
    ### BEGIN SOLUTION
    curve = np.zeros(longest)
    for delay in range(1, longest + 1):
        states, targets = X[delay:], u[:-delay]
        W, b = read_out(states[: split - delay], targets[: split - delay, None], penalty)
        said = (states[split - delay :] @ W + b)[:, 0]
        said, wanted = said - said.mean(), targets[split - delay :] - targets[split - delay :].mean()
        scale = np.sum(said**2) * np.sum(wanted**2)
        curve[delay - 1] = np.sum(said * wanted) ** 2 / scale if scale > 0 else 0.0
    return curve
    ### END SOLUTION


# %% role="check" id="check_memory" points=2
check("memory")

# %% role="hidden" id="test_memory" points=3

# %% role="guess" id="guess_memory"
guess.choose(
    "The input's weights W_in are made ten times larger, so that it is much louder. What becomes of the linear memory?",
    ["it grows", "it stays", "it shrinks"],
    truth=explore.louder,
)

# %% [markdown]
# Your reservoirs, your read-out, your measure. 50 units, so at most 50.

# %% role="show" id="show_memory"
explore.memory_curve(make_reservoir, run_reservoir, memory)

# %% [markdown]
# <details><summary>What to look for</summary>
#
# - Memory is largest with a radius a little below 1 and a *quiet* input. Units then stay where $\tanh$ is nearly straight.
# - A louder input shortens it. In exchange the states bend the input, and a read-out can use products and powers of old
#   inputs. There is no more of one without less of the other.
# - Above 1 the reservoir makes noise of its own, and memory breaks down.
#
# </details>
#
# ## Forecasting chaos
#
# In 1977 Mackey and Glass wrote down how the number of white blood cells may swing in a sick body:
#
# $$ \frac{dx}{dt} = \frac{0.2\; x(t - \tau)}{1 + x(t - \tau)^{10}} - 0.1\; x(t) . $$
#
# New cells depend on how many there were a time $\tau$ ago. For small $\tau$ this swings evenly. From about 17 on it is
# **chaotic**: it never repeats, and two histories that differ by a hair are far apart after a while. So no forecast is good for ever.
# <!-- term: chaotic | never repeating, and such that tiny differences grow without end. -->
#
# In the explorer, a reservoir with *your* functions has heard the series up to the dashed line, and then runs free.

# %% role="show" id="show_free"
explore.free(make_reservoir, run_reservoir, read_out, free_run)

# %% [markdown]
# In the studio the system, the instrument and the noise are drawn anew each time. This is how to get a series for yourself.

# %% role="try" id="try_oracle"
series, histories, truth = explore.new_series(np.random.default_rng(0))  # another seed, another source; the truth has no noise
print("one series of", len(series), "numbers, and", len(histories), "histories with", truth.shape[1], "values to come")

# %% [markdown]
# ### Studio · `oracle` &nbsp; ●●● &nbsp; 75 min
#
# `train(series, rng)` gets one series of 3,000 numbers (3000,) and returns a list of arrays with **at most 300 numbers** in all.
# `forecast(arrays, histories, steps)` gets these arrays and 60 histories (60, 200) from the same source. It returns their next
# `steps` values, (60, steps). It is asked for 32.
#
# **The series.** A Mackey-Glass system with its own $\tau$ between 17 and 25 and its own power between 9 and 11. It is read off every 2 to 3 units of time.
# The instrument has an unknown bend, unit and zero, and 3 % noise. All of this is drawn anew at every judging, eight times.
#
# **What counts** is the error of steps 1, 2, 4, 8, 16 and 32 ahead against the truth without noise. For each it is the root of the mean square, in
# units of the series' standard deviation. One error counts as 3 at most. The mean over the six is your error: 1 is what the mean value of the series has.
#
# **The rules.** Before they are used, all stored numbers are rounded to `float32` and blurred by a thousandth of each. What `forecast` can make again by itself, and for
# every series alike, need not be stored.
#
# | | error |
# |---|---|
# | baseline, no points | $0.46$ |
# | gets going | $0.25$ |
# | good | $0.12$ |
# | excellent | $0.07$ |
# | honour, nothing more to earn | $0.045$ |
#
# Points rise in a straight line between the rows.
#
# <details><summary>A question to ask yourself</summary>
#
# Which of your arrays must be learnt from *this* series, and which may be the same for every series? What does a very small
# penalty do to the weights, and what does a blur of a thousandth do to large weights?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. Bring the series to mean 0 and spread 1, and store both numbers.
# 2. Draw a reservoir from a fixed seed in a helper that both functions call. Drive it, leave out the first states, fit a
#    `read_out` for the next value.
# 3. `forecast` is a `free_run`.
# 4. Then try: leak, radius, loudness, penalty, the number of units. Make a judge for yourself from `explore.new_series(rng)`.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# UNITS = 100
#
# def drawn():
#     rng = np.random.default_rng(0)
#     return rng.normal(size=(1, UNITS)), make_reservoir(UNITS, ..., ..., rng), ...
#
# def train(series, rng):
#     z = ...
#     X = run_reservoir(drawn(), z[None, :-1, None], ...)[0]
#     W, b = read_out(X[100:], z[101:, None], ...)
#     return [W[:, 0], np.array([b[0], series.mean(), series.std()])]
#
# def forecast(arrays, histories, steps):
#     ...
# ```
#
# </details>


# %% role="studio" id="oracle"
def train(series, rng):
    """Arrays with at most 300 numbers, learnt from one series (3000,)."""
    ### BEGIN SOLUTION
    centre, spread = series.mean(), series.std()
    z = (series - centre) / spread
    X = run_reservoir(drawn(), z[None, :-1, None], LEAK)[0]
    W, b = read_out(X[100:], z[101:, None], 0.01)
    return [W[:, 0], np.array([b[0], centre, spread])]
    ### END SOLUTION


def forecast(arrays, histories, steps):
    """The next `steps` values of each history (S, 200): an array (S, steps)."""
    ### BEGIN SOLUTION
    weights, (bias, centre, spread) = arrays
    z = (histories - centre) / spread
    ahead = free_run(drawn(), (weights[:, None], np.array([bias])), LEAK, z[:, :, None], steps)[:, :, 0]
    return np.clip(ahead, -4, 4) * spread + centre


UNITS, LEAK = 297, 0.5


def drawn():
    """The same reservoir at every call."""
    rng = np.random.default_rng(7)
    W = make_reservoir(UNITS, 1.1, 0.07, rng)
    return 0.5 * rng.normal(size=(1, UNITS)), W, 0.3 * rng.normal(size=UNITS)


### END SOLUTION

# %% role="check" id="check_oracle" points=1
check("oracle")

# %% role="hidden" id="test_oracle" points=9

# %% [markdown]
# **Keep a note.** Four lines for each experiment with the studio, in a file of your own: what you changed, what you expected,
# what came out, and how much that varies over three seeds.
#
# <details><summary>The authors' own log</summary>
#
# | changed | why tried | error, ten judgings, and their spread |
# |---|---|---|
# | the last value is repeated | what everybody must beat | $1.08 \pm 0.02$ |
# | the mean value | the unit of the error | $1.00 \pm 0.01$ |
# | a straight line through 40 old values, through 150 | is the law bent at all? | $0.476 \pm 0.02$, $0.477 \pm 0.05$ |
# | all products of 16 old values, every second one | the next-generation reservoir | $0.180 \pm 0.02$ |
# | a reservoir of 30, 60, 110, 200 units | how many does it take? | $0.257$, $0.094$, $0.072$, $0.058$ |
# | 297 units, leak 0.5, radius 1.1 | all that the budget allows | $0.048 \pm 0.006$ |
# | penalty 0.1 in place of 0.01 | smaller weights, less hurt by the blur | $0.061 \pm 0.006$ |
# | no leak | faster units | $0.056 \pm 0.007$ |
# | radius 0.6 | a shorter memory | $0.102 \pm 0.014$ |
# | random features of the last 20 values, of the last 50 | is it the memory, or the bend? | $0.041 \pm 0.003$, $0.092 \pm 0.016$ |
#
# </details>
#
# ## Who needs a reservoir?
#
# Honestly told: a **window** of old values with random features of it does as well in this studio. Take the last 20 values, 250 random
# combinations of them, each through $\tanh$, and a ridge read-out. It has no memory, and it reaches our own reservoir's error. A window with all *products* of two values, the
# *next-generation reservoir*, comes close behind with a tenth of the thought. What both need is the right length of the window. The
# reservoir finds it by itself, since old values fade in it.
#
# A recurrent net that is trained through time can do better than all of them where the past is long and only rarely matters.
# A reservoir cannot learn what to keep. It keeps a little of everything.
#
# Reservoirs live where training is not possible: in light, in water, in spins and soft robots, whose physics is the reservoir. Only the read-out has to be computed.
#
# Here are two real series, looked at, not judged: sunspots since 1700, and the temperature of the eastern Pacific, whose warm
# years are called El Niño. Beside the reservoir stands *persistence*, "it stays as it is". Every forecast must first beat that.

# %% role="show" id="show_real"
explore.real_series(make_reservoir, run_reservoir, read_out, free_run)

# %% [markdown]
# <details><summary>What to look for</summary>
#
# - *Sunspots*: persistence is worst half a cycle ahead, and good again after a whole cycle of eleven years. There it beats the
#   reservoir. The last hundred years had larger cycles than those that were fitted, so all errors are large.
# - *El Niño*: most of what one sees is the season. The reservoir is better for ten months. After twelve the season has come
#   back, and "as today" is a good forecast.
# - The dotted line at 1 is what the mean value has. Beyond it, a forecast is worse than none.
# - Take 100 units and the smallest penalty. Two hundred rows are too few for that.
#
# </details>
#
# ## Equal work
#
# Is that fair to the others? Four forecasters of the same two series may spend equally many multiply-adds, on learning and all free runs
# together: 3 million, then 30.
#
# - Your *reservoir*. Its read-out costs $N^2$ a row and $N^3/3$ once, by normal equations.
# - The *recurrent net* of week 14, which has the same units. All its weights are trained through time, by Adam. A step back costs as much as
#   two steps forward.
# - A *window of products*, the next-generation reservoir: old values and all products of two of them, with your `read_out`.
# - A *straight line*: the same window without products.
#
# For each one we tried a list of settings, as far as the budget reaches, on a part that was set aside from what is learnt. The best
# one stands in the picture. The last third of the series had no say in it.

# %% role="try" id="from_before"
import kit

# borrowed for this comparison; nothing else of the week needs them
rnn_forward, rnn_backward, adam = kit.rnn_forward, kit.rnn_backward, kit.adam  # your own instead: kit.mine("rnn_forward"), …

# %% role="show" id="show_equal"
explore.equal_work(make_reservoir, run_reservoir, read_out, free_run, rnn_forward, rnn_backward, adam)

# %% [markdown]
# The mean errors over twelve steps, with the spread of five seeds where there is chance in it:
#
# | | sunspots, 3 million | sunspots, 30 million | El Niño, 3 million | El Niño, 30 million |
# |---|---|---|---|---|
# | persistence | 1.75 | 1.75 | 1.29 | 1.29 |
# | reservoir | 1.24 ± 0.19 | 1.09 ± 0.08 | 0.58 ± 0.03 | 0.55 ± 0.02 |
# | recurrent net | 1.10 ± 0.05 | 1.09 ± 0.07 | 0.67 ± 0.01 | 0.55 ± 0.03 |
# | window of products | 1.28 | 1.11 | 0.56 | 0.60 |
# | straight line | 0.98 | 0.98 | 0.48 | 0.48 |
#
# **The straight line wins**, on both series and with both budgets. It needs a ninth of the smaller one, or less. More work helps
# the two that have a state, and not the products. With 3 million each of these two is ahead once. With 30 million they are level: their seeds overlap.
#
# What does that mean? There are 206 years and 488 months to learn from. A bend has to be learnt too, and from so little data a flexible machine
# learns much that was chance. That is variance, as in week 5. In the studio it is the other way round. There the law is bent, and 3,000 numbers show it: the line has 0.48, and
# our reservoir 0.05.
#
# So no machine is the best one. How bent is the law, and how much of it has been seen? Fit the straight line first. What you build
# then has to beat it. And before you train a net through time, see what a reservoir does: here it was as good, for one regression.
#
# ## A map
#
# **From earlier weeks** this one took `tanh` units (week 3), double descent and validation (week 5), eigenvalues (week 6). The recurrent net of week 14
# was borrowed for a comparison.
#
# **Where it goes.** Random features that are never trained come back as a baseline in week 16. Week 17 asks what a memory that can *choose* is
# worth.
#
# **Sources.** Echo state networks: Jaeger, *The "echo state" approach to analysing and training recurrent neural networks*, GMD
# report 148, 2001; memory capacity: Jaeger, *Short term memory in echo state networks*, GMD report 152, 2001. Liquid state machines: Maass, Natschläger and Markram, *Real-time computing without
# stable states*, 2002. Leaks: Jaeger, Lukoševičius, Popovici and Siewert, 2007. A guide for practice: Lukoševičius, *A practical guide to applying echo state networks*, 2012. What the echo state property needs:
# Yildiz, Jaeger and Kiebel, *Re-visiting the echo state property*, 2012. Next-generation reservoirs: Gauthier, Bollt, Griffith and Barbosa, 2021. Leave-one-out: Allen's PRESS, 1974. Mackey and Glass, *Oscillation and chaos
# in physiological control systems*, 1977. Text, pictures and exercises are our own.
