"""The pictures and explorers of week 20, and the orchard to play in a browser."""

import html

import numpy as np

from autograder.explore import BLUE, GREEN, GREY, INK, ORANGE, RED, SIGNED, SKY, explorer, figure, picture
from autograder.explore.page import bundle, metadata
from autograder.explore.picture import Picture

LEFT, STAY, RIGHT = "◀", "●", "▶"


def new_game(name, num_envs, seed=0, goal=0):
    """A game by its name: "catch", "orchard", or the name of a probe."""
    import checks  # travels with the week

    return checks.new_game(name, num_envs, seed, goal)


# ------------------------------------------------------------------------------------------- the first pictures
def a_few_boards(count):
    """Some boards of an orchard in a row, as they are and as they are seen."""
    import checks

    game = checks.Orchard(1, 5, goal=3)
    game.reset()
    boards, seen = [], []
    for _ in range(count):
        boards.append(game.board()[0])
        seen.append(game.look()[0].reshape(10, 10))
        game.step(np.argsort(game.order)[[0]])
    return boards, seen


@picture
def two_views():
    """Two rows of five pictures, ten by ten pixels, five steps in a row. In the upper row a light and a dark fruit with faint
    trails fall towards a bright basket on the lowest line, which moves left. In the lower row the same pixels are shuffled:
    scattered dots, in which nothing falls.
    """
    fig, axes = figure(9.5, 4.1, rows=2, columns=5)
    for k, (board, seen) in enumerate(zip(*a_few_boards(5), strict=True)):
        for ax, shown in ((axes[0, k], board), (axes[1, k], seen)):
            ax.imshow(shown, cmap="gray", vmin=-1.2, vmax=2.2)
            ax.set(xticks=[], yticks=[])
        axes[0, k].set_title(f"step {k}", fontweight="normal")
    axes[0, 0].set_ylabel("the game")
    axes[1, 0].set_ylabel("what is seen")
    return fig


@picture
def one_board():
    """A board of ten by ten squares: a light and a dark fruit with trails, and a basket on the lowest line."""
    fig, ax = figure(3.2, 3.3)
    ax.imshow(a_few_boards(3)[0][2], cmap="gray", vmin=-1.2, vmax=2.2)
    ax.set(xticks=[], yticks=[], title="the orchard")
    return fig


