"""Where root grades, each learner's process has a user of its own: it must be able to read what it runs.

A checkout made by root under a umask of 077 is closed to it, and its process would end without a word.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterable
from pathlib import Path

import autograder


def closed_to_others(allowed: Iterable[Path]) -> Path | None:
    """The first file, or folder on the way to it, that another user may not read; None where there is none.

    Parameters
    ----------
    allowed : what is bound into the sandbox. Folders above it do not matter: inside they are made anew.
    """
    bound = {path.resolve() for path in allowed}
    numpy = importlib.util.find_spec("numpy")
    files = [autograder.__file__, sys.executable, os.__file__, *([numpy.origin] if numpy and numpy.origin else [])]
    for file in (Path(file).resolve() for file in files):
        for path in (file, *file.parents):
            if not path.stat().st_mode & (0o001 if path.is_dir() else 0o004):
                return path
            if path in bound:
                break
    return None


def mend_closed(path: Path) -> str:
    """Say what is closed, and what opens it."""
    return (
        "Root gives each notebook's process a user of its own, and that one may not read what it needs:"
        f" {path} is closed to it. Open it: chmod -R go+rX '{path.parent}', or grade as another user than root."
    )
