"""Lesson -> source -> release: what comes out, the same bytes every time, and nbgrader's and jupytext's traps."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.nbgraderformat import MetadataValidator

from autograder.course.build import HIDDEN_CELL, build_week, notebook
from autograder.course.places import Course
from autograder.course.release import release_week
from autograder.course.stale import build, differences, left_over, stale
from autograder.notebook.regions import STUB

ROOT = Path(__file__).resolve().parents[2]
WEEK = "week01_example"
Change = Callable[..., Course]


def cells(folder: Path) -> dict[str, dict[str, Any]]:
    """A notebook's cells by their ids."""
    content = json.loads((folder / f"{folder.name}.ipynb").read_text(encoding="utf-8"))
    return {cell["id"]: cell for cell in content["cells"]}


def source_of(cell: dict[str, Any]) -> str:
    """A cell's text."""
    return "".join(cell["source"])


@pytest.fixture
def built(course: Course) -> Course:
    """The course with source/ and release/ written."""
    build(course, WEEK)
    return course


def test_the_source_is_a_valid_notebook_for_nbformat_and_nbgrader(built: Course) -> None:
    content = nbformat.read(built.source / WEEK / f"{WEEK}.ipynb", as_version=4)
    nbformat.validate(content)
    MetadataValidator().validate_nb(content)
    assert content.metadata.kernelspec.name == "python3"


@pytest.mark.parametrize(
    ("name", "grade", "locked", "solution", "points"),
    [
        ("setup", False, True, False, None),
        ("centre", False, False, True, None),
        ("check_centre", True, True, False, 1.0),
        ("test_centre", True, True, False, 2.0),
    ],
)
def test_each_role_has_its_metadata(
    built: Course, name: str, grade: bool, locked: bool, solution: bool, points: float | None
) -> None:
    metadata = cells(built.source / WEEK)[name]["metadata"]
    marks = metadata["nbgrader"]
    assert (marks["grade"], marks["locked"], marks["solution"], marks.get("points")) == (grade, locked, solution, points)
    assert marks["grade_id"] == name
    assert metadata["autograder"]["id"] == name


def test_pictures_are_nothing_to_nbgrader_but_keep_their_role(built: Course) -> None:
    metadata = cells(built.release / WEEK)["look"]["metadata"]
    assert "nbgrader" not in metadata
    assert metadata["autograder"] == {"id": "look", "role": "show"}


def test_the_release_has_the_stub_and_no_hidden_test(built: Course) -> None:
    ours, theirs = cells(built.source / WEEK), cells(built.release / WEEK)
    assert "x.mean(axis=0)" in source_of(ours["centre"])
    assert source_of(theirs["centre"]).splitlines()[-1] == f"    {STUB}"
    assert source_of(theirs["centre"]).startswith('# Your answer goes here: centre\ndef centre(x):\n    """The examples, moved')
    assert source_of(ours["test_centre"]) == HIDDEN_CELL.format(exercise="centre")
    assert "hidden_check" in source_of(ours["test_centre"])
    assert source_of(theirs["test_centre"]) == "# When you hand in, the promises of `centre` are tried here on fresh inputs."


def test_exactly_what_travels_lies_beside_the_notebook(built: Course) -> None:
    wanted = {"checks.py", "explore.py", "week.json", f"{WEEK}.ipynb"}
    assert {path.name for path in (built.source / WEEK).iterdir()} == wanted
    assert {path.name for path in (built.release / WEEK).iterdir()} == wanted


def test_week_json_says_what_the_engine_needs(built: Course) -> None:
    week = json.loads((built.release / WEEK / "week.json").read_text(encoding="utf-8"))
    assert week == {
        "week": WEEK,
        "title": "Example",
        "exercises": [
            {
                "id": "centre",
                "kind": "exercise",
                "names": ["centre"],
                "needs": [],
                "minutes": 10,
                "difficulty": 1,
                "points": {"check": 1.0, "hidden": 2.0},
            },
            {
                "id": "disc",
                "kind": "studio",
                "names": ["train", "predict"],
                "needs": [],
                "minutes": 30,
                "difficulty": 3,
                "points": {"check": 1.0, "hidden": 5.0},
            },
        ],
    }


def test_two_builds_are_the_same_byte_for_byte(built: Course, tmp_path: Path) -> None:
    again = Course(built.root)
    build_week(again, WEEK, tmp_path / "again" / "source")
    release_week(tmp_path / "again" / "source", WEEK, tmp_path / "again" / "release")
    assert differences(tmp_path / "again" / "source", built.source) == []
    assert differences(tmp_path / "again" / "release", built.release) == []


def test_cell_ids_come_from_the_marks(course: Course) -> None:
    """jupytext draws random cell ids at every run."""
    ids = [cell["id"] for cell in notebook(course.lesson(WEEK))["cells"]]
    wanted = "text-1-setup setup guess_points look text-1-centre centre check_centre test_centre"
    studio = "text-1-disc disc check_disc score_disc test_disc"
    assert ids == [*wanted.split(), *studio.split(), "text-2-still_open", "text-1-still_open", "still_open"]


