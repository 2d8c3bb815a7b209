"""Pieces of earlier weeks: lifted with what they stand on, and the learner's own where she has them."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from autograder.course.audit.trial import Trial
from autograder.course.build import build_week
from autograder.course.faults import LessonError
from autograder.course.new_week import new_week
from autograder.course.places import Course
from autograder.course.stale import build
from autograder.grading.judge.assignment import cases_of
from autograder.notebook.lift import lift
from autograder.notebook.regions import STUB

FIRST, SECOND, THIRD = "week01_example", "week02_next", "week03_last"
ANSWER = "    return x - x.mean(axis=0)\n"
Change = Callable[..., Course]


def load_kit(folder: Path) -> ModuleType:
    """The kit.py of a built week, as the learner's notebook imports it."""
    spec = importlib.util.spec_from_file_location("kit", folder / "kit.py")
    assert spec is not None and spec.loader is not None
    kit = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(kit)
    return kit


def rename_exercise(course: Course, week: str, name: str) -> None:
    """Give the example exercise of a week another name."""
    for path in course.folder(week).iterdir():
        path.write_text(path.read_text(encoding="utf-8").replace("centre", name), encoding="utf-8")


@pytest.fixture
def two(course: Course, change: Change) -> Course:
    """A second week that needs the first one's exercise, whose solution stands on a helper, a constant and an import."""
    helper = "import math\n\nOFFSET = math.pi\nUNUSED = 1 / 0 if False else 2\n\n\n"
    helper += (
        "def _middle(x):\n    # why: a helper keeps the answer short\n    return np.mean(x, axis=0) + OFFSET - math.pi\n\n\n"
    )
    change("lesson.py", ANSWER, "    OTHER = _middle(x)\n    return x - OTHER\n\n\n" + helper)
    new_week(course, SECOND)
    rename_exercise(course, SECOND, "scale")
    return change("lesson.py", 'role="week"', 'role="week" needs="week01.centre"', week=SECOND)


def test_a_week_without_needs_has_no_kit(course: Course) -> None:
    assert not (build_week(course, FIRST, course.source) / "kit.py").exists()


def test_the_kit_holds_the_reference_and_what_it_stands_on(two: Course) -> None:
    build(two, SECOND)
    assert (two.release / SECOND / "kit.py").read_bytes() == (two.source / SECOND / "kit.py").read_bytes()
    text = (two.source / SECOND / "kit.py").read_text(encoding="utf-8")
    for piece in ("import math", "import numpy as np", "OFFSET = math.pi", "def _middle", "# why:", "def centre"):
        assert piece in text
    for other in ("UNUSED", "SOLUTION", "explore", "matplotlib", "datasets", "check"):
        assert other not in text, other
    x = np.array([[1.0, 2.0], [3.0, 6.0]])
    assert np.allclose(load_kit(two.source / SECOND).centre(x).mean(axis=0), 0)


def test_the_kit_is_the_same_at_every_build(two: Course, tmp_path: Path) -> None:
    one = build_week(two, SECOND, tmp_path / "one") / "kit.py"
    other = build_week(Course(two.root), SECOND, tmp_path / "other") / "kit.py"
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize(
    ("taken", "solution"),
    [
        ("from kit import centre", "centre(x) / 2"),
        ("import kit; centre = kit.centre   # your own instead: kit.mine", "centre(x) / 2"),
        ("import kit\n\nmiddle, two = kit.centre, kit.centre", "middle(x) / 2"),
        ("from kit import centre as middle", "middle(x) / 2"),
    ],
)
def test_a_piece_that_stands_on_an_earlier_piece_brings_it_along(two: Course, change: Change, taken: str, solution: str) -> None:
    change(
        "lesson.py",
        '# %% role="show" id="look"',
        f'# %% role="try" id="pieces"\n{taken}\n\n# %% role="show" id="look"',
        week=SECOND,
    )
    change("lesson.py", "x - x.mean(axis=0)", solution, week=SECOND)
    new_week(two, THIRD)
    rename_exercise(two, THIRD, "third")
    course = change("lesson.py", 'role="week"', 'role="week" needs="week02.scale"', week=THIRD)
    build_week(course, THIRD, course.source)
    kit = load_kit(course.source / THIRD)
    assert np.allclose(kit.scale(np.array([[1.0], [3.0]])), [[-0.5], [0.5]])


def test_cases_may_import_the_kit(two: Course, change: Change) -> None:
    course = change("checks.py", "import numpy as np\n", "import numpy as np\nfrom kit import centre\n", week=SECOND)
    assert build_week(course, SECOND, course.source).is_dir()


