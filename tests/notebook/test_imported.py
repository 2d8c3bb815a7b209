"""Names of modules that code may import."""

from __future__ import annotations

import ast

from autograder.notebook.imported import imported


def names(*texts: str) -> list[str]:
    return imported([ast.parse(text) for text in texts])


def test_imports_are_found_wherever_they_stand() -> None:
    inner = "def f():\n    import a.b\n    class C:\n        from c import d as e"
    assert names(inner, "try:\n    import g\nexcept ImportError: pass") == ["a.b", "c", "c.d", "g"]
    assert names("from kit import *", "from . import near", "x = 1") == ["kit"]


def test_what_is_looked_up_in_a_module_is_named() -> None:
    assert names("import scipy as s", "def f(x): return s.optimize.root(x)") == ["scipy", "scipy.optimize.root"]
    assert names("from scipy import stats", "stats.norm.pdf(0)") == ["scipy", "scipy.stats.norm.pdf"]
    assert names("import os.path", "os.path.join", "f().path") == ["os.path.join"]
    assert names("import math", "def f(s): return s.optimize.root") == ["math"]
