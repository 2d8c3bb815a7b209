"""Each thing that the builder refuses, with the line that it names and the mend."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from autograder.course.build import build_week
from autograder.course.faults import Fault, LessonError
from autograder.course.places import Course

WEEK = "week01_example"
CHECK_CELL = '# %% role="check" id="check_centre" points=1\ncheck("centre")\n'
HIDDEN_CELL = '# %% role="hidden" id="test_centre" points=2\n'
GUESS = 'guess.number("How many points does the picture show?", 0, 100, truth=explore.how_many, step=1)'
HEADING = "# ### Exercise · `centre` &nbsp; ●○○ &nbsp; 10 min"
THIRD_STEP = "# <details><summary>A skeleton with gaps</summary>\n"
BEGIN, END = "    ### BEGIN SOLUTION\n", "    ### END SOLUTION\n"


@dataclass(frozen=True)
class Refusal:
    """A change to one of the week's texts, and what must be said of it."""

    name: str
    file: str
    old: str
    new: str
    at: str  # a piece of the line that must be named; empty for the first
    says: str
    mend: str


def lesson(name: str, old: str, new: str, at: str, says: str, mend: str) -> Refusal:
    """A refusal of something in lesson.py."""
    return Refusal(name, "lesson.py", old, new, at, says, mend)


def guessed(name: str, body: str, at: str, says: str, mend: str) -> Refusal:
    """A refusal of what stands in the guess cell."""
    return lesson(name, GUESS, body, at, says, mend)


