"""NumPy's warnings about a learner's line: a diagnosis that she gets with the property that it broke."""

from __future__ import annotations

import contextlib
import re
import warnings
from collections.abc import Callable, Iterator
from typing import TextIO

import numpy as np

# How Python prints one: `file:5: RuntimeWarning: divide by zero encountered in log`, and the line itself below it.
_PRINTED = re.compile(
    r"^.*?:(?P<line>\d+): (?:Runtime|Deprecation|User|Future|Syntax)Warning: (?P<text>.*)\n?(?:  .*\n?)?", re.MULTILINE
)


class Diagnosis:
    """The first warning of a try, in a learner's words; empty where there was none."""

    def __init__(self, is_hers: Callable[[str], bool]) -> None:
        self._is_hers, self.said = is_hers, ""

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Hear what NumPy warns of in the body, about lines of hers; all other warnings are dropped."""
        with np.errstate(all="warn", under="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("default", RuntimeWarning)
            warnings.showwarning = self._hear
            yield

    def _hear(
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        if not self.said and self._is_hers(filename):
            self.said = _said(lineno, str(message))

    def read(self, printed: str) -> str:
        """What she printed without the warnings in it, which are heard: across the wall they come as printed text."""
        found = _PRINTED.search(printed)
        if found and not self.said:
            self.said = _said(int(found["line"]), found["text"])
        return _PRINTED.sub("", printed)


def _said(line: int, text: str) -> str:
    return f"NumPy warned at your line {line}: {text.strip()[:120]}"