def test_another_paragraph_changes_no_other_id(course: Course, change: Change) -> None:
    before = [cell["id"] for cell in notebook(course.lesson(WEEK))["cells"]]
    changed = change("lesson.py", "# %% [markdown]\n# ## A first", "# %% [markdown]\n# A word.\n\n# %% [markdown]\n# ## A first")
    after = [cell["id"] for cell in notebook(changed.lesson(WEEK))["cells"]]
    assert [id for id in after if id != "text-2-centre"] == before


def test_blank_lines_between_cells_leave_no_trace(course: Course, change: Change) -> None:
    """jupytext keeps unusual blank lines in the cell's metadata (lines_to_next_cell)."""
    before = notebook(course.lesson(WEEK))
    changed = change("lesson.py", '\n# %% role="hidden"', '\n\n\n\n# %% role="hidden"')
    assert notebook(changed.lesson(WEEK)) == before
    assert "lines_to_next_cell" not in json.dumps(before)


def test_trailing_spaces_and_windows_line_ends_leave_no_trace(course: Course) -> None:
    before = notebook(course.lesson(WEEK))
    path = course.folder(WEEK) / "lesson.py"
    path.write_bytes(path.read_bytes().replace(b"import explore\n", b"import explore  \n").replace(b"\n", b"\r\n"))
    assert notebook(Course(course.root).lesson(WEEK)) == before


def test_a_cell_opener_inside_a_string_opens_no_cell(change: Change) -> None:
    course = change("lesson.py", '(examples, features)."""', '(examples, features).\n\n# %% not a cell\n    """')
    assert "# %% not a cell" in next(cell for cell in course.lesson(WEEK).cells if cell.id == "centre").source


def test_what_lies_beside_the_source_is_copied_into_the_release(built: Course) -> None:
    """nbgrader copies every file; so the builder leaves nothing else there, and the staleness check names what was put there."""
    for name in ("hidden.py", "rivals.py"):
        shutil.copy(built.folder(WEEK) / name, built.source / WEEK)
    release_week(built.source, WEEK, built.release)
    assert (built.release / WEEK / "hidden.py").is_file(), "the trap is still there"
    lines = stale(built, WEEK)
    assert f"source/{WEEK}/hidden.py: left over, no lesson makes it" in lines
    assert f"release/{WEEK}/rivals.py: left over, no lesson makes it" in lines
    build(built, WEEK)
    assert stale(built, WEEK) == []
    assert not (built.release / WEEK / "hidden.py").exists()


def test_what_a_notebook_server_leaves_is_not_stale(built: Course) -> None:
    litter = built.source / WEEK / ".ipynb_checkpoints"
    litter.mkdir()
    (litter / "x.ipynb").write_text("{}")
    assert stale(built, WEEK) == []


def test_what_is_stale_is_named(built: Course, change: Change) -> None:
    (built.source / WEEK / "week.json").unlink()
    course = change("lesson.py", "# The story,", "# A story,")
    assert stale(course, WEEK) == [
        f"source/{WEEK}/week.json: missing",
        f"source/{WEEK}/{WEEK}.ipynb: stale",
        f"release/{WEEK}/{WEEK}.ipynb: stale",
    ]


def test_folders_of_no_week_are_named(built: Course) -> None:
    (built.release / "week09_gone").mkdir()
    assert left_over(built) == ["release/week09_gone: left over, no lesson makes it"]


def test_nbgraders_own_complaint_is_handed_on(built: Course) -> None:
    from autograder.course.faults import LessonError

    path = built.source / WEEK / f"{WEEK}.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("    ### END SOLUTION", "    # end"), encoding="utf-8")
    with pytest.raises(LessonError, match="no end solution statement found"):
        release_week(built.source, WEEK, built.release)
    assert Path.cwd().is_dir()


def test_plain_nbgrader_gives_the_same_release(built: Course, tmp_path: Path) -> None:
    """`nbgrader generate_assignment --force` beside the course's own configuration, from folders as a clone has them."""
    clone = tmp_path / "clone"
    shutil.copytree(built.source, clone / "source")
    shutil.copytree(built.release, clone / "release")
    shutil.copy(ROOT / "nbgrader_config.py", clone)
    search = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    subprocess.run(
        [sys.executable, "-m", "nbgrader", "generate_assignment", WEEK, "--force"],
        cwd=clone,
        env={**os.environ, "PYTHONPATH": search, "PATH": programs},
        check=True,
        capture_output=True,
        timeout=120,
    )
    assert differences(built.release, clone / "release") == []


def test_a_guess_is_nothing_to_nbgrader_and_may_fail_without_stopping_run_all(built: Course) -> None:
    cell = cells(built.release / WEEK)["guess_points"]
    assert source_of(cell).startswith("guess.number(")
    assert cell["metadata"] == {"autograder": {"id": "guess_points", "role": "guess"}, "tags": ["raises-exception"]}
    assert cell["outputs"] == []
