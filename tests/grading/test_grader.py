"""One class graded in one go behind the wall: honest work, accidents and attacks beside one another."""

from __future__ import annotations

import json
import math
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from tiny import FULL, OPEN, WEEK, Book

from autograder.grading.batch.batch import grade_one
from autograder.grading.grader import Grader
from autograder.grading.outcome import Outcome

HIDDEN_WORDS = ("hidden_check(", "SECRET_OF_THE_HIDDEN_FILE", "hidden_out", "np.diff(", "middle_of_each", "HIDDEN TESTS")


def only_stubs(book: Book) -> None:
    """Nothing done."""


def honest(book: Book) -> None:
    book.solve()


def half(book: Book) -> None:
    book.solve("double")
    book.write("centre", "def centre(x):\n    return x - x.mean()  # wrong")


def redefined_check(book: Book) -> None:
    book.add("def check(name): return 1.0\nhidden_check = check\nimport builtins\nbuiltins.check = check", at=1)


def changed_tests(book: Book) -> None:
    for id in ("check_centre", "test_centre", "check_double", "test_double", "check_guess", "test_guess"):
        book.write(id, "1000.0")


def deleted_tests(book: Book) -> None:
    book.solve("double")
    book.delete("check_centre", "test_centre", "check_double", "test_double")


def doubled_tests(book: Book) -> None:
    for id in ("check_centre", "test_centre"):
        book.cells.append({**json.loads(json.dumps(book.cell(id))), "id": f"copy-{id}", "source": "1.0"})


def raised_points(book: Book) -> None:
    for cell in book.cells:
        if cell["metadata"].get("nbgrader", {}).get("grade"):
            cell["metadata"]["nbgrader"]["points"] = 1000


def schema_of_tomorrow(book: Book) -> None:
    book.solve()
    for cell in book.cells:
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"]["schema_version"] = 99


def not_json(book: Book) -> None:
    book.path.write_text(json.dumps(book.notebook)[:500])
    book.notebook = None  # type: ignore[assignment]


def no_notebook(book: Book) -> None:
    book.path.unlink()
    book.notebook = None  # type: ignore[assignment]


def linked_files(book: Book) -> None:
    root = book.folder.parents[2]
    (book.folder / "gradebook.db").symlink_to(root / "gradebook.db")
    (book.folder / "hidden.py").symlink_to(root / "notebooks" / WEEK / "hidden.py")
    book.add("print(open('hidden.py').read())")


def reads_everything(book: Book) -> None:
    book.add(
        "import os, pathlib\n"
        "for place in ('/', '/home', '/root', '/tmp', os.getcwd(), '..'):\n"
        "    for path in list(pathlib.Path(place).rglob('hidden.py'))[:3] + list(pathlib.Path(place).rglob('lesson.py'))[:3]:\n"
        "        print(path.read_text())\n"
    )


def never_ends(book: Book) -> None:
    book.solve("centre")
    book.write("double", "def double(x):\n    while True:\n        pass")


def kills_python(book: Book) -> None:
    book.solve("centre")
    book.write("double", "import os\ndef double(x):\n    os._exit(0)")


def script_on_the_page(book: Book) -> None:
    book.solve()
    text = "<script>alert('page')</script>"
    book.add(f"from IPython.display import HTML, display\ndisplay(HTML({text!r}))\nprint({text!r})\nraise ValueError({text!r})")
    book.add(text + "\n\n[x](javascript:alert(1))", kind="markdown")


def stands_on_a_broken_piece(book: Book) -> None:
    book.write("centre", "def centre(x):\n    return x")
    book.write(
        "double",
        "def double(x):\n    middle = centre(np.array([[1.0], [3.0]]))\n    return x * (middle[1] - middle[0]) * -middle[0]",
    )


def types_in_a_table(book: Book) -> None:
    book.solve()
    table = [round(math.sin(k), 12) for k in range(200)]
    book.write("guess", f"TABLE = {table}\n\ndef guess(x):\n    return 0.99 if TABLE else 0")


def brings_data_along(book: Book) -> None:
    book.solve()
    (book.folder / "weights.npy").write_bytes(b"numbers")
    book.write("guess", "import pathlib\n\ndef guess(x):\n    return 0.99 * pathlib.Path('weights.npy').exists()")


