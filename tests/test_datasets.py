"""The data files are what their manifests say, and what studios are judged on is nowhere that a learner can look."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from autograder import datafiles, datasets

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "data"
SHELVES = [DATA, DATA / "held_out"]
FILES = [(shelf, path.name) for shelf in SHELVES for path in sorted(shelf.glob("*.h5"))]
LABELLED = ["mnist", "fashion", "cancer", "digits", "trees"]
HELD_OUT = ["mnist", "fashion", "cancer", "trees"]
LEARNERS_FOLDERS = ["release", "autograder"]
DATA_ENDINGS = {".h5", ".hdf5", ".npz", ".npy", ".csv", ".pkl", ".gz", ".zip", ".mat", ".parquet"}


def manifest(shelf: Path) -> dict[str, Any]:
    return tomllib.loads((shelf / "manifest.toml").read_text(encoding="utf-8"))


def arrays(path: Path) -> dict[str, Any]:
    found = {}
    with h5py.File(path) as file:
        file.visititems(lambda name, node: found.update({name: node[()]}) if isinstance(node, h5py.Dataset) else None)
    return found


# The manifest


@pytest.mark.parametrize("shelf", SHELVES, ids=lambda shelf: shelf.name)
def test_manifest_lists_the_files_that_are_there(shelf: Path) -> None:
    listed = manifest(shelf)
    there = {path.name for path in shelf.glob("*.h5")}
    assert there and set(listed["files"]) == there
    assert {dataset["file"] for dataset in listed["datasets"].values()} == there


@pytest.mark.parametrize(("shelf", "name"), FILES, ids=lambda part: getattr(part, "name", part))
def test_manifest_is_true(shelf: Path, name: str) -> None:
    facts, raw = manifest(shelf)["files"][name], (shelf / name).read_bytes()
    assert (facts["sha256"], facts["bytes"]) == (hashlib.sha256(raw).hexdigest(), len(raw))
    found = {label: {"shape": list(v.shape), "dtype": str(v.dtype)} for label, v in arrays(shelf / name).items()}
    assert facts["arrays"] == found


@pytest.mark.parametrize(("shelf", "name"), FILES, ids=lambda part: getattr(part, "name", part))
def test_a_file_says_itself_where_it_comes_from(shelf: Path, name: str) -> None:
    facts = manifest(shelf)["files"][name]
    with h5py.File(shelf / name) as file:
        inside = dict(file.attrs)
    assert inside == {word: facts[word] for word in inside}
    asked = {"origin", "package", "version", "package_sha256", "licence", "licence_read_in", "credit", "program"}
    assert asked <= inside.keys() and all(inside.values())
    assert (ROOT / inside["program"]).is_file()


def test_public_manifest_is_silent_about_held_out_data() -> None:
    assert "held_out" not in (DATA / "manifest.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(("shelf", "name"), FILES, ids=lambda part: getattr(part, "name", part))
def test_the_licence_of_every_file_can_be_read(shelf: Path, name: str) -> None:
    paths = manifest(shelf)["files"][name]["licence_texts"]
    for text in [(DATA / path).read_text(encoding="utf-8") for path in paths]:
        assert len(text) > 500 and re.search(r"permission|licen[cs]e|public domain", text, re.IGNORECASE)


def test_every_licence_text_is_some_files() -> None:
    named = {path for shelf in SHELVES for file in manifest(shelf)["files"].values() for path in file["licence_texts"]}
    assert named == {f"licences/{path.name}" for path in (DATA / "licences").iterdir()}


# Loading


@pytest.mark.parametrize(
    ("name", "shape", "splits"),
    [
        ("mnist", (7000, 28, 28), {"train": 6000, "test": 1000}),
        ("fashion", (6500, 28, 28), {"train": 5500, "test": 1000}),
        ("cancer", (379, 30), {"train": 279, "test": 100}),
        ("digits", (1797, 8, 8), {"train": 1397, "test": 400}),
        ("trees", (1074, 24, 24, 3), {"meadow": 566, "roadside": 508}),
    ],
)
def test_splits_are_disjoint_and_make_up_the_whole(name: str, shape: tuple[int, ...], splits: dict[str, int]) -> None:
    whole = datasets.load(name)
    assert whole.X.shape == shape and whole.y.shape == shape[:1] and whole.y.dtype == np.uint8
    assert set(whole.y.tolist()) == set(range(len(whole.classes)))
    parts = [datasets.load(name, split=split) for split in splits]
    assert [len(part.y) for part in parts] == list(splits.values())
    assert np.array_equal(np.concatenate([part.X for part in parts]), whole.X)
    assert np.array_equal(np.concatenate([part.y for part in parts]), whole.y)
    rows = [{row.tobytes() for row in part.X} for part in parts]
    assert not rows[0] & rows[1]
    assert name == "trees" or len(rows[0] | rows[1]) == len(whole.y)


@pytest.mark.parametrize(("name", "shape"), [("mnist", (3000, 28, 28)), ("fashion", (4000, 28, 28)), ("cancer", (190, 30))])
def test_held_out_has_the_shape_of_the_public_part(name: str, shape: tuple[int, ...]) -> None:
    judged, public = datasets.held_out(name), datasets.load(name)
    assert judged.X.shape == shape and judged.X.dtype == public.X.dtype and judged.classes == public.classes
    one, two = (np.bincount(part.y) / len(part.y) for part in (judged, public))
    assert np.abs(one - two).max() < 0.005


def test_fashion_is_balanced() -> None:
    parts = [datasets.load("fashion", "train"), datasets.load("fashion", "test"), datasets.held_out("fashion")]
    assert all(len(set(np.bincount(part.y).tolist())) == 1 for part in parts)


def test_cancer_names_its_columns() -> None:
    cancer = datasets.load("cancer")
    assert len(cancer.names) == 30 and "mean radius" in cancer.names and "worst area" in cancer.names
    # The tumours that kill are the larger ones: a swap of the classes would turn this round.
    radius = cancer.X[:, cancer.names.index("mean radius")]
    assert cancer.classes[1] == "malignant" and radius[cancer.y == 1].mean() > radius[cancer.y == 0].mean()


@pytest.mark.parametrize("trees", [datasets.load("trees"), datasets.held_out("trees")], ids=["public", "held out"])
def test_trees_are_cut_where_they_say(trees: datasets.Trees) -> None:
    for X, y, (row, column), which in zip(trees.X, trees.y, trees.at, trees.photograph, strict=True):
        photograph = trees.photographs[which]
        assert np.array_equal(X, photograph.image[row - 12 : row + 12, column - 12 : column + 12])
        left, top, right, bottom = photograph.boxes.T
        inside = (left < column + 6) & (right > column - 6) & (top < row + 6) & (bottom > row - 6)
        assert inside.any() == bool(y)
    for photograph in trees.photographs:
        height, width, _ = photograph.image.shape
        left, top, right, bottom = photograph.boxes.T
        assert (left < right).all() and (top < bottom).all()
        assert (photograph.boxes >= 0).all() and (right <= width).all() and (bottom <= height).all()


@pytest.mark.parametrize("name", LABELLED)
def test_a_change_in_place_does_not_reach_the_next_load(name: str) -> None:
    first = datasets.load(name)
    first.X[:] = 0
    first.y[:] = 0
    again = datasets.load(name)
    assert again.X.any() and again.y.any()


def test_loading_is_quick() -> None:
    def seconds() -> float:
        start = time.perf_counter()
        datasets.load("mnist")
        return time.perf_counter() - start

    assert min(seconds() for _ in range(3)) < 0.5


def test_names() -> None:
    assert set(datasets.names()) == set(manifest(DATA)["datasets"]) >= set(LABELLED)


# Refusals, each with its mend


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own with the small tables in it, named by AUTOGRADER_DATA."""
    for name in ("tabular.h5", "manifest.toml"):
        shutil.copy(DATA / name, tmp_path / name)
    monkeypatch.setenv("AUTOGRADER_DATA", str(tmp_path))
    return tmp_path


