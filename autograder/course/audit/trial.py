"""A week put to its own test: the reference, every rival and every studio entry judged by every case.

Works on a week that is still being written: it needs lesson.py and checks.py, and takes what else is there.
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
import os
import sys
import tempfile
import types
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np

from autograder.cases import Broken, Exercise, Report, StudioEntry, TimeUp, limit, load
from autograder.cases.judging import measure
from autograder.cases.model import Half
from autograder.cases.running import seed_for
from autograder.cases.session import Session
from autograder.cases.studios import Here, Rounds
from autograder.course.lesson import read_cells
from autograder.notebook.regions import without_markers

ROLES = ("given", "answer", "studio", "try")
Names = dict[str, Any]


@contextlib.contextmanager
def _as_in_a_notebook(folder: Path, kit: types.ModuleType) -> Iterator[None]:
    """The week's folder on the path and its kit importable; a scratch folder to work in; no windows."""
    import matplotlib

    matplotlib.use("agg")
    own = ("kit", "checks", "explore", "hidden", "rivals")
    before = {name: sys.modules.pop(name) for name in own if name in sys.modules}
    here = Path.cwd()
    sys.modules["kit"] = kit
    sys.path.insert(0, str(folder))
    with tempfile.TemporaryDirectory(prefix="trial-") as scratch:
        os.chdir(scratch)
        try:
            yield
        finally:
            os.chdir(here)
            sys.path.remove(str(folder))
            for name in own:
                sys.modules.pop(name, None)
            sys.modules.update(before)


def kit_module(folder: Path, needs: str) -> types.ModuleType:
    """The pieces of earlier weeks as a module: what `kit.py` holds once the week is built."""
    kit = types.ModuleType("kit")
    kit.mine = lambda name: getattr(kit, name)  # type: ignore[attr-defined]
    for need in needs.split():
        week, id = need.split(".")
        earlier = next(folder.parent.glob(f"{week}_*"))
        names = load(earlier, ("checks",)).exercises[id].names
        made = reference(earlier)
        for name in names:
            setattr(kit, name, made[name])
    return kit


def reference(folder: Path, roles: Sequence[str] = ROLES) -> Names:
    """The names of a lesson whose cells of these roles ran with their solutions, top to bottom."""
    cells, marks = read_cells((folder / "lesson.py").read_text(encoding="utf-8"), folder / "lesson.py")
    names: Names = {"__name__": "__lesson__"}
    kit = kit_module(folder, marks[0].text("needs"))
    quiet = contextlib.redirect_stdout(io.StringIO())
    with _as_in_a_notebook(folder, kit), np.errstate(all="ignore"), quiet:
        for cell in cells:
            if cell.role in roles:
                source = "\n" * (cell.line - 1) + without_markers(cell.source)
                exec(compile(source, str(folder / "lesson.py"), "exec"), names)
    return names


class Trial:
    """Judges anything that stands in for an exercise of one week; what it does not give is the reference's."""

    def __init__(self, folder: Path, roles: Sequence[str] = ROLES, smallest: bool = True) -> None:
        """Load the cases and run the reference of the week in `folder`. `smallest`: reports hold the smallest breaking inputs."""
        self.folder = folder.resolve()
        self.kit = types.ModuleType("kit")
        _, marks = read_cells((self.folder / "lesson.py").read_text(encoding="utf-8"), self.folder / "lesson.py")
        if marks[0].text("needs"):
            self.kit = kit_module(self.folder, marks[0].text("needs"))
        self.reference = reference(self.folder, roles)
        with self.at_home():
            self.registry = load(self.folder)
            self.session = Session(self.folder, self.reference.__getitem__)
        self.session.registry, self.session.smallest = self.registry, smallest

    def at_home(self) -> AbstractContextManager[None]:
        """As the cells of the week see the world: their folder, their kit."""
        return _as_in_a_notebook(self.folder, self.kit)

    def judge(self, id: str, subjects: Mapping[str, Any], key: bytes = b"trial", hidden: bool = True) -> Report:
        """The report on an exercise with these names in place of the reference's; a studio's judge is left out."""
        self.session.lookup, self.session.key = self._lookup(subjects), key
        studios = self.registry.studios
        self.registry.studios = {id: dataclasses.replace(one, judge=None) for id, one in studios.items()}
        try:
            with self.at_home():
                return self.session.judge(id, hidden)
        finally:
            self.registry.studios = studios

    def _lookup(self, subjects: Mapping[str, Any]) -> Callable[[str], Any]:
        names: ChainMap[str, Any] = ChainMap(dict(subjects), self.reference)

        def lookup(name: str) -> Any:
            if name not in names:
                raise NameError(name)
            return names[name]

        return lookup

    def enter(self, entry: StudioEntry, seed: int, half: Half = "grade", rounds: Rounds | None = None) -> Landing:
        """Where an entry to a studio lands: its metric, its score and its band. `rounds`: where it runs, by default here."""
        studio = self.registry.studios[entry.exercise]
        subjects = entry.made()
        report = self.judge(entry.exercise, subjects)
        broken = next((v for v in report.verdicts if not v.holds and not v.side), None)
        if broken:
            return Landing(None, 0.0, f"refused: {broken.message}")
        try:
            drawn = seed_for(b"entry", str(seed))
            with self.at_home():
                value, _ = measure(studio, rounds or Here(self._lookup(subjects)), half, drawn, limit)
        except Broken as refusal:
            return Landing(None, 0.0, f"refused: {refusal}")
        except (Exception, TimeUp) as error:
            return Landing(None, 0.0, f"refused: {type(error).__name__}: {error}")
        return Landing(value, studio.score(value), studio.band(value))


