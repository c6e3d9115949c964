"""Checks of logical constraints have three values."""

from datetime import UTC, datetime, timedelta

import pytest

from connector.policy.deciding.decide import explain
from connector.policy.model.decision import Verdict
from connector.policy.model.situation import Phase, Request, World
from tests.policy.support import MOBILITY, NOON, TARGET, agreement, ask, atom, build, facts, rule

PERMIT, DEFERRED, DENY = Verdict.PERMIT, Verdict.DEFERRED, Verdict.DENY


BEFORE, AFTER = NOON - timedelta(hours=1), NOON + timedelta(hours=1)


LEVEL = atom("dk:securityLevel", "gteq", "2")


def codes(decision: object) -> list[str]:
    return [reason.code for reason in decision.reasons]  # type: ignore[attr-defined]  # a Decision


@pytest.mark.parametrize(
    ("operand", "table"),
    [
        ("and", {"TT": True, "TF": False, "TU": None, "FU": False, "UU": None, "FF": False}),
        ("or", {"TT": True, "TF": True, "TU": True, "FU": None, "UU": None, "FF": False}),
        ("xone", {"TT": False, "TF": True, "TU": None, "FU": None, "UU": None, "FF": False}),
    ],
)
def test_logical_operands_have_three_values(operand: str, table: dict[str, bool | None]) -> None:
    given = {"T": 3, "F": 1}
    parts = [LEVEL, atom("dk:groupSize", "gteq", "2")]
    compiled = build(agreement(rule({operand: parts})))
    for pair, expected in table.items():
        for order in (pair, pair[::-1]):
            known = {
                name: given[letter]
                for name, letter in zip(("securityLevel", "groupSize"), order, strict=True)
                if letter != "U"
            }
            answer = explain(compiled, Request("use", TARGET, MOBILITY, NOON), World(facts=facts(known)), Phase.ACCESS)
            assert answer.rules[0].constraints[0].verdict is expected, (operand, order)


def test_a_sequence_holds_if_all_its_parts_hold_now() -> None:
    size, past = atom("dk:groupSize", "gteq", "2"), atom("odrl:dateTime", "gteq", "2020-01-01")
    for parts in ([LEVEL, size], [size, LEVEL], [LEVEL, past, size]):
        document = agreement(rule({"andSequence": parts}))
        assert ask(document, {"securityLevel": 3, "groupSize": 3}).verdict is PERMIT
        assert codes(ask(document, {"securityLevel": 3})) == ["constraint-unknown"]
        assert codes(ask(document, {"securityLevel": 1})) == ["constraint-false"]
    times = [past, atom("odrl:dateTime", "lt", "2027-01-01")]
    assert ask(agreement(rule({"andSequence": times}))).verdict is PERMIT
    assert ask(agreement(rule({"andSequence": times})), at=datetime(2028, 1, 1, tzinfo=UTC)).verdict is DENY
