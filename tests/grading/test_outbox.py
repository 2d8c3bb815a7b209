"""A folder is the old one or the new one, whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.grading.outbox import Outbox, sweep_inside


def put_folder(folder: Path, files: dict[str, bytes], mode: int) -> None:
    with Outbox() as box:
        box.put(folder, files, mode)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_new_folder_takes_the_old_ones_place(tmp_path: Path) -> None:
    folder = tmp_path / "ada" / "week"
    put_folder(folder, {"a.txt": b"1", "old.txt": b"2"}, 0o444)
    put_folder(folder, {"a.txt": b"3", "deep/b.txt": b"4"}, 0o444)
    assert contents(folder) == {"a.txt": b"3", "deep/b.txt": b"4"}
    assert (folder / "a.txt").stat().st_mode & 0o777 == 0o444
    assert [path.name for path in folder.parent.iterdir()] == ["week"]


def test_a_failure_in_the_middle_leaves_the_old_one(tmp_path: Path) -> None:
    folder = tmp_path / "week"
    put_folder(folder, {"a.txt": b"1"}, 0o644)
    with pytest.raises(OSError):
        put_folder(folder, {"a.txt": b"2", "a.txt/b": b"a file cannot be a folder"}, 0o644)
    assert contents(folder) == {"a.txt": b"1"}
    assert [path.name for path in tmp_path.iterdir()] == ["week"]


def test_what_fails_at_the_second_leaves_the_first_too(tmp_path: Path) -> None:
    put_folder(tmp_path / "one", {"a.txt": b"1"}, 0o644)
    with pytest.raises(OSError), Outbox() as box:
        box.put(tmp_path / "one", {"a.txt": b"2"}, 0o644)
        box.put_file(tmp_path / "record", b"2")
        box.put(tmp_path / "two", {"a.txt": b"2", "a.txt/b": b"a file cannot be a folder"}, 0o644)
    assert contents(tmp_path) == {"one/a.txt": b"1"}
    with Outbox() as box:
        box.put(tmp_path / "one", {"a.txt": b"2"}, 0o644)
        box.put(tmp_path / "two", {"b.txt": b"3"}, 0o644)
        box.put(tmp_path / "two", {"a.txt": b"4"}, 0o644)
        box.put_file(tmp_path / "record", b"2")
        assert contents(tmp_path / "one") == {"a.txt": b"1"} and not (tmp_path / "record").exists()
    assert contents(tmp_path) == {"one/a.txt": b"2", "two/a.txt": b"4", "record": b"2"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "record", "two"]


def test_what_a_killed_run_left_is_swept(tmp_path: Path) -> None:
    for left in (".week.99999999.new", ".week.99999999.old", ".week.1.new", ".weekly.new"):
        (tmp_path / left).mkdir()
    (tmp_path / ".record.99999999.new").touch()
    put_folder(tmp_path / "week", {"a.txt": b"1"}, 0o644)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        ".record.99999999.new", ".week.1.new", ".weekly.new", "week",
    ], "process 1 lives"  # fmt: skip
    sweep_inside(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".week.1.new", ".weekly.new", "week"]
