# %% [markdown] role="week" needs="week04.deep_net week06.adam"
# # Week 20 · EXTRA · Deep Q-learning
#
# You are put before a screen. Dots move on it. You have three buttons, and nobody says what they do. Now and then a counter goes up by 1,
# or down by 1. There is no book of rules and no teacher who knows the right answer. There is only the counter.
#
# All weeks so far had labels. Somebody had said what was right. A player gets something weaker: a **reward**, late, and for a
# whole row of moves. Which of the twenty moves before it earned it? That is the question of **reinforcement learning**.
# <!-- term: reward | the number that a move brings; all that a player is told. -->
# <!-- term: reinforcement learning | learning to act from rewards, without right answers. -->
#
# In 2013 one program learnt seven games of an old console this way, from the pixels. Its name was *deep Q-network*. Its net was a small one, and its rule fits
# on one line. What was hard was that nearly every mistake in it goes unseen: the program runs, it even gets better, and it stays far
# below what it could do. So this week has two aims. You build a player that learns from pixels. And you learn to *test* something that fails in silence.
#
# **You need** the deep net with its way back (week 4) and Adam (week 6). **You build** one look ahead, Q-learning on a table, a memory,
# a target with its gradient, and the whole player. Reading takes about 55 minutes of the week. The house rules of week 1 hold.

# %% role="given" id="setup"
import numpy as np

import explore
from autograder.cases import check
from autograder.explore import guess
import kit

forward, backward, adam = kit.forward, kit.backward, kit.adam  # your own instead: kit.mine("forward"), …

# %% [markdown]
# ## What is a move worth?
#
# At each step the player sees the **state** $s$ of the game and chooses an **action** $a$. The game answers with a reward $r$ and the next state
# $s'$. Chance may have a part in both.
# <!-- term: state | all that one must know of a game to say what can come. -->
# <!-- term: action | what a player can do at a step. -->
#
# A reward now is better than the same reward later. Each step that one must wait multiplies it by the **discount** $\gamma$, a number
# from 0 to 1. The discounted sum of all rewards from now on is the **return** $G$. With $\gamma = \tfrac12$ the rewards 0, 0, 8 have the return
# $0 + 0 + 8 \cdot \tfrac14 = 2$.
# <!-- term: discount | the factor γ by which a reward loses worth for each step that one waits for it. -->
# <!-- term: return | the discounted sum of all rewards from now on. -->
#
# The **action value** $Q(s, a)$ is the mean return of a player who takes action $a$ in state $s$ and plays on as well as
# anyone can. Who knows $Q$ knows how to play. No plan is needed and no search.
# <!-- term: action value | Q(s, a): the mean return after action a in state s, when all is played as well as possible from then on. -->
#
# How does one get it? The best choice depends on the values, and the values on the choice. There is a way round: think of a
# player who knows that he has *one* more move, then of one who has two, and so on.
#
# *A worked number.* In state 0 the only action pays 1. Then one is in state 0 or in state 1, equally often. In state 1 the only action
# pays 4 and ends the game. To a player with one move left they are worth 1 and 4. With $\gamma = \tfrac12$ and two moves left, they are worth 2.25 and 4.
#
# <details><summary>Why 2.25?</summary>
#
# The action pays 1. Then one move is left, in a state where that is worth 1 or 4, so 2.5 on average. It comes a step later, so half of it counts.
#
# </details>

# %% [markdown]
# ### Exercise · `look_ahead` &nbsp; ●○○ &nbsp; 20 min
#
# `look_ahead(Q, P, R, terminal, gamma)` gets a table $Q$ (S, A): what each action is worth to a player with $k$ moves left. It returns the
# table of a player with $k + 1$ moves left. `P` (S, A, S) holds the chances of the next state, `R` (S, A) the mean rewards. `terminal` (S,) is
# true where a state ends the game.
#
# - From a table of zeros, $k$ calls give the best mean return of $k$ moves.
# - In a terminal state no move is made: its row of the result is 0.
# - The rows of `Q`, `P` and `R` of a terminal state mean nothing. They may even hold nan.
#
# There are two states, and the second one is terminal. The first action pays 1 and stays, the other pays 5 and ends. With $\gamma = \tfrac12$ the row of the first
# state is (1, 5), then (3.5, 5), and stays so.
#
# <details><summary>A question to ask yourself</summary>
#
# You stand in state $s$ and have just taken action $a$. You hear which state came. What is it worth to stand there, for somebody who may choose?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. The worth of each state: the best entry of its row, and 0 for a terminal state. Put the 0 there by a choice, not by a product.
# 2. For each state and action: the reward, plus $\gamma$ times the mean worth of what comes.
# 3. `P @ worth` is that mean for all states and actions at once. At the end the terminal rows become 0.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def look_ahead(Q, P, R, terminal, gamma):
#     worth = np.where(terminal, ..., ...)
#     ahead = R + ...
#     return np.where(...[:, None], ..., ahead)
# ```
#
# </details>


# %% role="answer" id="look_ahead"
def look_ahead(Q, P, R, terminal, gamma):
    """The action values (S, A) of a player with one more move."""
    ### BEGIN SOLUTION
    worth = np.where(terminal, 0, Q.max(axis=1))
    return np.where(terminal[:, None], 0, R + gamma * (P @ worth))
    ### END SOLUTION


# %% role="check" id="check_look_ahead" points=2
check("look_ahead")

# %% role="hidden" id="test_look_ahead" points=2

