"""`dk:dayOfWeek`: the local day of the week at the provider. Pure."""

from datetime import datetime

from connector.policy.comparing.atom import Atom
from connector.policy.comparing.local_time import find_next_reached
from connector.policy.model.situation import Request, Truth, World
from connector.policy.model.values import Iri, Value
from connector.policy.vocabulary.registry import Operand


def build(operand: Operand, operator: str, right: tuple[Value, ...], _rule: str) -> Atom:
    """Build the atom for eq, neq, isAnyOf and isNoneOf; never Unknown."""
    days = {operand.values.index(value.iri) for value in right if isinstance(value, Iri)}
    wanted = operator in {"eq", "isAnyOf"}

    def test(request: Request, world: World) -> Truth:
        return (request.at.astimezone(world.zone).weekday() in days) is wanted

    def found(request: Request, world: World) -> tuple[Value, ...]:
        return (Iri(operand.values[request.at.astimezone(world.zone).weekday()]),)

    def flip(request: Request, world: World) -> datetime | None:
        return find_next_reached(request.at, world.zone, (0,))

    return Atom(test=test, found=found, cost=3, flip=flip)
