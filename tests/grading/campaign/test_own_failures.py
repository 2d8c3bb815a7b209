"""A failure of our own (data, memory, a file that is gone, a helper that died) is never a score and never kept."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tiny import OPEN, WEEK, Book

from autograder.cli import main

pytestmark = pytest.mark.timeout(300)
GRADES = """
select s.student_id, c.name, g.auto_score, g.manual_score, g.needs_manual_grade from submitted_assignment s
join submitted_notebook n on n.assignment_id = s.id join grade g on g.notebook_id = n.id join base_cell c on c.id = g.cell_id
order by 1, 2
"""
#: of these it is seen that all comes back
MENDED = ("the_source_is_gone", "held_out_data_is_gone", "the_graders_helper_is_killed")
FAILURES: dict[str, Callable[[Path], None]] = {}


def failure(break_it: Callable[[Path], None]) -> Callable[[Path], None]:
    """Register something that goes wrong on our side in the course at `root`."""
    FAILURES[break_it.__name__] = break_it
    return break_it


def in_source(root: Path, change: Callable[[dict[str, Any]], None]) -> None:
    path = root / "source" / WEEK / f"{WEEK}.ipynb"
    notebook = json.loads(path.read_text())
    change(notebook)
    path.write_text(json.dumps(notebook))


def in_hidden(root: Path, text: str) -> None:
    with open(root / "notebooks" / WEEK / "hidden.py", "a") as file:
        file.write("\n\n" + text)


def hidden_case(root: Path, body: str, seconds: float = 3) -> None:
    in_hidden(root, f'@case("double", "it is as it is", seconds={seconds})\ndef as_it_is(double):\n    {body}\n')


@failure
def the_source_is_gone(root: Path) -> None:
    shutil.rmtree(root / "source" / WEEK)


@failure
def the_sources_notebook_is_gone(root: Path) -> None:
    (root / "source" / WEEK / f"{WEEK}.ipynb").unlink()


@failure
def the_sources_notebook_has_another_name(root: Path) -> None:
    path = root / "source" / WEEK / f"{WEEK}.ipynb"
    path.rename(path.with_name("week one.ipynb"))


@failure
def the_sources_notebook_is_empty(root: Path) -> None:
    in_source(root, lambda notebook: notebook.update(cells=[]))


@failure
def the_sources_notebook_is_cut_short(root: Path) -> None:
    path = root / "source" / WEEK / f"{WEEK}.ipynb"
    path.write_text(path.read_text()[:500])


@failure
def the_source_lost_a_test(root: Path) -> None:
    in_source(root, lambda notebook: notebook.update(cells=[c for c in notebook["cells"] if c["id"] != "test_double"]))


@failure
def the_source_lost_its_marks(root: Path) -> None:
    in_source(root, lambda notebook: [cell["metadata"].clear() for cell in notebook["cells"]])  # type: ignore[arg-type, return-value]


@failure
def the_builders_list_is_gone(root: Path) -> None:
    (root / "source" / WEEK / "week.json").unlink()


@failure
def the_builders_list_lost_an_exercise(root: Path) -> None:
    path = root / "source" / WEEK / "week.json"
    told = json.loads(path.read_text())
    told["exercises"] = told["exercises"][:1]
    path.write_text(json.dumps(told))


@failure
def the_visible_cases_are_gone(root: Path) -> None:
    (root / "notebooks" / WEEK / "checks.py").unlink()


@failure
def the_hidden_cases_are_gone(root: Path) -> None:
    (root / "notebooks" / WEEK / "hidden.py").unlink()


@failure
def the_weeks_texts_are_gone(root: Path) -> None:
    shutil.rmtree(root / "notebooks" / WEEK)


@failure
def what_stands_beside_the_notebook_is_gone(root: Path) -> None:
    (root / "source" / WEEK / "explore.py").unlink()


@failure
def the_hidden_cases_cannot_be_read(root: Path) -> None:
    in_hidden(root, "def (:\n")


@failure
def the_hidden_cases_need_what_is_not_installed(root: Path) -> None:
    in_hidden(root, "import a_module_that_nobody_has\n")


@failure
def the_hidden_cases_of_one_exercise_are_gone(root: Path) -> None:
    path = root / "notebooks" / WEEK / "hidden.py"
    text = path.read_text().replace('@case("double"', '@case("centre"').replace("half_again(double,", "half_again(centre,")
    path.write_text(text.replace("array(double(", "array(centre("))


@failure
def held_out_data_is_gone(root: Path) -> None:
    hidden_case(root, "from autograder.datafiles import held_out\n    held_out().proven('gone.h5')")


@failure
def a_data_file_cannot_be_opened(root: Path) -> None:
    hidden_case(root, "import h5py\n    h5py.File('/nowhere/at-all.h5')")


@failure
def there_are_too_many_open_files(root: Path) -> None:
    hidden_case(root, "raise OSError(24, 'Too many open files')")


@failure
def the_grader_has_no_memory(root: Path) -> None:
    hidden_case(root, "bytearray(1 << 60)")


@failure
def an_array_finds_no_memory(root: Path) -> None:
    hidden_case(root, "np.ones((1 << 28, 1 << 28))")


@failure
def a_case_stops_at_its_own_draws(root: Path) -> None:
    drawn = "draws=draws.vectors().map(lambda x: x.missing)"
    in_hidden(root, f"@case('double', 'it is as it is', {drawn})\ndef as_it_is(double, x):\n    pass\n")


@failure
def a_studios_rows_are_gone(root: Path) -> None:
    path = root / "notebooks" / WEEK / "hidden.py"
    read = "    from autograder.datafiles import held_out\n    held_out().proven('gone.h5')\n    value = expect.number("
    path.write_text(path.read_text().replace("    value = expect.number(", read))


def in_judge(root: Path, value: str) -> None:
    """Let the studio's judge come to another value."""
    path = root / "notebooks" / WEEK / "hidden.py"
    text = path.read_text()
    assert "return (value - 0.02" in text
    path.write_text(text.replace("return (value - 0.02 if half == \"open\" else value)", f"return {value}"))


