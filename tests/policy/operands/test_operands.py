"""The operands as they are shipped: what each needs, and those that need code."""

from datetime import timedelta

import pytest

from connector.policy.compiling.atoms import CODE
from connector.policy.model.decision import Verdict
from connector.policy.model.policy import DK, ODRL
from connector.policy.model.situation import World
from connector.policy.model.values import Duration
from connector.policy.vocabulary.registry import parse
from tests.policy.support import NOON, agreement, ask, atom, facts, rule, shipped


def permits(constraint: dict[str, object], world: World | dict[str, object] | None = None, **more: object) -> bool:
    return ask(agreement(rule(constraint)), world, **more).verdict is Verdict.PERMIT  # type: ignore[arg-type]  # by name


def test_at_least_25_operands_are_enforced_here_and_each_says_all_that_is_asked_of_it() -> None:
    operands = {operand.iri: operand for operand in shipped().operands.values()}
    enforced = [row for row in operands.values() if row.tier == "provider" and not row.parameter]
    assert len(enforced) >= 25
    for row in operands.values():
        assert row.de
        assert row.en
        assert row.operators
        assert row.fact
        assert row.iri.startswith((ODRL, DK))
        assert not row.code or row.code in CODE
    assert {operand.region for operand in operands.values()} == {
        "instants",
        "durations",
        "numbers",
        "codes",
        "names",
        "tree",
    }


def test_what_the_capability_lists_is_there() -> None:
    wanted = [
        "dateTime",
        "elapsedTime",
        "count",
        "purpose",
        "recipient",
        "spatial",
        "event",
        "deliveryChannel",
        "fileFormat",
        "language",
    ]
    ours = [
        "dayOfWeek",
        "timeOfDay",
        "volume",
        "role",
        "participant",
        "membership",
        "connectorCertification",
        "securityLevel",
        "paymentState",
        "legalBasis",
        "consentStatus",
        "aggregationLevel",
        "groupSize",
    ]
    assert {ODRL + name for name in wanted} | {DK + name for name in ours} <= set(shipped().operands)


def test_a_row_nobody_understands_is_refused() -> None:
    row = 'iri = "dk:x"\nsort = "name"\nsource = "state"\ntrust = "own"\nde = ""\nen = ""\ncolour = 1\n'
    with pytest.raises(ValueError, match="colour"):
        parse("[[operand]]\n" + row)


def test_the_request_states_its_purpose_but_never_what_a_credential_has_to_show() -> None:
    purpose = atom("odrl:purpose", "isA", "dpv:PublicBenefit")
    claimed = {"purpose": "dpv:DataAltruism", "role": "planner"}
    assert permits(purpose, context=claimed)
    assert not permits(purpose, {"purpose": "dpv:Marketing"}, context=claimed)
    assert not permits(atom("dk:role", "eq", "planner"), context=claimed)
    assert permits(atom("dk:role", "eq", "planner"), {"role": ["planner", "driver"]})


def test_a_single_valued_fact_with_two_values_is_unknown() -> None:
    level = atom("dk:participant", "eq", "did:web:a")
    assert permits(level, {"participant": ["did:web:a"]})
    assert not permits(level, {"participant": ["did:web:a", "did:web:b"]})


def test_plain_comparisons_of_all_kinds() -> None:
    for constraint, given in (
        (atom("odrl:spatial", "isPartOf", "EU"), {"spatial": "DE-BW"}),
        (atom("dk:aggregationLevel", "gteq", "district"), {"aggregationLevel": "city"}),
        (atom("dk:groupSize", "gteq", "10"), {"groupSize": 12}),
        (atom("dk:legalBasis", "isA", "eu-gdpr:A6-1-e"), {"legalBasis": ["eu-gdpr:A6-1-e-public-interest"]}),
        (atom("odrl:systemDevice", "isAnyOf", ["app:1"]), {"systemDevice": ["app:1"]}),
        (atom("dk:dataAge", "lteq", "PT1H"), World(facts={"dataAge": (Duration(0, 60_000),)})),
        (atom("odrl:device", "eq", "app:1"), {"systemDevice": ["app:1"]}),
    ):
        assert permits(constraint, given), constraint  # type: ignore[arg-type]  # a world or facts


def test_a_fact_that_expires_bounds_the_decision() -> None:
    end = NOON + timedelta(hours=1)
    world = World(facts=facts({"role": ["planner"]}), expires={"role": end, "other": NOON + timedelta(minutes=1)})
    assert ask(agreement(rule(atom("dk:role", "eq", "planner"))), world).valid_until == end
