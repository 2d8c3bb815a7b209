"""Nothing of the grader's insides stands in what a test cell says: no path, no module, no address."""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

import pytest

import autograder
from autograder.wall.kernel import Kernel
from autograder.wall.plainly import plain_text
from autograder.wall.test_cell import run_test
from tests.wall.conftest import define

HERS = "def f(x): return x\nclass Thing: pass\ndef thing(): return Thing()\ndef lines(): yield 1"
SAYS = {
    "a_type": "print(type(f), type(thing()))",
    "a_function": "print(f, thing, lines())",
    "its_own_function": "def own(): pass\nprint(own, [own], object())",
    "a_value": "f",
    "an_address": "object()",
    "compared": "assert thing() == 3",
    "a_truth": "assert thing()",
    "a_base": "class T(Thing): pass",
    "a_warning": "import warnings\nwarnings.warn('careful')\nimport numpy as np\nnp.array([1.0]) / 0",
    "a_file": "import os\nopen(os.path.join(os.getcwd(), 'nonesuch', 'table.csv'))",
    "an_import": "from autograder.wall import nonesuch",
    "a_module": "import autograder.wall.kernel as k\nprint(k, k.Kernel, k.__file__)\nraise k.LearnerGone('over')",
    "a_traceback": "import traceback\ntry:\n    thing() < 1\nexcept TypeError:\n    traceback.print_exc()",
    "a_stack": "import traceback\ntraceback.print_stack()",
    "frames": "import sys\nprint(sys._getframe(1).f_code)",
    "an_absent_name": "nonesuch",
    "pickled": "import pickle\npickle.dumps(f)",
    "copied": "import copy\ncopy.deepcopy(thing())",
}


@pytest.mark.parametrize("says", SAYS)
def test_no_insides(learner: Kernel, says: str) -> None:
    define(learner, HERS)
    outputs = run_test(SAYS[says], {}, learner)
    assert outputs
    said = str(outputs)
    assert not re.search(r"\bautograder\.|0x[0-9a-f]{4}|site-packages|/lib/python", said), said
    for top in (sys.prefix, sys.base_prefix, str(Path(autograder.__file__).parents[1]), tempfile.gettempdir(), str(Path.home())):
        assert top == "/" or f"{top}/" not in said, said


def test_what_is_said_stays() -> None:
    home, temporary = Path.home(), tempfile.gettempdir()
    for text in ("0.5", "x / y", "1/2 at 3", "a.b.c", "https://example.org/a", "<b>bold</b>", "expected 3, got 4"):
        assert plain_text(text) == text
    assert plain_text(f"no file '{temporary}/week-x/table.csv'") == "no file 'table.csv'"
    assert plain_text("<class 'autograder.wall.wire.handles.Remote'>") == "<class 'Remote'>"
    assert plain_text("<object object at 0x7f1234567890>") == "<object object>"
    assert home == Path("/") or plain_text(f'File "{home}/a/b.py", line 3') == 'File "b.py", line 3'
