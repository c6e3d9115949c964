"""The rules a policy must keep before anything is decided: profile, vocabulary, cardinalities, enforceability.

ODRL Information Model 2.2, sections 2.1 to 2.7; what nobody registered is refused, never skipped. Pure: standard
library and msgspec only.
"""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Literal, TypeAlias

import msgspec

from connector.policy.model.model import (
    AtomicConstraint,
    Duty,
    LogicalConstraint,
    Permission,
    Policy,
    Prohibition,
    Rule,
)
from connector.policy.reading.document import refuse
from connector.policy.vocabulary.actions import WITHOUT_SUCCESSOR
from connector.policy.vocabulary.names import OPERATORS
from connector.policy.vocabulary.registry import Operand, Registry

Place: TypeAlias = Literal["permission", "prohibition", "duty", "manner"]
"""Where a constraint stands; `manner` is the refinement of a duty's action: how it is done."""

_SEVERAL = frozenset({"isAnyOf", "isAllOf", "isNoneOf"})


def check_policy(checked: Policy, registry: Registry, *, suite_mode: bool) -> None:
    """Check a policy after its compact properties were pushed into the rules.

    Parameters:
        suite_mode: a missing action or target means any, as the public test suite writes it.

    Raises:
        PolicyError: the broken rule, where, and the nearest supported form.
    """
    for profile in checked.profiles:
        if profile not in registry.profiles:
            known = ", ".join(registry.profiles) or "none"
            refuse("unknown-profile", "profile", f"The profile {profile[:200]} is not supported; supported: {known}.")
    rules: tuple[Permission | Prohibition, ...] = (*checked.permission, *checked.prohibition)
    if checked.kind == "Offer" and len({party.uid for rule in rules for party in rule.assigner}) > 1:
        refuse("offer-assigner", "assigner", "An Offer has one assigner; name the party that offers and no other.")
    seen: set[str] = set()
    for rule in rules:
        if rule.uid in seen:
            refuse("repeated-uid", rule.uid, "Two rules have the same identifier; give each its own.")
        seen.add(rule.uid)
        if checked.kind == "Agreement" and not (rule.assigner and rule.assignee):
            refuse("agreement-parties", rule.uid, "An Agreement names its assigner and its assignee for every rule.")
        if not suite_mode:
            _complete(rule, rule.uid, needs_target=checked.kind != "Offer")
    _duties(checked, rules)


def _complete(rule: Rule, path: str, *, needs_target: bool) -> None:
    if not rule.action:
        refuse("missing-action", path, "The rule has no action; name what it is about, for example odrl:use.")
    if needs_target and not rule.target:
        refuse("missing-target", path, "The rule has no target; name the asset it is about.")


def _duties(checked: Policy, rules: Iterable[Permission | Prohibition]) -> None:
    by_uid: dict[str, Duty] = {}
    for duty in _every_duty(checked, rules):
        _complete(duty, duty.uid, needs_target=False)
        # One duty may stand under several permissions and takes over the parties of each: it is performed once.
        bare = _without_parties(duty)
        if by_uid.setdefault(duty.uid, bare) != bare:
            refuse("repeated-uid", duty.uid, "Two different duties have the same identifier; give each its own.")


def _without_parties(duty: Duty) -> Duty:
    consequences = tuple(_without_parties(consequence) for consequence in duty.consequence)
    return msgspec.structs.replace(duty, assigner=(), assignee=(), consequence=consequences)


def _every_duty(checked: Policy, rules: Iterable[Permission | Prohibition]) -> Iterator[Duty]:
    for rule in rules:
        if isinstance(rule, Prohibition):
            for remedy in rule.remedy:
                if remedy.consequence:
                    refuse("remedy-consequence", remedy.uid, "A remedy has no consequence; make it a remedy as well.")
                yield remedy
    for duty in (*checked.obligation, *(duty for rule in checked.permission for duty in rule.duty)):
        yield duty
        for consequence in duty.consequence:
            if consequence.consequence:
                sentence = "A consequence has no consequence of its own; list both with the duty."
                refuse("nested-consequence", consequence.uid, sentence)
            yield consequence


