"""Reading: tests, solutions, the secret, other people's work. What is found is printed, for a friend."""
# ruff: noqa: E501 (code within strings stands as an attacker would write it)

from __future__ import annotations

from typing import Any

from tests.grading.campaign.lib import attack, everywhere

LOOK = """
import os
def look(top, most=20000):
    n = 0
    for folder, folders, files in os.walk(top):
        folders[:] = [f for f in folders if f not in ('site-packages', 'lib-dynload', 'sys')][:200]
        for file in files:
            n += 1
            if n > most: return
            try:
                path = os.path.join(folder, file)
                if not os.path.isfile(path) or os.path.getsize(path) > 3_000_000: continue
                data = open(path, 'rb').read()
                if b'CANARY-' in data or b'SECRET_OF_THE' in data: print(path, data[:3000], data[data.find(b'CANARY-'):][:80])
            except (OSError, ValueError): pass
"""


@attack("reading")
def the_whole_disk(book: Any) -> None:
    book.add(LOOK + "for top in ('/tmp', '/home', '/root', '/data', '/opt', '/var', '/srv', '/mnt', '/dev/shm', '.', '..'): look(top)")


@attack("reading")
def by_the_names_of_the_course(book: Any) -> None:
    root = str(book.folder.parents[2])
    names = ["gradebook.db", ".grading/secret", "nbgrader_config.py", "../private.txt", "../world.txt", "autograded", "submitted"]
    book.add(LOOK + f"import os\nlook({root!r}); look({root + '/..'!r})\nfor n in {names!r}:\n"
             f"    for p in ({root!r} + '/' + n, '/proc/1/root' + {root!r} + '/' + n, '/proc/self/root' + {root!r} + '/' + n):\n"
             "        try: print(open(p, 'rb').read() if not os.path.isdir(p) else os.listdir(p))\n        except OSError: pass")


@attack("reading")
def other_processes(book: Any) -> None:
    book.add("""
import os, glob
for path in glob.glob('/proc/*/environ') + glob.glob('/proc/*/cmdline') + glob.glob('/proc/*/maps') + glob.glob('/proc/*/task/*/environ'):
    try: print(path, open(path, 'rb').read())
    except OSError: pass
for path in glob.glob('/proc/*/fd/*') + glob.glob('/proc/*/root') + glob.glob('/proc/*/cwd'):
    try: print(path, os.readlink(path), os.listdir(path) if os.path.isdir(path) else '')
    except OSError: pass
""")


@attack("reading")
def memory_of_every_process(book: Any) -> None:
    book.add("""
import os, re
for pid in [p for p in os.listdir('/proc') if p.isdigit()]:
    try:
        for line in open(f'/proc/{pid}/maps'):
            m = re.match('([0-9a-f]+)-([0-9a-f]+) r', line)
            if not m or '.so' in line: continue
            a, b = (int(g, 16) for g in m.groups())
            with open(f'/proc/{pid}/mem', 'rb', 0) as f:
                f.seek(a); data = f.read(min(b - a, 30_000_000))
            for hit in re.finditer(b'CANARY-[a-z]+-[0-9a-f]{12}', data): print(pid, hit.group())
    except (OSError, ValueError, OverflowError): pass
""")


@attack("reading")
def environment(book: Any) -> None:
    book.add("import os, subprocess\nprint(dict(os.environ)); print(subprocess.run('env; set', shell=True, capture_output=True).stdout)")


@attack("reading")
def frames_above(book: Any) -> None:
    everywhere(book, """
import sys, gc
def NAME(x):
    f = sys._getframe()
    while f:
        print(f.f_code.co_filename, str(f.f_locals)[:5000]); f = f.f_back
    for o in gc.get_objects():
        if isinstance(o, (str, dict)) and 'CANARY-' in str(o)[:2000]: print(str(o)[:2000])
    return x * 0
""")


@attack("reading")
def walks_the_handles(book: Any) -> None:
    """Attributes of what the grader lends: its globals hold the tests."""
    book.write("double", """
def double(x):
    c = globals()['centre']
    for name in ('__globals__', '__closure__', '__func__', '__self__', '__code__', '__module__', '__dict__', '__class__',
                 '__init_subclass__', '__subclasses__', '__wrapped__', '__defaults__', '__builtins__', 'gi_frame', '_remote', '__reduce_ex__'):
        for get in (lambda: getattr(c, name), lambda: c._remote.peer.ask('attr', c, name), lambda: object.__getattribute__(c, name),
                    lambda: c._remote.peer.ask('item', c, name), lambda: c._remote.peer.ask('convert', c, 'str')):
            try: print(name, get())
            except BaseException as e: pass
    return x * 0
""")


