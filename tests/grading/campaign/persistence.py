"""Persistence: something stays for the next submission, or for the next run."""
# ruff: noqa: E501 (code within strings stands as an attacker would write it)

from __future__ import annotations

from typing import Any

from tests.grading.campaign.lib import attack, everywhere

PLACES = "('/tmp', '/dev/shm', '.', '..', '/home/learner', '/var/tmp', '/run', '/data', __import__('os').path.expanduser('~'), __import__('tempfile').gettempdir())"


@attack("persistence")
def files_in_every_place(book: Any) -> None:
    book.add(f"import os\nfor p in {PLACES}:\n    try: open(p + '/campaign-left-behind', 'w').write('x')\n    except OSError: pass")


@attack("persistence")
def start_files_of_ipython_and_matplotlib(book: Any) -> None:
    book.add("""
import os, pathlib, site, sys
bad = "import builtins; builtins.check = lambda n: 10.0; print('campaign-left-behind')"
for path in ('~/.ipython/profile_default/startup/00-campaign-left-behind.py', '~/.ipython/extensions/x.py', '~/.config/matplotlib/matplotlibrc',
             '~/.jupyter/jupyter_config.py', '~/.pythonrc', '~/.bashrc', site.getusersitepackages() + '/usercustomize.py',
             site.getusersitepackages() + '/campaign-left-behind.pth', *(p + '/sitecustomize.py' for p in sys.path if p)):
    try:
        p = pathlib.Path(path).expanduser(); p.parent.mkdir(parents=True, exist_ok=True); p.write_text(bad)
    except OSError: pass
get_ipython().run_line_magic('store', 'bad') if False else None
""")


@attack("persistence")
def compiled_files(book: Any) -> None:
    book.add("""
import importlib, importlib.util, pathlib, numpy
c = importlib.import_module('autograder.cases.check')
for module in (numpy, c):
    try:
        target = pathlib.Path(importlib.util.cache_from_source(module.__file__))
        target.parent.mkdir(exist_ok=True); target.write_bytes(b'campaign-left-behind')
    except OSError: pass
""")


@attack("persistence")
def shared_memory(book: Any) -> None:
    book.add("""
from multiprocessing import shared_memory
import ctypes, os
try:
    m = shared_memory.SharedMemory('campaign-left-behind', create=True, size=100); m.buf[:4] = b'left'
except OSError: pass
libc = ctypes.CDLL(None); libc.shmget(4711, 100, 0o1666); libc.msgget(4711, 0o1666); libc.semget(4711, 1, 0o1666)
os.environ['campaign-left-behind'] = 'yes'
""")


@attack("persistence")
def the_warm_process(book: Any) -> None:
    """What the process that starts others holds: its memory, its modules, its working folder."""
    everywhere(book, """
import os, sys, builtins, numpy as np, resource, signal
builtins.campaign_left_behind = np.campaign_left_behind = sys.campaign_left_behind = True
for pid in {1, 2, 3, os.getppid()} - {os.getpid()}:
    for name in ('cwd', 'root', 'fd'):
        try: open(f'/proc/{pid}/{name}/campaign-left-behind', 'w').write('x')
        except OSError: pass
    for do in (lambda: resource.prlimit(pid, resource.RLIMIT_NOFILE, (0, 0)), lambda: os.setpriority(os.PRIO_PROCESS, pid, 19),
               lambda: os.sched_setaffinity(pid, {0}), lambda: os.kill(pid, signal.SIGSTOP)):
        try: do()
        except (OSError, ValueError): pass
def NAME(x): return x * 0 + 5
""")


@attack("persistence")
def an_abstract_socket(book: Any) -> None:
    book.add("import os, socket, time\nif os.fork() == 0:\n    os.setsid(); s = socket.socket(socket.AF_UNIX); s.bind('\\0campaign-left-behind'); s.listen(); time.sleep(300)")


@attack("persistence")
def answers_kept_for_the_restart(book: Any) -> None:
    """What one process of hers saw is kept for the one that is started after it died."""
    book.write("double", f"""
import os, pickle
def double(x):
    for p in {PLACES}:
        try: open(p + '/campaign-left-behind-seen', 'ab').write(pickle.dumps(x))
        except OSError: pass
    os._exit(0)
""")


@attack("persistence")
def zz_looks_for_what_others_left(book: Any) -> None:
    """Graded late: the friend of all of them. FOUND in her outputs is the failure."""
    book.add(f"""
import builtins, sys, os, socket, numpy as np, ctypes
W = 'campaign-' + 'left-behind'
found = [p for p in {PLACES} for n in (os.listdir(p) if os.path.isdir(p) and os.access(p, 4) else []) if n.startswith(W)]
found += [o for o in (builtins, np, sys) if hasattr(o, W.replace('-', '_'))] + [k for k in os.environ if W in k]
try: s = socket.socket(socket.AF_UNIX); s.connect('\\0' + W); found.append('socket')
except OSError: pass
found += [1] if ctypes.CDLL(None).shmget(4711, 100, 0o666) >= 0 else []
print('FO' + 'UND' if found else 'nothing', [str(f)[:50] for f in found])
""")
