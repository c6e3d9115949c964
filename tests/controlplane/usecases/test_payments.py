"""What our people record and declare: payments and events; odd orders change nothing and say why."""

import asyncio
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.controlplane.core import documents
from connector.controlplane.core.errors import Invalid, NoSuchEntity, NotAllowed
from connector.controlplane.enforcing import performing, receipts
from connector.controlplane.enforcing.executors.log import Log
from connector.controlplane.judging import acceptance
from connector.controlplane.judging import payments as standing
from connector.controlplane.judging.library import template
from connector.controlplane.usecases import events, payments
from connector.policy.model.policy import DK
from connector.policy.reading.templates import fill
from connector.ports.changes import PutAgreement
from connector.ports.entities import PageBounds, Payment, PaymentState
from connector.ports.identity import Participant
from connector.protocol.dsp.common import Role
from tests.controlplane.agreements import AGREEMENT, USE, conclude, provider, publish, requested
from tests.support.plane import NOW, Desk, Listed
from tests.support.rooms import Rooms

ROOT = Path(__file__).parents[3]

EMERGENCY = "https://w3id.org/datenkontor/policy/1#emergency"


async def leaves(rooms: Rooms) -> list[str]:
    found, _ = await rooms.context.store.leaves(rooms.context.owner, PageBounds(limit=500))
    return [leaf.kind for leaf in found]


async def test_what_was_paid_adds_up_and_the_last_state_counts(desk: Desk) -> None:
    rooms = provider(desk.rooms)
    await conclude(rooms, permission=[USE])
    assert (await payments.show_payments(rooms.context, AGREEMENT)).state is PaymentState.NONE
    await payments.record(rooms.evaluator, AGREEMENT, PaymentState.DUE, amount="20", by="accounts")
    await payments.record(
        rooms.evaluator, AGREEMENT, PaymentState.SETTLED, amount="12.50", currency="EUR", by="accounts"
    )
    paid = await payments.record(rooms.evaluator, AGREEMENT, PaymentState.SETTLED, amount="7.5", by="accounts")
    assert (paid.state, paid.amount, paid.currency) == (PaymentState.SETTLED, "20.00", "EUR")
    assert [(entry.state, entry.amount, entry.at, entry.by) for entry in paid.entries] == [
        (PaymentState.DUE, "20", NOW, "accounts"),
        (PaymentState.SETTLED, "12.50", NOW, "accounts"),
        (PaymentState.SETTLED, "7.5", NOW, "accounts"),
    ]
    assert await leaves(rooms) == ["payment due", "payment settled", "payment settled"]


async def test_a_mistyped_payment_is_taken_back_and_stays_on_record(desk: Desk) -> None:
    rooms = provider(desk.rooms)
    await conclude(rooms, permission=[USE])
    for state, amount in ((PaymentState.DUE, "9.50"), (PaymentState.SETTLED, "950")):
        await payments.record(rooms.evaluator, AGREEMENT, state, amount=amount, by="accounts")
    paid = await payments.correct(rooms.evaluator, AGREEMENT, 2, by="accounts")
    assert (paid.state, paid.due, paid.amount) == (PaymentState.DUE, "9.50", "0")
    assert [(entry.amount, entry.corrects) for entry in paid.entries] == [("9.50", None), ("950", None), (None, 2)]
    assert await payments.correct(rooms.evaluator, AGREEMENT, 2, by="accounts") == paid
    paid = await payments.record(rooms.evaluator, AGREEMENT, PaymentState.SETTLED, amount="9.50", by="accounts")
    assert (paid.state, paid.due, paid.amount) == (PaymentState.SETTLED, None, "9.50")
    assert (await leaves(rooms))[-2:] == ["payment corrected", "payment settled"]


@pytest.mark.parametrize("entry", [0, 3, 4, -1])
async def test_only_a_payment_can_be_taken_back(desk: Desk, entry: int) -> None:
    rooms = provider(desk.rooms)
    await conclude(rooms, permission=[USE])
    await payments.record(rooms.evaluator, AGREEMENT, PaymentState.SETTLED, amount="1", by="accounts")
    await payments.record(rooms.evaluator, AGREEMENT, PaymentState.SETTLED, amount="2", by="accounts")
    await payments.correct(rooms.evaluator, AGREEMENT, 1, by="accounts")
    with pytest.raises(Invalid):
        await payments.correct(rooms.evaluator, AGREEMENT, entry, by="accounts")


