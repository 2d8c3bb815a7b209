"""Ways in which one sandbox might tell another something, or get in its way: each a pair of cells.

`FILE` is one that both can read. `arm` runs in the one that listens, before; `send` in the one that speaks; `heard` there is what
the listener's `heard()` gives where something came through. All must be as if nothing had been sent.
"""

# ruff: noqa: E501 (code within strings stands as an attacker would write it)

from __future__ import annotations

from typing import NamedTuple

FILE = "/data/mnist.h5"
START = f"""
import contextlib, ctypes, ctypes.util, fcntl, glob, json, mmap, os, platform, signal, socket, struct, subprocess, sys, threading, time
FILE, ARM = {FILE!r}, platform.machine() == "aarch64"
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.shmat.restype = ctypes.c_void_p
def call(name, *args):
    found = getattr(libc, name)(*args)
    return found if found >= 0 else -ctypes.get_errno()
def syscall(numbers, *args): return call("syscall", numbers[ARM], *args)
def mapped(fd, size=4096, at=0): return ctypes.c_void_p(libc.mmap(None, ctypes.c_size_t(size), 1, 1, fd, ctypes.c_size_t(at)))
"""


class Way(NamedTuple):
    """What is run in the listener, in the speaker, and what the listener asks at last."""

    send: str
    heard: str
    arm: str = "pass"


def lock(command: str) -> str:
    return f"""
def heard():
    fd = os.open(FILE, os.O_RDONLY)
    try:
        {command}
        return "free"
    except OSError as error: return f"refused: {{error.errno}}"
    finally: os.close(fd)
"""


