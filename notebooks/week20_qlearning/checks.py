"""Visible cases of week 20, and its games: they travel with the release."""

import numpy as np

from autograder.cases import case, draws, exercise, expect, studio, studios

exercise("look_ahead")
exercise("q_table", names=("epsilon_greedy", "q_table"))
exercise("replay", names=("Replay",))
exercise("target", names=("td_targets", "td_gradient"))
exercise("dqn", names=("dqn", "q_values"), seconds=100)
exercise("orchard", names=("train", "act"), kind="studio", seconds=100)


# ------------------------------------------------------------------------------------------- games
class Games:
    """Copies of one game, played at once, with `reset` and `step` as Gymnasium's vector environments have them.

    A copy that has ended begins a new game within the same step; the picture in which it ended stands in
    `info["final_obs"]`. (Gymnasium: `AutoresetMode.SAME_STEP`.)

    Parameters
    ----------
    num_envs : int
        How many copies are played at once.
    seed : int or np.random.Generator
        The source of all chance.
    """

    num_actions = 3

    def __init__(self, num_envs, seed=0):
        self.num_envs, self.rng = num_envs, np.random.default_rng(seed)
        self.setup()

    def setup(self):
        """What is drawn once; nothing in most games."""

    def reset(self, seed=None):
        """Begin all games anew. Returns the observations (num_envs, …) and an empty `info`."""
        if seed is not None:
            self.rng = np.random.default_rng(seed)
        self.begin(np.ones(self.num_envs, bool))
        return self.look(), {}

    def step(self, actions):
        """One move in every game.

        Parameters
        ----------
        actions : array (num_envs,) of whole numbers

        Returns
        -------
        observations (num_envs, …), rewards (num_envs,), terminated, truncated (num_envs,), info
            `info["final_obs"]` holds the observations before any game began anew.
        """
        actions = np.asarray(actions)
        if actions.shape != (self.num_envs,) or actions.dtype.kind not in "iu":
            raise ValueError(f"step wants {self.num_envs} whole numbers; it got {actions.dtype} {actions.shape}")
        if actions.size and not 0 <= actions.min() <= actions.max() < self.num_actions:
            raise ValueError(f"actions are 0 … {self.num_actions - 1}; step got some from {actions.min()} to {actions.max()}")
        rewards, terminated, truncated = self.move(actions)
        final = self.look()
        ended = terminated | truncated
        self.begin(ended)
        return (self.look() if ended.any() else final.copy()), rewards, terminated, truncated, {"final_obs": final}


class Catch(Games):
    """A fruit falls straight down, 7 rows, 5 columns. The basket on the lowest row goes left, stays, or goes right.

    A caught fruit is worth 1, a missed one -1. The game ends when the fruit is down. Pictures have 35 pixels.

    Parameters
    ----------
    scramble : bool
        Whether pixels are shuffled and actions renumbered, once for all copies.
    """

    rows, columns = 7, 5

    def __init__(self, num_envs, seed=0, scramble=False):
        self.scramble = scramble
        super().__init__(num_envs, seed)

    def setup(self):
        self.row, self.column, self.basket = (np.zeros(self.num_envs, int) for _ in range(3))
        self.place, self.order = np.arange(self.rows * self.columns), np.arange(3)
        if self.scramble:
            self.place, self.order = self.rng.permutation(self.place), self.rng.permutation(self.order)

    def begin(self, those):
        count = int(those.sum())
        self.row[those], self.column[those] = 0, self.rng.integers(self.columns, size=count)
        self.basket[those] = self.rng.integers(self.columns, size=count)

    def board(self):
        """The pictures as boards (num_envs, 7, 5), never shuffled."""
        shown = np.zeros((self.num_envs, self.rows, self.columns), np.float32)
        games = np.arange(self.num_envs)
        shown[games, self.row, self.column] = 1
        shown[games, self.rows - 1, self.basket] -= 0.5
        return shown

    def look(self):
        return self.board().reshape(self.num_envs, -1)[:, self.place]

    def move(self, actions):
        self.basket = np.clip(self.basket + self.order[actions] - 1, 0, self.columns - 1)
        self.row += 1
        down = self.row == self.rows - 1
        rewards = np.where(down, np.where(self.column == self.basket, 1, -1), 0).astype(np.float32)
        return rewards, down, np.zeros(self.num_envs, bool)


class Orchard(Games):
    """Two fruits in the air, 10 rows, 10 columns. Fruits are light or dark; one kind is worth 1 and the other -1.

    The kind that pays drifts to one side, the other drifts or falls straight. At the walls a fruit turns round. A game is
    over after 8 fruits. A clock cuts a game at any step with probability 0.003. Which kind pays, whether the other drifts,
    where each pixel lies and what each action means is drawn once for all copies. Pictures have 100 pixels.

    Parameters
    ----------
    goal : int
        The seed of all that is drawn once.
    """

    side, fruits, cut = 10, 8, 0.003

    def __init__(self, num_envs, seed=0, goal=0, scramble=True):
        self.goal, self.scramble = goal, scramble
        super().__init__(num_envs, seed)

    def setup(self):
        once = np.random.default_rng(self.goal)
        self.good = int(once.integers(2))
        self.order, self.place = once.permutation(3), once.permutation(100)
        self.drift = np.array([1, 1])
        self.drift[1 - self.good] = once.integers(2)  # what pays always drifts: falling straight, it would be too easy
        if not self.scramble:
            self.order, self.place = np.arange(3), np.arange(100)
        self.row, self.column, self.way, self.kind = (np.zeros((self.num_envs, 2), int) for _ in range(4))
        self.basket, self.left = np.zeros(self.num_envs, int), np.zeros(self.num_envs, int)

    def fall(self, those):
        """New fruits at the top for those (num_envs, 2)."""
        count = int(those.sum())
        self.row[those], self.column[those] = 0, self.rng.integers(10, size=count)
        self.kind[those] = self.rng.integers(2, size=count)
        self.way[those] = self.drift[self.kind[those]] * self.rng.choice([-1, 1], count)

    def begin(self, those):
        count = int(those.sum())
        if not count:
            return
        self.fall(np.repeat(those[:, None], 2, axis=1))
        self.row[those, 1] = self.rng.integers(3, 7, count)
        self.basket[those] = self.rng.integers(10, size=count)
        self.left[those] = self.fruits

    def board(self):
        """The pictures as boards (num_envs, 10, 10), never shuffled."""
        shown = np.zeros((self.num_envs, 10, 10), np.float32)
        games = np.arange(self.num_envs)
        for k in (0, 1):
            sign = np.where(self.kind[:, k], 1, -1)
            shown[games, self.row[:, k], self.column[:, k]] += sign
            above = np.maximum(self.row[:, k] - 1, 0), np.clip(self.column[:, k] - self.way[:, k], 0, 9)
            shown[games, *above] += 0.5 * sign * (self.row[:, k] > 0)
        shown[games, 9, self.basket] += 2
        return shown

    def look(self):
        return self.board().reshape(self.num_envs, 100)[:, self.place]

    def move(self, actions):
        self.basket = np.clip(self.basket + self.order[actions] - 1, 0, 9)
        self.row += 1
        self.column += self.way
        out = (self.column < 0) | (self.column > 9)
        self.way[out] *= -1
        self.column[out] += 2 * self.way[out]
        down = self.row == 9
        caught = down & (self.column == self.basket[:, None])
        rewards = (caught * np.where(self.kind == self.good, 1, -1)).sum(axis=1).astype(np.float32)
        self.left = self.left - down.sum(axis=1)
        terminated = self.left <= 0
        truncated = (self.rng.random(self.num_envs) < self.cut) & ~terminated
        self.fall(down & ~(terminated | truncated)[:, None])
        return rewards, terminated, truncated


