"""Nothing of one tenant is shown to another: every endpoint, page and message path is asked for all that there is.

The endpoints are found in the route tables themselves, so a new one is asked too. What belongs to `parks` contains a
word that nobody else has; `roads` and the city ask for it by every identifier. `parks` itself is asked in the same way,
so that the test would see the word if it were shown.
"""

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from connector.api.management import make_management_app
from connector.app.tenants.doors import make_doors
from connector.app.tenants.house import TenantHouse
from connector.ports.entities import PageBounds
from connector.ports.identity import Intent
from connector.protocol.dsp.paths import ROUTES
from connector.views.assets import AssetOrder, AssetView, DataClass
from connector.views.users import UserRole
from connector.web.pages import PAGES
from tests.app.tenants.test_house import FREE
from tests.pair.space import Member, Space, participant
from tests.support.asgi import as_asgi
from tests.support.tenants import housed, identify, locate, member_of
from tests.web.visited import Visited

WORD = "Kanarienvogel"
PAGE_HOSTS = {name: f"https://pages.{name}.example" for name in ("parks", "roads", "city")}
ASKING = ("roads", "city")


@dataclass(frozen=True)
class World:
    space: Space
    house: TenantHouse
    ids: Sequence[str]

    def management(self, name: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(make_doors(self.house.seats).management, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://management", headers={"X-Api-Key": name})


class TenantPages(Visited):
    """The pages of one participant, behind the one listener."""

    def __init__(self, world: World, name: str) -> None:
        seat = world.house.seats.taken.get(name) or world.house.house
        self.app, self.address, self.register = make_doors(world.house.seats).pages, PAGE_HOSTS[name], seat.desk.users


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with housed(tmp_path, pages=PAGE_HOSTS) as (space, house):
        parks = member_of(house, "parks")
        bird = await _offer(parks, "urn:dataset:bird", DataClass.OPEN)
        held = await _offer(parks, "urn:dataset:held", DataClass.CONFIDENTIAL)
        firm = space.firm
        agreed = await firm.reaches((await firm.api.negotiations.start(parks.id, bird.id)).id, "FINALIZED")
        waiting = await firm.api.negotiations.start(parks.id, held.id)
        await parks.is_asked((await parks.other_side(await firm.reaches(waiting.id, "REQUESTED"))).id)
        await parks.api.events.begin(f"urn:event:{WORD}")
        await parks.api.users.add("bird", WORD, (UserRole.OPERATOR,))
        context = parks.connector.context
        rows, _ = await context.store.agreements(context.owner, PageBounds(limit=9))
        processes, _ = await context.store.negotiations(context.owner, PageBounds(limit=9))
        ids = [bird.id, held.id, "bird", agreed.id, *(row.key for row in rows), *(one.id for one in processes)]
        yield World(space, house, ids)


async def _offer(member: Member, name: str, data_class: DataClass) -> AssetView:
    """Publish an asset whose title has the word."""
    (member.connector.parts.settings.data_root or Path()).joinpath("a.csv").write_bytes(b"street;cars\n")
    order = AssetOrder(
        title={"de": WORD},
        source={"kind": "file", "path": "a.csv"},
        id=name,
        policy=FREE,
        data_class=data_class,
        licence="cc-by/4.0",
    )
    return await member.api.assets.publish((await member.api.assets.add(order)).id)


def _list_endpoints(world: World) -> Iterator[tuple[str, str]]:
    """Yield the method and path of each endpoint of the management API, with each identifier in each place."""
    described = make_management_app(world.house.house.desk, keys=()).openapi()["paths"]
    assert len(described) > 80
    for path, methods in described.items():
        for method in methods:
            for known in world.ids if "{" in path else ("",):
                yield method.upper(), re.sub(r"{[^}]+}", known, path).replace("/wait", "/wait?timeout=0")


async def _ask_all(world: World, name: str) -> tuple[int, list[str]]:
    """Ask every reading endpoint with the key of a participant; return how many answered, and where the word is."""
    answered, shown = 0, []
    async with world.management(name) as client:
        for method, path in _list_endpoints(world):
            if method not in {"GET", "HEAD"}:
                continue
            answer = await client.get(path)
            answered += answer.status_code == 200
            if WORD in answer.text:
                shown.append(path)
    return answered, shown


@pytest.mark.parametrize("name", ASKING)
async def test_no_endpoint_shows_anything_of_another_participant(world: World, name: str) -> None:
    answered, shown = await _ask_all(world, name)
    assert answered > 20
    assert shown == []
    _, own = await _ask_all(world, "parks")
    assert {path.partition("?")[0] for path in own} >= {"/v1/assets", "/v1/events", "/v1/users", "/v1/audit"}, own


@pytest.mark.parametrize("name", ASKING)
async def test_no_order_changes_anything_of_another_participant(world: World, name: str) -> None:
    store, owner = world.house.house.parts.store, "parks"
    before = await _read_rows(store, owner)
    async with world.management(name) as client:
        for method, path in _list_endpoints(world):
            if method in {"GET", "HEAD"}:
                continue
            answer = await client.request(method, path, json={"reason": "none", "at": "2026-12-01T00:00:00Z"})
            assert answer.status_code != 500, (method, path)
            assert WORD not in answer.text, (method, path)
    assert await _read_rows(store, owner) == before


async def _read_rows(store: Any, owner: str) -> list[Any]:
    page = PageBounds(limit=100)
    return [
        (await store.assets(owner, page))[0],
        (await store.negotiations(owner, page))[0],
        (await store.agreements(owner, page))[0],
        (await store.holds(owner, page))[0],
        await store.events(owner),
        await store.users(owner),
        await store.leaf_count(owner),
    ]


@pytest.mark.parametrize("name", ASKING)
async def test_no_page_shows_anything_of_another_participant(world: World, name: str) -> None:
    assert await _visit_all(world, name) == []


async def test_the_own_pages_show_it(world: World) -> None:
    assert {"/angebote", "/eingang", "/vertraege"} <= {
        path.partition("?")[0] for path in await _visit_all(world, "parks")
    }


async def _visit_all(world: World, name: str) -> list[str]:
    shown, browser = [], await TenantPages(world, name).sign_in(*UserRole)
    for method, path, *_ in PAGES:
        # Streams of events do not end, and signing out would hide the rest.
        if method != "GET" or path.endswith("/laufend"):
            continue
        for known in world.ids:
            words = ("id", "angebot", "vertrag", "lieferung", "anfrage", "vorgang", "name")
            answer = await browser.get(path, params=dict.fromkeys(words, known))
            assert answer.status_code != 500, path
            if WORD in answer.text:
                shown.append(path)
                break
    await browser.aclose()
    return shown


async def test_a_session_of_one_tenant_opens_no_page_of_another(world: World) -> None:
    browser = await TenantPages(world, "parks").sign_in(*UserRole)
    other = TenantPages(world, "roads").visitor()
    for cookie in browser.cookies.jar:
        other.cookies.set(cookie.name, cookie.value or "", domain="pages.roads.example")
    answer = await other.get("/angebote")
    assert (answer.status_code, WORD in answer.text) == (303, False)


@pytest.mark.parametrize("name", ["roads", "city"])
async def test_no_message_path_shows_or_changes_anything_of_another_participant(world: World, name: str) -> None:
    firm, store = world.space.firm.connector, world.house.house.parts.store
    before = await _read_rows(store, "parks")
    audience = participant("city") if name == "city" else identify(name)
    base = "https://city.example" if name == "city" else locate(name)
    transport = httpx.ASGITransport(as_asgi(make_doors(world.house.seats).protocol))
    async with httpx.AsyncClient(transport=transport) as client:
        for route in ROUTES:
            for known in world.ids:
                path = route.template.replace("{pid}", known.replace("/", "%2F"))
                token = await firm.parts.identity.issue_token(audience, Intent.NEGOTIATION)
                where = base + ("" if path.startswith("/.well-known") else "/dsp/2025-1") + path
                body = {"@context": ["https://w3id.org/dspace/2025/1/context.jsonld"], "@type": route.kind.__name__}
                pids = {"providerPid": known, "consumerPid": known}
                answer = await client.request(
                    route.method, where, headers={"Authorization": token}, json={**body, **pids}
                )
                assert answer.status_code != 500, where
                assert WORD not in answer.text, where
                if "{pid}" in route.template:
                    assert answer.status_code in {400, 404}, (route.method, where, answer.text)
    assert await _read_rows(store, "parks") == before
