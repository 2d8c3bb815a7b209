"""A test that runs in her process: judged as nbgrader would, in a fork, and nothing of it comes out but pass, points or fail."""

from __future__ import annotations

import copy

import pytest

from autograder.wall.kernel import NOT_PASSED, Kernel
from tests.wall.conftest import Run, both, cell, define, notebook, scores

pytestmark = both
POINT = "class Point:\n    def __init__(self, x): self.x = x\n    def __eq__(self, other): return self.x == other.x"


def failed(learner: Kernel, *texts: str) -> bool:
    """Whether the last of the texts did not pass; a failure says nothing but that."""
    outputs = learner.meet(list(texts))
    if not outputs or outputs[0].output_type == "execute_result":
        return False
    assert [(one.output_type, one.evalue, len(outputs)) for one in outputs] == [("error", NOT_PASSED, 1)]
    return True


def test_it_sees_her_names_and_leaves_nothing_behind(learner: Kernel) -> None:
    define(learner, POINT + "\nrate = 2\ndef grow(x): return rate * x")
    assert not failed(learner, "assert Point(1) == Point(1) and isinstance(Point(1), Point)\nrate = 3\nassert grow(2) == 6")
    assert failed(learner, "assert Point(1) == Point(2)")
    assert learner.get("rate") == 2 and learner.run_cell("assert grow(1) == 2 and len(In) == 3") == []


def test_points_magics_and_await(learner: Kernel) -> None:
    define(learner, "async def fetch(n): return n + 1\ndef greet(): print('hi'); return 2")
    assert learner.meet(["0.5 * greet()"])[0].data["text/plain"] == "1.0"
    assert learner.meet(["greet();"]) == [] and learner.meet(["'text'"]) == []
    assert not failed(learner, "assert await fetch(1) == 2")
    assert not failed(learner, "said = !echo one two\nassert said == ['one two']")
    assert not failed(learner, "%%capture said\nassert greet() == 2")
    assert failed(learner, "%%capture said\nassert greet() == 3")
    assert failed(learner, "assert greet( == 2")
    assert not failed(learner, "def near(a, b): return a == b\nassert False", "assert near(greet(), 2)")


@pytest.mark.parametrize(
    "ends",
    [
        "import os; os._exit(0)",
        "import os; os._exit(1)",
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        "raise SystemExit",
    ],
)
def test_a_fork_that_ends_fails_its_own_test_only(learner: Kernel, ends: str) -> None:
    define(learner, f"count = 0\ndef end():\n    {ends}")
    for _ in range(3):
        assert failed(learner, "end()")
        assert not failed(learner, "count += 1\nassert count == 1")
    assert learner.get("count") == 0 and not learner.killed


def test_a_loop_that_never_ends_costs_that_test(learner: Kernel) -> None:
    define(learner, "kept = 5\ndef loop():\n    while True: pass")
    assert failed(learner, "loop()")
    assert not failed(learner, "assert kept == 5")
    assert any("its time was up" in line for line in learner.said)


def test_forks_cannot_be_had_or_are_tampered_with(learner: Kernel) -> None:
    define(learner, "import os\nkept = 5\nos.register_at_fork(after_in_child=lambda: os._exit(0))")
    assert failed(learner, "assert True")
    assert learner.get("kept") == 5


def test_the_text_is_in_no_frame_and_no_file_of_lines(learner: Kernel) -> None:
    looks = """
import sys, linecache, gc
def look():
    word, frame, found = 'can' + 'ary', sys._getframe(), []
    while frame:
        found += [str(value) for value in frame.f_locals.values() if word in str(value) and frame.f_code.co_name != 'look']
        frame = frame.f_back
    found += [name for name, kept in linecache.cache.items() if word in str(kept)]
    return found + [text for text in get_ipython().user_ns['In'] if word in text]
"""
    define(learner, looks)
    assert not failed(learner, "assert look() == []  # canary")


SOURCE = notebook(
    cell("def make(x): return Point(x)\n" + POINT, "make", "answer"),
    cell("assert make(1).x == 1", "apart", "test"),
    cell("def same(a, b): return a == b\nassert same(make(2), Point(2))\n# canary", "inside", "test", 2),
    cell("assert same(make(3), Point(3))", "again", "test", 2),
)


def test_a_notebook_with_tests_of_both_kinds(run: Run) -> None:
    assert scores(run(SOURCE, SOURCE)) == {"apart": 1, "inside": 0, "again": 0}
    assert scores(run(SOURCE, SOURCE, inside=["inside", "again"])) == {"apart": 1, "inside": 2, "again": 2}
    wrong = copy.deepcopy(SOURCE)
    wrong.cells[0].source = "def make(x): return Point(x + 1)\n" + POINT
    assert scores(run(wrong, SOURCE, inside=["inside", "again"])) == {"apart": 0, "inside": 0, "again": 0}


def test_what_a_test_meets_inside_reaches_no_output(run: Run) -> None:
    thief = copy.deepcopy(SOURCE)
    thief.cells[0].source = f"""
import gc, os, sys
{POINT}
def make(x):
    frame = sys._getframe(1)
    with open('seen.txt', 'a') as file:
        file.write(repr(frame.f_code.co_names) + repr(frame.f_locals) + frame.f_code.co_filename)
    print('CAUGHT', frame.f_code.co_names)
    return Point(x)
"""
    thief.cells.append(cell("print('LATER', os.path.exists('seen.txt') and open('seen.txt').read())"))
    executed = run(thief, SOURCE, inside=["inside", "again"])
    assert scores(executed) == {"apart": 1, "inside": 2, "again": 2}
    shown = "".join(str(one.outputs) for one in executed.notebook.cells)
    assert "same" not in shown and "<test>" not in shown and "canary" not in shown


def test_her_code_can_win_a_test_inside_and_none_apart(run: Run) -> None:
    """What the instructor is told: inside, a learner can have those points without the answer."""
    cheat = copy.deepcopy(SOURCE)
    cheat.cells[
        0
    ].source = "class Point:\n    x = 0\n    def __init__(self, x): pass\n    def __eq__(self, other): return True\nmake = Point"
    assert scores(run(cheat, SOURCE, inside=["inside", "again"])) == {"apart": 0, "inside": 2, "again": 2}
    assert scores(run(cheat, SOURCE)) == {"apart": 0, "inside": 0, "again": 0}