class Table(Games):
    """A game whose states are seen as whole numbers, from its book of rules.

    Parameters
    ----------
    P, R, terminal : arrays (S, A, S), (S, A), (S,)
        Chances of the next state, mean rewards, and whether a state ends the game.
    noise : float
        Standard deviation of the rewards.
    cut : float
        The chance that the clock cuts an episode, at each step.
    starts : list of int, optional
        The states in which episodes begin; all that are not terminal, unless told.
    """

    def __init__(self, P, R, terminal, num_envs, seed=0, noise=0.0, cut=0.0, starts=None):
        self.P, self.R, self.terminal, self.noise, self.cut = P, R, terminal, noise, cut
        self.num_actions = R.shape[1]
        self.starts = np.flatnonzero(~terminal) if starts is None else np.array(starts)
        super().__init__(num_envs, seed)

    def setup(self):
        self.state = np.zeros(self.num_envs, int)

    def begin(self, those):
        self.state[those] = self.rng.choice(self.starts, size=int(those.sum()))

    def look(self):
        return self.state.copy()

    def move(self, actions):
        rewards = self.R[self.state, actions] + self.noise * self.rng.standard_normal(self.num_envs)
        reached = np.cumsum(self.P[self.state, actions], axis=1)
        self.state = np.sum(self.rng.random((self.num_envs, 1)) * reached[:, -1:] >= reached, axis=1)
        terminated = self.terminal[self.state]
        return rewards, terminated, (self.rng.random(self.num_envs) < self.cut) & ~terminated


class Probe(Games):
    """A game of one or two pictures (x, 1) whose values are known: see the table in the lesson."""

    num_actions = 2

    def __init__(self, name, num_envs, seed=0):
        self.name = name
        super().__init__(num_envs, seed)

    def setup(self):
        self.x = np.zeros(self.num_envs, np.float32)

    def begin(self, those):
        self.x[those] = self.rng.choice([-1, 1], size=int(those.sum())) if self.name in ("sight", "both") else 0

    def look(self):
        return np.stack([self.x, np.ones_like(self.x)], axis=1)

    def move(self, actions):
        yes, no = np.ones(self.num_envs, bool), np.zeros(self.num_envs, bool)
        if self.name == "delay":
            rewards, over = self.x.copy(), self.x == 1
            self.x = np.ones_like(self.x)
            return rewards, over, no
        if self.name == "clock":
            return np.ones_like(self.x), no, self.rng.random(self.num_envs) < 0.2
        sign = 2 * actions - 1
        rewards = {"constant": 1, "sight": self.x, "action": sign, "both": sign * self.x}[self.name]
        return np.broadcast_to(np.asarray(rewards, np.float32), self.num_envs).copy(), yes, no


PROBES = {  # pictures, and the values that belong to them
    "constant": ([[0, 1]], [[1, 1]]),
    "sight": ([[-1, 1], [1, 1]], [[-1, -1], [1, 1]]),
    "delay": ([[0, 1], [1, 1]], [[0.9, 0.9], [1, 1]]),
    "action": ([[0, 1]], [[-1, 1]]),
    "both": ([[-1, 1], [1, 1]], [[1, -1], [-1, 1]]),
    "clock": ([[0, 1]], [[10, 10]]),
}


def new_game(name, num_envs, seed=0, goal=0):
    """A game by its name: "catch", "orchard", or a probe's name."""
    if name == "catch":
        return Catch(num_envs, seed)
    if name == "orchard":
        return Orchard(num_envs, seed, goal)
    if name in PROBES:
        return Probe(name, num_envs, seed)
    raise ValueError(f"there is no game {name!r}: take 'catch', 'orchard' or one of {', '.join(PROBES)}")


class Lent:
    """A game as a pair of functions, `reset` and `step`, whose calls are counted and bounded.

    Parameters
    ----------
    game : Games
    at_most : int
        How many steps may be made; the next one is an error in the learner's line.
    """

    def __init__(self, game, at_most):
        self.resets = self.steps = 0

        def reset():
            self.resets += 1
            return game.reset()

        def step(actions):
            self.steps += 1
            if self.steps > at_most:
                raise RuntimeError(f"the game may be played for {at_most} steps of {game.num_envs} copies, and no longer")
            return game.step(actions)

        self.reset, self.step = reset, step


# ------------------------------------------------------------------------------------------- look_ahead
def some_rules(states, actions, rng, ends=1):
    """A random book of rules; the last `ends` states are terminal."""
    P = rng.dirichlet(np.full(states, 0.5), size=(states, actions))
    terminal = np.arange(states) >= states - ends
    return P, rng.uniform(-1, 1, size=(states, actions)), terminal


