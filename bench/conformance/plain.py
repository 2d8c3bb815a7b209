"""nbgrader as it comes, in a process of its own: makes the release, or grades all assignments of a course."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from autograder.environment import own_programs_first


def main(root: Path, step: str, assignments: list[str]) -> None:
    """Run one step for each assignment; ends with nbgrader's own words where one fails."""
    own_programs_first()
    os.chdir(root)
    from nbgrader.apps.api import NbGraderAPI
    from traitlets.config.loader import PyFileConfigLoader

    api = NbGraderAPI(config=PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config())
    for assignment in assignments:
        answer = api.generate_assignment(assignment) if step == "generate" else api.autograde(assignment, "*", force=True)
        if not answer["success"]:
            sys.exit(answer["log"])


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
