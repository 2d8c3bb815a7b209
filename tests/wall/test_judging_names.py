"""What judges is the grader's: a locked cell's helper, however she redefines it, and no difference is worked out by her own objects."""
# ruff: noqa: E501 (code within strings stands as a learner would write it)

from __future__ import annotations

import pytest

from autograder.wall.judging_names import judges, operators
from tests.wall.conftest import Run, cell, notebook, scores

GIVEN = "import numpy as np\nTOLERANCE = 1e-6\ndef far(a, b):\n    return np.abs(a - b)\ndef close(a, b):\n    return bool(np.all(far(a, b) < TOLERANCE))\n"
GIVEN += "def must(a, b):\n    assert close(a, b), 'not close'\ndata = [1.0, 2.0]\ndef load():\n    return list(data)"
TESTS = {
    "asserted": "assert close(twice(2.0), 4.0)",
    "called": "must(twice(2.0), 4.0)",
    "within": "assert all([close(twice(x), 2 * x) for x in (1.0, 2.0)])",
    "kept": "right = close(twice(2.0), 4.0)\nassert right",
    "by_its_constant": "assert abs(twice(2.0) - 4.0) < TOLERANCE",
    "its_data": "x = load()\nassert close(twice(x[1]), 4.0)",
    "a_difference": "assert np.abs(np.array([4.0]) - twice(2.0)).max() < 1e-9",
}
#: what she writes beside a wrong answer
CHEATS = {
    "honest": "",
    "another_helper": "def close(a, b): return True\ndef must(a, b): pass\ndef far(a, b): return 0 * b",
    "another_constant": "TOLERANCE = 1e9",
    "in_its_globals": "close.__globals__['far'] = must.__globals__['close'] = lambda *a: True",
    "by_its_code": "far.__code__ = close.__code__ = must.__code__ = (lambda a, b: True).__code__",
    "data_in_its_place": "close = must = far = 5",
    "deleted": "del close, must, far, TOLERANCE",
    "builtins": "import builtins\nbuiltins.close = builtins.must = lambda a, b: True\nbuiltins.all = builtins.bool = lambda *a: True",
}
FAKE = """
class Fake:
    def __sub__(s, o): print('TOLD', o); return 0 * o
    __rsub__ = __add__ = __radd__ = __truediv__ = __rtruediv__ = __mod__ = __xor__ = __matmul__ = __isub__ = __pow__ = __sub__
def twice(x): return Fake()
"""


def book(answer: str, test: str, beside: str = "", given: str = GIVEN) -> object:
    return notebook(cell(given, "g", "given"), cell(answer, "a", "answer"), cell(beside), cell(test, "t", "test"))


@pytest.mark.parametrize("test", TESTS)
def test_a_right_answer_has_its_point(run: Run, test: str) -> None:
    made = book("def twice(x): return 2 * x", TESTS[test])
    assert scores(run(made, made)) == {"t": 1.0}


@pytest.mark.parametrize("cheat", CHEATS)
@pytest.mark.parametrize("test", ["asserted", "called", "within", "kept", "by_its_constant"])
def test_a_wrong_answer_has_none(run: Run, test: str, cheat: str) -> None:
    source = book("def twice(x): return 2 * x", TESTS[test])
    assert scores(run(book("def twice(x): return 7 * x", TESTS[test], CHEATS[cheat]), source)) == {"t": 0.0}


DIFFERENCES = {
    "a_difference": "assert abs(twice(2.0) - 4.0) < 1e-9",
    "from_the_right": "assert abs(4.0 - twice(2.0)) < 1e-9",
    "of_an_array": "assert np.abs(twice(2.0) - np.array([4.0])).max() < 1e-9",
    "to_an_array": "assert np.abs(np.array([4.0]) - twice(2.0)).max() < 1e-9",
    "a_ratio": "assert twice(2.0) / 4.0 - 1 == 0",
    "bits": "assert not twice(2) ^ 4",
    "a_rest": "assert twice(2) % 4 == 0",
    "in_place": "gap = twice(2.0)\ngap -= 4.0\nassert gap == 0",
    "a_product": "assert (np.ones(1) @ twice(2.0)) * 0 == 0",
    "in_a_list": "assert sum(a - b for a, b in zip([twice(2.0)], [4.0])) == 0",
}


@pytest.mark.parametrize("test", DIFFERENCES)
def test_no_difference_is_worked_out_by_an_object_of_hers(run: Run, test: str) -> None:
    source = book("def twice(x): return 2 * x", f"import numpy as np\n{DIFFERENCES[test]}")
    executed = run(book(FAKE, DIFFERENCES[test]), source)
    assert scores(executed) == {"t": 0.0}
    (outputs,) = (one.outputs for one in executed.notebook.cells if one.metadata.get("nbgrader", {}).get("grade_id") == "t")
    assert "TOLD" not in str(outputs) and "give back plain numbers" in outputs[-1].evalue


VECTOR = """
class Vector:
    def __init__(self, *e): self.e = e
    def __add__(self, o): return Vector(*[a + o for a in self.e])
    __radd__ = __add__
    def __eq__(self, o): return self.e == o.e
class Longer(Vector):
    def __mul__(self, o): return Longer(*[a * o for a in self.e])
"""


def test_a_class_that_is_asked_for_has_its_operators_and_no_others(run: Run) -> None:
    tests = ["assert (Vector(1) + 2).e == (3,) and (2 + Vector(1)).e == (3,)", "assert (Longer(2) * 3).e == (6,)\nv = Longer(1)\nv += 1",
             "Vector(1) - 1"]  # fmt: skip
    made = notebook(cell(VECTOR, "a", "answer"), *(cell(test, f"t{n}", "test") for n, test in enumerate(tests)))
    assert scores(run(made, made)) == {"t0": 1.0, "t1": 1.0, "t2": 0.0}
    assert operators([VECTOR]) == {"Vector": {"add"}, "Longer": {"add", "mul"}}
    assert "sub" in operators(["class Money(Decimal): pass"])["Money"]


def test_what_a_test_takes_something_from_stays_hers() -> None:
    assert judges("x = load()\nassert twice(x) == 2", [GIVEN], {"twice"}) == ""
    assert "def load" not in judges("assert close(twice(load()), 2)", [GIVEN], {"twice"})
    assert "def close" not in judges("assert close(1, 2)", [GIVEN], {"close"}), "an answer defines it: it is hers"
