"""`python -m bench.conformance [--write PAGE]`: grades all idioms both ways, prints the tables; fails where one has no reason."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from autograder.environment import own_programs_first
from bench.conformance import page, suite


def main() -> None:
    """Run the suite, print what it found, and write it into a page where one is named."""
    parser = argparse.ArgumentParser(prog="python -m bench.conformance", description=__doc__)
    parser.add_argument("--write", type=Path, default=None, metavar="PAGE", help="put the tables between this page's marks")
    options = parser.parse_args()
    own_programs_first()
    with tempfile.TemporaryDirectory(prefix="conformance-") as scratch:
        found = suite.run(Path(scratch))
    made = page.text(found)
    print(made)
    if options.write:
        page.put(options.write, made)
    sys.exit("\n".join(page.faults(found)) or None)


if __name__ == "__main__":
    main()
