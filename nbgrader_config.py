"""The course, for nbgrader: its name, its folders, its stub. Commands of nbgrader run beside this file use it.

WORKBOOK_EXCHANGE in the environment moves the exchange (nbgrader's default otherwise), WORKBOOK_GRADEBOOK the
gradebook (an SQLAlchemy address; the file gradebook.db beside this one otherwise).
"""

import os
from pathlib import Path

from autograder.grading.plug import plug
from autograder.notebook.regions import STUB

root = Path(__file__).resolve().parent
c = get_config()  # noqa: F821 (nbgrader gives it)

c.CourseDirectory.course_id = "twenty_weeks"
c.CourseDirectory.root = str(root)
c.CourseDirectory.db_url = os.environ.get("WORKBOOK_GRADEBOOK") or f"sqlite:///{root / 'gradebook.db'}"
c.CourseDirectory.source_directory = "source"
c.CourseDirectory.release_directory = "release"
c.CourseDirectory.submitted_directory = "submitted"
c.CourseDirectory.autograded_directory = "autograded"
c.CourseDirectory.feedback_directory = "feedback"
if os.environ.get("WORKBOOK_EXCHANGE"):
    c.Exchange.root = os.environ["WORKBOOK_EXCHANGE"]

# What stands in place of a solution: one constant, used by `workbook build` too, so that both give the same release.
c.ClearSolutions.code_stub = {"python": STUB}

# Submissions are looked at, run behind the wall, judged by the weeks' cases. When learners may open solutions: "closed" weeks
# only; "graded": after one graded attempt; "never".
plug(c, solutions="closed")
