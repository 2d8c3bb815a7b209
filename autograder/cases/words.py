"""Values in few words, for messages."""

from __future__ import annotations

from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np

LONG = 36  # numbers shown before only the shape is said


def show(value: Any) -> str:
    """A value as a learner would read it: small arrays whole, large ones by their shape."""
    if isinstance(value, np.ndarray):
        if value.ndim == 0:
            return show(value[()])
        if value.size > LONG:
            return f"an array of shape {value.shape}, {value.dtype}"
        text = np.array2string(value, precision=4, separator=", ", suppress_small=False, max_line_width=100)
        kind = "" if value.dtype in (np.dtype(float), np.dtype(int), np.dtype(bool)) else f" ({value.dtype})"
        return (text if value.size else f"an empty array of shape {value.shape}") + kind
    if isinstance(value, (float, np.floating)):
        return f"{float(value):.6g}"
    if isinstance(value, (bool, np.bool_, int, np.integer, complex, type(None))):
        return str(value)
    if isinstance(value, (tuple, list)):
        inner = ", ".join(show(v) for v in value[:8]) + (", …" if len(value) > 8 else "")
        return f"({inner})" if isinstance(value, tuple) else f"[{inner}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{show(k)}: {show(v)}" for k, v in list(value.items())[:8]) + "}"
    if isinstance(value, str):
        return repr(value if len(value) <= 80 else value[:77] + "…")
    if isinstance(value, FunctionType):
        file = Path(value.__code__.co_filename).name
        return f"`{value.__name__}`" + (f" of {file}" if file == "checks.py" else "")
    text = repr(value)
    return text if len(text) <= 120 and " at 0x" not in text else f"a {type(value).__name__}"


def describe(drawn: dict[str, Any]) -> str:
    """The input of a case: `x = [[0, 1]], k = 3`."""
    return ", ".join(f"{name} = {show(value)}" for name, value in drawn.items())
