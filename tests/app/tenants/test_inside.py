"""Participants of one process contract without a connection, and keep the same records as with anybody else."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from connector.app.tenants.house import TenantHouse, build_house
from connector.app.tenants.inside import InsideTransport
from connector.app.tenants.listing import TenantState, read_list
from connector.authority import card as cards
from connector.authority import roster
from connector.authority.keeping import ROOTS
from connector.net.addresses import parse_url
from connector.net.errors import TimedOut
from connector.net.serving.messages import Application, PeerRequest, Reply
from connector.net.transport import HttpCall
from connector.ports.entities import PageBounds
from connector.ports.identity import Intent
from connector.settings import TenantsSettings
from tests.app.tenants.test_house import FREE
from tests.pair.authorities import City
from tests.pair.space import SOON, Member, begin
from tests.support.tenants import OWN_HOST, housed, identify, locate, member_of, set_state, tenants_of
from tests.support.transport import InProcess, InProcessAnswer

PAGE = PageBounds(limit=50)
INSIDE_HOSTS = {"city.example", "roads.example"}


async def _agree(consumer: Member, provider: Member, name: str = "urn:dataset:trees") -> tuple[str, str]:
    """Negotiate, and return the process of either side."""
    asset = await provider.offers(name, policy=FREE)
    agreed = await consumer.reaches((await consumer.api.negotiations.start(provider.id, asset.id)).id, "FINALIZED")
    # The consumer is FINALIZED first: the provider settles its last message after the acknowledgement.
    other = await provider.other_side(agreed)
    return agreed.id, (await provider.reaches(other.id, "FINALIZED")).id


async def _read_records(member: Member, process: str) -> list[Any]:
    """Return the form of what a side keeps of a process: every member, without its value."""
    context = member.connector.context
    leaves, _ = await context.store.leaves(context.owner, PAGE, process_id=process)
    kept = await context.store.negotiation(context.owner, process)
    assert kept is not None
    (agreement,) = await context.store.agreements_named(context.owner, kept.agreement_id or "")
    evidence = [msgspec.json.decode(each.evidence) for each in (kept, agreement)]
    bodies = sorted([leaf.kind, repr(_strip(msgspec.json.decode(leaf.body)))] for leaf in leaves)
    return [*map(_strip, evidence), *bodies]


def _strip(value: Any) -> Any:
    """Return a value without what differs from one counterparty to another; the claims are those of the list."""
    if isinstance(value, dict):
        whole = {"event", "state", "mechanism"}
        named = ((name, value[name]) for name in sorted(value) if name != "claims")
        return {name: each if name in whole else _strip(each) for name, each in named}
    return [_strip(each) for each in value] if isinstance(value, list) else type(value).__name__


def _list_sent(wire: InProcess) -> set[str]:
    return {request.url.host for request in wire.sent} & INSIDE_HOSTS


@pytest.mark.parametrize(("consumer", "provider"), [("roads", "parks"), ("parks", "city"), ("city", "roads")])
async def test_participants_of_one_process_agree_without_a_connection(
    tmp_path: Path, consumer: str, provider: str
) -> None:
    async with housed(tmp_path) as (space, house):
        await _agree(member_of(house, consumer), member_of(house, provider))
        assert _list_sent(space.wire) == set()
        # Who is outside still uses one.
        await _agree(space.firm, member_of(house, provider), "urn:dataset:lawns")
        assert _list_sent(space.wire)


async def test_the_records_are_those_of_any_contract(tmp_path: Path) -> None:
    async with housed(tmp_path) as (space, house):
        parks, roads = member_of(house, "parks"), member_of(house, "roads")
        inside = await _agree(roads, parks)
        outside = await _agree(space.firm, parks, "urn:dataset:lawns")
        for side in (0, 1):
            members = ((roads, parks)[side], (space.firm, parks)[side])
            within, without = [
                await _read_records(member, pids[side]) for member, pids in zip(members, (inside, outside), strict=True)
            ]
            assert within == without
            assert "'seal': {" in repr(within)
            assert within[0]["mechanism"] == "roster"


async def test_a_token_is_taken_once_inside_too(tmp_path: Path) -> None:
    async with housed(tmp_path) as (space, house):
        parts = house.seats.taken["roads"].parts
        token = await parts.identity.issue_token(identify("parks"), Intent.CATALOG)
        headers = {"Authorization": token, "Content-Type": "application/json"}
        body = b'{"@context":["https://w3id.org/dspace/2025/1/context.jsonld"],"@type":"CatalogRequestMessage"}'
        url = f"{locate('parks')}/dsp/2025-1/catalog/request"
        told = [await parts.client.request("POST", url, headers=headers, body=body) for _ in range(2)]
        assert [answer.status for answer in told] == [200, 401]
        # A token for somebody else opens nothing either.
        other = {**headers, "Authorization": await parts.identity.issue_token(identify("roads"), Intent.CATALOG)}
        assert (await parts.client.request("POST", url, headers=other, body=body)).status == 401
        assert _list_sent(space.wire) == set()


async def test_a_suspended_tenant_is_waited_for_and_then_answers(tmp_path: Path) -> None:
    async with housed(tmp_path) as (space, house):
        parks, roads = member_of(house, "parks"), member_of(house, "roads")
        asset = await parks.offers("urn:dataset:trees", policy=FREE)
        set_state(space, "parks", TenantState.SUSPENDED)
        await house.seats.follow(read_list(tenants_of(space)))
        client = house.seats.taken["roads"].parts.client
        answer = await client.request("GET", f"{locate('parks')}/dsp/2025-1/negotiations/urn:x")
        assert (answer.status, answer.headers["retry-after"]) == (503, "60")
        set_state(space, "parks", TenantState.ACTIVE)
        await house.seats.follow(read_list(tenants_of(space)))
        await roads.reaches((await roads.api.negotiations.start(parks.id, asset.id)).id, "FINALIZED")


@pytest.mark.parametrize(
    ("url", "leads_inside"),
    [
        ("https://city.example/dsp/2025-1/catalog", True),
        ("https://city.example:443/parks/dsp/2025-1/catalog", True),
        ("https://city.example/parks/dcp/presentations/query", True),
        ("https://city.example/parks/did.json", True),
        (f"{OWN_HOST}/dsp/2025-1/catalog", True),
        (f"{OWN_HOST}/.well-known/did.json", True),
        # What is beside it, and other places, are not of the participants here.
        ("https://city.example/search", False),
        ("https://city.example/parks/flows/1", False),
        ("https://city.example/parksdsp/2025-1/catalog", False),
        ("https://city.example/parks/dsp/2025-10/catalog", False),
        ("https://city.example/nobody/dsp/2025-1/catalog", False),
        (f"{OWN_HOST}/parks/dsp/2025-1/catalog", False),
        ("https://city.example:8443/dsp/2025-1/catalog", False),
        ("https://firm.example/dsp/2025-1/catalog", False),
    ],
)
async def test_an_address_of_a_participant_here_leads_inside(tmp_path: Path, url: str, leads_inside: bool) -> None:
    async with housed(tmp_path) as (_, house):
        transport = InsideTransport(_Noting())
        transport.open(house.seats, _answering(Reply(status=204)))
        assert (await transport.send(_call(url))).status == (204 if leads_inside else 299)
        # Streams of data are not messages.
        assert (await transport.send(_call(url, max_bytes=None))).status == 299


class _Noting:
    async def send(self, _: HttpCall) -> InProcessAnswer:
        return InProcessAnswer(299, {}, b"")


def _call(url: str, *, max_bytes: int | None = 1000, total_s: float = 5.0) -> HttpCall:
    return HttpCall("GET", parse_url(url), {}, None, total_s, 1.0, 100, max_bytes)


def _answering(reply: Reply) -> Application:
    async def answer(_: PeerRequest) -> Reply:
        return reply

    return Application(answer=answer, refuse=lambda _, status: Reply(status=status))


async def test_who_gives_up_waiting_does_not_undo_what_was_begun(tmp_path: Path) -> None:
    async with housed(tmp_path) as (_, house):
        go, done, told = asyncio.Event(), asyncio.Event(), asyncio.Event()

        async def answer(_: PeerRequest) -> Reply:
            await go.wait()
            done.set()
            return Reply(after=told.set)

        transport = InsideTransport(_Noting())
        transport.open(house.seats, Application(answer=answer, refuse=lambda _, status: Reply(status=status)))
        url = "https://city.example/dsp/2025-1/catalog"
        with pytest.raises(TimedOut, match=r"^https://city\.example:443 did not answer in time\.$"):
            await transport.send(_call(url, total_s=0.01))
        go.set()
        async with asyncio.timeout(5):
            await told.wait()
        assert done.is_set()


async def test_a_fault_of_the_receiver_is_one_of_the_receiver(tmp_path: Path) -> None:
    async with housed(tmp_path) as (_, house):

        async def answer(_: PeerRequest) -> Reply:
            raise RuntimeError("unforeseen")

        transport = InsideTransport(_Noting())
        transport.open(house.seats, Application(answer=answer, refuse=house.house.protocol.refuse))
        told = await transport.send(_call("https://city.example/dsp/2025-1/catalog"))
        assert (told.status, told.headers["Retry-After"]) == (503, "5")
        assert b"unforeseen" not in await told.chunk()


@asynccontextmanager
async def _credentialed(base: Path) -> AsyncIterator[tuple[City, TenantHouse]]:
    """Run a city with the tenants `parks` and `sport`, which prove themselves by documents and credentials."""
    city = City(base, "city")
    folder = city.base / "tenants"
    for name in ("parks", "sport"):
        place = folder / name
        (place / "offered").mkdir(parents=True)
        key = cards.new_key(place / "key.pem")
        url, digest = f"https://city.example/{name}", hashlib.sha256(name.encode()).hexdigest()
        (place / "datenkontor.toml").write_text(
            f"""data_root = "offered"
