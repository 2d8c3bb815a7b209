"""Cases as a learner meets them: what is found, how small, and in which words."""

import os
import time

import numpy as np
import pytest

from autograder.cases import Broken, case, draws, exercise, expect, limit, registry
from autograder.cases.mistakes import CaseError
from autograder.cases.registry import Registry, WeekError
from autograder.cases.running import run_case
from autograder.cases.warned import Diagnosis

KEY = b"a test"


@pytest.fixture
def declared():
    """A registry of its own for the decorators of this test."""
    made = Registry()
    token = registry._current.set(made)
    yield made
    registry._current.reset(token)


def verdict_on(declared, answer, seconds=5.0, key=KEY):
    made = declared.cases[-1]
    return run_case(made, {made.exercise: answer}, key, limit, seconds)


@pytest.fixture
def doubling(declared):
    """The exercise `double`, with one case on drawn matrices."""
    exercise("double")

    @case("double", "every entry doubles", draws=draws.matrices())
    def doubles(double, x):
        expect.close(double(x), 2 * x)

    return declared


def test_a_right_answer_is_asked_once_for_each_example(doubling):
    """What a check costs is counted, not timed: a busy machine is no mistake of ours."""
    asked = []
    assert verdict_on(doubling, lambda x: asked.append(1) or x + x).holds
    assert 0 < len(asked) <= doubling.cases[-1].examples


def test_the_breaking_input_is_small_and_said_and_the_answer_is_not(doubling):
    verdict = verdict_on(doubling, lambda x: x**2)
    assert not verdict.holds
    assert verdict.on in [f"double(np.array([[{x}]]))" for x in (0.1, -0.1, 1.0, -1.0)]
    assert "0.2" not in verdict.message and " 2" not in verdict.message


def test_who_sleeps_is_tried_on_more_than_zeros(doubling):
    """The first input of all is zeros; after the half of the time no further one was drawn."""

    def sleeping(x):
        time.sleep(0.6)
        return x

    verdict = verdict_on(doubling, sleeping, seconds=1.0)
    assert not verdict.holds


def test_who_is_too_slow_to_be_tried_is_told_so(doubling):
    def right(x):
        time.sleep(0.7)
        return 2 * x

    assert verdict_on(doubling, right, seconds=1.0).message.startswith("it is too slow: 1 seconds were enough to try it on ")
    assert verdict_on(doubling, right, seconds=4.0).holds


def test_hypothesis_leaves_nothing_beside_the_work(doubling, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    verdict_on(doubling, lambda x: x)
    assert os.listdir(tmp_path) == []


def written(source, folder):
    """What a learner wrote, in a file of its own as a notebook's cells are."""
    path = folder / "cell.py"
    path.write_text(source)
    names = {}
    exec(compile(source, str(path), "exec"), names)
    return names["double"]


def test_the_learners_own_line_is_shown(doubling, tmp_path):
    verdict = verdict_on(doubling, written("def double(x):\n    return x + undefined_name", tmp_path))
    assert "NameError" in verdict.message
    assert "return x + undefined_name" in verdict.line


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda x: None, "returned None"),
        (lambda x: "text", "where an array of numbers"),
        (lambda x: [[1], [2, 3]], "unequal length"),
        (lambda x: x[0], "shape"),
        (3.0, "where a function or a class was asked for"),
        (lambda: 0, "cannot be called as the exercise says"),
    ],
)
def test_each_mistake_has_its_words(doubling, answer, words):
    verdict = verdict_on(doubling, answer)
    assert not verdict.holds
    assert words in verdict.message


def test_leaving_the_program_is_a_mistake_like_another(doubling, tmp_path):
    verdict = verdict_on(doubling, written("def double(x):\n    raise SystemExit", tmp_path))
    assert "ended the program" in verdict.message and "raise SystemExit" in verdict.line


def test_a_blank_is_told_kindly(doubling):
    def double(x):
        raise NotImplementedError("…")

    assert verdict_on(doubling, double).message == "this is not written yet"


def test_a_loop_that_never_ends_is_ended_even_where_everything_is_caught(doubling):
    def double(x):
        while True:
            try:
                while True:
                    pass
            except BaseException:
                return 2 * x if time.monotonic() < 0 else 1 / 0

    start = time.monotonic()
    verdict = verdict_on(doubling, double, seconds=0.5)
    assert not verdict.holds
    assert time.monotonic() - start < 30  # it would never end

    def stubborn(x):
        while True:
            pass

    assert "did not come to an end" in verdict_on(doubling, stubborn, seconds=0.3).message


