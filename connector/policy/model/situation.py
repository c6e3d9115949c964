"""The input of a decision: the request and the state of the world.

ODRL Information Model 2.2, sections 2.6 and 2.7. Pure: standard library and msgspec only.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from enum import Enum
from typing import TypeAlias

import msgspec

from connector.policy.model.values import Value

Facts: TypeAlias = Mapping[str, tuple[Value, ...]]


Truth: TypeAlias = bool | None
"""True, False, or None for Unknown."""


class Phase(Enum):
    """The occasion of a decision: an offer is shown, an offer is negotiated, data is accessed."""

    CATALOGUE = "catalogue"
    NEGOTIATION = "negotiation"
    ACCESS = "access"


class Request(msgspec.Struct, frozen=True):
    """A request: somebody wants to do something.

    Parameters:
        action: an action, as full IRI, as `odrl:use` or as a bare core name.
        target: the IRI of the asset.
        assignee: the identifier of the party that asks, as authenticated.
        at: aware instant at which the action happens; a monitor replays with the time of the event.
        context: facts that the request itself states (declared purpose, format …), by fact name.
    """

    action: str
    target: str
    assignee: str
    at: datetime
    context: Facts = {}


class Performance(msgspec.Struct, frozen=True):
    """The ledger's knowledge of one duty, remedy, consequence or (as its violation) prohibition."""

    fulfilled_at: datetime | None = None
    violated_at: datetime | None = None


class World(msgspec.Struct, frozen=True):
    """The state of the world against which a request is decided. A missing fact is Unknown.

    Parameters:
        facts: fact name to its values; an empty tuple says "known to have none" for an operand with several values.
            Counters are facts named `count:<rule uid>`, see `Compiled.counters`.
        part_of: member to the collections that hold it, for assets and parties; followed transitively.
        performed: uid of a duty, remedy, consequence or prohibition to what the ledger knows of it.
        agreed_at: when the agreement was made; None before there is one.
        zone: the local zone of the provider, for times of the day and days of the week that state no zone.
        since: `event <IRI>` to the last instant at which the event began or ended (read by duties only).
        expires: fact name to the instant at which it stops being known (a credential ends).
        transforms: names of the transforms that the data plane of this flow can apply.
        row_filters: whether the data plane of this flow can leave out single records.
    """

    facts: Facts = {}
    part_of: Mapping[str, frozenset[str]] = {}
    performed: Mapping[str, Performance] = {}
    agreed_at: datetime | None = None
    zone: tzinfo = UTC
    since: Mapping[str, datetime] = {}
    expires: Mapping[str, datetime] = {}
    transforms: frozenset[str] = frozenset()
    row_filters: bool = False
