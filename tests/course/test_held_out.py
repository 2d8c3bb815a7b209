"""Held-out rows go into studios' rounds only: a plain case would hand them to the process that runs her other cells too."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

HIDDEN = sorted((Path(__file__).parents[2] / "notebooks").glob("week*/hidden.py"))


def offenders(source: str) -> Iterator[str]:
    """Cases without an entry that name held-out data, themselves or through a function of the same file."""
    functions = {node.name: node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}
    naming = {name for name, node in functions.items() if "held_out" in _names(node)}
    while more := {name for name, node in functions.items() if _names(node) & naming} - naming:
        naming |= more
    for name in naming:
        decorators = {word for made in functions[name].decorator_list for word in _names(made)}
        takes = {one.arg for one in functions[name].args.args}
        if "case" in decorators and "entry" not in takes:
            yield name


def _names(node: ast.AST) -> set[str]:
    found = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
    return found | {one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)}


@pytest.mark.parametrize("path", HIDDEN, ids=lambda path: path.parent.name)
def test_no_plain_case_hands_out_held_out_rows(path: Path) -> None:
    assert not list(offenders(path.read_text(encoding="utf-8")))


def test_the_ways_round_it_are_found() -> None:
    case = "@case('x', 'y')\ndef {}(f): {}\n"
    source = "def rows(): return held_out('mnist').X\ndef more(): return rows()\n" + case.format("one", "f(held_out('mnist').X)")
    source += case.format("two", "f(datasets.held_out('mnist').X)") + case.format("three", "f(more())")
    source += case.format("four", "f(1)")
    source += "@case('x', 'y')\ndef five(entry): entry.round().predict(rows())\n@judge('x')\ndef judged(entry, half): rows()\n"
    assert set(offenders(source)) == {"one", "two", "three"}