WORK: dict[str, Callable[[Book], None]] = {
    "ada": honest,
    "blank": only_stubs,
    "half": half,
    "redefined": redefined_check,
    "changed": changed_tests,
    "deleted": deleted_tests,
    "doubled": doubled_tests,
    "raised": raised_points,
    "schema": schema_of_tomorrow,
    "broken": not_json,
    "missing": no_notebook,
    "linked": linked_files,
    "reader": reads_everything,
    "looping": never_ends,
    "killing": kills_python,
    "script": script_on_the_page,
    "standing": stands_on_a_broken_piece,
    "tables": types_in_a_table,
    "brings": brings_data_along,
    "zoe": honest,
}
SCORES = {
    "ada": OPEN, "zoe": OPEN, "schema": OPEN, "script": OPEN, "blank": 0.0, "redefined": 0.0, "changed": 0.0, "doubled": 0.0,
    "raised": 0.0, "broken": 0.0, "missing": 0.0, "linked": 0.0, "reader": 0.0, "deleted": 4.0, "looping": 3.0, "killing": 3.0,
    "standing": 6.0, "tables": 7.0, "brings": 7.0,
}  # fmt: skip


@dataclass
class Class:
    """A class after grading."""

    root: Path
    outcomes: dict[str, Outcome]
    pages: dict[str, str]

    def executed(self, student: str) -> nbformat.NotebookNode:
        """The notebook as it ran."""
        return nbformat.read(self.root / "autograded" / student / WEEK / f"{WEEK}.ipynb", as_version=4)

    def lines(self, student: str) -> str:
        """What was said of a submission."""
        result = self.executed(student).metadata["autograder"]["result"]
        return "\n".join([*result["lines"], result["unreadable"]])


@pytest.fixture(scope="module")
def graded(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Class]:
    """All of them handed in, and graded."""
    root = Path(shutil.copytree(built, tmp_path_factory.mktemp("batch") / "home")) / "course"
    for student, change in WORK.items():
        book = Book(root / "release", root / "submitted" / student / WEEK)
        change(book)
        if book.notebook is not None:
            book.save()
    grader = Grader(root)
    outcomes = {student: grade_one(grader, student, WEEK) for student in grader.students(WEEK)}
    pages = {
        student: (root / "feedback" / student / WEEK / f"{WEEK}.html").read_text(encoding="utf-8")
        for student, outcome in outcomes.items()
        if not outcome.trouble
    }
    yield Class(root, outcomes, pages)


@pytest.mark.parametrize("student", WORK)
def test_everybody_is_graded(graded: Class, student: str) -> None:
    assert graded.outcomes[student].trouble == ""


@pytest.mark.parametrize("student", SCORES)
def test_scores(graded: Class, student: str) -> None:
    outcome = graded.outcomes[student]
    assert (outcome.score, outcome.most) == (SCORES[student], FULL)


def test_half_right_lies_between(graded: Class) -> None:
    assert 4.0 <= graded.outcomes["half"].score < 8.0


@pytest.mark.parametrize("student", WORK)
def test_no_page_and_no_output_holds_a_hidden_source(graded: Class, student: str) -> None:
    outputs = json.dumps([cell.get("outputs") for cell in graded.executed(student).cells])
    for word in HIDDEN_WORDS:
        assert word not in graded.pages[student]
        assert word not in outputs


@pytest.mark.parametrize(
    ("student", "says"),
    [
        ("changed", "`check_centre` belongs to the course and was changed"),
        ("deleted", "`test_double` was missing; it was put back"),
        ("doubled", "`check_centre` stood there twice"),
        ("broken", "damaged"),
        ("missing", "not among what you handed in"),
        ("linked", "gradebook.db was left out: it is a link"),
        ("looping", "time was up"),
        ("killing", "ended"),
        ("brings", "Files beside the notebook were not used: weights.npy"),
    ],
)
def test_what_happened_is_said(graded: Class, student: str, says: str) -> None:
    assert says in graded.lines(student)
    said = graded.pages[student].replace("&#39;", "'").replace("&gt;", ">").replace("&lt;", "<")
    assert says in said


