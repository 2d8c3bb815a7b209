"""The local course: laid, released, fetched; and what is hers stays hers."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from autograder.course.places import Course
from autograder.course.stale import build
from autograder.desk import exchange, jupyter
from autograder.desk.children import together
from autograder.desk.lab import alone, start_jupyter
from autograder.desk.local import LocalCourse, find_checkout
from autograder.desk.state import written_last
from autograder.errors import Mend

WEEK = "week01_try"


def outbound(course: LocalCourse) -> Path:
    return course.exchange / "twenty_weeks" / "outbound" / WEEK


def test_the_checkout_is_found_from_inside_it_and_from_its_local_course(course: LocalCourse) -> None:
    assert find_checkout(course.checkout / "notebooks" / WEEK) == course.checkout
    assert find_checkout(course.instructor) == course.checkout


def test_outside_a_course_it_says_where_to_go(tmp_path: Path) -> None:
    with pytest.raises(Mend, match="go into the folder"):
        find_checkout(tmp_path)


def test_a_week_is_released_once_and_again_when_it_changes(course: LocalCourse) -> None:
    assert exchange.release_all(course) == [WEEK]
    assert (outbound(course) / f"{WEEK}.ipynb").is_file()
    assert exchange.release_all(course) == []
    checks = course.checkout / "notebooks" / WEEK / "checks.py"
    checks.write_text(checks.read_text() + "# mended\n")
    build(Course(course.checkout), WEEK)
    assert exchange.release_all(course) == [WEEK]
    assert (outbound(course) / "checks.py").read_text().endswith("# mended\n")


def test_what_is_released_is_what_is_committed(course: LocalCourse) -> None:
    exchange.release_all(course)
    committed = course.checkout / "release" / WEEK
    for path in committed.iterdir():
        assert (outbound(course) / path.name).read_bytes() == path.read_bytes(), path.name
    assert sorted(path.name for path in outbound(course).iterdir()) == sorted(path.name for path in committed.iterdir())


def test_a_week_is_fetched_once_and_her_work_stays(course: LocalCourse) -> None:
    exchange.release_all(course)
    assert exchange.fetch(course, WEEK)
    notebook = course.learner / WEEK / f"{WEEK}.ipynb"
    notebook.write_text("her work")
    assert not exchange.fetch(course, WEEK)
    course.lay()
    assert notebook.read_text() == "her work"


def test_the_learners_settings_know_nothing_of_the_instructors(course: LocalCourse) -> None:
    config = course.config("learner")
    assert config.CourseDirectory.course_id == "twenty_weeks"
    assert "db_url" not in config.CourseDirectory
    assert course.config("instructor").CourseDirectory.root == str(course.instructor)


def test_each_desk_shows_its_own_panels(course: LocalCourse) -> None:
    for desk, shown in (("learner", "assignment-list"), ("instructor", "formgrader")):
        jupyter.lay_settings(course, desk)
        page = json.loads((course.settings(desk) / "labconfig" / "page_config.json").read_text())
        assert f"@jupyter/nbgrader:{shown}" not in page["disabledExtensions"]
        assert page["disabledExtensions"]["@jupyterlab/apputils-extension:announcements"]


def test_a_learners_own_choice_of_autosave_stays(course: LocalCourse) -> None:
    jupyter.lay_settings(course, "learner")
    chosen = next((course.settings("learner") / "lab").rglob("plugin.jupyterlab-settings"))
    chosen.write_text('{"autosaveInterval": 60}')
    jupyter.lay_settings(course, "learner")
    assert chosen.read_text() == '{"autosaveInterval": 60}'


def test_the_week_that_she_wrote_in_last_is_found(course: LocalCourse) -> None:
    assert written_last(course.learner) == ""
    for at, week in ((2, "week01_try"), (3, "week03_more"), (1, "week09_fetched_long_ago")):
        (course.learner / week).mkdir()
        (course.learner / week / f"{week}.ipynb").write_text("{}")
        (course.learner / week / "notes.ipynb").write_text("{}")
        os.utime(course.learner / week / f"{week}.ipynb", (at, at))
    assert written_last(course.learner) == "week03_more"


def test_a_port_in_use_is_said_with_the_mend(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Mend, match=f'Port {port} is in use.*\n.*ARGS="--port {port + 1}"'):
            jupyter.choose_port(port)
        monkeypatch.setattr(jupyter, "FIRST_PORT", port)
        assert jupyter.choose_port(None) > port
    assert f"Port {port} is in use" in capsys.readouterr().out


@pytest.mark.campaign
def test_a_port_that_is_taken_meanwhile_costs_a_second_try(course: LocalCourse, monkeypatch: pytest.MonkeyPatch) -> None:
    jupyter.lay_settings(course, "learner")
    with socket.socket() as other, together() as children:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        monkeypatch.setattr(jupyter, "FIRST_PORT", port)
        with pytest.raises(Mend, match="its log says why"):
            start_jupyter(children, course, "learner", jupyter.Server(port, "token", asked=True), "/lab", browser=False)
        server = start_jupyter(children, course, "learner", jupyter.Server(port, "token"), "/lab", browser=False)
        assert server.port > port
        with urllib.request.urlopen(server.address("api/status")) as answer:
            assert answer.status == 200


def test_a_second_desk_on_the_same_course_is_refused(course: LocalCourse) -> None:
    with alone(course, "lab"), pytest.raises(Mend, match="is running already"), alone(course, "lab"):
        pass
    with alone(course, "lab"):
        pass


def test_programs_end_with_their_parent_and_so_do_theirs(tmp_path: Path) -> None:
    grandchild = "import subprocess, sys, time; p = subprocess.Popen(['sleep', '60']); print(p.pid, flush=True); time.sleep(60)"
    log = tmp_path / "log"
    with together() as children:
        children.start("a program", [sys.executable, "-c", grandchild], tmp_path, log)
        deadline = time.monotonic() + 20
        while not log.read_text().strip() and time.monotonic() < deadline:
            time.sleep(0.05)
        pid = int(log.read_text())
        assert not children.has_ended("a program")
    done = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True)
    assert done.stdout.strip()[:1] in ("", "Z"), "a program's child outlived it"
