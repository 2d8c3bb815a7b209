"""Exhausting: time, memory, disk, processes, descriptors, and the patience of whoever reads the page."""
# ruff: noqa: E501 (code within strings stands as an attacker would write it)

from __future__ import annotations

from typing import Any

from tests.grading.campaign.lib import attack, everywhere


@attack("exhausting", deserved=11.0)
def a_power_in_c(book: Any) -> None:
    book.solve("centre", "guess")
    book.write("double", "def double(x): return 10 ** 10 ** 8")


@attack("exhausting", deserved=11.0)
def backtracking(book: Any) -> None:
    book.solve("centre", "guess")
    book.write("double", "import re\ndef double(x): return re.match('(a+)+$', 'a' * 60 + 'b')")


@attack("exhausting", deserved=11.0)
def sleeps(book: Any) -> None:
    book.solve("centre", "guess")
    book.write("double", "import time\ndef double(x): time.sleep(1000)")


@attack("exhausting", deserved=12.0)
def a_cell_that_never_ends_before_good_work(book: Any) -> None:
    book.solve("double", "guess")
    book.write("centre", "while True:\n    try:\n        while True: pass\n    except BaseException: pass")


@attack("exhausting")
def memory(book: Any) -> None:
    book.add("x = []\nwhile True: x.append(bytearray(50 << 20))")
    everywhere(book, "import numpy as np\ndef NAME(x): return np.ones((10**5, 10**4))")


@attack("exhausting")
def memory_that_is_promised(book: Any) -> None:
    """Sizes in messages: arrays of no bytes and all elements, views with stride nought."""
    everywhere(book, "import numpy as np\ndef NAME(x): return np.broadcast_to(np.float64(1), (10**9, 10**3))")


@attack("exhausting")
def endless_shape(book: Any) -> None:
    everywhere(book, "import numpy as np\ndef NAME(x): return np.zeros((0, 2**62))")


@attack("exhausting")
def range_without_end(book: Any) -> None:
    everywhere(book, "def NAME(x): return range(10**18)")


@attack("exhausting")
def fork_bomb(book: Any) -> None:
    book.add("import os\nwhile True:\n    try: os.fork()\n    except OSError: pass")


@attack("exhausting")
def threads(book: Any) -> None:
    book.add("import threading, time\ntry:\n    for _ in range(5000): threading.Thread(target=time.sleep, args=(99,), daemon=True).start()\n"
             "except RuntimeError: pass")


@attack("exhausting")
def descriptors(book: Any) -> None:
    book.add("import os, socket\nkeep = []\ntry:\n    while True: keep += [open('/dev/null'), *os.pipe(), socket.socketpair()]\nexcept OSError: pass")


@attack("exhausting")
def the_disk(book: Any) -> None:
    book.add("""
for place in ('/tmp', '/dev/shm', '.', '/home/learner'):
    try:
        for n in range(300): open(f'{place}/big{n}', 'wb').write(b'1' * (10 << 20))
    except OSError: pass
""")


@attack("exhausting")
def inodes(book: Any) -> None:
    book.add("""
for place in ('/tmp', '/dev/shm', '.'):
    try:
        for n in range(200_000): open(f'{place}/{n}', 'w').close()
    except OSError: pass
""")


@attack("exhausting")
def flood(book: Any) -> None:
    book.add("while True: print('flood ' * 1000)")


@attack("exhausting")
def flood_of_displays(book: Any) -> None:
    book.add("from IPython.display import display, HTML\nfor _ in range(3000): display(HTML('<b>x</b>' * 5000))")


@attack("exhausting")
def flood_of_errors(book: Any) -> None:
    book.add("raise ValueError('x' * 50_000_000)")
    everywhere(book, "def NAME(x): raise ValueError('y' * 50_000_000)")


@attack("exhausting")
def recursion(book: Any) -> None:
    everywhere(book, "import sys\nsys.setrecursionlimit(10**9)\ndef NAME(x): return NAME(x)")


@attack("exhausting")
def a_list_in_itself(book: Any) -> None:
    everywhere(book, "def NAME(x):\n    y = []; y.append(y); return y")


@attack("exhausting")
def a_very_deep_list(book: Any) -> None:
    everywhere(book, "def NAME(x):\n    y = 1.0\n    for _ in range(100_000): y = [y]\n    return y")


@attack("exhausting")
def numbers_with_a_million_digits(book: Any) -> None:
    everywhere(book, "import sys\nsys.set_int_max_str_digits(0)\ndef NAME(x): return 7 ** 3_000_000")


@attack("exhausting")
def a_callback_that_calls_back(book: Any) -> None:
    """`double` asks the lent `centre` with things that ask her, and so on."""
    book.write("double", "class D:\n    def __getattr__(s, n): return double(s)\n    def __len__(s): return double(s)\n"
               "    def mean(s, axis=None): return double(s)\ndef double(x): return centre(D())")
