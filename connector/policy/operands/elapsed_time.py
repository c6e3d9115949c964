"""`odrl:elapsedTime`: how long ago the agreement was made. Months count by the calendar, from the anchor.

Section 4.2 of the ODRL vocabulary. Pure.
"""

from datetime import datetime

from connector.policy.comparing.atom import Atom
from connector.policy.model.literals import add_duration, find_next
from connector.policy.model.situation import Request, Truth, World
from connector.policy.model.values import Duration, Instant, Value
from connector.policy.vocabulary.registry import Operand


def build(_operand: Operand, operator: str, right: tuple[Value, ...], _rule: str) -> Atom:
    """Build the atom for lt, lteq, gt and gteq; Unknown before there is an agreement."""
    span = right[0]
    assert isinstance(span, Duration)
    inclusive = operator in {"lteq", "gt"}
    wanted_before = operator in {"lt", "lteq"}

    def edge(world: World) -> datetime | None:
        """First instant after the span; None if there is no anchor or no such instant."""
        if world.agreed_at is None:
            return None
        end = add_duration(world.agreed_at, span)
        return find_next(end) if end is not None and inclusive else end

    def test(request: Request, world: World) -> Truth:
        if world.agreed_at is None:
            return None
        end = edge(world)
        return (end is None or request.at < end) is wanted_before

    def found(_request: Request, world: World) -> tuple[Value, ...] | None:
        return None if world.agreed_at is None else (Instant(world.agreed_at),)

    def flip(request: Request, world: World) -> datetime | None:
        end = edge(world)
        return end if end is not None and end > request.at else None

    return Atom(test=test, found=found, cost=4, flip=flip)