REFUSALS = [
    lesson("a guess without an id", ' id="guess_points"', "", 'role="guess"', "'guess' without id", 'add id="…"'),
    lesson("points on a guess", 'id="guess_points"', 'id="g" points=2', 'id="g"', "unknown mark 'points'", "take it away"),
    guessed("a guess that binds a name", "x = guess.choose('?')", "x = ", "more than one question", "one call and nothing else"),
    guessed("a guess and more", "guess.choose('?')\nx = 1", "guess.c", "more than one question", "one call and nothing else"),
    guessed("a guess of no kind", "guess.draw('?')", "guess.draw", "more than one question", "guess.number("),
    guessed("a guess without its question", "guess.choose(truth=explore.a)", "guess.choose", "without its question", "as a text"),
    guessed("a guess without truth", "guess.choose('?', ['a', 'b'])", "guess.choose", "without truth=", "function of explore.py"),
    guessed("a guess told at once", "guess.number('?', 0, 9, truth=lambda: 4)", "guess.number", "read before", "name that"),
    lesson("a guess before the kit", "from autograder.explore import guess\n", "", "guess.n", "imports guess", "the first"),
    lesson("an unknown mark", "points=1", 'points=1 colour="red"', "colour", "unknown mark 'colour'", "take it away"),
    lesson("a mark that cannot be read", "points=1", "points=1 quickly", "quickly", "cannot read the mark", 'key="text"'),
    lesson("a mark twice", "points=1", "points=1 points=2", "points=2", "stands twice", "keep one"),
    lesson("an unknown role", 'role="show"', 'role="display"', "display", "unknown role 'display'", "use one of: given"),
    lesson("a code cell without a role", 'role="show" id="look"', 'id="look"', '%% id="look"', "without a role", 'add role="…"'),
    lesson("a code cell without an id", ' id="look"', "", 'role="show"', "without id", 'add id="…"'),
    lesson("an id that is no name", 'id="look"', 'id="a look"', "a look", "is not a name", "letters, digits"),
    lesson("an id twice", 'id="look"', 'id="setup"', 'role="show"', "stands already in line", "an id of its own"),
    lesson("a check without points", " points=1", "", "check_centre", "without points", "add points=2"),
    lesson("a hidden cell without points", " points=2", "", "test_centre", "without points", "add points=2"),
    lesson("points in quotes", "points=1", 'points="1"', "points=", "not a positive number", "without quotes"),
    lesson("no points at all", "points=1", "points=0", "points=0", "not a positive number", "above zero"),
    lesson("points on a given cell", 'id="setup"', 'id="setup" points=3', "setup", "unknown mark 'points'", "take it away"),
    lesson("True for true", "points=1", "points=True", "points=True", "no value that can be read", "writes true for True"),
    lesson(
        "a role on a paragraph",
        "# %% [markdown]\n# ## A",
        '# %% [markdown] role="show"\n# ## A',
        '[markdown] role="show"',
        "on a markdown cell",
        "only the first cell",
    ),
    lesson(
        "a mark on a paragraph",
        "# %% [markdown]\n# ## A",
        '# %% [markdown] needs="week01.x"\n# ## A',
        "[markdown] needs",
        "unknown mark 'needs'",
        "take it away",
    ),
    lesson("a misspelt begin", BEGIN, "    ### BEGIN SOLUTON\n", "SOLUTON", "misspelt marker", "write exactly"),
    lesson("a begin in lower case", BEGIN, "    ### begin solution\n", "### begin", "misspelt marker", "write exactly"),
    lesson(
        "a begin with one sign", BEGIN, "    # BEGIN SOLUTION\n", "# BEGIN", "nbgrader takes for a marker", "alone on its line"
    ),
    lesson(
        "a begin with a word behind",
        BEGIN,
        "    ### BEGIN SOLUTION here\n",
        "### BEGIN",
        "nbgrader takes for a marker",
        "alone on its line",
    ),
    lesson("a region never closed", END, "", "### BEGIN", "never ends", "### END SOLUTION"),
    lesson("a region never opened", BEGIN, "", "### END", "never began", "### BEGIN SOLUTION"),
    lesson(
        "a region beside a function",
        END,
        END + "\n### BEGIN SOLUTION\nSCALE = 2\n### END SOLUTION\n",
        "### BEGIN SOLUTION",
        "stop the learner's cell",
        "the last function's region goes on",
    ),
    lesson("a region in a region", BEGIN, BEGIN + "    x = x\n" + BEGIN, "### BEGIN", "begins inside", "close the first"),
    lesson(
        "an answer without a region",
        BEGIN + "    return x - x.mean(axis=0)\n" + END,
        "    return 0\n",
        'role="answer"',
        "no solution region",
        "put the reference between",
    ),
    lesson("an empty region", "    return x - x.mean(axis=0)\n", "", 'role="answer"', "is empty", "write the reference"),
    lesson(
        "a region in a given cell",
        "import explore\n",
        "### BEGIN SOLUTION\nimport explore\n### END SOLUTION\n",
        "### BEGIN",
        "outside an answer cell",
        'role "answer"',
    ),
    lesson(
        "a hidden test in the lesson, singular",
        CHECK_CELL,
        CHECK_CELL + "### BEGIN HIDDEN TEST\nassert True\n### END HIDDEN TEST\n",
        "BEGIN HIDDEN",
        "a hidden test in the lesson",
        "hidden.py",
    ),
    lesson(
        "BEGIN SOLUTION in prose",
        "# The story,",
        "# What stands after BEGIN SOLUTION. The story,",
        "after BEGIN",
        "nbgrader takes for a marker",
        "lower case",
    ),
    lesson(
        "BEGIN SOLUTION in a string",
        "explore.picture()",
        'print("BEGIN SOLUTION")',
        "print",
        "nbgrader takes for a marker",
        "lower case",
    ),
    lesson("two steps of help", THIRD_STEP, "# <details>\n", "A first section", "2 steps of help where 3", "three <details>"),
    lesson(
        "a fourth step of help",
        THIRD_STEP,
        THIRD_STEP + "#\n# Gaps.\n#\n# </details>\n" + THIRD_STEP,
        "A first section",
        "4 steps of help where 3",
        "three <details>",
    ),
    lesson(
        "a step without text",
        "# 1. Find each feature's average.\n# 2. Move the examples by it.\n",
        "",
        "A first section",
        "2 steps of help where 3",
        "three <details>",
    ),
    lesson(
        "a heading without minutes",
        HEADING,
        HEADING.replace("10 min", ""),
        "### Exercise",
        "without its id, difficulty or minutes",
        "15 min",
    ),
    lesson(
        "a heading without difficulty",
        HEADING,
        HEADING.replace("●○○", ""),
        "### Exercise",
        "without its id, difficulty or minutes",
        "●●○",
    ),
    lesson("an answer without a heading", HEADING, "# Well", 'role="answer"', "no heading for it", "### Exercise"),
    lesson(
        "a heading without an answer",
        HEADING,
        HEADING + "\n#\n" + HEADING.replace("centre", "scale"),
        "`scale`",
        "no answer cell",
        'id="scale"',
    ),
    lesson(
        "a studio that says exercise",
        'role="answer"',
        'role="studio"',
        "### Exercise",
        "the cell says studio",
        "let both say studio",
    ),
    lesson("an exercise without its check", CHECK_CELL, "", 'role="answer"', "no check cell", 'id="check_centre"'),
    lesson("an exercise without its hidden cell", HIDDEN_CELL, "", 'role="answer"', "no hidden cell", 'id="test_centre"'),
    lesson(
        "a check of nothing",
        CHECK_CELL,
        CHECK_CELL + CHECK_CELL.replace("centre", "scale"),
        "check_scale",
        "belongs to no exercise",
        "check_<exercise>",
    ),
    lesson("a check with a body of its own", 'check("centre")', "assert centre(1)", "assert", "another body", 'check("centre")'),
    lesson("a misspelt id of a check", "check_centre", "check_center", 'check("centre")', "'check_center'", "or correct the id"),
    lesson(
        "check not imported",
        "from autograder.cases import check\n",
        "",
        'check("centre")',
        "no given cell before this one imports check",
        "from autograder.cases import check",
    ),
    Refusal(
        "a name that the answer does not bind",
        "checks.py",
        'exercise("centre")',
        'exercise("centre", names=("centre", "scale"))',
        'exercise("centre"',
        "asks for 'scale'",
        "define 'scale' in that cell",
    ),
    Refusal(
        "a case's parameter that nothing fills",
        "checks.py",
        "def averages_zero(centre, x)",
        "def averages_zero(center, x)",
        '@case("centre"',
        "do not fit its draws: look at 'center', 'x'",
        "let them be of centre, rng, and one for what is drawn",
    ),
    Refusal(
        "a hidden case that draws for no parameter",
        "hidden.py",
        "draws=draws.matrices(rows=(2, 6)))",
        'draws={"x": draws.matrices(rows=(2, 6)), "y": draws.floats(0, 1)})',
        '@case("centre"',
        "look at 'y'",
        "what is drawn (x, y)",
    ),
    lesson("a hidden cell with a body", HIDDEN_CELL, HIDDEN_CELL + "assert True\n", "assert True", "with a body", "hidden.py"),
    lesson("no title", "# # Example", "# Example", "# Example", "no title", "# Title"),
    lesson("no week cell", '# %% [markdown] role="week"', "# %% [markdown]", "%% [markdown]", "not the week's", 'role="week"'),
    lesson(
        "a second week cell",
        "# %% [markdown]\n# ## A",
        '# %% [markdown] role="week"\n# # A',
        "%% [markdown] role",
        "a second cell",
        "keep the first",
    ),
    lesson(
        "text before the first cell",
        '# %% [markdown] role="week"',
        'x = 1\n# %% [markdown] role="week"',
        "x = 1",
        "before the first cell",
        "begin the file",
    ),
    lesson(
        "code that is not Python", "return x - x.mean(axis=0)", "return x - (", "return x - (", "not Python", "correct the code"
    ),
    lesson(
        "a need that is no module",
        'role="week"',
        'role="week" needs="scale"',
        "needs=",
        "names no module of notebooks/kit/",
        "week01.standardise",
    ),
    lesson(
        "a need of no week", 'role="week"', 'role="week" needs="week00.scale"', "needs=", "names no earlier week", "name one of"
    ),
    Refusal(
        "no declaration",
        "checks.py",
        'exercise("centre")\n',
        'exercise("scale")\n',
        "@case",
        "no exercise 'centre' is declared",
        'exercise("centre")',
    ),
    Refusal(
        "an exercise declared for nothing",
        "checks.py",
        'exercise("centre")',
        'exercise("centre")\nexercise("scale")',
        '"scale"',
        "the lesson has none of that id",
        "take the declaration away",
    ),
    Refusal(
        "another kind declared",
        "checks.py",
        'exercise("centre")',
        'exercise("centre", kind="studio")',
        'exercise("centre"',
        "declared as studio",
        'kind="exercise"',
    ),
    Refusal(
        "a need within the week that is none",
        "checks.py",
        'exercise("centre")',
        'exercise("centre", needs=("scale",))',
        'exercise("centre"',
        "needs 'scale'",
        "earlier exercises of this week",
    ),
    Refusal(
        "no visible case",
        "checks.py",
        "@case",
        "def case(*_, **__): return lambda f: f\n\n\n@case",
        "",
        "no visible case",
        "@case",
    ),
    Refusal(
        "no hidden case", "hidden.py", "@case", "def case(*_, **__): return lambda f: f\n\n\n@case", "", "no hidden case", "@case"
    ),
    Refusal(
        "no wrong rival",
        "rivals.py",
        "@wrong",
        "def wrong(*_, **__): return lambda f: f\n\n\n@wrong",
        "",
        "no wrong rivals",
        "@wrong",
    ),
    Refusal("no right rival", "rivals.py", '@right("centre")\n', "", "", "no right rivals", "@right"),
    Refusal(
        "a file that cannot be loaded",
        "hidden.py",
        "import numpy as np",
        "import numpy as np\nnp.nothing_of_this_name",
        "nothing_of",
        "cannot be loaded",
        "correct that line",
    ),
    Refusal(
        "a file that is not Python",
        "rivals.py",
        "return x - x.mean()",
        "return x - (",
        "return x - (",
        "cannot be loaded",
        "correct that line",
    ),
]


