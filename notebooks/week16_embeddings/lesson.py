# %% [markdown] role="week" needs="week06.adam"
# # Week 16 · Word embeddings
#
# *The zolk barked at the postman. She takes her zolk for a walk. Our old zolk sleeps in a basket.* You have never seen this
# word. Yet you know what a zolk is, nearly. Nobody told you. You looked at the company that it keeps.
#
# A computer can do the same. It reads a lot of text, and it notes which words stand near which. In the end each word is a short row
# of numbers, and words of like meaning have like rows. Such a row is a **word embedding**, or word vector. Every language model begins
# with them. They were once the first thing that was learnt from plain text, without any label, and was useful everywhere.
# <!-- term: word embedding | a short vector for each word, learnt so that words of like use have like vectors. -->
#
# **You need** log-loss and its gradient (week 2), Adam (week 6), embeddings as distances (week 13). **You build** counts of
# who stands near whom, vectors made from them, a loss that learns vectors pair by pair, neighbours and analogies,
# and a tool that takes prejudice out of vectors. You will see how little that helps. In the studio you judge sentences whose words
# nobody labelled. Reading takes about 60 minutes of the week. The house rules of week 1 hold.

# %% role="given" id="setup"
import matplotlib.pyplot as plt
import numpy as np

import explore
from autograder import datasets
from autograder.cases import check, score
from autograder.explore import guess

# %% role="try" id="from_before"
import kit

adam = kit.adam  # your own instead: kit.mine("adam")

# %% [markdown]
# ## Who stands near whom?
#
# This week a text is a row of whole numbers. Each number is a word of the **vocabulary**. The words around a word are its **context**. How
# far the context reaches is called the **window**.
# <!-- term: vocabulary | the list of all words that a model knows; a word is its place in it. -->
# <!-- term: context | the words that stand near a word. -->
# <!-- term: window | how many places to each side count as near. -->

# %% [markdown]
# ### Exercise · `count_pairs` &nbsp; ●○○ &nbsp; 20 min
#
# `count_pairs(texts, size, window)` returns an array (size, size). Entry $(i, j)$ says how often word $j$ stands near word
# $i$. `texts` is a list of texts, each an array of numbers from 0 to `size` $- 1$.
#
# - Two places are near if they lie at most `window` apart. A place is not near itself.
# - They must lie in the same text. The end of one is not near the beginning of the next.
# - Each pair of places counts for both words. So the array is symmetric, also where a word stands near the same word.
# - Texts may be empty, or shorter than the window.
#
# Take one text, 0 1 2 1, and window 2. Words 1 and 2 are near each other twice. Word 1 stands near word 1, two places away. That is
# one pair of places, and it counts twice, so entry $(1, 1)$ is 2. Entry $(0, 1)$ is 1.
#
# <details><summary>A question to ask yourself</summary>
#
# Which pairs of places lie exactly one apart? Which slices of a text hold their first and their second words?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. For each text and each distance from 1 to the window: the words without the last few, and the words without the first few.
# 2. Add 1 at each of these pairs of words. One pair may come many times in one go, and plain indexing would add 1 only once.
# 3. At the end let the other direction count as well.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def count_pairs(texts, size, window):
#     counts = np.zeros((size, size), int)
#     for text in texts:
#         text = np.asarray(text, int)
#         for apart in range(1, ...):
#             np.add.at(counts, (text[:-apart], ...), 1)
#     return counts + ...
# ```
#
# </details>


# %% role="answer" id="count_pairs"
def count_pairs(texts, size, window):
    """How often each word stands near each other word: an array (size, size)."""
    ### BEGIN SOLUTION
    counts = np.zeros((size, size), int)
    for text in texts:
        text = np.asarray(text, int)
        for distance in range(1, min(window, len(text) - 1) + 1):
            np.add.at(counts, (text[:-distance], text[distance:]), 1)
    return counts + counts.T
    ### END SOLUTION


# %% role="check" id="check_count_pairs" points=1
check("count_pairs")

# %% role="hidden" id="test_count_pairs" points=2

# %% [markdown]
# ## One picture
#
# Here are some words where their vectors put them. The vectors have 50 numbers. The picture shows the two directions in which these
# words differ most. Nobody told the program what an animal is.

# %% role="show" id="show_first_map"
explore.first_map()

# %% [markdown]
# Until now a word would have been a **one-hot** vector: 17,699 numbers, of which one is 1. Every two one-hot vectors lie equally far apart. So
# a net that learnt something about *cat* knows nothing of *dog*. With word vectors it does.
# <!-- term: one-hot | a vector with a single 1, which says which of many things it is. -->
#
# The idea behind it is old. Words are alike if they could stand in the same places. Linguists call this the **distributional
# hypothesis**. All of this week is about making numbers of it, and your counts are the first.
# <!-- term: distributional hypothesis | words that stand in the same surroundings have like meanings. -->

# %% [markdown]
# ## Ten minutes from before
#
# Three small tasks from weeks 14, 13 and 9. Nothing here is graded. Change the marked line of each cell and run it.
#
# **1.** (Week 14) A language model gives each letter that really comes next the chance 1/8. How many bits per letter does it need?

# %% role="try" id="before_bits"
bits = 8.0  # <- another number
print("right" if abs(2**-bits - 1 / 8) < 1e-9 else "not yet: how many yes-or-no questions tell eight things apart?")

# %% [markdown]
# **2.** (Week 13) An anchor lies at squared distance 0.5 from its positive and 0.6 from its negative. The margin is 0.2. What is the
# triplet loss?

# %% role="try" id="before_triplet"
loss = 0.0  # <- another number
print("right" if abs(loss - (0.5 - 0.6 + 0.2)) < 1e-9 else "not yet: the negative is farther, but not by the margin")

