# %% [markdown] role="week" needs="week01.standardise week02.log_loss"
# # Week 9 · Error analysis and transfer
#
# A shop reads what people write about its goods, and wants to know who is happy. There was no money for labels. But somebody
# had thousands of sentences from film reviews, each with its mood, and so the model learnt from films. On films it is fine.
# On the shop's own sentences it is not. And on tweets it is worse than a program that calls everybody happy.
#
# On Monday five people sit at a table, and each has a plan. "More data." "A bigger model." "It cannot do *not good*: teach it
# negation." "The labels are wrong anyway." "Films are not shoes." Each plan takes weeks. Who is right?
#
# Nobody knows, and everybody could. The mistakes are there: a few hundred sentences that one can *read*. This week is about
# asking the mistakes, before anything is built.
#
# **You need** log-loss (week 2), standardising (week 1) and a clear head about splits (week 8). **You build** five tools, and in the studio
# something that finds wrong labels where they hurt. Reading takes about 45 minutes of the week. The house rules of week 1 hold.

# %% role="given" id="setup"
import numpy as np

import explore
from autograder.cases import check, score
from autograder.explore import guess

# %% role="try" id="from_before"
import kit

log_loss = kit.log_loss  # log_loss(logits, y): one number for each example; your own instead: kit.mine("log_loss")
learn_scale, standardise = kit.learn_scale, kit.standardise  # kit.mine("learn_scale"), kit.mine("standardise")

# %% [markdown]
# ## Many questions, some without an answer
#
# A sixth comes late to the table, and says: "We have labels for other questions, too."
#
# One sentence can have many labels. *Is it happy? Is it about the price? Is it meant as a joke?* One model may learn all of them at
# once: the layers below are shared, and each **task** has an output of its own. This is **multi-task learning**. It pays when the tasks need the same
# things from below, and when each alone has few labels.
# <!-- term: multi-task learning | one model with shared layers and an output for each of several tasks. -->
#
# In life the table of labels has holes. Nobody went back to old rows when a new question came up. Throwing away each row with a hole
# may leave nothing. Writing a 0 into the holes is worse. It says *no* where nobody said anything.
#
# And how much should a task weigh? Say that 9,000 rows have the first label and 90 have the second. If each *label* counts alike, the second task is one
# percent of the loss, and the shared layers will not hear it. In the exercise each *task* counts alike.

# %% [markdown]
# ### Exercise · `masked_loss` &nbsp; ●○○ &nbsp; 20 min
#
# `masked_loss(logits, labels)` takes two arrays of shape (n, K): n rows and K tasks. A label is 1, 0, or $-1$ where nobody knows. It
# returns `(loss, d_logits)`.
#
# - All known labels of a task count alike, and all tasks count alike. If every known label has a log-loss of 0.3, so has the whole.
# - A task without a single known label is left out. If nothing is known at all, the loss is 0.
# - `d_logits` is the gradient of the loss with respect to the logits, of their shape and float type (whole numbers are taken as floats).
#   It is 0 where nobody knows.
# - Logits of $\pm 1000$ are no trouble.
#
# Logits `[[0, 2], [0, 5], [3, -1]]` and labels `[[1, -1], [0, -1], [-1, 0]]` give a loss of
# $\tfrac12 (0.6931 + 0.3133) = 0.5032$. `d_logits[1]` is $(0.125, 0)$.
#
# <details><summary>A question to ask yourself</summary>
#
# What is the loss of one task alone, and what becomes of several?
#
# By how much does the loss move if one logit moves? On how many labels of its own column does that depend, and on how many columns?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. A task's loss is the mean log-loss over its known labels, and the loss is the mean over the tasks. So you need a mask of what is known, and from it the number of known labels in each column.
# 2. Give every entry a weight: nought for a hole, else one over (known in its column times columns that have any).
# 3. The loss is the weighted sum of log-losses. For the gradient use the same weights: the slope of one log-loss is $p - y$.
# 4. Put any legal label into the holes before you call `log_loss`. Beware of dividing by a count of nought.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def masked_loss(logits, labels):
#     known = labels >= 0
#     counts = known.sum(axis=0)
#     weight = np.where(known, 1 / np.maximum(..., 1), 0) / max(..., 1)
#     y = np.where(known, labels, ...)
#     loss = np.sum(weight * ...)
#     return loss, weight * ...
# ```
#
# </details>


# %% role="answer" id="masked_loss"
def masked_loss(logits, labels):
    """The mean over tasks of the log-loss over known labels, and its gradient: logits and labels (n, K)."""
    ### BEGIN SOLUTION
    logits = np.asarray(logits, dtype=np.result_type(logits, np.float32))
    known = np.asarray(labels) >= 0
    weight = known / np.maximum(known.sum(axis=0), 1)
    weight = (weight / max(np.count_nonzero(known.any(axis=0)), 1)).astype(logits.dtype)
    sign = np.where(known, 1.0 - 2 * np.asarray(labels), 0).astype(logits.dtype)
    off = sign * logits  # how far on the wrong side
    loss = np.sum(weight * np.logaddexp(0, off))
    return loss, weight * sign * np.exp(-np.logaddexp(0, -off))
    ### END SOLUTION


# %% role="check" id="check_masked_loss" points=1
check("masked_loss")

# %% role="hidden" id="test_masked_loss" points=2

# %% [markdown]
# ## One picture
#
# The sentences come from film reviews, from reviews of goods, and from a service for short messages, here called tweets. About twenty people rated the mood of each
# one, from $-4$ to $4$. The sign of the mean is the label. The model is the simplest that there is: one weight for
# each word, logistic regression, learnt on films alone.

# %% role="try" id="try_sentences"
for sentence in explore.some_sentences():
    print(sentence)

# %% role="guess" id="guess_tweets"
guess.number(
    "On films that it has not seen, the model names the mood of three sentences in four rightly. Of 100 tweets?",
    0,
    100,
    truth=explore.right_on_tweets,
    step=1,
    unit="tweets",
)

