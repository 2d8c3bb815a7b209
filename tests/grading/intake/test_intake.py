"""What comes in: links, special files, wrong names, cells lost, doubled, moved and changed. No sandbox is needed here."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from tiny import WEEK, Book

from autograder.grading.intake import intake
from autograder.grading.intake.intake import hook, take_in
from autograder.grading.intake.notes import FOLDER, Notes, read_notes
from autograder.notebook.repair import parts_of

HandIn = Callable[..., Path]
ORDER = ["setup", "centre", "check_centre", "test_centre", "double", "check_double", "test_double"]
ORDER += ["guess", "check_guess", "test_guess"]


def taken(folder: Path, root: Path) -> tuple[nbformat.NotebookNode, Notes]:
    """Take a folder in; its notebook and the notes."""
    notes = take_in(folder, root / "source" / WEEK)
    found = nbformat.read(folder / f"{WEEK}.ipynb", as_version=4)
    nbformat.validate(found)
    return found, notes


def names(found: nbformat.NotebookNode) -> list[str]:
    """nbgrader's names of the cells, in order; a dot for a cell of the learner's."""
    return [cell.metadata.get("nbgrader", {}).get("grade_id", ".") for cell in found.cells if cell.cell_type == "code"]


def course_order(found: nbformat.NotebookNode) -> list[str]:
    return [name for name in names(found) if name != "."]


def lines_of(notes: Notes) -> str:
    return "\n".join(notes.lines(WEEK))


def test_of_an_honest_notebook_nothing_is_said(root: Path, hand_in: HandIn) -> None:
    folder = hand_in("ada", lambda book: (book.solve(), book.add("y = 1"))[0])
    before = nbformat.read(folder / f"{WEEK}.ipynb", as_version=4)
    content = (folder / f"{WEEK}.ipynb").read_bytes()
    found, notes = taken(folder, root)
    assert [(cell.id, cell.cell_type, cell.source) for cell in found.cells] == [
        (cell.id, cell.cell_type, cell.source) for cell in before.cells
    ]
    assert lines_of(notes) == "" and notes.unreadable == {}
    assert (folder / FOLDER / f"{WEEK}.ipynb").read_bytes() == content, "the learner's own file is kept"


@pytest.mark.parametrize("outputs", [5, [5], [{"output_type": "stream"}], {"a": 1}], ids=str)
def test_outputs_of_any_kind_are_dropped(root: Path, hand_in: HandIn, outputs: Any) -> None:
    def change(book: Book) -> None:
        book.cell("check_centre")["outputs"] = outputs

    found, _ = taken(hand_in("eve", change), root)
    assert all(cell.outputs == [] for cell in found.cells if cell.cell_type == "code")


def test_taking_in_twice_changes_nothing(root: Path, hand_in: HandIn) -> None:
    folder = hand_in("ada", lambda book: book.delete("check_centre", "setup"))
    _, first = taken(folder, root)
    content = (folder / f"{WEEK}.ipynb").read_bytes()
    _, second = taken(folder, root)
    assert first == second and (folder / f"{WEEK}.ipynb").read_bytes() == content


def test_a_changed_source_is_laid_over_the_learners_own_file_again(root: Path, hand_in: HandIn) -> None:
    folder = hand_in("ada", lambda book: book.delete("check_centre"))
    taken(folder, root)
    source = root / "source" / WEEK / f"{WEEK}.ipynb"
    source.write_text(source.read_text().replace("explore.picture()", "explore.picture()  # new"))
    _, notes = taken(folder, root)
    assert lines_of(notes).count("check_centre") == 1


def test_lost_cells_come_back_in_their_places(root: Path, hand_in: HandIn) -> None:
    folder = hand_in("ada", lambda book: book.delete("setup", "check_centre", "test_centre", "check_guess"))
    found, notes = taken(folder, root)
    assert course_order(found) == ORDER
    for id in ("setup", "check_centre", "test_centre", "check_guess"):
        assert f"`{id}` was missing" in lines_of(notes)


def test_what_is_put_back_holds_nothing_hidden(root: Path, hand_in: HandIn) -> None:
    folder = hand_in("ada", lambda book: book.delete("test_centre", "test_double"))
    taken(folder, root)
    text = "".join(path.read_text() for path in folder.rglob("*") if path.is_file() and path.suffix in (".ipynb", ".json"))
    assert "hidden_check" not in text and "HIDDEN" not in text and "middle_of_each" not in text


def test_a_changed_test_is_the_courses_again_and_hers_is_kept(root: Path, hand_in: HandIn) -> None:
    folder = hand_in("ada", lambda book: book.write("check_centre", "3.0  # all points"))
    found, notes = taken(folder, root)
    assert course_order(found) == ORDER
    sources = [cell.source for cell in found.cells]
    assert sources.index("3.0  # all points") + 1 == sources.index('check("centre")')
    assert "`check_centre` belongs to the course" in lines_of(notes)


def test_an_answer_written_into_a_test_cell_is_not_lost(root: Path, hand_in: HandIn) -> None:
    merged = 'def centre(x):\n    return x - x.mean(axis=0)\n\ncheck("centre")'
    folder = hand_in("ada", lambda book: (book.write("check_centre", merged), book.delete("centre"))[0])
    found, _ = taken(folder, root)
    sources = [cell.source for cell in found.cells]
    assert sources.index(merged) < sources.index('check("centre")')


def test_doubled_cells(root: Path, hand_in: HandIn) -> None:
    def change(book: Book) -> None:
        book.solve()
        for id in ("check_centre", "centre", "test_double"):
            book.cells.insert(book.place(id), json.loads(json.dumps(book.cell(id))))
        book.cells.append(
            {**json.loads(json.dumps(book.cell("centre"))), "id": "copy", "source": "def centre(x):\n    return 0 * x"}
        )

    found, notes = taken(hand_in("ada", change), root)
    assert sorted(course_order(found)) == sorted(ORDER)
    ids = [cell.id for cell in found.cells]
    assert len(ids) == len(set(ids))
    assert "`check_centre` stood there twice; the copy was left out" in lines_of(notes)
    assert names(found).index("test_centre") > names(found).index("centre"), "a test follows the answer that counts"


def test_an_untouched_copy_of_an_answer_does_not_stand_for_it(root: Path, hand_in: HandIn) -> None:
    def change(book: Book) -> None:
        stub = json.loads(json.dumps(book.cell("centre")))
        book.solve()
        book.cells.insert(book.place("check_centre"), {**stub, "id": "again"})

    found, _ = taken(hand_in("ada", change), root)
    answers = [cell.source for cell in found.cells if "def centre" in cell.source and cell.cell_type == "code"]
    assert len(answers) == 1 and "x.mean(axis=0)" in answers[0]


def test_a_split_answer_runs_in_its_order(root: Path, hand_in: HandIn) -> None:
    def change(book: Book) -> None:
        book.solve()
        first = json.loads(json.dumps(book.cell("double")))
        book.cells.insert(book.place("double"), {**first, "id": "part", "source": "two = 2"})

    found, _ = taken(hand_in("ada", change), root)
    sources = [cell.source for cell in found.cells]
    assert sources.index("two = 2") + 1 == sources.index("def double(x):\n    return x + x")


def test_a_test_above_its_answer_goes_below(root: Path, hand_in: HandIn) -> None:
    def change(book: Book) -> None:
        book.cells.insert(2, book.cells.pop(book.place("test_double")))

    found, notes = taken(hand_in("ada", change), root)
    order = course_order(found)
    assert order.index("test_double") > order.index("double")
    assert "`test_double` stood above its answer" in lines_of(notes)


def test_lost_metadata_is_found_by_the_cells_ids(root: Path, hand_in: HandIn) -> None:
    def change(book: Book) -> None:
        for cell in book.cells:
            cell["metadata"] = {}

    found, notes = taken(hand_in("ada", change), root)
    assert course_order(found) == ORDER and lines_of(notes) == ""


def test_lost_ids_are_found_by_metadata(root: Path, hand_in: HandIn) -> None:
    def change(book: Book) -> None:
        for number, cell in enumerate(book.cells):
            cell["id"] = f"x{number}"
        book.notebook["nbformat_minor"] = 4

    found, _ = taken(hand_in("ada", change), root)
    assert course_order(found) == ORDER


HOSTILE: list[Any] = [
    {"schema_version": 99}, {"schema_version": 1}, {"points": 1e9}, {"points": "all"}, {"points": -1}, {"grade": "yes"},
    {"locked": False}, {"solution": True}, {"grade_id": ["a"]}, {"grade_id": "nobody"}, {"task": True}, {"cell_type": "raw"},
]  # fmt: skip


@pytest.mark.parametrize("claims", HOSTILE, ids=str)
def test_what_a_cell_says_of_itself_does_not_count(root: Path, hand_in: HandIn, claims: dict[str, Any]) -> None:
    def change(book: Book) -> None:
        for cell in book.cells:
            if "nbgrader" in cell["metadata"]:
                cell["metadata"]["nbgrader"] = {**cell["metadata"]["nbgrader"], **claims}

    found, _ = taken(hand_in("eve", change), root)
    source = nbformat.read(root / "source" / WEEK / f"{WEEK}.ipynb", as_version=4)
    settled = {cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader for cell in found.cells if "nbgrader" in cell.metadata}
    assert course_order(found) == ORDER
    for part in parts_of(source):
        assert {key: settled[part.id].get(key) for key in part.settings} == part.settings


@pytest.mark.parametrize(
    "metadata", [None, [], "text", {"nbgrader": 5}, {"nbgrader": {"grade": True}}, {"autograder": []}], ids=str
)
def test_metadata_of_the_learners_own_cells_is_never_nbgraders(root: Path, hand_in: HandIn, metadata: Any) -> None:
    def change(book: Book) -> None:
        book.add("y = 1")
        book.cells[-1]["metadata"] = metadata

    found, _ = taken(hand_in("eve", change), root)
    assert "nbgrader" not in found.cells[-1].metadata


def test_a_notebook_under_another_name_is_taken(root: Path, hand_in: HandIn) -> None:
    folder = hand_in("ada", lambda book: book.solve())
    (folder / f"{WEEK}.ipynb").rename(folder / f"{WEEK}-Copy1.ipynb")
    listed = [str(folder / f"{WEEK}-Copy1.ipynb")]
    before = Path.cwd()
    os.chdir(root)
    try:
        hook(assignment=WEEK, student="*", notebooks=listed)
    finally:
        os.chdir(before)
    assert listed == [str(folder / f"{WEEK}.ipynb")], "nbgrader goes on with the notebook's own name"
    assert "Copy1.ipynb was graded in its place" in lines_of(read_notes(folder))


@pytest.mark.parametrize("content", [b"", b"not json", b'{"cells": 1}'])
def test_a_notebook_that_cannot_be_read_becomes_one_that_can(root: Path, hand_in: HandIn, content: bytes) -> None:
    folder = hand_in("ada")
    (folder / f"{WEEK}.ipynb").write_bytes(content)
    found, notes = taken(folder, root)
    assert "Mend: " in notes.unreadable[WEEK]
    assert "Nothing could be graded" in found.cells[0].source
    assert {"check_centre", "test_centre"} <= set(names(found))
    assert (folder / FOLDER / f"{WEEK}.ipynb").read_bytes() == content, "the learner's own file is kept"
    assert take_in(folder, root / "source" / WEEK) == notes


def test_a_folder_without_a_notebook(root: Path, hand_in: HandIn) -> None:
    folder = hand_in("ada")
    (folder / f"{WEEK}.ipynb").unlink()
    _, notes = taken(folder, root)
    assert "not among what you handed in" in notes.unreadable[WEEK]
    assert take_in(folder, root / "source" / WEEK) == notes


def test_links_special_and_huge_files_are_left_out(
    root: Path, hand_in: HandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "LARGEST_FILE", 4000)
    secret = tmp_path / "secret.txt"
    secret.write_text("the instructor's")
    folder = hand_in("eve")
    (folder / "link.txt").symlink_to(secret)
    (folder / "folder").symlink_to(tmp_path)
    (folder / "gradebook.db").write_bytes(b"SQLite")
    (folder / "nbgrader_config.py").write_text("raise SystemExit")
    (folder / "big.csv").write_bytes(b"0" * 4001)
    os.mkfifo(folder / "pipe")
    deep = folder.joinpath(*["d"] * 12)
    deep.mkdir(parents=True)
    (deep / "file").write_text("x")
    (folder / "own").mkdir()
    (folder / "own" / "helper.py").write_text("x = 1")
    notes = take_in(folder, root / "source" / WEEK)
    left = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir() or path.is_symlink()}
    ours = {".intake/notes.json", f".intake/{WEEK}.ipynb"}
    assert left == {"checks.py", "explore.py", "week.json", f"{WEEK}.ipynb", "own/helper.py"} | ours
    assert secret.read_text() == "the instructor's"
    for name in ("link.txt", "folder", "gradebook.db", "nbgrader_config.py", "big.csv", "pipe"):
        assert f"{name} was left out" in lines_of(notes)


def test_the_notebook_itself_may_not_be_a_link(root: Path, hand_in: HandIn) -> None:
    folder = hand_in("eve")
    (folder / f"{WEEK}.ipynb").unlink()
    (folder / f"{WEEK}.ipynb").symlink_to(root / "source" / WEEK / f"{WEEK}.ipynb")
    _, notes = taken(folder, root)
    assert WEEK in notes.unreadable and "link" in lines_of(notes)
    assert not (folder / f"{WEEK}.ipynb").is_symlink()
    assert "middle_of_each" not in (folder / f"{WEEK}.ipynb").read_text()


@pytest.mark.parametrize("text", ["yesterday, or so", "x" * 1000, "\x00", "9999-99-99 00:00:00 UTC"])
def test_a_timestamp_that_is_none_goes(root: Path, hand_in: HandIn, text: str) -> None:
    folder = hand_in("eve")
    (folder / "timestamp.txt").write_text(text)
    (folder / "submission_secret.txt").write_text("s" * 1000)
    take_in(folder, root / "source" / WEEK)
    assert not (folder / "timestamp.txt").exists() and not (folder / "submission_secret.txt").exists()


def test_the_hook_never_raises(tmp_path: Path) -> None:
    hook(assignment=WEEK, student="*", notebooks=[])
    hook(assignment=WEEK, student="*", notebooks=[str(tmp_path / "gone" / "x.ipynb")])


def test_forged_notes_do_no_harm(root: Path, hand_in: HandIn) -> None:
    folder = hand_in("eve")
    shutil.rmtree(folder / FOLDER, ignore_errors=True)
    (folder / FOLDER).mkdir()
    (folder / FOLDER / "notes.json").write_text(json.dumps({"files": 5, "marks": []}))
    _, notes = taken(folder, root)
    assert notes.unreadable == {}
