"""What fixed facts rule out: nothing that is called dead is ever granted, and alternatives and other facts count."""

from random import Random

import msgspec
import pytest
from hypothesis import given

from connector.policy.analysis.granting import FixedFacts, find_never_granted, list_dead_parts
from connector.policy.deciding.decide import decide
from connector.policy.model.decision import Verdict
from connector.policy.model.policy import DK, ODRL
from connector.policy.model.situation import Phase, Request, World
from tests.policy import generate
from tests.policy.deciding.test_differential import BATCH, BATCHES, SEEDS, engine
from tests.policy.support import NOON, agreement, atom, build, facts, rule

LEVEL = DK + "aggregationLevel"
REQUEST = Request("odrl:use", "", "", NOON)
GERMAN, ENGLISH = atom("odrl:language", "eq", "de"), atom("odrl:language", "eq", "en")
FIVE = atom("odrl:count", "lteq", "5")


def known(*languages: str) -> FixedFacts:
    world = World(facts=facts({"language": list(languages)} if languages else {}))
    return FixedFacts(REQUEST, (world,), frozenset({ODRL + "language"}))


@BATCHES
@given(SEEDS)
def test_what_is_never_granted_is_never_permitted_whatever_else_is_true(seed: int) -> None:
    rng = Random(seed)
    for _ in range(BATCH):
        document, case = generate.document(rng), generate.case(rng)
        compiled, _request, world, _phase = engine(document, case)
        level = {name: values for name, values in world.facts.items() if name == "aggregationLevel"}
        dead = find_never_granted(compiled, FixedFacts(REQUEST, (World(facts=level),), frozenset({LEVEL})))
        if dead is None:
            continue
        for _ in range(20):
            other = generate.case(rng) | {"action": "use", "target": "urn:a", "assignee": "urn:p"}
            _compiled, request, elsewhere, _phase = engine(document, other)
            rest = {name: values for name, values in elsewhere.facts.items() if name != "aggregationLevel"}
            either = msgspec.structs.replace(elsewhere, facts=rest | level)
            assert decide(compiled, request(other["at"]), either, Phase.ACCESS).verdict is Verdict.DENY


@pytest.mark.parametrize(
    ("document", "never"),
    [
        (agreement(rule(ENGLISH)), True),
        (agreement(rule(GERMAN, FIVE)), False),
        (agreement(rule(atom("odrl:language", "neq", "de"))), True),
        (agreement(rule(ENGLISH), rule(FIVE)), False),
        (agreement(rule({"or": [ENGLISH, FIVE]})), False),
        (agreement(rule({"xone": [GERMAN, FIVE]})), False),
        (agreement(rule({"and": [ENGLISH, FIVE]})), True),
        (agreement(rule(FIVE), prohibition=[rule(GERMAN)], conflict="prohibit"), True),
        (agreement(rule(FIVE), prohibition=[rule(GERMAN)], conflict="perm"), False),
        (agreement(rule(FIVE), prohibition=[rule(GERMAN, FIVE)], conflict="prohibit"), False),
        (agreement(rule(FIVE), prohibition=[rule(ENGLISH)], conflict="prohibit"), False),
        (agreement(rule(FIVE), prohibition=[rule(GERMAN, action="odrl:sell")], conflict="prohibit"), False),
        (agreement(rule(atom("odrl:count", "lt", "1"))), False),
    ],
)
def test_only_what_no_other_fact_can_save_is_never_granted(document: dict[str, object], never: bool) -> None:
    found = find_never_granted(build(document), known("de"))
    assert (found is not None) is never
    assert found is None or found.operands == (ODRL + "language",)


def test_a_fact_that_is_missing_for_good_permits_nothing_and_lifts_no_prohibition() -> None:
    assert find_never_granted(build(agreement(rule(GERMAN))), known()) is not None
    banned = agreement(rule(FIVE), prohibition=[rule(GERMAN)], conflict="prohibit")
    assert find_never_granted(build(banned), known()) is not None


def test_one_of_several_ways_to_be_granted_is_enough() -> None:
    pull, push = (World(facts=facts({"deliveryChannel": [name]})) for name in ("HttpData-PULL", "HttpData-PUSH"))
    both = FixedFacts(REQUEST, (pull, push), frozenset({ODRL + "deliveryChannel"}))
    asked = agreement(rule(atom("odrl:deliveryChannel", "eq", "HttpData-PUSH")))
    assert find_never_granted(build(asked), both) is None
    assert list(list_dead_parts(build(asked), both)) == []
    assert find_never_granted(build(asked), FixedFacts(REQUEST, (pull,), both.operands)) is not None


def test_parts_that_never_apply_are_listed_beside_what_does() -> None:
    document = agreement(
        rule({"or": [ENGLISH, FIVE]}),
        rule(ENGLISH),
        prohibition=[rule(ENGLISH)],
        obligation=[{"action": "odrl:delete", "constraint": [atom("dk:legalBasis", "eq", "eu-gdpr:A6-1-a")]}],
        conflict="prohibit",
    )
    parts = list(list_dead_parts(build(document), known("de")))
    assert [part.rule for part in parts] == ["permission/0", "permission/1", "prohibition/0"]
    assert list(list_dead_parts(build(agreement(rule({"or": [GERMAN, FIVE]}))), known("de"))) == []
