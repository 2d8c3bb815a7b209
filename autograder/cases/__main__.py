"""`python -m autograder.cases notebooks/week01_arrays [exercise]`: which case catches which rival?"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from autograder.cases.report import as_text


def main(folder: Path, only: str | None) -> int:
    from autograder.course.trial import Trial, empty_shares

    trial = Trial(folder)
    bad = 0

    def row(fine: bool, name: str, said: str) -> None:
        nonlocal bad
        bad += not fine
        print("  ok " if fine else "  BAD", f"{name:44}", said, flush=True)

    for exercise in trial.registry.exercises.values():
        if only not in (None, exercise.id):
            continue
        print(exercise.id)
        start = time.perf_counter()
        report = trial.judge(exercise.id, {})
        row(report.share() == 1.0, "the reference", f"{report.share():.0%} in {time.perf_counter() - start:.2f} s")
        if report.share() < 1:
            print(as_text(report))
        if exercise.kind == "studio":
            for entry in trial.registry.entries:
                if entry.exercise == exercise.id:
                    for seed in range(3):
                        start = time.perf_counter()
                        landing = trial.enter(entry, seed)
                        took = time.perf_counter() - start
                        said = f"{landing.value}, {landing.band}, {took:.1f} s (to be: {entry.band})"
                        row(landing.fits(entry.band), f"{entry.name} #{seed}", said)
            continue
        for rival in trial.registry.rivals:
            if rival.exercise == exercise.id:
                report = trial.judge(exercise.id, rival.subjects(exercise.names))
                broken = report.broken()
                fine = rival.caught_by in broken if rival.caught_by else report.share() == 1
                catcher = f"by {rival.caught_by}" if rival.caught_by else "right"
                said = f"{report.share():4.0%} {catcher}: {', '.join(broken)}"
                row(fine, rival.name, said)
                if rival.caught_by in broken:
                    v = broken[str(rival.caught_by)]
                    print("        ", v.message, "| on", v.on.replace("\n", " ")[:150], "|", v.line)
                elif not rival.caught_by and broken:
                    print(as_text(report))
        for name, report in empty_shares(trial, exercise):
            kept = [v.case for v in report.counted()]
            row(report.share() == 0, name, f"{report.share():.0%} {'kept by: ' + ', '.join(kept) if kept else ''}")
    return bad


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(bool(main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None)))
