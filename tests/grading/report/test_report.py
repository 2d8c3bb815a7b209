"""The report on a class: 500 learners made of a few programs whose mistakes are known, graded by the real grader."""

from __future__ import annotations

import csv
import dataclasses
import io
import re
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder import cli
from autograder.errors import Mend
from autograder.grading import patterns_met
from autograder.grading.batch.batch import grade_class
from autograder.grading.cache import Cache
from autograder.grading.grader import Grader
from autograder.grading.report import command, named, similar, tables
from autograder.grading.report.found import Curve, Found, found
from autograder.grading.report.page import drawn
from autograder.grading.report.read import Person, Room, read, without_names

sys.path.insert(0, str(Path(__file__).parent))
import classroom

WEEK = "week01_tiny"
CLASS = 500
NAMES = {"centre": ["centre"], "double": ["double"]}
RIVALS = """

@wrong("centre", caught_by="averages_zero", kind="mathematics")
def everything_is_zero(x):
    return 0 * x


@wrong("centre", caught_by="differences_stay", kind="mathematics")
def scaled_too(x):
    return (x - x.mean(axis=0)) / (2 + np.abs(x).max())


@wrong("centre", caught_by="averages_zero", kind="mathematics")
def left_alone(x):
    return x


@wrong("double", caught_by="half_again", kind="stability")
def a_little_more(x):
    # learner001 wrote this
    return 2 * x + 1e-3
"""


@pytest.fixture(scope="module")
def classful(built: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, dict[str, classroom.Program]]]:
    """A course with 500 graded learners; which program each has handed in, by exercise."""
    root = Path(shutil.copytree(built, tmp_path_factory.mktemp("class") / "home")) / "course"
    rivals = root / "notebooks" / WEEK / "rivals.py"
    rivals.write_text("import numpy as np\n\n" + rivals.read_text(encoding="utf-8") + RIVALS, encoding="utf-8")
    assert cli.main(["rivals", WEEK, "--write", "--course", str(root)]) == 0
    held = {}
    for number, (notebook, programs) in enumerate(
        classroom.notebooks(root / "release" / WEEK / f"{WEEK}.ipynb", classroom.programs(rivals, NAMES))
    ):
        held[f"made{number}"] = programs
        classroom.hand_in(root, WEEK, f"made{number}", notebook)
    assert not any(one.trouble for one in grade_class(root, WEEK))
    whose = classroom.multiply(root, WEEK, list(held), CLASS - len(held))
    return root, {**held, **{student: held[one] for student, one in whose.items()}}


@pytest.fixture(scope="module")
def room(classful: tuple[Path, dict[str, dict[str, classroom.Program]]]) -> Room:
    return read(Grader(classful[0]), WEEK)


def patterns_of(root: Path) -> dict[str, dict[str, patterns_met.Pattern]]:
    return {id: rivals for id, (_key, rivals) in patterns_met.read(root / "notebooks" / WEEK).items()}


@pytest.fixture(scope="module")
def told(classful: tuple[Path, dict[str, dict[str, classroom.Program]]], room: Room) -> Found:
    return found(room, patterns_of(classful[0]))


def test_nine_of_ten_known_mistakes_are_named_rightly(
    classful: tuple[Path, dict[str, dict[str, classroom.Program]]], room: Room
) -> None:
    root, held = classful
    patterns = patterns_of(root)
    asked = right = 0
    for sheet in room.sheets:
        for id, program in held[sheet.person.id].items():
            broken = {prop.case: prop.message for prop in sheet.exercises[id].properties if not prop.holds}
            names = named.names_of(patterns[id], broken)
            if program.wrong:
                asked += 1
                right += program.name in names
            else:
                assert names == named.UNKNOWN and not broken, (program, broken)
    assert asked > CLASS and right >= 0.9 * asked, (right, asked)


