# %% [markdown] role="week"
# # Week 8 · Strategy
#
# A team of five has twelve weeks. Their network names pictures of clothes, and 28 of 100 names are wrong. On Monday they meet. The first
# says: we need more data. The second: the labels are bad, I saw some. The third wants a bigger network, the fourth wants to
# train it longer. The fifth asks whether the 28 is true.
#
# Each of them was right in some project. Each plan costs weeks, and there is time for two or three of them. Who should get the weeks?
#
# Most teams choose by who speaks loudest. But much of the answer can be *measured*, and the measurements are cheap.
# This week you build the instruments. In the studio you lead two hundred teams with them.
#
# **You need** training and dev sets (week 5), standardising (week 1), and a clear head. **You build** five instruments, and then
# a strategy. Reading takes about 45 minutes of the week. The house rules of week 1 hold.

# %% role="given" id="setup"
import matplotlib.pyplot as plt
import numpy as np

import explore
from autograder.cases import check, score
from autograder.explore import guess

# %% [markdown]
# ## One number
#
# A team that looks at four numbers argues about them. One goes up, the other down: is that better? So agree on *one* number
# before the work begins. It is the **optimising metric**. Other wishes become limits, such as "fast enough". Below a limit
# nobody cares. Such wishes are **satisficing metrics**.
# <!-- term: optimising metric | the one number that a project makes as good as it can. -->
# <!-- term: satisficing metrics | wishes that are limits: kept or not, and nothing is earned by more. -->
#
# Where does the number come from? From what mistakes *cost*. Take a smoke alarm. A fire that it misses costs 100,000 €, an alarm without fire costs 50 €. The lab tested it with
# 100 fires and 100 evenings of cooking. It missed one fire, and rang at 20 dinners. Which mistake costs more?
#
# One missed fire of 100 looks like 1,000 € a fire. And 20 false alarms in 100 dinners are 10 € a dinner. But in a house there is one
# fire in a hundred years, and 300 dinners in each of them. So per year the misses cost 10 €, and the false alarms 3,000 €. The lab's
# *shares* were right. Its *mixture* of fires and dinners was not the world's.
#
# So a metric needs three things from the story: what each outcome costs, how often each case comes in the world, and which limits there
# are. Accuracy on a test set knows none of them.

# %% [markdown]
# ### Exercise · `price` &nbsp; ●○○ &nbsp; 20 min
#
# An app looks at photographs of mushrooms. It says 0 "eat it", 1 "leave it", or 2 "ask": then an expert looks, who is always right.
# Of 100 mushrooms that people photograph, 3 are poisonous.
#
# - One in five of those who eat a poisonous mushroom is taken to hospital, and that costs 20,000 €. A good one that is left in the wood costs 2 €.
# - The expert's hour costs 60 €. She is paid for the minutes that she works, and looks at twelve mushrooms an hour. All else is free.
# - A phone gives the app 64 megabytes, and 24 of them are taken by all else in it. Also, at least nineteen answers in twenty come within 300 milliseconds. A model that breaks a limit is not shipped.
#
# `price(y, said, megabytes, milliseconds)` gives a model one number. In a test set, `y` is 1 for a poisonous mushroom and 0 for a good
# one, and both are there, in any mixture. `said` is what the model said of each. `megabytes` is what the model itself takes.
# `milliseconds` holds the times of some answers.
#
# - Of two models that may be shipped, the one that costs people less in the world has the smaller number.
# - A model that may not be shipped has the number `inf`. Standing exactly at a limit is allowed.
#
# "Leave all" costs less than "ask always", and that less than "eat all". This holds with any mixture in the test set.
#
# <details><summary>A question to ask yourself</summary>
#
# What does one photograph cost in the mean, if it shows a poisonous mushroom? What if it shows a good one? How often does the one
# come, and how often the other?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. Write down the cost of each of the six pairs (truth, answer), in the mean over many people: 4,000 € where a poisonous one is eaten, and 5 € for the expert.
#    What happens to a good mushroom when the expert was asked?
# 2. Take the mean cost over the poisonous rows, and the mean over the good rows.
# 3. Weigh the two means by the world's shares, not by those of the test set.
# 4. Before all that, look at the two limits. For the model 40 megabytes are left. One answer in twenty may be late, and not more.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def price(y, said, megabytes, milliseconds):
#     if megabytes > ... or np.mean(milliseconds > ...) > ...:
#         return np.inf
#     cost = np.array([[..., ..., ...],      # a good mushroom: eat, leave, ask
#                      [..., ..., ...]])     # a poisonous one
#     each = cost[y, said]
#     return ... * each[y == 1].mean() + ...
# ```
#
# </details>


# %% role="answer" id="price"
def price(y, said, megabytes, milliseconds):
    """What a model costs, a number: smaller is better; inf where it may not be shipped. y, said: (n,); milliseconds: (m,)."""
    ### BEGIN SOLUTION
    y, said = np.asarray(y).astype(int), np.asarray(said).astype(int)
    if megabytes > 40 or np.mean(np.asarray(milliseconds) > 300) > 1 / 20:
        return np.inf
    costs = np.array([[0.0, 2.0, 5.0], [4000.0, 0.0, 5.0]])
    of_each = costs[y, said]
    return float(0.97 * of_each[y == 0].mean() + 0.03 * of_each[y == 1].mean())
    ### END SOLUTION


# %% role="check" id="check_price" points=2
check("price")

# %% role="hidden" id="test_price" points=2

# %% [markdown]
# Two models, and how they rank by accuracy and by your price, while the cost of being poisoned moves.

