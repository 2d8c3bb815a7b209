"""Where a studio's entry runs behind the wall: in processes that hold nothing but what its functions stand on.

Each is a new one from the starter, without data, in which only the reached statements of the notebook were run
(`notebook.reach`). A fork of one that replayed the whole notebook would inherit what her cells had opened, pipes and shared
memory, and through these one round could tell the next. While an entry is judged her notebook's own process is ended too: it
has the data, and could be told.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from autograder.bounded import GivenUp, bounded
from autograder.cases.model import Broken, Studio
from autograder.cases.studios import Place
from autograder.notebook import typed
from autograder.notebook.imported import imported
from autograder.notebook.reach import Piece, Reach, TooLong, reach
from autograder.wall.kernel import Kernel
from autograder.wall.wire.errors import Frame
from autograder.wall.wire.handles import target_of

READING = 5  # seconds of the processor for what an answer stands on; an honest one takes a hundredth of one
FIRST = 100_000  # the number of the first line of the reached statements: no file beside the notebook has as many


class Studios:
    """Opens processes for studio entries (`cases.studios.Rounds`), and says what is typed into them.

    Parameters
    ----------
    learner : her notebook's process; the cells that it ran are looked at when a process is opened.
    given : the course's own cells, stripped: what they hold is not hers.
    beside : names of the course's own files beside the notebook.
    """

    def __init__(self, learner: Kernel, given: Collection[str] = (), beside: Collection[str] = ()) -> None:
        self._learner, self._given, self._beside = learner, given, beside
        self._known: dict[tuple[str, ...], Reach] = {}

    def open(self, studio: Studio, asked: bool) -> Place:
        """A new process in which the studio's functions are there and were never called; for a round, one that is shut.

        Raises
        ------
        Broken
            Where there is too much code to be read.
        """
        reached = self._reach(studio)
        self._learner.stop()
        numbers, number = [], FIRST
        for piece in reached.pieces:
            numbers.append(number)
            number += len(piece.lines)
        statements = [[piece.text, first] for piece, first in zip(reached.pieces, numbers, strict=True)]
        ours = {name: content for name, content in self._learner.files.items() if name in self._beside and name.endswith(".py")}
        files = {**{name: text.encode() for name, text in reached.files.items()}, **ours}
        names = imported([*(piece.node for piece in reached.pieces), *reached.trees.values(), *_trees(ours)])
        lines = _lines(reached.pieces, numbers, self._learner.ran)
        return _Place(self._learner.another(statements, files, names, shut=asked), lines)

    def refusal(self, studio: Studio) -> str:
        """Why an entry is refused for what is typed into it; empty where nothing is amiss."""
        try:
            reached, cells = self._reach(studio), self._learner.ran
        except Broken as why:
            return str(why)
        hers = [piece for piece in reached.pieces if cells[piece.cell].strip() not in self._given]
        trees = [piece.node for piece in hers] + list(reached.trees.values())
        bytes_typed, code = typed.size(trees), typed.code_size([*(piece.text for piece in hers), *reached.files.values()])
        if bytes_typed > typed.MOST:
            what, most = f"{bytes_typed:,} bytes of numbers, texts and names are typed into", f"{typed.MOST:,}"
        elif code > typed.MOST_CODE:
            what, most = f"compressed, {code:,} bytes of code make up", f"{typed.MOST_CODE:,}"
        else:
            return ""
        mend = f"{most} are allowed: what is learnt goes through `train`"
        return f"{what} your answer and what it calls; {mend}. {_where(hers, reached)}"

    def _reach(self, studio: Studio) -> Reach:
        names = tuple(filter(None, (studio.train, *studio.users)))
        key = (*names, "", *self._learner.ran)
        if key not in self._known:
            hers = {
                name: content.decode("utf-8", "replace")
                for name, content in self._learner.files.items()
                if name.endswith(".py") and name not in self._beside
            }
            _need_short(self._learner.ran, names, hers)
            self._known = {key: reach(self._learner.ran, names, hers)}
        return self._known[key]


def _trees(files: Mapping[str, bytes]) -> list[ast.AST]:
    return [ast.parse(content) for content in files.values()]


def _need_short(cells: Sequence[str], names: Sequence[str], beside: Mapping[str, str]) -> None:
    """See that her text can be read within limits, in a process of its own: Broken where it cannot."""

    def tried() -> str:
        try:
            found = reach(cells, names, beside)
        except TooLong as why:
            return str(why)
        typed.size([*(piece.node for piece in found.pieces), *found.trees.values()])
        return ""

    try:
        why = bounded(tried, READING)
    except GivenUp:
        why = "it takes too long; is there a table in the shape of thousands of statements?"
    if why:
        raise Broken(f"the studio's answer cannot be read: {why}")


def _where(hers: list[Piece], reached: Reach) -> str:
    """Where most of it stands."""
    parts = [(typed.size([piece.node]), f"in `{_head(piece.text)}`, line {piece.lines[0]} of its cell") for piece in hers]
    parts += [(typed.size([tree]), f"in {name}") for name, tree in reached.trees.items()]
    most, where = max(parts, default=(0, ""))
    return f"Most of it, {most:,} bytes, stands {where}." if parts else ""


def _head(text: str) -> str:
    line = text.splitlines()[0]
    return line if len(line) <= 40 else f"{line[:39]}…"


def _lines(pieces: tuple[Piece, ...], numbers: list[int], cells: list[str]) -> dict[int, tuple[int, str]]:
    """For each number of a reached line: the line of its cell, and what stands there."""
    split = {number: cells[number].splitlines() for number in {piece.cell for piece in pieces}}
    return {
        first + k: (line, split[piece.cell][line - 1].strip()[:300])
        for piece, first in zip(pieces, numbers, strict=True)
        for k, line in enumerate(piece.lines)
    }


class _Place:
    """A process for one round, or for all trainings."""

    def __init__(self, learner: Kernel, lines: dict[int, tuple[int, str]]) -> None:
        self._learner, self._numbers = learner, lines

    def get(self, name: str) -> Any:
        """What her name stands for; the lines of an error in it are those of her cells."""
        found = self._learner.get(name)
        return found if target_of(found) is None else self._told(found)

    def _told(self, function: Any) -> Callable[..., Any]:
        def asked(*args: Any) -> Any:
            try:
                return function(*args)
            except Exception as error:
                frames = getattr(error, "learner_traceback", None)
                if frames:
                    told: Any = error
                    told.learner_traceback = [
                        Frame(*self._numbers[frame.line], frame.function) for frame in frames if frame.line in self._numbers
                    ]
                raise

        return asked

    def close(self) -> None:
        """End it."""
        self._learner.close()