@dataclasses.dataclass(frozen=True)
class Landing:
    """Where an entry came down."""

    value: float | None
    score: float
    band: str

    def fits(self, band: str) -> bool:
        """Whether that is the band that the entry was to land in."""
        if band == "refused":
            return self.value is None
        if band == "nothing":
            return self.score == 0.0
        if band == "baseline":
            return self.value is not None and "baseline" in self.band
        return self.band == band


def zeros_of(value: Any) -> Any:
    """The same shape with nothing in it."""
    if isinstance(value, np.ndarray):
        return np.zeros_like(value) if value.dtype.kind in "biufc" else value
    if isinstance(value, (bool, np.bool_)):
        return False
    if isinstance(value, (int, float, complex, np.number)):
        return type(value)(0)
    if isinstance(value, (tuple, list)):
        return type(value)(zeros_of(v) for v in value)
    if isinstance(value, dict):
        return {k: zeros_of(v) for k, v in value.items()}
    return "" if isinstance(value, str) else None


def _zeros_class(made: type, differs: list[Any]) -> type:
    """A class that does all that `made` does and gives zeros for every result."""

    class Zeros:
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            self.__dict__["_inner"] = made(*args, **kwargs)

        def __getattr__(self, name: str) -> Any:
            found = getattr(self.__dict__["_inner"], name)
            return _zeros_function(found, differs, self) if callable(found) else zeros_of(found)

    return Zeros


def _zeros_function(made: Callable[..., Any], differs: list[Any], owner: Any = None) -> Callable[..., Any]:
    def zeros(*args: Any, **kwargs: Any) -> Any:
        out = made(*args, **kwargs)
        if out is not None:
            differs.append(made)
        return owner if owner is not None and out is owner._inner else zeros_of(out)

    return zeros


def empty_shares(trial: Trial, exercise: Exercise) -> Iterator[tuple[str, Report]]:
    """What answers that do nothing earn: None, the first argument, zeros of the right shape, all inputs zeroed in place.

    It must be nothing: a case that compares with an input that the answer may have written to compares zero with zero.

    Zeros are left out where the exercise's functions return nothing anyway: they would be the reference.
    """

    def nothing(*args: Any, **kwargs: Any) -> None:
        return None

    def argument(*args: Any, **kwargs: Any) -> Any:
        return next(iter((*args, *kwargs.values())), None)

    def emptied(*args: Any, **kwargs: Any) -> Any:
        for one in (*args, *kwargs.values()):
            if isinstance(one, np.ndarray) and one.flags.writeable:
                one[...] = 0
        return argument(*args, **kwargs)

    given = {name: trial.reference[name] for name in exercise.names}
    yield "returns nothing", trial.judge(exercise.id, {n: nothing if callable(v) else None for n, v in given.items()})
    if any(callable(v) for v in given.values()):
        subjects = {n: argument if callable(v) else v for n, v in given.items()}
        yield "returns its argument", trial.judge(exercise.id, subjects)
        subjects = {n: emptied if callable(v) else v for n, v in given.items()}
        yield "zeroes its arguments and returns the first", trial.judge(exercise.id, subjects)
    differs: list[Any] = [v for v in given.values() if isinstance(v, type) or not callable(v)]
    zeros = {
        n: _zeros_class(v, differs) if isinstance(v, type) else _zeros_function(v, differs) if callable(v) else zeros_of(v)
        for n, v in given.items()
    }
    report = trial.judge(exercise.id, zeros)
    if differs:
        yield "returns zeros", report
