"""A process with tenants on disk: a city, two of its departments as tenants, and a firm with a process of its own."""

import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
from msgspec.structs import replace

from connector.app.tenants.doors import make_doors
from connector.app.tenants.house import TenantHouse, build_house
from connector.app.tenants.listing import Tenant, TenantState, change_list
from connector.authority import card as cards
from connector.authority import roster
from connector.client import AsyncConnector
from connector.identity.keys import SigningKey
from connector.settings import Settings, TenantsSettings, WebSettings
from tests.pair.space import SOON, Member, Space, begin, host

NAMES = ("parks", "roads")
OWN_HOST = "https://roads.example"


def identify(name: str) -> str:
    return f"urn:participant:{name}"


def locate(name: str) -> str:
    """Return the public address of a tenant: `roads` has a host of its own, the others are below that of the city."""
    return OWN_HOST if name == "roads" else f"{host('city')}/{name}"


def write_tenant(space: Space, name: str, *, more: str = "") -> None:
    """Write the folder of a tenant, and put it on the participant list and on that of the process."""
    roster.add(space.base / "members.json", list_member(name, write_folder(space, name, more=more)))
    set_state(space, name, TenantState.ACTIVE)


def write_folder(space: Space, name: str, *, more: str = "") -> SigningKey:
    """Write the folder of a tenant, and return its new key."""
    folder = tenants_of(space) / name
    for part in (folder, folder / "offered"):
        part.mkdir(parents=True, exist_ok=True)
    key = cards.new_key(folder / "key.pem")
    digest = hashlib.sha256(name.encode()).hexdigest()
    place = f"\n[protocol]\npublic_url = {json.dumps(OWN_HOST)}\n" if name == "roads" else ""
    (folder / "datenkontor.toml").write_text(
        f"""data_root = "offered"
[participant]
id = "{identify(name)}"
name = "{name.title()}"
{place}
[identity]
roster = {json.dumps(str(space.base / "roster.jws"))}
operator_key = {json.dumps(str(space.base / "broker" / "card.json"))}
[limits]
retry_base_seconds = 0.01
retry_most_seconds = 0.05
[management]
keys = [{{ id = "{name}", sha256 = "{digest}", scopes = ["admin"] }}]
{more}"""
    )
    return key


def list_member(name: str, key: SigningKey) -> roster.Member:
    """Return a tenant as the participant list has it."""
    address = f"{locate(name)}/dsp/2025-1"
    data = (f"https://data.city.example/{name}",)
    card = cards.card(key, id=identify(name), name=name.title(), address=address, data=data)
    return cards.make_member(card)


def publish(space: Space) -> None:
    roster.publish(space.base / "members.json", space.base / "roster.jws", space.keys["broker"], now=datetime.now(UTC))


def tenants_of(space: Space) -> Path:
    return space.base / "tenants"


def set_state(space: Space, name: str, state: TenantState) -> None:
    with change_list(tenants_of(space)) as listed:
        listed[name] = Tenant(name=name, since=1, state=state)


def house_settings(space: Space, url: str | None = None) -> Settings:
    settings = replace(space.settings("city", SOON), tenants=TenantsSettings(folder=tenants_of(space)))
    return replace(settings, store=replace(settings.store, url=url))


def member_of(house: TenantHouse, name: str, key: str = "") -> Member:
    """Return a tenant as its people see it: through the management API of the process, with the own key."""
    transport = httpx.ASGITransport(make_doors(house.seats).management)
    connector = house.seats.taken[name] if name != "city" else house.house
    return Named(name, connector, AsyncConnector("http://management", key or name, transport=transport))


class Named(Member):
    """A member whose identifier is not that of its host."""

    @property
    def id(self) -> str:
        return identify(self.name) if self.name in NAMES else super().id


@asynccontextmanager
async def housed(
    base: Path, pages: Mapping[str, str] | None = None, url: str | None = None
) -> AsyncIterator[tuple[Space, TenantHouse]]:
    """Run the process of the city with its tenants, and the firm; without sockets.

    `pages` are hosts of pages, and `url` is the database of the store.
    """
    space = Space(base)
    space.found("city", "firm")
    for name in NAMES:
        write_tenant(space, name, more=f'[web]\npublic_url = "{pages[name]}"\n' if pages else "")
    publish(space)
    settings = house_settings(space, url)
    if pages:
        settings = replace(settings, web=WebSettings(port=0, public_url=pages["city"]))
    house = await build_house(settings, transport=space.wire)
    doors = make_doors(house.seats)
    space.wire.apps |= {"https://city.example:443": doors.protocol, f"{OWN_HOST}:443": doors.protocol}
    begin(await space.join("firm", SOON))
    begin(member_of(house, "city"))
    house.follow()
    await house.seats.seated.wait()
    try:
        yield space, house
    finally:
        await space.leave("firm")
        await house.stop()
