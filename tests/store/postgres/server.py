"""A real PostgreSQL for the tests: found or installed, started once for all processes of a run, with empty databases.

A server that `DATENKONTOR_POSTGRES` names is used as it is; its role must be allowed to create databases.
"""

import asyncio
import atexit
import functools
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncpg

PACKAGES = "postgresql"


def find_program(name: str) -> str:
    """Return the path of a program of the server. Fails with what to install if it is absent."""
    found = shutil.which(name)
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        found = str(folder / name) if (folder / name).exists() else found
    assert found, f"The tests need {name}: install PostgreSQL 15 or newer (`apt-get install {PACKAGES}`)."
    return found


def find_port() -> int:
    """Return a free port of this machine, which the system gives to no connection.

    Where it could, a process that tries again and again to reach a server that is down would meet itself one day, and
    the server would not get its port back.
    """
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class PostgresServer:
    """One server in a folder of its own; `url` is the address of its database `postgres`.

    One that `follows` another is its standby.
    """

    def __init__(self, *options: str, follows: "PostgresServer | None" = None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="datenkontor-postgres-"))
        self.port = find_port()
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"
        # PostgreSQL refuses to run as root.
        self._user: dict[str, Any] = {"user": "postgres"} if os.geteuid() == 0 else {}
        if self._user:
            shutil.chown(self.folder, "postgres")
        self._data = self.folder / "data"
        self._options = options
        if follows:
            self._run([find_program("pg_basebackup"), "-D", str(self._data), "-d", follows.url, "-R", "-c", "fast"])
        else:
            initial = [find_program("initdb"), "-D", str(self._data), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
            self._run([*initial, "--locale=C.UTF-8", "--no-sync"])
        self.start()

    def start(self) -> None:
        """Start the server and wait until it answers."""
        sockets = f"-p {self.port} -h 127.0.0.1 -k {self.folder} {' '.join(self._options)}"
        log = str(self.folder / "log")
        self._run([find_program("pg_ctl"), "-D", str(self._data), "-w", "-l", log, "-o", sockets, "start"])

    @property
    def pid(self) -> int:
        """The process that all others of the server belong to."""
        return int((self._data / "postmaster.pid").read_text().split()[0])

    def stop(self, mode: str = "fast") -> None:
        """Stop the server: `fast` in good order, `immediate` as if it had crashed."""
        self._run([find_program("pg_ctl"), "-D", str(self._data), "-w", "-m", mode, "stop"])

    def kill(self) -> None:
        """Kill every process of the server; `start` recovers what it left."""
        first = self.pid
        # One that it begins meanwhile would live on, and its memory would keep the server from starting.
        os.kill(first, signal.SIGSTOP)
        everyone = [first, *map(int, Path(f"/proc/{first}/task/{first}/children").read_text().split())]
        for pid in everyone:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        while any(Path(f"/proc/{pid}/exe").exists() for pid in everyone):
            time.sleep(0.01)

    def promote(self) -> None:
        """Let a standby take changes itself."""
        self._run([find_program("pg_ctl"), "-D", str(self._data), "-w", "promote"])

    async def wait_for_standby(self) -> None:
        """Let each commit wait for the standby from now on, as soon as there is one."""
        connection = await asyncpg.connect(self.url)
        try:
            await connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            await connection.execute("SELECT pg_reload_conf()")
            waits = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"
            while not await connection.fetchval(waits):  # noqa: ASYNC110 - the server tells nobody
                await asyncio.sleep(0.05)
        finally:
            await connection.close()

    def remove(self) -> None:
        """Stop the server and remove its folder."""
        try:
            self.stop("immediate")
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, command: list[str]) -> None:
        quiet: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
        subprocess.run(command, check=True, cwd="/", timeout=60, **quiet, **self._user)


@functools.cache
def find_server() -> str:
    """Return the address of a server, which this process starts at the first call if none is named."""
    named = os.environ.get("DATENKONTOR_POSTGRES")
    if named:
        return named
    server = PostgresServer("-c fsync=off", "-c max_connections=200")
    atexit.register(server.remove)
    return server.url


async def make_database(server: str | None = None) -> str:
    """Return the address of a new and empty database."""
    url = server or find_server()
    name = f"d{uuid.uuid4().hex}"
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(f"CREATE DATABASE {name}")
    finally:
        await connection.close()
    return f"{url.rpartition('/')[0]}/{name}"


def make_database_now(server: str | None = None) -> str:
    """Return the address of a new and empty database, from a test without an event loop."""
    return asyncio.run(make_database(server))
