"""The pictures and explorers of week 9."""

import functools
import html
import re

import numpy as np

from autograder import datasets
from autograder.explore import BLUE, GREEN, GREY, INK, ORANGE, SKY, explorer, figure, picture

DOMAINS = ("movies", "products", "tweets")
TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)?|[!?]|[:;]-?[()dp]")
MARKS = {BLUE: "o", ORANGE: "s", GREEN: "^"}


def project(rng):
    """A new project of the studio's kind.

    Parameters
    ----------
    rng : np.random.Generator
        The source of all chance.

    Returns
    -------
    object with `X`, `y`, `probabilities` as `choose` gets them, and `truth`, `X_test`, `y_test`.
    """
    import checks  # travels with the week

    return checks.project(rng)


# ------------------------------------------------------------------------------------------- sentences and the film model
@functools.cache
def sentences(domain):
    """Texts, ratings (n, raters) with nan where there is none, and labels: 1 where the mean rating is above nought."""
    data = datasets.load("sentiment", split=domain)
    ratings = np.array(data.ratings, dtype=float)
    ratings[ratings < -4] = np.nan
    mean = np.nanmean(ratings, axis=1)
    keep = np.flatnonzero(mean != 0)
    return [data.text[k] for k in keep], ratings[keep], (mean[keep] > 0).astype(int)


def words(text):
    """The words and signs of a sentence."""
    return TOKEN.findall(text.lower().replace("http://url_removed", "").replace("@anonymous", ""))


@functools.cache
def vocabulary():
    """Every word that is in two film sentences of those to learn from, and its place."""
    counts = {}
    for text in sentences("movies")[0][:FILMS]:
        for word in set(words(text)):
            counts[word] = counts.get(word, 0) + 1
    return {word: k for k, word in enumerate(sorted(word for word, n in counts.items() if n > 1))}


class Bag:
    """Which words stand in which sentence, as pairs (row, word): the last word stands in all."""

    def __init__(self, pairs, n, size):
        self.rows, self.words, self.n, self.size = pairs[0], pairs[1], n, size

    @classmethod
    def of(cls, texts, places):
        """The bag of these texts."""
        found = [sorted({places[word] for word in words(text) if word in places} | {len(places)}) for text in texts]
        rows = np.repeat(np.arange(len(texts)), [len(one) for one in found])
        return cls((rows, np.concatenate([np.array(one, int) for one in found])), len(texts), len(places) + 1)

    def __getitem__(self, which):
        """Some of the rows, in their order."""
        which = np.arange(self.n)[which]
        new = np.full(self.n, -1)
        new[which] = np.arange(len(which))
        keep = new[self.rows] >= 0
        return Bag((new[self.rows[keep]], self.words[keep]), len(which), self.size)

    def __matmul__(self, w):
        """The sum of the weights of each row's words: (n,)."""
        return np.bincount(self.rows, w[self.words], self.n)

    def back(self, d):
        """The sum over the rows that hold it, for each word: (words,)."""
        return np.bincount(self.words, d[self.rows], self.size)


@functools.cache
def bag(domain):
    """The words of all sentences of a domain by the films' vocabulary, and the labels."""
    texts, _, y = sentences(domain)
    return Bag.of(texts, vocabulary()), y


def learnt(X, y, penalty=3e-4, near=None, steps=120):
    """Weights of a logistic regression on a bag of words, pulled towards `near`, by accelerated descent."""
    start = np.zeros(X.size) if near is None else near
    direction = np.ones(X.size)
    for _ in range(6):  # power iteration: the largest curvature
        direction = X.back(X @ (direction / np.linalg.norm(direction))) / X.n
    rate = 1 / (1.1 * np.linalg.norm(direction) / 4 + penalty)
    w, ahead = start.copy(), start.copy()
    for k in range(steps):
        slope = X.back(1 / (1 + np.exp(-np.clip(X @ ahead, -30, 30))) - y) / X.n + penalty * (ahead - start)
        before, w = w, ahead - rate * slope
        ahead = w + k / (k + 3) * (w - before)
    return w


FILMS = 5000  # sentences that the film model learns from


