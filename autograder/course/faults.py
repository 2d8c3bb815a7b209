"""What is wrong with a week's text: where, what, and how to mend it."""

from __future__ import annotations

import traceback
from collections.abc import Collection, Iterable
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

    def __reduce__(self) -> tuple[type[LessonError], tuple[tuple[Fault, ...]]]:
        """It comes whole out of another process, where it is made again of its faults and not of its words."""
        return LessonError, (self.faults,)

    @classmethod
    def one(cls, file: Path, line: int, message: str, mend: str) -> LessonError:
        """An error of a single fault."""
        return cls([Fault(file, line, message, mend)])


def placed(error: BaseException, folder: Path, names: Collection[str]) -> LessonError | None:
    """An error in a week's own text as a fault with its line: the innermost of these files; None where it is in none.

    Parameters
    ----------
    folder : of the week's texts: what ran may have been a copy of them.
    names : the files, "explore.py" …
    """
    error = error.__cause__ or error  # "cannot be loaded" says less than what stopped it
    frames = traceback.extract_tb(error.__traceback__)
    lines = [(Path(frame.filename).name, frame.lineno or 1) for frame in frames]
    if isinstance(error, SyntaxError) and error.filename:
        lines.append((Path(error.filename).name, error.lineno or 1))
    ours = [(name, line) for name, line in lines if name in names]
    if not ours:
        return None
    name, line = ours[-1]
    said = error.msg if isinstance(error, SyntaxError) else str(error)
    return LessonError.one(folder / name, line, f"{type(error).__name__}: {said}", "correct that line")


def refuse(faults: Iterable[Fault]) -> None:
    """Raise if there is any fault, in the order of the lines."""
    found = sorted(set(faults), key=lambda fault: (str(fault.file), fault.line, fault.message))
    if found:
        raise LessonError(found)
