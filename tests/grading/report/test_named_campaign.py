"""All rivals of week 2, and its programs that were written from the contracts alone, as a class that the real grader grades."""

from __future__ import annotations

import os
import shutil
import sys
from collections import Counter
from pathlib import Path

import pytest

from autograder import cli
from autograder.grading import patterns_met
from autograder.grading.batch.batch import grade_class
from autograder.grading.grader import Grader
from autograder.grading.report import command, named
from autograder.grading.report.read import read

sys.path.insert(0, str(Path(__file__).parent))
import classroom

ROOT = Path(__file__).resolve().parents[3]
WEEK = "week02_logistic"
CLASS = 500
EVERY = int(os.environ.get("NAMED_EVERY", "6"))  # 1: all 303 programs, some twenty minutes on two cores


@pytest.mark.campaign
@pytest.mark.timeout(7200)
def test_week_2_is_named_rightly(tmp_path: Path) -> None:
    """Nine of ten rivals are among the names; of the programs written from the contracts nine of ten names are right."""
    lines = (Path(__file__).parent / "same_mistake.txt").read_text(encoding="utf-8").splitlines()
    same = dict(line.split() for line in lines if line and not line.startswith("#"))
    root = classroom.real_course(ROOT, tmp_path, WEEK)
    (root / "data").symlink_to(ROOT / "data")
    assert cli.main(["rivals", WEEK, "--write", "--course", str(root)]) == 0
    asked, released = classroom.contracts(ROOT, WEEK), root / "release" / WEEK / f"{WEEK}.ipynb"
    held: dict[str, dict[str, classroom.Program]] = {}
    for file in ("rivals", "tried_first", "tried_second"):
        wrong = [one for one in classroom.programs(ROOT / "notebooks" / WEEK / f"{file}.py", asked) if one.wrong][::EVERY]
        for notebook, programs in classroom.notebooks(released, wrong):
            student = f"made{len(held):03d}"
            held[student] = programs
            classroom.hand_in(root, WEEK, student, notebook)
    assert not any(one.trouble for one in grade_class(root, WEEK))
    patterns = {id: rivals for id, (_key, rivals) in patterns_met.read(root / "notebooks" / WEEK).items()}
    seen = Counter[str]()
    for sheet in read(Grader(root), WEEK).sheets:
        for id, program in held[sheet.person.id].items():
            broken = {prop.case: prop.message for prop in sheet.exercises[id].properties if not prop.holds}
            names = named.names_of(patterns[id], broken)
            if not program.breaks:
                seen["rivals"] += 1
                seen["rivals named"] += program.name in names
                seen["rivals alone"] += names == (program.name,)
            elif program.name in same:
                seen["programs"] += 1
                seen["programs with a name"] += bool(names)
                seen["programs named"] += same[program.name] in names
    print(dict(seen))
    assert seen["rivals named"] >= 0.9 * seen["rivals"] > 0
    assert seen["programs named"] >= 0.9 * seen["programs with a name"] and seen["programs with a name"] >= 0.8 * seen["programs"]
    classroom.multiply(root, WEEK, sorted(held), CLASS - len(held))
    text = (command.write(Grader(root), WEEK) / command.PAGE).read_text(encoding="utf-8")
    assert f"<b>{CLASS}</b>graded" in text
    shutil.rmtree(tmp_path)
