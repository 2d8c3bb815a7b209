"""What some functions of a notebook stand on: the statements to be run again so that they are there, and nothing else.

The statements come in Python's own spelling: without comments, docstrings and layout. So what is run again holds what counts,
names, numbers and texts, and no other place to keep knowledge in.
"""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

MOST = 400_000  # characters of code that are read
_MAGIC = ("%", "!", "?")
_BLOCKS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


class TooLong(Exception):
    """There is more code than is read."""


@dataclass(frozen=True)
class Piece:
    """A statement at the top level of a cell.

    Attributes
    ----------
    cell : the number of its cell.
    text : in Python's own spelling.
    lines : for each line of the text the line of the cell that it comes from, counted from 1.
    node : the statement, without docstrings.
    binds, uses, touches : global names that it binds, that it reads here or in a function, and whose objects it changes.
    """

    cell: int
    text: str
    lines: tuple[int, ...]
    node: ast.stmt
    binds: frozenset[str]
    uses: frozenset[str]
    touches: frozenset[str]

    @property
    def imports(self) -> bool:
        """Whether it only imports."""
        return isinstance(self.node, (ast.Import, ast.ImportFrom))

    @property
    def defines(self) -> bool:
        """Whether it defines a function or a class."""
        return isinstance(self.node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))


@dataclass(frozen=True)
class Reach:
    """What the wanted names stand on.

    Attributes
    ----------
    pieces : the statements, in order.
    files : files beside the notebook that they import, by name, in Python's own spelling.
    trees : these files' code, by name.
    """

    pieces: tuple[Piece, ...]
    files: Mapping[str, str]
    trees: Mapping[str, ast.Module] = field(default_factory=dict)


def reach(cells: Sequence[str], wanted: Iterable[str], beside: Mapping[str, str] | None = None) -> Reach:
    """The statements that the wanted names stand on after the cells were run from top to bottom.

    A statement is reached that binds a name which is wanted or used by a reached one, or that changes an object of that name
    (`table[3] = 1`, `table.append(1)`). Of several cells that bind a name the last one counts, and those before it whose value it
    goes on from. What a function looks up by a text (`globals()["f"]`) is not seen.

    Parameters
    ----------
    cells : the code of the cells that were run, in order; those that are not Python are passed over.
    wanted : names.
    beside : Python files that may be imported, by name ("tables.py").

    Raises
    ------
    TooLong
        For more than 400,000 characters of code.
    """
    beside = dict(beside or {})
    if sum(map(len, cells)) + sum(map(len, beside.values())) > MOST:
        raise TooLong(f"there are more than {MOST:,} characters of code")
    every = list(_pieces(cells))
    chosen, names, waiting = _stars(every), set[str](), list(wanted)
    while waiting:
        name = waiting.pop()
        if name not in names:
            names.add(name)
            found = [n for n in (*_binding(every, name), *_touching(every, name)) if n not in chosen]
            chosen.update(found)
            waiting += [used for n in found for used in every[n].uses]
    pieces = tuple(every[n] for n in sorted(chosen))
    trees = dict(_files([piece.node for piece in pieces], beside))
    return Reach(pieces, {name: ast.unparse(tree) for name, tree in trees.items()}, trees)


def _pieces(cells: Sequence[str]) -> Iterator[Piece]:
    for number, source in enumerate(cells):
        tree = read(source)
        for node in tree.body if tree else ():
            try:
                text = ast.unparse(node)
                again = ast.parse(text)
                table = symtable.symtable(text, "<cell>", "exec")
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
            yield Piece(number, text, _lines(node, again, text), node, _binds(table), _uses(table), frozenset(_touched(node)))


def read(source: str) -> ast.Module | None:
    """A cell's code without docstrings and lines that are no Python (magics); None where it cannot be read."""
    for text in (source, "\n".join("" if line.strip()[:1] in _MAGIC else line for line in source.splitlines())):
        try:
            tree = ast.parse(text)
            stripped = _Bare().visit(tree)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        return ast.fix_missing_locations(stripped) if isinstance(stripped, ast.Module) else None
    return None