# %% role="show" id="show_domains"
explore.domains()

# %% [markdown]
# The distribution that the examples come from is called the **domain**. When training and use have different ones, that is **domain shift**.
# The circles are people: one person's rating against the mean of the others. People find tweets a little harder, too. Most of the
# loss is the model's own.
# <!-- term: domain | the distribution that examples come from, such as film reviews. -->
# <!-- term: domain shift | training and use have different domains. -->
#
# The dashed lines are worth a thought. 72 of 100 tweets are happy. A score without the score of the silly program beside it says nothing.
#
# ## Five tools
#
# You have the first of five tools. The other four ask the mistakes. Which kind is frequent enough to matter, and which kind is there at all?
# Which one is not the model's fault, and which one comes from the films?
#
# | someone says | the tool |
# |---|---|
# | "we have labels for other questions, too" | one model for many tasks, with holes |
# | "negation is the problem" | a ceiling table |
# | "it is bad on one kind, I feel it" | a search for slices, and what luck would find |
# | "the labels are wrong" | probabilities from models that never saw the row |
# | "more data", "a bigger model", "films are not shoes" | one more set of rows, and four causes |
#
# ## Ten minutes from before
#
# Three small tasks from weeks 8, 6 and 2. Nothing here is graded. Change the marked line of each cell and run it.
#
# **1.** (Week 8) Three people wrote six sentences. The split below tests on rows 4 and 5. A model that knows the *writers* by heart
# would look better than it is. Choose two other rows to test on, so that no writer stands on both sides.

# %% role="try" id="before_split"
writer = np.array([7, 3, 3, 5, 7, 5])
test = np.array([4, 5])  # <- two other rows
rest = np.setdiff1d(np.arange(6), test)
print("right" if not set(writer[test]) & set(writer[rest]) else "not yet: a writer stands on both sides")

# %% [markdown]
# **2.** (Week 6) Adam keeps a mean $m$ of gradients and a mean $s$ of their squares, both from zero on. Before any step they are
# corrected by $1 - \beta^t$. Someone corrects by $1 - \beta$ at *every* step. At which step $t$ is that right?

# %% role="try" id="before_adam"
t = 5  # <- another step
print("right" if np.isclose(1 - 0.9**t, 1 - 0.9) else f"not yet: at step {t} it should be {1 - 0.9**t:.3f}, and 0.100 is used")

# %% [markdown]
# **3.** (Week 2) This log-loss is right on paper. Find a logit for which the computer's answer is not a number any more.


# %% role="try" id="before_loss"
def naive(logit, y):
    p = 1 / (1 + np.exp(-logit))
    return -(y * np.log(p) + (1 - y) * np.log(1 - p))


logit = 3.0  # <- another one
with np.errstate(all="ignore"):
    print("not yet" if np.isfinite(naive(logit, 1)) else f"right: log_loss says {log_loss(np.array([logit]), np.array([1]))[0]:.3g}")

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. `[1, 2]`, the two sentences of writer 3. The pairs `[0, 4]` and `[3, 5]` will do too.
# 2. Only at $t = 1$. At step 5 it blows the mean up by a factor of four.
# 3. For instance 40 or $-800$. At 40, `1 - p` is exactly 0, and $0 \cdot \log 0$ is `nan`.
#
# </details>

# %% [markdown]
# ## Read a hundred mistakes
#
# The cheapest tool of all is an afternoon. Take a hundred rows that the model got wrong, read them, and give each one
# marks by which they can be counted. A mark is called a **tag**: *has a negation*, *is ironic*, *mixes praise and blame*, *even people disagree*. This is **error analysis**.
# <!-- term: error analysis | reading wrong answers, tagging them with possible causes, and counting. -->
# <!-- term: tag | a property of a row that is noted by hand or by a rule. -->
#
# Then count. If 8 of 100 mistakes have a negation, then a perfect cure for negation takes an error of 30 % to 27.6 %. That is its **ceiling**: no
# amount of work on negation can do better. A plan whose ceiling is low is dead, before anybody has spent a week on it.
# <!-- term: ceiling | the score that would be reached if every mistake with certain tags were right. -->
#
# Two plans are harder to judge than one, because a row can have several tags. *"Not the worst film, ha ha"* has a negation and irony. A cure for
# one of its causes may be enough or not. A ceiling is what no work can beat, so it takes the hopeful answer.

# %% role="guess" id="guess_overlap"
guess.choose(
    "Of 100 mistakes, 60 have tag A and 50 have tag B. Both are cured. How many of the 100 are right then?",
    ["exactly 100", "from 60 to 100", "exactly 55", "from 10 to 50"],
    truth=explore.of_two_tags,
)

# %% [markdown]
# And plans take time. A cure helps from the day on which it is there, not before. So among plans that end at the same score, one
# wants the one that is good *early*. Think of the score as a staircase over the days. What counts is the mean height of the stairs.
#
# Two rules of thumb are wrong. *Largest ceiling first*: it may take five of six weeks. *Largest gain per day first*: that would be right if tags did not overlap and
# if time had no end. With overlap, what a cure brings depends on what has been cured before.