PLAY = """<div class="w20" tabindex="0" role="group" aria-label="The orchard, a game. Arrow keys move the basket."
 style="max-width:26em">
<canvas width="300" height="300" style="background:#777;image-rendering:pixelated;touch-action:manipulation" role="img"
 aria-label="WORDS"></canvas>
<p><button type="button" data-a="0" aria-label="left">◀</button> <button type="button" data-a="1" aria-label="stay">●</button>
<button type="button" data-a="2" aria-label="right">▶</button> <button type="button" data-new="1">new game</button>
<label><input type="checkbox"> as the player sees it</label></p>
<p aria-live="polite" class="w20-told">Press a button, or click on the board and use the arrow keys.</p></div>
<script>{
const box=[...document.querySelectorAll('.w20')].pop(),pen=box.querySelector('canvas').getContext('2d');
const told=box.querySelector('.w20-told'),hidden=box.querySelector('input'),R=n=>Math.floor(Math.random()*n);
const mixed=a=>{a=[...a];for(let i=a.length-1;i>0;i--){const j=R(i+1);[a[i],a[j]]=[a[j],a[i]]}return a};
let good,order,place,drift,fruits,x,left,sum,games=[],over=true;
const fruit=r=>{const k=R(2);return{r:r,c:R(10),k:k,d:drift[k]*(R(2)?1:-1)}};
const begin=()=>{fruits=[fruit(0),fruit(3+R(4))];x=R(10);left=8;sum=0;over=false};
const fresh=()=>{good=R(2);order=mixed([0,1,2]);place=mixed([...Array(100).keys()]);
 drift=[1,1];drift[1-good]=R(2);games=[];begin();
 say('A new game: which kind pays, and what the keys do, was drawn anew.');draw()};
const say=t=>{told.textContent=t};
const draw=()=>{const s=Array(100).fill(0);for(const f of fruits){const v=f.k?1:-1;s[10*f.r+f.c]+=v;
 if(f.r>0)s[10*(f.r-1)+Math.min(9,Math.max(0,f.c-f.d))]+=v/2}s[90+x]+=2;
 for(let i=0;i<100;i++){const v=s[hidden.checked?place[i]:i],g=Math.round(255*Math.min(1,Math.max(0,(v+1.2)/3.4)));
 pen.fillStyle='rgb('+g+','+g+','+g+')';pen.fillRect(i%10*30,Math.floor(i/10)*30,30,30)}};
const act=a=>{if(over){begin();draw();return}
 x=Math.min(9,Math.max(0,x+order[a]-1));let r=0;
 for(const f of fruits){f.r++;f.c+=f.d;if(f.c<0||f.c>9){f.d*=-1;f.c+=2*f.d}
 if(f.r==9){left--;if(f.c==x)r+=f.k==good?1:-1}}
 sum+=r;over=left<=0;if(!over)fruits=fruits.map(f=>f.r==9?fruit(0):f);
 if(over)games.push(sum);
 const mean=games.length?' Mean so far: '+(games.reduce((p,q)=>p+q)/games.length).toFixed(1)+'.':'';
 say((r?'Reward '+(r>0?'+':'−')+Math.abs(r)+'. ':'')+'This game: '+sum+', '+Math.max(left,0)+' fruits to come.'+
 (over?' It is over; press any key.':'')+mean);draw()};
box.addEventListener('keydown',e=>{const a={ArrowLeft:0,ArrowDown:1,ArrowUp:1,ArrowRight:2,' ':1}[e.key];
 if(a===undefined||e.target.matches('button,input'))return;e.preventDefault();e.stopPropagation();act(a)});
box.addEventListener('click',e=>{const b=e.target.closest('button');if(!b){if(!e.target.closest('label'))box.focus();return}
 b.dataset.new?fresh():act(+b.dataset.a)});
hidden.addEventListener('change',draw);fresh();
}</script>"""


class Playable(Picture):
    """The orchard as a game in the browser: it needs no kernel. Where no script may run, a picture of it."""

    def _repr_mimebundle_(self, include=None, exclude=None):
        page = PLAY.replace("WORDS", html.escape(self.shot.alt, quote=True))
        return bundle(page, self.shot), metadata(self.shot)


def play():
    """The orchard, to be played by arrow keys or buttons."""
    return Playable(one_board().shot)


# ------------------------------------------------------------------------------------------- a world with rules
def sweeps_needed():
    """0.9 times itself 44 times is just below 0.01: each look leaves nine tenths of the error."""
    return 44


MAP = ("......", ".##.#+", "...O..", ".#....")