def best_return(s, moves, rules, gamma):
    """The best mean return of a player in state s who has so many moves, by trying all of them."""
    _, R, terminal = rules
    if moves == 0 or terminal[s]:
        return 0.0
    return max(return_after(s, a, moves, rules, gamma) for a in range(R.shape[1]))


def return_after(s, a, moves, rules, gamma):
    """The same after a first move a."""
    P, R, terminal = rules
    if terminal[s]:
        return 0.0
    total = R[s, a]
    for after, chance in enumerate(P[s, a]):
        total += gamma * chance * best_return(after, moves - 1, rules, gamma)
    return total


def table_of(look_ahead, Q, rules, gamma):
    """Her table, as a plain array of the right shape."""
    return expect.array(look_ahead(Q, *rules, gamma), shape=rules[1].shape, finite=True, what="`look_ahead`")


RULES = {
    "states": draws.integers(2, 4),
    "actions": draws.integers(1, 3),
    "moves": draws.integers(1, 3),
    "gamma": draws.sampled([0.9, 0.5, 1.0]),
    "seed": draws.seeds(),
}


@case("look_ahead", "k looks from zeros are the best mean return of k moves", weight=3, draws=RULES, fresh=50)
def as_if_tried(look_ahead, states, actions, moves, gamma, seed):
    rules = some_rules(states, actions, np.random.default_rng(seed))
    Q = np.zeros((states, actions))
    for _ in range(moves):
        Q = table_of(look_ahead, Q, rules, gamma)
    want = [[return_after(s, a, moves, rules, gamma) for a in range(actions)] for s in range(states)]
    call = f"{states} states (the last is terminal), {actions} actions, γ = {gamma}, {moves} looks"
    expect.close(Q, np.array(want), what=f"{call}: the table")


@case("look_ahead", "whatever stands in a terminal state's rows, nothing changes", weight=2, draws=RULES)
def rows_that_mean_nothing(look_ahead, states, actions, moves, gamma, seed):
    rng = np.random.default_rng(seed)
    P, R, terminal = some_rules(states, actions, rng, ends=1 + moves % 2 if states > 2 else 1)
    Q = rng.normal(size=(states, actions))
    Q[terminal], P[terminal], R[terminal] = 0, 0, 0
    want = np.zeros((states, actions))
    for s in np.flatnonzero(~terminal):
        for a in range(actions):
            ahead = [chance * max(Q[after]) for after, chance in enumerate(P[s, a]) if not terminal[after]]
            want[s, a] = R[s, a] + gamma * sum(ahead)
    for filling in (0.0, 7.0, -np.inf, np.nan):
        Q[terminal], P[terminal], R[terminal] = filling, filling, filling
        with np.errstate(invalid="ignore"):
            got = table_of(look_ahead, Q, (P, R, terminal), gamma)
        expect.close(got, want, what=f"{filling} in all rows of the {terminal.sum()} terminal of {states} states: the table")


@case("look_ahead", "the statement's example, and γ = 1 on a game that ends")
def the_example(look_ahead):
    P, R, terminal = np.array([[[1.0, 0], [0, 1]], [[0, 1], [0, 1]]]), np.array([[1.0, 5], [0, 0]]), np.array([False, True])
    Q = np.zeros((2, 2))
    for want in ([1, 5], [3.5, 5], [3.5, 5]):
        Q = table_of(look_ahead, Q, (P, R, terminal), 0.5)
        expect.close(Q, np.array([want, [0, 0]]), what="the statement's example: the table", reveal=True)
    S = 6  # a corridor: each step costs 1
    P = np.zeros((S, 1, S))
    P[np.arange(S - 1), 0, np.arange(1, S)] = 1
    P[-1, 0, 0] = 1
    Q, R = np.zeros((S, 1)), -np.ones((S, 1))
    for _ in range(S + 3):
        Q = table_of(look_ahead, Q, (P, R, np.arange(S) == S - 1), 1.0)
    expect.close(Q[:, 0], np.arange(S) - S + 1.0, what="6 states in a row, each step costs 1, γ = 1: after 9 looks the table")


@case("look_ahead", "two tables come closer, at least by the factor γ", side=True, draws=RULES)
def closer(look_ahead, states, actions, moves, gamma, seed):
    rng = np.random.default_rng(seed)
    rules = some_rules(states, actions, rng)
    one, other = rng.normal(size=(2, states, actions)) * 3
    left = np.abs(table_of(look_ahead, one, rules, gamma) - table_of(look_ahead, other, rules, gamma)).max()
    apart = np.abs(one - other)[~rules[2]].max()
    expect.that(left <= gamma * apart + 1e-9, f"γ = {gamma}: tables {apart:.3g} apart are {left:.3g} apart after a look")


@case("look_ahead", "float32 stays float32, whole numbers are taken, and all stays as it was", side=True)
def look_house(look_ahead):
    rng = np.random.default_rng(1)
    P, R, terminal = some_rules(4, 3, rng, ends=2)
    Q = rng.normal(size=(4, 3))
    expect.pure(
        lambda Q, P, R, terminal: look_ahead(Q, P, R, terminal, 0.9), Q, P, R, terminal, names=("Q", "P", "R", "terminal")
    )
    small = look_ahead(*(part.astype(np.float32) for part in (Q, P, R)), terminal, 0.9)
    expect.dtype(expect.array(small, shape=(4, 3), what="`look_ahead`"), np.float32, what="`look_ahead`")
    whole = np.array([[1, 3], [7, 7]]), np.array([[[1, 0], [0, 1]], [[0, 1], [0, 1]]]), np.array([[1, 5], [2, 2]])
    got = expect.array(look_ahead(*whole, np.array([False, True]), 0.5), shape=(2, 2), what="`look_ahead`")
    expect.close(got, np.array([[2.5, 5], [0, 0]]), what="whole numbers in all tables: the table")


# ------------------------------------------------------------------------------------------- q_table
def chosen_by(epsilon_greedy, Q, epsilon, rng):
    """Her actions, as whole numbers in range."""
    got = expect.array(epsilon_greedy(Q, epsilon, rng), shape=(len(Q),), what="`epsilon_greedy`")
    expect.that(got.dtype.kind in "iu", f"`epsilon_greedy` returned {got.dtype}; actions are whole numbers")
    expect.that(np.all((got >= 0) & (got < Q.shape[1])), f"`epsilon_greedy` returned other actions than 0 … {Q.shape[1] - 1}")
    return got.astype(int)


