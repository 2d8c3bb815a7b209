"""A tiny week, made up for the tests: two exercises and a studio, in the house's form."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

WEEK = "week01_tiny"
STUB_LINE = "raise NotImplementedError"

LESSON = '''\
# %% [markdown] role="week"
# # A tiny week
#
# A story.

# %% role="given" id="setup"
import matplotlib.pyplot as plt
import numpy as np

import explore
from autograder.cases import check

# %% role="show" id="look"
explore.picture()

# %% [markdown]
# ### Exercise · `centre` &nbsp; ●○○ &nbsp; 10 min
#
# <details><summary>A question</summary>
#
# What stays?
#
# </details>
# <details><summary>A plan</summary>
#
# First the average.
#
# </details>
# <details><summary>A skeleton</summary>
#
# Two lines.
#
# </details>

# %% role="answer" id="centre"
def centre(x):
    """The examples, moved so that each feature averages zero."""
    ### BEGIN SOLUTION
    middle_of_each = x.mean(axis=0)
    return x - middle_of_each
    ### END SOLUTION

# %% role="check" id="check_centre" points=1
check("centre")

# %% role="hidden" id="test_centre" points=2

# %% [markdown]
# ### Exercise · `double` &nbsp; ●○○ &nbsp; 5 min
#
# <details><summary>A question</summary>
#
# What is twice?
#
# </details>
# <details><summary>A plan</summary>
#
# Add it to itself.
#
# </details>
# <details><summary>A skeleton</summary>
#
# One line.
#
# </details>

# %% role="answer" id="double"
def double(x):
    """Twice x."""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION

# %% role="check" id="check_double" points=1
check("double")

# %% role="hidden" id="test_double" points=3

# %% [markdown]
# ### Studio · `guess` &nbsp; ●●● &nbsp; 30 min
#
# <details><summary>A question</summary>
#
# How near?
#
# </details>
# <details><summary>A plan</summary>
#
# Guess.
#
# </details>
# <details><summary>A skeleton</summary>
#
# One line.
#
# </details>

# %% role="studio" id="guess"
def guess(x):
    """A number near one."""
    ### BEGIN SOLUTION
    return 0.99
    ### END SOLUTION

# %% role="check" id="check_guess" points=1
check("guess")

# %% role="hidden" id="test_guess" points=10

# %% role="try" id="scratch"
# Yours.
'''

CHECKS = """\
import numpy as np

from autograder.cases import case, draws, exercise, expect, studio

exercise("centre", seconds=3)
exercise("double", needs=["centre"], seconds=3)
exercise("guess", kind="studio", seconds=10)


@case("centre", "every feature averages zero over the examples", draws=draws.matrices(), examples=10)
def averages_zero(centre, x):
    out = expect.array(centre(x.copy()), shape=x.shape)
    expect.close(out.mean(axis=0), np.zeros(x.shape[1]))
    expect.that(not x.any() or x.shape[0] == 1 or out.any() or np.ptp(x, axis=0).max() == 0, "everything became zero")


@case("double", "adding x to itself gives the same", draws=draws.vectors(), examples=10)
def as_a_sum(double, x):
    expect.close(expect.array(double(x), shape=x.shape), x + x)


@studio(
    "guess", users=("guess",), counted="guesses", metric="nearness to one", baseline=0.8, bands=(0.90, 0.95, 0.975), seconds=10,
    typed=0.8,
)
def public(entry, rng):
    return expect.number(entry.round().guess(rng.normal(size=3)))


@case("guess", "it is a number")
def is_number(entry):
    expect.number(entry.round().guess(np.ones(3)))
"""

HIDDEN = """\
import numpy as np

from autograder.cases import case, draws, expect, judge

SECRET_OF_THE_HIDDEN_FILE = 123


@case("centre", "the difference between two examples stays", draws=draws.matrices(rows=(2, 6)), examples=10)
def differences_stay(centre, x):
    hidden_out = expect.array(centre(x), shape=x.shape)
    expect.close(np.diff(hidden_out, axis=0), np.diff(x, axis=0), tell=False)


