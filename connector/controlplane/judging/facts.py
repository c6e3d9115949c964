"""What a decision may look at: one function a fact, one line each in `FACTS`; a fact nobody knows is Unknown.

A fact says where it comes from: claims are vouched for by the signer of the participant list, usage is counted here,
the rest is the clock's, the agreement's or the asset's. Nothing a peer merely says about itself becomes a fact.
What we know ourselves goes before a claim. What no function here knows is `known` to be unknown: a policy that needs
it is refused before anybody relies on it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec

from connector.controlplane.judging import treatments
from connector.controlplane.judging.treatments import ANY, GROUP_SIZE, LEVEL, KnownData
from connector.policy.compiling.checks import leaves
from connector.policy.compiling.compile import Compiled, CompiledDuty
from connector.policy.model.decision import Counter, Performance, World
from connector.policy.model.literals import bounds, parse_number
from connector.policy.model.model import DK, ODRL, AtomicConstraint, Duration, Iri, Number, Text, Value
from connector.policy.vocabulary.registry import Operand, Registry
from connector.policy.vocabulary.sorts import coerce
from connector.ports.entities import (
    AssetStatement,
    DutyEvent,
    DutyState,
    EventEntry,
    Payment,
    PaymentState,
    Recent,
    Usage,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CURRENCY, DPI = "EUR", "http://dbpedia.org/resource/Dots_per_inch"
# What a state of the payments becomes once its time is over.
_AFTER = {PaymentState.SETTLED: PaymentState.DUE, PaymentState.DUE: PaymentState.OVERDUE}
BYTE = "http://qudt.org/vocab/unit/BYTE"
# What the connector itself performs for a duty; to inform somebody needs an address.
_PERFORMED = frozenset({DK + "log", ODRL + "attribute"})
COMPENSATE = ODRL + "compensate"
# What our people and programs tell us to be done, beside a receipt: payments are recorded.
TOLD = frozenset({COMPENSATE})
_INFORM, _ADDRESS = ODRL + "inform", DK + "notifyAddress"


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """What facts are read from: who asks, with which verified claims, under which agreement, having used how much.

    `format` is the transfer format that was asked for, `media_type` that of the asset, `stated` what its controller
    states of it, `changed_at` (ms) when its data last changed; `running` counts the transfers that run under the
    agreement, the one that is asked for included, `recent` the uses of the last hour. `performed` is what the duty
    ledger knows, `payments` what was recorded of payments, `events` the last entry of each event. `protocol` is the
    version of the Dataspace Protocol that the peer speaks with us. `now` is in ms, `data`
    what is known of the data.
    """

    participant: str
    claims: Mapping[str, tuple[str, ...]]
    agreed_at: int | None = None
    usage: Usage | None = None
    format: str | None = None
    media_type: str | None = None
    stated: AssetStatement | None = None
    changed_at: int | None = None
    running: int | None = None
    recent: Recent | None = None
    performed: Mapping[str, Performance] = {}
    payments: Sequence[Payment] | None = None
    events: Sequence[EventEntry] | None = None
    protocol: str | None = None
    now: int = 0
    data: KnownData = ANY


FactReader = Callable[[Situation], tuple[Value, ...] | None]


def participant(situation: Situation) -> tuple[Value, ...] | None:
    """Return the authenticated identifier of the party that asks."""
    return (Iri(situation.participant),)


def delivery_channel(situation: Situation) -> tuple[Value, ...] | None:
    """Return the transfer format that was asked for."""
    return (Iri(situation.format),) if situation.format else None


def file_format(situation: Situation) -> tuple[Value, ...] | None:
    """Return the media type of the asset, without its parameters."""
    essence = (situation.media_type or "").partition(";")[0].strip().lower()
    return (Iri(essence),) if essence else None


def concurrent_transfers(situation: Situation) -> tuple[Value, ...] | None:
    """Return how many transfers run under the agreement with this one."""
    return None if situation.running is None else (Number(Decimal(situation.running)),)


def language(situation: Situation) -> tuple[Value, ...] | None:
    """Return the languages of the data."""
    return _names(situation.stated.languages) if situation.stated else None


def version(situation: Situation) -> tuple[Value, ...] | None:
    """Return the version of the data."""
    return _names((situation.stated.release,)) if situation.stated and situation.stated.release else None


def resolution(situation: Situation) -> tuple[Value, ...] | None:
    """Return the resolution of the data, in dots per inch."""
    stated = parse_number(situation.stated.resolution or "") if situation.stated else None
    return None if stated is None else (Number(stated, DPI),)


def artifact_state(situation: Situation) -> tuple[Value, ...] | None:
    """Return whether the data is delivered encrypted."""
    return (Iri("encrypted" if situation.stated.encrypted else "plain"),) if situation.stated else None


def legal_basis(situation: Situation) -> tuple[Value, ...] | None:
    """Return the bases on which the controller of the data discloses it; where it states none, a claim may count."""
    return _names(situation.stated.legal_basis) if situation.stated else None


def data_age(situation: Situation) -> tuple[Value, ...] | None:
    """Return how long ago the data last changed."""
    if situation.changed_at is None:
        return None
    return (Duration(milliseconds=max(situation.now - situation.changed_at, 0)),)


def connector_protocol(situation: Situation) -> tuple[Value, ...] | None:
    """Return the protocol of the peer's connector, as the standard and as the most deployed connector name it."""
    spoken = situation.protocol
    return (Iri(spoken), Iri(f"dataspace-protocol-http:{spoken}")) if spoken else None