# Eight shares and six tables of counts, each within a chance of 1e-8.
@case("q_table", "actions come as often as ε says, and equally good ones equally often", weight=2, false_alarm=1e-6, fresh=50)
def as_often_as(epsilon_greedy, rng):
    for epsilon in (0.0, 0.3, 1.0):
        Q = np.tile([0.5, -1.0, 2.0, 1.0], (4000, 1))
        got = chosen_by(epsilon_greedy, Q, epsilon, rng)
        chances = np.full(4, epsilon / 4) + np.array([0, 0, 1 - epsilon, 0])
        expect.counts(np.bincount(got, minlength=4), chances, f"ε = {epsilon}, the values are (0.5, -1, 2, 1)", 1e-8)
        Q = np.tile([0.0, 2.0, 2.0], (4000, 1))
        got = chosen_by(epsilon_greedy, Q, epsilon, rng)
        chances = np.array([epsilon / 3, 0.5 - epsilon / 6, 0.5 - epsilon / 6])
        expect.counts(np.bincount(got, minlength=3), chances, f"ε = {epsilon}, the values are (0, 2, 2)", 1e-8)
    pairs = np.array([chosen_by(epsilon_greedy, np.array([[1.0, 0.0], [1.0, 0.0]]), 1.0, rng) for _ in range(600)])
    expect.share(int(np.sum(pairs[:, 0] == pairs[:, 1])), 600, 0.5, "ε = 1, two rows, two actions: both the same", 1e-8)
    two_rows = np.array([[9.0, 0, 0, 0, 0, 0, 0, 0]] * 2)
    coins = np.array([chosen_by(epsilon_greedy, two_rows, 0.5, rng) for _ in range(600)]) > 0
    both = 600 * 0.4375**2
    expect.share(
        int(np.sum(coins.all(axis=1))), 600, 0.4375**2, f"ε = 0.5, two rows: both off the best one, some {both:.0f} in 600", 1e-8
    )


@case(
    "q_table",
    "each row has its own best action",
    draws={"games": draws.integers(1, 6), "actions": draws.integers(1, 4), "seed": draws.seeds()},
)
def row_by_row(epsilon_greedy, games, actions, seed):
    rng = np.random.default_rng(seed)
    gap = (1.0, 1e-3, 1e-6)[seed % 3]  # the best one counts, by however little it is better
    Q = rng.permuted(np.tile(np.arange(actions) * gap - 5.0, (games, 1)), axis=1)
    got = chosen_by(epsilon_greedy, Q, 0.0, rng)
    expect.that(
        np.all(Q[np.arange(games), got] == Q.max(axis=1)), f"ε = 0, {games} games: {got.tolist()} are not the best actions"
    )


@case("q_table", "`epsilon_greedy` leaves Q as it was, takes no game and whole numbers, and draws from `rng` alone", side=True)
def greedy_house(epsilon_greedy):
    Q = np.random.default_rng(2).normal(size=(5, 3))
    expect.pure(lambda Q: epsilon_greedy(Q, 0.5, np.random.default_rng(3)), Q, names=("Q",))
    chosen_by(epsilon_greedy, np.zeros((0, 3)), 0.5, np.random.default_rng(4))
    expect.that(
        chosen_by(epsilon_greedy, np.array([[1, 4, 2]]), 0.0, np.random.default_rng(4))[0] == 1, "values (1, 4, 2), ε = 0"
    )
    expect.repeatable(lambda rng: chosen_by(epsilon_greedy, np.zeros((30, 3)), 0.5, rng), 5, what="`epsilon_greedy`")


def true_values(P, R, terminal, gamma):
    """The action values of a book of rules, by policies that get better until they stay the same."""
    states, policy = np.arange(len(R)), np.zeros(len(R), int)
    going = np.where(terminal, 0.0, 1.0)
    while True:
        v = np.linalg.solve(np.eye(len(R)) - gamma * going[:, None] * P[states, policy], going * R[states, policy])
        Q = going[:, None] * (R + gamma * np.einsum("sat,t->sa", P, going * v))
        better = Q.argmax(axis=1)
        if np.all(Q[states, better] <= Q[states, policy] + 1e-12):
            return Q
        policy = better


def learnt(q_table, game, steps, gamma, seed=0):
    """Her table of a game, and the pair of functions with its counts."""
    lent = Lent(game, steps)
    S, A = game.R.shape
    lent.tried = np.zeros((S, A), int)

    def step(actions):
        states = game.state.copy()
        shown = lent.step(actions)
        np.add.at(lent.tried, (states, actions), 1)
        return shown

    rng = seed if isinstance(seed, np.random.Generator) else np.random.default_rng([seed, 1])  # not the game's own stream
    Q = q_table(lent.reset, step, S, A, steps, gamma, rng)
    return expect.array(Q, shape=(S, A), finite=True, what="`q_table`"), lent


def near(Q, want, what, lent, within=0.15):
    """Each entry is close enough."""
    s, a = np.unravel_index(np.argmax(np.abs(Q - want)), want.shape)
    tried, moves = lent.tried[s, a], lent.tried.sum()
    rarely = " (what is tried rarely is the least certain)" if tried < moves / want.size / 2 else ""
    expect.that(
        np.abs(Q - want).max() <= within,
        f"{what}: for state {s} and action {a} your table says {Q[s, a]:.2f}, and the best mean return is "
        f"{want[s, a]:.2f}; it was tried {tried} times in {moves} moves{rarely}",
    )


LEARNT = {
    "states": draws.integers(2, 5),
    "actions": draws.integers(1, 3),
    "gamma": draws.sampled([0.8, 0.5]),
    "seed": draws.integers(0, 500),
}


@case(
    "q_table", "it finds the values of the best play in games of chance", weight=3, draws=LEARNT, examples=3, fresh=10, seconds=60
)
def best_play(q_table, states, actions, gamma, seed):
    rng = np.random.default_rng(seed)
    P = rng.dirichlet(np.full(states, 0.5), size=(states, actions))
    P = (P + 0.3 / states) / 1.3  # every state is met now and then
    R, terminal = rng.uniform(-1, 1, size=(states, actions)), np.arange(states) == states - 1
    Q, lent = learnt(q_table, Table(P, R, terminal, 16, seed, noise=0.3, cut=0.05), 2000, gamma, seed)
    near(Q, true_values(P, R, terminal, gamma), f"{states} states, the last ends the game, γ = {gamma}, seed {seed}", lent)


