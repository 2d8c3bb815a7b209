"""Pictures whose content or style is worth having: six in colour, three textures in grey, 192×192."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from data.build.common import Array, DataFile, Dataset
from data.build.packages import PORTABLE, Package

# What each picture is called here: its file, the function whose documentation states its terms, and the square cut
# out of it (left, top, side).
PICTURES = {
    "cat": ("chelsea.png", "chelsea", (75, 0, 300)),
    "coffee": ("coffee.png", "coffee", (100, 0, 400)),
    "stars": ("hubble_deep_field.jpg", "hubble_deep_field", (0, 0, 600)),
    "tissue": ("ihc.png", "immunohistochemistry", (0, 0, 512)),
    "retina": ("retina.jpg", "retina", (0, 0, 1411)),
    "rocket": ("rocket.jpg", "rocket", (0, 0, 427)),
    "brick": ("brick.png", "brick", (0, 0, 512)),
    "gravel": ("gravel.png", "gravel", (0, 0, 512)),
    "grass": ("grass.png", "grass", (0, 0, 512)),
}
SIDE = 192
PACKAGE = Package(
    registry="PyPI",
    name="scikit-image",
    version="0.26.0",
    file="scikit_image-0.26.0-cp311-cp311-manylinux_2_24_x86_64.manylinux_2_28_x86_64.whl",
    sha256="74aa5518ccea28121f57a95374581d3b979839adc25bb03f289b1bc9b99c58af",
    licence="the package: BSD-3-Clause; the pictures: CC0, public domain, or no known copyright restrictions",
    licence_read_in="scikit_image-0.26.0.dist-info/LICENSE.txt: BSD 3-Clause. skimage/data/_fetchers.py, in the documentation"
    " of each picture: chelsea, coffee, brick, gravel, grass, retina CC0; hubble_deep_field and rocket public domain;"
    " immunohistochemistry 'no known copyright restrictions'.",
    credit="cat: Stefan van der Walt. coffee: Rachel Michetti. stars: NASA, Hubble. rocket: SpaceX. retina: Mikael Häggström."
    " tissue: Center for Microscopy and Molecular Imaging. brick, gravel: CC0Textures. grass: linolafett",
    options=PORTABLE,
    licence_files=(
        "scikit_image-0.26.0.dist-info/LICENSE.txt",
        *(f"skimage/data/_fetchers.py#{function}" for _, function, _ in PICTURES.values()),
    ),
)


def build() -> list[DataFile]:
    """Return the file of pictures, each a split of one row."""
    splits = {name: {"X": _picture(file, *square)[None]} for name, (file, _, square) in PICTURES.items()}
    says = f"nine pictures for content and style, {SIDE}×{SIDE}, red, green, blue (the textures are grey)"
    dataset = Dataset("pictures", splits, {})
    return [DataFile("style_images.h5", says, PACKAGE, "data/build/style_images.py", {"style_images": dataset})]


def _picture(file: str, left: int, top: int, side: int) -> Array:
    with Image.open(io.BytesIO(PACKAGE.read(f"skimage/data/{file}"))) as picture:
        cut = picture.convert("RGB").crop((left, top, left + side, top + side))
    return np.asarray(cut.resize((SIDE, SIDE), Image.Resampling.LANCZOS))
