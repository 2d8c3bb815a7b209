"""A hidden property repeats nothing that her code says: neither an error's text, nor its type's name, nor a line that is made up."""

# ruff: noqa: E501 (code within strings stands as a learner would write it)

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tiny import WEEK, Book

from autograder.cli import main

#: what she writes for `centre`; each sends SEEN and what it was given to her page, or would
SPELLINGS = {
    "an_error": "def centre(x):\n    raise AssertionError(f'SE{chr(69)}N {x.shape}')",
    "a_kind": "def centre(x):\n    raise type(f'SE{chr(69)}N{x.size}', (Exception,), {})('x')",
    "an_error_of_an_attribute": "def centre(x):\n    exec(compile('raise AttributeError(t)', 'f', 'exec'), {'t': f'SE{chr(69)}N has no attribute'})",
    "an_error_of_a_call": "def centre(x):\n    exec(compile('raise TypeError(t)', 'f', 'exec'), {'t': f'SE{chr(69)}N argument {x.size}'})",
    "a_line": "import linecache\ndef centre(x):\n    name = '<ipython-input-9-0>'\n    linecache.cache[name] = (1, None, [f'SE{chr(69)}N {x.size}\\n'], name)\n"
    "    exec(compile('1 / 0', name, 'exec'))",
}  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_her_text_is_not_repeated(root: Path, hand_in: Callable[..., Path], spelling: str) -> None:
    def change(book: Book) -> None:
        book.solve()
        book.write("centre", SPELLINGS[spelling])

    hand_in("ada", change)
    assert main(["grade", WEEK, "--course", str(root)]) == 0
    text = (root / "autograded" / "ada" / WEEK / f"{WEEK}.ipynb").read_text(encoding="utf-8")
    book = json.loads(text)
    (exercise,) = (one for one in book["metadata"]["autograder"]["result"]["exercises"] if one["id"] == "centre")
    hidden = [one for one in exercise["properties"] if one["hidden"]]
    assert hidden and all("SEEN" not in one["message"] + one["line"] and not one["holds"] and one["message"] for one in hidden)
    (cell,) = (one for one in book["cells"] if one["metadata"].get("nbgrader", {}).get("grade_id") == "test_centre")
    assert "SEEN" not in json.dumps(cell["outputs"])
