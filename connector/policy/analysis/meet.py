"""The meet of two policies, which is what both grant, as a policy document: the counter-offer.

Intervals and sets are cut, the smaller count stays, duties, prohibitions and obligations of both remain. The result
only uses what survives the protocol's context: refinements become constraints. It is compared with both sides before
it is handed out. Pure: standard library and msgspec only.
"""

from collections.abc import Sequence
from typing import TypeVar

from msgspec.structs import replace

from connector.policy.analysis.contains import contains
from connector.policy.analysis.duties import count_steps, fulfils
from connector.policy.analysis.findings import Containment, Finding, Unknown
from connector.policy.analysis.overlap import is_satisfiable
from connector.policy.analysis.space.cells import GaveUp, StepBudget
from connector.policy.analysis.space.dnf import Reader, strip_uids
from connector.policy.analysis.space.regions import is_subset
from connector.policy.analysis.space.shape import Grant, Shape, find_overlaps, read_pair
from connector.policy.compiling.compile import compile_policy
from connector.policy.compiling.compiled import Compiled, CompiledDuty, CompiledRule
from connector.policy.model.constraints import flatten
from connector.policy.model.errors import PolicyError
from connector.policy.model.literals import to_lexical
from connector.policy.model.policy import (
    Action,
    AtomicConstraint,
    ConflictStrategy,
    Constraint,
    Duty,
    Party,
    PartyFunction,
    Permission,
    Policy,
    Prohibition,
    Rule,
    Target,
)
from connector.policy.vocabulary.registry import Registry

N = TypeVar("N", Target, Party)
R = TypeVar("R", Permission, Prohibition, Duty)

_ANY_TIER = frozenset({"provider", "consumer", "organisational"})
_POSITIVE = frozenset({"eq", "isAnyOf"})
_NEGATIVE = frozenset({"neq", "isNoneOf"})


def meet(offer: Compiled, request: Compiled, *, uid: str, budget: StepBudget | None = None) -> Policy | Unknown | None:
    """Write the policy that grants what both policies grant.

    Parameters:
        offer, request: compiled with the same registry.
        uid: identifier of the new Offer.
        budget: how many steps are left for it and what follows; as many as for any question if left out.

    Returns:
        An Offer that both contain; None if there is certainly nothing that both grant; Unknown if it cannot be told, or
        not be written as one policy.

    >>> joint = meet(compiled("odrl:count lteq 5"), compiled("odrl:count lteq 3"), uid="urn:counter")
    >>> joint.kind, joint.permission[0].constraint[0].right[0].amount
    ('Offer', Decimal('3'))
    """
    try:
        return _meet(offer, request, uid, budget or StepBudget())
    except GaveUp as reason:
        return Unknown((Finding(reason.code),))


def _meet(offer: Compiled, request: Compiled, uid: str, budget: StepBudget) -> Policy | Unknown | None:
    if offer.void is not None or request.void is not None:
        return None
    given, wanted = read_pair(offer, request, budget)
    permissions = _permissions(given, wanted, budget)
    if not permissions:
        return None
    if len(permissions) > 1 and (given.stateful or wanted.stateful):
        # Each permission counts for itself, so two of them would grant twice what one did.
        raise GaveUp("several-counters")
    sides = (offer, request)
    strict = [side for side in sides if side.conflict != "perm"] or sides
    prohibitions = dict.fromkeys(_prohibition(rule) for side in strict for rule in side.prohibitions)
    joint = Policy(
        kind="Offer",
        uid=uid,
        profiles=tuple(dict.fromkeys((*offer.policy.profiles, *request.policy.profiles))),
        conflict=_conflict(offer, request),
        permission=permissions,
        prohibition=tuple(prohibitions),
        obligation=tuple(_duty(entry.duty) for entry in _join_duties(offer.obligations, request.obligations, budget)),
    )
    return _check(_compact(joint), offer, request, budget)


