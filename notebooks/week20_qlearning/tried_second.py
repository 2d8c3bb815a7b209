"""Programs for week 20, written from its contracts alone."""

from collections import deque
from itertools import pairwise

import numpy as np

from autograder.cases import program

# look_ahead


def _look(Q, P, R, terminal, gamma, best=lambda rows: rows.max(axis=1)):
    Q, terminal = np.asarray(Q), np.asarray(terminal, bool)
    worth = np.where(terminal, 0.0, best(Q)) if len(Q) else np.zeros(0)
    with np.errstate(invalid="ignore"):
        ahead = R + gamma * (P @ worth)
    kind = np.result_type(Q, P, R)
    return np.where(terminal[:, None], 0.0, ahead).astype(kind if kind.kind == "f" else float)


@program("look_ahead")
def b_look_by_choices(Q, P, R, terminal, gamma):
    return _look(Q, P, R, terminal, gamma)


@program("look_ahead")
def b_look_by_loops(Q, P, R, terminal, gamma):
    kind = np.result_type(Q, P, R)
    result = np.zeros(np.shape(R), kind if kind.kind == "f" else float)
    for s, a in np.ndindex(*np.shape(R)):
        if not terminal[s]:
            rest = sum(float(P[s, a, t]) * max(float(q) for q in Q[t]) for t in range(len(Q)) if not terminal[t])
            result[s, a] = float(R[s, a]) + gamma * rest
    return result


@program("look_ahead")
def b_look_at_living_states_only(Q, P, R, terminal, gamma):
    kind = np.result_type(Q, P, R)
    result = np.zeros_like(R, dtype=kind if kind.kind == "f" else float)
    live = np.flatnonzero(~np.asarray(terminal, bool))
    if len(live):
        worth = np.sort(np.asarray(Q)[live], axis=1)[:, -1]
        result[live] = R[live] + gamma * np.einsum("sat,t->sa", np.asarray(P)[live][:, :, live], worth)
    return result


@program("look_ahead", breaks="rows of Q of a terminal state may hold nan: a product with 0 keeps it")
def b_look_ends_by_a_product(Q, P, R, terminal, gamma):
    worth = Q.max(axis=1) * ~terminal
    return np.where(terminal[:, None], 0.0, R + gamma * (P @ worth))


@program("look_ahead", breaks="rows of P and R of a terminal state may hold nan: a product with 0 keeps it in the result")
def b_look_result_by_a_product(Q, P, R, terminal, gamma):
    return (R + gamma * (P @ np.where(terminal, 0.0, Q.max(axis=1)))) * ~terminal[:, None]


@program("look_ahead", breaks="a terminal state's row of Q means nothing, and is not worth anything")
def b_look_end_is_worth_its_row(Q, P, R, terminal, gamma):
    return _look(np.where(np.isnan(Q), 0, Q), P, R, np.zeros(len(Q), bool), gamma) * ~terminal[:, None]


@program("look_ahead", breaks="the row of a terminal state is 0 in the result")
def b_look_end_keeps_its_rewards(Q, P, R, terminal, gamma):
    return R + gamma * (P @ np.where(terminal, 0.0, Q.max(axis=1)))


@program("look_ahead", breaks="the best mean return: the next move is the best one, not any one")
def b_look_mean_over_actions(Q, P, R, terminal, gamma):
    return _look(Q, P, R, terminal, gamma, lambda rows: rows.mean(axis=1))


@program("look_ahead", breaks="the best of what can be chosen, even where all of it is below 0")
def b_look_never_below_zero(Q, P, R, terminal, gamma):
    return _look(Q, P, R, terminal, gamma, lambda rows: rows.max(axis=1, initial=0.0))


@program("look_ahead", breaks="P (S, A, S): the last axis is the next state")
def b_look_came_from(Q, P, R, terminal, gamma):
    return _look(Q, np.transpose(P, (2, 1, 0)), R, terminal, gamma)


@program("look_ahead", breaks="the mean over all next states, not the most likely one")
def b_look_most_likely_state(Q, P, R, terminal, gamma):
    return _look(Q, (np.arange(len(Q)) == P.argmax(axis=2)[..., None]).astype(float), R, terminal, gamma)


@program("look_ahead", breaks="somebody may choose anew in the next state, after seeing it")
def b_look_repeats_the_action(Q, P, R, terminal, gamma):
    later = np.where(terminal[:, None], 0.0, Q)
    return np.where(terminal[:, None], 0.0, R + gamma * np.einsum("sat,ta->sa", P, later))


@program("look_ahead", breaks="today's reward is not discounted")
def b_look_discounts_today(Q, P, R, terminal, gamma):
    return _look(Q, P, gamma * np.asarray(R), terminal, gamma)


@program("look_ahead", breaks="exactly one more move: rows already done must not be used within the same look")
def b_look_row_after_row(Q, P, R, terminal, gamma):
    Q = np.where(terminal[:, None], 0.0, Q)
    for s in np.flatnonzero(~terminal):
        Q[s] = R[s] + gamma * (P[s] @ Q.max(axis=1))
    return Q


@program("look_ahead", breaks="one look, not all looks until nothing changes")
def b_look_until_nothing_changes(Q, P, R, terminal, gamma):
    for _ in range(500):
        Q = _look(Q, P, R, terminal, gamma)
    return Q


