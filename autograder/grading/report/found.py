"""What there is to say of a class and a week: which section to teach again, which mistakes, who needs a hand."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from autograder.cases.report import points_in_words
from autograder.grading.judge.result import ExerciseResult
from autograder.grading.past import share
from autograder.grading.patterns_met import Pattern, in_words
from autograder.grading.report.named import by_name
from autograder.grading.report.read import Person, Room, Section, Sheet, without_names

RIGHT = 0.999  # the share of the points from which on an exercise is right
SAMPLES = 3
LONGEST_SAMPLE = 3000  # characters of one answer that are shown
AGAIN = 0.25  # the share of those who began an exercise and have it not right, from which on its section is named
LOW = 0.4  # below this share of the points somebody may need a hand
STUCK = 3  # attempts without a step forward
MANY = 4  # attempts until right: this many or more are one bar


@dataclass
class Row:
    """One promise, learner by learner in the page's order: "x" broken, "." holds, " " not begun."""

    says: str
    hidden: bool
    side: bool
    marks: str

    @property
    def broken(self) -> int:
        """How many break it."""
        return self.marks.count("x")

    @property
    def begun(self) -> int:
        """How many there are to be asked."""
        return len(self.marks) - self.marks.count(" ")


@dataclass
class Mistake:
    """What several learners have in common.

    Attributes
    ----------
    names : the mistake in words; several where no promise tells them apart; none where it is no known one.
    kind : what sort of mistake it is ("mathematics", …); empty where several are named, of several sorts.
    breaks : the promises that most of them break.
    samples : answers of three of them, as they wrote them.
    """

    names: list[str]
    kind: str
    count: int
    breaks: list[str]
    samples: list[str]


@dataclass
class Exercise:
    """One exercise and the class."""

    section: Section
    right: int
    begun: int
    lost: float  # points that those who began it lack, on average
    until: dict[str, int]  # attempts until right -> learners
    rows: list[Row]
    mistakes: list[Mistake]
    known: bool  # whether the rivals' patterns were written down

    @property
    def not_right(self) -> int:
        """How many began it and have it not right."""
        return self.begun - self.right

    @property
    def share_lost(self) -> float:
        """Of those who began it, the share who have it not right."""
        return self.not_right / self.begun if self.begun else 0.0


@dataclass
class Hand:
    """Somebody who may need a hand, and why."""

    person: Person
    why: list[str]
    share: float


@dataclass
class Curve:
    """A studio: the shares of its points, the best first, and how many reached each band."""

    id: str
    shares: list[float]
    bands: list[tuple[str, float, int]]  # its name, the share from which on it is reached, how many did
    none: int


@dataclass
class Found:
    """All that the page says, but for what is similar."""

    room: Room
    order: list[Person]
    exercises: list[Exercise]
    again: list[Exercise]
    hands: list[Hand]
    curves: list[Curve] = field(default_factory=list)

    @property
    def middle(self) -> float:
        """The middle score of the class."""
        return statistics.median(sheet.score for sheet in self.room.sheets)


def found(room: Room, patterns: Mapping[str, Mapping[str, Pattern]]) -> Found:
    """Look through a class.

    Parameters
    ----------
    patterns : by exercise, what each wrong rival breaks; nothing where that was never written down.
    """
    sheets = sorted(room.sheets, key=lambda sheet: (sheet.share, sheet.person.alias))
    exercises = [_exercise(section, sheets, patterns.get(section.id)) for section in room.sections]
    tasks = [one for one in exercises if one.section.kind != "studio"]
    again = sorted((one for one in tasks if one.begun and one.share_lost >= AGAIN), key=lambda one: -one.lost)
    curves = [_curve(section, sheets) for section in room.sections if section.kind == "studio"]
    return Found(room, [sheet.person for sheet in sheets], exercises, again[:3], _hands(room, sheets), curves)


def _is_begun(one: ExerciseResult | None) -> bool:
    return one is not None and one.ran


def _exercise(section: Section, sheets: Sequence[Sheet], patterns: Mapping[str, Pattern] | None) -> Exercise:
    results = [sheet.exercises.get(section.id) for sheet in sheets]
    begun = [(sheet, one) for sheet, one in zip(sheets, results, strict=True) if one is not None and _is_begun(one)]
    right = sum(share(one) >= RIGHT for _, one in begun)
    lost = statistics.fmean(section.points * (1 - share(one)) for _, one in begun) if begun else 0.0
    mistakes = [] if section.kind == "studio" else _mistakes(section, begun, patterns or {})
    return Exercise(section, right, len(begun), lost, _until(section.id, sheets), _rows(results), mistakes, patterns is not None)


