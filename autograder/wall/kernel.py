"""The grader's hold on a learner's process: asks it, stops it when its time is up, starts it again and replays."""

from __future__ import annotations

import contextlib
import math
import signal
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol

from nbformat import NotebookNode

from autograder.timelimit import TimeUp
from autograder.wall.alarm import alarm, grant, paused
from autograder.wall.deadline import Deadline, Queue
from autograder.wall.inside.meet import BACK
from autograder.wall.lending import Lending
from autograder.wall.outputs import Gathered, error, result
from autograder.wall.policy import Policy
from autograder.wall.sandbox import census
from autograder.wall.sandbox.sandbox import ALONE, Process
from autograder.wall.wire import shared_names as common
from autograder.wall.wire.channel import Channel
from autograder.wall.wire.errors import ChannelEnded, LearnerError, LearnerGone, SandboxError, WallError
from autograder.wall.wire.handles import Target, target_of
from autograder.wall.wire.limits import Bounds, Limits
from autograder.wall.wire.peer import LET_GO, Peer
from autograder.wall.wire.raised import anonymous

CENSUS = 0.25  # seconds between two counts of what the process and its children use
STARTING = 60.0  # seconds within which a new process must be ready
KILLED = (-signal.SIGKILL, 128 + signal.SIGKILL)  # the status of a killed process, from outside and as its keeper says it
NOT_PASSED = "this test did not pass; it runs inside the notebook's process, so what it says is not shown"
GRACE = 0.5  # seconds after a time limit at which the grader's own code is stopped


class Starter(Protocol):
    """Starts a learner's process: a sandbox of its own, or a fork of a warm one."""

    @property
    def limits(self) -> Limits: ...

    def start(self, data: bool = True) -> Process: ...


class _Step(NamedTuple):
    """A request of a replay: a cell that ran to its end or to an error of its own, and how long it took."""

    op: str
    what: Any
    seconds: float


class _Settled(NamedTuple):
    """What a studio's process does before any of her code: names to be imported, whether it looks up no path afterwards."""

    names: list[str]
    shut: bool


class _Hers:
    """Seconds for which she was asked for something, in all of her processes."""

    seconds = 0.0
    asking = 0


