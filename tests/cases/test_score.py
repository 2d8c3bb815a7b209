"""A studio's score on public data: a band and where it lies, in words and on a scale; never points."""

import importlib
import math
import re

import numpy as np
import pytest

from autograder.cases import score
from autograder.cases.model import Studio
from autograder.cases.score import Score

CHECKS = """
import numpy as np
from autograder.cases import exercise, studio

exercise("toy", names=("train", "predict"), kind="studio")

@studio("toy", train="train", users=("predict",), budget=2, metric="share", baseline=0.5, bands=(0.6, 0.7, 0.9), typed=0.5)
def public(entry, rng):
    X = rng.normal(size=(400, 2))
    y = (X[:, 0] > 0).astype(int)
    return float(np.mean(entry.train(X[:200], y[:200]).predict(X[200:]) == y[200:])), "look at the first column"
"""


@pytest.fixture
def week(tmp_path, monkeypatch):
    (tmp_path / "checks.py").write_text(CHECKS)
    monkeypatch.chdir(tmp_path)
    importlib.import_module("autograder.cases.check")._sessions.clear()


def train(X, y, rng):
    return [X[y == 1].mean(axis=0)]


def predict(arrays, X):
    return (X @ arrays[0] > 0).astype(int)


def test_an_entry_is_scored_beside_its_bands(week):
    made = score("toy")
    assert made.value > 0.9 and "excellent" in repr(made) and "look at the first column" in repr(made)
    assert "on other data" in made.said and "points" not in repr(made)


def test_a_refused_entry_has_no_score_and_says_why(week, monkeypatch):
    monkeypatch.setitem(globals(), "train", lambda X, y, rng: [np.zeros(3)])
    made = score("toy")
    assert math.isnan(made.value) and "the budget is 2" in repr(made) and "<svg" not in made._repr_html_()


def test_an_entry_that_is_not_written_says_so_in_place_of_a_score(week, monkeypatch):
    def StillBlank(X, y, rng):  # names keep their capitals
        raise NotImplementedError("Your turn: put your own code in place of this line.")

    monkeypatch.setitem(globals(), "train", StillBlank)
    made = score("toy")
    assert math.isnan(made.value) and "`StillBlank` is not written yet." in repr(made)


def test_another_name_is_no_studio(week):
    with pytest.raises(NameError, match="it has toy"):
        score("toys")


@pytest.mark.parametrize("higher", [True, False])
def test_beyond_excellent_stands_honour(higher):
    edges = (0.5, 0.6, 0.7, 0.9, 0.99) if higher else (0.99, 0.9, 0.7, 0.6, 0.5)
    studio = Studio("toy", "share", edges[0], edges[1:4], higher=higher, honour=edges[4])
    beyond, short = edges[4], edges[3]
    assert "excellent, with honour (" in Score(studio, beyond).said
    assert "excellent (" in Score(studio, short).said


@pytest.mark.parametrize("higher", [True, False])
def test_better_lies_to_the_right_on_the_scale(higher):
    edges = (0.5, 0.6, 0.7, 0.9) if higher else (0.9, 0.7, 0.6, 0.5)
    studio = Studio("toy", "share", edges[0], edges[1:], higher=higher, train="train", users=("predict",), budget=2)

    def place(value):
        return float(re.search(r'd="M ([\d.]+) 12', Score(studio, value)._repr_html_())[1])

    assert (place(0.8) > place(0.6)) == higher


def test_no_name_on_the_scale_is_cut_off():
    studio = Studio("toy", "share", 0.5, (0.6, 0.7, 0.9), train="train", users=("predict",), budget=2)
    page = Score(studio, 0.95)._repr_html_()
    width = float(re.search(r'viewBox="0 0 (\d+)', page)[1])
    names = re.findall(r'<text x="([\d.]+)"[^>]*font-size="(\d+)"[^>]*>([^<]+)<', page)
    assert [name for *_, name in names] == ["baseline", "gets going", "good", "excellent", "you"]
    for at, size, name in names:
        half = 0.3 * float(size) * len(name)  # a letter is about 0.6 of its height wide
        assert half <= float(at) <= width - half, name