@pytest.mark.parametrize(
    ("need", "says", "mend"),
    [
        ("week01.nothing", "week01_example has no exercise 'nothing'", "name one of: centre"),
        ("week02.scale", "names no earlier week", "name one of: week01_example"),
        ("week07.scale", "names no earlier week", "name one of: week01_example"),
    ],
)
def test_a_need_that_is_not_there_is_refused(two: Course, change: Change, need: str, says: str, mend: str) -> None:
    course = change("lesson.py", "week01.centre", need, week=SECOND)
    with pytest.raises(LessonError) as caught:
        build_week(course, SECOND, course.source)
    (fault,) = caught.value.faults
    assert says in fault.message
    assert mend in fault.mend


@pytest.mark.parametrize(
    ("solution", "says"),
    [
        ("    return x - nowhere\n", "nowhere: wanted for kit.py"),
        ("    return explore.picture()\n", "each week has an explore.py of its own"),
        ("    return check(x)\n", "it belongs to a notebook"),
    ],
)
def test_a_piece_that_cannot_be_lifted_is_refused(two: Course, change: Change, solution: str, says: str) -> None:
    course = change("lesson.py", "    return x - OTHER\n", solution)
    with pytest.raises(LessonError, match=says):
        build_week(course, SECOND, course.source)


@pytest.mark.parametrize(
    ("taken", "solution", "says"),
    [
        ("import kit", "kit.centre(x)", "calls kit from inside"),
        ("from kit import spread", "spread(x)", "no need of the week gives it"),
    ],
)
def test_a_piece_that_takes_from_kit_what_cannot_be_followed_is_refused(
    two: Course, change: Change, taken: str, solution: str, says: str
) -> None:
    change(
        "lesson.py", '# %% role="show" id="look"', f'# %% role="try" id="p"\n{taken}\n\n# %% role="show" id="look"', week=SECOND
    )
    change("lesson.py", "x - x.mean(axis=0)", solution, week=SECOND)
    new_week(two, THIRD)
    rename_exercise(two, THIRD, "third")
    course = change("lesson.py", 'role="week"', 'role="week" needs="week02.scale"', week=THIRD)
    with pytest.raises(LessonError, match=says):
        build_week(course, THIRD, course.source)


def test_two_things_under_one_name_are_refused(two: Course, change: Change) -> None:
    change("lesson.py", "x - x.mean(axis=0)\n", "x - _middle(x)\n\n\ndef _middle(x):\n    return 0\n\n\n", week=SECOND)
    new_week(two, THIRD)
    rename_exercise(two, THIRD, "third")
    course = change("lesson.py", 'role="week"', 'role="week" needs="week01.centre week02.scale"', week=THIRD)
    with pytest.raises(LessonError, match="two different things named '_middle'"):
        build_week(course, THIRD, course.source)


def test_a_name_is_taken_from_its_own_cell_then_from_the_last() -> None:
    found, missing = lift(
        ["def h(): return 1", "def h(): return 2\n\ndef f(): return h()", "def h(): return 3", "g = h() + absent"], ["f", "g"]
    )
    assert [statement.text for statement in found] == [
        "def h(): return 2",
        "def f(): return h()",
        "def h(): return 3",
        "g = h() + absent",
    ]
    assert missing == {"absent"}


def test_decorators_classes_and_locals_are_lifted_rightly() -> None:
    cells = [
        "import functools\nx = 1",
        "@functools.cache\ndef f(x):\n    return x",
        "class C(Base):\n    y: int = 0\n    def m(self):\n        x = f(1)\n        return x",
        "class Base: pass",
    ]
    found, missing = lift(cells, ["C"])
    texts = [statement.text for statement in found]
    assert texts == ["import functools", "@functools.cache\ndef f(x):\n    return x", cells[2], "class Base: pass"]
    assert "x = 1" not in texts
    assert missing == set()


