# %% [markdown] role="week" needs="tape week06.adam"
# # Week 17 · Attention, beam search, speech
#
# A box stands in a kitchen. It hears everything, all day: the tap, the radio, people who talk to each other. It must react to
# one word, once each time, and to nothing else. Another program reads dates that people wrote, each in the way of her own
# country, and must give them back in one form. A third one writes down what is said.
#
# All three turn a **sequence** into another sequence, and the two have different lengths. Nobody says which part of the
# first belongs to which part of the second. This week is about that question. You will let a net *look* where it needs to
# look, search for the best whole line instead of the best next word, and count how wrong a line is. In the end you will sum
# over everything that might belong together.
#
# **You need** softmax and log-loss (weeks 2 and 7) and the chain rule through a net (weeks 3 and 4). **You build** the
# alarm of a listening box, attention and its backward pass, a beam search, the two usual measures for lines of text, and
# the loss of speech recognition. In the studio a net learns to read dates. Reading takes about 60 minutes of the week. The
# house rules of week 1 hold.

# %% role="given" id="setup"
import math
from collections import Counter
from functools import reduce
from itertools import product

import numpy as np

import explore
from autograder import datasets
from autograder.cases import check, score
from autograder.explore import guess

# %% role="try" id="from_before"
import kit

tape, adam = kit.tape, kit.adam  # your own instead of the second: kit.mine("adam")

# %% [markdown]
# ## One word, one alarm
#
# Listen first. The next cell plays a machine that says "seven", and then a woman who says it.

# %% role="try" id="try_listen"
from IPython.display import Audio, display

for name in ("speech", "speech_human"):
    clips = datasets.load(name)
    first = next(k for k in range(len(clips.word)) if clips.words[clips.word[k]] == "seven")
    display(Audio(clips.sound[first], rate=8000))

# %% [markdown]
# Sound comes as 8,000 numbers a second. Nobody recognises a word in them by eye. So sound is cut into short pieces, here
# fifty a second, and each piece says how strong its low, middle and high tones are. Such a piece is a **frame**. The whole
# is a picture, with time to the right and height of tone upwards: a **spectrogram**.
# <!-- term: frame | a short piece of sound (here a fiftieth of a second), described by a few numbers. -->
# <!-- term: spectrogram | a picture of sound: time to the right, height of tone upwards, strength as colour. -->

# %% role="show" id="show_spoken"
explore.spoken()

# %% [markdown]
# The task of the box in the kitchen is called **keyword spotting**. A net looks at each frame and at those shortly before
# it. It says with which chance the word has just been said. A word is long, so the chance stays high for many frames. Yet the box must react *once*.
# <!-- term: keyword spotting | hearing one given word in a stream of sound, once each time it is said. -->
#
# ### Exercise · `alarms` &nbsp; ●○○ &nbsp; 15 min
#
# `alarms(chances, threshold, rest)` says when the box reacts. `chances` is an array (T,), one number for each frame. The
# result is an array of whole numbers, the frames with an alarm, in order. Without a frame it is empty.
#
# - A frame with a chance of `threshold` or more gives an alarm, if the box is not at rest.
# - After each alarm the box is at rest for `rest` frames. What happens in them changes nothing.
# - The box lives in time. What comes later does not change an earlier alarm.
#
# The chances 0.2, 0.9, 0.9, 0.8, 0.1, 0.7 with threshold 0.7 and rest 1 give alarms at frames 1, 3 and 5. With rest 2 they
# give 1 and 5.
#
# <details><summary>A question to ask yourself</summary>
#
# Which single number do you have to remember on the way from one frame to the next?
#
# </details>
# <details><summary>A plan</summary>
#
# Walk over the frames. Remember the first frame at which the box is awake again. An alarm moves it.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def alarms(chances, threshold, rest):
#     found, awake = [], 0
#     for t, chance in enumerate(chances):
#         if ... and ...:
#             found.append(t)
#             awake = ...
#     return np.array(found, int)
# ```
#
# </details>


# %% role="answer" id="alarms"
def alarms(chances, threshold, rest):
    """The frames at which the box reacts, an array of whole numbers."""
    ### BEGIN SOLUTION
    found = []
    for frame in np.flatnonzero(np.asarray(chances) >= threshold):
        if not found or frame - found[-1] > rest:
            found.append(frame)
    return np.array(found, int)
    ### END SOLUTION


# %% role="check" id="check_alarms" points=2
check("alarms")

# %% role="hidden" id="test_alarms" points=1

# %% [markdown]
# Now use it. A small net has learnt ten words, the digits, from 51 varieties of one synthetic voice. Then it listens to other
# synthetic voices, and to a woman.

# %% role="guess" id="guess_human"
guess.number(
    "It finds nearly every word that its own voices say. Of the digits that the woman says, how many in 100 will it find?",
    0,
    100,
    truth=explore.found_human,
    step=1,
)

# %% role="show" id="show_kitchen"
explore.kitchen(alarms)

# %% [markdown]
# Two numbers describe such a box, and one alone says nothing. How many of the words does it find? And how often does it react to something else? Such a **false alarm** is
# counted by the hour. A low threshold finds more words and gives more false alarms. Move it and look.
# <!-- term: false alarm | a reaction to something that was not the word; counted by the hour. -->
#
# What is lost on the way to a human voice? At a threshold of 0.5 the box finds all words of the voices that it learnt from,
# about four in five of other machines', and about half of the woman's. And she sets it off by mistake some fifteen times as
# often: her letters and other words sound like digits to it. No threshold mends both. The net took *how its voices speak*
# for the word. This is week 8's lesson again: what happens on the training voices says nothing about her. Of each digit
# there is one recording of hers, and it is played twice. So her share stands on ten recordings. Look at it, and do not believe its last digit.
#
# Nobody would sell such a box. A real one learns from thousands of people, with noise and echo laid over them.

# %% [markdown]
# ## Ten minutes from before
#
# Three small tasks from weeks 16, 14 and 10. Nothing here is graded. Change the marked line of each cell and run it.
#
# **1.** (Week 16) Two word vectors point in the same direction, and one is ten times as long. Change the line so that it
# says how *alike* they are, whatever their lengths.

# %% role="try" id="before_alike"
cat, tiger = np.array([0.3, -0.4]), np.array([3.0, -4.0])
alike = cat @ tiger  # <- another line
print("right" if abs(alike - 1) < 1e-9 else f"not yet: {alike:.2f}, where 1 would mean the same direction")

