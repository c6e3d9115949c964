"""What a constraint can still become until an access: facts of the party and the data are settled before a contract.

Time, counters, payments, events and the way of delivery can change after signing. Who the party is cannot be waited
for, what it declares, such as its purpose, it states with its request for the contract or never, and what is said of
the data its provider states before it offers. Pure: standard library and msgspec only.
"""

from collections.abc import Callable
from functools import reduce
from typing import TypeAlias

from connector.policy.compiling.checks import Check
from connector.policy.model.policy import AtomicConstraint
from connector.policy.model.situation import Request, Truth, World
from connector.policy.vocabulary.registry import Operand, Registry

_Values: TypeAlias = frozenset[Truth]
_OPEN: _Values = frozenset({True, False})
# The state of xone: how many parts are True (two stands for more), and whether one is Unknown.
_Hits: TypeAlias = tuple[int, bool]


def is_settled(operand: Operand) -> bool:
    """Return whether the value of an operand is known when a contract is made, or not at all.

    These are facts of the party, what it declares, and what the provider states about the data.

    >>> is_settled(registry.operands[normal("dk:role eq urn:a").left])
    True
    >>> is_settled(registry.operands[normal("odrl:count lteq 5").left])
    False
    """
    told = operand.source == "request" and operand.trust == "declared"
    of_party = told or operand.source in {"credential", "connector"}
    return (of_party or operand.of_asset) and operand.tier == "provider"


def can_become(check: Check, wanted: bool, request: Request, world: World, registry: Registry) -> bool:
    """Return whether a constraint can have a verdict at an access of the same party, as far as is known now.

    >>> role, count = compiled("dk:role eq urn:a", "odrl:count lteq 5").permissions[0].constraints
    >>> can_become(role, True, request, world, registry), can_become(count, True, request, world, registry)
    (False, True)
    """

    def judge(left: str, verdict: Truth) -> _Values:
        return _OPEN if verdict is None and not is_settled(registry.operands[left]) else frozenset({verdict})

    return wanted in _list_values(check, request, world, judge)


def list_verdicts(check: Check, request: Request, world: World, fixed: frozenset[str]) -> frozenset[Truth]:
    """Return the verdicts that a constraint can have where some operands are fixed, whatever all others become.

    Parameters:
        fixed: the IRIs of operands whose facts in this world never change, also those that have none.

    >>> role, count = compiled("dk:role eq urn:a", "odrl:count lteq 5").permissions[0].constraints
    >>> list_verdicts(role, request, world, frozenset({DK + "role"}))
    frozenset({None})
    >>> sorted(list_verdicts(count, request, world, frozenset({DK + "role"})))
    [False, True]
    """

    def judge(left: str, verdict: Truth) -> _Values:
        return frozenset({verdict}) if left in fixed else _OPEN

    return _list_values(check, request, world, judge)


def _list_values(check: Check, request: Request, world: World, judge: Callable[[str, Truth], _Values]) -> _Values:
    """Return the verdicts that a constraint can have; `judge` says it of an operand with its present verdict."""
    constraint = check.constraint
    if isinstance(constraint, AtomicConstraint):
        return judge(constraint.left, check.test(request, world))
    parts = [_list_values(child, request, world, judge) for child in check.children]
    match constraint.operand:
        case "or":
            return reduce(lambda one, other: _pair(one, other, _either), parts)
        case "xone":
            return frozenset(_decide_hits(state) for state in reduce(_count, parts, frozenset({(0, False)})))
        case _:
            return reduce(lambda one, other: _pair(one, other, _both), parts)


def _pair(one: _Values, other: _Values, fold: Callable[[Truth, Truth], Truth]) -> _Values:
    return frozenset(fold(first, second) for first in one for second in other)


def _both(one: Truth, other: Truth) -> Truth:
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def _either(one: Truth, other: Truth) -> Truth:
    if one is True or other is True:
        return True
    return None if one is None or other is None else False


def _count(states: frozenset[_Hits], values: _Values) -> frozenset[_Hits]:
    return frozenset(
        (min(hits + (value is True), 2), unknown or value is None) for hits, unknown in states for value in values
    )


def _decide_hits(state: _Hits) -> Truth:
    hits, unknown = state
    if hits > 1:
        return False
    return None if unknown else hits == 1
