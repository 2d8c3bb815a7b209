"""`workbook grade` from inside: a class graded by a helper that is warm already. What the command itself takes is measured too."""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main(root: Path, assignment: str) -> None:
    """Grade all who have handed in, nothing from a cache; warm before that with a job whose result is thrown away."""
    from autograder.grading.batch.batch import Batch
    from autograder.grading.batch.pool import local
    from autograder.grading.batch.worker import end_all, run_apart
    from autograder.grading.grader import Grader

    grader = Grader(root)
    grader.need_sandbox()
    students = grader.students(assignment)
    made, pool = Batch(grader, assignment, again=True), local(1)
    pool.submit(run_apart, made.bundle, made.job(students[0])).result()
    print("ready", flush=True)
    outcomes = []
    made.grade(students, pool, 1, outcomes.append)
    print(json.dumps({one.student: one.seconds for one in outcomes}), flush=True)
    troubles = [f"{one.student}: {one.trouble}" for one in outcomes if one.trouble]
    made.close()
    pool.shutdown()
    end_all()
    sys.exit("\n".join(troubles) or None)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
