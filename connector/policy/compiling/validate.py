"""The rules a policy must keep before anything is decided: profile, vocabulary, cardinalities, enforceability.

ODRL Information Model 2.2, sections 2.1 to 2.7; what nobody registered is refused, never skipped. Pure: standard
library and msgspec only.
"""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Literal, TypeAlias

import msgspec

from connector.policy.model.constraints import walk_leaves
from connector.policy.model.policy import (
    AtomicConstraint,
    Constraint,
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
from connector.policy.vocabulary.sorts import find_unplaced

Place: TypeAlias = Literal["permission", "prohibition", "duty", "manner"]
"""The place of a constraint; `manner` is the refinement of a duty's action: how it is done."""

_FORMS: dict[str, str] = {
    "instant": "write a time in the years 2 to 9999, such as 2026-01-31T12:00:00Z",
    "duration": "write a length of time, such as P30D or PT12H",
    "clock": "write a time of the day, such as 08:30:00",
    "number": "write a number without a unit, such as 5",
    "flag": "write true or false",
    "text": 'write a string, such as "Example"',
    "name": "write a name or an IRI, such as urn:example:name",
}
"""How a value of each sort is written."""
TREE = frozenset({"isA", "isPartOf", "hasPart"})
"""Operators that follow the taxonomy."""
_SEVERAL = frozenset({"isAnyOf", "isAllOf", "isNoneOf"})


def check_policy(checked: Policy, registry: Registry, *, suite_mode: bool) -> None:
    """Check a policy after its policy-level properties are pushed down into the rules.

    Parameters:
        suite_mode: a missing action or target means any, as the public test suite writes it.

    Raises:
        PolicyError: the broken rule, its place, and the nearest supported form.

    >>> check_policy(push_down(load(document())), registry, suite_mode=False)
    """
    for profile in checked.profiles:
        if profile not in registry.profiles:
            known = ", ".join(registry.profiles) or "none"
            refuse("unknown-profile", "profile", f"The profile {profile[:200]} is not supported: use {known}.")
    rules: tuple[Permission | Prohibition, ...] = (*checked.permission, *checked.prohibition)
    if checked.kind == "Offer" and len({party.uid for rule in rules for party in rule.assigner}) > 1:
        refuse("offer-assigner", "assigner", "The Offer has several assigners: name only the party that offers.")
    seen: set[str] = set()
    for rule in rules:
        if rule.uid in seen:
            refuse("repeated-uid", rule.uid, "Two rules have the same identifier: give each rule its own.")
        seen.add(rule.uid)
        if checked.kind == "Agreement" and not (rule.assigner and rule.assignee):
            refuse(
                "agreement-parties",
                rule.uid,
                "A rule of the Agreement has no assigner or no assignee: name both parties.",
            )
        if not suite_mode:
            _check_complete(rule, rule.uid, needs_target=checked.kind != "Offer")
    _check_duties(checked, rules)


def _check_complete(rule: Rule, path: str, *, needs_target: bool) -> None:
    if not rule.action:
        refuse("missing-action", path, "The rule has no action: name one, such as odrl:use.")
    if needs_target and not rule.target:
        refuse("missing-target", path, "The rule has no target: name its asset.")


def _check_duties(checked: Policy, rules: Iterable[Permission | Prohibition]) -> None:
    by_uid: dict[str, Duty] = {}
    for duty in _check_nesting(checked, rules):
        _check_complete(duty, duty.uid, needs_target=False)
        # One duty may stand under several permissions and takes over the parties of each: it is performed once.
        bare = _without_parties(duty)
        if by_uid.setdefault(duty.uid, bare) != bare:
            refuse("repeated-uid", duty.uid, "Two different duties have the same identifier: give each duty its own.")


def _without_parties(duty: Duty) -> Duty:
    consequences = tuple(_without_parties(consequence) for consequence in duty.consequence)
    return msgspec.structs.replace(duty, assigner=(), assignee=(), consequence=consequences)


def _check_nesting(checked: Policy, rules: Iterable[Permission | Prohibition]) -> Iterator[Duty]:
    for rule in rules:
        if isinstance(rule, Prohibition):
            for remedy in rule.remedy:
                if remedy.consequence:
                    refuse(
                        "remedy-consequence",
                        remedy.uid,
                        "A remedy cannot have a consequence: make the consequence a remedy.",
                    )
                yield remedy
    for duty in (*checked.obligation, *(duty for rule in checked.permission for duty in rule.duty)):
        yield duty
        for consequence in duty.consequence:
            if consequence.consequence:
                sentence = "A consequence cannot have a consequence: list both with the duty."
                refuse("nested-consequence", consequence.uid, sentence)
            yield consequence


def check_action(iri: str, registry: Registry, path: str) -> str:
    """Return the canonical IRI of an action.

    Raises:
        PolicyError: the action is not known, or deprecated without a successor.

    >>> check_action("odrl:copy", registry, "permission/0")
    'http://www.w3.org/ns/odrl/2/reproduce'
    """
    canonical = registry.actions.get(iri)
    if canonical is None:
        if iri in WITHOUT_SUCCESSOR:
            refuse(
                "deprecated-action",
                path,
                f"The action {iri} is deprecated and has no successor: use an action of ODRL 2.2.",
            )
        refuse(
            "unknown-action",
            path,
            f"Unknown action {iri[:200]}: {_suggest(iri, registry.covers, 'a registered action')}.",
        )
    return canonical


def check_logical(constraint: LogicalConstraint, path: str) -> None:
    """Check the constraints under a logical operand: at least one, and no two alike.

    The standard asks for two; documents in the wild also send one alone, and its meaning is clear.

    Raises:
        PolicyError: none, or the same one twice.

    >>> check_logical(LogicalConstraint("or", (normal("odrl:count lteq 5"),)), "permission/0")
    """
    children = constraint.constraints
    if not children:
        refuse("empty-logical", path, f"The logical constraint {constraint.operand} is empty: add constraints.")
    if len(children) > 1 and len(set(children)) != len(children):
        refuse(
            "repeated-constraint",
            path,
            f"The logical constraint {constraint.operand} contains the same constraint twice: remove one.",
        )


def check_atomic(
    constraint: AtomicConstraint, registry: Registry, path: str, place: Place, accept: frozenset[str]
) -> Operand:
    """Check one constraint and return its operand.

    Parameters:
        place: its place.
        accept: tiers of enforcement that the operator of this connector allows.

    Raises:
        PolicyError: unknown or unfit operand, operator or value, or nobody here can enforce it.

    >>> found = normal("odrl:count lteq 5")
    >>> check_atomic(found, registry, "permission/0", "permission", frozenset({"provider"})).fact
    'count'
    """
    operand = registry.operands.get(constraint.left)
    if operand is None:
        nearest = _suggest(constraint.left, registry.operands, "a registered left operand")
        refuse("unknown-operand", path, f"Unknown left operand {constraint.left[:200]}: {nearest}.")
    _check_operator(constraint, operand, path)
    if constraint.reference:
        sentence = "A rightOperandReference is never fetched: write the values as rightOperand."
        refuse("remote-reference", path, sentence)
    if not constraint.right:
        refuse("missing-value", path, "The constraint has no rightOperand: write the value to compare with.")
    if len(constraint.right) > 1 and constraint.operator not in _SEVERAL:
        sentence = f"The operator {constraint.operator} compares with one value: use isAnyOf for several values."
        refuse("too-many-values", path, sentence)
    if constraint.unit and operand.sort != "number":
        refuse("bad-unit", path, f"Values of {constraint.left} have no unit: remove it.")
    _check_placement(constraint, operand, path, place, accept)
    return operand


def has_to_tell_apart(constraint: AtomicConstraint, place: Place) -> bool:
    """Return whether a comparison of terms lets somebody pass for being something else than its terms.

    Names that a permission asks for may be anybody's: they are equal to themselves. What a permission excludes, and
    what a prohibition or a duty spares, has to have a place in the taxonomy, as has a term whose parts count.

    >>> has_to_tell_apart(normal("odrl:spatial eq DE"), "permission")
    False
    >>> has_to_tell_apart(normal("odrl:spatial eq DE"), "prohibition")
    True
    """
    if constraint.operator in TREE:
        return True
    return (constraint.operator in {"neq", "isNoneOf"}) is (place == "permission")


def check_placed(constraint: Constraint, registry: Registry, path: str) -> None:
    """Check that the taxonomies contain every term of a constraint.

    Raises:
        PolicyError: a name without a place in its taxonomy: nobody can tell whether it stands for another term.

    >>> check_placed(normal("odrl:spatial eq DE"), registry, "permission/0")
    """
    for leaf in walk_leaves(constraint):
        operand = registry.operands[leaf.left]
        for name in find_unplaced(leaf.right, operand, registry):
            taxonomy = registry.taxonomies[operand.taxonomy]
            labels = {label.casefold(): iri for iri, term in taxonomy.terms.items() for label in (term.de, term.en)}
            nearest = _find_nearest(name, {**labels, **_shorten(taxonomy.canonical)})
            advice = f"the nearest is {nearest}" if nearest else "use a term of the taxonomy"
            refuse("unknown-term", path, f"The taxonomy {taxonomy.name} does not contain {name[:200]}: {advice}.")


def describe_form(operand: Operand, registry: Registry) -> str:
    """Return the advice how a value of an operand is written, with an example.

    >>> describe_form(registry.operands["http://www.w3.org/ns/odrl/2/dateTime"], registry)
    'write a time in the years 2 to 9999, such as 2026-01-31T12:00:00Z'
    """
    if operand.sort == "code":
        return f"write one of {', '.join(operand.values)}"
    if operand.sort == "number" and operand.units:
        units = ", ".join(unit for unit in operand.units if ":" not in unit)
        return f"write a number with a known unit ({units}), such as 5"
    if operand.sort == "taxonomy":
        return f"write a term of the taxonomy, such as {min(registry.taxonomies[operand.taxonomy].terms)}"
    return _FORMS[operand.sort]


def _check_operator(constraint: AtomicConstraint, operand: Operand, path: str) -> None:
    if constraint.operator in operand.operators:
        return
    allowed = ", ".join(sorted(operand.operators))
    if constraint.operator in OPERATORS:
        sentence = f"The operator {constraint.operator} is not allowed for {constraint.left}: use {allowed}."
        refuse("unfit-operator", path, sentence)
    if any(word in constraint.operator.casefold() for word in ("regex", "regexp", "match", "pattern", "like")):
        sentence = f"Patterns are not supported for {constraint.left}: use {allowed}."
        refuse("regular-expression", path, sentence)
    sentence = f"Unknown operator {constraint.operator[:100]} for {constraint.left}: use {allowed}."
    refuse("unknown-operator", path, sentence)


def _check_placement(
    constraint: AtomicConstraint, operand: Operand, path: str, place: Place, accept: frozenset[str]
) -> None:
    if operand.parameter and place in {"permission", "prohibition"}:
        sentence = f"The operand {constraint.left} is a parameter of duties: move it to the constraints of a duty."
        refuse("misplaced-parameter", path, sentence)
    if operand.per_record and place in {"duty", "manner"}:
        sentence = f"The operand {constraint.left} is decided for each record: move it to a permission or prohibition."
        refuse("misplaced-row-filter", path, sentence)
    if operand.tier not in accept and place != "manner":
        sentence = (
            f"Only the contract can enforce {constraint.left} ({operand.tier}): "
            "remove it, or ask the operator of this connector to accept this tier."
        )
        refuse("not-enforceable", path, sentence)


def _suggest(iri: str, known: Iterable[str], otherwise: str) -> str:
    nearest = _find_nearest(iri, _shorten(known))
    return f"the nearest is {nearest}" if nearest else f"use {otherwise}"


def _shorten(known: Iterable[str]) -> dict[str, str]:
    return {name.replace("#", "/").rsplit("/", 1)[-1].casefold(): name for name in known}


def _find_nearest(iri: str, names: Mapping[str, str]) -> str | None:
    wanted = iri[:200].replace("#", "/").replace(":", "/").rsplit("/", 1)[-1].casefold()
    close = get_close_matches(wanted[:60], names, n=1, cutoff=0.6)
    return names[close[0]] if close else None
