"""Pages of other people's assignments, hidden regions, and results that nbgrader would misread."""

from __future__ import annotations

from typing import Any

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from autograder.cases.causes import BLANK
from autograder.grading.judge.judge import _plain_result
from autograder.grading.judge.result import KEY, ExerciseResult, Property, Result
from autograder.grading.page.cells import markdown
from autograder.grading.page.feedback import notice, render
from autograder.grading.plug.page_steps import HideTests
from autograder.notebook.regions import without_hidden

TEST = "assert f(1) == 1\n### BEGIN HIDDEN TESTS\nassert f(2) == 4 # secret\n### END HIDDEN TESTS"


def cell_of(source: str, outputs: list[Any], **settings: Any) -> NotebookNode:
    known = {"grade": True, "solution": False, "grade_id": "test_f", "points": 2.0, "score": 0.0, **settings}
    made: NotebookNode = new_code_cell(source=source, metadata={"nbgrader": known}, outputs=outputs, id="t")
    return made


def page_of(cell: NotebookNode) -> str:
    hidden, _ = HideTests().preprocess_cell(cell, {}, 0)
    told = {"nbgrader": {"score": 0.0, "max_score": 2.0, "student": "ada", "assignment": "ps1", "notebook": "p1"}}
    return render(new_notebook(cells=[hidden]), told)


def test_neither_source_nor_traceback_nor_print_of_a_hidden_region_is_shown() -> None:
    traceback = ["  line 3: assert f(2) == 4 # secret", "\x1b[31mAssertionError\x1b[0m: "]
    outputs = [
        new_output("stream", name="stdout", text="fine\nrunning assert f(2) == 4 # secret\n"),
        new_output("error", ename="AssertionError", evalue="", traceback=traceback),
    ]
    page = page_of(cell_of(TEST, outputs))
    assert "secret" not in page and "f(2)" not in page and "HIDDEN" not in page
    assert "a hidden test failed" in page and "AssertionError" in page and "fine" in page


def test_an_error_in_the_visible_part_keeps_its_lines() -> None:
    outputs = [new_output("error", ename="NameError", evalue="f", traceback=["  line 1: assert f(1) == 1", "NameError: f"])]
    page = page_of(cell_of(TEST, outputs))
    assert "line 1: assert f(1) == 1" in page and "secret" not in page


def test_a_message_that_goes_on_is_cut_to_its_first_line() -> None:
    message = "Not equal\n desired: [1, 2, 3]"
    traceback = ["  line 3: assert f(2) == 4 # secret", message]
    page = page_of(cell_of(TEST, [new_output("error", ename="AssertionError", evalue=message, traceback=traceback)]))
    assert "Not equal" in page and "desired" not in page


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("a\n### BEGIN HIDDEN TESTS\nb\n### END HIDDEN TESTS\nc", "a\nc"),
        ("# BEGIN HIDDEN TESTS\nb", ""),
        ("a", "a"),
    ],
)
def test_without_hidden(source: str, shown: str) -> None:
    assert without_hidden(source) == shown


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("nan", "0.0"), ("inf", "0.0"), ("-1.0", "0.0"), ("99", "2.0"), ("1.5", "1.5"), ("np.float64(0.5)", "0.5"),
        ("np.float64(nan)", "0.0"), ("'text'", "'text'"), ("True", "True"),
    ],
)  # fmt: skip
def test_values_that_nbgrader_would_misread(text: str, read: str) -> None:
    cell = cell_of("f()", [new_output("execute_result", data={"text/plain": text})])
    _plain_result(cell)
    assert cell.outputs[0].data["text/plain"] == read


def test_an_answer_cells_value_is_left_alone() -> None:
    cell = cell_of("f()", [new_output("execute_result", data={"text/plain": "nan"})], grade=False, solution=True)
    _plain_result(cell)
    assert cell.outputs[0].data["text/plain"] == "nan"


def test_a_page_of_another_assignment_has_a_line_a_cell() -> None:
    page = page_of(cell_of("assert True", [], score=1.5))
    assert "test_f" in page and "1.5 of 2" in page and "What holds" not in page


