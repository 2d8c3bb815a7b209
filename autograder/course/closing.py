"""What the builder writes at the end of every week: the glossary, what is open, how to hand in, what comes next."""

from __future__ import annotations

from autograder.course.parts import Lesson, LessonCell
from autograder.course.terms import glossary, terms_of

HAND_IN = """\
## Hand in

The cell below says what is open. It knows the checks that you have run since the notebook was opened.

1. Save the notebook (Ctrl-S, or ⌘-S).
2. In JupyterLab's menu choose **Nbgrader → Assignment List**, and press *Submit* beside `{week}`. In a terminal,
   `nbgrader submit {week}` does the same.
3. Seconds later, *Fetch Feedback* in the same list brings your page. You may hand in again as long as the week is open.

{next}"""
NEXT = "**What comes next:** {following}. It is in the same list as soon as it is released."
LAST = "This is the last week that there is."


def closing_cells(lesson: Lesson, following: str) -> list[LessonCell]:
    """The generated cells.

    Parameters
    ----------
    following : the next week's title; empty after the last one.
    """
    said = NEXT.format(following=following) if following else LAST
    texts = [glossary(terms_of(lesson.cells)), HAND_IN.format(week=lesson.week, next=said)]
    cells = [LessonCell(True, text, "", "", 0.0, 0) for text in texts if text]
    return [*cells, LessonCell(False, "from autograder.cases import still_open\nstill_open()", "show", "still_open", 0.0, 0)]
