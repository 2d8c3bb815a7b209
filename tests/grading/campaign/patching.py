"""Patching: what the grader stands on is changed, in her own process."""

from __future__ import annotations

from typing import Any

from tests.grading.campaign.lib import attack, everywhere

WRONG = "\ndef NAME(x): return x * 0 + 5\n"


@attack("patching")
def numpy_testing(book: Any) -> None:
    everywhere(book, """
import numpy as np, numpy.testing as t
for module in (np, t):
    for name in dir(module):
        if name.startswith(('assert_', 'allclose', 'isclose', 'array_equal', 'all', 'diff')):
            setattr(module, name, lambda *a, **k: True)
""" + WRONG)


@attack("patching")
def every_name_of_builtins(book: Any) -> None:
    everywhere(book, """
import builtins
for name in ('abs', 'all', 'float', 'isinstance', 'type', 'AssertionError', 'TypeError', 'len', 'sum'):
    setattr(builtins, name, lambda *a, **k: True)
""" + WRONG)


@attack("patching")
def poisoned_modules(book: Any) -> None:
    everywhere(book, """
import sys, types
class Yes(types.ModuleType):
    def __getattr__(s, n): return lambda *a, **k: 1.0
for name in ('checks', 'hidden', 'autograder.cases', 'autograder.cases.check', 'autograder.cases.expect', 'hypothesis', 'kit'):
    sys.modules[name] = Yes(name)
""" + WRONG)


@attack("patching")
def import_hooks(book: Any) -> None:
    everywhere(book, """
import sys, builtins
class Finder:
    def find_spec(s, name, path=None, target=None):
        if 'hidden' in name or 'checks' in name: raise SystemExit(0)
sys.meta_path.insert(0, Finder()); sys.path_hooks.insert(0, lambda p: 1 / 0); builtins.__import__ = lambda *a, **k: sys
""" + WRONG)


@attack("patching")
def check_redefined(book: Any) -> None:
    book.add("""
import builtins
def check(*a, **k): return 10.0
hidden_check = expect = check
builtins.check = builtins.hidden_check = check
globals()['__name__'] = 'autograder.cases'
__builtins__ = {'check': check, 'hidden_check': check}
""", at=2)
    everywhere(book, WRONG)


@attack("patching")
def engine_in_her_process(book: Any) -> None:
    everywhere(book, """
import importlib
c, m, r, s = (importlib.import_module('autograder.cases.' + n) for n in ('check', 'model', 'running', 'session'))
for module in (c, m, r, s):
    for name, value in list(vars(module).items()):
        if callable(value) and not isinstance(value, type): setattr(module, name, lambda *a, **k: 10.0)
m.Broken = KeyError
""" + WRONG)


@attack("patching")
def shell_and_hooks(book: Any) -> None:
    everywhere(book, """
ip = get_ipython()
ip.run_cell = ip.run_cell_async = lambda *a, **k: type('R', (), {'success': True, 'result': 10.0})()
ip.displayhook = ip.display_pub = None
ip.ast_transformers.append(None); ip.input_transformers_cleanup.append(lambda lines: ['10.0'])
ip.user_ns['check'] = ip.user_ns['hidden_check'] = lambda n: 10.0
""" + WRONG)


@attack("patching")
def ctypes_on_plain_objects(book: Any) -> None:
    everywhere(book, """
import ctypes
for number in (3, 5):
    ctypes.c_char.from_address(id(number) + 24).value = bytes([7])
""" + WRONG)


@attack("patching")
def forbidden_fruit(book: Any) -> None:
    """The methods of built-in types, through their real dictionaries."""
    everywhere(book, """
import ctypes, gc
for kind in (float, int, list, tuple):
    d = gc.get_referents(kind.__dict__)[0]
    d['__eq__'] = lambda s, o: True; d['__ne__'] = lambda s, o: False
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(kind))
""" + WRONG)


@attack("patching")
def random_without_chance(book: Any) -> None:
    everywhere(book, """
import numpy as np, random
np.random.seed = np.random.default_rng = random.seed = lambda *a, **k: None
np.random.normal = random.random = lambda *a, **k: 0.0
""" + WRONG)


@attack("patching")
def tracing(book: Any) -> None:
    everywhere(book, """
import sys, threading
def trace(frame, event, arg):
    frame.f_trace_opcodes = True
    for name in list(frame.f_locals):
        if name in ('reply', 'answer', 'result', 'off', 'ok'): frame.f_locals[name] = 10.0
    return trace
sys.settrace(trace); sys.setprofile(lambda *a: None); threading.settrace(trace)
""" + WRONG)


@attack("patching")
def the_clock(book: Any) -> None:
    everywhere(book, """
import time, signal
time.monotonic = time.time = time.perf_counter = lambda: 0.0
for s in range(1, 32):
    try: signal.signal(s, signal.SIG_IGN)
    except Exception: pass
signal.setitimer(signal.ITIMER_REAL, 0)
""" + WRONG)
