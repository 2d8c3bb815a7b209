"""`workbook translate`: a week's prose in another language, in one gettext file beside its lesson. Code is never copied.

The unit is a block of Markdown: what stands between two blank lines, a table or a list whole. The original text is the
key, so that a block whose original has changed is known: its translation is kept as "fuzzy" and not used until somebody
has looked. A block without translation stays as it is.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from babel.messages import pofile
from babel.messages.catalog import Catalog

from autograder.course.faults import Fault, LessonError, refuse
from autograder.course.places import Course

_FENCE = re.compile(r"^\s*(```|~~~)")
_KEPT = re.compile(r"`[^`\n]+`|\$[^$\n]+\$|</?[a-z]+>")  # must be the same in both languages: code, formulas, tags
_WORDS = re.compile(r"[^\W\d_]{2,}")


@dataclass
class Told:
    """How far a translation is."""

    blocks: int = 0
    done: int = 0
    stale: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        stale = f", {len(self.stale)} stale" if self.stale else ""
        return f"{self.done} of {self.blocks} blocks translated{stale}; the others stay in English"


def add(subparsers: Any) -> None:
    """Add the parser of `translate`."""
    parser = subparsers.add_parser("translate", help="a week's prose in another language: make or renew its file, or build it")
    parser.add_argument("week", metavar="WEEK", help="a week's folder name, or week09")
    parser.add_argument("language", metavar="LANGUAGE", help="as in de, fr, pt_BR")
    parser.add_argument("--out", type=Path, default=None, metavar="DIR", help="write the week's release in that language there")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a translation is stale or damaged")
    parser.add_argument("--course", type=Path, default=None, help="the course's folder (found from here by default)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Renew the file, say how far it is; 1 where a translation is damaged or, with --check, stale."""
    try:
        course = Course.find(options.course)
        week = course.named(options.week)
        if not options.check and options.out is None:
            renew(course, week, options.language)
        notebook, told = translated(course, week, options.language)
    except LessonError as error:
        print(error, file=sys.stderr)
        return 1
    path = file_of(course, week, options.language)
    print(f"{path.relative_to(course.root)}: {told}")
    for text in told.stale:
        print(f"  stale: {text}", file=sys.stderr)
    if options.out is not None:
        folder = options.out / week
        shutil.copytree(course.release / week, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".*", "__pycache__"))
        (folder / f"{week}.ipynb").write_text(notebook, encoding="utf-8")
        print(f"{folder}: the release in {options.language!r}; code, cases and marks are the original's")
    return int(options.check and bool(told.stale))


def file_of(course: Course, week: str, language: str) -> Path:
    """Where a week's translation lies."""
    return course.folder(week) / f"lesson.{language}.po"


def blocks(source: str) -> Iterator[tuple[str, bool]]:
    """(block, whether it is to be translated) of a Markdown cell; joined by blank lines they are the cell again."""
    lines: list[str] = []
    fenced = False

    def block() -> tuple[str, bool]:
        text = "\n".join(lines)
        lines.clear()
        return text, bool(_WORDS.search(re.sub(r"</?[a-z]+>", "", text))) and not _FENCE.match(text) and text[:2] != "$$"

    for line in source.split("\n"):
        fenced ^= bool(_FENCE.match(line))
        if line.strip() or fenced:
            lines.append(line)
        elif lines:
            yield block()
    if lines:
        yield block()


def key(text: str) -> str:
    """A block as it is compared: how its lines are broken does not matter."""
    return " ".join(text.split()) if not re.search(r"^\s*(\||[-*+] |\d+\. )", text, re.MULTILINE) else text.strip()


def renew(course: Course, week: str, language: str) -> Path:
    """Write a week's translation file anew: what was translated is kept, what is new is empty, what has changed is fuzzy."""
    path = file_of(course, week, language)
    template = Catalog(fuzzy=False)
    for text, at in _units(course, week):
        template.add(key(text), locations=[(at, None)])  # type: ignore[list-item]
    catalog = _read(path, language) if path.is_file() else Catalog(locale=language, project=week, fuzzy=False, header_comment="")
    catalog.update(template, update_header_comment=False)
    out = io.BytesIO()
    pofile.write_po(out, catalog, width=100, omit_header=False, sort_by_file=False, include_lineno=False)
    head = re.compile(
        rb'^"(POT-Creation-Date|PO-Revision-Date|Generated-By|Report-Msgid-Bugs-To|Language-Team|Last-Translator).*\n', re.M
    )
    path.write_bytes(head.sub(b"", out.getvalue()))  # the same bytes at every run
    return path


def translated(course: Course, week: str, language: str) -> tuple[str, Told]:
    """The release's notebook, as JSON, with its prose in another language, and how far that is.

    Raises
    ------
    LessonError
        Where there is no file, or a translation has lost a name, a formula or a tag.
    """
    path = file_of(course, week, language)
    if not path.is_file():
        mend = f"workbook translate {week} {language} makes it"
        raise LessonError.one(path, 1, "there is no translation", mend)
    catalog, told = _read(path, language), Told()
    refuse(_damaged(path, catalog))
    stale = {
        message.previous_id[0] if message.previous_id else str(message.id) for message in catalog if message.fuzzy and message.id
    }
    notebook = json.loads((course.release / week / f"{week}.ipynb").read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            parts = [_said(text, catalog, told) if wanted else text for text, wanted in blocks("".join(cell["source"]))]
            cell["source"] = "\n\n".join(parts).splitlines(keepends=True)
    now = {key(text) for text, _ in _units(course, week)}
    told.stale += [
        f"{str(message.id)[:70]} … (changed in the lesson: run `workbook translate`)"
        for message in catalog
        if message.id and message.string and not message.fuzzy and str(message.id) not in now
    ]
    told.stale += [f"{text[:70]} …" for text in sorted(stale) if text]
    told.stale += [f"{str(text)[:70]} … (no longer in the lesson)" for text in catalog.obsolete]
    return json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False, separators=(",", ": ")) + "\n", told


def _units(course: Course, week: str) -> Iterator[tuple[str, str]]:
    """Every block of the release that is to be translated, with its cell's id."""
    notebook = json.loads((course.release / week / f"{week}.ipynb").read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            yield from ((text, cell["id"]) for text, wanted in blocks("".join(cell["source"])) if wanted)


def _said(text: str, catalog: Catalog, told: Told) -> str:
    told.blocks += 1
    message = catalog.get(key(text))
    if message is None or message.fuzzy or not message.string:
        told.missing.append(text)
        return text
    told.done += 1
    return str(message.string)


def _read(path: Path, language: str) -> Catalog:
    try:
        with path.open("rb") as file:
            return pofile.read_po(file, locale=language, abort_invalid=True)
    except (pofile.PoFileError, ValueError) as error:
        raise LessonError.one(path, getattr(error, "lineno", 0) + 1, f"this cannot be read: {error}", "mend that line") from error


def _damaged(path: Path, catalog: Catalog) -> Iterator[Fault]:
    """Translations in which a name, a formula or a tag of the original is missing, or is one too many."""
    for message in catalog:
        if not message.id or not message.string or message.fuzzy:
            continue
        ours, theirs = (sorted(_KEPT.findall(str(text))) for text in (message.id, message.string))
        if ours != theirs:
            lost = [one for one in ours if ours.count(one) > theirs.count(one)] or [one for one in theirs if one not in ours]
            said = f"the translation of “{str(message.id)[:40]} …” does not keep {lost[0]}"
            yield Fault(path, message.lineno or 1, said, "code, formulas and tags are the same in both languages")
