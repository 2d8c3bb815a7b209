"""A blank is named: what is done is not called "not begun" for what is not."""

import pytest

from autograder.cases.causes import BLANK, outline
from autograder.cases.model import Verdict
from autograder.cases.unwritten import STUB, is_blank, unwritten
from autograder.notebook import regions

HOW = f'def {{}}(*args):\n    raise NotImplementedError("{STUB}")'


def blank(name):
    made = {}
    exec(HOW.format(name), made)  # as the cell ships
    return made[name]


def error_of(call):
    with pytest.raises(NotImplementedError) as caught:
        call()
    return caught.value


def test_the_text_is_the_one_that_the_release_writes():
    assert STUB in regions.STUB


def test_a_blank_is_known_by_its_text_in_a_class_too():
    assert is_blank(blank("undo")) and is_blank(type("Model", (), {"fit": blank("fit")}))
    assert not is_blank(len) and not is_blank(lambda: 1)


def test_all_blank_is_not_begun():
    f, g = blank("f"), blank("g")
    assert unwritten(error_of(f), {"f": f, "g": g}) == BLANK


def test_one_of_two_is_named():
    undo = blank("undo")
    assert unwritten(error_of(undo), {"learn_scale": abs, "undo": undo}) == "`undo` is not written yet"


def test_an_earlier_exercise_that_her_code_calls_is_named():
    distances = blank("distances")

    def nearest():
        return distances()

    assert unwritten(error_of(nearest), {"nearest": nearest}) == "your code calls `distances`, which is not written yet"
    assert unwritten(error_of(nearest)) == "`distances` is not written yet"


def test_an_error_of_her_own_is_no_blank_that_one_could_name():
    def later():
        raise NotImplementedError("when I have time")

    assert unwritten(error_of(later), {"later": later}) == BLANK


def test_what_holds_is_begun():
    def said(says, message=None):
        return Verdict(case=says, says=says, hidden=False, side=False, weight=1.0, message=message)

    assert outline([said("undone", BLANK), said("learns")]).begun
    assert not outline([said("undone", BLANK), said("learns", BLANK)]).begun
