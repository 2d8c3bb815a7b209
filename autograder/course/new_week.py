"""`workbook new-week NAME`: a folder that builds at once, and that the audit refuses until it is filled in.

What it holds is an example exercise in the house's form, to be written over.
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
# ## Where the field goes from here
#
# Sources, and what the next week takes up.
'''

_CHECKS = '''\
"""Visible cases of {week}: they travel with the release."""
import numpy as np

from autograder.cases import case, draws, exercise, expect

exercise("centre")


@case("centre", "every feature averages zero and spreads as before", draws=draws.matrices(rows=(2, 6)))
def averages_zero(centre, x):
    out = expect.array(centre(x.copy()), shape=x.shape)  # a copy: zeroing the input must not pass
    expect.close(out.mean(axis=0), np.zeros(x.shape[1]))
    expect.close(np.ptp(out, axis=0), np.ptp(x, axis=0), tell=False)
'''

_HIDDEN = '''\
"""Hidden cases of {week}: they stay with the grader."""
import numpy as np

from autograder.cases import case, draws, expect


@case("centre", "the difference between two examples stays, far from zero too", draws=draws.matrices(rows=(2, 6)))
def differences_stay(centre, x):
    out = expect.array(centre(x + 100), shape=x.shape)
    expect.close(np.diff(out, axis=0), np.diff(x, axis=0), tell=False)
    expect.that(np.abs(out) <= 10, "the examples are not around zero")
'''

_RIVALS = '''\
"""Answers that the cases of {week} must tell apart."""
from autograder.cases import right, wrong


@wrong("centre", caught_by="averages_zero", kind="mathematics")
def one_average_for_all(x):
    return x - x.mean()


@wrong("centre", caught_by="differences_stay", kind="mathematics")
def mirrored(x):
    return x.mean(axis=0) - x


@right("centre")
def by_the_sum(x):
    return x - x.sum(axis=0) / len(x)
'''

_EXPLORE = '''\
"""Explorers and pictures of {week}; they travel with the release."""
import matplotlib.pyplot as plt

POINTS = [0, 1, 2], [1, 3, 2]


def how_many():
    """What is said with the truth: why it is so."""
    return len(POINTS[0])


def picture():
    """The week's first picture."""
    _, axes = plt.subplots(figsize=(4, 3))
    axes.scatter(*POINTS)
    axes.set(xlabel="first feature", ylabel="second feature")
    plt.show()
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
