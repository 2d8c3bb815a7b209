"""Studios in one process: every shape, what arrays may be, noise, rounds, helpers, the verdict."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np
import pytest

from autograder.cases import Broken, Entry, Studio, WeekError, registry, studios
from autograder.cases.judging import judge_studio, measure, measure_in_public
from autograder.errors import OwnFailure
from autograder.timelimit import limit
from tests.cases.toys import TOYS

RNG = np.random.default_rng


def names(source: str) -> dict[str, Any]:
    space: dict[str, Any] = {}
    exec(source, space)
    return space


def entry(budget: int = 20, seed: int = 1, noise: Any = 1e-3, **functions: Any) -> Entry:
    studio = Studio("toy", "share", 0.5, (0.6, 0.7, 0.8), train="train", users=("predict",), budget=budget, noise=noise)
    return Entry(studio, here(**functions), seed)


def here(**functions: Any) -> studios.Here:
    def lookup(name: str) -> Any:
        if name not in functions:
            raise NameError(name)
        return functions[name]

    return studios.Here(lookup)


@pytest.mark.parametrize("shape", TOYS)
def test_every_shape_of_studio_is_judged(shape: str) -> None:
    toy = TOYS[shape]
    place = studios.Here(names(toy.source).__getitem__)
    value, _ = measure(toy.studio, place, "grade", 3, limit)
    assert value >= toy.reaches if toy.studio.higher else value <= toy.reaches
    assert measure(toy.studio, place, "grade", 3, limit)[0] == value, "the same seed gives the same"
    verdict = judge_studio(toy.studio, place, b"key", limit, open_week=True)
    assert verdict.holds and verdict.earned in (0.7, 1.0) and "your band" in verdict.notes[0]


REFUSED = {
    "None": (None, "`return`"),
    "a bare array": (np.ones(3), "put it into a list"),
    "a dictionary": ({"w": np.ones(3)}, "without keys"),
    "a text": ("abc", "list of arrays"),
    "bytes": (b"abc", "list of arrays"),
    "a number": (3.0, "list of arrays"),
    "a generator": ((np.ones(1) for _ in range(2)), "list of arrays"),
    "a set": ({1.0, 2.0}, "list of arrays"),
    "no array at all": ([], "at least one"),
    "lists in a list": ([[1.0, 2.0]], "np.array"),
    "a tuple in a tuple": (((1.0, 2.0),), "np.array"),
    "a dictionary inside": ([{"w": 1.0}], "an array of numbers"),
    "a text inside": (["abc"], "an array of numbers"),
    "None inside": ([np.ones(1), None], "array 2 of `train`"),
    "a text array": ([np.array(["abc"])], "booleans, integers or floats"),
    "objects": ([np.array([{}, []], dtype=object)], "booleans, integers or floats"),
    "dates": ([np.array(["2020-01-01"], dtype="M8[D]")], "booleans, integers or floats"),
    "records": ([np.zeros(2, dtype=[("a", float)])], "booleans, integers or floats"),
    "complex numbers": ([np.array([1j])], "two parts"),
    "a whole number beyond all": ([10**400], "booleans, integers or floats"),
    "an empty array": ([np.ones(2), np.zeros((3, 0))], "leave it out"),
    "seven axes": ([np.ones((1,) * 7)], "reshape"),
    "101 arrays": ([np.ones(1)] * 101, "fewer"),
    "nan": ([np.array([np.nan])], "nan"),
    "inf": ([np.array([np.inf])], "inf"),
    "too large for float32": ([np.array([1e300])], "float32"),
    "too many numbers": ([np.ones(20), np.ones(1)], "the budget is 20"),
    "shapes of empty arrays": ([np.zeros((0, 17)), np.ones(1)], "leave it out"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_arrays_that_are_none_are_refused_with_the_mend(what: str) -> None:
    made, mend = REFUSED[what]
    with pytest.raises(Broken, match=r"^`?(train|array)") as refusal:
        entry(train=lambda rng: made).train()
    assert mend in str(refusal.value)


@pytest.mark.parametrize(
    "made",
    [[np.ones(20)], (np.ones((2, 5)), np.zeros(10, np.float16)), [np.array([True, False]), np.arange(3), 7, np.float64(2), True]],
)
def test_plain_arrays_are_taken(made: Any) -> None:
    round = entry(train=lambda rng: made).train()
    assert all(type(a) is np.ndarray and a.dtype == np.float32 for a in round.arrays)
    assert [a.shape for a in round.arrays] == [np.shape(a) for a in made] and round.used == sum(np.size(a) for a in made)


def test_noise_is_on_every_number_and_leaves_little_room() -> None:
    values = np.geomspace(1e-6, 1e6, 5000)
    off = entry(5000, train=lambda rng: [values]).train().arrays[0] / values - 1
    assert abs(off.mean()) < 1e-4 and 0.9e-3 < off.std() < 1.1e-3
    share = entry(5000, noise=("rms", 0.03), train=lambda rng: [values]).train().arrays[0] - values
    assert 0.9 < share.std() / (0.03 * np.sqrt(np.mean(values**2))) < 1.1
    packed = np.float32(123 * 65536 + 4567)  # two numbers in one: the lower one is lost
    back = int(entry(train=lambda rng: [np.array([packed])]).train().arrays[0][0]) % 65536
    assert back != 4567
    largest = entry(train=lambda rng: [np.full(20, np.finfo(np.float32).max)]).train().arrays[0]
    assert np.isfinite(largest).all()


def test_the_noise_is_drawn_anew_for_each_training_and_again_for_the_same_seed() -> None:
    one, other = entry(train=lambda rng: [np.ones(3)]), entry(train=lambda rng: [np.ones(3)])
    first, second, again = one.train().arrays[0], one.train().arrays[0], other.train().arrays[0]
    assert (first != second).all() and (first == again).all()
    assert (one.reset().train().arrays[0] == first).all()


def test_a_learner_gets_a_generator_of_her_own_and_never_the_judges() -> None:
    seen: list[np.random.Generator] = []

    def train(rng: np.random.Generator) -> Any:
        seen.append(rng)
        rng.normal(size=100)
        return [np.ones(1)]

    ours, twin = RNG(5), RNG(5)
    asked = entry(train=train)
    asked.train(rng=ours)
    asked.train(rng=ours)
    assert seen[0] is not ours and ours.normal() == twin.normal(), "the judge's own stream is where it was"
    assert seen[0].normal() != seen[1].normal()
    told = seen[0].bit_generator.seed_seq
    assert isinstance(told, np.random.SeedSequence) and np.size(told.entropy) == 4 and not told.spawn_key


def test_what_she_changes_in_place_is_not_the_judges() -> None:
    X, rows = np.ones((2, 2)), [np.ones(2)]

    def spoil(*arrays: Any) -> Any:
        for one in arrays:
            (one[0] if isinstance(one, list) else one)[:] = 0
        return [np.ones(1)]

    round = entry(train=lambda X, rows, rng: spoil(X, rows), predict=lambda arrays, X: spoil(arrays, X)).train(X, rows)
    before = round.arrays[0].copy()
    round.predict(X)
    assert X.all() and rows[0].all() and (round.arrays[0] == before).all() and before.all()


def test_trainings_come_before_rounds_and_rounds_one_after_another() -> None:
    asked = entry(train=lambda rng: [np.ones(1)], predict=lambda arrays, x: x)
    one, other = asked.train(), asked.train()
    assert one.predict(1) == 1 and one.predict(2) == 2 and other.predict(3) == 3
    with pytest.raises(RuntimeError, match="before the first round"):
        asked.train()
    with pytest.raises(RuntimeError, match="one round before the next"):
        one.predict(1)
    with pytest.raises(AttributeError, match="has the users predict"):
        other.train  # noqa: B018
    assert asked.reset().train().predict(4) == 4


class Places:
    """Counts what is opened and closed."""

    def __init__(self, **functions: Any) -> None:
        self.functions, self.said = functions, list[str]()

    def open(self, studio: Studio, asked: bool) -> Any:
        outer, number = self, sum(line.startswith("open") for line in self.said)
        self.said.append(f"open {number}")

        class Place:
            def get(self, name: str) -> Any:
                outer.said.append(f"{name} in {number}")
                return outer.functions[name]

            def close(self) -> None:
                outer.said.append(f"close {number}")

        return Place()


def test_each_round_has_a_place_of_its_own_and_the_trainings_is_ended_before() -> None:
    places = Places(train=lambda rng: [np.ones(1)], predict=lambda arrays: 1)
    studio = Studio("toy", "share", 0.5, (0.6, 0.7, 0.8), train="train", users=("predict",), budget=1)
    asked = Entry(studio, places, 1)
    one, other = asked.train(), asked.train()
    one.predict(), one.predict(), other.predict(), asked.close()
    assert places.said == [
        "open 0", "train in 0", "train in 0", "close 0",
        "open 1", "predict in 1", "predict in 1", "close 1",
        "open 2", "predict in 2", "close 2",
    ]  # fmt: skip


def test_a_budget_of_calls_holds_even_where_she_catches_what_it_raises() -> None:
    def train(slope: Any, rng: Any) -> Any:
        for _ in range(5):
            with contextlib.suppress(Exception):
                slope(1)
        return [np.ones(1)]

    slope = studios.counted(lambda x: x, 3, "gradient calls")
    with pytest.raises(Broken, match="more than 3 gradient calls"):
        entry(train=train).train(slope)
    assert slope.calls == 3


def test_a_missing_or_unfit_function_is_said_and_an_error_of_hers_is_hers() -> None:
    with pytest.raises(Broken, match="`train` is not there"):
        entry().train()
    with pytest.raises(Broken, match="`train` is 3, where a function"):
        entry(train=3).train()
    with pytest.raises(ZeroDivisionError):
        entry(train=lambda rng: 1 / 0).train()


def test_an_error_on_judged_data_is_told_without_its_text() -> None:
    def judged(entry: Entry) -> float:
        return float(entry.train().predict("a secret row"))

    studio = Studio(
        "toy", "share", 0.5, (0.6, 0.7, 0.8), train="train", users=("predict",), budget=1, judge=judged
    )  # fmt: skip

    def verdict(predict: Any) -> str:
        place = studios.Here({"train": lambda rng: [np.ones(1)], "predict": predict}.__getitem__)
        return str(judge_studio(studio, place, b"key", limit, False).message)

    def tells(arrays: Any, x: str) -> Any:
        raise ValueError(x)

    assert "secret" not in verdict(tells)
    assert "secret" not in verdict(lambda arrays, x: x) and "ValueError" in verdict(lambda arrays, x: x)
    assert "do-nothing" in verdict(lambda arrays, x: 0.1)


def judged_with(judge: Any, predict: Any) -> str:
    """What is said of an entry whose user is `predict`, under a judge."""
    studio = Studio("toy", "share", 0.5, (0.6, 0.7, 0.8), train="train", users=("predict",), budget=1, judge=judge)
    place = studios.Here({"train": lambda rng: [np.ones(1)], "predict": predict}.__getitem__)
    return str(judge_studio(studio, place, b"key", limit, False).message)


def mean(entry: Entry) -> float:
    return float(np.mean(np.asarray(entry.train().predict(3), dtype=float) ** 2))


NOT_FINITE = {
    "nan": np.nan, "infinity among others": np.array([1.0, np.inf]), "in a nest": [1.0, [np.nan]], "vast": 1e200,
    "of an object's": type("Loss", (), {"__float__": lambda self: np.nan})(),
}  # fmt: skip


@pytest.mark.parametrize("given", NOT_FINITE)
def test_a_result_that_is_no_number_is_hers_where_what_she_gave_is_none(given: str) -> None:
    def judge(entry: Entry) -> float:
        entry.train().predict(3)
        return float("nan")

    assert "not finite" in judged_with(judge, lambda arrays, x: NOT_FINITE[given])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("given", [0.5, np.ones(3), [1, (True, "a")], {"x": np.arange(3), "y": None}])
def test_a_result_that_is_no_number_is_ours_where_all_that_she_gave_was_one(value: float, given: Any) -> None:
    def judge(entry: Entry) -> float:
        entry.train().predict(3)
        return value

    with pytest.raises(OwnFailure, match="all that the entry gave was finite"):
        judged_with(judge, lambda arrays, x: given)
    assert "do-nothing" in judged_with(mean, lambda arrays, x: 0.1)


def test_what_she_calls_a_counted_function_with_is_hers_too() -> None:
    def judge(entry: Entry) -> float:
        loss = studios.counted(lambda x: x * 2, 9)
        entry.train().predict(loss)
        return float("nan")

    def calls(value: float) -> Any:
        return lambda arrays, loss: [loss(1.0), 0.0 * loss(value)] and 1.0

    assert "not finite" in judged_with(judge, calls(float("nan")))
    with pytest.raises(OwnFailure):
        judged_with(judge, calls(2.0))


# --- declarations ------------------------------------------------------------------------------------------------------

FIT = {
    "users": ("predict",), "train": "train", "budget": 9, "metric": "share", "baseline": 0.5, "bands": (0.6, 0.7, 0.8),
    "typed": 0.65,
}  # fmt: skip
UNFIT = {
    "users that are no tuple": ({"users": "predict"}, "users are a tuple"),
    "no users": ({"users": ()}, "at least one user"),
    "a user that the exercise does not name": ({"users": ("guess",)}, "'guess' is not among the names"),
    "a maker that the exercise does not name": ({"train": "fit"}, "'fit' is not among the names"),
    "a maker without a budget": ({"budget": None}, "budget=20"),
    "a budget of nought": ({"budget": 0}, "budget=20"),
    "nothing counted": ({"train": None, "budget": None}, "counted="),
    "a budget without a maker": ({"train": None, "counted": "calls"}, "leave the budget out"),
    "no noise": ({"noise": 0}, "noise=0"),
    "noise of another kind": ({"noise": ("peak", 0.1)}, "noise="),
    "too much noise": ({"noise": ("rms", 2.0)}, "noise="),
    "bands that do not rise": ({"bands": (0.6, 0.6, 0.8)}, "must rise"),
    "typed-in text that pays": ({"typed": 0.7}, "typed-in text reaches 0.7"),
    "nothing said of typed-in text": ({"typed": None}, "say what 1,000 bytes of typed-in text reach, measured: typed="),
}


@pytest.mark.parametrize("what", UNFIT)
def test_a_declaration_that_does_not_fit_is_refused(what: str) -> None:
    change, why = UNFIT[what]
    with declaring():
        registry.exercise("toy", names=("train", "predict"), kind="studio")
        with pytest.raises(WeekError, match=why):
            registry.studio("toy", **{**FIT, **change})  # type: ignore[arg-type]


def declaring() -> Any:
    """What is declared in the body is forgotten."""

    @contextlib.contextmanager
    def body() -> Any:
        token = registry._current.set(registry.Registry())
        try:
            yield registry._current.get()
        finally:
            registry._current.reset(token)

    return body()


def test_a_studio_has_a_public_scorer_and_a_judge() -> None:
    with declaring() as found:
        registry.exercise("toy", names=("train", "predict"), kind="studio")

        @registry.studio("toy", **FIT, noise="rms")  # type: ignore[arg-type]
        def public(entry: Any, rng: Any) -> Any:
            return float(entry.train().predict()), "more"

        assert found.studios["toy"].judge is None

        @registry.judge("toy")
        def judged(entry: Any, half: str) -> float:
            return 0.75 if half == "open" else 0.9

        with pytest.raises(WeekError, match="two judges"):
            registry.judge("toy")(judged)
    studio = found.studios["toy"]
    place = studios.Here({"train": lambda rng: [np.ones(1)], "predict": lambda arrays: 0.5}.__getitem__)
    assert measure_in_public(studio, place, 1, limit) == (0.5, "more")
    assert measure(studio, place, "open", 1, limit) == (0.75, "") and measure(studio, place, "grade", 1, limit)[0] == 0.9


# --- helpers -----------------------------------------------------------------------------------------------------------


def test_classes_get_new_names_alike_in_training_and_test() -> None:
    y, more = np.array([0, 1, 2, 3, 2], np.uint8), np.array([3, 0])
    renamed, called = studios.relabelled(y, RNG(0))
    assert renamed.dtype == np.uint8 and sorted(called.tolist()) == [0, 1, 2, 3]
    assert (called[y] == renamed).all() and (studios.relabelled(more, RNG(1), called)[0] == called[more]).all()
    assert len({tuple(studios.relabelled(y, RNG(seed))[1].tolist()) for seed in range(40)}) > 10
    assert (studios.relabelled(np.array([1]), RNG(0), np.array([5, 7]))[0] == 7).all()
    with pytest.raises(ValueError, match="names for all classes"):
        studios.relabelled(np.array([0, 9]), RNG(0), called)


def test_columns_are_changed_alike_wherever_they_are_used() -> None:
    X = np.arange(12.0).reshape(3, 4) + 1
    change = studios.columns(RNG(2), 4)
    assert change(X).dtype == np.float32 and (change(X)[:2] == change(X[:2])).all()
    assert np.allclose(change(X), X[:, change.order] * change.unit) and (np.arange(12.0).reshape(3, 4) + 1 == X).all()
    units = np.concatenate([studios.columns(RNG(seed), 4).unit for seed in range(100)])
    assert 0.01 <= units.min() < 0.02 and 50 < units.max() <= 100 and 0.5 < np.median(units) < 2
    with pytest.raises(ValueError, match="no scale"):
        studios.columns(RNG(0), 4, scale=(2, 1))


def test_mixed_columns_keep_what_a_linear_model_can_say_and_nothing_of_a_single_column() -> None:
    rng = RNG(0)
    X = np.column_stack([rng.exponential(size=400) ** 2, rng.normal(size=(400, 4)) * [1, 1e3, 1e-3, 7]])
    weights = rng.normal(size=5) / X.std(axis=0)
    tails = []
    for seed in range(20):
        change = studios.mixtures(RNG(seed), X)
        read = change(X).astype(float)
        assert change(X).dtype == np.float32 and (change(X)[:9] == change(X[:9])).all()
        standard = np.column_stack([(read - read.mean(axis=0)) / read.std(axis=0), np.ones(400)])
        found = np.linalg.lstsq(standard, X @ weights, rcond=None)[0]
        assert np.allclose(standard @ found, X @ weights, rtol=0, atol=1e-3)
        tails.append(np.mean(standard[:, :5] ** 4, axis=0).max())
    own = np.mean(((X - X.mean(axis=0)) / X.std(axis=0)) ** 4, axis=0).max()
    assert np.median(tails) < own, "the heavy tail of one column is found in no single one"
    units = np.concatenate([np.linalg.norm(studios.mixtures(RNG(seed), X, spread=1).matrix * X.std(axis=0)[:, None], axis=0)
                            for seed in range(60)])  # fmt: skip
    assert 0.01 <= units.min() < 0.02 and 50 < units.max() <= 100 and 0.5 < np.median(units) < 2
    assert not np.allclose(studios.mixtures(RNG(1), X)(X), studios.mixtures(RNG(2), X)(X))


@pytest.mark.parametrize(
    ("more", "says"),
    [({"spread": 0.5}, "write 1"), ({"scale": (2, 1)}, "no scale"), ({"X": np.ones((3, 2))}, "column 0 is constant")],
)
def test_a_mixture_that_cannot_be_drawn_names_the_mend(more: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        studios.mixtures(RNG(0), **{"X": np.arange(6.0).reshape(3, 2), **more})


@pytest.mark.parametrize("n", [1, 10, 11, np.array([1, 0, 0, 1, 1, 1, 0, 0, 2, 2])])
def test_each_row_is_in_one_half_and_classes_are_shared_out(n: Any) -> None:
    one, other = studios.halves(n, "open"), studios.halves(n, "grade")
    size = n if isinstance(n, int) else len(n)
    assert sorted([*one, *other]) == list(range(size))
    if not isinstance(n, int):
        assert (np.bincount(n[one]) == np.bincount(n[other])).all()
    with pytest.raises(ValueError, match="no half"):
        studios.halves(n, "all")  # type: ignore[arg-type]
