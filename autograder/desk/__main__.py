"""`python3 -m autograder.desk lab`: what `make lab` does, for machines without make. Any Python, from the checkout's folder."""

import os
import sys

from autograder.desk import bootstrap

WORKBOOK = ("lab", "teach", "demo", "build", "audit", "site")
TESTS = ["-n", "logical", "--maxprocesses", "4", "--dist", "loadfile", "--no-loadscope-reorder", "-m", "not campaign"]
HELP = """\
python3 -m autograder.desk lab      the learner's desk: JupyterLab with week 1 fetched and the grading running
python3 -m autograder.desk teach    the instructor's desk: JupyterLab with formgrader
python3 -m autograder.desk demo     the whole course in one go, without a browser
python3 -m autograder.desk build    notebooks/ -> source/ and release/
python3 -m autograder.desk audit    the author's gate
python3 -m autograder.desk site     the reading edition, into site/
python3 -m autograder.desk test     the tests
More arguments go to the program behind it: python3 -m autograder.desk lab --port 9000"""


def program(arguments: "list[str]") -> "list[str]":
    """Return the program of the environment that is asked for and its arguments; empty where nothing is."""
    asked = arguments[0] if arguments else ""
    if asked in WORKBOOK:
        return ["workbook", *arguments]
    return ["python", "-m", "pytest", *TESTS, *arguments[1:]] if asked == "test" else []


def main() -> int:
    """Prepare the environment, then become what was asked for."""
    found = program(sys.argv[1:])
    if not found:
        print(HELP)
        return 0 if not sys.argv[1:] or sys.argv[1] in ("-h", "--help", "help") else 2
    os.chdir(bootstrap.ROOT)
    sys.argv[1:] = found
    return bootstrap.main()


if __name__ == "__main__":
    sys.exit(main())