class _Bare(ast.NodeTransformer):
    """Takes out statements that are only a value: docstrings, and texts that stand about."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if not isinstance(block, list) or isinstance(node, ast.Module):
                continue
            kept = [one for one in block if not _is_value(one)]
            if block and not kept and name != "orelse":
                kept = [ast.copy_location(ast.Pass(), block[0])]
            setattr(node, name, kept)
        if isinstance(node, ast.Module):
            node.body = [one for one in node.body if not _is_value(one)]
        return node


def _is_value(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _lines(node: ast.stmt, again: ast.Module, text: str) -> tuple[int, ...]:
    """The line of the cell for each line of the text: every statement is where it was, in another spelling."""
    found: dict[int, int] = {}
    before = [one for one in ast.walk(node) if isinstance(one, ast.stmt)]
    after = [one for one in ast.walk(again.body[0]) if isinstance(one, ast.stmt)]
    for old, new in zip(before, after, strict=False):
        found.setdefault(new.lineno, old.lineno)
    lines, last = [], node.lineno
    for number in range(1, text.count("\n") + 2):
        last = found.get(number, last)
        lines.append(last)
    return tuple(lines)


def _binds(table: symtable.SymbolTable) -> frozenset[str]:
    return frozenset(s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported())


def _uses(table: symtable.SymbolTable) -> frozenset[str]:
    top = table.get_type() == "module"
    used = {s.get_name() for s in table.get_symbols() if s.is_referenced() and (top or s.is_global())}
    return frozenset(used).union(*(_uses(child) for child in table.get_children()))


def _touched(node: ast.AST) -> Iterator[str]:
    """Names whose objects a statement changes where it stands: by an entry, an attribute, a call of a method."""
    waiting: list[ast.AST] = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, _BLOCKS):
            continue
        if isinstance(one, (ast.Subscript, ast.Attribute)) and isinstance(one.ctx, (ast.Store, ast.Del)):
            yield from _root(one)
        if isinstance(one, ast.Expr) and isinstance(one.value, ast.Call) and isinstance(one.value.func, ast.Attribute):
            yield from _root(one.value.func)
        waiting += ast.iter_child_nodes(one)


def _root(node: ast.AST) -> Iterator[str]:
    while isinstance(node, (ast.Subscript, ast.Attribute)):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id


def _stars(every: Sequence[Piece]) -> set[int]:
    return {n for n, p in enumerate(every) if isinstance(p.node, ast.ImportFrom) and p.node.names[0].name == "*"}


def _binding(every: Sequence[Piece], name: str) -> Iterator[int]:
    """The statements that bind a name, in the last cell that does; and in those before, where it goes on from their value."""
    binding = [n for n, piece in enumerate(every) if name in piece.binds]
    while binding:
        cell = every[binding[-1]].cell
        here = [n for n in binding if every[n].cell == cell]
        yield from here
        first = every[here[0]]
        if first.defines or first.imports or name not in first.uses:
            return
        binding = binding[: -len(here)]


def _touching(every: Sequence[Piece], name: str) -> Iterator[int]:
    binds = [piece for piece in every if name in piece.binds]
    if binds and not all(piece.imports for piece in binds):
        yield from (n for n, piece in enumerate(every) if name in piece.touches)


def _files(nodes: Iterable[ast.AST], beside: Mapping[str, str]) -> Iterator[tuple[str, ast.Module]]:
    """Files beside the notebook that these statements import, near and far."""
    seen: set[str] = set()
    waiting = [name for node in nodes for name in _imported(node)]
    while waiting:
        name = f"{waiting.pop()}.py"
        if name in beside and name not in seen:
            seen.add(name)
            tree = read(beside[name])
            if tree is not None:
                yield name, tree
                waiting += _imported(tree)


def _imported(node: ast.AST) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.Import):
            yield from (alias.name.split(".")[0] for alias in one.names)
        elif isinstance(one, ast.ImportFrom) and one.module:
            yield one.module.split(".")[0]
