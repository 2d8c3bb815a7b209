"""The learner's commands: an exercise put back, a mended week received, and nothing of hers lost."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from autograder.cli import main
from autograder.errors import Mend
from autograder.learner.workspace import Workspace, find_workspace
from autograder.notebook.regions import STUB

WEEK = "week01_tiny"
Cell = dict[str, Any]


def code(id: str, role: str, source: str) -> Cell:
    settings = {"grade_id": id, "locked": role in ("given", "check"), "solution": role == "answer", "grade": role == "check"}
    metadata = {"autograder": {"id": id, "role": role}} | ({"nbgrader": settings} if role in ("given", "answer", "check") else {})
    return {"cell_type": "code", "id": id, "metadata": metadata, "source": source, "outputs": [], "execution_count": None}


def text(id: str, source: str) -> Cell:
    return {"cell_type": "markdown", "id": id, "metadata": {}, "source": source}


def own(id: str, source: str) -> Cell:
    return {**code(id, "own", source), "metadata": {}}


def stub(name: str) -> str:
    return f'def {name}(x):\n    """Doc."""\n    {STUB}'


RELEASED = [
    text("text-1-setup", "# A week"),
    code("setup", "given", "import numpy"),
    text("text-1-one", "### one"),
    code("one", "answer", stub("one")),
    code("check_one", "check", 'check("one")'),
    code("two", "answer", stub("two")),
    code("check_two", "check", 'check("two")'),
    code("scratch", "try", "# Yours."),
]


class Desk:
    """A workspace and an exchange with one week in it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.released = home / "exchange" / "tiny" / "outbound" / WEEK
        self.week = home / "mine" / WEEK
        self.release(RELEASED)
        self.write(RELEASED)
        for folder in (self.released, self.week):
            (folder / "checks.py").write_text("old = 1\n")
        config = f"c = get_config()\nc.CourseDirectory.course_id = 'tiny'\nc.Exchange.root = {str(home / 'exchange')!r}\n"
        config += f"c.Exchange.cache = {str(home / 'cache')!r}\nc.Exchange.assignment_dir = {str(home / 'mine')!r}\n"
        (home / "settings").mkdir()
        (home / "settings" / "nbgrader_config.py").write_text(config)

    @staticmethod
    def _write(folder: Path, cells: list[Cell]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        book = {"cells": cells, "metadata": {"kernelspec": {"name": "python3"}}, "nbformat": 4, "nbformat_minor": 5}
        (folder / f"{WEEK}.ipynb").write_text(json.dumps(book))

    def release(self, cells: list[Cell]) -> None:
        self._write(self.released, copy.deepcopy(cells))

    def write(self, cells: list[Cell]) -> None:
        self._write(self.week, copy.deepcopy(cells))

    def cells(self) -> list[Cell]:
        cells: list[Cell] = json.loads((self.week / f"{WEEK}.ipynb").read_text())["cells"]
        return cells

    def sources(self) -> list[str]:
        return [cell["source"] for cell in self.cells()]

    def backups(self) -> list[Path]:
        return sorted((self.home / "mine" / "backups").rglob("*.*"))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = Desk(tmp_path)
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "settings"))
    return made


def changed(cells: list[Cell], **sources: str) -> list[Cell]:
    made = copy.deepcopy(cells)
    for cell in made:
        cell["source"] = sources.get(cell["id"].replace("-", "_"), cell["source"])
    return made


def test_reset_puts_one_exercise_back_and_keeps_a_copy(desk: Desk) -> None:
    desk.write(changed(RELEASED, one="def one(x): return 1", two="def two(x): return 2"))
    before = (desk.week / f"{WEEK}.ipynb").read_bytes()
    assert main(["reset", "week01", "one"]) == 0
    sources = {cell["id"]: cell["source"] for cell in desk.cells()}
    assert sources["one"] == stub("one") and sources["two"] == "def two(x): return 2"
    (kept,) = desk.backups()
    assert kept.read_bytes() == before
    assert not list(desk.week.glob("*backup*")), "a copy beside the notebook would be handed in"


