"""Every operand that is said to be enforced here is: a true fact permits, a false one denies, a missing one denies.

What each case knows comes the way it comes in operation: from the participant list, the asset, the store, the clock.
"""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from connector.controlplane.core import documents, instants
from connector.controlplane.judging import facts, judgement
from connector.controlplane.judging.facts import Situation
from connector.controlplane.judging.treating import known_data
from connector.controlplane.usecases import events, payments
from connector.policy.compiling.compiled import Compiled
from connector.policy.deciding.decide import decide
from connector.policy.deciding.settling import is_settled
from connector.policy.model.constraints import walk_leaves
from connector.policy.model.decision import Verdict
from connector.policy.model.policy import DK, ODRL
from connector.policy.model.situation import Phase, Request, World
from connector.ports.changes import AddUsage, PutAgreement, PutAsset, PutProcess
from connector.ports.entities import AssetStatement, CountedUse, PaymentState
from connector.ports.identity import Participant
from connector.protocol.dsp.machines.transfer_machine import TransferState
from tests.controlplane.agreements import (
    AGREEMENT,
    DATASET,
    DAY,
    LIBRARY,
    USE,
    Clock,
    atom,
    conclude,
    provider,
    publish,
    requested,
)
from tests.support.plane import CITY, NOW, Desk, Listed
from tests.support.rooms import Rooms