# %% role="show" id="show_prices"
explore.prices(price)

# %% [markdown]
# <details><summary>Why not the F1 score?</summary>
#
# $F_1$ is the harmonic mean of precision (how many of the alarms were right) and recall (how many of the cases were found). It is
# popular since it is one number. It says that a miss and a false alarm cost about the same, and nobody asked the people who pay. It
# also is no mean over rows. Ten batches of rows have ten $F_1$ scores, and their mean is *not* the $F_1$ of all rows; it
# changes with the order of the rows. More than one library made this mistake.
#
# </details>
#
# ## One picture
#
# One number is not a diagnosis. Here are two teams, same task, same number of rows, same 27 or 28 mistakes in a hundred. Each picture shows what would become of them, if one thing
# was changed and all else stayed. Every point was measured: these are real trainings of real nets.

# %% role="show" id="show_two_teams"
explore.two_teams()

# %% [markdown]
# In the first team a bigger net brings most, and cleaner labels bring nothing. In the second, cleaner labels bring most, and a bigger
# net does *harm*. Nothing in "28" tells which team is which.
#
# ## Ten minutes from before
#
# Three small tasks from weeks 7, 5 and 1. Nothing here is graded. Change the marked line of each cell and run it.
#
# **1.** (Week 7) A hundred settings are tried, and each score has noise. The best score is shown to the boss. Change `noise` so
# that the winner's score is less than 0.02 above the truth.

# %% role="try" id="before_winner"
noise = 0.05  # <- another one
truth = np.full(100, 0.80)  # all settings are equally good
best = (truth + noise * np.random.default_rng(0).normal(size=100)).max()
print("right" if noise > 0 and best < 0.82 else "not yet:", f"the winner shows {best:.3f}, and is truly 0.800")

# %% [markdown]
# **2.** (Week 5) A net has 1 % mistakes in training and 16 % on the dev set. Which of these can lower the 16?

# %% role="try" id="before_gap"
answer = "a larger net"  # <- or "weight decay", or "a larger learning rate"
print("right: the gap is variance" if answer == "weight decay" else "not yet: the net already fits its training rows")

# %% [markdown]
# **3.** (Week 1) Training rows and new rows are to be standardised. One line below looks where it should not. Mend it.

# %% role="try" id="before_standardise"
old, new = np.array([[1.0], [3.0]]), np.array([[11.0]])
mean, std = np.concatenate([old, new]).mean(axis=0), old.std(axis=0)  # <- mend this line
print("right" if np.allclose((new - mean) / std, 9.0) else "not yet: the mean has seen the new row")

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. Less than 0.0099, say 0.008. The largest of these hundred noises is 2.0 times their spread; typical is about 2.5. Remember it: whoever looks at many
#    numbers and keeps the best one sees a number that is too good.
# 2. Weight decay. The other two act on the training mistakes, and there is hardly one left.
# 3. `old.mean(axis=0)`. With the new row in it, the mean is 5, and the new row looks less strange than it is.
#
# </details>

# %% [markdown]
# ## A split without leaks
#
# The number is chosen. Three questions are left. Is it true? How far could it fall? Is a difference of one point a difference at all?
#
# The first one first. The number is measured on a dev set, and the dev set has one duty: to be like the future. Then why
# is it so often better than the future?
#
# A hospital trains on X-ray pictures. Each patient has several, taken over months. The rows are mixed and dealt out, as we always
# did. Now most dev pictures show a patient whose *other* pictures are in training. The net may learn what Mrs. Garcia's ribs look like, and that
# she was ill. On the dev set this is knowledge. For the next patient it is worth nothing. Information that helps on the dev set,
# and will not be there in the future, is called a **leak**.
# <!-- term: leak | information that makes a dev set easier than the future will be. -->
#
# How much can it be? Here is a net that gets half of all new digits wrong, because it had 120 training pictures and a third of their
# labels are wrong. Each dev picture of a careless team is a *copy* of a training picture, moved by one pixel, with the same label.

# %% role="guess" id="guess_copies"
guess.number("How many of 100 such copies does the net get wrong?", 0, 60, truth=explore.wrong_on_copies, step=1)

# %% role="show" id="show_copies"
explore.copies()

# %% [markdown]
# After 50 steps the true curve turns up: the net begins to learn wrong labels by heart. The careless curve falls. This team
# trains long where it should have stopped at once. A leak does not only flatter. It *points the wrong way*.
#
# Rows that belong together are a **group**: a patient, a photograph, a customer, a factory. And *time* is a group of its own kind. The
# future comes after the past, for everybody at once. A model that is to work next year must not have seen next year.
# <!-- term: group | rows that belong together, such as all pictures of one patient. -->

