"""Killing: the process, its parent, the grader, the connection; death at the right moment."""
# ruff: noqa: E501 (code within strings stands as an attacker would write it)

from __future__ import annotations

from typing import Any

from tests.grading.campaign.lib import attack, everywhere


@attack("killing", deserved=11.0)
def leaves_in_silence(book: Any) -> None:
    book.solve("centre", "guess")
    book.write("double", "import os\ndef double(x): os._exit(0)")


@attack("killing", deserved=11.0)
def kills_itself(book: Any) -> None:
    book.solve("centre", "guess")
    book.write("double", "import os, signal\ndef double(x): os.kill(os.getpid(), signal.SIGKILL)")


@attack("killing", deserved=11.0)
def stops_itself(book: Any) -> None:
    book.solve("centre", "guess")
    book.write("double", "import os, signal\ndef double(x): os.kill(os.getpid(), signal.SIGSTOP)")


@attack("killing")
def kills_everybody(book: Any) -> None:
    book.add("import os, signal\nfor pid in (-1, 0, 1, os.getppid(), *range(2, 3000)):\n    for s in (signal.SIGTERM, signal.SIGSTOP, signal.SIGKILL):\n"
             "        try:\n            if pid != os.getpid() and pid: os.kill(pid, s)\n        except OSError: pass")


@attack("killing")
def segmentation_fault(book: Any) -> None:
    everywhere(book, "import ctypes\ndef NAME(x): ctypes.string_at(0)")


@attack("killing")
def closes_the_connection(book: Any) -> None:
    everywhere(book, "import os\ndef NAME(x): os.closerange(0, 256)")


@attack("killing")
def another_process_answers(book: Any) -> None:
    everywhere(book, "import os\ndef NAME(x):\n    if os.fork(): os._exit(0)\n    return x * 0 + 5")


@attack("killing")
def both_processes_answer(book: Any) -> None:
    everywhere(book, "import os\ndef NAME(x):\n    os.fork(); os.fork()\n    return x * 0 + 5")


@attack("killing")
def at_exit(book: Any) -> None:
    book.add("import atexit, os, sys, signal\natexit.register(lambda: os.write(3, b'x' * 10**6))\n"
             "for s in range(1, 60):\n    try: signal.signal(s, lambda *a: print('no'))\n    except (OSError, ValueError): pass\nsys.exit(0)")


@attack("killing")
def raises_what_ends_tests(book: Any) -> None:
    everywhere(book, "N = [0]\ndef NAME(x):\n    N[0] += 1\n"
               "    raise [SystemExit(0), KeyboardInterrupt(), GeneratorExit(), StopIteration(1.0), MemoryError(), __import__('unittest').SkipTest()][N[0] % 6]")


@attack("killing")
def exceptions_of_the_engine(book: Any) -> None:
    """The grader's own exceptions, raised by her."""
    everywhere(book, """
from autograder.timelimit import TimeUp
from autograder.cases.model import Broken
from autograder.wall.wire.errors import SandboxError, WallError, LearnerGone
N = [0]
def NAME(x):
    N[0] += 1
    kind = [TimeUp, Broken, SandboxError, WallError, LearnerGone][N[0] % 5]
    raise kind('')
""")


@attack("killing")
def an_error_that_cannot_be_told(book: Any) -> None:
    everywhere(book, """
class M(type(Exception)):
    __name__ = property(lambda s: 1 / 0)
class Bad(Exception, metaclass=M):
    def __str__(s): raise SystemExit(0)
    __repr__ = __str__
    args = property(lambda s: 1 / 0)
    __traceback__ = __cause__ = __context__ = property(lambda s: s)
def NAME(x): raise Bad()
""")


@attack("killing")
def a_daemon(book: Any) -> None:
    book.add("""
import os, subprocess, sys
for _ in range(2):
    subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(300)', 'campaign-survivor'], start_new_session=True,
                     env={'X': 'campaign-survivor'}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0: os.execv(sys.executable, [sys.executable, '-c', 'import time; time.sleep(300)', 'campaign-survivor'])
    os._exit(0)
""")