@program("look_ahead", breaks="inputs are left as they were")
def b_look_cleans_the_table(Q, P, R, terminal, gamma):
    Q[terminal] = 0
    return _look(Q, P, R, terminal, gamma)


@program("look_ahead", breaks="float32 stays float32")
def b_look_in_double(Q, P, R, terminal, gamma):
    return _look(Q, P, R, terminal, gamma).astype(np.float64)


@program("look_ahead", breaks="whole numbers are taken as floats")
def b_look_into_a_table_like_q(Q, P, R, terminal, gamma):
    result = np.zeros_like(Q)
    result[:] = _look(Q, P, R, terminal, gamma)
    return result


# q_table


def _greedy(Q, epsilon, rng):
    Q = np.asarray(Q)
    n, A = Q.shape
    if n == 0:
        return np.zeros(0, int)
    ties = np.equal(Q, Q.max(axis=1, keepdims=True))
    best = np.argmax(np.where(ties, rng.random((n, A)), -1.0), axis=1)
    return np.where(rng.random(n) < epsilon, rng.integers(A, size=n), best)


def _table(
    reset,
    step,
    num_states,
    num_actions,
    steps,
    gamma,
    rng,
    greedy=_greedy,
    epsilon=0.5,
    rate=lambda visits: visits**-0.7,
    start=0.0,
    arrived=lambda seen, info, over, cut: info["final_obs"],
    goes_on=lambda over, cut: ~over,
    worth=lambda row, epsilon: row.max(),
    onward=lambda seen, info: seen,
):
    Q = np.full((num_states, num_actions), start, float)
    visits = np.zeros((num_states, num_actions))
    states, _ = reset()
    for _ in range(steps):
        actions = greedy(Q[states], epsilon, rng)
        seen, rewards, over, cut, info = step(actions)
        live = goes_on(np.asarray(over, bool), np.asarray(cut, bool))
        after = arrived(seen, info, over, cut)
        for i in range(len(states)):
            s, a = states[i], actions[i]
            visits[s, a] += 1
            shown = rewards[i] + (gamma * worth(Q[after[i]], epsilon) if live[i] else 0.0)
            Q[s, a] += rate(visits[s, a]) * (shown - Q[s, a])
        states = np.array(onward(seen, info))
    return Q


def _pair(greedy=_greedy, **knobs):
    def q_table(reset, step, num_states, num_actions, steps, gamma, rng):
        return _table(reset, step, num_states, num_actions, steps, gamma, rng, **knobs)

    return {"epsilon_greedy": greedy, "q_table": q_table}


@program("q_table", several=True)
def b_table_visit_by_visit():
    return _pair()


@program("q_table", several=True)
def b_table_from_a_model_of_counts():
    def epsilon_greedy(Q, epsilon, rng):
        actions = np.zeros(len(Q), int)
        for i, row in enumerate(Q):
            if rng.random() < epsilon:
                actions[i] = rng.integers(len(row))
            else:
                actions[i] = rng.choice(np.flatnonzero(row == np.max(row)))
        return actions

    def q_table(reset, step, num_states, num_actions, steps, gamma, rng):
        count, paid = np.zeros((num_states, num_actions)), np.zeros((num_states, num_actions))
        went = np.zeros((num_states, num_actions, num_states))
        states, _ = reset()
        for _ in range(steps):
            actions = rng.integers(num_actions, size=len(states))
            seen, rewards, terminated, _, info = step(actions)
            np.add.at(count, (states, actions), 1)
            np.add.at(paid, (states, actions), rewards)
            on = ~np.asarray(terminated, bool)
            np.add.at(went, (states[on], actions[on], np.asarray(info["final_obs"])[on]), 1)
            states = np.array(seen)
        often = np.maximum(count, 1)
        Q = np.zeros_like(count)
        for _ in range(400):
            Q = paid / often + gamma * (went / often[..., None]) @ Q.max(axis=1)
        return Q

    return {"epsilon_greedy": epsilon_greedy, "q_table": q_table}


@program("q_table", several=True)
def b_table_by_replaying_all_moves():
    def epsilon_greedy(Q, epsilon, rng):
        n, A = np.shape(Q)
        if n == 0:
            return np.zeros(0, int)
        best = np.equal(Q, np.max(Q, axis=1, keepdims=True))
        chances = epsilon / A + (1 - epsilon) * best / best.sum(axis=1, keepdims=True)
        return np.minimum((np.cumsum(chances, axis=1) <= rng.random((n, 1))).sum(axis=1), A - 1)

    def q_table(reset, step, num_states, num_actions, steps, gamma, rng):
        moves, Q = [], np.zeros((num_states, num_actions))
        states, _ = reset()
        for _ in range(steps):
            actions = rng.integers(num_actions, size=len(states))
            seen, rewards, over, _, info = step(actions)
            moves.append((states * num_actions + actions, np.array(rewards, float), np.array(info["final_obs"]), ~np.array(over)))
            states = np.array(seen)
        if moves:
            place, r, after, on = (np.concatenate(part) for part in zip(*moves, strict=True))
            often = np.maximum(np.bincount(place, minlength=Q.size), 1)
            for _ in range(200):
                shown = r + gamma * np.where(on, Q.max(axis=1)[after], 0.0)
                Q = (np.bincount(place, shown, minlength=Q.size) / often).reshape(Q.shape)
        return Q

    return {"epsilon_greedy": epsilon_greedy, "q_table": q_table}


