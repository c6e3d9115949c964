"""`odrl:event`: before (lt), during (eq) or after (gt) an event, as the provider's own event feed says.

Section 4.2 of the ODRL vocabulary. Facts: `event` holds what is going on, `event.over` what has ended; what is in
neither has not begun. `odrl:policyUsage` is going on whenever a request is decided. Pure.
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

    def test(_request: Request, world: World) -> Truth:
        if _USAGE in names:
            return during
        going_on = world.facts.get(fact)
        if going_on is None:
            return None
        if not names.isdisjoint(going_on):
            return during
        return after if not names.isdisjoint(world.facts.get(over, ())) else before

    def found(_request: Request, world: World) -> tuple[Value, ...] | None:
        going_on = world.facts.get(fact)
        return (_USAGE,) if _USAGE in names else going_on

    return Atom(test=test, found=found, cost=3, facts=(fact, over))
