"""Our part of Jupyter's server: state, putting back, solutions; refusals in words; nothing outside a course."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.desk import exchange, jupyter
from autograder.desk.local import LocalCourse

WEEK = "week01_try"


class Asked:
    """A Jupyter server without JupyterLab, asked as the browser's half asks."""

    def __init__(self, course: LocalCourse, root: Path, log: Path, elsewhere: bool = False) -> None:
        self.server = jupyter.new_server(None)
        told = jupyter.environment(course, "learner", self.server)
        if elsewhere:  # our part is on, and no course is set up
            told["JUPYTER_CONFIG_DIR"] = str(root)
            (root / "jupyter_server_config.json").write_text(
                json.dumps({"ServerApp": {"jpserver_extensions": {"autograder.desk.server": True}}})
            )
        options = [f"--ServerApp.port={self.server.port}", f"--ServerApp.root_dir={root}", "--ServerApp.allow_root=True"]
        command = [sys.executable, "-m", "jupyter_server", "--no-browser", *options]
        with open(log, "wb") as said:
            self.process = subprocess.Popen(command, cwd=root, env=told, stderr=said)
        self.server.wait(gone=lambda: self.process.poll() is not None)

    def ask(self, name: str, body: Any = None, token: str | None = None) -> Any:
        address = f"{self.server.base}/workbook/{name}"
        headers = {"Authorization": f"token {self.server.token if token is None else token}"}
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(address, data, headers), timeout=60) as answer:
            return json.load(answer)

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(20)


@pytest.fixture
def asked(course: LocalCourse) -> Iterator[Asked]:
    jupyter.lay_settings(course, "learner")
    exchange.release_all(course)
    exchange.fetch(course, WEEK)
    asked = Asked(course, course.learner, course.logs / "server.log")
    yield asked
    asked.close()


def test_state_reset_and_solution(asked: Asked, course: LocalCourse) -> None:
    told = asked.ask("state")
    assert [one["week"] for one in told["weeks"]] == [WEEK] and told["weeks"][0]["here"] and told["folder"] == ""
    with pytest.raises(urllib.error.HTTPError, match=r"40[13]"):
        asked.ask("state", token="nobody's")
    exercise = told["next"]["exercise"]

    notebook = course.learner / WEEK / f"{WEEK}.ipynb"
    cells = json.loads(notebook.read_text())
    texts = ["".join(cell["source"]) for cell in cells["cells"]]
    mine = next(cell for cell in cells["cells"] if cell["metadata"].get("autograder", {}).get("id") == exercise)
    mine["source"] = "mine = 1"
    notebook.write_text(json.dumps(cells))
    kept = asked.ask("reset", {"week": WEEK, "exercise": exercise})["kept"]
    assert "mine = 1" in (course.learner / kept).read_text()
    assert ["".join(one["source"]) for one in json.loads(notebook.read_text())["cells"]] == texts
    assert "has no exercise 'nothing'" in asked.ask("reset", {"week": WEEK, "exercise": "nothing"})["refused"]
    assert "No week '../x'" in asked.ask("reset", {"week": "../x", "exercise": exercise})["refused"]

    costs = asked.ask("solution", {"week": WEEK, "exercise": exercise})["asks"]
    assert "keeps your best score so far" in costs
    refused = asked.ask("solution", {"week": WEEK, "exercise": exercise, "sure": True})["refused"]
    assert "No attempt of yours" in refused


def test_outside_a_course_there_is_nothing(course: LocalCourse, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    jupyter.lay_settings(course, "learner")
    asked = Asked(course, elsewhere, elsewhere / "log", elsewhere=True)
    try:
        assert asked.ask("state")["weeks"] == []
    finally:
        asked.close()
