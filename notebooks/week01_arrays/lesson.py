# %% [markdown] role="week"
# # Week 1 · Arrays and learnt functions
#
# Somebody writes a 7 on a piece of paper. You read it without trying. Now write down the rule by which you did it, precisely
# enough for a machine that knows nothing: which marks, where, how long, at what slant, with or without the little bar. People
# tried for decades. The rules grew long, and the next person's 7 broke them.
#
# The way out was to stop writing the rule. We write down a *family* of functions with some numbers left open, show the machine
# examples, and let the examples choose the numbers. What comes out is a function that nobody wrote: a *learnt function*. Every
# network of these twenty weeks is one, from the few numbers of today to the transformer of week 18.
#
# Numbers chosen by examples need three things, and this week is about them: a place to keep many examples (arrays), a way to
# say that two examples are alike (distances, and the units that distances depend on), and an honest way to find out whether a
# function is any good (data that it has not seen, and tests). At the end you build your first learnt function, with a budget of
# twenty numbers.

# %% role="given" id="setup"
import numpy as np
import matplotlib.pyplot as plt
from autograder import datasets
from autograder.cases import check, score
from autograder.explore import guess
import explore

# %% [markdown]
# ## Before you start
#
# **What you need.** Python: functions, loops, lists. School algebra: coordinates in the plane, the straight line, square roots.
# Nothing from calculus: slopes and the chain rule are taught in week 2. Some NumPy helps; if you have never used it, take an
# extra hour for the sections on shapes. Eight short questions after the first exercise show whether you are ready for the rest.
#
# **How a week works.** Each exercise is a contract. It says what your function takes, what it gives back, and what must be true
# of it. How you get there is yours: other names, other steps, a loop or none. Under each exercise lie three steps of help,
# folded away. Opening them costs nothing. The cell below your answer checks it, as often as you like. It shows the smallest input
# that breaks a promise. When you hand in, the same promises are tried on fresh inputs. Reading takes about 75 minutes of a week.
#
# **House rules.** They hold in every exercise of the twenty weeks, and no contract repeats them.
#
# - Any size is fine: one example, or none.
# - What your function is given stays as it was.
# - Floats keep their type: `float32` in, `float32` out. Whole numbers are taken as floats.
# - Nothing is remembered between two calls: no global variable that changes.
# - Chance comes from the `rng` that is handed in, and from nothing else.

# %% [markdown]
# ## A picture is an array
#
# Here is one of those sevens as the machine gets it: 28 rows, 28 columns, a number from 0 (paper) to 255 (ink) in each. Nothing
# else. No strokes, no corners, no bar. Whatever "seven" is, it must be found in these 784 numbers.
#
# Before you look, guess. A guess is not graded, and nobody but you sees it. A wrong one is remembered best.

# %% role="guess" id="guess_blank"
guess.number("Of the 784 numbers of a picture, how many are exactly 0, on average?", 0, 784, truth=explore.blank_numbers, step=4)

# %% role="show" id="show_digit"
explore.digit_as_numbers()

# %% [markdown]
# One picture is an array of shape (28, 28). Six thousand of them are *one* array of shape (6000, 28, 28). Its three **axes**
# are numbered 0, 1, 2: which picture, which row, which column.
# <!-- term: axes | the directions of an array, numbered from 0; each has a size, and the sizes are the array's shape. -->

# %% role="given" id="digits"
digits = datasets.load("mnist", split="train")

# %% role="try" id="look_at_shapes"
print(digits.X.shape, digits.X.dtype, digits.y.shape, digits.y[:10])

# %% [markdown]
# Most questions about data are asked *along an axis*. A sum over an axis walks along it and leaves the others standing: **the
# axis that you name is the one that goes away.** In the stack, axis 0 says *which picture*. Add up all the sevens over axis 0
# and the pictures fall onto one another: one (28, 28) picture of all sevens. One seven alone has two axes. Its axis 0 says
# *which row*, its axis 1 *which column*. Add it up over axis 1 and the columns go away: one number is left for each row.

# %% role="show" id="show_axes"
explore.axes_of_a_stack()

# %% [markdown]
# Your first line. Three pictures of two rows and four columns lie in one stack. Change the marked line so that `ink` holds all the
# ink of each picture, three numbers. Nothing here is graded.

# %% role="try" id="first_line"
stack = np.arange(24.0).reshape(3, 2, 4)
ink = stack  # <- a sum over two axes
print("right" if np.array_equal(ink, [28.0, 92.0, 156.0]) else "not yet")

# %% [markdown]
# <details><summary>Answer</summary>
#
# `stack.sum(axis=(1, 2))`: rows and columns go away, and the pictures stay. `stack.sum(axis=2).sum(axis=1)` is the same.
#
# </details>

# %% [markdown]
# The **dtype**, the type of an array's numbers, matters as well. These pixels are `uint8`: whole numbers that live between 0
# and 255 and *wrap around* beyond, without a word. In `uint8`, 200 + 100 is 44 and 3 − 5 is 254. Pictures come this way because
# it is small. Arithmetic wants floats.
# <!-- term: dtype | the type of an array's numbers, such as uint8, float32 or float64. -->
#
# <details><summary>How to do it in NumPy</summary>
#
# - `x.dtype` is the type that an array has.
# - `np.asarray(x, dtype=np.float32)` gives the array with another type. The old one stays as it was.
#
# </details>
#
# ### Broadcasting
#
# What is `A + b` when the shapes differ? NumPy has one rule, called **broadcasting**, and nearly all loop-free code
# lives on it:
#
# > Write the two shapes one above the other, **flush right**. Where one is shorter, pad it on the left with ones. Position by position,
# > the sizes must be equal, or one of them must be 1; a size of 1 is stretched to the other's.
#
# So an array of shape (3, 1) and one of shape (4,) make a whole table (3, 4), every row with every column. Where an axis of size 1 is
# missing, `None` makes one: if `v` has shape (3,), then `v[:, None]` has shape (3, 1). And `keepdims=True` makes a sum leave a
# 1 behind in place of the axis that it took away, so that the result still broadcasts against what it was made from.
# <!-- term: broadcasting | arithmetic on arrays of different shapes: an axis of size 1 is stretched to the other's size. -->

# %% [markdown]
# ### Exercise · `centre_of_ink` &nbsp; ●○○ &nbsp; 20 min
#
# Hang a picture on a nail so that it balances. The ink is heavy, the paper weighs nothing. Where must the nail be?
#
# `centre_of_ink(images)` takes pictures (N, H, W) of any number type, without a negative pixel. It returns (N, 2): the row and
# the column of each picture's centre of mass, in pixels, counted from 0 and not rounded. The centres are always `float64`.
#
# - It moves with the ink. A picture pushed three rows down has its centre three rows further down.
# - Darkness does not matter. Halve all pixels, and the centre stays.
# - Each picture is looked at alone, and the others in the batch do not matter.
# - A picture without ink has its centre in the middle of the paper. Very pale ink is still ink.
#
# Two equal dots in row 0, in columns 0 and 4, balance at (0, 2). Make the second three times as dark, and the nail moves to
# (0, 3). The middle of a 28 × 28 picture is (13.5, 13.5).
#
# <details><summary>A question to ask yourself</summary>
#
# Children of 20, 20 and 40 kg sit on a beam, at 0, 1 and 3 metres. Where does it balance? Which two sums did you need? Now the
# beam is the row axis of a picture: what is the weight at row 5?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. Leave `uint8` before anything else.
# 2. For each picture: the ink of each row, and the ink of each column. Each is a sum over one axis.
# 3. An average of the row numbers in which each row counts as much as it has ink. Columns alike.
# 4. A picture without ink divides zero by zero. Which picture with ink has its centre where you want it to be?
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def centre_of_ink(images):
#     ink = ...                                   # floats; and something sensible where a picture is empty
#     weight_of_rows = ink.sum(axis=...)          # (N, H)
#     down = (weight_of_rows * np.arange(...)).sum(axis=...) / ...
#     across = ...
#     return np.stack([down, across], axis=...)
# ```
#
# </details>


