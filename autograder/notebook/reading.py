"""Read a learner's notebook, however it was saved: whatever can be understood is kept, the rest is said.

nbformat's own reader stops at the first thing that it does not expect, and one such notebook must not stop a class. What
comes out is a list of plain cells without outputs, from which a valid notebook is made.
"""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbformat.v4 import nbformat_minor

from autograder.bounded import GivenUp, bounded
from autograder.notebook import format as nbio

LARGEST = 64 << 20  # bytes of a notebook, its pictures included
LARGE = 4 << 20  # bytes from which it is read in a process of its own
SECONDS, MEMORY = 10, 1 << 30  # of the processor, and bytes, for such a one
MOST_CELLS = 5000
LONGEST_CELL = 1 << 20  # characters
_HIGH, _LOW = r"u[dD][89abAB][0-9a-fA-F]{2}", r"u[dD][c-fC-F][0-9a-fA-F]{2}"
_HALVES = re.compile(r"\\u[dD][89a-fA-F]")  # in most notebooks there is none, and what follows costs more than reading the rest
_ESCAPE = re.compile(rf"\\(?:{_HIGH}\\{_LOW}|({_HIGH}|{_LOW})|.)", re.DOTALL)
_KINDS = ("code", "markdown", "raw")
_SAVE = "Open it in JupyterLab, save it, look that it opens again, and submit once more."


class Unreadable(Exception):
    """A notebook of which nothing can be graded; the message says why and how to mend it."""


@dataclass
class ReadCell:
    """One cell as the learner left it, without its outputs."""

    kind: str
    source: str
    metadata: dict[str, Any] = field(default_factory=dict)
    id: str = ""
    attachments: dict[str, Any] = field(default_factory=dict)

    @property
    def claims(self) -> dict[str, Any]:
        """What the cell says of itself to nbgrader: anything may stand here."""
        claims = self.metadata.get("nbgrader")
        return claims if isinstance(claims, dict) else {}


@dataclass
class Read:
    """A notebook's cells, and lines on what was not as it should be."""

    cells: list[ReadCell]
    lines: list[str] = field(default_factory=list)


def read(path: Path) -> Read:
    """Read a notebook.

    Raises
    ------
    Unreadable
        Saying why, and how to mend it.
    """
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise Unreadable(
                f"Your notebook has {size >> 20} MB, and at most {LARGEST >> 20} can be read. "
                "Mend: clear large outputs (Edit > Clear Outputs of All Cells), save, and submit once more."
            )
        content = path.read_bytes()
    except OSError as error:
        raise Unreadable(f"Your notebook could not be read ({error.strerror}). Mend: {_SAVE}") from None
    return read_bytes(content) if len(content) <= LARGE else _read_apart(content)


def _read_apart(content: bytes) -> Read:
    """The same of a large file, within limits: a few bytes of JSON may take a hundred times as many to hold."""

    def told() -> str:
        try:
            found = read_bytes(content)
        except Unreadable as why:
            return json.dumps(str(why))
        return json.dumps([found.lines, *(vars(cell) for cell in found.cells)])

    try:
        answer = json.loads(bounded(told, SECONDS, MEMORY))
    except GivenUp:
        raise Unreadable(
            "Your notebook takes too long or too much memory to be read. "
            "Mend: clear large outputs (Edit > Clear Outputs of All Cells), save, and submit once more."
        ) from None
    if isinstance(answer, str):
        raise Unreadable(answer)
    return Read([ReadCell(**cell) for cell in answer[1:]], answer[0])


def read_bytes(content: bytes) -> Read:
    """Read a notebook's bytes; as `read`."""
    lines: list[str] = []
    cells = read_raw(content, lines)["cells"]
    return Read(_cells(cells, lines), lines)


def read_raw(content: bytes, lines: list[str]) -> dict[str, Any]:
    """A notebook as its file has it, in the format of today, `cells` a list of whatever; lines on what was not as it should be.

    Raises
    ------
    Unreadable
        As `read`.
    """
    if what := _no_notebook(content):
        raise Unreadable(f"Your file is no notebook: it is {what}. Mend: hand in the notebook itself (File > Save Notebook).")
    text = _decode(content, lines)
    raw = _parse(_ESCAPE.sub(_whole, text) if _HALVES.search(text) else text)
    if not isinstance(raw, dict):
        raise Unreadable(f"Your file holds no notebook. Mend: {_SAVE}")
    version = raw.get("nbformat")
    if (isinstance(version, int) and version < 4) or "worksheets" in raw:
        raw = _upgrade(raw, lines)
    elif version != 4:
        lines.append(f"The notebook says that its format is {_shown(version)}; it was read as format 4.")
    minor = raw.get("nbformat_minor")
    if version == 4 and not (isinstance(minor, int) and 0 <= minor <= nbformat_minor):
        lines.append(f"The notebook says that its format is 4.{_shown(minor)}; it was read as 4.{nbformat_minor}.")
    cells = raw.get("cells")
    if not isinstance(cells, list):
        raise Unreadable(f"Your notebook has no cells. Mend: {_SAVE}")
    found: dict[str, Any] = raw
    return found


