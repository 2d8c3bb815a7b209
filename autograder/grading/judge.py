"""The step of nbgrader that runs a submission: the learner's cells behind the wall, test cells on the grader's side."""

from __future__ import annotations

import contextlib
import copy
import datetime
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Float, Integer

from autograder.cases.model import Points
from autograder.cases.session import Session
from autograder.grading import nbio, week
from autograder.grading.literals import refusal
from autograder.grading.notes import read_notes
from autograder.grading.reference import pieces
from autograder.grading.result import KEY, Result, exercise_result
from autograder.grading.secret import course_secret, submission_key
from autograder.grading.shown import COURSE
from autograder.grading.wall.execute import execute
from autograder.grading.wall.learner import Learner
from autograder.grading.wall.limits import Limits
from autograder.grading.wall.outputs import error

PRIVATE = ("timestamp.txt", "submission_secret.txt")
_FLOAT = re.compile(r"np\.float(?:16|32|64)\((.*)\)")
#: week's exercise, "check" or "hidden" -> what its cell came to
Collected = dict[str, dict[str, Points]]


class Judge(NbGraderPreprocessor):  # type: ignore[misc]
    """Runs a notebook behind the wall, in the place of nbgrader's Execute."""

    cell_seconds = Float(60.0, help="seconds of one cell").tag(config=True)
    notebook_seconds = Float(600.0, help="seconds of a whole notebook with its tests").tag(config=True)
    memory = Integer(2 << 30, help="bytes that the notebook's processes may write to").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Run the notebook; its outputs and what became of it are in the notebook that comes back."""
        told = resources["nbgrader"]
        coursedir = self._coursedir()
        root = Path(coursedir.root)
        submitted = coursedir.format_path(coursedir.submitted_directory, told["student"], told["assignment"])
        notes = read_notes(Path(submitted))
        result = Result(notes.lines(told["notebook"]), notes.unreadable.get(told["notebook"], ""))
        entry = week.week_json(root, told["assignment"])
        result.title = entry.get("title", "")
        due, late = self._times(told)
        result.open_week = week.is_open(root, told["assignment"], due)
        result.lines = ([f"Handed in {_duration(late)} after the due date."] if late > 0 else []) + result.lines
        source = _source(root, coursedir.source_directory, told, nb)
        collected: Collected = {}
        if result.unreadable:
            executed = _untried(nb, result.unreadable)
        else:
            files = _files(Path(resources.get("metadata", {}).get("path") or submitted))
            if week.is_week(root, told["assignment"]):
                files = _of_a_week(files, root / coursedir.source_directory / told["assignment"], result.lines)
            with self._tools(root, told["assignment"], nb, source, files, result.open_week, collected) as tools:
                executed, said = execute(nb, source, tools, self._limits(), files)
            result.lines += said
        if week.is_week(root, told["assignment"]):
            result.exercises = [exercise_result(one, collected.get(one["id"], {})) for one in entry["exercises"]]
        course = {cell.source.strip() for cell in source.cells if cell.cell_type == "markdown"}
        for cell in executed.cells:
            _plain_result(cell)
            if cell.cell_type == "markdown" and cell.source.strip() in course:
                cell.metadata[KEY] = {COURSE: True}
        executed.metadata[KEY] = result.as_metadata()
        return executed, resources

    def _coursedir(self) -> CourseDirectory:
        """The course directory of the converter that this step belongs to."""
        converter = getattr(self.parent, "parent", None)
        found = getattr(converter, "coursedir", None)
        return found if found is not None else CourseDirectory(config=self.config)

    def _limits(self) -> Limits:
        return Limits(cell_seconds=self.cell_seconds, notebook_seconds=self.notebook_seconds, memory=self.memory)

    def _times(self, told: Mapping[str, str]) -> tuple[datetime.datetime | None, float]:
        """When the assignment is due, and how many seconds late this submission came."""
        with Gradebook(told["db_url"]) as gradebook:
            try:
                submission = gradebook.find_submission(told["assignment"], told["student"])
                return submission.assignment.duedate, float(submission.total_seconds_late)
            except MissingEntry:
                return None, 0.0

    @contextlib.contextmanager
    def _tools(
        self,
        root: Path,
        assignment: str,
        nb: NotebookNode,
        source: NotebookNode,
        files: Mapping[str, bytes],
        open_week: bool,
        collected: Collected,
    ) -> Iterator[Callable[[Learner], Mapping[str, Any]]]:
        """The grader's names for this submission's test cells: the week's cases, none for another assignment."""
        if not week.is_week(root, assignment):
            yield lambda learner: {}
            return
        key = submission_key(course_secret(root), assignment, nb)
        with week.cases_folder(root, assignment) as folder:

            def tools(learner: Learner) -> Mapping[str, Any]:
                def lent(names: Sequence[str]) -> contextlib.AbstractContextManager[None]:
                    ours = pieces(source, folder)
                    return learner.lent({name: ours[name] for name in names})

                session = Session(
                    folder, learner.get, key, learner.limit, learner.fresh, open_week, lent, refusal(_written(nb, source, files))
                )

                def collecting(kind: str, judge: Callable[[str], Points]) -> Callable[[str], Points]:
                    def judged(id: str) -> Points:
                        points = judge(id)
                        collected.setdefault(id, {})[kind] = points
                        return points

                    return judged

                return {"check": collecting("check", session.check), "hidden_check": collecting("hidden", session.hidden_check)}

            yield tools