def test_prints_cost_nothing_and_are_noted(doubling, capsys):
    def double(x):
        print("working on it")
        return 2 * x

    verdict = verdict_on(doubling, double)
    assert verdict.holds and "prints" in verdict.notes[0]
    assert capsys.readouterr().out == ""


def test_a_warning_of_numpy_is_a_diagnosis_and_no_print(doubling, tmp_path):
    source = "import numpy as np\ndef double(x):\n    y = np.log(x * 0)\n    return y"
    verdict = verdict_on(doubling, written(source, tmp_path))
    assert "NumPy warned at your line 3: divide by zero encountered in log" in verdict.notes
    assert not any("prints" in note for note in verdict.notes)
    quiet = verdict_on(doubling, written(source.replace("    return y", "    return 2 * x"), tmp_path))
    assert quiet.holds and quiet.notes == ()


def test_a_warning_that_came_across_the_wall_as_text_is_one_too():
    heard = Diagnosis(lambda file: True)
    printed = "<ipython-input-3>:7: RuntimeWarning: overflow encountered in exp\n  return np.exp(z)\nhello\n"
    assert heard.read(printed) == "hello\n" and heard.said == "NumPy warned at your line 7: overflow encountered in exp"


def test_a_changed_input_is_shown_as_it_was_before(declared):
    exercise("double")

    @case("double", "your input is left as it was", draws=draws.vectors(), side=True)
    def pure(double, x):
        before = x.copy()
        expect.handing_back(double)(x)
        expect.unchanged(x, before)

    verdict = verdict_on(declared, _in_place)
    assert "changed the array" in verdict.message
    assert verdict.on in [f"double(np.array([{x}]))" for x in (0.1, -0.1, 1.0, -1.0)]


def _in_place(x):
    x *= 2
    return x


def test_what_she_changes_stays_with_her_where_no_case_asks_for_it(declared):
    exercise("double")

    @case("double", "the double of what it was given")
    def twice(double):
        x, nested = np.array([1.0, 2.0]), {"a": [np.ones(2)]}
        expect.close(double(x), 2 * x)
        double(nested["a"][0]), double(x=x)
        expect.that(x[0] == 1 and nested["a"][0][0] == 1, "an argument was changed")

    verdict = verdict_on(declared, _in_place)
    assert verdict.message is None


def test_a_random_answer_is_wrong_and_no_internal_error_shows(doubling):
    rng = np.random.default_rng(0)
    verdict = verdict_on(doubling, lambda x: 2 * x if rng.random() < 0.7 else x + 1)
    assert not verdict.holds and "Flaky" not in verdict.message


def test_the_same_key_draws_the_same_and_another_key_otherwise(declared):
    exercise("seen")
    drawn = []

    @case("seen", "anything goes", false_alarm=1e-9)
    def look(seen, rng):
        drawn.append(rng.random())
        seen()

    for key in (b"one", b"one", b"two"):
        verdict_on(declared, lambda: None, key=key)
    assert drawn[0] == drawn[1] != drawn[2]


def test_a_case_that_is_at_fault_itself_is_the_authors_error(declared):
    exercise("double")

    @case("double", "its draws do not fit", draws=draws.vectors())
    def misfit(double, x, y):
        pass

    with pytest.raises(CaseError, match="double/misfit cannot be run"):
        verdict_on(declared, lambda x: x)


def test_declarations_are_refused_with_their_mend(declared):
    with pytest.raises(WeekError, match=r'write exercise\("nowhere"\)'):
        case("nowhere", "…")
    exercise("double")
    with pytest.raises(WeekError, match="declared twice"):
        exercise("double")
    with pytest.raises(WeekError, match="false_alarm"):

        @case("double", "…")
        def chance(double, rng):
            pass


def test_gradients_are_told_apart():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(4, 3))
    expect.gradient(lambda z: float((z**3).sum()), x, 3 * x**2, rng)
    expect.gradient(
        lambda p: float((p[0] @ p[1]).sum()), (x, x.T), (np.tile(x.sum(0), (4, 1)), np.tile(x.sum(0)[:, None], (1, 4))), rng
    )
    for bad in (3 * x, 2.999 * x**2, np.zeros_like(x), x):
        with pytest.raises(Broken, match="measured slope"):
            expect.gradient(lambda z: float((z**3).sum()), x, bad, rng)
