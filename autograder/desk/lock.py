"""Renew `requirements.lock`: exact versions and hashes of all that the workbook needs, for every machine at once.

Run by `make lock`. uv does the work; where it is not installed, a copy is put into a throw-away environment. The lock
names no package index, so that it serves behind a mirror as well as anywhere else.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements.lock"


def find_uv(scratch: Path) -> str:
    """Return the path of a uv program; install one under `scratch` where the machine has none."""
    found = shutil.which("uv")
    if found:
        return found
    venv.create(scratch, with_pip=True)
    subprocess.run([scratch / "bin" / "python", "-m", "pip", "install", "--quiet", "uv"], check=True)
    return str(scratch / "bin" / "uv")


def compile_lock(uv: str, upgrade: bool) -> None:
    """Write `requirements.lock` anew; with `upgrade`, to the newest versions that fit."""
    command = [
        uv, "pip", "compile", "pyproject.toml", "--all-extras", "--output-file", LOCK.name,
        "--universal", "--python-version", "3.11", "--fork-strategy", "fewest",
        "--generate-hashes",
        "--no-emit-index-url", "--no-emit-find-links", "--custom-compile-command", "make lock",
    ]  # fmt: skip
    if upgrade:
        command.append("--upgrade")
    # A mirror or a folder of wheels that only this machine knows must not leave its versions or hashes in the lock.
    local = {"UV_FIND_LINKS", "UV_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL"}
    environment = {name: value for name, value in os.environ.items() if name not in local}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)


def main() -> int:
    """Renew the lock and say where it lies."""
    with tempfile.TemporaryDirectory() as scratch:
        try:
            compile_lock(find_uv(Path(scratch)), upgrade="--upgrade" in sys.argv[1:])
        except subprocess.CalledProcessError as error:
            print(f"No new lock: uv ended with {error.returncode}, its lines say why. The old one stands.", file=sys.stderr)
            return 1
    packages = sum(1 for line in LOCK.read_text().splitlines() if "==" in line.split("#")[0])
    print(f"{LOCK.name}: {packages} packages. Try it with `make test`, then commit it.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