def line_of(course: Course, file: str, text: str) -> int:
    """The number of the first line that holds `text`."""
    lines = (course.folder(WEEK) / file).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


def faults(course: Course) -> tuple[Fault, ...]:
    """What the builder refuses."""
    with pytest.raises(LessonError) as caught:
        build_week(course, WEEK, course.source)
    assert not course.source.exists(), "nothing may be written of a week that is refused"
    return caught.value.faults


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.name)
def test_is_refused_by_file_line_and_mend(refusal: Refusal, change: Callable[..., Course]) -> None:
    course = change(refusal.file, refusal.old, refusal.new)
    file = course.folder(WEEK) / refusal.file
    lines = [""] + file.read_text(encoding="utf-8").splitlines()
    found = [fault for fault in faults(course) if refusal.says in fault.message]
    assert found, f"it says: {[str(fault) for fault in faults(course)]}"
    fault = found[0]
    assert fault.file == file
    assert refusal.mend in fault.mend
    assert refusal.at in lines[fault.line], f"line {fault.line} is named: {lines[fault.line]!r}"
    assert f"{file}:{fault.line}: " in str(fault)


@pytest.mark.parametrize("name", ["lesson.py", "checks.py", "explore.py", "hidden.py", "rivals.py"])
def test_a_missing_file_is_named(course: Course, name: str) -> None:
    (course.folder(WEEK) / name).unlink()
    if name == "lesson.py":
        assert course.weeks() == []
        return
    (fault,) = faults(course)
    assert fault.file == course.folder(WEEK) / name
    assert "new-week" in fault.mend


