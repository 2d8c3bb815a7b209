"""Which promises each wrong rival breaks: kept beside the week's texts, on the instructor's side, for reports on a class.

What is done with it when a class is graded stands in `grading/patterns_met.py`.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path

from autograder.grading.patterns_met import NAME, Pattern, read

__all__ = ["NAME", "Pattern", "read", "write"]


def write(folder: Path, key: str, found: Mapping[str, Mapping[str, Pattern]]) -> None:
    """Keep the patterns of these exercises under the week's key; those of other exercises stay as they are."""
    kept = {**read(folder), **{id: (key, dict(rivals)) for id, rivals in found.items()}}
    as_json = {
        id: {"key": key, "rivals": {name: _plain(pattern) for name, pattern in sorted(rivals.items())}}
        for id, (key, rivals) in sorted(kept.items())
    }
    (folder / NAME).write_text(json.dumps(as_json, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _plain(pattern: Pattern) -> dict[str, object]:
    """A pattern as plain data, without what it does not say."""
    return {name: value for name, value in dataclasses.asdict(pattern).items() if name in ("kind", "broken") or value}