# %% [markdown]
# **3.** (Week 9) Five examples have weights. Change the line so that the loss is their *weighted* mean.

# %% role="try" id="before_weights"
losses, weights = np.array([0.2, 0.4, 0.6, 0.8, 1.0]), np.array([2.0, 0.0, 0.0, 0.0, 2.0])
loss = np.mean(weights * losses)  # <- another line
print("right" if abs(loss - 0.6) < 1e-9 else f"not yet: {loss:.2f} lies far from the middle of 0.2 and 1.0")

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. 3: the log-loss is $\log 8$ nats, and $\log 8 / \log 2 = 3$.
# 2. 0.1. The gap is 0.1, and it should be 0.2.
# 3. `np.sum(weights * losses) / np.sum(weights)`. Who divides by the number of examples is wrong as soon as the weights do not sum to it.
#
# </details>

# %% [markdown]
# ## More often than by chance
#
# Two novels by Jane Austen, *Pride and Prejudice* and *Northanger Abbey*, have some 200,000 words. Take the 1,000 commonest of them.

# %% role="guess" id="guess_never"
guess.number(
    "Of all pairs of these 1,000 words, how many per cent never stand within four places of each other?",
    0,
    100,
    truth=explore.never_met,
    step=1,
)

# %% [markdown]
# And which word stands near *sister* most often? It is *her*, then *and*, then *to*. That is no news. They stand near
# everything. What we want to know is: which words come **more often than chance** would bring them?
#
# *A worked number.* A corpus has 1,000 pairs. *Tea* is the first word in 20 of them, *cup* the second in 50. If the two had nothing to do with each other, then 5 % of
# the 20 would be *cup*: one pair. There are 8. So they meet 8 times as often as by chance. The logarithm, $\log 8 = 2.08$, is the
# **pointwise mutual information**, PMI for short. It is 0 for words that ignore each other, and negative for words that avoid each other.
# <!-- term: pointwise mutual information | PMI: the logarithm of how many times as often two things meet as they would by chance. -->
#
# Two things make trouble. Pairs that never met are 0 times as frequent as by chance, and $\log 0 = -\infty$. Most pairs
# are like that. It says little: in a small corpus most pairs that *could* meet never do. The usual way out cuts at 0,
# `np.maximum(pmi, 0)`. This is **PPMI**, positive PMI. "Less than by chance" is thrown away, and the table is mostly zeros.
# <!-- term: PPMI | PMI with everything below 0 set to 0. -->
#
# The other trouble is rare words. A word that comes once, and next to *tea*, has a huge PMI with it by pure luck. One
# cure makes rare contexts a little less rare in the reckoning. The chance of a context is then not its share, but is
# **proportional** to its share raised to a power below 1, such as 3/4. Chances sum to one all the same.
#
# ## From a table to vectors
#
# Row $i$ of the table is a vector for word $i$ already. It is long, it is mostly zeros, and *sofa* and *couch* may have no
# entry in common. We want few numbers that say nearly the same. Mathematics has an exact answer.
#
# **Half a page on the SVD.** Every matrix is a sum of simple ones. A matrix of **rank** 1 is a column times a row: all its rows are multiples of one
# row. The **singular value decomposition** writes $M$ as
#
# $$M = \sigma_1 u_1 v_1^T + \sigma_2 u_2 v_2^T + \dots$$
#
# Here the $u$ are columns of length 1, at right angles to each other. So are the $v$. The $\sigma$ are positive and fall. NumPy gives
# all three.
# <!-- term: rank | how many directions the rows of a matrix span. -->
# <!-- term: singular value decomposition | SVD: a matrix as a sum of rank-one matrices at right angles, the largest first. -->
#
# *A worked number.* $\begin{pmatrix} 3 & 3 \\ 1 & -1 \end{pmatrix}$ is $3\sqrt2$ times (1, 0) by $(1, 1)/\sqrt2$, plus $\sqrt2$ times (0, 1) by $(1, -1)/\sqrt2$. If one
# may keep only one of them, the first is the better choice. The sum of all squared entries is $18 + 2$, and dropping the second costs just 2.
#
# That is true in general. Of all matrices of rank $k$, the first $k$ terms come nearest to $M$, by the sum of
# squared errors. It is the theorem of Eckart and Young, of 1936.

# %% [markdown]
# ### Exercise · `pmi` &nbsp; ●●○ &nbsp; 50 min
#
# `pmi(counts, power)` takes counts (n, m) of words with contexts. It returns the PMI of each pair, (n, m), in nats.
#
# - With `power` 1 it is the logarithm of how many times as often a pair comes as by chance.
# - With another power the *chances of the contexts* are changed as described above. Counting everything three times changes nothing.
# - Pairs that never met get $-\infty$. A word or a context without any count tells nothing: its entries are 0.
#
# `word_vectors(M, k)` takes a table (n, m) and returns vectors `E` (n, k) for the words and `F` (m, k) for the contexts, for $k \le \min(n, m)$.
#
# - No other pair of such shapes has a product $E F^T$ that comes nearer to $M$.
# - The columns of $E$ are at right angles, and those of $F$ too. Column by column they are *equally long* in $E$ and in $F$, the longest first.
#
# As the house rules say: float32 in, float32 out, in both functions.
#
# For counts `[[6, 2], [2, 6]]` and power 1 the PMI is $\log 1.5 = 0.405$ on the diagonal and $\log 0.5 = -0.693$ beside it.
# `word_vectors([[4.0]], 1)` is 2 and 2, or $-2$ and $-2$.
#
# <details><summary>A question to ask yourself</summary>
#
# If the words ignored the contexts, what would row $i$ of the counts look like? And how can a factor $\sigma$ be given to
# two columns, so that both get the same?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. Shares: of each pair in all pairs, of each word, of each context. Change those of the contexts, and make them sum to one again.
# 2. Divide the share of the pair by the product of the other two, and take the logarithm. Keep `np.errstate` around it. Where a row or column is empty, write 0 afterwards.
# 3. Vectors: an SVD, `np.linalg.svd(M, full_matrices=False)`, its first $k$ terms, and the root of each $\sigma$ on either side.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def pmi(counts, power):
#     words, contexts = counts.sum(axis=1, keepdims=True), counts.sum(axis=0)
#     chances = contexts ** power / ...
#     with np.errstate(divide="ignore", invalid="ignore"):
#         table = np.log(counts / ...)
#     return np.where((words > 0) & ..., table, 0.0)
#
# def word_vectors(M, k):
#     U, sigma, Vt = np.linalg.svd(M, full_matrices=False)
#     root = ...
#     return U[:, :k] * root, ...
# ```
#
# </details>


