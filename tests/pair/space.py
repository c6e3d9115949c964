"""A data space in one process: a broker, a city and two companies, whole but for the sockets."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from connector.api.frame.desk import wait
from connector.app.broker import BrokerServer, build_broker
from connector.app.connector import ConnectorServer, build
from connector.app.control.credentials import list_credential_work
from connector.app.parts import read_clock
from connector.authority import card as cards
from connector.authority import roster
from connector.client import AsyncConnector
from connector.client.chapters.negotiations import ENDED
from connector.controlplane.usecases.products.measurer import DeliveryMeasurer
from connector.controlplane.usecases.products.runner import ProductRunner
from connector.identity.keys import SigningKey
from connector.settings import BrokerSettings as BrokerSettings
from connector.settings import (
    DataSettings,
    DelegatedTier,
    IdentitySettings,
    IssuerSettings,
    KeySettings,
    LimitSettings,
    Location,
    ManagementSettings,
    ParticipantSettings,
    ProtocolSettings,
    Settings,
    StoreSettings,
)
from connector.views.assets import AssetOrder, AssetView, DataClass
from connector.views.negotiations import NegotiationView
from tests.support.transport import InProcess

PURPOSE = "dpv:ImproveTransportMobility"
CLAIMS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "firm": {"purpose": [PURPOSE]},
    "other": {"purpose": ["dpv:Marketing"]},
}
WAIT_S = 10.0


def only_for(purpose: str, **more: Any) -> dict[str, Any]:
    """Return terms that ask for a purpose."""
    constraint = {"leftOperand": "odrl:purpose", "operator": "isA", "rightOperand": purpose}
    return {"permission": [{"action": "use", "constraint": [constraint]}], **more}


TERMS = only_for(PURPOSE)
OTHER_TERMS = only_for(PURPOSE, prohibition=[{"action": "odrl:distribute"}])


def host(name: str) -> str:
    return f"https://{name}.example"


def participant(name: str) -> str:
    return f"did:web:{name}.example"


@dataclass
class Member:
    """A participant: its connector and a client of its management API, which is what its people use."""

    name: str
    connector: ConnectorServer
    api: AsyncConnector

    @property
    def id(self) -> str:
        return participant(self.name)

    async def offers(self, id: str = "urn:dataset:counts", **more: Any) -> AssetView:
        """Publish an asset: a file of its folder, on `TERMS` unless others are given."""
        more = {"policy": TERMS, "data_class": DataClass.OPEN, "licence": "cc-by/4.0", **more}
        (self.connector.parts.settings.data_root or Path()).joinpath("counts.csv").write_bytes(b"street;cars\n")
        order = AssetOrder(title={"de": "Zählung"}, source={"kind": "file", "path": "counts.csv"}, id=id, **more)
        asset = await self.api.assets.add(order)
        return await self.api.assets.publish(asset.id)

    async def reaches(self, id: str, state: str) -> NegotiationView:
        """Wait until a negotiation is in a state, with nothing of ours on its way, or has ended."""
        there = {state, *ENDED}
        found = await self._until(id, lambda found: found.state in there and found.pending is None)
        assert found.state == state, (found.state, found.hold, found.pending, found.ended)
        return found

    async def is_asked(self, id: str) -> NegotiationView:
        """Wait until a negotiation waits for a person here."""
        found = await self._until(id, lambda found: found.hold is not None)
        assert found.hold is not None, (found.state, found.pending, found.ended)
        return found

    async def tries(self, id: str) -> NegotiationView:
        """Wait until a message of a negotiation was sent in vain."""
        found = await self._until(id, lambda found: found.pending is not None and found.pending.attempts > 0)
        assert found.pending is not None, (found.state, found.ended)
        return found

    async def _until(self, id: str, done: Callable[[NegotiationView], bool]) -> NegotiationView:
        return await wait(self.connector.context.watch, id, WAIT_S, lambda: self.api.negotiations.show(id), done)

    async def other_side(self, theirs: NegotiationView) -> NegotiationView:
        """Return this side's view of a negotiation that the counter-party knows as `theirs`."""
        rows = await self.api.negotiations.list()
        return next(row for row in rows.items if row.peer_pid == theirs.id)


