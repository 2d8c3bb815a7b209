"""Programs for week 20, written from its contracts alone."""

from collections import deque

import numpy as np

from autograder.cases import program

# ---------------------------------------------------------------- look_ahead


def _c_floats(x):
    x = np.asarray(x)
    return x if x.dtype.kind == "f" else x.astype(float)


def _c_look(Q, P, R, terminal, gamma, best=lambda Q: Q.max(1), ahead=lambda P, w: P @ w, reward=lambda R, gamma: R, zero=True):
    Q, P, R = _c_floats(Q), _c_floats(P), _c_floats(R)
    end = np.asarray(terminal, bool)
    w = np.where(end, 0, best(np.where(end[:, None], 0, Q)))
    P = np.where(end[:, None, None], 0, P)
    out = reward(np.where(end[:, None], 0, R), gamma) + np.asarray(gamma, Q.dtype) * ahead(P, w)
    return np.where(end[:, None], 0, out).astype(Q.dtype) if zero else out


@program("look_ahead", breaks="as well as anyone can: the best entry of the next row, not the mean")
def c_the_mean_action(Q, P, R, terminal, gamma):
    return _c_look(Q, P, R, terminal, gamma, best=lambda Q: Q.mean(1))


@program("look_ahead", breaks="the mean over what comes, not the luckiest state")
def c_the_luckiest_state(Q, P, R, terminal, gamma):
    return _c_look(
        Q, P, R, terminal, gamma, ahead=lambda P, w: np.where(P > 0, w, -np.inf).max(-1, initial=-1e9) * (P.sum(-1) > 0)
    )


@program("look_ahead", breaks="the mean over what comes, not the likeliest state")
def c_the_likeliest_state(Q, P, R, terminal, gamma):
    return _c_look(Q, P, R, terminal, gamma, ahead=lambda P, w: w[P.argmax(-1)])


@program("look_ahead", breaks="the reward now is not discounted")
def c_the_reward_is_discounted(Q, P, R, terminal, gamma):
    return _c_look(Q, P, R, terminal, gamma, reward=lambda R, gamma: gamma * R)


@program("look_ahead", breaks="what comes is discounted")
def c_no_discount(Q, P, R, terminal, gamma):
    return _c_look(Q, P, R, terminal, 1.0)


@program("look_ahead", breaks="one more move, not two")
def c_looks_twice(Q, P, R, terminal, gamma):
    return _c_look(_c_look(Q, P, R, terminal, gamma), P, R, terminal, gamma)


@program("look_ahead", breaks="one more move, not all of them")
def c_looks_for_ever(Q, P, R, terminal, gamma):
    for _ in range(200):
        Q = _c_look(Q, P, R, terminal, gamma)
    return Q


@program("look_ahead", breaks="one more move of one table: not values of this very sweep")
def c_sweeps_in_place(Q, P, R, terminal, gamma):
    Q, end = _c_floats(Q).copy(), np.asarray(terminal, bool)
    Q[end] = 0
    for s in np.flatnonzero(~end):
        for a in range(Q.shape[1]):
            Q[s, a] = R[s, a] + gamma * np.sum(P[s, a] * Q.max(1))
    return Q


@program("look_ahead", breaks="a terminal state's row of Q means nothing")
def c_a_terminal_row_counts(Q, P, R, terminal, gamma):
    end = np.asarray(terminal, bool)
    w = np.nan_to_num(_c_floats(Q)).max(1)
    out = np.where(end[:, None], 0, R) + gamma * np.where(end[:, None, None], 0, P) @ w
    return np.where(end[:, None], 0, out)


@program("look_ahead", breaks="rows of terminal states may hold nan")
def c_nought_times_nan(Q, P, R, terminal, gamma):
    go = 1 - np.asarray(terminal, float)
    w = np.max(Q, axis=1) * go
    return (R + gamma * P @ w) * go[:, None]


@program("look_ahead", breaks="in a terminal state its row of the result is 0")
def c_a_terminal_row_pays(Q, P, R, terminal, gamma):
    end = np.asarray(terminal, bool)
    w = np.where(end, 0, np.max(np.where(end[:, None], 0, Q), axis=1))
    return R + gamma * P @ w


@program("look_ahead", breaks="P (S, A, S): the last axis is the next state")
def c_from_the_next_state(Q, P, R, terminal, gamma):
    end = np.asarray(terminal, bool)
    Q, P, R = np.where(end[:, None], 0, Q), np.where(end[:, None, None], 0, P), np.where(end[:, None], 0, R)
    return np.where(end[:, None], 0, R + gamma * np.einsum("sat,s->ta", P, Q.max(1)))


@program("look_ahead", breaks="inputs stay as they were")
def c_cleans_its_input(Q, P, R, terminal, gamma):
    Q[np.asarray(terminal, bool)] = 0
    return _c_look(Q, P, R, terminal, gamma)


