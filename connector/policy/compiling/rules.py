"""Compile permissions and prohibitions of the normal form.

ODRL Information Model 2.2, section 2.6. Pure: standard library and msgspec only.
"""

from collections.abc import Iterable, Sequence
from typing import Literal

from connector.policy.compiling.checks import Builder, Check
from connector.policy.compiling.compiled import CompiledRule
from connector.policy.compiling.duties import compile_duty
from connector.policy.model.constraints import flatten, walk_leaves
from connector.policy.model.decision import DutyRole, Reason
from connector.policy.model.policy import (
    AtomicConstraint,
    Constraint,
    Permission,
    Prohibition,
)
from connector.policy.reading.document import refuse
from connector.policy.vocabulary.registry import Registry


def compile_rule(
    rule: Permission | Prohibition,
    kind: Literal["permission", "prohibition"],
    registry: Registry,
    builders: list[Builder],
) -> CompiledRule:
    """Compile one permission or prohibition with its duties; its builders are added to `builders`.

    >>> compile_rule(compiled().policy.permission[0], "permission", registry, []).target
    'urn:data'
    """
    builder = Builder(registry, rule.uid, assume=kind == "permission", bounded=kind == "permission")
    builders.append(builder)
    refinements = tuple(
        check
        for name, entries in (
            ("action", rule.action),
            ("target", rule.target),
            ("assigner", rule.assigner),
            ("assignee", rule.assignee),
        )
        for entry in entries
        if entry.refinement
        for check in builder.checks(entry.refinement, f"{rule.uid}/{name}/refinement")
    )
    constraints, rows = _split_rows(rule.constraint, f"{rule.uid}/constraint", builder)
    ordered = (*refinements, *constraints)
    if len(ordered) > 1:
        ordered = tuple(sorted(ordered, key=_get_cost))
    duties = rule.duty if isinstance(rule, Permission) else rule.remedy
    role: DutyRole = "duty" if kind == "permission" else "remedy"
    return CompiledRule(
        uid=rule.uid,
        kind=kind,
        rule=rule,
        covers=registry.covers[rule.action[0].iri] if rule.action else None,
        target=rule.target[0].uid if rule.target else None,
        assignee=rule.assignee[0].uid if rule.assignee else None,
        refinements=refinements,
        constraints=constraints,
        ordered=ordered,
        tests=tuple(check.test for check in ordered),
        rows=rows,
        duties=tuple(compile_duty(duty, role, registry, builders) for duty in duties),
        counters=tuple(builder.counters.values()),
        leaves=sum(1 for check in ordered for _ in walk_leaves(check.constraint)),
        permitted=(Reason("permitted", rule.uid),),
    )


def _get_cost(check: Check) -> int:
    return check.cost


def _split_rows(
    constraints: Sequence[Constraint], path: str, builder: Builder
) -> tuple[tuple[Check, ...], tuple[Constraint, ...]]:
    """Tell constraints on the request from those on single records."""
    checks: list[Check] = []
    rows: list[Constraint] = []
    operands = builder.registry.operands
    for index, constraint in enumerate(constraints):
        here = f"{path}/{index}"
        if isinstance(constraint, AtomicConstraint):
            by_record = operands[constraint.left].per_record
        else:
            by_record = any(operands[leaf.left].per_record for leaf in walk_leaves(constraint))
        if not by_record:
            checks.append(builder.check(constraint, here))
            continue
        for part, where in _take_apart(constraint, here):
            kinds = {operands[leaf.left].per_record for leaf in walk_leaves(part)}
            if kinds == {True}:
                rows.append(part)
            elif kinds == {False}:
                checks.append(builder.check(part, where))
            else:
                sentence = "Constraints on records and on the request are mixed under one logical operand:"
                refuse("mixed-row-filter", where, f"{sentence} write separate constraints.")
    return tuple(checks), tuple(rows)


def _take_apart(constraint: Constraint, path: str) -> Iterable[tuple[Constraint, str]]:
    if isinstance(constraint, AtomicConstraint) or constraint.operand != "and":
        return [(constraint, path)]
    return flatten(constraint.constraints, f"{path}/and")
