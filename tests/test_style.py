"""The house's style, held by its tools: ruff and its format, mypy strict on the package, import-linter between its rooms."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PLACES = ("autograder", "tests", "notebooks", "data", "nbgrader_config.py")


def run(*command: str, program: str = "") -> str:
    """Return what a tool, or a short program, complains of; empty where it is content."""
    start = ["-c", program] if program else ["-m"]
    done = subprocess.run([sys.executable, *start, *command], cwd=ROOT, capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def refuse(complaints: str) -> None:
    """Fail with all that the tool said."""
    if complaints:
        pytest.fail(complaints, pytrace=False)


def test_ruff_is_content() -> None:
    refuse(run("ruff", "check", "--no-cache", "--output-format=concise", "--quiet", *PLACES))


def test_the_layout_is_ruffs() -> None:
    refuse(run("ruff", "format", "--check", "--no-cache", "--quiet", "."))


def test_mypy_is_content() -> None:
    refuse(run("mypy", "--no-error-summary"))


def test_each_room_imports_only_what_it_may() -> None:
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    refuse(run("--no-logo", "--no-cache", program=program))


def test_every_file_that_the_house_names_is_there() -> None:
    text = (ROOT / "docs" / "house.md").read_text(encoding="utf-8")
    files = [path for path in ROOT.glob("autograder/**/*") if path.is_file()]
    there = {
        "/".join(path.parts[-n:])
        for path in [*files, *ROOT.glob("*"), *ROOT.glob("data/*"), *ROOT.glob("bench/**/*.py")]
        for n in (1, 2, 3)
    }
    named = set(re.findall(r"`([\w/]+\.(?:py|j2|toml|yml|md))`", text)) - {"lesson.py"}
    assert len(named) > 80 and named <= there, sorted(named - there)
