"""The call that breaks a property, as code that runs and breaks it again."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from autograder.cases import case, check, draws, exercise, expect, registry
from autograder.cases.calls import call_of as written_call
from autograder.cases.calls import code_of
from autograder.cases.registry import Registry
from autograder.cases.running import run_case
from autograder.timelimit import limit


@pytest.fixture
def declared():
    made = Registry()
    token = registry._current.set(made)
    exercise("double")
    yield made
    registry._current.reset(token)


def call_of(declared, answer) -> str:
    return run_case(declared.cases[-1], {"double": answer}, b"key", limit, 60.0).on


def test_the_call_in_the_breaking_statement(declared):
    @case("double", "every entry doubles", draws=draws.vectors())
    def doubles(double, x):
        expect.close(double(x + 0), 2 * x)

    call = call_of(declared, lambda x: x)
    assert call.startswith("double(np.array([") and np.any(eval(call, {"np": np, "double": lambda x: x}))


def test_the_last_call_before_the_statement_that_looks_at_it(declared):
    @case("double", "nothing is negative")
    def positive(double):
        for size in (1, 2):
            out = double(np.zeros((size, 50)))
            expect.that((out >= 0).all(), "something negative came out")

    assert call_of(declared, lambda x: x - (len(x) > 1)) == "double(np.zeros((2, 50)))"


def test_an_array_of_another_type_is_shown_with_its_type(declared):
    @case("double", "float32 stays float32")
    def small(double):
        x = np.array([[0.0, 1.0]])
        expect.close(double(x), 2 * x)
        expect.dtype(double(x.astype(np.float32)), np.float32)

    assert call_of(declared, lambda x: 2.0 * x.astype(float)) == "double(np.array([[0.0, 1.0]], np.float32))"


def through_a_helper(function, rows):
    return function(rows, scale=2)


def test_a_call_that_a_helper_makes_has_the_learners_name(declared):
    @case("double", "it scales")
    def scales(double):
        through_a_helper(double, np.array([1, 2, 3]))

    assert call_of(declared, lambda x, scale: x[scale + 9]) == "double(np.array([1, 2, 3]), scale=2)"


def test_inputs_are_shown_as_they_were_before_the_call(declared):
    @case("double", "the input is left as it was", draws=draws.vectors())
    def pure(double, x):
        before = x.copy()
        expect.handing_back(double)(x)
        expect.unchanged(x, before)

    def in_place(x):
        x *= 2

    assert "[0.2]" not in call_of(declared, in_place) and call_of(declared, in_place).startswith("double(np.array([")


def test_what_cannot_be_had_again_is_not_made_up(declared):
    @case("double", "any numbers double", false_alarm=1e-9)
    def drawn(double, rng):
        expect.close(double(rng.random(3)), np.zeros(3))

    assert call_of(declared, lambda x: x + 1) == ""


def test_making_an_object_is_no_breaking_call_unless_that_broke(declared):
    class Counter:
        def __init__(self, start):
            self.at = 10 // start

    exercise("Counter")

    @case("Counter", "it starts where it is told")
    def starts(Counter):
        made = Counter(2)
        expect.close(made.at, 2.0)

    @case("Counter", "it starts at nought")
    def at_nought(Counter):
        made = Counter(0)
        expect.close(made.at, 0.0)

    told = [run_case(one, {"Counter": Counter}, b"key", limit, 60.0).on for one in declared.cases[-2:]]
    assert told == ["", "Counter(0)"]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (np.array([1.5, 2.0]), "np.array([1.5, 2.0])"),
        (np.array([[1, 2]], np.uint8), "np.array([[1, 2]], np.uint8)"),
        (np.zeros((2, 0)), "np.zeros((2, 0))"),
        (np.zeros((1, 1, 1)), "np.array([[[0.0]]])"),
        (np.full((9, 9), 3.0), "np.full((9, 9), 3.0)"),
        (np.arange(100.0), ""),
        ((np.ones(1), {"a": 2}), "(np.array([1.0]), {'a': 2})"),
        (("words",), "('words',)"),
        (object(), ""),
        (float("inf"), 'float("inf")'),
    ],
)
def test_values_as_code(value, code):
    assert code_of(value) == code
    if code:
        again = eval(code, {"np": np})
        assert type(again) is type(value)


@pytest.mark.parametrize(
    "value",
    [
        np.array([[0.25, -1.0]]),
        np.array([1.0, np.nan, np.inf, -np.inf]),
        np.full(7, np.nan),
        np.zeros((300, 4)),
        np.zeros((0, 3), np.float32),
        np.array([1, 2], np.uint8),
        np.array([True, False]),
        np.array(2.5),
        np.float32(0.5),
        [(np.ones((1, 2)), np.zeros(2))],
        {"a": (1,), "b": "text"},
        None,
    ],
    ids=lambda value: code_of(value)[:30],
)
def test_a_call_in_a_message_is_code_that_runs(value: Any) -> None:
    got = eval(written_call("f", value, 3), {"np": np, "f": lambda x, y: (x, y)})
    assert got[1] == 3
    _alike(got[0], value)


def _alike(a: Any, b: Any) -> None:
    assert type(a) is type(b)
    if isinstance(b, (np.ndarray, np.generic)):
        assert a.shape == b.shape and a.dtype == b.dtype and np.array_equal(a, b, equal_nan=b.dtype.kind == "f")
    elif isinstance(b, dict):
        assert list(a) == list(b)
        _alike(list(a.values()), list(b.values()))
    elif isinstance(b, (list, tuple)):
        assert len(a) == len(b)
        for one, other in zip(a, b, strict=True):
            _alike(one, other)
    else:
        assert a == b


SHOWN = """
import numpy as np
from autograder.cases import case, draws, exercise, expect

