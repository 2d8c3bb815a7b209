"""What is wrong with a week's text: where, what, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Fault:
    """One thing that the builder refuses, with its place and its mend."""

    file: Path
    line: int
    message: str
    mend: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}. Mend: {self.mend}."


class LessonError(Exception):
    """A week that cannot be built; it names every fault that was found."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))

    @classmethod
    def one(cls, file: Path, line: int, message: str, mend: str) -> LessonError:
        """An error of a single fault."""
        return cls([Fault(file, line, message, mend)])


def refuse(faults: Iterable[Fault]) -> None:
    """Raise if there is any fault, in the order of the lines."""
    found = sorted(set(faults), key=lambda fault: (str(fault.file), fault.line, fault.message))
    if found:
        raise LessonError(found)