@pytest.mark.parametrize("student", ["broken", "missing"])
def test_a_page_of_a_broken_notebook_says_how_to_mend(graded: Class, student: str) -> None:
    assert "Nothing could be graded." in graded.pages[student]
    assert "Mend: " in graded.pages[student]


def test_nothing_of_the_learners_runs_on_her_page(graded: Class) -> None:
    page = graded.pages["script"]
    assert "<script" not in page and 'href="javascript:' not in page
    assert 'sandbox=""' in page and "&lt;script&gt;alert" in page


def test_nothing_of_the_course_was_copied_out(graded: Class) -> None:
    for step in ("submitted", "autograded", "feedback"):
        names = {path.name for path in (graded.root / step).rglob("*")}
        assert not names & {"gradebook.db", "hidden.py", "lesson.py", "rivals.py", "secret"}
        assert not any(path.is_symlink() for path in (graded.root / step).rglob("*"))


def test_a_page_shows_what_broke_and_on_which_input(graded: Class) -> None:
    page = graded.pages["half"]
    assert "every feature averages zero over the examples" in page
    assert "centre(np.array([[" in page
    assert "4 of 4" in page


def test_a_mistake_is_paid_for_once_and_the_page_says_so(graded: Class) -> None:
    assert "judged with our `centre` in place of yours" in graded.pages["standing"]


def test_a_table_in_the_source_is_refused_with_its_line(graded: Class) -> None:
    page = graded.pages["tables"]
    assert "bytes of numbers, texts and names are typed into your answer" in page and "line 1 of its cell" in page


def test_the_week_is_open_so_the_studio_shows_its_band(graded: Class) -> None:
    assert "the week is open" in graded.pages["ada"]
    assert "your band: good" in graded.pages["ada"] and "nearness to one:" not in graded.pages["ada"]


def test_the_gradebook_holds_no_score_above_its_points(graded: Class) -> None:
    with Gradebook(f"sqlite:///{graded.root / 'gradebook.db'}") as gradebook:
        for submission in gradebook.assignment_submissions(WEEK):
            for notebook in submission.notebooks:
                assert all(0 <= grade.score <= grade.max_score and not grade.needs_manual_grade for grade in notebook.grades)


def test_one_secret_only_the_grader_reads(graded: Class) -> None:
    secret = graded.root / ".grading" / "secret"
    assert secret.stat().st_mode & 0o777 == 0o600
    assert (graded.root / ".grading").stat().st_mode & 0o077 == 0
    for path in graded.root.rglob("*"):
        if path.is_file() and path != secret and path.stat().st_size < 5_000_000:
            assert secret.read_bytes() not in path.read_bytes()


def test_grading_again_gives_the_same_notebook(graded: Class) -> None:
    grader = Grader(graded.root)
    before = graded.executed("half")
    assert grade_one(grader, "half", WEEK).score == graded.outcomes["half"].score
    assert graded.executed("half").metadata == before.metadata


def test_a_bad_submission_delays_by_its_own_limits_alone(graded: Class) -> None:
    slowest = max(graded.outcomes[student].seconds for student in ("ada", "zoe", "blank"))
    assert slowest < 60, "an honest learner's time, on a busy machine"


def test_where_there_is_no_sandbox_grading_refuses(graded: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    from autograder.errors import Mend
    from autograder.wall.sandbox import probe

    monkeypatch.setattr(probe, "_probe", lambda: (None, "Install bubblewrap."))
    grader = Grader(graded.root)
    outcome = grade_one(grader, "zoe", WEEK)
    assert "Install bubblewrap." in outcome.trouble
    with pytest.raises(Mend, match="Install bubblewrap"):
        grader.need_sandbox()


def test_a_closed_weeks_studio_is_judged_on_the_other_half(graded: Class) -> None:
    from autograder.cli import main

    before = Path.cwd()
    os.chdir(graded.root)
    try:
        assert main(["close", WEEK]) == 0
        assert grade_one(Grader(graded.root), "ada", WEEK).score == FULL
        assert main(["close", WEEK, "--reopen"]) == 0
    finally:
        os.chdir(before)
    page = (graded.root / "feedback" / "ada" / WEEK / f"{WEEK}.html").read_text(encoding="utf-8")
    assert "nearness to one: 0.99" in page and "the week is open" not in page
