"""Other spellings of what had once worked, written by somebody who had not read the mends. Most of them never worked."""
# ruff: noqa: E501 (code within strings stands as an attacker would write it)

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from typing import Any

from tiny import OPEN

from tests.grading.campaign.lib import ALL, WORTH, attack
from tests.grading.campaign.lost import lose, lost

SOLVED = "return x + x"
REST = OPEN - WORTH["double"]  # what the honest exercises beside `double` are worth


def instead(kind: str, name: str, body: str, before: str = "", deserved: float = REST) -> None:
    """All solved but `double`, which does this."""

    def change(book: Any) -> None:
        book.solve()
        book.write("double", f"{before}\ndef double(x):\n" + "\n".join(f"    {line}" for line in body.split("\n")))

    change.__name__ = name
    attack(kind, deserved)(change)


#: errors that look as if something of ours had failed: hers, at once, in every spelling
ERRORS = {
    "end_of_file": "class E(EOFError): pass\nraise E('x')",
    "broken_pipe": "raise BrokenPipeError(32, 'Broken pipe')",
    "connection_reset": "raise ConnectionResetError(104, 'reset')",
    "exit": "raise SystemExit(0)",
    "interrupt": "raise KeyboardInterrupt",
    "generator_exit": "raise GeneratorExit",
    "cancelled": "import asyncio\nraise asyncio.CancelledError",
    "group": "raise ExceptionGroup('x', [EOFError(), ConnectionError()])",
    "group_of_exits": "raise BaseExceptionGroup('x', [KeyboardInterrupt(), SystemExit()])",
    "memory": "raise MemoryError('Unable to allocate')",
    "disk": "raise OSError(28, 'No space left on device')",
    "lock": "raise BlockingIOError(11, 'Unable to lock file')",
    "time": "raise TimeoutError('x')",
    "no_exception": "class B(BaseException): pass\nraise B('x')",
    "words_that_raise": "class B(Exception):\n    def __str__(self): raise EOFError\n    __repr__ = __str__\nraise B()",
    "a_name_of_ours": "raise type('LearnerGone', (Exception,), {'__module__': 'autograder.wall.wire.errors'})('x')",
    "an_error_of_ours": "from autograder import errors\nraise [c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, BaseException)][0]('x')",
    "stop_iteration": "raise StopIteration(5)",
    "key": "raise KeyError(EOFError())",
    "no_data": "raise FileNotFoundError(2, 'No such file', '/data/mnist.h5')",
    "no_module": "raise ModuleNotFoundError(\"No module named 'autograder.cases'\", name='autograder')",
    "recursion": "return double(x)",
}
for name, body in ERRORS.items():
    instead("forging", f"raises_{name}", body)

#: the process ends, or its channel does
ENDS = {
    "closed_files": "import os\nfor f in range(3, 64):\n    try: os.close(f)\n    except OSError: pass\nraise EOFError",
    "exit_without_a_word": "import os\nos._exit(0)",
    "a_kill": "import os\nos.kill(os.getpid(), 9)",
    "noise_in_every_file": "import os\nfor f in range(3, 64):\n    try: os.write(f, b'\\xff' * 100)\n    except OSError: pass\nreturn x + x",
    "limits_of_the_first_process": "import os, resource\ntry: resource.prlimit(1, resource.RLIMIT_CPU, (1, 1))\nexcept OSError: pass\nos._exit(1)",
}
for name, body in ENDS.items():
    instead("killing", f"ends_by_{name}", body)

#: loops and waits where nobody looks for one: over by the exercise's own limit
LOOPS = {
    "when_shown": ("return B()", "class B:\n    def __repr__(self):\n        while True: pass\n    __str__ = __repr__"),
    "in_an_error's_words": ("raise B()", "class B(Exception):\n    def __str__(self):\n        while True: pass"),
    "when_forgotten": (f"D()\n{SOLVED}", "class D:\n    def __del__(self):\n        while True: pass"),
    "deaf_to_signals": ("import signal\nfor s in range(1, 65):\n    try: signal.signal(s, lambda *a: None)\n    except Exception: pass\nwhile True: pass", ""),
    "in_an_expression": ("import re\nreturn re.match('(a+)+$', 'a' * 60 + 'b')", ""),
    "stopped": ("import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)", ""),
    "waiting_for_itself": ("import threading\nheld = threading.Lock(); held.acquire(); held.acquire()", ""),
    "waiting_for_nobody": ("import os\nos.read(os.pipe()[0], 1)", ""),
}
for name, (body, before) in LOOPS.items():
    instead("exhausting", f"loops_{name}".replace("'", ""), body, before)


