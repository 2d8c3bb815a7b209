"""All that Home and the strips show, as one JSON: the weeks as a road, each exercise's mark, and what comes next.

Read from files, nothing kept: `week.json` of the workspace and of the exchange, what `check` remembers, and what the grader
tells. Everything that is decided or worded is decided here; the browser's half draws it and presses buttons.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from autograder.cases.progress import Mark, marks
from autograder.cases.report import points_in_words as number
from autograder.desk.attempts import Attempt, attempts
from autograder.learner.solution import opened_ones
from autograder.learner.workspace import Workspace

NOTHING: dict[str, Any] = {"course": "", "weeks": [], "next": None, "shelf": []}
OPEN, DONE = ("open", "begun"), ("holds", "handed", "full")
HAND_IN = "all that is checked here holds: hand it in, and the rest is tried"
Marks = Mapping[tuple[str, str], Mark]
_PIECES = re.compile(r"^_PIECES = (\{.*\})$", re.MULTILINE)


def state(workspace: Workspace) -> dict[str, Any]:
    """The weeks as a road, what comes next, and the shelf of her own pieces; nothing where a course is made, not learnt."""
    if (workspace.folder / "source").is_dir():
        return NOTHING
    hers = marks(workspace.folder)
    weeks = [week_state(workspace, told, hers) for told in _weeks(workspace)]
    following = next_step(weeks, hers, written_last(workspace.folder))
    return {"course": workspace.exchange.name, "weeks": weeks, "next": following, "shelf": shelf(workspace, weeks)}


def _weeks(workspace: Workspace) -> Iterator[dict[str, Any]]:
    """What week.json has of each week that is here or released, in their order; hers comes first, where it can be read."""
    places = (workspace.folder, workspace.exchange / "outbound")
    for name in sorted({path.parent.name for place in places for path in place.glob("*/week.json")}):
        for place in places:
            try:
                told = json.loads((place / name / "week.json").read_text(encoding="utf-8"))
                told = {"week": name, "title": str(told["title"]), "exercises": [dict(one) for one in told["exercises"]]}
            except (OSError, ValueError, KeyError, TypeError):
                continue
            yield told
            break


def week_state(workspace: Workspace, told: dict[str, Any], hers: Marks) -> dict[str, Any]:
    """One week: facts, exercises with their marks, and what became of each attempt.

    Parameters
    ----------
    told : what week.json has of it.
    hers : what her checks said last.
    """
    week, exercises = told["week"], told["exercises"]
    tried = attempts(workspace, week, [one["id"] for one in exercises if one["kind"] == "studio"])
    opened = opened_ones(workspace, week) if tried else {}
    shown = [exercise_state(one, hers.get((week, one["id"])), tried, one["id"] in opened) for one in exercises]
    points = sum(sum(one["points"].values()) for one in exercises)
    minutes = sum(one["minutes"] for one in exercises)
    here = (workspace.folder / week / f"{week}.ipynb").is_file()
    facts = [
        f"{len(exercises)} {'exercise' if len(exercises) == 1 else 'exercises'}",
        f"about {number(round(minutes / 60, 1))} hours",
        f"{number(points)} points",
    ]
    is_whole = all(one["state"] == "full" for one in shown)
    return {
        "week": week, "title": told["title"], "here": here, "facts": " · ".join(facts),
        "state": "full" if is_whole else "begun" if any(one["state"] != "open" for one in shown) else "open",
        "exercises": shown, "attempts": [one.shown() for one in tried],
    }  # fmt: skip


def exercise_state(told: Mapping[str, Any], mark: Mark | None, tried: Sequence[Attempt], opened: bool = False) -> dict[str, Any]:
    """An exercise, how far it is, and that in words.

    A grade speaks of what was handed in. A check that has broken since then says more; one that has not been run since says
    nothing new. A studio's points of an open week are never called all: its rows are others when the week closes.

    Parameters
    ----------
    told : what week.json has of it.
    mark : what its last check said; None where it was never run.
    tried : the attempts at its week, the oldest first.
    opened : whether she has opened its reference solution.
    """
    id, studio = told["id"], told["kind"] == "studio"
    graded = next((one for one in reversed(tried) if id in one.scores), None)
    score, most = graded.scores[id] if graded else (0.0, 0.0)
    handed_in = tried[-1].at if tried else 0.0
    waits = bool(tried) and not tried[-1].is_over
    points = f"{number(score)} of {number(most)} points{' for now' if studio and graded and graded.provisional else ''}"
    state, says, share = "open", "not begun", 0.0
    if mark is not None and mark.begun:
        state, share = ("holds", 1.0) if mark.is_whole else ("begun", mark.holds / mark.of if mark.of else 0.0)
        says = _holding(mark)
    if waits and (state == "holds" or graded is None) and mark is not None and mark.begun and mark.at <= handed_in:
        state, says = ("handed" if state == "holds" else state), f"{says}, handed in"
    if graded is not None and (mark is None or mark.at <= graded.at):
        if score >= most > 0 and not (studio and graded.provisional):
            state, says, share = "full", f"all {number(most)} points", 1.0
        elif score > 0 or state != "open":
            state, says, share = "graded", points, score / most if most else 0.0
    elif graded is not None and mark is not None:
        says += f"; {points} when you handed in"
    here, later = told["points"].get("check", 0.0), told["points"].get("hidden", 0.0)
    worth = f"{number(here)} {'point' if here == 1 else 'points'} here, {number(later)} when you hand in"
    solution = "opened" if opened else "ask" if any(one.is_over for one in tried) else ""
    return {
        "id": id, "kind": told["kind"], "state": state, "says": says, "share": round(share, 3), "worth": worth,
        "label": f"{'studio' if studio else 'exercise'} {id}: {says}, {told['minutes']} minutes, {number(here + later)} points",
        "minutes": told["minutes"], "solution": solution, "needs": list(told.get("needs", ())),
    }  # fmt: skip


def _holding(mark: Mark) -> str:
    if not mark.of:
        return "its check could not be run"
    if mark.is_whole:
        return f"all {mark.of} promises hold" if mark.of > 1 else "its promise holds"
    return f"{mark.holds} of {mark.of} promises hold"


def written_last(folder: Path) -> str:
    """The week of a workspace whose notebook was written last; empty where there is none."""
    notebooks = [path for path in folder.glob("*/*.ipynb") if path.stem == path.parent.name]
    return max(notebooks, key=lambda path: path.stat().st_mtime).stem if notebooks else ""


def next_step(weeks: Sequence[dict[str, Any]], hers: Marks, written: str = "") -> dict[str, Any] | None:
    """Where she goes on, in one sentence and one button.

    In the week that she touched last: the exercise that she touched last, then the others that are open; handing in; what
    earned a part of its points. Then the weeks behind it, then those before. None where all is done.
    """
    last = list(hers)[-1] if hers else (written, "")
    names = [week["week"] for week in weeks]
    at = names.index(last[0]) if last[0] in names else 0
    for week in (*weeks[at:], *weeks[:at]):
        ordered = sorted(week["exercises"], key=lambda one: (week["week"], one["id"]) != last)
        for one in ordered:
            if one["state"] in OPEN:
                how = one["says"] if one["state"] == "begun" else f"about {one['minutes']} minutes"
                return _step(week, one["id"], "Go on" if hers else "Begin", how, one["id"])
        if not week["attempts"] and all(one["state"] in DONE for one in ordered):
            return _step(week, week["exercises"][-1]["id"], "Go on", HAND_IN)
        for one in ordered:
            if one["state"] == "graded" and one["kind"] != "studio":
                return _step(week, one["id"], "Go on", one["says"], one["id"])
    return None


def _step(week: Mapping[str, Any], exercise: str, verb: str, says: str, name: str = "") -> dict[str, Any]:
    return {"week": week["week"], "exercise": exercise, "verb": verb, "name": name, "says": says, "title": week["title"]}


def shelf(workspace: Workspace, weeks: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Her own pieces that hold and that later weeks take: each with the week of its own, and the weeks that take it."""
    taken: dict[tuple[str, str], list[str]] = {}
    for week in weeks:
        for piece, home in _pieces(workspace, week["week"]).items():
            taken.setdefault((home, piece), []).append(week["title"].partition(" · ")[0])
    found = []
    for told in _weeks(workspace):
        held = {one["id"] for week in weeks if week["week"] == told["week"] for one in week["exercises"] if one["state"] in DONE}
        for one in told["exercises"]:
            for piece in one.get("names", ()) if one["id"] in held else ():
                if (told["week"], piece) in taken:
                    by = taken[told["week"], piece]
                    found.append({"week": told["week"], "exercise": one["id"], "name": piece, "says": f"taken by {_and(by)}"})
    return found


def _pieces(workspace: Workspace, week: str) -> dict[str, str]:
    """The pieces of earlier weeks that a week is given in its kit.py, and the week of each."""
    for place in (workspace.folder, workspace.exchange / "outbound"):
        try:
            found = _PIECES.search(Path(place, week, "kit.py").read_text(encoding="utf-8"))
            if found:
                return {str(name): str(home) for name, home in ast.literal_eval(found[1]).items()}
        except (OSError, ValueError, SyntaxError):
            continue
    return {}


def _and(names: Sequence[str]) -> str:
    names = [names[0], *(one.removeprefix("Week ") for one in names[1:])]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}".replace("Week ", "weeks ", 1)