# %% [markdown]
# ### Exercise · `split` &nbsp; ●●○ &nbsp; 45 min
#
# The hospital's net will meet *new patients*, *later*. A fair split imitates that. `split(groups, times, share)` takes the group and the
# time of each of $n$ rows, in no order. Groups are numbers or names, and `share` lies above 0. It returns two arrays of row numbers, `train` and `dev`. Some rows may be in neither.
#
# - There is a last day of training. Each row up to it, that day included, is in `train`, and no later row is.
# - Each later row is in `dev`, unless `train` holds a row of its group.
# - `dev` holds at least `share` of all $n$ rows. The last day, a value of `times`, is the latest for which this holds.
# - `train` is never empty. If no split is possible, a `ValueError` says so.
# - It is fast: 20,000 rows in 20,000 groups take a fraction of a second. Working the two sets out anew for each day is too slow.
#
# Five rows of groups `[7, 7, 8, 9, 9]` at times `[1, 4, 2, 3, 5]`, with a share of 0.4. The last day is 2, `train` is rows 0 and 2, and `dev` is rows 3 and 4.
# Row 1 is lost: patient 7 was known. The row numbers may come in any order.
#
# <details><summary>A question to ask yourself</summary>
#
# Take one row. For which last days is it in `dev`? This is decided by a single number, and it is not the time of this row.
#
# </details>
# <details><summary>A plan</summary>
#
# 1. A row is in `dev` exactly if its whole group begins after the last day. So find, for each row, the first day of its group.
# 2. Then the number of dev rows is a count of these first days that lie after the last day.
# 3. How many must lie after it? Sort the first days, and read off the day before which the last day must be.
# 4. The last day is a day on which there is a row. Take the latest that is early enough, or complain.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def split(groups, times, share):
#     names, which = np.unique(groups, return_inverse=True)
#     begins = np.full(len(names), np.inf)
#     np.minimum.at(begins, which, times)
#     begins = begins[which]                      # for each row: the first day of its group
#     needed = max(1, int(np.ceil(share * len(times) - 1e-9)))
#     must_be_before = np.sort(begins)[...]
#     days = times[times < ...]
#     if ...:
#         raise ValueError("no split is possible")
#     last = days.max()
#     return np.flatnonzero(...), np.flatnonzero(...)
# ```
#
# </details>


# %% role="answer" id="split"
def split(groups, times, share):
    """Row numbers of a training and a dev set: new groups, later. groups, times: (n,); share of all rows in dev."""
    ### BEGIN SOLUTION
    groups, times = np.asarray(groups), np.asarray(times)
    needed = max(1, int(np.ceil(share * len(times) - 1e-9)))
    names, which = np.unique(groups, return_inverse=True)
    order = np.argsort(times, kind="stable")
    begins = np.empty(len(names), times.dtype)
    begins[which[order[::-1]]] = times[order[::-1]]
    begins = begins[which]
    early_enough = times < np.sort(begins)[-needed] if needed <= len(times) else np.zeros(len(times), bool)
    if not early_enough.any():
        raise ValueError(f"no last day leaves {needed} rows of new groups after it")
    last = times[early_enough].max()
    return np.flatnonzero(times <= last), np.flatnonzero(begins > last)
    ### END SOLUTION


# %% role="check" id="check_split" points=3
check("split")

# %% role="hidden" id="test_split" points=3

# %% [markdown]
# Your split on a hospital of forty patients: each line is a patient, each mark a picture.

# %% role="show" id="show_split"
explore.hospital(split)

# %% [markdown]
# The price is paid in rows: some are in neither set. The stricter the future, the more is lost. What you get for it is a number that
# holds.
#
# ## Which of them leaks?
#
# Often you do not make the split. You inherit it, with a score: 93 %. Is there a leak? Nobody labels leaks. There are copies that no
# name gives away. There are columns that were computed from all rows, the dev rows too. A month later the same net does 71 %.
#
# Suppose that you have one small table that is surely clean. It was collected later, from new groups, and locked away: a
# **sealed set**. On it the net does worse. Is that the proof? Look at the picture first.
# <!-- term: sealed set | rows that were collected apart and looked at once, at the very end. -->

# %% role="show" id="show_two_gaps"
explore.two_gaps()

# %% [markdown]
# On the left there is a leak. On the right there is none: the dev pictures came from a better camera. They are *easier*. That is a fault of
# another kind, which is called mismatch and belongs to week 9. It does not fool you about which model is better.
#
# The scores are the same in both stories. But the stories differ in something that can be measured, with the rows that you have.

# %% [markdown]
# ### Exercise · `leaks` &nbsp; ●●● &nbsp; 50 min
#
# `leaks(splits, sealed, fit)` says which of some splits leak. A split is `(X_train, y_train, X_dev, y_dev)`, and `sealed` is a pair
# `(X, y)`. All tables have the same columns, and labels are 0 or 1. `fit(X, y)` trains a model and returns a function `predict`. Then `predict(X)` gives the labels for other rows.
# The answer is one truth value for each split: `True` for a leak.
#
# - A leak lifts the share of right answers on its own dev set by 0.25 or more.
# - A clean split may have easier or harder dev rows than the sealed set. It may have fewer training rows, or some wrong labels in them.
# - The sealed set leaks nowhere. Each set has 300 rows or more. Chance moves a share by about 0.02.
# - `fit` is called at most $4 \cdot$ (number of splits) $+ 10$ times in all.
#
# You are judged on splits that are drawn afresh, of six kinds or more, with nearest neighbours as the model. Returning "all" or "none" is never right.
#
# <details><summary>A question to ask yourself</summary>
#
# A leak is between *this* training set and *this* dev set. An easy dev set is easy for everybody. So who else could be asked to name the dev
# rows: somebody who is as clever, but cannot have seen them? And what does it mean when a model is bad on the dev set *and* on the sealed set?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. Train on the split. Its share on dev, less its share on the sealed set, is the gap. It holds the leak, and how easy the dev rows are.
# 2. Train a second model on sealed rows alone. It has not seen the split. Its own gap, between dev rows and sealed rows that it has not seen,
#    says how easy the dev rows are. So the sealed set must be cut in two.
# 3. The first gap less the second is the leak. Think about what noise it has, and put the line between 0 and 0.25.
# 4. To use all sealed rows: exchange the two halves, and take means.
# 5. The same in another order: how much oftener is the first model right than the second on dev rows, and how much oftener on sealed rows?
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def leaks(splits, sealed, fit):
#     X, y = sealed
#     half = np.arange(len(y)) % 2 == 0
#     outsiders = [(fit(X[half], y[half]), ~half), (fit(X[~half], y[~half]), half)]
#     found = []
#     for X_train, y_train, X_dev, y_dev in splits:
#         insider = fit(X_train, y_train)
#         gap = right(insider, X_dev, y_dev) - ...
#         easier = np.mean([right(outsider, ..., ...) - right(outsider, ..., ...) for outsider, rest in outsiders])
#         found.append(...)
#     return np.array(found)
# ```
#
# </details>