def text(name: str, source: str, kind: str = "code", deserved: float = ALL) -> None:
    """All solved, and a cell whose text is work for whoever reads it."""

    def change(book: Any) -> None:
        book.solve()
        book.add(source, kind=kind)

    change.__name__ = f"other_text_{name}"
    attack("exhausting", deserved)(change)


MARKDOWN = {
    "quotes": "> " * 50_000 + "a", "nested_lists": "\n".join("  " * i + "- a" for i in range(2000)), "one_line_of_lists": "- " * 20_000 + "a",
    "stars": "*a **a " * 60_000, "ticks": "".join("`" * (i % 500 + 1) + "a" for i in range(1500)), "brackets": "[" * 100_000 + "]" * 100_000,
    "references": "[a]: b\n" * 20_000 + "[a][a]" * 20_000, "tags": "<div>" * 100_000, "comments": "<!--" * 100_000,
    "tables": "|" + "a|" * 5000 + "\n|" + "-|" * 5000 + "\n" + ("|" + "a|" * 5000 + "\n") * 20, "dollars": "$" * 100_001,
    "formulas": "$$\\frac{" * 50_000, "fences": "~~~aaaaaaaaaa\n" * 40_000, "addresses": "<http://" * 60_000, "backslashes": "\\" * 300_000,
    "footnotes": "[^1]" * 60_000, "scripts": "<script>alert(1)</script><svg onload=alert(1)><img src=x onerror=alert(1)>",
}  # fmt: skip
CODE = {
    "magics": "%%bash\n" * 3000, "shell_lines": "\n".join("!a{" + "b" * i for i in range(1200)), "questions": "a?\n" * 20_000,
    "semicolons": ";" * 200_000, "continued": "\\\n" * 100_000, "a_lone_surrogate": "x = '\ud800\udfff' # \ud800", "nothing": "x = '\x00'",
    "accents": "# a" + "\u0301" * 200_000, "form_feeds": "\x0c" * 100_000, "odd_line_ends": "\u2028" * 100_000 + "\x85" * 10_000,
    "not_not": "x0 = " + "not " * 60_000 + "1", "braces_in_texts": "x0 = " + "f'{" * 5000, "digits": "x0 = " + "9" * 400_000,
    "dots": "a" + ".a" * 60_000, "lambdas": "a = " + "lambda: " * 30_000 + "1", "decorators": "@f\n" * 30_000 + "def q(): pass",
}  # fmt: skip
SHOWN = {
    "svg": "from IPython.display import SVG, display\ndisplay(SVG('<svg xmlns=\"http://www.w3.org/2000/svg\">' + '<g>' * 100000 + '</g>' * 100000 + '</svg>'))",
    "deep_json": "from IPython.display import display\nx = []\nfor i in range(100000): x = [x]\ndisplay({'application/json': x}, raw=True)",
    "many_kinds": "from IPython.display import display\ndisplay({'application/x-' + str(i): 'a' * 1000 for i in range(20000)}, raw=True)",
    "no_base64": "from IPython.display import display\ndisplay({'image/png': '\\ud800\\x00=' * 3}, raw=True)",
    "none": "from IPython.display import display\ndisplay({'text/html': None, None: 3, 'image/png': b'\\x89PNG'}, raw=True)",
    "updates": "from IPython.display import display\nh = display('a', display_id='x')\nfor i in range(5000): h.update('b')",
    "carriage_returns": "print('a\\r' * 500000)", "surrogates": "import sys\nsys.stdout.write('\\ud800' * 1000)",
    "a_large_figure": "import matplotlib.pyplot as plt\nplt.figure(figsize=(300, 300)); plt.plot([1]); plt.show()",
}  # fmt: skip
for name, source in MARKDOWN.items():
    text(f"of_{name}", source, "markdown")
