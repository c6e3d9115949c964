"""Constraints on names as regions: codes, IRIs, texts, flags, taxonomies and events.

Pure: standard library and msgspec only.
"""

from connector.policy.analysis.space.dimension import SIDES, Dimension, Regions, drop_empty, intersect_all
from connector.policy.analysis.space.regions import (
    NameSet,
    Region,
    SetConditions,
)
from connector.policy.model.policy import ODRL, AtomicConstraint
from connector.policy.model.values import Flag, Iri, Text, Value
from connector.policy.vocabulary.registry import Operand, Registry

YES, NO = NameSet(frozenset({"yes"})), NameSet(frozenset({"no"}))


EITHER = NameSet(YES.members | NO.members)
"""Nominal propositions that are never Unknown."""


_STATES = ("before", "during", "after")
_NEGATED = frozenset({"neq", "isNoneOf"})


def to_name(value: Value) -> str | None:
    """Return a value as a member of a `NameSet`; None if its sort has no names.

    >>> to_name(Flag(True)), to_name(Iri("urn:a"))
    ('true', 'urn:a')
    """
    match value:
        case Iri(iri=iri):
            return iri
        case Text(text=text, language=language):
            return f"{text}@{language}"
        case Flag(on=on):
            return "true" if on else "false"
        case _:
            return None


def read_names(constraint: AtomicConstraint, operand: Operand) -> Dimension | None:
    """Read a comparison with codes, IRIs, texts or flags; None if a value has no name.

    >>> found = normal("dk:participant eq urn:a")
    >>> sorted(read_names(found, registry.operands[found.left]).true[0].members)
    ['urn:a']
    """
    names = [to_name(value) for value in constraint.right]
    wanted = frozenset(name for name in names if name is not None)
    if len(names) != sum(name is not None for name in names):
        return None
    top: Region | None = None
    if operand.code:
        top = NameSet(frozenset(operand.values))
    elif operand.sort == "flag":
        top = NameSet(frozenset({"true", "false"}), missing=True)
    if constraint.operator in SIDES:
        return _read_ranks(constraint.operator, operand, names[0] or "", top)
    true, false = _read_membership(constraint.operator, wanted, several=operand.multiple)
    if top is not None:
        true, false = intersect_all((top,), true), intersect_all((top,), false)
    return Dimension(operand.iri, true, false, top)


def _read_ranks(operator: str, operand: Operand, name: str, top: Region | None) -> Dimension | None:
    if name not in operand.values or operand.multiple:
        return None
    before, side = SIDES[operator]
    place = operand.values.index(name) + side
    low, high = NameSet(frozenset(operand.values[:place])), NameSet(frozenset(operand.values[place:]))
    return Dimension(operand.iri, drop_empty(low if before else high), drop_empty(high if before else low), top)


def _read_membership(operator: str, wanted: frozenset[str], *, several: bool) -> tuple[Regions, Regions]:
    """Return the regions in which eq, neq, isAnyOf, isNoneOf and isAllOf are True and False."""
    inside, outside = NameSet(wanted), NameSet(wanted, True)
    true: Regions
    false: Regions
    if not several:
        if operator == "isAllOf" and len(wanted) > 1:
            return (), (NameSet(outside=True),)
        true, false = (inside,), (outside,)
    elif operator == "isAllOf":
        each = [NameSet(frozenset({name})) for name in sorted(wanted)]
        return (SetConditions(meets=tuple(each)),), tuple(SetConditions(one) for one in each)
    else:
        true, false = (SetConditions(meets=(inside,)),), (SetConditions(inside),)
    return (false, true) if operator in _NEGATED else (true, false)


def read_tree(constraint: AtomicConstraint, operand: Operand, registry: Registry) -> Dimension | None:
    """Read a comparison with terms of a taxonomy; None if the taxonomy does not contain a term that has to be placed.

    A name that the taxonomy does not contain is only equal to itself, and different from no other name for certain.

    >>> found = normal("odrl:spatial isPartOf DE")
    >>> "DE-BW" in read_tree(found, registry.operands[found.left], registry).true[0].members
    True
    """
    taxonomy = registry.taxonomies[operand.taxonomy]
    terms = frozenset(value.iri for value in constraint.right if isinstance(value, Iri))
    hits = terms
    if constraint.operator in {"isA", "isPartOf", "hasPart"}:
        reach = taxonomy.above if constraint.operator == "hasPart" else taxonomy.below
        if not terms <= reach.keys():
            return None
        hits = frozenset[str]().union(*(reach[term] for term in terms))
    known = frozenset(taxonomy.terms)
    # What is looked for: one of several names, or each of them.
    sought = [frozenset({term}) for term in sorted(terms)] if constraint.operator == "isAllOf" else [hits]
    others = [known - names if names <= known else frozenset[str]() for names in sought]
    scale = f"{taxonomy.name} {taxonomy.version}"
    true: Regions
    false: Regions
    if operand.multiple:
        true = (SetConditions(meets=tuple(map(NameSet, sought)), scale=scale),)
        false = tuple(SetConditions(NameSet(names, True), scale=scale) for names in others)
    else:
        true = (NameSet(hits, scale=scale),) if len(sought) == 1 else ()
        false = drop_empty(*(NameSet(names, scale=scale) for names in others))
    true, false = (false, true) if constraint.operator in _NEGATED else (true, false)
    return Dimension(operand.iri, true, false)


def read_event(constraint: AtomicConstraint, operand: Operand) -> Dimension | None:
    """Read a comparison with events; None if an order is compared with several events.

    >>> found = normal("odrl:event lt urn:fair")
    >>> sorted(read_event(found, registry.operands[found.left]).false[0].members)
    ['after', 'during']
    """
    names = frozenset(value.iri for value in constraint.right if isinstance(value, Iri))
    operator = constraint.operator
    if ODRL + "policyUsage" in names:
        # It is going on whenever a request is decided.
        during = operator in {"eq", "isAnyOf", "lteq", "gteq"}
        return Dimension(f"{operand.iri}|usage", (YES,) if during else (), () if during else (YES,), YES)
    if operator not in SIDES:
        true, false = _read_membership(operator, names, several=True)
        return Dimension(operand.iri, true, false)
    if len(names) != 1:
        return None
    held = {"lt": _STATES[:1], "lteq": _STATES[:2], "gt": _STATES[2:], "gteq": _STATES[1:]}[operator]
    inside, outside = NameSet(frozenset(held)), NameSet(frozenset(_STATES) - frozenset(held))
    return Dimension(f"{operand.iri}|{min(names)}", (inside,), (outside,), NameSet(frozenset(_STATES), missing=True))
