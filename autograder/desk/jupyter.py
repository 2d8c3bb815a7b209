"""JupyterLab for one desk: settings of its own, a free port, an address to open."""

import json
import os
import secrets
import shutil
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.desk.local import LocalCourse
from autograder.errors import Mend
from autograder.files import write_json

FIRST_PORT = 8888
DATA = "data"  # beside a desk's settings: the kernel that it lays
BEGIN = "/workbook/formgrader"  # where the instructor begins: formgrader, with the whole window
PATIENCE = 90.0  # seconds until JupyterLab must answer
#: Submit sends what is on the disk, and people press it without saving. Not more often: a save by hand that meets one of
#: these makes JupyterLab ask whether somebody else has changed the file.
SAVING = {"autosaveInterval": 10}  # seconds
#: nbgrader's panels, and the parts of its server, that a desk does without.
PANELS = {
    "learner": ("course-list", "create-assignment", "formgrader", "validate-assignment"),
    "instructor": ("course-list", "create-assignment", "assignment-list"),
}
HOME = "twenty-weeks-desk:plugin"  # our own: Home and what is drawn in a lesson, for learners alone
SERVER_PARTS = {
    "learner": ("course_list", "formgrader", "validate_assignment"),
    "instructor": ("course_list", "assignment_list"),
}
#: Nobody needs these: the news and the extension manager ask the network, and jupytext, an author's tool for the terminal,
#: would put itself between Jupyter and the files. "Notebook" in the toolbar opens another program than the desk.
NOISE = (
    "@jupyterlab/apputils-extension:announcements", "@jupyterlab/extensionmanager-extension:plugin", "jupyterlab-jupytext:plugin",
    "@jupyter-notebook/lab-extension:interface-switcher",
)  # fmt: skip
#: What a learner need not see in the file browser: what Jupyter itself hides, what a week's cells import, and what
#: `workbook update` and `reset` put aside.
HIDDEN = (
    "__pycache__", "*.pyc", "*.pyo", ".DS_Store", "*~",
    "checks.py", "explore.py", "kit.py", "tape.py", "week.json", "backups",
)  # fmt: skip


