"""What the builder adds to every week: the glossary from marks, the way to hand in, what comes next; hers are named hers."""

import json

import pytest

from autograder.course.build import notebook
from autograder.course.faults import LessonError
from autograder.course.places import Course
from autograder.course.stale import build

WEEK = "week01_example"
TERM = "# <!-- term: mean | the sum of some numbers divided by how many there are. -->"


def cells(course: Course):
    return notebook(course.lesson(WEEK), course.following(WEEK))["cells"]


def source(cell) -> str:
    return "".join(cell["source"])


def title_line(course: Course) -> str:
    text = (course.folder(WEEK) / "lesson.py").read_text(encoding="utf-8")
    return next(line for line in text.splitlines() if line.startswith("# # "))


def test_the_last_cells_say_how_to_hand_in_and_what_comes_next(course):
    hand_in, still_open = cells(course)[-2:]
    assert f"`nbgrader submit {WEEK}`" in source(hand_in) and "the last week that there is" in source(hand_in)
    assert "still_open()" in source(still_open) and still_open["metadata"]["jupyter"] == {"source_hidden": True}
    later = course.folder("week02_more")
    later.mkdir()
    (later / "lesson.py").write_text('# %% [markdown] role="week"\n# # Week 2 · More\n')
    assert "**What comes next:** Week 2 · More." in source(cells(Course(course.root))[-2])


def test_a_studios_check_is_followed_by_its_score(course, change):
    def scores(made: Course):
        return [cell["id"] for cell in cells(made) if cell["cell_type"] == "code" and 'score("disc")' in source(cell)]

    assert scores(course) == ["score_disc"]
    ids = [cell["id"] for cell in cells(course)]
    assert ids[ids.index("check_disc") + 1] == "score_disc"
    mine = '# %% role="show" id="mine"\nscore("disc")\n\n# %% role="hidden" id="test_disc"'
    assert scores(change("lesson.py", '# %% role="hidden" id="test_disc"', mine)) == ["mine"]


def test_a_term_comes_back_in_the_glossary_and_its_mark_is_seen_by_nobody(course, change):
    title = title_line(course)
    made = change("lesson.py", title, f"{title}\n#\n# The **mean** is in the middle.\n{TERM}")
    texts = [source(cell) for cell in cells(made)]
    assert "| **mean** | the sum of some numbers divided by how many there are. |" in texts[-3]
    assert not any("term:" in text for text in texts)
    build(made, WEEK)
    released = json.loads((made.release / WEEK / f"{WEEK}.ipynb").read_text())
    assert not any("term:" in source(cell) for cell in released["cells"])


@pytest.mark.parametrize(
    ("added", "words"),
    [
        (f"# The mean is in the middle.\n{TERM}", "is not bold in its cell"),
        (f"# The **mean**.\n{TERM}\n{TERM}", "is marked in line"),
        ("# The **mean**.\n# <!-- term: mean -->", "cannot be read"),
        ("# The **mean**.\n# <!-- term: mean | no full stop -->", "cannot be read"),
        ("# The **mean**.\n# See <!-- term: mean | inside a line. -->", "cannot be read"),
    ],
)
def test_a_mark_that_would_be_lost_is_refused(course, change, added, words):
    title = title_line(course)
    with pytest.raises(LessonError, match=words):
        change("lesson.py", title, f"{title}\n#\n{added}").lesson(WEEK)


def test_answer_cells_say_that_they_are_hers_and_nothing_else_does(course):
    hers = [cell for cell in cells(course) if source(cell).startswith("# Your answer goes here: ")]
    assert {cell["metadata"]["autograder"]["role"] for cell in hers} <= {"answer", "studio"}
    assert len(hers) == len(course.lesson(WEEK).exercises)


LONG = " ".join(["word"] * 26) + "."


@pytest.mark.parametrize(
    ("added", "words"),
    [
        (f"# {LONG}", "a sentence of 26 words"),
        ("# - short\n# - " + LONG, "a sentence of 26 words"),
        ("# One: two; three.", "more than 1 colon or semicolon"),
        ("# Take whatever comes.", "whatever"),
        (f"# {LONG.replace('word', '`code with spaces`', 1)}", "a sentence of 26 words"),
    ],
)
def test_a_winding_contract_is_refused_with_its_line(course, change, added, words):
    path = course.folder(WEEK) / "lesson.py"
    heading = next(line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("# ### Exercise"))
    made = change("lesson.py", heading, f"{heading}\n#\n{added}\n#")
    with pytest.raises(LessonError, match=words) as refused:
        made.lesson(WEEK)
    (fault,) = refused.value.faults
    assert path.read_text(encoding="utf-8").splitlines()[fault.line - 1] == added.splitlines()[-1]


def test_help_code_formulas_and_tables_are_no_contract(course, change):
    text = (course.folder(WEEK) / "lesson.py").read_text(encoding="utf-8")
    heading = next(line for line in text.splitlines() if line.startswith("# ### Exercise"))
    added = f"# ```\n# {LONG}\n# ```\n#\n# $$ {LONG} $$\n#\n# | {LONG} |\n#"
    assert change("lesson.py", heading, f"{heading}\n#\n{added}").lesson(WEEK).exercises
