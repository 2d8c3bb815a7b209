"""What the build programs share: an order that never changes, HDF5 files, and the manifest."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from data.build.packages import Package

Array = np.ndarray[Any, np.dtype[Any]]
LONG = 65_536


@dataclass(frozen=True)
class Dataset:
    """One data set of a file: its arrays by split, and the words that belong to it (class names, column names)."""

    kind: str  # which reader of autograder.datasets understands it
    splits: dict[str, dict[str, Array]]
    words: dict[str, list[str]]


@dataclass(frozen=True)
class DataFile:
    """One HDF5 file to be written: `path` is relative to data/, `datasets` by name."""

    path: str
    says: str
    package: Package
    program: str
    datasets: dict[str, Dataset]
    further: tuple[Package, ...] = ()  # packages besides the first

    @property
    def packages(self) -> tuple[Package, ...]:
        """All packages that something in the file comes from."""
        return (self.package, *self.further)

    @property
    def origin(self) -> dict[str, str]:
        """Where the file comes from, as its attributes and the manifest say it; several packages in one order."""

        def each(word: Callable[[Package], str]) -> str:
            return "; ".join(dict.fromkeys(map(word, self.packages)))

        return {
            "says": self.says,
            "origin": each(lambda package: f"{package.registry} package {package.name} {package.version}"),
            "package": each(lambda package: package.name),
            "version": each(lambda package: package.version),
            "package_file": each(lambda package: package.file),
            "package_sha256": each(lambda package: package.sha256),
            "licence": each(lambda package: package.licence),
            "licence_read_in": each(lambda package: package.licence_read_in),
            "credit": each(lambda package: package.credit),
            "program": self.program,
        }


def number(key: str) -> int:
    """Return a large number that depends on nothing but `key`.

    NumPy may change its random streams between versions; a hash stays, so a rebuild gives the same rows for ever.
    """
    return int.from_bytes(hashlib.sha256(key.encode()).digest())


def shuffled(rows: list[int], key: str) -> list[int]:
    """Return `rows` in an order that depends on `key` alone."""
    return sorted(rows, key=lambda row: number(f"{key}:{row}"))


def stratified(labels: Array, sizes: dict[str, int], key: str) -> dict[str, list[int]]:
    """Deal rows out to splits of the given sizes, each with the classes in the same shares as in `labels`."""
    place: list[tuple[float, int, int]] = []
    for label in np.unique(labels).tolist():
        members = shuffled(np.flatnonzero(labels == label).tolist(), key)
        place += [((rank + 0.5) / len(members), label, row) for rank, row in enumerate(members)]
    dealt = [row for _, _, row in sorted(place)]
    splits, start = {}, 0
    for name, size in sizes.items():
        splits[name] = shuffled(dealt[start : start + size], key)
        start += size
    if start > len(dealt):
        raise ValueError(f"{start} rows are asked for, {len(dealt)} are there")
    return splits


def refuse_twins(rows: Array, what: str) -> None:
    """Refuse a data set in which two rows are equal: one of them could end up held out and the other public."""
    if len({row.tobytes() for row in rows}) != len(rows):
        raise ValueError(f"{what} holds equal rows: drop one of each pair before the split")


def as_lines(texts: list[str]) -> Array:
    """Return texts as an array of bytes: UTF-8, a line each."""
    if any("\n" in text or not text for text in texts):
        raise ValueError("a text is empty or holds a line's end: it would come back as none or as two")
    return np.frombuffer("\n".join(texts).encode(), np.uint8)


def write_licences(files: list[DataFile], folder: Path) -> None:
    """Lay the terms of every package, in its own words, into the folder of licences."""
    for package in {package for file in files for package in file.packages}:
        if not package.licence_files:
            raise ValueError(f"{package.name}: say in `licence_files` where the package states its terms")
        own, *named = package.licence_texts
        (folder / own).parent.mkdir(exist_ok=True)
        (folder / own).write_text(package.licence_text(), encoding="utf-8")
        for text in named:
            if not (folder / text).exists():
                raise ValueError(f"{package.name} names the licence of {text}: lay its text there first")


def write(file: DataFile, folder: Path) -> None:
    """Write one HDF5 file under `folder`."""
    path = folder / file.path
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w") as h5:
        h5.attrs.update(file.origin)
        for name, dataset in file.datasets.items():
            group = h5.create_group(name)
            group.attrs["kind"] = dataset.kind
            for word, entries in dataset.words.items():
                group.attrs[word] = entries
            for split, arrays in dataset.splits.items():
                for label, array in arrays.items():
                    _write_array(group, f"{split}/{label}", array)


def _write_array(group: Any, name: str, array: Array) -> None:
    # A long line of numbers (text, sound) is packed in long pieces; rows by 256.
    rows = 256 if array.ndim > 1 or len(array) < LONG else LONG
    chunks = (min(rows, len(array)), *array.shape[1:])
    shuffle = array.dtype.itemsize > 1
    group.create_dataset(
        name, data=array, chunks=chunks, compression="gzip", compression_opts=9, shuffle=shuffle, track_times=False
    )


def contents(path: Path) -> dict[str, Any]:
    """Return everything in an HDF5 file: each array and each attribute by its full name."""
    found: dict[str, Any] = {}

    def collect(name: str, node: Any) -> None:
        if isinstance(node, h5py.Dataset):
            found[name] = node[()]
        for word, value in node.attrs.items():
            found[f"{name}@{word}"] = np.asarray(value).tolist()

    with h5py.File(path) as h5:
        collect("", h5)
        h5.visititems(collect)
    return found


def differences(built: Path, committed: Path) -> list[str]:
    """Say in what two HDF5 files differ: arrays to the last bit, their dtypes, attributes."""
    if not committed.exists():
        return [f"{committed.name} is not there"]
    new, old = contents(built), contents(committed)
    lines = [f"only in one of them: {name}" for name in sorted(new.keys() ^ old.keys())]
    for name in sorted(new.keys() & old.keys()):
        one, two = new[name], old[name]
        lines += [] if _same(one, two) else [f"not the same: {name}"]
    return lines


def _same(one: Any, two: Any) -> bool:
    if not isinstance(one, np.ndarray) or not isinstance(two, np.ndarray):
        return bool(one == two)
    return (one.dtype, one.shape) == (two.dtype, two.shape) and one.tobytes() == two.tobytes()  # nan is nan's equal


def entry(file: DataFile, folder: Path) -> dict[str, Any]:
    """Return what the manifest says of a written file."""
    raw = (folder / file.path).read_bytes()
    arrays = {name: value for name, value in contents(folder / file.path).items() if "@" not in name}
    return {
        "sha256": hashlib.sha256(raw).hexdigest(),
        "bytes": len(raw),
        **file.origin,
        "licence_texts": list(dict.fromkeys(path for package in file.packages for path in package.licence_texts)),
        "arrays": {name: {"shape": list(value.shape), "dtype": str(value.dtype)} for name, value in arrays.items()},
    }


def update_manifest(path: Path, files: list[DataFile], folder: Path) -> None:
    """Put the entries of `files` into the manifest at `path`, and leave its other entries as they are."""
    manifest = tomllib.loads(path.read_text()) if path.exists() else {"datasets": {}, "files": {}}
    for file in files:
        name = Path(file.path).name
        manifest["files"][name] = entry(file, folder)
        for label, dataset in file.datasets.items():
            manifest["datasets"][label] = {"file": name, "kind": dataset.kind, "splits": list(dataset.splits)}
    path.write_text(_toml(manifest))


def _toml(manifest: dict[str, Any]) -> str:
    lines = ["# Generated by `python -m data.build`. What each file holds, where it comes from, and its licence."]
    for name, dataset in sorted(manifest["datasets"].items()):
        lines += ["", f"[datasets.{name}]", *_pairs(dataset)]
    for name, file in sorted(manifest["files"].items()):
        plain = {word: value for word, value in file.items() if word != "arrays"}
        lines += ["", f'[files."{name}"]', *_pairs(plain), "", f'[files."{name}".arrays]']
        for array, facts in sorted(file["arrays"].items()):
            lines.append(f'"{array}" = {{ shape = {facts["shape"]}, dtype = "{facts["dtype"]}" }}')
    return "\n".join(lines) + "\n"


def _pairs(table: dict[str, Any]) -> list[str]:
    # A JSON string, number or list of them is a TOML one too.
    return [f"{word} = {json.dumps(value, ensure_ascii=False)}" for word, value in table.items()]
