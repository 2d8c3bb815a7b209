"""The long campaign: `make fuzz ARGS="--messages 1000000 --seed 7"`. The same seed makes the same messages."""

from __future__ import annotations

import argparse
import collections
import json
import os
import resource
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any

from tests.grading.fuzz import notebooks, protocol

KINDS = ("wall", "notebook")
CHUNK = 2000
SECONDS, ROOM = 5.0, 1 << 30  # what one message may take: time, and bytes more than all before it
SPACE = 6 << 30  # bytes of address space of a process that plays


class Stalled(BaseException):
    """A message holds the grader's side."""


@dataclass
class Tally:
    """What came of messages: counts by kind and outcome; finds by what they are, each with its smallest message."""

    counts: collections.Counter[str] = field(default_factory=collections.Counter)
    finds: dict[str, tuple[str, str]] = field(default_factory=dict)
    found: collections.Counter[str] = field(default_factory=collections.Counter)
    slowest: float = 0.0
    peak: int = 0

    def add(self, sign: str, message: str, trace: str) -> None:
        self.found[sign] += 1
        if sign not in self.finds or len(message) < len(self.finds[sign][0]):
            self.finds[sign] = message, trace

    def merge(self, other: dict[str, Any]) -> None:
        self.counts.update(other["counts"])
        self.slowest, self.peak = max(self.slowest, other["slowest"]), max(self.peak, other["peak"])
        for sign, (message, trace) in other["finds"].items():
            self.found[sign] += other["found"][sign] - 1
            self.add(sign, message, trace)


def message(kind: str, seed: int, number: int) -> Any:
    """Message `number` of a seed."""
    rng = Random(f"{kind} {seed} {number}")
    return protocol.make(rng) if kind == "wall" else notebooks.make(rng)


def play(kind: str, made: Any) -> str:
    """Play a message; a word on what came of it."""
    return protocol.play(made) if kind == "wall" else notebooks.play(*made)


def shown(kind: str, made: Any) -> str:
    """A message as text: scene or notebook, and the bytes in hexadecimal."""
    return f"{kind} {made[0]} {made[1].hex()}"


def run(kind: str, seed: int, numbers: range) -> Tally:
    """Play messages in this process."""
    tally = Tally()
    signal.signal(signal.SIGALRM, _stall)
    for number in numbers:
        made = message(kind, seed, number)
        since, peak = time.perf_counter(), _peak()
        signal.setitimer(signal.ITIMER_REAL, 4 * SECONDS)
        try:
            outcome = play(kind, made)
        except (Exception, Stalled) as error:
            outcome = "FIND"
            tally.add(_sign(error), shown(kind, made), _trace(error))
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        took = time.perf_counter() - since
        if took > SECONDS and outcome != "FIND":
            tally.add(f"slow: {made[0]}", shown(kind, made), f"{took:.1f} s")
        if _peak() - peak > ROOM:
            tally.add(f"memory: {made[0]}", shown(kind, made), f"{(_peak() - peak) >> 20} MB more")
        tally.counts[f"{kind:<9} {made[0] if kind == 'wall' else '':<8} {outcome}"] += 1
        tally.slowest = max(tally.slowest, took)
    tally.peak = _peak()
    return tally


def _stall(number: int, frame: FrameType | None) -> None:
    raise Stalled


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


def _sign(error: BaseException) -> str:
    """What a find is: its type, and where it was raised."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    try:
        text = str(error)[:60]
    except Exception:  # an error that she told of and that cannot even be shown
        text = "(its message cannot be made)"
    return f"{type(error).__name__} {Path(last.filename).name}:{last.lineno} {text!a}"


def _trace(error: BaseException) -> str:
    return "".join(traceback.format_tb(error.__traceback__)[-6:])


def apart(kind: str, seed: int, numbers: range) -> Tally:
    """Play messages in a process of their own, which a message may kill: then they are played one by one."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        _child(kind, seed, numbers, reading, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        content = pipe.read()
    _, status = os.waitpid(child, 0)
    tally = Tally()
    if content and not status:
        tally.merge(json.loads(content))
    elif len(numbers) == 1:
        tally.add(f"{kind}: the process was killed, status {status}", shown(kind, message(kind, seed, numbers[0])), "")
        tally.counts[f"{kind:<9} KILLED"] += 1
    else:
        half = len(numbers) // 2
        for part in (numbers[:half], numbers[half:]):
            tally.merge(vars(apart(kind, seed, part)))
    return tally


def _child(kind: str, seed: int, numbers: range, reading: int, writing: int) -> None:
    try:
        os.close(reading)
        resource.setrlimit(resource.RLIMIT_AS, (SPACE, SPACE))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        warnings.simplefilter("ignore")
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(json.dumps(vars(run(kind, seed, numbers))).encode())
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def campaign(seed: int, counts: dict[str, int]) -> Iterator[Tally]:
    """Play so many messages of each kind; after each chunk, what has come of all."""
    chunks = [
        (kind, range(first, min(first + CHUNK, count))) for kind, count in counts.items() for first in range(0, count, CHUNK)
    ]
    total = Tally()
    for kind, numbers in chunks:
        total.merge(vars(apart(kind, seed, numbers)))
        yield total


def main() -> int:
    """Run the campaign that the command line asks for; 1 where it found something."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=1_000_000, help="how many in all (one in ten is a notebook)")
    parser.add_argument("--seed", type=int, default=None, help="by default a new one")
    asked = parser.parse_args()
    seed = asked.seed if asked.seed is not None else int.from_bytes(os.urandom(4), "big")
    print(f"seed {seed}", flush=True)
    books = asked.messages // 10
    total, since = Tally(), time.monotonic()
    for total in campaign(seed, {"wall": asked.messages - books, "notebook": books}):
        done = sum(total.counts.values())
        print(f"{done:>9}  {time.monotonic() - since:6.0f} s  finds: {sum(total.found.values())}", flush=True)
    for name, count in sorted(total.counts.items()):
        print(f"{count:>9}  {name}")
    print(f"slowest {total.slowest:.2f} s, most memory {total.peak >> 20} MB")
    for sign, (smallest, trace) in total.finds.items():
        print(f"\nFIND ({total.found[sign]} times) {sign}\n  {smallest[:2000]}\n{trace}")
    return 1 if total.finds else 0


if __name__ == "__main__":
    sys.exit(main())
