"""Browser tests: a real Chromium or Chrome on a real JupyterLab, started as a person starts it."""

import contextlib
import functools
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageOps
from playwright.sync_api import Browser, Locator, Page, sync_playwright
from playwright.sync_api import TimeoutError as NotThere

ROOT = Path(__file__).resolve().parents[2]
PICTURES = Path(__file__).parent / "pictures"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = ("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium")
HOW = "no Chromium or Chrome on this machine: sudo apt-get install chromium (Debian), or brew install --cask chromium (macOS)"
QUIET = [
    "--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--disable-sync",
    "--no-first-run", "--disable-dev-shm-usage",
]  # fmt: skip


def find_browser() -> str | None:
    found = (shutil.which(name) for name in NAMES)
    return next((path for path in found if path), None) or next((path for path in MAC if Path(path).exists()), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = [item for item in items if Path(__file__).parent in item.path.parents]
    for item in here:
        item.add_marker(pytest.mark.browser)
        item.add_marker(pytest.mark.timeout(600))
        if find_browser() is None and os.environ.get("CI") != "true":
            item.add_marker(pytest.mark.skip(reason=HOW))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = find_browser()
    if path is None:
        pytest.fail(HOW, pytrace=False)
    as_root = ["--no-sandbox"] if os.getuid() == 0 else []
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=[*QUIET, *as_root])
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def look(page: Page, request: pytest.FixtureRequest) -> Iterator[Callable[[str], None]]:
    """Take a picture of the page, for a person to look at; one more when the test is over."""
    PICTURES.mkdir(exist_ok=True)

    def take(name: str) -> None:
        page.screenshot(path=PICTURES / f"{request.node.name}_{name}.png")

    yield take
    take("end")


@pytest.fixture
def picture() -> Callable[..., None]:
    """Draw a picture of README anew, where `make pictures` asks for it: the upper part of an element, in few colours: small."""

    def draw(name: str, part: Locator, height: int = 900) -> None:
        if os.environ.get("WORKBOOK_PICTURES"):
            shown = Image.open(io.BytesIO(part.screenshot(animations="disabled"))).convert("RGB")
            shown = shown.crop((0, 0, shown.width, min(shown.height, height)))
            shown = ImageOps.expand(shown, 10, shown.getpixel((2, shown.height - 2)))
            shown.quantize(96, dither=Image.Dither.NONE).save(ROOT / "docs" / "pictures" / f"{name}.png", optimize=True)

    return draw


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A course folder of its own, so that the tests touch nobody's work; what is not built yet, the desk builds."""
    for name in ("notebooks", "source", "release"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns(".*", "__pycache__"))
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    return tmp_path


class Desk:
    """A desk as `workbook lab` or `workbook teach` opens it, and what it says in the terminal."""

    def __init__(self, name: str, checkout: Path) -> None:
        self.lines: list[str] = []
        command = [sys.executable, "-m", "autograder.cli", name, "--no-browser"]
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("JUPYTER", "PYTEST"))}
        self.terminal = checkout / f"{name}.out"
        with open(self.terminal, "wb") as out:
            self.process = subprocess.Popen(command, cwd=checkout, env=clean, stdout=out, stderr=subprocess.STDOUT)

    def said(self) -> str:
        return self.terminal.read_text()

    def wait_for(self, pattern: str, seconds: float = 120, count: int = 1) -> str:
        """Wait until the terminal shows a pattern (that often); return it."""
        found: list[str] = []
        wait_until(lambda: len(found := re.findall(pattern, self.said())) >= count or self.process.poll() is not None, seconds)
        found = [match.group(0) for match in re.finditer(pattern, self.said())]
        assert len(found) >= count, f"{pattern!r} did not come; the terminal shows:\n{self.said()}"
        return found[-1]

    def close(self) -> None:
        """Ctrl-C; nothing may be left running."""
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(30) == 0, self.said()


def wait_until(holds: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.1)


def go_on(page: Page) -> str:
    """Press Home's one button; the week whose notebook opens."""
    page.locator(".tw-go").click()
    tab = page.locator(".lm-TabBar-tab.lm-mod-current", has_text=".ipynb").locator(".lm-TabBar-tabLabel")
    tab.wait_for()
    return tab.inner_text().removesuffix(".ipynb")


@pytest.fixture
def open_desk(checkout: Path) -> Iterator[Callable[[str], Desk]]:
    opened: list[Desk] = []

    def start(name: str) -> Desk:
        opened.append(Desk(name, checkout))
        return opened[-1]

    yield start
    for desk in opened:
        if desk.process.poll() is None:
            desk.close()


