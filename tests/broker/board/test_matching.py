"""Which offers match a need now, and which needs changed offers match."""

from collections.abc import AsyncIterator

import pytest

from connector.broker.board.matching import compare_changes, find_matches
from connector.ports.broker_store import Delta, Entry, Statements
from connector.ports.moderation import MarkKind, ModerationChange
from connector.store.memory.record import MemoryBrokerStore
from tests.broker.board.values import need
from tests.broker.searching import Searching, make_searching
from tests.contract.test_record import CITY, NOW, WORKS, A, entry, source

COUNTS = entry("counts", "Zählstellen für Fahrräder", statements=Statements(frequency="HOURLY"))
OTHERS = (
    entry("air", "Luftqualität"),
    entry("bikes", "Fahrräder am Tag gezählt", statements=Statements(frequency="NEVER")),
)


@pytest.fixture
async def searching() -> AsyncIterator[Searching]:
    made = await make_searching(MemoryBrokerStore(), now=NOW)
    yield made
    await made.index.close()


async def offer(searching: Searching, *entries: Entry, participant: str = CITY) -> None:
    await searching.record.apply(Delta(source=source(participant), upserts=entries), NOW)
    await searching.follow()


async def test_the_best_offer_comes_first_and_own_ones_are_left_out(searching: Searching) -> None:
    await offer(searching, COUNTS, *OTHERS)
    await offer(searching, entry("own", "Zählstellen für Fahrräder", WORKS), participant=WORKS)
    found = await find_matches(searching.record, searching.index, need(frequency="DAILY"), NOW)
    assert [one.entry.id for one in found] == ["counts", "bikes"]
    assert [one.fit.fits for one in found] == [True, False]
    assert found[0].fit.words == ("fahrrader", "zahlen", "zahlstellen")


async def test_a_need_without_topics_matches_nothing(searching: Searching) -> None:
    await offer(searching, COUNTS)
    asked = need(question="Wie ist es und warum?")
    assert searching.index.list_topics(asked.question) == ()
    assert await find_matches(searching.record, searching.index, asked, NOW) == []
    assert (await compare_changes(searching.index, [asked], (), await searching.record.changes(0, 10)))[0] == []


async def test_changed_offers_match_as_present_ones_do(searching: Searching) -> None:
    await offer(searching, COUNTS, *OTHERS)
    asked = [need("a", frequency="DAILY"), need("b", question="Wie gut ist die Luftqualität?"), need("c", owner=CITY)]
    changed = (await compare_changes(searching.index, asked, (), await searching.record.changes(0, 10)))[0]
    now = [await find_matches(searching.record, searching.index, one, NOW) for one in asked]
    told = {(one.need.id, one.entry.id, one.fit.score) for one in changed}
    assert told == {(one.need.id, one.entry.id, one.fit.score) for found in now for one in found}
    assert {need_id for need_id, _, _ in told} == {"a", "b"}


async def test_what_not_everybody_sees_matches_nothing_and_changes_no_order(searching: Searching) -> None:
    hidden = [
        entry(f"hidden-{number}", COUNTS.titles["de"], audience=A, teaser=bool(number % 2)) for number in range(9)
    ]
    shown = [entry(f"shown-{number}", COUNTS.titles["de"]) for number in range(9)]
    await offer(searching, *(one for pair in zip(hidden, shown, strict=True) for one in pair))
    asked = [need("a"), need("b")]
    changed = (await compare_changes(searching.index, asked, (), await searching.record.changes(0, 100)))[0]
    assert [(one.entry.id, one.need.id) for one in changed] == [(one.id, name) for one in shown for name in "ab"]
    found = await find_matches(searching.record, searching.index, asked[0], NOW)
    assert {one.entry.id for one in found} == {one.id for one in shown}


@pytest.mark.parametrize("kind", [MarkKind.HIDDEN, MarkKind.TEST])
async def test_what_the_operator_hides_or_marks_as_a_test_matches_nothing(searching: Searching, kind: MarkKind) -> None:
    await offer(searching, COUNTS)
    asked, before = need(frequency="DAILY"), await searching.record.last_change()
    assert len(await find_matches(searching.record, searching.index, asked, NOW)) == 1
    mark = ModerationChange(participant=CITY, dataset=COUNTS.id, kind=kind, wanted=True, by="admin")
    await searching.record.moderate(mark, NOW)
    await searching.follow()
    assert await find_matches(searching.record, searching.index, asked, NOW) == []
    changed = await searching.record.changes(before, 10)
    assert [one.id for one in changed] == [COUNTS.id]
    assert (await compare_changes(searching.index, [asked], (), changed))[0] == []
