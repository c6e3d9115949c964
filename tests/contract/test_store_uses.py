"""What every store does about uses: limits within periods, the record of each use, and how far a delivery has come."""

import asyncio

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from connector.ports import changes
from connector.ports.entities import Block, CountedUse, PageBounds, Recent, UsePart
from connector.ports.store import Store
from connector.ports.store_errors import LimitReached, TooSoon
from connector.store.memory.store import MemoryStore
from tests.contract.values import OWNER

HOUR = 3_600_000
AGREED = "urn:agreement:1"


def use(at: int, most: int | None = 3, uses: int = 1) -> changes.AddUsage:
    return changes.AddUsage(OWNER, AGREED, uses=uses, max_per_hour=most, at=at)


async def test_of_uses_at_once_no_more_begin_within_an_hour_than_may(store: Store) -> None:
    outcomes = await asyncio.gather(*(store.commit([use(HOUR)]) for _ in range(5)), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType"] * 3 + ["TooSoon"] * 2
    assert await store.recent(OWNER, AGREED, HOUR) == Recent(uses=3, frees_at=2 * HOUR + 1000)
    assert (await store.usage(OWNER, AGREED)).uses == 3
    assert await store.recent("other", AGREED, HOUR) == Recent(uses=0)


async def test_a_use_counts_for_an_hour_to_the_second_and_then_makes_room(store: Store) -> None:
    await store.commit([use(10 * HOUR + 500, uses=2)])
    await store.commit([use(10 * HOUR + 60_000)])
    with pytest.raises(TooSoon) as soon:
        await store.commit([use(11 * HOUR + 999)])
    assert soon.value.again_at == 11 * HOUR + 1000
    assert await store.recent(OWNER, AGREED, 11 * HOUR + 999) == Recent(uses=3, frees_at=11 * HOUR + 1000)
    assert await store.recent(OWNER, AGREED, 11 * HOUR + 1000) == Recent(uses=1, frees_at=11 * HOUR + 61_000)
    await store.commit([use(11 * HOUR + 1000, uses=2)])
    with pytest.raises(TooSoon):
        await store.commit([use(11 * HOUR + 1001)])


async def test_what_is_not_limited_by_the_hour_is_not_kept_by_the_hour(store: Store) -> None:
    await store.commit([use(HOUR, most=None)])
    assert await store.recent(OWNER, AGREED, HOUR) == Recent(uses=0)


DAY = 86_400_000


def use_of(at: int, *, agreement: str = AGREED, flow: str = "urn:t:1", **other: object) -> CountedUse:
    facts = {"owner": OWNER, "counterparty": "urn:peer", "dataset": "urn:d:1", "providing": True}
    return msgspec.convert({**facts, "agreement_id": agreement, "flow_id": flow, "at": at, **other}, CountedUse)


def within(use: CountedUse, **most: int) -> changes.AddUsage:
    return changes.AddUsage(OWNER, use.agreement_id, uses=1, at=use.at, use=use, max_within=most)


async def test_a_limit_within_a_period_counts_the_uses_of_a_counterparty_under_all_agreements(store: Store) -> None:
    await store.commit([within(use_of(DAY), P1D=2)])
    await store.commit([within(use_of(DAY + 10, agreement="urn:agreement:2"), P1D=2)])
    with pytest.raises(TooSoon) as soon:
        await store.commit([within(use_of(2 * DAY - 1, agreement="urn:agreement:3"), P1D=2)])
    assert soon.value.again_at == 2 * DAY
    for other in ({"counterparty": "urn:other"}, {"dataset": "urn:d:2"}):
        await store.commit([within(use_of(DAY + 20, **other), P1D=2)])
    await store.commit([within(use_of(DAY + 20, providing=False))])
    assert (await store.usage(OWNER, "urn:agreement:3")).uses == 0, "a refused use was counted"
    assert await store.within(OWNER, "urn:peer", "urn:d:1", "P1D", 2 * DAY - 1) == Recent(uses=2, frees_at=2 * DAY)
    assert await store.within(OWNER, "urn:peer", "urn:d:1", "P1D", 2 * DAY) == Recent(uses=1, frees_at=2 * DAY + 10)
    assert await store.within("other", "urn:peer", "urn:d:1", "P1D", DAY) == Recent(uses=0)
    await store.commit([within(use_of(2 * DAY, agreement="urn:agreement:3"), P1D=2)])
    with pytest.raises(LimitReached) as ever:
        await store.commit([within(use_of(99 * DAY), ever=3)])
    assert not isinstance(ever.value, TooSoon)
    assert (await store.within(OWNER, "urn:peer", "urn:d:1", "ever", 99 * DAY)).frees_at is None


async def test_every_use_is_on_record_with_the_bytes_that_moved_for_it(store: Store) -> None:
    await store.commit([within(use_of(5))])
    await store.commit([changes.AddUsage(OWNER, AGREED, bytes_moved=10, flow_id="urn:t:1")])
    await store.commit([within(use_of(9)), within(use_of(9, agreement="urn:agreement:2", flow="urn:t:2"))])
    await store.commit([changes.AddUsage(OWNER, AGREED, bytes_moved=7, flow_id="urn:t:1")])
    await store.commit([changes.AddUsage(OWNER, AGREED, bytes_moved=-2, flow_id="urn:t:1")])
    mine, end = await store.uses(OWNER, PageBounds(), agreement_id=AGREED)
    assert ([(use.at, use.bytes_moved) for use in mine], end) == ([(5, 10), (9, 5)], None)
    first, after = await store.uses(OWNER, PageBounds(limit=2))
    rest, _ = await store.uses(OWNER, PageBounds(limit=2, after=after))
    assert [use.flow_id for use in (*first, *rest)] == ["urn:t:1", "urn:t:1", "urn:t:2"]
    assert (await store.usage(OWNER, AGREED)).bytes_moved == 15


async def test_the_use_of_several_agreements_is_one_read(store: Store) -> None:
    await store.commit([within(use_of(5)), within(use_of(6)), within(use_of(7, agreement="urn:agreement:2"))])
    await store.commit([within(use_of(8, providing=False)), changes.AddUsage(OWNER, AGREED, bytes_moved=9)])
    found = await store.usage_of(OWNER, [AGREED, "urn:agreement:2", "urn:none"])
    assert {key: (usage.uses, usage.bytes_moved) for key, usage in found.items()} == {
        AGREED: (3, 9),
        "urn:agreement:2": (1, 0),
    }
    assert await store.usage_of("other", [AGREED]) == {}
    pairs = [("urn:peer", "urn:d:1"), ("urn:peer", "urn:d:2")]
    assert await store.used_in_all(OWNER, pairs, 100) == {pairs[0]: 3, pairs[1]: 0}
    assert await store.used_in_all(OWNER, pairs, 2) == {pairs[0]: 2, pairs[1]: 0}
    assert await store.used_in_all("other", pairs, 2) == dict.fromkeys(pairs, 0)


async def test_the_parts_of_a_use_are_kept_until_the_next_use_of_the_flow(store: Store) -> None:
    part = UsePart(owner=OWNER, flow_id="urn:t:1", part="a", version='"1"', size=9, sent=5, starts=1)
    await store.commit([within(use_of(5)), changes.PutUsePart(part)])
    further = [replace(part, sent=9, finished_at=6), replace(part, part="b"), replace(part, flow_id="urn:t:2")]
    await store.commit([changes.PutUsePart(each) for each in further])
    assert await store.use_parts(OWNER, "urn:t:1") == [replace(part, sent=9, finished_at=6), replace(part, part="b")]
    await store.commit([within(use_of(9)), changes.PutUsePart(part)])
    assert await store.use_parts(OWNER, "urn:t:1") == [part]
    assert await store.use_parts(OWNER, "urn:t:2") == [replace(part, flow_id="urn:t:2")]


async def test_the_parts_of_a_use_go_with_the_end_of_its_flow(store: Store) -> None:
    part = UsePart(owner=OWNER, flow_id="urn:t:1", part="a")
    await store.commit([changes.PutUsePart(each) for each in (part, replace(part, part="b"))])
    await store.commit([changes.PutUsePart(replace(part, flow_id="urn:t:2")), changes.DropUseParts(OWNER, "urn:t:1")])
    assert await store.use_parts(OWNER, "urn:t:1") == []
    assert len(await store.use_parts(OWNER, "urn:t:2")) == 1


async def test_uses_of_a_clock_that_was_ahead_count_as_now_until_they_are_dated_anew(store: Store) -> None:
    used = use_of(100 * DAY)
    await store.commit([replace(within(used, P1D=1), max_per_hour=1)])
    await store.commit([within(use_of(3 * DAY - 5, dataset="urn:d:2"))])
    now = 3 * DAY
    with pytest.raises(TooSoon) as soon:
        await store.commit([use(now, 1)])
    assert soon.value.again_at == now + HOUR + 1000
    with pytest.raises(TooSoon) as soon:
        await store.commit([within(use_of(now), P1D=1)])
    assert soon.value.again_at == now + DAY
    assert await store.recent(OWNER, AGREED, now) == Recent(uses=1, frees_at=now + HOUR + 1000)
    assert await store.within(OWNER, "urn:peer", "urn:d:1", "P1D", now) == Recent(uses=1, frees_at=now + DAY)
    for _ in range(2):
        await store.commit([changes.SetUsesBack(OWNER, now, now - 1000), changes.SetUsesBack("other", 0, 0)])
    assert await store.recent(OWNER, AGREED, now) == Recent(uses=1, frees_at=now + HOUR)
    assert await store.within(OWNER, "urn:peer", "urn:d:1", "P1D", now) == Recent(uses=1, frees_at=now + DAY - 1000)
    assert await store.within(OWNER, "urn:peer", "urn:d:1", "P1D", now + DAY) == Recent(uses=0)
    assert [one.at for one in (await store.uses(OWNER, PageBounds()))[0]] == [now - 1000, 3 * DAY - 5]
    await store.commit([use(now + HOUR, 1), within(use_of(now + DAY), P1D=1)])


@given(
    steps=st.lists(
        st.tuples(st.integers(0, HOUR // 2), st.sampled_from([-9 * HOUR, 0, 0, 0, 9 * HOUR]), st.booleans()),
        min_size=1,
        max_size=40,
    ),
    most=st.integers(1, 3),
)
@settings(max_examples=60, deadline=None)
def test_no_clock_that_jumps_closes_a_limit_for_longer_than_its_period(
    steps: list[tuple[int, int, bool]], most: int
) -> None:
    """The clock goes on and jumps; now and then what it has dated before it went back is dated anew."""

    async def live() -> None:
        store, now, latest = MemoryStore(), 500 * HOUR, 0
        for gap, jump, noticed in steps:
            now += gap + jump
            if noticed:
                await store.commit([changes.SetUsesBack(OWNER, now, now)])
                latest = min(latest, now)
            begun = replace(within(use_of(now), P1D=most), max_per_hour=most)
            again_at, longest = now + 1, DAY
            try:
                await store.commit([begun])
                latest = max(latest, now)
            except TooSoon as soon:
                again_at, longest = soon.again_at, HOUR + 1000 if "an hour" in str(soon) else DAY
            assert now < again_at <= now + longest
            recent = await store.recent(OWNER, AGREED, now)
            daily = await store.within(OWNER, "urn:peer", "urn:d:1", "P1D", now)
            assert (recent.frees_at or now) <= now + HOUR + 1000
            assert (daily.frees_at or now) <= now + DAY
            if latest <= now:
                assert (await store.recent(OWNER, AGREED, now + HOUR + 1000)).uses == 0
                assert (await store.within(OWNER, "urn:peer", "urn:d:1", "P1D", now + DAY)).uses == 0

    asyncio.run(live())


@given(
    gaps=st.lists(st.integers(0, HOUR // 2), min_size=1, max_size=60),
    most=st.integers(1, 5),
)
@settings(max_examples=60, deadline=None)
def test_no_hour_ever_has_more_uses_than_may_be(gaps: list[int], most: int) -> None:
    async def lived() -> list[int]:
        store, begun, now = MemoryStore(), [], HOUR
        for gap in gaps:
            now += gap
            if (await store.recent(OWNER, AGREED, now)).uses < most:
                await store.commit([use(now, most)])
                begun.append(now)
                continue
            with pytest.raises(TooSoon) as soon:
                await store.commit([use(now, most)])
            assert now < soon.value.again_at <= now + HOUR + 1000
        return begun

    begun = asyncio.run(lived())
    for place, at in enumerate(begun):
        assert sum(at <= other <= at + HOUR for other in begun[place:]) <= most


async def test_a_block_is_kept_until_it_is_lifted(store: Store) -> None:
    block = Block(owner=OWNER, participant="urn:b", at=5, by="person", reason="Breach.")
    await store.commit([changes.PutBlock(block), changes.PutBlock(replace(block, participant="urn:a"))])
    await store.commit([changes.PutBlock(replace(block, owner="other", participant="urn:c"))])
    assert await store.block(OWNER, "urn:b") == block
    assert [entry.participant for entry in await store.blocks(OWNER)] == ["urn:a", "urn:b"]
    await store.commit([changes.DropBlock(OWNER, "urn:b"), changes.DropBlock(OWNER, "urn:unknown")])
    assert await store.block(OWNER, "urn:b") is None
    assert await store.block("other", "urn:c") is not None