class TestModules:
    """A module of the course's own, `needs="tape"`: it lies beside kit.py, and is in it."""

    @pytest.fixture
    def taped(self, two: Course, change: Change) -> Course:
        """Both weeks need it; the first one's answer is written with it."""
        two.module("tape").parent.mkdir()
        two.module("tape").write_text('"""A tape."""\n\nSHIFT = 0.0\n', encoding="utf-8")
        change("lesson.py", 'role="week"', 'role="week" needs="tape"')
        taken = "    return x - OTHER + tape.SHIFT\n\n\nimport kit\n\ntape = kit.tape\n\n\n"
        return change("lesson.py", "    return x - OTHER\n", taken)

    def test_it_travels_and_is_in_the_kit(self, taped: Course, monkeypatch: pytest.MonkeyPatch) -> None:
        build(taped, FIRST)
        for place in (taped.source, taped.release):
            assert (place / FIRST / "tape.py").read_bytes() == taped.module("tape").read_bytes()
        monkeypatch.syspath_prepend(taped.release / FIRST)
        monkeypatch.delitem(sys.modules, "tape", raising=False)
        kit = load_kit(taped.release / FIRST)
        assert kit.tape.SHIFT == 0.0
        with pytest.raises(NameError, match="the kit has no 'centre'"):
            kit.mine("centre")

    def test_what_a_lifted_piece_needs_comes_along(self, taped: Course) -> None:
        build(taped, FIRST)
        build(taped, SECOND)
        assert "import tape" in (taped.source / SECOND / "kit.py").read_text(encoding="utf-8")
        assert (taped.source / SECOND / "tape.py").is_file()

    def test_the_audit_tries_it_built_or_not(self, taped: Course) -> None:
        before = sys.modules.get("tape")
        for _ in range(2):
            assert Trial(taped.folder(FIRST)).judge("centre", {}).share() == 1.0
            build(taped, FIRST)
        assert sys.modules.get("tape") is before

    def test_the_grader_lays_it_beside_the_cases(self, taped: Course) -> None:
        build(taped, FIRST)
        assert {"tape.py", "kit.py", "checks.py"} <= cases_of(taped.root, FIRST).keys()

    def test_a_module_that_is_not_there_is_named(self, taped: Course, change: Change) -> None:
        course = change("lesson.py", 'needs="tape"', 'needs="tapes"')
        with pytest.raises(LessonError, match=r"'tapes' names no module of notebooks/kit/.*name one of: tape"):
            build_week(course, FIRST, course.source)


class TestMine:
    """`kit.mine("centre")` in the learner's workspace, where her earlier week lies beside."""

    X = np.array([[1.0, 2.0], [3.0, 6.0]])

    @pytest.fixture
    def kit(self, two: Course, tmp_path: Path) -> ModuleType:
        """The kit of week 2 in a workspace."""
        built = build_week(two, SECOND, tmp_path / "workspace")
        return load_kit(built)

    @pytest.fixture
    def solve(self, tmp_path: Path) -> Callable[..., Path]:
        """Write the learner's notebook of week 1."""

        def solve(*cells: str) -> Path:
            folder = tmp_path / "workspace" / FIRST
            folder.mkdir(exist_ok=True)
            content = {"cells": [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]}
            content["cells"].append({"cell_type": "markdown", "source": ["Ein Wort."]})
            (folder / f"{FIRST}.ipynb").write_text(json.dumps(content), encoding="utf-8")
            return folder

        return solve

    def test_her_own_is_taken(self, kit: ModuleType, solve: Callable[..., Path], capsys: pytest.CaptureFixture[str]) -> None:
        solve(
            "%matplotlib inline\nimport numpy as np",
            "def help(x):\n    return np.add(x, 40)",
            "def centre(x):\n    return help(x)",
            "1 / 0",
        )
        assert np.array_equal(kit.mine("centre")(self.X), self.X + 40)
        assert capsys.readouterr().out == ""

    def test_her_own_sees_the_kit_of_its_week(self, kit: ModuleType, solve: Callable[..., Path]) -> None:
        folder = solve("from kit import forty", "def centre(x):\n    return x + forty")
        (folder / "kit.py").write_text("forty = 40\n")
        sys.modules["kit"] = kit
        try:
            assert np.array_equal(kit.mine("centre")(self.X), self.X + 40)
            assert sys.modules["kit"] is kit
        finally:
            del sys.modules["kit"]

    @pytest.mark.parametrize(
        ("cells", "says"),
        [
            (None, "no week01_example.ipynb lies in ../week01_example/"),
            (["x = 1"], "your week01_example.ipynb has no centre yet"),
            ([f"def centre(x):\n    {STUB}"], "the centre in your week01_example.ipynb is not finished"),
            (["def centre(x) return"], "has no centre yet"),
            (["SIZE = 1 / 0\n\ndef centre(x):\n    return SIZE"], "cannot be loaded (ZeroDivisionError: division by zero)"),
        ],
    )
    def test_without_her_own_the_ready_made_one_stands_in(
        self, kit: ModuleType, solve: Callable[..., Path], cells: list[str] | None, says: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        if cells is not None:
            solve(*cells)
        assert kit.mine("centre") is kit.centre
        said = capsys.readouterr().out
        assert says in said
        assert said.endswith("you go on with the kit's centre.\n")

    def test_a_broken_notebook_is_said(
        self, kit: ModuleType, solve: Callable[..., Path], capsys: pytest.CaptureFixture[str]
    ) -> None:
        (solve() / f"{FIRST}.ipynb").write_text("{ not JSON")
        assert kit.mine("centre") is kit.centre
        assert "cannot be read" in capsys.readouterr().out

    def test_a_piece_that_the_kit_has_not(self, kit: ModuleType) -> None:
        with pytest.raises(NameError, match="the kit has no 'softmax'; it has: centre"):
            kit.mine("softmax")