def going_on(situation: Situation) -> tuple[Value, ...] | None:
    """Return the events that have begun and are not over."""
    return None if situation.events is None else tuple(Iri(entry.name) for entry in situation.events if entry.begun)


def over(situation: Situation) -> tuple[Value, ...] | None:
    """Return the events that are over."""
    return None if situation.events is None else tuple(Iri(entry.name) for entry in situation.events if not entry.begun)


def payment_state(situation: Situation) -> tuple[Value, ...] | None:
    """Return where the payments stand."""
    return None if situation.payments is None else (Iri(find_payment_standing(situation.payments, situation.now)[0]),)


def pay_amount(situation: Situation) -> tuple[Value, ...] | None:
    """Return what was paid under the agreement in all."""
    if situation.payments is None:
        return None
    return (Number(sum_paid(situation.payments), CURRENCY),)


FACTS: dict[str, FactReader] = {
    "participant": participant,
    "recipient": participant,
    "deliveryChannel": delivery_channel,
    "fileFormat": file_format,
    "concurrentTransfers": concurrent_transfers,
    "language": language,
    "version": version,
    "resolution": resolution,
    "artifactState": artifact_state,
    "legalBasis": legal_basis,
    "dataAge": data_age,
    "connectorProtocol": connector_protocol,
    "event": going_on,
    "event.over": over,
    "paymentState": payment_state,
    "payAmount": pay_amount,
}


def claimable(registry: Registry) -> dict[str, Operand]:
    """Return the operands whose facts the participant list may state as claims, by fact name.

    What we know ourselves is none of them, but for the basis of a disclosure, of which an asset may say nothing.
    """
    stated = {"request", "credential", "connector"}
    return {
        operand.fact: operand
        for operand in registry.operands.values()
        if operand.fact == "legalBasis" or (operand.source in stated and operand.fact not in FACTS)
    }


def find_payment_standing(payments: Sequence[Payment], now: int) -> tuple[PaymentState, int | None]:
    """Return where payments stand at `now` (ms), and until when (ms) if they stand otherwise after that."""
    if not payments:
        return PaymentState.NONE, None
    last = payments[-1]
    if last.until is None or now < last.until:
        return last.state, last.until
    return _AFTER.get(last.state, last.state), None


def is_known(operand: Operand, claims: Mapping[str, Operand]) -> bool:
    """Tell whether anybody here can know the value of an operand when data is accessed."""
    counted = operand.source in {"clock", "counter"} or operand.code == "elapsed_time"
    return counted or operand.fact in FACTS or operand.fact in claims


def sum_paid(payments: Iterable[Payment]) -> Decimal:
    """Return what was paid in all."""
    paid = (payment.amount for payment in payments if payment.state is PaymentState.SETTLED)
    return sum((Decimal(amount) for amount in paid if amount), Decimal(0))


def world(situation: Situation, compiled: Compiled, claims: Mapping[str, Operand], registry: Registry) -> World:
    """Return the state of the world in which a request of this situation is decided under one policy.

    `claims` are the `claimable` operands. A claim that is not of its operand's sort is no fact.
    """
    facts = {name: value for name, read in FACTS.items() if (value := read(situation)) is not None}
    for name, texts in situation.claims.items():
        operand = claims.get(name)
        if operand is not None and operand.fact not in facts:
            values = [coerce(Text(text), operand, registry) for text in texts]
            facts[operand.fact] = tuple(value for value in values if value is not None)
    facts |= _list_counted(situation, compiled)
    facts |= _list_stated(situation.data, compiled, registry)
    agreed_at = instant(situation.agreed_at) if situation.agreed_at is not None else None
    return World(
        facts=facts,
        agreed_at=agreed_at,
        performed=situation.performed,
        transforms=situation.data.transforms,
        row_filters=situation.data.rows,
        expires={name: instant(at) for name, at in _ends(situation, compiled) if at > situation.now},
    )