@dataclass(frozen=True)
class Server:
    """A JupyterLab to be started.

    Parameters
    ----------
    port
        Where it listens, on this machine only.
    token
        What opens it.
    asked
        Whether somebody asked for this very port.
    """

    port: int
    token: str
    asked: bool = False

    @property
    def base(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def address(self, path: str) -> str:
        """What a person opens in a browser."""
        return f"{self.base}/{path.lstrip('/')}?token={self.token}"

    def wait(self, gone: Callable[[], object]) -> None:
        """Wait until it answers; refuse with the mend when it ends or stays silent."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and not gone():
            try:
                with urllib.request.urlopen(f"{self.base}/api/status?token={self.token}", timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        raise Mend("JupyterLab did not start: its log says why (.course/logs/jupyter.log).")

    def start_kernel(self, notebook: str) -> bool:
        """Start a notebook's kernel, as opening it does; tell whether it has one now.

        A page that opens while the kernel is not there, and cannot be at once, asks "Select Kernel". One that has a kernel
        already is joined to it, and asks nothing.

        Parameters
        ----------
        notebook : its path in the folder that JupyterLab shows, with "/".
        """
        session = {"path": notebook, "name": notebook.rpartition("/")[2], "type": "notebook", "kernel": {"name": "python3"}}
        headers = {"Authorization": f"token {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.base}/api/sessions", json.dumps(session).encode(), headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE):
                return True
        except (urllib.error.URLError, OSError):
            return False


def choose_port(asked: int | None) -> int:
    """Return the port that was asked for, or the first free one; say so when the usual one is taken."""
    if asked is not None:
        if not is_free(asked):
            raise Mend(f'Port {asked} is in use by another program.\nMend: another one, make lab ARGS="--port {asked + 1}".')
        return asked
    for port in range(FIRST_PORT, FIRST_PORT + 100):
        if is_free(port):
            if port != FIRST_PORT:
                print(f"Port {FIRST_PORT} is in use by another program: JupyterLab takes {port}.", flush=True)
            return port
    raise Mend(f'The ports from {FIRST_PORT} to {port} are in use.\nMend: name a free one, make lab ARGS="--port 9500".')


def is_free(port: int) -> bool:
    """Tell whether nobody listens on this port of this machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def new_server(port: int | None) -> Server:
    """Choose a port and a token."""
    return Server(choose_port(port), secrets.token_hex(16), asked=port is not None)


def lay_settings(course: LocalCourse, desk: str) -> None:
    """Write Jupyter's settings for a desk: its panels, the parts of nbgrader's server that run, width, terminal, kernel."""
    folder = course.settings(desk)
    hidden = [f"@jupyter/nbgrader:{panel}" for panel in PANELS[desk]] + list(NOISE) + ([HOME] if desk != "learner" else [])
    write_json(folder / "labconfig" / "page_config.json", {"disabledExtensions": dict.fromkeys(hidden, True)})
    parts = {f"nbgrader.server_extensions.{part}": False for part in SERVER_PARTS[desk]} | {"jupyterlab_jupytext": False}
    settings: dict[str, Any] = {
        # Not a login shell, as Jupyter has it: that would set the path anew, and not find `workbook` any more.
        "ServerApp": {"jpserver_extensions": parts, "terminado_settings": {"shell_command": [os.environ.get("SHELL") or "sh"]}},
        "LabApp": {"custom_css": True},
    }
    if desk == "learner":
        settings["ContentsManager"] = {"hide_globs": list(HIDDEN)}
        # The checkout's own files, seen by this desk alone; elsewhere the wheel lays a copy (pyproject.toml).
        settings["LabApp"]["extra_labextensions_path"] = [str(Path(__file__).with_name("labextensions"))]
        parts["autograder.desk.server"] = True
    else:
        parts["autograder.desk.formgrader"] = True
    write_json(folder / "jupyter_server_config.json", settings)
    (folder / "custom").mkdir(exist_ok=True)
    shutil.copyfile(Path(__file__).with_name("custom.css"), folder / "custom" / "custom.css")
    lay_kernel(folder / DATA / "kernels" / "python3")
    first_choice = folder / "lab" / "user-settings" / "@jupyterlab" / "docmanager-extension" / "plugin.jupyterlab-settings"
    if not first_choice.exists():
        write_json(first_choice, SAVING)


def lay_kernel(folder: Path) -> None:
    """Write the kernel that the desk's notebooks run in.

    It has the name of ipykernel's own, so that no notebook has to name it, and is the same but for one extension:
    `check` is at hand before any cell has run.
    """
    from ipykernel.kernelspec import write_kernel_spec  # a third of a second, for a desk alone

    if folder.exists():
        shutil.rmtree(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    write_kernel_spec(folder, extra_arguments=["--ext=autograder.desk.kernel"])


def command(server: Server, root: Path, page: str, browser: bool) -> list[str]:
    """Return the command that starts JupyterLab on a folder, with a page open."""
    options = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": server.port,
        "ServerApp.port_retries": 0,
        "ServerApp.root_dir": root,
        "ServerApp.open_browser": browser,
        "ServerApp.allow_root": hasattr(os, "getuid") and os.getuid() == 0,
        "LabApp.default_url": page,
        # With news off and checks for updates off, nothing asks the network.
        "LabApp.news_url": "",
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
    }
    return [sys.executable, "-m", "jupyterlab"] + [f"--{name}={value}" for name, value in options.items()]


def environment(course: LocalCourse, desk: str, server: Server) -> dict[str, str]:
    """Return the environment of a desk: its settings alone, whatever else the person has set up for Jupyter."""
    given = {name: value for name, value in os.environ.items() if name not in ("JUPYTER_CONFIG_PATH", "JUPYTER_PATH")}
    return given | {
        "JUPYTER_CONFIG_DIR": str(course.settings(desk)),
        "JUPYTER_TOKEN": server.token,
        "JUPYTER_PREFER_ENV_PATH": "1",
        "JUPYTER_PATH": str(course.settings(desk) / DATA),
    }
