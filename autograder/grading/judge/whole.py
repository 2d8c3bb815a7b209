"""Is all there of our own? Who grades without a source, a case or a data file gives everybody zero."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from autograder import datafiles
from autograder.errors import NotGraded
from autograder.grading.judge.assignment import Assignment
from autograder.notebook.names import imports

#: notebook -> graded cell -> the points that the gradebook has
Graded = Mapping[str, Mapping[str, float]]

#: nbgrader adds no cell to an assignment that has submissions, and takes none away
REMOVE = (
    "; where submissions of it were graded, before that: nbgrader db assignment remove {} --force, and afterwards grade them "
    "again (points and comments given by hand are lost: nbgrader export keeps the points)"
)


def lacks(week: Assignment, graded: Graded) -> str:
    """What of an assignment is missing, with the mend; empty where it is whole.

    Parameters
    ----------
    graded : what the gradebook gives points for: without it in the source, every score would be lost.
    """
    try:
        sources = {name: json.loads(text)["cells"] for name, text in week.sources.items()}
        return next(_missing(week, graded, sources), "")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return f"source/{week.name} holds a notebook that cannot be read ({error}).\n{_back(week)}"


def _missing(week: Assignment, graded: Graded, sources: dict[str, list[dict[str, Any]]]) -> Iterator[str]:
    yield from _not_ours(week)
    known = {name: _graded(cells) for name, cells in sources.items()}
    for name, cells in graded.items():
        if name not in known:
            have = ", ".join(f"{one}.ipynb" for one in known) or "no notebook"
            yield f"The gradebook has {name} in {week.name}, and source/{week.name} has {have}.\n{_back(week)}"
            continue
        if gone := [cell for cell in cells if cell not in known[name]]:
            yield f"The gradebook scores {', '.join(gone[:5])}, and {name}.ipynb in source/ has no such cell.\n{_back(week)}"
        if cells and (apart := _apart(known[name], cells)):
            first = REMOVE.format(week.name) if set(known[name]) != set(cells) else ""
            yield f"{name}.ipynb in source/ is not what the gradebook has ({apart}).\n{_anew(week)}{first}"
    if graded and any(graded.values()) and (new := [name for name, cells in known.items() if cells and name not in graded]):
        named = ", ".join(f"{name}.ipynb" for name in new[:5])
        yield f"The gradebook does not know {named} of source/{week.name}.\n{_anew(week)}{REMOVE.format(week.name)}"
    if week.is_week:
        yield from _missing_of_week(week, {id: one for cells in known.values() for id, one in cells.items()}, sources)
    elif any(_role(cell) == "check" for cells in sources.values() for cell in cells):
        yield f"notebooks/{week.name} has no checks.py: its exercises cannot be judged.\n{_back(week)}"


def _apart(source: Mapping[str, float], gradebook: Mapping[str, float]) -> str:
    """In what they differ: points that were edited, tests that were added since the assignment was generated."""
    said = [
        f"{id}: {points:g} points, and {gradebook[id]:g} there"
        for id, points in source.items()
        if gradebook.get(id, points) != points
    ]
    said += [f"{id}: not there" for id in source if id not in gradebook]
    return "; ".join(said[:5])


def _anew(week: Assignment) -> str:
    return f"No score was changed. Mend: nbgrader generate_assignment {week.name} --force, and release it again"


def _not_ours(week: Assignment) -> Iterator[str]:
    """What would be graded as something that it is not: another language, tests that nbgrader writes when it generates."""
    for name, text in week.sources.items():
        notebook = json.loads(text)
        if language := _language(notebook.get("metadata", {})):
            yield (
                f"{name}.ipynb in source/{week.name} is a notebook for {language}, and only Python is graded here. No score was "
                f"changed. Mend: grade {week.name} with a configuration without plug(c), or choose a Python kernel for it"
            )
        for cell in notebook["cells"]:
            source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
            if cell["cell_type"] == "code" and not week.is_week and _AUTOTEST.search(source):
                id = cell.get("metadata", {}).get("nbgrader", {}).get("grade_id", "a cell")
                yield (
                    f"{id} in source/{week.name}/{name}.ipynb has AUTOTEST lines, which are no tests until nbgrader has "
                    f"made some of them. No score was changed. Mend: put those that it made (release/{week.name}) into the source"
                )


_AUTOTEST = re.compile(r"^\s*#+.*\bAUTOTEST\b", re.MULTILINE)
_OTHER_KERNELS = re.compile(
    r"(ir|julia|octave|matlab|sas|stata|bash|deno|javascript|xcpp|scala|almond|sos|gnuplot|sql)\b.*", re.I
)


def _language(metadata: Mapping[str, Any]) -> str:
    """The language of a notebook's kernel, where it is another than Python; empty where it is, or where nothing is said."""
    kernel, info = metadata.get("kernelspec") or {}, metadata.get("language_info") or {}
    told = kernel.get("language") or info.get("name") or ""
    name = str(kernel.get("name", ""))
    if told:
        return "" if "python" in str(told).lower() else str(told)
    return name if _OTHER_KERNELS.fullmatch(name) else ""


