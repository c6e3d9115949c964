"""`dk:volume`: bytes transferred under the same agreement and rule, with those of this request if it says how many.

The meter adds to the counter while bytes flow, so a decision adds nothing itself; its limit goes into the lease. Pure.
"""

from connector.policy.comparing import operators
from connector.policy.comparing.atom import Atom
from connector.policy.model.decision import Counter
from connector.policy.model.situation import Request, Truth, World
from connector.policy.model.values import Number, Value
from connector.policy.vocabulary.registry import Operand

REQUESTED = "bytes"


def build(operand: Operand, operator: str, right: tuple[Value, ...], rule: str) -> Atom:
    """Build the atom; Unknown if the counter `volume:<rule>` is not among the facts."""
    fact = f"{operand.fact}:{rule}"
    compare = operators.build_comparison(operand, operator, right, None)

    def found(request: Request, world: World) -> tuple[Value, ...] | None:
        used, wanted = world.facts.get(fact), request.context.get(REQUESTED)
        if not used or not isinstance(used[0], Number):
            return None
        more = wanted[0].amount if wanted and isinstance(wanted[0], Number) and wanted[0].amount > 0 else 0
        return (Number(used[0].amount + more, operand.unit),)

    def test(request: Request, world: World) -> Truth:
        values = found(request, world)
        return None if values is None else compare(values)

    # Only a bound from above can be kept by the limit alone; a bound from below stays kept as the counter grows.
    exact = operator not in {"lt", "lteq", "gt", "gteq"}
    counter = Counter(fact, 0, operators.find_greatest(operator, right[0]), exact)
    return Atom(test=test, found=found, cost=4, facts=(fact,), counter=counter)
