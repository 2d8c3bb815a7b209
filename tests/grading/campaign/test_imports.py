"""An attack that imports what is there no more attacks nothing: what the attacks import of the engine's is found."""

import importlib
import importlib.util
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[2]
PATHS = [*sorted(Path(__file__).parent.glob("*.py")), TESTS / "wall" / "attacks.py"]
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in PATHS}
FOUND = sorted(
    {(name, module, one.split(" as ")[0].strip())
     for name, text in TEXTS.items()
     for module, names in re.findall(r"\bfrom (autograder[\w.]*) import ([\w ,]+)", text)
     for one in names.split(",")}
)  # fmt: skip


@pytest.mark.parametrize(("file", "module", "name"), FOUND)
def test_what_an_attack_imports_is_there(file: str, module: str, name: str) -> None:
    found = importlib.import_module(module)
    assert hasattr(found, name) or importlib.util.find_spec(f"{module}.{name}") is not None
