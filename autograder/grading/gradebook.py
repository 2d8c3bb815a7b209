"""Writes results into nbgrader's gradebook: a submission in one transaction, the same rows that nbgrader's steps leave.

nbgrader commits after every cell and opens the gradebook anew for every step; that is most of what its autograde costs
besides the kernel. Several graders may write at once: who comes second finds the rows of the first.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from nbgrader.api import (
    Comment,
    Grade,
    Gradebook,
    InvalidEntry,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    get_alembic_version,
)
from sqlalchemy import Connection, bindparam, insert, inspect, select, text, update
from sqlalchemy.exc import DBAPIError

from autograder.errors import NotGraded
from autograder.grading.judge.job import Graded
from autograder.grading.retrying import T, persistently

# Plain tables: through the ORM the same rows cost three times as much, and each statement is made once here.
_STUDENT, _SUBMITTED, _NOTEBOOK, _GRADE, _COMMENT = (
    inspect(kind).local_table for kind in (Student, SubmittedAssignment, SubmittedNotebook, Grade, Comment)
)
_IS_MINE = (_SUBMITTED.c.student_id == bindparam("student")) & (_SUBMITTED.c.assignment_id == bindparam("assignment"))
_SUBMISSION = (
    select(_SUBMITTED.c.id, _SUBMITTED.c.timestamp)
    .select_from(_STUDENT.outerjoin(_SUBMITTED, _IS_MINE))
    .where(_STUDENT.c.id == bindparam("student"))
)
_EXTENSION = select(_SUBMITTED.c.extension).where(_IS_MINE)
_NOTEBOOKS = select(_NOTEBOOK.c.notebook_id, _NOTEBOOK.c.id, _NOTEBOOK.c.late_submission_penalty).where(
    _NOTEBOOK.c.assignment_id == bindparam("submission")
)


def _of_submission(table: Any, *names: str) -> Any:
    """Rows of all of a submission's notebooks: notebook, cell, and these columns."""
    columns = [table.c[name] for name in ("notebook_id", "cell_id", *names)]
    joined = table.join(_NOTEBOOK, table.c.notebook_id == _NOTEBOOK.c.id)
    return select(*columns).select_from(joined).where(_NOTEBOOK.c.assignment_id == bindparam("submission"))


def _change(table: Any, *names: str) -> Any:
    """An update of these columns of the row `row`."""
    return update(table).where(table.c.id == bindparam("row")).values({name: bindparam(name) for name in names})


_GRADES = _of_submission(_GRADE, "id", "auto_score", "manual_score", "extra_credit", "needs_manual_grade")
_COMMENTS = _of_submission(_COMMENT, "id", "auto_comment", "manual_comment")
_ADD_STUDENT, _ADD_SUBMISSION, _ADD_NOTEBOOK, _ADD_GRADE, _ADD_COMMENT = (
    insert(table) for table in (_STUDENT, _SUBMITTED, _NOTEBOOK, _GRADE, _COMMENT)
)
_CHANGE_SUBMISSION, _CHANGE_NOTEBOOK = _change(_SUBMITTED, "timestamp"), _change(_NOTEBOOK, "late_submission_penalty")
_CHANGE_GRADE, _CHANGE_COMMENT = _change(_GRADE, "auto_score", "needs_manual_grade"), _change(_COMMENT, "auto_comment")
#: (the notebook's score, seconds late, learner) -> points taken off, None for none
Penalty = Callable[[str, float, float], float | None]


@dataclass
class Standing:
    """What the gradebook says of a submission after writing.

    Attributes
    ----------
    scores : each graded cell's score by notebook, a human's where there is one.
    comments : what a human wrote.
    penalties : points taken off each notebook for lateness.
    most : what could be had.
    """

    scores: dict[str, dict[str, float]] = field(default_factory=dict)
    comments: dict[str, dict[str, str]] = field(default_factory=dict)
    penalties: dict[str, float] = field(default_factory=dict)
    most: float = 0.0

    @property
    def score(self) -> float:
        """The whole submission's score, before penalties, as nbgrader counts it."""
        return sum(sum(cells.values()) for cells in self.scores.values())


@dataclass
class _GradedCell:
    id: str
    points: float
    graded: bool
    commented: bool


_Known = dict[tuple[str, str], tuple[Any, ...]]  # (notebook, cell) -> its row's columns


@dataclass
class _Rows:
    """A submission's rows: its id, its notebooks' ids and penalties, the rows of their cells."""

    submission: str
    notebooks: dict[str, tuple[str, float | None]] = field(default_factory=dict)
    grades: _Known = field(default_factory=dict)
    comments: _Known = field(default_factory=dict)