def _rows(results: Sequence[ExerciseResult | None]) -> list[Row]:
    """The promises, the most broken first."""
    about = {prop.case: prop for one in results if one is not None for prop in one.properties}
    held = [{prop.case: prop.holds for prop in one.properties} if one is not None and _is_begun(one) else None for one in results]
    rows = []
    for case, prop in about.items():
        marks = "".join(" " if one is None or case not in one else ".x"[not one[case]] for one in held)
        rows.append(Row(prop.says, prop.hidden, prop.side, marks))
    return sorted(rows, key=lambda row: -row.broken)


def _until(id: str, sheets: Sequence[Sheet]) -> dict[str, int]:
    """How many attempts it took until an exercise was right."""
    counts = Counter[str]()
    for sheet in sheets:
        tried = [one["exercises"][id] for one in sheet.attempts if one["exercises"].get(id, {}).get("ran")]
        right = next((number for number, one in enumerate(tried, 1) if one["share"] >= RIGHT), 0)
        if right:
            counts[f"{MANY} or more" if right >= MANY else f"{right}"] += 1
        elif tried:
            counts["not yet"] += 1
    order = [*map(str, range(1, MANY)), f"{MANY} or more", "not yet"]
    return {name: counts[name] for name in order} if counts else {}


def _mistakes(section: Section, begun: Sequence[tuple[Sheet, ExerciseResult]], patterns: Mapping[str, Pattern]) -> list[Mistake]:
    what = {sheet.person.id: {p.case: p.message for p in one.properties if not p.holds and p.case} for sheet, one in begun}
    what = {id: cases for id, cases in what.items() if cases}
    by_id = {sheet.person.id: (sheet, one) for sheet, one in begun}
    return [_mistake(section.id, names, [by_id[id] for id in who], patterns) for names, who in by_name(patterns, what)]


def _mistake(
    id: str, rivals: Sequence[str], who: Sequence[tuple[Sheet, ExerciseResult]], patterns: Mapping[str, Pattern]
) -> Mistake:
    counts = Counter(prop.says for _, one in who for prop in one.properties if not prop.holds)
    often = [says for says, number in counts.most_common() if 2 * number >= len(who)] or [counts.most_common(1)[0][0]]
    names = [in_words(name, patterns[name]) for name in rivals]
    sorts = {patterns[name].kind for name in rivals}
    return Mistake(names, sorts.pop() if len(sorts) == 1 else "", len(who), often, _samples([sheet for sheet, _ in who], id))


def _samples(sheets: Sequence[Sheet], id: str) -> list[str]:
    """Answers of several learners, without who they are: different ones, short ones first."""
    texts = dict[str, str]()
    for sheet in sheets:
        text = without_names(sheet.answers.get(id, "").strip("\n"), sheet.person)
        texts.setdefault(re.sub(r"\s+", "", text), text)
    chosen = sorted(filter(str.strip, texts.values()), key=len)[:SAMPLES]
    return [text if len(text) <= LONGEST_SAMPLE else f"{text[:LONGEST_SAMPLE]}\n…" for text in chosen]


def _hands(room: Room, sheets: Sequence[Sheet]) -> list[Hand]:
    hands = []
    for sheet in sheets:
        begun = [id for id, one in sheet.exercises.items() if one.ran]
        why = []
        if not begun:
            why.append("nothing of what was handed in ran")
        elif sheet.share < LOW:
            why.append(f"{points_in_words(sheet.score)} of {points_in_words(sheet.most)} points")
        if stuck := [section.id for section in room.sections if _is_stuck(sheet, section)]:
            why.append(f"the last {STUCK} of {len(sheet.attempts)} attempts brought no step forward in {', '.join(stuck)}")
        if why:
            hands.append(Hand(sheet.person, why, sheet.share))
    return hands


def _is_stuck(sheet: Sheet, section: Section) -> bool:
    """Whether she worked on an exercise in her last attempts, it came no nearer, and it is not right."""
    if section.kind == "studio" or len(sheet.attempts) < STUCK:
        return False
    last = [one["exercises"].get(section.id, {}) for one in sheet.attempts[-STUCK:]]
    shares = [float(one.get("share", 0.0)) for one in last]
    return all(one.get("ran") for one in last) and shares[-1] < RIGHT and shares[-1] <= shares[0]


def _curve(section: Section, sheets: Sequence[Sheet]) -> Curve:
    shares = []
    for sheet in sheets:
        one = sheet.exercises.get(section.id)
        judged = next((prop for prop in one.properties if prop.case == "judge"), None) if one else None
        if one is not None and one.ran and judged is not None:
            shares.append(one.score.get("hidden", 0.0) / one.of["hidden"] if one.of.get("hidden") else 0.0)
    bands = [
        (name, low, sum(low - 1e-9 <= one < high - 1e-9 for one in shares))
        for name, low, high in (("excellent", 1.0, 2.0), ("good", 0.7, 1.0), ("gets going", 0.4, 0.7), ("below", 0.0, 0.4))
    ]
    return Curve(section.id, sorted(shares, reverse=True), bands, len(sheets) - len(shares))
