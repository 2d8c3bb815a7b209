"""Nests of arrays that are changed in place: no change reaches the case that compares with them afterwards."""
# ruff: noqa: E501 (code within strings stands as an attacker would write it)

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tiny import CHECKS, HIDDEN, WEEK, Book

from autograder.course.places import Course
from autograder.course.stale import build
from autograder.grading.grader import Grader, need
from autograder.grading.outcome import Outcome
from tests.grading.campaign.test_campaign import _grade, _grade_plainly

pytestmark = [pytest.mark.campaign, pytest.mark.timeout(900)]
#: a case that trusts what it handed over: noughts and empty nests fit it once that was changed
CASE = '''
@case("double", "{says}", draws=draws.vectors(), examples=5)
def {name}(double, x):
    x = x + 1.5
    same = x.copy()
    for tree in (
        {{"W": [x, x[None] + 1], "b": (x - 1, [x]), "deep": {{"n": {{"m": [x[::2]]}}}}, "same": [same, same]}},
        [[x, x], [x[:, None].T]],
        {{"text": bytearray(x.tobytes()), "W": [np.asfortranarray(np.outer(x, x + 1))], "set": {{1.0, 2.0}}}},
    ):
        out = double(tree)
        compared(out, tree)


def compared(out, tree):
    if isinstance(tree, dict):
        for key in tree:
            compared(out[key], tree[key])
    elif isinstance(tree, (list, tuple)):
        expect.that(len(out) == len(tree), "other lengths")
        for one, other in zip(out, tree):
            compared(one, other)
    elif isinstance(tree, np.ndarray):
        expect.close(expect.array(out, shape=tree.shape), 2 * tree)
    elif isinstance(tree, bytearray):
        expect.close(expect.array(out, shape=(len(bytes(tree)) // 8,)), 2 * np.frombuffer(bytes(tree)))
    else:
        expect.that(len(out) == len(tree), "other lengths")
'''
WAYS = {
    "emptied": "def go(t):\n    if hasattr(t, 'clear'): t.clear()\n    elif isinstance(t, bytearray): del t[:]",
    "emptied_from_within": "def go(t):\n    for v in list(t.values() if isinstance(t, dict) else t):\n        if isinstance(v, (list, dict, set, bytearray)): go(v) if isinstance(v, (list, dict)) else None; v.clear()\n        if isinstance(v, np.ndarray) and v.dtype != object: v.resize(0, refcheck=False) if v.flags.owndata else v.fill(0)\n        if isinstance(v, tuple): go(list(v))",
    "noughts_within": "def go(t):\n    if isinstance(t, np.ndarray) and t.dtype != object: t[...] = 0\n    elif isinstance(t, bytearray): t[:] = bytes(len(t))\n    elif not isinstance(t, (float, str)):\n        for v in (t.values() if isinstance(t, dict) else t): go(v)",
    "exchanged_within": "def go(t):\n    for k in (list(t) if isinstance(t, dict) else range(len(t)) if isinstance(t, list) else []):\n        v = t[k]\n        if isinstance(v, np.ndarray): t[k] = np.zeros_like(v)\n        elif isinstance(v, (list, dict)): go(v)\n        elif not isinstance(v, (float, str)): t[k] = ()",
    "exchanged_for_hers": "class D(dict):\n    def __iter__(s): return iter(())\n    keys = items = values = lambda s: ()\n    __len__ = lambda s: 0\ndef go(t):\n    if isinstance(t, dict): t.__class__ = D if type(t) is not dict else dict; t.update({k: D() for k in list(t)})\n    else: t[:] = []",
    "by_a_thread": "def go(t):\n    def later():\n        for _ in range(100): time.sleep(0.001); t.clear()\n    threading.Thread(target=later, daemon=True).start()",
    "when_asked": "class L(list):\n    def __len__(s): seen[-1].clear(); return 0\n    def __getitem__(s, i): seen[-1].clear(); return L()\n    def __iter__(s): seen[-1].clear(); return iter(())\nseen = []\ndef go(t): seen.append(t); return L()",
}  # fmt: skip
#: what comes back beside that
ANSWERS = {"itself": "t", "a_copy": "copy.deepcopy(t)", "noughts": "{k: [] for k in t} if isinstance(t, dict) else []"}
TRIED = {f"{way}-{answer}": (WAYS[way], ANSWERS[answer]) for way in WAYS for answer in ANSWERS}
HEAD = "import copy, threading, time\nimport numpy as np\n"


def source(way: str, answer: str) -> str:
    """The cell: what it was given is spoiled as far as that goes, and something comes back."""
    return f"{HEAD}{way}\ndef double(t):\n    try: made = go(t)\n    except Exception: made = None\n    return {answer} if made is None else made\n"


RIGHT = f"""{HEAD}
def double(t):
    if isinstance(t, dict): return {{k: double(v) for k, v in t.items()}}
    if isinstance(t, (list, tuple)): return [double(v) for v in t]
    if isinstance(t, (bytes, bytearray)): return 2 * np.frombuffer(bytes(t))
    return 2 * t if isinstance(t, np.ndarray) else [0] * len(t)
"""


@pytest.fixture(scope="module", params=["warm", "sandbox"])
def graded(request: pytest.FixtureRequest, built: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """Everybody's work, graded once, in a week whose `double` is given nests."""
    home = Path(shutil.copytree(built, tmp_path_factory.mktemp("nests") / "home"))
    root = home / "course"
    week = root / "notebooks" / WEEK
    (week / "checks.py").write_text(_other(CHECKS, "as_a_sum", "adding"))
    (week / "hidden.py").write_text(_other(HIDDEN, "half_again", "half"))
    build(Course(root), WEEK)
    need(Grader(root).api.generate_assignment(WEEK, force=True), "generate")
    for name, cell in {**{name: source(*tried) for name, tried in TRIED.items()}, "right": RIGHT}.items():
        book = Book(root / "release", root / "submitted" / name / WEEK)
        book.write("double", cell)
        book.save()
    grade: Callable[[Path], Any] = _grade if request.param == "warm" else _grade_plainly
    return {one.student: one for one in grade(root)}


def _other(text: str, name: str, says: str) -> str:
    """A file of the week's with the case on nests in the place of its own case of `double`."""
    before, own = text.split('@case("double"')
    rest = own[own.index("\n\n\n") :]
    return before + CASE.format(name=name, says=f"{says} it") + rest


@pytest.mark.parametrize("name", TRIED)
def test_no_change_of_a_nest_reaches_the_case(graded: dict[str, Outcome], name: str) -> None:
    assert (graded[name].score, graded[name].trouble) == (0.0, "")


def test_nests_can_be_doubled(graded: dict[str, Outcome]) -> None:
    assert (graded["right"].score, graded["right"].trouble) == (4.0, "")
