"""An author's own mistake in a file of cases never catches an answer; what her code makes go wrong there does."""

import pathlib

import numpy as np
import pytest

from autograder.cases import limit, load
from autograder.cases.mistakes import CaseError
from autograder.cases.running import run_case

HEAD = """import numpy as np

from autograder.cases import case, exercise, expect

exercise("double")


@case("double", "every entry doubles")
def doubles(double):
"""


def verdict(folder: pathlib.Path, body: str, answer):
    """What comes of an answer under a case with this body."""
    week = folder / "week05_made_up"
    week.mkdir(exist_ok=True)
    (week / "checks.py").write_text(HEAD + "".join(f"    {line}\n" for line in body.splitlines()))
    registry = load(week)
    return run_case(registry.cases[0], {"double": answer}, b"key", limit, 5.0)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("expect.close(duoble(np.ones(3)), 2)", r"week05_made_up/checks\.py, line 10: NameError: .*duoble"),
        ("import nowhere_at_all", "line 10: ModuleNotFoundError"),
        ("expect.close(double(np.onse(3)), 2)", "line 10: AttributeError: .*onse"),
        ("got = double(np.ones(3))\nexpect.clsoe(got, 2)", "line 11: AttributeError: .*clsoe"),
        ("x = np.ones(3)\nexpect.close(double(np.ones(2)), x + np.ones(2))", "line 11: ValueError"),
        ("sizes = {2: 3}\nfor n in sizes:\n    rows = sizes[n + 1]\n    double(np.ones(7))", "line 12: KeyError"),
    ],
)
@pytest.mark.parametrize("answer", [lambda x: 2 * x, lambda x: None])
def test_the_authors_mistake_is_said_with_file_and_line(tmp_path, body: str, words: str, answer) -> None:
    with pytest.raises(CaseError, match=words):
        verdict(tmp_path, body, answer)


def none(x):
    return None


def emptied(x):
    x.resize(0, refcheck=False)


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ("double(np.ones(3)).sum()", none),
        ("got = double(np.ones(3))\nparts = [got, got]\nexpect.that(sum(p for p in parts) > 0, 'no')", none),
        ("x = np.ones(3)\nexpect.handing_back(double)(x)\nx + np.ones(3)", emptied),
        ("seen = []\nseen.append(double(np.ones(3)))\nlen(seen[0])", none),
        ("def spy(x):\n    return x + 'a'\ndouble(spy)", lambda spy: spy(1)),
        ("double(np.ones(3)).onse", lambda x: x),
        ("got = double(np.ones(3))\nw = got\nw.einsm", lambda x: np),
    ],
)
def test_what_depends_on_hers_is_hers(tmp_path, body: str, answer) -> None:
    assert not verdict(tmp_path, body, answer).holds


def test_her_own_mistakes_are_hers(tmp_path) -> None:
    cell = tmp_path / "cell.py"
    cell.write_text("def double(x):\n    return np.dubble(x) + missing\n")
    names: dict = {"np": np}
    exec(compile(cell.read_text(), str(cell), "exec"), names)
    said = verdict(tmp_path, "expect.close(double(np.ones(3)), 2)", names["double"])
    assert "AttributeError" in said.message and "np.dubble" in said.line


def test_a_mistake_in_a_helper_of_the_cases_is_found_too(tmp_path) -> None:
    body = "helper(double(np.ones(3)))\n\n\ndef unused():\n    pass"
    week = tmp_path / "week05_made_up"
    week.mkdir()
    text = HEAD + f"    {body.splitlines()[0]}\n\n\ndef helper(got):\n    return np.shape(got) + nothing\n"
    (week / "checks.py").write_text(text)
    with pytest.raises(CaseError, match="line 14: NameError"):
        run_case(load(week).cases[0], {"double": none}, b"key", limit, 5.0)