# %% role="answer" id="leaks"
def leaks(splits, sealed, fit):
    """One truth value for each split (X_train, y_train, X_dev, y_dev): does it leak? sealed: (X, y); fit(X, y) -> predict."""
    ### BEGIN SOLUTION
    X, y = sealed
    half = np.arange(len(y)) % 2 == 0
    outsiders = [(fit(X[seen], y[seen]), ~seen) for seen in (half, ~half)]

    def ahead(insider, outsider, X, y):
        """How much oftener the insider is right than the outsider, on the same rows."""
        return np.mean(insider(X) == y) - np.mean(outsider(X) == y)

    def lift(insider, X_dev, y_dev):
        """How much further ahead it is on dev rows than on sealed rows that neither has seen."""
        return np.mean([ahead(insider, one, X_dev, y_dev) - ahead(insider, one, X[unseen], y[unseen]) for one, unseen in outsiders])

    return np.array([lift(fit(X_train, y_train), *dev) > 0.17 for X_train, y_train, *dev in splits], dtype=bool)
    ### END SOLUTION


# %% role="check" id="check_leaks" points=4
check("leaks")

# %% role="hidden" id="test_leaks" points=4

# %% [markdown]
# ## How far could it fall?
#
# The number is the right one, and it is true: 24 % mistakes on the dev set, 20 % in training. Is 20 much? That depends on what
# is possible. If people who look at the same pictures err in 1 of 100, then 19 points are missing in *training*, and 4 more
# on new rows. If people err in 18 of 100, it is the other way round.
#
# The lowest error that anybody could reach is the **Bayes error**. For pictures, sounds and sentences, people are often
# close to it, so **human level** stands in for it. What the net errs more in training than people do is **avoidable bias**. What it errs more on dev than in
# training is **variance**. The larger of the two names the next thing to do.
# <!-- term: Bayes error | the lowest error that any rule could reach on the same inputs. -->
# <!-- term: human level | the error of people on the same task, used as an estimate of the Bayes error. -->
# <!-- term: avoidable bias | training error less human level. -->
# <!-- term: variance | in this course: dev error less training error. -->
#
# Then how good are people? Take sentences about films, each rated by twenty persons, from very bad to very good. What is the truth
# of a sentence? There is none in the back of the book. There are only more people.

# %% role="guess" id="guess_rater"
guess.number(
    "Of 100 sentences about films, at how many does one person differ from the majority of the others (good or bad)?",
    0,
    50,
    truth=explore.one_against_the_rest,
    step=1,
)

# %% role="show" id="show_raters"
explore.raters()

# %% [markdown]
# The fewer others there are, the larger the number. Is one person worse when few others watch? No: the *others* err too, and a majority
# of three errs more often than one of nineteen. If the person herself is counted among the majority, it is worse in the other
# direction, since everybody agrees with herself.
#
# *Two equal people.* Suppose that both err with a chance of $e$, each for herself, and say yes or no. They agree if both are right or both
# are wrong, so with a chance of $a = (1-e)^2 + e^2$. The same can be written as $2a - 1 = (1 - 2e)^2$. If they agree on 82 of 100, then
# $(1-2e)^2 = 0.64$, and $e = 0.1$: *each* of them errs in 10 of 100, though they differ in 18. No truth was needed.
#
# But people are not equal. If one of the two errs in 4 of 100 and the other in about 15, they differ in 18 as well. One count cannot tell two unknowns. A third person helps.

# %% [markdown]
# ### Exercise · `rater_errors` &nbsp; ●●○ &nbsp; 45 min
#
# `rater_errors(votes)` takes the votes of $r$ raters on $n$ items, shape $(n, r)$. A vote is 1 or 0, and −1 where a
# rater has not seen the item. It returns $r$ numbers: the error of each rater against the truth, which nobody knows.
#
# - Raters err independently of each other, each with a chance of her own below one half. It is the same for both kinds of items.
# - With enough items, each number tends to the rater's own error. This holds for any share of items whose truth is 1.
# - Votes that are missing distort nothing. It need not be the same items that are missing for all.
# - Each number lies between 0 and 1/2, with few items too. Where two raters agree on just half of the items, a number may be undetermined. Then any in there will do. For fewer than three raters a `ValueError` says that it cannot be done.
#
# Three raters: the first and the second agree on 0.74 of the items, the first and the third on 0.62, the other two on 0.59. Their errors are
# 0.1, 0.2 and 0.35. Every two raters have seen some items in common.
#
# <details><summary>A question to ask yourself</summary>
#
# Go through "two equal people" again with two different errors, $e$ and $f$. Call $1 - 2e$ a person's *signal*: 1 for somebody who never errs, and 0 for a coin. What is $2a - 1$ now?
#
# Three raters give three such numbers. Which combination of the three holds only the signal of the first rater?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. For each pair, take the items that both have seen, and the share $a$ on which they agree. Put it on the scale where a coin has 0, which is $2a - 1$. There the agreement of two people is the *product* of their signals.
# 2. For rater $i$ and two others $j$, $k$: the product of her two agreements, divided by that of the other two. What is left of $j$ and $k$?
# 3. With more than three raters there are several pairs of others. Take a mean or a median, or sum above and below the line.
# 4. Go back from the signal to the error. Keep everything within 0 and 1/2.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def rater_errors(votes):
#     seen = votes >= 0
#     sign = np.where(seen, 2 * votes - 1, 0)             # +1, -1, and 0 for a missing vote
#     both = seen.T.astype(float) @ seen.astype(float)    # how many items a pair has in common
#     product = (sign.T @ sign) / np.maximum(both, 1)     # agreement, on the scale where a coin has 0
#     errors = []
#     for i in range(...):
#         above = below = 0.0
#         for j, k in ...:
#             above += ...
#             below += ...
#         errors.append(...)
#     return np.array(errors)
# ```
#
# </details>


