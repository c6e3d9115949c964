"""The record of a decision names rules, constraints and reasons, without personal values and private limits."""

from typing import Any

import msgspec

from connector.controlplane.judging import judgement
from connector.controlplane.judging.decision_records import (
    MOST_TOLD,
    record_comparison,
    record_findings,
    say_record,
)
from connector.policy.analysis.findings import Finding
from connector.policy.analysis.negotiate import NoAgreement
from connector.policy.model.policy import DK, ODRL
from connector.policy.model.situation import Phase
from tests.controlplane.agreements import DATASET, LIBRARY, USE, atom, provider
from tests.controlplane.judging.test_situations import of_city
from tests.support.plane import Desk


def condition(**more: Any) -> dict[str, Any]:
    return {"operand": DK + "role", "operator": "eq", "verdict": "false", "trust": "own", **more}


def test_a_record_in_words_has_the_verdict_and_the_constraints_that_were_not_true() -> None:
    rule = {"constraints": [condition(found=["driver"]), condition(verdict="true", operand=ODRL + "purpose")]}
    verdict, role = say_record({"verdict": "deny", "rules": [rule]}, LIBRARY.operands, "en")
    assert verdict
    assert "driver" in role
    german = say_record({"verdict": "deny", "rules": [rule]}, LIBRARY.operands, "de")
    assert len(german) == 2
    assert german[0] != verdict


def test_a_record_in_words_is_bounded() -> None:
    rule = {"constraints": [condition()] * 50}
    assert len(say_record({"verdict": "deny", "rules": [rule]}, LIBRARY.operands, "en")) == 1 + MOST_TOLD


def test_a_comparison_is_recorded_by_codes_and_the_hash_of_the_offer() -> None:
    finding = Finding("beyond-offer", operands=(ODRL + "purpose",))
    record = record_comparison(NoAgreement((finding,)), "hash")
    assert record == {"found": "terminate", "with": "hash", "findings": record_findings([finding])}
    said = say_record({"verdict": "deny", "compared": record}, LIBRARY.operands, "en")
    assert len(said) == 2


def test_a_record_names_a_personal_operand_without_its_value(desk: Desk) -> None:
    rooms = provider(desk.rooms)
    asked = [atom("odrl:systemDevice", "eq", "urn:phone:1"), atom("dk:role", "eq", "planner")]
    policy = {"@type": "Offer", "@id": "urn:o", "permission": [{**USE, "constraint": asked}]}
    situation = of_city(systemDevice=("urn:phone:2",), role=("driver",))
    denied = judgement.judge(rooms.evaluator, msgspec.json.encode(policy), situation, DATASET, Phase.ACCESS)
    (rule,) = denied.record["rules"]
    device, role = rule["constraints"]
    assert (device["verdict"], role["verdict"]) == ("false", "false")
    assert "found" not in device
    assert role["found"] == ["driver"]
