"""What every view of a record does: no entry that it does not show has an effect on it. Memory twin and SQLite."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from connector.api.broker import LONGEST_POSITION
from connector.ports.broker_store import (
    CLASSES,
    PORTALS,
    BrokerStore,
    Delta,
    Entry,
    Listing,
    ListOrder,
    Liveness,
    Portal,
    RecordView,
    Statements,
)
from connector.store.memory.view import MemoryRecordView
from connector.store.postgres.record import PostgresRecordView
from connector.store.rules import begin_counting, name_class, read_position, write_position
from connector.store.sqlite.record.view import SqliteRecordView
from connector.views.portals import PortalKind
from tests.contract.records import KINDS, open_kind
from tests.contract.test_record import CITY, NOW, WORKS, A, B, entry, source

HOUR = 3_600_000

VIEWS = {"memory": MemoryRecordView, "sqlite": SqliteRecordView, "postgres": PostgresRecordView}
BOX = (7.0, 51.0, 7.5, 51.5)

# A write: the participant, the identifier, the audience or None for a removal, and whether there is a teaser.
Write = tuple[str, str, bytes | None, bool]
writes = st.lists(
    st.tuples(
        st.sampled_from([CITY, WORKS]), st.sampled_from("abc"), st.sampled_from([b"", A, B, None]), st.booleans()
    ),
    max_size=12,
)


async def open_store(kind: str, folder: str) -> BrokerStore:
    return await open_kind(kind, Path(folder))


async def see(record: BrokerStore, *audiences: bytes) -> RecordView:
    """Return the view of who is admitted by some audiences, and sees the teasers of the others."""
    known = await record.classes()
    return record.view(found.number for found in known if (found.audience in audiences) is not found.reduced)


def make(write: Write, at: int) -> Entry:
    participant, name, audience, teaser = write
    times: dict[str, Any] = {"first_seen": at, "changed_at": at, "verified_at": at}
    stated = Statements(boxes=(BOX,))
    return entry(name, participant=participant, audience=audience or b"", teaser=teaser, statements=stated, **times)


async def apply(record: BrokerStore, write: Write, at: int) -> None:
    made = make(write, at)
    gone = Delta(source=source(made.participant), removed=(made.id,))
    put = Delta(source=source(made.participant), upserts=(made,))
    await record.apply(gone if write[2] is None else put, at)


def hide(write: Write, hidden: bytes) -> Write:
    """Return a write as who does not see one audience without a teaser can notice it: as a removal."""
    return (write[0], write[1], None, False) if write[2] == hidden else write


def tell(entries: Sequence[Entry]) -> list[Any]:
    """Return entries without the numbers of rows and classes, which nobody is told."""
    shown = [(one.participant, one.id, one.seq, one.reduced, one.removed_at, one.changed_at) for one in entries]
    return [*shown, *((one.first_seen, one.document, one.titles) for one in entries)]


async def read_all(view: RecordView) -> list[Any]:
    """Return all that a view says, page after page."""
    said: list[Any] = [await view.sources(), tell(await view.newest(3)), await view.claimants(("a", "b", "c"))]
    after = None
    while True:
        page, after = await view.entries(after, 2)
        said += [tell(page), after]
        if after is None:
            break
    position: str | None = None
    while True:
        page, position = await view.changes(position, 2)
        said += [tell(page), position]
        if not page:
            break
    for order in ListOrder:
        for participant in (None, CITY):
            rows, total = await view.list_entries(Listing(order=order, participant=participant, offset=1, limit=3))
            said += [tell(rows), total]
    for at in (NOW, NOW + 5 * HOUR):
        said.append((await view.find_position(at), tell((await view.list_entries(Listing(since=at)))[0])))
    for participant in (CITY, WORKS):
        said += [await view.identifiers(participant), await view.source(participant)]
        for name in "abc":
            one = await view.entry(participant, name)
            said.append(tell([one] if one else []))
    return [*said, len(await view.within(BOX, 10)), len(await view.at_rows(list(range(60))))]


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None, max_examples=40)
@given(written=writes)
async def test_no_entry_that_a_view_does_not_show_has_an_effect_on_it(kind: str, written: list[Write]) -> None:
    plain = [(*write[:3], write[3] and write[2] != B) for write in written]
    with TemporaryDirectory() as whole, TemporaryDirectory() as part:
        with_it, without = await open_store(kind, whole), await open_store(kind, part)
        for at, write in enumerate(plain):
            await apply(with_it, write, NOW + at * HOUR)
            await apply(without, hide(write, B), NOW + at * HOUR)
        for audiences in ((), (A,)):
            view = await see(with_it, *audiences)
            assert isinstance(view, VIEWS[kind])
            assert await read_all(view) == await read_all(await see(without, *audiences))
        if any(entry.audience == B and entry.removed_at is None for entry in await with_it.changes(0, 100)):
            assert await read_all(await see(with_it, B)) != await read_all(await see(without, B))
        await with_it.close()
        await without.close()


@pytest.mark.parametrize("kind", KINDS)
async def test_a_class_that_becomes_visible_follows_whole(kind: str, tmp_path: Path) -> None:
    record = await open_store(kind, str(tmp_path))
    for at, write in enumerate([(CITY, "a", A, False), (CITY, "b", b"", False), (CITY, "c", A, True)]):
        await apply(record, write, NOW + at)
    page, position = await (await see(record)).changes(None, 10)
    assert [(one.id, one.reduced) for one in page] == [("b", False), ("c", True)]
    assert position.startswith("1.")
    page, position = await (await see(record, A)).changes(position, 10)
    assert [(one.id, one.reduced) for one in page] == [("a", False), ("c", False)]
    assert (await (await see(record, A)).changes(position, 10)) == ([], position)
    await record.close()


@pytest.mark.parametrize("kind", KINDS)
async def test_a_cursor_of_another_class_is_unknown(kind: str, tmp_path: Path) -> None:
    record = await open_store(kind, str(tmp_path))
    for name in "ab":
        await apply(record, (CITY, name, A, False), NOW)
    _, cursor = await (await see(record, A)).entries(None, 1)
    assert cursor is not None
    with pytest.raises(ValueError, match="Unknown cursor"):
        await (await see(record)).entries(cursor, 1)
    for text in ("x", "-1", "1.x", "1.a-b-c", "1.a-zz", "1.a-1.a-1", f"1{'.a-1' * 300}", str(2**64)):
        with pytest.raises(ValueError, match="Unknown"):
            await record.view().changes(text, 1)
    await record.close()


@given(st.dictionaries(st.sampled_from(["", "ab", "c0ffee", "0"]), st.integers(0, 2**62)))
def test_a_position_is_read_as_it_was_written(changes: dict[str, int]) -> None:
    kept = {key: change for key, change in changes.items() if change}
    assert {key: change for key, change in read_position(write_position(changes)).items() if change} == kept


def test_a_position_of_all_classes_fits_into_an_address() -> None:
    keys = [name_class(b"%d" % number, reduced=False) for number in range(CLASSES)]
    assert (
        len(write_position({"": 2**53, **{key: begin_counting(key, NOW) + 2**30 for key in keys}})) < LONGEST_POSITION
    )


@pytest.mark.parametrize("kind", KINDS)
async def test_a_view_names_the_sources_that_are_away_and_those_that_are_portals(kind: str, tmp_path: Path) -> None:
    record = await open_store(kind, str(tmp_path))
    portal = replace(source(f"{PORTALS}land"), portal=Portal(kind=PortalKind.CKAN), liveness=Liveness.ONLINE)
    await record.put_source(replace(source(CITY), liveness=Liveness.ONLINE))
    await record.put_source(replace(source(WORKS), liveness=Liveness.OFFLINE))
    await record.put_source(portal)
    reach = await record.view().reach()
    assert (set(reach.away), set(reach.portals)) == ({WORKS}, {portal.participant})
    assert [reach.find_liveness(name) for name in (CITY, WORKS)] == [Liveness.ONLINE, Liveness.OFFLINE]
    await record.put_source(replace(source(CITY), liveness=Liveness.SUSPECT))
    await record.apply(Delta(source=replace(source(WORKS), liveness=Liveness.ONLINE)), NOW)
    assert set((await record.view().reach()).away) == set((await record.reach()).away) == {CITY}
    await record.close()


@pytest.mark.parametrize("kind", KINDS)
async def test_only_who_lists_an_identifier_for_the_caller_is_named(kind: str, tmp_path: Path) -> None:
    record = await open_store(kind, str(tmp_path))
    for at, write in enumerate([(WORKS, "a", b"", False), (CITY, "a", A, False), (CITY, "b", b"", False)]):
        await apply(record, write, at)
    assert await record.view().providers("a") == [WORKS]
    assert await (await see(record, A)).providers("a") == [CITY, WORKS]
    await apply(record, (WORKS, "a", None, False), 9)
    assert await record.view().providers("a") == []
    await record.close()