Json = dict[str, Any]


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What is known in a case; what is left out is as it is in a quiet data space. Times in ms."""

    claims: dict[str, tuple[str, ...]] = {}
    stated: AssetStatement = AssetStatement()
    media_type: str = "text/csv"
    later: int = 0
    uses: int = 0
    hourly: int = 0
    elsewhere: int = 0
    moved: int = 0
    running: int = 0
    going_on: tuple[str, ...] = ()
    paid: tuple[PaymentState, str | None] | None = None
    age: int | None = None


def claim(name: str, *values: str) -> Known:
    return Known(claims={name: values})


def typed(kind: str, text: str) -> Json:
    return {"@value": text, "@type": f"xsd:{kind}"}


# Of each operand a constraint, what makes it true and what makes it false. The tests' clock stands at a Monday, 16:00.
CASES: dict[str, tuple[Json, Known, Known]] = {
    "odrl:dateTime": (
        atom("odrl:dateTime", "lt", typed("dateTime", "2025-11-25T00:00:00Z")),
        Known(),
        Known(later=DAY),
    ),
    "dk:dayOfWeek": (atom("dk:dayOfWeek", "eq", "Monday"), Known(), Known(later=DAY)),
    "dk:timeOfDay": (atom("dk:timeOfDay", "gteq", typed("time", "16:00:00Z")), Known(), Known(later=DAY // 2)),
    "odrl:elapsedTime": (atom("odrl:elapsedTime", "lteq", typed("duration", "P2D")), Known(), Known(later=3 * DAY)),
    "dk:dataAge": (atom("dk:dataAge", "lteq", typed("duration", "PT1H")), Known(age=3_600_000), Known(age=3_600_001)),
    "odrl:count": (atom("odrl:count", "lteq", "2"), Known(uses=1), Known(uses=2)),
    "dk:volume": ({**atom("dk:volume", "lteq", "2"), "unit": "kB"}, Known(moved=2000), Known(moved=2001)),
    "dk:requestsPerHour": (atom("dk:requestsPerHour", "lteq", "2"), Known(hourly=1), Known(hourly=2)),
    "dk:usesPerDay": (atom("dk:usesPerDay", "lteq", "2"), Known(elsewhere=1), Known(elsewhere=2)),
    "dk:usesPerWeek": (atom("dk:usesPerWeek", "lteq", "2"), Known(elsewhere=1), Known(elsewhere=2)),
    "dk:usesPerMonth": (atom("dk:usesPerMonth", "lteq", "2"), Known(elsewhere=1), Known(elsewhere=2)),
    "dk:usesPerYear": (atom("dk:usesPerYear", "lteq", "2"), Known(elsewhere=1), Known(elsewhere=2)),
    "dk:usesInAll": (atom("dk:usesInAll", "lteq", "2"), Known(elsewhere=1), Known(elsewhere=2)),
    "dk:concurrentTransfers": (atom("dk:concurrentTransfers", "lteq", "2"), Known(running=1), Known(running=2)),
    "odrl:purpose": (
        atom("odrl:purpose", "isA", "dpv:ResearchAndDevelopment"),
        claim("purpose", "dpv:AcademicResearch"),
        claim("purpose", "dpv:Marketing"),
    ),
    "odrl:recipient": (atom("odrl:recipient", "eq", CITY), Known(), Known()),
    "dk:participant": (atom("dk:participant", "eq", CITY), Known(), Known()),
    "dk:role": (atom("dk:role", "eq", "urn:a"), claim("role", "urn:a"), claim("role", "urn:b")),
    "dk:participantGroup": (
        atom("dk:participantGroup", "eq", "urn:a"),
        claim("participantGroup", "urn:a", "urn:c"),
        claim("participantGroup", "urn:b"),
    ),
    "dk:organisationType": (
        atom("dk:organisationType", "eq", "public-body"),
        claim("organisationType", "public-body"),
        claim("organisationType", "company"),
    ),
    "dk:membership": (atom("dk:membership", "eq", "urn:a"), claim("membership", "urn:a"), claim("membership", "urn:b")),
    "dk:credentialType": (
        atom("dk:credentialType", "eq", "urn:a"),
        claim("credentialType", "urn:a"),
        claim("credentialType", "urn:b"),
    ),
    "dk:credentialIssuer": (
        atom("dk:credentialIssuer", "eq", "urn:a"),
        claim("credentialIssuer", "urn:a"),
        claim("credentialIssuer", "urn:b"),
    ),
    "odrl:spatial": (atom("odrl:spatial", "isPartOf", "DE"), claim("spatial", "DE-BW"), claim("spatial", "FR")),
    "dk:seat": (atom("dk:seat", "isPartOf", "DE"), claim("seat", "DE-BW"), claim("seat", "FR")),
    "odrl:systemDevice": (
        atom("odrl:systemDevice", "eq", "urn:a"),
        claim("systemDevice", "urn:a"),
        claim("systemDevice", "urn:b"),
    ),
    "dk:connectorCertification": (
        atom("dk:connectorCertification", "eq", "urn:a"),
        claim("connectorCertification", "urn:a"),
        claim("connectorCertification", "urn:b"),
    ),
    "dk:connectorProtocol": (
        atom("dk:connectorProtocol", "eq", "2025-1"),
        Known(),
        # What the list says of it counts for nothing: we know it ourselves.
        claim("connectorProtocol", "2024-1"),
    ),
    "dk:connectorState": (
        atom("dk:connectorState", "eq", "urn:a"),
        claim("connectorState", "urn:a"),
        claim("connectorState", "urn:b"),
    ),
    "dk:securityLevel": (
        atom("dk:securityLevel", "gteq", "2"),
        claim("securityLevel", "3"),
        claim("securityLevel", "1"),
    ),
    "dk:artifactState": (
        atom("dk:artifactState", "eq", "encrypted"),
        Known(stated=AssetStatement(encrypted=True)),
        Known(),
    ),
    "odrl:event": (
        atom("odrl:event", "eq", "dk:emergency"),
        Known(going_on=("dk:emergency",)),
        Known(going_on=("dk:fair",)),
    ),
    "dk:paymentState": (
        atom("dk:paymentState", "eq", "settled"),
        Known(paid=(PaymentState.SETTLED, None)),
        Known(paid=(PaymentState.OVERDUE, None)),
    ),
    "odrl:payAmount": (
        {**atom("odrl:payAmount", "gteq", "12.50"), "unit": "EUR"},
        Known(paid=(PaymentState.SETTLED, "12.50")),
        Known(paid=(PaymentState.DUE, "12.50")),
    ),
    "odrl:deliveryChannel": (atom("odrl:deliveryChannel", "eq", "HttpData-PULL"), Known(), Known()),
    "odrl:fileFormat": (atom("odrl:fileFormat", "eq", "text/csv"), Known(), Known(media_type="image/png")),
    "odrl:language": (
        atom("odrl:language", "eq", "de"),
        Known(stated=AssetStatement(languages=("en", "de"))),
        Known(stated=AssetStatement(languages=("fr",))),
    ),
    "odrl:version": (
        atom("odrl:version", "eq", "2"),
        Known(stated=AssetStatement(release="2")),
        Known(stated=AssetStatement(release="1")),
    ),
    "odrl:resolution": (
        {**atom("odrl:resolution", "lteq", "300"), "unit": "dpi"},
        Known(stated=AssetStatement(resolution="300")),
        Known(stated=AssetStatement(resolution="300.5")),
    ),
    "dk:legalBasis": (
        atom("dk:legalBasis", "isA", "eu-gdpr:A6-1-e"),
        Known(stated=AssetStatement(legal_basis=("https://w3id.org/dpv/legal/eu/gdpr#A6-1-e-public-interest",))),
        Known(stated=AssetStatement(legal_basis=("https://w3id.org/dpv/legal/eu/gdpr#A6-1-b",))),
    ),
}
# What is false of these is another constraint: who asks, how and over which protocol is always known.
FALSE: dict[str, Json] = {
    "odrl:recipient": atom("odrl:recipient", "neq", CITY),
    "dk:participant": atom("dk:participant", "neq", CITY),
    "odrl:deliveryChannel": atom("odrl:deliveryChannel", "eq", "HttpData-PUSH"),
    "dk:connectorProtocol": atom("dk:connectorProtocol", "eq", "2024-1"),
}
NEVER_MISSING = {"odrl:dateTime", "dk:dayOfWeek", "dk:timeOfDay"}


def short(iri: str) -> str:
    return iri.replace(ODRL, "odrl:").replace(DK, "dk:")


def test_every_operand_that_is_enforced_here_has_a_source_of_its_fact_or_says_why_not() -> None:
    rows = {operand.iri: operand for operand in LIBRARY.operands.operands.values()}.values()
    here = [operand for operand in rows if operand.tier == "provider" and not operand.parameter]
    for operand in here:
        known = facts.is_known(operand, LIBRARY.claims) or known_data.is_from_data(operand)
        assert known is not bool(operand.gap), f"{operand.iri}: gap = {operand.gap!r}"
        assert not (operand.gap and operand.tier != "provider")
    # What is read from the data itself has its own tests.
    left = [operand for operand in here if not operand.gap and not known_data.is_from_data(operand)]
    assert {short(operand.iri) for operand in left} == CASES.keys()
    assert len(CASES) >= 35


async def permitted(desk: Desk, constraint: Json, known: Known) -> judgement.Judgement:
    """Decide an access under an agreement with one constraint, where this is known."""
    clock = Clock()
    rooms = provider(desk.rooms, clock, identity=Claiming(known.claims))
    await publish(rooms, {"kind": "file"})
    asset = await rooms.context.store.asset(rooms.context.owner, DATASET)
    assert asset
    asset = msgspec.structs.replace(asset, stated=known.stated, media_type=known.media_type, version=2)
    agreement = await conclude(rooms, permission=[{**USE, "constraint": [constraint]}])
    usage = AddUsage(rooms.context.owner, AGREEMENT, bytes_moved=known.moved, uses=known.uses)
    hourly = AddUsage(rooms.context.owner, AGREEMENT, uses=known.hourly, max_per_hour=known.hourly, at=NOW)
    await rooms.context.store.commit([PutAsset(asset, 1), PutAgreement(agreement), usage, hourly])
    for number in range(known.elsewhere):
        other = f"urn:agreement:other:{number}"
        use = CountedUse(
            owner=rooms.context.owner,
            agreement_id=other,
            flow_id=f"urn:t:{other}",
            counterparty=CITY,
            dataset=DATASET,
            providing=True,
            at=NOW,
        )
        await rooms.context.store.commit([AddUsage(use.owner, other, uses=1, use=use)])
    for number in range(known.running):
        process = msgspec.structs.replace(requested(rooms, f"urn:t:{number}"), state=TransferState.STARTED, version=1)
        await rooms.context.store.commit([PutProcess(process, None)])
    for name in known.going_on:
        await events.begin(rooms.evaluator, name, by="test")
    if known.paid:
        await payments.record(rooms.evaluator, AGREEMENT, known.paid[0], amount=known.paid[1], by="test")
    clock.ms += known.later
    desk.dataplane.changed = None if known.age is None else clock.ms - known.age
    return await judgement.judge_access(rooms.evaluator, requested(rooms, "urn:transfer:asked"))


class Claiming(Listed):
    """A participant list that says of the consumer what a case says."""

    def __init__(self, claims: dict[str, tuple[str, ...]]) -> None:
        super().__init__()
        self._claims = claims

    def participant(self, id: str) -> Participant | None:
        known = super().participant(id)
        return msgspec.structs.replace(known, claims=self._claims) if known else None


@pytest.mark.parametrize("name", CASES)
async def test_a_true_fact_permits(desk: Desk, name: str) -> None:
    constraint, true, _ = CASES[name]
    found = await permitted(desk, constraint, true)
    assert not found.denied, found.reasons
    (rule,) = found.record["rules"]
    assert [entry["verdict"] for entry in rule["constraints"]] == ["true"]


@pytest.mark.parametrize("name", CASES)
async def test_a_false_fact_denies_with_a_reason_in_both_languages(desk: Desk, name: str) -> None:
    constraint, _, false = CASES[name]
    found = await permitted(desk, FALSE.get(name, constraint), false)
    assert found.denied
    assert found.reasons["de"]
    assert found.reasons["en"]
    (rule,) = found.record["rules"]
    assert [entry["verdict"] for entry in rule["constraints"]] == ["false"]


def compiled(rooms: Rooms, kind: str, constraint: Json) -> Compiled:
    offer = msgspec.json.encode({"@type": "Offer", "@id": "urn:o", "permission": [{**USE, "constraint": [constraint]}]})
    made = documents.make_catalog_offer(offer, offer_id="urn:o")
    if kind == "Agreement":
        parties = {"target": DATASET, "assigner": rooms.context.participant, "assignee": CITY}
        made = documents.make_agreement(offer, agreement_id="urn:a", now=0, **parties)
    found = rooms.evaluator.library.compile(made)
    assert isinstance(found, Compiled)
    return found


@pytest.mark.parametrize("name", sorted(CASES.keys() - NEVER_MISSING))
def test_a_missing_fact_denies_at_access_and_before_signing_if_the_party_lacks_it(desk: Desk, name: str) -> None:
    rooms = provider(desk.rooms)
    request = Request("odrl:use", DATASET, CITY, instants.instant(NOW))
    at_access = decide(compiled(rooms, "Agreement", CASES[name][0]), request, World(), Phase.ACCESS)
    assert (at_access.verdict, at_access.reasons[0].code) == (Verdict.DENY, "constraint-unknown")
    offer = compiled(rooms, "Offer", CASES[name][0])
    shown = decide(offer, request, World(), Phase.CATALOGUE)
    assert (shown.verdict, len(shown.deferred)) == (Verdict.DEFERRED, 1)
    signed = decide(offer, request, World(), Phase.NEGOTIATION)
    leaf = next(walk_leaves(offer.permissions[0].ordered[0].constraint))
    assert (signed.verdict is Verdict.DENY) is is_settled(rooms.evaluator.library.operands.operands[leaf.left])


@pytest.mark.parametrize(
    "name", ["dk:paymentState", "odrl:payAmount", "odrl:event", "dk:requestsPerHour", "dk:dataAge"]
)
def test_what_only_an_access_can_know_keeps_nobody_from_a_contract(desk: Desk, name: str) -> None:
    rooms = provider(desk.rooms)
    terms = msgspec.json.encode(
        {"@type": "Offer", "@id": "urn:o", "permission": [{**USE, "constraint": [CASES[name][0]]}]}
    )
    situation = Situation(participant=CITY, claims={}, stated=AssetStatement(), now=NOW)
    found = judgement.judge(rooms.evaluator, terms, situation, DATASET, Phase.NEGOTIATION)
    assert (found.denied, found.record["verdict"]) == (False, "deferred")


async def test_no_contract_is_made_with_a_party_that_lacks_a_claim(desk: Desk) -> None:
    terms = msgspec.json.encode(
        {"@type": "Offer", "@id": "urn:o", "permission": [{**USE, "constraint": [CASES["dk:role"][0]]}]}
    )
    rooms = provider(desk.rooms)
    for claims, denied in (({}, True), ({"role": ("nobody",)}, True), (CASES["dk:role"][1].claims, False)):
        situation = Situation(participant=CITY, claims=claims, stated=AssetStatement(), now=NOW)
        found = judgement.judge(rooms.evaluator, terms, situation, DATASET, Phase.NEGOTIATION)
        assert found.denied is denied, claims
        assert denied is ("Role" in found.reason)


async def test_what_we_know_ourselves_goes_before_a_claim(desk: Desk) -> None:
    claims = {"fileFormat": ("text/csv",), "deliveryChannel": ("HttpData-PUSH",)}
    csv = atom("odrl:fileFormat", "eq", "text/csv")
    assert (await permitted(desk, csv, Known(claims=claims, media_type="image/png"))).denied


async def test_the_basis_of_a_disclosure_is_stated_by_the_provider_and_never_by_a_claim(desk: Desk) -> None:
    claims = {"legalBasis": ("eu-gdpr:A6-1-e",)}
    basis = CASES["dk:legalBasis"][0]
    other = AssetStatement(legal_basis=("https://w3id.org/dpv/legal/eu/gdpr#A6-1-b",))
    for stated in (other, AssetStatement()):
        assert (await permitted(Desk(desk.received), basis, Known(claims=claims, stated=stated))).denied


async def test_an_age_that_will_be_reached_ends_the_lease_then(desk: Desk) -> None:
    found = await permitted(desk, CASES["dk:dataAge"][0], Known(age=3_000_000))
    assert found.valid_until == NOW + 600_000


async def test_a_term_of_payment_ends_what_it_allowed(desk: Desk) -> None:
    clock = Clock()
    rooms = provider(desk.rooms, clock)
    await publish(rooms, {"kind": "file"})
    await conclude(rooms, permission=[{**USE, "constraint": [CASES["dk:paymentState"][0]]}])
    await payments.record(rooms.evaluator, AGREEMENT, PaymentState.SETTLED, amount="5", until=NOW + DAY, by="test")
    assert (await judgement.judge_access(rooms.evaluator, requested(rooms))).valid_until == NOW + DAY
    clock.ms += DAY
    denied = await judgement.judge_access(rooms.evaluator, requested(rooms))
    assert denied.denied
    paid = await payments.show_payments(rooms.context, AGREEMENT)
    assert (paid.state, paid.until, Decimal(paid.amount)) == (PaymentState.DUE, None, 5)
    await payments.record(rooms.evaluator, AGREEMENT, PaymentState.DUE, until=clock.ms + DAY, by="test")
    clock.ms += DAY
    assert (await payments.show_payments(rooms.context, AGREEMENT)).state is PaymentState.OVERDUE


async def test_a_full_hour_says_when_there_is_room_again_and_ends_nothing_that_runs(desk: Desk) -> None:
    clock = Clock()
    rooms = provider(desk.rooms, clock)
    await publish(rooms, {"kind": "file"})
    await conclude(rooms, permission=[{**USE, "constraint": [CASES["dk:requestsPerHour"][0]]}])
    await rooms.context.store.commit([AddUsage(rooms.context.owner, AGREEMENT, uses=2, max_per_hour=2, at=NOW)])
    full = await judgement.judge_access(rooms.evaluator, requested(rooms))
    assert (full.denied, full.valid_until) == (True, NOW + 3_601_000)
    assert full.reasons["en"].endswith("Possible again from 2025-11-24 17:00:01 UTC.")
    assert full.reasons["de"].endswith("Wieder möglich ab 2025-11-24 17:00:01 UTC.")
    running = msgspec.structs.replace(requested(rooms), state=TransferState.STARTED)
    going_on = await judgement.judge_access(rooms.evaluator, running)
    assert (going_on.denied, going_on.max_per_hour) == (False, 2)
    clock.ms += 3_601_000
    assert not (await judgement.judge_access(rooms.evaluator, requested(rooms))).denied


async def test_an_hourly_limit_that_is_no_upper_bound_is_decided_use_by_use(desk: Desk) -> None:
    rooms = provider(desk.rooms)
    await publish(rooms, {"kind": "file"})
    ban = {**USE, "constraint": [atom("dk:requestsPerHour", "gt", "3")]}
    await conclude(rooms, permission=[USE], prohibition=[ban])
    await rooms.context.store.commit([AddUsage(rooms.context.owner, AGREEMENT, uses=2, max_per_hour=9, at=NOW)])
    assert (await judgement.judge_access(rooms.evaluator, requested(rooms))).max_per_hour == 3
    await rooms.context.store.commit([AddUsage(rooms.context.owner, AGREEMENT, uses=1, max_per_hour=9, at=NOW)])
    assert (await judgement.judge_access(rooms.evaluator, requested(rooms))).denied
    running = msgspec.structs.replace(requested(rooms), state=TransferState.STARTED)
    assert (await judgement.judge_access(rooms.evaluator, running)).max_per_hour == 3


async def test_nothing_is_looked_for_that_no_policy_asks_about(desk: Desk) -> None:
    rooms = provider(desk.rooms, dataplane=desk.dataplane)
    await publish(rooms, {"kind": "file"})
    await conclude(rooms, permission=[USE])
    assert not (await judgement.judge_access(rooms.evaluator, requested(rooms))).denied
    assert desk.dataplane.asked_age == 0


@pytest.mark.parametrize(("period", "later"), [("usesPerDay", DAY), ("usesPerMonth", 31 * DAY), ("usesInAll", None)])
async def test_a_limit_of_a_counterparty_holds_over_all_its_agreements_until_its_period_is_over(
    desk: Desk, period: str, later: int | None
) -> None:
    limit = atom(f"dk:{period}", "lteq", "2")
    denied = await permitted(desk, limit, Known(elsewhere=2))
    assert denied.denied
    assert ("Possible again" in denied.reasons["en"]) is (later is not None)
    if later is not None:
        assert (await permitted(Desk(desk.received), limit, Known(elsewhere=2, later=later - 1))).denied
        assert not (await permitted(Desk(desk.received), limit, Known(elsewhere=2, later=later))).denied


async def test_the_lease_carries_the_limits_of_a_counterparty_by_their_period(desk: Desk) -> None:
    both = {"and": [atom("dk:usesPerDay", "lteq", "2"), atom("dk:usesPerYear", "lteq", "9")]}
    found = await permitted(desk, both, Known(elsewhere=1))
    assert (found.max_within, found.max_uses) == ({"P1D": 2, "P1Y": 9}, None)