@program("q_table", breaks="what would have followed an episode that was cut off counts", several=True)
def b_table_cut_is_the_end():
    return _pair(goes_on=lambda over, cut: ~(over | cut))


@program("q_table", breaks="after an episode that is over nothing counts", several=True)
def b_table_never_over():
    return _pair(goes_on=lambda over, cut: np.ones(len(over), bool), arrived=lambda seen, info, over, cut: seen)


@program("q_table", breaks="a cut episode led to final_obs, not to the first state of the next episode", several=True)
def b_table_learns_from_the_new_episode():
    return _pair(arrived=lambda seen, info, over, cut: seen)


@program("q_table", breaks="an episode that ended begins anew in the observations: moves belong to those states", several=True)
def b_table_goes_on_from_the_old_end():
    return _pair(onward=lambda seen, info: info["final_obs"])


@program("q_table", breaks="the best mean return, not that of a player who stumbles", several=True)
def b_table_values_the_stumbler():
    return _pair(worth=lambda row, epsilon: (1 - epsilon) * row.max() + epsilon * row.mean())


@program("q_table", breaks="close to the mean, with noisy rewards: a fixed share never comes to rest", several=True)
def b_table_fixed_share():
    return _pair(rate=lambda visits: 0.5)


@program("q_table", breaks="each entry is right: without chance some actions are never tried", several=True)
def b_table_never_explores():
    return _pair(epsilon=0.0)


@program("q_table", breaks="rows of terminal states are 0", several=True)
def b_table_begins_with_ones():
    return _pair(start=1.0)


@program("q_table", breaks="reset is called once", several=True)
def b_table_resets_after_each_end():
    def q_table(reset, step, *rest):
        def stepping(actions):
            seen, rewards, over, cut, info = step(actions)
            if np.any(over | cut):
                seen, _ = reset()
            return seen, rewards, over, cut, info

        return _table(reset, stepping, *rest)

    return {"epsilon_greedy": _greedy, "q_table": q_table}


@program("q_table", breaks="step is called at most `steps` times", several=True)
def b_table_one_step_too_many():
    def q_table(reset, step, num_states, num_actions, steps, gamma, rng):
        return _table(reset, step, num_states, num_actions, steps + 1, gamma, rng)

    return {"epsilon_greedy": _greedy, "q_table": q_table}


@program("q_table", breaks="equally good actions are equally likely", several=True)
def b_table_first_of_the_best():
    def greedy(Q, epsilon, rng):
        return np.where(rng.random(len(Q)) < epsilon, rng.integers(Q.shape[1], size=len(Q)), Q.argmax(axis=1))

    return _pair(greedy)


@program("q_table", breaks="rows are independent of each other", several=True)
def b_table_one_coin_for_all_rows():
    return _pair(lambda Q, epsilon, rng: _greedy(Q, float(rng.random() < epsilon), rng))


@program("q_table", breaks="with chance epsilon any action, the best one too", several=True)
def b_table_explores_elsewhere_only():
    def greedy(Q, epsilon, rng):
        best = _greedy(Q, 0.0, rng)
        other = (best + rng.integers(1, Q.shape[1], size=len(Q))) % Q.shape[1] if Q.shape[1] > 1 else best
        return np.where(rng.random(len(Q)) < epsilon, other, best)

    return _pair(greedy)


@program("q_table", breaks="otherwise it is the best of its row, by however little", several=True)
def b_table_loud_noise_for_ties():
    return _pair(lambda Q, epsilon, rng: _greedy(Q + rng.normal(scale=0.02, size=Q.shape), epsilon, rng))


@program("q_table", breaks="inputs are left as they were", several=True)
def b_table_noise_into_the_rows():
    def greedy(Q, epsilon, rng):
        Q += rng.random(Q.shape) * 1e-9
        return _greedy(Q, epsilon, rng)

    return _pair(greedy)


@program("q_table", breaks="chance comes from the rng that is handed in", several=True)
def b_table_chance_of_its_own():
    return _pair(lambda Q, epsilon, rng: _greedy(Q, epsilon, np.random.default_rng()))


# replay


