"""A class that nobody taught: its answers are the committed programs of a week, so that each mistake has a known cause."""

from __future__ import annotations

import ast
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

DECLARED = ("wrong", "right", "program", "entry")


@dataclass(frozen=True)
class Program:
    """A committed program as a learner's answer.

    Attributes
    ----------
    wrong : a rival of that name is wrong on purpose; a program written from the contract says what it `breaks`.
    text : the cell: what the program needs of its file, then the program under the name that the exercise asks for.
    """

    exercise: str
    name: str
    wrong: bool
    breaks: str
    text: str


def programs(path: Path, names: Mapping[str, Sequence[str]]) -> list[Program]:
    """The programs of a file such as rivals.py or tried_first.py.

    Parameters
    ----------
    names : what each exercise asks for.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    defined = _defined(tree)
    found = []
    for node in tree.body:
        if not isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            continue
        for mark in node.decorator_list:
            if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Name) and mark.func.id in DECLARED:
                about = {one.arg: ast.literal_eval(one.value) for one in mark.keywords if one.arg}
                exercise = ast.literal_eval(mark.args[0])
                if exercise in names and mark.func.id != "entry":
                    wrong = mark.func.id == "wrong" or bool(about.get("breaks"))
                    text = _text(node, about, names[exercise], defined)
                    found.append(Program(exercise, node.name, wrong, str(about.get("breaks", "")), text))
    return found


def _defined(tree: ast.Module) -> dict[str, ast.stmt]:
    """Statements by the names that they give at the top of a file; not the engine's own."""
    found: dict[str, ast.stmt] = {}
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found[node.name] = node
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            if not (getattr(node, "module", "") or "").startswith("autograder"):
                found.update({(one.asname or one.name).partition(".")[0]: node for one in node.names})
        else:
            found.update({one.id: node for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)})
    return found


def _text(
    node: ast.FunctionDef | ast.ClassDef, about: Mapping[str, Any], names: Sequence[str], defined: dict[str, ast.stmt]
) -> str:
    needed: list[ast.stmt] = []

    def need(one: ast.AST) -> None:
        for name in (n.id for n in ast.walk(one) if isinstance(n, ast.Name) and n.id in defined):
            if defined[name] not in needed:
                needed.append(defined[name])
                need(defined[name])

    plain = _undecorated(node)
    need(plain)
    order = list(dict.fromkeys(defined.values()))
    before = [ast.unparse(_undecorated(one)) for one in sorted(needed, key=order.index) if one is not node]
    if about.get("several"):
        last = f"globals().update({node.name}())"
    elif about.get("value"):
        last = f"{names[0]} = {node.name}()"
    else:
        last = f"{names[0]} = {node.name}"
    return "\n\n".join([*before, ast.unparse(plain), last])


def _undecorated(node: ast.stmt) -> ast.stmt:
    """A definition without the decorators that declare it to the audit."""
    if not isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return node
    made = ast.parse(ast.unparse(node)).body[0]
    assert isinstance(made, (ast.FunctionDef, ast.ClassDef))
    made.decorator_list = [
        one
        for one in made.decorator_list
        if not (isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id in DECLARED)
    ]
    return made


def notebooks(released: Path, some: Iterable[Program]) -> list[tuple[dict[str, Any], dict[str, Program]]]:
    """Notebooks that hold all the programs, one of each exercise in each; and which they hold."""
    by_exercise: dict[str, list[Program]] = {}
    for one in some:
        by_exercise.setdefault(one.exercise, []).append(one)
    made = []
    for row in zip_longest(*by_exercise.values()):
        held = {one.exercise: one for one in row if one is not None}
        notebook = json.loads(released.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            mark = cell["metadata"].get("autograder", {})
            if mark.get("role") in ("answer", "studio") and mark["id"] in held:
                cell["source"] = held[mark["id"]].text
        made.append((notebook, held))
    return made


def hand_in(root: Path, week: str, student: str, notebook: Mapping[str, Any]) -> None:
    """Put a notebook where it is graded."""
    folder = root / "submitted" / student / week
    shutil.copytree(root / "release" / week, folder)
    (folder / f"{week}.ipynb").write_text(json.dumps(notebook, indent=1), encoding="utf-8")


def multiply(root: Path, week: str, graded: Sequence[str], number: int) -> dict[str, str]:
    """Make many learners of those whose work was graded: each has the files, the record and the gradebook's rows of one of them.

    Returns
    -------
    Whose work each has, by the new learner's name.
    """
    from autograder.grading.cache import Cache
    from autograder.grading.gradebook import Book
    from autograder.grading.grader import Grader

    grader, cache = Grader(root), Cache(root, week)
    book = Book(grader.coursedir.db_url, grader.coursedir.course_id, week)
    made = {f"learner{k:03d}": graded[k % len(graded)] for k in range(number)}
    for student, whose in made.items():
        for step in ("submitted", "autograded"):
            shutil.copytree(root / step / whose / week, root / step / student / week)
        shutil.copyfile(cache.folder / f"{whose}.json", cache.folder / f"{student}.json")
        record = cache.last(student)
        assert record is not None
        book.write(record.graded(student), None, 0.0)
    book.close()
    return made


CONFIG = """\
from pathlib import Path

from autograder.grading.plug import plug
from autograder.notebook.regions import STUB

root = Path(__file__).resolve().parent
c = get_config()
c.CourseDirectory.course_id = "classroom"
c.CourseDirectory.root = str(root)
c.Exchange.root = str(root.parent / "exchange")
c.Exchange.cache = str(root.parent / "cache")
c.ClearSolutions.code_stub = {"python": STUB}
plug(c)
"""


def real_course(checkout: Path, home: Path, week: str) -> Path:
    """A course of one of the workbook's weeks, released and known to a gradebook."""
    from autograder.grading.grader import Grader, need

    root = home / "course"
    # All of notebooks/: a week's patterns are kept under a key that earlier weeks are part of.
    shutil.copytree(checkout / "notebooks", root / "notebooks", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(checkout / "source" / week, root / "source" / week)
    (root / "nbgrader_config.py").write_text(CONFIG, encoding="utf-8")
    (home / "exchange").mkdir(mode=0o777)
    (home / "exchange").chmod(0o777)
    (home / "cache").mkdir()
    grader = Grader(root)
    need(grader.api.generate_assignment(week), "generate")
    need(grader.api.release_assignment(week), "release")
    return root


def contracts(checkout: Path, week: str) -> dict[str, list[str]]:
    """What each exercise of a week asks for, its studios left out."""
    told = json.loads((checkout / "source" / week / "week.json").read_text(encoding="utf-8"))
    return {one["id"]: one["names"] for one in told["exercises"] if one["kind"] == "exercise"}
