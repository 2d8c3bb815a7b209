"""A week's prose in another language: one file, no copy of code; what has changed in the original is known."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.cli import main
from autograder.course.places import Course
from autograder.course.site.build import build_site
from autograder.course.stale import build
from autograder.course.translate import blocks, file_of, renew, translated

ROOT = Path(__file__).resolve().parents[2]
WEEK = "week01_example"
GERMAN = {
    "# Example": "# Beispiel",
    "The story, with its derivations. The exercise below asks for something that follows from it.": "Die Geschichte.",
    "What must be the same for all examples, so that their differences stay?": "Was ist für alle dasselbe?",
}


def put(course: Course, german: dict[str, str], language: str = "de") -> Path:
    """Write translations into the week's file, as a translator does in an editor."""
    path = file_of(course, WEEK, language)
    text = path.read_text(encoding="utf-8").replace('"\n"', "")  # a long text in one line
    for english, said in german.items():
        for opened in (f'msgid "{english}"', f'msgid ""{english}"'):
            text = text.replace(f'{opened}\nmsgstr ""', f'msgid "{english}"\nmsgstr "{said}"')
        assert said in text, english
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def german(course: Course) -> Course:
    """The example week with some of its blocks in German."""
    build(course, WEEK)
    renew(course, WEEK, "de")
    put(course, GERMAN)
    return course


def test_prose_is_replaced_and_everything_else_is_the_original(german: Course) -> None:
    text, told = translated(german, WEEK, "de")
    ours = json.loads((german.release / WEEK / f"{WEEK}.ipynb").read_text(encoding="utf-8"))
    theirs = json.loads(text)
    assert told.done == 3 and told.blocks > 20 and len(told.missing) == told.blocks - 3 and not told.stale
    assert "".join(theirs["cells"][0]["source"]).startswith("# Beispiel\n\nWhy this matters")
    for one, other in zip(ours["cells"], theirs["cells"], strict=True):
        assert {**one, "source": ""} == {**other, "source": ""}
        assert one["cell_type"] == "markdown" or one == other
    assert ours["metadata"] == theirs["metadata"]


def test_the_release_in_that_language_has_the_same_files_beside_it(german: Course, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert main(["translate", WEEK, "de", "--out", str(out), "--course", str(german.root)]) == 0
    names = {path.name for path in (german.release / WEEK).iterdir()}
    assert {path.name for path in (out / WEEK).iterdir()} == names
    same = [name for name in names if (out / WEEK / name).read_bytes() == (german.release / WEEK / name).read_bytes()]
    assert names - set(same) == {f"{WEEK}.ipynb"}


def test_the_file_is_the_same_at_every_run_and_keeps_what_was_translated(german: Course) -> None:
    path = renew(german, WEEK, "de")
    first = path.read_bytes()
    assert renew(german, WEEK, "de").read_bytes() == first and "Beispiel" in first.decode()


def test_a_changed_original_makes_its_translation_stale_and_is_shown_in_english(
    german: Course, change: Callable[..., Course], capsys: pytest.CaptureFixture[str]
) -> None:
    course = change("lesson.py", "so that their differences stay?", "so that all their differences stay?")
    build(course, WEEK)
    before = translated(course, WEEK, "de")
    assert before[1].done == 2 and "all their differences stay?" in before[0]
    assert len(before[1].stale) == 1 and "changed in the lesson" in before[1].stale[0]
    assert main(["translate", WEEK, "de", "--course", str(course.root)]) == 0
    said = capsys.readouterr()
    assert "2 of" in said.out and "1 stale" in said.out and "so that all their differences" in said.err
    assert main(["translate", WEEK, "de", "--check", "--course", str(course.root)]) == 1
    assert "all their differences stay?" in translated(course, WEEK, "de")[0], "nobody has looked at it yet"


def test_lines_broken_elsewhere_are_no_change(german: Course, change: Callable[..., Course]) -> None:
    course = change("lesson.py", "The story, with its derivations. The", "The story, with its\n# derivations. The")
    build(course, WEEK)
    told = translated(course, WEEK, "de")[1]
    assert told.done == 3 and not told.stale


def test_a_translation_that_loses_a_name_is_refused_with_its_line(german: Course, capsys: pytest.CaptureFixture[str]) -> None:
    english = "### Exercise · `centre` &nbsp; ●○○ &nbsp; 10 min"
    path = put(german, {english: "### Übung · `mitte` &nbsp; ●○○ &nbsp; 10 min"})
    assert main(["translate", WEEK, "de", "--check", "--course", str(german.root)]) == 1
    line = path.read_text(encoding="utf-8").splitlines().index(f'msgid "{english}"') + 1
    assert f"lesson.de.po:{line}: the translation of “### Exercise" in capsys.readouterr().err


def test_a_language_without_a_file_and_a_damaged_file(german: Course, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["translate", WEEK, "fr", "--check", "--course", str(german.root)]) == 1
    assert f"workbook translate {WEEK} fr makes it" in capsys.readouterr().err
    file_of(german, WEEK, "de").write_text('msgid "a"\nnonsense\n', encoding="utf-8")
    assert main(["translate", WEEK, "de", "--check", "--course", str(german.root)]) == 1
    assert "lesson.de.po:" in capsys.readouterr().err


def test_the_site_is_built_from_a_translation(german: Course, tmp_path: Path) -> None:
    said = list(build_site(german, [WEEK], tmp_path / "out", "de"))
    assert "3 of" in said[0]
    assert "<title>Beispiel" in (tmp_path / "out" / f"{WEEK}.html").read_text(encoding="utf-8")
    assert "Beispiel" in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")


def test_blocks_are_the_cell_again() -> None:
    text = "# A title\n\nSome words.\n\n```python\nx = 1\n\ny = 2\n```\n\n$$\na\n$$\n\n<details>\n\n</details>"
    found = list(blocks(text))
    assert "\n\n".join(block for block, _ in found) == text
    assert [wanted for _, wanted in found] == [True, True, False, False, False, False]


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("week*/lesson.*.po")), ids=lambda path: path.parent.name)
def test_the_translations_of_the_course_are_whole(path: Path) -> None:
    """None has lost a name or a formula. A stale block is no failure: it is shown in English until somebody looks."""
    _, told = translated(Course(ROOT), path.parent.name, path.name.split(".")[1])
    assert told.done