@program("look_ahead", breaks="the float type is kept")
def c_always_float64(Q, P, R, terminal, gamma):
    return _c_look(np.asarray(Q, float), P, R, terminal, gamma).astype(float)


@program("look_ahead", breaks="losses too: the worth of a state may be negative")
def c_never_below_nought(Q, P, R, terminal, gamma):
    return _c_look(Q, P, R, terminal, gamma, best=lambda Q: np.maximum(Q.max(1), 0))


@program("look_ahead")
def c_right_by_where(Q, P, R, terminal, gamma):
    return _c_look(Q, P, R, terminal, gamma)


@program("look_ahead")
def c_right_by_loops(Q, P, R, terminal, gamma):
    """State by state."""
    Q = _c_floats(Q)
    out = np.zeros_like(Q)
    for s in range(Q.shape[0]):
        for a in range(Q.shape[1]):
            if not terminal[s]:
                out[s, a] = R[s, a]
                for t in range(Q.shape[0]):
                    if not terminal[t] and P[s, a, t]:
                        out[s, a] += gamma * P[s, a, t] * max(Q[t])
    return out


@program("look_ahead")
def c_right_on_the_living(Q, P, R, terminal, gamma):
    """Only rows and columns of states that are not terminal."""
    Q = _c_floats(Q)
    live = np.flatnonzero(~np.asarray(terminal, bool))
    out = np.zeros(Q.shape, Q.dtype)
    if len(live):
        worth = Q[live].max(axis=1)
        out[live] = np.asarray(R)[live] + gamma * np.einsum(
            "sat,t->sa", np.asarray(P)[np.ix_(live, range(Q.shape[1]), live)], worth
        )
    return out


# ---------------------------------------------------------------- q_table


def _c_greedy(Q, epsilon, rng):
    Q = np.asarray(Q, float)
    n, A = Q.shape
    top = Q.max(axis=1, keepdims=True) == Q
    best = np.where(top, rng.random((n, A)), -1).argmax(1)
    return np.where(rng.random(n) < epsilon, rng.integers(A, size=n), best)


def _c_table(
    reset,
    step,
    S,
    A,
    steps,
    gamma,
    rng,
    after=lambda seen, info: info["final_obs"],
    over=lambda terminated, truncated: terminated,
    worth=lambda row, epsilon: row.max(),
    share=lambda v: v**-0.7,
    epsilon=0.5,
    twice=False,
    start=0.0,
):
    Q, visits = np.full((S, A), start), np.zeros((S, A))
    states, _ = reset()
    for _ in range(steps):
        actions = _c_greedy(Q[states], epsilon, rng)
        seen, rewards, terminated, truncated, info = step(actions)
        ends = over(terminated, truncated)
        for s, a, r, t, e in zip(states, actions, rewards, after(seen, info), ends, strict=True):
            visits[s, a] += 1
            shown = r + (0 if e else gamma * worth(Q[t], epsilon))
            Q[s, a] += share(visits[s, a]) * (shown - Q[s, a])
        states = seen
        if twice:
            states, _ = reset()
    return np.where(visits > 0, Q, 0.0)


def _c_q(greedy=_c_greedy, **changed):
    return {"epsilon_greedy": greedy, "q_table": lambda *a: _c_table(*a, **changed)}


@program("q_table", breaks="with chance epsilon any action, not with chance 1 − epsilon", several=True)
def c_greedy_with_chance_epsilon():
    return _c_q(lambda Q, e, rng: _c_greedy(Q, 1 - e, rng))


@program("q_table", breaks="any of the A actions, the best one too", several=True)
def c_explores_only_others():
    def greedy(Q, e, rng):
        Q = np.asarray(Q, float)
        n, A = Q.shape
        best = _c_greedy(Q, 0, rng)
        return np.where(rng.random(n) < e, (best + rng.integers(1, max(A, 2), size=n)) % A, best)

    return _c_q(greedy)


@program("q_table", breaks="equally good actions are equally likely", several=True)
def c_the_first_of_equals():
    def greedy(Q, e, rng):
        n, A = np.shape(Q)
        return np.where(rng.random(n) < e, rng.integers(A, size=n), np.argmax(Q, axis=1))

    return _c_q(greedy)


@program("q_table", breaks="rows are independent: one coin for all", several=True)
def c_one_coin_for_all():
    def greedy(Q, e, rng):
        n, A = np.shape(Q)
        return rng.integers(A, size=n) if rng.random() < e else _c_greedy(Q, 0, rng)

    return _c_q(greedy)


@program("q_table", breaks="rows are independent: one random action for all", several=True)
def c_one_action_for_all():
    def greedy(Q, e, rng):
        n, A = np.shape(Q)
        return np.where(rng.random(n) < e, rng.integers(A), _c_greedy(Q, 0, rng))

    return _c_q(greedy)


@program("q_table", breaks="any of the A actions: the last one, too", several=True)
def c_never_the_last():
    def greedy(Q, e, rng):
        n, A = np.shape(Q)
        return np.where(rng.random(n) < e, rng.integers(max(A - 1, 1), size=n), _c_greedy(Q, 0, rng))

    return _c_q(greedy)


