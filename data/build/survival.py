"""Two cohorts and a trial, with how long people were followed and what happened: rotterdam, flchain; gbsg is held out."""

from __future__ import annotations

from typing import Any

import numpy as np

from data.build import rdata
from data.build.common import DataFile, Dataset, shuffled
from data.build.packages import Package

PACKAGE = Package(
    registry="Debian",
    name="r-cran-survival",
    version="3.5-3-1",
    file="r-cran-survival_3.5-3-1_amd64.deb",
    sha256="f7b474e37620b54bd0112b3847bbad0a6b75b9c2121d6936548dd74ebd4003d5",
    licence="LGPL-2 or later (upstream); Debian's own file says GPL-2",
    licence_read_in="usr/lib/R/library/survival/DESCRIPTION: License: LGPL (>= 2); usr/share/doc/r-cran-survival/copyright quotes"
    " version 2.11 of 2003, then GPL-2. No other terms are stated for the data.",
    credit="Terry M. Therneau and others (survival). rotterdam, gbsg: Patrick Royston and Douglas Altman 2013, from the Rotterdam"
    " tumour bank and the German Breast Cancer Study Group. flchain: Angela Dispenzieri and others 2012, Mayo Clinic",
    licence_files=("usr/lib/R/library/survival/DESCRIPTION", "usr/share/doc/r-cran-survival/copyright"),
    licence_named=("LGPL-2", "GPL-2"),
)
FOLDER = "usr/lib/R/library/survival/data"
SIZES = {"<=20": 0, "20-50": 1, ">50": 2}
LEFT_OUT = {"pid", "chapter", "flc.grp"}  # numbers of persons, causes of death, tenths made of two other columns
SAYS = {
    "rotterdam": "women operated for breast cancer in Rotterdam, times in days; size is 0 to 20 mm, 1 to 50 mm, 2 above",
    "flchain": "people of 50 years and more, a protein of their blood, times in days; sex is 1 for women",
    "gbsg": "women in a trial on breast cancer with lymph nodes, times in days; size in mm",
}


def build() -> list[DataFile]:
    """Return the public file (rotterdam, flchain) and the held-out trial (gbsg)."""
    found = rdata.load(*(PACKAGE.read(f"{FOLDER}/Rdata.{end}") for end in ("rdx", "rdb")), list(SAYS))

    def file(path: str, names: tuple[str, ...]) -> DataFile:
        datasets = {name: _cohort(name, rdata.columns(found[name])) for name in names}
        says = "; ".join(f"{name}: {SAYS[name]}" for name in names)
        return DataFile(path, says, PACKAGE, "data/build/survival.py", datasets)

    return [file("survival.h5", ("rotterdam", "flchain")), file("held_out/gbsg.h5", ("gbsg",))]


def _cohort(name: str, columns: dict[str, Any]) -> Dataset:
    names = [column for column in columns if column not in LEFT_OUT]
    table = np.stack([_numbers(columns[column]) for column in names], 1).astype(np.float32)
    order = shuffled(list(range(len(table))), f"survival:{name}")
    return Dataset("cohort", {"all": {"X": table[order]}}, {"names": names})


def _numbers(column: Any) -> Any:
    if isinstance(column, list):
        codes = {**SIZES, "F": 1, "M": 0}
        return np.array([codes[label] for label in column], float)
    return column