@functools.cache
def film_model():
    """Its weights."""
    X, y = bag("movies")
    return learnt(X[:FILMS], y[:FILMS])


@functools.cache
def right_shares():
    """For each domain: the model, one person against the mean of the others, and the more frequent label."""
    found = {}
    for domain in DOMAINS:
        X, y = bag(domain)
        ratings = sentences(domain)[1]
        unseen = slice(FILMS, None) if domain == "movies" else slice(None)
        first, many = ratings[:, 0], (~np.isnan(ratings)).sum(axis=1)
        others = (np.nansum(ratings, axis=1) - np.nan_to_num(first)) / np.maximum(many - 1, 1)
        told = (np.nan_to_num(first) != 0) & (others != 0)
        model = np.mean(((X @ film_model()) > 0)[unseen] == y[unseen])
        found[domain] = float(model), float(np.mean((first[told] > 0) == (others[told] > 0))), float(max(y.mean(), 1 - y.mean()))
    return found


def some_sentences():
    """Two sentences of each domain, with their mean ratings."""
    for domain in DOMAINS:
        texts, ratings, _ = sentences(domain)
        for k in (3, 12):
            yield f"{domain:9s} {np.nanmean(ratings[k]):+.1f}   {texts[k][:110]}"


def right_on_tweets():
    """Of 100 tweets 72 are happy: who says "happy" to every one has 72 right, and the model fewer. It never learnt to
    say "happy" to a word that it does not know."""
    return 100 * right_shares()["tweets"][0]


@picture
def domains():
    """The share of sentences whose mood is named rightly, for films, products and tweets. People have about 95 % in all
    three. The model has three quarters on films, and falls to about 60 % on the others. A dashed line marks what one
    gets by always giving the more frequent answer: on products and tweets the model is not above it.
    """
    fig, ax = figure(8.4, 3.6)
    found = right_shares()
    for k, domain in enumerate(DOMAINS):
        model, person, common = found[domain]
        ax.bar(k, model, 0.5, color=BLUE, label="the model that learnt from films" if k == 0 else None)
        ax.plot(k, person, "o", ms=9, color=INK, mfc="none", mew=2, label="one person" if k == 0 else None)
        silly = "always the more frequent answer" if k == 0 else None
        ax.plot([k - 0.36, k + 0.36], [common] * 2, "--", color=ORANGE, lw=2, label=silly)
        ax.annotate(f"{model:.0%}", (k, model / 2), ha="center", color="white", fontsize=12)
        ax.annotate(f"{person:.0%}", (k + 0.1, person), va="center", color=INK)
    model, people = (100 * (a - b) for a, b in zip(found["movies"][:2], found["tweets"][:2], strict=True))
    ax.set(
        xticks=range(3), xticklabels=["films (unseen)", "products", "tweets"], ylim=(0, 1.02), xlim=(-0.6, 4.0),
        ylabel="share named rightly", title=f"From films to tweets the model loses {model:.0f} points, people {people:.0f}",
    )  # fmt: skip
    ax.legend(loc="center right")
    return fig


# ------------------------------------------------------------------------------------------- tags by rules
NEGATION = re.compile(r"\b(?:not|no|never|nothing|nor|without|hardly|[a-z]+n't|cannot)\b")


def shares_of_praise(ratings):
    """Of the people who took a side, the share that saw praise."""
    up, down = np.sum(ratings > 0, axis=1), np.sum(ratings < 0, axis=1)
    return np.where(up + down > 0, up / np.maximum(up + down, 1), 0.5)


RULES = {
    "negation": lambda t, w: bool(NEGATION.search(t)),
    "but": lambda t, w: bool({"but", "although", "though", "however", "yet"} & w),
    "question": lambda t, w: "?" in t,
    "shout": lambda t, w: "!" in t,
    "smiley": lambda t, w: bool(re.search(r"[:;]-?[()dp]|\blol\b|\bhaha", t)),
    "number": lambda t, w: bool(re.search(r"\d", t)),
    "short": lambda t, w: len(w) <= 6,
    "long": lambda t, w: len(w) >= 20,
    "I or my": lambda t, w: bool({"i", "my", "me", "i'm"} & w),
    "you": lambda t, w: bool({"you", "your"} & w),
    "a link": lambda t, w: "url_removed" in t,
    "a name": lambda t, w: "@anonymous" in t,
    "very, so": lambda t, w: bool({"very", "so", "really", "too"} & w),
    "comma": lambda t, w: "," in t,
    "compares": lambda t, w: bool({"than", "like", "as", "better", "more"} & w),
    "if, would": lambda t, w: bool({"if", "would", "could", "should"} & w),
    "brackets": lambda t, w: "(" in t,
    "the past": lambda t, w: bool({"was", "were", "had", "did"} & w),
    "quotes": lambda t, w: '"' in t,
}


