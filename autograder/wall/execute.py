"""Runs a submitted notebook: the learner's cells in her process, the source's test cells on the grader's side."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from nbformat import NotebookNode

from autograder.notebook import names
from autograder.notebook.cells import id_of
from autograder.wall.judging_names import judges, operators
from autograder.wall.kernel import Kernel, Starter
from autograder.wall.plan import Plan, Step, plan_of
from autograder.wall.sandbox.probe import open_sandbox
from autograder.wall.test_cell import run_test
from autograder.wall.wire.errors import SandboxError
from autograder.wall.wire.limits import Limits

Tools = Callable[[Kernel], Mapping[str, Any]]


class Executed(NamedTuple):
    """What came of a submission: the executed notebook, lines saying what happened, and whether her process was killed by
    a signal that may be somebody else's."""

    notebook: NotebookNode
    said: list[str]
    killed: bool = False


def execute(
    notebook: NotebookNode,
    source_notebook: NotebookNode,
    tools: Tools,
    limits: Limits | None = None,
    files: Mapping[str, bytes] | None = None,
    starter: Starter | None = None,
    inside: Collection[str] = (),
) -> Executed:
    """Run a submission. Nothing that learner code does is raised out of here.

    Where her process was killed, and the grader did not do it, the cells that ran then may be falsely judged. So all is
    run once more. Who kills her own process gets that second run too, and no third.

    Parameters
    ----------
    notebook : what was handed in, as `notebook.repair` leaves it; it is not changed.
    source_notebook : the instructor's; test cells and locked cells are taken from it.
    tools : gives the grader's names for test cells (`check`, `hidden_check`).
    files : what stands beside the notebook in her process: the submission's, with the release's own over them.
    starter : starts her processes; by default each in a sandbox, SandboxError where none can be had, or no more.
    inside : tests, by their ids, that are judged by a run in her process, as nbgrader would run them.
    """
    starter = starter or open_sandbox(limits or Limits())
    executed, killed = _executed(notebook, source_notebook, tools, limits, files, starter, inside)
    if killed:
        executed, killed = _executed(notebook, source_notebook, tools, limits, files, starter, inside)
    for why in killed:
        if isinstance(why, SandboxError):
            raise why
    return executed._replace(killed=bool(killed))


def _executed(
    notebook: NotebookNode,
    source_notebook: NotebookNode,
    tools: Tools,
    limits: Limits | None,
    files: Mapping[str, bytes] | None,
    starter: Starter,
    inside: Collection[str],
) -> tuple[Executed, list[Exception]]:
    plan = plan_of(notebook, source_notebook)
    learner = Kernel(starter, limits, files)
    try:
        space = _GraderNames(tools(learner), source_notebook, plan)
        if not space.tools:
            learner.operators = operators([cell.source for cell in source_notebook.cells if cell.cell_type == "code"])
        for number, step in enumerate(plan.steps, 1):
            _run(step, number, learner, space)
    finally:
        learner.close()
    if inside:
        _meet(plan, learner, inside)
    return Executed(plan.notebook(notebook), list(dict.fromkeys(learner.said))), learner.killed


def _meet(plan: Plan, first: Kernel, inside: Collection[str]) -> None:
    """Judge tests inside: her cells run once more, in a new process whose outputs nobody sees, and each test in a fork of it.

    What a test meets there reaches no cell of the notebook that is shown: her code may keep it in files of that process,
    and they end with it. Tests of before are run in the fork where one stands on what they define.
    """
    learner = Kernel(first.starter, dataclasses.replace(first.limits, notebook_seconds=max(1.0, first.time_left())), first.files)
    tests: list[str] = []
    try:
        for step in plan.steps:
            if step.kind == "test":
                if id_of(step.cell) in inside:
                    step.cell.outputs = learner.meet([*plan.before(step.cell.source, tests), step.cell.source])
                    _number(step.cell, step.cell.execution_count)
                tests.append(step.cell.source)
            elif step.kind != "skip":
                learner.run_cell(step.cell.source)
    finally:
        learner.close()
    first.killed += learner.killed


def _run(step: Step, number: int, learner: Kernel, space: _GraderNames) -> None:
    cell = step.cell
    if step.kind == "skip":
        cell.outputs, cell.execution_count = [], None
        return
    said = len(learner.said)
    if step.kind == "test":
        judges = space.judges(cell.source)
        given = space.for_test(cell.source, judges)
        cell.outputs = run_test(cell.source, given, learner, space.hers, space.shared, judges, space.rebound)
        space.after_test()
    else:
        cell.outputs = learner.run_cell(cell.source)
    _number(cell, number)
    learner.said[said:] = [f"cell {step.place}: {line}" for line in learner.said[said:]]


def _number(cell: NotebookNode, number: int) -> None:
    cell.execution_count = number
    for output in cell.outputs:
        if output.output_type == "execute_result":
            output.execution_count = number


class _GraderNames:
    """The grader's names: the tools, what the source's cells outside answers import, what test cells leave behind."""

    def __init__(self, tools: Mapping[str, Any], source: NotebookNode, plan: Plan) -> None:
        self.tools = dict(tools)
        self.hers = plan.answer_names - self.tools.keys()
        self.shared = plan.read_names - self.tools.keys()
        self.left: dict[str, Any] = {}
        self.rebound: set[str] = set()
        self._imports: dict[str, str] = {}
        self._locked = plan.locked_sources
        for text in plan.locked_sources:
            for bound, statement in names.imports(text):
                self._imports.update(dict.fromkeys(bound - self.hers, statement))

    def judges(self, source: str) -> str:
        """The definitions of locked cells that a test cell judges by; a test of the workbook's judges by its cases."""
        return "" if self.tools else judges(source, self._locked, self.hers, self.rebound)

    def for_test(self, source: str, judges: str = "") -> dict[str, Any]:
        """The names that a test cell starts with. Imports are made when a test needs them."""
        try:
            read = names.names_of(source).read | names.names_of(judges).read
        except SyntaxError:
            return {**self.tools}
        for name in read & self._imports.keys() - self.tools.keys() - self.left.keys():
            space: dict[str, Any] = {}
            try:
                exec(self._imports[name], space)
            except Exception:  # not to be had on the grader's side: then the learner's is used
                del self._imports[name]
                continue
            self.left.update({key: value for key, value in space.items() if key != "__builtins__"})
        self.space = {**self.left, **self.tools}
        return self.space

    def after_test(self) -> None:
        """Keep what a test cell defined for the next ones; the learner's names stay hers."""
        self.left = {key: value for key, value in self.space.items() if key not in self.hers and key not in self.tools}


__all__ = ["Executed", "execute"]
