"""What a submission may use, as nbgrader's configuration says: the settings of `Judge`, read without nbgrader's converters."""

from __future__ import annotations

from traitlets import Bool, Float, Integer
from traitlets.config import Config, Configurable

from autograder.wall.wire.limits import Limits


class Budget(Configurable):
    """The settings of a submission's limits."""

    cell_seconds = Float(60.0, min=0.1, help="seconds of one cell").tag(config=True)
    notebook_seconds = Float(600.0, min=0.1, help="seconds of a whole notebook with its tests").tag(config=True)
    memory = Integer(2 << 30, min=64 << 20, help="bytes that the notebook's processes may write to").tag(config=True)

    lower = Bool(False, help="a changed week may lower scores of work handed in before").tag(config=True)

    def limits(self) -> Limits:
        """The same as plain data."""
        return Limits(cell_seconds=self.cell_seconds, notebook_seconds=self.notebook_seconds, memory=self.memory)


def limits_of(config: Config) -> Limits:
    """The limits that a course's configuration sets, as `c.Judge.cell_seconds = 30`. Raises TraitError for what is no number."""
    return Budget(config=Config(Budget=config.Judge)).limits()
