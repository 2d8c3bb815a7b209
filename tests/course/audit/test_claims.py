"""Each claim of the gate, broken alone: wrong rivals, right ones, empty answers, hidden cases."""

import pytest

from autograder.cases import WeekError, load
from autograder.cases.mistakes import CaseError
from autograder.course.audit.claims import (
    rivals_are_judged_rightly,
    studio_rivals_are_judged_rightly,
    tried_programs_are_judged_rightly,
)
from autograder.course.audit.found import WeekAudit
from autograder.course.audit.trial import Trial
from autograder.course.audit.week import audit_exercise
from autograder.course.places import Course

#: a keeper more, with a rival of its own that the visible case spares
KEEPER = """

@case("centre", "nothing is scaled: example {n}")
def keeper_{n}(centre):
    x = np.arange(6.0).reshape(3, 2) * {n}
    expect.close(centre(x), x - x.mean(axis=0), tell=False)
"""


def about(found, word: str) -> list[str]:
    """What was said about one thing; that rivals are few is so in every made-up week."""
    return [line for line in found.breaches if word in line]


def test_the_example_holds_but_for_its_few_rivals(asks) -> None:
    found = asks(rivals_are_judged_rightly)
    assert all("are asked for" in line for line in found.breaches), found.breaches
    assert (found.wrong, found.hidden, found.seen) == ((2, 2), (1, 1), (1, 2))


def test_a_rival_that_names_another_case_than_the_one_that_catches_it(asks, change) -> None:
    change("rivals.py", 'caught_by="averages_zero"', 'caught_by="differences_stay"')
    found = asks(rivals_are_judged_rightly)
    assert about(found, "one_average_for_all is not caught by differences_stay") and found.wrong == (1, 2)


def test_a_rival_that_names_no_case(asks, change) -> None:
    change("rivals.py", 'caught_by="averages_zero"', 'caught_by="averages_one"')
    assert about(asks(rivals_are_judged_rightly), "one_average_for_all names the case averages_one, which is not there")


def test_a_keeper_whose_rivals_are_seen_does_not_earn_its_place(asks, change) -> None:
    change("rivals.py", "return x.mean(axis=0) - x", "return x.mean(axis=0) - x + 1")
    found = asks(rivals_are_judged_rightly)
    assert about(found, "differences_stay is no twin, and names no rival that every visible case spares")
    assert (found.hidden, found.seen) == ((0, 1), (2, 2))


def test_a_third_keeper_is_one_too_many(asks, append) -> None:
    rival = (
        '\n\n@wrong("centre", caught_by="keeper_{n}", kind="mathematics")\ndef mirrored_{n}(x):\n    return x.mean(axis=0) - x\n'
    )
    for n in (1, 2):
        append("hidden.py", KEEPER.format(n=n))
        append("rivals.py", rival.format(n=n))
        said = about(asks(rivals_are_judged_rightly), "hidden cases are no twins")
        assert bool(said) == (n == 2), said


def test_a_twin_needs_to_kill_nothing_alone(asks, append, change) -> None:
    change("hidden.py", "import case, draws, expect", "import case, draws, expect, twin")
    append("hidden.py", '\n\ntwin("centre", "averages_zero", draws=draws.matrices(rows=(30, 60)))\n')
    found = asks(rivals_are_judged_rightly)
    assert found.hidden == (2, 2) and not about(found, "hidden")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('twin("centre", "averages_one")', "has no visible case 'averages_one'"),
        ('twin("centre", "differences_stay")', "has no visible case 'differences_stay'"),
        ('twin("centre", "fixed")', "fixed draws nothing: give its twin other inputs"),
        ('twin("centre", "averages_zero")\ntwin("centre", "averages_zero")', "two cases named averages_zero_again"),
        ('twin("centre", "averages_zero", fresh=100)', "fresh=100 is no number of draws; it is one of 200, 50, 10, 3"),
    ],
)
def test_what_is_no_twin_is_refused(course, append, change, line: str, words: str) -> None:
    change("hidden.py", "import case, draws, expect", "import case, draws, expect, twin")
    append(
        "checks.py",
        '\n\n@case("centre", "one example becomes zero")\ndef fixed(centre):\n    expect.close(centre(np.ones((1, 2))), 0)\n',
    )
    append("hidden.py", f"\n\n{line}\n")
    with pytest.raises(WeekError, match=words):
        load(course.folder("week01_example"))