def _compact(policy: Policy) -> Policy:
    """Say once for the whole policy which asset it is about and who offers it, if all rules agree on it."""
    rules: tuple[Rule, ...] = (*policy.permission, *policy.prohibition, *policy.obligation)
    targets, assigners = {rule.target for rule in rules}, {rule.assigner for rule in rules}
    target = targets.pop() if len(targets) == 1 else ()
    assigner = assigners.pop() if len(assigners) == 1 else ()

    def bared(rule: R) -> R:
        return replace(rule, target=() if target else rule.target, assigner=() if assigner else rule.assigner)

    return replace(
        policy,
        target=target,
        assigner=assigner,
        permission=tuple(map(bared, policy.permission)),
        prohibition=tuple(map(bared, policy.prohibition)),
        obligation=tuple(map(bared, policy.obligation)),
    )


def _conflict(offer: Compiled, request: Compiled) -> ConflictStrategy | None:
    stated = {side.policy.conflict for side in (offer, request)}
    effective = {side.conflict for side in (offer, request)}
    if effective == {"perm"}:
        return "perm"
    return None if stated == {None} and effective == {"prohibit"} else "prohibit"


def _check(joint: Policy, offer: Compiled, request: Compiled, budget: StepBudget) -> Policy | Unknown | None:
    """Hand out a meet only if both sides contain it and it may grant something."""
    try:
        compiled = compile_policy(
            joint, offer.registry, duty_mode=offer.duty_mode, conflict="prohibit", accept=_ANY_TIER
        )
    except PolicyError as refused:
        return Unknown((Finding("not-one-policy", other=refused.code),))
    if is_satisfiable(compiled, budget=budget) is False:
        return None
    for side in (offer, request):
        found = contains(side, compiled, budget)
        if found.verdict is not Containment.CONTAINED:
            return Unknown(found.reasons)
    return joint


def _permissions(given: Shape, wanted: Shape, budget: StepBudget) -> tuple[Permission, ...]:
    """One permission for each two that meet, but for those that say the same."""
    reader = Reader(given.compiled.registry, opaque=given.opaque | wanted.opaque, tops={}, budget=budget)
    found: dict[Permission, None] = {}
    for theirs in given.grants:
        for mine in wanted.grants:
            budget.spend(1)
            if find_overlaps(theirs.cells, mine.cells, budget):
                found[_permission(theirs, mine, reader)] = None
    return tuple(found)


def _permission(theirs: Grant, mine: Grant, reader: Reader) -> Permission:
    one, other = theirs.rule, mine.rule
    return Permission(
        action=_action(one, other),
        target=_choose_same(one.rule.target, other.rule.target),
        assigner=_parties(one.rule.assigner or other.rule.assigner),
        assignee=_choose_same(one.rule.assignee, other.rule.assignee),
        functions=_functions(one, other),
        constraint=conjoin((*_list_asked(one), *_list_asked(other)), reader),
        duty=tuple(_duty(entry.duty) for entry in _join_duties(one.duties, other.duties, reader.budget)),
    )


def _action(one: CompiledRule, other: CompiledRule) -> tuple[Action, ...]:
    """The narrower action; an action has one parent at most, so of two that meet one is above the other."""
    if not one.rule.action or not other.rule.action:
        chosen = one.rule.action or other.rule.action
    else:
        inner = one.covers is not None and other.rule.action[0].iri in one.covers
        chosen = other.rule.action if inner else one.rule.action
    return tuple(Action(action.iri) for action in chosen)


def _choose_same(one: tuple[N, ...], other: tuple[N, ...]) -> tuple[N, ...]:
    """The target or party of both. Two different ones may still meet in a member of both, which no rule can say."""
    chosen = one or other
    if {entry.uid for entry in (*one, *other)} - {entry.uid for entry in chosen}:
        raise GaveUp("different-targets")
    return tuple(replace(entry, refinement=()) for entry in chosen)


def _parties(parties: tuple[Party, ...]) -> tuple[Party, ...]:
    return tuple(replace(party, refinement=()) for party in parties)


def _functions(one: CompiledRule, other: CompiledRule) -> tuple[PartyFunction, ...]:
    return tuple(dict.fromkeys((*one.rule.functions, *other.rule.functions)))


def _list_asked(rule: CompiledRule) -> list[Constraint]:
    """All that a rule asks for, refinements included: on a permission or prohibition they count like constraints."""
    entries: tuple[Action | Target | Party, ...] = (
        *rule.rule.action,
        *rule.rule.target,
        *rule.rule.assigner,
        *rule.rule.assignee,
    )
    return [*(constraint for entry in entries for constraint in entry.refinement), *rule.rule.constraint]


