"""A class of attackers and honest people graded once: no undeserved point, nothing read, nothing changed, nobody held up."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib
import json
import multiprocessing
import os
import re
import secrets
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook
from tiny import FULL, OPEN, WEEK, Book

from autograder.grading.batch.batch import Batch, grade_class
from autograder.grading.grader import Grader
from autograder.grading.keys import course_secret
from autograder.grading.outcome import Outcome
from tests.grading.campaign import otherwise
from tests.grading.campaign.lib import ATTACKS, CANARY, LEFT, MARK, SHOWN
from tests.grading.campaign.plain import run_plain

pytestmark = [pytest.mark.campaign, pytest.mark.timeout(1800)]  # whoever is first waits until the whole class is graded
KINDS = ("forging", "patching", "reading", "writing", "exhausting", "killing", "escaping", "malformed", "beside", "persistence",
         "sharing")  # fmt: skip
for kind in (*KINDS, "insider", "texts", "lost", "independent", "otherwise"):
    importlib.import_module(f"tests.grading.campaign.{kind}")
if only := os.environ.get("CAMPAIGN_ONLY"):  # a part of the names: a quick look at new attacks
    for name in [name for name in ATTACKS if only not in name]:
        del ATTACKS[name]
# In a sandbox of its own for each process, one of each class: there every start takes a second.
ONCE = {attack.kind: name for name, attack in reversed(ATTACKS.items())}
ONCE["persistence"] = "persistence-zz_looks_for_what_others_left"
PLAIN = [name for name in ATTACKS if name in ONCE.values()]
TRIED = [*(("warm", name) for name in ATTACKS), *(("sandbox", name) for name in PLAIN)]
every = pytest.mark.parametrize(("campaign", "name"), TRIED, indirect=["campaign"])
both = pytest.mark.parametrize("campaign", ["warm", "sandbox"], indirect=True)
HONEST = ("aa-honest", "kk-honest", "zz-honest")  # graded first, in the middle, last
NOTEBOOK = 30.0  # seconds; a cell has a tenth of them, as by default
TIGHT = f"c.Judge.cell_seconds = {NOTEBOOK / 10}\nc.Judge.notebook_seconds = {NOTEBOOK}\nc.Judge.memory = 700 << 20\n"
HELD_UP = 8.0  # times as long as among honest people: the machine is shared, an attack that stalls costs a hundred times
SECRETS = ("SECRET_OF_THE_HIDDEN_FILE = ", "middle_of_each", "def half_again", "def differences_stay")
PAGE_SECRETS = (*SECRETS, "hidden_check(")  # the call stands in the instructor's notebook; no page shows it


def honest(book: Any, canary: str) -> None:
    """All solved, with a remark that nobody else may see."""
    book.solve()
    book.add(f"# {canary}")


@dataclass
class Campaign:
    """A class after grading, and what was before. `names`: the attackers in it."""

    names: list[str]
    root: Path
    outcomes: dict[str, Outcome]
    calm: dict[str, Outcome]
    calm_root: Path
    canaries: dict[str, str]
    before: dict[str, tuple[str, int]]
    after: dict[str, tuple[str, int]]
    left: list[str]
    alive: list[str]
    scores: dict[str, float] = field(default_factory=dict)


@pytest.fixture(scope="module")
def campaigns(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Campaign]]:
    """Gives the campaign of a starter; each is graded once."""
    with contextlib.ExitStack() as kept:
        yield functools.cache(lambda starter: kept.enter_context(_graded(starter, built, tmp_path_factory)))


@pytest.fixture
def campaign(request: pytest.FixtureRequest, campaigns: Callable[[str], Campaign]) -> Campaign:
    """The campaign of the test's starter."""
    return campaigns(request.param)


