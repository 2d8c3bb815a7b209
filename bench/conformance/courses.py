"""Five small assignments in the style of published courses, made up here: what such courses do, together in one notebook."""

from __future__ import annotations

from bench.conformance.idiom import Idiom, Set

PROGRAMMING = Set(
    "programming",
    (
        Idiom(
            "caesar",
            "course: introduction to programming",
            "def caesar(text, by):\n    moved = ''\n    for letter in text:\n        if letter.isalpha():\n"
            "            first = ord('A') if letter.isupper() else ord('a')\n"
            "            letter = chr((ord(letter) - first + by) % 26 + first)\n        moved += letter\n    return moved",
            "def caesar(text, by):\n    return ''.join(chr(ord(letter) + by) for letter in text)",
            "assert caesar('abc', 1) == 'bcd'\n### BEGIN HIDDEN TESTS\nassert caesar('xyz, XYZ', 3) == 'abc, ABC'\n"
            "import string\nassert caesar(caesar(string.ascii_letters, 7), -7) == string.ascii_letters\n### END HIDDEN TESTS",
        ),
        Idiom(
            "account",
            "course: introduction to programming",
            "class Account:\n    def __init__(self, owner, balance=0):\n        self.owner, self.balance = owner, balance\n\n"
            "    def deposit(self, amount):\n        if amount <= 0:\n            raise ValueError('an amount is positive')\n"
            "        self.balance += amount\n        return self\n\n    def __eq__(self, other):\n"
            "        return isinstance(other, Account) and vars(self) == vars(other)",
            "class Account:\n    def __init__(self, owner, balance=0):\n        self.owner, self.balance = owner, balance\n\n"
            "    def deposit(self, amount):\n        self.balance = amount\n        return self",
            "mine = Account('ada', 10)\nmine.deposit(5).deposit(1)\nassert mine.balance == 16 and mine.owner == 'ada'\n"
            "assert mine == Account('ada', 16)",
            points=3,
        ),
        Idiom(
            "word_count",
            "course: introduction to programming",
            "def word_count(path):\n    counts = {}\n    with open(path, encoding='utf-8') as file:\n"
            "        for word in file.read().lower().split():\n            counts[word] = counts.get(word, 0) + 1\n    return counts",
            "def word_count(path):\n    return {}",
            "assert word_count('verse.txt')['the'] == 2\nexpected = {}\nfor word in open('verse.txt').read().lower().split():\n"
            "    expected[word] = expected.get(word, 0) + 1\nassert word_count('verse.txt') == expected",
            files={"verse.txt": "The wind and the rain\nand a song\n"},
        ),
        Idiom(
            "dialogue",
            "course: introduction to programming",
            "def dialogue():\n    name = input('Name? ')\n    print(f'Hello, {name}!')",
            "def dialogue():\n    print('Hello!')",
            "import builtins\nimport contextlib\nimport io\nasked = builtins.input\nbuiltins.input = lambda prompt='': 'Grace'\n"
            "heard = io.StringIO()\ntry:\n    with contextlib.redirect_stdout(heard):\n        dialogue()\nfinally:\n"
            "    builtins.input = asked\nassert heard.getvalue() == 'Hello, Grace!\\n'",
        ),
    ),
)
DATA = Set(
    "data",
    (
        Idiom(
            "load",
            "course: data science",
            "def load(path):\n    return np.genfromtxt(path, delimiter=',', skip_header=1)\n\ntable = load('heights.csv')",
            "def load(path):\n    return np.zeros((2, 2))\n\ntable = load('heights.csv')",
            "assert table.shape == (3, 2)\nassert np.allclose(table, np.loadtxt('heights.csv', delimiter=',', skiprows=1))",
            files={"heights.csv": "age,height\n4,102.5\n5,109.0\n6,115.2\n"},
        ),
        Idiom(
            "line_fit",
            "course: data science",
            "def line_fit(x, y):\n    slope = ((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum()\n"
            "    return slope, y.mean() - slope * x.mean()\n\nslope, offset = line_fit(table[:, 0], table[:, 1])",
            "def line_fit(x, y):\n    return 1.0, 0.0\n\nslope, offset = line_fit(table[:, 0], table[:, 1])",
            "x = np.arange(5.0)\nassert np.allclose(line_fit(x, 3 * x - 2), (3, -2))\nassert round(slope, 2) == 6.35\n"
            "### BEGIN HIDDEN TESTS\nassert np.allclose(np.polyfit(table[:, 0], table[:, 1], 1), (slope, offset))\n### END HIDDEN TESTS",
        ),
        Idiom(
            "bootstrap",
            "course: data science",
            "def bootstrap(values, times):\n    return np.array([np.random.choice(values, len(values)).mean() for _ in range(times)])",
            "def bootstrap(values, times):\n    return np.full(times, np.mean(values))",
            "np.random.seed(0)\nmeans = bootstrap(np.arange(100.0), 400)\nassert len(means) == 400 and abs(means.mean() - 49.5) < 1\n"
            "assert 2 < means.std() < 4",
        ),
        Idiom(
            "chart",
            "course: data science",
            "def chart(values):\n    figure, axes = plt.subplots()\n    axes.hist(values, bins=4)\n    axes.set_title('Heights')\n"
            "    return figure",
            "def chart(values):\n    return plt.figure()",
            "made = chart([1, 2, 2, 3])\nassert made.axes[0].get_title() == 'Heights'\nassert len(made.axes[0].patches) == 4",
        ),
    ),
    setup="import matplotlib.pyplot as plt\nimport numpy as np",
)
NUMERICS = Set(
    "numerics",
    (
        Idiom(
            "newton",
            "course: numerical methods",
            "def newton(f, df, x, tol=1e-12):\n    steps = 0\n    while abs(f(x)) > tol:\n        x, steps = x - f(x) / df(x), steps + 1\n"
            "    return x, steps",
            "def newton(f, df, x, tol=1e-12):\n    return x, 0",
            "from math import cos, sin, pi\nx, steps = newton(lambda x: x * x - 2, lambda x: 2 * x, 1.0)\n"
            "assert abs(x - 2 ** 0.5) < 1e-9 and steps < 8\n### BEGIN HIDDEN TESTS\n"
            "assert abs(newton(sin, cos, 3.0)[0] - pi) < 1e-9\n### END HIDDEN TESTS",
        ),
        Idiom(
            "simpson",
            "course: numerical methods",
            "def simpson(f, a, b, n):\n    x = np.linspace(a, b, n + 1)\n    y = f(x)\n"
            "    return (b - a) / n / 3 * (y[0] + y[-1] + 4 * y[1:-1:2].sum() + 2 * y[2:-1:2].sum())",
            "def simpson(f, a, b, n):\n    x = np.linspace(a, b, n)\n    return f(x).mean() * (b - a)",
            "score = 0\nscore += np.isclose(simpson(lambda x: x ** 3, 0, 1, 2), 0.25)\nscore += np.isclose(simpson(np.sin, 0, np.pi, 200), 2)\n"
            "score += np.isclose(simpson(np.exp, -1, 1, 100), np.e - 1 / np.e)\nfloat(score)",
            points=3,
        ),
        Idiom(
            "step_size",
            "course: numerical methods",
            "def euler(f, y, end):\n    t = 0.0\n    while t < end - 1e-12:\n        y, t = y + h * f(t, y), t + h\n    return y",
            "def euler(f, y, end):\n    return y + end * f(0.0, y)",
            "coarse = euler(lambda t, y: -y, 1.0, 1.0)\nh = 0.001\nfine = euler(lambda t, y: -y, 1.0, 1.0)\n"
            "assert abs(fine - np.exp(-1)) < abs(coarse - np.exp(-1)) / 10",
            given="h = 0.1",
        ),
        Idiom(
            "solver",
            "course: numerical methods",
            "class Matrix:\n    def __init__(self, rows):\n        self.rows = [list(map(Fraction, row)) for row in rows]\n\n"
            "    def __matmul__(self, other):\n        columns = list(zip(*other.rows))\n"
            "        return Matrix([[sum(a * b for a, b in zip(row, column)) for column in columns] for row in self.rows])\n\n"
            "    def __eq__(self, other):\n        return self.rows == other.rows",
            "class Matrix:\n    def __init__(self, rows):\n        self.rows = rows\n\n    def __matmul__(self, other):\n        return self",
            "one = Matrix([[1, 0], [0, 1]])\nm = Matrix([[1, 2], [3, 4]])\nassert m @ one == m\nassert (m @ m).rows[0] == [7, 10]",
            given="from fractions import Fraction",
        ),
    ),
    setup="import numpy as np",
)
LEARNING = Set(
    "learning",
    (
        Idiom(
            "knn",
            "course: machine learning",
            "class Nearest:\n    def fit(self, X, y):\n        self.X, self.y = X, y\n        return self\n\n    def predict(self, X):\n"
            "        far = ((X[:, None] - self.X[None]) ** 2).sum(axis=2)\n        return self.y[far.argmin(axis=1)]",
            "class Nearest:\n    def fit(self, X, y):\n        self.X, self.y = X, y\n        return self\n\n    def predict(self, X):\n"
            "        return np.zeros(len(X), dtype=int)",
            "rng = np.random.default_rng(0)\nX = rng.normal(size=(60, 2)) + 4 * (np.arange(60) % 2)[:, None]\ny = np.arange(60) % 2\n"
            "model = Nearest().fit(X[:40], y[:40])\nassert (model.predict(X[40:]) == y[40:]).mean() > 0.9\n"
            "assert isinstance(model, Nearest)",
        ),
        Idiom(
            "sigmoid",
            "course: machine learning",
            "def sigmoid(z):\n    return 1 / (1 + np.exp(-z))",
            "def sigmoid(z):\n    return z",
            "np.testing.assert_almost_equal(sigmoid(0), 0.5)\nassert sigmoid(np.array([-30.0, 30.0])).round(6).tolist() == [0, 1]",
        ),
        Idiom(
            "gradient_check",
            "course: machine learning",
            "def loss(w):\n    return ((X_train @ w - y_train) ** 2).mean()\n\ndef grad(w):\n"
            "    return 2 * X_train.T @ (X_train @ w - y_train) / len(y_train)",
            "def loss(w):\n    return ((X_train @ w - y_train) ** 2).mean()\n\ndef grad(w):\n    return w",
            "w = np.array([0.5, -1.0])\nfor k in range(2):\n    e = np.eye(2)[k] * 1e-6\n"
            "    assert abs((loss(w + e) - loss(w - e)) / 2e-6 - grad(w)[k]) < 1e-4",
            given="X_train = np.arange(8.0).reshape(4, 2) / 8\ny_train = np.array([1.0, 0.0, 2.0, 1.0])",
        ),
        Idiom(
            "layers",
            "course: machine learning",
            "class Dense(Layer):\n    def forward(self, x):\n        return x @ self.weights + self.bias",
            "class Dense(Layer):\n    def forward(self, x):\n        return x",
            "layer = Dense(3, 2)\nassert isinstance(layer, Layer)\nout = layer.forward(np.ones((4, 3)))\n"
            "assert out.shape == (4, 2) and np.allclose(out, np.ones((4, 3)) @ layer.weights + layer.bias)",
            given="from layers import Layer",
            files={
                "layers.py": "import numpy as np\n\n\nclass Layer:\n    def __init__(self, inputs, outputs):\n"
                "        self.weights = np.linspace(-1, 1, inputs * outputs).reshape(inputs, outputs)\n        self.bias = np.ones(outputs)\n"
            },
        ),
    ),
    setup="import numpy as np",
)
ALGORITHMS = Set(
    "algorithms",
    (
        Idiom(
            "tree",
            "course: algorithms",
            "class Tree:\n    def __init__(self, label, *branches):\n        self.label, self.branches = label, branches\n\n"
            "def leaves(tree):\n    if not tree.branches:\n        return [tree.label]\n    return sum((leaves(b) for b in tree.branches), [])",
            "class Tree:\n    def __init__(self, label, *branches):\n        self.label, self.branches = label, branches\n\n"
            "def leaves(tree):\n    return [tree.label]",
            "t = Tree(1, Tree(2), Tree(3, Tree(4), Tree(5)))\nassert leaves(t) == [2, 4, 5]\nassert t.branches[1].label == 3",
        ),
        Idiom(
            "heap",
            "course: algorithms",
            "def push(heap, item):\n    heap.append(item)\n    heap.sort()\n\ndef pop(heap):\n    return heap.pop(0)",
            "def push(heap, item):\n    heap.append(item)\n\ndef pop(heap):\n    return heap.pop()",
            "import heapq\nimport random\nrandom.seed(1)\nmine, theirs = [], []\nfor value in random.sample(range(100), 20):\n"
            "    push(mine, value)\n    heapq.heappush(theirs, value)\nassert [pop(mine) for _ in range(20)] == [heapq.heappop(theirs) for _ in range(20)]",
        ),
        Idiom(
            "counted",
            "course: algorithms",
            "def search(items, wanted):\n    low, high = 0, len(items)\n    while low < high:\n        middle = (low + high) // 2\n"
            "        if items[middle] < wanted:\n            low = middle + 1\n        else:\n            high = middle\n    return low",
            "def search(items, wanted):\n    for place, item in enumerate(items):\n        if item >= wanted:\n            return place\n"
            "    return len(items)",
            "class Counted(list):\n    looks = 0\n\n    def __getitem__(self, place):\n        Counted.looks += 1\n"
            "        return super().__getitem__(place)\n\n    def __iter__(self):\n        for place in range(len(self)):\n            yield self[place]\n\n"
            "assert search(Counted(range(1000)), 700) == 700\nassert 0 < Counted.looks < 30",
        ),
        Idiom(
            "memo",
            "course: algorithms",
            "def fib(n, known={}):\n    if n not in known:\n        known[n] = n if n < 2 else fib(n - 1) + fib(n - 2)\n    return known[n]",
            "def fib(n):\n    return n",
            "import time\nsince = time.time()\nassert fib(80) == 23416728348467685\nassert time.time() - since < 5",
        ),
    ),
)
COURSES = (PROGRAMMING, DATA, NUMERICS, LEARNING, ALGORITHMS)
