"""Policies nobody here wrote: the examples of the protocol, and the two that the engine's design was explained with."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from connector.policy.compiling.compile import compile_policy
from connector.policy.deciding.decide import explain
from connector.policy.model.decision import Verdict
from connector.policy.model.dump import dump
from connector.policy.model.errors import PolicyError
from connector.policy.model.policy import DK, ODRL
from connector.policy.model.situation import Performance, Phase, Request, World
from connector.policy.reading.load import load
from connector.policy.vocabulary.registry import Operand, Profile, Registry, build
from tests.policy.support import NOON, facts, shipped
from tests.support.data import data_folder

THEIRS = "https://test.com/profile"


def with_theirs() -> Registry:
    """The shipped registry and what the examples of the protocol presume."""
    ours = shipped()
    rows = tuple({operand.iri: operand for operand in ours.operands.values()}.values())
    theirs = tuple(
        Operand(iri=name, sort="name", source="credential", trust="verified", de=name, en=name)
        for name in ("partner", "constraint1", "constraint2")
    )
    profiles = (
        *ours.profiles.values(),
        Profile(THEIRS, "prohibit"),
        Profile("https://example.org/city-odrl/1", "prohibit"),
    )
    return build((*rows, *theirs), tuple(ours.entries.values()), profiles, tuple(ours.taxonomies.values()))


def policies(document: Any) -> list[dict[str, Any]]:
    """Every offer and agreement anywhere in a message."""
    found = []
    if isinstance(document, dict):
        if document.get("@type") in {"Offer", "Agreement"}:
            found.append(document)
        for member in document.values():
            found.extend(policies(member))
    if isinstance(document, list):
        for member in document:
            found.extend(policies(member))
    return found


@pytest.mark.parametrize("chapter", ["negotiation", "catalog"])
def test_every_policy_of_the_protocols_examples_loads_is_explained_and_written_back(chapter: str) -> None:
    folder: Path = data_folder("standards", "dsp-2025-1-err1", chapter, "example")
    seen = 0
    for path in sorted(folder.glob("*.json")):
        for document in policies(json.loads(path.read_text(encoding="utf-8"))):
            policy = load(document)
            written = dump(policy)
            assert load(written) == msgspec.structs.replace(policy, notes=())
            compiled = compile_policy(policy, with_theirs(), conflict="prohibit")
            target = policy.target[0].uid if policy.target else "urn:any"
            party = policy.assignee[0].uid if policy.assignee else "urn:anyone"
            asked = Request("use", target, party, NOON, {})
            answer = explain(compiled, asked, World(facts=facts({"partner": "silver"})), Phase.NEGOTIATION)
            assert len(answer.rules) == len(policy.permission) + len(policy.prohibition)
            assert answer.decision.reasons
            seen += 1
    assert seen == {"negotiation": 6, "catalog": 2}[chapter]


def test_the_fullest_example_is_decided_permission_by_permission() -> None:
    path = (
        data_folder("standards", "dsp-2025-1-err1", "negotiation", "example") / "contract-agreement-message-full.json"
    )
    policy = load(json.loads(path.read_text(encoding="utf-8"))["agreement"])
    with pytest.raises(PolicyError) as caught:
        compile_policy(policy, shipped())
    assert caught.value.code == "unknown-profile"
    compiled = compile_policy(policy, with_theirs())
    asked = Request("use", policy.target[0].uid, policy.assignee[0].uid, NOON)
    answer = explain(compiled, asked, World(facts=facts({"partner": "silver"})), Phase.ACCESS)
    # Expired; gold and silver; gold or silver; gold; one after the other; exactly one; (…) or silver.
    assert [rule.applies for rule in answer.rules] == [False, False, True, False, False, True, True]


CITY_AGREEMENT: dict[str, Any] = {
    "@type": "Agreement",
    "@id": "urn:uuid:2f1c",
    "target": "urn:city:asset:counts",
    "assigner": "did:web:city.example",
    "assignee": "did:web:mobility.example",
    "timestamp": "2026-01-10T09:00:00Z",
    "profile": ["https://example.org/city-odrl/1"],
    "permission": [
        {
            "action": "use",
            "constraint": [
                {
                    "and": [
                        {
                            "leftOperand": "odrl:purpose",
                            "operator": "isA",
                            "rightOperand": "https://w3id.org/dpv#ImproveTransportMobility",
                        },
                        {
                            "leftOperand": "odrl:dateTime",
                            "operator": "lt",
                            "rightOperand": {"@value": "2027-01-01T00:00:00Z", "@type": "xsd:dateTime"},
                        },
                        {"leftOperand": "odrl:spatial", "operator": "isPartOf", "rightOperand": "FR"},
                        {"leftOperand": "odrl:count", "operator": "lteq", "rightOperand": "100"},
                    ]
                }
            ],
        }
    ],
    "prohibition": [{"action": "odrl:distribute"}],
    "obligation": [
        {
            "action": "odrl:delete",
            "constraint": [
                {
                    "leftOperand": "odrl:dateTime",
                    "operator": "lteq",
                    "rightOperand": {"@value": "2027-01-31T00:00:00Z", "@type": "xsd:dateTime"},
                }
            ],
        },
        {
            "action": "odrl:inform",
            "constraint": [{"leftOperand": "odrl:event", "operator": "eq", "rightOperand": "odrl:policyUsage"}],
        },
    ],
}
CITY_OFFER: dict[str, Any] = {
    "@context": {"c": DK},
    "@type": "Offer",
    "@id": "urn:uuid:77aa",
    "profile": ["https://example.org/city-odrl/1"],
    "permission": [
        {
            "action": "use",
            "constraint": [
                {"leftOperand": "c:role", "operator": "isAnyOf", "rightOperand": ["traffic-planner", "emergency"]},
                {"leftOperand": "c:securityLevel", "operator": "gteq", "rightOperand": "2"},
                {
                    "leftOperand": "c:consentStatus",
                    "operator": "isAnyOf",
                    "rightOperand": ["dpv:ConsentGiven", "dpv:RenewedConsentGiven"],
                },
                {
                    "or": [
                        {
                            "leftOperand": "odrl:elapsedTime",
                            "operator": "lteq",
                            "rightOperand": {"@value": "P30D", "@type": "xsd:duration"},
                        },
                        {"leftOperand": "odrl:event", "operator": "eq", "rightOperand": "c:emergency"},
                    ]
                },
            ],
        }
    ],
    "obligation": [
        {"action": "c:pseudonymise"},
        {
            "action": "c:log",
            "constraint": [{"leftOperand": "c:logLevel", "operator": "eq", "rightOperand": "onAllow"}],
        },
    ],
}


@pytest.mark.parametrize("document", [CITY_AGREEMENT, CITY_OFFER])
def test_the_policies_of_the_design_are_written_back_as_they_were_read(document: dict[str, Any]) -> None:
    policy = load(document)
    assert load(json.dumps(dump(policy)).encode()) == policy


def test_the_agreement_of_the_design_grants_a_hundred_uses_for_its_purpose_and_no_passing_on() -> None:
    compiled = compile_policy(load(CITY_AGREEMENT), with_theirs())
    context = facts({"purpose": "dpv:ImproveTransportMobility"})
    world = World(facts=facts({"spatial": "FR", "count:permission/0": 99}))

    def ask(action: str, state: World = world) -> Any:
        asked = Request(action, "urn:city:asset:counts", "did:web:mobility.example", NOON, context)
        return explain(compiled, asked, state, Phase.ACCESS).decision

    granted = ask("use")
    assert granted.verdict is Verdict.PERMIT
    assert [task.action for task in granted.duties] == [ODRL + "delete", ODRL + "inform"]
    assert granted.counters[0].limit == 100
    assert ask("odrl:distribute").verdict is Verdict.DENY
    assert ask("use", World(facts=facts({"spatial": "DE", "count:permission/0": 1}))).verdict is Verdict.DENY
    informed = World(facts=world.facts, performed={"obligation/1": Performance(fulfilled_at=NOON.replace(hour=11))})
    assert len(ask("use", informed).duties) == 1


def test_the_agreement_of_the_design_is_void_where_nobody_fixes_that_prohibitions_win() -> None:
    bare = {name: member for name, member in CITY_AGREEMENT.items() if name != "profile"}
    assert compile_policy(load(bare), with_theirs()).void is not None


def test_the_offer_of_the_design_is_shown_with_what_is_checked_later() -> None:
    compiled = compile_policy(load(CITY_OFFER), with_theirs())
    asked = Request("use", "urn:any", "urn:anyone", NOON)
    able = World(
        facts=facts({"role": ["emergency"], "securityLevel": 2}),
        transforms=frozenset({"pseudonymise"}),
        row_filters=True,
    )
    decision = explain(compiled, asked, able, Phase.NEGOTIATION).decision
    assert decision.verdict is Verdict.DEFERRED
    assert [reason.operand for reason in decision.deferred] == [""]
    assert [transform.name for transform in decision.transforms] == ["pseudonymise"]
    assert decision.row_filter is not None
    assert [task.action for task in decision.duties] == [DK + "log"]
    assert decision.duties[0].parameters
