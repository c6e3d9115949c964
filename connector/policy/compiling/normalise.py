"""Convert a policy to its normal form: typed literals, canonical names, one action a rule.

ODRL Information Model 2.2, sections 2.5 and 2.6. Pure: standard library and msgspec only.
"""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import TypeVar

import msgspec

from connector.policy.compiling import validate
from connector.policy.compiling.validate import Place
from connector.policy.model.literals import strip_zeros, to_lexical
from connector.policy.model.policy import (
    Action,
    AtomicConstraint,
    Constraint,
    Duty,
    LogicalConstraint,
    Party,
    Permission,
    Policy,
    Prohibition,
    Target,
)
from connector.policy.model.values import Number, Value
from connector.policy.reading.document import refuse
from connector.policy.vocabulary.registry import Registry
from connector.policy.vocabulary.sorts import coerce

R = TypeVar("R", Permission, Prohibition, Duty)
N = TypeVar("N", Target, Party)


T = TypeVar("T")


_MOST_RULES = 1_000


def to_normal(policy: Policy, registry: Registry, accept: frozenset[str]) -> Policy:
    """Type the literals, make names canonical, and split rules until each has one action, target and pair of parties.

    Parameters:
        policy: pushed down and checked by `validate.policy`.
        accept: tiers of enforcement that are accepted.

    Raises:
        PolicyError: a constraint that nothing here can check or enforce, or too many rules.

    >>> policy = push_down(load(document("odrl:count lteq 5")))
    >>> to_normal(policy, registry, frozenset({"provider"})).permission[0].constraint[0].right
    (Number(amount=Decimal('5'), unit=''),)
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
            refuse(
                "unsupported-refinement",
                path,
                "A party in this function has a refinement: refine actions, targets, assigners and assignees only.",
            )
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
            folded = LogicalConstraint(constraint.operand, children, constraint.uid)
            if folded.operand == "xone":
                # Each part has to be False where another one is True.
                validate.check_placed(folded, self.registry, path)
            return folded
        operand = validate.check_atomic(constraint, self.registry, path, place, self.accept)
        right: list[Value] = []
        for value in constraint.right:
            typed = coerce(value, operand, self.registry, unit=constraint.unit, prefixes=self.prefixes)
            if typed is None:
                form = validate.describe_form(operand, self.registry)
                refuse(
                    "bad-literal",
                    path,
                    f"{_show(value, constraint.unit)} is not a value of {operand.iri}: {form}.",
                )
            right.append(Number(strip_zeros(typed.amount), typed.unit) if isinstance(typed, Number) else typed)
        if len(right) > 1:
            right = sorted(set(right), key=to_lexical)
        normal = AtomicConstraint(operand.iri, constraint.operator, tuple(right), uid=constraint.uid)
        if operand.taxonomy and validate.has_to_tell_apart(normal, place):
            validate.check_placed(normal, self.registry, path)
        return normal


def _show(value: Value, stated: str) -> str:
    text = to_lexical(value)[0]
    unit = getattr(value, "unit", "") or stated
    return f"{text[:100]!r}" + (f" {unit[:100]}" if unit else "")


def _split(rules: Sequence[R]) -> tuple[R, ...]:
    """The parts of a split rule keep its uid: they share its counters and stand for one rule."""
    found: list[R] = []
    for rule in rules:
        if len(rule.action) <= 1 and len(rule.target) <= 1 and len(rule.assigner) <= 1 and len(rule.assignee) <= 1:
            found.append(rule)
        else:
            found.extend(_split_rule(rule, _MOST_RULES - len(found)))
        if len(found) > _MOST_RULES:
            refuse(
                "too-large",
                rule.uid,
                f"The policy has more than {_MOST_RULES} rules in its normal form: use fewer actions or parties.",
            )
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


def _split_rule(rule: R, room: int) -> list[R]:
    total = 1
    for axis in (rule.action, rule.target, rule.assigner, rule.assignee):
        total *= len(axis) or 1
    if total > room:
        refuse(
            "too-large",
            rule.uid,
            f"The policy has more than {_MOST_RULES} rules in its normal form: use fewer actions or parties.",
        )
    return [
        msgspec.structs.replace(rule, action=action, target=target, assigner=assigner, assignee=assignee)
        for action, target, assigner, assignee in product(
            _to_singles(rule.action), _to_singles(rule.target), _to_singles(rule.assigner), _to_singles(rule.assignee)
        )
    ]


def _to_singles(axis: tuple[T, ...]) -> list[tuple[T, ...]]:
    """Tuples of one; a missing axis stays missing."""
    return [(entry,) for entry in axis] or [()]
