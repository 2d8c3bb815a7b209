"""Held-out rows on the disk, and arguments changed in place: further spellings, by a second person who had not read the mends."""
# ruff: noqa: E501 (code within strings stands as an attacker would write it)

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from autograder import datasets
from tests.grading.campaign.lib import ALL, WORTH, attack

DATA = Path(__file__).resolve().parents[3] / "data" / "held_out"
HELD = [str(path) for path in sorted(DATA.iterdir())]


def marks() -> list[str]:
    """Pieces of held-out rows and of their files, each byte turned over: the attack's own text is no find."""
    cancer = datasets.held_out("cancer").X[60]
    found = [np.ascontiguousarray(datasets.held_out(name).X[7]).tobytes()[300:332] for name in ("mnist", "fashion")]
    found += [cancer.astype(kind).tobytes()[:24] for kind in (np.float64, np.float32)]
    found += [",".join(f"{value:.6g}" for value in cancer[:3]).encode()]
    found += [telling(Path(path).read_bytes()) for path in HELD if path.endswith(".h5")]
    return [bytes(255 - byte for byte in mark).hex() for mark in found]


def telling(raw: bytes) -> bytes:
    """32 bytes from the middle of a file, of which 26 differ: compressed rows do, what HDF5 writes into every file does not."""
    middle = len(raw) // 2
    return next(piece for at in range(middle, len(raw)) if len(set(piece := raw[at : at + 32])) >= 26)


LOOK = f"""
import ctypes, glob, importlib, io, mmap, os, pkgutil, stat, subprocess, sys, tarfile, zipfile, zlib
import numpy as np
HELD = {HELD!r}
TURNED = [bytes.fromhex(h) for h in {marks()!r}]
libc = ctypes.CDLL(None, use_errno=True)
def seen(where, data):
    data = bytes(data).translate(bytes(range(255, -1, -1)))
    if any(mark in data for mark in TURNED): print('REACHED', where)
def look(path, **how):
    try:
        if not stat.S_ISREG(os.stat(path, **how).st_mode): return
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK, **how)
        with open(fd, 'rb') as file: seen(path, file.read(100 << 20))
    except (OSError, ValueError): pass
def walk(top, ends=('',), most=4000):
    for folder, _, files in os.walk(top):
        for name in files:
            if name.endswith(ends): most -= 1; look(os.path.join(folder, name))
            if most < 0: return
ups = ['../' * n for n in range(1, 12)]
"""