@case("q_table", "what would have followed a cut counts", weight=2, fresh=10, seconds=60)
def after_a_cut(q_table):
    P, R = np.zeros((2, 2, 2)), np.array([[0.0, 0.0], [1.0, 1.0]])
    P[:, :, 1] = 1  # from 0 to 1, and there it stays
    terminal = np.zeros(2, bool)
    Q, lent = learnt(q_table, Table(P, R, terminal, 16, 1, cut=0.3, starts=[0]), 2000, 0.5)
    said = "state 0 leads to state 1, which pays 1 for ever; a clock cuts three steps in ten, and episodes begin in 0"
    near(Q, true_values(P, R, terminal, 0.5), said, lent)


@case("q_table", "it learns what the best player would get, not one who stumbles", fresh=10, seconds=60)
def without_stumbling(q_table):
    P, R = np.zeros((3, 3, 3)), np.array([[0.4, 0.0, 0.0], [1.0, -1.0, -1.0], [0.0, 0.0, 0.0]])
    P[:, :, 2] = 1
    P[0, 1:] = [0, 1, 0]
    terminal = np.array([False, False, True])
    Q, lent = learnt(q_table, Table(P, R, terminal, 16, 2, starts=[0]), 2000, 0.8)
    near(Q, true_values(P, R, terminal, 0.8), "one step from a cliff", lent)


@case("q_table", "`reset` is called once, `step` at most `steps` times, and chance comes from `rng`", side=True)
def table_house(q_table):
    def game():
        rules = some_rules(3, 2, np.random.default_rng(6))
        return Table(*rules, 4, 7, noise=0.5)

    for steps in (1, 40):
        _, lent = learnt(q_table, game(), steps, 0.5)
        expect.that(lent.resets == 1, f"`reset` was called {lent.resets} times")
    expect.repeatable(lambda rng: learnt(q_table, game(), 30, 0.5, rng)[0], 8, what="`q_table`")


# ------------------------------------------------------------------------------------------- replay
class Diary:
    """Random steps of n games, with all that happened: what a memory is asked about.

    The reward of a move is its number, so that a drawn move can be found again.
    """

    def __init__(self, games, pixels, rng, kind=np.float32, ending=0.3):
        self.games, self.pixels, self.rng, self.kind, self.ending = games, pixels, rng, kind, ending
        self.moves, self.now = [], self.pictures()
        self.begun = np.zeros(games, int)

    def pictures(self):
        return self.rng.integers(1, 200, size=(self.games, self.pixels)).astype(self.kind)

    def step(self):
        """The arguments of `add` for one more step."""
        t, n = len(self.moves), self.games
        ends = self.rng.random(n) < self.ending
        terminated = ends & (self.rng.random(n) < 0.5)
        after = self.pictures()
        rewards = (np.arange(n) + t * n).astype(np.float32)
        move = self.now, self.rng.integers(4, size=n), rewards, after, terminated, ends & ~terminated
        self.moves.append((*move, self.begun.copy()))
        self.now = np.where(ends[:, None], self.pictures(), after)
        self.begun = np.where(ends, t + 1, self.begun)
        return tuple(part.copy() for part in move)

    def stack(self, number, size, held):
        """The stack of move `number`, and the rows of it that may also be zeros, since they are held no longer."""
        t, i = divmod(number, self.games)
        begun, rows, free = self.moves[t][6][i], [], []
        for at in range(t - size + 1, t + 1):
            rows.append(self.moves[at][0][i] if at >= begun else np.zeros(self.pixels, self.kind))
            free.append(begun <= at < len(self.moves) - held)
        return np.array(rows), np.array(free)


def filled(Replay, room, stack, diary, steps, reused=False):
    """Her memory after so many steps; `reused`: of games that fill their arrays anew at each step."""
    memory = Replay(room, stack)
    for _ in range(steps):
        handed = diary.step()
        memory.add(*handed)
        for part in handed if reused else ():
            part[...] = 0
    return memory


def drawn_from(memory, count, diary, stack, rng):
    """Her sample, as plain arrays of the right shapes."""
    got = memory.sample(count, rng)
    expect.that(len(got) == 5, f"`sample` should return five arrays, and returned {len(got)}")
    shapes = (count, stack, diary.pixels), (count,), (count,), (count, stack, diary.pixels), (count,)
    names = "states", "actions", "rewards", "next_states", "terminated"
    return [
        expect.array(part, shape=shape, what=f"`sample`: {name}") for part, shape, name in zip(got, shapes, names, strict=True)
    ]


FILLED = {
    "games": draws.integers(1, 3),
    "room": draws.integers(1, 5),
    "steps": draws.integers(1, 13),
    "seed": draws.seeds(),
}


# At most 15 moves are held; 600 draws miss one of them with a chance below 15 (14/15)^600 < 2e-17.
@case("replay", "the newest `room` steps are held, all their moves and no others", weight=2, draws=FILLED)
def the_newest(Replay, games, room, steps, seed):
    diary = Diary(games, 2, np.random.default_rng(seed))
    memory = filled(Replay, room, 1, diary, steps)
    held = min(room, steps) * games
    said = f"room for {room} steps of {games} games, {steps} added"
    expect.that(len(memory) == held, f"{said}: len(memory) is {len(memory)}, and {held} moves are to be held")
    numbers = set(drawn_from(memory, 600, diary, 1, np.random.default_rng(seed))[2].astype(int).tolist())
    wanted = set(range(steps * games - held, steps * games))
    expect.that(not numbers - wanted, f"{said}: moves were drawn that are held no longer: {sorted(numbers - wanted)[:5]}")
    expect.that(not wanted - numbers, f"{said}: some moves never came in 600: {sorted(wanted - numbers)[:5]}")


