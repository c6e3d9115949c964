"""`dk:timeOfDay`: the clock on the wall at the provider, or in the zone that the literal states. Pure."""

from datetime import datetime

from connector.policy.comparing.atom import Atom
from connector.policy.comparing.local_time import DAY, count_microseconds, find_next_reached, find_zone
from connector.policy.model.situation import Request, Truth, World
from connector.policy.model.values import ClockTime, Value
from connector.policy.vocabulary.registry import Operand


def build(_operand: Operand, operator: str, right: tuple[Value, ...], _rule: str) -> Atom:
    """Build the atom for the six comparisons; never Unknown."""
    limit = right[0]
    assert isinstance(limit, ClockTime)
    mark = limit.seconds * 1_000_000
    marks = tuple(sorted({0} | {edge for edge in (mark, mark + 1) if edge < DAY}))

    def test(request: Request, world: World) -> Truth:
        now = count_microseconds(request.at.astimezone(find_zone(limit.offset, world.zone)))
        match operator:
            case "lt":
                return now < mark
            case "lteq":
                return now <= mark
            case "gt":
                return now > mark
            case "gteq":
                return now >= mark
            case _:
                return (now == mark) is (operator == "eq")

    def found(request: Request, world: World) -> tuple[Value, ...]:
        local = request.at.astimezone(find_zone(limit.offset, world.zone))
        return (ClockTime(count_microseconds(local) // 1_000_000),)

    def flip(request: Request, world: World) -> datetime | None:
        return find_next_reached(request.at, find_zone(limit.offset, world.zone), marks)

    return Atom(test=test, found=found, cost=3, flip=flip)
