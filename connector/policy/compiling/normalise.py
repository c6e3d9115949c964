"""From a loaded policy to its normal form: inherited, pushed down, typed, canonical, one action a rule.

ODRL Information Model 2.2, sections 2.5, 2.6 and 2.7. Pure: standard library and msgspec only.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import TypeVar

import msgspec

from connector.policy.compiling import validate
from connector.policy.compiling.validate import Place
from connector.policy.model.literals import lexical
from connector.policy.model.model import (
    Action,
    AtomicConstraint,
    Constraint,
    Duty,
    LogicalConstraint,
    Number,
    Party,
    Permission,
    Policy,
    Prohibition,
    Rule,
    Target,
    Value,
)
from connector.policy.reading.document import refuse
from connector.policy.vocabulary.registry import Registry
from connector.policy.vocabulary.sorts import coerce

R = TypeVar("R", Permission, Prohibition, Duty)
N = TypeVar("N", Target, Party)
T = TypeVar("T")

_MOST_RULES = 1_000
_DEEPEST_LINE = 50


def inherit(policy: Policy, parents: Sequence[Policy]) -> tuple[Policy, frozenset[str]]:
    """Replicate what the parents say into the policy, at any depth.

    Parameters:
        policy: names its parents by `inherit_from`.
        parents: all policies it may inherit from, loaded by the caller; nothing is fetched.

    Returns:
        The policy with the rules and, where it has none itself, the policy-level properties of its parents; and all
        conflict strategies that any of them states.

    Raises:
        PolicyError: a parent was not handed in, or the inheritance has a circle.
    """
    if not policy.inherit_from:
        return policy, frozenset(filter(None, (policy.conflict,)))
    known = {parent.uid: parent for parent in parents}
    line: dict[str, Policy] = {}
    _ancestry(policy, known, (policy.uid,), line)
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


def _ancestry(policy: Policy, known: Mapping[str, Policy], path: tuple[str, ...], line: dict[str, Policy]) -> None:
    if len(path) > _DEEPEST_LINE:
        refuse("too-deep", "inheritFrom", f"Policies inherit over more than {_DEEPEST_LINE} generations.")
    for uid in policy.inherit_from:
        if uid in path:
            refuse("inheritance-cycle", "inheritFrom", f"The policy {uid[:200]} inherits from itself.")
        parent = known.get(uid)
        if parent is None:
            refuse("missing-parent", "inheritFrom", f"The parent policy {uid[:200]} is not at hand and never fetched.")
        if uid not in line:
            line[uid] = parent
            _ancestry(parent, known, (*path, uid), line)


def push_down(policy: Policy, prefix: str = "") -> Policy:
    """Give every rule what the policy says for all of them; what the rule says itself wins. Name every rule by a uid.

    Parameters:
        prefix: in front of the names of rules that have none.
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


def to_normal(policy: Policy, registry: Registry, accept: frozenset[str]) -> Policy:
    """Type the literals, make names canonical, and split rules until each has one action, target and pair of parties.

    Parameters:
        policy: pushed down and checked by `validate.policy`.
        accept: tiers of enforcement that are accepted.

    Raises:
        PolicyError: a constraint that nothing here can check or enforce, or too many rules.
    """
    walk = _Walk(registry, dict(policy.prefixes), accept)
    permissions = [walk.rule(rule, "permission") for rule in policy.permission]
    prohibitions = [walk.rule(rule, "prohibition") for rule in policy.prohibition]
    return msgspec.structs.replace(
        policy,
        action=(),
        target=(),
        assigner=(),
        assignee=(),
        functions=(),
        permission=_split([msgspec.structs.replace(rule, duty=walk.duties(rule.duty)) for rule in permissions]),
        prohibition=_split([msgspec.structs.replace(rule, remedy=walk.duties(rule.remedy)) for rule in prohibitions]),
        obligation=walk.duties(policy.obligation),
    )


