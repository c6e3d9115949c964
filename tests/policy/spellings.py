"""One policy in many spellings that mean the same, as people and their tools write them."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from connector.controlplane.judging.policy_input import from_turtle
from connector.policy.model.policy import DK, ODRL
from connector.semantic.expand import expand

Json = dict[str, Any]

XSD = "http://www.w3.org/2001/XMLSchema#"
PURPOSE = "https://w3id.org/dpv#ImproveTransportMobility"
END = {"@value": "2099-12-31Z", "@type": "xsd:date"}
TARGET, ASSIGNER = "urn:x:asset", "urn:x:city"
PLAIN: Json = {
    "@type": "Offer",
    "@id": "urn:x:o",
    "assigner": ASSIGNER,
    "target": TARGET,
    "permission": [
        {
            "action": "use",
            "constraint": [
                {"leftOperand": "odrl:purpose", "operator": "isA", "rightOperand": PURPOSE},
                {"leftOperand": "odrl:dateTime", "operator": "lteq", "rightOperand": END},
                {"leftOperand": "odrl:count", "operator": "lteq", "rightOperand": "5"},
            ],
        }
    ],
    "prohibition": [{"action": "odrl:distribute"}],
    "obligation": [{"action": "odrl:attribute"}],
}
"""The form in which the policy travels, with the frame of a draft."""
WORDS = {"@type", "@id", "assigner", "target", "permission", "prohibition", "obligation", "action", "constraint"} | {
    "leftOperand",
    "operator",
    "rightOperand",
}
CONTEXT: Json = {
    "odrl": ODRL,
    "xsd": XSD,
    "action": {"@id": "odrl:action", "@type": "@vocab"},
    "leftOperand": {"@id": "odrl:leftOperand", "@type": "@vocab"},
    "operator": {"@id": "odrl:operator", "@type": "@vocab"},
    "target": {"@id": "odrl:target", "@type": "@id"},
    "assigner": {"@id": "odrl:assigner", "@type": "@id"},
    "@vocab": ODRL,
}


def _map(value: Any, change: Callable[[str, Any], tuple[str, Any]]) -> Any:
    """Change every member of a document, the inner ones first."""
    if isinstance(value, list):
        return [_map(entry, change) for entry in value]
    if not isinstance(value, dict):
        return value
    return dict(change(name, _map(entry, change)) for name, entry in value.items())


def _members(wanted: set[str], write: Callable[[Any], Any]) -> Json:
    changed: Json = _map(PLAIN, lambda name, entry: (name, write(entry) if name in wanted else entry))
    return changed


def _keys(write: Callable[[str], str]) -> Json:
    renamed: Json = _map(PLAIN, lambda name, entry: (name if name.startswith("@") else write(name), entry))
    return renamed


def _values(**given: Any) -> Json:
    changed = json.loads(json.dumps(PLAIN))
    for constraint in changed["permission"][0]["constraint"]:
        name = constraint["leftOperand"].removeprefix("odrl:")
        if name in given:
            constraint["rightOperand"] = given[name]
    return dict(changed)


def _without(*names: str, **more: Any) -> Json:
    return {name: entry for name, entry in PLAIN.items() if name not in names} | more


def _in_rules(**more: Any) -> Json:
    rules = {name: [{**rule, **more} for rule in PLAIN[name]] for name in ("permission", "prohibition")}
    return _without("assigner", "target") | rules


def _refined() -> Json:
    (rule,) = PLAIN["permission"]
    action = {"rdf:value": {"@id": "odrl:use"}, "refinement": rule["constraint"][2]}
    return PLAIN | {"permission": [{"action": action, "constraint": rule["constraint"][:2]}]}


def _referred() -> Json:
    (rule,) = PLAIN["permission"]
    first, *others = rule["constraint"]
    again = {"@id": "urn:c:1", **first}
    return PLAIN | {
        "permission": [{**rule, "constraint": [again, *others]}],
        "prohibition": [{"action": {"@id": "odrl:distribute"}}],
    }


TURTLE = f"""
@prefix odrl: <{ODRL}> . @prefix xsd: <{XSD}> .
<urn:x:o> a odrl:Offer ; odrl:uid <urn:x:o> ; odrl:assigner <{ASSIGNER}> ; odrl:target <{TARGET}> ;
  odrl:permission [ a odrl:Permission ; odrl:action odrl:use ; odrl:constraint
    [ odrl:leftOperand odrl:purpose ; odrl:operator odrl:isA ; odrl:rightOperand <{PURPOSE}> ] ,
    [ odrl:leftOperand odrl:dateTime ; odrl:operator odrl:lteq ; odrl:rightOperand "2099-12-31Z"^^xsd:date ] ,
    [ odrl:leftOperand odrl:count ; odrl:operator odrl:lteq ; odrl:rightOperand 5 ] ] ;
  odrl:prohibition [ odrl:action odrl:distribute ] ; odrl:obligation [ odrl:action odrl:attribute ] .