# %% role="answer" id="rater_errors"
def rater_errors(votes):
    """Each rater's share of mistakes against the unknown truth, (r,): votes (n, r) of 1, 0, or -1 where there is none."""
    ### BEGIN SOLUTION
    votes = np.asarray(votes)
    num_raters = votes.shape[1]
    if num_raters < 3:
        raise ValueError(f"{num_raters} raters are too few: from three on their errors can be told apart")
    signs = np.where(votes >= 0, 2.0 * votes - 1, 0.0)
    products = signs.T @ signs / np.maximum((signs**2).T @ signs**2, 1)  # agreement on the scale where a coin has 0
    np.fill_diagonal(products, 0)
    of_each = products.sum(axis=1)
    above = of_each**2 - np.sum(products**2, axis=1)  # over all pairs of others: her agreements with both, multiplied
    below = of_each.sum() - 2 * of_each  # ... and the agreement of the two
    signals = np.sqrt(np.clip(np.divide(above, below, out=np.zeros(num_raters), where=below > 0), 0, 1))
    return (1 - signals) / 2
    ### END SOLUTION


# %% role="check" id="check_rater_errors" points=3
check("rater_errors")

# %% role="hidden" id="test_rater_errors" points=3

# %% [markdown]
# Now your own function on the real sentences. It sees only some of the raters. The dotted line is one rater against the majority of all others.

# %% role="show" id="show_human_level"
explore.human_level(rater_errors)

# %% [markdown]
# <details><summary>What the model leaves out</summary>
#
# Real sentences differ: "a masterpiece" is easy, "not as bad as I feared" is not. On hard ones all raters err *together*, so that they
# agree in mistakes, and the errors come out a little too small. Also, in this table a column is not always the same person. So the numbers are a mean of people, not a portrait.
#
# </details>
#
# ## Is it better at all?
#
# Model B has 82.5 % on 200 dev rows, model A has 81 %. Three rows made the difference. Would B win on the next 200?
#
# Week 7's standard error answers this for a mean of independent rows. But our metric may be a median, an $F_1$, a price. And rows come in groups.
# There is a way that asks for no formula. Pretend that the dev set *is* the world. Draw new dev sets from it, with replacement and of the same size, and
# look how the number varies. This is the **bootstrap**. The range that most of these numbers keep to is a **confidence interval**.
# <!-- term: bootstrap | drawing new data sets from the one at hand, with replacement, to see how a number varies. -->
# <!-- term: confidence interval | a range that is made so that it holds the true value in, say, 95 of 100 cases. -->
#
# *A worked number.* Three rows: 0, 1, 1. There are 27 ways to draw three of them. One gives a mean of 0, six give 1/3, twelve 2/3, and eight give 1.
# So a resampled mean lies at 1/3 or above in 26 of 27 cases.
#
# Does the interval really hold the truth in 95 of 100 cases? Nearly, when the number is well-behaved. For skewed rows such as incomes the percentile
# bootstrap of a mean holds it less often.

# %% role="guess" id="guess_coverage"
guess.number("Thirty incomes (log-normal): in how many of 100 cases does the 95 % interval hold the true mean?", 60, 100, truth=explore.coverage, step=1)

# %% role="show" id="show_coverage"
explore.coverages()

# %% [markdown]
# It is *nominally* a 95 % interval. Know your instrument: with few and skewed rows it promises too much. With groups it promises far too much, if it
# does not know of them. Ten pictures of one patient are not ten patients.

