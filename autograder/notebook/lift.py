"""Lift definitions out of a notebook's code, with all that they stand on."""

from __future__ import annotations

import ast
import builtins
import symtable
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

BUILTINS = frozenset(dir(builtins)) | {"__name__", "__file__", "__doc__"}


@dataclass(frozen=True)
class Statement:
    """One statement at the top level of a cell, and what it binds and uses there."""

    cell: int
    text: str
    node: ast.stmt
    binds: frozenset[str]
    uses: frozenset[str]

    @property
    def is_import(self) -> bool:
        """Whether it only imports."""
        return isinstance(self.node, (ast.Import, ast.ImportFrom))


def statements(cells: Sequence[str]) -> list[Statement]:
    """Every top-level statement of the cells, in order. Cells that are not Python are passed over."""
    found = []
    for number, source in enumerate(cells):
        try:
            tree = ast.parse(source)
        except SyntaxError:
            continue
        for node in tree.body:
            text = _text(source, node)
            table = symtable.symtable(text, "<cell>", "exec")
            found.append(Statement(number, text, node, _binds(table), _uses(table)))
    return found


def _text(source: str, node: ast.stmt) -> str:
    """The statement's own text; a decorated definition begins at its first decorator."""
    decorators = getattr(node, "decorator_list", [])
    if decorators and node.end_lineno is not None:
        return "\n".join(source.splitlines()[decorators[0].lineno - 1 : node.end_lineno])
    return ast.get_source_segment(source, node) or ""


def _binds(table: symtable.SymbolTable) -> frozenset[str]:
    return frozenset(s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported())


def _uses(table: symtable.SymbolTable) -> frozenset[str]:
    """Global names that are read, at the top and in every function and class inside."""
    top = table.get_type() == "module"
    used = {s.get_name() for s in table.get_symbols() if s.is_referenced() and (top or s.is_global())}
    return frozenset(used).union(*(_uses(child) for child in table.get_children()))


def lift(cells: Sequence[str], wanted: Iterable[str]) -> tuple[list[Statement], set[str]]:
    """The statements that the wanted names stand on, in order, and the names that are bound nowhere.

    A name that several cells bind is taken from the cell that asks for it, else from the last one, as a
    notebook that ran from top to bottom has it.
    """
    every = statements(cells)
    chosen: set[int] = set()
    missing: set[str] = set()
    done: set[tuple[str, int]] = set()
    asked = [(name, -1) for name in wanted]
    while asked:
        name, by = asked.pop()
        if (name, by) in done:
            continue
        done.add((name, by))
        binding = [n for n, statement in enumerate(every) if name in statement.binds]
        if not binding:
            missing |= {name} - BUILTINS
            continue
        cells_of = {every[n].cell for n in binding}
        home = by if by in cells_of else max(cells_of)
        for n in binding:
            if every[n].cell == home:
                chosen.add(n)
                asked += [(used, home) for used in every[n].uses]
    return [every[n] for n in sorted(chosen)], missing
