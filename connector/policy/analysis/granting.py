"""What a policy can grant where some facts are fixed, whatever everything else becomes.

The evaluator itself is asked about the fixed facts; every other operand counts as open, so that a part is called dead
only if nothing can ever bring it to life. Pure: standard library and msgspec only.
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from connector.policy.compiling.checks import Check
from connector.policy.compiling.compiled import Compiled, CompiledRule
from connector.policy.deciding.settling import list_verdicts
from connector.policy.model.constraints import walk_leaves
from connector.policy.model.policy import ODRL, LogicalConstraint
from connector.policy.model.situation import Request, World

_USE = ODRL + "use"


class FixedFacts(msgspec.Struct, frozen=True):
    """The facts that never change: one world for each way in which they can be, and the operands that they belong to.

    Parameters:
        request: any use; only the fixed facts are read.
        worlds: at least one; a policy grants something if it does so in one of them.
        operands: IRIs of the operands whose facts in these worlds never change.
    """

    request: Request
    worlds: tuple[World, ...]
    operands: frozenset[str]


class DeadPart(msgspec.Struct, frozen=True):
    """A part of a policy that fixed facts rule out: its rule, and the operands of its conditions that are fixed."""

    rule: str
    operands: tuple[str, ...]


def find_never_granted(policy: Compiled, known: FixedFacts) -> DeadPart | None:
    """Return why fixed facts rule out every permission of a use; None if one may grant, or other facts do.

    >>> never = FixedFacts(request, (world,), frozenset({DK + "role"}))
    >>> find_never_granted(compiled("dk:role eq urn:a"), never).rule
    'permission/0'
    >>> find_never_granted(compiled("odrl:count lteq 5"), never) is None
    True
    """
    rules = [rule for rule in policy.permissions if _is_about_use(rule)]
    if not rules or any(_grants(policy, rule, world, known) for rule in rules for world in known.worlds):
        return None
    dead = [DeadPart(rule.uid, _list_operands(_list_unmet(rule, known), known)) for rule in rules]
    bans = [
        DeadPart(ban.uid, _list_operands(ban.ordered, known))
        for ban in policy.prohibitions
        if _is_about_use(ban) and any(_always_bans(ban, world, known) for world in known.worlds)
    ]
    return next((part for part in (*dead, *bans) if part.operands), None)


def list_dead_parts(policy: Compiled, known: FixedFacts) -> Iterator[DeadPart]:
    """Yield the rules and alternatives that fixed facts rule out, also those of a policy that grants something.

    >>> never = FixedFacts(request, (world,), frozenset({DK + "role"}))
    >>> [part.rule for part in list_dead_parts(compiled("dk:role eq urn:a"), never)]
    ['permission/0']
    """
    for rule in policy.permissions:
        if not _may_apply(rule, known):
            yield DeadPart(rule.uid, _list_operands(_list_unmet(rule, known), known))
            continue
        for check in _list_alternatives(rule.ordered):
            if not any(True in _verdicts(check, world, known) for world in known.worlds):
                yield DeadPart(rule.uid, _list_operands([check], known))
    for uid, checks in (
        *((ban.uid, ban.ordered) for ban in policy.prohibitions),
        *((duty.duty.uid, duty.checks) for duty in policy.obligations),
    ):
        lost = [check for check in checks if all(_verdicts(check, world, known) == {False} for world in known.worlds)]
        if lost:
            yield DeadPart(uid, _list_operands(lost, known))


def _is_about_use(rule: CompiledRule) -> bool:
    return rule.covers is None or _USE in rule.covers


def _verdicts(check: Check, world: World, known: FixedFacts) -> frozenset[bool | None]:
    return list_verdicts(check, known.request, world, known.operands)


def _can_apply(rule: CompiledRule, world: World, known: FixedFacts) -> bool:
    return all(True in _verdicts(check, world, known) for check in rule.ordered)


def _may_apply(rule: CompiledRule, known: FixedFacts) -> bool:
    return any(_can_apply(rule, world, known) for world in known.worlds)


def _grants(policy: Compiled, rule: CompiledRule, world: World, known: FixedFacts) -> bool:
    """Return whether a permission may grant a use: it can apply, and no prohibition always stands in its way."""
    if not _can_apply(rule, world, known):
        return False
    return policy.conflict == "perm" or not any(
        ban.target in {None, rule.target}
        and ban.assignee in {None, rule.assignee}
        and _is_about_use(ban)
        and _always_bans(ban, world, known)
        for ban in policy.prohibitions
    )


def _always_bans(ban: CompiledRule, world: World, known: FixedFacts) -> bool:
    """Return whether nothing can make a prohibition False; one of single records leaves the others."""
    return not ban.rows and all(False not in _verdicts(check, world, known) for check in ban.ordered)


def _list_unmet(rule: CompiledRule, known: FixedFacts) -> list[Check]:
    """Return the conditions of a permission that can never be True; all of them if no world lets all hold at once."""
    unmet = [
        check for check in rule.ordered if not any(True in _verdicts(check, world, known) for world in known.worlds)
    ]
    return unmet or list(rule.ordered)


def _list_alternatives(checks: Sequence[Check]) -> Iterator[Check]:
    for check in checks:
        constraint = check.constraint
        if isinstance(constraint, LogicalConstraint) and constraint.operand in {"or", "xone"}:
            yield from check.children
        yield from _list_alternatives(check.children)


def _list_operands(checks: Iterable[Check], known: FixedFacts) -> tuple[str, ...]:
    leaves = (leaf for check in checks for leaf in walk_leaves(check.constraint))
    return tuple(dict.fromkeys(leaf.left for leaf in leaves if leaf.left in known.operands))