def test_pictures_frames_and_text() -> None:
    outputs = [
        new_output("display_data", data={"image/png": "aGVs\nbG8="}),
        new_output("display_data", data={"image/png": '"><script>'}),
        new_output("display_data", data={"image/svg+xml": "<svg><script>1</script></svg>"}),
        new_output("display_data", data={"text/html": "<b onload='x'>"}),
        new_output("stream", name="stderr", text="\x1b[31mred\x1b[0m <i>"),
    ]
    page = render(new_notebook(cells=[new_code_cell(source="x", outputs=outputs)]), {})
    assert "data:image/png;base64,aGVsbG8=" in page
    assert "<script" not in page and "&lt;b onload=&#x27;x&#x27;&gt;" in page and 'sandbox=""' in page
    assert "red &lt;i&gt;" in page


def test_a_picture_says_its_own_words() -> None:
    said = [{"image/png": {"alt": 'A <line> "up"'}}, {}, {"image/png": "?"}, {"image/png": {"alt": 7}}]
    outputs = [new_output("display_data", data={"image/png": "aGVsbG8="}, metadata=about) for about in said]
    page = render(new_notebook(cells=[new_code_cell(source="x", outputs=outputs)]), {})
    assert page.count('<img alt="A &lt;line&gt; &quot;up&quot;" src="data:image/png;base64,aGVsbG8=">') == 1
    assert page.count('<img alt="a picture that this cell drew"') == 3


def test_text_is_text() -> None:
    page = markdown("# Title\n\n<img src=x onerror=alert(1)> **bold** [a](javascript:alert(1)) `<b>`")
    assert "<h1>Title</h1>" in page and "<strong>bold</strong>" in page and "<code>&lt;b&gt;</code>" in page
    assert "<img" not in page and 'href="javascript' not in page


def test_a_comment_of_the_instructors_is_shown() -> None:
    told = {"solution": True, "grade": False, "grade_id": "f", "comment": "Well <done>"}
    page = render(new_notebook(cells=[new_code_cell(source="x", metadata={"nbgrader": told})]), {})
    assert "From your instructor" in page and "Well &lt;done&gt;" in page


def test_a_notice_has_no_score() -> None:
    page = notice("Week 1", ["This attempt came after the due date."])
    assert "This attempt came after the due date." in page and "points" not in page.partition("<body>")[2]


def test_markdown_of_the_course_is_left_out_but_for_its_headings() -> None:
    given = new_markdown_cell(source="## Part\n\nLong story.", metadata={"autograder": {"course": True}})
    page = render(new_notebook(cells=[given, new_markdown_cell(source="My own note.")]), {})
    assert "Part" in page and "Long story." not in page and "My own note." in page


def told(says: str, message: str = "", **more: Any) -> Property:
    return Property(says, not message, not message, False, message=message, **more)


def test_one_cause_is_told_once_and_what_holds_is_one_line() -> None:
    same = {"message": "`f` returned None: is a `return` missing?"}
    properties = [told("holds"), told("doubles", **same), told("keeps the shape", **same), told("is pure", "it wrote", side=True)]
    made = ExerciseResult("f", "exercise", {"check": 1.0}, {"check": 2.0}, properties=properties)
    page = render(new_notebook(metadata={KEY: Result(exercises=[made]).as_metadata()}), {"nbgrader": {"max_score": 2.0}})
    assert page.count("is a `return` missing?") == 1 and "the same cause breaks 1 more" in page
    assert "1 more broken, maybe by the same mistake" in page and "1 of 4 hold" in page


def test_a_blank_is_one_grey_line() -> None:
    blank = [told("doubles", BLANK), told("pure", BLANK)]
    made = ExerciseResult("f", "exercise", {"check": 0.0}, {"check": 2.0}, properties=blank)
    page = render(new_notebook(metadata={KEY: Result(exercises=[made]).as_metadata()}), {})
    assert "○ not begun · 2 properties" in page and "✗" not in page and BLANK not in page


@pytest.mark.parametrize("open_week", [True, False])
def test_a_studios_points_are_said_to_be_earned_only_when_the_week_is_closed(open_week: bool) -> None:
    of = {"check": 1.0, "hidden": 9.0}
    made = [ExerciseResult(id, kind, dict(of), dict(of)) for id, kind in (("f", "exercise"), ("disc", "studio"))]
    result = Result(exercises=made, open_week=open_week).as_metadata()
    page = render(new_notebook(metadata={KEY: result}), {"nbgrader": {"score": 20.0, "max_score": 20.0}})
    assert page.count("for now</span>") == open_week and ("measured on other rows when the week closes" in page) == open_week
    assert "<b>f</b>" not in page and page.count("10 of 10") == 2
