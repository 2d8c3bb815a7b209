"""A report as a learner reads it: one cause once, a blank in one line, what counts later in grey."""

import itertools

import pytest

from autograder.cases.causes import BLANK
from autograder.cases.model import Report, Verdict
from autograder.cases.report import as_html, as_text, points_in_words


def said(name, message=None, side=False, hidden=False, **more):
    return Verdict(name, f"it {name}", hidden, side, 1.0, message=message, **more)


def report(*verdicts):
    return Report("double", verdicts)


def test_one_cause_is_told_once_and_the_others_stand_below_it():
    same = {"message": "`double(x)` returned None: is a `return` missing?"}
    text = as_text(report(said("doubles", **same), said("keeps shapes", **same), said("adds", "3 came out, wanted 4")))
    assert text.count("returned None") == 1
    assert "✗ it keeps shapes  (the same cause)" in text and "wanted 4" in text
    page = as_html(report(said("doubles", **same), said("keeps shapes", **same), said("adds", "3 came out")))
    assert page.count("returned None") == 1 and "the same cause breaks 1 more property" in page
    assert page.index("start here") < page.index("3 came out")


def test_a_line_that_raises_on_different_inputs_is_one_cause():
    raises = [said(n, f"your code raised IndexError: index {i} is out", line="line 3: x[9]") for i, n in enumerate("ab")]
    assert as_text(report(*raises)).count("IndexError") == 1


def test_a_side_property_that_breaks_beside_a_core_one_is_folded_and_grey():
    made = report(said("doubles", "no"), said("is pure", "it wrote into x", side=True), said("keeps types", side=True))
    text = as_text(made)
    assert text.index("✗ it doubles") < text.index("· it keeps types") and "✗ it is pure" not in text
    page = as_html(made)
    assert page.count("✗") == 2 and "<details>" in page and "it wrote into x" in page
    assert "counts once what is broken is mended" in page


def test_side_properties_alone_are_causes():
    text = as_text(report(said("doubles"), said("is pure", "it wrote into x", side=True)))
    assert "✗ it is pure" in text and "it wrote into x" in text


def test_a_hidden_core_property_that_breaks_leaves_visible_side_ones_and_makes_hidden_ones_wait():
    broken = said("long", "no", hidden=True)
    made = report(said("doubles"), said("keeps types", side=True), said("is pure", side=True, hidden=True), broken)
    assert "✓ it keeps types" in as_text(made, hidden=False) and made.share(hidden=False) == 1
    assert "· it is pure" in as_text(made, hidden=True) and made.share(hidden=True) == 0
    assert "✓ it keeps types" in as_text(made) and "· it is pure" in as_text(made)


def test_a_visible_side_property_that_breaks_beside_a_hidden_core_one_is_a_cause_of_its_own():
    text = as_text(report(said("doubles"), said("is pure", "it wrote into x", side=True), said("long", "no", hidden=True)))
    assert "✗ it is pure" in text and "it wrote into x" in text


def test_no_broken_hidden_property_ever_lowers_what_the_visible_ones_earn():
    """All ways in which up to five properties, core or side, can hold or break: with hidden ones at hand and without."""
    kinds = list(itertools.product([False, True], [None, "no"]))  # side or not, holds or not
    for visible in itertools.chain.from_iterable(itertools.product(kinds, repeat=n) for n in (1, 2, 3)):
        seen = [said(f"v{k}", message, side=side) for k, (side, message) in enumerate(visible)]
        alone = report(*seen).share(hidden=False)
        for hidden in itertools.product(kinds, repeat=2):
            more = [said(f"h{k}", message, side=side, hidden=True) for k, (side, message) in enumerate(hidden)]
            assert report(*seen, *more).share(hidden=False) == alone


def test_a_studio_shows_no_points_before_it_is_handed_in():
    made = Report("disc", (said("keeps to three numbers"), said("answers each", side=True)), studio=True)
    page = as_html(made, False, 1.0, 6.0, 5.0)
    assert "your band comes when you hand in" in page and "points" not in page
    broken = Report("disc", (said("keeps to three numbers", "it returned 400 numbers"),), studio=True)
    page = as_html(broken, False, 0.0, 6.0, 5.0)
    assert "it returned 400 numbers" in page and "band comes" not in page and "points" not in page


@pytest.mark.parametrize("show", [as_text, as_html])
def test_a_blank_is_one_line_without_a_cross(show):
    text = show(report(said("doubles", BLANK), said("adds", BLANK)))
    assert "○ not begun · 2 properties" in text and "✗" not in text
    assert "✗" in show(report(said("doubles", BLANK), said("adds", "3 came out")))


def test_points_that_come_later_are_said():
    page = as_html(report(said("doubles")), hidden=False, points=2.0, of=6.0, later=4.0)
    assert "2 of 6 points · 4 more when you hand in" in page


def test_who_doubts_the_check_gets_a_line_to_run_and_only_in_her_own_notebook():
    broken = report(said("doubles", "3 came out"))
    assert 'tell("double")' in as_html(broken, False, 0.0, 6.0, 4.0)
    assert "tell(" not in as_html(broken, False, 0.0, 2.0) and "tell(" not in as_html(
        report(said("doubles")), False, 2.0, 6.0, 4.0
    )


@pytest.mark.parametrize(
    ("value", "shown"), [(2.0, "2"), (1.5, "1.5"), (0.25, "0.25"), (2 / 3, "0.6"), (1.9999, "1.9"), (0.0, "0"), (-0.5, "-0.5")]
)
def test_points_in_words(value, shown):
    assert points_in_words(value) == shown
