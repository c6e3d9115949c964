"""Inherit rules from parent policies, and push policy-level properties down into the rules.

ODRL Information Model 2.2, sections 2.7 and 2.8. Pure: standard library and msgspec only.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

import msgspec

from connector.policy.model.policy import (
    Duty,
    Permission,
    Policy,
    Prohibition,
    Rule,
)
from connector.policy.reading.document import refuse

R = TypeVar("R", Permission, Prohibition, Duty)


_DEEPEST_LINE = 50


def inherit(policy: Policy, parents: Sequence[Policy]) -> tuple[Policy, frozenset[str]]:
    """Copy the rules and properties of the parents into the policy, at any depth.

    Parameters:
        policy: names its parents by `inherit_from`.
        parents: all policies it may inherit from, loaded by the caller; nothing is fetched.

    Returns:
        The policy with the rules and, if it has none itself, the policy-level properties of its parents; and all
        conflict strategies that any of them states.

    Raises:
        PolicyError: a parent was not handed in, or the inheritance has a circle.

    >>> child = load({"@id": "urn:child", "inheritFrom": "urn:policy"})
    >>> merged, conflicts = inherit(child, [load(document())])
    >>> len(merged.permission), conflicts
    (1, frozenset())
    """
    if not policy.inherit_from:
        return policy, frozenset(filter(None, (policy.conflict,)))
    known = {parent.uid: parent for parent in parents}
    line: dict[str, Policy] = {}
    _collect_ancestors(policy, known, (policy.uid,), line)
    merged = policy
    for parent in line.values():
        ready = push_down(parent, f"{parent.uid}#")
        merged = msgspec.structs.replace(
            merged,
            profiles=tuple(dict.fromkeys((*merged.profiles, *parent.profiles))),
            action=merged.action or parent.action,
            target=merged.target or parent.target,
            assigner=merged.assigner or parent.assigner,
            assignee=merged.assignee or parent.assignee,
            functions=merged.functions or parent.functions,
            permission=(*merged.permission, *ready.permission),
            prohibition=(*merged.prohibition, *ready.prohibition),
            obligation=(*merged.obligation, *ready.obligation),
        )
    stated = (policy.conflict, *(parent.conflict for parent in line.values()))
    return merged, frozenset(conflict for conflict in stated if conflict)


def _collect_ancestors(
    policy: Policy, known: Mapping[str, Policy], path: tuple[str, ...], line: dict[str, Policy]
) -> None:
    if len(path) > _DEEPEST_LINE:
        refuse(
            "too-deep",
            "inheritFrom",
            f"The policy inherits over more than {_DEEPEST_LINE} generations: copy the rules of its ancestors.",
        )
    for uid in policy.inherit_from:
        if uid in path:
            refuse(
                "inheritance-cycle",
                "inheritFrom",
                f"The policy {uid[:200]} inherits from itself: remove one `inheritFrom` of the cycle.",
            )
        parent = known.get(uid)
        if parent is None:
            refuse(
                "missing-parent",
                "inheritFrom",
                f"Unknown parent policy {uid[:200]}: add it to this connector first; policies are never fetched.",
            )
        if uid not in line:
            line[uid] = parent
            _collect_ancestors(parent, known, (*path, uid), line)


def push_down(policy: Policy, prefix: str = "") -> Policy:
    """Copy the policy-level properties into each rule that does not state them itself, and give every rule a uid.

    Parameters:
        prefix: in front of the names of rules that have none.

    >>> push_down(load(document())).permission[0].target[0].uid
    'urn:data'
    """
    return msgspec.structs.replace(
        policy,
        permission=tuple(
            _permission(_fill_common(rule, policy, f"{prefix}permission/{index}"))
            for index, rule in enumerate(policy.permission)
        ),
        prohibition=tuple(
            _prohibition(_fill_common(rule, policy, f"{prefix}prohibition/{index}"))
            for index, rule in enumerate(policy.prohibition)
        ),
        obligation=tuple(
            _duty(_fill_common(rule, policy, f"{prefix}obligation/{index}"))
            for index, rule in enumerate(policy.obligation)
        ),
    )


def _fill_common(rule: R, policy: Policy, uid: str) -> R:
    return msgspec.structs.replace(
        rule,
        action=rule.action or policy.action,
        target=rule.target or policy.target,
        assigner=rule.assigner or policy.assigner,
        assignee=rule.assignee or policy.assignee,
        functions=rule.functions or policy.functions,
        uid=rule.uid or uid,
    )


def _permission(rule: Permission) -> Permission:
    return msgspec.structs.replace(rule, duty=_name_duties(rule.duty, rule, "duty")) if rule.duty else rule


def _prohibition(rule: Prohibition) -> Prohibition:
    return msgspec.structs.replace(rule, remedy=_name_duties(rule.remedy, rule, "remedy")) if rule.remedy else rule


def _duty(rule: Duty) -> Duty:
    if not rule.consequence:
        return rule
    return msgspec.structs.replace(rule, consequence=_name_duties(rule.consequence, rule, "consequence"))


def _name_duties(duties: Iterable[Duty], owner: Rule, member: str) -> tuple[Duty, ...]:
    """Duties without parties have those of the rule they belong to."""
    return tuple(
        _duty(
            msgspec.structs.replace(
                duty,
                assigner=duty.assigner or owner.assigner,
                assignee=duty.assignee or owner.assignee,
                uid=duty.uid or f"{owner.uid}/{member}/{index}",
            )
        )
        for index, duty in enumerate(duties)
    )
