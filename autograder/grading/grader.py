"""nbgrader's own steps in one warm process: collect, take in, autograde, write feedback, give it back."""

from __future__ import annotations

import datetime
import functools
import time
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbgrader.api import MissingEntry
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeError
from sqlalchemy.exc import SAWarning
from traitlets import TraitError
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from autograder.environment import own_programs_first
from autograder.errors import Mend
from autograder.grading.gradebook import graded_cells, open_gradebook
from autograder.grading.intake.attempts import Asked, Inbound, look_for
from autograder.grading.intake.exchange import Collect
from autograder.grading.intake.intake import take_in
from autograder.grading.outcome import Outcome, not_yet
from autograder.grading.plug import FIRST, PAGE, STEPS
from autograder.grading.plug.settings import inside_of, limits_of, reading_of
from autograder.grading.ways import is_agreed
from autograder.locks import alone
from autograder.notebook.sources import Reading
from autograder.wall.sandbox.probe import open_sandbox
from autograder.wall.wire.errors import SandboxError
from autograder.wall.wire.limits import Limits

CONFIG = "nbgrader_config.py"


def find_course(start: Path | None = None) -> Path:
    """The folder that nbgrader runs in: `start` or the nearest above it with a configuration.

    Where a desk has laid a local course in a checkout, its instructor's folder is meant.
    """
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        desk = folder / ".course" / "instructor"
        for root in (desk, folder):
            if (root / CONFIG).is_file():
                return root
    raise Mend(f"No course at {start} or above it.\nMend: go into the folder with {CONFIG}, or name it: --course FOLDER.")


