"""`odrl:count`: the use that is asked for, counted with those before it under the same agreement and rule.

`count lteq 5` permits the fifth use and no sixth; the store bumps the counter in one step with the check. Pure.
"""

from connector.policy.comparing import operators
from connector.policy.comparing.atom import Atom
from connector.policy.model.decision import Counter
from connector.policy.model.situation import Request, Truth, World
from connector.policy.model.values import Number, Value
from connector.policy.vocabulary.registry import Operand


def build(operand: Operand, operator: str, right: tuple[Value, ...], rule: str) -> Atom:
    """Build the atom; Unknown if the counter `count:<rule>` is not among the facts."""
    fact = f"{operand.fact}:{rule}"
    compare = operators.build_comparison(operand, operator, right, None)
    holds = operators.ORDER.get(operator)
    before = right[0].amount - 1 if isinstance(right[0], Number) else None

    def found(_request: Request, world: World) -> tuple[Value, ...] | None:
        used = world.facts.get(fact)
        if not used or not isinstance(used[0], Number):
            return None
        return (Number(used[0].amount + 1),)

    def ordered(_request: Request, world: World) -> Truth:
        used = world.facts.get(fact)
        if not used or type(used[0]) is not Number or holds is None or before is None:
            return None
        return holds(used[0].amount, before)

    def listed(request: Request, world: World) -> Truth:
        values = found(request, world)
        return None if values is None else compare(values)

    test = listed if holds is None else ordered
    # Only a bound from above can be kept by the limit alone; a bound from below stays kept as the counter grows.
    exact = operator not in {"lt", "lteq", "gt", "gteq"}
    counter = Counter(fact, 1, operators.find_greatest(operator, right[0]), exact)
    return Atom(test=test, found=found, cost=4, facts=(fact,), counter=counter)
