# %% [markdown] role="week" needs="week01.standardise week02.log_loss"
# # Week 3 · One hidden layer
#
# A plant on a window sill wants light, but not the glare of noon; it wants water, but not a swamp. Ask a gardener for the places where it thrives,
# mark them on a sheet with light along one side and water along the other, and you get an **island**: not too little, not too much, in both.
#
# The neuron of last week cannot say that. All that it knows is *the more the better*, or the less: it draws one straight cut through the plane, and all on
# one side of it is yes. No weights make an island out of a straight cut. Most questions worth asking are islands, rings and winding
# coasts: the dose of a drug, the pitch of a vowel, the ink of a digit.
#
# The mend is old and simple. Let several neurons look at the plane, each with a cut of its own, and let one more neuron look at *their* answers. In week 1
# you set such a net by hand. This week it finds its own weights, and you build all of that: the way forward, the way back, a start that can learn,
# a bend of your own, the walk downhill, and an honest answer to the question how many units it should have.
#
# **You need** arrays (week 1), and the chain rule and the log-loss (week 2). **You build** five pieces and then take on two spirals. Several pictures have sliders: move them.

# %% role="given" id="setup"
import numpy as np
import matplotlib.pyplot as plt
from autograder import datasets
from autograder.cases import check
import explore

# %% role="try" id="from_earlier_weeks"
import kit

learn_scale, standardise, log_loss = kit.learn_scale, kit.standardise, kit.log_loss  # your own instead: kit.mine("log_loss"), and so on

# %% [markdown]
# ## An island from three cuts
#
# Before any formula, look. Below, three units each lay a smooth step across the plane: high on one side, low on the other, in a direction of
# their own. Each of them is a straight cut. Now add the three up. Only in the middle are all three high at once, and where the sum passes a threshold, there
# lies the coast of an island. Move the steepness and the distance of the cuts, and find the moment at which the island falls apart.

# %% role="show" id="show_island"
explore.island()

# %% [markdown]
# Three units for an island; two for a strip, and for a checkerboard of four fields. A theorem says that there is no end to this: with enough
# units, one hidden layer comes as near as you like to any continuous function on a bounded region (Cybenko 1989). The theorem does not say how many units are
# enough, nor how to find their weights. These are this week's two questions, and experiment has more to say about both.
#
# ### The net, in letters
#
# As in week 1, examples are rows. Input number $i$ of example $n$ is $x_{ni}$, and each hidden unit $j$ has a weight for each input and a bias of its own. First it adds
# up what it hears; then it bends the sum:
#
# $$z_{nj} = b_j + \sum_i x_{ni}\, w_{ij}, \qquad a_{nj} = \varphi(z_{nj}).$$
#
# Each output $k$ hears all units, with weights $v_{jk}$ and a bias $c_k$. It does not bend: $s_{nk} = c_k + \sum_j a_{nj}\, v_{jk}$ is a score, and what happens to scores is somebody
# else's business. For yes or no, it is last week's log-loss. In week 7 it will be softmax, in week 13 a distance between faces.
#
# The bend $\varphi$ will be $\tanh$ for now: it runs from $-1$ to $1$, is $0$ at $0$, and its slope is easily had from its value, $\varphi'(z) = 1 - \varphi(z)^2$.

# %% role="show" id="show_wires"
explore.wires()

