"""A week's release as MyST Markdown: prose as it is, code in fences, what is shown as HTML beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

#: cells that only say something where a kernel runs
_LEFT_OUT = ("show", "guess", "hidden")
_MATH_BLOCK = re.compile(r"^\$\$.*?\$\$", re.MULTILINE | re.DOTALL)


def week_text(notebook: str, shown: Mapping[str, str], folder: Path, words: Mapping[str, str]) -> str:
    """The page of a week; what its cells show is written into files in `folder`, and included from there.

    Parameters
    ----------
    notebook : the release's notebook, as JSON.
    shown : HTML by the ids of the cells that show it.
    words : what the page says by itself: "notebook", the link to the notebook's file.
    """
    parts: list[str] = []
    for cell in json.loads(notebook)["cells"]:
        source = "".join(cell["source"]).strip()
        role = cell["metadata"].get("autograder", {}).get("role")
        if cell["cell_type"] == "markdown":
            parts.append(source)
        elif cell["id"] in shown:
            (folder / f"{cell['id']}.html").write_text(f'<div class="shown">{shown[cell["id"]]}</div>', encoding="utf-8")
            parts.append(f"```{{raw}} html\n:file: {folder.name}/{cell['id']}.html\n```")
        elif role not in _LEFT_OUT and source:
            parts.append(_fenced(source, "yours" if role in ("answer", "studio", "try") else "given"))
    first, *rest = parts
    title, _, after = first.partition("\n")
    return "\n\n".join([title, words["notebook"], after.strip(), *rest]) + "\n"


def title_of(notebook: str) -> str:
    """A notebook's first heading."""
    first = "".join(json.loads(notebook)["cells"][0]["source"])
    return first.partition("\n")[0].removeprefix("#").strip()


def _fenced(source: str, kind: str) -> str:
    return f"```{{code-block}} python\n:class: {kind}\n\n{source}\n```"


def index_text(title: str, says: Sequence[str], rows: Sequence[tuple[str, str, str, int]], words: Mapping[str, str]) -> str:
    """The first page: what this is, and a table of the weeks.

    Parameters
    ----------
    rows : for each week its page's name, its title, what is built in it, its minutes.
    words : of the table's head: "week", "exercises", "minutes".
    """
    table = [f"| {words['week']} | {words['exercises']} | {words['minutes']} |", "|---|---|---|"]
    table += [f"| [{name}]({page}.md) | {built} | {minutes} |" for page, name, built, minutes in rows]
    tree = "```{toctree}\n:hidden:\n:maxdepth: 1\n\n" + "\n".join(page for page, *_ in rows) + "\n```"
    return "\n\n".join([f"# {title}", *says, "\n".join(table), tree]) + "\n"