@contextlib.contextmanager
def _graded(starter: str, built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campaign]:
    """Everybody's work handed in, and graded once; the honest ones' alone besides."""
    grade, names = (_grade_plainly, PLAIN) if starter == "sandbox" else (_grade, [*ATTACKS])
    home = Path(shutil.copytree(built, tmp_path_factory.mktemp("campaign") / "home"))
    root = home / "course"
    canaries = {name: f"{CANARY}-{name}-{secrets.token_hex(6)}" for name in
                ("hidden", "book", "mate", "private", "world", "temporary", "environment")}  # fmt: skip
    with open(root / "nbgrader_config.py", "a", encoding="utf-8") as file:
        file.write(TIGHT)
    with open(root / "notebooks" / WEEK / "hidden.py", "a", encoding="utf-8") as file:
        file.write(f"\nPLANTED = {canaries['hidden']!r}\n")
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        gradebook.add_student("nobody", last_name=canaries["book"])
    canaries["secret"] = course_secret(root).hex()
    _plant(home / "private.txt", canaries["private"], 0o600)
    _plant(home / "world.txt", canaries["world"], 0o644)
    _hand_in(root, HONEST, canaries["mate"])
    calm_root = Path(shutil.copytree(home, tmp_path_factory.mktemp("calm") / "home")) / "course"
    temporary = Path(tempfile.mkdtemp(prefix="campaign-canary-")) / "world.txt"
    temporary.parent.chmod(0o755)
    _plant(temporary, canaries["temporary"], 0o644)
    os.environ["CAMPAIGN_VARIABLE"] = canaries["environment"]
    try:
        calm = {one.student: one for one in grade(calm_root)}
        for name in names:
            book = Book(root / "release", root / "submitted" / name / WEEK)
            ATTACKS[name].change(book)
            if book.notebook is not None:
                book.save()
        before = _snapshot(home) | _snapshot(temporary.parent)
        outcomes = {one.student: one for one in grade(root)}
        after = _snapshot(home) | _snapshot(temporary.parent)
        made = Campaign(names, root, outcomes, calm, calm_root, canaries, before, after, _left(home), _alive())
        with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
            made.scores = {one.student_id: float(one.score) for one in gradebook.assignment_submissions(WEEK)}
        yield made
    finally:
        os.environ.pop("CAMPAIGN_VARIABLE", None)
        shutil.rmtree(temporary.parent)
        for folder in root.glob("submitted/*/*/locked"):
            folder.chmod(0o700)


def _grade(root: Path) -> list[Outcome]:
    return grade_class(root, WEEK, workers=2)


def _grade_plainly(root: Path) -> list[Outcome]:
    """The same without warm processes."""
    grader, outcomes = Grader(root), []
    batch = Batch(grader, WEEK)
    try:
        with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as executor:
            batch.grade(grader.students(WEEK), executor, 2, outcomes.append, run_plain)
    finally:
        batch.close()
    return outcomes


def _plant(path: Path, text: str, mode: int) -> None:
    path.write_text(text)
    path.chmod(mode)


def _hand_in(root: Path, students: tuple[str, ...], canary: str) -> None:
    for student in students:
        book = Book(root / "release", root / "submitted" / student / WEEK)
        honest(book, canary)
        book.save()


