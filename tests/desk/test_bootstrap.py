"""The way from a bare Python to the environment, and what it says where the way is blocked."""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from autograder.desk import bootstrap

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with nothing but the program that prepares it, and an empty lock."""
    (tmp_path / "autograder" / "desk").mkdir(parents=True)
    shutil.copy(ROOT / "autograder" / "desk" / "bootstrap.py", tmp_path / "autograder" / "desk")
    (tmp_path / "requirements.lock").write_text("")
    return tmp_path


def start(checkout: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "autograder/desk/bootstrap.py", *arguments]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    clean |= {"PIP_CONFIG_FILE": os.devnull, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=checkout, env=clean | environment, capture_output=True, text=True, timeout=120)


def ready(checkout: Path) -> None:
    """Lay an environment as a finished first run leaves it, without the packages."""
    venv.create(checkout / ".venv", symlinks=True)
    (checkout / "autograder" / "__init__.py").touch()
    site = next((checkout / ".venv").glob("lib/python*/site-packages"))
    (site / "checkout.pth").write_text(str(checkout))
    digest = bootstrap.hashlib.sha256((checkout / "requirements.lock").read_bytes()).hexdigest()
    (checkout / ".venv" / "autograder.stamp").write_text(f"{checkout}\n{digest}\n")


def test_a_finished_environment_is_used_as_it_is(checkout: Path) -> None:
    ready(checkout)
    done = start(checkout, "python", "-c", "import sys; print(sys.prefix)")
    assert done.stdout.strip() == str(checkout / ".venv")
    assert done.stderr == ""


def test_its_programs_come_first_on_the_path(checkout: Path) -> None:
    ready(checkout)
    done = start(checkout, "python", "-c", "import os; print(os.environ['PATH'].split(os.pathsep)[0])")
    assert done.stdout.strip() == str(checkout / ".venv" / "bin")


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_python_without_venv_is_told_what_to_install(checkout: Path, module: str) -> None:
    (checkout / "hole").mkdir()
    (checkout / "hole" / f"{module}.py").write_text(f"raise ImportError('not here', name={module!r})")
    done = start(checkout, "python", PYTHONPATH=str(checkout / "hole"))
    assert done.returncode == 1
    assert f"no module {module}" in done.stderr
    assert f"apt-get install python{sys.version_info[0]}.{sys.version_info[1]}-venv" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_network_it_says_how_to_go_on_and_is_not_half_done(checkout: Path) -> None:
    (checkout / "requirements.lock").write_text("six==1.17.0 --hash=sha256:" + "0" * 64 + "\n")
    done = start(checkout, "python", PIP_INDEX_URL="http://127.0.0.1:9/simple", PIP_RETRIES="0", PIP_NO_CACHE_DIR="1")
    assert done.returncode == 1
    assert "Without a network?" in done.stderr
    assert "PIP_FIND_LINKS=/path/to/wheels make lab" in done.stderr
    assert not (checkout / ".venv" / "autograder.stamp").exists()


def test_a_changed_lock_is_noticed(checkout: Path) -> None:
    ready(checkout)
    (checkout / "requirements.lock").write_text("six==1.17.0 --hash=sha256:" + "0" * 64 + "\n")
    done = start(checkout, "python", PIP_INDEX_URL="http://127.0.0.1:9/simple", PIP_RETRIES="0", PIP_NO_CACHE_DIR="1")
    assert "Preparing the environment" in done.stderr
    assert done.returncode == 1


def test_a_moved_checkout_is_prepared_anew(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ready(checkout)
    asked: list[list[str]] = []
    monkeypatch.setattr(bootstrap, "ROOT", str(checkout.parent / "elsewhere"))
    monkeypatch.setattr(bootstrap, "VENV", str(checkout / ".venv"))
    monkeypatch.setattr(bootstrap, "STAMP", str(checkout / ".venv" / "autograder.stamp"))
    monkeypatch.setattr(bootstrap, "run", lambda command, otherwise: asked.append(command))
    bootstrap.make_venv()
    assert asked == [[sys.executable, "-m", "venv", str(checkout / ".venv")]]
    assert not (checkout / ".venv").exists()


def test_an_old_python_hands_over_to_a_newer_one(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[str] = []
    monkeypatch.setattr(sys, "version_info", (3, 8, 18))
    monkeypatch.setattr(bootstrap, "newer_python", lambda: "/opt/python3.12")
    monkeypatch.setattr(os, "execv", lambda path, arguments: called.append(path) or sys.exit(0))
    with pytest.raises(SystemExit):
        bootstrap.need_new_python()
    assert called == ["/opt/python3.12"]


def test_an_old_python_alone_says_what_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 8, 18))
    monkeypatch.setattr(bootstrap, "newer_python", lambda: "")
    with pytest.raises(bootstrap.Mend, match=r"This is Python 3\.8.*\n.*PYTHON="):
        bootstrap.need_new_python()


def test_old_pythons_can_read_it() -> None:
    """No syntax that Python 3.6 does not know: it could not say that it is old."""
    import ast

    for name in ("__init__.py", "desk/__init__.py", "desk/__main__.py", "desk/bootstrap.py"):
        ast.parse((ROOT / "autograder" / name).read_text(), feature_version=(3, 6))


def test_pip_is_heard_only_where_it_fails(
    checkout: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "ROOT", str(checkout))
    noise = "import sys; print('WARNING: a mirror is ignored'); print('notice', file=sys.stderr)"
    bootstrap.run([sys.executable, "-c", noise], "it failed")
    assert capfd.readouterr() == ("", "")
    with pytest.raises(bootstrap.Mend, match="it failed"):
        bootstrap.run([sys.executable, "-c", f"{noise}; sys.exit(1)"], "it failed")
    said = capfd.readouterr().err
    assert "a mirror is ignored" in said and "notice" in said


def test_windows_is_sent_to_its_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap.os, "name", "nt")
    with pytest.raises(bootstrap.Mend, match="wsl --install"):
        bootstrap.need_posix()


def test_without_make_the_desk_is_a_module(checkout: Path) -> None:
    for name in ("__init__.py", "desk/__init__.py", "desk/__main__.py"):
        shutil.copy(ROOT / "autograder" / name, checkout / "autograder" / name)
    ready(checkout)
    workbook = checkout / ".venv" / "bin" / "workbook"
    workbook.write_text('#!/bin/sh\necho "workbook $@"\n')
    workbook.chmod(0o755)
    command = [sys.executable, "-m", "autograder.desk"]
    done = subprocess.run([*command, "lab", "--port", "9"], cwd=checkout, capture_output=True, text=True, timeout=120)
    assert (done.stdout, done.stderr) == ("workbook lab --port 9\n", "")
    done = subprocess.run([*command, "tset"], cwd=checkout, capture_output=True, text=True, timeout=120)
    assert done.returncode == 2 and "autograder.desk test" in done.stdout


def test_make_and_the_module_start_the_same_tests() -> None:
    from autograder.desk.__main__ import program

    makefile = (ROOT / "Makefile").read_text()
    tests = " ".join(program(["test"])).replace("-m not campaign", "").strip()
    assert tests in makefile and '-m "not campaign"' in makefile