exercise("total")
exercise("examine")

@case("total", "it is the sum", draws={"seed": draws.seeds(), "size": draws.sampled([50, 60])}, examples=3)
def any_size(total, seed, size):
    arrays = [np.random.default_rng(seed).normal(size=size), np.arange(size)]
    expect.close(total(*arrays), arrays[0].sum() + arrays[1].sum())

@case("total", "an object of hers comes back as it was")
def her_own(total):
    made = total(np.zeros(2), np.zeros(2))
    expect.that(total(made, 3) is made, "it is another")

def leaks(X):
    return X

@case("examine", "it catches a program", draws={"wrong": draws.sampled([leaks])}, examples=1)
def catches(examine, wrong):
    expect.that(not examine(wrong), "it passes")
"""


def test_a_call_too_long_to_be_written_is_made_again_from_the_last_check(tmp_path, monkeypatch):
    (tmp_path / "checks.py").write_text(SHOWN)
    monkeypatch.chdir(tmp_path)
    seen = []
    names = {"check": check, "total": lambda *given: seen.append(given) or 0.0, "examine": lambda program: program is not None}
    with pytest.raises(LookupError, match="run the check"):
        check.inputs("any_size")
    exec('points = check("total")', names)
    told = {verdict.case: verdict.on for verdict in names["points"].report.verdicts}
    assert told["any_size"].startswith("total(*check.inputs('any_size')), where seed = 0, size = 50")
    assert "check" not in told["her_own"], "what she made is no input that could be kept"
    first, second = check.inputs("any_size")
    assert any(np.array_equal(first, given[0]) for given in seen) and np.array_equal(second, np.arange(50))
    first[:] = 0
    assert check.inputs("any_size")[0].any(), "each time a copy"
    exec('points = check("examine")', names)
    (verdict,) = names["points"].report.verdicts
    assert verdict.on == "examine(*check.inputs('catches')), where wrong = `leaks` of checks.py"
    assert check.inputs("catches")[0].__name__ == "leaks"


def test_no_hidden_input_can_be_taken_out(declared):
    @case("double", "large ones double")
    def large(double):
        expect.close(double(np.arange(99.0)), 2 * np.arange(99.0))

    hidden = replace(declared.cases[-1], hidden=True)
    verdict = run_case(hidden, {"double": lambda x: x}, b"key", limit, 60.0)
    assert verdict.inputs is None and "check" not in verdict.on
