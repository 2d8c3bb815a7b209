"""`workbook watch`: grades what arrives in the exchange and gives the feedback back, within seconds.

What has been done is written down attempt by attempt, so a watcher that was killed goes on where it was: grading again
comes to the same.
"""

from __future__ import annotations

import collections
import contextlib
import json
import signal
import sys
import time
import traceback
from pathlib import Path
from types import FrameType
from typing import TextIO

from nbgrader.utils import notebook_hash

from autograder.errors import NOT_YET, NotGraded
from autograder.grading import so_far, tidings
from autograder.grading.batch.batch import grade_one
from autograder.grading.batch.deeds import MARK, is_deed, record
from autograder.grading.grader import Grader
from autograder.grading.intake.attempts import Attempt, Inbound, counting
from autograder.grading.intake.exchange import put
from autograder.grading.outbox import is_full
from autograder.grading.outcome import not_yet, plain_words
from autograder.grading.page.feedback import notice
from autograder.grading.state import WATCHED, state_folder
from autograder.locks import only_one

PAUSE = 0.3  # seconds between two looks
TWICE = "A watcher stands beside this course already.\nMend: end that one first."
OUR_SIDE = "something failed on our side. It is tried again by itself, and your instructor has been told."
TRIES = 3  # in vain, after which a learner is told
SLOW = 5.0  # seconds after which it says how far a submission is
LONGEST = 3600.0  # seconds between two tries, at most
ROOM = 10.0  # seconds after which a full disk is tried again


