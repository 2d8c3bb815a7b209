"""Symbols that several designers drew, each in a style of their own: 32×32 pixels on white, 5 bits a colour.

Public: three designers' drawings of two symbols in three. Held out: the other symbols, and all that a fourth designer drew.
Symbols that look nearly alike in some designer's hand (the faces of a clock) are all public or all held out.
"""

from __future__ import annotations

import io
import json
from functools import cache
from typing import Any

import numpy as np
from PIL import Image

from data.build.common import Array, DataFile, Dataset, as_lines, number, shuffled
from data.build.packages import Package

NOT_HELD = "The package states the licence and does not hold its text: the text in data/licences/ is the licence's own."


def _designer(name: str, version: str, sha256: str, licence: str, author: str, texts: tuple[str, ...]) -> Package:
    return Package(
        registry="npm",
        name=f"@iconify-json/{name}",
        version=version,
        file=f"iconify-json-{name}-{version}.tgz",
        sha256=sha256,
        licence=f"{name}: {licence}",
        licence_read_in=f"package/info.json of {name}: {licence}, {author}. {NOT_HELD}",
        credit=f"{name}: {author}; drawn here in 32×32 pixels of 5 bits a colour, packaged by Iconify",
        licence_files=("package/info.json",),
        licence_named=texts,
    )


TWEMOJI = _designer(
    *("twemoji", "1.2.5", "19046dff7d8707ce96212ec86468b36ac5f8e60409629dd13f809265c6d0ebb7"),
    *("CC BY 4.0", "Twitter, maintained at github.com/jdecked/twemoji", ("CC-BY-4.0",)),
)
NOTO = _designer(
    *("noto", "1.2.9", "3e918d88fc945c0bb3d468dbace6f88caef67f01c9f0e7bcae0915a042e8f1ad"),
    *("Apache 2.0", "Google Inc, github.com/googlefonts/noto-emoji", ("Apache-2.0",)),
)
FLUENT = _designer(
    *("fluent-emoji-flat", "1.2.6", "7d064769dee690815f823bc5bcc511d957198caf9f5edd8dd9c1aa48a6aeb175"),
    *("MIT", "Microsoft Corporation, github.com/microsoft/fluentui-emoji", ("MIT",)),
)
EMOJIONE = _designer(
    *("emojione", "1.2.3", "26a14f44284407e8bcde91799388dca2bfd91dbcd55a97f425524a1c5b73610e"),
    *("CC BY 4.0", "Emoji One 2.3.0, kept on at github.com/EmojiTwo/emojitwo", ("CC-BY-4.0",)),
)
GROUPS = Package(
    registry="npm",
    name="emojibase-data",
    version="17.0.0",
    file="emojibase-data-17.0.0.tgz",
    sha256="d01d0e2ca4e22cb402679532155342c71e2e871f25c32223c013b8b166ebdf5a",
    licence="emojibase-data: MIT",
    licence_read_in="package/LICENSE of emojibase-data: MIT, Copyright (c) 2017-2019 Miles Johnson.",
    credit="names and groups of the symbols: Miles Johnson, emojibase-data",
    licence_files=("package/LICENSE",),
)
PUBLIC = {"twemoji": TWEMOJI, "noto": NOTO, "fluent": FLUENT}
DESIGNERS = {**PUBLIC, "emojione": EMOJIONE}
LEFT_OUT = {"1f595", "1f918"}  # rude signs of the hand, the second one in some countries
NO_GROUPS = {None, 2, 9}  # parts of symbols, and flags, which are the same in every design
SIDE, FINE = 32, 128  # pixels kept, and pixels drawn
ALIKE = 0.95  # two symbols whose drawings by one designer correlate more than this are a family
HELD_OUT = 3  # one family in so many is held out


def build() -> list[DataFile]:
    """Return the public file and the held-out one."""
    codes = _codes()
    drawn = {designer: np.stack([_drawing(package, _names()[code]) for code in codes]) for designer, package in DESIGNERS.items()}
    groups = np.array([_facts()[code]["group"] for code in codes])
    group_codes = np.unique(groups).tolist()
    known = json.loads(GROUPS.read("package/meta/groups.json"))["groups"]
    words = {"groups": [known[str(group)] for group in group_codes]}
    judged = _held_out(_families(drawn), groups)
    every = list(range(len(codes)))
    public = [row for row in every if row not in judged]

    def split(designer: str, rows: list[int]) -> dict[str, Array]:
        order = shuffled(rows, f"emoji:{designer}")
        return {
            "X": drawn[designer][order],
            "group": np.searchsorted(group_codes, groups[order]).astype(np.uint8),
            "symbol": np.array(order, np.int16),
            "name": as_lines([_facts()[codes[row]]["label"] for row in order]),
        }

    def file(path: str, rows: dict[str, list[int]]) -> DataFile:
        first, *further = [DESIGNERS[designer] for designer in rows]
        splits = {designer: split(designer, chosen) for designer, chosen in rows.items()}
        says = f"symbols drawn by {len(rows)} designers, {SIDE}×{SIDE}, red, green, blue, in {len(group_codes)} groups"
        dataset = Dataset("emoji", splits, words)
        return DataFile(path, says, first, "data/build/emoji.py", {"emoji": dataset}, (*further, GROUPS))

    return [
        file("emoji.h5", {designer: public for designer in PUBLIC}),
        file("held_out/emoji.h5", {**{designer: sorted(judged) for designer in PUBLIC}, "emojione": every}),
    ]


