"""Attacks by somebody who has read the grader's source, and accidents of somebody who never read anything."""
# ruff: noqa: E501 (code within strings stands as an attacker would write it)

from __future__ import annotations

import copy
from typing import Any

from tests.grading.campaign.lib import ALL, SHOWN, WORTH, attack, everywhere

BAD = f"</pre></div></iframe>\"><style>body{{display:none}}</style><script>alert('{SHOWN}')</script>"


@attack("forging")
def keeps_the_lent_piece_for_another_exercise(book: Any) -> None:
    """The reference that was lent for `double` answers for the studio, which was never to have it."""
    book.write("centre", "def centre(x): return x * 0 + 7")
    book.write("double", "import builtins\ndef double(x):\n    builtins.kept = globals()['centre']\n    return x + 1")
    book.write("guess", """
import builtins, numpy as np
def guess(x):
    try: return 0.99 if builtins.kept(np.array([[1.0], [3.0]]))[1, 0] == 1.0 else 0.0
    except Exception: return 0.0
""")


@attack("forging")
def lists_that_are_asked_anew(book: Any) -> None:
    """A list of things of hers, each asked for its length and items when somebody looks: never twice the same."""
    everywhere(book, """
import numpy as np
class Live:
    looks = 0
    def __init__(s, x): s.x = x
    def __len__(s): return len(s.x)
    def __float__(s): Live.looks += 1; return float(Live.looks % 2)
    def __getitem__(s, i):
        Live.looks += 1
        if i >= len(s.x): raise IndexError
        return float(s.x[i]) * (Live.looks % 2) if np.ndim(s.x) == 1 else Live(s.x[i])
def NAME(x): return [Live(row) for row in x] if np.ndim(x) > 1 else [Live(x[:1]) for _ in x]
""")


@attack("forging")
def numbers_that_are_nearly_plain(book: Any) -> None:
    """Subclasses that the encoder knows by their base, types that both sides have, and numbers too large for a float."""
    everywhere(book, """
import numpy as np
class F(np.float64):
    __eq__ = __le__ = __ge__ = __lt__ = __gt__ = lambda s, o: np.True_
    __sub__ = __rsub__ = __abs__ = __add__ = lambda s, *o: s
    tobytes = lambda s: np.float64(1).tobytes()
class Str(str): pass
N = [0]
def NAME(x):
    N[0] += 1
    return [F(0), np.ndarray, np.float64, float, 10 ** 4000, [10 ** 400] * len(x), -0.0, Str('1.0'), np.matrix(np.atleast_2d(x)) * 0,
            np.longdouble('1e4000'), [[F(0)] * 2] * len(x), slice(0), range(len(x)), b'\\0' * 8, 1j * 0][N[0] % 15]
""".replace("-0.0", "-0.0 if 'NAME' != 'guess' else 0.1"))


@attack("forging")
def an_encoder_of_her_own(book: Any) -> None:
    """Her end of the wall writes what it likes: handles of the grader's, lying shapes, other people's answers."""
    everywhere(book, """
import msgpack, numpy as np
from autograder.wall.wire import codec as p
N = [0]
class Raw: pass
p.old = getattr(p, 'old', p._Encoder.odd)
def odd(self, value):
    if type(value).__name__ != 'Raw': return p.old(self, value)
    N[0] += 1
    return [self.ext(p.YOURS, [N[0] % 40]), self.ext(p.ARRAY, ['<f8', [0, 2**60], True, b'']), self.ext(p.ARRAY, ['|b1', [4], True, b'\\1\\0\\1\\0']),
            self.ext(getattr(p, 'NA' 'MED'), ['builtins.object']), self.ext(p.RANGE, [0, 10**18, 1]), self.ext(p.SCALAR, ['<f8', b'\\0' * 8])][N[0] % 6]
p._Encoder.odd = odd
def NAME(x): return Raw()
""")


