"""The command: its subcommands, and how it says what went wrong."""

import argparse
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograder import cli
from autograder.errors import Mend


def test_every_command_is_in_the_help_with_a_word_on_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    said = capsys.readouterr().out
    for name in cli.COMMANDS:
        assert re.search(rf"^    {name}\s", said, re.MULTILINE), name


def test_every_module_adds_the_commands_that_are_promised() -> None:
    for name in cli.COMMANDS:
        parser = cli.build_parser(name)
        action = next(action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
        assert name in action.choices


def test_what_went_wrong_is_said_without_a_traceback(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def run(_: argparse.Namespace) -> int:
        raise Mend("It is broken.\nMend: glue it.")

    def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
        subparsers.add_parser("break").set_defaults(run=run)

    monkeypatch.setitem(cli.COMMANDS, "break", "broken_module")
    monkeypatch.setitem(sys.modules, "broken_module", SimpleNamespace(add=add))
    assert cli.main(["break"]) == 1
    assert capsys.readouterr().err == "\nIt is broken.\nMend: glue it.\n\n"


def test_so_also_where_it_is_run_as_a_module(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "autograder.cli", "grade", "week01", "--course", str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 1 and "Mend: " in ran.stderr and "Traceback" not in ran.stderr
