"""A real course in a temporary folder: built by autograder.course, known to a real gradebook, released to an exchange."""

from __future__ import annotations

import functools
import importlib.util
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

FOLDER = Path(__file__).parent


def _load(name: str) -> ModuleType:
    """The tests are imported one by one, so their helper is too."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
        assert spec is not None and spec.loader is not None
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[name]


tiny = _load("tiny")
postgres = _load("postgres")


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course that is built and released: to be copied, not used."""
    from autograder.grading.grader import Grader, need

    home = tmp_path_factory.mktemp("built")
    root = home / "course"
    tiny.write_course(root)
    (home / "exchange").mkdir(mode=0o777)
    (home / "exchange").chmod(0o777)
    (home / "cache").mkdir()
    grader = Grader(root)
    need(grader.api.generate_assignment(tiny.WEEK), "generate")
    need(grader.api.release_assignment(tiny.WEEK), "release")
    return home


@pytest.fixture(scope="session")
def graded_class(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Gives a course in which a class's work was graded: to be copied, not used. The same work is graded once."""
    from autograder.grading.batch.batch import grade_class

    @functools.cache
    def graded(works: tuple[tuple[str, Callable[[Any], None] | None], ...]) -> Path:
        home = Path(shutil.copytree(built, tmp_path_factory.mktemp("graded") / "home"))
        for student, change in works:
            _hand_in(home / "course", student, change)
        assert not any(one.trouble for one in grade_class(home / "course", tiny.WEEK))
        return home

    return graded


@pytest.fixture
def home(built: Path, tmp_path: Path) -> Path:
    """A copy of the course, its exchange and its cache."""
    return Path(shutil.copytree(built, tmp_path / "home"))


@pytest.fixture
def root(home: Path) -> Path:
    """The course's folder."""
    return home / "course"


@pytest.fixture
def hand_in(root: Path) -> Callable[..., Path]:
    """Put a learner's work where it is graded, without the exchange."""

    return functools.partial(_hand_in, root)


def _hand_in(root: Path, student: str, change: Callable[..., None] | None = None) -> Path:
    book = tiny.Book(root / "release", root / "submitted" / student / tiny.WEEK)
    if change is not None:
        change(book)
    if isinstance(book.notebook, dict):
        book.save()
    return Path(book.folder)


@pytest.fixture(scope="session")
def server() -> Iterator[Any]:
    """A PostgreSQL server. Its folder can be reached by the user that it runs as."""
    if why := postgres.missing():
        pytest.skip(why)
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder:
        made = postgres.Server(Path(folder))
        try:
            yield made
        finally:
            made.end()