class _Memory:
    """A deque of steps, with a switch for each mistake."""

    ends_by_cut, by_episode, copies, kind, order, pad = True, True, True, None, 1, "zeros"

    def __init__(self, room, stack):
        self.steps, self.stack, self.age = deque(maxlen=room), stack, None

    def __len__(self):
        return sum(len(step[1]) for step in self.steps)

    def keep(self, values):
        return np.array(values, copy=True) if self.copies else np.asarray(values)

    def add(self, pictures, actions, rewards, next_pictures, terminated, truncated):
        if self.age is None:
            self.age = np.zeros(len(pictures), int)
        handed = (pictures, actions, rewards, next_pictures, terminated, truncated)
        self.steps.append((*[self.keep(values) for values in handed], self.age))
        ended = np.asarray(terminated, bool) | (np.asarray(truncated, bool) & self.ends_by_cut)
        self.age = np.where(ended, 0, self.age + 1) if self.by_episode else self.age + 1

    def draw(self, count, rng):
        return rng.integers(len(self.steps), size=count), rng.integers(len(self.steps[0][1]), size=count)

    def earlier(self, t, g, back):
        if back <= self.steps[t][-1][g] and t - back >= 0:
            return self.steps[t - back][0][g]
        return None

    def following(self, t, g):
        return self.steps[t][3][g]

    def over(self, t, g):
        return self.steps[t][4][g]

    def sample(self, count, rng):
        at, game = self.draw(count, rng)
        first = self.steps[0]
        kind = self.kind or first[0].dtype
        states = np.zeros((count, self.stack, first[0].shape[1]), kind)
        nexts = np.zeros((count, 1, first[0].shape[1]), kind)
        for row, (t, g) in enumerate(zip(at, game, strict=True)):
            for back in range(self.stack):
                picture = self.earlier(t, g, back)
                if picture is not None:
                    states[row, -1 - back] = picture
                elif self.pad == "first":
                    states[row, -1 - back] = states[row, -back]
            nexts[row, 0] = self.following(t, g)
        next_states = np.concatenate([states[:, 1:], nexts], axis=1)
        over = np.array([self.over(t, g) for t, g in zip(at, game, strict=True)], first[4].dtype)
        part = [np.array([self.steps[t][k][g] for t, g in zip(at, game, strict=True)], first[k].dtype) for k in (1, 2)]
        return states[:, :: self.order], *part, next_states[:, :: self.order], over


@program("replay", value=True)
def b_memory_of_a_deque():
    return type("Replay", (_Memory,), {})


@program("replay", value=True)
def b_memory_of_a_ring():
    class Replay:
        def __init__(self, room, stack):
            self.room, self.stack, self.total, self.rows = room, stack, 0, None

        def __len__(self):
            return 0 if self.rows is None else min(self.total, self.room) * self.rows[1].shape[1]

        def add(self, pictures, actions, rewards, next_pictures, terminated, truncated):
            handed = [np.asarray(part) for part in (pictures, actions, rewards, next_pictures, terminated)]
            if self.rows is None:
                self.rows = [np.zeros((self.room, *part.shape), part.dtype) for part in handed]
                self.begun = np.zeros(len(handed[1]), int)
                self.first = np.zeros((self.room, len(handed[1])), int)
            place = self.total % self.room
            for ring, part in zip(self.rows, handed, strict=True):
                ring[place] = part
            self.first[place] = self.begun
            self.total += 1
            self.begun = np.where(np.asarray(terminated, bool) | np.asarray(truncated, bool), self.total, self.begun)

        def sample(self, count, rng):
            held, n = min(self.total, self.room), self.rows[1].shape[1]
            when, g = np.divmod(rng.integers(held * n, size=count), n)
            when = when + self.total - held
            t = when % self.room
            wanted = when[:, None] - np.arange(self.stack)[::-1]
            there = wanted >= np.maximum(self.first[t, g], self.total - held)[:, None]
            pictures = self.rows[0][wanted % self.room, g[:, None]]
            states = np.where(there[..., None], pictures, np.zeros((), pictures.dtype))
            following = self.rows[3][t, g][:, None]
            return (
                states,
                self.rows[1][t, g],
                self.rows[2][t, g],
                np.concatenate([states[:, 1:], following], axis=1),
                self.rows[4][t, g],
            )

    return Replay


@program("replay", value=True)
def b_memory_of_ready_made_stacks():
    class Replay:
        def __init__(self, room, stack):
            self.room, self.stack, self.recent, self.steps = room, stack, None, []

        def add(self, pictures, actions, rewards, next_pictures, terminated, truncated):
            pictures = np.array(pictures)
            if self.recent is None:
                self.recent = np.zeros((len(pictures), self.stack, pictures.shape[1]), pictures.dtype)
            state = np.concatenate([self.recent[:, 1:], pictures[:, None]], axis=1)
            after = np.concatenate([state[:, 1:], np.array(next_pictures)[:, None]], axis=1)
            self.steps.append((state, np.array(actions), np.array(rewards), after, np.array(terminated)))
            self.steps = self.steps[-self.room :]
            ended = np.array(terminated, bool) | np.array(truncated, bool)
            self.recent = np.where(ended[:, None, None], np.zeros((), state.dtype), state)

        def __len__(self):
            return sum(len(step[1]) for step in self.steps)

        def sample(self, count, rng):
            moves = rng.choice(len(self), size=count)
            return tuple(np.concatenate([step[k] for step in self.steps])[moves] for k in range(5))

    return Replay


def _memory(**parts):
    return type("Replay", (_Memory,), parts)


@program("replay", breaks="a stack holds one episode only: a cut ends an episode too", value=True)
def b_memory_cut_goes_on():
    return _memory(ends_by_cut=False)


@program("replay", breaks="a stack holds pictures of one episode only", value=True)
def b_memory_stacks_across_episodes():
    return _memory(by_episode=False)


@program("replay", breaks="what was added is kept in its type", value=True)
def b_memory_pictures_as_float32():
    return _memory(kind=np.float32)


@program("replay", breaks="oldest picture first", value=True)
def b_memory_newest_first():
    return _memory(order=-1)


@program("replay", breaks="where the episode had not yet begun, there are zeros", value=True)
def b_memory_repeats_the_first_picture():
    return _memory(pad="first")


@program("replay", breaks="the next state ends with the next picture, not with the new episode's first one", value=True)
def b_memory_next_is_the_step_after():
    def following(self, t, g):
        return self.steps[t + 1][0][g] if t + 1 < len(self.steps) else self.steps[t][3][g]

    return _memory(following=following)