# %% [markdown]
# ## Blame flows back
#
# Somewhere to the right, scores become one number: the loss $L$. To walk downhill, we need to know for *each* weight: if it were a hair larger, by how much
# would $L$ change? A net may have a million weights. To try them one by one takes a million passes. The way back gives all answers at the
# price of two or three passes, however many weights there are, and it rests on two sentences about roads:
#
# - **along a road, slopes multiply** (the chain rule of week 2);
# - **where several roads lead to the same place, they add up.**
#
# Suppose that whoever turns scores into a loss tells us $g_{nk} = \partial L / \partial s_{nk}$, how much the loss changes with each score of each
# example. For the mean log-loss of $N$ examples, last week gave us $g_n = (p_n - y_n)/N$. We need not know where it comes from.
#
# Now raise the answer $a_{nj}$ of one unit to one example by a hair $\varepsilon$. Every score of that example hears this unit; score $k$ moves by
# $\varepsilon\, v_{jk}$. That moves the loss by $\varepsilon\, v_{jk}\, g_{nk}$. So many roads, so many parts, which add up:
#
# $$\frac{\partial L}{\partial a_{nj}} = \sum_k g_{nk}\, v_{jk}.$$
#
# Read it aloud: *a unit is to blame for what its listeners are to blame for, by the weight that they give to it.* On the way forward the weights $v$ carried answers from
# units to scores. On the way back the same weights carry blame from scores to units. One more piece of road, through the bend, gives the blame of the sum inside:
#
# $$\beta_{nj} = \frac{\partial L}{\partial z_{nj}} = \varphi'(z_{nj}) \sum_k g_{nk}\, v_{jk}.$$
#
# Look at the factor in front. Where the bend is flat, no blame gets through: a unit that is stuck at its ceiling is not told what it did wrong.
#
# What is left is one short step from the blame to the weights, and it is yours. Two things are worth knowing before it. One weight serves *every* example, and the biases
# do too: roads through different examples lead to the same loss. And what is not a weight has a slope as well: the inputs. With one
# hidden layer we have no use for their slopes, but a unit of a deeper net has its inputs from somebody who wants to be told.
#
# Try it by hand on the smallest net there is: one input $x = 2$, one unit with $w = 0$ and $b = 0$, one output with $v = 3$ and $c = 1$. The score is $1$. Suppose that $g = 1$: the loss rises
# as the score does. The unit's answer is $0$, so nudging $v$ changes nothing: slope $0$. Nudging $c$: slope $1$. The blame of the sum inside is $1 \cdot 3 \cdot 1 = 3$, and a hair on $w$ moves that sum by two
# hairs: slope $6$. If the four slopes that your code gives here are $6, 3, 0, 1$, you have most of it.

# %% [markdown]
# ### Exercise · `net` &nbsp; ●●○ &nbsp; 50 min
#
# Two functions that work hand in hand, with tanh as the bend.
#
# - `forward(parameters, X)` takes `parameters`, a tuple or list of the four arrays W1 (d, h), b1 (h,), W2 (h, k) and b2 (k,), and a batch `X` (n, d). It returns two
#   things: the scores (n, k), and a *cache*: whatever `backward` will want to remember. What is in it is your own business; nobody else opens it.
# - `backward(cache, d_scores)` takes that cache and the slope of some loss with respect to each score, (n, k). It returns two things: a tuple with the
#   slopes of that loss with respect to the four parameter arrays, in their order and of their shapes; and its slopes with respect to `X`, of the shape of `X`.
#
# A right answer
#
# - passes the test that anyone can do with a ruler: a small step in any direction changes the loss by slope times step. The loss may be *any* function of
#   the scores; what averages over examples, if anything does, has been counted in `d_scores` already;
# - works for any number of examples (one, or none at all), inputs, units and outputs, and takes inputs that are whole numbers;
# - lets two batches be under way at once: a second `forward` before the first `backward` disturbs nothing, and neither does going backward twice;
# - keeps `float32` where everything is `float32`, stays finite for inputs in the thousands, and leaves all that it is given as it was.
#
# A net with two inputs and one unit that only hears the first of them, with weight 1 and no bias, and one output that hears the unit with weight 2 and has bias ½:
# it scores ½ for an input of (0, 7), and 2½ for (100, 7).
#
# <details><summary>A question to ask yourself</summary>
#
# Take one weight, from input $i$ to unit $j$. Through which sums $z$ does it touch the loss: those of which examples, which units? By how much does each of these move
# if the weight grows by a hair? And which product of two of your arrays, one of them turned over, adds up just that?
#
# Check with shapes: the slope of an array has the shape of the array. Often only one product fits.
#
# </details>
# <details><summary>A plan</summary>
#
# 1. Forward: write the two sums over $i$ and over $j$ as matrix products. Keep what the formulas for $\beta$ and for the slopes mention.
# 2. Backward: first the blame of the sums inside the units, (n, h), from the formula for $\beta$. The sum over $k$ is a matrix product too.
# 3. For the second layer: which array stood to the left of its weights on the way forward? Its slope is that array, turned over, times the blame of the layer's result.
#    The same sentence serves for the first layer.
# 4. A bias is a weight whose input is always 1. What does the product become?
# 5. The slopes for `X` are to the first layer what $\partial L / \partial a$ is to the second.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def forward(parameters, X):
#     ... = parameters
#     answers = np.tanh(...)
#     return ..., (...)
#
# def backward(cache, d_scores):
#     ... = cache
#     inside = (d_scores @ ...) * (...)       # blame of each unit's sum, (n, h)
#     slopes = (... @ inside, inside.sum(...), ...)
#     return slopes, inside @ ...
# ```
#
# </details>

# %% role="answer" id="net"
def forward(parameters, X):
    """Scores (n, k) of the batch X (n, d), and a cache for `backward`."""
    ### BEGIN SOLUTION
    enter, lift, leave, base = parameters
    heard = np.tanh(np.add(X @ enter, lift))
    return np.add(heard @ leave, base), (X, enter, leave, heard)
    ### END SOLUTION