# %% role="answer" id="pmi"
def pmi(counts, power):
    """The pointwise mutual information (n, m) of words and contexts that were counted together."""
    ### BEGIN SOLUTION
    counts = np.asarray(counts)
    counts = counts * 1.0 if counts.dtype.kind != "f" else counts
    words, contexts = (counts.sum(axis=axis, keepdims=True) for axis in (1, 0))
    with np.errstate(divide="ignore", invalid="ignore"):
        chances = np.where(contexts > 0, contexts**power, 0)
        table = np.log(counts / (words * (chances / chances.sum())))
    return np.where(np.isnan(table), 0, table)  # 0 by 0: a word or a context without any count
    ### END SOLUTION


def word_vectors(M, k):
    """Vectors E (n, k) of the words and F (m, k) of the contexts, whose products come nearest to M (n, m)."""
    ### BEGIN SOLUTION
    U, sigma, Vt = np.linalg.svd(M, full_matrices=False)
    root = np.sqrt(sigma[:k])
    return U[:, :k] * root, Vt[:k].T * root
    ### END SOLUTION


# %% role="check" id="check_pmi" points=3
check("pmi")

# %% role="hidden" id="test_pmi" points=4

# %% [markdown]
# Below, your two functions read the two novels. Choose a word. The left list is by counts, the right one by your PMI.

# %% role="show" id="show_partners"
explore.partners(count_pairs, pmi)

# %% [markdown]
# ## Learning pair by pair
#
# A table for 200,000 words has 40,000,000,000 entries. Nobody builds it. In 2013 Tomas Mikolov and others showed a way without a table. It
# reads the corpus pair by pair and moves the vectors a little each time. It is called **skip-gram**, and their program was *word2vec*.
# <!-- term: skip-gram | learning word vectors by saying, from a word, which words stand near it. -->
#
# Give each word two vectors: a row of $E$ as a word, and a row of $F$ as a context. The plain idea would be a softmax: from the word, say
# which context it has. But a softmax over 200,000 words for each pair is slow. So the question is made smaller. Here is a word
# and a context: is this pair *real*, or did I draw the context blindly? That is logistic regression, as in week 2. Its logit is the product of two vectors. For each real
# pair some blind ones are drawn. Their contexts are **negative samples**. So one real pair brings several questions of the kind yes or no: one to
# which "real" is the right answer, and for each of its blind contexts one to which "blind" is right. The loss of the pair is the sum of their log-losses.
# <!-- term: negative samples | contexts drawn blindly, which a model must tell from the real one. -->
#
# Where does this end? Suppose that every logit could be chosen freely. Look at one word and one context. In all of training the pair came $a$ times as
# a real one and $b$ times as a blind one. Its part of the loss is $-a \log \sigma(s) - b \log \sigma(-s)$. Where is
# that smallest? Look for the $s$ at which its slope is 0. It is $s = \log (a / b)$.
#
# <details><summary>Why?</summary>
#
# The slope is $b\,\sigma(s) - a\,\sigma(-s)$. It is 0 where $\sigma(s) / \sigma(-s) = a / b$. And $\sigma(s) / \sigma(-s) = e^s$.
#
# </details>
#
# *A worked number.* There are 2 blind contexts for each real one. *Tea* and *cup* came 8 times as real. Blindly *cup* should come to *tea* 1 time among 20, so among 40 blind draws it comes 2
# times. The logit ends at $\log (8/2) = 1.39$. And the PMI was $\log 8$. The difference is $\log 2$, for the two blind ones.
#
# So skip-gram ends at PMI, shifted by the logarithm of the number of blind contexts. Omer Levy and Yoav Goldberg found this in 2014. The two roads, counting and learning,
# lead to the same place. Learning only never needs to see the table.
#
# What *blindly* means is a choice, and it has the same root as the power above: contexts are drawn with chances proportional to their counts to the
# power 3/4. With the power 1, the commonest words would be nearly all of the noise.

