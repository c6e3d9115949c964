"""A process with tenants: the connector of its own participant, and the seats of the others, from start to stop."""

import asyncio
import logging
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from connector.app.connector import ConnectorServer, build
from connector.app.tenants.doors import make_doors, make_protocol
from connector.app.tenants.inside import InsideTransport
from connector.app.tenants.leaving import remove_tenant
from connector.app.tenants.listing import TenantState, read_list, stamp_list
from connector.app.tenants.seats import Seats
from connector.dataplane.files.below_root import run_in_thread
from connector.net.transport import Transport
from connector.ports.store_errors import StoreError
from connector.settings import Settings, SettingsError, locate_data

log = logging.getLogger(__name__)

LOOK_S = 1.0
"""How often the list of tenants is looked at, in seconds."""
OTHERS_S = 30.0
"""How long other processes on the store have to let a tenant go before its rows are removed, in seconds.

One that stood still comes back within half of it, or never writes again; then it has to see the list and to finish.
"""


@dataclass(frozen=True)
class TenantHouse:
    """A connector with tenants; it listens after `start`."""

    house: ConnectorServer
    seats: Seats
    tasks: list[asyncio.Task[Any]] = field(default_factory=list)
    removed_at: dict[str, float] = field(default_factory=dict)
    """When the tenants that leave are removed, by the clock of the loop."""
    others_s: float = OTHERS_S

    async def start(self) -> None:
        """Open the listeners, and begin to seat the tenants. Raises ListenFailed and SettingsError."""
        self.seats.listed = read_list(self.seats.folder)
        await self.house.start(make_doors(self.seats))
        self.house.parts.join(self._notify, self._look)
        self.house.parts.replica.missed = self._catch_up
        self.follow()

    def follow(self) -> None:
        """Begin to follow the list of tenants, which seats all that are on it."""
        self.tasks.append(asyncio.create_task(self._follow(), name="tenants"))

    async def stop(self) -> None:
        """End all participants, then close listeners and store."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self.seats.close()
        await self.house.stop()

    def reload(self) -> None:
        """Let all participants read their participant lists now."""
        for seat in (self.house, *self.seats.taken.values()):
            seat.parts.list_wanted.set()

    def _notify(self, process: str) -> None:
        for seat in (self.house, *self.seats.taken.values()):
            seat.hear(process)
            seat.parts.notices.noted.set()

    def _catch_up(self) -> None:
        for seat in (self.house, *self.seats.taken.values()):
            seat.catch_up()

    def _look(self) -> None:
        for seat in (self.house, *self.seats.taken.values()):
            seat.take_up()

    async def look(self) -> None:
        """Read the list of tenants, and do what it says. Raises SettingsError, StoreError and OSError."""
        await self.seats.follow(await run_in_thread(partial(read_list, self.seats.folder)))
        await self._remove_leaving()

    async def _follow(self) -> None:
        """Follow the list of tenants until cancelled; a list that cannot be read changes nothing."""
        seen: tuple[int, int] | None = None
        while True:
            stamp = await run_in_thread(partial(stamp_list, self.seats.folder))
            if stamp != seen or self.removed_at:
                try:
                    await self.look()
                    seen = stamp
                except (SettingsError, StoreError, OSError) as fault:
                    log.warning("the list of tenants is followed later: %s", fault)
            await asyncio.sleep(LOOK_S)

    async def _remove_leaving(self) -> None:
        """Remove the data of the tenants that leave; what is not removed now is at the next look or start.

        What another process on the store still writes for one would stay, and belong to the next of its name.
        """
        now, parts = asyncio.get_running_loop().time(), self.house.parts
        leaving = [name for name, tenant in self.seats.listed.items() if tenant.state is TenantState.LEAVING]
        for name in self.removed_at.keys() - leaving:
            del self.removed_at[name]
        for name in leaving:
            wait_s = self.others_s if parts.replica.count > 1 else 0.0
            if self.removed_at.setdefault(name, now + wait_s) <= now:
                await remove_tenant(parts.store, self.seats.folder, name)
                del self.removed_at[name]


async def build_house(settings: Settings, **choices: Any) -> TenantHouse:
    """Build a connector with tenants; `choices` are those of `build`. Raises as `build`."""
    folder = settings.tenants.folder
    assert folder is not None
    locate_data(settings)
    inner: list[InsideTransport] = []

    def enclose(outside: Transport) -> Transport:
        inner.append(InsideTransport(outside))
        return inner[0]

    house = await build(settings, inside=enclose, **choices)
    seats = Seats(house, folder)
    inner[0].open(seats, make_protocol(seats))
    return TenantHouse(house, seats)
