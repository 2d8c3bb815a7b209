"""The exchange from a program: release the weeks that are built, fetch one, hand one in. nbgrader does the work."""

import hashlib
import json
from pathlib import Path

from nbgrader.apps.api import NbGraderAPI
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeFactory

from autograder.desk.local import LocalCourse
from autograder.errors import Mend
from autograder.files import write_json


def release_all(course: LocalCourse) -> list[str]:
    """Bring the weeks that are built into the gradebook and the exchange; return those that were new or had changed."""
    ledger = course.home / "released.json"
    done = json.loads(ledger.read_text()) if ledger.is_file() else {}
    released = []
    for week in course.weeks():
        state = fingerprint(course.checkout / "source" / week)
        if done.get(week) != state or not (course.exchange / course.course_id / "outbound" / week).is_dir():
            release(course, week)
            done[week] = state
            released.append(week)
            write_json(ledger, done)
    return released


def release(course: LocalCourse, week: str) -> None:
    """Generate a week's release, which enters it into the gradebook, and put it into the exchange."""
    config = course.config("instructor")
    config.ExchangeReleaseAssignment.force = True
    api = NbGraderAPI(config=config)
    for step in (api.generate_assignment, api.release_assignment):
        outcome = step(week)
        if not outcome["success"]:
            raise Mend(f"{week} could not be released:\n{outcome.get('log') or outcome.get('error')}")


def fetch(course: LocalCourse, week: str) -> bool:
    """Fetch a week into the learner's workspace; leave it alone, and return False, where she has it already."""
    if (course.learner / week).exists():
        return False
    config = course.config("learner")
    config.CourseDirectory.assignment_id = week
    # ExchangeFactory holds the class that the configuration asks for: the default one copies from a folder.
    exchange = ExchangeFactory(config=config).FetchAssignment(
        coursedir=CourseDirectory(config=config), authenticator=Authenticator(config=config), config=config
    )
    exchange.start()
    return True


def hand_in(course: LocalCourse, week: str, person: str, workspace: Path) -> None:
    """Submit the week that lies in a workspace as this person."""
    config = course.config("learner")
    config.CourseDirectory.assignment_id = week
    config.CourseDirectory.student_id = person
    config.Exchange.assignment_dir = str(workspace)
    config.Exchange.cache = str(workspace.parent / f"{workspace.name}_cache")  # her list shows her own submissions alone
    exchange = ExchangeFactory(config=config).Submit(
        coursedir=CourseDirectory(config=config), authenticator=Authenticator(config=config), config=config
    )
    exchange.start()


def fingerprint(folder: Path) -> str:
    """Return a hash of a folder's files, names and contents."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(folder)).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