[participant]
id = "did:web:city.example:{name}"
name = "{name.title()}"
[identity]
mechanism = "dcp"
roster = "{city.authority.signed}"
operator_key = "{city.authority.folder / ROOTS}"
[limits]
retry_base_seconds = 0.01
retry_most_seconds = 0.05
[management]
keys = [{{ id = "{name}", sha256 = "{digest}", scopes = ["admin"] }}]
"""
        )
        named, data = f"did:web:city.example:{name}", f"https://data.city.example/{name}"
        card = cards.card(key, id=named, name=name, address=f"{url}/dsp/2025-1", data=(data,))
        roster.add(city.authority.members, cards.make_member(card))
        city.admit(named)
        set_state(city, name, TenantState.ACTIVE)
    city.publish()
    begin(await city.join("broker", SOON))
    settings = replace(city.settings("city", SOON), tenants=TenantsSettings(folder=folder))
    house = await build_house(settings, transport=city.wire, now=city.now)
    house.follow()
    await house.seats.seated.wait()
    try:
        yield city, house
    finally:
        await city.close()
        await house.stop()


async def test_tenants_with_credentials_show_them_inside(tmp_path: Path) -> None:
    async with _credentialed(tmp_path / "space") as (city, house):
        assert house.seats.faults == {}
        parks, sport = (_Tenant(name, member_of(house, name)) for name in ("parks", "sport"))
        # Nobody hands them credentials: each asks the authority for its own, because it is on its list.
        _, process = await _agree(sport, parks)
        kept = await parks.connector.context.store.negotiation("parks", process)
        assert kept is not None
        evidence = msgspec.json.decode(kept.evidence)
        assert (evidence["mechanism"], evidence["proved_as"]) == ("dcp", sport.id)
        assert [each["types"] for each in evidence["credentials"]] == [["MembershipCredential"]]
        assert _list_sent(city.wire) == set()
        assert {request.url.host for request in city.wire.sent} == {"broker.example"}


class _Tenant(Member):
    """A tenant below the host of the city."""

    def __init__(self, name: str, member: Member) -> None:
        super().__init__(name, member.connector, member.api)

    @property
    def id(self) -> str:
        return f"did:web:city.example:{self.name}"