class _Work:
    """Rows to be written: each kind at once, and notebooks before what refers to them."""

    def __init__(self) -> None:
        order = (_ADD_NOTEBOOK, _CHANGE_NOTEBOOK, _ADD_GRADE, _CHANGE_GRADE, _ADD_COMMENT, _CHANGE_COMMENT)
        self.rows: dict[Any, list[dict[str, Any]]] = {statement: [] for statement in order}

    def do(self, statement: Any, values: dict[str, Any]) -> None:
        self.rows[statement].append(values)

    def execute(self, db: Connection) -> None:
        for statement, rows in self.rows.items():
            if rows:
                db.execute(statement, rows)


class Book:
    """One assignment's pages of a gradebook.

    Parameters
    ----------
    url, course : nbgrader's address of the gradebook, and the course's name.
    penalty : what lateness costs.

    Raises
    ------
    MissingEntry
        Where the gradebook does not know the assignment.
    """

    def __init__(self, url: str, course: str, assignment: str, penalty: Penalty | None = None) -> None:
        self.gradebook = open_gradebook(url, course)
        self.penalty = penalty
        found = self.gradebook.find_assignment(assignment)
        self.assignment, self.due = found.id, found.duedate
        self.notebooks: dict[str, str] = {}
        self.checksums: dict[str, dict[str, str]] = {}
        self.cells: dict[str, dict[str, _GradedCell]] = {}
        for notebook in found.notebooks:
            cells = self.cells.setdefault(notebook.name, {})
            self.notebooks[notebook.name] = notebook.id
            self.checksums[notebook.name] = {cell.name: cell.checksum for cell in notebook.source_cells}
            for cell in notebook.grade_cells:
                cells[cell.id] = _GradedCell(cell.name, float(cell.max_score), True, False)
            for cell in notebook.solution_cells:
                cells[cell.id] = _GradedCell(cell.name, 0.0, False, True)
            for cell in notebook.task_cells:
                cells[cell.id] = _GradedCell(cell.name, float(cell.max_score), True, True)
        self.db = self.gradebook.db
        self.db.rollback()

    @property
    def graded(self) -> dict[str, dict[str, float]]:
        """The cells that are scored, with their points, by notebook."""
        return {name: {one.id: one.points for one in cells.values() if one.graded} for name, cells in self.cells.items()}

    def close(self) -> None:
        """Let the database go."""
        self.gradebook.close()

    def seconds_late(self, student: str, timestamp: datetime.datetime | None) -> float:
        """How long after the due date, the learner's extension included, a submission came."""
        if timestamp is None or self.due is None:
            return 0.0
        mine = {"student": student, "assignment": self.assignment}
        row = self._safely(lambda: self.db.connection().execute(_EXTENSION, mine).first())
        due = self.due + (row[0] if row and row[0] is not None else datetime.timedelta())
        return float(max(0.0, (timestamp - due).total_seconds()))

    def write(
        self,
        graded: Graded,
        timestamp: datetime.datetime | None,
        late: float,
        anew: bool = True,
        ready: Callable[[Standing], None] | None = None,
    ) -> Standing:
        """Write one submission, whole or not at all, and say how it stands.

        Parameters
        ----------
        anew : it was graded anew: a human's score is to be looked at again, as nbgrader has it. Where it was not, only
            what is missing or differs is written.
        ready : told how it will stand before that counts (at every try anew); where it raises, nothing is written.
        """

        def once() -> Standing:
            standing = self._write(graded, timestamp, late, anew)
            if ready is not None:
                ready(standing)
            self.db.commit()
            return standing

        return self._safely(once)

    def _safely(self, work: Callable[[], T]) -> T:
        def once() -> T:
            try:
                return work()
            except BaseException:
                self.db.rollback()
                raise
            finally:
                if self.db().in_transaction():  # a read must not hold the database for others
                    self.db.rollback()

        return persistently(once)

    def _write(self, graded: Graded, timestamp: datetime.datetime | None, late: float, anew: bool) -> Standing:
        db = self.db.connection()
        rows, work, standing = self._rows(db, graded.student, timestamp), _Work(), Standing()
        for name, notebook in self.notebooks.items():
            known = rows.notebooks.get(notebook)
            id, before = known or (uuid4().hex, None)
            scores = self._grades(name, id, rows.grades, graded.grades.get(name), anew, work)
            standing.comments[name] = self._comments(name, id, rows.comments, graded.comments.get(name, {}), work)
            penalty = self._penalty(graded.student, sum(scores.values()), late)
            if known is None:
                about = {"id": id, "assignment_id": rows.submission, "notebook_id": notebook}
                work.do(_ADD_NOTEBOOK, about | {"late_submission_penalty": penalty})
            elif penalty != before:
                work.do(_CHANGE_NOTEBOOK, {"row": id, "late_submission_penalty": penalty})
            standing.scores[name], standing.penalties[name] = scores, penalty or 0.0
            standing.most += sum(cell.points for cell in self.cells[name].values())
        work.execute(db)
        return standing

    def _rows(self, db: Connection, student: str, timestamp: datetime.datetime | None) -> _Rows:
        """What is there of a submission; its own row and the learner's are written where there is none."""
        found = db.execute(_SUBMISSION, {"student": student, "assignment": self.assignment}).first()
        if found is None:
            db.execute(_ADD_STUDENT, {"id": student})
        if found is None or found[0] is None:  # of a new one there is nothing else to be asked
            rows = _Rows(uuid4().hex)
            about = {"id": rows.submission, "assignment_id": self.assignment, "student_id": student}
            db.execute(_ADD_SUBMISSION, about | {"timestamp": timestamp})
            return rows
        if timestamp is not None and found[1] != timestamp:
            db.execute(_CHANGE_SUBMISSION, {"row": found[0], "timestamp": timestamp})
        rows, mine = _Rows(found[0]), {"submission": found[0]}
        rows.notebooks = {row[0]: (row[1], row[2]) for row in db.execute(_NOTEBOOKS, mine)}
        rows.grades = {(row[0], row[1]): tuple(row[2:]) for row in db.execute(_GRADES, mine)}
        rows.comments = {(row[0], row[1]): tuple(row[2:]) for row in db.execute(_COMMENTS, mine)}
        return rows

    def _grades(
        self, name: str, notebook: str, known: _Known, found: Mapping[str, float | None] | None, anew: bool, work: _Work
    ) -> dict[str, float]:
        """Write a notebook's scores; those that count. A cell of which nothing was found out is never scored."""
        scores = dict[str, float]()
        for cell, about in self.cells[name].items():
            if not about.graded:
                continue
            if found is None or about.id not in found:
                raise NotGraded(f"grading said nothing of {about.id} in {name}")
            auto = found[about.id]
            id, before, manual, extra, needs = known.get((notebook, cell), (None, None, None, None, None))
            wanted = auto is None or manual is not None
            values = {"auto_score": auto, "needs_manual_grade": wanted}
            if id is None:
                work.do(_ADD_GRADE, {"id": uuid4().hex, "cell_id": cell, "notebook_id": notebook, **values})
            elif before != auto or (anew and needs != wanted):
                work.do(_CHANGE_GRADE, {"row": id, **values})
            counts = auto if manual is None else manual
            scores[about.id] = 0.0 if counts is None else counts + (extra or 0.0)
        return scores

    def _comments(self, name: str, notebook: str, known: _Known, found: Mapping[str, str | None], work: _Work) -> dict[str, str]:
        """Write nbgrader's own remarks; what a human wrote."""
        human = dict[str, str]()
        for cell, about in self.cells[name].items():
            if not about.commented:
                continue
            id, before, manual = known.get((notebook, cell), (None, None, None))
            auto = found.get(about.id)
            if id is None:
                work.do(_ADD_COMMENT, {"id": uuid4().hex, "cell_id": cell, "notebook_id": notebook, "auto_comment": auto})
            elif before != auto:
                work.do(_CHANGE_COMMENT, {"row": id, "auto_comment": auto})
            if manual is not None:
                human[about.id] = manual
        return human

    def _penalty(self, student: str, score: float, late: float) -> float | None:
        if late <= 0 or self.penalty is None:
            return None
        penalty = self.penalty(student, score, late)
        return None if penalty is None else min(max(0.0, penalty), max(0.0, score))