def _missing_of_week(week: Assignment, known: dict[str, float], sources: dict[str, list[dict[str, Any]]]) -> Iterator[str]:
    for name in ("checks.py", "hidden.py", "week.json"):
        if name not in week.cases:
            yield f"{week.name} has no {name}: its exercises cannot be judged.\n{_back(week)}"
    told = {
        id: float(points)
        for one in week.entry["exercises"]
        for id, points in ((f"check_{one['id']}", one["points"]["check"]), (f"test_{one['id']}", one["points"]["hidden"]))
    }
    if told != known:
        wrong = ", ".join(sorted(id for id in {*told, *known} if told.get(id) != known.get(id))[:5])
        yield f"week.json and the notebook of {week.name} do not agree on {wrong}.\n{_back(week)}"
    for module in _modules(sources):
        if f"{module}.py" not in week.beside and not _is_installed(module):
            yield f"The notebook of {week.name} imports {module}, which is neither beside it nor installed.\n{_back(week)}"


def _back(week: Assignment) -> str:
    return (
        f"No score was changed. Mend: git checkout -- source/{week.name} notebooks/{week.name} (or workbook build); "
        f"where the week was changed on purpose: nbgrader generate_assignment {week.name} --force{REMOVE.format(week.name)}"
    )


def _graded(cells: list[dict[str, Any]]) -> dict[str, float]:
    settings = [cell.get("metadata", {}).get("nbgrader", {}) for cell in cells]
    return {one["grade_id"]: float(one.get("points", 0)) for one in settings if one.get("grade") or one.get("task")}


def _role(cell: dict[str, Any]) -> str:
    return str(cell.get("metadata", {}).get("autograder", {}).get("role", ""))


def _modules(sources: dict[str, list[dict[str, Any]]]) -> Iterator[str]:
    """The modules that the course's own cells import, by their first names."""
    for cells in sources.values():
        for cell in cells:
            if cell["cell_type"] == "code" and _role(cell):
                source = cell["source"]
                for _, statement in imports(source if isinstance(source, str) else "".join(source)):
                    words = statement.split()
                    names = words[1:2] if words[0] == "from" else [part.split()[0] for part in statement[7:].split(",")]
                    yield from (name.split(".")[0] for name in names if not name.startswith("."))


def _is_installed(module: str) -> bool:
    return module in sys.modules or module in sys.stdlib_module_names or importlib.util.find_spec(module) is not None


def need_data(week: Assignment) -> None:
    """See that the data files are those of their manifests; NotGraded with the mend where they are not."""
    if not week.is_week:
        return
    try:
        shelves = [datafiles.public()]
        if any(b"held_out" in content for content in week.cases.values()):
            shelves.append(datafiles.held_out())
        for shelf in shelves:
            for name in shelf.manifest().get("files", {}):
                shelf.proven(name)
    except datafiles.DataError as error:
        raise NotGraded(str(error)) from None
