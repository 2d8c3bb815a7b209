"""What a studio's rounds are shown stays in them: no way leads the rows into her other cells, her notebook or her page."""
# ruff: noqa: E501 (code within strings stands as an attacker would write it)

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny import HIDDEN, WEEK, Book

from autograder import datasets
from autograder.course.places import Course
from autograder.course.stale import build
from autograder.grading.grader import Grader, need
from tests.grading.campaign.test_campaign import _grade, _grade_plainly

pytestmark = [pytest.mark.campaign, pytest.mark.timeout(1800)]
ROW = np.ascontiguousarray(datasets.held_out("mnist").X[7]).reshape(-1)[318:330].tobytes()
TOLD = ROW.hex()  # how the row is told, wherever it is told
JUDGE = """
from autograder import datasets
ROWS = datasets.held_out("mnist").X[7:9].reshape(2, -1)

@judge("guess")
def judged(entry, half, rng):
    first, second = entry.round(), entry.round()
    return (expect.number(first.guess(ROWS)) + expect.number(second.guess(ROWS[::-1]))) / 2, "guess nearer to one"
"""
KEPT = "import builtins\nbuiltins.told = getattr(builtins, 'told', [])\n"
#: what `guess` does in a round with `t`, the row as text, and `x`, the rows
CARRIERS = {
    "an_errors_words": "raise ValueError(t)",
    "an_errors_arguments": "raise ValueError(x, {'t': t}, [t])",
    "an_errors_attributes": "e = ValueError(); e.told = x; e.args = (t,); raise e",
    "an_errors_notes": "e = ValueError(); e.add_note(t); raise e",
    "an_errors_cause": "raise ValueError() from KeyError(t)",
    "an_errors_context": "try: raise KeyError(t)\nexcept KeyError: raise ValueError",
    "a_group": "raise ExceptionGroup(t, [ValueError(t)])",
    "a_key": "return {}[t]",
    "an_attribute_that_is_missing": "return getattr(x, 'a' + t)",
    "a_name_that_is_missing": "return eval('a' + t)",
    "a_module_that_is_missing": "__import__('a' + t)",
    "a_file_that_is_missing": "open('/tmp/' + t)",
    "text_that_is_no_python": "compile(t + ' ' + t, t, 'exec')",
    "bytes_that_are_no_text": "b'\\xff'.__class__(bytes.fromhex(t) + b'\\xff').decode('ascii')",
    "the_name_of_an_error": "raise type('E' + t, (Exception,), {})",
    "the_module_of_an_error": "raise type('E', (Exception,), {'__module__': t, '__qualname__': t, '__str__': lambda s: t})",
    "the_file_of_a_frame": "exec(compile('raise ValueError', t, 'exec'))",
    "the_name_of_a_frame": "exec(f'def f{t}(): raise ValueError\\nf{t}()', {})",
    "the_source_of_a_line": "import linecache\nlinecache.cache[t] = (9, None, ['raise ValueError # ' + t], t)\nexec(compile('raise ValueError', t, 'exec'))",
    "an_exit": "raise SystemExit(t)",
    "an_iteration_that_stops": "raise StopIteration(t)",
    "a_kill_after_a_print": "print(t, flush=True)\nimport os\nos.write(1, t.encode()); os.write(2, t.encode()); os._exit(3)",
    "prints": "import sys\nprint(t); print(t, file=sys.stderr); sys.__stdout__.write(t); sys.__stdout__.flush()\nreturn 0.9",
    "shown": "from IPython.display import display, HTML\ndisplay(HTML(t), t); display({'text/plain': t}, raw=True)\nreturn 0.9",
    "warnings": "import warnings\nwarnings.warn(t); warnings.warn_explicit(t, RuntimeWarning, t, 3)\nnp.log(-abs(x.astype(float)))\nreturn 0.9",
    "logging": "import logging\nlogging.error(t); logging.getLogger('asyncio').critical(t)\nreturn 0.9",
    "hooks": "import sys, atexit, threading\nsys.excepthook = sys.unraisablehook = threading.excepthook = lambda *a: print(t)\natexit.register(print, t)\nthreading.Thread(target=lambda: 1 / 0).start()\nreturn 1 / 0",
    "a_text": "return t",
    "a_list_of_texts": "return [t, {t: t}]",
    "the_rows": "return x",
    "the_shape_of_an_array": "return np.zeros([byte for byte in bytes.fromhex(t) if byte][:3], bool)",
    "bytes": "return bytes.fromhex(t)",
    "a_type": "return type('T' + t, (), {'__doc__': t})",
    "a_thing": "return type('T', (), {'__repr__': lambda s: t, '__str__': lambda s: t, '__float__': lambda s: float(t), 'told': x, '__name__': t})()",
    "a_function": "def g(a=t): return t\ng.__name__ = g.__qualname__ = g.__doc__ = t\nreturn g",
    "a_generator": "return (v for v in [t])",
    "a_structured_array": "return np.zeros(1, [('f' + t, float)])",
    "a_number": "return int(t, 16)",
    "its_own_name": "guess.__name__ = guess.__qualname__ = guess.__doc__ = 'g' + t\nraise guess.__class__ and TypeError",
    "a_default_that_changes": "kept.append(t)\nimport builtins, sys\nsys.last_value = ValueError(t)\nfor o in (builtins, guess, np, sys): o.told = t\nreturn 0.9",
    "files": "import os, tempfile\nfor top in ('/tmp', '/dev/shm', '.', os.path.expanduser('~'), '/data', '/run', '/var/tmp', os.path.dirname(np.__file__)):\n    try: open(top + '/told', 'w').write(t)\n    except OSError: pass\nreturn 0.9",
    "hypothesis": "import os\nfor top in ('.hypothesis', '/tmp/.hypothesis', '.ipython', '.cache', '.config/matplotlib'):\n    try: os.makedirs(top + '/examples', exist_ok=True); open(top + '/examples/told', 'w').write(t)\n    except OSError: pass\nreturn 0.9",
    "shared_memory": "import ctypes\nlibc = ctypes.CDLL(None)\ni = libc.shmget(4711, 4096, 0o1666)\nlibc.shmat.restype = ctypes.c_void_p\np = libc.shmat(i, None, 0)\nif p not in (None, 2**64 - 1): ctypes.memmove(p, t.encode(), len(t))\nfrom multiprocessing import shared_memory\ntry: shared_memory.SharedMemory('told', True, 4096).buf[:len(t)] = t.encode()\nexcept (OSError, ValueError): pass\nreturn 0.9",
    "queues_of_messages": "import ctypes\nlibc = ctypes.CDLL(None)\nq = libc.msgget(4711, 0o1666)\nlibc.msgsnd(q, ctypes.create_string_buffer(b'\\1' + bytes(7) + t.encode()), len(t), 2048)\nlibc.mq_open(b'/told', 0o102, 0o666, None)\nreturn 0.9",
    "sockets": "import os, socket, time\nif os.fork() == 0:\n    for name in ('\\0told', '/tmp/told.sock'):\n        try:\n            s = socket.socket(socket.AF_UNIX); s.bind(name); s.listen()\n            s.settimeout(5); s.accept()[0].sendall(t.encode())\n        except OSError: pass\n    os._exit(0)\nreturn 0.9",
    "a_child_that_stays": "import os, time\nif os.fork() == 0:\n    if os.fork() == 0:\n        os.setsid()\n        for _ in range(20):\n            for n in range(3):\n                try: os.write(n, t.encode())\n                except OSError: pass\n            time.sleep(0.2)\n    os._exit(0)\nreturn 0.9",
    "keyrings_and_names": "import ctypes\nlibc = ctypes.CDLL(None)\nfor ring in (-2, -3, -4, -5): libc.syscall(248, b'user', b'told', t.encode(), len(t), ring)\nlibc.prctl(15, t[:15].encode()); libc.sethostname(t.encode(), len(t))\nimport os, resource\ntry: os.environ['TOLD'] = t; os.setxattr('/tmp', 'user.told', t.encode())\nexcept OSError: pass\nreturn 0.9",
    "what_the_encoder_is_told": "from autograder.wall.wire import codec\nimport gc\nfrom autograder.wall.wire.peer import Peer\nfor p in [o for o in gc.get_objects() if isinstance(o, Peer)]:\n    for what in (('call', p._adopt(1, 'function', 'f'), [t], {}), ('said', t), ('print', t), ('raise', t), ('run', 'builtins.told = ' + repr(t))):\n        try: p.ask(*what)\n        except Exception: pass\nreturn 0.9",
    "what_an_error_says_to_the_peer": "from autograder.wall.wire import errors\nfor name, kind in list(vars(errors).items()):\n    if callable(kind) and not isinstance(kind, type): setattr(errors, name, lambda *a, **k: [t, t, [[3, t, t]]])\nimport traceback\ntraceback.extract_tb = traceback.format_exception = lambda *a, **k: [t]\nraise ValueError(t)",
}  # fmt: skip
GUESS = KEPT + """
import numpy as np
kept = []
def guess(x, kept=kept):
    if np.ndim(x) < 2: return 0.9
    t = np.ascontiguousarray(x[0]).tobytes()[318:330].hex()
    if bytes.fromhex(t)[0:] == bytes(12): return 0.9
"""
#: run after everything else, in her main process: whatever it finds is printed
FIND = f"""
import builtins, ctypes, gc, glob, linecache, mmap, os, socket, subprocess, sys, warnings
import numpy as np
def out(where, what):
    if what: print('FOUND', where, what)
TURNED = bytes.fromhex({bytes(255 - byte for byte in ROW).hex()!r})
TEXT = bytes(255 - byte for byte in TURNED).hex()
for where, what in {{'told': getattr(builtins, 'told', 0), 'guess': getattr(guess, 'told', 0), 'default': getattr(guess, '__defaults__', 0) and guess.__defaults__[0],
                    'numpy': getattr(np, 'told', 0), 'sys': getattr(sys, 'told', 0), 'env': os.environ.get('TOLD'), 'last': TEXT in repr(getattr(sys, 'last_value', ''))}}.items(): out(where, what)
error = getattr(sys, 'last_value', None)
while error is not None:
    out('error', [error.args, vars(error)] if error.args else 0)
    trace = error.__traceback__
    while trace: out('frame', [k for k, v in trace.tb_frame.f_locals.items() if isinstance(v, np.ndarray) and v.size > 1000]); trace = trace.tb_next
    error = error.__cause__ or error.__context__
for path in [p for top in ('/tmp', '/dev/shm', '.', os.path.expanduser('~'), '/var/tmp', '/run') for p in glob.glob(top + '/**/*told*', recursive=True) + glob.glob(top + '/.hypothesis/**/*', recursive=True)]:
    try: out(path, open(path).read() if os.path.isfile(path) else path)
    except OSError: pass
libc = ctypes.CDLL(None); libc.shmat.restype = ctypes.c_void_p
i = libc.shmget(4711, 4096, 0o666)
if i >= 0 and (p := libc.shmat(i, None, 0)) not in (None, 2**64 - 1): out('shm', ctypes.string_at(p, 64).strip(b'\\0'))
room = ctypes.create_string_buffer(200); q = libc.msgget(4711, 0o666)
if q >= 0: out('messages', libc.msgrcv(q, room, 190, 0, 2048) > 0)
out('key', libc.syscall(249, b'user', b'told', None, 0) > 0)
try: out('attribute', os.getxattr('/tmp', 'user.told'))
except OSError: pass
for name in ('\\0told', '/tmp/told.sock'):
    try: s = socket.socket(socket.AF_UNIX); s.settimeout(1); s.connect(name); out('socket', s.recv(99))
    except OSError: pass
out('lines', [k for k in linecache.cache if TEXT in str(k)])
out('registry', [1 for m in list(sys.modules.values()) if TEXT in str(getattr(m, '__warningregistry__', ''))])
out('arrays', [1 for o in gc.get_objects() for v in (o.values() if type(o) is dict else o if type(o) in (list, tuple) else ()) if isinstance(v, np.ndarray) and v.dtype == np.uint8 and v.size > 700 and ~np.frombuffer(TURNED, np.uint8)[0] in v and TURNED in (~v).tobytes()])
maps = open('/proc/self/maps').read().splitlines()
space = mmap.mmap(-1, 64 << 20); view = np.frombuffer(space, np.uint8)
for line in maps:
    a, b = (int(n, 16) for n in line.split()[0].split('-'))
    try:
        with open('/proc/self/mem', 'rb', 0) as file: file.seek(a); n = file.readinto(memoryview(view)[:min(b - a, 64 << 20)])
    except (OSError, ValueError, OverflowError): continue
    np.invert(view[:n], out=view[:n])
    out(line, space.find(TURNED, 0, n) >= 0)
print('LOOKED')
"""


