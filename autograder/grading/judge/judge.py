"""Grading one submission: a pure function of an assignment and a submission, which runs wherever a sandbox can be had."""

from __future__ import annotations

import contextlib
import copy
import importlib
import math
import os
import re
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from autograder.cases.causes import UNWRITTEN
from autograder.cases.expect import asked_back
from autograder.cases.model import Points, Report
from autograder.cases.report import as_html, points_in_words
from autograder.cases.session import Session, StandIn
from autograder.errors import NotGraded, OwnFailure
from autograder.grading import so_far, timestamps
from autograder.grading.judge import known
from autograder.grading.judge.assignment import BY_HAND, INSIDE, Assignment, cases_folder
from autograder.grading.judge.job import Job
from autograder.grading.judge.quiet import quiet
from autograder.grading.judge.reference import pieces
from autograder.grading.judge.result import COURSE, HUMAN, KEY, ExerciseResult, Result, exercise_result
from autograder.grading.judge.whole import need_data
from autograder.notebook.cells import is_test, kind_of
from autograder.notebook.repair import is_tried
from autograder.wall.execute import Executed, execute
from autograder.wall.kernel import Kernel, Starter
from autograder.wall.outputs import error
from autograder.wall.studio import Studios
from autograder.wall.wire.errors import LearnerError

PRIVATE = (timestamps.FILE, "submission_secret.txt")
_FLOAT = re.compile(r"np\.float(?:16|32|64)\((.*)\)")
#: messages of cases to which nothing came back that could be right or wrong, and in which no line of hers failed
NOTHING_CAME = re.compile(
    rf"[^:]*{UNWRITTEN}|`\w+` is .*where a function|not tried: |it cannot be called as |your code (ended|raised SystemExit)|"
    r"what came back cannot be used here \(LearnerError: the notebook's process ended|"
    r"[^:]* returned (None: is there|<the learner's (coroutine|generator|function|module|type)\b)",
    re.DOTALL,
)
#: week's exercise, "check" or "hidden" -> what its cell came to
Collected = dict[str, dict[str, Points]]
Watch = Callable[[str, Any], Any]


def judge_notebook(
    assignment: Assignment,
    job: Job,
    name: str,
    nb: NotebookNode,
    source: NotebookNode,
    starter: Starter | None = None,
    doubts: list[str] | None = None,
) -> NotebookNode:
    """Run one notebook behind the wall.

    Parameters
    ----------
    nb, source : what was handed in, taken in; the instructor's.
    doubts : is given the names of notebooks whose process was killed twice, maybe by somebody else.

    Returns
    -------
    The executed notebook: outputs in its cells, what became of it in its metadata.
    """
    title = assignment.entry.get("title", "")
    result = Result(list(job.lines.get(name, [])), job.unreadable.get(name, ""), assignment.open_week, title)
    if job.late > 0:
        result.lines = [f"Handed in {_duration(job.late)} after the due date.", *result.lines]
    collected: Collected = {}
    if result.unreadable:
        executed = _untried(nb, result.unreadable)
    else:
        files = files_for(assignment, job, result.lines)
        ways = {} if assignment.is_week else assignment.ways.get(name, {})  # a week's tests run apart, whatever is said
        inside = {id for id, way in ways.items() if way == INSIDE}
        key = job.keys.get(name, b"")
        executed, said, killed = _executed(assignment, key, nb, source, files, collected, starter, inside)
        _leave_to_humans(executed, {id for id, way in ways.items() if way == BY_HAND})
        result.lines += said
        if killed and doubts is not None:
            doubts.append(name)
    if assignment.is_week:
        result.exercises = [exercise_result(one, collected.get(one["id"], {})) for one in assignment.entry["exercises"]]
        _note_what_ran(result.exercises, nb, source)
        for one in result.exercises:
            one.met = known.sentence(one, assignment.patterns.get(one.id, {}), source)
        _freeze(job.frozen, result.exercises, executed)
    course = {cell.source.strip() for cell in source.cells if cell.cell_type == "markdown"}
    for cell in executed.cells:
        _plain_result(cell)
        if cell.cell_type == "markdown" and cell.source.strip() in course:
            cell.metadata[KEY] = {COURSE: True}
    executed.metadata[KEY] = result.as_metadata()
    return executed


def _leave_to_humans(executed: NotebookNode, ids: Collection[str]) -> None:
    """Test cells that cannot be graded here: what they came to is not kept, and nobody's score is made of it."""
    for cell in executed.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") in ids:
            cell.outputs = [error("NotGradedHere", "This test was not graded here: a human gives these points.")]
            cell.metadata[KEY] = {**cell.metadata.get(KEY, {}), HUMAN: True}


