"""Idioms for documented features of nbgrader, otter, ok, nbconvert and pytest: one each, made up here."""

from __future__ import annotations

from bench.conformance.idiom import Idiom, Set

NBGRADER = Set(
    "nbgrader",
    (
        Idiom(
            "autograded",
            "nbgrader: autograded answer and autograder tests",
            "def area(width, height):\n    return width * height",
            "def area(width, height):\n    return width + height",
            "assert area(3, 4) == 12\nassert area(2, 2) == 4",
        ),
        Idiom(
            "hidden",
            "nbgrader: hidden tests",
            "def is_leap(year):\n    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)",
            "def is_leap(year):\n    return year % 4 == 0",
            "assert is_leap(2024)\n### BEGIN HIDDEN TESTS\nassert not is_leap(1900)\nassert is_leap(2000)\n### END HIDDEN TESTS",
        ),
        Idiom(
            "partial",
            "nbgrader: partial credit by the cell's last value",
            "def sign(x):\n    return (x > 0) - (x < 0)",
            "def sign(x):\n    return 1 if x > 0 else 0",
            "points = 0\nfor x, want in ((5, 1), (0, 0), (-2, -1), (-9, -1)):\n    points += 0.5 * (sign(x) == want)\npoints",
        ),
        Idiom(
            "no_number",
            "nbgrader: a last value that is no number counts in full",
            "def twice(x):\n    return 2 * x",
            "def twice(x):\n    raise ValueError('never done')",
            "twice('ab')",
        ),
        Idiom(
            "must_raise",
            "nbgrader: a test that an error is raised",
            "def root(x):\n    if x < 0:\n        raise ValueError('negative')\n    return x ** 0.5",
            "def root(x):\n    return abs(x) ** 0.5",
            "assert root(9) == 3\ntry:\n    root(-1)\nexcept ValueError:\n    pass\nelse:\n    raise AssertionError('no ValueError')",
        ),
        Idiom(
            "uses",
            "nbgrader: whether a function is used, its name deleted meanwhile",
            "def cube(x):\n    return x ** 3\n\ndef cubes(n):\n    return [cube(i) for i in range(n)]",
            "def cube(x):\n    return x ** 3\n\ndef cubes(n):\n    return [i ** 3 for i in range(n)]",
            "assert cubes(3) == [0, 1, 8]\nkept = cube\ndel cube\ntry:\n    cubes(2)\nexcept NameError:\n    pass\nelse:\n"
            "    raise AssertionError('cube is not used')\nfinally:\n    cube = kept",
        ),
        Idiom(
            "variable",
            "nbgrader: a variable as the answer",
            "colours = {'red': 3, 'blue': 5}\ntotal = sum(colours.values())",
            "colours = {'red': 3}\ntotal = 9",
            "assert total == 8 and set(colours) == {'red', 'blue'}",
        ),
        Idiom(
            "manual",
            "nbgrader: a manually graded answer",
            "def essay():\n    return 'a long text'",
            "def essay():\n    return ''",
            manual=True,
        ),
        Idiom(
            "read_only",
            "nbgrader: a read-only helper that tests use",
            "def mean(values):\n    return sum(values) / len(values)",
            "def mean(values):\n    return values[0]",
            "assert near(mean([1, 2, 4]), 7 / 3)",
            given="def near(a, b, by=1e-9):\n    return abs(a - b) <= by",
        ),
        Idiom(
            "overwritten",
            "nbgrader: a changed test cell is put back",
            "def initial(name):\n    return name[:1].upper()",
            "def initial(name):\n    return name",
            "assert initial('ada') == 'A'",
            changed="assert True",
        ),
        Idiom(
            "data_beside",
            "nbgrader: files beside the notebook",
            "def rainfall(path):\n    with open(path) as file:\n        return sum(float(line.split(',')[1]) for line in file)",
            "def rainfall(path):\n    return 0.0",
            "with open('rain.csv') as file:\n    lines = file.read().split()\n"
            "assert rainfall('rain.csv') == sum(float(line.split(',')[1]) for line in lines) == 7.5",
            files={"rain.csv": "mon,2.5\ntue,5.0\n"},
        ),
        Idiom(
            "module_beside",
            "nbgrader: a module beside the notebook",
            "from units import METRES\n\ndef in_metres(feet):\n    return feet * METRES",
            "def in_metres(feet):\n    return feet",
            "import units\nassert in_metres(10) == units.METRES * 10 == units.to_metres(10)",
            files={"units.py": "METRES = 0.3048\n\n\ndef to_metres(feet):\n    return feet * METRES\n"},
        ),
        Idiom(
            "global_set",
            "nbgrader: a test sets a variable that the answer reads",
            "def grow(x):\n    return x * rate",
            "def grow(x):\n    return x * 2",
            "assert grow(2) == 4\nrate = 3\nassert grow(2) == 6",
            given="rate = 2",
        ),
        Idiom(
            "global_list",
            "nbgrader: a test sets a list that the answer reads",
            "def longest():\n    return max(words, key=len)",
            "def longest():\n    return 'pear'",
            "assert longest() == 'pear'\nwords = ['a', 'abc', 'ab']\nassert longest() == 'abc'",
            given="words = ['fig', 'pear']",
        ),
        Idiom(
            "written_to",
            "nbgrader: anything on stderr counts as failed",
            "import warnings\n\ndef halve(x):\n    return x / 2",
            "import warnings\n\ndef halve(x):\n    warnings.warn('old')\n    return x / 2",
            "assert halve(4) == 2",
            reason="A warning is no failure: what the answer gives is right. Plain nbgrader takes all points where a library warns.",
        ),
        Idiom(
            "helper_left",
            "nbgrader: a test cell defines what a later one uses",
            "def shout(text):\n    return text.upper() + '!'",
            "def shout(text):\n    return text",
            "def must(got, want):\n    assert got == want, f'{got!r} and not {want!r}'\nmust(shout('a'), 'A!')",
        ),
        Idiom(
            "helper_used",
            "nbgrader: a test cell uses what an earlier one defined",
            "def whisper(text):\n    return text.lower()",
            "def whisper(text):\n    return text",
            "must(whisper('Ab'), 'ab')",
        ),
        Idiom(
            "negative",
            "nbgrader: partial credit that is no number from zero to the points",
            "def rank(word):\n    return len(word)",
            "def rank(word):\n    return -len(word)",
            "2.0 if rank('abc') == 3 else -1.0",
            reason="A negative number is no points. Plain nbgrader gives all of them for it.",
        ),
        Idiom(
            "sets_up",
            "nbgrader: a test cell that a later cell of the notebook stands on",
            "def pairs(n):\n    return n * (n - 1) // 2",
            "def pairs(n):\n    return n",
            "sizes = [2, 3, 4]\nassert [pairs(n) for n in sizes] == [1, 3, 6]",
        ),
        Idiom(
            "stands_on_it",
            "nbgrader: a locked cell that uses what an earlier test cell defined",
            "def largest():\n    return biggest_size",
            "def largest():\n    return 0",
            "assert largest() == 4",
            given="biggest_size = max(sizes)",
            reason="What a test cell defines is not put into the learner's notebook. The solution does not pass, so it is named as a "
            "mistake of the source and not graded here; mend: define it in a locked cell.",
        ),
    ),
)
OTTER = Set(
    "otter",
    (
        Idiom(
            "ok_format",
            "otter: OK-formatted tests (examples with their outputs)",
            "def square(x):\n    return x * x",
            "def square(x):\n    return x + x",
            "import doctest\ntext = '>>> square(3)\\n9\\n>>> [square(i) for i in range(3)]\\n[0, 1, 4]\\n'\n"
            "test = doctest.DocTestParser().get_doctest(text, {'square': square}, 'square', None, 0)\n"
            "assert doctest.DocTestRunner(verbose=False).run(test).failed == 0",
        ),
        Idiom(
            "exception_based",
            "otter: exception-based tests (functions that take a name of the notebook)",
            "def clip(x, low, high):\n    return max(low, min(x, high))",
            "def clip(x, low, high):\n    return max(low, x)",
            "def test_inside(clip):\n    assert clip(3, 0, 5) == 3\n\ndef test_above(clip):\n    assert clip(9, 0, 5) == 5\n\n"
            "for case in (test_inside, test_above):\n    case(clip)",
        ),
        Idiom(
            "seeded",
            "otter: seeding NumPy's generator before a test",
            "def throws(n):\n    return np.random.randint(1, 7, size=n)",
            "def throws(n):\n    return np.ones(n, dtype=int)",
            "np.random.seed(11)\nwant = np.random.randint(1, 7, size=20)\nnp.random.seed(11)\nassert (throws(20) == want).all()",
        ),
        Idiom(
            "seeded_random",
            "otter: seeding Python's generator before a test",
            "import random\n\ndef pick(items):\n    return random.choice(items)",
            "import random\n\ndef pick(items):\n    return items[0]",
            "import random\nrandom.seed(5)\nwant = [random.choice('abcdef') for _ in range(8)]\nrandom.seed(5)\n"
            "assert [pick('abcdef') for _ in range(8)] == want",
        ),
        Idiom(
            "points_each",
            "otter: points of each test case, summed",
            "def vowels(text):\n    return sum(letter in 'aeiou' for letter in text.lower())",
            "def vowels(text):\n    return 1",
            "cases = {'banana': (3, 1.0), 'AEIOU': (5, 0.5), '': (0, 0.5)}\n"
            "sum(worth for text, (want, worth) in cases.items() if vowels(text) == want)",
        ),
        Idiom(
            "failure_message",
            "otter: a message where a test fails",
            "answer_two = 'median'",
            "answer_two = 'mean'",
            "assert answer_two.strip().lower() == 'median', 'an outlier moves the mean'",
        ),
        Idiom(
            "environment",
            "otter: tests that look into the notebook's global environment",
            "shape_of_table = (4, 2)",
            "shape_of_table = (2, 4)",
            "environment = globals()\nassert 'shape_of_table' in environment and environment['shape_of_table'] == (4, 2)",
        ),
        Idiom(
            "array_answer",
            "otter: an array as the answer, compared within a tolerance",
            "weights = np.linspace(0, 1, 5) ** 2",
            "weights = np.linspace(0, 1, 5)",
            "assert isinstance(weights, np.ndarray) and weights.shape == (5,)\n"
            "np.testing.assert_allclose(weights, [0, 1 / 16, 1 / 4, 9 / 16, 1])",
        ),
        Idiom(
            "figure",
            "otter: a figure's parts are looked at",
            "def draw():\n    fig, ax = plt.subplots()\n    ax.plot([1, 2, 3], [2, 4, 8])\n    ax.set_xlabel('day')\n    return ax",
            "def draw():\n    fig, ax = plt.subplots()\n    return ax",
            "axes = draw()\nassert axes.get_xlabel() == 'day'\nassert list(axes.lines[0].get_ydata()) == [2, 4, 8]",
        ),
        Idiom(
            "current_figure",
            "otter: the current figure is looked at",
            "plt.figure()\nplt.bar(['a', 'b'], [3, 1])\nkept_axes = plt.gca()",
            "plt.figure()\nkept_axes = plt.gca()",
            "assert len(kept_axes.patches) == 2 and kept_axes.patches[0].get_height() == 3",
        ),
    ),
    setup="import matplotlib.pyplot as plt\nimport numpy as np",
)
OK = Set(
    "ok",
    (
        Idiom(
            "doctest_suite",
            "ok: doctest suite with set-up code",
            "def digits(n):\n    return [int(d) for d in str(n)]",
            "def digits(n):\n    return [n]",
            "import doctest\nsuite = '>>> number = 407\\n>>> digits(number)\\n[4, 0, 7]\\n>>> sum(digits(99))\\n18\\n'\n"
            "run = doctest.DocTestRunner(verbose=False).run\n"
            "assert run(doctest.DocTestParser().get_doctest(suite, globals().copy(), 'digits', None, 0)).failed == 0",
        ),
        Idiom(
            "own_docstring",
            "ok: the doctests in the answer's own docstring",
            'def ends(word):\n    """First and last.\n\n    >>> ends("abc")\n    \'ac\'\n    """\n    return word[0] + word[-1]',
            'def ends(word):\n    """First and last.\n\n    >>> ends("abc")\n    \'ac\'\n    """\n    return word',
            "import doctest\nfinder = doctest.DocTestFinder(recurse=False)\ntests = finder.find(ends, 'ends', module=False, globs={'ends': ends})\n"
            "assert tests and sum(doctest.DocTestRunner(verbose=False).run(t).failed for t in tests) == 0",
        ),
        Idiom(
            "prints",
            "ok: what is printed (wwpp)",
            "def count_down(n):\n    while n:\n        print(n)\n        n -= 1\n    print('go')",
            "def count_down(n):\n    print('go')",
            "import contextlib\nimport io\nprinted = io.StringIO()\nwith contextlib.redirect_stdout(printed):\n    count_down(2)\n"
            "assert printed.getvalue().split() == ['2', '1', 'go']",
        ),
        Idiom(
            "concept",
            "ok: a concept question",
            "choice = 'B'",
            "choice = 'A'",
            "import hashlib\nassert hashlib.sha256(choice.upper().encode()).hexdigest().startswith('df7e70e5021544f4')",
        ),
        Idiom(
            "mutation",
            "ok: whether an argument is changed in place",
            "def drop_negatives(values):\n    values[:] = [v for v in values if v >= 0]",
            "def drop_negatives(values):\n    return [v for v in values if v >= 0]",
            "numbers = [3, -1, 4]\nassert drop_negatives(numbers) is None\nassert numbers == [3, 4]",
        ),
        Idiom(
            "link",
            "ok: objects of a class of the learner's, attribute by attribute",
            "class Link:\n    def __init__(self, first, rest=None):\n        self.first, self.rest = first, rest\n\n"
            "def length(link):\n    return 0 if link is None else 1 + length(link.rest)",
            "class Link:\n    def __init__(self, first, rest=None):\n        self.first, self.rest = first, rest\n\n"
            "def length(link):\n    return 2",
            "chain = Link(1, Link(2, Link(3)))\nassert chain.rest.first == 2 and chain.rest.rest.rest is None\nassert length(chain) == 3",
        ),
        Idiom(
            "shown",
            "ok: how an object shows itself",
            "class Money:\n    def __init__(self, cents):\n        self.cents = cents\n\n    def __repr__(self):\n"
            "        return f'Money({self.cents})'\n\n    def __str__(self):\n        return f'{self.cents / 100:.2f}'",
            "class Money:\n    def __init__(self, cents):\n        self.cents = cents",
            "assert str(Money(250)) == '2.50'\nassert repr(Money(250)) == 'Money(250)'",
        ),
        Idiom(
            "generator",
            "ok: generators, the endless ones too",
            "def powers(base):\n    value = 1\n    while True:\n        yield value\n        value *= base",
            "def powers(base):\n    yield 1",
            "import itertools\nassert list(itertools.islice(powers(3), 4)) == [1, 3, 9, 27]\nit = powers(2)\nassert next(it) == 1",
        ),
        Idiom(
            "higher_order",
            "ok: functions that take and give functions",
            "def compose(f, g):\n    return lambda x: f(g(x))",
            "def compose(f, g):\n    return lambda x: g(f(x))",
            "both = compose(lambda x: x + 1, lambda x: 2 * x)\nassert both(5) == 11",
        ),
        Idiom(
            "construct",
            "ok: which constructs an answer uses",
            "def total_of(values):\n    return values[0] + total_of(values[1:]) if values else 0",
            "def total_of(values):\n    found = 0\n    for value in values:\n        found += value\n    return found",
            "import ast\nimport inspect\nassert total_of([1, 2, 3]) == 6\ntree = ast.parse(inspect.getsource(total_of))\n"
            "assert not any(isinstance(node, (ast.For, ast.While)) for node in ast.walk(tree))",
        ),
        Idiom(
            "equal_objects",
            "ok: objects of the learner's are equal",
            "class Vector:\n    def __init__(self, x, y):\n        self.x, self.y = x, y\n\n    def __eq__(self, other):\n"
            "        return (self.x, self.y) == (other.x, other.y)\n\n    def __add__(self, other):\n"
            "        return Vector(self.x + other.x, self.y + other.y)",
            "class Vector:\n    def __init__(self, x, y):\n        self.x, self.y = x, y\n\n    def __add__(self, other):\n"
            "        return Vector(self.x + other.x, self.y + other.y)",
            "assert Vector(1, 2) + Vector(3, 4) == Vector(4, 6)",
        ),
        Idiom(
            "kind_of_object",
            "ok: an object is of the learner's class",
            "class Animal:\n    pass\n\nclass Cat(Animal):\n    pass\n\ndef adopt():\n    return Cat()",
            "class Animal:\n    pass\n\nclass Cat:\n    pass\n\ndef adopt():\n    return Cat()",
            "assert isinstance(adopt(), Animal)\nassert issubclass(Cat, Animal)",
        ),
        Idiom(
            "sorted_objects",
            "ok: objects of the learner's are ordered",
            "import functools\n\n@functools.total_ordering\nclass Version:\n    def __init__(self, text):\n"
            "        self.parts = [int(p) for p in text.split('.')]\n\n    def __eq__(self, other):\n        return self.parts == other.parts\n\n"
            "    def __lt__(self, other):\n        return self.parts < other.parts",
            "class Version:\n    def __init__(self, text):\n        self.text = text\n\n    def __lt__(self, other):\n"
            "        return self.text < other.text",
            "assert Version('1.9') < Version('1.10')\nassert sorted([Version('2.0'), Version('1.0')])[0] < Version('2.0')",
        ),
    ),
)
NBCONVERT = Set(
    "nbconvert",
    (
        Idiom(
            "raises_tag",
            "nbconvert: a cell tagged raises-exception, and what follows runs",
            "after_the_error = 4",
            "after_the_error = 5",
            "assert after_the_error == 4",
            given="1 / 0",
            tags=("raises-exception",),
        ),
        Idiom(
            "working_folder",
            "nbconvert: the folder that cells run in",
            "import os\nfound_here = sorted(name for name in os.listdir('.') if name.endswith('.txt'))",
            "found_here = []",
            "import os\nassert found_here == ['poem.txt'] and os.path.exists('poem.txt')",
            files={"poem.txt": "roses\nviolets\n"},
        ),
        Idiom(
            "line_magic",
            "nbconvert: line magics in a test cell",
            "def slow_sum(n):\n    return sum(range(n))",
            "def slow_sum(n):\n    return 0",
            "timing = %timeit -n 1 -r 1 -o -q slow_sum(10)\nassert timing.best >= 0 and slow_sum(4) == 6",
        ),
        Idiom(
            "cell_magic",
            "nbconvert: cell magics in a test cell",
            "def greet(name):\n    print('hello', name)\n    return len(name)",
            "def greet(name):\n    print(name)",
            "%%capture said\nassert greet('Ada') == 3",
        ),
        Idiom(
            "captured_then",
            "nbconvert: output captured in the middle of a test cell",
            "def farewell(name):\n    print('bye', name)",
            "def farewell(name):\n    print(name)",
            "from IPython.utils.capture import capture_output\nwith capture_output() as said:\n    farewell('Bo')\n"
            "assert said.stdout.strip() == 'bye Bo'",
        ),
        Idiom(
            "shell",
            "nbconvert: a line for the shell in a test cell",
            "with open('made.txt', 'w') as file:\n    file.write('one two three')",
            "open('made.txt', 'w').close()",
            "counted = !wc -w made.txt\nassert counted[0].split()[0] == '3'",
        ),
        Idiom(
            "written_file",
            "nbconvert: a file that an answer writes",
            "import json\n\ndef save(values):\n    with open('saved.json', 'w') as file:\n        json.dump(values, file)",
            "def save(values):\n    open('saved.json', 'w').close()",
            "import json\nsave([1, 2])\nwith open('saved.json') as file:\n    assert json.load(file) == [1, 2]",
        ),
        Idiom(
            "interpreter",
            "nbconvert: the interpreter itself is asked (get_ipython)",
            "temperature = 21.5\npressure = 1013",
            "temperature = 21.5",
            "known = get_ipython().user_ns\nassert {'temperature', 'pressure'} <= set(known)",
        ),
        Idiom(
            "awaited",
            "nbconvert: await at a cell's top",
            "import asyncio\n\nasync def fetch(n):\n    await asyncio.sleep(0)\n    return n + 1",
            "async def fetch(n):\n    return n",
            "assert await fetch(1) == 2",
        ),
        Idiom(
            "displayed",
            "nbconvert: rich output of a test cell",
            "def as_table(rows):\n    return '<table>' + ''.join(f'<tr><td>{r}</td></tr>' for r in rows) + '</table>'",
            "def as_table(rows):\n    return ''",
            "from IPython.display import HTML, display\ndisplay(HTML(as_table([1])))\nassert as_table([1, 2]).count('<tr>') == 2",
        ),
    ),
)
PYTEST = Set(
    "pytest",
    (
        Idiom(
            "plain_assert",
            "pytest: assert with a message",
            "def initials(name):\n    return ''.join(part[0] for part in name.split())",
            "def initials(name):\n    return name[0]",
            "got = initials('Ada Lovelace')\nassert got == 'AL', f'got {got}'",
        ),
        Idiom(
            "raises",
            "pytest: raises, with match",
            "def parse(text):\n    if not text.isdigit():\n        raise ValueError(f'no number: {text}')\n    return int(text)",
            "def parse(text):\n    return int(text) if text.isdigit() else None",
            "import pytest\nassert parse('12') == 12\nwith pytest.raises(ValueError, match='no number'):\n    parse('x')",
        ),
        Idiom(
            "own_error",
            "pytest: raises an exception of the learner's",
            "class Empty(Exception):\n    pass\n\ndef first(items):\n    if not items:\n        raise Empty\n    return items[0]",
            "class Empty(Exception):\n    pass\n\ndef first(items):\n    return items[0] if items else None",
            "import pytest\nassert first([7]) == 7\nwith pytest.raises(Empty):\n    first([])",
        ),
        Idiom(
            "approx",
            "pytest: approx",
            "def celsius(f):\n    return (f - 32) * 5 / 9",
            "def celsius(f):\n    return f - 32",
            "import pytest\nassert celsius(100) == pytest.approx(37.7777777)\nassert [celsius(32), celsius(212)] == pytest.approx([0, 100])",
        ),
        Idiom(
            "warns",
            "pytest: warns",
            "import warnings\n\ndef old():\n    warnings.warn('use new', DeprecationWarning)\n    return 1",
            "def old():\n    return 1",
            "import pytest\nwith pytest.warns(DeprecationWarning):\n    old()",
        ),
        Idiom(
            "parametrized",
            "pytest: parametrize, as a table of cases",
            "def fizz(n):\n    return 'fizz' * (n % 3 == 0) + 'buzz' * (n % 5 == 0) or str(n)",
            "def fizz(n):\n    return str(n)",
            "for n, want in [(1, '1'), (3, 'fizz'), (5, 'buzz'), (15, 'fizzbuzz')]:\n    assert fizz(n) == want, n",
        ),
        Idiom(
            "monkeypatch",
            "pytest: monkeypatch of what the answer calls",
            "import time\n\ndef stamp():\n    return f'{time.time():.0f}'",
            "def stamp():\n    return '0'",
            "import time\nimport pytest\nwith pytest.MonkeyPatch.context() as patch:\n    patch.setattr(time, 'time', lambda: 1234.0)\n"
            "    assert stamp() == '1234'",
        ),
        Idiom(
            "tmp_path",
            "pytest: a folder that the test makes",
            "def note(folder, text):\n    with open(f'{folder}/note.txt', 'w') as file:\n        file.write(text)",
            "def note(folder, text):\n    pass",
            "import pathlib\nimport tempfile\nwith tempfile.TemporaryDirectory() as folder:\n    note(folder, 'milk')\n"
            "    assert pathlib.Path(folder, 'note.txt').read_text() == 'milk'",
        ),
        Idiom(
            "unittest_case",
            "pytest: unittest's assertions",
            "def merge(a, b):\n    return {**a, **b}",
            "def merge(a, b):\n    return a",
            "import unittest\ncase = unittest.TestCase()\ncase.assertEqual(merge({'a': 1}, {'b': 2}), {'a': 1, 'b': 2})\n"
            "case.assertIsInstance(merge({}, {}), dict)",
        ),
        Idiom(
            "mock_argument",
            "pytest: a mock as an argument",
            "def each(items, do):\n    for item in items:\n        do(item)",
            "def each(items, do):\n    do(items)",
            "from unittest import mock\nseen = mock.Mock()\neach([1, 2], seen)\nassert seen.call_args_list == [mock.call(1), mock.call(2)]",
        ),
        Idiom(
            "mock_input",
            "pytest: a mock in the place of input",
            "def ask_age():\n    return int(input('How old? '))",
            "def ask_age():\n    return 40",
            "from unittest import mock\nwith mock.patch('builtins.input', return_value='33'):\n    assert ask_age() == 33",
        ),
        Idiom(
            "decimal",
            "pytest: values of the standard library (Decimal)",
            "from decimal import Decimal\n\ndef price(text):\n    return Decimal(text) * 3",
            "def price(text):\n    return float(text) * 3",
            "from decimal import Decimal\nassert price('0.10') == Decimal('0.30')\nassert isinstance(price('1'), Decimal)",
        ),
        Idiom(
            "fraction",
            "pytest: values of the standard library (Fraction)",
            "from fractions import Fraction\n\ndef half_of(x):\n    return Fraction(x) / 2",
            "def half_of(x):\n    return x",
            "from fractions import Fraction\nassert half_of(Fraction(1, 3)) == Fraction(1, 6)",
        ),
        Idiom(
            "datetime",
            "pytest: values of the standard library (datetime)",
            "import datetime\n\ndef next_day(day):\n    return day + datetime.timedelta(days=1)",
            "def next_day(day):\n    return day",
            "import datetime\nassert next_day(datetime.date(2024, 2, 28)) == datetime.date(2024, 2, 29)",
        ),
        Idiom(
            "path",
            "pytest: values of the standard library (Path)",
            "from pathlib import Path\n\ndef sibling(path, name):\n    return path.parent / name",
            "def sibling(path, name):\n    return path",
            "from pathlib import Path\nassert sibling(Path('data/a.csv'), 'b.csv') == Path('data/b.csv')",
        ),
        Idiom(
            "named_tuple",
            "pytest: a namedtuple of the learner's",
            "from collections import namedtuple\n\nPlace = namedtuple('Place', 'name height')\n\ndef highest(places):\n"
            "    return max(places, key=lambda place: place.height)",
            "from collections import namedtuple\n\nPlace = namedtuple('Place', 'name height')\n\ndef highest(places):\n    return places[0]",
            "found = highest([Place('a', 3), Place('b', 9)])\nassert found.name == 'b' and found == ('b', 9)",
        ),
        Idiom(
            "dataclass_of_the_test",
            "pytest: a frozen dataclass of the test's as an argument",
            "def area_of(box):\n    return box.width * box.height",
            "def area_of(box):\n    return box.width",
            "import dataclasses\n\n@dataclasses.dataclass(frozen=True)\nclass Box:\n    width: int\n    height: int\n\n"
            "assert area_of(Box(3, 4)) == 12",
        ),
        Idiom(
            "dataclass_of_hers",
            "pytest: dataclasses of the learner's compared",
            "import dataclasses\n\n@dataclasses.dataclass\nclass Item:\n    name: str\n    price: int = 0",
            "class Item:\n    def __init__(self, name, price=0):\n        self.name, self.price = name, price",
            "assert Item('pen') == Item('pen', 0)\nassert Item('pen', 2) != Item('pen', 3)",
        ),
    ),
)
FEATURES = (NBGRADER, OTTER, OK, NBCONVERT, PYTEST)