@given(st.lists(st.tuples(st.sampled_from(PaymentState), st.integers(1, 99)), max_size=8), st.data())
def test_payments_that_are_taken_back_count_as_if_they_had_never_been_recorded(
    recorded: list[tuple[PaymentState, int]], data: st.DataObject
) -> None:
    def entry(state: PaymentState, amount: int | None = None, corrects: int | None = None) -> Payment:
        text = None if amount is None else str(amount)
        return Payment(owner="o", agreement_id="a", state=state, at=1, by="b", amount=text, corrects=corrects)

    entries = [entry(*values) for values in recorded]
    numbers = data.draw(st.sets(st.integers(1, max(len(entries), 1)), max_size=len(entries)))
    corrections = [entry(entries[number - 1].state, None, number) for number in sorted(numbers)]
    kept = [known for number, known in enumerate(entries, 1) if number not in numbers]
    assert standing.list_valid([*entries, *corrections]) == kept
    assert standing.sum_paid([*entries, *corrections]) == standing.sum_paid(kept)
    assert standing.find_payment_standing([*entries, *corrections], 5) == standing.find_payment_standing(kept, 5)


@pytest.mark.parametrize(
    ("state", "more", "code"),
    [
        (PaymentState.SETTLED, {"amount": "0"}, "amount"),
        (PaymentState.SETTLED, {"amount": "-1"}, "amount"),
        (PaymentState.SETTLED, {"amount": "NaN"}, "amount"),
        (PaymentState.SETTLED, {"amount": "1e30"}, "amount"),
        (PaymentState.SETTLED, {"amount": "1.00001"}, "amount"),
        (PaymentState.SETTLED, {"amount": "1" * 13}, "amount"),
        (PaymentState.OVERDUE, {"amount": "1"}, "amount"),
        (PaymentState.SETTLED, {"amount": "1", "currency": "USD"}, "currency"),
        (PaymentState.SETTLED, {"until": NOW}, "until"),
        (PaymentState.NONE, {"until": NOW + 1}, "until"),
    ],
)
async def test_an_odd_payment_is_refused_and_changes_nothing(
    desk: Desk, state: PaymentState, more: dict[str, object], code: str
) -> None:
    rooms = provider(desk.rooms)
    await conclude(rooms, permission=[USE])
    with pytest.raises(Invalid) as refused:
        await payments.record(rooms.evaluator, AGREEMENT, state, by="accounts", **more)  # type: ignore[arg-type]  # odd on purpose
    assert refused.value.code == code
    assert (await payments.show_payments(rooms.context, AGREEMENT)).entries == ()
    assert await leaves(rooms) == []


async def test_only_the_provider_of_a_final_agreement_records_payments(desk: Desk) -> None:
    rooms = provider(desk.rooms)
    agreement = await conclude(rooms, permission=[USE])
    for name, changed, said in (
        ("urn:agreement:got", {"role": Role.CONSUMER}, "Only the provider"),
        ("urn:agreement:open", {"finalized_at": None}, "is not finalized"),
    ):
        other = msgspec.structs.replace(agreement, id=name, **changed)  # type: ignore[arg-type]  # one member each
        await rooms.context.store.commit([PutAgreement(other)])
        with pytest.raises(NotAllowed, match=said):
            await payments.record(rooms.evaluator, name, PaymentState.DUE, by="accounts")
    with pytest.raises(NoSuchEntity):
        await payments.record(rooms.evaluator, "urn:agreement:none", PaymentState.DUE, by="accounts")
    with pytest.raises(NoSuchEntity):
        await payments.show_payments(rooms.context, "urn:agreement:none")


async def test_an_event_begins_and_ends_and_a_repeat_changes_nothing(desk: Desk) -> None:
    rooms = provider(desk.rooms)
    begun = await events.begin(rooms.evaluator, "dk:emergency", by="operations")
    assert (begun.name, begun.begun) == (EMERGENCY, True)
    assert await events.begin(rooms.evaluator, EMERGENCY, by="somebody else") == begun
    over = await events.end(rooms.evaluator, "dk:emergency", by="operations")
    assert not over.begun
    assert await events.end(rooms.evaluator, "dk:emergency", by="somebody else") == over
    assert await events.list_events(rooms.context) == [over]
    assert await leaves(rooms) == ["event begun", "event over"]


@pytest.mark.parametrize("name", ["", "  ", "odrl:policyUsage", "dk:two words", "dk:\u0007", "x" * 501])
async def test_an_odd_event_is_refused(desk: Desk, name: str) -> None:
    rooms = provider(desk.rooms)
    with pytest.raises(Invalid):
        await events.begin(rooms.evaluator, name, by="operations")
    with pytest.raises(Invalid):
        await events.end(rooms.evaluator, name, by="operations")
    assert await events.list_events(rooms.context) == []


async def test_an_event_that_never_began_cannot_end(desk: Desk) -> None:
    with pytest.raises(NoSuchEntity):
        await events.end(provider(desk.rooms).evaluator, "dk:emergency", by="operations")


