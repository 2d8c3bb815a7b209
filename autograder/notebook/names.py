"""The names of a cell of the instructor's: which it takes from outside, which it binds."""

from __future__ import annotations

import ast
import builtins
import functools
import symtable
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Names:
    """What a cell does with global names.

    Attributes
    ----------
    read : names that it looks up, at its top, in a function or in a class body; builtins among them.
    bound : names that it assigns, imports, defines or deletes.
    """

    read: frozenset[str]
    bound: frozenset[str]


@functools.lru_cache(256)  # a class has one source
def names_of(source: str) -> Names:
    """The global names of a cell. Raises SyntaxError."""
    read: set[str] = set()
    bound: set[str] = set()
    for table in _tables(symtable.symtable(source, "test cell", "exec")):
        top = table.get_type() == "module"
        for symbol in table.get_symbols():
            if not (top or symbol.is_global()):
                continue
            if symbol.is_referenced():
                read.add(symbol.get_name())
            if symbol.is_assigned() or symbol.is_imported():
                bound.add(symbol.get_name())
    return Names(frozenset(read | _class_reads(source)), frozenset(bound | _deleted(source)))


def names_in(source: str) -> Names:
    """The same of a cell with IPython's own lines in it, which are left out; no names where it is no Python."""
    try:
        return names_of(_without_magics(source))
    except SyntaxError:
        return Names(frozenset(), frozenset())


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _tables(child)


def _class_reads(source: str) -> set[str]:
    """Names in class bodies: one that the body also binds may be read from outside first (`f = f`)."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef):
            found |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    return found


def _deleted(source: str) -> set[str]:
    return {n.id for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Del)}


@functools.lru_cache(256)
def parsed(source: str) -> ast.Module | None:
    """A cell's tree, its magics left out; None where it is no Python."""
    try:
        return ast.parse(_without_magics(source))
    except (SyntaxError, ValueError, RecursionError):
        return None


@functools.lru_cache(256)
def top_level(source: str) -> tuple[frozenset[str], frozenset[str]]:
    """The names that a cell of the source defines (by def or class) and those that it binds otherwise at its top."""
    try:
        tree = ast.parse(_without_magics(source))
    except SyntaxError:
        return frozenset(), frozenset()
    defined = frozenset(n.name for n in tree.body if isinstance(n, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)))
    try:
        return defined, names_of(_without_magics(source)).bound - defined
    except SyntaxError:
        return defined, frozenset()


@functools.lru_cache(256)
def imports(source: str) -> tuple[tuple[frozenset[str], str], ...]:
    """The import statements at a cell's top: the names that each binds, and its text."""
    try:
        tree = ast.parse(_without_magics(source))
    except SyntaxError:
        return ()
    found = []
    for node in tree.body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            bound = frozenset(alias.asname or alias.name.split(".")[0] for alias in node.names)
            found.append((bound, ast.unparse(node)))
    return tuple(found)


def _without_magics(source: str) -> str:
    return "\n".join("pass" if line.startswith(("%", "!")) else line for line in source.splitlines())


BUILTINS = frozenset(vars(builtins))
