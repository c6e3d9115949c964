"""Usage by month: narrowed, summed up, sorted and described."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.controlplane.core.errors import Invalid
from connector.controlplane.usecases.proving import usage
from connector.controlplane.usecases.proving.usage import COUNTED, UsageQuestion
from connector.ports.changes import CountDenial, PutAgreement
from connector.ports.entities import MonthlyUsage
from connector.protocol.dsp.common import Role
from connector.views.agreements import UsagePart
from tests.contract import values
from tests.support.plane import CITY, NOW, OWNER, Desk

ROWS = st.lists(
    st.builds(
        MonthlyUsage, owner=st.just(OWNER), month=st.sampled_from(["2026-01", "2026-02"]), providing=st.just(True),
        dataset=st.sampled_from(["urn:d:1", "urn:d:2"]), counterparty=st.sampled_from(["urn:a", "urn:b"]),
        purposes=st.sampled_from([(), ("urn:p",)]), agreements=st.integers(0, 9), deliveries=st.integers(0, 9),
        bytes_moved=st.integers(0, 9), denied=st.integers(0, 9),
    )
)  # fmt: skip


@given(ROWS, st.sets(st.sampled_from(list(UsagePart))))
def test_no_count_is_lost_when_parts_are_summed_up(rows: list[MonthlyUsage], by: set[UsagePart]) -> None:
    found = usage.sum_up(rows, sorted(by))
    for name in COUNTED:
        assert sum(getattr(row, name) for row in found) == sum(getattr(row, name) for row in rows)
    assert len({tuple(getattr(row, part) for part in by) for row in found}) == len(found)
    assert all(not getattr(row, part) for row in found for part in set(UsagePart) - by)


def test_the_examples_come_out_as_written() -> None:
    assert doctest.testmod(usage).failed == 0


@pytest.mark.parametrize(
    ("first", "last"),
    [("2026-02", "2026-01"), ("2020-01", "2026-01"), ("2026-13", "2026-13"), ("2026-1", "2026-2"), ("٢٠٢٦-01", "x"),
     ("0000-01", "0000-01")],
)  # fmt: skip
def test_what_is_no_period_is_refused(first: str, last: str) -> None:
    with pytest.raises(Invalid, match="month"):
        usage.list_months(first, last)


async def _agree(desk: Desk) -> None:
    agreed = [
        values.agreement("urn:a:1", role=Role.PROVIDER, dataset="urn:d:1", counterparty=CITY, finalized_at=NOW,
                         title={"de": "Bäume"}, purposes=("urn:p:1",)),
        values.agreement("urn:a:2", role=Role.PROVIDER, dataset="urn:d:2", counterparty="urn:x", finalized_at=NOW,
                         title={"de": "Ampeln"}),
        values.agreement("urn:a:3", role=Role.CONSUMER, dataset="urn:d:3", counterparty=CITY, finalized_at=NOW),
    ]  # fmt: skip
    await desk.store.commit([*map(PutAgreement, agreed), *[CountDenial(OWNER, "urn:a:2", NOW)] * 2])


async def test_a_question_leaves_out_what_it_does_not_ask_for(desk: Desk) -> None:
    await _agree(desk)
    evaluator = desk.rooms.evaluator
    first, last = usage.find_period(NOW, evaluator)
    assert (first, last) == ("2024-12", "2025-11")

    async def ask(**narrowed: object) -> set[str]:
        question = UsageQuestion(first=first, last=last, **narrowed)  # type: ignore[arg-type]  # fields of the question
        return {row.dataset for row in await usage.read_sums(desk.rooms.context, question)}

    assert await ask() == {"urn:d:1", "urn:d:2"}
    assert await ask(role=Role.CONSUMER) == {"urn:d:3"}
    assert await ask(counterparty=CITY) == await ask(purpose="urn:p:1") == await ask(dataset="urn:d:1") == {"urn:d:1"}


async def test_rows_are_sorted_as_they_are_read_and_have_names(desk: Desk) -> None:
    await _agree(desk)
    evaluator = desk.rooms.evaluator
    rows = await usage.read_sums(desk.rooms.context, UsageQuestion(first="2025-11", last="2025-11"))

    async def order(sort: str) -> list[str]:
        return [row.dataset for row in await usage.sort(evaluator, rows, sort, "de")]

    assert await order("dataset") == ["urn:d:2", "urn:d:1"], "Ampeln come before Bäume"
    assert await order("-denied") == await order("-counterparty") == ["urn:d:2", "urn:d:1"]
    described = {row.sums.dataset: row for row in await usage.describe(evaluator, rows)}
    assert (described["urn:d:1"].title, described["urn:d:1"].counterparty_name) == ({"de": "Bäume"}, "City")
    with pytest.raises(Invalid, match="sort by one of"):
        await order("owner")


async def test_the_api_pages_through_sums(desk: Desk) -> None:
    await _agree(desk)
    async with desk.client("chief") as client:
        query = {"first": "2025-11", "last": "2025-11", "sort": "dataset", "limit": 1}
        page = (await client.get("/v1/usage", params=query)).json()
        assert [(row["dataset"], row["denied"]) for row in page["items"]] == [("urn:d:2", 2)]
        rest = (await client.get("/v1/usage", params={**query, "after": page["next"]})).json()
        assert ([row["title"] for row in rest["items"]], rest["next"]) == ([{"de": "Bäume"}], None)
        summed = (await client.get("/v1/usage", params={"by": "month"})).json()["items"]
        assert [(row["month"], row["dataset"], row["agreements"]) for row in summed] == [("2025-11", "", 2)]
        for wrong in ({"after": "x"}, {"first": "x"}, {"sort": "owner"}, {"by": "owner"}):
            assert (await client.get("/v1/usage", params=wrong)).status_code in {400, 422}
