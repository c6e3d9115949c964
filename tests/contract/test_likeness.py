"""Entries that state to be one: who has them, and who sees them. Memory twin and SQLite."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from connector.ports.broker_store import Delta, Entry
from connector.ports.moderated_store import ModeratedStore
from connector.ports.moderation import MarkKind, ModerationChange
from tests.contract.records import KINDS, open_kind
from tests.contract.test_record import CITY, NOW, WORKS, A, entry, source

KEY, OTHER = "0" * 32, "f" * 32


@pytest.fixture(params=KINDS)
async def record(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ModeratedStore]:
    opened: ModeratedStore = await open_kind(request.param, tmp_path)
    yield opened
    await opened.close()


def like(id: str, participant: str = CITY, *keys: str, audience: bytes = b"") -> Entry:
    return entry(id, participant=participant, likenesses=keys or (KEY,), audience=audience)


async def put(record: ModeratedStore, *entries: Entry, removed: tuple[str, ...] = (), of: str = CITY) -> None:
    await record.apply(Delta(source=source(of), upserts=entries, removed=removed), NOW)


async def list_alike(record: ModeratedStore, visible: tuple[int, ...] = ()) -> dict[str, list[str]]:
    """Return the entries with those that are like them, as a view sees them."""
    view = record.view(visible)
    entries = (await view.entries(None, 100))[0]
    alike = await view.alike(entries)
    names = {one.row: one.id for one in entries}
    return {names[row]: [other.id for other in others] for row, others in alike.items()}


async def list_shared(record: ModeratedStore) -> list[str]:
    return list((await record.shared_likenesses(None, 50))[0])


async def test_entries_of_two_participants_with_one_key_are_alike_until_one_is_removed(record: ModeratedStore) -> None:
    await put(record, like("a"), like("b"))
    assert (await list_alike(record), await list_shared(record)) == ({}, [])
    await put(record, like("c", WORKS, OTHER, KEY), of=WORKS)
    assert await list_alike(record) == {"a": ["c"], "b": ["c"], "c": ["a"]}
    assert await list_shared(record) == [KEY]
    found = (await record.alike_by([KEY]))[KEY]
    assert [one.id for one in found] == ["a", "c"], "one of each participant"
    await put(record, removed=("a",))
    assert (await list_alike(record), await list_shared(record)) == ({"b": ["c"], "c": ["b"]}, [KEY])
    await put(record, removed=("b",))
    assert (await list_alike(record), await list_shared(record)) == ({}, [])


async def test_an_entry_that_states_something_else_now_is_not_alike_any_more(record: ModeratedStore) -> None:
    await put(record, like("a"))
    await put(record, like("b", WORKS), of=WORKS)
    await put(record, replace(like("b", WORKS, OTHER), digest="new"), of=WORKS)
    assert (await list_alike(record), await list_shared(record)) == ({}, [])


async def test_what_is_hidden_or_a_test_is_like_nothing_until_it_is_shown_again(record: ModeratedStore) -> None:
    await put(record, like("a"))
    await put(record, like("b", WORKS), of=WORKS)
    for kind in (MarkKind.HIDDEN, MarkKind.TEST):
        change = ModerationChange(participant=WORKS, dataset="b", kind=kind, wanted=True, by="admin")
        await record.moderate(change, NOW)
        assert (await list_alike(record), await list_shared(record)) == ({}, [])
        await record.moderate(replace(change, wanted=False), NOW)
        assert (await list_alike(record), await list_shared(record)) == ({"a": ["b"], "b": ["a"]}, [KEY])


async def test_what_a_caller_does_not_see_is_like_nothing_for_it(record: ModeratedStore) -> None:
    await put(record, like("a"))
    await put(record, like("b", WORKS, audience=A), of=WORKS)
    assert await list_alike(record) == {}
    assert await list_alike(record, tuple(known.number for known in await record.classes())) == {"a": ["b"], "b": ["a"]}
    assert await list_shared(record) == [KEY]


async def test_shared_keys_are_listed_page_by_page(record: ModeratedStore) -> None:
    keys = [f"{number:032}" for number in range(5)]
    await put(record, like("a", CITY, *keys))
    await put(record, like("b", WORKS, *keys), of=WORKS)
    seen, after = [], None
    while True:
        page, after = await record.shared_likenesses(after, 2)
        seen += page
        if after is None:
            break
    assert seen == keys