def _note_what_ran(exercises: Sequence[ExerciseResult], nb: NotebookNode, source: NotebookNode) -> None:
    """Note in which exercises code of hers gave something back, or raised an error: `x = 1` or `pass` is no attempt."""
    answers = {id: cell.source for cell in nb.cells if (id := cell.metadata.get("nbgrader", {}).get("grade_id"))}
    wanted = {id: cell.source for cell in source.cells if (id := cell.metadata.get("nbgrader", {}).get("grade_id"))}
    for one in exercises:
        tried = one.id not in answers or is_tried(answers[one.id], wanted.get(one.id, ""))
        one.ran = tried and any(p.holds or not NOTHING_CAME.match(p.message) for p in one.properties)


def _freeze(frozen: Mapping[str, Mapping[str, float]], exercises: Sequence[ExerciseResult], executed: NotebookNode) -> None:
    """What counts of an exercise whose solution she has opened is what counted before; this attempt is judged for herself."""
    for one in exercises:
        if one.id not in frozen:
            continue
        counts, own = sum(frozen[one.id].values()), sum(one.score.values())
        one.note = " ".join(filter(None, [
            f"You have opened its solution: {points_in_words(counts)} count, your best attempt before. For yourself: "
            f"{points_in_words(own)} of {points_in_words(sum(one.of.values()))}.", one.note,
        ]))  # fmt: skip
        for cell in executed.cells:
            settings = cell.metadata.get("nbgrader", {})
            if settings.get("grade_id") in frozen[one.id]:
                value = min(frozen[one.id][settings["grade_id"]], float(settings.get("points", 0.0)))
                shown = [o.data.get("text/html") for o in cell.outputs if o.output_type == "execute_result"]
                data = {"text/plain": repr(value), **({"text/html": shown[-1]} if shown and shown[-1] else {})}
                about = {"output_type": "execute_result", "metadata": {}, "execution_count": cell.execution_count}
                cell.outputs = [NotebookNode({**about, "data": NotebookNode(data)})]  # type: ignore[no-untyped-call]


def _executed(
    assignment: Assignment,
    key: bytes,
    nb: NotebookNode,
    source: NotebookNode,
    files: Mapping[str, bytes],
    collected: Collected,
    starter: Starter | None,
    inside: Collection[str] = (),
) -> Executed:
    """Run it; NotGraded where something of ours failed while it ran, or is not there any more."""
    need_data(assignment)
    starved = out_of_memory()
    try:
        hers = [cell.source for cell in nb.cells if cell.cell_type == "code"]
        with laid_out(assignment), tools_for(assignment, key, source, collected, hers=hers) as tools:
            executed = execute(nb, source, tools, assignment.limits, files, starter, inside)
    except OwnFailure as failure:
        raise NotGraded(str(failure)) from failure
    if executed.killed and out_of_memory() != starved:
        raise NotGraded("the machine ran out of memory. Mend: fewer workers at once (--workers), or more memory")
    need_data(assignment)
    return executed


def out_of_memory() -> int:
    """How often the kernel has ended a process of this machine for want of memory; 0 where it does not say."""
    try:
        found = re.search(r"^oom_kill (\d+)$", Path("/proc/vmstat").read_text(encoding="ascii"), re.MULTILINE)
    except OSError:
        return 0
    return int(found[1]) if found else 0


def files_for(assignment: Assignment, job: Job, said: list[str]) -> dict[str, bytes]:
    """What stands beside the notebook in the learner's process: her files, with the course's own laid over them."""
    hers = {
        name: content
        for name, content in job.files.items()
        if name not in PRIVATE and not name.startswith(".") and not name.endswith(".ipynb")
    }
    if assignment.is_week:  # data that she brings along would pass under a studio's budget
        left = sorted(name for name in hers if not name.endswith(".py") and name not in assignment.beside)
        hers = {name: content for name, content in hers.items() if name not in left}
        if left:
            said.append(f"Files beside the notebook were not used: {', '.join(left[:5])}{', …' if len(left) > 5 else ''}.")
    return {**hers, **assignment.beside}


@contextlib.contextmanager
def laid_out(assignment: Assignment) -> Iterator[None]:
    """In the body test cells find the course's files where they run, as under nbgrader; what they write there is gone then.

    Modules among them can be imported, after all that is installed. A week's cases have folders of their own.
    """
    if assignment.is_week:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="beside-") as scratch:
        folder = os.path.realpath(scratch)
        for name, content in assignment.beside.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        sys.path.append(folder)
        importlib.invalidate_caches()
        try:
            with contextlib.chdir(folder):
                yield
        finally:
            sys.path.remove(folder)
            for name, module in list(sys.modules.items()):
                if str(getattr(module, "__file__", None) or "").startswith(folder):
                    del sys.modules[name]


