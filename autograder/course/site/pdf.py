"""A week as PDF: printed by Chromium or Chrome from the site's page, by the site's own print style."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from autograder.course.faults import LessonError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = ("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium")
QUIET = [
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SECONDS = 180  # a page


def find_browser() -> str:
    """The path of a Chromium or Chrome; empty where there is none."""
    found = [path for path in map(shutil.which, NAMES) if path] + [path for path in MAC if Path(path).exists()]
    return found[0] if found else ""


def print_weeks(site: Path, weeks: Sequence[str]) -> list[Path]:
    """Print each week's page into a PDF beside it.

    Raises
    ------
    LessonError
        Where there is no browser, or it printed nothing.
    """
    browser = find_browser()
    if not browser:
        raise LessonError.one(
            site, 1, "there is no browser to print with", "install chromium, or print the page from your own browser"
        )
    made = []
    for week in weeks:
        page, paper = site / f"{week}.html", site / f"{week}.pdf"
        paper.unlink(missing_ok=True)
        with tempfile.TemporaryDirectory(prefix="printing-") as profile:
            as_root = ["--no-sandbox"] if os.getuid() == 0 else []
            command = [browser, *QUIET, *as_root, f"--user-data-dir={profile}", "--no-pdf-header-footer"]
            command += ["--virtual-time-budget=5000", f"--print-to-pdf={paper}", page.as_uri()]
            done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
        if not paper.is_file():
            said = done.stderr.strip().splitlines()[-1:] or ["no word"]
            raise LessonError.one(
                page, 1, f"{Path(browser).name} printed nothing ({said[0]})", "print the page from your own browser"
            )
        made.append(paper)
    return made
