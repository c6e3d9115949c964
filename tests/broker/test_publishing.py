"""Pages of the record: every entry once, within bounds, and whose identifiers are kept."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.broker import publishing
from connector.broker.publishing import gather_subjects, list_page, walk_list
from connector.ports.broker_store import CrawlSource, Delta, Entry, Listing
from connector.store.memory.record import MemoryBrokerStore
from tests.broker.describing.published import SITE
from tests.contract.test_record import entry

HOUR = 3_600_000


def source(participant: str) -> CrawlSource:
    return CrawlSource(participant=participant, name=participant.title(), address="https://x.example")


async def list_all(record: MemoryBrokerStore, limit: int) -> list[list[Entry]]:
    pages: list[list[Entry]] = []
    after = None
    while not pages or after is not None:
        page, after = await list_page(record.view(), after, limit)
        pages.append(list(page))
    return pages


async def fill(record: MemoryBrokerStore, *entries: Entry) -> None:
    for one in entries:
        await record.apply(Delta(source=source(one.participant), upserts=(one,)), 1)


async def test_a_page_ends_before_its_documents_are_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "PAGE_BYTES", 100)
    record = MemoryBrokerStore()
    sizes = (10, 95, 10, 10, 300, 10)
    await fill(record, *(entry(str(n), document=b"x" * size) for n, size in enumerate(sizes)))
    pages = await list_all(record, 3)
    assert [row.id for page in pages for row in page] == ["0", "1", "2", "3", "4", "5"]
    assert all(len(page) == 1 or sum(len(row.document) for row in page) <= 100 for page in pages)
    walked = [row.id async for part in walk_list(record.view(), Listing(offset=1, limit=4)) for row in part]
    assert walked == ["1", "2", "3", "4"]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 50)), max_size=30), st.integers(0, 60))
async def test_the_place_of_a_time_and_the_last_change_are_found(writes: list[tuple[str, int]], since: int) -> None:
    record = MemoryBrokerStore()
    for name, at in sorted(writes, key=lambda write: write[1]):
        await fill(record, entry(name, changed_at=at * HOUR))
    rows = await record.changes(0, 100)
    assert await record.last_change() == (rows[-1].seq if rows else 0)
    view = record.view()
    place = int(await view.find_position(since * HOUR))
    assert all(row.seq > place for row in rows if row.changed_at >= since * HOUR)
    assert {row.id for row in await view.newest(3)} == {row.id for row in rows[-3:]}
    found: list[Entry] = []
    after: str | None = None
    while True:
        page, after = await publishing.list_changed(view, since * HOUR, after, 3)
        found += page
        if after is None:
            break
    assert [row.id for row in found] == [row.id for row in rows if row.changed_at >= since * HOUR]


@pytest.mark.parametrize(
    ("id", "is_claimed"),
    [
        ("urn:a", True),
        ("urn:b", False),
        ("urn:b#part", False),
        ("city", False),
        ("works#connector", False),
        (SITE.participant, False),
        (f"{SITE.base}/catalog", False),
    ],
)
async def test_an_identifier_is_kept_if_nobody_else_has_it(id: str, is_claimed: bool) -> None:
    record = MemoryBrokerStore()
    await fill(record, entry("urn:b", participant="city"), entry(id, participant="works"))
    row: Any = await record.entry("works", id)
    (subject,) = await gather_subjects(record.view(), SITE, [row])
    assert (subject.is_claimed, subject.provider) == (is_claimed, "Works")
