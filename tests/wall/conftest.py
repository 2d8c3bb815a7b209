"""Real sandboxes only: where none can be had, these tests fail, and say what mends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.notebook.reading import ReadCell
from autograder.notebook.repair import Shape, repair
from autograder.wall.execute import Executed, execute
from autograder.wall.kernel import Kernel
from autograder.wall.sandbox.probe import open_sandbox
from autograder.wall.sandbox.sandbox import Sandbox
from autograder.wall.sandbox.warm import Warm, open_starter
from autograder.wall.test_cell import run_test
from autograder.wall.wire.limits import Limits

QUICK = Limits(cell_seconds=4, notebook_seconds=60)


@pytest.fixture(scope="session")
def starter(request: pytest.FixtureRequest) -> str:
    """How learner's processes are started: "warm", as classes are graded, or, where a test asks for both, "sandbox"."""
    return getattr(request, "param", "warm")


def open_warm(limits: Limits) -> Warm:
    """A warm starter. Where none can be had, one test fails and says why; those that need one are passed over."""
    found = open_starter(limits)
    if not isinstance(found, Warm):
        pytest.skip("there is no warm starter here: test_there_is_a_warm_starter says why")
    return found


both = pytest.mark.parametrize("starter", ["sandbox", "warm"], indirect=True, scope="session")


@pytest.fixture(scope="session")
def opened(starter: str) -> Iterator[Callable[[Limits], Sandbox | Warm]]:
    """Gives the starter for some limits."""
    warm: dict[Limits, Warm] = {}

    def opened(limits: Limits) -> Sandbox | Warm:
        if starter == "sandbox":
            return open_sandbox(limits)
        if limits not in warm:
            warm[limits] = open_warm(limits)
        return warm[limits]

    yield opened
    for each in warm.values():
        each.close()


@pytest.fixture(scope="session")
def sandbox(opened: Callable[[Limits], Sandbox | Warm]) -> Sandbox | Warm:
    return opened(QUICK)


@pytest.fixture(scope="module")
def shared_learner(sandbox: Sandbox | Warm) -> Iterator[Kernel]:
    """One process for the tests of a module that do it no harm."""
    learner = Kernel(sandbox, Limits(cell_seconds=20, notebook_seconds=300))
    yield learner
    learner.close()


@pytest.fixture
def learner(sandbox: Sandbox | Warm) -> Iterator[Kernel]:
    """A process of one's own, with short limits."""
    learner = Kernel(sandbox, QUICK)
    yield learner
    learner.close()


def define(learner: Kernel, source: str) -> None:
    """Run a cell that must not fail."""
    outputs = learner.run_cell(source)
    assert not [output for output in outputs if output.output_type == "error"], outputs


def passes(learner: Kernel, source: str, **names: Any) -> None:
    """Run a test cell that must pass."""
    outputs = run_test(source, {"np": np, **names}, learner)
    assert not [output for output in outputs if output.output_type == "error"], outputs


def fails(learner: Kernel, source: str, **names: Any) -> NotebookNode:
    """Run a test cell that must fail; its error."""
    errors = [output for output in run_test(source, {"np": np, **names}, learner) if output.output_type == "error"]
    assert errors
    return errors[0]


def cell(source: str, id: str = "", kind: str = "", points: float = 1.0) -> NotebookNode:
    """A code cell: kind answer, test, given, show or none."""
    made = new_code_cell(source)
    if kind in ("answer", "test", "given"):
        made.metadata["nbgrader"] = {
            "grade_id": id,
            "grade": kind == "test",
            "solution": kind == "answer",
            "locked": kind != "answer",
            "schema_version": 3,
            "task": False,
            **({"points": points} if kind == "test" else {}),
        }
    if kind:
        made.metadata["autograder"] = {"role": kind, "id": id}
    return made


def notebook(*cells: NotebookNode) -> NotebookNode:
    return new_notebook(cells=list(cells))


def text(source: str) -> NotebookNode:
    return new_markdown_cell(source)


def scores(executed: Executed) -> dict[str, float]:
    """What nbgrader makes of the executed notebook."""
    from nbgrader.utils import determine_grade, is_grade, is_solution

    return {
        cell.metadata.nbgrader.grade_id: determine_grade(cell)[0]
        for cell in executed.notebook.cells
        if is_grade(cell) and not is_solution(cell)
    }


Run = Callable[..., Executed]


@pytest.fixture
def run(opened: Callable[[Limits], Sandbox | Warm]) -> Run:
    """Execute a submission against a source, repaired as intake does it."""

    def run(submitted: NotebookNode, source: NotebookNode, limits: Limits = QUICK, **options: Any) -> Executed:
        tools = options.pop("tools", lambda learner: {})
        hers = [ReadCell(cell.cell_type, cell.source, dict(cell.metadata), cell.get("id", "")) for cell in submitted.cells]
        made, lines = repair(Shape.of(source), hers)
        executed = execute(made, source, tools, starter=opened(limits), **options)
        return executed._replace(said=[*lines, *executed.said])

    return run
