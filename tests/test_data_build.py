"""The build programs: what makes a rebuild give the same arrays, and what they refuse."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import tarfile
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder import datasets

common = pytest.importorskip("data.build.common", reason="the build programs are only in a checkout")
packages = pytest.importorskip("data.build.packages")

PACKAGE = packages.Package("npm", "toy", "1.0", "toy-1.0.tgz", "0" * 64, "MIT", "LICENSE", "nobody")


def toy(path: str = "toy.h5", shift: int = 0) -> Any:
    X = np.arange(12, dtype=np.uint8).reshape(4, 3) + np.uint8(shift)
    dataset = common.Dataset("table", {"train": {"X": X}}, {"names": ["a", "b", "c"]})
    return common.DataFile(path, "a toy", PACKAGE, "toy.py", {"toy": dataset})


def test_the_order_of_rows_never_changes() -> None:
    assert common.shuffled(list(range(8)), "a key") == [7, 3, 1, 6, 5, 4, 0, 2]


def test_rows_are_dealt_out_once_with_classes_in_their_shares() -> None:
    labels = np.array([0] * 70 + [1] * 30)
    dealt = common.stratified(labels, {"train": 50, "test": 40}, "a key")
    assert [len(rows) for rows in dealt.values()] == [50, 40]
    assert len({*dealt["train"], *dealt["test"]}) == 90
    assert abs(labels[dealt["train"]].mean() - 0.3) < 0.03
    with pytest.raises(ValueError, match="101 rows are asked for, 100 are there"):
        common.stratified(labels, {"train": 101}, "a key")


def test_equal_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="equal rows"):
        common.refuse_twins(np.zeros((2, 3)), "toy")


def test_a_file_is_written_the_same_twice_and_a_difference_is_named(tmp_path: Path) -> None:
    one, two, three = (tmp_path / name for name in ("one", "two", "three"))
    common.write(toy(), one)
    common.write(toy(), two)
    common.write(toy(shift=1), three)
    assert (one / "toy.h5").read_bytes() == (two / "toy.h5").read_bytes()
    assert common.differences(one / "toy.h5", two / "toy.h5") == []
    assert common.differences(one / "toy.h5", three / "toy.h5") == ["not the same: toy/train/X"]
    assert common.differences(one / "toy.h5", tmp_path / "toy.h5") == ["toy.h5 is not there"]


def test_missing_numbers_are_no_difference(tmp_path: Path) -> None:
    holed = common.Dataset("table", {"train": {"X": np.array([[1.0, np.nan]])}}, {})
    for name in ("one", "two"):
        common.write(dataclasses.replace(toy(), datasets={"toy": holed}), tmp_path / name)
    assert common.differences(tmp_path / "one" / "toy.h5", tmp_path / "two" / "toy.h5") == []


def test_the_manifest_keeps_its_other_entries(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.toml"
    for file in (toy("first.h5"), toy("second.h5"), toy("first.h5", shift=1)):
        common.write(file, tmp_path)
        common.update_manifest(manifest, [file], tmp_path)
    read = tomllib.loads(manifest.read_text(encoding="utf-8"))
    assert list(read["files"]) == ["first.h5", "second.h5"]
    assert read["files"]["first.h5"]["arrays"] == {"toy/train/X": {"shape": [4, 3], "dtype": "uint8"}}


def test_another_package_than_the_pinned_one_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    path = packages.shelf() / PACKAGE.file
    path.parent.mkdir(parents=True)
    path.write_bytes(b"another package")
    with pytest.raises(packages.FetchError, match=r"sha256 .* is pinned: delete it and fetch again"):
        packages.fetch(PACKAGE)
    with pytest.raises(packages.FetchError, match="no client is known"):
        packages.fetch(dataclasses.replace(PACKAGE, registry="elsewhere", file="other"))


def test_a_licence_is_laid_in_the_packages_own_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = packages.shelf() / "toy-licensed.tgz"
    path.parent.mkdir(parents=True)
    with tarfile.open(path, "w:gz") as tar:
        entry = tarfile.TarInfo("package/LICENSE")
        entry.size = len(b"Take it.\n")
        tar.addfile(entry, io.BytesIO(b"Take it.\n"))
    checksum = hashlib.sha256(path.read_bytes()).hexdigest()
    licensed = dataclasses.replace(
        PACKAGE, name="@a/toy", file=path.name, sha256=checksum, licence_files=("package/LICENSE",), licence_named=("MIT",)
    )
    file = dataclasses.replace(toy(), package=licensed)
    with pytest.raises(ValueError, match=r"names the licence of licences/MIT.txt: lay its text there first"):
        common.write_licences([file], tmp_path)
    (tmp_path / "licences" / "MIT.txt").write_text("MIT")
    common.write_licences([file], tmp_path)
    laid = (tmp_path / "licences" / "a-toy.txt").read_text(encoding="utf-8")
    assert laid == "npm package @a/toy 1.0, package/LICENSE:\n\nTake it.\n"
    with pytest.raises(ValueError, match="where the package states its terms"):
        common.write_licences([toy()], tmp_path)


def test_a_file_of_several_packages_names_them_all() -> None:
    other = dataclasses.replace(PACKAGE, name="other")
    origin = dataclasses.replace(toy(), further=(other,)).origin
    assert origin["package"] == "toy; other" and origin["licence"] == "MIT"


def test_texts_come_back_as_they_were() -> None:
    texts = ["Käse", "two words", ":)"]
    assert common.as_lines(texts).tobytes().decode().split("\n") == texts
    for wrong in ("", "a\nb"):
        with pytest.raises(ValueError, match="empty or holds a line's end"):
            common.as_lines([*texts, wrong])


def test_every_kind_in_the_manifest_has_a_reader() -> None:
    for name in datasets.names():
        assert dataclasses.is_dataclass(datasets.load(name))
