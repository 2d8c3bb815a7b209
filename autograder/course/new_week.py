"""`workbook new-week NAME`: a folder that builds at once, and that the audit refuses until it is filled in.

What it holds is an example exercise and an example studio in the house's form, to be written over.
"""

from __future__ import annotations

from pathlib import Path

from autograder.cases.registry import is_week
from autograder.course.faults import LessonError
from autograder.course.places import Course

_LESSON = '''\
# %% [markdown] role="week"
# # {title}
#
# Why this matters, in a few sentences, and one picture before the first formula.

# %% role="given" id="setup"
import matplotlib.pyplot as plt
import numpy as np

import explore
from autograder import datasets
from autograder.cases import check
from autograder.explore import guess

# %% role="guess" id="guess_points"
guess.number("How many points does the picture show?", 0, 100, truth=explore.how_many, step=1)

# %% role="show" id="look"
explore.picture()

# %% [markdown]
# ## A first section
#
# The story, with its derivations. The exercise below asks for something that follows from it.
#
# ### Exercise · `centre` &nbsp; ●○○ &nbsp; 10 min
#
# `centre(x)` takes an array of shape (examples, features) and returns one of the same shape. A right answer
#
# - moves every feature so that its average over the examples is zero;
# - keeps the difference between any two examples;
# - leaves its input as it was.
#
# <details><summary>A question to ask yourself</summary>
#
# What must be the same for all examples, so that their differences stay?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. Find each feature's average.
# 2. Move the examples by it.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def centre(x):
#     middle = ...
#     return ...
# ```
#
# </details>

# %% role="answer" id="centre"
def centre(x):
    """The examples, moved so that each feature averages zero; shape (examples, features)."""
    ### BEGIN SOLUTION
    return x - x.mean(axis=0)
    ### END SOLUTION


# %% role="check" id="check_centre" points=1
check("centre")

# %% role="hidden" id="test_centre" points=2

# %% [markdown]
# ## A task of your own
#
# ### Studio · `disc` &nbsp; ●●● &nbsp; 30 min
#
# Somewhere in the square lies a disc. From 200 points and whether each lies in it, say of others whether they do.
#
# - `train(X, y, rng)` takes points (200, 2), each coordinate from -1 to 1, labels (200,), 1 within the disc and 0 outside, and a
#   generator. It returns a list of arrays with **at most three numbers** in all.
# - `predict(arrays, X)` takes these arrays as a list, every number rounded to `float32` and changed by about a thousandth of
#   itself, and points (n, 2). It returns a 0 or a 1 for each. It runs in a new process that has not seen the training.
#
# The judge draws twenty discs and other points for each; what counts is the mean share named rightly.
#
# | share | band | points |
# |---|---|---|
# | up to 0.73 | nobody is in | none |
# | from 0.83 | gets going | 40 % |
# | from 0.86 | good | 70 % |
# | from 0.93 | excellent | all |
#
# <details><summary>A question to ask yourself</summary>
#
# Which three numbers say all about a disc?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. Something that runs: any disc.
# 2. A disc round the middle of the points that lie in it.
# 3. Try others near it, and keep what errs less.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def train(X, y, rng):
#     middle, radius = ..., ...
#     return [middle, np.array([radius])]
#
# def predict(arrays, X):
#     middle, radius = arrays
#     return ...
# ```
#
# </details>

# %% role="studio" id="disc"
def train(X, y, rng):
    """At most three numbers, learnt from points X (n, 2) and labels y (n,)."""
    ### BEGIN SOLUTION
    best, least = X[y == 1].mean(axis=0), np.inf
    radius = np.sqrt(4 * y.mean() / np.pi)
    for step in range(300):
        middle, size = best + rng.normal(scale=0.05, size=2), radius + rng.normal(scale=0.05)
        errors = np.sum((np.hypot(*(X - middle).T) < size) != y)
        if errors <= least:
            best, radius, least = middle, size, errors
    return [best, np.array([radius])]
    ### END SOLUTION


def predict(arrays, X):
    """A 0 or a 1 for each of the points X (n, 2), from what `train` returned."""
    ### BEGIN SOLUTION
    middle, radius = arrays
    return (np.hypot(*(X - middle).T) < radius[0]).astype(int)
    ### END SOLUTION


# %% role="check" id="check_disc" points=1
check("disc")

# %% role="hidden" id="test_disc" points=5

# %% [markdown]
# ## Where the field goes from here
#
# Sources, and what the next week takes up.
'''

_CHECKS = '''\
"""Visible cases of {week}: they travel with the release."""
import numpy as np

from autograder.cases import case, draws, exercise, expect, studio

exercise("centre")
exercise("disc", names=("train", "predict"), kind="studio", seconds=20)


@case("centre", "every feature averages zero and spreads as before", draws=draws.matrices(rows=(2, 6)))
def averages_zero(centre, x):
    out = expect.array(centre(x.copy()), shape=x.shape)  # a copy: zeroing the input must not pass
    expect.close(out.mean(axis=0), np.zeros(x.shape[1]))
    expect.close(np.ptp(out, axis=0), np.ptp(x, axis=0), tell=False)


def discs(rng, number):
    """That many discs: each with 200 points to learn from and 500 others, (700, 2), and their labels (700,)."""
    for _ in range(number):
        middle, radius = rng.uniform(-0.4, 0.4, 2), rng.uniform(0.5, 0.8)
        X = rng.uniform(-1, 1, (700, 2))
        yield X, (np.hypot(*(X - middle).T) < radius).astype(int)


def named_rightly(entry, draws):
    """The mean share of points named rightly: all trainings come first, then each round is asked."""
    learnt = [(entry.train(X[:200], y[:200]), X[200:], y[200:]) for X, y in draws]
    said = [expect.array(round.predict(X), shape=(500,), what="predict") == y for round, X, y in learnt]
    return float(np.mean(said))


@studio(
    "disc",
    train="train",
    users=("predict",),
    budget=3,
    metric="share of points named rightly",
    baseline=0.73,
    bands=(0.83, 0.86, 0.93),
    typed=0.79,  # one disc for all: where it lies is drawn afresh, so no number that is typed in tells more
    seconds=60,
)
def public(entry, rng):
    """The learner's score in her own notebook: three discs."""
    return named_rightly(entry, discs(rng, 3))


@case("disc", "at most three numbers are learnt, and each point gets a 0 or a 1")
def keeps_the_rules(entry):
    X, y = next(discs(np.random.default_rng(0), 1))
    said = expect.array(entry.train(X[:200], y[:200]).predict(X[200:]), shape=(500,), what="predict")
    expect.that(np.isin(said, (0, 1)), "predict returned something other than 0 and 1")
'''

