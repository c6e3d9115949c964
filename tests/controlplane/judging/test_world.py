"""The world of a decision: claims of the right sort, counters of the agreement, and facts that change by time alone."""

from decimal import Decimal

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connector.controlplane.core.instants import instant
from connector.controlplane.judging.facts import SKEW_MS, Situation
from connector.controlplane.judging.world import BYTE, build_world
from connector.policy.compiling.compiled import Compiled
from connector.policy.model.situation import World
from connector.policy.model.values import Iri, Number
from connector.ports.entities import Payment, PaymentState, Recent, Usage
from tests.controlplane.agreements import DAY, LIBRARY, USE, Json, atom
from tests.controlplane.judging.test_situations import of_city
from tests.support.plane import NOW, OWNER

USAGE = Usage(owner=OWNER, agreement_id="urn:a", uses=3, bytes_moved=70)


def world(situation: Situation, *constraints: Json) -> World:
    policy = {"@type": "Offer", "@id": "urn:offer", "permission": [{**USE, "constraint": list(constraints)}]}
    compiled = LIBRARY.compile(msgspec.json.encode(policy))
    assert isinstance(compiled, Compiled)
    return build_world(situation, compiled, LIBRARY.claims, LIBRARY.operands)


def test_a_claim_is_a_fact_only_as_a_value_of_its_operand() -> None:
    facts = world(of_city(role=("planner",), unknown=("x",), fileFormat=("text/csv",))).facts
    assert facts["role"] == (Iri("planner"),)
    assert "unknown" not in facts
    assert "fileFormat" not in facts, "a fact of this connector is not a claim"


def test_a_security_level_that_is_not_a_number_is_left_out() -> None:
    assert world(of_city(securityLevel=("high",))).facts["securityLevel"] == ()


@pytest.mark.parametrize(
    ("constraint", "members", "amount"),
    [
        (atom("odrl:count", "lteq", "5"), {"usage": USAGE}, Number(Decimal(3))),
        (
            {**atom("dk:volume", "lteq", "5"), "unit": "kB"},
            {"usage": USAGE},
            Number(Decimal(70), BYTE),
        ),
        (atom("dk:requestsPerHour", "lteq", "5"), {"recent": Recent(uses=2, frees_at=None)}, Number(Decimal(2))),
    ],
)
def test_uses_and_bytes_of_the_agreement_are_counters(constraint: Json, members: Json, amount: Number) -> None:
    (counted,) = [
        values
        for name, values in world(msgspec.structs.replace(of_city(), **members), constraint).facts.items()
        if ":" in name
    ]
    assert counted == (amount,)
    assert not [name for name in world(of_city(), constraint).facts if ":" in name], "an unknown use is not zero"


def test_a_term_of_payment_expires() -> None:
    payment = Payment(
        owner=OWNER,
        agreement_id="urn:a",
        state=PaymentState.SETTLED,
        at=NOW,
        by="x",
        amount=None,
        currency="",
        until=NOW + DAY,
    )
    situation = msgspec.structs.replace(of_city(), payments=[payment], now=NOW)
    assert world(situation).expires == {"paymentState": instant(NOW + DAY)}
    assert world(msgspec.structs.replace(situation, now=NOW + DAY)).expires == {}


def test_the_age_of_the_data_expires_when_it_reaches_a_limit_of_the_policy() -> None:
    hour = atom("dk:dataAge", "lteq", {"@value": "PT1H", "@type": "xsd:duration"})
    situation = msgspec.structs.replace(of_city(), changed_at=NOW - 1000, now=NOW)
    assert world(situation, hour).expires == {"dataAge": instant(NOW - 1000 + 3_600_000)}
    assert world(situation).expires == {}


@given(st.integers(-(2**63), 2**63 - 1), st.integers(0, 83_332))
@example(NOW - 1000, 7974)
@example(253_402_300_799_000, 1)
def test_an_age_of_data_that_is_reached_beyond_the_calendar_is_never_reached(changed_at: int, years: int) -> None:
    limit = atom("dk:dataAge", "lteq", {"@value": f"P{years}Y", "@type": "xsd:duration"})
    found = world(msgspec.structs.replace(of_city(), changed_at=changed_at, now=NOW), limit).expires
    assert all(instant(NOW) < at < instant(2**63) for at in found.values())


def test_the_age_of_data_whose_date_is_ahead_is_asked_again_when_it_is_known() -> None:
    hour = atom("dk:dataAge", "lteq", {"@value": "PT1H", "@type": "xsd:duration"})
    situation = msgspec.structs.replace(of_city(), changed_at=NOW + DAY, now=NOW)
    assert world(situation, hour).expires == {"dataAge": instant(NOW + DAY - SKEW_MS)}