# %% [markdown]
# ### Exercise · `best_plan` &nbsp; ●●● &nbsp; 60 min
#
# A team has looked at `n` rows. The wrong ones among them have tags: `tags` is a Boolean array of shape (mistakes, m). Columns are called by their numbers.
#
# `ceiling(tags, n, chosen)` returns the share of the `n` rows that are right once the tags in the list `chosen` are cured.
#
# `best_plan(tags, n, costs, budget)` returns a list of tags in the order of work. Curing tag k takes `costs[k]` days, a number above nought, and one cure is made after the other. Days may be fractions such as 0.75. The checks use none whose sums a computer rounds.
# A cure helps from the day on which it is done. The plan is measured by the mean of the share of right rows, over the days from 0 to `budget`.
#
# - A mistake that has several of the chosen tags is one mistake.
# - All cures of the plan are done within `budget` days. None is made twice.
# - No other plan has a higher mean. A rule of thumb that is right for most inputs is not enough.
# - Eleven tags are no trouble. (They have 39,916,800 orders.)
#
# Ten rows, four mistakes with the tags `[[1, 0], [1, 0], [1, 1], [0, 1]]`. The ceiling of tag 0 is 0.9, of tag 1 it is 0.8, of both 1.0. If they take 6 and 2
# days and there are 10, the best plan is `[1, 0]`. Its mean is 0.80, that of `[0, 1]` is 0.74.
#
# <details><summary>A question to ask yourself</summary>
#
# It is some day in the middle. Some cures are done. What do you have to know about the past, in order to plan the rest? The order in which they were done?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. `ceiling`: which mistakes have any chosen tag? The empty list is a list, too.
# 2. A cure that is finished on day t and mends g mistakes adds $g\,(\text{budget} - t)$ to the area under the stairs.
# 3. The day is known from the *set* of cures that are done: it is the sum of their costs. So is what is right by then. The order within the
#    set is forgotten.
# 4. So keep, for each set, the best area and the plan that reached it. Go through the sets from small to large. From each, try every
#    tag that is not in it. There are $2^m$ sets and not $m!$ orders.
# 5. This is called **dynamic programming**. The sets can be the bits of whole numbers.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def best_plan(tags, n, costs, budget):
#     best = {frozenset(): (0.0, [])}          # set of cures: (area, plan)
#     layer = best
#     for _ in range(tags.shape[1]):
#         larger = {}
#         for done, (area, plan) in layer.items():
#             for k in ...:                    # tags that are not done
#                 day = ...
#                 if day > budget: continue
#                 gained = area + ...
#                 key = done | {k}
#                 if key not in larger or ...:
#                     larger[key] = gained, plan + [k]
#         best = {**best, **larger}
#         layer = larger
#     return max(best.values(), key=lambda pair: pair[0])[1]
# ```
#
# How many mistakes a set leaves need not be counted anew each time: keep it for each set.
#
# </details>


# %% role="answer" id="best_plan"
def ceiling(tags, n, chosen):
    """The share of n rows that are right once the chosen tags of the mistakes (mistakes, m) are cured."""
    ### BEGIN SOLUTION
    return 1 - np.count_nonzero(~np.asarray(tags, dtype=bool)[:, list(chosen)].any(axis=1)) / n
    ### END SOLUTION


def best_plan(tags, n, costs, budget):
    """The tags to be cured, in the order that gives the highest mean score over the budget's days: a list of columns."""
    ### BEGIN SOLUTION
    tags = np.asarray(tags, dtype=bool)
    layer = {frozenset(): (0.0, [])}  # a set of cures: the best area under the stairs above the first one, and its plan
    best = layer[frozenset()]
    while layer:
        larger = {}
        for done, (area, plan) in layer.items():
            gains = np.count_nonzero(tags[~tags[:, plan].any(axis=1)], axis=0)
            for k in set(range(len(gains))) - done:
                left = budget - sum(costs[j] for j in [*plan, k])
                candidate = area + gains[k] * left, [*plan, k]
                if left >= 0 and candidate[0] > larger.get(done | {k}, (-1.0,))[0]:
                    larger[done | {k}] = candidate
        layer = larger
        best = max([best, *layer.values()], key=lambda pair: pair[0])
    return best[1]
    ### END SOLUTION


# %% role="check" id="check_best_plan" points=2
check("best_plan")

# %% role="hidden" id="test_best_plan" points=4

# %% [markdown]
# Now do it yourself. Below are twenty-four tweets and product sentences that the film model got wrong. Read them. Click a button when a tag fits, as many in a row as fit. Some
# are set already, by simple rules, and some of those rules are silly: change what you do not believe. The table counts as you click, with *your* `ceiling`.
# The last line is *your* best plan.

# %% role="show" id="show_mistakes"
explore.mistakes(ceiling, best_plan)

# %% [markdown]
# <details><summary>What we saw</summary>
#
# - *Negation*, which everybody talks about, is on 6 of the 24, and on some of these it is not the cause. Unknown words are on 12. Their cure takes the longest, and the best plan leaves it out. With 20 days, it does not.
# - Nineteen of the 24 are praise that the model called blame. No tag was made for that. The model takes a sentence without praise for blame, as in film reviews.
# - Many are no opinion at all: *"@anonymous What kind of foods do your parents like?"* Is the label right? People's mean was $+0.1$.
# - Two people do not tag alike. That is no reason not to do it. The numbers that matter are coarse: is it 5 of 24 or 15 of 24?
#
# </details>
#
# ## A kind that you did not think of
#
# Tags by hand find what you thought of. Rules can tag many thousand rows: *is long*, *has a question mark*, *has a number*, *was rated by few people*. A set of rows that is
# given by one tag, or by two tags together, is called a **slice**. With 30 tags there are 465 slices. Is there one on which the model is much worse than elsewhere?
# <!-- term: slice | a part of the data that tags describe, such as all short questions. -->
#
# Sort the slices by their share of mistakes, and something dreadful always comes first: *question mark and number: 3 of 3 wrong!* Small slices go up and down
# by luck. So for one slice one asks: how often would luck do that?
#
# *A worked number.* Six rows, two of them wrong. A tag is on two rows, and these are just the two wrong ones. If the two mistakes fell on any two of six rows alike, there would be
# 15 ways. One of them is this one. So luck does it once in fifteen times, 0.067. This number is called the **p-value** of the slice. By custom, 0.05 or less is called a finding.
# <!-- term: p-value | how often luck alone goes that far. -->
#
# With larger numbers one does not count all the ways. Some hundred of them will do, and each comes from a *shuffle*. That is a **permutation test**. It needs no formula and no bell curve. In the count above luck did as much in 1 of 15 ways. A count of all ways is never 0, since what was seen is one of them. A count of shuffles must not come to 0 either.
# <!-- term: permutation test | a test whose luck comes from shuffles, and from no formula. -->
#
# All this holds for *one* slice that was chosen *before* anybody looked.

