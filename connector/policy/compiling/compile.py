"""From a policy to closures, once for each revision of an agreement; no code is generated and nothing is evaluated.

load → inherit → push down → validate → normalise → compile. Pure: standard library and msgspec only.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal, cast

import msgspec

from connector.policy.comparing.atom import Flip, Test
from connector.policy.compiling import normalise, validate
from connector.policy.compiling.checks import Builder, Check, all_of, edges, flatten, leaves
from connector.policy.model.decision import Counter, DutyMode, DutyRole, Reason
from connector.policy.model.literals import MICROSECOND, add_duration
from connector.policy.model.model import (
    ODRL,
    AtomicConstraint,
    ConflictStrategy,
    Constraint,
    Duration,
    Duty,
    Permission,
    Policy,
    Prohibition,
    Rule,
)
from connector.policy.reading.document import refuse
from connector.policy.vocabulary.registry import Registry

WIRE_CONFLICT: ConflictStrategy = "prohibit"
"""What a policy from the wire means that states no conflict strategy: the protocol's context has no term for one."""
ENFORCED_HERE = frozenset({"provider"})
"""Tiers of enforcement that are accepted without the operator allowing more."""


class CompiledDuty(msgspec.Struct, frozen=True):
    """A duty with its conditions.

    Parameters:
        duty: of the normal form.
        role: its place in the policy.
        checks: when it is to be performed at all, without deadlines and parameters.
        test: all of these.
        deadline: first instant at which it is too late, as far as the policy fixes it.
        elapsed: spans after the agreement within which it has to be performed, and whether their end is included.
        parameters: constraints and refinements that say how it is done.
        transform: the transform that performs it on the way, or empty.
        consequences: what has to be done as well once it is violated.
        counters: what a use adds to the counters it reads.
    """

    duty: Duty
    role: DutyRole
    checks: tuple[Check, ...]
    test: Test
    deadline: datetime | None
    elapsed: tuple[tuple[Duration, bool], ...]
    parameters: tuple[Constraint, ...]
    transform: str
    consequences: tuple["CompiledDuty", ...]
    counters: tuple[Counter, ...] = ()


class CompiledRule(msgspec.Struct, frozen=True):
    """A permission or prohibition, ready to be matched and asked.

    Parameters:
        uid: of the rule; parts of one split rule share it.
        kind: permission or prohibition.
        rule: of the normal form.
        covers: every spelling of every action that falls under its action; None for any.
        target: asset or asset collection; None for any.
        assignee: party or party collection; None for anyone.
        refinements: of action, target and parties.
        constraints: those that are decided for the request as a whole.
        ordered: refinements and constraints, the cheap ones first.
        tests: their tests.
        rows: constraints that are decided for each record.
        duties: of a permission what comes first, of a prohibition its remedies.
        counters: what a use under this rule adds.
        leaves: how many atomic constraints it has.
        permitted: the reason it gives for a grant.
    """

    uid: str
    kind: Literal["permission", "prohibition"]
    rule: Permission | Prohibition
    covers: frozenset[str] | None
    target: str | None
    assignee: str | None
    refinements: tuple[Check, ...]
    constraints: tuple[Check, ...]
    ordered: tuple[Check, ...]
    tests: tuple[Test, ...]
    rows: tuple[Constraint, ...]
    duties: tuple[CompiledDuty, ...]
    counters: tuple[Counter, ...]
    leaves: int
    permitted: tuple[Reason, ...]


class Compiled(msgspec.Struct, frozen=True):
    """A policy that can be asked.

    Parameters:
        policy: the normal form.
        registry: with which it was read.
        void: why it grants nothing at all, or None.
        conflict: strategy in force.
        permissions, prohibitions, obligations: compiled rules.
        duty_mode: how duties of permissions count.
        edges: instants at which the time alone can change a verdict, sorted.
        flips: the same for what depends on the world.
        facts: names of the facts that are read, for whoever gathers them.
        counters: counters that the store keeps; each starts at zero and is handed in as a fact.
        counted: whether anything but permissions counts uses.
        contractual: paths of the constraints that only the contract enforces.
        effects: whether a grant can come with transforms, row filters or tasks.
        policy_hash: sha256 of the normal form, hexadecimal.
    """

    policy: Policy
    registry: Registry
    void: Reason | None
    conflict: ConflictStrategy
    permissions: tuple[CompiledRule, ...]
    prohibitions: tuple[CompiledRule, ...]
    obligations: tuple[CompiledDuty, ...]
    duty_mode: DutyMode
    edges: tuple[datetime, ...]
    flips: tuple[Flip, ...]
    facts: frozenset[str]
    counters: tuple[Counter, ...]
    counted: bool
    contractual: tuple[str, ...]
    effects: bool
    policy_hash: str