# %% role="answer" id="centre_of_ink"
def centre_of_ink(images):
    """Row and column of each picture's centre of mass, shape (N, 2), from pictures of shape (N, H, W)."""
    ### BEGIN SOLUTION
    weight = np.asarray(images, dtype=float)
    empty = weight.max(axis=(1, 2), initial=0, keepdims=True) == 0
    weight = np.where(empty, 1.0, weight)
    height, width = weight.shape[1:]
    rows = weight.sum(axis=2) @ np.arange(height)
    columns = weight.sum(axis=1) @ np.arange(width)
    return np.stack([rows, columns], axis=1) / weight.sum(axis=(1, 2))[:, None]
    ### END SOLUTION


# %% role="check" id="check_centre_of_ink" points=2
check("centre_of_ink")

# %% role="hidden" id="test_centre_of_ink" points=4

# %% [markdown]
# **From red to green.** The call that breaks a promise can be copied into a new cell, and run. Where its input is too long to be
# written out, the call fetches it: `check.inputs('any_net')` gives what your function was called with.

# %% [markdown]
# ### Which shapes meet?
#
# The rule of broadcasting once more, as a picture. Nothing is copied when an axis is stretched: the same numbers are read again and
# again. That is why it is fast.

# %% role="show" id="show_broadcasting"
explore.broadcasting()  # choose two shapes: which cells are read where, and when does it fail?

# %% [markdown]
# Say what you expect for each line before you run it. One of them fails; which, and what is the mend?

# %% role="try" id="guess_shapes"
table, per_column, per_row = np.ones((5, 3)), np.arange(3), np.arange(5)
for expression in (
    "table + per_column",
    "table + per_row",
    "table.sum(axis=0)",
    "table.mean(axis=1, keepdims=True)",
    "per_row[:, None] * per_column",
    "table[None] - table[:, None]",
):
    try:
        print(f"{expression:36}{eval(expression).shape}")
    except ValueError as error:
        print(f"{expression:36}{error}")

# %% [markdown]
# <details><summary>Answer</summary>
#
# `table + per_row` fails: flush right, 5 stands below 3. `per_row[:, None]` has shape (5, 1), and (5, 3) with (5, 1) fits. In the
# last line (1, 5, 3) meets (5, 1, 3): every row minus every row, shape (5, 5, 3).
#
# </details>
#
# **A trap that raises nothing.** `table - table.mean(axis=1)` fails for a table of shape (5, 3), and you would mend it. For a
# *square* table it runs, and subtracts the mean of row $j$ from *column* $j$. No message, wrong numbers. So try your functions
# on shapes whose sizes all differ. Our checks do.
#
# ### Two floats
#
# There are two common floats. `float64` keeps about sixteen digits and is NumPy's usual one. `float32` keeps about seven, takes
# half the memory and is faster; networks use it. A function that is given `float32` should give `float32` back, or memory doubles
# where nobody looks. Where two types meet, the wider one wins: `float32` and `float64` give `float64`.
#
# <details><summary>How to do it in NumPy</summary>
#
# - `np.result_type(a, b)` says which type a calculation with both will have. `np.result_type(a, np.float32)` turns whole
#   numbers into floats and leaves floats alone.
# - In a long sum, calculate in `float64` and round once, at the end: `x.mean(axis=0, dtype=np.float64)`.
#
# </details>

# %% [markdown]
# ## Before you go on
#
# **When you are stuck.** After an hour on one exercise, open the third step of help and go on, whatever comes of it. Exercises
# are judged one by one, and later weeks bring ready-made pieces with them: a hole here never blocks you there. After a graded
# attempt in which your code ran (in a class: once the week is closed), `workbook solution` shows how we did it. It keeps your best
# score so far for that exercise, for good.
#
# ### Ten minutes to find out whether you are ready for the rest
#
# Answer in your head or on paper, then open the answers. Six of eight is fine.
#
# 1. What does `[2 * k for k in range(4) if k != 1]` hold?
# 2. A function ends without `return`. What does calling it give?
# 3. `a = [1, 2]; b = a; b.append(3)`. What is `a` now?
# 4. How far is the point (1, 2) from (4, 6)?
# 5. On which side of the line $x + 2y = 4$ does (1, 1) lie: where $x + 2y$ is larger than 4, or smaller?
# 6. The mean of five numbers is 6. One of them, 10, is taken away. What is the mean of the other four?
# 7. Without a machine: what is $\sum_{k=1}^{4} k^2$?
# 8. A test for an illness is right 95 times in a hundred. Is that good?
#
# <details><summary>Answers</summary>
#
# 1. `[0, 4, 6]`.
# 2. `None`. It is the most frequent first message of the checks.
# 3. `[1, 2, 3]`: both names stand for one list. Arrays behave alike, and an exercise that says *leaves its input as it was*
#    means this.
# 4. 5: three across, four up.
# 5. Smaller: $1 + 2 = 3$.
# 6. 5: the sum was 30, and 20 is left for four.
# 7. $1 + 4 + 9 + 16 = 30$.
# 8. It cannot be said. If one person in a hundred is ill, a "test" that always says *healthy* is right 99 times. A number alone
#    is no verdict; it needs something to be compared with. Every studio of this course states a baseline for this reason.
#
# </details>
#
# If 4 to 7 were hard, do an hour of coordinates and sums first; if 1 to 3 were, an hour of Python functions and lists. The rest
# can be picked up on the way.
#
# ### Notation, kept for twenty weeks
#
# | we write | shape | what it is |
# |---|---|---|
# | `X` | (examples, features) | the examples: **a row is an example**, a column a feature |
# | `y` | (examples,) | one label, or one target, for each row |
# | `images` | (N, H, W), later (N, H, W, C) | N pictures, H rows down, W columns across, C colours |
# | `W`, `b` | (inputs, outputs), (outputs,) | a layer's weights and biases: one column, and one bias, for each output |
# | $x_i$, $x_{ij}$ | | row $i$ of `X`; its column $j$. Counting starts at 0, as in Python |
# | $\lVert a \rVert$ | | the length of a vector, $\sqrt{a_0^2 + a_1^2 + \dots}$ |
# | $\log$ | | the natural logarithm |
# | logits | | scores before they are made into probabilities (week 2) |
#
# <details><summary>All conventions of the twenty weeks, on one card (for later)</summary>
#
# | matter | ours |
# |---|---|
# | sequences | (N, T, D): examples, time, features |
# | parameters of a dense net | a list of `(W, b)`; gradients in the same nest |
# | kernels | (height, width, channels in, channels out), not flipped |
# | losses | mean over examples, in nats (natural logarithm) |
# | penalty | $\frac{\lambda}{2}\lVert W \rVert^2$, added to the mean loss; biases left out |
# | spread | divided by n (`ddof=0`) |
# | momentum | $v \leftarrow \beta v + g$, then a step of $\eta v$ |
# | dropout | `drop_rate` is the share set to zero |
# | temperature | divides the logits |
# | boxes | (top, left, bottom, right), half-open, in pixels |
# | masks | True: may be looked at, is real |
# | labels | classes 0 … K−1; −1 means none |
# | ties | exactly half-way: either will do |
# | randomness | `rng`, a `np.random.Generator`, is the only source |
#
# Where a contract needs something else, it says so.
#
# </details>
#
# Two warnings for readers of other books. Many courses, the one that this week goes back to among them, put examples in
# *columns*; transpose everything and the two agree. And what deep learning calls convolution (week 10) is
# what mathematicians call cross-correlation: the kernel is not flipped.