def example(number: int) -> dict[str, Any]:
    """The rules of a policy that is distributed as an example."""
    (path,) = (ROOT / "policies/examples").glob(f"{number:02}-*.toml")
    return rules(tomllib.loads(path.read_text(encoding="utf-8"))["policy"])


def filled(name: str, **parameters: Any) -> dict[str, Any]:
    """The rules of a template that was filled in."""
    return rules(fill(template(name), parameters))


def rules(policy: dict[str, Any]) -> dict[str, Any]:
    kept = {"permission", "prohibition", "obligation", "profile"}
    return {name: value for name, value in policy.items() if name in kept}


async def denied(rooms: Rooms) -> list[str]:
    """The codes of why an access is denied, or none."""
    found = await performing.permit_transfer(rooms.enforcer, requested(rooms))
    return found.record["reasons"] if found.denied else []


async def paying(desk: Desk, **terms: Any) -> Rooms:
    rooms = provider(desk.rooms, actions={DK + "log": Log()}, identity=Planner())
    document = msgspec.json.encode({"@type": "Offer", "@id": "urn:o", **terms})
    assert (
        acceptance.find_unenforceable(rooms.evaluator.library, documents.make_catalog_offer(document, offer_id="urn:o"))
        is None
    )
    await publish(rooms, {"kind": "file"})
    await conclude(rooms, **terms)
    return rooms


class Planner(Listed):
    """A participant list on which the consumer is an emergency service."""

    def participant(self, id: str) -> Participant | None:
        known = super().participant(id)
        claims = {"role": ("fire-brigade",), "purpose": ("dpv:ProtectionOfPublicSecurity",)}
        return msgspec.structs.replace(known, claims=claims) if known else None


async def test_the_template_with_a_price_delivers_once_it_is_paid(desk: Desk) -> None:
    rooms = await paying(desk, **filled("paid", price="49.90"))
    assert await denied(rooms) == ["constraint-false"]
    await payments.record(rooms.evaluator, AGREEMENT, PaymentState.SETTLED, amount="40", by="accounts")
    assert await denied(rooms) == ["constraint-false"]
    await payments.record(rooms.evaluator, AGREEMENT, PaymentState.SETTLED, amount="9.90", by="accounts")
    assert await denied(rooms) == []
    await payments.record(rooms.evaluator, AGREEMENT, PaymentState.OVERDUE, by="accounts")
    assert await denied(rooms) == ["constraint-false"]


async def test_what_has_to_be_paid_once_is_delivered_once_it_is_paid(desk: Desk) -> None:
    rooms = await paying(desk, **example(7))
    assert await denied(rooms) == ["duty-not-performed"]
    await payments.record(rooms.evaluator, AGREEMENT, PaymentState.DUE, amount="10", by="accounts")
    assert await denied(rooms) == ["duty-not-performed"]
    await payments.record(rooms.evaluator, AGREEMENT, PaymentState.SETTLED, amount="10", by="accounts")
    await payments.record(rooms.evaluator, AGREEMENT, PaymentState.SETTLED, amount="10", by="accounts")
    later = rooms.but(now=lambda: NOW + 1)
    assert await denied(later) == []
    (duty,) = await receipts.list_standings(later.evaluator, AGREEMENT)
    assert (duty.state, len([entry for entry in duty.events if entry.state == "fulfilled"])) == ("fulfilled", 1)


async def test_a_duty_with_a_price_is_fulfilled_by_no_less(desk: Desk) -> None:
    price = {"leftOperand": "odrl:payAmount", "operator": "eq", "rightOperand": "20", "unit": "EUR"}
    pay = {"uid": "urn:pay", "action": [{"rdf:value": {"@id": "odrl:compensate"}, "refinement": [price]}]}
    rooms = await paying(desk, permission=[{**USE, "duty": [pay]}])
    await payments.record(rooms.evaluator, AGREEMENT, PaymentState.SETTLED, amount="19.99", by="accounts")
    later = rooms.but(now=lambda: NOW + 1)
    assert await denied(later) == ["duty-not-performed"]
    await payments.record(rooms.evaluator, AGREEMENT, PaymentState.SETTLED, amount="0.01", by="accounts")
    assert await denied(later) == []


async def test_a_rent_that_is_overdue_stops_the_delivery(desk: Desk) -> None:
    rooms = await paying(desk, **example(8))
    assert await denied(rooms) == []
    await payments.record(rooms.evaluator, AGREEMENT, PaymentState.OVERDUE, by="accounts")
    assert await denied(rooms) == ["constraint-false"]