def compile_policy(
    policy: Policy,
    registry: Registry,
    *,
    parents: Sequence[Policy] = (),
    suite_mode: bool = False,
    duty_mode: DutyMode = DutyMode.PRECONDITION,
    conflict: ConflictStrategy | None = None,
    accept: frozenset[str] = ENFORCED_HERE,
) -> Compiled:
    """Validate, normalise and compile a policy.

    Parameters:
        policy: as loaded. An Offer compiles too, to be shown and negotiated; it is denied at access.
        registry: what it may say.
        parents: the policies it may inherit from.
        suite_mode: a missing action or target means any (public test suite).
        duty_mode: how duties of permissions count.
        conflict: strategy where neither the policy nor its profile states one; the standard's `invalid` if None.
        accept: tiers of enforcement that the operator of this connector allows (`consumer`, `organisational`).

    Raises:
        PolicyError: the broken rule, where, and the nearest supported form.
    """
    merged, stated = normalise.inherit(policy, parents)
    pushed = normalise.push_down(merged)
    validate.check_policy(pushed, registry, suite_mode=suite_mode)
    normal = normalise.to_normal(pushed, registry, accept)
    strategy = _strategy(normal, registry, stated, conflict)
    builders: list[Builder] = []
    permissions = tuple(_rule(rule, "permission", registry, builders) for rule in normal.permission)
    prohibitions = tuple(_rule(rule, "prohibition", registry, builders) for rule in normal.prohibition)
    obligations = tuple(_duty(duty, "obligation", registry, builders) for duty in normal.obligation)
    flips = [flip for builder in builders for flip in builder.flips]
    counters = {name: counter for builder in builders for name, counter in builder.counters.items()}
    return Compiled(
        policy=normal,
        registry=registry,
        void=_void(normal, stated, strategy, permissions, prohibitions),
        conflict=strategy,
        permissions=permissions,
        prohibitions=prohibitions,
        obligations=obligations,
        duty_mode=duty_mode,
        edges=_edges((*permissions, *prohibitions)),
        flips=tuple(flips),
        facts=frozenset(fact for builder in builders for fact in builder.facts),
        counters=tuple(counters.values()),
        counted=counters.keys() != {counter.fact for rule in permissions for counter in rule.counters},
        contractual=tuple(path for builder in builders for path in builder.contractual),
        effects=bool(obligations) or any(rule.rows or rule.duties for rule in (*permissions, *prohibitions)),
        policy_hash=policy_hash(normal, strategy),
    )


def policy_hash(normal: Policy, conflict: ConflictStrategy) -> str:
    """Hash what a normal form means, without its notes and descriptions."""
    bare = msgspec.structs.replace(normal, conflict=conflict, notes=(), about=(), prefixes=(), inherit_from=())
    return hashlib.sha256(msgspec.json.encode(bare)).hexdigest()


def _strategy(
    normal: Policy, registry: Registry, stated: frozenset[str], default: ConflictStrategy | None
) -> ConflictStrategy:
    if len(stated) == 1:
        return cast("ConflictStrategy", next(iter(stated)))
    if stated:
        return "invalid"
    by_profile = {registry.profiles[profile].conflict for profile in normal.profiles}
    if len(by_profile) == 1:
        return next(iter(by_profile))
    return "invalid" if by_profile else default or "invalid"


def _rule(
    rule: Permission | Prohibition,
    kind: Literal["permission", "prohibition"],
    registry: Registry,
    builders: list[Builder],
) -> CompiledRule:
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
        ordered = tuple(sorted(ordered, key=_cost))
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
        duties=tuple(_duty(duty, role, registry, builders) for duty in duties),
        counters=tuple(builder.counters.values()),
        leaves=sum(1 for check in ordered for _ in leaves(check.constraint)),
        permitted=(Reason("permitted", rule.uid),),
    )


def _refinements(rule: Rule) -> list[tuple[str, tuple[Constraint, ...]]]:
    found = [("action", entry.refinement) for entry in rule.action]
    found += [("target", entry.refinement) for entry in rule.target]
    found += [("assigner", entry.refinement) for entry in rule.assigner]
    found += [("assignee", entry.refinement) for entry in rule.assignee]
    return [(name, refinement) for name, refinement in found if refinement]