class Kernel:
    """A learner's notebook process behind the wall.

    Attributes
    ----------
    said : lines on what happened: limits reached, restarts.
    bound : names that stand for something of the grader's in her namespace, kept over restarts.
    killed : why her process may have been killed by somebody else (the kernel short of memory, an operator).
    comes_back : whether what she does to an argument in place is done to the grader's own; else it was a copy.
    """

    def __init__(
        self, starter: Starter, limits: Limits | None = None, files: Mapping[str, bytes] | None = None, data: bool = True
    ) -> None:
        self.starter, self.limits, self.files, self.data = starter, limits or starter.limits, dict(files or {}), data
        self.said: list[str] = []
        self.killed: list[Exception] = []
        self.bound: dict[str, Any] = {}
        self.policy, self.lending = Policy(), Lending()
        self.on_output: Callable[[Any], None] = lambda output: None
        self.before_ask: Callable[[], None] = lambda: None
        self.comes_back: Callable[[object], bool] = lambda argument: True
        self.operators: Mapping[str, Collection[str]] | None = None  # which classes of hers work with data; None: all
        self.asked = 0  # how often her code may have run: what was read of her plain data before is stale
        self._hers = _Hers()
        self._settled: _Settled | None = None
        self._steps: list[_Step] = []  # what brings a new process to where this one is
        self._deadlines = [Deadline(self.limits.notebook_seconds, bound=1)]  # the notebook's first, the innermost last
        self._process: Process | None = None
        self._peer: Peer | None = None
        self._counted = 0.0
        self._queue: Queue | None = None
        self._starts = 0
        self._others: list[Kernel] = []

    # --- what others ask -------------------------------------------------------------------------------------------

    def run_cell(self, source: str) -> list[NotebookNode]:
        """Run a cell as her notebook would. Whatever goes wrong is in the outputs; a cell that breaks the process off
        is not replayed."""
        gathered, since = Gathered(self.limits.output), time.monotonic()
        before, self.on_output = self.on_output, gathered.add
        try:
            with self.limit(self.limits.cell_seconds):
                self._running()
                since = time.monotonic()
                self._request("run", source)
            self._steps.append(_Step("run", source, time.monotonic() - since))
        except TimeUp:
            self._say_late()
            gathered.outputs.append(error("TimeUp", f"this cell was stopped: {self._late()}"))
        except Exception as broken:  # her shell itself may be broken by what she did to it
            gathered.outputs.append(error(type(broken).__name__, f"{broken}"))
        finally:
            self.on_output = before
        return gathered.outputs

    def meet(self, texts: list[str]) -> list[NotebookNode]:
        """Run a test in a fork of her process, where her code can meet it. Nothing of what it shows comes out.

        Parameters
        ----------
        texts : cells, of which the last one is judged; the ones before may fail.

        Returns
        -------
        No output where it went well, a number of points, or that it failed: no word of hers or of the test's.
        """
        told: Any = None
        before, self.on_output = self.on_output, lambda output: None
        try:
            with self.limit(self.limits.cell_seconds):
                if self._request("fork") is True:
                    told = self._request("test", texts)
                    if type(told) is tuple and self._request(LET_GO) != BACK:
                        self.stop()
        except TimeUp:
            self._say_late()
        except Exception:  # whatever became of the fork or of her process: the test did not come to its end
            self.stop()
        finally:
            self.on_output = before
        if type(told) is not tuple or len(told) != 2 or told[0] is not True or type(told[1]) is not str:
            return [error("Failed", NOT_PASSED)]
        try:
            value = float(told[1])
        except ValueError:
            return []
        return [result(value)] if math.isfinite(value) else []

    def get(self, name: str) -> Any:
        """What her name stands for: plain data or a handle. Raises NameError."""
        found = self._request("get", name)
        if type(found) is not tuple or len(found) > 1:
            raise self._broken(WallError("a malformed message"))
        if not found:
            raise NameError(f"name {name!r} is not defined", name=name)
        target = target_of(found[0])
        if target is not None:
            target.origin = name
        return found[0]

    def set(self, name: str, value: Any) -> None:
        """Let her name stand for something else."""
        self._request("set", name, value)

    def delete(self, name: str) -> None:
        """Delete her name."""
        self._request("delete", name)

    def bind(self, name: str, piece: Any) -> None:
        """Let her name stand for a piece of the grader's (a reference in place of a broken one), also after restarts.

        The piece stays on this side: her code calls it, reads its public attributes, and cannot look inside.
        """
        self.policy.open(piece)
        self.bound[name] = piece
        self.set(name, piece)

    @contextlib.contextmanager
    def lent(self, pieces: Mapping[str, Any]) -> Iterator[None]:
        """In the body her names stand for the grader's pieces (see `bind`), afterwards for her own again."""
        peer, own = self._running(), {}
        for name in pieces:
            with contextlib.suppress(Exception):
                own[name] = self.get(name)
        try:
            for name, piece in pieces.items():
                self.bind(name, piece)
            yield
        finally:
            for name, piece in pieces.items():
                self.bound.pop(name, None)
                self.policy.close(piece)
            if self._peer is not peer:  # another process by now: it is started again without the pieces
                self.stop()
            else:
                self._give_back(pieces, own)

    def _give_back(self, names: Iterable[str], own: Mapping[str, Any]) -> None:
        try:
            for name in names:
                if name in own:
                    self.set(name, own[name])
                else:
                    self.delete(name)
        except (Exception, TimeUp):
            self.stop()

    @contextlib.contextmanager
    def copies(self, comes_back: Callable[[object], bool] = lambda argument: False) -> Iterator[None]:
        """In the body all arguments are copies, but for those of which `comes_back` says otherwise."""
        before, self.comes_back = self.comes_back, comes_back
        try:
            yield
        finally:
            self.comes_back = before

    @contextlib.contextmanager
    def limit(self, seconds: float) -> Iterator[Callable[[], float]]:
        """What is asked of her in the body must be answered by then; else her process is stopped and TimeUp raised.

        What was waited for a core is not charged (`starved`). Gives a function that says how many seconds are left. Where this
        limit ran out while she was asked for nothing, and she had used less than half of it, the TimeUp is `ours`: but for the
        last seconds of the notebook's own time.
        """
        whole, seconds, hers = seconds, max(0.0, min(seconds, self.time_left())), self._hers.seconds
        deadline = Deadline(seconds)
        self._deadlines.append(deadline)
        try:
            with alarm(seconds + GRACE, self._grant):
                yield deadline.left
        except TimeUp as up:
            ran_out = deadline.left() < 0 and seconds == whole
            up.ours = up.ours or (ran_out and not up.asked and self._hers.seconds - hers < seconds / 2)
            raise
        finally:
            self._deadlines.pop()

    @property
    def ran(self) -> list[str]:
        """The cells that ran to their end or to an error of their own, in order."""
        return [step.what for step in self._steps if step.op == "run"]

    def another(
        self, statements: list[list[Any]], files: Mapping[str, bytes], names: list[str] | None = None, shut: bool = False
    ) -> Kernel:
        """A new process that never saw what was done in this one, has no data to load, and runs these statements only.

        Parameters
        ----------
        statements : text and number of the first line of each.
        files : what stands beside the notebook.
        names : what is imported before the statements run.
        shut : whether no path is looked up from then on, not by the statements either.
        """
        other = Kernel(self.starter, self.limits, files, data=False)
        other._steps, other._deadlines = [_Step("define", statements, self.limits.cell_seconds)], self._deadlines
        other._hers = self._hers
        other._settled = _Settled(names or [], shut)
        other.policy, other.said, other.killed, other.bound = self.policy, self.said, self.killed, dict(self.bound)
        self._others = [one for one in self._others if one._process is not None]
        self._others.append(other)
        return other

    def stop(self) -> None:
        """End her process; the next request starts a new one and replays."""
        process, self._process, self._peer = self._process, None, None  # forgotten first: the alarm may ring at any line
        if process is not None:
            with paused():  # else it rings while the process is waited for, and its closed socket would be asked again
                process.kill()

    def close(self) -> None:
        """End all processes."""
        for other in self._others:
            other.stop()
        self.stop()

    def time_left(self) -> float:
        """Seconds of the whole notebook's time that are left."""
        return self._deadlines[0].left()

    # --- how it is done --------------------------------------------------------------------------------------------

    def _request(self, op: str, *args: Any) -> Any:
        return self._running().ask(op, *args)

    def _running(self) -> Peer:
        if self._peer is None:
            self._start()
        assert self._peer is not None
        return self._peer

    def _start(self) -> None:
        """Start a process and bring it to where the last one was. That time is charged to the notebook only."""
        since = time.monotonic()
        quiet, self.on_output = self.on_output, lambda output: None
        hook, self.before_ask = self.before_ask, lambda: None
        try:
            with paused():
                while not self._started():
                    pass
        finally:
            self.on_output, self.before_ask = quiet, hook
            for deadline in self._deadlines[1:]:
                deadline.put_off(time.monotonic() - since)

    def _started(self) -> bool:
        """Start a process; whether the replay went well. A cell that breaks the process off now is left out then."""
        self._starts += 1
        if self._starts > self.limits.restarts:
            raise LearnerGone("the notebook's process was started too often; nothing more is asked of it")
        if self.time_left() <= 0:
            self._say_late()
            raise TimeUp
        try:
            self._process = self.starter.start(self.data)
        except SandboxError as error:
            self.killed.append(error)
            raise
        if not self._process.sandboxed and ALONE not in self.said:
            self.said.append(ALONE)
        self._peer = _Guarded(self, self._process)
        self._queue = Queue(self._process.popen.pid)
        self._ready()
        self._settle()
        for step in list(self._steps):
            self._deadlines.append(Deadline(min(3 * step.seconds + 5, self.limits.cell_seconds, self.time_left())))
            try:
                self._request(step.op, step.what)
            except (Exception, TimeUp):
                self.stop()
                self._steps.remove(step)
                return False
            finally:
                self._deadlines.pop()
        for name, piece in self.bound.items():
            self._request("set", name, piece)
        return True

    def _ready(self) -> None:
        """Wait until the new process has imported what it needs and has its files."""
        self._deadlines.append(Deadline(min(STARTING, self.time_left())))
        try:
            failed = self._request("files", self.files)
        except LearnerGone as gone:
            raise SandboxError(f"a notebook's process does not start: {gone}") from None
        else:
            self.said += [
                f"the file {name} could not be put beside the notebook: too large, or no name for a file" for name in failed
            ]
        finally:
            self._deadlines.pop()

    def _settle(self) -> None:
        """Let a studio's process import what its statements name. Where that breaks it off, the names are hers."""
        if self._settled is None or self._process is None or not self._process.sandboxed:
            return
        self._deadlines.append(Deadline(min(self.limits.cell_seconds, self.time_left())))
        try:
            why = self._request("settle", *self._settled)
        finally:
            self._deadlines.pop()
        if why != "":
            self.stop()
            broken = SandboxError(str(why))
            self.killed.append(broken)
            raise broken

    def _tick(self) -> None:
        """Called while waiting: is her time up, does she use too much?"""
        if self._over():
            self._grant()
        if self._over():
            raise TimeUp
        now = time.monotonic()
        if now > self._counted + CENSUS and self._process is not None:
            self._counted = now
            self._grant()
            beyond = census.excess(self._process.popen.pid, self.limits, self._process.sandboxed)
            if beyond:
                raise self._broken(LearnerGone(f"the notebook's process was stopped: {beyond}"))

    def _over(self) -> bool:
        return min(self._deadlines[0].left(), self._deadlines[-1].left()) < 0

    def _grant(self) -> None:
        """Give back what was waited for a core. The alarm may ring in the middle of it: then it has looked already."""
        queue, self._queue = self._queue, None
        if queue is None:
            return
        try:
            waited = queue.waited()
        finally:
            self._queue = queue
        grant(waited)
        for deadline in self._deadlines[1:]:
            deadline.grant(waited)

    def _say_late(self) -> None:
        """Say that a limit of time was reached: once, though it is met on the way out of everything that waited."""
        line = f"the notebook's process was stopped: {self._late()}"
        if self.said[-1:] != [line]:
            self.said.append(line)

    def _late(self) -> str:
        if self.time_left() <= 0:
            return f"the notebook's {self.limits.notebook_seconds:g} seconds are used up"
        return "its time was up (is there a loop that never ends?)"

    def _broken(self, why: LearnerError) -> LearnerError:
        self.stop()
        self.said.append(str(why))
        return why

    def _gone(self) -> LearnerError:
        status = self._process.ended() if self._process is not None else None
        how = f" (status {status})" if status and self.data else ""  # a status could tell of data that is not shown
        gone = self._broken(LearnerGone(f"the notebook's process ended{how}: something in it stopped Python itself"))
        if status in KILLED:
            self.killed.append(gone)
        return gone

    def index_for(self, target: Target, peer: Peer) -> int:
        """The index of a handle in the process that runs now. One of an earlier process is found again by its name."""
        if target.peer is peer:
            return target.index
        if target.origin is None:
            raise LearnerGone("this object was lost when the notebook's process was stopped")
        again = target_of(self.get(target.origin))
        if again is None:
            raise LearnerGone(f"`{target.origin}` was lost when the notebook's process was stopped")
        target.peer, target.index = again.peer, again.index
        again.index = -1  # the handle found again is this one
        return target.index