# %% [markdown]
# **2.** (Week 14) Three sentences of 5, 2 and 3 words lie in one array, filled up with zeros. The loss is the mean over the
# *words*. By which number must the sum of all losses be divided?

# %% role="try" id="before_words"
divisor = 3 * 5  # <- another number
print("right" if divisor == 5 + 2 + 3 else "not yet: the zeros at the end are no words")

# %% [markdown]
# **3.** (Week 10) A convolution with a kernel of width 5 runs along a line of 40 letters without padding. How many places
# does it give? And how many letters does one of them know?

# %% role="try" id="before_places"
places, known = 40, 40  # <- two other numbers
print("right" if (places, known) == (40 - 5 + 1, 5) else "not yet: the kernel must lie inside the line")

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. `cat @ tiger / np.sqrt((cat @ cat) * (tiger @ tiger))`. A product without the lengths mixes direction and size.
# 2. 10. Dividing by 15 makes short sentences count less.
# 3. 36 places, and each knows 5 letters. It will never know what stood 20 letters before. Remember that.
#
# </details>

# %% [markdown]
# ## A net that looks
#
# Now the second program. It reads `12 march 1987` or `1987, the 12th of march` and must write `19870312`. Suppose that a
# net reads the line and squeezes it into one vector of 64 numbers, and that a second net writes from that vector. This was
# done in 2014, for whole sentences. It worked for short ones. Long ones came out with the right topic and the wrong words:
# the vector was full.
#
# The cure: let the writer look back. For each symbol that it writes, it may look at all places of the line that was read,
# more at some than at others. The picture shows where a small trained net looks. Each row is one part of the date that it
# writes. Dark means that it looks there.

# %% role="show" id="show_looks"
explore.looks()

# %% [markdown]
# Nobody told it where the year stands. It found that out, from pairs of lines alone.
#
# How does one *look a little more here than there*, so that slopes exist? Think of a dictionary. You ask with a **query**.
# Each entry has a **key** and a **value**. A real dictionary compares the query with all keys, and returns the value of the
# one that is equal. A soft one returns a *mean of all values*. An entry weighs more, the better its key fits. "Fits" is a
# dot product: week 16's measure of likeness. This is **attention**.
# <!-- term: query | the vector with which a place asks. -->
# <!-- term: key | the vector by which an entry is found. -->
# <!-- term: value | the vector that an entry gives, if it is found. -->
# <!-- term: attention | a mean of all values, in which those weigh most whose keys fit the query. -->
#
# For one query the definition fits into a few lines of plain Python.


# %% role="given" id="given_look_up"
def look_up(query, keys, values):
    """Attention of one query, entry by entry; keys and values are lists of lists of numbers."""
    total, mixed = 0.0, [0.0] * len(values[0])
    for key, value in zip(keys, values, strict=True):
        fit = math.exp(sum(q * k for q, k in zip(query, key, strict=True)) / math.sqrt(len(key)))
        total += fit
        mixed = [m + fit * v for m, v in zip(mixed, value, strict=True)]
    return [m / total for m in mixed]


print(look_up([2.0, 0.0], [[math.log(3) / 2**0.5, 0.0], [0.0, 5.0]], [[8.0], [0.0]]))

# %% [markdown]
# In this example the first key fits with $e^{\log 3} = 3$ and the second with $e^0 = 1$. So the values 8 and 0 weigh
# three to one, and 6 comes out.
#
# Why the root of the length $d$? A dot product of two vectors with $d$ random entries of size 1 has a spread of
# $\sqrt{d}$ (week 5: variances add). Without the division, long vectors would give huge scores. One entry would take all
# the weight, and no slope would be left to learn from.

# %% role="guess" id="guess_scale"
guess.choose(
    "A query and 50 keys of 400 random numbers each, scores NOT divided. How much weight has the heaviest key?",
    ["about 1/50", "about 1/5", "nearly all"],
    truth=explore.heaviest,
)

# %% [markdown]
# How does a score move what comes out? Take two entries with values $v_1$ and $v_2$ and weights $w$ and $1 - w$. Then $w$ is a
# sigmoid of the difference of the two scores, and its slope you know from week 2. With $w = 3/4$, $v_1 = 8$ and $v_2 = 0$, a small
# step of the first score moves the mean 1.5 times as far. If both values were equal, nothing would move, however the scores change. And an
# entry without weight cannot learn: its slope is almost zero. With many entries it is the same idea. You need it below.
#
# **What may be looked at.** Lines in one batch have different lengths and are filled up. Nobody may look at the filling.
# Later (week 18) nobody may look into the future either. A **mask** says it: True means "may be looked at". Some libraries
# mean the opposite. Always ask.
# <!-- term: mask | an array of True (may be looked at) and False. -->
#
# ### Exercise · `attend` &nbsp; ●●○ &nbsp; 60 min
#
# `attend(Q, K, V, mask=None)` takes queries (…, Tq, d), keys (…, Tk, d) and values (…, Tk, e). All leading axes are the same
# in the three. It returns `output, cache`, with an output of shape (…, Tq, e). `mask` is boolean and broadcasts to
# (…, Tq, Tk). `attend_backward(cache, d_output)` returns `d_Q, d_K, d_V`.
#
# - Each row of the output is what `look_up` gives for its query, among the entries that this query may look at.
# - A query that may look at nothing gets zeros, and moves nothing on the way back. This holds where there is no key at all,
#   too.
# - An entry that a query may not look at does not change its row, however large its numbers are. All numbers are finite. What
#   `nan` and infinity would do, masked or not, does not matter.
# - Scores of size 10,000 do no harm.
#
# With the numbers of the example above, and a third entry that is masked, the output is 6.
#
# <details><summary>A question to ask yourself</summary>
#
# In a table of scores with a row for each query, which axis sums to one? If all scores of a row grow by the same number,
# what happens to the weights? What is the largest of no numbers?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. All scores at once are one matrix product: the last two axes of `K` change places. `swapaxes(-1, -2)` does it for any
#    number of leading axes.
# 2. What may not be looked at gets the score −∞ *before* the softmax. Then subtract each row's largest score. A row that is
#    all −∞ would give `nan`: put a finite number in the place of its largest.
# 3. Divide by the row's sum, but not by 0.
# 4. Backward: the output is a product of weights and values, so `d_weights` and `d_V` are those of a product.
# 5. Through the softmax: the slope of a score is its weight times (its own `d_weight` less the mean of all `d_weight`, weighed
#    by the weights). With two entries the slope of the mean is $w (1 - w)(v_1 - v_2)$, which is 1.5 in the example above.
# 6. The scores are again a product, now of `Q` and `K`. Do not forget the root. Take it by `math.sqrt`: the root of `np.sqrt` turns
#    float32 into float64.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def attend(Q, K, V, mask=None):
#     scores = Q @ K.swapaxes(-1, -2) / ...
#     if mask is not None:
#         scores = np.where(mask, scores, ...)
#     top = scores.max(axis=-1, keepdims=True, initial=-1e30)
#     fit = np.exp(scores - ...)
#     total = fit.sum(...)
#     weights = fit / np.where(total > 0, total, 1)
#     return weights @ V, (Q, K, V, weights)
#
# def attend_backward(cache, d_output):
#     Q, K, V, weights = cache
#     d_weights = d_output @ ...
#     d_scores = weights * (d_weights - (...).sum(axis=-1, keepdims=True)) / ...
#     return d_scores @ ..., d_scores.swapaxes(-1, -2) @ ..., ...
# ```
#
# </details>