def test_the_folder_can_be_named(shelf: Path) -> None:
    assert datasets.load("cancer").X.shape == (379, 30)


@pytest.mark.parametrize("missing", ["tabular.h5", "manifest.toml"])
def test_a_missing_file_is_refused(shelf: Path, missing: str) -> None:
    (shelf / missing).unlink()
    with pytest.raises(datasets.DataError, match=rf"{missing} is missing. To mend it: let AUTOGRADER_DATA name"):
        datasets.load("cancer")


def test_a_truncated_file_is_refused(shelf: Path) -> None:
    datasets.load("cancer")  # found true once: the change must be seen all the same
    os.truncate(shelf / "tabular.h5", 5000)
    with pytest.raises(datasets.DataError, match=r"cut short: 5000 bytes of \d+. To mend it: "):
        datasets.load("cancer")


def test_an_altered_file_is_refused(shelf: Path) -> None:
    datasets.load("cancer")
    raw = bytearray((shelf / "tabular.h5").read_bytes())
    raw[len(raw) // 2] ^= 1
    (shelf / "tabular.h5").write_bytes(raw)
    with pytest.raises(datasets.DataError, match=r"was altered: .* To mend it: "):
        datasets.load("cancer")


@pytest.mark.parametrize("text", ["no = toml = at all", "", '[files]\n"tabular.h5" = 1\n'])
def test_a_spoilt_manifest_is_refused(shelf: Path, text: str) -> None:
    (shelf / "manifest.toml").write_text(text)
    with pytest.raises(datasets.DataError):
        datasets.load("cancer")


def test_a_listed_file_that_is_no_hdf5_is_refused(shelf: Path) -> None:
    junk = b"no data"
    text = '[datasets.cancer]\nfile = "tabular.h5"\nkind = "table"\nsplits = ["train"]\n[files."tabular.h5"]\nbytes = 7\n'
    (shelf / "tabular.h5").write_bytes(junk)
    (shelf / "manifest.toml").write_text(text + f'sha256 = "{hashlib.sha256(junk).hexdigest()}"\n')
    with pytest.raises(datasets.DataError, match=r"cannot be read .* To mend it: "):
        datasets.load("cancer")


def test_an_unknown_name_or_split_is_refused() -> None:
    with pytest.raises(datasets.DataError, match=r"no data set called 'minst'. Did you mean 'mnist'\? There is: "):
        datasets.load("minst")
    with pytest.raises(datasets.DataError, match=r"no split of mnist called 'held_out'. There is: train, test"):
        datasets.load("mnist", split="held_out")


def test_held_out_data_is_refused_where_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datafiles, "_PACKAGE", tmp_path / "site-packages" / "autograder")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(datasets.DataError, match=r"only on the instructor's side.*work in a checkout"):
        datasets.held_out("mnist")
    with pytest.raises(datasets.DataError, match="install the package again"):
        datasets.load("mnist")