_FLOCK = "struct.pack('hhqqi4x', fcntl.F_RDLCK, 0, 0, 0, 0)"
WAYS = {
    "file in /tmp": Way("open('/tmp/word', 'w').write('x')", "def heard(): return os.path.exists('/tmp/word')"),
    "file in /dev/shm": Way("open('/dev/shm/word', 'w').write('x')", "def heard(): return os.path.exists('/dev/shm/word')"),
    "file beside the notebook": Way("open('word', 'w').write('x')", "def heard(): return os.path.exists('word')"),
    "file in matplotlib's folder": Way(
        "open(os.path.expanduser('~/.matplotlib/word'), 'w').write('x')",
        "def heard(): return os.path.exists(os.path.expanduser('~/.matplotlib/word'))",
    ),
    "bytecode of a module": Way(
        "sys.dont_write_bytecode = False\nimport importlib, compileall, wave, py_compile\n"
        "with contextlib.suppress(OSError): py_compile.compile(wave.__file__, wave.__cached__ + 'word')",
        "import wave\ndef heard(): return os.path.exists(wave.__cached__ + 'word')",
    ),
    "flock": Way(
        "fd = os.open(FILE, os.O_RDONLY)\nwith contextlib.suppress(OSError): fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)",
        lock("fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)"),
    ),
    "flock of a folder": Way(
        "fd = os.open('/usr/lib', os.O_RDONLY)\nwith contextlib.suppress(OSError): fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)",
        lock("fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)").replace("FILE", "'/usr/lib'"),
    ),
    "flock of a device": Way(
        "fd = os.open('/dev/null', os.O_RDWR)\nwith contextlib.suppress(OSError): fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)",
        lock("fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)").replace("FILE", "'/dev/null'"),
    ),
    "flock by util-linux": Way(
        "with contextlib.suppress(OSError): held = subprocess.Popen(['flock', '-n', FILE, 'sleep', '20'])\ntime.sleep(0.5)",
        lock("fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)"),
    ),
    "posix lock": Way(
        "fd = os.open(FILE, os.O_RDONLY)\nwith contextlib.suppress(OSError): fcntl.lockf(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)",
        "def heard():\n    fd = os.open(FILE, os.O_RDONLY)\n"
        "    ask = struct.pack('hhqqi4x', fcntl.F_WRLCK, 0, 0, 0, 0)\n"
        "    return struct.unpack('hhqqi4x', fcntl.fcntl(fd, fcntl.F_GETLK, ask))[0]",
    ),
    "posix lock of a device for writing": Way(
        "fd = os.open('/dev/null', os.O_RDWR)\nwith contextlib.suppress(OSError): fcntl.lockf(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)",
        "def heard():\n    fd = os.open('/dev/null', os.O_RDWR)\n"
        "    ask = struct.pack('hhqqi4x', fcntl.F_WRLCK, 0, 0, 0, 0)\n"
        "    return struct.unpack('hhqqi4x', fcntl.fcntl(fd, fcntl.F_GETLK, ask))[0]",
    ),
    "lock of an open file": Way(
        f"fd = os.open(FILE, os.O_RDONLY)\nwith contextlib.suppress(OSError): fcntl.fcntl(fd, 37, {_FLOCK})",
        "def heard():\n    fd = os.open(FILE, os.O_RDONLY)\n"
        "    ask = struct.pack('hhqqi4x', fcntl.F_WRLCK, 0, 0, 0, 0)\n"
        "    return struct.unpack('hhqqi4x', fcntl.fcntl(fd, 36, ask))[0]",
    ),
    "locks in /proc": Way(
        "fd = os.open(FILE, os.O_RDONLY)\nwith contextlib.suppress(OSError): fcntl.flock(fd, fcntl.LOCK_SH)",
        "def heard():\n    try: return str(os.stat(FILE).st_ino) in open('/proc/locks').read()\n    except OSError: return False",
    ),
    "lease": Way(
        "fd = os.open(FILE, os.O_RDONLY)\nwith contextlib.suppress(OSError): fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_RDLCK)",
        "def heard():\n    fd = os.open(FILE, os.O_RDONLY)\n    return fcntl.fcntl(fd, fcntl.F_GETLEASE)",
    ),
    "inotify": Way(
        "open(FILE, 'rb').read(10)",
        "def heard():\n    try: return len(os.read(fd, 4096)) > 0\n    except OSError: return False",
        "fd = call('inotify_init1', 0o4000)\nwd = call('inotify_add_watch', fd, FILE.encode(), 0x21)",
    ),
    "inotify of a folder": Way(
        "os.listdir('/usr/lib')",
        "def heard():\n    try: return len(os.read(fd, 4096)) > 0\n    except OSError: return False",
        "fd = syscall((294, 26), 0o4000)\nwd = call('inotify_add_watch', fd, b'/usr/lib', 0xFFF)",
    ),
    "fanotify": Way(
        "open(FILE, 'rb').read(10)",
        "def heard():\n    try: return len(os.read(fd, 4096)) > 0\n    except OSError: return False",
        "fd = call('fanotify_init', 0x202, 0)\nwd = call('fanotify_mark', fd, 1, ctypes.c_uint64(0x21), -100, FILE.encode())",
    ),
    "notice of a folder": Way(
        "os.listdir('/usr/lib')\nopen(FILE, 'rb').read(1)",
        "def heard():\n    time.sleep(0.2)\n    return len(rang)",
        "rang = []\nsignal.signal(signal.SIGIO, lambda *a: rang.append(1))\nfd = os.open('/data', os.O_RDONLY)\n"
        "with contextlib.suppress(OSError): fcntl.fcntl(fd, fcntl.F_NOTIFY, 0x80000001 - (1 << 32))",
    ),
    "abstract socket": Way(
        "s = socket.socket(socket.AF_UNIX)\ns.bind(b'\\0word')\ns.listen()",
        "def heard():\n    try: socket.socket(socket.AF_UNIX).connect(b'\\0word'); return True\n    except OSError: return False",
    ),
    "socket in /tmp": Way(
        "s = socket.socket(socket.AF_UNIX)\ns.bind('/tmp/word.sock')\ns.listen()",
        "def heard():\n    try: socket.socket(socket.AF_UNIX).connect('/tmp/word.sock'); return True\n    except OSError: return False",
    ),
    "loopback": Way(
        "s = socket.socket()\ns.bind(('127.0.0.1', 45678))\ns.listen()",
        "def heard():\n    try: socket.create_connection(('127.0.0.1', 45678), 1); return True\n    except OSError: return False",
    ),
    "datagrams": Way(
        "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\ns.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)\n"
        "for to in ('127.255.255.255', '255.255.255.255', '224.0.0.1'):\n"
        "    with contextlib.suppress(OSError): s.sendto(b'x', (to, 45679))",
        "def heard():\n    try: return s.recv(10)\n    except OSError: return b''",
        "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\ns.bind(('', 45679))\ns.settimeout(0.3)",
    ),
    "processes": Way(
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(30)'])",
        "def heard(): return len([p for p in os.listdir('/proc') if p.isdigit()])",
    ),
    "a signal to all": Way(
        "signal.signal(signal.SIGUSR1, lambda *a: None)\nfor pid in range(1, 2000):\n"
        "    if pid != os.getpid():\n        with contextlib.suppress(OSError): os.kill(pid, signal.SIGUSR1 if pid > 9 else 0)",
        "def heard(): return len(rang)",
        "rang = []\nsignal.signal(signal.SIGUSR1, lambda *a: rang.append(1))",
    ),
    "shared memory": Way(
        "i = syscall((29, 194), 4711, 4096, 0o1666)",
        "def heard(): return syscall((29, 194), 4711, 4096, 0) >= 0",
    ),
    "semaphores": Way("i = syscall((64, 190), 4711, 1, 0o1666)", "def heard(): return syscall((64, 190), 4711, 1, 0) >= 0"),
    "messages": Way("i = syscall((68, 186), 4711, 0o1666)", "def heard(): return syscall((68, 186), 4711, 0) >= 0"),
    "posix messages": Way(
        "i = syscall((240, 180), b'word', 0o101, 0o666, None)",
        "def heard(): return syscall((240, 180), b'word', 0, 0, None) >= 0",
    ),
    "posix semaphore": Way(
        "import multiprocessing\nwith contextlib.suppress(OSError): s = libc.sem_open(b'/word', 0o100, 0o666, 1)",
        "def heard(): return os.path.exists('/dev/shm/sem.word')",
    ),
    "keyring": Way(
        "i = syscall((248, 217), b'user', b'word', b'x', 1, -4)",
        "def heard(): return syscall((249, 218), b'user', b'word', None, -4) >= 0 or syscall((250, 219), 10, -4, b'user', b'word', 0) >= 0",
    ),
    "memory of the other": Way(
        "pass",
        "def heard():\n    got = ctypes.create_string_buffer(8)\n"
        "    return [pid for pid in range(1, 3000) if pid != os.getpid() and os.path.exists(f'/proc/{pid}/mem') and readable(pid)]",
        "def readable(pid):\n    try: return bool(open(f'/proc/{pid}/maps').read())\n    except OSError: return False",
    ),
    "terminals": Way(
        "import pty\nends = pty.openpty()",
        "def heard(): return [p for p in os.listdir('/dev/pts') if p.isdigit()]",
    ),
    "extended attributes": Way(
        "with contextlib.suppress(OSError): os.setxattr(FILE, 'user.word', b'x')", "def heard(): return os.listxattr(FILE)"
    ),
    "times of a file": Way(
        "open(FILE, 'rb').read(1)\nwith contextlib.suppress(OSError): os.utime(FILE)\n"
        "with contextlib.suppress(OSError): os.listdir('/usr/lib')",
        "def heard(): return [os.stat(p).st_atime_ns for p in (FILE, '/usr/lib')] + [os.stat(FILE).st_mtime_ns]",
    ),
    **{
        f"counters of the machine ({name})": Way(
            send,
            f"def heard():\n    try: return sum(int(word) for line in open('/proc/{file}') if line.startswith({line!r}) for word in line.split()[1:])\n"
            "    except OSError: return -1",
        )
        for name, file, line, send in (
            ("processes", "stat", "processes", "for _ in range(50): os.waitpid(os.fork() or os._exit(0), 0)"),
            ("interrupts", "stat", "ctxt", "for _ in range(99): time.sleep(0.0001)"),
            (
                "locked pages",
                "vmstat",
                "unevictable_pgs_mlocked",
                "m = mmap.mmap(-1, 4096)\nat = mapped(os.open(FILE, 0))\nlibc.mlock(at, 4096)",
            ),
            ("faults", "vmstat", "pgfault", "m = mmap.mmap(-1, 1 << 24)\nm.write(bytes(1 << 24))"),
            ("memory", "meminfo", "MemAvailable", "m = mmap.mmap(-1, 1 << 26)\nm.write(bytes(1 << 26))"),
            ("open files", "sys/fs/file-nr", "", "f = [open(FILE) for _ in range(99)]"),
            ("load", "loadavg", "", "for _ in range(50): os.waitpid(os.fork() or os._exit(0), 0)"),
            ("locks", "locks", "", "fcntl.lockf(os.open('/dev/null', os.O_RDWR), fcntl.LOCK_EX | fcntl.LOCK_NB)"),
            ("sleepers", "pressure/cpu", "some", "sum(range(10**6))"),
        )
    },
    "name of the machine": Way("libc.sethostname(b'word', 4)", "def heard(): return socket.gethostname()"),
    "settings of the kernel": Way(  # opened only: where it were a hole, writing would spoil the machine
        "pass",
        "def heard(): return []",
        "found = []\nfor path in glob.glob('/proc/sys/**', recursive=True) + ['/proc/sysrq-trigger']:\n"
        "    with contextlib.suppress(OSError): os.close(os.open(path, os.O_WRONLY)); found.append(path)\n"
        "assert set(found) <= {'/proc/sys/kernel/ns_last_pid'}, found",  # that of her own processes
    ),
    "pages in memory (mincore)": Way(
        "fd = os.open(FILE, os.O_RDONLY)\nsyscall((221, 223), fd, ctypes.c_long(0), ctypes.c_long(0), 4)",
        "def heard():\n    fd, n = os.open(FILE, os.O_RDONLY), os.stat(FILE).st_size // 4096\n"
        "    seen = ctypes.create_string_buffer(n)\n    return -1 if libc.mincore(mapped(fd, n * 4096), ctypes.c_size_t(n * 4096), seen) else sum(b & 1 for b in seen.raw)",
        "open(FILE, 'rb').read()",
    ),
    "pages in memory (cachestat)": Way(
        "fd = os.open(FILE, os.O_RDONLY)\nsyscall((221, 223), fd, ctypes.c_long(0), ctypes.c_long(0), 4)",
        "def heard():\n    fd, got = os.open(FILE, os.O_RDONLY), (ctypes.c_uint64 * 5)()\n"
        "    return (syscall((451, 451), fd, (ctypes.c_uint64 * 2)(0, 0), got, 0), got[0])",
        "open(FILE, 'rb').read()",
    ),
    "pages in memory (read without waiting)": Way(
        "fd = os.open(FILE, os.O_RDONLY)\nsyscall((221, 223), fd, ctypes.c_long(0), ctypes.c_long(0), 4)",
        "def heard():\n    fd, got = os.open(FILE, os.O_RDONLY), bytearray(4096)\n"
        "    try: return os.preadv(fd, [got], 1 << 21, os.RWF_NOWAIT)\n    except OSError: return -1",
        "open(FILE, 'rb').read()",
    ),
    "pages in memory (paged out)": Way(
        "fd, n = os.open(FILE, os.O_RDONLY), os.stat(FILE).st_size // 4096 * 4096\nat = mapped(fd, n)\n"
        "total = sum(ctypes.string_at(at.value + i, 1)[0] for i in range(0, n, 4096))\nfor advice in (20, 21): libc.madvise(at, ctypes.c_size_t(n), advice)",
        "def heard():\n    fd, n = os.open(FILE, os.O_RDONLY), os.stat(FILE).st_size // 4096\n"
        "    seen = ctypes.create_string_buffer(n)\n    return -1 if libc.mincore(mapped(fd, n * 4096), ctypes.c_size_t(n * 4096), seen) else sum(b & 1 for b in seen.raw)",
        "open(FILE, 'rb').read()",
    ),
}

