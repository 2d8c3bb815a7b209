"""`python -m bench.forecasters`: the settings of week 15's four forecasters, and what they cost and reach.

Each forecaster gets a number of multiply-adds, for learning and forecasting together. Every candidate that stays within it is
tried on the part of a series that is set aside for choosing; the best one is then learnt anew and judged once on the last third.
The settings printed here stand in `CHOSEN` in the week's explore.py.
"""

from __future__ import annotations

import argparse
import itertools
import os
from collections.abc import Callable, Iterable
from typing import Any

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np

from bench.explorers import TOP, load, solutions

Settings = tuple[float, ...]


def candidates(week: Any, budget: int, learnt: int, runs: int) -> dict[str, list[Settings]]:
    """All settings within a budget of multiply-adds, by forecaster."""
    reservoirs: list[Settings] = [
        one
        for one in itertools.product(
            (8, 16, 25, 50, 80), (0.6, 0.9, 1.1), (0.3, 0.7, 1.0), (0.1, 0.3, 0.8), (0.01, 0.1, 1.0, 10.0)
        )
        if week.reservoir_work(one[0], learnt, runs) <= budget
    ]
    nets: list[Settings] = []
    for units, rows, rate, decay in itertools.product((4, 8, 12), (4, 16), (0.03, 0.1), (0.0, 1.0)):
        left = budget - week.net_work(units, 0, rows, runs)
        updates = min(300, int(left // week.net_work(units, 1, rows, 0)))
        if updates >= 10:
            nets.append((units, updates, rows, rate, decay))
    windows: dict[bool, list[Settings]] = {
        products: [
            (values, every, products, penalty)
            for values, every, penalty in itertools.product(
                (1, 2, 3, 4, 6, 8, 12, 16, 20, 24), (1, 2, 3), (0.01, 0.1, 1.0, 10.0, 100.0)
            )
            if (values - 1) * every < 50 and week.window_work(values, products, learnt, runs) <= budget
        ]
        for products in (True, False)
    }
    return {"reservoir": reservoirs, "net": nets, "products": windows[True], "line": windows[False]}


def forecasters(week: Any, own: dict[str, Any], kit: Any) -> dict[str, Callable[..., Any]]:
    """Each forecaster as a function (z, histories, seed, *settings) -> forecasts."""
    functions = tuple(own[name] for name in ("make_reservoir", "run_reservoir", "read_out", "free_run"))
    pieces = (kit.rnn_forward, kit.rnn_backward, kit.adam)

    def window(z: Any, histories: Any, _: int, *settings: Any) -> Any:
        return week.by_window(own["read_out"], z, histories, *settings)

    return {
        "reservoir": lambda *told: week.by_reservoir(functions, *told),
        "net": lambda *told: week.by_net(pieces, *told),
        "products": window,
        "line": window,
    }


def loss(week: Any, way: Callable[..., Any], told: Settings, part: tuple[Any, Any, Any], seeds: Iterable[int]) -> float:
    """The mean error over twelve steps and some seeds, learnt from the first and judged on the others of a part of a series."""
    z, histories, truth = part
    return float(np.mean([week.errors_of(way(z, histories, seed, *told), truth).mean() for seed in seeds]))


def main() -> None:
    """Choose, judge, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", nargs="*", default=["sunspots", "elnino"])
    parser.add_argument("--budgets", nargs="*", type=int, default=[3, 30], help="in millions")
    told = parser.parse_args()
    folder = TOP / "source" / "week15_reservoir"
    week, own = load(folder), solutions(folder)
    from kit import adam, rnn_backward, rnn_forward  # type: ignore[import-not-found]

    kit = type(
        "Kit",
        (),
        {"rnn_forward": staticmethod(rnn_forward), "rnn_backward": staticmethod(rnn_backward), "adam": staticmethod(adam)},
    )
    ways = forecasters(week, own, kit)
    np.seterr(over="ignore", invalid="ignore")
    for name, millions in itertools.product(told.series, told.budgets):
        z, histories, truth = week.stretches(name)
        some, heard, wanted = week.stretches(name, choosing=True)
        for way, tried in candidates(week, millions * week.MILLION, len(z), len(histories)).items():
            tries = 2 if way in ("reservoir", "net") else 1

            losses = [loss(week, ways[way], one, (some, heard, wanted), range(100, 100 + tries)) for one in tried]
            best = tried[int(np.nanargmin(losses))]
            found = [loss(week, ways[way], best, (z, histories, truth), [seed]) for seed in range(5 if tries > 1 else 1)]
            print(
                f"{name} {millions} {way}: {best}  chosen at {min(losses):.3f}  judged {np.mean(found):.3f} ({np.std(found):.3f})",
                flush=True,
            )


if __name__ == "__main__":
    main()
