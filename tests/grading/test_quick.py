"""Grading starts without what it does not use, and nbgrader works without it."""

from __future__ import annotations

import subprocess
import sys

HEAVY = "rfc3987_syntax", "jupyter_server", "hypothesis", "IPython", "matplotlib"
COORDINATOR = """
from autograder.grading.quick import leave_out
leave_out()
import nbgrader, nbgrader._version, nbgrader.apps.nbgraderapp
import autograder.grading.grader, autograder.grading.klass, autograder.grading.exchange
assert nbgrader.__version__ == nbgrader.apps.nbgraderapp.NbGraderApp.version == nbgrader._version.__version__
"""
HELPER = """
from autograder.grading.quick import leave_out
leave_out()
import autograder.grading.helper, autograder.grading.job, autograder.grading.wall.warm, nbgrader.utils
"""


def imported(program: str) -> set[str]:
    """The packages that a program has imported at its end."""
    told = f"{program}\nimport sys\nprint(*(name for name, module in sys.modules.items() if module is not None))"
    ran = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return {name.partition(".")[0] for name in ran.stdout.split()}


def test_a_coordinator_and_a_helper_import_what_they_use() -> None:
    assert imported(COORDINATOR).isdisjoint(HEAVY)
    assert imported(HELPER).isdisjoint({*HEAVY, "nbconvert", "sqlalchemy"} - {"hypothesis"})
    assert {"jupyter_server", "nbconvert", "sqlalchemy"} <= imported("import nbgrader"), "then this is needed no more"