def test_an_empty_answer_that_earns_is_seen(asks, append) -> None:
    append("checks.py", '\n\n@case("centre", "it can be called")\ndef runs(centre):\n    centre(np.ones((2, 2)))\n')
    said = about(asks(rivals_are_judged_rightly), "earns points by runs")
    assert len(said) == 4, said


def test_a_misspelt_name_in_a_case_catches_nobody(asks, change) -> None:
    change("checks.py", "tell=False)", "tell=Fasle)")
    with pytest.raises(CaseError, match=r"week01_example/checks\.py, line 14: NameError"):
        asks(rivals_are_judged_rightly)


TRIED = """
import numpy as np
from autograder.cases import program


@program("centre")
def in_two_steps(x):
    return x - np.add.reduce(x, axis=0) / max(1, len(x))


@program("centre", breaks="each feature averages zero")
def one_average(x):
    return x - x.mean()
"""


def test_programs_written_from_the_contract_are_asked_ever_after(asks, append, change) -> None:
    append("tried.py", TRIED)
    found = asks(tried_programs_are_judged_rightly)
    assert (found.tried_seen, found.tried_caught, found.tried_right) == ((1, 1), (1, 1), (1, 1)) and not found.breaches
    change("tried.py", "x - x.mean()", "x - x.mean(axis=0)")  # nothing wrong about it
    change("tried.py", "np.add.reduce(x, axis=0) / max(1, len(x))", "1")
    found = asks(tried_programs_are_judged_rightly)
    assert about(found, "one_average of tried.py is caught by no case (each feature averages zero)")
    assert about(found, "in_two_steps of tried.py is right and breaks")


def test_a_headline_mistake_must_be_seen(asks, change) -> None:
    change("rivals.py", 'caught_by="differences_stay"', 'headline=True, caught_by="differences_stay"')
    assert about(asks(rivals_are_judged_rightly), "is what the exercise is about, and no visible case catches it")


STUDIO_RIVALS = """

@wrong("disc", caught_by="keeps_the_rules", kind="mathematics", several=True, headline=True)
def says_two():
    return {"train": lambda X, y, rng: [np.zeros(1)], "predict": lambda arrays, X: np.full(len(X), 2)}


@right("disc", several=True)
def nobody():
    return {"train": lambda X, y, rng: [np.zeros(1)], "predict": lambda arrays, X: np.zeros(len(X), int)}
"""


def test_a_studios_rivals_are_asked_too(course: Course, append, change) -> None:
    def found() -> WeekAudit:
        trial, found = Trial(course.folder("week01_example")), WeekAudit("week01_example")
        studio_rivals_are_judged_rightly(found, trial, trial.registry.exercises["disc"])
        return found

    append("rivals.py", STUDIO_RIVALS)
    fine = found()
    assert (fine.wrong, fine.seen, fine.right, fine.breaches) == ((1, 1), (1, 1), (1, 1), [])
    change("rivals.py", "np.full(len(X), 2)", "np.full(len(X), 1)")
    change("rivals.py", "np.zeros(len(X), int)}\n", "np.zeros(3, int)}\n")
    wrong = found()
    assert (wrong.wrong, wrong.seen, wrong.right) == ((0, 1), (0, 1), (0, 1))
    assert about(wrong, "says_two is not caught by keeps_the_rules") and about(wrong, "no visible case catches it")
    assert about(wrong, "nobody is right and breaks keeps_the_rules")


def test_the_audit_runs_what_stands_in_tried(course: Course, append) -> None:
    append("tried.py", TRIED.replace("x - x.mean()", "x - x.mean(axis=0)"))
    found = audit_exercise(course.root, "week01_example", "centre", {}, {})
    assert about(found, "one_average of tried.py is caught by no case")


def test_programs_for_a_studio_are_asked_by_its_cases(course: Course, append) -> None:
    marks = (
        '@wrong("disc", caught_by="keeps_the_rules", kind="mathematics", several=True, headline=True)',
        '@right("disc", several=True)',
    )
    asked = ('@program("disc", breaks="a 0 or a 1 for each", several=True)', '@program("disc", several=True)')
    append("tried.py", TRIED.partition("@program")[0])
    append("tried.py", STUDIO_RIVALS.replace(marks[0], asked[0]).replace(marks[1], asked[1]))
    trial, found = Trial(course.folder("week01_example")), WeekAudit("week01_example")
    tried_programs_are_judged_rightly(found, trial, trial.registry.exercises["disc"])
    assert (found.tried_seen, found.tried_caught, found.tried_right) == ((1, 1), (1, 1), (1, 1)) and not found.breaches