# %% role="answer" id="attend"
def attend(Q, K, V, mask=None):
    """Attention: the output (…, Tq, e) and a cache."""
    ### BEGIN SOLUTION
    kind = np.result_type(Q, K, V)
    kind = kind if kind.kind == "f" else np.dtype(float)
    Q, K, V = (np.asarray(part, kind) for part in (Q, K, V))
    scale = kind.type(1 / np.sqrt(Q.shape[-1]))
    scores = (Q * scale) @ K.swapaxes(-1, -2)
    scores = np.where(True if mask is None else mask, scores, kind.type(-np.inf))
    fit = np.exp(scores - scores.max(axis=-1, keepdims=True, initial=kind.type(-1e30)))
    total = fit.sum(axis=-1, keepdims=True)
    weights = fit / np.where(total > 0, total, 1).astype(kind)
    return weights @ V, (Q, K, V, weights, scale)
    ### END SOLUTION


def attend_backward(cache, d_output):
    """The gradients d_Q, d_K, d_V."""
    ### BEGIN SOLUTION
    Q, K, V, weights, scale = cache
    d_weights = d_output @ V.swapaxes(-1, -2)
    d_scores = weights * (d_weights - (weights * d_weights).sum(axis=-1, keepdims=True)) * scale
    return d_scores @ K, d_scores.swapaxes(-1, -2) @ Q, weights.swapaxes(-1, -2) @ d_output
    ### END SOLUTION


# %% role="check" id="check_attend" points=5
check("attend")

# %% role="hidden" id="test_attend" points=4

# %% [markdown]
# Your own function, at work on eight entries with keys on a circle. Turn the query, make it longer, and hide some entries.

# %% role="show" id="show_dial"
explore.dial(attend)

# %% [markdown]
# A longer query is a *harder* look: the weights gather on one entry. A short one looks everywhere.
#
# <details><summary>The same in PyTorch</summary>
#
# ```python
# import torch
# import torch.nn.functional as F
#
# Q, K, V = (torch.tensor(part, requires_grad=True) for part in (Q, K, V))
# output = F.scaled_dot_product_attention(Q, K, V, attn_mask=torch.tensor(mask))  # True = may be looked at, here too
# output.backward(torch.tensor(d_output))
# d_Q, d_K, d_V = Q.grad, K.grad, V.grad
# ```
#
# `torch.nn.MultiheadAttention` means the opposite by its boolean masks: True is *not* looked at. A row that may look at nothing
# is zeros in new versions of the first function, and was `nan` in old ones.
#
# </details>
#
# ## Which line is the best?
#
# A net that writes gives the chances of the *next* symbol. What we want is a good whole *line*. Take the likeliest symbol
# each time, and you may walk into a dead end. Look at the tree below: first `a` with chance 0.6, or `b` with 0.4. After `a`
# come many weak continuations. After `b` comes a sure one.

# %% role="show" id="show_tree"
explore.tree()

# %% [markdown]
# Taking the best next symbol is a **greedy** search: it goes to `a` and ends with $0.6 \cdot 0.4 = 0.24$. The best line is
# `b c` with $0.4 \cdot 0.9 = 0.36$. Looking at all lines is out of the question: with 30 symbols and 10 places there are
# $30^{10}$. Between the two lies **beam search**. It goes on with several lines at once, the **beam**. The number of them
# is its **width**. With width 2, both `a` and `b` stay in the beam, and `b c` is found.
# <!-- term: greedy | taking what is best for the next step alone. -->
# <!-- term: beam search | building lines symbol by symbol, and keeping only the likeliest few at each length. -->
# <!-- term: width | how many lines a beam keeps. -->
#
# One more trouble. Every symbol costs probability, so short lines win. The usual way out is a score that
# takes the length into account, $\log p / \text{length}^{\alpha}$. The end mark counts as a symbol of the line. With
# $\alpha = 0$ it is the log-probability itself, with $\alpha = 1$ its mean over the symbols.

# %% role="guess" id="guess_wider"
guess.choose(
    "A wider beam finds likelier lines. Are its translations better, when people compare them?",
    ["always", "at first, then worse", "never"],
    truth=explore.wider,
)

