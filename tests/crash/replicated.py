"""A participant of two processes on one database, each of which can be killed at any of its events.

nginx stands before both, for peers and for the management API: each request may reach another one. The processes share
the folder of received data.
"""

import asyncio
import json
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import asyncpg

from connector.cli.demo.stage import Actor, Stage
from connector.client import Connector
from tests.crash.cutting import VARIABLE
from tests.crash.space import Side
from tests.e2e.replicas import set_values, use_database
from tests.support import nginx

SILENT_S = 6.0
"""After which silence a replica of the matrix is replaced; in the product it is 15 s."""
_APART = (40, 60)
"""How far the ports of the processes are from those of the balancers."""


class House:
    """The two processes of one participant; like a `Side`, but each call of its client may reach another process."""

    def __init__(self, stage: Stage, word: str, url: str, silent_s: float = SILENT_S) -> None:
        self.actor = actor = stage.actors[word]
        self.name, self.url = word, url
        self.client: Connector = actor.client()
        self._more = {
            VARIABLE: str(silent_s),
            "DATENKONTOR_LIMITS__LEASE_SECONDS": "5",
            "DATENKONTOR_NET__DATA_ORIGINS": f"[{', '.join(map(_list_origins, stage.actors.values()))}]",
        }
        use_database(actor.settings, url)
        folders = [actor.directory, actor.directory.with_name(f"{word}2")]
        self._actors = [
            replace(actor, directory=folder, ports={name: port + more for name, port in actor.ports.items()})
            for folder, more in zip(folders, _APART, strict=True)
        ]
        _set_ports(self._actors[0])
        self._balancer = ExitStack()
        self._balancer.enter_context(
            nginx.running(stage.base / f"nginx-{word}", _balance(actor, self._actors), actor.ports["protocol"])
        )
        self.replicas = [Side(self._actors[0], self._more)]

    @property
    def victims(self) -> tuple[Side, ...]:
        """The processes that can be killed."""
        return tuple(self.replicas)

    def start(self) -> None:
        """Start the processes that do not run."""
        for replica in self.replicas:
            if replica.pid is None:
                replica.start()
        if len(self.replicas) < len(self._actors):
            first, second = (actor.directory for actor in self._actors)
            shutil.copytree(first, second, ignore=shutil.ignore_patterns("*.lock", "log.txt", "received"))
            (first / "received").mkdir(exist_ok=True)
            (second / "received").symlink_to(first / "received")
            _set_ports(self._actors[1])
            self.replicas.append(Side(self._actors[1], self._more))
            self.replicas[1].start()

    def died(self) -> bool:
        """Tell whether a process has ended since it was started."""
        return [replica.died() for replica in self.replicas].count(True) > 0

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Read the database."""
        return asyncio.run(self._read(query))

    async def _read(self, query: str) -> list[tuple[Any, ...]]:
        connection = await asyncpg.connect(self.url)
        try:
            return [tuple(row) for row in await connection.fetch(query)]
        finally:
            await connection.close()

    def close(self) -> None:
        """End everything."""
        self.client.close()
        for replica in self.replicas:
            replica.close()
        self._balancer.close()


def _balance(actor: Actor, behind: Sequence[Actor]) -> str:
    """Return what gives each request to the next process, and none to one that does not answer, for a moment."""
    text = "keepalive_timeout 0; proxy_connect_timeout 2s; proxy_read_timeout 5s; client_max_body_size 10m;\n"
    for section in ("protocol", "management"):
        servers = "".join(f" server 127.0.0.1:{one.ports[section]} max_fails=1 fail_timeout=1s;" for one in behind)
        text += (
            f"upstream {section} {{{servers} }}\n"
            f"server {{ listen 127.0.0.1:{actor.ports[section]};\n"
            f" location / {{ proxy_pass http://{section}; proxy_set_header Host $http_host; }} }}\n"
        )
    return text


def _list_origins(actor: Actor) -> str:
    """Return where each process of a participant has its data: the participant list knows the first one alone."""
    data = actor.ports.get("data", 0)
    urls = [f"http://127.0.0.1:{data + more}" for more in _APART]
    return f'{{participant = "{actor.id}", urls = {json.dumps(urls)}}}'


def _set_ports(actor: Actor) -> None:
    for section in ("protocol", "data", "management", "web"):
        set_values(actor.settings, section, {"port": actor.ports[section]})


class Waker(threading.Thread):
    """Lets a process go on that stands still, after a while."""

    def __init__(self, victim: Side, rest_s: float) -> None:
        super().__init__(daemon=True)
        self._victim, self._rest_s = victim, rest_s
        self.enough = threading.Event()

    def run(self) -> None:
        """Wait for the pause, and end it."""
        while not self.enough.wait(0.01):
            if self._victim.stands_still():
                time.sleep(self._rest_s)
                self._victim.go_on()
                return


def build_on(make: Callable[[], str], silent_s: float = SILENT_S) -> Callable[[Stage, str], House]:
    """Return what makes a participant of two processes on a new database."""
    return lambda stage, word: House(stage, word, make(), silent_s)