class Ledger:
    """Which attempts are done, a line each in a file that is only ever added to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.done: set[str] = set()
        if path.is_file():
            for line in path.read_text(encoding="utf-8").splitlines():
                try:
                    self.done.add(json.loads(line)["attempt"])
                except (ValueError, KeyError, TypeError):
                    continue  # half a line: the watcher was killed while it wrote

    def write(self, attempt: Attempt, outcome: str) -> None:
        """Write down that an attempt is done."""
        line = json.dumps({"attempt": attempt.name, "outcome": outcome, "at": time.time()})
        with open(self.path, "a", encoding="utf-8") as file:
            file.write("\n" + line)
        self.done.add(attempt.name)


class Watcher:
    """Stands beside the exchange.

    Parameters
    ----------
    grader : the course.
    out : where it says what it does.
    """

    def __init__(self, grader: Grader, out: TextIO | None = None) -> None:
        self.grader, self.out = grader, out or sys.stdout
        self.ledger = Ledger(state_folder(grader.root) / WATCHED)
        self.tries: collections.Counter[str] = collections.Counter()
        self.later: dict[str, float] = {}
        self.unknown: set[str] = set()
        self.strange: set[str] = set()  # what was found in inbound and is not collected
        self._ended = False

    def run(self) -> None:
        """Look again and again, until SIGTERM or Ctrl-C."""
        with only_one(state_folder(self.grader.root) / "watch.lock", TWICE):
            signal.signal(signal.SIGTERM, self._end)
            self._run()

    def _run(self) -> None:
        self.say(f"watching {self.grader.exchange or 'for the exchange'}")
        while not self._ended:
            try:
                self.look()
            except Exception as error:  # a full disk, an exchange that is away: it may be mended while we wait
                self.say(plain_words(error) if is_full(error) else traceback.format_exc())
                time.sleep(5)
            time.sleep(PAUSE)

    def look(self, patient: bool = True) -> int:
        """Grade what is new and complete; the number of learners' assignments that were graded.

        Parameters
        ----------
        patient : leave what is still being written for the next look.
        """
        exchange = self.grader.exchange
        if exchange is None or not (exchange / "inbound").is_dir():
            return 0
        groups: dict[tuple[str, str], list[Attempt]] = collections.defaultdict(list)
        inbound, refused = self.grader.look(lambda one: one.name not in self.ledger.done)
        for name, why in Inbound(inbound, {name: why for name, why in refused.items() if name not in self.strange}).lines():
            self.say(f"not collected: {name}: {why}")
        self.strange |= refused.keys()
        for deed in [one for one in inbound if is_deed(one) and one.name not in self.ledger.done and one.is_complete()]:
            self._safely_open(deed, inbound)
        for attempt in (one for one in inbound if not is_deed(one)):
            groups[attempt.student, attempt.assignment].append(attempt)
        graded = 0
        for (_, assignment), group in groups.items():
            if self._ended:
                break
            new = [one for one in group if one.name not in self.ledger.done and self.later.get(one.name, 0) < time.monotonic()]
            if not new or not self._is_known(assignment):
                continue
            ready = [one for one in group if one.name in self.ledger.done or not patient or one.is_complete()]
            new = [one for one in new if one in ready]
            if new:
                graded += self._safely(group[0].student, assignment, ready, new)
        return graded

    def say(self, line: str) -> None:
        """Write a line for whoever looks at the watcher."""
        with contextlib.suppress(OSError):  # its log lies on a full disk, for instance: no reason to end
            print(f"{time.strftime('%H:%M:%S')}  {line}", file=self.out, flush=True)

    def _is_known(self, assignment: str) -> bool:
        """Whether the gradebook knows an assignment; said once where it does not."""
        with self.grader.gradebook() as gradebook:
            known = any(one.name == assignment for one in gradebook.assignments)
        if not known and assignment not in self.unknown:
            self.unknown.add(assignment)
            self.say(f"{assignment}: handed in, but not in the gradebook; it waits until it is released")
        return known

    def _safely(self, student: str, assignment: str, ready: list[Attempt], new: list[Attempt]) -> int:
        """Grade one learner's new attempts; a crash stops neither the watcher nor the others."""
        try:
            self._grade(student, assignment, ready, new)
        except Exception as error:
            full = is_full(error)  # it waits for room
            for attempt in new:
                self.tries[attempt.name] += not full
                self.later[attempt.name] = time.monotonic() + (ROOM if full else min(2 ** self.tries[attempt.name], LONGEST))
            self.say(f"{student} {assignment}: {not_yet(error)}")
            tidings.not_yet(self.grader, new)
            if not full and self.tries[new[-1].name] == TRIES:
                self._tell_of_us(assignment, new)
            return 0
        return 1

    def _safely_open(self, deed: Attempt, inbound: list[Attempt]) -> None:
        """Open a solution for a learner, and give her what counts now; what fails on our side is tried again."""
        if self.later.get(deed.name, 0) > time.monotonic():
            return
        assignment = deed.assignment.removesuffix(MARK)
        try:
            refused = record(self.grader, deed, inbound)
            if not refused:
                outcome = grade_one(self.grader, deed.student, assignment)
                if outcome.trouble:
                    raise NotGraded(outcome.trouble.removeprefix(f"{NOT_YET}: "))
                self.grader.release(deed.student, assignment)
                hers = [one for one in inbound if (one.student, one.assignment) == (deed.student, assignment)]
                tidings.graded(self.grader, counting(hers, self.grader.due(assignment)), outcome)
            self.say(f"{deed.student} {assignment}: {'not opened: ' + refused if refused else 'a solution was opened'}")
            self.ledger.write(deed, "refused" if refused else "opened")
        except Exception as error:  # one deed's trouble stops nothing else
            self.tries[deed.name] += 1
            self.later[deed.name] = time.monotonic() + min(2 ** self.tries[deed.name], LONGEST)
            self.say(f"{deed.student} {assignment}: {not_yet(error)}")

    def _grade(self, student: str, assignment: str, ready: list[Attempt], new: list[Attempt]) -> None:
        begun = time.monotonic()
        counts = counting(ready, self.grader.due(assignment))
        if counts in new:
            self.grader.need_whole(assignment)
            self.grader.collect_attempt(student, assignment, counts.name)
            tidings.being_graded(self.grader, counts)
            with so_far.heard_by(self._how_far(counts)):
                outcome = grade_one(self.grader, student, assignment)
            if outcome.trouble:
                raise NotGraded(outcome.trouble.removeprefix(f"{NOT_YET}: "))
            self.grader.release(student, assignment)
            tidings.graded(self.grader, counts, outcome)
            took = time.monotonic() - begun
            self.say(f"{student} {assignment}: {outcome.score:g} of {outcome.most:g}, {took:.1f} s")
        for attempt in new:
            if attempt is not counts:
                self._tell(attempt, self._why_not(attempt, counts))
                tidings.passed_over(self.grader, attempt)
            self.ledger.write(attempt, "counts" if attempt is counts else "does not count")

    def _how_far(self, attempt: Attempt) -> so_far.Listener:
        """Tell its learner how far a submission is, and, now and then, whoever looks at a watcher that takes long."""
        said = [time.monotonic(), 0.0]

        def hear(done: int, of: int) -> None:
            tidings.being_graded(self.grader, attempt, done, of)
            if time.monotonic() - said[0] > SLOW and done > said[1]:
                said[:] = time.monotonic(), done
                self.say(f"{attempt.student} {attempt.assignment}: {done} of {of}")

        return hear

    def _why_not(self, attempt: Attempt, counts: Attempt) -> str:
        when = f"{counts.time:%d %B, %H:%M:%S} UTC"
        if attempt.time > counts.time:
            return f"This attempt came after the due date: the one of {when} counts, the last in time."
        return f"A newer attempt came before this one was graded: the one of {when} counts."

    def _tell(self, attempt: Attempt, line: str) -> None:
        """Give a learner a page that says what became of an attempt that was not graded."""
        self.say(f"{attempt.student} {attempt.assignment}: {line}")
        exchange = self.grader.exchange
        if exchange is None or not attempt.secret:
            return
        page = notice(attempt.assignment, [line]).encode()
        for notebook in self.grader.notebooks(attempt.assignment):
            name = notebook_hash(secret=attempt.secret, notebook_id=notebook)
            put(exchange / "feedback", f"{name}.html", page)

    def _tell_of_us(self, assignment: str, new: list[Attempt]) -> None:
        """Tell a learner once that she waits for us. It is tried again, ever more seldom, also by the next watcher."""
        for attempt in new:
            try:
                self._tell(attempt, f"{NOT_YET.capitalize()}: {OUR_SIDE}")
            except OSError as error:
                self.say(f"{attempt.student} {assignment}: {error}")

    def _end(self, number: int, frame: FrameType | None) -> None:
        """End after the submission that is being graded; a second signal ends at once."""
        if self._ended:
            raise KeyboardInterrupt
        self._ended = True