def backward(cache, d_scores):
    """Slopes for the four parameter arrays, as a tuple, and for the batch, from those for the scores (n, k)."""
    ### BEGIN SOLUTION
    batch, enter, leave, heard = cache
    blame = (1 - np.square(heard)) * (d_scores @ leave.T)
    layers = ((batch, blame), (heard, d_scores))
    pairs = [(source.T @ fault, fault.sum(axis=0)) for source, fault in layers]
    return (*pairs[0], *pairs[1]), blame @ enter.T
    ### END SOLUTION


# %% role="check" id="check_net" points=3
check("net")

# %% role="hidden" id="test_net" points=5

# %% [markdown]
# ### Your net, alive
#
# The picture below trains *your* `forward` and `backward` by plain gradient descent on 200 points, from a random start, whenever you move something. Thin lines are the units' cuts ($z_j = 0$).
# Questions to play with:
#
# - How many units does the ring need? The checkerboard? Can you see which cut does what?
# - Set the learning rate to 0.03. What does the net know after 100 steps, and what after 2,000? Then 30. What does the loss do, and why does it not simply walk on downhill?
# - Take 20 units where 4 are enough. Does the coast get wilder, or smoother?

# %% role="show" id="show_boundary"
explore.boundary(forward, backward)

# %% [markdown]
# ## Twins
#
# Where should the walk begin? Weights of zero are tempting, and a trap: the hidden units get no blame, because nobody listens to them. But zero is not the heart of the
# matter. Suppose that two units $j$ and $m$ begin with the same weights and the same bias, *whatever* they are, and that each listener gives both the same weight. Then
#
# 1. they hear the same and answer the same, for every example;
# 2. they get the same blame, by the formula for $\beta$: nothing in it tells $j$ from $m$;
# 3. so the slopes of their weights are the same, those of the weights that their listeners give them too, and after a step of gradient descent they are twins still.
#
# By induction they are twins for ever. A hundred such units are one unit, said a hundred times. No data helps, no
# learning rate, no patience: the steps keep the symmetry because the *loss* has it (swap the two units' weights and nothing changes). The only thing that can break it is the start.
#
# Below, both nets have eight units, the same data, the same steps. On the left they began as twins. It is not that they do not learn: they do the best that *one* cut can do.

# %% role="show" id="show_twins"
explore.twins()

# %% [markdown]
# How different must two units be at the start? In theory a grain of dust is enough: the twins stand on a ridge, and any push to the side grows, by about the same factor at every
# step. In practice you have only so many steps, and a push of $10^{-6}$ needs many to grow to 1. Too large a start is no better. Its sums land where the bend is flat, little
# blame gets through, and the first scores are wild. What is a good size for a sum $z$, then, and what does that say about the size of a weight, if $d$ inputs of size about 1 add up? (For independent ones, it is the *squares* of sizes that add up.)

# %% [markdown]
# ### Exercise · `starts` &nbsp; ●●○ &nbsp; 35 min
#
# `starts(inputs, units, rng)` returns two starts for a net with tanh and one output, each a tuple of four arrays as above: W1 (inputs, units), b1 (units,), W2 (units, 1), b2 (1,). In neither is any
# entry of W1 or W2 zero. Biases are as you like.
#
# The judge trains from them by gradient descent on the mean log-loss of 80 points: 500 steps at learning rate 0.5, and a step that would be longer than 0.5 is cut to that length. The points have entries of size
# about 1, in 2 to 5 dimensions.
#
# - From the **first** start the net does learn: on two heaps, which one cut tells apart, the loss ends below 0.3. Yet all its units stay twins: before and after any training, all of them answer
#   alike to every point.
# - From the **second** start, with a dozen units or more, it learns the checkerboard: the loss ends below 0.4, while twins get stuck near 0.48 or above. (Why 0.48? A cut can set one of the four heaps apart and must leave the
#   other three in one pot.) The judge trains three times and takes the best.
# - Any number of inputs and units will do, one included.
# - Whatever chance you need comes from `rng`, a NumPy generator: the same seed, the same starts.
#
# <details><summary>A question to ask yourself</summary>
#
# The three steps of the argument name everything that must be the same for two units to be twins. In which arrays does that stand, and along which axis? Then: which of these is it enough to make
# different, to set them free?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. For the first start, make one unit: a column of weights, a bias, a weight to the output, none zero. Repeat it along the axis that counts units.
# 2. With many twins the score is the sum of many equal voices. Keep it small, or the first step will be a leap.
# 3. For the second start, draw each unit's weights on their own. Choose the scale such that sums are neither tiny nor far out on the flat.
# 4. Train from both yourself: the explorer above shows how, with your own net.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def starts(inputs, units, rng):
#     one = rng.normal(size=(inputs, 1)) ...
#     first = (np.repeat(one, ...), ..., ..., ...)
#     second = (rng.normal(size=...) / ..., ..., ..., ...)
#     return first, second
# ```
#
# </details>

