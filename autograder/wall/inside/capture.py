"""The learner's notebook as an IPython shell whose outputs are kept in notebook format, and bounded.

Runs in the learner's process.
"""

from __future__ import annotations

import base64
import io
import time
from collections.abc import Callable
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell

Emit = Callable[[dict[str, Any]], None]


class Outlet:
    """Where all outputs go: streams are gathered a little, everything is counted, and what is too much is dropped."""

    def __init__(self, emit: Emit, limit: int) -> None:
        self.emit, self.limit = emit, limit
        self.begin()

    def begin(self) -> None:
        """A new cell or request: the count starts again."""
        self.left, self.cut = self.limit, False
        self._name, self._text, self._size, self._since = "", list[str](), 0, 0.0

    def write(self, name: str, text: str) -> None:
        if self.cut or not text:
            return
        if name != self._name:
            self.flush()
            self._name, self._since = name, time.monotonic()
        self._text.append(text[: max(0, self.left)])
        self._size += len(self._text[-1])
        self.left -= len(text)
        if self._size > 8192 or time.monotonic() - self._since > 0.5:
            self.flush()
            self._name, self._since = name, time.monotonic()
        self._stop_when_full()

    def flush(self) -> None:
        if self._text:
            self.emit({"output_type": "stream", "name": self._name, "text": "".join(self._text)})
        self._name, self._text, self._size = "", [], 0

    def put(self, output: dict[str, Any]) -> None:
        self.flush()
        if self.cut and output["output_type"] != "error":
            return
        self.left -= size_of(output) if output["output_type"] != "error" else 0
        if self.left < 0:
            self._stop_when_full()
            return
        self.emit(output)

    def _stop_when_full(self) -> None:
        if self.left < 0 and not self.cut:
            self.flush()
            self.cut = True
            self.emit({"output_type": "stream", "name": "stderr", "text": "\n(the output was cut here: it was too long)\n"})


def size_of(value: Any) -> int:
    """About how many bytes an output has."""
    if isinstance(value, (str, bytes)):
        return len(value)
    if isinstance(value, dict):
        return sum(len(str(key)) + size_of(entry) for key, entry in value.items())
    return sum(map(size_of, value)) if isinstance(value, (list, tuple)) else 8


class Stream(io.TextIOBase):
    """sys.stdout and sys.stderr of the learner's cells."""

    encoding = "utf-8"

    def __init__(self, outlet: Outlet, name: str) -> None:
        self._outlet, self._stream = outlet, name

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._outlet.write(self._stream, text)
        return len(text)

    def writable(self) -> bool:
        return True


def _bundle(data: dict[str, Any]) -> dict[str, Any]:
    return {kind: base64.b64encode(part).decode() if isinstance(part, bytes) else part for kind, part in data.items()}


def _outlet(part: Any) -> Outlet:
    outlet: Outlet = part.outlet
    return outlet


class _Publisher(DisplayPublisher):
    def publish(self, data: Any, metadata: Any = None, source: Any = None, **_: Any) -> None:
        _outlet(self).put({"output_type": "display_data", "data": _bundle(data), "metadata": metadata or {}})

    def clear_output(self, wait: bool = False) -> None:
        _outlet(self).flush()
        _outlet(self).emit({"output_type": "clear"})


class _Hook(DisplayHook):
    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        _outlet(self).put({"output_type": "execute_result", "data": _bundle(format_dict), "metadata": md_dict or {}})

    def finish_displayhook(self) -> None:
        pass


class Shell(InteractiveShell):
    """An InteractiveShell that shows errors as outputs."""

    def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
        try:
            message = str(evalue)
        except Exception:
            message = "(its message could not be made)"
        traceback = [str(line)[:20_000] for line in (stb if isinstance(stb, list) else [stb])][:50]
        _outlet(self.displayhook).put(
            {"output_type": "error", "ename": str(etype.__name__), "evalue": message[:2000], "traceback": traceback}
        )

    def enable_gui(self, gui: Any = None) -> None:
        pass


def open_shell(outlet: Outlet) -> Any:
    """Make the shell, with figures shown inline as in a notebook."""
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.xmode = "Plain"  # her line and its error; reading the libraries' code around theirs took a second
    shell: Any = Shell.instance(config=config, display_pub_class=_Publisher, displayhook_class=_Hook)
    shell.display_pub.outlet = shell.displayhook.outlet = outlet
    shell.system = shell.system_piped
    _inline_figures(shell)
    return shell


def _inline_figures(shell: Any) -> None:
    from matplotlib_inline.backend_inline import flush_figures
    from matplotlib_inline.config import InlineBackend

    InlineBackend.instance(parent=shell).shell = shell
    shell.configurables.append(InlineBackend.instance())
    shell.events.register("post_execute", flush_figures)