class Grader:
    """Grades submissions of one course.

    Parameters
    ----------
    root : the folder that nbgrader runs in.
    config : its configuration; by default what its nbgrader_config.py says.
    """

    def __init__(self, root: Path, config: Config | None = None) -> None:
        own_programs_first()
        self.root = root.resolve()
        # nbgrader's gradebook makes these for every new submission; they mean nothing to anybody who grades.
        warnings.filterwarnings("ignore", "Object of type <Submitted", SAWarning)
        config = config or _configuration(self.root)
        config.CourseDirectory.setdefault("root", str(self.root))
        self.config = config
        self.coursedir: Any = CourseDirectory(config=config)

    @functools.cached_property
    def api(self) -> Any:
        """nbgrader's own steps, where they are needed: they bring its converters, which take a while to import."""
        from nbgrader.apps.api import NbGraderAPI

        return NbGraderAPI(coursedir=self.coursedir, config=self.config)

    def need_sandbox(self) -> None:
        """Refuse, with the mend, where other people's work cannot be run safely."""
        try:
            open_sandbox(Limits())
        except SandboxError as error:
            raise Mend(str(error)) from None

    def need_assignment(self, assignment: str) -> None:
        """Refuse an assignment that the gradebook does not know: nbgrader could not say what it is worth."""
        with self.gradebook() as gradebook:
            try:
                gradebook.find_assignment(assignment)
            except MissingEntry:
                known = ", ".join(one.name for one in gradebook.assignments) or "none"
                raise Mend(
                    f"The gradebook has no assignment {assignment!r}; it has: {known}.\n"
                    f"Mend: nbgrader generate_assignment {assignment} --force"
                ) from None

    def need_whole(self, assignment: str) -> None:
        """Refuse an assignment of which something of ours is missing, before a submission of it is touched."""
        from autograder.grading.judge.assignment import bundle
        from autograder.grading.judge.whole import lacks

        with self.gradebook() as gradebook:
            graded = graded_cells(gradebook, assignment)
        source, reading = self.source(assignment), self.reading(assignment)
        if gone := lacks(bundle(self.root, source, assignment, True, self.limits(), reading=reading), graded):
            raise Mend(gone)

    def gradebook(self) -> Any:
        """The gradebook, to be used in a `with`."""
        return open_gradebook(self.coursedir.db_url, self.coursedir.course_id)

    def due(self, assignment: str) -> datetime.datetime | None:
        """When an assignment is due, in UTC; None where it is not, or is not known."""
        with self.gradebook() as gradebook:
            try:
                found: datetime.datetime | None = gradebook.find_assignment(assignment).duedate
                return found
            except MissingEntry:
                return None

    @property
    def exchange(self) -> Path | None:
        """The course's folder in the exchange; None where there is none."""
        from nbgrader.auth import Authenticator
        from nbgrader.exchange import ExchangeFactory

        collect = ExchangeFactory(config=self.config).Collect
        root = Path(collect(coursedir=self.coursedir, authenticator=Authenticator(config=self.config), config=self.config).root)
        folder = root / self.coursedir.course_id
        return folder if self.coursedir.course_id and folder.is_dir() else None

    def submitted(self, student: str, assignment: str) -> Path:
        """Where a submission lies for grading."""
        return Path(self.coursedir.format_path(self.coursedir.submitted_directory, student, assignment))

    def students(self, assignment: str) -> list[str]:
        """Who has handed in."""
        return sorted(
            path.parent.name for path in self.submitted("_", assignment).parents[1].glob(f"*/{assignment}") if path.is_dir()
        )

    def collect(self, assignment: str) -> list[tuple[str, str]]:
        """Fetch from the exchange what counts of every learner; what is not collected, by its name, with the reason."""
        if self.exchange is None or not (self.exchange / "inbound").is_dir():
            return []
        try:
            collector = self._collect("*", assignment)
        except ExchangeError as error:
            raise Failed(f"{assignment} could not be collected: {error}") from None
        return list(collector.troubles) if isinstance(collector, Collect) else []

    def collect_attempt(self, student: str, assignment: str, name: str) -> None:
        """Fetch one attempt, by its folder's name in the exchange."""
        self._collect(student, assignment, only=name, update=True)

    def _collect(self, student: str, assignment: str, **asked: Any) -> Any:
        before = self.coursedir.student_id, self.coursedir.assignment_id
        self.coursedir.student_id, self.coursedir.assignment_id = student, assignment
        try:
            kind = self.api.exchange.Collect
            collector = kind(coursedir=self.coursedir, authenticator=self.api.authenticator, parent=self.api, **asked)
            collector.strict = False  # it is asked what it left
            collector.start()
            return collector
        finally:
            self.coursedir.student_id, self.coursedir.assignment_id = before

    def look(self, asked: Asked = lambda attempt: False) -> Inbound:
        """Look at the exchange's inbound folder, with the collector's settings. `asked`: as in `attempts.look`."""
        from nbgrader.auth import Authenticator

        exchange = self.exchange
        if exchange is None or not (exchange / "inbound").is_dir():
            return Inbound([], {})
        collector = Collect(coursedir=self.coursedir, authenticator=Authenticator(config=self.config), config=self.config)
        return look_for(collector, exchange / "inbound", asked)

    def grade_by_nbgrader(self, student: str, assignment: str) -> Outcome:
        """Grade one submission by nbgrader's own autograde and generate_feedback, with whatever steps the course gave them."""
        begun = time.monotonic()
        try:
            folder = self.submitted(student, assignment)
            with alone(folder):
                take_in(folder, self.source(assignment), reading=self.reading(assignment))
            need(self.api.autograde(assignment, student, force=True), "it could not be graded")
            need(self.api.generate_feedback(assignment, student, force=True), "its feedback could not be written")
            score, most = self.score(student, assignment)
        except Exception as error:  # one submission's trouble stops no other
            return Outcome(student, seconds=time.monotonic() - begun, trouble=not_yet(error))
        return Outcome(student, score, most, time.monotonic() - begun)

    def takes_our_way(self) -> bool:
        """Whether nbgrader's configuration asks for our steps and no others: then they are run without nbgrader's converters."""
        config, steps = self.config, self.config.Autograde.get("autograde_preprocessors", [])
        pages = config.GenerateFeedback.get("exporter_class", "")
        others = ("exclude_overwriting", "post_convert_hook")
        return (
            list(steps) == STEPS
            and config.Autograde.get("sanitize_preprocessors", FIRST) == FIRST
            and pages == PAGE
            and not any(name in config.Autograde for name in others)
            and not any(name in config for name in ("IgnorePattern", "ClearMetadataPreprocessor", "TagRemovePreprocessor"))
        )

    def limits(self) -> Limits:
        """What a submission may use. Raises Mend where the configuration sets something that cannot be."""
        try:
            return limits_of(self.config)
        except TraitError as error:
            text = str(error).replace("a Budget instance", "c.Judge")
            raise Mend(f"{CONFIG}: {text}\nMend: put it right, or leave it out: then the usual limit holds.") from None

    def agreed(self, assignment: str) -> bool:
        """Whether tests of an assignment may run in the learner's process. Raises Mend where the configuration is no list."""
        try:
            return is_agreed(inside_of(self.config), assignment)
        except TraitError as error:
            raise Mend(f"{CONFIG}: {error}\nMend: c.Judge.inside is True, False or a list of assignments' names.") from None

    def step_settings(self) -> dict[str, dict[str, Any]]:
        """The configuration of nbgrader's steps that workers run."""
        return {"LimitOutput": dict(self.config.get("LimitOutput", {}))}

    def penalty(self) -> Callable[[str, float, float], float | None]:
        """What lateness costs, by nbgrader's plugin; nbgrader's steps are imported for the first who is late."""

        @functools.cache
        def plugin() -> Any:
            from nbgrader.preprocessors import AssignLatePenalties

            step = AssignLatePenalties(config=self.config)
            step.init_plugin()
            return step.plugin_inst

        def penalty(student: str, score: float, late: float) -> float | None:
            found: float | None = plugin().late_submission_penalty(student, score, late)
            return found

        return penalty

    def reading(self, assignment: str) -> Reading:
        """How the instructor's notebooks of an assignment are read, as nbgrader's configuration has it."""
        return reading_of(self.config, self.coursedir, assignment)

    def source(self, assignment: str) -> Path:
        """The instructor's folder of an assignment."""
        return Path(self.coursedir.format_path(self.coursedir.source_directory, ".", assignment)).resolve()

    def notebooks(self, assignment: str) -> list[str]:
        """The names of an assignment's notebooks."""
        return sorted(path.stem for path in self.source(assignment).glob("*.ipynb"))

    def score(self, student: str, assignment: str) -> tuple[float, float]:
        """What the gradebook says."""
        with self.gradebook() as gradebook:
            submission = gradebook.find_submission(assignment, student)
            return float(submission.score), float(submission.max_score)

    def release(self, student: str, assignment: str) -> None:
        """Give the page back through the exchange."""
        need(self.api.release_feedback(assignment, student), "the feedback could not be released")


def _configuration(root: Path) -> Config:
    """What nbgrader_config.py sets."""
    try:
        return PyFileConfigLoader(CONFIG, path=str(root)).load_config()
    except Exception as error:
        told = traceback.format_exception_only(error)[-1].strip()
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(root / CONFIG)]
        line = getattr(error, "lineno", None) or (lines or [None])[-1]
        where = f"line {line} of {CONFIG}" if line else CONFIG
        raise Mend(f"{where} cannot be run: {told}\nMend: put it right in {root}.") from None


class Failed(Exception):
    """A step of nbgrader's did not succeed; the message is its own last line of complaint."""


def need(answer: dict[str, Any], otherwise: str) -> None:
    """Go on only where a step of nbgrader's succeeded."""
    if not answer["success"]:
        raise Failed(f"{otherwise}: {complaint(answer.get('log', '') + answer.get('error', ''))}")


def complaint(log: str) -> str:
    """The line of a log that says what went wrong."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    raised = [line for line in lines if _names_an_error(line)]
    return (raised or lines or ["nbgrader does not say why"])[-1 if not raised else 0][:500]


def _names_an_error(line: str) -> bool:
    head = line.partition(":")[0]
    return head.replace(".", "").isidentifier() and head.endswith(("Error", "Exception"))
