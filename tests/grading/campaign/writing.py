"""Writing: gradebooks, other people's folders, the course, the exchange, the machine."""
# ruff: noqa: E501 (code within strings stands as an attacker would write it)

from __future__ import annotations

from typing import Any

from tests.grading.campaign.lib import attack


def _root(book: Any) -> str:
    return str(book.folder.parents[2])


@attack("writing")
def into_the_course(book: Any) -> None:
    book.add(f"""
import os, pathlib
root = pathlib.Path({_root(book)!r})
for base in (root, root.parent, pathlib.Path('/proc/1/root' + str(root)), pathlib.Path('/proc/self/cwd/../../..')):
    for name in ('gradebook.db', 'nbgrader_config.py', 'notebooks/week01_tiny/hidden.py', 'notebooks/week01_tiny/checks.py',
                 'source/week01_tiny/week01_tiny.ipynb', '.grading/secret', 'exchange/campaign', 'private.txt', 'world.txt',
                 'submitted/aa-honest/week01_tiny/week01_tiny.ipynb', 'feedback/aa-honest/x', 'autograded/aa-honest/x'):
        try:
            (base / name).parent.mkdir(parents=True, exist_ok=True); (base / name).write_text('campaign-left-behind')
        except OSError: pass
""")


@attack("writing")
def a_gradebook_through_sqlite(book: Any) -> None:
    book.add(f"""
import sqlite3
for path in ({_root(book) + '/gradebook.db'!r}, 'gradebook.db', '/proc/1/cwd/gradebook.db'):
    try:
        with sqlite3.connect(path) as db: db.execute('update grade set auto_score = 100, manual_score = 100')
    except Exception: pass
""")


@attack("writing")
def nbgraders_own_interface(book: Any) -> None:
    book.add(f"""
try:
    from nbgrader.api import Gradebook
    with Gradebook('sqlite:///' + {_root(book) + '/gradebook.db'!r}) as g:
        for s in g.assignment_submissions('week01_tiny'):
            for n in s.notebooks:
                for grade in n.grades: grade.manual_score = 10.0
        g.db.commit()
except Exception: pass
""")


@attack("writing")
def the_engine_and_the_interpreter(book: Any) -> None:
    book.add("""
import autograder.cases as c, numpy, sys, os, pathlib
for place in (c.__file__, numpy.__file__, sys.executable, os.__file__):
    for path in (place, os.path.dirname(place) + '/campaign-left-behind.pth'):
        try: open(path, 'a').write('# campaign-left-behind')
        except OSError: pass
        try: os.chmod(path, 0o777); os.unlink(path)
        except OSError: pass
""")


@attack("writing")
def remove_all(book: Any) -> None:
    book.add("import shutil, os\nfor top in ('..', '/tmp', '/data', os.path.expanduser('~'), '/'): shutil.rmtree(top, ignore_errors=True)")


@attack("writing")
def names_that_climb(book: Any) -> None:
    """Names with .. in what the notebook says of itself."""
    book.notebook["metadata"] |= {"name": "../../../gradebook", "path": "/etc/cron.d/x", "kernelspec": {"name": "../../x", "language": "sh"}}
    book.notebook["metadata"]["celltoolbar"] = "Create Assignment"
    for cell in book.cells:
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"]["grade_id"] = "../../../campaign-left-behind"


@attack("writing")
def attachments_that_climb(book: Any) -> None:
    book.cells.insert(0, {
        "cell_type": "markdown", "id": "att", "metadata": {}, "source": "![x](attachment:../../../campaign-left-behind.png)",
        "attachments": {"../../../../campaign-left-behind.png": {"image/png": "AAAA"}, "/tmp/campaign-left-behind": {"image/png": "AAAA"}},
    })


@attack("writing")
def outputs_with_filenames(book: Any) -> None:
    book.add("from IPython.display import display\nfor name in ('/tmp/campaign-left-behind.png', '../../../campaign-left-behind.png'):\n"
             "    display({'image/png': 'AAAA'}, raw=True, metadata={'filenames': {'image/png': name}, 'filename': name})")


@attack("writing")
def a_link_where_the_result_goes(book: Any) -> None:
    """Her folders of an earlier run lead elsewhere: what the grader writes there must not land on a classmate."""
    root = book.folder.parents[2]
    (book.folder / "week01_tiny.html").symlink_to(root.parent / "world.txt")
    (book.folder / ".intake").symlink_to(root / "source")


@attack("writing")
def a_descriptor_of_the_graders(book: Any) -> None:
    book.add("""
import os
for fd in range(3, 256):
    for do in (lambda: os.ftruncate(fd, 0), lambda: os.pwrite(fd, b'campaign', 0), lambda: os.fchmod(fd, 0o777), lambda: os.listdir(fd)):
        try: do()
        except OSError: pass
""")
