"""Where a learner's notebooks lie, and where her weeks come from."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jupyter_core.paths import jupyter_config_path, jupyter_data_dir
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from autograder.errors import Mend

CONFIG = "nbgrader_config.py"
BACKUPS = "backups"


@dataclass(frozen=True)
class Workspace:
    """A learner's folder of weeks, and the exchange.

    Parameters
    ----------
    folder : where her weeks lie, a folder each.
    exchange : the course's folder in the exchange.
    cache : nbgrader's copies of what she handed in.
    """

    folder: Path
    exchange: Path
    cache: Path

    def week(self, name: str) -> str:
        """The week that is meant: its name, or the beginning of it (week01)."""
        bare = Path(name).name.removesuffix(".ipynb")
        found = sorted(path.name for path in self.folder.glob("*/") if (path / f"{path.name}.ipynb").is_file())
        fitting = [one for one in found if one == bare] or [one for one in found if one.startswith(bare)]
        if len(fitting) != 1:
            have = ", ".join(found) or "none yet: fetch one in JupyterLab's assignment list"
            raise Mend(f"No week {name!r} in {self.folder}.\nMend: name one of those you have: {have}.")
        return fitting[0]

    def notebook(self, week: str) -> Path:
        """Her notebook of a week."""
        return self.folder / week / f"{week}.ipynb"

    def released(self, week: str) -> Path:
        """The folder of a week as it is released now."""
        folder = self.exchange / "outbound" / week
        if not (folder / f"{week}.ipynb").is_file():
            raise Mend(f"{week} is not in the exchange ({folder}).\nMend: ask your instructor whether it is released.")
        return folder


def find_workspace(start: Path | None = None) -> Workspace:
    """The workspace of whoever runs the command: of the desk that she sits at, else of nbgrader's configuration."""
    config = _config((start or Path.cwd()).resolve())
    course = str(config.CourseDirectory.get("course_id", ""))
    if not course:
        raise Mend("No course is set up here.\nMend: run this in a terminal of the JupyterLab that `make lab` opens.")
    root = Path(str(config.Exchange.get("root", "/usr/local/share/nbgrader/exchange")))
    cache = Path(str(config.Exchange.get("cache", "") or Path(jupyter_data_dir()) / "nbgrader_cache"))
    folder = start.resolve() if start else Path(str(config.Exchange.get("assignment_dir", "") or Path.cwd()))
    return Workspace(folder, root / course, cache / course)


def _config(start: Path) -> Config:
    for path in _places(start):
        if path.is_file():
            config: Config = PyFileConfigLoader(path.name, path=str(path.parent)).load_config()
            if config.CourseDirectory.get("course_id", ""):
                return config
    return Config()


def _places(start: Path) -> Iterator[Path]:
    """A desk's settings come first: a checkout's own configuration is the instructor's."""
    if os.environ.get("JUPYTER_CONFIG_DIR"):
        yield Path(os.environ["JUPYTER_CONFIG_DIR"]) / CONFIG
    for folder in (start, *start.parents):
        yield folder / ".course" / "settings" / "learner" / CONFIG
    yield start / CONFIG
    for place in jupyter_config_path():
        yield Path(place) / CONFIG
