"""Notebooks as nobody's editor saves them: real ones and small ones, broken at JSON and byte level."""
# ruff: noqa: E501 - the tables of odd values are wide

from __future__ import annotations

import copy
import functools
import json
import tempfile
from pathlib import Path
from random import Random
from typing import Any

import nbformat

from autograder.grading.intake.intake import take_in
from autograder.notebook import format as nbio
from autograder.notebook.reading import Unreadable, read_bytes
from autograder.notebook.repair import Shape, parts_of, repair

ROOT = Path(__file__).resolve().parents[3]
ODD = (None, True, False, 0, -1, 4, 3, 10**30, 1.5, float("nan"), "", "x", "\ud800", "\0", [], {}, [[]], [None], {"a": {}}, ["a", 1],
       "code", "markdown", "a" * 3000, {"nbgrader": {"grade_id": "x"}}, [{"cell_type": "code"}])  # fmt: skip
KEYS = ("cells", "metadata", "nbformat", "nbformat_minor", "worksheets", "source", "cell_type", "id", "attachments", "outputs", "nbgrader",
        "grade_id", "autograder", "schema_version", "execution_count", "input", "language", "level", "kernelspec", "\ud800", "")  # fmt: skip
OLD = {
    "nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""},
    "worksheets": [{"metadata": {}, "cells": [
        {"cell_type": "code", "input": ["x = 1"], "language": "python", "outputs": [
            {"output_type": "pyout", "prompt_number": 1, "text": ["1"], "png": "aGVq", "metadata": {}},
            {"output_type": "stream", "stream": "stdout", "text": "a"},
            {"output_type": "pyerr", "ename": "E", "evalue": "e", "traceback": ["t"]}], "prompt_number": 1, "collapsed": False},
        {"cell_type": "heading", "level": 2, "source": "A heading", "metadata": {}},
        {"cell_type": "markdown", "source": ["text"], "metadata": {}}]}],
}  # fmt: skip


@functools.cache
def weeks() -> list[tuple[Path, dict[str, Any]]]:
    """Each released week: the instructor's folder, and the notebook that learners get."""
    found = []
    for path in sorted(ROOT.glob("release/*/*.ipynb")):
        folder = ROOT / "source" / path.parent.name
        if (folder / path.name).is_file():
            found.append((folder, json.loads(path.read_text(encoding="utf-8"))))
    assert found, "the released notebooks are part of the repository"
    return found


@functools.cache
def sources() -> list[Any]:
    """The instructor's notebooks, read once."""
    return [nbio.load(next(folder.glob("*.ipynb"))) for folder, _ in weeks()]


@functools.cache
def _excerpt(week: int, first: int) -> tuple[Any, dict[str, Any]]:
    """Some cells of a week, as source and as release: small enough to break ten thousand times."""
    source, release = copy.deepcopy(sources()[week]), copy.deepcopy(weeks()[week][1])
    named = [place for place, cell in enumerate(source.cells) if cell.metadata.get("nbgrader")]
    begin = max(0, named[first % len(named)] - 1)
    source.cells = source.cells[begin : begin + 6]
    ids = {cell["id"] for cell in source.cells}
    release["cells"] = [cell for cell in release["cells"] if cell["id"] in ids]
    return source, release


def _broken(node: Any, rng: Random) -> Any:
    """JSON with one of its nodes changed, doubled, lost, or its cells shuffled."""
    if isinstance(node, dict) and node and rng.random() < 0.85:
        key = rng.choice(list(node))
        sort = rng.random()
        if sort < 0.05:
            return {name: entry for name, entry in node.items() if name != key}
        if sort < 0.15:
            return {**node, rng.choice(KEYS): _odd(node, rng)}
        return {**node, key: _broken(node[key], rng)}
    if isinstance(node, list) and node and rng.random() < 0.85:
        place, sort = rng.randrange(len(node)), rng.randrange(8)
        if sort == 0:
            return node[:place] + node[place + 1 :]
        if sort == 1:
            return [*node, node[place]]
        if sort == 2:
            return rng.sample(node, len(node))
        return [*node[:place], _broken(node[place], rng), *node[place + 1 :]]
    if isinstance(node, str) and node and rng.random() < 0.5:
        place = rng.randrange(len(node))
        return (
            node[:place]
            + rng.choice(("", "\n", "### BEGIN HIDDEN TESTS\n", "\ud83d", "x" * 50))
            + node[place + rng.randrange(3) :]
        )
    return _odd(node, rng)


