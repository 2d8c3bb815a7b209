"""What makes a grading command start sooner."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType
from typing import Any

FORMATS = "rfc3987_syntax", "isoduration", "webcolors", "uri_template", "fqdn", "rfc3339_validator", "rfc3986_validator"
ARCHIVES = "setuptools.archive_util"


def leave_out() -> None:
    """Keep out of this process what grading does not use, and what takes longer to import than a submission to grade.

    nbgrader imports nbformat, and that jsonschema, which takes a module for each "format" that a schema may ask of a text,
    where it is installed; one of them compiles a grammar for a second. No schema of a notebook does, and jsonschema does
    without them.

    nbgrader's package file imports its extensions of the Jupyter server, to say where they are: here nobody asks. The
    package's modules are found as ever. It imports setuptools for opening archives: that is put off until one is opened.
    """
    for name in FORMATS:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]
    sys.modules.setdefault(ARCHIVES, _archives())
    if "nbgrader" not in sys.modules and (spec := importlib.util.find_spec("nbgrader")) is not None:
        package = sys.modules["nbgrader"] = importlib.util.module_from_spec(spec)
        vars(package)["__version__"] = importlib.import_module("nbgrader._version").__version__


def _archives() -> ModuleType:
    """A stand-in for setuptools's module, out of which nbgrader imports three functions by name."""

    def stand_in(name: str) -> Any:
        def unpacks(*args: Any, **kwargs: Any) -> Any:
            if sys.modules.get(ARCHIVES) is module:
                del sys.modules[ARCHIVES]
            return getattr(importlib.import_module(ARCHIVES), name)(*args, **kwargs)

        return unpacks

    module = ModuleType(ARCHIVES)
    vars(module).update({name: stand_in(name) for name in ("unpack_archive", "unpack_tarfile", "unpack_zipfile")})
    return module