@functools.cache
def ruled(domain):
    """Names of tags and which sentences have them (n, m): the rules, two about people and words, then dice."""
    texts, ratings, _ = sentences(domain)
    known = vocabulary()
    lists = [words(text) for text in texts]
    table = {name: [rule(t.lower(), set(w)) for t, w in zip(texts, lists, strict=True)] for name, rule in RULES.items()}
    praise = shares_of_praise(ratings)
    table["people disagree"] = (praise > 0.2) & (praise < 0.8)
    table["words unknown"] = [sum(word not in known for word in w) >= max(1, 0.2 * len(w)) for w in lists]
    rng = np.random.default_rng(0)
    for k in range(40 - len(table)):
        table[f"dice {k + 1}"] = rng.random(len(texts)) < rng.uniform(0.1, 0.4)
    return list(table), np.column_stack(list(table.values())).astype(bool)


@functools.cache
def mistaken(domain):
    """Which sentences the film model names wrongly; of films only those that it has not seen."""
    X, y = bag(domain)
    rows = np.arange(X.n)[FILMS if domain == "movies" else 0 :]
    return rows, ((X @ film_model()) > 0)[rows] != y[rows]


# ------------------------------------------------------------------------------------------- ceilings
def of_two_tags():
    """If the 50 all lie within the 60, then 60 are right; if the tags overlap as little as they can, then all 100. The
    sum of 110 is none of these: what is between is the overlap, and only the table of both tags knows it."""
    return "from 60 to 100"


CURES = {"negation": 4, "but": 6, "words unknown": 8, "people disagree": 5, "smiley": 2, "short": 3}  # days
DAYS = 15