# %% [markdown]
# ## How far apart?
#
# Which pictures look alike? The oldest answer still works: a picture is 784 numbers, so it is a *point*, with 784 coordinates
# in place of two, and pictures that look alike are points that lie close to each other. The distance is the one you know from
# school, with more terms under the root:
#
# $$\lVert a - b \rVert = \sqrt{\sum_j (a_j - b_j)^2}\,.$$
#
# It is a poor idea of likeness: push a digit two pixels to the right, and it lands far away from itself. And yet, take a digit,
# find the nearest of 6,000 others, and say what that one is. How often will you be right?

# %% role="guess" id="guess_neighbours"
guess.number(
    "Of 100 unseen digits, how many does the nearest of 6,000 name rightly?", 0, 100, truth=explore.named_by_neighbour, step=1
)

# %% role="show" id="show_neighbours"
explore.neighbours()

# %% [markdown]
# That rule, *nearest neighbour*, needs the distance of every new digit to every known one: a table with a row for each of one
# set and a column for each of the other. For 1,200 against 1,200 digits the table has 1.4 million entries, and each is a sum of
# 784 squares. There are three ways to go about it, and the picture shows what they cost.
#
# - **A loop over all pairs.** Python spends about a microsecond on every little step. The arithmetic inside takes a nanosecond.
# - **No loop at all.** All differences at once, as one block, by broadcasting. It is short and fast, as long as the block fits.
#   This one has 1200 × 1200 × 784 entries, nine gigabytes of float64, and your machine stops answering.
# - **Something between.** A loop is not slow because it is a loop. It is slow when each of its rounds does too little. Give
#   every round enough to do and it costs nothing; give every round not too much and it fits into memory.

# %% role="show" id="show_memory"
explore.what_a_table_costs()

# %% [markdown]
# There is a fourth way: multiply out the square of the difference, as at school. For many points at once the heavy part becomes one
# matrix product, and nothing else is as fast on a laptop. It is worth knowing, and worth
# distrusting. Two points that are close together and far from the origin make it subtract two huge numbers that agree in nearly
# all of their digits; what is left is rounding error, and its square root can be `nan`. Try it below with points on a line: the true
# distance is 0.001.

# %% role="try" id="multiply_out"
far, near_it = np.float32(4000.0), np.float32(4000.001)
print("differences first:", abs(far - near_it))
print("multiplied out:   ", np.sqrt(far * far - 2 * far * near_it + near_it * near_it))

# %% [markdown]
# ### Exercise · `distances` &nbsp; ●●○ &nbsp; 50 min
#
# `distances(A, B)` takes n points and m points with d coordinates each, shapes (n, d) and (m, d). It returns the **Euclidean
# distance** of each point of `A` to each point of `B`, shape (n, m). Each level is worth points, and the first is worth most.
# <!-- term: Euclidean distance | the root of the sum of squared differences of the coordinates; the distance known from school. -->
#
# 1. **Right.** It is the distance above, for every pair. Points may be `uint8` pictures laid flat, whole numbers or floats.
# 2. **Steady.** Push all points by the same vector, and no distance changes, if pushing loses no digits. A
#    point lies at distance exactly 0 from itself.
# 3. **Fast.** It is much faster than a Python loop over the pairs. Both are measured on the same machine, at the same moment.
#
# With `A = [[0, 0], [3, 0]]` and `B = [[3, 4]]` the table is `[[5], [4]]`. One short function can reach all three levels.
#
# <details><summary>A question to ask yourself</summary>
#
# What shapes must `A` and `B` be given so that subtracting them meets every row of one with every row of the other? On which
# axis of the result do the coordinates lie? And you can have all of `B` against *one* row of `A` without any loop. How much
# memory does that take, and how many rounds would it need?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. Make both into floats (which type, if they differ or are whole numbers?). `np.result_type` knows the answer for two types.
# 2. Write it for one row of `A` against all of `B`: differences, squares, a sum over one axis, a root.
# 3. For every row of `A`, put that into its row of a table prepared beforehand. Measure it: is it slow?
#
# A solved sibling: the table of all *sums of absolute differences*, one column of the coordinates at a time. It is fast as long
# as d is not large: `table = 0`, then `for a, b in zip(A.T, B.T): table = table + abs(a[:, None] - b)`.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def distances(A, B):
#     kind = np.result_type(..., np.float32)       # whole numbers become floats, float64 stays
#     A, B = np.asarray(A, kind), ...
#     table = np.empty((..., ...), kind)
#     for i in range(...):
#         table[i] = ...                           # all of B against one point of A
#     return table
# ```
#
# </details>


# %% role="answer" id="distances"
def distances(A, B):
    """Distances (n, m) of n points to m points; A is (n, d), B is (m, d)."""
    ### BEGIN SOLUTION
    dtype = np.result_type(A, B, np.float32)
    table = np.zeros((len(A), len(B)), dtype)
    for row, point in zip(table, A.astype(dtype), strict=True):
        row[:] = np.linalg.norm(point - B, axis=1)
    return table
    ### END SOLUTION


# %% role="check" id="check_distances" points=3
check("distances")

# %% role="hidden" id="test_distances" points=5

# %% [markdown]
# **A stretch, without points: lean.** Does it also do without the nine gigabytes? The line below says how much memory your
# function holds at once. A function that fills the table row by row needs little more than the table itself.

# %% role="show" id="show_lean"
explore.lean(distances)

# %% [markdown]
# ## Units
#
# A flat is described by its size in square metres and its distance from the station in kilometres. Which of two flats is more
# like the one you live in? Write the distance in metres and the answer may change: a difference of 0.3 has become 300, and the
# size no longer counts. The flats are the same. Only the unit moved, and with it every distance, every neighbour, everything
# that is learnt from them.

# %% role="show" id="show_units"
explore.units_matter()