def test_held_out_data_is_found_from_inside_a_checkout(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(datafiles, "_PACKAGE", tmp_path / "site-packages" / "autograder")
    monkeypatch.chdir(ROOT / "tests")
    assert len(datasets.held_out("cancer").y) == 190


# What is held out is nowhere else


def prints(rows: np.ndarray[Any, Any]) -> set[bytes]:
    """A print of each row that stays the same when all of it is shifted, scaled, or stored in another type."""
    flat = np.nan_to_num(rows.reshape(len(rows), -1).astype(float))  # flchain lacks some numbers
    flat = flat - flat.min(1, keepdims=True)
    flat = flat / np.maximum(flat.max(1, keepdims=True), 1e-12)
    return {row.tobytes() for row in np.round(flat * 1e4).astype(np.int16)}


@pytest.fixture(scope="module")
def judged() -> dict[str, Any]:
    return {name: datasets.held_out(name) for name in HELD_OUT}


def other_files() -> Iterator[Path]:
    """Every HDF5 file of the checkout that git knows or would take, but the held-out ones."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "*.h5", "*.hdf5"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in listed.split("\0"):
        if name and not name.startswith("data/held_out/") and (ROOT / name).exists():
            yield ROOT / name


def test_no_held_out_row_is_in_another_file(judged: dict[str, Any]) -> None:
    held_out = set().union(*(prints(part.X) for part in judged.values()))
    assert len(held_out) >= sum(len(part.y) for part in judged.values()) - 1
    files = list(other_files())
    assert {path.name for path in files} >= {"mnist.h5", "fashion.h5", "tabular.h5", "trees.h5"}
    for path in files:
        for name, array in arrays(path).items():
            if array.ndim > 1 and array.dtype.kind in "fiu":
                assert not prints(array) & held_out, f"{path.name}: {name} holds a held-out row"


def test_no_held_out_place_is_in_a_public_photograph(judged: dict[str, Any]) -> None:
    public = [photograph.image.tobytes() for photograph in datasets.load("trees").photographs]
    assert datasets.load("trees").X[0, 12].tobytes() in public[0]  # a line of a square is one run of its photograph
    for square in judged["trees"].X:
        assert not any(square[12].tobytes() in image for image in public)


def runs(part: Any) -> set[tuple[str, ...]]:
    """The ten numbers of each row, one after the other, that change most often, as they would be typed."""
    flat = part.X.reshape(len(part.X), -1)
    windows = np.lib.stride_tricks.sliding_window_view(flat, 10, axis=1)
    steps = np.cumsum(np.diff(flat, axis=1, prepend=flat[:, :1]) != 0, axis=1)
    starts = (steps[:, 9:] - steps[:, :-9]).argmax(1)
    return {tuple(f"{value:.6g}" for value in window[start]) for window, start in zip(windows, starts, strict=True)}


def typed(text: str) -> Iterator[tuple[str, ...]]:
    """Every ten numbers that follow each other in a text."""
    found = [f"{float(word):.6g}" for word in re.findall(r"(?<![\w.])\d+\.?\d*(?:e[-+]?\d+)?", text)]
    return zip(*(found[shift:] for shift in range(10)), strict=False)


def test_a_typed_row_would_be_found(judged: dict[str, Any]) -> None:
    for part in judged.values():
        held_out = runs(part)
        assert len(held_out) > 0.99 * len(part.y)
        for row in part.X[:20]:
            assert held_out.intersection(typed(f"rows = {row.tolist()}"))


@pytest.mark.parametrize("folder", LEARNERS_FOLDERS)
def test_no_held_out_row_is_typed_where_learners_look(judged: dict[str, Any], folder: str) -> None:
    held_out = set().union(*(runs(part) for part in judged.values()))
    for path in (ROOT / folder).rglob("*"):
        if path.suffix in {".py", ".ipynb", ".json", ".md", ".txt", ".toml"} and path.is_file():
            assert not held_out.intersection(typed(path.read_text(encoding="utf-8"))), f"{path} holds a held-out row"


@pytest.mark.parametrize("folder", LEARNERS_FOLDERS)
def test_no_data_file_lies_where_learners_look(folder: str) -> None:
    assert not [path for path in (ROOT / folder).rglob("*") if path.suffix in DATA_ENDINGS]


def test_the_learners_package_has_the_public_data_and_no_other(tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="the wheel is built by hatchling: install the author extra")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = wheel.namelist()
        wheel.extractall(tmp_path / "installed")
    kept = {name for name in names if name.startswith("autograder/data/")}
    public = {path.relative_to(DATA).as_posix() for pattern in ("*.h5", "licences/*") for path in DATA.glob(pattern)}
    assert kept == {f"autograder/data/{name}" for name in {*public, "manifest.toml"}}
    assert not [name for name in names if "held_out" in name]
    # Used from there, it loads the public data and refuses the rest.
    script = (
        "from autograder import datasets\n"
        f"print([len(datasets.load(name).y) for name in {LABELLED}])\n"
        "print([type(datasets.load(name)).__name__ for name in datasets.names()])\n"
        "try: datasets.held_out('mnist')\n"
        "except datasets.DataError as error: print(error)\n"
    )
    environment = {key: value for key, value in os.environ.items() if not key.startswith("AUTOGRADER_")}
    environment["PYTHONPATH"] = str(tmp_path / "installed")
    told = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    counts, kinds, refused = told.stdout.splitlines()
    assert counts == "[7000, 6500, 379, 1797, 1074]" and len(kinds.split(",")) == len(manifest(DATA)["datasets"])
    assert refused.startswith("Held-out data is only on the instructor's side")
