"""Policies that are refused, and templates filled in well and badly, for the page of what is said (`refused.md`).

Written anew with `python -m tests.policy.refusals`, to be read by a person before it is committed.
"""

import json
from pathlib import Path
from typing import Any

from connector.policy.compiling.compile import compile_policy
from connector.policy.model.errors import PolicyError
from connector.policy.model.policy import DK
from connector.policy.reading import templates
from connector.policy.reading.document import DocumentLimits
from connector.policy.reading.load import load
from tests.policy.support import ROOT, agreement, atom, rule, shipped

PAGE = Path(__file__).with_name("refused.md")
COUNT = atom("odrl:count", "lteq", "5")
DUTY = {"@id": "urn:duty", "action": "odrl:inform"}


def context(meaning: object) -> dict[str, Any]:
    return agreement(rule()) | {"@context": meaning}


def when(*constraints: object, **more: Any) -> dict[str, Any]:
    return agreement(rule(*constraints, **more))


def nested(depth: int) -> object:
    found: object = COUNT
    for _ in range(depth):
        found = {"and": [found]}
    return found


DOCUMENTS: dict[str, object] = {
    "no text": b"{\xff",
    "no number": b'{"@id": NaN}',
    "an array": b"[]",
    "a member twice": b'{"@id": "urn:1", "@id": "urn:1"}',
    "half a character": b'{"@id": "\\ud800"}',
    "deep brackets": b"[" * 100_000,
    "a name that is no text": {5: "x"},
    "a value of Python": agreement(rule(target={1, 2})),
    "a long number": when(atom("odrl:count", "eq", 10**100)),
    "a long text": agreement(rule(), target="x" * 8_001),
    "many values": when(atom("dk:role", "isAnyOf", ["x"] * 1_001)),
    "too many values": when(atom("dk:role", "isAnyOf", ["x"] * 20_001)),
    "deep constraints": when(nested(30)),
    "a circle": when({"@id": "urn:knot", "and": [{"@id": "urn:knot"}]}),
    "two names": agreement(rule(), uid="urn:other"),
    "an empty name": agreement(rule(), target=""),
    "a number for a name": agreement(rule(), **{"@id": 7}),
    "a number for an action": agreement(rule(action=7)),
    "a time that is null": agreement(rule(), **{"dct:issued": None}) | {"timestamp": None},
    "a duty of the policy": agreement(rule(), duty=[DUTY]),
    "a year of five digits": when(atom("odrl:dateTime", "lt", "10000-01-01T00:00:00Z")),
    "a time of another form": when(atom("odrl:dateTime", "lt", "20270101T000000Z")),
    "a number for a place": when(atom("odrl:spatial", "isPartOf", 7)),
    "no syntax": b'{"@id": }',
    "no name": agreement(rule()) | {"@id": None},
    "no rule": agreement(),
    "a ticket": agreement(rule()) | {"@type": "Ticket"},
    "an offer that is an agreement": agreement(rule()) | {"@type": ["Offer", "Agreement"]},
    "a thing": agreement(rule()) | {"@type": "Thing"},
    "an odd conflict": agreement(rule(), conflict="none"),
    "an odd time": agreement(rule(), timestamp="yesterday"),
    "an unknown member": agreement(rule(hasPolicy="urn:x")),
    "a member in two spellings": agreement(rule(**{"odrl:action": "use"})),
    "a rule elsewhere": agreement("urn:rule"),
    "a rule of another kind": agreement(rule(**{"@type": "Prohibition"})),
    "a collection without a source": agreement(rule(target={"@type": "AssetCollection"})),
    "a constraint that is none": when(5),
    "half a constraint": when({"leftOperand": "odrl:count"}),
    "a constraint elsewhere": when("urn:constraint"),
    "a value in a value": when(atom("odrl:count", "eq", {"@value": {}})),
    "a value with more": when(atom("odrl:count", "eq", {"@value": "1", "unit": "x"})),
    "a value that is a list": when(atom("odrl:count", "eq", [[1]])),
    "a value of no known type": when(atom("odrl:count", "eq", {"@value": "1", "@type": "xsd:gYear"})),
    "a date of the wrong form": when(atom("odrl:dateTime", "eq", {"@value": "1.1.2026", "@type": "xsd:date"})),
    "a context that is a number": context(5),
    "a term that is a number": context({"x": 5}),
    "a context that redefines": context({"permission": "urn:x"}),
    "a prefix that is redefined": context({"odrl": "urn:x:"}),
    "a large context": context({f"t{number}": "urn:x" for number in range(201)}),
    "a bare name under a foreign context": when(atom("count", "lteq", "5"))
    | {"@context": "https://theirs.example/c.jsonld"},
    "an unknown profile": agreement(rule(), profile="urn:profile"),
    "two who offer": agreement(rule(), rule(assigner="urn:other")) | {"@type": "Offer"},
    "two rules of one name": agreement(rule(**{"@id": "urn:r"}), rule(COUNT, **{"@id": "urn:r"})),
    "nobody agrees": {name: value for name, value in agreement(rule()).items() if name != "assignee"},
    "no action": agreement({"constraint": [COUNT]}),
    "no target": {name: value for name, value in agreement(rule()).items() if name != "target"},
    "a duty of two kinds": agreement(rule(duty=[DUTY]), obligation=[{**DUTY, "action": "odrl:delete"}]),
    "a remedy with a consequence": agreement(
        rule(), prohibition=[rule(action="odrl:print", remedy=[{**DUTY, "consequence": [DUTY]}])]
    ),
    "a consequence with a consequence": agreement(
        rule(duty=[{**DUTY, "consequence": [{"action": "odrl:delete", "consequence": [{"action": "odrl:inform"}]}]}])
    ),
    "a deprecated action without successor": agreement(rule(action="odrl:lease")),
    "a slip in an action": agreement(rule(action="odrl:distribut")),
    "an action of nobody": agreement(rule(action="urn:x")),
    "a slip in an operand": when(atom("odrl:purposes", "eq", "x")),
    "a slip in an operand of ours": when(atom("dk:rolle", "eq", "x")),
    "an operand of nobody": when(atom("urn:zzzz", "eq", "x")),
    "an operator that does not fit": when(atom("odrl:purpose", "lt", "x")),
    "an operator of nobody": when(atom("odrl:purpose", "about", "x")),
    "a pattern": when(atom("dk:role", "matchesRegex", "(a+)+")),
    "values to be fetched": when({**COUNT, "rightOperand": None, "rightOperandReference": "https://peer.example/v"}),
    "no value": when({"leftOperand": "odrl:count", "operator": "eq"}),
    "two values": when(atom("odrl:count", "lteq", ["1", "2"])),
    "a unit of a name": when(atom("dk:role", "eq", "x", unit="GB")),
    "an unknown unit": when(atom("dk:volume", "lteq", "1", unit="parsec")),
    "a word for a number": when(atom("odrl:count", "lteq", "five")),
    "an excluded term that nobody placed": when(atom("odrl:spatial", "neq", "Deutschland")),
    "a term that nobody placed": when(atom("odrl:purpose", "isA", "dpv:Fun")),
    "nothing to choose from": when({"or": []}),
    "the same twice": when({"or": [COUNT, COUNT]}),
    "a parameter as a condition": when(atom("dk:logLevel", "eq", "onAllow")),
    "records in a duty": agreement(
        rule(), obligation=[{**DUTY, "constraint": [atom("dk:recordRegion", "isPartOf", "DE")]}]
    ),
    "a parameter in a choice": agreement(
        rule(), obligation=[{**DUTY, "constraint": [{"or": [atom("dk:notice", "eq", "x"), COUNT]}]}]
    ),
    "what only the contract holds": when(atom("odrl:industry", "eq", "urn:water")),
    "what only their connector holds": when(atom("dk:storageRegion", "isPartOf", "EU")),
    "records or a request": when({"or": [atom("dk:recordRegion", "isPartOf", "DE"), COUNT]}),
    "a refined office": agreement(rule(informedParty={"@id": "urn:office", "refinement": [COUNT]})),
    "a parent elsewhere": agreement(rule(), inheritFrom=["urn:parent"]),
    "more than a thousand rules": agreement(
        rule(target=[f"urn:{number}" for number in range(40)], assignee=[f"urn:{number}" for number in range(40)])
    ),
}
FILLS: list[tuple[str, dict[str, Any]]] = [
    ("downloads", {}),
    ("downloads", {"downloads": "7"}),
    ("downloads", {"downloads": 7}),
    ("downloads", {"downloads": "0"}),
    ("downloads", {"downloads": "1.5"}),
    ("downloads", {"downloads": "many"}),
    ("downloads", {"downloads": True}),
    ("downloads", {"downloads": "99999999999"}),
    ("downloads", {"download": "7"}),
    ("open-data", {"x": "7"}),
    ("emergency-services", {}),
    ("emergency-services", {"roles": ["fire-brigade", "rescue"]}),
    ("emergency-services", {"roles": "rescue"}),
    ("emergency-services", {"roles": []}),
    ("emergency-services", {"roles": "a\nb"}),
]


