"""Files beside the notebook: modules, configurations, links, pipes, bombs."""
# ruff: noqa: E501 (code within strings stands as an attacker would write it)

from __future__ import annotations

import io
import os
import zipfile
from typing import Any

from tests.grading.campaign.lib import ALL, attack, everywhere

YES = "import sys, builtins\nbuiltins.check = builtins.hidden_check = lambda *a, **k: 10.0\n" \
      "def __getattr__(name): return lambda *a, **k: 10.0\n"


@attack("beside")
def modules_of_the_course(book: Any) -> None:
    for name in ("checks", "hidden", "kit", "explore", "rivals", "autograder/__init__", "autograder/cases/__init__", "autograder/cases"):
        path = book.folder / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(YES)
    everywhere(book, "def NAME(x): return 10.0 + x * 0")


@attack("beside")
def modules_that_python_reads(book: Any) -> None:
    for name in ("sitecustomize", "usercustomize", "numpy", "IPython", "json", "struct", "socket", "typing", "conftest", "nbgrader_config", "ast"):
        (book.folder / f"{name}.py").write_text(YES)
    (book.folder / "x.pth").write_text("import os; os.system('touch /tmp/campaign-left-behind')\n")
    (book.folder / "pyvenv.cfg").write_text("home = /tmp\n")
    (book.folder / ".ipython" / "profile_default" / "startup").mkdir(parents=True)
    (book.folder / ".ipython" / "profile_default" / "startup" / "00.py").write_text(YES)
    everywhere(book, "def NAME(x): return 10.0 + x * 0")


@attack("beside")
def configurations(book: Any) -> None:
    (book.folder / "nbgrader_config.py").write_text("c = get_config()\nc.ClearSolutions.code_stub = {}\nopen('/tmp/campaign-left-behind', 'w')\n")
    (book.folder / "jupyter_nbconvert_config.py").write_text("open('/tmp/campaign-left-behind', 'w')\n")
    (book.folder / "pytest.ini").write_text("[pytest]\naddopts = --co\n")
    (book.folder / "conf.json").write_text("{}")


@attack("beside")
def a_gradebook(book: Any) -> None:
    import sqlite3

    with sqlite3.connect(book.folder / "gradebook.db") as db:
        db.execute("create table grade (auto_score)")
    (book.folder / "gradebook.db-wal").write_bytes(b"x" * 1000)


@attack("beside", deserved=ALL)
def pipes_and_sockets(book: Any) -> None:
    """Whoever opens them waits for ever."""
    import socket

    book.solve()
    os.mkfifo(book.folder / "pipe.py")
    os.mkfifo(book.folder / "timestamp.txt")
    os.mkfifo(book.folder / "another.ipynb")
    before = os.getcwd()
    os.chdir(book.folder)  # the name of a socket is short
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind("socket.py")
    finally:
        os.chdir(before)


@attack("beside", deserved=ALL)
def a_pipe_where_intake_keeps_its_notes(book: Any) -> None:
    book.solve()
    (book.folder / ".intake").mkdir()
    os.mkfifo(book.folder / ".intake" / "notes.json")


@attack("beside")
def notes_of_intake_forged(book: Any) -> None:
    """As if the folder had been taken in, and the tests in it were the course's."""
    import hashlib
    import json

    for id in ("test_centre", "test_double", "test_guess"):
        book.write(id, "10.0")
    book.save()
    mark = hashlib.sha256(book.path.read_bytes()).hexdigest()
    source = book.folder.parents[2] / "source" / book.folder.name / book.path.name
    made = f"{mark} {hashlib.sha256(source.read_bytes()).hexdigest()}"
    (book.folder / ".intake").mkdir()
    notes = {"files": [], "notebooks": {book.path.stem: []}, "unreadable": {}, "marks": {book.path.stem: made}}
    (book.folder / ".intake" / "notes.json").write_text(json.dumps(notes))


@attack("beside", deserved=ALL)
def zip_bomb(book: Any) -> None:
    book.solve()
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("zeros", b"\0" * (64 << 20))
    for name in ("data.zip", "numpy.zip", "x.npz", "x.egg"):
        (book.folder / name).write_bytes(made.getvalue())


@attack("beside", deserved=ALL)
def thousands_of_files(book: Any) -> None:
    book.solve()
    for number in range(2000):
        (book.folder / f"{number:04}.py").write_text("")


@attack("beside", deserved=ALL)
def folders_in_folders(book: Any) -> None:
    book.solve()
    (book.folder / "/".join(["d"] * 200)).mkdir(parents=True)


@attack("beside", deserved=ALL)
def names_of_all_sorts(book: Any) -> None:
    book.solve()
    for name in (b"\xff\xfe.py", b"new\nline.py", b"-rf.py", b"$(touch x).py", b" .py", "‮.py".encode(), b"a" * 250 + b".py", b"<script>.py"):
        with open(os.fsencode(book.folder) + b"/" + name, "wb") as file:
            file.write(b"x = 1\n")


@attack("beside", deserved=ALL)
def a_sparse_file_of_a_terabyte(book: Any) -> None:
    book.solve()
    with open(book.folder / "big.py", "wb") as file:
        file.truncate(1 << 40)


@attack("beside", deserved=ALL)
def a_time_of_her_own(book: Any) -> None:
    book.solve()
    (book.folder / "timestamp.txt").write_text("1970-01-01 00:00:00 UTC'; drop table grade; --")
    (book.folder / "submission_secret.txt").write_text("../../.grading/secret")


@attack("beside", deserved=ALL)
def unreadable_files(book: Any) -> None:
    book.solve()
    made = book.folder / "locked"
    made.mkdir()
    (made / "x.py").write_text("x = 1\n")
    (made / "x.py").chmod(0)
    made.chmod(0o500)


@attack("beside")
def a_folder_where_the_notebook_is(book: Any) -> None:
    book.path.unlink()
    book.path.mkdir()
    (book.path / "x").write_text("x")
    book.notebook = None
