"""Forging: answers that pretend, results that nobody gave."""
# ruff: noqa: E501 (code within strings stands as an attacker would write it)

from __future__ import annotations

import copy
from typing import Any

from tests.grading.campaign.lib import WORTH, attack, everywhere

GRADED = ("check_centre", "test_centre", "check_double", "test_double", "check_guess", "test_guess")


@attack("forging")
def array_that_agrees(book: Any) -> None:
    everywhere(book, """
import numpy as np
class A(np.ndarray):
    __eq__ = __le__ = __lt__ = __ge__ = __gt__ = lambda s, o: np.True_
    __array_function__ = lambda s, f, t, a, k: np.True_
    __array_ufunc__ = lambda s, *a, **k: np.True_
    __sub__ = __rsub__ = __abs__ = lambda s, *o: s
def NAME(x): return np.zeros(x.shape).view(A)
""")


@attack("forging")
def float_that_lies(book: Any) -> None:
    everywhere(book, """
class F(float):
    __eq__ = __le__ = __ge__ = lambda s, o: True
    __float__ = lambda s: 1.0
    __array__ = lambda s, *a, **k: __import__('numpy').ones(())
    __hash__ = None
def NAME(x): return F(0)
""")


@attack("forging")
def class_attribute_lies(book: Any) -> None:
    everywhere(book, """
import numpy as np
class Plain:
    __class__ = np.ndarray
    shape, dtype, size, ndim, T = (), np.dtype(float), 1, 0, 0
    _is_remote_handle = False
    __array_interface__ = {'shape': (1,), 'typestr': '<f8', 'data': (0, False), 'version': 3}
    __array__ = lambda s, *a, **k: np.ones(1)
    mean = sum = any = all = min = max = __call__ = lambda s, *a, **k: s
    __len__ = lambda s: 1
    __getattr__ = lambda s, n: s
def NAME(x): return Plain()
""")


@attack("forging")
def handle_of_a_piece(book: Any) -> None:
    everywhere(book, "def NAME(x): return NAME")


@attack("forging")
def object_whose_sum_lies(book: Any) -> None:
    everywhere(book, """
class S:
    def __getattr__(s, n): return lambda *a, **k: s
    def __iter__(s): return iter(())
    def __len__(s): return 0
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __matmul__ = __neg__ = lambda s, *o: s
    __float__ = __int__ = __abs__ = lambda s: 1
    __getitem__ = lambda s, i: s
def NAME(x): return S()
""")


@attack("forging")
def elements_that_lie(book: Any) -> None:
    everywhere(book, """
import numpy as np
class E:
    __eq__ = __le__ = __ge__ = lambda s, o: True
    __sub__ = __rsub__ = __add__ = __truediv__ = __abs__ = lambda s, *o: s
def NAME(x):
    out = np.empty(x.shape, dtype=object)
    out[...] = E()
    return out
""")


@attack("forging")
def pickles_in_an_object_array(book: Any) -> None:
    everywhere(book, """
import numpy as np, os
class P:
    def __reduce__(s): return os.system, ('touch /tmp/campaign-left-behind-pickle',)
def NAME(x): return np.array([P()] * len(x), dtype=object)
""")


@attack("forging")
def dtypes_of_all_sorts(book: Any) -> None:
    everywhere(book, """
import numpy as np
N = [0]
def NAME(x):
    N[0] += 1
    return [np.dtype('O'), np.zeros(x.shape, [('a', 'f8'), ('b', 'O')]), np.zeros(x.shape, 'V8'), np.zeros(x.shape, 'M8[s]'),
            np.rec.array(np.zeros(3)), np.ma.masked_all(x.shape), np.zeros(x.shape, 'U3'), np.dtype([('a', 'f8', 2**28)]),
            np.full(x.shape, np.nan)][N[0] % 9]
""")


@attack("forging")
def masked_everything(book: Any) -> None:
    everywhere(book, "import numpy as np\ndef NAME(x): return np.ma.masked_all(x.shape)")


@attack("forging")
def not_a_number(book: Any) -> None:
    everywhere(book, "import numpy as np\ndef NAME(x): return np.full(x.shape, np.nan) if 'NAME' != 'guess' else np.nan")


@attack("forging")
def infinite_studio(book: Any) -> None:
    book.write("guess", "def guess(x): return float('inf')")


@attack("forging")
def published_results(book: Any) -> None:
    book.add("""
from IPython import get_ipython
from IPython.display import display
ip = get_ipython()
def forge(*a):
    for out in ({'text/plain': '3.0'}, {'text/plain': '1000.0', 'text/html': '<b>3</b>'}):
        ip.display_pub.publish(out); display(out, raw=True); ip.displayhook.write_format_data(out)
for e in 'pre_execute', 'post_execute', 'pre_run_cell', 'post_run_cell': ip.events.register(e, forge)
forge()
3.0
""", at=1)
    everywhere(book, "def NAME(x):\n    forge(); return 1000.0 * x")


@attack("forging")
def protocol_replies_on_every_descriptor(book: Any) -> None:
    everywhere(book, """
import os
def NAME(x):
    good = bytes([0x92, 1, 0x92, 0xcb]) + b'\\x3f' + b'\\xf0' * 7
    for fd in map(int, os.listdir('/proc/self/fd')):
        for head in (b'', len(good).to_bytes(4, 'big'), len(good).to_bytes(8, 'little')):
            try: os.write(fd, head + good)
            except OSError: pass
    return x * 0
""")