# %% [markdown]
# So before anything is learnt, columns are brought to a common footing. This is **standardisation**. The usual one has two
# conditions for each column, over the examples that we learn from: the mean is 0, and the mean *square* is 1. Changing the origin and
# the unit is allowed, and nothing else. So two numbers for each column see to it, one for each condition. Which two? You find them
# in the exercise. Afterwards a column counts
# in steps of "how unusual is this, in this column", and the unit in which it was written down has gone.
# <!-- term: standardisation | giving each column mean 0 and mean square 1, by numbers learnt from the training examples. -->
#
# Two things go wrong in practice. First, a column that is the same in every example has no spread; dividing by it makes `nan`,
# or, because rounding leaves a spread of $10^{-17}$ where there should be none, something worse than `nan`: a column of noise
# that looks real. Second, and more often: new data are standardised *by themselves*. Then one new patient, alone, becomes a row
# of zeros, whoever she is, and a test set tells about itself what nobody can know beforehand. Whatever is learnt is learnt
# once, from the training examples, and then applied to everybody alike. This is the first learnt function of the course: a very
# small one, with two numbers a column.

# %% [markdown]
# ### Exercise · `standardise` &nbsp; ●●○ &nbsp; 55 min
#
# New data must be treated as the training data were. So what is learnt is kept apart from what is done with it.
#
# - `learn_scale(X)` takes the training examples (examples, features). It returns a memory of any form. Nobody looks inside.
# - `standardise(X, scale)` takes examples, the same or new ones, and such a memory. It returns them standardised.
# - `undo(Z, scale)` takes standardised examples back into their own units.
#
# The promises:
#
# - Every column of the training examples gets mean 0 and mean square 1. Constant columns become 0.
# - `undo` gives back what went in, for new examples too. This also holds for a column that was constant only in training.
#   What a new value becomes in such a column is up to you, if `undo` brings it back.
# - A row gives the same result alone as among thousands.
# - Units do not matter: metres for kilometres, or Celsius for kelvin, in training and after, change nothing.
# - It holds for a single training example, and for columns near 10⁶ that vary by 1.
#
# Learnt from a column of 1, 2, 3, 6, a 3 becomes 0 and a 6 becomes about 1.60. Then $-1.60$ is undone to 0.
#
# <details><summary>A question to ask yourself</summary>
#
# Which numbers must be remembered so that a single new row can be treated as the training rows were? For a constant column, one
# of your two conditions can be met and the other cannot. Which division does no harm, and can still be undone? And how do you
# find out that a column is constant without trusting a computed spread to be exactly zero?
#
# If the second number will not come: take the mean 3 away from 1, 2, 3, 6. What is the mean square of the rest, and what must divide
# the rest so that it becomes 1?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. `learn_scale`: two numbers a column, the mean and the root of the mean squared distance from it (`np.std`). For those numbers
#    calculate in float64, also where `X` is float32: a mean of many float32 numbers loses digits.
# 2. A column is constant when its largest entry is its smallest. Let its divisor be one that changes nothing.
# 3. `standardise` and `undo` are one line each, and the second is the first backwards, in the reverse order.
# 4. Which float type should come out? That of the array that went in, if it has one.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def learn_scale(X):
#     X = np.asarray(X, dtype=...)
#     spread = ...                                     # one number a column
#     spread = np.where(X.max(axis=0) == ..., ..., spread)
#     return ..., spread
#
# def standardise(X, scale):
#     middle, spread = scale
#     ...
# ```
#
# </details>


# %% role="answer" id="standardise"
def learn_scale(X):
    """What `standardise` and `undo` need to know about the training examples X (examples, features)."""
    ### BEGIN SOLUTION
    table = np.asarray(X, dtype=np.float64)
    constant = np.ptp(table, axis=0) == 0
    return np.where(constant, table[0], table.mean(axis=0)), np.where(constant, 1.0, table.std(axis=0))
    ### END SOLUTION


def standardise(X, scale):
    """Examples X (examples, features), the training ones or others, with each column on a common footing."""
    ### BEGIN SOLUTION
    shift, divisor = scale
    return ((X - shift) / divisor).astype(np.result_type(X, np.float32))
    ### END SOLUTION


def undo(Z, scale):
    """Standardised examples Z (examples, features), back in their own units."""
    ### BEGIN SOLUTION
    shift, divisor = scale
    return (Z * divisor + shift).astype(np.result_type(Z, np.float32))
    ### END SOLUTION


# %% role="check" id="check_standardise" points=3
check("standardise")

# %% role="hidden" id="test_standardise" points=5

# %% [markdown]
# The second of your two numbers has a name: it is the column's **standard deviation**, or its spread. In the column 1, 2, 3, 6 the squared
# distances from the mean are 4, 1, 0, 9, with a mean of 3.5. So its standard deviation is $\sqrt{3.5} = 1.87$.
# <!-- term: standard deviation | the root of the mean squared distance from the mean. -->
#
# ## A network set by hand
#
# Now to the family of functions that gave the field its name. Its smallest member is a **linear score**: multiply each feature
# by a weight, add them up, add a bias, and say yes if the result is positive. In the plane, the points with score 0 form a
# straight line, with yes on one side and no on the other: the **decision boundary**. Learning means moving the line.
# <!-- term: decision boundary | where a classifier's score changes its sign: one class lies on each side. -->
#
# In 1969 two well-known researchers pointed at four points that no line can part: the *exclusive or*, XOR. Yes where exactly
# one of the two inputs is on, no where none or both are. Try it: how many of the four discs can you get wholly right?

# %% role="show" id="show_one_line"
explore.one_line()

# %% [markdown]
# Three discs are the most. One line cannot do all four, and there is a short proof. The middle of the two yes-corners is also
# the middle of the two no-corners. A linear score in a middle is the mean of the scores at both ends. So it would have to be
# positive and negative at once.
#
# The way out is a **layer** in between: units side by side that look at the same inputs. A **hidden unit** takes a linear score of
# its own and passes on only what is positive. A unit with weights 2 and −1 and bias −3 answers 1 at the point (3, 2), and 0 at (1, 2), where its
# score is −3.
# <!-- term: layer | units side by side that look at the same inputs. -->
# <!-- term: hidden unit | one output of a layer in the middle of a network: a linear score and an activation function. -->
#
# Such a bend is an **activation function**. This one is called **ReLU**, for *rectified linear unit*. One unit is a plane with a fold in it: flat on one side, rising on the
# other. Several of them, each with its own weights, look at the same point. A last linear score looks at *them*: it
# has a weight for each hidden unit, and a bias. With several last scores, each has its own.
#
# <!-- term: activation function | the bend that a layer applies to its linear scores. -->
# <!-- term: ReLU | the activation function max(0, z). -->
#
# The numbers in $W$ and $b$, weights and biases, are the network's **parameters**.
# <!-- term: parameters | the numbers of a model that examples choose: weights and biases. -->
#
# That is all there is to a network with one hidden layer. What it buys is easiest to see with one input: each unit adds a hinge
# to the curve, and with enough hinges a curve can be bent into anything.

# %% role="show" id="show_hinges"
explore.hinges()  # two hidden units with one input, and the score that they make together

# %% [markdown]
# And with two inputs, one unit. Turn it, shift it. Where is it silent?

# %% role="show" id="show_fold"
explore.fold()

# %% [markdown]
# <details><summary>Answer</summary>
#
# On one side of a straight line: where $x \cdot w + b$ is negative. The weights turn the line, the bias shifts it.
#
# </details>

