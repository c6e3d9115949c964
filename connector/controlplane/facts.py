"""What a decision may look at: one function a fact, one line each in `FACTS`; a fact nobody knows is Unknown.

A fact says where it comes from: claims are vouched for by the participant list, usage is counted here, the rest is the
clock's or the agreement's. Nothing a peer merely says about itself becomes a fact.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal

import msgspec

from connector.policy.decision import World
from connector.policy.model import Iri, Number, Text, Value
from connector.ports.entities import Usage


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


def claim(name: str) -> Fact:
    """Return the fact that a claim of the participant list states; its values are IRIs or codes."""

    def read(situation: Situation) -> tuple[Value, ...] | None:
        values = situation.claims.get(name)
        return tuple(Iri(value) for value in values) if values is not None else None

    return read


def volume(situation: Situation) -> tuple[Value, ...] | None:
    """Return the bytes delivered under the agreement so far."""
    return (Number(Decimal(situation.usage.bytes_moved)),) if situation.usage else None


def delivery_channel(situation: Situation) -> tuple[Value, ...] | None:
    """Return the transfer format that was asked for."""
    return (Text(situation.format),) if situation.format else None


FACTS: dict[str, Fact] = {
    "participant": participant,
    "purpose": claim("purpose"),
    "role": claim("role"),
    "membership": claim("membership"),
    "region": claim("region"),
    "security_level": claim("security_level"),
    "volume": volume,
    "delivery_channel": delivery_channel,
}


def world(situation: Situation) -> World:
    """Return the state of the world in which a request of this situation is decided."""
    facts = {name: value for name, read in FACTS.items() if (value := read(situation)) is not None}
    return World(facts=facts, agreed_at=instant(situation.agreed_at) if situation.agreed_at is not None else None)


def instant(milliseconds: int) -> datetime:
    """Return an aware instant in UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
