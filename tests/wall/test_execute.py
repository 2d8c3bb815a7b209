"""A submission over its source: what counts is the source's test cells on what she wrote, wherever her cells went."""

from __future__ import annotations

import copy

import pytest
from nbformat import NotebookNode

from autograder.wall.kernel import Kernel
from tests.wall.conftest import Run, cell, notebook, scores, text

GIVEN = cell("import numpy as np\nimport math\nlimit = 3", "setup", "given")
ANSWER = cell("def double(x):\n    return 2 * x", "double", "answer")
TEST = cell("assert double(3) == 6", "check_double", "test", 2)
PICTURE = cell("print('picture')", "picture", "show")
GUESS = cell("print('guess')", "guess_one", "guess")
SECOND = cell("def triple(x):\n    return double(x) + x", "triple", "answer")
TEST2 = cell(
    "assert triple(1) == 3\n### BEGIN HIDDEN TESTS\nassert np.allclose(triple(np.ones(2)), math.fsum([3]))\n### END HIDDEN TESTS",
    "test_triple",
    "test",
    3,
)
SOURCE = notebook(text("# Week"), GIVEN, ANSWER, TEST, PICTURE, GUESS, SECOND, TEST2)
FULL = {"check_double": 2, "test_triple": 3}


def submitted(**changes: str | None) -> NotebookNode:
    """The source with some cells' texts changed, by id; None deletes the cell."""
    made = copy.deepcopy(SOURCE)
    for each in made.cells:
        id = each.metadata.get("autograder", {}).get("id")
        if id in changes:
            each.source = changes[id] or ""
    gone = [id for id, source in changes.items() if source is None]
    made.cells = [each for each in made.cells if each.metadata.get("autograder", {}).get("id") not in gone]
    return made


def test_the_reference_gets_everything_and_the_blank_nothing(run: Run) -> None:
    executed = run(SOURCE, SOURCE)
    assert scores(executed) == FULL and executed.said == []
    blank = run(submitted(double="def double(x): raise NotImplementedError", triple=""), SOURCE)
    assert scores(blank) == {"check_double": 0, "test_triple": 0}


@pytest.mark.parametrize(("id", "word"), [("picture", "picture"), ("guess_one", "guess")])
def test_pictures_and_guesses_are_skipped_unless_edited(run: Run, id: str, word: str) -> None:
    def shown(nb: NotebookNode) -> list[str]:
        return [str(cell.outputs) for cell in run(nb, SOURCE).notebook.cells if word in cell.source]

    assert shown(SOURCE) == ["[]"]
    assert "mine" in shown(submitted(**{id: f"print('my {word} mine')"}))[0]


def test_an_edited_deleted_doubled_or_moved_test_cell_changes_nothing(run: Run) -> None:
    wrong = {"double": "def double(x): return x", "triple": "def triple(x): return 3 * x"}
    forms = {
        "edited": submitted(**wrong, check_double="assert True"),
        "deleted": submitted(**wrong, check_double=None),
        "all deleted": submitted(**wrong, check_double=None, test_triple=None, setup=None),
        "doubled": submitted(**wrong),
        "text": submitted(**wrong),
    }
    forms["doubled"].cells += [cell("2.0", "check_double", "test", 2), cell("assert True", "check_double", "test", 2)]
    place = next(i for i, c in enumerate(forms["text"].cells) if c.source == TEST.source)
    forms["text"].cells[place] = text("nothing")
    forms["text"].cells[place].metadata.update(TEST.metadata)
    for name, form in forms.items():
        executed = run(form, SOURCE)
        assert scores(executed) == {"check_double": 0, "test_triple": 3}, name
        assert executed.said, name


def test_ids_and_points_of_hers_count_for_nothing(run: Run) -> None:
    form = submitted(double="def double(x): return x", triple="")
    form.cells.append(cell("100.0", "bonus", "test", 100))
    for each in form.cells:
        if "points" in each.metadata.get("nbgrader", {}):
            each.metadata.nbgrader["points"] = 1000
    assert scores(run(form, SOURCE)) == {"check_double": 0, "test_triple": 0}
    stolen = submitted(double="def double(x): return x")
    stolen.cells[2].metadata["nbgrader"]["grade_id"] = "check_double"  # her answer cell calls itself the test
    assert scores(run(stolen, SOURCE))["check_double"] == 0


