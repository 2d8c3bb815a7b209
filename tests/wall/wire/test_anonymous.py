"""What crosses is anonymous: no name of a function or class of the grader's reaches her, by whatever way she asks."""

from __future__ import annotations

import pytest

from autograder.wall.kernel import Kernel
from autograder.wall.test_cell import run_test
from tests.wall.conftest import define

#: how she asks a function that a test gives her for its name
ASKED = {
    "name": "given.__name__",
    "qualname": "given.__qualname__",
    "repr": "given",
    "str": "str(given)",
    "format": "f'{given:}' + format(given)",
    "doc": "given.__doc__",
    "module": "given.__module__",
    "code": "given.__code__.co_name",
    "dict": "vars(given)",
    "dir": "[(n, getattr(given, n, None)) for n in dir(given)]",
    "slots": "(given._remote.name, given._remote.kind)",
    "asked_by_the_wire": "given._remote.peer.ask('attr', given, '__name__')",
    "converted": "given._remote.peer.ask('convert', given, 'str')",
    "wraps": "__import__('functools').wraps(given)(lambda: 0).__dict__",
    "signature": "__import__('inspect').signature(given)",
    "too_few": "given()",
    "too_many": "given(*range(9))",
    "a_wrong_name": "given(nonesuch=1)",
    "an_error_within": "given('text')",
    "an_error_deeper": "given(None)",
    "an_attribute_within": "given([])",
    "its_own_error": "given(-1)",
    "in_an_error": "[][given]",
    "as_an_operand": "given + 1",
    "as_a_base": "type('T', (given,), {})",
    "a_class": "other.__name__",
    "a_class_shown": "other",
    "a_class_called": "other(1, 2, 3)",
    "an_object": "third",
    "its_attribute": "third.nonesuch",
    "its_type": "(type(third), third.__class__)",
    "an_index": "third[0]",
}
HERS = """
def ask(how, given, other, third):
    import sys, traceback
    try:
        print('GOT', eval(how, {'given': given, 'other': other, 'third': third}))
    except BaseException as error:
        told = [error, error.__cause__, error.__context__, *type(error).__mro__, vars(error)]
        print('GOT', *told, traceback.format_exc(), [getattr(error, n, None) for n in dir(error)])
    raise AssertionError(getattr(given, '__name__', ''))
"""
GRADERS = """
class SecretError(ValueError): pass
class SecretTree: pass
def secret_helper(a, b): return a + b
def secret_split(x):
    if isinstance(x, str): return x + 1
    if x is None: return secret_helper(x)
    if x == []: return SecretTree().secret_leaf
    if x == -1: raise SecretError("x must be positive")
    return x
"""


@pytest.mark.parametrize("how", ASKED)
def test_no_name_of_the_graders_reaches_her(learner: Kernel, how: str) -> None:
    define(learner, HERS)
    outputs = run_test(f"{GRADERS}\nask({ASKED[how]!r}, secret_split, SecretTree, SecretTree())", {}, learner)
    said = "".join(output.get("text", "") for output in outputs)
    assert "GOT" in said and "secret" not in said.lower(), said
    assert how != "its_own_error" or "x must be positive" in said, "what a raise was given is meant to be read"


def test_ordinary_errors_keep_their_words(learner: Kernel) -> None:
    define(learner, "def ask(f, *a):\n    try: f(*a)\n    except Exception as error: return f'{type(error).__name__}: {error}'")
    cell = "import numpy as np\ndef f(x): return x @ np.ones(4)\nprint(ask(f, np.ones(3)))\nprint(ask(lambda x: {}[x], 'k'))"
    cell += "\nprint(ask(lambda x: x + 'a', 1))"
    said = "".join(output.get("text", "") for output in run_test(cell, {}, learner))
    assert "ValueError: matmul" in said and "KeyError: 'k'" in said
    assert "TypeError: unsupported operand type(s) for +: 'int' and 'str'" in said