# %% role="answer" id="starts"
def starts(inputs, units, rng):
    """Two starts: one whose units stay twins under training, one whose units go ways of their own."""
    ### BEGIN SOLUTION
    spread = 1 / np.sqrt(inputs)
    single = spread * rng.normal(size=inputs)
    voice = np.full((units, 1), 1.0 / units)
    alike = (np.outer(single, np.ones(units)), np.zeros(units), voice, np.zeros(1))
    apart = (spread * rng.normal(size=(inputs, units)), np.zeros(units), voice * rng.normal(size=(units, 1)) * np.sqrt(units), np.zeros(1))
    return alike, apart
    ### END SOLUTION


# %% role="check" id="check_starts" points=3
check("starts")

# %% role="hidden" id="test_starts" points=4

# %% [markdown]
# ## Why bend at all?
#
# Leave the bend out: $\varphi(z) = z$. Then a score is a weighted sum of weighted sums. In the notation of arrays,
#
# $$(X W_1 + b_1)\, W_2 + b_2 = X\,(W_1 W_2) + (b_1 W_2 + b_2),$$
#
# which is one layer with other weights. A thousand units, a hundred layers: still one straight cut. *All* that a hidden layer adds comes from the bend.
#
# So what must a bend be like? Not straight, where the sums are. Steep enough in enough places that blame gets through. Beyond that there is much freedom, and fashion has made use of it: tanh and the
# logistic curve until about 2010, ReLU since then, smooth relatives of ReLU in the nets of today. A theorem (Leshno and others 1993) says that every continuous
# bend which is no polynomial gives a net that can come near anything, with enough units. A polynomial of degree two can draw circles; with any number of units it will draw nothing beyond conic sections.

# %% role="show" id="show_bends"
explore.bends()

# %% [markdown]
# The dashed lines are the slopes, through which blame must pass. At $z = 4$ tanh lets one part in 750 through. The logistic curve is never steeper than a quarter: each passage
# through it costs at least three quarters of the blame. ReLU lets all through or nothing: a unit that is silent for every example never hears of it again. At its kink ReLU has no slope. A step to the left says 0,
# one to the right says 1, and any number between will do: a sum is exactly zero so rarely that nobody can tell.

# %% [markdown]
# ### Exercise · `bend` &nbsp; ●○○ &nbsp; 25 min
#
# Invent a bend. `bend(z)` gives its values and `slope(z)` its derivative, both for arrays of any shape, each number on its own. A right pair
#
# - belongs together: a hair more $z$ changes `bend` by as many hairs as `slope` says (at a kink, anything between the slopes to its left and right; leaps have no slope);
# - is not straight between −3 and 3, and has a slope other than zero on at least a third of that stretch;
# - is none of the three in the picture above, nor one of them scaled and shifted in its values;
# - works: with ten units, the judge's training (500 steps of gradient descent, cut as before where they are longer than the rate; the best of the rates 0.05, 0.3 and 1.5) tells a disc from the ring round it, with at least 95 % of fresh points named rightly, in two of
#   three trainings;
# - gives finite numbers up to $|z| = 1000$, takes empty arrays, keeps `float32`, leaves `z` as it was.
#
# For tanh, `slope(np.array([0.0]))` would be `[1.]`. Yours may look however you like: does it have to rise everywhere? Does it have to be bounded? Guess, then try.
#
# <details><summary>A question to ask yourself</summary>
#
# Which curves do you know by heart, with their derivatives? Waves, powers, bells, roots, logarithms of something positive… Draw yours from −3 to 3. Where does it bend? Where is it flat? What does it do at 1000?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. Write the formula down on paper and derive it, with the chain rule if it has parts.
# 2. Where it has two parts, choose by `np.where`; remember that both parts are computed everywhere, also where they overflow.
# 3. Compare with `(bend(z + h) - bend(z - h)) / (2 * h)` for a small `h`, in the scratch cell.
# 4. If circles fail: is it too faint, or too wild, for sums of size 1 to 3?
#
# </details>
# <details><summary>A solved sibling</summary>
#
# The logistic curve, written so that it never overflows. Its slope is had from its value.
#
# ```python
# def bend(z):
#     return (1 + np.tanh(z / 2)) / 2
#
# def slope(z):
#     p = bend(z)
#     return p * (1 - p)
# ```
#
# </details>