# %% [markdown]
# ### Exercise · `xor_net` &nbsp; ●●○ &nbsp; 40 min
#
# The network is set by hand here, once, so that you see what its numbers do.
#
# - `net(X, W1, b1, W2, b2)` gives the k scores of such a network for each row of `X`, shape (N, k). `X` is (N, d), `W1` (d, H),
#   `b1` (H,), `W2` (H, k) and `b2` (k,), for any number H of hidden units.
# - `xor_parameters()` returns four arrays `W1, b1, W2, b2` for two inputs, **at most four** hidden units and one score.
# - The score is positive everywhere in the discs of radius 0.3 round the corners (0, 1) and (1, 0). It is negative everywhere
#   in those round (0, 0) and (1, 1). Your numbers are put into our own `net`.
#
# The network with `W1 = [[2]]`, `b1 = [-6]`, `W2 = [[3]]`, `b2 = [1]` has one input. Its score is 1 up to $x = 3$, and 13 at $x = 5$.
# With two hidden units, its score can be $|x| - 2$. Find such numbers with a pencil first.
#
# <details><summary>A question to ask yourself</summary>
#
# For XOR it does not matter where a point lies *along* the diagonal through (0, 0) and (1, 1); what matters is how far off it
# is, to either side. Which one number measures "how far off, and on which side"? What would you do to that number next, so that
# both sides count alike? And which network, with a pencil, did just this?
#
# </details>
# <details><summary>A plan</summary>
#
# 0. `net`, for all examples at once: $H = \max(0,\; X W_1 + b_1)$, one column for each hidden unit, then $S = H W_2 + b_2$. And the
#    pencil: `W1 = [[1, -1]]`, `b1 = [0, 0]`, `W2 = [[1], [1]]`, `b2 = [-2]` give $|x| - 2$.
# 1. Draw the square and the four discs. Draw the two lines between which the no-discs lie. How much room is there on each side?
# 2. One hidden unit for each side: silent between the lines or at the diagonal, growing outwards.
# 3. The last layer adds the two up and compares with a number in the middle of the room that you found.
# 4. Look at the picture below your answer; it shows where your score is positive.
#
# Another way that works: a unit that counts how many inputs are on, and one that wakes only when both are.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def net(X, W1, b1, W2, b2):
#     hidden = np.maximum(..., 0)
#     return ...
#
# def xor_parameters():
#     W1 = np.array([[1.0, ...],      # from the first input to each unit
#                    [..., ...]])     # from the second
#     ...
#     return W1, b1, W2, b2
# ```
#
# </details>


# %% role="answer" id="xor_net"
def net(X, W1, b1, W2, b2):
    """Scores (N, k) of a network with one hidden layer of ReLU units, for examples X (N, d)."""
    ### BEGIN SOLUTION
    hidden = np.maximum(X @ W1 + b1, 0)
    return hidden @ W2 + b2
    ### END SOLUTION


def xor_parameters():
    """W1 (2, H), b1 (H,), W2 (H, 1), b2 (1,) of a network that solves XOR, H at most 4."""
    ### BEGIN SOLUTION
    to_units = np.array([[1.0, -1.0], [-1.0, 1.0]])
    return to_units, np.zeros(2), np.ones((2, 1)), np.array([-0.5])
    ### END SOLUTION


# %% role="show" id="show_my_xor"
explore.my_xor(net, xor_parameters)

# %% role="check" id="check_xor_net" points=3
check("xor_net")

# %% role="hidden" id="test_xor_net" points=4

# %% [markdown]
# <details><summary>The same in PyTorch</summary>
#
# ```python
# import torch
# from torch import nn
#
# net = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 1))
# with torch.no_grad():                              # numbers set by hand, not learnt
#     net[0].weight.copy_(torch.tensor([[1.0, -1.0], [-1.0, 1.0]]))
#     net[0].bias.zero_()
#     net[2].weight.copy_(torch.tensor([[1.0, 1.0]]))
#     net[2].bias.fill_(-0.5)
# print(net(torch.tensor([[0.0, 1.0], [1.0, 1.0]])))  # positive, negative
# ```
#
# Conventions that differ: a `Linear` keeps its weights as (outputs, inputs), the transpose of ours, and `float32` is the usual
# type.
#
# </details>
#
# You chose nine numbers by thinking. It took a while, for four points in the plane. For 784 inputs and a few hundred units
# there are some hundred thousand numbers, and nobody can think of them. From next week on, examples choose them.

# %% [markdown]
# ## Examples choose
#
# Here is the simplest way to let them. One point stands for each class. All examples of the class pull at it as if by rubber bands: twice as far away, twice
# as hard. The point comes to rest where the pulls cancel, and this is the class's **prototype**. Where is that?
#
# <details><summary>Answer</summary>
#
# At the average of the class's examples: the differences from an average sum to zero.
#
# </details>
#
# A new example is judged by how near the prototypes are: this is a **classifier**. Drag the points and watch: every example pulls its prototype
# along, and the border between two classes stands exactly halfway.
# <!-- term: prototype | the average of a class's examples, standing for the class. -->
# <!-- term: classifier | a function from an example to the name of a class. -->

# %% role="show" id="show_drag"
explore.drag_prototypes()

# %% [markdown]
# Three things to find out by dragging. Why is the border always straight? What does one example, dragged far away, do to
# everybody? And can you arrange the points of two classes so that the rule is wrong about most of its own examples?
#
# <details><summary>Answers</summary>
#
# - A point of the border is as far from one prototype as from the other. Such points form a straight line, the perpendicular
#   bisector.
# - It pulls its prototype along, and the border moves by about half as much.
# - Yes. Let each class have most of its examples near the middle of the other, and a few very far out on its own side. The far
#   ones decide where the prototypes lie.
#
# </details>
# Before you look at the prototypes of the ten digits:

# %% role="guess" id="guess_closest"
guess.choose(
    "Which two digits have the closest prototypes?",
    ["0 and 6", "1 and 7", "3 and 5", "4 and 9", "5 and 8"],
    truth=explore.closest_prototypes,
)

# %% [markdown]
# On digits, a prototype can be looked at. These come from 6,000 training digits: blurred, and still each one what it
# is. Ten pictures, 7,840 numbers, computed in one pass, without any search.

# %% role="show" id="show_mean_digits"
explore.mean_digits()

# %% [markdown]
# Compare that with the nearest *neighbour*, which is right more often, keeps all 6,000 examples and has to look at each of them
# every time. What a learnt function knows is in its numbers; how many it needs, and what they cost, is half of this subject.
#
# One word on honesty. Each rule looks good on the examples that it was made from. The nearest neighbour is nearly never wrong
# there, because every example is its own neighbour (only two equal rows with different labels can fool it). A rule that knows its
# examples by heart and fails on new ones is said to show **overfitting**. What we want to know is how a rule does on examples that
# it has not seen. So a **test set** is kept apart before anything is learnt, and looked at only to judge.
# <!-- term: overfitting | doing well on the training examples and badly on new ones. -->
# <!-- term: test set | examples that nothing was learnt from, kept apart to judge by. -->

