"""No solution for junk, and none that is then handed in for points: spellings by somebody who had not read the mends."""
# ruff: noqa: E501 (code within strings stands as a learner would write it)

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tiny import SOLVED, WEEK

from autograder.cli import main
from autograder.errors import Mend
from autograder.grading.batch.deeds import MARK
from autograder.grading.grader import Grader
from autograder.grading.opened import frozen
from autograder.grading.watch import Watcher
from autograder.learner import solution
from tests.grading.test_opened import Asker, hand_in, said, watching

pytestmark = [pytest.mark.campaign, pytest.mark.timeout(600)]
WRONG = "def centre(x):\n    return 7 * x"
#: answers in which nothing of hers answers: the others are solved
JUNK = {
    "a_number": "centre = 1",
    "nothing": "",
    "a_remark": "# centre",
    "an_empty_class": "class centre: pass",
    "an_empty_class_with_a_call": "class centre:\n    def __call__(s, x): return x",
    "no_name": "def center(x): return x",
    "its_call": "centre",
    "no_arguments": "def centre(): return 3",
    "too_many_arguments": "def centre(x, y): return x",
    "an_error_before": "1 / 0\ndef centre(x): return x",
    "deleted_again": "def centre(x): return x\ndel centre",
    "no_python": "def centre(x) return x",
    "the_stub": "def centre(x):\n    raise NotImplementedError",
    "the_stub_with_words": "def centre(x):\n    '''The examples, moved.'''\n    raise NotImplementedError('not yet')",
    "pass": "def centre(x): pass",
    "dots": "def centre(x): ...",
    "a_docstring": "def centre(x):\n    '''The examples, moved so that each feature averages zero.'''",
    "none": "centre = lambda x: None",
    "a_builtin": "centre = print",
    "an_error_that_is_swallowed": "def centre(x):\n    try: return undefined(x)\n    except Exception: pass",
    "ends_the_process": "import os\ndef centre(x): os._exit(0)",
    "an_exit": "def centre(x): raise SystemExit",
    "a_coroutine": "async def centre(x): return x",
    "a_generator": "def centre(x): yield",
    "itself": "def centre(x): return centre",
    "lent_again": "centre = globals().get('double')",
}
#: something came back, or a line of hers failed: a poor attempt is one; what it opens counts as it stood
POOR = {
    "as_it_came": "def centre(x): return x",
    "an_error_of_her_own": "def centre(x): return undefined_name(x)",
    "a_division": "def centre(x):\n    return 1 / 0",
    "a_failed_assertion": "def centre(x):\n    assert x.ndim == 7, 'seven axes'",
    "an_error_afterwards": "def centre(x): return x\nraise ValueError",
    "a_function_of_numpys": "import numpy as np\ncentre = np.mean",
    "an_endless_loop": "def centre(x):\n    while True: pass",
}


def ask_for(watcher: Watcher, learners: dict[str, Asker], exercise: str = "centre") -> dict[str, str]:
    """Everybody asks, the watcher looks once; what each was given."""
    for one in learners.values():
        with pytest.raises(Mend, match="no answer has come yet"):
            solution.open_solution(one.desk, WEEK, exercise, patience=0)
    watcher.look()
    return {name: found for name, one in learners.items() if (found := solution.opened(one.desk, WEEK, exercise))}


def test_junk_opens_nothing_and_a_poor_attempt_does(home: Path, root: Path) -> None:
    watcher = watching(root, "graded")
    answers = {**JUNK, **POOR}
    learners = {name: Asker(name.replace("_", "-"), home) for name in answers}
    for name, one in learners.items():
        one.book.solve()
        one.book.write("centre", answers[name])
        one.submit()
    while watcher.look():
        pass
    opened = ask_for(watcher, learners)
    assert set(opened) == set(POOR), said(watcher)
    assert {name for name, one in learners.items() if frozen(root, WEEK, one.name)} == set(POOR)


