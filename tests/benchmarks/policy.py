"""The policy engine on one core, against the naive interpreter on the same policies, requests and worlds."""

import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from connector.policy.analysis.contains import contains
from connector.policy.compile import compile_policy
from connector.policy.decide import decide, explain
from connector.policy.decision import Phase, Request, World
from connector.policy.load import load
from tests.benchmarks.figures import Figure, figure
from tests.policy import generate, naive
from tests.policy.support import CITY, MOBILITY, NOON, TARGET, agreement, atom, facts, rule, shipped
from tests.policy.test_differential import engine

SECONDS = 1.0
PURPOSE = atom("odrl:purpose", "isA", "dpv:ImproveTransportMobility")
KNOWN = {"purpose": ["dpv:ImproveTransportMobility"], "securityLevel": [3], "spatial": ["DE-BW"], "role": ["planner"]}


def measure(_: Path) -> list[Figure]:
    """Return decisions, explanations, a large policy, a catalogue and a containment."""
    document, case = _typical()
    compiled, request, world, phase = engine(document, case)
    asked = request(case["at"])
    assert decide(compiled, asked, world, phase).verdict.value == naive.decide(document, case) == "permit"
    plain = _rate(lambda: naive.decide(document, case), 1)
    decided = _rate(lambda: decide(compiled, asked, world, phase), 1)
    explained = _rate(lambda: explain(compiled, asked, world, phase), 1)
    return [
        figure("policy.decide_per_s", decided, "1/s", plain),
        figure("policy.explain_per_s", explained, "1/s", plain),
        _large(),
        _catalog(),
        _containment(),
    ]


def _typical() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return four constraints and a prohibition, and a request that they permit, in the naive interpreter's form."""
    constraints = [
        atom("odrl:purpose", "isA", "dpv:PublicBenefit"),
        atom("odrl:spatial", "isPartOf", "DE"),
        atom("dk:securityLevel", "gteq", "2"),
        atom("dk:role", "isAnyOf", ["planner"]),
    ]
    document = agreement(rule(*constraints), target="urn:a", assignee="urn:p")
    document["prohibition"] = [rule(atom("dk:securityLevel", "lt", "1"), action="odrl:distribute")]
    case = generate.case(Random(1)) | {
        "at": naive.START,
        "action": "use",
        "target": "urn:a",
        "assignee": "urn:p",
        "phase": "access",
        "facts": {"securityLevel": [3], "spatial": ["DE-BW"], "role": ["planner"]},
        "context": {"purpose": ["ImproveTransportMobility"]},
    }
    return document, case


def _rate(work: Callable[[], object], units: int) -> float:
    """Return units per second of processor time, over at least `SECONDS` of it."""
    rounds, begun = 0, time.process_time()
    while time.process_time() - begun < SECONDS:
        work()
        rounds += 1
    return rounds * units / (time.process_time() - begun)


def _request() -> tuple[Request, World]:
    return Request("use", TARGET, MOBILITY, NOON), World(facts=facts(KNOWN), agreed_at=NOON)


def _large() -> Figure:
    years = [
        {"and": [atom("odrl:dateTime", "gteq", f"{1800 + n}-01-01"), atom("odrl:dateTime", "lt", f"{1801 + n}-01-01")]}
        for n in range(393)
    ]
    policy = compile_policy(load(agreement(rule({"or": years}, PURPOSE))), shipped())
    request, world = _request()
    per_s = _rate(lambda: decide(policy, request, world, Phase.ACCESS), 1)
    return figure("policy.large_decide_us", 1e6 / per_s, "µs")


def _catalog() -> Figure:
    """Filter 10,000 offers of four constraints each for one caller."""
    offers = []
    for number in range(10_000):
        level = atom("dk:securityLevel", "gteq", str(number % 5))
        terms = rule(PURPOSE, level, atom("odrl:spatial", "isPartOf", "DE"), atom("dk:role", "isAnyOf", ["planner"]))
        document = {"@type": "Offer", "@id": f"urn:offer:{number}", "target": TARGET, "assigner": CITY}
        offers.append(compile_policy(load({**document, "permission": [terms]}), shipped()))
    request, world = _request()
    per_s = _rate(lambda: [decide(offer, request, world, Phase.CATALOGUE) for offer in offers], 1)
    return figure("policy.catalog_10000_ms", 1000 / per_s, "ms")


def _containment() -> Figure:
    offer = compile_policy(load(agreement(rule(PURPOSE, atom("dk:securityLevel", "gteq", "2")))), shipped())
    level = atom("dk:securityLevel", "gteq", "3")
    asked = compile_policy(load(agreement(rule(PURPOSE, level, atom("odrl:spatial", "isPartOf", "DE")))), shipped())
    per_s = _rate(lambda: contains(offer, asked), 1)
    return figure("policy.contains_ms", 1000 / per_s, "ms")
