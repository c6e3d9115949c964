"""What every broker record does: one suite, run against the memory twin and SQLite with full text."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from connector.ports.broker_store import BrokerStore, CrawlSource, Delta, Entry, Listing, ListOrder, Liveness, Query
from connector.ports.changes import Unavailable
from connector.store.memory.record import MemoryBrokerStore
from connector.store.rules import VERIFIED_WITHIN_MS
from connector.store.sqlite.record.record import open_record
from connector.store.words import words

NOW = 1_800_000_000_000
DAY = 86_400_000
CITY = "did:web:city.example"
WORKS = "did:web:works.example"


@pytest.fixture(params=["memory", "sqlite"])
async def record(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[BrokerStore]:
    opened: BrokerStore = (
        MemoryBrokerStore(lambda: NOW)
        if request.param == "memory"
        else await open_record(tmp_path / "record.db", now=lambda: NOW)
    )
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


async def found(record: BrokerStore, text: str = "", **wanted: Any) -> str:
    hits, total = await record.search(Query(text=text, **wanted))
    assert total == len(hits)
    return " ".join(sorted(hit.entry.id for hit in hits))


async def test_a_crawl_is_kept_as_it_came(record: BrokerStore) -> None:
    wanted = entry("a", titles={"de": "Müll", "en": "Waste"}, keywords=("Abfall",), themes=("http://t/ENVI",))
    assert await record.apply(Delta(source=source(), upserts=(wanted, entry("b"))), NOW) == 2
    assert await record.entry(CITY, "a") == replace(wanted, seq=1)
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
    assert rows[1] == replace(newer, seq=4, first_seen=10)
    assert (rows[2].document, rows[2].titles, rows[2].changed_at) == (b"", {}, NOW)
    assert [row.id for row in await record.changes(3, 1)] == ["a"]
    assert await record.apply(Delta(source=source()), NOW) == 5
    assert await record.entry(CITY, "b") is None
    assert "b" not in await record.digests(CITY)


async def test_what_was_removed_or_renamed_is_found_no_more_and_what_came_back_is(record: BrokerStore) -> None:
    await record.apply(Delta(source=source(), upserts=(entry("a", "Parkplatz", keywords=("Auto",)),)), NOW)
    await record.apply(Delta(source=source(), upserts=(entry("a", "Radweg"),)), NOW)
    assert await found(record, "Parkplatz") == ""
    assert await found(record, keyword="Auto") == ""
    assert await found(record, "Radweg") == "a"
    await record.apply(Delta(source=source(), removed=("a",)), NOW)
    assert await found(record, "Radweg") == await found(record) == ""
    await record.apply(Delta(source=source(), upserts=(entry("a", "Radweg"),)), NOW)
    assert await found(record, "Radweg") == "a"


@pytest.mark.parametrize("text", ["Müll", "müll", "MÜLL", "muell", "MUELL", "Mull", "Mu\u0308ll", "mue", "Mü", "M"])
async def test_an_umlaut_is_found_however_it_is_typed(record: BrokerStore, text: str) -> None:
    await record.apply(Delta(source=source(), upserts=(entry("a", "Müllabfuhr der Stadt"), entry("b", "Wald"))), NOW)
    assert await found(record, text) == "a"


@pytest.mark.parametrize("text", ["Straße", "strasse", "STRASSE", "STRAẞE", "straß", "Strassen"])
async def test_a_sharp_s_is_two(record: BrokerStore, text: str) -> None:
    await record.apply(Delta(source=source(), upserts=(entry("a", "Straßenbäume"), entry("b", "Stadt"))), NOW)
    assert await found(record, text) == "a"


async def test_all_words_must_match_anywhere_and_only_the_last_may_go_on(record: BrokerStore) -> None:
    tree = entry(
        "a", "Baumkataster", descriptions={"de": "Alle Bäume"}, keywords=("Umwelt",), publisher="Grünflächenamt"
    )
    await record.apply(Delta(source=source(), upserts=(tree, entry("b", "Baumkataster", themes=("Umwelt",)))), NOW)
    assert await found(record, "umwelt baum") == "a b"
    assert await found(record, "baum umwelt") == ""
    assert await found(record, "baumkataster gruenflaechenamt") == "a"
    assert await found(record, "alle, Bäume!") == "a"
    assert await found(record, "kataster") == ""


@pytest.mark.parametrize(
    "text",
    [
        '"',
        "a* OR b*",
        "title:Wald",
        "NOT Wald",
        "Wald NEAR/2",
        "(((",
        "wald AND",
        "'; DROP TABLE texts; --",
        "^Wal^d",
        "\x00",
        "{a b}: x",
    ],
)
async def test_a_query_is_data_and_never_syntax(record: BrokerStore, text: str) -> None:
    await record.apply(Delta(source=source(), upserts=(entry("a", "Wald"), entry("b", "Wiese"))), NOW)
    assert await found(record, text) == ""
    assert await found(record, "Wald") == "a"


async def test_words_like_operators_are_words(record: BrokerStore) -> None:
    await record.apply(Delta(source=source(), upserts=(entry("a", "NOT AND OR-NEAR e-mail 2024/25"),)), NOW)
    for text in ("not", "and or", "NEAR", "e-mail", "2024/25"):
        assert await found(record, text) == "a"


async def test_filters_are_exact_and_combine(record: BrokerStore) -> None:
    rows = (
        entry("a", "Bäume", keywords=("Umwelt", "Grün"), themes=("ENVI",), publisher="Amt 67"),
        entry("b", "Bäume", keywords=("Umwelt",), themes=("TRAN",), publisher="Amt 66"),
        entry("c", "Wege", keywords=("umwelt",), themes=("TRAN",), publisher="Amt 66"),
    )
    await record.apply(Delta(source=source(), upserts=rows), NOW)
    assert await found(record, keyword="Umwelt") == "a b"
    assert await found(record, keyword="Umwelt", theme="TRAN") == "b"
    assert await found(record, publisher="Amt 66") == "b c"
    assert await found(record, "baum", publisher="Amt 66") == "b"
    assert await found(record, "bäume", publisher="Amt 66", keyword="Umwelt", theme="TRAN") == "b"
    assert await found(record, theme="' OR 1=1") == ""


async def test_the_title_weighs_most_and_pages_follow_each_other(record: BrokerStore) -> None:
    filler = "mit vielen anderen Worten in einem langen Text"
    rows = (
        entry("described", "Daten", descriptions={"de": f"{filler} Wald"}),
        entry("titled", "Wald", descriptions={"de": filler}),
        entry("labelled", "Daten", keywords=("Wald",), descriptions={"de": filler}),
    )
    await record.apply(Delta(source=source(), upserts=rows), NOW)
    hits, total = await record.search(Query(text="wald", limit=2))
    more, _ = await record.search(Query(text="wald", limit=2, offset=2))
    assert total == 3
    assert [hit.entry.id for hit in [*hits, *more]] == ["titled", "labelled", "described"]
    assert hits[0].score > hits[1].score > more[0].score
    assert (await record.search(Query(text="wald", limit=0)))[1] == 3


async def test_without_words_the_latest_change_comes_first(record: BrokerStore) -> None:
    rows = tuple(entry(name, changed_at=at) for name, at in (("a", 1), ("b", 3), ("c", 2)))
    await record.apply(Delta(source=source(), upserts=rows), NOW)
    hits, _ = await record.search(Query())
    assert [hit.entry.id for hit in hits] == ["b", "c", "a"]


@pytest.mark.parametrize(
    ("liveness", "since", "shown", "shown_stale"),
    [
        (Liveness.NEW, None, True, True),
        (Liveness.ONLINE, None, True, True),
        (Liveness.SUSPECT, NOW - 5 * DAY, True, True),
        (Liveness.OFFLINE, NOW - DAY + 1, True, True),
        (Liveness.OFFLINE, NOW - DAY, False, True),
        (Liveness.DEAD, NOW - 6 * DAY, False, False),
    ],
)
async def test_the_liveness_of_its_source_decides_whether_an_entry_is_shown(
    record: BrokerStore, liveness: Liveness, since: int | None, shown: bool, shown_stale: bool
) -> None:
    await record.apply(Delta(source=source(), upserts=(entry("a", "Wald"),)), NOW)
    await record.put_source(source(liveness=liveness, failing_since=since))
    for text in ("", "wald"):
        assert await found(record, text) == ("a" if shown else "")
        hits, _ = await record.search(Query(text=text, stale=True))
        assert [hit.liveness for hit in hits] == ([liveness] if shown_stale else [])


async def test_an_unchanged_entry_is_not_written_with_each_crawl(record: BrokerStore) -> None:
    await record.apply(Delta(source=source(), upserts=(entry("a", verified_at=NOW),)), NOW)
    for later, written in ((1, 0), (VERIFIED_WITHIN_MS - 1, 0), (VERIFIED_WITHIN_MS, VERIFIED_WITHIN_MS)):
        await record.apply(Delta(source=source(), verified=("a",)), NOW + later)
        present = await record.entry(CITY, "a")
        assert present is not None
        assert present.verified_at == NOW + written


async def test_a_source_speaks_for_itself_alone(record: BrokerStore) -> None:
    await record.apply(Delta(source=source(), upserts=(entry("a", "Wald"),)), NOW)
    with pytest.raises(ValueError, match="only its own entries"):
        await record.apply(
            Delta(source=source(WORKS), upserts=(entry("b", participant=WORKS), entry("a", "Müll"))), NOW
        )
    await record.apply(Delta(source=source(WORKS), removed=("a",), verified=("a",)), NOW)
    assert await found(record, "wald") == "a"
    assert await record.source(WORKS) == source(WORKS)
    assert await record.entry(WORKS, "b") is None


async def test_present_entries_are_listed_in_a_stable_order(record: BrokerStore) -> None:
    await record.apply(Delta(source=source(), upserts=tuple(entry(name) for name in "edcba")), NOW)
    rows, after = await record.entries(None, 2)
    seen = [row.id for row in rows]
    await record.apply(Delta(source=source(), upserts=(entry("e", "neu"), entry("f")), removed=("c",)), NOW)
    while after:
        rows, after = await record.entries(after, 2)
        seen += [row.id for row in rows]
    assert seen == ["e", "d", "b", "a", "f"]
    with pytest.raises(ValueError, match="cursor"):
        await record.entries("' OR 1=1", 2)


async def test_a_closed_record_is_unavailable(record: BrokerStore) -> None:
    await record.close()
    with pytest.raises(Unavailable):
        await record.search(Query())
    with pytest.raises(Unavailable):
        await record.put_source(source())
    with pytest.raises(Unavailable):
        await record.entry(CITY, "a")


@given(st.text(max_size=40), st.integers(0, 40))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_beginning_of_a_word_folds_to_the_beginning_of_its_folding(text: str, length: int) -> None:
    for word in text.split():
        if len(words(word)) == 1 and len(words(word[:length])) == 1:
            assert words(word)[0].startswith(words(word[:length])[0])


async def test_an_identifier_belongs_to_who_listed_it_first_also_after_it_is_removed(record: BrokerStore) -> None:
    await record.apply(Delta(source=source(), upserts=(entry("a"), entry("b"))), 100)
    await record.apply(Delta(source=source(WORKS), upserts=(entry("a", participant=WORKS),)), 100)
    await record.apply(Delta(source=source(), removed=("a",)), 200)
    assert await record.claimants(("a", "b", "c", "a")) == {"a": CITY, "b": CITY}
    assert await record.claimants(()) == {}


async def test_a_list_has_the_present_entries_of_one_or_all_in_an_order_page_by_page(record: BrokerStore) -> None:
    upserts = tuple(entry(name, changed_at=changed) for name, changed in (("a", 30), ("b", 10), ("c", 20)))
    await record.apply(Delta(source=source(), upserts=upserts), 100)
    await record.apply(Delta(source=source(WORKS), upserts=(entry("d", participant=WORKS, changed_at=20),)), 100)
    await record.apply(Delta(source=source(), removed=("b",)), 200)

    async def listed(**asked: Any) -> tuple[str, int]:
        rows, total = await record.list_entries(Listing(**asked))
        return "".join(row.id for row in rows), total

    assert await listed() == ("acd", 3)
    assert await listed(limit=1, offset=1) == ("c", 3)
    assert await listed(limit=0) == ("", 3)
    assert await listed(order=ListOrder.OLDEST) == ("cda", 3)
    assert await listed(order=ListOrder.NEWEST) == ("adc", 3)
    assert await listed(participant=CITY) == ("ac", 2)
    assert await listed(participant=CITY, order=ListOrder.OLDEST) == ("ca", 2)
    assert await listed(since=21) == ("a", 1)
    assert await listed(since=20, participant=WORKS, order=ListOrder.NEWEST) == ("d", 1)