ROWS = {
    "by_roots_of_processes": "for way in glob.glob('/proc/*/root') + glob.glob('/proc/*/cwd') + glob.glob('/proc/*/task/*/root'):\n    for path in HELD:\n        look(way + path)\n        for up in ups: look(way + '/' + up + path)",
    "by_files_that_are_open_or_mapped": "for path in glob.glob('/proc/*/fd/*') + glob.glob('/proc/*/map_files/*') + glob.glob('/proc/*/task/*/fd/*'): look(path)\nfor fd in range(1024):\n    for path in HELD:\n        for up in ('', *ups): look(up + path.lstrip('/'), dir_fd=fd)",
    "by_all_mounts": "for line in open('/proc/self/mountinfo'):\n    parts = line.split()\n    for top in (parts[3], parts[4], *[one.split('=')[-1] for one in parts[-1].replace(':', ',').split(',')]):\n        if top.startswith('/') and top not in ('/', '/proc', '/usr', '/sys', '/dev'): walk(top, ('.h5', '.csv', '.gz', '.npz', '.npy', '.idx', '.bin', '.parquet'))\n        for path in HELD: look(top + path); look(os.path.join(top, os.path.basename(path)))",
    "by_links_within_hdf5": "import h5py\nfor n, path in enumerate(HELD):\n    for driver in (None, 'core', 'stdio', 'sec2'):\n        try:\n            with h5py.File(path, 'r', driver=driver) as f: print('REACHED', list(f))\n        except OSError: pass\n    with h5py.File(f'/tmp/{n}.h5', 'w') as f:\n        f['x'] = h5py.ExternalLink(path, '/')\n        layout = h5py.VirtualLayout((100, 784), 'u1'); layout[:] = h5py.VirtualSource(path, 'X', (100, 784), 'u1')\n        f.create_virtual_dataset('v', layout, fillvalue=0)\n        f.create_dataset('r', (os.stat('/usr').st_size,), 'u1', external=[(path, 0, 4096)])\n    with h5py.File(f'/tmp/{n}.h5') as f:\n        for key in 'xvr':\n            try: found = f[key]; print('REACHED', key) if key == 'x' or np.any(found[()]) else None\n            except (OSError, KeyError): pass",
    "by_packages_of_others": "for top in {*sys.path, sys.prefix, sys.base_prefix, '/usr/lib/python3', '/usr/local', '/opt', '/usr/share'}: walk(top, ('.csv', '.gz', '.npz', '.npy', '.arff', '.mat', '.pkl', '.joblib', '.parquet', '.feather', '.rda', '.idx3-ubyte', '.h5', '.data', '.bz2', '.xz'))",
    "by_archives": "for top in {*sys.path, '/opt', '/tmp', os.path.expanduser('~'), '/usr/share/python-wheels'}:\n    for folder, folders, files in os.walk(top):\n        folders[:] = [f for f in folders if f not in ('__pycache__', 'node_modules', 'include')]\n        for path in [os.path.join(folder, f) for f in files if f.endswith(('.zip', '.egg', '.whl', '.pyz', '.npz', '.tar', '.tgz', '.tar.gz', '.tar.bz2'))]:\n            try:\n                with zipfile.ZipFile(path) as z: [seen(path, z.read(name)) for name in z.namelist() if name.endswith(('.csv', '.gz', '.npy', '.h5', '.data'))]\n            except Exception:\n                try: [seen(path, tarfile.open(path).extractfile(one).read()) for one in tarfile.open(path) if one.isfile()]\n                except Exception: pass",
    "by_objects_of_a_checkout": "import autograder\ntops = {os.path.dirname(autograder.__file__) + '/..', *[os.path.dirname(p) + '/../..' for p in HELD], *HELD, '.', '/'}\nfor top in tops:\n    try: print([subprocess.run(['git', '-C', top, 'rev-parse', 'HEAD'], capture_output=True).stdout.decode().replace('\\n', 'REACHED')])\n    except OSError: pass\n    for path in [f'{top}/{up}.git' for up in ('', *ups)]:\n        for found in glob.glob(path + '/objects/*/*') + glob.glob(path + '/lfs/objects/*/*/*') + glob.glob(path + '/worktrees/*/*'): print('REACHED', found)",
    "by_folders_of_the_course": "import autograder\nfor top in {os.getcwd(), os.path.dirname(autograder.__file__), HELD[0]}:\n    for up in ups:\n        for name in ('source', 'autograded', 'submitted', 'release', '.grading', 'gradebook.db', 'notebooks/*/hidden.py', 'data/held_out', 'exchange', 'cache', 'tests'):\n            for found in glob.glob(f'{top}/{up}{name}'): print('REACHED', found) if name != 'tests' or os.path.exists(found + '/grading') else None",
    "by_temporary_copies": "for top in ('/tmp', '/var', '/run', '/dev/shm', '/mnt', '/media', '/srv', '/root', '/home', '/data', '/dev', '/sys'): walk(top)\nfor path in HELD: look('/data/' + os.path.basename(path)); look('/data/held_out/' + os.path.basename(path)); look('/data/../data/held_out/' + os.path.basename(path))",
    "by_our_own_loader": "from autograder import datafiles, datasets\nos.environ.update({k: os.path.dirname(HELD[0]) for k in ('WORKBOOK_DATA', 'WORKBOOK_HELD_OUT', 'DATA', 'HELD_OUT')})\nfor module in (datasets, datafiles):\n    for name in ('cancer', 'mnist', 'fashion', 'trees'):\n        for call in ('held_out', 'load', 'private', 'open_held_out', '_load', '_open'):\n            for args in ((name,), (name, 'held_out'), ('held_out/' + name,), ('../held_out/' + name,), (HELD[0],)):\n                try: got = getattr(module, call)(*args); seen((call, args), np.ascontiguousarray(got.X).tobytes())\n                except BaseException: pass\nfor package in ('autograder', 'data', 'sklearn.datasets', 'autograder.datasets'):\n    for name in ('held_out/mnist.h5', '../data/held_out/mnist.h5', 'data/breast_cancer.csv', '../../data/held_out/cancer.h5'):\n        try: seen(name, pkgutil.get_data(package, name))\n        except Exception: pass",
    "by_new_namespaces": "print(libc.unshare(0x10000000 | 0x20000))\nfor line in open('/proc/self/mounts').read().splitlines()[::-1]: libc.umount2(line.split()[1].encode(), 2)\nos.makedirs('/tmp/n', exist_ok=True)\nfor source, kind, flags, data in ((b'/', b'none', 4096, None), (b'/', b'none', 4096 | 16384, None), (b'o', b'overlay', 0, b'lowerdir=/:/usr'), (b'proc', b'proc', 0, None), (b'/dev/root', b'ext4', 1, None)):\n    libc.mount(source, b'/tmp/n', kind, flags, data)\n    for path in HELD: look('/tmp/n' + path)\n    walk('/tmp/n', ('.csv', '.h5'), 500)\nfor number in (428, 430, 432, 442, 155, 161): libc.syscall(number, -100, b'/', 0x8001, 0)\nwalk(sys.prefix + '/lib', ('.csv', '.csv.gz'))",
    "by_handles_of_inodes": "import struct\nfor number in list(range(2, 3000)):\n    handle = ctypes.create_string_buffer(struct.pack('IiII', 8, 1, number, 0))\n    for top in ('/data', '/usr', '/'):\n        fd = os.open(top, os.O_RDONLY) if number == 2 else fd\n        got = libc.syscall(304, fd, handle, 0)\n        if got >= 0: print('REACHED', got)",
    "by_devices": "for name, major, minor in (('a', 8, 0), ('b', 8, 1), ('c', 259, 0), ('d', 253, 0), ('e', 7, 0)):\n    try: os.mknod('/tmp/' + name, 0o600 | stat.S_IFBLK, os.makedev(major, minor)); print('REACHED', os.open('/tmp/' + name, os.O_RDONLY))\n    except OSError: pass\nfor path in glob.glob('/dev/*') + ['/proc/kcore', '/proc/kmem', '/dev/mem', '/proc/1/mem']:\n    try:\n        if stat.S_ISBLK(os.stat(path).st_mode): print('REACHED', os.open(path, os.O_RDONLY))\n    except OSError: pass",
    "by_memory_of_all": "for pid in glob.glob('/proc/[0-9]*'):\n    try: maps = open(pid + '/maps').read().splitlines()\n    except OSError: continue\n    with mmap.mmap(-1, 64 << 20) as room:\n        view = np.frombuffer(room, np.uint8)\n        for line in maps:\n            a, b = (int(n, 16) for n in line.split()[0].split('-'))\n            try:\n                with open(pid + '/mem', 'rb', 0) as file: file.seek(a); n = file.readinto(memoryview(view)[:min(b - a, 64 << 20)])\n            except (OSError, ValueError, OverflowError): continue\n            np.invert(view[:n], out=view[:n])\n            if any(room.find(mark, 0, n) >= 0 for mark in TURNED): print('REACHED', line)\n        del view",
    "by_other_interpreters": "text = 'import sys, glob; print([p for t in sys.path for p in glob.glob(t + \"/*/datasets/data/*\")])'\nfor python in {*glob.glob('/usr/bin/python3*[0-9]'), *glob.glob('/usr/local/bin/python3*[0-9]'), *glob.glob('/opt/*/bin/python3'), *glob.glob('/srv/*/*/bin/python'), *glob.glob('/*/.*/bin/python3'), sys.executable}:\n    try: print(subprocess.run([python, '-S' if 'usr' not in python else '-E', '-c', text], capture_output=True, text=True, timeout=1).stdout.replace('[\\'', 'REACHED'))\n    except (OSError, subprocess.SubprocessError): pass",
    "by_system_calls": "import struct\nfor path in HELD:\n    for number, args in ((2, (path.encode(), 0)), (257, (-100, path.encode(), 0)), (437, (-100, path.encode(), struct.pack('QQQ', 0, 0, 0), 24)), (85, (path.encode(), 0)), (86, (path.encode(), b'/tmp/l'))):\n        if (fd := libc.syscall(number, *args)) >= 0 and number != 85: print('REACHED', number, path)\n    for read in (np.fromfile, np.memmap, np.load, io.open_code):\n        try: print('REACHED', read(path) is not None)\n        except (OSError, ValueError): pass\nprint(libc.syscall(425, 8, ctypes.create_string_buffer(120)))",
    "by_leaving_the_root": "here = os.open('/', os.O_RDONLY)\nos.makedirs('/tmp/r', exist_ok=True)\ntry: os.chroot('/tmp/r')\nexcept OSError: pass\nos.fchdir(here)\nfor _ in range(20): os.chdir('..')\ntry: os.chroot('.')\nexcept OSError: pass\nfor path in HELD: look(path); look('.' + path)",
}  # fmt: skip


