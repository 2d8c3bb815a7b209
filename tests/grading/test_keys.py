"""The course's secret is made once and told to nobody; keys are the same for the same work."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from nbformat import NotebookNode, from_dict
from tiny import WEEK

from autograder.grading.batch.batch import Batch
from autograder.grading.grader import Grader
from autograder.grading.keys import course_secret, own_files, submission_key
from autograder.grading.state import state_folder


def notebook(answer: str, test: str = "check('a')", text: str = "hello") -> NotebookNode:
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": text},
        {"cell_type": "code", "metadata": {"nbgrader": {"solution": True, "locked": False}}, "source": answer},
        {"cell_type": "code", "metadata": {"nbgrader": {"grade": True, "locked": True}}, "source": test},
    ]
    made: NotebookNode = from_dict({"cells": cells})
    return made


def test_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    first = course_secret(tmp_path)
    assert course_secret(tmp_path) == first and len(first) == 64
    assert (tmp_path / ".grading" / "secret").stat().st_mode & 0o777 == 0o600
    assert state_folder(tmp_path).stat().st_mode & 0o777 == 0o700
    assert (tmp_path / ".grading" / ".gitignore").read_text() == "*\n"
    assert course_secret(tmp_path / "other") != first


def test_the_environment_stands_over_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBOOK_SECRET", "shared by all graders")
    assert course_secret(tmp_path) == b"shared by all graders"
    assert not (tmp_path / ".grading").exists()


def test_many_graders_at_once_make_one(tmp_path: Path) -> None:
    imports = "import sys, pathlib; from autograder.grading.keys import course_secret"
    program = f"{imports}; print(course_secret(pathlib.Path(sys.argv[1])))"
    root = str(Path(__file__).parents[2])
    environment = {**os.environ, "PYTHONPATH": root}
    command = [sys.executable, "-c", program, str(tmp_path)]
    running = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert len({process.communicate()[0] for process in running}) == 1


def test_keys_depend_on_her_code_and_on_nothing_else() -> None:
    key = submission_key(b"s", "week", notebook("x = 1"))
    assert key == submission_key(b"s", "week", notebook("x = 1", test="check('b')", text="other"))
    others = [
        submission_key(b"s", "week", notebook("x = 2")),
        submission_key(b"t", "week", notebook("x = 1")),
        submission_key(b"s", "week2", notebook("x = 1")),
    ]
    assert len({key, *others}) == 4


def test_two_cells_are_not_one() -> None:
    one, two = notebook("ab"), notebook("a")
    two.cells.append(from_dict({"cell_type": "code", "metadata": {}, "source": "b"}))
    assert submission_key(b"s", "w", one) != submission_key(b"s", "w", two)


@pytest.mark.parametrize("name", ["helper.py", "deep/er/helper.py", "data.csv", "Hilfe.PY"])
def test_what_lies_beside_the_notebook_is_in_the_key(name: str) -> None:
    book, files = notebook("import helper"), {name: b"x = 1"}
    keys = {submission_key(b"s", "w", book, one) for one in (None, files, {name: b"x = 2"}, {f"{name}2": b"x = 1"})}
    assert len(keys) == 4
    beside = {name: b"x = 1"}
    assert own_files(files, {}) == files and own_files(files, beside) == {}
    when = {"timestamp.txt": b"now", "submission_secret.txt": b"s"}
    assert own_files({**files, **when}, {}) == files, "handing the same in again draws the same"


def test_a_changed_helper_draws_anew(root: Path, hand_in: Callable[..., Path]) -> None:
    """She reads of hidden draws what she can, keeps the notebook, and changes only the file that it imports."""
    keys = []
    for helper, stamp in (("x = 1", "2026-01-01"), ("x = 1", "2026-01-02"), ("x = 2", "2026-01-02")):
        folder = hand_in("ada", lambda book: book.solve())
        (folder / "helper.py").write_text(helper)
        (folder / "timestamp.txt").write_text(f"{stamp} 00:00:00 UTC")
        batch = Batch(Grader(root), WEEK)
        keys.append(batch.job("ada").keys[WEEK])
        batch.close()
    assert keys[0] == keys[1] != keys[2]