#: how a file begins that is something else -> what it is
_BEGINS = {
    b"PK\x03\x04": "an archive (zip)", b"\x1f\x8b": "an archive (gzip)", b"7z\xbc\xaf": "an archive (7z)",
    b"Rar!": "an archive (rar)",
    b"%PDF": "a page (PDF)", b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture", b"\x89HDF": "a file of data (HDF5)",
}  # fmt: skip


def _no_notebook(content: bytes) -> str:
    """What a file is that holds no notebook, as far as it can be told; empty where it may hold one."""
    head = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if found := next((what for begin, what in _BEGINS.items() if content.startswith(begin)), ""):
        return found
    if head[:1] == b"<" and re.match(rb"<(!doctype|html|\?xml|!--|head|body|meta)", head, re.IGNORECASE):
        return "a page (HTML)"
    if head[:1] in (b"", b"{", b"[", b"\xff", b"\xfe", b"\0", b"<") or len(content) > LONGEST_CELL:
        return ""
    try:
        tree = ast.parse(content.decode("utf-8-sig"))
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return ""
    is_program = any(isinstance(one, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef) for one in tree.body)
    return "a Python program" if is_program else ""


def _decode(content: bytes, lines: list[str]) -> str:
    if not content.strip(b"\0 \t\r\n"):
        raise Unreadable(f"Your notebook is an empty file. Mend: {_SAVE}")
    whole = content.rstrip(b"\0") if content[:2] not in (b"\xff\xfe", b"\xfe\xff") else content
    if len(whole) < len(content):  # a disk that was full, a machine that stopped
        content = whole
        lines.append("The notebook's file ended in empty bytes; what stands before them was read.")
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        lines.append("The notebook is not written in UTF-8; letters that could not be read were replaced.")
        return content.decode("utf-8", errors="replace")
    if encoding == "utf-16" or content[:3] == b"\xef\xbb\xbf":
        lines.append("The notebook was not saved by Jupyter (it begins with a byte order mark); it was read all the same.")
    return text


def _whole(escape: re.Match[str]) -> str:
    """Half of a character that JSON writes in two halves becomes the sign for a lost one: no file in UTF-8 holds half."""
    return "\\ufffd" if escape[1] else escape[0]


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        raise Unreadable(f"Your notebook is nested too deeply to be read. Mend: {_SAVE}") from None
    except ValueError as error:
        if re.search(r"^(<{7}|>{7}) ", text, re.MULTILINE):
            raise Unreadable(
                "Your notebook holds the marks of a merge that was not finished (<<<<<<<). "
                f"Mend: take one of the two sides. {_SAVE}"
            ) from None
        where = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "a number that is too long"
        raise Unreadable(
            f"Your notebook is damaged: it is no JSON from {where} on (half a download, or changed by hand?). Mend: {_SAVE}"
        ) from None


def _upgrade(raw: dict[str, Any], lines: list[str]) -> dict[str, Any]:
    try:
        upgraded: dict[str, Any] = json.loads(bounded(lambda: json.dumps(nbio.convert(raw)), SECONDS, MEMORY))
    except Exception:  # the converter trusts its input, and this is a learner's
        raise Unreadable(f"Your notebook is in an old format that could not be read. Mend: {_SAVE}") from None
    lines.append(f"The notebook is in the old format {_shown(raw.get('nbformat'))}; it was converted.")
    return upgraded


def _shown(value: object) -> str:
    return str(value)[:20] if isinstance(value, (int, float, str)) else "not a number"


def _cells(raw: list[Any], lines: list[str]) -> list[ReadCell]:
    if len(raw) > MOST_CELLS:
        lines.append(f"The notebook has {len(raw)} cells; the first {MOST_CELLS} were read.")
    cells = []
    for number, one in enumerate(raw[:MOST_CELLS], 1):
        cell = read_cell(one)
        if cell is None:
            lines.append(f"Cell {number} could not be read and was left out.")
        elif len(cell.source) > LONGEST_CELL:
            lines.append(f"Cell {number} is longer than {LONGEST_CELL >> 20} MB and was left out.")
        else:
            cells.append(cell)
    return cells


def read_cell(raw: Any) -> ReadCell | None:
    """One cell, whatever stands there; None where nothing can be made of it."""
    if not isinstance(raw, dict):
        return None
    source = raw.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        return None
    # Half a surrogate pair is valid JSON and no valid UTF-8: written back, it would stop every later step.
    source = source.encode("utf-8", errors="replace").decode("utf-8")
    kind, metadata, id = raw.get("cell_type"), raw.get("metadata"), raw.get("id")
    return ReadCell(
        kind if kind in _KINDS else "raw",
        source,
        metadata if isinstance(metadata, dict) else {},
        id if isinstance(id, str) else "",
        _pictures(raw.get("attachments")),
    )


def _pictures(raw: Any) -> dict[str, Any]:
    """A text cell's pictures: {name: {type: base64}}."""
    if not isinstance(raw, dict):
        return {}
    return {
        name: bundle
        for name, bundle in raw.items()
        if isinstance(bundle, dict) and all(isinstance(part, str) for part in bundle.values())
    }