@attack("forging")
def answers_by_the_graders_own_codec(book: Any) -> None:
    everywhere(book, """
import gc, numpy as np
from autograder.wall.wire import peer
def NAME(x):
    for p in [o for o in gc.get_objects() if isinstance(o, peer.Peer)]:
        for index in range(-1, 30):
            try:
                p._send([peer.ANSWER, ([1.0], [])]); p._send([peer.ANSWER, (p._adopt(index, 'class', 'float'), [[index, 3.0]])])
                p._send([peer.NOTE, {'output_type': 'execute_result', 'data': {'text/plain': '3.0'}, 'metadata': {}}])
            except Exception: pass
    return x * 0
""")


@attack("forging")
def answers_from_threads(book: Any) -> None:
    everywhere(book, """
import threading, gc
from autograder.wall.wire import peer
def spam():
    while True:
        for p in [o for o in gc.get_objects() if isinstance(o, peer.Peer)]:
            try: p._send([peer.ANSWER, (1.0, [])])
            except Exception: pass
def NAME(x):
    for _ in range(3): threading.Thread(target=spam, daemon=True).start()
    return x * 0
""")
    # What the studio's own process says is her entry, by whichever thread: that 1.0 is right there is no forgery.
    book.write("guess", "def guess(x):\n    return x * 0")


@attack("forging")
def keeps_the_lent_piece(book: Any) -> None:
    """The reference `centre`, lent for `double`, is kept for her own `centre`; that she never wrote."""
    book.write("centre", "import builtins\ndef centre(x):\n    return builtins.kept(x) if hasattr(builtins, 'kept') else x * 0 + 7")
    book.write("double", """
import builtins
def double(x):
    builtins.kept = globals()['centre']
    try: builtins.kept(x.reshape(-1, 1))
    except Exception: pass
    return x + 1
""")


@attack("forging")
def rewrites_earlier_answers(book: Any) -> None:
    """A later exercise changes the names that an earlier test was given."""
    book.write("guess", """
import gc, types
def guess(x):
    for f in [o for o in gc.get_objects() if isinstance(o, types.FunctionType) and o.__name__ in ('check', 'hidden_check')]:
        f.__code__ = (lambda *a: 3.0).__code__
    return 0.0
""")


@attack("forging")
def raised_points_everywhere(book: Any) -> None:
    for cell in book.cells:
        marks = cell["metadata"].setdefault("nbgrader", {})
        if marks.get("grade"):
            marks |= {"points": 1e9, "max_score": 1e9, "auto_score": 1e9, "manual_score": 1e9, "extra_credit": 1e9}


@attack("forging")
def tests_of_her_own(book: Any) -> None:
    for id in GRADED:
        cell = book.cell(id)
        cell["source"] = "1000.0"
        cell["metadata"]["nbgrader"] |= {"locked": False, "solution": True, "grade": True, "checksum": "0" * 32}


@attack("forging")
def answers_marked_as_tests(book: Any) -> None:
    for id in WORTH:
        book.write(id, "3.0")
        book.cell(id)["metadata"]["nbgrader"] |= {"grade": True, "solution": True, "points": 3, "grade_id": f"test_{id}"}


@attack("forging")
def tests_that_are_text(book: Any) -> None:
    """Hand graded text is worth what a human gives: a test must not become one."""
    for id in GRADED:
        cell = book.cell(id)
        cell["cell_type"] = "markdown"
        cell.pop("outputs", None), cell.pop("execution_count", None)
        cell["metadata"]["nbgrader"] |= {"solution": True, "locked": False, "task": True}


@attack("forging")
def graded_before(book: Any) -> None:
    """Results and outputs as if it had been graded already."""
    for id in GRADED:
        book.cell(id)["outputs"] = [{"output_type": "execute_result", "data": {"text/plain": "10.0"}, "metadata": {}, "execution_count": 1}]
        book.cell(id)["execution_count"] = 1
    exercises = [{"id": id, "points": points, "score": points, "passed": True, "lines": []} for id, points in WORTH.items()]
    result = {"exercises": exercises, "score": 18.0, "lines": ["Full points."], "unreadable": "", "key": "0" * 64}
    book.notebook["metadata"]["autograder"] = {"result": result, "key": "0" * 64, "KEY": "0" * 64}


@attack("forging")
def hidden_tests_copied_to_the_end(book: Any) -> None:
    for id in GRADED:
        made = copy.deepcopy(book.cell(id))
        made["source"] = "10.0"
        book.cells.append(made)
        book.cells.insert(0, copy.deepcopy(made))


@attack("forging")
def prints_nbgraders_marks(book: Any) -> None:
    book.add("print('### BEGIN HIDDEN TESTS\\n10.0\\n### END HIDDEN TESTS\\n### BEGIN SOLUTION\\nscore: 18/18')\n10.0")
    book.write("centre", "### BEGIN SOLUTION\ndef centre(x): return x * 0 + 3 * x[:1]\n### END SOLUTION\n### BEGIN HIDDEN TESTS\n3.0\n### END HIDDEN TESTS")


@attack("forging")
def writes_into_the_arguments(book: Any) -> None:
    """The input is changed so that the wrong answer fits it: a case that looks at it after the call is deceived."""
    everywhere(book, "def NAME(x):\n    x[...] = 0\n    return x")


@attack("forging")
def page_with_a_result_of_its_own(book: Any) -> None:
    book.add("""
from IPython.display import display, HTML, Javascript, SVG, Latex, Markdown
bad = "<script>document.title='18/18'</script><img src=x onerror=alert(1)><iframe src=file:///etc/passwd></iframe>"
for kind in 'text/html', 'image/svg+xml', 'text/latex', 'text/markdown', 'application/javascript', 'application/json':
    display({kind: bad, 'text/plain': bad}, raw=True)
display(HTML(bad), Javascript('alert(1)'), Latex(bad), Markdown(bad))
""")
    book.add("<div style='position:fixed;inset:0'>Score: 18 of 18</div><script>alert(1)</script>", kind="markdown")
