"""What makes a grading command start sooner."""

from __future__ import annotations

import importlib.util
import sys


def leave_out() -> None:
    """Keep out of this process what grading does not use, and what costs more than a second when it is imported.

    nbgrader imports nbformat, and that jsonschema, which takes `rfc3987_syntax` where it is installed, to check texts
    whose schema says "format": "iri": it compiles a grammar. No schema of a notebook does, and jsonschema does without it.

    nbgrader's package file imports its extensions of the Jupyter server, to say where they are: here nobody asks. The
    package's modules are found as ever.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    if "nbgrader" not in sys.modules and (spec := importlib.util.find_spec("nbgrader")) is not None:
        package = sys.modules["nbgrader"] = importlib.util.module_from_spec(spec)
        vars(package)["__version__"] = importlib.import_module("nbgrader._version").__version__
