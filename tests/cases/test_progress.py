"""What check remembers: a line a check, beside the weeks; half lines and full disks hurt nobody."""

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.cases import check, progress
from autograder.cases.causes import BLANK
from autograder.cases.model import Report, Verdict
from autograder.cases.progress import PLACE, marks, remember

WEEK = "week01_tiny"


def report(*holding: bool, id: str = "one", message: str = "no", trouble: str = "") -> Report:
    said = [None if holds else message for holds in holding]
    made = [Verdict(f"case{n}", "says", hidden=False, side=False, weight=1.0, message=one) for n, one in enumerate(said)]
    return Report(id, tuple(made), trouble)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    week = tmp_path / WEEK
    week.mkdir()
    (week / "week.json").write_text("{}")
    return week


def test_the_last_check_of_each_exercise_counts_in_the_order_of_the_last(folder: Path) -> None:
    for one in (report(True, False), report(False, id="two"), report(True, True)):
        remember(folder, one)
    found = marks(folder.parent)
    assert [key[1] for key in found] == ["two", "one"]
    one = found[WEEK, "one"]
    assert (one.holds, one.of, one.begun, one.is_whole) == (2, 2, True, True)
    assert not found[WEEK, "two"].is_whole
    assert stat.S_IMODE((folder.parent / PLACE).stat().st_mode) == 0o600
    assert not (folder / PLACE).exists(), "never in what is handed in"


def test_an_answer_that_is_not_written_is_not_begun_and_one_that_cannot_be_tried_is(folder: Path) -> None:
    remember(folder, report(False, False, message=BLANK))
    remember(folder, report(id="two", trouble="`two` is missing"))
    found = marks(folder.parent)
    assert not found[WEEK, "one"].begun
    assert found[WEEK, "two"].begun and not found[WEEK, "two"].is_whole


def test_half_lines_and_lines_of_others_are_passed_over(folder: Path) -> None:
    remember(folder, report(True))
    path = folder.parent / PLACE
    with open(path, "ab") as file:
        file.write(b'\n{"v": 1, "week": "week01_t')  # a kernel was killed
    remember(folder, report(False, id="two"))
    with open(path, "ab") as file:
        file.write(b'\n{"v": 2, "week": "week01_tiny", "exercise": "three"}\n[]\n\xff\n{"v": 1, "at": "noon"}\n')
    assert [key[1] for key in marks(folder.parent)] == ["one", "two"]


def test_a_line_is_one_write(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two kernels that check at once do not mix their lines."""
    written: list[bytes] = []
    write = os.write
    monkeypatch.setattr(progress.os, "write", lambda file, text: written.append(text) or write(file, text))
    remember(folder, report(True))
    assert len(written) == 1 and written[0].startswith(b"\n{") and written[0].endswith(b"}")


def test_what_hinders_it_is_no_trouble_of_hers(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder.parent / ".workbook").write_text("a file in its place")
    remember(folder, report(True))
    assert marks(folder.parent) == {}


def test_only_a_weeks_folder_is_ours(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    remember(tmp_path / "elsewhere", report(True))
    assert [path.name for path in tmp_path.iterdir()] == ["elsewhere"]


@pytest.mark.parametrize("in_notebook", [True, False])
def test_check_remembers_in_a_notebook_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch, in_notebook: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    module: Any = __import__("sys").modules["autograder.cases.check"]
    monkeypatch.chdir(folder)
    monkeypatch.setattr(module, "_in_notebook", lambda: in_notebook)
    told: Callable[[str], Any] = check
    told("nothing_of_this_name")
    assert list(marks(folder.parent)) == ([(WEEK, "nothing_of_this_name")] if in_notebook else [])