@program("replay", breaks="the next state is a stack, with the older pictures of the episode in it", value=True)
def b_memory_next_state_forgets():
    def sample(self, count, rng):
        states, actions, rewards, after, over = _Memory.sample(self, count, rng)
        after[:, :-1] *= ~np.asarray(over, bool)[:, None, None]
        return states, actions, rewards, after, over

    return _memory(sample=sample)


@program("replay", breaks="room counts steps of n games, not moves", value=True)
def b_memory_room_for_moves():
    def add(self, pictures, *rest):
        _Memory.add(self, pictures, *rest)
        while len(self) > self.steps.maxlen and len(self.steps) > 1:
            self.steps.popleft()

    return _memory(add=add)


@program("replay", breaks="len is the number of moves held", value=True)
def b_memory_len_counts_steps():
    return _memory(__len__=lambda self: len(self.steps))


@program("replay", breaks="drawn with replacement: more moves can be asked for than are held", value=True)
def b_memory_without_replacement():
    def draw(self, count, rng):
        n = len(self.steps[0][1])
        return np.divmod(rng.permutation(len(self.steps) * n)[:count], n)

    return _memory(draw=draw, sample=lambda self, count, rng: _Memory.sample(self, min(count, len(self)), rng))


@program("replay", breaks="all moves are equally likely: the newest step is one of them", value=True)
def b_memory_newest_step_never():
    def draw(self, count, rng):
        return rng.integers(max(1, len(self.steps) - 1), size=count), rng.integers(len(self.steps[0][1]), size=count)

    return _memory(draw=draw)


@program("replay", breaks="all moves are equally likely: step and game are drawn independently", value=True)
def b_memory_one_number_for_step_and_game():
    def draw(self, count, rng):
        at = rng.integers(len(self.steps), size=count)
        return at, at % len(self.steps[0][1])

    return _memory(draw=draw)


@program("replay", breaks="terminated says that the game was over, not that it was cut off", value=True)
def b_memory_done_is_done():
    return _memory(over=lambda self, t, g: self.steps[t][4][g] | self.steps[t][5][g])


@program("replay", breaks="pictures of this episode only: before the oldest step held lies no other step", value=True)
def b_memory_wraps_around_the_ring():
    def earlier(self, t, g, back):
        return self.steps[(t - back) % len(self.steps)][0][g] if back <= self.steps[t][-1][g] else None

    return _memory(earlier=earlier)


@program("replay", breaks="each game's pictures are its own: the stack stays in one row", value=True)
def b_memory_all_games_in_one_row():
    def earlier(self, t, g, back):
        flat = t * len(self.steps[0][1]) + g - back
        step, game = divmod(flat, len(self.steps[0][1]))
        return self.steps[step][0][game] if flat >= 0 and back <= self.steps[t][-1][g] else None

    return _memory(earlier=earlier)


@program("replay", breaks="two memories are two: nothing is shared or remembered elsewhere", value=True)
def b_memory_one_for_all():
    shared = deque()

    def __init__(self, room, stack):
        self.stack, self.age, self.room, self.steps = stack, None, room, shared

    def add(self, *handed):
        _Memory.add(self, *handed)
        while len(self.steps) > self.room:
            self.steps.popleft()

    return _memory(__init__=__init__, add=add)


@program("replay", breaks="chance comes from the rng that is handed in", value=True)
def b_memory_draws_by_itself():
    return _memory(draw=lambda self, count, rng: _Memory.draw(self, count, np.random.default_rng(count)))


# target


def _kind(*arrays):
    kind = np.result_type(*arrays)
    return kind if kind.kind == "f" else np.dtype(float)


def _targets(rewards, next_q, terminated, gamma, choosing_q=None):
    next_q, kind = np.asarray(next_q), _kind(rewards, next_q)
    chosen = np.argmax(next_q if choosing_q is None else choosing_q, axis=1)
    ahead = next_q[np.arange(len(next_q)), chosen]
    ahead = np.where(terminated, 0.0, ahead)
    return (np.asarray(rewards) + gamma * ahead).astype(kind)


def _slope(q, actions, targets, bend, clip=np.clip, share=lambda B, A: B):
    gradient = np.zeros(np.shape(q), _kind(q))
    rows = np.arange(len(q))
    gradient[rows, actions] = clip(np.asarray(q)[rows, actions] - np.asarray(targets), -bend, bend)
    return gradient / share(*gradient.shape) if len(q) else gradient


def _both(td_targets=_targets, td_gradient=_slope):
    return {"td_targets": td_targets, "td_gradient": td_gradient}


@program("target", several=True)
def b_target_by_choices():
    return _both()


@program("target", several=True)
def b_target_row_by_row():
    def td_targets(rewards, next_q, terminated, gamma, choosing_q=None):
        result = np.array(rewards, _kind(rewards, next_q))
        judge = next_q if choosing_q is None else choosing_q
        for i in range(len(result)):
            if not terminated[i]:
                result[i] += gamma * next_q[i, max(range(len(judge[i])), key=lambda a, i=i: judge[i, a])]
        return result

    def td_gradient(q, actions, targets, bend):
        gradient = np.zeros(q.shape, _kind(q))
        for i, (a, goal) in enumerate(zip(actions, targets, strict=True)):
            error = q[i, a] - goal
            gradient[i, a] = (error if abs(error) <= bend else bend * np.sign(error)) / len(q)
        return gradient

    return _both(td_targets, td_gradient)