# %% [markdown]
# Two players disagree about the values. Let both look ahead. Their best actions may differ, but a mean of worths and a best of
# worths can never differ by more than the worths themselves. Then comes the factor $\gamma$. So after one look, the largest disagreement has
# shrunk at least to its $\gamma$-fold. Such a map is a **contraction**. All tables come together, whatever they began with, at the one
# table that a look does not change: the true values.
# <!-- term: contraction | a map that brings any two points closer, at least by a fixed factor below 1. -->

# %% role="guess" id="guess_sweeps"
guess.number(
    "γ is 0.9, and the first table is wrong by at most 1. After how many looks is it surely right to 0.01?",
    0,
    200,
    truth=explore.sweeps_needed,
)

# %% [markdown]
# Here is a small world with walls, a hole (−1) and a flag (+1), both of which end the game. The floor is slippery: one move in five goes
# somewhere else. Watch the values spread from the flag, through *your* function.

# %% role="show" id="show_world"
explore.world(look_ahead)

# %% [markdown]
# <details><summary>What to look for</summary>
#
# - The values walk one square a look. A square that is farther from the flag than the number of looks is still 0.
# - With a small $\gamma$ far squares are worth nearly nothing, and the way is taken for its safety only.
# - Beside the hole the arrows point away from it, even into a wall. On a slippery floor that is the safe move.
#
# </details>

# %% [markdown]
# ## Ten minutes from before
#
# Three small tasks. Nothing here is graded. Change the marked line of each cell and run it.
#
# **1.** (Week 19) A man left the study after 4 years, alive. Somebody writes him down as "died after 4 years". Is the estimated survival then too high, right, or too low?

# %% role="try" id="before_censored"
answer = "right"  # <- too high, right, too low
print("right" if answer == "too low" else "not yet: one death too many is counted")

# %% [markdown]
# **2.** (Week 17) A row of weights comes from a softmax over scores. The third place must not be looked at. Which score does it get?

# %% role="try" id="before_mask"
masked_score = 0.0  # <- another one
scores = np.array([1.0, 2.0, masked_score])
weights = np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum()
print("right" if weights[2] == 0 else f"not yet: the third place still has the weight {weights[2]:.3f}")

# %% [markdown]
# **3.** (Week 13) Two pictures count as the same face where their distance is below a threshold. Choose the threshold so that one of these
# four pairs is judged wrongly, and no more.

# %% role="try" id="before_threshold"
threshold = 0.1  # <- another one
distances, same = np.array([0.3, 0.8, 0.6, 1.2]), np.array([True, True, False, False])
wrong = int(np.sum((distances < threshold) != same))
print("right" if wrong == 1 else f"not yet: {wrong} are wrong")

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. *too low*. He may live for many years more. Keep this in mind: a watch that ends is not a life that ends. It comes back today.
# 2. `-np.inf`.
# 3. For example 0.5 or 1.0. None gets all four right.
#
# </details>

# %% [markdown]
# ## The game of the studio
#
# Two fruits fall, and drift. One kind is worth 1, the other costs 1. Each fruit has a faint trail, so one picture shows where it goes. The
# upper row is the game as you would like to see it. The lower row is what the player gets: the same pixels, shuffled once and for all.

# %% role="show" id="show_orchard"
explore.two_views()

# %% [markdown]
# Play it. Use the arrow keys after a click on the board, or the three buttons. Then tick *as the player sees it*, and try
# again. Which kind pays is drawn anew at each start, and so is what the keys do.

# %% role="show" id="show_play"
explore.play()

# %% [markdown]
# ## Without the rules
#
# All this needed `P` and `R`: the book of rules. A player has no such book. He has what happened: he stood in $s$, did $a$, got $r$, and found himself
# in $s'$. **Q-learning** (Watkins, 1989) replaces the mean over all that could come by the one thing that came, and then moves
# the table's entry only a little. Chance averages out over many visits.
# <!-- term: Q-learning | learning action values from single moves: each entry moves a little to what the move has shown. -->
#
# Where should the player go meanwhile? A rule that chooses is a **policy**. If it always takes what looks best, one never finds out what the rest is like. So one tries something
# else now and then. The commonest policy of this kind is **ε-greedy**, where $\varepsilon$ says how often he explores.
# <!-- term: policy | a rule that says for each state which action is taken. -->
# <!-- term: ε-greedy | a policy that mostly takes the best known action, and tries all of them now and then. -->
#
# *A worked number.* There are 4 actions, $\varepsilon$ is 0.2, and the third action looks best. Then it is taken with chance 0.85, and each of the others
# with 0.05.
#
# One thing is easy to miss. The moves that are *made* come from a player who now and then stumbles. The values that are *learnt* are to be those
# of a player who never does. Values of the stumbling player himself are another thing: he would keep away from every cliff.
#
# One game from its beginning to its end is an **episode**. Two things can end it, and the difference is the most expensive one of this week.
#
# - **Terminated**: the game is over. Nothing can be earned after this. The ball is lost, the king is taken.
# - **Truncated**: somebody stopped the clock. The game would have gone on, and all that it promised is still true. We do not see it, that is all.
# <!-- term: episode | one game, from its beginning to its end. -->
# <!-- term: terminated | ended by the game itself: nothing is earned afterwards. -->
# <!-- term: truncated | cut off by a clock from outside: what would have come is still worth something. -->
#
# It is week 19 once more. A patient who leaves the study has not died.
#
# ### How a game is handed to you
#
# A **game** here is a pair of functions, as in the library Gymnasium. It plays several copies at once, say $n$. One step of one
# copy is a **frame**. So a call of `step` plays $n$ frames.
# <!-- term: frame | one step of one copy of a game. -->
#
# | call | returns |
# |---|---|
# | `reset()` | `observations, info` |
# | `step(actions)` | `observations, rewards, terminated, truncated, info` |
#
# Everything has $n$ rows. `actions` holds $n$ whole numbers. A copy whose episode ends begins anew *within the same step*. So its row of `observations` already
# shows the new episode. What was seen at the end of the old one stands in `info["final_obs"]`. Copies that go on have the same row in both.