# %% [markdown]
# ### Exercise · `beam_search` &nbsp; ●●○ &nbsp; 60 min
#
# `beam_search(step, end, width, longest, alpha=0.0)` returns the best line that it found and its score. The line is a list
# of whole numbers. `step(lines)` takes the lines so far, an integer array (n, t), and returns the log-probabilities of the next symbol,
# (n, number of symbols). The first call gets one empty line, an array (1, 0).
#
# - The beam of each length holds the `width` likeliest of all lines that the beam before can become. Those that end take part in
#   this once. A line is finished by `end`, or by its `longest`th symbol, and nothing becomes of it.
# - No finished line that was ever in the beam has a higher score than the one returned. The score is as above, with the end mark counted.
# - `step` is called once for each length at most, with all lines together. It never sees a finished line.
# - A symbol with log-probability −∞ is never taken. Some finished line without one is always within reach.
#
# So width 1 is greedy, and a very wide beam finds the best line of all. `longest` and `width` are at least 1. Let the first
# call give the chances 0.6 and 0.4 for symbols 0 and 1, and let 1 be the end mark. Then width 1 and `longest` 1 return `[0]`
# and $\log 0.6$.
#
# <details><summary>A question to ask yourself</summary>
#
# When three lines may each be continued by five symbols, how many candidates are there, and how do you find the line and the
# symbol of candidate number 11? Which lines compete for the score at the very end?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. Keep an array of the lines that are alive, and their log-probabilities.
# 2. Add the log-probabilities of the next symbols to those of their lines: a table. The largest `width` of its entries survive.
#    `np.argsort` on the flattened table, then `np.divmod`, give line and symbol.
# 3. Leave out those with −∞. Those that end go to a list of finished lines, with their score. The others are the next beam.
# 4. Stop when nothing is alive, or the lines have `longest` symbols. What is still alive then is finished as well. Of all finished
#    lines, return the one with the highest score.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def beam_search(step, end, width, longest, alpha=0.0):
#     lines, sums, finished = np.zeros((1, 0), int), np.zeros(1), []
#     for length in range(1, longest + 1):
#         table = sums[:, None] + step(lines)
#         best = np.argsort(-table, axis=None)[:width]
#         rows, symbols = np.divmod(best, ...)
#         lines = np.column_stack([lines[...], ...])
#         sums = ...
#         over = ...                       # ends, or is as long as it may be
#         finished += [(total / ..., line.tolist()) for ...]
#         lines, sums = lines[~over & ...], sums[...]
#         if not len(lines): break
#     ...
# ```
#
# </details>


# %% role="answer" id="beam_search"
def beam_search(step, end, width, longest, alpha=0.0):
    """The best line found, a list of whole numbers, and its score."""
    ### BEGIN SOLUTION
    lines, sums, finished = np.zeros((1, 0), int), np.zeros(1), []
    while len(lines):
        table = sums[:, None] + np.asarray(step(lines.copy()), float)
        best = np.argsort(-table, axis=None, kind="stable")[:width]
        rows, symbols = np.divmod(best, table.shape[1])
        lines, sums = np.column_stack([lines[rows], symbols]), table[rows, symbols]
        length = lines.shape[1]
        over = (symbols == end) | (length == longest)
        finished += zip((sums[over] / length**alpha).tolist(), lines[over].tolist(), strict=True)
        going = ~over & (sums > -np.inf)
        lines, sums = lines[going], sums[going]
    score, line = max(finished)
    return line, score
    ### END SOLUTION


# %% role="check" id="check_beam_search" points=4
check("beam_search")

# %% role="hidden" id="test_beam_search" points=3

# %% [markdown]
# A tree of three symbols and an end mark, written as a dot, and your search on it. Thick branches were looked at, the rest was never built. The orange
# branch is the line that comes back. Change the width and $\alpha$.

# %% role="show" id="show_beam"
explore.beam(beam_search)

# %% [markdown]
# **Whose fault is it?** A program translates badly. Is its model wrong, or its search? There is a clean test. Let a person
# write the right line, and let the *model* say the score of both lines. If it likes the right one better, the search has
# missed it: widen the beam. If it likes the wrong one better, no search in the world will help: mend the model, or the
# score. Count both over a hundred bad lines, then decide what to work on (week 9).
#
# And what if a wider beam does worse? Then the model likes some bad lines better than good ones, and the narrow beam was
# too weak to find them. Often these are lines that are far too short, or empty. The fault is the model's, or that of the
# length in the score. Set the width in the explorer above to 2, and then to 3: an empty line wins. Now find the $\alpha$ at which the winner changes.
#
# ## How wrong is a line?
#
# A program wrote `the cat sat`, and the truth is `a cat sat down`. What is the smallest number of symbols that have to be
# changed, put in, or taken out? This is the **edit distance**. Here it is two: `the` is changed, and `down` is put in.
# <!-- term: edit distance | the fewest symbols to be changed, put in or taken out, to make one line into the other. -->
#
# How would a program find out? Three lines of Python follow from the definition, and they are a terrible program: it
# asks the same questions again and again, and takes years for two lines of twenty symbols. (It is folded below, in the plan.)
#
# For speech one counts the edits in a test set, as a share of the *truth*. This is the **error rate**. With the line above, 2 edits for 4
# words, and a second line of 6 words without a mistake, it is $2/10$. It can be larger than 1, if a program says too much.
# <!-- term: error rate | all edits of a test set, divided by the symbols of the truth. -->
#
# For translations this is too strict. A good translation may use another order, and there are several good ones. The
# measure of the field is **BLEU**. It asks which share of the guess's words stand in the truth, then the same for pairs, triples and
# quadruples of neighbours. Such a piece of n neighbours is an **n-gram**. What is said twice must stand there twice. BLEU is the geometric mean
# of the four shares. Who says little is seldom wrong, so a guess that is too short has to pay. If it has $c$ symbols where $r$ were due, BLEU is $e^{1 - r/c}$
# times as large. For one line with one reference, the function `one_bleu` prints how it comes about.
# <!-- term: n-gram | n symbols that follow each other. -->
# <!-- term: BLEU | the geometric mean of the shares of right 1- to 4-grams, times a penalty for being short; over a whole test set. -->

# %% role="given" id="given_one_bleu"
one_bleu = explore.one_bleu  # one_bleu(guess, reference): it prints the steps, and returns the result
print(one_bleu("abcabd", "abcadda"))  # a line may be a string: its symbols are letters

