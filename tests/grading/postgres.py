"""A real PostgreSQL server for the tests: its own folder, its own port on this machine, ended with them."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

import sqlalchemy

DEBIAN = Path("/usr/lib/postgresql")  # keeps its programs there, away from the path


def program(name: str) -> str:
    """Where a program of PostgreSQL's is; an error with the mend where it is not."""
    beside = sorted(DEBIAN.glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    found = shutil.which(name) or (str(beside[-1]) if beside else None)
    if found is None:
        raise RuntimeError(f"There is no {name}: the tests need a PostgreSQL server.\nMend: apt-get install postgresql")
    return found


def missing() -> str:
    """Why there can be no server here; empty where there can be one, and where tests must not go without (CI)."""
    try:
        program("initdb"), program("postgres")
    except RuntimeError as error:
        return "" if os.environ.get("CI") else str(error)
    return ""


class Server:
    """A PostgreSQL server of its own, in a temporary folder."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.folder, self.url = folder, f"postgresql+psycopg://postgres@127.0.0.1:{port}/book"
        self.admin = sqlalchemy.create_engine(self.url.replace("/book", "/postgres"), isolation_level="AUTOCOMMIT")
        self.user = {"user": "postgres", "group": "postgres"} if os.getuid() == 0 else {}
        data = folder / "data"
        if self.user:
            shutil.chown(folder, "postgres")
        command = [program("initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale", "C"]
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, **self.user)
        options = ["-p", str(port), "-k", str(folder), "-c", "listen_addresses=127.0.0.1"]
        with open(folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                [program("postgres"), "-D", str(data), *options],
                stdout=log, stderr=log, cwd=folder, start_new_session=True, **self.user,
            )  # fmt: skip
        self.pid = self.process.pid
        try:
            self._until_up()
            self._say("create database book")
        except BaseException:
            self.end()
            raise

    def _until_up(self) -> None:
        for _ in range(200):
            with contextlib.suppress(sqlalchemy.exc.OperationalError):
                self._say("select 1")
                return
            time.sleep(0.1)
        raise RuntimeError((self.folder / "log").read_text())

    def _say(self, text: str) -> list[Any]:
        with self.admin.connect() as db:
            made = db.execute(sqlalchemy.text(text))
            return list(made) if made.returns_rows else []

    def put_aside(self) -> None:
        """Keep the gradebook as it is now."""
        self.cut()
        self._say("create database pristine template book")

    def fresh(self) -> None:
        """The gradebook as it was put aside."""
        self._say("drop database book with (force)")
        self._say("create database book template pristine")

    def empty(self) -> None:
        """A gradebook's database with nothing in it."""
        self._say("drop database if exists book with (force)")
        self._say("create database book")

    def cut(self) -> bool:
        """End all connections to the gradebook; whether there was one."""
        return bool(self._say("select pg_terminate_backend(pid) from pg_stat_activity where datname = 'book'"))

    def end(self) -> None:
        self.admin.dispose()
        self.process.send_signal(signal.SIGINT)
        self.process.wait()
