"""What every store of pushed self-descriptions does: one suite, run against the memory twin and SQLite."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from connector.ports.broker_store import BrokerStore, Delta
from connector.ports.descriptions import DescribingKey, DescriptionStore, NamedList, PushedDescription
from connector.ports.identity import ShownStatus
from connector.ports.store_errors import LimitReached, Unavailable
from connector.protocol.credential import DescriptionKind, name_description
from connector.protocol.dcp.claims import StatusEntry
from connector.store import rules
from connector.store.sqlite.record.descriptions import SqliteDescriptionStore
from connector.store.sqlite.record.record import open_record
from tests.broker.searching import make_searching
from tests.contract.records import KINDS, describe_in, open_kind
from tests.contract.test_record import CITY, NOW, WORKS, entry, source

Stores = tuple[BrokerStore, DescriptionStore]


@pytest.fixture(params=KINDS)
async def stores(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stores]:
    record = await open_kind(request.param, tmp_path)
    store = describe_in(record)
    await record.put_source(source())
    await record.put_source(source(WORKS))
    yield record, store
    await record.close()


def pushed(subject: str, participant: str = CITY, **changed: Any) -> PushedDescription:
    plain: dict[str, Any] = {
        "kind": DescriptionKind.DATASET,
        "secured": f"credential of {subject}".encode(),
        "key": "first",
        "pushed_at": NOW,
        "expires_at": NOW + 1000,
    }
    return PushedDescription(
        name=f"{participant}/{subject}", participant=participant, subject=subject, **(plain | changed)
    )


async def test_a_description_and_its_entry_are_kept_and_removed_together(stores: Stores) -> None:
    record, store = stores
    assert await store.put_description(pushed("a"), entry("a"), NOW)
    assert await store.description(f"{CITY}/a") == pushed("a")
    found = await record.entry(CITY, "a")
    assert found is not None
    assert found.seq == 1
    assert await store.drop_descriptions([f"{CITY}/a", "unknown"], NOW) == 1
    assert await store.description(f"{CITY}/a") is None
    assert await record.entry(CITY, "a") is None
    assert [row.removed_at for row in await record.changes(1, 10)] == [NOW]
    assert await store.drop_descriptions([f"{CITY}/a"], NOW) == 0


async def test_the_same_entry_again_has_no_other_change_number(stores: Stores) -> None:
    record, store = stores
    await store.put_description(pushed("a"), entry("a"), NOW)
    newer = pushed("a", secured=b"anew", expires_at=NOW + 9000)
    assert not await store.put_description(newer, entry("a", first_seen=99), NOW)
    assert await store.description(f"{CITY}/a") == newer
    assert await record.last_change() == 1
    assert await store.put_description(newer, entry("a", digest="other"), NOW)
    found = await record.entry(CITY, "a")
    assert found is not None
    assert (found.digest, found.first_seen, await record.last_change()) == ("other", 10, 2)


async def test_an_entry_with_another_audience_leaves_its_class(stores: Stores) -> None:
    record, store = stores
    await store.put_description(pushed("a"), entry("a"), NOW)
    assert await store.put_description(pushed("a"), entry("a", audience=b'{"a":1}', teaser=True), NOW)
    rows, _ = await record.view(known.number for known in await record.classes()).entries(None, 10)
    assert sorted((row.reduced, row.audience) for row in rows) == [(False, b'{"a":1}'), (True, b'{"a":1}')]
    await store.drop_descriptions([f"{CITY}/a"], NOW)
    assert await record.view().entries(None, 10) == ([], None)


async def test_a_crawl_neither_changes_nor_removes_what_was_pushed(stores: Stores) -> None:
    record, store = stores
    await record.apply(Delta(source=source(), upserts=(entry("a"), entry("b"))), NOW)
    await store.put_description(pushed("a"), entry("a", digest="pushed"), NOW)
    assert await record.digests(CITY) == {"b": "digest of b"}
    crawl = Delta(source=source(), upserts=(entry("a", digest="crawled"),), removed=("a", "b"))
    later = NOW + rules.VERIFIED_WITHIN_MS * 2
    await record.apply(crawl, later)
    found = await record.entry(CITY, "a")
    assert found is not None
    assert (found.digest, found.verified_at) == ("pushed", later)
    assert await record.entry(CITY, "b") is None


async def test_too_many_or_too_large_descriptions_of_one_participant_are_refused_whole(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, store = stores
    monkeypatch.setattr(rules, "MOST_OF_ONE", 2)
    monkeypatch.setattr(rules, "MOST_BYTES", 1000)
    await store.put_description(pushed("a"), entry("a"), NOW)
    await store.put_description(pushed("x", WORKS), entry("x", participant=WORKS), NOW)
    with pytest.raises(LimitReached):
        await store.put_description(pushed("b", secured=b"s" * 1000), entry("b"), NOW)
    await store.put_description(pushed("b"), entry("b"), NOW)
    with pytest.raises(LimitReached):
        await store.put_description(pushed("c"), entry("c"), NOW)
    assert await store.description(f"{CITY}/c") is None
    assert await record.entry(CITY, "c") is None


async def test_lists_are_in_order_and_end(stores: Stores) -> None:
    _, store = stores
    for subject, key, ends in (("b", "first", 5), ("a", "second", 7), ("c", "first", 3)):
        await store.put_description(pushed(subject, key=key, expires_at=NOW + ends), entry(subject), NOW)
    await store.put_description(pushed("z", WORKS), entry("z", participant=WORKS), NOW)
    assert [row.subject for row in await store.descriptions_of(CITY, "", 2)] == ["a", "b"]
    assert [row.subject for row in await store.descriptions_of(CITY, "b", 2)] == ["c"]
    assert [row.subject for row in await store.expiring_descriptions(2)] == ["c", "b"]
    signers = [DescribingKey(CITY, "first"), DescribingKey(CITY, "second"), DescribingKey(WORKS, "first")]
    assert list(await store.describing_keys()) == signers
    assert list(await store.describing_keys(signers[0])) == signers[1:]
    assert await store.describing_keys(signers[-1]) == []
    assert set(await store.signed_descriptions(signers[0], 9)) == {f"{CITY}/b", f"{CITY}/c"}
    assert len(await store.signed_descriptions(signers[0], 1)) == 1


async def test_a_participant_without_a_source_keeps_nothing(stores: Stores) -> None:
    _, store = stores
    with pytest.raises(Unavailable):
        await store.put_description(pushed("a", "urn:new"), entry("a", participant="urn:new"), NOW)
    assert await store.description("urn:new/a") is None


async def test_what_was_pushed_is_there_after_a_restart(tmp_path: Path) -> None:
    record = await open_record(tmp_path / "record.db")
    await record.put_source(source())
    await SqliteDescriptionStore(record).put_description(pushed("a"), entry("a"), NOW)
    await record.close()
    record = await open_record(tmp_path / "record.db")
    store = SqliteDescriptionStore(record)
    assert await store.description(f"{CITY}/a") == pushed("a")
    await record.apply(Delta(source=source(), removed=("a",)), NOW)
    assert await record.entry(CITY, "a") is not None
    await record.close()


async def test_a_view_tells_of_which_entries_a_description_is_kept_but_not_of_a_teaser(stores: Stores) -> None:
    record, store = stores
    await record.apply(Delta(source=source(), upserts=(entry("crawled"),)), NOW)
    for name, audience in (("a", b""), ("b", b'{"a":1}')):
        described = replace(pushed(name), name=name_description(CITY, name))
        await store.put_description(described, entry(name, audience=audience, teaser=bool(audience)), NOW)
    view = record.view(known.number for known in await record.classes())
    entries, _ = await view.entries(None, 10)
    found = await view.find_described(entries)
    assert sorted((one.id, one.reduced) for one in entries if one.row in found) == [("a", False), ("b", False)]
    assert len(entries) == 4
    assert await view.find_described([]) == frozenset()
    searching = await make_searching(record, now=NOW)
    hits = (await searching.find()).hits
    assert {hit.entry.id: hit.described for hit in hits} == {"a": True, "crawled": False}
    await searching.index.close()


def bit_of(index: int, url: str) -> StatusEntry:
    return StatusEntry("revocation", index, url)


async def test_descriptions_are_found_by_their_status_lists(stores: Stores) -> None:
    _, store = stores
    await store.put_description(pushed("a", statuses=(bit_of(1, "x"), bit_of(2, "y"))), None, NOW)
    await store.put_description(pushed("b", statuses=(bit_of(3, "x"),)), None, NOW)
    await store.put_description(pushed("c", WORKS, statuses=(bit_of(1, "x"),)), None, NOW)
    lists = [NamedList(CITY, "x"), NamedList(CITY, "y")]
    assert await store.named_lists() == sorted([*lists, NamedList(WORKS, "x")])
    assert await store.named_lists(CITY) == lists
    assert await store.named_lists("nobody") == []
    assert await store.named_on(lists[0]) == [(f"{CITY}/a", bit_of(1, "x")), (f"{CITY}/b", bit_of(3, "x"))]
    await store.put_description(pushed("a", statuses=(bit_of(9, "y"),)), None, NOW)
    await store.drop_descriptions([f"{CITY}/b"], NOW)
    assert await store.named_lists(CITY) == [NamedList(CITY, "y")]
    assert await store.named_on(lists[1]) == [(f"{CITY}/a", bit_of(9, "y"))]


async def test_descriptions_are_found_by_the_lists_of_credentials_that_were_shown(stores: Stores) -> None:
    _, store = stores
    shown = (ShownStatus("authority", bit_of(4, "members")),)
    await store.put_description(pushed("a", statuses=(bit_of(1, "x"),), shown=shown), None, NOW)
    await store.put_description(pushed("b", WORKS, shown=shown), None, NOW)
    assert await store.named_lists() == sorted([NamedList(CITY, "x"), NamedList("authority", "members")])
    members = NamedList("authority", "members")
    assert await store.named_lists("authority") == [members]
    assert await store.named_on(members) == sorted(
        [(f"{CITY}/a", bit_of(4, "members")), (f"{WORKS}/b", bit_of(4, "members"))]
    )
    await store.put_description(pushed("a"), None, NOW)
    await store.drop_descriptions([f"{WORKS}/b"], NOW)
    assert await store.named_lists() == []


async def test_lists_of_others_are_none_of_its_own(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "LISTS_OF_ONE", 1)
    _, store = stores
    # The authority is a participant that pushes too.
    shown = (ShownStatus(CITY, bit_of(4, "members")), ShownStatus(CITY, bit_of(5, "more")))
    await store.put_description(pushed("b", WORKS, shown=shown), None, NOW)
    await store.put_description(pushed("a", statuses=(bit_of(1, "x"),)), None, NOW)
    assert await store.description(f"{CITY}/a") is not None


async def test_one_participant_names_few_lists(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "LISTS_OF_ONE", 1)
    _, store = stores
    await store.put_description(pushed("a", statuses=(bit_of(1, "x"),)), None, NOW)
    with pytest.raises(LimitReached):
        await store.put_description(pushed("b", statuses=(bit_of(1, "y"),)), None, NOW)
    assert await store.named_lists() == [NamedList(CITY, "x")]
    assert await store.description(f"{CITY}/b") is None
