"""Answers that the cases of week 20 must tell apart."""

from collections import deque
from itertools import pairwise

import numpy as np

from autograder.cases import entry, right, wrong


# ------------------------------------------------------------------------------------------- look_ahead
def looked(Q, P, R, terminal, gamma, best=lambda Q: Q.max(axis=1)):
    """A right look, to vary."""
    worth = np.where(terminal, 0, best(Q))
    return np.where(terminal[:, None], 0, R + gamma * (P @ worth))


@wrong("look_ahead", caught_by="rows_that_mean_nothing", kind="mathematics", headline=True)
def nought_times_nan(Q, P, R, terminal, gamma):
    going = 1.0 - terminal
    return (R + gamma * (P @ (Q.max(axis=1) * going))) * going[:, None]


@wrong("look_ahead", caught_by="as_if_tried", kind="mathematics")
def the_mean_action(Q, P, R, terminal, gamma):
    return looked(Q, P, R, terminal, gamma, lambda Q: Q.mean(axis=1))


@wrong("look_ahead", caught_by="as_if_tried", kind="mathematics")
def no_discount(Q, P, R, terminal, gamma):
    return looked(Q, P, R, terminal, 1.0)


@wrong("look_ahead", caught_by="as_if_tried", kind="mathematics")
def the_reward_discounted_too(Q, P, R, terminal, gamma):
    return looked(Q, P, gamma * R, terminal, gamma)


@wrong("look_ahead", caught_by="as_if_tried", kind="mathematics")
def the_likeliest_state_alone(Q, P, R, terminal, gamma):
    sure = np.eye(P.shape[2])[np.nan_to_num(P).argmax(axis=2)]
    return looked(Q, sure, R, terminal, gamma)


@wrong("look_ahead", caught_by="as_if_tried", kind="mathematics")
def the_best_that_could_come(Q, P, R, terminal, gamma):
    worth = np.where(terminal, 0, Q.max(axis=1))
    ahead = np.where(np.nan_to_num(P) > 0, worth, -np.inf).max(axis=2)
    return np.where(terminal[:, None], 0, R + gamma * ahead)


@wrong("look_ahead", caught_by="as_if_tried", kind="missing case")
def the_end_pays_again(Q, P, R, terminal, gamma):
    return R + gamma * (P @ np.where(terminal, 0, Q.max(axis=1)))


@wrong("look_ahead", caught_by="rows_that_mean_nothing", kind="missing case")
def the_end_is_worth_what_its_row_says(Q, P, R, terminal, gamma):
    return np.where(terminal[:, None], 0, R + gamma * (P @ Q.max(axis=1)))


@wrong("look_ahead", caught_by="as_if_tried", kind="mathematics")
def half_a_step(Q, P, R, terminal, gamma):
    return (np.where(terminal[:, None], 0, Q) + looked(Q, P, R, terminal, gamma)) / 2


@wrong("look_ahead", caught_by="as_if_tried", kind="hard-coding")
def always_nine_tenths(Q, P, R, terminal, gamma):
    return looked(Q, P, R, terminal, 0.9)


@wrong("look_ahead", caught_by="as_if_tried", kind="mathematics")
def each_row_hears_the_new_ones(Q, P, R, terminal, gamma):
    Q = np.where(terminal[:, None], 0, Q).astype(float)
    for s in np.flatnonzero(~terminal):
        Q[s] = R[s] + gamma * (P[s] @ Q.max(axis=1))
    return Q


@wrong("look_ahead", caught_by="look_house", kind="mutation")
def zeros_written_into_the_table(Q, P, R, terminal, gamma):
    Q[terminal] = 0
    return np.where(terminal[:, None], 0, R + gamma * (P @ Q.max(axis=1)))


@wrong("look_ahead", caught_by="look_house", kind="dtype")
def everything_in_float64(Q, P, R, terminal, gamma):
    return looked(Q, P, R, terminal, gamma).astype(float)


@wrong("look_ahead", caught_by="look_house", kind="dtype")
def in_the_type_of_the_table(Q, P, R, terminal, gamma):
    return looked(Q, P, R, terminal, gamma).astype(Q.dtype)


@right("look_ahead")
def loop_over_states(Q, P, R, terminal, gamma):
    out = np.zeros(R.shape, np.result_type(Q, P, R, np.float32) if R.dtype == np.float32 else float)
    for s in range(len(R)):
        for a in range(R.shape[1]):
            if not terminal[s]:
                out[s, a] = R[s, a] + gamma * sum(P[s, a, t] * max(Q[t]) for t in range(len(R)) if not terminal[t])
    return out


@right("look_ahead")
def only_those_that_go_on(Q, P, R, terminal, gamma):
    going = np.flatnonzero(~terminal)
    out = np.zeros(R.shape, np.result_type(R, np.float32) if R.dtype.kind == "f" else float)
    out[going] = R[going] + gamma * P[np.ix_(going, range(R.shape[1]), going)] @ Q[going].max(axis=1)
    return out