def test_reset_brings_a_deleted_cell_back_to_its_place(desk: Desk) -> None:
    desk.write([cell for cell in RELEASED if cell["id"] != "two"])
    assert main(["reset", WEEK, "two"]) == 0
    assert [cell["id"] for cell in desk.cells()] == [cell["id"] for cell in RELEASED]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["reset", "week01", "three"], "name one of: one, two"),
        (["reset", "week02", "one"], f"name one of those you have: {WEEK}"),
        (["update", "week02"], "No week"),
        (["solution", "week01", "one", "--yes"], "No attempt of yours"),
    ],
)
def test_what_is_refused_names_the_mend(desk: Desk, arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 1
    assert says in capsys.readouterr().err
    assert desk.backups() == []


def test_a_damaged_notebook_is_not_touched(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    (desk.week / f"{WEEK}.ipynb").write_text("{")
    assert main(["update", "week01"]) == 1 and main(["reset", "week01", "one"]) == 1
    assert "no notebook that can be read" in capsys.readouterr().err
    assert (desk.week / f"{WEEK}.ipynb").read_text() == "{"


def test_nothing_to_do(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.write(changed([*RELEASED, own("mine", "x = 1")], one="def one(x): return 1"))
    assert main(["update", "week01"]) == 0
    assert "nothing to do" in capsys.readouterr().out and desk.backups() == []


def test_a_mended_week(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    mine = changed(RELEASED, one="def one(x): return 1", scratch="x = 5", setup="import numpy, os")
    mine.insert(4, own("a", "mine = 1"))
    mine.insert(0, own("b", "first = 1"))
    mine.append(text("c", "My note."))
    mine[4]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "hers"}]
    desk.write(mine)
    mended = changed(RELEASED, text_1_one="### one, mended", check_one='check("one")  # mended')
    mended.insert(5, code("three", "answer", stub("three")))
    del mended[0]
    desk.release(mended)
    (desk.released / "checks.py").write_text("new = 1\n")
    (desk.released / "kit.py").write_text("kit = 1\n")
    before = (desk.week / f"{WEEK}.ipynb").read_bytes()

    assert main(["update", "week01"]) == 0
    sources = desk.sources()
    assert sources == [
        "first = 1", "import numpy", "### one, mended", "def one(x): return 1", "mine = 1", 'check("one")  # mended',
        stub("three"), stub("two"), 'check("two")', "x = 5", "My note.",
    ]  # fmt: skip
    assert desk.cells()[3]["outputs"][0]["text"] == "hers"
    assert (desk.week / "checks.py").read_text() == "new = 1\n" and (desk.week / "kit.py").exists()
    assert {path.name for path in desk.backups()} == {f"{WEEK}.ipynb", "checks.py"}
    assert before in [path.read_bytes() for path in desk.backups()]
    printed = capsys.readouterr().out
    assert "check_one" in printed and "three" not in printed.partition("Your answers")[0].replace("three", "", 1)
    assert main(["update", "week01"]) == 0
    assert "nothing to do" in capsys.readouterr().out


def test_an_unsolved_exercise_gets_the_mended_stub_and_a_begun_one_stays(desk: Desk) -> None:
    begun = stub("two") + "\n    # my idea"
    desk.write(changed(RELEASED, two=begun))
    new = stub("one").replace("Doc.", "A better text.")
    desk.release(changed(RELEASED, one=new, two=new))
    assert main(["update", "week01"]) == 0
    assert new in desk.sources() and begun in desk.sources()


def test_an_answer_of_an_exercise_that_is_gone_stays_as_her_own(desk: Desk) -> None:
    desk.write(changed(RELEASED, two="def two(x): return 2"))
    desk.release([cell for cell in RELEASED if not cell["id"].endswith("two")])
    assert main(["update", "week01"]) == 0
    kept = next(cell for cell in desk.cells() if cell["source"] == "def two(x): return 2")
    assert kept["metadata"] == {}
    assert not any('check("two")' in source for source in desk.sources())


def test_a_split_answer_keeps_its_order(desk: Desk) -> None:
    mine = changed(RELEASED, one="def one(x): return half(x)")
    mine.insert(3, {**copy.deepcopy(mine[3]), "id": "part", "source": "def half(x): return x / 2"})
    desk.write(mine)
    desk.release(changed(RELEASED, text_1_one="### one, mended"))
    assert main(["update", "week01"]) == 0
    sources = desk.sources()
    assert sources.index("def half(x): return x / 2") + 1 == sources.index("def one(x): return half(x)")
    ids = [cell["id"] for cell in desk.cells()]
    assert len(ids) == len(set(ids))


def test_the_workspace_is_found_from_a_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(tmp_path)
    settings = tmp_path / "checkout" / ".course" / "settings" / "learner"
    settings.parent.mkdir(parents=True)
    (tmp_path / "settings").rename(settings)
    (tmp_path / "checkout" / "nbgrader_config.py").write_text("raise SystemExit('the instructor's')")
    monkeypatch.delenv("JUPYTER_CONFIG_DIR", raising=False)
    found = find_workspace(tmp_path / "checkout")
    assert found.exchange == desk.home / "exchange" / "tiny"


def test_without_a_course_it_says_where_to_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", str(tmp_path))
    with pytest.raises(Mend, match="make lab"):
        find_workspace(tmp_path)


def test_solutions_of_several_attempts(desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from nbgrader.utils import notebook_hash

    feedback = desk.home / "exchange" / "tiny" / "feedback"
    feedback.mkdir()
    for stamp, given in (("2026-01-01 10:00:00 UTC", {"one": "old"}), ("2026-01-02 10:00:00 UTC", {"one": "new"})):
        attempt = desk.home / "cache" / "tiny" / f"ada+{WEEK}+{stamp}"
        attempt.mkdir(parents=True)
        (attempt / "submission_secret.txt").write_text(stamp * 3)
        name = notebook_hash(secret=stamp * 3, notebook_id=WEEK)
        (feedback / f"{name}.html").write_text("page")
        (feedback / f"{name}.solutions.json").write_text(json.dumps(given))
    assert main(["solution", "week01", "one"]) == 0
    assert capsys.readouterr().out == "new\n"
    monkeypatch.setattr("builtins.input", lambda asked: "n")
    assert main(["solution", "week01", "two"]) == 1
    told = capsys.readouterr().out
    assert "keeps your best score so far" in told and "Nothing was opened" in told, "nobody said yes"
    assert main(["solution", "week01", "two", "--yes"]) == 1
    assert "The exchange takes nothing" in capsys.readouterr().err


def test_a_workspace_that_is_named(desk: Desk) -> None:
    found = find_workspace(desk.home / "mine")
    assert found == Workspace(desk.home / "mine", desk.home / "exchange" / "tiny", desk.home / "cache" / "tiny")


def stripped(cells: list[Cell], metadata: Any = None) -> list[Cell]:
    """As an editor saves them that keeps neither marks nor ids; `metadata` stands in the place of theirs."""
    return [{**copy.deepcopy(cell), "metadata": metadata, "id": None} for cell in cells]


@pytest.mark.parametrize("metadata", [None, {}, [], "x"])
def test_a_notebook_without_marks_gets_them_back_and_no_cell_twice(desk: Desk, metadata: Any) -> None:
    mine = changed(RELEASED, one="def one(x): return 1")
    mine.insert(5, own("mine", "mine = 1"))
    desk.write(stripped(mine, metadata))
    assert main(["update", "week01"]) == 0
    assert desk.sources() == [cell["source"] for cell in mine]
    assert [cell["metadata"] for cell in desk.cells()] == [cell["metadata"] for cell in mine]
    assert main(["update", "week01"]) == 0 and desk.sources() == [cell["source"] for cell in mine]


def test_a_mended_week_reaches_a_notebook_without_marks(desk: Desk) -> None:
    text_before = "### one\n\nWrite `one`, of which the same is asked as last week: it gives what it is given."
    long = changed(RELEASED, text_1_one=text_before)
    desk.write(stripped(changed(long, one="def one(x): return 1"), {}))
    desk.release(changed(RELEASED, text_1_one=text_before.replace("the same", "a little more")))
    assert main(["update", "week01"]) == 0
    sources = desk.sources()
    assert len(sources) == len(RELEASED) and "a little more" in sources[2] and sources[3] == "def one(x): return 1"


def test_reset_knows_an_answer_without_marks(desk: Desk) -> None:
    mine = stripped(changed(RELEASED, one="import numpy as np\n\ndef one(x):\n    return 1", two="def two(x): return 2"), None)
    desk.write(mine)
    assert main(["reset", "week01", "one"]) == 0
    assert desk.sources() == [cell["source"] for cell in changed(RELEASED, two="def two(x): return 2")]


def test_a_try_cell_stays_what_she_made_of_it(desk: Desk) -> None:
    mine = changed(RELEASED, scratch="*My* notes.")
    mine[-1] = {"cell_type": "markdown", "id": "scratch", "metadata": mine[-1]["metadata"], "source": "*My* notes."}
    desk.write(mine)
    desk.release(changed(RELEASED, text_1_one="### one, mended"))
    assert main(["update", "week01"]) == 0
    last = desk.cells()[-1]
    assert (last["cell_type"], last["source"]) == ("markdown", "*My* notes.") and "outputs" not in last


@pytest.mark.parametrize("odd", [[3], [None], [{"cell_type": "code", "source": 5, "metadata": {}}]])
def test_what_is_no_cell_is_said_and_nothing_is_touched(desk: Desk, odd: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    path = desk.week / f"{WEEK}.ipynb"
    path.write_text(json.dumps({"cells": odd, "metadata": None, "nbformat": 4, "nbformat_minor": 5}))
    before = path.read_bytes()
    assert main(["update", "week01"]) == 1 and main(["reset", "week01", "one"]) == 1
    assert "Mend:" in capsys.readouterr().err and path.read_bytes() == before
