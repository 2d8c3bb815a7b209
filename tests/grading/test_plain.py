"""Any nbgrader course: its settings are read, nobody is accused of what she did not do, what cannot be graded is refused."""
# ruff: noqa: E501 (settings and cells stand as a course has them)

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from autograder.cli import main
from autograder.errors import Mend
from autograder.grading.grader import Grader
from autograder.grading.intake.notes import read_notes
from tests.grading import plain
from tests.grading.plain import NAME, answered, cell, generate, hand_in, released, write

TWICE = "def twice(x):\n    {begin}\n    return 2 * x\n    {end}"
HIDDEN = "assert twice(1) == 2\n{begin}\nassert twice(21) == 42  # the secret\n{end}"
RIGHT, WRONG = "def twice(x):\n    return x + x", "def twice(x):\n    return 2"


def cells(solution: tuple[str, str], hidden: tuple[str, str], scheme: tuple[str, str]) -> list[dict[str, Any]]:
    return [
        cell("import math", "given", locked=True),
        cell(TWICE.format(begin=solution[0], end=solution[1]), "twice"),
        cell(HIDDEN.format(begin=hidden[0], end=hidden[1]), "test", 4),
        cell(f"Draw it.\n\n{scheme[0]}\nthe scheme: two points\n{scheme[1]}\n", "task", 2, "markdown", task=True, grade=False,
             solution=False, locked=True),
    ]  # fmt: skip


MARKS = {
    "usual": (("### BEGIN SOLUTION", "### END SOLUTION"), ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"),
              ("=== BEGIN MARK SCHEME ===", "=== END MARK SCHEME ==="), ""),
    "without_a_space": (("###BEGIN SOLUTION", "###END SOLUTION"), ("#BEGIN HIDDEN TESTS", "#END HIDDEN TESTS"),
                        ("BEGIN MARK SCHEME", "END MARK SCHEME"), ""),
    "with_more": (("# --- BEGIN SOLUTION (ours)", "# --- END SOLUTION"), ("## BEGIN HIDDEN TESTS: two", "## END HIDDEN TESTS!"),
                  ("<!-- BEGIN MARK SCHEME -->", "<!-- END MARK SCHEME -->"), ""),
    "configured": (("# LOESUNG", "# ENDE LOESUNG"), ("# GEHEIM", "# OFFEN"), ("SCHEMA AN", "SCHEMA AUS"),
                   'c.ClearHiddenTests.begin_test_delimeter = "GEHEIM"\nc.ClearHiddenTests.end_test_delimeter = "OFFEN"\n'
                   'c.ClearSolutions.begin_solution_delimeter = "# LOESUNG"\nc.ClearSolutions.end_solution_delimeter = "ENDE LOESUNG"\n'
                   'c.ClearMarkScheme.begin_mark_scheme_delimeter = "SCHEMA AN"\n'
                   'c.ClearMarkScheme.end_mark_scheme_delimeter = "SCHEMA AUS"\nc.ClearSolutions.code_stub = {"python": "..."}'),
}  # fmt: skip


@pytest.mark.parametrize("marks", MARKS)
def test_regions_however_they_are_marked(tmp_path: Path, marks: str) -> None:
    """The hidden test counts and stands on no page; nobody is told that she changed what she did not touch."""
    root = tmp_path / "course"
    *regions, config = MARKS[marks]
    write(root, cells(*regions), config)
    generate(root)
    assert "secret" not in str(released(root)) and "the scheme" not in str(released(root))
    hand_in(root, "ada", answered(released(root), twice=RIGHT))
    hand_in(root, "eve", answered(released(root), twice=WRONG))
    hand_in(root, "kim", released(root))
    assert main(["grade", NAME, "--course", str(root)]) == 0
    for student, score in (("ada", 4), ("eve", 0), ("kim", 0)):
        assert Grader(root).score(student, NAME) == (score, 6)
        page = plain.page(root, student)
        assert "the secret" not in page and "the scheme" not in page and "twice(21)" not in page
        assert read_notes(root / "submitted" / student / NAME).lines(NAME) == []
    assert "a hidden test failed" in plain.page(root, "eve")


def test_a_changed_cell_is_still_said(tmp_path: Path) -> None:
    root = tmp_path / "course"
    write(root, cells(*MARKS["usual"][:3]))
    generate(root)
    hand_in(root, "ada", answered(released(root), twice=RIGHT, test="pass", task="Drawn: o"))
    assert main(["grade", NAME, "--course", str(root)]) == 0
    assert [line.split("`")[1] for line in read_notes(root / "submitted" / "ada" / NAME).lines(NAME)] == ["test", "task"]
    assert Grader(root).score("ada", NAME) == (4, 6)


