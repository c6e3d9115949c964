"""What a decision may look at: one function a fact, one line each in `FACTS`; a fact nobody knows is Unknown.

A fact says where it comes from: claims are vouched for by the signer of the participant list, usage is counted here,
the rest is the clock's or the agreement's. Nothing a peer merely says about itself becomes a fact.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal

import msgspec

from connector.policy.compile import Compiled
from connector.policy.decision import World
from connector.policy.model import Iri, Number, Text, Value
from connector.policy.registry import Operand, Registry
from connector.policy.sorts import coerce
from connector.ports.entities import Usage

BYTE = "http://qudt.org/vocab/unit/BYTE"


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """What facts are read from: who asks, with which verified claims, under which agreement, having used how much."""

    participant: str
    claims: Mapping[str, tuple[str, ...]]
    agreed_at: int | None = None
    usage: Usage | None = None
    format: str | None = None


Fact = Callable[[Situation], tuple[Value, ...] | None]


def participant(situation: Situation) -> tuple[Value, ...] | None:
    """Return the authenticated identifier of the party that asks."""
    return (Iri(situation.participant),)


def delivery_channel(situation: Situation) -> tuple[Value, ...] | None:
    """Return the transfer format that was asked for."""
    return (Iri(situation.format),) if situation.format else None


FACTS: dict[str, Fact] = {
    "participant": participant,
    "recipient": participant,
    "deliveryChannel": delivery_channel,
}


def claimable(registry: Registry) -> dict[str, Operand]:
    """Return the operands whose facts the participant list may state as claims, by fact name."""
    stated = {"request", "credential", "connector"}
    return {operand.fact: operand for operand in registry.operands.values() if operand.source in stated}


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
    return World(facts=facts, agreed_at=instant(situation.agreed_at) if situation.agreed_at is not None else None)


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