@right("look_ahead")
def einsum_and_copies(Q, P, R, terminal, gamma):
    Q, P, R = Q.copy(), P.copy(), R.copy()
    Q[terminal], P[terminal], R[terminal] = 0, 0, 0
    return R + gamma * np.einsum("ijk,k->ij", P, np.max(Q, axis=1))


# ------------------------------------------------------------------------------------------- q_table
def greedy(Q, epsilon, rng):
    """A right choice, to vary."""
    order = np.lexsort((rng.random(Q.shape), Q), axis=1) if len(Q) else np.zeros(Q.shape, int)
    return np.where(rng.random(len(Q)) < epsilon, rng.integers(Q.shape[1], size=len(Q)), order[:, -1])


def taught(shown=None, rate=lambda n: n**-0.7, epsilon=0.5, choose=greedy, where=lambda seen, info: info["final_obs"]):
    """A right learner, to vary: `shown(r, Q, after, over, cut, gamma, start)` is what a move has shown."""
    shown = shown or (lambda r, Q, after, over, cut, gamma, rng: r if over else r + gamma * Q[after].max())

    def q_table(reset, step, num_states, num_actions, steps, gamma, rng):
        Q, visits = np.zeros((num_states, num_actions)), np.zeros((num_states, num_actions))
        states, _ = reset()
        for _ in range(steps):
            actions = choose(Q[states], epsilon, rng)
            seen, rewards, terminated, truncated, info = step(actions)
            rows = zip(states, actions, rewards, where(seen, info), terminated, truncated, strict=True)
            for s, a, r, after, over, cut in rows:
                visits[s, a] += 1
                Q[s, a] += rate(visits[s, a]) * (shown(r, Q, after, over, cut, gamma, rng) - Q[s, a])
            states = seen
        return Q

    return q_table


def pair(q_table=None, epsilon_greedy=greedy):
    return {"epsilon_greedy": epsilon_greedy, "q_table": q_table or taught()}


@wrong("q_table", caught_by="after_a_cut", kind="mathematics", headline=True, several=True)
def the_state_after_the_new_start():
    return pair(taught(where=lambda seen, info: seen))


@wrong("q_table", caught_by="after_a_cut", kind="mathematics", headline=True, several=True)
def a_cut_is_an_end():
    return pair(taught(lambda r, Q, after, over, cut, gamma, rng: r if over or cut else r + gamma * Q[after].max()))


@wrong("q_table", caught_by="without_stumbling", kind="mathematics", several=True)
def the_value_of_the_stumbling_player():
    def shown(r, Q, after, over, cut, gamma, rng):
        return r if over else r + gamma * (0.5 * Q[after].max() + 0.5 * Q[after].mean())

    return pair(taught(shown))


@wrong("q_table", caught_by="best_play", kind="stability", several=True)
def a_fixed_large_share():
    return pair(taught(rate=lambda n: 0.8))


@wrong("q_table", caught_by="best_play", kind="mathematics", several=True)
def too_slow_by_far():
    return pair(taught(rate=lambda n: 0.001))


@wrong("q_table", caught_by="best_play", kind="mathematics", several=True)
def the_next_reward_alone():
    return pair(taught(lambda r, Q, after, over, cut, gamma, rng: r))


@wrong("q_table", caught_by="best_play", kind="hard-coding", several=True)
def gamma_is_nine_tenths():
    return pair(taught(lambda r, Q, after, over, cut, gamma, rng: r if over else r + 0.9 * Q[after].max()))


@wrong("q_table", caught_by="without_stumbling", kind="mathematics", several=True)
def it_never_tries_anything_else():
    def first(Q, epsilon, rng):
        return Q.argmax(axis=1)

    return pair(taught(choose=first))


@wrong("q_table", caught_by="as_often_as", kind="mathematics", several=True)
def epsilon_for_the_others_alone():
    def choose(Q, epsilon, rng):
        best = greedy(Q, 0.0, rng)
        other = (best + rng.integers(1, max(Q.shape[1], 2), size=len(Q))) % Q.shape[1]
        return np.where(rng.random(len(Q)) < epsilon, other, best)

    return pair(epsilon_greedy=choose)


@wrong("q_table", caught_by="as_often_as", kind="mathematics", several=True)
def always_the_first_of_equals():
    def choose(Q, epsilon, rng):
        return np.where(rng.random(len(Q)) < epsilon, rng.integers(Q.shape[1], size=len(Q)), Q.argmax(axis=1))

    return pair(epsilon_greedy=choose)


@wrong("q_table", caught_by="as_often_as", kind="mathematics", several=True)
def one_coin_for_all_rows():
    def choose(Q, epsilon, rng):
        return rng.integers(Q.shape[1], size=len(Q)) if rng.random() < epsilon else greedy(Q, 0.0, rng)

    return pair(epsilon_greedy=choose)


