"""Notebooks under nearly their names (`.ipynb.txt`, `.IPYNB`, in a folder, one of two renamed), and what lies there instead."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from autograder.notebook.reading import Unreadable, read
from autograder.notebook.sources import released_texts

#: what browsers, systems and people put behind a notebook's name: `a.ipynb.txt`, `a.ipynb (1)`, `a.ipynb.json.download`
_NEARLY = re.compile(r".+\.ipynb([ ._-]?(\(\d+\)|txt|json|download|bak|copy|old|\d+))*", re.IGNORECASE)
_OTHERS = {
    ".zip": "an archive: unpack it, and hand in the notebook that is in it",
    ".gz": "an archive: unpack it, and hand in the notebook that is in it",
    ".7z": "an archive: unpack it, and hand in the notebook that is in it",
    ".rar": "an archive: unpack it, and hand in the notebook that is in it",
    ".tar": "an archive: unpack it, and hand in the notebook that is in it",
    ".html": "a page made of a notebook: hand in the notebook itself",
    ".htm": "a page made of a notebook: hand in the notebook itself",
    ".pdf": "a page made of a notebook: hand in the notebook itself",
    ".py": "a Python file: what is in it belongs into the notebook's cells",
    ".txt": "a text: what is in it belongs into the notebook's cells",
    ".md": "a text: what is in it belongs into the notebook's cells",
    ".docx": "a text: what is in it belongs into the notebook's cells",
}  # fmt: skip
MOST = 30  # files that are read to find out which notebook they are


def find(folder: Path, sources: Mapping[str, str], refused: Collection[Path]) -> dict[str, Path]:
    """Where an assignment's notebooks lie: each under its name, or one that is missing under nearly its name.

    Parameters
    ----------
    folder : the submitted folder.
    sources : the instructor's notebooks by their files' names, as text.
    refused : files that do not count.
    """
    found = {name: folder / name for name in sources if folder / name not in refused and (folder / name).is_file()}
    missing = [name for name in sources if name not in found]
    if not missing:
        return found
    free = [
        path for path in sorted(folder.rglob("*"))
        if _NEARLY.fullmatch(path.name) and path not in refused and path not in found.values() and path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]  # fmt: skip
    ids = {name: _ids(sources[name]) for name in missing}
    likely = sorted(
        ((_likeness(path, name, ids[name], len(sources) == 1), path, name) for path in free[:MOST] for name in missing),
        key=lambda one: one[0],
        reverse=True,
    )
    for likeness, path, name in likely:
        if name not in found and path not in found.values() and likeness > _NOT:
            found[name] = path
    return found


Likeness = tuple[int, bool, bool, int]
_NOT: Likeness = (0, False, False, 1 << 62)


def _likeness(path: Path, name: str, ids: Collection[str], alone: bool) -> Likeness:
    """How much a file is like a notebook: by its cells, by its name; where only one is asked for, any may be meant."""
    stem, wanted = path.name.lower().partition(".ipynb")[0], Path(name).stem.lower()
    try:
        cells = len({id for cell in read(path).cells if isinstance(id := cell.claims.get("grade_id"), str)} & set(ids))
    except Unreadable:
        cells = 0
    named = stem.startswith(wanted) or path.name.lower() == name.lower()
    if not (cells or named or alone):
        return _NOT
    return (cells, named, path.name.endswith(".ipynb"), path.stat().st_mtime_ns)


def _ids(source: str) -> Collection[str]:
    return released_texts(source).keys()


def instead(folder: Path, taken: Collection[Path], source: Path) -> str:
    """What lies there where a notebook is missing, in words; empty where nothing does that could be meant.

    Parameters
    ----------
    taken : the other notebooks.
    source : the instructor's folder: what the course gives out is not what she made.
    """
    said = [
        f"{path.relative_to(folder)!s:.80} is {_OTHERS[path.suffix.lower()]}"
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in _OTHERS
        and path not in taken
        and path.is_file()
        and not _is_ours(path, folder)
        and not (source / path.relative_to(folder)).is_file()
    ]
    return "; ".join(said[:3])


def _is_ours(path: Path, folder: Path) -> bool:
    parts: Sequence[str] = path.relative_to(folder).parts
    return path.name in ("timestamp.txt", "submission_secret.txt") or any(part.startswith(".") for part in parts)
