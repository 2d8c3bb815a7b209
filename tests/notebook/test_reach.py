"""What some functions of a notebook stand on."""

from __future__ import annotations

import ast

import pytest

from autograder.notebook.reach import MOST, TooLong, reach


def texts(cells: list[str], *wanted: str) -> str:
    return "\n".join(piece.text for piece in reach(cells, wanted).pieces)


def test_only_what_the_wanted_names_stand_on_is_reached() -> None:
    cells = [
        "import numpy as np\nimport matplotlib.pyplot as plt\ndata = load('digits')",
        "def helper(x):\n    return np.sum(x) * SCALE\n\nSCALE = 3\nplt.plot(data)",
        "def train(X, y):\n    return [helper(X)]\n\narrays = train(data, 1)\nprint(arrays)",
    ]
    assert texts(cells, "train") == (
        "import numpy as np\ndef helper(x):\n    return np.sum(x) * SCALE\nSCALE = 3\ndef train(X, y):\n    return [helper(X)]"
    )


def test_no_comment_docstring_or_layout_is_left() -> None:
    source = '"""A cell."""\ndef f(x):  # seven\n    """Says (  7  )."""\n    "and 8"\n    return   x    +  1\n'
    assert texts([source], "f") == "def f(x):\n    return x + 1"
    assert texts(['def blank():\n    """Nothing yet."""'], "blank") == "def blank():\n    pass"
    assert "secret" not in texts(['class A:\n    """secret"""\n    def f(self):\n        "secret"'], "A")


def test_the_last_cell_that_binds_a_name_counts_and_what_its_value_goes_on_from() -> None:
    assert texts(["W = 1", "W = 2", "def f(): return W"], "f") == "W = 2\ndef f():\n    return W"
    assert texts(["W = 1", "W = W + 1\nW += 2"], "W") == "W = 1\nW = W + 1\nW += 2"
    assert texts(["def f(): return 1", "f = cached(f)"], "f") == "def f():\n    return 1\nf = cached(f)"
    assert texts(["def f(n): return f(n - 1)", "def f(n): return n"], "f") == "def f(n):\n    return n"


def test_what_changes_a_reached_object_is_reached() -> None:
    loop = "table = {}\nfor k in range(3):\n    table[k] = k * STEP"
    cells = [loop, "STEP = 2\ntable.update(a=1)\nother.append(1)", "table.x = 1"]
    found = texts(cells, "table")
    assert "for k in range(3)" in found and "STEP = 2" in found and "table.update" in found and "table.x" in found
    assert "other" not in found
    assert "seed" not in texts(["import numpy as np", "np.random.seed(1)", "f = np.sum"], "f")  # a call on a module is not


def test_lines_are_those_of_the_cell() -> None:
    source = "\n\ndef f(x):\n    '''Long.\n    Longer.'''\n\n    if (x >\n        1):\n        return 1\n    return 2"
    (piece,) = reach([source], ["f"]).pieces
    assert piece.text.splitlines() == ["def f(x):", "    if x > 1:", "        return 1", "    return 2"]
    assert piece.lines == (3, 7, 9, 10)


def test_cells_that_are_not_python_are_passed_over_and_magics_left_out() -> None:
    assert texts(["%matplotlib inline\ndef f(): return 1\n!ls", "this is no python"], "f") == "def f():\n    return 1"
    assert texts(["%%time\ndef f(): return 1"], "f") == "def f():\n    return 1"
    assert texts(["(" * 5000, "-" * 200_000 + "1", "def f(): return 1"], "f") == "def f():\n    return 1"


def test_files_beside_the_notebook_are_read_where_they_are_imported() -> None:
    beside = {"mine.py": "# seven\nimport far\nT = 1", "far.py": "'''eight'''\nU = 2", "other.py": "V = 3"}
    found = reach(["import mine, numpy", "def f(): return mine.T", "import other"], ["f"], beside)
    assert dict(found.files) == {"mine.py": "import far\nT = 1", "far.py": "U = 2"}
    inner = reach(["def f():\n    from mine import T\n    return T"], ["f"], beside)
    assert set(inner.files) == {"mine.py", "far.py"}


def test_too_much_code_is_not_read() -> None:
    with pytest.raises(TooLong):
        reach(["x = 1\n" * (MOST // 6 + 1)], ["x"])


def test_every_statement_is_spelt_as_it_was_meant() -> None:
    source = "@first\n@second(1)\ndef f(a, *, b: int = 2) -> str:\n    async def g():\n        yield a\n    return f'{a!r:>{b}}'"
    assert ast.dump(ast.parse(texts([source], "f"))) == ast.dump(ast.parse(source))
