"""Fresh draws are counted, go to who was tried least, and are remembered; a stated number fits what a draw costs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.course.audit.draws import fresh_draws_spare_right_answers, pairs, step_of
from autograder.course.audit.evidence import NAME, Pair, add, key_of, plan, read
from autograder.course.places import Course

WEEK = "week01_example"
ZERO = Pair(WEEK, "centre", "averages_zero", "the reference", 200)


def given(course: Course, draws: int = 40) -> dict[Pair, int]:
    """So many draws for each pair of the example."""
    from autograder.cases import load

    return dict.fromkeys(pairs(WEEK, load(course.folder(WEEK))), draws)


def test_every_random_case_meets_every_right_answer(course: Course) -> None:
    names = [pair.name for pair in given(course)]
    assert names == [
        "centre/averages_zero/the reference",
        "centre/averages_zero/by_the_sum",
        "centre/differences_stay/the reference",
        "centre/differences_stay/by_the_sum",
    ]


def test_draws_are_made_as_often_as_they_are_given(course: Course, asks) -> None:
    found = asks(fresh_draws_spare_right_answers, given(course), {})
    assert found.drawn == {pair.name: 40 for pair in given(course)} and not found.breaches
    assert {cost.case for cost in found.costs} == {"averages_zero", "differences_stay"}


def test_a_rare_false_alarm_is_found_where_a_run_of_one_case_misses_it(course: Course, asks, change) -> None:
    change("checks.py", "draws=draws.matrices(rows=(2, 6)))", "draws=draws.integers(0, 10**6))")
    change(
        "checks.py",
        "def averages_zero(centre, x):",
        "def averages_zero(centre, x):\n    rare = x % 25 == 7\n    x = np.arange(6.0).reshape(3, 2) + rare",
    )
    change("checks.py", "tell=False)", 'tell=False)\n    expect.that(not rare, "turned away by chance")')
    found = asks(fresh_draws_spare_right_answers, given(course, 400), {})
    assert any("averages_zero turns the reference away" in line and "by chance" in line for line in found.breaches)
    assert ZERO.name not in found.drawn, "what breaks is no evidence of anything spared"


def test_a_generator_is_a_new_one_at_every_draw(course: Course, asks, append) -> None:
    append(
        "checks.py",
        """

SEEN = []


@case("centre", "noise is centred", false_alarm=1e-9)
def noise(centre, rng):
    x = rng.normal(size=(3, 2))
    expect.that(x[0, 0] not in SEEN, "drawn twice")
    SEEN.append(x[0, 0])
    expect.close(centre(x).mean(axis=0), np.zeros(2), tell=False)
