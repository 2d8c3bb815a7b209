"""Which modules some code may import, at its top or in a function, and what it looks up in them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator


def imported(nodes: Iterable[ast.AST]) -> list[str]:
    """Dotted names of all that the code imports and looks up in what it imported.

    A package may import its modules only when they are looked up (`scipy.optimize` after `import scipy`), so these names are
    given, too. Names that are imported by a text (`importlib.import_module(name)`) are not seen.

    Parameters
    ----------
    nodes : code; what one imports another may look up.

    Returns
    -------
    Sorted, each once.

    Examples
    --------
    >>> imported([ast.parse("import scipy as s\\ndef f(x):\\n    from math import pi\\n    return s.optimize.root(x, pi)")])
    ['math', 'math.pi', 'scipy', 'scipy.optimize.root']
    """
    every = [one for node in nodes for one in ast.walk(node)]
    stands: dict[str, str] = {}
    found: set[str] = set()
    for one in every:
        if isinstance(one, ast.Import):
            for alias in one.names:
                found.add(alias.name)
                stands[alias.asname or alias.name.split(".")[0]] = alias.name if alias.asname else alias.name.split(".")[0]
        elif isinstance(one, ast.ImportFrom) and one.module and not one.level:
            found.add(one.module)
            for alias in one.names:
                if alias.name != "*":
                    found.add(f"{one.module}.{alias.name}")
                    stands[alias.asname or alias.name] = f"{one.module}.{alias.name}"
    for one in every:
        if isinstance(one, ast.Attribute):
            root, *rest = _dotted(one)
            if root in stands:
                found.add(".".join([stands[root], *rest]))
    return sorted(name for name in found if not any(other.startswith(f"{name}.") for other in found) or "." not in name)


def _dotted(node: ast.expr) -> Iterator[str]:
    """The parts of `a.b.c`; one that is no name where the root is something else."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    yield node.id if isinstance(node, ast.Name) else ""
    yield from reversed(parts)
