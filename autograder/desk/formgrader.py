"""What the instructor's desk adds to nbgrader's formgrader: reports, what the grading did, room, ids where names are missing.

A part of Jupyter's server. nbgrader's pages are laid out from its own templates; while one is read, a few lines are put in, and
where their places are not found it stays as nbgrader has it. Nothing of nbgrader is copied or replaced.

nbgrader's pages print names as they are. A learner's name may hold quotes and more, since any name is collected: it must not
become script in the instructor's session.
"""

from __future__ import annotations

import datetime
import json
import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jinja2
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import url_path_join
from tornado import web
from tornado.ioloop import IOLoop

from autograder.desk.jupyter import BEGIN
from autograder.grading.batch.deeds import MARK
from autograder.grading.intake.entries import entry_parts
from autograder.grading.report.command import PAGE
from autograder.grading.state import REPORTS, STATE, WATCHED
from autograder.grading.timestamps import moment

ENVIRONMENT = "nbgrader_jinja2_env"  # where nbgrader keeps its templates, in the server's settings
BASE = "base.tpl"  # nbgrader's template that all its pages stand on
HEAD, MENU = "</head>", "</ul>"
DAY = 86400.0
_IN_SCRIPT = re.compile(r'^(\s*var \w+ = )"\{\{ (\w+) \}\}"', re.MULTILINE)
_ON_PAGE = re.compile(r"\{\{ ((?:resources\.)?\w*(?:id|filename)) \}\}")
STYLE_AND_NAMES = """
<style>
@media (max-width: 1500px) {
  .page-header { margin: 10px 0; } .page-header h1 { font-size: 24px; } .jupyter-logo { display: none; }
  .table > thead > tr > th, .table > tbody > tr > td { padding: 6px 5px; }
}
@media (min-width: 992px) and (max-width: 1500px) {
  .row > .col-md-2 { width: 13%; padding-right: 5px; } .row > .col-md-8 { width: 74%; } .row > .col-md-10 { width: 87%; }
  .row > .col-md-2 .nav > li > a { padding: 8px 6px; }
}
.workbook { margin: 14px 6px; font-size: 13px; color: #555; overflow-wrap: anywhere; }
</style>
<script>
// A learner of whom no name was entered is shown by her id, which stands in the same row.
new MutationObserver(function () {
  document.querySelectorAll("td.name a, td.student-name, td.student-name a").forEach(function (shown) {
    var id = shown.closest("tr").querySelector("td.id, td.student-id");
    var bare = shown.childElementCount === 0 && shown.textContent === "None, None";
    if (bare && id && id.textContent) shown.textContent = id.textContent;
  });
}).observe(document, { childList: true, subtree: true });
</script>
"""
ASIDE = """
<li role="presentation"><a href="{{ base_url }}/lab" target="_top">JupyterLab</a></li>
{% for week in workbook_reports() %}<li role="presentation"><a href="{{ base_url }}/files/FOLDER/{{ week | urlencode }}/PAGE"
 target="_blank" rel="noopener">Report: {{ week | e }}</a></li>
{% endfor %}</ul><p class="workbook">{{ workbook_says() | e }}</p>
""".replace("FOLDER", REPORTS).replace("PAGE", PAGE)


class WithOurs(jinja2.BaseLoader):
    """nbgrader's templates, in which names stay text; our lines are in the one that all its pages stand on."""

    def __init__(self, theirs: jinja2.BaseLoader) -> None:
        self.theirs = theirs

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str | None, Callable[[], bool] | None]:
        """A template's text."""
        text, path, is_fresh = self.theirs.get_source(environment, template)
        text = text_alone(text)
        return (with_ours(text) if template == BASE else text), path, is_fresh


def text_alone(text: str) -> str:
    """A template of nbgrader in which names of learners, assignments and files are text, and never a page's code.

    >>> text_alone('var student_id = "{{ student_id }}";')
    'var student_id = {{ student_id | tojson }};'
    >>> text_alone("<li>{{ student_id }}</li>")
    '<li>{{ student_id | e }}</li>'
    """
    return _ON_PAGE.sub(r"{{ \1 | e }}", _IN_SCRIPT.sub(r"\1{{ \2 | tojson }}", text))