class NotebookPage:
    """A notebook in JupyterLab, handled by mouse and keyboard as a person does."""

    def __init__(self, page: Page, path: Path) -> None:
        self.page, self.path = page, path
        page.wait_for_selector(".jp-Notebook .jp-Cell")
        page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]')
        cells = enumerate(self.saved()["cells"])
        self.passed_over = {at for at, cell in cells if cell["metadata"].get("jupyter", {}).get("source_hidden")}

    def menu(self, *names: str) -> None:
        """Choose an entry of the menu bar; open the menu again while the entry is grey, as it is until JupyterLab is ready."""
        for attempt in range(10):
            self.page.get_by_role("menuitem", name=names[0], exact=True).click()
            try:
                for name in names[1:]:
                    entries = self.page.locator(".lm-Menu-item:not(.lm-mod-disabled) .lm-Menu-itemLabel")
                    entries.filter(has_text=re.compile(f"^{re.escape(name)}")).first.click(timeout=5000)
                return
            except NotThere:
                if attempt == 9:
                    raise
                self.page.keyboard.press("Escape")

    def run_all(self) -> dict[str, Any]:
        """Run all cells, wait until the last has run and is saved; return what is then in the file."""
        done = max((count or 0 for count in self.counts(self.saved())), default=0)
        self.menu("Run", "Run All Cells")
        indicator = self.page.locator(".jp-Notebook-ExecutionIndicator").first
        status = functools.partial(indicator.get_attribute, "data-status")
        chosen, deadline = time.monotonic(), time.monotonic() + 240
        while time.monotonic() < deadline:
            time.sleep(1)
            notebook = self.saved()
            if all((count or 0) > done for count in self.counts(notebook)):
                return notebook
            if status() == "idle":  # what changed while JupyterLab was saving, it does not save by itself; she would
                self.page.keyboard.press("Control+s")
                if not any((count or 0) > done for count in self.counts(notebook)) and time.monotonic() > chosen + 40:
                    self.menu("Run", "Run All Cells")  # it came to nothing: JupyterLab was not ready yet
                    chosen = time.monotonic()
        asked = self.page.locator(".jp-Dialog").all_inner_texts()
        raise AssertionError(f"not every cell has run, the kernel is {status()}: {self.counts(notebook)}; {asked}")

    @staticmethod
    def counts(notebook: dict[str, Any]) -> list[int | None]:
        """The code cells' execution counts."""
        return [cell["execution_count"] for cell in notebook["cells"] if cell["cell_type"] == "code" and cell["source"]]

    def saved(self) -> dict[str, Any]:
        """Wait until JupyterLab has saved by itself, as it does every few seconds; return what is then in the file."""
        self.page.wait_for_selector(".lm-TabBar-tab.lm-mod-current.jp-mod-dirty", state="hidden")
        while not (text := self.path.read_text()).rstrip().endswith("}"):
            time.sleep(0.1)  # Jupyter is still writing
        notebook: dict[str, Any] = json.loads(text)
        return notebook

    def go_to(self, position: int) -> None:
        """Make a cell the active one, by the arrow keys; they pass over a cell whose code is hidden."""
        assert position not in self.passed_over
        code = self.page.locator(".jp-Notebook .jp-CodeCell.jp-mod-active .cm-content")
        if (here := self.position()) in self.passed_over:  # in its slider or list: to the cell above, beside its text
            above = self.cell(max(set(range(here)) - self.passed_over))
            above.locator(".jp-InputPrompt").first.click(force=True)
        elif code.count():  # out of a slider, a menu, a table: back into the notebook
            with contextlib.suppress(NotThere):  # while JupyterLab is still loading, the cell may be gone again
                code.click(timeout=5000)
        self.page.keyboard.press("Escape")
        for _ in range(3):  # JupyterLab before 4.5 may be late with where it is
            here = self.position()
            way = range(here + 1, position + 1) if here < position else range(position, here)
            for _ in set(way) - self.passed_over:
                self.page.keyboard.press("ArrowDown" if here < position else "ArrowUp")
            wait_until(lambda: self.position() == position, 4)
        assert self.position() == position

    def cell(self, position: int) -> Any:
        """A cell by its place; it is there while it is near the window."""
        return self.page.locator(f'.jp-Notebook .jp-Cell[data-windowed-list-index="{position}"]')

    def position(self) -> int:
        """The active cell's place, counted from 0: as the status bar has it, or, before JupyterLab 4.5, the cell itself."""
        shown = self.page.get_by_text(re.compile(r"^Cell \d+/\d+$"))
        if shown.count():
            return int(shown.inner_text().split()[1].split("/")[0]) - 1
        return int(self.page.locator(".jp-Notebook .jp-Cell.jp-mod-active").get_attribute("data-windowed-list-index") or -1)

    def replace(self, position: int, text: str) -> None:
        """Write a cell anew: enter, select all, paste."""
        self.go_to(position)
        self.page.keyboard.press("Enter")
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press("Escape")


@pytest.fixture
def notebook_page(page: Page) -> Callable[[Path], NotebookPage]:
    return lambda path: NotebookPage(page, path)