@attack("reading")
def asks_for_every_handle(book: Any) -> None:
    """Numbers of handles that were never given, and operations that are not for learners."""
    everywhere(book, """
import gc
from autograder.wall.wire.peer import Peer
def NAME(x):
    for p in [o for o in gc.get_objects() if isinstance(o, Peer)]:
        for index in range(1, 12):
            h = p._adopt(index, 'function', 'f')
            for ask in (('attr', h, '__globals__'), ('call', h, [], {}), ('iter', h), ('convert', h, 'str'), ('get', 'hidden_check'), ('run', '1')):
                try: print(p.ask(*ask))
                except Exception: pass
    return x * 0
""")


@attack("reading")
def calls_back_a_reader(book: Any) -> None:
    """The grader prints what it is given: the text of an answer is made where she cannot see, she hopes in vain."""
    everywhere(book, """
class R:
    def __repr__(s): return open('/proc/self/environ').read() + str(__import__('os').listdir('.'))
    __str__ = __format__ = __repr__
def NAME(x): return R()
""")


@attack("reading")
def format_strings(book: Any) -> None:
    everywhere(book, "def NAME(x): raise ValueError('{0.__globals__} {self.__init__.__globals__} %(secret)s {{ config }} ${HOME} {% include \"/etc/passwd\" %}')")


@attack("reading")
def includes_on_the_page(book: Any) -> None:
    root = str(book.folder.parents[2])
    for path in (f"{root}/../world.txt", f"{root}/gradebook.db", "/etc/passwd"):
        text = f"<img src='file://{path}'> ![x](file://{path}) {{% include '{path}' %}} \\input{{{path}}} <object data='{path}'></object>"
        book.add(text, kind="markdown")
        book.add(f"from IPython.display import Image, FileLink, IFrame, display\nfor kind in (Image, FileLink, IFrame):\n"
                 f"    try: display(kind({path!r}))\n    except Exception: pass\n%pycat {path}")


@attack("reading")
def links_in_the_folder(book: Any) -> None:
    root = book.folder.parents[2]
    targets = {"data.py": "../private.txt", "w.py": "../world.txt", "g.py": "gradebook.db", "s.py": ".grading/secret", "all": "submitted"}
    for name, target in targets.items():
        (book.folder / name).symlink_to(root / target)
    (book.folder / "up").symlink_to("../../..")
    book.add(LOOK + "look('.')\nimport glob\nfor p in glob.glob('*'): print(p, open(p, 'rb').read()[:5000] if os.path.isfile(p) else os.listdir(p))")


@attack("reading")
def hard_links_in_the_folder(book: Any) -> None:
    """A hard link is a plain file; what it shows is on the page of whoever may link it: here her own notes alone."""
    import os

    target = book.folder / "notes.py"
    target.write_text("x = 1\n")
    os.link(target, book.folder / "again.py")
    book.add(LOOK + "look('.'); print(open('again.py').read())")


@attack("reading")
def notebook_is_a_link(book: Any) -> None:
    root = book.folder.parents[2]
    book.path.unlink()
    book.path.symlink_to(root / "submitted" / "aa-honest" / book.folder.name / book.path.name)
    book.notebook = None


@attack("reading")
def loopback_and_abstract_sockets(book: Any) -> None:
    book.add("""
import socket
for port in [22, 80, 111, 443, 5432, 6379, 8786, 8787, 8888, *range(33000, 33020)]:
    try:
        s = socket.create_connection(('127.0.0.1', port), 0.1); s.sendall(b'GET / HTTP/1.0\\r\\n\\r\\n'); print('REACHED', port, s.recv(500))
    except OSError: pass
try:
    for line in open('/proc/net/unix').read().splitlines()[1:]:
        name = line.split()[-1]
        if name.startswith(('@', '/')):
            try:
                s = socket.socket(socket.AF_UNIX); s.settimeout(0.2); s.connect(name.replace('@', '\\0', 1)); print('REACHED', name)
            except OSError: pass
except OSError: pass
""")
