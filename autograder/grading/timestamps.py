"""When something was handed in: the one reader of what the exchange writes."""

from __future__ import annotations

import datetime
import re

FILE = "timestamp.txt"
_STAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6} UTC")


def moment(text: str) -> datetime.datetime | None:
    """The time that a text tells, in UTC and without a zone, as nbgrader reads it; None where it tells none."""
    text = text.strip()
    if _STAMP.fullmatch(text):  # as the exchange writes it; dateutil guesses forty times as long
        try:
            return datetime.datetime.fromisoformat(text.removesuffix(" UTC"))
        except ValueError:  # the 31st of February
            return None
    if not text:
        return None
    from nbgrader.utils import parse_utc

    try:
        found: datetime.datetime | None = parse_utc(text)
    except Exception:  # dateutil raises what it likes
        return None
    return found
