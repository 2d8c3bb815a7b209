"""`workbook`: one command, its subcommands each written beside what they do.

A module that has a subcommand is named in COMMANDS and has a function `add(subparsers)`, which adds a parser and sets
its default `run`, a function of the parsed arguments that returns the exit code. Only the module asked for is imported.
"""

import argparse
import importlib
import sys
from collections.abc import Sequence

from autograder.environment import own_programs_first
from autograder.errors import Mend

COMMANDS = {
    "lab": "autograder.desk.lab",
    "teach": "autograder.desk.lab",
    "demo": "autograder.desk.demo",
    "build": "autograder.course.commands",
    "new-week": "autograder.course.commands",
    "audit": "autograder.course.audit.command",
    "site": "autograder.course.site.command",
    "translate": "autograder.course.translate",
    "rivals": "autograder.course.audit.rehearse",
    "grade": "autograder.grading.commands",
    "watch": "autograder.grading.commands",
    "close": "autograder.grading.commands",
    "why": "autograder.grading.commands",
    "report": "autograder.grading.report.command",
    "forget": "autograder.grading.forget",
    "reset": "autograder.learner.commands",
    "update": "autograder.learner.commands",
    "solution": "autograder.learner.commands",
}


def build_parser(only: str | None = None) -> argparse.ArgumentParser:
    """Return the parser; with `only`, of that subcommand alone, so that nothing else is imported."""
    parser = argparse.ArgumentParser(prog="workbook", description="Twenty Weeks of Deep Learning: learn, teach, write.")
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for module in dict.fromkeys([COMMANDS[only]] if only else COMMANDS.values()):
        importlib.import_module(module).add(subparsers)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `workbook` with these arguments (the command line's by default) and return its exit code."""
    own_programs_first()
    given = list(sys.argv[1:] if arguments is None else arguments)
    asked = given[0] if given and given[0] in COMMANDS else None
    parsed = build_parser(asked).parse_args(given)
    try:
        return int(parsed.run(parsed) or 0)
    except Mend as mend:
        print(f"\n{mend}\n", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    from autograder.cli import main as run  # under its own name: the errors that it catches must be the same classes

    sys.exit(run())