# %% [markdown]
# ### Exercise · `skip_gram` &nbsp; ●●● &nbsp; 75 min
#
# `noise_words(counts, shape, rng)` draws blind contexts: an array of whole numbers with this shape. `counts` (n,) says how often each word
# came. The chance of a word is proportional to its count to the power 3/4, and all draws are independent.
#
# `skip_gram_loss(parameters, centres, contexts, noise)` returns a loss, and its gradients as a pair. `parameters` is `(E, F)`, both (n, d). There are $P$ real pairs: their
# words `centres` (P,), their contexts `contexts` (P,), and for each of them the blind contexts `noise` (P, k). All three hold row numbers.
#
# - The loss is the mean over the real pairs, each with its blind contexts. It is right for logits of $\pm 1000$, too.
# - The gradients belong to it, in the shapes of `E` and `F`. A row that is not used has gradient 0.
# - The same word may come many times in a batch. A blind context may happen to be the real one: it still counts as both.
# - Without pairs the loss is 0, and so are the gradients. With $k = 0$ there are only the real pairs.
#
# All vectors 0, two blind contexts a pair: every logit is 0, and the loss is $3 \log 2 = 2.079$.
#
# <details><summary>A question to ask yourself</summary>
#
# What is the slope of $-\log \sigma(s)$ by $s$? Which word and which context does one logit belong to? And what should happen to a row that takes part in
# five logits?
#
# </details>
# <details><summary>A plan</summary>
#
# Here is the loss of one real pair, as a slow program:
#
# ```python
# def loss_of_pair(e, f, noise_f):
#     """One real pair, a word e (d,) and a context f (d,), against blind contexts noise_f (k, d). For small logits only."""
#     loss = -np.log(1 / (1 + np.exp(-np.dot(e, f))))  # "real" should be said of the real one
#     for blind in noise_f:
#         loss -= np.log(1 / (1 + np.exp(np.dot(e, blind))))  # and "blind" of the others
#     return loss
# ```
#
# 1. Put the real context and the blind ones side by side: (P, 1 + k) contexts, with a sign of $+1$ or $-1$ each.
# 2. All logits at once, (P, 1 + k). The loss of one is `logaddexp(0, -sign * logit)`: no overflow.
# 3. Its slope by the logit is $-\text{sign} \cdot \sigma(-\text{sign} \cdot \text{logit})$, divided by $P$.
# 4. The chain rule gives a vector for each word and each context used. Add them up in the right rows with `np.add.at`.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def noise_words(counts, shape, rng):
#     chances = ...
#     return rng.choice(len(counts), size=shape, p=...)
#
# def skip_gram_loss(parameters, centres, contexts, noise):
#     E, F = parameters
#     used = np.concatenate([contexts[:, None], noise], axis=1)      # (P, 1 + k)
#     sign = np.where(np.arange(used.shape[1]) == 0, 1, -1)
#     words, around = E[centres], F[used]                            # (P, d), (P, 1 + k, d)
#     logits = np.einsum("pd,pkd->pk", ...)
#     loss = np.logaddexp(...).sum() / P
#     d_logits = -sign * ... / P                                     # a sigmoid without overflow
#     d_E, d_F = np.zeros_like(E), np.zeros_like(F)
#     np.add.at(d_E, centres, ...)
#     np.add.at(d_F, used, ...)
#     return loss, (d_E, d_F)
# ```
#
# </details>


# %% role="answer" id="skip_gram"
def noise_words(counts, shape, rng):
    """Blind contexts: row numbers of this shape, drawn by counts to the power 3/4."""
    ### BEGIN SOLUTION
    weights = np.asarray(counts, float) ** 0.75
    return rng.choice(len(weights), size=shape, p=weights / weights.sum())
    ### END SOLUTION


def skip_gram_loss(parameters, centres, contexts, noise):
    """The mean loss of P real pairs against blind ones, and the gradients (d_E, d_F)."""
    ### BEGIN SOLUTION
    E, F = (part * 1.0 if part.dtype.kind != "f" else part for part in map(np.asarray, parameters))
    num_pairs = max(len(centres), 1)
    used = np.concatenate([np.reshape(contexts, (-1, 1)), noise], axis=1).astype(int)
    centres = np.asarray(centres, int)
    sign = np.where(np.arange(used.shape[1]) == 0, 1, -1).astype(E.dtype)
    words, around = E[centres], F[used]
    margins = sign * np.einsum("pd,pkd->pk", words, around)
    losses = np.logaddexp(0, -margins)
    d_logits = -sign * np.exp(-margins - losses) / num_pairs
    d_E, d_F = np.zeros_like(E), np.zeros_like(F)
    np.add.at(d_E, centres, np.einsum("pk,pkd->pd", d_logits, around))
    np.add.at(d_F, used, d_logits[:, :, None] * words[:, None, :])
    return losses.sum() / num_pairs, (d_E, d_F)
    ### END SOLUTION


# %% role="check" id="check_skip_gram" points=4
check("skip_gram")

# %% role="hidden" id="test_skip_gram" points=4

# %% [markdown]
# Below, your loss learns vectors of two numbers. The corpus is made up: 30 words in three topics, and words of one topic stand
# together. Move the number of steps, and watch the topics come apart.

# %% role="show" id="show_training"
explore.training(noise_words, skip_gram_loss)

# %% [markdown]
# <details><summary>The same in PyTorch</summary>
#
# ```python
# import torch
# from torch.nn.functional import logsigmoid
#
# E, F = torch.nn.Embedding(n, d), torch.nn.Embedding(n, d)
# noise = torch.multinomial(counts.pow(0.75), P * k, replacement=True).view(P, k)
# words = E(centres)                                            # (P, d)
# real = (words * F(contexts)).sum(1)
# blind = torch.einsum("pd,pkd->pk", words, F(noise))
# loss = -(logsigmoid(real) + logsigmoid(-blind).sum(1)).mean()
# loss.backward()                                               # E.weight.grad, F.weight.grad
# ```
#
# The convention that differs: an `Embedding` is a layer with a table, and its rows are fetched by number. With
# `sparse=True` its gradient holds only the rows that were used. That matters for 200,000 words.
#
# </details>
#
# **GloVe**, of 2014, stands between the two roads. It counts a table first. Then it fits $e_i \cdot f_j + b_i + c_j$ to the
# *logarithm of the count*, by squares that are weighted: pairs that never met weigh nothing, rare ones weigh little, and from 100 meetings on all weigh the same. The two biases
# learn what chance would explain, so the product is left with something like PMI. The vectors of this notebook were made like this, from six thousand million words.
# <!-- term: GloVe | word vectors fitted to the logarithms of counts, by weighted squares. -->
#
# ## Neighbours, and a famous trick
#
# How alike are two words? A common word has been moved more often, and its vector is long. So the length says how
# frequent a word is, more than what it means. One compares directions: the cosine of the angle between two vectors, the **cosine similarity**. It is
# 1 for the same direction and 0 at right angles.
# <!-- term: cosine similarity | the cosine of the angle between two vectors: their product when both have length one. -->
#
# Then the famous trick. *Man* is to *king* as *woman* is to what? Walking from *man* to *king* means becoming royal. The same walk from *woman* should end near *queen*.
# In word vectors this often works, though nothing asked for it. Such a question is an **analogy**. How well a word $w$
# fits as an answer can be said in many ways. This one is the most common:
# <!-- term: analogy | the question "a is to b as c is to what?", answered by adding directions. -->


