"""The gate's limits are CPU seconds: sleeping is not charged for, working is, and who sleeps for ever is stopped."""

import time

import pytest

from autograder.cases import TimeUp
from autograder.course.audit import patience
from autograder.course.audit.patience import cpu_limit


def test_who_waits_for_a_busy_machine_is_not_stopped() -> None:
    with cpu_limit(0.2) as left:
        time.sleep(0.5)
        assert left is not None and left() > 0.1


def test_who_works_too_long_is_stopped() -> None:
    with pytest.raises(TimeUp), cpu_limit(0.1):
        while True:
            pass


def test_who_sleeps_for_ever_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "SLACK", 2.0)
    with pytest.raises(TimeUp), cpu_limit(0.1):
        time.sleep(60)