class World:
    """A small slippery world: squares, walls, a hole and a flag. A book of rules P, R, terminal; the last state is the end."""

    moves = ((0, -1), (-1, 0), (0, 1), (1, 0))
    signs = "←", "↑", "→", "↓"

    def __init__(self, slip=0.2):
        self.squares = [(r, c) for r, line in enumerate(MAP) for c, sign in enumerate(line) if sign == "."]
        number = {square: k for k, square in enumerate(self.squares)}
        S = len(self.squares) + 1
        self.P, self.R = np.zeros((S, 4, S)), np.zeros((S, 4))
        self.terminal = np.arange(S) == S - 1
        self.P[-1, :, -1] = 1
        for (r, c), s in number.items():
            for a in range(4):
                for b, chance in ((a, 1 - slip), ((a + 1) % 4, slip / 2), ((a + 3) % 4, slip / 2)):
                    to = r + self.moves[b][0], c + self.moves[b][1]
                    inside = 0 <= to[0] < len(MAP) and 0 <= to[1] < len(MAP[0])
                    sign = MAP[to[0]][to[1]] if inside else "#"
                    if sign in "+O":
                        self.P[s, a, -1] += chance
                        self.R[s, a] += chance * (1 if sign == "+" else -1)
                    else:
                        self.P[s, a, number[to] if sign == "." else s] += chance

    def drawn(self, ax, Q, title):
        """The best value of each square as its shade and in numbers, and the best action as an arrow."""
        board = np.full((len(MAP), len(MAP[0])), np.nan)
        for (r, c), values in zip(self.squares, Q, strict=False):
            board[r, c] = values.max()
        ax.imshow(np.ma.masked_invalid(board), cmap=SIGNED, vmin=-1, vmax=1)
        for (r, c), values in zip(self.squares, Q, strict=False):
            sign = self.signs[int(values.argmax())] if values.max() != values.min() else "·"
            ax.text(c, r - 0.12, sign, ha="center", va="center", fontsize=14)
            ax.text(c, r + 0.3, f"{values.max():.2f}", ha="center", va="center", fontsize=8)
        for r, line in enumerate(MAP):
            for c, sign in enumerate(line):
                if sign != ".":
                    ax.add_patch(_square(r, c, GREY if sign == "#" else "white"))
                    ax.text(c, r, {"#": "wall", "O": "hole\n−1", "+": "flag\n+1"}[sign], ha="center", va="center", fontsize=9)
        ax.set(xticks=[], yticks=[], title=title)


def _square(r, c, colour):
    from matplotlib.patches import Rectangle

    return Rectangle((c - 0.5, r - 0.5), 1, 1, facecolor=colour, edgecolor=INK, lw=0.8)


@explorer(looks=(0, 40, 4), discount=[0.9, 0.5, 0.99], slip=[0.2, 0.0, 0.6], labels={"slip": "moves that slip"})
def world(look_ahead, looks, discount, slip):
    """A map of four by six squares with walls, a hole and a flag. Each square shows its best value after so many looks, and an
    arrow for the best action. With more looks, values above zero spread from the flag over the map.
    """
    rules = World(slip)
    Q = np.zeros_like(rules.R)
    for _ in range(looks):
        Q = np.asarray(look_ahead(Q, rules.P, rules.R, rules.terminal, discount), float)
    ahead = np.asarray(look_ahead(Q, rules.P, rules.R, rules.terminal, discount), float)
    fig, ax = figure(7.2, 4.6)
    rules.drawn(ax, Q, f"{looks} looks; the next one changes a value by {np.abs(ahead - Q).max():.3f}")
    return fig


@explorer(steps=[20, 5, 100, 400], labels={"steps": "steps of 16 copies"})
def learnt(q_table, steps):
    """The map from before, with the values that your table has learnt by walking. With few steps most squares are still at
    zero; with many the arrows are those of the exact values.
    """
    import checks

    rules = World()
    game = checks.Table(rules.P, rules.R, rules.terminal, 16, 3)
    S, A = rules.R.shape
    Q = np.asarray(q_table(game.reset, game.step, S, A, steps, 0.9, np.random.default_rng(0)), float)
    exact = checks.true_values(rules.P, rules.R, rules.terminal, 0.9)
    same = int(np.sum([exact[s, Q[s].argmax()] > exact[s].max() - 0.01 for s in range(S - 1)]))
    fig, ax = figure(7.2, 4.6)
    rules.drawn(ax, Q, f"{steps * 16} moves: the arrow is a best one in {same} of {S - 1} squares")
    return fig


# ------------------------------------------------------------------------------------------- the best of noise
def best_of_ten():
    """About 1.54: among ten numbers there is nearly always a lucky one."""
    return 1.54


