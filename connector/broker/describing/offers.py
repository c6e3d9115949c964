"""The offers of a Dataset as ODRL in RDF: the whole policy, or its identifier alone, never a part of its rules.

ODRL Information Model 2.2; ODRL Vocabulary 2.2. Policies are read by the engine, which knows every term or refuses, so
that nothing of a policy is lost on the way. Pure.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from connector.broker.describing.subject import Subject
from connector.broker.reading.members import MemberMap, find_values
from connector.broker.reading.namespaces import DCT, ODRL, RDFS
from connector.language.catalogue import say_in_all
from connector.policy.model.dump import dump
from connector.policy.model.errors import PolicyError
from connector.policy.reading.load import load
from connector.protocol.dsp.errors import clean
from connector.semantic.statements import (
    RDF,
    TYPE,
    XSD,
    BlankTerm,
    IriTerm,
    LiteralTerm,
    RdfNode,
    RdfTerm,
    Statement,
    is_iri,
    make_text,
)

MOST_OFFERS = 16
MOST_STATEMENTS = 500
_TEXT_LENGTH = 1000

# The rules of a policy and their parts: each is a node without a name.
_PARTS = frozenset(
    {
        *("permission", "prohibition", "obligation", "duty", "remedy", "consequence", "constraint", "refinement"),
        *("and", "or", "xone"),
    }
)
_CLASSES = {
    "permission": "Permission",
    "prohibition": "Prohibition",
    "constraint": "Constraint",
    "refinement": "Constraint",
} | dict.fromkeys(("obligation", "duty", "remedy", "consequence"), "Duty")
_WORDS = frozenset({"action", "leftOperand", "operator", "conflict"})
_NAMED = frozenset({"target", "assigner", "assignee", "profile", "inheritFrom", "unit", "dataType"})
_ORDERED = "andSequence"


class _Unsayable(Exception):
    """A policy that these statements cannot contain whole."""


def describe_offers(subject: Subject, about: RdfNode, dataset: MemberMap) -> Iterator[Statement]:
    """Yield the statements about the first offers of a dataset.

    An offer is a node without a name that states its identifier: the identifier may be another provider's.
    """
    for number, offer in enumerate(find_values(dataset, "hasPolicy", MOST_OFFERS)):
        if isinstance(offer, dict):
            node = subject.make_blank(f"offer{number}")
            yield Statement(about, ODRL + "hasPolicy", node)
            yield Statement(node, TYPE, IriTerm(ODRL + "Offer"))
            yield Statement(node, TYPE, IriTerm(ODRL + "Policy"))
            identifier = offer.get("@id")
            if isinstance(identifier, str):
                yield Statement(node, DCT + "identifier", LiteralTerm(clean(identifier, _TEXT_LENGTH)))
            yield from _describe_rules(node, offer)


def _describe_rules(node: BlankTerm, offer: dict[str, Any]) -> Iterator[Statement]:
    try:
        said = _bound(_walk(node, {name: value for name, value in dump(load(offer)).items() if name[:1] != "@"}))
    except (PolicyError, _Unsayable):
        for language, text in say_in_all("catalog.terms-elsewhere").items():
            yield Statement(node, RDFS + "comment", make_text(text, language))
    else:
        yield from said


def _bound(statements: Iterator[Statement]) -> list[Statement]:
    said = list(islice(statements, MOST_STATEMENTS + 1))
    if len(said) > MOST_STATEMENTS:
        raise _Unsayable
    return said


def _walk(node: BlankTerm, members: dict[str, Any]) -> Iterator[Statement]:
    """Yield the statements about a policy or a part of it."""
    for name, value in members.items():
        values = value if isinstance(value, list) else [value]
        if name == _ORDERED:
            yield from _describe_list(node, values)
            continue
        for number, entry in enumerate(values):
            part = BlankTerm(f"{node.label}x{name.partition(':')[2] or name}{number}")
            if isinstance(entry, dict) and "@value" not in entry and set(entry) != {"@id"}:
                yield from _describe_part(node, name, part, entry)
            else:
                yield Statement(node, _to_predicate(name), _to_term(name, entry))


def _describe_part(node: BlankTerm, name: str, part: BlankTerm, entry: dict[str, Any]) -> Iterator[Statement]:
    if name not in _PARTS | {"action"}:
        raise _Unsayable
    yield Statement(node, _to_predicate(name), part)
    kind = "LogicalConstraint" if _ORDERED in entry or {"and", "or", "xone"} & set(entry) else _CLASSES.get(name)
    if kind:
        yield Statement(part, TYPE, IriTerm(ODRL + kind))
    yield from _walk(part, {key: value for key, value in entry.items() if key != "@id"})


def _describe_list(node: BlankTerm, values: list[Any]) -> Iterator[Statement]:
    """Yield constraints in their order, as an RDF collection."""
    cells = [BlankTerm(f"{node.label}xcell{number}") for number in range(len(values))]
    yield Statement(node, ODRL + _ORDERED, cells[0])
    for number, (cell, value) in enumerate(zip(cells, values, strict=True)):
        following = cells[number + 1] if number + 1 < len(cells) else IriTerm(RDF + "nil")
        yield from _describe_part(cell, "constraint", BlankTerm(f"{cell.label}xfirst"), value)
        yield Statement(cell, RDF + "first", BlankTerm(f"{cell.label}xfirst"))
        yield Statement(cell, RDF + "rest", following)


def _to_predicate(name: str) -> str:
    if name == "rdf:value":
        return RDF + "value"
    local = name.removeprefix("odrl:")
    iri = local if ":" in local else ODRL + local
    if not is_iri(iri):
        raise _Unsayable
    return iri


def _to_term(name: str, value: Any) -> RdfTerm:
    """Return the value of a member: a word of ODRL, something named, or a literal."""
    if isinstance(value, dict):
        if "@id" in value:
            return _to_named(value["@id"])
        text, kind = _keep(str(value["@value"])), str(value.get("@type", ""))
        datatype = XSD + kind.removeprefix("xsd:") if kind.startswith("xsd:") else ""
        return LiteralTerm(text, datatype=datatype) if datatype else make_text(text, str(value.get("@language", "")))
    text = str(value)
    if name in _WORDS:
        return _to_named(text if ":" in text else f"odrl:{text}")
    if name in _NAMED or name.startswith("odrl:"):
        return _to_named(text)
    return LiteralTerm(_keep(text))


def _keep(text: str) -> str:
    """Return a text of a policy, unless it would have to be cut or cleaned."""
    if clean(text, _TEXT_LENGTH) != text:
        raise _Unsayable
    return text


def _to_named(text: str) -> RdfTerm:
    iri = ODRL + text.removeprefix("odrl:") if text.startswith("odrl:") else text
    return IriTerm(iri) if is_iri(iri) else LiteralTerm(_keep(text))
