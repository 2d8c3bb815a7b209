"""The house's style, held by its tools: ruff everywhere, mypy strict on the package."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def run(*command: str) -> str:
    """Return what a tool complains of; empty where it is content."""
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_ruff_is_content() -> None:
    assert not run("ruff", "check", "--no-cache", "--quiet", "autograder", "tests", "notebooks", "data", "nbgrader_config.py")


def test_mypy_is_content() -> None:
    assert not run("mypy", "--no-error-summary")