# %% role="try" id="try_game"
game = explore.new_game("catch", 2)  # two copies of a small game: a fruit falls, a basket goes left, stays, or goes right
pictures, info = game.reset()
for _ in range(6):
    pictures, rewards, terminated, truncated, info = game.step(np.array([0, 2]))
print(info["final_obs"][0].reshape(7, 5), rewards, terminated)

# %% [markdown]
# The loop around a game is always the same. So it is given, for who wants it. A policy is a function here: it gets what all copies show, and says what
# all of them do.


# %% role="given" id="given_game"
class Game:
    """A game that is being played, in several copies. `seen` is what they show now."""

    def __init__(self, reset, step):
        self.step, (self.seen, _) = step, reset()

    def move(self, actions):
        """One move in each copy. Returns what was seen before it, the actions, rewards, what was seen after it, terminated and truncated."""
        before = self.seen
        self.seen, rewards, terminated, truncated, info = self.step(actions)
        return before, actions, rewards, info["final_obs"], terminated, truncated

    def moves(self, policy, num_steps):
        """Play so many steps by a policy, and yield the moves one step after another."""
        for _ in range(num_steps):
            yield self.move(policy(self.seen))


# %% [markdown]
# What `moves` yields at each step is six arrays of $n$ rows, and the policy is asked anew each time.
#
# `move` puts `info["final_obs"]` where the newer `seen` is at hand. What would a learner believe that is handed `seen` instead?
#
# <details><summary>Answer</summary>
#
# That the last move of an episode led to the first picture of another one. Where a clock cut the episode, the worth of a
# fresh start would be taken for the worth of the place that was left.
#
# </details>

# %% [markdown]
# ### Exercise · `q_table` &nbsp; ●●○ &nbsp; 50 min
#
# `epsilon_greedy(Q, epsilon, rng)` takes one row of action values for each of $n$ games (n, A). It returns $n$ actions, whole numbers.
#
# - An action that is not the best of its row has the chance $\varepsilon / A$. The best one has all the rest, and equally good ones share it equally.
# - Rows are independent of each other.
#
# `q_table(reset, step, num_states, num_actions, steps, gamma, rng)` plays a game whose observations are states, whole numbers (n,). It
# calls `reset` once and `step` at most `steps` times. It returns the table (S, A).
#
# - Each entry is close to the best mean return after this action. "Close" is 0.15, for rewards about as large as 1, 16 copies and 2,000 steps.
# - What would have followed an episode that was cut off counts. After one that is over nothing counts, and rows of terminal states are 0.
#
# The judged games have at most 5 states, at most one of them terminal, and at most 3 actions. $\gamma$ is at most 0.8. Mean rewards lie
# between $-1$ and 1, and their noise has a standard deviation of at most 0.3. A clock cuts at most three steps in ten. In the
# largest of these games, the worst entry of our own table was off by 0.07 on average.
#
# <details><summary>A question to ask yourself</summary>
#
# An entry is moved by a share of the surprise. With a fixed share it never comes to rest, since rewards are noisy. How should the share depend
# on how often this entry was visited? And where does the state stand that a finished episode ended in?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. `epsilon_greedy`: a coin for each row. With chance $\varepsilon$ take any of the A actions, else the best one: noise that breaks ties, and an `argmax`.
# 2. Keep a table of values and a table of visits. In each step, go through the copies one by one: two of them may be in the same state.
# 3. What a move has shown: the reward, plus $\gamma$ times the best entry of the state it led to. That counts unless the game is over.
# 4. Move the entry by a share of the difference. `visits ** -0.7` works well: larger than $1/\text{visits}$, and still it goes to 0.
# 5. Let $\varepsilon$ be large. You learn about the best player whatever you do.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def q_table(reset, step, num_states, num_actions, steps, gamma, rng):
#     Q, visits = np.zeros((num_states, num_actions)), np.zeros((num_states, num_actions))
#
#     def policy(states):
#         return epsilon_greedy(..., ..., rng)
#
#     for move in Game(reset, step).moves(policy, steps):
#         for s, a, r, after, over, cut in zip(*move):
#             visits[s, a] += 1
#             shown = r + (0 if ... else ...)
#             Q[s, a] += ...
#     return Q
# ```
#
# </details>


# %% role="answer" id="q_table"
def epsilon_greedy(Q, epsilon, rng):
    """The actions (n,) of an ε-greedy player whose values are the rows of Q (n, A)."""
    ### BEGIN SOLUTION
    is_best = Q.max(axis=1, keepdims=True) == Q
    greedy = np.argmax(is_best * rng.random(Q.shape), axis=1)  # noise decides among equals
    return np.where(rng.random(len(Q)) < epsilon, rng.integers(Q.shape[1], size=len(Q)), greedy)
    ### END SOLUTION


def q_table(reset, step, num_states, num_actions, steps, gamma, rng):
    """The action values (S, A) of a game that is known by playing it alone."""
    ### BEGIN SOLUTION
    Q, visits = np.zeros((num_states, num_actions)), np.zeros((num_states, num_actions), int)
    for move in Game(reset, step).moves(lambda states: epsilon_greedy(Q[states], 0.5, rng), steps):
        for s, a, r, after, over, _ in zip(*move, strict=True):
            visits[s, a] += 1
            shown = r if over else r + gamma * Q[after].max()
            Q[s, a] += visits[s, a] ** -0.7 * (shown - Q[s, a])
    return Q
    ### END SOLUTION


