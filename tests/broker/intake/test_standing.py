"""What issuers say later in status lists: ended descriptions are refused, and removed soon, or at once after news."""

import asyncio

import pytest

from connector.broker.intake import standing
from connector.broker.intake.accepting import DescriptionRefused
from connector.broker.intake.intake import Kept
from connector.identity.dcp.statuses import FRESH_MS, LOOK_AGAIN_MS
from connector.protocol.credential import name_description
from connector.store import rules
from tests.broker.crawling import A, until
from tests.broker.intake.pushing import KEY_B, LIST, MEMBERS, B, Pushing, plain, show_member
from tests.identity.dcp.places import pack


async def open_world(*ended: int) -> Pushing:
    world = Pushing()
    await world.crawl()
    world.lists.publish(*ended)
    return world


async def test_a_list_is_fetched_once_for_all_that_are_on_it() -> None:
    world = await open_world(90_000)
    for bit in range(5):
        await world.push_listed(f"urn:{bit}", bit)
    assert await world.watch.take_turn()
    assert world.lists.fetched == [LIST]
    assert world.changes == [""] * 5


async def test_what_its_issuer_has_ended_is_refused() -> None:
    world = await open_world(7)
    with pytest.raises(DescriptionRefused, match=r"ended the credential \(revocation\)") as refused:
        await world.push_listed("urn:air", 7)
    assert refused.value.code == "status"
    assert await world.record.entry(A, "urn:air") is None


async def test_what_is_ended_later_is_removed_with_the_next_look() -> None:
    world = await open_world()
    await world.push_listed("urn:air", 7)
    await world.push_listed("urn:roads", 8)
    world.lists.publish(7)
    world.space.now += FRESH_MS
    assert await world.watch.take_turn()
    assert await world.record.entry(A, "urn:air") is None
    assert await world.intake.find(name_description(A, "urn:air")) is None
    assert await world.record.entry(A, "urn:roads") is not None
    assert world.changes == ["", "", A]


async def test_the_news_of_a_participant_has_its_lists_fetched_at_once() -> None:
    world = await open_world()
    await world.push_listed("urn:air", 7)
    world.lists.publish(7)
    task = asyncio.create_task(world.watch.run())
    try:
        world.watch.note_news(B)
        world.watch.note_news(A)
        await until(lambda: A in world.changes)
    finally:
        task.cancel()
    assert await world.record.entry(A, "urn:air") is None
    assert world.lists.fetched == [LIST, LIST]


@pytest.mark.parametrize("served", ["gone", "strange", "old"])
async def test_a_list_that_says_nothing_refuses_what_is_new_and_ends_what_is_kept_after_a_day(served: str) -> None:
    world = await open_world()
    await world.push_listed("urn:air", 7)
    if served == "gone":
        world.lists.served.clear()
    elif served == "strange":
        world.lists.publish(key=KEY_B)
    else:
        world.lists.publish(validUntil="2026-01-01T00:00:00Z")
    world.space.now += FRESH_MS
    with pytest.raises(DescriptionRefused) as refused:
        await world.push_listed("urn:roads", 8)
    assert refused.value.code == ("status-unknown" if served == "gone" else "status")
    world.space.now += LOOK_AGAIN_MS
    await world.watch.take_turn()
    world.space.now += standing.UNKNOWN_MS - 1
    await world.watch.take_turn()
    assert await world.record.entry(A, "urn:air") is not None
    world.space.now += 1 + LOOK_AGAIN_MS
    await world.watch.take_turn()
    assert await world.record.entry(A, "urn:air") is None
    assert not await world.watch.take_turn()


async def test_one_participant_has_a_bounded_number_of_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "LISTS_OF_ONE", 2)
    world = await open_world()
    for number in range(2):
        world.lists.publish(url=f"{LIST}-{number}")
        await world.push_listed(f"urn:{number}", 1, f"{LIST}-{number}")
    with pytest.raises(DescriptionRefused, match="one list") as refused:
        await world.push_listed("urn:air", 1)
    assert refused.value.code == "too-many"
    assert await world.record.entry(A, "urn:air") is None
    await world.push_listed("urn:0", 1, f"{LIST}-1")
    await world.push_listed("urn:air", 1)