def graded_cells(gradebook: Any, assignment: str) -> dict[str, dict[str, float]]:
    """What an open gradebook gives points for in an assignment: {notebook: {cell: points}}. Raises MissingEntry."""
    return {
        notebook.name: {cell.name: float(cell.max_score) for cell in (*notebook.grade_cells, *notebook.task_cells)}
        for notebook in gradebook.find_assignment(assignment).notebooks
    }


def open_gradebook(url: str, course: str) -> Gradebook:
    """nbgrader's gradebook; an empty database gets its tables, also where several open it at the same moment."""
    tries = 0

    def once() -> Gradebook:
        nonlocal tries
        tries += 1
        made = _opened(url, course)
        if tries > 1:  # in somebody's way: each of the two may have left the version to the other
            try:
                _stamp(made)
            except BaseException:
                made.close()
                raise
        return made

    return persistently(once)


def _opened(url: str, course: str) -> Gradebook:
    made = Gradebook.__new__(Gradebook)
    try:
        made.__init__(url, course)
    except BaseException as error:
        if hasattr(made, "db"):
            made.close()  # else its connection stays until somebody collects it
        if isinstance(error, InvalidEntry) and isinstance(error.__context__, DBAPIError):
            raise error.__context__ from None
        raise
    return made


def _stamp(made: Gradebook) -> None:
    """Write the version of the tables' layout, as nbgrader does for a new database, where it is missing."""
    if not inspect(made.engine).has_table("alembic_version"):
        made.db.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        made.db.execute(text("INSERT INTO alembic_version (version_num) VALUES (:version)"), {"version": get_alembic_version()})
        made.db.commit()