@program("q_table", breaks="chance comes from the rng handed in", several=True)
def c_chance_of_its_own():
    return _c_q(lambda Q, e, rng: _c_greedy(Q, e, np.random.default_rng()))


@program("q_table", breaks="ties are broken without touching what is not tied", several=True)
def c_noise_turns_small_differences():
    def greedy(Q, e, rng):
        n, A = np.shape(Q)
        best = np.argmax(np.asarray(Q) + 0.01 * rng.random((n, A)), axis=1)
        return np.where(rng.random(n) < e, rng.integers(A, size=n), best)

    return _c_q(greedy)


@program("q_table", breaks="what would have followed a cut counts", several=True)
def c_a_cut_is_an_end():
    return _c_q(over=lambda terminated, truncated: terminated | truncated)


@program("q_table", breaks="after an episode that is over nothing counts", several=True)
def c_an_end_goes_on():
    return _c_q(over=lambda terminated, truncated: np.zeros(len(terminated), bool), after=lambda seen, info: seen)


@program("q_table", breaks="a finished episode ended in final_obs, not where the next begins", several=True)
def c_the_new_episodes_state():
    return _c_q(after=lambda seen, info: seen)


@program("q_table", breaks="the best mean return: not that of the stumbling player", several=True)
def c_values_of_the_stumbler():
    return _c_q(worth=lambda row, e: (1 - e) * row.max() + e * row.mean())


@program("q_table", breaks="close in spite of noise: a fixed share never rests", several=True)
def c_a_share_of_one():
    return _c_q(share=lambda v: 1.0)


@program("q_table", breaks="close: a share that falls too fast never arrives", several=True)
def c_a_share_that_dies():
    return _c_q(share=lambda v: v**-2.0)


@program("q_table", breaks="what follows is discounted", several=True)
def c_table_without_discount():
    return {"epsilon_greedy": _c_greedy, "q_table": lambda r, s, S, A, n, g, rng: _c_table(r, s, S, A, n, 1.0, rng)}


@program("q_table", breaks="every entry is close: an action never tried is not", several=True)
def c_never_explores():
    return _c_q(epsilon=0.0)


@program("q_table", breaks="reset is called once", several=True)
def c_resets_at_each_step():
    return _c_q(twice=True)


@program("q_table", breaks="step is called at most `steps` times", several=True)
def c_plays_longer():
    return {"epsilon_greedy": _c_greedy, "q_table": lambda r, s, S, A, n, g, rng: _c_table(r, s, S, A, 2 * n, g, rng)}


@program("q_table", several=True)
def c_right_by_a_falling_share():
    return _c_q()


@program("q_table", several=True)
def c_right_by_a_model():
    """Counts what follows what, then looks ahead until nothing changes."""

    def greedy(Q, epsilon, rng):
        out = []
        for row in np.asarray(Q):
            if rng.random() < epsilon:
                out.append(rng.integers(len(row)))
            else:
                out.append(rng.choice(np.flatnonzero(row == row.max())))
        return np.array(out, int)

    def table(reset, step, S, A, steps, gamma, rng):
        n, total, to = np.zeros((S, A)), np.zeros((S, A)), np.zeros((S, A, S))
        s, _ = reset()
        for _ in range(steps):
            a = rng.integers(A, size=len(s))
            seen, r, terminated, _, info = step(a)
            np.add.at(n, (s, a), 1)
            np.add.at(total, (s, a), r)
            go = ~np.asarray(terminated, bool)
            np.add.at(to, (np.asarray(s)[go], a[go], np.asarray(info["final_obs"])[go]), 1)
            s = seen
        m, Q = np.maximum(n, 1), np.zeros((S, A))
        for _ in range(300):
            Q = total / m + gamma * (to / m[..., None]) @ Q.max(1)
        return Q

    return {"epsilon_greedy": greedy, "q_table": table}


@program("q_table", several=True)
def c_right_by_two_looks_at_each_move():
    """Keeps all moves and goes over them again and again, backwards."""

    def greedy(Q, epsilon, rng):
        Q = np.asarray(Q, float)
        order = rng.permuted(np.tile(np.arange(Q.shape[1]), (len(Q), 1)), axis=1)
        best = order[np.arange(len(Q)), np.take_along_axis(Q, order, 1).argmax(1)]
        return np.where(rng.uniform(size=len(Q)) >= epsilon, best, rng.integers(0, Q.shape[1], len(Q)))

    def table(reset, step, S, A, steps, gamma, rng):
        s, _ = reset()
        kept = []
        for _ in range(steps):
            a = rng.integers(A, size=len(s))
            seen, r, over, _, info = step(a)
            kept.append((np.array(s), a, np.array(r, float), np.array(info["final_obs"]), np.array(over, bool)))
            s = seen
        s, a, r, t, over = (np.concatenate(one) for one in zip(*kept, strict=True))
        Q = np.zeros((S, A))
        n = np.maximum(np.bincount(s * A + a, minlength=S * A), 1)
        for _ in range(200):
            shown = r + np.where(over, 0, gamma * Q.max(1)[t])
            Q = (np.bincount(s * A + a, shown, S * A) / n).reshape(S, A)
        return Q

    return {"epsilon_greedy": greedy, "q_table": table}


