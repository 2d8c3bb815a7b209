"""The list of this machine's fonts, as matplotlib has made it for the grader: making it anew costs each sandbox half a second."""

from __future__ import annotations

import json
import os
from pathlib import Path

PLAIN = ("/usr/share/fonts/", "/usr/local/share/fonts/")


def lists() -> list[Path]:
    """Matplotlib's own lists, one for each of its versions, that name no font of a person's."""
    home = os.environ.get("MPLCONFIGDIR")
    folder = Path(home) if home else Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser(), "matplotlib")
    return [path for path in sorted(folder.glob("fontlist-v*.json")) if _is_plain(path)]


def _is_plain(path: Path) -> bool:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        names = [font["fname"] for kind in ("ttflist", "afmlist") for font in told[kind]]
        return all(name.startswith(PLAIN) or not name.startswith(("/", "~")) for name in names)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False
