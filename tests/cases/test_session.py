"""A week's session: points, side properties, missing names, mistakes that are paid for once."""

import contextlib
import os

import pytest

from autograder.cases.session import DEFAULT_KEY, Session

KEY = b"a test"
CHECKS = """
import numpy as np
from autograder.cases import case, draws, exercise, expect

exercise("double")

@case("double", "every entry doubles", draws=draws.vectors())
def doubles(double, x):
    expect.close(double(x), 2 * x)

@case("double", "the number type stays", side=True)
def keeps(double):
    expect.dtype(double(np.ones(2, np.float32)), np.float32)
"""
HIDDEN = """
import numpy as np
from autograder.cases import case, expect

@case("double", "long inputs work", weight=3)
def long(double):
    expect.close(double(np.arange(100.0)), 2 * np.arange(100.0))
"""
SIDE = """
@case("double", "no number becomes nan", side=True, weight=3)
def keeps_numbers(double):
    expect.that(np.isfinite(double(np.ones(3))).all(), "nan")
"""
WEEK = '{"exercises": [{"id": "double", "points": {"check": 2, "hidden": 6}}]}'


@pytest.fixture
def week(tmp_path):
    for name, text in (("checks.py", CHECKS), ("hidden.py", HIDDEN), ("week.json", WEEK)):
        (tmp_path / name).write_text(text)
    return tmp_path


def session(week, **names):
    def lookup(name):
        if name not in names:
            raise NameError(name)
        return names[name]

    return Session(week, lookup, key=KEY)


def test_points_are_plain_finite_floats_and_split_between_the_two_cells(week):
    made = session(week, double=lambda x: x + x)
    for points, worth in ((made.check("double"), 2.0), (made.hidden_check("double"), 6.0)):
        assert points == worth and repr(points) == repr(worth) and isinstance(points, float)
        assert "<table" in points._repr_html_()


def test_a_hidden_case_takes_nothing_back_that_her_notebook_showed_as_earned(week):
    def breaks_a_hidden_core_case(x):
        return 2 * x if len(x) < 10 else x

    graded = session(week, double=breaks_a_hidden_core_case)
    (week / "hidden.py").rename(week / "elsewhere")
    shown = session(week, double=breaks_a_hidden_core_case).check("double")
    assert shown == 2.0 and "2 of 8 points · 6 more when you hand in" in shown._repr_html_()
    assert graded.check("double") == shown
    assert graded.hidden_check("double") == 0.0


LUCKY = """
import numpy as np
from autograder.cases import case, draws, exercise, expect

exercise("double")
SEEN = {}

@case("double", "every entry doubles", draws=draws.vectors(), examples=10)
def doubles(double, x):
    SEEN.setdefault("visible", []).append(x.tolist())
    expect.close(double(x), 2 * x)
"""
TWIN = """
from autograder.cases import case, draws
from checks import SEEN

@case("double", "other ones double", draws=draws.vectors(), examples=10)
def others(double, x):
    SEEN.setdefault("hidden", []).append(x.tolist())
"""


def test_visible_cases_draw_at_grading_what_they_draw_in_her_notebook(week):
    (week / "checks.py").write_text(LUCKY)
    (week / "hidden.py").write_text(TWIN)
    seen = []
    for key in (DEFAULT_KEY, b"one", b"two"):
        made = Session(week, {"double": lambda x: 2 * x}.__getitem__, key=key)
        made.report("double")
        seen.append(made.registry.of("double")[0].run.__globals__["SEEN"])
    assert seen[0]["visible"] == seen[1]["visible"] == seen[2]["visible"] != []
    assert seen[1]["hidden"] != seen[2]["hidden"]


def test_a_hidden_side_property_waits_for_every_core_one(week):
    (week / "hidden.py").write_text(HIDDEN + SIDE)
    assert session(week, double=lambda x: x + x).hidden_check("double") == 6.0
    made = session(week, double=lambda x: 2 * x if len(x) < 10 else x)
    assert made.hidden_check("double") == 0.0
    assert "counts once what is broken is mended" in made.hidden_check("double")._repr_html_()


def test_a_side_property_counts_only_where_every_core_one_holds(week):
    assert session(week, double=lambda x: x).check("double") == 0.0
    assert session(week, double=lambda x: 2.0 * x.astype(float)).check("double") == 1.0


def test_a_missing_name_is_said_and_scores_nothing(week):
    points = session(week).check("double")
    assert points == 0.0
    assert "no `double` in your notebook" in points._repr_html_()


def test_a_doubt_about_a_cell_stands_above_the_verdicts_and_in_place_of_a_missing_name(week):
    made = session(week, double=lambda x: x + x)
    made.doubt = lambda names: f"the cell that defines `{names[0]}` stopped with a SyntaxError"
    page = made.check("double")._repr_html_()
    assert "stopped with a SyntaxError: what is judged here is what was there before" in page and "✓" in page
    gone = session(week)
    gone.doubt = made.doubt
    page = gone.check("double")._repr_html_()
    assert "stopped with a SyntaxError" in page and "no `double`" not in page


def test_an_edit_of_the_same_length_within_a_second_is_seen(week, monkeypatch):
    monkeypatch.setattr("sys.dont_write_bytecode", False)
    path = week / "checks.py"
    assert session(week, double=lambda x: 2 * x).check("double") == 2.0
    stamp = path.stat().st_mtime_ns
    path.write_text(CHECKS.replace("2 * x", "3 * x"))
    os.utime(path, ns=(stamp, stamp))
    assert session(week, double=lambda x: 2 * x).check("double") == 0.0


def test_a_name_that_comes_later_is_judged_then(week):
    (week / "checks.py").write_text(BUILT_ON)
    names = {"four_times": lambda x: 4 * x}

    def lookup(name):
        if name not in names:
            raise NameError(name)
        return names[name]

    made = Session(week, lookup, key=KEY, stand_in=lambda pieces: contextlib.nullcontext())
    assert made.check("four_times") == 1.0  # asks for `double` on the way, which is not there yet
    names["double"] = lambda x: 2 * x
    assert made.check("double") == 2.0


def test_messages_are_escaped_in_html(week):
    points = session(week, double=lambda x: "<script>alert(1)</script>").check("double")
    assert "<script>" not in points._repr_html_() and "&lt;script&gt;" in points._repr_html_()


BUILT_ON = (
    CHECKS
    + """
exercise("four_times", needs=["double"])

@case("four_times", "every entry is taken four times", draws=draws.vectors())
def fourfold(four_times, x):
    expect.close(four_times(x), 4 * x)
"""
)


@pytest.mark.parametrize(
    ("four_times", "points"),
    [
        (lambda names: lambda x: names["double"](names["double"](x)), 1.0),  # right, on a broken piece
        (lambda names: lambda x: names["double"](x), 0.0),  # wrong, whatever it stands on
    ],
)
def test_a_mistake_in_an_earlier_piece_is_paid_for_once(week, four_times, points):
    (week / "checks.py").write_text(BUILT_ON)
    names = {"double": lambda x: 3 * x}
    names["four_times"] = four_times(names)
    asked = []

    @contextlib.contextmanager
    def stand_in(pieces):
        asked.append(tuple(pieces))
        own, names["double"] = names["double"], lambda x: 2 * x
        try:
            yield
        finally:
            names["double"] = own

    made = Session(week, names.__getitem__, key=KEY, stand_in=stand_in)
    assert made.check("double") == 0.0
    assert made.check("four_times") == points
    assert asked == [("double",)]
    assert ("in place of yours" in made.report("four_times").note) == bool(points)