# %% role="answer" id="bend"
def bend(z):
    """The bent values, of the shape of z."""
    ### BEGIN SOLUTION
    return z / np.sqrt(1 + np.square(z))
    ### END SOLUTION


def slope(z):
    """The derivative of `bend` at z."""
    ### BEGIN SOLUTION
    return np.power(1 + np.square(z), -1.5)
    ### END SOLUTION


# %% role="try" id="scratch_bend"
# a place to try things out; it is never scored

# %% role="show" id="show_my_bend"
explore.my_bend(bend, slope)

# %% role="check" id="check_bend" points=2
check("bend")

# %% role="hidden" id="test_bend" points=4

# %% [markdown]
# ## Downhill, through a keyhole
#
# A net, a loss, a start: what is left is the walk. It is worth seeing how little the walker knows. It never sees the data. All that it ever gets is, for the place where it
# stands, the height of the ground and the slope in each direction. It asks, steps, asks again. Every question costs: with real data each is a pass over thousands of pictures.
# So the currency of training is the number of questions, and the art is to get low with few.
#
# The length of the step is the first thing to get right. Near a place where the ground curves upward by $\kappa$ (its second derivative along the way is $\kappa$), the slope at distance $r$ from the bottom is $\kappa r$. A step
# of $\eta$ times the slope takes us from $r$ to $(1 - \eta\kappa)\, r$. Too small an $\eta$: $r$ hardly shrinks. At $\eta\kappa = 1$ we are there in one step. Beyond $\eta\kappa = 2$ we land farther away
# than we were, and farther each time. But the ground curves by different amounts in different directions. What the steepest curve forbids, the flattest would need. The best single rate lies close to where things begin to break: look for the breaking
# point, then step back a little.
#
# Below, the same start and the same flower, at four rates. Rates are tried on a scale of *factors*, never of differences: 0.01 and 0.02 differ, 1 and 1.01 do not.

# %% role="show" id="show_rates"
explore.rates()

# %% [markdown]
# ### Exercise · `planar` &nbsp; ●●○ &nbsp; 50 min
#
# Two functions, for a tanh net with two inputs, one score and **at most 16 units**, whose parameters are four arrays as before.
#
# - `fit(gradient, rng)` returns trained parameters. `gradient` is the keyhole: called with parameters, it gives a pair of the mean log-loss on the judge's 200 training points and a tuple of its four slopes, in the usual order. You may call it
#   **400 times**; the 401st call raises an error. `rng` is a generator for whatever chance you need. The points are centred and scaled: each of both coordinates has mean 0 and standard deviation 1.
# - `classify(parameters, X)` gives the labels of the points `X` (n, 2), as n numbers: 1 where the score is above zero, else 0. No point at all is a batch as well.
#
# The judge draws fresh points each time, turns and mirrors them and swaps their labels as it likes, trains twice on each kind, and counts on 800 points that training never saw. Asked for are 95 %, on
# each of five kinds: checkerboards, a disc in a ring, two moons, three bars, a flower with three petals. All five by one and the same `fit`, which is not told which one it has.
#
# To practise: `gradient, X, y = explore.practice("petals", np.random.default_rng(1))` gives a keyhole and fresh points with their labels. There are also `"checkerboard"`, `"moons"`, `"circles"` and `"stripes"`, and `gradient.calls` counts.
#
# <details><summary>A question to ask yourself</summary>
#
# Print the loss every twenty calls. Is it still falling when the calls are spent? Then you are too slow. Does it jump up and down? Then you are too fast. And which start did you choose: do your cuts all pass through the origin?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. A start that escapes: you have one. Nothing forbids biases that differ from zero; then the cuts lie all over the plane.
# 2. A loop over calls: ask, then move each of the four arrays against its slope.
# 3. Find the rate by factors of three, on petals, the hardest. Keep an eye on the others.
# 4. If one rate is not enough: keep a share of the last step's direction (that is called momentum, and week 6 is about it), or make the rate larger after a success and smaller after a failure.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def fit(gradient, rng):
#     where = [...]                                   # four arrays
#     for call in range(...):
#         loss, slopes = gradient(tuple(where))
#         where = [... for array, s in zip(where, slopes)]
#     return tuple(where)
#
# def classify(parameters, X):
#     scores, _ = forward(...)
#     return ...
# ```
#
# </details>

