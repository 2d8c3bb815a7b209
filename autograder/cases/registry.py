"""How a week's files tell the engine what they hold: decorators that write into the registry being loaded."""

from __future__ import annotations

import contextlib
import contextvars
import dataclasses
import importlib.util
import pathlib
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from autograder.cases.model import Case, Exercise, Kind, Studio

F = TypeVar("F", bound=Callable[..., Any])
BANDS = ("nothing", "baseline", "gets going", "good", "excellent", "refused")
KINDS = ("mathematics", "hard-coding", "shape", "mutation", "stability", "dtype", "missing case")


class WeekError(Exception):
    """A week's file is not as it should be; the message names the mend."""


@dataclasses.dataclass(frozen=True)
class Rival:
    """An answer that the cases must judge rightly: wrong ones name their catcher, right ones have none."""

    exercise: str
    name: str
    made: Any
    caught_by: str | None
    kind: str = ""
    several: bool = False
    value: bool = False

    def subjects(self, names: Sequence[str]) -> dict[str, Any]:
        """The names that this rival stands for, as a learner's notebook would hold them."""
        if self.several:
            return dict(self.made())
        return {names[0]: self.made() if self.value else self.made}


@dataclasses.dataclass(frozen=True)
class Entry:
    """An entry to a studio and the band that it must land in."""

    exercise: str
    name: str
    made: Callable[[], dict[str, Any]]
    band: str


@dataclasses.dataclass
class Registry:
    """Everything that the files of one week declared."""

    exercises: dict[str, Exercise] = dataclasses.field(default_factory=dict)
    cases: list[Case] = dataclasses.field(default_factory=list)
    studios: dict[str, Studio] = dataclasses.field(default_factory=dict)
    rivals: list[Rival] = dataclasses.field(default_factory=list)
    entries: list[Entry] = dataclasses.field(default_factory=list)
    hidden: bool = False  # whether the file being loaded is the hidden one

    def of(self, exercise: str) -> list[Case]:
        """The cases of one exercise, in the order they were written."""
        return [c for c in self.cases if c.exercise == exercise]


_current: contextvars.ContextVar[Registry | None] = contextvars.ContextVar("autograder_registry", default=None)


def _here() -> Registry:
    registry = _current.get()
    if registry is None:  # a file of cases imported by itself: its declarations go nowhere, and that is fine
        registry = Registry()
        _current.set(registry)
    return registry


def exercise(
    id: str,
    *,
    names: Sequence[str] | None = None,
    needs: Sequence[str] = (),
    kind: Kind = "exercise",
    seconds: float = 5.0,
) -> None:
    """Declare an exercise: the names that the learner writes (default: its id) and the exercises it builds on."""
    registry = _here()
    if id in registry.exercises:
        raise WeekError(f"the exercise {id!r} is declared twice: remove one of the two")
    if isinstance(names, str) or isinstance(needs, str):
        raise WeekError(f"{id}: names and needs are tuples: write ({(names or needs)!r},)")
    registry.exercises[id] = Exercise(id, tuple(names or (id,)), tuple(needs), kind, seconds)


def _known(id: str) -> None:
    if id not in _here().exercises:
        raise WeekError(f'no exercise {id!r} is declared: write exercise("{id}") at the top of checks.py')


def case(
    id: str,
    says: str,
    *,
    draws: Any = None,
    side: bool = False,
    weight: float = 1.0,
    examples: int = 25,
    false_alarm: float = 0.0,
    seconds: float | None = None,
    twin: str = "",
) -> Callable[[F], F]:
    """Declare a case of an exercise; it is hidden where it stands in hidden.py.

    `draws` is one Hypothesis strategy, or several by parameter name. A case that takes `rng` states its false-alarm
    rate, at most 1e-6: the chance that one run turns a right answer away. A hidden case that repeats a visible one on
    fresh draws names it as its `twin`.
    """
    _known(id)

    def register(run: F) -> F:
        registry = _here()
        takes = run.__code__.co_varnames[: run.__code__.co_argcount]
        if "rng" in takes and not 0 < false_alarm <= 1e-6:
            raise WeekError(f"{run.__name__} draws from rng: state its false_alarm, above 0 and at most 1e-6")
        if any(c.name == run.__name__ and c.exercise == id for c in registry.cases):
            raise WeekError(f"{id} has two cases named {run.__name__}: rename one")
        if twin and not any(c.name == twin and c.exercise == id and not c.hidden for c in registry.cases):
            raise WeekError(f"{run.__name__}: {id} has no visible case {twin!r} to be the twin of")
        registry.cases.append(
            Case(id, run.__name__, says, run, draws, registry.hidden, side, weight, examples, false_alarm, seconds, twin)
        )
        return run

    return register


