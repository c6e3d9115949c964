"""`odrl:dateTime`: the instant of the request, against instants and whole days.

Section 4.2 of the ODRL vocabulary; day granularity in the stated zone, else in that of the provider. Pure.
"""

from datetime import UTC, tzinfo

from connector.policy.comparing import moments
from connector.policy.comparing.atom import Atom, make_timely
from connector.policy.model.situation import Request, World
from connector.policy.model.values import Day, Instant, Value
from connector.policy.vocabulary.registry import Operand


def build(_operand: Operand, operator: str, right: tuple[Value, ...], _rule: str, zone: tzinfo = UTC) -> Atom:
    """Build the atom; it depends on the time of the request alone."""
    points = [value for value in right if isinstance(value, Instant | Day)]
    if operator == "isAnyOf":
        truth = moments.any_of(points, zone)
    elif operator == "isNoneOf":
        truth = moments.complement(moments.any_of(points, zone))
    else:
        truth = moments.compare(operator, points[0], zone)

    def found(request: Request, _world: World) -> tuple[Value, ...]:
        return (Instant(request.at),)

    return Atom(test=make_timely(truth), found=found, cost=1, moments=truth)
