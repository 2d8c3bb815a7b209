"""`python -m bench.explorers`: what a step of a slider costs, as it was and as it is, for every explorer of the course.

CPU time of this process, both in one run and in turn, so that another load on the machine weighs on both alike. "Before" is
how a picture was made until the kit came: laid out and drawn anew at 165 dots an inch, PNG. "After" is what the kit draws
while a slider moves; "at rest" is what follows when it has stopped.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib.util
import io
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # threads that wait for each other on a busy machine count as work

from autograder.explore import Explorer
from autograder.explore.style import style

TOP = Path(__file__).resolve().parents[1]
HALF = 0.5


def load(folder: Path) -> ModuleType:
    """A week's explore.py; what it imports from beside it comes from the same folder."""
    for name in ("checks", "explore", "kit"):
        sys.modules.pop(name, None)
    sys.path.insert(0, str(folder))
    spec = importlib.util.spec_from_file_location("explore", folder / "explore.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def solutions(folder: Path) -> dict[str, Any]:
    """The names of a week's notebook, with our solutions in it: explorers of the learner's functions need some."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for cell in json.loads((folder / f"{folder.name}.ipynb").read_text(encoding="utf-8"))["cells"]:
        if cell["metadata"].get("autograder", {}).get("role") in ("given", "answer", "studio", "try"):
            with contextlib.redirect_stdout(io.StringIO()):
                exec("".join(cell["source"]), names)
    return names


def explorers(folder: Path) -> Iterator[tuple[str, Explorer]]:
    """The explorers that a week's lesson shows and that have a slider, a list or a tick box."""
    load(folder)
    names = solutions(folder)
    for cell in json.loads((folder / f"{folder.name}.ipynb").read_text(encoding="utf-8"))["cells"]:
        if cell["metadata"].get("autograder", {}).get("role") == "show" and "explore." in "".join(cell["source"]):
            last = ast.parse("".join(cell["source"])).body[-1]
            shown = eval(compile(ast.Expression(last.value), cell["id"], "eval"), names) if isinstance(last, ast.Expr) else None
            if isinstance(shown, Explorer) and shown.controls:
                yield f"{folder.name[:6]} {shown.draw.__name__}", shown


def cost(run: Callable[[], Any]) -> float:
    """CPU milliseconds."""
    began = time.process_time()
    run()
    return 1000 * (time.process_time() - began)


def before(one: Explorer, at: tuple[int, ...]) -> None:
    """A picture as it was made."""
    with style():
        fig = one.draw(*one.mine, **one.values(at))
        fig.savefig(io.BytesIO(), format="png", dpi=fig.dpi * 1.5)


def measure(one: Explorer, steps: int) -> tuple[float, float, float]:
    """Medians over some steps of the first control: before, after, at rest."""
    many = len(one.controls[0].values)
    places = [((one.start[0] + k) % many, *one.start[1:]) for k in range(steps)]
    before(one, one.start)
    one.shot(one.start)
    one.shot(one.start, fine=False)
    taken = [
        (cost(lambda at=at: before(one, at)), cost(lambda at=at: one.shot(at, fine=False)), cost(lambda at=at: one.shot(at)))
        for at in places
    ]
    was, light, fine = (statistics.median(column) for column in zip(*taken, strict=True))
    return was, light, fine


def main() -> int:
    """Measure and print; 1 where the median explorer takes more than half of what it took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=12, help="steps of each explorer's first control")
    parser.add_argument("weeks", nargs="*", help="folders under source/; all by default")
    options = parser.parse_args()
    weeks = options.weeks or sorted(path.parent.name for path in (TOP / "source").glob("week*/week*.ipynb"))
    print("| explorer | before, CPU ms | while it moves | share | at rest |\n|---|---|---|---|---|")
    shares = []
    for week in weeks:
        for name, one in explorers(TOP / "source" / week):
            was, light, fine = measure(one, options.steps)
            shares.append(light / was)
            print(f"| {name} | {was:.0f} | {light:.0f} | {light / was:.2f} | {fine:.0f} |", flush=True)
    middle = statistics.median(shares)
    print(f"| **median of {len(shares)}** | | | **{middle:.2f}** | |")
    return int(middle > HALF)


if __name__ == "__main__":
    sys.exit(main())
