"""`workbook audit WEEK --watch`: an author saves a file and is told again, without asking."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from autograder.cli import main
from autograder.course.places import Course

WEEK = "week01_example"
SECONDS = 120


@contextmanager
def watching(course: Course) -> Iterator[queue.Queue[str]]:
    """`workbook audit --watch` on the made-up week, and the lines that it prints."""
    command = [sys.executable, "-m", "autograder.cli", "audit", WEEK, "--watch", "--jobs", "1"]
    running = subprocess.Popen(
        command,
        cwd=course.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background job is deaf to it
    )
    lines: queue.Queue[str] = queue.Queue()
    assert running.stdout is not None
    reader = threading.Thread(target=lambda out: [lines.put(line.rstrip()) for line in out], args=(running.stdout,))
    reader.start()
    try:
        yield lines
        running.send_signal(signal.SIGINT)
        assert running.wait(120) == 130, "Ctrl-C ends it"
    finally:
        running.kill()
        running.wait()
        reader.join(10)
        running.stdout.close()
    assert not reader.is_alive(), "what it started has ended with it"


def until(lines: queue.Queue[str], words: str) -> list[str]:
    """The lines up to the one that holds these words."""
    ends, said = time.monotonic() + SECONDS, []
    while not said or words not in said[-1]:
        assert time.monotonic() < ends, said
        try:
            said.append(lines.get(timeout=1))
        except queue.Empty:
            continue
    return said


@pytest.mark.campaign
def test_it_audits_at_once_and_again_at_every_save_and_says_each_slip_with_its_line(course: Course) -> None:
    rivals = course.folder(WEEK) / "rivals.py"
    text = rivals.read_text(encoding="utf-8")
    with watching(course) as lines:
        said = until(lines, "Ctrl-C ends")
        assert any("built" in line for line in said)
        assert any("2 wrong rivals, 8 are asked for (rivals.py:" in line for line in said), said

        rivals.write_text(text.replace("return x - x.mean()", "return x -"), encoding="utf-8")
        said = until(lines, "Ctrl-C ends")
        line = text.splitlines().index("    return x - x.mean()") + 1
        assert any(f"rivals.py:{line}:" in one and "SyntaxError" in one for one in said), said
        assert not any("breaches" in one for one in said), "what does not build is not audited"

        rivals.write_text(text.replace("return x - x.mean()", "return x - x.mean(axis=0)"), encoding="utf-8")
        until(lines, "built")
        rivals.write_text(text, encoding="utf-8")  # while the audit runs: it is given up, and the new text is asked
        said = until(lines, "Ctrl-C ends")
        assert sum("breaches" in one for one in said) == 1, said
        assert not any("is not caught by" in one for one in said), said


@pytest.mark.parametrize(("more", "says"), [([], "name the week to watch"), ([WEEK, "--draws", "9"], "leave --draws out")])
def test_it_refuses_what_would_take_hours_or_write_evidence(
    course: Course, more: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit", *more, "--watch", "--course", str(course.root)]) == 1
    assert says in capsys.readouterr().err