# ---------------------------------------------------------------- replay


class _Memory:
    """A right memory with places for mistakes."""

    cuts = True  # a cut ends an episode, too
    pad = 0
    old_first = True
    copy = True
    kind = None  # None: as it came

    def __init__(self, room, stack):
        self.room, self.stack, self.steps, self.age = room, stack, deque(maxlen=room), None

    def kept(self, x):
        x = np.array(x, copy=self.copy) if self.copy else np.asarray(x)
        return x if self.kind is None else x.astype(self.kind)

    def add(self, pictures, actions, rewards, next_pictures, terminated, truncated):
        if self.age is None:
            self.age = np.zeros(len(pictures), int)
        self.steps.append(
            (
                self.kept(pictures),
                np.array(actions),
                np.array(rewards),
                self.kept(next_pictures),
                np.array(terminated),
                self.age.copy(),
            )
        )
        self.age = np.where(self.ended(np.asarray(terminated, bool), np.asarray(truncated, bool)), 0, self.age + 1)

    def ended(self, terminated, truncated):
        return terminated | truncated

    def __len__(self):
        return len(self.steps) * len(self.steps[0][0]) if self.steps else 0

    def draw(self, count, rng):
        return rng.integers(len(self.steps), size=count), rng.integers(len(self.steps[0][0]), size=count)

    def back(self, t, k, age):
        return t - k if k <= age and t - k >= 0 else None

    def sample(self, count, rng):
        at, game = self.draw(count, rng)
        first = self.steps[0][0]
        states = np.full((count, self.stack, first.shape[1]), self.pad, first.dtype)
        for row, (t, g) in enumerate(zip(at, game, strict=True)):
            for k in range(self.stack):
                there = self.back(t, k, self.steps[t][5][g])
                if there is not None:
                    states[row, self.stack - 1 - k] = self.steps[there][0][g]
        a, r, over = (np.array([self.steps[t][i][g] for t, g in zip(at, game, strict=True)]) for i in (1, 2, 4))
        after = np.array([self.steps[t][3][g] for t, g in zip(at, game, strict=True)]).reshape(count, -1)
        return states, a, r, self.following(states, after), over

    def following(self, states, after):
        return np.concatenate([states[:, 1:], after[:, None]], axis=1)


@program("replay", breaks="a stack holds pictures of one episode only", value=True)
def c_stacks_over_the_end():
    class M(_Memory):
        def back(self, t, k, age):
            return t - k if t - k >= 0 else None

    return M


@program("replay", breaks="a stack holds pictures of one episode only: a cut ends it, too", value=True)
def c_stacks_over_a_cut():
    class M(_Memory):
        def ended(self, terminated, truncated):
            return terminated

    return M


@program("replay", breaks="a stack holds pictures of one episode only: a termination ends it, too", value=True)
def c_stacks_over_a_termination():
    class M(_Memory):
        def ended(self, terminated, truncated):
            return truncated

    return M


@program("replay", breaks="where the episode had not yet begun there are zeros", value=True)
def c_pads_with_the_first_picture():
    class M(_Memory):
        def back(self, t, k, age):
            return t - min(k, age) if t - min(k, age) >= 0 else None

    return M


@program("replay", breaks="the oldest picture comes first", value=True)
def c_newest_first():
    class M(_Memory):
        def sample(self, count, rng):
            s, a, r, n, o = super().sample(count, rng)
            return s[:, ::-1], a, r, n[:, ::-1], o

    return M


@program("replay", breaks="the next state ends with the next picture", value=True)
def c_next_state_is_the_state():
    class M(_Memory):
        def following(self, states, after):
            return states.copy()

    return M


@program("replay", breaks="the next state is its own stack: the oldest picture goes, the others stay", value=True)
def c_next_state_keeps_the_oldest():
    class M(_Memory):
        def following(self, states, after):
            out = states.copy()
            out[:, -1] = after
            return out

    return M


@program("replay", breaks="the next picture is that of final_obs, not the next step's first", value=True)
def c_next_picture_of_the_next_step():
    class M(_Memory):
        def sample(self, count, rng):
            state = rng.bit_generator.state
            at, game = self.draw(count, rng)
            rng.bit_generator.state = state
            s, a, r, n, o = super().sample(count, rng)
            for row, (t, g) in enumerate(zip(at, game, strict=True)):
                if t + 1 < len(self.steps):
                    n[row, -1] = self.steps[t + 1][0][g]
            return s, a, r, n, o

    return M


