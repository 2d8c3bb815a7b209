"""The gradebook on a real PostgreSQL server, and several who write it at once, on SQLite too: nothing lost, nothing doubled."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy
from postgres import Server, missing
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError
from tiny import WEEK, Book

from autograder.desk.jupyter import is_free
from autograder.environment import own_programs_first
from autograder.grading.batch.batch import grade_class
from autograder.grading.gradebook import open_gradebook
from autograder.grading.grader import Grader, need
from autograder.grading.retrying import persistently

HandIn = Callable[..., Path]
ROWS = """
select s.student_id, n.name, c.name, c.type, g.auto_score, g.manual_score, m.auto_comment, m.manual_comment
from submitted_assignment s
join submitted_notebook sn on sn.assignment_id = s.id
join notebook n on n.id = sn.notebook_id
join base_cell c on c.notebook_id = n.id
left join grade g on g.notebook_id = sn.id and g.cell_id = c.id
left join comment m on m.notebook_id = sn.id and m.cell_id = c.id
order by 1, 2, 3, 4
"""
DOUBLE = (
    ("student", "id"), ("assignment", "name"), ("submitted_assignment", "assignment_id, student_id"),
    ("submitted_notebook", "assignment_id, notebook_id"), ("grade", "notebook_id, cell_id"), ("comment", "notebook_id, cell_id"),
)  # fmt: skip


def half(book: Book) -> None:
    book.solve("double")
    book.write("centre", "def centre(x):\n    return x - x.mean()  # wrong")


@pytest.fixture
def klass(root: Path, hand_in: HandIn) -> Path:
    """Five learners' work."""
    for number in range(2):
        hand_in(f"ada{number}", lambda book: book.solve())
        hand_in(f"half{number}", half)
    hand_in("blank")
    return root


@pytest.fixture
def url(server: Server) -> Iterator[str]:
    """An empty database."""
    server.empty()
    yield server.url


def move_to(root: Path, url: str) -> None:
    """Let the course's gradebook be there, with the assignment in it."""
    config = root / "nbgrader_config.py"
    config.write_text(f"{config.read_text()}c.CourseDirectory.db_url = {url!r}\n")
    need(Grader(root).api.generate_assignment(WEEK, force=True), "generate")


def rows(url: str) -> list[Any]:
    """What a gradebook says of submissions, cell by cell; what it holds twice."""
    engine = sqlalchemy.create_engine(url)
    with engine.connect() as db:
        found = [tuple(row) for row in db.execute(sqlalchemy.text(ROWS))]
        for table, key in DOUBLE:
            twice = f"select {key} from {table} group by {key} having count(*) > 1"
            assert not db.execute(sqlalchemy.text(twice)).all(), f"{table}: twice the same {key}"
    engine.dispose()
    return found


def sqlite(root: Path) -> str:
    """The address of a course's own gradebook file."""
    return f"sqlite:///{root / 'gradebook.db'}"


def graders(root: Path, number: int) -> list[subprocess.Popen[str]]:
    """So many `workbook grade --again` of one class, started at once."""
    command = [sys.executable, "-m", "autograder.cli", "grade", WEEK, "--course", str(root), "--again", "--workers", "1"]
    return [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
        for _ in range(number)
    ]


def succeed(running: list[subprocess.Popen[str]]) -> None:
    """Wait for them; each must end well and say nothing of trouble."""
    for one in running:
        said, _ = one.communicate(timeout=240)
        assert one.returncode == 0, said