def with_ours(text: str) -> str:
    """nbgrader's base page with what the desk adds; as it was where the places for it are not there once."""
    if text.count(HEAD) != 1 or text.count(MENU) != 1:
        return text
    return text.replace(HEAD, STYLE_AND_NAMES + HEAD).replace(MENU, ASIDE)


def reports(root: Path) -> list[str]:
    """The weeks that have a report."""
    return sorted(path.parent.name for path in (root / REPORTS).glob(f"*/{PAGE}"))


def says(root: Path) -> str:
    """What the grading beside the exchange has done, and what there is to be done; why not, where that cannot be read."""
    from autograder.grading import roster
    from autograder.grading.grader import Grader

    try:
        grader = Grader(root)
        with grader.gradebook() as book:
            by_hand, graded = roster.to_be_looked_at(book), roster.timestamps(book)
        done, today = _watched(root)
        return sentence(today, _waiting(grader.exchange, done, graded), by_hand)
    except Exception as error:  # the page is nbgrader's, and stands without this line
        return f"What the grading has done cannot be read: {error}"


def _watched(root: Path) -> tuple[set[str], int]:
    """The attempts that a watcher is done with; how many it graded in the last day."""
    done, today = set[str](), 0
    ledger = root / STATE / WATCHED
    for line in ledger.read_text(encoding="utf-8").splitlines() if ledger.is_file() else ():
        try:
            told = json.loads(line)
            done.add(told["attempt"])
            today += told["outcome"] == "counts" and time.time() - told["at"] < DAY
        except (ValueError, KeyError, TypeError):
            continue  # half a line: the watcher was killed while it wrote
    return done, today


def _waiting(exchange: Path | None, done: set[str], graded: Mapping[tuple[str, str], datetime.datetime | None]) -> int:
    """How many learners have handed in what nobody has graded, by a watcher or by command."""
    waiting = set[tuple[str, str]]()
    inbound = exchange / "inbound" if exchange else None
    for path in inbound.iterdir() if inbound is not None and inbound.is_dir() else ():
        parts = entry_parts(path.name)
        if parts is None or path.name in done or parts[1].endswith(MARK):
            continue
        last, came = graded.get(parts[:2]), moment(parts[2])
        if last is None or (came is not None and came > last):
            waiting.add(parts[:2])
    return len(waiting)


def add_to(settings: Mapping[str, Any], root: Path) -> bool:
    """Add what the desk has to the pages of a server that has nbgrader's formgrader; whether it has."""
    environment: jinja2.Environment | None = settings.get(ENVIRONMENT)
    if environment is None or environment.loader is None:
        return False
    environment.loader = WithOurs(environment.loader)
    environment.globals.update(workbook_reports=lambda: reports(root), workbook_says=lambda: says(root))
    return True


class Begin(JupyterHandler):
    """Where the instructor's browser begins. Whoever opens formgrader itself with a token is known to formgrader alone: nbgrader
    sets its cookie for its own pages, and reports and JupyterLab ask for the token again."""

    @web.authenticated
    def get(self) -> None:
        """On to formgrader; the cookie that is set here is good for the whole server."""
        self.redirect(url_path_join(self.base_url, "formgrader", "manage_assignments"))


def _load_jupyter_server_extension(server: Any) -> None:
    """Called by Jupyter's server when it starts: nbgrader's part may be loaded after this one."""
    server.web_app.add_handlers(".*$", [(url_path_join(server.base_url, BEGIN), Begin)])

    # Later: nbgrader's part may come after this one, or not at all, as on a learner's own server.
    IOLoop.current().add_callback(lambda: add_to(server.web_app.settings, Path(server.root_dir)))


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    """What Jupyter's server asks a module for."""
    return [{"module": "autograder.desk.formgrader"}]


def sentence(graded: int, waiting: int, by_hand: int) -> str:
    """The line under the menu."""
    did = f"The watch has graded {graded} in the last day" if graded else "The watch has graded nothing in the last day"
    left = [f"{waiting} handed in and not graded: is `workbook watch` running?"] if waiting else []
    left += [f"{by_hand} cells to be looked at by hand"] if by_hand else []
    return f"{did}; {'; '.join(left) or 'nothing to do'}."