def test_locked_cells_come_from_the_source_and_imports_are_the_graders(run: Run) -> None:
    form = submitted(
        setup="class np:\n    allclose = staticmethod(lambda *a: True)\n    ones = staticmethod(lambda n: 1)",
        triple="import numpy as np, math\nnp.allclose = lambda *a: True\nmath.fsum = lambda *a: None\n"
        "def triple(x): return 3 if isinstance(x, int) else 0",
    )
    executed = run(form, SOURCE)
    assert scores(executed) == {"check_double": 2, "test_triple": 0}
    assert any("setup" in line for line in executed.said)


def test_a_cell_that_ends_the_process_costs_what_it_was(run: Run) -> None:
    form = submitted(triple="import os\nos._exit(1)\ndef triple(x): return 3 * x")
    executed = run(form, SOURCE)
    assert scores(executed) == {"check_double": 2, "test_triple": 0}
    assert any("ended" in line for line in executed.said)
    form.cells.insert(6, cell("def triple(x): return double(x) + x"))
    assert scores(run(form, SOURCE)) == FULL


def test_the_graders_tools_and_partial_points(run: Run) -> None:
    def tools(learner: Kernel) -> dict[str, object]:
        def check(name: str) -> float:
            right = sum(learner.get(name)(n) == 2 * n for n in (0, 1, 2, 3))
            return right / 4

        return {"check": check}

    source = notebook(ANSWER, cell("check('double')", "check_double", "test", 1))
    form = notebook(
        cell("def double(x): return 2 * x if x < 3 else 0\ncheck = lambda name: 1.0", "double", "answer"), source.cells[1]
    )
    assert scores(run(form, source, tools=tools)) == {"check_double": 0.75}


def test_helpers_of_a_test_cell_serve_the_next(run: Run) -> None:
    source = notebook(
        ANSWER,
        cell("def close(a, b): return abs(a - b) < 1\nassert close(double(1), 2)", "one", "test"),
        cell("assert close(double(2), 4)", "two", "test"),
    )
    assert scores(run(source, source)) == {"one": 1, "two": 1}
    form = copy.deepcopy(source)
    form.cells[0].source = "def double(x): return 99\ndef close(a, b): return True"
    form.cells.insert(2, cell("def close(a, b): return True"))
    assert scores(run(form, source)) == {"one": 0, "two": 0}


@pytest.mark.parametrize("name", ["sum", "pow"])
def test_an_exercise_may_be_named_like_a_builtin(run: Run, name: str) -> None:
    source = notebook(cell(f"def {name}(x): return 7", name, "answer"), cell(f"assert {name}(1) == 7", "test", "test"))
    assert scores(run(source, source)) == {"test": 1}


def test_plain_data_that_a_test_sets_reaches_answers_that_read_it(run: Run) -> None:
    """Names that the source's own answers look up, and no other: a wanted value is not put into her notebook."""
    source = notebook(
        cell("rate = 2\nwords = ['a']", "given", "given"),
        cell("def grow(x): return x * rate\ndef longest(): return max(words, key=len)", "grow", "answer"),
        cell("wanted = 6\nrate = 3\nassert grow(2) == wanted\nwords = ['a', 'ab']\nassert longest() == 'ab'", "one", "test"),
        cell("assert grow(1) == 3 and rate == 3", "two", "test"),
        cell("rate = 5\nassert grow(1) == 5", "three", "test"),
        cell("assert grow(2) == 10 and rate == 5", "four", "test"),
    )
    assert scores(run(source, source)) == {"one": 1, "two": 1, "three": 1, "four": 1}
    cheat = copy.deepcopy(source)
    cheat.cells[1].source = "wanted = None\ndef grow(x): return globals().get('wanted')\ndef longest(): return 'ab'"
    assert set(scores(run(cheat, source)).values()) == {0}


def test_what_a_test_imports_does_not_take_the_place_of_hers(run: Run) -> None:
    source = notebook(
        cell("import math\nfrom decimal import Decimal\ndef area(r): return Decimal(math.floor(r))", "area", "answer"),
        cell("import math\nfrom decimal import Decimal\nassert area(2.5) == Decimal(math.floor(2.9))", "one", "test"),
        cell("assert area(3.5) == 3", "two", "test"),
    )
    assert scores(run(source, source)) == {"one": 1, "two": 1}