class Graded:
    """The class after grading, and what each finds."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def found(self, name: str) -> tuple[str, str]:
        """The outputs of her notebook, and her page."""
        notebook = json.loads((self.root / "autograded" / name / WEEK / f"{WEEK}.ipynb").read_text())
        outputs = json.dumps([cell.get("outputs") for cell in notebook["cells"]])
        return outputs, (self.root / "feedback" / name / WEEK / f"{WEEK}.html").read_text()


@pytest.fixture(scope="module", params=["warm", "sandbox"])
def graded(request: pytest.FixtureRequest, built: Path, tmp_path_factory: pytest.TempPathFactory) -> Graded:
    """Everybody's work, graded once, on a week whose judge shows held-out rows."""
    home = Path(shutil.copytree(built, tmp_path_factory.mktemp("rows") / "home"))
    root = home / "course"
    (root / "notebooks" / WEEK / "hidden.py").write_text(HIDDEN.split('@judge("guess")')[0] + JUDGE)
    build(Course(root), WEEK)
    need(Grader(root).api.generate_assignment(WEEK, force=True), "generate")
    for name, body in CARRIERS.items():
        book = Book(root / "release", root / "submitted" / name / WEEK)
        book.solve("centre", "double")
        book.write("guess", GUESS + "".join(f"    {line}\n" for line in body.split("\n")))
        book.add(FIND)
        book.save()
    grade: Callable[[Path], Any] = _grade if request.param == "warm" else _grade_plainly
    assert {one.trouble for one in grade(root)} == {""}
    return Graded(root)


@pytest.mark.parametrize("name", CARRIERS)
def test_no_row_leaves_its_round(graded: Graded, name: str) -> None:
    outputs, page = graded.found(name)
    assert "LOOKED" in outputs and "FOUND" not in outputs, outputs[-3000:]
    shape = ", ".join(str(byte) for byte in [byte for byte in ROW if byte][:2])
    for text in (outputs, page):
        for told in (TOLD, TOLD[:14], TOLD[8:22], str(int(TOLD, 16))[:20], shape):
            at = text.find(told)
            assert at < 0, text[max(0, at - 300) : at + 300]