def test_the_page_of_500_is_written_soon_and_tells_the_class(
    classful: tuple[Path, dict[str, dict[str, classroom.Program]]], told: Found, capsys: pytest.CaptureFixture[str]
) -> None:
    root, _ = classful
    since = time.process_time()
    assert cli.main(["report", WEEK, "--course", str(root)]) == 0
    assert time.process_time() - since < 60
    folder = root / "reports" / WEEK
    assert str(folder / command.PAGE) in capsys.readouterr().out
    assert folder.parent.stat().st_mode & 0o77 == 0, "for the instructor alone"
    text = (folder / command.PAGE).read_text(encoding="utf-8")
    assert "<script" not in text and "http://" not in text and "https://" not in text
    centre = next(one for one in told.exercises if one.section.id == "centre")
    for mistake in centre.mistakes:
        assert f'<span class="many">{mistake.count}</span>' in text
    assert sum(mistake.count for mistake in centre.mistakes) == centre.not_right
    assert len(centre.rows[0].marks) == CLASS and centre.rows[0].broken >= centre.rows[-1].broken
    # Learners stand by their trouble: whoever breaks most is first.
    shares = [sheet.share for person in told.order for sheet in told.room.sheets if sheet.person is person]
    assert shares == sorted(shares)


def test_names_are_hidden_and_shown_when_asked_for(classful: tuple[Path, dict[str, dict[str, classroom.Program]]]) -> None:
    root, held = classful
    text = (command.write(Grader(root), WEEK) / command.PAGE).read_text(encoding="utf-8")
    before, after = text.split('<h2 id="who">')
    assert not any(re.search(rf"\b{student}\b", before) for student in held)
    assert all(f"<td>{student}</td>" in after for student in held)
    shown = (command.write(Grader(root), WEEK, names=True) / command.PAGE).read_text(encoding="utf-8")
    assert "learner001" in shown and "Learner 001" not in shown and "Who is who" not in shown


def test_a_studios_curve_stands_against_its_bands() -> None:
    bands = [("excellent", 1.0, 2), ("good", 0.7, 1), ("gets going", 0.4, 1), ("below", 0.0, 1)]
    drawing = str(drawn(Curve("guess", [1.0, 1.0, 0.8, 0.4, 0.1], bands, 3)))
    steps = [float(y) for y in re.findall(r"V([\d.]+)H", drawing)]
    assert steps == sorted(steps) and len(steps) == 5  # the best first, from the top down
    lines = {name: float(y) for y, name in re.findall(r'd="M96 ([\d.]+)H630"/><text[^>]*>([a-z ]+)<', drawing)}
    assert steps[0] == steps[1] == lines["excellent"] < steps[2] < lines["good"] < steps[3] == lines["gets going"] < steps[4]
    assert 'aria-label="excellent: 2; good: 1; gets going: 1; below: 1"' in drawing


def test_a_mistake_is_said_in_words() -> None:
    assert patterns_met.in_words("DeafToWeights", patterns_met.Pattern("mathematics", ())) == "deaf to weights"


def test_a_sample_holds_no_name() -> None:
    person = Person("ada12", "Learner 1", "Ada", "Lovelace", "ada@example.org")
    text = "# Ada Lovelace, ADA12\nadapt = 1\nmail = 'ada@example.org'"
    assert without_names(text, person) == "# ███ ███, ███\nadapt = 1\nmail = '███'"


def test_canvas_and_moodle_get_their_columns(room: Room) -> None:
    rows = list(csv.reader(io.StringIO(tables.canvas(room))))
    assert rows[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "A tiny week"]
    assert rows[1][0] == "Points Possible" and float(rows[1][5]) == 18
    assert len(rows) == 2 + CLASS and {row[3] for row in rows[2:]} == {sheet.person.id for sheet in room.sheets}
    by_id = {sheet.person.id: sheet for sheet in room.sheets}
    rows = list(csv.reader(io.StringIO(tables.moodle(room))))
    assert rows[0][:3] == ["Username", "ID number", "Email address"]
    for row in rows[1:]:
        assert float(row[3]) == pytest.approx(by_id[row[0]].score, abs=1e-4) and "centre " in row[4]


def test_who_has_handed_nothing_in_has_no_score(room: Room) -> None:
    absent = dataclasses.replace(room, absent=[Person("nobody", "Learner 999", "No", "Body", "", "77")])
    row = next(row for row in csv.reader(io.StringIO(tables.canvas(absent))) if row[3] == "nobody")
    assert row == ["Body, No", "77", "", "nobody", "", ""]