class _Walk:
    """Types and checks every constraint of one policy."""

    def __init__(self, registry: Registry, prefixes: Mapping[str, str], accept: frozenset[str]) -> None:
        self.registry = registry
        self.prefixes = prefixes
        self.accept = accept

    def rule(self, rule: R, place: Place) -> R:
        path = rule.uid
        if any(entry.party.refinement for entry in rule.functions):
            refuse("unsupported-refinement", path, "Only actions, targets, assigners and assignees are refined here.")
        how: Place = "manner" if place == "duty" else place
        return msgspec.structs.replace(
            rule,
            action=tuple(
                Action(
                    validate.check_action(action.iri, self.registry, path),
                    self.constraints(action.refinement, f"{path}/action/refinement", how),
                )
                for action in rule.action
            ),
            target=self._refine(rule.target, f"{path}/target", place),
            assigner=self._refine(rule.assigner, f"{path}/assigner", place),
            assignee=self._refine(rule.assignee, f"{path}/assignee", place),
            constraint=self.constraints(rule.constraint, f"{path}/constraint", place),
        )

    def duties(self, duties: tuple[Duty, ...]) -> tuple[Duty, ...]:
        if not duties:
            return ()
        typed = [self.rule(duty, "duty") for duty in duties]
        return _split_duties(
            [
                msgspec.structs.replace(duty, consequence=self.duties(duty.consequence)) if duty.consequence else duty
                for duty in typed
            ]
        )

    def _refine(self, named: tuple[N, ...], path: str, place: Place) -> tuple[N, ...]:
        if not [entry for entry in named if entry.refinement]:
            return named
        return tuple(
            msgspec.structs.replace(entry, refinement=self.constraints(entry.refinement, f"{path}/refinement", place))
            for entry in named
        )

    def constraints(self, constraints: tuple[Constraint, ...], path: str, place: Place) -> tuple[Constraint, ...]:
        return tuple(
            self.constraint(constraint, f"{path}/{index}", place) for index, constraint in enumerate(constraints)
        )

    def constraint(self, constraint: Constraint, path: str, place: Place) -> Constraint:
        if isinstance(constraint, LogicalConstraint):
            validate.check_logical(constraint, path)
            children = self.constraints(constraint.constraints, f"{path}/{constraint.operand}", place)
            return LogicalConstraint(constraint.operand, children, constraint.uid)
        operand = validate.check_atomic(constraint, self.registry, path, place, self.accept)
        right: list[Value] = []
        for value in constraint.right:
            typed = coerce(value, operand, self.registry, unit=constraint.unit, prefixes=self.prefixes)
            if typed is None:
                refuse(
                    "bad-literal",
                    path,
                    f"{_show(value, constraint.unit)} is not a value for {operand.iri} ({operand.sort}).",
                )
            right.append(Number(typed.amount.normalize(), typed.unit) if isinstance(typed, Number) else typed)
        if operand.taxonomy and constraint.operator in {"isA", "isPartOf", "hasPart"}:
            self._known_term(lexical(right[0])[0], operand.taxonomy, path)
        if len(right) > 1:
            right = sorted(set(right), key=lexical)
        return AtomicConstraint(operand.iri, constraint.operator, tuple(right), uid=constraint.uid)

    def _known_term(self, term: str, taxonomy: str, path: str) -> None:
        if term not in self.registry.taxonomies[taxonomy].terms:
            sentence = f"{term[:200]} is not in the taxonomy {taxonomy}, so nobody can tell what is part of it."
            refuse("unknown-term", path, sentence)


def _show(value: Value, stated: str) -> str:
    text = lexical(value)[0]
    unit = getattr(value, "unit", "") or stated
    return f"{text[:100]!r}" + (f" {unit[:100]}" if unit else "")


def _split(rules: Sequence[R]) -> tuple[R, ...]:
    """The parts of a split rule keep its uid: they share its counters and stand for one rule."""
    found: list[R] = []
    for rule in rules:
        if len(rule.action) <= 1 and len(rule.target) <= 1 and len(rule.assigner) <= 1 and len(rule.assignee) <= 1:
            found.append(rule)
        else:
            found.extend(_parts(rule, _MOST_RULES - len(found)))
        if len(found) > _MOST_RULES:
            refuse("too-large", rule.uid, f"The policy has more than {_MOST_RULES} rules in its normal form.")
    return tuple(found)


def _split_duties(duties: Sequence[Duty]) -> tuple[Duty, ...]:
    """Each part of a split duty has to be performed, so each has a uid of its own."""
    found: list[Duty] = []
    for duty in duties:
        parts = _split([duty])
        if len(parts) == 1:
            found.append(duty)
        else:
            found.extend(msgspec.structs.replace(part, uid=f"{part.uid}/{index}") for index, part in enumerate(parts))
    return tuple(found)


def _parts(rule: R, room: int) -> list[R]:
    total = 1
    for axis in (rule.action, rule.target, rule.assigner, rule.assignee):
        total *= len(axis) or 1
    if total > room:
        refuse("too-large", rule.uid, f"The policy has more than {_MOST_RULES} rules in its normal form.")
    return [
        msgspec.structs.replace(rule, action=action, target=target, assigner=assigner, assignee=assignee)
        for action, target, assigner, assignee in product(
            _each(rule.action), _each(rule.target), _each(rule.assigner), _each(rule.assignee)
        )
    ]


def _each(axis: tuple[T, ...]) -> list[tuple[T, ...]]:
    """Tuples of one; a missing axis stays missing."""
    return [(entry,) for entry in axis] or [()]
