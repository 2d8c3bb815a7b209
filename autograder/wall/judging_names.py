"""What of a plain assignment's own code judges: helpers of its locked cells, and classes whose arithmetic is asked for.

A test that compares by a helper of a locked cell, or that works out a difference, hands the wanted value over to it. So such
helpers run on the grader's side, whatever the learner makes of their names, and nothing of hers works out differences but
what the assignment asks her to write for that.
"""

from __future__ import annotations

import ast
import collections
import functools
from collections.abc import Collection, Iterable, Mapping, Sequence

from autograder.notebook.names import parsed
from autograder.wall.wire.handles import BINARY

Function = ast.FunctionDef | ast.AsyncFunctionDef
_NOTHING_TO_SAY = ("object", "ABC", "Exception", "Protocol", "Generic")


def judges(test: str, locked: Sequence[str], hers: Collection[str], rebound: Collection[str] = ()) -> str:
    """The definitions of locked cells by which a test judges, as text; the last one of a name.

    What a test takes something *from* (`data = load()`, `f(make())`, where `f` is an answer) stays where it is: in her process.

    Parameters
    ----------
    test : the text of a test cell.
    locked : the texts of the source's locked cells, in order.
    hers : names that answers define.
    rebound : names that an earlier test has bound anew: they are what it made of them.
    """
    known = {name: one for name, one in _known(locked, hers).items() if name not in rebound}
    wanted, waiting = set[str](), list(_judging(parsed(test), known, hers))
    while waiting:
        name = waiting.pop()
        if name not in wanted:
            wanted.add(name)
            waiting += _named([known[name]], known, hers)
    return "\n".join(ast.unparse(one) for name, one in known.items() if name in wanted)


@functools.lru_cache(256)
def _definitions(text: str) -> tuple[tuple[str, ast.stmt], ...]:
    """The functions at a locked cell's top, and the constants: names of plain numbers and texts."""
    found = list[tuple[str, ast.stmt]]()
    tree = parsed(text)
    for one in tree.body if tree else ():
        if isinstance(one, Function):
            found.append((one.name, one))
        elif isinstance(one, ast.Assign) and len(one.targets) == 1 and isinstance(name := one.targets[0], ast.Name):
            found.append((name.id, one))
    return tuple(found)


def _known(locked: Sequence[str], hers: Collection[str]) -> dict[str, ast.stmt]:
    """What locked cells define for good: the last function of a name, and a constant that is never bound anew."""
    all_of = [pair for text in locked for pair in _definitions(text) if pair[0] not in hers]
    times = collections.Counter(name for name, _ in all_of)
    return {name: one for name, one in all_of if isinstance(one, Function) or (times[name] == 1 and _is_constant(one))}


def _is_constant(one: ast.stmt) -> bool:
    try:
        value = ast.literal_eval(one.value) if isinstance(one, ast.Assign) else []
    except ValueError:
        return False
    return isinstance(value, (bool, int, float, complex, str, bytes, tuple, type(None)))


def _judging(tree: ast.Module | None, known: Mapping[str, ast.stmt], hers: Collection[str]) -> Iterable[str]:
    """What stands in an assertion or a condition, is called for nothing else than to judge, or is handed something of hers."""
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.Assert | ast.If | ast.While | ast.IfExp):
            yield from _named([node.test], known, hers)
        elif isinstance(node, ast.Expr):
            yield from _named([node.value], known, hers)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in known and _takes_hers(node, hers):
            yield node.func.id
        elif isinstance(node, ast.Name) and node.id in known and not isinstance(known[node.id], Function):
            yield node.id


def _takes_hers(call: ast.Call, hers: Collection[str]) -> bool:
    """Whether something of hers is handed to a helper: `right = close(f(2), 4)`."""
    given = [*call.args, *(one.value for one in call.keywords)]
    return any(isinstance(one, ast.Name) and one.id in hers for part in given for one in ast.walk(part))


def _named(nodes: Iterable[ast.AST], known: Collection[str], hers: Collection[str]) -> Iterable[str]:
    """What these nodes name, but for what stands in the arguments of something of hers."""
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in hers:
            continue
        if isinstance(node, ast.Name) and node.id in known:
            yield node.id
        waiting += ast.iter_child_nodes(node)


def operators(answers: Sequence[str]) -> dict[str, frozenset[str]]:
    """The operators that the classes of an assignment's answers and locked cells define: {class: {"add", …}}."""
    classes = {one.name: one for text in answers if (tree := parsed(text)) for one in tree.body if isinstance(one, ast.ClassDef)}
    return {name: frozenset(_operators(one, classes, 0)) for name, one in classes.items()}


def _operators(one: ast.ClassDef, classes: Mapping[str, ast.ClassDef], depth: int) -> set[str]:
    named = {node.name for node in ast.walk(one) if isinstance(node, Function)}
    named |= {node.id for node in ast.walk(one) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    found = {op for op in BINARY if named & {f"__{op}__", f"__r{op}__", f"__i{op}__"}}
    for base in one.bases:
        name = base.id if isinstance(base, ast.Name) else base.attr if isinstance(base, ast.Attribute) else ""
        if name in classes and depth < 20:
            found |= _operators(classes[name], classes, depth + 1)
        elif name not in _NOTHING_TO_SAY:  # somebody else's class (`Decimal`, `np.ndarray`): it may have them all
            found |= set(BINARY)
    return found
