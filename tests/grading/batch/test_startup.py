"""Grading starts without what it does not use, and nbgrader works without it."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

HEAVY = {"rfc3987_syntax", "isoduration", "jupyter_server", "IPython", "matplotlib", "nbconvert", "setuptools"}
QUICK = "from autograder.grading.batch.startup import leave_out\nleave_out()\n"
COORDINATOR = f"{QUICK}from autograder.grading import commands, grader\nfrom autograder.grading.batch import batch, pool"
HELPER = f"{QUICK}from autograder.grading.batch import run, worker_main\nimport autograder.wall.sandbox.warm, nbgrader.utils"
WORKS = f"""{QUICK}
import nbgrader, nbgrader._version, nbgrader.apps.nbgraderapp, nbgrader.utils, sys
assert nbgrader.__version__ == nbgrader.apps.nbgraderapp.NbGraderApp.version == nbgrader._version.__version__
nbgrader.utils.unzip(sys.argv[1], sys.argv[2])
"""
NAMES = """
import sys
print(*(name for name, module in sys.modules.items() if getattr(module, "__file__", "")))
"""


def run(program: str, *arguments: str) -> str:
    ran = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def imported(program: str) -> set[str]:
    """The packages of which a program has run a file at its end."""
    return {name.partition(".")[0] for name in run(program + NAMES).split()}


def test_a_coordinator_and_a_helper_import_what_they_use() -> None:
    assert imported(COORDINATOR).isdisjoint({*HEAVY, "hypothesis", "numpy", "rich"})
    assert imported(HELPER).isdisjoint({*HEAVY, "sqlalchemy"})
    usual = imported("import nbgrader, nbgrader.utils")
    assert {"jupyter_server", "nbconvert", "setuptools"} <= usual, "then this is needed no more"


def test_what_is_left_out_works_where_it_is_asked_for(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "work.zip", "w") as archive:
        archive.writestr("hers.ipynb", "{}")
    (tmp_path / "opened").mkdir()
    run(WORKS, str(tmp_path / "work.zip"), str(tmp_path / "opened"))
    assert [path.name for path in (tmp_path / "opened").rglob("*.ipynb")] == ["hers.ipynb"]
