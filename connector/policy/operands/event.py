"""`odrl:event`: before (lt), during (eq) or after (gt) an event, as the provider's own event feed says.

Section 4.2 of the ODRL vocabulary. Facts: `event` holds what is going on, `event.over` what has ended; what is in
neither has not begun; `World.since` says when, for a question about an earlier instant.
`odrl:policyUsage` is going on whenever a request is decided. Pure.
"""

from connector.policy.comparing.atom import Atom
from connector.policy.model.policy import ODRL
from connector.policy.model.situation import Request, Truth, World
from connector.policy.model.values import Iri, Value
from connector.policy.vocabulary.registry import Operand

_USAGE = Iri(ODRL + "policyUsage")
_HOLDS = {
    "eq": (False, True, False),
    "isAnyOf": (False, True, False),
    "neq": (True, False, True),
    "isNoneOf": (True, False, True),
    "lt": (True, False, False),
    "lteq": (True, True, False),
    "gt": (False, False, True),
    "gteq": (False, True, True),
}


def build(operand: Operand, operator: str, right: tuple[Value, ...], _rule: str) -> Atom:
    """Build the atom; Unknown if the feed is silent, that is the fact `event` is missing."""
    before, during, after = _HOLDS[operator]
    names = frozenset(value for value in right if isinstance(value, Iri))
    fact, over = operand.fact, operand.fact + ".over"

    def test(request: Request, world: World) -> Truth:
        if _USAGE in names:
            return during
        going_on = world.facts.get(fact)
        if going_on is None:
            return None
        ended = world.facts.get(over, ())
        if world.since and any(_is_later(name, request, world) for name in names):
            # Asked about an earlier instant: what began since then had not begun.
            if any(_is_later(name, request, world) for name in names.intersection(ended)):
                return None
            going_on = tuple(name for name in going_on if not _is_later(name, request, world))
        if not names.isdisjoint(going_on):
            return during
        return after if not names.isdisjoint(ended) else before

    def found(_request: Request, world: World) -> tuple[Value, ...] | None:
        going_on = world.facts.get(fact)
        return (_USAGE,) if _USAGE in names else going_on

    return Atom(test=test, found=found, cost=3, facts=(fact, over))


def name_since(event: str) -> str:
    """Return the name under which `World.since` holds the last instant at which an event began or ended.

    >>> name_since("urn:fair")
    'event urn:fair'
    """
    return f"event {event}"


def _is_later(name: Value, request: Request, world: World) -> bool:
    assert isinstance(name, Iri)
    since = world.since.get(name_since(name.iri))
    return since is not None and since > request.at