# %% role="guess" id="guess_luck"
guess.number(
    "A perfectly even model, 20 tags that mean nothing. How often has one of them a p-value of 0.05 or less?",
    0,
    100,
    truth=explore.one_of_twenty,
    step=1,
    unit="% of the time",
)

# %% [markdown]
# Who looks at many slices and reports the worst one has made luck a friend. Week 7 met the same thing: the best of many trials flatters. The question must be asked
# about what was *really done*. What was really done is a search.

# %% [markdown]
# ### Exercise · `find_slice` &nbsp; ●●● &nbsp; 60 min
#
# `find_slice(tags, wrong, shuffles, rng)` looks for a slice with too many mistakes. `tags` is Boolean of shape (n, m), `wrong` Boolean of shape (n,). It returns `(chosen, p)`.
# `chosen` is `(k,)` for a slice by one tag and `(i, j)` for one by two, and `p` is a p-value.
#
# - `p` is honest about the whole search. Where mistakes fall by chance alone, $p \le 0.05$ comes in at most 5 of 100 searches, however many tags there are. With a single tag, `p` is that tag's own p-value, as above.
# - It finds what is there. With eight tags, 400 rows and 99 shuffles it names the guilty one, with $p \le 0.05$, at least nine times in ten. The guilty one may be a tag on 150 rows: half of them wrong, a quarter elsewhere. Or it is
#   two tags together on a dozen rows, nearly all of them wrong.
# - Too *few* mistakes are no finding. Without any mistake, `p` is 1.
# - All chance comes from `shuffles` shuffles, so `p` lies between $1 / (\text{shuffles} + 1)$ and 1. A search of 50 tags, 1,000 rows and 200 shuffles is no trouble.
#
# How you compare a large slice with a small one is yours to decide. For the six rows above and one tag, $p$ comes near 0.067 when there are many shuffles.
#
# <details><summary>A question to ask yourself</summary>
#
# If there were nothing to find, what would your search have come back with? How would you *try* that, if you may shuffle?
#
# And how many mistakes too many is "much"? Three too many of 4 rows, or of 400? Week 7's standard error says how far luck moves a share of few rows.
#
# </details>
# <details><summary>A plan</summary>
#
# 1. All slices as columns of one Boolean array: the tags, then the rows that have two different tags both, which are products.
# 2. Mistakes in a slice of s rows: by luck $s\,w$ in the mean, where $w$ is the share of mistakes. Their spread is near $\sqrt{s\, w (1 - w)}$. As rows are dealt without being put back, it is smaller
#    by $\sqrt{(n - s)/(n - 1)}$. The excess, in units of this spread, compares large and small.
# 3. For the true mistakes, take the slice with the largest excess. A shuffle deals the same mistakes out to the rows by chance (`rng.permutation`). For each one, do *the same search*, and keep only the size of its largest excess.
# 4. `p` is the share of the largest ones that reach the true one. The true arrangement is one of those that might have come, so it is counted too, among the shuffles. So no p-value is ever nought.
# 5. All shuffles at once: a matrix of shuffled mistakes times the matrix of slices. Slices without rows, or with all of them, have no spread: leave them out, but beware of dividing by nought.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def find_slice(tags, wrong, shuffles, rng):
#     n, m = tags.shape
#     pairs = [(i,) for i in range(m)] + [...]
#     slices = np.column_stack([... for pair in pairs]).astype(float)
#     dealt = np.stack([wrong] + [rng.permutation(wrong) for _ in range(shuffles)]).astype(float)
#     rows = slices.sum(axis=0)
#     excess = (dealt @ slices - ...) / ...
#     largest = excess.max(axis=1)
#     return pairs[...], np.mean(largest >= ...)
# ```
#
# Two excesses that are equal on paper may differ in the last digit. Give `>=` a little slack.
#
# </details>


# %% role="answer" id="find_slice"
def find_slice(tags, wrong, shuffles, rng):
    """The slice with the most excess mistakes, as a tuple of one or two columns, and the p-value of the whole search."""
    ### BEGIN SOLUTION
    tags, wrong = np.asarray(tags, dtype=bool), np.asarray(wrong, dtype=bool)
    n, m = tags.shape
    first, second = np.triu_indices(m)  # a column with itself is the tag alone
    slices = (tags[:, first] & tags[:, second]).astype(np.float32)
    dealt = np.stack([wrong, *(rng.permutation(wrong) for _ in range(shuffles))]).astype(np.float32)
    rows, share = slices.sum(axis=0, dtype=float), wrong.mean()
    spread = np.sqrt(rows * (n - rows) / max(n - 1, 1) * share * (1 - share))
    excess = np.where(spread > 0, dealt @ slices - rows * share, 0) / np.where(spread > 0, spread, 1)
    largest = excess.max(axis=1)
    found = int(excess[0].argmax())
    p = np.mean(largest >= largest[0] - 1e-6)
    return tuple(sorted({int(first[found]), int(second[found])})), float(p)
    ### END SOLUTION


# %% role="check" id="check_find_slice" points=2
check("find_slice")

# %% role="hidden" id="test_find_slice" points=4

# %% [markdown]
# On the real sentences: forty tags made by rules, the film model, and your search. Choose the domain, and how many of the tags the search may use. The histogram is what the search finds where there is nothing.
# The line is what it found.

# %% role="show" id="show_slices"
explore.slices(find_slice)

# %% [markdown]
# <details><summary>What to look for</summary>
#
# On films the slice *but* has 32 % mistakes where all have 25 %. If only two tags are searched, $p$ is near 0.02. With four it is 0.07, with eight 0.12, and the slice has not changed at all. With more tags the histogram moves to the right. The same excess is worth less when it was found by a longer search.
#
# With sixteen tags, half of the new ones are dice. And what comes first, three rows of three wrong, is luck, and `p` says so.
#
# </details>
#
# ## When the label is wrong
#
# Some mistakes are not the model's. About twenty people rated each sentence, and for some sentences the mean is nearly 0: half of the people saw praise, and half saw blame. Had you asked *one* person, the label would be hers. Most data sets have asked
# one person.