class Grid:
    """Twenty-four mistakes with buttons for tags, and a ceiling table that counts them.

    Attributes
    ----------
    names, costs : lists
        The tags, and the days that each one's cure takes.
    texts : list of str
        The sentences, with their label and what the model said.
    tags : array (24, tags) of bool
        What is ticked just now.
    buttons : list of lists of ipywidgets.ToggleButton
        One for each entry of `tags`; there once the grid was shown.
    """

    def __init__(self, ceiling, best_plan, rows=24):
        self.ceiling, self.best_plan = ceiling, best_plan
        self.names, self.costs = list(CURES), list(CURES.values())
        self.texts, parts = [], []
        for domain in ("products", "tweets"):
            at, wrong = mistaken(domain)
            texts, ratings, y = sentences(domain)
            chosen = [k for k in at[wrong] if len(texts[k]) < 130][: rows // 2]
            said = ["blame" if y[k] else "praise" for k in chosen]
            means = np.nanmean(ratings[chosen], axis=1)
            self.texts += [f"{texts[k]}  (people {m:+.1f}, model {s})" for k, m, s in zip(chosen, means, said, strict=True)]
            names, table = ruled(domain)
            parts.append(table[chosen][:, [names.index(name) for name in self.names]])
        self.tags = np.vstack(parts)
        self.buttons, self.below = [], None

    def toggle(self, row, tag):
        """Set or clear a tag (its number or its name) of a row, as a click does."""
        tag = self.names.index(tag) if isinstance(tag, str) else tag
        self.tags[row, tag] = not self.tags[row, tag]
        if self.buttons:
            self.buttons[row][tag].value = bool(self.tags[row, tag])
        self.refresh()

    def table(self):
        """The ceiling table: a list of (tag, its mistakes, the share of these rows that would be right)."""
        counts = self.tags.sum(axis=0)
        return [
            (name, int(counts[k]), float(self.ceiling(self.tags.copy(), len(self.tags), [k])))
            for k, name in enumerate(self.names)
        ]

    def plan(self):
        """The names of the best plan's tags."""
        return [self.names[int(k)] for k in self.best_plan(self.tags.copy(), len(self.tags), list(self.costs), DAYS)]

    def told(self):
        """Table and plan as HTML, or the sentence that says that the functions do not run yet."""
        try:
            rows, plan = self.table(), self.plan()
        except Exception as error:  # her function's: a sentence, never a traceback
            from autograder.explore.mine import waiting
            from autograder.explore.page import marked

            return f"<p>{marked(waiting(('ceiling', 'best_plan'), error))}</p>"
        cells = "".join(
            f"<tr><td>{name}</td><td>{count} of {len(self.tags)}</td><td>{share:.0%}</td><td>{CURES[name]}</td></tr>"
            for name, count, share in sorted(rows, key=lambda row: -row[1])
        )
        head = "<tr><th>tag</th><th>mistakes</th><th>ceiling</th><th>days for a cure</th></tr>"
        order = ", then ".join(plan) or "nothing"
        return f"<table>{head}{cells}</table><p>The best plan for {DAYS} days: <b>{html.escape(order)}</b>.</p>"

    def refresh(self):
        """Write the table anew, where it is shown."""
        if self.below is not None:
            self.below.value = self.told()

    def widget(self):
        """The grid as a box of ipywidgets."""
        import ipywidgets as w

        self.below, lines, self.buttons = w.HTML(self.told()), [], []
        for row, text in enumerate(self.texts):
            line = []
            for tag, name in enumerate(self.names):
                button = w.ToggleButton(bool(self.tags[row, tag]), description=name, layout=w.Layout(width="auto", height="26px"))
                button.observe(lambda change, row=row, tag=tag: self._clicked(row, tag, change["new"]), "value")
                line.append(button)
            self.buttons.append(line)
            words_ = w.HTML(f"<div style='line-height:1.3;margin-top:6px'>{html.escape(text)}</div>")
            lines.append(w.VBox([words_, w.HBox(line, layout=w.Layout(flex_flow="row wrap"))]))
        return w.VBox([w.VBox(lines, layout=w.Layout(max_height="420px", overflow="auto", display="block")), self.below])

    def _clicked(self, row, tag, value):
        if self.tags[row, tag] != value:
            self.tags[row, tag] = value
            self.refresh()

    def still(self):
        """The same without buttons, for pages without a kernel."""
        marks = [", ".join(name for name, on in zip(self.names, row, strict=True) if on) or "no tag" for row in self.tags]
        items = "".join(f"<li>{html.escape(text)} <i>{mark}</i></li>" for text, mark in zip(self.texts, marks, strict=True))
        hint = "<p>Run this cell in JupyterLab, and the tags can be clicked.</p>"
        told = f"<summary>The {len(self.texts)} mistakes and their tags</summary>"
        return f"<details>{told}<ol>{items}</ol></details>{self.told()}{hint}"

    def _repr_mimebundle_(self, include=None, exclude=None):
        bundle = {"text/html": self.still(), "text/plain": "\n".join(self.texts)}
        try:
            from IPython import get_ipython

            live = get_ipython() is not None and hasattr(get_ipython(), "kernel")
        except ImportError:
            live = False
        return {**self.widget()._repr_mimebundle_(), **bundle} if live else bundle


def mistakes(ceiling, best_plan):
    """Twenty-four mistakes of the film model with clickable tags; the table below counts with your functions.

    Parameters
    ----------
    ceiling, best_plan : callable
        The learner's.

    Returns
    -------
    Grid
    """
    return Grid(ceiling, best_plan)


# ------------------------------------------------------------------------------------------- slices
def one_of_twenty():
    """1 - 0.95^20 is 0.64: each has one chance in twenty, and there are twenty of them."""
    return 100 * (1 - 0.95**20)


@functools.cache
def search_table(domain, count):
    """At most 1,200 rows of a domain with the first `count` tags (half of them dice from 10 on), and which are wrong."""
    names, tags = ruled(domain)
    real = [k for k, name in enumerate(names) if not name.startswith("dice")]
    dice = [k for k, name in enumerate(names) if name.startswith("dice")]
    order = [*real[:8], *[k for pair in zip(real[8:], dice, strict=False) for k in pair], *dice[len(real) - 8 :]][:count]
    rows, wrong = mistaken(domain)
    return [names[k] for k in order], tags[rows[:1200]][:, order], wrong[:1200]


@explorer(domain=list(DOMAINS), count=[8, 2, 4, 16, 30], labels={"count": "tags searched"})
def slices(find_slice, domain, count):
    """A histogram of the largest excess of mistakes that the search finds in 200 shuffles, and a line where the true
    mistakes lie. With more tags the histogram lies further to the right. The title names the slice and its p-value.
    """
    names, tags, wrong = search_table(domain, count)
    chosen, p = find_slice(tags.copy(), wrong.copy(), 200, np.random.default_rng(0))
    chosen = [int(k) for k in chosen]
    i, j = np.triu_indices(count)
    table = (tags[:, i] & tags[:, j]).astype(np.float32)
    rng, rows, share, n = np.random.default_rng(1), table.sum(axis=0), wrong.mean(), len(wrong)
    spread = np.sqrt(np.maximum(rows * (1 - rows / n) * share * (1 - share), 1e-9))
    dealt = np.stack([rng.permutation(wrong) for _ in range(200)]).astype(np.float32)
    luck = np.where(rows > 0, (dealt @ table - rows * share) / spread, 0).max(axis=1)
    inside = tags[:, chosen].all(axis=1)
    luck_spread = np.sqrt(max(inside.sum() * (1 - inside.mean()) * share * (1 - share), 1e-9))
    mine = (wrong[inside].sum() - inside.sum() * share) / luck_spread
    name = " and ".join(names[k] for k in chosen)
    fig, ax = figure(9, 3.4)
    ax.hist(luck, np.arange(0, 8.01, 0.2), color=SKY, ec="white", label="largest excess in a shuffle")
    ax.axvline(mine, color=INK, lw=2.5)
    ax.annotate("found", (mine, 62), xytext=(5, 0), textcoords="offset points", color=INK)
    ax.set(
        xlim=(0, 9), ylim=(0, 70), xlabel="largest excess of mistakes, in units of luck's spread", ylabel="shuffles of 200",
        title=f"{name}: {wrong[inside].mean():.0%} wrong on {inside.sum()} rows (all: {share:.0%}), p = {p:.3f}",
    )  # fmt: skip
    ax.legend(loc="upper right")
    return fig


# ------------------------------------------------------------------------------------------- raters and noise
@picture
def raters():
    """For each domain, a histogram over sentences of the share of people who saw praise, among those who took a side.
    Most sentences lie at nought or at one; some lie between, where people disagree.
    """
    fig, axes = figure(10, 3.2, columns=3, sharey=True)
    for ax, domain in zip(axes, DOMAINS, strict=True):
        praise = shares_of_praise(sentences(domain)[1])
        contested = np.mean((praise > 0.2) & (praise < 0.8))
        ax.hist(praise, np.linspace(0, 1, 21), weights=np.full(len(praise), 1 / len(praise)), color=BLUE, ec="white")
        ax.axvspan(0.2, 0.8, color=ORANGE, alpha=0.15, lw=0)
        ax.set(xlabel="share of people who saw praise", yscale="log", ylim=(1e-3, 1), xlim=(0, 1))
        ax.set_title(f"{domain}: {contested:.0%} contested")
    axes[0].set_ylabel("share of sentences")
    return fig


NOISY_ROWS = 1500


@functools.cache
def turned_round():
    """Film sentences, their labels, the labels with a tenth turned round, and how alike each two sentences are."""
    X, y = bag("movies")
    X, y = X[:NOISY_ROWS], y[:NOISY_ROWS]
    said = np.where(np.random.default_rng(3).random(NOISY_ROWS) < 0.1, 1 - y, y)
    table = np.zeros((NOISY_ROWS, X.size), np.float32)
    table[X.rows, X.words] = 1
    table *= np.log(NOISY_ROWS / (1 + table.sum(axis=0))).clip(0)  # a rare word says more
    table /= np.linalg.norm(table, axis=1, keepdims=True) + 1e-9
    return X, y, said, (table @ table.T) ** 2


@explorer(judge=["similar sentences", "word weights"], folds=[5, 2, 10])
def noise_found(out_of_sample, judge, folds):
    """Of the labels that were turned round, the share that is found, against the share of sentences that are read, the
    least probable label first. The diagonal is reading by chance. Where the judge asks similar sentences, the model
    that was shown the labels finds far fewer at first: the most similar sentence is the sentence itself.
    """
    X, y, said, alike = turned_round()

    def fit(rows, labels):
        rows, labels = np.asarray(rows)[:, 0].astype(int), np.asarray(labels)
        w = learnt(X[np.sort(rows)], labels[np.argsort(rows)], 1e-3) if judge == "word weights" else None

        def predict(asked):
            asked = np.asarray(asked)[:, 0].astype(int)
            if w is not None:
                p = 1 / (1 + np.exp(-np.clip((X @ w)[asked], -30, 30)))
            else:
                votes = alike[np.ix_(asked, rows)]
                p = (votes @ labels + 0.005) / (votes.sum(axis=1) + 0.01)
            return np.stack([1 - p, p], axis=1)

        return predict

    rows = np.arange(NOISY_ROWS)[:, None]
    honest = np.asarray(out_of_sample(fit, rows, said.copy(), np.arange(NOISY_ROWS), folds, np.random.default_rng(0)))
    own = fit(rows, said)(rows)
    fig, ax = figure(8.6, 3.8)
    read, wrong, at = np.arange(1, NOISY_ROWS + 1) / NOISY_ROWS, y != said, []
    judges = ("your out-of-sample probabilities", honest, BLUE, "o"), ("the model that saw the labels", own, ORANGE, "s")
    for name, p, color, mark in judges:
        order = np.argsort(p[np.arange(NOISY_ROWS), said], kind="stable")
        found = np.cumsum(wrong[order]) / wrong.sum()
        at.append(found[NOISY_ROWS // 10])
        ax.plot(read, found, color=color, marker=mark, markevery=150, ms=5, label=name)
    ax.plot([0, 1], [0, 1], "--", color=GREY, lw=1, label="by chance")
    ax.set(
        xlim=(0, 1), ylim=(0, 1.02), xlabel="share of the sentences that are read again", ylabel="turned labels found",
        title=f"The first tenth holds {at[0]:.0%} of the turned labels; by the model that saw them, {at[1]:.0%}",
    )  # fmt: skip
    ax.legend(loc="lower right")
    return fig


# ------------------------------------------------------------------------------------------- mismatch and transfer
@functools.cache
def frequent(domain, size=800):
    """The `size` most frequent words as columns of 0 and 1, and labels, at most 4,000 rows."""
    X, y = bag(domain)
    films = bag("movies")[0][:FILMS]
    top = np.argsort(-films.back(np.ones(films.n)), kind="stable")[1 : size + 1]
    part = X[: min(4000, X.n)]
    table = np.zeros((part.n, part.size), np.float32)
    table[part.rows, part.words] = 1
    return table[:, top].astype(float), y[: part.n]


@explorer(
    domain=["tweets", "products"],
    films=[2000, 500, 1000, 4000],
    penalty=["weak", "strong"],
    labels={"films": "film sentences"},
)
def mismatched(mismatch, domain, films, penalty):
    """Four bars: avoidable bias, variance, what is harder for people too, and mismatch, in points of error. With fewer
    film sentences the bar of variance grows; that of mismatch stays. With a strong penalty bias takes variance's place.
    """
    size = {"weak": 0.01, "strong": 2.0}[penalty]

    def fit(X, y):
        A = np.column_stack([np.asarray(X, float), np.ones(len(X))])
        w = np.linalg.solve(A.T @ A / len(A) + size * np.eye(A.shape[1]), A.T @ (2.0 * np.asarray(y) - 1) / len(A))
        return lambda X: (np.column_stack([np.asarray(X, float), np.ones(len(X))]) @ w > 0).astype(int)

    (X, y), (X_dev, y_dev) = frequent("movies"), frequent(domain)
    human = tuple(1 - right_shares()[name][1] for name in ("movies", domain))
    found = mismatch(fit, (X[:films].copy(), y[:films]), (X_dev.copy(), y_dev), human, 0.25, np.random.default_rng(0))
    names = ("bias", "variance", "harder", "mismatch")
    values = [100 * float(found[name]) for name in names]
    fig, ax = figure(8.6, 3.4)
    base = 100 * human[0]
    ax.bar(0, base, 0.6, color=GREY)
    ax.annotate(f"{base:.0f}", (0, max(base, 0)), xytext=(0, 3), textcoords="offset points", ha="center")
    for k, (value, color) in enumerate(zip(values, (BLUE, ORANGE, SKY, GREEN), strict=True), 1):
        ax.bar(k, value, 0.6, bottom=base, color=color)
        ax.annotate(f"{value:+.0f}", (k, max(base, base + value)), xytext=(0, 3), textcoords="offset points", ha="center")
        base += value
    ax.bar(5, base, 0.6, color=INK)
    ax.annotate(f"{base:.0f}", (5, base), xytext=(0, 3), textcoords="offset points", ha="center")
    ax.set(
        ylim=(0, 60), xticks=range(6), ylabel="error in %",
        xticklabels=["people,\nfilms", "bias", "variance", "harder for\neverybody", "mismatch", f"model,\n{domain}"],
        title=f"From people on films to the model on {domain}: the largest step is {names[int(np.argmax(values))]}",
    )  # fmt: skip
    return fig


SIZES = (0, 25, 50, 100, 200, 400, 800, 1500)


def ranked(z, y):
    """Of all pairs of a happy and an unhappy sentence, the share in which the happy one has the higher score."""
    order = np.argsort(z, kind="stable")
    place = np.empty(len(z))
    place[order] = np.arange(1, len(z) + 1)
    happy = y == 1
    return float((place[happy].sum() - happy.sum() * (happy.sum() + 1) / 2) / (happy.sum() * (~happy).sum()))


@functools.cache
def transferred():
    """The share of pairs of unseen tweets that are ranked rightly, by the number of tweets to learn from: three ways."""
    X, y = bag("tweets")
    test, rng = slice(1700, None), np.random.default_rng(0)
    films = film_model()
    found = {"tweets alone": [], "from the film model on": [], "the film model as it is": []}
    for size in SIZES:
        scores = {name: [] for name in found}
        for _ in range(6 if size else 1):
            rows = rng.permutation(1700)[:size]
            scores["tweets alone"].append(ranked((X @ learnt(X[rows], y[rows], 0.01, None, 60))[test], y[test]) if size else 0.5)
            tuned = learnt(X[rows], y[rows], 0.01, films, 60) if size else films
            scores["from the film model on"].append(ranked((X @ tuned)[test], y[test]))
            scores["the film model as it is"].append(ranked((X @ films)[test], y[test]))
        for name, values in scores.items():
            found[name].append(float(np.mean(values)))
    return found


@picture
def transfer():
    """The share of pairs of a happy and an unhappy tweet that are ranked rightly, against the number of tweets to learn
    from. Tweets alone begin at one half, the toss of a coin. The curve that goes on from the film model begins much
    higher, and the two come together as tweets become many. The film model as it is, is a flat line.
    """
    fig, ax = figure(8.8, 3.7)
    place, found = np.arange(len(SIZES)), transferred()
    for (name, values), color, style in zip(found.items(), (ORANGE, BLUE, GREEN), ("-", "-", "--"), strict=True):
        ax.plot(place, values, style, color=color, marker=MARKS[color], ms=6, label=name)
    gap = found["from the film model on"][2] - found["tweets alone"][2]
    ax.set(xticks=place, xticklabels=[str(size) for size in SIZES], ylim=(0.45, 0.85), xlabel="tweets to learn from",
           ylabel="pairs ranked rightly",
           title=f"With {SIZES[2]} tweets, going on from films is {100 * gap:.0f} points ahead")  # fmt: skip
    ax.legend(loc="lower right")
    return fig
