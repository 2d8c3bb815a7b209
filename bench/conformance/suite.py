"""Grades every idiom by plain nbgrader and by `workbook grade`, for a right and for a wrong answer."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bench.conformance.courses import COURSES
from bench.conformance.features import FEATURES
from bench.conformance.idiom import LEARNERS, Idiom, Set

TOP = Path(__file__).resolve().parents[2]
ALL = (*FEATURES, *COURSES)
PLAIN = """\
from pathlib import Path
c = get_config()
c.CourseDirectory.course_id = "conformance"
c.CourseDirectory.root = str(Path(__file__).resolve().parent)
"""
PLUGGED = f"from autograder.grading.plug import plug\n{PLAIN}plug(c, inside=True)\n"
Scores = dict[str, dict[str, float | None]]  # learner -> cell -> score, None where a human has to look


class Found(NamedTuple):
    """What one idiom came to: right and wrong answer, by nbgrader and by us, the way that its test ran here, and why not apart."""

    idiom: Idiom
    of: str
    way: str
    why: str
    plain: tuple[float | None, float | None]
    ours: tuple[float | None, float | None]

    @property
    def differs(self) -> bool:
        """Whether the two do not agree."""
        return self.plain != self.ours


def run(home: Path, sets: Sequence[Set] = ALL) -> list[Found]:
    """Grade all of them both ways, each side in one go.

    Parameters
    ----------
    home : an empty folder.
    """
    names = [one.name for one in sets]
    ours, plain = home / "ours", home / "plain"
    _write(plain, PLAIN, sets)
    _nbgrader(plain, "generate", names).check()
    _hand_in(plain, sets)
    shutil.copytree(plain, ours)  # the gradebook, too: it knows the assignments now
    (ours / "nbgrader_config.py").write_text(PLUGGED, encoding="utf-8")
    theirs = _nbgrader(plain, "autograde", names)
    try:
        ways = _ours(ours, names)
    finally:
        theirs.check()
    found = []
    for one in sets:
        by_plain, by_us = scores(plain, one.name), scores(ours, one.name)
        for idiom in one.idioms:
            cell = f"test_{idiom.name}" if idiom.test else idiom.name
            both = [tuple(each[learner].get(cell) for learner in LEARNERS) for each in (by_plain, by_us)]
            way, why = ("human", "") if idiom.manual else ways[one.name].get(cell, ("apart", ""))
            found.append(Found(idiom, one.name, way, why, *both))  # type: ignore[arg-type]
    return found


class _Run:
    """nbgrader in a process of its own."""

    def __init__(self, command: list[str], log: Path) -> None:
        environment = {
            **os.environ,
            "PYTHONPATH": str(TOP),
            "JUPYTER_PREFER_ENV_PATH": "1",
            "IPYTHONDIR": str(log.parent / "ipython"),
        }
        self.log = log
        with open(log, "w", encoding="utf-8") as file:
            self.process = subprocess.Popen(command, cwd=TOP, env=environment, stdout=file, stderr=file)

    def check(self) -> None:
        """Wait for its end."""
        if self.process.wait():
            raise RuntimeError(f"nbgrader failed:\n{self.log.read_text(encoding='utf-8')[-4000:]}")


def _nbgrader(root: Path, step: str, names: list[str]) -> _Run:
    return _Run([sys.executable, "-m", "bench.conformance.plain", str(root), step, *names], root.parent / f"{step}.log")


def _write(root: Path, config: str, sets: Sequence[Set]) -> None:
    for one in sets:
        folder = root / "source" / one.name
        folder.mkdir(parents=True)
        (folder / f"{one.name}.ipynb").write_text(json.dumps(one.source()), encoding="utf-8")
        for name, text in one.files.items():
            (folder / name).write_text(text, encoding="utf-8")
    (root / "nbgrader_config.py").write_text(config, encoding="utf-8")


def _hand_in(root: Path, sets: Sequence[Set]) -> None:
    for one in sets:
        for learner in LEARNERS:
            folder = root / "submitted" / learner / one.name
            shutil.copytree(root / "release" / one.name, folder)
            path = folder / f"{one.name}.ipynb"
            nb: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            one.answer(nb, learner)
            path.write_text(json.dumps(nb), encoding="utf-8")


def _ours(root: Path, names: list[str]) -> dict[str, dict[str, tuple[str, str]]]:
    """Grade here; the ways of test cells that did not run apart, with the reasons."""
    from autograder.grading.batch.batch import grade_class

    for name in names:
        if troubles := [f"{one.student}: {one.trouble}" for one in grade_class(root, name, workers=2) if one.trouble]:
            raise RuntimeError(f"{name} was not graded: {troubles}")
    found = {}
    for name in names:
        told = json.loads((root / ".grading" / "ways" / f"{name}.json").read_text(encoding="utf-8"))
        found[name] = {one["id"]: (one["way"], one["why"]) for one in told["cells"]}
    return found


def scores(root: Path, assignment: str) -> Scores:
    """Each cell's score in a gradebook; None where a human has to look."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as book:
        return {
            one.student.id: {
                grade.name: None if grade.needs_manual_grade else float(grade.score)
                for nb in one.notebooks
                for grade in nb.grades
            }
            for one in book.assignment_submissions(assignment)
        }
