"""Outputs in notebook format, made from what an untrusted process says that it showed."""

from __future__ import annotations

import re
from typing import Any

from nbformat import NotebookNode, from_dict

_MIME = re.compile(r"[a-z]+/[A-Za-z0-9.+-]{1,80}\Z")
_NAMES = ("stdout", "stderr")
ERROR_ROOM = 100_000  # characters of a traceback
ALT_ROOM = 4_000  # characters of a picture's alternative text


class Gathered:
    """The outputs of one cell or one test, never more than `limit` bytes."""

    def __init__(self, limit: int) -> None:
        self.left, self.outputs, self.flooded = limit + (1 << 16), list[NotebookNode](), False

    def add(self, told: Any) -> None:
        """Take one output; what is no output or too much is dropped."""
        if isinstance(told, dict) and _text_of(told, "output_type") == "clear":
            self.outputs.clear()
            return
        output = _read(told)
        if output is None:
            return
        self.left -= len(str(output))
        if self.left < 0:
            self.flooded = True
        elif output.output_type == "stream" and self.outputs and _same_stream(self.outputs[-1], output):
            self.outputs[-1].text += output.text
        else:
            self.outputs.append(output)


def stream(text: str, name: str = "stdout") -> NotebookNode:
    """A stream output."""
    return _made("stream", name=name, text=text)


def error(name: str, message: str, traceback: list[str] | None = None) -> NotebookNode:
    """An error output."""
    return _made("error", ename=name, evalue=message, traceback=traceback or [f"{name}: {message}"])


def result(value: float) -> NotebookNode:
    """A number that a cell ends in."""
    return _made("execute_result", data=from_dict({"text/plain": repr(value)}), metadata=from_dict({}), execution_count=None)  # type: ignore[no-untyped-call]


def _made(kind: str, **parts: Any) -> NotebookNode:
    # nbformat's new_output would validate each one, with a validator that takes half a second to import.
    output: NotebookNode = from_dict({"output_type": kind, **parts})  # type: ignore[no-untyped-call]
    return output


def _same_stream(one: NotebookNode, other: NotebookNode) -> bool:
    return bool(one.output_type == "stream" and one.name == other.name)


def _read(told: Any) -> NotebookNode | None:
    if not isinstance(told, dict):
        return None
    kind = _text_of(told, "output_type")
    if kind == "stream":
        return stream(_clean(told.get("text")), name if (name := _text_of(told, "name")) in _NAMES else "stdout")
    if kind == "error":
        lines = told.get("traceback")
        traceback = [_clean(line) for line in lines[:60]] if isinstance(lines, list) else []
        return error(_clean(told.get("ename"))[:200], _clean(told.get("evalue"))[:4000], _short(traceback))
    if kind in ("display_data", "execute_result"):
        data = {mime: shown for mime, value in _items(told.get("data")) if (shown := _shown(mime, value)) is not None}
        extra = {"execution_count": None} if kind == "execute_result" else {}
        return _made(kind, data=data, metadata=_alternatives(told), **extra) if data else None
    return None


def _alternatives(told: dict[Any, Any]) -> dict[str, Any]:
    """The words of its pictures; nothing else that is said about an output is taken."""
    pictures = [(mime, about) for mime, about in _items(told.get("metadata")) if mime.startswith("image/")]
    said = {mime: _clean(_text_of(about, "alt"))[:ALT_ROOM] for mime, about in pictures if isinstance(about, dict)}
    return {mime: {"alt": alt} for mime, alt in said.items() if alt}


def _text_of(told: dict[Any, Any], name: str) -> str:
    """A text among what was told; empty for anything else: handles, for one, cannot be compared."""
    found = told.get(name)
    return found if type(found) is str else ""


def _items(value: Any) -> list[tuple[str, Any]]:
    pairs = value.items() if isinstance(value, dict) else ()
    return [(mime, shown) for mime, shown in pairs if isinstance(mime, str) and _MIME.match(mime)][:20]


def _shown(mime: str, value: Any) -> Any:
    if isinstance(value, str):
        return _clean(value)
    return value if mime.endswith("json") and _is_json(value, 20) else None


def _is_json(value: Any, depth: int) -> bool:
    if isinstance(value, dict):
        return depth > 0 and all(isinstance(k, str) and _is_json(v, depth - 1) for k, v in value.items())
    if isinstance(value, list):
        return depth > 0 and all(_is_json(entry, depth - 1) for entry in value)
    return type(value) in (str, int, float, bool, type(None))


def _clean(text: Any) -> str:
    """Text that a file in UTF-8 can hold."""
    return text.encode("utf-8", "replace").decode("utf-8") if isinstance(text, str) else ""


def _short(lines: list[str]) -> list[str]:
    return lines if sum(map(len, lines)) < ERROR_ROOM else [line[:2000] for line in lines[:30]]