def _snapshot(home: Path) -> dict[str, tuple[str, int]]:
    """Content and mode of every file that no attacker owns; the gradebook is compared by its rows."""
    found = {}
    for folder, folders, files in os.walk(home):
        parts = Path(folder).relative_to(home).parts
        if parts[:1] == ("course",) and len(parts) == 2 and parts[1] in ("submitted", "autograded", "feedback"):
            folders[:] = [name for name in folders if name not in ATTACKS]
        if parts[-2:] == (".grading", "results"):
            folders[:], files = [], []
        for name in files:
            path = Path(folder, name)
            if not name.startswith("gradebook.db") and not path.is_symlink():
                found[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mode
    return found


def _left(home: Path) -> list[str]:
    """Files of the attackers' anywhere that a next run would meet them."""
    shared = [Path(place) for place in ("/tmp", "/dev/shm", "/var/tmp", "/run", "/")]
    places = [*shared, Path.home(), Path.cwd(), home, home / "course"]
    found = [str(path) for place in places if place.is_dir() for path in place.glob(f"{LEFT}*")]
    return found + [str(path) for path in (Path.home() / ".ipython").rglob(f"*{LEFT}*")]


def _alive() -> list[str]:
    """Processes with the mark, found by their arguments and environments, once those that are dying had a moment."""
    for _ in range(20):
        found = [path.name for path in Path("/proc").iterdir() if path.name.isdigit() and _marked(path)]
        if not found:
            break
        time.sleep(0.1)
    return found


def _marked(path: Path) -> bool:
    for name in ("cmdline", "environ"):
        with contextlib.suppress(OSError):
            if MARK.encode() in (path / name).read_bytes():
                return True
    return False


def test_there_are_eighty_of_eleven_classes() -> None:
    assert len(ATTACKS) >= 80
    assert {attack.kind for attack in ATTACKS.values()} == set(KINDS)


@every
def test_an_attack_gets_what_it_deserves(campaign: Campaign, name: str) -> None:
    outcome = campaign.outcomes[name]
    assert outcome.trouble == ""
    assert (campaign.scores[name], outcome.score, outcome.most) == (ATTACKS[name].deserved, ATTACKS[name].deserved, FULL)


@every
def test_an_attack_reads_nothing(campaign: Campaign, name: str) -> None:
    """What she gets back is her page; what stands in the grader's folders of hers is looked at too."""
    seen = 0
    for step in ("autograded", "feedback", "submitted"):
        for path in (campaign.root / step / name).rglob("*"):
            assert step == "submitted" or not path.is_symlink()
            if path.is_symlink() or not path.is_file() or path.stat().st_size > 100 << 20:
                continue
            text = path.read_bytes().decode("utf-8", "replace")
            for what, canary in campaign.canaries.items():
                assert canary not in text, (what, path)
            assert "REACHED" not in _outputs(text, path), path
            if step == "feedback" or (path.suffix == ".ipynb" and step == "autograded"):
                seen += 1
                shown, words = (text, PAGE_SECRETS) if step == "feedback" else (_outputs(text, path), SECRETS)
                assert not [word for word in words if word in shown], path
    assert seen >= 2


def _outputs(text: str, path: Path) -> str:
    if path.suffix != ".ipynb" or "autograded" not in path.parts:
        return ""
    return json.dumps([cell.get("outputs") for cell in json.loads(text)["cells"]])


@every
def test_whoever_looks_for_held_out_rows_looks_to_the_end(campaign: Campaign, name: str) -> None:
    path = campaign.root / "autograded" / name / WEEK / f"{WEEK}.ipynb"
    if "-rows_" in name:
        assert "LOOKED" in _outputs(path.read_text(), path)


def test_whoever_looks_for_held_out_rows_would_find_them(capsys: pytest.CaptureFixture[str]) -> None:
    for path in otherwise.HELD:
        exec(f"{otherwise.LOOK}look({path!r})", {})
        assert ("REACHED" in capsys.readouterr().out) == path.endswith(".h5")


@every
def test_a_page_is_of_a_size_that_opens_and_runs_nothing(campaign: Campaign, name: str) -> None:
    page = (campaign.root / "feedback" / name / WEEK / f"{WEEK}.html").read_text(encoding="utf-8")
    assert len(page) < 30 << 20
    assert "<script>alert" not in page and "<script>document" not in page and "<style>body{" not in page
    assert not re.search(r"(?:href|src)=.?javascript", page, re.IGNORECASE)
    assert name != "forging-results_in_every_field" or SHOWN not in page


@every
def test_an_attack_is_over_by_its_own_limit(campaign: Campaign, name: str) -> None:
    calm = max(one.seconds for one in campaign.calm.values())
    assert campaign.outcomes[name].seconds < NOTEBOOK + HELD_UP * calm


@both
def test_nothing_outside_is_changed(campaign: Campaign) -> None:
    before, after = ({path: value for path, value in seen.items() if not _written(campaign.root, path)}
                     for seen in (campaign.before, campaign.after))  # fmt: skip
    assert after == before
    assert campaign.left == []


def _written(root: Path, path: str) -> bool:
    """Whether grading itself writes this, of honest people: compared below with what it writes among honest people alone."""
    parts = Path(path).parts[len(root.parts) :] if path.startswith(str(root)) else ()
    return len(parts) > 1 and parts[0] in ("autograded", "feedback", "submitted") and parts[1] in HONEST


@both
def test_no_process_survives(campaign: Campaign) -> None:
    assert campaign.alive == []


@both
def test_what_others_left_is_not_found(campaign: Campaign) -> None:
    name = "persistence-zz_looks_for_what_others_left"
    path = campaign.root / "autograded" / name / WEEK / f"{WEEK}.ipynb"
    outputs = _outputs(path.read_text(), path)
    assert "nothing []" in outputs and "FOUND" not in outputs


@both
@pytest.mark.parametrize("student", HONEST)
def test_an_honest_classmate_is_graded_as_among_honest_people(campaign: Campaign, student: str) -> None:
    assert campaign.outcomes[student].score == campaign.scores[student] == campaign.calm[student].score == OPEN
    for step in ("autograded", "feedback", "submitted"):
        here, calm = _files(campaign.root / step / student), _files(campaign.calm_root / step / student)
        assert here == calm and here
    assert _rows(campaign.root, student) == _rows(campaign.calm_root, student)


def _files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _rows(root: Path, student: str) -> list[Any]:
    with contextlib.closing(sqlite3.connect(root / "gradebook.db")) as db:
        return db.execute(
            "select c.name, g.auto_score, g.manual_score, g.needs_manual_grade from submitted_assignment s"
            " join submitted_notebook n on n.assignment_id = s.id join grade g on g.notebook_id = n.id"
            " join base_cell c on c.id = g.cell_id where s.student_id = ? order by c.name",
            (student,),
        ).fetchall()


@both
@pytest.mark.parametrize("student", HONEST)
def test_an_honest_classmate_is_not_held_up(campaign: Campaign, student: str) -> None:
    assert campaign.outcomes[student].seconds < HELD_UP * max(one.seconds for one in campaign.calm.values())
