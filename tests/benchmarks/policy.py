"""The policy engine on one core, against the naive interpreter on the same policies, requests and worlds.

All figures are processor time, so that other work on the machine does not count. What it does to thousands of policies
at once is in `many`.
"""

import json
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from connector.policy.analysis.contains import contains
from connector.policy.compiling.compile import compile_policy
from connector.policy.compiling.compiled import Compiled
from connector.policy.deciding.decide import decide, explain
from connector.policy.model.policy import ODRL
from connector.policy.model.situation import Phase, Request, World
from connector.policy.reading.load import load
from connector.semantic.expand import expand
from tests.benchmarks import many
from tests.benchmarks.figures import Figure, figure
from tests.policy import generate, naive
from tests.policy.deciding.test_differential import engine
from tests.policy.support import NOON, agreement, atom, facts, rule, shipped

SECONDS = 1.0
PURPOSE = atom("odrl:purpose", "isA", "dpv:ImproveTransportMobility")
KNOWN = {"purpose": ["dpv:ImproveTransportMobility"], "securityLevel": [3], "spatial": ["DE-BW"], "role": ["planner"]}


def measure(base: Path) -> list[Figure]:
    """Return decisions, explanations, a large policy, compiling, containment, a catalogue and running agreements."""
    document, case = _typical()
    compiled, request, world, phase = engine(document, case)
    asked = request(case["at"])
    assert decide(compiled, asked, world, phase).verdict.value == naive.decide(document, case) == "permit"
    plain = _rate(lambda: naive.decide(document, case))
    decided = _rate(lambda: decide(compiled, asked, world, phase))
    explained = _rate(lambda: explain(compiled, asked, world, phase))
    return [
        figure("policy.decide_per_s", decided, "1/s", plain),
        figure("policy.explain_per_s", explained, "1/s", plain),
        *_large(),
        *_compiling(document),
        _containment(),
        *many.measure(base),
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


def _rate(work: Callable[[], object]) -> float:
    """Return how often a second of processor time is enough for the work, over at least `SECONDS` of it."""
    rounds, begun = 0, time.process_time()
    while time.process_time() - begun < SECONDS:
        work()
        rounds += 1
    return rounds / (time.process_time() - begun)


def _large() -> list[Figure]:
    """787 constraints: the one of 393 years that today is in; and the worst case, where no alternative holds.

    The alternatives of the worst case compare a number, so that neither the time nor a name picks one of them.
    """
    found = []
    for name, policy, document, verdict in (
        ("large", *_one_of(1800, "odrl:dateTime", "-01-01"), "permit"),
        ("large_worst", *_one_of(1000, "dk:securityLevel", ""), "deny"),
    ):
        found += _asked(name, policy, document, verdict)
    return found


def _asked(name: str, policy: Compiled, document: dict[str, Any], verdict: str) -> list[Figure]:
    request, world = Request("use", "urn:a", "urn:p", NOON), World(facts=facts(KNOWN), agreed_at=NOON)
    case = _typical()[1] | {"at": NOON}
    assert decide(policy, request, world, Phase.ACCESS).verdict.value == naive.decide(document, case) == verdict
    plain = 1e6 / _rate(lambda: naive.decide(document, case))
    decided = 1e6 / _rate(lambda: decide(policy, request, world, Phase.ACCESS))
    explained = 1e6 / _rate(lambda: explain(policy, request, world, Phase.ACCESS))
    return [
        figure(f"policy.{name}_decide_us", decided, "µs", plain),
        figure(f"policy.explain_{name}_us", explained, "µs", plain),
    ]


def _one_of(first: int, operand: str, unit: str) -> tuple[Compiled, dict[str, Any]]:
    span = [(f"{n}{unit}", f"{n + 1}{unit}") for n in range(first, first + 393)]
    choice = {"or": [{"and": [atom(operand, "gteq", low), atom(operand, "lt", high)]} for low, high in span]}
    document = agreement(rule(choice, PURPOSE), target="urn:a", assignee="urn:p")
    return compile_policy(load(document), shipped()), document


def _compiling(document: dict[str, Any]) -> list[Figure]:
    """A typical policy from the model, from its bytes, and from JSON-LD under a context that renames every term."""
    policy = load(document)
    written = json.dumps(document).encode()
    renamed = _renamed(document)
    assert load(expand(renamed)).permission[0].constraint == policy.permission[0].constraint
    from_model = _rate(lambda: compile_policy(policy, shipped()))
    from_bytes = _rate(lambda: compile_policy(load(written), shipped()))
    foreign = _rate(lambda: compile_policy(load(expand(renamed)), shipped()))
    return [
        figure("policy.compile_us", 1e6 / from_model, "µs"),
        figure("policy.compile_from_bytes_us", 1e6 / from_bytes, "µs"),
        figure("policy.compile_foreign_ms", 1e3 / foreign, "ms", 1e3 / from_bytes),
    ]


def _renamed(document: dict[str, Any]) -> dict[str, Any]:
    """Return the policy as somebody may write it who calls the members of ODRL by other names."""
    members = {
        "permission": "allows",
        "prohibition": "forbids",
        "constraint": "if",
        "action": "does",
        "leftOperand": "what",
        "operator": "how",
        "rightOperand": "than",
    }
    names = {"action", "leftOperand", "operator"}

    def rename(value: Any) -> Any:
        if isinstance(value, list):
            return [rename(entry) for entry in value]
        if not isinstance(value, dict):
            return value
        return {members.get(key, key): _full(entry) if key in names else rename(entry) for key, entry in value.items()}

    terms = {
        mine: {"@id": ODRL + theirs, "@type": "@id"} if theirs in names else ODRL + theirs
        for theirs, mine in members.items()
    }
    parties = {name: {"@id": ODRL + name, "@type": "@id"} for name in ("target", "assigner", "assignee")}
    context = {"dk": "https://w3id.org/datenkontor/policy/1#", "Agreement": ODRL + "Agreement", **terms, **parties}
    renamed: dict[str, Any] = rename({key: value for key, value in document.items() if key != "@context"})
    return {"@context": context, **renamed}


def _full(name: str) -> str:
    return name if ":" in name and not name.startswith("odrl:") else ODRL + name.removeprefix("odrl:")


def _containment() -> Figure:
    offer = compile_policy(load(agreement(rule(PURPOSE, atom("dk:securityLevel", "gteq", "2")))), shipped())
    level = atom("dk:securityLevel", "gteq", "3")
    asked = compile_policy(load(agreement(rule(PURPOSE, level, atom("odrl:spatial", "isPartOf", "DE")))), shipped())
    return figure("policy.contains_ms", 1000 / _rate(lambda: contains(offer, asked)), "ms")