# %% [markdown]
# One line is too little: a single missing quadruple makes it 0. So BLEU is a measure of a whole test set, and a share is a
# share of *all* its n-grams. It is not the mean of the lines' BLEU.
#
# ### Exercise · `two_measures` &nbsp; ●●○ &nbsp; 60 min
#
# `error_rate(guesses, truths)` takes two lists of lines of the same number. A line is a list of symbols, or a string.
# Symbols are compared by `==`. `bleu(guesses, references)` takes, for each guess, a *list* of one or more references.
#
# - The error rate is as defined above, over the whole test set. Lines of 1,000 symbols are no trouble. Without any symbol in the
#   truths there is a `ValueError`.
# - BLEU is taken over the whole test set. With one line and one reference it is `one_bleu`.
# - Several references are alternatives. An n-gram may be claimed as often as *some one* reference has it.
# - The length to be reached is that of the reference nearest in length, and of two equally near ones the shorter.
# - An empty guess adds nothing but its missing length. A share is 0 where nothing was said, and then so is BLEU.
#
# For `the cat sat` and `a cat sat down` the error rate is $2/4$. Guess `a a a a b` with references `a a a b` and `a a c` has
# precisions $4/5$, $3/4$, $2/3$ and $1/2$, no penalty, and BLEU 0.669.
#
# <details><summary>A question to ask yourself</summary>
#
# Look at the last symbol of each line. Which three things may have happened to them, and which question about shorter lines is left after each?
# Of how many *different* pairs of shorter lines (a beginning of the guess, a beginning of the truth) is it asked? In which
# order could you fill a table of the answers? And for BLEU: which ten numbers have to be summed over the lines?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. One row of a table: the distances from the first i symbols of the guess to *all* beginnings of the truth. From this row, the next one
#    follows from left to right. Its first number is i + 1.
# 2. Error rate: sum of distances over sum of lengths, divided once.
# 3. BLEU: for each line and n, `Counter` of the guess's n-grams. Counters know `|` (the larger count of both) and `&` (the smaller).
# 4. Sum right and said n-grams, guess lengths and reference lengths over all lines. Then the four shares and the penalty.
#
# The edit distance by definition, right and far too slow, and BLEU of one line with one reference:
#
# ```python
# def fewest_edits(guess, truth):
#     if not guess or not truth:
#         return len(guess) + len(truth)
#     changed = fewest_edits(guess[:-1], truth[:-1]) + (guess[-1] != truth[-1])
#     return min(changed, 1 + fewest_edits(guess[:-1], truth), 1 + fewest_edits(guess, truth[:-1]))
#
# def one_bleu(guess, reference):
#     logs = 0.0
#     for n in (1, 2, 3, 4):
#         said = [tuple(guess[k : k + n]) for k in range(len(guess) - n + 1)]
#         left = [tuple(reference[k : k + n]) for k in range(len(reference) - n + 1)]
#         right = 0
#         for gram in said:
#             if gram in left:
#                 left.remove(gram)  # what is said twice must stand there twice
#                 right += 1
#         if right == 0:
#             return 0.0
#         logs += math.log(right / len(said)) / 4
#     return math.exp(min(0.0, 1 - len(reference) / len(guess)) + logs)
# ```
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def distance(guess, truth):
#     row = list(range(len(truth) + 1))
#     for i, symbol in enumerate(guess, 1):
#         above, row = row, [i]
#         for j, other in enumerate(truth, 1):
#             row.append(min(above[j] + 1, ..., above[j - 1] + ...))
#     return ...
#
# def grams(line, n):
#     return Counter(tuple(line[k : k + n]) for k in range(...))
#
# def bleu(guesses, references):
#     right, said, mine, theirs = np.zeros(4), np.zeros(4), 0, 0
#     for guess, several in zip(guesses, references):
#         mine += len(guess)
#         theirs += min((abs(...), len(...)) for reference in several)[1]
#         for n in range(1, 5):
#             allowed = Counter()
#             for reference in several: allowed |= ...
#             right[n - 1] += sum((... & ...).values())
#             said[n - 1] += ...
#     ...
# ```
#
# </details>


# %% role="answer" id="two_measures"
def error_rate(guesses, truths):
    """All edits of the test set over all symbols of the truths."""

    ### BEGIN SOLUTION
    def distance(line, truth):
        row = places = np.arange(len(truth) + 1)
        for i, symbol in enumerate(line, 1):
            changed = row[:-1] + np.array([symbol != other for other in truth], bool)
            row = np.concatenate([[i], np.minimum(row[1:] + 1, changed)])
            row = np.minimum.accumulate(row - places) + places  # a symbol put in: one more than the number to the left
        return row[-1]

    symbols = sum(map(len, truths))
    if not symbols:
        raise ValueError("the truths hold no symbol, so there is no error rate")
    return sum(distance(line, truth) for line, truth in zip(guesses, truths, strict=True)) / symbols
    ### END SOLUTION


def bleu(guesses, references):
    """BLEU of a whole test set, between 0 and 1."""

    ### BEGIN SOLUTION
    def grams(line, n):
        return Counter(tuple(line[k : k + n]) for k in range(len(line) - n + 1))

    right, said, due = np.zeros(4), np.zeros(4), 0
    for line, several in zip(guesses, references, strict=True):
        due += min(map(len, several), key=lambda size: (abs(size - len(line)), size))
        for n in range(1, 5):
            allowed = reduce(Counter.__or__, (grams(reference, n) for reference in several))
            right[n - 1] += (grams(line, n) & allowed).total()
            said[n - 1] += max(0, len(line) - n + 1)
    return float(np.prod(right / np.maximum(said, 1)) ** 0.25 * np.exp(min(0.0, 1 - due / max(said[0], 1))))
    ### END SOLUTION


# %% role="check" id="check_two_measures" points=4
check("two_measures")

# %% role="hidden" id="test_two_measures" points=3

# %% [markdown]
# English spelling is a test for both. Here is a count model: it gives each letter the sound that it had most often between
# the same two neighbours. Words and sounds come from a dictionary of American English.

# %% role="show" id="show_spelling"
explore.spelling(error_rate, bleu)

# %% [markdown]
# It writes one sound for each letter. `knight` has six letters and four sounds. So even a perfect table must fail: somebody
# has to decide which letters are silent. How could one learn that, if nobody marks them?
#
# ## Nobody says when
#
# This is the question of speech recognition as well. A clip has 60 frames, and its text is `seven`. Which frame belongs to
# which letter? In 2006 a clean answer came: *do not decide*. It is called **CTC**, connectionist temporal classification.
# <!-- term: CTC | connectionist temporal classification: the chance of a label as a sum over all its alignments. -->
#
# The net says, at each frame, the chances of all symbols, and of one more that means "nothing new": the **blank**, here symbol 0.
# Choose one symbol at each frame: this is an **alignment**. It becomes a label in two steps. First, symbols that are
# repeated without anything between them are written once. Then the blanks are dropped. So `a a – b b –` and `– a – b b b`
# both say `ab`. And `a – a` says `aa`, where `a a a` says `a`.
# <!-- term: blank | the symbol of CTC for "nothing new at this frame". -->
# <!-- term: alignment | one symbol or blank for each frame. -->
#
# The chance of an alignment is the product over its frames. The chance of a label is the *sum over all its alignments*. As
# a program:


