"""Compile rules and duties of the normal form.

ODRL Information Model 2.2, section 2.6. Pure: standard library and msgspec only.
"""

from collections.abc import Iterable, Sequence
from typing import Literal

from connector.policy.comparing.kleene import fold_and
from connector.policy.compiling.checks import Builder, Check, list_edges
from connector.policy.compiling.compiled import CompiledDuty, CompiledRule
from connector.policy.model.constraints import flatten, walk_leaves
from connector.policy.model.decision import DutyRole, Reason
from connector.policy.model.policy import (
    ODRL,
    AtomicConstraint,
    Constraint,
    Duty,
    Permission,
    Prohibition,
    Rule,
)
from connector.policy.model.values import Duration
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


def _list_refinements(rule: Rule) -> list[tuple[str, tuple[Constraint, ...]]]:
    found = [("action", entry.refinement) for entry in rule.action]
    found += [("target", entry.refinement) for entry in rule.target]
    found += [("assigner", entry.refinement) for entry in rule.assigner]
    found += [("assignee", entry.refinement) for entry in rule.assignee]
    return [(name, refinement) for name, refinement in found if refinement]


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


def compile_duty(duty: Duty, role: DutyRole, registry: Registry, builders: list[Builder]) -> CompiledDuty:
    """Compile one duty with its consequences; its builders are added to `builders`.

    >>> duty = compiled(obligation=[{"action": "odrl:delete"}]).policy.obligation[0]
    >>> compile_duty(duty, "obligation", registry, []).role
    'obligation'
    """
    builder = Builder(registry, duty.uid, assume=True)
    builders.append(builder)
    checks: list[Check] = []
    parameters: list[Constraint] = [constraint for _name, entry in _list_refinements(duty) for constraint in entry]
    bounds: list[AtomicConstraint] = []
    for constraint, path in flatten(duty.constraint, f"{duty.uid}/constraint"):
        if isinstance(constraint, AtomicConstraint):
            if registry.operands[constraint.left].parameter:
                parameters.append(constraint)
                continue
            if role != "duty" and constraint.left in _CLOCKS and constraint.operator in {"lt", "lteq"}:
                bounds.append(constraint)
                continue
        elif any(registry.operands[leaf.left].parameter for leaf in walk_leaves(constraint)):
            sentence = "A parameter of a duty is part of a choice: write each parameter as a separate constraint."
            refuse("misplaced-parameter", path, sentence)
        checks.append(builder.check(constraint, path))
    fixed = [
        edge
        for bound in bounds
        if bound.left == ODRL + "dateTime"
        for edge in list_edges([Builder(registry, duty.uid, assume=True).check(bound, "")])
    ]
    return CompiledDuty(
        duty=duty,
        role=role,
        checks=tuple(checks),
        test=fold_and(tuple(check.test for check in checks)),
        deadline=min(fixed, default=None),
        elapsed=tuple(
            (value, bound.operator == "lteq")
            for bound in bounds
            for value in bound.right
            if isinstance(value, Duration)
        ),
        parameters=tuple(parameters),
        transform=registry.transforms.get(duty.action[0].iri, ""),
        consequences=tuple(
            compile_duty(consequence, "consequence", registry, builders) for consequence in duty.consequence
        ),
        counters=tuple(builder.counters.values()),
    )


_CLOCKS = frozenset({ODRL + "dateTime", ODRL + "elapsedTime"})