# %% [markdown]
# ### Exercise · `compare` &nbsp; ●●○ &nbsp; 40 min
#
# `compare(metric, y, said_a, said_b, groups, rng, rounds=1000)` says how sure it is that model B differs from model A. `y`, `said_a` and `said_b` hold the truth and the two models'
# answers for $n$ rows, and `groups` the group of each row. `metric(y, said)` is any function that gives a number.
# It returns `(low, high)`, a 95 % bootstrap interval for the difference. Both ends above nought mean that B's metric is very likely the larger one.
#
# - The world is made of groups, and not of rows. Say that one group has one row and another three. Then half of the new dev sets have 4 rows, the others 2 or 6.
# - Both models face the same new dev sets. Of two models that say the same, the interval is (0, 0).
# - Exchange A and B, and the interval is turned round: $(-$ high, $-$ low$)$.
# - Outside the interval lies one in twenty of the differences that came out, as many below it as above it.
# - The metric may be anything, such as a median. It is called with all rows of one new dev set, and $2 \cdot$ `rounds` times in all.
#
# This is called the *percentile* interval. With `rounds` of 2,000, the checks allow what chance does in 2,000 draws. With one group there is nothing to draw, and both ends are the difference itself.
#
# <details><summary>A question to ask yourself</summary>
#
# When a group is drawn twice, what is in the new dev set? And what must be the same for A and B?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. Once, at the beginning: for each group, the numbers of its rows.
# 2. In each round draw as many groups as there are, with replacement, and join their row numbers.
# 3. Index truth and both answers with these rows, and keep the difference of the two metrics.
# 4. At the end read off two quantiles, at 2.5 % and at 97.5 %.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def compare(metric, y, said_a, said_b, groups, rng, rounds=1000):
#     members = [np.flatnonzero(groups == name) for name in ...]
#     differences = []
#     for _ in range(rounds):
#         drawn = rng.integers(...)
#         rows = np.concatenate([...])
#         differences.append(metric(...) - metric(...))
#     return tuple(np.quantile(differences, ...))
# ```
#
# </details>


# %% role="answer" id="compare"
def compare(metric, y, said_a, said_b, groups, rng, rounds=1000):
    """A 95 % percentile bootstrap interval (low, high) for metric(y, said_b) - metric(y, said_a), resampled by group."""
    ### BEGIN SOLUTION
    _, which = np.unique(groups, return_inverse=True)
    members = np.split(np.argsort(which, kind="stable"), np.cumsum(np.bincount(which))[:-1])
    drawn = rng.integers(len(members), size=(rounds, len(members)))
    new_sets = (np.concatenate([members[g] for g in one]) for one in drawn)
    differences = [metric(y[rows], said_b[rows]) - metric(y[rows], said_a[rows]) for rows in new_sets]
    low, high = np.quantile(differences, [0.025, 0.975])
    return float(low), float(high)
    ### END SOLUTION


# %% role="check" id="check_compare" points=3
check("compare")

# %% role="hidden" id="test_compare" points=3

# %% [markdown]
# Your interval at work. Move the number of pictures for each patient, and how alike they are. What happens to an interval that takes each row for itself?

# %% role="show" id="show_compare"
explore.intervals(compare)

# %% [markdown]
# <details><summary>The same in PyTorch</summary>
#
# ```python
# import torch
#
# data = torch.utils.data.TensorDataset(X, y)
# careless = torch.utils.data.random_split(data, [0.8, 0.2])       # by row: patients and days on both sides
# train, dev = split(groups, times, 0.2)                           # yours
# careful = torch.utils.data.Subset(data, train), torch.utils.data.Subset(data, dev)
#
# rows = torch.randint(len(right), (1000, len(right)))             # 1,000 new dev sets at once, each row a group of its own
# differences = (right_b[rows].double() - right[rows].double()).mean(dim=1)
# low, high = torch.quantile(differences, torch.tensor([0.025, 0.975], dtype=torch.double))
# ```
#
# PyTorch has no split by group or time. scikit-learn has both, as `GroupShuffleSplit` and `TimeSeriesSplit`, though not at once. `torch.quantile` lies between two neighbours
# as `np.quantile` does.
#
# </details>
#
# ## One knob for each fault
#
# An old radio had one knob for the volume and one for the station. Imagine a single knob that changes both: you would never
# get it right. Faults of a project should have knobs of their own, too. This is **orthogonalisation**.
# <!-- term: orthogonalisation | having one knob for each fault, which leaves the others alone. -->
#
# | what is wrong | where it shows | knobs |
# |---|---|---|
# | it does not fit its own rows | training error far above human level | more units, more steps |
# | it does not carry over to new rows | dev error far above training error | more rows, fewer steps |
# | the labels are wrong | people who look at the rows disagree with them | cleaner labels |
# | the dev set is not the future | dev error far below that of new rows | another split |
#
# Are these knobs as clean as the table says? The nets of this week are small and train in a fifth of a second. So we could record
# more than a thousand trainings, with few and many rows, wrong labels, hidden units and steps. They are our **flight simulator**.
# Pilots crash in simulators so that they need not crash elsewhere. You will crash some projects today.
#
# The simulator knows. Turn one at a time, and watch both errors. Which knob changes only one of them?

# %% role="show" id="show_dashboard"
explore.dashboard()

# %% [markdown]
# <details><summary>What to look for</summary>
#
# - 240 rows, no wrong labels, 36 units: after 100 steps the training error is gone, and the rest is variance. Only rows help.
# - Set the wrong labels to 0.3. The training error with *given* labels cannot fall below 0.3 until the net learns by heart. It is then that the
#   true error rises. "Train longer" has become a knob for two faults.
# - With 4 units nothing can be learnt by heart, so wrong labels do little harm. The bias is the price.
# - Copies: with many units and steps their curve has nothing to do with new rows any more.
#
# </details>
#
# %% [markdown]
# ## Lead a team
#
# In the studio you lead teams of the flight simulator. The next cell writes down what is public about them: how they are made, and what an act does to one.
# Many teams stand in it side by side, as arrays. You may use both functions, and change nothing in them.