def _source(root: Path, folder: str, told: Mapping[str, str], nb: NotebookNode) -> NotebookNode:
    """The instructor's notebook; where it is gone, what nbgrader has put into this one from the gradebook."""
    path = root / folder / told["assignment"] / f"{told['notebook']}.ipynb"
    if path.is_file():
        return nbio.load(path)
    source = copy.copy(nb)
    source.cells = [cell for cell in nb.cells if cell.metadata.get("nbgrader")]
    return source


def _files(folder: Path) -> dict[str, bytes]:
    """What stands beside the notebook: the submission's files, with the course's own laid over them by nbgrader."""
    found: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not path.is_file() or name in PRIVATE or name.startswith(".") or path.suffix == ".ipynb":
            continue
        found[name] = path.read_bytes()
    return found


def _of_a_week(files: Mapping[str, bytes], source: Path, said: list[str]) -> dict[str, bytes]:
    """The course's own files, and Python files of the learner's: data that she brings along would pass under a budget."""
    kept = {name: data for name, data in files.items() if name.endswith(".py") or (source / name).is_file()}
    left = sorted(files.keys() - kept.keys())
    if left:
        said.append(f"Files beside the notebook were not used: {', '.join(left[:5])}{', …' if len(left) > 5 else ''}.")
    return kept


def _written(nb: NotebookNode, source: NotebookNode, files: Mapping[str, bytes]) -> Iterator[str]:
    """The code that the learner wrote: her cells, and Python files of her own."""
    given = {cell.source for cell in source.cells}
    yield from (cell.source for cell in nb.cells if cell.cell_type == "code" and cell.source not in given)
    yield from (
        data.decode("utf-8", "replace")
        for name, data in files.items()
        if name.endswith(".py") and name not in ("checks.py", "explore.py", "kit.py")
    )


def _untried(nb: NotebookNode, why: str) -> NotebookNode:
    """The notebook with every test failed, none of them run."""
    made = copy.deepcopy(nb)
    for cell in made.cells:
        if cell.cell_type == "code":
            is_test = cell.metadata.get("nbgrader", {}).get("grade")
            cell.outputs = [error("Unreadable", why)] if is_test else []
    return made


def _plain_result(cell: NotebookNode) -> None:
    """A test cell's value is a finite number between zero and its points, or no number at all.

    nbgrader gives full marks for NaN, for a negative number and for np.float64(0.5), and stops at one above the points.
    """
    settings = cell.metadata.get("nbgrader", {})
    if cell.cell_type != "code" or not settings.get("grade") or settings.get("solution"):
        return
    for output in cell.outputs:
        if output.output_type != "execute_result" or "text/plain" not in output.data:
            continue
        text = _FLOAT.sub(r"\1", str(output.data["text/plain"]).strip())
        try:
            value = float(text)
        except ValueError:
            continue
        value = value if math.isfinite(value) else 0.0
        output.data["text/plain"] = repr(min(max(value, 0.0), float(settings.get("points", 0.0))))


def _duration(seconds: float) -> str:
    """A length of time for people."""
    for name, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            number = int(seconds // size)
            return f"{number} {name}{'s' if number > 1 else ''}"
    return f"{int(seconds)} seconds"