def test_a_name_is_no_formula_of_a_spreadsheet(room: Room) -> None:
    person = Person("=HYPERLINK(1)", "Learner 999", "+1", "-1", "@x", "")
    rows = csv.reader(io.StringIO(tables.canvas(dataclasses.replace(room, absent=[person]))))
    assert next(row for row in rows if "HYPERLINK" in row[3]) == ["'-1, +1", "", "", "'=HYPERLINK(1)", "", ""]


@pytest.mark.campaign
def test_attempts_are_kept_until_right(root: Path, hand_in: Callable[..., Path]) -> None:
    answers = (
        "def centre(x):\n    return x",
        "def centre(x):\n    return x - 1",
        "def centre(x):\n    return x - x.mean(axis=0)",
    )
    for number, text in enumerate(answers):
        folder = hand_in("ada", lambda book, text=text: book.write("centre", text))
        (folder / "timestamp.txt").write_text(f"2026-11-0{number + 1} 10:00:00.000000 UTC", encoding="ascii")
        for _ in range(2):  # graded again it is the same attempt
            assert not any(one.trouble for one in grade_class(root, WEEK, again=True))
    record = Cache(root, WEEK).last("ada")
    assert record is not None
    shares = [one["exercises"]["centre"]["share"] for one in record.attempts]
    assert len(shares) == 3 and shares[0] < 1 and shares[2] == 1
    assert record.attempts[0]["exercises"]["centre"]["broken"] == ["averages_zero"]
    told = found(read(Grader(root), WEEK), {})
    centre, double = told.exercises[0], told.exercises[1]
    assert centre.until["3"] == 1 and sum(centre.until.values()) == 1
    assert (double.begun, double.until) == (0, {})


def test_nbgraders_own_command_keeps_the_attempt_too(root: Path, hand_in: Callable[..., Path]) -> None:
    hand_in("ada", lambda book: book.write("centre", "def centre(x):\n    return x"))
    assert Grader(root).api.autograde(WEEK, "ada", force=True)["success"]
    record = Cache(root, WEEK).last("ada")
    assert record is not None and record.attempts[-1]["exercises"]["centre"]["broken"] == ["averages_zero"]


def test_nothing_graded_has_a_mend(root: Path) -> None:
    with pytest.raises(Mend, match="workbook grade"):
        read(Grader(root), WEEK)
    with pytest.raises(Mend, match="generate_assignment"):
        read(Grader(root), "week99")


OWN = """def centre(x):
    rows, columns = x.shape
    centred = np.array(x, dtype=float)
    for column in range(columns):
        total = 0.0
        for row in range(rows):
            total = total + centred[row, column]
        if rows > 0:
            middle = total / rows
        else:
            middle = 0.0
        for row in range(rows):
            centred[row, column] = centred[row, column] - middle
    return centred"""
RENAMED = (
    re.sub(r"\bcolumn\b", "j", re.sub(r"\brow\b", "i", OWN))
    .replace("total", "acc")
    .replace("    rows, columns", "    # mine\n    rows, columns")
)


def with_answers(room: Room, *answers: str) -> Room:
    sheets = [dataclasses.replace(room.sheets[k], answers={"centre": text}) for k, text in enumerate(answers)]
    return dataclasses.replace(room, sheets=sheets)


def test_renamed_copies_are_pointed_out_and_the_courses_own_text_is_not(room: Room) -> None:
    solution = next(section.solution for section in room.sections if section.id == "centre")
    groups = similar.alike(with_answers(room, OWN, solution, RENAMED, solution))
    assert [{one.id for one in group.people} for group in groups] == [{room.sheets[k].person.id for k in (0, 2)}]
    assert groups[0].share > 0.8 and "total = total +" in groups[0].passage


def test_several_hang_together_and_what_many_wrote_alike_is_left_out(room: Room) -> None:
    assert similar.alike(with_answers(room, *[OWN] * (similar.MANY + 1))) == []
    (group,) = similar.alike(with_answers(room, OWN, RENAMED, OWN))
    assert {one.id for one in group.people} == {sheet.person.id for sheet in room.sheets[:3]}