def refusal(document: object, limits: DocumentLimits | None = None) -> str:
    """What is said about a document: code, place and sentence."""
    try:
        policy = load(document, limits=limits) if limits else load(document)  # type: ignore[arg-type]  # on purpose
        compile_policy(policy, shipped())
    except PolicyError as error:
        return f"{error.code} ({error.path}): {error.sentence}"
    return "accepted"


def render() -> str:
    """Return the page."""
    lines = [
        "# What is said about policies that are refused",
        "",
        "Made by `refusals.py`. Read it before it is committed.",
        "",
    ]
    lines += [f"- {name}: {refusal(document)}" for name, document in DOCUMENTS.items()]
    small = DocumentLimits(size=300, depth=4, nodes=14, rules=2)
    sized = {
        "bytes": json.dumps(agreement(rule(COUNT))).encode(),
        "characters": agreement(rule(), target="x" * 400),
        "depth": {"@id": [[[[[]]]]]},
        "values": {"@id": list("abcdefghijklmnop")},
        "rules": {"@type": "Set", "@id": "urn:s", "permission": [{"action": "use"}] * 3},
    }
    lines += [f"- over the limit of {name}: {refusal(document, small)}" for name, document in sized.items()]
    lines += ["", "## Templates", ""]
    for name, given in FILLS:
        template = templates.parse((ROOT / "policies/templates" / f"{name}.toml").read_text(encoding="utf-8"))
        try:
            told = json.dumps(templates.fill(template, given), ensure_ascii=False)
        except PolicyError as error:
            told = f"{error.code} ({error.path}): {error.sentence}"
        lines.append(f"- {name} {json.dumps(given)}: {told}")
    assert DK in "".join(lines)
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
