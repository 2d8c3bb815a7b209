"""A week put to its own test: the reference, every rival and every studio entry judged by every case.

Works on a week that is still being written: it needs lesson.py and checks.py, and takes what else is there.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import io
import os
import shutil
import sys
import tempfile
import types
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np

from autograder.cases import Broken, Case, Report, StudioEntry, TimeUp, Verdict, load
from autograder.cases.judging import measure, measure_in_public
from autograder.cases.model import Half
from autograder.cases.running import own_failure, run_case, run_fresh, seed_for
from autograder.cases.session import Session
from autograder.cases.studios import Here, Rounds
from autograder.course.audit.patience import cpu_limit
from autograder.course.declared import read_declared
from autograder.course.kit import kit_files
from autograder.course.lesson import read_cells
from autograder.course.places import TRAVEL, Course
from autograder.notebook.regions import without_markers

ROLES = ("given", "answer", "studio", "try")
Names = dict[str, Any]
_OURS = "__of_the_kit__"


@contextlib.contextmanager
def _as_in_a_notebook(folder: Path, kit: types.ModuleType) -> Iterator[None]:
    """The week's folder on the path and its kit importable; a scratch folder to work in; no windows."""
    import matplotlib

    matplotlib.use("agg")
    beside = {name: value for name, value in vars(kit).items() if isinstance(value, types.ModuleType) and _is_ours(value)}
    own = ("kit", "checks", "explore", "hidden", "rivals", *beside)
    before = {name: sys.modules.pop(name) for name in own if name in sys.modules}
    here = Path.cwd()
    sys.modules.update(beside, kit=kit)
    sys.path.insert(0, str(folder))
    with tempfile.TemporaryDirectory(prefix="trial-") as scratch:
        for name in TRAVEL:  # as beside a learner's notebook: its cells may ask for her score
            if (folder / name).is_file():
                shutil.copyfile(folder / name, Path(scratch) / name)
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
    """The week's kit: the built `kit.py` that ships, or what a build would write while there is none.

    Modules that lie beside it are loaded first, and are in it: `kit.tape`.
    """
    if not needs:
        return types.ModuleType("kit")
    course = Course(folder.parent.parent)
    built = course.source / folder.name
    if (built / "kit.py").is_file():
        texts = {path.name: path.read_text(encoding="utf-8") for path in built.glob("*.py") if path.name not in TRAVEL}
    else:
        built = folder
        texts = kit_files(course, course.lesson(folder.name), lambda earlier: read_declared(course, earlier).names)
    before = {name: sys.modules.pop(name) for name in (Path(file).stem for file in texts) if name in sys.modules}
    try:
        for file in sorted(texts, key=lambda file: file == "kit.py"):
            kit = types.ModuleType(Path(file).stem)
            kit.__dict__.update(__file__=str(built / file), **{_OURS: True})
            exec(compile(texts[file], str(built / file), "exec"), kit.__dict__)
            sys.modules[kit.__name__] = kit
        return kit
    finally:
        for file in texts:
            sys.modules.pop(Path(file).stem, None)
        sys.modules.update(before)


def _is_ours(module: types.ModuleType) -> bool:
    """Whether it was loaded as a part of a week's kit."""
    return _OURS in vars(module)


def reference(folder: Path, kit: types.ModuleType, roles: Sequence[str] = ROLES) -> Names:
    """The names of a lesson whose cells of these roles ran with their solutions, top to bottom."""
    cells, _ = read_cells((folder / "lesson.py").read_text(encoding="utf-8"), folder / "lesson.py")
    names: Names = {"__name__": "__lesson__"}
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
        _, marks = read_cells((self.folder / "lesson.py").read_text(encoding="utf-8"), self.folder / "lesson.py")
        self.kit = kit_module(self.folder, marks[0].text("needs"))
        self.reference = reference(self.folder, self.kit, roles)
        with self.at_home():
            self.registry = load(self.folder)
            self.session = Session(self.folder, self.reference.__getitem__, limit=cpu_limit)
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

    def try_case(self, case: Case, subjects: Mapping[str, Any], key: bytes = b"trial") -> Verdict:
        """The verdict of one case alone, with these names in place of the reference's."""
        given, seconds = self._given(case, subjects)
        with self.at_home():
            return run_case(case, given, key, cpu_limit, seconds, self.session.smallest)

    def try_fresh(self, case: Case, subjects: Mapping[str, Any], key: bytes, draws: int) -> tuple[Verdict, int]:
        """The verdict of one case on so many fresh draws, and how many there were."""
        given, seconds = self._given(case, subjects)
        with self.at_home():
            return run_fresh(case, given, key, cpu_limit, seconds, draws)

    def _given(self, case: Case, subjects: Mapping[str, Any]) -> tuple[dict[str, Any], float]:
        """What a case gets of an answer, the reference's pieces filled in, and its exercise's time limit."""
        exercise = self.registry.exercises[case.exercise]
        built_on = [self.registry.exercises[need] for need in exercise.needs]
        names = [name for one in (exercise, *built_on) for name in one.names]
        return {**{name: self.reference[name] for name in names}, **subjects}, exercise.seconds

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
                value, _ = measure(studio, rounds or Here(self._lookup(subjects)), half, drawn, cpu_limit)
        except Broken as refusal:
            return Landing(None, 0.0, f"refused: {refusal}")
        except (Exception, TimeUp) as error:
            own_failure(error, str(self.folder / "hidden.py"), ("entry",))
            return Landing(None, 0.0, f"refused: {type(error).__name__}: {error}")
        return Landing(value, studio.score(value), studio.band(value))

    def score(self, id: str, seed: int = 0) -> float:
        """What the reference reaches by a studio's scorer on public data."""
        with self.at_home():
            drawn = seed_for(b"public", str(seed))
            return measure_in_public(self.registry.studios[id], Here(self._lookup({})), drawn, cpu_limit)[0]


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


@functools.lru_cache(maxsize=2)
def trial_of(folder: Path) -> Trial:
    """The week's trial, made once in a process: its reference runs once, whatever is asked of it."""
    return Trial(folder, smallest=False)