@contextlib.contextmanager
def tools_for(
    assignment: Assignment,
    key: bytes,
    source: NotebookNode,
    collected: Collected,
    watch: Watch = lambda name, found: found,
    hers: Sequence[str] | None = None,
) -> Iterator[Callable[[Kernel], Mapping[str, Any]]]:
    """The grader's names for this submission's test cells: the week's cases, none for another assignment.

    Parameters
    ----------
    collected : is given what each exercise came to.
    watch : gives what cases see in the place of what stands under a name of hers.
    hers : the texts of her cells, where hidden cases are not to repeat what her code says (see `quiet`); None: they may.
    """
    if not assignment.is_week:
        yield lambda learner: {}
        return
    given = {cell.source.strip() for cell in source.cells if kind_of(cell) in ("locked", "show", "other")}
    with cases_folder(assignment.name, assignment.cases) as folder:

        def tools(learner: Kernel) -> Mapping[str, Any]:
            collected.clear()  # a second run starts anew

            def lent(names: Sequence[str]) -> contextlib.AbstractContextManager[None]:
                try:
                    ours = pieces(source, folder)
                except Exception as error:
                    raise OwnFailure(f"the reference cannot be run: {type(error).__name__}: {error}") from error
                return learner.lent({name: ours[name] for name in names})

            studios = Studios(learner, given, assignment.beside)

            def lookup(name: str) -> Any:
                return watch(name, learner.get(name))

            session = Session(folder, lookup, key, learner.limit, studios, assignment.open_week, lent, studios.refusal)
            _need_cases(assignment, session)

            def collecting(kind: str, judge: Callable[[str], Points]) -> Callable[[str], Points]:
                def judged(id: str) -> Points:
                    with learner.copies(asked_back):
                        points = _controlled(judge, session, id, lent)
                    if hers is not None:
                        points = _quiet(points, session, kind == "hidden", hers)
                    collected.setdefault(id, {})[kind] = points
                    so_far.tell(len(collected), len(assignment.entry["exercises"]))
                    return points

                return judged

            return {"check": collecting("check", session.check), "hidden_check": collecting("hidden", session.hidden_check)}

        yield tools


def _quiet(points: Points, session: Session, hidden: bool, hers: Sequence[str]) -> Points:
    """The same points, without her own text in what hidden cases say."""
    report, value = quiet(points.report, hers), float(points)
    if report is points.report:
        return points
    full = session.points.get(report.exercise, {}).get("hidden" if hidden else "check", 1.0)
    return Points(value, report, as_html(report, hidden, value, full) if hidden else points.html)


def _need_cases(assignment: Assignment, session: Session) -> None:
    """Every part that has points has a case: without one it would be worth nothing to anybody."""
    for one in assignment.entry["exercises"]:
        id, cases = one["id"], session.registry.of(one["id"])
        is_studio = id in session.registry.studios
        has = {"check": any(not case.hidden for case in cases), "hidden": is_studio or any(case.hidden for case in cases)}
        if gone := [kind for kind, points in one["points"].items() if points and not has[kind]]:
            raise NotGraded(f"{assignment.name} has no cases for {id} ({' and '.join(gone)}). Mend: put them back into its files")


def _controlled(judge: Callable[[str], Points], session: Session, id: str, lent: StandIn) -> Points:
    """Judge an exercise. Where it fails for something of ours, the reference is judged in the same way: where that goes well,
    and hers fails once more, it is what she made that cannot be held here (a range of 10**18 numbers)."""
    failure = OwnFailure()
    for _ in range(2):
        try:
            with _ours_is_ours(id):
                return judge(id)
        except OwnFailure as one:
            failure = one
        if id in session.registry.studios:
            raise failure
        with _ours_is_ours(id), lent(session.registry.exercises[id].names):
            session.judge(id, True)
    report = Report(id, (), f"what your code gave cannot be looked at here ({failure})")
    return Points(0.0, report, as_html(report))


@contextlib.contextmanager
def _ours_is_ours(id: str) -> Iterator[None]:
    """What goes wrong while an exercise is judged, and was not sent over by her process, is a failure of ours."""
    try:
        yield
    except (LearnerError, NameError):  # her process, and a name that is gone with it
        raise
    except Exception as error:
        if hasattr(error, "learner_traceback"):
            raise
        raise OwnFailure(f"{id}: {type(error).__name__}: {error}") from error


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
    if not is_test(cell):
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
