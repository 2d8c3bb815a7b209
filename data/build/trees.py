"""Aerial photographs with a box round every tree, and places in them that are a tree or not.

Photographs are halved in size and kept to six bits a colour, so that they stay small. `meadow` is cut in two: its
north is public and its south is held out, with a strip between them that belongs to neither.
"""

from __future__ import annotations

import io
import xml.etree.ElementTree as ElementTree

import numpy as np
from PIL import Image

from data.build.common import Array, DataFile, Dataset, number, shuffled
from data.build.packages import Package

PACKAGE = Package(
    registry="PyPI",
    name="deepforest",
    version="2.1.0",
    file="deepforest-2.1.0-py3-none-any.whl",
    sha256="8c2798d8e9be7f0004b194fe207b76c1d9fff6e711b3db67b9508dcd5d00ae54",
    licence="MIT",
    licence_read_in="deepforest-2.1.0.dist-info/licenses/LICENSE: MIT, Copyright (c) 2019 Ben Weinstein. The package"
    " states no terms of their own for the photographs.",
    credit="DeepForest: Ben Weinstein, Sergio Marconi, Ethan White and contributors; the photographs' file"
    " names (YELL, OSBS, SOAP) are sites of the US National Ecological Observatory Network",
    licence_files=("deepforest-2.1.0.dist-info/licenses/LICENSE",),
)
MEADOW = "2019_YELL_2_528000_4978000_image_crop2"
ROADSIDE = "2019_YELL_2_541000_4977000_image_crop"
PATCH = 24  # side of the square that is judged to be a tree or not
SMALLEST = 8  # a box with a shorter side is no example of a tree: there is too little to see
SEAM = (680, 704)  # rows of the halved meadow: north ends before the first, south begins at the second

Photograph = tuple[Array, Array]  # image (H, W, 3) uint8; boxes (K, 4) float: left, top, right, bottom


def build() -> list[DataFile]:
    """Return the public file and the held-out one."""
    meadow = _photograph(MEADOW)
    public = {"meadow": _rows(meadow, 0, SEAM[0]), "roadside": _photograph(ROADSIDE)}
    rows = len(meadow[0])
    held_out = {"meadow_south": _rows(meadow, SEAM[1], rows)}
    held_out |= {"pines": _photograph("OSBS_029"), "snags": _photograph("SOAP_061")}
    return [_file("trees.h5", public), _file("held_out/trees.h5", held_out)]


def _file(path: str, photographs: dict[str, Photograph]) -> DataFile:
    splits = {name: _split(name, *photograph) for name, photograph in photographs.items()}
    dataset = Dataset("trees", splits, {"classes": ["not a tree", "tree"]})
    says = "aerial photographs, a box round every tree, and places that are a tree or not"
    return DataFile(path, says, PACKAGE, "data/build/trees.py", {"trees": dataset})


def _photograph(name: str) -> Photograph:
    """Return one photograph at half its size, with its boxes."""
    with Image.open(io.BytesIO(PACKAGE.read(f"deepforest/data/{name}.png"))) as picture:
        full = np.asarray(picture.convert("RGB")).astype(np.uint16)
    height, width = (side // 2 * 2 for side in full.shape[:2])
    quads = full[:height, :width].reshape(height // 2, 2, width // 2, 2, 3)
    halved = (quads.sum((1, 3)) + 2) // 4
    root = ElementTree.fromstring(PACKAGE.read(f"deepforest/data/{name}.xml"))
    corners = ("xmin", "ymin", "xmax", "ymax")
    found = [[float(box.findtext(corner, "")) for corner in corners] for box in root.iter("bndbox")]
    # Their pixels count from 1 and the last one is inside; ours are edges that count from 0.
    boxes = (np.array(found) - [1, 1, 0, 0]) / 2
    return (np.minimum((halved + 2) // 4 * 4, 252)).astype(np.uint8), _clip(boxes, halved.shape[0], halved.shape[1])


def _clip(boxes: Array, height: int, width: int) -> Array:
    return np.clip(boxes, 0, [width, height, width, height])


def _rows(photograph: Photograph, top: int, bottom: int) -> Photograph:
    """Return some rows of a photograph, and the boxes that have at least half their area in them."""
    image, boxes = photograph
    moved = boxes - [0, top, 0, top]
    inside = _clip(moved, bottom - top, image.shape[1])
    kept = (inside[:, 3] - inside[:, 1]) * 2 >= moved[:, 3] - moved[:, 1]
    return image[top:bottom], inside[kept]


def _split(name: str, image: Array, boxes: Array) -> dict[str, Array]:
    trees = _trees(image, boxes)
    places = trees + _elsewhere(name, image, boxes, len(trees))
    order = shuffled(list(range(len(places))), f"trees:{name}")
    labels = np.arange(len(places)) < len(trees)
    return {
        "image": image,
        "boxes": boxes.astype(np.float32),
        "at": np.array(places, np.int16)[order],
        "y": labels.astype(np.uint8)[order],
    }


def _fits(image: Array, row: int, column: int) -> bool:
    half, (height, width) = PATCH // 2, image.shape[:2]
    return bool(half <= row <= height - half and half <= column <= width - half)


def _trees(image: Array, boxes: Array) -> list[tuple[int, int]]:
    """Return the middle (row, column) of each box that is large enough and whose patch lies in the photograph."""
    large = boxes[(boxes[:, 2:] - boxes[:, :2]).min(1) >= SMALLEST]
    middles = [(int((top + bottom) / 2), int((left + right) / 2)) for left, top, right, bottom in large.tolist()]
    return [middle for middle in dict.fromkeys(middles) if _fits(image, *middle)]


def _elsewhere(name: str, image: Array, boxes: Array, count: int) -> list[tuple[int, int]]:
    """Return places whose inner quarter touches no box, no two of them closer than half a patch.

    As many as `count`, or fewer where a photograph is too full of trees.
    """
    chosen: list[tuple[int, int]] = []
    for draw in range(50_000):
        if len(chosen) == count:
            break
        high, low = divmod(number(f"trees:{name}:place:{draw}"), 2**128)
        row, column = high % image.shape[0], low % image.shape[1]
        if not _fits(image, row, column):
            continue
        reach = PATCH // 4
        outside = (boxes[:, 0] >= column + reach) | (boxes[:, 2] <= column - reach)
        outside |= (boxes[:, 1] >= row + reach) | (boxes[:, 3] <= row - reach)
        apart = all(max(abs(row - r), abs(column - c)) >= PATCH // 2 for r, c in chosen)
        if outside.all() and apart:
            chosen.append((row, column))
    return chosen
