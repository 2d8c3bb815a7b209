"""What somebody who wants the points writes in the place of `double`. `said`: a line of the grader's tells what happened;
elsewhere the cell's own outputs do."""

from __future__ import annotations

from typing import NamedTuple


class Attack(NamedTuple):
    """A cell, and whether a line must be said about it."""

    source: str
    said: bool = False


WRONG = "\ndef double(x): return 0\n"
ATTACKS = {
    "endless loop": Attack(
        """
while True: pass
""",
        said=True,
    ),
    "endless loop that catches everything": Attack(
        """
while True:
    try:
        while True: pass
    except BaseException: pass
""",
        said=True,
    ),
    "endless answer": Attack(
        """
def double(x):
    while True: pass
""",
        said=True,
    ),
    "end the process": Attack(
        """
import os
os._exit(0)
""",
        said=True,
    ),
    "end the process when tested": Attack(
        """
import os
def double(x): os._exit(0)
""",
        said=True,
    ),
    "kill everything": Attack(
        """
import os, signal
os.kill(-1, signal.SIGKILL)
"""
        + WRONG,
    ),
    "kill the parent": Attack(
        """
import os, signal
os.kill(os.getppid(), signal.SIGKILL)
os.kill(1, signal.SIGKILL)
"""
        + WRONG,
    ),
    "segmentation fault": Attack(
        """
import ctypes
ctypes.string_at(0)
""",
        said=True,
    ),
    "memory": Attack(
        """
x = []
while True: x.append(bytearray(50_000_000))
"""
        + WRONG,
    ),
    "memory when tested": Attack(
        """
def double(x): return [0] * 10**10
""",
    ),
    "memory of many processes": Attack(
        """
import os, time
for _ in range(8):
    if os.fork() == 0:
        x = b'1' * (300 << 20)
        time.sleep(60)
time.sleep(60)
""",
        said=True,
    ),
    "shared memory": Attack(
        """
import mmap
x = [mmap.mmap(-1, 200 << 20) for _ in range(40)]
for m in x: m.write(b'1' * (200 << 20))
""",
    ),
    "memory in files": Attack(
        """
n = 0
while True:
    n += 1
    for place in ('/tmp', '/dev/shm', '/home/learner', '/dev', '/'):
        open(f'{place}/{n}', 'wb').write(b'1' * (10 << 20))
""",
    ),
    "fork bomb": Attack(
        """
import os
while True:
    try: os.fork()
    except OSError: pass
""",
        said=True,
    ),
    "threads": Attack(
        """
import threading, time
for _ in range(10000): threading.Thread(target=time.sleep, args=(60,)).start()
""",
    ),
    "daemon": Attack(
        """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0: time.sleep(100)
    os._exit(0)
"""
        + WRONG,
    ),
    "flood": Attack(
        """
while True: print('flood' * 1000)
""",
        said=True,
    ),
    "flood of pictures": Attack(
        """
from IPython.display import display, HTML
for _ in range(100): display(HTML('x' * 10**6))
"""
        + WRONG,
    ),
    "flood past the streams": Attack(
        """
import os
for _ in range(10**5): os.write(1, b'x' * 10**4); os.write(2, b'x' * 10**4)
"""
        + WRONG,
    ),
    "flood when tested": Attack(
        """
def double(x):
    while True: print('flood' * 1000)
""",
        said=True,
    ),
    "flood on the socket": Attack(
        """
import os
def double(x):
    while True:
        for fd in range(3, 20):
            try: os.write(fd, b'\\xc0' * 10**5)
            except OSError: pass
""",
        said=True,
    ),
    "an object equal to everything": Attack(
        """
class E:
    def __eq__(s, o): return True
    __abs__ = lambda s: s
    __sub__ = __rsub__ = __mul__ = lambda s, o: s
    __le__ = __lt__ = __ge__ = __gt__ = __eq__
    __bool__ = lambda s: True
    __array__ = lambda s, *a, **k: __import__('numpy').array(6)
def double(x): return E()
""",
    ),
    "an array that compares as it likes": Attack(
        """
import numpy as np
class A(np.ndarray):
    def __array_function__(s, *a): return True
    def __array_ufunc__(s, *a, **k): return np.array(True)
def double(x): return np.zeros(1).view(A)
""",
    ),
    "patched NumPy": Attack(
        """
import numpy as np
np.allclose = np.isclose = np.testing.assert_allclose = lambda *a, **k: True
np.core = None
import sys
sys.modules['numpy'].allclose = lambda *a, **k: True
"""
        + WRONG,
    ),
    "patched builtins": Attack(
        """
import builtins
builtins.AssertionError = ValueError
builtins.__build_class__ = None
builtins.abs = lambda x: 0
"""
        + WRONG,
    ),
    "redefined names of the grader": Attack(
        """
check = hidden_check = expect = assert_ = lambda *a, **k: 1.0
__builtins__ = {}
"""
        + WRONG,
    ),
    "patched wall": Attack(
        """
import autograder.wall.wire.peer as p, gc
for o in gc.get_objects():
    if isinstance(o, p.Peer):
        o.codec.encode = lambda v: (b'\\x92\\x01\\x06', [])
"""
        + WRONG,
    ),
    "raises what ends a test quietly": Attack(
        """
def double(x):
    raise SystemExit(0)
""",
    ),
    "raises a skip": Attack(
        """
import unittest
def double(x): raise unittest.SkipTest('skip')
""",
    ),
    "a scratch disk of her own": Attack(
        """
import ctypes
libc = ctypes.CDLL(None)
for _ in range(3):
    libc.unshare(0x10000000 | 0x20000)
    libc.umount2(b'/tmp', 2)
    libc.mount(b'x', b'/tmp', b'tmpfs', 0, None)
"""
        + WRONG,
    ),
    "a very long text": Attack(
        """
def double(x): return 'x' * 400_000_000
""",
    ),
    "a very deep list": Attack(
        """
def double(x):
    y = []
    for _ in range(900): y = [y]
    return y
""",
    ),
    "a number with a million digits": Attack(
        """
def double(x): return 10 ** 1_000_000
""",
    ),
    "endless iteration": Attack(
        """
class Endless:
    def __len__(self): return 10**7
    def __getitem__(self, i): return 6.0
    def __iter__(self):
        while True: yield 6.0
def double(x): return Endless()
""",
        said=True,
    ),
}
