"""The tenants that take part now: each has a connector of its own, which uses the store and listeners of the process.

A tenant is seated in the background after the start, or when the first request for it arrives. From then on it costs
its values and a few tasks that wait; no request of another participant passes it.
"""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from connector.app.connector import ConnectorServer, build_on
from connector.app.parts import seat_parts
from connector.app.tenants.listing import Tenant, TenantState
from connector.desk.values import Desk
from connector.settings import KeySettings, SettingsError, load_tenant

log = logging.getLogger(__name__)

SEATING_S = 10.0
"""How long a request waits for tenants that are not seated yet, in seconds."""


def find_netloc(url: str) -> str:
    """Return the host of an address as a request names it: in lower case, and without the usual port."""
    parts = urlsplit(url.lower())
    return parts.netloc.removesuffix(":443" if parts.scheme == "https" else ":80")


@dataclass
class Seats:
    """The seated tenants by name, with the hosts and keys that lead to them; and why others could not be seated."""

    house: ConnectorServer
    folder: Path
    listed: Mapping[str, Tenant] = field(default_factory=dict)
    taken: dict[str, ConnectorServer] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    hosts: dict[str, str] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    keys: dict[str, tuple[KeySettings, str]] = field(default_factory=dict)
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while every active tenant is seated, or has a fault."""

    _seating: dict[str, asyncio.Task[ConnectorServer | None]] = field(default_factory=dict)

    def is_active(self, name: str) -> bool:
        """Return whether a tenant of this name takes part."""
        tenant = self.listed.get(name)
        return tenant is not None and tenant.state is TenantState.ACTIVE

    async def find(self, name: str) -> ConnectorServer | None:
        """Return the connector of a tenant, which takes its seat now if it has none; None if it takes no part."""
        if found := self.taken.get(name):
            return found
        if not self.is_active(name) or name in self.faults:
            return None
        if name not in self._seating:
            self._seating[name] = asyncio.create_task(self._seat(name), name=f"seat {name}")
        return await asyncio.shield(self._seating[name])

    async def find_by_key(self, digest: str) -> tuple[KeySettings, Desk] | None:
        """Return the management key with this SHA-256 and the desk of its tenant, or None."""
        if digest not in self.keys:
            await self.wait_settled()
        found = self.keys.get(digest)
        seat = self.taken.get(found[1]) if found else None
        return (found[0], seat.desk) if found and seat else None

    async def wait_settled(self) -> bool:
        """Wait a moment until the seats are taken; return whether they are."""
        with suppress(TimeoutError):
            async with asyncio.timeout(SEATING_S):
                await self.settled.wait()
        return self.settled.is_set()

    async def follow(self, listed: Mapping[str, Tenant]) -> None:
        """End the tenants that take no part any more, and seat all that do."""
        self.listed = listed
        self.settled.clear()
        self.faults.clear()
        for name in [name for name in self.taken if not self.is_active(name)]:
            await self.leave(name)
        for name in listed:
            await self.find(name)
            # Whoever waits for an answer comes first.
            await asyncio.sleep(0)
        self.settled.set()

    async def leave(self, name: str) -> None:
        """End the connector of a tenant; its rows and files stay."""
        if (seating := self._seating.get(name)) is not None:
            await asyncio.wait([seating])
        seat = self.taken.pop(name, None)
        if seat is None:
            return
        self.hosts = {host: other for host, other in self.hosts.items() if other != name}
        self.pages = {host: other for host, other in self.pages.items() if other != name}
        self.keys = {digest: found for digest, found in self.keys.items() if found[1] != name}
        await seat.end()
        self.house.parts.notices.unseat(name)
        log.info("a tenant takes no part any more", extra={"tenant": name})

    async def close(self) -> None:
        """End all tenants at once."""
        for seating in tuple(self._seating.values()):
            seating.cancel()
        seats, self.taken = list(self.taken.values()), {}
        await asyncio.gather(*(seat.end() for seat in seats), return_exceptions=True)

    async def _seat(self, name: str) -> ConnectorServer | None:
        """Build the connector of a tenant and let it begin. One that cannot be seated keeps no other from its seat."""
        try:
            settings = load_tenant(self.house.parts.settings, name, self.folder / name)
            self._check(name, settings.participant.id, [key.sha256 for key in settings.management.keys])
            parts = await seat_parts(self.house.parts, settings, name)
            seat = await build_on(parts, house=self.house)
            await seat.begin()
        except Exception as fault:
            # Its files are its own matter: whatever is wrong with them, the others go on.
            self.faults[name] = str(fault)
            known = isinstance(fault, SettingsError | OSError)
            log.warning("tenant %s cannot take part: %s", name, fault, exc_info=None if known else fault)
            return None
        finally:
            self._seating.pop(name, None)
        self.taken[name] = seat
        self.keys |= {key.sha256: (key, name) for key in settings.management.keys}
        place = settings.protocol.public_url
        if not urlsplit(place).path.strip("/"):
            self.hosts[find_netloc(place)] = name
        if settings.web.port is not None and settings.web.public_url:
            self.pages[find_netloc(settings.web.public_url)] = name
        return seat

    def _check(self, name: str, participant: str, digests: list[str]) -> None:
        """Raise SettingsError if a tenant says that it is another participant of the process, or has a key of one."""
        seats = {"default": self.house, **self.taken}
        for other, seat in seats.items():
            if other != name and seat.parts.settings.participant.id == participant:
                raise SettingsError(
                    f"The tenants {name} and {other} are both {participant}: give each its own identifier."
                )
        own = {key.sha256 for key in self.house.parts.settings.management.keys} | set(self.keys)
        if own.intersection(digests):
            raise SettingsError(f"A management key of the tenant {name} is in use already: give it a key of its own.")