def each_as_it_was(Replay, games, room, steps, stack, seed, kind=np.float32, reused=False):
    """All parts of all drawn moves belong together."""
    diary = Diary(games, 2, np.random.default_rng(seed), kind)
    memory = filled(Replay, room, stack, diary, steps, reused)
    said = f"room for {room} steps of {games} games, {steps} added, stack {stack}"
    said += ", and the arrays that were handed in have changed since" if reused else ""
    parts = drawn_from(memory, 40, diary, stack, np.random.default_rng(seed))
    for states, action, reward, next_states, over in zip(*parts, strict=True):
        number = int(reward)
        expect.that(0 <= number < steps * games and number == reward, f"{said}: a reward {reward:g} was drawn that nobody added")
        t, i = divmod(number, games)
        move, where = diary.moves[t], f"{said}; the move of step {t} (from 0), game {i}"
        want, free = diary.stack(number, stack, min(room, steps))
        expect.that(action == move[1][i], f"{where}: the action is {action}, and {move[1][i]} was taken")
        expect.that(bool(over) == bool(move[4][i]), f"{where}: `terminated` is {bool(over)}, and it was {bool(move[4][i])}")
        told(states, want, free, f"{where}: the state")
        told(next_states, np.vstack([want[1:], move[3][i][None]]), np.append(free[1:], False), f"{where}: the next state")


def told(got, want, free, where):
    """Row by row of a stack, the oldest first."""
    for k, (row, real) in enumerate(zip(got, want, strict=True)):
        right = np.array_equal(row, real) or (free[k] and not np.any(row))
        place = f"picture {k - len(want) + 1} (0 is the newest)"
        is_ = "zeros, since the episode had not begun" if not np.any(real) else f"{real.tolist()}"
        expect.that(right, f"{where}: {place} is {row.tolist()}, and should be {is_}")


@case("replay", "state, action, reward, next state and `terminated` belong to one move", weight=2, draws=FILLED)
def together(Replay, games, room, steps, seed):
    each_as_it_was(Replay, games, room, steps, 1, seed)


@case(
    "replay", "a stack holds pictures of one episode only, oldest first", weight=3, draws=FILLED | {"stack": draws.integers(2, 4)}
)
def one_episode(Replay, games, room, steps, stack, seed):
    each_as_it_was(Replay, games, room + 3, steps, stack, seed)


# 20 moves, one table of counts.
@case("replay", "all moves that are held are equally likely", false_alarm=1e-7, fresh=50)
def equally_likely(Replay, rng):
    diary = Diary(2, 1, np.random.default_rng(9))
    memory = filled(Replay, 10, 2, diary, 13)
    numbers = drawn_from(memory, 4000, diary, 2, rng)[2].astype(int) - 6
    inside = numbers[(numbers >= 0) & (numbers < 20)]
    expect.that(len(inside) == 4000, "moves were drawn that are held no longer")
    expect.counts(np.bincount(inside, minlength=20), np.full(20, 1 / 20), "20 moves are held, and 4,000 were drawn")


@case("replay", "pictures keep their type, and what is handed in stays as it was", side=True)
def as_it_was_added(Replay):
    for kind in (np.uint8, np.float32, np.float64):
        each_as_it_was(Replay, 2, 4, 7, 2, 11, kind)
        diary = Diary(2, 2, np.random.default_rng(12), kind)
        memory = filled(Replay, 4, 2, diary, 6)
        parts = drawn_from(memory, 5, diary, 2, np.random.default_rng(0))
        for part, name in ((parts[0], "the states"), (parts[3], "the next states")):
            expect.dtype(part, kind, what=f"`sample`, pictures of type {np.dtype(kind)}: {name}")
    each_as_it_was(Replay, 2, 4, 7, 2, 17, reused=True)
    diary = Diary(2, 2, np.random.default_rng(13))
    memory = Replay(4, 2)
    for _ in range(3):
        handed = diary.step()
        expect.handing_back(memory.add)(*handed)
        for part, real in zip(handed, diary.moves[-1], strict=False):
            expect.unchanged(part, real, "what was handed to `add`")


@case("replay", "two memories know nothing of each other, and chance comes from `rng` alone", side=True)
def each_its_own(Replay):
    diary, other = Diary(1, 2, np.random.default_rng(14)), Diary(3, 2, np.random.default_rng(15))
    memory, second = Replay(3, 2), Replay(6, 1)
    expect.that(len(memory) == 0, f"a new memory holds {len(memory)} moves")
    for _ in range(4):
        memory.add(*diary.step())
        second.add(*other.step())
    expect.that(len(memory) == 3 and len(second) == 12, f"two memories hold {len(memory)} and {len(second)} moves, not 3 and 12")
    drawn_from(memory, 4, diary, 2, np.random.default_rng(0))
    drawn_from(second, 5, other, 1, np.random.default_rng(0))
    expect.repeatable(lambda rng: drawn_from(second, 30, other, 1, rng)[2], 16, what="`sample`")


# ------------------------------------------------------------------------------------------- target
def targets_of(td_targets, rewards, *rest):
    """Her targets, as a plain array."""
    return expect.array(td_targets(rewards, *rest), shape=(len(rewards),), finite=True, what="`td_targets`")


BATCH = {
    "moves": draws.integers(1, 6),
    "actions": draws.integers(1, 4),
    "gamma": draws.sampled([0.9, 0.5, 1.0, 0.0]),
    "seed": draws.seeds(),
}


