"""What every broker record does: one suite, run against the memory twin and SQLite."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from connector.ports.broker_store import (
    CLASSES,
    CLASSES_OF_ONE,
    EVERYBODY,
    PORTALS,
    BrokerStore,
    CrawlSource,
    Delta,
    Entry,
    Listing,
    ListOrder,
    Liveness,
    Statements,
)
from connector.ports.store_errors import LimitReached, Unavailable
from connector.store.rules import VERIFIED_WITHIN_MS
from tests.contract.records import KINDS, open_kind

NOW = 1_800_000_000_000
DAY = 86_400_000
CITY = "did:web:city.example"
WORKS = "did:web:works.example"


@pytest.fixture(params=KINDS)
async def record(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[BrokerStore]:
    opened: BrokerStore = await open_kind(request.param, tmp_path)
    yield opened
    await opened.close()


def source(participant: str = CITY, liveness: Liveness = Liveness.ONLINE, **changed: Any) -> CrawlSource:
    return CrawlSource(participant=participant, name="Stadt", address="https://x.example", liveness=liveness, **changed)


def entry(id: str, title: str = "Daten", participant: str = CITY, **changed: Any) -> Entry:
    plain: dict[str, Any] = {
        "digest": f"digest of {id}",
        "document": b'{"@id": "x"}',
        "titles": {"de": title},
        "descriptions": {},
        "keywords": (),
        "themes": (),
        "publisher": "Stadt",
        "address": "https://x.example",
        "first_seen": 10,
        "changed_at": 20,
        "verified_at": 30,
    }
    return Entry(participant=participant, id=id, **(plain | changed))


async def test_a_crawl_is_kept_as_it_came(record: BrokerStore) -> None:
    wanted = entry("a", titles={"de": "Müll", "en": "Waste"}, keywords=("Abfall",), themes=("http://t/ENVI",))
    assert await record.apply(Delta(source=source(), upserts=(wanted, entry("b"))), NOW) == 2
    assert await record.entry(CITY, "a") == replace(wanted, seq=1, change=1, row=1)
    assert await record.source(CITY) == source()
    assert await record.digests(CITY) == {"a": "digest of a", "b": "digest of b"}
    assert await record.entry(WORKS, "a") is None
    assert await record.source(WORKS) is None
    assert await record.digests(WORKS) == {}


async def test_sources_are_replaced(record: BrokerStore) -> None:
    await record.put_source(source(WORKS))
    await record.put_source(source())
    await record.put_source(source(failures=1, liveness=Liveness.SUSPECT))
    assert await record.sources() == [source(failures=1, liveness=Liveness.SUSPECT), source(WORKS)]


async def test_every_change_has_its_number_and_a_removal_leaves_a_tombstone(record: BrokerStore) -> None:
    await record.apply(Delta(source=source(), upserts=(entry("a", "Alt"), entry("b"), entry("c"))), NOW)
    newer = entry("a", "Neu", changed_at=NOW, first_seen=NOW)
    delta = Delta(source=source(), upserts=(newer,), removed=("b", "unknown"), verified=("c", "b", "unknown"))
    assert await record.apply(delta, NOW) == 5
    rows = await record.changes(0, 10)
    assert [(row.id, row.seq, row.removed_at) for row in rows] == [("c", 3, None), ("a", 4, None), ("b", 5, NOW)]
    assert rows[0].verified_at == NOW
    assert rows[1] == replace(newer, seq=4, change=4, row=1, first_seen=10)
    assert (rows[2].document, rows[2].titles, rows[2].changed_at) == (b"", {}, NOW)
    assert [row.id for row in await record.changes(3, 1)] == ["a"]
    assert await record.apply(Delta(source=source()), NOW) == 5
    assert await record.entry(CITY, "b") is None
    assert "b" not in await record.digests(CITY)


async def test_a_change_has_its_number_within_its_class_too(record: BrokerStore) -> None:
    for changed in (entry("a"), entry("b", audience=A), entry("c"), entry("c", audience=A), entry("c")):
        await record.apply(Delta(source=source(), upserts=(changed,)), NOW)
    rows = [row for row in await record.changes(0, 10) if row.visibility == EVERYBODY]
    assert [(row.id, row.seq, row.change) for row in rows] == [("a", 1, 1), ("c", 7, 4)]
    shown, _ = await record.view().changes(None, 10)
    assert [(row.id, row.seq, row.change) for row in shown] == [("a", 1, 1), ("c", 4, 4)]


def placed(id: str, *boxes: tuple[float, float, float, float]) -> Entry:
    return entry(id, statements=Statements(boxes=boxes))


async def test_what_overlaps_a_box_is_found_until_it_moves_or_goes(record: BrokerStore) -> None:
    bochum, essen, ruhr = (7.1, 51.4, 7.3, 51.5), (6.9, 51.4, 7.05, 51.5), (6.5, 51.0, 7.6, 51.8)
    rows = (placed("a", bochum), placed("b", essen, (13.0, 52.0, 13.1, 52.1)), placed("c"))
    await record.apply(Delta(source=source(), upserts=rows), NOW)

    async def within(*box: float) -> list[int]:
        return sorted({row for row, _ in await record.view().within((box[0], box[1], box[2], box[3]), 10)})

    assert await within(*ruhr) == [1, 2]
    assert await within(13.05, 52.05, 14.0, 53.0) == [2]
    assert len(await record.view().within(ruhr, 1)) == 1
    await record.apply(Delta(source=source(), upserts=(placed("a", (10.0, 48.0, 10.0, 48.0)),), removed=("b",)), NOW)
    assert await within(*ruhr) == []
    assert await within(9.9, 47.9, 10.1, 48.1) == [1]


async def test_entries_are_read_by_their_rows_which_they_keep(record: BrokerStore) -> None:
    await record.apply(Delta(source=source(), upserts=(entry("a"), entry("b"), entry("c"))), NOW)
    await record.apply(Delta(source=source(), removed=("b",), upserts=(entry("a", "Neu"),)), NOW)
    assert [(found.id, found.row) for found in await record.view().at_rows([3, 2, 1, 9])] == [("c", 3), ("a", 1)]
    await record.apply(Delta(source=source(), upserts=(entry("b"),)), NOW)
    assert [found.id for found in await record.view().at_rows([2])] == ["b"]
    assert await record.last_change() == 6


async def test_an_unchanged_entry_is_not_written_with_each_crawl(record: BrokerStore) -> None:
    await record.apply(Delta(source=source(), upserts=(entry("a", verified_at=NOW),)), NOW)
    for later, written in ((1, 0), (VERIFIED_WITHIN_MS - 1, 0), (VERIFIED_WITHIN_MS, VERIFIED_WITHIN_MS)):
        await record.apply(Delta(source=source(), verified=("a",)), NOW + later)
        present = await record.entry(CITY, "a")
        assert present is not None
        assert present.verified_at == NOW + written


async def test_a_crawl_that_found_nothing_changed_verifies_all_that_the_source_has(record: BrokerStore) -> None:
    offered = (entry("a", verified_at=NOW), entry("b", verified_at=NOW), entry("c", verified_at=NOW))
    await record.apply(Delta(source=source(), upserts=offered), NOW)
    await record.apply(Delta(source=source(WORKS), upserts=(entry("d", participant=WORKS, verified_at=NOW),)), NOW)
    await record.apply(Delta(source=source(), removed=("c",)), NOW)
    last, later = await record.last_change(), NOW + VERIFIED_WITHIN_MS
    assert await record.apply(Delta(source=source(), unchanged=True), later) == last
    found = [await record.entry(*key) for key in ((CITY, "a"), (CITY, "b"), (CITY, "c"), (WORKS, "d"))]
    assert [one.verified_at if one else None for one in found] == [later, later, None, NOW]


async def test_a_source_speaks_for_itself_alone(record: BrokerStore) -> None:
    await record.apply(Delta(source=source(), upserts=(entry("a", "Wald"),)), NOW)
    with pytest.raises(ValueError, match="only its own entries"):
        await record.apply(
            Delta(source=source(WORKS), upserts=(entry("b", participant=WORKS), entry("a", "Müll"))), NOW
        )
    await record.apply(Delta(source=source(WORKS), removed=("a",), verified=("a",)), NOW)
    assert await record.digests(CITY) == {"a": "digest of a"}
    assert await record.source(WORKS) == source(WORKS)
    assert await record.entry(WORKS, "b") is None


async def test_present_entries_are_listed_in_a_stable_order(record: BrokerStore) -> None:
    await record.apply(Delta(source=source(), upserts=tuple(entry(name) for name in "edcba")), NOW)
    rows, after = await record.view().entries(None, 2)
    seen = [row.id for row in rows]
    await record.apply(Delta(source=source(), upserts=(entry("e", "neu"), entry("f")), removed=("c",)), NOW)
    while after:
        rows, after = await record.view().entries(after, 2)
        seen += [row.id for row in rows]
    assert seen == ["e", "d", "b", "a", "f"]
    with pytest.raises(ValueError, match="cursor"):
        await record.view().entries("' OR 1=1", 2)


async def test_a_closed_record_is_unavailable(record: BrokerStore) -> None:
    await record.close()
    with pytest.raises(Unavailable):
        await record.view().at_rows([1])
    with pytest.raises(Unavailable):
        await record.put_source(source())
    with pytest.raises(Unavailable):
        await record.entry(CITY, "a")


async def test_an_identifier_belongs_to_who_listed_it_first_also_after_it_is_removed(record: BrokerStore) -> None:
    await record.apply(Delta(source=source(), upserts=(entry("a"), entry("b"))), 100)
    await record.apply(Delta(source=source(WORKS), upserts=(entry("a", participant=WORKS),)), 100)
    await record.apply(Delta(source=source(), removed=("a",)), 200)
    assert await record.view().claimants(("a", "b", "c", "a")) == {"a": CITY, "b": CITY}
    assert await record.view().claimants(()) == {}


async def test_references_come_last_of_their_dataset_and_claim_nothing_of_a_participant(record: BrokerStore) -> None:
    portal = PORTALS + "city"
    reference = replace(entry("a"), participant=portal, via="https://portal.example/a")
    await record.apply(Delta(source=source(portal), upserts=(reference,)), NOW)
    assert await record.view().claimants(["a"]) == {"a": portal}
    before = await record.first_rows(["a", "b"])
    await record.apply(Delta(source=source(), upserts=(entry("a"),)), NOW)
    assert await record.view().claimants(["a"]) == {"a": CITY}
    first = await record.first_rows(["a", "b"])
    (found,) = await record.view().references(["a", "b"])
    assert (found.participant, found.via, before) == (portal, "https://portal.example/a", {"a": found.row})
    assert first["a"] != found.row
    await record.apply(Delta(source=source(), removed=("a",)), NOW)
    assert await record.first_rows(["a"]) == {"a": found.row}
    await record.apply(Delta(source=source(portal), removed=("a",)), NOW)
    assert (await record.first_rows(["a"]), list(await record.view().references(["a"]))) == ({}, [])


async def test_a_list_has_the_present_entries_of_one_or_all_in_an_order_page_by_page(record: BrokerStore) -> None:
    upserts = tuple(entry(name, changed_at=changed) for name, changed in (("a", 30), ("b", 10), ("c", 20)))
    await record.apply(Delta(source=source(), upserts=upserts), 100)
    await record.apply(Delta(source=source(WORKS), upserts=(entry("d", participant=WORKS, changed_at=20),)), 100)
    await record.apply(Delta(source=source(), removed=("b",)), 200)

    async def listed(**asked: Any) -> tuple[str, int]:
        rows, total = await record.view().list_entries(Listing(**asked))
        return "".join(row.id for row in rows), total

    assert await listed() == ("acd", 3)
    assert await listed(limit=1, offset=1) == ("c", 3)
    assert await listed(limit=0) == ("", 3)
    assert await listed(order=ListOrder.OLDEST) == ("cda", 3)
    assert await listed(order=ListOrder.NEWEST) == ("adc", 3)
    assert await listed(participant=CITY) == ("ac", 2)
    assert await listed(among=frozenset({CITY, WORKS, "urn:other"})) == ("acd", 3)
    assert await listed(among=frozenset({WORKS})) == ("d", 1)
    assert await listed(among=frozenset()) == ("", 0)
    assert await listed(without=frozenset({CITY, "urn:other"})) == ("d", 1)
    assert await listed(among=frozenset({CITY, WORKS}), without=frozenset({WORKS}), order=ListOrder.NEWEST) == ("ac", 2)
    assert await listed(participant=CITY, order=ListOrder.OLDEST) == ("ca", 2)
    assert await listed(since=21) == ("a", 1)
    assert await listed(since=20, participant=WORKS, order=ListOrder.NEWEST) == ("d", 1)


A, B = b'{"permission":[{"action":"use","assignee":"a"}]}', b'{"permission":[{"action":"use","assignee":"b"}]}'


async def test_an_entry_with_an_audience_is_kept_in_the_class_of_its_audience(record: BrokerStore) -> None:
    upserts = (entry("a", audience=A), entry("b", audience=A), entry("c", audience=B), entry("d"))
    await record.apply(Delta(source=source(), upserts=upserts), NOW)
    classes = await record.classes()
    assert [(known.audience, known.reduced) for known in classes] == [(A, False), (B, False)]
    assert len({known.key for known in classes}) == 2
    rows = await record.changes(0, 10)
    assert [(row.id, row.audience, row.visibility) for row in rows] == [
        ("a", A, classes[0].number),
        ("b", A, classes[0].number),
        ("c", B, classes[1].number),
        ("d", b"", EVERYBODY),
    ]
    assert await record.entry(CITY, "a") == rows[0]


async def test_an_entry_with_another_audience_leaves_its_class(record: BrokerStore) -> None:
    await record.apply(Delta(source=source(), upserts=(entry("a", audience=A),)), NOW)
    await record.apply(Delta(source=source(), upserts=(entry("a", audience=B, first_seen=NOW),)), NOW)
    (_, former), (_, present) = [(row.id, row) for row in await record.changes(0, 10)]
    assert (former.removed_at, former.audience, present.removed_at, present.first_seen) == (NOW, b"", None, NOW)
    assert former.row != present.row
    assert former.visibility != present.visibility
    assert await record.digests(CITY) == {"a": "digest of a"}
    assert await record.entry(CITY, "a") == present


async def test_a_teaser_is_a_reduced_entry_beside_the_whole_one(record: BrokerStore) -> None:
    whole = entry("a", "Wald", audience=A, teaser=True, keywords=("k",), descriptions={"de": "d"})
    await record.apply(Delta(source=source(), upserts=(whole,)), NOW)
    first, second = await record.changes(0, 10)
    assert (first.reduced, first.document, second.reduced) == (False, whole.document, True)
    assert second.document == b'{"@id":"a","@type":"Dataset","hasPolicy":[],"distribution":[]}'
    assert (second.titles, second.publisher, second.audience) == (whole.titles, whole.publisher, A)
    assert (second.keywords, second.descriptions, second.address, second.statements) == ((), {}, "", Statements())
    assert await record.entry(CITY, "a") == first
    assert [(known.audience, known.reduced) for known in await record.classes()] == [(A, False), (A, True)]
    await record.apply(Delta(source=source(), upserts=(entry("a", audience=A),)), NOW)
    assert [(row.reduced, row.removed_at) for row in await record.changes(0, 10)] == [(True, NOW), (False, None)]
    await record.apply(Delta(source=source(), removed=("a",)), NOW)
    assert await record.entry(CITY, "a") is None


async def test_nobody_claims_an_identifier_with_an_entry_that_others_do_not_see(record: BrokerStore) -> None:
    await record.apply(Delta(source=source(), upserts=(entry("a", audience=A, teaser=True),)), NOW)
    assert await record.view().claimants(("a",)) == {}
    await record.apply(Delta(source=source(WORKS), upserts=(entry("a", participant=WORKS),)), NOW)
    assert await record.view().claimants(("a",)) == {"a": WORKS}


def _make_restricted(first: int, count: int, participant: str = CITY) -> tuple[Entry, ...]:
    numbers = range(first, first + count)
    return tuple(entry(f"d{number}", participant=participant, audience=b"%d" % number) for number in numbers)


async def test_the_classes_of_a_participant_are_bounded(record: BrokerStore) -> None:
    await record.apply(Delta(source=source(), upserts=_make_restricted(0, CLASSES_OF_ONE)), NOW)
    before = await record.changes(0, 100)
    with pytest.raises(LimitReached, match="one participant"):
        await record.apply(Delta(source=source(), upserts=_make_restricted(100, 1)), NOW)
    assert await record.changes(0, 100) == before
    assert len(await record.classes()) == CLASSES_OF_ONE
    await record.apply(Delta(source=source(), upserts=_make_restricted(100, 1), removed=("d0",)), NOW)
    assert len(await record.classes()) == CLASSES_OF_ONE + 1


async def test_the_classes_of_all_are_bounded_and_empty_ones_give_place(record: BrokerStore) -> None:
    names = [f"did:web:{number}.example" for number in range(CLASSES // CLASSES_OF_ONE)]
    for number, name in enumerate(names):
        upserts = _make_restricted(number * CLASSES_OF_ONE, CLASSES_OF_ONE, name)
        await record.apply(Delta(source=source(name), upserts=upserts), NOW)
    more = Delta(source=source(), upserts=_make_restricted(CLASSES, 1))
    with pytest.raises(LimitReached, match="all participants"):
        await record.apply(more, NOW)
    await record.apply(Delta(source=source(names[0]), removed=("d3", "d1")), NOW)
    last = await record.apply(more, NOW)
    assert len(await record.classes()) == CLASSES
    assert b"1" not in {known.audience for known in await record.classes()}
    assert await record.last_change() == last