@picture
def best_of_noise():
    """The average of the largest of 1 to 30 estimates, all of things worth 0, with an error of standard deviation 1. It rises
    from 0 to about 2. The line of double estimates, in which a second, independent estimate is read off at the place of the
    largest one, stays at 0.
    """
    rng = np.random.default_rng(0)
    counts = np.array([1, 2, 3, 5, 7, 10, 15, 20, 30])
    one, other = rng.standard_normal((2, 4000, 30))
    largest = [one[:, :k].max(axis=1).mean() for k in counts]
    double = [other[np.arange(4000), one[:, :k].argmax(axis=1)].mean() for k in counts]
    fig, ax = figure(8.4, 3.3)
    ax.plot(counts, largest, "o-", color=ORANGE, label="the largest estimate")
    ax.plot(counts, double, "s--", color=BLUE, label="another estimate of the same action")
    ax.axhline(0, color=GREY, lw=1, ls=":")
    ax.set(xlabel="actions, all worth 0", ylabel="average", ylim=(-0.4, 2.4))
    ax.set_title(f"ten actions: {largest[5]:.2f} in place of 0")
    ax.legend(loc="center right")
    return fig


# ------------------------------------------------------------------------------------------- probes and Catch
def cut_taken_for_end():
    """3.6: v = 1 + 0.9 · 0.8 · v gives 1 / 0.28. Four steps in five go on, and the fifth seems to be worth nothing."""
    return "3.6"


TRAINED = {}  # what a player has learnt, by her functions and by how long


def trained(dqn, frames):
    """Her player of Catch after so many frames; kept, since it takes a second."""
    key = dqn, frames
    if key not in TRAINED:
        game = new_game("catch", 32, 1)
        TRAINED.clear()
        TRAINED[key] = dqn(game.reset, game.step, 3, frames, 0.95, np.random.default_rng(2))
    return TRAINED[key]


@explorer(
    moment=(0, 5, 2),
    basket=(0, 4, 2),
    played=[16000, 1600, 4000],
    labels={"basket": "basket at column", "moment": "step of the game", "played": "frames of training"},
)
def watch(dqn, q_values, moment, basket, played):
    """Left, a board of Catch, seven by five, in an unseen game of your player. In the middle, its values of the three actions as
    bars. Right, values laid over the screen: each square is shaded by the best value if the fruit were there and the
    basket at the chosen column, and a sign says what the player would do: left, stay or right.
    """
    import checks

    parameters = trained(dqn, played)
    game = checks.Catch(1, 8)
    game.reset()
    for _ in range(moment):
        game.step(np.asarray(q_values(parameters, game.look())).argmax(axis=1))
    said = np.asarray(q_values(parameters, game.look()), float)[0]
    fig, (board, bars, over) = figure(10, 3.9, columns=3, width_ratios=(1, 0.9, 1))
    board.imshow(game.board()[0], cmap="gray", vmin=-0.7, vmax=1.1)
    board.set(xticks=[], yticks=[], title=f"step {moment}")
    best = int(said.argmax())
    bars.bar(range(3), said, color=[GREEN if k == best else SKY for k in range(3)], edgecolor=INK)
    bars.axhline(0, color=INK, lw=0.8)
    bars.set(xticks=range(3), ylim=(-1.3, 1.3), ylabel="value", title=f"it goes {('left', 'nowhere', 'right')[best]}")
    bars.set_xticklabels(("left", "stay", "right"))
    there = checks.Catch(30, 0)
    there.row, there.column = np.divmod(np.arange(30), 5)
    there.basket[:] = basket
    Q = np.asarray(q_values(parameters, there.look()), float)
    over.imshow(Q.max(axis=1).reshape(6, 5), cmap=SIGNED, vmin=-1.2, vmax=1.2, extent=(-0.5, 4.5, 5.5, -0.5))
    for k, values in enumerate(Q):
        over.text(k % 5, k // 5, (LEFT, STAY, RIGHT)[int(values.argmax())], ha="center", va="center", fontsize=12)
    low = Q.max(axis=1).min()
    over.plot(basket, 6, "s", color=RED, ms=14, mec=INK)
    over.set(xticks=[], yticks=[], xlim=(-0.5, 4.5), ylim=(6.5, -0.5), title=f"values {low:.2f} to {Q.max():.2f}")
    return fig
