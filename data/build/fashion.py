"""Articles of clothing, 28×28: a balanced part of Fashion-MNIST."""

from __future__ import annotations

import gzip

import numpy as np

from data.build.common import Array, DataFile, Dataset, refuse_twins, stratified
from data.build.packages import Package

PACKAGE = Package(
    registry="Debian",
    name="dataset-fashion-mnist",
    version="0.0~git20200523.55506a9-1",
    file="dataset-fashion-mnist_0.0~git20200523.55506a9-1_all.deb",
    sha256="39e172fe32dd318ebb3e512220c3beea2fa47d7e20bab348fb4e0922d6beefc0",
    licence="MIT",
    licence_read_in="usr/share/doc/dataset-fashion-mnist/copyright: Expat (MIT), Copyright 2017 Zalando SE;"
    " the README.md beside it says the same.",
    credit="Fashion-MNIST: Han Xiao, Kashif Rasul, Roland Vollgraf, Zalando SE",
    licence_files=("usr/share/doc/dataset-fashion-mnist/copyright",),
)
FOLDER = "usr/share/datasets/fashion-mnist"
CLASSES = ["T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"]


def build() -> list[DataFile]:
    """Return the public file and the held-out one."""
    X_train, y_train = _part("train")
    X_other, y_other = _part("t10k")
    refuse_twins(np.concatenate([X_train, X_other]), "fashion")
    train = stratified(y_train, {"train": 5500}, "fashion")["train"]
    other = stratified(y_other, {"test": 1000, "held_out": 4000}, "fashion")
    splits = {"train": {"X": X_train[train], "y": y_train[train]}}
    splits |= {split: {"X": X_other[rows], "y": y_other[rows]} for split, rows in other.items()}

    def file(path: str, names: list[str]) -> DataFile:
        dataset = Dataset("images", {name: splits[name] for name in names}, {"classes": CLASSES})
        says = "articles of clothing, 28×28, grey, 0 is background; ten classes in equal shares"
        return DataFile(path, says, PACKAGE, "data/build/fashion.py", {"fashion": dataset})

    return [file("fashion.h5", ["train", "test"]), file("held_out/fashion.h5", ["held_out"])]


def _part(part: str) -> tuple[Array, Array]:
    # The idx format: a header of 16 bytes before images and of 8 before labels, then plain bytes.
    images = gzip.decompress(PACKAGE.read(f"{FOLDER}/{part}-images-idx3-ubyte.gz"))
    labels = gzip.decompress(PACKAGE.read(f"{FOLDER}/{part}-labels-idx1-ubyte.gz"))
    return np.frombuffer(images, np.uint8, offset=16).reshape(-1, 28, 28), np.frombuffer(labels, np.uint8, offset=8)