class Desk:
    """A learner who was shown the solution of `centre`, and her instructor."""

    def __init__(self, home: Path) -> None:
        self.home, self.root = home, home / "course"
        self.watcher = watching(self.root, "graded")
        self.ada = Asker("ada", home)
        hand_in(self.ada, self.watcher, centre=WRONG)

    @property
    def score(self) -> float:
        return self.watcher.grader.score("ada", WEEK)[0]

    @property
    def inbound(self) -> Path:
        return self.home / "exchange" / "tiny" / "inbound"

    def deed(self, **content: object) -> Path:
        """Ask, unseen by the watcher as yet."""
        with pytest.raises(Mend, match="no answer has come yet"):
            solution.open_solution(self.ada.desk, WEEK, "centre", patience=0)
        path = max(self.inbound.glob(f"ada+{WEEK}{MARK}+*"), key=lambda one: one.stat().st_mtime_ns)
        if content:
            (path / "open.json").write_text(json.dumps(content))
        return path

    def opened(self) -> str:
        """Let the watcher look: the solution."""
        self.watcher.look()
        text = solution.opened(self.ada.desk, WEEK, "centre") or ""
        assert "middle_of_each" in text, said(self.watcher)
        return text

    def paste(self, late: float = 0.0, into: str = "centre") -> None:
        """Hand the solution in."""
        if into == "centre":
            self.ada.book.write("centre", SOLVED["centre"])
        else:
            self.ada.book.write(into, f"{SOLVED['centre']}\n{self.ada.book.cell(into)['source']}")
        self.ada.submit(late)
        self.watcher.look()


def at_another_time(seconds: float) -> Callable[[Desk], None]:
    def trick(desk: Desk) -> None:
        desk.deed()
        desk.opened()
        desk.paste(late=seconds)
        main(["grade", WEEK, "--course", str(desk.root)])

    return trick


def a_deed_of(year: str) -> Callable[[Desk], None]:
    def trick(desk: Desk) -> None:
        path = desk.deed()
        path.rename(path.with_name(path.name.replace("+2", f"+{year[0]}", 1).replace(path.name.split("+")[2][:4], year, 1)))
        desk.opened()
        desk.paste()
        main(["grade", WEEK, "--course", str(desk.root)])

    return trick


def in_another_cell(desk: Desk) -> None:
    desk.deed()
    desk.opened()
    desk.paste(into="double")
    desk.ada.book.add(SOLVED["centre"])
    desk.paste(into="scratch")


def under_another_id(desk: Desk) -> None:
    desk.deed()
    desk.opened()
    for kind in ("metadata", "id"):
        for cell in desk.ada.book.cells:
            cell[kind] = {} if kind == "metadata" else f"n{desk.ada.book.cells.index(cell)}"
        desk.ada.submit()
        desk.watcher.look()
    cell = next(cell for cell in desk.ada.book.cells if cell["source"] == WRONG)
    cell["source"] = SOLVED["centre"]
    desk.ada.submit()
    desk.watcher.look()


def in_a_renamed_notebook(desk: Desk) -> None:
    desk.deed()
    desk.opened()
    desk.ada.book.write("centre", SOLVED["centre"])
    desk.ada.book.save()
    desk.ada.book.path.rename(desk.ada.book.path.with_name(f"{WEEK} (1).ipynb"))
    desk.ada.exchange("Submit")
    desk.watcher.look()


def with_everything_cleared_away(desk: Desk) -> None:
    """What lies where she can write is gone: deeds, receipts, her cache's attempts."""
    desk.deed()
    desk.opened()
    for path in [*desk.inbound.glob(f"*{MARK}*"), *(desk.home / "exchange" / "tiny" / "feedback").glob("*")]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    shutil.rmtree(desk.home / "cache" / "ada")
    desk.paste()


def by_the_button(desk: Desk) -> None:
    desk.deed()
    desk.opened()
    desk.paste()
    desk.watcher.grader.grade_by_nbgrader("ada", WEEK)


