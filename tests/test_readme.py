"""README's table of the weeks says what the weeks say."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROW = re.compile(r"^\| (\d+) \| \[(.+?)\]\((docs/weeks/\w+/README\.md)\) \| (.+?) \| (.+?) \| (\d+) \|$", re.MULTILINE)


def test_each_week_stands_in_the_table_with_its_title_page_and_minutes() -> None:
    rows = {Path(page).parent.name: (int(number), title, int(minutes)) for number, title, page, _, _, minutes in _rows()}
    weeks = {}
    for lesson in sorted((ROOT / "notebooks").glob("week*/lesson.py")):
        text = lesson.read_text(encoding="utf-8")
        heading = re.search(r"^# # Week (\d+) · (?:EXTRA · )?(.*)$", text, re.MULTILINE)
        assert heading is not None, lesson
        minutes = re.findall(r"^# ### (?:Exercise|Studio) · `\w+`.*?(\d+) min", text, re.MULTILINE)
        weeks[lesson.parent.name] = (int(heading[1]), heading[2], sum(map(int, minutes)))
    assert rows == weeks
    assert all((ROOT / page).is_file() for _, _, page, *_ in _rows())


def _rows() -> list[tuple[str, ...]]:
    return ROW.findall((ROOT / "README.md").read_text(encoding="utf-8"))


def test_what_readme_and_the_pages_beside_it_link_to_is_there() -> None:
    pages = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")]
    for page in [*pages, *sorted((ROOT / "docs").glob("*.md"))]:
        links = re.findall(r"\]\(([^)#:]+?)\)", page.read_text(encoding="utf-8"))
        assert not [link for link in links if not (page.parent / link).exists()], page


def test_the_figures_claim_no_more_answers_than_there_are() -> None:
    def count(files: str, mark: str, without: str = "\0") -> int:
        texts = [path.read_text(encoding="utf-8") for path in (ROOT / "notebooks").glob(files)]
        found = [one for text in texts for one in re.findall(rf"^@{mark}\((?:[^()]|\([^()]*\))*\)", text, re.MULTILINE)]
        return sum(without not in one for one in found)

    right = count("week*/tried*.py", "program", "breaks=")
    there = [
        count("week*/rivals.py", "wrong"),
        count("week*/rivals.py", "right"),
        count("week*/tried*.py", "program") - right,
        right,
    ]
    text = (ROOT / "docs" / "figures.md").read_text(encoding="utf-8")
    claimed = [
        int(number.replace(",", "")) for number in re.findall(r"^\| (?:wrong|right) .*? \| ([\d,]+) \|", text, re.MULTILINE)
    ]
    assert len(claimed) == 4 and all(said <= real <= 1.2 * said for said, real in zip(claimed, there, strict=True)), there


def test_each_data_file_has_its_credit_and_licence_in_the_docs() -> None:
    text = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
    for name, told in tomllib.loads((ROOT / "data" / "manifest.toml").read_text(encoding="utf-8"))["files"].items():
        (row,) = [line for line in text.splitlines() if line.startswith(f"| `{name}` |")]
        assert all(" ".join(told[key].split()) in row for key in ("credit", "licence") if key in told), name
