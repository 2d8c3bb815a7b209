"""Source -> release, through nbgrader's own generate_assignment: it is the only thing that strips."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from pathlib import Path

from autograder.course.faults import LessonError
from autograder.notebook.regions import STUB


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
    config.CourseDirectory.db_url = _empty_gradebook(root / "gradebook.db")
    config.CourseDirectory.assignment_id = week
    heard = _Heard()
    log = logging.getLogger("autograder.release")
    log.propagate = False
    log.addHandler(heard)
    before = os.getcwd()
    try:
        GenerateAssignment(coursedir=CourseDirectory(config=config, log=log), config=config, log=log).start()
    except NbGraderException:
        pass  # what led to it has been heard
    finally:
        os.chdir(before)
        log.removeHandler(heard)
    return "; ".join(heard.lines)


def _empty_gradebook(file: Path) -> str:
    """Make the tables of a gradebook, and return its address.

    Where nbgrader makes them itself it runs `alembic` to write down their version: seconds, for a gradebook that
    is thrown away.
    """
    from nbgrader.api import Base
    from sqlalchemy import create_engine

    address = f"sqlite:///{file}"
    engine = create_engine(address)
    Base.metadata.create_all(bind=engine)
    engine.dispose()
    return address


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