# %% role="show" id="show_raters"
explore.raters()

# %% [markdown]
# Wrong labels hurt twice: in training, and when the score is counted. They can be looked for: ask the model which labels it finds improbable. But not the model that was *trained on that very label*. A model that can learn by heart has
# a probability of one for every label that it was shown, right or wrong. It will never object.
#
# So the judge must be a stranger. What a stranger says is called **out-of-sample**. One training for each row would do, and with ten thousand rows nobody can pay for that.
# But one model may judge *many* rows. How few trainings are enough, if none may miss too much of the data?
# <!-- term: out-of-sample | said of an answer about a row that was not used in training. -->
#
# It is easy to write and easy to spoil. Data often lie sorted by label: then neighbours are one class, and a model that missed them all has never seen that class. A tweet is shared a hundred times: then its twin is among the training rows. A rare class may be missing from one training. Then the model's second column is the
# third class, and nothing says so.

# %% [markdown]
# ### Exercise · `out_of_sample` &nbsp; ●●○ &nbsp; 45 min
#
# `out_of_sample(fit, X, y, groups, folds, rng)` returns an array of shape (n, K). It holds, for each row, the probabilities of the labels 0 to K − 1. The largest label in `y` is K − 1. `groups` holds a whole number for each row, and rows of one group belong together.
#
# `fit(X, y)` trains a model and returns a function `predict`. For new rows, `predict(X)` returns the probabilities of the labels *that this model was shown*, one column each, in ascending order. `folds` is at least 2.
#
# - No row is judged by a model that has seen it, or has seen another row of its group.
# - The models see much. `fit` is called at most `folds` times. Of G groups, none of the models misses more than G / `folds`, rounded up.
# - Column k is the probability of label k. It is 0 where the model was never shown label k.
# - Which groups are left out together is drawn from `rng`, and any two are as likely together as any other two.
# - With fewer groups than `folds`, each is left out alone, and no further model is trained. With one group alone, no model may judge a row: raise a `ValueError`.
#
# Say that groups are `[4, 4, 9, 9, 9, 2]` and `folds` is 3. Then there are three models. The one that judges rows 0 and 1 has seen rows 2, 3, 4 and 5.
#
# <details><summary>A question to ask yourself</summary>
#
# Three models for twelve groups: which groups does each of them not see, so that every row has a judge? What is shuffled, rows or groups?
#
# When a model returns two columns, how do you find out which labels they stand for?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. Cut the groups into `folds` parts of nearly one size, called *folds*. Take the different groups in random order, and deal them out like cards: the first to fold 0, the next to fold 1, and so on, and round again.
# 2. Each fold is left out once. For each one that has any rows: rows that are in, rows that are out. Train on those, ask about these.
# 3. The labels that the model was shown are the different ones among the labels of its training rows, sorted. They say where its columns belong.
# 4. The result begins as zeros.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def out_of_sample(fit, X, y, groups, folds, rng):
#     names, member = np.unique(groups, return_inverse=True)
#     ...                                        # one group alone: an error
#     fold_of_group = rng.permutation(len(names)) % ...
#     fold = fold_of_group[member]
#     judged = np.zeros((len(X), ...))
#     for k in ...:                              # the folds that have any rows
#         out = fold == k
#         predict = fit(...)
#         judged[np.ix_(..., np.unique(...))] = predict(...)
#     return judged
# ```
#
# </details>


# %% role="answer" id="out_of_sample"
def out_of_sample(fit, X, y, groups, folds, rng):
    """For each row its probabilities (n, K) by a model that saw neither the row nor its group."""
    ### BEGIN SOLUTION
    names, member = np.unique(groups, return_inverse=True)
    if len(names) < 2:
        raise ValueError(f"all {len(X)} rows are of one group, so no model could judge them: two groups are needed at least")
    fold = (rng.permutation(len(names)) % folds)[member]
    judged = None
    for out in np.unique(fold)[:, None] == fold:
        said = fit(X[~out], y[~out])(X[out])
        if judged is None:
            judged = np.zeros((len(X), int(np.max(y)) + 1), dtype=said.dtype)
        judged[np.ix_(out, np.unique(y[~out]))] = said
    return judged
    ### END SOLUTION


# %% role="check" id="check_out_of_sample" points=2
check("out_of_sample")

# %% role="hidden" id="test_out_of_sample" points=4

# %% [markdown]
# **What you built** is called **cross-validation**. The parts into which the rows fall are the folds, and each **fold** is left out once.
# <!-- term: fold | one of the parts into which rows are split for cross-validation. -->
# <!-- term: cross-validation | judging each row by a model that was trained without the fold in which it lies. -->
#
# Try it. In the picture a tenth of the labels of real sentences were turned round on purpose. Sentences are sorted by how improbable their label is, and the curve counts the turned ones that are found. Once the judge is a model that was shown them, and once it is your `out_of_sample`. Two judges can be chosen. One asks similar sentences, the other adds up weights of words. Which of them can learn by heart?

# %% role="show" id="show_noise"
explore.noise_found(out_of_sample)

# %% [markdown]
# An improbable label is no wrong label. It is a *candidate*. Among the first hundred are also sentences that are right and hard: irony, rare words, things that this model cannot see at all. Asking a person to label them again is wasted money. Keep that in mind for the studio.
#
# ## Films are not shoes
#
# Training error 9 %, error on the shop's sentences 26 %. What is wrong? There are two stories. One: the model has learnt its training rows by heart. Two: it has learnt films well, and shoes are different. The cures have nothing in common.
#
# These two numbers fit both stories. A third number can tell them apart, and it costs no new label. On which film rows would the model err more in the first story than in the second?
#
# And people forget one thing. Shoes may be harder *for everybody*. Nobody can be blamed for mistakes that people make, too.
#
# Such a picture is easily spoilt. Whatever is *fitted* before the training, a scale, a list of words, a choice of columns, belongs to the model. Rows that took part in it are no strangers, and they flatter.

