"""`workbook lab` and `workbook teach`: the learner's desk and the instructor's."""

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from autograder.course.faults import LessonError
from autograder.course.places import Course
from autograder.course.stale import build
from autograder.desk import exchange, jupyter
from autograder.desk.children import Children, Stopped, together
from autograder.desk.local import LocalCourse, find_checkout
from autograder.desk.state import state
from autograder.errors import Mend
from autograder.learner.workspace import Workspace
from autograder.locks import only_one
from autograder.wall.sandbox.probe import open_sandbox
from autograder.wall.wire.errors import SandboxError
from autograder.wall.wire.limits import Limits


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommands of this module."""
    lab = subparsers.add_parser("lab", help="the learner's desk: JupyterLab on her workspace, the grading running")
    teach = subparsers.add_parser("teach", help="the instructor's desk: JupyterLab with formgrader")
    for parser, run in ((lab, run_lab), (teach, run_teach)):
        parser.add_argument("--port", type=int, help="where JupyterLab listens (default: the first free one from 8888 on)")
        parser.add_argument("--no-browser", action="store_true", help="only print the address")
        parser.set_defaults(run=run)


def run_lab(arguments: argparse.Namespace) -> int:
    """Open the learner's desk; Ctrl-C closes it."""
    course = prepare()
    for week in exchange.release_all(course):
        print(f"{week} is released.", flush=True)
    say_without_sandbox()
    week = course.weeks()[0]
    with alone(course, "lab"):
        if exchange.fetch(course, week):
            print(f"{week} is in your workspace.")
        workspace = Workspace(course.learner, course.exchange / course.course_id, course.home / "cache" / course.course_id)
        week = goes_on(workspace) or week
        server = jupyter.new_server(arguments.port)
        with together() as children:
            start_watcher(children, course)
            server = start_jupyter(children, course, "learner", server, "/lab", not arguments.no_browser)
            if not server.start_kernel(f"{week}/{week}.ipynb"):
                print("No kernel could be started: .course/logs/jupyter.log says why.", flush=True)
            tell(("Workbook", server.address("lab")), ("Your work", course.learner), ("Ctrl-C", "ends it; your work stays"))
            return attend(children)


def goes_on(workspace: Workspace) -> str:
    """The week of a workspace that Home opens by its one button; empty where that is none that is here."""
    step = state(workspace)["next"] or {"week": ""}
    return str(step["week"]) if step["week"] and workspace.notebook(step["week"]).is_file() else ""


def run_teach(arguments: argparse.Namespace) -> int:
    """Open the instructor's desk; what is released is hers to say. Ctrl-C closes it."""
    course = prepare()
    with alone(course, "teach"):
        server = jupyter.new_server(arguments.port)
        with together() as children:
            server = start_jupyter(children, course, "instructor", server, jupyter.BEGIN, not arguments.no_browser)
            tell(("The course", server.address("lab")), ("Formgrader", server.address(jupyter.BEGIN)), ("Ctrl-C", "ends it"))
            return attend(children)


def tell(*lines: tuple[str, object]) -> None:
    """Print what a person at the terminal needs to know, in two columns."""
    print("\n" + "\n".join(f"{name:<16}{value}" for name, value in lines) + "\n", flush=True)


def prepare() -> LocalCourse:
    """Build what is missing and lay the local course."""
    course = LocalCourse.of(find_checkout())
    build_missing(Course(course.checkout))
    course.lay()
    for desk in ("learner", "instructor"):
        jupyter.lay_settings(course, desk)
    if not course.weeks():
        raise Mend("There is no week yet.\nMend: workbook new-week makes one; docs/authoring.md says how.")
    return course


def say_without_sandbox() -> None:
    """Say it, with the mend, where the learner's own work is graded with process limits alone."""
    try:
        open_sandbox(Limits())
    except SandboxError as error:
        print(f"{error}\nYour own work is graded all the same, with limits on its process alone.", flush=True)


def build_missing(course: Course) -> None:
    """Build the weeks whose source is not there; the others are the repository's, and its tests keep them fresh."""
    for week in course.weeks():
        if not (course.source / week / f"{week}.ipynb").is_file():
            try:
                build(course, week)
            except LessonError as error:
                raise Mend(f"{week} could not be built.\n{error}") from None
            print(f"{week} is built.", flush=True)


@contextmanager
def alone(course: LocalCourse, desk: str) -> Iterator[None]:
    """Refuse a second desk of the same kind on the same course."""
    message = f"`make {desk}` is running already on this course.\nMend: go on there, or end it with Ctrl-C first."
    with only_one(course.home / f"{desk}.lock", message):
        yield


def start_watcher(children: Children, course: LocalCourse) -> None:
    """Start the grading beside the learner's desk."""
    command = [sys.executable, "-m", "autograder.cli", "watch"]
    children.start("the grading watcher", command, course.instructor, course.logs / "watch.log", speaks=True)


def start_jupyter(
    children: Children, course: LocalCourse, desk: str, server: jupyter.Server, page: str, browser: bool
) -> jupyter.Server:
    """Start JupyterLab and wait until it answers: the server that does.

    Where another desk, started at the same moment, took the port first, and nobody asked for that one, it is the next free one.
    """
    root = course.learner if desk == "learner" else course.instructor
    while True:
        command = jupyter.command(server, root, page, browser)
        children.start("JupyterLab", command, root, course.logs / "jupyter.log", jupyter.environment(course, desk, server))
        try:
            server.wait(gone=lambda: children.has_ended("JupyterLab"))
            return server
        except Mend:
            if server.asked or not children.has_ended("JupyterLab") or jupyter.is_free(server.port):
                raise
            server = jupyter.new_server(None)


def attend(children: Children) -> int:
    """Wait until JupyterLab ends or somebody ends us."""
    try:
        while True:
            name = children.ended()
            if name == "JupyterLab":
                print("JupyterLab has ended.")
                return 0
            if name:
                print(f"{name.capitalize()} has ended: .course/logs/watch.log says why; `make lab` starts it.", flush=True)
            time.sleep(0.3)
    except Stopped:
        print("\nClosing ...", flush=True)
        return 0