# %% [markdown]
# ### Exercise · `nearest_prototype` &nbsp; ●●○ &nbsp; 45 min
#
# One function learns a prototype for each class, the next names the class of the nearest. The third shows that this rule is a layer.
#
# - `learn_prototypes(X, y)` takes examples (N, d) and labels (N,), whole numbers. It returns a memory of any form.
# - `nearest_prototype(X, prototypes)` takes examples (M, d) and such a memory. It returns a label for each, shape (M,).
# - `as_linear(prototypes)` takes such a memory of K classes. It returns three arrays: `labels` (K,) in any order, `W` (d, K)
#   and `b` (K,). Column $k$ of `W` and entry $k$ of `b` make a linear score for class `labels[k]`.
#
# The promises:
#
# - Large and small classes are treated alike, and one class alone is fine.
# - Labels come back as they went in. With 3 and 8 in training, only 3 and 8 come out.
# - Rename the classes or reorder the training examples, and the answers follow. (Where two prototypes are equally near,
#   either will do.)
# - Move the origin, or change the unit of all columns together, and the answers stay.
# - An example gets the same answer alone as among others.
# - At each point, the largest of the K linear scores is that of the class whose prototype is nearest.
#
# With examples 0, 2 (class 7) and 10 (class 4), on a line, 5 becomes a 7, and 6 a 4. Learnt from 2,000 digits, it names at least 75 of 100 unseen ones rightly.
#
# <details><summary>A question to ask yourself</summary>
#
# `y == 3` is an array too. What can be done with it? And when `argmin` tells you that the nearest prototype is number 1, which
# label is that? For `as_linear`: multiply out the squared distance to a prototype. Which of its terms is the same for all classes?
#
# </details>
# <details><summary>A plan</summary>
#
# 0. You may use `distances`. In the example, the prototypes are 1 and 10.
# 1. The labels that occur, each once, in some fixed order: `np.unique`.
# 2. For each of them, the rows of `X` that have it, and their mean. Stack the means: one row a class.
# 3. Keep both, the labels and the means. Then a table of distances, the best column in each row, and back to labels.
# 4. $\lVert x - p \rVert^2 = \lVert x \rVert^2 - 2\,x \cdot p + \lVert p \rVert^2$. The nearest prototype has the smallest
#    $-2\,x \cdot p + \lVert p \rVert^2$, for $\lVert x \rVert^2$ is the same for all. A score is to be *largest*.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def learn_prototypes(X, y):
#     labels = np.unique(...)
#     means = np.stack([X[...].mean(axis=...) for label in labels])
#     return ...
#
# def nearest_prototype(X, prototypes):
#     labels, means = prototypes
#     nearest = ...                 # a column number for each row
#     return labels[...]
#
# def as_linear(prototypes):
#     labels, means = prototypes
#     return labels, ... * means.T, ...
# ```
#
# </details>


# %% role="answer" id="nearest_prototype"
def learn_prototypes(X, y):
    """What `nearest_prototype` needs to know about examples X (N, d) with labels y (N,)."""
    ### BEGIN SOLUTION
    kinds, which = np.unique(y, return_inverse=True)
    belongs = np.equal.outer(np.arange(len(kinds)), which).astype(float)
    return kinds, belongs @ np.asarray(X, dtype=float) / belongs.sum(axis=1, keepdims=True)
    ### END SOLUTION


def nearest_prototype(X, prototypes):
    """The label (M,) of the nearest prototype for each of the examples X (M, d)."""
    ### BEGIN SOLUTION
    kinds, averages = prototypes
    return kinds[distances(np.asarray(X, dtype=float), averages).argmin(axis=1)]
    ### END SOLUTION


def as_linear(prototypes):
    """Labels (K,), weights W (d, K) and biases b (K,): the largest of the scores XW + b is that of the nearest prototype."""
    ### BEGIN SOLUTION
    kinds, averages = prototypes
    return kinds, 2 * averages.T, -np.square(averages).sum(axis=1)
    ### END SOLUTION


# %% role="check" id="check_nearest_prototype" points=3
check("nearest_prototype")

# %% role="hidden" id="test_nearest_prototype" points=5

# %% [markdown]
# ## Who tests the tests?
#
# All week you have been judged by tests. Now write one.
#
# Nearly every result in machine learning rests on a small function that parts the data into examples to learn from and examples
# to judge by. It is ten lines long, everybody writes it once, and when it is wrong nothing crashes: the numbers are just too
# good. A row that lies in both parts is a question seen before the exam. Labels that were shuffled without their rows turn a
# year's data into noise. These mistakes have reached published papers.
#
# Such a function is random, so there is no table of right answers to compare with. A test must ask what is *always* true,
# whichever rows were drawn. That is how all checks of this course are made. The craft has two halves, and they pull against
# each other: **catch** programs that break a promise, and **spare** every program that keeps all of them, however odd it looks.
# A test that turns right programs away is worse than none, for people learn to ignore it.
#
# Here are five programs that part examples. Two are right, though they look odd. Three are wrong, each with one mistake. What they
# should promise stands below.


# %% role="given" id="five_programs"
def old_order(X, y, share, seed):  # right: the order within a part is not promised
    tested = np.zeros(len(X), dtype=bool)
    tested[np.random.default_rng(seed).choice(len(X), round(share * len(X)), replace=False)] = True
    return X[~tested], y[~tested], X[tested], y[tested]


def by_sorting_noise(X, y, share, seed):  # right: exactly in the middle, it may round up
    order, k = np.argsort(np.random.default_rng(seed).random(len(X))), int(share * len(X) + 0.5)
    return X[order[k:]], y[order[k:]], X[order[:k]], y[order[:k]]


def leaks(X, y, share, seed):  # wrong: the tested rows are among those to learn from
    tested = np.random.default_rng(seed).permutation(len(X))[: round(share * len(X))]
    return X.copy(), y.copy(), X[tested], y[tested]


def labels_mixed(X, y, share, seed):  # wrong: the labels of the test part stand in another order than its rows
    X_train, y_train, X_test, y_test = old_order(X, y, share, seed)
    return X_train, y_train, X_test, y_test[::-1]


def deaf_to_the_seed(X, y, share, seed):  # wrong: the same rows for every seed
    return old_order(X, y, share, 42)