# %% [markdown]
# ### Exercise · `mismatch` &nbsp; ●●○ &nbsp; 35 min
#
# `mismatch(fit, train, dev, human, share, rng)` explains the distance between two errors by four causes. One is people's error on the domain of training, the other is the model's error on dev. `train` and `dev` are pairs `(X, y)` from two domains, and `human` holds people's errors on
# both, in this order. Your third number costs training rows: `share` of them are given up, to the nearest whole row. They are called the **training-dev set**. You are only given a `share` that leaves a row on each side.
# <!-- term: training-dev set | rows of the training domain that were given up to tell variance from mismatch. -->
#
# `fit(X, y)` trains a model and returns a function that gives a label for each row. It is made for columns of mean 0 and spread 1.
#
# It returns a dictionary with the four causes. `"bias"` and `"variance"` are known from week 8, but here both are about films alone. `"harder"` is what shoes cost everybody. `"mismatch"` is what only the other domain explains.
#
# - The training-dev set is chance: each row is as likely to be in it as any other. Of the others none is missing from training, and none comes twice.
# - All rows are prepared alike. Change the numbers in the training-dev set or in dev, and the model and its scale stay as they are.
# - `bias` does not depend on rows that were not learnt from, `variance` not on people or dev, and `harder` not on the model.
# - The four causes sum to the error on dev, less people's error on the domain of training. A cause may be negative.
#
# The two errors from above are 9 % and 26 %. People err on 8 % of the films and on 11 % of the shoes. Then, without the third number, the bias is 0.01, and variance and mismatch
# sum to 0.14. With a third number of 19 %, the variance is 0.10 and the mismatch 0.04.
#
# <details><summary>A question to ask yourself</summary>
#
# A model that learns by heart: on which rows is it good, and on which is it bad? And one that has only never heard of shoes? Which rows tell them apart?
#
# In week 1 it was `scale = learn_scale(A)`, then `standardise(B, scale)`. Which rows are `A`, and which are `B`? The dev rows have another mean and another spread: what do they look like after the preparation, and is that a fault?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. The third number is the error on films that the model has not seen. Draw an order of the training rows. The first few, `round(share * n)` of them, are not learnt from.
# 2. Learn the scale from the rest with `learn_scale`, and `fit` on the rest, once `standardise` has prepared it: it wants mean 0 and spread 1 among the rows that it learns from.
# 3. Three errors, each the share of labels that differ: the rest, training-dev, dev. The same scale for all three.
# 4. Put four numbers in a row: people on films, the training set, training-dev, dev. Each distance between neighbours has a name. The first is the avoidable bias, the second the variance. From the last one take what people lose, too: that is *harder*, and mismatch is the rest.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def mismatch(fit, train, dev, human, share, rng):
#     X, y = train
#     order = rng.permutation(len(X))
#     aside, rest = ...
#     scale = learn_scale(...)
#     predict = fit(standardise(..., scale), ...)
#     def error(X, y):
#         return np.mean(...)
#     ...
#     return {"bias": ..., "variance": ..., "harder": ..., "mismatch": ...}
# ```
#
# </details>


# %% role="answer" id="mismatch"
def mismatch(fit, train, dev, human, share, rng):
    """The four causes of the distance between people on training's domain and the model on dev: a dictionary."""
    ### BEGIN SOLUTION
    X, y = train
    aside, rest = np.split(rng.permutation(len(X)), [round(share * len(X))])
    scale = learn_scale(X[rest])
    predict = fit(standardise(X[rest], scale), y[rest])
    films, shoes = (predict(standardise(X, scale)) != y for X, y in (train, dev))  # where the model errs
    bias, variance, harder, foreign = np.diff(
        [human[0], films[rest].mean(), films[aside].mean(), films[aside].mean() + human[1] - human[0], shoes.mean()]
    )
    return {"bias": bias, "variance": variance, "harder": harder, "mismatch": foreign}
    ### END SOLUTION


# %% role="check" id="check_mismatch" points=2
check("mismatch")

# %% role="hidden" id="test_mismatch" points=3

# %% [markdown]
# **What you built.** With the training-dev set there are four numbers in a row, and each distance has a name.
#
# | | error | cause |
# |---|---|---|
# | people, on films | 8 % | |
# | training set, films | 9 % | avoidable bias: 1 point |
# | training-dev set, films | 19 % | variance: 10 points |
# | dev set, shoes | 26 % | 7 points |
#
# The last one is often called **data mismatch** as a whole. But people err on 11 % of the shop's sentences, so 3 of those 7 points are not the model's fault. Only 4 are mismatch.
# <!-- term: data mismatch | error that comes from the training domain being another one than that of use. -->
#
# On the real sentences. Choose the domain of use, how many film sentences are learnt from, and how strong the penalty on the weights is. Which bar does each knob change?

# %% role="show" id="show_mismatch"
explore.mismatched(mismatch)

# %% [markdown]
# <details><summary>What to look for</summary>
#
# - More film sentences take the *variance* down. What is left of it goes over into nothing, but the mismatch stays.
# - A strong penalty trades variance for bias.
# - No knob that has to do with films takes the mismatch away. Only the domain of use itself can, and that is the next section.
#
# </details>
#
# ## Transfer
#
# So you buy labels for a few hundred tweets. Now what? Learn from these alone, and throw the films away? Learn from films, and only *then* from tweets? Learning from one domain or task in order to be better at another is **transfer learning**.
# <!-- term: transfer learning | using what was learnt on one domain or task for another one. -->
#
# The simplest form needs no net. Week 2's penalty pulls the weights towards nought, as if nought were the best guess before any tweet was seen. But it is not. The film weights are a better guess: *good* is good in tweets, too. So pull towards *those*,
# $\tfrac{\lambda}{2}\lVert w - w_\text{films}\rVert^2$. With no tweet the answer is the film model. The more tweets there are, the more they are heard. This is **fine-tuning** in its plainest form.
# <!-- term: fine-tuning | going on to train, on the new domain, from what was learnt on the old one. -->

