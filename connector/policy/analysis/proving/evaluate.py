"""Ask the evaluator about an example, and vary the example.

Pure: standard library and msgspec only.
"""

from collections.abc import Collection, Mapping
from decimal import Decimal

import msgspec

from connector.policy.analysis.findings import Example
from connector.policy.compiling.compiled import Compiled
from connector.policy.deciding.decide import decide
from connector.policy.deciding.rows import compile_rows
from connector.policy.model.decision import Decision, Verdict
from connector.policy.model.situation import Phase
from connector.policy.model.values import Number, Value


def grant_example(policy: Compiled, found: Example) -> Decision | None:
    """Ask the evaluator whether the policy, once agreed, grants the example and releases its record.

    Returns:
        The decision; None if it is denied or the record stays.

    >>> grant_example(compiled(), Example(request, world)).verdict
    <Verdict.PERMIT: 'permit'>
    """
    decision = decide(to_agreement(policy), found.request, found.world, Phase.ACCESS)
    if decision.verdict is not Verdict.PERMIT:
        return None
    if decision.row_filter is not None and not compile_rows(decision.row_filter, policy.registry)(found.world.facts):
        return None
    return decision


def to_agreement(policy: Compiled) -> Compiled:
    """Return the same rules as an agreement, because an offer grants nothing.

    >>> to_agreement(compiled(kind="Offer")).policy.kind
    'Agreement'
    """
    if policy.policy.kind != "Offer":
        return policy
    return msgspec.structs.replace(policy, policy=msgspec.structs.replace(policy.policy, kind="Agreement"))


def is_later_use(found: Example) -> bool:
    """Return whether the example is not the first use under its counters.

    >>> is_later_use(Example(request, world))
    False
    """
    return any(
        isinstance(values[0], Number) and values[0].amount > 0
        for fact, values in found.world.facts.items()
        if values and _is_counter(fact)
    )


def to_first_use(found: Example) -> Example:
    """Return the same situation before any use.

    >>> used = Example(request, World(facts={"count:r": (Number(Decimal(3)),)}))
    >>> to_first_use(used).world.facts["count:r"][0].amount
    Decimal('0')
    """
    facts: Mapping[str, tuple[Value, ...]] = {
        fact: (Number(Decimal(0)),) if _is_counter(fact) else values for fact, values in found.world.facts.items()
    }
    return Example(found.request, msgspec.structs.replace(found.world, facts=facts))


def drop_performed(found: Example, uids: Collection[str]) -> Example:
    """Return the same situation in which some duties are not performed and no transform is available.

    >>> done = Example(request, World(performed={"urn:duty": Performance(fulfilled_at=noon)}))
    >>> drop_performed(done, ["urn:duty"]).world.performed
    {}
    """
    world = found.world
    performed = {uid: record for uid, record in world.performed.items() if uid not in uids}
    return Example(found.request, msgspec.structs.replace(world, performed=performed, transforms=frozenset()))


def _is_counter(fact: str) -> bool:
    return ":" in fact