def _prohibition(rule: CompiledRule) -> Prohibition:
    source = rule.rule
    return Prohibition(
        action=tuple(Action(action.iri) for action in source.action),
        target=tuple(replace(asset, refinement=()) for asset in source.target),
        assigner=_parties(source.assigner),
        assignee=_parties(source.assignee),
        functions=source.functions,
        constraint=tuple(dict.fromkeys(strip_uids(part) for part, _ in flatten(_list_asked(rule), ""))),
        remedy=tuple(_duty(entry.duty) for entry in rule.duties),
    )


def _duty(duty: Duty) -> Duty:
    """A duty without its place in the old policy for a name; a name of its own stays."""
    named = duty.uid if ":" in duty.uid else ""
    return replace(duty, uid=named, consequence=tuple(_duty(entry) for entry in duty.consequence))


def _join_duties(one: Sequence[CompiledDuty], other: Sequence[CompiledDuty], budget: StepBudget) -> list[CompiledDuty]:
    """The duties of both, but for those that another performs as well."""
    kept: list[CompiledDuty] = []
    for duty in (*one, *other):
        budget.spend(2 * count_steps(duty, kept))
        if any(fulfils(held, duty) for held in kept):
            continue
        kept = [held for held in kept if not fulfils(duty, held)]
        kept.append(duty)
    return kept


def conjoin(constraints: Sequence[Constraint], reader: Reader) -> tuple[Constraint, ...]:
    """Write constraints that all have to hold with as few constraints as possible: tighter bounds, common members.

    Raises:
        GaveUp: too many of them.

    >>> reader = Reader(registry, opaque=frozenset(), tops={}, budget=StepBudget())
    >>> five, three = normal("odrl:count lteq 5"), normal("odrl:count lteq 3")
    >>> conjoin([five, three], reader) == (three,)
    True
    """
    parts = list(dict.fromkeys(strip_uids(part) for part, _ in flatten(constraints, "")))
    merged = _merge([part for part in parts if isinstance(part, AtomicConstraint)], reader.registry)
    kept: list[AtomicConstraint] = []
    for atom in merged:
        reader.budget.spend(1 + 2 * len(kept))
        if any(_implies(held, atom, reader) for held in kept):
            continue
        kept = [held for held in kept if not _implies(atom, held, reader)]
        kept.append(atom)
    return (*kept, *(part for part in parts if not isinstance(part, AtomicConstraint)))


def _implies(one: AtomicConstraint, other: AtomicConstraint, reader: Reader) -> bool:
    if one.left != other.left:
        return False
    first, second = reader.dimension(one), reader.dimension(other)
    if first.key != second.key or len(first.true) != 1 or len(second.true) != 1:
        return False
    return is_subset(first.true[0], second.true[0]) is True


def _merge(atoms: Sequence[AtomicConstraint], registry: Registry) -> list[AtomicConstraint]:
    """Join lists of members: what has to be in two lists is in their common part, what is excluded in either is out."""
    found: dict[tuple[str, str], AtomicConstraint] = {}
    for atom in atoms:
        operand = registry.operands[atom.left]
        kind = "any" if atom.operator in _POSITIVE else "none" if atom.operator in _NEGATIVE else ""
        listed = operand.sort in {"code", "name", "taxonomy", "text"} and (operand.operators >= {"isAnyOf", "isNoneOf"})
        if not kind or not listed or (kind == "any" and operand.multiple):
            found[atom.left, f"{atom.operator} {atom.right}"] = atom
            continue
        held = found.get((atom.left, kind))
        joint = atom if held is None else _join_members(held, atom, kind)
        if joint is None:
            found[atom.left, f"{atom.operator} {atom.right}"] = atom
        else:
            found[atom.left, kind] = joint
    return list(found.values())


def _join_members(one: AtomicConstraint, other: AtomicConstraint, kind: str) -> AtomicConstraint | None:
    both = set(one.right), set(other.right)
    members = set.intersection(*both) if kind == "any" else set.union(*both)
    if not members:
        return None
    right = tuple(sorted(members, key=to_lexical))
    if len(right) == 1:
        return AtomicConstraint(one.left, "eq" if kind == "any" else "neq", right)
    return AtomicConstraint(one.left, "isAnyOf" if kind == "any" else "isNoneOf", right)
