"""What our people record and declare: payments and events; odd orders change nothing and say why."""

import msgspec
import pytest

from connector.controlplane import events, payments
from connector.controlplane.plane import Invalid, NotAllowed, NotFound, Plane
from connector.ports.changes import PutAgreement
from connector.ports.entities import Page, PaymentState
from connector.protocol.dsp.common import Role
from tests.controlplane.agreements import AGREEMENT, USE, conclude, provider
from tests.support.plane import NOW, Desk

EMERGENCY = "https://w3id.org/datenkontor/policy/1#emergency"


async def leaves(plane: Plane) -> list[str]:
    found, _ = await plane.store.leaves(plane.owner, Page(limit=500))
    return [leaf.kind for leaf in found]


async def test_what_was_paid_adds_up_and_the_last_state_counts(desk: Desk) -> None:
    plane = provider(desk.plane)
    await conclude(plane, permission=[USE])
    assert (await payments.shown(plane, AGREEMENT)).state is PaymentState.NONE
    await payments.record(plane, AGREEMENT, PaymentState.DUE, amount="20", by="accounts")
    await payments.record(plane, AGREEMENT, PaymentState.SETTLED, amount="12.50", currency="EUR", by="accounts")
    paid = await payments.record(plane, AGREEMENT, PaymentState.SETTLED, amount="7.5", by="accounts")
    assert (paid.state, paid.amount, paid.currency) == (PaymentState.SETTLED, "20.00", "EUR")
    assert [(entry.state, entry.amount, entry.at, entry.by) for entry in paid.entries] == [
        (PaymentState.DUE, "20", NOW, "accounts"),
        (PaymentState.SETTLED, "12.50", NOW, "accounts"),
        (PaymentState.SETTLED, "7.5", NOW, "accounts"),
    ]
    assert await leaves(plane) == ["payment due", "payment settled", "payment settled"]


@pytest.mark.parametrize(
    ("state", "more", "code"),
    [
        (PaymentState.SETTLED, {"amount": "0"}, "amount"),
        (PaymentState.SETTLED, {"amount": "-1"}, "amount"),
        (PaymentState.SETTLED, {"amount": "NaN"}, "amount"),
        (PaymentState.SETTLED, {"amount": "1e30"}, "amount"),
        (PaymentState.OVERDUE, {"amount": "1"}, "amount"),
        (PaymentState.SETTLED, {"amount": "1", "currency": "USD"}, "currency"),
        (PaymentState.SETTLED, {"until": NOW}, "until"),
        (PaymentState.NONE, {"until": NOW + 1}, "until"),
    ],
)
async def test_an_odd_payment_is_refused_and_changes_nothing(
    desk: Desk, state: PaymentState, more: dict[str, object], code: str
) -> None:
    plane = provider(desk.plane)
    await conclude(plane, permission=[USE])
    with pytest.raises(Invalid) as refused:
        await payments.record(plane, AGREEMENT, state, by="accounts", **more)  # type: ignore[arg-type]  # odd on purpose
    assert refused.value.code == code
    assert (await payments.shown(plane, AGREEMENT)).entries == ()
    assert await leaves(plane) == []


async def test_only_the_provider_of_a_final_agreement_records_payments(desk: Desk) -> None:
    plane = provider(desk.plane)
    agreement = await conclude(plane, permission=[USE])
    for changed, said in (
        ({"role": Role.CONSUMER}, "Only the provider"),
        ({"finalized_at": None}, "is not finalized"),
    ):
        await plane.store.commit([PutAgreement(msgspec.structs.replace(agreement, **changed))])  # type: ignore[arg-type]  # one member each
        with pytest.raises(NotAllowed, match=said):
            await payments.record(plane, AGREEMENT, PaymentState.DUE, by="accounts")
    with pytest.raises(NotFound):
        await payments.record(plane, "urn:agreement:none", PaymentState.DUE, by="accounts")
    with pytest.raises(NotFound):
        await payments.shown(plane, "urn:agreement:none")


async def test_an_event_begins_and_ends_and_a_repeat_changes_nothing(desk: Desk) -> None:
    plane = provider(desk.plane)
    begun = await events.begin(plane, "dk:emergency", by="operations")
    assert (begun.name, begun.begun) == (EMERGENCY, True)
    assert await events.begin(plane, EMERGENCY, by="somebody else") == begun
    over = await events.end(plane, "dk:emergency", by="operations")
    assert not over.begun
    assert await events.end(plane, "dk:emergency", by="somebody else") == over
    assert await events.listed(plane) == [over]
    assert await leaves(plane) == ["event begun", "event over"]


@pytest.mark.parametrize("name", ["", "  ", "odrl:policyUsage", "dk:two words", "dk:\u0007", "x" * 501])
async def test_an_odd_event_is_refused(desk: Desk, name: str) -> None:
    plane = provider(desk.plane)
    with pytest.raises(Invalid):
        await events.begin(plane, name, by="operations")
    with pytest.raises(Invalid):
        await events.end(plane, name, by="operations")
    assert await events.listed(plane) == []


async def test_an_event_that_never_began_cannot_end(desk: Desk) -> None:
    with pytest.raises(NotFound):
        await events.end(provider(desk.plane), "dk:emergency", by="operations")