# %% role="answer" id="planar"
def fit(gradient, rng):
    """Parameters of a net of at most 16 units, after at most 400 calls of `gradient`."""
    ### BEGIN SOLUTION
    place = [rng.normal(size=size) for size in ((2, 16), 16, (16, 1), 1)]
    place[2] /= 4
    drift = [np.zeros_like(part) for part in place]
    for _ in range(400):
        _, uphill = gradient(place)
        drift = [0.8 * old - 0.5 * new for old, new in zip(drift, uphill, strict=True)]
        place = [part + move for part, move in zip(place, drift, strict=True)]
    return place
    ### END SOLUTION


def classify(parameters, X):
    """Labels 0 and 1 for the points X (n, 2)."""
    ### BEGIN SOLUTION
    return np.where(forward(parameters, X)[0].ravel() > 0, 1, 0)
    ### END SOLUTION


# %% role="try" id="scratch_planar"
# a place to try things out; it is never scored

# %% role="check" id="check_planar" points=3
check("planar")

# %% role="hidden" id="test_planar" points=5

# %% [markdown]
# ## How many units?
#
# More units can only help on the examples that the net is trained on: whatever few units can draw, many can draw too. So the error on the training examples falls as units are added, down to zero if you let it, and says nothing
# about examples yet to come. A net with enough units can learn a telephone book by heart.
#
# To see what is worth having, keep some examples aside. Train on the rest, then count the errors on both parts. Do so for nets of several sizes and you have a **capacity curve**: training error and held-out error
# against the number of units. On its left end both errors are high: the net is too simple, the word is *bias*. If the held-out error parts from the training error and stays above it, the gap is what the net learnt
# that was not there to be learnt: *variance*. Both words come back in week 5.
#
# Three things make such a curve honest.
#
# - **Nothing leaks.** A row that was trained on is no evidence.
# - **The sizes compete on the same split.** A held-out part of 300 rows may happen to be an easy one: with a true error of 5 %, the share of errors on 300 rows wavers by about 1.3 percentage points ($\sqrt{0.05 \cdot 0.95 / 300} \approx 0.013$). If every size faces the same rows, an easy part is
#   easy for all of them, and their *difference* wavers less.
# - **One split is one throw of the dice.** Several rounds, each with a fresh split, and the mean over rounds.

# %% [markdown]
# ### Exercise · `capacity_curve` &nbsp; ●●○ &nbsp; 35 min
#
# `capacity_curve(train, X, y, sizes, rounds, rng)` measures the curve.
#
# - `X` (n, d) and `y` (n,) are examples, at least eight of them, and their labels, of any kind that can be compared. `sizes` is a sequence of numbers of units, in any order, `rounds` says how often to repeat, `rng` is a generator.
# - `train(X, y, units, rng)` trains a net of that size and returns a *rule*: a function that takes examples and returns their labels. It is somebody else's, and takes time: call it once for each size in each round.
# - It returns a pair: the training errors and the held-out errors, each one number for each of the sizes, in their order. An error is the share of labels that are wrong, and the mean of it over rounds.
#
# In each round a quarter of the examples, to the nearest whole number or one beside it, is drawn at random and held out, and all sizes face the same split. Each round draws afresh. Nothing that you are given is changed.
#
# With a rule that knows by heart what it was trained on and is wrong elsewhere, the pair is zeros and ones.
#
# <details><summary>A question to ask yourself</summary>
#
# Which of the two loops must be the outer one, if all sizes are to face the same split? Rows and labels must stay together: what, then, should be put in random order: the rows, or their numbers?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. A place for the errors of every size in every round, for both parts.
# 2. In each round: the numbers of the rows in random order, cut into two parts.
# 3. For each size: a rule from one part; its share of wrong labels on both.
# 4. The mean over rounds, at the end.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def capacity_curve(train, X, y, sizes, rounds, rng):
#     errors = np.zeros((rounds, len(sizes), 2))
#     for r in range(rounds):
#         order = rng.permutation(...)
#         out, kept = ...
#         for k, units in enumerate(sizes):
#             rule = train(...)
#             errors[r, k] = ...
#     ...
# ```
#
# </details>

