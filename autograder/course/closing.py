"""What the builder writes: a studio's score after its check; at the end the glossary, how to hand in, what is open and next."""

from __future__ import annotations

from collections.abc import Iterator

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
SCORE = 'from autograder.cases import score\nscore("{id}")  # on public data, beside the bands; it is no grade'
LAST = "This is the last week that there is."


def with_scores(lesson: Lesson) -> Iterator[LessonCell]:
    """The lesson's cells, and after each studio's check one that shows its score, unless the lesson has such a cell itself."""
    studios = {one.check.id: one.id for one in lesson.exercises if one.kind == "studio"}
    shown = "\n".join(cell.source for cell in lesson.cells if not cell.markdown)
    for cell in lesson.cells:
        yield cell
        studio = "" if cell.markdown else studios.get(cell.id, "")
        if studio and f'score("{studio}")' not in shown:
            yield LessonCell(False, SCORE.format(id=studio), "show", f"score_{studio}", 0.0, cell.line)


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
