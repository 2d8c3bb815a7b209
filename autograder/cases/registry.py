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

from autograder.cases.model import Case, Exercise, Kind, Noise, Studio, kind_of

F = TypeVar("F", bound=Callable[..., Any])
BANDS = ("nothing", "baseline", "gets going", "good", "excellent", "refused")
#: how many draws the author's gate makes at a time for each right answer, and below how many CPU seconds a draw
FRESH = {200: 0.005, 50: 0.05, 10: 0.5, 3: float("inf")}
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
    headline: bool = False

    def subjects(self, names: Sequence[str]) -> dict[str, Any]:
        """The names that this rival stands for, as a learner's notebook would hold them."""
        if self.several:
            return dict(self.made())
        return {names[0]: self.made() if self.value else self.made}


@dataclasses.dataclass(frozen=True)
class StudioEntry:
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
    programs: list[Rival] = dataclasses.field(default_factory=list)  # written from the contracts alone
    entries: list[StudioEntry] = dataclasses.field(default_factory=list)
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
    """Declare an exercise, at the top of checks.py.

    Parameters
    ----------
    id : str
        Its id, as in the lesson's heading.
    names : sequence of str, optional
        The names that the learner writes; its id alone where nothing is said.
    needs : sequence of str
        The exercises of the same week whose pieces it uses: where one is broken, the reference's stands in.
    kind : "exercise" or "studio"
        A studio has a judge in hidden.py too.
    seconds : float
        The time limit of one case, in seconds.

    Raises
    ------
    WeekError
        Where it is declared twice, or `names` or `needs` is a text.

    Examples
    --------
    >>> registry.exercise("softmax")
    >>> registry.exercise("net", names=("forward", "backward"), needs=("softmax",))
    >>> registry.exercise("log_loss", needs="softmax")
    Traceback (most recent call last):
    autograder.cases.registry.WeekError: log_loss: names and needs are tuples: write ('softmax',)
    """
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
    fresh: int = 200,
) -> Callable[[F], F]:
    """Declare a case of an exercise: one property. It is hidden where it stands in hidden.py.

    The function below it takes, by name: what the learner made (the exercise's names), `rng`, and the rest as drawn.

    Parameters
    ----------
    id : str
        The exercise.
    says : str
        The property, in the learner's words.
    draws : strategy, or dict of str to strategy, optional
        What is drawn: one Hypothesis strategy, or several by parameter name.
    side : bool
        Whether it counts only where every core case of the exercise holds: purity, dtype, extreme values. A visible one
        counts where every visible core case holds: hidden cases take nothing back.
    weight : float
        Its share of the exercise's points, beside the other cases' weights.
    examples : int
        How many inputs are drawn.
    false_alarm : float
        The chance that one run turns a right answer away; above 0 and at most 1e-6 for a case that takes `rng`.
    seconds : float, optional
        A time limit of its own, in seconds; else the exercise's.
    fresh : int
        How many draws the author's gate makes at a time for each right answer: 200 where one costs under 5 ms, 50 under
        50 ms, 10 under 0.5 s, 3 above. The audit measures, and refuses a number more than one step off.

    Returns
    -------
    decorator
        It gives the function back.

    Raises
    ------
    WeekError
        For an exercise that is not declared, a name that is taken, a missing `false_alarm`, another `fresh`.

    Examples
    --------
    >>> registry.exercise("softmax")
    >>> @registry.case("softmax", "each example's probabilities sum to one", draws=draws.matrices())
    ... def sums_to_one(softmax, logits):
    ...     expect.close(np.sum(softmax(logits), axis=1), np.ones(len(logits)))
    >>> @registry.case("softmax", "it draws evenly")
    ... def even(softmax, rng): ...
    Traceback (most recent call last):
    autograder.cases.registry.WeekError: even draws from rng: state its false_alarm, above 0 and at most 1e-6
    """
    _known(id)

    def register(run: F) -> F:
        made = Case(id, run.__name__, says, run, draws, _here().hidden, side, weight, examples, false_alarm, seconds, "", fresh)
        _register(made)
        return run

    return register


