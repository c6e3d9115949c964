"""The project's own vectors: when a rule is active. They need no data folder."""

from datetime import datetime, timedelta

import pytest

from connector.policy.compiling.compile import compile_policy
from connector.policy.deciding.decide import explain
from connector.policy.model.decision import DutyMode
from connector.policy.model.situation import Performance, Phase, Request, World
from connector.policy.reading.load import load
from tests.policy.support import shipped
from tests.policy.vectors.situations import DUTY, NOW, POLICIES, SITUATIONS, WORLDS


def active(policy: str, request: tuple[str, str, str], world: str, duty_mode: DutyMode) -> bool:
    member, rule = POLICIES[policy]
    document = {"@type": "Set", "@id": "urn:dk:vector:policy", member: [rule]}
    compiled = compile_policy(load(document), shipped(), suite_mode=True, duty_mode=duty_mode)
    given = WORLDS[world]
    at = given.get("at", NOW)
    part_of = given.get("part_of", {})
    assert isinstance(at, datetime)
    assert isinstance(part_of, dict)
    before = at - timedelta(minutes=1)
    performed = {
        "fulfilled": {str(DUTY["@id"]): Performance(fulfilled_at=before)},
        "violated": {str(DUTY["@id"]): Performance(violated_at=before)},
    }.get(str(given.get("pay")), {})
    state = World(part_of={key: frozenset({collection}) for key, collection in part_of.items()}, performed=performed)
    return explain(compiled, Request(*request, at=at), state, Phase.ACCESS).rules[0].applies is True


@pytest.mark.parametrize("row", SITUATIONS, ids=[row[0] for row in SITUATIONS])
def test_a_rule_is_active_exactly_where_the_vector_says(
    row: tuple[str, str, tuple[str, str, str], str, bool, bool],
) -> None:
    _, policy, request, world, lenient, first = row
    assert active(policy, request, world, DutyMode.NOT_VIOLATED) is lenient
    assert active(policy, request, world, DutyMode.PRECONDITION) is first


def test_there_are_68_vectors_and_two_depend_on_how_duties_count() -> None:
    assert len(SITUATIONS) == 68
    assert sum(row[4] != row[5] for row in SITUATIONS) == 2
    assert sum(row[4] for row in SITUATIONS) == 34
