"""What another broker lists: each dataset once, the address of its provider, no loop and no ghost."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from connector.broker import federated
from connector.broker.relayed import is_relayed
from connector.broker.schedule import MINUTE, Rhythm
from connector.ports.broker_store import CrawlSource, Delta, Entry, Liveness
from connector.ports.peer import CatalogPage, InDoubt, Nested, Refused
from connector.protocol.dsp.catalog import AnsweredCatalog, CatalogOrigin, flatten
from connector.protocol.dsp.codec import decode
from connector.store.memory.record import MemoryBrokerStore
from tests.broker.crawling import crawler_of
from tests.broker.world import CITY, Catalogue, Space, dataset, member

P = CITY + "p"
ADDRESS = "https://p.example/dsp/2025-1"
OFFERED = ("x", "y", "z")


class Node(Space):
    """One broker with its list, its record, and the other brokers as peers."""

    def __init__(self, name: str, relays: Sequence[str], **catalogues: Catalogue) -> None:
        super().__init__(**catalogues)
        self.name, self.others = name, dict[str, Node]()
        self.members = [member(name), *(member(other) for other in (*catalogues, *relays))]
        self.record = MemoryBrokerStore()
        self.down = False
        self.changes = 0
        self.start(relays)

    def start(self, relays: Sequence[str]) -> None:
        self.crawler = crawler_of(
            self,
            self.record,
            participant=CITY + self.name,
            relays=[CITY + relay for relay in relays],
            changed=self.note_change,
        )

    def note_change(self) -> None:
        self.changes += 1

    async def fetch_catalog(
        self,
        participant: str,
        address: str,
        *,
        filters: Sequence[object] = (),
        page_url: str | None = None,
        known: str | None = None,
    ) -> CatalogPage | Refused | InDoubt:
        other = self.others.get(participant)
        if other is None:
            return await super().fetch_catalog(participant, address, page_url=page_url)
        if other.down:
            return InDoubt(reason="It does not answer.")
        return await other.answer(page_url)

    async def answer(self, after: str | None) -> CatalogPage:
        part = await federated.provide(
            self.record.view([entry.number for entry in await self.record.classes()]),
            participant=CITY + self.name,
            address=f"https://{self.name}.example/dsp/2025-1",
            after=after,
            limit=2,
        )
        said = decode(AnsweredCatalog, part.body, inner=False).message
        return CatalogPage(
            participant_id=said.participant_id,
            datasets=(),
            next_url=part.next,
            digest=str(hash(part.body)),
            nested=tuple(Nested(whose, bytes(raw), origin) for whose, origin, raw in flatten(said)),
        )

    async def crawl(self) -> None:
        """Let time pass until everything is due, and crawl it."""
        sources = await self.record.sources()
        self.now = max([self.now + Rhythm().apart, *(entry.next_at for entry in sources if entry.next_at < 2**41)])
        self.crawler.relist()
        await self.crawler.take_turn()
        await self.crawler.wait_settled()

    async def ids(self, participant: str = P) -> list[str]:
        return sorted(await self.record.view().identifiers(participant))

    async def source(self, participant: str = P) -> CrawlSource:
        source = await self.record.source(participant)
        assert source is not None
        return source

    async def entry(self, id: str) -> Entry:
        entry = await self.record.entry(P, id)
        assert entry is not None
        return entry


def join(*nodes: Node) -> None:
    for node in nodes:
        node.others = {CITY + other.name: other for other in nodes if other is not node}


async def pair(**changed: Any) -> tuple[Node, Node]:
    """Return broker A with a provider, and broker B that has read A."""
    a = Node("a", changed.get("back", ()), p=Catalogue(*map(dataset, OFFERED)))
    b = Node("b", changed.get("relays", ("a",)))
    join(a, b)
    await a.crawl()
    await b.crawl()
    return a, b


async def test_a_relayed_dataset_keeps_identifier_document_and_the_address_of_its_provider() -> None:
    a, b = await pair()
    assert await b.ids() == list(OFFERED)
    source = await b.source()
    assert (source.brokers, source.name, source.address) == ((CITY + "a",), "P", ADDRESS)
    assert (source.liveness, source.datasets) == (Liveness.ONLINE, 3)
    for name in OFFERED:
        ours, theirs = await b.entry(name), await a.entry(name)
        assert (ours.document, ours.address) == (theirs.document, theirs.address)
    (nested,) = msgspec.json.decode((await federated.provide(b.record.view(), participant="b", address="u")).body)[
        "catalog"
    ]
    assert (nested["participantId"], nested["dct:source"]) == (P, [{"@id": CITY + "a"}])


async def test_a_broker_that_the_settings_do_not_name_speaks_for_nobody() -> None:
    a = Node("a", (), p=Catalogue(dataset("x")))
    b = Node("b", ("a",))
    b.start(())
    join(a, b)
    await a.crawl()
    await b.crawl()
    assert await b.record.source(P) is None


async def test_a_withdrawn_dataset_goes_with_the_next_crawl_and_a_participant_with_its_last() -> None:
    a, b = await pair()
    a.catalogues[P].offers.pop()
    await a.crawl()
    await b.crawl()
    assert await b.ids() == ["x", "y"]
    a.members = [entry for entry in a.members if entry.id != P]
    await a.crawl()
    await b.crawl()
    # Much is missing at once: a second crawl decides, soon.
    assert await b.ids() == ["x", "y"]
    assert (await b.source(CITY + "a")).next_at <= b.now + MINUTE
    await b.crawl()
    assert (await b.ids(), (await b.source()).liveness) == ([], Liveness.DEAD)


async def test_a_participant_that_comes_onto_the_list_is_read_itself_and_again_relayed_when_it_leaves() -> None:
    _, b = await pair()
    b.catalogues[P] = Catalogue(*map(dataset, ("x", "own")))
    b.members.append(member("p"))
    await b.crawl()
    await b.crawl()
    assert ((await b.source()).brokers, await b.ids()) == ((), ["own", "x"])
    b.members.pop()
    await b.crawl()
    await b.crawl()
    assert ((await b.source()).brokers, await b.ids()) == ((CITY + "a",), list(OFFERED))


async def test_brokers_that_read_each_other_grow_in_no_round_and_keep_no_ghost() -> None:
    a = Node("a", ("b", "c"), p=Catalogue(*map(dataset, OFFERED)))
    b, c = Node("b", ("c", "a")), Node("c", ("b", "a"))
    nodes = (a, b, c)
    join(*nodes)
    for _ in range(3):
        for node in nodes:
            await node.crawl()
    changes = [await node.record.last_change() for node in nodes]
    for _ in range(4):
        for node in nodes:
            await node.crawl()
    assert [await node.record.last_change() for node in nodes] == changes
    assert [await node.ids() for node in nodes] == [list(OFFERED)] * 3
    # The provider leaves: no broker learns it back from another one.
    a.members = [entry for entry in a.members if entry.id != P]
    for _ in range(8):
        for node in nodes:
            await node.crawl()
    assert [await node.ids() for node in nodes] == [[], [], []]


async def tell_each_other(nodes: Sequence[Node], changed: Node) -> int:
    """Let brokers tell the others after each change, and crawl who told them; return how many notices there were."""
    waiting, notices = [changed], 0
    while waiting:
        assert notices < 100, "the notices do not end"
        told = waiting.pop(0)
        for node in (other for other in nodes if other is not told):
            notices += 1
            node.now, before = max(one.now for one in nodes) + Rhythm().apart, node.changes
            assert node.crawler.nudge(CITY + told.name)
            await node.crawler.take_turn()
            await node.crawler.wait_settled()
            if node.changes > before:
                waiting.append(node)
    return notices


async def test_a_withdrawn_dataset_goes_with_a_notice_and_the_notices_between_brokers_end() -> None:
    a = Node("a", ("b", "c"), p=Catalogue(*map(dataset, OFFERED)))
    b, c = Node("b", ("c", "a")), Node("c", ("b", "a"))
    nodes = (a, b, c)
    join(*nodes)
    await a.crawl()
    # Nothing is due any more: what changes from now on, notices bring.
    assert await tell_each_other(nodes, a) <= 12
    assert [await node.ids() for node in nodes] == [list(OFFERED)] * 3
    a.catalogues[P].offers.pop()
    await a.crawl()
    await tell_each_other(nodes, a)
    assert [await node.ids() for node in nodes] == [list(OFFERED[:-1])] * 3
    assert await tell_each_other(nodes, a) == 2


async def test_what_not_everybody_sees_at_a_broker_is_not_passed_on() -> None:
    a, b = await pair()
    hidden = msgspec.structs.replace(await a.entry("x"), id="hidden", audience=b'{"permission":[{"action":"use"}]}')
    await a.record.apply(Delta(source=await a.source(), upserts=(hidden,)), a.now)
    assert any(nested.origin.restricted for nested in (await a.answer(None)).nested) or any(
        nested.origin.restricted for nested in (await a.answer((await a.answer(None)).next_url)).nested
    )
    await b.crawl()
    assert await b.ids() == list(OFFERED)


async def test_relayed_sources_share_the_state_of_their_broker_and_end_with_it() -> None:
    a, b = await pair()
    a.down = True
    for _ in range(3):
        await b.crawl()
    assert ((await b.source()).liveness, await b.ids()) == (Liveness.OFFLINE, list(OFFERED))
    a.down = False
    await b.crawl()
    assert (await b.source()).liveness is Liveness.ONLINE
    b.members.pop()
    await b.crawl()
    assert ((await b.source()).liveness, await b.ids()) == (Liveness.DEAD, [])


async def test_a_broker_that_the_settings_name_no_more_takes_its_participants_with_it() -> None:
    _, b = await pair()
    b.start(())
    await b.crawl()
    assert ((await b.source()).liveness, await b.ids()) == (Liveness.DEAD, [])


@pytest.mark.parametrize(
    ("participant", "origin"),
    [
        (CITY + "b", CatalogOrigin(services={"s": ADDRESS})),
        ("urn:datenkontor:portal:x", CatalogOrigin(services={"s": ADDRESS})),
        ("q", CatalogOrigin()),
        ("q", CatalogOrigin(services={"s": "file:///etc/passwd"})),
        ("q\n", CatalogOrigin(services={"s": ADDRESS})),
        ("q", CatalogOrigin(services={"s": ADDRESS}, brokers=(CITY + "b",))),
        ("q", CatalogOrigin(services={"s": ADDRESS}, brokers=(CITY + "a",))),
        ("q", CatalogOrigin(services={"s": ADDRESS}, brokers=tuple(map(str, range(9))))),
    ],
)
async def test_what_cannot_be_relayed_is_left_out(participant: str, origin: CatalogOrigin) -> None:
    b = Node("b", ("a",))
    document = msgspec.json.encode(dataset("x"))
    b.catalogues[CITY + "a"] = Catalogue()
    b.catalogues[CITY + "a"].nested = (Nested(participant, document, origin), Nested("r", document, _said()))
    await b.crawl()
    assert [source.participant for source in await b.record.sources() if source.brokers] == ["r"]


def _said() -> CatalogOrigin:
    return CatalogOrigin(name="R", services={"r#connector": ADDRESS})


def test_a_member_of_another_data_space_is_read_at_its_broker_if_that_one_is_relayed() -> None:
    space = Space()
    broker, firm = (msgspec.structs.replace(member(CITY + name), partner="did:web:a:authority") for name in ("b", "f"))
    space.members = [broker, firm, member(CITY + "own")]
    told = [is_relayed(each, [broker.id], space) for each in space.members]
    assert told == [False, True, False]
    assert not is_relayed(firm, [], space)
    assert not is_relayed(firm, [CITY + "own"], space)