# %% role="given" id="given_teams"
def draw_teams(num, rng):
    """So many teams as the judge draws them, four arrays of numbers and one of truth values: [task, wrong, units, steps, copies]."""
    faulty = rng.random((4, num)) < 0.5
    task = rng.integers(3, size=num)

    def between(low, high):
        """Even on a logarithmic scale."""
        return np.exp(rng.uniform(np.log(low), np.log(high), num))

    wrong = np.where(faulty[0], rng.uniform(0.25, 0.45, num), rng.uniform(0, 0.05, num))
    units = np.where(faulty[1], between(4, 6), between(30, 108))
    steps = np.where(faulty[2], between(50, 80), between(300, 1600))
    return [task, wrong, units, steps, faulty[3]]


def after(name, times, teams, rows):
    """What becomes of teams and of their rows when an act is done so many times: (teams, rows). Each argument may be an array."""
    task, wrong, units, steps, copies = teams
    wrong = wrong * 0.3 ** (times * (name == "labels"))
    units = np.minimum(units * 3.0 ** (times * (name == "units")), np.maximum(units, 108))
    steps = np.clip(steps * 4.0 ** (times * ((name == "longer") - 1.0 * (name == "shorter"))), 50, 1600)
    return [task, wrong, units, steps, copies & (name != "split")], np.minimum(rows * 2.0 ** (times * (name == "rows")), 1920)


# %% [markdown]
# ### Studio · `lead` &nbsp; ●●● &nbsp; 90 min
#
# You lead a team for some weeks. `lead(act, report, prices, weeks, errors, rng)` spends them, and returns the number of the version that is
# shipped. `report` describes version 0, a dictionary.
#
# | key | what it says |
# |---|---|
# | `"rows"` | how many rows the net was trained with |
# | `"train"` | share of mistakes in 300 draws from the training rows, by their labels |
# | `"dev"` | the same on 300 dev rows, by *their* labels |
# | `"wrong"` | labels that are wrong among 100 that were read; −1 where nobody has read any since labels were last mended |
# | `"version"`, `"left"` | its number, and the weeks that are left |
#
# `act(name)` does something, trains anew, and returns the report of the next version. `prices[name]` says how many weeks it takes: 2 to 4, for `"split"` 1 or 2, and for `"look"` always 1. Prices differ from team to team.
#
# | name | what is done |
# |---|---|
# | `"rows"` | twice as many rows, 1,920 at most, labelled as well as the old ones |
# | `"labels"` | of the wrong labels, in training and dev, seven in ten are mended |
# | `"units"` | three times as many hidden units, 108 at most |
# | `"longer"`, `"shorter"` | four times or a quarter as many steps, within 50 and 1,600 |
# | `"split"` | another dev set, of new pictures |
# | `"look"` | somebody reads 100 labels; the net stays as it is |
#
# **What is hidden.** The net was made by somebody who has left. Each of these holds for half of the teams, by chance and independently of the others.
#
# - 25 to 45 % of the labels are wrong, in training rows and dev rows alike (else up to 5 %).
# - The net has 4 to 6 hidden units (else 30 to 108).
# - It is trained for 50 to 80 steps (else 300 to 1,600).
# - The dev rows are *copies* of training rows, until `"split"`.
#
# There are three tasks, and you are not told which is yours. Tasks 0 and 1 have ten classes, task 2 has four. A wrong label is any of the other classes, each as likely. A team has 60 to 960 rows and 5 to 8 weeks. All numbers come from the recorded
# trainings, as in the dashboard. `team = explore.Team(rng)` is a team to practise with. It has `.first` (the report of version 0),
# `.act`, `.prices` and `.weeks`. `team.true[version]` is a version's true error.
#
# The trainings come with you on the flight: `errors(task, rows, wrong, units, steps)` returns an array of shape (…, 3). It holds the errors in training, on copies and on new pictures. The first two are
# by given labels, the third by true ones. The task is 0, 1 or 2, and each argument may be an array. On the ground, the same function is `explore.errors`.
#
# **How it is judged.** On 200 new teams. What counts is the share of mistakes of the shipped version on new pictures with *true* labels. Our own leader
# sees what you see, and plays the same teams. Where yours ships a worse net, the difference is your *regret*; where yours is better, the regret is nought. The
# mean over the teams is in points: hundredths of all pictures. Spending more weeks than there are raises an error, and such a leader earns nothing.
#
# | | mean regret, in points | for example |
# |---|---|---|
# | baseline, no points | $9$ | nothing is done |
# | gets going | $6$ | the same acts for all teams, in a good order |
# | good | $2$ | reports are read, and some of the simulator's teams are thought over |
# | excellent | $0.8$ | the same with many teams, and weeks spent on looking only where that pays |
#
# Points rise in a straight line between the rows. Every random number must come from `rng`.
#
# **Time.** The judge stops after two minutes for all 200 teams, and then nothing counts. That is half a second for each team. Our leader thinks for about fifteen thousandths of a second.
#
# <details><summary>A question to ask yourself</summary>
#
# Which two faults can make a training error large? Which act tells them apart, and when is it worth its weeks? If the dev error is hardly above
# the training error, which two reasons can there be?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. Begin with a fixed order of acts, and find out what it reaches on 200 teams of `explore.Team`.
# 2. Let the acts depend on the report: few rows? many wrong labels? a large training error?
# 3. A version is chosen at the end. How sure are you of its dev error? Might the latest be better than the best-looking?
# 4. The simulator travels with this notebook. You may ask it what each act would bring to teams whose reports look like yours: `draw_teams` makes
#    teams, `errors` says how they do, and `after` what an act makes of them.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def lead(act, report, prices, weeks, errors, rng):
#     reports = [report]
#     while True:
#         possible = [name for name in prices if prices[name] <= reports[-1]["left"]]
#         if not possible:
#             break
#         name = ...                      # what would help this team?
#         reports.append(act(name))
#     return ...                          # the number of a version
# ```
#
# </details>


