"""A policy in the one spelling in which it travels: what was handed in harmlessly differently becomes the same.

DSP 2025-1 contract schema: every action is a name, every rule has one, no rule has a target. What this form cannot
say without loss is refused. `dump` writes the result as JSON. Pure: standard library and msgspec only.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import chain
from typing import TypeVar

import msgspec

from connector.policy.model.constraints import walk_leaves
from connector.policy.model.literals import parse_number
from connector.policy.model.policy import (
    Action,
    AtomicConstraint,
    Constraint,
    Duty,
    LogicalConstraint,
    Party,
    PartyFunction,
    Permission,
    Policy,
    Prohibition,
    Rule,
)
from connector.policy.model.values import Iri, Number, Text, Value
from connector.policy.reading.document import STATUS_IGNORED, refuse
from connector.policy.reading.frame import OPEN, Frame, check_frame, lift_assigner, lift_target, list_rules
from connector.policy.vocabulary.registry import MANNER, Registry
from connector.policy.vocabulary.sorts import coerce

R = TypeVar("R", Permission, Prohibition)

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+", re.ASCII)
_NAMES = frozenset({"name", "code", "taxonomy"})


def to_wire(policy: Policy, registry: Registry, frame: Frame = OPEN) -> Policy:
    """Write a policy in the form in which it travels.

    Parameters:
        policy: as loaded.
        registry: whose names and sorts the actions, operands and values take.
        frame: what the message or the catalogue says around it.

    Raises:
        PolicyError: it says something that this form cannot carry, or something else than its frame.

    >>> policy = load({"@id": "urn:policy", "permission": {"action": ["use"], "target": "urn:data"}})
    >>> written = to_wire(policy, registry)
    >>> written.target[0].uid, written.permission[0].target
    ('urn:data', ())
    """
    if STATUS_IGNORED in policy.notes:
        sentence = "A policy or rule has a status, and what is handed in has not begun yet: remove it."
        refuse("rule-status", "status", sentence)
    _check_identifiers(policy, frame)
    check_frame(policy, frame)
    spelling = _Spelling(registry, dict(policy.prefixes))
    everybody = () if policy.assignee == (Party(frame.assignee),) else policy.assignee
    permissions = [
        msgspec.structs.replace(rule, duty=spelling.write_duties(rule.duty, policy))
        for entry in policy.permission
        for rule in spelling.split(entry, policy, everybody)
    ]
    prohibitions = [
        msgspec.structs.replace(rule, remedy=spelling.write_duties(rule.remedy, policy))
        for entry in policy.prohibition
        for rule in spelling.split(entry, policy, everybody)
    ]
    if not permissions and not prohibitions:
        refuse("no-rule", "", "An offer needs a permission or a prohibition: add one.")
    return msgspec.structs.replace(
        policy,
        kind="Offer" if policy.kind == "Set" else policy.kind,
        action=(),
        target=lift_target(policy),
        assigner=lift_assigner(policy),
        assignee=(),
        functions=(),
        permission=tuple(permissions),
        prohibition=tuple(prohibitions),
        obligation=tuple(spelling.write_duty(duty, policy, whole=True) for duty in policy.obligation),
        prefixes=(),
        notes=(),
    )


def _check_identifiers(policy: Policy, frame: Frame) -> None:
    """Refuse a relative identifier: nobody said whose word it is, unless the frame says the same."""
    owners: list[Policy | Rule] = [policy, *list_rules(policy)]
    uids = [policy.uid]
    for owner in owners:
        uids.extend(target.uid for target in owner.target)
        parties = (*owner.assigner, *owner.assignee, *(entry.party for entry in owner.functions))
        uids.extend(party.uid for party in parties)
    for uid in uids:
        if not _ABSOLUTE.fullmatch(uid) and uid not in {frame.target, frame.assigner, frame.assignee}:
            sentence = f"The identifier {uid[:200]} is relative: an identifier is absolute, such as urn:example:data."
            refuse("relative-name", "", sentence)


class _Spelling:
    """The names and values of one policy in their one spelling."""

    def __init__(self, registry: Registry, prefixes: Mapping[str, str]) -> None:
        self.registry = registry
        self.prefixes = prefixes

    def split(self, rule: R, policy: Policy, everybody: tuple[Party, ...]) -> list[R]:
        """Return a rule for each of its actions."""
        actions = dict.fromkeys(rule.action or policy.action)
        if len(actions) > 1 and _is_shared(rule, actions, self.registry):
            sentence = "The rule has several actions that share a count or a duty: write a rule for each action."
            refuse("several-actions", "action", sentence)
        constraints: tuple[Constraint, ...] = self._constraints(rule.constraint)
        parts: list[R] = []
        for action in actions or (None,):
            narrower: tuple[Constraint, ...] = self._constraints(action.refinement) if action else ()
            parts.append(
                msgspec.structs.replace(
                    rule,
                    uid=rule.uid if len(actions) < 2 else "",
                    action=(self._action(action),) if action else (),
                    target=(),
                    assigner=(),
                    assignee=self._parties(rule.assignee or everybody),
                    functions=self._functions(_merge_functions(rule, policy)),
                    constraint=tuple(dict.fromkeys((*constraints, *narrower))),
                )
            )
        return parts

    def write_duties(self, duties: Sequence[Duty], policy: Policy) -> tuple[Duty, ...]:
        """Return the duties of a permission, or the remedies of a prohibition."""
        return tuple(self.write_duty(duty, policy) for duty in duties)

    def write_duty(self, duty: Duty, policy: Policy, *, whole: bool = False) -> Duty:
        """Return a duty; `whole` is an obligation, whose action can only be a name."""
        actions = duty.action or (policy.action if whole else ())
        if whole and len(actions) > 1:
            refuse("several-actions", "obligation", "The obligation has several actions: write one for each action.")
        found = []
        how: list[Constraint] = []
        for action in actions:
            refinement = self._constraints(action.refinement)
            leaves = [leaf for entry in refinement for leaf in walk_leaves(entry)]
            if all(_is_manner(leaf.left, action, self.registry) for leaf in leaves):
                # How a duty is done is the same as a constraint of it and as a refinement of its action.
                how.extend(refinement)
                refinement = ()
            if refinement and whole:
                sentence = "The action of an obligation is refined: write the refinement as a constraint."
                refuse("refined-action", "obligation", sentence)
            found.append(msgspec.structs.replace(self._action(action), refinement=refinement))
        return msgspec.structs.replace(
            duty,
            action=tuple(found),
            target=(),
            assigner=self._parties(duty.assigner),
            assignee=self._parties(duty.assignee),
            functions=self._functions(_merge_functions(duty, policy) if whole else duty.functions),
            constraint=tuple(dict.fromkeys((*self._constraints(duty.constraint), *how))),
            consequence=self.write_duties(duty.consequence, policy),
        )

    def _action(self, action: Action) -> Action:
        return Action(self.registry.actions.get(action.iri, action.iri))

    def _parties(self, parties: Iterable[Party]) -> tuple[Party, ...]:
        return tuple(
            msgspec.structs.replace(party, refinement=self._constraints(party.refinement))
            for party in dict.fromkeys(parties)
        )

    def _functions(self, functions: Iterable[PartyFunction]) -> tuple[PartyFunction, ...]:
        return tuple(PartyFunction(entry.function, *self._parties([entry.party])) for entry in functions)

    def _constraints(self, constraints: Sequence[Constraint]) -> tuple[Constraint, ...]:
        return tuple(self._constraint(constraint) for constraint in constraints)

    def _constraint(self, constraint: Constraint) -> Constraint:
        if isinstance(constraint, LogicalConstraint):
            return LogicalConstraint(constraint.operand, self._constraints(constraint.constraints))
        operand = self.registry.operands.get(constraint.left)
        if operand is None:
            return msgspec.structs.replace(constraint, uid="")

        def spell(value: Value) -> Value:
            typed = coerce(value, operand, self.registry, unit=constraint.unit, prefixes=self.prefixes)
            if typed is None:
                return value
            if isinstance(typed, Number):
                return _spell_number(value)
            return Text(typed.iri) if isinstance(typed, Iri) and operand.sort in _NAMES else typed

        right = tuple(dict.fromkeys(map(spell, constraint.right)))
        return AtomicConstraint(operand.iri, constraint.operator, right, constraint.unit, "", constraint.reference)


def _merge_functions(rule: Rule, policy: Policy) -> tuple[PartyFunction, ...]:
    """Return the parties of a rule, with those that only the policy names: what is said for all is said for each."""
    own = {entry.function for entry in rule.functions}
    return (*rule.functions, *(entry for entry in policy.functions if entry.function not in own))


def _is_manner(left: str, action: Action, registry: Registry) -> bool:
    """Return whether an operand says how a duty is done, as a constraint of the duty too."""
    operand = registry.operands.get(left)
    if operand is None:
        return False
    return operand.parameter or (operand.iri in MANNER and action.iri not in registry.transforms)


def _is_shared(rule: Permission | Prohibition, actions: Iterable[Action], registry: Registry) -> bool:
    """Return whether the parts of a rule would share a counter or a duty."""
    if isinstance(rule, Permission) and rule.duty:
        return True
    refinements = (entry for action in actions for entry in action.refinement)
    leaves = (leaf for constraint in chain(rule.constraint, refinements) for leaf in walk_leaves(constraint))
    return any(leaf.left in registry.operands and registry.operands[leaf.left].stateful for leaf in leaves)


def _spell_number(value: Value) -> Text:
    """Write a number as digits, in the unit in which it was given."""
    amount = parse_number(value.text) if isinstance(value, Text) else getattr(value, "amount", None)
    text = format(amount or Decimal(0), "f")
    return Text(text.rstrip("0").rstrip(".") if "." in text else text)