# %% role="check" id="check_q_table" points=3
check("q_table")

# %% role="hidden" id="test_q_table" points=4

# %% [markdown]
# The same world as above, now without its rules. A robot walks in it, by your two functions, and the arrows are what it has learnt.

# %% role="show" id="show_learnt"
explore.learnt(q_table)

# %% [markdown]
# ## From a table to a net
#
# A table has a row for each state. The orchard has about two million pictures, and you will see 120,000 of them. Most will be new
# to you each time. So a net takes the table's place: from the pixels to one number for each action. What it learns from one
# picture it also says about similar ones.
#
# Two things go wrong when one just does that.
#
# - *Neighbours look alike.* The next picture is almost this one. Batches of such pictures say the same thing many times. The net leans wholly
#   to where the player is now, and forgets the rest. The cure is a **replay memory**: keep what happened, and learn from a
#   random mixture of old and new.
# - *The target runs away.* The net is to be moved to a number that the net itself has said. Each step moves the target as well. The cure is
#   a **frozen copy**: an older net says the targets.
# <!-- term: replay memory | a store of past moves, from which random batches are drawn. -->
# <!-- term: frozen copy | an older copy of the net, which says the targets. -->
#
# One picture does not show where a thing is going. Two in a row do. So players are often given a **stack** of the last few
# pictures. A stack costs no memory, if each picture is kept once and the stack is put together when it is drawn.
# <!-- term: stack | the last few pictures, handed to the net together, so that it sees motion. -->

# %% [markdown]
# ### Exercise · `replay` &nbsp; ●●○ &nbsp; 50 min
#
# `Replay(room, stack)` is a class, a memory for `room` steps of $n$ games.
#
# `add(pictures, actions, rewards, next_pictures, terminated, truncated)` takes one step of all $n$ games. Pictures are (n, p), the others (n,). `next_pictures` are those of
# `info["final_obs"]`. From one call to the next, game $i$ stays in row $i$.
#
# `sample(count, rng)` returns `count` moves: `states, actions, rewards, next_states, terminated`. States are (count, stack, p),
# oldest picture first. `len(memory)` is the number of moves held.
#
# - The newest `room` steps are held, and no others. Each move of a sample is any of theirs, with equal chance, also one that was drawn before.
# - A state ends with the picture of its move, and its next state with the next picture.
# - A stack holds pictures of one episode only. Where the episode had not yet begun, there are zeros.
# - What was added is kept as it was, and pictures keep their type.
#
# Where an older picture of the episode is no longer held, the real one and zeros are both right.
#
# One game and a stack of 2: the pictures are A, B, and the game is over at C. Then D and E follow. The moves are (0, A) → (A, B), (A, B) → (B, C), and (0, D) → (D, E).
#
# <details><summary>A question to ask yourself</summary>
#
# You hold a row of steps. For a move at step $t$, how many steps may you go back? Two things stop you. And in a ring, where the newest step overwrites the
# oldest, which step lies before place 0?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. Simplest: a `collections.deque(maxlen=room)` of steps, each a tuple of copies. Or arrays and a place to write to, as a ring.
# 2. For each step and game also keep how many pictures of its episode came before. You know it when you add: one more than at the step before, or 0 after an end.
# 3. `sample`: draw step and game at random. For the picture $k$ steps back, take it if the episode is that old and the step is held.
# 4. The next state is the state without its oldest picture, and the next picture behind it.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# class Replay:
#     def __init__(self, room, stack):
#         self.steps, self.stack, self.age = deque(maxlen=room), stack, None
#
#     def add(self, pictures, actions, rewards, next_pictures, terminated, truncated):
#         if self.age is None:
#             self.age = np.zeros(len(pictures), int)
#         self.steps.append((pictures.copy(), ..., self.age))
#         self.age = np.where(..., 0, self.age + 1)
#
#     def sample(self, count, rng):
#         at, game = rng.integers(len(self.steps), size=count), ...
#         states = np.zeros(...)
#         for row, (t, g) in enumerate(zip(at, game)):
#             for back in range(...):
#                 ...
#         next_states = np.concatenate([states[:, 1:], ...], axis=1)
#         ...
# ```
#
# </details>


# %% role="answer" id="replay"
class Replay:
    """A memory of the last `room` steps of n games, from which moves with stacks of pictures are drawn."""

    ### BEGIN SOLUTION
    def __init__(self, room, stack):
        self.room, self.stack, self.added = room, stack, 0

    def add(self, pictures, actions, rewards, next_pictures, terminated, truncated):
        """Keep one step of all games."""
        step = [np.asarray(part) for part in (pictures, actions, rewards, next_pictures, terminated)]
        if self.added == 0:
            self.kept = [np.zeros((self.room, *part.shape), part.dtype) for part in step]
            self.ages, self.age = np.zeros((self.room, len(step[0])), int), np.zeros(len(step[0]), int)
        at = self.added % self.room
        for kept, part in zip(self.kept, step, strict=True):
            kept[at] = part
        self.ages[at] = self.age
        self.age = np.where(np.logical_or(terminated, truncated), 0, self.age + 1)
        self.added += 1

    def __len__(self):
        return 0 if self.added == 0 else min(self.added, self.room) * self.ages.shape[1]

    def sample(self, count, rng):
        """`count` moves: states, actions, rewards, next_states, terminated."""
        held = min(self.added, self.room)
        move = rng.integers(len(self), size=count)
        games = self.ages.shape[1]
        number, game = self.added - held + move // games, move % games  # steps are numbered from the first one on
        at = number % self.room
        pictures = self.kept[0]
        states = np.zeros((count, self.stack, *pictures.shape[2:]), pictures.dtype)
        for back in range(self.stack):
            there = (self.ages[at, game] >= back) & (number - back >= self.added - held)
            states[there, -1 - back] = pictures[(number[there] - back) % self.room, game[there]]
        _, actions, rewards, final, terminated = (part[at, game] for part in self.kept)
        return states, actions, rewards, np.concatenate([states[:, 1:], final[:, None]], axis=1), terminated

    ### END SOLUTION


