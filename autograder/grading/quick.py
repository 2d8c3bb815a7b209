"""What makes a grading command start sooner."""

from __future__ import annotations

import sys


def leave_out_grammar() -> None:
    """Keep one module out of this process: it compiles a grammar for more than a second when it is imported.

    nbgrader imports nbformat, and that jsonschema, which takes `rfc3987_syntax` where it is installed, to check texts
    whose schema says "format": "iri". No schema of a notebook does, and jsonschema does without it.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
