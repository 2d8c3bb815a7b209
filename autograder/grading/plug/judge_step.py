"""Our steps of nbgrader's autograde: one refuses what cannot be graded; one runs a submission, her cells behind the wall
and test cells on the grader's side; one keeps scores that a changed week would lower."""

from __future__ import annotations

import copy
import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_task

from autograder.errors import NotGraded
from autograder.grading.cache import Cache, keep_scores, with_past
from autograder.grading.gradebook import graded_cells
from autograder.grading.intake.notes import read_notes
from autograder.grading.judge.assignment import Assignment, bundle
from autograder.grading.judge.job import Graded, Job, files_of
from autograder.grading.judge.result import HUMAN, KEY, result_of
from autograder.grading.judge.scores import scores_of
from autograder.grading.judge.whole import lacks
from autograder.grading.keys import course_secret, own_files, submission_key
from autograder.grading.opened import frozen
from autograder.grading.past import came
from autograder.grading.plug.settings import Budget, reading_of
from autograder.grading.state import is_open
from autograder.grading.ways import in_words, is_agreed, odd_cells, with_ways
from autograder.notebook import format as nbio

JUDGED = "judged"  # where nbgrader's resources tell the next step of ours what was judged


class Judge(NbGraderPreprocessor, Budget):  # type: ignore[misc]
    """Runs a notebook behind the wall, in the place of nbgrader's Execute."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Run the notebook; its outputs and what became of it are in the notebook that comes back."""
        from autograder.grading.judge.judge import judge_notebook  # where a class is graded, helpers alone import it
        from autograder.wall.sandbox.warm import open_starter

        told = resources["nbgrader"]
        coursedir = self._coursedir()
        root, name = Path(coursedir.root), told["notebook"]
        made, late = self._whole(told)
        submitted = Path(coursedir.format_path(coursedir.submitted_directory, told["student"], told["assignment"]))
        notes = read_notes(submitted)
        made = self._with_ways(root, made)
        files = files_of(Path(resources.get("metadata", {}).get("path") or submitted))
        hers = own_files(files, made.beside)
        keys = {one: _key(root, told["assignment"], submitted / f"{one}.ipynb", nb, hers) for one in {*made.sources, name}}
        keys[name] = submission_key(course_secret(root), told["assignment"], nb, hers)
        counts = frozen(root, told["assignment"], told["student"])
        job = Job(told["student"], {}, files, keys, {name: notes.lines(name)}, notes.unreadable, late, counts)
        job = with_past(job, Cache(root, told["assignment"]).last(told["student"]), made, self.lower)
        resources[JUDGED] = root, made, job
        source = _source(made.sources.get(name), nb)
        with open_starter(made.limits) as starter:  # a week's studios start dozens of processes: each a fork, not a sandbox
            return judge_notebook(made, job, name, nb, source, starter), resources

    def _whole(self, told: Mapping[str, str]) -> tuple[Assignment, float]:
        """The assignment, and how many seconds late this submission came; NotGraded where something of ours is missing."""
        coursedir = self._coursedir()
        root, (due, late) = Path(coursedir.root), self._times(told)
        made = bundle(
            root, root / coursedir.source_directory / told["assignment"], told["assignment"],
            is_open(root, told["assignment"], due), self.limits(), reading=reading_of(self.config, coursedir, told["assignment"]),
        )  # fmt: skip
        if gone := lacks(made, self._graded(told) if made.is_week or made.sources else {}):
            _forget(told)
            raise NotGraded(gone)
        return made, late

    def _with_ways(self, root: Path, made: Assignment) -> Assignment:
        """The assignment with the ways of its test cells, tried out where that is due; the instructor's log says which."""
        odd, agreed = odd_cells(root, made, _run), is_agreed(self.inside, made.name)
        for line in in_words(made.name, odd, agreed):
            self.log.warning(line)
        return with_ways(made, odd, agreed)

    def _coursedir(self) -> CourseDirectory:
        """The course directory of the converter that this step belongs to."""
        converter = getattr(self.parent, "parent", None)
        found = getattr(converter, "coursedir", None)
        return found if found is not None else CourseDirectory(config=self.config)

    def _graded(self, told: Mapping[str, str]) -> dict[str, dict[str, float]]:
        """What the gradebook gives points for."""
        with Gradebook(told["db_url"]) as gradebook:
            try:
                return graded_cells(gradebook, told["assignment"])
            except MissingEntry:
                return {told["notebook"]: {}}

    def _times(self, told: Mapping[str, str]) -> tuple[datetime.datetime | None, float]:
        """When the assignment is due, and how many seconds late this submission came."""
        with Gradebook(told["db_url"]) as gradebook:
            try:
                submission = gradebook.find_submission(told["assignment"], told["student"])
                return submission.assignment.duedate, float(submission.total_seconds_late)
            except MissingEntry:
                return None, 0.0