""",
    )
    pair = Pair(WEEK, "centre", "noise", "the reference", 200)
    assert asks(fresh_draws_spare_right_answers, {pair: 30}, {}).drawn == {pair.name: 30}


@pytest.mark.parametrize(("wait", "fresh", "due"), [(0.06, 200, 10), (0.0, 3, 200), (0.0, 10, 200)])
def test_a_number_two_steps_off_is_refused(course: Course, asks, change, wait: float, fresh: int, due: int) -> None:
    busy = f"    until = time.process_time() + {wait}\n    while time.process_time() < until:\n        pass\n"
    change("checks.py", "import numpy as np", "import time\n\nimport numpy as np")
    change("checks.py", "def averages_zero(centre, x):\n", f"def averages_zero(centre, x):\n{busy}")
    change("checks.py", "rows=(2, 6))", f"rows=(2, 6)), fresh={fresh}")
    pair = Pair(WEEK, "centre", "averages_zero", "the reference", fresh)
    said = asks(fresh_draws_spare_right_answers, {pair: 20}, {}).breaches
    assert len(said) == 1 and f"state fresh={due}, not {fresh} (checks.py:12)" in said[0], said


def test_the_steps() -> None:
    assert [step_of(seconds) for seconds in (0.004, 0.04, 0.4, 4.0)] == [200, 50, 10, 3]


def test_new_pairs_come_first_and_then_those_tried_least() -> None:
    cheap = [Pair(WEEK, "e", "c", answer, 200) for answer in "abc"]
    dear = Pair(WEEK, "e", "trains", "a", 3)
    tried = {WEEK: {cheap[0].name: 2000, cheap[1].name: 400, dear.name: 2}}
    assert plan([*cheap, dear], tried) == {cheap[0]: 200, cheap[1]: 200, cheap[2]: 200, dear: 3}, "nobody is left out of a run"
    few = plan([*cheap, dear], tried, 31 + 200)
    assert few == {cheap[0]: 10, cheap[1]: 10, cheap[2]: 200, dear: 1}
    assert plan([*cheap, dear], tried, 31 + 200 + 3)[dear] == 3
    many = plan([*cheap, dear], tried, 4000)
    assert many[cheap[2]] > many[cheap[1]] > many[cheap[0]] and sum(many.values()) <= 4000
    assert many[dear] >= 27, "it is measured in its own number"


@pytest.mark.parametrize(("weeks", "most"), [(10, 20_000), (4, 20_000), (1, 5_000)])
def test_a_run_in_ci_makes_twenty_thousand_draws_and_five_thousand_a_week(weeks: int, most: int) -> None:
    made = plan([Pair(f"week{week:02}_made_up", "e", f"c{n}", "a", 200) for week in range(weeks) for n in range(120)], {})
    assert 0.85 * most < sum(made.values()) <= most
    assert min(made.values()) >= 10, "nobody is left out of a run"


def test_evidence_adds_up_until_the_week_changes(course: Course, append) -> None:
    add(course, WEEK, {"centre/averages_zero/the reference": 200})
    add(course, WEEK, {"centre/averages_zero/the reference": 50, "centre/averages_zero/by_the_sum": 50})
    expected = {"centre/averages_zero/the reference": 250, "centre/averages_zero/by_the_sum": 50}
    assert read(Course(course.root), WEEK) == expected
    path = course.folder(WEEK) / NAME
    assert json.loads(path.read_text())["key"] == key_of(course, WEEK)
    append("rivals.py", "\n# another\n")
    assert read(Course(course.root), WEEK) == {}
    add(Course(course.root), WEEK, {"centre/averages_zero/by_the_sum": 7})
    assert read(Course(course.root), WEEK) == {"centre/averages_zero/by_the_sum": 7}


def test_prose_changes_no_evidence_and_an_earlier_week_does(course: Course, change) -> None:
    from autograder.course.new_week import new_week

    new_week(course, "week02_next")
    for path in course.folder("week02_next").iterdir():
        path.write_text(path.read_text(encoding="utf-8").replace("centre", "scale"), encoding="utf-8")
    course = change("lesson.py", 'role="week"', 'role="week" needs="week01.centre"', week="week02_next")
    before = key_of(course, "week02_next")
    course = change("lesson.py", "# The story,", "# Another story,")
    assert key_of(course, "week02_next") == before
    course = change("lesson.py", "return x - x.mean(axis=0)", "return x - x.sum(axis=0) / len(x)")
    assert key_of(course, "week02_next") != before


def test_the_vocabulary_of_cases_is_part_of_the_key_with_its_rooms(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = tmp_path / "cases" / "expect" / "laws.py"
    words.parent.mkdir(parents=True)
    words.write_text("one = 1\n")
    monkeypatch.setattr("autograder.cases.__file__", str(tmp_path / "cases" / "__init__.py"))
    before = key_of(course, WEEK)
    words.write_text("one = 2\n")
    assert key_of(course, WEEK) != before


def test_data_is_part_of_the_key_where_the_week_names_it(course: Course, append) -> None:
    data = course.root / "data"
    (data / "held_out").mkdir(parents=True)
    for folder in (data, data / "held_out"):
        (folder / "manifest.toml").write_text('[datasets.stars]\nfile = "sky.h5"\n[files."sky.h5"]\nsha256 = "1"\n')
        (folder / "sky.h5").write_bytes(b"1")
    before = key_of(course, WEEK)
    append("checks.py", "\nSTARS = 'stars'\n")
    named = key_of(course, WEEK)
    seen = {before, named}
    for folder in (data, data / "held_out"):
        (folder / "sky.h5").write_bytes(b"2")
        seen.add(key_of(course, WEEK))
        (folder / "manifest.toml").write_text('[datasets.stars]\nfile = "sky.h5"\n[files."sky.h5"]\nsha256 = "2"\n')
        seen.add(key_of(course, WEEK))
    assert len(seen) == 6
    now = key_of(course, WEEK)
    (data / "other.h5").write_bytes(b"new")
    with open(data / "manifest.toml", "a") as file:
        file.write('[datasets.ducks]\nfile = "other.h5"\n[files."other.h5"]\nsha256 = "3"\n')
    assert key_of(course, WEEK) == now, "another week's new file"
