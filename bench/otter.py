"""otter-grader without Docker: the same notebooks, the tests in its own format. Run by the Python of an environment of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path


def install(folder: Path) -> tuple[Path | None, str]:
    """An environment with otter-grader: its Python and otter's version, or None and why there is none."""
    python = folder / "bin" / "python"
    wanted = ["otter-grader[grading]", *(f"{name}=={version(name)}" for name in ("numpy", "matplotlib"))]
    try:
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, capture_output=True, timeout=120)
        subprocess.run([python, "-m", "pip", "install", "-q", *wanted], check=True, capture_output=True, text=True, timeout=600)
        program = "from importlib.metadata import version; print(version('otter-grader'))"
        return python, subprocess.run([python, "-c", program], check=True, capture_output=True, text=True).stdout.strip()
    except (OSError, subprocess.SubprocessError) as error:
        said = (getattr(error, "stderr", "") or str(error)).strip().splitlines() or ["no reason given"]
        return None, f"it could not be installed ({said[-1][:150]})"


def version(name: str) -> str:
    """The version of a package of ours."""
    from importlib.metadata import version

    return version(name)


def write(folder: Path, tests: dict[str, tuple[str, str]]) -> None:
    """The tests as otter wants them: a file each, its arguments filled from the notebook's names."""
    (folder / "tests").mkdir(parents=True)
    for name, (seen, hidden) in tests.items():
        text = f"""\
            import numpy as np
            from otter.test_files import test_case
            OK_FORMAT = False
            name = {name!r}
            points = 2
            @test_case(points=2, hidden=True)
            def test_{name}({name}):
            """
        body = textwrap.indent(f"{seen}\n{hidden}", "    ")
        (folder / "tests" / f"{name}.py").write_text(f"{textwrap.dedent(text)}{body}\n", encoding="utf-8")


def main(folder: Path) -> None:
    """Grade every notebook of folder/notebooks in this process, by otter's own grade_submission."""
    os.chdir(folder)
    if not Path("autograder.zip").exists():
        command = [sys.executable, "-m", "otter", "generate", "-t", "tests", "-o", "autograder.zip", "--no-environment"]
        subprocess.run(command, check=True, capture_output=True)
    from otter.api import grade_submission

    print("ready", flush=True)
    scores = {}
    for path in sorted(Path("notebooks").glob("*.ipynb")):
        scores[path.stem] = grade_submission(str(path), "autograder.zip", quiet=True).total
    print(json.dumps(scores), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