@wrong("q_table", caught_by="as_often_as", kind="mathematics", several=True)
def epsilon_turned_over():
    return pair(epsilon_greedy=lambda Q, epsilon, rng: greedy(Q, 1 - epsilon, rng))


@wrong("q_table", caught_by="greedy_house", kind="missing case", several=True)
def chance_of_its_own():
    return pair(epsilon_greedy=lambda Q, epsilon, rng: greedy(Q, epsilon, np.random.default_rng()))


@wrong("q_table", caught_by="greedy_house", kind="mutation", several=True)
def noise_added_in_place():
    def choose(Q, epsilon, rng):
        if Q.dtype.kind == "f":
            Q += 1e-9 * rng.random(Q.shape)
        return greedy(Q, epsilon, rng)

    return pair(epsilon_greedy=choose)


@wrong("q_table", caught_by="table_house", kind="missing case", several=True)
def begins_anew_at_each_step():
    def q_table(reset, step, num_states, num_actions, steps, gamma, rng):
        reset()
        return taught()(reset, step, num_states, num_actions, steps, gamma, rng)

    return pair(q_table)


@right("q_table", several=True)
def by_sums_of_its_own():
    def choose(Q, epsilon, rng):
        out = []
        for row in Q:
            best = np.flatnonzero(row == row.max())
            out.append(rng.integers(len(row)) if rng.random() < epsilon else rng.choice(best))
        return np.array(out, dtype=int)

    return pair(taught(epsilon=0.7, rate=lambda n: 10 / (10 + n), choose=choose), choose)


@right("q_table", several=True)
def a_counted_book_of_rules():
    def q_table(reset, step, num_states, num_actions, steps, gamma, rng):
        count, total = np.zeros((num_states, num_actions, num_states)), np.zeros((num_states, num_actions))
        ends = np.zeros(num_states, bool)
        s, _ = reset()
        for _ in range(steps):
            a = rng.integers(num_actions, size=len(s))
            seen, r, over, _, info = step(a)
            np.add.at(count, (s, a, info["final_obs"]), 1)
            np.add.at(total, (s, a), r)
            ends[info["final_obs"][over]] = True
            s = seen
        times = np.maximum(count.sum(axis=2), 1)
        Q = np.zeros((num_states, num_actions))
        for _ in range(200):
            Q = total / times + gamma * (count / times[..., None]) @ np.where(ends, 0, Q.max(axis=1))
        return Q

    return pair(q_table)


@right("q_table", several=True)
def all_copies_at_once():
    def q_table(reset, step, num_states, num_actions, steps, gamma, rng):
        Q, visits = np.zeros(num_states * num_actions), np.zeros(num_states * num_actions)
        s, _ = reset()
        for _ in range(steps):
            a = greedy(Q.reshape(num_states, num_actions)[s], 0.6, rng)
            seen, r, over, _, info = step(a)
            shown = r + gamma * np.where(over, 0, Q.reshape(num_states, num_actions)[info["final_obs"]].max(axis=1))
            cell = s * num_actions + a
            n = np.bincount(cell, minlength=len(Q))
            mean = np.bincount(cell, shown, len(Q)) / np.maximum(n, 1)
            visits += n
            share = np.where(n > 0, np.minimum(1, n / np.maximum(visits, 1) ** 0.8), 0)
            Q += share * (mean - Q)
            s = seen
        return Q.reshape(num_states, num_actions)

    return pair(q_table, lambda Q, epsilon, rng: greedy(Q, epsilon, rng))


# ------------------------------------------------------------------------------------------- replay
class Kept:
    """A right memory by a deque of steps, to vary."""

    def __init__(self, room, stack):
        self.room, self.stack, self.steps, self.age = room, stack, deque(maxlen=room), None

    def copy(self, part):
        return np.array(part)

    def ends(self, terminated, truncated):
        return terminated | truncated

    def add(self, pictures, actions, rewards, next_pictures, terminated, truncated):
        if self.age is None:
            self.age = np.zeros(len(pictures), int)
        step = (pictures, actions, rewards, next_pictures, terminated)
        self.steps.append((*map(self.copy, step), self.age.copy()))
        self.age = np.where(self.ends(terminated, truncated), 0, self.age + 1)

    def __len__(self):
        return len(self.steps) * (len(self.steps[0][0]) if self.steps else 0)

    def place(self, rng):
        return int(rng.integers(len(self.steps))), int(rng.integers(len(self.steps[0][0])))

    def before(self, t, i, back):
        """The picture so many steps back, or None."""
        if back > self.steps[t][5][i] or t - back < 0:
            return None
        return self.steps[t - back][0][i]

    def following(self, t, i, state):
        return np.concatenate([state[1:], self.steps[t][3][i][None]])

    def over(self, t, i):
        return self.steps[t][4][i]

    def state(self, t, i):
        like = self.steps[t][0][i]
        found = [self.before(t, i, back) for back in range(self.stack - 1, -1, -1)]
        return np.array([np.zeros_like(like) if one is None else one for one in found])

    def sample(self, count, rng):
        places = [self.place(rng) for _ in range(count)]
        states = [self.state(t, i) for t, i in places]
        after = [self.following(t, i, state) for (t, i), state in zip(places, states, strict=True)]
        like = self.steps[0]
        shape = (count, self.stack, *like[0].shape[1:])
        return (
            np.array(states, like[0].dtype).reshape(shape),
            np.array([self.steps[t][1][i] for t, i in places], like[1].dtype),
            np.array([self.steps[t][2][i] for t, i in places], like[2].dtype),
            np.array(after, like[0].dtype).reshape(shape),
            np.array([self.over(t, i) for t, i in places], bool),
        )


