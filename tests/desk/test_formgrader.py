"""What the desk adds to nbgrader's formgrader: on nbgrader's own templates, and on a real small course."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import jinja2
import pytest
from nbgrader.server_extensions.formgrader import handlers

from autograder.desk import exchange, formgrader
from autograder.desk.local import LocalCourse
from autograder.desk.madeup import hand_in_all
from autograder.grading.grader import Grader
from autograder.grading.watch import Watcher

WEEK = "week01_try"
PAGES = ("manage_assignments.tpl", "manage_students.tpl", "gradebook_assignments.tpl", "manage_submissions.tpl")
GIVEN = {"base_url": "/user/ann", "url_prefix": ".", "default_timezone": "UTC", "assignment_id": WEEK, "windows": False}


def served(root: Path) -> jinja2.Environment:
    """nbgrader's environment, as its server makes it, with ours added."""
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader([handlers.template_path]))
    assert formgrader.add_to({formgrader.ENVIRONMENT: environment}, root)
    return environment


@pytest.mark.parametrize("page", PAGES)
def test_every_page_links_to_the_reports_and_keeps_its_own(tmp_path: Path, page: str) -> None:
    plain = jinja2.Environment(loader=jinja2.FileSystemLoader([handlers.template_path])).get_template(page).render(**GIVEN)
    folder = tmp_path / "reports" / "week02_x"
    folder.mkdir(parents=True)
    (folder / "report.html").write_text("", encoding="utf-8")
    (tmp_path / "reports" / "empty").mkdir()
    text = served(tmp_path).get_template(page).render(**GIVEN)
    assert 'href="/user/ann/files/reports/week02_x/report.html"' in text and "empty" not in text
    kept = plain.replace(formgrader.HEAD, "\n").replace(formgrader.MENU, "\n").splitlines()
    assert len(kept) > 50 and all(line in text for line in kept)


@pytest.mark.parametrize("page", ["manage_students_assignments.tpl", "manage_students_notebook_submissions.tpl"])
def test_a_learners_name_is_text_and_no_script(tmp_path: Path, page: str) -> None:
    name = '";alert(1);"<img src=x onerror=alert(2)>'
    plain = jinja2.Environment(loader=jinja2.FileSystemLoader([handlers.template_path])).get_template(page)
    assert 'var student_id = "";alert(1);' in plain.render(**GIVEN, student_id=name), "then this is needed no more"
    text = served(tmp_path).get_template(page).render(**GIVEN, student_id=name)
    said = re.findall(r"^var student_id = (.*);$", text, re.MULTILINE)
    assert [json.loads(one) for one in said] == [name] and "<" not in said[0]
    assert "<img" not in text and "alert(2)&gt;</" in text


def test_every_place_for_a_name_in_nbgraders_pages_is_known() -> None:
    """Of what its templates print, only what is not a learner's to choose stays as it is."""
    texts = [formgrader.text_alone(path.read_text(encoding="utf-8")) for path in Path(handlers.template_path).glob("*.tpl")]
    left = {one for text in texts for one in re.findall(r"\{\{ ([\w.]+) \}\}", text)}
    known = {"base_url", "error_code", "url_prefix", "default_timezone", "current_config", "exchange", "course_dir"}
    assert {one for one in left if not one.startswith("resources.")} <= known, left


def test_a_page_that_nbgrader_has_changed_stays_as_it_is() -> None:
    assert formgrader.with_ours("<head></head><ul></ul><ul></ul>") == "<head></head><ul></ul><ul></ul>"
    assert not formgrader.add_to({}, Path())


def test_what_was_graded_and_what_waits_is_said(course: LocalCourse) -> None:
    assert formgrader.says(course.instructor).endswith("graded nothing in the last day; nothing to do.")
    exchange.release(course, WEEK)
    hand_in_all(course, WEEK)
    assert "3 handed in and not graded: is `workbook watch` running?" in formgrader.says(course.instructor)
    Watcher(Grader(course.instructor)).look(patient=False)
    assert formgrader.says(course.instructor) == "The watch has graded 3 in the last day; nothing to do."
    ledger = course.instructor / ".grading" / "watched.jsonl"
    old = [{**json.loads(line), "at": time.time() - 2 * formgrader.DAY} for line in ledger.read_text().splitlines() if line]
    ledger.write_text("\n".join(map(json.dumps, old)) + '\n{"half', encoding="utf-8")
    assert formgrader.says(course.instructor) == "The watch has graded nothing in the last day; nothing to do."
    # Graded by command, which writes no ledger: nothing waits.
    ledger.unlink()
    assert formgrader.says(course.instructor).endswith("nothing to do.")


def test_a_line_for_whoever_has_to_look() -> None:
    assert formgrader.sentence(1, 0, 4) == "The watch has graded 1 in the last day; 4 cells to be looked at by hand."
