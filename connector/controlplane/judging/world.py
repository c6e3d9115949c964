"""The world of one decision: facts, claims, counters, performed duties, and the instants at which facts change."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal

from connector.controlplane.core.instants import instant
from connector.controlplane.judging.facts import FACTS, PERIOD_OF, SKEW_MS, Situation
from connector.controlplane.judging.payments import find_payment_standing
from connector.controlplane.judging.treating import treatments
from connector.controlplane.judging.treating.known_data import GROUP_SIZE, LEVEL, PURPOSE, KnownData, is_from_data
from connector.policy.analysis.granting import FixedFacts
from connector.policy.compiling.compiled import Compiled
from connector.policy.deciding.claims import read_claims
from connector.policy.model.constraints import walk_leaves
from connector.policy.model.decision import Counter
from connector.policy.model.literals import find_bounds
from connector.policy.model.policy import DK, ODRL
from connector.policy.model.situation import Request, World
from connector.policy.model.values import Duration, Iri, Number, Value
from connector.policy.operands.event import name_since
from connector.policy.vocabulary.registry import Operand, Registry
from connector.protocol.dsp.version import VERSION
from connector.views.conversion import find_moment

BYTE = "http://qudt.org/vocab/unit/BYTE"
OF_CONNECTOR = frozenset({ODRL + "deliveryChannel", DK + "connectorProtocol"})
"""The operands whose facts this connector fixes, whatever the data is."""


def build_world(situation: Situation, compiled: Compiled, claims: Mapping[str, Operand], registry: Registry) -> World:
    """Return the state of the world in which a request of this situation is decided under one policy.

    `claims` are the claimable operands. A claim with a value of another sort than its operand's is ignored. A
    purpose that the participant list states takes precedence over a declared one, unless it contains it.
    """
    facts = {name: value for name, read in FACTS.items() if (value := read(situation)) is not None}
    facts = read_claims(situation.claims, claims, registry) | facts
    facts |= _choose_purpose(situation, facts, registry)
    facts |= _list_counted(situation, compiled)
    facts |= _list_stated(situation.data, compiled, registry)
    agreed_at = instant(situation.agreed_at) if situation.agreed_at is not None else None
    return World(
        facts=facts,
        agreed_at=agreed_at,
        zone=registry.zone,
        performed=situation.performed,
        transforms=situation.data.transforms(registry),
        row_filters=situation.data.rows,
        since={name_since(entry.name): instant(entry.at) for entry in situation.events or ()},
        expires={
            # What changes beyond the calendar never changes.
            name: end
            for name, at in _ends(situation, compiled)
            if at > situation.now and (end := find_moment(at)) is not None
        },
    )


def build_fixed_facts(data: KnownData, compiled: Compiled, registry: Registry, now: datetime) -> FixedFacts:
    """Return the facts that are known when a policy is handed in with its data: one world for each way of delivery."""
    situations = [
        Situation(
            participant="",
            claims={},
            format=way,
            media_type=data.media_type,
            stated=data.stated,
            protocol=VERSION,
            data=data,
        )
        for way in data.formats
    ]
    worlds = tuple(build_world(situation, compiled, {}, registry) for situation in situations)
    rows = {operand.iri: operand for operand in registry.operands.values()}
    fixed = frozenset(iri for iri, operand in rows.items() if _is_fixed(operand, data, worlds[0]))
    return FixedFacts(Request("odrl:use", "", "", now), worlds, fixed)


def _is_fixed(operand: Operand, data: KnownData, world: World) -> bool:
    """Return whether the fact of an operand is settled by the asset or by this connector, also if it has none.

    An incomplete description of records is a gap, which is told elsewhere.
    """
    if operand.iri in OF_CONNECTOR:
        return True
    if not operand.of_asset or data.stated is None:
        return False
    return operand.fact in world.facts or not is_from_data(operand)


def _choose_purpose(
    situation: Situation, facts: Mapping[str, tuple[Value, ...]], registry: Registry
) -> dict[str, tuple[Value, ...]]:
    """Return the purpose that a participant declares, if the participant list states none or one that contains it.

    Several purposes in the list leave open which of them a use has, until one is declared.
    """
    operand = registry.operands[PURPOSE]
    claimed = facts.get(operand.fact)
    if situation.purpose is None:
        return {}
    below = registry.taxonomies[operand.taxonomy].below_names
    covered = (
        situation.purpose in below.get(value.iri, (value.iri,)) for value in claimed or () if isinstance(value, Iri)
    )
    return {operand.fact: (Iri(situation.purpose),)} if not claimed or any(covered) else {}


def is_hourly(counter: Counter) -> bool:
    """Return whether a counter counts the uses of the last hour."""
    return counter.fact.partition(":")[0] == "requestsPerHour"


def find_period(counter: Counter) -> str | None:
    """Return the period of a counter of uses under all agreements; None for other counters."""
    return PERIOD_OF.get(counter.fact.partition(":")[0])


def _ends(situation: Situation, compiled: Compiled) -> Iterator[tuple[str, int]]:
    """Yield the facts that change by time alone, and their times (ms): a term of payment, an age that is reached."""
    ends = find_payment_standing(situation.payments, situation.now)[1] if situation.payments else None
    if ends is not None:
        yield "paymentState", ends
    if situation.changed_at is not None:
        age = situation.now - situation.changed_at
        # An age is known as soon as the date is no longer ahead. One comparison changes at the age itself, another at
        # the first instant after it.
        spans = [(-SKEW_MS, bound, bound + 1) for span in _ages(compiled) for bound in find_bounds(span)]
        marks = [mark for span in spans for mark in span]
        ahead = [mark for mark in marks if mark > age]
        if ahead:
            yield "dataAge", situation.changed_at + min(ahead)


def _ages(compiled: Compiled) -> Iterator[Duration]:
    """Yield the ages of data in the constraints of a policy."""
    for rule in (*compiled.permissions, *compiled.prohibitions):
        for check in (*rule.refinements, *rule.constraints):
            for leaf in walk_leaves(check.constraint):
                if leaf.left == DK + "dataAge":
                    yield from (value for value in leaf.right if isinstance(value, Duration))


def _list_stated(data: KnownData, compiled: Compiled, registry: Registry) -> dict[str, tuple[Value, ...]]:
    """Return the facts that the owner states about the data, and those that the policy itself guarantees."""
    level = data.records.level if data.records else ""
    size = max(data.records.smallest_group if data.records else 0, treatments.smallest_group(compiled))
    operands = registry.operands
    stated: dict[str, tuple[Value, ...]] = {operands[LEVEL].fact: (Iri(level),)} if level else {}
    return stated | ({operands[GROUP_SIZE].fact: (Number(Decimal(size)),)} if size else {})


def _list_counted(situation: Situation, compiled: Compiled) -> dict[str, tuple[Value, ...]]:
    """Return the known counters of a policy's rules; uses and bytes are counted for each agreement."""
    counted: dict[str, tuple[Value, ...]] = {}
    for counter in compiled.counters:
        if is_hourly(counter):
            if situation.recent is not None:
                counted[counter.fact] = (Number(Decimal(situation.recent.uses)),)
        elif (period := find_period(counter)) is not None:
            if period in situation.within:
                counted[counter.fact] = (Number(Decimal(situation.within[period].uses)),)
        elif situation.usage is not None:
            usage = situation.usage
            amount = Number(Decimal(usage.bytes_moved), BYTE) if counter.step == 0 else Number(Decimal(usage.uses))
            counted[counter.fact] = (amount,)
    return counted