class Whole(Judge):
    """Refuses what cannot be graded before nbgrader's own steps meet it: they would say something else of a stale gradebook."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Look whether all is there."""
        self._whole(resources["nbgrader"])
        return nb, resources


class KeepScores(NbGraderPreprocessor):  # type: ignore[misc]
    """Gives back what a changed week took from work that was handed in before, once nbgrader has written its scores."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Raise the notebook's scores in the gradebook to those that are kept, and keep what it came to."""
        told = resources["nbgrader"]
        root, week, job = resources[JUDGED]
        name = told["notebook"]
        ids = [cell.metadata.nbgrader.grade_id for cell in nb.cells if is_grade(cell) or is_task(cell)]
        with Gradebook(told["db_url"]) as gradebook:
            found = {id: gradebook.find_grade(id, name, told["assignment"], told["student"]) for id in ids}
            scores = {id: grade.auto_score for id, grade in found.items()}
            keep_scores(job.floor.get(name, {}), scores, nb)
            for cell in nb.cells:
                if cell.metadata.get(KEY, {}).get(HUMAN):
                    scores[cell.metadata.nbgrader.grade_id] = None
            for id, grade in found.items():
                grade.auto_score = scores[id]
                grade.needs_manual_grade = grade.needs_manual_grade or scores[id] is None
            gradebook.db.commit()
        Cache(root, told["assignment"]).note(job, week, {name: scores}, came(result_of(nb.metadata)))
        return nb, resources


def _forget(told: Mapping[str, str]) -> None:
    """Take an empty submission out of the gradebook: autograde has just made it, and with it no new test can be generated."""
    with Gradebook(told["db_url"]) as gradebook:
        try:
            submission = gradebook.find_submission(told["assignment"], told["student"])
        except MissingEntry:
            return
        grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
        comments = [comment for notebook in submission.notebooks for comment in notebook.comments]
        is_graded = any(grade.auto_score is not None or grade.manual_score is not None for grade in grades)
        if not (is_graded or submission.extension or any(comment.manual_comment for comment in comments)):
            gradebook.remove_submission(told["assignment"], told["student"])


def _key(root: Path, assignment: str, path: Path, nb: NotebookNode, hers: Mapping[str, bytes]) -> bytes:
    """The key of a notebook of the submission, as it lies there."""
    read = nbio.reads_plain(path.read_text(encoding="utf-8")) if path.is_file() else nb
    return submission_key(course_secret(root), assignment, read, hers)


def _run(made: Assignment, job: Job) -> Graded:
    """Run a job here, without pages."""
    from autograder.grading.judge.judge import judge_notebook

    graded = Graded(job.student)
    for name, text in made.sources.items():
        executed = judge_notebook(made, job, name, nbio.reads_plain(job.notebooks[name]), nbio.reads(text))
        graded.grades[name], graded.texts[name] = scores_of(executed)[0], nbio.dumps_unchecked(executed)
    return graded


def _source(text: str | None, nb: NotebookNode) -> NotebookNode:
    """The instructor's notebook; where it is gone, what nbgrader has put into this one from the gradebook."""
    if text is not None:
        return nbio.reads(text)
    source = copy.copy(nb)
    source.cells = [cell for cell in nb.cells if cell.metadata.get("nbgrader")]
    return source
