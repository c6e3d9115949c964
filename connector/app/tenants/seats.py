"""The tenants that take part now: each has a connector of its own, which uses the store and listeners of the process.

A tenant is seated in the background after the start, or when the first request for it arrives. From then on it costs
its values and a few tasks that wait; no request of another participant passes it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from connector.app.connector import ConnectorServer, build_on
from connector.app.parts import seat_parts
from connector.app.tenants.listing import Tenant, TenantState
from connector.dataplane.files.below_root import run_in_thread
from connector.desk.values import Desk
from connector.settings import KeySettings, Settings, SettingsError, load_tenant

log = logging.getLogger(__name__)

SETTLING_S = 10.0
"""How long a request waits at the start until it is known what leads to whom, in seconds."""

LEAVING_S = 5.0
"""How long a tenant that leaves still answers the requests that it has begun with, in seconds."""

R = TypeVar("R")


def find_netloc(url: str) -> str:
    """Return the host of an address as a request names it: in lower case, and without the usual port."""
    parts = urlsplit(url.lower())
    return parts.netloc.removesuffix(":443" if parts.scheme == "https" else ":80")


class TenantLeft(Exception):
    """A tenant takes no part any more, and gave up an answer that took too long."""


@dataclass
class Seats:
    """The seated tenants by name, with the hosts and keys that lead to them; and why others could not be seated."""

    house: ConnectorServer
    folder: Path
    listed: Mapping[str, Tenant] = field(default_factory=dict)
    known: dict[str, Settings] = field(default_factory=dict)
    """The settings of the active tenants whose settings can be used."""

    taken: dict[str, ConnectorServer] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    hosts: dict[str, str] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    keys: dict[str, tuple[KeySettings, str]] = field(default_factory=dict)
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when it is known which hosts and keys lead to whom, which takes a moment after the start."""
    seated: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when every active tenant has its seat, or a fault."""

    _seating: dict[str, asyncio.Task[ConnectorServer | None]] = field(default_factory=dict)
    _served: dict[str, set[asyncio.Future[Any]]] = field(default_factory=dict)

    def is_active(self, name: str) -> bool:
        """Return whether a tenant of this name takes part."""
        tenant = self.listed.get(name)
        return tenant is not None and tenant.state is TenantState.ACTIVE

    async def find(self, name: str) -> ConnectorServer | None:
        """Return the connector of a tenant, which takes its seat now if it has none; None if it takes no part."""
        if found := self.taken.get(name):
            return found
        if not self.is_active(name):
            return None
        await self.wait_settled()
        if name not in self.known:
            return None
        if name not in self._seating:
            self._seating[name] = asyncio.create_task(self._seat(name), name=f"seat {name}")
        return await asyncio.shield(self._seating[name])

    async def serve(self, name: str, answering: Awaitable[R]) -> R:
        """Return what a tenant answers; it leaves afterwards, so that nothing is stored for one that is gone.

        Raises TenantLeft if that takes too long.
        """
        running = asyncio.ensure_future(answering)
        self._served.setdefault(name, set()).add(running)
        try:
            return await running
        except asyncio.CancelledError:
            if name in self.taken or not running.cancelled():
                raise
            raise TenantLeft(name) from None
        finally:
            self._served.get(name, set()).discard(running)

    async def find_by_key(self, digest: str) -> tuple[KeySettings, Desk] | None:
        """Return the management key with this SHA-256 and the desk of its tenant, or None."""
        await self.wait_settled()
        found = self.keys.get(digest)
        seat = await self.find(found[1]) if found else None
        return (found[0], seat.desk) if found and seat else None

    async def wait_settled(self) -> bool:
        """Wait a moment until it is known what leads to whom; return whether it is."""
        if not self.settled.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(SETTLING_S):
                    await self.settled.wait()
        return self.settled.is_set()

    async def follow(self, listed: Mapping[str, Tenant]) -> None:
        """End the tenants that take no part any more, and seat all that do."""
        self.listed = listed
        for name in [name for name in self.known if not self.is_active(name)]:
            await self.leave(name)
        self.faults.clear()
        new = [name for name in listed if self.is_active(name) and name not in self.known]
        house = self.house.parts.settings
        for name, found in (await run_in_thread(partial(_read_settings, house, self.folder, new))).items():
            self._introduce(name, found)
        self.settled.set()
        for name in tuple(self.known):
            await self.find(name)
            # Whoever waits for an answer comes first.
            await asyncio.sleep(0)
        self.seated.set()

    async def leave(self, name: str) -> None:
        """End the connector of a tenant; its rows and files stay."""
        if (seating := self._seating.get(name)) is not None:
            await asyncio.wait([seating])
        self._forget(name)
        seat = self.taken.pop(name, None)
        if seat is not None:
            await seat.end()
            await self._end_served(name)
            self.house.parts.notices.unseat(name)
            log.info("a tenant takes no part any more", extra={"tenant": name})

    async def _end_served(self, name: str) -> None:
        """Wait a moment for what is being answered for a tenant, and give up the rest."""
        if running := self._served.pop(name, None):
            _, late = await asyncio.wait(running, timeout=LEAVING_S)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)

    async def close(self) -> None:
        """End all tenants at once."""
        for seating in tuple(self._seating.values()):
            seating.cancel()
        seats, self.taken = list(self.taken.values()), {}
        await asyncio.gather(*(seat.end() for seat in seats), return_exceptions=True)

    async def _seat(self, name: str) -> ConnectorServer | None:
        """Build the connector of a tenant and let it begin. One that cannot be seated keeps no other from its seat."""
        try:
            parts = await seat_parts(self.house.parts, self.known[name], name)
            seat = await build_on(parts, house=self.house)
            await seat.begin()
        except Exception as fault:  # noqa: BLE001 - whatever is wrong with one, the others go on
            self._note(name, fault)
            return None
        finally:
            self._seating.pop(name, None)
        self.taken[name] = seat
        return seat

    def _introduce(self, name: str, found: Settings | Exception) -> None:
        """Note what leads to a tenant, or why it cannot take part."""
        fault = found if isinstance(found, Exception) else self._find_collision(name, found)
        if fault or isinstance(found, Exception):
            self._note(name, fault)
            return
        self.known[name] = found
        self.keys |= {key.sha256: (key, name) for key in found.management.keys}
        if (host := _find_own_host(found)) is not None:
            self.hosts[host] = name
        if found.web.port is not None and found.web.public_url:
            self.pages[find_netloc(found.web.public_url)] = name

    def _note(self, name: str, fault: Exception | None) -> None:
        self._forget(name)
        self.faults[name] = str(fault)
        expected = isinstance(fault, SettingsError | OSError)
        log.warning("tenant %s cannot take part: %s", name, fault, exc_info=None if expected else fault)

    def _forget(self, name: str) -> None:
        """Let nothing lead to a tenant any more."""
        self.known.pop(name, None)
        self.hosts = {host: other for host, other in self.hosts.items() if other != name}
        self.pages = {host: other for host, other in self.pages.items() if other != name}
        self.keys = {digest: found for digest, found in self.keys.items() if found[1] != name}

    def _find_collision(self, name: str, found: Settings) -> SettingsError | None:
        """Return why a tenant is not to be told from another participant of the process, or None."""
        house = self.house.parts.settings
        for other, known in (("default", house), *self.known.items()):
            if known.participant.id == found.participant.id:
                told = found.participant.id
                return SettingsError(f"The tenants {name} and {other} are both {told}: give each its own identifier.")
        keys = {key.sha256 for key in house.management.keys} | set(self.keys)
        if keys.intersection(key.sha256 for key in found.management.keys):
            return SettingsError(f"A management key of the tenant {name} is in use already: give it a key of its own.")
        pages = find_netloc(found.web.public_url or "") if found.web.port is not None else ""
        own = {find_netloc(house.protocol.public_url), *self.hosts}
        own_pages = {find_netloc(house.web.public_url or ""), *self.pages} - {""}
        if _find_own_host(found) in own or pages in own_pages:
            return SettingsError(f"A host of the tenant {name} is that of another one: give it a host of its own.")
        return None


def _find_own_host(settings: Settings) -> str | None:
    """Return the host that a tenant has for itself; None if it is below the address of the process."""
    place = settings.protocol.public_url
    return None if urlsplit(place).path.strip("/") else find_netloc(place)


def _read_settings(house: Settings, folder: Path, names: Sequence[str]) -> dict[str, Settings | Exception]:
    found: dict[str, Settings | Exception] = {}
    for name in names:
        try:
            found[name] = load_tenant(house, name, folder / name)
        except (SettingsError, OSError) as fault:
            found[name] = fault
    return found