@wrong("replay", caught_by="one_episode", kind="mathematics", headline=True, value=True)
def stacks_cross_an_end():
    class Replay(Kept):
        def before(self, t, i, back):
            return self.steps[t - back][0][i] if t >= back else None

    return Replay


@wrong("replay", caught_by="one_episode", kind="missing case", headline=True, value=True)
def a_cut_does_not_end_a_stack():
    class Replay(Kept):
        def ends(self, terminated, truncated):
            return terminated

    return Replay


@wrong("replay", caught_by="one_episode", kind="mathematics", value=True)
def before_the_first_comes_the_last():
    class Replay(Kept):
        def before(self, t, i, back):
            return self.steps[t - back][0][i] if back <= self.steps[t][5][i] and abs(t - back) <= len(self.steps) else None

    return Replay


@wrong("replay", caught_by="one_episode", kind="mathematics", value=True)
def the_newest_picture_first():
    class Replay(Kept):
        def state(self, t, i):
            return super().state(t, i)[::-1]

        def following(self, t, i, state):
            return np.concatenate([self.steps[t][3][i][None], state[:-1]])

    return Replay


@wrong("replay", caught_by="one_episode", kind="mathematics", value=True)
def the_first_picture_repeated():
    class Replay(Kept):
        def before(self, t, i, back):
            return super().before(t, i, min(back, self.steps[t][5][i]))

    return Replay


@wrong("replay", caught_by="together", kind="mathematics", value=True)
def the_next_state_from_the_next_step():
    class Replay(Kept):
        def following(self, t, i, state):
            after = self.steps[t + 1][0][i] if t + 1 < len(self.steps) else self.steps[t][3][i]
            return np.concatenate([state[1:], after[None]])

    return Replay


@wrong("replay", caught_by="together", kind="mathematics", value=True)
def a_cut_counts_as_the_end():
    class Replay(Kept):
        def add(self, pictures, actions, rewards, next_pictures, terminated, truncated):
            super().add(pictures, actions, rewards, next_pictures, terminated | truncated, truncated)

    return Replay


@wrong("replay", caught_by="together", kind="mathematics", value=True)
def the_state_of_another_game():
    class Replay(Kept):
        def state(self, t, i):
            return super().state(t, 0)

    return Replay