# %% role="check" id="check_replay" points=3
check("replay")

# %% role="hidden" id="test_replay" points=4

# %% [markdown]
# ## The best of noisy numbers
#
# The target of a move holds a largest value: the best of what the frozen copy says about the next picture. These values are
# estimates, with errors. What does that do to the largest one?

# %% role="guess" id="guess_bias"
guess.number(
    "Ten actions are all worth exactly 0. Each is estimated with an error of standard deviation 1. What is the largest estimate on average?",
    -1,
    4,
    truth=explore.best_of_ten,
    step=0.05,
)

# %% role="show" id="show_bias"
explore.best_of_noise()

# %% [markdown]
# The largest of several noisy numbers is one that was lucky. On average it is too high, although none of the estimates is. This is the **maximization
# bias**, the winner's curse of week 7 in a new place. Here it is worse than there. The inflated number becomes a target, the net learns it, and the next
# target is built on that.
# <!-- term: maximization bias | the largest of several noisy estimates is on average above the largest true value. -->
#
# Two people who have seen different days help against it. The second one's errors know nothing of the first one's luck. The two are at hand: the net
# of now, and its frozen copy. What would you ask each of them? Keep in mind what the copy is frozen for. A target that is put together
# from both is a **double target**.
# <!-- term: double target | a target that is put together from two estimates whose errors know nothing of each other. -->
#
# <details><summary>Answer</summary>
#
# Ask one *which* action is best, and the other *what it is worth*. An action that the first one takes by luck gets an honest number from the second. Targets
# should hold still, so the frozen copy says the number, and the net of now says which.
#
# </details>
#
# The net is moved by a gradient of its error. The error of an early target can be huge, and squares of huge numbers throw a net about. So
# the **Huber loss** is common: a parabola for small errors, straight lines outside. Here it is, for one error and slowly:
# <!-- term: Huber loss | half the square of a small error, and a straight line for large ones. -->


# %% role="given" id="given_huber"
def huber(error, bend):
    """The loss of one error: a parabola up to `bend`, then straight on."""
    if abs(error) <= bend:
        return error**2 / 2
    return bend * (abs(error) - bend / 2)


# %% [markdown]
# ### Exercise · `target` &nbsp; ●●○ &nbsp; 40 min
#
# Two functions. B is the number of moves in a batch.
#
# `td_targets(rewards, next_q, terminated, gamma, choosing_q=None)` returns what the moves have shown (B,). `next_q` (B, A) holds values of the next
# pictures. With a `choosing_q` (B, A), values of them by somebody else, targets are double. What a picture is worth is always said by `next_q`.
#
# - Values of a next picture count where, and only where, the game goes on. Elsewhere they may be nan or infinite.
# - On pure noise with mean 0, plain targets lie above 0 on average. Double ones do not, if the two noises are independent.
#
# `td_gradient(q, actions, targets, bend)` gets the net's values of the present pictures, (B, A). The loss is the mean over moves of the Huber loss, for the error between the taken action's value and its target.
#
# - The result is the gradient of this loss with respect to `q`, (B, A). Targets are fixed numbers.
#
# One move with reward 1, `next_q` (3, 5), `choosing_q` (2, 1) and $\gamma = 0.9$: the plain target is 5.5 and the double one 3.7. A move that ended the game has the target 1.
#
# <details><summary>A question to ask yourself</summary>
#
# What is $0 \cdot \text{nan}$? And which entries of a row of `q` have an influence on the loss of its move?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. Which action: the best by `choosing_q`, or by `next_q` where there is none. What it is worth: that entry of `next_q`. (In the player,
#    `next_q` will come from the frozen copy and `choosing_q` from the net of now.)
# 2. Use `np.where` on `terminated`, so that a nan is not picked up.
# 3. The slope of `huber` is the error itself, cut off at `bend` on both sides. Put it at the taken actions, zeros elsewhere, and think of the mean.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def td_targets(rewards, next_q, terminated, gamma, choosing_q=None):
#     chosen = ...
#     ahead = next_q[np.arange(...), chosen]
#     return np.where(terminated, ..., ...)
#
# def td_gradient(q, actions, targets, bend):
#     rows, gradient = np.arange(len(q)), np.zeros_like(q * 1.0)
#     gradient[rows, actions] = np.clip(...) / ...
#     return gradient
# ```
#
# </details>


# %% role="answer" id="target"
def td_targets(rewards, next_q, terminated, gamma, choosing_q=None):
    """What moves have shown: an array (B,)."""
    ### BEGIN SOLUTION
    best = np.argmax(next_q if choosing_q is None else choosing_q, axis=1)
    return rewards + gamma * np.where(terminated, 0, next_q[np.arange(len(next_q)), best])
    ### END SOLUTION


def td_gradient(q, actions, targets, bend):
    """The gradient (B, A) of the mean Huber loss with respect to q."""
    ### BEGIN SOLUTION
    gradient, rows = np.zeros_like(q * 1.0), np.arange(len(q))
    gradient[rows, actions] = np.clip(q[rows, actions] - targets, -bend, bend) / max(len(q), 1)
    return gradient
    ### END SOLUTION


