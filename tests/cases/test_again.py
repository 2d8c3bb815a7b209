"""What is told of a broken promise beyond its verdict: the call, and what that gives. Nothing is judged by it."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.cases.again import what_it_gives, with_call
from autograder.cases.model import Verdict
from autograder.cases.report import as_html, call_in
from autograder.cases.session import Session

module = importlib.import_module("autograder.cases.check")  # the package gives the function under that name
CHECKS = """
import numpy as np

from autograder.cases import case, draws, exercise, expect

exercise("pair", names=("forward", "backward"), seconds=3)


@case("pair", "the gradient agrees", draws=draws.vectors(size=(2, 4)), examples=5)
def slopes(forward, backward, x):
    asked = {"there": forward, "back": backward}
    expect.close(asked["back"](x, asked["there"](x)), 2 * x)


@case("pair", "the example comes out")
def example(forward):
    expect.close(forward(np.array([1.0, 2.0])), np.array([1.0, 4.0]))


@case("pair", "chance is handed over", false_alarm=1e-7)
def chance(forward, rng):
    made = forward
    expect.that(made(rng.normal(size=(9, 2))).sum() == 0, "it is not nought")
"""


@pytest.fixture
def week(tmp_path: Path) -> Path:
    (tmp_path / "checks.py").write_text(CHECKS, encoding="utf-8")
    return tmp_path


def session(week: Path, **names: Any) -> Session:
    return Session(week, lambda name: names[name])


def told(week: Path, case: str, **names: Any) -> tuple[Session, Verdict, Verdict]:
    made = session(week, **names)
    report = made.report("pair")
    before = report.broken()[case]
    report, after = with_call(made, report, before)
    assert report.broken()[case] == after
    return made, before, after


def forward(x):
    return x * x


def right(x, y):
    return 2 * x


HOUSE = """

@case("pair", "float32 stays float32")
def house(forward, backward):
    asked = {"there": forward, "back": backward}
    asked["back"](np.ones(2), asked["there"](np.ones(2)))
    expect.dtype(asked["there"](np.array([1.0, 3.0], np.float32)), np.float32, what="`forward`")
"""


def test_a_fault_of_what_was_called_earlier_and_again_is_told_of_the_call_that_was_looked_at(week: Path) -> None:
    (week / "checks.py").write_text(CHECKS + HOUSE, encoding="utf-8")
    made, _, after = told(week, "house", forward=lambda x: x.astype(float) ** 2, backward=right)
    assert call_in(after.on)[0] == "forward(np.array([1.0, 3.0], np.float32))"
    assert what_it_gives(made, after).value.dtype == np.float64


def test_a_call_that_a_helper_made_is_told_as_code_that_runs(week: Path) -> None:
    def backward(x, y):
        return x

    made, before, after = told(week, "slopes", forward=forward, backward=backward)
    assert call_in(before.on)[0] == ""
    call, _ = call_in(after.on)
    assert call.startswith("backward(np.array([") and (after.message, after.holds) == (before.message, False)
    given = eval(call, {"np": np, "backward": backward})
    assert given.shape == what_it_gives(made, after).value.shape and not np.allclose(given, 2 * given)


def test_what_cannot_be_written_is_taken_from_the_last_check(week: Path) -> None:
    _, _, after = told(week, "chance", forward=forward, backward=right)
    assert call_in(after.on)[0] == "forward(*check.inputs('chance'))"
    assert after.inputs is not None and after.inputs[0].shape == (9, 2)


def test_a_call_in_the_case_itself_stays(week: Path) -> None:
    made, before, after = told(week, "example", forward=lambda x: 3 * x, backward=right)
    assert before is after and call_in(after.on)[0] == "forward(np.array([1.0, 2.0]))"
    assert what_it_gives(made, after).value.tolist() == [3.0, 6.0]


def test_her_functions_are_asked_within_limits_and_silently(week: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = []

    def loud(x):
        asked.append(1)
        print("here I am")
        if len(asked) > 40:
            while True:
                pass
        return 3 * x

    made = session(week, forward=loud, backward=right)
    verdict = made.report("pair").broken()["example"]
    asked += [1] * 50
    assert what_it_gives(made, verdict) is None
    assert with_call(made, made.report("pair"), verdict)[1] is verdict
    assert "here I am" not in capsys.readouterr().out


def test_a_verdict_that_comes_out_otherwise_the_second_time_stays_as_it_was(week: Path) -> None:
    seen = []

    def moody(x, y):
        seen.append(1)
        return x if len(seen) < 2 else 0 * x + len(seen)

    _, before, after = told(week, "slopes", forward=forward, backward=moody)
    assert after == before


def test_check_shows_the_card_and_prints_the_call(
    week: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(week)
    monkeypatch.setitem(globals(), "forward", lambda x: 3 * x)
    monkeypatch.setitem(globals(), "backward", right)
    points = module.check("pair")
    page = points._repr_html_()
    assert repr(points) == "0.333333" and "forward(np.array([1.0, 2.0]))" in capsys.readouterr().out
    first = page[: page.index("<table style")]
    assert "start here" in first and "it gives" in page and page.count("told above") == 1
    assert module.inputs("chance")[0].shape == (9, 2)
    assert "<script" not in page and "jupyter-widgets" not in page


def test_a_red_card_says_what_it_rests_on_is_red(week: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        CHECKS
        + """
exercise("net", needs=("pair",))


@case("net", "it is one")
def one(net):
    expect.that(net() == 1, "it is not one")
"""
    )
    (week / "checks.py").write_text(text, encoding="utf-8")
    monkeypatch.chdir(week)
    monkeypatch.setattr(module, "_last", {})
    names = {"forward": lambda x: 3 * x, "backward": right, "net": lambda: 2}
    for name, made in names.items():
        monkeypatch.setitem(globals(), name, made)
    assert "`pair`, which was not checked" in module.check("net").report.note
    assert module.check("pair").report.note == ""
    assert "`pair`, which is not green" in module.check("net")._repr_html_()
    monkeypatch.setitem(globals(), "net", lambda: 1)
    assert module.check("net").report.note == ""


def test_only_her_own_notebook_says_try_it(week: Path) -> None:
    report = session(week, forward=lambda x: 3 * x, backward=right).report("pair")
    assert "try it" in as_html(report, False, 0.0, 2.0, 1.0) and "try it" not in as_html(report, False, 0.0, 2.0)