def test_a_check_before_its_answer_is_refused(change: Callable[..., Course]) -> None:
    change("lesson.py", CHECK_CELL, "")
    course = change("lesson.py", '# %% role="show" id="look"\nexplore.picture()\n', CHECK_CELL)
    (fault,) = faults(course)
    assert "stands before its answer" in fault.message
    assert fault.line == line_of(course, "lesson.py", 'id="check_centre"')
    assert "behind the answer" in fault.mend


def test_all_faults_are_said_at_once(change: Callable[..., Course]) -> None:
    change("lesson.py", " points=1", "")
    found = faults(change("lesson.py", ' id="look"', ""))
    points = ["a cell of role 'check' without points"] * 2
    assert [fault.message for fault in found] == ["a cell of role 'show' without id", *points]


def test_a_parameter_with_a_default_is_filled_where_nothing_is_drawn(change: Callable[..., Course]) -> None:
    course = change(
        "checks.py",
        '@case("centre", "every feature averages zero and spreads as before", draws=draws.matrices(rows=(2, 6)))\n'
        "def averages_zero(centre, x):\n",
        '@case("centre", "every feature averages zero and spreads as before")\ndef averages_zero(centre, x=np.eye(3)):\n',
    )
    assert build_week(course, WEEK, course.source).is_dir()


def test_the_words_in_lower_case_prose_are_fine(change: Callable[..., Course]) -> None:
    course = change("lesson.py", "# The story,", "# In the beginning a solution is begun: begin solution. The story,")
    assert build_week(course, WEEK, course.source).is_dir()