# %% role="show" id="show_transfer"
explore.transfer()

# %% [markdown]
# The score here is another one, since 72 of 100 tweets are happy: of all pairs of a happy and an unhappy tweet, the share in which the happy one gets the higher score. A coin has one half. With 50 tweets, going on from films is far ahead. With 400 the curves cross, and then the films are in the way: *funny* is praise for a comedy, and less so for a phone. That is **negative transfer**. (A weaker pull would help, and then the old weights help less. How strong it should be is for a dev set of tweets to say.) Transfer is worth most when
# <!-- term: negative transfer | what was learnt before makes the new task worse. -->
# three things hold: the two tasks have the same kind of input; the old one has much more data; what was learnt below is of use above. For nets "below" is literal. The first layers are kept, often **frozen**, which means not trained any more.
# Only the last ones are learnt anew. (A trap. A layer with batch norm is frozen only when its running statistics are frozen too. Else each row's features depend on its neighbours in the batch.) Week 11 does this with a real net for pictures.
# <!-- term: frozen | said of layers that are kept as they are while others are trained. -->
#
# **End to end, or a pipeline?** A **pipeline** cuts a task into steps that people can name: find the face, then say whose it is. **End-to-end** learning puts one net from picture to name in its place. When is which better?
# <!-- term: pipeline | several models or programs in a row, each with a task of its own. -->
# <!-- term: end-to-end | one model from the raw input to the answer, without steps that people have chosen. -->
#
# - Count the labels. There are millions of pictures with the place of a face, and millions of pairs of equal faces. There are few of both at once. Then two steps learn from more.
# - Ask what the cut throws away. A transcript has lost the tone of the voice. For the words that is no loss. For irony it is all that there is. End to end, nothing is lost before the net has decided.
# - Ask where a mistake shows. In a pipeline one can look at what goes from step to step, and even make a ceiling table. Give step two the *right* input by hand: how much better does the whole become? That is the ceiling of step one.
#
# *A worked number.* Translate spoken sentences: from sound to text, then to the other language. The whole is right for 70 of 100. With perfect text by hand it is 74. With perfect text *and* a perfect translator it is 100. So the first step can win 4 points, and the second 26. And what do you work on?
#
# <details><summary>The same in PyTorch</summary>
#
# ```python
# import torch
# import torch.nn.functional as F
#
# known = labels >= 0                                                   # your masked_loss
# each = F.binary_cross_entropy_with_logits(logits, labels.clamp(min=0), reduction="none") * known
# in_column = known.sum(0)
# loss = (each.sum(0) / in_column.clamp(min=1)).sum() / (in_column > 0).sum().clamp(min=1)
# loss.backward()
#
# for layer in (model.words, model.norm):                               # frozen: not trained …
#     layer.requires_grad_(False)
# model.norm.eval()                                                     # … and its running statistics kept; again after each model.train()
# ```
#
# Conventions that differ: labels must be floats, and `ignore_index` is there for classes only, not for yes or no. In `cross_entropy(ignore_index=-1)` all known labels count alike, whatever their task.
#
# </details>

# %% [markdown]
# ## Where is the noise?
#
# ### Studio · `relabel` &nbsp; ●●● &nbsp; 80 min
#
# A data set has wrong labels. You can pay for 100 rows to be labelled again by people who do not err. Which 100?
#
# `choose(X, y, probabilities, budget, rng)` returns the numbers of at most `budget` different rows. The judge uses 100, the checks other budgets too. `X` has shape (1200, 13), `y` holds labels 0 and 1. `probabilities`, of shape (1200, 2), is out-of-sample, from the very model that will be used.
#
# **The data** are drawn anew for each of the judge's projects, and the columns stand in a random order. Seven columns are tags, 0 or 1, and each is on about one row in six. The other six are plain measurements. The label follows them by a rule that is nearly linear, with a little chance. But four of the tags are not innocent, and nobody says which.
#
# - *Two tags are noisy.* Among their rows somebody was careless, always in the same direction: of the rows of one class, two in five got the other label. That is all the noise there is, about 55 rows.
# - *One tag is bent*, and clean. Among its rows the rule runs the opposite way.
# - *One tag is a coin*, and clean. Among its rows the label is a toss.
#
# **How it is judged.** Your rows get their true labels. Then one fixed model is trained on all rows: logistic regression with a weight for each column and a small penalty. It knows nothing of the bent tag. Its log-loss is measured on 4,000 clean rows. What counts is the share of the *damage* that is healed: 0 is as before, 1 is as if all labels were true. It is counted over 120 projects together.
#
# | | share healed | for example |
# |---|---|---|
# | baseline, no points | 0.24 | the given probabilities, taken at their word |
# | gets going | 0.34 | |
# | good | 0.45 | |
# | excellent | 0.56 | |
#
# Points rise in a straight line between the rows. Chance comes from `rng`. 100 rows by chance heal 0.15.
#
# `project = explore.project(rng)` is a project to practise with. It has `.X`, `.y` and `.probabilities`, and `.truth` holds the true labels.
#
# <details><summary>A question to ask yourself</summary>
#
# Among the least probable labels, which rows are in the way? Improbable *for whom*? What would a better judge see that the fixed model cannot?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. Make three projects with `explore.project(rng)`, and look at the hundred least probable labels. On which tags do they lie? `project.truth` tells you how many are wrong.
# 2. The bent tag: hard for the fixed model, and easy for one that may learn another direction on each tag. You have `out_of_sample`. It takes any `fit`.
# 3. The coin: what probability does an honest model give a toss? Is that improbable?
# 4. Then the careless: they erred in *one* direction. Do the rows that you suspect lie on both sides? A model with a weight for the tag itself hides that.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def richer(X):
#     return np.hstack([X, ...])              # what may the judge see that the fixed model does not?
#
# def fit(X, y):
#     A = np.column_stack([richer(X), np.ones(len(X))])
#     w = np.zeros(A.shape[1])
#     for _ in range(10):                     # Newton's steps, week 2
#         p = 1 / (1 + np.exp(-A @ w))
#         ...
#     return lambda Z: ...
#
# def choose(X, y, probabilities, budget, rng):
#     own = out_of_sample(fit, X, y, np.arange(len(X)), 5, rng)
#     doubt = ...
#     return np.argsort(-doubt)[:budget]
# ```
#
# </details>


