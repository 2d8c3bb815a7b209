"""Explorers in a real JupyterLab: live, on the second day, exported, in the dark. What is quick is counted in messages."""

from __future__ import annotations

import base64
import functools
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import wait_until

DEMO = Path(__file__).with_name("demo_explore.py")
STUB = "def forward(x):\n    raise NotImplementedError"
CELLS = [
    "import explore", STUB, "explore.nudge()", "explore.blocks()", "explore.fit(forward)", "explore.prototypes()",
    "explore.folds()", "explore.line()", "explore.photograph()",
]  # fmt: skip
LIGHT, DARK = "JupyterLab Light", "JupyterLab Dark"
expect.set_options(timeout=60_000)  # a loaded machine is slow, not wrong


class Lab:
    """A plain JupyterLab on a folder with one notebook."""

    def __init__(self, folder: Path, theme: str = LIGHT) -> None:
        self.folder, self.path = folder, folder / "demo.ipynb"
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(DEMO, folder / "explore.py")
        settings = folder / ".settings" / "@jupyterlab" / "apputils-extension"
        settings.mkdir(parents=True, exist_ok=True)
        (settings / "themes.jupyterlab-settings").write_text(json.dumps({"theme": theme}))
        (settings / "notification.jupyterlab-settings").write_text(json.dumps({"fetchNews": "false"}))
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("JUPYTER", "PYTEST"))}
        more = {"JUPYTERLAB_SETTINGS_DIR": str(folder / ".settings"), "JUPYTER_PREFER_ENV_PATH": "1"}
        places = {f"JUPYTER_{name}_DIR": str(folder / f".{name.lower()}") for name in ("DATA", "CONFIG", "RUNTIME")}
        command = [
            sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--LabApp.expose_app_in_browser=True",
            "--IdentityProvider.token=", "--ServerApp.ip=127.0.0.1", "--ServerApp.port=0", f"--ServerApp.root_dir={folder}",
        ]  # fmt: skip
        self.log = folder / ".log"
        with open(self.log, "wb") as out:
            self.process = subprocess.Popen(command, cwd=folder, env=clean | more | places, stdout=out, stderr=subprocess.STDOUT)
        wait_until(lambda: self.address() or self.process.poll() is not None, 120)
        assert self.address(), self.log.read_text()

    def address(self) -> str:
        """Where it answers; empty as long as it does not."""
        found = re.search(r"http://(?:127\.0\.0\.1|localhost):(\d+)/lab", self.log.read_text())
        return f"http://127.0.0.1:{found[1]}" if found else ""

    def write(self, cells: list[str]) -> None:
        """Put the notebook there, as it comes: nothing has run."""
        made = [
            {"cell_type": "code", "id": f"cell-{k}", "source": source, "metadata": {}, "outputs": [], "execution_count": None}
            for k, source in enumerate(cells)
        ]
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}}
        self.path.write_text(json.dumps({"cells": made, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}))

    def close(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


class Notebook:
    """The notebook in a page of its own, and the messages that the page sends to the kernel's widgets."""

    def __init__(self, browser: Browser, lab: Lab, name: str = "demo.ipynb", width: int = 1366, wait: bool = True) -> None:
        self.page = browser.new_context(viewport={"width": width, "height": 900}).new_page()
        self.page.set_default_timeout(90_000)
        self.sent: list[Any] = []
        self.page.on("websocket", lambda socket: socket.on("framesent", self._count))
        self.page.goto(f"{lab.address()}/lab/tree/{name}?reset")
        self.page.wait_for_selector(".jp-Notebook .jp-Cell")
        if wait:
            self.page.get_by_text(re.compile(r"\| Idle")).first.wait_for()

    def _count(self, frame: str | bytes) -> None:
        if b"comm_msg" in (frame.encode() if isinstance(frame, str) else frame):
            self.sent.append(frame)

    def command(self, name: str) -> None:
        """One of JupyterLab's own commands; what it asks back is none of ours."""
        self.page.evaluate("name => { window.jupyterapp.commands.execute(name) }", name)

    def run_all(self) -> None:
        """Run everything; once more if it came to nothing, for JupyterLab says it is ready a little early."""
        for _ in range(4):
            self.command("notebook:run-all-cells")
            wait_until(lambda: self.page.locator(".wb-live").count() > 0, 25)
            if self.page.locator(".wb-live").count():
                break
        expect(self.live("A plane in two colours")).to_be_attached()

    def live(self, words: str) -> Locator:
        """The live explorer whose picture has these words; scrolled to, for JupyterLab takes away what is far."""
        return self.page.locator(".wb-live", has=self.page.locator(f'img[alt*="{words}"]'))

    def still(self, words: str) -> Locator:
        """The saved picture with these words."""
        return self.page.locator("figure.wb", has=self.page.locator(f'img[alt*="{words}"]'))

    def save(self, lab: Lab, holds: Callable[[str], object] = bool) -> dict[str, Any]:
        """Save until the file is as wanted; return it."""

        def saved() -> object:
            self.command("docmanager:save")
            self.page.wait_for_timeout(500)
            return holds(lab.path.read_text())

        wait_until(saved, 90)
        text = lab.path.read_text()
        assert holds(text), "the notebook was not saved as wanted"
        notebook: dict[str, Any] = json.loads(text)
        return notebook

    def set_cell(self, at: int, source: str) -> None:
        """Write a cell anew and run it."""
        self.page.evaluate(
            """([at, source]) => {
                const notebook = window.jupyterapp.shell.currentWidget.content;
                notebook.activeCellIndex = at; notebook.deselectAll();
                notebook.activeCell.model.sharedModel.setSource(source);
                window.jupyterapp.commands.execute('notebook:run-cell');
            }""",
            [at, source],
        )

    def close(self) -> None:
        self.page.context.close()


def frames_saved(text: str) -> bool:
    """Whether the frames of the four explorers that have any lie in the notebook."""
    return text.count('\\"frames\\"') >= 4


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    lab = Lab(tmp_path_factory.mktemp("explorers"))
    yield lab
    lab.close()


@pytest.fixture(scope="module")
def first_day(lab: Lab, browser: Browser) -> Iterator[Notebook]:
    """Run All on a fresh notebook; what was saved when all was quiet stays for the second day."""
    lab.write(CELLS)
    notebook = Notebook(browser, lab)
    notebook.run_all()
    notebook.save(lab, frames_saved)
    shutil.copy(lab.path, lab.folder / "saved.ipynb")
    yield notebook
    notebook.close()


def alt(live: Locator) -> str:
    return str(live.locator("img").get_attribute("alt"))


def test_a_notebook_of_six_explorers_stays_small_and_shows_each_once(lab: Lab, first_day: Notebook) -> None:
    assert (lab.folder / "saved.ipynb").stat().st_size < 2_000_000
    notebook = json.loads((lab.folder / "saved.ipynb").read_text())
    assert "widgets" not in notebook["metadata"]
    assert [out for cell in notebook["cells"] for out in cell["outputs"] if out["output_type"] in ("error", "stream")] == []
    assert first_day.page.locator(".wb-live:visible").count() == 6
    assert first_day.page.locator("figure.wb:visible").count() == 1, "the photograph; no other saved picture is needed now"


def test_a_value_already_drawn_asks_nothing_of_the_kernel(first_day: Notebook) -> None:
    live = first_day.live("A curve with its tangent")
    slider = live.get_by_label("a", exact=True)
    before = alt(live)
    slider.press("ArrowLeft")
    expect(live.locator("img")).not_to_have_attribute("alt", before)
    wait_until(lambda: first_day.sent, 10)
    there = alt(live)
    asked = len(first_day.sent)
    assert 1 <= asked <= 3, "one light picture at most, one fine one"
    first_day.page.wait_for_timeout(6000)  # at rest: the row of the slider comes
    seen = set()
    first_day.sent.clear()
    for key in ["ArrowLeft"] * 5 + ["ArrowRight"] * 5:
        slider.press(key)
        seen.add(alt(live))
    assert len(seen) == 6 and alt(live) == there, "each move had its own picture"
    first_day.page.wait_for_timeout(1500)
    assert first_day.sent == []


def test_keys_and_a_list_and_a_tick(first_day: Notebook) -> None:
    live = first_day.live("A grey image")
    slider = live.get_by_label("blocks")
    for key, title in (("End", "9 × 9"), ("Home", "2 × 2"), ("ArrowUp", "3 × 3"), ("ArrowLeft", "2 × 2")):
        slider.press(key)
        expect(live.locator(f'img[alt*="{title} blocks"]')).to_be_attached()
    source = live.locator("img").get_attribute("src")
    live.get_by_label("kind").select_option("rings")
    expect(live.locator("img")).not_to_have_attribute("src", str(source))
    source = live.locator("img").get_attribute("src")
    live.get_by_label("turned").check()
    expect(live.locator("img")).not_to_have_attribute("src", str(source))
    assert first_day.page.locator(".jp-Notebook .jp-Cell").count() == len(CELLS), "no key reached the notebook"


def test_points_are_dragged_by_key_and_by_mouse(first_day: Notebook) -> None:
    live = first_day.live("Points of two classes")
    point = live.get_by_role("button", name="point 1 of 4")
    expect(live.locator('img[alt*="first point at 0.20, 0.70"]')).to_be_attached()
    point.press("Shift+ArrowRight")
    expect(live.locator('img[alt*="first point at 0.20"]')).not_to_be_attached()
    moved = alt(live)
    box = point.bounding_box()
    assert box is not None
    first_day.page.mouse.move(box["x"] + 13, box["y"] + 13)
    first_day.page.mouse.down()
    first_day.page.mouse.move(box["x"] + 90, box["y"] + 60, steps=6)
    first_day.page.mouse.up()
    expect(live.locator("img")).not_to_have_attribute("alt", moved)
    live.get_by_role("button", name="Start again").click()
    expect(live.locator('img[alt*="first point at 0.20, 0.70"]')).to_be_attached()


def test_the_picture_of_her_own_function_follows_her_cells(lab: Lab, first_day: Notebook) -> None:
    cell = first_day.page.locator(".jp-Cell", has=first_day.page.locator(".wb-live .wb-told:visible"))
    expect(cell.locator(".wb-live .wb-told")).to_have_text("This picture waits for forward: it comes by itself once it runs.")
    first_day.set_cell(1, "def helper(x):\n    return 2 * x\n\ndef forward(x):\n    return helper(x)")
    live = first_day.live("What the learner's function makes of a line")
    expect(live.locator('img[alt*="2 units: from -4.00 to 4.00"]')).to_be_attached()
    first_day.set_cell(0, "import explore\ndef helper(x):\n    return x")  # a helper alone, in another cell
    expect(live.locator('img[alt*="2 units: from -2.00 to 2.00"]')).to_be_attached()
    first_day.set_cell(1, "def forward(x):\n    return x + undefined_name")
    told = first_day.page.locator(".wb-live .wb-told", has_text="Just now: NameError")
    expect(told).to_be_visible()
    notebook = first_day.save(lab, lambda text: "Just now: NameError" in text)
    assert notebook["cells"][1]["outputs"] == [], "her cell shows nothing of it"
    assert "must not be seen" not in json.dumps(notebook["cells"][:2])
    first_day.set_cell(1, "def forward(x):\n    return helper(x)")
    expect(live.locator('img[alt*="2 units: from -2.00 to 2.00"]')).to_be_attached()


def test_a_page_that_is_loaded_anew_is_live_again(lab: Lab, browser: Browser, first_day: Notebook) -> None:
    again = Notebook(browser, lab)
    expect(again.page.locator(".wb-live img").first).to_be_visible()
    assert again.page.locator("figure.wb:visible").count() <= 1
    live = again.live("A line that was folded")
    live.get_by_label("layers").press("ArrowRight")
    expect(live.locator('img[alt*="32 pieces"]')).to_be_attached()
    again.close()


def test_a_restart_puts_the_saved_pictures_back(lab: Lab, first_day: Notebook) -> None:
    first_day.command("kernelmenu:restart")
    first_day.page.locator(".jp-Dialog .jp-mod-accept").click()
    expect(first_day.page.locator(".wb-live:visible")).to_have_count(0)
    for words in ("A curve with its tangent", "A grey image", "A line that was folded"):
        expect(first_day.still(words).first).to_be_visible()
    assert first_day.page.get_by_text("Error displaying widget").locator("visible=true").count() == 0


def second_day(browser: Browser, lab: Lab, name: str, theme_width: int = 1366) -> Notebook:
    notebook = Notebook(browser, lab, name, theme_width, wait=False)
    notebook.page.locator("figure.wb").first.wait_for(state="attached")
    notebook.page.wait_for_timeout(4000)  # JupyterLab looks for the widgets of the kernel that is gone
    return notebook


def everything_shown(page: Page) -> list[dict[str, Any]]:
    """Every picture of the page: its words, whether it has pixels."""
    shown: list[dict[str, Any]] = page.evaluate(
        """() => [...document.querySelectorAll('.jp-OutputArea img, body > main img, figure img')]
            .map(i => ({ alt: i.alt, pixels: i.naturalWidth, width: i.getBoundingClientRect().width }))"""
    )
    return shown


@pytest.fixture(scope="module")
def closed(first_day: Notebook, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The second day: another server on a copy of what was saved, in which the notebook is trusted."""
    saved = first_day  # made before
    del saved
    folder = tmp_path_factory.mktemp("second_day")
    lab = Lab(folder)
    yield lab
    lab.close()


def reopened(closed: Lab, lab: Lab, trusted: bool) -> str:
    """A copy of the notebook as it was saved on the first day."""
    name = "trusted.ipynb" if trusted else "stranger.ipynb"
    shutil.copy(lab.folder / "saved.ipynb", closed.folder / name)
    if not trusted:  # trust goes by content: a stranger's has another
        notebook = json.loads((closed.folder / name).read_text())
        notebook["cells"].append({"cell_type": "markdown", "id": "theirs", "source": "from afar", "metadata": {}})
        (closed.folder / name).write_text(json.dumps(notebook))
    if trusted:
        data = {f"JUPYTER_{kind}_DIR": str(closed.folder / f".{kind.lower()}") for kind in ("DATA", "CONFIG", "RUNTIME")}
        command = [sys.executable, "-m", "jupyter", "trust", name]
        subprocess.run(command, cwd=closed.folder, env=os.environ | data, check=True, capture_output=True)
    return name


def test_the_second_day(lab: Lab, closed: Lab, first_day: Notebook, browser: Browser) -> None:
    day = second_day(browser, closed, reopened(closed, lab, trusted=True))
    assert day.page.get_by_text("Error displaying widget").locator("visible=true").count() == 0
    assert day.page.locator(".jp-OutputArea-output.jupyter-widgets:visible").count() == 0
    for one in everything_shown(day.page):
        assert one["alt"] and one["pixels"] > 0, one
    still = day.still("A curve with its tangent")
    before = still.locator("img").get_attribute("alt")
    still.get_by_label("a", exact=True).press("ArrowLeft")
    expect(still.locator("img")).not_to_have_attribute("alt", str(before))
    assert still.locator("output").first.inner_text() != "1.20"
    shown = day.page.get_by_text("This picture waits for forward")
    assert shown.locator("visible=true").count() == 1
    expect(day.still("Points of two classes").locator(".wb-hint")).to_have_text(
        re.compile(r"run the cell .* to drag the points\.$")
    )
    day.close()


def test_a_strangers_notebook_has_pictures_and_words_and_no_script(
    lab: Lab, closed: Lab, first_day: Notebook, browser: Browser
) -> None:
    day = second_day(browser, closed, reopened(closed, lab, trusted=False))
    shown = everything_shown(day.page)
    assert len(shown) >= 6 and all(one["alt"] and one["pixels"] > 0 for one in shown)
    assert day.page.locator("input[type=range]").count() == 0
    assert day.page.get_by_text("Error displaying widget").locator("visible=true").count() == 0
    assert "controls" not in day.page.locator(".jp-Notebook").inner_text()
    day.close()


@functools.cache
def exported(notebook: Path) -> Path:
    """The notebook as nbconvert's page."""
    command = [sys.executable, "-m", "jupyter", "nbconvert", "--to", "html", str(notebook), "--output", "page.html"]
    subprocess.run(command, check=True, capture_output=True, cwd=notebook.parent)
    return notebook.with_name("page.html")


def test_an_exported_page_works_offline(lab: Lab, first_day: Notebook, browser: Browser) -> None:
    path = exported(lab.folder / "saved.ipynb")
    handler = functools.partial(Quiet, directory=str(path.parent))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    page = browser.new_context(viewport={"width": 390, "height": 800}).new_page()
    home = f"http://127.0.0.1:{server.server_port}/"
    page.route("**/*", lambda route: route.continue_() if route.request.url.startswith((home, "data:")) else route.abort())
    page.goto(home + path.name, wait_until="domcontentloaded")
    shown = everything_shown(page)
    assert len(shown) >= 6 and all(one["alt"] and one["pixels"] > 0 for one in shown)
    assert max(one["width"] for one in shown) == 600, "on a narrow page a wide picture scrolls, it does not shrink to nothing"
    assert page.evaluate("document.documentElement.scrollWidth") <= 400, "the page itself does not scroll sideways"
    assert page.locator("figure.wb input[type=range]").count() == 6, "nudge 2, blocks 1, folds 2, line 1"
    for words, label, last in (("A line that was folded", "layers", "256 pieces"), ("A grey image", "blocks", "9 × 9 blocks")):
        figure = page.locator("figure.wb", has=page.locator(f'img[alt*="{words}"]'))
        figure.get_by_label(label).press("End")
        expect(figure.locator("img")).to_have_attribute("alt", re.compile(last))
    page.context.close()
    server.shutdown()
    server.server_close()


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def shot(locator: Locator) -> Any:
    """What is seen of an element, as pixels."""
    return np.asarray(Image.open(io.BytesIO(locator.screenshot())).convert("RGB"), float)


@pytest.mark.campaign
def test_dark_without_slabs_and_photographs_untouched(lab: Lab, first_day: Notebook, browser: Browser, tmp_path: Path) -> None:
    seen = {}
    for theme in (LIGHT, DARK):
        other = Lab(tmp_path / theme[-4:], theme)
        try:
            other.write(["import explore", "explore.photograph()", "explore.line()"])
            notebook = Notebook(browser, other)
            notebook.run_all()
            page = notebook.page
            photograph = shot(page.locator("figure.wb .wb-pic").locator("visible=true").first)
            seen[theme] = photograph, shot(notebook.live("A plane in two colours").locator(".wb-pic"))
            notebook.close()
        finally:
            other.close()
    light, dark = (seen[theme][0] for theme in (LIGHT, DARK))
    assert light[:4, :4].mean() > 215 and dark[:4, :4].mean() < 40, "the paper is the page's own"
    middle = slice(light.shape[0] // 2 - 30, light.shape[0] // 2 + 30), slice(light.shape[1] // 2 - 30, light.shape[1] // 2 + 30)
    assert np.abs(light[middle] - dark[middle]).mean() < 4, "a photograph is left as it is"
    assert seen[DARK][1][:4, :4].mean() < 40
    words = seen[DARK][1][:30].max(axis=(0, 2))
    assert words.max() > 180, "and what is written is light"


def test_the_png_beside_it_is_for_print(lab: Lab, first_day: Notebook) -> None:
    notebook = json.loads((lab.folder / "saved.ipynb").read_text())
    drawn = [out["data"] for cell in notebook["cells"] for out in cell["outputs"] if "image/png" in out.get("data", {})]
    assert len(drawn) == 6
    for data in drawn:
        page = Image.open(io.BytesIO(base64.b64decode("".join(data["image/png"])))).convert("RGB")
        assert page.getpixel((0, 0)) == (255, 255, 255) and page.width > 400