for name, source in CODE.items():
    text(f"of_{name}", source)
for name, source in SHOWN.items():
    text(f"shown_{name}", source)


@lost
def to_another_editor_with_new_ids(book: Any) -> None:
    for number, cell in enumerate(book.cells):
        cell["metadata"], cell["id"] = {"vscode": {"languageId": "python"}, "colab": {"base_uri": "x"}}, f"W{number}"


@lost
def ids_by_the_oldest_format(book: Any) -> None:
    lose(book, "metadata", "id")
    book.notebook.update(nbformat_minor=0, metadata={"colab": {"provenance": []}})


@lost
def spaces_for_tabs(book: Any) -> None:
    _each(book, lambda source: source.replace("    ", "\t"))


@lost
def quotation_marks(book: Any) -> None:
    _each(book, lambda source: source.replace('"', "'"))


@lost
def prompts_pasted_along(book: Any) -> None:
    _each(book, lambda source: f"# In [3]:\n{source}")


@lost
def borders_between_cells(book: Any) -> None:
    _only(book, "\n\n".join("".join(cell["source"]) for cell in book.cells if cell["cell_type"] == "code"))


@lost
def all_but_three_functions(book: Any) -> None:
    _only(book, "\n".join("".join(book.cell(name)["source"]) for name in WORTH))


@lost
def the_order_of_cells(book: Any) -> None:
    lose(book, "metadata", "id")
    random.Random(3).shuffle(book.cells)


@lost
def the_order_backwards(book: Any) -> None:
    lose(book, "metadata", "id")
    book.notebook["cells"] = book.cells[::-1]


@lost
def count_of_pastes(book: Any) -> None:
    book.notebook["cells"] = book.cells + copy.deepcopy(book.cells)


@lost
def the_difference_of_ids(book: Any) -> None:
    for cell in book.cells:
        cell["id"], cell["metadata"] = "same", {}


@lost
def whose_marks_are_whose(book: Any) -> None:
    one, other = book.cell("centre"), book.cell("double")
    one["metadata"], other["metadata"] = other["metadata"], one["metadata"]


@lost
def whose_ids_are_whose(book: Any) -> None:
    one, other = book.cell("centre"), book.cell("double")
    one["id"], other["id"] = "double", "centre"


@lost
def types_of_the_marks(book: Any) -> None:
    for cell in book.cells:
        cell["metadata"] = {"nbgrader": "x", "autograder": [1], "tags": {"a": 1}}


@lost
def a_source(book: Any) -> None:
    book.cells[0]["source"] = None


@lost
def outputs_of_any_sense(book: Any) -> None:
    for cell in book.cells:
        if cell["cell_type"] == "code":
            cell["outputs"] = [{"output_type": "nope"}, None, 5]


@lost
def a_cells_kind(book: Any) -> None:
    cell = book.cell("double")
    cell["cell_type"] = "raw"
    cell.pop("outputs", None), cell.pop("execution_count", None)


@lost
def the_usual_encoding(book: Any) -> None:
    book.path.write_text(json.dumps(book.notebook), encoding="utf-16")
    book.notebook = None


@lost
def the_files_name(book: Any) -> None:
    book.save()
    book.path.rename(book.path.with_name("week01_tiny (1).ipynb"))
    book.notebook = None


@attack("malformed", 0.0)
def own_answers_above_the_stubs(book: Any) -> None:
    """The notebook says what it says: the stub below is what counts."""
    for name in WORTH:
        source = "".join(book.cell(name)["source"])
        book.solve(name)
        book.add(book.cell(name)["source"], at=1)
        book.write(name, source)


def _each(book: Any, change: Callable[[str], str]) -> None:
    lose(book, "metadata", "id")
    for cell in book.cells:
        if cell["cell_type"] == "code":
            cell["source"] = change("".join(cell["source"]))


def _only(book: Any, source: str) -> None:
    book.notebook["cells"] = [
        {"cell_type": "code", "id": "all", "metadata": {}, "source": source, "outputs": [], "execution_count": None}
    ]
