"""The reading edition: what it holds and what it must not hold. How it looks and moves: tests/browser/test_site.py."""

from __future__ import annotations

import html
import re
import shutil
from pathlib import Path

import pytest

from autograder.cli import main
from autograder.course.faults import LessonError
from autograder.course.leaks import distinctive_lines, flat, secrets
from autograder.course.places import Course
from autograder.course.site.build import KEPT, build_site
from autograder.course.site.links import broken_links
from autograder.course.site.mathml import mathml
from autograder.course.stale import build

ROOT = Path(__file__).resolve().parents[2]
WEEK = "week01_example"
REAL = "week02_logistic"


def seen(site: Path) -> str:
    """All that the site's pages and downloads say, without tags and spaces."""
    texts = [path.read_text(encoding="utf-8") for path in site.rglob("*") if path.suffix in (".html", ".js", ".ipynb", ".py")]
    return flat(html.unescape(re.sub(r"<[^>]+>", "", "\n".join(texts))).replace("\\n", "").replace('\\"', '"'))


@pytest.fixture
def built(course: Course) -> Course:
    """The made-up course with source and release."""
    build(course, WEEK)
    return course


def test_a_page_has_its_prose_code_and_pictures_that_move(built: Course, tmp_path: Path) -> None:
    site = tmp_path / "out"
    assert main(["site", "--out", str(site), "--course", str(built.root)]) == 0
    page = (site / f"{WEEK}.html").read_text(encoding="utf-8")
    assert page.count('<figure class="wb">') == 1 and '"frames":{' in page, "the explorer has its frames"
    assert 'class="wb-guess"' in page and "How many points does the picture show?" not in page.partition("<article")[0]
    assert page.count("<summary>") == 6 and "raise</span> <span" in page.replace("\xa0", " ")
    assert "explore.picture()" not in page and "hidden tests" not in page, "cells that only show or only score are left out"
    assert not broken_links(site)
    index = (site / "index.html").read_text(encoding="utf-8")
    assert f'href="{WEEK}.html"' in index and "40" in index and "disc" in index
    assert not [link for link in re.findall(r'(?:src|href)="(https?:[^"]+)"', page) if link.endswith((".js", ".css"))]


def test_the_solution_a_hidden_case_or_a_rival_would_be_seen(built: Course, tmp_path: Path) -> None:
    site = tmp_path / "out"
    list(build_site(built, [WEEK], site))
    told = seen(site)
    assert told.count(flat("moves every feature so that its average over the examples is zero")) == 2, (
        "page and notebook are read"
    )
    assert not [secret for secret in secrets(built, WEEK) if secret.text in told]
    for file in ("hidden.py", "rivals.py"):
        mine = distinctive_lines((built.folder(WEEK) / file).read_text(encoding="utf-8"))
        shared = flat((built.folder(WEEK) / "checks.py").read_text(encoding="utf-8"))
        assert mine and not [line for line in mine if line in told and line not in shared]
    (site / f"{WEEK}.html").write_text((built.folder(WEEK) / "lesson.py").read_text(encoding="utf-8"), encoding="utf-8")
    assert [secret for secret in secrets(built, WEEK) if secret.text in seen(site)], "this test can fail"


def test_a_real_week_holds_no_secret_of_its_own_or_of_a_later_week(tmp_path: Path) -> None:
    course, site = Course(ROOT), tmp_path / "out"
    list(build_site(course, [REAL], site))
    assert not broken_links(site)
    told = seen(site)
    later = [week for week in course.weeks() if week >= REAL]
    found = [
        f"{secret.week}, {secret.what}: {secret.text}"
        for week in later
        for secret in secrets(course, week)
        if secret.text in told
    ]
    assert not found, found


def test_what_was_drawn_is_kept_until_a_cell_or_a_file_beside_it_changes(built: Course, tmp_path: Path) -> None:
    site = tmp_path / "out"
    list(build_site(built, [WEEK], site))
    (kept,) = (site / KEPT).iterdir()
    kept.write_text(kept.read_text(encoding="utf-8").replace("wb-guess", "wb-guess kept"), encoding="utf-8")
    list(build_site(built, [WEEK], site))
    assert "wb-guess kept" in (site / f"{WEEK}.html").read_text(encoding="utf-8")
    explore = built.release / WEEK / "explore.py"
    explore.write_text(explore.read_text(encoding="utf-8").replace("of three points", "of 3 points"), encoding="utf-8")
    list(build_site(built, [WEEK], site))
    assert "wb-guess kept" not in (site / f"{WEEK}.html").read_text(encoding="utf-8")
    assert len(list((site / KEPT).iterdir())) == 1


def test_a_cell_that_does_not_run_is_named_with_its_line(built: Course, tmp_path: Path) -> None:
    explore = built.release / WEEK / "explore.py"
    explore.write_text(explore.read_text(encoding="utf-8").replace("ax.plot(", "ax.plott("), encoding="utf-8")
    with pytest.raises(LessonError, match=r"explore.py:16: the cell look does not run: AttributeError"):
        list(build_site(built, [WEEK], tmp_path / "out"))


def test_a_picture_of_held_out_data_cannot_be_drawn(built: Course, tmp_path: Path) -> None:
    explore = built.release / WEEK / "explore.py"
    text = explore.read_text(encoding="utf-8")
    held = "    from autograder import datasets\n    datasets.held_out('mnist')\n    fig, ax = figure(5, 3)"
    explore.write_text(text.replace("    fig, ax = figure(5, 3)", held), encoding="utf-8")
    with pytest.raises(LessonError, match="draw from public data alone"):
        list(build_site(built, [WEEK], tmp_path / "out"))


def test_a_link_to_nowhere_is_named(built: Course, tmp_path: Path) -> None:
    site = tmp_path / "out"
    list(build_site(built, [WEEK], site))
    page = site / f"{WEEK}.html"
    page.write_text(page.read_text(encoding="utf-8") + '<a href="gone.html">a</a><a href="index.html#no">b</a>', encoding="utf-8")
    shutil.copy(page, site.parent / "outside.html")
    said = broken_links(site)
    assert len(said) == 2 and "gone.html leads to no file" in said[0] and "index.html#no leads to no place" in said[1]


@pytest.mark.parametrize(
    "latex", [r"\frac{1}{n}\sum_i x_i", r"\lVert w \rVert \le \varepsilon", r"\begin{aligned}a &= b\\ c &= d\end{aligned}"]
)
def test_formulas_become_mathml_without_a_script(latex: str) -> None:
    made = mathml(latex, True)
    assert made.startswith("<math ") and 'display="block"' in made and "\\" not in re.sub(r'aria-label="[^"]*"', "", made)


def test_every_formula_of_the_course_can_be_set() -> None:
    found = 0
    for path in sorted((ROOT / "release").glob("week*/week*.ipynb")):
        text = path.read_text(encoding="utf-8").replace("\\n", "\n").replace("\\\\", "\\").replace('\\"', '"')
        text = re.sub(r"`[^`]*`", "", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
        for latex in re.findall(r"\$([^$\n]+)\$", text):
            assert mathml(latex, False), latex
            found += 1
    assert found > 1000
