"""The engine over thousands of policies: a catalogue for one caller, running agreements when the clock strikes."""

import gc
import json
import time
from bisect import bisect_right
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from connector.controlplane.judging import visibility
from connector.controlplane.judging.facts import Situation
from connector.policy.compiling.compile import compile_policy
from connector.policy.deciding.decide import decide, is_shown
from connector.policy.model.decision import Decision, Verdict
from connector.policy.model.situation import Phase, Request, World
from connector.policy.reading.load import load
from tests.benchmarks.figures import Figure, figure
from tests.policy import generate, naive
from tests.policy.support import CITY, MOBILITY, TARGET, agreement, atom, facts, rule, shipped
from tests.support.plane import Desk

OFFERS, AGREEMENTS, ACCESS_POLICIES, SAMPLE = 10_000, 100_000, 7, 1_000
APRIL, JULY, OCTOBER = (datetime(2026, month, 1, tzinfo=UTC) for month in (4, 7, 10))
APRIL_TEXT, JULY_TEXT = "2026-04-01", "2026-07-01"
KNOWN: dict[str, Any] = {
    "purpose": ["dpv:ImproveTransportMobility"],
    "securityLevel": [3],
    "spatial": ["DE-BW"],
    "role": ["planner"],
}
CLAIMS = {name: tuple(str(value) for value in values) for name, values in KNOWN.items()}
TERMS = [
    atom("odrl:purpose", "isA", "dpv:PublicBenefit"),
    atom("odrl:spatial", "isPartOf", "DE"),
    atom("dk:role", "isAnyOf", ["planner"]),
]


def measure(base: Path) -> list[Figure]:
    """Return a catalogue of different offers, one with few access policies, and agreements after a clock event."""
    return [_catalog(), _shared(base), _running()]


def _spent(work: Callable[[], object]) -> float:
    """Return the seconds of processor time of the quickest of three rounds."""
    rounds = []
    for _ in range(3):
        begun = time.process_time()
        work()
        rounds.append(time.process_time() - begun)
    return min(rounds)


def _catalog() -> Figure:
    """Filter offers of four constraints each, compiled one by one, for one caller."""
    documents = []
    for number in range(OFFERS):
        level = atom("dk:securityLevel", "gteq", str(number % 5))
        document = {"@type": "Offer", "@id": f"urn:offer:{number}", "target": TARGET, "assigner": CITY}
        documents.append({**document, "permission": [rule(*TERMS, level)]})
    offers = [compile_policy(load(document), shipped()) for document in documents]
    request, world = Request("use", TARGET, MOBILITY, APRIL), World(facts=facts(KNOWN))
    spent = _spent(lambda: [is_shown(offer, request, world) for offer in offers])
    assert sum(is_shown(offer, request, world) for offer in offers) == OFFERS * 4 // 5
    case = generate.case(Random(1)) | {
        "at": APRIL,
        "action": "use",
        "target": TARGET,
        "assignee": MOBILITY,
        "phase": "catalogue",
        "facts": KNOWN | {"purpose": ["ImproveTransportMobility"]},
    }
    asked = [document | {"assignee": MOBILITY} for document in documents[:SAMPLE]]
    plain = _spent(lambda: [naive.decide(document, case) for document in asked]) * OFFERS / SAMPLE
    return figure(f"policy.catalog_{OFFERS}_ms", spent * 1000, "ms", plain * 1000)


def _shared(base: Path) -> Figure:
    """The product's catalogue: offers that share a few access policies, asked for one caller, against one by one."""
    rooms = Desk(base).rooms
    policies = [
        json.dumps(
            {
                "@type": "Offer",
                "@id": "urn:uuid:access",
                "permission": [rule(*TERMS, atom("dk:securityLevel", "gteq", str(number)))],
            }
        ).encode()
        for number in range(ACCESS_POLICIES)
    ]
    situation = Situation(participant=MOBILITY, claims=CLAIMS)

    def shown(*, at_once: bool) -> int:
        ask = visibility.build_situation_test(rooms.evaluator, situation)
        count = 0
        for number in range(OFFERS):
            if not at_once:
                ask = visibility.build_situation_test(rooms.evaluator, situation)
            count += ask(policies[number % ACCESS_POLICIES], f"urn:asset:{number}")
        return count

    assert shown(at_once=True) == shown(at_once=False) > OFFERS // 2
    spent = _spent(lambda: shown(at_once=True))
    return figure(f"policy.catalog_shared_{OFFERS}_ms", spent * 1000, "ms", _spent(lambda: shown(at_once=False)) * 1000)


def _running() -> Figure:
    """The clock strikes the quarter at which every agreement's decision ends: find them, decide each again, file it.

    Each agreement is compiled for itself, with six constraints. The connector keeps the ends in an indexed column of
    its store and sets one timer for each stream; here they stand in a sorted list.
    """
    model = load(
        agreement(
            rule(
                *TERMS,
                atom("dk:securityLevel", "gteq", "2"),
                {
                    "or": [
                        {"and": [atom("odrl:dateTime", "lt", APRIL_TEXT), atom("dk:role", "eq", "planner")]},
                        atom("odrl:dateTime", "lt", JULY_TEXT),
                    ]
                },
            )
        )
    )
    gc.disable()
    running = [
        compile_policy(msgspec.structs.replace(model, uid=f"urn:agreement:{number}"), shipped())
        for number in range(AGREEMENTS)
    ]
    gc.enable()
    gc.freeze()
    world = World(facts=facts(KNOWN), agreed_at=APRIL.replace(month=1))

    def judged(number: int, at: datetime) -> Decision:
        return decide(running[number], Request("use", TARGET, MOBILITY, at), world, Phase.ACCESS)

    before = APRIL.replace(month=3)
    ends = sorted((judged(number, before).valid_until or OCTOBER, number) for number in range(AGREEMENTS))

    def strike() -> list[tuple[datetime, int]]:
        due = bisect_right(ends, (APRIL, AGREEMENTS))
        decided = [(judged(number, APRIL), number) for _, number in ends[:due]]
        assert len(decided) == AGREEMENTS
        assert decided[0][0].verdict is Verdict.PERMIT
        return sorted([*ends[due:], *((found.valid_until or OCTOBER, number) for found, number in decided)])

    spent = _spent(strike)
    gc.unfreeze()
    return figure(f"policy.running_{AGREEMENTS}_s", spent, "s")
