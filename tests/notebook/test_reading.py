"""Notebooks as they come: whatever can be understood is read, the rest is said, with the mend."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.notebook.reading import Unreadable, read, read_bytes


def book(**changes: Any) -> dict[str, Any]:
    cell = {"cell_type": "code", "id": "a", "metadata": {}, "source": "x = 1", "outputs": [], "execution_count": None}
    return {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **changes}


def encoded(**changes: Any) -> bytes:
    return json.dumps(book(**changes)).encode()


def test_a_good_notebook_is_read_without_a_word() -> None:
    found = read_bytes(encoded())
    assert [cell.source for cell in found.cells] == ["x = 1"]
    assert found.lines == []


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty file"),
        (b"  \n", "empty file"),
        (encoded()[:40], "no JSON"),
        (b"PK\x03\x04 a zip", "an archive (zip)"),
        (b"[1, 2]", "no notebook"),
        (b'"text"', "no notebook"),
        (encoded(cells="none"), "no cells"),
        (encoded(cells={}), "no cells"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b"<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> theirs\n", "merge that was not finished"),
        (b'{"cells": ' + b"9" * 5000 + b"}", "number that is too long"),
        (json.dumps({"nbformat": 3, "worksheets": 5}).encode(), "old format"),
        (json.dumps({"nbformat": 2, "worksheets": [{"cells": [{"cell_type": []}]}]}).encode(), "old format"),
    ],
)
def test_what_cannot_be_read_says_why_and_how_to_mend(content: bytes, says: str) -> None:
    with pytest.raises(Unreadable) as why:
        read_bytes(content)
    assert says in str(why.value)
    assert "Mend: " in str(why.value)


def test_a_missing_file_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="Mend"):
        read(tmp_path / "gone.ipynb")


def test_the_format_of_2011_is_converted() -> None:
    cells = [{"cell_type": "code", "input": "x = 1", "language": "python", "outputs": [], "metadata": {}, "collapsed": False}]
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": cells, "metadata": {}}]}
    found = read_bytes(json.dumps(old).encode())
    assert [cell.source for cell in found.cells] == ["x = 1"]
    assert "old format 3" in found.lines[0]


@pytest.mark.parametrize("changes", [{"nbformat_minor": 99}, {"nbformat_minor": "new"}, {"nbformat": 5}, {"nbformat": None}])
def test_an_unknown_format_is_read_as_the_newest_known(changes: dict[str, Any]) -> None:
    found = read_bytes(encoded(**changes))
    assert [cell.source for cell in found.cells] == ["x = 1"]
    assert len(found.lines) == 1


@pytest.mark.parametrize(("encoding", "lines"), [("utf-8-sig", 1), ("utf-16", 1), ("utf-8", 0)])
def test_other_editors_encodings(encoding: str, lines: int) -> None:
    found = read_bytes(json.dumps(book(), ensure_ascii=False).encode(encoding))
    assert found.cells[0].source == "x = 1" and len(found.lines) == lines


def test_letters_that_are_no_utf8_are_replaced() -> None:
    found = read_bytes(encoded().replace(b"x = 1", b"x = '\xe9'"))
    assert found.cells[0].source == "x = '�'" and "UTF-8" in found.lines[0]


def test_half_a_surrogate_pair_can_be_written_back() -> None:
    found = read_bytes(encoded().replace(b"x = 1", b"x = '\\ud800'"))
    found.cells[0].source.encode("utf-8")


def test_cells_that_are_none_are_left_out_and_said() -> None:
    odd: list[Any] = [5, None, {"cell_type": "code", "source": {"a": 1}}, {"cell_type": "odd", "source": ["a", "b"]}]
    found = read_bytes(encoded(cells=odd))
    assert [(cell.kind, cell.source) for cell in found.cells] == [("raw", "ab")]
    assert len(found.lines) == 3


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["cells", "metadata", "source", "id"]), inner),
    max_leaves=20,
)
notebooks = st.fixed_dictionaries(
    {},
    optional={
        "nbformat": st.sampled_from([1, 2, 3, 4, 5]) | json_values,
        "nbformat_minor": json_values,
        "metadata": json_values,
        "worksheets": json_values,
        "cells": json_values
        | st.lists(
            st.fixed_dictionaries(
                {},
                optional={
                    "cell_type": st.sampled_from(["code", "markdown", "raw"]) | json_values,
                    "source": json_values,
                    "metadata": json_values,
                    "id": json_values,
                    "attachments": json_values,
                },
            ),
            max_size=4,
        ),
    },
)


@settings(max_examples=300, deadline=None, database=None)
@given(notebooks)
def test_nothing_but_unreadable_is_raised(raw: dict[str, Any]) -> None:
    try:
        found = read_bytes(json.dumps(raw).encode())
    except Unreadable:
        return
    for cell in found.cells:
        cell.source.encode("utf-8")


@settings(max_examples=200, deadline=None, database=None)
@given(st.binary(max_size=200))
def test_bytes_of_any_kind(content: bytes) -> None:
    with contextlib.suppress(Unreadable):
        read_bytes(content)


def test_half_a_character_is_replaced_and_whole_ones_stay() -> None:
    content = rb'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "a\ud800 \ud83d\ude00 \\ud800 \n"}]}'
    assert read_bytes(content).cells[0].source == "a\ufffd \U0001f600 \\ud800 \n"
