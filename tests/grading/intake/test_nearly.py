"""A notebook under nearly its name is graded; what lies there in its place is said."""
# ruff: noqa: E501 (names and cells stand as they are handed in)

from __future__ import annotations

import gzip
import io
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tiny import WEEK

from autograder.grading.intake.intake import take_in
from autograder.grading.intake.notes import Notes
from tests.grading import plain
from tests.grading.plain import NAME, answered, cell, generate, released, write

HandIn = Callable[..., Path]


def taken(folder: Path, root: Path) -> tuple[str, Notes]:
    notes = take_in(folder, root / "source" / WEEK)
    again = take_in(folder, root / "source" / WEEK)
    assert (
        (folder / f"{WEEK}.ipynb").is_file() and again.lines(WEEK) == notes.lines(WEEK) and again.unreadable == notes.unreadable
    )
    return (folder / f"{WEEK}.ipynb").read_text(encoding="utf-8"), notes


@pytest.mark.parametrize(
    "name",
    [f"{WEEK}.ipynb.txt", f"{WEEK}.IPYNB", f"{WEEK}.ipynb.json", f"{WEEK} (1).ipynb", f"{WEEK}.ipynb (1)", f"{WEEK}.ipynb.download",
     f"{WEEK}/{WEEK}.ipynb", f"{WEEK}.ipynb/{WEEK}.ipynb", "my work/solution.Ipynb", "mine.ipynb", f"{WEEK}-copy1.ipynb.txt"],
)  # fmt: skip
def test_nearly_its_name(root: Path, hand_in: HandIn, name: str) -> None:
    folder = hand_in("ada", lambda book: book.solve())
    content = (folder / f"{WEEK}.ipynb").read_bytes()
    (folder / f"{WEEK}.ipynb").unlink()
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    text, notes = taken(folder, root)
    assert "x + x" in text and notes.unreadable == {}
    assert notes.files == [f"There was no {WEEK}.ipynb; {name} was graded in its place."]
    assert (folder / ".intake" / f"{WEEK}.ipynb").read_bytes() == content


def archive(content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr("a.ipynb", content)
    return made.getvalue()


OTHERS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "zip": (archive, "an archive (zip)"),
    "gz": (gzip.compress, "an archive (gzip)"),
    "html": (lambda content: b"<!DOCTYPE html>\n<html><body>" + content, "a page (HTML)"),
    "htm": (lambda content: b"\xef\xbb\xbf\n <HTML lang='de'>", "a page (HTML)"),
    "py": (lambda content: b"# coding: utf-8\nimport numpy as np\n\ndef centre(x):\n    return x\n", "a Python program"),
    "pdf": (lambda content: b"%PDF-1.7", "a page (PDF)"),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_what_is_no_notebook_is_called_by_its_name(root: Path, hand_in: HandIn, kind: str) -> None:
    make, says = OTHERS[kind]
    folder = hand_in("eve", lambda book: book.solve())
    path = folder / f"{WEEK}.ipynb"
    content = path.read_bytes()
    path.write_bytes(make(content))
    assert f"it is {says}. Mend: hand in the notebook itself" in taken(folder, root)[1].unreadable[WEEK]
    shutil.rmtree(folder / ".intake")
    path.unlink()
    (folder / f"solution.{kind.upper()}").write_bytes(make(content))
    why = taken(folder, root)[1].unreadable[WEEK]
    assert f"was not among what you handed in (solution.{kind.upper()} is a" in why and "Mend: " in why


@pytest.mark.parametrize("tail", [b"\0", b"\0" * 4096, b"\n\0\0"])
def test_a_notebook_followed_by_empty_bytes_is_one(root: Path, hand_in: HandIn, tail: bytes) -> None:
    folder = hand_in("ada", lambda book: book.solve())
    path = folder / f"{WEEK}.ipynb"
    path.write_bytes(path.read_bytes() + tail)
    text, notes = taken(folder, root)
    assert "x + x" in text and "ended in empty bytes" in notes.lines(WEEK)[0]
    path = hand_in("eve") / f"{WEEK}.ipynb"
    path.write_bytes(b"\0" * 4096)
    assert "an empty file" in taken(path.parent, root)[1].unreadable[WEEK]


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """An assignment of two notebooks."""
    root = tmp_path / "course"
    for name in ("part1", "part2"):
        write(root, [cell(f"def {name}():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION", f"a_{name}"),
                     cell(f"assert {name}() == 1", f"t_{name}", 1)], name=name)  # fmt: skip
    generate(root)
    return root


def books(root: Path) -> dict[str, dict[str, Any]]:
    return {
        name: answered(released(root, name), **{f"a_{name}": f"def {name}():\n    return 2 - 1"}) for name in ("part1", "part2")
    }


@pytest.mark.parametrize(
    ("first", "second"),
    [("part1.ipynb", "part2 final.ipynb"), ("part1.ipynb", "mine.ipynb"), ("one.ipynb", "two.ipynb"), ("part2.IPYNB", "part1 (2).ipynb"),
     ("x/part1.ipynb", "x/part2.ipynb.txt")],
)  # fmt: skip
def test_one_of_two_renamed_is_found_by_its_cells(two: Path, first: str, second: str) -> None:
    made = books(two)
    for name, file in (("part1", first), ("part2", second)):
        folder = plain.hand_in(two, "ada", made[name], file)
    notes = take_in(folder, two / "source" / NAME)
    assert notes.unreadable == {}
    for name in made:
        assert "2 - 1" in (folder / f"{name}.ipynb").read_text() and f"def {name}" in (folder / f"{name}.ipynb").read_text()


def test_another_notebook_does_not_stand_for_one_of_two(two: Path) -> None:
    made = books(two)
    plain.hand_in(two, "ada", made["part1"], "part1.ipynb")
    other = json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    folder = plain.hand_in(two, "ada", other, "notes.ipynb")
    assert "part2.ipynb was not among" in take_in(folder, two / "source" / NAME).unreadable["part2"]