def _odd(node: Any, rng: Random) -> Any:
    if rng.random() < 0.1:
        made: Any = node
        for _ in range(rng.choice((3, 100, 600))):
            made = [made] if rng.random() < 0.5 else {"a": made}
        return made
    return rng.choice(ODD)


def _bytes_broken(raw: bytes, rng: Random) -> bytes:
    made = bytearray(raw)
    for _ in range(rng.choice((1, 1, 2, 4))):
        place = rng.randrange(len(made) + 1)
        sort = rng.randrange(5)
        if sort == 0:
            del made[place:]
        elif sort == 1:
            made[place:place] = rng.choice(
                (b'"', b"}", b"]", b"\xff", b"\0", b"\xed\xa0\x80", b"<<<<<<< HEAD\n", b"9" * 5000, b"[" * 3000)
            )
        elif sort == 2:
            del made[place : place + rng.randrange(1, 30)]
        elif sort == 3:
            made[:0] = rng.choice((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\r\n"))
        elif place < len(made):
            made[place] = rng.randrange(256)
    return bytes(made)


def make(rng: Random) -> tuple[int, bytes]:
    """(which, content): `which` says of what week and excerpt the notebook is; -1 - week for a whole one."""
    week = rng.randrange(len(weeks()))
    is_whole = rng.random() < 0.01
    which = -1 - week if is_whole else week + 1000 * rng.randrange(50)
    notebook: Any = weeks()[week][1] if is_whole else _excerpt(week, which // 1000)[1]
    if rng.random() < 0.1:
        notebook = OLD
    for _ in range(rng.choice((0, 1, 1, 2, 4, 8))):
        notebook = _broken(notebook, rng)
    try:
        text = json.dumps(notebook, ensure_ascii=rng.random() < 0.5)
    except (ValueError, RecursionError):
        text = "[" * 100_000
    encoding = rng.choice(("utf-8",) * 16 + ("utf-16", "latin-1"))
    raw = text.encode(encoding, "surrogatepass" if encoding == "utf-8" and rng.random() < 0.5 else "replace")
    return which, _bytes_broken(raw, rng) if rng.random() < 0.35 else raw


def play(which: int, content: bytes) -> str:
    """What came of a notebook: a word. Raises whatever escapes the reader, and AssertionError for a notebook that is not whole."""
    if which < 0:
        return _taken_in(weeks()[-1 - which][0], content)
    source = _excerpt(which % 1000, which // 1000)[0]
    try:
        found = read_bytes(content)
    except Unreadable:
        return "unreadable"
    made, _ = repair(Shape.of(source), found.cells)
    _is_whole(nbio.dumps_unchecked(made), source, check=len(content) % 4 == 0)
    return "in shape" if not found.lines else "in shape, with lines"


def _taken_in(folder: Path, content: bytes) -> str:
    """A whole submission in its folder, by intake's own entrance; taking it in again changes nothing."""
    with tempfile.TemporaryDirectory() as scratch:
        name = next(folder.glob("*.ipynb")).name
        path = Path(scratch, name)
        path.write_bytes(content)
        notes = take_in(Path(scratch), folder)
        made = path.read_bytes()
        _is_whole(made.decode("utf-8"), nbio.load(folder / name), check=True)
        take_in(Path(scratch), folder)
        assert path.read_bytes() == made
        return "taken in, unreadable" if notes.unreadable else "taken in"


def _is_whole(text: str, source: Any, check: bool) -> None:
    """A valid notebook in UTF-8 with every test of the source in it, once."""
    text.encode("utf-8")
    made = nbio.reads_plain(text)
    if check:
        nbformat.validate(made)
    wanted = [part.id for part in parts_of(source) if part.is_test]
    there = [part.id for part in parts_of(made) if part.is_test]
    assert there == wanted or sorted(there) == sorted(wanted), (there, wanted)