async def test_a_list_of_a_gigabyte_of_zeros_is_refused() -> None:
    world = await open_world()
    subject = {
        "id": LIST + "#list",
        "type": "BitstringStatusList",
        "statusPurpose": "revocation",
        "encodedList": pack(length=9 * 1024 * 1024),
    }
    world.lists.publish(credentialSubject=subject)
    with pytest.raises(DescriptionRefused, match="longer than"):
        await world.push_listed("urn:air", 7)


async def test_a_push_causes_no_look_at_what_others_pushed_and_a_rest_ends_with_the_first_list(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = await open_world()
    looked, whole = list[str](), world.store.named_lists

    async def note(participant: str | None = None) -> object:
        looked.append(participant or "all")
        return await whole(participant)

    monkeypatch.setattr(world.store, "named_lists", note)
    task = asyncio.create_task(world.watch.run())
    try:
        await until(lambda: looked == ["all"])
        world.watch.note_news(A)
        await asyncio.sleep(0)
        assert looked == ["all"]
        await world.push_listed("urn:air", 7)
        for number in range(5):
            await world.push_dataset(f"urn:{number}")
        world.lists.publish(7)
        world.watch.note_news(A)
        await until(lambda: A in world.changes)
    finally:
        task.cancel()
    assert looked == ["all", A]


async def test_a_description_without_a_status_causes_no_fetch_and_no_turn() -> None:
    world = await open_world()
    await world.push_dataset("urn:air")
    assert not await world.watch.take_turn()
    assert world.lists.fetched == []


async def test_a_fault_of_the_record_ends_no_looking(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    world = await open_world()
    await world.push_listed("urn:air", 7)
    whole, failed = world.store.named_lists, asyncio.Event()

    async def fail(participant: str | None = None) -> None:
        monkeypatch.setattr(world.store, "named_lists", whole)
        failed.set()
        raise OSError("no disk")

    monkeypatch.setattr(world.store, "named_lists", fail)
    world.lists.publish(7)
    task = asyncio.create_task(world.watch.run())
    try:
        await failed.wait()
        await asyncio.sleep(0)
        world.watch.note_news(A)
        await until(lambda: A in world.changes)
    finally:
        task.cancel()
    assert "not looked at" in caplog.text


async def test_the_end_of_a_membership_ends_all_that_was_pushed_with_it() -> None:
    world = await open_world()
    world.publish_members()
    await world.push_shown("urn:air", 7)
    await world.push_shown("urn:roads", 7)
    await world.push_shown("urn:trees", 8)
    assert await world.watch.take_turn()
    world.publish_members(7)
    world.space.now += FRESH_MS
    await world.watch.take_turn()
    kept = [await world.record.entry(A, f"urn:{name}") is not None for name in ("air", "roads", "trees")]
    assert kept == [False, False, True]
    assert world.changes[-1] == A


async def test_the_same_bytes_with_a_new_credential_stand_on_the_new_one() -> None:
    world = await open_world()
    world.publish_members()
    secured = world.secure(world.state(plain("urn:air")))
    name = name_description(A, "urn:air")
    for bit in (7, 8):
        taken = await world.intake.put(A, name, secured, show_member(bit))
    assert taken.kept is Kept.UNCHANGED
    world.publish_members(7)
    world.space.now += FRESH_MS
    await world.watch.take_turn()
    assert await world.record.entry(A, "urn:air") is not None


async def test_an_authority_that_is_away_ends_nobody() -> None:
    world = await open_world()
    world.publish_members()
    await world.push_shown("urn:air", 7)
    del world.lists.served[MEMBERS]
    for _ in range(3):
        world.space.now += standing.UNKNOWN_MS
        await world.watch.take_turn()
    assert await world.record.entry(A, "urn:air") is not None
