"""The desk's own kernel: a check on a fresh one says which cells to run first."""

import json
import os
import sys
from pathlib import Path

import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import start_new_kernel

from autograder.desk import exchange, jupyter
from autograder.desk.kernel import first_of
from autograder.desk.local import LocalCourse

WEEK = "week01_try"


def cell(source: str, role: str = "", id: str = "", kind: str = "code") -> dict[str, object]:
    metadata = {"autograder": {"role": role, "id": id}} if role else {}
    return {"cell_type": kind, "source": source.splitlines(True), "metadata": metadata}


def week(tmp_path: Path, *cells: dict[str, object]) -> Path:
    folder = tmp_path / "week02_some"
    folder.mkdir()
    (folder / "week02_some.ipynb").write_text(json.dumps({"cells": cells}))
    return folder


def test_it_names_what_has_not_run_above_the_check(tmp_path: Path) -> None:
    cells = [
        cell("import numpy", "given", "imports"), cell("text", kind="markdown"), cell(""),
        cell("def one(): ...", "answer", "one"), cell('check("one")', "check", "check_one"),
        cell("def two(): ...\n", "answer", "two"), cell('check("two")', "check", "check_two"), cell("later"),
    ]  # fmt: skip
    folder = week(tmp_path, *cells)
    assert "2 cells above have not run in it yet, among them your answer `one`." in first_of(folder, "one", set())
    assert "4 cells above have not run in it yet, among them your answers `one` and `two`." in first_of(folder, "two", set())
    assert "one cell above has not run in it yet.\n" in first_of(folder, "one", {"def one(): ..."})
    assert "Run All Above" in first_of(folder, "two", set())


def test_without_its_notebook_it_says_so_in_general(tmp_path: Path) -> None:
    said = "This kernel is new: run the cells above first."
    assert first_of(tmp_path, "one", set()).startswith(said)  # under another name, or nowhere
    assert first_of(week(tmp_path, cell("1")), "one", set()).startswith(said)  # no such check
    (tmp_path / "week02_some" / "week02_some.ipynb").write_text("[half")
    assert first_of(tmp_path / "week02_some", "one", set()).startswith(said)


def test_the_kernel_that_a_desk_lays_has_it_at_hand(course: LocalCourse, monkeypatch: pytest.MonkeyPatch) -> None:
    exchange.release(course, WEEK)
    exchange.fetch(course, WEEK)
    for _ in range(2):  # at the second start it is laid anew
        jupyter.lay_settings(course, "learner")
    server = jupyter.Server(0, "token")
    monkeypatch.setattr(os, "environ", {**jupyter.environment(course, "learner", server)})
    spec = KernelSpecManager().get_kernel_spec("python3")
    assert spec.argv[0] == sys.executable and spec.argv[-1] == "--ext=autograder.desk.kernel"
    folder = course.learner / WEEK
    cells = [one for one in json.loads((folder / f"{WEEK}.ipynb").read_text())["cells"] if one["cell_type"] == "code"]
    at = next(place for place, one in enumerate(cells) if "".join(one["source"]).startswith("check("))
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(folder))
    try:
        said: list[str] = []

        def run(source: list[str]) -> str:
            said.clear()
            hear = lambda message: said.append(str(message["content"]))  # noqa: E731
            client.execute_interactive("".join(source), timeout=60, output_hook=hear)
            return "\n".join(said)

        check = cells[at]["source"]
        assert "This kernel is new" in (first := run(check)) and "Traceback" not in first and "have not run" in first
        assert "check" not in run(["%who"])
        for one in cells[:at]:
            run(one["source"])
        assert "This kernel is new" not in run(check)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