def twin(
    id: str,
    of: str,
    says: str = "",
    *,
    draws: Any = None,
    weight: float = 1.0,
    examples: int | None = None,
    seconds: float | None = None,
    fresh: int | None = None,
    name: str = "",
) -> None:
    """Declare a hidden case that runs the function of the visible case `of` on other sizes or draws.

    Parameters
    ----------
    id : str
        The exercise.
    of : str
        The visible case's name.
    says : str
        The property in the learner's words; by default the visible case's.
    draws : strategy, or dict of str to strategy, optional
        As of a case; by default the visible case's, drawn anew.
    weight : float
        As of a case.
    examples, seconds, fresh : optional
        As of a case; by default the visible case's.
    name : str
        The twin's name; by default made of the visible case's, `sums_to_one_again`.

    Raises
    ------
    WeekError
        Outside hidden.py; where there is no such visible case; where nothing is drawn, so that it would be the same once more.

    Examples
    --------
    >>> registry.exercise("softmax")
    >>> @registry.case("softmax", "each example's probabilities sum to one", draws=draws.matrices())
    ... def sums_to_one(softmax, logits):
    ...     expect.close(np.sum(softmax(logits), axis=1), np.ones(len(logits)))
    >>> registry.twin("softmax", "sums_to_one", draws=draws.matrices(rows=(100, 300)), fresh=50)
    Traceback (most recent call last):
    autograder.cases.registry.WeekError: softmax: a twin stands in hidden.py
    """
    _known(id)
    if not _here().hidden:
        raise WeekError(f"{id}: a twin stands in hidden.py")
    seen = next((c for c in _here().of(id) if c.name == of and not c.hidden), None)
    if seen is None:
        raise WeekError(f"{id} has no visible case {of!r} to make a twin of")
    if draws is None and not seen.random:
        raise WeekError(f"{of} draws nothing: give its twin other inputs by draws=, for its parameters")
    given = {"draws": draws, "examples": examples, "seconds": seconds, "fresh": fresh}
    changes = {name: value for name, value in given.items() if value is not None}
    made = dataclasses.replace(seen, name=name or f"{of}_again", says=says or seen.says, hidden=True, weight=weight, twin=of)
    _register(dataclasses.replace(made, **changes))


def _register(made: Case) -> None:
    registry = _here()
    takes = made.run.__code__.co_varnames[: made.run.__code__.co_argcount]
    if "rng" in takes and not 0 < made.false_alarm <= 1e-6:
        raise WeekError(f"{made.name} draws from rng: state its false_alarm, above 0 and at most 1e-6")
    if made.fresh not in FRESH:
        raise WeekError(f"{made.name}: fresh={made.fresh} is no number of draws; it is one of {', '.join(map(str, FRESH))}")
    if any(c.name == made.name and c.exercise == made.exercise for c in registry.cases):
        raise WeekError(f"{made.exercise} has two cases named {made.name}: rename one")
    registry.cases.append(made)


