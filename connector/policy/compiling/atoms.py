"""Build the atom of one constraint: the generic comparison, or the operand that has code.

Pure: standard library and msgspec only.
"""

from collections.abc import Callable

from connector.policy.comparing import operators
from connector.policy.comparing.atom import Atom, Test
from connector.policy.model.policy import AtomicConstraint
from connector.policy.model.situation import Request, Truth, World
from connector.policy.model.values import Iri, Value
from connector.policy.operands import count, date_time, day_of_week, elapsed_time, event, time_of_day, volume
from connector.policy.vocabulary.registry import Operand, Registry

CODE: dict[str, Callable[[Operand, str, tuple[Value, ...], str], Atom]] = {
    "count": count.build,
    "date_time": date_time.build,
    "day_of_week": day_of_week.build,
    "elapsed_time": elapsed_time.build,
    "event": event.build,
    "time_of_day": time_of_day.build,
    "volume": volume.build,
}
"""The operands that need code, by their name in the column `code` of `policies/operands.toml`."""


def build_atom(operand: Operand, constraint: AtomicConstraint, registry: Registry, rule: str) -> Atom:
    """Build the atom of one constraint of the normal form.

    Parameters:
        operand: the left operand of the constraint.
        constraint: of the normal form.
        registry: contains the taxonomy of the operand, and the zone of the provider.
        rule: uid of the rule, which names its counters.

    >>> found = normal("odrl:count lteq 5")
    >>> build_atom(registry.operands[found.left], found, registry, "urn:rule").facts
    ('count:urn:rule',)
    """
    if operand.code:
        if operand.code == "date_time":
            return date_time.build(operand, constraint.operator, constraint.right, rule, registry.zone)
        return CODE[operand.code](operand, constraint.operator, constraint.right, rule)
    taxonomy = registry.taxonomies[operand.taxonomy] if operand.taxonomy else None
    compare = operators.build_comparison(operand, constraint.operator, constraint.right, taxonomy)
    return _build_plain(operand, compare, 2 if taxonomy is None else 3)


def _build_plain(operand: Operand, compare: operators.Comparison, cost: int) -> Atom:
    """Build a comparison with a known fact. What the request says counts only if the operand is about the request."""
    fact, several = operand.fact, operand.multiple
    from_request = operand.source == "request"

    def found(request: Request, world: World) -> tuple[Value, ...] | None:
        values = world.facts.get(fact)
        return request.context.get(fact) if values is None and from_request else values

    def compared(request: Request, world: World) -> Truth:
        values = world.facts.get(fact)
        if values is None and (not from_request or (values := request.context.get(fact)) is None):
            return None
        # A single-valued operand with no value or with two is contradicted by its source: nothing is known.
        return compare(values) if several or len(values) == 1 else None

    names = compare if isinstance(compare, operators.Membership) else None
    test = compared if names is None else _test_name(names, compared, fact, from_request)

    return Atom(test=test, found=found, cost=cost, facts=(fact,), names=names)


def _test_name(membership: operators.Membership, general: Test, fact: str, from_request: bool) -> Test:
    """The commonest comparison, one name with a set of names, without a second call."""
    hits, known, wanted = membership.hits, membership.known, membership.wanted

    def test(request: Request, world: World) -> Truth:
        values = world.facts.get(fact)
        if values is None and (not from_request or (values := request.context.get(fact)) is None):
            return None
        if len(values) == 1 and type(value := values[0]) is Iri:
            if value.iri in hits:
                return wanted
            return not wanted if known is None or value.iri in known else None
        return general(request, world)

    return test