# %% role="given" id="given_fit"
def fit_of_answer(E, a, b, c, w):
    """How well word w answers "a is to b as c is to what?"; all four are row numbers of E."""

    def alike(i, j):
        return np.dot(E[i], E[j]) / np.sqrt(np.dot(E[i], E[i]) * np.dot(E[j], E[j]))

    return alike(w, b) - alike(w, a) + alike(w, c)


# %% role="guess" id="guess_queen"
guess.choose(
    "man is to king as woman is to …? No word of the vocabulary is left out. Which one fits best?",
    ["queen", "princess", "king", "woman"],
    truth=explore.without_the_rule,
)

# %% [markdown]
# ### Exercise · `neighbours` &nbsp; ●●○ &nbsp; 45 min
#
# `neighbours(E, queries, k)` takes vectors `E` (n, d) and row numbers `queries` (Q,). It returns row numbers (Q, k): for each query the $k$
# words with the largest cosine similarity, the best first, for $k < n$.
#
# `analogies(E, questions, k)` takes questions (Q, 3) with rows $a, b, c$. It returns (Q, k): the $k$ words that fit best by
# `fit_of_answer`, the best first.
#
# - The words of a question are never among its answers. A query is not its own neighbour.
# - Only directions count. If each row of `E` is multiplied by a positive factor of its own, or all are turned, nothing changes.
# - A vector of zeros has no direction. It comes after all others, also after those that point the opposite way.
# - It is quick: one product of matrices, no loop over words. A thousand queries take no longer than a loop needs for a few.
#
# Take rows (1, 0), (0, 3), (2, 2) and $(-1, 0)$. The neighbours of row 0 are 2, 1, 3. To "0 is to 1 as 3 is to what?" the only
# answer is 2.
#
# <details><summary>A question to ask yourself</summary>
#
# How many products of vectors does `fit_of_answer` need for all words $w$, if the lengths are put right once at the
# beginning? Can the three be joined into one?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. Bring all rows to length one. Leave rows of zeros alone: dividing by 1 does that.
# 2. For a question: add and subtract three rows of length one. The product of that with all rows is the fit of all words.
# 3. Rows of zeros get a score below all others, and the words of the question a still lower one.
# 4. Sort, and keep the first $k$. Both functions can share this.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def best(E, targets, taken, k):
#     "For each target direction the k best rows, without those of `taken` (Q, t)."
#     scores = targets @ ...
#     scores[:, rows of zeros] = ...
#     np.put_along_axis(scores, taken, -np.inf, axis=1)
#     return np.argsort(...)[:, :k]
#
# def neighbours(E, queries, k):
#     U = E / ...
#     return best(U, U[queries], queries[:, None], k)
#
# def analogies(E, questions, k):
#     ...
# ```
#
# </details>


# %% role="answer" id="neighbours"
def neighbours(E, queries, k):
    """The k nearest words of each query by cosine similarity, best first: row numbers (Q, k)."""
    ### BEGIN SOLUTION
    queries = np.asarray(queries, int)
    U = directions(E)
    return best_rows(U, U[queries], queries[:, None], k)
    ### END SOLUTION


def analogies(E, questions, k):
    """The k best answers to each question (a, b, c), best first: row numbers (Q, k)."""
    ### BEGIN SOLUTION
    questions = np.asarray(questions, int)
    U = directions(E)
    a, b, c = questions.T
    return best_rows(U, U[b] - U[a] + U[c], questions, k)


def directions(E):
    """The rows of E brought to length one; rows of zeros stay."""
    E = np.asarray(E, float)
    E = E / np.maximum(np.abs(E).max(axis=1, keepdims=True, initial=0), np.finfo(float).tiny)
    lengths = np.linalg.norm(E, axis=1, keepdims=True)
    return E / np.where(lengths == 0, 1, lengths)


def best_rows(U, targets, taken, k):
    """For each target the k rows of U with the largest product, without those in `taken` (Q, t)."""
    scores = targets @ U.T
    scores[:, ~U.any(axis=1)] = -10
    np.put_along_axis(scores, taken, -np.inf, axis=1)
    return np.argsort(-scores, axis=1, kind="stable")[:, :k]
    ### END SOLUTION


# %% role="check" id="check_neighbours" points=3
check("neighbours")

# %% role="hidden" id="test_neighbours" points=4

# %% [markdown]
# Look around in the real vectors. Choose a word, and see it with its neighbours on a map of its own. To look up any other word, type it in the cell below the map.

# %% role="show" id="show_map"
explore.word_map(neighbours)

# %% role="try" id="try_look_up"
explore.look_up(neighbours, "umbrella")  # <- any word that you like

# %% [markdown]
# And some questions. The first ones are famous. Ask others, and count how often you are convinced.

