"""README's table of the weeks says what the weeks say."""

from __future__ import annotations

import re
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
