"""Random policies, requests and worlds: the engine says what the naive interpreter says, and keeps its promises."""

import os
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any, TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from connector.policy.compiling.compile import compile_policy
from connector.policy.compiling.compiled import Compiled
from connector.policy.deciding.decide import decide, explain, is_shown
from connector.policy.model.decision import DutyMode, Verdict
from connector.policy.model.errors import PolicyError
from connector.policy.model.situation import Performance, Phase, Request, World
from connector.policy.reading.load import load
from tests.policy import generate, naive
from tests.policy.support import agreement, facts, rule, shipped

Engine: TypeAlias = tuple[Compiled, Callable[[datetime], Request], World, Phase]
# One example is a batch of cases from one seed; the nightly run asks for thousands of batches.
BATCHES = settings(max_examples=int(os.environ.get("DATENKONTOR_BATCHES", "25")), deadline=None)
SEEDS = st.integers(0, 2**40)
BATCH = 20


def engine(document: dict[str, Any], case: dict[str, Any]) -> Engine:
    mode = DutyMode.NOT_VIOLATED if case["lenient"] else DutyMode.PRECONDITION
    compiled = compile_policy(load(document), shipped(), duty_mode=mode)
    purpose = {name: ["dpv:" + value for value in values] for name, values in case["context"].items()}
    world = World(
        facts=facts(case["facts"]),
        part_of={member: frozenset(collections) for member, collections in case["part_of"].items()},
        performed={uid: Performance(*times) for uid, times in case["performed"].items()},
        agreed_at=case["agreed_at"],
    )

    def request(at: datetime) -> Request:
        return Request(case["action"], case["target"], case["assignee"], at, facts(purpose))

    return compiled, request, world, Phase(case["phase"])


@BATCHES
@given(SEEDS)
def test_the_engine_decides_like_the_naive_interpreter(seed: int) -> None:
    rng = Random(seed)
    for _ in range(BATCH):
        document, case = generate.document(rng), generate.case(rng)
        compiled, request, world, phase = engine(document, case)
        decision = decide(compiled, request(case["at"]), world, phase)
        assert decision.verdict.value == naive.decide(document, case), (document, case)
        assert explain(compiled, request(case["at"]), world, phase).decision == decision
        if phase is Phase.ACCESS:
            assert decision.verdict is not Verdict.DEFERRED
            assert decision.deferred == ()


@BATCHES
@given(SEEDS)
def test_a_policy_that_excludes_what_nobody_can_place_is_refused_and_no_other(seed: int) -> None:
    rng = Random(seed)
    for _ in range(BATCH):
        document = generate.drawn(rng)
        try:
            compile_policy(load(document), shipped())
            code = ""
        except PolicyError as refused:
            code = refused.code
        assert code == ("unknown-term" if naive.is_vague(document) else ""), document


@BATCHES
@given(SEEDS)
def test_a_catalogue_shows_what_its_phase_does_not_deny(seed: int) -> None:
    rng = Random(seed)
    for _ in range(BATCH):
        document, case = generate.document(rng), generate.case(rng) | {"phase": "catalogue"}
        compiled, request, world, _phase = engine(document, case)
        assert is_shown(compiled, request(case["at"]), world) is (naive.decide(document, case) != "deny")


@BATCHES
@given(SEEDS)
def test_a_choice_among_many_names_is_what_the_naive_interpreter_says(seed: int) -> None:
    rng = Random(seed)
    for _ in range(BATCH):
        document, case = agreement(rule(generate.choice(rng)), target="urn:a", assignee="urn:p"), generate.case(rng)
        case |= {"action": "use", "target": "urn:a", "assignee": "urn:p", "phase": rng.choice(["access", "catalogue"])}
        compiled, request, world, phase = engine(document, case)
        assert decide(compiled, request(case["at"]), world, phase).verdict.value == naive.decide(document, case)


@BATCHES
@given(SEEDS)
def test_a_decision_holds_until_its_valid_until(seed: int) -> None:
    rng = Random(seed)
    for _ in range(BATCH):
        document, case = generate.document(rng), generate.case(rng)
        compiled, request, world, phase = engine(document, case)
        decision = decide(compiled, request(case["at"]), world, phase)
        end = decision.valid_until or case["at"] + timedelta(days=10)
        assert end > case["at"]
        microseconds = (end - case["at"]) // timedelta(microseconds=1)
        for ahead in (microseconds - 1, rng.randrange(microseconds)):
            later = case | {"at": case["at"] + timedelta(microseconds=ahead)}
            assert naive.decide(document, later) == decision.verdict.value, (document, case, ahead)


@BATCHES
@given(SEEDS)
def test_a_fact_taken_away_never_turns_a_denial_at_access_into_a_permit(seed: int) -> None:
    rng = Random(seed)
    for _ in range(BATCH):
        document, case = generate.document(rng), generate.case(rng) | {"phase": "access"}
        names = sorted(case["facts"])
        kept = {name: case["facts"][name] for name in names if name != rng.choice(names)}
        compiled, request, world, phase = engine(document, case | {"facts": kept})
        if decide(compiled, request(case["at"]), world, phase).verdict is Verdict.PERMIT:
            whole = engine(document, case)[2]
            assert decide(compiled, request(case["at"]), whole, phase).verdict is Verdict.PERMIT, (document, case)


def test_the_generated_cases_reach_every_kind_of_answer() -> None:
    rng = Random(5)
    seen: Counter[str] = Counter()
    for _ in range(600):
        case = generate.case(rng)
        compiled, request, world, phase = engine(generate.document(rng), case)
        decision = decide(compiled, request(case["at"]), world, phase)
        seen[f"{decision.verdict.value} {decision.reasons[0].code}"] += 1
    for answer, least in {
        "permit permitted": 60,
        "deferred permitted": 20,
        "deny constraint-false": 60,
        "deny constraint-unknown": 5,
        "deny duty-not-performed": 5,
        "deny prohibited": 30,
        "deny conflict": 10,
        "deny no-rule-matches": 60,
    }.items():
        assert seen[answer] >= least, seen