def studio(
    id: str,
    *,
    metric: str,
    baseline: float,
    bands: tuple[float, float, float],
    higher: bool = True,
    seconds: float = 60.0,
) -> Callable[[F], F]:
    """Declare the judge of a studio, in hidden.py. It returns the metric, or the metric and what would lift it."""
    _known(id)
    steps = [baseline, *bands] if higher else [-baseline, *(-b for b in bands)]
    if sorted(set(steps)) != steps:
        raise WeekError(f"{id}: the baseline and the bands must rise one after the other (fall, with higher=False)")

    def register(judge: F) -> F:
        _here().studios[id] = Studio(id, metric, judge, baseline, bands, higher, seconds)
        return judge

    return register


def wrong(id: str, *, caught_by: str, kind: str, several: bool = False, value: bool = False) -> Callable[[F], F]:
    """A wrong answer to an exercise, the case that must catch it, and the kind of mistake it is."""
    if kind not in KINDS:
        raise WeekError(f"{id}: {kind!r} is no kind of mistake; the kinds are {', '.join(KINDS)}")
    return _rival(id, caught_by, kind, several, value)


def right(id: str, *, several: bool = False, value: bool = False) -> Callable[[F], F]:
    """A right answer to an exercise that looks different from the reference."""
    return _rival(id, None, "", several, value)


def _rival(id: str, caught_by: str | None, kind: str, several: bool, value: bool) -> Callable[[F], F]:
    _known(id)

    def register(made: F) -> F:
        registry = _here()
        name = made.__name__
        if any(r.name == name and r.exercise == id for r in registry.rivals):
            raise WeekError(f"{id} has two rivals named {name}: rename one")
        registry.rivals.append(Rival(id, name, made, caught_by, kind, several, value))
        return made

    return register


def entry(id: str, *, band: str) -> Callable[[F], F]:
    """An entry to a studio: called without arguments it gives the studio's names; and the band it must land in."""
    if band not in BANDS:
        raise WeekError(f"{id}: {band!r} is no band; the bands are {', '.join(BANDS)}")
    _known(id)

    def register(made: F) -> F:
        _here().entries.append(Entry(id, made.__name__, made, band))
        return made

    return register


@contextlib.contextmanager
def importable(folder: pathlib.Path) -> Iterator[None]:
    """Let the files of a week import one another (`import checks`), and forget them again afterwards."""
    mine = {p.stem for p in folder.glob("*.py")}
    before = {name: sys.modules.pop(name) for name in mine if name in sys.modules}
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in mine:
            sys.modules.pop(name, None)
        sys.modules.update(before)


def load(folder: pathlib.Path, files: Sequence[str] = ("checks", "hidden", "rivals")) -> Registry:
    """The registry of a week's folder: those of its `files` that exist, loaded afresh.

    Raises WeekError where checks.py is missing or a file cannot be loaded.
    """
    folder = pathlib.Path(folder).resolve()
    if not (folder / "checks.py").is_file():
        raise WeekError(f"there is no checks.py in {folder.name}: fetch the week again, or run `workbook update`")
    registry = Registry()
    token = _current.set(registry)
    try:
        with importable(folder):
            for name in files:
                path = folder / f"{name}.py"
                if path.is_file():
                    registry.hidden = name == "hidden"
                    _execute(name, path)
    finally:
        _current.reset(token)
    return registry


def _execute(name: str, path: pathlib.Path) -> None:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except WeekError:
        raise
    except Exception as error:
        raise WeekError(f"{path.parent.name}/{path.name} cannot be loaded: {type(error).__name__}: {error}") from error


def is_week(name: str) -> bool:
    """Whether a folder's name is that of a week: week01_arrays."""
    return re.fullmatch(r"week\d\d_[a-z0-9_]+", name) is not None