def opened_again_after_it(desk: Desk) -> None:
    desk.deed()
    desk.opened()
    desk.paste()
    desk.deed()
    desk.watcher.look()
    main(["grade", WEEK, "--course", str(desk.root)])


def two_deeds_at_once(desk: Desk) -> None:
    first = desk.deed()
    second = Path(shutil.copytree(first, first.with_name(first.name[:-4] + "abcd")))
    (second / "open.json").write_text(json.dumps({"exercise": "double"}))
    desk.opened()
    desk.paste()


def two_graders_at_once(desk: Desk) -> None:
    desk.deed()
    other = Watcher(Grader(desk.root), out=io.StringIO())
    desk.opened()
    desk.ada.book.write("centre", SOLVED["centre"])
    desk.ada.submit()
    other.look()
    desk.watcher.look()


def a_deed_that_says_more(desk: Desk) -> None:
    path = desk.deed()
    (path / "open.json").write_text('{"exercise": "double", "exercise": "centre", "student": "bob", "when": "2099", "score": 3}')
    desk.opened()
    desk.paste()


def handed_in_before_it_is_seen(desk: Desk) -> None:
    """The deed lies there; what she hands in with it (guessed, or from a friend) is graded after it."""
    desk.deed()
    desk.opened()
    desk.ada.book.write("centre", SOLVED["centre"])
    desk.ada.submit(-3600)
    desk.ada.book.write("centre", WRONG)
    desk.ada.submit()
    desk.watcher.look()
    main(["grade", WEEK, "--course", str(desk.root)])


def an_old_attempt_written_over(desk: Desk) -> None:
    """Her first attempt in the exchange is hers to write: it holds the solution now, and everything is graded again."""
    desk.deed()
    desk.opened()
    desk.ada.book.write("centre", SOLVED["centre"])
    desk.ada.book.save()
    for path in desk.inbound.glob(f"ada+{WEEK}+*"):
        (path / f"{WEEK}.ipynb").write_bytes(desk.ada.book.path.read_bytes())
    desk.watcher.look()
    main(["grade", WEEK, "--course", str(desk.root)])
    Watcher(Grader(desk.root), out=io.StringIO()).look()


TRICKS = {
    "now": at_another_time(0),
    "from_before": at_another_time(-3600),
    "from_long_before": at_another_time(-90 * 86400),
    "from_the_future": at_another_time(3600),
    "a_deed_of_the_future": a_deed_of("2999"),
    "a_deed_of_the_past": a_deed_of("2001"),
    **{one.__name__: one for one in (in_another_cell, under_another_id, in_a_renamed_notebook, with_everything_cleared_away, by_the_button,
       opened_again_after_it, two_deeds_at_once, two_graders_at_once, a_deed_that_says_more, handed_in_before_it_is_seen,
       an_old_attempt_written_over)},
}  # fmt: skip


@pytest.mark.parametrize("trick", TRICKS)
def test_what_was_shown_earns_nothing(home: Path, trick: str) -> None:
    desk = Desk(home)
    before = desk.score
    TRICKS[trick](desk)
    assert "centre" in frozen(desk.root, WEEK, "ada")
    assert desk.score <= before, said(desk.watcher)


NAMES = ["Centre", "centre ", " centre", "\uff43entre", "centre\x00", "centre\n", "check_centre", "test_centre", "./centre", "double/../centre",
         "centre,double", "*", "", "c\u00adentre", "week01_tiny/centre", "hidden", "differences_stay"]  # fmt: skip


def test_other_names_open_nothing_that_is_not_frozen(home: Path) -> None:
    desk = Desk(home)
    for name in NAMES:
        desk.deed(exercise=name)
        desk.watcher.look()
        found = " ".join(path.read_text() for path in (desk.home / "exchange" / "tiny" / "feedback").glob("*.json"))
        assert "middle_of_each" not in found or "centre" in frozen(desk.root, WEEK, "ada"), name
    assert set(frozen(desk.root, WEEK, "ada")) <= {"centre"}
