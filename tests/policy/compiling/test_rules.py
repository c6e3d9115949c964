"""Rules and duties are compiled with their costs, row filters, parameters and deadlines apart."""

from datetime import UTC, datetime

import pytest

from connector.policy.compiling.rules import compile_duty, compile_rule
from connector.policy.model.errors import PolicyError
from tests.policy.support import agreement, atom, build, rule, shipped

CONSENT = atom("dk:consentStatus", "isAnyOf", ["dpv:ConsentGiven"])
LEVEL = atom("dk:securityLevel", "gteq", 2)


def test_cheap_checks_are_asked_first_and_the_order_of_the_document_stays_for_explanations() -> None:
    normal = build(agreement(rule(atom("odrl:purpose", "isA", "dpv:Marketing"), LEVEL))).policy.permission[0]
    compiled = compile_rule(normal, "permission", shipped(), [])
    assert [check.cost for check in compiled.ordered] == sorted(check.cost for check in compiled.constraints)
    assert compiled.ordered == tuple(reversed(compiled.constraints))
    assert compiled.leaves == 2


def test_conditions_on_records_become_rows_also_out_of_a_conjunction() -> None:
    compiled = build(agreement(rule({"and": [CONSENT, LEVEL]}))).permissions[0]
    assert len(compiled.rows) == len(compiled.constraints) == 1


def test_a_choice_between_a_record_and_a_request_is_refused() -> None:
    with pytest.raises(PolicyError) as caught:
        build(agreement(rule({"or": [CONSENT, LEVEL]})))
    assert caught.value.code == "mixed-row-filter"


def test_a_duty_has_parameters_conditions_and_a_deadline() -> None:
    constraints = [
        atom("dk:logLevel", "eq", "onAllow"),
        atom("odrl:dateTime", "lteq", {"@value": "2026-12-31", "@type": "xsd:date"}),
        atom("odrl:event", "eq", "urn:event"),
    ]
    normal = build(agreement(rule(), obligation=[{"action": "dk:log", "constraint": constraints}])).policy.obligation[0]
    duty = compile_duty(normal, "obligation", shipped(), [])
    assert len(duty.parameters) == len(duty.checks) == 1
    assert duty.deadline == datetime(2027, 1, 1, tzinfo=UTC)
    assert duty.elapsed == ()
