"""What every store keeps of each month: the sums of agreements, deliveries, bytes and denials, by their commit."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from connector.ports.changes import AddUsage, CountDenial, FinalizeAgreement, PutAgreement, SetUsesBack
from connector.ports.entities import CountedUse, MonthlyUsage, PageBounds
from connector.ports.store import Store
from connector.protocol.dsp.common import Role
from connector.store.memory.store import MemoryStore
from tests.contract import values
from tests.contract.values import OWNER

JANUARY = int(datetime(2026, 1, 15, tzinfo=UTC).timestamp() * 1000)
FEBRUARY = int(datetime(2026, 2, 15, tzinfo=UTC).timestamp() * 1000)
TRAFFIC = ("urn:purpose:traffic",)


def use(at: int, key: str = "urn:a:1", flow: str = "urn:t:1") -> AddUsage:
    counted = CountedUse(
        owner=OWNER, agreement_id=key, flow_id=flow, counterparty="urn:peer", dataset="urn:d:1", providing=True, at=at
    )
    return AddUsage(OWNER, key, uses=1, at=at, use=counted)


async def agree(store: Store, id: str = "urn:a:1", **changed: Any) -> str:
    plain = {"role": Role.PROVIDER, "dataset": "urn:d:1", "counterparty": "urn:peer", "purposes": TRAFFIC}
    agreement = values.agreement(id, **{**plain, "finalized_at": None, **changed})
    await store.commit([PutAgreement(agreement)])
    return agreement.key


async def read(store: Store, month: str, *, providing: bool = True) -> list[MonthlyUsage]:
    rows, after = await store.usage_in(OWNER, PageBounds(), month=month, providing=providing)
    assert after is None
    return list(rows)


async def test_a_month_counts_what_was_agreed_delivered_and_denied_in_it(store: Store) -> None:
    key = await agree(store)
    assert await read(store, "2026-01") == [], "an agreement that is not final was counted"
    await store.commit([FinalizeAgreement(OWNER, key, JANUARY), use(JANUARY)])
    await store.commit([AddUsage(OWNER, key, bytes_moved=700, flow_id="urn:t:1")])
    await store.commit([use(FEBRUARY), CountDenial(OWNER, key, FEBRUARY)])
    await store.commit([AddUsage(OWNER, key, bytes_moved=30, flow_id="urn:t:1")])
    named = {"owner": OWNER, "providing": True, "dataset": "urn:d:1", "counterparty": "urn:peer", "purposes": TRAFFIC}
    january = MonthlyUsage(**named, month="2026-01", agreements=1, deliveries=1, bytes_moved=700)
    assert await read(store, "2026-01") == [january]
    february = MonthlyUsage(**named, month="2026-02", deliveries=1, bytes_moved=30, denied=1)
    assert await read(store, "2026-02") == [february]
    assert await read(store, "2026-01", providing=False) == []


async def test_sums_are_apart_by_role_and_purpose_and_paged(store: Store) -> None:
    await agree(store, finalized_at=JANUARY)
    await agree(store, "urn:a:2", finalized_at=JANUARY)
    await agree(store, "urn:a:3", finalized_at=JANUARY, purposes=())
    await agree(store, "urn:a:4", finalized_at=JANUARY, role=Role.CONSUMER)
    rows, after = await store.usage_in(OWNER, PageBounds(limit=1), month="2026-01", providing=True)
    assert [(row.purposes, row.agreements) for row in rows] == [(TRAFFIC, 2)]
    rows, after = await store.usage_in(OWNER, PageBounds(limit=1, after=after), month="2026-01", providing=True)
    assert ([(row.purposes, row.agreements) for row in rows], after) == ([((), 1)], None)
    assert [row.agreements for row in await read(store, "2026-01", providing=False)] == [1]


async def test_what_belongs_to_no_agreement_is_not_counted(store: Store) -> None:
    await store.commit([use(JANUARY, "urn:none"), CountDenial(OWNER, "urn:none", JANUARY)])
    assert await read(store, "2026-01") == []


async def test_uses_of_a_clock_that_was_ahead_go_to_the_month_in_which_they_were(store: Store) -> None:
    key = await agree(store)
    await store.commit([use(FEBRUARY), use(JANUARY, flow="urn:t:2")])
    await store.commit([AddUsage(OWNER, key, bytes_moved=9, flow_id="urn:t:1")])
    await store.commit([SetUsesBack(OWNER, JANUARY, JANUARY - 1)])
    assert [(row.deliveries, row.bytes_moved) for row in await read(store, "2026-01")] == [(2, 9)]
    assert [(row.deliveries, row.bytes_moved) for row in await read(store, "2026-02")] == [(0, 0)]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["use", "bytes", "denial"]), st.integers(0, 2), st.sampled_from([JANUARY, FEBRUARY]),
        st.integers(1, 99),
    ),
    max_size=12,
)  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(STEPS)
async def test_the_sums_are_those_of_what_happened(steps: list[tuple[str, int, int, int]]) -> None:
    store = MemoryStore()
    for number in range(3):
        await agree(store, f"urn:a:{number}")
    expected: Counter[tuple[str, str]] = Counter()
    begun: dict[str, str] = {}
    for what, number, at, count in steps:
        key, flow = f"urn:a:{number}", f"urn:t:{number}"
        month = "2026-01" if at == JANUARY else "2026-02"
        if what == "use":
            await store.commit([use(at, key, flow)])
            begun[flow] = month
            expected[month, "deliveries"] += 1
        elif what == "denial":
            await store.commit([CountDenial(OWNER, key, at)])
            expected[month, "denied"] += 1
        else:
            await store.commit([AddUsage(OWNER, key, bytes_moved=count, flow_id=flow)])
            if flow in begun:
                expected[begun[flow], "bytes_moved"] += count
    for month in ("2026-01", "2026-02"):
        rows = await read(store, month)
        for name in ("deliveries", "denied", "bytes_moved"):
            assert sum(getattr(row, name) for row in rows) == expected[month, name]