# %% role="check" id="check_target" points=3
check("target")

# %% role="hidden" id="test_target" points=3

# %% [markdown]
# What you built is the target of **double Q-learning** (van Hasselt, 2010). Its gradient is simply the error, cut off at the bend, at the action that was taken.
# <!-- term: double Q-learning | one estimate says which action is best, another one what it is worth. -->
#
# <details><summary>The same in PyTorch</summary>
#
# ```python
# import torch
#
# with torch.no_grad():                                            # targets are fixed numbers
#     best = net(next_states).argmax(dim=1, keepdim=True)
#     ahead = frozen_net(next_states).gather(1, best)[:, 0]
#     targets = torch.where(terminated, rewards, rewards + gamma * ahead)
# q = net(states).gather(1, actions[:, None])[:, 0]
# loss = torch.nn.functional.huber_loss(q, targets, delta=bend)    # your td_gradient is its gradient
# optimizer.zero_grad()
# loss.backward()
# optimizer.step()
# ```
#
# Conventions that differ: `smooth_l1_loss` is the Huber loss divided by the bend. Copies are made by `copy.deepcopy(net)` or
# `frozen_net.load_state_dict(net.state_dict())`. Without `no_grad` the targets get a gradient too, and then it is another method.
#
# </details>
#
# ## The whole player, and how to test it
#
# Now you have all parts. Put together, they can hide a mistake for days. A player with a wrong target still learns something, and a bad curve may be a bad
# learning rate. So one tests on games that are *too small to be hard*. Each has one or two pictures, its values are known exactly, and each can go wrong
# for one reason only. Each is called a **probe game**.
# <!-- term: probe game | a game with one or two pictures and known values that tests one part of a player. -->
#
# Pictures have two numbers $(x, 1)$, there are two actions, and $\gamma = 0.9$.
#
# | probe | the game | values |
# |---|---|---|
# | constant | one step, reward 1 | 1 for both actions |
# | sight | one step; $x$ is $-1$ or 1, and the reward is $x$ | $x$ for both |
# | delay | two steps, $x = 0$ and then 1; only the second pays 1 | 0.9 at $x = 0$, and 1 at $x = 1$ |
# | action | one step; action 0 pays $-1$, action 1 pays 1 | $-1$ and 1 |
# | both | one step; the right action for the $x$ shown pays 1, the other $-1$ | 1 and $-1$, or the other way round |
# | clock | never over, reward 1 each step; one step in five the clock cuts it | 10 for both |

# %% role="guess" id="guess_clock"
guess.choose(
    "A player with a table takes a cut by the clock for the end of the game. What does it say about the clock game, which is worth 10?",
    ["1.8", "3.6", "10"],
    truth=explore.cut_taken_for_end,
)

# %% [markdown]
# ### Exercise · `dqn` &nbsp; ●●● &nbsp; 75 min
#
# `dqn(reset, step, num_actions, frames, gamma, rng)` plays a game, and returns the parameters of what it has learnt: arrays in any nest. Observations
# are pictures (n, p). A frame is one step of one copy, and at most `frames` of them are played.
#
# `q_values(parameters, pictures)` returns the values (B, num_actions) for any pictures (B, p).
#
# The pieces of earlier weeks: `parameters` is `[(W, b), …]`. `backward` returns `d_parameters, d_X`. `adam` begins with the state `None`. Catch and the
# orchard can be played from one picture at a time, so a stack of 1 will do.
#
# - On each probe the values are right to 0.1. There are 16 copies and 16,000 frames; the clock has 32,000.
# - On Catch, with pixels shuffled and buttons renumbered, greedy play then earns at least 0.8 a game on average. There are 32 copies and 32,000 frames, and $\gamma$ is 0.95. Chance earns about $-0.6$, and 1 is perfect.
# - One picture's values do not depend on the other pictures of a batch.
#
# The check trains ten nets, so it takes five to fifteen seconds.
#
# <details><summary>A question to ask yourself</summary>
#
# Which probe is wrong, and which of your lines can do that? How many updates have you got? How often is the frozen copy renewed within them, and
# how far can a value of 10 get in that many renewals?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. A net with one or two hidden layers of 32 to 64 units, float32, its last layer's weights small.
# 2. In each step, `frames // n` times: `epsilon_greedy` on the net's values, `game.move`, `memory.add`. $\varepsilon$ falls from 1 to about 0.05 over the first third.
# 3. Once a few hundred moves are held, draw a batch of 64 in each step. Then targets (`next_q` from the frozen copy, `choosing_q` from the net of now), gradient, backward, Adam.
# 4. Renew the frozen copy every 20 updates. With a rate of 0.003 that falls to a tenth, the probes come out to two digits.
# 5. The frozen copy: `adam` hands back new arrays and leaves the old ones alone, so `old = parameters` is enough. If your own changes arrays in place, use `copy.deepcopy`.
# 6. `Replay(room, 1)` gives stacks of one picture: take `states[:, 0]`.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def dqn(reset, step, num_actions, frames, gamma, rng):
#     game = Game(reset, step)
#     parameters = ...
#     old, state, memory = parameters, None, Replay(2000, 1)
#     num_steps = frames // len(game.seen)
#     for t in range(num_steps):
#         actions = epsilon_greedy(q_values(parameters, game.seen), max(0.05, 1 - 3 * t / num_steps), rng)
#         memory.add(*game.move(...))
#         if ...:
#             states, taken, r, next_states, over = memory.sample(64, rng)
#             targets = td_targets(...)
#             q, cache = forward(parameters, states[:, 0])
#             gradients, _ = backward(parameters, cache, td_gradient(...))
#             parameters, state = adam(...)
#             if t % 20 == 0:
#                 old = ...
#     return parameters
# ```
#
# </details>