@program("replay", breaks="the newest `room` steps of n games are held: room counts steps, not moves", value=True)
def c_room_counts_moves():
    class M(_Memory):
        def add(self, pictures, *rest):
            if self.age is None:
                self.steps = deque(maxlen=max(1, self.room // len(pictures)))
            super().add(pictures, *rest)

    return M


@program("replay", breaks="the newest steps are held: old ones go first", value=True)
def c_keeps_the_oldest():
    class M(_Memory):
        def add(self, *step):
            if len(self.steps) < self.room:
                super().add(*step)

    return M


@program("replay", breaks="nothing older than `room` steps is held", value=True)
def c_never_forgets():
    class M(_Memory):
        def __init__(self, room, stack):
            super().__init__(room, stack)
            self.steps = deque()

    return M


@program("replay", breaks="all moves are equally likely", value=True)
def c_the_newest_never():
    class M(_Memory):
        def draw(self, count, rng):
            return rng.integers(max(len(self.steps) - 1, 1), size=count), rng.integers(len(self.steps[0][0]), size=count)

    return M


@program("replay", breaks="all moves are equally likely: games and steps are drawn apart", value=True)
def c_one_game_for_a_sample():
    class M(_Memory):
        def draw(self, count, rng):
            return rng.integers(len(self.steps), size=count), np.full(count, rng.integers(len(self.steps[0][0])))

    return M


@program("replay", breaks="with replacement: more may be drawn than are held", value=True)
def c_without_replacement():
    class M(_Memory):
        def draw(self, count, rng):
            n = len(self.steps[0][0])
            return np.divmod(rng.choice(len(self), size=count, replace=count > len(self) * 4), n)

    return M


@program("replay", breaks="what was added is kept as it was", value=True)
def c_keeps_the_callers_arrays():
    class M(_Memory):
        copy = False

    return M


@program("replay", breaks="pictures keep their type", value=True)
def c_pictures_become_floats():
    class M(_Memory):
        kind = np.float64

    return M


@program("replay", breaks="len is the number of moves held, not of steps", value=True)
def c_length_in_steps():
    class M(_Memory):
        def __len__(self):
            return len(self.steps)

    return M


@program("replay", breaks="terminated is not `ended`: a cut game goes on", value=True)
def c_cut_moves_are_terminated():
    class M(_Memory):
        def add(self, p, a, r, n, terminated, truncated):
            super().add(p, a, r, n, np.asarray(terminated) | np.asarray(truncated), truncated)

    return M


@program("replay", value=True)
def c_right_by_a_deque():
    class M(_Memory):
        pass

    return M


@program("replay", value=True)
def c_right_by_a_ring():
    """Arrays that are written round and round."""

    class Ring:
        def __init__(self, room, stack):
            self.room, self.stack, self.n_steps = room, stack, 0

        def add(self, pictures, actions, rewards, next_pictures, terminated, truncated):
            if not self.n_steps:
                n = len(pictures)
                kinds = [np.asarray(x) for x in (pictures, actions, rewards, next_pictures, terminated)]
                self.store = [np.zeros((self.room, *x.shape), x.dtype) for x in kinds]
                self.begun, self.start = np.zeros((self.room, n), int), np.zeros(n, int)
            k = self.n_steps % self.room
            for store, x in zip(self.store, (pictures, actions, rewards, next_pictures, terminated), strict=True):
                store[k] = x
            self.begun[k] = self.start
            self.n_steps += 1
            ended = np.asarray(terminated, bool) | np.asarray(truncated, bool)
            self.start = np.where(ended, self.n_steps, self.start)

        def __len__(self):
            return min(self.n_steps, self.room) * (len(self.start) if self.n_steps else 0)

        def sample(self, count, rng):
            held = min(self.n_steps, self.room)
            pick = rng.integers(len(self), size=count)
            step, g = self.n_steps - held + pick // len(self.start), pick % len(self.start)
            k = step % self.room
            p, a, r, q, over = self.store
            states = np.zeros((count, self.stack, p.shape[2]), p.dtype)
            for back in range(self.stack):
                ok = (step - back >= self.begun[k, g]) & (step - back >= self.n_steps - held)
                states[ok, self.stack - 1 - back] = p[(step[ok] - back) % self.room, g[ok]]
            following = np.concatenate([states[:, 1:], q[k, g][:, None]], axis=1)
            return states, a[k, g], r[k, g], following, over[k, g]

    return Ring


@program("replay", value=True)
def c_right_by_ready_stacks():
    """Keeps ready stacks of every move: more memory, less thought."""

    class Ready:
        def __init__(self, room, stack):
            self.room, self.stack, self.moves, self.now = room, stack, [], None

        def add(self, pictures, actions, rewards, next_pictures, terminated, truncated):
            pictures, next_pictures = np.array(pictures), np.array(next_pictures)
            if self.now is None:
                self.now = np.zeros((len(pictures), self.stack, pictures.shape[1]), pictures.dtype)
            self.now = np.concatenate([self.now[:, 1:], pictures[:, None]], axis=1)
            following = np.concatenate([self.now[:, 1:], next_pictures[:, None]], axis=1)
            self.moves.append((self.now.copy(), np.array(actions), np.array(rewards), following, np.array(terminated)))
            self.moves = self.moves[-self.room :]
            self.now[np.asarray(terminated, bool) | np.asarray(truncated, bool)] = 0

        def __len__(self):
            return sum(len(one[1]) for one in self.moves)

        def sample(self, count, rng):
            whole = [np.concatenate(part) for part in zip(*self.moves, strict=True)]
            pick = rng.choice(len(self), count)
            return tuple(part[pick] for part in whole)

    return Ready


# ---------------------------------------------------------------- target


def _c_targets(rewards, next_q, terminated, gamma, choosing_q=None):
    rewards, next_q = _c_floats(rewards), _c_floats(next_q)
    over = np.asarray(terminated, bool)
    chosen = np.argmax(next_q if choosing_q is None else choosing_q, axis=1)
    ahead = next_q[np.arange(len(next_q)), chosen]
    return (rewards + np.where(over, 0, gamma * np.where(over, 0, ahead))).astype(next_q.dtype)


def _c_gradient(q, actions, targets, bend):
    q = _c_floats(q)
    rows, out = np.arange(len(q)), np.zeros_like(q)
    if len(q):
        out[rows, actions] = np.clip(q[rows, actions] - targets, -bend, bend) / len(q)
    return out


def _c_target(targets=_c_targets, gradient=_c_gradient):
    return {"td_targets": targets, "td_gradient": gradient}


@program("target", breaks="double: the net of now chooses, the frozen copy says what it is worth", several=True)
def c_double_the_wrong_way_round():
    return _c_target(
        lambda r, n, o, g, c=None: (
            _c_targets(r, n, o, g) if c is None else _c_targets(r, c, o, g, np.where(np.isnan(n), -np.inf, n))
        )
    )


@program("target", breaks="double targets if there is a choosing_q", several=True)
def c_choosing_is_ignored():
    return _c_target(lambda r, n, o, g, c=None: _c_targets(r, n, o, g))


@program("target", breaks="double: not the largest value of the net of now", several=True)
def c_the_best_of_the_net_of_now():
    return _c_target(lambda r, n, o, g, c=None: _c_targets(r, n if c is None else c, o, g))


@program("target", breaks="double: the value of the chosen action, not the smaller of two maxima", several=True)
def c_the_smaller_maximum():
    def targets(r, n, o, g, c=None):
        plain = _c_targets(r, n, o, g)
        return plain if c is None else np.minimum(plain, _c_targets(r, c, o, g))

    return _c_target(targets)


@program("target", breaks="double: the mean of the two nets is no double target", several=True)
def c_the_mean_of_both():
    return _c_target(lambda r, n, o, g, c=None: _c_targets(r, n if c is None else (np.asarray(n) + c) / 2, o, g))


@program("target", breaks="values count only where the game goes on", several=True)
def c_an_ended_game_goes_on():
    return _c_target(lambda r, n, o, g, c=None: _c_targets(r, n, np.zeros(len(n), bool), g, c))


@program("target", breaks="values count where the game goes on: terminated, not its opposite", several=True)
def c_terminated_turned_round():
    return _c_target(lambda r, n, o, g, c=None: _c_targets(r, n, ~np.asarray(o, bool), g, c))


@program("target", breaks="elsewhere they may be nan", several=True)
def c_nan_times_nought():
    def targets(r, n, o, g, c=None):
        n = np.asarray(n)
        chosen = np.argmax(n if c is None else c, axis=1)
        return r + g * (1 - np.asarray(o, float)) * n[np.arange(len(n)), chosen]

    return _c_target(targets)


@program("target", breaks="elsewhere they may be infinite: only nan is mended", several=True)
def c_nan_mended_alone():
    def targets(r, n, o, g, c=None):
        n = np.where(np.isnan(n), 0, n)
        chosen = np.argmax(n if c is None else c, axis=1)
        return r + g * (1 - np.asarray(o, float)) * n[np.arange(len(n)), chosen]

    return _c_target(targets)


@program("target", breaks="the reward is not discounted", several=True)
def c_the_whole_is_discounted():
    return _c_target(lambda r, n, o, g, c=None: g * _c_targets(np.asarray(r), n, o, 1.0, c))


@program("target", breaks="a shape of (B,)", several=True)
def c_a_table_of_targets():
    return _c_target(lambda r, n, o, g, c=None: _c_targets(r, n, o, g, c)[:, None])


@program("target", breaks="the Huber loss: cut off at bend", several=True)
def c_a_squared_error():
    return _c_target(gradient=lambda q, a, t, bend: _c_gradient(q, a, t, np.inf))


@program("target", breaks="bend is what the caller says", several=True)
def c_a_bend_of_one():
    return _c_target(gradient=lambda q, a, t, bend: _c_gradient(q, a, t, 1.0))


@program("target", breaks="cut off, not left out, beyond bend", several=True)
def c_large_errors_left_out():
    def gradient(q, a, t, bend):
        g = _c_gradient(q, a, t, np.inf)
        return np.where(abs(g) * len(g) > bend, 0, g)

    return _c_target(gradient=gradient)


@program("target", breaks="the mean over moves", several=True)
def c_a_sum_over_moves():
    return _c_target(gradient=lambda q, a, t, bend: _c_gradient(q, a, t, bend) * len(q))


@program("target", breaks="the mean over moves, not over entries", several=True)
def c_a_mean_over_entries():
    return _c_target(gradient=lambda q, a, t, bend: _c_gradient(q, a, t, bend) / np.shape(q)[1])


@program("target", breaks="the gradient goes uphill: value minus target", several=True)
def c_the_other_sign():
    return _c_target(gradient=lambda q, a, t, bend: -_c_gradient(q, a, t, bend))


@program("target", breaks="only the taken action's value has an influence", several=True)
def c_all_actions_pulled():
    def gradient(q, a, t, bend):
        return np.clip(np.asarray(q, float) - np.asarray(t)[:, None], -bend, bend) / len(q)

    return _c_target(gradient=gradient)


@program("target", breaks="the taken action, not the best one", several=True)
def c_the_best_action_pulled():
    return _c_target(gradient=lambda q, a, t, bend: _c_gradient(q, np.argmax(q, axis=1), t, bend))


@program("target", breaks="each row its own: a column for all rows at once", several=True)
def c_columns_for_all_rows():
    def gradient(q, a, t, bend):
        q = np.asarray(q, float)
        out = np.zeros_like(q)
        out[:, a] = (np.clip(q[np.arange(len(q)), a] - t, -bend, bend) / len(q))[:, None]
        return out

    return _c_target(gradient=gradient)


@program("target", several=True)
def c_right_by_places():
    return _c_target()


@program("target", several=True)
def c_right_by_one_hot():
    """Masks in place of places."""

    def targets(rewards, next_q, terminated, gamma, choosing_q=None):
        n = _c_floats(next_q)
        live = ~np.asarray(terminated, bool)
        out = _c_floats(rewards).astype(n.dtype)
        by = n if choosing_q is None else np.asarray(choosing_q)
        out[live] += gamma * np.take_along_axis(n[live], by[live].argmax(1)[:, None], 1)[:, 0]
        return out

    def gradient(q, actions, targets, bend):
        q = _c_floats(q)
        hot = np.arange(q.shape[1]) == np.asarray(actions)[:, None]
        error = q - np.asarray(targets)[:, None]
        slope = np.where(abs(error) <= bend, error, bend * np.sign(error))
        return np.where(hot, slope / max(len(q), 1), 0).astype(q.dtype)

    return {"td_targets": targets, "td_gradient": gradient}


@program("target", several=True)
def c_right_by_loops_over_moves():
    """Move by move."""

    def targets(rewards, next_q, terminated, gamma, choosing_q=None):
        n = _c_floats(next_q)
        out = np.zeros(len(n), n.dtype)
        for k in range(len(n)):
            out[k] = rewards[k]
            if not terminated[k]:
                by = list(n[k] if choosing_q is None else choosing_q[k])
                out[k] += gamma * n[k, by.index(max(by))]
        return out

    def gradient(q, actions, targets, bend):
        q = _c_floats(q)
        out = np.zeros(q.shape, q.dtype)
        for k, a in enumerate(actions):
            out[k, a] = max(-bend, min(bend, q[k, a] - targets[k])) / len(q)
        return out

    return {"td_targets": targets, "td_gradient": gradient}


# ---------------------------------------------------------------- dqn


def _c_forward(parameters, X):
    (W, b), (V, c) = parameters
    H = np.maximum(X @ W + b, 0)
    return H @ V + c, H


def _c_values(parameters, pictures):
    return _c_forward(parameters, np.asarray(pictures, np.float32))[0]


def _c_dqn(
    reset,
    step,
    num_actions,
    frames,
    gamma,
    rng,
    after=lambda seen, info: info["final_obs"],
    over=lambda terminated, truncated: terminated,
    targets=_c_targets,
    gradient=_c_gradient,
    rate=0.003,
    batch=64,
    copied=20,
    explore=lambda p: max(0.05, 1 - 3 * p),
    discount=None,
    learn=True,
    units=48,
):
    gamma = gamma if discount is None else discount
    pictures, _ = reset()
    n, p = np.shape(pictures)
    parameters = [
        [(rng.standard_normal((p, units)) * np.sqrt(2 / p)).astype(np.float32), np.zeros(units, np.float32)],
        [(0.05 * rng.standard_normal((units, num_actions))).astype(np.float32), np.zeros(num_actions, np.float32)],
    ]
    old = [[x.copy() for x in pair] for pair in parameters]
    moments = [[(np.zeros_like(x), np.zeros_like(x)) for x in pair] for pair in parameters]
    memory, done, num = _Memory(1500, 1), 0, frames // n
    for t in range(num):
        actions = _c_greedy(_c_values(parameters, pictures), explore(t / num), rng)
        seen, rewards, terminated, truncated, info = step(actions)
        memory.add(pictures, actions, rewards, after(seen, info), over(terminated, truncated), truncated)
        pictures = seen
        if t < 12 or not learn:
            continue
        s, a, r, s2, end = memory.sample(batch, rng)
        s, s2 = s[:, 0].astype(np.float32), s2[:, 0].astype(np.float32)
        goal = targets(r, _c_values(old, s2), end, gamma, _c_values(parameters, s2))
        q, H = _c_forward(parameters, s)
        d = gradient(q, a, goal, 1.0).astype(np.float32)
        dH = (d @ parameters[1][0].T) * (H > 0)
        gradients = [[s.T @ dH, dH.sum(0)], [H.T @ d, d.sum(0)]]
        done += 1
        now = rate * (1 - 0.9 * t / num)
        for k in range(2):
            for i in range(2):
                m, v = moments[k][i]
                g = gradients[k][i]
                m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
                moments[k][i] = m, v
                parameters[k][i] = parameters[k][i] - now * (m / (1 - 0.9**done)) / (np.sqrt(v / (1 - 0.999**done)) + 1e-8)
        if done % copied == 0:
            old = [[x.copy() for x in pair] for pair in parameters]
    return parameters


def _c_player(values=_c_values, **changed):
    return {"dqn": lambda *a: _c_dqn(*a, **changed), "q_values": values}


@program("dqn", breaks="on each probe the values are right: a cut is not an end", several=True)
def c_player_takes_a_cut_for_an_end():
    return _c_player(over=lambda terminated, truncated: terminated | truncated)


@program("dqn", breaks="on each probe the values are right: nothing counts after an end", several=True)
def c_player_goes_on_after_the_end():
    return _c_player(over=lambda terminated, truncated: np.zeros(len(terminated), bool))


@program("dqn", breaks="values are right to 0.1: the caller's discount", several=True)
def c_player_with_a_discount_of_its_own():
    return _c_player(discount=0.99)


@program("dqn", breaks="values are right to 0.1: the reward comes first", several=True)
def c_player_learns_the_next_reward_alone():
    return _c_player(discount=0.0)


@program("dqn", breaks="each action's own value", several=True)
def c_player_pulls_all_actions():
    return _c_player(gradient=lambda q, a, t, bend: np.clip(q - t[:, None], -bend, bend) / q.size)


@program("dqn", breaks="values are right to 0.1: the frozen copy must be renewed", several=True)
def c_player_never_renews():
    return _c_player(copied=10**9)


@program("dqn", breaks="values are right: learning that goes uphill", several=True)
def c_player_goes_uphill():
    return _c_player(gradient=lambda *a: -_c_gradient(*a))


@program("dqn", breaks="no more than `frames` are played: a step costs a frame a copy", several=True)
def c_player_counts_steps_as_frames():
    return {"q_values": _c_values, "dqn": lambda r, s, A, frames, g, rng: _c_dqn(r, s, A, 32 * frames, g, rng, learn=False)}


@program("dqn", breaks="one picture's values do not depend on the others", several=True)
def c_values_standardised_by_the_batch():
    def values(parameters, pictures):
        X = np.asarray(pictures, np.float32)
        X = X - 1e-2 * X.mean(axis=0)
        return _c_values(parameters, X)

    return _c_player(values)


@program("dqn", breaks="the values are right: nothing is learnt", several=True)
def c_player_never_learns():
    return _c_player(learn=False)


@program("dqn", breaks="values of any number of pictures (B, num_actions)", several=True)
def c_values_of_one_picture_are_flat():
    def values(parameters, pictures):
        q = _c_values(parameters, pictures)
        return q[0] if len(q) == 1 else q

    return _c_player(values)


@program("dqn", breaks="parameters are what it has learnt: nothing is kept in a global", several=True)
def c_values_of_the_last_training():
    kept = {}

    def train(*a):
        kept["last"] = _c_dqn(*a)
        return kept["last"]

    return {"dqn": train, "q_values": lambda parameters, pictures: _c_values(kept["last"], pictures)}


@program("dqn", several=True)
def c_right_player_with_one_hidden_layer():
    return _c_player()


@program("dqn", several=True)
def c_right_player_with_plain_targets():
    return _c_player(targets=lambda r, n, o, g, c=None: _c_targets(r, n, o, g), units=64, batch=96)


@program("dqn", several=True)
def c_right_player_in_a_dict():
    """Parameters by name."""
    names = ("W", "b"), ("V", "c")

    def train(*a):
        parameters = _c_dqn(*a, copied=16)
        return {name: x for pair, arrays in zip(names, parameters, strict=True) for name, x in zip(pair, arrays, strict=True)}

    def values(parameters, pictures):
        return _c_values([[parameters[name] for name in pair] for pair in names], pictures)

    return {"dqn": train, "q_values": values}
