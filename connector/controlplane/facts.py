"""What a decision may look at: one function a fact, one line each in `FACTS`; a fact nobody knows is Unknown.

A fact says where it comes from: claims are vouched for by the signer of the participant list, usage is counted here,
the rest is the clock's, the agreement's or the asset's. Nothing a peer merely says about itself becomes a fact.
What no function here knows is `known` to be unknown: a policy that needs it is refused before anybody relies on it.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec

from connector.controlplane import treatments
from connector.controlplane.treatments import ANY, GROUP_SIZE, LEVEL, Data
from connector.policy.compile import Compiled, CompiledDuty
from connector.policy.decision import Performance, World
from connector.policy.model import DK, ODRL, AtomicConstraint, Iri, Number, Text, Value
from connector.policy.registry import Operand, Registry
from connector.policy.sorts import coerce
from connector.ports.entities import DutyEvent, DutyState, Usage

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BYTE = "http://qudt.org/vocab/unit/BYTE"
# What the connector itself performs for a duty; to inform somebody needs an address.
_PERFORMED = frozenset({DK + "log", ODRL + "attribute"})
_INFORM, _ADDRESS = ODRL + "inform", DK + "notifyAddress"


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """What facts are read from: who asks, with which verified claims, under which agreement, having used how much.

    `format` is the transfer format that was asked for, `media_type` that of the asset; `running` counts the transfers
    that run under the agreement, the one that is asked for included. `performed` is what the duty ledger knows,
    `data` what is known of the data.
    """

    participant: str
    claims: Mapping[str, tuple[str, ...]]
    agreed_at: int | None = None
    usage: Usage | None = None
    format: str | None = None
    media_type: str | None = None
    running: int | None = None
    performed: Mapping[str, Performance] = {}
    data: Data = ANY


Fact = Callable[[Situation], tuple[Value, ...] | None]


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


FACTS: dict[str, Fact] = {
    "participant": participant,
    "recipient": participant,
    "deliveryChannel": delivery_channel,
    "fileFormat": file_format,
    "concurrentTransfers": concurrent_transfers,
}


def claimable(registry: Registry) -> dict[str, Operand]:
    """Return the operands whose facts the participant list may state as claims, by fact name."""
    stated = {"request", "credential", "connector"}
    return {operand.fact: operand for operand in registry.operands.values() if operand.source in stated}


def known(operand: Operand, claims: Mapping[str, Operand]) -> bool:
    """Tell whether anybody here can know the value of an operand when data is accessed."""
    counted = operand.source in {"clock", "counter"} or operand.code == "elapsed_time"
    return counted or operand.fact in FACTS or operand.fact in claims


def world(situation: Situation, compiled: Compiled, claims: Mapping[str, Operand], registry: Registry) -> World:
    """Return the state of the world in which a request of this situation is decided under one policy.

    `claims` are the `claimable` operands. A claim that is not of its operand's sort is no fact.
    """
    facts = {name: value for name, read in FACTS.items() if (value := read(situation)) is not None}
    for name, texts in situation.claims.items():
        operand = claims.get(name)
        if operand is not None:
            values = [coerce(Text(text), operand, registry) for text in texts]
            facts[operand.fact] = tuple(value for value in values if value is not None)
    if situation.usage is not None:
        facts |= _counted(situation.usage, compiled)
    facts |= _stated(situation.data, compiled, registry)
    agreed_at = instant(situation.agreed_at) if situation.agreed_at is not None else None
    return World(
        facts=facts,
        agreed_at=agreed_at,
        performed=situation.performed,
        transforms=situation.data.transforms,
        row_filters=situation.data.rows,
    )


def performed(ledger: Iterable[DutyEvent], occasion: str) -> dict[str, Performance]:
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


def performed_here(duty: CompiledDuty) -> bool:
    """Tell whether the connector itself performs a duty; every other one is a person's to do and to confirm."""
    action = duty.duty.action[0].iri
    addressed = any(isinstance(entry, AtomicConstraint) and entry.left == _ADDRESS for entry in duty.parameters)
    return action in _PERFORMED or (action == _INFORM and addressed)


def _stated(data: Data, compiled: Compiled, registry: Registry) -> dict[str, tuple[Value, ...]]:
    """Return what the owner states about the data, and what the policy itself guarantees for what leaves."""
    level = data.records.level if data.records else ""
    size = max(data.records.smallest_group if data.records else 0, treatments.smallest_group(compiled))
    operands = registry.operands
    stated: dict[str, tuple[Value, ...]] = {operands[LEVEL].fact: (Iri(level),)} if level else {}
    return stated | ({operands[GROUP_SIZE].fact: (Number(Decimal(size)),)} if size else {})


def _counted(usage: Usage, compiled: Compiled) -> dict[str, tuple[Value, ...]]:
    """Return the counters of a policy's rules; uses and bytes are counted per agreement."""
    counted: dict[str, tuple[Value, ...]] = {}
    for counter in compiled.counters:
        amount = Number(Decimal(usage.bytes_moved), BYTE) if counter.step == 0 else Number(Decimal(usage.uses))
        counted[counter.fact] = (amount,)
    return counted


def instant(milliseconds: int) -> datetime:
    """Return an aware instant in UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def milliseconds(at: datetime | None) -> int | None:
    """Return the first ms since the epoch that is not before an instant; None for None."""
    return None if at is None else -((EPOCH - at) // timedelta(milliseconds=1))