# %% role="answer" id="dqn"
def q_values(parameters, pictures):
    """Action values (B, num_actions) for pictures (B, p)."""
    ### BEGIN SOLUTION
    return forward(parameters, pictures)[0]
    ### END SOLUTION


def dqn(reset, step, num_actions, frames, gamma, rng):
    """The parameters of a player that has learnt a game from its pictures."""
    ### BEGIN SOLUTION
    return learn(Game(reset, step), num_actions, frames, gamma, rng)


def learn(
    game,
    num_actions,
    frames,
    gamma,
    rng,
    hidden=(48, 48),
    room=2000,
    size=64,
    first=20,
    renew=20,
    rate=3e-3,
    least=0.05,
    falling=1 / 3,
):
    """Deep Q-learning. The default settings suit games of a few steps."""
    parameters = new_net((game.seen.shape[1], *hidden, num_actions), rng)
    old, state, memory = parameters, None, Replay(room, 1)
    for t, share in enumerate(np.linspace(0, 1, frames // len(game.seen), endpoint=False)):
        epsilon = max(least, 1 - share / falling)
        memory.add(*game.move(epsilon_greedy(q_values(parameters, game.seen), epsilon, rng)))
        if t >= first:
            parameters, state = update(parameters, old, state, memory.sample(size, rng), gamma, rate * (1 - 0.9 * share))
        if t % renew == 0:
            old = parameters  # Adam makes new arrays, so this copy stays as it is
    return parameters


from itertools import pairwise


def new_net(sizes, rng):
    """Parameters in float32; the last layer begins small."""
    parameters = [
        ((rng.standard_normal((before, after)) * np.sqrt(2 / before)).astype(np.float32), np.zeros(after, np.float32))
        for before, after in pairwise(sizes)
    ]
    W, b = parameters[-1]
    return [*parameters[:-1], (W * np.float32(0.1), b)]


def update(parameters, old, state, batch, gamma, learning_rate):
    """One step of Adam on a batch of moves, with double targets."""
    states, actions, rewards, next_states, terminated = batch
    q, cache = forward(parameters, states[:, 0])
    next_q, choosing_q = (q_values(net, next_states[:, 0]) for net in (old, parameters))
    d_q = td_gradient(q, actions, td_targets(rewards, next_q, terminated, gamma, choosing_q), bend=1.0)
    return adam(parameters, backward(parameters, cache, d_q)[0], state, learning_rate)
    ### END SOLUTION


# %% role="check" id="check_dqn" points=4
check("dqn")

# %% role="hidden" id="test_dqn" points=4

# %% [markdown]
# With a bend of 1, a net says about 7.5 in the clock game, if it makes the mistake of the last guess. The wrong targets are few and far off, and with the Huber loss they pull no harder than the bend allows. So it
# leans to the majority: four targets in five are right. A robust loss can hide a mistake.
#
# Now watch your player. It learns Catch, and then plays one game that it has never seen. The three bars are its values of the three buttons. On the right they are laid over the
# screen: each square says what it would be worth if the fruit were there, and where the basket would go.

# %% role="show" id="show_watch"
explore.watch(dqn, q_values)

# %% [markdown]
# <details><summary>What to look for</summary>
#
# - A fruit in the lowest line of squares can be caught only from one column away. Farther out the value is near $-1$: lost already.
# - One line up, two columns are within reach, and so on. This line between won and lost has the shape of a roof turned over.
# - High up there is time, and all three actions are worth nearly the same. "Stay" is no mistake there.
# - Take few frames, and see which squares are learnt first.
#
# </details>
#
# The studio is about the orchard that you played. This is how to get one for yourself.

# %% role="try" id="try_orchard"
game = explore.new_game("orchard", 32, goal=5)  # goal: the seed of what is drawn once, such as which kind pays and where pixels lie
pictures, info = game.reset()
print("32 copies of an orchard; a picture has", pictures.shape[1], "pixels, and there are", game.num_actions, "actions")

# %% [markdown]
# ### Studio · `orchard` &nbsp; ●●● &nbsp; 90 min
#
# `train(reset, step, frames, rng)` plays the orchard, 32 copies at once, for at most 120,000 frames. That is 3,750 calls of `step`. The discount is yours to choose. It returns a list of
# arrays with **at most 30,000 numbers**. `act(arrays, pictures)` gets them and pictures (B, 100), and returns B actions, whole numbers from 0 to 2.
#
# **The game.** Light and dark fruits fall, two at a time, and drift. One kind is worth 1 when it is caught, the other $-1$. An episode has 8
# fruits. A clock may cut it. For each judging, three new games are drawn: which kind pays, whether the other one drifts, where each pixel
# lies, and which button does what.
#
# **What counts** is the mean reward of an episode, over 400 episodes of each game. Before use, all stored numbers are rounded to `float32` and blurred by a thousandth of each.
# A player that sees everything and follows a good rule earns about 3.3.
#
# | | mean reward |
# |---|---|
# | baseline, no points | $0.3$ |
# | gets going | $1.2$ |
# | good | $2.0$ |
# | excellent | $2.6$ |
# | honour, nothing more to earn | $3.0$ |
#
# Points rise in a straight line between the rows.
#
# <details><summary>A question to ask yourself</summary>
#
# You can play 120,000 frames, no more. How many updates can you make of them? One for each call of `step` is a habit, not a law. And which of your settings were chosen for games of seven steps?
#
# </details>
# <details><summary>A plan</summary>
#
# 1. Start from your `dqn`, with $\gamma$ about 0.95 and a memory that holds at least 50,000 moves.
# 2. A wider net and larger batches help more than a clever rule does. Measure on a game of your own: `explore.new_game("orchard", 32, goal=5)`.
# 3. A frozen copy that lives longer, and a rate that falls to the end. Change one thing at a time, and look at three seeds.
#
# </details>
# <details><summary>A skeleton with gaps</summary>
#
# ```python
# def train(reset, step, frames, rng):
#     parameters = ...                       # your dqn, with other settings
#     return [array for pair in parameters for array in pair]
#
# def act(arrays, pictures):
#     parameters = list(zip(arrays[::2], arrays[1::2]))
#     return ...
# ```
#
# </details>


# %% role="studio" id="orchard"
def train(reset, step, frames, rng):
    """Arrays with at most 30,000 numbers, learnt by playing at most `frames` frames."""
    ### BEGIN SOLUTION
    settings = dict(hidden=(96, 96), room=1600, size=256, first=60, renew=125, rate=2e-3, least=0.02, falling=0.3)
    parameters = learn(Game(reset, step), 3, frames, 0.95, rng, **settings)
    return [array for pair in parameters for array in pair]
    ### END SOLUTION


def act(arrays, pictures):
    """One action for each picture (B, 100)."""
    ### BEGIN SOLUTION
    return q_values(list(zip(arrays[::2], arrays[1::2], strict=True)), pictures).argmax(axis=1)
    ### END SOLUTION


# %% role="check" id="check_orchard" points=1
check("orchard")

# %% role="hidden" id="test_orchard" points=9

# %% [markdown]
# **Keep a note.** Four lines for each experiment with the studio, in a file of your own: what you changed, what you expected,
# what came out, and how much that varies over three seeds.
#
# <details><summary>The authors' own log</summary>
#
# Six games each, and their standard deviation; 120,000 frames, if nothing else is said.
#
# | changed | why tried | mean reward |
# |---|---|---|
# | any button | what everybody must beat | $-0.03 \pm 0.05$ |
# | no hidden layer: linear in the pixels | is a net needed at all? | $0.44 \pm 0.10$ |
# | a tenth of the frames | how fast does it learn? | $0.69 \pm 0.13$ |
# | two layers of 96, batches of 64 | a habit | $2.32 \pm 0.08$ |
# | batches of 256 | more from each frame | $2.83 \pm 0.09$ |
# | the same with a copy renewed every 20 updates, not 125 | a fresher target | $2.65 \pm 0.16$ |
# | the same with plain targets | does double matter? | $2.78 \pm 0.09$ |
# | the same with a cut taken for an end | the dear mistake | $2.78 \pm 0.09$ |
# | the settings of our `dqn`, as they are | are they good for all games? | $1.94 \pm 0.22$ |
#
# Plain targets and the wrong cut cost nothing that one could see here. With three cuts in a thousand steps the score hides this mistake. Only the clock probe shows it.
# On slightly easier games a table of pictures, learnt as in `q_table`, had $0.34$, and a counted book of rules $0.59$. Nearly every picture is new to them.
#
# </details>
#
# ## A map
#
# **From earlier weeks** this one took the deep net and its way back (week 4), Adam (week 6), and two warnings: a winner is flattered (week 7), and an
# unseen end is not an end (week 19).
#
# **Where it goes.** *More from each frame*: prioritised replay, returns over several steps, and a net that says a whole distribution of returns, all put together in *Rainbow*. *Learning the policy itself*: policy
# gradients and actor–critic methods, which also take actions that are numbers. The reward may be what people prefer: that is how language models are made to answer. *Learning the book of rules* and planning in it: AlphaGo and MuZero.
#
# **Where to be careful.** One run says little here. Spread over seeds is larger than in any other week, so show several. The reward is what you wrote, not what you meant: a player will find the difference.
#
# **Sources.** Q-learning: Watkins, *Learning from delayed rewards*, 1989. The textbook: Sutton and Barto, *Reinforcement learning: an introduction*, 2nd edition, 2018. Deep Q-networks: Mnih et al.,
# *Playing Atari with deep reinforcement learning*, 2013, and *Human-level control through deep reinforcement learning*, 2015. Double: van Hasselt, *Double Q-learning*, 2010; van Hasselt, Guez and Silver, 2016.
# Replay: Lin, 1992. Ends and clocks: Pardo, Tavakoli, Levdik and Kormushev, *Time limits in reinforcement learning*, 2018. Probe games: after Andy Jones, *Debugging reinforcement learning systems*, 2021. Catch: Mnih et al., *Recurrent
# models of visual attention*, 2014. Games on small boards: Young and Tian, *MinAtar*, 2019. Spread over seeds: Henderson et al., *Deep reinforcement learning that matters*, 2018. The interface: Towers et al., *Gymnasium*, 2024. Rainbow: Hessel et al.,
# 2018. Text, pictures, games and exercises are our own.
#
# ## The end
#
# This was the last of twenty weeks. In the first one you added a row to a table and wondered which way it would go. Now a net of yours looks at shuffled
# dots and three unnamed buttons, and plays. Every part of it is yours: the layer, the way back through it, the optimiser, the memory, the target. No line of it is a
# mystery, and none was taken on trust.
#
# Three habits are worth more than any of the methods. Say what a right answer *is* before you write one. Measure a simple rule first, so that you know what the net is worth. And when
# something fails in silence, make it small until it has to speak.
