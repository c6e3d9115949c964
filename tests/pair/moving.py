"""A city and a firm that move data over real loopback connections, with counted sources and a clock to set forward."""

import socket
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec
from aiohttp import web
from starlette.requests import Request
from starlette.responses import Response

from connector.authority import card as cards
from connector.authority import roster
from connector.controlplane.processes.loading import load_transfer
from connector.dataplane.kinds import Site
from connector.dataplane.listener.serve import make_app, make_runner
from connector.net.client import GuardedClient
from connector.net.dial import SocketTransport
from connector.net.errors import Unreachable
from connector.net.own.servers import Servers
from connector.ports.flow import Content, Source
from connector.protocol.dsp.common import DataAddress
from connector.views.assets import AssetOrder, DataClass
from connector.views.transfers import TransferView
from tests.contract.test_source import SECRET
from tests.dataplane.world import LOOPBACK, url_and_token
from tests.pair.space import Member, Space, host, participant, space


class CountedSource:
    """A source that counts the bytes which leave it."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.count = 0

    def check(self, address: dict[str, Any]) -> None:
        self._source.check(address)

    async def changed_at(self, address: dict[str, Any]) -> int | None:
        return await self._source.changed_at(address)

    @asynccontextmanager
    async def open(self, address: dict[str, Any], **span: Any) -> AsyncIterator[Content]:
        async with self._source.open(address, **span) as content:
            yield msgspec.structs.replace(content, chunks=self._pass(content.chunks), file=None)

    async def _pass(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async for chunk in chunks:
            self.count += len(chunk)
            yield chunk


@dataclass
class World:
    """A city whose sources are counted, a firm, and a clock that only goes forward."""

    made: Space
    site: Site
    ahead: int = 0
    number: int = 0
    ports: dict[str, int] = field(default_factory=dict)

    @property
    def city(self) -> Member:
        return self.made.city

    @property
    def firm(self) -> Member:
        return self.made.firm

    async def state(self, claims: Mapping[str, list[str]]) -> None:
        """Publish the participant list with other claims of the firm, and let the city read it."""
        working, signed = self.made.base / "members.json", self.made.base / "roster.jws"
        key = self.made.keys["firm"]
        address, data = f"{host('firm')}/dsp/2025-1", ("https://data.firm.example",)
        card = cards.card(key, id=participant("firm"), name="Firm", address=address, data=data)
        roster.add(working, cards.make_member(card, roles=(), claims=claims), replace=True)
        roster.publish(working, signed, self.made.keys["broker"], now=self.instant())
        await self.city.connector.parts.identity.refresh()

    def instant(self) -> datetime:
        return datetime.fromtimestamp(self.made.now() / 1000, UTC)

    async def agree(
        self, address: dict[str, Any], constraint: dict[str, Any] | None, *duties: dict[str, Any], **more: Any
    ) -> tuple[str, str]:
        """Offer the data of an address on these terms and conclude an agreement; return both identifiers.

        `duties` are those of the permission, `more` further members of the asset.
        """
        self.number += 1
        permission: dict[str, Any] = {"action": "use"} | ({"constraint": [constraint]} if constraint else {})
        permission |= {"duty": [*duties]} if duties else {}
        order = AssetOrder(
            title={"en": f"Data {self.number}"},
            id=f"urn:dataset:{self.number}",
            source=address,
            policy={"permission": [permission]},
            data_class=DataClass.OPEN,
            licence="cc-by/4.0",
            **more,
        )
        await self.city.api.assets.publish((await self.city.api.assets.add(order)).id)
        begun = await self.firm.api.negotiations.start(self.city.id, order.id or "")
        final = await self.firm.reaches(begun.id, "FINALIZED")
        await self.city.reaches((await self.city.other_side(final)).id, "FINALIZED")
        return order.id or "", final.agreement_id or ""

    async def transfer(
        self, agreement: str, *, push: bool, keep: bool = False, parameters: Mapping[str, str] | None = None
    ) -> TransferView:
        """Ask for the data and wait for the end, or for the delivery of a transfer that stays open."""
        begun = await self.firm.api.transfers.start(agreement, push=push, keep=keep, parameters=parameters)
        return await self.firm.api.transfers.wait(begun.id, timeout_s=20)

    async def pull_by_hand(self, transfer: str, query: str = "") -> httpx.Response:
        """Pull with the token that the firm got, as a consumer does that keeps to nothing."""
        process = await load_transfer(self.firm.connector.context, transfer)
        assert process
        assert process.data_address
        url, headers = url_and_token(msgspec.json.decode(process.data_address, type=DataAddress))
        local = url.replace("https://data.city.example", f"http://127.0.0.1:{self.ports['city']}")
        async with httpx.AsyncClient() as client:
            return await client.get(f"{local}?{query}".rstrip("?"), headers=headers)


@asynccontextmanager
async def listening(world: World, member: Member) -> AsyncIterator[None]:
    """Serve the data of a member on loopback, and lead the wire there."""
    bound = socket.create_server(("127.0.0.1", 0))
    port = world.ports[member.name] = bound.getsockname()[1]
    runner = make_runner(make_app(member.connector.data_routes))
    await runner.setup()
    await web.SockSite(runner, bound).start()

    async def forward(scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope, receive)
        target = f"http://127.0.0.1:{port}{request.url.path}?{request.url.query}".rstrip("?")
        headers = {name: value for name, value in request.headers.items() if name != "host"}
        try:
            async with httpx.AsyncClient() as client:
                got = await client.request(request.method, target, headers=headers, content=await request.body())
        except httpx.HTTPError as error:
            raise Unreachable("The stream was cut off.") from error
        await Response(got.content, got.status_code, dict(got.headers))(scope, receive, send)

    world.made.wire.apps[f"https://data.{member.name}.example:443"] = forward
    try:
        yield
    finally:
        await runner.cleanup()


@asynccontextmanager
async def moving(base: Path) -> AsyncIterator[World]:
    """Run a city and a firm that move data."""
    held: list[World] = []

    def now() -> int:
        return time.time_ns() // 1_000_000 + (held[0].ahead if held else 0)

    transport = SocketTransport(LOOPBACK)
    async with space(base, "city", "firm", now=now) as made:
        root = made.city.connector.parts.settings.data_root
        site = Site(
            root,
            base / "in",
            GuardedClient(LOOPBACK, transport),
            secrets=lambda *_: SECRET,
            servers=Servers(LOOPBACK),
            results=made.city.connector.parts.settings.derived,
        )
        held.append(World(made, site))
        async with listening(held[0], made.city), listening(held[0], made.firm):
            yield held[0]
    await transport.close()
