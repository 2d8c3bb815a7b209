"""A test that imports what a solution imports means its own: her module stays hers, and alive."""

from __future__ import annotations

import pytest

from tests.wall.conftest import Run, cell, notebook, scores

IMPORTS = ["import math", "import math as m\nimport math", "from math import floor\nimport math", "import os.path, math"]


@pytest.mark.parametrize("imported", IMPORTS)
def test_her_module_is_hers_for_the_rest_of_the_notebook(run: Run, imported: str) -> None:
    solved = cell(f"{imported}\ndef root(x):\n    return math.sqrt(x)", "root", "answer")
    tests = [
        f"{imported}\nassert root(4) == 2",
        "for _ in range(2):\n    import math\nassert root(9) == 3",
        "import math\ndel math\nassert root(16) == 4",
        "import math\nassert root(math.pi ** 2) == math.pi",
    ]
    book = notebook(solved, *(cell(test, f"test_{n}", "test") for n, test in enumerate(tests)), cell("print(math.tau)"))
    executed = run(book, book)
    assert scores(executed) == {f"test_{n}": 1.0 for n in range(len(tests))}
    assert "6.28" in executed.notebook.cells[-1].outputs[0].text


def test_a_function_is_still_replaced_for_her(run: Run) -> None:
    solved = cell("import math\ndef half(x): return x / 2\ndef quarter(x): return half(half(x))", "a", "answer")
    test = (
        "calls, old = [], half\ndef half(x):\n    calls.append(x)\n    return old(x)\nassert quarter(8) == 2 and len(calls) == 2"
    )
    book = notebook(solved, cell(test, "t", "test"))
    assert scores(run(book, book)) == {"t": 1.0}