class Space:
    """The folder with everybody's files, the wire between them, and who takes part."""

    def __init__(
        self, base: Path, identity: Mapping[str, Any] | None = None, now: Callable[[], int] = read_clock
    ) -> None:
        """`identity` are settings of the identity mechanism beside those of the files of a participant."""
        self.base = base
        self.now = now
        self.identity = identity or {}
        self.issuers: dict[str, IssuerSettings] = {}
        self.wire = InProcess()
        self.members: dict[str, Member] = {}
        self.keys: dict[str, SigningKey] = {}

    def found(self, *names: str) -> None:
        """Make keys and cards for everybody and let the broker's operator sign the list of them."""
        working, signed = self.base / "members.json", self.base / "roster.jws"
        roster.create(working, participant("broker"))
        for name in ("broker", *names):
            folder = self.base / name
            folder.mkdir()
            self.keys[name] = cards.new_key(folder / "key.pem")
            address = f"{host(name)}/dsp/2025-1"
            card = cards.card(
                self.keys[name],
                id=participant(name),
                name=name.title(),
                address=address,
                data=(f"https://data.{name}.example",),
            )
            (folder / "card.json").write_bytes(cards.render(card))
            roster.add(
                working, cards.make_member(card, roles=("broker",) if name == "broker" else (), claims=CLAIMS.get(name))
            )
        roster.publish(working, signed, self.keys["broker"], now=datetime.now(UTC))

    def settings(self, name: str, limits: LimitSettings, accept: tuple[DelegatedTier, ...] = ()) -> Settings:
        """Return a participant's settings: its own folder, plain defaults, nothing that listens."""
        folder = self.base / name
        offered = folder / "offered"
        offered.mkdir(exist_ok=True)
        key = KeySettings(id="person", sha256=hashlib.sha256(name.encode()).hexdigest(), scopes=("admin",))
        search = None if name == "broker" else "https://search.example"
        return Settings(
            participant=ParticipantSettings(id=participant(name), name=name.title()),
            protocol=ProtocolSettings(public_url=host(name)),
            data=DataSettings(public_url=f"https://data.{name}.example"),
            data_root=offered,
            received=folder / "received",
            derived=folder / "derived",
            management=ManagementSettings(keys=(key,)),
            store=StoreSettings(path=folder / "store.sqlite"),
            identity=IdentitySettings(
                key=folder / "key.pem",
                roster=Location(self.base / "roster.jws"),
                operator_key=self.base / "broker" / "card.json",
                profile=self.base / "profile.jws",
                **self.identity,
            ),
            broker=BrokerSettings(participant=participant("broker"), api=search, record=folder / "record.sqlite"),
            issuer=self.issuers.get(name, IssuerSettings()),
            limits=limits,
            accept=accept,
        )

    async def join(self, name: str, limits: LimitSettings, accept: tuple[DelegatedTier, ...] = ()) -> Member:
        """Build a participant's connector and attach it to the wire. What it does by itself is not begun."""
        built = await build(self.settings(name, limits, accept), transport=self.wire, now=self.now)
        self.wire.apps[f"{host(name)}:443"] = built.protocol
        transport = httpx.ASGITransport(built.management())
        self.members[name] = Member(name, built, AsyncConnector("http://management", name, transport=transport))
        return self.members[name]

    async def leave(self, name: str) -> None:
        """Stop a participant as its process does when told to."""
        member = self.members.pop(name)
        self.wire.apps.pop(f"{host(name)}:443")
        await member.api.close()
        await member.connector.stop()

    @property
    def city(self) -> Member:
        return self.members["city"]

    @property
    def firm(self) -> Member:
        return self.members["firm"]

    @property
    def other(self) -> Member:
        return self.members["other"]


def begin(member: Member) -> None:
    """Set going what a started connector does by itself, without its listeners."""
    connector = member.connector
    connector.tasks.append(asyncio.create_task(connector.worker.run(), name="worker"))
    connector.tasks.append(asyncio.create_task(connector.make_subscription_runner().run(), name="subscriptions"))
    connector.tasks.append(asyncio.create_task(ProductRunner(connector.publisher, gather_s=0.0).run(), name="products"))
    connector.tasks.append(
        asyncio.create_task(DeliveryMeasurer(connector.publisher, gather_s=0.0).run(), name="measurer")
    )
    for name, work in list_credential_work(connector.credentials, connector.issuing):
        connector.tasks.append(asyncio.create_task(work(), name=name))
    if connector.announcer:
        connector.tasks.append(asyncio.create_task(connector.announcer.run(), name="announcer"))


@asynccontextmanager
async def space(
    base: Path,
    *names: str,
    identity: Mapping[str, Any] | None = None,
    now: Callable[[], int] = read_clock,
    **limits: LimitSettings,
) -> AsyncIterator[Space]:
    """Run a data space of these participants; `limits` by name of the participant, `identity` as for `Space`."""
    made = Space(base, identity, now)
    made.found(*names)
    try:
        for name in names:
            begin(await made.join(name, limits.get(name, SOON)))
        yield made
    finally:
        for name in list(made.members):
            await made.leave(name)


# Whoever did not answer is asked again soon, so that no test waits for a pause made for days.
SOON = LimitSettings(retry_base_seconds=0.01, retry_most_seconds=0.05)


@asynccontextmanager
async def broker(made: Space) -> AsyncIterator[BrokerServer]:
    """Run the broker of a data space, which crawls whoever asks for it."""
    built = await build_broker(made.settings("broker", SOON), transport=made.wire)
    made.wire.apps[f"{host('broker')}:443"] = built.protocol
    made.wire.apps["https://search.example:443"] = built.api
    built.tasks.append(asyncio.create_task(built.operator.projector.run(), name="projector"))
    built.tasks.append(asyncio.create_task(built.operator.crawler.run(), name="crawler"))
    try:
        yield built
    finally:
        await built.stop()
