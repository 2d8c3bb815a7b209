"""What a week's solved notebook costs: every code cell run with its solution, every visible check, in a fresh process."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

from autograder.course.faults import LessonError, placed
from autograder.course.places import TEXTS
from autograder.errors import OwnFailure

SECONDS, MEGABYTES = 20.0, 1024.0
AMISS = 3  # the exit code where a line of the week's text is at fault; the last line of the output says which


def weigh(folder: Path) -> tuple[float, float]:
    """CPU seconds and peak megabytes of a week's reference, pictures and visible checks with it."""
    done = subprocess.run(
        [sys.executable, "-m", "autograder.course.audit.weigh", str(folder)], capture_output=True, text=True, timeout=600
    )
    if done.returncode == AMISS:
        told = json.loads(done.stdout.splitlines()[-1])
        if "own" in told:
            raise OwnFailure(told["own"])
        raise LessonError.one(Path(told["file"]), told["line"], told["message"], told["mend"])
    if done.returncode:
        raise RuntimeError(f"the reference of {folder.name} does not run:\n{done.stderr[-2000:]}")
    seconds, megabytes = json.loads(done.stdout.splitlines()[-1])
    return float(seconds), float(megabytes)


def _main(folder: Path) -> None:
    from autograder.course.audit.trial import ROLES, Trial
    from autograder.notebook import NOT_RUN

    try:
        trial = Trial(folder, roles=(*ROLES, *NOT_RUN))
        for id in trial.registry.exercises:
            trial.judge(id, {}, hidden=False)
    except OwnFailure as error:  # a mistake in a case: it says its line itself
        print(json.dumps({"own": str(error)}))
        sys.exit(AMISS)
    except Exception as error:
        amiss = placed(error, folder, TEXTS)
        if amiss is None:
            raise
        print(json.dumps({**vars(amiss.faults[0]), "file": str(amiss.faults[0].file)}))
        sys.exit(AMISS)
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    megabytes = used / (1024 if sys.platform == "linux" else 1024**2)
    print(json.dumps([time.process_time(), megabytes]))


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
