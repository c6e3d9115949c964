"""Compile duties of the normal form: whom they concern, how they are performed, and by when.

ODRL Information Model 2.2, section 2.6. The duty of a permission is demanded whatever the time: only a condition on the
party or on the purpose says that it does not apply. Pure: standard library and msgspec only.
"""

from collections.abc import Iterator
from enum import Enum

from connector.policy.comparing.atom import Flip
from connector.policy.comparing.kleene import fold_and
from connector.policy.compiling.checks import Builder, Check, list_edges
from connector.policy.compiling.compiled import CompiledDuty
from connector.policy.model.constraints import flatten, walk_leaves
from connector.policy.model.decision import DutyRole
from connector.policy.model.policy import ODRL, AtomicConstraint, Constraint, Duty
from connector.policy.model.values import Duration, Iri
from connector.policy.reading.document import refuse
from connector.policy.vocabulary.registry import MANNER, Operand, Registry

_CLOCKS = frozenset({ODRL + "dateTime", ODRL + "elapsedTime"})
_BY = frozenset({"lt", "lteq"})
_USAGE = Iri(ODRL + "policyUsage")
# What these say of the use, a duty that comes before it fulfils.
_BEFORE = frozenset({"lt", "lteq", "neq", "isNoneOf"})


class _Kind(Enum):
    """What a constraint says of a duty.

    MANNER: how it is performed. SCOPE: when it applies. BY: until when it is performed. TIME: at which time it is
    performed. OTHER: it neither lifts the duty nor limits it.
    """

    MANNER = "manner"
    SCOPE = "scope"
    BY = "by"
    TIME = "time"
    OTHER = "other"


class _Parts:
    """The constraints of one duty, by what they say."""

    def __init__(self, registry: Registry, duty: Duty, role: DutyRole) -> None:
        self.first = role == "duty"
        self.builder = Builder(registry, duty.uid, assume=True)
        # What neither lifts nor limits a duty needs no facts and no counters.
        self.aside = Builder(registry, duty.uid, assume=True)
        self.checks: list[Check] = []
        self.manner: list[Constraint] = []
        self.bounds: list[AtomicConstraint] = []
        self.timely: list[Check] = []
        self.others: list[Constraint] = []

    def add(self, kind: _Kind, constraint: Constraint, path: str) -> None:
        match kind:
            case _Kind.MANNER:
                self.manner.append(constraint)
            case _Kind.BY:
                assert isinstance(constraint, AtomicConstraint)
                self.bounds.append(constraint)
                if self.first:
                    # The end of the span ends the time in which a contract can still be kept.
                    self.builder.check(constraint, path)
            case _Kind.SCOPE:
                self.checks.append(self.builder.check(constraint, path))
            case _Kind.TIME:
                self.timely.append(self.builder.check(constraint, path))
            case _:
                self.aside.check(constraint, path)
                self.others.append(constraint)