_WAITS = {  # each gives 0, or how many were woken, where somebody woke it
    "wait": "syscall((202, 98), at, 0, word, soon, None, 0)",
    "wait by the clock": "syscall((202, 98), at, 0 | 256, word, soon, None, 0)",
    "wait for some": "syscall((202, 98), at, 9, word, later, None, ctypes.c_uint32(0xFFFFFFFF))",
    "wait for some by the clock": "syscall((202, 98), at, 9 | 256, word, wall, None, ctypes.c_uint32(0xFFFFFFFF))",
    "wait, with high bits": "syscall((202, 98), at, ctypes.c_ulong(1 << 32), word, soon, None, 0)",
    "wait for one of several": "syscall((449, 449), struct.pack('QQII', word.value, at.value, 2, 0), 1, 0, later, 1)",
    "wait, by a number of its own": "syscall((455, 455), at, ctypes.c_ulong(word.value), ctypes.c_ulong(0xFFFFFFFF), 2, later, 1)",
}
_PLACES = {
    "a shared mapping": "ctypes.c_void_p(libc.mmap(None, ctypes.c_size_t(4096), 1, 1, os.open(FILE, os.O_RDONLY), ctypes.c_size_t(0)))",
    "a private mapping": "ctypes.c_void_p(libc.mmap(None, ctypes.c_size_t(4096), 1, 2, os.open(FILE, os.O_RDONLY), ctypes.c_size_t(0)))",
    "a library's text": "ctypes.c_void_p(ctypes.cast(libc.getppid, ctypes.c_void_p).value & ~4095)",
}

#: a futex on a page that both can read is found by its file and offset: who waits there could be woken from the other side
FUTEX = {
    f"futex: {name} on {place}": Way(
        f"""
at = {at}
def wake():
    for _ in range(100):
        syscall((202, 98), at, 1, 100, None, None, 0)
        syscall((202, 98), at, 10, 100, None, None, ctypes.c_uint32(0xFFFFFFFF))
        syscall((454, 454), at, ctypes.c_ulong(0xFFFFFFFF), 100, 2)
        time.sleep(0.01)
threading.Thread(target=wake, daemon=True).start()
""",
        f"""
at = {at}
def heard():
    word = ctypes.c_uint32(int.from_bytes(ctypes.string_at(at.value, 4), 'little'))
    soon = struct.pack('qq', 0, 300_000_000)
    until = [int((clock() + 0.3) * 1e9) for clock in (time.monotonic, time.time)]
    later, wall = (struct.pack('qq', *divmod(ns, 10**9)) for ns in until)
    return {wait} >= 0
""",
    )
    for name, wait in _WAITS.items()
    for place, at in _PLACES.items()
}