def studio(
    id: str,
    *,
    users: Sequence[str],
    metric: str,
    baseline: float,
    bands: tuple[float, float, float],
    train: str | None = None,
    budget: int | None = None,
    counted: str = "",
    noise: Noise = 1e-3,
    typed: float | None = None,
    honour: float | None = None,
    higher: bool = True,
    seconds: float = 60.0,
) -> Callable[[F], F]:
    """Declare a studio, in checks.py, above the scorer on public data.

    The function below it, `public(entry, rng)`, returns the metric, or the metric and what would lift it.

    Parameters
    ----------
    id : str
        The exercise, declared before with kind="studio"; the maker and the users are among its names.
    users : sequence of str
        The functions that are asked about the arrays, their first argument.
    metric : str
        What is measured, in words.
    baseline, bands : float, three floats
        Values of the metric at nought, 40, 70 and 100 % of the points.
    train : str, optional
        The maker, called with what the week hands out and a generator. Without one, `counted` says what is counted instead.
    budget : int, optional
        The most numbers that the maker may return.
    counted : str
        What is counted where nothing is stored: "gradient calls".
    noise : float, "rms" or ("rms", float)
        Each number is multiplied by 1 + noise · z, z standard normal. ("rms", share) adds z times that share of its array's
        root mean square, never where columns have units of their own; "rms" is ("rms", 1e-3).
    typed : float
        The metric that 1,000 bytes of typed-in text reach, measured; it lies below "good". The baseline where nothing that is
        typed in can help. It has no default: a studio without it is refused.
    honour : float, optional
        A value beyond "excellent" that is named and earns nothing more: something to go for when all points are there.
    higher : bool
        Whether more is better.
    seconds : float
        A time limit for one judging, in seconds.

    Returns
    -------
    decorator
        It gives the function back.

    Raises
    ------
    WeekError
        Where a part is missing or does not fit the others.

    Examples
    --------
    >>> registry.exercise("moons", names=("train", "predict"), kind="studio")
    >>> @registry.studio("moons", train="train", users=("predict",), budget=20, metric="share named rightly",
    ...                  baseline=0.5, bands=(0.7, 0.8, 0.9), typed=0.5)
    ... def moons_in_public(entry, rng):
    ...     X = rng.normal(size=(40, 2))
    ...     y = (X[:, 0] > 0).astype(int)
    ...     return float(np.mean(entry.train(X, y).predict(X) == y))
    >>> registry.studio("moons", train="train", users=("predict",), metric="share", baseline=0.5, bands=(0.7, 0.8, 0.9))
    Traceback (most recent call last):
    autograder.cases.registry.WeekError: moons: say how many numbers the maker may return: budget=20
    """
    _known(id)
    if isinstance(users, str):
        raise WeekError(f"{id}: users are a tuple: write ({users!r},)")
    rows = [baseline, *bands, *([] if honour is None else [honour])]
    steps = rows if higher else [-one for one in rows]
    if sorted(set(steps)) != steps:
        raise WeekError(f"{id}: baseline, bands and honour must rise one after the other (fall, with higher=False)")
    made = Studio(
        id, metric, baseline, bands, higher, train, tuple(users), budget, counted, noise, typed, seconds, honour=honour
    )  # fmt: skip
    for wrong in _amiss(made, _here().exercises[id]):
        raise WeekError(f"{id}: {wrong}")

    def register(public: F) -> F:
        _here().studios[id] = dataclasses.replace(made, public=public)
        return public

    return register


def _amiss(studio: Studio, exercise: Exercise) -> Iterator[str]:
    """What does not fit in a studio's declaration."""
    if exercise.kind != "studio":
        yield 'it is no studio: declare its exercise with kind="studio"'
    if not studio.users:
        yield 'name at least one user: users=("predict",)'
    for name in (*filter(None, [studio.train]), *studio.users):
        if name not in exercise.names:
            yield f"{name!r} is not among the names of its exercise: {', '.join(exercise.names)}"
    if studio.train is None and (studio.budget is not None or not studio.counted):
        yield 'without a maker nothing is stored: leave the budget out and say what is counted instead, counted="gradient calls"'
    if studio.train is not None and (studio.budget is None or studio.budget < 1):
        yield "say how many numbers the maker may return: budget=20"
    kind, share = kind_of(studio.noise)
    if kind not in ("relative", "rms") or not isinstance(share, (int, float)) or not 0 < share < 1:
        yield f'noise={studio.noise!r} is none: write a share such as 1e-3, or ("rms", 0.03)'
    if studio.typed is None:
        yield (
            "say what 1,000 bytes of typed-in text reach, measured: typed=0.65; it lies below “good”. Where nothing that is "
            "typed in can help, since all is drawn afresh, that is the baseline"
        )
    elif studio.typed >= studio.bands[1] if studio.higher else studio.typed <= studio.bands[1]:
        yield f"typed-in text reaches {studio.typed:g}, the band “good” ({studio.bands[1]:g}): find a task where it does not pay"


