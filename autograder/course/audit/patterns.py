"""Which promises each wrong rival breaks: kept beside the week's texts, on the instructor's side, for reports on a class."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path

NAME = "patterns.json"


@dataclasses.dataclass(frozen=True)
class Pattern:
    """The cases that a wrong rival of an exercise breaks, and the kind of mistake that it is."""

    kind: str
    broken: tuple[str, ...]


def read(folder: Path) -> dict[str, tuple[str, dict[str, Pattern]]]:
    """By exercise: the key of the week that its patterns were taken from, and the pattern of each rival by its name.

    Nothing where no patterns were ever written. Patterns of an older key say what was so then.
    """
    path = folder / NAME
    kept = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return {
        id: (one["key"], {name: Pattern(p["kind"], tuple(p["broken"])) for name, p in one["rivals"].items()})
        for id, one in kept.items()
    }


def write(folder: Path, key: str, found: Mapping[str, Mapping[str, Pattern]]) -> None:
    """Keep the patterns of these exercises under the week's key; those of other exercises stay as they are."""
    kept = {**read(folder), **{id: (key, dict(rivals)) for id, rivals in found.items()}}
    as_json = {
        id: {"key": key, "rivals": {name: dataclasses.asdict(pattern) for name, pattern in sorted(rivals.items())}}
        for id, (key, rivals) in sorted(kept.items())
    }
    (folder / NAME).write_text(json.dumps(as_json, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
