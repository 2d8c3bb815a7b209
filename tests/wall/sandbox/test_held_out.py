"""No row that studios are judged on stands in any file that learner code can read."""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest

from autograder import datasets
from autograder.wall.sandbox.disk import masked, placed
from autograder.wall.sandbox.probe import open_sandbox
from autograder.wall.sandbox.sandbox import Sandbox
from autograder.wall.wire.limits import Limits

SCAN = Path(__file__).with_name("scan.py").read_text(encoding="utf-8")


def held_out_rows() -> bytes:
    """What scan.py is given: words of eight bytes that are no background, and pairs of numbers."""
    pictures = [datasets.held_out(name).X.reshape(-1, 784) for name in ("mnist", "fashion")]
    table = datasets.held_out("cancer").X
    rows = [np.ascontiguousarray(part) for part in (*pictures, *(one.image for one in datasets.held_out("trees").photographs))]
    rows += [table.astype(kind).view(np.uint8) for kind in (np.float32, np.float64)]
    words = np.concatenate([_telling(part.reshape(len(part), -1)) for part in rows])
    made = io.BytesIO()
    pairs = np.stack([table[:, :-1].ravel(), table[:, 1:].ravel()], 1)
    digits = np.array([[len(f"{v:.6g}".lstrip("0.").replace(".", "")) for v in pair] for pair in pairs])
    np.savez(made, words=np.unique(words), pairs=pairs[(digits >= 4).all(1)])  # 0.0, 0.25 may stand anywhere
    return made.getvalue()


def _telling(rows: np.ndarray) -> np.ndarray:
    """What sixteen bytes hash to, at every offset, where they hold many different ones and are no text."""
    windows = np.lib.stride_tricks.sliding_window_view(rows, 16, axis=1).reshape(-1, 16)
    ordered = np.sort(windows, axis=1)
    differ = (np.diff(ordered.astype(np.int16), axis=1) > 0).sum(1)
    windows = np.ascontiguousarray(windows[(differ >= 6) & ((ordered[:, -1] > 126) | (ordered[:, 0] < 9))]).view(np.uint64)
    return windows[:, 0] * np.uint64(0xBF58476D1CE4E5B9) ^ windows[:, 1]


def scanned(sandbox: Sandbox, top: str, at_least: int) -> list[str]:
    assert sandbox.bwrap is not None
    command = [sandbox.bwrap, *sandbox.arguments(), "--", sys.executable, "-I", "-c", SCAN, top]
    done = subprocess.run(command, env={}, input=held_out_rows(), capture_output=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert int(done.stderr.split()[-2]) >= at_least
    return done.stdout.decode().splitlines()


@pytest.mark.campaign
@pytest.mark.timeout(700)
def test_no_readable_file_holds_a_held_out_row() -> None:
    assert scanned(open_sandbox(Limits()), "/", 5000) == []


@pytest.mark.timeout(700)
def test_rows_are_found_where_there_are_some(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(datasets.held_out("mnist").X[7:9].tobytes())
    np.savez_compressed(tmp_path / "two.npz", datasets.held_out("fashion").X[100:102])
    np.savetxt(tmp_path / "three.txt", datasets.held_out("cancer").X[50:51], delimiter=", ")
    (tmp_path / "four").write_bytes(b"x" + datasets.held_out("cancer").X[60].astype(np.float64).tobytes())
    found = scanned(replace(open_sandbox(Limits()), extra=(tmp_path,)), str(tmp_path), 4)
    assert {Path(path).name for path in found} == {"one", "two.npz", "three.txt", "four"}


def test_no_public_file_holds_a_held_out_text_or_symbol() -> None:
    """Three hundred pieces of sixty letters, and every symbol of the other designers; a piece of the public part is found."""
    public = []
    for path in sorted((Path(datasets.__file__).parents[2] / "data").glob("*.h5")):
        with h5py.File(path) as file:
            file.visititems(lambda _, one: public.append(np.asarray(one).tobytes()) if isinstance(one, h5py.Dataset) else None)
    rng = np.random.default_rng(0)
    for name in ("austen", "sentiment"):
        texts = [one for one in datasets.held_out(name).text if len(one) >= 60]
        for text in rng.choice(texts, 150, replace=False):
            start = rng.integers(len(text) - 59)
            piece = text[start : start + 60].encode()
            assert not any(piece in part for part in public), (name, text)
    known = next(one for one in datasets.load("sentiment").text if len(one) >= 60)
    assert any(known[:60].encode() in part for part in public)
    symbols = [part for part in public if len(part) % 3072 == 0]
    rows = {part[at : at + 3072] for part in symbols for at in range(0, len(part), 3072)}
    assert datasets.load("emoji").X[0].tobytes() in rows
    assert not any(one.tobytes() in rows for one in datasets.held_out("emoji").X)


def test_what_is_bound_twice_is_covered_twice(tmp_path: Path) -> None:
    packages = tmp_path / "real" / "lib" / "python3.11" / "site-packages"
    (packages / "sklearn" / "datasets" / "data").mkdir(parents=True)
    (tmp_path / "lib64").symlink_to(tmp_path / "real" / "lib")
    binds = [(real, place) for place, real in placed([tmp_path / "real", tmp_path / "lib64", packages]) if real is not None]
    assert len(binds) == 1  # a link stays a link
    other = [(packages.parents[2], tmp_path / "a"), (packages.parents[1], tmp_path / "b"), (packages, tmp_path / "c")]
    covered = {str(path.relative_to(tmp_path)) for path in masked([*binds, *other], data=True)}
    inside = "site-packages"  # no packages of this interpreter's: all of them
    whole = {f"real/lib/python3.11/{inside}", f"a/lib/python3.11/{inside}", f"b/python3.11/{inside}"}
    assert covered == {*whole, "c/sklearn/datasets/data"}