@failure
def the_judge_comes_to_nan(root: Path) -> None:
    in_judge(root, "np.log(-value)")


@failure
def the_judge_comes_to_infinity(root: Path) -> None:
    in_judge(root, "1 / np.float64(value - value)")


@failure
def the_judge_never_ends(root: Path) -> None:
    in_judge(root, "[0 for _ in iter(int, 1)]")
    path = root / "notebooks" / WEEK / "checks.py"
    path.write_text(path.read_text().replace("bands=(0.90, 0.95, 0.975), seconds=10", "bands=(0.90, 0.95, 0.975), seconds=2"))


@failure
def a_hidden_case_never_ends(root: Path) -> None:
    hidden_case(root, "while True: pass", seconds=0.5)


@failure
def a_hidden_case_never_ends_after_it_asked(root: Path) -> None:
    hidden_case(root, "double(np.ones(3))\n    while True: pass", seconds=2)


@failure
def a_thread_cannot_be_started(root: Path) -> None:
    hidden_case(root, 'raise RuntimeError("can\'t start new thread")')


@failure
def the_graders_helper_is_killed(root: Path) -> None:
    hidden_case(root, "import os, signal\n    os.kill(os.getpid(), signal.SIGKILL)")


@failure
def the_graders_helper_ends_itself(root: Path) -> None:
    hidden_case(root, "import os\n    os._exit(3)")


@failure
def the_lent_reference_cannot_be_loaded(root: Path) -> None:
    in_source(root, lambda notebook: notebook["cells"].append({
        "cell_type": "code", "id": "late", "metadata": {"autograder": {"id": "late", "role": "given"}}, "source": "1 / 0",
        "outputs": [], "execution_count": None}))  # fmt: skip


def half(book: Book) -> None:
    """The first piece is broken, so that the second is judged with the reference's in its place, too."""
    book.write("centre", "def centre(x):\n    return x")
    middle = "middle = centre(np.array([[1.0], [3.0]]))"
    book.write("double", f"def double(x):\n    {middle}\n    return x * (middle[1] - middle[0]) * -middle[0]")


@pytest.fixture(scope="module")
def graded(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two learners' work, graded when all was well."""
    home = Path(shutil.copytree(built, tmp_path_factory.mktemp("well") / "home"))
    root = home / "course"
    for student, change in (("ada", Book.solve), ("half", half)):
        book = Book(root / "release", root / "submitted" / student / WEEK)
        change(book)
        book.save()
    assert main(["grade", WEEK, "--course", str(root)]) == 0
    assert sum(row[2] for row in rows(root) if row[0] == "ada") == OPEN
    return home


def rows(root: Path) -> list[Any]:
    with sqlite3.connect(root / "gradebook.db") as db:
        return db.execute(GRADES).fetchall()


def kept(root: Path) -> dict[str, bytes]:
    """What there is of results besides the gradebook."""
    folders = (root / "autograded", root / "feedback", root / ".grading" / "results")
    return {str(path): path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()}


#: one of each kind that `make test` tries: our texts, our data, our processes, our memory; `make campaigns` tries all
EACH_KIND = (*MENDED, "the_judge_comes_to_nan", "the_hidden_cases_cannot_be_read", "the_grader_has_no_memory")


#: whose work what is broken has no part in: ada's needs no lent piece, in half's nobody is asked for a guess
WITHOUT = {"the_lent_reference_cannot_be_loaded": "/ada"} | {name: "/half" for name in FAILURES if name.startswith("the_judge")}


@pytest.mark.parametrize(
    "name", [name if name in EACH_KIND else pytest.param(name, marks=pytest.mark.campaign) for name in FAILURES]
)
def test_scores_stay_and_it_is_said(name: str, graded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = Path(shutil.copytree(graded, tmp_path / "home")) / "course"
    before, files = rows(root), kept(root)
    well = Path(shutil.copytree(root, tmp_path / "well"))
    FAILURES[name](root)
    assert main(["grade", WEEK, "--course", str(root), "--workers", "1"]) != 0
    told = "".join(capsys.readouterr())
    assert "Mend:" in told or "not graded yet, nothing is lost" in told
    assert "Traceback" not in told
    assert rows(root) == before
    untouched = {path for path in files if WITHOUT.get(name, "nobody") not in path}
    assert {path: kept(root)[path] for path in untouched} == {path: files[path] for path in untouched}
    assert kept(root).keys() == files.keys()
    if name not in MENDED:
        return
    for folder in ("source", "notebooks"):
        shutil.rmtree(root / folder)
        shutil.copytree(well / folder, root / folder)
    assert main(["grade", WEEK, "--course", str(root), "--workers", "1"]) == 0
    assert rows(root) == before


@pytest.mark.parametrize("name", ["the_source_is_gone", "held_out_data_is_gone", "the_hidden_cases_are_gone"])
def test_nobody_gets_a_first_score_from_it(name: str, root: Path, hand_in: Callable[..., Path]) -> None:
    hand_in("ada", Book.solve)
    FAILURES[name](root)
    assert main(["grade", WEEK, "--course", str(root)]) != 0
    assert rows(root) == [] and kept(root) == {}
