"""What a submission may use, as nbgrader's configuration says: the settings of `Judge`, read without nbgrader's converters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from traitlets import Bool, Float, Integer, List, TraitError, Unicode, Union
from traitlets.config import Config, Configurable

from autograder.notebook.sources import Reading, marks_of
from autograder.wall.wire.limits import Limits


class Budget(Configurable):
    """The settings of a submission's limits."""

    cell_seconds = Float(60.0, min=0.1, help="seconds of one cell").tag(config=True)
    notebook_seconds = Float(600.0, min=0.1, help="seconds of a whole notebook with its tests").tag(config=True)
    memory = Integer(2 << 30, min=64 << 20, help="bytes that the notebook's processes may write to").tag(config=True)

    lower = Bool(False, help="a changed week may lower scores of work handed in before").tag(config=True)

    inside = Union(
        [Bool(), List(Unicode())],
        default_value=False,
        help="assignments of which tests may run in the learner's process where they cannot run apart; True: all",
    ).tag(config=True)

    def limits(self) -> Limits:
        """The same as plain data. A cell's time is nbgrader's own setting where the course has that alone."""
        return Limits(cell_seconds=self._cell_seconds(), notebook_seconds=self.notebook_seconds, memory=self.memory)

    def _cell_seconds(self) -> float:
        if any("cell_seconds" in self.config.get(name, {}) for name in ("Judge", "Budget")):
            return float(self.cell_seconds)
        for step in ("Execute", "ExecutePreprocessor", "NotebookClient"):
            if "timeout" in self.config.get(step, {}):
                told = self.config[step]["timeout"]
                if told is not None and not isinstance(told, (int, float)):
                    raise TraitError(f"The 'timeout' trait of c.{step} expected a number of seconds or None, not {told!r}.")
                return float(told) if told is not None and told > 0 else float(self.notebook_seconds)  # as nbgrader: no limit
        return float(self.cell_seconds)


def inside_of(config: Config) -> bool | list[str]:
    """For which assignments the instructor has agreed that tests run inside. Raises TraitError for what is no such list."""
    found: bool | list[str] = Budget(config=Config(Budget=config.Judge)).inside
    return found


def limits_of(config: Config) -> Limits:
    """The limits that a course's configuration sets, as `c.Judge.cell_seconds = 30`. Raises TraitError for what is no number."""
    return Budget(config=Config({**config, "Budget": config.Judge})).limits()


def reading_of(config: Config, coursedir: Any, assignment: str) -> Reading:
    """How an assignment's sources are read, as a course's configuration says; `coursedir` is nbgrader's CourseDirectory."""
    return Reading(marks_of(config), Path(coursedir.format_path(coursedir.release_directory, ".", assignment)))
