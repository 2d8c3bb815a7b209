"""The house's style, held by its tools: ruff everywhere, mypy strict on the package."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PLACES = ("autograder", "tests", "notebooks", "data", "nbgrader_config.py")


def run(*command: str) -> str:
    """Return what a tool complains of; empty where it is content."""
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def refuse(complaints: str) -> None:
    """Fail with all that the tool said."""
    if complaints:
        pytest.fail(complaints, pytrace=False)


def test_ruff_is_content() -> None:
    refuse(run("ruff", "check", "--no-cache", "--output-format=concise", "--quiet", *PLACES))


def test_mypy_is_content() -> None:
    refuse(run("mypy", "--no-error-summary"))