def check_action(iri: str, registry: Registry, path: str) -> str:
    """Return the canonical IRI of an action.

    Raises:
        PolicyError: the action is not known, or deprecated without a successor.
    """
    canonical = registry.actions.get(iri)
    if canonical is None:
        if iri in WITHOUT_SUCCESSOR:
            refuse("deprecated-action", path, f"{iri} is deprecated and has no successor; use an action of ODRL 2.2.")
        refuse("unknown-action", path, f"The action {iri[:200]} is not known{_nearest(iri, registry.covers)}.")
    return canonical


def check_logical(constraint: LogicalConstraint, path: str) -> None:
    """Check the constraints under a logical operand: at least one, and no two alike.

    The standard asks for two; documents in the wild also send one alone, and its meaning is clear.

    Raises:
        PolicyError: none, or the same one twice.
    """
    children = constraint.constraints
    if not children:
        refuse("empty-logical", path, f"The logical constraint {constraint.operand} holds no constraint.")
    if len(children) > 1 and len(set(children)) != len(children):
        refuse("repeated-constraint", path, f"The same constraint stands twice under {constraint.operand}.")


def check_atomic(
    constraint: AtomicConstraint, registry: Registry, path: str, place: Place, accept: frozenset[str]
) -> Operand:
    """Check one constraint and return its operand.

    Parameters:
        place: where it stands.
        accept: tiers of enforcement that the operator of this connector allows.

    Raises:
        PolicyError: unknown or unfit operand, operator or value, or nobody here can enforce it.
    """
    operand = registry.operands.get(constraint.left)
    if operand is None:
        nearest = _nearest(constraint.left, registry.operands)
        refuse("unknown-operand", path, f"Nothing here can check {constraint.left[:200]}{nearest}.")
    _operator(constraint, operand, path)
    if constraint.reference:
        sentence = "The rightOperandReference is never followed; write the values as rightOperand."
        refuse("remote-reference", path, sentence)
    if not constraint.right:
        refuse("missing-value", path, "The constraint has no rightOperand; write the value to compare with.")
    if len(constraint.right) > 1 and constraint.operator not in _SEVERAL:
        sentence = f"{constraint.operator} compares with one value; use isAnyOf for several."
        refuse("too-many-values", path, sentence)
    if constraint.unit and operand.sort != "number":
        refuse("bad-unit", path, f"{constraint.left} has no unit; leave it out.")
    _placement(constraint, operand, path, place, accept)
    return operand


def _operator(constraint: AtomicConstraint, operand: Operand, path: str) -> None:
    if constraint.operator in operand.operators:
        return
    allowed = ", ".join(sorted(operand.operators))
    if constraint.operator in OPERATORS:
        sentence = f"{constraint.operator} does not fit {constraint.left}; it allows {allowed}."
        refuse("unfit-operator", path, sentence)
    if any(word in constraint.operator.casefold() for word in ("regex", "regexp", "match", "pattern", "like")):
        sentence = f"Patterns from others are never run; {constraint.left} allows {allowed}."
        refuse("regular-expression", path, sentence)
    sentence = f"The operator {constraint.operator[:100]} is not known; {constraint.left} allows {allowed}."
    refuse("unknown-operator", path, sentence)


def _placement(constraint: AtomicConstraint, operand: Operand, path: str, place: Place, accept: frozenset[str]) -> None:
    if operand.parameter and place in {"permission", "prohibition"}:
        sentence = f"{constraint.left} says how a duty is done; move it to the constraints of a duty."
        refuse("misplaced-parameter", path, sentence)
    if operand.per_record and place in {"duty", "manner"}:
        sentence = f"{constraint.left} is decided for each record; put it on a permission or prohibition."
        refuse("misplaced-row-filter", path, sentence)
    if operand.tier not in accept and place != "manner":
        sentence = (
            f"Nothing here can enforce {constraint.left}, only the contract ({operand.tier}); "
            "leave it out, or let the operator of this connector accept such terms."
        )
        refuse("not-enforceable", path, sentence)


def _nearest(iri: str, known: Iterable[str]) -> str:
    names = {name.replace("#", "/").rsplit("/", 1)[-1].casefold(): name for name in known}
    wanted = iri[:200].replace("#", "/").replace(":", "/").rsplit("/", 1)[-1].casefold()
    close = get_close_matches(wanted[:60], names, n=1, cutoff=0.6)
    return f"; the nearest supported is {names[close[0]]}" if close else ""
