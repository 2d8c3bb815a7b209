"""Two small tables: breast cancer (30 measured columns) and digits of 8×8 pixels."""

from __future__ import annotations

import gzip
import io

import numpy as np

from data.build.common import Array, DataFile, Dataset, refuse_twins, stratified
from data.build.packages import PORTABLE, Package

PACKAGE = Package(
    registry="PyPI",
    name="scikit-learn",
    version="1.9.1",
    file="scikit_learn-1.9.1-cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl",
    sha256="52a0703bbc07ad27f560fa63fa68e4c54dd735bfbbf65b4dd3c225dc7547b6df",
    licence="BSD-3-Clause",
    licence_read_in="scikit_learn-1.9.1.dist-info/licenses/COPYING: BSD 3-Clause, Copyright (c) 2007-2026 the"
    " scikit-learn developers. sklearn/datasets/descr/breast_cancer.rst and digits.rst call both tables copies of"
    " data of the UCI machine-learning repository and state no further terms.",
    credit="Breast cancer Wisconsin (diagnostic): W. H. Wolberg, W. N. Street, O. L. Mangasarian. Digits: E. Alpaydin, C. Kaynak",
    options=PORTABLE,
    licence_files=("scikit_learn-1.9.1.dist-info/licenses/COPYING",),
)
MEASURES = [
    *("radius", "texture", "perimeter", "area", "smoothness"),
    *("compactness", "concavity", "concave points", "symmetry", "fractal dimension"),
]
COLUMNS = [f"{which} {measure}" for which in ("mean", "error of", "worst") for measure in MEASURES]
PROGRAM = "data/build/tabular.py"


def build() -> list[DataFile]:
    """Return the public file (both tables) and the held-out rows of breast cancer."""
    cancer = _cancer()
    public = DataFile(
        "tabular.h5",
        "breast cancer: 30 measures of cell nuclei, malignant or not; digits: 8×8 pixels of 0 to 16",
        PACKAGE,
        PROGRAM,
        {"cancer": _only(cancer, "train", "test"), "digits": _digits()},
    )
    says = "breast cancer: 30 measures of cell nuclei, malignant or not"
    return [public, DataFile("held_out/cancer.h5", says, PACKAGE, PROGRAM, {"cancer": _only(cancer, "held_out")})]


def _only(dataset: Dataset, *splits: str) -> Dataset:
    return Dataset(dataset.kind, {split: dataset.splits[split] for split in splits}, dataset.words)


def _cancer() -> Dataset:
    table = _table(PACKAGE.read("sklearn/datasets/data/breast_cancer.csv"), skip=1)
    X = table[:, :30].astype(np.float32)
    # In the package 0 is malignant; here the class that one looks for is 1.
    y = (table[:, 30] == 0).astype(np.uint8)
    refuse_twins(X, "cancer")
    rows = stratified(y, {"train": 279, "test": 100, "held_out": 190}, "cancer")
    splits = {split: {"X": X[chosen], "y": y[chosen]} for split, chosen in rows.items()}
    return Dataset("table", splits, {"classes": ["benign", "malignant"], "names": COLUMNS})


def _digits() -> Dataset:
    table = _table(gzip.decompress(PACKAGE.read("sklearn/datasets/data/digits.csv.gz")), skip=0).astype(np.uint8)
    X, y = table[:, :64].reshape(-1, 8, 8), table[:, 64]
    refuse_twins(X, "digits")
    rows = stratified(y, {"train": 1397, "test": 400}, "digits")
    splits = {split: {"X": X[chosen], "y": y[chosen]} for split, chosen in rows.items()}
    return Dataset("images", splits, {"classes": [str(digit) for digit in range(10)]})


def _table(raw: bytes, skip: int) -> Array:
    return np.loadtxt(io.BytesIO(raw), delimiter=",", skiprows=skip)