@attack("forging")
def write_backs_of_her_own(book: Any) -> None:
    """What her function "did to its arguments" is told to be what fits."""
    everywhere(book, """
import numpy as np
from autograder.wall.wire import writeback, peer
def changes(self):
    told = [[i, value * 0 if isinstance(value, np.ndarray) else value] for i, (value, was) in enumerate(self.before)]
    return told + [[i, np.zeros(3)] for i in range(len(told), 4)] if N[0] % 2 else told
N = [0]
writeback.Watch.changes = changes
def NAME(x):
    N[0] += 1
    return x * 0
""")


@attack("forging")
def answers_from_what_was_asked_before(book: Any) -> None:
    """Inputs are kept over exercises, processes of hers die in between, answers are those that were given before."""
    everywhere(book, """
import builtins, os
builtins.seen = getattr(builtins, 'seen', [])
def NAME(x):
    builtins.seen.append(x)
    same = [o for o in builtins.seen[:-1] if getattr(o, 'shape', 0) == getattr(x, 'shape', 1)]
    if len(builtins.seen) == 25: os._exit(0)
    return same[-1] if same else x * 0
""")
    book.add("import builtins\nprint([str(o)[:40] for o in getattr(builtins, 'seen', [])][:40])")


@attack("forging")
def draws_guessed_from_the_engine(book: Any) -> None:
    """The seeds are made as the engine makes them, from every key that she can name, and what would be drawn is answered."""
    everywhere(book, """
import numpy as np, os
from autograder.cases.running import seed_for
from autograder.cases.session import DEFAULT_KEY
keys = [DEFAULT_KEY, b'', b'0' * 32, bytes(32), os.environ.get('WORKBOOK_SECRET', '').encode()]
table = [np.random.default_rng(seed_for(k, 'NAME', c)) for k in keys for c in ('averages_zero', 'differences_stay', 'as_a_sum', 'half_again', 'judge', 'open')]
def NAME(x): return sum(rng.normal(size=np.shape(x)) for rng in table)
""")


@attack("forging", deserved=3.0)
def tests_under_other_names(book: Any) -> None:
    """Ids that look alike, ids exchanged between a test that is passed and one that is worth more, tests doubled with marks."""
    book.solve("centre")
    high, low = book.cell("test_guess"), book.cell("test_centre")
    high["metadata"]["nbgrader"]["grade_id"], low["metadata"]["nbgrader"]["grade_id"] = "test_centre", "test_guess"
    high["metadata"]["autograder"], low["metadata"]["autograder"] = low["metadata"].get("autograder", {}), high["metadata"].get("autograder", {})
    for id in ("test_gu\u200bess", "\uff54est_guess", "test_guess ", "TEST_GUESS", "test_gue\u0455s"):
        made = copy.deepcopy(high)
        made["source"], made["id"] = "10.0", f"x{len(book.cells)}"
        made["metadata"]["nbgrader"] |= {"grade_id": id, "points": 1000, "grade": True, "solution": False, "locked": False}
        book.cells.append(made)


@attack("forging")
def names_that_look_alike(book: Any) -> None:
    """What stands under a name is no function: a callable whose name, signature and truth lie; letters of other alphabets."""
    everywhere(book, """
class C:
    __name__ = '<b>NAME</b>'; __signature__ = 3
    __call__ = lambda s, *a, **k: s
    __bool__ = __len__ = lambda s: 1
    __array__ = lambda s, *a, **k: __import__('numpy').ones(1)
NAME = C()
""")
    book.add("def \u0441entre(x): return x - x.mean(axis=0)\ndef d\u043euble(x): return x + x\nglobals()['double '] = double")


