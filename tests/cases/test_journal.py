"""What a kernel knows of its cells, told by a real IPython shell."""

import os
import time

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell

from autograder.cases.journal import Journal, bound_names


@pytest.fixture
def shell():
    made = InteractiveShell()
    made.showtraceback = made.showsyntaxerror = lambda *args, **kwargs: None
    made.journal = Journal()
    made.events.register("post_run_cell", made.journal.note)
    yield made
    made.history_manager.enabled = False
    made.history_manager.end_session()


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("def f(x):\n    y = 1\n    return y", {"f"}),
        ("W, (b, c) = 1, (2, 3)\nclass Net: pass", {"W", "b", "c", "Net"}),
        ("for k in range(3):\n    total = k", {"k", "total"}),
        ("def f(x)\n    return x\ng = 3", {"f", "g"}),  # no Python: read roughly
        ("f(3) == 4", set()),
    ],
)
def test_what_a_cell_defines(source, names):
    assert bound_names(source) == names


def test_a_cell_that_python_cannot_read_is_told_of_although_the_old_function_is_there(shell):
    shell.run_cell("def f(x):\n    return x")
    assert shell.journal.doubt(["f"]) == ""
    shell.run_cell("def f(x):\n    return (x")
    said = shell.journal.doubt(["f"])
    assert "the cell that defines `f` stopped with a SyntaxError in its line 2" in said
    shell.run_cell("def f(x):\n    return x + 1")
    assert shell.journal.doubt(["f"]) == ""


def test_a_cell_that_raised_is_told_of_with_its_error(shell):
    shell.run_cell("W = 1 / 0")
    assert "stopped with a ZeroDivisionError (division by zero)" in shell.journal.doubt(["W"])


@pytest.mark.parametrize(("edited", "saved_later", "stale"), [(True, True, True), (True, False, False), (False, True, False)])
def test_an_edit_that_was_not_run_is_seen_once_it_is_saved(shell, tmp_path, edited, saved_later, stale):
    source = "def f(x):\n    return x"
    notebook = tmp_path / "week.ipynb"
    shown = source.replace("return x", "return 2 * x") if edited else source + "\n"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(shown)]), notebook)
    shell.run_cell(source)
    when = time.time() + (60 if saved_later else -60)
    os.utime(notebook, (when, when))
    assert ("was changed after it had run" in shell.journal.doubt(["f"], notebook)) == stale


def test_a_file_that_is_no_notebook_raises_no_doubt(shell, tmp_path):
    (tmp_path / "week.ipynb").write_text("{")
    shell.run_cell("f = 1")
    assert shell.journal.doubt(["f"], tmp_path / "week.ipynb") == ""
