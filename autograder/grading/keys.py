"""The course's secret, and the keys made from it: new draws for every submission, the same when it is graded again."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from nbformat import NotebookNode

from autograder.grading import timestamps
from autograder.grading.state import state_folder

VARIABLE = "WORKBOOK_SECRET"
NOT_HERS = (timestamps.FILE, "submission_secret.txt")  # written by the exchange, anew each time


def course_secret(root: Path) -> bytes:
    """The secret of the course at `root`, made the first time; the variable WORKBOOK_SECRET stands over it."""
    given = os.environ.get(VARIABLE)
    if given:
        return given.encode()
    path = state_folder(root) / "secret"
    if not path.exists():
        scratch = path.with_name(f"secret.{os.getpid()}")
        descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_hex(32))
            os.link(scratch, path)  # fails where another grader was faster: its secret counts
        except FileExistsError:
            pass
        finally:
            scratch.unlink()
    return path.read_text(encoding="ascii").strip().encode()


def submission_key(secret: bytes, assignment: str, notebook: NotebookNode, files: Mapping[str, bytes] | None = None) -> bytes:
    """The key of one submission: it depends on what the learner wrote, on nothing else of hers.

    Parameters
    ----------
    files : what she handed in beside the notebook (see `own_files`).
    """
    digest = hashlib.blake2b(key=hashlib.blake2b(secret, digest_size=32).digest(), digest_size=32)
    texts = [text.encode("utf-8", errors="replace") for text in (assignment, *_own_texts(notebook))]
    for name, content in sorted((files or {}).items()):
        texts += [name.encode("utf-8", errors="replace"), content]
    for encoded in texts:
        digest.update(len(encoded).to_bytes(8, "big") + encoded)
    return digest.digest()


def own_files(files: Mapping[str, bytes], beside: Mapping[str, bytes]) -> dict[str, bytes]:
    """Of the files handed in those that are hers: not the course's own, which it lays over them.

    Nothing of when she handed in: the same handed in once more draws the same.
    """
    return {name: content for name, content in files.items() if name not in beside and name not in NOT_HERS}


def _own_texts(notebook: NotebookNode) -> list[str]:
    """Her code: cells that are not the course's."""
    return [
        cell.source for cell in notebook.cells if cell.cell_type == "code" and not _is_course(cell.metadata.get("nbgrader", {}))
    ]


def _is_course(settings: dict[str, object]) -> bool:
    return bool(settings) and not settings.get("solution") and bool(settings.get("grade") or settings.get("locked"))