# %% role="try" id="try_words"
words = explore.WORDS  # word -> row number of explore.VECTORS, for 17,699 words
for a, b, c in [
    ("man", "king", "woman"),
    ("france", "paris", "italy"),
    ("good", "better", "bad"),
    ("doctor", "hospital", "teacher"),
]:
    try:
        found = analogies(explore.VECTORS, np.array([[words[a], words[b], words[c]]]), 3)[0]
        print(f"{a} : {b} = {c} :", ", ".join(explore.TEXT[w] for w in found))
    except (NameError, NotImplementedError):
        print("analogies does not run yet")

# %% [markdown]
# Without the rule about the words of the question, the answer to a question is mostly one of them. So part of the fame is due to a rule of the game. *Queen* was one
# of the few words left.
#
# ### Two trainings, one map
#
# Train the same vectors twice, from two different starts. Or train them on two corpora. Each word gets another vector. But the *angles* agree. So one map is the other one
# turned. Which turn is it? For matrices $A$ and $B$ of the same words, the orthogonal matrix $Q$ that brings $A Q$ nearest to $B$ comes
# from an SVD: with $A^T B = U S V^T$ it is $Q = U V^T$. This is the **Procrustes problem**. The picture learns the turn from half of the words and tests it on the other half. In the same
# way maps of two *languages* were laid over each other, and words found their translations.
# <!-- term: Procrustes problem | finding the rotation or reflection that lays one set of points best over another. -->

# %% role="show" id="show_aligned"
explore.aligned()

# %% [markdown]
# ### What people feel
#
# How much of a word's meaning is in these 50 numbers? Ten people rated words from $-4$, very unpleasant, to 4, very pleasant. A ridge regression learns the mean rating from the
# vectors of half of the words. That is least squares with a penalty on the squared weights, as in week 5. It is tested on the other half, beside a single one of the ten people.

# %% role="show" id="show_valence"
explore.valence()

# %% [markdown]
# ## What vectors learn about us
#
# Vectors learn from what people wrote. So they learn what people think, fair or not. In many vector sets *doctor* lies nearer to *he* than to *she*, and *nurse* the other way round. A program
# that sorts applications with these vectors has learnt that, too. This is **bias** in the everyday sense of the word. Can one take it out?
# <!-- term: bias | in everyday speech, prejudice; in word vectors, a direction along which words differ by it. -->
#
# In 2016 Tolga Bolukbasi and others proposed three steps.
#
# 1. *Find the direction.* Take pairs that differ in nothing else: he and she, man and woman. Each gives a difference. The direction $g$ is the one along which these differences are largest
#    together. That is: the sum of their squared parts along $g$ is as large as it can be.
# 2. *Neutralise* words that should not lean: *doctor*, *nurse*. Nothing of them is left along $g$.
# 3. *Equalise* pairs such as *he* and *she*: after that, a neutralised word is equally near to both.
#
# All vectors have length 1, before and after. *A worked number in two dimensions.* Let $g = (1, 0)$. A pair sits at $(0.8, 0.6)$ and $(0, 1)$. Both lean the same way, but not equally. A word at $(0, 1)$ has similarity
# 0.6 with the first and 1 with the second, so it is not neutral between them. Equalised, the two stand at $(0.6, 0.8)$ and $(-0.6, 0.8)$, and the word
# has similarity 0.8 with either.
#
# One widely copied formula gets the last step wrong. The two come out with lengths such as 0.87, and nobody notices, since cosines do not mind lengths.

# %% [markdown]
# ### Exercise · `debias` &nbsp; ●●● &nbsp; 60 min
#
# `bias_direction(pairs)` takes pairs of vectors (n, 2, d) of any length, of which only the directions count. It returns the direction $g$ (d,) of step 1, with length one.
#
# - It points towards the *first* members: in the sum over all pairs they lie farther along it.
# - Pairs that all differ by one common vector give just the direction of that vector.
#
# `debias(E, g, neutral, pairs)` takes vectors `E` (n, d), a direction `g` (d,) of any length, row numbers `neutral` (m,), and `pairs` (q, 2) of
# row numbers. It returns vectors (n, d), all of length one. No row is in two places.
#
# - Neutral rows have no part along $g$. Apart from that their direction is as it was.
# - The two of a pair lie equally far to either side of $g$, and share the rest. It is nearest, by the sum of squares, to what both had at right angles to $g$.
# - The member that was farther along $g$ still is. A pair whose parts along $g$ are equal up to rounding has no sides: it stays as it was.
# - All other rows keep their directions.
#
# As the house rules say: float32 in, float32 out, in both functions.
#
# In two dimensions, with $g = (2, 0)$ and the pair $(0.8, 0.6)$ and $(0, 1)$: see above.
#
# <details><summary>A question to ask yourself</summary>
#
# If the shared part has length $s$, and a vector has length one, how long is its part along $g$? And when may an SVD of the differences go wrong? Should their mean be
# taken away first, as one does for a principal component?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. Direction: length one for all vectors, differences (first minus second), SVD *without* centring, the first row of $V^T$. Turn it round if the sum of the differences says so.
# 2. Bring all rows, and `g`, to length one.
# 3. Neutral: take the part along $g$ away, then length one again.
# 4. Pairs: the mean of the parts at right angles to $g$; the root of one minus its squared length, along $g$, plus for one and minus for the other. Look at who was ahead. Skip pairs with equal parts, where equal means up to rounding.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def bias_direction(pairs):
#     U = pairs / np.linalg.norm(..., axis=2, keepdims=True)
#     differences = ...
#     g = np.linalg.svd(differences, full_matrices=False)[2][0]
#     return g if ... else -g
#
# def debias(E, g, neutral, pairs):
#     U = E / ...
#     g = g / ...
#     U[neutral] -= np.outer(U[neutral] @ g, g)
#     U[neutral] /= ...
#     for i, j in pairs:
#         a, b = U[i] @ g, U[j] @ g
#         if abs(a - b) > 1e-9:
#             shared = ...
#             height = np.sqrt(...)
#             ...
#     return U
# ```
#
# </details>


