"""Are the committed source/ and release/ what the lessons give? Rebuild them elsewhere and compare byte for byte."""

from __future__ import annotations

import tempfile
from pathlib import Path

from autograder.course.build import build_week
from autograder.course.pages import stale_pages, write_pages
from autograder.course.places import Course
from autograder.course.release import release_week

#: what a notebook server or Python leaves behind; nbgrader does not copy it into a release
_LITTER = {".ipynb_checkpoints", "__pycache__", ".pytest_cache", ".DS_Store"}


def build(course: Course, week: str) -> None:
    """Write source/ and release/ of one week, and its page."""
    build_week(course, week, course.source)
    release_week(course.source, week, course.release)
    write_pages(course, week)


def stale(course: Course, week: str) -> list[str]:
    """What differs between a week's committed folders and a build from its texts, a line a file."""
    with tempfile.TemporaryDirectory(prefix="stale-") as scratch:
        fresh = Path(scratch).resolve()
        build_week(course, week, fresh / "source")
        release_week(fresh / "source", week, fresh / "release")
        pairs = (("source", course.source), ("release", course.release))
        lines = [
            f"{part}/{week}/{line}" for part, committed in pairs for line in differences(fresh / part / week, committed / week)
        ]
    return lines or stale_pages(course, week)


def left_over(course: Course) -> list[str]:
    """Folders and files in source/, release/ and docs/weeks/ that belong to no week."""
    weeks = set(course.weeks()) | _LITTER
    return [
        f"{folder.name}/{path.name}: left over, no lesson makes it"
        for folder in (course.source, course.release, course.pages)
        for path in sorted(folder.glob("*"))
        if path.name not in weeks and path != course.pages / "README.md"
    ]


def differences(fresh: Path, committed: Path) -> list[str]:
    """Files that are missing, left over or different, by their paths below the folder."""
    want, have = _files(fresh), _files(committed)
    lines = [f"{name}: missing" for name in want.keys() - have.keys()]
    lines += [f"{name}: left over, no lesson makes it" for name in have.keys() - want.keys()]
    lines += [f"{name}: stale" for name in want.keys() & have.keys() if want[name].read_bytes() != have[name].read_bytes()]
    return sorted(lines)


def _files(folder: Path) -> dict[str, Path]:
    return {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not _LITTER & set(path.relative_to(folder).parts)
    }
