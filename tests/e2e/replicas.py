"""A city of two processes on one database, behind a balancer that gives each connection to the next of them."""

import asyncio
import itertools
import re
import shutil
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from tests.e2e.live import Live

FIRST, SECOND = "city", "city2"
_CHUNK = 65_536


class Balancer:
    """Accepts connections on a port and gives them in turn to the ports behind it; passes over one that is closed."""

    def __init__(self, port: int, behind: tuple[int, ...]) -> None:
        self._port = port
        self._behind = behind
        self._turn = itertools.cycle(range(len(behind)))
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended = asyncio.Event()
        self._listens = threading.Event()
        self.given: dict[int, int] = dict.fromkeys(behind, 0)
        self._thread = threading.Thread(target=lambda: asyncio.run(self._live()))
        self._thread.start()
        assert self._listens.wait(10)

    def close(self) -> None:
        """Accept no more connections and end those that are open."""
        assert self._loop
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(10)

    async def _live(self) -> None:
        self._loop = asyncio.get_running_loop()
        server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._listens.set()
        await self._ended.wait()
        server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = next(self._turn)
        try:
            for port in (*self._behind[first:], *self._behind[:first]):
                try:
                    inward, outward = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    continue
                self.given[port] += 1
                with suppress(asyncio.CancelledError):  # the balancer ends
                    await asyncio.gather(_pump(reader, outward), _pump(inward, writer))
                return
        finally:
            writer.close()


async def _pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    try:
        with suppress(OSError):
            while data := await source.read(_CHUNK):
                target.write(data)
                await target.drain()
    finally:
        target.close()


def set_values(settings: Path, section: str, values: Mapping[str, str | int]) -> None:
    """Set values of a section of a settings file in place of those that it has."""
    text = settings.read_text("utf-8")
    head, mark, rest = text.partition(f"[{section}]\n")
    own, bracket, others = rest.partition("\n[")
    for name, value in values.items():
        own = re.sub(rf"(?m)^{name} = .*\n?", "", own)
        own = f"{name} = {value if isinstance(value, int) else repr(value)}\n{own}"
    settings.write_text(f"{head}{mark}{own}{bracket}{others}", "utf-8")


def use_database(settings: Path, url: str) -> None:
    """Let a participant keep its store in a database."""
    set_values(settings, "store", {"url": url})


def add_replica(live: Live) -> Balancer:
    """Give the city a second process with a folder of its own, and put the balancer at its public address.

    Call it after the first process has been started once, so that there is a secret to share.
    """
    city = live.stage.actors[FIRST]
    ports = {name: port + 60 for name, port in city.ports.items()}
    folder = city.directory.with_name(SECOND)
    shutil.copytree(city.directory, folder, ignore=shutil.ignore_patterns("*.lock", "log.txt", "received"))
    second = replace(city, directory=folder, ports=ports)
    live.stage.actors[SECOND] = second
    behind = (city.ports["protocol"] + 50, ports["protocol"])
    set_values(city.settings, "protocol", {"port": behind[0]})
    set_values(second.settings, "protocol", {"port": behind[1]})
    for section in ("data", "management", "web"):
        set_values(second.settings, section, {"port": ports[section]})
    return Balancer(city.ports["protocol"], behind)
