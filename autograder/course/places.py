"""Where things lie in a course, and its weeks, found by looking: there is no list to extend."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from autograder.course import lesson as lessons
from autograder.course.faults import Fault, LessonError, refuse
from autograder.course.parts import Lesson, Need

TEXTS = ("lesson.py", "checks.py", "explore.py", "hidden.py", "rivals.py")
#: the texts that travel to learners beside the notebook
TRAVEL = ("checks.py", "explore.py")


class Course:
    """A course's folder.

    Parameters
    ----------
    root
        The folder that holds notebooks/, source/ and release/.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.notebooks = root / "notebooks"
        self.source = root / "source"
        self.release = root / "release"
        self.pages = root / "docs" / "weeks"  # where there is such a folder, `build` writes a page a week into it
        self.lesson = cache(self._lesson)
        self.declared: dict[str, object] = {}  # what `declared` has loaded, by week

    @classmethod
    def find(cls, start: Path | None = None) -> Course:
        """The course whose folder is `start` or the nearest one above it that holds notebooks/."""
        start = (start or Path.cwd()).resolve()
        for folder in (start, *start.parents):
            if any(folder.glob("notebooks/week*/lesson.py")) or (folder / "nbgrader_config.py").is_file():
                return cls(folder)
        raise LessonError.one(start, 1, "no course here", "go into the folder that holds notebooks/")

    def weeks(self) -> list[str]:
        """The weeks' names in their order."""
        return sorted(path.parent.name for path in self.notebooks.glob("week*/lesson.py"))

    def chosen(self, weeks: list[str]) -> list[str]:
        """These weeks, or all where none is named."""
        return [self.named(week) for week in weeks] or self.weeks()

    def named(self, name: str) -> str:
        """The week of that name, also by its short one: `week05` is the folder week05_tuning.

        Raises
        ------
        LessonError
            Where there is none.
        """
        found = [week for week in self.weeks() if name in (week, week.split("_")[0])]
        if len(found) != 1:
            mend = f"name one of: {', '.join(self.weeks()) or 'there is none yet'}"
            raise LessonError.one(self.notebooks / name, 1, "there is no such week", mend)
        return found[0]

    def folder(self, week: str) -> Path:
        """The folder of a week's texts."""
        return self.notebooks / week

    def module(self, name: str) -> Path:
        """The file of a module of the course's own, which a week's kit may hold whole."""
        return self.notebooks / "kit" / f"{name}.py"

    def following(self, week: str) -> str:
        """The title of the week after this one; empty after the last, and where the next has no title yet."""
        later = [one for one in self.weeks() if one > week]
        text = (self.folder(later[0]) / "lesson.py").read_text(encoding="utf-8") if later else ""
        title = re.search(r"^# # (?P<title>.+)$", text, re.MULTILINE)
        return title["title"].strip() if title else ""

    def _lesson(self, week: str) -> Lesson:
        folder = self.folder(week)
        mend = "write it; `workbook new-week` shows what a week's folder holds"
        faults = [Fault(folder / name, 1, "this file is missing", mend) for name in TEXTS if not (folder / name).is_file()]
        try:
            lesson = lessons.read(folder / "lesson.py")
        except LessonError as error:
            refuse([*error.faults, *faults])
            raise
        refuse(faults)
        return lesson

    def earlier(self, need: Need, asked_by: Lesson) -> Lesson:
        """The lesson that a need names: `week01` stands for the folder week01_arrays."""
        found = [week for week in self.weeks() if week.split("_")[0] == need.week]
        if len(found) != 1 or found[0] >= asked_by.week:
            message = f"the need {need.week}.{need.exercise} names no earlier week"
            mend = f"name one of: {', '.join(week for week in self.weeks() if week < asked_by.week) or 'there is none'}"
            raise LessonError.one(asked_by.path, 1, message, mend)
        lesson = self.lesson(found[0])
        if need.exercise not in {exercise.id for exercise in lesson.exercises}:
            message = f"{found[0]} has no exercise {need.exercise!r}"
            mend = f"name one of: {', '.join(exercise.id for exercise in lesson.exercises)}"
            raise LessonError.one(asked_by.path, 1, message, mend)
        return lesson