# %% [markdown]
# ### Exercise · `examine` &nbsp; ●●● &nbsp; 75 min
#
# Somebody has written a function by this contract:
#
# ```python
# def split(X, y, share, seed):
#     """Part examples at random into some to learn from and some to judge by.
#
#     X has one example a row: shape (n, d), or (n, H, W) for pictures. y has one whole number
#     a row, its label. n is at least 2. Returns X_train, y_train, X_test, y_test.
#
#     - Nothing is lost, doubled or changed: laid together again, the two parts are X with its
#       labels, in some order. Shape and type of a row stay, too.
#     - The test part has the share that was asked for, to the nearest whole row; exactly in the
#       middle, either will do.
#     - n, share and seed (0, 1, 2, …) alone decide which rows go where, row for row; the values
#       never do. Over the seeds every row is tested about equally often.
#     - In which order the rows stand within a part is not promised.
#     - The house rules hold.
#     """
# ```
#
# Write `examine(split)`. It calls the function as it likes, and raises an `AssertionError` if a promise is broken. Otherwise it
# comes to an end in silence.
#
# - It spares every right program. Ours differ in everything that the contract leaves open.
# - It catches every wrong program. Ours have one mistake each that somebody has made, and each caught one earns. Nine are tried
#   by the check below, others when you hand in.
# - What it raises is an `AssertionError`, and no other error.
#
# Two seconds for each program are plenty. Where `share * n` rounds to 0, the test part is empty, and that is right. Try yours on
# the five programs above: `examine(old_order)` stays silent, `examine(leaks)` raises.
#
# <details><summary>A question to ask yourself</summary>
#
# You cannot foresee which rows come back. What data could you hand in, so that you recognise each row, and its label, wherever
# it turns up? Which promises can one call show to be broken, which need two calls, and which need a hundred?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. Make `X` so that no two rows are alike, and `y` so that each row's label can be worked out from the row.
# 2. One call: `share * n` rows, rounded; every row once; labels that fit; type and shape; nothing changed in what you handed in (keep a copy).
# 3. Do it for several n, shares and shapes. Which n and share tell rounding from cutting off?
# 4. Two calls with one seed; calls with many seeds. What should be alike, what should differ? How sure can you be that two
#    *right* draws differ? Use sizes at which chance would need longer than the age of the universe.
# 5. Go through the contract line by line, and for each line imagine the program that breaks this one alone.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def examine(split):
#     for n, share in ((10, 0.3), ...):
#         X = ...                                    # n rows, all different
#         y = ...                                    # from which each row can be recognised
#         X_train, y_train, X_test, y_test = split(X, y, share, seed=n)
#         assert len(X_test) == ...
#         assert sorted([*y_train, *y_test]) == ...
#         ...
#     tested = [set(split(...)[3].tolist()) for seed in range(...)]
#     assert ...                                     # not the same rows every time
# ```
#
# A test for a function that *sorts*, as a sibling: `assert list(sort(v)) == sorted(v)` would need the answer; instead one may
# ask that each entry is at most the next, and that the entries are the old ones, each as often as before.
#
# </details>


