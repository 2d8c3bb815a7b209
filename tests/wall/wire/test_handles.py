"""Test cells work on remote names as they would in the learner's notebook, and never compare what is hers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from autograder.cases import expect
from autograder.timelimit import TimeUp
from autograder.wall.kernel import Kernel
from autograder.wall.test_cell import run_test
from autograder.wall.wire.errors import LearnerError
from tests.wall.conftest import define, fails, passes

HERS = '''
import numpy as np

def softmax(x):
    return np.exp(x) / np.exp(x).sum()

def total(values):
    return sum(softmax(np.array(values)))

class Vector:
    """A small vector."""
    size = 2
    def __init__(self, *entries): self.entries = list(entries)
    def __add__(self, other): return Vector(*[a + b for a, b in zip(self.entries, getattr(other, "entries", [other] * 9))])
    __radd__ = __add__
    def __matmul__(self, other): return float(np.dot(self.entries, getattr(other, "entries", other)))
    def __rmatmul__(self, other): return float(np.dot(other, self.entries))
    def __neg__(self): return Vector(*[-a for a in self.entries])
    def __getitem__(self, i): return self.entries[i]
    def __setitem__(self, i, value): self.entries[i] = value
    def __len__(self): return len(self.entries)
    def __iter__(self): return iter(self.entries)
    def __eq__(self, other): return True
    def __str__(self): return f"Vector{tuple(self.entries)}"
    def __bool__(self): return True
    def __float__(self): return float(np.hypot(*self.entries))

class Equal:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    __lt__ = __le__ = __gt__ = __ge__ = __eq__
    def __bool__(self): return True
    def __sub__(self, other): return self
    def __abs__(self): return self
    def __array__(self, *args, **kwargs): return np.ones(3)
    def sum(self): return 1.0

class Mine(ValueError): pass
def equal(x): return Equal()
def spoil(values, table=None):
    values[0] = 99
    if table is not None: table["new"] = values
def refuse(x):
    if x < 0: raise ValueError("x must be positive")
    raise Mine("mine")
def count():
    yield from range(3)
count_of_runs = 0
def counted():
    global count_of_runs
    count_of_runs += 1
'''


@pytest.fixture(scope="module", autouse=True)
def hers(shared_learner: Kernel) -> Kernel:
    define(shared_learner, HERS)
    return shared_learner


@pytest.mark.parametrize(
    "test",
    [
        "assert np.allclose(softmax(np.zeros(3)), 1 / 3)",
        "v = Vector(3, 4) + Vector(1, 1)\nassert v.entries == [4, 5] and v[0] == 4 and v[-1:] == [5] and len(v) == 2",
        "assert (Vector(1, 2) + 1).entries == [2, 3] and (1 + Vector(1, 2)).entries == [2, 3]",
        "assert np.array([1., 2.]) @ Vector(3, 4) == 11 and Vector(3, 4) @ np.array([1., 2.]) == 11",
        "v = Vector(1, 2)\nv[0] = 7\nv.entries.append(3)\nassert list(v) == [7, 2] and sorted(v) == [2, 7] and 7 in v",
        "v = Vector(1, 2)\nv.name = 'v'\nassert v.name == 'v' and hasattr(v, 'name') and not hasattr(v, 'other')",
        "assert str(-Vector(1, 2)) == 'Vector(-1, -2)' and float(Vector(3, 4)) == 5.0",
        "assert isinstance(Vector(1), Vector) and not isinstance(Mine(1), Vector) and not isinstance(3, Vector)",
        "assert list(count()) == [0, 1, 2] and next(count()) == 0",
        "assert [softmax(np.zeros(2)).tolist() for _ in range(2)] == [[.5, .5]] * 2",
        "class Case:\n    value = softmax(np.zeros(2))\n    def run(self): return softmax(np.zeros(1))\nassert Case().run() == 1",
        "def helper(f=softmax): return lambda x: f(x).sum()\nassert helper()(np.ones(3)) == 1",
        "before = count_of_runs\ncounted()\nassert count_of_runs == before + 1",
        "assert sum(map(Vector.size.__add__, [1])) == 3 and softmax.__name__ == 'softmax'",
        "try:\n    refuse(-1)\nexcept ValueError as error:\n    assert 'positive' in str(error) and type(error) is ValueError",
        "try:\n    refuse(1)\nexcept ValueError as error:\n    assert error.names[0] == 'Mine' and str(error) == 'mine'",
        "try:\n    absent\nexcept NameError as error:\n    assert 'absent' in str(error)",
        "old = softmax\ndel softmax\ntry:\n    total([1, 2])\nexcept NameError:\n    pass\nelse:\n    raise AssertionError\n"
        "finally:\n    softmax = old\nassert abs(total([1, 2]) - 1) < 1e-9",
        "old, calls = softmax, []\ndef softmax(x):\n    calls.append(x)\n    return old(x)\ntotal([1, 2])\nsoftmax = old\n"
        "total([1])\nassert len(calls) == 1",
    ],
)  # fmt: skip
def test_ordinary_test_cells_pass(hers: Kernel, test: str) -> None:
    passes(hers, test)


def test_changed_arguments_are_written_back(hers: Kernel) -> None:
    passes(hers, "x = np.zeros(3)\nspoil(x)\nassert x[0] == 99")
    passes(hers, "x = np.zeros(100_000)\nspoil(x)\nassert x[0] == 99")
    passes(hers, "x = [1, 2]\nspoil(values=x)\nassert x == [99, 2]")
    passes(hers, "x, t = [[1], 2], {'a': 1}\nspoil(x, t)\nassert list(t) == ['a', 'new'] and x[0] == 99")
    fails(hers, "x = np.zeros(3)\nx.flags.writeable = False\nspoil(x)")
    assert "does not support item assignment" in fails(hers, "spoil((1, 2))").evalue


def test_a_function_of_the_test_is_called_back_and_counted(hers: Kernel) -> None:
    define(hers, "def descend(f, x, steps=5):\n    for _ in range(steps): x = x - 0.1 * f(x)\n    return x")
    passes(hers, "seen = []\ndef slope(x):\n    seen.append(x)\n    return 2 * x\nend = descend(slope, 1.0)\n"
           "assert len(seen) == 5 and abs(end - .8 ** 5) < 1e-12")  # fmt: skip
    passes(hers, "class Budget(Exception): pass\ndef slope(x): raise Budget('spent')\ntry: descend(slope, 1.0)\n"
           "except Budget as error: assert str(error) == 'spent'\nelse: raise AssertionError")  # fmt: skip


def test_a_generator_goes_over_and_moves_on_by_itself(hers: Kernel) -> None:
    define(hers, "def draw(rng): return rng.normal()\nclass Noise:\n    def __init__(self, rng): self.rng = rng\n"
           "    def draw(self, rng): return self.rng.normal()\ndef still(rng): return 0")  # fmt: skip
    passes(hers, "rng, same = np.random.default_rng(3), np.random.default_rng(3)\n"
           "assert draw(rng) == same.normal()\n"  # the first draws are those of the seed
           "assert len({draw(rng), draw(rng), rng.normal(), same.normal()}) == 4")  # fmt: skip
    passes(hers, "rng, same = np.random.default_rng(3), np.random.default_rng(3)\nnoise = Noise(rng)\n"
           "assert noise.draw(rng) not in [same.normal() for _ in range(3)]")  # fmt: skip
    passes(hers, "one, other = np.random.default_rng(3), np.random.default_rng(3)\ndraw(one), still(other)\n"
           "assert one.normal() == other.normal()")  # fmt: skip


#: what she does to the generator that she is given; the draws that come after are the grader's all the same
STEERED = {
    "sets its state": "rng.bit_generator.state = np.random.default_rng(5).bit_generator.state",
    "sets its state in a list": "rng[0].bit_generator.state = np.random.default_rng(5).bit_generator.state",
    "draws until she likes what comes": "while rng.bit_generator.state['state']['state'] % 16: rng.random()",
    "advances it": "rng.bit_generator.advance(2**64)",
    "sets another's state, that is known there": "for one in __import__('gc').get_objects():\n"
    "        if type(one) is np.random.Generator: one.bit_generator.state = np.random.default_rng(5).bit_generator.state",
    "keeps it": "kept.append(rng); kept[0].bit_generator.state = np.random.default_rng(5).bit_generator.state",
}


@pytest.mark.parametrize("how", STEERED)
def test_nobody_steers_the_graders_generators(hers: Kernel, how: str) -> None:
    define(hers, f"import numpy as np\nkept = []\ndef steer(rng):\n    {STEERED[how]}")
    given = "[rng]" if "[0]" in STEERED[how] else "rng"
    for state in ("PCG64", "MT19937", "Philox", "SFC64"):
        passes(hers, f"made = lambda: np.random.Generator(np.random.{state}(1))\nrng, calm = made(), made()\n"
               f"try: steer({given})\nexcept Exception: pass\n"
               "still(calm)\nassert rng.random(3).tolist() == calm.random(3).tolist()")  # fmt: skip


@pytest.fixture(scope="module")
def copying(hers: Kernel) -> Iterator[Kernel]:
    """As within a case: nothing comes back but what is asked for."""
    with hers.copies(expect.asked_back):
        yield hers


#: what she does to what she is given
SPOILED = {
    "A[:] = 0; B[:] = 0": "A, B = np.ones((3, 2)), np.ones((4, 2))\nspoil(A, B)\nassert A.all() and B.all()",
    "A.clear(); B.clear()": "A, B = [1, [2]], {'a': [1]}\nspoil(A, B)\nassert A == [1, [2]] and B == {'a': [1]}",
    "A[0][:] = 0; B['x'].fill(0)": "A, B = (np.ones(2),), {'x': np.ones(2)}\nspoil(A, B)\nassert A[0].all() and B['x'].all()",
    "B.sort()": "A, B = np.ones(2), np.array([2., 1.])\nspoil(A, B)\nassert A.shape == (2,) and B[0] == 2",
    "A.shape = (4,); B.dtype = 'i8'": "A, B = np.ones((2, 2)), np.ones(2)\nspoil(A, B)\n"
    "assert A.shape == (2, 2) and B.dtype == float",
    "A.update({9}); B.add(9)": "A, B = {1}, {1}\nspoil(A, B=B)\nassert A == B == {1}",
}


@pytest.mark.parametrize("how", SPOILED)
def test_what_she_changes_stays_with_her(copying: Kernel, how: str) -> None:
    define(copying, f"import numpy as np\ndef spoil(A, B):\n    {how}")
    passes(copying, SPOILED[how])


@pytest.mark.parametrize("how", [how for how in SPOILED if "sort" not in how and "shape" not in how])
def test_what_she_changes_comes_back_where_a_case_asks(copying: Kernel, how: str) -> None:
    define(copying, f"import numpy as np\ndef spoil(A, B):\n    {how}")
    test = SPOILED[how].replace("spoil(", "handing_back(spoil)(").replace("assert ", "assert not (") + ")"
    passes(copying, test, handing_back=expect.handing_back)


def test_her_functions_have_nothing_but_calls_of_the_graders(hers: Kernel) -> None:
    define(
        hers,
        "def pry(f):\n"
        "    for name in ('__globals__', '__code__', '__closure__', 'gi_frame', '__self__', '__class__', 'secret'):\n"
        "        try: found = getattr(f, name)\n"
        "        except (AttributeError, TypeError): continue\n"
        "        if name != '__class__' or 'Remote' not in str(found): return name\n"
        "    try: return f._remote.peer.ask('attr', f, '__globals__')\n"
        "    except Exception as error: return None",
    )
    passes(hers, "secret = 41\ndef f(x): return secret\nf.secret = 42\nassert pry(f) is None")
    passes(hers, "def f():\n    yield 1\nassert pry(f()) is None\nimport types\nassert pry(types) is None")


def test_an_opened_piece_gives_its_public_attributes_only(hers: Kernel) -> None:
    class Reference:
        rate = 2.0

        def __init__(self) -> None:
            self.seen, self._secret = 0, 7

        def forward(self, x: float) -> float:
            self.seen += 1
            return self.rate * x

    define(hers, "def use():\n    r = Reference()\n    return [r.forward(3), r.seen, r.rate]\n"
           "def steal(): return Reference()._secret\ndef dig(): return Reference.forward.__globals__")  # fmt: skip
    with hers.lent({"Reference": Reference}):
        passes(hers, "assert use() == [6.0, 1, 2.0]")
        fails(hers, "steal()")
        fails(hers, "dig()")
        hers.stop()
        passes(hers, "assert use() == [6.0, 1, 2.0]")  # lent again to the new process
    assert "Reference" in fails(hers, "use()").evalue


def test_a_list_of_things_that_answer_anew_is_no_array(hers: Kernel) -> None:
    """Each look at it would ask her again."""
    define(hers, "class Live:\n    looks = 0\n    def __len__(s): return 1\n    def __getitem__(s, i):\n        Live.looks += 1\n"
           "        if i: raise IndexError\n        return float(Live.looks)\n"
           "def live(): return [[Live()], (Live(),)]")  # fmt: skip
    passes(hers, "a = live()\nassert not np.array_equal(np.asarray(a[0]), np.asarray(a[0]))")
    assert "an array of numbers was asked for" in fails(hers, "expect.array(live())", expect=expect).evalue


def test_a_lent_piece_that_was_kept_is_good_for_nothing_afterwards(hers: Kernel) -> None:
    """Else the reference of one exercise answers for another."""

    class Reference:
        def forward(self, x: float) -> float:
            return 2 * x

    define(hers, "def keep():\n    global kept\n    kept = softmax, Reference, Reference(), Reference().forward\n"
           "def uses(): return [kept[0](1), kept[1]().forward(1), kept[2].forward(1), kept[3](1)]\n"
           "def use(n): return kept[n].forward(1) if n == 2 else kept[n](1)")  # fmt: skip
    with hers.lent({"softmax": lambda x: 7.0, "Reference": Reference}):
        passes(hers, "keep()\nassert uses() == [7.0, 2, 2, 2]")
    for n in range(4):
        assert "lent for one exercise" in fails(hers, f"use({n})").evalue


def test_a_lent_piece_stands_where_hers_stood_and_goes_again(hers: Kernel) -> None:
    with hers.lent({"softmax": lambda x: np.array([7.0])}):
        passes(hers, "assert total([1, 2]) == 7 and softmax(1)[0] == 7")
    passes(hers, "assert abs(total([1, 2]) - 1) < 1e-9 and len(softmax(np.ones(2))) == 2")


@pytest.mark.parametrize(
    "test",
    [
        "assert equal(1) == 1",
        "assert 1 == equal(1)",
        "assert not equal(1) != 3",
        "assert equal(1)",
        "assert np.allclose(equal(1), 1)",
        "assert np.array_equal(equal(1), np.ones(3))",
        "assert equal(1) < 3",
        "assert abs(equal(1) - 1) < 1e-6",
        "assert equal(1) in [1, 2]",
        "assert max(equal(1), 3) == 3",
        "np.testing.assert_allclose(equal(1), 1)",
        "assert {1: 2}[equal(1)] == 2",
        "class Sub(Vector): pass",
    ],
)
def test_an_object_equal_to_everything_passes_nothing(hers: Kernel, test: str) -> None:
    fails(hers, test)


def test_errors_bring_her_own_lines(hers: Kernel) -> None:
    with pytest.raises(ValueError) as caught:
        hers.get("refuse")(-1)
    line, source, function = caught.value.learner_traceback[-1]  # type: ignore[attr-defined]
    assert (source, function) == ('if x < 0: raise ValueError("x must be positive")', "refuse") and line > 30
    with pytest.raises(LearnerError) as mine:
        hers.get("refuse")(1)
    assert mine.value.learner_type == "Mine"


def test_an_exit_is_an_error_of_hers(hers: Kernel) -> None:
    define(hers, "import sys\ndef leave(): sys.exit(3)\ndef stop(): raise KeyboardInterrupt\ndef odd(): raise StopIteration(1)")
    for name in ("leave", "stop"):
        with pytest.raises(LearnerError):
            hers.get(name)()
    with pytest.raises(StopIteration):
        hers.get("odd")()


def test_prints_and_warnings_cost_nothing(hers: Kernel) -> None:
    define(hers, "import sys, warnings\ndef loud():\n    print('here')\n    print('there', file=sys.stderr)\n"
           "    warnings.warn('careful')\n    return 1")  # fmt: skip
    outputs = run_test("print('test')\nloud()", {}, hers)
    assert [output.output_type for output in outputs] == ["stream", "execute_result"]
    assert outputs[0].name == "stdout" and outputs[0].text.startswith("test\nhere\nthere\n")


def test_names_of_test_cells_reach_her_only_where_they_are_her_functions(hers: Kernel) -> None:
    define(hers, "expected = None\ndef peek(): return expected")
    passes(hers, "expected = 42\nassert peek() is None")
    define(hers, "def expected(): pass\ndef peek(): return expected")
    run_test("expected = 42\nassert peek() != 42", {}, hers, hers={"softmax"})
    assert not [
        o for o in run_test("expected = 42\nassert callable(peek())", {}, hers, hers={"softmax"}) if o.output_type == "error"
    ]


def test_a_slow_answer_ends_by_the_limit_and_the_rest_goes_on(learner: Kernel) -> None:
    define(learner, "import numpy as np\nx = 3\ndef slow():\n    while True: pass\ndef quick(): return x")
    slow, quick = learner.get("slow"), learner.get("quick")
    with pytest.raises(TimeUp), learner.limit(0.5):
        slow()
    assert quick() == 3
    assert learner.said


def test_the_graders_own_work_on_an_answer_is_limited_too(learner: Kernel) -> None:
    define(learner, "def answer(): return range(10**15)")
    with pytest.raises(TimeUp), learner.limit(0.5):
        for _ in learner.get("answer")():
            pass
