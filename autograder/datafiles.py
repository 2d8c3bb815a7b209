"""Find the course's data files, and make sure that they are the ones in their manifest before they are read."""

from __future__ import annotations

import hashlib
import os
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MANIFEST = "manifest.toml"
_PACKAGE = Path(__file__).resolve().parent
_proven: dict[Path, tuple[int, int, str]] = {}  # file -> size, time of change and sha256 when it was last found true
_manifests: dict[Path, tuple[int, int, dict[str, Any]]] = {}


class DataError(Exception):
    """Data cannot be had: a file is missing, cut short or altered, or a name is unknown. The message names the mend."""


@dataclass(frozen=True)
class Shelf:
    """A folder of data files with their manifest.

    Attributes
    ----------
    folder : the folder.
    mend : what gets its files back, in words for whoever reads the error.
    """

    folder: Path
    mend: str

    def manifest(self) -> dict[str, Any]:
        """Return the manifest as a dict; DataError when it is missing or unreadable."""
        path = self.folder / MANIFEST
        try:
            state = path.stat()
            kept = _manifests.get(path)
            if kept is None or kept[:2] != (state.st_size, state.st_mtime_ns):
                kept = state.st_size, state.st_mtime_ns, tomllib.loads(path.read_text(encoding="utf-8"))
                _manifests[path] = kept
        except FileNotFoundError as error:
            raise DataError(f"{path} is missing. To mend it: {self.mend}.") from error
        except (OSError, ValueError) as error:
            raise DataError(f"{path} cannot be read ({error}). To mend it: {self.mend}.") from error
        return kept[2]

    def proven(self, name: str) -> Path:
        """Return the path of the file called `name`, after a check of its size and sha256.

        The check is done again only when the file's size or time of change differs from the last time.
        """
        path = self.folder / name
        facts = self.manifest().get("files", {}).get(name)
        if not isinstance(facts, dict) or not {"bytes", "sha256"} <= facts.keys():
            raise DataError(f"{self.folder / MANIFEST} says nothing of {name}. To mend it: {self.mend}.")
        try:
            state = path.stat()
            proof = state.st_size, state.st_mtime_ns, facts["sha256"]
            if _proven.get(path) != proof:
                self._prove(path, facts)
                _proven[path] = proof
        except FileNotFoundError as error:
            raise DataError(f"{path} is missing. To mend it: {self.mend}.") from error
        except OSError as error:
            raise DataError(f"{path} cannot be read ({error}). To mend it: {self.mend}.") from error
        return path

    def _prove(self, path: Path, facts: dict[str, Any]) -> None:
        raw = path.read_bytes()
        if len(raw) < facts["bytes"]:
            raise DataError(f"{path} is cut short: {len(raw)} bytes of {facts['bytes']}. To mend it: {self.mend}.")
        if hashlib.sha256(raw).hexdigest() != facts["sha256"]:
            raise DataError(f"{path} was altered: it is not the file in {MANIFEST}. To mend it: {self.mend}.")


def public() -> Shelf:
    """Return the shelf of public data: AUTOGRADER_DATA, else inside the installed package, else beside it."""
    named = os.environ.get("AUTOGRADER_DATA")
    if named:
        return Shelf(Path(named), "let AUTOGRADER_DATA name a folder with the course's data, or unset it")
    inside, beside = _PACKAGE / "data", _PACKAGE.parent / "data"
    if (inside / MANIFEST).exists() or not beside.is_dir():
        return Shelf(inside, "install the package again (in the course's folder: make lab)")
    return Shelf(beside, "git checkout -- data (in the course's folder)")


def held_out() -> Shelf:
    """Return the shelf of held-out data; DataError where there is none, as on a learner's machine."""
    for folder in _held_out_places():
        if (folder / MANIFEST).exists():
            return Shelf(folder, "git checkout -- data/held_out (in the course's folder)")
    raise DataError(
        "Held-out data is only on the instructor's side: no folder data/held_out was found. To grade, work in a"
        " checkout of the course, or let AUTOGRADER_HELD_OUT name the folder."
    )


def _held_out_places() -> Iterator[Path]:
    named = os.environ.get("AUTOGRADER_HELD_OUT")
    if named:
        yield Path(named)
        return
    yield _PACKAGE.parent / "data" / "held_out"
    # The package may be installed elsewhere: then the checkout is where one works.
    here = Path.cwd()
    for folder in (here, *here.parents):
        yield folder / "data" / "held_out"