# %% role="answer" id="debias"
def bias_direction(pairs):
    """The direction (d,) of length one along which the pairs (n, 2, d) differ most, towards the first members."""
    ### BEGIN SOLUTION
    pairs = np.asarray(pairs)
    units = pairs / np.linalg.norm(pairs, axis=2, keepdims=True)
    differences = units[:, 0] - units[:, 1]
    g = np.linalg.svd(differences, full_matrices=False)[2][0]
    return g if differences.sum(axis=0) @ g > 0 else -g
    ### END SOLUTION


def debias(E, g, neutral, pairs):
    """The vectors (n, d), of length one, with neutral rows and equalised pairs."""
    ### BEGIN SOLUTION
    E = np.asarray(E)
    units = E / np.linalg.norm(E, axis=1, keepdims=True)
    g = np.asarray(g, units.dtype) / np.linalg.norm(g)
    neutral, pairs = np.asarray(neutral, int), np.asarray(pairs, int).reshape(-1, 2)

    across = units - np.outer(units @ g, g)
    debiased = units.copy()
    debiased[neutral] = across[neutral] / np.linalg.norm(across[neutral], axis=1, keepdims=True)

    gap = (units[pairs[:, 0]] - units[pairs[:, 1]]) @ g
    leaning = np.abs(gap) > 100 * np.finfo(units.dtype).eps
    pairs, side = pairs[leaning], np.sign(gap[leaning])
    shared = across[pairs].mean(axis=1)
    height = np.sqrt(np.maximum(1 - np.sum(shared**2, axis=1), 0)) * side
    debiased[pairs] = shared[:, None] + np.stack([height, -height], axis=1)[:, :, None] * g
    return debiased
    ### END SOLUTION


# %% role="check" id="check_debias" points=3
check("debias")

# %% role="hidden" id="test_debias" points=4

# %% [markdown]
# Does it help? Take the 500 words that lean most towards *he*, and the 500 that lean most towards *she*. All are neutralised by your function. Along $g$ they have nothing left. Now comes a
# simple program. It is shown half of these words with the side on which they *were*, and it must tell the side of the other half from the cleaned vectors. Tossing a coin is right for 50 %.

# %% role="guess" id="guess_hidden"
guess.number("How many per cent of the other words does it get right?", 40, 100, truth=explore.still_there, step=1)

# %% role="show" id="show_hidden"
explore.hidden_not_gone(bias_direction, debias)

# %% [markdown]
# The direction is gone, and the prejudice is not. Who knows what else such words have in common can still tell their side for most of them. Words that leaned the same way still stand together. Hila Gonen and Yoav Goldberg wrote it on their paper of 2019: *lipstick on a
# pig*. Debiasing hides more than it removes. That is worse than nothing if somebody then believes that the vectors are fair. The honest way is to measure what a *system* does to people, as in week 8, and not to look at
# one direction of its inputs.
#
# ## Studio: words never seen
#
# Somebody has labelled 300 sentences about films as good or bad. You are asked about reviews of cameras and telephones, and about tweets. *Lovely*, *battery* and *lol* are not in the 300. A model that knows words only
# one by one is lost. With vectors, it need not be.

# %% [markdown]
# ### Studio · `unseen_words` &nbsp; ●●● &nbsp; 75 min
#
# `train(sentences, good, rated, ratings, vectors, rng)` returns a list of at most 200 numbers in arrays.
#
# - `sentences` (300, T) holds word numbers, one sentence a row. After its end stands $-1$. `good` (300,) is 1 for good and 0 for bad, half of each.
# - `rated` (300,) holds the numbers of 300 single words. `ratings` (300,) says how pleasant ten people found them in the mean, from $-4$ to 4.
# - `vectors` (17699, 50) are the vectors of all words.
#
# `appraise(arrays, sentences, vectors)` returns a number for each sentence (n,): the higher, the better. A sentence's number may not depend on the others.
#
# **Score.** Reviews of products and tweets are half good, half bad. Take one good and one bad sentence of the same kind: does the good one get the higher number? The score is the share of such pairs
# that are in the right order, where a tie counts half. It is the mean of the two kinds. A coin has 0.5. A single human rater, held against the others, has 0.99 for reviews and 0.96 for tweets.
#
# **Rules.** Words are numbered anew at each judging. The vectors are turned, stretched and blurred a little, so you cannot know them. Sentences, rated words and numbers are drawn afresh. Relative noise of
# $10^{-3}$ lies on your numbers, and the numbers, texts and names in your code may come to 1,000 bytes, compressed. The judge trains twenty times.
#
# | score | band |
# |---|---|
# | 0.55 | nothing: the length of a sentence knows as much |
# | 0.63 | gets going: above every model that knows words one by one |
# | 0.67 | good |
# | 0.73 | excellent |
#
# <details><summary>A question to ask yourself</summary>
#
# What is the vector of a sentence? If a linear model looks at the mean of some vectors, what does it think of each single one? And so, can words and sentences teach the same weights?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. The mean of a sentence's vectors, without the places after its end. Logistic regression on that, with a penalty.
# 2. Choose the penalty by parts of the 300 that are left out. The 300 have films only: how much should you believe them?
# 3. The rated words are examples as well. A weight that makes a word good makes sentences good. Teach one set of weights by both, with a bias for each.
# 4. Why does the *length* of a sentence not enter if you take means? Look at the score of your sums.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def sentence_means(sentences, vectors):
#     there = (sentences >= 0)[:, :, None]
#     return (vectors[sentences] * there).sum(axis=1) / ...
#
# def train(sentences, good, rated, ratings, vectors, rng):
#     centre, spread = vectors.mean(axis=0), vectors.std(axis=0)
#     X = ...                                # sentences and words, one below the other
#     y = ...
#     parameters, state = [(np.zeros((50, 1)), np.zeros(1))], None
#     for _ in range(...):
#         ...
#         parameters, state = adam(parameters, gradients, state, ...)
#     return [...]
# ```
#
# </details>


