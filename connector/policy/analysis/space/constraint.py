"""Read one constraint as regions: the values for which it is True, and for which it is False. Unknown is the rest.

The regions say in sets what `operators` and `operands` decide for single values.

Pure: standard library and msgspec only.
"""

from datetime import UTC

from connector.policy.analysis.space.amounts import read_clock, read_durations, read_instants, read_numbers
from connector.policy.analysis.space.dimension import Dimension
from connector.policy.analysis.space.names import read_event, read_names, read_tree
from connector.policy.model.policy import AtomicConstraint
from connector.policy.vocabulary.registry import Registry


def read_dimension(constraint: AtomicConstraint, registry: Registry) -> Dimension | None:
    """Read a constraint of the normal form as regions; None if its sort has no regions.

    >>> read_dimension(normal("dk:participant eq urn:a"), registry).true
    (NameSet(members=frozenset({'urn:a'}), outside=False, missing=False, scale=''),)
    """
    operand = registry.operands[constraint.left]
    match operand.code or operand.sort:
        case "date_time" | "instant":
            return read_instants(constraint, operand, registry.zone if operand.code else UTC)
        case "time_of_day":
            return read_clock(constraint, operand)
        case "elapsed_time" | "duration":
            return read_durations(constraint, operand)
        case "count" | "volume" | "number":
            return read_numbers(constraint, operand)
        case "event":
            return read_event(constraint, operand)
        case "taxonomy":
            return read_tree(constraint, operand, registry)
        case "day_of_week" | "code" | "name" | "text" | "flag":
            return read_names(constraint, operand)
        case _:
            return None