def judge(id: str) -> Callable[[F], F]:
    """Declare a studio's judge, in hidden.py.

    The function below it, `judged(entry, half, rng)`, returns the metric, or the metric and what would lift it. `half` is "open"
    or "grade": the rows that it judges on. Each of the three may be left out.

    Parameters
    ----------
    id : str
        The studio, declared in checks.py.

    Returns
    -------
    decorator
        It gives the function back.

    Raises
    ------
    WeekError
        Where no studio of that id is declared, or it has a judge already.

    Examples
    --------
    >>> registry.exercise("stars", names=("train", "predict"), kind="studio")
    >>> @registry.studio("stars", train="train", users=("predict",), budget=9, metric="share", baseline=0.5,
    ...                  bands=(0.7, 0.8, 0.9), typed=0.6)
    ... def in_public(entry, rng): ...
    >>> @registry.judge("stars")
    ... def judged(entry, half, rng): ...
    >>> @registry.judge("comets")
    ... def judged(entry, half, rng): ...
    Traceback (most recent call last):
    autograder.cases.registry.WeekError: no studio 'comets' is declared: write @studio("comets", …) in checks.py
    """

    def register(judged: F) -> F:
        studios = _here().studios
        if id not in studios:
            raise WeekError(f'no studio {id!r} is declared: write @studio("{id}", …) in checks.py')
        if studios[id].judge is not None:
            raise WeekError(f"the studio {id!r} has two judges: remove one")
        studios[id] = dataclasses.replace(studios[id], judge=judged)
        return judged

    return register


def wrong(
    id: str, *, caught_by: str, kind: str, several: bool = False, value: bool = False, headline: bool = False
) -> Callable[[F], F]:
    """Declare a wrong answer, in rivals.py.

    Parameters
    ----------
    id : str
        The exercise.
    caught_by : str
        The name of the case that must catch it.
    kind : str
        What mistake it is: mathematics, hard-coding, shape, mutation, stability, dtype or missing case.
    several : bool
        Whether the function, called without arguments, gives a dict of the exercise's names.
    value : bool
        Whether the function, called without arguments, gives what the exercise asks for: an array, a class.
    headline : bool
        Whether it is the mistake that the exercise is about: a visible case must catch it.

    Returns
    -------
    decorator
        It gives the function back.

    Raises
    ------
    WeekError
        For another kind, an exercise that is not declared, or a name that is taken.

    Examples
    --------
    >>> registry.exercise("softmax")
    >>> @registry.wrong("softmax", caught_by="finite", kind="stability")
    ... def no_shift(logits):
    ...     return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    >>> registry.wrong("softmax", caught_by="finite", kind="typo")
    Traceback (most recent call last):
    autograder.cases.registry.WeekError: softmax: 'typo' is no kind of mistake; the kinds are mathematics, hard-coding, ...
    """
    if kind not in KINDS:
        raise WeekError(f"{id}: {kind!r} is no kind of mistake; the kinds are {', '.join(KINDS)}")
    return _rival(id, caught_by, kind, several, value, headline)


def right(id: str, *, several: bool = False, value: bool = False) -> Callable[[F], F]:
    """Declare a right answer that looks different from the reference, in rivals.py: every case must let it pass.

    Parameters
    ----------
    id : str
        The exercise.
    several, value : bool
        As in `wrong`.

    Returns
    -------
    decorator
        It gives the function back.

    Raises
    ------
    WeekError
        For an exercise that is not declared, or a name that is taken.

    Examples
    --------
    >>> registry.exercise("total")
    >>> @registry.right("total")
    ... def by_a_product(x):
    ...     return x @ np.ones(len(x))
    """
    return _rival(id, None, "", several, value)


def _rival(id: str, caught_by: str | None, kind: str, several: bool, value: bool, headline: bool = False) -> Callable[[F], F]:
    _known(id)

    def register(made: F) -> F:
        _put(_here().rivals, Rival(id, made.__name__, made, caught_by, kind, several, value, headline))
        return made

    return register


def _put(rivals: list[Rival], rival: Rival) -> None:
    if any(r.name == rival.name and r.exercise == rival.exercise for r in rivals):
        raise WeekError(f"{rival.exercise} has two rivals named {rival.name}: rename one")
    rivals.append(rival)


