"""Three things that were measured for a long time: spots on the sun, carbon dioxide in the air, the warmth of a sea."""

from __future__ import annotations

import csv
import datetime
import io

import numpy as np

from data.build.common import Array, DataFile, Dataset
from data.build.packages import PORTABLE, Package

PACKAGE = Package(
    registry="PyPI",
    name="statsmodels",
    version="0.15.0",
    file="statsmodels-0.15.0-cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl",
    sha256="b67886b66d9c7ca118526accedb5c6de7ffd74c015dc0492ea0b1690192b65da",
    licence="the package: BSD-3-Clause; the three series: public domain",
    licence_read_in="statsmodels-0.15.0.dist-info/licenses/LICENSE.txt: BSD 3-Clause. data.py of each data set states its terms:"
    " sunspots 'This data is public domain.', co2 'This is public domain.', elnino 'This data is in the public domain.'",
    credit="sunspots: National Geophysical Data Center. co2: C. D. Keeling, T. P. Whorf, Mauna Loa Observatory."
    " elnino: National Oceanic and Atmospheric Administration",
    options=PORTABLE,
    licence_files=(
        "statsmodels-0.15.0.dist-info/licenses/LICENSE.txt",
        *(f"statsmodels/datasets/{name}/data.py" for name in ("sunspots", "co2", "elnino")),
    ),
)


def build() -> list[DataFile]:
    """Return the file of series: each a split with its times, in years, and its values."""
    splits = {"sunspots": _sunspots(), "co2": _co2(), "elnino": _elnino()}
    says = "sunspots (yearly, 1700 to 2008), carbon dioxide (weekly), temperature of the Pacific (monthly)"
    return [DataFile("series.h5", says, PACKAGE, "data/build/series.py", {"series": Dataset("series", splits, {})})]


def _rows(name: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(PACKAGE.read(f"statsmodels/datasets/{name}/{name}.csv").decode())))[1:]


def _series(times: list[float], values: list[float]) -> dict[str, Array]:
    return {"time": np.array(times), "value": np.array(values, np.float32)}


def _sunspots() -> dict[str, Array]:
    rows = _rows("sunspots")
    return _series([float(row[0]) for row in rows], [float(row[1]) for row in rows])


def _co2() -> dict[str, Array]:
    """Weeks without a measurement are nan."""
    rows = _rows("co2")
    days = [datetime.datetime.strptime(row[0], "%Y%m%d") for row in rows]
    years = [day.year + (day.timetuple().tm_yday - 1) / 365.25 for day in days]
    return _series(years, [float(row[1]) if row[1] else np.nan for row in rows])


def _elnino() -> dict[str, Array]:
    """A row a year, a column a month."""
    rows = _rows("elnino")
    times = [float(row[0]) + month / 12 for row in rows for month in range(12)]
    return _series(times, [float(value) for row in rows for value in row[1:]])