@wrong("replay", caught_by="the_newest", kind="mathematics", value=True)
def room_for_moves_not_steps():
    class Replay(Kept):
        def add(self, pictures, *rest):
            if self.age is None:
                self.steps = deque(maxlen=max(1, self.room // len(pictures)))
            super().add(pictures, *rest)

    return Replay


@wrong("replay", caught_by="the_newest", kind="missing case", value=True)
def nothing_is_forgotten():
    class Replay(Kept):
        def __init__(self, room, stack):
            super().__init__(10**6, stack)

    return Replay


@wrong("replay", caught_by="the_newest", kind="mathematics", value=True)
def the_newest_step_is_never_drawn():
    class Replay(Kept):
        def place(self, rng):
            t, i = super().place(rng)
            return max(0, min(t, len(self.steps) - 2)), i

    return Replay


@wrong("replay", caught_by="equally_likely", kind="mathematics", value=True)
def recent_ones_more_often():
    class Replay(Kept):
        def place(self, rng):
            t, i = super().place(rng)
            return max(t, super().place(rng)[0]), i

    return Replay


@wrong("replay", caught_by="as_it_was_added", kind="dtype", value=True)
def pictures_become_float32():
    class Replay(Kept):
        def copy(self, part):
            return np.array(part, np.float32) if np.ndim(part) == 2 else np.array(part)

    return Replay


@wrong("replay", caught_by="each_its_own", kind="mutation", value=True)
def one_store_for_all_memories():
    class Replay(Kept):
        steps_of_all = deque(maxlen=50)  # noqa: RUF012

        def __init__(self, room, stack):
            super().__init__(room, stack)
            if len(self.steps_of_all) > 20:
                self.steps_of_all.clear()
            self.steps = self.steps_of_all

    return Replay


@wrong("replay", caught_by="each_its_own", kind="missing case", value=True)
def chance_from_nowhere():
    class Replay(Kept):
        def sample(self, count, rng):
            return super().sample(count, np.random.default_rng())

    return Replay


@right("replay", value=True)
def a_deque_of_steps():
    return Kept


@right("replay", value=True)
def stacks_are_kept_whole():
    class Replay:
        def __init__(self, room, stack):
            self.room, self.size, self.moves, self.n = room, stack, [], 0
            self.running = None

        def add(self, pictures, actions, rewards, next_pictures, terminated, truncated):
            self.n = len(pictures)
            if self.running is None:
                self.running = [[] for _ in pictures]
            for i in range(self.n):
                self.running[i].append(pictures[i].copy())
                blank = [np.zeros_like(pictures[i])] * self.size
                state = np.array((blank + self.running[i])[-self.size :])
                after = np.array((blank + self.running[i] + [next_pictures[i].copy()])[-self.size :])
                self.moves.append((state, actions[i], rewards[i], after, terminated[i]))
                if terminated[i] or truncated[i]:
                    self.running[i] = []
            self.moves = self.moves[-self.room * self.n :]

        def __len__(self):
            return len(self.moves)

        def sample(self, count, rng):
            drawn = [self.moves[k] for k in rng.integers(len(self.moves), size=count)]
            first = self.moves[0]
            return tuple(
                np.array([one[k] for one in drawn], np.asarray(first[k]).dtype).reshape(count, *np.shape(first[k]))
                for k in range(5)
            )

    return Replay


@right("replay", value=True)
def drawn_by_choice():
    class Replay(Kept):
        def place(self, rng):
            t, i = np.divmod(rng.choice(len(self)), len(self.steps[0][0]))
            return int(t), int(i)

        def following(self, t, i, state):
            out = np.empty_like(state)
            out[:-1], out[-1] = state[1:], self.steps[t][3][i]
            return out

    return Replay


# ------------------------------------------------------------------------------------------- target
def aimed(rewards, next_q, terminated, gamma, choosing_q=None):
    """Right targets, to vary."""
    chosen = (next_q if choosing_q is None else choosing_q).argmax(axis=1)
    return rewards + gamma * np.where(terminated, 0, next_q[np.arange(len(next_q)), chosen])


def sloped(q, actions, targets, bend, share=True):
    """A right gradient, to vary."""
    out, rows = np.zeros_like(q, dtype=q.dtype if q.dtype.kind == "f" else float), np.arange(len(q))
    out[rows, actions] = np.clip(q[rows, actions] - targets, -bend, bend) / (max(len(q), 1) if share else 1)
    return out


def two(td_targets=aimed, td_gradient=sloped):
    return {"td_targets": td_targets, "td_gradient": td_gradient}


@wrong("target", caught_by="nothing_leaks", kind="mathematics", headline=True, several=True)
def nought_times_infinity():
    def td_targets(rewards, next_q, terminated, gamma, choosing_q=None):
        chosen = (next_q if choosing_q is None else choosing_q).argmax(axis=1)
        return rewards + gamma * next_q[np.arange(len(next_q)), chosen] * (1 - terminated).astype(next_q.dtype)

    return two(td_targets)


@wrong("target", caught_by="move_by_move", kind="mathematics", headline=True, several=True)
def the_end_is_not_masked():
    return two(lambda r, next_q, over, gamma, choosing=None: aimed(r, next_q, np.zeros(len(r), bool), gamma, choosing))


@wrong("target", caught_by="move_by_move", kind="mathematics", several=True)
def double_the_other_way_round():
    def td_targets(rewards, next_q, terminated, gamma, choosing_q=None):
        if choosing_q is None:
            return aimed(rewards, next_q, terminated, gamma)
        return aimed(rewards, choosing_q, terminated, gamma, next_q)

    return two(td_targets)


@wrong("target", caught_by="move_by_move", kind="mathematics", several=True)
def the_smaller_of_two_maxima():
    def td_targets(rewards, next_q, terminated, gamma, choosing_q=None):
        both = next_q if choosing_q is None else np.minimum(next_q, choosing_q)
        return aimed(rewards, both, terminated, gamma)

    return two(td_targets)


@wrong("target", caught_by="move_by_move", kind="missing case", several=True)
def never_double():
    return two(lambda r, next_q, over, gamma, choosing=None: aimed(r, next_q, over, gamma))


@wrong("target", caught_by="move_by_move", kind="mathematics", several=True)
def the_reward_of_the_end_is_lost():
    return two(lambda r, next_q, over, gamma, choosing=None: np.where(over, 0, aimed(r, next_q, over, gamma, choosing)))


@wrong("target", caught_by="move_by_move", kind="shape", several=True)
def the_best_of_the_whole_batch():
    def td_targets(rewards, next_q, terminated, gamma, choosing_q=None):
        if choosing_q is not None or not len(rewards):
            return aimed(rewards, next_q, terminated, gamma, choosing_q)
        return rewards + gamma * np.where(terminated, 0, np.nanmax(np.where(np.isfinite(next_q), next_q, -9)))

    return two(td_targets)


@wrong("target", caught_by="move_by_move", kind="hard-coding", several=True)
def ninety_nine_hundredths():
    return two(lambda r, next_q, over, gamma, choosing=None: aimed(r, next_q, over, 0.99, choosing))


@wrong("target", caught_by="slope_of_the_loss", kind="mathematics", several=True)
def all_actions_are_moved():
    def td_gradient(q, actions, targets, bend):
        return np.clip(q - np.asarray(targets)[:, None], -bend, bend) / len(q)

    return two(td_gradient=td_gradient)


@wrong("target", caught_by="slope_of_the_loss", kind="mathematics", several=True)
def the_sum_over_moves():
    return two(td_gradient=lambda q, a, y, bend: sloped(q, a, y, bend, share=False))


@wrong("target", caught_by="slope_of_the_loss", kind="mathematics", several=True)
def a_parabola_everywhere():
    return two(td_gradient=lambda q, a, y, bend: sloped(q, a, y, np.inf))


@wrong("target", caught_by="slope_of_the_loss", kind="mathematics", several=True)
def uphill():
    return two(td_gradient=lambda q, a, y, bend: -sloped(q, a, y, bend))


@wrong("target", caught_by="slope_of_the_loss", kind="mathematics", several=True)
def gone_outside_the_bend():
    def td_gradient(q, actions, targets, bend):
        out = sloped(q, actions, targets, np.inf)
        return np.where(np.abs(out) * len(q) > bend, 0, out)

    return two(td_gradient=td_gradient)


@wrong("target", caught_by="slope_of_the_loss", kind="mathematics", several=True)
def as_smooth_l1():
    return two(td_gradient=lambda q, a, y, bend: sloped(q, a, y, bend) / bend)


@wrong("target", caught_by="target_house", kind="dtype", several=True)
def targets_in_float64():
    return two(lambda *handed: aimed(*handed).astype(float))


@wrong("target", caught_by="target_house", kind="mutation", several=True)
def zeros_written_into_the_next_values():
    def td_targets(rewards, next_q, terminated, gamma, choosing_q=None):
        next_q[terminated] = 0
        return aimed(rewards, next_q, terminated, gamma, choosing_q)

    return two(td_targets)


@wrong("target", caught_by="target_house", kind="dtype", several=True)
def the_gradient_in_whole_numbers():
    return two(td_gradient=lambda q, a, y, bend: sloped(q, a, y, bend).astype(q.dtype))


@right("target", several=True)
def move_after_move():
    def td_targets(rewards, next_q, terminated, gamma, choosing_q=None):
        out = np.zeros(len(rewards), np.result_type(rewards, next_q) if next_q.dtype.kind == "f" else float)
        for k, reward in enumerate(rewards):
            out[k] = reward
            if not terminated[k]:
                best = np.argmax(next_q[k] if choosing_q is None else choosing_q[k])
                out[k] += gamma * next_q[k, best]
        return out

    def td_gradient(q, actions, targets, bend):
        out = np.zeros(q.shape, q.dtype if q.dtype.kind == "f" else float)
        for k, a in enumerate(actions):
            off = q[k, a] - targets[k]
            out[k, a] = (off if abs(off) <= bend else bend * np.sign(off)) / len(q)
        return out

    return {"td_targets": td_targets, "td_gradient": td_gradient}


@right("target", several=True)
def by_one_hot_rows():
    def td_targets(rewards, next_q, terminated, gamma, choosing_q=None):
        by = next_q if choosing_q is None else choosing_q
        best = np.argmax(np.where(terminated[:, None], 0, by), axis=1)
        ahead = np.take_along_axis(np.where(terminated[:, None], 0, next_q), best[:, None], axis=1)[:, 0]
        return rewards + gamma * ahead

    def td_gradient(q, actions, targets, bend):
        taken = np.arange(q.shape[1]) == np.asarray(actions)[:, None]
        off = q - np.asarray(targets)[:, None]
        return np.where(taken, np.maximum(np.minimum(off, bend), -bend), 0) / max(len(q), 1)

    return {"td_targets": td_targets, "td_gradient": td_gradient}


@right("target", several=True)
def only_moves_that_go_on():
    def td_targets(rewards, next_q, terminated, gamma, choosing_q=None):
        out = rewards.astype(np.result_type(rewards, next_q) if next_q.dtype.kind == "f" else float)
        going = ~np.asarray(terminated, bool)
        by = next_q if choosing_q is None else choosing_q
        rows = np.flatnonzero(going)
        out[rows] += gamma * next_q[rows, by[rows].argmax(axis=1)]
        return out

    return two(td_targets)


# ------------------------------------------------------------------------------------------- dqn
def net(sizes, rng, last=0.1):
    """Parameters [W, b, W, b, …] in float32."""
    out = []
    for before, after in pairwise(sizes):
        out += [rng.normal(0, np.sqrt(2 / before), (before, after)).astype(np.float32), np.zeros(after, np.float32)]
    out[-2] = out[-2] * np.float32(last)
    return out


def passed(p, X):
    """What each layer hears, and what the last one says."""
    heard = [np.asarray(X, np.float32)]
    for W, b in zip(p[:-2:2], p[1:-2:2], strict=True):
        heard.append(np.maximum(heard[-1] @ W + b, 0))
    return heard, heard[-1] @ p[-2] + p[-1]


def said(p, X):
    """Action values."""
    return passed(p, X)[1]


def back(p, heard, d):
    """The gradients of all parameters."""
    out = []
    for k in range(len(heard) - 1, -1, -1):
        out = [heard[k].T @ d, d.sum(axis=0), *out]
        d = d @ p[2 * k].T * (heard[k] > 0) if k else d
    return out


class Stepper:
    """Adam."""

    def __init__(self, p):
        self.m, self.v, self.t = [0 * one for one in p], [0 * one for one in p], 0

    def __call__(self, p, g, rate):
        self.t += 1
        self.m = [0.9 * m + 0.1 * one for m, one in zip(self.m, g, strict=True)]
        self.v = [0.999 * v + 0.001 * one * one for v, one in zip(self.v, g, strict=True)]
        a, b = 1 - 0.9**self.t, 1 - 0.999**self.t
        return [
            one - np.float32(rate) * (m / np.float32(a)) / (np.sqrt(v / np.float32(b)) + np.float32(1e-8))
            for one, m, v in zip(p, self.m, self.v, strict=True)
        ]


def learner(
    hidden=(48, 48), batch=64, rate=3e-3, hold=20, warm=20, double=True, room=2000, low=0.05, explore=0.33, settle=True,
    over=lambda terminated, truncated: terminated, seen_next=lambda pictures, seen, info: info["final_obs"],
    reward=lambda r, ended: r, discount=None, shift=0, all_actions=False, leak=False, chance=None, last=0.1, frozen=True,
):  # fmt: skip
    """A right player, to vary: each argument is a decision, some of which are mistakes."""

    def dqn(reset, step, num_actions, frames, gamma, rng):
        rng = rng if chance is None else chance()
        gamma = gamma if discount is None else discount
        pictures, _ = reset()
        n, num_steps = len(pictures), frames // len(pictures)
        p = net((pictures.shape[1], *hidden, num_actions), rng, last)
        old, adam = list(p), Stepper(p)
        space = room * n
        S, N = np.empty((space, pictures.shape[1]), np.float32), np.empty((space, pictures.shape[1]), np.float32)
        A, R, E = np.empty(space, int), np.empty(space, np.float32), np.empty(space, bool)
        updates = 0
        for t in range(num_steps):
            epsilon = max(low, 1 - t / (explore * num_steps))
            a = np.where(rng.random(n) < epsilon, rng.integers(num_actions, size=n), said(p, pictures).argmax(axis=1))
            seen, r, terminated, truncated, info = step(a)
            at = (t % room) * n + np.arange(n)
            S[at], N[at], A[at] = pictures, seen_next(pictures, seen, info), (a + shift) % num_actions
            R[at], E[at] = reward(r, terminated | truncated), over(terminated, truncated)
            pictures = seen
            if t < warm:
                continue
            j = rng.integers(min(t + 1, room) * n, size=batch)
            q_next = said(old if frozen else p, N[j])
            best = (said(p, N[j]) if double else q_next).argmax(axis=1)
            y = R[j] + np.float32(gamma) * np.where(E[j] & (not leak), 0, q_next[np.arange(batch), best])
            heard, q = passed(p, S[j])
            d = np.zeros_like(q)
            if all_actions:
                d[:] = np.clip(q - y[:, None], -1, 1) / batch
            else:
                d[np.arange(batch), A[j]] = np.clip(q[np.arange(batch), A[j]] - y, -1, 1) / batch
            p = adam(p, back(p, heard, d), rate * (1 - 0.9 * t / num_steps if settle else 1))
            updates += 1
            if updates % hold == 0:
                old = list(p)
        return p

    return dqn


def whole(dqn, q_values=said):
    return {"dqn": dqn, "q_values": q_values}


@wrong("dqn", caught_by="probe_clock", kind="mathematics", headline=True, several=True)
def cut_means_over():
    return whole(learner(over=lambda terminated, truncated: terminated | truncated))


@wrong("dqn", caught_by="probe_constant", kind="mathematics", headline=True, several=True)
def the_end_goes_on():
    return whole(learner(leak=True))


@wrong("dqn", caught_by="probe_delay", kind="mathematics", several=True)
def the_next_picture_is_the_present_one():
    return whole(learner(seen_next=lambda pictures, seen, info: pictures))


@wrong("dqn", caught_by="probe_delay", kind="stability", several=True)
def the_copy_is_never_renewed():
    return whole(learner(hold=10**9))


@wrong("dqn", caught_by="probe_action", kind="mathematics", several=True)
def every_action_hears_the_target():
    return whole(learner(all_actions=True))


@wrong("dqn", caught_by="probe_action", kind="mathematics", several=True)
def actions_one_further():
    return whole(learner(shift=1))


@wrong("dqn", caught_by="probe_constant", kind="mathematics", several=True)
def the_last_reward_is_lost():
    return whole(learner(reward=lambda r, ended: np.where(ended, 0, r)))


@wrong("dqn", caught_by="probe_clock", kind="mathematics", several=True)
def without_a_discount():
    return whole(learner(discount=1.0))


@wrong("dqn", caught_by="probe_clock", kind="stability", several=True)
def the_copy_lives_too_long():
    return whole(learner(hold=400))


@wrong("dqn", caught_by="probe_sight", kind="missing case", several=True)
def blind():
    return whole(
        lambda reset, step, num_actions, frames, gamma, rng: learner()(
            lambda: (0 * reset()[0], {}),
            lambda a: (lambda s, r, e, c, info: (0 * s, r, e, c, {"final_obs": 0 * info["final_obs"]}))(*step(a)),
            num_actions,
            frames,
            gamma,
            rng,
        )
    )


@wrong("dqn", caught_by="small_run", kind="missing case", several=True)
def numpys_own_chance():
    return whole(learner(chance=np.random.default_rng))


@wrong("dqn", caught_by="small_run", kind="shape", several=True)
def values_less_the_batch_mean():
    def q_values(p, pictures):
        q = said(p, pictures)
        return q - 0.01 * q.mean(axis=0) if len(q) > 1 else q

    return whole(learner(), q_values)


@wrong("dqn", caught_by="catches", kind="hard-coding", several=True)
def it_knows_the_probes_and_nothing_else():
    train = learner(hidden=(32,))

    def dqn(reset, step, num_actions, frames, gamma, rng):
        pictures, _ = reset()
        if pictures.shape[1] > 2:
            return net((pictures.shape[1], 8, num_actions), rng, 1.0)
        return train(lambda: (pictures, {}), step, num_actions, frames, gamma, rng)

    return whole(dqn)


@right("dqn", several=True)
def plain_targets_and_one_wide_layer():
    return whole(learner(hidden=(96,), double=False, batch=96))


@right("dqn", several=True)
def small_steps_large_batches():
    return whole(learner(hidden=(64, 32), batch=128, rate=2e-3, hold=15, low=0.1))


@right("dqn", several=True)
def without_a_frozen_copy():
    return whole(learner(frozen=False, hidden=(64, 64), double=False))


# ------------------------------------------------------------------------------------------- orchard
def called(name, made):
    made.__name__ = name
    return made


def orchardist(share=1.0, **settings):
    """An entry that learns as told, by a share of the frames."""
    settings = {"hidden": (96, 96), "batch": 256, "rate": 2e-3, "hold": 125, "warm": 60, "room": 1600, "low": 0.02} | settings

    def train(reset, step, frames, rng):
        return learner(explore=0.3, **settings)(reset, step, 3, int(share * frames), 0.95, rng)

    def act(arrays, pictures):
        return said(arrays, pictures).argmax(axis=1)

    return lambda: {"train": train, "act": act}


@entry("orchard", band="nothing")
def any_button():
    return {
        "train": lambda reset, step, frames, rng: [np.zeros(1)],
        "act": lambda arrays, pictures: np.random.default_rng(0).integers(3, size=len(pictures)),
    }


@entry("orchard", band="refused")
def one_step_too_many():
    def train(reset, step, frames, rng):
        reset()
        for _ in range(frames // 32 + 1):
            step(np.zeros(32, int))
        return [np.zeros(1)]

    return {"train": train, "act": lambda arrays, pictures: np.zeros(len(pictures), int)}


entry("orchard", band="baseline")(called("a_tenth_of_the_frames", orchardist(0.1)))
entry("orchard", band="gets going")(called("a_third_of_the_frames", orchardist(0.33)))
entry("orchard", band="good")(called("batches_of_64", orchardist(batch=64)))
entry("orchard", band="excellent")(called("batches_of_256", orchardist()))