def program(id: str, *, breaks: str = "", several: bool = False, value: bool = False) -> Callable[[F], F]:
    """Declare a program that somebody wrote from the contract alone, without having seen a case, in tried.py.

    Parameters
    ----------
    id : str
        The exercise.
    breaks : str
        Which promise it breaks, in words; a right program breaks none.
    several, value : bool
        As in `wrong`.

    Returns
    -------
    decorator
        It gives the function back.

    Raises
    ------
    WeekError
        For an exercise that is not declared, or a name that is taken.

    Examples
    --------
    >>> registry.exercise("middle")
    >>> @registry.program("middle", breaks="an even number of numbers")
    ... def upper_middle(x):
    ...     return sorted(x)[len(x) // 2]
    """
    _known(id)

    def register(made: F) -> F:
        _put(_here().programs, Rival(id, made.__name__, made, breaks or None, "", several, value))
        return made

    return register


def entry(id: str, *, band: str) -> Callable[[F], F]:
    """Declare an entry to a studio, in rivals.py: called without arguments it gives a dict of the studio's names.

    Parameters
    ----------
    id : str
        The studio.
    band : str
        Where it must land: nothing, baseline, gets going, good, excellent, or refused (over budget, or peeking).

    Returns
    -------
    decorator
        It gives the function back.

    Raises
    ------
    WeekError
        For another band, or a studio that is not declared.

    Examples
    --------
    >>> registry.exercise("two_signs", names=("train", "predict"), kind="studio")
    >>> @registry.entry("two_signs", band="nothing")
    ... def always_nought():
    ...     return {"train": lambda X, y, rng: [np.zeros(1)], "predict": lambda arrays, X: np.zeros(len(X))}
    """
    if band not in BANDS:
        raise WeekError(f"{id}: {band!r} is no band; the bands are {', '.join(BANDS)}")
    _known(id)

    def register(made: F) -> F:
        _here().entries.append(StudioEntry(id, made.__name__, made, band))
        return made

    return register


@contextlib.contextmanager
def importable(folder: pathlib.Path) -> Iterator[None]:
    """Let the files of a week import one another (`import checks`), and forget them again afterwards.

    Parameters
    ----------
    folder : Path
        The week's folder.

    Raises
    ------
    Nothing.

    Examples
    --------
    >>> import pathlib
    >>> with registry.importable(pathlib.Path("notebooks/week01_arrays")):
    ...     pass
    """
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


def load(folder: pathlib.Path, files: Sequence[str] = ("checks", "hidden", "rivals", "tried")) -> Registry:
    """The registry of a week's folder, loaded afresh.

    Parameters
    ----------
    folder : Path
        The week's folder: of the author's, or a release.
    files : sequence of str
        Which files to load, in this order, where they exist: without `.py`.

    Returns
    -------
    Registry
        What they declared.

    Raises
    ------
    WeekError
        Where checks.py is missing or a file cannot be loaded; the message names the mend, or the error.

    Examples
    --------
    >>> import pathlib
    >>> registry.load(pathlib.Path("nowhere"))
    Traceback (most recent call last):
    autograder.cases.registry.WeekError: there is no checks.py in nowhere: fetch the week again, or run `workbook update`
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
        # Compiled anew: Python's own cache takes an edit of the same length within the same second for no edit.
        exec(compile(path.read_bytes(), str(path), "exec"), module.__dict__)
    except WeekError:
        raise
    except Exception as error:
        raise WeekError(f"{path.parent.name}/{path.name} cannot be loaded: {type(error).__name__}: {error}") from error


def is_week(name: str) -> bool:
    """Whether a folder's name is that of a week.

    Parameters
    ----------
    name : str
        The folder's name, without its path.

    Returns
    -------
    bool
        True for week, two digits, and a name of small letters, digits and underscores.

    Raises
    ------
    Nothing.

    Examples
    --------
    >>> registry.is_week("week01_arrays"), registry.is_week("week1")
    (True, False)
    """
    return re.fullmatch(r"week\d\d_[a-z0-9_]+", name) is not None