_HIDDEN = '''\
"""Hidden cases of {week}: they stay with the grader."""
import numpy as np

from checks import discs, named_rightly

from autograder.cases import case, draws, expect, judge


@case("centre", "the difference between two examples stays, far from zero too", draws=draws.matrices(rows=(2, 6)))
def differences_stay(centre, x):
    out = expect.array(centre(x + 100), shape=x.shape)
    expect.close(np.diff(out, axis=0), np.diff(x, axis=0), tell=False)
    expect.that(np.abs(out) <= 10, "the examples are not around zero")


# A judging of twenty discs has a standard error of about 0.005: the bands lie six of them apart.
@judge("disc")
def judged(entry, rng):
    share = named_rightly(entry, discs(rng, 20))
    return share, "a disc has a middle and a radius: try some, and keep the one that errs least"
'''

_RIVALS = '''\
"""Answers that the cases of {week} must tell apart."""
import numpy as np

from autograder.cases import entry, right, wrong


@wrong("centre", caught_by="averages_zero", kind="mathematics")
def one_average_for_all(x):
    return x - x.mean()


@wrong("centre", caught_by="differences_stay", kind="mathematics")
def mirrored(x):
    return x.mean(axis=0) - x


@right("centre")
def by_the_sum(x):
    return x - x.sum(axis=0) / len(x)


def within(arrays, X):
    middle, radius = arrays
    return (np.hypot(*(X - middle).T) < radius[0]).astype(int)


@entry("disc", band="nothing")
def nobody_is_in():
    return {"train": lambda X, y, rng: [np.zeros(1)], "predict": lambda arrays, X: np.zeros(len(X), int)}


@entry("disc", band="baseline")
def one_disc_for_all():
    return {"train": lambda X, y, rng: [np.zeros(2), np.array([0.65])], "predict": within}


@entry("disc", band="good")
def round_their_middle():
    def train(X, y, rng):
        middle = X[y == 1].mean(axis=0)
        return [middle, np.array([0.8 * np.hypot(*(X[y == 1] - middle).T).max()])]

    return {"train": train, "predict": within}


@entry("disc", band="excellent")
def as_large_as_their_share():
    def train(X, y, rng):
        return [X[y == 1].mean(axis=0), np.array([np.sqrt(4 * y.mean() / np.pi)])]

    return {"train": train, "predict": within}


@entry("disc", band="refused")
def keeps_the_points():
    def predict(arrays, X):
        near = np.linalg.norm(X[:, None] - arrays[0], axis=2).argmin(axis=1)
        return np.rint(arrays[1][near]).astype(int)

    return {"train": lambda X, y, rng: [X, y], "predict": predict}
'''

_EXPLORE = '''\
"""Explorers and pictures of {week}; they travel with the release."""
from autograder.explore import BLUE, explorer, figure

POINTS = [0, 1, 2], [1, 3, 2]


def how_many():
    """What is said with the truth: why it is so."""
    return len(POINTS[0])


@explorer(shown=(1, 3, 3))
def picture(shown):
    """The week's first picture: some points, as many as are to be shown."""
    fig, ax = figure(5, 3)
    ax.plot(POINTS[0][:shown], POINTS[1][:shown], "o", color=BLUE)
    ax.set(xlim=(-0.5, 2.5), ylim=(0, 4), xlabel="first feature", ylabel="second feature", title=f"{shown} of three points")
    return fig
'''

TEMPLATE = {
    "lesson.py": _LESSON,
    "checks.py": _CHECKS,
    "explore.py": _EXPLORE,
    "hidden.py": _HIDDEN,
    "rivals.py": _RIVALS,
}


def new_week(course: Course, week: str) -> Path:
    """Make a week's folder and return it.

    Raises
    ------
    LessonError
        Where the name is not a week's, or the week or its number is there already.
    """
    folder = course.folder(week)
    if not is_week(week):
        mend = "use two digits, then lower-case words: week21_graphs"
        raise LessonError.one(folder, 1, f"{week!r} is not the name of a week", mend)
    same = sorted(path.name for path in course.notebooks.glob(week.split("_")[0] + "_*"))
    if same:
        raise LessonError.one(folder, 1, f"this number is taken by {', '.join(same)}", "choose another number")
    folder.mkdir(parents=True)
    title = week.split("_", 1)[1].replace("_", " ").capitalize()
    for name, text in TEMPLATE.items():
        (folder / name).write_text(text.replace("{title}", title).replace("{week}", week), encoding="utf-8")
    return folder