# %% role="answer" id="examine"
def examine(split):
    """Raise an AssertionError if `split` breaks a promise of its contract."""
    ### BEGIN SOLUTION
    for n, share, shape in ((23, 0.3, (2,)), (20, 0.5, (3, 2)), (9, 0.2, (1,)), (40, 0.69, (2,)), (2, 0.5, (4, 4))):
        X = np.arange(n * np.prod(shape), dtype=np.float32).reshape(n, *shape) + 0.25
        y = np.arange(n) * 3 + 7
        X_before, y_before = X.copy(), y.copy()
        X_train, y_train, X_test, y_test = split(X, y, share, n)
        assert np.array_equal(X, X_before) and np.array_equal(y, y_before), "the input was changed"
        assert len(X_train) == len(y_train) and len(X_test) == len(y_test), "rows without label"
        assert abs(len(X_test) - share * n) <= 0.5 + 1e-9, "the test part has a wrong size"
        labels, rows = np.concatenate([y_train, y_test]), np.concatenate([X_train, X_test])
        assert np.array_equal(np.sort(labels), y), "not every row exactly once"
        assert rows.dtype == X.dtype and rows.shape == X.shape, "type or shape of the rows changed"
        assert np.array_equal(rows, X[(labels - 7) // 3]), "rows and labels no longer fit"
        again = split(X, y, share, n)
        assert np.array_equal(again[1], y_train) and np.array_equal(again[3], y_test), "the same seed draws anew"
    times, draws = np.zeros(12), set()
    for seed in range(150):
        tested = split(np.arange(12.0)[:, None], np.arange(12), 0.5, seed)[3]
        times[tested] += 1
        draws.add(tuple(sorted(tested.tolist())))
    assert len(draws) > 50, "the draw does not depend on the seed"
    assert times.min() > 25 and times.max() < 125, "some rows are tested more often than others"
    ### END SOLUTION


# %% role="check" id="check_examine" points=4
check("examine")

# %% role="hidden" id="test_examine" points=4

# %% [markdown]
# ## Twenty numbers
#
# Now your own learnt function. In a cave lies a stack of letters in a script that nobody can read. A scanner must tell two of its
# signs apart, any two. Its chip has room for twenty numbers, and no one says beforehand which signs they are. So the chip is
# *trained* on examples of the pair once they are known. And there are more caves, each with a script of its own.
#
# Below is such a script: ten signs, each by several hands. Move the slider for another one. Signs share their strokes, as
# our letters do, and every hand has its slant, its size and its pen.

# %% role="show" id="show_script"
explore.script()

# %% [markdown]
# Twenty numbers are not many: the prototypes of two signs have 1,568. What can go? Neighbouring pixels say nearly the same. The
# margins are always empty. And between two signs that share two strokes of three, most of the picture does not matter at all.
# Digits are a script that you can read, so look at them first: here are the averages of some pairs, and where they differ. The
# second picture lets you ask how coarse a digit may become before *you* can no longer read it.

# %% role="show" id="show_pairs"
explore.where_pairs_differ()

# %% role="show" id="show_blocks"
explore.blocks()

# %% [markdown]
# ### Studio · `two_signs` &nbsp; ●●● &nbsp; 75 min
#
# Write two functions:
#
# - `train(X, y, rng)` takes pictures (N, 28, 28), `float32` from 0 (paper) to 1 (ink), and their labels (N,), each 0 or 1. It
#   returns a list of arrays with **at most twenty numbers** in them altogether.
# - `predict(arrays, X)` takes these arrays and pictures (M, 28, 28). It returns a 0 or a 1 for each, shape (M,).
#
# **The rules.**
#
# - What was learnt passes through the arrays alone. `predict` runs in a new process that has seen no training and has no data.
# - Every number arrives rounded to `float32` and changed by about a thousandth of itself. A whole number such as 7 may come
#   back as 7.004, so round it.
# - A formula costs nothing: what `predict` works out from the picture in front of it is free. Your cells may not hold tables
#   of numbers or texts that you made elsewhere.
# - Training one pair may take two seconds.
#
# **How it is judged.** Fifteen scripts are drawn that nobody has seen, and three pairs of signs from each. For each pair `train`
# gets 400 examples of either sign, and `predict` gets 100 of either, by other hands. What counts is the share named rightly,
# averaged over the pairs. Some scripts are harder than others. If the pairs are easy for a plain entry of ours, its surplus
# is taken off your share. If they are hard for it, what it lacks is added.
#
# | | share | for example |
# |---|---|---|
# | baseline, no points | 0.817 | ten pixels that tell most |
# | gets going | 0.857 | blocks, each weighed by how much it tells |
# | good | 0.90 | well chosen numbers, well weighed |
# | excellent | 0.955 | and something known about handwriting |
#
# Points rise in a straight line between the rows. Each time that you hand in, other scripts are drawn. While the week is open
# you are told your band. To practise, `explore.practise(np.random.default_rng(1))` draws tasks from a script of your own.
# Each task is ((X, y), (X, y)): pictures to learn from, and others to judge by. First write a loop over them that prints your own share. It is
# worth more than any single idea.
#
# <details><summary>A question to ask yourself</summary>
#
# A score is a sum of features times weights, plus a bias. Which 19 features would you like to have, if you could order any? Do
# all of them deserve the same weight? And what varies from hand to hand, but has nothing to do with which sign it is?
# Could you take *that* out first, without remembering anything?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. Start with something that runs: the mean ink of a few blocks, two prototypes, the judge's own measure on a few pairs of
#    yours. Then change one thing at a time, and keep what helps.
# 2. One weight a feature and one bias use the budget twice as well as two prototypes do. Why is nearest-of-two-prototypes
#    already a score of this kind?
# 3. A feature in which both signs vary much deserves less weight than one in which each of them stays put. You know a number
#    that measures this.
# 4. Weights may also be searched for: change one a little, keep the change if fewer training pictures go wrong. Or solve for
#    them, if you know least squares (`np.linalg.lstsq`).
# 5. Blocks are one choice of features. Do they need to cover the margins? Are there others: waves across the picture, moments,
#    the centre of ink? Hands lean to the right or left; can a picture be set upright first?
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def features(X):
#     """Free of charge: nothing in here is learnt. (N, 28, 28) -> (N, at most 19)"""
#     ...
#
# def train(X, y, rng):
#     F = features(X)
#     a, b = F[y == 0], F[y == 1]
#     weights = ...
#     return [weights, np.array([bias])]
#
# def predict(arrays, X):
#     weights, bias = arrays
#     return (features(X) @ weights + bias > 0).astype(int)
# ```
#
# </details>


# %% role="studio" id="two_signs"
def train(X, y, rng):
    """At most 20 numbers, in a list of arrays, from pictures X (N, 28, 28) with labels y (N,)."""
    ### BEGIN SOLUTION
    waves = low_waves(upright(X))
    middle, spread = waves.mean(axis=0), waves.std(axis=0) + 1e-6
    design = np.column_stack([(waves - middle) / spread, np.ones(len(y))])
    solved = np.linalg.solve(design.T @ design + 0.01 * len(y) * np.eye(20), design.T @ (2.0 * y - 1))
    weights = solved[:19] / spread
    return [weights, np.array([solved[19] - middle @ weights])]
    ### END SOLUTION


def predict(arrays, X):
    """A 0 or a 1 for each of the pictures X (M, 28, 28), from what `train` returned."""
    ### BEGIN SOLUTION
    weights, bias = arrays
    return (low_waves(upright(X)) @ weights + bias > 0).astype(int)


def upright(X):
    """The pictures with their centre of ink in the middle, and without their slant: each row is pushed along by its height times the slant."""
    ink = np.asarray(X, dtype=float)
    at = centre_of_ink(ink)
    total = ink.sum(axis=(1, 2)) + 1e-9
    down, across = np.arange(28) - at[:, :1], np.arange(28) - at[:, 1:]
    slant = np.einsum("nij,ni,nj->n", ink, down, across) / (np.einsum("nij,ni->n", ink, down**2) + 1e-9 * total + 1e-9)
    source_row = np.clip(np.rint(np.arange(28) + at[:, :1] - 13.5), 0, 27).astype(int)
    source = np.arange(28) + (at[:, 1:] - 13.5)[:, None] + (slant[:, None] * (np.arange(28) - 13.5))[:, :, None]
    left = np.clip(np.floor(source), 0, 26).astype(int)
    part = np.clip(source - left, 0, 1)
    rows = ink[np.arange(len(ink))[:, None], source_row]
    return np.take_along_axis(rows, left, axis=2) * (1 - part) + np.take_along_axis(rows, left + 1, axis=2) * part


def low_waves(X):
    """Nineteen features: how much of each slow wave, down and across, is in the middle 20 x 20 pixels."""
    wave = np.cos(np.pi * np.outer(np.arange(6), np.arange(20) + 0.5) / 20)
    content = np.einsum("ai,nij,bj->nab", wave, X[:, 4:24, 4:24], wave) / 50
    slowest_first = sorted(np.ndindex(6, 6), key=lambda k: (sum(k), abs(k[0] - k[1]), k))[:19]
    return np.stack([content[:, a, b] for a, b in slowest_first], axis=1)
    ### END SOLUTION


# %% role="check" id="check_two_signs" points=2
check("two_signs")

# %% [markdown]
# The check says whether your entry keeps the rules. How good it is on five scripts of your own drawing, beside baseline and bands,
# is said below. It is corrected as in the judging. But it asks fifteen pairs, not forty-five: two such scores of one entry may differ
# by 0.02.

# %% role="show" id="show_score"
score("two_signs")

# %% role="hidden" id="test_two_signs" points=12

# %% [markdown]
# **Keep a note.** Four lines for each experiment with the studio, in a file of your own: what you changed, what you expected,
# what came out, and how much that varies over three seeds. Most changes do less than a new seed does. You find out only by
# writing both down.
#
# <details><summary>The authors' own log</summary>
#
# | changed | why tried | share, three judgings of our own |
# |---|---|---|
# | ten pixels that tell most, weighed by their spread | which numbers are worth storing? | 0.79 to 0.82 |
# | 3 × 3 blocks, two prototypes | something that runs | 0.83 to 0.85 |
# | blocks, each weighed by its spread | a block that varies less deserves more | 0.88 to 0.89 |
# | 19 blocks without the margin, least squares | weights that are solved for | 0.92 to 0.93 |
# | 19 slow waves, and the pictures set upright first | the slant belongs to the hand, not to the sign | 0.98 to 0.99 |
#
# One judging differs from the next by about 0.01. A change that brings less is no change: that is why each has three.
#
# </details>

# %% [markdown]
# ## A map
#
# **Where this comes from.** Arrays with axes, and arithmetic on whole arrays, go back to APL (Iverson, *A Programming Language*,
# 1962); NumPy's arrays and their broadcasting are described in Harris and others, *Array programming with NumPy*, Nature 585 (2020). The nearest neighbour is Fix and Hodges
# (1951), with its limit, at most twice the best possible error, from Cover and Hart, *Nearest neighbor pattern classification*,
# IEEE Transactions on Information Theory 13 (1967). XOR as a limit of the linear score is in Minsky and Papert, *Perceptrons*
# (1969); that one hidden layer comes arbitrarily near any continuous function on a closed and bounded region, if it is wide enough, is Cybenko, Mathematics
# of Control, Signals and Systems 2 (1989), and with ReLU Leshno and others, Neural Networks 6 (1993). The digits: LeCun, Bottou, Bengio, Haffner, *Gradient-based learning applied to document
# recognition*, Proceedings of the IEEE 86 (1998). Testing by properties: Claessen and Hughes, *QuickCheck*, ICFP 2000; our
# checks draw their inputs with its descendant Hypothesis. On leaks between training and test data: Kapoor and Narayanan,
# *Leakage and the reproducibility crisis in machine-learning-based science*, Patterns 4 (2023).
#
# **Where it goes.** Each piece comes back:
#
# | from this week | comes back as |
# |---|---|
# | broadcasting and axes | everything; the gradient of a stretched axis is a sum over it (weeks 2 to 4) |
# | `standardise` | the first thing done to breast cancer data (week 2); batch norm, which does it inside the net (week 7) |
# | `distances` | triplet loss and forgeries (week 13), neighbours of words (week 16) |
# | a net set by hand | the same net with its numbers found by following a slope (week 3) |
# | prototypes | a class as a point in a learnt space (weeks 13 and 16) |
# | a split that does not leak | by person, by place, by time (week 8) |
# | writing a test | a gradient checker that must catch bugs and spare right nets (week 5) |
#
# **What to take along.** An example is a row, a row is a point. Distances depend on units. A function can be a family and some
# numbers; a hidden layer bends. What was learnt is judged on what was not seen. And a test says what is always true.
