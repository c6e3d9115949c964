"""What every moderated record does: marks, their effect on what is read, and the log of the acts."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from connector.ports.broker_store import Delta, Entry, Listing, RecordView, Statements
from connector.ports.moderated_store import ModeratedStore
from connector.ports.moderation import (
    ACTS_KEPT,
    OF_SOURCES,
    WHOLE_SOURCE,
    EntryStanding,
    MarkKind,
    ModerationChange,
    invert_act,
    judge_standing,
)
from connector.ports.store_errors import LimitReached
from connector.store.memory.record import MemoryBrokerStore
from connector.store.sqlite.record.record import open_record
from tests.contract import test_record
from tests.contract.records import KINDS, open_kind
from tests.contract.test_record import CITY, NOW, WORKS, source

EVERYWHERE = (-180.0, -90.0, 180.0, 90.0)
HIDDEN, TEST, SUSPENDED = MarkKind.HIDDEN, MarkKind.TEST, MarkKind.SUSPENDED


def entry(id: str, title: str = "Daten", participant: str = CITY, audience: bytes = b"", teaser: bool = False) -> Entry:
    stated = Statements(boxes=((7.0, 51.0, 7.5, 51.5),))
    return test_record.entry(id, title, participant, audience=audience, teaser=teaser, statements=stated)


@pytest.fixture(params=KINDS)
async def record(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ModeratedStore]:
    opened: ModeratedStore = await open_kind(request.param, tmp_path)
    await opened.apply(Delta(source=source(), upserts=(entry("a"), entry("b"))), NOW)
    await opened.apply(Delta(source=source(WORKS), upserts=(entry("c", participant=WORKS),)), NOW)
    yield opened
    await opened.close()


def change(
    dataset: str = "a", kind: MarkKind = HIDDEN, *, wanted: bool = True, reason: str = "Doppelt."
) -> ModerationChange:
    reason = reason if wanted else ""
    return ModerationChange(participant=CITY, dataset=dataset, kind=kind, wanted=wanted, reason=reason, by="admin")


async def list_shown(record: ModeratedStore, *, tests: bool = False) -> set[str]:
    """Return what every kind of read shows; they agree."""
    rows = {one.id: one.row for one in await record.changes(0, 100, tests=True)}
    found = {one.id for one in await record.changes(0, 100, tests=tests) if one.removed_at is None}
    view = record.view(tests=tests)
    assert {one.id for one in await view.at_rows([*rows.values()])} == found
    owners = {name: WORKS if name == "c" else CITY for name in rows}
    assert {name for name in owners if await view.entry(owners[name], name)} == found
    assert {one.id for one in (await view.changes(None, 100))[0] if one.removed_at is None} == found
    assert {row for row, _ in await view.within(EVERYWHERE, 100)} == {rows[name] for name in found}
    if not tests:
        assert {name for name in owners if await record.entry(owners[name], name)} == found
    listed = {one.id for one in (await view.entries(None, 100))[0]}
    assert {one.id for one in (await view.list_entries(Listing()))[0]} == listed
    assert {one for name in (CITY, WORKS) for one in await view.identifiers(name)} == listed
    assert sum(one.datasets for one in await view.sources()) == len(listed)
    assert listed == found if not tests else listed <= found
    return found


async def test_a_hidden_entry_is_a_tombstone_and_comes_back_without_a_crawl(record: ModeratedStore) -> None:
    before = await record.last_change()
    act = await record.moderate(change(), NOW + 5)
    assert act is not None
    assert (act.number, act.at, act.before) == (1, NOW + 5, None)
    assert await list_shown(record) == {"b", "c"}
    (gone,) = await record.changes(before, 10)
    assert (gone.id, gone.removed_at, gone.document, gone.titles) == ("a", NOW + 5, b"", {})
    assert await record.digests(CITY) == {"a": "digest of a", "b": "digest of b"}
    kept = await record.stored(CITY, "a")
    assert kept is not None
    assert (kept.removed_at, kept.titles) == (None, {"de": "Daten"})
    await record.moderate(change(wanted=False), NOW + 9)
    assert await list_shown(record) == {"a", "b", "c"}
    (back,) = await record.changes(before + 1, 10)
    assert (back.id, back.removed_at, back.changed_at, back.document) == ("a", None, NOW + 9, b'{"@id": "x"}')


async def test_a_mark_of_a_source_is_of_all_its_entries_also_of_later_ones(record: ModeratedStore) -> None:
    await record.moderate(change(WHOLE_SOURCE, SUSPENDED), NOW)
    assert await list_shown(record) == {"c"}
    await record.apply(Delta(source=source(), upserts=(entry("new"), entry("a", "Neu")), verified=("b",)), NOW + 1)
    assert await list_shown(record) == {"c"}
    assert await record.source_marks() == {CITY: {SUSPENDED}}
    await record.moderate(change(WHOLE_SOURCE, SUSPENDED, wanted=False), NOW + 2)
    assert await list_shown(record) == {"a", "b", "c", "new"}
    assert await record.source_marks() == {}


async def test_a_test_is_seen_by_who_asks_for_tests_only(record: ModeratedStore) -> None:
    await record.moderate(change(kind=TEST), NOW)
    assert await list_shown(record) == {"b", "c"}
    assert await list_shown(record, tests=True) == {"a", "b", "c"}
    found = await record.view(tests=True).entry(CITY, "a")
    assert found is not None
    assert (found.is_test, found.titles) == (True, {"de": "Daten"})
    await record.moderate(change(), NOW + 1)
    assert await list_shown(record, tests=True) == {"b", "c"}


async def test_what_its_provider_removes_while_it_is_hidden_stays_removed(record: ModeratedStore) -> None:
    await record.moderate(change(), NOW)
    await record.apply(Delta(source=source(), removed=("a",)), NOW + 1)
    assert await record.digests(CITY) == {"b": "digest of b"}
    await record.moderate(change(wanted=False), NOW + 2)
    assert await list_shown(record) == {"b", "c"}
    gone = await record.stored(CITY, "a")
    assert gone is not None
    assert (gone.removed_at, gone.document) == (NOW + 1, b"")


async def test_a_repeated_change_is_no_second_act(record: ModeratedStore) -> None:
    """So a command that was killed before its answer can be given again."""
    assert await record.moderate(change(), NOW)
    last = await record.last_change()
    assert await record.moderate(change(), NOW + 1) is None
    assert await record.moderate(change("b", wanted=False), NOW + 1) is None
    assert await record.last_change() == last
    other = await record.moderate(change(reason="Veraltet."), NOW + 2)
    assert other is not None
    assert (other.number, other.before) == (2, "Doppelt.")
    assert await record.last_change() == last
    (mark,) = await record.marks(CITY, "a")
    assert (mark.reason, mark.by, mark.at) == ("Veraltet.", "admin", NOW + 2)
    assert await record.marks(CITY, None) == []


async def test_an_act_is_undone_with_its_reason(record: ModeratedStore) -> None:
    await record.moderate(change(), NOW)
    shown = await record.moderate(change(wanted=False), NOW + 1)
    assert shown is not None
    undone = await record.moderate(invert_act(shown, "night"), NOW + 2)
    assert undone is not None
    assert (undone.change.undoes, undone.change.reason, undone.change.by) == (2, "Doppelt.", "night")
    assert await list_shown(record) == {"b", "c"}


async def test_the_log_and_the_marks_are_listed_in_pages(record: ModeratedStore) -> None:
    for name in ("a", "b"):
        await record.moderate(change(name), NOW)
    await record.moderate(change(WHOLE_SOURCE, TEST), NOW)
    await record.moderate(change("b", wanted=False), NOW)
    first, following = await record.acts(None, None, 3)
    assert [act.number for act in first] == [4, 3, 2]
    rest, end = await record.acts(CITY, following, 3)
    assert ([act.number for act in rest], end) == ([1], None)
    assert (await record.acts(WORKS, None, 3))[0] == []
    assert await record.act(3) == first[1]
    assert await record.act(99) is None
    (mark,), following = await record.marked(None, None, 1)
    (more,), end = await record.marked(CITY, following, 1)
    assert ((mark.dataset, mark.kind), (more.dataset, more.kind), end) == (("a", HIDDEN), (WHOLE_SOURCE, TEST), None)
    for read in (record.acts, record.marked):
        with pytest.raises(ValueError, match="Unknown cursor"):
            await read(None, "x", 3)


async def test_marks_and_acts_are_there_after_a_restart(tmp_path: Path) -> None:
    record = await open_record(tmp_path / "record.db")
    await record.apply(Delta(source=source(), upserts=(entry("a"), entry("b"))), NOW)
    act = await record.moderate(change(WHOLE_SOURCE, SUSPENDED), NOW)
    await record.close()
    record = await open_record(tmp_path / "record.db")
    assert (await record.view().entries(None, 9))[0] == []
    assert await record.source_marks() == {CITY: {SUSPENDED}}
    assert await record.act(1) == act
    await record.moderate(change(WHOLE_SOURCE, SUSPENDED, wanted=False), NOW)
    assert len((await record.view().entries(None, 9))[0]) == 2
    await record.close()


async def test_the_log_keeps_the_newest_acts(record: ModeratedStore, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("connector.store.memory.record", "connector.store.sqlite.record.moderating"):
        monkeypatch.setattr(f"{place}.ACTS_KEPT", 3)
    for turn in range(4):
        await record.moderate(change(wanted=turn % 2 == 0), NOW)
    assert [act.number for act in (await record.acts(None, None, 9))[0]] == [4, 3, 2]
    assert ACTS_KEPT > 3


async def follow(view: RecordView, after: str | None = None) -> tuple[list[tuple[str, bool]], str]:
    """Return what a reader is told after a position, and the next one."""
    told, following = await view.changes(after, 100)
    return [(one.id, one.removed_at is None) for one in told], following


async def test_a_view_tells_a_hidden_entry_as_removed_and_a_shown_one_as_changed(record: ModeratedStore) -> None:
    view = record.view()
    position = (await follow(view))[1]
    await record.moderate(change(), NOW + 1)
    told, position = await follow(view, position)
    assert told == [("a", False)]
    assert (await view.newest(1))[0].titles == {}
    await record.moderate(change(wanted=False), NOW + 2)
    told, position = await follow(view, position)
    assert told == [("a", True)]
    assert (await follow(view, position))[0] == []


async def test_what_was_never_shown_or_changes_while_it_is_withheld_is_not_told(record: ModeratedStore) -> None:
    await record.moderate(change(WHOLE_SOURCE, SUSPENDED), NOW)
    view = record.view()
    before, position = await follow(view)
    newest = [(one.id, one.seq, one.changed_at) for one in await view.newest(10)]
    await record.apply(Delta(source=source(), upserts=(entry("new"), entry("a", "Neu")), removed=("b",)), NOW + 1)
    assert await follow(view, position) == ([], position)
    assert await follow(view) == (before, position)
    assert [(one.id, one.seq, one.changed_at) for one in await view.newest(10)] == newest
    assert await view.find_position(NOW + 10_000_000) == position
    await record.apply(Delta(source=source(WORKS), upserts=(entry("c", "Neu", WORKS),)), NOW + 2)
    assert (await follow(view, position))[0] == [("c", True)]
    await record.moderate(change(WHOLE_SOURCE, SUSPENDED, wanted=False), NOW + 3)
    assert sorted((await follow(view, position))[0]) == [("a", True), ("c", True), ("new", True)]


async def test_moderation_holds_in_every_visibility_class_and_for_teasers(record: ModeratedStore) -> None:
    shy = entry("shy", audience=test_record.A, teaser=True)
    await record.apply(Delta(source=source(), upserts=(shy,)), NOW)
    classes = {one.reduced: one.number for one in await record.classes()}
    everybody, admitted = record.view([classes[True]]), record.view([classes[False]])

    async def see() -> list[bool | None]:
        found = [await view.entry(CITY, "shy") for view in (everybody, admitted)]
        return [one and one.reduced for one in found]

    assert await see() == [True, False]
    await record.moderate(change("shy"), NOW + 1)
    assert await see() == [None, None]
    assert await record.count_held() == (0, 1)
    stored = await record.stored(CITY, "shy")
    assert stored is not None
    assert (stored.reduced, stored.audience) == (False, test_record.A)
    for view in (everybody, admitted):
        assert ("shy", False) in (await follow(view))[0]
        assert (CITY, 2) in [(one.participant, one.datasets) for one in await view.sources()]
    await record.moderate(change("shy", wanted=False), NOW + 2)
    assert await see() == [True, False]


async def test_a_class_of_which_all_is_withheld_is_not_forgotten(
    record: ModeratedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in ("connector.store.memory.record", "connector.store.sqlite.record.classes"):
        monkeypatch.setattr(f"{place}.CLASSES", 1)
    await record.apply(Delta(source=source(), upserts=(entry("shy", audience=test_record.A),)), NOW)
    await record.moderate(change("shy"), NOW)
    with pytest.raises(LimitReached):
        await record.apply(Delta(source=source(), upserts=(entry("other", audience=test_record.B),)), NOW)


async def test_a_view_names_the_sources_of_which_it_shows_nothing(record: ModeratedStore) -> None:
    await record.moderate(change(WHOLE_SOURCE, TEST), NOW)
    assert (await record.view().withheld(), await record.view(tests=True).withheld()) == ({CITY}, set())
    await record.moderate(change(WHOLE_SOURCE, SUSPENDED), NOW)
    assert await record.view(tests=True).withheld() == {CITY}
    assert (record.view().tests, record.view(tests=True).tests) == (False, True)


CHANGES = st.lists(
    st.builds(
        ModerationChange,
        participant=st.just(CITY),
        dataset=st.sampled_from([WHOLE_SOURCE, "a", "b"]),
        kind=st.sampled_from(sorted(MarkKind)),
        wanted=st.booleans(),
        reason=st.sampled_from(["", "Doppelt."]),
        by=st.just("admin"),
    ).filter(lambda made: made.kind not in OF_SOURCES or made.dataset == WHOLE_SOURCE),
    max_size=12,
)


async def play(record: ModeratedStore, changes: list[ModerationChange], recrawled: int) -> dict[str, EntryStanding]:
    await record.apply(Delta(source=source(), upserts=(entry("a"), entry("b"))), NOW)
    told, position = await follow(record.view())
    followed = dict(told)
    for number, wanted in enumerate(changes):
        if number == recrawled:
            await record.apply(Delta(source=source(), upserts=(entry("a", "Neu"),), verified=("b",)), NOW + number)
        await record.moderate(wanted, NOW + number)
        # Whoever follows the changes has what is shown now.
        told, position = await follow(record.view(), position)
        followed |= dict(told)
        assert {name for name, present in followed.items() if present} == await list_shown(record)
    shown = {one.id for one in (await record.view().entries(None, 9))[0]}
    asked = {one.id for one in await record.changes(0, 9, tests=True) if one.removed_at is None}
    return {
        name: EntryStanding.SHOWN if name in shown else EntryStanding.TEST if name in asked else EntryStanding.WITHHELD
        for name in ("a", "b")
    }


@settings(max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(changes=CHANGES, recrawled=st.integers(0, 12))
def test_in_any_order_the_last_change_of_each_kind_decides(changes: list[ModerationChange], recrawled: int) -> None:
    last = {(made.dataset, made.kind): made.wanted for made in changes}

    def expect(name: str) -> EntryStanding:
        kinds = {kind for (dataset, kind), wanted in last.items() if wanted and dataset in (WHOLE_SOURCE, name)}
        return judge_standing(frozenset(kinds))

    found = asyncio.run(play(MemoryBrokerStore(), changes, recrawled))
    assert found == {"a": expect("a"), "b": expect("b")}


@settings(max_examples=15, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES, recrawled=st.integers(0, 12))
def test_sqlite_and_memory_agree_in_any_order(
    tmp_path_factory: pytest.TempPathFactory, changes: list[ModerationChange], recrawled: int
) -> None:
    async def run() -> dict[str, EntryStanding]:
        record = await open_record(tmp_path_factory.mktemp("record") / "record.db")
        try:
            return await play(record, changes, recrawled)
        finally:
            await record.close()

    assert asyncio.run(run()) == asyncio.run(play(MemoryBrokerStore(), changes, recrawled))


async def test_what_is_said_of_a_broker_is_said_of_what_it_relays_too(record: ModeratedStore) -> None:
    relayed = test_record.source(WORKS, brokers=(CITY, "urn:further"))
    await record.apply(Delta(source=relayed, upserts=(entry("c", "Neu", participant=WORKS),)), NOW)
    for kind in (SUSPENDED, HIDDEN, TEST):
        assert await list_shown(record) == {"a", "b", "c"}
        last = await record.last_change()
        await record.moderate(change(WHOLE_SOURCE, kind), NOW)
        assert await list_shown(record) == set()
        assert await record.view().withheld() == {CITY, WORKS}
        assert {one.id for one in await record.changes(last, 100)} == {"a", "b", "c"}
        # What it relays later is withheld too.
        await record.apply(Delta(source=relayed, upserts=(entry("c", kind.value, participant=WORKS),)), NOW)
        assert await list_shown(record, tests=True) == ({"a", "b", "c"} if kind is TEST else set())
        await record.moderate(change(WHOLE_SOURCE, kind, wanted=False), NOW)
    assert await record.view().withheld() == frozenset()


async def test_a_source_that_no_broker_relays_any_more_is_judged_by_itself(record: ModeratedStore) -> None:
    relayed = test_record.source(WORKS, brokers=(CITY,))
    await record.apply(Delta(source=relayed, upserts=(entry("c", "Neu", participant=WORKS),)), NOW)
    await record.moderate(change(WHOLE_SOURCE, SUSPENDED), NOW)
    assert await list_shown(record) == set()
    await record.apply(Delta(source=source(WORKS), upserts=(entry("c", "Neu", participant=WORKS),)), NOW)
    assert await list_shown(record) == {"c"}
    await record.moderate(change("c", HIDDEN), NOW)
    assert await list_shown(record) == {"c"}


async def test_a_mark_of_one_dataset_of_a_broker_is_of_that_alone(record: ModeratedStore) -> None:
    relayed = test_record.source(WORKS, brokers=(CITY,))
    await record.apply(Delta(source=relayed, upserts=(entry("a", participant=WORKS),)), NOW)
    await record.moderate(change("a", HIDDEN), NOW)
    assert await record.view().entry(WORKS, "a")
    assert await record.view().entry(CITY, "a") is None


async def test_sources_are_found_by_name_and_the_first_names_are_listed(record: ModeratedStore) -> None:
    for participant, name in (("urn:b", "Bauamt"), ("urn:a", "BAUAMT"), ("urn:c", "Archiv"), ("urn:d", "")):
        await record.put_source(replace(source(participant), name=name))
    assert await record.list_source_names(5) == ["Archiv", "BAUAMT", "Stadt"]
    assert await record.list_source_names(1) == ["Archiv"]
    assert [one.participant for one in await record.find_named("bauamt", 5)] == ["urn:a", "urn:b"]
    assert len(await record.find_named("bauamt", 1)) == 1
    await record.put_source(replace(source("urn:a"), name="Zoo"))
    assert await record.list_source_names(5) == ["Archiv", "Bauamt", "Stadt", "Zoo"]
    assert [one.participant for one in await record.find_named("Bauamt", 5)] == ["urn:b"]
    assert await record.find_named("", 5) == []
