"""A class being graded, in a terminal: how many, how fast, how long yet, and what failed so far."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from autograder.grading.outcome import Outcome


class _Rate(ProgressColumn):
    """Submissions a minute."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed * 60:.0f}/min" if speed else "–/min")


@contextlib.contextmanager
def shown(total: int, console: Console | None = None) -> Iterator[Callable[[Outcome], None]]:
    """A bar for `total` submissions; what it gives is told each outcome. Troubles are written above the bar as they come."""
    console = console or Console(stderr=True)
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn(),
        TextColumn("{task.fields[failed]}"),
    )  # fmt: skip
    with Progress(*columns, console=console, transient=True) as bar:
        task, failed = bar.add_task("grading", total=total, failed=""), 0

        def tell(outcome: Outcome) -> None:
            nonlocal failed
            if outcome.trouble:
                failed += 1
                bar.console.print(f"{outcome.student}: {outcome.trouble}", markup=False, highlight=False)
            bar.update(task, advance=1, failed=f"{failed} not graded" if failed else "")

        yield tell
