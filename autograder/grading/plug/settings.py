"""What a submission may use, as nbgrader's configuration says: the settings of `Judge`, read without nbgrader's converters."""

from __future__ import annotations

from traitlets import Bool, Float, Integer, List, Unicode, Union
from traitlets.config import Config, Configurable

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
        """The same as plain data."""
        return Limits(cell_seconds=self.cell_seconds, notebook_seconds=self.notebook_seconds, memory=self.memory)


def inside_of(config: Config) -> bool | list[str]:
    """For which assignments the instructor has agreed that tests run inside. Raises TraitError for what is no such list."""
    found: bool | list[str] = Budget(config=Config(Budget=config.Judge)).inside
    return found


def limits_of(config: Config) -> Limits:
    """The limits that a course's configuration sets, as `c.Judge.cell_seconds = 30`. Raises TraitError for what is no number."""
    return Budget(config=Config(Budget=config.Judge)).limits()