@program("target", several=True)
def b_target_living_rows_and_one_hot():
    def td_targets(rewards, next_q, terminated, gamma, choosing_q=None):
        result = np.array(rewards).astype(_kind(rewards, next_q))
        live = np.flatnonzero(~np.asarray(terminated, bool))
        if len(live):
            judge = np.asarray(next_q if choosing_q is None else choosing_q)[live]
            best = np.argmax(judge, axis=1)[:, None]
            result[live] += gamma * np.take_along_axis(np.asarray(next_q)[live], best, axis=1)[:, 0]
        return result

    def td_gradient(q, actions, targets, bend):
        taken = np.arange(q.shape[1]) == np.asarray(actions)[:, None]
        error = np.where(taken, q - np.asarray(targets)[:, None], 0)
        return (np.minimum(np.abs(error), bend) * np.sign(error) / max(len(q), 1)).astype(_kind(q))

    return _both(td_targets, td_gradient)


@program("target", breaks="values of an ended move may be nan: a product with 0 keeps it", several=True)
def b_target_zero_times_nan():
    def td_targets(rewards, next_q, terminated, gamma, choosing_q=None):
        chosen = np.argmax(next_q if choosing_q is None else choosing_q, axis=1)
        return rewards + gamma * ~terminated * next_q[np.arange(len(next_q)), chosen]

    return _both(td_targets)


@program("target", breaks="values count where the game goes on, and only there", several=True)
def b_target_never_over():
    def td_targets(rewards, next_q, terminated, gamma, choosing_q=None):
        return _targets(rewards, np.nan_to_num(next_q, posinf=0, neginf=0), np.zeros(len(rewards), bool), gamma, choosing_q)

    return _both(td_targets)


@program("target", breaks="the reward of a move that ended the game counts", several=True)
def b_target_end_is_worth_nothing():
    return _both(lambda r, next_q, over, gamma, choosing_q=None: np.where(over, 0, _targets(r, next_q, over, gamma, choosing_q)))


@program("target", breaks="the net of now chooses, and the frozen copy says the worth", several=True)
def b_target_double_the_other_way():
    def td_targets(rewards, next_q, terminated, gamma, choosing_q=None):
        if choosing_q is None:
            return _targets(rewards, next_q, terminated, gamma)
        return _targets(rewards, choosing_q, terminated, gamma, next_q)

    return _both(td_targets)


@program("target", breaks="double targets do not lie above 0 on pure noise: choosing_q must choose", several=True)
def b_target_never_double():
    return _both(lambda rewards, next_q, terminated, gamma, choosing_q=None: _targets(rewards, next_q, terminated, gamma))


@program("target", breaks="double targets have no bias: the smaller of two maxima is another rule", several=True)
def b_target_smaller_of_two_bests():
    def td_targets(rewards, next_q, terminated, gamma, choosing_q=None):
        one = _targets(rewards, next_q, terminated, gamma)
        return one if choosing_q is None else np.minimum(one, _targets(rewards, choosing_q, terminated, gamma))

    return _both(td_targets)


@program("target", breaks="the reward itself is not discounted", several=True)
def b_target_discounts_the_reward():
    return _both(lambda r, next_q, over, gamma, choosing_q=None: _targets(gamma * r, next_q, over, gamma, choosing_q))


@program("target", breaks="inputs are left as they were", several=True)
def b_target_cleans_the_values():
    def td_targets(rewards, next_q, terminated, gamma, choosing_q=None):
        next_q[terminated] = 0
        return _targets(rewards, next_q, terminated, gamma, choosing_q)

    return _both(td_targets)


@program("target", breaks="the loss is the mean over moves, not the sum", several=True)
def b_target_sum_of_losses():
    return _both(td_gradient=lambda *given: _slope(*given, share=lambda B, A: 1))


@program("target", breaks="the mean is over moves, not over all entries of q", several=True)
def b_target_mean_over_entries():
    return _both(td_gradient=lambda *given: _slope(*given, share=lambda B, A: B * A))


@program("target", breaks="the gradient with respect to q: it points to larger loss", several=True)
def b_target_downhill():
    return _both(td_gradient=lambda *given: -_slope(*given))


@program("target", breaks="outside the bend the slope is the bend, not 1", several=True)
def b_target_cut_at_one():
    return _both(td_gradient=lambda *given: _slope(*given, clip=lambda error, low, high: np.clip(error, -1, 1)))


@program("target", breaks="the Huber loss is not divided by the bend", several=True)
def b_target_smooth_l1():
    return _both(td_gradient=lambda q, actions, targets, bend: _slope(q, actions, targets, bend) / bend)


@program("target", breaks="large errors pull with the slope of a straight line", several=True)
def b_target_plain_squares():
    return _both(td_gradient=lambda *given: _slope(*given, clip=lambda error, low, high: error))


@program("target", breaks="large errors still pull: the line goes on", several=True)
def b_target_outliers_do_not_count():
    return _both(td_gradient=lambda *g: _slope(*g, clip=lambda e, low, high: np.where(np.abs(e) <= high, e, 0)))


