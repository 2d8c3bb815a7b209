"""Which answers no longer fit the week that they were written for, and what they need of the week as it was."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.notebook.cells import Cell, is_answer, role_of
from autograder.notebook.lift import lift
from autograder.notebook.names import names_of, top_level

_HEADING = re.compile(r"^#{2,4} (?:Exercise|Studio) · `(\w+)`.*$", re.MULTILINE)
_FOLDED = re.compile(r"<details>.*?</details>", re.DOTALL)
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Misfit:
    """An answer of hers that the mended week may judge otherwise: the exercise, and why in a sentence."""

    exercise: str
    why: str


def misfits(
    answers: Mapping[str, str],
    before: Sequence[Cell],
    now: Sequence[Cell],
    names: Mapping[str, Sequence[str]],
    were: Mapping[str, Sequence[str]],
) -> Iterator[Misfit]:
    """The answers that no longer fit, in the order of the week: what is asked has other names, another call, another text.

    Parameters
    ----------
    answers : what she wrote, by exercise; blanks are left out.
    before, now : the cells that she had, and those of the release.
    names, were : the names that each exercise of the release asks for, and of the week that she had.
    """
    blanks = {str(cell["metadata"].get("autograder", {}).get("id", "")): cell["source"] for cell in now if is_answer(cell)}
    old, new = contracts(before), contracts(now)
    for id, answer in answers.items():
        if id in blanks:
            why = [*_names(answer, names.get(id, ()), were.get(id, ())), *_calls(answer, blanks[id])]
            if not why and id in old and id in new and old[id] != new[id]:
                why = ["what is asked reads otherwise now"]
            if why:
                yield Misfit(id, "; ".join(why))
        else:
            yield Misfit(id, "it is asked no more, and your answer stays as a cell of your own")


def contracts(cells: Sequence[Cell]) -> dict[str, str]:
    """What each exercise asks: its statement without the heading, the folded help and the layout."""
    found = {}
    for cell in cells:
        if cell["cell_type"] == "markdown":
            marks = list(_HEADING.finditer(cell["source"]))
            ends = [one.start() for one in marks[1:]] + [len(cell["source"])]
            for mark, end in zip(marks, ends, strict=False):  # without a mark there is no end either
                found[mark[1]] = " ".join(_FOLDED.sub("", cell["source"][mark.end() : end]).split())
    return found


def _names(answer: str, asked: Sequence[str], were: Sequence[str]) -> Iterator[str]:
    """Names that are asked for now, were not before, and that her cell does not bind."""
    defined, bound = top_level(answer)
    missing = [name for name in asked if name not in were and name not in defined | bound]
    if missing:
        yield f"it asks for {' and '.join(f'`{name}`' for name in missing)} too, which your cell does not define"


def _calls(answer: str, blank: str) -> Iterator[str]:
    """Functions, and methods of classes, that cannot be called as the week calls them now."""
    hers = dict(_functions(answer))
    for name, asked in _functions(blank):
        mine = hers.get(name)
        if mine is not None and not _takes(mine, asked):
            yield f"it is called `{name}({ast.unparse(asked.args)})` now, and yours is `{name}({ast.unparse(mine.args)})`"


def _functions(source: str) -> Iterator[tuple[str, Function]]:
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, node
        if isinstance(node, ast.ClassDef):
            for step in node.body:
                if isinstance(step, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    yield f"{node.name}.{step.name}", step


def _takes(mine: Function, asked: Function) -> bool:
    """Whether a function can be called in every way in which the asked one can: by place, its options by name too."""
    own, other = mine.args, asked.args
    places, wanted = [*own.posonlyargs, *own.args], [*other.posonlyargs, *other.args]
    required = len(places) - len(own.defaults)
    if len(wanted) > len(places) and own.vararg is None:
        return False
    if required > len(wanted) - len(other.defaults):
        return False
    named = {one.arg for one in (*own.args, *own.kwonlyargs)}
    options = wanted[len(wanted) - len(other.defaults) :] + other.kwonlyargs
    if own.kwarg is None and any(one.arg not in named for one in options):
        return False
    must = {one.arg for one, default in zip(own.kwonlyargs, own.kw_defaults, strict=True) if default is None}
    return must <= {one.arg for one in other.kwonlyargs}


def leaning(before: Sequence[Cell], merged: Sequence[Cell]) -> tuple[list[str], str]:
    """What her code uses of the week as it was and the mended week has no more: the names, and statements that bring them back.

    Parameters
    ----------
    before : the cells that she had.
    merged : the cells that she gets.
    """
    old = [cell["source"] for cell in before if role_of(cell) == "given"]
    hers = [cell["source"] for cell in merged if cell["cell_type"] == "code" and _is_hers(cell)]
    there: set[str] = set().union(*(_binds(cell["source"]) for cell in merged if cell["cell_type"] == "code"), set())
    used: set[str] = set().union(*map(_reads, hers), set())
    gone = {name for source in old for name in _binds(source)} & used - there
    statements, _ = lift(old, sorted(gone))
    return sorted(gone), "\n".join(one.text for one in statements)


def _is_hers(cell: Cell) -> bool:
    return is_answer(cell) or role_of(cell) in ("answer", "studio", "try", "")


def _binds(source: str) -> frozenset[str]:
    defined, bound = top_level(source)
    return defined | bound


def _reads(source: str) -> frozenset[str]:
    try:
        return names_of(source).read
    except SyntaxError:
        return frozenset()


def names_by_exercise(week: Mapping[str, Any]) -> dict[str, list[str]]:
    """The names that each exercise asks for, from a week.json; empty where it is none."""
    found = week.get("exercises")
    exercises = found if isinstance(found, list) else []
    return {
        str(one["id"]): [str(name) for name in one.get("names", ())] for one in exercises if isinstance(one, dict) and "id" in one
    }
