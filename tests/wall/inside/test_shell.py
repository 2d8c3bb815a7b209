"""Her cells run as in a notebook: outputs in notebook format, a failing cell does not stop the next."""

from __future__ import annotations

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from autograder.wall.kernel import Kernel
from autograder.wall.sandbox.sandbox import Sandbox
from autograder.wall.sandbox.warm import Warm
from tests.wall.conftest import both

pytestmark = both


def kinds(learner: Kernel, source: str) -> list[str]:
    outputs = learner.run_cell(source)
    cell = new_code_cell(source, outputs=outputs, execution_count=1)
    nbformat.validate(new_notebook(cells=[cell]))
    return [output.output_type for output in outputs]


def test_outputs_are_a_notebooks(shared_learner: Kernel) -> None:
    assert kinds(shared_learner, "1 + 1") == ["execute_result"]
    assert kinds(shared_learner, "1 + 1;") == []
    assert kinds(shared_learner, "print('a')\nimport sys\nprint('b', file=sys.stderr)\nprint('c')") == ["stream"] * 3
    assert kinds(shared_learner, "from IPython.display import HTML, display\ndisplay(HTML('<b>x</b>'))\n3") == [
        "display_data",
        "execute_result",
    ]
    assert kinds(shared_learner, "!echo hello") == ["stream"]
    assert kinds(shared_learner, "%timeit -n1 -r1 1") == ["stream"]


def test_a_figure_is_shown_inline(shared_learner: Kernel) -> None:
    outputs = shared_learner.run_cell("import matplotlib.pyplot as plt\nplt.plot([1, 2]);")
    assert [output.output_type for output in outputs] == ["display_data"]
    assert outputs[0].data["image/png"].startswith("iVBOR")
    assert kinds(shared_learner, "plt.plot([1]); plt.show()\nprint('after')") == ["display_data", "stream"]


def test_a_pictures_words_cross_and_nothing_else_that_is_said_about_it(shared_learner: Kernel) -> None:
    picture = (
        "class P:\n    def _repr_mimebundle_(self, **_):\n        return ({'image/png': b'x', 'text/plain': 'p'},\n"
        "            {'image/png': {'alt': 'a line' + 5000 * '!', 'width': 3}, 'text/plain': {'alt': 'none'}, 'isolated': True})"
    )
    for said in ("P()", "from IPython.display import display\ndisplay(P())"):
        (output,) = shared_learner.run_cell(f"{picture}\n{said}")
        assert output.metadata == {"image/png": {"alt": "a line" + 3994 * "!"}}, said


def test_an_explorers_words_cross(shared_learner: Kernel) -> None:
    drawn = (
        "from autograder.explore import figure, picture\n@picture\ndef line():\n    'A straight line.'\n"
        "    fig, ax = figure()\n    ax.plot([1, 2])\n    ax.set_title('upwards')\n    return fig\nline()"
    )
    (output,) = shared_learner.run_cell(drawn)
    assert output.metadata["image/png"]["alt"] == "A straight line. Now: upwards."


def test_errors_show_her_lines_and_the_next_cell_runs(shared_learner: Kernel) -> None:
    outputs = shared_learner.run_cell("y = 1\ndef f():\n    return 1 / 0\nf()")
    assert outputs[0].ename == "ZeroDivisionError" and "return 1 / 0" in "".join(outputs[0].traceback)
    assert kinds(shared_learner, "def broken(:") == ["error"]
    assert kinds(shared_learner, "import sys\nsys.exit(1)")[:1] == ["error"]
    assert kinds(shared_learner, "input()") == ["error"]
    assert kinds(shared_learner, "y") == ["execute_result"]


def test_an_error_in_a_library_shows_her_line_and_no_code_around_the_librarys(shared_learner: Kernel) -> None:
    (error,) = shared_learner.run_cell("import json\nwrong = '{'\njson.loads(wrong)")
    told = "\n".join(error.traceback)
    assert error.ename == "JSONDecodeError" and "json.loads(wrong)" in told and "in raw_decode" in told
    assert "wrong = " not in told and len(told.splitlines()) < 30


def test_widgets_do_not_break_a_cell(shared_learner: Kernel) -> None:
    source = "import ipywidgets\nipywidgets.interact(lambda a: a, a=(0, 3));"
    assert "error" not in kinds(shared_learner, source)


def test_the_files_beside_the_notebook_are_there_and_can_be_written(sandbox: Sandbox | Warm) -> None:
    learner = Kernel(sandbox, files={"helper.py": b"x = 5", "data/a.txt": b"hello"})
    try:
        source = "import helper\nopen('new.txt', 'w').write('1')\nprint(helper.x, open('data/a.txt').read())"
        assert learner.run_cell(source)[0].text == "5 hello\n"
    finally:
        learner.close()


def test_large_files_cross_and_impossible_ones_are_said(sandbox: Sandbox | Warm) -> None:
    learner = Kernel(sandbox, files={"big.bin": bytes(20 << 20), "x" * 300: b"", "a": b"1", "a/b": b"2"})
    try:
        assert learner.run_cell("import os\nprint(os.path.getsize('big.bin'))")[0].text == f"{20 << 20}\n"
        assert len(learner.said) == 2
    finally:
        learner.close()


def test_a_broken_shell_is_her_own_trouble(learner: Kernel) -> None:
    learner.run_cell("def f(): return 1\nget_ipython().run_cell = None")
    assert learner.run_cell("1")[0].output_type == "error"
    assert learner.get("f")() == 1
    learner.run_cell("get_ipython().user_ns = None")
    assert learner.run_cell("1")[0].output_type == "error"
