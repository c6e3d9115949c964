"""From the model to the document that travels: every ODRL term prefixed or as full IRI, arrays, typed value objects.

DSP 2025-1 contract schema if it suffices; the rest as ODRL JSON-LD. `load(dump(policy))` is the policy again, but
for its notes. Pure: standard library only.
"""

from collections.abc import Sequence

from connector.policy.model.literals import XSD, to_lexical
from connector.policy.model.policy import (
    ODRL,
    Action,
    AtomicConstraint,
    Constraint,
    Duty,
    Party,
    Permission,
    Policy,
    Prohibition,
    Rule,
    Target,
)
from connector.policy.model.values import Text, Value


def dump(policy: Policy) -> dict[str, object]:
    """Write a policy as a JSON object.

    Parameters:
        policy: as loaded, or in normal form.

    >>> dump(load(document()))["permission"]
    [{'action': 'use'}]
    """
    document: dict[str, object] = {}
    if policy.prefixes:
        document["@context"] = dict(policy.prefixes)
    document["@type"] = policy.kind
    document["@id"] = policy.uid
    if policy.profiles:
        document["profile"] = list(policy.profiles)
    if policy.conflict:
        document["conflict"] = policy.conflict
    if policy.inherit_from:
        document["inheritFrom"] = list(policy.inherit_from)
    if policy.replaced_by:
        document["http://purl.org/dc/terms/isReplacedBy"] = policy.replaced_by
    if policy.timestamp is not None:
        document["timestamp"] = policy.timestamp.isoformat().replace("+00:00", "Z")
    document.update(policy.about)
    document.update(_common(policy))
    document.update(_members(policy))
    return document


def _members(policy: Policy) -> dict[str, object]:
    found: dict[str, object] = {}
    if policy.permission:
        found["permission"] = [_rule(rule) for rule in policy.permission]
    if policy.prohibition:
        found["prohibition"] = [_rule(rule) for rule in policy.prohibition]
    if policy.obligation:
        found["obligation"] = [_rule(rule) for rule in policy.obligation]
    return found


def _rule(rule: Rule) -> dict[str, object]:
    found: dict[str, object] = {"@id": rule.uid} if rule.uid else {}
    found.update(_common(rule))
    if rule.constraint:
        found["constraint"] = [_constraint(constraint) for constraint in rule.constraint]
    match rule:
        case Permission(duty=duties) if duties:
            found["duty"] = [_rule(duty) for duty in duties]
        case Prohibition(remedy=duties) if duties:
            found["remedy"] = [_rule(duty) for duty in duties]
        case Duty(consequence=duties) if duties:
            found["consequence"] = [_rule(duty) for duty in duties]
    return found


def _common(owner: Policy | Rule) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, entries in (
        ("action", [_action(action) for action in owner.action]),
        ("target", [_named(asset, "AssetCollection") for asset in owner.target]),
        ("assigner", [_named(party, "PartyCollection") for party in owner.assigner]),
        ("assignee", [_named(party, "PartyCollection") for party in owner.assignee]),
    ):
        if entries:
            found[name] = _alone(entries)
    for entry in owner.functions:
        parties = found.setdefault("odrl:" + entry.function.removeprefix(ODRL), [])
        assert isinstance(parties, list)
        parties.append(_named(entry.party, "PartyCollection"))
    return found


def _alone(entries: Sequence[object]) -> object:
    return entries[0] if len(entries) == 1 else list(entries)


def _short(iri: str) -> str:
    if iri == ODRL + "use":
        return "use"
    return "odrl:" + iri.removeprefix(ODRL) if iri.startswith(ODRL) else iri


def _action(action: Action) -> object:
    if not action.refinement:
        return _short(action.iri)
    return {
        "rdf:value": {"@id": _short(action.iri)},
        "refinement": [_constraint(constraint) for constraint in action.refinement],
    }


def _named(named: Target | Party, collection: str) -> object:
    if not named.refinement and not named.collection:
        return named.uid
    found: dict[str, object] = {"@type": collection, "source": named.uid} if named.collection else {"@id": named.uid}
    if named.refinement:
        found["refinement"] = [_constraint(constraint) for constraint in named.refinement]
    return found


def _constraint(constraint: Constraint) -> dict[str, object]:
    found: dict[str, object] = {"@id": constraint.uid} if constraint.uid else {}
    if not isinstance(constraint, AtomicConstraint):
        found[constraint.operand] = [_constraint(child) for child in constraint.constraints]
        return found
    found["leftOperand"] = _short(constraint.left)
    found["operator"] = constraint.operator
    if constraint.right:
        found["rightOperand"] = _alone([_value(value, constraint.data_type) for value in constraint.right])
    if constraint.reference:
        found["rightOperandReference"] = constraint.reference
    units = {getattr(value, "unit", "") for value in constraint.right} - {""}
    unit = constraint.unit or next(iter(units), "")
    if unit:
        found["unit"] = unit
    if constraint.data_type:
        found["dataType"] = constraint.data_type
    return found


def _value(value: Value, data_type: str) -> object:
    text, datatype = to_lexical(value)
    if isinstance(value, Text):
        if value.language:
            return {"@value": text, "@language": value.language}
        return {"@value": text, "@type": "xsd:string"} if data_type else text
    if datatype == "@id":
        return {"@id": text}
    return {"@value": text, "@type": "xsd:" + datatype.removeprefix(XSD)}