def _need_data(operators: Mapping[str, Collection[str]], name: str, *sides: Any) -> None:
    """Refuse arithmetic between a thing of hers and a test's data, where no class of that name is asked to have it.

    Her `__sub__` would be told the wanted value, and could answer that nothing is missing.
    """
    kinds = [found.kind for side in sides if (found := target_of(side)) is not None]
    if len(kinds) == 1 and name.removeprefix("i") not in operators.get(kinds[0], ()):
        raise TypeError(
            f"what came back is a {kinds[0]}, and a test works with it ({name}): give back plain numbers, texts, lists or arrays"
        )


class _Guarded(Peer):
    """The grader's end: whatever breaks the order of messages ends the process."""

    def __init__(self, learner: Kernel, process: Process) -> None:
        super().__init__(Channel(process.sock, Bounds(), learner._tick), "the learner's", learner.policy.may)
        self.learner = learner
        self.codec.named_out = common.ALL
        self.on_note = self._noted
        self.comes_back = lambda argument: learner.comes_back(argument)
        self.using = learner.lending.use
        self._note_room = 0
        self.same_target = lambda target: learner.index_for(target, self)

    def ask(self, op: str, *args: Any) -> Any:
        learner = self.learner
        if op == "binary" and learner.operators is not None:
            _need_data(learner.operators, *args)
        if learner._peer is not self:  # a handle of a process that was stopped: ask the one that runs now
            return learner._running().ask(op, *args)
        if not self.depth:
            self._note_room = 2 * learner.limits.output + (1 << 20)
            learner.lending.begin()
            learner.before_ask()
        if op not in ("get", "set", "delete"):
            learner.asked += 1
        hers, since = learner._hers, time.monotonic()
        hers.asking += 1
        try:
            return super().ask(op, *args)
        except ChannelEnded:
            raise learner._gone() from None
        except WallError as malformed:
            raise learner._broken(malformed) from None
        except TimeUp as up:  # told by the channel, or by the alarm where a busy machine kept the channel from looking
            up.asked = True
            learner._say_late()
            learner.stop()
            raise
        except (KeyboardInterrupt, SystemExit):
            learner.stop()
            raise
        finally:
            hers.asking -= 1
            if not hers.asking:
                hers.seconds += time.monotonic() - since

    def _export(self, value: object) -> list[object]:
        """What crosses is anonymous: names of functions and classes would tell right programs from wrong ones the next time."""
        index, kind, _ = super()._export(value)
        return [index, "class" if kind == "class" else "function" if callable(value) else "object", ""]

    def _told(self, error: BaseException) -> dict[str, object]:
        return anonymous(super()._told(error), error)

    def _noted(self, output: Any) -> None:
        self._note_room -= len(str(output))
        if self._note_room < 0:  # her side cuts long before this: somebody is writing to the socket
            raise WallError("too much output")
        self.learner.on_output(output)