@case("double", "half of it is x again", draws=draws.vectors(), examples=10)
def half_again(double, x):
    expect.close(expect.array(double(x), shape=x.shape) / 2, x, tell=False)


@judge("guess")
def judged(entry, half, rng):
    value = expect.number(entry.round().guess(rng.normal(size=3)))
    return (value - 0.02 if half == "open" else value), "guess nearer to one"
"""

RIVALS = """\
from autograder.cases import entry, right, wrong


@wrong("centre", caught_by="averages_zero", kind="mathematics")
def one_average(x):
    return x - x.mean()


@right("centre")
def by_sum(x):
    return x - x.sum(axis=0) / len(x)


@wrong("double", caught_by="as_a_sum", kind="mathematics")
def thrice(x):
    return 3 * x


@right("double")
def added(x):
    return x + x


@entry("guess", band="excellent")
def near():
    return {"guess": lambda x: 0.99}
"""

EXPLORE = """\
import matplotlib.pyplot as plt


def picture():
    plt.plot([1, 2])
    plt.show()
"""

CONFIG = """\
from pathlib import Path

from autograder.notebook.regions import STUB
from autograder.grading.plug import plug

root = Path(__file__).resolve().parent
c = get_config()
c.CourseDirectory.course_id = "tiny"
c.CourseDirectory.root = str(root)
c.Exchange.root = str(root.parent / "exchange")
c.Exchange.cache = str(root.parent / "cache")
c.ClearSolutions.code_stub = {"python": STUB}
plug(c)
"""

SOLVED = {
    "centre": "def centre(x):\n    return x - x.mean(axis=0)",
    "double": "def double(x):\n    return x + x",
    "guess": "def guess(x):\n    return 0.99",
}
FULL = 18.0
OPEN = 15.0  # what full work gets while the week is open: the foot of the studio's band
Change = Callable[["Book"], None]


def write_course(root: Path) -> None:
    """Write a course of one week, built and with its configuration."""
    from autograder.course.places import Course
    from autograder.course.stale import build

    folder = root / "notebooks" / WEEK
    folder.mkdir(parents=True)
    texts = {"lesson": LESSON, "checks": CHECKS, "hidden": HIDDEN, "rivals": RIVALS, "explore": EXPLORE}
    for name, text in texts.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    (root / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
    build(Course(root), WEEK)


class Book:
    """A learner's copy of the week, to be changed as a learner would change it."""

    def __init__(self, release: Path, folder: Path) -> None:
        self.folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(release / WEEK, folder)
        self.path = folder / f"{WEEK}.ipynb"
        self.notebook: dict[str, Any] = json.loads(self.path.read_text(encoding="utf-8"))

    @property
    def cells(self) -> list[dict[str, Any]]:
        """Its cells."""
        cells: list[dict[str, Any]] = self.notebook["cells"]
        return cells

    def cell(self, id: str) -> dict[str, Any]:
        """A cell by its id."""
        return next(cell for cell in self.cells if cell["id"] == id)

    def place(self, id: str) -> int:
        """Where a cell stands."""
        return self.cells.index(self.cell(id))

    def write(self, id: str, source: str) -> None:
        """Write into a cell."""
        self.cell(id)["source"] = source

    def solve(self, *exercises: str) -> None:
        """Put right answers in; all of them where none is named."""
        for exercise in exercises or SOLVED:
            self.write(exercise, SOLVED[exercise])

    def delete(self, *ids: str) -> None:
        """Delete cells."""
        self.notebook["cells"] = [cell for cell in self.cells if cell["id"] not in ids]

    def add(self, source: str, at: int | None = None, kind: str = "code") -> None:
        """Add a cell of the learner's own."""
        cell: dict[str, Any] = {"cell_type": kind, "id": f"new-{len(self.cells)}", "metadata": {}, "source": source}
        if kind == "code":
            cell |= {"outputs": [], "execution_count": None}
        self.cells.insert(len(self.cells) if at is None else at, cell)

    def save(self) -> None:
        """Write the file."""
        self.path.write_text(json.dumps(self.notebook, indent=1), encoding="utf-8")
