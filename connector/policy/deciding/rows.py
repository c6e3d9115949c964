"""Row filters: which single records of a data set may leave.

A record for which a condition is not True is left out, as is one that a prohibition does not certainly spare. Pure:
standard library only.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from connector.policy.comparing.atom import Test
from connector.policy.comparing.kleene import fold_and
from connector.policy.compiling.checks import Builder
from connector.policy.model.decision import RowFilter
from connector.policy.model.policy import Constraint
from connector.policy.model.situation import Facts, Request, World
from connector.policy.vocabulary.registry import Registry

_NOBODY = Request("", "", "", datetime(1970, 1, 1, tzinfo=UTC))


def compile_rows(rows: RowFilter, registry: Registry) -> Callable[[Facts], bool]:
    """Compile a row filter.

    Parameters:
        rows: of a decision.
        registry: with which its policy was compiled.

    Returns:
        A function from the facts of one record (fact name of the operand to values) to whether the record may leave.

    >>> keep = compile_rows(RowFilter((normal("dk:role eq urn:a"),)), registry)
    >>> keep({"role": (Iri("urn:a"),)}), keep({})
    (True, False)
    """
    keep = _compile_all(rows.keep, registry)
    drop = [_compile_all(group, registry) for group in rows.drop]

    def leaves(facts: Facts) -> bool:
        world = World(facts=facts)
        if keep(_NOBODY, world) is not True:
            return False
        return all(group(_NOBODY, world) is False for group in drop)

    return leaves


def _compile_all(constraints: Sequence[Constraint], registry: Registry) -> Test:
    builder = Builder(registry, "", assume=True)
    return fold_and(tuple(check.test for check in builder.checks(constraints, "row")))