def find_performed(ledger: Iterable[DutyEvent], occasion: str) -> dict[str, Performance]:
    """Return what the ledger knows of each duty, in general and for one transfer (`occasion`)."""
    found: dict[str, Performance] = {}
    for event in ledger:
        if event.occasion in {"", occasion} and event.state is not DutyState.ACTIVE:
            at, known = instant(event.at), found.get(event.duty, Performance())
            violated = event.state is DutyState.VIOLATED
            found[event.duty] = Performance(
                fulfilled_at=known.fulfilled_at if violated else at, violated_at=at if violated else known.violated_at
            )
    return found


def is_performed_here(duty: CompiledDuty) -> bool:
    """Tell whether the connector itself performs a duty; every other one is a person's to do and to confirm."""
    action = duty.duty.action[0].iri
    addressed = any(isinstance(entry, AtomicConstraint) and entry.left == _ADDRESS for entry in duty.parameters)
    return action in _PERFORMED or (action == _INFORM and addressed)


def _ends(situation: Situation, compiled: Compiled) -> Iterator[tuple[str, int]]:
    """Yield the names of facts that change by time alone, and when (ms): a term of payment, an age that is reached."""
    ends = find_payment_standing(situation.payments, situation.now)[1] if situation.payments else None
    if ends is not None:
        yield "paymentState", ends
    if situation.changed_at is not None:
        age = situation.now - situation.changed_at
        # Something changes at the age itself, and something with the first instant after it.
        marks = [mark for span in _ages(compiled) for bound in bounds(span) for mark in (bound, bound + 1)]
        ahead = [mark for mark in marks if mark > age]
        if ahead:
            yield "dataAge", situation.changed_at + min(ahead)


def _ages(compiled: Compiled) -> Iterator[Duration]:
    """Yield the ages of data that a policy names."""
    for rule in (*compiled.permissions, *compiled.prohibitions):
        for check in (*rule.refinements, *rule.constraints):
            for leaf in leaves(check.constraint):
                if leaf.left == DK + "dataAge":
                    yield from (value for value in leaf.right if isinstance(value, Duration))


def is_hourly(counter: Counter) -> bool:
    """Tell whether a counter counts the uses of the last hour."""
    return counter.fact.partition(":")[0] == "requestsPerHour"


def _list_stated(data: KnownData, compiled: Compiled, registry: Registry) -> dict[str, tuple[Value, ...]]:
    """Return what the owner states about the data, and what the policy itself guarantees for what leaves."""
    level = data.records.level if data.records else ""
    size = max(data.records.smallest_group if data.records else 0, treatments.smallest_group(compiled))
    operands = registry.operands
    stated: dict[str, tuple[Value, ...]] = {operands[LEVEL].fact: (Iri(level),)} if level else {}
    return stated | ({operands[GROUP_SIZE].fact: (Number(Decimal(size)),)} if size else {})


def _list_counted(situation: Situation, compiled: Compiled) -> dict[str, tuple[Value, ...]]:
    """Return the counters of a policy's rules that are known; uses and bytes are counted per agreement."""
    counted: dict[str, tuple[Value, ...]] = {}
    for counter in compiled.counters:
        if is_hourly(counter):
            if situation.recent is not None:
                counted[counter.fact] = (Number(Decimal(situation.recent.uses)),)
        elif situation.usage is not None:
            usage = situation.usage
            amount = Number(Decimal(usage.bytes_moved), BYTE) if counter.step == 0 else Number(Decimal(usage.uses))
            counted[counter.fact] = (amount,)
    return counted


def _names(texts: Iterable[str]) -> tuple[Value, ...] | None:
    return tuple(Iri(text) for text in texts) or None


def instant(milliseconds: int) -> datetime:
    """Return an aware instant in UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def milliseconds(at: datetime | None) -> int | None:
    """Return the first ms since the epoch that is not before an instant; None for None."""
    return None if at is None else -((EPOCH - at) // timedelta(milliseconds=1))