# %% role="answer" id="capacity_curve"
def capacity_curve(train, X, y, sizes, rounds, rng):
    """Training errors and held-out errors, each (sizes,), as means over rounds."""
    ### BEGIN SOLUTION
    table = []
    for _ in range(rounds):
        parts = np.split(rng.permutation(len(y)), [len(y) - len(y) // 4])
        rules = [train(X[parts[0]], y[parts[0]], count, rng) for count in sizes]
        table.append([[np.mean(rule(X[part]) != y[part]) for rule in rules] for part in parts])
    return tuple(np.mean(table, axis=0))
    ### END SOLUTION


# %% role="check" id="check_capacity_curve" points=2
check("capacity_curve")

# %% role="hidden" id="test_capacity_curve" points=4

# %% [markdown]
# ### On real digits
#
# Now your curve, with your net, on real data: 1,200 small handwritten digits, 8 × 8 pixels each, which people wrote on printed forms in the 1990s. The question is whether the digit is odd. It is an unnatural question, which is why it is a good one: the odd digits are five
# islands in 64 dimensions, with the even ones between. Their 64 columns are put on a common footing by week 1's `standardise`, whose scale is learnt from the training part alone; some pixels are never touched by ink, and must not turn into `nan`.
#
# On the left the labels are true. On the right a careless typist has turned over one label in five, in the whole table, so that even a perfect net would be wrong on a fifth of it. (It takes a few seconds. Nothing is hung.)

# %% role="show" id="show_capacity"
explore.capacity(capacity_curve, forward, backward, learn_scale, standardise)

# %% [markdown]
# Look closely, for it is not quite what older textbooks draw.
#
# - On the left, one or two units are too few: both errors are up. That is bias. From about four units on the training error is as good as zero, and says nothing more.
#   Yet the held-out error goes on falling, to less than half of what one unit has. Once a net *can* have everything right, extra units still change *which* of the many ways to be right it finds.
# - On the right, no net can be wrong on less than a fifth of the held-out rows, except by luck. The small nets cannot learn the typist's mistakes: their training error stays near a fifth, as it should. The large ones learn every one of them by heart. Training error 0 there means
#   that one row in five has been learnt *wrong*, and nothing in the training error tells. The gap of a third is variance.
# - The old books have the held-out curve fall and then rise again to the right. Sometimes it does; often, with gradient descent and a small start, it hardly does. Why not is a question of some fame (the map below has two papers).
#
# How would you choose a size? A sober rule: take the smallest net whose held-out error is within one standard error of the best. And report its error on a *third* part, since the best of many wavering numbers is too good to be true.

# %% role="try" id="scratch_capacity"
# a place to try things out; it is never scored

# %% [markdown]
# ## Two spirals
#
# In the 1980s Alexis Wieland posed a problem to the young field of neural nets: two spirals, wound round each other. Any child can follow an arm with a finger. A net of one hidden layer sees a plane cut again and again by the same two
# labels, and each of its cuts goes straight through all windings. Here are four draws of it. Which way they turn, how tightly they are wound, which arm is which: all of it is drawn by lot.

# %% role="show" id="show_spirals"
explore.spirals()

# %% [markdown]
# ### Studio · `spirals` &nbsp; ●●● &nbsp; 90 min
#
# Two functions:
#
# - `train(X, y, rng)` takes 400 points `X` (400, 2) with labels `y` (400,), each 0 or 1, and a generator. It returns a tuple or list of arrays that hold **at most 60 numbers** in all. This is everything that is learnt.
# - `predict(arrays, X)` takes those arrays as a list, every number rounded to `float32` and changed by about a thousandth of itself, and points (n, 2), and returns n labels, each 0 or 1. It runs in a fresh process that has your code and has never seen the training.
#
# The judge draws ten fresh pairs of spirals (the same kind as in the picture, `explore.spiral(n, rng)`), trains on each, and counts on 1,000 fresh points of each. Your result is the mean share of points named rightly.
#
# | share | band | points |
# |---|---|---|
# | up to 68 % | a little more than one straight cut does | none |
# | from 78 % | gets going | 40 % |
# | from 90 % | good | 70 % |
# | from 96.5 % | excellent | all |
#
# In between, points grow in proportion. All ten trainings together may take a minute. Anything is allowed that keeps the two functions and the 60 numbers. Numbers that were learnt go into the arrays, not into the code: the next spirals will be turned another way.
#
# <details><summary>A question to ask yourself</summary>
#
# How many units can you afford with two inputs and one score? Count: 2 weights, a bias and a weight to the score for each unit, and one bias at the end. Train that net with your own pieces first (last week's $(p - y)/N$ is the slope for `backward`), and look at *where* it errs.
# Then: what would *you* look at, to follow an arm with your finger? Does a net have to look at the plane through $x_1$ and $x_2$?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. A baseline in ten minutes: your net with as many units as the budget allows, a start large enough that cuts lie close, a few thousand steps.
# 2. Look at the loss. Still falling? More steps, momentum, another rate. A different end with each seed? Train twice and keep the better one: by what measure?
# 3. Rethink the inputs. A function of $x_1$ and $x_2$ that costs no learnt number may be worth ten units. How would you describe a point of a spiral in words?
# 4. Draw several spirals, not one: the judge will.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def seen(X):
#     """The points as the net is to see them: no learnt number in here."""
#     ...
#
# def train(X, y, rng):
#     where = [...]                                  # a start that fits the budget
#     for step in range(...):
#         scores, cache = forward(where, seen(X))
#         slopes, _ = backward(cache, ...)           # the slope of the mean log-loss with respect to the scores
#         ...
#     return tuple(where)
#
# def predict(arrays, X):
#     ...
# ```
#
# </details>

# %% role="studio" id="spirals"
def train(X, y, rng):
    """Arrays that hold at most 60 numbers, learnt from points X (n, 2) and labels y (n,)."""
    ### BEGIN SOLUTION
    points = looked_at(X)
    net = [rng.normal(scale=1.5, size=size) for size in ((3, 11), 11, (11, 1), 1)]
    drift = [np.zeros_like(part) for part in net]
    for step in range(4000):
        logits, memory = forward(net, points)
        chance = 0.5 + 0.5 * np.tanh(0.5 * logits)
        uphill, _ = backward(memory, (chance - np.reshape(y, (-1, 1))) / len(points))
        pace = 0.3 * (1 - step / 4400)
        drift = [0.9 * old - pace * new for old, new in zip(drift, uphill, strict=True)]
        net = [part + move for part, move in zip(net, drift, strict=True)]
    return net
    ### END SOLUTION


def predict(arrays, X):
    """Labels 0 and 1 for points X (n, 2)."""
    ### BEGIN SOLUTION
    return np.where(forward(arrays, looked_at(X))[0].ravel() > 0, 1, 0)


def looked_at(X):
    """Each point by its direction from the middle (two numbers) and its distance: along an arm, both change evenly."""
    distance = np.maximum(np.hypot(X[:, :1], X[:, 1:]), 1e-9)
    return np.hstack([X / distance, distance])
    ### END SOLUTION


# %% role="show" id="show_my_spiral"
explore.my_spiral(train, predict)

# %% role="check" id="check_spirals" points=2
check("spirals")

# %% role="hidden" id="test_spirals" points=10

# %% [markdown]
# ## A map
#
# **A way on when stuck.** After an hour, open the third step of help. If that does not do it either, leave the exercise and go on: no later exercise of this week needs more than `forward` and `backward`, and no later week needs your pieces, since it brings ready-made ones along. After a graded
# attempt in which your code ran (in a class: once the week is closed), `workbook solution` shows how we did it. It keeps your best
# score so far for that exercise, for good.
#
# **What this week took.** From week 1, arrays, the net itself, `standardise`. From week 2, the chain rule and the slope of the log-loss.
#
# **Where it goes.**
#
# | from this week | comes back as |
# |---|---|
# | two sentences about roads | layers upon layers, and a machine that does it for any formula (week 4) |
# | slopes for the inputs | what one layer hands to the one before it (week 4); a picture that changes its style (week 13) |
# | a start that escapes, of the right size | a start for thirty layers (week 5) |
# | the learning rate, momentum | week 6 |
# | bias, variance, held-out rows | week 5; splits by person, place and time (week 8) |
# | inputs that suit the task | convolution, which suits pictures (week 10), and nets that find such inputs on their own |
#
# **Sources.** The way back: Rumelhart, Hinton, Williams, *Learning representations by back-propagating errors*, Nature 323 (1986); the idea is older (Linnainmaa 1970, in a master's thesis in Helsinki; Werbos 1974). One hidden layer comes near everything: Cybenko, *Approximation by superpositions of a sigmoidal function*,
# Mathematics of Control, Signals and Systems 2 (1989); with which bends: Leshno, Lin, Pinkus, Schocken, Neural Networks 6 (1993). Starts and flat bends: LeCun, Bottou, Orr, Müller, *Efficient BackProp* (1998); Glorot and Bengio, AISTATS 2010. ReLU: Nair and Hinton, ICML 2010. Two spirals: Lang and Witbrock, *Learning to tell two spirals apart*, 1988
# Connectionist Models Summer School; they credit Wieland. Bias and variance: Geman, Bienenstock, Doursat, Neural Computation 4 (1992), whose figures show the old curve; Zhang and others, *Understanding deep learning requires rethinking generalization*, ICLR 2017, and Belkin and others, PNAS 116 (2019), are the two papers on why it may not rise. The digits: Alpaydin and Kaynak, UCI
# repository (1998).
#
# **What to take along.** A hidden unit is a cut; a sum of cuts is a coast. Blame flows back along the weights that carried the answer, and stops where the bend is flat. Equal units stay equal. The walker sees only the ground under its feet. And what a net knows by heart is not what it knows.