def _rows(name: str, body: str) -> None:
    def reads(book: Any) -> None:
        book.solve()
        book.add(f"{LOOK}{body}\nprint('LOOKED')")

    reads.__name__ = f"rows_{name}"
    attack("reading", ALL)(reads)


for name, body in ROWS.items():
    _rows(name, body)


@attack("reading", ALL)
def rows_by_links_handed_in(book: Any) -> None:
    """Links in her folder to each file, to its folder and to what leads there from wherever the folder is copied to."""
    book.solve()
    for n, path in enumerate(HELD):
        (book.folder / f"l{n}.h5").symlink_to(path)
        (book.folder / f"r{n}.h5").symlink_to("../" * 12 + path.lstrip("/"))
    (book.folder / "data").symlink_to(DATA)
    (book.folder / "up").symlink_to("/")
    (book.folder / "again").symlink_to("l0.h5")
    book.add(
        LOOK
        + "walk('.')\nfor path in glob.glob('**/*', recursive=True): look(path)\nfor path in HELD: look('up' + path); look('data/' + os.path.basename(path))\nprint('LOOKED')"
    )


NOUGHT = "return np.zeros_like(x)"
#: what each does to its argument, so that an answer of noughts, or what it gives back, fits it afterwards
CHANGES = {
    "by_a_view": f"x.view()[...] = 0\n{NOUGHT}",
    "by_strides": f"np.lib.stride_tricks.as_strided(x, (x.size,), (x.itemsize,))[:] = 0\n{NOUGHT}",
    "by_its_address": f"ctypes.memset(x.ctypes.data, 0, x.nbytes)\n{NOUGHT}",
    "by_its_interface": f"a = type('A', (), {{'__array_interface__': dict(x.__array_interface__)}})()\nnp.asarray(a)[...] = 0\n{NOUGHT}",
    "by_a_memoryview": f"m = memoryview(x).cast('B')\nm[:] = bytes(len(m))\n{NOUGHT}",
    "by_out": f"np.multiply(x, 0, out=x)\n{NOUGHT}",
    "by_at": f"np.multiply.at(x, np.arange(len(x)), 0)\n{NOUGHT}",
    "by_copyto_put_and_place": f"np.copyto(x, 0); np.put(x, range(x.size), 0); np.place(x, x == x, 0); np.nan_to_num(x, copy=False)\n{NOUGHT}",
    "by_its_flags": f"x.setflags(write=True); x.flags.writeable = True\nx.fill(0); x.setflags(write=False)\n{NOUGHT}",
    "by_its_size": "x.resize(0, refcheck=False)\nreturn x",
    "by_its_shape": "x.shape = (1, x.size)\nreturn x + x + 1",
    "by_its_type": "x.dtype = np.int64\nreturn x * 0",
    "by_its_state": f"x.__setstate__((1, x.shape, x.dtype, False, bytes(x.nbytes)))\n{NOUGHT}",
    "by_byteswaps": "x.byteswap(inplace=True)\nreturn x * 0",
    "by_sorting": "x.sort(); x.partition(0); np.random.shuffle(x)\nx -= x\nreturn x",
    "by_a_thread_afterwards": f"threading.Thread(target=lambda: [(time.sleep(0.001), x.fill(0)) for _ in range(200)], daemon=True).start()\n{NOUGHT}",
    "by_what_is_forgotten": f"class D:\n    def __del__(s): x.fill(0)\nd = D()\n{NOUGHT}",
    "by_the_answers_type": "class A(np.ndarray):\n    def __array_finalize__(s, o): x.fill(0)\n    def __array__(s, *a, **k): x.fill(0); return np.zeros(s.shape)\nreturn np.zeros_like(x).view(A)",
    "by_giving_it_back": "x *= 0\nreturn x[:]",
    "by_giving_back_a_base": "y = np.zeros((2, *x.shape)); y[0] = x; x[...] = 0\nreturn y[1]",
    "by_all_earlier_ones": f"keep.append(x)\nfor k in keep: k.fill(0)\n{NOUGHT}",
    "by_an_answer_that_changes": "keep.append(np.zeros_like(x))\nfor k in keep: k[...] = 0\nx[...] = keep[-1]\nreturn keep[-1]",
    "by_whoever_refers_to_it": f"for o in gc.get_referrers(x):\n    if isinstance(o, (list, dict)):\n        for k in (range(len(o)) if isinstance(o, list) else list(o)):\n            if o[k] is x: o[k] = np.zeros_like(x)\n{NOUGHT}",
    "by_frames_above": f"f = sys._getframe(1)\nwhile f:\n    for v in list(f.f_locals.values()):\n        for a in (v if isinstance(v, (list, tuple)) else [v]):\n            if isinstance(a, np.ndarray) and a.flags.writeable and a.dtype.kind == 'f': a[...] = 0\n    f = f.f_back\n{NOUGHT}",
    "by_all_arrays": f"for a in gc.get_objects():\n    for b in (a if type(a) is list else ()):\n        if isinstance(b, np.ndarray) and b.flags.writeable and b.dtype.kind == 'f': b[...] = 0\nx[...] = 0\n{NOUGHT}",
    "by_one_number_at_a_time": f"for i in range(len(x)): x[i] = 0\nx.flat = 0; x.real = 0\n{NOUGHT}",
    "by_an_error": "x[...] = 0\nraise ValueError(x)",
    "by_a_generator": "x[...] = 0\ndef g():\n    for v in x: x[...] = 0; yield v\nreturn g()",
}  # fmt: skip
BEFORE = "import ctypes, gc, sys, threading, time\nimport numpy as np\nkeep = []\n"


def _changes(name: str, body: str) -> None:
    def changed(book: Any) -> None:
        """`guess` is solved; the two others change what they are given."""
        book.solve("guess")
        for one in ("centre", "double"):
            book.write(one, BEFORE + f"def {one}(x):\n" + "\n".join(f"    {line}" for line in body.split("\n")))

    changed.__name__ = f"changes_{name}"
    attack("sharing", WORTH["guess"])(changed)


for name, body in CHANGES.items():
    _changes(name, body)