@program("target", breaks="only the taken action's value is in the loss", several=True)
def b_target_all_actions_are_pulled():
    def td_gradient(q, actions, targets, bend):
        return np.clip(q - targets[:, None], -bend, bend) / len(q)

    return _both(td_gradient=td_gradient)


@program("target", breaks="each move has its own taken action", several=True)
def b_target_columns_without_rows():
    def td_gradient(q, actions, targets, bend):
        gradient = np.zeros(q.shape, _kind(q))
        errors = q[np.arange(len(q)), actions] - targets
        for a in np.unique(actions):
            gradient[:, a] = np.clip(errors, -bend, bend) / len(q)
        return gradient

    return _both(td_gradient=td_gradient)


@program("target", breaks="whole numbers are taken as floats", several=True)
def b_target_gradient_in_whole_numbers():
    def td_gradient(q, actions, targets, bend):
        gradient = np.zeros_like(q)
        gradient[:] = _slope(q, actions, targets, bend)
        return gradient

    return _both(td_gradient=td_gradient)


@program("target", breaks="float32 stays float32", several=True)
def b_target_gradient_in_double():
    return _both(td_gradient=lambda *given: _slope(*given).astype(float))


# dqn


def _start(widths, rng):
    shapes = list(pairwise(widths))
    net = [(rng.normal(size=shape) * np.sqrt(2 / shape[0]), np.zeros(shape[1])) for shape in shapes]
    net[-1] = (net[-1][0] * 0.1, net[-1][1])
    return [(W.astype(np.float32), b.astype(np.float32)) for W, b in net]


def _run(net, X):
    layers = [np.asarray(X)]
    for W, b in net[:-1]:
        layers.append(np.maximum(layers[-1] @ W + b, 0))
    return layers[-1] @ net[-1][0] + net[-1][1], layers


def _back(net, layers, d):
    gradients = []
    for k in range(len(net) - 1, -1, -1):
        gradients.insert(0, (layers[k].T @ d, d.sum(axis=0)))
        d = (d @ net[k][0].T) * (layers[k] > 0)
    return gradients


def _adam(net, gradients, state, rate):
    t, means, squares = state or (0, [(0, 0)] * len(net), [(0, 0)] * len(net))
    t += 1
    means = [tuple(0.9 * m + 0.1 * g for m, g in zip(*pair, strict=True)) for pair in zip(means, gradients, strict=True)]
    squares = [tuple(0.999 * v + 0.001 * g * g for v, g in zip(*p, strict=True)) for p in zip(squares, gradients, strict=True)]
    new = []
    for pair, m2, v2 in zip(net, means, squares, strict=True):
        moved = []
        for p, m, v in zip(pair, m2, v2, strict=True):
            moved.append((p - rate * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)).astype(p.dtype))
        new.append(tuple(moved))
    return new, (t, means, squares)


def _values(net, pictures):
    return _run(net, np.asarray(pictures))[0]


def _learn(
    reset,
    step,
    num_actions,
    frames,
    gamma,
    rng,
    hidden=(64, 64),
    values=_values,
    explore=lambda share: max(0.05, 1 - 3 * share),
    ended=lambda over, cut: over,
    renew=20,
    slope=_slope,
    every=1,
    updates=1,
    calls=lambda frames, n: frames // n,
    double=True,
):
    pictures, _ = reset()
    pictures = np.asarray(pictures, np.float32)
    net = _start((pictures.shape[1], *hidden, num_actions), rng)
    old, state, memory = net, None, []
    num_steps, done = calls(frames, len(pictures)), 0
    for t in range(num_steps):
        actions = _greedy(values(net, pictures), explore(t / num_steps), rng)
        seen, rewards, over, cut, info = step(actions)
        after = np.array(info["final_obs"], np.float32)
        over = np.array(ended(np.asarray(over, bool), np.asarray(cut, bool)))
        memory.append((pictures.copy(), actions, np.array(rewards, np.float32), after, over))
        pictures = np.array(seen, np.float32)
        if t < 16 or t % every:
            continue
        for _ in range(updates):
            at, g = rng.integers(len(memory), size=64), rng.integers(len(pictures), size=64)
            S, a, r, S2, end = (np.stack([memory[i][k][j] for i, j in zip(at, g, strict=True)]) for k in range(5))
            goal = _targets(r, values(old, S2), end, gamma, values(net, S2) if double else None)
            q, layers = _run(net, S)
            q = values(net, S)
            rate = 0.003 * (1 - 0.9 * t / num_steps)
            net, state = _adam(net, _back(net, layers, slope(q, a, goal, 1.0).astype(np.float32)), state, rate)
            done += 1
            if renew and done % renew == 0:
                old = net
    return net


def _player(q_values=_values, **knobs):
    def dqn(reset, step, num_actions, frames, gamma, rng):
        return _learn(reset, step, num_actions, frames, gamma, rng, **knobs)

    return {"q_values": q_values, "dqn": dqn}


@program("dqn", several=True)
def b_player_double_with_frozen_copy():
    return _player(updates=2)


