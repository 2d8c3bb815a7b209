"""The desk's part in Jupyter's server: what Home shows, and the learner's commands as small POSTs.

Fetching, handing in and giving back stay nbgrader's own handlers. Outside a course there is nothing to show, and JupyterLab
stays as it is.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from tornado import ioloop, web

from autograder.desk.state import NOTHING, state
from autograder.errors import Mend
from autograder.learner.reset import reset
from autograder.learner.solution import WARNING, open_solution, opened
from autograder.learner.workspace import Workspace, find_workspace


class Handler(APIHandler):
    """What our handlers have in common: work is done in a thread, a refusal is told in its own words."""

    @property
    def root(self) -> Path:
        """The folder that JupyterLab shows."""
        return Path(os.path.realpath(os.path.expanduser(self.settings["server_root_dir"])))

    async def tell(self, work: Callable[[], dict[str, Any]]) -> None:
        """Answer with what `work` comes to, or with {"refused": why}."""
        try:
            told = await ioloop.IOLoop.current().run_in_executor(None, work)
        except Mend as why:
            told = {"refused": str(why)}
        self.finish(json.dumps(told))

    def asked(self) -> tuple[Workspace, str, str]:
        """The workspace, and the week and exercise that a POST names."""
        told = self.get_json_body() or {}
        workspace = find_workspace()
        return workspace, workspace.week(str(told.get("week", ""))), str(told.get("exercise", ""))


class State(Handler):
    """GET: what Home and the strips show."""

    @web.authenticated
    async def get(self) -> None:
        """Tell the state; an empty one outside a course."""
        await self.tell(self._state)

    def _state(self) -> dict[str, Any]:
        try:
            workspace = find_workspace()
            folder = Path(os.path.relpath(workspace.folder.resolve(), self.root)).as_posix()
        except (Mend, ValueError):
            return NOTHING
        if folder.startswith(".."):
            return NOTHING  # this JupyterLab cannot show her weeks
        return {**state(workspace), "folder": "" if folder == "." else f"{folder}/"}


class Reset(Handler):
    """POST {week, exercise}: put the answer back as it was released; a copy of the notebook is kept."""

    @web.authenticated
    async def post(self) -> None:
        """Put it back; where the copy lies."""
        await self.tell(self._reset)

    def _reset(self) -> dict[str, Any]:
        workspace, week, exercise = self.asked()
        return {"kept": str(reset(workspace, week, exercise).relative_to(workspace.folder))}


class Solution(Handler):
    """POST {week, exercise, sure}: our solution; without `sure` only one that was opened before, else what opening costs."""

    @web.authenticated
    async def post(self) -> None:
        """Show it, or say what it costs."""
        sure = (self.get_json_body() or {}).get("sure") is True
        await self.tell(lambda: self._solution(sure))

    def _solution(self, sure: bool) -> dict[str, Any]:
        workspace, week, exercise = self.asked()
        found = opened(workspace, week, exercise)
        if found is None and not sure:
            return {"asks": WARNING.format(exercise=exercise)}
        return {"solution": found if found is not None else open_solution(workspace, week, exercise)}


def _load_jupyter_server_extension(server: Any) -> None:
    """Add our handlers: Jupyter's server calls this."""
    base = server.web_app.settings["base_url"]
    parts = {"state": State, "reset": Reset, "solution": Solution}
    server.web_app.add_handlers(".*$", [(url_path_join(base, "workbook", name), part) for name, part in parts.items()])


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "autograder.desk.server"}]
