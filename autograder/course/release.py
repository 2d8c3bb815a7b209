"""Source -> release, through nbgrader's own generate_assignment: it is the only thing that strips."""

from __future__ import annotations

import logging
import os
import shutil
import sys
import tempfile
from pathlib import Path

from autograder.course.faults import LessonError
from autograder.course.parts import STUB


def release_week(source: Path, week: str, release: Path) -> Path:
    """Write a week's release folder anew from its source folder.

    nbgrader runs in a course folder and with a gradebook of its own, both thrown away: what an instructor's
    gradebook holds cannot change a release.

    Raises
    ------
    LessonError
        With what nbgrader said.
    """
    with tempfile.TemporaryDirectory(prefix="release-") as scratch:
        root = Path(scratch).resolve()
        shutil.copytree(source / week, root / "source" / week, ignore=shutil.ignore_patterns(".*", "__pycache__"))
        said = _generate(root, week)
        made = root / "release" / week
        if not (made / f"{week}.ipynb").is_file():
            mend = "correct lesson.py, then run `make build`"
            raise LessonError.one(Path("notebooks") / week / "lesson.py", 1, f"nbgrader made no release: {said}", mend)
        folder = release / week
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for file in sorted(made.iterdir()):
            shutil.copyfile(file, folder / file.name)
    return folder


def _generate(root: Path, week: str) -> str:
    """Run nbgrader's converter in a course folder; return what it logged as wrong."""
    from nbgrader.converters import GenerateAssignment
    from nbgrader.converters.base import NbGraderException
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config

    config = Config()
    config.ClearSolutions.code_stub = {"python": STUB}
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.db_url = f"sqlite:///{root / 'gradebook.db'}"
    config.CourseDirectory.assignment_id = week
    heard = _Heard()
    log = logging.getLogger("autograder.release")
    log.propagate = False
    log.addHandler(heard)
    before, path = os.getcwd(), os.environ.get("PATH", os.defpath)
    # nbgrader runs `alembic` by name, which lies beside this Python even where its environment is not activated.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), path])
    try:
        GenerateAssignment(coursedir=CourseDirectory(config=config, log=log), config=config, log=log).start()
    except NbGraderException:
        pass  # what led to it has been heard
    finally:
        os.chdir(before)
        os.environ["PATH"] = path
        log.removeHandler(heard)
    return "; ".join(heard.lines)


class _Heard(logging.Handler):
    """Keeps what nbgrader complains of."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the last line of each complaint, which is the one that says what happened."""
        line = record.getMessage().strip().splitlines()[-1]
        if not line.startswith(("There was an error processing", "Please see")):
            self.lines.append(line)
