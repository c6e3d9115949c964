"""Slips of the pen in a policy: amounts that nobody can pay, and names that are most likely no names.

Names of purposes and places are free, because two parties may agree on one of their own. Pure: standard library only.
"""

import re
from collections.abc import Iterator, Mapping

from connector.policy.analysis.findings import Finding
from connector.policy.analysis.space.cells import StepBudget
from connector.policy.analysis.space.dnf import Reader
from connector.policy.compiling.compiled import Compiled, CompiledRule, list_duties
from connector.policy.model.constraints import walk_leaves
from connector.policy.model.literals import to_lexical
from connector.policy.model.policy import ODRL, AtomicConstraint, Constraint, Duty
from connector.policy.model.values import Number
from connector.policy.vocabulary.registry import Registry
from connector.policy.vocabulary.sorts import find_unplaced
from connector.policy.vocabulary.taxonomy import Taxonomy

_AMOUNT = ODRL + "payAmount"
_CLASS = re.compile(
    r"https?://(?:xmlns\.com/foaf/0\.1|www\.w3\.org/ns/(?:auth/acl|prov|org)#?|www\.w3\.org/2006/vcard/ns|schema\.org)"
    r"[/#]?(?:Authenticated)?(?:Agent|Person|Group|Organi[sz]ation|Audience)"
)
"""The classes that catalogues and access control write for everybody (FOAF, PROV, WAC, vCard, schema.org)."""
_LISTED = re.compile(r"[,;|\[\]{}()\"\s]")
"""Signs of a list that was written as one name."""
_PLACE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+|[A-Z]{2,3}[A-Z0-9]{0,3}(-[A-Z0-9]{1,8})*", re.ASCII)
"""An IRI, or a code as ISO 3166 and NUTS have them."""


def find_unpayable(policy: Compiled) -> Iterator[Finding]:
    """Yield the amounts that no payment can meet: payments are above zero.

    A permission may ask whether anything was paid (`gt 0`), a prohibition whether nothing was.

    >>> [finding.detail for finding in find_unpayable(compiled("odrl:payAmount eq -5"))]
    ['-5']
    """
    for rule in (*policy.permissions, *policy.prohibitions):
        free = {"gt", "neq", "isNoneOf"} if rule.kind == "permission" else policy.registry.operands[_AMOUNT].operators
        for leaf in _list_leaves(rule):
            yield from _check_amount(leaf, rule.uid, is_zero_allowed=leaf.operator in free)
    for duty in list_duties(policy):
        for leaf in _list_duty_leaves(duty.duty):
            yield from _check_amount(leaf, duty.duty.uid, is_zero_allowed=False)


def _check_amount(leaf: AtomicConstraint, rule: str, *, is_zero_allowed: bool) -> Iterator[Finding]:
    amounts = [value for value in leaf.right if isinstance(value, Number)] if leaf.left == _AMOUNT else []
    for value in amounts:
        if value.amount < 0 or (value.amount == 0 and not is_zero_allowed):
            yield Finding("unpayable", rule, operands=(_AMOUNT,), detail=to_lexical(value)[0])


def find_contradicting_amounts(policy: Compiled, budget: StepBudget) -> Iterator[Finding]:
    """Yield the duties whose amounts no payment meets together, such as at least 5 and at most 3.

    Raises:
        GaveUp: there are too few steps.

    >>> pay = {"action": "odrl:compensate", "constraint": [constraint("odrl:payAmount eq 5")] * 2}
    >>> list(find_contradicting_amounts(compiled(duty=[pay]), StepBudget()))
    []
    """
    reader = Reader(policy.registry, opaque=frozenset(), tops={}, budget=budget)
    for duty in list_duties(policy):
        amounts = [
            entry
            for entry in _list_duty_constraints(duty.duty)
            if all(leaf.left == _AMOUNT for leaf in walk_leaves(entry))
        ]
        if amounts and not reader.every(amounts):
            yield Finding("unpayable-together", duty.duty.uid, operands=(_AMOUNT,))


def find_odd_parties(policy: Compiled) -> Iterator[Finding]:
    """Yield the parties that stand for many whom no connector knows: classes, and collections without a condition.

    >>> list(find_odd_parties(compiled()))
    []
    """
    for rule in (*policy.permissions, *policy.prohibitions):
        for party in rule.rule.assignee:
            if _CLASS.fullmatch(party.uid) or (party.collection and not party.refinement):
                yield Finding("odd-party", rule.uid, operands=("assignee",), detail=party.uid[:100])


def find_odd_names(policy: Compiled) -> Iterator[Finding]:
    """Yield the names outside their vocabulary that look like a list or like no place, with the nearest term.

    >>> [finding.detail for finding in find_odd_names(compiled("odrl:spatial eq Deutschland"))]
    ['Deutschland → DE']
    """
    registry = policy.registry
    for rule in (*policy.permissions, *policy.prohibitions):
        for leaf in _list_leaves(rule):
            yield from _check_names(leaf, rule.uid, registry)
    for duty in list_duties(policy):
        for leaf in _list_duty_leaves(duty.duty):
            yield from _check_names(leaf, duty.duty.uid, registry)


def _check_names(leaf: AtomicConstraint, rule: str, registry: Registry) -> Iterator[Finding]:
    operand = registry.operands[leaf.left]
    for name in find_unplaced(leaf.right, operand, registry):
        if operand.taxonomy == "region" and not _PLACE.fullmatch(name):
            near = _label(registry.taxonomies[operand.taxonomy]).get(name.casefold())
            shown = f"{name[:100]} → {near}" if near else name[:100]
            yield Finding("odd-place", rule, operands=(operand.iri,), detail=shown)
        elif _LISTED.search(name):
            yield Finding("odd-name", rule, operands=(operand.iri,), detail=name[:100])


def _label(taxonomy: Taxonomy) -> Mapping[str, str]:
    """Return the terms by their names in each spelling and language, without case."""
    labels = {label.casefold(): iri for iri, term in taxonomy.terms.items() for label in (term.de, term.en)}
    return labels | {name.casefold(): iri for name, iri in taxonomy.canonical.items()}


def _list_leaves(rule: CompiledRule) -> Iterator[AtomicConstraint]:
    for check in rule.ordered:
        yield from walk_leaves(check.constraint)
    for row in rule.rows:
        yield from walk_leaves(row)


def _list_duty_leaves(duty: Duty) -> Iterator[AtomicConstraint]:
    for constraint in _list_duty_constraints(duty):
        yield from walk_leaves(constraint)


def _list_duty_constraints(duty: Duty) -> tuple[Constraint, ...]:
    return (*duty.constraint, *(entry for action in duty.action for entry in action.refinement))