def simple(points: float = 2, *more: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        cell(TWICE.format(begin="### BEGIN SOLUTION", end="### END SOLUTION"), "twice"),
        cell("assert twice(1) == 2", "test", points),
        *more,
    ]


CHANGES = {
    "points": (simple(4), "test: 4 points, and 2 there"),
    "a_test": (simple(2, cell("assert twice(2) == 4", "more", 1)), "more: not there"),
    "a_test_less": (simple()[:1], "scores test"),
    "another_name": ([simple()[0], cell("assert twice(1) == 2", "other", 2)], "scores test"),
}


@pytest.mark.campaign
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("way", ["grade", "nbgrader"])
def test_source_and_gradebook_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str], change: str, way: str) -> None:
    root = tmp_path / "course"
    write(root, simple())
    generate(root)
    hand_in(root, "ada", answered(released(root), twice=RIGHT))
    changed, says = CHANGES[change]
    write(root, changed)
    if way == "grade":
        assert main(["grade", NAME, "--course", str(root)]) == 1
        told = capsys.readouterr().err
    else:
        answer = Grader(root).api.autograde(NAME, "ada")
        assert not answer["success"]
        told = answer["log"] + answer["error"]
    assert says in told and f"nbgrader generate_assignment {NAME} --force" in told
    generate(root)
    assert main(["grade", NAME, "--course", str(root)]) == 0


@pytest.mark.campaign
@pytest.mark.parametrize("change", ["a_test", "a_test_less"])
def test_source_and_gradebook_apart_after_some_were_graded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: str
) -> None:
    """nbgrader alone says no more than that it cannot: what we say can be followed, and all is graded again."""
    root = tmp_path / "course"
    write(root, simple())
    generate(root)
    hand_in(root, "ada", answered(released(root), twice=RIGHT))
    assert main(["grade", NAME, "--course", str(root)]) == 0
    write(root, CHANGES[change][0])
    assert not Grader(root).api.generate_assignment(NAME, force=True)["success"]
    capsys.readouterr()
    assert main(["grade", NAME, "--course", str(root)]) == 1
    assert f"nbgrader db assignment remove {NAME} --force" in capsys.readouterr().err
    command = [sys.executable, "-m", "nbgrader", "db", "assignment", "remove", NAME, "--force"]
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    generate(root)
    assert main(["grade", NAME, "--course", str(root)]) == 0
    points = sum(one["metadata"]["nbgrader"].get("points", 0) for one in CHANGES[change][0])
    assert Grader(root).score("ada", NAME) == (points, points)


OTHERS = {
    "r": {"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}},
    "r_by_name": {"kernelspec": {"name": "ir", "display_name": "R"}},
    "julia": {"kernelspec": {"name": "julia-1.10", "display_name": "Julia", "language": "julia"}},
    "by_its_info": {"language_info": {"name": "octave"}},
}


@pytest.mark.parametrize("kernel", OTHERS)
def test_another_language_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], kernel: str) -> None:
    root = tmp_path / "course"
    write(root, simple())
    generate(root)
    hand_in(root, "ada", released(root))
    write(root, simple(), metadata=OTHERS[kernel])
    assert main(["grade", NAME, "--course", str(root)]) == 1
    assert "only Python is graded here" in capsys.readouterr().err
    assert not (root / "autograded").exists()


@pytest.mark.parametrize("metadata", [{}, {"kernelspec": {"name": "conda-env-ir-py", "display_name": "x", "language": "python"}}])
def test_python_by_any_name_is_graded(tmp_path: Path, metadata: dict[str, Any]) -> None:
    root = tmp_path / "course"
    write(root, simple())
    generate(root)
    write(root, simple(), metadata=metadata)
    Grader(root).need_whole(NAME)


def test_tests_that_nbgrader_writes_are_refused(tmp_path: Path) -> None:
    root = tmp_path / "course"
    write(root, simple())
    generate(root)
    write(root, [simple()[0], cell("### AUTOTEST twice(1)", "test", 2)])
    with pytest.raises(Mend, match="AUTOTEST"):
        Grader(root).need_whole(NAME)


@pytest.mark.parametrize(
    ("line", "seconds"),
    [("c.Execute.timeout = 7", 7), ("c.ExecutePreprocessor.timeout = 9", 9), ("c.Execute.timeout = None", 600),
     ("c.Execute.timeout = -1", 600), ("c.Execute.timeout = 7\nc.Judge.cell_seconds = 5", 5), ("", 60)],
)  # fmt: skip
def test_nbgraders_time_of_a_cell_is_read(tmp_path: Path, line: str, seconds: float) -> None:
    from autograder.grading.plug.judge_step import Judge

    write(tmp_path, simple(), line)
    grader = Grader(tmp_path)
    assert grader.limits().cell_seconds == seconds == Judge(config=grader.config).limits().cell_seconds