def compile_duty(duty: Duty, role: DutyRole, registry: Registry, builders: list[Builder]) -> CompiledDuty:
    """Compile one duty with its consequences; its builders are added to `builders`.

    >>> duty = compiled(obligation=[{"action": "odrl:delete"}]).policy.obligation[0]
    >>> compile_duty(duty, "obligation", registry, []).role
    'obligation'
    """
    parts = _Parts(registry, duty, role)
    builders.append(parts.builder)
    transform = registry.transforms.get(duty.action[0].iri, "")
    for constraint, path in _list_refinements(duty):
        kind = _find_kind(constraint, role, registry, transform)
        parts.add(kind if kind in {_Kind.BY, _Kind.TIME} else _Kind.MANNER, constraint, path)
    for constraint, path in flatten(duty.constraint, f"{duty.uid}/constraint"):
        leaves = list(walk_leaves(constraint))
        if len(leaves) > 1 and any(registry.operands[leaf.left].parameter for leaf in leaves):
            sentence = "A parameter of a duty is part of a choice: write each parameter as a separate constraint."
            refuse("misplaced-parameter", path, sentence)
        parts.add(_find_kind(constraint, role, registry, transform), constraint, path)
    fixed = [
        edge
        for bound in parts.bounds
        if bound.left == ODRL + "dateTime"
        for edge in list_edges([parts.aside.check(bound, "")])
    ]
    return CompiledDuty(
        duty=duty,
        role=role,
        checks=tuple(parts.checks),
        test=fold_and(tuple(check.test for check in parts.checks)),
        deadline=min(fixed, default=None),
        elapsed=tuple(
            (value, bound.operator == "lteq")
            for bound in parts.bounds
            for value in bound.right
            if isinstance(value, Duration)
        ),
        parameters=tuple(parts.manner),
        transform=transform,
        consequences=tuple(
            compile_duty(consequence, "consequence", registry, builders) for consequence in duty.consequence
        ),
        counters=tuple(parts.builder.counters.values()),
        timely=tuple(parts.timely),
        met=fold_and(tuple(check.test for check in parts.timely)),
        turns=_list_turns(parts),
        others=tuple(parts.others),
    )


def is_never_met(duty: CompiledDuty) -> bool:
    """Return whether no performance before a use can fulfil a duty: it is to be performed after the use.

    >>> after = {"action": "odrl:inform", "constraint": [constraint("odrl:event gt odrl:policyUsage")]}
    >>> is_never_met(compiled(duty=[after]).permissions[0].duties[0])
    True
    """
    return any(
        isinstance(check.constraint, AtomicConstraint) and check.constraint.operator == "gt" and _is_of_use(check)
        for check in duty.timely
    )


def _is_of_use(check: Check) -> bool:
    return isinstance(check.constraint, AtomicConstraint) and _USAGE in check.constraint.right


def _list_turns(parts: _Parts) -> tuple[Flip, ...]:
    """The functions that find the next instant at which the time alone changes what a duty demands."""
    return tuple(parts.builder.flips) if parts.timely else ()


def _list_refinements(duty: Duty) -> Iterator[tuple[Constraint, str]]:
    for name, entries in (
        ("action", duty.action),
        ("target", duty.target),
        ("assigner", duty.assigner),
        ("assignee", duty.assignee),
    ):
        for entry in entries:
            yield from flatten(entry.refinement, f"{duty.uid}/{name}/refinement")


def _find_kind(constraint: Constraint, role: DutyRole, registry: Registry, transform: str) -> _Kind:
    """Return what a constraint says of a duty; a choice of several says what all its parts say."""
    leaves = list(walk_leaves(constraint))
    kinds = {_find_atom_kind(registry.operands[leaf.left], role, transform) for leaf in leaves}
    if isinstance(constraint, AtomicConstraint):
        [kind] = kinds
        if kind is _Kind.TIME and _USAGE in constraint.right and constraint.operator in _BEFORE:
            return _Kind.OTHER
        if constraint.left in _CLOCKS and constraint.operator in _BY:
            return _Kind.BY
        return kind
    if len(kinds) == 1:
        return kinds.pop()
    return _Kind.OTHER if role == "duty" else _Kind.SCOPE


def _find_atom_kind(operand: Operand, role: DutyRole, transform: str) -> _Kind:
    if operand.parameter:
        return _Kind.MANNER
    if operand.iri in MANNER and not transform:
        return _Kind.MANNER
    if role != "duty" or _is_about_party(operand):
        return _Kind.SCOPE
    return _Kind.TIME if operand.source == "clock" or operand.code in {"elapsed_time", "event"} else _Kind.OTHER


def _is_about_party(operand: Operand) -> bool:
    """Return whether a condition on an operand may say that a duty does not apply to somebody.

    These are facts of the party and the purpose: none of them becomes false by waiting.
    """
    if operand.tier != "provider" or operand.iri in MANNER:
        return False
    return operand.source in {"credential", "connector"} or operand.iri == ODRL + "purpose"