# %% role="given" id="given_ctc"
def said(alignment):
    """The label of an alignment: repeats written once, then blanks dropped."""
    return [symbol for k, symbol in enumerate(alignment) if symbol != 0 and (k == 0 or alignment[k - 1] != symbol)]


def chance_of(label, chances):
    """The chance of a label by definition; chances (T, symbols). It tries symbols ** T alignments."""
    frames, symbols = chances.shape
    every = (line for line in product(range(symbols), repeat=frames) if said(line) == list(label))
    return sum(math.prod(chances[t, symbol] for t, symbol in enumerate(line)) for line in every)


print(chance_of([1], np.array([[0.5, 0.5], [0.5, 0.5]])))

# %% [markdown]
# Two frames, and only `a` and the blank. `a a`, `a –` and `– a` say `a`, so its chance is $3/4$. With 60 frames and 30
# symbols this program would not end before the sun does. But many alignments share their beginnings. If you know what
# all beginnings up to frame $t$ add up to, sorted by *how much of the label they have said*, then frame $t + 1$ is a small step.
# The trick is the edit distance's: a table instead of a tree.
#
# ### Exercise · `ctc_loss` &nbsp; ●●● &nbsp; 60 min
#
# This one is a stretch: the week's other exercises and the studio do without it.
#
# `ctc_loss(logits, label)` takes logits (T, number of symbols) and a list of symbols, none of them 0. The chances of a frame are the softmax
# of its logits. It returns the loss, minus the logarithm of the label's chance, and its gradient `d_logits`.
#
# - The loss agrees with `chance_of`. Without a frame only the empty label can be said, and its loss is 0.
# - A label that no alignment can say has the loss `inf`, and a gradient of zeros.
# - 300 frames are no trouble, and neither are logits of size 1,000.
# - `d_logits` is the gradient of the loss. It is float32 where the logits are.
#
# Logits of zeros, (2, 2), and label `[1]` give $\log(4/3) = 0.288$. Label `[1, 1]` cannot be said in two frames.
#
# <details><summary>A question to ask yourself</summary>
#
# A label of L symbols, with a blank before, between and after them, has 2L + 1 places. An alignment walks along them. From
# which places may it come to a given one? When may it jump over a blank?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. Write the label with blanks: `– a – b –`. Let `alpha[t, s]` be the log of the sum over all beginnings that are at place s
#    at frame t. It comes from places s and s − 1, and from s − 2 if s holds a symbol that differs from the one at s − 2.
# 2. Sum with `np.logaddexp`, add the frame's log-chance of the place's symbol. Start at places 0 and 1, end at the last two.
# 3. The gradient: run the same from behind, on logits and label turned round. The two runs together give the share of
#    all alignments that are at place s at frame t. Mind that the frame itself is counted in both.
# 4. The slope of a logit is its chance less the share of alignments with that symbol at that frame. (With one alignment this
#    is week 7's softmax minus one-hot.)
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def runs(at_places, places):
#     """Log-sums over beginnings, (T, S); at_places (T, S) are the log-chances of each place's symbol."""
#     jump = np.array([s > 1 and places[s] != 0 and places[s] != places[s - 2] for s in range(len(places))])
#     alpha = np.full(at_places.shape, -np.inf)
#     alpha[0, :2] = ...
#     for t in range(1, len(alpha)):
#         before = alpha[t - 1]
#         one = np.concatenate([[-np.inf], ...])
#         two = np.where(jump, np.concatenate([[-np.inf, -np.inf], ...])[: len(places)], -np.inf)
#         alpha[t] = np.logaddexp(np.logaddexp(before, one), two) + ...
#     return alpha
# ```
#
# `runs(at_places[::-1, ::-1], places[::-1])[::-1, ::-1]` is the run from behind.
#
# </details>


# %% role="answer" id="ctc_loss"
def ctc_loss(logits, label):
    """Minus the log-chance of the label, summed over all alignments, and d_logits."""
    ### BEGIN SOLUTION
    logits = np.asarray(logits)
    kind = logits.dtype if logits.dtype.kind == "f" else np.dtype(float)
    label = [int(symbol) for symbol in label]
    places = np.array([0, *(part for symbol in label for part in (symbol, 0))])
    shifted = logits.astype(float)
    shifted = shifted - shifted.max(axis=1, keepdims=True)
    log_chances = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    at_places = log_chances[:, places]
    if not len(logits):
        return (float("inf") if label else 0.0), np.zeros(logits.shape, kind)

    def runs(at_places, places):
        """The log of the sum over all beginnings that are at each place at each frame, (T, S)."""
        jump = np.zeros(len(places), bool)
        jump[2:] = (places[2:] != 0) & (places[2:] != places[:-2])
        alpha = np.full(at_places.shape, -np.inf)
        alpha[0, :2] = at_places[0, :2]
        for t in range(1, len(alpha)):
            before = np.concatenate([[-np.inf, -np.inf], alpha[t - 1]])
            come = np.logaddexp(before[2:], before[1:-1])
            alpha[t] = np.logaddexp(come, np.where(jump, before[:-2], -np.inf)) + at_places[t]
        return alpha

    ahead = runs(at_places, places)
    total = np.logaddexp.reduce(ahead[-1, -2:])
    if total == -np.inf:
        return float("inf"), np.zeros(logits.shape, kind)
    behind = runs(at_places[::-1, ::-1], places[::-1])[::-1, ::-1]
    share = np.exp(ahead + behind - at_places - total)
    d_logits = np.exp(log_chances)
    for place, symbol in enumerate(places):
        d_logits[:, symbol] -= share[:, place]
    return float(-total), d_logits.astype(kind)
    ### END SOLUTION


# %% role="check" id="check_ctc_loss" points=3
check("ctc_loss")

# %% role="hidden" id="test_ctc_loss" points=3

# %% [markdown]
# What does it do on a voice? Below, a net with one output for each digit listens to a row of spoken digits. Your loss is
# told only *which* digits were said, in which order. Its gradient knows *when*: chance less gradient is the share of alignments that
# have a symbol at a frame.