# %% role="studio" id="unseen_words"
def train(sentences, good, rated, ratings, vectors, rng):
    """At most 200 numbers in arrays, learnt from labelled sentences and rated words."""
    ### BEGIN SOLUTION
    centre, spread = vectors.mean(axis=0), vectors.std(axis=0)
    words = (vectors[rated] - centre) / spread
    means = (sentence_means(sentences, vectors) - centre) / spread
    means = means - means.mean(axis=0)
    X = np.concatenate([words, FILM_SCALE * means])
    y = np.concatenate([ratings > 0, good])
    is_word = np.arange(len(X)) < len(words)
    weights, biases = np.zeros(X.shape[1]), np.zeros(2)
    state = None
    for _ in range(300):
        logits = X @ weights + biases[is_word.astype(int)]
        errors = (1 / (1 + np.exp(-logits)) - y) / len(y)
        d_weights = X.T @ errors + PENALTY * weights
        d_biases = np.array([errors[~is_word].sum(), errors[is_word].sum()])
        [(weights, biases)], state = adam([(weights, biases)], [(d_weights, d_biases)], state, 0.03)
    return [weights / spread]


FILM_SCALE, PENALTY = 3.0, 0.03


def sentence_means(sentences, vectors):
    """The mean vector of each sentence (n, T), without the places after its end."""
    there = sentences >= 0
    total = np.einsum("ntd,nt->nd", vectors[sentences], there)
    return total / np.maximum(there.sum(axis=1, keepdims=True), 1)
    ### END SOLUTION


def appraise(arrays, sentences, vectors):
    """A number for each sentence (n,): the higher, the better."""
    ### BEGIN SOLUTION
    return sentence_means(sentences, vectors) @ arrays[0]
    ### END SOLUTION


# %% role="check" id="check_unseen_words" points=1
check("unseen_words")

# %% role="hidden" id="test_unseen_words" points=9

# %% role="try" id="try_unseen_words"
task = explore.new_task(np.random.default_rng(0))  # what one judging hands out, from the public sentences
print(task.sentences.shape, task.rated.shape, {kind: len(labels) for kind, (_, labels) in task.asked.items()})

# %% [markdown]
# **Keep a note.** Four lines for each experiment with the studio, in a file of your own: what you changed, what you expected, what came
# out, and how much that varies over three seeds.
#
# <details><summary>The authors' own log</summary>
#
# Ten to thirty draws each, the mean over reviews and tweets, and how much one draw varies.
#
# | changed | why tried | score |
# |---|---|---|
# | the shorter the better | what knows nothing of words | $0.545 \pm 0.004$ |
# | a bag of words: naive Bayes over all words of the 300 sentences | the old way, with as many numbers as it likes | $0.58 \pm 0.02$ |
# | the same, and the ratings of the 300 words | still word by word | $0.60 \pm 0.02$ |
# | mean vectors, the difference of the two classes' means | the simplest thing with vectors | $0.63 \pm 0.03$ |
# | mean vectors, logistic regression | is it worth fitting? | $0.69 \pm 0.02$ |
# | the rated words alone, logistic regression | are words better teachers than sentences? | $0.76 \pm 0.02$ |
# | the same, but the *sum* of a sentence | lengths come in | $0.70 \pm 0.04$ |
# | words and sentences together | one set of weights for both | $0.76 \pm 0.02$ |
# | rare words count more than common ones | it helps elsewhere | $0.76 \pm 0.02$ |
#
# Our first metric was the share named rightly. It lay at 0.61 for mean vectors, since products and tweets are not as good or bad *on average* as films are, and the threshold was off. The order of pairs needs none.
#
# </details>

# %% [markdown]
# ## A map
#
# **From earlier weeks** this one took log-loss and its gradient (week 2), Adam (week 6), embeddings and cosines (week 13), a penalty on squared weights (week 5).
#
# **Where it goes.** One vector a word cannot tell the *bank* of a river from the bank with the money. Week 17 lets words look at each other, and week 18 makes of that a vector for a word *in its sentence*. Words are cut into pieces there, so
# that no word is unknown.
#
# **Sources.** Firth, *A synopsis of linguistic theory*, 1957, for "the company it keeps". PMI for words: Church and Hanks, 1990. The powers and many tricks: Levy, Goldberg and Dagan, *Improving distributional similarity with lessons learned from
# word embeddings*, 2015. Skip-gram: Mikolov and others, *Distributed representations of words and phrases*, 2013. What it ends at: Levy and Goldberg, *Neural word embedding as implicit matrix factorization*, 2014. GloVe: Pennington, Socher and Manning, 2014. Rank $k$: Eckart and
# Young, 1936. Procrustes: Schönemann, 1966; two languages: Conneau and others, *Word translation without parallel data*, 2018. Debiasing: Bolukbasi and others, *Man is to computer programmer as woman is to homemaker?*, 2016; that it hides: Gonen and Goldberg, *Lipstick on a pig*, 2019; the missing rule
# about words of the question: Nissim, van Noord and van der Goot, *Fair is better than sensational*, 2020. Sentences and rated words: Hutto and Gilbert, *VADER*, 2014. This week's arc follows the second week of Andrew Ng's fifth course on deep learning; text, pictures and exercises are our own.
