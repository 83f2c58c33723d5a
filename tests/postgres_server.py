"""A PostgreSQL server of the tests' own, in a temporary folder; skips where there is none to start."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

_NUMBERS = count()


def _program(name: str) -> str | None:
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    return str(versions[-1]) if versions else shutil.which(name)


class Server:
    """A cluster that can be started, stopped, killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        # The server refuses to run as root.
        self._as = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}
        self._process: subprocess.Popen[bytes] | None = None

    def create(self) -> None:
        if self._as:
            shutil.chown(self.folder, **self._as)
        initdb = [str(_program("initdb")), "-D", str(self.folder / "data"), "-U", "news", "-A", "trust", "-E", "UTF8"]
        subprocess.run([*initdb, "--locale=C", "-N"], check=True, capture_output=True, cwd=self.folder, **self._as)

    def start(self) -> None:
        # Processes are killed here, never the machine: nothing has to wait for the disk.
        settings = ["-c", "log_min_messages=panic", "-c", "fsync=off"]
        options = ["-p", str(self.port), "-k", "", "-h", "127.0.0.1", *settings]
        self._process = subprocess.Popen(
            [str(_program("postgres")), "-D", str(self.folder / "data"), *options],
            cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, **self._as,
        )  # fmt: skip
        self._wait()

    def _wait(self) -> None:
        import psycopg

        deadline = time.monotonic() + 60
        while True:
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=2).close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def kill(self) -> None:
        """kill -9 of the server and of all its processes."""
        assert self._process
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)

    def stop(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(30)

    def url(self, name: str) -> str:
        return f"postgresql://news@127.0.0.1:{self.port}/{name}"

    def new_database(self) -> str:
        """The address of an empty database."""
        import psycopg

        name = f"archive_{next(_NUMBERS)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 STRATEGY file_copy")
        return self.url(name)


def dump(url: str) -> bytes:
    """What pg_dump saves of a database."""
    command = [str(_program("pg_dump")), "--format=custom", url]
    return subprocess.run(command, check=True, capture_output=True).stdout


def restore(url: str, saved: bytes) -> None:
    """Brings it back, in place of what is there, as pg_restore does."""
    command = [str(_program("pg_restore")), "--clean", "--if-exists", "--exit-on-error", "--dbname", url]
    subprocess.run(command, check=True, capture_output=True, input=saved)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    pytest.importorskip("psycopg", reason="needs the extra: postgres")
    if not (_program("initdb") and _program("postgres")):
        pytest.skip("needs PostgreSQL: apt-get install postgresql")
    if os.geteuid() == 0 and "postgres" not in {user.pw_name for user in pwd.getpwall()}:
        pytest.skip("PostgreSQL does not run as root, and there is no user postgres")
    # Not below pytest's own folder, which only its user may enter.
    with tempfile.TemporaryDirectory(prefix="trich-dan-postgres-", ignore_cleanup_errors=True) as folder:
        server = Server(Path(folder))
        server.create()
        server.start()
        yield server
        server.stop()