# %% role="show" id="show_when"
explore.when(ctc_loss)

# %% [markdown]
# <details><summary>The same in PyTorch</summary>
#
# ```python
# import torch
#
# logits = torch.tensor(logits, requires_grad=True)
# log_chances = torch.log_softmax(logits, dim=1)[:, None]          # (T, 1, symbols): time comes first here
# loss = torch.nn.functional.ctc_loss(log_chances, torch.tensor([label]), torch.tensor([len(logits)]), torch.tensor([len(label)]), reduction="sum")
# loss.backward()
# d_logits = logits.grad
# ```
#
# With `reduction="mean"` it divides by the label's length too. An impossible label gives `inf`, and a gradient of `nan`
# without `zero_infinity=True`.
#
# </details>
#
# ## Read dates
#
# Somewhere people write dates in their own way. They have their own names for months and days, their own number words, and
# their own signs for the digits: a `7` may mean 2. They put day, month and year in their own order, sometimes with the day
# of the week before it. In some countries a month gets an ending after a day, and one line in twenty has a slip of the pen. A country is drawn anew at each
# judging, so nothing that you know about real dates helps. The years are 1000 to 2999, in full.

# %% role="show" id="show_countries"
explore.countries()

# %% [markdown]
# One function to begin with: it turns texts into numbers, with zeros on both sides.


# %% role="given" id="given_numbered"
SIGNS = {sign: k + 1 for k, sign in enumerate("ABabcdefghijklmnopqrstuvwxyz0123456789 /.-")}


def numbered(texts, around=0):
    """The signs as numbers from 1, (n, around + longest + around); 0 is filling, and stands on both sides."""
    table = np.zeros((len(texts), max(map(len, texts), default=0) + 2 * around), int)
    for row, text in zip(table, texts, strict=True):
        row[around : around + len(text)] = [SIGNS[sign] for sign in text]
    return table


print(numbered(["A7.", "B12/3"], around=1))

# %% [markdown]
# ### Studio · `dates` &nbsp; ●●● &nbsp; 100 min
#
# `train(texts, dates, rng)` learns and returns a list of arrays, with **50,000 numbers** or fewer in all. `texts` is a list
# of 3,000 strings, from two countries. The first letter of each says which, `A` or `B`. `dates` is an array (3000, 8) of the digits of
# yyyymmdd.
#
# `read(arrays, texts)` returns the digits for other texts of the same countries, (n, 8). It runs in a process of its own,
# where your data is not there. On the way each number is rounded and gets a relative noise of $10^{-3}$.
#
# **How it is judged.** Twice two countries are drawn afresh, and `train` learns each pair by itself. What counts is the share of 1,000 new
# texts whose eight digits are all right. Each `train` may take a minute on a quiet machine. Ten seconds are enough.
#
# | | exactly right | for example |
# |---|---|---|
# | baseline, no points | 0.35 | more than a table of words, or a net that squeezes the text into one vector |
# | gets going | 0.55 | attention that reads days in digits only |
# | good | 0.72 | attention, about ten walks through the texts |
# | excellent | 0.90 | the same, with patience |
#
# Points rise in a straight line between the rows. Every random number must come from `rng`. A list of rules can be very good too, if it fits into the
# budget ("this piece of a word stands for that month"). Both roads count.
#
# <details><summary>A question to ask yourself</summary>
#
# To write the third digit of the year, where in the text must one look? How does a place know that it is the third
# sign of a number with four, if it sees only its own letter? And what must a query know about the whole line?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. Each letter is a row of a table (an embedding), filling is row 0. Join the rows of each place and of its four neighbours on both sides,
#    and put a dense layer with ReLU on top. Now a place knows its surroundings. No recurrent net is needed.
# 2. The mean over the real places, through one more layer, says what kind of line it is: a vector of 64.
# 3. Eight queries, one for each digit of the date: a vector of its own plus a linear function of what kind of line it is. Keys and values
#    are linear functions of the places. Attention with a mask for the filling.
# 4. What came out, plus again something linear in the kind of line, ReLU, ten logits. Softmax loss, all eight digits at once.
# 5. `_, slopes = tape.value_and_gradients(loss, p)` gives the slopes of `loss(p)`. `p` and `slopes` are dictionaries, or lists, of arrays.
#    `adam` takes lists of pairs, of the slopes too: `[(a, np.zeros(0, np.float32)) for a in p.values()]`. It returns new pairs
#    and its state, which is `None` at first.
# 6. Adam with rate 0.005 and $\beta_2 = 0.99$, half a cosine, batches of 50 texts of like length (sort, with a little chance). 15 to 30 walks through
#    all texts.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# attention = tape.operation(attend, attend_backward)
#
# def logits_of(p, X):                                     # X (N, T + 8) letter numbers, four zeros at both ends
#     T = X.shape[1] - 8
#     real = X[:, 4:-4] > 0
#     x = p["letters"][X]
#     places = (tape.concatenate([x[:, k : k + T] for k in range(9)], axis=-1) @ p["W"] + p["b"]).relu()
#     kind = ...                                           # (N, 64)
#     queries = (kind @ p["to_query"]).reshape(len(X), 8, -1) + p["query"]
#     found = attention(queries, places @ ..., places @ ..., mask=real[:, None])
#     return (found + ...).relu() @ p["out"] + p["bias"]   # (N, 8, 10)
# ```
#
# </details>