@attack("forging")
def results_in_every_field(book: Any) -> None:
    """Scores, comments, results and marks in whatever field the grader itself writes later."""
    result = {"exercises": [], "score": 18.0, "lines": [SHOWN], "unreadable": "", "title": SHOWN, "open_week": False}
    book.notebook["metadata"] |= {"autograder": {"result": result}, "nbgrader": {"score": 18.0, "comment": SHOWN}, "title": SHOWN}
    for cell in book.cells:
        cell["metadata"].setdefault("nbgrader", {}).update(score=10.0, comment=SHOWN, auto_score=10.0, extra_credit=10.0, feedback=SHOWN)
        cell["metadata"].setdefault("autograder", {}).update(course=True, result=result, of={"hidden": 10.0})
        cell["metadata"] |= {"tags": ["remove-cell", "hide-input"], "jupyter": {"source_hidden": True, "outputs_hidden": True}}


@attack("forging")
def a_page_that_says_otherwise(book: Any) -> None:
    """Style and scripts by every way onto the page: errors, names of errors, prints, pictures, frames, text, links."""
    everywhere(book, f"def NAME(x): raise type({BAD!r}, (ValueError,), {{}})({BAD!r})")
    book.add(f"bad = {BAD!r}\nprint(bad, '\\x1b[8m hidden \\x1b]8;;javascript:alert(1)\\x1b\\\\', '\\u202e\\u2066')\n"
             "from IPython.display import display\n"
             "for kind in ('text/html', 'image/svg+xml', 'image/png', 'image/jpeg', 'text/latex', 'text/markdown', 'application/vnd.x+json', bad):\n"
             "    display({kind: bad, 'text/plain': bad}, raw=True, metadata={kind: {'width': bad, 'height': bad}})\n"
             "raise type(bad, (Exception,), {})(bad)")
    book.add(f"[a](javascript:alert(1)) [b](JaVaScRiPt&colon;alert(1)) ![c](javascript:alert(1)) <javascript:alert(1)> [d]\n\n"
             f"[d]: javascript:alert(1)\n\n```{BAD}\n{BAD}\n```\n\n{BAD}\n\n| {BAD} | b |\n|--|--|\n| `{BAD}` | c |\n", kind="markdown")


@attack("killing", deserved=3.0)
def the_learners_process_lies_about_its_death(book: Any) -> None:
    """Dies by the signals that a grader may take for somebody else's deed, so that she is tried again and again."""
    book.solve("centre")
    book.write("double", "import os, signal, resource\nN = [0]\ndef double(x):\n    N[0] += 1\n"
               "    os.kill(os.getpid(), [signal.SIGKILL, signal.SIGTERM, signal.SIGBUS, signal.SIGXCPU][N[0] % 4])")


@attack("malformed", deserved=ALL)
def all_in_one_cell(book: Any) -> None:
    book.solve()
    book.write("centre", "\n\n".join(book.cell(id)["source"] for id in WORTH))
    book.delete("double", "guess")


@attack("malformed", deserved=ALL)
def pasted_from_colab(book: Any) -> None:
    """Its marks and forms, no ids, its kernel; a title above each cell."""
    book.solve()
    book.notebook["metadata"] = {"colab": {"provenance": [], "toc_visible": True}, "accelerator": "GPU", "kernelspec": {"name": "python3", "display_name": "Python 3"}}
    book.notebook["nbformat_minor"] = 0
    for id in WORTH:
        book.write(id, "#@title An answer { run: \"auto\", display-mode: \"form\" }\n" + book.cell(id)["source"])
    for cell in book.cells:
        cell.pop("id", None)
        cell["metadata"] |= {"id": "gX3", "colab": {"base_uri": "https://localhost:8080/"}, "cellView": "form"}


@attack("malformed", deserved=ALL)
def her_own_names_for_everything(book: Any) -> None:
    """`from numpy import *`, builtins used as names, the course's names reused, everything thrown away at the end."""
    book.solve()
    book.add("from numpy import *\nfrom math import *\nlist = str = type = id = input = 3\ncheck = expect = plt = None\nx = y = np = 1", at=2)
    book.write("centre", "def centre(x):\n    import numpy as np\n    return x - np.mean(x, axis=0)")
    book.add("%reset -f")
    book.add("del x\nundefined\nimport os; os.chdir('/')")
