"""What a policy of the other side demands that our own policies do not: nobody signs it unseen.

A comparison of what is granted takes every addition as a restriction. Here every duty, obligation, remedy, consequence
and party of a policy is looked for in our own ones. Pure: standard library and msgspec only.
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from connector.policy.analysis.findings import Finding
from connector.policy.analysis.space.dnf import strip_uids
from connector.policy.compiling.compiled import Compiled
from connector.policy.model.policy import (
    Action,
    Constraint,
    Duty,
    Party,
    PartyFunction,
    Permission,
    Prohibition,
    Target,
)


class _Own(msgspec.Struct, frozen=True):
    """What our own policies state already."""

    duties: frozenset[tuple[str, Duty]]
    bans: frozenset[Prohibition]
    pairs: frozenset[tuple[tuple[Party, ...], tuple[Party, ...]]]
    functions: frozenset[PartyFunction]


def find_burdens(asked: Compiled, own: Sequence[Compiled], *, payer: str | None) -> tuple[Finding, ...]:
    """Return what a policy demands beyond our own policies.

    Parameters:
        asked: the policy of the other side.
        own: what we offered or asked for ourselves.
        payer: the party that may owe more than that; a duty counts as its own only if the duty or its rule names it
            as assignee, so all are compiled without an assignee of their own. None if nobody may; then a prohibition
            has to be our own as well.

    >>> asked = compiled(obligation=[{"action": "odrl:compensate"}])
    >>> [finding.code for finding in find_burdens(asked, [compiled()], payer="urn:consumer")]
    ['added-duty']
    >>> find_burdens(asked, [asked], payer="urn:consumer")
    ()
    """
    mine = _collect(own)
    found: list[Finding] = []
    for role, duty in _walk(asked):
        if (role, _strip_duty(duty)) not in mine.duties and not _is_owed_by(duty, payer, mine):
            found.append(Finding("added-duty", duty.uid, duty.action[0].iri if duty.action else ""))
    strangers = [rule for rule in _list_rules(asked) if not _is_between(rule, payer, mine)]
    found += [Finding("added-party", rule.uid, rule.action[0].iri if rule.action else "") for rule in strangers]
    if payer is None:
        bans = (rule for rule in asked.policy.prohibition if _strip_ban(rule) not in mine.bans)
        found += [Finding("added-prohibition", rule.uid, rule.action[0].iri if rule.action else "") for rule in bans]
    return tuple(dict.fromkeys(found))


def _collect(own: Sequence[Compiled]) -> _Own:
    rules = [rule for policy in own for rule in _list_rules(policy)]
    stated = [(role, duty) for policy in own for role, duty in _walk(policy)]
    return _Own(
        duties=frozenset((role, _strip_duty(duty)) for role, duty in stated),
        bans=frozenset(_strip_ban(rule) for policy in own for rule in policy.policy.prohibition),
        pairs=frozenset((rule.assigner, rule.assignee) for rule in rules),
        functions=frozenset(
            function for holder in (*rules, *(duty for _, duty in stated)) for function in holder.functions
        ),
    )


def _list_rules(policy: Compiled) -> list[Permission | Prohibition]:
    return [*policy.policy.permission, *policy.policy.prohibition]


def _walk(policy: Compiled) -> Iterator[tuple[str, Duty]]:
    """Yield every duty with its place; a duty in another place says something else."""
    for obligation in policy.policy.obligation:
        yield from _with_consequences("obligation", obligation)
    for permission in policy.policy.permission:
        for duty in permission.duty:
            yield from _with_consequences("duty", duty)
    for prohibition in policy.policy.prohibition:
        for remedy in prohibition.remedy:
            yield from _with_consequences("remedy", remedy)


def _with_consequences(role: str, duty: Duty) -> Iterator[tuple[str, Duty]]:
    yield role, duty
    for consequence in duty.consequence:
        yield from _with_consequences("consequence", consequence)


def _is_owed_by(duty: Duty, payer: str | None, mine: _Own) -> bool:
    """Return whether a duty names the party that may owe more, and no other party in a function of its own."""
    return (
        payer is not None
        and [party.uid for party in duty.assignee] == [payer]
        and not any(party.collection for party in duty.assignee)
        and mine.functions.issuperset(duty.functions)
        and _is_own_assigner(duty.assigner, mine)
    )


def _is_between(rule: Permission | Prohibition, payer: str | None, mine: _Own) -> bool:
    if not mine.functions.issuperset(rule.functions):
        return False
    if (rule.assigner, rule.assignee) in mine.pairs:
        return True
    alone = [party.uid for party in rule.assignee if not party.collection]
    narrowed = not rule.assignee or (payer is not None and alone == [payer])
    return narrowed and _is_own_assigner(rule.assigner, mine)


def _is_own_assigner(assigner: tuple[Party, ...], mine: _Own) -> bool:
    return not assigner or any(assigner == known for known, _ in mine.pairs)


def _strip_ban(rule: Prohibition) -> Prohibition:
    return msgspec.structs.replace(
        rule,
        uid="",
        action=_strip_actions(rule.action),
        target=_strip_named(rule.target),
        constraint=_strip_all(rule.constraint),
        remedy=tuple(map(_strip_duty, rule.remedy)),
    )


def _strip_duty(duty: Duty) -> Duty:
    return msgspec.structs.replace(
        duty,
        uid="",
        action=_strip_actions(duty.action),
        target=_strip_named(duty.target),
        constraint=_strip_all(duty.constraint),
        consequence=tuple(map(_strip_duty, duty.consequence)),
    )


def _strip_named(named: Iterable[Target]) -> tuple[Target, ...]:
    return tuple(msgspec.structs.replace(entry, refinement=_strip_all(entry.refinement)) for entry in named)


def _strip_actions(actions: Iterable[Action]) -> tuple[Action, ...]:
    return tuple(Action(action.iri, _strip_all(action.refinement)) for action in actions)


def _strip_all(constraints: Iterable[Constraint]) -> tuple[Constraint, ...]:
    """Without identifiers and in one order."""
    return tuple(sorted(map(strip_uids, constraints), key=msgspec.json.encode))
