"""Verdicts against a solver and against the evaluator at sampled points: Unknown is allowed, wrong is not."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.policy.analysis.contains import contains
from connector.policy.analysis.findings import Containment, Example, Meeting
from connector.policy.analysis.meet import meet
from connector.policy.analysis.overlap import is_satisfiable, overlap
from connector.policy.analysis.proving.evaluate import grant_example
from connector.policy.analysis.space.amounts import EPOCH, to_microseconds
from connector.policy.compiling.compiled import Compiled
from connector.policy.model.literals import find_start, parse_day, parse_instant
from connector.policy.model.policy import ODRL
from connector.policy.model.situation import Request, World
from connector.policy.model.values import Iri, Number, Value
from tests.policy.analysis import generate
from tests.policy.analysis.generate import Choose
from tests.policy.support import shipped

CONTAINMENT = {Containment.CONTAINED: False, Containment.NOT_CONTAINED: True}
MEETING = {Meeting.DISJOINT: False, Meeting.OVERLAP: True}
EDGES = [
    *(to_microseconds(find_start(parse_day(text))) for text in generate.DAYS),  # type: ignore[arg-type]  # they are days
    *(to_microseconds(parse_instant(text).at) for text in generate.INSTANTS),  # type: ignore[union-attr]
]


def check_with_solver(seed: int, pairs: int, points: int = 0) -> Counter[str]:
    """Ask both about many pairs, and the evaluator at points of each; returns how often each verdict was given."""
    oracle_module = pytest.importorskip("tests.policy.analysis.oracle")
    oracle = oracle_module.Oracle()
    random = Random(seed)
    tally: Counter[str] = Counter()
    while tally["pairs"] < pairs:
        found = generate.pair(random.choice)
        if found is None:
            continue
        tally["pairs"] += 1
        offer, request = found
        offered, wanted = oracle_module.grants(offer), oracle_module.grants(request)
        beyond = oracle.possible(wanted, oracle_module.z3.Not(offered))
        verdict = contains(offer, request).verdict
        assert CONTAINMENT.get(verdict, beyond) is beyond, (offer.policy, request.policy)
        common = overlap(offer, request).verdict
        shared = oracle.possible(wanted, offered)
        assert MEETING.get(common, shared) is shared, (offer.policy, request.policy)
        usable = is_satisfiable(request)
        assert usable is None or usable is oracle.possible(wanted), request.policy
        for _ in range(points):
            check_at(point(random.choice), offer, request, (verdict, common, usable))
        tally.update([verdict.name, f"meeting {common.name}", f"usable {usable}"])
    return tally


def test_no_verdict_contradicts_the_solver_and_few_are_unknown() -> None:
    tally = check_with_solver(seed=1, pairs=60)
    assert tally[Containment.CONTAINED.name] > 10
    assert tally[Containment.NOT_CONTAINED.name] > 10
    assert tally["meeting DISJOINT"] > 10
    assert tally["UNKNOWN"] < 0.3 * tally["pairs"]


def test_the_analysis_decides_and_shows_by_example_no_less_than_it_did() -> None:
    """What stays Unknown is safe and useless: of these pairs no more may."""
    random = Random(11)
    tally: Counter[str] = Counter()
    while tally["pairs"] < 250:
        found = generate.pair(random.choice)
        if found is None:
            continue
        held, common, usable = contains(*found), overlap(*found), is_satisfiable(found[1])
        shown = [answer.verdict.name for answer in (held, common) if answer.example is not None]
        tally.update(["pairs", held.verdict.name, f"meeting {common.verdict.name}", f"usable {usable}"])
        tally.update(f"example of {name}" for name in shown)
        tally.update(finding.code for finding in (*held.reasons, *common.reasons))
        tally.update([f"meet {type(meet(*found, uid='urn:meet')).__name__}"])
    least = {
        "CONTAINED": 124,
        "NOT_CONTAINED": 95,
        "example of NOT_CONTAINED": 95,
        "meeting DISJOINT": 84,
        "meeting OVERLAP": 131,
        "example of OVERLAP": 131,
        "usable True": 182,
        "usable False": 36,
        "meet Policy": 146,
        "meet NoneType": 84,
        "beyond-offer": 83,
        "nothing-in-common": 74,
        "prohibited": 20,
        "nothing-granted": 13,
    }
    assert {name: tally[name] for name in least if tally[name] < least[name]} == {}


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(100))
def test_no_verdict_of_many_contradicts_the_solver_or_the_evaluator(seed: int) -> None:
    # A night that goes on where it stopped, in several processes: `python -m tests.policy.analysis.night`.
    tally = check_with_solver(seed, pairs=1_000, points=10)
    assert tally["UNKNOWN"] < 0.3 * tally["pairs"]


def point(choose: Choose) -> Example:
    """A situation at or beside the values that the policies name; any fact may be missing."""
    registry = shipped()

    def some(values: list[Value], most: int = 1) -> tuple[Value, ...] | None:
        if choose([True, False, False, False]):
            return None
        return tuple(dict.fromkeys(choose(values) for _ in range(choose(range(most + 1)) if most > 1 else 1)))

    def terms(names: list[str], taxonomy: str) -> list[Value]:
        canonical = registry.taxonomies[taxonomy].canonical
        return [*(Iri(canonical[name]) for name in names), Iri("urn:elsewhere")]

    facts = {
        "purpose": some(terms([*generate.PURPOSES, "dpv:ServiceProvision"], "purpose")),
        "role": some([Iri(name) for name in [*generate.ROLES, "urn:r:d"]], 3),
        "securityLevel": some([Number(Decimal(text)) for text in ["0", "1", "1.5", "2", "2.25", "2.5", "3", "4"]]),
        "aggregationLevel": some([Iri(name) for name in [*generate.LEVELS, "elsewhere"]]),
        "spatial": some(terms([*generate.REGIONS, "DE-BW"], "region")),
        "recordRegion": some(terms([*generate.REGIONS, "DE-BW"], "region")),
        "event": some([Iri("urn:e:flood"), Iri("urn:e:fair")], 2),
        "event.over": some([Iri("urn:e:flood"), Iri("urn:e:fair")], 2),
        "industry": some([Iri(name) for name in [*generate.INDUSTRIES, "urn:i:c"]], 2),
    }
    used = Number(Decimal(choose([0, 1, 2, 3, 4, 5])))
    facts |= {f"count:{kind}/{index}": (used,) for kind in ("permission", "prohibition") for index in range(2)}
    at = EPOCH + timedelta(
        microseconds=choose(EDGES) + choose([-1, 0, 1, *(hour * 3_600_000_000 for hour in (6, 12, 18, 24))])
    )
    belongs = choose([frozenset[str](), frozenset({"urn:t:1"}), frozenset({"urn:t:1", "urn:t:2"})])
    names = [action if ":" in action else f"odrl:{action}" for action in generate.ACTIONS]
    action = ODRL + choose(names).removeprefix("odrl:")
    world = World(
        facts={name: values for name, values in facts.items() if values is not None},
        part_of={"urn:t:member": belongs},
        agreed_at=choose([None, *(at - timedelta(days=days) for days in (0, 1, 2, 28, 30, 31, 90, 91, 93))]),
        row_filters=True,
    )
    return Example(Request(action, choose(["urn:t:1", "urn:t:2", "urn:t:member"]), "urn:p:x", at), world)


def granted(policy: Compiled, example: Example) -> bool:
    return grant_example(policy, example) is not None


def check_at(
    example: Example, offer: Compiled, request: Compiled, verdicts: tuple[Containment, Meeting, bool | None]
) -> None:
    contained, common, usable = verdicts
    asked, offered = granted(request, example), granted(offer, example)
    assert not (contained is Containment.CONTAINED and asked and not offered), example
    assert not (common is Meeting.DISJOINT and asked and offered), example
    assert not (usable is False and asked), example


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_verdicts_agree_with_the_evaluator_at_any_point(data: st.DataObject) -> None:
    found = generate.pair(lambda values: data.draw(st.sampled_from(list(values))))
    if found is None:
        return
    offer, request = found
    contained, common = contains(offer, request).verdict, overlap(offer, request).verdict
    usable = is_satisfiable(request)
    random = Random(data.draw(st.integers(0, 2**32)))
    for _ in range(40):
        check_at(point(random.choice), offer, request, (contained, common, usable))