# %% role="studio" id="relabel"
def choose(X, y, probabilities, budget, rng):
    """The numbers of at most `budget` different rows whose labels are to be looked at again."""
    ### BEGIN SOLUTION
    tag = np.isin(X, (0, 1)).all(axis=0)

    def crossed(X):
        """Each tag may turn the direction of all measurements."""
        turned = X[:, tag, None] * X[:, None, ~tag]
        return np.hstack([X, turned.reshape(len(X), -1), np.ones((len(X), 1))])

    def fit(X, y):
        w = newton(crossed(X), y, penalty=0.03)
        return lambda X: sigmoid(np.outer(crossed(X) @ w, (-1, 1)))

    own = np.mean([out_of_sample(fit, X, y, np.arange(len(X)), 5, rng) for _ in range(3)], axis=0)
    return np.argsort(own[np.arange(len(X)), y], kind="stable")[:budget]


def newton(A, y, penalty, steps=12):
    """The weights of a logistic regression with a penalty on all of them, by Newton's method."""
    w = np.zeros(A.shape[1])
    for _ in range(steps):
        p = sigmoid(A @ w)
        curvature = (A * (p * (1 - p))[:, None]).T @ A / len(A) + penalty * np.eye(len(w))
        w = w - np.linalg.solve(curvature, A.T @ (p - y) / len(A) + penalty * w)
    return w


def sigmoid(logits):
    """The probability of a logit; no overflow."""
    return np.exp(-np.logaddexp(0, -logits))
    ### END SOLUTION


# %% role="check" id="check_relabel" points=1
check("relabel")

# %% role="hidden" id="test_relabel" points=9

# %% role="try" id="try_relabel"
project = explore.project(np.random.default_rng(0))
improbable = np.argsort(project.probabilities[np.arange(len(project.y)), project.y])[:100]
print("of the 100 least probable labels", np.sum(project.y[improbable] != project.truth[improbable]), "are wrong")
print("of all", len(project.y), "labels", np.sum(project.y != project.truth), "are wrong")

# %% [markdown]
# **Keep a note.** Four lines for each experiment with the studio, in a file of your own: what you changed, what you expected, what came out, and how much that varies over three seeds.
#
# <details><summary>The authors' own log</summary>
#
# | changed | why tried | share healed, 100 projects, and its spread over judgings |
# |---|---|---|
# | rows by chance | what doing nothing clever is worth | $0.15 \pm 0.01$ |
# | nearest to a half | the model is unsure there | $0.20 \pm 0.01$ |
# | least probable label, as given | the textbook | $0.22 \pm 0.01$; 6 or 7 wrong labels in 100 rows |
# | an own judge, all products of two columns | it can learn the bent tag | $0.50 \pm 0.02$; 16 of 100 |
# | the same, penalty 0.1 in place of 0.03 | too many columns? | $0.48 \pm 0.02$ |
# | only products of a tag and a measurement | fewer columns, the right ones | $0.57 \pm 0.02$ |
# | three rounds of folds, penalty 0.03 | a quieter judge | $0.61 \pm 0.02$; 21 of 100 |
# | no model: the labels of the 10, 25, 40 nearest rows | simple things first | $0.53$, $0.57$, $0.56$, each $\pm 0.01$ |
# | nearest rows and own judge, multiplied | two witnesses | $0.61 \pm 0.02$ |
# | a bonus for tags whose doubtful rows lie on one side | the careless err in one direction | $0.52 \pm 0.02$, worse: small tags look one-sided by luck |
# | noise rates for each tag and class, in turns with the judge | the textbook of mixtures | $0.31 \pm 0.02$: it takes the coin for noise |
#
# A difference of less than 0.05 between two judgings is luck. Compare ideas on the *same* projects.
#
# </details>

# %% [markdown]
# ## A map
#
# **From earlier weeks** this one took log-loss and Newton's steps (week 2), standardising (week 1), the best-of-many trap (week 7), splits by group and the human level (week 8).
#
# **Where it goes.** Week 10 begins with pictures. Week 11 transfers a real net that has seen a million photographs. Week 13 is about answers to people that were never in training. The habit of this week belongs into all of them: read a hundred mistakes first.
#
# **Where the field goes.** Finding wrong labels: Northcutt, Jiang and Chuang, *Confident learning*, 2021, and *Pervasive label errors in test sets*, 2021. Finding slices: Chung and others, *Slice finder*, 2019; Eyuboglu and others, *Domino*, 2022. Permutation tests: Good, *Permutation, parametric and bootstrap tests of hypotheses*, 2005; the largest of many: Westfall and Young, *Resampling-based multiple testing*, 1993.
# Domain shift: Ben-David and others, *A theory of learning from different domains*, 2010; Koh and others, *WILDS*, 2021. Transfer: Yosinski and others, *How transferable are features in deep neural networks?*, 2014. Multi-task learning: Caruana, 1997. Dynamic programming over sets: Held and Karp, 1962.
# The sentences and their ratings: Hutto and Gilbert, *VADER*, 2014. This week's arc follows the second week of Andrew Ng's third course on deep learning; text, pictures and exercises are our own.