def _cost(check: Check) -> int:
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
            by_record = any(operands[leaf.left].per_record for leaf in leaves(constraint))
        if not by_record:
            checks.append(builder.check(constraint, here))
            continue
        for part, where in _take_apart(constraint, here):
            kinds = {operands[leaf.left].per_record for leaf in leaves(part)}
            if kinds == {True}:
                rows.append(part)
            elif kinds == {False}:
                checks.append(builder.check(part, where))
            else:
                sentence = "A condition on single records and one on the request stand in one or, xone or andSequence."
                refuse("mixed-row-filter", where, f"{sentence} Write them as separate constraints.")
    return tuple(checks), tuple(rows)


def _take_apart(constraint: Constraint, path: str) -> Iterable[tuple[Constraint, str]]:
    if isinstance(constraint, AtomicConstraint) or constraint.operand != "and":
        return [(constraint, path)]
    return flatten(constraint.constraints, f"{path}/and")


def _duty(duty: Duty, role: DutyRole, registry: Registry, builders: list[Builder]) -> CompiledDuty:
    builder = Builder(registry, duty.uid, assume=True)
    builders.append(builder)
    checks: list[Check] = []
    parameters: list[Constraint] = [constraint for _name, entry in _refinements(duty) for constraint in entry]
    bounds: list[AtomicConstraint] = []
    for constraint, path in flatten(duty.constraint, f"{duty.uid}/constraint"):
        if isinstance(constraint, AtomicConstraint):
            if registry.operands[constraint.left].parameter:
                parameters.append(constraint)
                continue
            if role != "duty" and constraint.left in _CLOCKS and constraint.operator in {"lt", "lteq"}:
                bounds.append(constraint)
                continue
        elif any(registry.operands[leaf.left].parameter for leaf in leaves(constraint)):
            sentence = "How a duty is done cannot be a choice; write each parameter as a constraint of its own."
            refuse("misplaced-parameter", path, sentence)
        checks.append(builder.check(constraint, path))
    fixed = [
        edge
        for bound in bounds
        if bound.left == ODRL + "dateTime"
        for edge in edges([Builder(registry, duty.uid, assume=True).check(bound, "")])
    ]
    return CompiledDuty(
        duty=duty,
        role=role,
        checks=tuple(checks),
        test=all_of(tuple(check.test for check in checks)),
        deadline=min(fixed, default=None),
        elapsed=tuple(
            (value, bound.operator == "lteq")
            for bound in bounds
            for value in bound.right
            if isinstance(value, Duration)
        ),
        parameters=tuple(parameters),
        transform=registry.transforms.get(duty.action[0].iri, ""),
        consequences=tuple(_duty(consequence, "consequence", registry, builders) for consequence in duty.consequence),
        counters=tuple(builder.counters.values()),
    )


_CLOCKS = frozenset({ODRL + "dateTime", ODRL + "elapsedTime"})


def deadline(duty: CompiledDuty, agreed_at: datetime | None) -> datetime | None:
    """First instant at which it is too late to perform the duty; None without a deadline or before an agreement."""
    found = duty.deadline
    if agreed_at is not None:
        for span, included in duty.elapsed:
            end = add_duration(agreed_at, span)
            if end is not None and included:
                end += MICROSECOND
            if end is not None and (found is None or end < found):
                found = end
    return found


def _edges(rules: Sequence[CompiledRule]) -> tuple[datetime, ...]:
    found: set[datetime] = set()
    for rule in rules:
        found.update(edges(rule.ordered))
        if rule.kind == "permission":
            for duty in rule.duties:
                found.update(edges(duty.checks))
    return tuple(sorted(found))


def _void(
    normal: Policy,
    stated: frozenset[str],
    strategy: ConflictStrategy,
    permissions: Sequence[CompiledRule],
    prohibitions: Sequence[CompiledRule],
) -> Reason | None:
    """A policy that grants nothing: replaced, or with a conflict that its strategy does not resolve.

    Only certain conflicts count here: a prohibition without any condition that falls on the actions, target and party
    of a permission. Conflicts that depend on facts are found when a request meets both rules.
    """
    if normal.replaced_by:
        return Reason("void", atom="isReplacedBy", expected=normal.replaced_by)
    if strategy != "invalid":
        return None
    for prohibition in prohibitions:
        for permission in permissions:
            if _overlap(permission, prohibition) and (len(stated) > 1 or not (prohibition.ordered or prohibition.rows)):
                return Reason("conflict", prohibition.uid, permission.uid)
    return None


def _overlap(one: CompiledRule, other: CompiledRule) -> bool:
    if one.covers is not None and other.covers is not None:
        # An action has one parent at most, so two actions meet only where one is above the other.
        above, below = one.rule.action[0].iri, other.rule.action[0].iri
        if above not in other.covers and below not in one.covers:
            return False
    same_target = one.target is None or other.target is None or one.target == other.target
    return same_target and (one.assignee is None or other.assignee is None or one.assignee == other.assignee)