def a_batch(moves, actions, seed):
    """Rewards, what the frozen copy and the net of now say, and which moves ended a game."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=moves), rng.normal(size=(moves, actions)), rng.normal(size=(moves, actions)), rng.random(moves) < 0.4


def by_loops(rewards, next_q, by, over, gamma):
    """What each move has shown; `by` says which action is best."""
    shown = np.array(rewards)
    for k, row in enumerate(next_q):
        if not over[k]:
            shown[k] += gamma * row[max(range(len(row)), key=by[k].__getitem__)]
    return shown


@case("target", "a move has shown its reward and the worth of what follows, plain and double", weight=3, draws=BATCH)
def move_by_move(td_targets, moves, actions, gamma, seed):
    rewards, next_q, choosing, over = a_batch(moves, actions, seed)
    plain, double = (by_loops(rewards, next_q, by, over, gamma) for by in (next_q, choosing))
    said = f"{moves} moves, {actions} actions, γ = {gamma}"
    expect.close(targets_of(td_targets, rewards, next_q, over, gamma), plain, what=f"{said}: the plain targets")
    expect.close(targets_of(td_targets, rewards, next_q, over, gamma, choosing), double, what=f"{said}: the double targets")


@case("target", "where the game is over, nan and infinity in the next values do no harm", weight=2, draws=BATCH)
def nothing_leaks(td_targets, moves, actions, gamma, seed):
    rewards, next_q, choosing, over = a_batch(moves, actions, seed)
    over[seed % moves] = True
    wanted, wanted_double = (by_loops(rewards, next_q, by, over, gamma) for by in (next_q, choosing))
    for bad in (np.nan, np.inf, -np.inf):
        next_q[over], choosing[over] = bad, bad
        said = f"{bad} in the next values where the game is over"
        with np.errstate(invalid="ignore"):
            plain, double = td_targets(rewards, next_q, over, gamma), td_targets(rewards, next_q, over, gamma, choosing)
        for got, want, which in ((plain, wanted, "plain"), (double, wanted_double, "double")):
            got = expect.array(got, shape=(moves,), what="`td_targets`")
            expect.close(got[over], rewards[over], what=f"{said}: the {which} targets of these moves are their rewards; they")
            expect.close(got, want, what=f"{said}: the {which} targets")


@case("target", "the statement's example")
def example_targets(td_targets):
    rewards, next_q, choosing = np.array([1.0]), np.array([[3.0, 5.0]]), np.array([[2.0, 1.0]])
    for over, want, more in ((False, 5.5, ()), (False, 3.7, (choosing,)), (True, 1.0, ()), (True, 1.0, (choosing,))):
        got = targets_of(td_targets, rewards, next_q, np.array([over]), 0.9, *more)
        expect.close(got, np.array([want]), what=f"terminated {over}, {'double' if more else 'plain'}: the target", reveal=True)


# The mean of 4,000 targets has a standard deviation of 0.016 (double) and 0.01 (plain, around 1.16): 0.1 lies six of them off.
@case("target", "on pure noise plain targets are too high, and double ones are not", side=True, false_alarm=1e-8)
def winners_curse(td_targets, rng):
    noise, other = rng.normal(size=(2, 4000, 5))
    zeros, going = np.zeros(4000), np.zeros(4000, bool)
    plain = targets_of(td_targets, zeros, noise, going, 1.0).mean()
    double = targets_of(td_targets, zeros, noise, going, 1.0, other).mean()
    expect.that(plain > 1.0, f"five actions worth 0, noise of 1: plain targets are {plain:.2f} on average, and not 1.16")
    expect.that(abs(double) < 0.1, f"five actions worth 0, noise of 1: double targets are {double:.2f} on average")


def huber_mean(q, actions, targets, bend):
    """The loss, by loops."""
    total = 0.0
    for k, a in enumerate(actions):
        off = abs(q[k, a] - targets[k])
        total = total + (off**2 / 2 if off <= bend else bend * (off - bend / 2))
    return total / len(actions)


@case(
    "target",
    "`td_gradient` is the slope of the mean Huber loss, with the targets held fixed",
    weight=3,
    draws={
        "moves": draws.integers(1, 6),
        "actions": draws.integers(1, 4),
        "bend": draws.sampled([1.0, 0.3, 5.0]),
        "seed": draws.seeds(),
    },
)
def slope_of_the_loss(td_gradient, moves, actions, bend, seed):
    rng = np.random.default_rng(seed)
    q, taken, wanted = rng.normal(size=(moves, actions)), rng.integers(actions, size=moves), 2 * rng.normal(size=moves)
    got = expect.array(td_gradient(q, taken, wanted, bend), shape=q.shape, finite=True, what="`td_gradient`")
    what = f"{moves} moves, {actions} actions, bend {bend}: the gradient"
    expect.gradient(lambda q: huber_mean(q, taken, wanted, bend), q, got, rng, what=what)


@case("target", "float32 stays float32, whole numbers and no move are taken, and all stays as it was", side=True)
def target_house(td_targets, td_gradient):
    rewards, next_q, choosing, over = a_batch(4, 3, 20)
    actions = np.array([0, 2, 1, 0])
    names = "rewards", "next_q", "choosing_q", "terminated"
    expect.pure(lambda r, q, c, o: td_targets(r, q, o, 0.9, c), rewards, next_q, choosing, over, names=names)
    expect.pure(lambda q, a, y: td_gradient(q, a, y, 1.0), next_q, actions, rewards, names=("q", "actions", "targets"))
    small = [part.astype(np.float32) for part in (rewards, next_q, choosing)]
    expect.dtype(targets_of(td_targets, small[0], small[1], over, 0.9), np.float32, what="`td_targets`, plain,")
    expect.dtype(targets_of(td_targets, *small[:2], over, 0.9, small[2]), np.float32, what="`td_targets`, double,")
    slope = expect.array(td_gradient(small[1], actions, small[0], 1.0), shape=(4, 3), what="`td_gradient`")
    expect.dtype(slope, np.float32, what="`td_gradient`")
    got = targets_of(td_targets, np.array([1, 2]), np.array([[3, 5], [1, 1]]), np.array([False, True]), 0.5)
    expect.close(got, np.array([3.5, 2.0]), what="whole numbers: the targets")
    got = expect.array(td_gradient(np.array([[3, 5]]), np.array([1]), np.array([4.5]), 1.0), shape=(1, 2), what="`td_gradient`")
    expect.close(got, np.array([[0, 0.5]]), what="q in whole numbers: the gradient")
    expect.array(td_targets(np.zeros(0), np.zeros((0, 3)), np.zeros(0, bool), 0.9), shape=(0,), what="`td_targets`, no move,")


# ------------------------------------------------------------------------------------------- dqn
def player(dqn, game, frames, gamma, seed):
    """Her parameters after so many frames, and how many steps were made."""
    lent = Lent(game, frames // game.num_envs)
    rng = np.random.default_rng([seed, 1])  # not the game's own stream: her actions would follow its chance
    parameters = dqn(lent.reset, lent.step, game.num_actions, frames, gamma, rng)
    return parameters, lent


def values_of(q_values, parameters, pictures, actions):
    """Her values, as a plain array."""
    return expect.array(q_values(parameters, pictures), shape=(len(pictures), actions), finite=True, what="`q_values`")


def probed(dqn, q_values, name, seed):
    """Her values for the pictures of a probe, against the true ones."""
    pictures, want = (np.array(part, np.float32) for part in PROBES[name])
    parameters, _ = player(dqn, Probe(name, 16, seed), 32_000 if name == "clock" else 16_000, 0.9, seed)
    got = values_of(q_values, parameters, pictures, 2)
    k, a = np.unravel_index(np.argmax(np.abs(got - want)), want.shape)
    expect.that(
        np.abs(got - want).max() <= 0.1,
        f'the probe "{name}": for the picture {pictures[k].astype(int).tolist()} and action {a} your value is {got[k, a]:.2f}, '
        f"and {want[k, a]:.2f} is right",
    )


ONE = {"draws": {"seed": draws.sampled([1])}, "examples": 1, "fresh": 3, "seconds": 60}


@case("dqn", "probe: constant (is a finished game worth its reward?)", **ONE)
def probe_constant(dqn, q_values, seed):
    probed(dqn, q_values, "constant", seed)


@case("dqn", "probe: sight (do pictures make a difference?)", **ONE)
def probe_sight(dqn, q_values, seed):
    probed(dqn, q_values, "sight", seed)


@case("dqn", "probe: delay (does a reward reach the picture before it?)", **ONE)
def probe_delay(dqn, q_values, seed):
    probed(dqn, q_values, "delay", seed)


@case("dqn", "probe: action (do values belong to the action that was taken?)", **ONE)
def probe_action(dqn, q_values, seed):
    probed(dqn, q_values, "action", seed)


@case("dqn", "probe: both (picture and action together)", **ONE)
def probe_both(dqn, q_values, seed):
    probed(dqn, q_values, "both", seed)


@case("dqn", "probe: clock (is a game that was cut worth what it promised?)", weight=2, **ONE)
def probe_clock(dqn, q_values, seed):
    probed(dqn, q_values, "clock", seed)


def mean_return(game, choose, episodes):
    """The mean sum of rewards of the first so many episodes that end."""
    pictures, _ = game.reset()
    total, ended = np.zeros(game.num_envs), []
    while len(ended) < episodes:
        pictures, rewards, terminated, truncated, _ = game.step(choose(pictures))
        total += rewards
        over = terminated | truncated
        ended += total[over].tolist()
        total[over] = 0
    return float(np.mean(ended[:episodes]))


@case("dqn", "on Catch, shuffled and renumbered, it earns 0.8 a game", weight=3, **ONE)
def catches(dqn, q_values, seed):
    goal = int(np.random.default_rng(seed).integers(1000))
    parameters, _ = player(dqn, Catch(32, goal, scramble=True), 32_000, 0.95, seed)
    unseen = Catch(200, goal, scramble=True)  # the same shuffling, other fruits
    unseen.rng = np.random.default_rng(seed + 1000)

    def choose(pictures):
        return values_of(q_values, parameters, pictures, 3).argmax(axis=1)

    got = mean_return(unseen, choose, 400)
    expect.that(got >= 0.8, f"Catch, 32,000 frames: greedy play earns {got:.2f} a game on average, and 0.8 is asked for")


@case("dqn", "values do not depend on the rest of a batch, and no more than `frames` are played", side=True, seconds=60, fresh=3)
def small_run(dqn, q_values):
    game = Catch(4, 3)
    parameters, lent = player(dqn, game, 400, 0.9, 5)
    expect.that(1 <= lent.steps <= 100, f"400 frames of 4 copies: `step` was called {lent.steps} times")
    pictures = game.look()
    together = values_of(q_values, parameters, pictures, 3)
    alone = np.concatenate([values_of(q_values, parameters, pictures[k : k + 1], 3) for k in range(4)])
    expect.same(together, alone, "four pictures together and one by one: other values", rtol=1e-4, atol=1e-4)
    values_of(q_values, parameters, pictures[:0], 3)
    expect.pure(lambda pictures: q_values(parameters, pictures), pictures, names=("pictures",))
    again = [values_of(q_values, player(dqn, Catch(4, 3), 400, 0.9, seed)[0], pictures, 3) for seed in (5, 6)]
    expect.same(
        values_of(q_values, parameters, pictures, 3), together, "after other players were trained, the first one's values changed"
    )
    expect.same(again[0], together, "the same game and the same generator gave other values")
    expect.that(not np.allclose(again[1], together), "two generators gave the very same values: chance should come from `rng`")


# ------------------------------------------------------------------------------------------- orchard
FRAMES, COPIES = 120_000, 32


def orchards(entry, rng, goals, episodes=400):
    """The mean return on new orchards, one after another."""
    drawn = [(int(rng.integers(2**32)), int(rng.integers(2**32)), int(rng.integers(2**32))) for _ in range(goals)]
    rounds = []
    for goal, seed, _ in drawn:
        game = Orchard(COPIES, seed, goal)
        step = studios.counted(game.step, at_most=FRAMES // COPIES, what="steps")
        rounds.append(entry.train(lambda game=game: game.reset(), step, FRAMES))
    found = []
    for round, (goal, _, seed) in zip(rounds, drawn, strict=True):
        found.append(mean_return(Orchard(100, seed, goal), lambda pictures, round=round: actions_of(round, pictures), episodes))
    return float(np.mean(found))


def actions_of(round, pictures):
    """What her player does, as whole numbers in range."""
    said = expect.array(round.act(pictures), shape=(len(pictures),), what="`act`")
    expect.that(said.dtype.kind in "iu" and np.all((said >= 0) & (said < 3)), "`act` should return whole numbers from 0 to 2")
    return said.astype(int)


@studio(
    "orchard",
    train="train",
    users=("act",),
    budget=30_000,
    metric="mean reward of an episode",
    baseline=0.3,
    bands=(1.2, 2.0, 2.6),
    honour=3.0,
    typed=0.3,
    seconds=120,
)
def public(entry, rng):
    """One new orchard."""
    return orchards(entry, rng, 1)


@case("orchard", "`act` gives one action for each picture, for any number of pictures")
def any_number(entry):
    game = Orchard(COPIES, 1, 1)
    step = studios.counted(game.step, at_most=100, what="steps")
    round = entry.train(lambda: game.reset(), step, 3_200)
    pictures = game.look()
    for count in (1, 32):
        said = actions_of(round, pictures[:count])
        expect.that(len(said) == count, f"{count} pictures: {len(said)} actions")
