"""The changes between two versions of a policy: rules and conditions added, removed, widened or narrowed, as values.

Every verdict on width is shown by the analysis; what it cannot tell is called changed. Pure.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, TypeAlias

import msgspec

from connector.policy.analysis.contains import contains
from connector.policy.analysis.duties import fulfils
from connector.policy.analysis.findings import Containment
from connector.policy.analysis.space.cells import Cell, GaveUp, StepBudget, list_leftovers
from connector.policy.analysis.space.dnf import Reader, strip_uids
from connector.policy.analysis.space.regions import Region
from connector.policy.analysis.space.shape import Shape, join_tops, list_conditions, read_pair
from connector.policy.compiling.compiled import Compiled, CompiledDuty, CompiledRule
from connector.policy.model.constraints import flatten, walk_leaves
from connector.policy.model.policy import Constraint

ChangeKind: TypeAlias = Literal["added", "removed", "widened", "narrowed", "changed"]
Part: TypeAlias = Literal["permission", "prohibition", "obligation", "duty", "remedy", "constraint", "conflict"]
Width: TypeAlias = Literal["same", "widened", "narrowed", "changed", "unknown"]


class PolicyChange(msgspec.Struct, frozen=True):
    """One change.

    Parameters:
        kind: what happened to the part; a constraint is widened if it is True in more situations.
        part: which part.
        rule: uid of the rule it belongs to, in the new version if it is there.
        subject: action of a rule or duty, left operand of a constraint.
        before, after: constraints on that operand, empty if there were or are none.
    """

    kind: ChangeKind
    part: Part
    rule: str = ""
    subject: str = ""
    before: tuple[Constraint, ...] = ()
    after: tuple[Constraint, ...] = ()


class Difference(msgspec.Struct, frozen=True):
    """All changes, and what they amount to: whether more or less is granted, or on other duties."""

    width: Width
    changes: tuple[PolicyChange, ...]


def compare_versions(old: Compiled, new: Compiled) -> Difference:
    """Compare two versions of a policy.

    Parameters:
        old, new: compiled with the same registry.

    Returns:
        The changes; none if both say the same. Nothing is raised.

    >>> compare_versions(compiled("odrl:count lteq 5"), compiled("odrl:count lteq 3")).width
    'narrowed'
    """
    changes: list[PolicyChange] = []
    if old.conflict != new.conflict:
        changes.append(PolicyChange("changed", "conflict", subject=new.conflict))
    widths = _Widths(old, new)
    changes += _compare_rules(old.permissions, new.permissions, widths)
    changes += _compare_rules(old.prohibitions, new.prohibitions, widths)
    changes += _compare_duties(old.obligations, new.obligations, "obligation", "")
    return Difference(_find_width(old, new), tuple(changes))


def _find_width(old: Compiled, new: Compiled) -> Width:
    grown, shrunk = contains(old, new).verdict, contains(new, old).verdict
    if grown is Containment.CONTAINED:
        if shrunk is Containment.CONTAINED:
            return "same"
        return "narrowed" if shrunk is Containment.NOT_CONTAINED else "unknown"
    if shrunk is Containment.CONTAINED:
        return "widened" if grown is Containment.NOT_CONTAINED else "unknown"
    return "unknown" if Containment.UNKNOWN in {grown, shrunk} else "changed"


class _Widths:
    """Tells whether some constraints allow more than others; without regions that is never known."""

    def __init__(self, old: Compiled, new: Compiled) -> None:
        self.budget = StepBudget()
        try:
            self.shapes: tuple[Shape, Shape] | None = read_pair(old, new, self.budget)
        except GaveUp:
            self.shapes = None

    def of(self, before: Sequence[Constraint], after: Sequence[Constraint]) -> ChangeKind:
        if self.shapes is None:
            return "changed"
        one, other = self.shapes
        tops = join_tops(one, other)
        reader = Reader(one.compiled.registry, opaque=one.opaque | other.opaque, tops=tops, budget=self.budget)
        try:
            first, second = reader.every(before), reader.every(after)
            wider = self._within(first, second, tops)
            narrower = self._within(second, first, tops)
        except GaveUp:
            return "changed"
        if wider is narrower:
            return "changed"
        return "widened" if wider else "narrowed"

    def _within(self, cells: Sequence[Cell], others: Sequence[Cell], tops: Mapping[str, Region]) -> bool:
        return all(next(list_leftovers(cell, others, tops, self.budget), None) is None for cell in cells)


def _compare_rules(old: Sequence[CompiledRule], new: Sequence[CompiledRule], widths: _Widths) -> Iterator[PolicyChange]:
    for before, after in _match_rules(old, new):
        if before is None and after is not None:
            yield PolicyChange("added", after.kind, after.uid, _action(after), after=tuple(list_conditions(after)))
        elif after is None and before is not None:
            yield PolicyChange(
                "removed", before.kind, before.uid, _action(before), before=tuple(list_conditions(before))
            )
        elif before is not None and after is not None:
            yield from _within_rule(before, after, widths)


def _match_rules(
    old: Sequence[CompiledRule], new: Sequence[CompiledRule]
) -> Iterator[tuple[CompiledRule | None, CompiledRule | None]]:
    """Rules of two versions that belong together: same words, else same name and action, else same action."""
    left, right = list(old), list(new)
    found: list[tuple[CompiledRule | None, CompiledRule | None]] = []
    for same in (_words, lambda rule: (rule.uid, _place(rule)), _place):
        for before in list(left):
            after = next((entry for entry in right if same(entry) == same(before)), None)
            if after is not None:
                left.remove(before)
                right.remove(after)
                found.append((before, after))
    yield from found
    yield from ((before, None) for before in left)
    yield from ((None, after) for after in right)


def _words(rule: CompiledRule) -> object:
    return _place(rule), [strip_uids(entry) for entry in (*list_conditions(rule), *rule.rows)]


def _place(rule: CompiledRule) -> tuple[object, ...]:
    return _action(rule), rule.target, rule.assignee


def _action(rule: CompiledRule) -> str:
    return rule.rule.action[0].iri if rule.rule.action else ""


def _within_rule(before: CompiledRule, after: CompiledRule, widths: _Widths) -> Iterator[PolicyChange]:
    old, new = _by_operand(before), _by_operand(after)
    for subject in dict.fromkeys((*old, *new)):
        was, now = old.get(subject, ()), new.get(subject, ())
        if set(was) == set(now):
            continue
        kind: ChangeKind = "added" if not was else "removed" if not now else widths.of(was, now)
        yield PolicyChange(kind, "constraint", after.uid, subject, was, now)
    part: Part = "duty" if after.kind == "permission" else "remedy"
    yield from _compare_duties(before.duties, after.duties, part, after.uid)


def _by_operand(rule: CompiledRule) -> dict[str, tuple[Constraint, ...]]:
    """The constraints of a rule by what they are about; a choice between operands is about its first."""
    found: dict[str, tuple[Constraint, ...]] = {}
    for constraint, _ in flatten((*list_conditions(rule), *rule.rows), ""):
        subject = next(walk_leaves(constraint)).left
        found[subject] = (*found.get(subject, ()), strip_uids(constraint))
    return found


def _compare_duties(
    old: Sequence[CompiledDuty], new: Sequence[CompiledDuty], part: Part, rule: str
) -> Iterator[PolicyChange]:
    """A duty is narrowed if its new form does all that the old one did, and more."""
    left, right = list(old), list(new)
    for before in list(left):
        after = next((entry for entry in right if _is_alike(before, entry)), None)
        if after is not None:
            left.remove(before)
            right.remove(after)
    for before in list(left):
        after = next((entry for entry in right if _act(entry) == _act(before)), None)
        if after is None:
            yield PolicyChange("removed", part, rule, _act(before), before=before.duty.constraint)
            continue
        right.remove(after)
        stricter, milder = fulfils(after, before), fulfils(before, after)
        kind: ChangeKind = "narrowed" if stricter is True else "widened" if milder is True else "changed"
        yield PolicyChange(kind, part, rule, _act(before), before.duty.constraint, after.duty.constraint)
    for after in right:
        yield PolicyChange("added", part, rule, _act(after), after=after.duty.constraint)


def _is_alike(one: CompiledDuty, other: CompiledDuty) -> bool:
    return fulfils(one, other) is True and fulfils(other, one) is True


def _act(duty: CompiledDuty) -> str:
    return duty.duty.action[0].iri