def _plain(code: str) -> str:
    """Return a symbol's code without the sign that asks for colours."""
    return "-".join(part for part in code.lower().split("-") if part != "fe0f")


@cache
def _facts() -> dict[str, Any]:
    return {_plain(entry["hexcode"]): entry for entry in json.loads(GROUPS.read("package/en/data.json"))}


@cache
def _names() -> dict[str, str]:
    """Return what the packages of drawings call each symbol."""
    return {_plain(code): name for code, name in json.loads(TWEMOJI.read("package/chars.json")).items()}


@cache
def _icons(package: Package) -> dict[str, Any]:
    icons: dict[str, Any] = json.loads(package.read("package/icons.json"))
    return icons


def _codes() -> list[str]:
    """Return the symbols that every designer drew, without those that differ in the colour of a skin alone."""
    tones = {f"1f3f{digit}" for digit in "bcdef"}
    return sorted(
        code
        for code, name in _names().items()
        if code in _facts()
        and _facts()[code].get("group") not in NO_GROUPS
        and code not in LEFT_OUT
        and not tones & set(code.split("-"))
        and all(_body(package, name) for package in DESIGNERS.values())
    )


def _body(package: Package, name: str) -> dict[str, Any]:
    """Return the drawing called `name`, also under another name; nothing where there is none, or a turned one."""
    icons = _icons(package)
    other = icons.get("aliases", {}).get(name)
    if other and set(other) - {"parent"}:
        return {}
    found: dict[str, Any] = icons["icons"].get(other["parent"] if other else name, {})
    return found


def _drawing(package: Package, name: str) -> Array:
    import cairosvg  # asked for only where drawings are made

    icons, icon = _icons(package), _body(package, name)
    left, top = (icon.get(key, icons.get(key, 0)) for key in ("left", "top"))
    width, height = (icon.get(key, icons.get(key, 16)) for key in ("width", "height"))
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        f' viewBox="{left} {top} {width} {height}" width="{FINE}" height="{FINE}">{icon["body"]}</svg>'
    )
    png = cairosvg.svg2png(bytestring=svg.encode(), output_width=FINE, output_height=FINE)
    with Image.open(io.BytesIO(png)) as picture:
        drawn = picture.convert("RGBA")
    paper = Image.new("RGBA", drawn.size, (255, 255, 255, 255))
    paper.alpha_composite(drawn)
    small = np.asarray(paper.convert("RGB").resize((SIDE, SIDE), Image.Resampling.LANCZOS)).astype(int)
    return np.minimum((small + 4) // 8 * 8, 255).astype(np.uint8)


def _families(drawn: dict[str, Array]) -> list[int]:
    """Return the family of each symbol, by its first member: chains of symbols that look nearly alike."""
    first = list(range(len(next(iter(drawn.values())))))

    def top(row: int) -> int:
        while first[row] != row:
            row = first[row]
        return row

    for pictures in drawn.values():
        flat = pictures.reshape(len(pictures), -1).astype(np.float32)
        flat -= flat.mean(1, keepdims=True)
        flat /= np.linalg.norm(flat, axis=1, keepdims=True)
        for one, two in np.argwhere(np.triu(flat @ flat.T > ALIKE, 1)).tolist():
            low, high = sorted((top(one), top(two)))
            first[high] = low
    return [top(row) for row in range(len(first))]


def _held_out(families: list[int], groups: Array) -> set[int]:
    """Return the symbols held out: in each group every third family, in an order that no one chose."""
    chosen: set[int] = set()
    for group in np.unique(groups).tolist():
        inside = sorted({family for family, of in zip(families, groups, strict=True) if of == group})
        dealt = sorted(inside, key=lambda family: number(f"emoji:{family}"))[::HELD_OUT]
        chosen |= {row for row, family in enumerate(families) if family in dealt and groups[family] == group}
    return chosen