"""


def _write_triples() -> str:
    from rdflib import Graph

    return str(Graph().parse(data=TURTLE, format="turtle").serialize(format="nt"))


def spell_for(policy: Json, target: str, assigner: str) -> Json:
    """Return a spelling about another dataset of another participant."""
    written: Json = json.loads(json.dumps(policy).replace(TARGET, target).replace(ASSIGNER, assigner))
    return written


def list_spellings() -> Iterator[tuple[str, Json]]:
    """Yield the spellings in JSON, each with its name."""
    yield "as it travels", PLAIN
    yield (
        "one for a list of one",
        _members(
            {"permission", "prohibition", "obligation"}, lambda entry: entry[0] if isinstance(entry, list) else entry
        ),
    )
    yield "an action as a node", _members({"action"}, lambda name: {"@id": name})
    yield "an action in a list", _members({"action"}, lambda name: [name])
    yield "an action as the value of a node", _members({"action"}, lambda name: [{"rdf:value": {"@id": name}}])
    yield "an action with a uid", _members({"action"}, lambda name: {"uid": f"odrl:{name.removeprefix('odrl:')}"})
    yield "a limit as a refinement of the action", _refined()
    yield (
        "operands as nodes",
        _members({"leftOperand", "operator"}, lambda name: {"@id": name if ":" in name else f"odrl:{name}"}),
    )
    yield "bare core names", _members({"leftOperand", "action"}, lambda name: name.removeprefix("odrl:"))
    yield "a number", _values(count=5)
    yield "a number with a point", _values(count=5.0)
    yield "a typed number", _values(count={"@value": "5", "@type": "xsd:integer"})
    yield "a typed number by its full type", _values(count={"@value": "5.0", "@type": XSD + "decimal"})
    yield "a day as text", _values(dateTime="2099-12-31Z")
    yield "a day in a list", _values(dateTime=[{"@value": "2099-12-31Z", "@type": XSD + "date"}])
    yield "a purpose by its prefix", _values(purpose="dpv:ImproveTransportMobility")
    yield "a purpose as a node", _values(purpose={"@id": "dpv:ImproveTransportMobility"})
    yield "a set without a target", _without("target", "assigner", "@id") | {"@type": "Set"}
    yield "a uid", _without("@id", uid="urn:x:o")
    yield "a prefixed uid", _without("@id") | {"odrl:uid": "urn:x:o"}
    yield "the target in the rules", _in_rules(target=TARGET, assigner=ASSIGNER)
    yield "the target as a node in the rules", _in_rules(target={"@type": "Asset", "uid": TARGET})
    yield "prefixed members", _keys(lambda name: f"odrl:{name}") | {"@context": {"odrl": ODRL}}
    yield "full members", _keys(lambda name: ODRL + name)
    yield "a prefix of its own", _keys(lambda name: f"o:{name}") | {"@context": {"o": ODRL}}
    yield "containers", _members({"permission", "prohibition", "obligation"}, lambda rules: {"@set": rules})
    yield "a vocabulary", PLAIN | {"@context": {"@vocab": ODRL, "@version": 1.1}}
    yield "terms of the standard", PLAIN | {"@context": [CONTEXT]}
    yield "a graph", {"@context": CONTEXT, "@graph": [PLAIN]}
    yield "the context of the standard", PLAIN | {"@context": "http://www.w3.org/ns/odrl.jsonld"}
    yield (
        "the alias of the standard",
        _without("@type", "@id")
        | {
            "@context": "http://www.w3.org/ns/odrl.jsonld",
            "type": "Offer",
            "uid": "urn:x:o",
        },
    )
    yield "expanded", expand({**PLAIN, "@context": CONTEXT})
    yield "identified constraints", _referred()
    yield "our own prefix beside", PLAIN | {"@context": {"dk": DK, "odrl": ODRL}}


def list_graphs() -> Iterator[tuple[str, Json]]:
    """Yield the spellings in RDF, as they are read from their files; they have no order of constraints."""
    yield "Turtle", from_turtle(TURTLE.encode())
    yield "Turtle with a byte order mark", from_turtle(b"\xef\xbb\xbf" + TURTLE.encode())
    yield "N-Triples", from_turtle(_write_triples().encode())
