"""The programs that this Python's environment brings along."""

import os
import sys
from pathlib import Path


def own_programs_first() -> None:
    """Put this environment's programs on the path: nbgrader makes a gradebook by a program of that name, `alembic`."""
    folder = str(Path(sys.executable).parent)
    path = os.environ.get("PATH", "")
    if folder not in path.split(os.pathsep):
        os.environ["PATH"] = folder + os.pathsep + path
