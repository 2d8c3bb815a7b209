"""What both sides have: plain types (`np.float32` as a dtype, `ValueError`) and NumPy's functions cross by name.

Types go both ways. Functions go to the learner only: what she returns is called in her process.
"""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

_PLAIN = [
    "bool",
    "int",
    "float",
    "complex",
    "str",
    "bytes",
    "list",
    "tuple",
    "dict",
    "set",
    "frozenset",
    "slice",
    "range",
    "object",
]
_CALLS = [
    "abs",
    "all",
    "any",
    "len",
    "max",
    "min",
    "pow",
    "round",
    "sorted",
    "sum",
    "reversed",
    "zip",
    "enumerate",
    "map",
    "filter",
]


def _types() -> dict[str, Any]:
    found: dict[str, Any] = {f"builtins.{name}": getattr(builtins, name) for name in _PLAIN}
    for name, value in vars(builtins).items():
        if isinstance(value, type) and issubclass(value, Exception):
            found[f"builtins.{name}"] = value
    for name, value in vars(np).items():
        if isinstance(value, type) and issubclass(value, np.generic):
            found[f"numpy.{name}"] = value
    return {**found, "numpy.ndarray": np.ndarray}


def _functions() -> dict[str, Any]:
    found: dict[str, Any] = {f"builtins.{name}": getattr(builtins, name) for name in _CALLS}
    for module, where in ((np, "numpy"), (np.linalg, "numpy.linalg")):
        for name, value in vars(module).items():
            if callable(value) and not name.startswith("_") and not isinstance(value, type):
                found[f"{where}.{name}"] = value
    return found


TYPES = _types()
ALL = {**_functions(), **TYPES}
_NAMES = {id(value): name for name, value in ALL.items()}


def name_of(value: object) -> str | None:
    """The common name of a type or function that both sides have."""
    name = _NAMES.get(id(value))
    return name if name is not None and ALL[name] is value else None
