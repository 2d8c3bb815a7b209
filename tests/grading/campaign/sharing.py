"""What is shared with others: data that all can read, arguments, the grader's helper, and the time of whoever waits."""
# ruff: noqa: E501 (code within strings stands as an attacker would write it)

from __future__ import annotations

from typing import Any

from tests.grading.campaign.lib import ALL, attack

OTHERS = 11.0  # centre and guess

LOCKING = {
    "flock": "fcntl.flock(fd, fcntl.LOCK_EX)",
    "posix": "fcntl.lockf(fd, fcntl.LOCK_SH)",
    "open_file": "fcntl.fcntl(fd, 37, struct.pack('hhqqi4x', fcntl.F_RDLCK, 0, 0, 0, 0))",
    "lease": "fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_RDLCK)",
    "watch": "ctypes.CDLL(None).inotify_add_watch(ctypes.CDLL(None).inotify_init(), path.encode(), 0xFFF)",
    "util": "subprocess.Popen(['flock', '-x', path, 'sleep', '20'])",
}


def _locks(how: str) -> None:
    def locked(book: Any) -> None:
        """All is solved, and everything that can be read is locked while others are graded."""
        book.solve()
        book.add("import ctypes, fcntl, glob, os, struct, subprocess, time\n"
                 "for path in [*glob.glob('/data/*'), '/usr/lib', os.__file__]:\n"
                 "    fd = os.open(path, os.O_RDONLY)\n"
                 f"    try: {LOCKING[how]}\n    except OSError: pass\n"
                 "time.sleep(2)")  # fmt: skip

    locked.__name__ = f"locks_data_by_{how}"
    attack("sharing", ALL)(locked)


for how in LOCKING:
    _locks(how)


@attack("sharing", deserved=ALL)
def looks_for_held_out_rows_in_packages(book: Any) -> None:
    book.solve()
    book.add("import glob, os, sys\n"
             "tops = {sys.prefix, sys.base_prefix, '/usr', os.path.realpath(sys.prefix), os.path.realpath(sys.executable + '/../..')}\n"
             "for top in tops:\n    for lib in ('lib', 'lib64', 'local/lib', 'lib32', 'pkgs/*/lib', 'envs/*/lib', 'share'):\n"
             "        for kind in ('site-packages', 'dist-packages'):\n"
             "            for found in glob.glob(f'{top}/{lib}/python3*/{kind}/sklearn/datasets/data/*.csv*'): print('REACHED', found)")  # fmt: skip


@attack("sharing", deserved=OTHERS)
def empties_what_it_is_given(book: Any) -> None:
    book.solve("centre", "guess")
    book.write("double", "def double(x):\n    x[:] = 0\n    return x.copy()")


@attack("sharing", deserved=OTHERS)
def empties_what_it_is_given_and_gives_it_back(book: Any) -> None:
    book.solve("centre", "guess")
    book.write("double", "def double(x):\n    x *= 0\n    return x")


@attack("sharing", deserved=12.0)
def empties_what_centre_is_given(book: Any) -> None:
    book.solve("double", "guess")
    book.write("centre", "def centre(x):\n    x -= x\n    return x")


@attack("sharing", deserved=OTHERS)
def an_end_of_file(book: Any) -> None:
    book.solve("centre", "guess")
    book.write("double", "def double(x): raise EOFError")


@attack("sharing", deserved=OTHERS)
def a_broken_connection(book: Any) -> None:
    book.solve("centre", "guess")
    book.write("double", "def double(x): raise ConnectionResetError(104, 'Connection reset by peer')")


@attack("sharing", deserved=ALL)
def ends_of_files_that_are_met(book: Any) -> None:
    book.solve("centre", "guess")
    book.write("double", "def double(x):\n    try: raise EOFError\n    except EOFError: return x + x")


@attack("sharing", deserved=OTHERS)
def an_endless_loop_in_one_function(book: Any) -> None:
    book.solve("centre", "guess")
    book.write("double", "def double(x):\n    while True: pass")


@attack("sharing", deserved=8.0)
def endless_loops_that_swallow_what_stops_them(book: Any) -> None:
    book.solve("guess")
    for name in ("centre", "double"):
        book.write(name, f"def {name}(x):\n    while True:\n        try:\n            while True: pass\n        except BaseException: pass")


@attack("sharing", deserved=OTHERS)
def endless_on_every_second_call(book: Any) -> None:
    book.solve("centre", "guess")
    book.write("double", "calls = []\ndef double(x):\n    calls.append(1)\n    while len(calls) > 1: pass\n    return 3 * x")


@attack("sharing", deserved=2.0)
def lent_pieces_used_up(book: Any) -> None:
    """`double` uses the lent `centre` for all that it is worth, and comes to nothing; a `centre` that does nothing keeps the differences."""
    book.write("centre", "def centre(x): return x")
    book.write("double", "import numpy as np\nkeep = []\ndef double(x):\n    for _ in range(50):\n"
               "        try: keep.append(centre(np.ones((4000, 4000))))\n        except MemoryError: pass\n"
               "        try: keep.append(centre(None))\n        except Exception as error: keep.append(error)\n    return 3 * x")  # fmt: skip


@attack("sharing")
def an_exit_that_tells(book: Any) -> None:
    book.write("guess", "import os\ndef guess(x): os._exit(int(abs(x[0]) * 50) + 1)")