class Formgrader:
    """A Jupyter server with nbgrader's formgrader on a course."""

    def __init__(self, root: Path, home: Path) -> None:
        port = next(port for port in range(18_800, 19_800) if is_free(port))
        self.base, self.token = f"http://127.0.0.1:{port}", secrets.token_hex(16)
        options = {
            "port": port, "port_retries": 0, "ip": "127.0.0.1", "root_dir": root, "open_browser": False, "allow_root": True,
            "log_level": "ERROR",
        }  # fmt: skip
        command = [sys.executable, "-m", "jupyter_server", *(f"--ServerApp.{name}={value}" for name, value in options.items())]
        (home / "settings").mkdir()
        given = {"JUPYTER_CONFIG_DIR": str(home / "settings"), "JUPYTER_TOKEN": self.token, "JUPYTER_PREFER_ENV_PATH": "1"}
        self.log = open(home / "jupyter.log", "w+", encoding="utf-8")  # noqa: SIM115
        self.process = subprocess.Popen(command, cwd=root, env={**os.environ, **given}, stdout=self.log, stderr=self.log)
        end = time.monotonic() + 90
        while True:
            with contextlib.suppress(urllib.error.URLError, ConnectionError):
                assert self.ask("GET", "api/status")
                return
            assert self.process.poll() is None and time.monotonic() < end, (home / "jupyter.log").read_text()
            time.sleep(0.2)

    def ask(self, method: str, path: str, told: Any = None) -> Any:
        """One of formgrader's requests, as its pages make them."""
        body = None if told is None else json.dumps(told).encode()
        request = urllib.request.Request(f"{self.base}/{path}", body, {"Authorization": f"token {self.token}"}, method=method)
        with urllib.request.urlopen(request, timeout=180) as answer:
            return json.loads(answer.read())

    def write(self, student: str, url: str) -> None:
        """A human's score for the test of `centre`, and a comment on the answer, through formgrader."""
        engine = sqlalchemy.create_engine(url)
        with engine.connect() as db:
            submitted = db.execute(
                sqlalchemy.text(
                    "select sn.id from submitted_notebook sn join submitted_assignment s on s.id = sn.assignment_id"
                    " where s.student_id = :student"
                ),
                {"student": student},
            ).scalar()
        engine.dispose()
        grades = self.ask("GET", f"formgrader/api/grades?submission_id={submitted}")
        comments = self.ask("GET", f"formgrader/api/comments?submission_id={submitted}")
        grade = next(one for one in grades if one["name"] == "test_centre")
        comment = next(one for one in comments if one["name"] == "centre")
        self.ask("PUT", f"formgrader/api/grade/{grade['id']}", {"manual_score": 1.5, "extra_credit": None})
        self.ask("PUT", f"formgrader/api/comment/{comment['id']}", {"manual_comment": f"well tried, {student}"})

    def autograde(self, student: str) -> None:
        """Press the button."""
        said = self.ask("POST", f"formgrader/api/submission/{WEEK}/{student}/autograde", {})
        assert said["success"], said

    def end(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(30)
        self.log.close()


@pytest.fixture
def three(root: Path, hand_in: HandIn) -> Path:
    """Work of each kind."""
    hand_in("ada", lambda book: book.solve())
    hand_in("half", half)
    hand_in("blank")
    return root


@pytest.mark.campaign
def test_the_gradebook_is_the_same_on_postgresql(three: Path, url: str, server: Server, tmp_path: Path) -> None:
    klass = three
    other, by_nbgrader = (Path(shutil.copytree(klass, tmp_path / name)) for name in ("other", "nbgrader"))
    on_sqlite = grade_class(klass, WEEK)
    move_to(other, url)
    here = grade_class(other, WEEK)
    assert [(one.student, one.score, one.trouble) for one in here] == [(one.student, one.score, "") for one in on_sqlite]
    assert rows(url) == rows(sqlite(klass))
    again = grade_class(other, WEEK)  # unchanged work
    assert [one.score for one in again] == [one.score for one in here] and rows(url) == rows(sqlite(klass))

    # nbgrader's own command, into an empty database
    server.empty()
    move_to(by_nbgrader, url)
    assert not rows(url)
    subprocess.run([sys.executable, "-m", "nbgrader", "autograde", WEEK], cwd=by_nbgrader, check=True, capture_output=True)
    assert rows(url) == rows(sqlite(klass))


@pytest.mark.campaign
@pytest.mark.timeout(600)
def test_two_graders_and_a_formgrader_at_once(klass: Path, url: str, tmp_path: Path) -> None:
    """All three on the same submissions of one course; a human writes scores and comments in the middle."""
    other = Path(shutil.copytree(klass, tmp_path / "other"))
    grade_class(klass, WEEK)
    truth = rows(sqlite(klass))
    move_to(other, url)
    students = ["ada0", "half0"]
    grade_class(other, WEEK, students)  # what a human writes about must be there
    formgrader = Formgrader(other, tmp_path)
    failed: list[BaseException] = []

    def clicks() -> None:
        try:
            for student in students:
                formgrader.write(student, url)
            formgrader.autograde("half1")
            formgrader.autograde("ada0")
        except BaseException as error:
            failed.append(error)

    human = threading.Thread(target=clicks)
    try:
        human.start()
        while human.is_alive():  # so graders are at work for as long as she is
            succeed(graders(other, 2))
        human.join()
    finally:
        formgrader.end()
    assert not failed, failed
    expected = [_with_human(row, students) for row in truth]
    assert rows(url) == expected
    assert sorted(path.name for path in (other / "autograded").iterdir()) == sorted({row[0] for row in truth})
    assert not [path for step in ("autograded", "feedback") for path in (other / step).glob("*/.*")], "no litter"


def _with_human(row: tuple[Any, ...], students: list[str]) -> tuple[Any, ...]:
    student, notebook, cell, kind, auto, manual, remark, comment = row
    if student in students and cell == "test_centre":
        manual = 1.5
    if student in students and cell == "centre":
        comment = f"well tried, {student}"
    return student, notebook, cell, kind, auto, manual, remark, comment


@pytest.mark.campaign
@pytest.mark.timeout(600)
def test_two_graders_at_once_on_sqlite(klass: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(klass, tmp_path / "other"))
    grade_class(klass, WEEK)
    succeed(graders(other, 2))
    assert rows(sqlite(other)) == rows(sqlite(klass))


@pytest.mark.campaign
@pytest.mark.timeout(900)
def test_after_kills_the_rerun_equals_an_undisturbed_run() -> None:
    """Connections, learners' processes, helpers and graders are killed (`kills.py`)."""
    if why := missing():
        pytest.skip(why)
    command = [sys.executable, str(Path(__file__).parent / "kills.py"), "--kills", "8", "--seed", "1", "--postgres"]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    counts = json.loads(ran.stdout.splitlines()[-1])
    assert counts["kills"] >= 8 and counts["wrong"] == 0 and "connection" in counts


@pytest.mark.parametrize("attempts", [1, pytest.param(3, marks=pytest.mark.campaign)])
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_an_empty_database_is_opened_by_many_at_once(kind: str, attempts: int, server: Server, tmp_path: Path) -> None:
    own_programs_first()
    for attempt in range(attempts):
        server.empty()
        address = server.url if kind == "postgresql" else f"sqlite:///{tmp_path / f'{attempt}.db'}"
        at_once, failed = threading.Barrier(4), list[BaseException]()

        def work(address: str = address, at_once: threading.Barrier = at_once, failed: list[BaseException] = failed) -> None:
            at_once.wait()
            try:
                open_gradebook(address, "course").close()
            except BaseException as error:
                failed.append(error)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failed
        engine = sqlalchemy.create_engine(address)
        with engine.connect() as db:
            for table in ("course", "alembic_version"):
                assert db.execute(sqlalchemy.text(f"select count(*) from {table}")).scalar() == 1
        engine.dispose()


def test_what_may_pass_is_known_by_its_code(server: Server) -> None:
    """A server that speaks another language says the same codes; what cannot go well is not tried again."""
    tries: list[int] = []

    def fails(error: Exception) -> Callable[[], None]:
        def work() -> None:
            tries.append(1)
            if len(tries) == 1:
                raise error

        return work

    deadlock = psycopg.errors.DeadlockDetected("Verklemmung entdeckt")
    double = psycopg.errors.UniqueViolation("doppelter Schlüsselwert")
    for passing in (OperationalError("", {}, deadlock), IntegrityError("", {}, double)):
        tries.clear()
        persistently(fails(passing))
        assert len(tries) == 2
    tries.clear()
    with pytest.raises(ProgrammingError):
        persistently(fails(ProgrammingError("", {}, psycopg.errors.UndefinedTable("Relation existiert nicht"))))
    assert len(tries) == 1
