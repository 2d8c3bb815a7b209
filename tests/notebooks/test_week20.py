"""Week 20's games are held against Gymnasium: what is learnt on `reset` and `step` carries over."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

gymnasium = pytest.importorskip("gymnasium")
WEEK = Path(__file__).parents[2] / "notebooks" / "week20_qlearning"


@pytest.fixture(scope="module")
def checks() -> Iterator[ModuleType]:
    """The week's visible cases, where its games stand."""
    sys.path.insert(0, str(WEEK))
    sys.modules.pop("checks", None)
    try:
        yield importlib.import_module("checks")
    finally:
        sys.path.remove(str(WEEK))
        sys.modules.pop("checks", None)


def one_copy(game: Any) -> Any:
    """One copy of a game as an environment of Gymnasium, whose vector does the new beginnings.

    Our copy has begun anew within its step already, so the `reset` after an end only shows it.
    """

    class One(gymnasium.Env):  # type: ignore[misc]
        action_space = gymnasium.spaces.Discrete(game.num_actions)
        observation_space = gymnasium.spaces.Box(-3.0, 3.0, game.reset()[0].shape[1:], np.float32)
        fresh = False

        def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
            super().reset(seed=seed)
            if self.fresh and seed is None:
                self.fresh = False
                return game.look()[0], {}
            seen, info = game.reset(seed)
            return seen[0], info

        def step(self, action: int) -> Any:
            _, rewards, terminated, truncated, info = game.step(np.array([action]))
            self.fresh = bool(terminated[0] or truncated[0])
            return info["final_obs"][0], float(rewards[0]), bool(terminated[0]), bool(truncated[0]), {}

    return One()


def makers(checks: ModuleType) -> dict[str, Any]:
    """Games whose observations are pictures, with n copies, by name."""
    probes = {name: lambda n, seed, name=name: checks.Probe(name, n, seed) for name in checks.PROBES}
    return probes | {
        "catch": lambda n, seed: checks.Catch(n, seed, scramble=True),
        "orchard": lambda n, seed: checks.Orchard(n, seed, goal=4),
    }


NAMES = ["constant", "sight", "delay", "action", "both", "clock", "catch", "orchard"]


@pytest.mark.parametrize("name", NAMES)
def test_a_copy_is_an_environment(checks: ModuleType, name: str) -> None:
    from gymnasium.utils.env_checker import check_env

    check_env(one_copy(makers(checks)[name](1, 0)), skip_render_check=True)


@pytest.mark.parametrize("name", NAMES)
def test_copies_begin_anew_as_gymnasiums_do(checks: ModuleType, name: str) -> None:
    """Four copies with chance of their own, beside Gymnasium's vector of the same four: all that both say agrees."""
    make = makers(checks)[name]
    ours = [make(1, seed) for seed in range(4)]
    theirs = gymnasium.vector.SyncVectorEnv(
        [lambda seed=seed: one_copy(make(1, seed)) for seed in range(4)],
        autoreset_mode=gymnasium.vector.AutoresetMode.SAME_STEP,
    )
    seen, _ = theirs.reset(seed=7)
    assert np.array_equal(seen, np.concatenate([game.reset(7 + k)[0] for k, game in enumerate(ours)]))
    rng, ends = np.random.default_rng(1), 0
    for _ in range(150):
        actions = rng.integers(ours[0].num_actions, size=4)
        seen, rewards, terminated, truncated, info = theirs.step(actions)
        mine = [game.step(actions[k : k + 1]) for k, game in enumerate(ours)]
        for k, part in enumerate((seen, rewards, terminated, truncated)):
            assert np.array_equal(part, np.concatenate([one[k] for one in mine]))
        for k in np.flatnonzero(terminated | truncated):
            ends += 1
            assert np.array_equal(info["final_obs"][k], mine[k][4]["final_obs"][0])
        for k in np.flatnonzero(~(terminated | truncated)):
            assert np.array_equal(mine[k][4]["final_obs"], mine[k][0])
    assert ends > 3


@pytest.mark.parametrize("name", NAMES)
def test_many_copies_play_as_one_does(checks: ModuleType, name: str) -> None:
    """Shapes and types for n copies are those of one; both kinds of end come where the game has them."""
    game = makers(checks)[name](50, 3)
    seen, info = game.reset(5)
    again, _ = makers(checks)[name](50, 3).reset(5)
    assert info == {} and seen.dtype == np.float32 and np.array_equal(seen, again)
    over, cut = 0, 0
    for _ in range(100):
        now, rewards, terminated, truncated, info = game.step(np.ones(50, int))
        assert now.shape == info["final_obs"].shape == seen.shape and now.dtype == np.float32
        assert rewards.shape == terminated.shape == truncated.shape == (50,) and not np.any(terminated & truncated)
        over, cut = over + int(terminated.sum()), cut + int(truncated.sum())
    assert (over > 0) == (name != "clock") and (cut > 0) == (name in ("clock", "orchard"))


def test_a_step_that_cannot_be_made_says_so(checks: ModuleType) -> None:
    game = checks.Catch(3)
    game.reset()
    for actions in (np.array([0, 1]), np.array([0.0, 1.0, 2.0]), np.array([0, 1, 3])):
        with pytest.raises(ValueError, match=r"step wants 3 whole numbers|actions are 0"):
            game.step(actions)


def test_a_good_rule_that_sees_everything_earns_what_the_statement_says(checks: ModuleType) -> None:
    """Some 3.3 an episode in the orchard."""
    found = [checks.mean_return(game, lambda _, game=game: good_rule(game), 400) for game in orchards(checks)]
    assert 3.1 < np.mean(found) < 3.6


def orchards(checks: ModuleType) -> list[Any]:
    return [checks.Orchard(100, seed, goal=seed) for seed in range(3)]


def good_rule(game: Any) -> Any:
    """Go to the lower good fruit that can still be reached; step aside from a bad one about to land."""
    games, go, settled = np.arange(game.num_envs), np.zeros(game.num_envs, int), np.zeros(game.num_envs, bool)
    lands = [landing(game, 0), landing(game, 1)]
    for k in np.argsort(-game.row, axis=1).T:
        to = np.where(k, lands[1], lands[0])
        near = np.abs(to - game.basket) <= 9 - game.row[games, k]
        take = ~settled & near & (game.kind[games, k] == game.good)
        go[take], settled = np.sign(to - game.basket)[take], settled | take
    lower = game.row.argmax(axis=1)
    to = np.where(lower, lands[1], lands[0])
    bad = (game.kind[games, lower] != game.good) & (game.row[games, lower] == 8)
    bad &= np.clip(game.basket + go, 0, 9) == to
    go[bad] = np.where(go[bad] != 0, 0, np.where(game.basket[bad] > 0, -1, 1))
    return np.argsort(game.order)[go + 1]


def landing(game: Any, k: int) -> Any:
    """The column in which fruit k comes down."""
    row, column, way = (part[:, k].copy() for part in (game.row, game.column, game.way))
    for _ in range(9):
        falls = row < 9
        column = np.where(falls, column + way, column)
        row = row + falls
        out = (column < 0) | (column > 9)
        way = np.where(out, -way, way)
        column = np.where(out, column + 2 * way, column)
    return column
