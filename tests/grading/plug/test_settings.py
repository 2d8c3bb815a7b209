"""What a course's configuration sets is what a submission may use; what cannot be is said with its mend."""

from __future__ import annotations

from pathlib import Path

import pytest
from traitlets.config import Config

from autograder.errors import Mend
from autograder.grading.grader import CONFIG, Grader
from autograder.grading.plug.judge_step import Judge
from autograder.grading.plug.settings import limits_of


def test_both_ways_take_the_same_limits() -> None:
    config = Config({"Judge": {"cell_seconds": 7.5, "memory": 1 << 30}})
    assert limits_of(config) == Judge(config=config).limits()
    assert (limits_of(config).cell_seconds, limits_of(config).memory) == (7.5, 1 << 30)
    assert limits_of(Config()) == Judge().limits() != limits_of(config)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('c.Judge.cell_seconds = "long"', "'cell_seconds' trait of c.Judge expected a float"),
        ("c.Judge.notebook_seconds = -1", "'notebook_seconds' trait of c.Judge"),
        ("c.Judge.memory = 5", "'memory' trait of c.Judge"),
        ("c.Judge.memory = ", f"line 2 of {CONFIG} cannot be run: SyntaxError"),
        ("c.Judge.memory = gigabytes(2)", f"line 2 of {CONFIG} cannot be run: NameError: name 'gigabytes' is not defined"),
    ],
)
def test_what_cannot_be_is_said(tmp_path: Path, line: str, says: str) -> None:
    (tmp_path / CONFIG).write_text(f"c = get_config()\n{line}\n", encoding="utf-8")
    with pytest.raises(Mend) as said:
        Grader(tmp_path).limits()
    assert says in str(said.value) and "Mend: " in str(said.value)