@program("dqn", several=True)
def b_player_soft_copy_and_squares():
    def dqn(reset, step, num_actions, frames, gamma, rng):
        seen, _ = reset()
        n, p = np.shape(seen)
        net = _start((p, 96, num_actions), rng)
        slow, state, num_steps = net, None, frames // n
        rows = [np.zeros((num_steps, n, p), np.float32), np.zeros((num_steps, n), int), np.zeros((num_steps, n), np.float32)]
        rows += [np.zeros((num_steps, n, p), np.float32), np.zeros((num_steps, n), bool)]
        for t in range(num_steps):
            rows[0][t] = seen
            rows[1][t] = _greedy(_values(net, rows[0][t]), max(0.1, 1 - 2 * t / num_steps), rng)
            seen, rewards, terminated, _, info = step(rows[1][t].copy())
            rows[2][t], rows[3][t], rows[4][t] = rewards, info["final_obs"], terminated
            for _ in range(2 if t >= 10 else 0):
                draw = rng.integers(t + 1, size=128), rng.integers(n, size=128)
                S, a, r, after, over = (part[draw] for part in rows)
                goal = r + np.float32(gamma) * np.where(over, 0, _values(slow, after).max(axis=1))
                q, layers = _run(net, S)
                d = np.zeros_like(q)
                d[np.arange(128), a] = np.clip(q[np.arange(128), a] - goal, -3, 3) / 128
                net, state = _adam(net, _back(net, layers, d), state, 0.002 * (1 - 0.95 * t / num_steps))
                mixed = [zip(old, new, strict=True) for old, new in zip(slow, net, strict=True)]
                slow = [tuple((np.float32(0.97) * o + np.float32(0.03) * w) for o, w in pair) for pair in mixed]
        return net

    return {"q_values": _values, "dqn": dqn}


@program("dqn", several=True)
def b_player_fitted_on_pairs_of_pixels():
    def features(pictures):
        X = np.asarray(pictures)
        X = X.astype(np.result_type(X, np.float32), copy=False)
        i, j = np.triu_indices(X.shape[1])
        return np.concatenate([np.ones((len(X), 1), X.dtype), X, X[:, i] * X[:, j]], axis=1)

    def q_values(parameters, pictures):
        return features(pictures) @ parameters[0]

    def dqn(reset, step, num_actions, frames, gamma, rng):
        seen, _ = reset()
        kept = []
        for _ in range(frames // len(seen)):
            actions = rng.integers(num_actions, size=len(seen))
            before = np.array(seen, np.float32)
            seen, rewards, terminated, _, info = step(actions)
            kept.append(
                (before, actions, np.array(rewards, float), np.array(info["final_obs"], np.float32), np.array(terminated))
            )
        S, a, r, after, over = (np.concatenate(part) for part in zip(*kept, strict=True))
        now, later = features(S), features(after)
        size = now.shape[1]
        W, solvers = np.zeros((size, num_actions), np.float32), []
        for k in range(num_actions):
            F = now[a == k].astype(float)
            solvers.append((np.linalg.inv(F.T @ F + 1e-2 * np.eye(size)), now[a == k].T.copy()))
        for _ in range(70):
            goal = r + gamma * np.where(over, 0.0, (later @ W).max(axis=1))
            columns = [inverse @ (F @ goal[a == k].astype(F.dtype)) for k, (inverse, F) in enumerate(solvers)]
            last, W = W, np.stack(columns, axis=1).astype(np.float32)
            if np.abs(W - last).max() < 1e-4:
                break
        return [W]

    return {"q_values": q_values, "dqn": dqn}


@program("dqn", breaks="values are right for both actions: the player must try both", several=True)
def b_player_never_explores():
    return _player(explore=lambda share: 0.0, updates=2)


@program("dqn", breaks="greedy play on Catch earns 0.8: a linear net cannot compare two places", several=True)
def b_player_without_a_hidden_layer():
    return _player(hidden=(), updates=2)


@program("dqn", breaks="values right to 0.1: too few updates", several=True)
def b_player_learns_every_fiftieth_step():
    return _player(every=50)


@program("dqn", breaks="values themselves are right, not their differences only", several=True)
def b_player_advantages_only():
    def q_values(net, pictures):
        q = _values(net, pictures)
        return q - q.mean(axis=1, keepdims=True)

    return _player(q_values, updates=2)


@program("dqn", breaks="values reach 10: the last layer is not squashed", several=True)
def b_player_squashed_values():
    def values(net, pictures):
        return 2 * np.tanh(_values(net, pictures) / 2)

    return _player(values, values=values, updates=2)


@program("dqn", breaks="no more than `frames` frames are played: a step costs one a copy", several=True)
def b_player_counts_steps_for_frames():
    return _player(calls=lambda frames, n: frames // n + 100, updates=2)


@program("dqn", breaks="(B, num_actions) for any pictures, also for one", several=True)
def b_player_squeezes_one_picture():
    return _player(lambda net, pictures: np.squeeze(_values(net, pictures)), updates=2)


@program("dqn", breaks="inputs are left as they were: the pictures are rescaled in place", several=True)
def b_player_rescales_the_pictures():
    def q_values(net, pictures):
        q = _values(net, pictures)
        pictures *= 0.5
        return q

    return _player(q_values, updates=2)


@program("dqn", breaks="values follow from the parameters handed in; nothing is remembered between calls", several=True)
def b_player_remembers_its_last_net():
    last = []

    def dqn(*given):
        last[:] = _learn(*given, updates=2)
        return last

    return {"q_values": lambda parameters, pictures: _values(last, pictures), "dqn": dqn}
