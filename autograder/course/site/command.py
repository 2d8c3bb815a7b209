"""`workbook site`: build the reading edition, look whether its links hold, print it as PDF where there is a browser."""

from __future__ import annotations

import argparse
import importlib.util
import sys
import time
from pathlib import Path
from typing import Any

NEEDS = ("sphinx", "myst_parser", "furo", "latex2mathml")


def add(subparsers: Any) -> None:
    """Add the parser of `site`."""
    parser = subparsers.add_parser("site", help="build the reading edition: a static site with living explorers")
    parser.add_argument("weeks", nargs="*", metavar="WEEK", help="a week's folder name, or week05; all weeks by default")
    parser.add_argument(
        "--out", type=Path, default=None, metavar="DIR", help="where it is written (default: site/ in the course)"
    )
    parser.add_argument("--language", default="", metavar="de", help="from the weeks' translations, lesson.de.po")
    parser.add_argument("--pdf", action="store_true", help="print each week into a PDF as well; needs Chromium or Chrome")
    parser.add_argument("--course", type=Path, default=None, help="the course's folder (found from here by default)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Build the site; 1 where a week cannot be shown or a link leads nowhere."""
    from autograder.course.faults import LessonError
    from autograder.course.places import Course
    from autograder.course.site.build import build_site
    from autograder.course.site.links import broken_links
    from autograder.course.site.pdf import print_weeks

    missing = [name for name in NEEDS if importlib.util.find_spec(name) is None]
    if missing:
        print(f"The reading edition needs {', '.join(missing)}. Mend: pip install 'autograder[site]'", file=sys.stderr)
        return 1
    began = time.monotonic()
    try:
        course = Course.find(options.course)
        out = (options.out or course.root / "site").resolve()
        weeks = course.chosen(options.weeks)
        for line in build_site(course, weeks, out, options.language):
            print(line, flush=True)
        broken = broken_links(out)
        pages = [] if broken or not options.pdf else print_weeks(out, weeks)
    except LessonError as error:
        print(error, file=sys.stderr)
        return 1
    for line in broken:
        print(f"✗ {line}", file=sys.stderr)
    for path in pages:
        print(f"printed {path.name}")
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file()) / 1e6
    told = f"{len(broken)} links lead nowhere" if broken else "every link holds"
    print(f"{out / 'index.html'}: {len(weeks)} weeks, {size:.0f} MB, {time.monotonic() - began:.0f} s, {told}")
    return int(bool(broken))