# %% role="studio" id="dates"
def train(texts, dates, rng):
    """The arrays of a reader of these two countries' dates: at most 50,000 numbers."""
    ### BEGIN SOLUTION
    num_epochs, batch_size, top, drop_rate = 30, 50, 6e-3, 0.05
    around, letter, place, kind, asked = 4, 16, 64, 32, 32

    def start(inputs, *shape, gain=1.0):
        return (gain / np.sqrt(inputs) * rng.standard_normal((inputs, *shape))).astype(np.float32)

    pairs = [
        (2 * start(50, letter, gain=1.8), start(place, asked)),  # a row for each sign, row 0 for filling; to keys
        (start((2 * around + 1) * letter, place, gain=2), np.zeros(place, np.float32)),
        (start(place, kind, gain=2), np.zeros(kind, np.float32)),
        (start(kind, 8 * asked), start(8, asked, gain=1.5)),  # the kind of line moves the queries …
        (start(place, place), np.zeros(place, np.float32)),
        (start(kind, 8 * place), start(8, place, gain=1.5)),  # … and what is said with what was found
        (start(place, 10, gain=0.8), np.zeros((8, 10), np.float32)),
    ]

    def loss(logits, targets):
        logits = logits - logits.max(axis=-1, keepdims=True)
        log_chances = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
        return -np.sum(log_chances * targets) / len(targets), (np.exp(log_chances) - targets) / np.float32(len(targets))

    lossy = tape.operation(loss, lambda slope, d_loss: (slope * d_loss, None))
    X, targets = numbered(texts, around), np.eye(10, dtype=np.float32)[dates]
    length = np.array([len(text) for text in texts])
    batch_size = min(batch_size, len(texts))
    state, step, num_steps = None, 0, num_epochs * (len(texts) // batch_size)
    for _ in range(num_epochs):
        order = np.argsort(length + 4 * rng.random(len(length)))  # alike lengths together
        for rows in rng.permutation(order[: len(order) // batch_size * batch_size].reshape(-1, batch_size)):
            some, goal = X[rows, : length[rows].max() + 2 * around], targets[rows]
            seen = some[:, around:-around] > 0
            some = some * (rng.random(some.shape) >= drop_rate)  # a letter is missing now and then
            _, gradients = tape.value_and_gradients(
                lambda held, some=some, seen=seen, goal=goal: lossy(logits_of(held, some, seen), goal), pairs
            )
            rate = float(top * min(1, (step + 1) / 30) * (1 + np.cos(np.pi * step / num_steps)) / 2)
            pairs, state = adam(pairs, gradients, state, rate, beta2=0.99)
            step += 1
    return [part for pair in pairs for part in pair]
    ### END SOLUTION


def read(arrays, texts):
    """The eight digits of each text's date, (n, 8)."""
    ### BEGIN SOLUTION
    held = tape.values([np.asarray(part, np.float32) for part in arrays])
    X = numbered(texts, 4)
    return logits_of(list(zip(held[::2], held[1::2], strict=True)), X, X[:, 4:-4] > 0).data.argmax(axis=-1)


def logits_of(pairs, X, seen):
    """The logits of the eight digits, (N, 8, 10); seen (N, T) says which places are real, X is as `numbered` gives it."""
    (letters, to_key), (W, b), (to_kind, kind_b), (to_query, query), (to_value, value_b), (told, wanted), (out, out_b) = pairs
    (n, t), around = seen.shape, (X.shape[1] - seen.shape[1]) // 2
    x = letters[X]
    x = tape.concatenate([x[:, k : k + t] for k in range(2 * around + 1)], axis=-1)
    places = (x @ W + b).relu()
    share = (seen / np.maximum(seen.sum(axis=1, keepdims=True), 1)).astype(np.float32)
    kind = ((places * share[:, :, None]).sum(axis=1) @ to_kind + kind_b).relu()
    queries = (kind @ to_query).reshape(n, 8, -1) + query
    found = tape.operation(attend, attend_backward)(queries, places @ to_key, places @ to_value + value_b, mask=seen[:, None])
    return ((kind @ told).reshape(n, 8, -1) + wanted + found).relu() @ out + out_b


### END SOLUTION


# %% role="check" id="check_dates" points=1
check("dates")

# %% role="hidden" id="test_dates" points=9

# %% role="try" id="try_dates"
texts, digits = explore.draw(np.random.default_rng(0), 200)  # 200 texts of two new countries, and their dates
for text, row in zip(texts[:6], digits, strict=False):
    print(f"{text:40s}", "".join(map(str, row)))

# %% [markdown]
# Look at what your reader takes for what.

# %% role="show" id="show_misread"
explore.misread(train, read)

# %% [markdown]
# **Keep a note.** Four lines for each experiment with the studio, in a file of your own: what you changed, what you
# expected, what came out, and how much that varies over three seeds.
#
# <details><summary>The authors' own log</summary>
#
# Two countries drawn anew for each row, four draws a row: the mean and how much it varies.
#
# | changed | why tried | exactly right |
# |---|---|---|
# | a rule list over whole words | counting first | $0.28 \pm 0.01$ |
# | a rule list over pieces of words, no budget | the engineer's way | $0.98 \pm 0.01$ |
# | no attention: one vector, 30 walks | is attention needed? | $0.28 \pm 0.04$ |
# | attention, 8 walks | something that runs | $0.7 \pm 0.2$ |
# | 14 walks; 30; 40 | is it done? | $0.93$, $0.96$, $0.97$, each $\pm 0.02$ |
# | 1,000 of the 3,000 texts, 40 walks | how much data does it need? | $0.48 \pm 0.17$ |
# | country A alone | does B learn from A? | $0.49 \pm 0.02$: no |
#
# With few walks the share depends more on the country than on the net. Judge a change over several countries.
#
# </details>

# %% [markdown]
# ## A map
#
# **From earlier weeks** this one took the tape (week 7), the optimiser (week 6), softmax and its loss (week 7), masks
# for lines of unequal lengths (week 14), and the dot product as likeness (week 16).
#
# **Where it goes.** Week 18 throws everything away but attention: each place of a line looks at all others, many times over.
# That is a transformer. Its cache of keys and values makes the beam cheap. Large speech recognisers are attention or CTC, often both
# at once.
#
# **Sources.** Attention: Bahdanau, Cho and Bengio, *Neural machine translation by jointly learning to align and translate*,
# 2015; its scaled form: Vaswani and others, *Attention is all you need*, 2017. One vector for a sentence: Sutskever, Vinyals
# and Le, 2014; its limit: Cho and others, 2014. Wider beams that do worse: Koehn and Knowles, *Six challenges for neural machine translation*,
# 2017; empty lines that win: Stahlberg and Byrne, 2019. Edit distance: Levenshtein, 1966; the table: Wagner and Fischer,
# 1974. BLEU: Papineni and others, 2002. CTC: Graves and others, 2006. Keyword spotting: Warden, *Speech commands*, 2018. The human voice: Allison
# Smith, in the sounds of Asterisk, CC BY-SA 3.0. Words and their sounds: CMUdict, Carnegie Mellon University. This
# week's arc follows the third week of Andrew Ng's fifth course on deep learning; text, pictures and exercises are our own.