async def test_what_is_for_an_event_is_delivered_while_it_goes_on(desk: Desk) -> None:
    rooms = await paying(desk, **example(11))
    assert await denied(rooms) == ["constraint-false"]
    await events.begin(rooms.evaluator, "dk:emergency", by="operations")
    assert await denied(rooms) == []
    await events.end(rooms.evaluator, "dk:emergency", by="operations")
    assert await denied(rooms) == ["constraint-false"]


async def test_the_template_for_emergency_services_delivers_to_them_and_logs(desk: Desk) -> None:
    rooms = await paying(desk, **filled("emergency-services"))
    assert await denied(rooms) == []
    assert "duty fulfilled" in await leaves(rooms)
    others = rooms.but(identity=Listed())
    assert await denied(others) == ["constraint-false"]


def pay(name: str, amount: str | None = "5", **more: Any) -> dict[str, Any]:
    priced = [{"leftOperand": "odrl:payAmount", "operator": "eq", "rightOperand": amount, "unit": "EUR"}]
    return {"@id": f"urn:pay:{name}", "action": "odrl:compensate", **({"constraint": priced} if amount else {}), **more}


async def settled(rooms: Rooms) -> list[str]:
    states = await receipts.list_standings(rooms.evaluator, AGREEMENT)
    return [entry.duty.removeprefix("urn:pay:") for entry in states if entry.state in {"fulfilled", "settled"}]


@pytest.mark.parametrize(
    ("obligations", "amounts", "done"),
    [
        ([pay("a"), pay("b")], [["5"], ["5"]], [["a"], ["a", "b"]]),
        ([pay("a"), pay("b")], [["3"], ["3"], ["4"]], [[], ["a"], ["a", "b"]]),
        ([pay("a", "5"), pay("b", "3")], [["3"], ["5"]], [["b"], ["a", "b"]]),
        ([pay("a"), pay("b")], [["10"]], [["a", "b"]]),
        ([pay("a", None), pay("b", None)], [[None], [None]], [["a"], ["a", "b"]]),
        ([pay("a", None), pay("b", "5")], [["5"], ["1"]], [["b"], ["a", "b"]]),
    ],
)
async def test_the_same_money_pays_one_duty(
    desk: Desk, obligations: list[dict[str, Any]], amounts: list[list[str | None]], done: list[list[str]]
) -> None:
    rooms = provider(desk.rooms)
    await conclude(rooms, permission=[USE], obligation=obligations)
    for (amount,), expected in zip(amounts, done, strict=True):
        await payments.record(rooms.evaluator, AGREEMENT, PaymentState.SETTLED, amount=amount, by="accounts")
        assert sorted(await settled(rooms)) == expected


async def test_two_payments_at_once_settle_two_duties(desk: Desk) -> None:
    rooms = provider(desk.rooms)
    await conclude(rooms, permission=[USE], obligation=[pay("a"), pay("b")])
    await asyncio.gather(
        *(payments.record(rooms.evaluator, AGREEMENT, PaymentState.SETTLED, amount="5", by="accounts") for _ in "ab")
    )
    assert sorted(await settled(rooms)) == ["a", "b"]


@pytest.mark.parametrize("first", ["correct", "pay"])
async def test_a_payment_taken_back_before_the_next_one_pays_nothing_also_when_both_come_at_once(
    desk: Desk, first: str
) -> None:
    rooms = provider(desk.rooms)
    await conclude(rooms, permission=[USE], obligation=[pay("a", "10")])
    await payments.record(rooms.evaluator, AGREEMENT, PaymentState.SETTLED, amount="6", by="accounts")
    calls = [
        payments.correct(rooms.evaluator, AGREEMENT, 1, by="accounts"),
        payments.record(rooms.evaluator, AGREEMENT, PaymentState.SETTLED, amount="4", by="accounts"),
    ]
    await asyncio.gather(*(calls if first == "correct" else reversed(calls)))
    entries = (await payments.show_payments(rooms.context, AGREEMENT)).entries
    taken_back_first = entries[1].corrects == 1
    assert taken_back_first is (first == "correct")
    assert await settled(rooms) == ([] if taken_back_first else ["a"])


async def test_a_correction_that_is_sent_several_times_at_once_is_one_entry(desk: Desk) -> None:
    rooms = provider(desk.rooms)
    await conclude(rooms, permission=[USE])
    await payments.record(rooms.evaluator, AGREEMENT, PaymentState.SETTLED, amount="6", by="accounts")
    await asyncio.gather(*(payments.correct(rooms.evaluator, AGREEMENT, 1, by="accounts") for _ in range(5)))
    assert len((await payments.show_payments(rooms.context, AGREEMENT)).entries) == 2
    assert (await leaves(rooms)).count("payment corrected") == 1