# %% role="studio" id="lead"
def lead(act, report, prices, weeks, errors, rng):
    """Spend a team's weeks on acts; the number of the version that is shipped."""
    ### BEGIN SOLUTION
    # 1,500 teams as they might be; those that fit the reports count, and each affordable plan is tried on them.
    teams, log_chance, made = draw_teams(1500, rng), np.zeros(1500), []

    def learn(report, looked):
        nonlocal teams, log_chance, made
        task, wrong, units, steps, copies = teams
        train, copied, new = errors(task, report["rows"], wrong, units, steps).T
        others = np.array([9, 9, 3])[task]
        dev = np.where(copies, copied, new * (1 - wrong) + wrong * (1 - new / others))
        for seen, p in ((report["train"], train), (report["dev"], dev)):
            variance = p * (1 - p) / 300 + 0.015**2
            log_chance = log_chance - (seen - p) ** 2 / (2 * variance) - np.log(variance) / 2
        if looked:
            p = np.clip(wrong, 0.002, 0.998)
            log_chance = log_chance + report["wrong"] * np.log(p) + (100 - report["wrong"]) * np.log(1 - p)
        kept = np.argsort(-log_chance)[:150]
        teams, log_chance, made = [part[kept] for part in teams], log_chance[kept], [one[kept] for one in [*made, new]]

    def chance():
        weights = np.exp(log_chance - log_chance.max())
        return weights / weights.sum()

    def best_plan(left):
        """The affordable acts that leave the lowest expected error, and that error."""
        names, plans = ("labels", "units", "longer", "shorter", "rows"), [()]
        for name in names:
            paid = [left - sum(k * prices[one] for k, one in zip(plan, names, strict=False)) for plan in plans]
            plans = [(*plan, k) for plan, rest in zip(plans, paid, strict=True) for k in range(rest // prices[name] + 1)]
        imagined, rows = teams, report["rows"]
        for name, times in zip(names, np.array(plans).T[:, :, None], strict=True):
            imagined, rows = after(name, times, imagined, rows)
        expected = errors(imagined[0], rows, *imagined[1:4])[..., 2] @ chance()
        best = int(expected.argmin())
        return [name for name, k in zip(names, plans[best], strict=True) for _ in range(k)], expected[best]

    learn(report, False)
    plan, expected = best_plan(report["left"])
    if best_plan(report["left"] - prices["look"])[1] < expected + 0.01:
        report = act("look")
        learn(report, True)
    while plan := best_plan(report["left"])[0]:
        teams, _ = after(plan[0], 1, teams, report["rows"])
        report = act(plan[0])
        learn(report, False)
    return int(np.argmin([one @ chance() for one in made]))
    ### END SOLUTION


# %% role="check" id="check_lead" points=1
check("lead")

# %% role="hidden" id="test_lead" points=9

# %% role="show" id="show_flight"
explore.flight(lead)

# %% [markdown]
# **Keep a note.** Four lines for each experiment with the studio, in a file of your own: what you changed, what you expected, what came out, and how
# much that varies over three seeds.
#
# <details><summary>The authors' own log</summary>
#
# | changed | why tried | mean regret in points, five judgings, and their spread |
# |---|---|---|
# | nothing is done | what standing still costs | $12.4 \pm 0.8$ |
# | random acts, best dev error shipped | what activity is worth | $8.5 \pm 0.2$ |
# | the act that helped last time again | the greedy leader | $6.8 \pm 0.3$ |
# | labels, rows, units, in this order, for all | the best fixed order that we found | $4.8 \pm 0.5$ |
# | look, then labels, size or rows by what the report says | a diagnosis in five lines | $2.7 \pm 0.3$ |
# | a plan from prices and rows with the simulator, no report read | is the diagnosis needed? | $2.8 \pm 0.3$ |
# | gains and prices weighed against each other, with the report | both | $2.3 \pm 0.2$ |
# | 1,500 teams drawn, the 150 that fit the reports kept, plans tried on them | let the simulator think | $0.1 \pm 0.1$ |
#
# The fifth and the sixth line surprised us: a good plan without a diagnosis is as good as a diagnosis without a plan.
#
# </details>
#
# ## A map
#
# **From earlier weeks** this one took standardising (week 1), training and dev sets, bias and variance (week 5), the standard error and the winner's curse (week 7).
#
# **Where it goes.** Week 9 looks at the mistakes themselves, one by one, and at dev sets that are easier or harder than the world. From week 10 on every split is by group, wherever there are
# groups: designers, speakers, photographs. Week 14 compares models of letters on the same resamples. Week 19 splits by hospital.
#
# **Sources.** Andrew Ng, *Machine Learning Yearning*, 2018. Leaks: Kaufman, Rosset and Perlich, *Leakage in data mining*, 2012; Kapoor and Narayanan, *Leakage and the
# reproducibility crisis in machine-learning-based science*, 2023. Raters without truth: Dawid and Skene, 1979; products of three: Parisi and others, *Ranking and combining
# multiple predictors without labeled data*, 2014. The bootstrap: Efron, 1979; Efron and Tibshirani, *An introduction to the bootstrap*, 1993. Wrong labels learnt by heart: Zhang and others, *Understanding deep learning requires rethinking
# generalization*, 2017. Sentences and their ratings: Hutto and Gilbert, *VADER*, 2014. This week's arc follows the first week of Andrew Ng's third course on deep learning; text, pictures and exercises are our own.
