"""The browser tests on another JupyterLab than the locked one, in an environment that is made for it and thrown away.

    python -m tests.browser.with_lab oldest newest 4.5.*

`oldest` is the one that pyproject.toml still allows, `newest` the newest there is, a release or not yet.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
#: what goes with JupyterLab's version, so that the lock must not hold it
ALONG = {"jupyterlab", "jupyterlab-server", "jupyter-builder", "notebook"}
TESTS = ("tests/browser/test_desk.py", "tests/browser/test_home.py", "tests/browser/test_learner.py")


def wanted(name: str) -> str:
    """What pip is asked for."""
    if name == "newest":
        return "jupyterlab"
    return f"jupyterlab=={oldest() if name == 'oldest' else name}"


def oldest() -> str:
    """The least version that the package asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (specifier,) = next(found for line in project["dependencies"] if (found := Requirement(line)).name == "jupyterlab").specifier
    assert specifier.operator == ">="
    return f"{specifier.version}.0"


def constraints() -> list[str]:
    """The locked versions of everything else."""
    locked = re.findall(r"^([A-Za-z0-9_.-]+)==([^ ;\\]+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    return [f"{name}=={version}" for name, version in locked if name not in ALONG]


def try_with(name: str) -> int:
    """Make the environment and run the tests in it: pytest's exit code."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    packages = [*project["dependencies"], *project["optional-dependencies"]["test"], "hatchling", wanted(name)]
    with tempfile.TemporaryDirectory(prefix="workbook-lab-") as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder, "bin", "python")
        held = Path(folder, "held.txt")
        held.write_text("\n".join(constraints()))
        pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
        pre = ["--pre"] if name == "newest" else []
        subprocess.run([*pip, *pre, "--constraint", str(held), *packages], check=True)
        subprocess.run([*pip, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)], check=True)
        shown = subprocess.run([python, "-m", "jupyterlab", "--version"], capture_output=True, text=True, check=True)
        print(f"JupyterLab {shown.stdout.strip()} ({name})", flush=True)
        return subprocess.run([python, "-m", "pytest", "-q", *TESTS], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(max(try_with(name) for name in sys.argv[1:] or ["oldest", "newest"]))
