"""What is imported ahead, and which pages are in memory."""

from __future__ import annotations

import ast
import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from autograder.wall.inside import shut

#: folders of numpy that no answer needs, and what is wanted only of files, of the network, or to show settings
UNUSED = {"tests", "testing", "f2py", "_pyinstaller", "distutils", "typing", "_typing", "_pytesttester.py", "conftest.py"}
NEEDLESS = {
    "bz2", "gzip", "lzma", "shutil", "tempfile", "pydoc", "sysconfig", "yaml", "threadpoolctl", "urllib.error", "urllib.parse",
    "urllib.request", "pathlib", "numpy.distutils", "numpy.f2py", "numpy.testing", "numpy.typing", "numpy.matlib",
    "numpy.ma.mrecords",
}  # fmt: skip


def test_what_numpy_imports_late_is_imported_before() -> None:
    wanted = {name for name in _late() if name not in NEEDLESS and importlib.util.find_spec(name)}
    ahead = f"import sys, json, importlib\nfor name in {shut.LAZY!r}: importlib.import_module(name)"
    code = f"{ahead}\nprint(json.dumps(sorted(sys.modules)))"
    loaded = json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout)
    assert len(wanted) > 30 and wanted - {*loaded} == set()


def _late() -> Iterator[str]:
    """Modules that functions of numpy import."""
    base = Path(np.__file__).parent
    for path in base.rglob("*.py"):
        place = path.relative_to(base)
        if UNUSED.isdisjoint(place.parts):
            functions = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)]
            package = ["numpy", *place.parent.parts]
            for node in (one for function in functions for one in ast.walk(function)):
                if isinstance(node, ast.Import):
                    yield from (alias.name for alias in node.names)
                elif isinstance(node, ast.ImportFrom):
                    above = package[: len(package) - node.level + 1] if node.level else []
                    yield ".".join([*above, *([node.module] if node.module else [])])


RESIDENT = """
import ctypes, mmap, os, sys
sys.path.insert(0, sys.argv[2])
from autograder.wall.inside import shut
size = 8 << 20
def mapped(what):
    fd = os.open(sys.argv[1], os.O_RDONLY)
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    libc = ctypes.CDLL(None)
    libc.mmap.restype = ctypes.c_void_p
    return ctypes.c_void_p(libc.mmap(None, ctypes.c_size_t(size), what, 2, fd, ctypes.c_size_t(0)))
def there(at):
    seen = ctypes.create_string_buffer(size // mmap.PAGESIZE)
    assert ctypes.CDLL(None).mincore(at, ctypes.c_size_t(size), seen) == 0
    return sum(byte & 1 for byte in seen.raw) / len(seen.raw)
for what in (mmap.PROT_READ, 0):
    at = mapped(what)
    before = there(at)
    shut.make_resident()
    print(before, there(at))
    ctypes.CDLL(None).munmap(at, ctypes.c_size_t(size))
"""


def test_every_mapped_page_is_made_resident(tmp_path: Path) -> None:
    file = tmp_path / "library"
    file.write_bytes(bytes(range(256)) * (8 << 12))
    subprocess.run(["sync", str(file)], check=True)  # pages that are not written yet cannot be put out
    engine = str(Path(shut.__file__).parents[3])
    ran = subprocess.run([sys.executable, "-c", RESIDENT, str(file), engine], capture_output=True, check=True, text=True)
    found = [tuple(map(float, line.split())) for line in ran.stdout.splitlines()]
    assert len(found) == 2 and all(before < 0.5 and after == 1.0 for before, after in found), found


def test_no_file_of_hers_is_imported_before_the_door_is_shut(tmp_path: Path) -> None:
    """Not where a library imports another of the same name either: it would look round while it can."""
    home, library = tmp_path / "home", tmp_path / "library"
    for folder in (home, library):
        folder.mkdir()
        (folder / "inner.py").write_text(f"open({str(folder / 'ran')!r}, 'w')\n")
    (library / "outer.py").write_text("import inner\n")
    engine = str(Path(shut.__file__).parents[3])
    code = f"import sys\nsys.path[1:1] = [{str(home)!r}, {str(library)!r}, {engine!r}]\n"
    code += "from autograder.wall.inside.shut import settle\nassert settle(['outer', 'inner'], False, 3) == ''\n"
    code += "assert 'outer' in sys.modules and '' in sys.path"
    subprocess.run([sys.executable, "-c", code], cwd=home, check=True)
    assert (library / "ran").exists() and not (home / "ran").exists()
